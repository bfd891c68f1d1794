//! How what a row says and what the schemas at hand say of its document go together.
//!
//! Owns: telling a fault that is fixed from one that comes later and from a document that was changed before validation, and the words for each.
//! Refuses: judging (replay), the words for one violation (verdict).

use serde::{Serialize, Serializer};

use crate::ground::text;
use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::fault::{Fault, NOT_FOUND, Says};
use crate::pipeline::sink::is_taken_out;
use crate::pipeline::verdict::Broken;

use super::Replay;

/// Most cells of a key in a note.
const LONGEST: usize = 60;

/// How a row and the schemas at hand go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Agreement {
    /// Both say the same.
    Same,
    /// The document fits the schemas at hand.
    Fixed,
    /// The document is still broken, but another fault comes first.
    #[default]
    Another,
    /// The document is refused before any schema judges it, but not for what the row tells of.
    Unlike,
    /// The row misses a key that the stored payload has: the decoder took it out before validation.
    Removed,
    /// The row tells of another value than the stored payload has: the decoder changed it before validation.
    Altered,
}

impl Agreement {
    /// The word that scripts read.
    pub fn name(self) -> &'static str {
        match self {
            Agreement::Same => "same",
            Agreement::Fixed => "fixed",
            Agreement::Another => "another",
            Agreement::Unlike => "unlike",
            Agreement::Removed => "removed",
            Agreement::Altered => "altered",
        }
    }

    /// In a few words, behind "verdict".
    pub fn words(self) -> &'static str {
        match self {
            Agreement::Same => "the same with these schemas",
            Agreement::Fixed => "fixed with these schemas",
            Agreement::Another => "another with these schemas",
            Agreement::Unlike => "another: the stored payload is refused for another reason",
            Agreement::Removed => "another: the decoder took a key out before validation",
            Agreement::Altered => "another: the decoder changed the document before validation",
        }
    }

    /// What is to be told as a sentence without its full stop, and without anything out of the document; `None` where both say the same.
    pub fn statement(self) -> Option<&'static str> {
        Some(match self {
            Agreement::Same => return None,
            Agreement::Fixed => "The document fits the schemas you have, so this is fixed there",
            Agreement::Another => "The document is still broken with the schemas you have, but another fault comes first",
            Agreement::Unlike => "Judged here, the stored payload is refused for another reason than the row gives",
            Agreement::Removed => "The decoder took out a key before validation that the stored payload has",
            Agreement::Altered => "The decoder changed the document before validation, so the stored payload is not what it refused",
        })
    }

    /// The same in a few words, for the place that the row tells of, where nothing is broken now.
    pub fn note(self) -> &'static str {
        match self {
            Agreement::Same => "",
            Agreement::Fixed => "fixed in the schemas you have",
            Agreement::Another => "not broken by the schemas you have",
            Agreement::Unlike => "refused for another reason",
            Agreement::Removed => "taken out by the decoder before validation",
            Agreement::Altered => "changed by the decoder before validation",
        }
    }
}

impl Serialize for Agreement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Finds out how the two go together, and puts it before the other notes where they differ.
pub(super) fn settle(
    replay: &mut Replay,
    fault: &Fault<'_>,
    broken: Option<&Broken>,
    document: Option<&Document>,
    notes: &mut Vec<String>,
) {
    let changed = broken.zip(document).and_then(|(broken, document)| changed(fault, broken, document, replay));
    let (agreement, detail) = match (changed, replay.class) {
        (Some(changed), _) => changed,
        (None, _) if replay.reproduced => (Agreement::Same, String::new()),
        (None, None) if matches!(fault.says, Says::NotJson { .. }) => {
            (Agreement::Altered, "the row says that the payload is not JSON, but the stored payload is".to_owned())
        }
        (None, None) => (Agreement::Fixed, String::new()),
        (None, Some(class)) if replay.violation.is_none() => match is_of_kind(fault, class) {
            true => (Agreement::Same, String::new()),
            false => (Agreement::Unlike, Fault::parse(&replay.message, None).sentence()),
        },
        (None, Some(_)) => (Agreement::Another, first(replay, fault, broken)),
    };
    replay.stands = replay.reproduced || broken.is_some_and(|broken| agreement == Agreement::Another && is_broken(replay, fault, broken));
    replay.agreement = agreement;
    replay.told = sentence(agreement, &detail);
    if let Some(told) = &replay.told {
        notes.insert(0, told.clone());
    }
}

fn sentence(agreement: Agreement, detail: &str) -> Option<String> {
    // What differs stands for the general words.
    let head = match agreement {
        Agreement::Removed => "The decoder took out a key before validation",
        Agreement::Altered => "The decoder changed the document before validation",
        _ => agreement.statement()?,
    };
    let detail = if detail.is_empty() { String::new() } else { format!(": {}", detail.trim_end_matches('.')) };
    Some(format!("{head}{detail}."))
}

/// Whether a row tells of an exception of that class, or of one of its kind: what no schema judges is spelled in many ways.
fn is_of_kind(fault: &Fault<'_>, class: &str) -> bool {
    match fault.says {
        Says::NoSuchDoctype { .. } | Says::NoSuchSchema { .. } => class == NOT_FOUND,
        Says::NotJson { .. } => class != NOT_FOUND,
        _ => fault.class == class,
    }
}

/// What comes first now, and whether what the row tells of is broken behind it.
fn first(replay: &Replay, fault: &Fault<'_>, broken: Option<&Broken>) -> String {
    let Some(violation) = &replay.violation else { return String::new() };
    let behind = match broken {
        Some(broken) if is_broken(replay, fault, broken) => "; what the row reports is broken as well",
        Some(_) if replay.violations.count as usize == replay.violations.list.len() => "; what the row reports is not",
        _ => "",
    };
    format!("{}{behind}", violation.sentence.trim_end_matches('.'))
}

/// Whether the schemas at hand break the document where and as the row tells. A combinator is told of by what is broken behind it.
fn is_broken(replay: &Replay, fault: &Fault<'_>, broken: &Broken) -> bool {
    let key = match fault.says {
        Says::Broken { key, .. } => key,
        _ => None,
    };
    let is_combined = matches!(broken.keyword, Some("anyOf" | "oneOf" | "allOf" | "then" | "else"));
    replay.violations.list.iter().any(|other| match is_combined {
        true => other.tokens.starts_with(&broken.tokens),
        false => Some(other.keyword) == broken.keyword && other.tokens == broken.tokens && other.key.as_deref() == key,
    })
}

/// Whether the document that was judged cannot have been the stored payload.
fn changed(fault: &Fault<'_>, broken: &Broken, document: &Document, replay: &Replay) -> Option<(Agreement, String)> {
    let Says::Broken { keyword: Some(keyword), found, key, .. } = fault.says else { return None };
    if document.is_empty() || document.error().is_some() {
        return None;
    }
    let value = document.find(&broken.tokens).ok()?;
    match (keyword, key, found) {
        ("required", Some(key), _) => {
            document.member(value, key).filter(|_| document.kind(value) == Kind::Object)?;
            let always = broken.tokens.is_empty() && is_taken_out(key);
            (always || !replay.reproduced).then(|| (Agreement::Removed, removed(key, always, replay)))
        }
        ("type", _, Some(found)) if !replay.reproduced && !broken.about_name && !fault.cut => {
            let told = kind(found)?;
            (told != document.kind(value)).then(|| (Agreement::Altered, altered(document, value, told)))
        }
        _ => None,
    }
}

fn removed(key: &str, always: bool, replay: &Replay) -> String {
    let shown = text::clip_middle(&text::visible(key), LONGEST).into_owned();
    let more = match (always, replay.class) {
        (true, _) => "; it becomes an attribute of the row",
        (false, None) => "; with it the document fits the schemas you have",
        (false, Some(_)) => "",
    };
    format!("the row says that `{shown}` is missing, but the stored payload has it{more}")
}

fn altered(document: &Document, value: NodeId, told: Kind) -> String {
    let name = document
        .tokens(value)
        .pop()
        .map_or_else(|| "the document".to_owned(), |name| format!("`{}`", text::clip_middle(&text::visible(&name), LONGEST)));
    format!("the row says that {name} is {}, but in the stored payload it is {}", told.with_article(), document.kind(value).with_article())
}

/// The kind of value that a message names.
pub(in crate::triage) fn kind(found: &str) -> Option<Kind> {
    Some(match found {
        "Null" => Kind::Null,
        "String" => Kind::String,
        "Boolean" => Kind::Boolean,
        "JSONArray" => Kind::Array,
        "JSONObject" => Kind::Object,
        "Integer" | "Long" | "BigInteger" | "BigDecimal" | "Double" => Kind::Number,
        _ => return None,
    })
}
