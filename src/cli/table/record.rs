//! A column as scripts read it: the fields of `--format json` and `csv`, in their order. Names and meanings are stable.
//!
//! Also owns: the columns as a Markdown table, to paste into a report.

use std::io::Write;

use color_eyre::Result;
use serde::Serialize;

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
