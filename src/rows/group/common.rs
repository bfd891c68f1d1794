//! What many groups have alike: short texts, standings.
//!
//! Owns: one copy of each, as many as are worth it. Refuses: what they say.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Standing;

/// Texts, each once.
#[derive(Debug, Default)]
pub(super) struct CommonTexts(FxHashSet<Arc<str>>);

/// Most texts that are held to be used again, and the longest of them in bytes.
const MOST: usize = 1 << 12;
const LONGEST: usize = 24;

impl CommonTexts {
    /// The text, shared where it is known.
    pub(super) fn get(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return text.into();
        }
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        if self.0.len() < MOST {
            self.0.insert(Arc::clone(&new));
        }
        new
    }
}

/// Standings, each once.
#[derive(Debug, Default)]
pub(super) struct CommonStandings(FxHashSet<Arc<Standing>>);

impl CommonStandings {
    /// The standing, shared where it is known.
    pub(super) fn of(&mut self, standing: Standing) -> Arc<Standing> {
        if let Some(known) = self.0.get(&standing) {
            return Arc::clone(known);
        }
        let new = Arc::new(standing);
        if self.0.len() < MOST {
            self.0.insert(Arc::clone(&new));
        }
        new
    }
}
