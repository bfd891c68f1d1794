//! Counting rows into groups on one thread. This runs once for every row of a source.
//!
//! Owns: the tables from rows to buckets, from messages to groups, from names to jobs; the order in which rows are counted (waiting, message).
//! Refuses: reading rows (source), generalising (bucket), adding up several threads (merge).

mod message;
mod waiting;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::bucket::{self, Bucket, DoctypeNames, GroupSchemas};
use super::counts::RowFacts;
use super::hours::{Hours, ManyHours};
use super::jobs::JobTable;
use super::memo::{Memo, MemoPlace};
use super::merge;
use super::names::NameTable;
use super::part::GroupPart;
use super::places::Places;
use super::shared::{self, Beside, SharedGroups};
use super::table::GroupTable;
use super::tallies::CommonTallies;
use super::{Fingerprint, Groups};
use crate::ground::shared_text::TextStore;
use crate::rows::row::{ErrorRow, RowRef};
use crate::rows::schemas::SchemaStore;
pub(super) use message::Remember;
use waiting::Waiting;

/// Counts rows into groups on one thread; the parts of several threads are merged into [`Groups`].
pub struct Grouper {
    schemas: Option<GroupSchemas>,
    pub(super) rows: u64,
    buckets: Vec<Bucket>,
    bucket_of: Places,
    memo: Memo,
    pub(super) names: NameTable,
    /// The groups that it counts by itself.
    pub(super) table: GroupTable,
    beside: Option<Beside>,
    common: CommonTallies,
    pub(super) jobs: JobTable,
    /// Hours with any row, asked for or not.
    pub(super) hours: ManyHours,
    /// Bytes of groups that were counted elsewhere.
    pub(super) held: usize,
    waiting: Waiting,
}

impl Grouper {
    /// Generalises paths by the schemas where there are any.
    pub fn new(schemas: Option<Arc<SchemaStore>>) -> Self {
        let schemas = schemas.map(|store| GroupSchemas { names: Arc::new(DoctypeNames::of(&store)), store });
        Grouper {
            schemas,
            rows: 0,
            buckets: Vec::new(),
            bucket_of: Places::default(),
            memo: Memo::default(),
            names: NameTable::default(),
            table: GroupTable::default(),
            beside: None,
            common: CommonTallies::default(),
            jobs: JobTable::default(),
            hours: ManyHours::default(),
            held: 0,
            waiting: Waiting::default(),
        }
    }

    /// Another one of the same schemas, which has counted nothing.
    pub fn fresh(&self) -> Self {
        Grouper { schemas: self.schemas.clone(), ..Grouper::new(None) }
    }

    /// One for each of several threads that read one source: [`Grouper::merge`] wants all of them.
    pub fn beside_each_other(schemas: Option<Arc<SchemaStore>>, threads: usize) -> Vec<Self> {
        let first = Grouper::new(schemas);
        let groups = Arc::new(SharedGroups::default());
        let beside = |_| Some(Beside::of(Arc::clone(&groups))).filter(|_| threads > 1);
        (0..threads).map(|thread| Grouper { beside: beside(thread), ..first.fresh() }).collect()
    }

    /// Copies of all that count beside each other, to look at while counting goes on: they have the same counts, but not the memory of messages, which only
    /// makes counting fast. No thread may count meanwhile.
    pub fn copies(parts: &[&Grouper]) -> Vec<Grouper> {
        let mut shared: Vec<(*const SharedGroups, Arc<SharedGroups>)> = Vec::new();
        let mut copy_of = |groups: &Arc<SharedGroups>| match shared.iter().find(|(known, _)| *known == Arc::as_ptr(groups)) {
            Some((_, copy)) => Arc::clone(copy),
            None => {
                let copy = Arc::new(groups.copy());
                shared.push((Arc::as_ptr(groups), Arc::clone(&copy)));
                copy
            }
        };
        let copy = |part: &&Grouper| {
            let beside = part.beside.as_ref().map(|beside| Beside::of(copy_of(beside.groups())));
            let mut copy = Grouper {
                schemas: part.schemas.clone(),
                rows: part.rows,
                buckets: part.buckets.clone(),
                bucket_of: part.bucket_of.clone(),
                memo: Memo::default(),
                names: part.names.clone(),
                table: part.table.clone(),
                beside,
                common: CommonTallies::default(),
                jobs: part.jobs.clone(),
                hours: part.hours.clone(),
                held: part.held,
                waiting: part.waiting.clone(),
            };
            part.memo.iter().for_each(|seen| copy.tally_seen(seen));
            copy
        };
        parts.iter().map(copy).collect()
    }

    /// Counts one row, at once or with some that come next; whoever asks for counts has all of them.
    pub fn add(&mut self, row: &ErrorRow<'_>, at: RowRef) {
        self.rows += row.rows;
        if let Some(beside) = &mut self.beside {
            beside.meets_row();
        }
        let message = row.message.unwrap_or("");
        let bucket = self.bucket(row);
        let place = MemoPlace::of(bucket, message);
        let job = self.witness(row, row.rows);
        if self.waiting.take((bucket, place), job, RowFacts::of(row, at), message) {
            self.count_waiting();
        }
    }

    /// The fingerprint of a row's group; nothing is counted.
    pub fn fingerprint(&mut self, row: &ErrorRow<'_>, at: RowRef) -> Option<Fingerprint> {
        let group = self.group_of_row(row, at);
        self.with(group, |part, _, _| part.print)
    }

    /// Takes note of a row that was not asked for: what it tells of its job and, where it is of a doctype that was (`related`), of its group. Only so
    /// is what the deploys say of a group the same whatever was asked for.
    pub fn add_outside(&mut self, row: &ErrorRow<'_>, at: RowRef, related: bool) {
        let job = self.witness(row, 0);
        if !related {
            return;
        }
        let group = self.group_of_row(row, at);
        let job = self.job_of(group, job);
        self.with(group, |part, _, _| part.counts.add_outside(row, job));
    }

    /// The number that a group knows a job by.
    fn job_of(&mut self, group: u32, own: Option<u32>) -> Option<u32> {
        match &mut self.beside {
            Some(beside) if shared::is_shared(group) => own.map(|number| beside.job(number, self.jobs.name(number))),
            _ => own,
        }
    }

    /// Does something to a group, wherever it is counted.
    fn with<T>(&mut self, group: u32, act: impl FnOnce(&mut GroupPart, &mut TextStore, &mut CommonTallies) -> T) -> Option<T> {
        let common = &mut self.common;
        if shared::is_shared(group) {
            return self.beside.as_ref()?.groups().with(group, |part, texts| act(part, texts, common));
        }
        self.table.part(group).map(|(part, texts)| act(part, texts, common))
    }

    /// Takes note of when a row came and of which job, which then has so many rows more.
    fn witness(&mut self, row: &ErrorRow<'_>, rows: u64) -> Option<u32> {
        if let Some(time) = row.time {
            self.hours.add(Hours::of(time));
        }
        row.job.map(|name| self.jobs.add(name, row.time.map(|time| (time, time)), rows))
    }

    /// Rows counted so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The groups of all parts together, largest first, with jobs, trend and what the deploys say: the same however the rows were split among the
    /// parts. What the reader knows (outside, unreadable, missing columns, partial) is left at its default.
    pub fn merge(parts: Vec<Grouper>) -> Groups {
        let rows = parts.iter().map(Grouper::rows).sum();
        let by_schemas = parts.first().map(|part| part.schemas.is_some());
        let (mut counts, mut beside) = (Vec::with_capacity(parts.len()), Vec::<Arc<SharedGroups>>::new());
        for part in parts {
            let (own, shared) = part.into_counts();
            counts.push(own);
            beside.extend(shared.filter(|shared| !beside.iter().any(|known| Arc::ptr_eq(known, shared))));
        }
        counts.extend(beside.into_iter().map(SharedGroups::into_counts));
        Groups { rows, by_schemas, ..merge::merge(counts) }
    }

    pub(super) fn bucket(&mut self, row: &ErrorRow<'_>) -> u32 {
        let columns = bucket::columns(row);
        let mut hasher = FxHasher::default();
        columns.hash(&mut hasher);
        let hash = hasher.finish();
        let is = |at: u32| self.buckets.get(at as usize).is_some_and(|bucket| bucket.is(columns, &self.names));
        if let Some(known) = self.bucket_of.find(hash, is) {
            return known;
        }
        let number = self.buckets.len() as u32;
        self.buckets.push(Bucket::new(row, self.schemas.as_ref(), &mut self.names));
        self.bucket_of.insert(hash, number);
        number
    }

    fn into_counts(mut self) -> (merge::ThreadCounts, Option<Arc<SharedGroups>>) {
        self.count_waiting();
        std::mem::take(&mut self.memo).iter().for_each(|seen| self.tally_seen(seen));
        let counts = merge::ThreadCounts {
            tables: vec![self.table],
            names: self.names,
            jobs: self.jobs.into_list(),
            hours: self.hours.into_hours(),
        };
        (counts, self.beside.map(Beside::into_groups))
    }
}
