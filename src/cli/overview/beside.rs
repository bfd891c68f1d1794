//! Two sources side by side, as text.
//!
//! Owns: opening the other source, the forms of both. Refuses: comparing (triage/overview, triage/baseline).

use std::process::ExitCode;
use std::sync::Arc;

use color_eyre::Result;
use color_eyre::eyre::{WrapErr, ensure};
use serde::Serialize;

use super::scripts::Kinded;
use super::{OverviewFormat, OverviewQuestion, titled};
use crate::cli::config::Config;
use crate::cli::groups::compared::{certainty, comparable};
use crate::cli::groups::printed::{closing, on_stdout};
use crate::cli::groups::{ToldGroups, changes, json};
use crate::cli::input::{InputArgs, OpenedInput, SchemaArgs};
use crate::cli::{csv, out};
use crate::ground::aligned::Aligned;
use crate::ground::markdown::{cell, cell_code};
use crate::ground::text::{count, plural, visible};
use crate::rows::group::Groups;
use crate::rows::source::{ErrorSource, Request};
use crate::triage::baseline::{Comparison, Growth};
use crate::triage::facts::overview::{STRANGE, namespace};
use crate::triage::overview::{Beside, BesideLine};

const HEADS: [&str; 8] = ["ROWS", "BESIDE", "GROUPS", "BESIDE", "ONLY HERE", "ONLY BESIDE", "IN", "NAMESPACE"];

/// The other source, opened.
pub(super) struct OtherSource(Arc<dyn ErrorSource>);

/// Opens it before anything is read: a comparison that cannot be made is told at once.
pub(super) fn open(input: &InputArgs, question: &OverviewQuestion, config: &Config) -> Result<OtherSource> {
    let schemas = SchemaArgs { is_aged_elsewhere: true, ..input.schemas.clone() };
    let other = InputArgs { sources: question.beside.clone(), schemas, ..input.clone() };
    let OpenedInput { source, .. } = other.open(config, false, &question.scope).wrap_err("the source beside cannot be opened")?;
    Ok(OtherSource(source))
}

impl OtherSource {
    pub(super) fn name(&self) -> String {
        self.0.name()
    }

    /// Counts as the first one was counted.
    pub(super) fn groups(&self, request: &Request) -> Result<Groups> {
        let line = out::ProgressLine::over(self.0.is_remote())?;
        let mut groups = self.0.groups(request, &line).wrap_err("the source beside cannot be read")?;
        groups.notes.extend(line.bill().map(Into::into));
        request.rate(&mut groups, false);
        Ok(groups)
    }
}

/// Prints both.
pub(super) fn print(
    names: &[String; 2],
    one: &Groups,
    other: &Groups,
    format: OverviewFormat,
    told: Option<ToldGroups>,
) -> Result<ExitCode> {
    comparable(one)?;
    comparable(other)?;
    let beside = Beside::of(one, other);
    ensure!(
        !beside.other.contradicts(one),
        "one of both was counted with schemas and the other without, so their groups have other names: give --schemas FOLDER for files; a \
         bundle keeps the groups that it was made with"
    );
    let comparison = beside.other.compare(one, Growth::default());
    on_stdout(|out| match format {
        OverviewFormat::Table => {
            out.write_all(table(&beside).as_bytes())?;
            titled(out, &changes::table(&comparison, changes::BESIDE))
        }
        OverviewFormat::Md => {
            out.write_all(markdown(&beside, told.as_ref()).as_bytes())?;
            let mut told = told;
            let told = told.as_mut().map(|told| told.changes(&comparison));
            let told = told.as_ref().map(|told| told.beside(&comparison));
            titled(out, &changes::markdown(told.as_ref().unwrap_or(&comparison), changes::BESIDE))
        }
        OverviewFormat::Json => json::pretty(out, &Answer::of(names, [one, other], &beside, &comparison)),
        OverviewFormat::Ndjson => {
            json::lines(&mut *out, beside.lines.iter().map(|line| Kinded { what: "namespace", of: Member::of(line) }))?;
            json::lines(out, changes::changes(&comparison, changes::BESIDE).map(|of| Kinded { what: "group", of }))
        }
        OverviewFormat::Csv => csv::write(out, beside.lines.iter().map(Member::of)),
    })?;
    for (name, groups) in names.iter().zip([one, other]) {
        out::tell(&format!("{}: {}", visible(name), closing(groups, groups.list.len(), Vec::new())));
    }
    let Comparison { new, grown, gone, same, is_strange } = &comparison;
    let told = format!(
        "{} only here, {} only beside, {} in both, {} of these more here",
        plural(new.len() as u64, "group", "groups"),
        count(gone.len() as u64),
        count(*same + grown.len() as u64),
        count(grown.len() as u64),
    );
    out::tell(&if *is_strange { format!("{told}; {STRANGE}") } else { told });
    Ok(certainty(one.is_whole() && other.is_whole()))
}

/// Where a namespace is.
fn place(line: &BesideLine) -> &'static str {
    match line.groups {
        [_, 0] => "only here",
        [0, _] => "only beside",
        _ => "both",
    }
}

fn cells(line: &BesideLine) -> [String; 8] {
    let [rows, other_rows] = line.rows.map(count);
    let [groups, other_groups] = line.groups.map(count);
    let [only, only_other] = line.only.map(count);
    [rows, other_rows, groups, other_groups, only, only_other, place(line).to_owned(), namespace(line.name.as_deref())]
}

fn table(beside: &Beside) -> String {
    let mut table = Aligned::under(HEADS, &[0, 1, 2, 3, 4, 5]);
    beside.lines.iter().for_each(|line| table.push(cells(line)));
    table.to_text()
}

fn markdown(beside: &Beside, told: Option<&ToldGroups>) -> String {
    let heads = HEADS.map(str::to_lowercase).join(" | ");
    let mut out = format!("| {heads} |\n|---:|---:|---:|---:|---:|---:|---|---|\n");
    for line in &beside.lines {
        let [numbers @ .., at, _] = cells(line);
        let name = line.name.as_deref().map(|name| told.map_or_else(|| name.to_owned(), |told| told.name(name)));
        out.push_str(&format!("| {} | {} | {} |\n", numbers.join(" | "), cell(&at), cell_code(&namespace(name.as_deref()))));
    }
    out
}

/// Both sources. Names and meanings are stable.
#[derive(Serialize)]
struct Answer<'a> {
    sources: [SourceMember<'a>; 2],
    namespaces: Vec<Member<'a>>,
    groups: changes::ChangesAnswer<'a>,
}

/// One of them: first the one that is asked about, then the one beside.
#[derive(Serialize)]
struct SourceMember<'a> {
    name: &'a str,
    rows: u64,
    groups: usize,
    outside: u64,
    unreadable: u64,
    /// Whether all of it was read, so that what it lacks is lacking.
    whole: bool,
}

/// A namespace in both.
#[derive(Serialize)]
struct Member<'a> {
    namespace: Option<&'a str>,
    /// `both`, `only here` or `only beside`.
    #[serde(rename = "in")]
    place: &'static str,
    rows: u64,
    beside_rows: u64,
    groups: u64,
    beside_groups: u64,
    /// Groups that the other one does not have.
    only_here: u64,
    only_beside: u64,
}

impl<'a> Member<'a> {
    fn of(line: &'a BesideLine) -> Self {
        let BesideLine { name, rows, groups, only } = line;
        Member {
            namespace: name.as_deref(),
            place: place(line),
            rows: rows[0],
            beside_rows: rows[1],
            groups: groups[0],
            beside_groups: groups[1],
            only_here: only[0],
            only_beside: only[1],
        }
    }
}

impl<'a> Answer<'a> {
    fn of(names: &'a [String; 2], groups: [&Groups; 2], beside: &'a Beside, comparison: &Comparison<'a>) -> Self {
        let source = |side: usize| SourceMember {
            name: &names[side],
            rows: groups[side].rows,
            groups: groups[side].list.len(),
            outside: groups[side].outside,
            unreadable: groups[side].unreadable.count,
            whole: groups[side].is_whole(),
        };
        Answer {
            sources: [source(0), source(1)],
            namespaces: beside.lines.iter().map(Member::of).collect(),
            groups: changes::answer(comparison, changes::BESIDE),
        }
    }
}
