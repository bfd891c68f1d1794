//! The members of a group's record that scripts read, and that an earlier export gives back.
//!
//! Owns: their names, order and meanings, which are stable: times are RFC 3339, jobs have their names, `share` is of all counted rows,
//! `status_sure` is false where nothing can be said, `facet_rows` are the rows that the facets are counted from, `keys` are those around the place
//! (where the path says `{key}`), the most frequent ones with their rows, `keys_others` the rows with others; where a facet is not `exact`, some of its counts are about so;
//! `by_catch` is true where the rows were refused for another row of the same request;
//! `trend` is rows over time in bins of `width` seconds from `start` on, `accepted` are the documents that were accepted meanwhile, `rate` is which part of
//! all that came was refused so (0 to 1; null where it is not known), `rate_trend` the same over time, `note_state` how people have said it stands (`open`, `seen`, `muted`, `mended`, `came-back`) with `note_why`, their `note` and `bug`: these four are there where notes
//! were read, `by_schemas` whether the path was generalised by schemas, on which the fingerprint depends.
//! Refuses: forms (JSON, CSV): it is written by whoever serializes it, and holds no tree of values.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::{Clients, Deploy, Facet, Fingerprint, Group, Groups, Job, JobCounts, Rate, RateTrend, Remark, Status};
use crate::ground::time::{Micros, rfc3339, usual_rfc3339};

const SECOND: Micros = 1_000_000;

/// A record among all groups.
pub struct GroupFields<'a> {
    group: &'a Group,
    among: &'a Groups,
    deploy: Option<&'a Deploy>,
    why: Option<String>,
    sentence: String,
}

impl<'a> GroupFields<'a> {
    /// The members that scripts read, of one of the groups.
    pub fn of(group: &'a Group, among: &'a Groups) -> Self {
        GroupFields { group, among, deploy: among.deploy(group), why: among.standing_words(group), sentence: group.sentence() }
    }
}

#[derive(Serialize)]
struct GroupMembers<'a> {
    namespace: Option<&'a str>,
    doctype: Option<&'a str>,
    version: Option<&'a str>,
    stage: Option<&'a str>,
    exception_class: Option<&'a str>,
    path: Option<&'a str>,
    fault: &'a str,
    fingerprint: FingerprintMember,
    count: u64,
    first: Option<TimeMember>,
    last: Option<TimeMember>,
    jobs: JobMembers<'a>,
    status: Option<&'static str>,
    status_sure: bool,
    status_why: Option<&'a str>,
    deploy: Option<DeployMember<'a>>,
    share: f64,
    noise: bool,
    keyword: Option<&'a str>,
    facets: FacetMembers<'a>,
    sample: &'a str,
    facet_rows: u64,
    clients: Option<u64>,
    clients_exact: Option<bool>,
    folded: Option<u64>,
    keys: KeyMembers<'a>,
    keys_others: u64,
    by_catch: bool,
    sentence: &'a str,
    trend: Option<TrendMember<'a>>,
    by_schemas: Option<bool>,
    accepted: Option<u64>,
    rate: Option<f64>,
    rate_trend: Option<RateTrendMember<'a>>,
    // What people have said, where that was read: null of a group of which nothing was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    note_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note_why: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bug: Option<Option<&'a str>>,
}

/// A rate over time; null in it where it is not known.
#[derive(Serialize)]
struct RateTrendMember<'a> {
    start: TimeMember,
    width: i64,
    points: &'a [Option<f64>],
}

/// Rows over time; none where rows have no time.
#[derive(Serialize)]
struct TrendMember<'a> {
    start: TimeMember,
    width: i64,
    bins: &'a [u32],
}

/// Keys around the place, in the order of the path's `{key}`, with slashes between.
#[derive(Serialize)]
struct KeyMember<'a> {
    key: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct JobMember<'a> {
    job: &'a str,
    count: u64,
}

/// The deploy that began or ended the group.
#[derive(Serialize)]
struct DeployMember<'a> {
    job: &'a str,
    family: &'a str,
    time: TimeMember,
}

#[derive(Serialize)]
struct FacetMember<'a> {
    name: &'a str,
    values: ValueMembers<'a>,
    others: u64,
    exact: bool,
}

#[derive(Serialize)]
struct ValueMember<'a> {
    value: &'a str,
    count: u64,
}

// Lists and texts that are written without being made: there may be hundreds of thousands of groups.

struct TimeMember(Micros);

impl Serialize for TimeMember {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let usual = usual_rfc3339(self.0);
        match usual.as_ref().and_then(|(text, length)| std::str::from_utf8(text.get(..*length)?).ok()) {
            Some(text) => serializer.serialize_str(text),
            None => serializer.serialize_str(&rfc3339(self.0)),
        }
    }
}

struct FingerprintMember(Fingerprint);

impl Serialize for FingerprintMember {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

struct JobMembers<'a> {
    counts: JobCounts<'a>,
    jobs: &'a [Job],
}

impl Serialize for JobMembers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.counts.iter().filter_map(|part| {
            let job = self.jobs.get(part.job as usize)?;
            Some(JobMember { job: &job.name, count: part.rows })
        }))
    }
}

struct FacetMembers<'a>(&'a [Facet]);

impl Serialize for FacetMembers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|facet| FacetMember {
            name: facet.name,
            values: ValueMembers(&facet.values),
            others: facet.others,
            exact: facet.exact,
        }))
    }
}

struct ValueMembers<'a>(&'a [(Arc<str>, u64)]);

impl Serialize for ValueMembers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(value, count)| ValueMember { value, count: *count }))
    }
}

struct KeyMembers<'a>(&'a [(Arc<str>, u64)]);

impl Serialize for KeyMembers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(key, count)| KeyMember { key, count: *count }))
    }
}

impl Serialize for GroupFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let GroupFields { group, among, .. } = self;
        let key = &group.key;
        let status = group.standing.status;
        let deploy = self.deploy.and_then(|deploy| {
            let job = among.jobs.get(deploy.job as usize)?;
            Some(DeployMember { job: &job.name, family: &deploy.family, time: TimeMember(deploy.time) })
        });
        let around = group.keys();
        let rate = among.rates.as_ref().and_then(|rates| rates.group(group));
        let rate_trend: Option<RateTrend> = among.rates.as_ref().and_then(|rates| rates.over_time(group));
        let remark = among.remarks.as_ref().map(|remarks| remarks.of(group.fingerprint));
        let members = GroupMembers {
            namespace: key.namespace.as_deref(),
            doctype: key.doctype.as_deref(),
            version: key.version.as_deref(),
            stage: key.stage.as_deref(),
            exception_class: key.class.as_deref(),
            path: key.path.as_deref(),
            fault: &key.fault,
            fingerprint: FingerprintMember(group.fingerprint),
            count: group.count,
            first: group.span.map(|span| TimeMember(span.0)),
            last: group.span.map(|span| TimeMember(span.1)),
            jobs: JobMembers { counts: group.jobs(), jobs: &among.jobs },
            status: status.map(Status::word),
            status_sure: status.is_some(),
            status_why: self.why.as_deref(),
            deploy,
            share: if among.rows == 0 { 0.0 } else { group.count as f64 / among.rows as f64 },
            noise: group.noise,
            keyword: group.keyword,
            facets: FacetMembers(&group.facets),
            sample: &group.sample,
            facet_rows: group.sampled().unwrap_or(group.count),
            clients: group.clients.map(Clients::count),
            clients_exact: group.clients.map(Clients::exact),
            folded: group.folded(),
            keys: KeyMembers(around.map_or(&[], |facet| &facet.values)),
            keys_others: around.map_or(0, |facet| facet.others),
            by_catch: group.by_catch,
            sentence: &self.sentence,
            trend: Some(&group.trend).filter(|trend| !trend.bins.is_empty()).map(|trend| TrendMember {
                start: TimeMember(trend.start),
                width: trend.width / SECOND,
                bins: &trend.bins,
            }),
            by_schemas: among.by_schemas,
            accepted: rate.map(|rate| rate.accepted),
            rate: rate.as_ref().map(Rate::share),
            rate_trend: rate_trend.as_ref().map(|trend| RateTrendMember {
                start: TimeMember(trend.start),
                width: trend.width / SECOND,
                points: &trend.points,
            }),
            note_state: among.remarks.as_ref().map(|remarks| remarks.state(group.fingerprint).name()),
            note_why: remark.map(|remark| remark.and_then(Remark::why)),
            note: remark.map(|remark| remark.and_then(|remark| remark.text.as_deref())),
            bug: remark.map(|remark| remark.and_then(|remark| remark.bug.as_deref())),
        };
        members.serialize(serializer)
    }
}
