//! Who sends the rows of a group, in words.

use super::Facts;
use crate::ground::text::{clip, count, percent, plural, visible};
use crate::rows::group::{Group, doctype_name};
use crate::triage::senders::{
    AcceptedCounts, Claim, Comparison, Counts, Field, LEAST_ROWS, SenderTrait, Senders, ShareIs, ToldBy, TooFew, TopicSays,
};

/// Claims that stand below a group in a list.
const MOST_BELOW: usize = 5;
/// Further traits that a claim names.
const MOST_TRAITS: usize = 3;
/// Cells of a value.
const MOST_VALUE: usize = 60;

/// What a group is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// The other failures of its doctype.
    Failures,
    /// Accepted documents of its doctype.
    Accepted,
}

/// A claim in a sentence without a full stop: `97 % (194 of 200) have channel nightly, elsewhere 3.0 % (12 of 400)`. Safe for a terminal.
pub fn claim(claim: &Claim, beside: Beside) -> String {
    let Some((first, others)) = claim.traits.split_first() else { return String::new() };
    let Counts { having, of, elsewhere, elsewhere_of } = claim.counts;
    let does = if first.value.is_some() { "have" } else { "tell no" };
    let there = of_others(beside);
    let mut words = format!("{} {does} {}, {there} {}", part(having, of), named(first), part(elsewhere, elsewhere_of));
    if !others.is_empty() {
        let told: Vec<String> = others
            .iter()
            .take(MOST_TRAITS)
            .map(|other| if other.value.is_some() { named(other) } else { format!("no {}", named(other)) })
            .collect();
        let more = others.len().saturating_sub(MOST_TRAITS);
        let more = if more > 0 { format!(" and {} more", count(more as u64)) } else { String::new() };
        words.push_str(&format!("; in as many rows: {}{more}", told.join(", ")));
    }
    words
}

fn of_others(beside: Beside) -> &'static str {
    match beside {
        Beside::Failures => "elsewhere",
        Beside::Accepted => "of the accepted documents",
    }
}

/// `97 % (194 of 200)`
fn part(part: u64, of: u64) -> String {
    format!("{} ({} of {})", percent(part, of), count(part), count(of))
}

/// What it is, and its value where rows tell one: `application version 128.0a1`.
fn named(told: &SenderTrait) -> String {
    let name = match (&told.topic, &told.field) {
        (Some(topic), _) => topic.name().to_owned(),
        (None, field) => field_name(field),
    };
    match &told.value {
        Some(value) if value.text.is_empty() => format!("{name} (an empty text)"),
        Some(value) => format!("{name} {}", clip(&visible(&value.text), MOST_VALUE)),
        None => name,
    }
}

/// By what rows tell it: a column, a JSON pointer, what is made of several. Safe for a terminal.
pub fn field_name(field: &Field) -> String {
    match field {
        Field::Column(name) => visible(name).into_owned(),
        Field::Place(path) => visible(path).into_owned(),
        Field::Address(_) => "address".to_owned(),
        Field::Agent => "agent".to_owned(),
        Field::Times => "creation and submission".to_owned(),
    }
}

/// The strongest claim about a group, or why there is none, without a full stop; and what was not looked at, or tells nothing.
pub fn strongest(senders: &Senders, group: &Group) -> String {
    let first = senders.failures.claims.first().map(|first| claim(first, Beside::Failures));
    let told = first.or_else(|| nothing(&senders.failures, Beside::Failures, group));
    let unread = (senders.failures.by == ToldBy::ColumnsAlone).then(|| PAYLOADS_UNREAD.to_owned());
    told.into_iter().chain(unread).chain(counts(senders.counts)).collect::<Vec<_>>().join("; ")
}

/// What stands below a group in a list, a line each; safe for a terminal.
pub fn below(senders: &Senders, group: &Group) -> Vec<String> {
    let comparisons = [(Some(&senders.failures), Beside::Failures), (senders.accepted.as_ref(), Beside::Accepted)];
    let mut lines = Vec::new();
    for (comparison, beside) in comparisons.into_iter().filter_map(|(comparison, beside)| Some((comparison?, beside))) {
        lines.extend(comparison.claims.iter().take(MOST_BELOW).map(|known| claim(known, beside)));
        lines.extend(more(comparison, MOST_BELOW));
        lines.extend(nothing(comparison, beside, group));
        let compared = compared(comparison, beside, group);
        lines.push(asked(comparison, beside).into_iter().chain([compared]).collect::<Vec<_>>().join("; "));
        let limits = limits(comparison, beside, group);
        lines.extend((!limits.is_empty()).then(|| limits.join("; ")));
    }
    lines
}

/// Claims beyond those that are told.
fn more(comparison: &Comparison, told: usize) -> Option<String> {
    let more = comparison.claims.len().saturating_sub(told) + comparison.more;
    (more > 0).then(|| format!("and {}", plural(more as u64, "further difference", "further differences")))
}

/// Why there is no claim.
fn nothing(comparison: &Comparison, beside: Beside, group: &Group) -> Option<String> {
    let [here, there] = [comparison.rows[0], comparison.elsewhere[0]];
    let others = others(beside, group, there);
    Some(match comparison.too_few {
        Some(TooFew::Here) => {
            format!("{} too few to be set apart from others: {LEAST_ROWS} are needed", plural(here, "row is", "rows are"))
        }
        Some(TooFew::There) if there == 0 => format!("there are no {others}, so there is nothing to compare with"),
        Some(TooFew::There) => format!("only {there} {others} to compare with: {LEAST_ROWS} are needed"),
        None if comparison.claims.is_empty() => {
            format!(
                "nothing sets its rows apart: of {} none is commoner here beyond chance",
                plural(comparison.compared as u64, "value", "values")
            )
        }
        None => return None,
    })
}

/// What a group is compared with: so many of them.
fn others(beside: Beside, group: &Group, rows: u64) -> String {
    let doctype = doctype_name(group.key.namespace.as_deref(), group.key.doctype.as_deref(), None);
    let what = match (beside, rows) {
        (Beside::Failures, 1) => "other failing row",
        (Beside::Failures, _) => "other failing rows",
        (Beside::Accepted, 1) => "accepted document",
        (Beside::Accepted, _) => "accepted documents",
    };
    format!("{what} of {doctype}")
}

/// What is asked first and sets nothing apart, by why.
fn asked(comparison: &Comparison, beside: Beside) -> Vec<String> {
    let topics = |is_so: &dyn Fn(&TopicSays) -> bool| {
        let names: Vec<&str> = comparison.topics.iter().filter(|answer| is_so(&answer.says)).map(|answer| answer.topic.name()).collect();
        names.join(", ")
    };
    let told = |words: &str, topics: String| if topics.is_empty() { None } else { Some(format!("{words} {topics}")) };
    let alike = topics(&|says| matches!(says, TopicSays::Value { share: ShareIs::Alike, .. }));
    let untold = match (comparison.by, beside) {
        (ToldBy::Columns | ToldBy::ColumnsAlone, _) => "no column",
        (ToldBy::Payloads, Beside::Accepted) => "no row or document",
        (ToldBy::Payloads, Beside::Failures) => "no row",
    };
    let rarer = comparison.topics.iter().filter_map(|answer| match &answer.says {
        TopicSays::Value { told, counts, share: ShareIs::Rarer } => Some(rarer(told, *counts, beside)),
        _ => None,
    });
    let others = [
        told("no difference beyond chance in", alike),
        told("nearly every row has another", topics(&|says| matches!(says, TopicSays::Varies))),
        told("the fault itself is about", topics(&|says| matches!(says, TopicSays::AtFault))),
        told("too long or personal to be compared:", topics(&|says| matches!(says, TopicSays::Withheld))),
        told("accepted documents do not tell the", topics(&|says| matches!(says, TopicSays::RowsAlone))),
        told(&format!("{untold} tells the"), topics(&|says| matches!(says, TopicSays::Untold))),
    ];
    rarer.chain(others.into_iter().flatten()).collect()
}

/// `channel release is rarer here: 50 % (50 of 100), elsewhere 100 % (100 of 100)`
fn rarer(told: &SenderTrait, counts: Counts, beside: Beside) -> String {
    let is = match told.value {
        Some(_) => format!("{} is", named(told)),
        None => format!("rows that tell no {} are", named(told)),
    };
    let there = of_others(beside);
    format!("{is} rarer here: {}, {there} {}", part(counts.having, counts.of), part(counts.elsewhere, counts.elsewhere_of))
}

/// What an answer does not rest on, each without a full stop.
fn limits(of: &Comparison, beside: Beside, group: &Group) -> Vec<String> {
    // The test takes rows for independent of each other.
    let clients = group.clients.filter(|clients| beside == Beside::Failures && clients.count() * 2 <= group.count);
    let clients = clients.map(|clients| {
        let clients = super::group::clients(clients);
        format!("the rows are from {clients}: what one of them sends often is counted each time")
    });
    let left = of.left_out;
    let parts = [
        (left.distinct, "of which nearly every row tells something else"),
        (left.personal, if left.personal == 1 { "that names a person or a machine" } else { "that name a person or a machine" }),
        (left.at_fault, "that the fault is about"),
    ];
    let parts = parts.iter().filter(|(some, _)| *some > 0).map(|(some, why)| format!("{} {why}", count(*some as u64)));
    let parts: Vec<String> = parts.collect();
    let fields = (!parts.is_empty()).then(|| format!("columns and places that were left out: {}", parts.join(", ")));
    let beyond = (left.beyond > 0)
        .then(|| format!("{} at places that are too many or too deep to tell apart", plural(left.beyond, "value stands", "values stand")));
    let long =
        (left.long > 0).then(|| format!("{} too long to be looked at to the end", plural(left.long, "document is", "documents are")));
    [clients, fields, beyond, long].into_iter().flatten().collect()
}

/// What was compared with what.
fn compared(comparison: &Comparison, beside: Beside, group: &Group) -> String {
    let some = |looked: u64, all: u64, what: &str| match looked == all {
        true if all == 1 => format!("1 {what}"),
        true => format!("all {} {what}", count(all)),
        false => format!("{} of {} {what}", count(looked), count(all)),
    };
    let [looked, documents, all] = comparison.rows;
    let [others_looked, others_documents, others_all] = comparison.elsewhere;
    let spread = if looked < all || others_looked < others_all { ", spread evenly" } else { "" };
    let without = (looked - documents) + (others_looked - others_documents);
    let without = match without {
        _ if comparison.by != ToldBy::Payloads => ", by their columns alone".to_owned(),
        0 => String::new(),
        without => format!("; {} no payload that can be read", plural(without, "of them has", "of them have")),
    };
    let rows = some(looked, all, if all == 1 { "row" } else { "rows" });
    let beside = match others_all {
        0 => String::new(),
        all => format!(" and {}", some(others_looked, all, &others(beside, group, all))),
    };
    format!("looked at {rows}{beside}{spread}{without}")
}

/// What became of accepted documents that were given, for a closing line; `None` where none were.
pub fn accepted(counts: AcceptedCounts) -> Option<String> {
    let AcceptedCounts { taken, others, unnamed, unreadable } = counts;
    let parts = [
        (others, "of other doctypes"),
        (unnamed, "of a doctype that neither its file nor a row names"),
        (unreadable, "without a JSON object in them"),
    ];
    let left: Vec<String> = parts.iter().filter(|(some, _)| *some > 0).map(|(some, why)| format!("{} {why}", count(*some))).collect();
    let left_out = if left.is_empty() { String::new() } else { format!(", without {}", left.join(", ")) };
    (taken + others + unnamed + unreadable > 0)
        .then(|| format!("{} compared{left_out}", plural(taken, "accepted document", "accepted documents")))
}

/// Rows that stand for several; `None` where there are none.
pub fn counts(rows: u64) -> Option<String> {
    (rows > 0).then(|| format!("{} of counts tell no sender", plural(rows, "row", "rows")))
}

/// That payloads have not been looked at yet, which may change all of it.
pub const BY_COLUMNS: &str = "So far by the columns of the rows alone; their payloads are being read, and may tell more.";

/// That payloads were not looked at, and why, without a full stop.
pub const PAYLOADS_UNREAD: &str = "payloads were not looked at, for reading them there costs much more";

/// All of it, as lines.
pub fn facts(senders: &Senders, group: &Group) -> Facts {
    let mut facts = Facts::default();
    comparison(&mut facts, &senders.failures, Beside::Failures, group);
    if let Some(accepted) = &senders.accepted {
        facts.gap();
        comparison(&mut facts, accepted, Beside::Accepted, group);
    }
    facts
}

fn comparison(facts: &mut Facts, of: &Comparison, beside: Beside, group: &Group) {
    facts.line(&format!("Beside {}", others(beside, group, of.elsewhere[2])));
    of.claims.iter().for_each(|known| facts.line(&format!("  {}", claim(known, beside))));
    more(of, of.claims.len()).into_iter().chain(nothing(of, beside, group)).for_each(|words| facts.line(&format!("  {words}")));
    facts.heading(if of.too_few.is_none() { "What is asked first; alike: no difference beyond chance" } else { "What is asked first" });
    for answer in &of.topics {
        facts.named(answer.topic.name(), &topic(&answer.says, beside, of.by));
    }
    facts.heading("What this rests on");
    facts.line(&sentence(&compared(of, beside, group)));
    if of.too_few.is_none() {
        let claimed = "Of rows with their labels shuffled, fewer than 1 in 100 such lists of all groups would tell any difference";
        facts.line(&format!("{} compared. {claimed}.", plural(of.compared as u64, "value was", "values were")));
    }
    limits(of, beside, group).iter().for_each(|words| facts.line(&sentence(words)));
}

/// With a capital letter and a full stop.
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

/// An answer to what is asked first. Safe for a terminal.
fn topic(says: &TopicSays, beside: Beside, by: ToldBy) -> String {
    match says {
        TopicSays::Value { told, counts, share } => {
            let value = match &told.value {
                Some(value) if value.text.is_empty() => "(an empty text)".to_owned(),
                Some(value) => clip(&visible(&value.text), MOST_VALUE).into_owned(),
                None => "not told".to_owned(),
            };
            let others = match beside {
                Beside::Failures => "elsewhere",
                Beside::Accepted => "accepted",
            };
            let there = if counts.elsewhere_of == 0 {
                String::new()
            } else {
                format!(", {others} {}", part(counts.elsewhere, counts.elsewhere_of))
            };
            let alike = match share {
                ShareIs::Commoner | ShareIs::NotCompared => "",
                ShareIs::Rarer => ": rarer here",
                ShareIs::Alike => ": alike",
            };
            let by = if matches!(told.field, Field::Times) { String::new() } else { format!("  ({})", field_name(&told.field)) };
            format!("{value}  {}{there}{alike}{by}", part(counts.having, counts.of))
        }
        TopicSays::Varies => "nearly every row tells another".to_owned(),
        TopicSays::AtFault => "the fault itself is about it".to_owned(),
        TopicSays::Withheld => "not compared: its values are too long or name somebody".to_owned(),
        TopicSays::RowsAlone => "not compared: accepted documents do not tell it".to_owned(),
        TopicSays::Untold if by == ToldBy::Columns => "not known yet: no column tells it".to_owned(),
        TopicSays::Untold if by == ToldBy::ColumnsAlone => "not known: no column tells it".to_owned(),
        TopicSays::Untold => "not known: no row tells it".to_owned(),
    }
}
