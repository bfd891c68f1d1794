//! The way to a place through the configured lists of places.
//!
//! Owns: what the lists say of a place, for documents, messages, pointers and groups alike.
//! Refuses: matching patterns (paths), what is told then (redact).

use super::paths::Reached;
use super::{Care, Policy};
use crate::pipeline::schema::walk::{TokenMatch, generalise};

/// How far the lists have been followed.
#[derive(Debug, Clone, Default)]
pub(super) struct Trail {
    safe: Reached,
    masked: Reached,
}

impl Trail {
    /// At the root of a document.
    pub(super) fn root(policy: &Policy) -> Self {
        Trail { safe: policy.safe.root(), masked: policy.masked.root() }
    }

    /// One token further; `kind` is what the schema makes of it.
    pub(super) fn step(&self, policy: &Policy, token: &str, kind: TokenMatch) -> Self {
        if policy.safe.is_empty() && policy.masked.is_empty() {
            return Trail::default();
        }
        let path = generalise(&[token], &[kind]);
        self.onward(policy, path.strip_prefix('/').unwrap_or(&path))
    }

    /// One part of a generalised path further.
    pub(super) fn onward(&self, policy: &Policy, part: &str) -> Self {
        Trail { safe: policy.safe.step(&self.safe, part), masked: policy.masked.step(&self.masked, part) }
    }

    /// What the lists say of the place; `None` where they do not name it.
    pub(super) fn care(&self, policy: &Policy) -> Option<Care> {
        if policy.masked.is_match(&self.masked) { Some(Care::Masked) } else { policy.safe.is_match(&self.safe).then_some(Care::Safe) }
    }
}
