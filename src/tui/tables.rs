//! The state of the screen of tables.
//!
//! Owns: the tree, the search over it, what is known of the line under the cursor.
//! Refuses: changing any of it (update), drawing.

use std::sync::Arc;

use super::hit_tree::{self, HitTree};
use super::list::List;
use super::look::Look;
use super::loss_tree::LossTree;
use super::matches::TOLD;
use super::message::JobId;
use super::panes::TablePane;
use super::table_tree::{TableLine, TableTree};
use crate::ground::outline::Tree;
use crate::ground::sought::only_resembles;
use crate::ground::text::{clip_middle, count, visible};
use crate::pipeline::document::NodeId;
use crate::pipeline::layout::ColumnId;
use crate::rows::group::Groups;
use crate::rows::source::Progress;
use crate::triage::catalog::{CatalogProgress, HitPlace, TableId};

/// The screen of tables.
#[derive(Default)]
pub struct TableScreen {
    /// Whether it lies on top of the other screens.
    pub open: bool,
    /// Whether there is no other screen: the explorer was opened on the tables.
    pub alone: bool,
    /// How far reading has come; `None` before it begins and after it ended.
    pub reading: Option<CatalogProgress>,
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
    pub asked: Option<AskedPlace>,
    /// What is known of the table under the cursor.
    pub look: Option<Arc<Look>>,
    /// The schema node that fills the column under the cursor.
    pub node: Option<NodeId>,
    /// Where the cursor is to go once its column is known.
    pub goal: Option<Goal>,
    /// What documents that pass lose on their way into a table, on top.
    pub losses: Option<LossScreen>,
    /// The documents whose losses are counted, as they were named; none: those beside the schemas.
    pub accepted: Vec<String>,
}

/// What documents that pass lose on their way into a table.
#[derive(Default)]
pub struct LossScreen {
    /// The table.
    pub table: TableId,
    /// The work, while it is on its way.
    pub job: Option<JobId>,
    /// How far it is: documents that were judged.
    pub progress: Progress,
    /// What was found out.
    pub tree: Option<Arc<LossTree>>,
    /// Its list.
    pub list: List,
    /// Why nothing could be.
    pub failure: Option<String>,
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
pub struct AskedPlace {
    /// The work.
    pub job: JobId,
    /// The line.
    pub place: HitPlace,
    /// The groups that were looked through.
    pub groups: Arc<Groups>,
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
    /// To the column of that dotted path, once the layout is there.
    Dotted(TableId, Arc<str>),
}

impl TableSearch {
    /// What is known of the search, and on which of its hits the cursor is: `search gpu: 3 of 73`.
    pub fn state(&self) -> String {
        let text = visible(&clip_middle(self.text.trim(), TOLD)).into_owned();
        match (&self.hits, self.list.outline.item()) {
            (Some(hits), _) if hits.found.loose => format!("search: {}", only_resembles(&text, hits.found.hits.len())),
            (Some(hits), Some(item)) if !hits.is_empty() => {
                format!("search {text}: {} of {}", count(hits.hit(item) as u64 + 1), count(hits.found.hits.len() as u64))
            }
            _ => format!("search {text}"),
        }
    }
}

impl TableScreen {
    /// What covers the tree, where a search has found anything yet.
    pub fn hits(&self) -> Option<(&TableSearch, &Arc<HitTree>)> {
        let search = self.search.as_ref()?;
        Some((search, search.hits.as_ref()?))
    }

    /// The place under the cursor; `None` on a namespace.
    pub fn place(&self) -> Option<HitPlace> {
        if let Some((search, hits)) = self.hits() {
            return hits.place(search.list.outline.item()?);
        }
        match self.tree.line(self.list.outline.item()?) {
            TableLine::Namespace(..) => None,
            TableLine::Table(table) => Some(HitPlace { table, column: None }),
            TableLine::Column(table, column) => Some(HitPlace { table, column: Some(column) }),
        }
    }

    /// The hit under the cursor.
    pub fn hit(&self) -> Option<hit_tree::HitLine<'_>> {
        let (search, hits) = self.hits()?;
        Some(hits.line(search.list.outline.item()?))
    }

    /// All places of the hit under the cursor, where it has several.
    pub fn shared_places(&self) -> Option<&[HitPlace]> {
        match self.hit() {
            Some(hit_tree::HitLine::Hit(_, places)) if places.len() > 1 => Some(places),
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
        self.known().zip(self.place()).map(|(look, place)| look.failing_below(place.column)).unwrap_or_default()
    }
}
