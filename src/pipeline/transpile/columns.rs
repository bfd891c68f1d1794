//! Shapes as columns, and what has none.

use std::collections::BTreeMap;

use crate::ground::text::visible;
use crate::pipeline::document::NodeId;
use crate::pipeline::layout::{Column, ColumnId, Layout, Mode};
use crate::pipeline::schema::Schema;

use super::check::present;
use super::collapse::collapse;
use super::shape::{OpaqueWhy, Shape, Tag};
use super::{Lint, LintKind, TranspileStop};

/// Name of the only column where the root is no object.
const ROOT: &str = "root";

/// The columns of a schema's root, and the nodes that have none.
pub(super) fn columns(schema: &Schema, mut root: Tag) -> Result<(Layout, Vec<Lint>), TranspileStop> {
    let mut writer = ColumnWriter::new(schema);
    // Told apart before unions are collapsed: a union of maps gives its key and value columns.
    let is_list = matches!(root.shape, Shape::Array(_) | Shape::Map(_));
    if let Err(cause) = writer.write(ROOT, &mut root, None) {
        return Err(TranspileStop::new(
            schema,
            root.node,
            format!("the transpiler stops at a schema without any column: {}", cause.told(schema, root.node)),
        ));
    }
    let is_record = writer.columns.first().is_some_and(Column::is_record);
    let columns = if is_record && !is_list { opened(writer.columns) } else { writer.columns };
    Ok((Layout::from_columns(columns), writer.dropped))
}

/// The columns of the members that the root names, and the nodes that have none.
pub(super) fn members(schema: &Schema, mut root: Tag) -> (Layout, Vec<Lint>) {
    let mut writer = ColumnWriter::new(schema);
    collapse(&mut root);
    if let Shape::Object(members) = &mut root.shape {
        // That none of them has a column is said of each.
        let _ = writer.members(root.node, members, None);
    }
    (Layout::from_columns(writer.columns), writer.dropped)
}

/// The columns of the first one, without it.
fn opened(columns: Vec<Column>) -> Vec<Column> {
    let up = |column: Column| {
        let parent = column.parent.and_then(|parent| parent.checked_sub(1));
        Column { parent, end: column.end.saturating_sub(1), depth: column.depth.saturating_sub(1), ..column }
    };
    columns.into_iter().skip(1).map(up).collect()
}

/// The expression for paths of columns that hold JSON, which Glean's schemas give.
fn object_paths(schema: &Schema) -> Option<String> {
    schema.keyword_text(schema.keyword(0, "mozPipelineMetadata")?, "json_object_path_regex")
}

/// Why a node has no column.
struct DropCause {
    /// Where the reason is: the node itself or one in it.
    node: NodeId,
    why: String,
    /// Whether it is the reason of the first of several properties, of which none has a column.
    is_first: bool,
}

impl DropCause {
    /// The reason in words, with its place where that is another than the node that is lost.
    fn told(&self, schema: &Schema, lost: NodeId) -> String {
        let all = if self.is_first { "none of its properties has one; of the first, " } else { "" };
        let place = if self.node == lost { String::new() } else { format!(" (at {})", visible(&schema.pointer(self.node))) };
        format!("{all}{}{place}", self.why)
    }
}

struct ColumnWriter<'a> {
    schema: &'a Schema,
    object_paths: Option<String>,
    /// Names of the open columns.
    path: Vec<String>,
    columns: Vec<Column>,
    dropped: Vec<Lint>,
}

impl<'a> ColumnWriter<'a> {
    fn new(schema: &'a Schema) -> Self {
        ColumnWriter { schema, object_paths: object_paths(schema), path: Vec::new(), columns: Vec::new(), dropped: Vec::new() }
    }

    /// Writes one column with all in it, or nothing.
    fn column(&mut self, name: &str, tag: &mut Tag, parent: Option<ColumnId>) -> Result<(), DropCause> {
        let (columns, dropped) = (self.columns.len(), self.dropped.len());
        self.path.push(name.to_owned());
        let written = self.write(name, tag, parent);
        self.path.pop();
        if written.is_err() {
            // What is lost in a lost subtree is lost once.
            self.columns.truncate(columns);
            self.dropped.truncate(dropped);
        }
        written
    }

    fn write(&mut self, name: &str, tag: &mut Tag, parent: Option<ColumnId>) -> Result<(), DropCause> {
        // Each level of the way down collapses what is left of the unions below it.
        collapse(tag);
        let id = self.columns.len() as ColumnId;
        let mode = if matches!(tag.shape, Shape::Array(_) | Shape::Map(_)) { Mode::Repeated } else { Mode::Nullable };
        let depth = parent.and_then(|parent| self.columns.get(parent as usize)).map_or(0, |parent| parent.depth.saturating_add(1));
        let description = tag.description.clone();
        self.columns.push(Column {
            name: name.into(),
            kind: "RECORD".into(),
            mode,
            description,
            policy_tags: Box::default(),
            extras: None,
            parent,
            end: id + 1,
            depth,
        });
        if self.is_json() {
            self.finish(id, "JSON", Mode::Nullable);
            return Ok(());
        }
        let kind = self.inside(tag, id)?;
        self.finish(id, kind, mode);
        Ok(())
    }

    fn finish(&mut self, id: ColumnId, kind: &str, mode: Mode) {
        let end = self.columns.len() as ColumnId;
        if let Some(column) = self.columns.get_mut(id as usize) {
            (column.kind, column.mode, column.end) = (kind.into(), mode, end);
        }
    }

    fn is_json(&self) -> bool {
        // The root has no path, whatever the expression finds in nothing.
        let pattern = self.object_paths.as_ref().filter(|_| !self.path.is_empty());
        pattern.is_some_and(|pattern| self.schema.pattern_found(pattern, &self.path.join(".")))
    }

    /// Writes the columns inside a column; the answer is its type.
    fn inside(&mut self, tag: &mut Tag, id: ColumnId) -> Result<&'static str, DropCause> {
        match &mut tag.shape {
            Shape::Atom(atom) => return Ok(atom.kind()),
            Shape::Object(members) => self.members(tag.node, members, Some(id))?,
            Shape::Map(value) => self.map(value, Some(id))?,
            Shape::Tuple(items) => self.tuple(items, Some(id))?,
            Shape::Array(items) if matches!(items.shape, Shape::Array(_)) => self.column("list", items, Some(id))?,
            Shape::Array(items) => {
                collapse(items);
                // The elements' own mode is lost, so an array of maps looks like a map.
                return self.inside(items, id);
            }
            Shape::Null | Shape::Opaque(_) | Shape::Union(_) => return Err(self.untyped(tag)),
        }
        Ok("RECORD")
    }

    /// The columns of a record: members without one are left out, if any other has one.
    fn members(&mut self, node: NodeId, members: &mut BTreeMap<String, Tag>, parent: Option<ColumnId>) -> Result<(), DropCause> {
        let (before, mut first) = (self.columns.len(), None);
        for (name, tag) in members {
            if let Err(cause) = self.column(name, tag, parent) {
                self.drop(tag.node, &cause);
                first.get_or_insert(cause);
            }
        }
        if self.columns.len() > before {
            return Ok(());
        }
        let empty = || DropCause { node, why: "it has no properties".to_owned(), is_first: false };
        Err(first.map_or_else(empty, |first| DropCause { is_first: true, ..first }))
    }

    fn map(&mut self, value: &mut Tag, parent: Option<ColumnId>) -> Result<(), DropCause> {
        let key = &mut Tag::new(Shape::Atom(super::shape::Atom::String), value.node);
        self.column("key", key, parent)?;
        self.column("value", value, parent)
    }

    /// The columns of a tuple, by name: the eleventh comes before the third.
    fn tuple(&mut self, items: &mut [Tag], parent: Option<ColumnId>) -> Result<(), DropCause> {
        let mut named: Vec<(String, &mut Tag)> = items.iter_mut().enumerate().map(|(i, item)| (format!("f{i}_"), item)).collect();
        named.sort_by(|a, b| a.0.cmp(&b.0));
        named.into_iter().try_for_each(|(name, item)| self.column(&name, item, parent))
    }

    fn drop(&mut self, node: NodeId, cause: &DropCause) {
        let sentence = format!("no column, because {}", cause.told(self.schema, node));
        self.dropped.push(Lint::new(self.schema, LintKind::Dropped, node, sentence));
    }

    /// Why a node has no type.
    fn untyped(&self, tag: &Tag) -> DropCause {
        let has = |name: &&str| present(self.schema, tag.node, name).is_some();
        let why = match tag.shape {
            Shape::Null => "it is never anything but null".to_owned(),
            Shape::Opaque(OpaqueWhy::Mixed) => "its types have none in common".to_owned(),
            Shape::Union(_) => "it is a choice with a single branch, which the transpiler does not open at the root".to_owned(),
            _ if has(&"type") => "it is an object that names neither properties nor a schema for its values".to_owned(),
            _ => match ["$ref", "anyOf", "allOf", "not", "enum", "const"].iter().find(|name| has(name)) {
                Some(name) => format!("it has no type, and the transpiler does not read {name}"),
                None => "it has no type".to_owned(),
            },
        };
        DropCause { node: tag.node, why, is_first: false }
    }
}
