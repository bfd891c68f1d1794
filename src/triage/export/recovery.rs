//! What comes of bringing refused rows back with other schemas: how many pass, what remains broken, what is there twice, what is lost.
//!
//! Owns: one pass over the rows of groups on all cores, the counts and their words.
//! Refuses: which rows those are and where they go (backfill), judging (judging).

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::page::{Page, ours, said};
use crate::ground::in_order;
use crate::ground::text::{count, plural, visible};
use crate::ground::time::{Micros, minute};
use crate::pipeline::document::Document;
use crate::pipeline::fault::{BEYOND_SCHEMAS, Fault};
use crate::pipeline::names;
use crate::rows::column::ErrorColumn;
use crate::rows::group::{Fingerprint, Group};
use crate::rows::payload::{self, PayloadForm};
use crate::rows::row::{RowRef, SourceRow};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, ReadRows, SourceError, Watch};
use crate::triage::facts::turns::WITHOUT_SCHEMA;
use crate::triage::judging::bare::{self, BareRuling, Named};
use crate::triage::recheck::NO_SCHEMA;

/// Rows of each group that are judged where fetching costs.
const MOST_FETCHED: usize = 100;

/// What comes of all rows. Names and meanings are stable.
#[derive(Debug, Clone, Serialize)]
pub struct Recovery {
    /// The schemas, as people call them.
    pub schemas: String,
    /// Their commit, where it is known.
    pub revision: Option<String>,
    /// Microseconds since 1970: when that was made.
    #[serde(skip)]
    pub revision_time: Option<Micros>,
    /// All groups together.
    #[serde(flatten)]
    pub all: RecoveredRows,
    /// Rows of each group that were judged, where that is not all.
    pub at_most: Option<usize>,
    /// Whether nothing of the source was left out; otherwise the counts are too small.
    pub is_whole: bool,
    /// By fingerprint.
    #[serde(skip)]
    pub groups: BTreeMap<String, RecoveredRows>,
}

/// What comes of some rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RecoveredRows {
    /// Rows that were looked at.
    pub judged: u64,
    /// Rows that pass.
    pub passing: u64,
    /// What refuses the others, most rows first.
    pub faults: Vec<RemainingFault>,
    /// Rows that cannot be brought back by any schemas: without a document, or one that is no JSON or not whole.
    pub lost: u64,
    /// Rows that are refused whatever any schema says: before their document is judged by one, or by the table behind it.
    pub undecided: u64,
    /// Rows of which nothing can be said: their schema does not load, or a rule of it cannot be asked.
    pub unjudged: u64,
    /// Rows that pass whose document's id another row that passes has as well: they are to be brought back once.
    pub repeated: u64,
    /// Rows that pass whose document's id is not told.
    pub without_id: u64,
    #[serde(skip)]
    places: FxHashMap<(usize, u32, &'static str), u64>,
}

/// What still refuses rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemainingFault {
    /// Path of the schema; null where there is none.
    pub schema_file: Option<String>,
    /// RFC 6901.
    pub schema_pointer: Option<String>,
    /// `required`; `schema` where there is none.
    pub keyword: &'static str,
    /// Rows.
    pub rows: u64,
}

/// What becomes of a row.
enum RowFate {
    Passes(Option<u64>),
    Refused(usize, u32, &'static str),
    NoSchema,
    Lost,
    /// No schema decides it.
    Undecided,
    Unjudged,
}

/// Judges the rows of groups by other schemas.
///
/// # Errors
/// The source cannot be read.
pub fn replay(
    source: &dyn ErrorSource,
    schemas: &Arc<SchemaStore>,
    groups: &[&Group],
    watch: &(dyn Watch + Send),
) -> Result<Recovery, SourceError> {
    let named: FxHashMap<RowRef, Fingerprint> =
        groups.iter().flat_map(|group| group.rows.iter().map(|at| (*at, group.fingerprint))).collect();
    let chosen: FxHashSet<Fingerprint> = groups.iter().map(|group| group.fingerprint).collect();
    let at_most = source.is_remote().then_some(MOST_FETCHED);
    let wanted = ReadRows::First(groups, at_most.unwrap_or(usize::MAX));
    let feed = |hand: &mut in_order::Hand<'_, (Fingerprint, SourceRow)>| {
        source.read(wanted, watch, &mut |at, row| {
            if watch.cancelled() {
                return ControlFlow::Break(());
            }
            let size = row.payload.size();
            match source.group_of(at).filter(|group| chosen.contains(group)).or_else(|| named.get(&at).copied()) {
                Some(group) => hand((group, row), size),
                None => ControlFlow::Continue(()),
            }
        })
    };
    let make = |rows: Vec<(Fingerprint, SourceRow)>| Ok(rows.into_iter().map(|(group, row)| (group, fate(schemas, row))).collect());
    let (mut all, mut of, mut ids) = (RecoveredRows::default(), FxHashMap::default(), FxHashSet::default());
    let unreadable = in_order::run(feed, &make, &mut |(group, fate): (Fingerprint, RowFate)| {
        let is_new = match &fate {
            RowFate::Passes(Some(id)) => ids.insert(*id),
            _ => true,
        };
        all.add(&fate, is_new);
        of.entry(group).or_insert_with(RecoveredRows::default).add(&fate, is_new);
        Ok::<_, SourceError>(())
    })?;
    let told = |mut rows: RecoveredRows| {
        rows.tell(schemas);
        rows
    };
    Ok(Recovery {
        schemas: schemas.name(),
        revision: schemas.revision(),
        revision_time: schemas.revision_time().or_else(|| schemas.lineage().ok().flatten().map(|lineage| lineage.tip.time)),
        all: told(all),
        at_most,
        is_whole: unreadable.count == 0 && !watch.cancelled(),
        groups: of.into_iter().map(|(group, rows)| (group.to_string(), told(rows))).collect(),
    })
}

fn fate(schemas: &SchemaStore, mut row: SourceRow) -> RowFate {
    let decoded = payload::decode(std::mem::take(&mut row.payload));
    if decoded.form == PayloadForm::Absent || !decoded.is_whole {
        return RowFate::Lost;
    }
    let document = Document::parse(decoded.text);
    if bare::unreadable(&document).is_some() {
        return RowFate::Lost;
    }
    let facts = row.error_row();
    // Without a message nobody knows why it was refused.
    if facts.message.is_some_and(|message| !Fault::parse(message, facts.class).is_of_schemas()) {
        return RowFate::Undecided;
    }
    let Some((namespace, doctype)) = facts.namespace.zip(facts.doctype) else { return RowFate::NoSchema };
    let named = Named { namespace, doctype, version: facts.version };
    match bare::rule(schemas, bare::judged_by(schemas, named, &document), named, &document) {
        BareRuling::Passed => RowFate::Passes(id_of(&row, namespace)),
        BareRuling::Invalid(at, breach) => RowFate::Refused(at, breach.node, breach.keyword),
        BareRuling::NoSchema => RowFate::NoSchema,
        BareRuling::Unreadable(_) => RowFate::Lost,
        BareRuling::Unjudged => RowFate::Unjudged,
    }
}

/// The document's id within its namespace, as a hash: by its column, else by the path that it was sent to.
fn id_of(row: &SourceRow, namespace: &str) -> Option<u64> {
    use std::hash::{Hash, Hasher};
    let is_id = |part: &&str| {
        part.len() == 36
            && part
                .bytes()
                .enumerate()
                .all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() })
    };
    let in_path = || row.column(ErrorColumn::Uri).and_then(|path| path.split(['/', '?']).find(is_id));
    let id = row.column(ErrorColumn::Id).or_else(in_path)?;
    let mut hasher = rustc_hash::FxHasher::default();
    (names::comparable(namespace), id.to_ascii_lowercase()).hash(&mut hasher);
    Some(hasher.finish())
}

impl RecoveredRows {
    fn add(&mut self, fate: &RowFate, is_new: bool) {
        self.judged += 1;
        match fate {
            RowFate::Passes(id) => {
                self.passing += 1;
                self.repeated += u64::from(!is_new);
                self.without_id += u64::from(id.is_none());
            }
            RowFate::Refused(at, node, keyword) => *self.places.entry((*at, *node, *keyword)).or_default() += 1,
            RowFate::NoSchema => *self.places.entry(NO_SCHEMA).or_default() += 1,
            RowFate::Lost => self.lost += 1,
            RowFate::Undecided => self.undecided += 1,
            RowFate::Unjudged => self.unjudged += 1,
        }
    }

    fn tell(&mut self, schemas: &SchemaStore) {
        let mut places: Vec<_> = std::mem::take(&mut self.places).into_iter().collect();
        places.sort_by_key(|(place, rows)| (std::cmp::Reverse(*rows), *place));
        let fault = |((at, node, keyword), rows): ((usize, u32, &'static str), u64)| {
            let schema = schemas.schema(at).ok().flatten();
            RemainingFault {
                schema_file: schema.as_ref().map(|schema| schema.path.clone()),
                schema_pointer: schema.as_ref().map(|schema| schema.pointer(node)),
                keyword,
                rows,
            }
        };
        self.faults = places.into_iter().map(fault).collect();
    }

    /// `422,921 of 431,239 rows pass; 3 faults remain`
    pub fn sentence(&self) -> String {
        let verb = if self.judged == 1 { "row passes" } else { "rows pass" };
        let faults = self.faults.len() as u64;
        let faults = if faults == 1 { "1 fault remains".to_owned() } else { format!("{} faults remain", count(faults)) };
        let mut told = format!("{} of {} {verb}; {faults}", count(self.passing), count(self.judged));
        let (are, whatever) = (["row is", "rows are"], "refused whatever the schemas say");
        let others =
            [(self.lost, are, "lost for good"), (self.undecided, are, whatever), (self.unjudged, ["row", "rows"], "could not be judged")];
        for (rows, [one, many], what) in others.into_iter().filter(|(rows, ..)| *rows > 0) {
            told.push_str(&format!("; {} {what}", plural(rows, one, many)));
        }
        told
    }
}

impl Recovery {
    /// What has to be known before anything is brought back.
    pub(super) fn page(&self, page: &mut Page) {
        let with = match (&self.revision, self.revision_time) {
            (Some(revision), Some(time)) => format!("revision {} of {} UTC", revision.get(..10).unwrap_or(revision), minute(time)),
            (Some(revision), None) => format!("revision {}", revision.get(..10).unwrap_or(revision)),
            (None, _) => visible(&self.schemas).into_owned(),
        };
        page.heading([ours("Recovery")]);
        page.line([ours("With "), said(with), ours(format!(" {}.", self.all.sentence()))]);
        if let Some(most) = self.at_most {
            page.line([ours(format!("Of each group at most {} were judged.", plural(most as u64, "row", "rows")))]);
        }
        if !self.is_whole {
            page.line([ours("Not all of the input could be read: there may be more rows.")]);
        }
        for fault in &self.all.faults {
            let rows = plural(fault.rows, "row", "rows");
            page.item(match (&fault.schema_file, &fault.schema_pointer) {
                (Some(file), Some(pointer)) => {
                    vec![ours(format!("{rows}: {} at ", fault.keyword)), said(format!("{file}#{pointer}"))]
                }
                _ => vec![ours(format!("{rows}: {WITHOUT_SCHEMA}"))],
            });
        }
        if self.all.repeated > 0 {
            let rows = plural(self.all.repeated, "row that passes is", "rows that pass are");
            page.line([ours(format!("{rows} there twice, by the document's id: bring each document back once."))]);
        }
        if self.all.without_id > 0 {
            let rows = plural(self.all.without_id, "row that passes does", "rows that pass do");
            page.line([ours(format!("{rows} not tell the document's id, so nobody knows whether they are there twice."))]);
        }
        if self.all.lost > 0 {
            let rows = plural(self.all.lost, "row is", "rows are");
            page.line([ours(format!("{rows} lost for good: their payload is missing, not whole or not JSON."))]);
        }
        if self.all.undecided > 0 {
            let rows = plural(self.all.undecided, "row is", "rows are");
            page.line([ours(format!("{rows} {BEYOND_SCHEMAS}, whatever the schemas say."))]);
        }
        if self.all.passing < self.all.judged {
            page.line([ours("The conditions below select all rows of a group; those that do not pass are refused again.")]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::source::{Request, Unwatched};

    #[test]
    fn every_row_passes_is_refused_or_is_lost() {
        let source = demo::source().unwrap();
        let schemas = Arc::new(demo::schemas().unwrap());
        let groups = source.groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
        let chosen: Vec<&Group> = groups.list.iter().collect();
        let recovery = replay(&*source, &schemas, &chosen, &Unwatched).unwrap();
        let all = &recovery.all;
        let refused: u64 = all.faults.iter().map(|fault| fault.rows).sum();
        assert_eq!(all.judged, groups.rows);
        assert_eq!(all.passing + refused + all.lost + all.undecided + all.unjudged, all.judged, "{all:?}");
        assert!(refused > 0 && recovery.is_whole);
        assert_eq!(recovery.groups.values().map(|group| group.judged).sum::<u64>(), all.judged);
        let mut page = Page::default();
        recovery.page(&mut page);
        assert!(page.text().contains(&format!("of {} rows pass; ", count(all.judged))), "{}", page.text());
    }

    #[test]
    fn what_no_schema_decides_does_not_pass() {
        let files: &'static [(&str, &[u8])] = &[("t/d/d.1.schema.json", b"{}")];
        let schemas = SchemaStore::open(Box::new(crate::rows::schemas::memory::Memory::new("made up", files))).unwrap();
        let fate = |message: &str, class: &str| {
            let columns = [
                ("document_namespace", "t"),
                ("document_type", "d"),
                ("document_version", "1"),
                ("error_message", message),
                ("exception_class", class),
            ];
            let columns = columns.map(|(name, value)| (name.into(), Some(value.to_owned()))).into();
            fate(&schemas, SourceRow { columns, payload: payload::Payload::Bytes(b"{}".to_vec()), ..SourceRow::default() })
        };
        let validation = "org.everit.json.schema.ValidationException";
        assert!(matches!(fate("#/a: expected type: String, found: Null", validation), RowFate::Passes(_)));
        let unwanted = "com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException";
        assert!(matches!(
            fate("com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException: 1684980", unwanted),
            RowFate::Undecided
        ));
        assert!(matches!(fate("", ""), RowFate::Undecided));
        assert!(matches!(fate("", validation), RowFate::Passes(_)), "the class tells it where nothing else does");
    }

    #[test]
    fn a_sentence_leaves_no_row_out() {
        let rows = RecoveredRows { judged: 20, passing: 8, lost: 2, undecided: 9, unjudged: 1, ..RecoveredRows::default() };
        assert_eq!(
            rows.sentence(),
            "8 of 20 rows pass; 0 faults remain; 2 rows are lost for good; 9 rows are refused whatever the schemas say; 1 row could not be judged"
        );
    }

    #[test]
    fn a_document_has_an_id_in_its_column_or_its_path() {
        let row =
            |name: &str, value: &str| SourceRow { columns: vec![(name.to_owned().into(), Some(value.to_owned()))], ..SourceRow::default() };
        let id = "6C0CBE3A-1b0d-4b6e-9c3e-000000000001";
        let by_path = id_of(&row("uri", &format!("/submit/telemetry/{id}/main/Firefox/1")), "telemetry");
        assert!(by_path.is_some());
        assert_eq!(id_of(&row("document_id", &id.to_lowercase()), "telemetry"), by_path);
        assert_ne!(id_of(&row("document_id", id), "acme"), by_path, "other namespaces have ids of their own");
        assert_eq!(id_of(&row("uri", "/submit/telemetry/x"), "telemetry"), None);
    }
}
