//! What the deploys of a source began and ended.
//!
//! Owns: jobs in families, when each family was deployed, whether a group began or ended with a deploy.
//! Refuses: counting rows (part), what that is called and why in words (standing).
//!
//! A job of a family takes over from the one before: that is a deploy. A group began with one if no job before has a row of it although, at the rate at
//! which it has been seen since, one should; it ended with one likewise. The rate counts hours with rows, so that a flood or a burst proves nothing, and
//! only hours in which the source has any row. Where a side says too little, nothing is said.

use std::collections::BTreeMap;

use super::hours::{HOUR, Hour, Hours};
use super::job_name::JobName;
use super::standing::{Deploy, Evidence, Standing, Status, Worth};
use super::{Job, union};
use crate::ground::time::Micros;

/// Rows below which a group proves nothing.
const FEWEST_ROWS: u64 = 5;
/// The silence must be less likely than this, as a natural logarithm: one in a thousand.
const LEAST_LIKELY: f64 = -6.9;
/// All its hours on one side of the deploy must be less likely than this by chance: one in a hundred.
const LEAST_PLACED: f64 = -4.6;
/// The silence in tenths of the longest that the group has kept while it was there.
const LONGER_THAN_EVER: usize = 11;
/// Hours from which on the hours of the day tell something, and those of the week.
const DAYS_SHOW: usize = 48;
const WEEKS_SHOW: usize = 24 * 14;
/// The old job drains for a while when the new one has begun.
const DRAIN: Micros = HOUR;

/// The job of rows that do not tell theirs.
pub(super) const NO_JOB: u32 = u32::MAX;

/// Rows of a group that one job judged.
#[derive(Debug, Clone, Default)]
pub(super) struct Life {
    /// The job.
    pub(super) job: u32,
    /// Those that were asked for.
    pub(super) rows: u64,
    /// First and last time of them.
    pub(super) span: Option<(Micros, Micros)>,
    /// Those that were not asked for: they tell of deploys and of nothing else.
    pub(super) outside: Option<Box<OutsideRows>>,
    /// Hours of all of them.
    pub(super) hours: Hours,
}

/// Rows that were not asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct OutsideRows {
    rows: u64,
    /// First and last time.
    span: Option<(Micros, Micros)>,
}

impl Life {
    /// Bytes that it takes beside itself.
    pub(super) fn held(&self) -> usize {
        self.hours.held() + self.outside.as_ref().map_or(0, |_| size_of::<OutsideRows>())
    }

    /// Adds rows, asked for or not. Their hours are added apart.
    pub(super) fn add(&mut self, rows: u64, span: Option<(Micros, Micros)>, asked: bool) {
        if asked {
            self.rows += rows;
            self.span = union(self.span, span);
        } else {
            let outside = self.outside.get_or_insert_default();
            outside.rows += rows;
            outside.span = union(outside.span, span);
        }
    }

    /// Adds what another thread has counted of the same group and job.
    pub(super) fn absorb(&mut self, other: &Life) {
        self.add(other.rows, other.span, true);
        if let Some(outside) = &other.outside {
            self.add(outside.rows, outside.span, false);
        }
        self.hours.absorb(&other.hours);
    }

    fn all_rows(&self) -> u64 {
        self.rows + self.outside.as_ref().map_or(0, |outside| outside.rows)
    }

    fn all_span(&self) -> Option<(Micros, Micros)> {
        union(self.span, self.outside.as_ref().and_then(|outside| outside.span))
    }
}

/// Jobs with the same family and start.
#[derive(Debug)]
struct Generation {
    start: Micros,
    /// Where it is among the deploys; `None` for the first of its family, which took over from nobody.
    deploy: Option<u32>,
}

#[derive(Debug, Default)]
struct Family {
    generations: Vec<Generation>,
    span: Option<(Micros, Micros)>,
}

/// The deploys of a source, known from all of its rows.
#[derive(Debug, Default)]
pub(super) struct Deploys {
    /// By job: its family and generation.
    places: Vec<Option<(usize, usize)>>,
    families: Vec<Family>,
    /// In order of time.
    pub(super) list: Vec<Deploy>,
    /// Hours with any row.
    alive: Hours,
}

/// When a job began: by its name, else by its first row, as where the name tells a time after the `end` of all rows. `None` where neither tells.
pub(super) fn start_of(job: &Job, end: Option<Micros>) -> Option<Micros> {
    let (first, last) = job.span?;
    let named = JobName::parse(&job.name).start(last);
    Some(named.filter(|&start| end.is_none_or(|end| start <= end)).unwrap_or(first))
}

impl Deploys {
    /// Sorts jobs into families and generations. Spans of jobs and `alive` are those of all rows.
    pub(super) fn of(jobs: &[Job], alive: Hours) -> Self {
        let mut names: BTreeMap<&str, BTreeMap<Micros, Vec<usize>>> = BTreeMap::new();
        let end = jobs.iter().filter_map(|job| job.span).map(|span| span.1).max();
        for (at, job) in jobs.iter().enumerate() {
            if let Some(start) = start_of(job, end) {
                names.entry(JobName::parse(&job.name).family).or_default().entry(start).or_default().push(at);
            }
        }
        let mut deploys = Deploys { places: vec![None; jobs.len()], alive, ..Deploys::default() };
        let mut found: Vec<(Deploy, usize, usize)> = Vec::new();
        for (name, starts) in names {
            let (number, mut family) = (deploys.families.len(), Family::default());
            for (generation, (start, members)) in starts.into_iter().enumerate() {
                for &member in &members {
                    deploys.places[member] = Some((number, generation));
                    family.span = union(family.span, jobs[member].span);
                }
                if let Some(&job) = members.first().filter(|_| generation > 0) {
                    found.push((Deploy { job: job as u32, family: name.into(), time: start }, number, generation));
                }
                family.generations.push(Generation { start, deploy: None });
            }
            deploys.families.push(family);
        }
        found.sort_by_key(|(deploy, ..)| (deploy.time, deploy.job));
        for (at, (deploy, family, generation)) in found.into_iter().enumerate() {
            deploys.families[family].generations[generation].deploy = Some(at as u32);
            deploys.list.push(deploy);
        }
        deploys
    }

    /// What they say of a group, by the family that has most of its rows.
    pub(super) fn standing(&self, lives: &[Life]) -> Standing {
        if let Some(family) = self.only_family(lives) {
            return family.map_or_else(Standing::default, |family| self.in_family(family, &lives.iter().collect::<Vec<_>>(), None));
        }
        let (mut families, mut placeless): (BTreeMap<usize, Vec<&Life>>, _) = (BTreeMap::new(), None);
        for life in lives {
            match self.place(life) {
                Some((family, _)) => families.entry(family).or_default().push(life),
                None => placeless = union(placeless, life.all_span()),
            }
        }
        let mut families: Vec<(usize, Vec<&Life>)> = families.into_iter().collect();
        let rows = |own: &[&Life]| own.iter().map(|life| life.all_rows()).sum::<u64>();
        families.sort_by_cached_key(|(family, own)| (std::cmp::Reverse(rows(own)), *family));
        // The spans of all families behind each.
        let mut behind = vec![None; families.len() + 1];
        for (at, (_, own)) in families.iter().enumerate().rev() {
            behind[at] = own.iter().fold(behind[at + 1], |span, life| union(span, life.all_span()));
        }
        let mut before = placeless;
        let mut standings: Vec<Standing> = Vec::with_capacity(families.len());
        for ((family, own), behind) in families.iter().zip(&behind[1..]) {
            standings.push(self.in_family(*family, own, union(before, *behind)));
            before = own.iter().fold(before, |span, life| union(span, life.all_span()));
        }
        let rank = |standing: &&Standing| match (standing.status, standing.evidence) {
            (Some(status), _) if status.is_mark() => 0,
            (Some(_), _) => 1,
            (None, Evidence::NoDeploy) => 3,
            (None, _) => 2,
        };
        // The first of those that say most.
        standings.iter().min_by_key(rank).copied().unwrap_or_default()
    }

    /// The family of all of them, `None` inside where none has one; nothing where they are of several.
    fn only_family(&self, lives: &[Life]) -> Option<Option<usize>> {
        let family = |life| self.place(life).map(|(family, _)| family);
        let first = family(lives.first()?);
        lives.iter().all(|life| family(life) == first).then_some(first)
    }

    fn place(&self, life: &Life) -> Option<(usize, usize)> {
        self.places.get(life.job as usize).copied().flatten()
    }

    /// What they say of a group, by one family: its jobs' part of the group, and the span of the rest.
    fn in_family(&self, number: usize, own: &[&Life], elsewhere: Option<(Micros, Micros)>) -> Standing {
        let Some(family) = self.families.get(number) else { return Standing::default() };
        let mut seen: Vec<usize> = own.iter().filter_map(|life| Some(self.place(life)?.1)).collect();
        seen.sort_unstable();
        seen.dedup();
        let mut whole = Life::default();
        own.iter().for_each(|life| whole.absorb(life));
        let (Some(&first), Some(&last), Some(span), Some(of_family)) = (seen.first(), seen.last(), whole.all_span(), family.span) else {
            return Standing::default();
        };
        let newest = family.generations.len() - 1;
        if newest == 0 {
            return Standing::default();
        }
        let question = FamilyQuestion { deploys: self, family, group: &whole, span, of_family, elsewhere };
        // Where an old job works on beside the new one, the deploy has ended nothing yet.
        let goes_on = (last < newest).then(|| family.generations[last + 1].start).filter(|start| span.1 > start.saturating_add(DRAIN));
        let ended = (last < newest && goes_on.is_none()).then(|| question.ended(first, last + 1));
        let began = (first > 0).then(|| question.began(first, last));
        let sides = [ended, began].into_iter().flatten();
        let mut sides: Vec<Standing> = sides.collect();
        if let Some(at) = sides.iter().position(|side| side.status.is_some()) {
            return sides.swap_remove(at);
        }
        if first < newest && (last == newest || goes_on.is_some()) {
            let returned_after = question.returned(&seen);
            let deploy = family.generations[newest].deploy;
            return Standing { status: Some(Status::Ongoing), deploy, evidence: Evidence::BothSides { returned_after } };
        }
        sides.into_iter().next().unwrap_or_default()
    }
}

/// A group beside one family.
struct FamilyQuestion<'a> {
    deploys: &'a Deploys,
    family: &'a Family,
    group: &'a Life,
    span: (Micros, Micros),
    of_family: (Micros, Micros),
    /// First and last row that other families have of it.
    elsewhere: Option<(Micros, Micros)>,
}

impl FamilyQuestion<'_> {
    fn alive(&self, first: Hour, last: Hour) -> &[Hour] {
        self.deploys.alive.within(first, last)
    }

    /// Whether generation `first` began it; its last rows are of generation `last`.
    fn began(&self, first: usize, last: usize) -> Standing {
        let generations = &self.family.generations;
        let start = generations[first].start;
        let until = generations.get(last + 1).map_or(self.of_family.1, |next| next.start);
        let with = self.alive(Hours::of(start), Hours::of(until));
        let without = self.alive(Hours::of(self.of_family.0), Hours::of(start) - 1);
        let away = self.away(start, self.span.0);
        let known_before = self.elsewhere.is_some_and(|(first, _)| first < start - DRAIN);
        self.standing(Status::Began, first, (with, without), away, known_before)
    }

    /// Whether generation `next` ended it; its first rows are of generation `first`.
    fn ended(&self, first: usize, next: usize) -> Standing {
        let generations = &self.family.generations;
        let start = generations[next].start;
        let from = if first == 0 { self.of_family.0 } else { generations[first].start };
        // Of the hour of the deploy it is not known on which side it is, unless the group was seen in it.
        let hour = Hours::of(start);
        let drains = Hour::from(!self.group.hours.within(hour, hour).is_empty());
        let with = self.alive(Hours::of(from), hour - 1 + drains);
        let without = self.alive(hour + 1, Hours::of(self.of_family.1));
        let away = self.away(self.span.1, start);
        let goes_on = self.elsewhere.is_some_and(|(_, last)| last > start + DRAIN);
        self.standing(Status::Ended, next, (with, without), away, goes_on)
    }

    /// Hours of the source between two times; 0 where the second is not after the first.
    fn away(&self, from: Micros, to: Micros) -> f64 {
        let time = to.saturating_sub(from).max(0) as f64 / HOUR as f64;
        let hours = self.alive(Hours::of(from), Hours::of(to) - 1).len() as f64;
        time.min(hours)
    }

    fn standing(&self, status: Status, generation: usize, (with, without): (&[Hour], &[Hour]), away: f64, contradicted: bool) -> Standing {
        let seen = self.group.hours.list();
        let of = with.len().max(seen.len());
        let longest = self.longest_gap();
        let is_thin = self.group.all_rows() < FEWEST_ROWS || without.len() * 10 < longest * LONGER_THAN_EVER;
        let is_chance = || silence(seen, with, without) > LEAST_LIKELY || placed(seen.len(), of, without.len()) > LEAST_PLACED;
        let worth = if contradicted {
            Worth::Elsewhere
        } else if is_thin || is_chance() {
            Worth::TooLittle
        } else if away > longest as f64 {
            Worth::Far(away.round() as u32)
        } else {
            Worth::Mark
        };
        let evidence = Evidence::Hours { side: status, seen: seen.len() as u32, of: of as u32, without: without.len() as u32, worth };
        Standing { status: (worth == Worth::Mark).then_some(status), deploy: self.family.generations[generation].deploy, evidence }
    }

    /// Longest way from one hour with rows to the next, in hours of the source; at least 1.
    fn longest_gap(&self) -> usize {
        let alive = self.deploys.alive.list();
        let mut places = self.group.hours.list().iter().map(|&hour| alive.partition_point(|&known| known < hour));
        let Some(mut before) = places.next() else { return 1 };
        let mut longest = 1;
        for place in places {
            longest = longest.max(place - before);
            before = place;
        }
        longest
    }

    /// Hours for which it was gone between two generations that have it, where that is no chance.
    fn returned(&self, seen: &[usize]) -> Option<u32> {
        let generations = &self.family.generations;
        let gaps = seen.windows(2).filter(|pair| pair[1] > pair[0] + 1);
        let mut longest = None;
        for pair in gaps {
            let (from, to) = (generations[pair[0] + 1].start, generations[pair[1]].start);
            let without = self.alive(Hours::of(from) + 1, Hours::of(to) - 1);
            let hours = self.group.hours.list();
            let with = self.alive(Hours::of(self.of_family.0), Hours::of(from));
            let before = self.group.hours.within(Hour::MIN, Hours::of(from));
            if hours.len() >= 2 && !before.is_empty() && silence(before, with, without) <= LEAST_LIKELY {
                longest = longest.max(Some(without.len() as u32));
            }
        }
        longest
    }
}

/// How likely it is, as a natural logarithm, to see nothing in the hours without it, at the rate at which it is seen `with`: over all hours, by the hour
/// of the day and by that of the week, whichever is likeliest, where there are enough to show it.
fn silence(seen: &[Hour], with: &[Hour], without: &[Hour]) -> f64 {
    let rates = [(1, 0), (24, DAYS_SHOW), (168, WEEKS_SHOW)];
    let usable = rates.into_iter().filter(|&(_, least)| with.len() >= least);
    usable.map(|(period, _)| by_period(seen, with, without, period)).fold(f64::NEG_INFINITY, f64::max)
}

fn by_period(seen: &[Hour], with: &[Hour], without: &[Hour], period: Hour) -> f64 {
    let count = |hours: &[Hour]| {
        let mut counts = vec![0_u32; period as usize];
        hours.iter().for_each(|hour| counts[hour.rem_euclid(period) as usize] += 1);
        counts
    };
    let (hits, turns) = (count(seen), count(with));
    let chance = |hour: &Hour| {
        let at = hour.rem_euclid(period) as usize;
        // One more turn without it, so that nothing is certain.
        f64::from(hits[at]) / f64::from(turns[at].max(hits[at]) + 1)
    };
    without.iter().map(|hour| (1.0 - chance(hour)).ln()).sum()
}

/// How likely it is, as a natural logarithm, that all of `seen` hours fall among `of` and none among `without`, were they placed by chance.
fn placed(seen: usize, of: usize, without: usize) -> f64 {
    let all = (of + without) as f64;
    (0..seen).map(|i| ((of as f64 - i as f64) / (all - i as f64)).ln()).sum()
}
