//! The generator's unified diff of compact columns: `-root.a.[].b TYPE`.
//!
//! Owns: which table a diff is of, what its lines mean for columns.
//! Refuses: whether the diff is whole: it has few lines around each change.

mod written;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::lines::LogText;
use super::{Told, retyped};
use crate::pipeline::compat::DeployRule;
pub(super) use written::of_message;
use written::was;

/// One side of a diff: compact column to type.
type Side = BTreeMap<String, String>;

/// The diff of one table.
#[derive(Default)]
struct TableDiff {
    table: Option<String>,
    gone: BTreeMap<String, (String, usize)>,
    fresh: Side,
    /// Columns around, which both have.
    kept: BTreeSet<String>,
}

/// All that the diffs of a text tell.
pub(super) fn find(log: &LogText) -> Vec<Told> {
    let lines: Vec<&str> = log.lines().collect();
    let (stops, goes_on) = (DeployRule::M(4), DeployRule::M(5));
    let mut found: Vec<Told> = Vec::new();
    // Where the run began whose outcome is not told yet.
    let mut run = 0;
    let mut open = TableDiff::default();
    let mut stopped = None;
    for (at, line) in lines.iter().enumerate() {
        if let Some(name) = line.strip_prefix("--- ") {
            found.extend(told(std::mem::take(&mut open), stops));
            open.table = named(name).or_else(|| lines[at.saturating_sub(3)..at].iter().rev().find_map(|line| named(line)));
        } else if let Some(name) = line.strip_prefix("+++ ") {
            open.table = open.table.take().or_else(|| named(name));
        } else if line.contains("found incompatible changes, but continuing") {
            // Told below the diff of each table that may change so.
            found.extend(told(std::mem::take(&mut open), goes_on));
        } else if line.contains("found incompatible changes") {
            found.extend(told(std::mem::take(&mut open), stops));
            run = found.len();
            stopped.get_or_insert(at);
        } else if line.contains("no incompatible changes detected") {
            // Nothing stops where all that changed may do so.
            open = TableDiff::default();
            found.truncate(run);
        } else {
            let next = lines.get(at + 1).copied().unwrap_or_default();
            column(&mut open, line, next, at);
        }
    }
    found.extend(told(open, stops));
    let is_listed = lines.iter().any(|line| line.contains("items removed from the base"));
    if let Some(at) = stopped
        && found.iter().all(|one| one.rule == goes_on)
        && !is_listed
    {
        found.push(Told {
            rule: stops,
            under: None,
            table: None,
            column: None,
            old: None,
            new: None,
            detail: None,
            message: "found incompatible changes".to_owned(),
            lines: (at + 1, at + 1),
        });
    }
    found
}

/// Takes a line of a diff.
fn column(open: &mut TableDiff, line: &str, next: &str, at: usize) {
    let (sign, rest) = match line.as_bytes().first() {
        Some(b'-') => ('-', &line[1..]),
        Some(b'+') => ('+', &line[1..]),
        _ => (' ', line),
    };
    let Some(rest) = rest.trim_start().strip_prefix("root.") else { return };
    let mut words = rest.split_whitespace();
    let Some(mut path) = words.next().map(str::to_owned) else { return };
    let is_type = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let mut kind = words.next().map(str::to_owned);
    // The line was wrapped: its end stands in the next.
    if kind.is_none() && !next.contains("root.") && !next.starts_with("@@") && !next.starts_with("---") {
        let rest: Vec<&str> = next.split_whitespace().collect();
        match rest[..] {
            [only] if is_type(only) => kind = Some(only.to_owned()),
            [end, only] if is_type(only) => {
                path.push_str(end);
                kind = Some(only.to_owned());
            }
            _ => {}
        }
    }
    let kind = kind.filter(|kind| is_type(kind)).unwrap_or_default();
    match sign {
        '-' => drop(open.gone.insert(path, (kind, at + 1))),
        '+' => drop(open.fresh.insert(path, kind)),
        _ => drop(open.kept.insert(path)),
    }
}

/// `namespace.doctype.version` in the name of a file; its folder and ending are left out.
fn named(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || "'\"`:".contains(c));
    words.filter_map(|word| word.rsplit('/').next()).find_map(|word| {
        let stem = word.strip_suffix(".txt").unwrap_or(word);
        let version = stem.rsplit('.').next()?;
        let is_doctype = stem.matches('.').count() >= 2 && !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        (is_doctype || word.ends_with(".txt")).then(|| stem.to_owned())
    })
}

/// A compact column as a dotted path.
fn plain(path: &str) -> String {
    path.replace(".[]", "")
}

/// A column on the way down a compact column.
struct CompactStep<'a> {
    /// Up to its name, without the mark of a list.
    at: &'a str,
    /// With that.
    end: usize,
    shape: CompactShape<'a>,
}

/// What a column holds, as far as compact columns tell.
#[derive(Clone, Copy, PartialEq, Eq)]
struct CompactShape<'a> {
    is_list: bool,
    holds: CompactHolds<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CompactHolds<'a> {
    /// Of a type; empty where the text does not tell it.
    Value(&'a str),
    Record,
    /// A list of `key` and `value`.
    Map,
}

impl CompactShape<'_> {
    /// Whether both are lists or neither is, and both have columns or neither has.
    fn is_like(&self, other: &CompactShape<'_>) -> bool {
        let is_value = |shape: &CompactShape<'_>| matches!(shape.holds, CompactHolds::Value(_));
        self.is_list == other.is_list && is_value(self) == is_value(other)
    }

    fn mode(&self) -> &'static str {
        if self.is_list { "REPEATED" } else { "NULLABLE" }
    }

    /// In words; with the mode where that is another, too.
    fn named(&self, other: &CompactShape<'_>) -> String {
        let kind = match self.holds {
            CompactHolds::Map => return "map".to_owned(),
            CompactHolds::Record => "RECORD",
            CompactHolds::Value("") => "value",
            CompactHolds::Value(kind) => kind,
        };
        if self.is_list && !other.is_list { format!("REPEATED {kind}") } else { kind.to_owned() }
    }

    /// The rule that a change to another is told by, and both in words.
    fn change(&self, new: &CompactShape<'_>) -> (DeployRule, String, String) {
        let is_same = match (self.holds, new.holds) {
            (CompactHolds::Value(old), CompactHolds::Value(new)) => old == new || old.is_empty() || new.is_empty(),
            (old, new) => old == new,
        };
        match is_same {
            true => (DeployRule::C(6), self.mode().to_owned(), new.mode().to_owned()),
            false => (DeployRule::C(9), self.named(new), new.named(self)),
        }
    }
}

/// The columns on the way down to a compact column, itself the last.
fn steps<'a>(path: &'a str, kind: &'a str) -> Vec<CompactStep<'a>> {
    let mut found: Vec<CompactStep<'a>> = Vec::new();
    let mut end = 0;
    for name in path.split('.') {
        let start = end;
        end = if found.is_empty() { name.len() } else { start + 1 + name.len() };
        let Some(at) = path.get(..end) else { break };
        match found.last_mut() {
            Some(above) if name == "[]" => (above.end, above.shape.is_list) = (end, true),
            above => {
                if let Some(above) = above {
                    let is_map = above.shape.is_list && matches!(name, "key" | "value");
                    above.shape.holds = if is_map { CompactHolds::Map } else { CompactHolds::Record };
                }
                found.push(CompactStep { at, end, shape: CompactShape { is_list: false, holds: CompactHolds::Value(kind) } });
            }
        }
    }
    found
}

/// What the new side has at each column.
type NewColumns<'a> = BTreeMap<&'a str, Vec<CompactShape<'a>>>;

fn now(diff: &TableDiff) -> NewColumns<'_> {
    let mut now = NewColumns::new();
    let fresh = diff.fresh.iter().map(|(path, kind)| (path.as_str(), kind.as_str()));
    for (path, kind) in fresh.chain(diff.kept.iter().map(|path| (path.as_str(), ""))) {
        for step in steps(path, kind) {
            let known = now.entry(step.at).or_default();
            if !known.contains(&step.shape) {
                known.push(step.shape);
            }
        }
    }
    now
}

/// The topmost column above a compact column, or itself, that has another shape now: up to where, the old and the new shape.
fn reshaped<'a>(way: &[CompactStep<'a>], now: &NewColumns<'a>) -> Option<(usize, CompactShape<'a>, CompactShape<'a>)> {
    for step in way {
        let shapes = now.get(step.at)?;
        if !shapes.iter().any(|shape| shape.is_like(&step.shape)) {
            // Of a list whose elements have `key` and others, it is a map all the same.
            let new = shapes.iter().find(|shape| shape.holds == CompactHolds::Map).or_else(|| shapes.first())?;
            return Some((step.end, step.shape, *new));
        }
    }
    None
}

/// What the diff of a table tells, each column once; one that has another shape once for all below.
fn told(diff: TableDiff, rule: DeployRule) -> Vec<Told> {
    let mut found: Vec<Told> = Vec::new();
    let mut known: HashMap<(DeployRule, String), usize> = HashMap::new();
    let now = now(&diff);
    // Columns that are new, by name and type.
    let mut moves: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (path, kind) in &diff.fresh {
        let leaf = path.trim_end_matches(".[]").rsplit('.').next().unwrap_or_default();
        moves.entry((leaf, kind)).or_default().push(path);
    }
    for (path, (kind, line)) in &diff.gone {
        let top = if plain(path).contains('.') { DeployRule::C(11) } else { DeployRule::C(10) };
        let known_kind = Some(kind.clone()).filter(|kind| !kind.is_empty());
        let (under, at, old, new) = match (reshaped(&steps(path, kind), &now), diff.fresh.get(path)) {
            (Some((end, old, new)), _) => {
                let (under, old, new) = old.change(&new);
                (under, path.get(..end).unwrap_or(path), Some(old), Some(new))
            }
            // Only its place in the list is another.
            (None, Some(new)) if new == kind && !kind.is_empty() => continue,
            (None, Some(new)) => {
                let is_wider = crate::pipeline::compat::widens(retyped::canonical(kind), retyped::canonical(new));
                let under = if is_wider { DeployRule::C(8) } else { DeployRule::C(7) };
                (under, path.as_str(), Some(kind.clone()), Some(new.clone()))
            }
            (None, None) => (top, path.as_str(), known_kind, None),
        };
        let column = plain(at);
        if let Some(known) = known.get(&(under, column.clone())).and_then(|&at| found.get_mut(at)) {
            known.lines.1 = known.lines.1.max(*line);
            continue;
        }
        known.insert((under, column.clone()), found.len());
        let detail = match under == top {
            true => {
                let leaf = column.rsplit('.').next().unwrap_or_default();
                let others = moves.get(&(leaf, kind.as_str()));
                others.and_then(|all| all.iter().map(|other| plain(other)).find(|other| *other != column))
            }
            false => was(&diff, at),
        };
        let message = format!("-root.{path} {kind}");
        let table = diff.table.clone();
        found.push(Told { rule, under: Some(under), table, column: Some(column), old, new, detail, message, lines: (*line, *line) });
    }
    found
}

#[cfg(test)]
mod tests;
