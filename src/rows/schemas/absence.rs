//! What to say where a lookup finds nothing: what there is instead.
//!
//! Also owns: what the decoder says of documents whose schema does not exist.

use super::{Lookup, SchemaStore};
use crate::pipeline::names::snake_case;

/// Most names in the sentence.
const MOST: usize = 10;

impl SchemaStore {
    /// The sentence for a doctype version that [`SchemaStore::lookup`] did not find, without a full stop. Names stand in it as they are: show it
    /// through [`crate::ground::text::visible`].
    pub fn absence(&self, lookup: &Lookup, namespace: &str, doctype: &str, version: Option<&str>) -> String {
        let asked = version.map_or_else(|| format!("{namespace}/{doctype}"), |version| format!("{namespace}/{doctype}.{version}"));
        match lookup {
            Lookup::NoVersion { known } => {
                let versions = known.iter().filter_map(|&at| self.doctypes().get(at)).map(|known| known.version.as_str());
                match version {
                    Some(_) => format!("the schemas have no {asked}; of {namespace}/{doctype} they have version {}", listed(versions)),
                    None => format!("{asked} needs a version: the schemas have {}", listed(versions)),
                }
            }
            Lookup::Found(_) | Lookup::NoDoctype => match self.nearest(namespace, doctype).as_slice() {
                [] => format!("the schemas have no {asked}, and none of a name like it"),
                nearest => format!("the schemas have no {asked}; the nearest are {}", listed(nearest.iter().map(String::as_str))),
            },
        }
    }
}

/// Names in a sentence, the last of many: the newest versions.
fn listed<'a>(names: impl DoubleEndedIterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.rev().take(MOST).collect();
    names.reverse();
    names.join(", ")
}

/// What the decoder says of a telemetry document without a version.
const NO_VERSION: &str = "Element was assumed to be a telemetry message because it contains no document_version attribute, but the payload does not include the top-level 'version' or 'v' field expected for a telemetry document";

/// What the decoder says where a lookup finds nothing: names as they were asked for.
pub fn missing(lookup: &Lookup, namespace: &str, doctype: &str, version: Option<&str>) -> Option<String> {
    match lookup {
        Lookup::Found(_) => None,
        Lookup::NoDoctype => Some(format!("No such docType: {namespace}/{doctype}")),
        Lookup::NoVersion { .. } if version.is_none() && snake_case(namespace) == "telemetry" => Some(NO_VERSION.to_owned()),
        Lookup::NoVersion { .. } => {
            Some(format!("No schema with name: {namespace}/{doctype}/{doctype}.{}.schema.json", version.unwrap_or("null")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::schemas::memory::Memory;

    #[test]
    fn what_there_is_instead_is_told() {
        const FILES: &[(&str, &[u8])] = &[("acme/main/main.1.bq", b"[]"), ("acme/main/main.10.bq", b"[]")];
        let store = SchemaStore::open(Box::new(Memory::new("test", FILES))).unwrap();
        let told = |doctype: &str, version| store.absence(&store.lookup("acme", doctype, version), "acme", doctype, version);
        assert_eq!(told("main", Some("2")), "the schemas have no acme/main.2; of acme/main they have version 1, 10");
        assert_eq!(told("main", None), "acme/main needs a version: the schemas have 1, 10");
        assert_eq!(told("mian", Some("1")), "the schemas have no acme/mian.1; the nearest are acme/main");
        assert_eq!(
            store.absence(&store.lookup("zz", "qq", None), "zz", "qq", None),
            "the schemas have no zz/qq, and none of a name like it"
        );
    }
}
