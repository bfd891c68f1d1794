//! The column that a key without one was probably meant for.
//!
//! Owns: which column that is, the sentence that a key has no column.
//! Refuses: what becomes of the value (told, assume).

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ground::text::{self, Letters};
use crate::pipeline::document::NodeId;
use crate::pipeline::layout::{ColumnId, Layout};

use super::name;
use super::outcome::quoted;

/// The RECORD with a RECORD for each metric type.
const METRICS: &str = "metrics";

/// Most columns of a RECORD that are listed where a key is none of them.
const MOST_LISTED: usize = 3;

/// A key that no column has the name of.
pub(super) struct Stray<'a> {
    /// The RECORD that it stands in; `None` at the top.
    pub parent: Option<ColumnId>,
    pub key: Cow<'a, str>,
    /// The key below it, if any: a metric's name where the key is a metric type.
    pub below: Option<Cow<'a, str>>,
}

/// A column that is near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Near {
    pub column: ColumnId,
    /// It has the name, but belongs to another metric type.
    other_type: bool,
}

/// What was found near the keys of one document, so that a key is looked for once however many values are behind it or ask again.
#[derive(Debug, Default)]
pub(super) struct NearMemo(Mutex<KnownNear>);

#[derive(Debug, Default)]
struct KnownNear {
    /// By the node of the key.
    found: FxHashMap<NodeId, Option<Near>>,
    /// The columns of a RECORD.
    columns: FxHashMap<Option<ColumnId>, Vec<(ColumnId, Letters)>>,
    /// The columns that the members of an object fill.
    taken: FxHashMap<Option<NodeId>, FxHashSet<ColumnId>>,
}

impl Clone for NearMemo {
    /// What is known is found again.
    fn clone(&self) -> Self {
        NearMemo::default()
    }
}

impl NearMemo {
    /// What is near the key of a node. `fills` tells which columns the members of the object around it fill.
    pub(super) fn near(
        &self,
        (node, around): (NodeId, Option<NodeId>),
        stray: &Stray<'_>,
        layout: &Layout,
        fills: &dyn Fn() -> FxHashSet<ColumnId>,
    ) -> Option<Near> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let KnownNear { found, columns, taken } = &mut *known;
        *found.entry(node).or_insert_with(|| {
            let beside = columns.entry(stray.parent).or_insert_with(|| {
                let ids = stray.columns(layout).into_iter();
                ids.filter_map(|id| Some((id, Letters::of(&layout.get(id)?.name)))).collect()
            });
            stray.near(layout, beside, taken.entry(around).or_insert_with(fills))
        })
    }
}

impl Stray<'_> {
    /// The column that was probably meant, if one is near. Columns that the document has values of their own for are `taken`.
    fn near(&self, layout: &Layout, beside: &[(ColumnId, Letters)], taken: &FxHashSet<ColumnId>) -> Option<Near> {
        if let Some(column) = self.other_type(layout) {
            return Some(Near { column, other_type: true });
        }
        let free = || beside.iter().filter(|(id, _)| !taken.contains(id));
        let named = |id: ColumnId| layout.get(id).map_or("", |column| &*column.name);
        let nearest = |name: &str| text::nearest_of(name, free().map(|(id, letters)| (named(*id), letters)));
        let near = nearest(&name::converted(&self.key)).or_else(|| nearest(&self.key))?;
        free().find(|(id, _)| named(*id) == near).map(|(id, _)| Near { column: *id, other_type: false })
    }

    fn columns(&self, layout: &Layout) -> Vec<ColumnId> {
        self.parent.map_or_else(|| layout.top().collect(), |parent| layout.children(parent).collect())
    }

    /// The column of a metric's name under another metric type than its own: a metric whose type was changed.
    fn other_type(&self, layout: &Layout) -> Option<ColumnId> {
        let metrics = layout.child(None, METRICS).filter(|&metrics| layout.get(metrics).is_some_and(|column| column.is_record()))?;
        let metric = if self.parent == Some(metrics) { self.below.as_deref()? } else { &self.key };
        let parent = self.parent.filter(|&parent| parent == metrics || layout.get(parent).is_some_and(|at| at.parent == Some(metrics)))?;
        let others = layout.children(metrics).filter(|&kind| kind != parent && !layout.is_map(kind));
        others.filter_map(|kind| name::column_of(layout, Some(kind), metric)).map(|found| found.column).next()
    }

    /// That it has no column, with what is near.
    pub(super) fn sentence(&self, layout: &Layout, near: Option<Near>) -> String {
        let parent = self.parent.map_or("The table".to_owned(), |id| quoted(&layout.path(id)));
        let beside = match near {
            Some(Near { column, other_type: true }) => {
                format!("; a column of that name exists under another metric type: {}", quoted(&layout.path(column)))
            }
            Some(Near { column, .. }) => {
                format!("; the nearest column is {}", quoted(layout.get(column).map_or("", |column| &column.name)))
            }
            None => self.only(layout).map_or(String::new(), |only| format!(", only for {only}")),
        };
        format!("{parent} has no column for {}{beside}.", quoted(&self.key))
    }

    /// The few columns of a RECORD.
    fn only(&self, layout: &Layout) -> Option<String> {
        // One more than are listed says that they are too many.
        let few = layout.children(self.parent?).filter_map(|id| layout.get(id)).take(MOST_LISTED + 1);
        let columns: Vec<String> = few.map(|column| quoted(&column.name)).collect();
        match columns.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            [first @ .., last] if columns.len() <= MOST_LISTED => Some(format!("{} and {last}", first.join(", "))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = br#"[{"name": "humidty", "type": "FLOAT64"}, {"name": "wind_speed", "type": "FLOAT64"},
        {"name": "extra", "type": "RECORD", "fields": [{"name": "type", "type": "STRING"}]},
        {"name": "metrics", "type": "RECORD", "fields": [
            {"name": "string", "type": "RECORD", "fields": [{"name": "page_address", "type": "STRING"}]},
            {"name": "url2", "type": "RECORD", "fields": [{"name": "other", "type": "STRING"}]}]}]"#;

    fn told(parent: Option<&str>, key: &str, below: Option<&str>, taken: &[&str]) -> String {
        let layout = Layout::parse(TABLE).unwrap();
        let parent = parent.map(|path| layout.find(path).unwrap());
        let stray = Stray { parent, key: key.into(), below: below.map(Cow::from) };
        let taken = || taken.iter().filter_map(|path| layout.find(path)).collect();
        stray.sentence(&layout, NearMemo::default().near((1, None), &stray, &layout, &taken))
    }

    #[test]
    fn a_key_without_a_column_is_told_with_the_nearest() {
        assert_eq!(told(None, "humidity", None, &[]), "The table has no column for `humidity`; the nearest column is `humidty`.");
        assert_eq!(told(None, "windSped", None, &[]), "The table has no column for `windSped`; the nearest column is `wind_speed`.");
        assert_eq!(told(None, "humidity", None, &["humidty"]), "The table has no column for `humidity`.");
        assert_eq!(told(None, "zz\u{1b}", None, &[]), "The table has no column for `zz\\u{1b}`.");
        assert_eq!(told(Some("extra"), "enrollment", None, &[]), "`extra` has no column for `enrollment`, only for `type`.");
    }

    #[test]
    fn a_metric_is_found_under_the_type_that_it_had() {
        let of_type = "; a column of that name exists under another metric type: `metrics.string.page_address`.";
        assert_eq!(
            told(Some("metrics.url2"), "page.address", None, &[]),
            format!("`metrics.url2` has no column for `page.address`{of_type}")
        );
        assert_eq!(told(Some("metrics"), "uuid", Some("page.address"), &[]), format!("`metrics` has no column for `uuid`{of_type}"));
        assert!(!told(Some("extra"), "page.address", None, &[]).contains("metric type"));
    }
}
