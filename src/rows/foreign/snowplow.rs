//! Snowplow's failed events: bad rows of every kind, Micro's, and failed events with their failure in a context.
//!
//! Owns: their envelopes, what of a failure is about which schema, where the entity that failed is.
//! Refuses: the validator's words (pipeline/fault), reports in lists (failure).

mod entity;

use serde_json::Value;

use super::iglu::IgluName;
use super::{DocumentPlace, Failure, ForeignRow, failure, members, time};
use crate::pipeline::fault::NO_SCHEMA;

const BAD_ROWS: &str = "Snowplow failed events";
const MICRO: &str = "Snowplow Micro's failed events";

/// Most failures inside of each other.
const DEEPEST: usize = 6;

/// What is wrong, before it is a failure of a row.
#[derive(Default, Clone)]
struct Told {
    schema: Option<String>,
    class: Option<String>,
    message: String,
}

pub(super) fn read(value: &Value) -> Option<ForeignRow> {
    bad_row(value).or_else(|| micro(value)).or_else(|| failed_event(value)).or_else(|| first_age(value))
}

/// `{"schema": "iglu:com.snowplowanalytics.snowplow.badrows/KIND/jsonschema/2-0-0", "data": {"processor", "failure", "payload"}}`
fn bad_row(value: &Value) -> Option<ForeignRow> {
    let schema = value.get("schema").and_then(Value::as_str).unwrap_or_default();
    let (data, base): (&Value, &[&str]) = match value.get("data").filter(|data| data.get("failure").is_some()) {
        Some(data) => (data, &["data"]),
        None if value.get("failure").is_some() && value.get("processor").is_some() => (value, &[]),
        None => return None,
    };
    let is_bad = schema.contains("badrows") || data.get("processor").is_some();
    let failure = data.get("failure").filter(|_| is_bad)?;
    let kind = IgluName::read(schema).map(|name| name.name.to_owned());
    let processor = data.get("processor");
    let part = |name: &str| processor.and_then(|processor| members::owned(processor, name));
    let job = match (part("artifact"), part("version")) {
        (Some(artifact), Some(version)) => Some(format!("{artifact} {version}")),
        (artifact, _) => artifact,
    };
    let payload = data.get("payload");
    let raw = payload.and_then(|payload| payload.get("raw").or(Some(payload)));
    let of = |name: &str| members::owned(failure, name).or_else(|| members::owned(raw?, name));
    let times = [failure.get("timestamp"), raw.and_then(|raw| raw.get("timestamp")), payload.and_then(|payload| payload.get("timestamp"))];
    let told = told(failure, kind.as_deref());
    let failures = told.into_iter().map(|told| {
        let named = told.schema.as_deref().and_then(IgluName::read);
        let entity = told.schema.as_deref().and_then(|schema| entity::find(payload?, schema));
        let mut way: Vec<String> = base.iter().map(|part| (*part).to_owned()).collect();
        way.push("payload".to_owned());
        Failure {
            namespace: named.map(|name| name.vendor.to_owned()).or_else(|| of("vendor")),
            doctype: named.map(|name| name.name.to_owned()),
            version: named.map(|name| name.version.to_owned()).or_else(|| of("version").filter(|_| of("vendor").is_some())),
            stage: kind.clone(),
            class: told.class.clone(),
            message: Some(told.message),
            job: job.clone(),
            time: times.into_iter().flatten().find_map(time),
            document: match (entity, payload) {
                (Some(entity), _) => {
                    way.extend(entity);
                    DocumentPlace::Member(way)
                }
                (None, Some(_)) => DocumentPlace::Member(way),
                (None, None) => DocumentPlace::Nowhere,
            },
            part: 0,
        }
    });
    let judge = job.as_deref().map_or_else(|| "Snowplow".to_owned(), |job| format!("Snowplow {job}"));
    Some(ForeignRow { kind: BAD_ROWS, judge: Some(judge), failures: failures.collect(), weight: 1 })
}

/// What a failure says, whatever its kind: a list of messages, one of them, or itself.
fn told(failure: &Value, kind: Option<&str>) -> Vec<Told> {
    let mut all = Vec::new();
    let class = failure.get("type").and_then(Value::as_str);
    match (failure.get("messages"), failure.get("message"), failure.get("errors")) {
        (Some(messages @ Value::Array(_)), ..) => one(messages, 0, &mut all),
        (_, Some(message), _) => one(message, 0, &mut all),
        (.., Some(errors @ Value::Array(_))) => one(errors, 0, &mut all),
        _ => one(failure, 0, &mut all),
    }
    for told in &mut all {
        told.class = told.class.take().or_else(|| class.map(str::to_owned)).or_else(|| kind.map(str::to_owned));
    }
    all
}

/// What one message says.
fn one(message: &Value, depth: usize, all: &mut Vec<Told>) {
    match message {
        _ if depth > DEEPEST => all.extend(members::text(message).map(|text| Told { message: text.into_owned(), ..Told::default() })),
        Value::Null => {}
        Value::Array(list) => list.iter().for_each(|item| one(item, depth + 1, all)),
        Value::Object(_) => object(message, depth, all),
        Value::String(text) => match failure::parsed(text) {
            Some(inner) => one(&inner, depth + 1, all),
            None => all.push(Told { message: text.clone(), ..Told::default() }),
        },
        other => all.push(Told { message: other.to_string(), ..Told::default() }),
    }
}

fn object(message: &Value, depth: usize, all: &mut Vec<Told>) {
    let text = |name: &str| members::owned(message, name);
    if let Some(data) = message.get("data").filter(|data| data.get("failure").is_some()) {
        // Micro puts a whole bad row into a text.
        let schema = text("schema").unwrap_or_default();
        all.extend(told(&data["failure"], IgluName::read(&schema).map(|name| name.name)));
        return;
    }
    let schema = text("schemaKey").or_else(|| text("schemaCriterion"));
    if let Some(inner) = message.get("message").filter(|_| message.get("enrichment").is_some()) {
        let (start, enrichment) = (all.len(), message.get("enrichment"));
        one(inner, depth + 1, all);
        let name = enrichment.and_then(|enrichment| members::owned(enrichment, "identifier"));
        // The schema of a failure is the document's, not that of the enrichment's own settings.
        if let Some(name) = name {
            all.iter_mut()
                .skip(start)
                .filter(|told| told.schema.is_none())
                .for_each(|told| told.message = format!("{name}: {}", told.message));
        }
        return;
    }
    if super::bigquery::is_error(message) {
        all.push(Told { schema, class: None, message: super::bigquery::listed(message) });
        return;
    }
    match message.get("error") {
        Some(error @ Value::Object(_)) if super::bigquery::is_error(error) => {
            all.push(Told { schema, class: None, message: super::bigquery::listed(error) });
        }
        Some(list @ Value::Array(_)) => {
            let (start, class) = (all.len(), members::owned(message, "type"));
            one(list, depth + 1, all);
            for told in all.iter_mut().skip(start) {
                (told.schema, told.class) = (told.schema.take().or_else(|| schema.clone()), told.class.take().or_else(|| class.clone()));
            }
        }
        Some(error @ Value::Object(_)) => judged(error, schema.as_deref(), depth, all),
        Some(error) if message.get("field").is_none() && message.get("key").is_none() => {
            let words = members::text(error).unwrap_or_default().into_owned();
            match words.as_str() {
                "ValidationError" | "ResolutionError" => judged(message, schema.as_deref(), depth, all),
                _ => all.push(Told { schema, class: None, message: words }),
            }
        }
        _ => all.push(plain(message, schema)),
    }
}

/// `{"error": "ValidationError", "dataReports": […]}`, `{"error": "ResolutionError", "lookupHistory": […]}`
fn judged(error: &Value, schema: Option<&str>, depth: usize, all: &mut Vec<Told>) {
    let class = members::owned(error, "error").or_else(|| members::owned(error, "type"));
    let of = |message: String| Told { schema: schema.map(str::to_owned), class: class.clone(), message };
    let reports = ["dataReports", "schemaIssues"].iter().find_map(|name| error.get(*name)?.as_array()).filter(|list| !list.is_empty());
    match (reports, class.as_deref()) {
        (Some(reports), _) => all.extend(reports.iter().map(|report| of(failure::report(report)))),
        (None, Some("ResolutionError")) => all.push(of(format!("{NO_SCHEMA}{}", schema.unwrap_or("a schema that is not named")))),
        (None, None) if depth < DEEPEST => all.push(of(error.to_string())),
        (None, _) => {
            let words = members::any_of(error, &["message", "reason", "expectation"]).or_else(|| class.clone());
            all.push(of(words.unwrap_or_else(|| error.to_string())));
        }
    }
}

/// A field, what stands in it and what was expected.
fn plain(message: &Value, schema: Option<String>) -> Told {
    let any = |names: &[&str]| members::any_of(message, names);
    let field = any(&["field", "payloadField", "key"]);
    let words = any(&["expectation", "error", "message", "reason"]);
    let (least, most) = (any(&["actualSizeBytes"]), any(&["maximumAllowedSizeBytes"]));
    let class = any(&["type"]).filter(|_| words.is_some());
    let words = words.or_else(|| any(&["type"]).zip(any(&["expected"])).map(|(kind, expected)| format!("{kind}: expected {expected}")));
    let message = match (field, words, least.zip(most), &schema, any(&["schemaCriterion"])) {
        (Some(field), Some(words), ..) => format!("#/{}: {words}", field.replace('~', "~0").replace('/', "~1")),
        (_, _, Some((actual, most)), ..) => format!("the payload has {actual} bytes, at most {most} are allowed"),
        (_, Some(words), ..) => words,
        (.., Some(key), Some(criterion)) => format!("the schema {key} is not one of {criterion}"),
        _ => message.to_string(),
    };
    Told { schema, class, message }
}

/// `{"collectorPayload": …, "rawEvent": …, "errors": ["Error while validating the event", "{…}"]}`
fn micro(value: &Value) -> Option<ForeignRow> {
    let errors = value.get("errors")?.as_array()?;
    let collector = value.get("collectorPayload")?;
    let texts: Vec<&Value> = errors.iter().collect();
    // A heading says nothing of its own.
    let has_parts = |error: &&&Value| error.as_str().is_none_or(|text| failure::parsed(text).is_some());
    let parts: Vec<&&Value> = texts.iter().filter(has_parts).collect();
    let mut all = Vec::new();
    if parts.is_empty() {
        texts.iter().for_each(|error| one(error, 0, &mut all));
    } else {
        parts.into_iter().for_each(|error| one(error, 0, &mut all));
    }
    let event = value.get("rawEvent").filter(|event| !event.is_null());
    let api = collector.get("api");
    let when = collector.get("context").and_then(|context| context.get("timestamp")).and_then(time);
    let failures = all.into_iter().map(|told| {
        let named = told.schema.as_deref().and_then(IgluName::read);
        let entity = told.schema.as_deref().and_then(|schema| entity::find(event?, schema));
        let way = |first: &str, rest: Vec<String>| DocumentPlace::Member([vec![first.to_owned()], rest].concat());
        Failure {
            namespace: named.map(|name| name.vendor.to_owned()).or_else(|| members::owned(api?, "vendor")),
            doctype: named.map(|name| name.name.to_owned()),
            version: named.map(|name| name.version.to_owned()).or_else(|| members::owned(api?, "version")),
            stage: None,
            class: told.class,
            message: Some(told.message),
            job: None,
            time: when.clone(),
            document: match (entity, event) {
                (Some(entity), _) => way("rawEvent", entity),
                (None, Some(_)) => way("rawEvent", Vec::new()),
                _ => way("collectorPayload", vec!["body".to_owned()]),
            },
            part: 0,
        }
    });
    Some(ForeignRow { kind: MICRO, judge: Some("Snowplow Micro".to_owned()), failures: failures.collect(), weight: 1 })
}

/// An event of the usual form with what is wrong in a context: `contexts_com_snowplowanalytics_snowplow_failure_1`.
fn failed_event(value: &Value) -> Option<ForeignRow> {
    let members = value.as_object()?;
    let (name, list) = members.iter().find(|(name, _)| name.starts_with("contexts_com_snowplowanalytics_snowplow_failure_"))?;
    let list = match list {
        Value::String(text) => failure::parsed(text)?,
        list => list.clone(),
    };
    let any = |value: &Value, names: &[&str]| members::any_of(value, names);
    let mut failures = Vec::new();
    let mut judge = None;
    for (at, told) in list.as_array().map(Vec::as_slice).unwrap_or_default().iter().enumerate() {
        let schema = any(told, &["schema"]);
        let named = schema.as_deref().and_then(IgluName::read);
        let job = match (any(told, &["componentName", "component_name"]), any(told, &["componentVersion", "component_version"])) {
            (Some(name), Some(version)) => Some(format!("{name} {version}")),
            (name, _) => name,
        };
        let class = any(told, &["failureType", "failure_type"]);
        let errors = told.get("errors").filter(|errors| errors.as_array().is_some_and(|errors| !errors.is_empty()));
        let messages: Vec<String> = match (errors, class.as_deref()) {
            (_, Some("ResolutionError")) => vec![format!("{NO_SCHEMA}{}", schema.as_deref().unwrap_or_default())],
            (Some(errors), _) => failure::messages(errors),
            (None, class) => vec![class.unwrap_or_default().to_owned()],
        };
        judge = judge.or_else(|| job.as_deref().map(|job| format!("Snowplow {job}")));
        failures.extend(messages.into_iter().map(|message| Failure {
            namespace: named.map(|name| name.vendor.to_owned()),
            doctype: named.map(|name| name.name.to_owned()),
            version: named.map(|name| name.version.to_owned()),
            stage: Some("failed_event".to_owned()),
            class: class.clone(),
            message: Some(message),
            job: job.clone(),
            time: [told.get("timestamp"), value.get("collector_tstamp")].into_iter().flatten().find_map(time),
            document: match told.get("data") {
                Some(Value::Null) | None => DocumentPlace::Member(Vec::new()),
                Some(_) => DocumentPlace::Member(vec![name.clone(), at.to_string(), "data".to_owned()]),
            },
            part: 0,
        }));
    }
    Some(ForeignRow { kind: BAD_ROWS, judge, failures, weight: 1 })
}

/// Bad rows of the first age: `{"line": base64, "errors": [{"level": "error", "message": …}], "failure_tstamp": …}`.
fn first_age(value: &Value) -> Option<ForeignRow> {
    let errors = value.get("errors")?.as_array()?;
    value.get("line").and_then(Value::as_str).filter(|_| value.get("failure_tstamp").is_some())?;
    let of = |error: &Value| {
        let words = members::owned(error, "message").unwrap_or_else(|| error.to_string());
        // The validator's report may stand in the message.
        let message = failure::parsed(&words).map_or(words, |report| failure::report(&report));
        Failure {
            message: Some(message),
            time: value.get("failure_tstamp").and_then(time),
            document: DocumentPlace::Member(vec!["line".to_owned()]),
            ..Failure::default()
        }
    };
    Some(ForeignRow { kind: BAD_ROWS, judge: Some("Snowplow".to_owned()), failures: errors.iter().map(of).collect(), weight: 1 })
}
