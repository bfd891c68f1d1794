//! Files that are written on while they are explored.
//!
//! Owns: what was read of each, what of it is new: lines added at the end, files that a pattern has come to match, files that were replaced.
//! Refuses: when to look again, what becomes of what is new.
//!
//! Of a plain file of lines only what was added is read; one that is shorter, or another file of that name, is read from its beginning, and so is
//! whatever is packed or Parquet and has changed. What is gone keeps its rows until something takes its place.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use super::input::{Input, InputChange};
use super::scan::{self, Wanted};
use super::tally::{self, ThreadTally};
use super::{Files, is_no_export, paths_of, tell_apart, with_rows};
use crate::ground::text::visible;
use crate::rows::advice::Advised;
use crate::rows::source::{Followed, Request, SourceError, Watch};

/// What was counted of files so far.
pub(super) struct FollowState {
    /// Of those that are added to.
    appended: Counted,
    /// Of those that are read whole.
    whole: Counted,
    /// By input: up to where it is read.
    read: Vec<u64>,
    /// By input: whether it was gone when it was looked at last.
    gone: Vec<bool>,
}

/// Rows of some of the inputs, one part for each thread.
type Counted = Vec<ThreadTally>;

/// Reads what is new. What is left in the state after an error is of no use.
pub(super) fn follow(
    files: &Files,
    state: &mut Option<FollowState>,
    request: &Request,
    watch: &dyn Watch,
) -> Result<Followed, SourceError> {
    let before = files.inputs().len();
    let (changes, is_other) = look(files)?;
    if is_other {
        *state = None;
    }
    let known = if state.is_some() { before } else { 0 };
    let inputs = files.inputs();
    let fresh = || scan::fresh(&inputs, files.threads, request);
    let usual = || FollowState { appended: fresh(), whole: fresh(), read: Vec::new(), gone: Vec::new() };
    let FollowState { mut appended, mut whole, mut read, mut gone } = state.take().unwrap_or_else(usual);
    gone.resize(inputs.len(), false);
    let mut notes = Vec::new();
    for (at, (input, change)) in inputs.iter().zip(&changes).enumerate() {
        let is_gone = *change == InputChange::Gone;
        notes.extend(what_became(&input.name, *change, gone[at], at < known || (is_other && at < before)));
        gone[at] = is_gone;
    }
    let is_replaced = |of_lines: bool| {
        let old = inputs.iter().zip(&changes).take(known);
        old.clone().any(|(input, change)| input.is_appended() == of_lines && *change == InputChange::Replaced)
    };
    let (lines_again, whole_again) = (is_replaced(true), is_replaced(false));
    read.resize(inputs.len(), 0);
    for (counted, again) in [(&mut appended, lines_again), (&mut whole, whole_again)] {
        if again {
            *counted = fresh();
        }
        counted.iter_mut().for_each(|part| part.widen(inputs.len()));
    }
    let (mut of_lines, mut of_whole, mut is_new) = (Vec::new(), Vec::new(), known == 0 || !notes.is_empty());
    for (at, (input, change)) in inputs.iter().zip(&changes).enumerate() {
        let (mut lines, mut all) = (Wanted::Nothing, Wanted::Nothing);
        let is_first = at >= known;
        if input.is_appended() {
            if lines_again {
                read[at] = 0;
            }
            if *change != InputChange::Gone && (is_first || lines_again || *change == InputChange::Grown || has_more(input, read[at])) {
                let before = appended.iter().map(|part| part.blocks(at)).max().unwrap_or(0);
                let (reading, to) = input.reading_on(read[at], before)?;
                is_new |= to > read[at] || lines_again;
                read[at] = to;
                lines = Wanted::Part(reading);
            }
        } else if *change != InputChange::Gone && (is_first || whole_again || *change == InputChange::Grown) {
            (all, is_new) = (Wanted::All, true);
        }
        of_lines.push(lines);
        of_whole.push(all);
    }
    let how = (files.options.keep_rows, request);
    let (appended, stopped) = scan::read(&inputs, of_lines, appended, how, watch)?;
    let (whole, also_stopped) = if stopped { (whole, true) } else { scan::read(&inputs, of_whole, whole, how, watch)? };
    if stopped || also_stopped {
        return Err(SourceError::Input("reading was stopped".to_owned()));
    }
    let followed = match is_new {
        false => Followed::Same,
        true => {
            let parts = ThreadTally::copies(appended.iter().chain(&whole));
            let mut groups = tally::together(parts, &inputs, false)?;
            groups.unreadable.repeated.clone_from(&files.repeated);
            groups.notes.extend(notes);
            Followed::All(groups)
        }
    };
    *state = Some(FollowState { appended, whole, read, gone });
    Ok(followed)
}

/// What is said of a file that is not as it was, once; `was_gone`: whether that was said when it went.
fn what_became(name: &str, change: InputChange, was_gone: bool, is_known: bool) -> Option<Advised> {
    let name = visible(name);
    match change {
        InputChange::Gone if !was_gone && is_known => {
            Some(format!("there is no file {name} any more: its rows are counted until another one takes its place").into())
        }
        InputChange::Replaced if is_known => {
            Some(format!("{name} was replaced or cut: it is read from its beginning, and what it held before is not counted").into())
        }
        _ => None,
    }
}

/// Whether a line was left that had not ended: it may be whole now, though the file is as it was.
fn has_more(input: &Input, read: u64) -> bool {
    input.length().is_some_and(|length| length > read)
}

/// What became of each input, and whether one is of another kind now, so that all is read anew. Files that were replaced are opened anew, and so are those
/// that a pattern matches by now.
fn look(files: &Files) -> Result<(Vec<InputChange>, bool), SourceError> {
    let mut inputs = files.inputs();
    let name = inputs.first().map(|input| input.name.clone()).unwrap_or_default();
    if inputs.iter().any(|input| input.is_pipe()) {
        return Err(SourceError::Input("standard input and pipes are read once: follow the file that is written".to_owned()));
    }
    if inputs.iter().all(|input| input.path().is_none()) {
        return Err(SourceError::Input(format!("{name} does not change, so there is nothing to follow")));
    }
    let (mut changes, mut is_other) = (Vec::with_capacity(inputs.len()), false);
    for input in &mut inputs {
        let mut change = input.change()?;
        // What an empty file was to hold was not known.
        let was_empty = input.length() == Some(0);
        if change == InputChange::Grown && !was_empty && !input.is_appended() {
            change = InputChange::Replaced;
        }
        let is_opened = change == InputChange::Replaced || (change == InputChange::Grown && was_empty);
        if let Some(path) = input.path().filter(|_| is_opened) {
            let mut fresh = Input::file(path)?;
            fresh.name.clone_from(&input.name);
            fresh.others.clone_from(&input.others);
            // Both kinds are counted apart.
            is_other |= !was_empty && fresh.is_appended() != input.is_appended();
            *input = Arc::new(fresh);
        }
        changes.push(change);
    }
    if changes.iter().all(|change| *change == InputChange::Gone) {
        return Err(SourceError::Input(format!("there is no file {name} any more; it is read on when there is one again")));
    }
    let known: Vec<PathBuf> = inputs.iter().filter_map(|input| input.path()).map(whole_path).collect();
    let mut came = Vec::new();
    let is_folder = |argument: &String| std::path::Path::new(argument).is_dir();
    for argument in files.named.iter().filter(|argument| argument.contains(['*', '?', '[']) || is_folder(argument)) {
        // A pattern that matches nothing any more is told by what is gone.
        for path in paths_of(argument).unwrap_or_default() {
            if !known.contains(&whole_path(&path)) {
                match Input::file(&path).and_then(|file| if is_folder(argument) { with_rows(file) } else { Ok(file) }) {
                    Ok(file) => came.push(file.with_others(scan::others(&inputs))),
                    // In a folder, what is no export is left out.
                    Err(error) if is_folder(argument) && is_no_export(&error, &path) => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
    tell_apart(&mut came);
    changes.extend(came.iter().map(|_| InputChange::Grown));
    inputs.extend(came.into_iter().map(Arc::new));
    *files.inputs.write().unwrap_or_else(PoisonError::into_inner) = inputs;
    Ok((changes, is_other))
}

fn whole_path(path: &std::path::Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
