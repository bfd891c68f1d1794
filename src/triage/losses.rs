//! What is lost of documents that pass: values without a column, in `additional_properties` or in another form.
//!
//! Owns: the losses of one document, counting them by place over many, the columns that none of them fills, since when the schemas know the places.
//! Refuses: landing values (sink), judging documents (judging), words for people (facts).

mod lift;
mod since;
mod table;

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::pipeline::document::{Document, Kind, NodeId, PathStyle};
use crate::pipeline::layout::{ColumnId, Layout};
use crate::pipeline::schema::walk::{generalise, walk};
use crate::pipeline::schema::{Schema, covered};
use crate::pipeline::sink::{self, Coercion, Fate, Reason, Severity, Side, Submission};

pub use lift::LiftSql;
pub use since::{LookedUp, MOST_LOOKED_UP, PlaceHistories, PlaceHistory};
pub use table::LossyTable;

/// Losses of a document that are told one by one.
const MOST_VALUES: usize = 50_000;
/// Places of a table that are told apart.
const MOST_PLACES: usize = 10_000;

/// A value that is not in a column as it is.
#[derive(Debug, Clone)]
pub struct Loss {
    /// Where it stands in its document, a JSON pointer.
    pub pointer: String,
    /// Which names of the pointer are positions in lists, from 0.
    pub elements: Vec<usize>,
    /// The same for all documents: `{key}` for keys of maps, `[]` for elements.
    pub place: String,
    /// What becomes of it.
    pub fate: Fate,
    /// The part of the row that it ends in.
    pub landing: Side,
    /// Why it is in no column.
    pub reason: Option<Reason>,
    /// What its column makes of it.
    pub coercion: Option<Coercion>,
    /// One sentence.
    pub why: Option<String>,
    /// Dotted path of the column that it would be in.
    pub column: Option<String>,
    /// Dotted path of the column that its key was probably meant for.
    pub nearest: Option<String>,
    /// What brings it into a column.
    pub lift: LiftSql,
}

/// What a document loses on its way into its table.
#[derive(Debug, Clone, Default)]
pub struct Losses {
    /// In the order of the document.
    pub values: Vec<Loss>,
    /// Values in no column beyond [`MOST_VALUES`], which are only counted.
    pub more: u64,
    /// Why there is no row at all, or BigQuery does not take it.
    pub refused: Option<String>,
    /// Columns that it fills.
    filled: Vec<ColumnId>,
    /// Properties of its schema that it has.
    reached: Vec<NodeId>,
}

impl Losses {
    /// Of a document that its schema takes.
    pub fn of(schema: Option<&Schema>, layout: &Layout, document: &Document, submission: &Submission<'_>) -> Self {
        let transformed = sink::transform(layout, document, submission);
        let landed = transformed.beside(layout, document);
        let reached = schema.map(|schema| covered::reached(schema, document)).unwrap_or_default();
        let mut losses = Losses { reached, ..Losses::default() };
        if let Some(refusal) = transformed.refusal() {
            let place = document.path(refusal.node, PathStyle::Pointer);
            losses.refused = Some(format!("{} at {place}: {}", refusal.exception.name(), landed.why_refused(refusal)));
            return losses;
        }
        let warnings = landed.warnings(1);
        losses.refused = warnings.list.into_iter().find(|warning| warning.severity != Severity::Lost).map(|warning| {
            let place = document.path(warning.node, PathStyle::Pointer);
            format!("BigQuery refuses the row at {place}: {}", warning.sentence)
        });
        let mut last = None;
        for (line, _) in landed.lines() {
            let is_nowhere = matches!(line.landing, Side::AdditionalProperties | Side::Dropped | Side::MapKey);
            if !is_nowhere && line.coercion.is_none() && !line.shape_mismatch && line.unknown.is_none() && line.reason.is_none() {
                continue;
            }
            let node = if is_nowhere { line.node } else { changed(document, line.node, line.inner_pointer.as_deref()) };
            if last.replace(node) == Some(node) {
                continue;
            }
            let landing = landed.landing_of(node);
            if landing.fate == Fate::Stored && !is_nowhere {
                continue;
            }
            if losses.values.len() == MOST_VALUES {
                losses.more += u64::from(is_loss(landing.fate));
                continue;
            }
            let tokens = document.tokens(node);
            losses.values.push(Loss {
                pointer: document.path(node, PathStyle::Pointer),
                elements: elements(document, node),
                place: place(schema, &tokens),
                fate: landing.fate,
                landing: line.landing,
                reason: line.reason,
                coercion: line.coercion,
                column: line.target_path(layout).or_else(|| line.column_path(layout)),
                nearest: landing.nearest.map(|id| layout.path(id)),
                lift: LiftSql::of(layout, &landing, line.target),
                why: landing.reason,
            });
        }
        let fates = landed.fates().columns;
        losses.filled = fates.iter().enumerate().filter(|(_, filled)| filled.is_some()).map(|(column, _)| column as ColumnId).collect();
        losses
    }

    /// Whether anything is missing from the columns of its table that the document has, or the table does not take the row.
    pub fn is_finding(&self) -> bool {
        self.refused.is_some() || self.more > 0 || self.values.iter().any(|loss| is_loss(loss.fate))
    }
}

/// Whether a value of this fate is in no column.
pub fn is_loss(fate: Fate) -> bool {
    matches!(fate, Fate::Refused | Fate::Lost | Fate::Additional)
}

/// The value that became the text which has a value inside.
fn changed(document: &Document, node: NodeId, inside: Option<&str>) -> NodeId {
    let levels = inside.map_or(0, |pointer| pointer.matches('/').count());
    document.ancestors(node).nth(levels).unwrap_or(node)
}

/// Which names on the way to a value are positions in lists.
fn elements(document: &Document, node: NodeId) -> Vec<usize> {
    let depth = document.ancestors(node).count();
    let around = document.ancestors(node).skip(1).enumerate();
    around.filter(|(_, around)| document.kind(*around) == Kind::Array).map(|(up, _)| depth - 2 - up).collect()
}

fn place(schema: Option<&Schema>, tokens: &[String]) -> String {
    match schema {
        Some(schema) => walk(schema, tokens).path(tokens, false),
        None => generalise(tokens, &[]),
    }
}

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
    /// Values in no column at places beyond [`MOST_PLACES`], and those that their documents only counted.
    pub others: u64,
    /// Documents.
    pub documents: u64,
    /// Documents that make no row, and why the first does not.
    pub refused: (u64, Option<String>),
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
            if self.places.len() >= MOST_PLACES && !self.places.contains_key(&key) {
                self.others += if is_loss(first.fate) { values } else { 0 };
                continue;
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
