//! Two files compared that are no repository: layouts, or JSON schemas with the layouts that would be made of them.
//!
//! Owns: which of both a pair is, and the one table that it makes.
//! Refuses: reading the files.

use super::{ComparedTable, DeployComparison, TableState, concluded, tables};
use crate::pipeline::compat::{MendPlace, TableChanges, compare, mend};
use crate::pipeline::layout::Layout;
use crate::pipeline::schema::Schema;
use crate::pipeline::transpile;

/// A file by itself.
#[derive(Debug, Clone)]
pub struct LooseFile {
    /// As it was given.
    pub name: String,
    /// What is in it.
    pub text: Vec<u8>,
    /// Whether it is a JSON schema, not a layout.
    pub is_schema: bool,
}

impl LooseFile {
    /// Its columns: those it lists, or those that would be made of it.
    fn layout(&self) -> Result<Layout, String> {
        if !self.is_schema {
            return Layout::parse(&self.text).map_err(|reason| format!("{}: {reason}", self.name));
        }
        let schema = Schema::parse(&self.name, self.text.clone()).map_err(|reason| format!("{}: {reason}", self.name))?;
        let made = transpile::layout(&schema).map_err(|stop| format!("no table can be made of {}: {stop}", self.name))?;
        Ok(made.layout)
    }
}

/// Compares two files.
pub fn compare_files(old: &LooseFile, new: &LooseFile, allowlist: Option<&str>) -> DeployComparison {
    let mut table = ComparedTable {
        namespace: String::new(),
        doctype: new.name.clone(),
        version: String::new(),
        file: new.name.clone(),
        state: TableState::Changed,
        changes: TableChanges::default(),
        mends: Vec::new(),
        schema: Vec::new(),
        allowed: None,
    };
    let documents = || {
        if old.is_schema && new.is_schema {
            tables::documents(&old.name, Ok(old.text.clone()), &new.name, Ok(new.text.clone()))
        } else {
            Ok(Vec::new())
        }
    };
    let compared = match (old.layout(), new.layout()) {
        (Ok(before), Ok(now)) => documents().map(|schema| (before, now, schema)),
        (Err(reason), Err(_)) => Err(format!("neither side can be read: {reason}")),
        (Err(reason), Ok(_)) => Err(format!("the old side cannot be read: {reason}")),
        (Ok(_), Err(reason)) => Err(format!("the new side cannot be read: {reason}")),
    };
    match compared {
        Ok((before, now, schema)) => {
            table.changes = compare(&before, &now);
            table.schema = schema;
            let place = MendPlace { file: &new.name, old: Some(&before), new: Some(&now), ..MendPlace::default() };
            table.mends = table.changes.findings.iter().map(|finding| mend(finding, &place)).collect();
        }
        Err(reason) => table.state = TableState::Unreadable(reason),
    }
    let is_same = table.state == TableState::Changed && table.changes.changes.is_empty() && table.schema.is_empty();
    if is_same { concluded(Vec::new(), 1, 0, allowlist) } else { concluded(vec![table], 0, 0, allowlist) }
}
