//! What is lost of documents that pass: values without a column, in `additional_properties` or in another form.
//!
//! Owns: the losses of one document, and of what a row holds beside its columns.
//! Refuses: counting them over many (tally), since when the schemas know their places (since), landing values (sink), judging documents (judging), words for people (facts).

mod lift;
mod since;
mod table;
mod tally;

use crate::ground::outline::Tree;
use crate::pipeline::document::{Document, Kind, NodeId, PathStyle};
use crate::pipeline::layout::{ColumnId, Layout};
use crate::pipeline::schema::walk::{generalise, walk};
use crate::pipeline::schema::{Schema, covered};
use crate::pipeline::sink::{self, Coercion, Fate, Landed, Reason, Severity, Side, Submission};

pub use lift::LiftSql;
pub use since::{LookedUp, MOST_LOOKED_UP, PlaceHistories, PlaceHistory};
pub use table::LossyTable;
pub use tally::{Coverage, DescribedProperties, LossCount, LossTally};

/// Losses of a document that are told one by one.
const MOST_VALUES: usize = 50_000;
/// Bytes of the names on the way to them: one long name may be around all of them.
const MOST_NAMES: usize = 8 << 20;

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
    /// Values in no column beyond [`MOST_VALUES`] or [`MOST_NAMES`], which are only counted.
    pub more: u64,
    /// Bytes of the names on the way to those that are told.
    names: usize,
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
        Self::counted(schema, layout, document, submission, false)
    }

    /// Of what a row of the table holds in `additional_properties`, as it stands there: what a column takes today was not taken when the row was written.
    pub fn of_additional(schema: Option<&Schema>, layout: &Layout, document: &Document) -> Self {
        Self::counted(schema, layout, document, &Submission::default(), true)
    }

    fn counted(schema: Option<&Schema>, layout: &Layout, document: &Document, submission: &Submission<'_>, is_left: bool) -> Self {
        let transformed = sink::transform(layout, document, submission);
        let landed = transformed.beside(layout, document);
        let reached = schema.map(|schema| covered::reached(schema, document)).unwrap_or_default();
        let mut losses = Losses { reached, ..Losses::default() };
        if let Some(refusal) = transformed.refusal().filter(|_| !is_left) {
            let place = document.path(refusal.node, PathStyle::Pointer);
            losses.refused = Some(format!("{} at {place}: {}", refusal.exception.name(), landed.why_refused(refusal)));
            return losses;
        }
        let warnings = landed.warnings(1);
        if is_left && transformed.refusal().is_some() {
            // Nobody knows which columns would take it today; what is there is told all the same.
            (0..Tree::len(document)).for_each(|node| losses.left(schema, layout, document, (node as NodeId, None)));
            return losses;
        }
        losses.refused = warnings.list.into_iter().filter(|_| !is_left).find(|warning| warning.severity != Severity::Lost).map(|warning| {
            let place = document.path(warning.node, PathStyle::Pointer);
            format!("BigQuery refuses the row at {place}: {}", warning.sentence)
        });
        let (mut last, mut lost) = (None, None);
        for (line, _) in landed.lines() {
            let is_nowhere = matches!(line.landing, Side::AdditionalProperties | Side::Dropped | Side::MapKey);
            if is_left && line.landing != Side::AdditionalProperties {
                if line.landing != Side::MapKey {
                    losses.left(schema, layout, document, (line.node, line.target.or(line.column).filter(|_| !is_nowhere)));
                }
                continue;
            }
            if !is_nowhere && line.coercion.is_none() && !line.shape_mismatch && line.unknown.is_none() && line.reason.is_none() {
                continue;
            }
            let node = if is_nowhere { line.node } else { changed(document, line.node, line.inner_pointer.as_deref()) };
            if last.replace(node) == Some(node) {
                continue;
            }
            if losses.is_full() {
                // All that is told of a value takes its time: these are only counted.
                let lost = lost.get_or_insert_with(|| are_lost(&landed, document));
                losses.more += u64::from(lost[node as usize]);
                continue;
            }
            let landing = landed.landing_of(node);
            if landing.fate == Fate::Stored && !is_nowhere {
                continue;
            }
            let tokens = document.tokens(node);
            losses.names += tokens.iter().map(String::len).sum::<usize>();
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

    /// A value that is in `additional_properties` of its row, though a column takes it today.
    fn left(&mut self, schema: Option<&Schema>, layout: &Layout, document: &Document, (node, column): (NodeId, Option<ColumnId>)) {
        // What a list or an object holds is told by itself; an empty one is all there is.
        if document.kind(node).is_container() && document.count(node) > 0 {
            return;
        }
        if self.is_full() {
            self.more += 1;
            return;
        }
        let tokens = document.tokens(node);
        self.names += tokens.iter().map(String::len).sum::<usize>();
        let path = column.map(|column| layout.path(column));
        self.values.push(Loss {
            pointer: document.path(node, PathStyle::Pointer),
            elements: elements(document, node),
            place: place(schema, &tokens),
            fate: Fate::Additional,
            landing: Side::AdditionalProperties,
            reason: None,
            coercion: None,
            why: path.as_ref().map(|path| format!("The column `{path}` takes it today, and did not when the row was written")),
            column: path,
            nearest: None,
            lift: LiftSql::into_column(layout, sink::in_additional(document, node), column),
        });
    }

    fn is_full(&self) -> bool {
        self.values.len() >= MOST_VALUES || self.names >= MOST_NAMES
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

/// Which values are in no column.
fn are_lost(landed: &Landed<'_>, document: &Document) -> Vec<bool> {
    let mut lost = vec![false; Tree::len(document)];
    landed.each(&mut |node, _, fate| lost[node as usize] = is_loss(fate));
    lost
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

#[cfg(test)]
mod tests {
    use rustc_hash::FxHashSet;

    use super::*;

    #[test]
    fn a_long_name_around_many_values_takes_no_more_room_than_it_may() {
        let layout = Layout::parse(br#"[{"name":"n","type":"INT64"},{"name":"additional_properties","type":"STRING"}]"#).unwrap();
        let text = format!(r#"{{"{}":[{}0]}}"#, "k".repeat(100_000), "0,".repeat(999));
        let losses = Losses::of_additional(None, &layout, &Document::parse(text.into_bytes()));
        let names: usize = losses.values.iter().map(|loss| loss.pointer.len()).sum();
        assert!(names < MOST_NAMES + 200_000, "{names}");
        assert_eq!(losses.values.len() as u64 + losses.more, 1000, "all are counted");
    }

    #[test]
    fn everything_that_a_row_holds_beside_its_columns_is_told() {
        let layout = br#"[{"name":"foo_bar","type":"INT64"},{"name":"text","type":"STRING"},{"name":"sample_id","type":"INT64"},
            {"name":"info","type":"RECORD","fields":[{"name":"app_name","type":"STRING"}]},
            {"name":"list","type":"RECORD","mode":"REPEATED","fields":[{"name":"x","type":"INT64"}]},
            {"name":"map","type":"RECORD","mode":"REPEATED","fields":[{"name":"key","type":"STRING"},{"name":"value","type":"INT64"}]},
            {"name":"metadata","type":"RECORD","fields":[{"name":"uri","type":"STRING"}]},{"name":"additional_properties","type":"STRING"}]"#;
        let layout = Layout::parse(layout).unwrap();
        for text in [
            r#"{"foo_bar":1,"fooBar":2,"foo.bar":"s"}"#,
            r#"{"metadata":{"x":1},"sample_id":3,"sampleId":4,"info":{"app_name":"x","appname":"y"}}"#,
            r#"{"list":[{"x":1,"y":2},{"x":"s"},[3]],"map":{"a":1,"b":"s"},"more":[[1],[2,{"z":true}]]}"#,
            r#"{"info":[1],"list":{"x":1},"map":5,"text":{"a":{"b":1}}}"#,
            r#"{"info":{},"list":[],"map":{"a":{}},"more":[[]]}"#,
        ] {
            let document = Document::parse(text.as_bytes().to_vec());
            let losses = Losses::of_additional(None, &layout, &document);
            let told: FxHashSet<&str> = losses.values.iter().map(|loss| &*loss.pointer).collect();
            let scalars = (0..Tree::len(&document)).map(|node| node as NodeId).filter(|&node| document.count(node) == 0);
            for node in scalars {
                let around = document.ancestors(node).map(|node| document.path(node, PathStyle::Pointer));
                assert!(around.into_iter().any(|pointer| told.contains(&*pointer)), "{text}: {told:?}");
            }
            assert!(losses.values.iter().all(|loss| loss.fate == Fate::Additional && loss.lift.select.is_some()), "{losses:?}");
        }
    }
}
