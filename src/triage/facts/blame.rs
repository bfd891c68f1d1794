//! The history of a node or a column.

use serde_json::Value;

use super::Facts;
use crate::ground::line_diff::{self, DiffLine};
use crate::ground::text::{count, plural, visible, visible_lines};
use crate::ground::time::minute;
use crate::triage::blame::template::EditPlace;
use crate::triage::blame::upstream::UpstreamCommit;
use crate::triage::blame::{Blame, BlameChange, BlameQuestion};

/// Lines around what changed.
const AROUND: usize = 2;
/// Most lines of one difference.
const MOST: usize = 60;

/// All of it, newest first.
pub fn facts(blame: &Blame, question: &BlameQuestion, edit: Option<&EditPlace>) -> Facts {
    let mut facts = Facts::default();
    let BlameQuestion { namespace, doctype, version, target } = question;
    facts.line(&format!("{namespace}/{doctype}.{version}  {target}"));
    facts.line(&format!("{} of {}, newest first", plural(blame.changes.len() as u64, "change", "changes"), blame.file));
    if let Some(edit) = edit {
        facts.line(&format!("to edit: {edit}"));
    }
    for note in &blame.notes {
        facts.line(&format!("{note}."));
    }
    for change in &blame.changes {
        facts.heading(&format!("{} UTC  {}  {}", minute(change.date), word(change), change.revision));
        difference(&mut facts, change);
        for commit in &change.upstream {
            facts.line(&format!("  from {}", upstream(commit)));
        }
        if change.others > 0 {
            facts.line(&format!("  {} that it took in did not change it", plural(change.others as u64, "other commit", "other commits")));
        }
        if change.upstream.is_empty() {
            facts.line("  which commits of the source it took in is not told for this revision");
        }
    }
    facts
}

/// Most lines of a commit's difference.
const MOST_OF_COMMIT: usize = 200;

/// What commits of the source changed in the templates, one below the other.
pub fn diffs(patches: &[(String, Vec<u8>)]) -> Facts {
    let mut facts = Facts::default();
    for (hash, patch) in patches {
        facts.heading(&format!("Commit {hash} of the source, in the templates"));
        let text = visible_lines(patch);
        text.lines().take(MOST_OF_COMMIT).for_each(|line| facts.line(line));
        if let more @ 1.. = text.lines().count().saturating_sub(MOST_OF_COMMIT) {
            facts.line(&format!("… and {} more lines", count(more as u64)));
        }
    }
    facts
}

/// What kind of change it is, in a word.
pub fn word(change: &BlameChange) -> &'static str {
    match (&change.before, &change.after) {
        (None, _) if change.is_oldest => "present",
        (None, _) => "appeared",
        (Some(_), None) => "disappeared",
        (Some(_), Some(_)) => "changed",
    }
}

fn upstream(commit: &UpstreamCommit) -> String {
    let pull_request = commit.pull_request.map(|number| format!("  pull request {number}")).unwrap_or_default();
    let bug = commit.bug.map(|number| format!("  https://bugzilla.mozilla.org/show_bug.cgi?id={number}")).unwrap_or_default();
    format!("{}  {}  {}{pull_request}{bug}", commit.hash, commit.date, commit.subject)
}

fn difference(facts: &mut Facts, change: &BlameChange) {
    let text = |value: &Option<Value>| value.as_ref().map(spelled).unwrap_or_default();
    let (before, after) = (text(&change.before), text(&change.after));
    let lines = line_diff::lines(&before, &after, AROUND);
    for line in lines.iter().take(MOST) {
        match line {
            DiffLine::Kept(line) => facts.line(&format!("    {line}")),
            DiffLine::Taken(line) => facts.line(&format!("  - {line}")),
            DiffLine::Added(line) => facts.line(&format!("  + {line}")),
            DiffLine::Between(lines) => facts.line(&format!("    … {} the same", plural(*lines as u64, "line", "lines"))),
        }
    }
    if lines.len() > MOST {
        facts.line(&format!("    … and {} more lines", count((lines.len() - MOST) as u64)));
    }
}

/// A value over several lines, its members in the order of their names: the order in the file is no change.
fn spelled(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}
