//! Counting rows into groups on one thread. This runs once for every row of a source.
//!
//! Owns: the tables from rows to buckets, from messages to groups, from names to jobs.
//! Refuses: reading rows (source), generalising (bucket), adding up several threads (merge).

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::bucket::{self, Bucket, DoctypeNames, GroupSchemas};
use super::hours::Hours;
use super::jobs::JobTable;
use super::memo::{Memo, MemoPlace, SeenMessage};
use super::merge;
use super::part::{FirstRow, KeyParts};
use super::places::Places;
use super::table::GroupTable;
use super::tallies::CommonTallies;
use super::{Fingerprint, Groups};
use crate::pipeline::fault::Fault;
use crate::rows::row::{ErrorRow, RowRef};
use crate::rows::schemas::SchemaStore;

/// Counts rows into groups on one thread; the parts of several threads are merged into [`Groups`].
pub struct Grouper {
    schemas: Option<GroupSchemas>,
    pub(super) rows: u64,
    buckets: Vec<Bucket>,
    bucket_of: Places,
    memo: Memo,
    pub(super) table: GroupTable,
    common: CommonTallies,
    pub(super) jobs: JobTable,
    /// Hours with any row, asked for or not.
    pub(super) hours: Hours,
    /// Bytes of groups that were counted elsewhere.
    pub(super) held: usize,
}

/// What becomes of a message that the memo does not have.
#[derive(Debug, Clone, Copy)]
pub(super) enum Remember {
    /// Nothing: its rows are counted elsewhere.
    No,
    /// It is kept, for more rows may say it; the row that said it first was not asked for.
    Seen(MemoPlace),
    /// It is kept, and the values in it are counted for the row that said it first, which stands for so many.
    Counted(MemoPlace, u64),
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
            table: GroupTable::default(),
            common: CommonTallies::default(),
            jobs: JobTable::default(),
            hours: Hours::default(),
            held: 0,
        }
    }

    /// Counts one row.
    pub fn add(&mut self, row: &ErrorRow<'_>, at: RowRef) {
        self.rows += row.rows;
        let message = row.message.unwrap_or("");
        let bucket = self.bucket(row);
        let place = MemoPlace::of(bucket, message);
        let group = match self.memo.find(place, bucket, message, row.rows) {
            Some(group) => group,
            None => self.group_of(bucket, message, at, Remember::Counted(place, row.rows)),
        };
        let job = self.witness(row, row.rows);
        if let Some((part, texts)) = self.table.part(group) {
            part.count(row, at, job, texts);
        }
    }

    /// The fingerprint of a row's group; nothing is counted.
    pub fn fingerprint(&mut self, row: &ErrorRow<'_>, at: RowRef) -> Option<Fingerprint> {
        let group = self.group_of_row(row, at);
        self.table.parts.get(group as usize).map(|part| part.print)
    }

    /// Takes note of a row that was not asked for: what it tells of its job and, where it is of a doctype that was (`related`), of its group. Only so
    /// is what the deploys say of a group the same whatever was asked for.
    pub fn add_outside(&mut self, row: &ErrorRow<'_>, at: RowRef, related: bool) {
        let job = self.witness(row, 0);
        if !related {
            return;
        }
        let group = self.group_of_row(row, at);
        if let Some((part, _)) = self.table.part(group) {
            part.counts.add_outside(row, job);
        }
    }

    /// The group of a row that is not counted.
    fn group_of_row(&mut self, row: &ErrorRow<'_>, at: RowRef) -> u32 {
        let message = row.message.unwrap_or("");
        let bucket = self.bucket(row);
        let place = MemoPlace::of(bucket, message);
        match self.memo.peek(place, bucket, message) {
            Some(group) => group,
            None => self.group_of(bucket, message, at, Remember::Seen(place)),
        }
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
        let counts = parts.into_iter().map(Grouper::into_counts).collect();
        Groups { rows, by_schemas, ..merge::merge(counts) }
    }

    pub(super) fn bucket(&mut self, row: &ErrorRow<'_>) -> u32 {
        let columns = bucket::columns(row);
        let mut hasher = FxHasher::default();
        columns.hash(&mut hasher);
        let hash = hasher.finish();
        let is = |at: u32| self.buckets.get(at as usize).is_some_and(|bucket| bucket.is(columns, &self.table.names));
        if let Some(known) = self.bucket_of.find(hash, is) {
            return known;
        }
        let number = self.buckets.len() as u32;
        self.buckets.push(Bucket::new(row, self.schemas.as_ref(), &mut self.table.names));
        self.bucket_of.insert(hash, number);
        number
    }

    /// The group of a message that the memo does not have. `remember` says what becomes of the message.
    pub(super) fn group_of(&mut self, bucket: u32, message: &str, at: RowRef, remember: Remember) -> u32 {
        let Some(home) = self.buckets.get(bucket as usize) else {
            return u32::MAX;
        };
        let own = Arc::clone(self.table.names.get(home.names).0);
        let readings = Fault::readings(message, own.class.as_deref());
        let general = home.place(&readings, self.schemas.as_ref());
        let reading = general.reading;
        let told = readings.get(reading);
        // A row without a class has that of its message.
        let names = match told.map(|fault| fault.class).filter(|class| own.class.is_none() && !class.is_empty()) {
            Some(class) => {
                let [namespace, doctype, version, stage, _] = own.parts();
                self.table.names.number([namespace, doctype, version, stage, Some(class)])
            }
            None => home.names,
        };
        let key = KeyParts { names, path: general.path.as_deref(), fault: &general.fault };
        let first = FirstRow { keyword: general.keyword, about_name: general.about_name, at, message };
        let group = self.table.group(key, first);
        let (place, rows) = match remember {
            Remember::No => return group,
            Remember::Seen(place) => (place, None),
            Remember::Counted(place, rows) => (place, Some(rows)),
        };
        if let Some(rows) = rows
            && let (Some((part, texts)), Some(fault)) = (self.table.part(group), told)
        {
            part.tally(fault, rows, texts, &mut self.common);
        }
        if self.memo.wants(place, message)
            && let Some(pushed) = self.memo.keep(place, SeenMessage { bucket, group, reading, rows: 0, message: message.to_owned() })
        {
            tally_seen(&mut self.table, &self.buckets, &pushed, &mut self.common);
        }
        group
    }

    /// Counts the values of a message of a group for that many rows.
    pub(super) fn tally(&mut self, bucket: u32, group: u32, message: &str, rows: u64) {
        let Some(home) = self.buckets.get(bucket as usize) else { return };
        let own = Arc::clone(self.table.names.get(home.names).0);
        let readings = Fault::readings(message, own.class.as_deref());
        // Only where there are several has the schema to tell which one it is.
        let reading = if readings.len() == 1 { 0 } else { home.place(&readings, self.schemas.as_ref()).reading };
        if let (Some((part, texts)), Some(fault)) = (self.table.part(group), readings.get(reading)) {
            part.tally(fault, rows, texts, &mut self.common);
        }
    }

    fn into_counts(mut self) -> merge::ThreadCounts {
        self.memo.iter().for_each(|seen| tally_seen(&mut self.table, &self.buckets, seen, &mut self.common));
        merge::ThreadCounts { table: self.table, jobs: self.jobs.into_list(), hours: self.hours }
    }
}

/// A copy to look at while counting goes on. It has the same counts but not the memory of messages, which only makes counting fast.
impl Clone for Grouper {
    fn clone(&self) -> Self {
        let (mut table, mut common) = (self.table.clone(), CommonTallies::default());
        self.memo.iter().for_each(|seen| tally_seen(&mut table, &self.buckets, seen, &mut common));
        Grouper {
            schemas: self.schemas.clone(),
            rows: self.rows,
            buckets: self.buckets.clone(),
            bucket_of: self.bucket_of.clone(),
            memo: Memo::default(),
            table,
            common,
            jobs: self.jobs.clone(),
            hours: self.hours.clone(),
            held: self.held,
        }
    }
}

/// Counts the values of a message for the rows after its first at once, when it leaves the memo.
fn tally_seen(table: &mut GroupTable, buckets: &[Bucket], seen: &SeenMessage, common: &mut CommonTallies) {
    let Some(home) = buckets.get(seen.bucket as usize).filter(|_| seen.rows > 0) else { return };
    let own = Arc::clone(table.names.get(home.names).0);
    let readings = Fault::readings(&seen.message, own.class.as_deref());
    if let (Some((part, texts)), Some(fault)) = (table.part(seen.group), readings.get(seen.reading)) {
        part.tally(fault, seen.rows, texts, common);
    }
}
