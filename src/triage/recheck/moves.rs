//! Landings that a change of the schemas moves.
//!
//! Owns: which two layouts a document lands in, the values that land elsewhere in the later one, their counts.
//! Refuses: landing itself (sink), making layouts (schemas).

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::pipeline::document::Document;
use crate::pipeline::layout::Layout;
use crate::pipeline::sink::{self, ADDITIONAL, Fate, Submission};
use crate::rows::schemas::{MadeLayout, SchemaStore, TableColumns, transpiled};

/// Where values go that go nowhere.
const NOWHERE: &str = "nowhere";

/// Where values go whose row cannot be written.
const NO_ROW: &str = "no row";

/// Values of one column that land elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Move {
    /// Position of the doctype version in the later schemas.
    pub doctype: usize,
    /// The column, `additional_properties`, or a word for none.
    pub from: String,
    /// The same in the later layout.
    pub to: String,
}

impl Move {
    /// Whether the value was in a column of its own and is in none now.
    pub fn is_loss(&self) -> bool {
        let is_column = |name: &str| ![ADDITIONAL, NOWHERE, NO_ROW].contains(&name);
        is_column(&self.from) && !is_column(&self.to)
    }

    /// From where to where.
    pub fn words(&self) -> String {
        format!("{} -> {}", self.from, self.to)
    }
}

/// The layouts of both sides; `None` where they are the same or one is missing.
type LayoutPair = Option<Arc<(Arc<Layout>, Arc<Layout>)>>;

/// What moved.
#[derive(Default)]
pub struct Moves {
    layouts: RwLock<FxHashMap<(usize, usize), LayoutPair>>,
    found: Mutex<FxHashMap<Move, u64>>,
}

impl Moves {
    /// All of them, by doctype and column.
    pub fn all(&self) -> Vec<(Move, u64)> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<(Move, u64)> = found.iter().map(|(moved, count)| (moved.clone(), *count)).collect();
        all.sort();
        all
    }

    /// Lands a document in both layouts.
    pub(super) fn compare(&self, (before, old): (&SchemaStore, usize), (after, new): (&SchemaStore, usize), document: &Document) {
        let known = self.layouts.read().unwrap_or_else(PoisonError::into_inner).get(&(old, new)).cloned();
        let pair = known.unwrap_or_else(|| {
            let pair = layouts((before, old), (after, new));
            self.layouts.write().unwrap_or_else(PoisonError::into_inner).insert((old, new), pair.clone());
            pair
        });
        let Some(pair) = pair else { return };
        let places = |layout: &Layout| {
            let transformed = sink::transform(layout, document, &Submission::default());
            let mut all = vec![None; document.len()];
            transformed.beside(layout, document).each(&mut |node, column, fate| {
                all[node as usize] = match fate {
                    Fate::Stored | Fate::Changed => Some((column.map(|id| layout.path(id)), "")),
                    Fate::Additional => Some((None, ADDITIONAL)),
                    Fate::Lost => Some((None, NOWHERE)),
                    Fate::Refused => Some((None, NO_ROW)),
                    Fate::Empty | Fate::Unknown => None,
                };
            });
            all
        };
        let mut moved: FxHashMap<Move, u64> = FxHashMap::default();
        for (node, (from, to)) in places(&pair.0).into_iter().zip(places(&pair.1)).enumerate() {
            let (Some(from), Some(to)) = (from, to) else { continue };
            let is_leaf = !document.kind(node as u32).is_container() || document.count(node as u32) == 0;
            if is_leaf && from != to {
                let name = |place: (Option<String>, &str)| place.0.unwrap_or_else(|| place.1.to_owned());
                *moved.entry(Move { doctype: new, from: name(from), to: name(to) }).or_default() += 1;
            }
        }
        if !moved.is_empty() {
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            moved.into_iter().for_each(|(moved, count)| *found.entry(moved).or_default() += count);
        }
    }
}

fn layouts((before, old): (&SchemaStore, usize), (after, new): (&SchemaStore, usize)) -> LayoutPair {
    let (was, is) = (before.columns(old).ok()?, after.columns(new).ok()?);
    let both = (was.layout()?.clone(), is.layout()?.clone());
    if !same_columns(&both.0, &both.1) {
        return Some(Arc::new(both));
    }
    // The layouts are not made anew with a changed schema: what would be made counts.
    let is_published = matches!((&was, &is), (TableColumns::Published(_), TableColumns::Published(_)));
    let schemas = (before.schema(old).ok()??, after.schema(new).ok()??);
    if !is_published || schemas.0.document.text() == schemas.1.document.text() {
        return None;
    }
    // With the column of what has no column, which every table has.
    let made = |store: &SchemaStore, at: usize| Some(MadeLayout::from(transpiled(store, at).ok()??.ok()?).layout);
    let (was, is) = (made(before, old)?, made(after, new)?);
    (!same_columns(&was, &is)).then(|| Arc::new((was, is)))
}

/// Whether two layouts have the same columns, whatever is said about them.
pub fn same_columns(one: &Layout, other: &Layout) -> bool {
    let told = |layout: &Layout| -> Vec<_> {
        layout.columns.iter().map(|column| (column.name.clone(), column.kind.clone(), column.mode, column.depth)).collect()
    };
    one.columns.len() == other.columns.len() && told(one) == told(other)
}
