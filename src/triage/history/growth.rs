//! How tables grew, and when they meet the limit.
//!
//! Owns: which tables are told, the pace, the day.
//! Refuses: the limit itself (pipeline/layout).

use std::collections::BTreeMap;

use super::DeployHistory;
use crate::ground::time::{DAY, Micros};
use crate::pipeline::layout::size::MOST_LEAVES;

/// The time over which the pace is taken.
const YEAR: Micros = 365 * DAY;

/// A table with this share of the limit is told.
const NEAR: f64 = 0.5;

/// Growth of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableGrowth {
    /// `telemetry/main.5`.
    pub table: String,
    /// Leaf columns in the newest revision.
    pub leaves: usize,
    /// What they were a year before that, or when it came, where it is younger.
    pub earlier: usize,
    /// When that was.
    pub since: Micros,
    /// Since when it has more than the limit.
    pub past_since: Option<Micros>,
    /// The day on which it meets the limit at that pace; `None` where it does not grow, or is past it.
    pub meets: Option<Micros>,
}

/// Tables of the newest revision that have half of the limit or more, fullest first.
pub fn growth(history: &DeployHistory) -> Vec<TableGrowth> {
    let Some(now) = history.pairs.first().map(|pair| pair.date) else { return Vec::new() };
    let mut all: BTreeMap<String, Vec<(Micros, usize)>> = BTreeMap::new();
    for pair in history.pairs.iter().rev() {
        for table in &pair.tables {
            let title = table.title();
            match table.judged.leaves {
                (_, Some(leaves)) => all.entry(title).or_default().push((pair.date, leaves)),
                _ if table.state == super::PastState::Removed => {
                    all.remove(&title);
                }
                _ => {}
            }
        }
    }
    let mut told: Vec<TableGrowth> = all.into_iter().filter_map(|(table, sizes)| of(table, &sizes, now)).collect();
    told.sort_by(|a, b| b.leaves.cmp(&a.leaves).then_with(|| a.table.cmp(&b.table)));
    told
}

fn of(table: String, sizes: &[(Micros, usize)], now: Micros) -> Option<TableGrowth> {
    let &(_, leaves) = sizes.last()?;
    if (leaves as f64) < NEAR * MOST_LEAVES as f64 {
        return None;
    }
    let before = sizes.iter().rev().find(|(date, _)| *date <= now - YEAR);
    let (since, earlier) = before.map_or_else(|| sizes.first().copied(), |&(_, leaves)| Some((now - YEAR, leaves)))?;
    let is_past = leaves > MOST_LEAVES;
    let within = sizes.iter().rposition(|&(_, leaves)| leaves <= MOST_LEAVES);
    let past_since = is_past.then(|| sizes.get(within.map_or(0, |at| at + 1)).map(|&(date, _)| date)).flatten();
    let grown = leaves.checked_sub(earlier).filter(|&grown| grown > 0 && now > since && !is_past);
    // A day too far to be in a calendar is none.
    let meets = grown.map(|grown| (MOST_LEAVES - leaves) as f64 / grown as f64 * (now - since) as f64);
    let meets = meets.filter(|&wait| wait < 100.0 * YEAR as f64).map(|wait| now + wait as Micros);
    Some(TableGrowth { table, leaves, earlier, since, past_since, meets })
}
