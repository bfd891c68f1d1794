//! What a smaller document must still break.
//!
//! Owns: the identity of a violation, and of what is really wrong behind a combinator, which its message hides.
//! Refuses: looking for documents that have it (shrink).

use super::NotMinimized;
use crate::pipeline::document::Document;
use crate::pipeline::fault::Keyword;
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::walk;
use crate::pipeline::verdict::judge::{Judge, JudgeInput, Outcome, Verdict, Violation, is_combinator};

/// The fault that has to stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    reported: ViolationIdentity,
    /// What is really wrong, where a combinator is what is reported: of alternatives each.
    behind: Vec<ViolationIdentity>,
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
    /// What the pipeline reports of a payload: keyword, schema node, generalised place, and for a combinator also what is really wrong.
    pub fn of(judge: &Judge, document: &Document) -> Result<Self, NotMinimized> {
        if let Some(error) = document.error() {
            return Err(NotMinimized::NotJson(error.to_string()));
        }
        let Verdict { outcome, doubts } = judge.verdict(JudgeInput::payload(document));
        let Outcome::Fail(violation) = outcome else { return Err(NotMinimized::Passes) };
        let behind = behind(judge, document, &violation);
        Ok(Target {
            reported: ViolationIdentity::of(judge.schema(), &violation),
            behind: behind.iter().map(|violation| ViolationIdentity::of(judge.schema(), violation)).collect(),
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
        if self.behind.is_empty() {
            return true;
        }
        let now = behind(judge, document, reported);
        now.len() == self.behind.len() && self.behind.iter().zip(&now).all(|(behind, now)| behind.is(judge.schema(), now))
    }
}

/// What is really wrong behind a combinator.
fn behind(judge: &Judge, document: &Document, reported: &Violation) -> Vec<Violation> {
    let cause = is_combinator(reported.keyword).then(|| judge.cause(JudgeInput::payload(document))).flatten();
    cause.map(|cause| cause.ways).unwrap_or_default()
}
