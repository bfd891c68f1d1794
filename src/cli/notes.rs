//! `misfit notes`: notes on groups, listed, checked, changed, taken out of the team's sheet and written for it.
//!
//! Owns: which file of notes is meant, notes beside groups for other commands, the question.
//! Refuses: what notes mean and how they are kept (triage/notes), their words (triage/facts).

mod list;
mod sheet;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Subcommand, ValueEnum};
use color_eyre::Result;
use color_eyre::eyre::{bail, ensure, eyre};

use super::input::{InputArgs, OpenedInput};
use super::out;
use super::scope::Scope;
use crate::cli::config::Config;
use crate::ground::text::plural;
use crate::rows::demo;
use crate::rows::group::{Fingerprint, Group, Groups, RemarkState};
use crate::rows::schemas::SchemaStore;
use crate::triage::export::hidden;
use crate::triage::facts::note as facts;
use crate::triage::notes::file::NotesFile;
use crate::triage::notes::said::{NOT_MEASURED, NoteSaid, measure};
use crate::triage::notes::{Measure, NoteAbout, NoteChange};
use crate::triage::redact::Redactor;
use crate::tui::note_book::{NoteBook, now, unread};

/// Environment variable that names the file. Read here and not by the argument parser, which would let it pass for the flag.
const VARIABLE: &str = "MISFIT_NOTES";

/// Name of the file beside the configuration.
const USUAL: &str = "notes.txt";

/// Exit code where something is to be looked at.
const FINDINGS: u8 = 1;
/// Exit code where the file is not right.
const BAD: u8 = 2;

/// Where notes are.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
pub(super) struct NotesArg {
    /// File of notes on groups [env: MISFIT_NOTES, default: notes.txt beside the configuration]
    #[arg(long = "notes", value_name = "FILE")]
    notes_file: Option<PathBuf>,
}

/// How groups stand by the notes on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum WantedState {
    /// No note says otherwise
    Open,
    /// Somebody has looked at it
    Seen,
    /// Nobody has to look at it for now
    Muted,
    /// It was mended, and has no rows since
    Mended,
    /// It was mended, and has rows since
    CameBack,
}

impl WantedState {
    /// Whether a group stands so.
    pub(super) fn holds(self, groups: &Groups, group: &Group) -> bool {
        let state = groups.remark(group).map_or(RemarkState::Open, |remark| remark.state);
        state
            == match self {
                WantedState::Open => RemarkState::Open,
                WantedState::Seen => RemarkState::Seen,
                WantedState::Muted => RemarkState::Muted,
                WantedState::Mended => RemarkState::Mended,
                WantedState::CameBack => RemarkState::CameBack,
            }
    }
}

impl NotesArg {
    /// The file beside rows: the flag goes before the environment, that before the configuration. The sample has no notes but those that the flag names.
    pub(super) fn open(&self, config: &Config, sources: &[String]) -> Result<Option<NotesFile>> {
        let is_demo = sources.iter().any(|source| source == demo::NAME);
        if let Some(file) = self.named(config, is_demo) {
            ensure!(file.exists(), "there are no notes {}: a note makes the file", out::shown(&file));
            return Ok(Some(NotesFile::at(&file)));
        }
        Ok(self.usual(config, is_demo).filter(NotesFile::is_there))
    }

    /// The same to be written: it need not be there.
    pub(super) fn to_write(&self, config: &Config, is_demo: bool) -> Option<NotesFile> {
        self.named(config, is_demo).map(|file| NotesFile::at(&file)).or_else(|| self.usual(config, is_demo))
    }

    /// Whether the command line itself names it.
    pub(super) fn is_given(&self) -> bool {
        self.notes_file.is_some()
    }

    fn named(&self, config: &Config, is_demo: bool) -> Option<PathBuf> {
        let environment = || std::env::var_os(VARIABLE).filter(|file| !file.is_empty()).map(PathBuf::from);
        let configured = || config.notes.as_ref().map(|setting| setting.value.clone());
        self.notes_file.clone().or_else(|| if is_demo { None } else { environment().or_else(configured) })
    }

    fn usual(&self, config: &Config, is_demo: bool) -> Option<NotesFile> {
        let folder = config.folder.as_deref().filter(|_| !is_demo)?;
        Some(NotesFile::at(&folder.join(USUAL)))
    }

    /// The file for the explorer. `only_given`: none but one that the command line itself names.
    pub(super) fn book(&self, config: &Config, only_given: bool) -> Result<Option<NoteBook>> {
        let is_named = self.named(config, only_given).is_some();
        Ok(self.to_write(config, only_given).map(|file| NoteBook::new(file, is_named)))
    }

    /// The file for a command about notes, beside these sources.
    fn of_command(&self, config: &Config, sources: &[String]) -> Result<NotesFile> {
        let is_demo = sources.iter().any(|source| source == demo::NAME);
        self.to_write(config, is_demo).ok_or_else(|| match is_demo {
            true => eyre!("notes on the sample are in no file but one that is named: give --notes FILE"),
            false => eyre!("there is no home folder to keep notes in: name a file with --notes FILE"),
        })
    }
}

/// Puts what was noted beside groups. A file that cannot be read is told beside them, and is an error where groups are chosen by it.
pub(super) fn remark(file: Option<&NotesFile>, groups: &mut Groups, is_needed: bool) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    match file.read() {
        Ok(notes) => {
            let complaint = file.complaint(&notes);
            if let Some(complaint) = complaint.as_ref().filter(|_| is_needed) {
                bail!("{complaint}");
            }
            groups.set_remarks(Some(Arc::new(notes.remarks(groups, now()))), complaint);
        }
        Err(error) if is_needed => return Err(error.into()),
        Err(error) => groups.set_remarks(None, Some(unread(&error))),
    }
    Ok(())
}

/// Puts muted groups last, where they are listed for people, and says how many there are.
pub(super) fn muted(groups: &Groups, shown: &mut [&Group], moves: bool) -> Option<String> {
    let is_muted = |group: &&Group| WantedState::Muted.holds(groups, group);
    let (count, rows) = shown.iter().filter(|group| is_muted(group)).fold((0, 0), |(count, rows), group| (count + 1, rows + group.count));
    if count == 0 {
        return None;
    }
    let is_first = moves && !shown.iter().all(is_muted);
    if moves {
        shown.sort_by_key(is_muted);
    }
    let last = if is_first { ", told last" } else { "" };
    Some(format!(
        "{} with {} {} muted{last}",
        plural(count, "group", "groups"),
        plural(rows, "row", "rows"),
        if count == 1 { "is" } else { "are" }
    ))
}

const EXAMPLES: &str = "\
Examples:
  misfit notes set 73152a9311fc0fe0 --note 'waiting for 5.1' --bug 1684980
      a note on a group, in a file that is made
  misfit notes set 73152a9311fc0fe0 errors.ndjson --mute 3x
      muted until its rows come three times as fast as in these rows
  misfit notes set 73152a9311fc0fe0 --mended 2026-06-30
      a group that has rows after that day has come back
  misfit notes errors.ndjson
      all notes with the groups that they are on
  misfit notes import sheet.csv errors.ndjson --schemas ~/schemas
      the team's sheet: start_date, end_date, document_namespace, document_type,
      path, notes, bug; rows of it match groups by SQL LIKE, also those to come
  misfit notes export errors.ndjson > sheet.csv
      the same sheet, made of the notes
  misfit groups errors.ndjson --state open --state came-back
      what nobody has looked at, and what came back

The file is plain text that two people can keep in a repository: a block for each
note, in order. It holds what was typed, fingerprints, and each group in words as
a report may tell it. A note on a group itself goes before a pattern.";

/// What is asked of notes.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(args_conflicts_with_subcommands = true, after_long_help = EXAMPLES)]
pub(super) struct NotesArgs {
    #[command(subcommand)]
    what: Option<NotesCommand>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Subcommand)]
enum NotesCommand {
    /// Say what is wrong in the file, and with SOURCE what is to be looked at: notes without groups, patterns that match too much, what came back; exit code 1 where there is some, 2 where the file is not right
    Check(RowsArgs),
    /// Write a note on a group
    Set(SetArgs),
    /// Take the note on a group away
    Remove(RemoveArgs),
    /// Take the team's sheet in: each of its rows is a note on all groups that it matches
    Import(sheet::ImportArgs),
    /// Print the notes as the team's sheet; notes on groups need SOURCE, which has their names
    Export(sheet::SheetArgs),
}

/// Notes with the rows that they are on.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct RowsArgs {
    #[command(flatten)]
    notes: NotesArg,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    scope: Scope,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
struct ListArgs {
    #[command(flatten)]
    rows: RowsArgs,

    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    format: list::ListFormat,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
struct SetArgs {
    /// The group, as misfit groups prints it
    #[arg(value_name = "FINGERPRINT")]
    group: Fingerprint,

    /// The note is on the incident that the group began (misfit groups --by incident)
    #[arg(long)]
    incident: bool,

    /// What is noted; an empty text takes it away
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,

    /// Its bug: a number or an address; an empty text takes it away
    #[arg(long, value_name = "BUG")]
    bug: Option<String>,

    /// Somebody has looked at it
    #[arg(long, conflicts_with_all = ["mute", "mended", "open"])]
    seen: bool,

    /// Nobody has to look at it, until a day (2026-12-01, 2w), until its rows come so many times as fast (3x, with SOURCE; not of an incident), or for good ('')
    #[arg(long, value_name = "UNTIL", conflicts_with_all = ["mended", "open"])]
    mute: Option<String>,

    /// It was mended: a day, a time, a revision of the schemas, or a revision and a day; now ('')
    #[arg(long, value_name = "WHEN", conflicts_with = "open")]
    mended: Option<String>,

    /// It is neither seen nor muted nor mended
    #[arg(long)]
    open: bool,

    #[command(flatten)]
    rows: RowsArgs,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
struct RemoveArgs {
    /// The groups
    #[arg(value_name = "FINGERPRINT", required = true)]
    groups: Vec<Fingerprint>,

    /// The notes are on the incidents that the groups began
    #[arg(long)]
    incident: bool,

    #[command(flatten)]
    notes: NotesArg,
}

/// Rows that were read for notes.
pub(super) struct ReadRows {
    groups: Groups,
    schemas: Option<Arc<SchemaStore>>,
}

/// Does what was asked for.
pub(super) fn run(args: NotesArgs, config: &Config) -> Result<ExitCode> {
    match args.what {
        None => list::run(args.list.rows, args.list.format, config),
        Some(NotesCommand::Check(rows)) => check(rows, config),
        Some(NotesCommand::Set(args)) => set(args, config),
        Some(NotesCommand::Remove(args)) => {
            let file = args.notes.of_command(config, &[])?;
            let notes = file.read()?;
            for print in &args.groups {
                let found = if args.incident { notes.incident(*print) } else { notes.group(*print) };
                ensure!(found.is_some(), "there is no note on {print} in {}", out::shown(file.path()));
            }
            let about = |print: &Fingerprint| if args.incident { NoteAbout::Incident(*print) } else { NoteAbout::Group(*print) };
            let remove = |print| NoteChange { about: about(print), told: None, edit: crate::triage::notes::NoteEdit::Remove };
            file.change(&args.groups.iter().map(remove).collect::<Vec<_>>())?;
            let gone = plural(args.groups.len() as u64, "note is", "notes are");
            out::tell(&format!("misfit: {gone} gone from {}", out::shown(file.path())));
            Ok(ExitCode::SUCCESS)
        }
        Some(NotesCommand::Import(args)) => sheet::import(args, config),
        Some(NotesCommand::Export(args)) => sheet::export(args, config),
    }
}

impl RowsArgs {
    /// The groups with what was noted of them, where a source is named.
    fn read(self, config: &Config, file: &NotesFile) -> Result<Option<ReadRows>> {
        let mut read = self.rows(config)?;
        if let Some(read) = &mut read {
            remark(Some(file), &mut read.groups, true)?;
        }
        Ok(read)
    }

    /// The groups alone.
    fn rows(self, config: &Config) -> Result<Option<ReadRows>> {
        if self.input.sources.is_empty() {
            ensure!(!self.scope.has_window(), "a window of time is one of rows: name a SOURCE");
            return Ok(None);
        }
        let OpenedInput { source, schemas } = self.input.open(config, false, &self.scope)?;
        let request = self.scope.request(schemas.clone());
        let line = out::ProgressLine::over(source.is_remote())?;
        let groups = source.groups(&request, &line)?;
        drop(line);
        if let Some(told) = groups.unreadable.emptiness().filter(|_| groups.rows == 0) {
            out::tell(&format!("misfit: {told}"));
        }
        out::unreadable(&groups.unreadable).iter().for_each(|told| out::tell(&format!("misfit: {told}")));
        Ok(Some(ReadRows { groups, schemas }))
    }
}

fn set(args: SetArgs, config: &Config) -> Result<ExitCode> {
    let file = args.rows.notes.of_command(config, &args.rows.input.sources)?;
    let state = match (args.seen, args.mute, args.mended, args.open) {
        (true, ..) => Some(NoteSaid::Seen),
        (_, Some(until), ..) => Some(NoteSaid::Mute(until)),
        (_, _, Some(when), _) => Some(NoteSaid::Mended(when)),
        (.., true) => Some(NoteSaid::Open),
        _ => None,
    };
    let said: Vec<NoteSaid> = [args.note.map(NoteSaid::Text), args.bug.map(NoteSaid::Bug), state].into_iter().flatten().collect();
    ensure!(!said.is_empty(), "there is nothing to note: give --note, --bug, --seen, --mute, --mended or --open");
    let has_source = !args.rows.input.sources.is_empty();
    ensure!(!args.incident || !said.iter().any(NoteSaid::is_measured), NOT_MEASURED);
    // A revision is looked up in the schemas, which need no rows.
    let needs_schemas = !has_source && said.iter().any(|said| matches!(said, NoteSaid::Mended(_)));
    let schemas = if needs_schemas { args.rows.input.schemas.clone().open(config, false)? } else { None };
    let read = args.rows.rows(config)?;
    let found = read.as_ref().map(|read| {
        let group = read.groups.list.iter().find(|group| group.fingerprint == args.group);
        group.ok_or_else(|| eyre!("no group of these rows is {}: misfit groups prints them; are the schemas the same?", args.group))
    });
    let group = found.transpose()?;
    ensure!(
        group.is_some() || !said.iter().any(NoteSaid::is_measured),
        "how fast its rows come is told by rows: name the SOURCE behind the group, as in misfit notes set {} errors.ndjson --mute 3x",
        args.group
    );
    let then = match (&read, group) {
        (Some(read), Some(group)) => measure(&read.groups, group),
        _ => Measure { rows: 0, window: None },
    };
    let schemas = read.as_ref().map_or(schemas, |read| read.schemas.clone());
    let told = group.map(|group| {
        let policy = config.redaction.policy(false).knowing(schemas.as_deref());
        hidden::words(group, schemas.as_deref(), &mut Redactor::new(policy))
    });
    let about = if args.incident { NoteAbout::Incident(args.group) } else { NoteAbout::Group(args.group) };
    let change = |said: &NoteSaid| {
        let edit = said.edit(then, schemas.as_deref(), now()).map_err(|reason| eyre!(reason))?;
        Ok(NoteChange { about: about.clone(), told: told.clone(), edit })
    };
    let changes = said.iter().map(change).collect::<Result<Vec<_>>>()?;
    let notes = file.change(&changes)?;
    let note = if args.incident { notes.incident(args.group) } else { notes.group(args.group) };
    out::tell(&format!("misfit: {} {}, in {}", args.group, facts::changed(note), out::shown(file.path())));
    Ok(ExitCode::SUCCESS)
}

fn check(args: RowsArgs, config: &Config) -> Result<ExitCode> {
    let file = args.notes.of_command(config, &args.input.sources)?;
    let shown = out::shown(file.path());
    ensure!(file.is_there() || !args.notes.is_given(), "there are no notes {shown}");
    let notes = file.read()?;
    if !file.is_there() {
        return out::print(&format!("there are no notes at {shown}\n"));
    }
    if !notes.mistakes.is_empty() {
        let lines: String = notes.mistakes.iter().map(|mistake| format!("{shown} line {}: {}\n", mistake.line, mistake.why)).collect();
        let out = plural(notes.left_out as u64, "note is left out", "notes are left out");
        out::print(&format!("{lines}{shown} is not right, and is not written until it is: {out}\n"))?;
        return Ok(ExitCode::from(BAD));
    }
    let can_be_used = format!("{shown} can be used, {}\n", plural(notes.list.len() as u64, "note", "notes"));
    let Some(read) = args.read(config, &file)? else { return out::print(&can_be_used) };
    let found = facts::findings(&notes, &read.groups);
    let lines: String = found.iter().map(|line| format!("{line}\n")).collect();
    out::print(&format!("{lines}{can_be_used}"))?;
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FINDINGS) })
}
