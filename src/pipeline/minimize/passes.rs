//! The order in which a document is made smaller.
//!
//! Owns: which members, elements, numbers, texts and keys are tried, what must stay.
//! Refuses: judging (shrink), what is put in the place of a value (texts, numbers).

use rustc_hash::{FxHashMap, FxHashSet};

use super::edits::{Edit, quoted};
use super::shrink::{NodeChange, Shrink};
use super::{lists, numbers, texts};
use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::schema::walk::{TokenMatch, walk};

/// Candidates for one text that is shortened or made plain bit by bit.
const MOST_PER_TEXT: usize = 300;
/// Candidates for a text that the schema lists.
const MOST_FOR_LISTED: usize = 2;
/// Keys that are shortened one by one, where the short name will not do.
const MOST_LONG_KEYS: usize = 200;
/// Longest text that this is done for: what is longer and cannot be replaced as a whole is rare.
const LONGEST_TEXT: usize = 1 << 20;

/// Deepest place that is looked up in the schema: the pipeline's parser takes no deeper documents.
const DEEPEST_LOOKED_UP: usize = 1000;

/// Something written in the document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WrittenPart {
    Value,
    Key,
}

impl WrittenPart {
    fn edit(self, text: String) -> Edit {
        match self {
            WrittenPart::Value => Edit::Value(quoted(&text)),
            WrittenPart::Key => Edit::Key(text),
        }
    }
}

/// A text with what may be put in its place.
struct TextSlot {
    node: NodeId,
    text: String,
    candidates: Vec<String>,
    settled: bool,
    /// Whether the schema lists this text: then it tells nothing, and hardly any other will do.
    is_listed: bool,
}

impl Shrink<'_, '_> {
    /// Leaves members and elements out, level by level from the top, all beside the way to the failing value at first.
    pub(super) fn drop_members(&mut self) {
        self.begin_pass();
        let way: FxHashSet<NodeId> = self.base.ancestors(self.failing).collect();
        let mut level: Vec<NodeId> = vec![0];
        while !level.is_empty() && !self.is_cancelled() {
            let below: Vec<NodeId> = level.iter().flat_map(|&node| self.base.children(node)).collect();
            let droppable = below.iter().filter(|node| !way.contains(node) && !self.is_pinned(**node));
            let changes: Vec<NodeChange> = droppable.map(|&node| (node, Edit::Drop)).collect();
            let dropped = self.apply(&changes);
            level = below;
            level.retain(|node| !dropped.contains(node));
        }
    }

    /// Gives numbers plain values. The failing one stays whole or decimal as it is, for that may be what is wrong with it.
    pub(super) fn simplify_numbers(&mut self) {
        self.begin_pass();
        let mut left: Vec<(NodeId, std::vec::IntoIter<String>)> = (0..self.base.len() as NodeId)
            .filter(|&node| self.base.kind(node) == Kind::Number && !self.is_pinned(node))
            .map(|node| {
                let raw = String::from_utf8_lossy(self.base.raw(node)).into_owned();
                (node, numbers::of(&raw, node == self.failing).into_iter())
            })
            .collect();
        while !left.is_empty() && !self.is_cancelled() {
            let changes: Vec<NodeChange> =
                left.iter_mut().filter_map(|(node, candidates)| Some((*node, Edit::Value(candidates.next()?)))).collect();
            let applied = self.apply(&changes);
            left.retain(|(node, candidates)| candidates.len() > 0 && !applied.contains(node));
        }
    }

    /// Gives text values plain texts.
    pub(super) fn simplify_values(&mut self) {
        self.begin_pass();
        let slots = (0..self.base.len() as NodeId).filter(|&node| !self.is_pinned(node)).filter_map(|node| {
            let text = self.base.string(node)?.into_owned();
            let is_listed = self.is_listed(&self.base, node);
            Some(TextSlot { node, candidates: texts::of_value(&text), text, settled: false, is_listed })
        });
        let slots = slots.collect();
        self.simplify(slots, WrittenPart::Value);
    }

    /// Gives keys that the schema does not name plain names: short ones where that will do.
    pub(super) fn simplify_keys(&mut self) {
        self.begin_pass();
        let keys = (0..self.base.len() as NodeId).filter(|&node| !self.is_pinned(node) && self.is_data_key(&self.base, node));
        let keys: Vec<NodeId> = keys.filter(|&node| self.base.key(node).is_some_and(|key| !texts::is_short_name(&key))).collect();
        let shortened = self.apply(&self.short_names(&keys));
        let left = keys.into_iter().filter(|node| !shortened.contains(node)).take(MOST_LONG_KEYS);
        let slots = left.filter_map(|node| {
            let text = self.key(node)?;
            Some(TextSlot { node, candidates: texts::of_key(&text), text, settled: false, is_listed: false })
        });
        for mut slot in slots.collect::<Vec<_>>() {
            // One after the other: a name that is free for one is taken for the next.
            let neighbours = self.neighbours(slot.node);
            slot.candidates.retain(|name| !neighbours.contains(name));
            self.simplify(vec![slot], WrittenPart::Key);
        }
    }

    /// Short names for members, which no other member of the same object has.
    fn short_names(&self, keys: &[NodeId]) -> Vec<NodeChange> {
        let mut free: FxHashMap<NodeId, _> = FxHashMap::default();
        let mut named = Vec::new();
        for &node in keys {
            let object = self.base.parent(node).unwrap_or(0);
            let names = free.entry(object).or_insert_with(|| {
                let taken: FxHashSet<String> = self.base.children(object).filter_map(|member| self.key(member)).collect();
                texts::short_names().filter(move |name| !taken.contains(name))
            });
            named.extend(names.next().map(|name| (node, WrittenPart::Key.edit(name))));
        }
        named
    }

    /// Names of the other members of the same object.
    fn neighbours(&self, node: NodeId) -> Vec<String> {
        let object = self.base.parent(node).unwrap_or(0);
        self.base.children(object).filter(|&other| other != node).filter_map(|other| self.key(other)).collect()
    }

    /// Tries the candidates of all slots side by side, then shortens what is left and makes it plain character by character.
    fn simplify(&mut self, mut slots: Vec<TextSlot>, part: WrittenPart) {
        let most = slots.iter().map(|slot| slot.candidates.len()).max().unwrap_or(0);
        for nth in 0..most {
            let open = slots.iter().filter(|slot| !slot.settled && (!slot.is_listed || nth < MOST_FOR_LISTED));
            let changes: Vec<NodeChange> =
                open.filter_map(|slot| Some((slot.node, part.edit(slot.candidates.get(nth)?.clone())))).collect();
            let applied = self.apply(&changes);
            for slot in slots.iter_mut().filter(|slot| applied.contains(&slot.node)) {
                slot.settled = true;
                slot.text = slot.candidates.swap_remove(nth);
            }
        }
        for slot in slots.iter().filter(|slot| !slot.is_listed && slot.text.len() > 1 && slot.text.len() <= LONGEST_TEXT) {
            let neighbours = if part == WrittenPart::Key { self.neighbours(slot.node) } else { Vec::new() };
            let mut letters: Vec<char> = slot.text.chars().collect();
            let mut holds = |letters: &[char]| {
                let text = String::from_iter(letters);
                let is_free = part == WrittenPart::Value || !(text.is_empty() || neighbours.contains(&text));
                is_free && !self.is_cancelled() && self.change(slot.node, part.edit(text))
            };
            lists::shorten(&mut letters, MOST_PER_TEXT, &mut holds);
            lists::mask(&mut letters, MOST_PER_TEXT, texts::plain, &mut holds);
        }
    }

    /// Whether the schema lists the value.
    pub(super) fn is_listed(&self, document: &Document, node: NodeId) -> bool {
        let schema = self.judge.schema();
        document.depth(node) <= DEEPEST_LOOKED_UP && schema.lists(&walk(schema, &document.tokens(node)).nodes, document, node)
    }

    /// Whether a member's name comes from whoever wrote the document, not from the schema.
    pub(super) fn is_data_key(&self, document: &Document, node: NodeId) -> bool {
        let of_schema = || walk(self.judge.schema(), &document.tokens(node)).tokens.last() == Some(&TokenMatch::Name);
        document.raw_key(node).is_some() && document.depth(node) <= DEEPEST_LOOKED_UP && !of_schema()
    }
}
