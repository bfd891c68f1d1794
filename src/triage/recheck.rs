//! Documents judged by two states of the schemas: what a change would do to them.
//!
//! Owns: what becomes of one document, counts of that, what is refused by the later schemas and where.
//! Refuses: judging (judging), reading documents, grouping them.

mod moves;
mod rows;

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::fault::Keyword;
use crate::rows::payload::{self, Payload, PayloadForm};
use crate::rows::schemas::SchemaStore;
use crate::triage::judging::bare::{self, BareRuling, Named};
pub use moves::{Move, Moves, same_columns};
pub use rows::{RecheckedRows, most_rows, recheck};

/// Two states of the schemas.
pub struct Recheck {
    before: Arc<SchemaStore>,
    after: Arc<SchemaStore>,
    /// Whether two schemas, by position, have the same text: then one ruling is enough.
    equal: RwLock<FxHashMap<(usize, usize), bool>>,
    /// Where landings are compared as well: what was found.
    moves: Option<Moves>,
}

/// What becomes of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Turn {
    /// It passes under both.
    Passes,
    /// It fails under both, of the same keyword of the same value.
    Same,
    /// It fails under both, of something else.
    Different,
    /// It failed and passes now.
    Taken,
    /// It passed and fails now.
    Refused,
    /// One of the two could not judge it.
    Unjudged,
}

/// A place of the later schemas that refuses documents: position of the doctype version, node, keyword.
pub type RefusingPlace = (usize, NodeId, Keyword);

/// Stands for a schema that is not there among refusing places.
pub const NO_SCHEMA: RefusingPlace = (usize::MAX, 0, "schema");

/// A document judged twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rechecked {
    /// What becomes of it.
    pub turn: Turn,
    /// Where the later schemas refuse it, if they do and did not for the same; [`NO_SCHEMA`] where they have none for it.
    pub refused_by: Option<RefusingPlace>,
}

impl Recheck {
    /// Judges by both.
    pub fn new(before: Arc<SchemaStore>, after: Arc<SchemaStore>) -> Self {
        Recheck { before, after, equal: RwLock::default(), moves: None }
    }

    /// The same, where the landings of what passes both are compared as well.
    pub fn with_landings(mut self) -> Self {
        self.moves = Some(Moves::default());
        self
    }

    /// Landings that moved, with how many values; empty where they were not asked for.
    pub fn moves(&self) -> Vec<(Move, u64)> {
        self.moves.as_ref().map(Moves::all).unwrap_or_default()
    }

    /// The earlier state.
    pub fn before(&self) -> &Arc<SchemaStore> {
        &self.before
    }

    /// The later state.
    pub fn after(&self) -> &Arc<SchemaStore> {
        &self.after
    }

    /// Why documents could not be judged: schemas of the two states that do not load, each once.
    pub fn unread(&self) -> Vec<String> {
        let of = |store: &SchemaStore| {
            // One whose file is not there any more, or damaged, was never parsed.
            let used: BTreeSet<usize> = store.used().into_iter().chain(store.unread()).collect();
            used.into_iter().filter_map(|at| store.judge(at).err().map(|error| format!("{}: {error}", store.name()))).collect::<Vec<_>>()
        };
        let mut found = of(&self.before);
        found.extend(of(&self.after));
        found.dedup();
        found
    }

    /// Judges the payload of a row; `None` where there is none.
    pub fn payload(&self, payload: Payload, named: Named<'_>) -> Option<Rechecked> {
        let decoded = payload::decode(payload);
        (decoded.form != PayloadForm::Absent).then(|| self.document(&Document::parse(decoded.text), named))
    }

    /// Judges a document.
    pub fn document(&self, document: &Document, named: Named<'_>) -> Rechecked {
        if bare::unreadable(document).is_some() {
            return Rechecked { turn: Turn::Same, refused_by: None };
        }
        let (old, new) = (bare::judged_by(&self.before, named, document), bare::judged_by(&self.after, named, document));
        let before = bare::rule(&self.before, old, named, document);
        let after = match (old, new) {
            (Some(old), Some(new)) if self.is_equal(old, new) => match &before {
                BareRuling::Invalid(_, breach) => BareRuling::Invalid(new, breach.clone()),
                other => other.clone(),
            },
            _ => bare::rule(&self.after, new, named, document),
        };
        let rechecked = Rechecked::of(&before, &after);
        if let (Some(moves), Some(old), Some(new), Turn::Passes) = (&self.moves, old, new, rechecked.turn) {
            moves.compare((&self.before, old), (&self.after, new), document);
        }
        rechecked
    }

    /// Whether two schemas are the same text.
    fn is_equal(&self, old: usize, new: usize) -> bool {
        if let Some(known) = self.equal.read().unwrap_or_else(PoisonError::into_inner).get(&(old, new)) {
            return *known;
        }
        let schemas = self.before.schema(old).ok().flatten().zip(self.after.schema(new).ok().flatten());
        let equal = schemas.is_some_and(|(old, new)| old.document.text() == new.document.text());
        self.equal.write().unwrap_or_else(PoisonError::into_inner).insert((old, new), equal);
        equal
    }
}

impl Rechecked {
    fn of(before: &BareRuling, after: &BareRuling) -> Self {
        let turn = match (before, after) {
            (BareRuling::Unjudged, _) | (_, BareRuling::Unjudged) => Turn::Unjudged,
            (BareRuling::Passed, BareRuling::Passed) => Turn::Passes,
            (BareRuling::Passed, _) => Turn::Refused,
            (_, BareRuling::Passed) => Turn::Taken,
            (one, other) if one.is_same_failure(other) => Turn::Same,
            _ => Turn::Different,
        };
        let refused_by = match after {
            BareRuling::Invalid(at, breach) if matches!(turn, Turn::Different | Turn::Refused) => Some((*at, breach.node, breach.keyword)),
            BareRuling::NoSchema if matches!(turn, Turn::Different | Turn::Refused) => Some(NO_SCHEMA),
            _ => None,
        };
        Rechecked { turn, refused_by }
    }
}

impl Turn {
    /// All of them, in the order in which they are told.
    pub const ALL: [Turn; 6] = [Turn::Refused, Turn::Same, Turn::Different, Turn::Taken, Turn::Passes, Turn::Unjudged];

    /// Name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Turn::Passes => "passes",
            Turn::Same => "same",
            Turn::Different => "different",
            Turn::Taken => "now_passing",
            Turn::Refused => "newly_failing",
            Turn::Unjudged => "unjudged",
        }
    }

    /// In words, for people.
    pub fn words(self) -> &'static str {
        match self {
            Turn::Passes => "pass, as before",
            Turn::Same => "fail the same way",
            Turn::Different => "fail differently",
            Turn::Taken => "pass now",
            Turn::Refused => "newly fail",
            Turn::Unjudged => "could not be judged",
        }
    }

    /// The same of one document.
    pub fn words_of_one(self) -> &'static str {
        match self {
            Turn::Passes => "passes, as before",
            Turn::Same => "fails the same way",
            Turn::Different => "fails differently",
            Turn::Taken => "passes now",
            Turn::Refused => "newly fails",
            Turn::Unjudged => "could not be judged",
        }
    }
}

/// How many documents took which turn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TurnCounts {
    counts: [u64; 6],
    /// Where the later schemas refuse what they did not refuse there before, with how many documents.
    pub refusing: FxHashMap<RefusingPlace, u64>,
    /// The same of documents that passed before.
    pub newly: FxHashMap<RefusingPlace, u64>,
}

impl TurnCounts {
    /// Counts a document.
    pub fn add(&mut self, rechecked: &Rechecked) {
        self.counts[rechecked.turn as usize] += 1;
        if let Some(place) = rechecked.refused_by {
            *self.refusing.entry(place).or_default() += 1;
            if rechecked.turn == Turn::Refused {
                *self.newly.entry(place).or_default() += 1;
            }
        }
    }

    /// Adds other counts.
    pub fn absorb(&mut self, other: &TurnCounts) {
        self.counts.iter_mut().zip(other.counts).for_each(|(count, more)| *count += more);
        other.refusing.iter().for_each(|(place, count)| *self.refusing.entry(*place).or_default() += count);
        other.newly.iter().for_each(|(place, count)| *self.newly.entry(*place).or_default() += count);
    }

    /// Documents that took a turn.
    pub fn of(&self, turn: Turn) -> u64 {
        self.counts[turn as usize]
    }

    /// All documents.
    pub fn all(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Whether the change makes a difference to any of them, or nobody can tell.
    pub fn is_changed(&self) -> bool {
        [Turn::Different, Turn::Taken, Turn::Refused, Turn::Unjudged].into_iter().any(|turn| self.of(turn) > 0)
    }

    /// The refusing places, the most frequent first.
    pub fn places(&self) -> Vec<(RefusingPlace, u64)> {
        let mut all: Vec<(RefusingPlace, u64)> = self.refusing.iter().map(|(place, count)| (*place, *count)).collect();
        all.sort_by_key(|(place, count)| (std::cmp::Reverse(*count), *place));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::schemas::memory::Memory;

    fn store(schema: &'static str) -> Arc<SchemaStore> {
        let files: &'static [(&str, &[u8])] = Box::leak(Box::new([("t/d/d.1.schema.json", schema.as_bytes())]));
        Arc::new(SchemaStore::open(Box::new(Memory::new("made up", files))).unwrap())
    }

    fn turn(recheck: &Recheck, text: &str) -> Turn {
        let named = Named { namespace: "t", doctype: "d", version: Some("1") };
        recheck.document(&Document::parse(text.as_bytes()), named).turn
    }

    #[test]
    fn a_schema_that_is_gone_is_the_reason() {
        let other: &'static [(&str, &[u8])] = &[("t/e/e.1.schema.json", b"{}")];
        let other = Arc::new(SchemaStore::open(Box::new(Memory::new("made up", other))).unwrap());
        let recheck = Recheck::new(store("{}"), other);
        let rechecked = recheck.document(&Document::parse(&b"{}"[..]), Named { namespace: "t", doctype: "d", version: Some("1") });
        assert_eq!(rechecked, Rechecked { turn: Turn::Refused, refused_by: Some(NO_SCHEMA) });
    }

    #[test]
    fn a_schema_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t/d/d.1.schema.json");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "{}").unwrap();
        let gone = Arc::new(SchemaStore::open_folder(folder.path()).unwrap());
        std::fs::remove_file(&file).unwrap();
        let recheck = Recheck::new(store("{}"), gone);
        assert_eq!(turn(&recheck, "{}"), Turn::Unjudged);
        let [told] = &recheck.unread()[..] else { panic!("{:?}", recheck.unread()) };
        assert!(told.contains("cannot read ") && told.contains("d.1.schema.json"), "{told}");
    }

    #[test]
    fn a_change_takes_refuses_and_moves() {
        let before = r#"{"properties": {"a": {"maxLength": 2}, "b": {"type": "string"}}}"#;
        let after = r#"{"properties": {"a": {"maxLength": 4}, "b": {"type": "string"}, "c": {"type": "null"}}, "required": ["b"]}"#;
        let recheck = Recheck::new(store(before), store(after));
        for (text, becomes) in [
            (r#"{"a": "xx", "b": ""}"#, Turn::Passes),
            (r#"{"a": "xxx", "b": ""}"#, Turn::Taken),
            (r#"{"a": "xxxxx", "b": ""}"#, Turn::Same),
            (r#"{"a": "xxxxx"}"#, Turn::Different),
            (r#"{"a": ""}"#, Turn::Refused),
            ("[]", Turn::Same),
        ] {
            assert_eq!(turn(&recheck, text), becomes, "{text}");
        }
        let unasked = Recheck::new(store(before), store(r#"{"properties": {"a": {"pattern": "("}}}"#));
        assert_eq!(turn(&unasked, r#"{"a": ""}"#), Turn::Unjudged, "what cannot be asked never passes");
    }

    #[test]
    fn equal_schemas_are_asked_once_and_say_where() {
        let schema = r#"{"properties": {"a": {"type": "string"}}}"#;
        let recheck = Recheck::new(store(schema), store(schema));
        assert_eq!((turn(&recheck, r#"{"a": 1}"#), turn(&recheck, r#"{"a": ""}"#)), (Turn::Same, Turn::Passes));
        let later = Recheck::new(store("{}"), store(schema));
        let named = Named { namespace: "t", doctype: "d", version: Some("1") };
        let mut counts = TurnCounts::default();
        counts.add(&later.document(&Document::parse(&br#"{"a": 1}"#[..]), named));
        let [((0, node, "type"), 1)] = counts.places()[..] else { panic!("{counts:?}") };
        assert_eq!(later.after().schema(0).unwrap().unwrap().pointer(node), "/properties/a");
    }
}
