//! Which columns of a table a map speaks of, and what is read of them.
//!
//! Owns: members of RECORDs alone, elements of a list of failures with no more members than are asked for, the column of times, what a map says that the table
//! does not have: told before anything costs. Refuses: statements (statement), what is inside of JSON and texts, of which all is read (foreign).

use crate::ground::sql::identifier;
use crate::rows::foreign::map::{FieldMap, FieldSource, MapField, lacking, of_wrong_kind};
use crate::rows::source::bigquery::answer::Field;
use crate::rows::source::bigquery::error::Error;
use crate::rows::source::bigquery::table::SourceTable;

/// What a row is called in the statements.
pub(super) const ROW: &str = "the_row";

/// A column, and what of it is read.
#[derive(Debug, Clone)]
struct Node {
    field: Field,
    read: Read,
}

#[derive(Debug, Clone)]
enum Read {
    /// All of it.
    Whole,
    /// Bytes, as their text where they are one.
    Text,
    /// Members of a RECORD.
    Members(Vec<Node>),
    /// Members of each of several RECORDs.
    Each(Vec<Node>),
}

/// How a column of times is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimeColumn {
    /// The expression.
    pub(super) sql: String,
    pub(super) kind: TimeKind,
}

/// What a time is told as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeKind {
    Timestamp,
    Datetime,
    Date,
    /// A text, which may be none.
    Text,
}

/// What of a table is read.
#[derive(Debug, Clone)]
pub(super) struct MappedTable {
    pub(super) table: SourceTable,
    /// What groups are made of: a STRUCT.
    pub(super) told: String,
    /// The same with the document.
    pub(super) needed: String,
    /// All columns.
    pub(super) whole: String,
    /// The column of times, where a window of them can be asked for.
    pub(super) time: Option<TimeColumn>,
}

/// Fields that are members of each failure where there is a list of them.
const OF_FAILURES: [MapField; 4] = [MapField::Message, MapField::Pointer, MapField::Keyword, MapField::Class];
/// Fields that have to be texts.
const TEXTS: [MapField; 6] = [MapField::Namespace, MapField::Doctype, MapField::Version, MapField::Keyword, MapField::Job, MapField::Stage];

impl MappedTable {
    /// Finds out what a map means in a table.
    ///
    /// # Errors
    /// It names what the table does not have, or what is of another kind.
    pub(super) fn of(table: SourceTable, map: &FieldMap) -> Result<Self, Error> {
        let name = table.name.as_ref().map(ToString::to_string).unwrap_or_default();
        let told = |reason: String| Error::Input(format!("{name}: {reason}"));
        let all = &table.schema.fields;
        let members = || {
            map.fields.iter().filter_map(|(field, source)| match source {
                FieldSource::Member(path) => Some((*field, path.as_str())),
                FieldSource::Fixed(_) => None,
            })
        };
        let lacks = |field: MapField, path: &str, of: &[Field]| {
            let names: Vec<&str> = of.iter().map(|field| field.name.as_str()).collect();
            told(lacking(field, path, &names))
        };
        let (mut nodes, mut elements) = (Vec::new(), None);
        if let Some((_, path)) = members().find(|(field, _)| *field == MapField::Failures) {
            let list = add(&mut nodes, all, path).ok_or_else(|| lacks(MapField::Failures, path, all))?;
            elements = list.filter(|list| list.is_repeated() && is_record(list)).map(|list| (path, list.fields, Vec::new()));
        }
        for (field, path) in members().filter(|(field, _)| !matches!(field, MapField::Failures | MapField::Payload)) {
            let inside = elements.as_mut().filter(|_| OF_FAILURES.contains(&field));
            let is_inside = inside.is_some_and(|(_, fields, nodes)| add(nodes, fields, path).is_some());
            // Without a list of known members nobody knows what each failure has.
            let may_be_inside = elements.is_none() && map.fields.contains_key(&MapField::Failures) && OF_FAILURES.contains(&field);
            match add(&mut nodes, all, path) {
                Some(Some(found)) if TEXTS.contains(&field) && (is_record(&found) || found.is_repeated()) => {
                    let kind = if found.is_repeated() { "a list" } else { "an object" };
                    return Err(told(of_wrong_kind(field, path, kind)));
                }
                Some(_) => {}
                None if is_inside || may_be_inside => {}
                None => {
                    let of = elements.as_ref().filter(|_| OF_FAILURES.contains(&field)).map_or(all, |(_, fields, _)| fields);
                    return Err(lacks(field, path, of));
                }
            }
        }
        // Whoever asks for one of the list by its number has all of it.
        let by_number = |list: &str| members().any(|(_, path)| path.strip_prefix(list).is_some_and(|rest| rest.starts_with('.')));
        if let Some((path, _, inside)) = elements
            && !inside.is_empty()
            && !by_number(path)
        {
            set(&mut nodes, path, Read::Each(inside));
        }
        let mut needed = nodes.clone();
        let mut whole: Vec<Node> = all.iter().map(|field| Node { field: field.clone(), read: Read::Whole }).collect();
        if let Some((_, path)) = members().find(|(field, _)| *field == MapField::Payload) {
            add(&mut needed, all, path).ok_or_else(|| lacks(MapField::Payload, path, all))?;
        }
        for (_, path) in members() {
            spell_out(&mut whole, path);
        }
        if needed.is_empty() {
            return Err(told("the map names none of its columns".to_owned()));
        }
        // A map may say of nothing but the document what it is; then all rows are alike.
        let told =
            if nodes.is_empty() { format!("STRUCT(CAST(NULL AS STRING) AS {})", identifier("none")) } else { structure(&nodes, ROW) };
        let time = members().find(|(field, _)| *field == MapField::Time).and_then(|(_, path)| time_column(all, path, ROW));
        Ok(MappedTable { told, needed: structure(&needed, ROW), whole: structure(&whole, ROW), time, table })
    }

    /// Its full name.
    pub(super) fn name(&self) -> String {
        self.table.name.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}

fn is_record(field: &Field) -> bool {
    matches!(field.r#type.as_str(), "RECORD" | "STRUCT")
}

/// Whether something may be inside that the table does not tell of.
fn holds_json(field: &Field) -> bool {
    matches!(field.r#type.as_str(), "JSON" | "STRING")
}

fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)))
}

/// Adds the column at a path. Inside is the column that the path ends at, where it does not go into a list or a text. `None` where there is no such column.
fn add(nodes: &mut Vec<Node>, fields: &[Field], path: &str) -> Option<Option<Field>> {
    let (first, rest) = split(path);
    let field = fields.iter().find(|field| field.name == first)?;
    let is_inside = rest.is_some() && is_record(field) && !field.is_repeated();
    // An element of a list is meant by its number.
    let is_numbered = rest.is_some_and(|rest| field.is_repeated() && split(rest).0.parse::<usize>().is_ok());
    if rest.is_some() && !is_inside && !is_numbered && (field.is_repeated() || !holds_json(field)) {
        return None;
    }
    let at = nodes.iter().position(|node| node.field.name == first).unwrap_or_else(|| {
        nodes.push(Node { field: field.clone(), read: Read::Members(Vec::new()) });
        nodes.len() - 1
    });
    let node = nodes.get_mut(at)?;
    match rest.filter(|_| is_inside) {
        Some(rest) => {
            let mut inside = Vec::new();
            let members = if let Read::Members(members) = &mut node.read { members } else { &mut inside };
            let found = add(members, &field.fields, rest);
            if found.is_none() && matches!(&node.read, Read::Members(members) if members.is_empty()) {
                nodes.remove(at);
            }
            found
        }
        None => {
            let is_bytes = field.r#type == "BYTES" && !field.is_repeated();
            node.read = if is_bytes { Read::Text } else { Read::Whole };
            Some(rest.is_none().then(|| field.clone()))
        }
    }
}

/// Says of the column at a path what of it is read.
fn set(nodes: &mut [Node], path: &str, read: Read) {
    let (first, rest) = split(path);
    let Some(node) = nodes.iter_mut().find(|node| node.field.name == first) else { return };
    match (rest, &mut node.read) {
        (Some(rest), Read::Members(members)) => set(members, rest, read),
        (None, _) => node.read = read,
        (Some(_), _) => {}
    }
}

/// Makes bytes at a path a text, and the RECORDs on the way to them their members.
fn spell_out(nodes: &mut [Node], path: &str) {
    let (first, rest) = split(path);
    let Some(node) = nodes.iter_mut().find(|node| node.field.name == first && !node.field.is_repeated()) else { return };
    match rest {
        None if node.field.r#type == "BYTES" => node.read = Read::Text,
        Some(rest) if is_record(&node.field) => {
            if matches!(node.read, Read::Whole) {
                node.read = Read::Members(node.field.fields.iter().map(|field| Node { field: field.clone(), read: Read::Whole }).collect());
            }
            if let Read::Members(members) = &mut node.read {
                spell_out(members, rest);
            }
        }
        _ => {}
    }
}

/// The column of times, where a window can be asked of it.
fn time_column(fields: &[Field], path: &str, around: &str) -> Option<TimeColumn> {
    let (first, rest) = split(path);
    let field = fields.iter().find(|field| field.name == first && !field.is_repeated())?;
    let sql = format!("{around}.{}", identifier(&field.name));
    if let Some(rest) = rest {
        return is_record(field).then(|| time_column(&field.fields, rest, &sql)).flatten();
    }
    let kind = match field.r#type.as_str() {
        "TIMESTAMP" => TimeKind::Timestamp,
        "DATETIME" => TimeKind::Datetime,
        "DATE" => TimeKind::Date,
        "STRING" => TimeKind::Text,
        _ => return None,
    };
    Some(TimeColumn { sql, kind })
}

/// Columns as members of a STRUCT under their own names.
fn structure(nodes: &[Node], around: &str) -> String {
    format!("STRUCT({})", members(nodes, around))
}

fn members(nodes: &[Node], around: &str) -> String {
    let one = |node: &Node| {
        let (name, own) = (identifier(&node.field.name), format!("{around}.{}", identifier(&node.field.name)));
        match &node.read {
            Read::Whole => format!("{own} AS {name}"),
            Read::Text => format!("IFNULL(SAFE_CAST({own} AS STRING), TO_BASE64({own})) AS {name}"),
            Read::Members(inside) => format!("{} AS {name}", structure(inside, &own)),
            Read::Each(inside) => format!(
                "ARRAY(SELECT AS STRUCT {} FROM UNNEST({own}) AS failure WITH OFFSET AS turn ORDER BY turn) AS {name}",
                members(inside, "failure")
            ),
        }
    };
    nodes.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::rows::source::bigquery::answer::AnswerSchema;
    use crate::rows::source::bigquery::name::TableName;

    const FIELDS: &str = r#"{"fields":[
        {"name":"who","type":"RECORD","fields":[{"name":"app","type":"STRING"},{"name":"order","type":"STRING"},{"name":"raw","type":"BYTES"}]},
        {"name":"problems","type":"RECORD","mode":"REPEATED","fields":[{"name":"at","type":"STRING"},{"name":"text","type":"STRING"},{"name":"long","type":"STRING"}]},
        {"name":"data","type":"JSON"},{"name":"tags","type":"STRING","mode":"REPEATED"},{"name":"n","type":"INTEGER"},{"name":"day","type":"DATE"}]}"#;

    fn of(fields: &[(MapField, &str)]) -> Result<MappedTable, String> {
        let schema: AnswerSchema = serde_json::from_str(FIELDS).unwrap();
        let table = SourceTable { name: TableName::parse("a.b.c", None).ok(), kind: "TABLE".into(), schema, ..SourceTable::default() };
        let fields: BTreeMap<_, _> = fields.iter().map(|(field, path)| (*field, FieldSource::Member((*path).to_owned()))).collect();
        MappedTable::of(table, &FieldMap { fields, ..FieldMap::default() }).map_err(|error| error.to_string())
    }

    #[test]
    fn no_more_is_read_than_is_named() {
        let table = of(&[
            (MapField::Namespace, "who.order"),
            (MapField::Doctype, "data.kind"),
            (MapField::Failures, "problems"),
            (MapField::Message, "text"),
            (MapField::Pointer, "at"),
            (MapField::Payload, "who.raw"),
            (MapField::Time, "day"),
        ])
        .unwrap();
        assert_eq!(
            table.told,
            "STRUCT(ARRAY(SELECT AS STRUCT failure.text AS text, failure.`at` AS `at` FROM UNNEST(the_row.problems) AS failure WITH OFFSET AS turn \
             ORDER BY turn) AS problems, STRUCT(the_row.who.`order` AS `order`) AS who, the_row.data AS data, the_row.day AS day)"
        );
        let raw = "IFNULL(SAFE_CAST(the_row.who.raw AS STRING), TO_BASE64(the_row.who.raw)) AS raw";
        assert!(table.needed.contains(&format!("the_row.who.`order` AS `order`, {raw}")), "{}", table.needed);
        assert!(table.whole.contains(raw) && table.whole.contains("the_row.tags AS tags"), "{}", table.whole);
        assert_eq!(table.time, Some(TimeColumn { sql: "the_row.day".to_owned(), kind: TimeKind::Date }));
        let numbered = of(&[(MapField::Failures, "problems"), (MapField::Message, "text"), (MapField::Stage, "problems.0.at")]).unwrap();
        assert_eq!(numbered.told, "STRUCT(the_row.problems AS problems)");
    }

    #[test]
    fn what_the_table_does_not_have_is_told_before_anything_costs() {
        for (fields, says) in [
            (
                &[(MapField::Message, "nix")][..],
                "a.b.c: the map says that message is the member nix, and there is none here, but who, problems, data",
            ),
            (&[(MapField::Message, "who.nix")], "message is the member who.nix"),
            (&[(MapField::Message, "n.nix")], "message is the member n.nix"),
            (&[(MapField::Message, "problems.text")], "message is the member problems.text"),
            (
                &[(MapField::Failures, "problems"), (MapField::Message, "nix")],
                "message is the member nix, and there is none here, but at, text, long",
            ),
            (&[(MapField::Message, "data"), (MapField::Namespace, "who")], "the map's namespace, who, is an object here, not a text"),
            (&[(MapField::Message, "data"), (MapField::Doctype, "tags")], "the map's doctype, tags, is a list here, not a text"),
        ] {
            let told = of(fields).unwrap_err();
            assert!(told.contains(says), "{fields:?}: {told}");
        }
        for fields in [
            &[(MapField::Message, "data.a.b")][..],
            &[(MapField::Failures, "data.list"), (MapField::Message, "text")],
            &[(MapField::Message, "problems.0.text")],
        ] {
            assert!(of(fields).is_ok(), "{fields:?}");
        }
    }
}
