//! Judgements as text, for people.

use super::answer::{Doctype, notes, schema_file, sentence};
use super::tally::Tally;
use crate::cli::out::plural;
use crate::ground::text::{count, visible};
use crate::rows::samples::{DoctypeName, Expected};
use crate::triage::judging::{Judged, Ruling};

/// Cells of the names on the left.
const NAMES: usize = 9;

/// A document that does not pass, or passes and should not, in a few lines with an empty line behind it; empty for the others.
pub(super) fn block(judged: &Judged) -> String {
    let notes = notes(judged);
    if judged.passed() == Some(true) && !judged.is_finding() && notes.is_empty() {
        return String::new();
    }
    let place = judged.line.map_or_else(String::new, |line| format!(" line {}", count(line)));
    let mut block = Block(format!("{}  {}{place}\n", headline(judged), visible(&judged.shown)));
    if let Some(doctype) = &judged.doctype {
        block.line("doctype", &doctype.to_string());
    }
    if let Some(sentence) = sentence(judged) {
        block.line("fault", &sentence);
    }
    if let Some(message) = judged.message() {
        block.line("message", &message);
    }
    if let Some(path) = &judged.schema_path {
        let file = schema_file(path);
        match &judged.ruling {
            Ruling::Invalid(violation) => block.line("schema", &format!("{file}#{} {}", violation.schema_pointer, violation.keyword)),
            _ => block.line("schema", &file),
        }
    }
    if let Some(all) = &judged.violations {
        block.line("broken", &plural(all.count, "violation", "violations"));
        for violation in &all.list {
            block.line("", &format!("{}  ({} at #{})", violation.sentence, violation.keyword, violation.schema_pointer));
        }
        let more = all.count.saturating_sub(all.list.len() as u64);
        if more > 0 {
            block.line("", &format!("and {} more", count(more)));
        }
    }
    notes.iter().for_each(|note| block.line("note", note));
    block.0.push('\n');
    block.0
}

/// What became of it, and whether that was to be.
fn headline(judged: &Judged) -> &'static str {
    match (judged.passed(), judged.expected, judged.is_finding()) {
        (None, ..) => "skipped",
        (Some(true), _, true) => "PASSED, should fail",
        (Some(true), _, false) => "passed",
        (Some(false), Some(Expected::Fail), false) => "failed, as it should",
        (Some(false), Some(Expected::Pass), _) => "FAILED, should pass",
        (Some(false), ..) => "FAILED",
    }
}

/// A doctype with what its documents break.
pub(super) fn doctype(doctype: &Doctype<'_>) -> String {
    let Doctype { namespace, doctype: name, version, passed, failed, findings, faults, .. } = doctype;
    let name = DoctypeName { namespace: (*namespace).into(), doctype: (*name).into(), version: version.map(str::to_owned) }.to_string();
    let found = if *findings > 0 { format!(", {}", plural(*findings, "finding", "findings")) } else { String::new() };
    let mut block = Block(format!("{}: {} passed, {} failed{found}\n", visible(&name), count(*passed), count(*failed)));
    for fault in faults {
        let node = fault.keyword.zip(fault.schema_pointer).map(|(keyword, pointer)| format!("{keyword} at #{pointer}"));
        block.line(&format!("{} ×", count(fault.count)), node.as_deref().unwrap_or(fault.message));
    }
    block.0
}

/// How many documents and findings there are.
pub(super) fn counts(tally: &Tally) -> String {
    let skipped = if tally.skipped > 0 { format!(", {} skipped", count(tally.skipped)) } else { String::new() };
    let judged = plural(tally.documents - tally.skipped, "document judged", "documents judged");
    format!("{judged}{skipped}, {}", plural(tally.findings, "finding", "findings"))
}

struct Block(String);

impl Block {
    fn line(&mut self, name: &str, value: &str) {
        self.0.push_str(&format!("  {name:NAMES$}{}\n", visible(value)));
    }
}
