//! What there is to know of a table and column.
//!
//! Owns: the answer of a worker, which of its groups fail where.
//! Refuses: finding it out (work), the screen that shows it (tables).

use std::sync::Arc;

use crate::pipeline::document::NodeId;
use crate::pipeline::layout::{ColumnId, Layout};
use crate::pipeline::schema::Schema;
use crate::rows::group::Groups;
use crate::triage::catalog::HitPlace;

/// What a worker finds out about a place.
pub struct Look {
    /// The place.
    pub place: HitPlace,
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

impl Look {
    /// Groups that fail under a column, or anywhere in the table, largest first.
    pub fn failing_below(&self, column: Option<ColumnId>) -> Vec<u32> {
        let layout = self.layout.as_deref();
        let below = column.map(|id| layout.map_or(id..id + 1, |layout| whole(layout, id)));
        let is_below = |column: Option<ColumnId>| below.as_ref().is_none_or(|below| column.is_some_and(|column| below.contains(&column)));
        let mut groups: Vec<u32> = self.failing.iter().filter(|(column, _)| is_below(*column)).map(|&(_, group)| group).collect();
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
