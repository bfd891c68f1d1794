//! The columns of a case's table as a tree, with the values that have no column below `additional_properties`.
//!
//! Owns: which line is which column or value.
//! Refuses: what becomes of values (case, sink), drawing.

use std::sync::Arc;

use crate::ground::outline::Tree;
use crate::ground::sought::Sighting;
use crate::pipeline::document::NodeId;
use crate::pipeline::layout::{ColumnForm, ColumnId};
use crate::pipeline::sink::{ADDITIONAL, converted};
use crate::triage::case::{Case, CaseTable};
use crate::triage::facts::column;

/// The columns of one table of a case.
pub struct ColumnTree {
    case: Arc<Case>,
    table: usize,
    /// The column behind which the values stand that are in it.
    additional: Option<usize>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnLine {
    /// A column of the table.
    Column(ColumnId),
    /// A value of the document in `additional_properties`.
    Additional(NodeId),
}

impl ColumnTree {
    /// Of the table at that position, if there is one.
    pub fn new(case: Arc<Case>, table: usize) -> Option<Self> {
        let additional = case.tables.get(table)?.layout.child(None, ADDITIONAL).map(|column| column as usize);
        Some(ColumnTree { case, table, additional })
    }

    /// The table.
    pub fn table(&self) -> &CaseTable {
        &self.case.tables[self.table]
    }

    fn values(&self) -> &[NodeId] {
        if self.additional.is_some() { &self.table().fates().additional } else { &[] }
    }

    /// The first line behind the values.
    fn behind(&self) -> usize {
        self.additional.map_or(0, |at| at + 1 + self.values().len())
    }

    /// What the item is.
    pub fn line(&self, item: usize) -> ColumnLine {
        match self.additional {
            Some(at) if item > at => match self.values().get(item - at - 1) {
                Some(&value) => ColumnLine::Additional(value),
                None => ColumnLine::Column((item - self.values().len()) as ColumnId),
            },
            _ => ColumnLine::Column(item as ColumnId),
        }
    }

    /// The line of a column.
    pub fn item(&self, column: ColumnId) -> usize {
        let column = column as usize;
        if self.additional.is_some_and(|at| column > at) { column + self.values().len() } else { column }
    }

    /// The line of a value in `additional_properties`, or of what it is in.
    pub fn item_of_value(&self, value: NodeId) -> Option<usize> {
        let document = self.case.document.as_ref()?;
        let at = document.ancestors(value).find_map(|node| self.values().binary_search(&node).ok())?;
        Some(self.additional? + 1 + at)
    }

    /// The path of the column that a value without any would have, as the pipeline spells columns.
    pub fn column_of(&self, value: NodeId) -> Option<String> {
        let document = self.case.document.as_ref()?;
        let names = document.ancestors(value).filter_map(|node| Some(converted(&document.key(node)?)));
        let mut names: Vec<String> = names.collect();
        names.reverse();
        (!names.is_empty()).then(|| names.join("."))
    }

    /// Shows a search what is drawn of a line.
    pub fn show(&self, item: usize, sighting: &mut Sighting<'_>) {
        match self.line(item) {
            ColumnLine::Column(id) => {
                let table = self.table();
                let Some(column) = table.layout.get(id) else { return };
                let mode = column.mode.behind(table.layout.form(id) != ColumnForm::Plain);
                sighting.see(&column.name).see_long(column::description(column).as_deref().unwrap_or_default());
                sighting.see(&table.layout.badge(id)).see(mode);
                if !sighting.is_whole() {
                    let values = ["", "value", "values"][self.values_in(id).min(2) as usize];
                    sighting.see_long(&table.layout.path(id)).see_word(values);
                }
            }
            ColumnLine::Additional(node) => {
                let key = self.case.document.as_ref().and_then(|document| document.key(node));
                sighting.see(key.as_deref().unwrap_or_default());
                if !sighting.is_whole()
                    && let Some(landing) = self.table().landing_of(node)
                {
                    sighting.see(landing.additional_pointer.as_deref().unwrap_or_default());
                    sighting.see_long(landing.reason.as_deref().unwrap_or_default());
                }
            }
        }
    }

    /// Whether the column is the one that keeps what has no other.
    pub fn keeps_values(&self, column: ColumnId) -> bool {
        !self.table().fates().additional.is_empty() && self.table().layout.child(None, ADDITIONAL) == Some(column)
    }

    /// Values that are told of a column: those that it keeps for others, or its own where there are several.
    pub fn values_in(&self, column: ColumnId) -> u64 {
        let fates = self.table().fates();
        match fates.of(column) {
            _ if self.keeps_values(column) => fates.additional.len() as u64,
            Some(filled) if filled.values > 1 => u64::from(filled.values),
            _ => 0,
        }
    }
}

impl Tree for ColumnTree {
    fn len(&self) -> usize {
        self.table().layout.columns.len() + self.values().len()
    }

    fn end(&self, item: usize) -> usize {
        match self.line(item) {
            ColumnLine::Column(_) if Some(item) == self.additional => self.behind(),
            // The column with the values has no columns in it, so no other column ends behind it without them.
            ColumnLine::Column(column) => {
                let end = self.table().layout.columns[column as usize].end as usize;
                if item >= self.behind() { end + self.values().len() } else { end }
            }
            ColumnLine::Additional(_) => item + 1,
        }
    }

    fn parent(&self, item: usize) -> Option<usize> {
        match self.line(item) {
            ColumnLine::Column(column) => self.table().layout.columns[column as usize].parent.map(|parent| self.item(parent)),
            ColumnLine::Additional(_) => self.additional,
        }
    }

    fn depth(&self, item: usize) -> usize {
        match self.line(item) {
            ColumnLine::Column(column) => usize::from(self.table().layout.columns[column as usize].depth),
            ColumnLine::Additional(_) => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::payload::Payload;
    use crate::rows::row::SourceRow;
    use crate::rows::schemas::SchemaStore;
    use crate::rows::schemas::memory::Memory;
    use crate::triage::case;

    static FILES: &[(&str, &[u8])] = &[
        ("shop/order/order.1.schema.json", b"{}"),
        ("shop/order/order.1.bq", br#"[{"name": "id", "type": "STRING"}, {"name": "additional_properties", "type": "STRING"}]"#),
    ];

    #[test]
    fn a_column_that_is_not_there_is_called_as_the_pipeline_would_call_it() {
        let store = SchemaStore::open(Box::new(Memory::new("test", FILES))).unwrap();
        let names = [("document_namespace", "shop"), ("document_type", "order"), ("document_version", "1")];
        let columns = names.iter().map(|(column, name)| ((*column).into(), Some((*name).to_owned()))).collect();
        let payload = Payload::Bytes(br#"{"id": "a", "2fa": {"camelCase": true}}"#.to_vec());
        let case =
            Arc::new(case::open(SourceRow { columns, payload, origin: "test line 1".to_owned(), ..SourceRow::default() }, Some(&store)));
        let tree = ColumnTree::new(case.clone(), 0).unwrap();
        let document = case.document.as_ref().unwrap();
        let value = |key: &str| (0..document.len() as NodeId).find(|&node| document.key(node).as_deref() == Some(key)).unwrap();
        assert_eq!(tree.column_of(value("2fa")).as_deref(), Some("_2fa"));
        assert_eq!(tree.column_of(value("camelCase")).as_deref(), Some("_2fa.camel_case"));
    }
}
