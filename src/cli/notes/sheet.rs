//! The team's sheet: taken in, and written.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use color_eyre::Result;
use color_eyre::eyre::{WrapErr, ensure, eyre};

use super::{RowsArgs, remark};
use crate::cli::config::Config;
use crate::cli::out::shown;
use crate::cli::{csv, out};
use crate::ground::text::{bytes, plural};
use crate::rows::group::Group;
use crate::triage::export::hidden;
use crate::triage::facts::Facts;
use crate::triage::facts::note as facts;
use crate::triage::notes::pattern::NotePattern;
use crate::triage::notes::sheet::{self, COLUMNS, Sheet};
use crate::triage::notes::{Note, NoteAbout, NoteState};
use crate::triage::redact::Redactor;

/// Largest sheet that is read, in bytes.
const MOST_BYTES: u64 = 64 << 20;

/// Exit code where rows of the sheet could not be taken in.
const INCOMPLETE: u8 = 2;

/// Which sheet.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct ImportArgs {
    /// The sheet, as CSV; - for standard input
    #[arg(value_name = "SHEET")]
    sheet: PathBuf,

    /// Only print what would be taken in, and with SOURCE the groups that each row matches
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    rows: RowsArgs,
}

/// Notes as a sheet.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct SheetArgs {
    /// Names of namespaces, doctypes and places as they are, also those that the schemas at hand do not list
    #[arg(long)]
    raw: bool,

    #[command(flatten)]
    rows: RowsArgs,
}

/// Takes all good rows in, and says which groups each matches.
pub(super) fn import(args: ImportArgs, config: &Config) -> Result<ExitCode> {
    let file = args.rows.notes.of_command(config, &args.rows.input.sources)?;
    let name = shown(&args.sheet);
    let sheet = Sheet::parse(&read(&args.sheet)?).map_err(|reason| eyre!("{name}: {reason}"))?;
    let before = file.read()?;
    // Nothing is written before the rows were read.
    let mut read = args.rows.rows(config)?;
    if !args.dry_run {
        file.change(&sheet.changes())?;
    }
    let known = count_known(&before.list, &sheet.notes);
    if let Some(read) = &mut read {
        remark(Some(&file), &mut read.groups, true)?;
        let notes = crate::triage::notes::Notes::of(sheet.notes.clone());
        let of = facts::groups_of(&notes, &read.groups);
        let mut stdout = io::BufWriter::new(io::stdout().lock());
        for (note, noted) in notes.list.iter().zip(&of) {
            let mut told = Facts::default();
            facts::listed(&mut told, note, Some((noted, &read.groups)));
            stdout.write_all(told.indented("").as_bytes())?;
        }
        stdout.flush()?;
        let without = of.iter().filter(|noted| noted.is_empty()).count() as u64;
        if without > 0 {
            out::tell(&format!(
                "misfit: {} no group of these rows",
                plural(without, "row of the sheet matches", "rows of the sheet match")
            ));
        }
    }
    for mistake in &sheet.mistakes {
        out::tell(&format!("misfit: {name} line {}: {}; the row is left out", mistake.line, mistake.why));
    }
    sheet.remarks.iter().for_each(|remark| out::tell(&format!("misfit: {name}: {remark}")));
    let taken = if args.dry_run { "would be taken in" } else { "taken in" };
    let new = sheet.notes.len() - known;
    out::tell(&format!(
        "misfit: {} {taken}, {new} of them new{}, in {}",
        plural(sheet.notes.len() as u64, "note", "notes"),
        if sheet.mistakes.is_empty() {
            String::new()
        } else {
            format!("; {} left out", plural(sheet.mistakes.len() as u64, "row is", "rows are"))
        },
        shown(file.path())
    ));
    Ok(if sheet.mistakes.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}

/// How many of the notes are on what some note is on already.
fn count_known(known: &[Note], notes: &[Note]) -> usize {
    let known: std::collections::HashSet<&NoteAbout> = known.iter().map(|note| &note.about).collect();
    notes.iter().filter(|note| known.contains(&note.about)).count()
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let reads = if path.as_os_str() == "-" {
        io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut text)
    } else {
        File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut text))
    };
    reads.wrap_err_with(|| format!("cannot read the sheet {}", shown(path)))?;
    ensure!(text.len() as u64 <= MOST_BYTES, "the sheet {} is larger than {}", shown(path), bytes(MOST_BYTES));
    Ok(text)
}

/// Prints the notes as a sheet, and says what has no place in it.
pub(super) fn export(args: SheetArgs, config: &Config) -> Result<ExitCode> {
    let file = args.rows.notes.of_command(config, &args.rows.input.sources)?;
    ensure!(file.is_there(), "there are no notes {}", shown(file.path()));
    let notes = file.read()?;
    if let Some(complaint) = file.complaint(&notes) {
        return Err(eyre!(complaint));
    }
    let read = args.rows.read(config, &file)?;
    let policy = config.redaction.policy(args.raw).knowing(read.as_ref().and_then(|read| read.schemas.as_deref()));
    let mut redactor = Redactor::new(policy);
    let (mut rows, mut absent, mut hidden_names, mut states) = (Vec::new(), 0, 0, 0);
    for note in &notes.list {
        let pattern = match &note.about {
            NoteAbout::Pattern(pattern) => pattern.clone(),
            NoteAbout::Group(print) | NoteAbout::Incident(print) => {
                let group = read.as_ref().and_then(|read| read.groups.list.iter().find(|group| group.fingerprint == *print));
                let Some(group) = group else {
                    absent += 1;
                    continue;
                };
                let schemas = read.as_ref().and_then(|read| read.schemas.as_deref());
                if !may_be_told(group, &hidden::told(group, schemas, &mut redactor)) {
                    hidden_names += 1;
                    continue;
                }
                NotePattern::of(group)
            }
        };
        states += u64::from(note.state != NoteState::Open);
        rows.push(sheet::row(note, &pattern));
    }
    let written = rows.len() as u64;
    csv::write_texts(io::stdout().lock(), COLUMNS, rows.into_iter())?;
    let mut told = vec![format!("{} written", plural(written, "note", "notes"))];
    if absent > 0 {
        let of = if read.is_some() { "are not among these rows" } else { "are told by rows: name a SOURCE" };
        told.push(format!(
            "{} left out, for the names of {} {of}",
            plural(absent, "note is", "notes are"),
            if absent == 1 { "its group" } else { "their groups" }
        ));
    }
    if hidden_names > 0 {
        let notes = plural(hidden_names, "note is", "notes are");
        told.push(format!("{notes} left out, for the schemas at hand do not list all names in them (--schemas, or --raw to tell them)"));
    }
    if states > 0 {
        told.push(format!("{} without how it stands, for which the sheet has no column", plural(states, "note", "notes")));
    }
    out::tell(&format!("misfit: {}", told.join("; ")));
    Ok(ExitCode::SUCCESS)
}

/// Whether nothing of a group's names and place is hidden.
fn may_be_told(group: &Group, told: &Group) -> bool {
    let place = if group.key.path.is_some() { group.key.path == told.key.path } else { group.sample == told.sample };
    place && group.key.namespace == told.key.namespace && group.key.doctype == told.key.doctype
}
