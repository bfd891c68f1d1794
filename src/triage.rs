//! Everything known of a failing row, of a group, of a set of documents; and what is told of it outside.

/// Groups beside those of an earlier day.
pub mod baseline;
/// Since when a node of a schema or a column is as it is, and by whose change.
pub mod blame;
/// Groups, rows and schemas in one file, made.
pub mod bundle;
/// One row, opened: document, schema node, columns, verdict.
pub mod case;
/// All columns of all tables, searched.
pub mod catalog;
/// What is really wrong with the rows of a group, counted.
pub mod causes;
/// How far the schemas' way from their source has come.
pub mod chain;
/// A change of a column, for scripts.
pub mod changed_column;
/// What a deploy does to all tables.
pub mod compat;
/// The text of a deploy that failed.
pub mod explain;
/// Reports, rows, tests, SQL and briefs, written.
pub mod export;
/// What is known, laid out as lines for people.
pub mod facts;
/// What stands against a change of the schemas.
pub mod gate;
/// Every revision of the schemas, judged as a deploy judges it.
pub mod history;
/// Groups that one cause made.
pub mod incidents;
/// Sample documents, judged.
pub mod judging;
/// What is deployed by the word of a live table.
pub mod live;
/// What is lost of documents that pass.
pub mod losses;
/// The smallest edit of a schema that takes what it refuses.
pub mod mend;
/// What people have found out of groups, kept in a file.
pub mod notes;
/// From a column to the schema node that fills it, and back.
pub mod origin;
/// All namespaces at a glance.
pub mod overview;
/// Documents judged by two states of the schemas.
pub mod recheck;
/// Data about people, taken out.
pub mod redact;
/// Two states of the schemas beside each other.
pub mod revisions;
/// What sets the rows of a group apart from others: who sends them.
pub mod senders;
/// Which change made a group fail, and which takes its rows.
pub mod suspect;
