//! Rows and samples judged by both sides of a comparison, and everything put together.
//!
//! Owns: reading both, the exit code of all findings.
//! Refuses: what a finding is (gate), its forms (forms).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use color_eyre::Result;

use super::{FINDINGS, NOT_COMPARED};
use crate::cli::config::Config;
use crate::cli::input::{InputArgs, OpenedInput, SchemaArgs, expand};
use crate::cli::out;
use crate::cli::scope::Scope;
use crate::ground::in_order;
use crate::ground::text::plural;
use crate::pipeline::document::Document;
use crate::rows::payload::PayloadForm;
use crate::rows::samples::{self, Content, Sample};
use crate::rows::schemas::{Lookup, SchemaStore};
use crate::triage::compat::DeployComparison;
use crate::triage::facts::turns;
use crate::triage::gate::{Accepted, GateKind, GateReport, GateWeight, SampleFailure, SourcePlaces};
use crate::triage::judging::Bench;
use crate::triage::judging::bare::Named;
use crate::triage::recheck::{self, Recheck, Rechecked, Turn, TurnCounts};

/// Rows of each group that are judged where fetching costs.
const MOST_FETCHED: usize = 100;

/// What is judged beside the layouts.
#[derive(Default)]
pub(super) struct GateQuestion {
    pub rows: Vec<String>,
    pub samples: Vec<String>,
    pub accepted: Option<Accepted>,
    /// As the later side was given.
    pub head: PathBuf,
}

/// Everything that stands against the change.
pub(super) fn report(
    question: &GateQuestion,
    found: &DeployComparison,
    stores: Option<(&Arc<SchemaStore>, &Arc<SchemaStore>)>,
    config: &Config,
) -> Result<GateReport> {
    let places = SourcePlaces { store: stores.map(|(_, new)| &**new), prefix: prefix(&question.head, stores.is_some()) };
    let mut report = GateReport::default();
    report.deploy(found, GateKind::Deploy, &places);
    if let Some((old, new)) = stores {
        report.layouts(found, (old, new), &places);
        let recheck = Recheck::new(old.clone(), new.clone()).with_landings();
        if !question.rows.is_empty() {
            rows(question, &recheck, config, &places, &mut report)?;
        }
        if !question.samples.is_empty() {
            of_samples(question, &recheck, &places, &mut report)?;
        }
        report.moves(&recheck, &places);
    }
    if let Some(accepted) = &question.accepted {
        let today = crate::ground::time::utc(jiff::Timestamp::now().as_microsecond()).date();
        accepted.apply(&mut report, today);
    }
    Ok(report)
}

/// The exit code.
pub(super) fn code(report: &GateReport) -> u8 {
    if report.count(GateWeight::Stops) > 0 {
        FINDINGS
    } else if report.count(GateWeight::Unknown) > 0 {
        NOT_COMPARED
    } else {
        0
    }
}

/// What stands before a path of the later schemas for whoever looks from the folder that the command runs in.
pub(super) fn prefix(head: &Path, is_store: bool) -> String {
    if !is_store {
        return String::new();
    }
    if !head.is_dir() || crate::rows::schemas::git::split_revision(head).is_some() {
        return "schemas/".to_owned();
    }
    let inside = if head.join("schemas").is_dir() { head.join("schemas") } else { head.to_owned() };
    let here = std::env::current_dir().unwrap_or_default();
    let near = inside.strip_prefix(&here).unwrap_or(&inside);
    let near = near.strip_prefix(".").unwrap_or(near);
    // A folder elsewhere is nobody's business: the schemas begin below it.
    let near = if near.is_absolute() || near.starts_with("..") { Path::new(if head == inside { "" } else { "schemas" }) } else { near };
    let text = near.to_string_lossy();
    if text.is_empty() { String::new() } else { format!("{}/", text.trim_end_matches('/')) }
}

fn rows(question: &GateQuestion, recheck: &Recheck, config: &Config, places: &SourcePlaces<'_>, report: &mut GateReport) -> Result<()> {
    let sources = expand(question.rows.clone(), config)?;
    let input = InputArgs { sources, schemas: SchemaArgs::default(), ..InputArgs::default() };
    let scope = Scope::window(None, None);
    let OpenedInput { source, .. } = input.open(&Config::default(), false, &scope)?;
    let line = out::ProgressLine::over(source.is_remote())?;
    let groups = source.groups(&scope.request(Some(recheck.before().clone())), &line)?;
    let asked: Vec<_> = groups.list.iter().collect();
    let most = source.is_remote().then_some(MOST_FETCHED);
    let judged = recheck::recheck(source.as_ref(), recheck, &asked, most, &line)?;
    drop(line);
    report.turns(&judged.total(), recheck, ("row", "rows"), places);
    let unreadable = if groups.unreadable.count > 0 { &groups.unreadable } else { &judged.unreadable };
    for told in out::unreadable(unreadable) {
        report.unjudged(told, unreadable.count);
    }
    if groups.partial || judged.is_partial {
        report.unjudged("reading the rows ended early: there are more".to_owned(), 1);
    }
    if let Some(most) = most {
        report.notes.push(format!("of each group of rows at most {most} were judged"));
    }
    if let Some(told) = turns::without(judged.without) {
        report.unjudged(told, judged.without);
    }
    report.notes.extend(turns::beyond(judged.beyond));
    Ok(())
}

/// A sample judged by both.
enum GateSample {
    Judged { rechecked: Rechecked, failure: Option<SampleFailure>, is_named: bool },
    Nothing,
    Untold(String),
}

fn of_samples(question: &GateQuestion, recheck: &Recheck, places: &SourcePlaces<'_>, report: &mut GateReport) -> Result<()> {
    let found = samples::find(&question.samples)?;
    let (before, after) = (Bench::new(recheck.before().clone(), None, 0), Bench::new(recheck.after().clone(), None, 0));
    let feed = |hand: &mut in_order::Hand<'_, Sample>| -> Result<()> { Ok(samples::read_all(&found.files, hand)?) };
    let make = |all: Vec<Sample>| Ok(all.into_iter().map(|sample| judged(sample, recheck, (&before, &after))).collect());
    let (mut counts, mut failures, mut untold) = (TurnCounts::default(), Vec::new(), Vec::new());
    in_order::run(feed, &make, &mut |sample: GateSample| {
        match sample {
            GateSample::Judged { rechecked, failure, is_named } => {
                // Of a sample with a verdict in its name that verdict counts.
                if !is_named || matches!(rechecked.turn, Turn::Taken | Turn::Unjudged) {
                    counts.add(&rechecked);
                }
                failures.extend(failure);
            }
            GateSample::Nothing => {}
            GateSample::Untold(reason) => untold.push(reason),
        }
        Ok(())
    })?;
    report.turns(&counts, recheck, ("sample", "samples"), places);
    report.samples(&failures);
    if let Some(first) = untold.first() {
        report.unjudged(
            format!("{}: {first}", plural(untold.len() as u64, "sample is of no known doctype", "samples are of no known doctype")),
            untold.len() as u64,
        );
    }
    if found.others > 0 {
        report.notes.push(format!("{} not judged: by their names they are not documents", plural(found.others, "file", "files")));
    }
    Ok(())
}

fn judged(sample: Sample, recheck: &Recheck, (before, after): (&Bench, &Bench)) -> GateSample {
    let content = Content::of(sample.bytes.clone());
    if content.in_row && content.decoded.form == PayloadForm::Absent {
        return GateSample::Nothing;
    }
    let Some(name) = content.doctype.as_ref().or(sample.file.doctype.as_ref()).cloned() else {
        return GateSample::Untold(samples::place(&sample.file, sample.line));
    };
    let named = Named { namespace: &name.namespace, doctype: &name.doctype, version: name.version.as_deref() };
    let rechecked = recheck.document(&Document::parse(content.decoded.text), named);
    // Schemas say nothing of a doctype that they do not have.
    let was_there = matches!(recheck.before().lookup(named.namespace, named.doctype, named.version), Lookup::Found(_));
    let is_named = sample.file.expected.is_some();
    let failure = is_named.then(|| failure(&sample, &name.to_string(), was_there, (before, after))).flatten();
    GateSample::Judged { rechecked, failure, is_named }
}

/// What is wrong with a sample whose name says a verdict.
fn failure(sample: &Sample, doctype: &str, was_there: bool, (before, after): (&Bench, &Bench)) -> Option<SampleFailure> {
    let is_finding = |bench: &Bench| bench.judge(sample.clone()).ok().filter(crate::triage::judging::Judged::is_finding);
    let now = is_finding(after)?;
    let message = now.message();
    let sentence = if message.is_some() { "it should pass and fails" } else { "it should fail and passes" }.to_owned();
    let as_before = was_there && is_finding(before).is_some();
    let here = std::env::current_dir().unwrap_or_default();
    let file = Path::new(&sample.file.shown)
        .strip_prefix(here)
        .map_or_else(|_| sample.file.shown.clone(), |path| path.to_string_lossy().into_owned());
    Some(SampleFailure { file, line: sample.line, doctype: doctype.to_owned(), sentence, message, as_before })
}
