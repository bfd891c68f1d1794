//! What a message says, and which group it belongs to.
//!
//! Owns: the way from a message to its group, what becomes of a message that the memo does not have, counting the values in it.
//! Refuses: what a message may mean (fault, bucket), counting rows (grouper).

use std::sync::Arc;

use super::super::GroupNames;
use super::super::bucket::GeneralPlace;
use super::super::memo::{MemoPlace, SeenMessage};
use super::super::part::{FirstRow, KeyParts};
use super::Grouper;
use crate::pipeline::fault::Fault;
use crate::rows::row::{ErrorRow, RowRef};

/// What becomes of a message that the memo does not have.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Remember {
    /// Nothing: its rows are counted elsewhere.
    No,
    /// It is kept, for more rows may say it; the row that said it first was not asked for.
    Seen(MemoPlace),
    /// It is kept, and the values in it are counted for the row that said it first, which stands for so many.
    Counted(MemoPlace, u64),
}

/// What a message says.
pub(super) struct ReadMessage<'a> {
    /// The number of the names of its group.
    pub(super) names: u32,
    /// What it is generalised to.
    pub(super) general: GeneralPlace<'a>,
    /// The reading that counts.
    pub(super) told: Option<&'a Fault<'a>>,
    /// The hash of its key.
    pub(super) hash: u64,
}

impl ReadMessage<'_> {
    /// The key of its group.
    pub(super) fn key(&self) -> KeyParts<'_> {
        KeyParts { names: self.names, path: self.general.path.as_deref(), fault: &self.general.fault }
    }

    /// What else is known of its group, where the row at that place is the first.
    pub(super) fn first<'m>(&self, at: RowRef, message: &'m str) -> FirstRow<'m> {
        FirstRow { keyword: self.general.keyword, about_name: self.general.about_name, at, message }
    }
}

impl Grouper {
    /// The group of a row that is not counted.
    pub(super) fn group_of_row(&mut self, row: &ErrorRow<'_>, at: RowRef) -> u32 {
        let message = row.message.unwrap_or("");
        let bucket = self.bucket(row);
        let place = MemoPlace::of(bucket, message);
        match self.memo.peek(place, bucket, message) {
            Some(group) => group,
            None => self.group_of(bucket, message, at, Remember::Seen(place)),
        }
    }

    /// The group of a message that the memo does not have. `remember` says what becomes of the message.
    pub(in super::super) fn group_of(&mut self, bucket: u32, message: &str, at: RowRef, remember: Remember) -> u32 {
        let own = self.names_of(bucket);
        let readings = Fault::readings(message, own.class.as_deref());
        let read = self.read(bucket, &own, &readings);
        self.group_read(bucket, message, &read, at, remember)
    }

    /// The names of rows of a bucket.
    pub(super) fn names_of(&self, bucket: u32) -> Arc<GroupNames> {
        self.buckets.get(bucket as usize).map(|home| Arc::clone(self.names.get(home.names).0)).unwrap_or_default()
    }

    /// What the message of rows of a bucket says, in the reading that its schemas take.
    pub(super) fn read<'a>(&mut self, bucket: u32, own: &GroupNames, readings: &'a [Fault<'a>]) -> ReadMessage<'a> {
        let home = &self.buckets[bucket as usize];
        let general = home.place(readings, self.schemas.as_ref());
        let told = readings.get(general.reading);
        // A row without a class has that of its message.
        let names = match told.map(|fault| fault.class).filter(|class| own.class.is_none() && !class.is_empty()) {
            Some(class) => {
                let [namespace, doctype, version, stage, _] = own.parts();
                self.names.number([namespace, doctype, version, stage, Some(class)])
            }
            None => home.names,
        };
        let mut read = ReadMessage { names, general, told, hash: 0 };
        read.hash = read.key().hash();
        read
    }

    /// The group of a message that was read.
    pub(super) fn group_read(&mut self, bucket: u32, message: &str, read: &ReadMessage<'_>, at: RowRef, remember: Remember) -> u32 {
        let group = self.number_of(read, read.first(at, message));
        let (place, rows) = match remember {
            Remember::No => return group,
            Remember::Seen(place) => (place, None),
            Remember::Counted(place, rows) => (place, Some(rows)),
        };
        if let (Some(rows), Some(fault)) = (rows, read.told) {
            self.with(group, |part, texts, common| part.tally(fault, rows, texts, common));
        }
        self.remember(place, bucket, message, (group, read.general.reading));
        group
    }

    /// Keeps a message with its group and reading, where it is worth that.
    pub(super) fn remember(&mut self, place: MemoPlace, bucket: u32, message: &str, (group, reading): (u32, usize)) {
        if self.memo.wants(place, message)
            && let Some(pushed) = self.memo.keep(place, SeenMessage { bucket, group, reading, rows: 0, message: message.to_owned() })
        {
            self.tally_seen(&pushed);
        }
    }

    /// The number of the group of a message; of a new one where there is none.
    fn number_of(&mut self, read: &ReadMessage<'_>, first: FirstRow<'_>) -> u32 {
        let (key, hash) = (read.key(), read.hash);
        let begun = self.names.get(key.names).1;
        let own = self.table.parts.len();
        let Some(beside) = self.beside.as_mut().and_then(|beside| beside.takes(own).then_some(beside)) else {
            return self.table.group(key, hash, begun, first);
        };
        self.table.known(key, hash).unwrap_or_else(|| beside.group(key, &self.names, first))
    }

    /// Counts the values of a message of a group for that many rows.
    pub(in super::super) fn tally(&mut self, bucket: u32, group: u32, message: &str, rows: u64) {
        let Some(home) = self.buckets.get(bucket as usize) else { return };
        let own = Arc::clone(self.names.get(home.names).0);
        let readings = Fault::readings(message, own.class.as_deref());
        // Only where there are several has the schema to tell which one it is.
        let reading = if readings.len() == 1 { 0 } else { home.place(&readings, self.schemas.as_ref()).reading };
        if let Some(fault) = readings.get(reading) {
            self.with(group, |part, texts, common| part.tally(fault, rows, texts, common));
        }
    }

    /// Counts the values of a message for the rows after its first at once, when it leaves the memo.
    pub(super) fn tally_seen(&mut self, seen: &SeenMessage) {
        let Some(home) = self.buckets.get(seen.bucket as usize).filter(|_| seen.rows > 0) else { return };
        let own = Arc::clone(self.names.get(home.names).0);
        let readings = Fault::readings(&seen.message, own.class.as_deref());
        if let Some(fault) = readings.get(seen.reading) {
            self.with(seen.group, |part, texts, common| part.tally(fault, seen.rows, texts, common));
        }
    }
}
