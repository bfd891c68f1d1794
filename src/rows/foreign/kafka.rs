//! Dead letters of Kafka Connect, as programs print messages with their headers.
//!
//! Owns: headers in each of the ways they are written, what they say. Refuses: what the message says (pipeline/fault).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::{DocumentPlace, Failure, ForeignRow, failure, members, time};

/// What Connect's headers begin with.
const CONNECT: &str = "__connect.errors.";

/// Longest text that is looked at as a class name.
const NONE: &str = "null";

pub(super) fn read(value: &Value) -> Option<ForeignRow> {
    let headers = headers(value.get("headers").or_else(|| value.get("Headers"))?);
    let get = |name: &str| {
        let spring = match name {
            "exception.class.name" => "kafka_dlt-exception-fqcn",
            "exception.message" => "kafka_dlt-exception-message",
            "topic" => "kafka_dlt-original-topic",
            _ => "",
        };
        let value = headers.get(&*format!("{CONNECT}{name}")).or_else(|| headers.get(spring))?;
        Some(value.to_string()).filter(|value| value != NONE && !value.is_empty())
    };
    let is_ours = |name: &&Cow<'_, str>| name.starts_with(CONNECT) || name.starts_with("kafka_dlt-");
    headers.keys().find(is_ours)?;
    let message = get("exception.message");
    let document = ["payload", "value", "Value"].into_iter().find(|name| value.get(*name).is_some());
    let connector = get("connector.name");
    let of = Failure {
        doctype: get("topic").or_else(|| members::owned(value, "topic")),
        stage: get("stage"),
        class: get("exception.class.name"),
        job: connector.clone(),
        time: ["ts", "timestamp", "Timestamp"].iter().find_map(|name| time(value.get(*name)?)),
        document: document.map(|name| DocumentPlace::Member(vec![name.to_owned()])).unwrap_or_default(),
        ..Failure::default()
    };
    // A sink that tells of several rows does so in one message.
    let rows: Vec<String> = message.as_deref().map(rows).unwrap_or_default();
    let listed = (!rows.is_empty()).then_some(rows);
    let messages = listed
        .or_else(|| message.as_deref().and_then(failure::parsed).map(|list| failure::messages(&list)).filter(|list| !list.is_empty()));
    let failures = match messages {
        Some(messages) => messages.into_iter().map(|message| Failure { message: Some(message), ..of.clone() }).collect(),
        None => vec![Failure { message, ..of }],
    };
    let judge = connector.map_or_else(|| "Kafka Connect".to_owned(), |name| format!("Kafka Connect ({name})"));
    Some(ForeignRow { kind: "Kafka Connect dead letters", judge: Some(judge), failures, weight: 1 })
}

/// What BigQuery's sink says of each row: `[row index 0] (location qty, reason: invalid): no such field: qty.`
fn rows(message: &str) -> Vec<String> {
    let of = |line: &str| {
        let rest = line.trim().strip_prefix("[row index ")?;
        let (_, rest) = rest.split_once("] (location ")?;
        let (location, rest) = rest.split_once(", reason: ")?;
        let (reason, message) = rest.split_once("): ")?;
        Some(super::bigquery::listed(&serde_json::json!({ "location": location, "message": message, "reason": reason })))
    };
    message.lines().filter_map(of).collect()
}

/// Headers as a list of names and values in turn, as a list of pairs, or as an object.
fn headers(value: &Value) -> BTreeMap<Cow<'_, str>, Cow<'_, str>> {
    let mut found = BTreeMap::new();
    match value {
        Value::Object(members) => {
            found.extend(members.iter().filter_map(|(name, value)| Some((Cow::Borrowed(name.as_str()), members::text(value)?))));
        }
        Value::Array(list) => {
            let pair = |item: &'_ Value| item.is_object() || item.is_array();
            if list.iter().any(pair) {
                for item in list {
                    match item {
                        Value::Object(members) if members.len() == 1 => {
                            found.extend(
                                members.iter().filter_map(|(name, value)| Some((Cow::Borrowed(name.as_str()), members::text(value)?))),
                            );
                        }
                        Value::Array(two) => found.extend(two.first().and_then(members::text).zip(two.get(1).and_then(members::text))),
                        item => {
                            let name = item.get("key").or_else(|| item.get("name")).and_then(members::text);
                            let value = item.get("value").or_else(|| item.get("stringValue")).and_then(members::text);
                            found.extend(name.zip(value));
                        }
                    }
                }
            } else {
                let texts: Vec<Cow<'_, str>> = list.iter().map(|item| members::text(item).unwrap_or_default()).collect();
                found.extend(texts.chunks_exact(2).map(|two| (two[0].clone(), two[1].clone())));
            }
        }
        _ => {}
    }
    found
}
