//! A folder in the layout of the schema repository.
