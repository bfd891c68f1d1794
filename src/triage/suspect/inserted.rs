//! The suspect of rows that BigQuery did not take: the history of the column that it names.
//!
//! Owns: since when the layouts have that column so, and whether the rows came with that.
//! Refuses: judging documents, which no layout does.

use serde_json::Value;

use super::deploy::{Came, Deployed, joined};
use super::sampled::{self, GroupSample};
use super::timeline::TimelineKey;
use super::{JudgedBy, Suspect, SuspectError, SuspectKind, SuspectWork};
use crate::ground::time::minute;
use crate::pipeline::fault::{InsertError, InsertReason};
use crate::pipeline::layout::Type;
use crate::rows::group::Group;
use crate::triage::blame::{BlameQuestion, BlameTarget, PresenceStep, steps};

/// Finds the answer for a group whose message names a column.
pub(super) fn rule(
    setting: &SuspectWork<'_>,
    group: &Group,
    error: &InsertError<'_>,
    sample: &GroupSample,
    samples: &[GroupSample],
    mut answer: Suspect,
) -> Result<Suspect, SuspectError> {
    let unknown = |answer: Suspect, why: &str| Ok(Suspect { why: why.to_owned(), ..answer });
    let Some(column) = error.column.as_deref() else {
        return unknown(answer, "BigQuery does not name the column, so no history tells anything of it");
    };
    let first = sample.documents.first();
    let Some(key) = first.map(|document| document.key.clone()).or_else(|| TimelineKey::of_group(group)) else {
        return unknown(answer, "nothing says by which layout its rows were made");
    };
    let Some(lineage) = &setting.lineage else {
        return unknown(answer, "the schemas stand in no git repository, so nothing tells since when they are as they are");
    };
    let target = BlameTarget::Column(column.split('.').map(str::to_owned).collect());
    let TimelineKey { namespace, doctype, version } = key;
    let question = BlameQuestion { namespace, doctype, version, target };
    answer.column = Some(column.to_owned());
    let Some((file, steps)) = steps(setting.question.schemas, lineage, &question)? else {
        return unknown(answer, "no revision of these schemas has a layout of it");
    };
    answer.file = Some(file);
    answer.sender = first.map(|document| sampled::sender(document, samples)).unwrap_or_default();
    let Some(time) = answer.first else { return unknown(answer, "its rows have no times") };
    // The row was made by the newest layout before its job began; the table may have had the next one already.
    let job = first.and_then(|document| document.job_start);
    let at = |time| steps.iter().rposition(|step: &PresenceStep| step.commit.time <= time);
    let by_job = job.and_then(at).filter(|at| steps[*at].value.is_some());
    let Some(step) = by_job.or_else(|| at(time.max(job.unwrap_or(time)))).and_then(|at| steps.get(at)) else {
        let why = match steps.first() {
            None => "no revision of the layouts has the column: others made the rows".to_owned(),
            Some(step) => format!("the layouts have the column only since {} UTC: others made the rows", minute(step.commit.time)),
        };
        return unknown(answer, &why);
    };
    answer.judged_by = Some(if by_job.is_some() { JudgedBy::Job } else { JudgedBy::Row });
    if lineage.repository.is_shallow() && std::ptr::eq(step, &steps[0]) {
        return unknown(answer, "the column is so since the oldest revision of a shallow clone, and nothing tells since when before");
    }
    answer.since = setting.revisions(std::slice::from_ref(&step.commit))?.pop();
    answer.is_made = !step.was_there;
    let Some(value) = &step.value else {
        return unknown(answer, "the layouts no longer have the column since the revision told: rows with it were made by earlier ones");
    };
    let deployed = Deployed { setting, group, first: time };
    let came = deployed.came(step.commit.time);
    let why = match (error.reason, &came) {
        (InsertReason::NoSuchField, Came::Soon | Came::Late(_)) => "the decoder had the new layout before the table had the column",
        (InsertReason::NoSuchField, _) => {
            return unknown(answer, "the layouts have had the column for long, and the table lacks it: it does not follow them");
        }
        (_, Came::Soon | Came::Late(_)) => "the table may still have the column as it was before",
        _ if !is_of_type(value, error.expected.as_deref()) => {
            return unknown(answer, "the table has the column with another type than the layouts: it does not follow them");
        }
        _ => "",
    };
    why.clone_into(&mut answer.why);
    match came {
        Came::Soon | Came::Late(_) => answer.kind = SuspectKind::SchemaChanged,
        Came::Doubtful(why) => answer.why = why,
        Came::Long => match deployed.edge() {
            Some(why) => answer.why = why,
            None => {
                answer.kind = SuspectKind::SenderChanged;
                answer.why = joined(&answer.why, deployed.unseen().unwrap_or_default());
            }
        },
    }
    Ok(answer)
}

/// Whether a column is of the type that a message tells, if it tells one that is known.
fn is_of_type(column: &Value, told: Option<&str>) -> bool {
    let told = told.map(Type::from).filter(Type::is_known);
    let laid = column.get("type").and_then(Value::as_str).map(Type::from);
    told.is_none_or(|told| laid == Some(told))
}
