//! `misfit judge … --against SCHEMAS`: what another state of the schemas would make of the same documents.
//!
//! Owns: which arguments are tables of error rows and which are documents, one pass over each, the exit code.
//! Refuses: judging twice (recheck), the forms of output (turns).

use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use color_eyre::Result;
use color_eyre::eyre::ensure;
use rustc_hash::FxHashMap;

use super::turns::{self, TurnedDoctype, TurnedGroup, Turns};
use super::{FINDINGS, JudgeFormat, UNJUDGED};
use crate::cli::bigquery::BigQueryArgs;
use crate::cli::config::Config;
use crate::cli::input::{InputArgs, OpenedInput, SchemaArgs, expand};
use crate::cli::out;
use crate::cli::scope::Scope;
use crate::ground::in_order;
use crate::ground::text::{count, visible};
use crate::pipeline::document::Document;
use crate::rows::bundle;
use crate::rows::demo;
use crate::rows::group::Sort;
use crate::rows::payload::PayloadForm;
use crate::rows::samples::{self, Content, DoctypeName, Sample};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::bigquery::SCHEME;
use crate::rows::source::files::{Files, ReadOptions};
use crate::rows::source::{ErrorSource, Unwatched};
use crate::triage::judging::bare::Named;
use crate::triage::recheck::{self, Recheck, Rechecked, Turn, TurnCounts};

/// What is judged by which two states.
pub(super) struct AgainstQuestion {
    pub documents: Vec<String>,
    /// The state that `--schemas` or the configuration names.
    pub before: Arc<SchemaStore>,
    pub after: Arc<SchemaStore>,
    pub doctype: Option<DoctypeName>,
    pub bigquery: BigQueryArgs,
    pub scope: Scope,
    pub format: JudgeFormat,
}

/// Judges everything twice and tells the difference.
pub(super) fn run(question: AgainstQuestion, config: &Config) -> Result<ExitCode> {
    let AgainstQuestion { documents, before, after, doctype, bigquery, scope, format } = question;
    let inputs = expand(documents, config)?;
    let recheck = Recheck::new(before, after);
    let (tables, files): (Vec<String>, Vec<String>) = inputs.into_iter().partition(|input| doctype.is_none() && is_table(input));
    let mut turns = Turns::new(recheck.before().name(), recheck.after().name());
    let mut untold = Vec::new();
    if !tables.is_empty() {
        let input = InputArgs { sources: tables, schemas: SchemaArgs::default(), map: None, bigquery };
        let OpenedInput { source, .. } = input.open(&Config::default(), false, &scope)?;
        rows(source.as_ref(), &recheck, scope, &mut turns)?;
    } else {
        bigquery.refuse()?;
        ensure!(!scope.has_window(), "--since and --until choose rows of the error table, and no input is one");
    }
    if !files.is_empty() {
        let found = samples::find(&files)?;
        samples_of(&found.files, doctype.as_ref(), &recheck, &mut turns, &mut untold)?;
    }
    turns::print(&turns, &recheck, format)?;
    out::unreadable(&turns.unreadable).iter().chain(&untold).for_each(|told| out::tell(&format!("misfit: {told}")));
    let total = turns.total();
    Ok(if total.of(Turn::Unjudged) > 0 || turns.is_doubtful() {
        ExitCode::from(UNJUDGED)
    } else if total.of(Turn::Refused) > 0 {
        ExitCode::from(FINDINGS)
    } else {
        ExitCode::SUCCESS
    })
}

/// Whether an input is a table of error rows: told by its first row.
fn is_table(input: &str) -> bool {
    if input.starts_with(SCHEME) || input == demo::NAME {
        return true;
    }
    let path = Path::new(input);
    if input == "-" || path.is_dir() {
        return false;
    }
    if bundle::is_bundle(path) {
        return true;
    }
    let Ok(files) = Files::open(&[input.to_owned()], ReadOptions { keep_rows: false }) else { return false };
    let files = files.without_others();
    let mut has_row = false;
    let read = files.rows(0..1, &Unwatched, &mut |_, _, _| {
        has_row = true;
        ControlFlow::Break(())
    });
    // No document is Parquet: what is wrong with a table that cannot be read, its own reader says.
    has_row || (read.is_err() && is_parquet(path))
}

fn is_parquet(path: &Path) -> bool {
    let mut magic = [0; 4];
    File::open(path).is_ok_and(|mut file| file.read_exact(&mut magic).is_ok()) && magic == *b"PAR1"
}

fn rows(source: &dyn ErrorSource, recheck: &Recheck, scope: Scope, turns: &mut Turns) -> Result<()> {
    let line = out::ProgressLine::over(source.is_remote())?;
    let request = scope.request(Some(recheck.before().clone()));
    let mut groups = source.groups(&request, &line)?;
    groups.sort(Sort::Count);
    let asked: Vec<_> = groups.list.iter().collect();
    let most = recheck::most_rows(source);
    let mut judged = recheck::recheck(source, recheck, &asked, most, &line)?;
    let spent = line.bill();
    drop(line);
    spent.iter().for_each(|told| out::tell(&format!("misfit: {told}")));
    turns.most = most;
    turns.without += judged.without;
    turns.beyond += judged.beyond;
    turns.unreadable = if groups.unreadable.count > 0 { groups.unreadable.clone() } else { std::mem::take(&mut judged.unreadable) };
    turns.is_partial |= groups.partial || judged.is_partial;
    turns.groups.extend(groups.list.into_iter().filter_map(|group| {
        let counts = judged.of.remove(&group.fingerprint)?;
        Some(TurnedGroup { group, counts })
    }));
    Ok(())
}

/// Documents, by doctype.
fn samples_of(
    files: &[Arc<samples::SampleFile>],
    doctype: Option<&DoctypeName>,
    recheck: &Recheck,
    turns: &mut Turns,
    untold: &mut Vec<String>,
) -> Result<()> {
    let feed = |hand: &mut in_order::Hand<'_, Sample>| -> Result<()> { Ok(samples::read_all(files, hand)?) };
    let make = |samples: Vec<Sample>| Ok(samples.into_iter().map(|sample| of_sample(sample, doctype, recheck)).collect());
    let mut of: FxHashMap<String, TurnCounts> = FxHashMap::default();
    in_order::run(feed, &make, &mut |judged: JudgedSample| {
        match judged {
            JudgedSample::Of(name, rechecked) => of.entry(name.to_string()).or_default().add(&rechecked),
            JudgedSample::NoPayload => turns.without += 1,
            JudgedSample::Untold(place) => {
                turns.untold += 1;
                if turns.untold == 1 {
                    untold.push(format!("cannot tell the doctype of {}: give --doctype NAMESPACE.DOCTYPE.VERSION", visible(&place)));
                }
            }
        }
        Ok(())
    })?;
    if turns.untold > 1 {
        untold.push(format!("{} documents in all are of a doctype that cannot be told", count(turns.untold)));
    }
    let mut doctypes: Vec<TurnedDoctype> = of.into_iter().map(|(name, counts)| TurnedDoctype { name, counts }).collect();
    doctypes.sort_by(|a, b| (b.counts.all(), &a.name).cmp(&(a.counts.all(), &b.name)));
    turns.doctypes = doctypes;
    Ok(())
}

/// A sample judged twice, or why it is not.
enum JudgedSample {
    Of(DoctypeName, Rechecked),
    NoPayload,
    Untold(String),
}

fn of_sample(mut sample: Sample, doctype: Option<&DoctypeName>, recheck: &Recheck) -> JudgedSample {
    let content = Content::of(std::mem::take(&mut sample.bytes));
    if content.in_row && content.decoded.form == PayloadForm::Absent {
        return JudgedSample::NoPayload;
    }
    let Some(name) = doctype.or(content.doctype.as_ref()).or(sample.file.doctype.as_ref()).cloned() else {
        return JudgedSample::Untold(samples::place(&sample.file, sample.line));
    };
    let named = Named { namespace: &name.namespace, doctype: &name.doctype, version: name.version.as_deref() };
    let rechecked = recheck.document(&Document::parse(content.decoded.text), named);
    JudgedSample::Of(name, rechecked)
}
