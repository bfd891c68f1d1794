//! Groups as CSV (RFC 4180) for spreadsheets.

use std::borrow::Cow;

use serde_json::Value;

use super::record::Record;
use crate::text::visible;

/// A header, then one group a line; lists are JSON in their cells, null is an empty cell.
pub(super) fn write<'a>(records: impl Iterator<Item = Record<'a>>) -> serde_json::Result<String> {
    let mut out = String::new();
    for record in records {
        let Value::Object(fields) = serde_json::to_value(&record)? else { continue };
        if out.is_empty() {
            push_line(&mut out, fields.keys().map(|name| Cow::from(name.as_str())));
        }
        push_line(&mut out, fields.values().map(cell));
    }
    Ok(out)
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
    use crate::cli::groups::record::tests::groups;

    #[test]
    fn cells_are_quoted_and_no_formula_gets_in() {
        let groups = groups();
        let text = write(groups.list.iter().map(|group| Record::new(group, &groups))).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("namespace,doctype,version,stage,"));
        assert!(lines[1].starts_with("acme,session,1,ParsePayload,"), "{}", lines[1]);
        assert!(lines[1].contains(r#","[{""job"":""decoder-0"",""count"":1234}]",NEW,false,0.5,false,required,"#), "{}", lines[1]);
        assert!(lines[1].ends_with(r#","'=1+1 \u{1b}[2J ""x"" \u{9b} \u{202e}",1000,77,false,"#), "{}", lines[1]);
    }

    #[test]
    fn only_texts_that_look_like_formulas_get_a_quote() {
        for text in ["=1", "+1", "-1", "@a"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        assert_eq!(harmless("/a=b"), "/a=b");
    }
}
