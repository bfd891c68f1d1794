//! The query that selects a group's rows.
//!
//! Owns: the table of errors, the statement with a comment on top.
//! Refuses: the conditions (predicate).

use super::page::rows;
use crate::ground::sql::identifier;
use crate::ground::text::visible;
use crate::pipeline::destination;
use crate::rows::group::Group;

/// The project that has the pipeline's tables.
const PROJECT: &str = "moz-fx-data-shared-prod";

/// The error table that a group's rows are in, for SQL.
fn error_table(group: &Group) -> String {
    let name = |name: &Option<std::sync::Arc<str>>| name.as_deref().unwrap_or_default().to_owned();
    let family = destination::family(&name(&group.key.namespace), &name(&group.key.doctype));
    identifier(&format!("{PROJECT}.payload_bytes_error.{family}"))
}

/// A statement that selects the rows of a group by these conditions, with a sentence about it on top.
pub fn select(group: &Group, sentence: &str, conditions: &[String]) -> String {
    // A comment ends with its line.
    let about = visible(sentence);
    let about = format!("-- {}: {about} (group {})", rows(group.count), group.fingerprint);
    format!("{about}\nSELECT *\nFROM {}\nWHERE {};\n", error_table(group), conditions.join("\n  AND "))
}
