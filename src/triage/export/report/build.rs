//! Finding what a report tells: from the groups, and from some rows of each.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::incident::ReportIncident;
use super::overview::{LeftOut, Listed};
use super::{Behind, Constraint, Report, ReportColumn, ReportFacet, ReportGroup, ReportJob, ReportNote, ReportSample, ReportTrend};
use crate::ground::text;
use crate::ground::time;
use crate::ground::time::Micros;
use crate::pipeline::document::PathStyle;
use crate::pipeline::fault::Fault;
use crate::pipeline::fault::VALIDATION;
use crate::pipeline::sink::{self, Landing};
use crate::pipeline::verdict::judge::{Cause, CausePhrase, Violation};
use crate::rows::demo;
use crate::rows::group::{Fingerprint, Group, Groups, Rate, Remark, Status};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::ErrorSource;
use crate::triage::blame::template::Includes;
use crate::triage::case::Case;
use crate::triage::export::choice::Choice;
use crate::triage::export::hidden;
use crate::triage::export::page::Page;
use crate::triage::export::predicate::Neighbours;
use crate::triage::export::sample;
use crate::triage::export::statement;
use crate::triage::export::survey::Survey;
use crate::triage::facts;
use crate::triage::incidents;
use crate::triage::redact::{Lists, Redactor, TextForm};
use crate::triage::senders::Senders;
use crate::triage::suspect::Suspect;

/// Rows of each group that are looked at.
pub const SURVEYED: usize = 20;

/// Violations that are listed.
const MOST_BEHIND: usize = 20;

/// Alternatives that are told of a cause.
const MOST_WAYS: usize = 4;

/// Most bytes of a document in a report: trackers cut longer texts.
const MOST_SAMPLE: usize = 16 << 10;

/// Most bytes of a constraint.
const MOST_CONSTRAINT: usize = 200;

const HOUR: Micros = 3_600_000_000;
const DAY: Micros = 24 * HOUR;
/// Up to here a trend is told by the hour.
const HOURLY: Micros = 2 * DAY;
/// Most hours or days that are told.
const MOST_COUNTS: usize = 62;

/// A report being put together, row by row.
pub struct ReportBuilder<'a> {
    groups: &'a Groups,
    about: Surroundings<'a>,
    chosen: Vec<&'a Group>,
    redactor: Redactor,
    /// By the position of the group: what its first row told, and the survey of all.
    drafts: Vec<(Option<ReportGroup>, Survey)>,
    suspects: FxHashMap<Fingerprint, Suspect>,
    /// By the groups that were chosen.
    incidents: FxHashMap<Fingerprint, Arc<ReportIncident>>,
    senders: FxHashMap<Fingerprint, Senders>,
}

/// What a group is told with.
struct Surroundings<'a> {
    /// Jobs and deploys, their names as they may be told.
    deployed: Groups,
    neighbours: Neighbours<'a>,
    rows: &'a dyn ErrorSource,
    /// What the source is called.
    source: String,
    schemas: Option<&'a SchemaStore>,
}

impl<'a> ReportBuilder<'a> {
    /// A report on the groups that were chosen, out of rows of a source with that label.
    pub fn new(
        groups: &'a Groups,
        choice: &Choice<'a>,
        redactor: Redactor,
        (label, rows): (String, &'a dyn ErrorSource),
        schemas: Option<&'a SchemaStore>,
    ) -> Self {
        let drafts = choice.groups.iter().map(|_| (None, Survey::default())).collect();
        let (jobs, deploys) = hidden::jobs(groups, &redactor);
        let source = redactor.source(&label).into_owned();
        let deployed = Groups { jobs, deploys, rates: groups.rates.clone(), remarks: groups.remarks.clone(), ..Groups::default() };
        let about = Surroundings { deployed, neighbours: Neighbours::new(&groups.list), rows, source, schemas };
        ReportBuilder {
            groups,
            about,
            chosen: choice.groups.clone(),
            redactor,
            drafts,
            suspects: FxHashMap::default(),
            incidents: FxHashMap::default(),
            senders: FxHashMap::default(),
        }
    }

    /// Tells which groups are one incident, chosen or not, with what several schemas include where their source is at hand.
    pub fn incidents(mut self, includes: Option<&mut Includes>) -> Self {
        let Some(schemas) = self.about.schemas else { return self };
        let chosen: FxHashSet<Fingerprint> = self.chosen.iter().map(|group| group.fingerprint).collect();
        // Nothing else can be of their incidents.
        let faults: FxHashSet<&str> = self.chosen.iter().map(|group| &*group.key.fault).collect();
        let alike: Vec<&Group> = self.groups.list.iter().filter(|group| faults.contains(&*group.key.fault)).collect();
        for mut incident in incidents::of(self.groups, &alike, schemas, includes) {
            let prints = incident.groups.iter().map(|&at| alike[at].fingerprint);
            let of: Vec<Fingerprint> = prints.filter(|print| chosen.contains(print)).collect();
            if of.is_empty() {
                continue;
            }
            if !self.redactor.is_raw() {
                incident.without_key();
            }
            let mut name = |group: &Group| hidden::told(group, Some(schemas), &mut self.redactor).key.doctype_name();
            let Some(told) = ReportIncident::of(&incident, &alike, &mut name).map(Arc::new) else { continue };
            self.incidents.extend(of.into_iter().map(|group| (group, Arc::clone(&told))));
        }
        self
    }

    /// Looks at a row of the group at that position; the first one is the sample.
    pub fn add(&mut self, position: usize, case: &Case) {
        let (Some(group), Some((told, survey))) = (self.chosen.get(position), self.drafts.get_mut(position)) else { return };
        survey.add(case, &self.redactor);
        if told.is_none() {
            let mut first = self.about.group(group, &mut self.redactor);
            about_case(&mut first, case, &mut self.redactor);
            *told = Some(first);
        }
    }

    /// Tells which change made each group fail, without anything out of a document.
    pub fn suspects(mut self, of: FxHashMap<Fingerprint, Suspect>) -> Self {
        self.suspects = of;
        self
    }

    /// All groups of which rows are looked at, and more that are only listed, in one table; `left_out` are those that even the table has no room for.
    pub fn overview(&mut self, listed: &[&Group], left_out: LeftOut) -> Page {
        let groups = listed.iter().map(|group| hidden::told(group, self.about.schemas, &mut self.redactor)).collect();
        Listed { groups, with_part: self.chosen.len(), left_out, deployed: &self.about.deployed, counted: self.groups }.page()
    }

    /// Tells what sets the rows of each group apart, as far as that may be told.
    pub fn senders(mut self, of: FxHashMap<Fingerprint, Senders>) -> Self {
        self.senders = of;
        self
    }

    /// The report. A group of which no row was seen is told by its message alone.
    pub fn finish(mut self) -> Report {
        let mut told = Vec::with_capacity(self.chosen.len());
        for (group, (draft, survey)) in self.chosen.iter().zip(self.drafts) {
            let mut draft = draft.unwrap_or_else(|| self.about.group(group, &mut self.redactor));
            draft.suspect = self.suspects.get(&group.fingerprint).map(|suspect| facts::suspect::sentence(suspect, false));
            if let Some(incident) = self.incidents.get(&group.fingerprint) {
                incident.tell(&mut draft);
            }
            draft.set_apart = self.senders.get(&group.fingerprint).map(|senders| {
                let (schema, layout) = self.about.schemas.map(|schemas| hidden::listed(&group.key, schemas)).unwrap_or_default();
                let lists = Lists { schema: schema.as_deref(), layouts: [layout.as_deref(), None] };
                let told = hidden::told(group, self.about.schemas, &mut self.redactor);
                facts::senders::strongest(&senders.told(lists, &mut self.redactor), &told)
            });
            draft.surveyed = survey.rows;
            draft.senders = survey.told();
            told.push(draft);
        }
        Report {
            raw: self.redactor.is_raw(),
            source: self.about.source,
            schemas: self.about.schemas.map(|schemas| self.redactor.schemas(&schemas.name()).into_owned()),
            schema_revision: self.about.schemas.and_then(SchemaStore::revision),
            first: self.groups.span.map(|span| rfc3339(span.0)),
            last: self.groups.span.map(|span| rfc3339(span.1)),
            rows: self.groups.rows,
            rate_notes: facts::rate::notes(self.groups),
            groups: told,
        }
    }
}

impl Surroundings<'_> {
    /// What the group alone tells.
    fn group(&self, group: &Group, redactor: &mut Redactor) -> ReportGroup {
        let selected = hidden::ToldGroup::new(group, &self.neighbours, self.schemas, redactor);
        let told = &selected.group;
        let status = group.standing.status;
        let owned = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
        let key = &told.key;
        let rate = self.deployed.rates.as_ref().and_then(|rates| rates.group(group));
        ReportGroup {
            fingerprint: group.fingerprint.to_string(),
            fault: told.sentence(),
            doctype: key.doctype_name(),
            stage: owned(&key.stage),
            exception_class: owned(&key.class),
            path: key.path.as_deref().map(str::to_owned),
            keyword: group.keyword,
            count: group.count,
            rate: rate.as_ref().map(Rate::share),
            accepted: rate.map(|rate| rate.accepted),
            rate_words: self.deployed.rates.as_ref().map(|rates| facts::rate::group_words(rates, group)),
            first: group.span.map(|span| rfc3339(span.0)),
            last: group.span.map(|span| rfc3339(span.1)),
            status: status.map(Status::word),
            status_sure: status.is_some(),
            status_why: self.deployed.standing_words(group),
            noise: group.noise,
            by_catch: group.by_catch,
            note: self.deployed.remark(group).map(note),
            jobs: jobs(group, &self.deployed),
            trend: trend(group),
            facets: told.facets.iter().map(|told| facet(group, told)).collect(),
            message: told.sample.to_string(),
            command: command(group, &self.source, self.schemas, redactor),
            sql: statement::select(&selected, &self.rows.tables(group), false),
            ..ReportGroup::default()
        }
    }
}

/// What a row adds.
fn about_case(told: &mut ReportGroup, case: &Case, redactor: &mut Redactor) {
    let lists = Lists::of(case);
    // A table that nobody has is only a name out of the request.
    let is_known = lists.schema.is_some() || case.layout.is_some() || redactor.is_raw();
    told.table = case.doctype.as_ref().filter(|_| is_known).and_then(|doctype| doctype.table.clone());
    told.constraint = constraint(case);
    told.shelved.clone_from(&case.shelved);
    told.columns = case.landings().into_iter().map(|(at, landing)| column(case, at, landing)).collect();
    told.sample = sample(case, redactor);
    let Some(replay) = &case.replay else { return };
    told.reproduced = Some(replay.reproduced);
    told.agreement = Some(replay.agreement);
    told.violation_count = Some(replay.violations.wrong());
    told.cause = case.cause().map(|cause| behind(cause, lists, redactor));
    // What is reported is the first of them.
    let reported = usize::from(replay.violation.is_some());
    let others = replay.violations.causes.iter().skip(reported).take(MOST_BEHIND);
    told.also_broken = others.map(|cause| behind(cause, lists, redactor)).collect();
}

fn behind(cause: &Cause, lists: Lists<'_>, redactor: &mut Redactor) -> Behind {
    let violation = &cause.violation;
    let is_here = |way: &Violation| way.tokens == violation.tokens;
    let mut way = |way: &Violation| match (is_here(way), sentence(way, lists, redactor)) {
        (true, words) => words,
        (false, words) => format!("{} {words}", redactor.pointer(&way.tokens, lists)),
    };
    let mut ways: Vec<String> = cause.ways.iter().map(&mut way).collect();
    ways.dedup();
    let sentence = match ways.as_slice() {
        _ if cause.phrase.is_some() => cause.phrase.as_ref().map(CausePhrase::without_value).unwrap_or_default(),
        [] => String::new(),
        [only] => only.clone(),
        ways => {
            let told = ways.iter().take(MOST_WAYS).cloned().collect::<Vec<_>>().join(", or ");
            let more = ways.len().saturating_sub(MOST_WAYS);
            let more = if more > 0 { format!(", or {more} more ways") } else { String::new() };
            format!("either {told}{more}")
        }
    };
    Behind {
        pointer: redactor.pointer(&violation.tokens, lists),
        keyword: violation.keyword,
        schema_pointer: violation.schema_pointer.clone(),
        sentence,
    }
}

/// What is wrong, without its place.
fn sentence(violation: &Violation, lists: Lists<'_>, redactor: &mut Redactor) -> String {
    Fault::parse(&redactor.message(&violation.message, Some(VALIDATION), lists), Some(VALIDATION)).sentence()
}

fn note(remark: &Remark) -> ReportNote {
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
    ReportNote { state: remark.state.name(), why: remark.why(), text: text(&remark.text), bug: text(&remark.bug), line: remark.line() }
}

fn jobs(group: &Group, groups: &Groups) -> Vec<ReportJob> {
    let job = |part: &crate::rows::group::JobCount| {
        let job = groups.jobs.get(part.job as usize)?;
        let newest = part.job as usize + 1 == groups.jobs.len();
        Some(ReportJob { name: job.name.to_string(), rows: part.rows, began: job.span.map(|span| rfc3339(span.0)), newest })
    };
    group.jobs().iter().filter_map(job).collect()
}

fn trend(group: &Group) -> ReportTrend {
    let Some((first, last)) = group.span else { return ReportTrend::default() };
    let (unit, width) = if last.saturating_sub(first) <= HOURLY { ("hour", HOUR) } else { ("day", DAY) };
    let from = first.div_euclid(width) * width;
    let columns = usize::try_from((last - from) / width + 1).unwrap_or(usize::MAX);
    if columns > MOST_COUNTS {
        return ReportTrend::default();
    }
    let to = from + width * columns as Micros - 1;
    let starts = (0..columns as Micros).map(|i| from + i * width);
    let name = |start| if unit == "day" { time::minute(start).chars().take(10).collect() } else { time::minute(start) };
    ReportTrend { unit, counts: starts.map(name).zip(group.trend.resample(from, to, columns)).collect() }
}

fn facet(group: &Group, facet: &crate::rows::group::Facet) -> ReportFacet {
    ReportFacet {
        name: facet.name,
        values: facet.values.iter().map(|(value, rows)| (value.to_string(), *rows)).collect(),
        others: facet.others,
        range: facts::group::range(group, facet),
    }
}

fn command(group: &Group, source: &str, schemas: Option<&SchemaStore>, redactor: &Redactor) -> String {
    // The sample brings its own schemas.
    let schemas = schemas
        .filter(|_| source != demo::NAME)
        .map(|schemas| format!(" --schemas {}", for_shell(last_part(&redactor.schemas(&schemas.name())))))
        .unwrap_or_default();
    format!("misfit cases {}{schemas} --group {}", for_shell(source), group.fingerprint)
}

/// The last part of a path: the folders above say who made the report.
fn last_part(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}

/// An argument as shells take it.
fn for_shell(argument: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '/');
    if !argument.is_empty() && argument.chars().all(is_plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', "'\\''"))
    }
}

fn constraint(case: &Case) -> Option<Constraint> {
    let (schema, broken) = (case.schema.as_deref()?, case.asking()?);
    let node = broken.node?;
    // Of an unwritten combinator it is the type or the list of values beside it that asks.
    let names = broken.keyword.into_iter().chain(["type", "enum"]);
    let (name, value) = names.into_iter().find_map(|name| Some((name, schema.keyword(node, name)?)))?;
    let raw = String::from_utf8_lossy(text::cut_bytes(schema.document.raw(value), MOST_CONSTRAINT)).into_owned();
    let is_cut = raw.len() < schema.document.raw(value).len();
    let line: Vec<&str> = raw.split_whitespace().collect();
    Some(Constraint {
        file: format!("schemas/{}", schema.path),
        line: schema.line(value),
        schema_pointer: schema.document.path(node, PathStyle::Pointer),
        text: format!("\"{name}\": {}{}", line.join(" "), if is_cut { "…" } else { "" }),
    })
}

/// Where the failing value lands in one of the tables; of a document in two they are named.
fn column(case: &Case, at: usize, landing: &Landing) -> ReportColumn {
    let table = case.tables.get(at);
    let known = table.zip(landing.column).and_then(|(table, id)| Some((&*table.layout, id, table.layout.get(id)?)));
    ReportColumn {
        table: table.filter(|_| case.tables.len() > 1).map(|table| table.name.clone()),
        column: known.map(|(layout, id, _)| layout.path(id)),
        kind: known.map(|(_, _, column)| format!("{} {}", column.kind, column.mode.name())),
        fate: landing.fate,
        // Not the landing's own, which names keys of the document.
        sql: known.map(|(layout, id, _)| sink::select(layout, id)),
    }
}

fn sample(case: &Case, redactor: &mut Redactor) -> Option<ReportSample> {
    let (text, is_json, reason) = match sample::document(case, redactor, TextForm::Indented) {
        Ok(document) => (text::visible_lines(&document.bytes), document.reason.is_none(), document.reason),
        Err(_) if case.text.is_empty() => return None,
        Err(_) => (String::new(), false, None),
    };
    Some(cut(ReportSample { text, is_json, cut: 0, reason }))
}

fn cut(mut sample: ReportSample) -> ReportSample {
    let kept = text::cut_bytes(sample.text.as_bytes(), MOST_SAMPLE).len();
    sample.cut = sample.text.len() - kept;
    sample.text.truncate(kept);
    sample
}

fn rfc3339(time: Micros) -> String {
    time::rfc3339(time)
}
