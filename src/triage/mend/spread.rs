//! All values at the node of a limit, also those that keep to it.
//!
//! Owns: finding them: the validator itself is asked, by a schema whose node refuses every value.
//! Refuses: what follows of them (limits).

use std::sync::Arc;

use super::needs::{Need, needs};
use crate::ground::patch::{TextEdit, apply};
use crate::pipeline::document::Document;
use crate::pipeline::fault::Keyword;
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::{Judge, input};

/// Most values of one document.
const MOST_VALUES: usize = 100_000;

/// What no value meets, by the keyword that is asked with.
fn unmet(keyword: Keyword) -> Option<(Keyword, &'static str)> {
    Some(match keyword {
        "maxLength" | "minLength" => ("minLength", "2000000000"),
        "maxItems" | "minItems" => ("minItems", "2000000000"),
        "maxProperties" | "minProperties" => ("minProperties", "2000000000"),
        "maximum" | "minimum" | "exclusiveMaximum" | "exclusiveMinimum" => ("minimum", "1e308"),
        _ => return None,
    })
}

/// The values that the validator holds against the limits of a node, in all documents; empty where that cannot be asked.
pub(super) fn values(namespace: &str, schema: &Arc<Schema>, pointer: &str, keyword: Keyword, documents: &[&Document]) -> Vec<String> {
    let Some(judge) = asking(schema, pointer, keyword) else { return Vec::new() };
    let asked = unmet(keyword).map(|(asked, _)| asked);
    let mut found = Vec::new();
    for document in documents {
        let (_, violations) = judge.examined(input(namespace, document), MOST_VALUES);
        let is_it = |of: &str| asked == Some(of) || (asked == Some("minimum") && of == "exclusiveMinimum");
        for violation in violations.list.iter().filter(|violation| violation.schema_pointer == pointer && is_it(violation.keyword)) {
            found.extend(needs(judge.schema(), violation, document).into_iter().filter_map(|need| match need {
                Need::Count(count) => Some(count.to_string()),
                Need::Number(text) => Some(text),
                _ => None,
            }));
        }
    }
    found
}

/// The schema with a limit at the node that no value meets.
fn asking(schema: &Arc<Schema>, pointer: &str, keyword: Keyword) -> Option<Judge> {
    let (asked, limit) = unmet(keyword)?;
    let node = schema.node_at_pointer(pointer)?;
    let edit = match schema.keyword(node, asked) {
        Some(value) => TextEdit { range: schema.document.span(value), with: limit.into() },
        None => {
            let beside = schema.document.span(schema.keyword(node, keyword)?).end;
            TextEdit { range: beside..beside, with: format!(", \"{asked}\": {limit}").into_bytes() }
        }
    };
    let text = apply(schema.document.text(), &[edit]);
    Judge::compile(Arc::new(Schema::parse(&schema.path, text).ok()?)).ok()
}
