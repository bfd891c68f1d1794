//! A group to print, for the tests of every form.

use std::sync::Arc;

use crate::ground::few::{Few, Settled};
use crate::rows::group::{
    Clients, Deploy, Evidence, Facet, Fingerprint, Group, GroupFields, GroupJobs, GroupKey, GroupNames, Groups, Job, JobCount, NamesWithin,
    RareFacts, Standing, Status, Trend, Worth,
};

/// A group to print, with something hostile in its sample.
pub(super) fn group() -> Group {
    let text = |text: &str| Some(Arc::from(text));
    let span = Some((1_772_438_700_000_000, 1_772_438_760_000_000));
    Group {
        key: GroupKey {
            names: Arc::new(GroupNames {
                namespace: text("acme"),
                within: Arc::new(NamesWithin {
                    doctype: text("session"),
                    version: text("1"),
                    stage: text("ParsePayload"),
                    class: text("org.everit.json.schema.ValidationException"),
                }),
            }),
            path: Some("/client_info".into()),
            fault: "required app_build".into(),
        },
        fingerprint: Fingerprint(0xab),
        keyword: Some("required"),
        count: 1234,
        span,
        trend: Trend { start: 1_772_438_700_000_000, width: 60_000_000, bins: vec![1000, 234].into() },
        by_job: GroupJobs::new([JobCount { job: 0, rows: 1234, span: None }], 1234, span),
        standing: Arc::new(Standing {
            status: Some(Status::Began),
            deploy: Some(0),
            evidence: Evidence::Hours { side: Status::Began, seen: 38, of: 40, without: 200, worth: Worth::Mark },
        }),
        noise: false,
        by_catch: false,
        sample: "=1+1 \u{1b}[2J \"x\" \u{9b} \u{202e}".into(),
        says: "required key [app_build] not found".into(),
        facets: vec![Facet { name: "key", values: Few::from_buf([(Arc::from("app_build"), 1234)]), others: 0, exact: true }].into(),
        clients: Some(Clients::new(77, false)),
        rare: RareFacts { sampled: Some(1000), folded: None }.some(),
        rows: Settled::default(),
    }
}

/// The groups around it.
pub(super) fn groups() -> Groups {
    let job = Job { name: Arc::from("decoder-0"), span: None, rows: 1234 };
    let deploy = Deploy { job: 0, family: Arc::from("decoder"), time: 1_772_438_400_000_000 };
    Groups { list: vec![group()], jobs: vec![job], deploys: vec![deploy], rows: 2468, by_schemas: Some(true), ..Groups::default() }
}

#[test]
fn a_record_has_its_fields_in_order() {
    let groups = groups();
    let json = serde_json::to_value(GroupFields::of(&groups.list[0], &groups)).unwrap();
    let names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names.join(" "),
        "namespace doctype version stage exception_class path fault fingerprint count first last jobs status status_sure status_why deploy share noise \
         keyword facets sample facet_rows clients clients_exact folded keys keys_others by_catch sentence trend by_schemas accepted rate rate_trend"
    );
    assert_eq!(json["fingerprint"], "00000000000000ab");
    assert_eq!(json["first"], "2026-03-02T08:05:00Z");
    assert_eq!(json["jobs"].to_string(), r#"[{"job":"decoder-0","count":1234}]"#);
    assert_eq!((json["status"].as_str(), json["status_sure"].as_bool(), json["share"].as_f64()), (Some("began"), Some(true), Some(0.5)));
    assert_eq!(json["status_why"], "began with decoder of 2026-03-02 08:00: in 38 of the 40 hours since, in none of the 200 before");
    assert_eq!(json["deploy"].to_string(), r#"{"job":"decoder-0","family":"decoder","time":"2026-03-02T08:00:00Z"}"#);
    assert_eq!((json["sentence"].as_str(), json["by_schemas"].as_bool()), (Some("/client_info is missing the key app_build"), Some(true)));
    assert_eq!(json["trend"].to_string(), r#"{"start":"2026-03-02T08:05:00Z","width":60,"bins":[1000,234]}"#);
    assert_eq!(json["facets"].to_string(), r#"[{"name":"key","values":[{"value":"app_build","count":1234}],"others":0,"exact":true}]"#);
}
