//! An overview for people: tables as wide as there is room, and Markdown.
//!
//! Owns: the columns and their order. Refuses: the words in them (facts).

use std::io::{self, Write};

use crate::cli::groups::ToldGroups;
use crate::cli::when;
use crate::ground::aligned::{Aligned, Widths};
use crate::ground::markdown::{cell, cell_code};
use crate::ground::spark::{BARS, bars};
use crate::ground::text::{clip_middle, count, percent, width};
use crate::rows::group::Groups;
use crate::triage::facts::overview as words;
use crate::triage::facts::rate;
use crate::triage::overview::{NamespaceLine, Overview, UnknownName};

const HEADS: [&str; 10] = ["ROWS", "RATE", "GROUPS", "BEGAN", "MUTED", "TREND", "FIRST", "LAST", "SCHEMAS", "NAMESPACE"];

/// Columns of numbers.
const NUMBERS: [usize; 5] = [0, 1, 2, 3, 4];

/// The column of names, the only one that is cut.
const NAME: usize = 9;

/// Cells of a trend.
const TREND: usize = 12;

/// Fewest cells of a name.
const LEAST: usize = 12;

/// The stages, and an empty line; nothing where there are no rows.
pub(super) fn heads_of(overview: &Overview, groups: &Groups) -> String {
    let mut table = Aligned::under(["ROWS", "SHARE", "GROUPS", "STAGE"], &[0, 1, 2]);
    for line in &overview.stages {
        let stage = words::stage(line.stage.as_deref());
        table.push([count(line.rows), percent(line.rows, groups.rows), count(line.groups), stage]);
    }
    let text = table.to_text();
    if text.is_empty() { text } else { text + "\n" }
}

/// The namespaces. There may be a million: their lines are made twice, once for their widths, and never held together.
pub(super) fn namespaces(out: &mut dyn Write, overview: &Overview, groups: &Groups, room: usize) -> io::Result<()> {
    if overview.namespaces.is_empty() {
        return Ok(());
    }
    let mut widths = Widths::default();
    widths.fit(HEADS, [usize::MAX; 10]);
    for line in &overview.namespaces {
        widths.fit(cells(overview, groups, line).each_ref().map(String::as_str), [usize::MAX; 10]);
    }
    let others: usize = widths.0[..NAME].iter().map(|cells| cells + 2).sum();
    let room = room.saturating_sub(others).max(LEAST);
    writeln!(out, "{}", widths.line(HEADS, &NUMBERS))?;
    for line in &overview.namespaces {
        let mut cells = cells(overview, groups, line);
        if width(&cells[NAME]) > room {
            cells[NAME] = clip_middle(&cells[NAME], room).into_owned();
        }
        writeln!(out, "{}", widths.line(cells.each_ref().map(String::as_str), &NUMBERS))?;
    }
    Ok(())
}

fn cells(overview: &Overview, groups: &Groups, line: &NamespaceLine) -> [String; 10] {
    let [rows, rate, groups_of, began, muted] = numbers(groups, line);
    let trend = trend(overview, groups, line);
    let [first, last] = span(line);
    [rows, rate, groups_of, began, muted, trend, first, last, known(line).to_owned(), words::namespace(line.name.as_deref())]
}

fn numbers(groups: &Groups, line: &NamespaceLine) -> [String; 5] {
    let known = groups.rates.as_ref().and_then(|rates| rates.namespace(line.name.as_deref()).0);
    let began = if groups.deploys.is_empty() { rate::UNKNOWN.to_owned() } else { count(line.began.into()) };
    let muted = if groups.remarks.is_some() { count(line.muted.into()) } else { rate::UNKNOWN.to_owned() };
    [count(line.rows), rate::percent(known.map(|rate| rate.share())), count(line.groups()), began, muted]
}

fn trend(overview: &Overview, groups: &Groups, line: &NamespaceLine) -> String {
    let trend = overview.trend(groups, line);
    match groups.span.filter(|_| trend.width > 0) {
        Some((from, to)) => bars(&trend.resample(from, to, TREND), &BARS),
        None => rate::UNKNOWN.to_owned(),
    }
}

fn span(line: &NamespaceLine) -> [String; 2] {
    line.span.map_or_else(|| [rate::UNKNOWN; 2].map(str::to_owned), |(first, last)| [when::minute(first), when::minute(last)])
}

/// Whether the schemas have it.
fn known(line: &NamespaceLine) -> &'static str {
    match line.is_known {
        Some(true) => "known",
        Some(false) => words::UNKNOWN,
        None => rate::UNKNOWN,
    }
}

/// Names that the schemas do not have, behind an empty line; nothing where there are none.
pub(super) fn unknown(overview: &Overview, room: usize) -> String {
    let names: Vec<&UnknownName> = overview.unknown.iter().flatten().collect();
    let mut table = Aligned::under(["ROWS", "SINCE", "UNKNOWN", "NAME", "NEAREST", "WHAT IT MAY BE"], &[0]);
    let fit = |text: String| if room == usize::MAX { text } else { clip_middle(&text, room / 4).into_owned() };
    for name in names {
        let since = name.span.map_or_else(|| rate::UNKNOWN.to_owned(), |(first, _)| when::minute(first));
        table.push([
            count(name.rows),
            since,
            words::unknown_kind(name).to_owned(),
            fit(words::unknown_title(name)),
            fit(words::nearest(name)),
            words::guess(name),
        ]);
    }
    let text = table.to_text();
    if text.is_empty() { text } else { format!("\n{text}") }
}

/// All of it as Markdown; names that the schemas do not have are told by their shapes, where they may not be told.
pub(super) fn markdown(overview: &Overview, groups: &Groups, told: Option<&ToldGroups>) -> String {
    let name = |name: &str| told.map_or_else(|| name.to_owned(), |told| told.name(name));
    let mut out = String::from("| rows | share | groups | stage |\n|---:|---:|---:|---|\n");
    for line in &overview.stages {
        let stage = line.stage.as_deref().map(|stage| told.map_or_else(|| stage.to_owned(), |told| told.stage(stage)));
        let numbers = [count(line.rows), percent(line.rows, groups.rows), count(line.groups)].join(" | ");
        out.push_str(&format!("| {numbers} | {} |\n", cell_code(&words::stage(stage.as_deref()))));
    }
    out.push_str(
        "\n| rows | rate | groups | began | muted | trend | first | last | schemas | namespace |\n|---:|---:|---:|---:|---:|---|---|---|---|---|\n",
    );
    for line in &overview.namespaces {
        let [first, last] = span(line);
        let cells = [trend(overview, groups, line), first, last, known(line).to_owned()].map(|text| cell(&text));
        let shown = words::namespace(line.name.as_deref().map(name).as_deref());
        out.push_str(&format!("| {} | {} | {} |\n", numbers(groups, line).join(" | "), cells.join(" | "), cell_code(&shown)));
    }
    let unknown: Vec<&UnknownName> = overview.unknown.iter().flatten().collect();
    if unknown.is_empty() {
        return out;
    }
    out.push_str("\n| rows | since | unknown | name | nearest | what it may be |\n|---:|---|---|---|---|---|\n");
    for line in unknown {
        let line = hidden(line, told);
        let since = line.span.map_or_else(|| rate::UNKNOWN.to_owned(), |(first, _)| when::minute(first));
        out.push_str(&format!(
            "| {} | {since} | {} | {} | {} | {} |\n",
            count(line.rows),
            words::unknown_kind(&line),
            cell_code(&words::unknown_title(&line)),
            cell_code(&words::nearest(&line)),
            cell(&words::guess(&line)),
        ));
    }
    out
}

/// The name as it may be told. What is near to it, and what a guess names, is known to the schemas.
fn hidden(line: &UnknownName, told: Option<&ToldGroups>) -> UnknownName {
    let Some(told) = told else { return line.clone() };
    UnknownName {
        namespace: told.name(&line.namespace).into(),
        doctype: line.doctype.as_deref().map(|name| told.name(name).into()),
        version: line.version.as_deref().map(|version| told.version(version).into()),
        ..line.clone()
    }
}
