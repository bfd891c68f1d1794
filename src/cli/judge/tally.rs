//! How many documents of each doctype pass and fail, and why. Bounded by the schemas: documents are only counted.

use std::collections::BTreeMap;

use super::answer::{Doctype, Fault, schema_file};
use crate::rows::samples::DoctypeName;
use crate::triage::judging::{Judged, Ruling};

/// Counts over all documents.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub documents: u64,
    pub findings: u64,
    pub skipped: u64,
    doctypes: BTreeMap<DoctypeName, Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    schema_path: Option<String>,
    passed: u64,
    failed: u64,
    findings: u64,
    faults: BTreeMap<Cause, First>,
}

/// What failures have in common: the exception's class where there is no schema node.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Broken { schema_pointer: String, keyword: &'static str },
    Refused(&'static str),
}

/// The first failure of its kind, and how many there are.
#[derive(Debug)]
struct First {
    pointer: Option<String>,
    message: String,
    count: u64,
}

impl Tally {
    /// Counts a document.
    pub(super) fn add(&mut self, judged: &Judged) {
        self.documents += 1;
        let (Some(passed), Some(doctype)) = (judged.passed(), &judged.doctype) else {
            self.skipped += 1;
            return;
        };
        let finding = u64::from(judged.is_finding());
        self.findings += finding;
        let counts = self.doctypes.entry(doctype.clone()).or_default();
        counts.findings += finding;
        if counts.schema_path.is_none() {
            counts.schema_path.clone_from(&judged.schema_path);
        }
        match passed {
            true => counts.passed += 1,
            false => counts.failed += 1,
        }
        let Some(cause) = cause(&judged.ruling) else { return };
        let first = counts.faults.entry(cause).or_insert_with(|| First {
            pointer: match &judged.ruling {
                Ruling::Invalid(violation) => Some(violation.pointer.clone()),
                _ => None,
            },
            message: judged.message().unwrap_or_default(),
            count: 0,
        });
        first.count += 1;
    }

    /// The doctypes by name, their most frequent faults first.
    pub(super) fn doctypes(&self) -> impl Iterator<Item = Doctype<'_>> {
        self.doctypes.iter().map(|(name, counts)| {
            let mut faults: Vec<Fault<'_>> = counts.faults.iter().map(|(cause, first)| fault(cause, first)).collect();
            faults.sort_by_key(|fault| std::cmp::Reverse(fault.count));
            Doctype {
                namespace: &name.namespace,
                doctype: &name.doctype,
                version: name.version.as_deref(),
                schema_file: counts.schema_path.as_deref().map(schema_file),
                passed: counts.passed,
                failed: counts.failed,
                findings: counts.findings,
                faults,
            }
        })
    }
}

fn cause(ruling: &Ruling) -> Option<Cause> {
    match ruling {
        Ruling::Passed | Ruling::Skipped(_) => None,
        Ruling::Invalid(violation) => Some(Cause::Broken { schema_pointer: violation.schema_pointer.clone(), keyword: violation.keyword }),
        Ruling::Unreadable { class, .. } => Some(Cause::Refused(class)),
        Ruling::NoSchema { .. } => Some(Cause::Refused(crate::pipeline::fault::NOT_FOUND)),
    }
}

fn fault<'a>(cause: &'a Cause, first: &'a First) -> Fault<'a> {
    let (keyword, schema_pointer) = match cause {
        Cause::Broken { schema_pointer, keyword } => (Some(*keyword), Some(schema_pointer.as_str())),
        Cause::Refused(_) => (None, None),
    };
    Fault { keyword, schema_pointer, pointer: first.pointer.as_deref(), count: first.count, message: &first.message }
}
