//! A table as a source of dbt: its entry in a `sources` file, columns in RECORDs by their dotted names.
//!
//! Owns: the file's form, types as dbt spells them, which columns get a test.
//! Refuses: quoting (yaml), reading such files (layout).

use std::io::{self, Write};

use crate::ground::yaml::quoted;
use crate::pipeline::layout::{Column, ColumnId, DBT_DEFAULT, Layout, Mode};

/// Writes the columns of a table, which is named with its dataset, or its project and dataset. How many columns are REQUIRED in RECORDs that may be
/// missing: a test for NULL would fail for rows that are right, so they have none.
pub(super) fn write(out: &mut impl Write, layout: &Layout, table: &str, title: &str) -> io::Result<u64> {
    let (dataset, name) = table.rsplit_once('.').unwrap_or(("dataset", table));
    let (project, dataset) = dataset.rsplit_once('.').map_or((None, dataset), |(project, dataset)| (Some(project), dataset));
    writeln!(out, "version: 2\n\nsources:\n  - name: {}", value(dataset))?;
    if let Some(project) = project {
        writeln!(out, "    database: {}", value(project))?;
    }
    writeln!(out, "    tables:\n      - name: {}\n        description: {}", value(name), value(&format!("Columns of {title}")))?;
    writeln!(out, "        columns:{}", if layout.columns.is_empty() { " []" } else { "" })?;
    let mut untested = 0;
    for (id, column) in (0..).zip(&layout.columns) {
        writeln!(out, "          - name: {}\n            data_type: {}", value(&layout.path(id)), value(&data_type(column)))?;
        if let Some(description) = column.description.as_deref().filter(|text| !text.trim().is_empty()) {
            writeln!(out, "            description: {}", value(description))?;
        }
        if !column.policy_tags.is_empty() {
            writeln!(out, "            policy_tags:")?;
            column.policy_tags.iter().try_for_each(|tag| writeln!(out, "              - {}", value(tag)))?;
        }
        if let Some(default) = column.default_value() {
            writeln!(out, "            meta:\n              {DBT_DEFAULT}: {}", value(default))?;
        }
        if column.mode == Mode::Required {
            if is_always_there(layout, id) {
                writeln!(out, "            data_tests:\n              - \"not_null\"")?;
            } else {
                // Not tested by dbt, and still said.
                writeln!(out, "            constraints:\n              - type: \"not_null\"")?;
                untested += 1;
            }
        }
    }
    Ok(untested)
}

/// A RECORD is a `struct`, or an `array` where it is repeated; the columns in it say the rest.
fn data_type(column: &Column) -> String {
    let name = column.kind.sql().unwrap_or(&column.kind);
    let kind = if column.kind.is_known() { name.to_lowercase() } else { name.to_owned() };
    match (column.is_record(), column.mode) {
        (true, Mode::Repeated) => "array".to_owned(),
        (true, _) => "struct".to_owned(),
        (false, Mode::Repeated) => format!("array<{kind}{}>", column.bounds()),
        (false, _) => format!("{kind}{}", column.bounds()),
    }
}

/// Whether every RECORD around a column has a value in every row.
fn is_always_there(layout: &Layout, id: ColumnId) -> bool {
    layout.ancestors(id).skip(1).filter_map(|around| layout.get(around)).all(|around| around.mode == Mode::Required)
}

/// A text as dbt reads it back: in what stands in such a file it looks for templates, too.
fn value(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('{', Some('{' | '%' | '#')) => out.push_str("{{ '{' }}"),
            _ => out.push(c),
        }
    }
    quoted(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: &str = r#"[
      {"name":"when","type":"TIMESTAMP","mode":"REQUIRED","description":"say \"{{ run() }}\": # no\n- x"},
      {"name":"info","type":"RECORD","mode":"NULLABLE","fields":[
        {"name":"id","type":"STRING","mode":"REQUIRED","maxLength":"10"},
        {"name":"tags","type":"INTEGER","mode":"REPEATED"}]},
      {"name":"events","type":"RECORD","mode":"REPEATED","fields":[{"name":"at","type":"FLOAT","mode":"REQUIRED"}]},
      {"name":"own","type":"RECORD","mode":"REQUIRED","fields":[{"name":"key","type":"BOOLEAN","mode":"REQUIRED"}]}
    ]"#;

    #[test]
    fn nested_columns_have_dotted_names_and_tests_only_where_they_hold() {
        let layout = Layout::parse(LAYOUT.as_bytes()).unwrap();
        let mut out = Vec::new();
        assert_eq!(write(&mut out, &layout, "p-1.acme_live.session_v1", "acme/session.1").unwrap(), 2);
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with(
                "version: 2\n\nsources:\n  - name: \"acme_live\"\n    database: \"p-1\"\n    tables:\n      - name: \"session_v1\"\n"
            ),
            "{text}"
        );
        let column = |name: &str, rest: &str| format!("          - name: \"{name}\"\n{rest}");
        for (name, rest) in [
            (
                "when",
                "            data_type: \"timestamp\"\n            description: \"say \\\"{{ '{' }}{ run() }}\\\": # no\\n- x\"\n            data_tests:\n              - \"not_null\"\n",
            ),
            ("info", "            data_type: \"struct\"\n"),
            (
                "info.id",
                "            data_type: \"string(10)\"\n            constraints:\n              - type: \"not_null\"\n          - name: \"info.tags\"\n            data_type: \"array<int64>\"\n",
            ),
            (
                "events",
                "            data_type: \"array\"\n          - name: \"events.at\"\n            data_type: \"float64\"\n            constraints:\n              - type: \"not_null\"\n          - name",
            ),
            ("own.key", "            data_type: \"bool\"\n            data_tests:\n              - \"not_null\"\n"),
        ] {
            assert!(text.contains(&column(name, rest)), "{name}: {text}");
        }
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_layout() {
        let more = r#"[{"name":"n","type":"NUMERIC","precision":38,"scale":9,"defaultValueExpression":"'{{ x }}'"},
            {"name":"r","type":"RANGE","rangeElementType":{"type":"DATE"}},{"name":"empty","type":"RECORD"},
            {"name":"b","type":"BYTES","maxLength":7,"policyTags":{"names":["a/{{ b }}","no"]}},{"name":"odd","type":"Point"},
            {"name":"m","type":"RECORD","mode":"REPEATED","fields":[{"name":"key","type":"STRING","mode":"REQUIRED"},
              {"name":"value","type":"RECORD","fields":[{"name":"j","type":"JSON","mode":"REPEATED"},{"name":"t","type":"TIMESTAMP","description":"~"}]}]}]"#;
        for text in [LAYOUT, more, "[]"] {
            let layout = Layout::parse(text.as_bytes()).unwrap();
            let mut out = Vec::new();
            write(&mut out, &layout, "p.d.t", "x").unwrap();
            let again = Layout::parse(&out);
            match layout.columns.is_empty() {
                true => assert_eq!(again.unwrap_err(), "d.t, in line 7: lists no columns"),
                false => assert_eq!(again.unwrap().columns, layout.columns),
            }
        }
    }
}
