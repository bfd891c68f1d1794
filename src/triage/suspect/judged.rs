//! The documents of groups, judged by each content that their schema file has had.
//!
//! Owns: one pass over each file's contents on all cores, what is kept of a judgement.
//! Refuses: which revisions those contents are of (timeline), what follows from it (ruling).

use std::hash::{Hash, Hasher};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHasher;

use super::sampled::{GroupSample, SampledDocument};
use super::timeline::{Timeline, position_at_hand};
use super::{SuspectError, SuspectWork};
use crate::pipeline::document::Kind;
use crate::pipeline::fault::{Fault, Says, VALIDATION};
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::{Judge, Outcome, Refused, Violation, Violations, input, is_combinator};
use crate::rows::source::Watch;
use crate::triage::case::{kind_named, recorded};

/// Violations of one document that are looked through.
const MOST_VIOLATIONS: usize = 200;

/// What a content makes of a document, without words.
#[derive(Debug, Clone, Default)]
pub(super) struct ContentRuling {
    pub(super) passes: bool,
    /// Whether the validator would say what the row says.
    pub(super) said: Option<SaidBreak>,
    /// What the validator reports, by keyword, place and key.
    first: Option<u64>,
    /// Whether more is broken than was looked through.
    pub(super) is_cut: bool,
    /// All that is broken, likewise.
    broken: Vec<u64>,
    /// Where something is broken, whatever the keyword.
    places: Vec<u64>,
}

/// What the row says, where a content says the same.
#[derive(Debug, Clone)]
pub(super) struct SaidBreak {
    /// RFC 6901 pointer of the node that refuses.
    pub(super) node: String,
    /// Whether it is what the validator reports; else something else is refused first, which the decoder may have taken out.
    pub(super) is_first: bool,
    /// The key that is one too many.
    pub(super) extra: Option<String>,
    id: u64,
    /// Where it is broken; none where a key is missing or too many, for another key of the same object is another fault.
    places: Vec<u64>,
}

/// By group, document and content; `None` where it could not be judged.
pub(super) type JudgedContents = Vec<Vec<Vec<Option<ContentRuling>>>>;

impl ContentRuling {
    /// Whether it refuses a document for what a row says, be it behind something else.
    pub(super) fn refuses(&self, said: &SaidBreak) -> bool {
        self.broken.contains(&said.id)
    }

    /// Whether that is what it reports.
    pub(super) fn reports(&self, said: &SaidBreak) -> bool {
        self.first == Some(said.id)
    }

    /// Whether it refuses the same value, be it for another keyword.
    pub(super) fn refuses_there(&self, said: &SaidBreak) -> bool {
        self.refuses(said) || said.places.iter().any(|place| self.places.contains(place))
    }
}

/// Judges all of them.
pub(super) fn judge(
    setting: &SuspectWork<'_>,
    timelines: &[Timeline],
    samples: &[GroupSample],
    watch: &dyn Watch,
) -> Result<JudgedContents, SuspectError> {
    let mut judged: JudgedContents = samples.iter().map(|sample| vec![Vec::new(); sample.documents.len()]).collect();
    let mut wanted: Vec<Vec<(usize, usize)>> = vec![Vec::new(); timelines.len()];
    for (group, sample) in samples.iter().enumerate() {
        for (at, document) in sample.documents.iter().enumerate() {
            if let (Some(wanted), true) = (wanted.get_mut(document.timeline), document.document.is_some()) {
                wanted.push((group, at));
            }
        }
    }
    let document = |(group, at): (usize, usize)| samples.get(group).and_then(|sample| sample.documents.get(at));
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> Result<(), SuspectError> {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (Some(timeline), Some(wanted)) = (timelines.get(at), wanted.get(at)) else { return Ok(()) };
            if wanted.is_empty() {
                continue;
            }
            let keep = |judge: Option<&Judge>| {
                for place in wanted {
                    let ruling = document(*place).zip(judge).and_then(|(document, judge)| ruling(judge, document));
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((*place, ruling));
                }
            };
            let Some(lineage) = &setting.lineage else {
                let known = wanted.first().and_then(|place| document(*place)).and_then(|document| position_at_hand(setting, &document.key));
                let judge = known.and_then(|known| setting.question.schemas.judge(known).ok().flatten());
                keep(judge.as_deref());
                continue;
            };
            let path = timeline.file.clone().unwrap_or_default();
            lineage.repository.each_blob(&timeline.blobs, |_, bytes| {
                if watch.cancelled() {
                    return ControlFlow::Break(());
                }
                let schema = Schema::parse(&path, bytes.to_vec()).ok().map(Arc::new);
                keep(schema.and_then(|schema| Judge::compile(schema).ok()).as_ref());
                ControlFlow::Continue(())
            })?;
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(timelines.len());
    let outcomes: Vec<Result<(), SuspectError>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    outcomes.into_iter().collect::<Result<(), SuspectError>>()?;
    // Of one document the contents come in their order.
    for ((group, at), ruling) in done.into_inner().unwrap_or_else(PoisonError::into_inner) {
        judged[group][at].push(ruling);
    }
    Ok(judged)
}

/// Judges a document by other contents than those of history.
pub(super) fn ruling(judge: &Judge, sampled: &SampledDocument) -> Option<ContentRuling> {
    let (verdict, violations) = judge.examined(input(&sampled.key.namespace, sampled.document.as_ref()?), MOST_VIOLATIONS);
    if !verdict.doubts.is_empty() {
        return None;
    }
    let Outcome::Fail(first) = verdict.outcome else { return Some(ContentRuling { passes: true, ..ContentRuling::default() }) };
    let mut ruling = ContentRuling::default();
    violations.list.iter().for_each(|violation| ruling.add(violation));
    ruling.walk(&violations.tree);
    ruling.add(&first);
    ruling.first = Some(id(&first));
    ruling.is_cut = violations.count > violations.list.len() as u64;
    let is_said = |message: &str| is_same(&format!("{VALIDATION}: {message}"), sampled);
    ruling.said = match is_said(&first.message) {
        true => Some(said(&first, &violations, true)),
        false => violations.list.iter().find(|other| is_said(&other.alone())).map(|other| said(other, &violations, false)),
    };
    Some(ruling)
}

impl ContentRuling {
    fn add(&mut self, violation: &Violation) {
        self.broken.push(id(violation));
        if !is_keyed(violation) {
            self.places.push(place(violation));
        }
    }

    fn walk(&mut self, tree: &[Refused]) {
        for refused in tree {
            let Refused::Branches(branches) = refused else { continue };
            self.broken.push(id(&branches.violation));
            branches.branches.iter().for_each(|branch| self.walk(&branch.broken));
        }
    }
}

/// Whether a message says what a row says: in its words, or but for the name of a number's type, which other versions of the validator call otherwise.
fn is_same(message: &str, sampled: &SampledDocument) -> bool {
    if recorded(message) == sampled.message {
        return true;
    }
    let (one, other) = (Fault::parse(message, None), Fault::parse(&sampled.message, sampled.class.as_deref()));
    let (
        Says::Broken { keyword, expected, found, key },
        Says::Broken { keyword: other_keyword, expected: other_expected, found: told, key: other_key },
    ) = (&one.says, &other.says)
    else {
        return false;
    };
    let is_number = |found: &Option<&str>| found.and_then(kind_named) == Some(Kind::Number);
    keyword.is_some()
        && (keyword, expected, key) == (other_keyword, other_expected, other_key)
        && is_number(found)
        && is_number(told)
        && one.tokens() == other.tokens()
}

fn said(first: &Violation, all: &Violations, is_first: bool) -> SaidBreak {
    let mut places = Vec::new();
    if is_combinator(first.keyword) {
        // The innermost tells where; another schema may ask for the same without a combinator.
        let cause = all.causes.first().filter(|cause| cause.violation.tokens.starts_with(&first.tokens));
        places.extend(cause.iter().flat_map(|cause| &cause.ways).filter(|way| !is_keyed(way)).map(place));
    } else if !is_keyed(first) {
        places.push(place(first));
    }
    let extra = first.key.clone().filter(|_| first.keyword == "additionalProperties");
    SaidBreak { node: first.schema_pointer.clone(), is_first, extra, id: id(first), places }
}

/// Whether it is about a key of an object: then the object is not where it is broken.
fn is_keyed(violation: &Violation) -> bool {
    violation.key.is_some() || is_combinator(violation.keyword)
}

fn id(violation: &Violation) -> u64 {
    let mut hasher = FxHasher::default();
    (violation.keyword, &violation.tokens, violation.about_name, &violation.key).hash(&mut hasher);
    hasher.finish()
}

fn place(violation: &Violation) -> u64 {
    let mut hasher = FxHasher::default();
    (&violation.tokens, violation.about_name).hash(&mut hasher);
    hasher.finish()
}
