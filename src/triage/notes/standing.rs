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
const OF_INCIDENT: &str = "the rows of its incident are counted together";

/// What is known of a group, or of all groups of an incident, now.
#[derive(Debug, Clone, Copy)]
pub struct StandingNow<'g> {
    /// The group, or those of the incident: their rows, times, and jobs, which tell which schemas judged.
    pub of: &'g [&'g Group],
    /// Whether these are all groups that the note is on; not where one group stands by a note on its incident.
    pub is_whole: bool,
    /// All groups that were read.
    pub among: &'g Groups,
    /// The time.
    pub now: Micros,
}

/// How many times as fast rows come as they did, or why nobody knows. Rows are counted per hour of the time that all rows span.
fn growth(then: Measure, rows: u64, window: Option<(Micros, Micros)>, is_partial: bool) -> Result<f64, &'static str> {
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
            NoteState::Muted(Mute::UntilTimes { times, then }) => match self.growth(*then) {
                Ok(now) if now >= *times => (R::Open, RemarkWhy::Grew { times: *times, now }),
                now => (R::Muted, RemarkWhy::UntilTimes { times: *times, now }),
            },
            NoteState::Mended(mended) => self.of_mended(mended),
        }
    }

    fn growth(&self, then: Measure) -> Result<f64, &'static str> {
        if !self.is_whole {
            return Err(OF_INCIDENT);
        }
        growth(then, self.of.iter().map(|group| group.count).sum(), self.among.span, self.among.partial)
    }

    fn of_mended(&self, mended: &Mended) -> (RemarkState, RemarkWhy) {
        if self.of.iter().all(|group| group.span.is_none()) {
            return (RemarkState::Mended, RemarkWhy::Mended { mended: mended.clone(), unknown: Some(NO_TIMES_NOW) });
        }
        match self.of.iter().filter_map(|group| self.since(mended, group)).max() {
            Some((last, by_jobs)) => (RemarkState::CameBack, RemarkWhy::CameBack { mended: mended.clone(), last, by_jobs }),
            None => {
                let unknown = self.among.partial.then_some(NOT_ALL);
                (RemarkState::Mended, RemarkWhy::Mended { mended: mended.clone(), unknown })
            }
        }
    }

    /// The last row of a group since something was mended, and whether that is told by jobs: rows of those that began since a revision are judged by it.
    /// Without jobs the rows' own times decide, as they do where only a time was said.
    fn since(&self, mended: &Mended, group: &Group) -> Option<(Micros, bool)> {
        let (_, last) = group.span?;
        if mended.by.is_none() || group.jobs().is_empty() {
            return (last > mended.at).then_some((last, false));
        }
        let is_later = |job: u32| self.among.jobs.get(job as usize).and_then(|job| job.span).is_some_and(|(began, _)| began > mended.at);
        let later = group.jobs().iter().filter(|job| is_later(job.job)).filter_map(|job| job.span).map(|(_, last)| last).max();
        later.map(|last| (last, true))
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
        Remark { state, why, text: text(&note.text), bug: text(&note.bug), about, more: Vec::new(), others: 0 }
    }
}

impl Notes {
    /// What was said of groups, as it stands now. The note on a group itself goes before that on its incident, that before patterns; of patterns the first of the
    /// file. A pattern that may match rows which nobody knows one by one says nothing.
    pub fn remarks(&self, groups: &Groups, now: Micros) -> Remarks {
        let mut of: FxHashMap<Fingerprint, Remark> = FxHashMap::default();
        for group in &groups.list {
            let standing = StandingNow { of: &[group], is_whole: true, among: groups, now };
            let of_incident = StandingNow { is_whole: false, ..standing };
            let (own, incident) = (self.group(group.fingerprint), self.incident(group.fingerprint));
            let patterns = self.matching(group);
            let mut patterns = patterns.iter().filter(|(_, fit)| *fit == PatternFit::Matches).map(|(note, _)| *note);
            let mut remark = match (own, incident) {
                (Some(own), _) => standing.remark(own),
                (None, Some(incident)) => of_incident.remark(incident),
                (None, None) => match patterns.next() {
                    Some(pattern) => standing.remark(pattern),
                    None => continue,
                },
            };
            let beside = own.and(incident).map(|incident| of_incident.remark(incident).line());
            let mut more = beside.into_iter().chain(patterns.filter_map(|note| said(note.text.as_deref(), note.bug.as_deref())));
            remark.more = more.by_ref().take(MOST_MORE).map(Arc::from).collect();
            remark.others = more.count();
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

    /// Two groups of one incident: a smaller one of an old job, and one of each of these rows.
    fn two(rows: &[(Option<&str>, Micros)]) -> Groups {
        let mut grouper = Grouper::new(None);
        let class = Some("org.everit.json.schema.ValidationException");
        for (at, (place, (job, time))) in (0..).zip(std::iter::once(("#/b", (Some("old"), 0))).chain(rows.iter().map(|row| ("#/a", *row))))
        {
            let message = format!("org.everit.json.schema.ValidationException: {place}: expected type: String, found: Null");
            let row = ErrorRow { namespace: Some("n"), message: Some(&message), class, job, time: Some(time), ..ErrorRow::default() };
            grouper.add(&row, RowRef::new(0, at));
        }
        Grouper::merge(vec![grouper])
    }

    #[test]
    fn an_incident_stands_by_the_jobs_and_rows_of_all_its_groups() {
        let of_incident = |groups: &Groups, state: NoteState| {
            let note = Note { state, ..Note::new(NoteAbout::Incident(groups.list[0].fingerprint)) };
            let of: Vec<&Group> = groups.list.iter().collect();
            let remark = StandingNow { of: &of, is_whole: true, among: groups, now: 0 }.remark(&note);
            let beside = Notes::of(vec![note]).remarks(groups, 0);
            (remark.state, remark.why().unwrap_or_default(), beside.of(groups.list[0].fingerprint).unwrap().why().unwrap_or_default())
        };
        let mended = NoteState::Mended(Mended { at: HOUR, is_day: false, by: Some("abc".into()) });
        let before = two(&[(Some("old"), 5 * HOUR), (Some("old"), 6 * HOUR)]);
        assert_eq!(of_incident(&before, mended.clone()).0, RemarkState::Mended, "all its jobs judge by schemas of before");
        let since = two(&[(Some("old"), 5 * HOUR), (Some("new"), 6 * HOUR)]);
        assert_eq!(of_incident(&since, mended).0, RemarkState::CameBack);
        let then = Measure { rows: 1, window: Some((0, 6 * HOUR)) };
        let (state, why, group) = of_incident(&before, NoteState::Muted(Mute::UntilTimes { times: 3.0, then }));
        assert_eq!((state, why.as_str()), (RemarkState::Open, "its rows come 3 times as fast as when it was muted until 3 times"));
        assert!(group.ends_with("cannot be told: the rows of its incident are counted together"), "{group}");
    }

    #[test]
    fn all_notes_on_a_group_are_told_or_counted() {
        let groups = groups(&[(None, Some(0))]);
        let print = groups.list[0].fingerprint;
        let pattern = |at: usize| {
            let pattern = super::super::pattern::NotePattern {
                namespace: Some("n%".repeat(at % 2) + "n"),
                start: Some(-DAY * at as i64),
                ..Default::default()
            };
            Note { text: Some(format!("pattern {at}")), ..Note::new(NoteAbout::Pattern(pattern)) }
        };
        let own = Note { text: Some("own".into()), ..Note::new(NoteAbout::Group(print)) };
        let incident = Note { state: NoteState::Seen, ..Note::new(NoteAbout::Incident(print)) };
        let notes: Vec<Note> = [own, incident].into_iter().chain((0..50).step_by(2).map(pattern)).collect();
        let remarks = Notes::of(notes).remarks(&groups, 0);
        let remark = remarks.of(print).unwrap();
        assert_eq!((&*remark.more[0], remark.more.len(), remark.others), ("seen", MOST_MORE, 25 + 1 - MOST_MORE));
        let mut told = crate::triage::facts::Facts::default();
        crate::triage::facts::note::remark(&mut told, remark);
        assert!(told.to_text().contains("and 6 more"), "{}", told.to_text());
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
