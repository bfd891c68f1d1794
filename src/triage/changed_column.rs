//! A change of a column for scripts, the same wherever it is told.

use std::borrow::Cow;

use serde::Serialize;

use crate::pipeline::compat::ColumnChange;
use crate::triage::history::PastChange;

/// One column that is not what it was.
#[derive(Serialize)]
pub struct ChangedColumn<'a> {
    /// Dotted path; empty for the table.
    column: &'a str,
    kind: &'a str,
    /// With its bounds: `STRING(10)`.
    old_type: Option<Cow<'a, str>>,
    old_mode: Option<&'a str>,
    new_type: Option<Cow<'a, str>>,
    new_mode: Option<&'a str>,
    verdict: &'static str,
    rule: String,
    /// The sentence of its cause, where causes are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
}

impl<'a> ChangedColumn<'a> {
    /// Of a comparison, with the sentence of its cause where causes are told.
    pub fn compared(change: &'a ColumnChange, cause: Option<&'a str>) -> Self {
        let (old, new) = (change.old.as_ref(), change.new.as_ref());
        ChangedColumn {
            column: &change.column,
            kind: change.kind.name(),
            old_type: old.map(|forms| forms.typed().into()),
            old_mode: old.map(|forms| forms.mode.name()),
            new_type: new.map(|forms| forms.typed().into()),
            new_mode: new.map(|forms| forms.mode.name()),
            verdict: change.verdict.name(),
            rule: change.rule.name(),
            cause,
        }
    }

    /// Of history, as it is kept.
    pub fn past(change: &'a PastChange) -> Self {
        let (old, new) = (change.old.as_ref(), change.new.as_ref());
        ChangedColumn {
            column: &change.column,
            kind: &change.kind,
            old_type: old.map(|(kind, _)| kind.as_str().into()),
            old_mode: old.map(|(_, mode)| mode.as_str()),
            new_type: new.map(|(kind, _)| kind.as_str().into()),
            new_mode: new.map(|(_, mode)| mode.as_str()),
            verdict: change.verdict.name(),
            rule: change.rule.name(),
            cause: None,
        }
    }
}
