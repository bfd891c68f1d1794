//! The generator's unified diff of compact columns: `-root.a.[].b TYPE`.
//!
//! Owns: which table a diff is of, what its lines mean for columns.
//! Refuses: whether the diff is whole: it has few lines around each change.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::LogText;
use super::{Told, known};
use crate::pipeline::compat::DeployRule;

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

/// The map that a compact column is the key or value of.
fn map_of(path: &str) -> Option<&str> {
    path.split_once(".[].key").or_else(|| path.split_once(".[].value")).map(|(map, _)| map)
}

/// What the diff of a table tells, each column once; a map that became a record, or a record a map, once for all below.
fn told(diff: TableDiff, rule: DeployRule) -> Vec<Told> {
    let mut found: Vec<Told> = Vec::new();
    let now: BTreeMap<String, &String> = diff.fresh.iter().map(|(path, kind)| (plain(path), kind)).collect();
    let below = |prefix: &str| diff.fresh.keys().chain(&diff.kept).any(|path| path.starts_with(prefix));
    for (path, (kind, line)) in &diff.gone {
        let column = plain(path);
        let top = if column.contains('.') { DeployRule::C(11) } else { DeployRule::C(10) };
        let shape = shape(path, &below);
        let (under, column, old, new) = match (&shape, diff.fresh.get(path), now.get(&column)) {
            (Some((shaped, old, new)), ..) => (DeployRule::C(9), shaped.clone(), Some((*old).to_owned()), Some((*new).to_owned())),
            (None, Some(new), _) => {
                let is_wider = crate::pipeline::compat::widens(known::canonical(kind), known::canonical(new));
                let rule = if is_wider { DeployRule::C(8) } else { DeployRule::C(7) };
                (rule, column, Some(kind.clone()), Some(new.clone()))
            }
            (None, None, Some(_)) => {
                let was_list = path.contains(".[]");
                let modes = if was_list { ("REPEATED", "NULLABLE") } else { ("NULLABLE", "REPEATED") };
                (DeployRule::C(6), column, Some(modes.0.to_owned()), Some(modes.1.to_owned()))
            }
            _ => (top, column, Some(kind.clone()).filter(|kind| !kind.is_empty()), None),
        };
        if let Some(known) = found.iter_mut().find(|known| known.under == Some(under) && known.column.as_ref() == Some(&column)) {
            known.lines.1 = known.lines.1.max(*line);
            continue;
        }
        let leaf = column.rsplit('.').next().unwrap_or_default();
        let moved = diff.fresh.iter().find(|(other, other_kind)| {
            under == top && *other_kind == kind && plain(other).rsplit('.').next() == Some(leaf) && plain(other) != column
        });
        let detail = moved.map(|(other, _)| plain(other));
        let message = format!("-root.{path} {kind}");
        let table = diff.table.clone();
        found.push(Told { rule, under: Some(under), table, column: Some(column), old, new, detail, message, lines: (*line, *line) });
    }
    found
}

/// The column whose shape changed, and how.
fn shape(path: &str, below: &impl Fn(&str) -> bool) -> Option<(String, &'static str, &'static str)> {
    if let Some(map) = map_of(path)
        && below(&format!("{map}."))
        && !below(&format!("{map}.[]"))
    {
        return Some((plain(map), "map", "RECORD"));
    }
    let mut end = path.rfind('.');
    while let Some(at) = end {
        let parent = &path[..at];
        if !parent.ends_with(".[]") && below(&format!("{parent}.[].key")) {
            return Some((plain(parent), "RECORD", "map"));
        }
        end = parent.rfind('.');
    }
    None
}
