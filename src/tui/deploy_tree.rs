//! What a deploy would do, as a tree: cause > table > column; or what the log of one says: cause > lines of the log.
//!
//! Owns: which line is which, what goes below what, which lines a search finds, the table and column of a line.
//! Refuses: comparing and reading logs (triage), wording (facts), what is open (outline).

use crate::ground::outline::{Outline, Tree};
use crate::ground::sought::Sighting;
use crate::pipeline::compat::{ColumnChange, DeployVerdict};
use crate::triage::compat::{ComparedTable, DeployCause, DeployComparison};
use crate::triage::explain::{Explanation, table_of};
use crate::triage::facts::{Facts, deploy, explain};
use crate::triage::revisions::SchemaPair;

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

/// Makes the lines, outermost first.
#[derive(Default)]
struct Planting {
    items: Vec<DeployItem>,
    open: Vec<u32>,
}

impl Planting {
    fn put(&mut self, line: DeployLine) {
        let at = self.items.len() as u32;
        self.items.push(DeployItem { line, depth: self.open.len() as u8, end: at + 1, parent: self.open.last().copied() });
    }

    fn branch(&mut self, line: DeployLine, below: impl FnOnce(&mut Self)) {
        let at = self.items.len();
        self.put(line);
        self.open.push(at as u32);
        below(self);
        self.open.pop();
        self.items[at].end = self.items.len() as u32;
    }
}

impl DeployTree {
    /// Arranges what was found.
    pub fn new(of: DeployFound) -> Self {
        let mut planting = Planting::default();
        match &of {
            DeployFound::Compared(pair) => compared(&pair.found, &mut planting),
            DeployFound::Explained(log) => explained(log, &mut planting),
        }
        DeployTree { of, items: planting.items }
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

    /// The line that ends the cause of a line, in full: of a table that which is for it.
    pub fn mend(&self, item: usize) -> Option<String> {
        if let Some(log) = self.explained() {
            return Some(log.found.causes.get(self.log_cause(item)?)?.mend.clone());
        }
        let (found, cause) = self.cause(item)?;
        let (DeployLine::Table(_, table) | DeployLine::Column(_, table, _)) = self.line(item) else {
            return cause.mends.first().map(|mend| mend.line.clone());
        };
        let lines = cause.findings.iter().filter(|(at, _)| *at == table);
        let lines: Vec<&str> =
            lines.filter_map(|&(at, finding)| Some(found.tables.get(at)?.mends.get(finding)?.as_ref()?.line.as_str())).collect();
        let mends = || cause.mends.iter().map(|mend| &mend.line);
        // Of several columns beside each other the line is one.
        mends().find(|line| lines.iter().all(|part| line.contains(part))).or_else(|| mends().next()).cloned()
    }

    /// The words of BigQuery, of the generator or of the log for a line.
    pub fn message(&self, item: usize) -> Option<String> {
        match self.explained() {
            Some(log) => Some(log.found.causes.get(self.log_cause(item)?)?.message.clone()),
            None => self.cause(item)?.1.message.clone(),
        }
    }

    /// Everything about a line, as a text.
    pub fn everything(&self, item: usize) -> String {
        let mut facts = Facts::default();
        let named = |facts: &mut Facts, parts: deploy::ToldParts| parts.iter().for_each(|(name, words)| facts.named(*name, words));
        if let Some(log) = self.explained() {
            if let Some(cause) = self.log_cause(item).and_then(|at| log.found.causes.get(at)) {
                facts.line(&explain::cause_head(cause));
                named(&mut facts, explain::cause_parts(cause));
            } else if let DeployLine::RowFault(at) = self.line(item)
                && let Some(fault) = log.found.row_faults.get(at)
            {
                facts.line(&explain::row_fault_head(fault));
                named(&mut facts, explain::row_fault_parts(fault));
                facts.line(explain::NO_CHANGE);
            } else if let DeployLine::LogLine(at) = self.line(item) {
                facts.line(log.lines.get(at).map_or("", |(_, text)| text));
            }
            return facts.to_text();
        }
        if let Some((found, cause)) = self.cause(item) {
            facts.line(&deploy::cause_head(found, cause, usize::MAX));
            named(&mut facts, deploy::cause_parts(found, cause));
            if cause.mends.len() > 1 {
                facts.heading("The line for each table");
                for mend in &cause.mends {
                    facts.named(found.tables.get(mend.table).map(ComparedTable::title).unwrap_or_default(), &deploy::shortened(&mend.line));
                }
            }
            if cause.columns.len() > 1 {
                facts.heading("Columns");
                cause.columns.iter().for_each(|column| facts.line(column));
            }
        } else if let (DeployLine::Keyword(_, place), Some(table)) = (self.line(item), self.table(item))
            && let Some(change) = table.schema.get(place)
        {
            facts.line(&deploy::keyword_place(table, change));
            facts.line(&change.words);
            facts.named("effect", change.effect.name());
            facts.named("before", change.old.as_deref().unwrap_or("nothing"));
            facts.named("now", change.new.as_deref().unwrap_or("nothing"));
        } else if let (DeployLine::NotCompared(_), Some(table)) = (self.line(item), self.table(item))
            && let crate::triage::compat::TableState::Unreadable(reason) = &table.state
        {
            facts.line(&deploy::not_compared(table, reason));
        }
        facts.to_text()
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

    /// Shows a search what is drawn of a line.
    pub fn show(&self, item: usize, sighting: &mut Sighting<'_>) {
        if let Some(log) = self.explained() {
            return show_log(log, self.line(item), sighting);
        }
        let Some(pair) = self.compared() else { return };
        let found = &pair.found;
        match self.line(item) {
            DeployLine::Cause(cause) => {
                let Some(cause) = found.causes.get(cause) else { return };
                sighting.see_word(cause.verdict.name()).see_word(&cause.rule.name()).see(&cause.sentence);
                for table in cause.tables.iter().filter_map(|&at| found.tables.get(at)) {
                    sighting.see(&table.title());
                }
                for column in &cause.columns {
                    sighting.see_long(column);
                }
            }
            DeployLine::Table(..) | DeployLine::NotCompared(_) => {
                sighting.see(&self.table(item).map(ComparedTable::title).unwrap_or_default());
            }
            DeployLine::Column(..) => {
                sighting.see(self.change(item).map_or("", |change| &change.column));
            }
            DeployLine::Keyword(table, place) => {
                let known = found.tables.get(table);
                if let Some((table, change)) = known.and_then(|table| Some((table, table.schema.get(place)?))) {
                    sighting.see(&deploy::keyword_place(table, change)).see(&change.words).see_word(change.effect.name());
                }
            }
            DeployLine::Stands(table, place) => {
                sighting.see(&deploy::stands(found, (table, place)));
            }
            DeployLine::Through | DeployLine::Documents | DeployLine::Standing => {}
            DeployLine::LogCause(_) | DeployLine::RowFault(_) | DeployLine::LogLine(_) | DeployLine::LookedFor(_) => {}
        }
    }
}

fn first_change(found: &DeployComparison, cause: usize, table: usize) -> Option<&ColumnChange> {
    let (_, finding) = found.causes.get(cause)?.findings.iter().find(|(at, _)| *at == table)?;
    let known = found.tables.get(table)?;
    let root = &known.changes.findings.get(*finding)?.column;
    let changes = || known.changes.changes.iter().filter(|change| change.finding == *finding);
    changes().find(|change| change.column == *root).or_else(|| changes().next())
}

fn compared(found: &DeployComparison, planting: &mut Planting) {
    let unread =
        found.tables.iter().enumerate().filter(|(_, table)| matches!(table.state, crate::triage::compat::TableState::Unreadable(_)));
    unread.for_each(|(at, _)| planting.put(DeployLine::NotCompared(at)));
    // The changes of each finding of each table.
    let changes: Vec<Vec<Vec<usize>>> = found
        .tables
        .iter()
        .map(|table| {
            let mut of = vec![Vec::new(); table.changes.findings.len()];
            for (at, change) in table.changes.changes.iter().enumerate() {
                if let Some(of) = of.get_mut(change.finding) {
                    of.push(at);
                }
            }
            of
        })
        .collect();
    let put = |planting: &mut Planting, at: usize| {
        let cause = &found.causes[at];
        let of = |table: usize| -> Vec<usize> {
            let findings = cause.findings.iter().filter(|(known, _)| *known == table);
            let mut all: Vec<usize> = findings.flat_map(|&(table, finding)| changes[table][finding].iter().copied()).collect();
            all.sort_unstable();
            all
        };
        let columns = |planting: &mut Planting, table: usize, all: &[usize]| {
            if all.len() > 1 {
                all.iter().for_each(|&change| planting.put(DeployLine::Column(at, table, change)));
            }
        };
        planting.branch(DeployLine::Cause(at), |planting| match &cause.tables[..] {
            [only] => columns(planting, *only, &of(*only)),
            tables => {
                for &table in tables {
                    planting.branch(DeployLine::Table(at, table), |planting| columns(planting, table, &of(table)));
                }
            }
        });
    };
    let (through, told): (Vec<usize>, Vec<usize>) = (0..found.causes.len()).partition(|&at| found.causes[at].verdict == DeployVerdict::Ok);
    told.into_iter().for_each(|at| put(planting, at));
    if !through.is_empty() {
        planting.branch(DeployLine::Through, |planting| through.into_iter().for_each(|at| put(planting, at)));
    }
    if deploy::documents(found).is_some() {
        planting.branch(DeployLine::Documents, |planting| {
            let all = found.tables.iter().enumerate();
            all.for_each(|(at, table)| (0..table.schema.len()).for_each(|place| planting.put(DeployLine::Keyword(at, place))));
        });
    }
    if deploy::standing(found).next().is_some() {
        planting.branch(DeployLine::Standing, |planting| {
            deploy::standing(found).for_each(|(at, place)| planting.put(DeployLine::Stands(at, place)));
        });
    }
}

fn explained(log: &ExplainedLog, planting: &mut Planting) {
    let line = |number: usize| log.lines.binary_search_by_key(&number, |(number, _)| *number).ok();
    let lines = |planting: &mut Planting, numbers: &[usize]| {
        numbers.iter().filter_map(|&number| line(number)).for_each(|at| planting.put(DeployLine::LogLine(at)));
    };
    for (at, cause) in log.found.causes.iter().enumerate() {
        planting.branch(DeployLine::LogCause(at), |planting| lines(planting, &cause.lines));
    }
    for (at, fault) in log.found.row_faults.iter().enumerate() {
        planting.branch(DeployLine::RowFault(at), |planting| lines(planting, &fault.lines));
    }
    if planting.items.is_empty() {
        log.found.unknown.iter().filter_map(|unknown| line(unknown.line)).for_each(|at| planting.put(DeployLine::LogLine(at)));
        (0..crate::triage::explain::LOOKED_FOR.len()).for_each(|at| planting.put(DeployLine::LookedFor(at)));
    }
}

fn show_log(log: &ExplainedLog, line: DeployLine, sighting: &mut Sighting<'_>) {
    match line {
        DeployLine::LogCause(at) => {
            let Some(cause) = log.found.causes.get(at) else { return };
            sighting.see_word(cause.verdict.name()).see_word(&cause.rule.name()).see(&cause.sentence);
            for name in cause.tables.iter().chain(&cause.columns) {
                sighting.see_long(name);
            }
        }
        DeployLine::RowFault(at) => {
            sighting.see(log.found.row_faults.get(at).map_or("", |fault| &fault.sentence));
        }
        DeployLine::LogLine(at) => {
            sighting.see_long(log.lines.get(at).map_or("", |(_, text)| text));
        }
        _ => {}
    }
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
