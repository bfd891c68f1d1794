//! The smallest document that a schema refuses for the same reason.
//!
//! Owns: what "the same reason" is, shrinking with the replayed judgement as the judge, made-up values where the fault does not depend on them.
//! Refuses: writing files (export), redaction (redact): what the fault needs of the original stays, and is counted.
//!
//! Whole subtrees go first, from the top down, then single members and elements; what is left gets the plainest text, number and key that keep the
//! verdict. Each attempt is judged anew, so that no rule of the validator has to be known here. Equal documents give equal answers.

pub(crate) mod edits;
mod lists;
mod numbers;
mod passes;
mod shrink;
mod target;
pub(crate) mod texts;
mod unreadable;

use std::ops::ControlFlow;

use crate::pipeline::document::Document;
use crate::pipeline::verdict::judge::Judge;
use shrink::Shrink;
pub use target::Target;
pub use unreadable::minimize_unreadable;

/// A small document with the same fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minimal {
    /// Its text, without needless white space. UTF-8, unless the fault needs bytes that are none.
    pub text: Vec<u8>,
    /// Bytes of the document that it was made from.
    pub original: usize,
    /// Texts, long numbers and keys of the original that are still in it and that the schema does not name: the fault seems to need them.
    pub kept: usize,
    /// Candidates that were judged.
    pub attempts: u64,
    /// Whether it is as small as it gets.
    pub ended: Ended,
}

/// Why shrinking ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Nothing more can be left out.
    Smallest,
    /// Whoever watches broke it off; the best so far is given.
    Cancelled,
    /// The bound on work was met; the best so far is given.
    OutOfWork,
}

/// How far shrinking has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinimizeProgress {
    /// Bytes of the original.
    pub original: usize,
    /// Bytes of the smallest document so far.
    pub best: usize,
    /// Candidates judged so far.
    pub attempts: u64,
}

/// Told before every candidate; `Break` ends the work with the best so far.
pub type MinimizeWatch<'a> = dyn FnMut(&MinimizeProgress) -> ControlFlow<()> + 'a;

/// Why a document has no smaller one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMinimized {
    /// There is no fault to keep.
    #[error("not minimised: the schemas you have let the document pass; take the schemas of the revision that refused it")]
    Passes,
    /// It fails, but for another reason than was asked for.
    #[error(
        "not minimised: the schemas you have refuse the document for another reason ({0}); take the schemas of the revision that judged it"
    )]
    OtherFault(String),
    /// What is no JSON cannot be judged by a schema.
    #[error("not minimised: the document is not JSON: {0}")]
    NotJson(String),
}

/// Shrinks a payload as long as it meets the target.
pub fn minimize(judge: &Judge, document: &Document, target: &Target, watch: &mut MinimizeWatch<'_>) -> Result<Minimal, NotMinimized> {
    if let Some(error) = document.error() {
        return Err(NotMinimized::NotJson(error.to_string()));
    }
    let mut shrink = Shrink::start(judge, document, target, watch)?;
    shrink.run();
    Ok(shrink.finish())
}

/// Shrinks a payload as long as it meets the target and something else holds of it, such as that another schema lets it pass.
pub fn minimize_holding(
    judge: &Judge,
    document: &Document,
    target: &Target,
    holds: &dyn Fn(&Document) -> bool,
) -> Result<Minimal, NotMinimized> {
    let watch: &mut MinimizeWatch<'_> = &mut |_| ControlFlow::Continue(());
    let mut shrink = Shrink::start(judge, document, target, watch)?.holding(holds);
    shrink.run();
    Ok(shrink.finish())
}

/// The smallest document that is looked up under the same name, for faults that hold whatever a document says (there is no such schema): of the
/// original only the scalar members of the root in `pinned`, which telemetry's version is read from.
pub fn lookup_only(document: &Document, pinned: &[&str]) -> Minimal {
    let members = pinned.iter().filter_map(|name| {
        let node = (!document.is_empty()).then(|| document.member(0, name)).flatten()?;
        (!document.kind(node).is_container()).then(|| [edits::quoted(name).as_bytes(), b":", document.raw(node)].concat())
    });
    let members: Vec<Vec<u8>> = members.collect();
    let text = [b"{".as_slice(), &members.join(&b','), b"}"].concat();
    Minimal { text, original: document.text().len(), kept: 0, attempts: 0, ended: Ended::Smallest }
}

#[cfg(test)]
mod tests;
