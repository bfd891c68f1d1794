//! The list of all tables, with their sizes.

use std::io::Write;

use color_eyre::Result;
use serde::Serialize;

use super::{TablesFormat, name};
use crate::cli::{csv, out, safe_json};
use crate::ground::aligned::Aligned;
use crate::ground::markdown::cell_code;
use crate::ground::text::{count, percent, visible};
use crate::pipeline::destination::Stage;
use crate::pipeline::layout::{GaugeLevel, Size};
use crate::rows::schemas::WOULD_BE_SHORT;
use crate::triage::catalog::{Catalog, CatalogTable, TableContents, TableId};

/// Cells of the bar that shows how full a table is.
const BAR: usize = 10;

/// A table as scripts read it: the fields of `--format json`, `ndjson` and `csv`, in their order. Names and meanings are stable.
#[derive(Serialize)]
struct TableRecord<'a> {
    namespace: &'a str,
    doctype: &'a str,
    version: &'a str,
    /// `published`, `transpiled` where it would be made of the JSON schema, `missing` where there is none, `broken` where it cannot be used.
    layout: &'static str,
    file: Option<String>,
    live: Vec<String>,
    stable: Vec<String>,
    /// With RECORDs; null where there is no layout, as the sizes below.
    column_count: Option<usize>,
    leaf_count: Option<usize>,
    record_levels: Option<usize>,
    generator_size: Option<usize>,
    /// `roomy`, `near` or `over`, the worst of all limits.
    level: Option<&'static str>,
    /// Why it cannot be used, or why there is none.
    error: Option<String>,
}

impl<'a> TableRecord<'a> {
    fn new(catalog: &'a Catalog, id: TableId, table: &'a CatalogTable) -> Self {
        let size = size(catalog, id);
        let (layout, error) = match &table.contents {
            TableContents::Broken(reason) => ("broken", Some(reason.clone())),
            TableContents::Columns(_) if table.made => ("transpiled", None),
            TableContents::Columns(_) => ("published", None),
            TableContents::Missing(why) => ("missing", Some(why.to_string())),
            TableContents::Unread => ("missing", None),
        };
        let found = &table.doctype;
        TableRecord {
            namespace: &found.namespace,
            doctype: &found.doctype,
            version: &found.version,
            layout,
            file: found.layout.as_ref().map(|path| format!("schemas/{path}")),
            live: table.of_stage(Stage::Live),
            stable: table.of_stage(Stage::Stable),
            column_count: size.map(|size| size.columns),
            leaf_count: size.map(|size| size.leaves),
            record_levels: size.map(|size| size.levels),
            generator_size: size.map(|size| size.generated),
            level: size.map(|size| worst(&size).name()),
            error,
        }
    }
}

/// Writes the list; the answer is the closing line.
pub(super) fn write(out: &mut impl Write, catalog: &Catalog, format: TablesFormat) -> Result<String> {
    let records = || (0..).zip(catalog.tables()).map(|(id, table)| TableRecord::new(catalog, id, table));
    match format {
        TablesFormat::Table => out.write_all(text(catalog).as_bytes())?,
        TablesFormat::Json => safe_json::write_list(out, "{\"tables\":", records())?,
        TablesFormat::Ndjson => safe_json::write_lines(out, records())?,
        TablesFormat::Csv => csv::write(out, records())?,
        TablesFormat::Md => markdown(out, records())?,
    }
    Ok(closing(catalog))
}

/// Lines for people: a size with a bar for BigQuery's limit of leaf columns.
fn text(catalog: &Catalog) -> String {
    let mut lines = Aligned::under(["DOCTYPE", "COLUMNS", "LEAVES", "OF 10,000", "LIVE TABLE"], &[1, 2]);
    for (id, table) in (0..).zip(catalog.tables()) {
        let live = visible(&table.of_stage(Stage::Live).join(", ")).into_owned();
        let [columns, leaves, full] = match size(catalog, id) {
            Some(size) => {
                let made = if table.made { format!(", {WOULD_BE_SHORT}") } else { String::new() };
                [count(size.columns as u64), count(size.leaves as u64), format!("{}{made}", bar(&size))]
            }
            None if matches!(table.contents, TableContents::Broken(_)) => ["-".to_owned(), "-".to_owned(), "broken .bq".to_owned()],
            None => ["-".to_owned(), "-".to_owned(), "no layout".to_owned()],
        };
        lines.push([name(&table.doctype), columns, leaves, full, live]);
    }
    lines.to_text()
}

/// `####......   44 %`, with a word where it is nearly full or over.
fn bar(size: &Size) -> String {
    let [gauge, ..] = size.gauges();
    let full = ((gauge.share() * BAR as f64).round() as usize).min(BAR);
    let word = match worst(size) {
        GaugeLevel::Roomy => "",
        GaugeLevel::Near => " nearly full",
        GaugeLevel::Over => " OVER",
    };
    let share = percent(gauge.used as u64, gauge.limit.most() as u64);
    format!("{}{} {share:>6}{word}", "#".repeat(full), ".".repeat(BAR - full))
}

fn worst(size: &Size) -> GaugeLevel {
    size.gauges().iter().map(|gauge| gauge.level()).max().unwrap_or(GaugeLevel::Roomy)
}

fn size(catalog: &Catalog, id: TableId) -> Option<Size> {
    catalog.flat(id).map(|flat| flat.size)
}

fn markdown<'a>(out: &mut impl Write, records: impl Iterator<Item = TableRecord<'a>>) -> Result<()> {
    out.write_all(b"| doctype | layout | columns | leaf columns | level | live table |\n|---|---|---:|---:|---|---|\n")?;
    for record in records {
        let doctype = cell_code(&format!("{}/{}.{}", record.namespace, record.doctype, record.version));
        let number = |size: Option<usize>| size.map(|size| count(size as u64)).unwrap_or_default();
        let live: Vec<String> = record.live.iter().map(|table| cell_code(table)).collect();
        let (columns, leaves) = (number(record.column_count), number(record.leaf_count));
        writeln!(
            out,
            "| {doctype} | {} | {columns} | {leaves} | {} | {} |",
            record.layout,
            record.level.unwrap_or_default(),
            live.join(", ")
        )?;
    }
    Ok(())
}

fn closing(catalog: &Catalog) -> String {
    let sizes: Vec<Size> = (0..catalog.tables().len() as TableId).filter_map(|id| size(catalog, id)).collect();
    let columns: usize = sizes.iter().map(|size| size.columns).sum();
    let over = sizes.iter().filter(|size| worst(size) == GaugeLevel::Over).count();
    let near = sizes.iter().filter(|size| worst(size) == GaugeLevel::Near).count();
    let missing = catalog.tables().iter().filter(|table| matches!(table.contents, TableContents::Missing(_))).count();
    let made = catalog.tables().iter().filter(|table| table.made).count();
    let mut parts = vec![format!("{} with {}", super::tables(sizes.len()), out::plural(columns as u64, "column", "columns"))];
    let mut say = |n: usize, words: &str| parts.extend((n > 0).then(|| format!("{} {words}", count(n as u64))));
    say(over, "over a limit");
    say(near, "nearly full");
    say(made, WOULD_BE_SHORT);
    say(missing, "without a layout");
    parts.join(", ")
}
