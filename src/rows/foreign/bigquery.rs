//! What Google's services leave of rows that they did not take: answers of insertAll, jobs that load, dead letters of Dataflow and Beam.
//!
//! Owns: their members. Refuses: what BigQuery says of a row (pipeline/fault/insert).

use serde_json::{Value, json};

use super::{DocumentPlace, Failure, ForeignRow, failure, members, time};
use crate::rows::column::ErrorColumn;

const INSERTS: &str = "BigQuery insert errors";
const LOADS: &str = "BigQuery load errors";
const DATAFLOW: &str = "Dataflow dead letters";
const BEAM: &str = "Beam dead letters";

pub(super) fn read(value: &Value) -> Option<ForeignRow> {
    inserts(value).or_else(|| load_job(value)).or_else(|| dataflow(value)).or_else(|| beam(value)).or_else(|| load_error(value))
}

fn row(kind: &'static str, judge: &str, failures: Vec<Failure>) -> ForeignRow {
    ForeignRow { kind, judge: Some(judge.to_owned()), failures, weight: 1 }
}

/// One error of a list as a message that is read as BigQuery's. The location of a file is no column.
pub(super) fn listed(error: &Value) -> String {
    let mut error = error.clone();
    // A load says behind its sentence which file it read.
    if let Some(Value::String(message)) = error.get_mut("message")
        && let Some(at) = message.rfind(" File: ").filter(|&at| !message[at + " File: ".len()..].contains(' '))
    {
        message.truncate(at);
    }
    if let Some(members) = error.as_object_mut()
        && members.get("location").and_then(Value::as_str).is_some_and(|location| location.contains('/'))
    {
        members.remove("location");
    }
    json!({ "errors": [error] }).to_string()
}

/// Whether an element is one of BigQuery's errors.
pub(super) fn is_error(value: &Value) -> bool {
    value.get("reason").is_some_and(Value::is_string) && (value.get("message").is_some() || value.get("location").is_some())
}

/// `{"insertErrors": [{"index": 0, "errors": […]}]}`, or one element of that list.
fn inserts(value: &Value) -> Option<ForeignRow> {
    let one = |value: &Value| -> Option<Vec<Failure>> {
        let errors = value.get("errors")?.as_array()?;
        let of = |error: &Value| Failure { message: Some(listed(error)), ..Failure::default() };
        (errors.iter().all(is_error) && !errors.is_empty()).then(|| errors.iter().map(of).collect())
    };
    let failures: Vec<Failure> = match value.get("insertErrors").or_else(|| value.get("insert_errors")).and_then(Value::as_array) {
        Some(list) => {
            let of = |(part, element)| -> Vec<Failure> {
                let failures = one(element).unwrap_or_else(|| bare(element));
                failures.into_iter().map(|failure| Failure { part, ..failure }).collect()
            };
            list.iter().enumerate().flat_map(of).collect()
        }
        None if value.get("index").is_some() => one(value)?,
        None => return None,
    };
    let document = ["row", "json", "rowJson"].into_iter().find(|name| value.get(*name).is_some());
    let document = document.map(|name| DocumentPlace::Member(vec![name.to_owned()])).unwrap_or_default();
    let (namespace, doctype) = table(value.get("table").or_else(|| value.get("tableReference")));
    let place =
        |failure: Failure| Failure { document: document.clone(), namespace: namespace.clone(), doctype: doctype.clone(), ..failure };
    Some(row(INSERTS, "BigQuery", failures.into_iter().map(place).collect()))
}

/// An element of a list of errors that is none: nothing is lost.
fn bare(element: &Value) -> Vec<Failure> {
    vec![Failure { message: Some(element.to_string()), ..Failure::default() }]
}

/// `{"projectId": …, "datasetId": …, "tableId": …}`, or `project:dataset.table`
fn table(value: Option<&Value>) -> (Option<String>, Option<String>) {
    let Some(value) = value else { return (None, None) };
    if let Some(name) = value.as_str() {
        let mut parts = name.rsplit(['.', ':']);
        let table = parts.next().filter(|table| !table.is_empty()).map(str::to_owned);
        return (parts.next().map(str::to_owned), table);
    }
    (members::owned(value, "datasetId"), members::owned(value, "tableId"))
}

/// A job as `bq show -j` prints it.
fn load_job(value: &Value) -> Option<ForeignRow> {
    let status = value.get("status")?;
    let errors = status.get("errors").and_then(Value::as_array).filter(|errors| !errors.is_empty());
    let result = status.get("errorResult");
    let errors: Vec<&Value> = match (errors, result) {
        (Some(errors), _) => errors.iter().collect(),
        (None, Some(result)) => vec![result],
        (None, None) => return None,
    };
    // One of them only counts the others.
    let is_sum = |error: &&&Value| members::plain(error, "message").is_some_and(|text| text.contains("too many errors, giving up"));
    let has_others = errors.iter().any(|error| !is_sum(&error));
    let load = value.get("configuration").and_then(|configuration| configuration.get("load"));
    let (namespace, doctype) = table(load.and_then(|load| load.get("destinationTable")));
    let when = value.get("statistics").and_then(|statistics| statistics.get("endTime")).and_then(time);
    let job = value.get("jobReference").and_then(|job| members::owned(job, "jobId"));
    let of = |error: &&Value| Failure {
        namespace: namespace.clone(),
        doctype: doctype.clone(),
        stage: Some("load".to_owned()),
        message: Some(listed(error)),
        job: job.clone(),
        time: when.clone(),
        ..Failure::default()
    };
    let kept = errors.iter().filter(|error| !(has_others && is_sum(error)));
    let failures = kept.map(of).enumerate().map(|(part, failure)| Failure { part, ..failure }).collect();
    Some(row(LOADS, "BigQuery", failures))
}

/// One error of a load, a line each.
fn load_error(value: &Value) -> Option<ForeignRow> {
    let told = members::plain(value, "message")?;
    let is_loads = told.starts_with("Error while reading data") || told.contains("error in row starting at position");
    (is_error(value) && is_loads).then(|| {
        row(LOADS, "BigQuery", vec![Failure { stage: Some("load".to_owned()), message: Some(listed(value)), ..Failure::default() }])
    })
}

/// The first of these members, as a path and its value.
fn first<'v>(value: &'v Value, names: &[&'static str]) -> Option<(&'static str, &'v Value)> {
    names.iter().find_map(|name| Some((*name, value.get(*name).filter(|value| !value.is_null())?)))
}

/// The table of error records of Dataflow's templates.
fn dataflow(value: &Value) -> Option<ForeignRow> {
    let has = |name: &str| value.get(name).is_some();
    if !(has("payloadString") || has("payloadBytes") || has("payload_string") || has("payload_bytes")) {
        return None;
    }
    let (_, told) = first(value, &["errorMessage", ErrorColumn::Message.name(), "error"]).unwrap_or(("", &Value::Null));
    let document = first(value, &["payloadString", "payload_string", "payloadBytes", "payload_bytes"]);
    let attributes = attributes(value.get("attributes"));
    let of = |name: &str| attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let base = Failure {
        namespace: of(ErrorColumn::Namespace.name()),
        doctype: of(ErrorColumn::Doctype.name()),
        version: of(ErrorColumn::Version.name()),
        time: value.get("timestamp").and_then(time),
        document: document.map(|(name, _)| DocumentPlace::Member(vec![name.to_owned()])).unwrap_or_default(),
        ..Failure::default()
    };
    let mut messages = messages(told);
    if messages.is_empty() {
        // The first line of the trace is the exception.
        messages
            .extend(["stacktrace", "stackTrace"].iter().find_map(|name| members::owned(value, name)?.lines().next().map(str::to_owned)));
    }
    let held = document.and_then(|(_, document)| members::text(document));
    let without = |message: String| match held.as_deref().filter(|held| held.len() > 4) {
        // Some messages repeat the whole document.
        Some(held) => message.replace(held, "…"),
        None => message,
    };
    let failures = messages.into_iter().map(|message| Failure { message: Some(without(message)), ..base.clone() }).collect();
    Some(row(DATAFLOW, "Dataflow", failures))
}

/// A message, or each error of a list of BigQuery's that it is.
fn messages(told: &Value) -> Vec<String> {
    let parsed = told.as_str().and_then(failure::parsed);
    let list = parsed.as_ref().unwrap_or(told);
    if let Some(errors) = list.get("errors").and_then(Value::as_array).filter(|errors| errors.iter().all(is_error) && !errors.is_empty()) {
        return errors.iter().map(listed).collect();
    }
    match list {
        Value::Array(all) if !all.is_empty() && all.iter().all(|one| is_error(one) || one.get("errors").is_some()) => {
            all.iter().flat_map(|one| if is_error(one) { vec![listed(one)] } else { messages(one) }).collect()
        }
        _ if is_error(list) => vec![listed(list)],
        _ => failure::messages(told),
    }
}

/// Attributes as a list of keys and values, or as an object.
fn attributes(value: Option<&Value>) -> Vec<(String, String)> {
    match value {
        Some(Value::Object(members)) => {
            members.iter().filter_map(|(name, value)| Some((name.clone(), members::text(value)?.into_owned()))).collect()
        }
        Some(Value::Array(list)) => {
            list.iter().filter_map(|pair| Some((members::owned(pair, "key")?, members::owned(pair, "value")?))).collect()
        }
        _ => Vec::new(),
    }
}

/// Rows that Beam's writers did not bring in, and its error handlers' records.
fn beam(value: &Value) -> Option<ForeignRow> {
    if let Some(failed) = value.get("failure").filter(|_| value.get("record").is_some()) {
        let record = value.get("record").unwrap_or(&Value::Null);
        let readable = ["humanReadableJsonRecord", "human_readable_json_record", "encodedRecord", "encoded_record"];
        let document = readable.into_iter().find(|name| record.get(*name).is_some_and(|record| !record.is_null()));
        let message = members::any_of(failed, &["exception", "description", "message"])?;
        let failure = Failure {
            stage: members::any_of(failed, &["failingTransform", "failing_transform"]),
            message: Some(message),
            document: document.map(|name| DocumentPlace::Member(vec!["record".to_owned(), name.to_owned()])).unwrap_or_default(),
            ..Failure::default()
        };
        return Some(row(BEAM, "Beam", vec![failure]));
    }
    let (document, _) = first(value, &["row", "failedRow", "failed_row", "tableRow"])?;
    let (_, told) = first(value, &["errorMessage", ErrorColumn::Message.name(), "error", "errors", "insertErrors", "failureReason"])?;
    let (namespace, doctype) = table(value.get("table").or_else(|| value.get("destination")));
    let base = Failure {
        namespace,
        doctype,
        time: ["timestamp", "processingTime"].iter().find_map(|name| time(value.get(*name)?)),
        document: DocumentPlace::Member(vec![document.to_owned()]),
        ..Failure::default()
    };
    let failures = messages(told).into_iter().map(|message| Failure { message: Some(message), ..base.clone() }).collect();
    Some(row(BEAM, "Beam", failures))
}
