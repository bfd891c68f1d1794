//! The reader of `.bq` files: JSON nodes -> columns in pre-order, with what is odd about them.

use crate::document::{Children, Document, Kind, NodeId};
use crate::text;

use super::{Column, ColumnId, Mode};

/// Most sentences about oddities; a file that is wrong in every line should not fill the memory with complaints.
const MOST_ODDITIES: usize = 100;

/// Type names that BigQuery accepts, each with the canonical one.
const KINDS: [(&str, &str); 22] = [
    ("STRING", "STRING"),
    ("INT64", "INT64"),
    ("INTEGER", "INT64"),
    ("FLOAT64", "FLOAT64"),
    ("FLOAT", "FLOAT64"),
    ("BOOL", "BOOL"),
    ("BOOLEAN", "BOOL"),
    ("BYTES", "BYTES"),
    ("TIMESTAMP", "TIMESTAMP"),
    ("DATE", "DATE"),
    ("TIME", "TIME"),
    ("DATETIME", "DATETIME"),
    ("INTERVAL", "INTERVAL"),
    ("RANGE", "RANGE"),
    ("NUMERIC", "NUMERIC"),
    ("DECIMAL", "NUMERIC"),
    ("BIGNUMERIC", "BIGNUMERIC"),
    ("BIGDECIMAL", "BIGNUMERIC"),
    ("GEOGRAPHY", "GEOGRAPHY"),
    ("JSON", "JSON"),
    ("RECORD", "RECORD"),
    ("STRUCT", "RECORD"),
];

/// A name from the file for a sentence: in quotes, safe and short.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", text::clip_middle(&text::visible(name), 80))
}

/// Columns in pre-order and oddities, or why the text is no layout.
pub(super) fn columns(text: &[u8]) -> Result<(Vec<Column>, Vec<String>), String> {
    let document = Document::parse(text);
    if let Some(error) = document.error() {
        return Err(if text.trim_ascii().is_empty() { "the file is empty".to_owned() } else { format!("not JSON: {error}") });
    }
    let list =
        list_of_columns(&document).ok_or_else(|| format!("expected a list of columns, found {} at the top", document.kind(0).name()))?;
    let mut reader = Reader { document: &document, columns: Vec::with_capacity(document.len() / 5), oddities: Vec::new() };
    if document.trailing().is_some() {
        reader.odd("there is text after the list of columns; it is ignored".to_owned());
    }
    reader.run(list);
    Ok((reader.columns, reader.oddities))
}

/// The root itself, or what `bq show` prints around it: `{"schema": {"fields": […]}}`.
fn list_of_columns(document: &Document) -> Option<NodeId> {
    let is_list = |&id: &NodeId| document.kind(id) == Kind::Array;
    let root = document.member(0, "schema").unwrap_or(0);
    Some(root).filter(is_list).or_else(|| document.member(root, "fields").filter(is_list))
}

struct Reader<'a> {
    document: &'a Document,
    columns: Vec<Column>,
    oddities: Vec<String>,
}

/// The members of one column that count.
#[derive(Default)]
struct Members {
    name: Option<NodeId>,
    kind: Option<NodeId>,
    mode: Option<NodeId>,
    description: Option<NodeId>,
    fields: Option<NodeId>,
}

impl<'a> Reader<'a> {
    fn run(&mut self, list: NodeId) {
        let document = self.document;
        let mut open: Vec<(Children<'a>, Option<ColumnId>)> = vec![(document.children(list), None)];
        while let Some((rest, parent)) = open.last_mut() {
            let parent = *parent;
            let Some(node) = rest.next() else {
                self.close(parent);
                open.pop();
                continue;
            };
            if let Some(fields) = self.column(node, parent) {
                open.push((document.children(fields), Some(self.columns.len() as ColumnId - 1)));
            }
        }
    }

    fn close(&mut self, record: Option<ColumnId>) {
        let end = self.columns.len() as ColumnId;
        if let Some(column) = record.and_then(|id| self.columns.get_mut(id as usize)) {
            column.end = end;
        }
    }

    /// Adds one column; the answer is its list of columns, if it is a RECORD.
    fn column(&mut self, node: NodeId, parent: Option<ColumnId>) -> Option<NodeId> {
        let document = self.document;
        if document.kind(node) != Kind::Object {
            self.odd(format!(
                "a column is {} and no object, at byte {}; it is left out",
                document.kind(node).name(),
                document.span(node).start
            ));
            return None;
        }
        let members = self.members(node);
        let Some(name) = members.name.and_then(|id| document.string(id)) else {
            self.odd(format!("a column has no name, at byte {}; it is left out", document.span(node).start));
            return None;
        };
        let kind = self.kind(&name, members.kind);
        let mode = self.mode(&name, members.mode);
        let fields = members.fields.filter(|&id| document.kind(id) == Kind::Array);
        match (&*kind == "RECORD", fields.map_or(0, |id| document.count(id))) {
            (true, 0) => self.odd(format!("{} is a RECORD without columns", quote(&name))),
            (false, 1..) => self.odd(format!("{} has columns but is no RECORD; they are left out", quote(&name))),
            _ => {}
        }
        let end = self.columns.len() as ColumnId + 1;
        let depth = parent.map_or(0, |id| self.columns[id as usize].depth.saturating_add(1));
        let fields = fields.filter(|_| &*kind == "RECORD");
        let description = members.description.and_then(|id| document.string(id)).map(Box::from);
        self.columns.push(Column { name: name.into(), kind, mode, description, parent, end, depth });
        fields
    }

    fn members(&self, node: NodeId) -> Members {
        let mut members = Members::default();
        for id in self.document.children(node) {
            let member = match self.document.raw_key(id) {
                Some(b"name") => &mut members.name,
                Some(b"type") => &mut members.kind,
                Some(b"mode") => &mut members.mode,
                Some(b"description") => &mut members.description,
                Some(b"fields") => &mut members.fields,
                _ => continue,
            };
            *member = Some(id);
        }
        members
    }

    fn kind(&mut self, name: &str, node: Option<NodeId>) -> Box<str> {
        let Some(text) = node.and_then(|id| self.document.string(id)) else {
            self.odd(format!("{} has no type", quote(name)));
            return Box::from("");
        };
        if text == "STRUCT" {
            self.odd(format!("{} is a STRUCT; the pipeline loads only RECORD", quote(name)));
        }
        match KINDS.iter().find(|(known, _)| text.eq_ignore_ascii_case(known)) {
            Some((_, canonical)) => Box::from(*canonical),
            None => {
                self.odd(format!("{} has the unknown type {}", quote(name), quote(&text)));
                text.into()
            }
        }
    }

    fn mode(&mut self, name: &str, node: Option<NodeId>) -> Mode {
        let Some(node) = node else {
            return Mode::Nullable;
        };
        let text = self.document.string(node).unwrap_or_default();
        let known = [Mode::Nullable, Mode::Required, Mode::Repeated].into_iter().find(|mode| text.eq_ignore_ascii_case(mode.name()));
        known.unwrap_or_else(|| {
            self.odd(format!("{} has the unknown mode {}; it is taken as NULLABLE", quote(name), quote(&text)));
            Mode::Nullable
        })
    }

    fn odd(&mut self, sentence: String) {
        if self.oddities.len() < MOST_ODDITIES {
            self.oddities.push(sentence);
        }
    }
}
