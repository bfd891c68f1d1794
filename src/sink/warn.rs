//! What a user must know first about a document's row.
