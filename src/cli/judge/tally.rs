//! How many documents of each doctype pass and fail, and why. Bounded by the schemas: documents are only counted.

use std::collections::BTreeMap;

use super::answer::{DoctypeAnswer, FaultAnswer, schema_file};
use crate::pipeline::fault::VALIDATION;
use crate::pipeline::verdict::judge::{Violation, Violations};
use crate::rows::samples::DoctypeName;
use crate::triage::judging::{Judged, Ruling};
use crate::triage::losses::LossTally;

/// Counts over all documents.
#[derive(Debug, Default)]
pub(super) struct JudgeTally {
    pub documents: u64,
    pub findings: u64,
    pub skipped: u64,
    /// What should have been judged and could not be.
    pub unjudged: u64,
    /// What is wrong behind what the pipeline reports, over all documents; `None` where nobody asked.
    pub behind: Option<u64>,
    doctypes: BTreeMap<DoctypeName, DoctypeCounts>,
    /// Losses by the position of the doctype version among those of the schemas.
    pub losses: BTreeMap<usize, LossTally>,
    /// Documents that pass and whose losses are not known, and why those of the first are not.
    pub unknown_losses: (u64, Option<String>),
}

#[derive(Debug, Default)]
struct DoctypeCounts {
    schema_path: Option<String>,
    passed: u64,
    failed: u64,
    findings: u64,
    faults: BTreeMap<FailureCause, First>,
}

/// What failures have in common: the exception's class where there is no schema node.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FailureCause {
    Broken { schema_pointer: String, keyword: &'static str },
    Refused(&'static str),
}

/// The first failure of its kind, and how many there are.
#[derive(Debug)]
struct First {
    pointer: Option<String>,
    message: String,
    count: u64,
    behind: Option<u64>,
}

impl JudgeTally {
    /// Counts a document.
    pub(super) fn add(&mut self, judged: &Judged) {
        self.documents += 1;
        if let Some(lost) = &judged.lost {
            match &lost.losses {
                Ok(losses) => self.losses.entry(lost.doctype).or_default().add(losses, &judged.shown, judged.line),
                Err(why) => {
                    self.unknown_losses.0 += 1;
                    self.unknown_losses.1.get_or_insert_with(|| why.clone());
                }
            }
        }
        let (Some(passed), Some(doctype)) = (judged.passed(), &judged.doctype) else {
            match judged.ruling {
                Ruling::Unjudged { .. } => self.unjudged += 1,
                _ => self.skipped += 1,
            }
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
        if let Some(all) = &judged.violations {
            *self.behind.get_or_insert(0) += all.wrong().saturating_sub(1);
            counts.add_behind(&cause, all);
        }
        let first = counts.faults.entry(cause).or_insert_with(|| First {
            pointer: match &judged.ruling {
                Ruling::Invalid(violation) => Some(violation.pointer.clone()),
                _ => None,
            },
            message: judged.message().unwrap_or_default(),
            count: 0,
            behind: None,
        });
        first.count += 1;
    }

    /// The doctypes by name, their most frequent faults first.
    pub(super) fn doctypes(&self) -> impl Iterator<Item = DoctypeAnswer<'_>> {
        self.doctypes.iter().map(|(name, counts)| {
            let mut faults: Vec<FaultAnswer<'_>> = counts.faults.iter().map(|(cause, first)| fault(cause, first)).collect();
            faults.sort_by_key(|fault| std::cmp::Reverse((fault.count, fault.behind)));
            DoctypeAnswer {
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

impl DoctypeCounts {
    /// Counts a document for each fault behind the reported one, once.
    fn add_behind(&mut self, reported: &FailureCause, all: &Violations) {
        let wrong = all.causes.iter().skip(1).map(|cause| (FailureCause::of(&cause.violation), &cause.violation));
        let others: BTreeMap<FailureCause, &Violation> = wrong.filter(|(fault, _)| fault != reported).collect();
        for (fault, violation) in others {
            let known = self.faults.entry(fault).or_insert_with(|| First {
                pointer: Some(violation.pointer.clone()),
                message: format!("{VALIDATION}: {}", violation.message),
                count: 0,
                behind: None,
            });
            *known.behind.get_or_insert(0) += 1;
        }
    }
}

impl FailureCause {
    fn of(violation: &Violation) -> Self {
        FailureCause::Broken { schema_pointer: violation.schema_pointer.clone(), keyword: violation.keyword }
    }
}

fn cause(ruling: &Ruling) -> Option<FailureCause> {
    match ruling {
        Ruling::Passed | Ruling::Skipped(_) | Ruling::Unjudged { .. } => None,
        Ruling::Invalid(violation) => Some(FailureCause::of(violation)),
        Ruling::Unreadable { class, .. } => Some(FailureCause::Refused(class)),
        Ruling::NoSchema { .. } => Some(FailureCause::Refused(crate::pipeline::fault::NOT_FOUND)),
    }
}

fn fault<'a>(cause: &'a FailureCause, first: &'a First) -> FaultAnswer<'a> {
    let (keyword, schema_pointer) = match cause {
        FailureCause::Broken { schema_pointer, keyword } => (Some(*keyword), Some(schema_pointer.as_str())),
        FailureCause::Refused(_) => (None, None),
    };
    FaultAnswer {
        keyword,
        schema_pointer,
        pointer: first.pointer.as_deref(),
        count: first.count,
        message: &first.message,
        behind: first.behind,
    }
}
