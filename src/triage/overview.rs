//! All namespaces at a glance, and the stages that refuse their documents.
//!
//! Owns: what is counted of each namespace and stage, the orders of namespaces.
//! Refuses: counting rows (group), rates (group/rates), what an unknown name may be (unknown), words (facts).

mod beside;
mod changes;
mod unknown;

use std::cmp::Reverse;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::ground::few::Few;
use crate::ground::time::Micros;
use crate::rows::group::{Group, Groups, RemarkState, Sort, Status, Trend};
use crate::rows::schemas::SchemaStore;
pub use beside::{Beside, BesideCounts, BesideDoctype, BesideLine, BesidePlace, are_unlike, as_baseline};
pub use changes::{ChangedGroup, Changes, GoneGroup, NamespaceChanges};
use unknown::KnownNames;
pub use unknown::{Guess, UnknownName};

/// The stages of the pipeline, in its order (`error_type`).
pub const STAGES: [&str; 6] =
    ["ParseUri", "LimitPayloadSize", "ParsePayload", "AddMetadata", "KeyByBigQueryTableDestination", "failed_insert"];

/// Most stages that are told one by one: a pipeline has a handful, a file may have anything.
const MOST_STAGES: usize = 40;

/// What is counted of all rows, by namespace and by stage. It is of some groups: whatever takes these takes the same ones.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    /// The namespaces, in the order that was asked for.
    pub namespaces: Vec<NamespaceLine>,
    /// The stages: those of the pipeline in its order, then others, then rows that tell none.
    pub stages: Vec<StageLine>,
    /// Stages beyond those that are told one by one.
    pub more_stages: u64,
    /// Names that the schemas do not have, those of the most rows; `None` without schemas.
    pub unknown: Option<Vec<UnknownName>>,
    /// How many more of them there are, and their rows.
    pub more_unknown: (u64, u64),
    /// Namespaces that the schemas do not have; `None` without schemas.
    pub unknown_namespaces: Option<u64>,
    /// Positions of the groups, those of each namespace together, the largest first.
    members: Vec<u32>,
    sort: Sort,
    no_trend: Trend,
}

/// A namespace.
#[derive(Debug, Clone)]
pub struct NamespaceLine {
    /// As its rows spell it; `None` of rows that tell none.
    pub name: Option<Arc<str>>,
    /// Its rows.
    pub rows: u64,
    /// First and last time; `None` where no row has one.
    pub span: Option<(Micros, Micros)>,
    /// Groups that a deploy began.
    pub began: u32,
    /// Those of them that the newest deploy began.
    pub new: u32,
    /// Groups that somebody has muted.
    pub muted: u32,
    /// Whether the schemas have it; `None` without schemas or name.
    pub is_known: Option<bool>,
    /// Positions of its names among the unknown ones that are told.
    unknown: Few<u32>,
    first: u32,
    end: u32,
    /// Of several groups; a single one has its own.
    trend: Option<Box<Trend>>,
}

/// A stage of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageLine {
    /// `error_type`; `None` of rows that tell none.
    pub stage: Option<Arc<str>>,
    /// Rows that it refused.
    pub rows: u64,
    /// Their groups.
    pub groups: u64,
    /// Groups that a deploy began.
    pub began: u64,
}

impl Overview {
    /// Counts. Takes its time with many groups.
    pub fn of(groups: &Groups, schemas: Option<&SchemaStore>, sort: Sort) -> Self {
        let (lines, members) = namespaces(groups);
        let (stages, more_stages) = stages(groups);
        let mut overview = Overview { namespaces: lines, stages, more_stages, members, ..Overview::default() };
        if let Some(schemas) = schemas {
            overview.name(groups, schemas);
        }
        overview.arrange(groups, sort);
        overview
    }

    /// Finds out which names the schemas have.
    fn name(&mut self, groups: &Groups, schemas: &SchemaStore) {
        let known = KnownNames::of(schemas);
        let found = unknown::find(groups, schemas, &known);
        let mut of_namespace: FxHashMap<&str, Few<u32>> = FxHashMap::default();
        found.told.iter().zip(0..).for_each(|(name, at)| of_namespace.entry(&name.namespace).or_default().push(at));
        let mut unknown = 0;
        for line in &mut self.namespaces {
            let Some(name) = line.name.as_deref() else { continue };
            let is_known = known.has_namespace(name);
            line.is_known = Some(is_known);
            unknown += u64::from(!is_known);
            line.unknown = of_namespace.remove(name).unwrap_or_default();
        }
        self.unknown_namespaces = Some(unknown);
        self.more_unknown = found.more;
        self.unknown = Some(found.told);
    }

    /// The order of the namespaces.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// The same in another order.
    pub fn sorted(&self, groups: &Groups, sort: Sort) -> Self {
        let mut sorted = self.clone();
        sorted.arrange(groups, sort);
        sorted
    }

    /// Puts the namespaces in an order; ties by name.
    fn arrange(&mut self, groups: &Groups, sort: Sort) {
        self.sort = sort;
        let rank = |line: &NamespaceLine| match sort {
            Sort::Deploy => (u64::from(line.new > 0), line.rows),
            Sort::Count => (line.rows, 0),
            Sort::Newest => (line.span.map_or(0, |(_, last)| ordered(last)), line.rows),
            Sort::First => (line.span.map_or(0, |(first, _)| ordered(first)), line.rows),
            Sort::Growth => ((self.trend(groups, line).growth(groups.span) * 1e6) as u64, line.rows),
            Sort::Name => (0, 0),
        };
        let ranks: Vec<(u64, u64)> = self.namespaces.iter().map(rank).collect();
        let mut ranked: Vec<((u64, u64), NamespaceLine)> = ranks.into_iter().zip(std::mem::take(&mut self.namespaces)).collect();
        ranked.sort_by(|a, b| Reverse(a.0).cmp(&Reverse(b.0)).then_with(|| a.1.name.cmp(&b.1.name)));
        self.namespaces = ranked.into_iter().map(|(_, line)| line).collect();
    }

    /// The groups of a namespace, the largest first.
    pub fn groups_of<'a>(&'a self, groups: &'a Groups, line: &NamespaceLine) -> impl Iterator<Item = &'a Group> + use<'a> {
        let members = self.members.get(line.first as usize..line.end as usize).unwrap_or_default();
        members.iter().filter_map(|&at| groups.list.get(at as usize))
    }

    /// The rows of a namespace over time.
    pub fn trend<'a>(&'a self, groups: &'a Groups, line: &'a NamespaceLine) -> &'a Trend {
        let own = || self.groups_of(groups, line).next().map(|group| &group.trend);
        line.trend.as_deref().or_else(own).unwrap_or(&self.no_trend)
    }

    /// The names of a namespace that the schemas do not have.
    pub fn unknown_of<'a>(&'a self, line: &'a NamespaceLine) -> impl Iterator<Item = &'a UnknownName> {
        let told = self.unknown.as_deref().unwrap_or_default();
        line.unknown.iter().filter_map(|&at| told.get(at as usize))
    }
}

impl NamespaceLine {
    /// How many groups it has.
    pub fn groups(&self) -> u64 {
        u64::from(self.end - self.first)
    }
}

/// A time as a number that is ordered alike and is never that of no time.
fn ordered(time: Micros) -> u64 {
    (time as u64 ^ (1 << 63)).max(1)
}

/// The namespaces, in no order, and the groups of each together.
fn namespaces(groups: &Groups) -> (Vec<NamespaceLine>, Vec<u32>) {
    let mut number_of: FxHashMap<Option<&str>, u32> = FxHashMap::default();
    let mut lines: Vec<NamespaceLine> = Vec::new();
    let mut numbers = Vec::with_capacity(groups.list.len());
    for group in &groups.list {
        let number = *number_of.entry(group.key.namespace.as_deref()).or_insert_with(|| {
            lines.push(NamespaceLine {
                name: group.key.namespace.clone(),
                rows: 0,
                span: None,
                began: 0,
                new: 0,
                muted: 0,
                is_known: None,
                unknown: Few::default(),
                first: 0,
                end: 0,
                trend: None,
            });
            lines.len() as u32 - 1
        });
        numbers.push(number);
        let line = &mut lines[number as usize];
        line.rows += group.count;
        line.span = union(line.span, group.span);
        line.began += u32::from(group.standing.status == Some(Status::Began));
        line.new += u32::from(groups.is_new(group));
        line.muted += u32::from(groups.remark(group).is_some_and(|remark| remark.state == RemarkState::Muted));
        line.end += 1;
    }
    let mut next = 0;
    for line in &mut lines {
        (line.first, next) = (next, next + line.end);
        line.end = line.first;
    }
    let mut members = vec![0; numbers.len()];
    for (at, &number) in numbers.iter().enumerate() {
        let line = &mut lines[number as usize];
        members[line.end as usize] = at as u32;
        line.end += 1;
    }
    for line in lines.iter_mut().filter(|line| line.end - line.first > 1) {
        let own = &mut members[line.first as usize..line.end as usize];
        own.sort_by_key(|&at| Reverse(groups.list[at as usize].count));
        let mut trend = Box::<Trend>::default();
        own.iter().for_each(|&at| trend.merge(&groups.list[at as usize].trend));
        line.trend = Some(trend);
    }
    (lines, members)
}

fn union(a: Option<(Micros, Micros)>, b: Option<(Micros, Micros)>) -> Option<(Micros, Micros)> {
    a.zip(b).map(|(a, b)| (a.0.min(b.0), a.1.max(b.1))).or(a).or(b)
}

/// Where a stage stands: those of the pipeline in its order, then others, then none.
fn place(stage: Option<&str>) -> usize {
    match stage {
        Some(stage) => STAGES.iter().position(|known| *known == stage).unwrap_or(STAGES.len()),
        None => STAGES.len() + 1,
    }
}

fn stages(groups: &Groups) -> (Vec<StageLine>, u64) {
    let mut counted: FxHashMap<Option<&Arc<str>>, StageLine> = FxHashMap::default();
    for group in &groups.list {
        let stage = group.key.stage.as_ref();
        let line = counted.entry(stage).or_insert_with(|| StageLine { stage: stage.cloned(), rows: 0, groups: 0, began: 0 });
        line.rows += group.count;
        line.groups += 1;
        line.began += u64::from(group.standing.status == Some(Status::Began));
    }
    let mut lines: Vec<StageLine> = counted.into_values().collect();
    lines.sort_by(|a, b| {
        let (one, other) = (place(a.stage.as_deref()), place(b.stage.as_deref()));
        one.cmp(&other).then_with(|| b.rows.cmp(&a.rows)).then_with(|| a.stage.cmp(&b.stage))
    });
    let more = lines.len().saturating_sub(MOST_STAGES);
    lines.truncate(MOST_STAGES);
    (lines, more as u64)
}

#[cfg(test)]
mod tests;
