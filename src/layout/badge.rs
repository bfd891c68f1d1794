//! A column's type in one word, as people think of it: maps and lists of lists are RECORDs only to BigQuery.

use super::{ColumnId, Layout, Mode};

/// Most maps and lists inside each other that a badge names.
const MOST: usize = 4;

impl Layout {
    /// The type of a column with its shape: `INT64`, `map<STRING>`, `map<map<INT64>>`, `list<list<FLOAT64>>`. A plain list is told by its mode, but inside
    /// of another shape it is `list<STRING>`. Keys are texts unless they are named: `map<INT64, STRING>`.
    pub fn badge(&self, id: ColumnId) -> String {
        let (mut at, mut badge, mut closing) = (id, String::new(), String::new());
        loop {
            if closing.len() == MOST {
                badge.push('…');
                break;
            }
            let Some(column) = self.get(at) else { break };
            let shape = if self.is_map(at) { "map<" } else { "list<" };
            let inner = if self.is_map(at) || self.is_nested_list(at) { self.children(at).last() } else { None };
            if inner.is_none() && (closing.is_empty() || column.mode != Mode::Repeated) {
                badge.push_str(&column.kind);
                break;
            }
            badge.push_str(shape);
            closing.push('>');
            let Some(inner) = inner else {
                badge.push_str(&column.kind);
                break;
            };
            if self.is_map(at) {
                let key = self.get(at + 1).filter(|key| &*key.kind != "STRING");
                badge.extend(key.iter().flat_map(|key| [&*key.kind, ", "]));
                // The key is the last column where it is the only one.
                if inner == at + 1 {
                    badge.push_str("keys only");
                    break;
                }
            }
            at = inner;
        }
        badge + &closing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn badge(fields: &str) -> String {
        let layout = Layout::parse(format!("[{fields}]").as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        layout.badge(0)
    }

    fn repeated(fields: &str) -> String {
        format!(r#""type":"RECORD","mode":"REPEATED","fields":[{fields}]}}"#)
    }

    fn map(value: &str) -> String {
        repeated(&format!(r#"{{"name":"key","type":"STRING"}},{{"name":"value",{value}"#))
    }

    fn list(item: &str) -> String {
        repeated(&format!(r#"{{"name":"list",{item}"#))
    }

    #[test]
    fn shapes_are_named() {
        let of = |column: String| badge(&format!(r#"{{"name":"c",{column}"#));
        let (int, texts) = (r#""type":"INTEGER"}"#, r#""type":"STRING","mode":"REPEATED"}"#);
        assert_eq!(of(int.into()), "INT64");
        assert_eq!(of(texts.into()), "STRING");
        assert_eq!(of(map(int)), "map<INT64>");
        assert_eq!(of(map(texts)), "map<list<STRING>>");
        assert_eq!(of(map(&map(int))), "map<map<INT64>>");
        assert_eq!(of(list(texts)), "list<list<STRING>>");
        assert_eq!(of(list(&list(texts))), "list<list<list<STRING>>>");
        assert_eq!(of(map(&repeated(r#"{"name":"a","type":"STRING"}"#))), "map<list<RECORD>>");
        assert_eq!(of(repeated(r#"{"name":"key","type":"STRING"}"#)), "map<keys only>");
        assert_eq!(of(repeated(r#"{"name":"key","type":"INT64"},{"name":"value","type":"BOOL"}"#)), "map<INT64, BOOL>");
        assert_eq!(of(map(&map(&map(&map(&map(int)))))), "map<map<map<map<…>>>>");
    }
}
