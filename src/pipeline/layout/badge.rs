//! A column's type in one word, as people think of it: maps and lists of lists are RECORDs only to BigQuery.

use super::{ColumnId, Layout, Mode};

/// Most maps and lists inside each other that a badge names.
const MOST: usize = 4;

/// What a column of columns stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnForm {
    /// Itself.
    Plain,
    /// An object with any keys: see [`Layout::is_map`].
    Map,
    /// Lists in lists: see [`Layout::is_nested_list`].
    NestedList,
}

impl ColumnForm {
    /// A name for scripts; `None` for what stands for itself.
    pub fn name(self) -> Option<&'static str> {
        match self {
            ColumnForm::Plain => None,
            ColumnForm::Map => Some("map"),
            ColumnForm::NestedList => Some("nested_list"),
        }
    }
}

impl Layout {
    /// What a column stands for.
    pub fn form(&self, id: ColumnId) -> ColumnForm {
        match () {
            () if self.is_map(id) => ColumnForm::Map,
            () if self.is_nested_list(id) => ColumnForm::NestedList,
            () => ColumnForm::Plain,
        }
    }

    /// The type of a column with its shape: `INT64`, `map<STRING>`, `map<map<INT64>>`, `list<list<FLOAT64>>`. A plain list is told by its mode, but inside
    /// of another shape it is `list<STRING>`. Keys are texts unless they are named: `map<INT64, STRING>`.
    pub fn badge(&self, id: ColumnId) -> String {
        let (mut at, mut badge, mut closing) = (id, String::new(), String::new());
        while let Some(column) = self.get(at) {
            if closing.len() == MOST {
                badge.push('…');
                break;
            }
            let form = self.form(at);
            if form == ColumnForm::Plain {
                // A list by itself is told by its mode.
                let is_inner_list = column.mode == Mode::Repeated && !closing.is_empty();
                badge.extend(is_inner_list.then_some("list<").into_iter().chain([&*column.kind]).chain(is_inner_list.then_some(">")));
                break;
            }
            badge.push_str(if form == ColumnForm::Map { "map<" } else { "list<" });
            closing.push('>');
            if form == ColumnForm::Map {
                let key = self.get(at + 1).filter(|key| &*key.kind != "STRING");
                badge.extend(key.iter().flat_map(|key| [&*key.kind, ", "]));
            }
            // A map's key comes first; behind it is the value, if there is one.
            let Some(inner) = self.children(at).nth(usize::from(form == ColumnForm::Map)) else {
                badge.push_str("keys only");
                break;
            };
            at = inner;
        }
        badge + &closing
    }

    /// The badge, with the mode where it does not tell it: `map<STRING>`, `INT64 REPEATED`.
    pub fn kind(&self, id: ColumnId) -> String {
        let mode = self.get(id).map_or("", |column| column.mode.behind(self.form(id) != ColumnForm::Plain));
        self.badge(id) + mode
    }

    /// The badge and the mode, whatever they are: `map<STRING> REPEATED`, `INT64 NULLABLE`.
    pub fn kind_and_mode(&self, id: ColumnId) -> String {
        format!("{} {}", self.badge(id), self.get(id).map_or("", |column| column.mode.name()))
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
