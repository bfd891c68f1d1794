//! Losses of many documents or rows of one table, by place; the columns and properties that none of them has.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::{Loss, Losses, is_loss};
use crate::pipeline::document::NodeId;
use crate::pipeline::layout::{ColumnId, Layout};
use crate::pipeline::schema::{Schema, covered};
use crate::pipeline::sink::{self, Coercion, Fate, Reason};

/// Places of a table that are told apart.
const MOST_PLACES: usize = 10_000;
/// Bytes of their names.
const MOST_NAMES: usize = 32 << 20;

/// What losses have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct LossKey {
    /// The worst first.
    fate: std::cmp::Reverse<Fate>,
    place: String,
    landing: &'static str,
    reason: Option<&'static str>,
    coercion: Option<&'static str>,
    column: Option<String>,
}

/// Losses at one place.
#[derive(Debug, Clone)]
pub struct LossCount {
    /// The first of them.
    pub first: Loss,
    /// Where the document with the first one is: the file as it was given, the line from 1.
    pub seen: (String, Option<u64>),
    /// Documents with one.
    pub documents: u64,
    /// How many values.
    pub values: u64,
}

/// Losses of many documents of one table.
#[derive(Debug, Clone, Default)]
pub struct LossTally {
    places: BTreeMap<LossKey, LossCount>,
    /// Values in no column at places beyond [`MOST_PLACES`] or [`MOST_NAMES`], and those that their documents only counted.
    pub others: u64,
    /// Documents.
    pub documents: u64,
    /// Documents that make no row, and why the first does not.
    pub refused: (u64, Option<String>),
    /// Bytes of the names of all places.
    names: usize,
    filled: Vec<bool>,
    reached: FxHashSet<NodeId>,
}

impl LossTally {
    /// Counts a document.
    pub fn add(&mut self, losses: &Losses, shown: &str, line: Option<u64>) {
        self.documents += 1;
        if let Some(why) = &losses.refused {
            self.refused.0 += 1;
            self.refused.1.get_or_insert_with(|| why.clone());
        }
        self.others += losses.more;
        self.reached.extend(&losses.reached);
        for &column in &losses.filled {
            if self.filled.len() <= column as usize {
                self.filled.resize(column as usize + 1, false);
            }
            self.filled[column as usize] = true;
        }
        let mut in_this: BTreeMap<LossKey, (&Loss, u64)> = BTreeMap::new();
        for loss in &losses.values {
            in_this.entry(LossKey::of(loss)).or_insert((loss, 0)).1 += 1;
        }
        for (key, (first, values)) in in_this {
            if !self.places.contains_key(&key) {
                if self.places.len() >= MOST_PLACES || self.names >= MOST_NAMES {
                    self.others += if is_loss(first.fate) { values } else { 0 };
                    continue;
                }
                self.names += first.pointer.len();
            }
            let count = self.places.entry(key).or_insert_with(|| LossCount {
                first: first.clone(),
                seen: (shown.to_owned(), line),
                documents: 0,
                values: 0,
            });
            count.documents += 1;
            count.values += values;
        }
    }

    /// All of them, the worst first, then by how many documents have one.
    pub fn places(&self) -> Vec<&LossCount> {
        let mut places: Vec<&LossCount> = self.places.values().collect();
        places.sort_by_key(|count| std::cmp::Reverse((count.first.fate, count.documents)));
        places
    }

    /// How far the documents go into what their schema describes.
    pub fn described(&self, schema: &Schema) -> DescribedProperties {
        let all = covered::described(schema);
        let absent = all.iter().filter(|node| !self.reached.contains(*node)).map(|&node| format!("#{}", schema.pointer(node)));
        DescribedProperties { absent: absent.collect(), properties: all.len() as u64 }
    }

    /// How far the documents go into the columns of their table.
    pub fn coverage(&self, layout: &Layout) -> Coverage {
        let mut coverage = Coverage::default();
        for id in 0..layout.columns.len() as ColumnId {
            let Some(column) = layout.get(id) else { continue };
            let is_ours = is_own(layout, id);
            if column.description.as_deref().is_none_or(|text| text.trim().is_empty()) && !is_ours {
                coverage.undescribed += 1;
            }
            if column.is_record() || is_ours {
                continue;
            }
            coverage.columns += 1;
            if !self.filled.get(id as usize).copied().unwrap_or(false) {
                coverage.unfilled.push(layout.path(id));
            }
        }
        coverage
    }
}

/// Whether the pipeline fills a column itself, whatever is in the document.
fn is_own(layout: &Layout, column: ColumnId) -> bool {
    let top = layout.ancestors(column).last().and_then(|top| layout.get(top));
    top.is_some_and(|top| sink::is_taken_out(&top.name) || &*top.name == sink::ADDITIONAL)
}

impl LossKey {
    fn of(loss: &Loss) -> Self {
        LossKey {
            fate: std::cmp::Reverse(loss.fate),
            place: loss.place.clone(),
            landing: loss.landing.name(),
            reason: loss.reason.map(Reason::name),
            coercion: loss.coercion.map(Coercion::name),
            column: loss.column.clone(),
        }
    }
}

/// Columns of a table that documents fill, but for those that the pipeline fills itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Columns with values.
    pub columns: u64,
    /// Dotted paths of those that no document fills.
    pub unfilled: Vec<String>,
    /// Columns, RECORDs included, without a description.
    pub undescribed: u64,
}

/// Properties that a schema describes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DescribedProperties {
    /// How many.
    pub properties: u64,
    /// Where those stand in the schema that no document has: `#/properties/a`.
    pub absent: Vec<String>,
}
