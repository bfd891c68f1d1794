//! The documents by which a suspect is found: the first rows of a group, and some of all others.
//!
//! Owns: which rows are looked at, what each tells beside its document.
//! Refuses: judging them.

use std::ops::ControlFlow;
use std::time::Instant;

use rustc_hash::FxHashMap;

use super::timeline::{MissingName, TimelineKey};
use super::{SenderValue, SuspectQuestion};
use crate::ground::time::Micros;
use crate::pipeline::destination::judged_version;
use crate::pipeline::document::Document;
use crate::pipeline::fault::Fault;
use crate::pipeline::verdict::judge::jackson::verdict_of;
use crate::rows::column::ErrorColumn;
use crate::rows::group::{Fingerprint, JobName};
use crate::rows::payload;
use crate::rows::row::{RowRef, SourceRow};
use crate::rows::source::{Progress, ReadRows, SourceError, Watch};

/// Rows of a group of which some are judged: its first in the order of the source.
const MOST_READ: usize = 5000;
/// Rows of a group that are fetched where fetching costs.
const MOST_FETCHED: usize = 32;
/// Documents of a group that are judged where few groups are asked about, and where there are many.
const DOCUMENTS: [usize; 2] = [16, 4];
/// Documents of all groups.
const MOST_DOCUMENTS: usize = 2000;
/// Bytes of all documents, and those that each group may have anyway.
const MOST_BYTES: usize = 256 << 20;
const LEAST_BYTES: usize = 256 << 10;
/// Rows between two words of how far it is.
const STRIDE: u64 = 128;

/// The column of a row, or of a table made of rows, that names the schemas that judged it: `202001230145_be1f11e`.
const LABEL: &str = "schemas_build_id";

/// Where a document or its row tells what sent it.
const IN_ROW: [ErrorColumn; 2] = [ErrorColumn::AppVersion, ErrorColumn::AppBuild];
const IN_DOCUMENT: [(&str, &[&str]); 5] = [
    ("app version", &["client_info", "app_display_version"]),
    ("app build", &["client_info", "app_build"]),
    ("SDK version", &["client_info", "telemetry_sdk_build"]),
    ("app version", &["application", "version"]),
    ("app build", &["application", "buildId"]),
];

/// The documents of a group.
#[derive(Default)]
pub(super) struct GroupSample {
    /// In the order of their times.
    pub(super) documents: Vec<SampledDocument>,
}

/// One of them.
pub(super) struct SampledDocument {
    pub(super) time: Option<Micros>,
    /// When its job began, by its name.
    pub(super) job_start: Option<Micros>,
    /// The schemas that judged it, where the row names them.
    pub(super) label: Option<String>,
    pub(super) message: String,
    pub(super) class: Option<String>,
    /// `None` where there is none that could be judged, and the row was refused because there was no schema: that takes no document.
    pub(super) document: Option<Document>,
    pub(super) sender: Vec<(&'static str, String)>,
    pub(super) key: TimelineKey,
    /// Position of its schema's history.
    pub(super) timeline: usize,
}

/// Rows of a group while they are read.
#[derive(Default)]
struct KeptRows {
    first: Vec<(Option<Micros>, RowRef, SourceRow)>,
    others: Vec<(Option<Micros>, RowRef, SourceRow)>,
    looked: u64,
    /// Documents that are wanted of it; of those half are the ones that came first.
    most: usize,
    /// Every so many-th of the others is kept.
    step: u64,
}

/// Documents of each group that are judged where so many groups are asked about.
pub fn most_documents(groups: usize) -> usize {
    let [most, least] = DOCUMENTS;
    (MOST_DOCUMENTS / groups.max(1)).clamp(least, most)
}

/// Reads the documents of each group that is asked about.
pub(super) fn read(question: &SuspectQuestion<'_>, watch: &dyn Watch) -> Result<Vec<GroupSample>, SourceError> {
    let groups = question.chosen;
    let positions: FxHashMap<Fingerprint, usize> = groups.iter().enumerate().map(|(at, group)| (group.fingerprint, at)).collect();
    let places: FxHashMap<RowRef, usize> =
        groups.iter().enumerate().flat_map(|(at, group)| group.rows.iter().take(MOST_READ).map(move |row| (*row, at))).collect();
    let most = if question.source.is_remote() { MOST_FETCHED } else { MOST_READ };
    let documents = most_documents(groups.len());
    let bytes = (MOST_BYTES / groups.len().max(1)).max(LEAST_BYTES);
    let mut kept: Vec<KeptRows> = groups.iter().map(|_| KeptRows { most: documents, ..KeptRows::default() }).collect();
    let (mut read, begun) = (0, Instant::now());
    if !groups.is_empty() {
        question.source.read(ReadRows::First(groups, most), watch, &mut |at, row| {
            read += 1;
            if read % STRIDE == 0 {
                watch.progress(Progress { rows: read, elapsed: begun.elapsed(), ..Progress::default() });
            }
            if watch.cancelled() {
                return ControlFlow::Break(());
            }
            let of = question.source.group_of(at).and_then(|group| positions.get(&group)).or_else(|| places.get(&at));
            if let Some(kept) = of.and_then(|&of| kept.get_mut(of)) {
                kept.add(at, row);
            }
            ControlFlow::Continue(())
        })?;
    }
    let last = question.groups.span.map(|span| span.1);
    Ok(kept.into_iter().map(|kept| kept.documents(last, bytes)).collect())
}

/// What a document tells of its sender, and what of that no earlier one of its doctype tells.
pub(super) fn sender(of: &SampledDocument, samples: &[GroupSample]) -> Vec<SenderValue> {
    let is_earlier = |other: &&SampledDocument| {
        let is_alike = (&other.key.namespace, &other.key.doctype) == (&of.key.namespace, &of.key.doctype);
        is_alike && other.time.is_some_and(|time| of.time.is_some_and(|first| time < first))
    };
    let earlier: Vec<&SampledDocument> = samples.iter().flat_map(|sample| &sample.documents).filter(is_earlier).collect();
    let value = |told: &(&'static str, String)| {
        let tells = |name_too: bool| {
            earlier.iter().any(|other| other.sender.iter().any(|known| known.0 == told.0 && (!name_too || known.1 == told.1)))
        };
        SenderValue { name: told.0, value: told.1.clone(), is_new: tells(false) && !tells(true) }
    };
    of.sender.iter().map(value).collect()
}

impl KeptRows {
    fn add(&mut self, at: RowRef, row: SourceRow) {
        self.looked += 1;
        let time = row.error_row().time;
        // A row without a time is behind all others.
        let rank = |(time, at, _): &(Option<Micros>, RowRef, SourceRow)| (time.is_none(), *time, *at);
        self.first.push((time, at, row));
        self.first.sort_by_key(rank);
        if self.first.len() <= self.most / 2 {
            return;
        }
        let Some(over) = self.first.pop() else { return };
        self.step = self.step.max(1);
        if self.looked.is_multiple_of(self.step) {
            self.others.push(over);
        }
        if self.others.len() > self.most {
            self.step *= 2;
            let mut keep = false;
            self.others.retain(|_| {
                keep = !keep;
                keep
            });
        }
    }

    fn documents(self, last: Option<Micros>, most_bytes: usize) -> GroupSample {
        let mut sample = GroupSample::default();
        let mut bytes = 0;
        let mut rows = self.first;
        rows.extend(self.others.into_iter().take(self.most - self.most / 2));
        rows.sort_by_key(|(time, at, _)| (time.is_none(), *time, *at));
        for (_, _, row) in rows {
            let Some(document) = SampledDocument::of(row, last) else { continue };
            let long = document.document.as_ref().map_or(0, |document| document.text().len());
            if bytes == 0 || bytes + long <= most_bytes {
                bytes += long;
                sample.documents.push(document);
            }
        }
        sample
    }
}

impl SampledDocument {
    /// `None` where there is nothing to judge though a schema refused it, or nothing says by which schema.
    fn of(mut row: SourceRow, last: Option<Micros>) -> Option<Self> {
        let decoded = payload::decode(std::mem::take(&mut row.payload));
        let document = Document::parse(decoded.text);
        let is_whole = !document.is_empty() && document.error().is_none() && verdict_of(&document).is_ok();
        let document = is_whole.then_some(document);
        let facts = row.error_row();
        let missing = MissingName::of(&Fault::parse(facts.message.unwrap_or_default(), facts.class));
        if document.is_none() && missing.is_none() {
            return None;
        }
        let names = facts.namespace.zip(facts.doctype);
        let version = names.and_then(|(namespace, _)| judged_version(namespace, facts.version, document.as_ref()));
        let key =
            TimelineKey::told(names.map(|(namespace, doctype)| (namespace.to_owned(), doctype.to_owned())), version, missing.as_ref())?;
        let in_row = IN_ROW.iter().filter_map(|column| Some((column.name(), row.column(*column)?.to_owned())));
        let in_document = IN_DOCUMENT.iter().filter_map(|(name, tokens)| {
            let document = document.as_ref()?;
            let found = document.find(tokens).ok()?;
            Some((*name, document.string(found)?.into_owned()))
        });
        let mut sender: Vec<(&'static str, String)> = in_row.collect();
        sender.extend(in_document);
        Some(SampledDocument {
            time: facts.time,
            job_start: facts.job.and_then(|job| JobName::parse(job).start(facts.time.or(last)?)),
            label: row.column(LABEL).map(str::to_owned),
            message: facts.message.unwrap_or_default().to_owned(),
            class: facts.class.map(str::to_owned),
            sender,
            key,
            timeline: 0,
            document,
        })
    }
}
