//! Which change made a group fail, in words.

use super::{Facts, senders};
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
        // Without the revision that judged it, none is later.
        None if suspect.turns.is_empty() || suspect.judged_by.is_none() => {}
        None if suspect.is_missing => told.push_str("; no later revision has a schema of it"),
        None => told.push_str("; no later revision takes all of them"),
    }
    if let Some(against) = suspect.judged_by.and_then(against_times) {
        told.push_str(&format!("; {against}"));
    }
    suspect.elsewhere.iter().for_each(|found| told.push_str(&format!("; {found}")));
    if suspect.kind != SuspectKind::Unknown && !suspect.why.is_empty() {
        told.push_str(&format!(" ({})", suspect.why));
    }
    told.push('.');
    told
}

fn head(suspect: &Suspect) -> String {
    let what = match (&suspect.node, &suspect.column, suspect.is_missing) {
        (.., true) => "the schema".to_owned(),
        (_, Some(column), _) => format!("the column {}", visible(column)),
        (Some(node), ..) if !node.is_empty() => format!("the node #{}", visible(node)),
        _ => "the schema's root".to_owned(),
    };
    let since = suspect.since.as_ref();
    let stands = if suspect.is_missing { "has been gone" } else { "stands so" };
    let before = suspect.hours_before_first().map(before_first).unwrap_or_default();
    match suspect.kind {
        SuspectKind::SchemaChanged => {
            let did = match (suspect.is_missing, suspect.is_made) {
                (true, _) => "taken away",
                (_, true) if suspect.column.is_some() => "made",
                (_, true) => "made, with its schema,",
                _ if suspect.column.is_some() => "changed",
                _ => "made or tightened",
            };
            let by = since.map(|since| format!(" by {}{}", revision(since), from(&since.upstream))).unwrap_or_default();
            format!("The schema changed: {what} was {did}{by}{before}")
        }
        SuspectKind::SenderChanged => match since {
            Some(since) => {
                format!("The sender changed: {what} {stands} since {}{}{before}", revision(since), from(&since.upstream))
            }
            None => "The sender changed: it sends what no revision up to its first row has a schema of".to_owned(),
        },
        SuspectKind::PipelineChanged => {
            let since = suspect.first.map(|first| format!(", since {} UTC or before", minute(first))).unwrap_or_default();
            format!("The pipeline changed: the decoder altered the documents before they were judged{since}")
        }
        SuspectKind::Unknown => {
            let since = since.map(|since| format!("; {what} {stands} since {}{before}", revision(since))).unwrap_or_default();
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
pub fn turn(turn: &SuspectTurn, is_missing: bool) -> String {
    if !turn.is_there {
        return "has no such schema".to_owned();
    }
    let SuspectTurn { refused, passing, otherwise, unjudged, .. } = *turn;
    let has = if is_missing { "has the schema: " } else { "" };
    let all = refused + passing + otherwise + unjudged;
    if all == 0 {
        return "has the schema".to_owned();
    }
    let parts = [
        (refused, "fail as in the rows", "fails as in the rows"),
        (passing, "pass", "passes"),
        (otherwise, "fail for something else", "fails for something else"),
        (unjudged, "cannot be judged", "cannot be judged"),
    ];
    let mut told: Vec<String> = Vec::new();
    for (part, many, one) in parts {
        let does = if part == 1 { one } else { many };
        match part {
            0 => {}
            1 if all == 1 => return format!("{has}the document {one}"),
            part if part == all => return format!("{has}all {} documents {many}", count(all as u64)),
            part if told.is_empty() => told.push(format!("{} of {} documents {does}", count(part as u64), count(all as u64))),
            part => told.push(format!("{} {does}", count(part as u64))),
        }
    }
    format!("{has}{}", told.join(", "))
}

/// All of it, as lines.
pub fn facts(suspect: &Suspect) -> Facts {
    let mut facts = Facts::default();
    facts.line(&sentence(suspect, true));
    if suspect.judged > 0 {
        let documents = plural(suspect.judged as u64, "document", "documents");
        let were = if suspect.judged == 1 { "was" } else { "were" };
        facts.line(&format!("{documents} of the group's {} {were} judged.", plural(suspect.rows, "row", "rows")));
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
    if !suspect.apart.is_empty() {
        facts.heading("What its rows have more often than the doctype's other failures");
    }
    apart(suspect).for_each(|claim| facts.line(&claim));
    if !suspect.turns.is_empty() {
        facts.heading("Revisions with which something changed for these documents, newest first");
    }
    for known in suspect.turns.iter().rev() {
        let short: String = known.at.revision.chars().take(DIGITS).collect();
        facts.line(&format!("{} UTC  {short}  {}", minute(known.at.date), turn(known, suspect.is_missing)));
    }
    facts
}

/// What sets its rows apart from the doctype's other failures, each without a full stop. Safe for a terminal.
pub fn apart(suspect: &Suspect) -> impl Iterator<Item = String> {
    suspect.apart.iter().map(|claim| senders::claim(claim, senders::Beside::Failures))
}

/// How it is known which revision judged the first row.
pub fn judged_by(by: JudgedBy) -> String {
    let told = match by {
        JudgedBy::Label => "The first row itself tells which revision judged it",
        JudgedBy::Job => {
            "The first row is taken to have been judged by the newest revision before its job began: the job's name tells only that time"
        }
        JudgedBy::Row => {
            "The first row is taken to have been judged by the newest revision before it came: nothing tells when its job began"
        }
        JudgedBy::Message | JudgedBy::Older => return against_times(by).unwrap_or_default().replacen("the", "The", 1),
    };
    told.to_owned()
}

/// What is said of a revision that judged the first row though its times tell of another.
fn against_times(by: JudgedBy) -> Option<&'static str> {
    match by {
        JudgedBy::Message => Some(
            "the first row was judged by a revision that refuses it in these words, though its job began before that revision, going by its name",
        ),
        JudgedBy::Older => Some(
            "the first row was judged by an older revision than the newest that was there when it came, for only that one refuses it in these words",
        ),
        JudgedBy::Label | JudgedBy::Job | JudgedBy::Row => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_told_plainly() {
        let at = SuspectRevision { revision: String::new(), date: 0, upstream: Vec::new() };
        let told = |[refused, passing, otherwise, unjudged]: [usize; 4], is_missing| {
            turn(&SuspectTurn { at: at.clone(), is_there: true, refused, passing, otherwise, unjudged }, is_missing)
        };
        assert_eq!(told([16, 0, 0, 0], false), "all 16 documents fail as in the rows");
        assert_eq!(told([0, 16, 0, 0], true), "has the schema: all 16 documents pass");
        assert_eq!(told([1, 0, 0, 0], false), "the document fails as in the rows");
        assert_eq!(
            told([1, 12, 2, 1], false),
            "1 of 16 documents fails as in the rows, 12 pass, 2 fail for something else, 1 cannot be judged"
        );
        assert_eq!(
            turn(&SuspectTurn { at, is_there: false, refused: 3, passing: 0, otherwise: 0, unjudged: 0 }, true),
            "has no such schema"
        );
    }
}
