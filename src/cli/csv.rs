//! Records as CSV (RFC 4180) for spreadsheets.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::ground::text::{FORMULA, visible, visible_lines};

/// A line for each record, the first one behind a header; lists are JSON in their cells, null is an empty cell.
pub(super) fn write(out: impl Write, records: impl Iterator<Item = impl Serialize>) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    let mut json = Vec::new();
    for (i, record) in records.enumerate() {
        json.clear();
        serde_json::to_writer(&mut json, &record)?;
        let CsvFields(fields) = serde_json::from_slice(&json)?;
        if i == 0 {
            writer.write_record(fields.iter().map(|(name, _)| *name)).map_err(unwritten)?;
        }
        for (_, value) in &fields {
            writer.write_field(cell(value.get())?.as_bytes()).map_err(unwritten)?;
        }
        writer.write_record(None::<&[u8]>).map_err(unwritten)?;
    }
    writer.flush()
}

/// Texts in columns that keep their line breaks.
pub(super) fn write_texts<const N: usize>(
    out: impl Write,
    header: [&str; N],
    rows: impl Iterator<Item = [Option<String>; N]>,
) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    writer.write_record(header).map_err(unwritten)?;
    for row in rows {
        let cells = row.map(|cell| cell.map(|cell| if is_formula(&cell) { format!("'{}", safe_lines(&cell)) } else { safe_lines(&cell) }));
        writer.write_record(cells.iter().map(|cell| cell.as_deref().unwrap_or_default())).map_err(unwritten)?;
    }
    writer.flush()
}

fn safe_lines(text: &str) -> String {
    visible_lines(text.as_bytes())
}

/// The members of a record in their order, each value as its JSON.
struct CsvFields<'j>(Vec<(&'j str, &'j RawValue)>);

impl<'de> Deserialize<'de> for CsvFields<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct CsvVisitor;

        impl<'de> Visitor<'de> for CsvVisitor {
            type Value = CsvFields<'de>;

            fn expecting(&self, told: &mut fmt::Formatter<'_>) -> fmt::Result {
                told.write_str("a record")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<CsvFields<'de>, M::Error> {
                let mut fields = Vec::new();
                while let Some(member) = map.next_entry()? {
                    fields.push(member);
                }
                Ok(CsvFields(fields))
            }
        }

        reader.deserialize_map(CsvVisitor)
    }
}

/// The output's own error, by which a closed pipe is told.
fn unwritten(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// The text of a cell whose value is such JSON. Only texts can be made to look like formulas, numbers are ours.
fn cell(json: &str) -> io::Result<Cow<'_, str>> {
    Ok(match json {
        "null" => Cow::from(""),
        text if text.starts_with('"') => match serde_json::from_str::<&str>(text) {
            Ok(plain) => harmless(plain),
            Err(_) => Cow::from(harmless(&serde_json::from_str::<String>(text)?).into_owned()),
        },
        other => visible(other),
    })
}

/// The text with a quote in front where a spreadsheet would take it for a formula; some look behind spaces and tabs, too.
fn harmless(text: &str) -> Cow<'_, str> {
    let is_formula = is_formula(text);
    let text = visible(text);
    if is_formula { Cow::from(format!("'{text}")) } else { text }
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control()).starts_with(FORMULA)
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

    fn text(records: impl Iterator<Item = impl Serialize>) -> io::Result<String> {
        let mut out = Vec::new();
        write(&mut out, records)?;
        String::from_utf8(out).map_err(io::Error::other)
    }

    #[test]
    fn cells_are_quoted_and_no_formula_gets_in() {
        let rows = [
            Row { name: "a, \"b\"", count: -1, tags: &["x", "y"], note: None },
            Row { name: "=1+1 \u{1b}[2J \u{202e}", count: 2, tags: &[], note: Some("@") },
        ];
        let text = text(rows.iter()).unwrap();
        let expected = ["name,count,tags,note", r#""a, ""b""",-1,"[""x"",""y""]","#, r"'=1+1 \u{1b}[2J \u{202e},2,[],'@"];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn lines_end_as_spreadsheets_want_them_and_cells_keep_their_spaces() {
        let rows = [Row { name: " a ", count: 0, tags: &[], note: Some("") }, Row { name: "é;\t", count: 1, tags: &["x"], note: None }];
        assert_eq!(text(rows.iter()).unwrap(), "name,count,tags,note\r\n a ,0,[],\r\né;\\t,1,\"[\"\"x\"\"]\",\r\n");
        assert_eq!(text(rows[..0].iter()).unwrap(), "");
    }

    #[test]
    fn a_reader_that_left_is_told_from_other_errors() {
        struct Left;
        impl Write for Left {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let rows = (0..10_000).map(|count| Row { name: "a", count, tags: &[], note: None });
        assert_eq!(write(Left, rows).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn only_texts_that_look_like_formulas_get_a_quote() {
        for text in ["=1", "+1", "-1", "@a", "  =1", "\t=1", "\r\n+1", "\u{a0}@a", "＝1", "\u{0}=1"] {
            assert_eq!(harmless(text), format!("'{}", visible(text)));
        }
        assert_eq!(harmless("/a=b"), "/a=b");
    }
}
