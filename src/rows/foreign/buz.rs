//! Buz's invalid envelopes.
//!
//! Owns: the members of an envelope, of either age. Refuses: the words of its validator (pipeline/fault).

use serde_json::Value;

use super::{DocumentPlace, Failure, ForeignRow, failure, members, time};
use crate::pipeline::fault::NO_SCHEMA;

pub(super) fn read(value: &Value) -> Option<ForeignRow> {
    let is_envelope = value.get("buzVersion").is_some() || value.get("buzTimestamp").is_some() || value.get("isValid").is_some();
    let nested = value.get("validation");
    let error = value.get("validationError").or_else(|| nested?.get("error"));
    if !is_envelope && nested.is_none_or(|nested| nested.get("isValid").is_none()) {
        return None;
    }
    let error = error.filter(|error| !error.is_null());
    let schema = members::owned(value, "schema").unwrap_or_default();
    let (vendor, name, version) = named(&schema);
    let namespace = members::owned(value, "vendor").or(vendor);
    let spelled = members::owned(value, "namespace");
    let within = spelled.as_deref().zip(namespace.as_deref());
    let doctype = within.and_then(|(whole, vendor)| whole.strip_prefix(vendor)?.strip_prefix('.')).map(str::to_owned);
    let class = error.and_then(|error| members::any_of(error, &["errorType", "type"]));
    let resolution = error.and_then(|error| members::any_of(error, &["errorResolution", "resolution"]));
    let lists = ["payloadValidationErrors", "errors"].iter().filter_map(|list| error?.get(*list));
    let mut messages: Vec<String> = lists.flat_map(failure::messages).collect();
    if messages.is_empty() {
        let is_unknown = class.as_deref().is_some_and(|class| class.to_ascii_lowercase().contains("schema") && class.contains("no"));
        messages.extend(match (is_unknown, &resolution, &class) {
            (true, ..) => Some(format!("{NO_SCHEMA}{schema}")),
            (_, Some(resolution), Some(class)) => Some(format!("{class}: {resolution}")),
            (_, _, Some(class)) => Some(class.clone()),
            _ => None,
        });
    }
    let of = Failure {
        namespace: namespace.or_else(|| spelled.clone()),
        doctype: doctype.or(name),
        version: members::owned(value, "version").filter(|version| !version.is_empty()).or(version),
        stage: members::owned(value, "protocol"),
        class,
        job: ["buzVersion"].iter().find_map(|name| members::owned(value, name)).map(|version| format!("buz {version}")),
        time: ["buzTimestamp", "timestamp"].iter().find_map(|name| time(value.get(*name)?)),
        document: DocumentPlace::Member(vec!["payload".to_owned()]),
        ..Failure::default()
    };
    let failures = messages.into_iter().map(|message| Failure { message: Some(message), ..of.clone() }).collect();
    let judge = of.job.as_deref().map_or_else(|| "Buz".to_owned(), |job| job.replace("buz", "Buz"));
    Some(ForeignRow { kind: "Buz invalid envelopes", judge: Some(judge), failures, weight: 1 })
}

/// `com.acme/link_click/v1.0.json`
fn named(schema: &str) -> (Option<String>, Option<String>, Option<String>) {
    let mut parts = schema.split('/');
    let (vendor, name, file) = (parts.next(), parts.next(), parts.next());
    let version = file.and_then(|file| file.strip_suffix(".json")).map(|file| file.strip_prefix('v').unwrap_or(file));
    let owned = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    (owned(vendor), owned(name), owned(version))
}
