//! What a version of a file says at one place.
//!
//! Owns: finding a node without reading more of the file than it takes; what is as in the version before is not read again.
//! Refuses: which versions those are, columns (below).

use serde::de::IgnoredAny;
use serde_json::Value;

use super::{BlameTarget, columns};
use crate::pipeline::document::skim::{self, NoJson};

/// The versions of one file, one after another.
pub(super) struct Reading<'a> {
    target: &'a BlameTarget,
    /// The node's own text in the version before, and what that says.
    before: Option<(Vec<u8>, Value)>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(target: &'a BlameTarget) -> Self {
        Reading { target, before: None }
    }

    /// What the next version says; `None` where it says nothing there.
    pub(super) fn of(&mut self, text: &[u8]) -> Result<Option<Value>, NoJson> {
        match self.target {
            BlameTarget::Node(tokens) => self.node(text, tokens),
            BlameTarget::Column(names) => columns::find(text, names),
        }
    }

    fn node(&mut self, text: &[u8], tokens: &[String]) -> Result<Option<Value>, NoJson> {
        // A file that is broken behind the value is broken all the same: nobody could load that schema.
        serde_json::from_slice::<IgnoredAny>(text).map_err(|_| NoJson)?;
        let Some(at) = skim::find(text, tokens)? else { return Ok(None) };
        let raw = &text[at];
        if let Some((_, value)) = self.before.as_ref().filter(|(before, _)| before == raw) {
            return Ok(Some(value.clone()));
        }
        let value: Value = serde_json::from_slice(raw).map_err(|_| NoJson)?;
        self.before = Some((raw.to_vec(), value.clone()));
        Ok(Some(value))
    }
}
