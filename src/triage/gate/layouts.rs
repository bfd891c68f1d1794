//! Tables as the transpiler would make them of changed schemas.
//!
//! Owns: which tables that are, their columns where they are new, what changes where they are not.
//! Refuses: making layouts (schemas), verdicts (compat), words.

use crate::pipeline::compat::{ColumnChange, DeployVerdict};
use crate::pipeline::layout::ColumnId;
use crate::rows::schemas::{Lookup, SchemaStore};
use crate::triage::compat::{ComparedTable, DeployComparison, TableState};

/// A column of a table that would be new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeColumn {
    /// Dotted path.
    pub column: String,
    /// With its bounds.
    pub kind: String,
    /// `NULLABLE`, `REQUIRED` or `REPEATED`.
    pub mode: &'static str,
    /// The type and the mode as people read them: `map<STRING> REPEATED`.
    pub shape: String,
}

/// What would become of a table.
#[derive(Debug, Clone)]
pub enum MadeState {
    /// It is there, and these columns are others.
    Changed(Vec<ColumnChange>),
    /// It is not there yet, and has these columns.
    New(Vec<MadeColumn>),
    /// No layout can be made of its schema, for this reason.
    NotMade(String),
}

/// A table that would be made.
#[derive(Debug, Clone)]
pub struct MadeTable {
    /// `acme/ping.1`.
    pub title: String,
    /// `acme.ping.1`, as the command that shows all of it takes it.
    pub dotted: String,
    /// The JSON schema that it is made of, from the schema root on.
    pub file: String,
    /// What a deploy does with it.
    pub verdict: DeployVerdict,
    /// Leaf columns before and then.
    pub leaves: (usize, usize),
    /// What becomes of it.
    pub state: MadeState,
}

/// The tables that would be made: those of the comparison of made layouts, and where neither side publishes any, those of the comparison itself.
pub(super) fn tables(found: &DeployComparison, would_be: &DeployComparison, old: &SchemaStore, new: &SchemaStore) -> Vec<MadeTable> {
    let published = |store: &SchemaStore| store.doctypes().iter().any(|doctype| doctype.layout.is_some());
    let all_made = !published(old) && !published(new);
    let of_found = found.tables.iter().filter(|_| all_made);
    let mut all: Vec<MadeTable> = would_be.tables.iter().chain(of_found).filter_map(|table| of_table(table, new)).collect();
    all.sort_by(|a, b| (a.verdict, &a.title).cmp(&(b.verdict, &b.title)));
    all
}

fn of_table(table: &ComparedTable, new: &SchemaStore) -> Option<MadeTable> {
    let at = match new.lookup(&table.namespace, &table.doctype, Some(&table.version)) {
        Lookup::Found(at) => at,
        _ => return None,
    };
    let mut leaves = (table.changes.old.leaves, table.changes.new.leaves);
    let state = match &table.state {
        TableState::Changed if table.changes.changes.is_empty() => return None,
        TableState::Changed => MadeState::Changed(table.changes.changes.clone()),
        TableState::Added => {
            let columns = columns(new, at)?;
            leaves = (0, columns.1);
            MadeState::New(columns.0)
        }
        TableState::Removed => return None,
        TableState::Unreadable(reason) => MadeState::NotMade(reason.clone()),
    };
    let file = new.doctypes().get(at)?.schema.clone().unwrap_or_else(|| table.file.clone());
    Some(MadeTable { title: table.title(), dotted: table.dotted(), file, verdict: table.verdict(), leaves, state })
}

/// The columns of a doctype version as the command for tables shows them, and how many of them are leaves.
fn columns(store: &SchemaStore, at: usize) -> Option<(Vec<MadeColumn>, usize)> {
    let columns = store.columns(at).ok()?;
    let layout = columns.layout()?;
    let all = (0..layout.columns.len() as ColumnId).filter_map(|id| {
        let column = layout.get(id)?;
        Some(MadeColumn {
            column: layout.path(id),
            kind: format!("{}{}", column.kind, column.bounds()),
            mode: column.mode.name(),
            shape: layout.kind_and_mode(id),
        })
    });
    Some((all.collect(), layout.leaf_count()))
}
