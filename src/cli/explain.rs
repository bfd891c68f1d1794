//! `misfit explain`: the log of a deploy that failed, told in its causes.
//!
//! Owns: the question, the exit code, forms of output.
//! Refuses: reading logs (triage).

mod json;

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::{WrapErr, ensure};

use super::input;
use super::out;
use crate::cli::config::Config;
use crate::ground::text::{bytes, clip, visible};
use crate::triage::blame;
use crate::triage::explain::{Explanation, LOOKED_FOR, explain, with_history};
use crate::triage::facts::deploy::ToldParts;
use crate::triage::facts::explain as words;

/// Largest log that is read, in bytes.
const MOST_BYTES: u64 = 512 << 20;

/// Exit code where there is a cause.
const FINDINGS: u8 = 1;

const EXAMPLES: &str = "\
FILE is what terraform, BigQuery, bq, the console, the schema generator or Dataflow
printed: with colours, prefixes of logs and wrapped lines, as it was copied.

Examples:
  misfit explain deploy.log
      the causes, and for each the one line that ends it
  kubectl logs POD | misfit explain
      the same of standard input
  misfit explain deploy.log --schemas ~/schemas
      with the revision that made each change, where the clone's history leaves no doubt
  misfit explain deploy.log --format json | jq -r '.causes[].mend'
      for scripts

Exit codes: 1 where there is a cause, else 0; 2 where the text cannot be read.";

/// Which text is explained.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct ExplainArgs {
    /// The log, or - for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,

    #[command(flatten)]
    schemas: input::SchemaArgs,

    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    format: ExplainFormat,
}

/// How causes are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum ExplainFormat {
    /// For people
    #[default]
    Text,
    /// One object with causes, row_faults
    Json,
    /// One cause a line, then one fault of rows a line; where nothing is known, the lines that look like errors
    Ndjson,
}

/// Reads, explains, and tells by the exit code.
pub(super) fn run(args: ExplainArgs, config: &Config) -> Result<ExitCode> {
    let mut found = explain(&read(&args.file)?);
    let is_named = args.schemas.folder.is_some();
    // Schemas are opened for what history can say of a cause; those that are named here are also opened to say that they cannot be.
    let opened = if is_named || has_place(&found) { args.schemas.open(config, false) } else { Ok(None) };
    match opened {
        Ok(Some(schemas)) => with_history(&mut found, &schemas, blame::usual_folder().as_deref()),
        Ok(None) => {}
        Err(error) if is_named => return Err(error),
        // The text is explained without schemas that nobody named here.
        Err(error) => {
            out::tell(&format!("misfit: explained without the history of the schemas: {}", visible(&super::told(&error))));
        }
    }
    let mut stdout = BufWriter::new(out::WhileRead::new(std::io::stdout()));
    match args.format {
        ExplainFormat::Text => write(&mut stdout, &found)?,
        ExplainFormat::Json => json::write(&mut stdout, &found)?,
        ExplainFormat::Ndjson => {
            json::write_lines(&mut stdout, &found)?;
            out::tell(&format!("misfit: {}", words::summary(&found)));
            words::more_unknown(&found).iter().for_each(|more| out::tell(&format!("misfit: {more}")));
        }
    }
    stdout.flush()?;
    Ok(if found.causes.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FINDINGS) })
}

/// Whether there is a column of a table whose history can be asked.
fn has_place(found: &Explanation) -> bool {
    found.causes.iter().any(|cause| !cause.columns.is_empty() && !cause.tables.is_empty())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let is_input = path.as_os_str() == "-";
    let name = if is_input { "standard input".into() } else { visible(&path.to_string_lossy()).into_owned() };
    ensure!(!is_input || !std::io::stdin().is_terminal(), "standard input is a terminal: pipe a log into misfit explain, or name a file");
    ensure!(!path.is_dir(), "{name} is a folder: give the log of a deploy");
    let mut text = Vec::new();
    let source: Box<dyn Read> = if is_input {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(File::open(path).wrap_err_with(|| format!("cannot read {name}"))?)
    };
    source.take(MOST_BYTES + 1).read_to_end(&mut text).wrap_err_with(|| format!("cannot read {name}"))?;
    ensure!(text.len() as u64 <= MOST_BYTES, "{name} is larger than {}: give the part with the error", bytes(MOST_BYTES));
    Ok(text)
}

fn write(out: &mut impl Write, found: &Explanation) -> std::io::Result<()> {
    for told in &found.causes {
        writeln!(out, "{}", words::cause_head(told))?;
        parts(out, words::cause_parts(told))?;
        writeln!(out)?;
    }
    for fault in &found.row_faults {
        writeln!(out, "{}", words::row_fault_head(fault))?;
        parts(out, words::row_fault_parts(fault))?;
        writeln!(out, "  {}\n", words::NO_CHANGE)?;
    }
    writeln!(out, "{}", words::summary(found))?;
    if found.causes.is_empty() && found.row_faults.is_empty() { nothing(out, found) } else { Ok(()) }
}

fn parts(out: &mut impl Write, told: ToldParts) -> std::io::Result<()> {
    for (name, words) in told {
        let words = if name == "text" { clip(&words, out::room()) } else { words.as_str().into() };
        writeln!(out, "  {name:6} {words}")?;
    }
    Ok(())
}

fn nothing(out: &mut impl Write, found: &Explanation) -> std::io::Result<()> {
    for line in &found.unknown {
        writeln!(out, "  line {}: {}", line.line, clip(&visible(&line.text), out::room()))?;
    }
    if let Some(more) = words::more_unknown(found) {
        writeln!(out, "  {more}")?;
    }
    writeln!(out, "what was looked for:")?;
    LOOKED_FOR.iter().try_for_each(|what| writeln!(out, "  {what}"))
}
