//! The state of the screen of tables.
//!
//! Owns: the tree, the search over it, what is known of the line under the cursor.
//! Refuses: changing any of it (update), drawing.

use std::sync::Arc;

use super::app::List;
use super::hit_tree::{self, HitTree};
use super::message::JobId;
use super::panes::TablePane;
use super::table_tree::{Line, TableTree};
use crate::pipeline::document::NodeId;
use crate::pipeline::layout::{ColumnId, Layout};
use crate::pipeline::schema::Schema;
use crate::rows::group::Groups;
use crate::triage::catalog::{Place, Progress, TableId};

/// The screen of tables.
#[derive(Default)]
pub struct TableScreen {
    /// Whether it lies on top of the other screens.
    pub open: bool,
    /// Whether there is no other screen: the explorer was opened on the tables.
    pub alone: bool,
    /// How far reading has come; `None` before it begins and after it ended.
    pub reading: Option<Progress>,
    /// Whether the columns are read.
    pub read: bool,
    /// All tables.
    pub tree: Arc<TableTree>,
    /// The list of the tree.
    pub list: List,
    /// The search that covers the tree.
    pub search: Option<TableSearch>,
    /// The pane that has the keys.
    pub focus: TablePane,
    /// The list of the schema.
    pub schema: List,
    /// What was asked for last.
    pub asked: Option<Asked>,
    /// What is known of the table under the cursor.
    pub look: Option<Arc<Look>>,
    /// The schema node that fills the column under the cursor.
    pub node: Option<NodeId>,
    /// Where the cursor is to go once its column is known.
    pub goal: Option<Goal>,
}

/// A search over all columns.
pub struct TableSearch {
    /// What was typed.
    pub text: String,
    /// The latest job that looks for it.
    pub job: JobId,
    /// What it found, or the search before it; `None` until the first answer.
    pub hits: Option<Arc<HitTree>>,
    /// The list of what was found.
    pub list: List,
}

/// A look at the line under the cursor.
pub struct Asked {
    /// The work.
    pub job: JobId,
    /// The line.
    pub place: Place,
    /// The groups that were looked through.
    pub groups: Arc<Groups>,
}

/// What a worker finds out about a place.
pub struct Look {
    /// The place.
    pub place: Place,
    /// The table's layout, with descriptions.
    pub layout: Option<Arc<Layout>>,
    /// The JSON schema of the same doctype version.
    pub schema: Option<Arc<Schema>>,
    /// Why there is no schema, in a sentence.
    pub no_schema: Option<String>,
    /// The schema node that fills the column.
    pub node: Option<NodeId>,
    /// The groups that were looked through.
    pub groups: Arc<Groups>,
    /// Groups of the doctype in the order of the list, each with the column that it fails under; twice where its sample is more exact.
    pub failing: Vec<(Option<ColumnId>, u32)>,
}

/// Where the cursor is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// To a table.
    Table(TableId),
    /// To a column, once the table is read.
    Column(TableId, ColumnId),
    /// To the column of a group's path, once the layout is there.
    Path(TableId, Arc<str>),
}

impl TableScreen {
    /// What covers the tree, where a search has found anything yet.
    pub fn hits(&self) -> Option<(&TableSearch, &Arc<HitTree>)> {
        let search = self.search.as_ref()?;
        Some((search, search.hits.as_ref()?))
    }

    /// The place under the cursor; `None` on a namespace.
    pub fn place(&self) -> Option<Place> {
        if let Some((search, hits)) = self.hits() {
            return hits.place(search.list.outline.item()?);
        }
        match self.tree.line(self.list.outline.item()?) {
            Line::Namespace(..) => None,
            Line::Table(table) => Some(Place { table, column: None }),
            Line::Column(table, column) => Some(Place { table, column: Some(column) }),
        }
    }

    /// The hit under the cursor.
    pub fn hit(&self) -> Option<hit_tree::Line<'_>> {
        let (search, hits) = self.hits()?;
        Some(hits.line(search.list.outline.item()?))
    }

    /// All places of the hit under the cursor, where it has several.
    pub fn shared_places(&self) -> Option<&[Place]> {
        match self.hit() {
            Some(hit_tree::Line::Hit(_, places)) if places.len() > 1 => Some(places),
            _ => None,
        }
    }

    /// What is known of the table under the cursor.
    pub fn known(&self) -> Option<&Look> {
        let place = self.place()?;
        self.look.as_deref().filter(|look| look.place.table == place.table)
    }

    /// Groups that fail under the place under the cursor, largest first.
    pub fn failing(&self) -> Vec<u32> {
        let (Some(look), Some(place)) = (self.known(), self.place()) else { return Vec::new() };
        let layout = look.layout.as_deref();
        let below = place.column.map(|id| layout.map_or(id..id + 1, |layout| whole(layout, id)));
        let is_below = |column: Option<ColumnId>| below.as_ref().is_none_or(|below| column.is_some_and(|column| below.contains(&column)));
        let mut groups: Vec<u32> = look.failing.iter().filter(|(column, _)| is_below(*column)).map(|&(_, group)| group).collect();
        groups.dedup();
        groups
    }
}

/// A column with what it holds. The key and value of a map are one thing: what fails in a map fails in both.
fn whole(layout: &Layout, id: ColumnId) -> std::ops::Range<ColumnId> {
    let map = layout.get(id).and_then(|column| column.parent).filter(|&parent| layout.is_map(parent));
    let id = map.unwrap_or(id);
    id..layout.get(id).map_or(id + 1, |column| column.end)
}
