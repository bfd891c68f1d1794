//! The trees that panes show, behind the one outline engine.
//!
//! Owns: documents as [`Tree`]s, every kind of tree behind one type, what a search sees of their lines.
//! Refuses: drawing, cursors.

use std::borrow::Cow;
use std::sync::Arc;

use super::column_tree::ColumnTree;
use super::group_tree::GroupTree;
use super::hit_tree::HitTree;
use super::table_tree::TableTree;
use crate::ground::fuzzy::Query;
use crate::ground::outline::Tree;
use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::schema::Schema;

impl Tree for Document {
    fn len(&self) -> usize {
        Document::len(self)
    }
    fn end(&self, item: usize) -> usize {
        Document::end(self, item as NodeId) as usize
    }
    fn parent(&self, item: usize) -> Option<usize> {
        Document::parent(self, item as NodeId).map(|parent| parent as usize)
    }
    fn depth(&self, item: usize) -> usize {
        Document::depth(self, item as NodeId)
    }
}

/// Something that can be searched, shared with a worker.
#[derive(Clone)]
pub enum Subject {
    /// Groups of rows.
    Groups(Arc<GroupTree>),
    /// A document, or the row that it becomes.
    Document(Arc<Document>),
    /// A schema.
    Schema(Arc<Schema>),
    /// The columns of a table, with the values that none of them takes.
    Columns(Arc<ColumnTree>),
    /// All tables.
    Tables(Arc<TableTree>),
    /// What a search over all tables found.
    Hits(Arc<HitTree>),
}

impl Tree for Subject {
    fn len(&self) -> usize {
        match self {
            Subject::Groups(tree) => tree.len(),
            Subject::Document(document) => Tree::len(document.as_ref()),
            Subject::Schema(schema) => Tree::len(&schema.document),
            Subject::Columns(tree) => tree.len(),
            Subject::Tables(tree) => tree.len(),
            Subject::Hits(tree) => tree.len(),
        }
    }
    fn end(&self, item: usize) -> usize {
        match self {
            Subject::Groups(tree) => tree.end(item),
            Subject::Document(document) => Tree::end(document.as_ref(), item),
            Subject::Schema(schema) => Tree::end(&schema.document, item),
            Subject::Columns(tree) => tree.end(item),
            Subject::Tables(tree) => tree.end(item),
            Subject::Hits(tree) => tree.end(item),
        }
    }
    fn parent(&self, item: usize) -> Option<usize> {
        match self {
            Subject::Groups(tree) => tree.parent(item),
            Subject::Document(document) => Tree::parent(document.as_ref(), item),
            Subject::Schema(schema) => Tree::parent(&schema.document, item),
            Subject::Columns(tree) => tree.parent(item),
            Subject::Tables(tree) => tree.parent(item),
            Subject::Hits(tree) => tree.parent(item),
        }
    }
    fn depth(&self, item: usize) -> usize {
        match self {
            Subject::Groups(tree) => tree.depth(item),
            Subject::Document(document) => Tree::depth(document.as_ref(), item),
            Subject::Schema(schema) => Tree::depth(&schema.document, item),
            Subject::Columns(tree) => tree.depth(item),
            Subject::Tables(tree) => tree.depth(item),
            Subject::Hits(tree) => tree.depth(item),
        }
    }
    fn id(&self, item: usize) -> u64 {
        match self {
            Subject::Groups(tree) => tree.id(item),
            Subject::Tables(tree) => tree.id(item),
            _ => item as u64,
        }
    }
    fn is_branch(&self, item: usize) -> bool {
        match self {
            Subject::Tables(tree) => tree.is_branch(item),
            _ => self.end(item) > item + 1,
        }
    }
}

/// How typed text is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextComparison {
    /// As it stands, case ignored unless a capital is typed.
    Plain,
    /// Letters in order, words in any order.
    Fuzzy,
}

/// Longest part of a value that a search looks at, in bytes.
const MOST_SEARCHED: usize = 64 << 10;

impl Subject {
    /// Lines that match, ascending; `None` where the work was called off.
    pub fn matches(&self, text: &str, comparison: TextComparison, cancelled: &dyn Fn() -> bool) -> Option<Vec<u32>> {
        let query = Query::new(text);
        let sensitive = text.chars().any(char::is_uppercase);
        let folded = text.to_lowercase();
        let test = |label: &str| match comparison {
            TextComparison::Fuzzy => query.matches(label),
            TextComparison::Plain if sensitive => label.contains(text),
            TextComparison::Plain => contains_folded(label, &folded),
        };
        let mut found = Vec::new();
        for item in 0..self.len() {
            if item % 4096 == 0 && cancelled() {
                return None;
            }
            if test(&self.search_text(item)) {
                found.push(item as u32);
            }
        }
        Some(found)
    }

    fn search_text(&self, item: usize) -> Cow<'_, str> {
        match self {
            Subject::Groups(tree) => tree.search_text(item).into(),
            Subject::Document(document) => line_text(document, item as NodeId),
            Subject::Schema(schema) => line_text(&schema.document, item as NodeId),
            Subject::Columns(tree) => tree.search_text(item),
            // Searched by their catalog.
            Subject::Tables(_) | Subject::Hits(_) => "".into(),
        }
    }
}

/// Key and scalar value of a line, as written.
fn line_text(document: &Document, node: NodeId) -> Cow<'_, str> {
    let start = document.member_span(node).start;
    let stop = if document.kind(node).is_container() { document.span(node).start } else { document.span(node).end };
    String::from_utf8_lossy(&document.text()[start..stop.max(start).min(start + MOST_SEARCHED)])
}

fn contains_folded(label: &str, folded: &str) -> bool {
    if label.is_ascii() && folded.is_ascii() {
        let (label, folded) = (label.as_bytes(), folded.as_bytes());
        return folded.is_empty() || label.windows(folded.len()).any(|window| window.eq_ignore_ascii_case(folded));
    }
    label.to_lowercase().contains(folded)
}
