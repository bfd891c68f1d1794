//! The trees that panes show, behind the one outline engine.
//!
//! Owns: documents as [`Tree`]s, every kind of tree behind one type, which of their lines a search finds.
//! Refuses: drawing, cursors.

use std::sync::Arc;

use super::column_tree::ColumnTree;
use super::deploy_tree::DeployTree;
use super::group_tree::GroupTree;
use super::hit_tree::HitTree;
use super::json_line::{self, PREVIEW};
use super::loss_tree::LossTree;
use super::matches::{MatchCount, Matches};
use super::overview_tree::OverviewTree;
use super::table_tree::TableTree;
use crate::ground::outline::Tree;
use crate::ground::sought::{Closeness, Sighting, Sought};
use crate::ground::text;
use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::layout::{ColumnId, Layout};
use crate::pipeline::schema::Schema;
use crate::triage::case::Case;

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

impl Tree for Layout {
    fn len(&self) -> usize {
        self.columns.len()
    }
    fn end(&self, item: usize) -> usize {
        self.columns[item].end as usize
    }
    fn parent(&self, item: usize) -> Option<usize> {
        self.columns[item].parent.map(|parent| parent as usize)
    }
    fn depth(&self, item: usize) -> usize {
        usize::from(self.columns[item].depth)
    }
}

/// Something that can be searched, shared with a worker.
#[derive(Clone)]
pub enum Subject {
    /// Groups of rows.
    Groups(Arc<GroupTree>),
    /// A document, with the case that it is of; or the row that it becomes.
    Document(Arc<Document>, Option<Arc<Case>>),
    /// A schema.
    Schema(Arc<Schema>),
    /// The columns of a table, with the values that none of them takes.
    Columns(Arc<ColumnTree>),
    /// All tables.
    Tables(Arc<TableTree>),
    /// What a search over all tables found.
    Hits(Arc<HitTree>),
    /// What a deploy would refuse, or what its log says.
    Deploy(Arc<DeployTree>),
    /// The columns of a table.
    Layout(Arc<Layout>),
    /// What documents that pass lose.
    Losses(Arc<LossTree>),
    /// Namespaces at a glance.
    Overview(Arc<OverviewTree>),
}

impl Tree for Subject {
    fn len(&self) -> usize {
        match self {
            Subject::Groups(tree) => tree.len(),
            Subject::Document(document, _) => Tree::len(document.as_ref()),
            Subject::Schema(schema) => Tree::len(&schema.document),
            Subject::Columns(tree) => tree.len(),
            Subject::Tables(tree) => tree.len(),
            Subject::Hits(tree) => tree.len(),
            Subject::Deploy(tree) => tree.len(),
            Subject::Overview(tree) => tree.len(),
            Subject::Losses(tree) => tree.len(),
            Subject::Layout(layout) => Tree::len(layout.as_ref()),
        }
    }
    fn end(&self, item: usize) -> usize {
        match self {
            Subject::Groups(tree) => tree.end(item),
            Subject::Document(document, _) => Tree::end(document.as_ref(), item),
            Subject::Schema(schema) => Tree::end(&schema.document, item),
            Subject::Columns(tree) => tree.end(item),
            Subject::Tables(tree) => tree.end(item),
            Subject::Hits(tree) => tree.end(item),
            Subject::Deploy(tree) => tree.end(item),
            Subject::Overview(tree) => tree.end(item),
            Subject::Losses(tree) => tree.end(item),
            Subject::Layout(layout) => Tree::end(layout.as_ref(), item),
        }
    }
    fn parent(&self, item: usize) -> Option<usize> {
        match self {
            Subject::Groups(tree) => tree.parent(item),
            Subject::Document(document, _) => Tree::parent(document.as_ref(), item),
            Subject::Schema(schema) => Tree::parent(&schema.document, item),
            Subject::Columns(tree) => tree.parent(item),
            Subject::Tables(tree) => tree.parent(item),
            Subject::Hits(tree) => tree.parent(item),
            Subject::Deploy(tree) => tree.parent(item),
            Subject::Overview(tree) => tree.parent(item),
            Subject::Losses(tree) => tree.parent(item),
            Subject::Layout(layout) => Tree::parent(layout.as_ref(), item),
        }
    }
    fn depth(&self, item: usize) -> usize {
        match self {
            Subject::Groups(tree) => tree.depth(item),
            Subject::Document(document, _) => Tree::depth(document.as_ref(), item),
            Subject::Schema(schema) => Tree::depth(&schema.document, item),
            Subject::Columns(tree) => tree.depth(item),
            Subject::Tables(tree) => tree.depth(item),
            Subject::Hits(tree) => tree.depth(item),
            Subject::Deploy(tree) => tree.depth(item),
            Subject::Overview(tree) => tree.depth(item),
            Subject::Losses(tree) => tree.depth(item),
            Subject::Layout(layout) => Tree::depth(layout.as_ref(), item),
        }
    }
    fn id(&self, item: usize) -> u64 {
        match self {
            Subject::Groups(tree) => tree.id(item),
            Subject::Tables(tree) => tree.id(item),
            Subject::Overview(tree) => tree.id(item),
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

impl Subject {
    /// Lines that hold all words of a text, or resemble it where none does; `None` where the work was called off.
    pub fn matches(&self, text: &str, cancelled: &dyn Fn() -> bool) -> Option<Matches> {
        let sought = Sought::new(text);
        let mut found = 0;
        let findings = sought.find(|closeness| {
            let (lines, count) = match self {
                Subject::Groups(tree) => tree.search(&sought, closeness, cancelled)?,
                Subject::Document(document, case) => counted(search_json(document, case.as_deref(), &sought, closeness, cancelled)?),
                Subject::Schema(schema) => counted(search_json(&schema.document, None, &sought, closeness, cancelled)?),
                Subject::Columns(tree) => {
                    counted(sought.among(tree.len(), closeness, cancelled, |item, sighting| tree.show(item, sighting))?)
                }
                Subject::Deploy(tree) => {
                    counted(sought.among(tree.len(), closeness, cancelled, |item, sighting| tree.show(item, sighting))?)
                }
                Subject::Overview(tree) => {
                    counted(sought.among(tree.len(), closeness, cancelled, |item, sighting| tree.show(item, sighting))?)
                }
                Subject::Losses(tree) => {
                    counted(sought.among(tree.len(), closeness, cancelled, |item, sighting| tree.show(item, sighting))?)
                }
                Subject::Layout(layout) => counted(
                    sought.among(Tree::len(layout.as_ref()), closeness, cancelled, |item, sighting| show_column(layout, item, sighting))?,
                ),
                // Searched by their catalog.
                Subject::Tables(_) | Subject::Hits(_) => Default::default(),
            };
            found = count;
            Some(lines)
        })?;
        let (of, noun) = match self {
            Subject::Groups(tree) => (tree.groups.list.len(), "groups"),
            _ => (self.len(), "lines"),
        };
        Some(Matches { items: findings.lines, count: MatchCount { found, of: of as u64, noun, loose: findings.loose } })
    }
}

/// What is drawn of a column, and its whole path.
fn show_column(layout: &Layout, item: usize, sighting: &mut Sighting<'_>) {
    let id = item as ColumnId;
    let Some(column) = layout.get(id) else { return };
    sighting.see(&column.name).see(&layout.badge(id)).see(column.mode.name());
    if !sighting.is_whole() {
        sighting.see_long(&layout.path(id));
    }
}

fn counted(lines: Vec<u32>) -> (Vec<u32>, u64) {
    let count = lines.len() as u64;
    (lines, count)
}

/// Lines of a document by what is drawn on them: key, value, the note behind the failing one. What a closed line shows of its contents
/// counts where no line in it has it all.
fn search_json(
    document: &Document,
    case: Option<&Case>,
    sought: &Sought,
    closeness: Closeness,
    cancelled: &dyn Fn() -> bool,
) -> Option<Vec<u32>> {
    let noted = case.and_then(|case| Some((case.value?, json_line::note(case))));
    let show = |item: usize, sighting: &mut Sighting<'_>| {
        let node = item as NodeId;
        match document.raw_key(node) {
            Some(key) => show_text(key, sighting),
            None if document.parent(node).is_some() => {
                sighting.see_word(&format!("[{}]", document.index(node)));
            }
            None => {}
        }
        if !document.kind(node).is_container() {
            show_text(document.raw(node), sighting);
        }
        if let Some((_, note)) = noted.as_ref().filter(|(noted, _)| *noted == node) {
            sighting.see(note);
        }
    };
    let mut found = sought.among(Tree::len(document), closeness, cancelled, show)?;
    if closeness == Closeness::Loose {
        return Some(found);
    }
    let mut closed = sought.among(Tree::len(document), closeness, cancelled, |item, sighting| {
        let node = item as NodeId;
        let next = found.partition_point(|&line| (line as usize) < item);
        let holds_found = found.get(next).is_some_and(|&line| (line as usize) < Tree::end(document, item));
        if document.kind(node).is_container() && !holds_found {
            show(item, sighting);
            show_text(text::cut_bytes(document.raw(node), PREVIEW), sighting);
        }
    })?;
    // The innermost of them are meant.
    let outer: Vec<u32> =
        closed.windows(2).filter(|pair| (pair[1] as usize) < Tree::end(document, pair[0] as usize)).map(|pair| pair[0]).collect();
    closed.retain(|line| outer.binary_search(line).is_err());
    found.extend(closed);
    found.sort_unstable();
    Some(found)
}

/// A key or value as it is written, and where that differs, as it is meant.
fn show_text(raw: &[u8], sighting: &mut Sighting<'_>) {
    match std::str::from_utf8(raw) {
        Ok(text) => sighting.see_long(text),
        Err(_) => sighting.see_long(&text::visible_bytes(raw)),
    };
    if !sighting.is_whole() && raw.first() == Some(&b'"') && memchr::memchr(b'\\', raw).is_some() {
        let meant: Option<String> = serde_json::from_slice(raw).ok();
        sighting.see_long(meant.as_deref().unwrap_or_default());
    }
}
