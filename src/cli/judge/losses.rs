//! What is lost of documents that pass, as scripts read it. Names and meanings are stable.

use serde::Serialize;

use crate::pipeline::layout::Layout;
use crate::pipeline::sink::{self, Coercion, Reason};
use crate::rows::schemas::Doctype;
use crate::triage::judging::LostIn;
use crate::triage::losses::{self, LossCount, LossTally};

/// A value of a document that is not in a column as it is, in the order of the document.
#[derive(Debug, Serialize)]
pub(super) struct LossAnswer<'a> {
    /// RFC 6901, in the document.
    pub pointer: &'a str,
    /// The same for all documents: `{key}` for keys of maps, `[]` for elements.
    pub place: &'a str,
    /// `additional_properties`, `dropped`, `map_key`; of one in another form the part of the row that has it.
    pub landing: &'static str,
    /// `additional_properties`, `lost` or `refused`: a loss. `changed` is in another form, of what is `stored` or `empty` nothing is lost.
    pub fate: sink::Fate,
    /// Why it is in no column; null where it is.
    pub reason: Option<&'static str>,
    /// What its column makes of it.
    pub coercion: Option<&'static str>,
    /// Dotted path of the column that has or was to have it.
    pub column: Option<&'a str>,
    /// Dotted path of the column that its key was probably meant for.
    pub nearest: Option<&'a str>,
    /// Why, in a sentence.
    pub sentence: Option<&'a str>,
}

impl<'a> LossAnswer<'a> {
    fn new(loss: &'a losses::Loss) -> Self {
        LossAnswer {
            pointer: &loss.pointer,
            place: &loss.place,
            landing: loss.landing.name(),
            fate: loss.fate,
            reason: loss.reason.map(Reason::name),
            coercion: loss.coercion.map(Coercion::name),
            column: loss.column.as_deref(),
            nearest: loss.nearest.as_deref(),
            sentence: loss.why.as_deref(),
        }
    }

    /// Those of a document; empty where there is no table.
    pub(super) fn list(lost: &'a LostIn) -> Vec<Self> {
        lost.losses.iter().flat_map(|losses| &losses.values).map(LossAnswer::new).collect()
    }
}

/// The losses of a table.
#[derive(Debug, Serialize)]
pub(super) struct TableLossesAnswer<'a> {
    pub namespace: &'a str,
    pub doctype: &'a str,
    pub version: &'a str,
    /// As the live table is called: dataset and table.
    pub table: String,
    /// Documents that pass.
    pub documents: u64,
    /// Of these, those that make no row or one that BigQuery refuses.
    pub refused: u64,
    /// Why the first does not.
    pub refused_why: Option<&'a str>,
    /// The worst first.
    pub places: Vec<PlaceLossesAnswer<'a>>,
    /// Values that are only counted: of documents with over 50,000 losses, of tables with over 10,000 places.
    pub others: u64,
    /// Columns with values, but for those that the pipeline fills itself.
    pub columns: u64,
    /// Dotted paths of those that no document fills.
    pub unfilled: Vec<String>,
    /// Columns without a description, RECORDs included.
    pub undescribed: u64,
}

/// Losses at one place of a table's documents.
#[derive(Debug, Serialize)]
pub(super) struct PlaceLossesAnswer<'a> {
    /// The first of them; its pointer is that in its document.
    #[serde(flatten)]
    first: LossAnswer<'a>,
    /// The file of that document, as it was given.
    path: &'a str,
    /// From 1; null where the document is the whole file.
    line: Option<u64>,
    documents: u64,
    values: u64,
    /// Selects the value, from its column too where there is one; null where nothing holds it.
    sql: Option<&'a str>,
    /// Fills the column of the rows of some days; null where no column takes it so.
    update: Option<String>,
}

impl<'a> TableLossesAnswer<'a> {
    /// Of a doctype version, its columns and what was counted.
    pub(super) fn new(doctype: &'a Doctype, table: String, layout: &Layout, tally: &'a LossTally) -> Self {
        let coverage = tally.coverage(layout);
        let place = |count: &'a LossCount| PlaceLossesAnswer {
            first: LossAnswer::new(&count.first),
            path: &count.seen.0,
            line: count.seen.1,
            documents: count.documents,
            values: count.values,
            sql: count.first.lift.select.as_deref(),
            update: count.first.lift.update(&table),
        };
        TableLossesAnswer {
            namespace: &doctype.namespace,
            doctype: &doctype.doctype,
            version: &doctype.version,
            documents: tally.documents,
            refused: tally.refused.0,
            refused_why: tally.refused.1.as_deref(),
            places: tally.places().into_iter().map(place).collect(),
            others: tally.others,
            columns: coverage.columns,
            unfilled: coverage.unfilled,
            undescribed: coverage.undescribed,
            table,
        }
    }
}
