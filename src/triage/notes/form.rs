//! The form of the file of notes: a block of lines for each note, which programs that merge can put together.
//!
//! Owns: reading it whole, with every mistake by its line; writing one changed note and leaving all else of the file as it is.
//! Refuses: files (file), what LIKE means (like).
//!
//! ```text
//! misfit notes 1
//!
//! group 73152a9311fc0fe0
//!   about  acme-reader/session.1 /metrics/labeled_counter/{key}
//!   note   waiting for release 5.1
//!   bug    1684980
//!   state  muted until 3x of 1234 rows from 2026-03-01T00:00:00Z to 2026-03-10T00:00:00Z
//!
//! match
//!   namespace  regrets-reporter-ucs
//!   path       #/events/%/timestamp
//!   start      2021-11-17
//!   note       a float where an integer is asked for
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::like::Like;
use super::pattern::NotePattern;
use super::{Measure, Mute, Note, NoteAbout, NoteChange, NoteState, Notes};
use crate::ground::text::{is_unsafe, nearest, visible};
use crate::ground::time::{self, DAY, Micros, parse_time};
use crate::rows::group::Mended;

/// The first line, but for the number of the form.
const TITLE: &str = "misfit notes";
/// The form that is written.
const VERSION: u32 = 1;
/// Members of a block, in the order in which they are written.
const FIELDS: [&str; 9] = ["about", "namespace", "doctype", "path", "start", "end", "note", "bug", "state"];
/// Cells of the longest of them.
const WIDEST: usize = 9;
/// Signs that programs which merge put before what they could not.
const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// Something wrong in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteMistake {
    /// Where, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub why: String,
}

/// Why a text is no file of notes at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FormError {
    /// Another program's form.
    Version(String),
    /// Something else.
    NoNotes(usize),
}

/// A file's text, taken apart.
pub(super) struct NoteText<'t> {
    text: &'t str,
    blocks: Vec<Block>,
    mistakes: Vec<NoteMistake>,
    left_out: usize,
    /// Where the blocks end.
    end: usize,
    /// Whether its first line says what it is.
    has_title: bool,
}

/// A note with its place.
struct Block {
    note: Note,
    /// From the comments before it to its last line.
    range: Range<usize>,
}

/// A block while it is read.
struct Draft {
    kind: Kind,
    range: Range<usize>,
    line: usize,
    is_broken: bool,
    fields: Vec<(&'static str, String, usize)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Group,
    Incident,
    Match,
}

/// Reads the text of a file.
pub(super) fn parse(text: &str) -> Result<NoteText<'_>, FormError> {
    let mut reader = Reader {
        read: NoteText { text, blocks: Vec::new(), mistakes: Vec::new(), left_out: 0, end: 0, has_title: false },
        seen: FxHashMap::default(),
    };
    let (mut draft, mut lead, mut in_conflict): (Option<(Draft, Option<NoteAbout>)>, _, _) = (None, 0, false);
    let mut at = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let bare = line.trim_end();
        at += line.len();
        if let Some(mark) =
            MARKS.iter().position(|mark| bare.starts_with(mark) && (bare.len() == mark.len() || bare[mark.len()..].starts_with(' ')))
        {
            if mark == 0 {
                reader.note(
                    number,
                    "two versions of this file were merged, and both stand here between such marks: keep one of them, take the marks out"
                        .to_owned(),
                );
            } else if !in_conflict {
                reader.note(
                    number,
                    "a mark of two versions that were merged, and none above begins them: keep one of both, take the marks out".to_owned(),
                );
            }
            in_conflict = mark < 3;
            if let Some((draft, _)) = &mut draft {
                draft.is_broken = true;
                draft.range.end = at;
            }
            continue;
        }
        if bare.is_empty() || bare.trim_start().starts_with('#') {
            continue;
        }
        // Twice where two people began the same file.
        if let Some(version) = bare.strip_prefix(TITLE).map(str::trim) {
            if version != VERSION.to_string() {
                return Err(FormError::Version(version.to_owned()));
            }
            if !reader.read.has_title {
                (reader.read.has_title, lead) = (true, at);
            }
            continue;
        }
        if !reader.read.has_title {
            match in_conflict {
                true => continue,
                false => return Err(FormError::NoNotes(number)),
            }
        }
        if bare.starts_with(char::is_whitespace) {
            match &mut draft {
                None => {
                    reader.note(number, "a line that is set in stands below the note that it is of, and there is none above".to_owned())
                }
                Some((draft, _)) => {
                    draft.range.end = at;
                    reader.field(draft, bare.trim_start(), number);
                }
            }
            lead = at;
            continue;
        }
        reader.finish(draft.take());
        let opened = header(bare);
        let is_broken = in_conflict || opened.is_err();
        if let Err(why) = &opened {
            reader.note(number, why.clone());
        }
        let (kind, about) = opened.unwrap_or((Kind::Match, None));
        draft = Some((Draft { kind, range: lead..at, line: number, is_broken, fields: Vec::new() }, about));
        lead = at;
    }
    reader.finish(draft.take());
    if in_conflict {
        reader.note(text.lines().count(), "the mark of a conflict has no end".to_owned());
    }
    reader.read.mistakes.sort_by_key(|mistake| mistake.line);
    Ok(reader.read)
}

/// The first line of a block.
fn header(line: &str) -> Result<(Kind, Option<NoteAbout>), String> {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let print =
        || rest.trim().parse().map_err(|_| format!("{word} {} is not a fingerprint of 16 hexadecimal digits", visible(rest.trim())));
    match word {
        "group" => Ok((Kind::Group, Some(NoteAbout::Group(print()?)))),
        "incident" => Ok((Kind::Incident, Some(NoteAbout::Incident(print()?)))),
        "match" if rest.trim().is_empty() => Ok((Kind::Match, None)),
        _ => Err(format!("{} begins no note: one begins with group, incident or match", visible(word))),
    }
}

struct Reader<'t> {
    read: NoteText<'t>,
    /// The line of each note that was read.
    seen: FxHashMap<NoteAbout, usize>,
}

impl Reader<'_> {
    fn note(&mut self, line: usize, why: String) {
        self.read.mistakes.push(NoteMistake { line, why });
    }

    /// A member of a block.
    fn field(&mut self, draft: &mut Draft, line: &str, number: usize) {
        let (name, value) = line.split_once(char::is_whitespace).map_or((line, ""), |(name, value)| (name, value.trim()));
        let of_patterns = |name: &str| matches!(name, "namespace" | "doctype" | "path" | "start" | "end");
        let found = FIELDS.into_iter().find(|field| *field == name && (draft.kind == Kind::Match || !of_patterns(field)));
        let wrong = match found {
            None => Some(match nearest(name, &FIELDS) {
                Some(near) if near != name => format!("a note has no {}; did you mean {near}?", visible(name)),
                Some(_) => format!("{name} is for notes that begin with match"),
                None => format!("a note has no {}; there are {}", visible(name), FIELDS.join(", ")),
            }),
            Some(name) if draft.fields.iter().any(|(known, ..)| *known == name) => {
                Some(format!("{name} stands twice in this note: keep one of them"))
            }
            Some(_) if value.is_empty() => Some(format!("{name} has nothing behind it: take the line out")),
            Some(name) => {
                draft.fields.push((name, value.to_owned(), number));
                None
            }
        };
        if let Some(why) = wrong {
            draft.is_broken = true;
            self.note(number, why);
        }
    }

    /// A block is read whole.
    fn finish(&mut self, draft: Option<(Draft, Option<NoteAbout>)>) {
        let Some((mut draft, about)) = draft else { return };
        self.read.end = draft.range.end;
        let fields = std::mem::take(&mut draft.fields);
        let mut note = Note::new(about.clone().unwrap_or(NoteAbout::Pattern(NotePattern::default())));
        let mut pattern = NotePattern::default();
        for (name, value, line) in fields {
            if let Err(why) = fill(&mut note, &mut pattern, name, &value) {
                draft.is_broken = true;
                self.note(line, why);
            }
        }
        if draft.kind == Kind::Match && about.is_none() {
            if let Some(why) = pattern.wrong().filter(|_| !draft.is_broken) {
                draft.is_broken = true;
                self.note(draft.line, why.to_owned());
            }
            note.about = NoteAbout::Pattern(pattern);
        }
        if !draft.is_broken
            && let Some(first) = self.seen.get(&note.about).copied()
        {
            draft.is_broken = true;
            self.note(draft.line, format!("a note on the same stands on line {first} already: make one of both"));
        }
        if draft.is_broken {
            self.read.left_out += 1;
            return;
        }
        self.seen.insert(note.about.clone(), draft.line);
        self.read.blocks.push(Block { note, range: draft.range });
    }
}

/// Takes in a member.
fn fill(note: &mut Note, pattern: &mut NotePattern, name: &str, value: &str) -> Result<(), String> {
    let like = |value: &str| Like::parse(value).map(|_| Some(value.to_owned())).map_err(|why| format!("{name}: {why}"));
    let day = |value: &str| {
        parse_day(value).map(Some).ok_or_else(|| format!("{name}: {} is not a date; one is written 2026-06-30", visible(value)))
    };
    match name {
        "about" => note.told = Some(unescaped(value)),
        "note" => note.text = Some(unescaped(value)),
        "bug" => note.bug = Some(unescaped(value)),
        "state" => note.state = parse_state(value).map_err(|why| format!("state: {why}"))?,
        "namespace" => pattern.namespace = like(value)?,
        "doctype" => pattern.doctype = like(value)?,
        "path" => pattern.path = like(value)?,
        "start" => pattern.start = day(value)?,
        _ => pattern.end = day(value)?,
    }
    Ok(())
}

/// The day that a text names, as its beginning; `None` where it is none.
pub(super) fn parse_day(text: &str) -> Option<Micros> {
    (text.len() == 10).then(|| parse_time(text)).flatten().filter(|time| time % DAY == 0)
}

/// How a note stands, as it is written.
pub(super) fn state_text(state: &NoteState) -> Option<String> {
    Some(match state {
        NoteState::Open => return None,
        NoteState::Seen => "seen".to_owned(),
        NoteState::Muted(Mute::Always) => "muted".to_owned(),
        NoteState::Muted(Mute::UntilDay(day)) => format!("muted until {}", time::day(*day)),
        NoteState::Muted(Mute::UntilTimes { times: until, then }) => {
            let window =
                then.window.map(|(from, to)| format!(" from {} to {}", time::rfc3339(from), time::rfc3339(to))).unwrap_or_default();
            let rows = if then.rows == 1 { "row" } else { "rows" };
            // The shortest text that reads as the same number.
            format!("muted until {until}x of {} {rows}{window}", then.rows)
        }
        NoteState::Mended(Mended { at, is_day, by }) => {
            let when = if *is_day { format!("on {}", time::day(*at)) } else { format!("at {}", time::rfc3339(*at)) };
            format!("mended {when}{}", by.as_deref().map(|by| format!(" by {}", escaped(by))).unwrap_or_default())
        }
    })
}

/// Reads what [`state_text`] writes.
pub(super) fn parse_state(text: &str) -> Result<NoteState, String> {
    let unknown = || format!("{} is not a state; there are seen, muted, muted until 2026-06-30, mended on 2026-06-30", visible(text));
    let words: Vec<&str> = text.split_whitespace().collect();
    let time = |word: &str| parse_time(word).ok_or_else(|| format!("{} is not a time", visible(word)));
    let day = |word: &str| parse_day(word).ok_or_else(|| format!("{} is not a date; one is written 2026-06-30", visible(word)));
    let by = |words: &[&str]| match words {
        [] => Ok(None),
        ["by", by @ ..] if !by.is_empty() => Ok(Some(unescaped(&by.join(" ")).into())),
        _ => Err(unknown()),
    };
    Ok(match words.as_slice() {
        ["open"] => NoteState::Open,
        ["seen"] => NoteState::Seen,
        ["muted"] => NoteState::Muted(Mute::Always),
        ["muted", "until", until, "of", rows, "row" | "rows", window @ ..] => {
            let until = parse_times(until).ok_or_else(unknown)?;
            let rows = rows.parse().map_err(|_| unknown())?;
            let window = match window {
                [] => None,
                ["from", from, "to", to] => Some((time(from)?, time(to)?)),
                _ => return Err(unknown()),
            };
            NoteState::Muted(Mute::UntilTimes { times: until, then: Measure { rows, window } })
        }
        ["muted", "until", until] => NoteState::Muted(Mute::UntilDay(day(until)?)),
        ["mended", "on", at, rest @ ..] => NoteState::Mended(Mended { at: day(at)? + DAY - 1, is_day: true, by: by(rest)? }),
        ["mended", "at", at, rest @ ..] => NoteState::Mended(Mended { at: time(at)?, is_day: false, by: by(rest)? }),
        _ => return Err(unknown()),
    })
}

/// `3x`, `1.5x`: a number above 1.
pub(super) fn parse_times(text: &str) -> Option<f64> {
    text.strip_suffix(['x', 'X'])?.trim().parse().ok().filter(|times: &f64| times.is_finite() && *times > 1.0 && *times <= 1e9)
}

/// A text on one line, as the file has it: `one\ntwo`.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.trim().chars() {
        match sign {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => {}
            sign if is_unsafe(sign) => out.push_str(&format!("\\u{{{:x}}}", sign as u32)),
            sign => out.push(sign),
        }
    }
    out
}

/// The text that [`escaped`] made one line of. What is no escape stands for itself.
pub fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        out.push_str(before);
        let coded = |behind: &str| {
            let (digits, rest) = behind.strip_prefix("u{")?.split_once('}')?;
            Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, rest.len()))
        };
        let mut signs = behind.chars();
        rest = match signs.next() {
            Some('\\') => {
                out.push('\\');
                signs.as_str()
            }
            Some('n') => {
                out.push('\n');
                signs.as_str()
            }
            Some('t') => {
                out.push('\t');
                signs.as_str()
            }
            _ => match coded(behind) {
                Some((sign, left)) => {
                    out.push(sign);
                    &behind[behind.len() - left..]
                }
                None => {
                    out.push('\\');
                    behind
                }
            },
        };
    }
    out.push_str(rest);
    out
}

/// A note as its block.
fn block(note: &Note) -> String {
    let (head, pattern) = match &note.about {
        NoteAbout::Group(print) => (format!("group {print}"), None),
        NoteAbout::Incident(print) => (format!("incident {print}"), None),
        NoteAbout::Pattern(pattern) => ("match".to_owned(), Some(pattern)),
    };
    let mut out = format!("{head}\n");
    for field in FIELDS {
        let value = match field {
            "about" => note.told.as_deref().map(escaped),
            "note" => note.text.as_deref().map(escaped),
            "bug" => note.bug.as_deref().map(escaped),
            "state" => state_text(&note.state),
            field => pattern.and_then(|pattern| pattern.field(field)),
        };
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            out.push_str(&format!("  {field:<WIDEST$}  {value}\n"));
        }
    }
    out
}

impl NoteText<'_> {
    /// What is wrong in it.
    pub(super) fn mistakes(&self) -> &[NoteMistake] {
        &self.mistakes
    }

    /// Whether all of it was read: nothing of it is lost where it is written anew.
    pub(super) fn is_whole(&self) -> bool {
        self.mistakes.is_empty() && self.left_out == 0
    }

    /// The notes.
    pub(super) fn notes(self) -> Notes {
        Notes::new(self.blocks.into_iter().map(|block| block.note).collect(), self.mistakes, self.left_out)
    }

    /// The text with changed notes. What is not changed stays byte for byte, comments stay as well; new notes go where their kind and name belong.
    /// To be asked only where nothing is wrong in the text.
    pub(super) fn changed(&self, changes: &[NoteChange]) -> String {
        let known: FxHashMap<&NoteAbout, &Note> = self.blocks.iter().map(|block| (&block.note.about, &block.note)).collect();
        let mut after: BTreeMap<&NoteAbout, Option<Note>> = BTreeMap::new();
        for change in changes {
            let now = match after.get(&change.about) {
                Some(changed) => changed.clone(),
                None => known.get(&change.about).map(|note| (*note).clone()),
            };
            after.insert(&change.about, now.unwrap_or_else(|| Note::new(change.about.clone())).changed(change));
        }
        let begin = self.blocks.first().map_or(self.text.len(), |block| block.range.start);
        let mut out = if self.has_title { String::new() } else { format!("{TITLE} {VERSION}\n") };
        out.push_str(&self.text[..begin]);
        let is_new = |about: &NoteAbout| !known.contains_key(about);
        let mut new = after
            .iter()
            .filter(|(about, note)| is_new(about) && note.is_some())
            .filter_map(|(about, note)| Some((*about, note.as_ref()?)))
            .peekable();
        let add = |out: &mut String, note: &Note| {
            if !out.ends_with('\n') {
                out.push('\n');
            }
            out.push('\n');
            out.push_str(&block(note));
        };
        for known in &self.blocks {
            while let Some((_, note)) = new.next_if(|(about, _)| **about < known.note.about) {
                add(&mut out, note);
            }
            let text = &self.text[known.range.clone()];
            match after.get(&known.note.about) {
                None => out.push_str(text),
                Some(Some(note)) if *note == known.note => out.push_str(text),
                Some(changed) => {
                    let comments = text.lines().filter(|line| line.trim_start().starts_with('#'));
                    let is_set_off = text.starts_with('\n') || text.starts_with("\r\n");
                    if is_set_off && (changed.is_some() || comments.clone().next().is_some()) {
                        out.push('\n');
                    }
                    comments.for_each(|comment| out.extend([comment.trim_end(), "\n"]));
                    out.push_str(&changed.as_ref().map(block).unwrap_or_default());
                }
            }
        }
        new.for_each(|(_, note)| add(&mut out, note));
        if !self.blocks.is_empty() {
            out.push_str(&self.text[self.end..]);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Micros of the years 1970 to 2200.
    const TIMES: Range<Micros> = 0..7_258_118_400_000_000;

    fn state() -> impl Strategy<Value = NoteState> {
        let days = (0..84_000i64).prop_map(|day| day * DAY);
        let times = (f64::from_bits(1.0f64.to_bits() + 1)..=1e9, any::<u64>(), prop::option::of((TIMES, TIMES)));
        let by = prop::option::of("[^\\s]{1,8}|[a-f0-9]{7,10}");
        let mended = (TIMES, any::<bool>(), by).prop_map(|(at, is_day, by)| {
            let at = if is_day { at.div_euclid(DAY) * DAY + DAY - 1 } else { at };
            NoteState::Mended(Mended { at, is_day, by: by.map(Into::into) })
        });
        prop_oneof![
            Just(NoteState::Seen),
            Just(NoteState::Muted(Mute::Always)),
            days.prop_map(|day| NoteState::Muted(Mute::UntilDay(day))),
            times.prop_map(|(times, rows, window)| NoteState::Muted(Mute::UntilTimes { times, then: Measure { rows, window } })),
            mended,
        ]
    }

    proptest! {
        #[test]
        fn a_state_reads_as_it_was_written(state in state()) {
            let text = state_text(&state).unwrap();
            prop_assert_eq!(parse_state(&text), Ok(state), "{}", text);
        }
    }

    #[test]
    fn numbers_of_times_are_written_as_they_were_typed() {
        for typed in ["1.04x", "2.55x", "3x", "1.0001x", "1000000000x"] {
            let times = parse_times(typed).unwrap();
            let state = NoteState::Muted(Mute::UntilTimes { times, then: Measure { rows: 2, window: None } });
            assert_eq!(state_text(&state), Some(format!("muted until {typed} of 2 rows")));
            assert_eq!(parse_state(&format!("muted until {typed} of 2 rows")), Ok(state));
        }
    }
}
