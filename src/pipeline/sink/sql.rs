//! SQL that selects one value, or a column, ready to paste into BigQuery.
//!
//! Owns: quoting of names, text and JSON paths, array elements and map entries as expressions.
//! Refuses: knowing which column a value has (walk).

use crate::ground::sql::{identifier, is_plain, literal};
use crate::pipeline::layout::{ColumnId, Layout, Mode};

/// One step into a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SqlStep {
    Key(String),
    Index(usize),
}

/// Steps as a JSON pointer.
pub(super) fn pointer(steps: &[SqlStep]) -> String {
    let token = |step: &SqlStep| match step {
        SqlStep::Key(key) => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        SqlStep::Index(index) => format!("/{index}"),
    };
    steps.iter().map(token).collect()
}

/// An expression that grows from the top column inwards.
#[derive(Debug, Clone, Default)]
pub(super) struct Expression {
    /// Dotted path, from the table or from the row of a map.
    path: String,
    /// The map that `path` selects from, and the key wanted there.
    entry: Option<(String, String)>,
}

impl Expression {
    /// Enters a column.
    pub(super) fn field(&mut self, name: &str) {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(&identifier(name));
    }

    /// Takes one element of a list.
    pub(super) fn element(&mut self, index: usize) {
        self.path.push_str(&format!("[SAFE_OFFSET({index})]"));
    }

    /// Takes the row of one key out of a map; `column` is what is wanted of it.
    pub(super) fn entry(&mut self, key: &str, column: &str) {
        self.entry = Some((self.render(), literal(key)));
        self.path = identifier(column);
    }

    /// The expression as text; empty before the first column.
    pub(super) fn render(&self) -> String {
        match &self.entry {
            Some((map, key)) => format!("(SELECT {} FROM UNNEST({map}) WHERE key = {key})", self.path),
            None => self.path.clone(),
        }
    }
}

/// The part of a JSON text at some steps: text of a scalar, JSON of a container.
pub(super) fn json(of: &str, steps: &[SqlStep], container: bool) -> String {
    let function = if container { "JSON_QUERY" } else { "JSON_VALUE" };
    let mut path = String::from("$");
    for step in steps {
        match step {
            SqlStep::Index(index) => path.push_str(&format!("[{index}]")),
            SqlStep::Key(key) if is_plain(key) => path.push_str(&format!(".{key}")),
            SqlStep::Key(key) => path.push_str(&format!(".\"{}\"", key.replace('"', "\\\""))),
        }
    }
    format!("{function}({of}, {})", literal(&path))
}

/// An expression for all that a column holds: plain where nothing around it repeats, else an ARRAY over UNNEST.
pub fn select(layout: &Layout, column: ColumnId) -> String {
    let mut chain: Vec<ColumnId> = layout.ancestors(column).collect();
    chain.reverse();
    let mut path = String::new();
    let mut from = String::new();
    let mut rows = 0;
    for (i, column) in chain.iter().filter_map(|&id| layout.get(id)).enumerate() {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&identifier(&column.name));
        if column.mode == Mode::Repeated && i + 1 < chain.len() {
            rows += 1;
            from.push_str(&format!("{}UNNEST({path}) AS r{rows}", if rows > 1 { ", " } else { "" }));
            path = format!("r{rows}");
        }
    }
    let whole = layout.get(column).is_some_and(|column| column.mode == Mode::Repeated);
    match (rows, whole) {
        (0, _) => path,
        // A list of lists is no BigQuery value, so the innermost list is opened as well.
        (_, true) => format!("ARRAY(SELECT item FROM {from}, UNNEST({path}) AS item)"),
        (_, false) => format!("ARRAY(SELECT {path} FROM {from})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_cannot_leave_their_quotes() {
        let steps = [SqlStep::Key("a\"'b".into()), SqlStep::Index(2), SqlStep::Key("c".into())];
        assert_eq!(json("additional_properties", &steps, false), r#"JSON_VALUE(additional_properties, '$."a\\"\'b"[2].c')"#);
    }

    #[test]
    fn maps_in_maps_nest() {
        let mut sql = Expression::default();
        sql.field("metrics");
        sql.field("dual");
        sql.entry("a", "value");
        sql.entry("b'", "value");
        sql.field("count");
        assert_eq!(
            sql.render(),
            r"(SELECT value.count FROM UNNEST((SELECT value FROM UNNEST(metrics.dual) WHERE key = 'a')) WHERE key = 'b\'')"
        );
    }

    #[test]
    fn a_column_in_lists_is_unnested() {
        let layout = Layout::parse(
            br#"[{"name":"a","type":"RECORD","fields":[{"name":"m","type":"RECORD","mode":"REPEATED","fields":[{"name":"key","type":"STRING"},
                {"name":"value","type":"STRING","mode":"REPEATED"}]}]}]"#,
        )
        .unwrap_or_default();
        let sql = |path| layout.find(path).map(|id| select(&layout, id)).unwrap_or_default();
        assert_eq!(sql("a"), "a");
        assert_eq!(sql("a.m"), "a.m");
        assert_eq!(sql("a.m.key"), "ARRAY(SELECT r1.key FROM UNNEST(a.m) AS r1)");
        assert_eq!(sql("a.m.value"), "ARRAY(SELECT item FROM UNNEST(a.m) AS r1, UNNEST(r1.value) AS item)");
    }
}
