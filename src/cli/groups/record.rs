//! A group as scripts read it: the fields of `--format json`, `ndjson` and `csv`, in their order. Names and meanings are stable.

use serde::Serialize;

use crate::cli::when;
use crate::rows::group::{Group, Groups, Status};

/// One group.
#[derive(Debug, Serialize)]
pub(super) struct Record<'a> {
    /// The rows'; null where they have none, as all names here.
    pub namespace: Option<&'a str>,
    /// The rows'.
    pub doctype: Option<&'a str>,
    /// The rows', before telemetry's is read from a payload.
    pub version: Option<&'a str>,
    /// The rows' `error_type`.
    pub stage: Option<&'a str>,
    /// With its package.
    pub exception_class: Option<&'a str>,
    /// JSON pointer generalised by the schema: `[]` for elements, `{key}` for keys of maps; null where the fault has no place.
    pub path: Option<&'a str>,
    /// Keyword with its key, or the message without its values.
    pub fault: &'a str,
    /// 16 hexadecimal digits, the same for the same failure everywhere.
    pub fingerprint: String,
    /// Rows.
    pub count: u64,
    /// RFC 3339, null where no row has a time.
    pub first: Option<String>,
    /// Likewise.
    pub last: Option<String>,
    /// Rows by job.
    pub jobs: Vec<Job<'a>>,
    /// `NEW`, `GONE` or `ONGOING`.
    pub status: &'static str,
    /// False where so few rows tell it that chance may have done so.
    pub status_sure: bool,
    /// Share of the counted rows, 0 to 1.
    pub share: f64,
    /// Refused by design.
    pub noise: bool,
    /// Of a validation failure.
    pub keyword: Option<&'a str>,
    /// Values inside the messages, with how often.
    pub facets: Vec<Facet<'a>>,
    /// One whole message.
    pub sample: &'a str,
    /// Rows that the facets are counted from: the count, or less where a server told only the most frequent messages.
    pub facet_rows: u64,
    /// Clients that sent the rows; null where nobody counts them.
    pub clients: Option<u64>,
    /// Whether that is the exact number and no estimate; null likewise.
    pub clients_exact: Option<bool>,
    /// Groups of few rows that a server did not tell apart and that this one stands for; null for a group of its own.
    pub folded: Option<u64>,
}

/// Rows that one job refused.
#[derive(Debug, Serialize)]
pub(super) struct Job<'a> {
    job: &'a str,
    count: u64,
}

/// One kind of value in the messages.
#[derive(Debug, Serialize)]
pub(super) struct Facet<'a> {
    name: &'a str,
    values: Vec<Value<'a>>,
    /// Rows whose value is not among `values`.
    others: u64,
}

#[derive(Debug, Serialize)]
struct Value<'a> {
    value: &'a str,
    count: u64,
}

impl<'a> Record<'a> {
    /// The group as one of `groups`.
    pub(super) fn new(group: &'a Group, groups: &'a Groups) -> Self {
        let key = &group.key;
        let (status, status_sure) = match group.status {
            Status::Ongoing => ("ONGOING", true),
            Status::New { sure } => ("NEW", sure),
            Status::Gone { sure } => ("GONE", sure),
        };
        let name = |job: u32| groups.jobs.get(job as usize).map(|job| &*job.name);
        Record {
            namespace: key.namespace.as_deref(),
            doctype: key.doctype.as_deref(),
            version: key.version.as_deref(),
            stage: key.stage.as_deref(),
            exception_class: key.class.as_deref(),
            path: key.path.as_deref(),
            fault: &key.fault,
            fingerprint: group.fingerprint.to_string(),
            count: group.count,
            first: group.span.and_then(|(first, _)| when::rfc3339(first)),
            last: group.span.and_then(|(_, last)| when::rfc3339(last)),
            jobs: group.jobs.iter().filter_map(|part| Some(Job { job: name(part.job)?, count: part.rows })).collect(),
            status,
            status_sure,
            share: if groups.rows == 0 { 0.0 } else { group.count as f64 / groups.rows as f64 },
            noise: group.noise,
            keyword: group.keyword,
            facets: group.facets.iter().map(Facet::new).collect(),
            sample: &group.sample,
            facet_rows: group.sampled.unwrap_or(group.count),
            clients: group.clients.map(|clients| clients.count),
            clients_exact: group.clients.map(|clients| clients.exact),
            folded: group.folded,
        }
    }
}

impl<'a> Facet<'a> {
    fn new(facet: &'a crate::rows::group::Facet) -> Self {
        let values = facet.values.iter().map(|(value, count)| Value { value, count: *count }).collect();
        Facet { name: facet.name, values, others: facet.others }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rows::group::{Fingerprint, GroupKey, JobCount, Trend};

    /// A group to print, with something hostile in its sample.
    pub(crate) fn group() -> Group {
        let text = |text: &str| Some(Arc::from(text));
        Group {
            key: GroupKey {
                namespace: text("acme"),
                doctype: text("session"),
                version: text("1"),
                stage: text("ParsePayload"),
                class: text("org.everit.json.schema.ValidationException"),
                path: text("/client_info"),
                fault: Arc::from("required app_build"),
            },
            fingerprint: Fingerprint(0xab),
            keyword: Some("required"),
            count: 1234,
            span: Some((1_772_438_700_000_000, 1_772_438_760_000_000)),
            trend: Trend::default(),
            jobs: vec![JobCount { job: 0, rows: 1234, span: None }],
            status: Status::New { sure: false },
            noise: false,
            sample: Arc::from("=1+1 \u{1b}[2J \"x\" \u{9b} \u{202e}"),
            says: Arc::from("required key [app_build] not found"),
            facets: vec![crate::rows::group::Facet { name: "key", values: vec![(Arc::from("app_build"), 1234)], others: 0 }],
            sampled: Some(1000),
            clients: Some(crate::rows::group::Clients { count: 77, exact: false }),
            folded: None,
            rows: Vec::new(),
        }
    }

    /// The groups around it.
    pub(crate) fn groups() -> Groups {
        let job = crate::rows::group::Job { name: Arc::from("decoder-0"), span: None, rows: 1234 };
        Groups { list: vec![group()], jobs: vec![job], rows: 2468, ..Groups::default() }
    }

    #[test]
    fn a_record_has_its_fields_in_order() {
        let groups = groups();
        let json = serde_json::to_value(Record::new(&groups.list[0], &groups)).unwrap();
        let names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            names.join(" "),
            "namespace doctype version stage exception_class path fault fingerprint count first last jobs status status_sure share noise \
             keyword facets sample facet_rows clients clients_exact folded"
        );
        assert_eq!(json["fingerprint"], "00000000000000ab");
        assert_eq!(json["first"], "2026-03-02T08:05:00Z");
        assert_eq!(json["jobs"].to_string(), r#"[{"job":"decoder-0","count":1234}]"#);
        assert_eq!((json["status"].as_str(), json["status_sure"].as_bool(), json["share"].as_f64()), (Some("NEW"), Some(false), Some(0.5)));
        assert_eq!(json["facets"].to_string(), r#"[{"name":"key","values":[{"value":"app_build","count":1234}],"others":0}]"#);
    }
}
