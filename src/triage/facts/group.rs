//! A group of rows: everything known of it.

use std::sync::Arc;

use super::Facts;
use crate::ground::text::{count, plural};
use crate::ground::zone::Zone;
use crate::rows::group::{Clients, Facet, Group, Groups};
use crate::triage::causes::Causes;

/// A kind of value, and whether its counts are only about so.
pub fn facet_title(facet: &Facet) -> String {
    format!("{}{}", facet.name, if facet.exact { "" } else { " (counts are about so)" })
}

/// How many clients, and whether that is only about so.
pub fn clients(clients: Clients) -> String {
    format!("{}{}", if clients.exact() { "" } else { "about " }, plural(clients.count(), "client", "clients"))
}

/// Of which rows the values in messages are, where that is not all of them.
pub fn sampled(rows: u64) -> String {
    format!("of {} only, the most frequent messages", plural(rows, "row", "rows"))
}

/// `7 to 90,000`: the smallest and the largest of numbers.
pub fn range(group: &Group, facet: &Facet) -> Option<String> {
    let spelled = |value: &str| value.parse().map_or_else(|_| value.to_owned(), count);
    group.range(facet).map(|(least, most)| format!("{} to {}", spelled(least), spelled(most)))
}

/// Everything known of a group, with times in a zone; `causes` where they were counted; `notes` are those of all groups in words, `rest` says how to get at all of a message that is too long to be shown.
pub fn sheet(groups: &Groups, group: &Group, zone: &Zone, causes: Option<&Causes>, notes: &[String], rest: &str) -> Facts {
    let mut facts = Facts::default();
    facts.line(&group.sentence());
    if let Some(words) = groups.standing_in(group, zone) {
        facts.line(&words);
    }
    if let Some(remark) = groups.remark(group) {
        super::note::remark(&mut facts, remark);
    }
    facts.gap();
    names(&mut facts, group);
    if let Some(rates) = &groups.rates {
        facts.named("rate", &super::rate::group_words(rates, group));
    }
    if !group.jobs().is_empty() {
        let in_zone = group.span.filter(|_| !zone.is_utc()).map(|(_, last)| format!(", in {}", zone.name(last))).unwrap_or_default();
        facts.heading(&format!("Jobs{in_zone}"));
    }
    for job in group.jobs().iter() {
        let name = groups.jobs.get(job.job as usize).map_or("?", |job| &*job.name);
        let span = job.span.map(|(first, last)| format!("{} to {}", zone.minute(first), zone.minute(last))).unwrap_or_default();
        facts.line(&counted(job.rows, &format!("{span}  {name}")));
    }
    if let Some(causes) = causes {
        facts.heading(&causes.title());
        causes.facet().values.iter().for_each(|(cause, rows)| facts.line(&counted(*rows, cause)));
        causes.unknown().iter().for_each(|unknown| facts.line(unknown));
    }
    for facet in group.facets.iter() {
        facts.heading(&facet_title(facet));
        if let Some(range) = range(group, facet) {
            facts.line(&range);
        }
        facet.values.iter().for_each(|(value, rows)| facts.line(&counted(*rows, value)));
        if facet.others > 0 {
            facts.line(&counted(facet.others, "(other values)"));
        }
    }
    if !groups.missing_columns.is_empty() {
        facts.heading("Not in the source, and so not known");
        groups.missing_columns.iter().for_each(|column| facts.named(column.name(), column.lost().unwrap_or_default()));
    }
    facts.heading("A message");
    facts.text(group.sample.as_bytes(), rest);
    if !notes.is_empty() {
        facts.heading("All groups");
        notes.iter().for_each(|note| facts.line(note));
    }
    facts
}

fn names(facts: &mut Facts, group: &Group) {
    let key = &group.key;
    let known = |text: &Option<Arc<str>>| text.as_deref().unwrap_or("(none)").to_owned();
    for (name, text) in
        [("namespace", &key.namespace), ("doctype", &key.doctype), ("version", &key.version), ("stage", &key.stage), ("class", &key.class)]
    {
        facts.named(name, &known(text));
    }
    facts.named("rows", &count(group.count));
    if let Some(known) = group.clients {
        facts.named("from", &clients(known));
    }
    if let Some(rows) = group.sampled() {
        facts.named("values", &sampled(rows));
    }
}

/// A number of rows and what they are.
fn counted(rows: u64, words: &str) -> String {
    format!("{:>11}  {words}", count(rows))
}
