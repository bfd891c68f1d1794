//! Records as CSV (RFC 4180) for spreadsheets.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use crate::ground::text::visible;

/// A line for each record, the first one behind a header; lists are JSON in their cells, null is an empty cell.
pub(super) fn lines(records: impl Iterator<Item = impl Serialize>) -> impl Iterator<Item = serde_json::Result<String>> {
    records.enumerate().map(|(i, record)| {
        let mut out = String::new();
        let Value::Object(fields) = serde_json::to_value(&record)? else { return Ok(out) };
        if i == 0 {
            push_line(&mut out, fields.keys().map(|name| Cow::from(name.as_str())));
        }
        push_line(&mut out, fields.values().map(cell));
        Ok(out)
    })
}

/// All lines at once.
pub(super) fn write(records: impl Iterator<Item = impl Serialize>) -> serde_json::Result<String> {
    lines(records).collect()
}

/// The text of a cell. Only texts can be made to look like formulas, numbers are ours.
fn cell(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::from(""),
        Value::String(text) => harmless(text),
        other => Cow::from(visible(&other.to_string()).into_owned()),
    }
}

/// The text with a quote in front where a spreadsheet would take it for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    let text = visible(text);
    if text.starts_with(['=', '+', '-', '@']) { Cow::from(format!("'{text}")) } else { text }
}

fn push_line<'a>(out: &mut String, cells: impl Iterator<Item = Cow<'a, str>>) {
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            out.push_str(&format!("\"{}\"", cell.replace('"', "\"\"")));
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row<'a> {
        name: &'a str,
        count: i64,
        tags: &'a [&'a str],
        note: Option<&'a str>,
    }

    #[test]
    fn cells_are_quoted_and_no_formula_gets_in() {
        let rows = [
            Row { name: "a, \"b\"", count: -1, tags: &["x", "y"], note: None },
            Row { name: "=1+1 \u{1b}[2J \u{202e}", count: 2, tags: &[], note: Some("@") },
        ];
        let text = write(rows.iter()).unwrap();
        let expected = ["name,count,tags,note", r#""a, ""b""",-1,"[""x"",""y""]","#, r"'=1+1 \u{1b}[2J \u{202e},2,[],'@"];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn only_texts_that_look_like_formulas_get_a_quote() {
        for text in ["=1", "+1", "-1", "@a"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        assert_eq!(harmless("/a=b"), "/a=b");
    }
}
