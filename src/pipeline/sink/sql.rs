//! SQL that selects one value, or a column, ready to paste into BigQuery.
//!
//! Owns: quoting of names, text and JSON paths, array elements and map entries as expressions.
//! Refuses: knowing which column a value has (walk).

use crate::ground::sql::{identifier, is_plain, literal};
use crate::pipeline::layout::{ColumnId, Layout, Mode};

/// The column of keys in the rows of a map.
const KEY: &str = "key";

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

/// An expression for all that a column holds: plain where nothing around it repeats, else an ARRAY over UNNEST. In maps each value comes
/// with its keys, without which it says nothing; elsewhere NULL is left out, because BigQuery refuses an array that has it.
pub fn select(layout: &Layout, column: ColumnId) -> String {
    let mut chain: Vec<ColumnId> = layout.ancestors(column).collect();
    chain.reverse();
    let mut path = String::new();
    let mut from: Vec<String> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    for (i, &id) in chain.iter().enumerate() {
        let Some(at) = layout.get(id) else { continue };
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&identifier(&at.name));
        if at.mode == Mode::Repeated && i + 1 < chain.len() {
            let row = format!("r{}", from.len() + 1);
            from.push(format!("UNNEST({path}) AS {row}"));
            // The key that is asked for itself is no second time beside it.
            if layout.is_map(id) && layout.child(Some(id), KEY) != Some(column) {
                let alias = if keys.is_empty() { String::new() } else { format!(" AS {KEY}{}", keys.len() + 1) };
                keys.push(format!("{row}.{KEY}{alias}"));
            }
            path = row;
        }
    }
    let at = layout.get(column);
    let is_list = at.is_some_and(|at| at.mode == Mode::Repeated);
    let from_all = from.join(", ");
    if from.is_empty() {
        path
    } else if !keys.is_empty() {
        // Names of a STRUCT are told apart.
        let is_taken = at.is_some_and(|at| at.name.starts_with(KEY));
        let alias = if is_taken { " AS item" } else { "" };
        format!("ARRAY(SELECT AS STRUCT {}, {path}{alias} FROM {from_all})", keys.join(", "))
    } else if is_list {
        // A list of lists is no BigQuery value, so the innermost list is opened as well.
        format!("ARRAY(SELECT item FROM {from_all}, UNNEST({path}) AS item)")
    } else {
        format!("ARRAY(SELECT {path} FROM {from_all} WHERE {path} IS NOT NULL)")
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
        assert_eq!(sql("a.m.key"), "ARRAY(SELECT r1.key FROM UNNEST(a.m) AS r1 WHERE r1.key IS NOT NULL)");
        assert_eq!(sql("a.m.value"), "ARRAY(SELECT AS STRUCT r1.key, r1.value FROM UNNEST(a.m) AS r1)");
    }

    #[test]
    fn no_array_can_hold_null_and_no_value_is_without_its_key() {
        let layout = Layout::parse(
            br#"[{"name":"rows","type":"RECORD","mode":"REPEATED","fields":[{"name":"x","type":"INT64"},{"name":"tags","type":"STRING","mode":"REPEATED"}]},
                {"name":"m","type":"RECORD","mode":"REPEATED","fields":[{"name":"key","type":"STRING"},
                {"name":"value","type":"RECORD","mode":"REPEATED","fields":[{"name":"key","type":"STRING"},{"name":"value","type":"RECORD",
                    "fields":[{"name":"n","type":"INT64"},{"name":"key","type":"STRING"}]}]}]}]"#,
        )
        .unwrap_or_default();
        let sql = |path| layout.find(path).map(|id| select(&layout, id)).unwrap_or_default();
        assert_eq!(sql("rows.x"), "ARRAY(SELECT r1.x FROM UNNEST(`rows`) AS r1 WHERE r1.x IS NOT NULL)");
        assert_eq!(sql("rows.tags"), "ARRAY(SELECT item FROM UNNEST(`rows`) AS r1, UNNEST(r1.tags) AS item)");
        let both = "FROM UNNEST(m) AS r1, UNNEST(r1.value) AS r2)";
        assert_eq!(sql("m.value.value.n"), format!("ARRAY(SELECT AS STRUCT r1.key, r2.key AS key2, r2.value.n {both}"));
        assert_eq!(sql("m.value.value.key"), format!("ARRAY(SELECT AS STRUCT r1.key, r2.key AS key2, r2.value.key AS item {both}"));
        assert_eq!(sql("m.value.key"), format!("ARRAY(SELECT AS STRUCT r1.key, r2.key AS item {both}"));
    }
}
