//! `misfit judge`: documents judged as the pipeline judges payloads.
//!
//! Owns: the question, the exit code, passing documents through all cores.
//! Refuses: finding and reading documents (samples), judging (judging), fields and forms of output (below).

mod against;
mod answer;
mod live;
mod losses;
mod printer;
mod tally;
mod text;
mod turns;

use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::{ensure, eyre};

use super::bigquery::BigQueryArgs;
use super::scope::Scope;
use super::when;
use super::{input, out};
use crate::cli::config::Config;
use crate::ground::in_order;
use crate::ground::time::Micros;
use crate::rows::samples::{self, DoctypeName, Sample, SampleFile};
use crate::rows::source::bigquery::SCHEME;
use crate::triage::judging::{Bench, Judged};
use crate::tui::advice::GIVE_SCHEMAS;
use against::AgainstQuestion;
use live::LiveQuestion;
use printer::JudgePrinter;

/// Violations of a document that are listed.
const MOST_VIOLATIONS: usize = 1000;

/// Rows of each day of a live table that are looked at, where nobody says how many.
const ROWS_A_DAY: u32 = 1000;

/// Exit code for findings.
const FINDINGS: u8 = 1;

/// Exit code where documents could not be judged: nothing is known of them.
const UNJUDGED: u8 = 2;

const EXAMPLES: &str = "\
DOC, one or several:
  crash.json         a document; plain, gzip or zstd
  pings.ndjson       a document a line; rows of the error table as well, whose
                     payload is judged
  validation         a folder, with everything below that is called .json,
                     .ndjson or .jsonl
  -                  standard input
  bigquery:P.D.T     with --losses, a live or stable table: what some of its rows
                     hold in additional_properties, by place, with the first day;
                     the price is told before, as of any query

The doctype comes from --doctype, else from the row, else from the path:
NAMESPACE/DOCTYPE.VERSION.NAME.json. Where NAME ends in .pass or .fail, a document
that fails or passes is a finding; without it, one that fails is.

Examples:
  misfit judge validation --schemas ~/schemas
      test samples against schemas
  misfit judge ping.json --schemas ~/schemas --doctype telemetry.main.4 --all
      everything that is wrong with a document
  misfit judge validation --schemas ~/schemas --losses
      what documents that pass lose on their way into their tables
  misfit judge errors.ndjson --schemas ~/schemas --format ndjson
      which of the rows that were refused would be refused today
  misfit judge errors.ndjson --schemas ~/schemas@2026-06-01 --against ~/schemas
      by group: what fails the same way, fails differently, passes now or newly
      fails; exit 1 where something newly fails, 2 where it cannot be told";

/// Which documents are judged and how it is told.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", out::RAW))]
pub(super) struct JudgeArgs {
    /// Documents: files, folders, or - for standard input
    #[arg(value_name = "DOC", required = true)]
    documents: Vec<String>,

    #[command(flatten)]
    schemas: input::SchemaArgs,

    /// The doctype of all documents
    #[arg(long, value_name = "NAMESPACE.DOCTYPE.VERSION")]
    doctype: Option<DoctypeName>,

    /// List every violation, not only the one that the pipeline reports: up to 1,000 a document, and their exact number; the summary counts those behind
    #[arg(long)]
    all: bool,

    /// Of documents that pass, tell what is in no column of their table: keys that no schema knows, values that a column does not take; how to read it, and
    /// which columns no document fills. Such a document is a finding
    #[arg(long, conflicts_with = "against")]
    losses: bool,

    /// Judge twice, by --schemas and by these, and tell what would change: a folder, REPO@REVISION, a REVISION of theirs, an archive, or one
    /// schema file in the place of its own. Then DOC may also be any source of error rows, counted by group
    #[arg(long, value_name = "SCHEMAS", conflicts_with = "all")]
    against: Option<PathBuf>,

    /// With --against, or of a live table, only rows from this time on [of a live table: 7 days]
    #[arg(long, value_name = "TIME", value_parser = when::parse)]
    since: Option<Micros>,

    /// With --against, or of a live table, only rows before this time
    #[arg(long, value_name = "TIME", value_parser = when::parse)]
    until: Option<Micros>,

    /// Of a live table, rows of each day that are looked at, by chance [default: 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000), conflicts_with = "against")]
    rows_a_day: Option<u32>,

    #[command(flatten)]
    bigquery: BigQueryArgs,

    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    format: JudgeFormat,
}

/// How judgements are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum JudgeFormat {
    /// Failing documents, then doctypes, for people
    #[default]
    Text,
    /// One object with documents, doctypes
    Json,
    /// One document a line
    Ndjson,
}

/// Judges document by document; findings are told by the exit code.
pub(super) fn run(args: JudgeArgs, config: &Config) -> Result<ExitCode> {
    let schemas = args.schemas.open(config, false)?;
    let schemas = schemas.ok_or_else(|| eyre!("no schemas to judge by: {GIVE_SCHEMAS}"))?;
    ensure!(
        !args.documents.iter().any(|document| document == "-") || !std::io::stdin().is_terminal(),
        "standard input is a terminal: pipe documents into misfit judge, or name a file"
    );
    if let Some(after) = args.against {
        let after = input::open_against(Some(&schemas), &after)?;
        let scope = Scope::window(args.since, args.until);
        let JudgeArgs { documents, doctype, bigquery, format, .. } = args;
        return against::run(AgainstQuestion { documents, before: schemas, after, doctype, bigquery, scope, format }, config);
    }
    if args.losses && args.documents.iter().any(|document| document.starts_with(SCHEME)) {
        ensure!(
            args.doctype.is_none() && !args.all,
            "a live table is of one doctype, and its rows are not judged: leave out --doctype and --all"
        );
        let JudgeArgs { documents, bigquery, format, rows_a_day, since, until, .. } = args;
        return live::run(
            LiveQuestion { documents, schemas, bigquery, window: (since, until), rows_a_day: rows_a_day.unwrap_or(ROWS_A_DAY), format },
            config,
        );
    }
    ensure!(args.rows_a_day.is_none(), "--rows-a-day is for a live table: give --losses and {SCHEME}PROJECT.DATASET.TABLE");
    let is_windowed = args.since.is_some() || args.until.is_some();
    ensure!(
        !is_windowed,
        "--since and --until choose rows: give --against, or --losses with a live table as {SCHEME}PROJECT.DATASET.TABLE"
    );
    args.bigquery.refuse()?;
    let found = samples::find(&args.documents)?;
    let bench = Bench::new(schemas, args.doctype, if args.all { MOST_VIOLATIONS } else { 0 }).telling_losses(args.losses);
    let mut printer = JudgePrinter::new(args.format, &bench, BufWriter::new(out::WhileRead::new(std::io::stdout())));
    printer.begin()?;
    judge_all(&bench, &found.files, args.format, &mut printer)?;
    let (mut stdout, tally) = printer.end()?;
    stdout.flush()?;
    if found.others > 0 {
        out::tell(&format!("misfit: {} not judged: by their names they are not documents", out::plural(found.others, "file", "files")));
    }
    Ok(if tally.unjudged > 0 || tally.unknown_losses.0 > 0 {
        ExitCode::from(UNJUDGED)
    } else if tally.findings > 0 {
        ExitCode::from(FINDINGS)
    } else {
        ExitCode::SUCCESS
    })
}

/// Reads here, judges and formats on all cores, prints in order.
fn judge_all(
    bench: &Bench,
    files: &[Arc<SampleFile>],
    format: JudgeFormat,
    printer: &mut JudgePrinter<'_, impl Write + Send>,
) -> Result<()> {
    let feed = |hand: &mut in_order::Hand<'_, Sample>| Ok(samples::read_all(files, hand)?);
    let make = |batch: Vec<Sample>| -> Result<Vec<(Judged, String)>> {
        let judge = |sample| {
            let judged = bench.judge(sample)?;
            let text = printer::document(&judged, format)?;
            Ok((judged, text))
        };
        batch.into_iter().map(judge).collect()
    };
    in_order::run(feed, &make, &mut |(judged, text)| printer.add(&judged, &text))
}
