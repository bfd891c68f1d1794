//! The column that a key without one was probably meant for.
//!
//! Owns: which column that is, the sentence that a key has no column.
//! Refuses: what becomes of the value (told, assume).

use std::borrow::Cow;

use crate::ground::text;
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

impl Stray<'_> {
    /// The column that was probably meant, if one is near. Columns that the document has values of their own for are `taken`.
    pub(super) fn near(&self, layout: &Layout, taken: &dyn Fn(ColumnId) -> bool) -> Option<Near> {
        if let Some(column) = self.other_type(layout) {
            return Some(Near { column, other_type: true });
        }
        let beside: Vec<ColumnId> = self.columns(layout).into_iter().filter(|&column| !taken(column)).collect();
        let names: Vec<&str> = beside.iter().filter_map(|&id| layout.get(id)).map(|column| &*column.name).collect();
        let wanted = name::converted(&self.key);
        let near = text::nearest(&wanted, &names).or_else(|| text::nearest(&self.key, &names))?;
        beside.get(names.iter().position(|name| *name == near)?).map(|&column| Near { column, other_type: false })
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
        let columns: Vec<String> =
            layout.children(self.parent?).filter_map(|id| layout.get(id)).map(|column| quoted(&column.name)).collect();
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
        let taken: Vec<ColumnId> = taken.iter().filter_map(|path| layout.find(path)).collect();
        stray.sentence(&layout, stray.near(&layout, &|column| taken.contains(&column)))
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
