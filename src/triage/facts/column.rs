//! A column and where a value lands in it.

use std::borrow::Cow;

use super::Facts;
use crate::ground::text::visible;
use crate::pipeline::document::NodeId;
use crate::pipeline::layout::{Column, ColumnId, Layout};
use crate::pipeline::schema::Schema;
use crate::pipeline::sink::{self, Landing};
use crate::triage::catalog::{self, Catalog};

/// What the policy tags of a column are called.
pub const TAGS: &str = "policy tags";

/// What expressions are called.
pub const SQL: &str = "SQL";

/// Why no node of the schema speaks about a column.
pub const NO_NODE: &str = "nowhere in it: the pipeline or the generator adds this column";

/// `map<STRING>`, `INT64 REPEATED`: the type, with the mode where the type does not tell it. Safe for a terminal.
pub fn kind(layout: &Layout, id: ColumnId) -> String {
    visible(&layout.kind(id)).into_owned()
}

/// As [`kind`], of a column among all tables.
pub fn kind_in(catalog: &Catalog, column: &catalog::CatalogColumn) -> String {
    format!("{}{}", visible(catalog.badge(column)), column.mode.behind(column.shaped))
}

/// What the file says about a column, safe for a terminal; `None` where it says nothing.
pub fn description(column: &Column) -> Option<Cow<'_, str>> {
    column.description.as_deref().map(visible)
}

/// As [`description`], with words in its place.
pub fn about(column: &Column) -> Cow<'_, str> {
    description(column).unwrap_or("no description".into())
}

/// The policy tags that limit who may read a column; `None` where there are none.
pub fn tags(column: &Column) -> Option<String> {
    let tags: Vec<_> = column.policy_tags.iter().map(|tag| visible(tag)).collect();
    (!tags.is_empty()).then(|| tags.join(", "))
}

/// What becomes of a value and why; with the table, where there are several. Safe for a terminal.
pub fn landing(landing: &Landing, table: Option<&str>) -> String {
    let table = table.map(|table| format!(" ({table})")).unwrap_or_default();
    let reason = landing.reason.iter().map(|reason| format!("; {}", clause(reason)));
    let words = format!("{}{table}{}", landing.fate.words(), reason.collect::<String>());
    visible(&words).into_owned()
}

/// A sentence as a part of another: it begins small, unless with a name, and has no full stop.
fn clause(sentence: &str) -> String {
    let sentence = sentence.strip_suffix('.').unwrap_or(sentence);
    let mut rest = sentence.chars();
    match (rest.next(), sentence.chars().nth(1)) {
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
            format!("{}{}", first.to_lowercase(), rest.as_str())
        }
        _ => sentence.to_owned(),
    }
}

/// What becomes of a value, behind the column that it lands in; with the table, where there are several.
pub fn landing_in(layout: Option<&Layout>, landing: &Landing, table: Option<&str>) -> String {
    let known = layout.zip(landing.column).filter(|(layout, id)| layout.get(*id).is_some());
    let column = known.map(|(layout, id)| format!("{} {}, ", layout.path(id), layout.kind_and_mode(id)));
    format!("{}{}", column.unwrap_or_default(), self::landing(landing, table))
}

/// Everything about a column; with its schema, also the node that fills it.
pub fn sheet(facts: &mut Facts, layout: &Layout, id: ColumnId, schema: Option<(&Schema, Option<NodeId>)>) {
    let Some(column) = layout.get(id) else { return };
    facts.named("type", &layout.badge(id));
    if column.kind.spelling() != &*column.kind {
        facts.named("spelled", column.kind.spelling());
    }
    facts.named("mode", column.mode.name());
    if let Some(tags) = tags(column) {
        facts.named(TAGS, &tags);
    }
    facts.named(SQL, &sink::select(layout, id));
    match schema {
        Some((schema, Some(node))) => {
            facts.named("schema", &format!("{} line {}", schema.path, schema.line(node)));
            facts.named("node", &format!("#{}", schema.pointer(node)));
        }
        Some((schema, None)) => {
            facts.named("schema", &schema.path);
            facts.named("node", NO_NODE);
        }
        None => {}
    }
    facts.gap();
    facts.line(&about(column));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::sink::Fate;

    fn layout(text: &str) -> Layout {
        Layout::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_landing_is_told_with_its_column_and_fate() {
        let layout = layout(r#"[{"name":"a","type":"RECORD","fields":[{"name":"b","type":"STRING"}]}]"#);
        let told = |landing: &Landing| landing_in(Some(&layout), landing, None);
        let stored = Landing { column: Some(1), fate: Fate::Stored, reason: None, sql: None, additional_pointer: None, nearest: None };
        assert_eq!(told(&stored), "a.b STRING NULLABLE, stored");
        let null = Landing { reason: Some("null: the column holds NULL.".into()), ..stored.clone() };
        assert_eq!(told(&null), "a.b STRING NULLABLE, stored; null: the column holds NULL");
        let nowhere = Landing { column: None, fate: Fate::Additional, reason: Some("no such column".into()), ..stored };
        assert_eq!(told(&nowhere), "in additional_properties; no such column");
        assert_eq!(landing(&nowhere, Some("a\u{1b}")), "in additional_properties (a\\u{1b}); no such column");
    }

    #[test]
    fn everything_about_a_column_names_its_policy_tags() {
        let text = r#"[{"name":"a","type":"INTEGER","mode":"REPEATED","policyTags":{"names":["x\u001b"]}}]"#;
        let mut facts = Facts::default();
        sheet(&mut facts, &layout(text), 0, None);
        let lines = ["type         INT64", "spelled      INTEGER", "mode         REPEATED", "policy tags  x\\u{1b}"];
        let told = facts.to_text();
        assert!(told.starts_with(&lines.join("\n")) && told.ends_with("\n\nno description"), "{told}");
        assert_eq!(kind(&layout(text), 0), "INT64 REPEATED");
    }
}
