//! Landings as text, for people: what costs the row, is lost or changed first.

use crate::ground::text::{self, plural, visible};
use crate::pipeline::document::{Document, NodeId, PathStyle};
use crate::pipeline::layout::Layout;
use crate::pipeline::sink::{Fate, Landed, Severity, Warnings};
use crate::triage::facts::{Facts, column};

/// Cells of a pointer; longer ones are cut in the middle.
const MOST_POINTER: usize = 48;

/// How many values there are of each fate, then a line each.
pub(super) fn landings(layout: &Layout, document: &Document, landed: &Landed<'_>) -> String {
    let mut all: Vec<(NodeId, _)> = landed.lines().map(|(line, _)| (line.node, landed.landing_of(line.node))).collect();
    // Values of one fate stay in the order of the document.
    all.sort_by_key(|(_, landing)| std::cmp::Reverse(landing.fate));
    let count = |fate: Fate| all.iter().filter(|(_, landing)| landing.fate == fate).count() as u64;
    let counts = Fate::ALL.into_iter().map(|fate| (fate, count(fate))).filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts.map(|(fate, count)| format!("{} {}", text::count(count), fate.words())).collect();
    let mut facts = Facts::default();
    for (node, landing) in &all {
        let pointer = document.path(*node, PathStyle::Pointer);
        let pointer = text::clip_middle(&visible(&pointer), MOST_POINTER).into_owned();
        facts.named(pointer, &column::landing_in(Some(layout), landing, None));
    }
    let values = plural(all.len() as u64, "value", "values");
    let told = if counts.is_empty() { String::new() } else { format!(": {}", counts.join("; ")) };
    format!("{values}{told}\n{}", facts.indented("  "))
}

/// What the row itself does not tell: how many values cost it or are lost, with the first of them; `None` where all is well.
pub(super) fn warning(document: &Document, warnings: &Warnings) -> Option<String> {
    let first = warnings.list.first()?;
    let values = plural(warnings.count, "value", "values");
    let what = match (first.severity, warnings.count) {
        (Severity::Lost, 1) => "1 value is lost".to_owned(),
        (Severity::Lost, _) => format!("{values} are lost"),
        (_, 1) => "1 value costs the row".to_owned(),
        _ => format!("{values} cost the row or are lost"),
    };
    let which = if warnings.count > 1 { "; the first is " } else { ": " };
    let place = document.path(first.node, PathStyle::Pointer);
    Some(format!("{what}{which}{}: {}", text::clip_middle(&visible(&place), MOST_POINTER), first.sentence))
}
