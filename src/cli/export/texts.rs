//! Exports that are one text.

use color_eyre::Result;

use super::{Work, target};
use crate::export::query;

/// SQL for every group, each with a comment that says what it is about.
pub(super) fn sql(work: &Work<'_>) -> Result<()> {
    let statements: Vec<String> = work.choice.groups.iter().map(|group| query::select(group)).collect();
    target::whole(work, "rows.sql", &statements.join("\n"))
}
