//! Two revisions of the schemas: what a deploy of the later one would do to every table.
//!
//! Owns: which layouts make a pair, tables that are new, gone or unreadable, the generator's own checks, findings of all tables folded into causes.
//! Refuses: a pair itself (pipeline), where schemas come from (schemas), forms of output.

mod allow;
mod causes;
mod clashes;
mod moved;
mod pairs;
mod tables;
mod witnesses;
mod would_be;

use crate::pipeline::compat::schemas::SchemaChange;
use crate::pipeline::compat::{ChangeKind, DeployFinding, DeployMend, DeployRule, DeployVerdict, TableChanges};

pub use allow::{AllowReport, GlobUse, without_layout};
pub use causes::{CauseLine, DeployCause};
pub use clashes::{CauseClash, clashes};
pub use pairs::{LooseFile, PairOf, compare_files, compare_pair, file_of_table};
pub use tables::{CompareOptions, compare, deployed_tables};
pub use witnesses::{Witnesses, witness_of, witnesses, witnesses_of_files};
pub use would_be::would_be;

/// What became of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableState {
    /// Both revisions have it.
    Changed,
    /// Only the later one has it.
    Added,
    /// Only the earlier one has it.
    Removed,
    /// One of the revisions has something there that cannot be read, for this reason.
    Unreadable(String),
}

impl TableState {
    /// The word for scripts.
    pub fn name(&self) -> &'static str {
        match self {
            TableState::Changed => "changed",
            TableState::Added => "added",
            TableState::Removed => "removed",
            TableState::Unreadable(_) => "not_compared",
        }
    }
}

/// A table that is not what it was.
#[derive(Debug)]
pub struct ComparedTable {
    /// As the folder is called; empty for a file alone.
    pub namespace: String,
    /// As the folder is called; the file for a file alone.
    pub doctype: String,
    /// The version.
    pub version: String,
    /// The layout's file from the schema root on, or the schema's where there is no layout.
    pub file: String,
    /// What became of it.
    pub state: TableState,
    /// Its columns, findings, sizes.
    pub changes: TableChanges,
    /// For each finding the line that ends it.
    pub mends: Vec<Option<DeployMend>>,
    /// What is different for documents.
    pub schema: Vec<SchemaChange>,
    /// The glob of the allowlist that covers it.
    pub allowed: Option<String>,
    /// Of a table that is gone or new: the other one, where the files of both are the same.
    pub moved: Option<String>,
}

impl ComparedTable {
    /// `telemetry/main.5`, or the file.
    pub fn title(&self) -> String {
        if self.namespace.is_empty() { self.doctype.clone() } else { format!("{}/{}.{}", self.namespace, self.doctype, self.version) }
    }

    /// `telemetry.main.5`, as the generator and its allowlist name it.
    pub fn dotted(&self) -> String {
        if self.namespace.is_empty() { self.doctype.clone() } else { format!("{}.{}.{}", self.namespace, self.doctype, self.version) }
    }

    /// The worst that a deploy does with it.
    pub fn verdict(&self) -> DeployVerdict {
        self.changes.verdict()
    }

    /// Whether the generator's own comparison of layouts stops at it.
    pub fn is_incompatible(&self) -> bool {
        self.state == TableState::Removed || !self.changes.missing.is_empty()
    }
}

/// What a comparison found.
#[derive(Debug, Default)]
pub struct DeployComparison {
    /// Tables that are not what they were; those that stop a deploy first.
    pub tables: Vec<ComparedTable>,
    /// Tables that both have and are the same, byte for byte or column for column.
    pub unchanged: usize,
    /// Files that neither side can use.
    pub unusable: usize,
    /// What all of it comes from, worst first.
    pub causes: Vec<DeployCause>,
    /// How the allowlist was used, where one was given.
    pub allowlist: Option<AllowReport>,
    /// Documents that show what is different for documents, as far as they were looked for.
    pub witnesses: Witnesses,
}

impl DeployComparison {
    /// The worst verdict.
    pub fn verdict(&self) -> DeployVerdict {
        self.tables.iter().map(ComparedTable::verdict).min().unwrap_or(DeployVerdict::Ok)
    }

    /// Tables that could not be compared.
    pub fn not_compared(&self) -> impl Iterator<Item = (&ComparedTable, &str)> {
        self.tables.iter().filter_map(|table| match &table.state {
            TableState::Unreadable(reason) => Some((table, reason.as_str())),
            _ => None,
        })
    }

    /// How many changes have a verdict; a table that is gone is one, though it lacks its layout as well.
    pub fn count(&self, verdict: DeployVerdict) -> usize {
        let counted = |table: &&ComparedTable, kind: ChangeKind| table.state != TableState::Removed || kind != ChangeKind::NoLayout;
        let changes = self.tables.iter().flat_map(|table| table.changes.changes.iter().filter(move |change| counted(&table, change.kind)));
        changes.filter(|change| change.verdict == verdict).count()
    }

    /// How many tables are gone and stand elsewhere with the same files; as many of the new ones are these.
    pub fn moved(&self) -> usize {
        self.tables.iter().filter(|table| table.state == TableState::Removed && table.moved.is_some()).count()
    }

    /// How many tables became something.
    pub fn count_of(&self, state: &TableState) -> usize {
        self.tables.iter().filter(|table| table.state == *state).count()
    }
}

/// Puts tables in order, folds their findings and weighs the allowlist.
fn concluded(mut tables: Vec<ComparedTable>, unchanged: usize, unusable: usize, allowlist: Option<&str>) -> DeployComparison {
    // They come from several threads.
    tables.sort_by_key(ComparedTable::title);
    let report = allowlist.map(|text| allow::apply(text, &mut tables));
    let order =
        |table: &ComparedTable| (matches!(table.state, TableState::Changed | TableState::Added | TableState::Removed), table.verdict());
    tables.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.title().cmp(&b.title())));
    let causes = causes::fold(&tables);
    DeployComparison { tables, unchanged, unusable, causes, allowlist: report, witnesses: Witnesses::default() }
}

/// A table with one finding.
fn with_finding(table: &mut ComparedTable, finding: DeployFinding, mend: Option<DeployMend>) {
    let change = crate::pipeline::compat::ColumnChange {
        column: finding.column.clone(),
        kind: finding.kind,
        old: None,
        new: None,
        rule: finding.rule,
        verdict: finding.verdict,
        finding: table.changes.findings.len(),
    };
    table.changes.changes.push(change);
    table.changes.findings.push(finding);
    table.mends.push(mend);
}

/// The finding that a table is gone, where it is allowed.
fn is_gone(finding: &DeployFinding) -> bool {
    finding.kind == ChangeKind::TableGone && finding.rule == DeployRule::C(24)
}

#[cfg(test)]
mod tests;
