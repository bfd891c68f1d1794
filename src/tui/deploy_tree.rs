//! What a deploy would do, as a tree: cause > table > column; or what the log of one says: cause > lines of the log.
//!
//! Owns: which line is which, the table and column of a line; what goes below what (planting), what is told, copied and found of a line (told).
//! Refuses: comparing and reading logs (triage), wording (facts), what is open (outline).

mod planting;
mod told;

use crate::ground::outline::{Outline, Tree};
use crate::pipeline::compat::ColumnChange;
use crate::pipeline::compat::schemas::SchemaChange;
use crate::triage::compat::{ComparedTable, DeployCause, DeployComparison};
use crate::triage::explain::{Explanation, table_of};
use crate::triage::revisions::SchemaPair;
pub(super) use told::listed;

/// Lines that are opened without being asked for, at most.
const OPEN_AT_START: usize = 16;

/// A comparison and what it compares.
pub struct ComparedPair {
    /// Both sides.
    pub pair: SchemaPair,
    /// What came of it.
    pub found: DeployComparison,
    /// How far the schemas' way has come, in a line.
    pub chain: Option<String>,
}

/// A log and what it comes to.
pub struct ExplainedLog {
    /// What came of it.
    pub found: Explanation,
    /// The lines that it names, by their numbers from 1, ascending.
    pub lines: Vec<(usize, String)>,
}

/// What is listed.
pub enum DeployFound {
    /// Two states of the schemas.
    Compared(Box<ComparedPair>),
    /// The log of a deploy.
    Explained(Box<ExplainedLog>),
}

/// What a line is. Numbers are positions in what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeployLine {
    /// A table that could not be compared.
    NotCompared(usize),
    /// A cause.
    Cause(usize),
    /// One of several tables of a cause.
    Table(usize, usize),
    /// One of several columns of a cause in a table: cause, table, change.
    Column(usize, usize, usize),
    /// What goes through, below it.
    Through,
    /// What is different for documents, below it.
    Documents,
    /// A keyword of a JSON schema: table, change.
    Keyword(usize, usize),
    /// How the allowlist was used, below it.
    Allowlist,
    /// A line of it, by its position.
    Glob(usize),
    /// An incompatible table that no line covers, by its position.
    Uncovered(usize),
    /// What the earlier side exceeds already, below it.
    Standing,
    /// One of these: table, sentence.
    Stands(usize, usize),
    /// A cause of a log.
    LogCause(usize),
    /// A fault of rows in a log.
    RowFault(usize),
    /// A line of the log, by position in its lines.
    LogLine(usize),
    /// What was looked for in a log that says nothing known.
    LookedFor(usize),
}

#[derive(Clone, Copy)]
struct DeployItem {
    line: DeployLine,
    depth: u8,
    end: u32,
    parent: Option<u32>,
}

/// The tree over what was found.
pub struct DeployTree {
    /// What it is made of.
    pub of: DeployFound,
    items: Vec<DeployItem>,
}

/// A table, a column of it, and the revision that a change is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployPlace {
    /// As the schemas or the log call it.
    pub namespace: String,
    /// The same.
    pub doctype: String,
    /// The same.
    pub version: String,
    /// Dotted path; empty for the table.
    pub column: String,
    /// Where a log names it.
    pub revision: Option<String>,
}

impl DeployTree {
    /// Arranges what was found.
    pub fn new(of: DeployFound) -> Self {
        let items = planting::items(&of);
        DeployTree { of, items }
    }

    /// What stands on a line.
    pub fn line(&self, item: usize) -> DeployLine {
        self.items[item].line
    }

    /// The comparison, where it is one.
    pub fn compared(&self) -> Option<&ComparedPair> {
        match &self.of {
            DeployFound::Compared(pair) => Some(pair),
            DeployFound::Explained(_) => None,
        }
    }

    /// The log, where it is one.
    pub fn explained(&self) -> Option<&ExplainedLog> {
        match &self.of {
            DeployFound::Explained(log) => Some(log),
            DeployFound::Compared(_) => None,
        }
    }

    /// The cause that a line is of, with its comparison.
    pub fn cause(&self, item: usize) -> Option<(&DeployComparison, &DeployCause)> {
        let found = &self.compared()?.found;
        match self.line(item) {
            DeployLine::Cause(cause) | DeployLine::Table(cause, _) | DeployLine::Column(cause, ..) => {
                Some((found, found.causes.get(cause)?))
            }
            _ => None,
        }
    }

    /// The table that a line is about, or the first of several.
    pub fn table(&self, item: usize) -> Option<&ComparedTable> {
        let found = &self.compared()?.found;
        let at = match self.line(item) {
            DeployLine::Cause(cause) => *found.causes.get(cause)?.tables.first()?,
            DeployLine::Table(_, table)
            | DeployLine::Column(_, table, _)
            | DeployLine::NotCompared(table)
            | DeployLine::Keyword(table, _)
            | DeployLine::Stands(table, _) => table,
            _ => return None,
        };
        found.tables.get(at)
    }

    /// The change of a column that a line is about, or the first of several.
    pub fn change(&self, item: usize) -> Option<&ColumnChange> {
        let found = &self.compared()?.found;
        match self.line(item) {
            DeployLine::Column(_, table, change) => found.tables.get(table)?.changes.changes.get(change),
            DeployLine::Cause(cause) => {
                let table = *found.causes.get(cause)?.tables.first()?;
                first_change(found, cause, table)
            }
            DeployLine::Table(cause, table) => first_change(found, cause, table),
            _ => None,
        }
    }

    /// The change of a JSON schema that a line is about.
    pub fn keyword(&self, item: usize) -> Option<&SchemaChange> {
        match self.line(item) {
            DeployLine::Keyword(table, at) => self.compared()?.found.tables.get(table)?.schema.get(at),
            _ => None,
        }
    }

    /// Where a line leads; `None` where it is about no table.
    pub fn place(&self, item: usize) -> Option<DeployPlace> {
        if let Some(log) = self.explained() {
            let cause = self.log_cause(item).and_then(|cause| log.found.causes.get(cause))?;
            let (namespace, doctype, version) = cause.tables.iter().find_map(|table| table_of(table))?;
            let column = cause.columns.first().cloned().unwrap_or_default();
            return Some(DeployPlace { namespace, doctype, version, column, revision: cause.revision.clone() });
        }
        let table = self.table(item)?;
        let column = self.change(item).map(|change| change.column.clone()).unwrap_or_default();
        let (namespace, doctype, version) = (table.namespace.clone(), table.doctype.clone(), table.version.clone());
        Some(DeployPlace { namespace, doctype, version, column, revision: None })
    }

    /// The cause of a log that a line is, or is below of.
    pub fn log_cause(&self, item: usize) -> Option<usize> {
        std::iter::successors(Some(item), |&item| self.parent(item)).find_map(|item| match self.line(item) {
            DeployLine::LogCause(cause) => Some(cause),
            _ => None,
        })
    }

    /// What stops open to its tables and columns, as far as that is little; the rest closed.
    pub fn at_start(&self) -> Outline {
        let mut outline = Outline::with_levels(self, 0);
        let mut room = OPEN_AT_START;
        let tops = std::iter::successors(Some(0), |&item| (self.end(item) < self.len()).then(|| self.end(item)));
        let branches: Vec<usize> = tops.take_while(|&item| item < self.len()).filter(|&item| self.is_branch(item)).collect();
        for item in branches {
            let below = self.end(item) - item;
            let stops =
                self.cause(item).is_some_and(|(_, cause)| cause.verdict.stops()) || matches!(self.line(item), DeployLine::LogCause(_));
            if !stops || below > room {
                continue;
            }
            room -= below;
            outline.set_open(self, &[item], true);
        }
        outline
    }
}

fn first_change(found: &DeployComparison, cause: usize, table: usize) -> Option<&ColumnChange> {
    let (_, finding) = found.causes.get(cause)?.findings.iter().find(|(at, _)| *at == table)?;
    let known = found.tables.get(table)?;
    let root = &known.changes.findings.get(*finding)?.column;
    let changes = || known.changes.changes.iter().filter(|change| change.finding == *finding);
    changes().find(|change| change.column == *root).or_else(|| changes().next())
}

impl Tree for DeployTree {
    fn len(&self) -> usize {
        self.items.len()
    }
    fn end(&self, item: usize) -> usize {
        self.items[item].end as usize
    }
    fn parent(&self, item: usize) -> Option<usize> {
        self.items[item].parent.map(|parent| parent as usize)
    }
    fn depth(&self, item: usize) -> usize {
        usize::from(self.items[item].depth)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rows::demo;
    use crate::triage::compat::{CompareOptions, compare};
    use crate::triage::explain::explain;
    use crate::triage::revisions::{PairChoice, open};

    fn of_demo() -> DeployTree {
        let pair = open(&Arc::new(demo::schemas().unwrap()), &PairChoice::Revision(0), None).unwrap();
        let found = compare(&pair.old, &pair.new, &CompareOptions { documents: true, ..CompareOptions::default() });
        DeployTree::new(DeployFound::Compared(Box::new(ComparedPair { pair, found, chain: None })))
    }

    #[test]
    fn a_cause_of_several_tables_holds_them_with_their_columns() {
        let tree = of_demo();
        let lines: Vec<(usize, DeployLine)> = (0..8).map(|item| (tree.depth(item), tree.line(item))).collect();
        assert!(matches!(lines[0], (0, DeployLine::Cause(0))), "one column of one table is one line: {lines:?}");
        assert!(matches!(lines[1..5], [(0, DeployLine::Cause(1)), (1, DeployLine::Table(1, _)), (2, _), (2, _)]), "{lines:?}");
        assert_eq!((tree.end(0), tree.end(1), tree.parent(3)), (1, 8, Some(2)));
        let place = tree.place(3).unwrap();
        assert_eq!(
            (place.namespace.as_str(), place.doctype.as_str(), place.column.as_str()),
            ("acme-reader", "events", "client_info.architecture")
        );
        assert_eq!(tree.at_start().rows(), 7, "what stops is open to its tables");
    }

    #[test]
    fn the_line_that_ends_a_cause_is_copied_whole() {
        let tree = of_demo();
        assert!(tree.mend(0).unwrap().starts_with(r#"{"name": "memory_mb", "type": "STRING""#));
        assert_eq!(tree.mend(1), tree.mend(2));
        assert_eq!(tree.message(0).unwrap(), "Field environment.system.memory_mb has changed type from STRING to INTEGER");
        let everything = tree.everything(1);
        assert!(everything.contains("acme-reader/session.1") && everything.contains("client_info.os_version"), "{everything}");
        let of_table = tree.everything(2);
        assert!(of_table.contains("size") && of_table.contains("as before") | of_table.contains("than before"), "{of_table}");
    }

    #[test]
    fn every_line_of_a_comparison_has_something_to_tell() {
        let mut tree = of_demo();
        if let DeployFound::Compared(pair) = &mut tree.of {
            pair.found.tables[0].changes.standing.push("Columns: 12,000 of 10,000".to_owned());
        }
        let tree = DeployTree::new(tree.of);
        for item in 0..tree.len() {
            assert!(!tree.everything(item).trim().is_empty(), "{:?}", tree.line(item));
        }
        let told = |line: DeployLine| tree.everything((0..tree.len()).find(|&item| tree.line(item) == line).unwrap());
        assert!(told(DeployLine::Standing).contains("12,000") && told(DeployLine::Standing).contains("no fault of this deploy"));
        assert!(told(DeployLine::Documents).contains("documents: "));
    }

    #[test]
    fn a_log_leads_to_tables_in_their_names() {
        let text = "Table p:acme_reader_live.events_v1. Field client_info.os is missing in new schema, invalid";
        let log = ExplainedLog { found: explain(text.as_bytes()), lines: vec![(1, text.to_owned())] };
        let tree = DeployTree::new(DeployFound::Explained(Box::new(log)));
        assert_eq!((tree.line(0), tree.line(1), tree.len()), (DeployLine::LogCause(0), DeployLine::LogLine(0), 2));
        let place = tree.place(1).unwrap();
        assert_eq!((place.namespace.as_str(), place.version.as_str(), place.column.as_str()), ("acme-reader", "1", "client_info.os"));
    }
}
