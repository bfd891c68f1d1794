//! What is really wrong with the rows of a group whose message names a combinator, counted.
//!
//! Owns: which groups have causes, judging a row for its cause, counting causes as groups are counted, what of the rows has none.
//! Refuses: finding a cause (verdict/judge), reading rows (source), when to look (whoever asks).

use std::cmp::Reverse;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ground::shared_text::SharedText;
use crate::ground::text::{count, plural, visible};
use crate::pipeline::destination::judged_version;
use crate::pipeline::document::Document;
use crate::pipeline::fault::{Fault, OR, Says, VALIDATION, phrase};
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::walk;
use crate::pipeline::verdict::judge::jackson::verdict_of;
use crate::pipeline::verdict::judge::{Cause, JudgeInput, Violation, is_combinator};
use crate::rows::column::ErrorColumn;
use crate::rows::group::{Facet, Fingerprint, Group, GroupKey, Grouper, Groups, Standing};
use crate::rows::payload::{self, Payload};
use crate::rows::row::{ErrorRow, RowRef, SourceRow};
use crate::rows::schemas::{Lookup, SchemaStore};
use crate::triage::case::recorded;

/// Rows of a group that are looked at: its first.
pub const MOST_ROWS: usize = 2000;

/// The kind of value that a cause is shown as.
pub const FACET: &str = "cause";

/// Things wrong with one row of which one is its cause.
const MOST_CANDIDATES: usize = 8;

/// Alternatives that a cause is told with.
const MOST_WAYS: usize = 6;

/// The causes behind a group.
#[derive(Debug, Clone)]
pub struct Causes {
    /// One group for each cause, the most frequent first. Its fingerprint is made of the group's and of what the cause is; of deploys nothing is said.
    pub groups: Groups,
    /// Rows that were looked at.
    pub looked: u64,
    /// Rows of them without a cause: no payload that can be read, or the schemas at hand judge them differently.
    pub unknown: u64,
    /// Rows of the group.
    pub all: u64,
    /// The group's path.
    path: Option<SharedText>,
}

/// Whether a group's message tells less than its payloads do.
pub fn has_causes(group: &Group) -> bool {
    group.keyword.is_some_and(is_combinator) && group.folded().is_none()
}

/// Everything that is really wrong with a row, as [`message`] makes it; nothing where its payload cannot be judged or is judged differently than the row
/// says.
pub fn candidates(row: &SourceRow, schemas: &SchemaStore) -> Vec<String> {
    let Some((causes, schema)) = causes_of(row, schemas) else { return Vec::new() };
    let mut messages: Vec<String> = Vec::with_capacity(causes.len());
    for told in causes.iter().map(|cause| message(cause, &schema)) {
        if !messages.contains(&told) {
            messages.push(told);
        }
    }
    messages
}

fn causes_of(row: &SourceRow, schemas: &SchemaStore) -> Option<(Vec<Cause>, Arc<Schema>)> {
    let facts = row.error_row();
    let (namespace, doctype) = facts.namespace.zip(facts.doctype)?;
    let document = Document::parse(payload::decode_kept(&row.payload).text);
    if document.is_empty() || document.error().is_some() {
        return None;
    }
    verdict_of(&document).ok()?;
    let version = judged_version(namespace, facts.version, Some(&document));
    let Lookup::Found(at) = schemas.lookup(namespace, doctype, version.as_deref()) else { return None };
    let judge = schemas.judge(at).ok().flatten()?;
    let (reported, causes) = judge.explained(JudgeInput::payload(&document), MOST_CANDIDATES)?;
    let is_said = recorded(&format!("{VALIDATION}: {reported}")) == facts.message.unwrap_or_default();
    is_said.then(|| (causes, judge.schema().clone()))
}

/// The fingerprints of all that is really wrong with rows, each with the group that it counts to, where their messages name a combinator. `grouper` has
/// counted nothing.
pub fn prints<'a>(
    rows: impl Iterator<Item = (&'a SourceRow, RowRef, Fingerprint)>,
    mut grouper: Grouper,
    schemas: &SchemaStore,
) -> Vec<(RowRef, Fingerprint)> {
    let mut group_of = FxHashMap::default();
    for (row, at, group) in rows {
        let facts = row.error_row();
        if !Fault::parse(facts.message.unwrap_or_default(), facts.class).keyword().is_some_and(is_combinator) {
            continue;
        }
        for message in candidates(row, schemas) {
            grouper.add(&ErrorRow { message: Some(&message), ..facts }, at);
            group_of.insert(at, group);
        }
    }
    let causes = Grouper::merge(vec![grouper]).list;
    let prints = causes.iter().flat_map(|cause| cause.rows.iter().map(move |at| (at, cause)));
    prints.filter_map(|(at, cause)| Some((*at, cause.key.cause_of(*group_of.get(at)?)))).collect()
}

/// Counts the causes of one group's rows. A row with several things wrong counts to the one that most rows have.
pub struct CauseCounter {
    /// Has counted nothing yet.
    grouper: Grouper,
    rows: Vec<CandidateRow>,
    unknown: u64,
}

/// A row without its payload, and what is wrong with it.
struct CandidateRow {
    row: SourceRow,
    at: RowRef,
    candidates: Vec<String>,
}

impl CauseCounter {
    /// Counts by these schemas.
    pub fn new(schemas: Arc<SchemaStore>) -> Self {
        CauseCounter { grouper: Grouper::new(Some(schemas)), rows: Vec::new(), unknown: 0 }
    }

    /// Counts a row with its [`candidates`].
    pub fn add(&mut self, row: SourceRow, at: RowRef, candidates: Vec<String>) {
        if candidates.is_empty() {
            self.unknown += 1;
            return;
        }
        let SourceRow { mut columns, origin, .. } = row;
        columns.retain(|(name, _)| ErrorColumn::NEEDED.iter().any(|column| column.as_ref() == name));
        self.rows.push(CandidateRow {
            row: SourceRow { columns, payload: Payload::default(), origin, ..SourceRow::default() },
            at,
            candidates,
        });
    }

    /// The causes of the group that the rows are of. `rows` are those of all groups, which shares are of.
    pub fn finish(mut self, group: &Group, rows: u64) -> Causes {
        for (row, chosen) in self.rows.iter().zip(self.chosen()) {
            let message = row.candidates.get(chosen).map(String::as_str);
            self.grouper.add(&ErrorRow { message, ..row.row.error_row() }, row.at);
        }
        let looked = self.rows.len() as u64 + self.unknown;
        let mut groups = Grouper::merge(vec![self.grouper]);
        let unknown = Arc::<Standing>::default();
        for cause in &mut groups.list {
            cause.fingerprint = cause.key.cause_of(group.fingerprint);
            // Some rows of one group do not tell when the source was silent.
            cause.standing = Arc::clone(&unknown);
        }
        groups.rows = rows;
        Causes { groups, looked, unknown: self.unknown, all: group.count, path: group.key.path.clone() }
    }

    /// For each row the candidate that most rows have; of those that equally many have, the first by path and fault.
    fn chosen(&self) -> Vec<usize> {
        let mut grouper = self.grouper.fresh();
        for (number, row) in self.rows.iter().enumerate() {
            for (candidate, message) in row.candidates.iter().enumerate() {
                let place = number * MOST_CANDIDATES + candidate;
                grouper.add(&ErrorRow { message: Some(message), ..row.row.error_row() }, RowRef::new(0, place as u64));
            }
        }
        let groups = Grouper::merge(vec![grouper]).list;
        let mut best: Vec<Option<(Reverse<usize>, &GroupKey, usize)>> = vec![None; self.rows.len()];
        for group in &groups {
            let places = || group.rows.iter().map(|at| at.place() as usize);
            let having = places().map(|place| place / MOST_CANDIDATES).collect::<FxHashSet<_>>().len();
            for place in places() {
                let rank = (Reverse(having), &group.key, place % MOST_CANDIDATES);
                if let Some(best) = best.get_mut(place / MOST_CANDIDATES)
                    && best.as_ref().is_none_or(|best| rank < *best)
                {
                    *best = Some(rank);
                }
            }
        }
        best.into_iter().map(|best| best.map_or(0, |(_, _, candidate)| candidate)).collect()
    }
}

impl Causes {
    /// Of which rows the causes are, where these are not all.
    pub fn of_the_first(&self) -> Option<String> {
        (self.looked < self.all).then(|| format!("of the first {}", plural(self.looked, "row", "rows")))
    }

    /// Why some rows have no cause.
    pub fn unknown(&self) -> Option<String> {
        let of = plural(self.unknown, "row has", "rows have");
        (self.unknown > 0).then(|| format!("{of} no cause: no payload can be read, or these schemas judge it differently"))
    }

    /// The causes as values with their rows, without those that have none; places below the group's by what comes behind it.
    pub fn facet(&self) -> Facet {
        let told = |cause: &Group| match (self.path.as_deref(), cause.key.path.as_deref()) {
            (Some(group), Some(cause_path)) if group == cause_path => cause.phrase(),
            (Some(group), Some(_)) if !group.is_empty() => {
                let sentence = cause.sentence();
                sentence
                    .strip_prefix(&*visible(group))
                    .filter(|rest| rest.starts_with('/'))
                    .map_or(sentence.clone(), |rest| format!("…{rest}"))
            }
            _ => cause.sentence(),
        };
        let values = self.groups.list.iter().map(|cause| (told(cause).into(), cause.count)).collect();
        Facet { name: FACET, values, others: 0, exact: true }
    }

    /// What stands beside the name of the facet.
    pub fn title(&self) -> String {
        match self.of_the_first() {
            Some(of) => format!("Causes, {of} of {}", count(self.all)),
            None => "Causes".to_owned(),
        }
    }
}

/// A cause as the validator would have reported it by itself; alternatives in words of ours.
pub fn message(cause: &Cause, schema: &Schema) -> String {
    match cause.ways.as_slice() {
        [only] => format!("{VALIDATION}: {}", readable(only)),
        [first, rest @ ..] if rest.iter().all(|way| way.alone() == first.alone()) => format!("{VALIDATION}: {}", readable(first)),
        ways => {
            let words = types(ways).unwrap_or_else(|| alternatives(&cause.violation, ways, schema));
            format!("{VALIDATION}: {}: {words}", cause.violation.plain_pointer())
        }
    }
}

/// The validator's message, which is read again to count it. A value in it may read like another keyword's message; then it is left out.
fn readable(way: &Violation) -> String {
    let message = way.alone();
    match way.keyword == "enum" && Fault::parse(&message, Some(VALIDATION)).keyword() != Some(way.keyword) {
        true => format!("{}: … is not a valid enum value", way.plain_pointer()),
        false => message,
    }
}

/// One value that may be of several types and is of none of them, as the validator words one type.
fn types(ways: &[Violation]) -> Option<String> {
    let first = ways.first()?;
    let mut wanted = Vec::new();
    let mut is = None;
    for way in ways.iter().filter(|way| way.keyword == "type" && way.tokens == first.tokens) {
        let message = way.alone();
        let Says::Broken { expected: Some(expected), found: Some(found), .. } = Fault::parse(&message, Some(VALIDATION)).says else {
            return None;
        };
        wanted.push(expected.to_owned());
        is = Some(found.to_owned());
    }
    let is = is.filter(|_| wanted.len() == ways.len())?;
    wanted.sort();
    wanted.dedup();
    Some(format!("expected type: {}, found: {is}", wanted.join(OR)))
}

/// Alternatives without the values of one document, in an order that no document changes.
fn alternatives(at: &Violation, ways: &[Violation], schema: &Schema) -> String {
    let are_keys = ways.iter().all(|way| way.keyword == "required" && way.tokens == at.tokens);
    let mut told: Vec<String> = match are_keys {
        true => ways.iter().filter_map(|way| way.key.clone()).collect(),
        false => ways.iter().map(|way| way_told(at, way, schema)).collect(),
    };
    told.sort();
    told.dedup();
    let more = told.len().saturating_sub(MOST_WAYS);
    told.truncate(MOST_WAYS);
    let more = if more > 0 { " or others".to_owned() } else { String::new() };
    let may_be: Option<Vec<&str>> = told.iter().map(|told| told.strip_prefix("must be ")).collect();
    let listed_or = listed_or(&told);
    match (told.as_slice(), may_be) {
        _ if are_keys => format!("is missing one of the keys {}{more}", told.join(", ")),
        ([only], _) => only.clone(),
        (_, Some(may_be)) => format!("must be {}{more}", may_be.join(" or ")),
        _ => format!("{}{more}", listed_or.unwrap_or_else(|| format!("either {}", told.join(" or ")))),
    }
}

/// A value that is neither listed nor of a type that would do instead of it.
fn listed_or(told: &[String]) -> Option<String> {
    let unlisted = phrase("enum", None, None, None);
    let others: Option<Vec<&str>> = told.iter().filter(|told| **told != unlisted).map(|told| told.strip_prefix("must be ")).collect();
    let others = others.filter(|others| others.len() < told.len())?;
    Some(format!("{unlisted}, nor {}", others.join(" or ")))
}

fn way_told(at: &Violation, way: &Violation, schema: &Schema) -> String {
    let message = readable(way);
    let fault = Fault::parse(&message, Some(VALIDATION));
    let told = fault.sentence_of_all();
    if way.tokens == at.tokens { told } else { format!("{} {told}", walk(schema, &way.tokens).path(&way.tokens, way.about_name)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_not_listed_may_be_of_a_type_instead() {
        let told = |told: &[&str]| listed_or(&told.iter().map(|told| (*told).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            told(&["is not one of the listed values", "must be a string"]).as_deref(),
            Some("is not one of the listed values, nor a string")
        );
        assert_eq!(told(&["must be a string", "must be null"]), None);
        assert_eq!(told(&["is not one of the listed values", "is missing the key a"]), None);
    }
}
