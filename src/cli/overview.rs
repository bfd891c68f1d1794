//! `misfit overview`: the namespaces at a glance, as text; two sources side by side.
//!
//! Owns: the question, the closing line on standard error.
//! Refuses: counting (triage/overview), what a comparison is worth (groups/compared), words (facts), the forms of output (below).

mod beside;
mod forms;
mod scripts;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::Result;

use super::groups::printed::{closing_behind, on_stdout};
use super::groups::{Order, ToldGroups, changes, compared};
use super::input::{self, Asked};
use super::scope::Scope;
use super::volume::VolumeArgs;
use super::{notes, out, unmet};
use crate::cli::config::Config;
use crate::rows::source::Request;
use crate::triage::baseline::Growth;
use crate::triage::facts;
use crate::triage::overview::Overview;

const FORMS: &str = "\
CSV has the namespaces, or with --beside those of both; NDJSON has everything, each
line with what it is; JSON has it as one object. They hold names as they are. Markdown is
made for others to read: it tells names that the schemas do not have by their shapes,
unless --raw is given.";

/// Which rows, in which form.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_long_help = FORMS)]
pub(super) struct OverviewQuestion {
    #[command(flatten)]
    scope: Scope,

    #[command(flatten)]
    volume: VolumeArgs,

    #[command(flatten)]
    notes: notes::NotesArg,

    /// Order of the namespaces
    #[arg(long, value_enum, default_value_t)]
    sort: Order,

    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    format: OverviewFormat,

    /// With --format md: names as they are, instead of their shapes. All other forms are raw anyway
    #[arg(long)]
    raw: bool,

    /// And which groups have changed since an earlier export of groups (misfit groups --format json, ndjson or csv): new, grown, gone
    #[arg(long, value_name = "FILE", conflicts_with = "beside")]
    baseline: Option<PathBuf>,

    /// Another source, or several read as one, to hold beside SOURCE: stage beside production. What only one of them has is told
    #[arg(long, value_name = "SOURCE", num_args = 1.., conflicts_with = "file")]
    beside: Vec<String>,
}

/// How an overview is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OverviewFormat {
    /// For people
    #[default]
    Table,
    /// One object with rows, stages, namespaces, unknown names
    Json,
    /// One stage, namespace or name a line, with what it is
    Ndjson,
    /// The namespaces, for spreadsheets
    Csv,
    /// Markdown tables, to paste where others read them: unknown names are told by their shapes, unless --raw is given
    #[value(alias = "markdown")]
    Md,
}

/// Reads, counts, prints.
pub(super) fn run(asked: Asked<OverviewQuestion>, config: &Config) -> Result<ExitCode> {
    let Asked { input, question } = asked;
    let volume = question.volume.open()?;
    let notes = question.notes.open(config, &input.sources)?;
    let other = (!question.beside.is_empty()).then(|| beside::open(&input, &question, config)).transpose()?;
    let input::OpenedInput { source, schemas } = input.open(config, false, &question.scope)?;
    let request = Request { volume, ..question.scope.clone().request(schemas) };
    let baseline = question.baseline.as_deref().map(|path| compared::open(path, &request)).transpose()?;
    let (mut groups, spent) = {
        let line = out::ProgressLine::over(source.is_remote())?;
        (source.groups(&request, &line)?, line.bill())
    };
    request.rate(&mut groups, false);
    notes::remark(notes.as_ref(), &mut groups, false)?;
    let is_pasted = question.format == OverviewFormat::Md && !question.raw;
    let told = is_pasted.then(|| ToldGroups::new(config.redaction.policy(false), request.schemas.clone()));
    if let Some(other) = other {
        let names = [source.name(), other.name()];
        return beside::print(&names, &groups, &other.groups(&request)?, question.format, question.sort.into(), told);
    }
    let unmet = unmet::check(source.as_ref(), &request, &groups)?;
    let overview = Overview::of(&groups, request.schemas.as_deref(), question.sort.into());
    let comparison = baseline.as_ref().map(|baseline| baseline.compare(&groups, Growth::default()));
    if let Some((path, baseline)) = question.baseline.as_deref().zip(baseline.as_ref()) {
        compared::check(path, baseline, &groups)?;
    }
    on_stdout(|out| match question.format {
        OverviewFormat::Table => out.write_all(forms::heads_of(&overview, &groups).as_bytes()).and_then(|()| {
            forms::namespaces(out, &overview, &groups, out::room())?;
            out.write_all(forms::unknown(&overview, out::room()).as_bytes())?;
            comparison.as_ref().map_or(Ok(()), |comparison| titled(out, &changes::table(comparison, changes::SINCE)))
        }),
        OverviewFormat::Md => {
            out.write_all(forms::markdown(&overview, &groups, told.as_ref()).as_bytes())?;
            comparison.as_ref().map_or(Ok(()), |comparison| {
                let mut told = told;
                let told = told.as_mut().map(|told| told.changes(comparison));
                let told = told.as_ref().map(|told| told.beside(comparison));
                titled(out, &changes::markdown(told.as_ref().unwrap_or(comparison), changes::SINCE))
            })
        }
        OverviewFormat::Json => scripts::document(out, &overview, &groups, comparison.as_ref()),
        OverviewFormat::Ndjson => scripts::lines(out, &overview, &groups, comparison.as_ref()),
        OverviewFormat::Csv => scripts::csv(out, &overview, &groups),
    })?;
    let more = facts::overview::notes(&overview).into_iter().chain(unmet).chain(spent).chain(out::strays(request.schemas.as_deref()));
    out::tell(&closing_behind(facts::overview::summary(&overview, &groups), &groups, more.collect()));
    let code = comparison.as_ref().map_or(ExitCode::SUCCESS, |comparison| {
        out::tell(&changes::closing(comparison));
        compared::certainty(groups.is_whole())
    });
    // The program ends here: taking hundreds of thousands of groups apart first would only take time.
    std::mem::forget((groups, overview));
    Ok(code)
}

/// Changes behind an empty line, where there are any.
fn titled(out: &mut dyn Write, changes: &str) -> std::io::Result<()> {
    if changes.is_empty() { Ok(()) } else { write!(out, "\n{changes}") }
}
