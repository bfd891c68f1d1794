//! What a text tells again and again, folded into causes.
//!
//! Owns: when two messages are one cause, their sentence, verdict and place.
//! Refuses: reading messages (known, lists, diff), the line that ends a cause (mending).

use std::collections::BTreeMap;

use super::lines::LogText;
use super::{ExplainedCause, Told, diff, mending, mentions};
use crate::ground::text::plural;
use crate::pipeline::compat::{DeployRule, DeployVerdict};

/// Most lines that a cause lists.
const MOST_LINES: usize = 1_000;

/// Most columns that a sentence names.
const MOST_NAMED: usize = 3;

/// What makes two messages the same but for table and column.
type Alike = (DeployRule, Option<DeployRule>, String, Option<String>, Option<String>, Option<String>);

fn alike(told: &Told) -> Alike {
    let parent = told.column.as_deref().and_then(|column| column.rsplit_once('.')).map(|(parent, _)| parent.to_owned()).unwrap_or_default();
    // Of columns that are gone the type matters little.
    let is_gone = told.new.is_none();
    let old = if is_gone { None } else { told.old.clone() };
    // What each column was is its own.
    let is_own = is_gone || written(told).is_some();
    let detail = if is_own && told.column.is_some() { None } else { told.detail.clone() };
    (told.rule, told.under, parent, old, told.new.clone(), detail)
}

/// Folds in the order of the text.
pub(super) fn fold(log: &LogText, told: Vec<Told>) -> Vec<ExplainedCause> {
    // The tables of each column, then columns of a record that have the same tables.
    let mut columns: Vec<(Alike, Option<String>, Vec<Told>)> = Vec::new();
    let mut known: std::collections::HashMap<(Alike, Option<String>), usize> = std::collections::HashMap::new();
    for one in told {
        let key = (alike(&one), one.column.clone());
        let at = *known.entry(key).or_insert(columns.len());
        match columns.get_mut(at) {
            Some((.., all)) => all.push(one),
            None => columns.push((alike(&one), one.column.clone(), vec![one])),
        }
    }
    let tables = |all: &[Told]| -> Vec<String> {
        let mut tables: Vec<String> = all.iter().filter_map(|one| one.table.clone()).collect();
        tables.sort();
        tables.dedup();
        tables
    };
    let mut joined: BTreeMap<(Alike, Vec<String>), Vec<Told>> = BTreeMap::new();
    for (alike, _, all) in columns {
        joined.entry((alike, tables(&all))).or_default().extend(all);
    }
    let mut causes: Vec<(usize, ExplainedCause)> = joined
        .into_values()
        .map(|mut all| {
            all.sort_by_key(|one| one.lines);
            (all.first().map_or(0, |one| one.lines.0), cause(log, &all))
        })
        .collect();
    causes.sort_by_key(|(line, _)| *line);
    causes.into_iter().map(|(_, cause)| cause).collect()
}

/// Each once, in order.
fn each<'a>(all: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    all.filter(|one| seen.insert(one.as_str())).cloned().collect()
}

fn cause(log: &LogText, all: &[Told]) -> ExplainedCause {
    let first = &all[0];
    let columns = each(all.iter().filter_map(|one| one.column.as_ref()));
    let tables = each(all.iter().filter_map(|one| one.table.as_ref()));
    let mut lines: Vec<usize> = all.iter().flat_map(|one| one.lines.0..=one.lines.1.min(one.lines.0 + MOST_LINES)).collect();
    lines.sort_unstable();
    lines.dedup();
    lines.truncate(MOST_LINES);
    let (mend, notes) = mending::mend(all, &columns, &tables);
    let mend = all_written(all, &columns).unwrap_or(mend);
    ExplainedCause {
        rule: first.rule,
        under: first.under,
        verdict: verdict(first.under.unwrap_or(first.rule)),
        sentence: sentence(first, &columns),
        revision: mentions::revision_at(log, first.lines.0),
        tables,
        columns,
        lines,
        message: first.message.clone(),
        mend,
        notes,
    }
}

/// The column as it was, where the text tells all of it and putting it back is what ends the cause.
fn written(told: &Told) -> Option<String> {
    let is_nested = told.column.as_ref().is_some_and(|column| column.contains('.'));
    match told.under? {
        DeployRule::C(8) if !is_nested => None,
        DeployRule::C(5..=9) => told.detail.clone().filter(|detail| detail.starts_with("{\"name\"")),
        DeployRule::C(11) => diff::of_message(&told.message),
        _ => None,
    }
}

/// The same of all columns of a cause.
fn all_written(all: &[Told], columns: &[String]) -> Option<String> {
    let of = |column: &String| all.iter().find(|one| one.column.as_ref() == Some(column)).and_then(written);
    let lines: Option<Vec<String>> = columns.iter().map(of).collect();
    lines.map(|lines| lines.join(", ")).filter(|lines| !lines.is_empty())
}

fn verdict(rule: DeployRule) -> DeployVerdict {
    match rule {
        DeployRule::C(8 | 10 | 12) => DeployVerdict::Ddl,
        _ => DeployVerdict::Block,
    }
}

/// `a.b`, or `31 columns of a (b, c, d, …)`.
fn who(columns: &[String]) -> String {
    match columns {
        [] => "a column".to_owned(),
        [only] => only.clone(),
        all => {
            let parent = all[0].rsplit_once('.').map(|(parent, _)| format!(" of {parent}")).unwrap_or_default();
            let leaf = |column: &String| column.rsplit('.').next().unwrap_or_default().to_owned();
            let named: Vec<String> = all.iter().take(MOST_NAMED).map(leaf).collect();
            let more = if all.len() > MOST_NAMED { ", …" } else { "" };
            format!("{}{parent} ({}{more})", plural(all.len() as u64, "column", "columns"), named.join(", "))
        }
    }
}

/// Whether a diff tells so much of a column that its shape is known, not a type alone.
fn is_shape(told: &str) -> bool {
    ["map", "RECORD", "REPEATED"].iter().any(|word| told.starts_with(word))
}

/// What happened.
fn sentence(told: &Told, columns: &[String]) -> String {
    let who = who(columns);
    let (is, has) = if columns.len() > 1 { ("are", "have") } else { ("is", "has") };
    let (old, new) = (told.old.as_deref().unwrap_or("?"), told.new.as_deref().unwrap_or("?"));
    let detail = told.detail.as_deref().unwrap_or_default();
    match told.under.unwrap_or(told.rule) {
        DeployRule::C(1) if told.column.is_none() => {
            "the list of columns does not go on from what the table has: new ones stand at the end".to_owned()
        }
        DeployRule::C(1) => format!("{who} {is} new, and the write may not add columns"),
        DeployRule::C(2) => format!("{who} {is} new and REQUIRED"),
        DeployRule::C(5) if told.old.is_none() => format!("{who} {is} to become REQUIRED"),
        DeployRule::C(4..=6) => format!("{who} {has} another mode: {old} became {new}"),
        DeployRule::C(9) if told.under.is_some() && [old, new].into_iter().any(is_shape) => {
            format!("{who} {has} another shape: {old} became {new}")
        }
        DeployRule::C(7..=9) if told.new.is_some() => format!("{who} {has} another type: {old} became {new}"),
        DeployRule::C(7) => detail.to_owned(),
        DeployRule::C(10 | 11) if detail.is_empty() || columns.len() > 1 => format!("{who} {is} gone from the schema"),
        DeployRule::C(10 | 11) => format!("{who} {is} gone from the schema: moved to {detail}?"),
        DeployRule::C(13) if told.column.is_some() => format!("the description of {who} is longer than 1,024 characters"),
        DeployRule::C(16) => format!("{who} {has} a name that BigQuery refuses, or that is there already"),
        DeployRule::C(17) => {
            let digits: String = detail.chars().filter(char::is_ascii_digit).collect();
            let told = digits.parse().map(|number| plural(number, "column", "columns")).unwrap_or_else(|_| "too many columns".to_owned());
            format!("the table would have {told}; BigQuery takes 10,000")
        }
        DeployRule::C(18) => format!("{who} is nested deeper than 15 RECORDs"),
        DeployRule::C(19) => "the table is partitioned in another way".to_owned(),
        DeployRule::C(20) => "the table is clustered in another way, or by a column that cannot be".to_owned(),
        DeployRule::C(21) => format!("columns are copied by their order, and {who} does not stand where it should"),
        DeployRule::C(22) => "too many updates of the table in a short time".to_owned(),
        DeployRule::C(23) => format!("{who} is a RECORD without columns"),
        DeployRule::C(24) => "the table is gone from the schemas".to_owned(),
        DeployRule::M(1) => {
            format!("the schema generator does not know the metric types {}", detail.trim_matches(['[', ']', '{', '}', ' ']))
        }
        DeployRule::M(3) => "a JSON schema has no table layout".to_owned(),
        DeployRule::M(4) => "the generator found incompatible changes, and the text does not show which".to_owned(),
        rule if detail.is_empty() => rule.says().to_owned(),
        rule => format!("{}: {detail}", rule.says()),
    }
}
