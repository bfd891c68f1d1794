//! Notes on groups, worded.

use super::Facts;
use crate::ground::text::{count, plural, visible};
use crate::ground::time;
use crate::rows::group::{Group, Groups, Remark, RemarkAbout, RemarkState, said};
use crate::triage::notes::pattern::PatternFit;
use crate::triage::notes::{Mute, Note, NoteAbout, NoteState, Notes};

/// Groups of a note that are told; of more the number.
const MOST_GROUPS: usize = 10;

/// What people have said of a group.
pub fn remark(facts: &mut Facts, remark: &Remark) {
    let of = match remark.about {
        RemarkAbout::Group => "",
        RemarkAbout::Incident => ", said of the incident that it began",
        RemarkAbout::Pattern => ", said of all groups that a pattern matches",
    };
    facts.heading(&format!("Noted{of}"));
    if let Some(why) = remark.why() {
        facts.named("state", &why);
    }
    for (at, line) in remark.text.iter().flat_map(|text| text.lines()).enumerate() {
        facts.named(if at == 0 { "note" } else { "" }, line);
    }
    if let Some(bug) = &remark.bug {
        facts.named("bug", bug);
    }
    remark.more.iter().for_each(|more| facts.named("also", more));
    if remark.others > 0 {
        facts.named("", &super::and_more(remark.others as u64));
    }
}

/// What a note is about, in one line. Safe for a terminal.
pub fn about(note: &Note) -> String {
    match &note.about {
        NoteAbout::Group(print) => format!("group {print}"),
        NoteAbout::Incident(print) => format!("incident {print}"),
        NoteAbout::Pattern(pattern) => format!("match {}", visible(&pattern.words())),
    }
}

/// What was said of how it stands, in words; `None` where nothing was. Safe for a terminal.
fn state(state: &NoteState) -> Option<String> {
    match state {
        NoteState::Muted(Mute::UntilTimes { times: until, then }) => {
            let rows = plural(then.rows, "row", "rows");
            let window = then.window.map(|(from, to)| u64::try_from(to.saturating_sub(from) / 1_000_000).unwrap_or(0));
            let window = window.map(|seconds| format!(" in {}", time::duration(seconds))).unwrap_or_default();
            Some(format!("muted until its rows come {until} times as fast as {rows}{window}"))
        }
        state => state.text(),
    }
}

/// A group that a note is on.
pub struct NotedGroup<'g> {
    /// The group.
    pub group: &'g Group,
    /// Whether a pattern matches it for certain; of a note on the group itself always.
    pub fit: PatternFit,
}

/// The groups that a note is on, the largest first.
pub fn groups_of<'g>(notes: &Notes, groups: &'g Groups) -> Vec<Vec<NotedGroup<'g>>> {
    let mut of: Vec<Vec<NotedGroup<'g>>> = notes.list.iter().map(|_| Vec::new()).collect();
    for group in &groups.list {
        for (at, fit) in notes.on(group) {
            if let Some(groups) = of.get_mut(at) {
                groups.push(NotedGroup { group, fit });
            }
        }
    }
    of.iter_mut().for_each(|groups| groups.sort_by_key(|noted| (std::cmp::Reverse(noted.group.count), noted.group.fingerprint)));
    of
}

/// A note with all that it says, and the groups that it is on where rows were read.
pub fn listed(facts: &mut Facts, note: &Note, of: Option<(&[NotedGroup<'_>], &Groups)>) {
    let state = state(&note.state).map(|state| format!(": {state}")).unwrap_or_default();
    facts.line(&format!("{}{state}", about(note)));
    if let Some(told) = &note.told {
        facts.named("  about", told);
    }
    for (at, line) in note.text.iter().flat_map(|text| text.lines()).enumerate() {
        facts.named(if at == 0 { "  note" } else { "" }, line);
    }
    if let Some(bug) = &note.bug {
        facts.named("  bug", bug);
    }
    let Some((noted, among)) = of else { return };
    if noted.is_empty() {
        facts.named("  rows", "none here");
    }
    for (at, noted) in noted.iter().take(MOST_GROUPS).enumerate() {
        facts.named(if at == 0 { "  rows" } else { "" }, &group_line(note, noted, among));
    }
    if noted.len() > MOST_GROUPS {
        facts.named("", &super::and_more((noted.len() - MOST_GROUPS) as u64));
    }
}

/// `1,234 of group 73152a9311fc0fe0: /client_info is missing the key app_build; muted until 2026-12-01`
fn group_line(note: &Note, noted: &NotedGroup<'_>, among: &Groups) -> String {
    let group = noted.group;
    let of = match note.about {
        NoteAbout::Pattern(_) => format!(" of group {}", group.fingerprint),
        NoteAbout::Group(_) | NoteAbout::Incident(_) => String::new(),
    };
    let may = if noted.fit == PatternFit::MayMatch { "; may match: not all of its places are known" } else { "" };
    let why = among.remark(group).and_then(Remark::why).map(|why| format!("; {why}")).unwrap_or_default();
    format!("{}{of}: {} {}{may}{why}", count(group.count), group.key.doctype_name(), group.sentence())
}

/// What is worth a look in notes: those without rows, patterns whose `_` matches another sign, states that hold no longer. Safe for a terminal.
pub fn findings(notes: &Notes, groups: &Groups) -> Vec<String> {
    let mut found = Vec::new();
    let of = groups_of(notes, groups);
    for (note, noted) in notes.list.iter().zip(&of) {
        let about = about(note);
        if noted.is_empty() {
            found.push(format!("{about}: no group of these rows"));
        }
        let others = noted.iter().filter(|noted| is_loose(note, noted.group)).count();
        if others > 0 {
            let groups = plural(others as u64, "group", "groups");
            found.push(format!("{about}: _ stands for any sign, and matches another one in the names of {groups}; \\_ is the sign itself"));
        }
        let unsure = noted.iter().filter(|noted| noted.fit == PatternFit::MayMatch).count();
        if unsure > 0 {
            let groups = plural(unsure as u64, "group", "groups");
            found.push(format!("{about}: may match {groups} of which not all places are known, and says nothing of them"));
        }
    }
    for group in &groups.list {
        let Some(remark) = groups.remark(group) else { continue };
        let is_over = remark.state == RemarkState::CameBack || (remark.state == RemarkState::Open && remark.why().is_some());
        if let Some(why) = remark.why().filter(|_| is_over) {
            found.push(format!("group {}: {why}", group.fingerprint));
        }
    }
    found
}

/// Whether a `_` in the names of a pattern stands for another sign of the group's.
fn is_loose(note: &Note, group: &Group) -> bool {
    let NoteAbout::Pattern(pattern) = &note.about else { return false };
    let differs = |pattern: &Option<String>, name: &Option<std::sync::Arc<str>>| {
        let strict = pattern.as_deref().map(|pattern| pattern.replace("\\_", "\u{1}").replace(['_', '\u{1}'], "\\_"));
        let loose = pattern.as_deref().zip(name.as_deref());
        let matches = |pattern: &str, name: &str| crate::triage::notes::like::Like::parse(pattern).is_ok_and(|like| like.matches(name));
        loose.zip(strict).is_some_and(|((pattern, name), strict)| matches(pattern, name) && !matches(&strict, name))
    };
    differs(&pattern.namespace, &group.key.namespace) || differs(&pattern.doctype, &group.key.doctype)
}

/// What a note says in one line, for a word after it was changed.
pub fn changed(note: Option<&Note>) -> String {
    let Some(note) = note else { return "the note is gone".to_owned() };
    let said = said(note.text.as_deref(), note.bug.as_deref());
    let parts: Vec<String> = state(&note.state).into_iter().chain(said).collect();
    format!("noted: {}", parts.join(": "))
}
