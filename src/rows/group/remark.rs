//! What people have said of groups, as it stands for the groups of now.
//!
//! Owns: the states of a remark with their words, what each rests on as a sentence.
//! Refuses: where remarks are written down, weighing them against rows (triage/notes).

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Fingerprint, Group, Groups};
use crate::ground::text::visible;
use crate::ground::time::{self, Micros};

/// What was said of groups, by their fingerprints. A group without a remark is open.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Remarks {
    of: FxHashMap<Fingerprint, Remark>,
}

/// What was said of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Remark {
    /// How it stands now.
    pub state: RemarkState,
    /// Why that is said.
    pub why: RemarkWhy,
    /// What was noted; untrusted.
    pub text: Option<Arc<str>>,
    /// A bug, by its number or address; untrusted.
    pub bug: Option<Arc<str>>,
    /// What it was said of.
    pub about: RemarkAbout,
    /// Further notes that match the group, each in one line; untrusted.
    pub more: Vec<Arc<str>>,
    /// Further ones that are not told, of very many.
    pub others: usize,
}

/// What a remark was said of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemarkAbout {
    /// The group.
    Group,
    /// The incident that it began.
    Incident,
    /// All groups that a pattern matches.
    Pattern,
}

/// How a group stands to whoever looks after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RemarkState {
    /// Somebody has to look at it.
    Open,
    /// Somebody has.
    Seen,
    /// Nobody has to look at it for now.
    Muted,
    /// It was mended, and nothing says otherwise.
    Mended,
    /// It was mended and has rows since.
    CameBack,
}

/// What a state rests on.
#[derive(Debug, Clone, PartialEq)]
pub enum RemarkWhy {
    /// It was said so.
    Said,
    /// Muted until a day, which is still to come.
    UntilDay(Micros),
    /// It was muted until a day that has come.
    DayHasCome(Micros),
    /// Muted until its rows come so many times as fast.
    UntilTimes {
        /// So many.
        times: f64,
        /// How many times as fast they come now, or why nobody knows.
        now: Result<f64, &'static str>,
    },
    /// It was muted until then, and they do.
    Grew {
        /// Until so many times.
        times: f64,
        /// How many they are now.
        now: f64,
    },
    /// Mended.
    Mended {
        /// When, and by what.
        mended: Mended,
        /// Why nobody knows whether it came back, where that is so.
        unknown: Option<&'static str>,
    },
    /// Rows came after it was mended.
    CameBack {
        /// When, and by what.
        mended: Mended,
        /// The last of its rows.
        last: Micros,
        /// Whether that is told by decoder jobs that began since; otherwise by the times of the rows.
        by_jobs: bool,
    },
}

/// When something was mended, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// Rows after this time are not to be; of a day its last moment.
    pub at: Micros,
    /// Whether a whole day is meant.
    pub is_day: bool,
    /// The revision that mended it, where one was named; untrusted.
    pub by: Option<Arc<str>>,
}

impl RemarkState {
    /// What it is called by people.
    pub fn word(self) -> &'static str {
        match self {
            RemarkState::Open => "open",
            RemarkState::Seen => "seen",
            RemarkState::Muted => MUTED,
            RemarkState::Mended => "mended",
            RemarkState::CameBack => "came back",
        }
    }

    /// What scripts call it.
    pub fn name(self) -> &'static str {
        match self {
            RemarkState::CameBack => "came-back",
            other => other.word(),
        }
    }
}

/// What groups stand under that nobody has to look at for now.
pub const MUTED: &str = "muted";

/// How a group is marked of which only a text or a bug is noted.
const NOTED: &str = "note";

impl Mended {
    /// `on 2026-03-10`, `at 2026-03-10 12:00`, with the revision behind it.
    pub fn words(&self) -> String {
        let when = if self.is_day { format!("on {}", time::day(self.at)) } else { format!("at {}", time::minute(self.at)) };
        match &self.by {
            Some(by) => format!("{when} by {}", visible(by)),
            None => when,
        }
    }
}

/// A number of times that was counted, with one digit where it has one: `3`, `1.5`.
fn times(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

impl Remark {
    /// A word that stands beside its group on a line.
    pub fn mark(&self) -> &'static str {
        match self.state {
            RemarkState::Open => NOTED,
            state => state.word(),
        }
    }

    /// How it stands and what that rests on, without a full stop; `None` where nothing but a text or a bug is noted. Safe to show on a terminal.
    pub fn why(&self) -> Option<String> {
        Some(match &self.why {
            RemarkWhy::Said if self.state == RemarkState::Open => return None,
            RemarkWhy::Said => self.state.word().to_owned(),
            RemarkWhy::UntilDay(day) => format!("muted until {}", time::day(*day)),
            RemarkWhy::DayHasCome(day) => format!("was muted until {}, which has come", time::day(*day)),
            RemarkWhy::UntilTimes { times: until, now: Ok(now) } => {
                format!("muted until its rows come {until} times as fast, now {} times", times(*now))
            }
            RemarkWhy::UntilTimes { times: until, now: Err(unknown) } => {
                format!("muted until its rows come {until} times as fast; whether they do cannot be told: {unknown}")
            }
            RemarkWhy::Grew { times: until, now } => {
                format!("its rows come {} times as fast as when it was muted until {until} times", times(*now))
            }
            RemarkWhy::Mended { mended, unknown: None } => format!("mended {}", mended.words()),
            RemarkWhy::Mended { mended, unknown: Some(unknown) } => {
                format!("mended {}; whether it came back cannot be told: {unknown}", mended.words())
            }
            RemarkWhy::CameBack { mended, last, by_jobs } => {
                let jobs = if *by_jobs { " of jobs that began since" } else { "" };
                format!("came back: it has rows{jobs} until {}, and was mended {}", time::minute(*last), mended.words())
            }
        })
    }

    /// All of it in one line: the state, what was noted, the bug. Safe to show on a terminal.
    pub fn line(&self) -> String {
        let said = said(self.text.as_deref(), self.bug.as_deref());
        match (self.why(), said) {
            (Some(why), Some(said)) => format!("{why}: {said}"),
            (why, said) => why.or(said).unwrap_or_default(),
        }
    }
}

/// What was noted with its bug, in one line: `waiting for 5.1 (bug 1684980)`. Safe to show on a terminal.
pub fn said(text: Option<&str>, bug: Option<&str>) -> Option<String> {
    let bug = bug.map(|bug| {
        let is_number = bug.bytes().all(|byte| byte.is_ascii_digit());
        format!("{}{}", if is_number { "bug " } else { "" }, visible(bug))
    });
    match (text, bug) {
        (Some(text), Some(bug)) => Some(format!("{} ({bug})", visible(text))),
        (Some(text), None) => Some(visible(text).into_owned()),
        (None, bug) => bug,
    }
}

impl Remarks {
    /// Remarks by the fingerprints of their groups.
    pub fn new(of: FxHashMap<Fingerprint, Remark>) -> Self {
        Remarks { of }
    }

    /// What was said of a group.
    pub fn of(&self, group: Fingerprint) -> Option<&Remark> {
        self.of.get(&group)
    }

    /// How a group stands.
    pub fn state(&self, group: Fingerprint) -> RemarkState {
        self.of(group).map_or(RemarkState::Open, |remark| remark.state)
    }
}

impl Groups {
    /// Puts remarks in the place of those that stood beside these groups. What is wrong with them is told among what the source has to say, in the place of
    /// what was told so before.
    pub fn set_remarks(&mut self, remarks: Option<Arc<Remarks>>, wrong: Option<String>) {
        if let Some(told) = self.remarks_wrong.take() {
            self.notes.retain(|note| note.text != *told);
        }
        self.notes.extend(wrong.clone().map(Into::into));
        self.remarks = remarks;
        self.remarks_wrong = wrong.map(Into::into);
    }

    /// What was said of a group.
    pub fn remark(&self, group: &Group) -> Option<&Remark> {
        self.remarks.as_ref()?.of(group.fingerprint)
    }

    /// What a group is where nobody has to look at it: see [`Group::aside`], or muted.
    pub fn aside(&self, group: &Group) -> Option<&'static str> {
        group.aside().or_else(|| self.remark(group).filter(|remark| remark.state == RemarkState::Muted).map(|_| MUTED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remark(state: RemarkState, why: RemarkWhy, text: Option<&str>, bug: Option<&str>) -> Remark {
        Remark { state, why, text: text.map(Into::into), bug: bug.map(Into::into), about: RemarkAbout::Group, more: Vec::new(), others: 0 }
    }

    #[test]
    fn a_remark_reads_as_one_line() {
        let day = time::parse_time("2026-03-10").unwrap();
        let mended = Mended { at: day, is_day: true, by: Some("abc1234".into()) };
        for (remark, line) in [
            (remark(RemarkState::Open, RemarkWhy::Said, Some("odd\u{1b}"), Some("1684980")), "odd\\u{1b} (bug 1684980)"),
            (remark(RemarkState::Seen, RemarkWhy::Said, None, Some("https://b/1")), "seen: https://b/1"),
            (remark(RemarkState::Muted, RemarkWhy::UntilDay(day), Some("later"), None), "muted until 2026-03-10: later"),
            (
                remark(RemarkState::Muted, RemarkWhy::UntilTimes { times: 3.0, now: Ok(1.25) }, None, None),
                "muted until its rows come 3 times as fast, now 1.2 times",
            ),
            (
                remark(RemarkState::Open, RemarkWhy::Grew { times: 1.04, now: 2.0 }, None, None),
                "its rows come 2 times as fast as when it was muted until 1.04 times",
            ),
            (
                remark(RemarkState::CameBack, RemarkWhy::CameBack { mended: mended.clone(), last: day, by_jobs: false }, None, None),
                "came back: it has rows until 2026-03-10 00:00, and was mended on 2026-03-10 by abc1234",
            ),
            (remark(RemarkState::Mended, RemarkWhy::Mended { mended, unknown: None }, None, None), "mended on 2026-03-10 by abc1234"),
        ] {
            assert_eq!(remark.line(), line);
        }
    }

    #[test]
    fn what_is_muted_is_out_of_the_way() {
        use super::super::tests::{groups, row};
        let mut groups = groups(&[row("#/a: required key [x] not found", "j", 0)]);
        assert_eq!(groups.aside(&groups.list[0]), None);
        let muted = remark(RemarkState::Muted, RemarkWhy::Said, None, None);
        let print = groups.list[0].fingerprint;
        groups.remarks = Some(Arc::new(Remarks::new([(print, muted)].into_iter().collect())));
        assert_eq!(groups.aside(&groups.list[0]), Some("muted"));
    }
}
