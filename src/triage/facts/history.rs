//! The whole history of the schemas, in lines.

use std::collections::BTreeMap;

use super::deploy::not_compared;
use crate::ground::text::{count, plural, visible};
use crate::ground::time::day;
use crate::pipeline::compat::{DeployRule, DeployVerdict};
use crate::pipeline::layout::size::MOST_LEAVES;
use crate::rows::schemas::git::revision_at;
use crate::triage::history::{DeployHistory, RevisionPair, TableGrowth, growth};

/// Most lines that a revision is told in.
const MOST: usize = 6;

/// Most tables that a line names.
const MOST_TABLES: usize = 2;

/// Revisions that stopped a deploy, newest first, with `all` those that went through as well; counts and growth at the end.
pub fn lines(history: &DeployHistory, all: bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let is_told = |pair: &&RevisionPair| pair.verdict().stops() || !pair.is_compared() || (all && !pair.tables.is_empty());
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
    let verdict = pair.known_verdict().map_or("NOT COMPARED", DeployVerdict::name);
    lines.push(format!("{}  {verdict}, {tables}", revision_at(&pair.new, pair.date)));
    let mut told: BTreeMap<(DeployVerdict, DeployRule, &str, &str), Vec<String>> = BTreeMap::new();
    for table in &pair.tables {
        if let Some(fault) = &table.judged.fault {
            lines.push(format!("  {}", not_compared(&table.title(), fault)));
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::pipeline::compat::DeployFinding;
    use crate::triage::history::{JudgedPair, PastState, PastTable};

    fn unread() -> PastTable {
        let judged = JudgedPair { fault: Some("the new layout cannot be read: x".to_owned()), ..JudgedPair::default() };
        let (namespace, doctype, version) = ("acme".to_owned(), "a".to_owned(), "1".to_owned());
        PastTable { namespace, doctype, version, state: PastState::NotCompared, judged: Arc::new(judged) }
    }

    fn gone() -> PastTable {
        let judged = Arc::new(JudgedPair::of_findings(&[DeployFinding::table_gone()]));
        PastTable { state: PastState::Removed, judged, ..unread() }
    }

    #[test]
    fn a_revision_with_a_table_that_could_not_be_compared_is_never_ok() {
        let pair = |tables| RevisionPair { old: "0".repeat(40), new: "1".repeat(40), date: 1_704_333_600_000_000, tables };
        let head = |pair: RevisionPair| lines(&DeployHistory { pairs: vec![pair], ..DeployHistory::default() }, false);
        let told = head(pair(vec![unread()]));
        assert_eq!(told[0], "11111111 of 2024-01-04 02:00 UTC  NOT COMPARED, 1 table differs");
        assert_eq!(told[1], "  NOT COMPARED acme/a.1: the new layout cannot be read: x");
        assert!(pair(vec![unread()]).known_verdict().is_none() && !pair(vec![unread()]).is_compared());
        let stopped = head(pair(vec![gone(), unread()]));
        assert!(stopped[0].ends_with("UTC  BLOCK, 2 tables differ"), "what stops a deploy goes before: {stopped:?}");
        assert_eq!(pair(Vec::new()).known_verdict(), Some(DeployVerdict::Ok));
    }
}
