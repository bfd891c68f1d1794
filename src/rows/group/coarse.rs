//! Rows that were counted elsewhere, a coarse group at a time.
//!
//! Owns: counts of a coarse group into the group that its message belongs to, so that the same rows make the same groups whoever counted them.
//! Refuses: what a coarse group is (source/bigquery): all of its rows have to belong to one group.

use super::deploys::NO_JOB;
use super::grouper::{Grouper, Remember};
use super::hours::{Hour, Hours};
use super::part::{FirstRow, GroupPart, KeyParts};
use super::{Fingerprint, Trend};
use crate::ground::few::Few;
use crate::ground::time::Micros;
use crate::rows::row::{ErrorRow, RowRef};

/// Rows with the same columns and, but for values, the same message.
#[derive(Debug, Clone, Default)]
pub struct Coarse<'a> {
    /// Their columns; the message is that of most rows. Job and time are in `cells`.
    pub row: ErrorRow<'a>,
    /// How many rows, by job and time.
    pub cells: Vec<CoarseCell<'a>>,
    /// Their messages with the number of rows; the most frequent ones where there are many.
    pub messages: Vec<(&'a str, u64)>,
    /// A few of the rows.
    pub rows: Vec<RowRef>,
    /// Smallest hashes of the ids of their clients.
    pub clients: Vec<u64>,
}

/// Rows of one job in one bin of time.
#[derive(Debug, Clone)]
pub struct CoarseCell<'a> {
    /// `job_name`
    pub job: Option<&'a str>,
    /// Where the bin begins, a multiple of `width`.
    pub start: Micros,
    /// Its width: a power of two times one minute.
    pub width: Micros,
    /// Rows.
    pub rows: u64,
    /// First and last time of them.
    pub span: Option<(Micros, Micros)>,
    /// The hours in which they came.
    pub hours: Vec<Hour>,
    /// Whether they were asked for; others tell of deploys only.
    pub asked: bool,
}

/// Bytes of a group from which on the values in its messages are no longer counted.
const MOST_OF_GROUP: usize = 8 << 10;

/// The hours of a bin that begins at that time, of which these are set: the first is that of the beginning.
pub fn hours_of(start: Micros, bits: i64) -> Vec<Hour> {
    let first = Hours::of(start);
    (0..63).filter(|bit| bits >> bit & 1 == 1).map(|bit| first.saturating_add(bit)).collect()
}

/// What groups that were too many to be told apart are called in a key.
pub const OTHER: &str = "(other groups)";

impl Grouper {
    /// Counts a coarse group; gives the group that it is a part of. `at` orders it among the others: the message of the first is a group's sample.
    pub fn add_coarse(&mut self, coarse: &Coarse<'_>, at: RowRef) -> Fingerprint {
        let message = coarse.row.message.unwrap_or("");
        let bucket = self.bucket(&coarse.row);
        let groups = self.table.parts.len();
        let group = self.group_of(bucket, message, at, Remember::No);
        let before = if self.table.parts.len() > groups { 0 } else { self.held_by(group) };
        self.count_cells(group, &coarse.cells);
        if let Some((part, _)) = self.table.part(group) {
            let counts = part.counts.counted();
            counts.rows.extend(coarse.rows.iter().copied());
            counts.clients.add(&coarse.clients);
        }
        for (message, rows) in &coarse.messages {
            // What is not counted is told: the values are those of so many rows.
            if self.held_by(group) >= MOST_OF_GROUP {
                break;
            }
            self.tally(bucket, group, message, *rows);
            if let Some((part, _)) = self.table.part(group) {
                part.told = part.told.saturating_add(*rows);
            }
        }
        self.held = (self.held + self.held_by(group)).saturating_sub(before);
        self.table.parts.get(group as usize).map(|part| part.print).unwrap_or_default()
    }

    /// Bytes that all coarse groups take so far.
    pub fn held(&self) -> usize {
        self.held
    }

    fn held_by(&self, group: u32) -> usize {
        self.table.parts.get(group as usize).map_or(0, GroupPart::held)
    }

    /// Counts rows of a namespace whose `folded` coarse groups were too many to be told apart: one group of its own.
    pub fn add_other(&mut self, namespace: Option<&str>, cells: &[CoarseCell<'_>], folded: u64, at: RowRef) {
        let message = format!("{} of few rows, not told apart", crate::ground::text::plural(folded, "group", "groups"));
        let names = self.names.number([namespace, None, None, None, None]);
        let first = FirstRow { keyword: None, about_name: false, at, message: &message };
        let key = KeyParts { names, path: None, fault: OTHER };
        let group = self.table.group(key, key.hash(), self.names.get(names).1, first);
        self.count_cells(group, cells);
        if let Some((part, _)) = self.table.part(group) {
            let counts = part.counts.counted();
            counts.folded = Some(counts.folded.unwrap_or(0) + folded);
        }
    }

    /// Takes note of rows that nobody asked for: when which job was at work.
    pub fn add_elsewhere(&mut self, cells: &[CoarseCell<'_>]) {
        for cell in cells {
            cell.hours.iter().for_each(|&hour| self.hours.add(hour));
            if let Some(job) = cell.job {
                self.jobs.add(job, cell.span, 0);
            }
        }
    }

    fn count_cells(&mut self, group: u32, cells: &[CoarseCell<'_>]) {
        for cell in cells {
            if cell.asked {
                self.rows += cell.rows;
            }
            cell.hours.iter().for_each(|&hour| self.hours.add(hour));
            let job = cell.job.map(|name| self.jobs.add(name, cell.span, if cell.asked { cell.rows } else { 0 }));
            let Some((part, _)) = self.table.part(group) else { continue };
            let counts = part.counts.counted();
            let life = counts.life(job.filter(|job| counts.has_room_for(*job)).unwrap_or(NO_JOB));
            life.add(cell.rows, cell.span, cell.asked);
            cell.hours.iter().for_each(|&hour| life.hours.add(hour));
            if !cell.asked {
                continue;
            }
            if cell.span.is_some() {
                counts.trend.merge(&Trend {
                    start: cell.start,
                    width: cell.width,
                    bins: Few::from_buf([u32::try_from(cell.rows).unwrap_or(u32::MAX)]),
                });
            }
            part.count += cell.rows;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::group::Groups;

    const CLASS: &str = "org.everit.json.schema.ValidationException";

    fn cell(job: &'static str, bin: i64, rows: u64) -> CoarseCell<'static> {
        let start = bin * 60_000_000;
        CoarseCell {
            job: Some(job),
            start,
            width: 60_000_000,
            rows,
            span: Some((start, start + rows as i64)),
            hours: vec![Hours::of(start)],
            asked: true,
        }
    }

    fn groups(add: impl FnOnce(&mut Grouper)) -> Groups {
        let mut grouper = Grouper::new(None);
        add(&mut grouper);
        Grouper::merge(vec![grouper])
    }

    #[test]
    fn coarse_groups_of_one_group_are_added_up() {
        let messages = ["#/a/0/b: expected type: String, found: Null", "#/a/1/b: expected type: String, found: Integer"]
            .map(|text| format!("{CLASS}: {text}"));
        let coarse = |message: usize, job, rows| Coarse {
            row: ErrorRow { namespace: Some("n"), message: Some(&messages[message]), ..ErrorRow::default() },
            cells: vec![cell(job, message as i64, rows)],
            messages: vec![(&messages[message], rows.min(3))],
            rows: vec![RowRef::new(0, message as u64)],
            clients: vec![7, message as u64],
        };
        let groups = groups(|grouper| {
            grouper.add_coarse(&coarse(0, "one", 3), RowRef::new(0, 0));
            grouper.add_coarse(&coarse(1, "two", 5), RowRef::new(0, 1));
        });
        let [group] = groups.list.as_slice() else { panic!("{:?}", groups.list) };
        assert_eq!((group.count, group.sampled(), groups.rows), (8, Some(6), 8));
        assert_eq!((group.key.path.as_deref(), group.trend.bins.as_slice()), (Some("/a/[]/b"), &[3, 5][..]));
        assert_eq!(group.jobs().iter().map(|job| job.rows).collect::<Vec<_>>(), [3, 5]);
        assert_eq!(group.clients.map(super::super::Clients::count), Some(3));
        let found = group.facets.iter().find(|facet| facet.name == "found type").unwrap();
        assert_eq!(found.values.iter().map(|(value, n)| (&**value, *n)).collect::<Vec<_>>(), [("Integer", 3), ("Null", 3)]);
    }

    #[test]
    fn what_was_not_told_apart_is_counted_and_judged_by_nobody() {
        let groups = groups(|grouper| {
            grouper.add_other(Some("n"), &[cell("one", 0, 9), cell("two", 1, 1)], 4, RowRef::new(0, 0));
            grouper.add_other(Some("n"), &[cell("two", 1, 1)], 1, RowRef::new(0, 0));
        });
        let group = &groups.list[0];
        assert_eq!((group.count, group.folded(), &*group.key.fault), (11, Some(5), OTHER));
        assert_eq!((group.standing.status, group.sentence()), (None, "4 groups of few rows, not told apart".to_owned()));
    }
}
