//! A column's type in one word, as people think of it: maps and lists of lists are RECORDs only to BigQuery.
//!
//! Owns: what a repeated RECORD stands for, the words for a type in its shape.
//! Refuses: where the columns are kept.

use super::{ColumnId, Layout, Mode};

/// Most maps and lists inside each other that a badge names.
const MOST: usize = 6;

/// What a column of columns stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Itself.
    Plain,
    /// An object with any keys: see [`Layout::is_map`].
    Map,
    /// Lists in lists: see [`Layout::is_nested_list`].
    NestedList,
}

impl Form {
    /// A name for scripts; `None` for what stands for itself.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Form::Plain => None,
            Form::Map => Some("map"),
            Form::NestedList => Some("nested_list"),
        }
    }
}

/// What a badge tells of a column.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Canonical type.
    pub kind: &'a str,
    /// NULLABLE, REQUIRED or REPEATED.
    pub mode: Mode,
    /// What it stands for.
    pub form: Form,
    /// One past its last descendant in pre-order.
    pub end: ColumnId,
}

/// The type of a column with its shape: `STRING`, `INT64[]`, `map<STRING>`, `map<map<INT64[]>>`, `FLOAT64[][]`; `map<>` for one of keys alone.
/// `look` gives the columns of the table by their positions in pre-order.
pub fn badge<'a>(column: ColumnId, look: impl Fn(ColumnId) -> Option<Look<'a>>) -> String {
    let (mut words, mut closing, mut at) = (String::new(), Vec::new(), column);
    while let Some(column) = look(at) {
        if closing.len() == MOST {
            words.push('…');
            break;
        }
        match column.form {
            Form::Map => {
                words.push_str("map<");
                closing.push(">");
                // The key comes first and holds nothing; behind it is the value, if there is one.
                at += 2;
                if at >= column.end {
                    break;
                }
            }
            Form::NestedList => {
                closing.push("[]");
                at += 1;
            }
            Form::Plain => {
                words.push_str(column.kind);
                closing.extend((column.mode == Mode::Repeated).then_some("[]"));
                break;
            }
        }
    }
    words.extend(closing.into_iter().rev());
    words
}

impl Layout {
    /// What a column stands for.
    pub fn form(&self, id: ColumnId) -> Form {
        match () {
            () if self.is_map(id) => Form::Map,
            () if self.is_nested_list(id) => Form::NestedList,
            () => Form::Plain,
        }
    }

    /// The type of a column in words: see [`badge`].
    pub fn badge(&self, id: ColumnId) -> String {
        badge(id, |id| self.get(id).map(|column| Look { kind: &column.kind, mode: column.mode, form: self.form(id), end: column.end }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn badge_of(column: String) -> String {
        let layout = Layout::parse(format!(r#"[{{"name":"c",{column}]"#).as_bytes()).unwrap_or_else(|error| panic!("{error}"));
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
        let (int, texts) = (r#""type":"INTEGER"}"#, r#""type":"STRING","mode":"REPEATED"}"#);
        assert_eq!(badge_of(int.into()), "INT64");
        assert_eq!(badge_of(texts.into()), "STRING[]");
        assert_eq!(badge_of(map(int)), "map<INT64>");
        assert_eq!(badge_of(map(&map(texts))), "map<map<STRING[]>>");
        assert_eq!(badge_of(list(texts)), "STRING[][]");
        assert_eq!(badge_of(list(&list(texts))), "STRING[][][]");
        assert_eq!(badge_of(map(&repeated(r#"{"name":"a","type":"STRING"}"#))), "map<RECORD[]>");
        assert_eq!(badge_of(repeated(r#"{"name":"key","type":"STRING"}"#)), "map<>");
    }

    #[test]
    fn a_badge_has_an_end() {
        let endless = (0..20_000).fold(r#""type":"STRING"}"#.to_owned(), |inner, _| if inner.len() < 9_000 { map(&inner) } else { inner });
        assert_eq!(badge_of(endless), "map<map<map<map<map<map<…>>>>>>");
    }
}
