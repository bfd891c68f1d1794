//! The columns of all tables that match a search.

use std::io::Write;

use color_eyre::Result;
use serde::Serialize;

use super::{TablesFormat, name, table};
use crate::cli::{csv, out, safe_json};
use crate::ground::markdown::cell_code;
use crate::ground::sought::only_resembles;
use crate::ground::text::{visible, wrap};
use crate::pipeline::destination::Stage;
use crate::triage::catalog::{Catalog, CatalogColumn, FoundHits, Hit, HitKind, HitPlace, PathId};
use crate::triage::facts::column::kind_in;

/// A column of one table as scripts read it: the fields of `--format json`, `ndjson` and `csv`, in their order. Names and meanings are stable.
#[derive(Serialize)]
struct FoundColumnRecord<'a> {
    /// From the top, with dots.
    path: String,
    /// In words: `map<INT64>`; a plain list is told by its mode.
    #[serde(rename = "type")]
    kind: &'a str,
    mode: &'static str,
    namespace: &'a str,
    doctype: &'a str,
    version: &'a str,
    live: Vec<String>,
    /// `published`, or `transpiled` where the column would be made of the JSON schema.
    layout: &'static str,
}

/// A column that matches and the tables that have it.
struct ColumnMatch<'a> {
    path: PathId,
    column: &'a CatalogColumn,
    places: &'a [HitPlace],
}

/// Writes what is found, best match first; the answer is the closing line.
pub(super) fn write(out: &mut impl Write, catalog: &Catalog, text: &str, format: TablesFormat) -> Result<String> {
    let found = catalog.search(text, &|| false).unwrap_or_default();
    let matches = matches(catalog, &found);
    let records = || {
        let places = matches.iter().flat_map(|found| found.places.iter().map(move |place| (found, place)));
        places.filter_map(|(found, place)| record(catalog, found, place))
    };
    match format {
        TablesFormat::Table => matches.iter().try_for_each(|found| block(out, catalog, found))?,
        TablesFormat::Json => safe_json::write_list(
            out,
            &format!("{{\"search\":{},\"columns\":", safe_json::escape(serde_json::to_string(text)?)),
            records(),
        )?,
        TablesFormat::Ndjson => safe_json::write_lines(out, records())?,
        TablesFormat::Csv => csv::write(out, records())?,
        TablesFormat::Md => markdown(out, catalog, &matches)?,
    }
    Ok(closing(catalog, text, &matches, found.loose))
}

/// The hits that are columns.
fn matches<'a>(catalog: &'a Catalog, found: &'a FoundHits) -> Vec<ColumnMatch<'a>> {
    let column = |hit: &'a Hit| {
        let HitKind::Column(path) = hit.what else { return None };
        let places = found.places(hit);
        let first = places.first()?;
        Some(ColumnMatch { path, column: catalog.column(first.table, first.column?)?, places })
    };
    found.hits.iter().filter_map(column).collect()
}

fn record<'a>(catalog: &'a Catalog, found: &ColumnMatch<'a>, place: &HitPlace) -> Option<FoundColumnRecord<'a>> {
    let table = table(catalog, place.table)?;
    let doctype = &table.doctype;
    Some(FoundColumnRecord {
        path: catalog.path(found.path),
        kind: catalog.badge(found.column),
        mode: found.column.mode.name(),
        namespace: &doctype.namespace,
        doctype: &doctype.doctype,
        version: &doctype.version,
        live: table.of_stage(Stage::Live),
        layout: if table.made { "transpiled" } else { "published" },
    })
}

/// A column with all its tables below, for people.
fn block(out: &mut impl Write, catalog: &Catalog, found: &ColumnMatch<'_>) -> Result<()> {
    writeln!(out, "{}  {}  in {}", visible(&catalog.path(found.path)), kind_in(catalog, found.column), super::tables(found.places.len()))?;
    let names: Vec<String> = names(catalog, found).collect();
    for line in wrap(&names.join("  "), out::room().saturating_sub(4)) {
        writeln!(out, "    {}", line.trim())?;
    }
    Ok(())
}

fn names<'a>(catalog: &'a Catalog, found: &'a ColumnMatch<'_>) -> impl Iterator<Item = String> + 'a {
    found.places.iter().filter_map(|place| table(catalog, place.table)).map(|table| name(&table.doctype))
}

fn markdown(out: &mut impl Write, catalog: &Catalog, matches: &[ColumnMatch<'_>]) -> Result<()> {
    out.write_all(b"| column | type | tables |\n|---|---|---|\n")?;
    for found in matches {
        let tables: Vec<String> = names(catalog, found).map(|name| cell_code(&name)).collect();
        let (path, kind) = (cell_code(&catalog.path(found.path)), cell_code(&kind_in(catalog, found.column)));
        writeln!(out, "| {path} | {kind} | {} |", tables.join(" "))?;
    }
    Ok(())
}

fn closing(catalog: &Catalog, text: &str, matches: &[ColumnMatch<'_>], loose: bool) -> String {
    let places: usize = matches.iter().map(|found| found.places.len()).sum();
    let total: usize = (0..).zip(catalog.tables()).filter_map(|(id, _)| catalog.flat(id)).map(|flat| flat.columns.len()).sum();
    let mut tables: Vec<u32> = matches.iter().flat_map(|found| found.places.iter().map(|place| place.table)).collect();
    tables.sort_unstable();
    tables.dedup();
    let of = out::plural(total as u64, "column", "columns");
    match places {
        0 => format!("no column matches {} among {of}", visible(text)),
        n if loose => format!("{}, in {}, among {of}", only_resembles(text, n), super::tables(tables.len())),
        n => format!("{} of {of} match, in {}", crate::ground::text::count(n as u64), super::tables(tables.len())),
    }
}
