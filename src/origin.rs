//! Where the values of a column come from: the schema node that fills it, and what fails there.
//!
//! Owns: the way from a column to its schema node and back, which groups of failing rows belong to which column.
//! Refuses: the rules from key to column (sink), walking documents.

use crate::document::{Kind, NodeId, unescape_pointer};
use crate::group::Groups;
use crate::layout::{ColumnId, Layout};
use crate::schemas::applicators::Applicators;
use crate::schemas::walk::location_of;
use crate::schemas::{Doctype, Schema};
use crate::sink::{self, Fate};

/// Most schema nodes looked at for one column: references may go in circles.
const MOST_NODES: usize = 20_000;

/// Most steps from the root to a node that fills a column; BigQuery has no columns deeper than 15.
const MOST_STEPS: usize = 64;

/// The first schema node, in the order of the file, whose values land in a column: of a map's keys what the schema says about names.
/// `None` for columns that the pipeline fills by itself, and for those that the schema does not know (Glean's generic schemas).
pub fn node_of(layout: &Layout, schema: &Schema, column: ColumnId) -> Option<NodeId> {
    let found = layout.get(column)?;
    if let Some(map) = found.parent.filter(|&parent| layout.is_map(parent) && &*found.name == "key") {
        let node = node_of_value(layout, schema, map)?;
        return Applicators::of(schema, schema.resolve(node)).property_names.or(Some(node));
    }
    node_of_value(layout, schema, column)
}

/// A node, the place of its values, the column that they land in.
struct Step {
    node: NodeId,
    tokens: Vec<String>,
    column: Option<ColumnId>,
}

fn node_of_value(layout: &Layout, schema: &Schema, column: ColumnId) -> Option<NodeId> {
    let around: Vec<ColumnId> = layout.ancestors(column).collect();
    let mut open = vec![Step { node: 0, tokens: Vec::new(), column: None }];
    let mut budget = MOST_NODES;
    while let Some(step) = open.pop() {
        if step.column == Some(column) {
            return Some(step.node);
        }
        let before = open.len();
        let found = Applicators::of(schema, schema.resolve(step.node));
        // What stands beside a node speaks about the same values.
        open.extend(found.beside(schema).map(|node| Step { node, tokens: step.tokens.clone(), column: step.column }));
        for (token, node) in inside(schema, &found) {
            let tokens: Vec<String> = step.tokens.iter().cloned().chain([token]).collect();
            let landing = sink::landing(layout, &tokens, None);
            let on_the_way = landing.column.is_some_and(|column| around.contains(&column)) && landing.fate != Fate::Additional;
            if on_the_way && tokens.len() <= MOST_STEPS {
                open.push(Step { node, tokens, column: landing.column });
            }
        }
        open[before..].reverse();
        budget = budget.checked_sub(open.len() - before + 1)?;
    }
    None
}

/// The subschemas about what a value holds, each with a token that leads to it.
fn inside(schema: &Schema, found: &Applicators) -> Vec<(String, NodeId)> {
    let document = &schema.document;
    let mut all = Vec::new();
    for node in found.properties.into_iter().flat_map(|node| document.children(node)) {
        all.extend(document.key(node).map(|key| (key.into_owned(), node)));
    }
    let patterns = found.pattern_properties.into_iter().flat_map(|node| document.children(node));
    let any = patterns.chain(found.additional_properties.filter(|&node| document.kind(node) == Kind::Object));
    all.extend(any.map(|node| ("key".to_owned(), node)));
    match found.items {
        Some(items) if document.kind(items) == Kind::Array => {
            all.extend(document.children(items).enumerate().map(|(index, node)| (index.to_string(), node)));
        }
        Some(items) => all.push(("0".to_owned(), items)),
        None => {}
    }
    all
}

/// The column that the values of a schema node land in; for a keyword that of the node around it.
pub fn column_of(layout: &Layout, schema: &Schema, node: NodeId) -> Option<ColumnId> {
    let tokens = location_of(schema, node).filter(|tokens| !tokens.is_empty() && tokens.len() <= MOST_STEPS)?;
    let landing = sink::landing(layout, &tokens, None);
    landing.column.filter(|_| landing.fate != Fate::Additional)
}

/// Positions of the groups of a doctype version, in the order of the list. Telemetry's groups have no version and belong to all of them.
pub fn groups_of(groups: &Groups, doctype: &Doctype) -> Vec<u32> {
    let is_it = |known: &Option<std::sync::Arc<str>>, name: &str| known.as_deref() == Some(name);
    let all = groups.list.iter().zip(0..);
    let same = all.filter(|(group, _)| {
        let key = &group.key;
        let version = key.version.is_none() || is_it(&key.version, &doctype.version);
        is_it(&key.namespace, &doctype.namespace) && is_it(&key.doctype, &doctype.doctype) && version
    });
    same.map(|(_, at)| at).collect()
}

/// The column that a group's path leads to: what fails there would have filled it, or would have landed in `additional_properties`.
pub fn column_of_path(layout: &Layout, path: &str) -> Option<ColumnId> {
    let token = |token: String| match &*token {
        "[]" => "0".to_owned(),
        "{key}" => "key".to_owned(),
        _ => token,
    };
    let tokens: Vec<String> = unescape_pointer(path).into_iter().map(token).collect();
    let landing = sink::landing(layout, &tokens, None);
    let rest = || layout.child(None, "additional_properties").filter(|_| landing.fate == Fate::Additional);
    landing.column.or_else(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = br#"[
        {"name": "metrics", "type": "RECORD", "fields": [
            {"name": "labeled", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "key", "type": "STRING"}, {"name": "value", "type": "INTEGER"}]},
            {"name": "addons", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "add_on_id", "type": "STRING"}]}]},
        {"name": "submission_timestamp", "type": "TIMESTAMP"},
        {"name": "additional_properties", "type": "STRING"}]"#;
    const SCHEMA: &str = r##"{"$schema": "http://json-schema.org/draft-06/schema#",
        "definitions": {"label": {"type": "integer"}}, "properties": {"unknown": {"type": "string"}, "metrics": {
        "type": "object", "allOf": [{"properties": {"labeled": {"propertyNames": {"maxLength": 9}, "additionalProperties": {"$ref": "#/definitions/label"}}}}],
        "properties": {"addons": {"items": {"properties": {"addOnId": {"type": "string"}}}}}}}}"##;

    fn both() -> (Layout, Schema) {
        (Layout::parse(TABLE).unwrap(), Schema::parse("ns/a/a.1.schema.json", SCHEMA.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn a_column_leads_to_its_node_and_back() {
        let (layout, schema) = both();
        for (path, pointer) in [
            ("metrics", "/properties/metrics"),
            ("metrics.labeled", "/properties/metrics/allOf/0/properties/labeled"),
            ("metrics.labeled.value", "/properties/metrics/allOf/0/properties/labeled/additionalProperties"),
            ("metrics.addons.add_on_id", "/properties/metrics/properties/addons/items/properties/addOnId"),
        ] {
            let column = layout.find(path).unwrap();
            let node = node_of(&layout, &schema, column).unwrap_or_else(|| panic!("no node for {path}"));
            assert_eq!((schema.pointer(node).as_str(), column_of(&layout, &schema, node)), (pointer, Some(column)), "{path}");
        }
        let key = node_of(&layout, &schema, layout.find("metrics.labeled.key").unwrap()).unwrap();
        assert_eq!(schema.pointer(key), "/properties/metrics/allOf/0/properties/labeled/propertyNames");
        let by_itself = ["submission_timestamp", "additional_properties"].map(|path| node_of(&layout, &schema, layout.find(path).unwrap()));
        assert_eq!(by_itself, [None, None]);
        assert_eq!(column_of(&layout, &schema, schema.node_at_pointer("/properties/unknown").unwrap()), None);
    }

    #[test]
    fn a_path_of_a_group_leads_to_its_column() {
        let (layout, _) = both();
        let column = |path: &str| column_of_path(&layout, path).map(|column| layout.path(column));
        assert_eq!(column("/metrics/labeled/{key}").as_deref(), Some("metrics.labeled.value"));
        assert_eq!(column("/metrics/addons/[]/addOnId").as_deref(), Some("metrics.addons.add_on_id"));
        assert_eq!(column("/nothing").as_deref(), Some("additional_properties"));
    }

    #[test]
    fn references_in_circles_end() {
        let text = r##"{"definitions": {"a": {"properties": {"metrics": {"$ref": "#/definitions/a"}}, "allOf": [{"$ref": "#/definitions/a"}]}}, "$ref": "#/definitions/a"}"##;
        let schema = Schema::parse("ns/a/a.1.schema.json", text.as_bytes().to_vec()).unwrap();
        let layout = Layout::parse(TABLE).unwrap();
        assert_eq!(node_of(&layout, &schema, layout.find("metrics.addons").unwrap()), None);
    }
}
