//! The smallest edit of a schema that takes what it refuses.
//!
//! Owns: what can be loosened on a schema node, which share of the documents that has to take, proposals with what they take and let in.
//! Refuses: judging (judging), documents themselves, output as a patch (export).

mod choose;
mod columns;
mod discreet;
mod edits;
mod elsewhere;
mod limits;
mod needs;
mod pattern;
mod propose;
mod spread;
mod style;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

use crate::pipeline::document::Document;
use crate::pipeline::fault::Keyword;
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::Judge;

pub use columns::{PatchedColumns, columns};
pub use discreet::{MayTell, is_round};
pub use edits::{Unloosened, text_edits};
pub use elsewhere::{Elsewhere, elsewhere};
pub use limits::LimitFacts;
pub use propose::{MendRefusal, Mender, NextViolation, Proposal};
pub use words::{lets_in, says};

/// One node of a schema, loosened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeEdit {
    /// RFC 6901 pointer of the node.
    pub pointer: String,
    /// What is done to it.
    pub loosening: Loosening,
}

/// What can be done to a node so that it takes more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loosening {
    /// A limit moves. A limit that excludes itself becomes one that does not.
    Limit {
        /// Which.
        keyword: Keyword,
        /// Where to, as JSON.
        to: String,
    },
    /// Further types.
    Types(BTreeSet<&'static str>),
    /// Further values, as JSON.
    Values(BTreeSet<String>),
    /// Keys that need no longer be there.
    Optional(BTreeSet<String>),
    /// Further keys, with the types of their values.
    Keys(BTreeMap<String, BTreeSet<&'static str>>),
    /// All further keys, with the types of their values.
    AnyKey(BTreeSet<&'static str>),
    /// Further texts.
    Pattern {
        /// Their form, as a pattern.
        form: String,
        /// The same in words.
        words: String,
    },
    /// Keys that no longer need others beside them.
    Independent(BTreeMap<String, BTreeSet<String>>),
    /// A keyword is taken away.
    Without(Keyword),
    /// Of several branches more than one may fit.
    AnyBranch,
    /// What was false is true.
    Anything,
}

/// How many of a group's documents an edit has to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Of a thousand.
    thousandths: u16,
}

impl Share {
    /// All of them.
    pub const ALL: Share = Share { thousandths: 1000 };

    /// The shares that limits are told for.
    pub const TOLD: [Share; 3] = [Share { thousandths: 990 }, Share { thousandths: 999 }, Share::ALL];

    /// In percent.
    pub fn percent(self) -> f64 {
        f64::from(self.thousandths) / 10.0
    }

    /// How many of so many that are at least.
    pub fn of(self, all: usize) -> usize {
        (all * usize::from(self.thousandths)).div_ceil(1000)
    }
}

impl FromStr for Share {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim_end_matches('%').trim();
        let percent = text.parse::<f64>().ok().filter(|percent| *percent > 0.0 && *percent <= 100.0);
        let thousandths = percent.map(|percent| (percent * 10.0).round() as u16).filter(|thousandths| *thousandths > 0);
        thousandths.map(|thousandths| Share { thousandths }).ok_or("a share is a part of 100, such as 100, 99.9 or 99")
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.thousandths % 10 {
            0 => write!(f, "{} %", self.thousandths / 10),
            rest => write!(f, "{}.{rest} %", self.thousandths / 10),
        }
    }
}

/// What stands at a limit that refuses documents, by the node and keyword; `None` where the keyword is no limit.
pub fn limit_facts(namespace: &str, schema: &Arc<Schema>, of: (&str, Keyword), documents: &[&Document]) -> Option<LimitFacts> {
    let judge = Judge::compile(Arc::clone(schema)).ok()?;
    limits::of_documents(namespace, &judge, of, documents)
}

/// Adds an edit to others, as one with what is done to the same node already.
fn merge(edits: &mut Vec<NodeEdit>, edit: NodeEdit) {
    for known in edits.iter_mut().filter(|known| known.pointer == edit.pointer) {
        match (&mut known.loosening, &edit.loosening) {
            (Loosening::Limit { keyword, to }, Loosening::Limit { keyword: other, to: further }) if keyword == other => {
                *to = further.clone();
                return;
            }
            (Loosening::Types(types), Loosening::Types(more)) => return types.extend(more),
            (Loosening::Values(values), Loosening::Values(more)) => return values.extend(more.iter().cloned()),
            (Loosening::AnyKey(types), Loosening::AnyKey(more)) => return types.extend(more),
            // A list that goes needs no further values.
            (known @ Loosening::Values(_), Loosening::Without("enum" | "const")) => {
                *known = edit.loosening.clone();
                return;
            }
            (Loosening::Optional(keys), Loosening::Optional(more)) => return keys.extend(more.iter().cloned()),
            (Loosening::Keys(keys), Loosening::Keys(more)) => {
                more.iter().for_each(|(key, types)| keys.entry(key.clone()).or_default().extend(types));
                return;
            }
            (Loosening::Independent(keys), Loosening::Independent(more)) => {
                more.iter().for_each(|(key, others)| keys.entry(key.clone()).or_default().extend(others.iter().cloned()));
                return;
            }
            (known, further) if known == further => return,
            _ => {}
        }
    }
    edits.push(edit);
}

#[cfg(test)]
mod tests;
