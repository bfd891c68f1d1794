//! Findings of all tables folded into the few things that they come from.
//!
//! Owns: when findings of several tables, or of several columns beside each other, are one; the words for many columns.
//! Refuses: findings of one table (pipeline).

use rustc_hash::FxHashMap;

use super::ComparedTable;
use crate::ground::text::{count, plural};
use crate::pipeline::compat::{ChangeKind, DeployFinding, DeployRule, DeployVerdict};

/// One cause.
#[derive(Debug)]
pub struct DeployCause {
    /// What happened.
    pub kind: ChangeKind,
    /// What a deploy does.
    pub verdict: DeployVerdict,
    /// The rule.
    pub rule: DeployRule,
    /// Dotted paths of the columns at its root.
    pub columns: Vec<String>,
    /// Positions of its tables in the comparison, in order.
    pub tables: Vec<usize>,
    /// Its findings: position of the table, position of the finding there.
    pub findings: Vec<(usize, usize)>,
    /// What happened, in words, without the tables.
    pub sentence: String,
    /// BigQuery's words, of the first column.
    pub message: Option<String>,
    /// What ends it: a line for each table whose line is another one.
    pub mends: Vec<CauseLine>,
    /// What else could be done.
    pub notes: Vec<String>,
    /// Tables that could be deployed but for it: positions.
    pub frees: Vec<usize>,
    /// The earlier revision that it clashes with, where that was looked for.
    pub clash: Option<super::CauseClash>,
}

/// A line to paste, and the first table that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseLine {
    /// Position of the table.
    pub table: usize,
    /// The line.
    pub line: String,
}

/// What makes two findings the same but for the table.
#[derive(PartialEq, Eq, Hash, Clone, PartialOrd, Ord)]
struct Alike {
    verdict: DeployVerdict,
    rule: DeployRule,
    kind: ChangeKind,
    parent: String,
    old: String,
    new: String,
    detail: String,
}

/// Most columns that a sentence names.
const MOST_NAMED: usize = 3;

fn alike(finding: &DeployFinding) -> Alike {
    let forms = |forms: &Option<crate::pipeline::compat::ColumnForms>| {
        forms.as_ref().map(|forms| format!("{} {}", forms.shape, forms.mode.name())).unwrap_or_default()
    };
    // Of what is gone or new the type matters little: those of one record are one cause.
    let weighs = !matches!(finding.kind, ChangeKind::Removed | ChangeKind::Added | ChangeKind::Description | ChangeKind::PolicyTags);
    let (old, new) = if weighs { (forms(&finding.old), forms(&finding.new)) } else { (String::new(), String::new()) };
    let parent = finding.column.rsplit_once('.').map(|(parent, _)| parent.to_owned()).unwrap_or_default();
    let used = finding.used.map(|(used, _)| used.to_string()).unwrap_or_default();
    // Columns that moved together are one cause.
    let beside = |other: &String| other.rsplit_once('.').map(|(record, _)| record.to_owned()).unwrap_or_default();
    let apart = finding.other.as_ref().map(|other| if finding.kind == ChangeKind::Moved { beside(other) } else { other.clone() });
    let apart = apart.unwrap_or_default();
    Alike {
        verdict: finding.verdict,
        rule: finding.rule,
        kind: finding.kind,
        parent,
        old,
        new,
        detail: finding.detail.clone() + &used + &apart,
    }
}

/// A finding with its tables: (table, finding).
type Spread = Vec<(usize, usize)>;

/// A column with what was found of it.
type SpreadColumn<'a> = (&'a str, Spread);

/// Folds the findings of all tables; the worst causes first, then those of most tables.
pub(super) fn fold(tables: &[ComparedTable]) -> Vec<DeployCause> {
    // Each column with all its tables, then columns beside each other that have the same tables.
    let mut columns: FxHashMap<(Alike, &str), Spread> = FxHashMap::default();
    for (at, table) in tables.iter().enumerate() {
        for (place, finding) in table.changes.findings.iter().enumerate() {
            columns.entry((alike(finding), &finding.column)).or_default().push((at, place));
        }
    }
    let mut joined: FxHashMap<(Alike, Vec<usize>), Vec<SpreadColumn>> = FxHashMap::default();
    for ((alike, column), spread) in columns {
        let tables: Vec<usize> = spread.iter().map(|(at, _)| *at).collect();
        joined.entry((alike, tables)).or_default().push((column, spread));
    }
    let mut causes: Vec<DeployCause> = joined
        .into_iter()
        .map(|((alike, of), mut columns)| {
            columns.sort_by_key(|(column, _)| *column);
            cause(tables, &alike, of, &columns)
        })
        .collect();
    causes.sort_by(|a, b| {
        let order = |cause: &DeployCause| (cause.verdict, cause.kind, std::cmp::Reverse(cause.tables.len()));
        order(a).cmp(&order(b)).then_with(|| (&a.columns, &a.tables).cmp(&(&b.columns, &b.tables)))
    });
    freed(tables, &mut causes);
    causes
}

fn cause(tables: &[ComparedTable], alike: &Alike, of: Vec<usize>, columns: &[SpreadColumn]) -> DeployCause {
    let finding_of = |(at, place): (usize, usize)| tables.get(at)?.changes.findings.get(place);
    let first = columns.first().and_then(|(_, spread)| finding_of(*spread.first()?));
    let names: Vec<String> = columns.iter().map(|(column, _)| (*column).to_owned()).collect();
    let who = match &names[..] {
        [only] if only.is_empty() => "the table".to_owned(),
        [only] => only.clone(),
        all => many(&alike.parent, all),
    };
    // A sentence of several columns tells the sum of what is below them.
    let sentence = first.map(|first| {
        let mut told = first.clone();
        let below = |spread: &Spread| spread.iter().filter_map(|&at| finding_of(at)).map(|finding| finding.below).max().unwrap_or(0);
        if names.len() > 1
            && let Some((record, _)) = told.other.as_ref().and_then(|other| other.rsplit_once('.'))
        {
            told.other = Some(record.to_owned());
        }
        told.below = columns.iter().map(|(_, spread)| below(spread)).sum();
        told.sentence(&who, names.len() > 1)
    });
    let mut mends: Vec<CauseLine> = Vec::new();
    let mut notes = Vec::new();
    for (i, &at) in of.iter().enumerate() {
        let places = columns.iter().filter_map(|(_, spread)| spread.get(i));
        let found: Vec<_> = places.filter_map(|&(at, place)| tables.get(at)?.mends.get(place)?.as_ref()).collect();
        let Some(mend) = found.first() else { continue };
        let glue = if mend.line.ends_with(';') { " " } else { ", " };
        let line = found.iter().map(|mend| mend.line.as_str()).collect::<Vec<_>>().join(glue);
        if notes.is_empty() {
            notes.clone_from(&mend.notes);
        }
        if mends.iter().all(|known| known.line != line) {
            mends.push(CauseLine { table: at, line });
        }
    }
    DeployCause {
        kind: alike.kind,
        verdict: alike.verdict,
        rule: alike.rule,
        columns: if names.iter().all(String::is_empty) { Vec::new() } else { names },
        tables: of,
        findings: columns.iter().flat_map(|(_, spread)| spread.iter().copied()).collect(),
        sentence: sentence.unwrap_or_default(),
        message: first.and_then(DeployFinding::message),
        mends,
        notes,
        frees: Vec::new(),
        clash: None,
    }
}

/// `31 columns of client_info (app_build, architecture, …)`.
fn many(parent: &str, columns: &[String]) -> String {
    let leaf = |column: &String| column.rsplit('.').next().unwrap_or_default().to_owned();
    let named: Vec<String> = columns.iter().take(MOST_NAMED).map(leaf).collect();
    let more = if columns.len() > MOST_NAMED { ", …" } else { "" };
    let of = if parent.is_empty() { String::new() } else { format!(" of {parent}") };
    format!("{}{of} ({}{more})", plural(columns.len() as u64, "column", "columns"), named.join(", "))
}

/// Tells for each cause that stops a deploy the tables that nothing else stops.
fn freed(tables: &[ComparedTable], causes: &mut [DeployCause]) {
    let mut stopped = vec![0usize; tables.len()];
    for cause in causes.iter().filter(|cause| cause.verdict.stops()) {
        cause.tables.iter().for_each(|&at| stopped[at] += 1);
    }
    for cause in causes.iter_mut().filter(|cause| cause.verdict.stops()) {
        cause.frees = cause.tables.iter().copied().filter(|&at| stopped[at] == 1).collect();
    }
}

impl DeployCause {
    /// `in 3 tables: a, b and 1 more`.
    pub fn of_tables(&self, tables: &[ComparedTable], most: usize) -> String {
        let titles: Vec<String> = self.tables.iter().filter_map(|&at| tables.get(at)).map(ComparedTable::title).collect();
        if let [only] = &titles[..] {
            return only.clone();
        }
        let more = titles.len().saturating_sub(most);
        let rest = if more > 0 { format!(" and {} more", count(more as u64)) } else { String::new() };
        let listed = titles.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
        format!("{}: {listed}{rest}", plural(titles.len() as u64, "table", "tables"))
    }
}
