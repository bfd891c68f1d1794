//! The query that selects a group's rows.
//!
//! Owns: the table of errors, the statement with a comment on top.
//! Refuses: the conditions (predicate).

use super::predicate;
use crate::group::Group;
use crate::schemas::snake_case;
use crate::sink::identifier;
use crate::text::count;

/// The project that has the pipeline's tables.
const PROJECT: &str = "moz-fx-data-shared-prod";

/// Namespaces with an error table of their own; all others share one.
const FAMILIES: [(&str, &str); 2] = [("telemetry", "telemetry"), ("firefox_installer", "stub_installer")];

/// The error table that the rows of a namespace are in; of rows without one it is not known which.
pub fn error_table(namespace: Option<&str>) -> String {
    let namespace = namespace.map(snake_case);
    let known = FAMILIES.iter().find(|(name, _)| namespace.as_deref() == Some(*name));
    let family = known.map_or("structured", |(_, family)| family);
    format!("{}.payload_bytes_error.{family}", identifier(PROJECT))
}

/// A statement that selects the rows of a group.
pub fn select(group: &Group) -> String {
    let conditions: Vec<String> = predicate::conditions(group);
    let about = format!("-- {} rows: {} (group {})", count(group.count), group.sentence(), group.fingerprint);
    format!("{about}\nSELECT *\nFROM {}\nWHERE {};\n", error_table(group.key.namespace.as_deref()), conditions.join("\n  AND "))
}
