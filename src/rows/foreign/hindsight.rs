//! Hindsight's messages of documents that a schema refused.
//!
//! Owns: finding the message in a row, which document it is about. Refuses: where and what is wrong (pipeline/fault).

use heck::ToKebabCase;
use serde_json::Value;

use super::{DocumentPlace, Failure, ForeignRow, members, time};

/// Who sends to Hindsight.
const NAMESPACE: &str = "telemetry";

pub(super) fn read(value: &Value) -> Option<ForeignRow> {
    let object = value.as_object()?;
    let fields = value.get("Fields").and_then(Value::as_object);
    let texts = object.iter().chain(fields.into_iter().flatten()).filter_map(|(_, value)| value.as_str());
    let told = texts.clone().find(|text| is_message(text)).map(str::to_owned);
    let is_json = ["SchemaURI", "schemaURI", "schemaRef"].iter().any(|name| value.get(*name).is_some())
        || object.values().any(|member| member.get("schemaRef").is_some() || member.get("SchemaURI").is_some());
    let message = match told {
        Some(told) => told,
        // Its JSON form is the message.
        None if is_json => value.to_string(),
        None => return None,
    };
    let within = |name: &str| named(&message, name).map(str::to_owned);
    let of = |name: &str| members::owned(value, name).or_else(|| members::owned(value.get("Fields")?, name));
    let schema = of("schema").or_else(|| of("docType")).or_else(|| within("schema"));
    let failure = Failure {
        namespace: of("namespace").or_else(|| of("docNamespace")).or_else(|| within("namespace")).or_else(|| Some(NAMESPACE.to_owned())),
        doctype: schema.map(|name| name.to_kebab_case()),
        version: of("version").or_else(|| of("docVersion")).or_else(|| within("version")),
        stage: of("DecodeErrorType"),
        message: Some(message),
        time: ["Timestamp", "timestamp", "time", "submissionTimestamp"].iter().find_map(|name| time(value.get(*name)?)),
        document: ["content", "payload", "document"]
            .iter()
            .find_map(|name| {
                let at = |way: &[&str]| DocumentPlace::Member(way.iter().map(|part| (*part).to_owned()).collect());
                if value.get(*name).is_some() { Some(at(&[name])) } else { fields?.get(*name).map(|_| at(&["Fields", name])) }
            })
            .unwrap_or_default(),
        ..Failure::default()
    };
    // Messages were counted before they were written.
    let weight = value.get("count").and_then(Value::as_u64).unwrap_or(1);
    Some(ForeignRow { kind: "Hindsight messages", judge: Some("Hindsight".to_owned()), failures: vec![failure], weight })
}

fn is_message(text: &str) -> bool {
    (text.contains("SchemaURI:") && text.contains("Keyword:")) || (text.contains("validation error:") && text.contains("schemaRef"))
}

/// `schema: untrustedModules version: 4`
fn named<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    let before = message.split("validation error:").next()?;
    let mut words = before.split_whitespace();
    let is_it = |word: &str| word.strip_suffix(':') == Some(name);
    words.find(|word| is_it(word))?;
    words.next()
}
