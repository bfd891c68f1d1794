//! What an edit of a schema does to its table.
//!
//! Owns: the layouts made of both texts, compared as a deploy does.
//! Refuses: the rules (compat), the layouts that are published (schemas).

use crate::pipeline::compat::{DeployVerdict, TableChanges, compare};
use crate::pipeline::schema::Schema;
use crate::pipeline::transpile;

/// What becomes of the columns.
#[derive(Debug)]
pub enum PatchedColumns {
    /// All that changes, and what a deploy does with it.
    Compared(Box<TableChanges>),
    /// The schema generator makes no table of the edited schema, for this reason; that ends its whole run.
    Stops(String),
    /// It cannot be told, and why.
    Untold(String),
}

impl PatchedColumns {
    /// In lines for people: what changes, and whether it can be deployed.
    pub fn lines(&self) -> Vec<String> {
        let changes = match self {
            PatchedColumns::Untold(why) => return vec![format!("whether columns change cannot be told: {why}")],
            PatchedColumns::Stops(why) => {
                return vec![format!("BLOCK: the schema generator would stop at the edited schema, and with it every deploy: {why}")];
            }
            PatchedColumns::Compared(changes) => changes,
        };
        let told = changes.findings.iter().map(|finding| format!("{}: {} ({})", finding.verdict.name(), finding, finding.rule.name()));
        let mut lines: Vec<String> = told.collect();
        lines.push(
            match (changes.changes.is_empty(), changes.verdict()) {
                (true, _) => "no column changes: nothing to deploy for the table",
                (_, DeployVerdict::Ok | DeployVerdict::Warn) => "the table can be deployed so",
                (_, DeployVerdict::Ddl) => "a deploy would stop at it until somebody changes the table by hand",
                (_, DeployVerdict::Block) => "a deploy would stop at it: it takes a new column or a new version",
            }
            .to_owned(),
        );
        lines
    }
}

/// Compares the columns that are made of a schema before and after an edit.
pub fn columns(old: &Schema, edited: &[u8]) -> PatchedColumns {
    let new = match Schema::parse(&old.path, edited.to_vec()) {
        Ok(new) => new,
        Err(reason) => return PatchedColumns::Untold(reason),
    };
    match (transpile::layout(old), transpile::layout(&new)) {
        (Ok(old), Ok(new)) => PatchedColumns::Compared(Box::new(compare(&old.layout, &new.layout))),
        (Err(stop), _) => PatchedColumns::Untold(format!("no table can be made of the schema as it stands: {stop}")),
        (Ok(_), Err(stop)) => PatchedColumns::Stops(stop.to_string()),
    }
}
