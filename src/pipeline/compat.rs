//! Two layouts of a table side by side: what changed, and what a deploy does with it.
//!
//! Owns: the comparison of a pair of layouts, its rules and verdicts, what folds into one finding, the line that ends a finding.
//! Refuses: which layouts make a pair, many tables (triage), reading files.
//!
//! The rules are BigQuery's documentation of schemas and quotas, and the schema generator's sources.

mod change;
mod columns;
pub mod compact;
mod fold;
mod kept_rows;
mod limits;
mod mend;
mod near;
mod rule;
pub mod schemas;

pub use change::{ChangeKind, ColumnChange, ColumnForms, DeployFinding};
pub use kept_rows::{KeptRows, compare_kept};
pub use limits::{LONGEST_DESCRIPTION, of_new};
pub use mend::{DeployMend, MendPlace, column_text, mend};
pub use near::{LayoutText, compare_texts};
pub use rule::{DeployRule, DeployVerdict, spelled, widens};

use crate::pipeline::layout::{Layout, Size};

/// All that is different between two layouts of one table.
#[derive(Debug, Default)]
pub struct TableChanges {
    /// Every column that is not what it was; what stops a deploy first, then by path.
    pub changes: Vec<ColumnChange>,
    /// What the changes come from.
    pub findings: Vec<DeployFinding>,
    /// What the old layout exceeds already: no finding.
    pub standing: Vec<String>,
    /// What the generator's own comparison misses: lines of its compact form.
    pub missing: Vec<String>,
    /// Sizes before.
    pub old: Size,
    /// Sizes now.
    pub new: Size,
}

impl TableChanges {
    /// The worst that a deploy does with any of them.
    pub fn verdict(&self) -> DeployVerdict {
        self.findings.iter().map(|finding| finding.verdict).min().unwrap_or(DeployVerdict::Ok)
    }
}

/// Compares two layouts of one table.
pub fn compare(old: &Layout, new: &Layout) -> TableChanges {
    compare_sized((old, Size::of(old)), (new, Size::of(new)))
}

/// Compares two layouts that may lack columns which both have; the sizes are those of the whole.
fn compare_sized((old, old_size): (&Layout, Size), (new, new_size): (&Layout, Size)) -> TableChanges {
    let mut walk = columns::ColumnWalk::run(old, new);
    fold::fold(&mut walk, old, new);
    let mut standing = Vec::new();
    let limits = limits::check((old, &old_size), (new, &new_size), &walk.added, &walk.described, &mut standing);
    let missing = if walk.touches_base { compact::missing(old, new) } else { Vec::new() };
    let (mut changes, mut findings) = (walk.changes, walk.findings);
    for finding in limits {
        // The change is told already; its fault is another finding.
        changes.push(columns::change(&finding, findings.len()));
        findings.push(finding);
    }
    changes.sort_by(|a, b| a.verdict.cmp(&b.verdict).then_with(|| a.column.cmp(&b.column)));
    TableChanges { changes, findings, standing, missing, old: old_size, new: new_size }
}

#[cfg(test)]
mod tests;
