//! Members of big objects found by name without reading their neighbours.
//!
//! Owns: an index over the objects of one schema that have many members.
//! Refuses: small objects, which are read through.

use std::hash::{Hash, Hasher};
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use rustc_hash::{FxHashMap, FxHasher};

use crate::pipeline::document::{Document, Kind, NodeId};

/// Objects up to this many members are read through: that costs less than a look into the index.
const SMALL: usize = 8;

/// Names asked for of big objects before the index is made: most schemas are only asked for a few.
const FEW: u32 = 64;

/// Hash of (object, name) -> member. Two names with the same hash are told apart by reading the object.
#[derive(Default)]
pub(super) struct Members {
    asked: AtomicU32,
    index: OnceLock<FxHashMap<u64, NodeId>>,
}

impl Members {
    /// The member of that name; of several the last.
    pub(super) fn find(&self, document: &Document, object: NodeId, name: &str) -> Option<NodeId> {
        if document.kind(object) != Kind::Object {
            return None;
        }
        if document.count(object) <= SMALL {
            return document.member(object, name);
        }
        let index = match self.index.get() {
            Some(index) => index,
            None if self.asked.fetch_add(1, Relaxed) < FEW => return document.member(object, name),
            None => self.index.get_or_init(|| index(document)),
        };
        let &node = index.get(&hash(object, name))?;
        let is_it = document.parent(node) == Some(object) && document.is_named(node, name);
        if is_it { Some(node) } else { document.member(object, name) }
    }
}

/// Indexes every big object of a document.
fn index(document: &Document) -> FxHashMap<u64, NodeId> {
    let mut members = FxHashMap::default();
    for node in 0..document.len() as NodeId {
        let Some(object) = document.parent(node).filter(|&parent| document.count(parent) > SMALL) else { continue };
        if let Some(key) = document.key(node) {
            members.insert(hash(object, &key), node);
        }
    }
    members
}

fn hash(object: NodeId, name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (object, name).hash(&mut hasher);
    hasher.finish()
}
