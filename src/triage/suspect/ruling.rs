//! From the judgements of a group's documents to the answer.
//!
//! Owns: which revision judged the first row, since when it is refused so, whether that is the schema's or the sender's doing.
//! Refuses: judging (judged), words of the answer (facts).

use super::course::{Course, DocumentState as S, course};
use super::deploy::{Came, Deployed, joined};
use super::judged::{ContentRuling, JudgedContents};
use super::sampled::{self, GroupSample, SampledDocument};
use super::timeline::{self, Timeline};
use super::{JudgedBy, Suspect, SuspectError, SuspectKind, SuspectTurn, SuspectWork, elsewhere, inserted};
use crate::ground::text::{plural, visible};
use crate::ground::time::{Micros, minute};
use crate::pipeline::document::{Kind, unescape_pointer};
use crate::pipeline::fault::{Fault, Says};
use crate::pipeline::sink::is_taken_out;
use crate::rows::group::Group;
use crate::rows::schemas::git::Repository;
use crate::triage::blame::{BlameQuestion, BlameTarget, narrowed};
use crate::triage::case::kind_named;

/// A mend that held for so long is one even if it was undone.
const LASTING: Micros = 14 * 86_400_000_000;

/// Where history ends too soon.
const TOO_SHALLOW: &str = "the repository is a shallow clone, and what it has of history does not reach back to the first row";

fn is_shallow(setting: &SuspectWork<'_>) -> bool {
    setting.lineage.as_ref().is_some_and(|lineage| lineage.repository.is_shallow())
}

/// Finds the answer for a group.
pub(super) fn rule(
    setting: &SuspectWork<'_>,
    group: &Group,
    samples: &[GroupSample],
    timelines: &[Timeline],
    judged: &JudgedContents,
    position: usize,
) -> Result<Suspect, SuspectError> {
    let none = GroupSample::default();
    let sample = samples.get(position).unwrap_or(&none);
    let fault = Fault::parse(&group.sample, group.key.class.as_deref());
    let is_missing = matches!(fault.says, Says::NoSuchDoctype { .. } | Says::NoSuchSchema { .. });
    let mut answer = Suspect {
        kind: SuspectKind::Unknown,
        is_missing,
        file: None,
        node: None,
        column: None,
        since: None,
        is_made: false,
        first: group.span.map(|span| span.0),
        taken: None,
        turns: Vec::new(),
        judged: 0,
        rows: group.count,
        judged_by: None,
        sender: Vec::new(),
        apart: Vec::new(),
        elsewhere: Vec::new(),
        why: String::new(),
    };
    let unknown = |answer: Suspect, why: &str| Ok(Suspect { why: why.to_owned(), ..answer });
    if group.folded().is_some() {
        return unknown(answer, "it stands for many groups that were too many to tell apart");
    }
    if let Some(error) = fault.insert().filter(|error| !error.is_by_catch()) {
        return inserted::rule(setting, group, error, sample, samples, answer);
    }
    if matches!(fault.says, Says::Broken { keyword: None, .. }) && group.keyword.is_none() {
        return unknown(answer, "its message does not say what of the schema its documents break");
    }
    if !is_missing && group.keyword.is_none() {
        return unknown(answer, "no schema decides this: it is refused before or after its document is judged by one");
    }
    if sample.documents.is_empty() {
        let key = timeline::TimelineKey::of_group(group).filter(|_| is_missing);
        if let Some(key) = &key {
            answer.elsewhere = elsewhere::missing(setting, key, None)?;
        }
        return unknown(
            answer,
            match (is_missing, key) {
                (false, _) => "none of its rows that were read has a document that can be judged",
                (true, Some(_)) => "none of its rows could be read",
                (true, None) => "nothing in its rows that were read tells which version of the doctype they are of",
            },
        );
    }
    let rulings = judged.get(position).map_or(&[][..], Vec::as_slice);
    if !is_missing && sample.documents.iter().zip(rulings).all(|(document, rulings)| is_changed(document, rulings)) {
        answer.kind = SuspectKind::PipelineChanged;
        answer.judged = sample.documents.len();
        answer.why = "what the message tells is not so in the stored documents, and no schema refuses them so".to_owned();
        return Ok(answer);
    }
    if setting.lineage.is_none() {
        return unknown(answer, "the schemas stand in no git repository, so nothing tells since when they are as they are");
    }
    let Some(timeline) = sample.documents.first().and_then(|document| timelines.get(document.timeline)) else {
        return unknown(answer, "nothing says by which schema it was judged");
    };
    let first_timeline = sample.documents.first().map(|document| document.timeline);
    let of_it = sample.documents.iter().zip(rulings).filter(|(document, _)| Some(document.timeline) == first_timeline);
    let courses: Vec<Course<'_>> = of_it.map(|(document, rulings)| course(document, rulings, timeline)).collect();
    answer.judged = courses.iter().filter(|course| course.document.document.is_some()).count();
    answer.file.clone_from(&timeline.file);
    let reproduced: Vec<&Course<'_>> = courses.iter().filter(|course| is_missing || course.said.is_some()).collect();
    let Some(first) = reproduced.first() else {
        let told = match timeline.file {
            _ if is_shallow(setting) => TOO_SHALLOW,
            None => "no revision of these schemas has a schema of it",
            Some(_) => "no revision of these schemas refuses its documents so: others judged them, or the decoder changed the documents",
        };
        return unknown(answer, told);
    };
    if first.said.as_ref().is_some_and(|said| !said.is_first) {
        answer.why = "every revision refuses its first document for something else first, which the decoder may have taken out".to_owned();
    }
    answer.node = first.said.as_ref().filter(|_| !is_missing).map(|said| said.node.clone());
    answer.sender = sampled::sender(first.document, samples);
    answer.turns = turns(setting, timeline, &reproduced, is_missing)?;
    let judging = match judging_entry(setting, timeline, first, is_missing) {
        Ok(judging) => judging,
        Err(_) if is_shallow(setting) => return unknown(answer, TOO_SHALLOW),
        Err(why) => return unknown(answer, &why),
    };
    answer.judged_by = Some(judging.1);
    begun(setting, group, timeline, first, judging.0, &mut answer)?;
    taken(setting, timeline, &reproduced, judging.0, &mut answer)?;
    if answer.taken.is_none() {
        answer.elsewhere = match is_missing {
            true => elsewhere::missing(setting, &first.document.key, Some(timeline))?,
            false => elsewhere::refused(setting, timeline, &reproduced)?,
        };
    }
    narrow(setting, &first.document.key, &mut answer)?;
    let others = sample.documents.len() - reproduced.len();
    if others > 0 {
        let more = plural(others as u64, "document was", "documents were");
        answer.why = joined(&answer.why, &format!("{more} judged by another version or not refused so by any revision"));
    }
    Ok(answer)
}

/// Of the commits behind a revision those that changed the node, where the source tells that.
fn narrow(setting: &SuspectWork<'_>, key: &timeline::TimelineKey, answer: &mut Suspect) -> Result<(), SuspectError> {
    let (Some(source), Some(node)) = (&setting.question.settings.source, &answer.node) else { return Ok(()) };
    let mut revisions = [answer.since.as_mut(), answer.taken.as_mut()].into_iter().flatten().filter(|revision| revision.upstream.len() > 1);
    let Some(first) = revisions.next() else { return Ok(()) };
    let source = Repository::open(source)?;
    let timeline::TimelineKey { namespace, doctype, version } = key.clone();
    let question = BlameQuestion { namespace, doctype, version, target: BlameTarget::Node(unescape_pointer(node)) };
    for revision in std::iter::once(first).chain(revisions) {
        narrowed(&source, setting.question.schemas, &question, &mut revision.upstream)?;
    }
    Ok(())
}

/// Which entry judged a row; `None` in it is the time before the first.
fn judging_entry(
    setting: &SuspectWork<'_>,
    timeline: &Timeline,
    course: &Course<'_>,
    is_missing: bool,
) -> Result<(Option<usize>, JudgedBy), String> {
    let SampledDocument { time, job_start, label, .. } = course.document;
    let is_said = |at: Option<usize>| at.and_then(|at| course.states.get(at)).map_or(is_missing, |state| state.is_said(is_missing));
    if let Some(label) = label.as_deref() {
        // A label that names nothing here says still that another revision judged the row than any that could be guessed.
        let Some(time) = setting.labelled(label) else { return Err(foreign(label)) };
        let at = timeline.at(time);
        return if is_said(at) {
            Ok((at, JudgedBy::Label))
        } else {
            Err("another revision judged it: the one that its row names does not refuse it so".to_owned())
        };
    }
    if let Some(start) = *job_start {
        let at = timeline.at(start);
        if is_said(at) {
            return Ok((at, JudgedBy::Job));
        }
    }
    let Some(latest) = (*time).max(*job_start) else {
        return Err("its first row tells neither when it came nor which job judged it".to_owned());
    };
    let at = timeline.at(latest);
    if is_said(at) {
        return Ok((at, if job_start.is_some() { JudgedBy::Message } else { JudgedBy::Row }));
    }
    // What was newest then does not refuse it so: an older one that does may have been in force still, if there is only one such stretch.
    let up_to = at.map_or(0, |at| at + 1);
    let stretches = course.states.iter().take(up_to).collect::<Vec<_>>();
    let mut ends =
        (0..up_to).filter(|&at| stretches[at].is_said(is_missing) && !stretches.get(at + 1).is_some_and(|next| next.is_said(is_missing)));
    match (ends.next(), ends.next()) {
        (Some(only), None) => Ok((Some(only), JudgedBy::Older)),
        (Some(_), Some(_)) => {
            Err("another revision judged it than the newest before: several earlier ones refuse it so, and nothing tells which".to_owned())
        }
        (None, _) => Err("another revision judged it: none that was there when its first row came refuses it so".to_owned()),
    }
}

/// Why nothing is told of a row whose label names no revision of this history.
fn foreign(label: &str) -> String {
    format!("the row names a revision that this history does not have ({})", visible(label))
}

/// Since when it is refused so, and whose doing that is.
fn begun(
    setting: &SuspectWork<'_>,
    group: &Group,
    timeline: &Timeline,
    course: &Course<'_>,
    judging: Option<usize>,
    answer: &mut Suspect,
) -> Result<(), SuspectError> {
    let is_missing = answer.is_missing;
    let back = |holds: &dyn Fn(S) -> bool| {
        let judging = judging?;
        let before = course.states.iter().take(judging).rposition(|state| !holds(*state));
        Some(before.map_or(0, |before| before + 1))
    };
    let since = back(&|state| state.is_refused(is_missing));
    // What is not reported where the row was judged was nowhere hidden for the first time.
    let is_reported = judging.and_then(|at| course.states.get(at)).is_some_and(|state| state.is_reported(is_missing));
    let reported = if is_reported { back(&|state| state.is_reported(is_missing)) } else { since };
    let is_shallow = is_shallow(setting);
    let (Some(since), Some(reported)) = (since, reported) else {
        // A doctype that was never there before.
        if is_shallow {
            answer.why = TOO_SHALLOW.to_owned();
            return Ok(());
        }
        answer.kind = SuspectKind::SenderChanged;
        return Ok(());
    };
    if since == 0 && is_shallow {
        answer.why = "it is refused so since the oldest revision of a shallow clone, and nothing tells since when before".to_owned();
        return Ok(());
    }
    let Some(first) = answer.first.or(course.document.time) else {
        answer.why = "its rows have no times".to_owned();
        return Ok(());
    };
    let at = |index: usize| timeline.entries.get(index).map(|entry| entry.commit.clone());
    let deployed = Deployed { setting, group, first };
    let mut came = at(since).map_or(Came::Long, |commit| deployed.came(commit.time));
    if reported > since && came == Came::Long {
        // Something else that was refused first may have hidden it.
        let later = at(reported).map_or(Came::Long, |commit| deployed.came(commit.time));
        if later != Came::Long {
            let day = at(reported).map(|commit| minute(commit.time)).unwrap_or_default();
            came = Came::Doubtful(format!(
                "the node stands so for long, but until the revision of {day} UTC its documents were refused for something else first, and either \
                 may be why they come now"
            ));
        }
    }
    let before = since.checked_sub(1).and_then(|before| course.states.get(before).copied());
    if before == Some(S::Unjudged) {
        answer.why = "the revision before the one since which it is refused so could not be judged".to_owned();
        return Ok(());
    }
    answer.since = at(since).map(|commit| setting.revisions(&[commit])).transpose()?.and_then(|mut list| list.pop());
    answer.is_made = !is_missing && before.is_none_or(|before| before == S::Missing);
    match came {
        Came::Soon => answer.kind = SuspectKind::SchemaChanged,
        Came::Late(why) => {
            answer.kind = SuspectKind::SchemaChanged;
            answer.why = joined(&answer.why, why);
        }
        Came::Doubtful(why) => answer.why = joined(&answer.why, &why),
        Came::Long => match deployed.edge() {
            Some(why) => answer.why = joined(&answer.why, &why),
            None => {
                answer.kind = SuspectKind::SenderChanged;
                answer.why = joined(&answer.why, deployed.unseen().unwrap_or_default());
            }
        },
    }
    if before == Some(S::Otherwise) && answer.kind == SuspectKind::SchemaChanged {
        answer.why = joined(&answer.why, "before that revision the same value was refused as well, for another reason");
    }
    Ok(())
}

/// The first later revision that refuses none of the documents there.
fn taken(
    setting: &SuspectWork<'_>,
    timeline: &Timeline,
    courses: &[&Course<'_>],
    judging: Option<usize>,
    answer: &mut Suspect,
) -> Result<(), SuspectError> {
    let from = judging.map_or(0, |judging| judging + 1);
    let all = |at: usize| courses.iter().all(|course| course.states.get(at).is_some_and(|state| state.is_taken(answer.is_missing)));
    let ends = timeline.entries.len();
    // What was undone within days was no mend, where a later one lasted.
    let lasts = |at: usize| {
        let time = |at: usize| timeline.entries.get(at).map(|entry| entry.commit.time);
        let end = (at..ends).find(|later| !all(*later));
        end.and_then(|end| Some(time(end)? - time(at)? >= LASTING)).unwrap_or(true)
    };
    let begins = || (from..ends).filter(|at| all(*at) && !(*at > from && all(*at - 1)));
    let found = begins().find(|at| lasts(*at)).or_else(|| begins().next()).and_then(|at| timeline.entries.get(at));
    answer.taken = found.map(|entry| setting.revisions(std::slice::from_ref(&entry.commit))).transpose()?.and_then(|mut list| list.pop());
    Ok(())
}

/// All revisions with which the state of some document changed.
fn turns(
    setting: &SuspectWork<'_>,
    timeline: &Timeline,
    courses: &[&Course<'_>],
    is_missing: bool,
) -> Result<Vec<SuspectTurn>, SuspectError> {
    let told = |state: S| (state.is_refused(is_missing), state == S::Passes, state == S::Missing, state == S::Unjudged);
    let states = |at: usize| courses.iter().filter_map(move |course| course.states.get(at).copied());
    let judged = courses.iter().filter(|course| course.document.document.is_some());
    let counted = |at: usize| judged.clone().filter_map(move |course| course.states.get(at).copied());
    let changed = (0..timeline.entries.len()).filter(|&at| {
        let before = at.checked_sub(1);
        before.is_none_or(|before| !states(before).map(told).eq(states(at).map(told)))
    });
    let changed: Vec<usize> = changed.collect();
    let commits: Vec<_> = changed.iter().filter_map(|at| timeline.entries.get(*at)).map(|entry| entry.commit.clone()).collect();
    let revisions = setting.revisions(&commits)?;
    let turns = changed.iter().zip(revisions).map(|(&at, revision)| SuspectTurn {
        at: revision,
        is_there: timeline.entries.get(at).is_some_and(|entry| entry.content.is_some()),
        refused: counted(at).filter(|state| state.is_refused(is_missing)).count(),
        passing: counted(at).filter(|state| *state == S::Passes).count(),
        otherwise: counted(at).filter(|state| !state.is_refused(is_missing) && matches!(state, S::Otherwise | S::Elsewhere)).count(),
        unjudged: counted(at).filter(|state| *state == S::Unjudged).count(),
    });
    Ok(turns.collect())
}

/// Whether a row tells of a document that is not the stored one: a key is there that it misses, or a value is of another type.
fn is_changed(sampled: &SampledDocument, rulings: &[Option<ContentRuling>]) -> bool {
    if rulings.iter().flatten().any(|ruling| ruling.said.is_some()) {
        return false;
    }
    let fault = Fault::parse(&sampled.message, sampled.class.as_deref());
    let Says::Broken { keyword: Some(keyword), found, key, .. } = fault.says else { return false };
    let tokens = fault.tokens();
    let Some(document) = &sampled.document else { return false };
    let Ok(value) = document.find(&tokens) else { return false };
    match (keyword, key, found) {
        ("required", Some(key), _) => {
            document.member(value, key).is_some() && document.kind(value) == Kind::Object && !(tokens.is_empty() && is_taken_out(key))
        }
        ("type", _, Some(found)) if !fault.cut => kind_named(found).is_some_and(|told| told != document.kind(value)),
        _ => false,
    }
}
