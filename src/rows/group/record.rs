//! A group as it is told: the one shape that leaves the program and comes back.
//!
//! Owns: the names of its members, their two spellings: one line of a bundle (serde), and the members that scripts read and that an
//! earlier export gives back (fields).
//! Refuses: counting (part), what of its texts may be told (redact), being a group again (restore). A report tells sentences, so it has
//! members of its own.

use serde::{Deserialize, Serialize};

use super::{Clients, Fingerprint, Group, JobCount, Standing, Trend};
use crate::ground::time::Micros;

/// One group. The order of the members is that of a bundle's lines.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// As it was told first; not made of the names, which may have been redacted.
    pub fingerprint: Fingerprint,
    /// The rows'; none where they have none, as all names here.
    pub namespace: Option<String>,
    /// Likewise.
    pub doctype: Option<String>,
    /// Likewise, before telemetry's is read from a payload.
    pub version: Option<String>,
    /// The rows' `error_type`.
    pub stage: Option<String>,
    /// With its package.
    pub exception_class: Option<String>,
    /// See [`GroupKey::path`](super::GroupKey::path).
    pub path: Option<String>,
    /// See [`GroupKey::fault`](super::GroupKey::fault).
    pub fault: String,
    /// See [`Group::keyword`].
    pub keyword: Option<String>,
    /// Rows.
    pub count: u64,
    /// First and last time.
    pub span: Option<(Micros, Micros)>,
    /// Rows over time.
    pub trend: Trend,
    /// Rows by job.
    pub jobs: Vec<JobCount>,
    /// Values in the messages.
    pub facets: Vec<FacetRecord>,
    /// One whole message.
    pub sample: String,
    /// See [`Group::sampled`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampled: Option<u64>,
    /// See [`Group::clients`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clients: Option<Clients>,
    /// See [`Group::folded`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folded: Option<u64>,
    /// See [`Group::standing`]. It follows from rows that a bundle does not hold; old bundles do not have it.
    #[serde(default)]
    pub standing: Standing,
    /// See [`Group::noise`]. No bundle has it: it follows from the class.
    #[serde(skip)]
    pub noise: bool,
    /// Which part of all that came was refused so, as an export told it; no bundle has it.
    #[serde(skip)]
    pub rate: Option<f64>,
}

/// One kind of value in the messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BundledFacet", into = "BundledFacet")]
pub struct FacetRecord {
    /// The kind of value.
    pub name: String,
    /// The most frequent values with their rows.
    pub values: Vec<(String, u64)>,
    /// Rows with other values.
    pub others: u64,
    /// See [`Facet::exact`](super::Facet::exact).
    pub exact: bool,
}

/// In a bundle: name, values with their rows, rows with other values; whether the counts are exact where they are not.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum BundledFacet {
    Exact(String, Vec<(String, u64)>, u64),
    About(String, Vec<(String, u64)>, u64, bool),
}

impl From<BundledFacet> for FacetRecord {
    fn from(facet: BundledFacet) -> Self {
        match facet {
            BundledFacet::Exact(name, values, others) => FacetRecord { name, values, others, exact: true },
            BundledFacet::About(name, values, others, exact) => FacetRecord { name, values, others, exact },
        }
    }
}

impl From<FacetRecord> for BundledFacet {
    fn from(facet: FacetRecord) -> Self {
        match facet.exact {
            true => BundledFacet::Exact(facet.name, facet.values, facet.others),
            false => BundledFacet::About(facet.name, facet.values, facet.others, false),
        }
    }
}

impl GroupRecord {
    /// What is told of a group.
    pub fn of(group: &Group) -> Self {
        let facet = |facet: &super::Facet| FacetRecord {
            name: facet.name.to_owned(),
            values: facet.values.iter().map(|(value, rows)| (value.to_string(), *rows)).collect(),
            others: facet.others,
            exact: facet.exact,
        };
        GroupRecord {
            keyword: group.keyword.map(str::to_owned),
            trend: group.trend.clone(),
            jobs: group.jobs().to_vec(),
            facets: group.facets.iter().map(facet).collect(),
            sample: group.sample.to_string(),
            sampled: group.sampled(),
            clients: group.clients,
            folded: group.folded(),
            standing: *group.standing,
            noise: group.noise,
            ..GroupRecord::brief(group)
        }
    }

    /// What it is, how often and when: without what its rows and messages hold.
    pub fn brief(group: &Group) -> Self {
        let key = &group.key;
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
        GroupRecord {
            fingerprint: group.fingerprint,
            namespace: text(&key.namespace),
            doctype: text(&key.doctype),
            version: text(&key.version),
            stage: text(&key.stage),
            exception_class: text(&key.class),
            path: key.path.as_deref().map(str::to_owned),
            fault: key.fault.to_string(),
            count: group.count,
            span: group.span,
            ..GroupRecord::default()
        }
    }
}

/// In a bundle: how many, and whether that is their exact number.
impl From<(u64, bool)> for Clients {
    fn from((count, exact): (u64, bool)) -> Self {
        Clients::new(count, exact)
    }
}

impl From<Clients> for (u64, bool) {
    fn from(clients: Clients) -> Self {
        (clients.count(), clients.exact())
    }
}

/// In a bundle: position of the job, rows, first and last time.
type CountedGroup = (u32, u64, Option<(Micros, Micros)>);

impl From<CountedGroup> for JobCount {
    fn from((job, rows, span): CountedGroup) -> Self {
        JobCount { job, rows, span }
    }
}

impl From<JobCount> for CountedGroup {
    fn from(count: JobCount) -> Self {
        (count.job, count.rows, count.span)
    }
}

/// In a bundle: start and width of the bins, rows in each. What is read may be no trend; restoring a group finds out.
type Bins = (Micros, Micros, Vec<u32>);

impl From<Bins> for Trend {
    fn from((start, width, bins): Bins) -> Self {
        Trend { start, width, bins: bins.into() }
    }
}

impl From<Trend> for Bins {
    fn from(trend: Trend) -> Self {
        (trend.start, trend.width, trend.bins.into_vec())
    }
}

impl From<Fingerprint> for String {
    fn from(print: Fingerprint) -> Self {
        print.to_string()
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Names of jobs in a bundle.
pub(super) mod name {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(name: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(name)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(deserializer).map(Into::into)
    }
}
