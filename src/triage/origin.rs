//! Where the values of a column come from: the schema node that fills it, and what fails there.
//!
//! Owns: the way from a column to its schema node and back, which groups of failing rows belong to which column.
//! Refuses: the rules from key to column (sink), walking documents.

use crate::pipeline::document::{Kind, NodeId, unescape_pointer};
use crate::pipeline::fault::{Fault, Says};
use crate::pipeline::layout::{ColumnId, Layout};
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::applicators::Applicators;
use crate::pipeline::schema::walk::location_of;
use crate::pipeline::sink::{self, Fate};
use crate::rows::group::{Group, Groups};
use crate::rows::schemas::Doctype;

/// Most schema nodes looked at for one column: references may go in circles.
const MOST_NODES: usize = 20_000;

/// Most steps from the root to a node that fills a column; BigQuery has no columns deeper than 15.
const MOST_STEPS: usize = 64;

/// The first schema node, in the order of the file, whose values land in a column: of a map's keys what the schema says about names.
/// `None` for columns that the pipeline fills by itself, and for those that the schema does not know.
pub fn node_of(layout: &Layout, schema: &Schema, column: ColumnId) -> Option<NodeId> {
    let found = layout.get(column)?;
    if let Some(map) = found.parent.filter(|&parent| layout.is_map(parent) && &*found.name == "key") {
        let node = node_of_value(layout, schema, map)?;
        return Applicators::of(schema, schema.resolve(node)).property_names.or(Some(node));
    }
    node_of_value(layout, schema, column)
}

/// A node, the place of its values, the column that they land in.
struct OriginStep {
    node: NodeId,
    tokens: Vec<String>,
    column: Option<ColumnId>,
}

fn node_of_value(layout: &Layout, schema: &Schema, column: ColumnId) -> Option<NodeId> {
    let mut around: Vec<ColumnId> = layout.ancestors(column).collect();
    around.reverse();
    let mut open = vec![OriginStep { node: 0, tokens: Vec::new(), column: None }];
    let mut budget = MOST_NODES;
    while let Some(step) = open.pop() {
        if step.column == Some(column) {
            return Some(step.node);
        }
        let before = open.len();
        let found = Applicators::of(schema, schema.resolve(step.node));
        // What stands beside a node speaks about the same values.
        open.extend(found.beside(schema).map(|node| OriginStep { node, tokens: step.tokens.clone(), column: step.column }));
        let any = any_key(layout, &around, step.column);
        for (token, node) in inside(schema, &found, any) {
            let tokens: Vec<String> = step.tokens.iter().cloned().chain([token]).collect();
            let landing = sink::landing(layout, &tokens, None);
            let on_the_way = landing.column.is_some_and(|column| around.contains(&column)) && landing.fate != Fate::Additional;
            if on_the_way && tokens.len() <= MOST_STEPS {
                open.push(OriginStep { node, tokens, column: landing.column });
            }
        }
        open[before..].reverse();
        budget = budget.checked_sub(open.len() - before + 1)?;
    }
    None
}

/// A key that leads on from a column to the next one around what is looked for: in a map any key does, in a RECORD of certain names it is
/// the name (Glean's generic schemas allow any metric, the table has columns for those that exist).
fn any_key<'a>(layout: &'a Layout, around: &[ColumnId], at: Option<ColumnId>) -> &'a str {
    let next = at.map_or(0, |at| around.partition_point(|&column| column <= at));
    let name = around.get(next).and_then(|&next| layout.get(next)).map(|column| &*column.name);
    name.filter(|_| !at.is_some_and(|at| layout.is_map(at))).unwrap_or("key")
}

/// The subschemas about what a value holds, each with a token that leads to it: where any key does, that is `any`.
fn inside(schema: &Schema, found: &Applicators, any: &str) -> Vec<(String, NodeId)> {
    let document = &schema.document;
    let mut all = Vec::new();
    for node in found.properties.into_iter().flat_map(|node| document.children(node)) {
        all.extend(document.key(node).map(|key| (key.into_owned(), node)));
    }
    let patterns = found.pattern_properties.into_iter().flat_map(|node| document.children(node));
    let of_any = patterns.chain(found.additional_properties.filter(|&node| document.kind(node) == Kind::Object));
    all.extend(of_any.map(|node| (any.to_owned(), node)));
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

/// The column that a group's path leads to: what fails there would have filled it. Where the path has any key and the table has columns of
/// certain names, that is the RECORD around them; where the table does not know a name, it is `additional_properties`.
pub fn column_of_path(layout: &Layout, path: &str) -> Option<ColumnId> {
    let path = unescape_pointer(path);
    let is_any = |token: &str| matches!(token, "[]" | "{key}");
    let token = |token: &String| match token.as_str() {
        "[]" => "0".to_owned(),
        "{key}" => "key".to_owned(),
        other => other.to_owned(),
    };
    let tokens: Vec<String> = path.iter().map(token).collect();
    let column = |length: usize| sink::landing(layout, &tokens[..length], None).column.map(|column| (column, length));
    let (found, length) =
        (1..=tokens.len().min(MOST_STEPS)).rev().find_map(column).map_or((None, 0), |(column, length)| (Some(column), length));
    match path.get(length) {
        Some(unknown) if !is_any(unknown) => layout.child(None, "additional_properties"),
        _ => found,
    }
}

/// The columns that a group's path leads to, with each of its known keys, and its sample; `None` where the path leads to none.
pub fn columns_of_group(layout: &Layout, group: &Group) -> Vec<Option<ColumnId>> {
    let by_path = |path: Option<std::borrow::Cow<'_, str>>| path.and_then(|path| column_of_path(layout, &path));
    let mut columns = vec![by_path(group.shown_path())];
    let keys = group.keys().into_iter().flat_map(|facet| &facet.values);
    let by_key = keys.map(|(key, _)| by_path(group.path_with(key)));
    for column in by_key.chain([column_of_sample(layout, group)]).filter(Option::is_some) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns
}

/// The column that a group's sample leads to, which names the keys that the path leaves open.
fn column_of_sample(layout: &Layout, group: &Group) -> Option<ColumnId> {
    let readings = Fault::readings(&group.sample, group.key.class.as_deref());
    let fault = readings.first().filter(|fault| fault.pointer.is_some())?;
    let mut tokens = fault.tokens();
    // Of a missing key it is the key's own column that counts.
    if let Says::Broken { key: Some(key), .. } = fault.says {
        tokens.push(key.into());
    }
    let landing = sink::landing(layout, &tokens, None);
    landing.column.filter(|_| landing.fate != Fate::Additional)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = br#"[
        {"name": "metrics", "type": "RECORD", "fields": [
            {"name": "labeled", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "key", "type": "STRING"}, {"name": "value", "type": "INTEGER"}]},
            {"name": "counter", "type": "RECORD", "fields": [{"name": "clicks", "type": "INTEGER"}]},
            {"name": "addons", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "add_on_id", "type": "STRING"}]}]},
        {"name": "submission_timestamp", "type": "TIMESTAMP"},
        {"name": "additional_properties", "type": "STRING"}]"#;
    const SCHEMA: &str = r##"{"$schema": "http://json-schema.org/draft-06/schema#",
        "definitions": {"label": {"type": "integer"}}, "properties": {"unknown": {"type": "string"}, "metrics": {
        "type": "object", "allOf": [{"properties": {"labeled": {"propertyNames": {"maxLength": 9}, "additionalProperties": {"$ref": "#/definitions/label"}}}}],
        "properties": {"counter": {"additionalProperties": {"type": "integer"}}, "addons": {"items": {"properties": {"addOnId": {"type": "string"}}}}}}}}"##;

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
        let generic = node_of(&layout, &schema, layout.find("metrics.counter.clicks").unwrap()).unwrap();
        assert_eq!(schema.pointer(generic), "/properties/metrics/properties/counter/additionalProperties");
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
        assert_eq!(column("/metrics/{key}/{key}").as_deref(), Some("metrics"), "any of its columns");
        assert_eq!(column("/metrics/nothing").as_deref(), Some("additional_properties"));
        assert_eq!(column("/nothing").as_deref(), Some("additional_properties"));
        assert_eq!(column(""), None);
    }

    #[test]
    fn references_in_circles_end() {
        let text = r##"{"definitions": {"a": {"properties": {"metrics": {"$ref": "#/definitions/a"}}, "allOf": [{"$ref": "#/definitions/a"}]}}, "$ref": "#/definitions/a"}"##;
        let schema = Schema::parse("ns/a/a.1.schema.json", text.as_bytes().to_vec()).unwrap();
        let layout = Layout::parse(TABLE).unwrap();
        assert_eq!(node_of(&layout, &schema, layout.find("metrics.addons").unwrap()), None);
    }
}
