//! A table's columns as a Markdown table, to paste into a report.

use std::io::Write;

use color_eyre::Result;

use super::record::Record;
use crate::ground::markdown::cell_code;
use crate::triage::facts::column;

/// One line per column.
pub(super) fn write<'a>(out: &mut impl Write, records: impl Iterator<Item = Record<'a>>) -> Result<()> {
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
