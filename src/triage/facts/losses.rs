//! What is lost of documents that pass, by table, worded.

use super::Facts;
use crate::ground::text::{clip_middle, count, plural, visible};
use crate::pipeline::sink::Fate;
use crate::rows::schemas::git::{GitError, revision_at};
use crate::triage::judging::{MOST_SAMPLED, SampledLosses};
use crate::triage::losses::{Coverage, DescribedProperties, Loss, LossCount, LossTally, LossyTable, MOST_LOOKED_UP, PlaceHistory, is_loss};

/// Places that are listed.
const MOST_LISTED: usize = 50;
/// Columns that are listed.
const MOST_COLUMNS: usize = 20;
/// Cells of a place.
const MOST_PLACE: usize = 60;

/// What becomes of the values at a place and why, as a part of a line. Not safe for a terminal.
fn told(count_of: &LossCount, of_rows: bool) -> String {
    let LossCount { first, documents, values, .. } = count_of;
    let of = |n: u64| if of_rows { plural(n, "row", "rows") } else { plural(n, "document", "documents") };
    let amount = match (*documents, *values) {
        (documents, values) if documents == values => of(documents),
        (documents, values) => format!("{}, {}", of(documents), plural(values, "value", "values")),
    };
    format!("{} in {amount}{}", first.fate.words(), why(first))
}

fn why(loss: &Loss) -> String {
    loss.why.as_deref().map(|why| format!(": {}", why.trim_end_matches('.'))).unwrap_or_default()
}

/// Since when the schema knows a place, as a line.
pub fn history(known: &PlaceHistory) -> String {
    match known {
        PlaceHistory::Since { revision, time, or_before } => {
            let before = if *or_before { ", or before: the clone is shallow" } else { "" };
            format!("in the schema since {}{before}", revision_at(revision, *time))
        }
        PlaceHistory::Until { revision, time } => format!("in the schema no more: gone with {}", revision_at(revision, *time)),
        PlaceHistory::Never { pointer, is_shallow: false } => format!("never in the schema: no revision has {pointer}"),
        PlaceHistory::Never { pointer, is_shallow: true } => {
            format!("not in the schema in any revision that the clone has, which is shallow: none has {pointer}")
        }
    }
}

/// What is told of the losses of a table. Not safe for a terminal.
pub struct LossSheet {
    /// `acme_live.session_v1: 5 values in no column, of 3 documents that pass`.
    pub head: String,
    /// That the columns are those of no published layout.
    pub made: Option<String>,
    /// How many documents make no row, and why the first does not.
    pub refused: Option<String>,
    /// The places, the worst first.
    pub places: Vec<PlaceTold>,
    /// Values of places that are only counted.
    pub others: Option<String>,
    /// How far the documents go into schema and columns.
    pub covered: Vec<CoveredTold>,
}

/// What is told of a place.
pub struct PlaceTold {
    /// The place.
    pub place: String,
    /// What becomes of the values there, in how many documents, why.
    pub told: String,
    /// The first day of rows that hold it.
    pub first: Option<String>,
    /// Since when the schema knows it.
    pub history: Option<String>,
    /// SQL that reads the value.
    pub select: Option<String>,
    /// SQL that fills its column.
    pub update: Option<String>,
    /// Whether values are in no column.
    pub is_loss: bool,
}

/// How far documents go into a schema or a table.
pub struct CoveredTold {
    /// A word for it.
    pub name: &'static str,
    /// `12 of 18 filled by these documents`.
    pub told: String,
    /// A word for those that no document has.
    pub none: &'static str,
    /// These.
    pub absent: Vec<String>,
}

/// What is told of the losses of a table.
pub fn sheet(lossy: &LossyTable<'_, '_>) -> LossSheet {
    let LossyTable { layout, schema, tally, known, made, table, of_rows, .. } = lossy;
    let of_rows = *of_rows;
    let histories = known.places.iter().map(Option::as_ref).chain(std::iter::repeat(None));
    let mut places: Vec<(&LossCount, Option<&PlaceHistory>)> = tally.places().into_iter().zip(histories).collect();
    places.retain(|(place, _)| is_loss(place.first.fate) || place.first.fate == Fate::Changed);
    let lossy: u64 =
        places.iter().filter(|(place, _)| is_loss(place.first.fate)).map(|(place, _)| place.values).sum::<u64>() + tally.others;
    let of = |(count, known): &(&LossCount, Option<&PlaceHistory>)| {
        let is_loss = is_loss(count.first.fate);
        PlaceTold {
            place: count.first.place.clone(),
            told: told(count, of_rows),
            first: of_rows.then(|| format!("first on {}", count.seen.0)),
            history: known.map(history),
            select: count.first.lift.select.clone().filter(|_| is_loss),
            update: count.first.lift.update(table),
            is_loss,
        }
    };
    let refused = match &tally.refused {
        (refused @ 1.., Some(why)) => Some(format!("{}: {why}", plural(*refused, "document makes none", "documents make none"))),
        _ => None,
    };
    let others = (tally.others > 0)
        .then(|| format!("and {} of documents or tables with too many to tell apart", plural(tally.others, "value", "values")));
    LossSheet {
        head: format!("{table}: {}", if of_rows { summary_of_rows(tally, lossy) } else { summary(tally, lossy) }),
        made: made.clone(),
        refused,
        places: places.iter().map(of).collect(),
        others,
        covered: if of_rows {
            Vec::new()
        } else {
            covered(schema.as_deref().map(|schema| tally.described(schema)), tally.coverage(layout))
        },
    }
}

fn covered(described: Option<DescribedProperties>, coverage: Coverage) -> Vec<CoveredTold> {
    let described = described.map(|DescribedProperties { properties, absent }| {
        let present = properties - absent.len() as u64;
        let told = format!("{} of {} that the schema describes are in these documents", count(present), count(properties));
        CoveredTold { name: "properties", told, none: "in none", absent }
    });
    let filled = coverage.columns - coverage.unfilled.len() as u64;
    let told = format!("{} of {} filled by these documents", count(filled), count(coverage.columns));
    let columns = CoveredTold { name: "columns", told, none: "by none", absent: coverage.unfilled };
    let undescribed = (coverage.undescribed > 0).then(|| {
        let told = format!("{} without a description", plural(coverage.undescribed, "column", "columns"));
        CoveredTold { name: "no words", told, none: "", absent: Vec::new() }
    });
    described.into_iter().chain([columns]).chain(undescribed).collect()
}

/// Why nothing is told where no document is known.
pub const NO_SAMPLES: &str = "no documents that pass are known";

/// Why nothing is told where none of the documents passes.
pub const NOTHING_KNOWN: &str = "nothing is known of what is lost";

/// How a value is read, as a line.
pub fn read_as(select: &str) -> String {
    format!("read it as {select}")
}

/// The losses of a table with what mends them, since when the schema knows their places, and the columns that no document fills.
pub fn of_table(lossy: &LossyTable<'_, '_>) -> String {
    let (sheet, mut facts) = (sheet(lossy), Facts::default());
    sheet.made.iter().for_each(|made| facts.line(made));
    sheet.refused.iter().for_each(|refused| facts.named("no row", refused));
    for place in sheet.places.iter().take(MOST_LISTED) {
        facts.named(clip_middle(&visible(&place.place), MOST_PLACE).into_owned(), &place.told);
        let select = place.select.as_deref().map(read_as);
        [place.first.as_ref(), place.history.as_ref(), select.as_ref(), place.update.as_ref()]
            .into_iter()
            .flatten()
            .for_each(|line| facts.named("", line));
    }
    let more = sheet.places.len().saturating_sub(MOST_LISTED);
    if more > 0 {
        facts.line(&format!("and {}", plural(more as u64, "more place", "more places")));
    }
    sheet.others.iter().for_each(|others| facts.line(others));
    for covered in &sheet.covered {
        facts.named(covered.name, &covered.told);
        if !covered.absent.is_empty() {
            facts.named(covered.none, &some(&covered.absent));
        }
    }
    format!("{}\n{}", visible(&sheet.head), facts.indented("  "))
}

fn summary_of_rows(tally: &LossTally, lossy: u64) -> String {
    let rows = plural(tally.documents, "row that was looked at", "rows that were looked at");
    match lossy {
        0 if tally.documents == 0 => "no row was looked at".to_owned(),
        0 => format!("nothing in additional_properties of {rows}"),
        lossy => format!("{} in no column, of {rows}", plural(lossy, "value", "values")),
    }
}

fn summary(tally: &LossTally, lossy: u64) -> String {
    let documents = plural(tally.documents, "document that passes", "documents that pass");
    match (tally.refused.0, lossy) {
        (0, 0) => format!("all values of {documents} are in columns"),
        (0, lossy) => format!("{} in no column, of {documents}", plural(lossy, "value", "values")),
        (refused, lossy) => {
            let rows = plural(refused, "document makes no row", "documents make no row");
            format!("{rows} and {} in no column, of {documents}", plural(lossy, "value is", "values are"))
        }
    }
}

/// Rows of a live table that were looked at.
#[derive(Debug, Clone, Default)]
pub struct RowsLookedAt {
    /// The days, in their order.
    pub days: Vec<DayLookedAt>,
    /// Texts that are too long to be looked at.
    pub too_long: u64,
    /// Texts that are no JSON, as they are where they were cut.
    pub broken: u64,
    /// The `sample_id` of the clients that were looked at, one of 100; `None` where all were.
    pub sample: Option<i64>,
}

impl RowsLookedAt {
    /// Rows that were brought and could not be looked at: nobody knows what they hold.
    pub fn unknown(&self) -> u64 {
        self.too_long + self.broken
    }
}

/// A day of a live table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayLookedAt {
    /// `2026-06-24`.
    pub day: String,
    /// Rows that were looked at.
    pub looked_at: u64,
    /// Rows that hold something in `additional_properties`.
    pub of: u64,
}

/// Which rows of a live table were looked at: sentences without a full stop.
pub fn looked_at(rows: &RowsLookedAt) -> Vec<String> {
    let all = |of: fn(&DayLookedAt) -> u64| rows.days.iter().map(of).sum::<u64>();
    let held = |rows: u64| plural(rows, "row with something in additional_properties", "rows with something in additional_properties");
    let span = match &rows.days[..] {
        [] => "no row of these days holds anything in additional_properties".to_owned(),
        [first, .., last] => {
            format!(
                "{} of {} of {} days, from {} to {}, were looked at",
                count(all(|day| day.looked_at)),
                held(all(|day| day.of)),
                rows.days.len(),
                first.day,
                last.day
            )
        }
        [day] => format!("{} of {} of {} were looked at", count(day.looked_at), held(day.of), day.day),
    };
    let sample = rows.sample.map(|sample| format!("only of clients with sample_id {sample}, one of 100"));
    let why = |n: u64, one: &str, many: &str| (n > 0).then(|| format!("{} not counted", plural(n, one, many)));
    let long = why(rows.too_long, "text is too long and", "texts are too long and");
    let broken = why(rows.broken, "text is not JSON and", "texts are not JSON and");
    std::iter::once(span).chain(sample).chain(long).chain(broken).collect()
}

/// What sample documents of a doctype were looked at: `3 documents of this doctype pass, 1 fails and is not counted`. Parts of a sentence, first that there are
/// more.
pub fn sampled(found: &SampledLosses) -> Vec<String> {
    let SampledLosses { tally, failed, unknown, others, other_files, unreadable, is_cut, .. } = found;
    let passed = match tally.documents {
        0 => "no document of this doctype passes".to_owned(),
        1 => "1 document of this doctype passes".to_owned(),
        many => format!("{} documents of this doctype pass", count(many)),
    };
    let fails = if *failed == 1 { "fails" } else { "fail" };
    let failed = (*failed > 0).then(|| format!("{} {fails} and {} not counted", count(*failed), if *failed == 1 { "is" } else { "are" }));
    let why = |(n, why): &(u64, Option<String>), one: &str, many: &str| {
        let why = why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        (*n > 0).then(|| format!("{}{why}", plural(*n, one, many)))
    };
    let unknown = why(unknown, "document of it is not judged", "documents of it are not judged, the first");
    let unreadable = why(unreadable, "file is not read", "files are not read, the first");
    let other = |n: u64, one: &str, many: &str| (n > 0).then(|| plural(n, one, many));
    let others = other(*others, "other document", "other documents");
    let files = other(*other_files, "file of other doctypes by its name", "files of other doctypes by their names");
    let cut = is_cut.then(|| format!("only the first {} documents were looked at", count(MOST_SAMPLED)));
    [cut, Some(passed), failed, unknown, unreadable, others, files].into_iter().flatten().collect()
}

/// That the places of all tables were too many to be looked up; `None` where they were not. Without a full stop.
pub fn not_looked_up(places: usize) -> Option<String> {
    let told = plural(places as u64, "more place", "more places");
    (places > 0)
        .then(|| format!("since when the schemas know {told} was not looked up: that is done for the first {MOST_LOOKED_UP} places"))
}

/// Why nobody knows since when the schemas have places, without a full stop. Safe for a terminal.
pub fn unknown_histories(fault: &GitError) -> String {
    let why = match fault {
        GitError::NoGit(why) => format!("there is no git on this machine, or it cannot be run ({why})"),
        other => other.to_string(),
    };
    format!("since when the schemas know what is lost was not looked up: {}", visible(&why))
}

/// Some of many names, with how many there are more.
fn some(names: &[String]) -> String {
    let listed = names.iter().take(MOST_COLUMNS).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(MOST_COLUMNS);
    if more > 0 { format!("{listed} and {}", plural(more as u64, "more", "more")) } else { listed }
}
