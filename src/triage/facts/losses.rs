//! What is lost of documents that pass, by table, worded.

use super::Facts;
use crate::ground::text::{clip_middle, count, plural, visible};
use crate::pipeline::layout::Layout;
use crate::pipeline::schema::Schema;
use crate::pipeline::sink::Fate;
use crate::rows::schemas::git::{GitError, revision_at};
use crate::triage::losses::{Coverage, DescribedProperties, LookedUp, Loss, LossCount, LossTally, MOST_LOOKED_UP, PlaceHistory, is_loss};

/// Places that are listed.
const MOST_LISTED: usize = 50;
/// Columns that are listed.
const MOST_COLUMNS: usize = 20;
/// Cells of a place.
const MOST_PLACE: usize = 60;

/// What becomes of the values at a place and why, as a part of a line. Not safe for a terminal.
pub fn told(count_of: &LossCount) -> String {
    let LossCount { first, documents, values, .. } = count_of;
    let amount = match (*documents, *values) {
        (1, 1) => "1 document".to_owned(),
        (documents, values) if documents == values => plural(documents, "document", "documents"),
        (documents, values) => format!("{}, {}", plural(documents, "document", "documents"), plural(values, "value", "values")),
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

/// The losses of a table with what mends them, since when the schema knows their places, and the columns that no document fills. `made` says that the
/// columns are those of no published layout.
pub fn of_table(table: &str, layout: &Layout, made: Option<&str>, schema: Option<&Schema>, tally: &LossTally, known: &LookedUp) -> String {
    let mut facts = Facts::default();
    if let Some(made) = made {
        facts.line(made);
    }
    if let (refused @ 1.., Some(why)) = (tally.refused.0, &tally.refused.1) {
        facts.named("no row", &format!("{}: {why}", plural(refused, "document makes none", "documents make none")));
    }
    let histories = known.places.iter().map(Option::as_ref).chain(std::iter::repeat(None));
    let mut places: Vec<(&LossCount, Option<&PlaceHistory>)> = tally.places().into_iter().zip(histories).collect();
    places.retain(|(place, _)| is_loss(place.first.fate) || place.first.fate == Fate::Changed);
    for (place, known) in places.iter().take(MOST_LISTED) {
        facts.named(clip_middle(&visible(&place.first.place), MOST_PLACE).into_owned(), &told(place));
        if let Some(known) = known {
            facts.named("", &history(known));
        }
        if let Some(select) = place.first.lift.select.as_ref().filter(|_| is_loss(place.first.fate)) {
            facts.named("", &format!("read it as {select}"));
        }
        if let Some(update) = place.first.lift.update(table) {
            facts.named("", &update);
        }
    }
    let more = places.len().saturating_sub(MOST_LISTED);
    if more > 0 {
        facts.line(&format!("and {}", plural(more as u64, "more place", "more places")));
    }
    if tally.others > 0 {
        facts.line(&format!("and {} of documents or tables with too many to tell apart", plural(tally.others, "value", "values")));
    }
    if let Some(schema) = schema {
        described(&mut facts, &tally.described(schema));
    }
    coverage(&mut facts, &tally.coverage(layout));
    let lossy: u64 =
        places.iter().filter(|(place, _)| is_loss(place.first.fate)).map(|(place, _)| place.values).sum::<u64>() + tally.others;
    format!("{}: {}\n{}", visible(table), summary(tally, lossy), facts.indented("  "))
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

fn described(facts: &mut Facts, described: &DescribedProperties) {
    let DescribedProperties { properties, absent } = described;
    let present = properties - absent.len() as u64;
    facts.named("properties", &format!("{} of {} that the schema describes are in these documents", count(present), count(*properties)));
    if !absent.is_empty() {
        facts.named("in none", &some(absent));
    }
}

fn coverage(facts: &mut Facts, coverage: &Coverage) {
    let filled = coverage.columns - coverage.unfilled.len() as u64;
    facts.named("columns", &format!("{} of {} filled by these documents", count(filled), count(coverage.columns)));
    if !coverage.unfilled.is_empty() {
        facts.named("by none", &some(&coverage.unfilled));
    }
    if coverage.undescribed > 0 {
        facts.named("no words", &format!("{} without a description", plural(coverage.undescribed, "column", "columns")));
    }
}
