//! Judgements as text, for people.

use super::answer::{DoctypeAnswer, notes, schema_file, sentence};
use super::tally::JudgeTally;
use crate::cli::out::plural;
use crate::ground::text::{count, visible};
use crate::pipeline::fault::{Fault, VALIDATION};
use crate::pipeline::verdict::judge::is_combinator;
use crate::rows::samples::{DoctypeName, Expected};
use crate::triage::facts::{Facts, violations};
use crate::triage::judging::{Judged, Ruling};

/// A document that does not pass, or passes and should not, in a few lines with an empty line behind it; empty for the others.
pub(super) fn block(judged: &Judged) -> String {
    let notes = notes(judged);
    // What a document loses is told once for all of a table.
    if judged.passed() == Some(true)
        && (!judged.is_finding() || judged.loses())
        && judged.expected != Some(Expected::Fail)
        && notes.is_empty()
    {
        return String::new();
    }
    let place = judged.line.map_or_else(String::new, |line| format!(" line {}", count(line)));
    let mut block = Facts::default();
    if let Some(doctype) = &judged.doctype {
        block.named("doctype", &doctype.to_string());
    }
    if let (Some(cause), Ruling::Invalid(violation)) = (&judged.cause, &judged.ruling)
        && is_combinator(violation.keyword)
    {
        block.named("cause", &cause.sentence);
        // Of a list of types the sentence is that of the cause: then what the message says.
        let is_cause = violation.sentence == cause.sentence;
        let said = is_cause.then(|| Fault::parse(&violation.message, Some(VALIDATION)).sentence());
        block.named("fault", said.as_ref().unwrap_or(&violation.sentence));
    } else if let Some(sentence) = sentence(judged) {
        block.named("fault", &sentence);
    }
    if let Some(message) = judged.message() {
        block.named("message", &message);
    }
    if let Some(path) = &judged.schema_path {
        let file = schema_file(path);
        match &judged.ruling {
            Ruling::Invalid(violation) => block.named("schema", &format!("{file}#{} {}", violation.schema_pointer, violation.keyword)),
            _ => block.named("schema", &file),
        }
    }
    if let Some(all) = &judged.violations {
        block.named("broken", &violations::counted(all));
        violations::list(&mut block, "", all, usize::MAX);
    }
    notes.iter().for_each(|note| block.named("note", note));
    format!("{}  {}{place}\n{}\n", headline(judged), visible(&judged.shown), block.indented("  "))
}

/// What became of it, and whether that was to be.
fn headline(judged: &Judged) -> &'static str {
    match (judged.passed(), judged.expected, judged.is_finding()) {
        (None, ..) if matches!(judged.ruling, Ruling::Unjudged { .. }) => "NOT JUDGED",
        (None, ..) => "skipped",
        (Some(true), _, true) => "PASSED, should fail",
        (Some(true), _, false) => "passed",
        (Some(false), Some(Expected::Fail), false) => "failed, as it should",
        (Some(false), Some(Expected::Pass), _) => "FAILED, should pass",
        (Some(false), ..) => "FAILED",
    }
}

/// A doctype with what its documents break.
pub(super) fn doctype(doctype: &DoctypeAnswer<'_>) -> String {
    let DoctypeAnswer { namespace, doctype: name, version, passed, failed, findings, faults, .. } = doctype;
    let name = DoctypeName { namespace: (*namespace).into(), doctype: (*name).into(), version: version.map(str::to_owned) }.to_string();
    let found = if *findings > 0 { format!(", {}", plural(*findings, "finding", "findings")) } else { String::new() };
    let mut block = Facts::default();
    for fault in faults {
        let node = fault.keyword.zip(fault.schema_pointer).map(|(keyword, pointer)| format!("{keyword} at #{pointer}"));
        let behind = fault.behind.map(|behind| format!("; {} behind others", count(behind))).unwrap_or_default();
        block.named(format!("{} ×", count(fault.count)), &format!("{}{behind}", node.as_deref().unwrap_or(fault.message)));
    }
    format!("{}: {} passed, {} failed{found}\n{}", visible(&name), count(*passed), count(*failed), block.indented("  "))
}

/// How many documents and findings there are.
pub(super) fn counts(tally: &JudgeTally) -> String {
    let skipped = if tally.skipped > 0 { format!(", {} skipped", count(tally.skipped)) } else { String::new() };
    let unjudged = if tally.unjudged > 0 { format!(", {} could not be judged", count(tally.unjudged)) } else { String::new() };
    let unknown = match &tally.unknown_losses {
        (0, _) => String::new(),
        (documents, why) => {
            let why = why.as_deref().map(|why| format!(" ({})", visible(why))).unwrap_or_default();
            format!(", losses of {} not known{why}", plural(*documents, "document", "documents"))
        }
    };
    let judged = plural(tally.documents - tally.skipped - tally.unjudged, "document judged", "documents judged");
    let behind = tally.behind.map(|behind| format!(", {} behind what is reported", plural(behind, "violation", "violations")));
    format!("{judged}{skipped}{unjudged}{unknown}, {}{}", plural(tally.findings, "finding", "findings"), behind.unwrap_or_default())
}
