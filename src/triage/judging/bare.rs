//! What the pipeline makes of a payload, without a word: for who judges by the hundred thousand.
//!
//! Owns: the steps from a parsed document to its ruling, nothing told of it.
//! Refuses: texts (bench, case), which documents there are.

use crate::pipeline::destination::judged_version;
use crate::pipeline::document::Document;
use crate::pipeline::verdict::judge::jackson::verdict_of;
use crate::pipeline::verdict::judge::{Breach, input};
use crate::rows::schemas::{Lookup, SchemaStore};

/// What a document is of, as its row or its file says.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Namespace, as it stands.
    pub namespace: &'a str,
    /// Doctype, as it stands.
    pub doctype: &'a str,
    /// Version; telemetry's stands in the payload.
    pub version: Option<&'a str>,
}

/// What the pipeline makes of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BareRuling {
    /// It passes.
    Passed,
    /// The validator refuses it, by the schema of this position in [`SchemaStore::doctypes`].
    Invalid(usize, Breach),
    /// It is no JSON object; the exception's class.
    Unreadable(&'static str),
    /// There is no such schema.
    NoSchema,
    /// It should have been judged and could not be.
    Unjudged,
}

impl BareRuling {
    /// Whether two rulings of one document refuse it for the same: the same keyword of the same value and key, or what is refused before any schema is
    /// asked. A limit may have changed, a node may stand elsewhere.
    pub fn is_same_failure(&self, other: &BareRuling) -> bool {
        match (self, other) {
            (BareRuling::Invalid(_, one), BareRuling::Invalid(_, other)) => {
                (one.keyword, one.instance, one.about_name, &one.key) == (other.keyword, other.instance, other.about_name, &other.key)
            }
            (BareRuling::Unreadable(one), BareRuling::Unreadable(other)) => one == other,
            (BareRuling::NoSchema, BareRuling::NoSchema) => true,
            _ => false,
        }
    }

    /// Whether the document is refused.
    pub fn is_failure(&self) -> bool {
        matches!(self, BareRuling::Invalid(..) | BareRuling::Unreadable(_) | BareRuling::NoSchema)
    }
}

/// The exception of a document that is refused before any schema is looked for.
pub fn unreadable(document: &Document) -> Option<BareRuling> {
    verdict_of(document).err().map(|failure| BareRuling::Unreadable(failure.class))
}

/// The position of the schema that judges a document; `None` where there is no such schema.
pub fn judged_by(schemas: &SchemaStore, named: Named<'_>, document: &Document) -> Option<usize> {
    let version = judged_version(named.namespace, named.version, Some(document));
    match schemas.lookup(named.namespace, named.doctype, version.as_deref()) {
        Lookup::Found(at) => schemas.doctypes().get(at).is_some_and(|known| known.schema.is_some()).then_some(at),
        _ => None,
    }
}

/// Judges a document that is readable by the schema at a position.
pub fn rule(schemas: &SchemaStore, at: Option<usize>, named: Named<'_>, document: &Document) -> BareRuling {
    let Some(at) = at else { return BareRuling::NoSchema };
    let Ok(Some(judge)) = schemas.judge(at) else { return BareRuling::Unjudged };
    match judge.breach(input(named.namespace, document)) {
        (Some(breach), _) => BareRuling::Invalid(at, breach),
        (None, true) => BareRuling::Passed,
        (None, false) => BareRuling::Unjudged,
    }
}
