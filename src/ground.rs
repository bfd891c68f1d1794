//! The ground floor: texts, times, SQL quoting, outlines. Knows nothing of error rows, schemas or terminals' events.

/// Tables whose columns stand under each other.
pub mod aligned;
/// What breaks inside a library that reads data, as an error.
pub mod contained;
/// Lists of which most hold one thing.
pub mod few;
/// A query typed in a hurry finds its lines.
pub mod fuzzy;
/// HCL, the language of Terraform's files.
pub mod hcl;
/// HTML that no data can break.
pub mod html;
/// Work on all cores whose outcome comes in order.
pub mod in_order;
/// What two texts do not have in common.
pub mod line_diff;
/// Markdown that no data can break.
pub mod markdown;
/// A tree of lines with a cursor.
pub mod outline;
/// Edits of a text as a diff.
pub mod patch;
/// Many texts in few pieces of memory.
pub mod shared_text;
/// What is looked for among lines.
pub mod sought;
/// Counts as bars.
pub mod spark;
/// Names and texts in GoogleSQL.
pub mod sql;
/// Texts made safe, cut and measured for terminals.
pub mod text;
/// Times in words and back.
pub mod time;
/// Texts in YAML.
pub mod yaml;
/// Times in the zone of whoever reads them.
pub mod zone;
