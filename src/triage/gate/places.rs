//! Files and lines of the later schemas, as whoever reads a pull request finds them.

use crate::pipeline::schema::Schema;
use crate::rows::schemas::{Lookup, SchemaStore};

/// Where the files of a store are called from.
pub struct SourcePlaces<'a> {
    /// The later schemas; `None` for a file alone.
    pub store: Option<&'a SchemaStore>,
    /// What stands before a path in the store: `schemas/`.
    pub prefix: String,
}

impl SourcePlaces<'_> {
    /// The file's name with a line of it.
    pub(super) fn file(&self, path: &str) -> (String, usize) {
        (format!("{}{path}", self.prefix), 1)
    }

    /// The place of a table's column, or of a node: its JSON schema where there is one.
    pub(super) fn table(&self, title: (&str, &str, &str), file: &str, column: Option<&str>) -> (String, usize) {
        let found = self.store.and_then(|store| match store.lookup(title.0, title.1, Some(title.2)) {
            Lookup::Found(at) => Some((at, store.schema(at).ok().flatten()?)),
            _ => None,
        });
        let Some((_, schema)) = found else { return self.file(file) };
        let line = column.map_or(1, |column| column_line(&schema, column));
        (format!("{}{}", self.prefix, schema.path), line)
    }

    /// The place of a node.
    pub(super) fn node(&self, doctype: usize, node: u32) -> Option<(String, usize)> {
        let schema = self.store?.schema(doctype).ok().flatten()?;
        Some((format!("{}{}", self.prefix, schema.path), schema.line(node)))
    }
}

/// The line of the node that a column is made of, or of the nearest one around it that is there: names are compared as columns are spelled.
fn column_line(schema: &Schema, column: &str) -> usize {
    let (mut at, document) = (0, &schema.document);
    for name in column.split('.') {
        let node = schema.resolve(at);
        let members = schema.keyword(node, "properties");
        let is_it = |key: &str| key == name || crate::pipeline::names::snake_case(key) == name;
        let next = members.and_then(|members| document.children(members).find(|&id| document.key(id).is_some_and(|key| is_it(&key))));
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    if at == 0 { 1 } else { schema.line(at) }
}
