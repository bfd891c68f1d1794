//! What is kept of the groups of a visit, to tell at the next what has changed since.
//!
//! Owns: its form in a file, how much of it there is at most, whether two visits asked for the same rows.
//! Refuses: files (the explorer), comparing (the baseline that it becomes).

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::Baseline;
use crate::ground::time::Micros;
use crate::rows::group::{Fingerprint, Group, GroupRecord, Groups};
use crate::rows::source::Request;

/// The form of the file. Another number is another program's file.
const VERSION: u32 = 2;

/// Most groups that are kept, the largest.
pub const MOST_KEPT: usize = 5_000;

/// Windows that end so long before they were asked for end alike, but for this: programs take a moment to begin.
const SAME_AGE: u64 = 60_000_000;

/// Longest name that is kept, in bytes: a longer one is somebody's mistake, and is left out.
const LONGEST_NAME: usize = 200;

/// The groups of a source as they were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    version: u32,
    /// The source, by the name that its state is kept by.
    pub source: String,
    /// When it was left.
    pub at: Micros,
    /// Which of its rows were asked for.
    pub asked: AskedRows,
    /// Whether schemas generalised the paths.
    pub by_schemas: Option<bool>,
    /// How many groups there were, of which the largest are kept.
    pub all_groups: u64,
    /// All rows.
    pub rows: u64,
    /// The names of namespaces, doctypes and versions, each once.
    names: Vec<String>,
    groups: Vec<VisitGroup>,
}

/// A group, in few letters: fingerprint, rows, first and last time, positions of namespace, doctype and version among the names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct VisitGroup(Fingerprint, u64, Option<(Micros, Micros)>, [Option<u32>; 3]);

/// Which rows were asked for: what has changed is told of the same ones alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AskedRows {
    namespaces: Vec<String>,
    doctypes: Vec<String>,
    stages: Vec<String>,
    jobs: Vec<String>,
    /// Beginning and end of the window.
    window: [Option<Edge>; 2],
}

/// One end of a window: when it is, and how long that was before the rows were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Edge(Micros, Micros);

impl Edge {
    /// Whether two windows end alike: at one time, or as long before they were asked for, since they move on from one day to the next.
    fn is_like(self, other: Edge) -> bool {
        self.0 == other.0 || self.1.abs_diff(other.1) <= SAME_AGE
    }
}

impl AskedRows {
    /// Of a request, at a time.
    pub fn of(request: &Request, now: Micros) -> Self {
        let sorted = |names: &[String]| {
            let mut names = names.to_vec();
            names.sort();
            names
        };
        AskedRows {
            namespaces: sorted(&request.namespaces),
            doctypes: sorted(&request.doctypes),
            stages: sorted(&request.stages),
            jobs: sorted(&request.jobs),
            window: [request.since, request.until].map(|edge| edge.map(|edge| Edge(edge, now.saturating_sub(edge)))),
        }
    }

    /// Whether these are the rows that others are.
    fn is_like(&self, other: &AskedRows) -> bool {
        let names = |asked: &AskedRows| [&asked.namespaces, &asked.doctypes, &asked.stages, &asked.jobs].map(Clone::clone);
        let edges = self.window.iter().zip(other.window);
        let is_alike = |(one, other): (&Option<Edge>, Option<Edge>)| match (one, other) {
            (Some(one), Some(other)) => one.is_like(other),
            (None, None) => true,
            _ => false,
        };
        names(self) == names(other) && edges.into_iter().all(is_alike)
    }
}

impl Visit {
    /// What is kept of groups; `None` where not all rows were read: what is missing then would look as if it were new.
    pub fn of(source: String, at: Micros, asked: AskedRows, groups: &Groups) -> Option<Self> {
        if !groups.is_whole() || groups.list.is_empty() {
            return None;
        }
        let mut largest: Vec<&Group> = groups.list.iter().collect();
        let size = |group: &&Group| (Reverse(group.count), group.fingerprint);
        if largest.len() > MOST_KEPT {
            largest.select_nth_unstable_by_key(MOST_KEPT, size);
            largest.truncate(MOST_KEPT);
        }
        largest.sort_by_key(size);
        let (mut names, mut place_of) = (Vec::new(), rustc_hash::FxHashMap::default());
        let mut name = |text: Option<&str>| {
            let text = text.filter(|text| text.len() <= LONGEST_NAME)?;
            Some(*place_of.entry(text.to_owned()).or_insert_with(|| {
                names.push(text.to_owned());
                names.len() as u32 - 1
            }))
        };
        let kept = largest.iter().map(|group| {
            let key = &group.key;
            let names = [key.namespace.as_deref(), key.doctype.as_deref(), key.version.as_deref()].map(&mut name);
            VisitGroup(group.fingerprint, group.count, group.span, names)
        });
        let kept = kept.collect();
        Some(Visit {
            version: VERSION,
            source,
            at,
            asked,
            by_schemas: groups.by_schemas,
            all_groups: groups.list.len() as u64,
            rows: groups.rows,
            names,
            groups: kept,
        })
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// It is of another version, or is no such file: what is told of it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        match serde_json::from_str::<Version>(text) {
            Ok(Version { version: VERSION }) => serde_json::from_str(text).map_err(|_| "is broken"),
            Ok(_) => Err("was written by another version of misfit"),
            Err(_) => Err("is broken"),
        }
    }

    /// The file's text.
    pub fn print(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The groups as an earlier export has them.
    pub fn baseline(&self) -> Baseline {
        let record = |VisitGroup(fingerprint, count, span, names): &VisitGroup| {
            let [namespace, doctype, version] = names.map(|at| self.names.get(at? as usize).cloned());
            GroupRecord { fingerprint: *fingerprint, namespace, doctype, version, count: *count, span: *span, ..GroupRecord::default() }
        };
        Baseline { groups: self.groups.iter().map(record).collect(), by_schemas: self.by_schemas }
    }

    /// Rows of the smallest group that is kept, where smaller ones were not.
    pub fn least(&self) -> Option<u64> {
        let is_cut = self.all_groups > self.groups.len() as u64;
        self.groups.last().map(|group| group.1).filter(|_| is_cut)
    }

    /// Why the groups of now cannot be held against it; `None` where they can.
    pub fn refusal(&self, asked: &AskedRows, now: &Groups) -> Option<&'static str> {
        if !self.asked.is_like(asked) {
            Some("other rows were asked for then")
        } else if self.baseline().contradicts(now) {
            Some("only one of both was counted with schemas, so the groups have other names")
        } else {
            None
        }
    }
}
