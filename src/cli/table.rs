//! `misfit table`: the columns of one table.
//!
//! Owns: the question, which columns are shown, what is said beside them on standard error.
//! Refuses: finding the layout (layout), the search (catalog), forms of output (below).

mod dbt;
mod json;
mod record;
mod tree;

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::{ensure, eyre};

use super::layout::{self, LayoutOrigin, NamedLayout};
use super::{bigquery, csv, input, out, safe_json};
use crate::cli::config::Config;
use crate::ground::sought::only_resembles;
use crate::ground::text::{count, visible};
use crate::pipeline::layout::{ColumnId, ddl};
use crate::rows::source::bigquery::SCHEME;
use crate::triage::catalog::Catalog;
use record::ColumnRecord;

const EXAMPLES: &str = "\
TABLE is one of
  telemetry.main.5        a doctype version of the schemas; telemetry/main.5 as well.
                          Where it has no .bq, the layout that the schema
                          transpiler would make of its JSON schema
  main.5.bq               a file: a list of columns, as bq show --schema prints it
  main.5.schema.json      a JSON schema: the layout that would be made of it
  sources.yml#shop.orders a table of a file that may hold several: the sources and
                          models of dbt, the google_bigquery_table of Terraform
                          (tables.tf#orders), whose schema stands there as it is
  bigquery:P.D.T          a table that is deployed, as BigQuery tells it
  -                       standard input

Examples:
  misfit table telemetry.main.5 --schemas ~/schemas --search gpu
      columns with gpu in their names
  misfit table telemetry.main.5 --schemas ~/schemas --format ddl
      the statement that makes the table
  misfit table telemetry.main.5 --schemas ~/schemas --format dbt
      the table as a source of dbt
  bq show --schema --format=json DATASET.TABLE | misfit table -
      a table that is deployed";

/// Which table, in which form.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct TableArgs {
    /// The table: NAMESPACE.DOCTYPE.VERSION, a .bq file, one of dbt or Terraform, bigquery:P.D.T, or - for standard input
    #[arg(value_name = "TABLE")]
    table: String,

    #[command(flatten)]
    schemas: input::SchemaArgs,

    #[command(flatten)]
    reach: bigquery::Reach,

    /// Only columns whose names match; a word may match a RECORD around the column instead, or be a path with dots
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,

    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    format: TableFormat,
}

/// How a table is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum TableFormat {
    /// For people, as wide as the terminal
    #[default]
    Tree,
    /// One object with sizes, oddities, columns
    Json,
    /// One column a line, as JSON
    Ndjson,
    /// One column a line
    Csv,
    /// A Markdown table
    #[value(alias = "markdown")]
    Md,
    /// The statement that makes the table in BigQuery
    Ddl,
    /// The columns as bq mk and the schemas keep them: a JSON list
    Bq,
    /// A source of dbt: a sources file with the table, nested columns by their dotted names, not_null where a column has a value in every row
    Dbt,
}

/// Prints a table.
pub(super) fn run(args: TableArgs, config: &Config) -> Result<ExitCode> {
    let search = args.search.filter(|text| !text.trim().is_empty());
    ensure!(
        search.is_none() || !matches!(args.format, TableFormat::Ddl | TableFormat::Bq | TableFormat::Dbt),
        "--search picks columns and a table needs them all: leave it out, or choose another --format"
    );
    let named = if args.table.starts_with(SCHEME) {
        layout::of_deployed(args.reach.deployed(&args.table, config)?)?
    } else {
        args.reach.refuse()?;
        layout::open(&args.table, args.schemas, config)?
    };
    let found = search.as_deref().map(|text| matching(&named, text));
    let all = || (0..named.layout.columns.len() as ColumnId).collect();
    let columns: Vec<ColumnId> = found.as_ref().map_or_else(all, |(found, _)| found.clone());
    let records = || ColumnRecord::list(&named.layout, columns.iter().copied());
    let (mut too_long, mut without_test) = (None, None);
    let mut stdout = BufWriter::new(std::io::stdout().lock());
    match args.format {
        TableFormat::Tree => tree::write(&mut stdout, &named, found.as_ref().map(|(found, _)| &found[..]), out::width())?,
        TableFormat::Json => json::write(&mut stdout, &named, search.as_deref(), records())?,
        TableFormat::Ndjson => safe_json::write_lines(&mut stdout, records())?,
        TableFormat::Csv => csv::write(&mut stdout, records())?,
        TableFormat::Md => record::write_markdown(&mut stdout, records())?,
        TableFormat::Ddl => {
            let (sql, words) = statement(&named)?;
            too_long = words;
            stdout.write_all(sql.as_bytes())?;
        }
        TableFormat::Bq => record::write_columns(&mut stdout, &named.layout)?,
        TableFormat::Dbt => {
            // A file that tells no doctype gives no name either.
            let table = named.table()?.unwrap_or_else(|| "dataset.table".to_owned());
            let untested = dbt::write(&mut stdout, &named.layout, &table, &named.title)?;
            without_test = (untested > 0).then(|| {
                let columns = out::plural(untested, "REQUIRED column has", "REQUIRED columns have");
                format!("{columns} no test, for the RECORD around may be missing from a row")
            });
        }
    }
    stdout.flush()?;
    let is_told = matches!(args.format, TableFormat::Tree | TableFormat::Json);
    let told = search.as_deref().zip(found).map(|(text, (columns, loose))| match loose {
        true => only_resembles(text, columns.len()),
        false => {
            let of = out::plural(named.layout.columns.len() as u64, "column", "columns");
            format!("{} of {of} match", count(columns.len() as u64))
        }
    });
    beside(&named, told, is_told).iter().for_each(|line| out::tell(&format!("misfit: {line}")));
    too_long.iter().chain(&without_test).for_each(|words| out::tell(&format!("misfit: {words}")));
    let refused = refused(&named);
    refused.iter().for_each(|words| out::tell(&format!("misfit: {words}")));
    Ok(if refused.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// That BigQuery would refuse to make the table, with the first reason; never of a table that it has.
fn refused(named: &NamedLayout) -> Option<String> {
    let first = named.layout.refusals.first().filter(|_| named.origin != LayoutOrigin::Deployed)?;
    let more = match named.layout.refused.saturating_sub(1) as u64 {
        0 => String::new(),
        more => format!("; and {}", out::plural(more, "more reason", "more reasons")),
    };
    Some(format!("BigQuery would refuse this layout: {}{more}", visible(first)))
}

/// Columns that match a search, in the order of the table; and whether they only resemble it.
fn matching(named: &NamedLayout, text: &str) -> (Vec<ColumnId>, bool) {
    let catalog = Catalog::of(named.listed(), &named.layout);
    let found = catalog.search(text, &|| false).unwrap_or_default();
    let mut columns: Vec<ColumnId> = found.hits.iter().flat_map(|hit| found.places(hit)).filter_map(|place| place.column).collect();
    columns.sort_unstable();
    columns.dedup();
    (columns, found.loose)
}

/// The statement, and what is to be said where it is too long for BigQuery.
fn statement(named: &NamedLayout) -> Result<(String, Option<String>)> {
    // A file that tells no doctype gives no name either.
    let table = named.table()?.unwrap_or_else(|| "dataset.table".to_owned());
    let order = match named.deployed.as_deref() {
        Some(there) => {
            let partition = there.partition.as_ref().map(|partition| (partition.field.as_deref(), &*partition.span));
            ddl::TableOrder::told(&named.layout, partition, &there.clustering)
        }
        None => ddl::TableOrder::pipeline(&named.layout),
    };
    let sql = ddl::create(&named.layout, &table, &order).map_err(|reason| eyre!("{}: {reason}", named.title))?;
    // Three names are a project, a dataset and a table; bq has a colon behind the first.
    let name = if table.matches('.').count() == 2 { table.replacen('.', ":", 1) } else { table };
    let instead = format!("make the table of its columns, which --format bq prints: bq mk --table {} COLUMNS.json", visible(&name));
    let words = ddl::too_long(&sql).map(|words| format!("{words}; {instead}"));
    Ok((sql, words))
}

/// What is said on standard error: what was found, and what the form of output has no room for.
fn beside(named: &NamedLayout, found: Option<String>, is_told: bool) -> Vec<String> {
    let mut lines: Vec<String> = found.into_iter().collect();
    if !is_told {
        lines.extend(named.notes().iter().map(|note| visible(note).into_owned()));
    }
    lines
}
