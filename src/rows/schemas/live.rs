//! The tables that documents of a doctype version become rows of, with their columns.
//!
//! Owns: putting them together once for all rows of a doctype version.
//! Refuses: whether documents are split, where columns come from (tables), names of tables (destination).

use std::sync::Arc;

use super::tables::{TableColumns, split_of};
use super::{Lookup, SchemaError, SchemaStore};
use crate::pipeline::destination::{self, Split, SplitPart};

/// A table that holds rows of a doctype version's documents.
#[derive(Debug)]
pub struct LiveTable {
    /// `telemetry_live.main_v5`.
    pub name: String,
    /// Doctype and version that its rows are of.
    pub doctype: String,
    /// See `doctype`.
    pub version: String,
    /// Which part of a document it gets, where documents are split.
    pub part: Option<SplitPart>,
    /// Its columns.
    pub columns: TableColumns,
}

/// The tables that documents of a doctype version become rows of.
#[derive(Debug, Default)]
pub struct LiveTables {
    /// One, or those of the parts of a document whose files are there, the remainder first.
    pub list: Vec<Arc<LiveTable>>,
    /// How documents are split, if they are.
    pub split: Option<Split>,
}

impl SchemaStore {
    /// The tables that documents of a doctype version become rows of; put together once, unless a file of them could not be read.
    ///
    /// # Errors
    /// The layout of a doctype that is not split cannot be read.
    pub fn live_tables(&self, doctype: usize) -> Result<Arc<LiveTables>, SchemaError> {
        let (Some(found), Some(parsed)) = (self.doctypes.get(doctype), self.parsed.get(doctype)) else { return Ok(Arc::default()) };
        if let Some(known) = parsed.live.get() {
            return Ok(Arc::clone(known));
        }
        let table = |doctype: &str, version: &str, part, columns| {
            let name = destination::live(&found.namespace, doctype, version);
            Arc::new(LiveTable { name, doctype: doctype.to_owned(), version: version.to_owned(), part, columns })
        };
        let Some(split) = split_of(Some(self), &found.namespace, &found.doctype, &found.version) else {
            let list = vec![table(&found.doctype, &found.version, None, self.columns(doctype)?)];
            return Ok(Arc::clone(parsed.live.get_or_init(|| Arc::new(LiveTables { list, split: None }))));
        };
        let (mut list, mut is_whole) = (Vec::new(), true);
        for ((doctype, version), part) in [(split.remainder, SplitPart::Remainder), (split.subset, SplitPart::Subset)] {
            let Lookup::Found(at) = self.lookup(&found.namespace, doctype, Some(version)) else { continue };
            match self.columns(at) {
                Ok(columns) => list.push(table(doctype, version, Some(part), columns)),
                Err(_) => is_whole = false,
            }
        }
        let tables = Arc::new(LiveTables { list, split: Some(split) });
        Ok(if is_whole { Arc::clone(parsed.live.get_or_init(|| tables)) } else { tables })
    }
}

#[cfg(test)]
mod tests {
    use super::super::memory::Memory;
    use super::super::tables_of;
    use super::*;

    const SCHEMA: &[u8] = br#"{"type": "object", "properties": {"a": {"type": "integer"}}}"#;

    #[test]
    fn tables_of_documents_are_put_together_once() {
        const FILES: &[(&str, &[u8])] = &[
            ("acme/order/order.1.bq", b"[]"),
            ("acme/visit/visit.1.bq", b"{"),
            ("telemetry/main/main.4.schema.json", SCHEMA),
            ("telemetry/main/main.5.bq", b"[]"),
            ("telemetry/main-use-counter/main-use-counter.4.bq", b"["),
        ];
        let store = SchemaStore::open(Box::new(Memory::new("test", FILES))).unwrap();
        let at = |namespace: &str, doctype: &str, version: &str| match store.lookup(namespace, doctype, Some(version)) {
            Lookup::Found(at) => at,
            other => panic!("{other:?}"),
        };
        let order = store.live_tables(at("acme", "order", "1")).unwrap();
        assert!(Arc::ptr_eq(&order, &store.live_tables(at("acme", "order", "1")).unwrap()));
        assert_eq!((order.list[0].name.as_str(), order.split), ("acme_live.order_v1", None));
        assert!(store.live_tables(at("acme", "visit", "1")).is_err());
        let main = store.live_tables(at("telemetry", "main", "4")).unwrap();
        let told: Vec<_> = main.list.iter().map(|table| (table.name.as_str(), table.part)).collect();
        assert_eq!(told, [("telemetry_live.main_v5", Some(SplitPart::Remainder))], "what cannot be read is left out");
        assert!(main.split.is_some() && store.live_tables(99).unwrap().list.is_empty());
        assert_eq!(store.tables(at("acme", "order", "1")).as_deref(), Some(&*tables_of(Some(&store), "acme", "order", "1")));
    }
}
