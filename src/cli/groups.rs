//! `misfit groups`: what fails, as text.
//!
//! Owns: the question, which groups are shown in which order, the closing line on standard error.
//! Refuses: grouping (group), the forms of output (below).

mod causes;
pub(super) mod changes;
#[cfg(test)]
mod example;
mod follow;
mod hook;
pub(super) mod incidents;
pub(super) mod json;
mod metrics;
mod redacted;
pub(super) mod senders;
pub(super) mod suspect;
mod table;

pub(super) use causes::cause_groups;
use incidents::{IncidentsOf, SameBy};
pub(super) use redacted::ToldGroups;

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::eyre::{bail, ensure, eyre};
use color_eyre::{Result, eyre::WrapErr};
use serde::Serialize;
use table::GroupCells;

use super::holding::{self, HoldingArgs};
use super::input::{self, Asked};
use super::scope::Scope;
use super::volume::VolumeArgs;
use super::{csv, notes, out, unmet};
use crate::cli::config::Config;
use crate::ground::text::{count, visible};
use crate::rows::advice::Advised;
use crate::rows::column;
use crate::rows::group::{Fingerprint, Group, GroupFields, Groups, Sort, Status};
use crate::rows::source::Request;
use crate::triage::baseline::{Baseline, Comparison, Growth};
use crate::triage::facts;
use crate::triage::facts::incident;
use crate::triage::senders::SendersQuestion;
use crate::triage::suspect::{SuspectQuestion, suspects};
use crate::tui::advice;

const RAW: &str = "\
The table, JSON, NDJSON and CSV hold values as they are: for you and for scripts of
yours. Markdown and OpenMetrics are made for others: they tell values by their
shapes, unless --raw is given.";

/// Why something has no metrics.
const NO_METRICS: &str =
    "--format openmetrics is for groups alone: leave out --baseline, --causes, --suspect and --by, or choose another --format";

/// Bytes that are written at a time.
const BUFFERED: usize = 64 << 10;

/// Which groups, in which form.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_long_help = RAW)]
pub(super) struct GroupsQuestion {
    #[command(flatten)]
    scope: Scope,

    /// Only groups with all of these words, in any case, in what is known of them: names, path and keys, fault, message, status, class, jobs,
    /// values; where no group has them, those that resemble them
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// Only groups that a deploy began or ended, or that it did not (ongoing)
    #[arg(long, value_enum, value_name = "STATUS", conflicts_with = "baseline")]
    status: Option<WantedStatus>,

    /// Only groups that stand so by the notes on them: open has no note that says otherwise; may be given several times
    #[arg(long = "state", value_enum, value_name = "STATE", conflicts_with = "baseline")]
    states: Vec<notes::WantedState>,

    #[command(flatten)]
    notes: notes::NotesArg,

    #[command(flatten)]
    holding: HoldingArgs,

    #[command(flatten)]
    volume: VolumeArgs,

    /// What a line stands for
    #[arg(long, value_enum, default_value_t, conflicts_with_all = ["causes", "suspect"])]
    by: incidents::By,

    /// Order of the groups
    #[arg(long, value_enum, default_value_t)]
    sort: Order,

    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    format: GroupsFormat,

    /// With --format md and openmetrics: values as they are, instead of their shapes. All other forms are raw anyway
    #[arg(long)]
    raw: bool,

    /// With --format openmetrics: groups that have lines of their own, the largest; all others are one
    #[arg(long, value_name = "N", default_value_t = metrics::USUAL)]
    most: usize,

    /// Below each group that fits no form, or meets not all conditions, what is really wrong with its first 2,000 rows; each cause has a fingerprint
    #[arg(long, conflicts_with_all = ["baseline", "suspect"])]
    causes: bool,

    #[command(flatten)]
    suspected: suspect::SuspectArgs,

    #[command(flatten)]
    sent: senders::SendersArgs,

    /// Only this group, as misfit groups prints it; may be given several times
    #[arg(long = "group", value_name = "FINGERPRINT", conflicts_with = "baseline")]
    groups: Vec<Fingerprint>,

    /// Print only what has changed since an earlier export (--format json, ndjson or csv): new, grown, gone; exit code 1 where groups are new
    #[arg(long, value_name = "FILE", conflicts_with_all = ["filter", "payload", "suspect"])]
    baseline: Option<PathBuf>,

    #[command(flatten)]
    following: follow::FollowArgs,

    /// With --baseline: how many times as fast a group's rows have to come for it to have grown
    #[arg(long, value_name = "TIMES", value_parser = parse_times, requires = "baseline", default_value_t = Growth::default().factor)]
    grown_by: f64,

    /// With --baseline: and how many rows it has to have at least
    #[arg(long, value_name = "ROWS", requires = "baseline", default_value_t = Growth::default().rows)]
    grown_rows: u64,
}

/// Largest baseline that is read, in bytes.
const MOST_BASELINE: u64 = 256 << 20;

/// Exit code for new groups.
const FINDINGS: u8 = 1;

/// Exit code of a comparison with rows of which not all were read.
const UNCERTAIN: u8 = 2;

/// Said of a comparison with rows of which not all were read.
pub(super) const NOT_WHOLE: &str = "misfit: not all of the input could be read, so what is said to be gone or not to be new is uncertain";

/// How groups are ordered.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum Order {
    /// Most rows first
    #[default]
    Count,
    /// What the newest deploy began, then most rows first
    Deploy,
    /// Last seen first
    Newest,
    /// What was first seen last comes first
    First,
    /// By namespace, doctype, version, path
    Name,
    /// Strongest growth first
    Growth,
}

/// How groups stand to the deploys.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum WantedStatus {
    /// A deploy began it
    Began,
    /// A deploy ended it
    Ended,
    /// There before and since
    Ongoing,
}

impl From<WantedStatus> for Status {
    fn from(wanted: WantedStatus) -> Self {
        match wanted {
            WantedStatus::Began => Status::Began,
            WantedStatus::Ended => Status::Ended,
            WantedStatus::Ongoing => Status::Ongoing,
        }
    }
}

/// How groups are printed.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum GroupsFormat {
    /// For people, as wide as the terminal; where there is none, a line a group, with nothing cut
    #[default]
    Table,
    /// One object with rows, outside, unreadable, missing_columns, notes, groups
    Json,
    /// One group a line
    Ndjson,
    /// For spreadsheets; jobs and facets are JSON in their cells
    Csv,
    /// A Markdown table, to paste where others read it: values are told by their shapes, unless --raw is given
    #[value(alias = "markdown")]
    Md,
    /// OpenMetrics, which Prometheus reads too: rows of the largest groups, when they were last seen, their rates; names and paths are told as in Markdown
    #[value(name = "openmetrics", alias = "prometheus")]
    OpenMetrics,
}

/// Reads, groups, prints.
pub(super) fn run(asked: Asked<GroupsQuestion>, config: &Config) -> Result<ExitCode> {
    let Asked { input, question } = asked;
    let is_metrics = matches!(question.format, GroupsFormat::OpenMetrics);
    let is_plain =
        question.baseline.is_none() && !question.causes && !question.suspected.suspect && question.by == incidents::By::default();
    ensure!(!is_metrics || is_plain, NO_METRICS);
    let holding = question.holding.holding();
    let notes = question.notes.open(config, &input.sources)?;
    let growth = Growth { factor: question.grown_by, rows: question.grown_rows };
    let volume = question.volume.open()?;
    let input::OpenedInput { source, schemas } = input.open(config, false, &question.scope)?;
    let request = Request { volume, ..question.scope.request(schemas) };
    let by_incident = question.by == incidents::By::Incident;
    let is_used = by_incident || question.suspected.suspect;
    ensure!(question.suspected.source_repo.is_none() || is_used, "--source-repo goes with --suspect or --by incident");
    let repository = question.suspected.settings(config).source;
    let mut same_by = by_incident.then(|| SameBy::open(request.schemas.as_ref(), repository.as_deref())).transpose()?;
    if let Some(interval) = question.following.follow {
        return follow::run(source.as_ref(), &request, &question.following, interval, same_by);
    }
    let settings = question.suspected.suspect.then(|| question.suspected.settings(config));
    if settings.is_some() {
        suspect::schemas(request.schemas.as_ref())?;
    }
    let judged_by = question.causes.then(|| causes::schemas(request.schemas.as_ref())).transpose()?;
    let accepted = question.sent.accepted(source.as_ref())?;
    let baseline = question.baseline.as_deref().map(read_baseline).transpose()?.map(|mut baseline| {
        baseline.retain(&request.namespaces, &request.doctypes);
        baseline
    });
    let mut groups = {
        let line = out::ProgressLine::over(source.is_remote())?;
        match &holding {
            Some(holding) => {
                let mut groups = holding::groups(source.as_ref(), &request, holding, &line)?;
                groups.notes.extend(line.bill().map(Advised::from));
                groups
            }
            None => source.groups(&request, &line)?,
        }
    };
    groups.sort(question.sort.into());
    request.rate(&mut groups, holding.is_some());
    notes::remark(notes.as_ref(), &mut groups, !question.states.is_empty())?;
    // What payloads hold says nothing of names.
    let unmet = if holding.is_none() { unmet::check(source.as_ref(), &request, &groups)? } else { Vec::new() };
    let held = holding.map(|holding| holding.told());
    let strays: Vec<String> = held.into_iter().chain(unmet).chain(out::strays(request.schemas.as_deref())).collect();
    let is_pasted = (is_metrics || matches!(question.format, GroupsFormat::Md)) && !question.raw;
    let mut told_groups = is_pasted.then(|| ToldGroups::new(config.redaction.policy(false), request.schemas.clone()));
    if let Some((path, baseline)) = question.baseline.as_deref().zip(baseline) {
        // All groups would be gone, and nobody knows whether they are.
        if let (0, 0, Some(told)) = (groups.rows, groups.outside, groups.unreadable.emptiness()) {
            bail!("{told}, so nothing can be compared with the baseline");
        }
        ensure!(!baseline.contradicts(&groups), "{}", unlike_schemas(path, &groups));
        return print_changes(&baseline.compare(&groups, growth), &groups, question.format, told_groups, same_by.as_mut(), strays);
    }
    let filter = question.filter.as_deref().filter(|text| !text.trim().is_empty());
    let found = filter.map(|text| groups.search(text));
    let status: Option<Status> = question.status.map(Into::into);
    let of_status = |group: &&Group| {
        (question.groups.is_empty() || question.groups.contains(&group.fingerprint))
            && status.is_none_or(|status| group.standing.status == Some(status))
            && (question.states.is_empty() || question.states.iter().any(|state| state.holds(&groups, group)))
    };
    let mut shown: Vec<&Group> = match &found {
        Some(found) => found.lines.iter().filter_map(|&at| groups.list.get(at as usize)).filter(of_status).collect(),
        None => groups.list.iter().filter(of_status).collect(),
    };
    let muted = notes::muted(&groups, &mut shown, matches!(question.format, GroupsFormat::Table | GroupsFormat::Md));
    let unlike = filter.zip(found.as_ref()).and_then(|(text, found)| found.unlike(text));
    let told = unlike.into_iter().chain(muted).chain(strays).collect();
    if let Some(mut same_by) = same_by {
        let mut of = same_by.of(&groups, &shown);
        if is_pasted {
            incidents::without_keys(&mut of);
        }
        let noted = incidents::IncidentNotes::of(notes.as_ref(), &groups, &shown, &of);
        let without_data = told_groups.map(|mut told| told.list(&shown));
        let printed = without_data.as_ref().map_or_else(|| shown.clone(), |list| list.iter().collect());
        on_stdout(|out| {
            let (lines, members) =
                (|| incidents::lines(&groups, &printed, &of, &noted), || incidents::members(&groups, &printed, &of, &noted));
            write_with(out, &groups, question.format, lines, members)
        })?;
        let told = [Some(closing(&groups, shown.len(), told)), incident::closing(&of), same_by.fault()];
        out::tell(&told.into_iter().flatten().collect::<Vec<_>>().join("; "));
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(schemas) = judged_by {
        let line = out::ProgressLine::over(source.is_remote())?;
        let mut of = causes::of(source.as_ref(), &schemas, &groups, &shown, &line)?;
        let spent = line.bill();
        drop(line);
        let closing_causes = causes::closing(&of);
        if let Some(told) = &mut told_groups {
            told.causes(&mut of);
        }
        let without_data = told_groups.map(|mut told| told.list(&shown));
        let printed = without_data.as_ref().map_or_else(|| shown.clone(), |list| list.iter().collect());
        on_stdout(|out| {
            let (lines, members) = (|| causes::lines(&groups, &printed, &of), || causes::members(&groups, &printed, &of));
            write_with(out, &groups, question.format, lines, members)
        })?;
        let told = [Some(closing(&groups, shown.len(), told)), closing_causes];
        out::tell(&told.into_iter().flatten().chain(spent).collect::<Vec<_>>().join("; "));
        return Ok(ExitCode::SUCCESS);
    }
    if question.sent.senders {
        let line = out::ProgressLine::over(source.is_remote())?;
        let asked = SendersQuestion { source: source.as_ref(), groups: &groups, chosen: &shown, accepted: &accepted };
        let mut of = senders::of(&asked, &line)?;
        drop(line);
        let closing_senders = senders::closing(&of);
        if let Some(told) = &mut told_groups {
            told.senders(&shown, &mut of);
        }
        let without_data = told_groups.map(|mut told| told.list(&shown));
        let printed = without_data.as_ref().map_or_else(|| shown.clone(), |list| list.iter().collect());
        on_stdout(|out| {
            let (lines, members) = (|| senders::lines(&groups, &printed, &of), || senders::members(&groups, &printed, &of));
            write_with(out, &groups, question.format, lines, members)
        })?;
        out::tell(&[closing(&groups, shown.len(), told)].into_iter().chain(closing_senders).collect::<Vec<_>>().join("; "));
        return Ok(ExitCode::SUCCESS);
    }
    let mut spent = None;
    let of = match (&settings, &request.schemas) {
        (Some(settings), Some(schemas)) => {
            let line = out::ProgressLine::over(source.is_remote())?;
            let since = request.since;
            let asked = SuspectQuestion { source: source.as_ref(), groups: &groups, chosen: &shown, schemas, settings, since };
            let of = suspects(&asked, &line)?;
            spent = line.bill();
            Some(of)
        }
        _ => None,
    };
    let without_data = told_groups.map(|mut told| told.list(&shown));
    let printed = without_data.as_ref().map_or_else(|| shown.clone(), |list| list.iter().collect());
    if let Some(of) = of {
        let is_raw = !is_pasted;
        on_stdout(|out| {
            let (lines, members) = (|| suspect::lines(&groups, &printed, &of, is_raw), || suspect::members(&groups, &printed, &of));
            write_with(out, &groups, question.format, lines, members)
        })?;
        let told = [closing(&groups, shown.len(), told), suspect::closing(&of)];
        out::tell(&told.into_iter().chain(spent).collect::<Vec<_>>().join("; "));
        return Ok(ExitCode::SUCCESS);
    }
    on_stdout(|out| match question.format {
        GroupsFormat::OpenMetrics => metrics::write(out, &groups, &printed, question.most),
        format => write(out, &groups, &printed, format),
    })?;
    out::tell(&closing(&groups, shown.len(), told));
    // The program ends here: taking hundreds of thousands of groups apart first would only take time.
    std::mem::forget(groups);
    Ok(ExitCode::SUCCESS)
}

/// Writes on standard output, in large pieces.
pub(super) fn on_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFERED, io::stdout().lock());
    write(&mut out)?;
    out.flush()
}

/// Writes the groups that are shown of all groups, in a form.
pub(super) fn write(out: &mut dyn Write, groups: &Groups, shown: &[&Group], format: GroupsFormat) -> io::Result<()> {
    let records = shown.iter().map(|group| GroupFields::of(group, groups));
    match format {
        GroupsFormat::Table => out.write_all(table::write(shown, groups, out::room()).as_bytes()),
        GroupsFormat::Json => json::document(out, groups, Some(shown), records),
        GroupsFormat::Ndjson => json::lines(out, records),
        GroupsFormat::Csv => csv::write(out, records),
        GroupsFormat::Md => out.write_all(table::markdown(shown, groups).as_bytes()),
        GroupsFormat::OpenMetrics => metrics::write(out, groups, shown, metrics::USUAL),
    }
}

/// The groups that are shown with something below each, in a form: as lines for people, as members for scripts.
fn write_with<M: Serialize>(
    out: &mut dyn Write,
    groups: &Groups,
    format: GroupsFormat,
    lines: impl FnOnce() -> Vec<GroupCells>,
    members: impl FnOnce() -> Vec<M>,
) -> io::Result<()> {
    match format {
        GroupsFormat::Table => out.write_all(table::lines(table::heads(groups), lines(), out::room()).as_bytes()),
        GroupsFormat::Md => out.write_all(table::markdown_lines(table::heads(groups), &lines()).as_bytes()),
        GroupsFormat::Json => json::document(out, groups, None, members().into_iter()),
        GroupsFormat::Ndjson => json::lines(out, members().into_iter()),
        GroupsFormat::Csv => csv::write(out, members().into_iter()),
        GroupsFormat::OpenMetrics => Err(io::Error::other(NO_METRICS)),
    }
}

fn parse_times(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|times| *times >= 1.0 && f64::is_finite(*times))
        .ok_or_else(|| "growth is a number from 1 on, such as 2 or 1.5".to_owned())
}

pub(super) fn read_baseline(path: &Path) -> Result<Baseline> {
    let shown = visible(&path.to_string_lossy()).into_owned();
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST_BASELINE + 1).read_to_end(&mut text));
    read.wrap_err_with(|| format!("cannot read the baseline {shown}"))?;
    ensure!(text.len() as u64 <= MOST_BASELINE, "the baseline {shown} is larger than {}", crate::ground::text::bytes(MOST_BASELINE));
    Baseline::parse(&text).map_err(|reason| eyre!("{shown} is not a baseline: {}", advice::advised(&reason)))
}

/// Why a baseline is of no use where only one side was made with schemas, and what to give.
pub(super) fn unlike_schemas(path: &Path, now: &Groups) -> String {
    let shown = visible(&path.to_string_lossy()).into_owned();
    match now.by_schemas {
        Some(true) => format!(
            "the baseline {shown} was made without schemas and these groups are made with them, so they have other fingerprints: give a new \
             baseline, made with the same --schemas FOLDER"
        ),
        _ => format!(
            "the baseline {shown} was made with schemas and these groups are made without, so they have other fingerprints: give --schemas \
             FOLDER, or a new baseline"
        ),
    }
}

/// New groups are findings; where none are found in rows of which not all were read, nobody knows whether there are some.
fn print_changes(
    comparison: &Comparison<'_>,
    groups: &Groups,
    format: GroupsFormat,
    told: Option<ToldGroups>,
    same_by: Option<&mut SameBy>,
    more: Vec<String>,
) -> Result<ExitCode> {
    let is_pasted = told.is_some();
    let without_data = told.map(|mut told| told.changes(comparison));
    let without_data = without_data.as_ref().map(|changes| changes.beside(comparison));
    let mut incidents = same_by.map(|same_by| (same_by.of(groups, &comparison.new), same_by.fault()));
    if let Some((incidents, _)) = incidents.as_mut().filter(|_| is_pasted) {
        incidents::without_keys(incidents);
    }
    let of = incidents.as_ref().map(|(incidents, _)| IncidentsOf::new(incidents, &comparison.new));
    on_stdout(|out| changes::write(out, without_data.as_ref().unwrap_or(comparison), of.as_ref(), format))?;
    let put_together = incidents.into_iter().flat_map(|(incidents, fault)| incident::closing(&incidents).into_iter().chain(fault));
    out::tell(&std::iter::once(changes::closing(comparison)).chain(put_together).collect::<Vec<_>>().join("; "));
    out::tell(&closing(groups, groups.list.len(), more));
    let is_whole = !groups.partial && groups.unreadable.count == 0;
    if !is_whole {
        out::tell(NOT_WHOLE);
    }
    Ok(match (comparison.new.is_empty(), is_whole) {
        (false, _) => ExitCode::from(FINDINGS),
        (true, false) => ExitCode::from(UNCERTAIN),
        (true, true) => ExitCode::SUCCESS,
    })
}

impl From<Order> for Sort {
    fn from(order: Order) -> Self {
        match order {
            Order::Count => Sort::Count,
            Order::Deploy => Sort::Deploy,
            Order::Newest => Sort::Newest,
            Order::First => Sort::First,
            Order::Name => Sort::Name,
            Order::Growth => Sort::Growth,
        }
    }
}

/// What was counted and what was left out.
pub(super) fn closing(groups: &Groups, shown: usize, more: Vec<String>) -> String {
    let list = groups.list.len() as u64;
    let counted = match shown as u64 {
        n if n == list => format!("{} in {}", out::plural(groups.rows, "row", "rows"), out::plural(list, "group", "groups")),
        n => format!("{} in {}, {} shown", out::plural(groups.rows, "row", "rows"), out::plural(list, "group", "groups"), count(n)),
    };
    closing_behind(counted, groups, more)
}

/// The same behind other words for what was counted.
pub(super) fn closing_behind(counted: String, groups: &Groups, more: Vec<String>) -> String {
    let mut parts = vec![counted];
    if groups.outside > 0 {
        parts.push(format!("{} outside of what was asked for", out::plural(groups.outside, "row", "rows")));
    }
    if groups.partial {
        parts.push("stopped before the end".to_owned());
    }
    if !groups.missing_columns.is_empty() {
        parts.push(format!("the source has no {}", column::lost(&groups.missing_columns)));
    }
    parts.extend(out::unreadable(&groups.unreadable));
    parts.extend(groups.notes.iter().map(|note| visible(&advice::advised(note)).into_owned()));
    parts.extend(facts::rate::notes(groups));
    parts.extend(more);
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::row::{BadRow, Unreadable};

    #[test]
    fn markdown_may_be_spelled_out() {
        for name in ["md", "markdown"] {
            assert!(matches!(GroupsFormat::from_str(name, false), Ok(GroupsFormat::Md)), "{name}");
        }
    }

    #[test]
    fn the_closing_line_hides_nothing() {
        let bad = BadRow { origin: "e.ndjson line 3".into(), reason: "not JSON".into(), quote: "\x1b[2J{".into() };
        let groups = Groups {
            rows: 1200,
            outside: 3,
            unreadable: Unreadable { count: 2, first: vec![bad], ..Unreadable::default() },
            missing_columns: vec![column::ErrorColumn::Job],
            partial: true,
            notes: vec!["counting reads 3 GiB".into()],
            ..Groups::default()
        };
        assert_eq!(
            closing(&groups, 0, vec!["1 schema file is a stray".to_owned()]),
            "1,200 rows in 0 groups; 3 rows outside of what was asked for; stopped before the end; the source has no job_name (which job refused a \
             document, and so what a deploy began or ended); \
             2 pieces of input are not rows; the first is e.ndjson line 3: not JSON: \\u{1b}[2J{; \
             counting reads 3 GiB; 1 schema file is a stray"
        );
    }
}
