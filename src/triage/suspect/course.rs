//! What each revision makes of a document, along the history of its schema file.
//!
//! Owns: the states of a document, held against what its row says.
//! Refuses: what follows from them (ruling).

use super::judged::{ContentRuling, SaidBreak};
use super::sampled::SampledDocument;
use super::timeline::Timeline;

/// What a revision makes of a document, held against what the document's row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DocumentState {
    /// There is no schema.
    Missing,
    /// There is one, and no document that it could judge.
    NoDocument,
    /// It could not be judged.
    Unjudged,
    /// It passes.
    Passes,
    /// It is refused for something else, somewhere else.
    Elsewhere,
    /// The same value is refused, for another keyword.
    Otherwise,
    /// It is refused for the same, behind something else; `true` in the row's words.
    Behind(bool),
    /// It is refused for the same; `true` in the row's words.
    Refused(bool),
}

use DocumentState as S;

impl DocumentState {
    /// Whether it is refused for what the row says.
    pub(super) fn is_refused(self, is_missing: bool) -> bool {
        if is_missing { self == S::Missing } else { matches!(self, S::Behind(_) | S::Refused(_)) }
    }

    pub(super) fn is_reported(self, is_missing: bool) -> bool {
        if is_missing { self == S::Missing } else { matches!(self, S::Refused(_)) }
    }

    /// Whether it is no longer refused there.
    pub(super) fn is_taken(self, is_missing: bool) -> bool {
        if is_missing { !matches!(self, S::Missing | S::Unjudged) } else { matches!(self, S::Passes | S::Elsewhere) }
    }

    pub(super) fn is_said(self, is_missing: bool) -> bool {
        if is_missing { self == S::Missing } else { matches!(self, S::Refused(true) | S::Behind(true)) }
    }
}

/// A document with its state at each entry of its timeline.
pub(super) struct Course<'a> {
    pub(super) document: &'a SampledDocument,
    pub(super) states: Vec<DocumentState>,
    pub(super) said: Option<SaidBreak>,
}

/// A document along the history of its schema file.
pub(super) fn course<'a>(document: &'a SampledDocument, rulings: &[Option<ContentRuling>], timeline: &Timeline) -> Course<'a> {
    let all = || rulings.iter().flatten().filter_map(|ruling| ruling.said.as_ref());
    let said = all().find(|said| said.is_first).or_else(|| all().next()).cloned();
    let states = timeline.entries.iter().map(|entry| match entry.content {
        None => S::Missing,
        Some(_) if document.document.is_none() => S::NoDocument,
        Some(content) => state(rulings.get(content).and_then(Option::as_ref), said.as_ref()),
    });
    Course { document, states: states.collect(), said }
}

/// What a content makes of a document, held against what its row says.
pub(super) fn state(ruling: Option<&ContentRuling>, said: Option<&SaidBreak>) -> DocumentState {
    let Some(ruling) = ruling else { return S::Unjudged };
    let is_said = |is_first: bool| ruling.said.as_ref().is_some_and(|said| said.is_first || !is_first);
    match said {
        _ if ruling.passes => S::Passes,
        Some(said) if ruling.reports(said) => S::Refused(is_said(said.is_first)),
        Some(said) if ruling.refuses(said) => S::Behind(is_said(said.is_first)),
        Some(said) if ruling.refuses_there(said) => S::Otherwise,
        _ if ruling.is_cut => S::Unjudged,
        _ => S::Elsewhere,
    }
}
