//! Which change made a group fail, in words.

use super::Facts;
use crate::ground::text::{count, plural, visible};
use crate::ground::time::minute;
use crate::triage::blame::upstream::UpstreamCommit;
use crate::triage::suspect::{JudgedBy, SenderValue, Suspect, SuspectKind, SuspectRevision, SuspectTurn};

/// Upstream commits that a sentence names.
const MOST_COMMITS: usize = 3;
/// Digits of a revision in a sentence.
const DIGITS: usize = 10;

/// The answer in one sentence. It holds nothing out of a document but what the row says of its sender, and that only where `sender` is asked for.
pub fn sentence(suspect: &Suspect, sender: bool) -> String {
    let mut told = head(suspect);
    if sender && suspect.kind == SuspectKind::SenderChanged && !suspect.sender.is_empty() {
        let new = |value: &SenderValue| if value.is_new { " (which no earlier row tells)" } else { "" };
        let values: Vec<String> =
            suspect.sender.iter().map(|value| format!("{} {}{}", value.name, visible(&value.value), new(value))).collect();
        told.push_str(&format!("; its first row is from {}", values.join(", ")));
    }
    match &suspect.taken {
        Some(taken) => told.push_str(&format!("; taken by {}{}", revision(taken), from(&taken.upstream))),
        None if suspect.turns.is_empty() => {}
        None => told.push_str("; no later revision takes all of them"),
    }
    suspect.elsewhere.iter().for_each(|found| told.push_str(&format!("; {found}")));
    if suspect.kind != SuspectKind::Unknown && !suspect.why.is_empty() {
        told.push_str(&format!(" ({})", suspect.why));
    }
    told.push('.');
    told
}

fn head(suspect: &Suspect) -> String {
    let what = match (&suspect.node, suspect.is_missing) {
        (_, true) => "the schema".to_owned(),
        (Some(node), _) if !node.is_empty() => format!("the node #{node}"),
        _ => "the schema's root".to_owned(),
    };
    let since = suspect.since.as_ref();
    let before = suspect.hours_before_first().map(before_first).unwrap_or_default();
    match suspect.kind {
        SuspectKind::SchemaChanged => {
            let did = match (suspect.is_missing, suspect.is_made) {
                (true, _) => "taken away",
                (_, true) => "made, with its schema,",
                _ => "made or tightened",
            };
            let by = since.map(|since| format!(" by {}{}", revision(since), from(&since.upstream))).unwrap_or_default();
            format!("The schema changed: {what} was {did}{by}{before}")
        }
        SuspectKind::SenderChanged => match since {
            Some(since) => {
                let stands = if suspect.is_missing { "has been gone" } else { "stands so" };
                format!("The sender changed: {what} {stands} since {}{}{before}", revision(since), from(&since.upstream))
            }
            None => "The sender changed: it sends what no revision up to its first row has a schema of".to_owned(),
        },
        SuspectKind::PipelineChanged => {
            let since = suspect.first.map(|first| format!(", since {} UTC or before", minute(first))).unwrap_or_default();
            format!("The pipeline changed: the decoder altered the documents before they were judged{since}")
        }
        SuspectKind::Unknown => {
            let since = since.map(|since| format!("; {what} stands so since {}{before}", revision(since))).unwrap_or_default();
            format!("Which change it was cannot be told: {}{since}", suspect.why)
        }
    }
}

/// `, 23 hours before the group's first row`
fn before_first(hours: i64) -> String {
    let much = match hours.unsigned_abs() {
        hours @ 0..72 => plural(hours, "hour", "hours"),
        hours => plural(hours / 24, "day", "days"),
    };
    match hours {
        ..0 => format!(", {much} after the group's first row came (its job began later)"),
        0 => ", less than an hour before the group's first row".to_owned(),
        _ => format!(", {much} before the group's first row"),
    }
}

/// `revision 980ba9cd01 of 2019-12-19 01:24 UTC`
fn revision(of: &SuspectRevision) -> String {
    let short: String = of.revision.chars().take(DIGITS).collect();
    format!("revision {short} of {} UTC", minute(of.date))
}

/// What a revision took in from the source.
fn from(commits: &[UpstreamCommit]) -> String {
    let told: Vec<String> = commits.iter().take(MOST_COMMITS).map(commit).collect();
    let more = commits.len().saturating_sub(MOST_COMMITS);
    let more = if more > 0 { format!(" and {} more", count(more as u64)) } else { String::new() };
    match told.as_slice() {
        [] => String::new(),
        told => format!(" (from {}{more})", told.join(" or ")),
    }
}

fn commit(commit: &UpstreamCommit) -> String {
    let pull_request = commit.pull_request.map(|number| format!(", pull request {number}")).unwrap_or_default();
    let bug = commit.bug.map(|number| format!(", bug {number}")).unwrap_or_default();
    format!("{} \"{}\"{pull_request}{bug}", commit.hash, commit.subject)
}

/// A turn in words.
pub fn turn(turn: &SuspectTurn, judged: usize, is_missing: bool) -> String {
    let of = |part: usize| format!("{} of {}", count(part as u64), count(judged as u64));
    if is_missing {
        return if turn.is_there { format!("has the schema: {} pass", of(turn.passing)) } else { "has no such schema".to_owned() };
    }
    if !turn.is_there {
        return "has no such schema".to_owned();
    }
    let unjudged = if turn.unjudged > 0 { format!(", {} cannot be judged", of(turn.unjudged)) } else { String::new() };
    match turn.refused {
        0 => format!("refuses none of them so: {} pass{unjudged}", of(turn.passing)),
        refused => format!("refuses {} so, {} pass{unjudged}", of(refused), of(turn.passing)),
    }
}

/// All of it, as lines.
pub fn facts(suspect: &Suspect) -> Facts {
    let mut facts = Facts::default();
    facts.line(&sentence(suspect, true));
    if suspect.judged > 0 {
        let of = plural(suspect.rows, "row", "rows");
        facts.line(&format!("Judged were {} of {of}.", plural(suspect.judged as u64, "document", "documents")));
    }
    if let Some(by) = suspect.judged_by {
        facts.line(&format!("{}.", judged_by(by)));
    }
    for (revision, what) in [(&suspect.since, "since"), (&suspect.taken, "taken by")] {
        let Some(revision) = revision else { continue };
        facts.named(what, &format!("{}  {} UTC", revision.revision, minute(revision.date)));
        revision.upstream.iter().for_each(|from| facts.named("  from", &commit(from)));
    }
    if let Some(file) = &suspect.file {
        facts.named("file", file);
    }
    if !suspect.turns.is_empty() {
        facts.heading("Revisions with which something changed for these documents, newest first");
    }
    for known in suspect.turns.iter().rev() {
        let short: String = known.at.revision.chars().take(DIGITS).collect();
        facts.line(&format!("{} UTC  {short}  {}", minute(known.at.date), turn(known, suspect.judged, suspect.is_missing)));
    }
    facts
}

/// How it is known which revision judged the first row.
pub fn judged_by(by: JudgedBy) -> &'static str {
    match by {
        JudgedBy::Label => "Which revision judged the first row is told by the row itself",
        JudgedBy::Job => {
            "The first row is taken to be judged by the newest revision before its job began; its job's name tells only that time"
        }
        JudgedBy::Row => "The first row is taken to be judged by the newest revision before it came; nothing tells when its job began",
        JudgedBy::Message => {
            "The first row was judged by a revision that refuses it in its words; by its name its job would have begun before that"
        }
    }
}
