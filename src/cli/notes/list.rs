//! All notes, printed.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::ensure;
use serde::Serialize;

use super::RowsArgs;
use crate::cli::config::Config;
use crate::cli::out::{self, shown};
use crate::cli::safe_json;
use crate::ground::text::plural;
use crate::ground::time::{self, Micros};
use crate::rows::group::{Groups, Remark, RemarkState};
use crate::triage::facts::Facts;
use crate::triage::facts::note::{self as facts, NotedGroup};
use crate::triage::notes::pattern::PatternFit;
use crate::triage::notes::{Note, NoteAbout};

/// How notes are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ListFormat {
    /// For people
    #[default]
    Text,
    /// One object with notes and mistakes
    Json,
    /// One note a line
    Ndjson,
}

/// A note. Names and meanings are stable.
#[derive(Serialize)]
pub(super) struct NoteMember<'a> {
    /// `group`, `incident` or `match`.
    about: &'static str,
    fingerprint: Option<String>,
    /// The group in words, as a report may tell it.
    group: Option<&'a str>,
    /// SQL's LIKE; null of a note on a group.
    namespace: Option<&'a str>,
    doctype: Option<&'a str>,
    path: Option<&'a str>,
    /// Days, both included.
    start: Option<String>,
    end: Option<String>,
    note: Option<&'a str>,
    bug: Option<&'a str>,
    /// What was said: `open`, `seen`, `muted` or `mended`.
    state: &'static str,
    /// The same with what it rests on, as the file has it.
    said: Option<String>,
    /// The groups that it is on; null where no rows were read.
    groups: Option<Vec<NotedMember>>,
}

/// A group that a note is on.
#[derive(Serialize)]
struct NotedMember {
    fingerprint: String,
    doctype: String,
    sentence: String,
    count: u64,
    /// False where only rows may match whose keys are not known one by one.
    sure: bool,
    /// How the group stands now by all notes on it.
    state: &'static str,
    why: Option<String>,
}

#[derive(Serialize)]
struct MistakeMember<'a> {
    line: usize,
    why: &'a str,
}

impl<'a> NoteMember<'a> {
    fn of(note: &'a Note, on: Option<(&[NotedGroup<'_>], &Groups)>) -> Self {
        let (about, fingerprint, pattern) = match &note.about {
            NoteAbout::Group(print) => ("group", Some(print.to_string()), None),
            NoteAbout::Incident(print) => ("incident", Some(print.to_string()), None),
            NoteAbout::Pattern(pattern) => ("match", None, Some(pattern)),
        };
        let day = |day: Option<Micros>| day.map(time::day);
        NoteMember {
            about,
            fingerprint,
            group: note.told.as_deref(),
            namespace: pattern.and_then(|pattern| pattern.namespace.as_deref()),
            doctype: pattern.and_then(|pattern| pattern.doctype.as_deref()),
            path: pattern.and_then(|pattern| pattern.path.as_deref()),
            start: day(pattern.and_then(|pattern| pattern.start)),
            end: day(pattern.and_then(|pattern| pattern.end)),
            note: note.text.as_deref(),
            bug: note.bug.as_deref(),
            state: note.state.word(),
            said: note.state.text(),
            groups: on.map(|(noted, among)| noted.iter().map(|noted| NotedMember::of(noted, among)).collect()),
        }
    }
}

impl NotedMember {
    fn of(noted: &NotedGroup<'_>, among: &Groups) -> Self {
        let group = noted.group;
        let remark = among.remark(group);
        NotedMember {
            fingerprint: group.fingerprint.to_string(),
            doctype: group.key.doctype_name(),
            sentence: group.sentence(),
            count: group.count,
            sure: noted.fit == PatternFit::Matches,
            state: remark.map_or(RemarkState::Open, |remark| remark.state).name(),
            why: remark.and_then(Remark::why),
        }
    }
}

/// Reads, and prints.
pub(super) fn run(rows: RowsArgs, format: ListFormat, config: &Config) -> Result<ExitCode> {
    let file = rows.notes.of_command(config, &rows.input.sources)?;
    let path = shown(file.path());
    ensure!(file.is_there() || !rows.notes.is_given(), "there are no notes {path}");
    let notes = file.read()?;
    let complaint = file.complaint(&notes);
    // With mistakes in the file the rest is listed all the same, without rows.
    let read = if complaint.is_none() { rows.read(config, &file)? } else { None };
    let of = read.as_ref().map(|read| facts::groups_of(&notes, &read.groups));
    let on = |at: usize| of.as_ref().zip(read.as_ref()).and_then(|(of, read)| Some((of.get(at)?.as_slice(), &read.groups)));
    let members = || notes.list.iter().enumerate().map(|(at, note)| NoteMember::of(note, on(at)));
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    match format {
        ListFormat::Text => {
            for (at, note) in notes.list.iter().enumerate() {
                let mut told = Facts::default();
                facts::listed(&mut told, note, on(at));
                stdout.write_all(told.indented("").as_bytes())?;
            }
        }
        ListFormat::Json => {
            let mistakes: Vec<MistakeMember<'_>> =
                notes.mistakes.iter().map(|mistake| MistakeMember { line: mistake.line, why: &mistake.why }).collect();
            let before = format!("{{\"left_out\":{},\"mistakes\":{},\"notes\":", notes.left_out, safe_json::line(&mistakes)?.trim_end());
            safe_json::write_list(&mut stdout, &before, members())?;
        }
        ListFormat::Ndjson => safe_json::write_lines(&mut stdout, members())?,
    }
    stdout.flush()?;
    drop(stdout);
    out::tell(&match notes.list.len() {
        0 if !file.is_there() => format!("misfit: there are no notes yet; misfit notes set, or a key in the explorer, makes {path}"),
        count => format!("misfit: {} in {path}", plural(count as u64, "note", "notes")),
    });
    match complaint {
        Some(complaint) => {
            out::tell(&format!("misfit: {complaint}"));
            Ok(ExitCode::from(super::BAD))
        }
        None => Ok(ExitCode::SUCCESS),
    }
}
