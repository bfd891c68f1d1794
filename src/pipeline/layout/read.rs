//! The reader of `.bq` files: JSON nodes -> columns in pre-order, with what is odd about them.
//!
//! Owns: the members of a column and what stands in for those that are missing or of the wrong kind.
//! Refuses: what columns show by themselves (oddities).

use std::sync::Arc;

use crate::ground::text::visible;
use crate::pipeline::document::{Children, Document, Kind, NodeId};

use super::builder::LayoutBuilder;
use super::extras::ColumnExtras;
use super::oddities::{Oddities, quote};
use super::{Mode, Type};

/// Columns in pre-order and what is odd in the text, or why the text is no layout; of a text with several tables those of the one that is named.
pub(super) fn columns(text: Arc<[u8]>, table: Option<&str>) -> Result<(LayoutBuilder, Oddities), String> {
    let document = Document::parse(text);
    let text = document.text();
    if document.error().is_some() || list_of_columns(&document).is_none() {
        // Once: what is inside is no such text again.
        if let Some(inner) = super::wrapped::schema_in(text, table)? {
            return columns_of(&Document::parse(inner.text.as_bytes())).map_err(|reason| format!("{}{reason}", inner.place));
        }
    }
    if text.trim_ascii().is_empty() {
        return Err("the file is empty".to_owned());
    }
    let read = columns_of(&document)?;
    match table {
        Some(table) => Err(format!("is one table, which has no name: leave out #{}", visible(table))),
        None => Ok(read),
    }
}

fn columns_of(document: &Document) -> Result<(LayoutBuilder, Oddities), String> {
    if let Some(error) = document.error() {
        return Err(format!("not JSON: {error}"));
    }
    let list = list_of_columns(document)
        .ok_or_else(|| format!("expected a list of columns, found {} at the top", document.kind(0).with_article()))?;
    let mut reader =
        LayoutReader { document, builder: LayoutBuilder::with_capacity(document.len() / 5), open: Vec::new(), odd: Oddities::default() };
    if document.trailing().is_some() {
        reader.odd.add(|| "there is text after the list of columns; it is ignored".to_owned());
    }
    reader.run(list);
    Ok((reader.builder, reader.odd))
}

/// The root itself, or what `bq show` prints around it: `{"schema": {"fields": […]}}`.
fn list_of_columns(document: &Document) -> Option<NodeId> {
    let is_list = |&id: &NodeId| document.kind(id) == Kind::Array;
    let root = document.member(0, "schema").unwrap_or(0);
    Some(root).filter(is_list).or_else(|| document.member(root, "fields").filter(is_list))
}

struct LayoutReader<'a> {
    document: &'a Document,
    builder: LayoutBuilder,
    /// What is left of the lists of columns that are being read, outermost first.
    open: Vec<Children<'a>>,
    odd: Oddities,
}

/// The members of one column that count.
#[derive(Default)]
struct ColumnMembers {
    name: Option<NodeId>,
    kind: Option<NodeId>,
    mode: Option<NodeId>,
    description: Option<NodeId>,
    policy_tags: Option<NodeId>,
    fields: Option<NodeId>,
    /// `maxLength`, `precision`, `scale`, `defaultValueExpression`, `rangeElementType`.
    extras: [Option<NodeId>; 5],
    /// The first member that is none of these.
    other: Option<NodeId>,
}

impl LayoutReader<'_> {
    fn run(&mut self, list: NodeId) {
        self.open.push(self.document.children(list));
        while let Some(rest) = self.open.last_mut() {
            let Some(node) = rest.next() else {
                self.open.pop();
                self.builder.close();
                continue;
            };
            if let Some(fields) = self.column(node) {
                self.builder.open();
                self.open.push(self.document.children(fields));
            }
        }
    }

    /// Adds one column; the answer is its list of columns, if it is a RECORD.
    fn column(&mut self, node: NodeId) -> Option<NodeId> {
        let document = self.document;
        if document.kind(node) != Kind::Object {
            self.odd.add(|| {
                format!(
                    "{} must be an object, found {}; it is left out",
                    nth(document, &self.builder, node),
                    document.kind(node).with_article()
                )
            });
            return None;
        }
        let members = self.members(node);
        let Some(name) = members.name.and_then(|id| document.string(id)) else {
            self.odd.refuse(|| format!("{} has no name; it is left out", nth(document, &self.builder, node)));
            return None;
        };
        let kind = self.kind(&name, members.kind);
        let mode = self.mode(&name, members.mode);
        let fields = self.fields(&name, &kind, members.fields);
        if let Some(other) = members.other.and_then(|id| document.key(id)) {
            self.odd.add(|| format!("{} has the member {}, which is ignored", path(&self.builder, &name), quote(&other)));
        }
        let column = self.builder.add(&name, kind, mode);
        column.description = members.description.and_then(|id| document.string(id)).map(Arc::from);
        column.policy_tags = members.policy_tags.map(|id| policy_tags(document, id)).unwrap_or_default();
        column.extras = extras(document, members.extras);
        fields
    }

    fn members(&self, node: NodeId) -> ColumnMembers {
        let mut members = ColumnMembers::default();
        for id in self.document.children(node) {
            let key = self.document.raw_key(id).unwrap_or_default();
            // Only a key with escapes in it has to be spelled out, and hardly any has.
            let spelled = if key.contains(&b'\\') { self.document.key(id).map(|key| key.into_owned().into_bytes()) } else { None };
            let member = match spelled.as_deref().unwrap_or(key) {
                b"name" => &mut members.name,
                b"type" => &mut members.kind,
                b"mode" => &mut members.mode,
                b"description" => &mut members.description,
                b"policyTags" => &mut members.policy_tags,
                b"fields" => &mut members.fields,
                b"maxLength" => &mut members.extras[0],
                b"precision" => &mut members.extras[1],
                b"scale" => &mut members.extras[2],
                b"defaultValueExpression" => &mut members.extras[3],
                b"rangeElementType" => &mut members.extras[4],
                _ => &mut members.other,
            };
            *member = Some(id);
        }
        members
    }

    fn kind(&mut self, name: &str, node: Option<NodeId>) -> Type {
        let Some(text) = node.and_then(|id| self.document.string(id)) else {
            self.odd.refuse(|| format!("{} has no type", path(&self.builder, name)));
            return Type::from("");
        };
        let kind = Type::from(&*text);
        if kind.spelling() == "STRUCT" {
            self.odd.add(|| format!("{} is a STRUCT; the pipeline loads only RECORD", path(&self.builder, name)));
        } else if !kind.is_known() {
            self.odd.refuse(|| format!("{} has the unknown type {}", path(&self.builder, name), quote(&text)));
        }
        kind
    }

    fn mode(&mut self, name: &str, node: Option<NodeId>) -> Mode {
        let Some(node) = node else {
            return Mode::Nullable;
        };
        let text = self.document.string(node).unwrap_or_default();
        let known = [Mode::Nullable, Mode::Required, Mode::Repeated].into_iter().find(|mode| text.eq_ignore_ascii_case(mode.name()));
        known.unwrap_or_else(|| {
            self.odd.refuse(|| format!("{} has the unknown mode {}; it is taken as NULLABLE", path(&self.builder, name), quote(&text)));
            Mode::Nullable
        })
    }

    /// The columns of a RECORD, if there are any.
    fn fields(&mut self, name: &str, kind: &Type, node: Option<NodeId>) -> Option<NodeId> {
        let node = node?;
        let (found, count) = (self.document.kind(node), self.document.count(node));
        if found != Kind::Array {
            self.odd.add(|| {
                format!("the fields of {} must be a list, found {}; they are left out", path(&self.builder, name), found.with_article())
            });
            return None;
        }
        if &**kind != "RECORD" && count > 0 {
            self.odd.add(|| format!("{} has columns but is not a RECORD; they are left out", path(&self.builder, name)));
        }
        (&**kind == "RECORD").then_some(node)
    }
}

/// Bounds of the type and the default value: numbers are texts where BigQuery tells them.
fn extras(document: &Document, members: [Option<NodeId>; 5]) -> Option<Box<ColumnExtras>> {
    if members.iter().all(Option::is_none) {
        return None;
    }
    let [max_length, precision, scale, default, range] = members;
    let number = |node: Option<NodeId>| {
        let node = node?;
        let text = document.string(node).map_or_else(|| String::from_utf8_lossy(document.raw(node)).into_owned(), |text| text.into_owned());
        text.trim().parse::<u64>().ok()
    };
    let default_value = default.and_then(|id| document.string(id)).map(Box::from);
    // `{"type": "DATE"}`, as BigQuery tells it.
    let element = range.and_then(|id| document.string(document.member(id, "type").unwrap_or(id)));
    let range_element = element.map(|text| Box::from(&*Type::from(&*text.to_ascii_uppercase())));
    let (max_length, precision, scale) = (number(max_length), number(precision), number(scale));
    let found = ColumnExtras { max_length, precision, scale, range_element, default_value };
    (found != ColumnExtras::default()).then(|| Box::new(found))
}

/// The names in `{"policyTags": {"names": […]}}`.
fn policy_tags(document: &Document, node: NodeId) -> Box<[Box<str>]> {
    let names = document.member(node, "names").into_iter().flat_map(|list| document.children(list));
    names.filter_map(|id| document.string(id)).map(Box::from).collect()
}

/// A column by its place, for want of a name: `column 3 of "a.b"`.
fn nth(document: &Document, builder: &LayoutBuilder, node: NodeId) -> String {
    let record = builder.place().collect::<Vec<_>>().join(".");
    let table = if record.is_empty() { "the table".to_owned() } else { quote(&record) };
    format!("column {} of {table}", document.index(node) + 1)
}

/// A column by its path.
fn path(builder: &LayoutBuilder, name: &str) -> String {
    quote(&builder.place().chain([name]).collect::<Vec<_>>().join("."))
}
