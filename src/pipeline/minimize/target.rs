//! What a smaller document must still break.
//!
//! Owns: the identity of a violation, and of what a combinator's nearest branch says, which its message hides.
//! Refuses: looking for documents that have it (shrink).

use super::NotMinimized;
use crate::pipeline::document::Document;
use crate::pipeline::fault::Keyword;
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::walk;
use crate::pipeline::verdict::judge::{Branches, Judge, JudgeInput, Outcome, Refused, Verdict, Violation, Violations};

/// Violations of a document that are looked through for the one behind a combinator.
const MOST_VIOLATIONS: usize = 1000;

/// The fault that has to stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    reported: ViolationIdentity,
    /// The first violation of the nearest branch, where a combinator is what is reported.
    behind: Option<ViolationIdentity>,
    /// Whether what could not be judged counts as fulfilled in the original, too.
    doubtful: bool,
    /// Members of the root that are left as they are.
    pinned: Vec<String>,
}

/// What makes two violations the same.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ViolationIdentity {
    keyword: Keyword,
    schema_pointer: String,
    /// The instance location generalised by the schema.
    path: String,
    /// The key, where the schema names it: another missing key is another fault, another key too many is not.
    key: Option<String>,
}

impl ViolationIdentity {
    fn of(schema: &Schema, violation: &Violation) -> Self {
        let named = matches!(violation.keyword, "required" | "dependencies");
        ViolationIdentity {
            keyword: violation.keyword,
            schema_pointer: violation.schema_pointer.clone(),
            path: path(schema, violation),
            key: violation.key.clone().filter(|_| named),
        }
    }

    fn is(&self, schema: &Schema, violation: &Violation) -> bool {
        // The path is compared last: finding it costs more than the rest.
        self.keyword == violation.keyword
            && self.schema_pointer == violation.schema_pointer
            && (self.key.is_none() || self.key == violation.key)
            && self.path == path(schema, violation)
    }
}

/// The violation's place generalised by the schema, as groups have it.
fn path(schema: &Schema, violation: &Violation) -> String {
    walk(schema, &violation.tokens).path(&violation.tokens, violation.about_name)
}

impl Target {
    /// What the pipeline reports of a payload: keyword, schema node, generalised place, and for a combinator also what its nearest branch says.
    pub fn of(judge: &Judge, document: &Document) -> Result<Self, NotMinimized> {
        if let Some(error) = document.error() {
            return Err(NotMinimized::NotJson(error.to_string()));
        }
        let Verdict { outcome, doubts } = judge.verdict(JudgeInput::payload(document));
        let Outcome::Fail(violation) = outcome else { return Err(NotMinimized::Passes) };
        let schema = judge.schema();
        let behind = is_combinator(&violation).then(|| {
            let all = judge.violations(JudgeInput::payload(document), MOST_VIOLATIONS);
            nearest(&all, &violation).map(|leaf| ViolationIdentity::of(schema, leaf))
        });
        Ok(Target {
            reported: ViolationIdentity::of(schema, &violation),
            behind: behind.flatten(),
            doubtful: !doubts.is_empty(),
            pinned: Vec::new(),
        })
    }

    /// The same with members of the root that are left as they are: the decoder finds telemetry's schema by `version` or `v`.
    pub fn pinning(mut self, names: &[&str]) -> Self {
        self.pinned.extend(names.iter().map(|&name| name.to_owned()));
        self
    }

    pub(super) fn is_pinned(&self, name: &str) -> bool {
        self.pinned.iter().any(|pinned| pinned == name)
    }

    /// The violation of a document that has this fault, or what it has instead.
    pub(super) fn met(&self, judge: &Judge, document: &Document) -> Result<Violation, NotMinimized> {
        let Verdict { outcome, doubts } = judge.verdict(JudgeInput::payload(document));
        let Outcome::Fail(violation) = outcome else { return Err(NotMinimized::Passes) };
        let certain = self.doubtful || doubts.is_empty();
        let same = certain && self.reported.is(judge.schema(), &violation) && self.is_behind(judge, document, &violation);
        if same { Ok(*violation) } else { Err(NotMinimized::OtherFault(violation.sentence)) }
    }

    fn is_behind(&self, judge: &Judge, document: &Document, reported: &Violation) -> bool {
        let Some(behind) = &self.behind else { return true };
        let all = judge.violations(JudgeInput::payload(document), MOST_VIOLATIONS);
        nearest(&all, reported).is_some_and(|violation| behind.is(judge.schema(), violation))
    }
}

fn is_combinator(violation: &Violation) -> bool {
    matches!(violation.keyword, "anyOf" | "oneOf" | "allOf")
}

/// The first violation of the nearest branch of a combinator that is not fulfilled.
fn nearest<'a>(all: &'a Violations, reported: &Violation) -> Option<&'a Violation> {
    let is_it = |branches: &&Branches| {
        let found = &branches.violation;
        (found.keyword, found.instance, found.node) == (reported.keyword, reported.instance, reported.node)
    };
    let mut branches = all.tree.iter().filter_map(as_branches).find(is_it)?;
    loop {
        let nearest = branches.branches.iter().find(|branch| !branch.valid)?;
        match nearest.broken.first()? {
            Refused::Leaf(at) => return all.list.get(*at),
            Refused::Branches(inner) => branches = inner,
        }
    }
}

fn as_branches(broken: &Refused) -> Option<&Branches> {
    match broken {
        Refused::Branches(branches) => Some(branches),
        Refused::Leaf(_) => None,
    }
}
