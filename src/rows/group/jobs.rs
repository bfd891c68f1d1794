//! The decoder jobs of one thread's rows.
//!
//! Owns: numbers for names, rows and times of each. Refuses: their order and families (merge, deploys).

use super::places::Places;
use super::{Job, clients, union};
use crate::ground::time::Micros;

/// Jobs by number.
#[derive(Debug, Clone, Default)]
pub(super) struct JobTable {
    list: Vec<Job>,
    places: Places,
    latest: u32,
}

impl JobTable {
    /// The number of a job, which then has so many rows more.
    pub(super) fn add(&mut self, name: &str, span: Option<(Micros, Micros)>, rows: u64) -> u32 {
        let number = match self.list.get(self.latest as usize) {
            Some(latest) if *latest.name == *name => self.latest,
            _ => self.number(name),
        };
        self.latest = number;
        if let Some(job) = self.list.get_mut(number as usize) {
            job.rows += rows;
            job.span = union(job.span, span);
        }
        number
    }

    /// The number of a name.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        let hash = clients::hash(name);
        if let Some(known) = self.places.find(hash, |at| self.list.get(at as usize).is_some_and(|job| *job.name == *name)) {
            return known;
        }
        let number = self.list.len() as u32;
        self.list.push(Job { name: name.into(), span: None, rows: 0 });
        self.places.insert(hash, number);
        number
    }

    /// The name of a number.
    pub(super) fn name(&self, number: u32) -> &str {
        self.list.get(number as usize).map_or("", |job| &job.name)
    }

    /// Adds the jobs of another thread; gives their numbers here.
    pub(super) fn absorb(&mut self, jobs: Vec<Job>) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(jobs.len());
        for job in jobs {
            let hash = clients::hash(&job.name);
            match self.places.find(hash, |at| self.list.get(at as usize).is_some_and(|known| known.name == job.name)) {
                Some(number) => {
                    if let Some(known) = self.list.get_mut(number as usize) {
                        known.rows += job.rows;
                        known.span = union(known.span, job.span);
                    }
                    numbers.push(number);
                }
                None => {
                    let number = self.list.len() as u32;
                    self.places.insert(hash, number);
                    self.list.push(job);
                    numbers.push(number);
                }
            }
        }
        numbers
    }

    /// All of them, by number.
    pub(super) fn into_list(self) -> Vec<Job> {
        self.list
    }
}
