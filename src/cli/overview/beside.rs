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
use crate::ground::text::{count, visible};
use crate::rows::group::{Groups, Sort};
use crate::rows::source::{ErrorSource, Request};
use crate::triage::baseline::{Comparison, Growth};
use crate::triage::facts::beside as words;
use crate::triage::facts::overview::{STRANGE, namespace};
use crate::triage::overview::{Beside, BesideCounts, BesideDoctype, BesideLine, are_unlike, as_baseline};

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
    sort: Sort,
    told: Option<ToldGroups>,
) -> Result<ExitCode> {
    comparable(one)?;
    comparable(other)?;
    ensure!(!are_unlike(one, other), "{}: give --schemas FOLDER for files; a bundle keeps the groups that it was made with", words::UNLIKE);
    let beside = Beside::of(one, other, sort);
    let baseline = as_baseline(other);
    let comparison = baseline.compare(one, Growth::default());
    let changed = changes::beside(&beside);
    on_stdout(|out| match format {
        OverviewFormat::Table => {
            out.write_all(table(&beside).as_bytes())?;
            titled(out, &changes::table(&comparison, changed))
        }
        OverviewFormat::Md => {
            out.write_all(markdown(&beside, told.as_ref()).as_bytes())?;
            let mut told = told;
            let told = told.as_mut().map(|told| told.changes(&comparison));
            let told = told.as_ref().map(|told| told.beside(&comparison));
            titled(out, &changes::markdown(told.as_ref().unwrap_or(&comparison), changed))
        }
        OverviewFormat::Json => json::pretty(out, &Answer::of(names, [one, other], &beside, &comparison, changed)),
        OverviewFormat::Ndjson => {
            for line in &beside.lines {
                json::lines(&mut *out, std::iter::once(Kinded { what: "namespace", of: Member::of(&beside, line, false) }))?;
                let doctypes = line.doctypes.iter().map(|doctype| DoctypeMember::of(&beside, line, doctype));
                json::lines(&mut *out, doctypes.map(|of| Kinded { what: "doctype", of }))?;
            }
            json::lines(out, changes::changes(&comparison, changed).map(|of| Kinded { what: "group", of }))
        }
        OverviewFormat::Csv => csv::write(out, beside.lines.iter().map(|line| Member::of(&beside, line, false))),
    })?;
    for (name, groups) in names.iter().zip([one, other]) {
        out::tell(&format!("{}: {}", visible(name), closing(groups, groups.list.len(), Vec::new())));
    }
    let told = format!("{}, {} of these more here", words::summary(&beside), count(comparison.grown.len() as u64));
    out::tell(&if beside.is_strange() { format!("{told}; {STRANGE}") } else { told });
    Ok(certainty(one.is_whole() && other.is_whole()))
}

fn cells(beside: &Beside, counts: &BesideCounts, name: String) -> [String; 8] {
    let [rows, other_rows] = counts.rows.map(count);
    let [groups, other_groups] = counts.groups.map(count);
    let [only, only_other] = counts.only.map(count);
    [rows, other_rows, groups, other_groups, only, only_other, words::place(beside.place(counts)).to_owned(), name]
}

/// Namespaces, the doctypes of each below it.
fn table(beside: &Beside) -> String {
    let mut table = Aligned::under(HEADS, &[0, 1, 2, 3, 4, 5]);
    for line in &beside.lines {
        table.push(cells(beside, &line.counts, namespace(line.name.as_deref())));
        line.doctypes.iter().for_each(|of| table.push(cells(beside, &of.counts, format!("  {}", words::doctype(of)))));
    }
    table.to_text()
}

fn markdown(beside: &Beside, told: Option<&ToldGroups>) -> String {
    let heads = HEADS.map(str::to_lowercase).join(" | ");
    let mut out = format!("| {heads} |\n|---:|---:|---:|---:|---:|---:|---|---|\n");
    for line in &beside.lines {
        let name = line.name.as_deref().map(|name| told.map_or_else(|| name.to_owned(), |told| told.name(name)));
        let [numbers @ .., at, name] = cells(beside, &line.counts, namespace(name.as_deref()));
        out.push_str(&format!("| {} | {} | {} |\n", numbers.join(" | "), cell(&at), cell_code(&name)));
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
    #[serde(flatten)]
    counts: CountsMember,
    #[serde(skip_serializing_if = "Option::is_none")]
    doctypes: Option<Vec<DoctypeMember<'a>>>,
}

/// A doctype in both.
#[derive(Serialize)]
struct DoctypeMember<'a> {
    namespace: Option<&'a str>,
    doctype: Option<&'a str>,
    version: Option<&'a str>,
    #[serde(flatten)]
    counts: CountsMember,
}

/// What is counted of them.
#[derive(Serialize)]
struct CountsMember {
    /// `both`, `only here` or `only beside`; `maybe only here` or `maybe only beside` where not all of the source was read that lacks it.
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

impl CountsMember {
    fn of(beside: &Beside, counts: &BesideCounts) -> Self {
        let BesideCounts { rows, groups, only, .. } = counts;
        CountsMember {
            place: words::place(beside.place(counts)),
            rows: rows[0],
            beside_rows: rows[1],
            groups: groups[0],
            beside_groups: groups[1],
            only_here: only[0],
            only_beside: only[1],
        }
    }
}

impl<'a> Member<'a> {
    fn of(beside: &Beside, line: &'a BesideLine, with_doctypes: bool) -> Self {
        let doctypes = || line.doctypes.iter().map(|doctype| DoctypeMember::of(beside, line, doctype)).collect();
        Member { namespace: line.name.as_deref(), counts: CountsMember::of(beside, &line.counts), doctypes: with_doctypes.then(doctypes) }
    }
}

impl<'a> DoctypeMember<'a> {
    fn of(beside: &Beside, line: &'a BesideLine, doctype: &'a BesideDoctype) -> Self {
        DoctypeMember {
            namespace: line.name.as_deref(),
            doctype: doctype.name.as_deref(),
            version: doctype.version.as_deref(),
            counts: CountsMember::of(beside, &doctype.counts),
        }
    }
}

impl<'a> Answer<'a> {
    fn of(
        names: &'a [String; 2],
        groups: [&Groups; 2],
        beside: &'a Beside,
        comparison: &Comparison<'a>,
        changed: changes::ChangeWords,
    ) -> Self {
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
            namespaces: beside.lines.iter().map(|line| Member::of(beside, line, true)).collect(),
            groups: changes::answer(comparison, changed),
        }
    }
}
