//! Two sides of one table compared: layouts, JSON schemas with the layouts that would be made of them, a table that is deployed.
//!
//! Owns: which of them a pair is, the one table that it makes, the table of the schemas that a deployed one is of.
//! Refuses: reading the files.

use super::{ComparedTable, DeployComparison, TableState, concluded, tables, with_finding};
use crate::pipeline::compat::{ChangeKind, DeployVerdict, KeptRows, MendPlace, TableChanges, column_text, compare, compare_kept, mend};
use crate::pipeline::layout::Layout;
use crate::pipeline::schema::Schema;
use crate::pipeline::transpile;
use crate::rows::column::ErrorColumn;
use crate::rows::schemas::{Lookup, SchemaStore, TableColumns};
use crate::triage::explain::table_of;

/// A file by itself.
#[derive(Debug, Clone)]
pub struct LooseFile {
    /// As it was given.
    pub name: String,
    /// What is in it.
    pub text: Vec<u8>,
    /// Which of its tables is meant, where it may hold several.
    pub table: Option<String>,
    /// Whether it is a JSON schema, not a layout.
    pub is_schema: bool,
    /// How its rows are kept, where that is known from elsewhere than its text.
    pub kept: Option<KeptRows>,
}

impl LooseFile {
    /// Its columns: those it lists, or those that would be made of it.
    fn layout(&self) -> Result<Layout, NoColumns> {
        if !self.is_schema {
            return Layout::parse_table(&self.text, self.table.as_deref())
                .map_err(|reason| NoColumns::Unread(format!("{}: {reason}", self.name)));
        }
        let schema =
            Schema::parse(&self.name, self.text.clone()).map_err(|reason| NoColumns::Unread(format!("{}: {reason}", self.name)))?;
        let made =
            transpile::layout(&schema).map_err(|stop| NoColumns::Unmade(format!("no table can be made of {}: {stop}", self.name)))?;
        Ok(made.layout)
    }

    /// How its rows are kept.
    fn kept(&self) -> Option<KeptRows> {
        self.kept.clone().or_else(|| if self.is_schema { None } else { KeptRows::read(&self.text) })
    }
}

/// Why a file has no columns.
enum NoColumns {
    /// It cannot be read.
    Unread(String),
    /// It is a schema that no table can be made of.
    Unmade(String),
}

impl NoColumns {
    fn reason(self) -> String {
        match self {
            NoColumns::Unread(reason) | NoColumns::Unmade(reason) => reason,
        }
    }
}

/// What a pair of files is a pair of.
#[derive(Debug, Clone, Default)]
pub struct PairOf {
    /// Namespace, doctype and version, where they are known.
    pub doctype: Option<(String, String, String)>,
    /// The layout's file in the schemas; the name of the later side where there is none.
    pub file: String,
    /// The tables in BigQuery, as SQL names them.
    pub tables: Vec<String>,
    /// Whether one side is what is deployed of the other: a deploy leaves the order of columns as it is.
    pub is_deployed: bool,
}

/// New columns stand at the end of a table that is there, whatever their place in the schemas: their order is no matter.
fn order_is_kept(changes: &mut TableChanges) {
    let is_order = |kind: ChangeKind| kind == ChangeKind::Order;
    changes.findings.iter_mut().filter(|finding| is_order(finding.kind)).for_each(|finding| finding.verdict = DeployVerdict::Ok);
    changes.changes.iter_mut().filter(|change| is_order(change.kind)).for_each(|change| change.verdict = DeployVerdict::Ok);
}

/// Compares two files.
pub fn compare_files(old: &LooseFile, new: &LooseFile, allowlist: Option<&str>) -> DeployComparison {
    compare_pair(old, new, PairOf { file: new.name.clone(), ..PairOf::default() }, allowlist)
}

/// Compares two layouts or schemas of one table.
pub fn compare_pair(old: &LooseFile, new: &LooseFile, of: PairOf, allowlist: Option<&str>) -> DeployComparison {
    let (namespace, doctype, version) = of.doctype.unwrap_or_else(|| (String::new(), new.name.clone(), String::new()));
    let mut table = ComparedTable {
        namespace,
        doctype,
        version,
        file: of.file,
        state: TableState::Changed,
        changes: TableChanges::default(),
        mends: Vec::new(),
        schema: Vec::new(),
        allowed: None,
        moved: None,
    };
    let documents = || {
        if old.is_schema && new.is_schema {
            tables::documents(&old.name, Ok(old.text.clone()), &new.name, Ok(new.text.clone()))
        } else {
            Ok(Vec::new())
        }
    };
    // Documents are compared whatever becomes of the columns.
    match documents() {
        Ok(schema) => table.schema = schema,
        Err(reason) => table.state = TableState::Unreadable(reason),
    }
    match (old.layout(), new.layout()) {
        _ if table.state != TableState::Changed => {}
        (Ok(before), Ok(now)) => {
            table.changes = compare(&before, &now);
            if of.is_deployed {
                order_is_kept(&mut table.changes);
            }
            if let (Some(kept), Some(to_be)) = (old.kept(), new.kept()) {
                compare_kept(&kept, &to_be, &now).into_iter().for_each(|finding| with_finding(&mut table, finding, None));
                table.changes.changes.sort_by(|a, b| a.verdict.cmp(&b.verdict).then_with(|| a.column.cmp(&b.column)));
            }
            let (name, file) = (if table.namespace.is_empty() { String::new() } else { table.dotted() }, table.file.clone());
            let place = MendPlace { name: &name, file: &file, tables: &of.tables, old: Some(&before), new: Some(&now) };
            table.mends = table.changes.findings.iter().map(|finding| mend(finding, &place)).collect();
        }
        // A table that neither side makes has no columns to compare.
        (Err(NoColumns::Unmade(reason)), Err(NoColumns::Unmade(_))) => table.changes.standing.push(reason),
        (Err(reason), Err(_)) => table.state = TableState::Unreadable(format!("neither side can be read: {}", reason.reason())),
        (Err(NoColumns::Unmade(reason)), Ok(_)) => table.state = TableState::Unreadable(format!("the columns of the old side: {reason}")),
        (Ok(_), Err(NoColumns::Unmade(reason))) => table.state = TableState::Unreadable(format!("the columns of the new side: {reason}")),
        (Err(reason), Ok(_)) => table.state = TableState::Unreadable(format!("the old side cannot be read: {}", reason.reason())),
        (Ok(_), Err(reason)) => table.state = TableState::Unreadable(format!("the new side cannot be read: {}", reason.reason())),
    }
    let is_same = table.state == TableState::Changed && table.changes.changes.is_empty() && table.schema.is_empty();
    if is_same { concluded(Vec::new(), 1, 0, allowlist) } else { concluded(vec![table], 0, 0, allowlist) }
}

/// The table of a store that a deployed table is of, as a file beside it: found by the names of dataset and table.
///
/// # Errors
/// The schemas have no such table, or nothing that makes its columns.
pub fn file_of_table(store: &SchemaStore, name: &str) -> Result<(LooseFile, PairOf), String> {
    let unknown = || format!("{} has no table of {name}", store.name());
    let (namespace, doctype, version) = table_of(name).ok_or_else(unknown)?;
    let Lookup::Found(at) = store.lookup(&namespace, &doctype, Some(&version)) else { return Err(unknown()) };
    let found = store.doctypes().get(at).ok_or_else(unknown)?;
    let columns = store.columns(at).map_err(|error| error.to_string())?;
    let layout = match &columns {
        TableColumns::Missing(why) => return Err(format!("{} has no columns of {name}: {why}", store.name())),
        columns => columns.layout().ok_or_else(unknown)?,
    };
    let list: Vec<String> = layout.top().map(|id| column_text(layout, id, None, None)).collect();
    let file = found.layout.clone().unwrap_or_else(|| format!("{0}/{1}/{1}.{2}.bq", found.namespace, found.doctype, found.version));
    // Tables of the pipeline are kept by day; of others nothing is known.
    let is_kept = name.contains("_live.") || name.contains("_stable.");
    let kept = (is_kept && layout.child(None, ErrorColumn::Time.name()).is_some()).then(KeptRows::pipeline);
    let text = format!("[{}]", list.join(", ")).into_bytes();
    let doctype = Some((found.namespace.clone(), found.doctype.clone(), found.version.clone()));
    let tables = vec![format!("`{name}`")];
    Ok((LooseFile { name: file.clone(), text, table: None, is_schema: false, kept }, PairOf { doctype, file, tables, is_deployed: true }))
}
