//! A proposal worked out: loosen, judge again, loosen what still refuses the same values, until the documents are taken or fail elsewhere.
//!
//! Owns: which violations belong to the fault that is mended, what comes next, what must not be touched.
//! Refuses: one loosening by itself (choose), counting all rows of a group (export, with recheck).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::choose::{self, Asked};
use super::discreet::{MayTell, discreet};
use super::edits::text_edits;
use super::needs::{is_alike, needs};
use super::{LimitFacts, NodeEdit, Share, limits, merge, spread};
use crate::ground::patch::{TextEdit, apply};
use crate::pipeline::document::{Document, NodeId, unescape_pointer};
use crate::pipeline::fault::Keyword;
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::{Judge, Outcome, Violation, input, is_combinator};

/// Times that documents are judged anew.
const MOST_ROUNDS: usize = 24;
/// Violations of a document that are looked at.
const MOST_VIOLATIONS: usize = 1000;

/// Works out what mends a schema.
pub struct Mender<'a> {
    /// The schema's namespace.
    pub namespace: &'a str,
    /// The schema as it stands.
    pub schema: &'a Arc<Schema>,
    /// The keyword that the group's message names, where it names one.
    pub keyword: Option<Keyword>,
    /// Keywords and keys that are not to be touched.
    pub never: &'a [String],
    /// How many of the documents have to be taken.
    pub share: Share,
    /// Where nothing may be written that is out of documents and may not be told: whether an edit may be.
    pub may_tell: Option<MayTell<'a>>,
}

/// An edit that takes documents.
#[derive(Debug)]
pub struct Proposal {
    /// What is loosened.
    pub edits: Vec<NodeEdit>,
    /// The same as edits of the file.
    pub text_edits: Vec<TextEdit>,
    /// Of each limit that moves, what is beyond it.
    pub limits: Vec<LimitFacts>,
    /// The file with them.
    pub edited: Vec<u8>,
    /// Documents that are no longer refused for this, but for something else, the most frequent first.
    pub next: Vec<NextViolation>,
    /// Documents that it leaves out, because not all have to be taken.
    pub left_out: usize,
    /// What the exact edit would write and this one does not, with what it does instead.
    pub withheld: Vec<String>,
}

/// What refuses documents once the edit is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextViolation {
    /// The node.
    pub pointer: String,
    /// Its keyword.
    pub keyword: Keyword,
    /// How many documents.
    pub documents: usize,
}

/// Why there is no proposal, as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MendRefusal(pub String);

/// What becomes of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Open,
    Taken,
    Next,
    LeftOut,
    Other,
}

/// What mends one fault: what asks and who asks.
type Asking = BTreeMap<(String, Keyword), Vec<Asked>>;

/// The work on one proposal.
struct MendWork<'a> {
    mender: &'a Mender<'a>,
    documents: &'a [&'a Document],
    fates: Vec<Fate>,
    /// The values that each document was refused for.
    subjects: Vec<FxHashSet<(NodeId, bool)>>,
    targets: BTreeSet<(String, Keyword)>,
    next: BTreeMap<(String, Keyword), NextViolation>,
}

impl Mender<'_> {
    /// Works it out for documents that are readable.
    ///
    /// # Errors
    /// There is nothing to loosen, or it must not be.
    pub fn propose(&self, documents: &[&Document]) -> Result<Proposal, MendRefusal> {
        let mut work = MendWork {
            mender: self,
            documents,
            fates: vec![Fate::Open; documents.len()],
            subjects: vec![FxHashSet::default(); documents.len()],
            targets: BTreeSet::new(),
            next: BTreeMap::new(),
        };
        let (mut edits, mut changes, mut edited): (Vec<NodeEdit>, Vec<TextEdit>, Vec<u8>) = Default::default();
        let (mut limits, mut withheld) = (Vec::new(), Vec::new());
        let mut schema = Arc::clone(self.schema);
        for round in 0..MOST_ROUNDS {
            let judge =
                Judge::compile(Arc::clone(&schema)).map_err(|reason| MendRefusal(format!("the schema cannot be asked: {reason}")))?;
            let asking = work.judge(&judge, round == 0);
            if asking.is_empty() {
                break;
            }
            for ((pointer, keyword), asked) in asking {
                if !work.targets.contains(&(pointer.clone(), keyword)) {
                    limits.extend(limits::limits(&pointer, keyword, &asked, work.values(&pointer, keyword)));
                }
                self.may_touch(&pointer, keyword)?;
                let chosen =
                    choose::choose(keyword, &asked, work.may_leave_out()).map_err(|reason| MendRefusal(told(&pointer, &reason)))?;
                chosen.left_out.iter().for_each(|&document| work.fates[document] = Fate::LeftOut);
                work.targets.insert((pointer.clone(), keyword));
                let mut edit = NodeEdit { pointer, loosening: chosen.loosening };
                if let Some(may_tell) = self.may_tell {
                    let (told, left) = discreet(edit, keyword, may_tell);
                    edit = told;
                    withheld.extend(left);
                }
                merge(&mut edits, edit);
            }
            changes = text_edits(self.schema, &edits)
                .map_err(|reason| MendRefusal(format!("it cannot be mended by loosening a node: {reason}")))?;
            let text = apply(self.schema.document.text(), &changes);
            if text == edited {
                return Err(MendRefusal("loosening the node does not take the rows: what is around it refuses them".to_owned()));
            }
            let parsed = Schema::parse(&self.schema.path, text.clone())
                .map_err(|reason| MendRefusal(format!("the edited schema cannot be read: {reason}")))?;
            (schema, edited) = (Arc::new(parsed), text);
        }
        let count = |fate| work.fates.iter().filter(|known| **known == fate).count();
        if edits.is_empty() {
            return Err(MendRefusal(
                "these schemas do not refuse the rows for what the group says: were they judged by others?".to_owned(),
            ));
        }
        if count(Fate::Open) > 0 {
            return Err(MendRefusal(format!("after {MOST_ROUNDS} edits the rows are still refused for the same values")));
        }
        let left_out = count(Fate::LeftOut);
        let mut next: Vec<NextViolation> = work.next.into_values().collect();
        next.sort_by_key(|next| std::cmp::Reverse(next.documents));
        withheld.dedup();
        Ok(Proposal { edits, text_edits: changes, limits, edited, next, left_out, withheld })
    }

    /// Whether nothing forbids it.
    fn may_touch(&self, pointer: &str, keyword: Keyword) -> Result<(), MendRefusal> {
        let tokens = unescape_pointer(pointer);
        let never = self.never.iter().find(|name| *name == keyword || tokens.contains(name));
        never.map_or(Ok(()), |name| Err(MendRefusal(told(pointer, &format!("the configuration says that {name} is never touched")))))
    }
}

impl MendWork<'_> {
    /// Judges what is still open; what asks for loosening.
    fn judge(&mut self, judge: &Judge, is_first: bool) -> Asking {
        let mut asking = Asking::new();
        for at in 0..self.documents.len() {
            if self.fates[at] == Fate::Open {
                self.fates[at] = self.document(at, judge, is_first, &mut asking);
            }
        }
        asking
    }

    fn document(&mut self, at: usize, judge: &Judge, is_first: bool, asking: &mut Asking) -> Fate {
        let document = self.documents[at];
        let given = input(self.mender.namespace, document);
        let (verdict, all) = judge.examined(given, MOST_VIOLATIONS);
        let Outcome::Fail(reported) = verdict.outcome else {
            return if is_first || !verdict.doubts.is_empty() { Fate::Other } else { Fate::Taken };
        };
        if is_first && self.mender.keyword.is_some_and(|keyword| keyword != reported.keyword) {
            return Fate::Other;
        }
        let is_fitting_too_many = is_combinator(reported.keyword)
            && all.list.iter().any(|known| known.node == reported.node && known.keyword == reported.keyword);
        let lead = if is_combinator(reported.keyword) && !is_fitting_too_many {
            let cause = judge.cause(given);
            cause.and_then(|cause| cause.ways.into_iter().next()).unwrap_or(*reported)
        } else {
            *reported
        };
        let schema = judge.schema();
        let pointer = lead.schema_pointer.clone();
        let is_known = self.subjects[at].contains(&(lead.instance, lead.about_name)) && !is_of_key(lead.keyword);
        if !is_first && !is_known && !self.targets.contains(&(pointer.clone(), lead.keyword)) {
            self.told_next(pointer, lead.keyword);
            return Fate::Next;
        }
        let is_other_key = is_of_key(lead.keyword) && lead.keyword != "additionalProperties" && !is_first;
        if is_other_key {
            self.told_next(pointer, lead.keyword);
            return Fate::Next;
        }
        let mut alike: Vec<&Violation> = all.list.iter().filter(|known| is_alike(&lead, known)).collect();
        if alike.is_empty() {
            alike.push(&lead);
        }
        self.subjects[at].extend(alike.iter().map(|known| (known.instance, known.about_name)));
        let wanted = alike.iter().flat_map(|known| needs(schema, known, document)).collect();
        asking.entry((pointer, lead.keyword)).or_default().push(Asked { document: at, needs: wanted });
        Fate::Open
    }

    /// All values at the node of a limit, in the documents that are to be taken.
    fn values(&self, pointer: &str, keyword: Keyword) -> Vec<String> {
        let documents = self.documents.iter().zip(&self.fates).filter(|(_, fate)| **fate != Fate::Other).map(|(document, _)| *document);
        spread::values(self.mender.namespace, self.mender.schema, pointer, keyword, &documents.collect::<Vec<_>>())
    }

    fn told_next(&mut self, pointer: String, keyword: Keyword) {
        let key = (pointer.clone(), keyword);
        self.next.entry(key).or_insert(NextViolation { pointer, keyword, documents: 0 }).documents += 1;
    }

    /// How many more documents may be left out.
    fn may_leave_out(&self) -> usize {
        let all = self.fates.iter().filter(|fate| **fate != Fate::Other).count();
        let left_out = self.fates.iter().filter(|fate| **fate == Fate::LeftOut).count();
        (all - self.mender.share.of(all)).saturating_sub(left_out)
    }
}

/// Whether a keyword is about the keys of an object: each key is a fault of its own.
fn is_of_key(keyword: Keyword) -> bool {
    matches!(keyword, "required" | "dependencies" | "additionalProperties")
}

/// A reason with its place.
fn told(pointer: &str, reason: &str) -> String {
    let place = if pointer.is_empty() { "the root of the schema" } else { pointer };
    format!("{place}: {reason}")
}
