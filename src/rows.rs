//! Error rows: where they come from, what they have in common, and the schemas to read them by.

/// What to do about an error, as a value.
pub mod advice;
/// A file with groups, rows and schemas, opened as a source.
pub mod bundle;
/// The columns of the error table.
pub mod column;
/// The built-in sample.
pub mod demo;
/// Error rows of other pipelines.
pub mod foreign;
/// Rows with the same fault, counted.
pub mod group;
/// The payload column, unpacked.
pub mod payload;
/// One row and its columns.
pub mod row;
/// Sample documents in files and folders.
pub mod samples;
/// The schema repository.
pub mod schemas;
/// Files, standard input and BigQuery.
pub mod source;
/// Documents that were accepted, counted.
pub mod volume;
