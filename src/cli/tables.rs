//! `misfit tables`: all tables of the schemas, or the columns of all of them that match a search.
//!
//! Owns: the question, when the explorer is opened instead, what is said on standard error.
//! Refuses: reading and searching layouts (catalog), forms of output (below).

mod columns;
mod list;

use std::io::{BufWriter, IsTerminal, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::eyre;

use super::{explore, input, out};
use crate::cli::config::Config;
use crate::ground::text::{count, visible};
use crate::rows::schemas::Doctype;
use crate::rows::source::Request;
use crate::triage::catalog::{Catalog, CatalogTable, TableContents, TableId};
use crate::tui::advice::GIVE_SCHEMAS;

const EXAMPLES: &str = "\
On a terminal, without --search and --format, it opens the explorer on the tables.

Examples:
  misfit tables --schemas ~/schemas
      browse
  misfit tables --schemas ~/schemas --search gpu_active
      the columns of that name, and the tables that have them
  misfit tables --schemas ~/schemas --search 'firefox-desktop url'
      a word may match the table or a RECORD around the column instead
  misfit tables --schemas ~/schemas --format csv
      sizes of all tables for a spreadsheet";

/// What is asked of all tables.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct TablesArgs {
    #[command(flatten)]
    schemas: input::SchemaArgs,

    /// Only columns whose names match, of all tables; a word may match the table or a RECORD around the column instead
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    /// Form of the output
    #[arg(long, value_enum)]
    format: Option<TablesFormat>,

    #[command(flatten)]
    look: explore::LookArgs,
}

/// How tables or columns are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TablesFormat {
    /// For people
    Table,
    /// One object with tables, or with columns
    Json,
    /// The same tables or columns, one a line
    Ndjson,
    /// One table a line, or one column of a table
    Csv,
    /// A Markdown table
    #[value(alias = "markdown")]
    Md,
}

/// Opens the explorer on the tables, or prints them.
pub(super) fn run(args: TablesArgs, config: &Config) -> Result<ExitCode> {
    let search = args.search.filter(|text| !text.trim().is_empty());
    let is_asked = args.format.is_some() || search.is_some();
    let is_screen = args.look.is_printed() || (!is_asked && std::io::stdout().is_terminal());
    let schemas = input::SchemaArgs { is_aged_elsewhere: is_screen, ..args.schemas }.open(config, false)?;
    let schemas = schemas.ok_or_else(|| eyre!("no schemas to take tables from: {GIVE_SCHEMAS}"))?;
    if is_screen {
        return explore::show(None, Request { schemas: Some(schemas), ..Request::default() }, args.look, config, explore::Shown::default());
    }
    let format = args.format.unwrap_or(TablesFormat::Table);
    let catalog = {
        let line = out::ProgressLine::new();
        let watch = |progress: crate::triage::catalog::CatalogProgress| {
            line.files(progress.done, progress.total);
            ControlFlow::Continue(())
        };
        Catalog::read(&schemas, &watch).unwrap_or_default()
    };
    let mut stdout = BufWriter::new(std::io::stdout().lock());
    let closing = match &search {
        Some(text) => columns::write(&mut stdout, &catalog, text, format)?,
        None => list::write(&mut stdout, &catalog, format)?,
    };
    stdout.flush()?;
    let strays = out::strays(Some(&schemas));
    let parts: Vec<String> = [Some(closing), broken(&catalog), strays].into_iter().flatten().collect();
    out::tell(&format!("misfit: {}", parts.join("; ")));
    Ok(ExitCode::SUCCESS)
}

/// Tables whose file cannot be used, with the first one told; `None` where all can.
fn broken(catalog: &Catalog) -> Option<String> {
    let mut broken = catalog.tables().iter().filter_map(|table| match &table.contents {
        TableContents::Broken(reason) => Some(reason),
        _ => None,
    });
    let first = broken.next()?;
    let all = out::plural(broken.count() as u64 + 1, "table layout cannot be used", "table layouts cannot be used");
    Some(format!("{all}; the first is {}", visible(first)))
}

/// `telemetry/main.5`, as everywhere on screen.
fn name(doctype: &Doctype) -> String {
    visible(&doctype.title()).into_owned()
}

/// Tables of a search result in a sentence.
fn tables(n: usize) -> String {
    format!("{} {}", count(n as u64), if n == 1 { "table" } else { "tables" })
}

/// A table, by its position.
fn table(catalog: &Catalog, table: TableId) -> Option<&CatalogTable> {
    catalog.tables().get(table as usize)
}
