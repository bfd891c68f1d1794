//! What is lost of documents that pass, as scripts read it. Names and meanings are stable.

use serde::Serialize;

use crate::ground::time::rfc3339;
use crate::pipeline::sink::{self, Coercion, Reason};
use crate::triage::judging::LostIn;
use crate::triage::losses::{self, LossCount, LossyTable, PlaceHistory};

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
    /// Whether its columns are those that would be made of the JSON schema: no layout is published.
    pub made: bool,
    /// Documents that pass.
    pub documents: u64,
    /// Of these, those that make no row or one that BigQuery refuses.
    pub refused: u64,
    /// Why the first does not.
    pub refused_why: Option<&'a str>,
    /// The worst first.
    pub places: Vec<PlaceLossesAnswer<'a>>,
    /// Places of which nobody looked up since when the schema knows them, for there are too many.
    pub not_looked_up: usize,
    /// Values that are only counted: of documents with over 50,000 losses, of tables with over 10,000 places, or where names are too long.
    pub others: u64,
    /// Properties that the schema describes.
    pub properties: u64,
    /// Where those stand in it that no document has: `#/properties/a`.
    pub absent: Vec<String>,
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
    /// The file of that document, as it was given; null of rows of a table.
    path: Option<&'a str>,
    /// From 1; null where the document is the whole file.
    line: Option<u64>,
    /// Documents with one, or rows.
    documents: u64,
    values: u64,
    /// Of rows the first day that one holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_day: Option<&'a str>,
    /// What the history of the schema says of it; null where the schemas stand in no repository, or it was not looked up.
    in_schema: Option<HistoryAnswer<'a>>,
    /// Selects the value, from its column too where there is one; null where nothing holds it.
    sql: Option<&'a str>,
    /// Fills the column of the rows of some days; null where no column takes it so.
    update: Option<String>,
}

/// Since when the schema knows a place.
#[derive(Debug, Serialize)]
struct HistoryAnswer<'a> {
    /// `since`, `until` or `never`.
    known: &'static str,
    /// The revision since which it is there, or is gone, in full.
    revision: Option<&'a str>,
    /// When that was made: RFC 3339.
    date: Option<String>,
    /// Whether that may have been earlier: the clone is shallow.
    or_before: bool,
}

impl<'a> HistoryAnswer<'a> {
    fn new(history: &'a PlaceHistory) -> Self {
        match history {
            PlaceHistory::Since { revision, time, or_before } => {
                HistoryAnswer { known: "since", revision: Some(revision), date: Some(rfc3339(*time)), or_before: *or_before }
            }
            PlaceHistory::Until { revision, time } => {
                HistoryAnswer { known: "until", revision: Some(revision), date: Some(rfc3339(*time)), or_before: false }
            }
            PlaceHistory::Never { is_shallow, .. } => HistoryAnswer { known: "never", revision: None, date: None, or_before: *is_shallow },
        }
    }
}

impl<'a> PlaceLossesAnswer<'a> {
    /// The places of a table, the worst first.
    pub(super) fn list(lossy: &'a LossyTable<'a, 'a>) -> Vec<Self> {
        let LossyTable { tally, known, table, of_rows, .. } = lossy;
        let of_rows = *of_rows;
        let place = |(at, count): (usize, &'a LossCount)| PlaceLossesAnswer {
            first: LossAnswer::new(&count.first),
            path: Some(&*count.seen.0).filter(|_| !of_rows),
            line: count.seen.1,
            documents: count.documents,
            values: count.values,
            first_day: Some(&*count.seen.0).filter(|_| of_rows),
            in_schema: known.places.get(at).and_then(Option::as_ref).map(HistoryAnswer::new),
            sql: count.first.lift.select.as_deref(),
            update: count.first.lift.update(table),
        };
        tally.places().into_iter().enumerate().map(place).collect()
    }
}

impl<'a> TableLossesAnswer<'a> {
    /// Of a doctype version, its columns and what was counted.
    pub(super) fn new(lossy: &'a LossyTable<'a, 'a>) -> Self {
        let LossyTable { doctype, layout, made, schema, tally, known, table, .. } = lossy;
        let described = schema.as_deref().map(|schema| tally.described(schema)).unwrap_or_default();
        let coverage = tally.coverage(layout);
        TableLossesAnswer {
            namespace: &doctype.namespace,
            doctype: &doctype.doctype,
            version: &doctype.version,
            made: made.is_some(),
            documents: tally.documents,
            refused: tally.refused.0,
            refused_why: tally.refused.1.as_deref(),
            places: PlaceLossesAnswer::list(lossy),
            not_looked_up: known.left_out,
            others: tally.others,
            properties: described.properties,
            absent: described.absent,
            columns: coverage.columns,
            unfilled: coverage.unfilled,
            undescribed: coverage.undescribed,
            table: table.clone(),
        }
    }
}
