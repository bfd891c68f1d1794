//! Counting rows into groups on one thread. This runs once for every row of a source.
//!
//! Owns: the tables from rows to buckets, from messages to groups, from names to jobs.
//! Refuses: reading rows (source), generalising (bucket), adding up several threads (merge).

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::bucket::{Bucket, DoctypeNames, GeneralPlace, GroupSchemas};
use super::hours::Hours;
use super::memo::{Memo, SeenMessage};
use super::part::GroupPart;
use super::table::{GroupTable, KeyParts};
use super::{Fingerprint, GroupKey, Groups, Job, merge, union};
use crate::ground::time::Micros;
use crate::rows::row::{ErrorRow, RowRef};
use crate::rows::schemas::SchemaStore;

/// Counts rows into groups on one thread; the parts of several threads are merged into [`Groups`].
pub struct Grouper {
    schemas: Option<GroupSchemas>,
    pub(super) rows: u64,
    texts: FxHashSet<Arc<str>>,
    buckets: Vec<Bucket>,
    /// By the columns that make a bucket, run together in `scratch`.
    bucket_of: FxHashMap<Box<[u8]>, u32>,
    scratch: Vec<u8>,
    memo: Memo,
    table: GroupTable,
    pub(super) parts: Vec<GroupPart>,
    jobs: Vec<Job>,
    job_of: FxHashMap<Arc<str>, u32>,
    latest_job: u32,
    /// Hours with any row, asked for or not.
    pub(super) hours: Hours,
}

/// What becomes of a message that the memo does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remember {
    /// Nothing: its rows are counted elsewhere.
    No,
    /// It is kept, for more rows may say it; the row that said it first was not asked for.
    Seen,
    /// It is kept, and the values in it are counted for the row that said it first, which stands for so many.
    Counted(u64),
}

impl Grouper {
    /// Generalises paths by the schemas where there are any.
    pub fn new(schemas: Option<Arc<SchemaStore>>) -> Self {
        let schemas = schemas.map(|store| GroupSchemas { names: Arc::new(DoctypeNames::of(&store)), store });
        Grouper {
            schemas,
            rows: 0,
            texts: FxHashSet::default(),
            buckets: Vec::new(),
            bucket_of: FxHashMap::default(),
            scratch: Vec::new(),
            memo: Memo::default(),
            table: GroupTable::default(),
            parts: Vec::new(),
            jobs: Vec::new(),
            job_of: FxHashMap::default(),
            latest_job: 0,
            hours: Hours::default(),
        }
    }

    /// Counts one row.
    pub fn add(&mut self, row: &ErrorRow<'_>, at: RowRef) {
        self.rows += row.rows;
        let message = row.message.unwrap_or("");
        let bucket = self.bucket(row);
        let group = match self.memo.find(bucket, message, row.rows) {
            Some(group) => group,
            None => self.group_of(bucket, message, at, Remember::Counted(row.rows)),
        };
        let job = self.witness(row, row.rows);
        if let Some(part) = self.parts.get_mut(group as usize) {
            part.count(row, at, job);
        }
    }

    /// The fingerprint of a row's group; nothing is counted.
    pub fn fingerprint(&mut self, row: &ErrorRow<'_>, at: RowRef) -> Option<Fingerprint> {
        let message = row.message.unwrap_or("");
        let bucket = self.bucket(row);
        let group = match self.memo.peek(bucket, message) {
            Some(group) => group,
            None => self.group_of(bucket, message, at, Remember::Seen),
        };
        self.parts.get(group as usize).map(|part| part.key.fingerprint())
    }

    /// Takes note of a row that was not asked for: what it tells of its job and, where it is of a doctype that was (`related`), of its group. Only so
    /// is what the deploys say of a group the same whatever was asked for.
    pub fn add_outside(&mut self, row: &ErrorRow<'_>, at: RowRef, related: bool) {
        let job = self.witness(row, 0);
        if !related {
            return;
        }
        let message = row.message.unwrap_or("");
        let bucket = self.bucket(row);
        let group = match self.memo.peek(bucket, message) {
            Some(group) => group,
            None => self.group_of(bucket, message, at, Remember::Seen),
        };
        if let Some(part) = self.parts.get_mut(group as usize) {
            part.count_outside(row, job);
        }
    }

    /// Takes note of when a row came and of which job, which then has so many rows more.
    fn witness(&mut self, row: &ErrorRow<'_>, rows: u64) -> Option<u32> {
        if let Some(time) = row.time {
            self.hours.add(Hours::of(time));
        }
        row.job.map(|name| self.job(name, row.time.map(|time| (time, time)), rows))
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
        self.scratch.clear();
        for column in [row.namespace, row.doctype, row.version, row.stage, row.class] {
            // Neither byte is in any UTF-8 text: NULL and empty differ, and columns do not run together.
            self.scratch.push(if column.is_some() { 0xff } else { 0xfe });
            self.scratch.extend_from_slice(column.unwrap_or("").as_bytes());
        }
        if let Some(&known) = self.bucket_of.get(self.scratch.as_slice()) {
            return known;
        }
        let texts = &mut self.texts;
        let bucket = Bucket::new(row, self.schemas.as_ref(), |text| intern(texts, text));
        self.buckets.push(bucket);
        let number = (self.buckets.len() - 1) as u32;
        self.bucket_of.insert(self.scratch.as_slice().into(), number);
        number
    }

    /// The group of a message that the memo does not have. `remember` says what becomes of the message.
    pub(super) fn group_of(&mut self, bucket: u32, message: &str, at: RowRef, remember: Remember) -> u32 {
        let Some(home) = self.buckets.get(bucket as usize) else {
            return u32::MAX;
        };
        let readings = home.readings(message);
        let place = home.place(&readings, self.schemas.as_ref());
        let class = readings.get(place.reading).map_or("", |fault| fault.class);
        let reading = place.reading;
        let texts = &mut self.texts;
        let key = KeyParts {
            names: [&home.namespace, &home.doctype, &home.version, &home.stage].map(Option::as_ref),
            class: home.class.as_deref().or(Some(class).filter(|class| !class.is_empty())),
            path: place.path.as_deref(),
            fault: &place.fault,
        };
        let group = self.table.get(&self.parts, key).unwrap_or_else(|| {
            let number = self.parts.len() as u32;
            let key = self::key(home, class, &place, texts);
            self.table.insert(&key, number);
            self.parts.push(GroupPart::new(key, place.keyword, place.about_name, at, message));
            number
        });
        if remember == Remember::No {
            return group;
        }
        if let Remember::Counted(rows) = remember
            && let (Some(part), Some(fault)) = (self.parts.get_mut(group as usize), readings.get(reading))
        {
            part.tally(fault, rows);
        }
        if let Some(pushed) = self.memo.keep(SeenMessage { bucket, group, reading, rows: 0, message: message.to_owned() }) {
            tally(&mut self.parts, &self.buckets, &pushed);
        }
        group
    }

    /// The group of a key that no message has.
    pub(super) fn group_of_key(&mut self, key: GroupKey, at: RowRef, sample: &str) -> u32 {
        self.table.get(&self.parts, KeyParts::of(&key)).unwrap_or_else(|| {
            let number = self.parts.len() as u32;
            self.table.insert(&key, number);
            self.parts.push(GroupPart::new(key, None, false, at, sample));
            number
        })
    }

    /// Counts the values of a message of a group for that many rows.
    pub(super) fn tally(&mut self, bucket: u32, group: u32, message: &str, rows: u64) {
        let (Some(home), Some(part)) = (self.buckets.get(bucket as usize), self.parts.get_mut(group as usize)) else { return };
        let readings = home.readings(message);
        // Only where there are several has the schema to tell which one it is.
        let reading = if readings.len() == 1 { 0 } else { home.place(&readings, self.schemas.as_ref()).reading };
        if let Some(fault) = readings.get(reading) {
            part.tally(fault, rows);
        }
    }

    /// One copy of a text, however often it comes.
    pub(super) fn text(&mut self, text: &str) -> Arc<str> {
        intern(&mut self.texts, text)
    }

    /// The number of a job, which then has so many rows more.
    pub(super) fn job(&mut self, name: &str, span: Option<(Micros, Micros)>, rows: u64) -> u32 {
        let number = match self.jobs.get(self.latest_job as usize) {
            Some(latest) if *latest.name == *name => self.latest_job,
            _ => self.find_job(name),
        };
        self.latest_job = number;
        if let Some(job) = self.jobs.get_mut(number as usize) {
            job.rows += rows;
            job.span = union(job.span, span);
        }
        number
    }

    fn find_job(&mut self, name: &str) -> u32 {
        if let Some(&known) = self.job_of.get(name) {
            return known;
        }
        let number = self.jobs.len() as u32;
        let name: Arc<str> = name.into();
        self.job_of.insert(Arc::clone(&name), number);
        self.jobs.push(Job { name, span: None, rows: 0 });
        number
    }

    fn into_counts(mut self) -> merge::ThreadCounts {
        self.memo.iter().for_each(|seen| tally(&mut self.parts, &self.buckets, seen));
        merge::ThreadCounts { parts: self.parts, jobs: self.jobs, hours: self.hours }
    }
}

/// A copy to look at while counting goes on. It has the same counts but not the memory of messages, which only makes counting fast.
impl Clone for Grouper {
    fn clone(&self) -> Self {
        let mut parts = self.parts.clone();
        self.memo.iter().for_each(|seen| tally(&mut parts, &self.buckets, seen));
        Grouper {
            schemas: self.schemas.clone(),
            rows: self.rows,
            texts: self.texts.clone(),
            buckets: self.buckets.clone(),
            bucket_of: self.bucket_of.clone(),
            scratch: Vec::new(),
            memo: Memo::default(),
            table: self.table.clone(),
            parts,
            jobs: self.jobs.clone(),
            job_of: self.job_of.clone(),
            latest_job: self.latest_job,
            hours: self.hours.clone(),
        }
    }
}

/// The key of a group, its texts shared.
fn key(home: &Bucket, class: &str, place: &GeneralPlace, texts: &mut FxHashSet<Arc<str>>) -> GroupKey {
    GroupKey {
        namespace: home.namespace.clone(),
        doctype: home.doctype.clone(),
        version: home.version.clone(),
        stage: home.stage.clone(),
        class: home.class.clone().or_else(|| (!class.is_empty()).then(|| intern(texts, class))),
        // Hardly ever another group's.
        path: place.path.as_deref().map(Arc::from),
        fault: intern(texts, &place.fault),
    }
}

/// Counts the values of a message for the rows after its first at once, when it leaves the memo.
fn tally(parts: &mut [GroupPart], buckets: &[Bucket], seen: &SeenMessage) {
    let (Some(part), Some(bucket)) = (parts.get_mut(seen.group as usize), buckets.get(seen.bucket as usize)) else {
        return;
    };
    if seen.rows == 0 {
        return;
    }
    if let Some(fault) = bucket.readings(&seen.message).get(seen.reading) {
        part.tally(fault, seen.rows);
    }
}

/// One copy of every text, however many groups hold it.
fn intern(texts: &mut FxHashSet<Arc<str>>, text: &str) -> Arc<str> {
    if let Some(known) = texts.get(text) {
        return Arc::clone(known);
    }
    let new: Arc<str> = text.into();
    texts.insert(Arc::clone(&new));
    new
}
