//! `misfit export`: what a bug report, a schema repository or a backfill needs of failing rows.
//!
//! Owns: the question, choosing groups, the closing line.
//! Refuses: making what is exported (export), where it goes (target), going through rows (samples).

mod patches;
mod samples;
pub(super) mod stop;
mod tally;
mod target;
mod texts;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::{bail, ensure};
use rustc_hash::FxHashMap;

use super::groups::cause_groups;
use super::groups::senders;
use super::groups::suspect::{SuspectArgs, schemas as suspect_schemas};
use super::input::{self, Asked};
use super::scope::Scope;
use super::volume::VolumeArgs;
use super::{notes, out, unmet};
use crate::cli::config::Config;
use crate::rows::group::{Fingerprint, Groups};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, Request};
use crate::triage::export::choice::Choice;
use crate::triage::export::files::{Readers, WriteOptions};
use crate::triage::export::hidden::ToldGroup;
use crate::triage::export::predicate::Neighbours;
use crate::triage::export::report::{LeftOut, MOST_LISTED};
use crate::triage::facts;
use crate::triage::mend::Share;
use crate::triage::redact::{Policy, Redactor};
use crate::triage::senders::ToldBy;
use stop::ExportStop;

/// What is exported of which rows, and where to.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct ExportQuestion {
    /// What to export
    #[arg(long = "as", value_enum, value_name = "WHAT")]
    what: ExportWhat,

    /// Only this group, as misfit groups prints it; may be given several times
    #[arg(long = "group", value_name = "FINGERPRINT")]
    groups: Vec<Fingerprint>,

    #[command(flatten)]
    scope: Scope,

    #[command(flatten)]
    volume: VolumeArgs,

    #[command(flatten)]
    notes: notes::NotesArg,

    /// Rows, documents, tests or reproducers of each group, spread over all of its rows
    #[arg(long, value_name = "N", default_value_t = 1)]
    per_group: usize,

    /// With --as html: groups that are told one by one, the largest first; up to 1,000 are listed
    #[arg(long, value_name = "N", default_value_t = 100)]
    most: usize,

    /// Part of the group's rows that a patch has to take, in percent: 100, 99.9, 99
    #[arg(long, value_name = "PERCENT", default_value_t = Share::ALL)]
    share: Share,

    /// What a patch is made for: the generated schemas, or the templates that they come from in the repository that source_repo names
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    on: PatchedFiles,

    /// File or folder to write to, instead of standard output
    #[arg(long, value_name = "FILE|FOLDER")]
    out: Option<PathBuf>,

    /// Form of report, backfill and table [default: md]; a patch is a diff, json or ndjson
    #[arg(long, value_enum)]
    format: Option<ExportFormat>,

    #[command(flatten)]
    suspected: SuspectArgs,

    /// With --as report: what sets the rows of each group apart most from the other failures of its doctype, as of misfit groups --senders
    #[arg(long)]
    senders: bool,

    /// With --as backfill: the schemas by which the rows are to be brought back (a folder, REPO@REVISION, a REVISION of those of --schemas, or one schema file in the place of theirs): how many of them pass then, what
    /// remains broken, what is there twice, what is lost
    #[arg(long, value_name = "SCHEMAS")]
    against: Option<PathBuf>,

    /// With --as sql: the documents too, which are most of what such a query costs
    #[arg(long)]
    with_documents: bool,

    /// Values as they are, instead of their shapes: what people typed, identifiers, addresses. Files are then for their owner alone
    #[arg(long)]
    raw: bool,

    /// Replace files that exist
    #[arg(long)]
    force: bool,
}

/// What can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportWhat {
    /// What the owner of the failing producer has to know of the groups
    Report,
    /// The same as one page for a browser, with a table of all groups and what each deploy began: opens without a network, runs nothing
    Html,
    /// Rows, one a line, as misfit reads them
    Rows,
    /// Documents: one as it is, several as lines, or as files in the folder that --out names
    Documents,
    /// Files NAMESPACE/DOCTYPE.VERSION.NAME.fail.json in a folder validation, as schema repositories have them: small documents with the same fault
    Tests,
    /// The smallest document with the same fault
    Reproducer,
    /// SQL that selects the rows in the error table
    Sql,
    /// What it takes to bring the rows back: days, counts, conditions in SQL, the tables that they belong in
    Backfill,
    /// The smallest edit of the schema that takes the rows of a group, as a diff for git apply, with what else it lets in and what becomes of the columns
    Patch,
    /// The groups themselves
    Table,
}

/// What a patch is made for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum PatchedFiles {
    /// The schemas as they are generated
    #[default]
    Schemas,
    /// The templates in the source repository
    Templates,
}

/// Forms of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// Markdown, for bug trackers
    #[default]
    #[value(alias = "markdown")]
    Md,
    /// Plain text
    Text,
    /// One object
    Json,
    /// The same object on one line; of table a line a group
    Ndjson,
}

/// What every export works with.
struct Work<'a> {
    source: &'a dyn ErrorSource,
    schemas: Option<&'a SchemaStore>,
    groups: &'a Groups,
    choice: Choice<'a>,
    /// The chosen groups as they may be told.
    told: Vec<ToldGroup>,
    question: &'a ExportQuestion,
    /// What may be told.
    policy: Policy,
    /// The source as the commands of a report name it.
    label: String,
    stop: &'a ExportStop,
}

/// Reads, chooses, exports.
pub(super) fn run(asked: Asked<ExportQuestion>, config: &Config) -> Result<ExitCode> {
    let Asked { input, mut question } = asked;
    // As everywhere: standard output, which is the usual place.
    question.out.take_if(|path| path.as_os_str() == "-");
    ensure!(question.per_group > 0, "--per-group 0 leaves nothing to export: give 1 or more");
    let is_report = matches!(question.what, ExportWhat::Report | ExportWhat::Html);
    ensure!(!question.suspected.suspect || is_report, "--suspect is for reports: --as report, --as html");
    ensure!(question.suspected.source_repo.is_none() || is_report, "--source-repo is for reports: --as report, --as html");
    ensure!(!question.senders || is_report, "--senders is for reports: --as report, --as html");
    ensure!(!question.with_documents || question.what == ExportWhat::Sql, "--with-documents is for statements: --as sql");
    ensure!(question.against.is_none() || question.what == ExportWhat::Backfill, "--against is for backfill briefs: --as backfill");
    let volume = question.volume.open()?;
    ensure!(
        volume.is_none() || is_report || question.what == ExportWhat::Table,
        "--volume is for reports and tables: --as report, --as html, --as table"
    );
    let settings = question.suspected.suspect.then(|| question.suspected.settings(config));
    ensure!(
        question.format.is_none()
            || matches!(question.what, ExportWhat::Report | ExportWhat::Backfill | ExportWhat::Table | ExportWhat::Patch),
        "--format is for report, backfill, table and patch: the others have one form"
    );
    ensure!(
        question.what != ExportWhat::Patch || matches!(question.format, None | Some(ExportFormat::Json | ExportFormat::Ndjson)),
        "a patch is a diff, or one object with --format json or ndjson"
    );
    let label = label(&input.sources);
    let notes = question.notes.open(config, &input.sources)?;
    let input::OpenedInput { source, schemas } = input.open(config, true, &question.scope)?;
    let against = question.against.as_deref().map(|given| input::open_against(schemas.as_deref(), given)).transpose()?;
    if question.senders {
        senders::check(source.as_ref(), ToldBy::usual(source.as_ref()), false)?;
    }
    if settings.is_some() {
        suspect_schemas(schemas.as_ref())?;
    }
    let request = Request { volume, ..question.scope.clone().request(schemas.clone()) };
    let stop = ExportStop::on_interrupt()?;
    let mut groups = source.groups(&request, &stop)?;
    request.rate(&mut groups, false);
    notes::remark(notes.as_ref(), &mut groups, false)?;
    ensure!(!groups.partial, "stopped; nothing was written");
    if let Some(told) = out::nothing_to_write(&groups) {
        out::tell(&told);
        return Ok(ExitCode::SUCCESS);
    }
    unmet::check(source.as_ref(), &request, &groups)?.iter().for_each(|note| out::tell(&format!("misfit: {note}")));
    let choice = Choice::of(&groups, &question.groups);
    let group_of = match (&schemas, choice.vanished.is_empty() || source.is_remote()) {
        (Some(schemas), false) => cause_groups(source.as_ref(), schemas, &groups, &stop)?,
        _ => FxHashMap::default(),
    };
    for print in &choice.vanished {
        out::tell(&match group_of.get(print) {
            Some(group) => format!(
                "misfit: {print} is the fingerprint of a cause, not of a group: export its group, {group}; misfit cases --group {print} prints its rows"
            ),
            None => format!("misfit: group {print} has no rows (any more): misfit groups prints the groups; are the schemas the same?"),
        });
    }
    if choice.groups.is_empty() {
        bail!("there is nothing to export: no group matches what was asked for");
    }
    let mut choice = choice;
    let mut listed = Vec::new();
    let mut left_out = LeftOut::default();
    if question.what == ExportWhat::Html {
        left_out = LeftOut::behind(&choice.groups, MOST_LISTED);
        choice.groups.truncate(MOST_LISTED);
        listed = choice.groups.clone();
        choice.groups.truncate(question.most);
    }
    let policy = config.redaction.policy(question.raw).knowing(schemas.as_deref());
    let mut redactor = Redactor::new(policy.clone());
    let neighbours = Neighbours::new(&groups.list);
    let told = choice.groups.iter().map(|group| ToldGroup::new(group, &neighbours, schemas.as_deref(), &mut redactor)).collect();
    let work = Work {
        source: source.as_ref(),
        schemas: schemas.as_deref(),
        groups: &groups,
        choice,
        told,
        question: &question,
        policy,
        label,
        stop: &stop,
    };
    let asking = texts::Asking { suspects: settings.as_ref(), source: question.suspected.settings(config).source, since: request.since };
    match question.what {
        ExportWhat::Report => texts::report(&work, &asking)?,
        ExportWhat::Html => texts::html(&work, &listed, left_out, &asking)?,
        ExportWhat::Rows => samples::rows(&work)?,
        ExportWhat::Documents => samples::documents(&work)?,
        ExportWhat::Tests => samples::tests(&work)?,
        ExportWhat::Reproducer => samples::reproducers(&work)?,
        ExportWhat::Sql => texts::sql(&work)?,
        ExportWhat::Backfill => texts::backfill(&work, against.as_ref())?,
        ExportWhat::Patch => patches::patch(&work, config)?,
        ExportWhat::Table => texts::table(&work)?,
    }
    out::unreadable(&groups.unreadable)
        .into_iter()
        .chain(facts::rate::notes(&groups))
        .chain(out::strays(schemas.as_deref()))
        .chain(stop.bill())
        .for_each(|told| out::tell(&format!("misfit: {told}")));
    Ok(ExitCode::SUCCESS)
}

impl Work<'_> {
    /// What takes data out, unless everything may be told.
    fn redactor(&self) -> Redactor {
        Redactor::new(self.policy.clone())
    }

    fn format(&self) -> ExportFormat {
        self.question.format.unwrap_or_default()
    }

    /// How files are written.
    fn options(&self) -> WriteOptions {
        WriteOptions { replace: self.question.force, readers: if self.question.raw { Readers::Owner } else { Readers::Usual } }
    }
}

/// A source by its last name: the folders above say who made the report.
fn label(sources: &[String]) -> String {
    match sources {
        [source] => source.rsplit('/').next().unwrap_or(source).to_owned(),
        _ => "SOURCE".to_owned(),
    }
}
