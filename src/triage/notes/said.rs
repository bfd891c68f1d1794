//! What somebody types about a group, read.
//!
//! Owns: until when a group is muted, when it was mended and by what.
//! Refuses: looking a revision up (whoever has the schemas).

use super::form::{parse_day, parse_times};
use super::{Measure, Mute, NoteEdit, NoteState};
use crate::ground::text::visible;
use crate::ground::time::{DAY, Micros, parse_time};
use crate::rows::group::{Group, Groups, Mended};
use crate::rows::schemas::SchemaStore;

/// When something was mended, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaidMended {
    /// Then.
    At(Mended),
    /// When that revision was made.
    By(String),
}

/// What somebody says of a group, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteSaid {
    /// A text; empty takes it away.
    Text(String),
    /// A bug, likewise.
    Bug(String),
    /// It was looked at.
    Seen,
    /// Nobody is to look at it; until when.
    Mute(String),
    /// It was mended; when and by what.
    Mended(String),
    /// Neither.
    Open,
    /// All that was said is taken back.
    Remove,
}

/// Why an incident is not muted until it grows.
pub const NOT_MEASURED: &str = "how fast rows come is told of a group: an incident is muted until a day, or for good";

impl NoteSaid {
    /// Whether it rests on how fast rows come now.
    pub fn is_measured(&self) -> bool {
        matches!(self, NoteSaid::Mute(until) if until.trim().ends_with(['x', 'X']))
    }

    /// What it changes. `then` is how fast the group's rows come now.
    ///
    /// # Errors
    /// What can be typed, or why a revision says no time.
    pub fn edit(&self, then: Measure, schemas: Option<&SchemaStore>, now: Micros) -> Result<NoteEdit, String> {
        Ok(match self {
            NoteSaid::Text(typed) => NoteEdit::Text(text(typed)),
            NoteSaid::Bug(typed) => NoteEdit::Bug(bug(typed)),
            NoteSaid::Seen => NoteEdit::State(NoteState::Seen),
            NoteSaid::Mute(typed) => NoteEdit::State(mute(typed, then, now)?),
            NoteSaid::Mended(typed) => NoteEdit::State(NoteState::Mended(match mended(typed, now)? {
                SaidMended::At(mended) => mended,
                SaidMended::By(revision) => by_revision(&revision, schemas)?,
            })),
            NoteSaid::Open => NoteEdit::State(NoteState::Open),
            NoteSaid::Remove => NoteEdit::Remove,
        })
    }
}

/// When a revision of the schemas was made.
fn by_revision(named: &str, schemas: Option<&SchemaStore>) -> Result<Mended, String> {
    let shown = visible(named).into_owned();
    let otherwise = format!("say the day as well: {shown} 2026-06-30");
    let lineage = schemas.map(SchemaStore::lineage).transpose().map_err(|error| format!("{error}; {otherwise}"))?.flatten();
    let Some(lineage) = lineage else {
        return Err(format!("no history of the schemas tells here when {shown} was made; {otherwise}"));
    };
    let commit = lineage.repository.resolve(Some(named)).map_err(|error| format!("{error}; {otherwise}"))?;
    let id = commit.id.to_string();
    Ok(Mended { at: commit.time, is_day: false, by: Some(id.get(..SHORT).unwrap_or(&id).into()) })
}

/// Digits of a revision that are noted.
const SHORT: usize = 10;

/// How fast the rows of a group come.
pub fn measure(groups: &Groups, group: &Group) -> Measure {
    Measure { rows: group.count, window: groups.span }
}

/// A number in typed words, as texts name bugs: `bug 123`, `#123`, an address. `None` of an empty line.
pub fn bug(text: &str) -> Option<String> {
    let text = text.trim();
    let number = text.strip_prefix("bug ").or_else(|| text.strip_prefix("Bug ")).or_else(|| text.strip_prefix('#')).map(str::trim);
    let number = number.filter(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    Some(number.unwrap_or(text).to_owned()).filter(|bug| !bug.is_empty())
}

/// A text, where anything was typed.
pub fn text(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Until when a group is muted: nothing (for good), a day, an age such as `2w` from now on, or `3x` of how fast its rows come.
///
/// # Errors
/// What can be typed.
pub fn mute(text: &str, then: Measure, now: Micros) -> Result<NoteState, String> {
    let text = text.trim();
    let until = text.strip_prefix("until ").unwrap_or(text).trim();
    if until.is_empty() {
        return Ok(NoteState::Muted(Mute::Always));
    }
    if let Some(times) = parse_times(until) {
        return Ok(NoteState::Muted(Mute::UntilTimes { times, then }));
    }
    let today = now.div_euclid(DAY) * DAY;
    match parse_day(until).or_else(|| Some(today + days(until)? * DAY)) {
        Some(day) if day <= today => {
            Err(format!("{} has come already: a group is muted until a day that is still to come", visible(until)))
        }
        Some(day) => Ok(NoteState::Muted(Mute::UntilDay(day))),
        None => Err(format!(
            "{} says no time: muted is until a day (2026-12-01, 2w), until it grows so many times (3x), or with nothing for good",
            visible(until)
        )),
    }
}

/// Days of `30d`, `2w`.
fn days(text: &str) -> Option<i64> {
    let (number, days) = text.strip_suffix('d').map(|number| (number, 1)).or_else(|| text.strip_suffix('w').map(|number| (number, 7)))?;
    number.trim().parse::<i64>().ok().filter(|number| (1..100_000).contains(number)).map(|number| number * days)
}

/// When a group was mended: nothing (now), a day, a day and a time, a revision, or a revision with one of these behind it.
///
/// # Errors
/// What can be typed.
pub fn mended(text: &str, now: Micros) -> Result<SaidMended, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let wrong =
        || format!("{} says no time: mended is said with a day (2026-06-30), a revision of the schemas, or both", visible(text.trim()));
    let at = |words: &[&str], by: Option<&str>| {
        let (at, is_day) = match words {
            [] => (now, false),
            [day] => match parse_day(day) {
                Some(day) => (day + DAY - 1, true),
                None => (parse_time(day).filter(|_| day.contains('-'))?, false),
            },
            [day, clock] => (parse_time(&format!("{day} {clock}")).or_else(|| parse_time(&format!("{day} {clock}:00")))?, false),
            _ => return None,
        };
        Some(SaidMended::At(Mended { at, is_day, by: by.map(Into::into) }))
    };
    let said = match words.as_slice() {
        [] => at(&[], None),
        words if looks_like_day(words[0]) => at(words, None),
        [revision] => Some(SaidMended::By((*revision).to_owned())),
        [revision, rest @ ..] => at(rest, Some(revision)),
    };
    said.ok_or_else(wrong)
}

fn looks_like_day(word: &str) -> bool {
    word.len() >= 10 && word.as_bytes().get(4) == Some(&b'-') && word[..4].bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Micros = 1_800_000_000_000_000;

    fn day(text: &str) -> Micros {
        parse_time(text).unwrap()
    }

    #[test]
    fn muting_is_said_in_short() {
        let then = Measure { rows: 7, window: Some((0, DAY)) };
        let mute = |text: &str| mute(text, then, NOW);
        assert_eq!(mute(" ").unwrap(), NoteState::Muted(Mute::Always));
        assert_eq!(mute("until 2100-12-01").unwrap(), NoteState::Muted(Mute::UntilDay(day("2100-12-01"))));
        assert_eq!(mute("2w").unwrap(), NoteState::Muted(Mute::UntilDay((NOW / DAY + 14) * DAY)));
        assert_eq!(mute("3x").unwrap(), NoteState::Muted(Mute::UntilTimes { times: 3.0, then }));
        for wrong in ["1x", "0x", "nanx", "soon", "2026-13-01", "2001-01-01", "99999999999d", "é", "2026-02-30"] {
            assert!(mute(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_was_mended_has_a_time_or_a_revision() {
        let said = |text: &str| mended(text, NOW);
        let at = |at, is_day, by: Option<&str>| SaidMended::At(Mended { at, is_day, by: by.map(Into::into) });
        assert_eq!(said("").unwrap(), at(NOW, false, None));
        assert_eq!(said("2026-03-10").unwrap(), at(day("2026-03-10") + DAY - 1, true, None));
        assert_eq!(said("2026-03-10 12:00").unwrap(), at(day("2026-03-10 12:00:00"), false, None));
        assert_eq!(said("2026-03-10T12:00:00Z").unwrap(), at(day("2026-03-10 12:00:00"), false, None));
        assert_eq!(said("abc1234").unwrap(), SaidMended::By("abc1234".to_owned()));
        assert_eq!(said("abc1234 2026-03-10").unwrap(), at(day("2026-03-10") + DAY - 1, true, Some("abc1234")));
        for wrong in ["2026-13-10", "2026-02-30", "abc soon", "abc 2026-03-10 12:00 more", "2026-03-10 noon"] {
            assert!(said(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn bugs_are_numbers_or_addresses() {
        for (text, told) in
            [("bug 12", Some("12")), ("#12", Some("12")), (" https://b/1 ", Some("https://b/1")), ("bug x", Some("bug x")), (" ", None)]
        {
            assert_eq!(bug(text).as_deref(), told);
        }
    }
}
