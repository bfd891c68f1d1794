//! The whole history of the schemas, in lines.

use std::collections::BTreeMap;

use crate::ground::text::{count, plural, visible};
use crate::ground::time::{day, minute};
use crate::pipeline::compat::{DeployRule, DeployVerdict};
use crate::pipeline::layout::size::MOST_LEAVES;
use crate::triage::history::{DeployHistory, PastState, RevisionPair, TableGrowth, growth};

/// Most lines that a revision is told in.
const MOST: usize = 6;

/// Most tables that a line names.
const MOST_TABLES: usize = 2;

/// Revisions that stopped a deploy, newest first, with `all` those that went through as well; counts and growth at the end.
pub fn lines(history: &DeployHistory, all: bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let is_told = |pair: &&RevisionPair| {
        let is_odd = pair.tables.iter().any(|table| table.state == PastState::NotCompared);
        pair.verdict().stops() || is_odd || (all && !pair.tables.is_empty())
    };
    for pair in history.pairs.iter().filter(is_told) {
        revision(pair, &mut lines);
    }
    let tables = growth(history);
    if !tables.is_empty() {
        lines.push(format!("columns of the fullest tables, of {} that BigQuery takes:", count(MOST_LEAVES as u64)));
        lines.extend(tables.iter().map(|table| format!("  {}", grown(table))));
        lines.push(String::new());
    }
    lines.extend(history.notes.iter().map(|note| format!("{note}.")));
    lines.push(summary(history));
    lines
}

fn revision(pair: &RevisionPair, lines: &mut Vec<String>) {
    let tables = plural(pair.tables.len() as u64, "table differs", "tables differ");
    lines.push(format!("{} UTC  {}  {}, {tables}", minute(pair.date), pair.new, pair.verdict().name()));
    let mut told: BTreeMap<(DeployVerdict, DeployRule, &str, &str), Vec<String>> = BTreeMap::new();
    for table in &pair.tables {
        if let Some(fault) = &table.judged.fault {
            lines.push(format!("  NOT COMPARED {}: {}", visible(&table.title()), visible(fault)));
        }
        for change in &table.judged.changes {
            if let Some(sentence) = &change.sentence {
                told.entry((change.verdict, change.rule, sentence, &change.column)).or_default().push(table.title());
            }
        }
    }
    // The same of several columns of the same tables is one line.
    let mut joined: BTreeMap<(DeployVerdict, DeployRule, Vec<String>, &str), Vec<&str>> = BTreeMap::new();
    for ((verdict, rule, sentence, column), tables) in told {
        joined.entry((verdict, rule, tables, sentence)).or_default().push(column);
    }
    let more = joined.len().saturating_sub(MOST);
    for ((verdict, rule, tables, sentence), columns) in joined.into_iter().take(MOST) {
        let others = match tables.len().saturating_sub(MOST_TABLES) {
            0 => String::new(),
            n => format!(" and {} more", count(n as u64)),
        };
        let named = tables.iter().take(MOST_TABLES).cloned().collect::<Vec<_>>().join(", ");
        let who = match columns.first() {
            Some(&"") | None => "the table",
            Some(first) => first,
        };
        let beside = match columns.len() {
            0 | 1 => String::new(),
            n => format!("; the same of {}", plural(n as u64 - 1, "other column", "other columns")),
        };
        let said = sentence.replacen("{}", who, 1);
        lines.push(format!("  {} {} {}{others}: {}{beside}", verdict.name(), rule.name(), visible(&named), visible(&said)));
    }
    if more > 0 {
        lines.push(format!("  and {}", plural(more as u64, "other cause", "other causes")));
    }
    lines.push(String::new());
}

/// One table's growth.
fn grown(table: &TableGrowth) -> String {
    let pace = match table.leaves.checked_sub(table.earlier) {
        Some(0) => format!("as many on {}", day(table.since)),
        Some(more) => format!("{} more than on {}", count(more as u64), day(table.since)),
        None => format!("{} fewer than on {}", count((table.earlier - table.leaves) as u64), day(table.since)),
    };
    let end = match (table.past_since, table.meets) {
        (Some(since), _) => format!("past the limit since {}", day(since)),
        (None, Some(day_of)) => format!("meets the limit on {} at this pace", day(day_of)),
        (None, None) => "does not meet the limit at this pace".to_owned(),
    };
    format!("{}  {}, {pace}; {end}", visible(&table.table), count(table.leaves as u64))
}

fn summary(history: &DeployHistory) -> String {
    let counts = history.counts();
    let n = |number: usize| count(number as u64);
    let mut text = format!(
        "{} of revisions, {} with other tables: {} stop a deploy ({} with a BLOCK, {} with a DDL; in {} a table is gone), {} warn",
        plural(counts.pairs as u64, "pair", "pairs"),
        n(counts.changed),
        n(counts.stopped),
        n(counts.block),
        n(counts.ddl),
        n(counts.removed_tables),
        n(counts.warn),
    );
    if counts.not_compared > 0 {
        text.push_str(&format!("; in {} a table could not be compared", n(counts.not_compared)));
    }
    if history.without_layouts > 0 {
        let earlier = plural(history.without_layouts as u64, "earlier revision has", "earlier revisions have");
        text.push_str(&format!("; {earlier} no layouts and {} not judged", if history.without_layouts == 1 { "is" } else { "are" }));
    }
    text
}
