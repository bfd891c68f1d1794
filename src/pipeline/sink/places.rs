//! Where the values of a document have come to stand, in the row and in `additional_properties`.
//!
//! Owns: the way back from a value of the document to its place, and from a place to the tokens that lead there.
//! Refuses: how values got there (transform), columns and reasons (line).

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::layout::{ColumnId, Layout};

use super::made::{MadeValue, MemberKey, ValueContent, ValueForm, ValueId};
use super::near::NearMemo;
use super::transform::{Intent, IntentWhy, RowRefusal, Transform};

/// No place, no parent.
const NONE: u32 = u32::MAX;

/// A document that became a row, or as much of one as there would be: positions in a layout and a document, which are not kept.
#[derive(Debug, Clone)]
pub struct Transformed {
    pub(super) values: Vec<MadeValue>,
    pub(super) row: ValueId,
    pub(super) intents: Vec<Option<Intent>>,
    pub(super) refusal: Option<RowRefusal>,
    pub(super) strict: bool,
    /// Value by node of the document, of those that are reached from the row or the rest.
    places: Vec<ValueId>,
    /// The object or list around each value, and the position in it.
    links: Vec<(ValueId, u32)>,
    /// Entries of maps that lost their column to another map, which has the same key.
    shared: FxHashSet<NodeId>,
    /// Columns near keys that have none, as far as they were asked for.
    pub(super) near: NearMemo,
}

/// One step from the row, or from `additional_properties`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PlaceToken<'a> {
    Name(Cow<'a, str>),
    Index(usize),
    /// A row of a map: its position and its key.
    Entry(usize, Cow<'a, str>),
}

/// Where a value of the document stands.
#[derive(Debug)]
pub(super) struct ValueSpot<'a> {
    /// In the row; otherwise in `additional_properties`.
    pub in_row: bool,
    /// What was made of it, or of the value around it that was kept whole.
    pub value: ValueId,
    /// From the root to that.
    pub tokens: Vec<PlaceToken<'a>>,
    /// From that to the value.
    pub deeper: Vec<PlaceToken<'a>>,
}

impl Transformed {
    pub(super) fn new(transform: Transform<'_>, row: ValueId, rest: ValueId) -> Self {
        let Transform { document, strict, values, intents, refusal, .. } = transform;
        let places = vec![NONE; intents.len()];
        let links = vec![(NONE, 0); values.len()];
        let shared = FxHashSet::default();
        let mut transformed = Transformed { values, row, intents, refusal, strict, places, links, shared, near: NearMemo::default() };
        transformed.link(row);
        if !strict {
            transformed.link(rest);
        }
        transformed.share(document);
        transformed
    }

    /// Goes through everything that is reached from a root.
    fn link(&mut self, root: ValueId) {
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            let made = &self.values[id as usize];
            if let Some(place) = made.source.and_then(|source| self.places.get_mut(source as usize)) {
                *place = id;
            }
            let first = open.len();
            match &made.value {
                ValueContent::Object(members) => open.extend(members.iter().map(|(_, value)| *value)),
                ValueContent::Array(elements) => open.extend(elements),
                _ => {}
            }
            for (slot, &child) in open[first..].iter().enumerate() {
                self.links[child as usize] = (id, slot as u32);
            }
        }
    }

    /// Finds the entries of lost maps whose keys the winner has too: their key column holds the key all the same.
    fn share(&mut self, document: &Document) {
        let maps = || {
            self.intents.iter().enumerate().filter_map(|(node, intent)| match intent {
                Some(Intent { column: Some(column), why: IntentWhy::Map }) => Some((node as NodeId, *column)),
                _ => None,
            })
        };
        let lost: Vec<(NodeId, ColumnId)> = maps().filter(|&(node, _)| self.place(node).is_none()).collect();
        if lost.is_empty() {
            return;
        }
        let kept: FxHashMap<(Option<NodeId>, ColumnId), NodeId> =
            maps().filter(|&(node, _)| self.place(node).is_some()).map(|(node, column)| ((document.parent(node), column), node)).collect();
        let mut keys: FxHashMap<NodeId, FxHashSet<Cow<'_, str>>> = FxHashMap::default();
        for (node, column) in lost {
            let Some(&winner) = kept.get(&(document.parent(node), column)) else { continue };
            let keys = keys.entry(winner).or_insert_with(|| document.children(winner).filter_map(|entry| document.key(entry)).collect());
            self.shared.extend(document.children(node).filter(|&entry| document.key(entry).is_some_and(|key| keys.contains(&key))));
        }
    }

    /// What was made of a node, where it is reached.
    pub(super) fn place(&self, node: NodeId) -> Option<ValueId> {
        self.places.get(node as usize).copied().filter(|&place| place != NONE)
    }

    pub(super) fn is_shared(&self, entry: NodeId) -> bool {
        self.shared.contains(&entry)
    }

    /// The node that settled what becomes of a value: itself or the nearest around it.
    pub(super) fn intent(&self, document: &Document, node: NodeId) -> Option<(NodeId, Intent)> {
        document.ancestors(node).find_map(|node| Some((node, (*self.intents.get(node as usize)?)?)))
    }

    /// The place of a value. `built` takes a list that the pipeline built in the value's stead for the value.
    pub(super) fn spot<'a>(&self, layout: &'a Layout, document: &'a Document, node: NodeId, built: bool) -> Option<ValueSpot<'a>> {
        let (holder, value) = document.ancestors(node).find_map(|node| Some((node, self.place(node)?)))?;
        let made = &self.values[value as usize];
        let whole = match made.value {
            ValueContent::Object(_) | ValueContent::Array(_) => node == holder && (built || made.form == ValueForm::AsIs),
            _ => true,
        };
        whole.then(|| {
            let (in_row, tokens) = self.tokens(layout, document, value);
            ValueSpot { in_row, value, tokens, deeper: deeper(document, holder, node) }
        })
    }

    /// From a root to a value, and whether the root is the row.
    fn tokens<'a>(&self, layout: &'a Layout, document: &'a Document, value: ValueId) -> (bool, Vec<PlaceToken<'a>>) {
        let mut tokens = Vec::new();
        let mut at = value;
        loop {
            let (parent, slot) = self.links[at as usize];
            match self.values.get(parent as usize).map(|parent| &parent.value) {
                Some(ValueContent::Object(members)) => {
                    let name = members.get(slot as usize).map(|(key, _)| key.name(layout, document)).unwrap_or_default();
                    tokens.push(PlaceToken::Name(name));
                }
                Some(_) => tokens.push(match self.entry_key(at) {
                    Some(key) => PlaceToken::Entry(slot as usize, key.name(layout, document)),
                    None => PlaceToken::Index(slot as usize),
                }),
                None => break,
            }
            at = parent;
        }
        tokens.reverse();
        (at == self.row, tokens)
    }

    /// The value of the document that a place of the row was made of, by names and positions; `None` where the pipeline made it.
    pub(super) fn value_at(&self, layout: &Layout, document: &Document, tokens: &[String]) -> Option<NodeId> {
        let (mut at, mut tokens) = (self.row, tokens.iter());
        loop {
            let made = &self.values[at as usize];
            let Some(token) = tokens.next() else { return made.source };
            at = match &made.value {
                ValueContent::Object(members) => members.iter().find(|(key, _)| key.name(layout, document) == **token)?.1,
                ValueContent::Array(elements) => *elements.get(token.parse::<usize>().ok()?)?,
                ValueContent::Whole(node) => {
                    let rest = std::iter::once(token).chain(tokens);
                    return rest.into_iter().try_fold(*node, |node, token| document.child(node, token));
                }
                _ => return None,
            };
        }
    }

    /// The key of a map's row.
    fn entry_key(&self, row: ValueId) -> Option<&MemberKey> {
        let ValueContent::Object(members) = &self.values[row as usize].value else { return None };
        // The pipeline writes it last.
        match &self.values[members.last()?.1 as usize].value {
            ValueContent::Name(key) => Some(key),
            _ => None,
        }
    }
}

/// From a node of the document to one in it.
fn deeper(document: &Document, from: NodeId, to: NodeId) -> Vec<PlaceToken<'_>> {
    let steps = document.ancestors(to).take_while(|&node| node != from);
    let mut tokens: Vec<PlaceToken<'_>> =
        steps.map(|node| document.key(node).map_or_else(|| PlaceToken::Index(document.index(node)), PlaceToken::Name)).collect();
    tokens.reverse();
    tokens
}

/// Tokens as a JSON pointer.
pub(super) fn pointer<'t, 'a: 't>(tokens: impl IntoIterator<Item = &'t PlaceToken<'a>>) -> String {
    let mut out = String::new();
    for token in tokens {
        out.push('/');
        match token {
            PlaceToken::Name(name) if name.contains(['~', '/']) => out.push_str(&name.replace('~', "~0").replace('/', "~1")),
            PlaceToken::Name(name) => out.push_str(name),
            PlaceToken::Index(index) | PlaceToken::Entry(index, _) => out.push_str(&index.to_string()),
        }
    }
    out
}
