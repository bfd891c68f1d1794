//! What the decoder says of documents whose schema does not exist.

use super::Lookup;
use crate::pipeline::names::snake_case;

/// What the decoder says of a telemetry document without a version.
const NO_VERSION: &str = "Element was assumed to be a telemetry message because it contains no document_version attribute, but the payload does not include the top-level 'version' or 'v' field expected for a telemetry document";

/// What the decoder says where a lookup finds nothing: names as they were asked for.
pub fn missing(lookup: &Lookup, namespace: &str, doctype: &str, version: Option<&str>) -> Option<String> {
    match lookup {
        Lookup::Found(_) => None,
        Lookup::NoDoctype { .. } => Some(format!("No such docType: {namespace}/{doctype}")),
        Lookup::NoVersion { .. } if version.is_none() && snake_case(namespace) == "telemetry" => Some(NO_VERSION.to_owned()),
        Lookup::NoVersion { .. } => {
            Some(format!("No schema with name: {namespace}/{doctype}/{doctype}.{}.schema.json", version.unwrap_or("null")))
        }
    }
}
