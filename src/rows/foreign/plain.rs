//! Lines of an error and its document, from whatever program.
//!
//! Owns: the names that the two have, and those beside them. Refuses: rows that only look alike: without a document, what is wrong has to be what a
//! validator says.

use serde_json::Value;

use super::iglu::IgluName;
use super::{DocumentPlace, Failure, ForeignRow, failure, members, time};
use crate::rows::column::ErrorColumn;

/// Names of what is wrong.
const ERRORS: [&str; 14] = [
    "error",
    "errors",
    ErrorColumn::Message.name(),
    "errorMessage",
    "validation_errors",
    "validationErrors",
    "violations",
    "validation_error",
    "validationError",
    "err",
    "exception",
    "failure",
    "message",
    "reason",
];

/// Names of the document.
const DOCUMENTS: [&str; 16] = [
    "document", "doc", "payload", "instance", "record", "event", "data", "body", "input", "original", "raw", "row", "value", "element",
    "content", "json",
];

/// Names of the time.
const TIMES: [&str; 8] = ["timestamp", "time", "ts", "created_at", "received_at", "at", "date", "@timestamp"];

pub(super) fn read(value: &Value) -> Option<ForeignRow> {
    let object = value.as_object()?;
    let document = DOCUMENTS.into_iter().find(|name| object.get(*name).is_some_and(|value| !value.is_null()));
    // What is an error to one program is the document of another: a text is no document where there is no other.
    let (error, told) = ERRORS.iter().find_map(|name| Some((*name, object.get(*name)?)).filter(|(_, told)| says(told)))?;
    let messages = failure::messages(told);
    let has_judged = !messages.is_empty() && messages.iter().all(|message| failure::is_judgement(message));
    let is_own = matches!(error, "message" | "reason" | "failure" | "exception");
    if messages.is_empty() || !(has_judged || (document.is_some_and(|name| name != error) && !is_own)) {
        return None;
    }
    // What a validator says of one failure in several members is one report.
    let messages = match told {
        Value::String(text) if failure::parsed(text).is_none() && is_report(value) => vec![failure::report(value)],
        _ => messages,
    };
    let any = |names: &[&str]| members::any_of(value, names);
    let schema = any(&["schema", "schemaKey", "schema_key", "$schema"]);
    let iglu = schema.as_deref().and_then(IgluName::read);
    let base = Failure {
        namespace: iglu
            .map(|name| name.vendor.to_owned())
            .or_else(|| any(&["namespace", ErrorColumn::Namespace.name(), "vendor", "app", "source"])),
        doctype: iglu
            .map(|name| name.name.to_owned())
            .or_else(|| any(&["doctype", ErrorColumn::Doctype.name(), "docType", "topic", "table", "event_name"])),
        version: iglu
            .map(|name| name.version.to_owned())
            .or_else(|| any(&["version", ErrorColumn::Version.name(), "schema_version", "docVersion"])),
        stage: any(&["stage", ErrorColumn::Stage.name()]),
        class: any(&["class", ErrorColumn::Class.name(), "error_class", "errorClass"]),
        job: any(&["job", ErrorColumn::Job.name()]),
        time: TIMES.iter().find_map(|name| time(value.get(*name)?)),
        document: document.filter(|name| *name != error).map(|name| DocumentPlace::Member(vec![name.to_owned()])).unwrap_or_default(),
        ..Failure::default()
    };
    let failures = messages.into_iter().map(|message| Failure { message: Some(message), ..base.clone() }).collect();
    Some(ForeignRow { kind: "lines of errors and documents", judge: None, failures, weight: 1 })
}

/// Whether a member says something at all.
fn says(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => false,
    }
}

/// Whether the row itself is a validator's report.
fn is_report(value: &Value) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| value.get(*name).is_some());
    has(&["keyword", "validator", "keywordLocation"])
        && has(&["instancePath", "instanceLocation", "path", "pointer", "dataPath", "json_path", "absolute_path"])
}
