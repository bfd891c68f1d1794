//! One group as one thread has counted it.
//!
//! Owns: its key and texts, adding up two parts of the same group.
//! Refuses: what is counted of its rows (counts), what the jobs say of the group (merge): one part does not know that.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::Fingerprint;
use super::counts::{Counts, RowFacts};
use super::tallies::{CommonTallies, Tallies};
use crate::ground::shared_text::{TextSpan, TextStore};
use crate::pipeline::fault::{Fault, Keyword};
use crate::rows::row::RowRef;

/// A group. Its texts are in the store of its table.
#[derive(Clone)]
pub(super) struct GroupPart {
    pub(super) print: Fingerprint,
    /// Number of the names in the table.
    pub(super) names: u32,
    pub(super) path: Option<TextSpan>,
    pub(super) fault: TextSpan,
    pub(super) keyword: Option<Keyword>,
    pub(super) about_name: bool,
    pub(super) count: u64,
    pub(super) tallies: Tallies,
    /// Rows whose values are in `tallies`.
    pub(super) told: u64,
    /// The message of the first row in the order of the source, with the class that the row tells.
    pub(super) sample: (RowRef, TextSpan),
    pub(super) counts: Counts,
}

/// What a key is made of, borrowed.
#[derive(Clone, Copy)]
pub(super) struct KeyParts<'a> {
    /// Number of the names in the table.
    pub(super) names: u32,
    pub(super) path: Option<&'a str>,
    pub(super) fault: &'a str,
}

impl KeyParts<'_> {
    /// A number for the place in a table, in a fraction of the time that a fingerprint takes.
    pub(super) fn hash(&self) -> u64 {
        let mut hasher = FxHasher::default();
        (self.names, self.path, self.fault).hash(&mut hasher);
        hasher.finish()
    }
}

/// What else is known of a group that has no row yet.
#[derive(Clone, Copy)]
pub(super) struct FirstRow<'a> {
    pub(super) keyword: Option<Keyword>,
    pub(super) about_name: bool,
    pub(super) at: RowRef,
    pub(super) message: &'a str,
}

impl GroupPart {
    /// A group without rows. The first row and its message are the sample until a row is counted.
    pub(super) fn new(print: Fingerprint, key: KeyParts<'_>, first: FirstRow<'_>, texts: &mut TextStore) -> Self {
        let sample = texts.add(first.message);
        GroupPart {
            print,
            names: key.names,
            // Most paths are a part of the message.
            path: key.path.map(|path| sample.part(first.message, path).unwrap_or_else(|| texts.add(path))),
            fault: texts.add(key.fault),
            keyword: first.keyword,
            about_name: first.about_name,
            count: 0,
            tallies: Tallies::default(),
            told: 0,
            sample: (first.at, sample),
            counts: Counts::default(),
        }
    }

    /// Counts a row but not the values in its message.
    pub(super) fn count(&mut self, row: RowFacts, message: &str, job: Option<u32>, texts: &mut TextStore) {
        let is_kept = self.count == 0 && row.at == self.sample.0;
        if !is_kept && (self.count == 0 || row.at < self.sample.0) {
            self.sample = (row.at, texts.add(message));
        }
        self.count += row.rows;
        self.told += row.rows;
        self.counts.add(row, job);
    }

    /// Bytes that it takes.
    pub(super) fn held(&self) -> usize {
        size_of::<Self>()
            + self.counts.held()
            + self.tallies.held()
            + self.sample.1.length()
            + self.fault.length()
            + self.path.map_or(0, TextSpan::length)
    }

    /// Counts the values of a message for that many rows.
    pub(super) fn tally(&mut self, fault: &Fault<'_>, rows: u64, texts: &TextStore, common: &mut CommonTallies) {
        let path = self.path.map_or("", |path| texts.get(path));
        self.tallies.add(fault, path, self.about_name, rows, common);
    }

    /// Adds another part of the same group, a text of which `text` takes to the store of this one; both speak of the same jobs.
    pub(super) fn absorb(&mut self, other: GroupPart, text: impl FnOnce(TextSpan) -> TextSpan, common: &mut CommonTallies) {
        if other.count > 0 && (self.count == 0 || other.sample.0 < self.sample.0) {
            self.sample = (other.sample.0, text(other.sample.1));
        }
        self.count += other.count;
        self.tallies.absorb(other.tallies, common);
        self.told += other.told;
        self.counts.absorb(other.counts);
    }

    /// Its store was taken in by another one, behind so many pieces.
    pub(super) fn moved_behind(&mut self, pieces: u32) {
        self.path = self.path.map(|path| path.behind(pieces));
        self.fault = self.fault.behind(pieces);
        self.sample.1 = self.sample.1.behind(pieces);
    }

    /// Takes its texts from one store to another.
    pub(super) fn move_texts(&mut self, from: &TextStore, to: &mut TextStore) {
        let sample = to.add(from.get(self.sample.1));
        self.path = self.path.map(|path| path.moved(self.sample.1, sample).unwrap_or_else(|| to.add(from.get(path))));
        self.fault = to.add(from.get(self.fault));
        self.sample.1 = sample;
    }
}
