//! A column as scripts read it: the fields of `--format json`, `ndjson` and `csv`, in their order. Names and meanings are stable.
//!
//! Also owns: the columns as a Markdown table, to paste into a report.

use std::io::Write;

use color_eyre::Result;
use serde::Serialize;

use crate::cli::safe_json;
use crate::ground::markdown::cell_code;
use crate::pipeline::layout::{ColumnId, Layout};
use crate::triage::facts::column;

/// One column.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct ColumnRecord<'a> {
    /// From the top, with dots.
    pub path: String,
    /// Canonical type: INT64 where the file may say INTEGER.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// NULLABLE, REQUIRED or REPEATED.
    pub mode: &'static str,
    pub description: Option<&'a str>,
    /// 0 at the top.
    pub depth: u16,
    /// Columns in it that hold no others; 1 where it holds none itself.
    pub leaf_count: u32,
    /// `map`, `nested_list`, or null.
    pub form: Option<&'static str>,
    /// The type in words: `map<INT64>`.
    pub words: String,
    /// The type as the file spells it.
    pub spelling: &'a str,
    pub policy_tags: &'a [Box<str>],
}

impl<'a> ColumnRecord<'a> {
    /// The columns at these positions.
    pub(super) fn list(layout: &'a Layout, columns: impl Iterator<Item = ColumnId>) -> impl Iterator<Item = ColumnRecord<'a>> {
        let leaves = layout.leaf_counts();
        columns.filter_map(move |id| {
            let column = layout.get(id)?;
            Some(ColumnRecord {
                path: layout.path(id),
                kind: &column.kind,
                mode: column.mode.name(),
                description: column.description.as_deref(),
                depth: column.depth,
                leaf_count: leaves.get(id as usize).copied().unwrap_or_default(),
                form: layout.form(id).name(),
                words: layout.badge(id),
                spelling: column.kind.spelling(),
                policy_tags: &column.policy_tags,
            })
        })
    }
}

/// One line per column.
pub(super) fn write_markdown<'a>(out: &mut impl Write, records: impl Iterator<Item = ColumnRecord<'a>>) -> Result<()> {
    out.write_all(b"| column | type | mode | leaves | description |\n|---|---|---|---:|---|\n")?;
    for record in records {
        let tags: Vec<String> = record.policy_tags.iter().map(|tag| cell_code(tag)).collect();
        let tags = (!tags.is_empty()).then(|| format!("{}: {}", column::TAGS, tags.join(", ")));
        let description = record.description.map(cell_code).into_iter().chain(tags).collect::<Vec<_>>().join(", ");
        writeln!(
            out,
            "| {} | {} | {} | {} | {description} |",
            cell_code(&record.path),
            cell_code(&record.words),
            record.mode,
            record.leaf_count
        )?;
    }
    Ok(())
}

/// A column as `.bq` files have it.
#[derive(Serialize)]
struct FileColumn<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(rename = "policyTags", skip_serializing_if = "Option::is_none")]
    policy_tags: Option<FileTags<'a>>,
    #[serde(rename = "maxLength", skip_serializing_if = "Option::is_none")]
    max_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scale: Option<u64>,
    #[serde(rename = "defaultValueExpression", skip_serializing_if = "Option::is_none")]
    default_value: Option<&'a str>,
}

#[derive(Serialize)]
struct FileTags<'a> {
    names: &'a [Box<str>],
}

/// All columns as a JSON list, nested ones in the `fields` of their RECORD: what `bq mk` takes. A column a line.
pub(super) fn write_columns(out: &mut impl Write, layout: &Layout) -> Result<()> {
    out.write_all(b"[")?;
    let mut open: Vec<ColumnId> = Vec::new();
    let mut is_first = true;
    for (id, column) in (0..).zip(&layout.columns) {
        while open.last().and_then(|&record| layout.get(record)).is_some_and(|record| record.end <= id) {
            open.pop();
            is_first = false;
            out.write_all(b"]}")?;
        }
        let tags = (!column.policy_tags.is_empty()).then_some(FileTags { names: &column.policy_tags });
        let record = FileColumn {
            name: &column.name,
            kind: &column.kind,
            mode: column.mode.name(),
            description: column.description.as_deref(),
            policy_tags: tags,
            max_length: column.extras.as_ref().and_then(|extras| extras.max_length),
            precision: column.extras.as_ref().and_then(|extras| extras.precision),
            scale: column.extras.as_ref().and_then(|extras| extras.scale),
            default_value: column.default_value(),
        };
        let text = safe_json::escape(serde_json::to_string(&record)?);
        let comma = if is_first { "" } else { "," };
        is_first = column.is_record();
        if column.is_record() {
            write!(out, "{comma}\n{},\"fields\":[", text.strip_suffix('}').unwrap_or(&text))?;
            open.push(id);
        } else {
            write!(out, "{comma}\n{text}")?;
        }
    }
    open.iter().try_for_each(|_| out.write_all(b"]}"))?;
    Ok(out.write_all(b"\n]\n")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_written_as_they_are_read() {
        let text = br#"[{"name":"a","type":"RECORD","fields":[{"name":"b","type":"RECORD","mode":"REPEATED","fields":[{"name":"c","type":"INT64",
            "description":"x\u202e","policyTags":{"names":["t"]}}]}]},{"name":"r","type":"RECORD"},{"name":"d","type":"STRING","mode":"REQUIRED","maxLength":"7","defaultValueExpression":"'x'"},{"name":"e","type":"RECORD"}]"#;
        let layout = Layout::parse(text).unwrap();
        let mut out = Vec::new();
        write_columns(&mut out, &layout).unwrap();
        let again = Layout::parse(&out).unwrap();
        assert_eq!(again.columns, layout.columns);
    }
}
