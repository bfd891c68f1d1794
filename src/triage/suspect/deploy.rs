//! Whether a group came with a revision, or long after it.
//!
//! Owns: when a revision came into force, as far as jobs tell; whether the window of rows lets anything be said.
//! Refuses: which revision it is (ruling).
//!
//! A job loads the newest schemas when it begins and keeps them: a revision is in force from the first job on that began after it. Where no job tells,
//! a revision of a few days before may have been deployed late.

use super::SuspectWork;
use crate::ground::text::plural;
use crate::ground::time::Micros;
use crate::rows::group::{Group, JobName};

const HOUR: Micros = 3_600_000_000;
const DAY: Micros = 24 * HOUR;
/// A group that came so soon after a revision came with it.
const SOON: Micros = 2 * DAY;
/// The longest that schemas have waited to be deployed, nearly always.
const LATEST: Micros = 8 * DAY;
/// Rows that should have come in the meantime, below which their absence tells nothing.
const FEWEST: i64 = 3;

/// How a group came after a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Came {
    /// With it.
    Soon,
    /// Some days later, as late as schemas are deployed; why that is taken for with it.
    Late(&'static str),
    /// Nobody can tell; why.
    Doubtful(String),
    /// Long after.
    Long,
}

/// A group's first row beside all jobs.
pub(super) struct Deployed<'a> {
    pub(super) setting: &'a SuspectWork<'a>,
    pub(super) group: &'a Group,
    pub(super) first: Micros,
}

impl Deployed<'_> {
    /// How the group came after a revision of that time.
    pub(super) fn came(&self, revision: Micros) -> Came {
        if self.first - revision <= SOON {
            return Came::Soon;
        }
        let jobs = &self.setting.question.groups.jobs;
        let starts = jobs.iter().filter_map(|job| {
            let (first, last) = job.span?;
            let name = JobName::parse(&job.name);
            Some((name.family, name.start(last)?, first))
        });
        let mut starts: Vec<(&str, Micros, Micros)> = starts.collect();
        starts.sort_unstable();
        // A job before the revision and the next of its family after it: then it came into force with that.
        let successor = starts.windows(2).find_map(|pair| {
            let [(one, before, _), (other, after, _)] = pair else { return None };
            (one == other && *before < revision && *after >= revision && after - before < 60 * DAY).then_some(*after)
        });
        if let Some(force) = successor.filter(|force| *force <= self.first + DAY)
            && self.first - force <= SOON
        {
            return Came::Late("the revision came into force with a job that began shortly before the first row");
        }
        let gap = self.first - successor.filter(|force| *force <= self.first).unwrap_or(revision);
        let is_known_silent = starts.iter().any(|(_, start, first)| *start >= revision && first + SOON < self.first);
        if gap <= LATEST && successor.is_none() && !is_known_silent {
            return Came::Late("it came some days after the revision, as schemas are sometimes deployed; no job tells when these were");
        }
        let lasted = self.group.span.map_or(DAY, |(first, last)| (last - first).max(DAY));
        let due = i128::from(self.group.count) * i128::from(gap) / i128::from(lasted);
        if due < i128::from(FEWEST) {
            return Came::Doubtful(format!(
                "its rows come so seldom that the {} before the first tell nothing",
                plural((gap / DAY).unsigned_abs(), "day", "days")
            ));
        }
        Came::Long
    }

    /// When the first job began whose rows were read, by its name.
    fn starts(&self) -> Option<Micros> {
        let jobs = &self.setting.question.groups.jobs;
        jobs.iter().filter_map(|job| JobName::parse(&job.name).start(job.span?.1)).min()
    }

    /// What makes a silence before the first row less certain than it looks: no row of another group came before, no job tells that rows were read
    /// then, and nobody said from when on they were.
    pub(super) fn unseen(&self) -> Option<&'static str> {
        let groups = &self.setting.question.groups.list;
        let is_seen = self.setting.question.since.is_some()
            || self.starts().is_some()
            || groups.iter().any(|other| other.fingerprint != self.group.fingerprint && other.span.is_some_and(|span| span.0 < self.first));
        (!is_seen).then_some("the rows that were read begin with its first one: earlier ones may have been left out of them")
    }

    /// Why a silence before the first row tells nothing: the rows begin there.
    pub(super) fn edge(&self) -> Option<String> {
        let lasted = self.group.span.map_or(0, |(first, last)| last - first);
        let usual = lasted / i64::try_from(self.group.count.max(1)).unwrap_or(i64::MAX);
        let near = (3 * usual).clamp(HOUR, DAY);
        let why = "its first row is at the beginning of the rows that were read, so nothing tells when it began";
        if let Some(since) = self.setting.question.since {
            return (self.first - since < near).then(|| why.to_owned());
        }
        let others = self.setting.question.groups.list.iter().filter(|other| other.fingerprint != self.group.fingerprint);
        let others: Vec<Micros> = others.filter_map(|other| Some(other.span?.0)).collect();
        // Rows of one group alone begin where that begins: only jobs tell whether rows were read before.
        let Some(begins) = others.iter().copied().min().filter(|begins| *begins - self.first < near) else {
            let starts = self.starts()?;
            let why = "its first row is that of the first job that was read, so nothing tells when it began";
            return (starts + near > self.first).then(|| why.to_owned());
        };
        (self.first - begins < near).then(|| why.to_owned())
    }
}

/// Two reasons as one.
pub(super) fn joined(one: &str, other: &str) -> String {
    let parts: Vec<&str> = [one, other].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}
