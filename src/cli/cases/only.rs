//! Which fields of a case are printed.
//!
//! Owns: the names of the fields, what has to be known of a case for those that are asked for.
//! Refuses: the fields' contents (answer).

use serde::Serialize;

use crate::ground::text::{nearest, visible};
use crate::rows::column::ErrorColumn;
use crate::triage::case::CaseParts;

/// A field that is told or was not asked for.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Field<T>(pub Option<T>);

impl<T> Field<T> {
    /// Whether it was not asked for.
    pub(super) fn is_left_out(&self) -> bool {
        self.0.is_none()
    }
}

/// All fields, in their order. The document's id is there only where rows are asked for by what their payloads hold.
pub(super) const FIELDS: [&str; 26] = [
    "row",
    "namespace",
    "doctype",
    "version",
    "schema_file",
    "received",
    "origin",
    "job",
    "uri",
    "stage",
    ErrorColumn::Class.name(),
    "sentence",
    "fault",
    "group",
    "schema_pointer",
    "columns",
    "verdict",
    "cause",
    "causes",
    "violations",
    "violation_count",
    "warnings",
    "warning_count",
    "tables",
    "notes",
    ErrorColumn::Id.name(),
];

/// Fields that tell of a document's columns. Its tables as they are named need no columns.
const OF_COLUMNS: [&str; 4] = ["columns", "warnings", "warning_count", "notes"];

/// Fields that need everything that is broken.
const OF_VIOLATIONS: [&str; 7] = ["sentence", "cause", "causes", "violations", "violation_count", "columns", "notes"];

/// Fields that need the value and the node that the row speaks of.
const OF_PLACES: [&str; 5] = ["sentence", "fault", "schema_pointer", "columns", "notes"];

/// The fields that are printed: all of them, or some.
#[derive(Debug, Clone, Default)]
pub(super) struct OnlyFields(Vec<&'static str>);

impl OnlyFields {
    /// Those of a list of names.
    ///
    /// # Errors
    /// A name that no field has, with the nearest.
    pub(super) fn of(names: &[String]) -> Result<Self, String> {
        let find = |name: &String| {
            FIELDS.into_iter().find(|field| field == name).ok_or_else(|| {
                let near = nearest(name, &FIELDS).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                format!("a case has no field {}{near} All fields: {}", visible(name), FIELDS.join(", "))
            })
        };
        names.iter().map(find).collect::<Result<_, _>>().map(OnlyFields)
    }

    /// Those of that list.
    pub(super) fn listed(names: &[&'static str]) -> Self {
        OnlyFields(names.to_vec())
    }

    /// A field, made only where it is asked for.
    pub(super) fn give<T>(&self, name: &str, make: impl FnOnce() -> T) -> Field<T> {
        Field(self.has(name).then(make))
    }

    /// What has to be known for them.
    pub(super) fn parts(&self) -> CaseParts {
        let is_asked = |fields: &[&str]| fields.iter().any(|field| self.has(field));
        CaseParts {
            columns: is_asked(&OF_COLUMNS),
            tables: self.has("tables"),
            violations: is_asked(&OF_VIOLATIONS),
            place: is_asked(&OF_PLACES),
        }
    }

    /// Whether a field is asked for.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_tells_the_nearest() {
        let error = OnlyFields::of(&["group".into(), "verdikt".into()]).unwrap_err();
        assert!(error.starts_with("a case has no field verdikt; did you mean verdict?"), "{error}");
    }

    #[test]
    fn what_is_not_asked_for_is_not_made() {
        let only = OnlyFields::of(&["group".into(), "verdict".into()]).unwrap();
        assert!(!only.parts().columns && !only.parts().violations);
        assert!(only.give("row", || unreachable!("made") as u64).0.is_none());
        assert!(OnlyFields::default().parts().columns);
    }
}
