//! How notes stand to the rows of now: what is muted still, what came back.
//!
//! Owns: weighing a note against the counts, times and jobs of a group or an incident.
//! Refuses: words (remark), what is written down (form).

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::pattern::{PatternFit, PatternView};
use super::{Measure, Mute, Note, NoteAbout, NoteState, Notes};
use crate::ground::time::Micros;
use crate::rows::group::{Fingerprint, Group, Groups, Mended, Remark, RemarkAbout, RemarkState, RemarkWhy, Remarks, said};
use crate::triage::baseline::hours;

/// Notes that are told of a group beside the one that decides.
const MOST_MORE: usize = 20;

const NO_TIMES_NOW: &str = "these rows have no times";
const NO_TIMES_THEN: &str = "the rows that it was muted by had no times";
const NOT_ALL: &str = "not all rows were read";

/// What is known of a group, or of an incident, now.
#[derive(Debug, Clone, Copy)]
pub struct StandingNow<'g> {
    /// Rows.
    pub rows: u64,
    /// First and last time.
    pub span: Option<(Micros, Micros)>,
    /// The group, whose jobs tell which schemas judged; not of an incident.
    pub group: Option<&'g Group>,
    /// All groups that were read.
    pub among: &'g Groups,
    /// The time.
    pub now: Micros,
}

/// How many times as fast rows come as they did, or why nobody knows. Rows are counted per hour of the time that all rows span.
pub fn growth(then: Measure, rows: u64, window: Option<(Micros, Micros)>, is_partial: bool) -> Result<f64, &'static str> {
    if is_partial {
        return Err(NOT_ALL);
    }
    let now_hours = hours(window).ok_or(NO_TIMES_NOW)?;
    let then_hours = hours(then.window).ok_or(NO_TIMES_THEN)?;
    Ok((rows as f64 / now_hours) / (then.rows.max(1) as f64 / then_hours))
}

impl StandingNow<'_> {
    fn of_state(&self, state: &NoteState) -> (RemarkState, RemarkWhy) {
        use RemarkState as R;
        match state {
            NoteState::Open => (R::Open, RemarkWhy::Said),
            NoteState::Seen => (R::Seen, RemarkWhy::Said),
            NoteState::Muted(Mute::Always) => (R::Muted, RemarkWhy::Said),
            NoteState::Muted(Mute::UntilDay(day)) if *day > self.now => (R::Muted, RemarkWhy::UntilDay(*day)),
            NoteState::Muted(Mute::UntilDay(day)) => (R::Open, RemarkWhy::DayHasCome(*day)),
            NoteState::Muted(Mute::UntilTimes { times, then }) => match growth(*then, self.rows, self.among.span, self.among.partial) {
                Ok(now) if now >= *times => (R::Open, RemarkWhy::Grew { times: *times, now }),
                now => (R::Muted, RemarkWhy::UntilTimes { times: *times, now }),
            },
            NoteState::Mended(mended) => self.of_mended(mended),
        }
    }

    /// Rows of jobs that began since a revision are judged by it; without jobs the rows' own times decide, as they do where only a time was said.
    fn of_mended(&self, mended: &Mended) -> (RemarkState, RemarkWhy) {
        let Some((_, last)) = self.span else {
            return (RemarkState::Mended, RemarkWhy::Mended { mended: mended.clone(), unknown: Some(NO_TIMES_NOW) });
        };
        let jobs = self.group.map(|group| &*group.jobs).filter(|jobs| mended.by.is_some() && !jobs.is_empty());
        let since = |job: u32| self.among.jobs.get(job as usize).and_then(|job| job.span).is_some_and(|(began, _)| began > mended.at);
        let came_back = match jobs {
            None => (last > mended.at).then_some((last, false)),
            Some(jobs) => {
                let later = jobs.iter().filter(|job| since(job.job)).filter_map(|job| job.span).map(|(_, last)| last).max();
                later.map(|last| (last, true))
            }
        };
        match came_back {
            Some((last, by_jobs)) => (RemarkState::CameBack, RemarkWhy::CameBack { mended: mended.clone(), last, by_jobs }),
            None => {
                let unknown = self.among.partial.then_some(NOT_ALL);
                (RemarkState::Mended, RemarkWhy::Mended { mended: mended.clone(), unknown })
            }
        }
    }

    /// A note as it stands.
    pub fn remark(&self, note: &Note) -> Remark {
        let about = match note.about {
            NoteAbout::Group(_) => RemarkAbout::Group,
            NoteAbout::Incident(_) => RemarkAbout::Incident,
            NoteAbout::Pattern(_) => RemarkAbout::Pattern,
        };
        let (mut state, why) = self.of_state(&note.state);
        // Whoever wrote a pattern has looked at what it matches.
        if about == RemarkAbout::Pattern && note.state == NoteState::Open {
            state = RemarkState::Seen;
        }
        let text = |text: &Option<String>| text.as_deref().map(Arc::from);
        Remark { state, why, text: text(&note.text), bug: text(&note.bug), about, more: Vec::new() }
    }
}

impl Notes {
    /// What was said of groups, as it stands now. The note on a group itself goes before that on its incident, that before patterns; of patterns the first of the
    /// file. A pattern that may match rows which nobody knows one by one says nothing.
    pub fn remarks(&self, groups: &Groups, now: Micros) -> Remarks {
        let mut of: FxHashMap<Fingerprint, Remark> = FxHashMap::default();
        for group in &groups.list {
            let standing = StandingNow { rows: group.count, span: group.span, group: Some(group), among: groups, now };
            let own = self.group(group.fingerprint).or_else(|| self.incident(group.fingerprint));
            let patterns = self.matching(group);
            let mut patterns = patterns.iter().filter(|(_, fit)| *fit == PatternFit::Matches).map(|(note, _)| *note);
            let Some(note) = own.or_else(|| patterns.next()) else { continue };
            let mut remark = standing.remark(note);
            remark.more =
                patterns.take(MOST_MORE).filter_map(|note| said(note.text.as_deref(), note.bug.as_deref())).map(Arc::from).collect();
            of.insert(group.fingerprint, remark);
        }
        Remarks::new(of)
    }

    /// The notes whose patterns match a group, or may.
    pub fn matching(&self, group: &Group) -> Vec<(&Note, PatternFit)> {
        self.patterns_on(group).into_iter().filter_map(|(at, fit)| Some((self.list.get(at)?, fit))).collect()
    }

    /// Their positions.
    pub(super) fn patterns_on(&self, group: &Group) -> Vec<(usize, PatternFit)> {
        if self.patterns.is_empty() {
            return Vec::new();
        }
        self.patterns.of(&PatternView::of(group)).into_iter().map(|(at, fit)| (at as usize, fit)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::time::DAY;
    use crate::rows::group::Grouper;
    use crate::rows::row::{ErrorRow, RowRef};

    const HOUR: Micros = 3_600_000_000;

    fn groups(rows: &[(Option<&str>, Option<Micros>)]) -> Groups {
        let mut grouper = Grouper::new(None);
        for (at, (job, time)) in (0..).zip(rows) {
            let message = "org.everit.json.schema.ValidationException: #/a: expected type: String, found: Null";
            let class = Some("org.everit.json.schema.ValidationException");
            let row = ErrorRow { namespace: Some("n"), message: Some(message), class, job: *job, time: *time, ..ErrorRow::default() };
            grouper.add(&row, RowRef::new(0, at));
        }
        Grouper::merge(vec![grouper])
    }

    fn standing(groups: &Groups, state: NoteState, now: Micros) -> (RemarkState, String) {
        let note = Note { state, ..Note::new(NoteAbout::Group(groups.list[0].fingerprint)) };
        let remarks = Notes::new(vec![note], Vec::new(), 0).remarks(groups, now);
        let remark = remarks.of(groups.list[0].fingerprint).unwrap();
        (remark.state, remark.why().unwrap_or_default())
    }

    #[test]
    fn what_is_muted_until_a_day_is_open_on_that_day() {
        let groups = groups(&[(None, Some(0))]);
        let state = NoteState::Muted(Mute::UntilDay(10 * DAY));
        assert_eq!(standing(&groups, state.clone(), 10 * DAY - 1), (RemarkState::Muted, "muted until 1970-01-11".into()));
        assert_eq!(standing(&groups, state, 10 * DAY).0, RemarkState::Open);
    }

    #[test]
    fn growth_is_by_the_hour_and_said_to_be_unknown_where_it_is() {
        // Twice as many rows in half of the time.
        let now = groups(&[(None, Some(0)), (None, Some(HOUR)), (None, Some(HOUR)), (None, Some(2 * HOUR))]);
        let until = |times, window| NoteState::Muted(Mute::UntilTimes { times, then: Measure { rows: 2, window } });
        let then = Some((0, 4 * HOUR));
        let (state, why) = standing(&now, until(4.0, then), 0);
        assert_eq!((state, why.as_str()), (RemarkState::Open, "its rows come 4 times as fast as when it was muted until 4 times"));
        let (state, why) = standing(&now, until(5.0, then), 0);
        assert_eq!((state, why.as_str()), (RemarkState::Muted, "muted until its rows come 5 times as fast, now 4 times"));
        let (state, why) = standing(&now, until(2.0, None), 0);
        assert!(state == RemarkState::Muted && why.ends_with("cannot be told: the rows that it was muted by had no times"), "{why}");
        let (state, why) = standing(&groups(&[(None, None)]), until(2.0, then), 0);
        assert!(state == RemarkState::Muted && why.ends_with("cannot be told: these rows have no times"), "{why}");
        let mut part = now.clone();
        part.partial = true;
        assert!(standing(&part, until(2.0, then), 0).1.ends_with("not all rows were read"));
    }

    #[test]
    fn rows_after_it_was_mended_say_that_it_came_back() {
        let mended = |at, by: Option<&str>| NoteState::Mended(Mended { at, is_day: false, by: by.map(Into::into) });
        let rows = groups(&[(Some("one"), Some(0)), (Some("one"), Some(5 * HOUR))]);
        assert_eq!(standing(&rows, mended(5 * HOUR, None), 0).0, RemarkState::Mended, "the last row at that very moment");
        assert_eq!(standing(&rows, mended(HOUR, None), 0).0, RemarkState::CameBack);
        assert_eq!(standing(&rows, mended(HOUR, Some("abc")), 0).0, RemarkState::Mended, "the job judges by schemas of before");
        let later = groups(&[(Some("one"), Some(0)), (Some("two"), Some(5 * HOUR))]);
        let (state, why) = standing(&later, mended(HOUR, Some("abc")), 0);
        assert!(state == RemarkState::CameBack && why.contains("of jobs that began since"), "{why}");
        let unjobbed = groups(&[(None, Some(5 * HOUR))]);
        assert_eq!(standing(&unjobbed, mended(HOUR, Some("abc")), 0).0, RemarkState::CameBack);
        let (state, why) = standing(&groups(&[(None, None)]), mended(HOUR, None), 0);
        assert!(state == RemarkState::Mended && why.ends_with("whether it came back cannot be told: these rows have no times"), "{why}");
    }

    #[test]
    fn a_group_without_a_note_is_open_and_its_own_note_goes_before_a_pattern() {
        let groups = groups(&[(None, Some(0))]);
        let print = groups.list[0].fingerprint;
        assert_eq!(Notes::default().remarks(&groups, 0).state(print), RemarkState::Open);
        let pattern = super::super::pattern::NotePattern { namespace: Some("n".into()), ..Default::default() };
        let wide = Note { text: Some("wide".into()), ..Note::new(NoteAbout::Pattern(pattern)) };
        let remarks = Notes::new(vec![wide.clone()], Vec::new(), 0).remarks(&groups, 0);
        assert_eq!((remarks.state(print), remarks.of(print).unwrap().line()), (RemarkState::Seen, "seen: wide".to_owned()));
        let own = Note { text: Some("own".into()), ..Note::new(NoteAbout::Group(print)) };
        let remarks = Notes::new(vec![wide, own], Vec::new(), 0).remarks(&groups, 0);
        let remark = remarks.of(print).unwrap();
        assert_eq!((remark.line(), remark.more.len(), remark.state), ("own".to_owned(), 1, RemarkState::Open));
    }
}
