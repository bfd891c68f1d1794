//! The command line: argument types, dispatch, exit codes, how errors are told.
//!
//! Owns: what can be asked for and its help; one file per command below.
//! Refuses: doing any of it (the domain does), drawing the explorer (tui).

mod around;
mod bigquery;
mod blame;
mod bundle;
mod cases;
mod compat;
mod completions;
pub mod config;
mod csv;
mod demo;
mod example;
mod explain;
mod explore;
mod export;
mod groups;
mod holding;
mod input;
mod judge;
mod keys;
mod layout;
mod man;
mod notes;
mod out;
mod overview;
mod row;
mod safe_json;
mod schemas;
mod scope;
mod settings;
mod table;
mod tables;
mod themes;
mod unmet;
mod violation;
mod volume;
mod when;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::ground::text::visible;
use crate::rows::source::SourceError;
use crate::rows::source::bigquery::Error as BigQueryError;

/// Exit code for bad input or wrong usage.
const BAD: u8 = 2;

const EXAMPLES: &str = "\
SOURCE, one or several:
  errors.ndjson      rows of the error table, one JSON object a line; or as a
                     JSON array, as bq query prints them; or as Parquet; or the
                     decoder's own {\"attributeMap\": ..., \"payload\": ...} lines
  bad.ndjson         rows of another pipeline, told by their members; --map FILE
  dead.csv           says what they mean where nobody knows them
  errors.ndjson.gz   JSON in gzip or zstd, recognised by content, not by name
  'rows/*.ndjson'    a pattern
  rows               a folder: all exports in it, as one
  -                  standard input; keys are still read from the terminal
  bigquery:P.D.T     a table in BigQuery, or several: bigquery:P.D.T1,T2 or P.D.*
  bigquery:          with --list the error tables, with --sql the rows of a query
  demo:              the built-in sample
  FILE               what misfit bundle wrote: groups, rows and schemas
  NAME               a name under [sources] in the configuration; a file that is
                     named like it, or like a command, is ./NAME

Examples:
  misfit demo
      try it, with no file
  misfit errors.ndjson --schemas ~/schemas
      explore
  bq query --format=json 'SELECT ...' | misfit -
      explore what a query returns
  misfit groups errors.ndjson --since 24h --sort newest
      the groups as text
  misfit groups errors.ndjson --format json | jq '.groups[0]'
      the same for scripts
  misfit cases errors.ndjson --schemas ~/schemas --rows 0..10
      rows with the schema node that each broke and its columns
  misfit groups errors.ndjson --baseline yesterday.json
      what has changed since an earlier --format json; exit code 1 where groups
      are new
  misfit export errors.ndjson --schemas ~/schemas --as report --group 73152a9311fc0fe0
      a report for a bug tracker, its values replaced by their shapes
  misfit export errors.ndjson --schemas ~/schemas --as tests --out repository
      validation/NAMESPACE/DOCTYPE.VERSION.NAME.fail.json for every group
  misfit bigquery:moz-fx-data-shared-prod.payload_bytes_error.structured --since 24h
      the rows of a table; what it costs is told before it is spent
  misfit bundle errors.ndjson --schemas ~/schemas --out week.misfit
      one file to open elsewhere: misfit week.misfit
  misfit judge validation --schemas ~/schemas
      sample documents that do not pass or fail as their names say
  misfit tables --schemas ~/schemas --search gpu_active
      the columns of that name in all tables
  misfit schemas get
      clones the generated schemas; used wherever no others are named
  misfit tables --schemas ~/schemas@2026-06-30
      the tables as they were on that day; or @BRANCH, @COMMIT, @HEAD~3
  misfit example telemetry.crash.4 --schemas ~/schemas
      a document that passes

Environment (flags override it, it overrides the configuration):
  MISFIT_SCHEMAS   folder of schemas, or what --schemas takes else
  MISFIT_THEME     name of a theme
  MISFIT_NOTES     file of notes on groups
  MISFIT_CONFIG    configuration file, instead of ~/.config/misfit/config.toml
  MISFIT_LOG       file for the log of the explorer; 1: misfit.log in the state folder
  NO_COLOR         no colours

Exit codes:
  0  done
  1  findings, where a command is a check
  2  bad input or wrong usage";

/// Explore documents that do not fit their schema.
///
/// A telemetry pipeline writes every document that it refuses to an error table. misfit groups those rows by what is wrong
/// with them, and opens any of them beside the schema node that it broke and the table columns that it maps to.
///
/// Without a command it opens the explorer on SOURCE. Every screen is a command as well.
#[derive(Debug, Parser)]
#[command(name = "misfit", version, args_conflicts_with_subcommands = true, after_help = "More, with examples: misfit --help", after_long_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    explore: explore::ExploreArgs,

    /// Configuration file [env: MISFIT_CONFIG, default: ~/.config/misfit/config.toml]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the groups of failing rows
    Groups(input::Asked<groups::GroupsQuestion>),
    /// Print the namespaces at a glance: rows, rates, trends, names that the schemas do not have; or two sources side by side
    Overview(input::Asked<overview::OverviewQuestion>),
    /// Print failing rows with the schema node that each broke and its columns
    Cases(input::Asked<cases::CasesQuestion>),
    /// Judge documents as the pipeline does: which pass, which fail and why
    Judge(judge::JudgeArgs),
    /// Print the table row that the pipeline would make of a document
    Row(row::RowArgs),
    /// Browse all tables; print them, or the columns of all of them that match
    Tables(tables::TablesArgs),
    /// Print the columns of a table: types, descriptions, sizes; as a tree or as SQL
    Table(table::TableArgs),
    /// Compare two revisions of the schemas: what a deploy would refuse, and the line that ends it
    Compat(compat::CompatArgs),
    /// Explain why a deploy failed, by its log: the causes, and the line that ends each
    Explain(explain::ExplainArgs),
    /// Print a document that passes, made of its schema
    Example(example::ExampleArgs),
    /// Print since when a node of a schema or a column is as it is, and whose change that was
    Blame(blame::BlameArgs),
    /// Write what a bug report, a schema repository or a backfill needs of failing rows
    Export(input::Asked<export::ExportQuestion>),
    /// Put groups, some of their rows and the schemas that they need into one file, to open elsewhere
    Bundle(input::Asked<bundle::BundleQuestion>),
    /// List notes on groups, and change them; take the team's sheet of them in, and write it
    Notes(notes::NotesArgs),
    /// Explore the built-in sample, or ask it for groups or cases
    Demo(demo::DemoArgs),
    /// Get the generated schemas with their history, or what is new of them
    Schemas(schemas::SchemasArgs),
    /// List the keys of the explorer
    Keys(keys::KeysArgs),
    /// List the themes of the explorer
    Themes,
    /// Print the configuration with all that can be set, each line a comment; or check the one that there is
    Config(settings::ConfigArgs),
    /// Print the completions of a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual page, or write those of all commands into a folder
    Man(man::ManArgs),
}

/// Reads the arguments of the process. What is no use of them is told like any other error; help and version are no errors.
pub fn parse() -> Result<Cli, ExitCode> {
    let words = words::ordered(std::env::args_os().collect()).map_err(|mistake| {
        out::tell(&format!("misfit: {mistake}"));
        ExitCode::from(BAD)
    })?;
    Cli::try_parse_from(&words).map_err(|error| {
        if let Some(mistake) = words::foreign(&words, &error) {
            out::tell(&format!("misfit: {mistake}"));
            return ExitCode::from(BAD);
        }
        if !error.use_stderr() {
            // A reader that has left has read enough of the help.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        let text = error.to_string();
        let lines = text.strip_prefix("error: ").unwrap_or(&text).trim_end().lines().map(visible);
        out::tell(&format!("misfit: {}", lines.collect::<Vec<_>>().join("\n")));
        ExitCode::from(BAD)
    })
}

/// Does what was asked for. Errors go to standard error, in one line that is safe for a terminal.
pub fn run(cli: Cli) -> ExitCode {
    match dispatch(cli) {
        Ok(code) => code,
        Err(error) if out::is_closed(&error) => ExitCode::SUCCESS,
        Err(error) => {
            out::tell(&format!("misfit: {}", visible(&told(&error))));
            map_of(&error).into_iter().flat_map(str::lines).for_each(out::tell);
            ExitCode::from(BAD)
        }
    }
}

fn dispatch(cli: Cli) -> color_eyre::Result<ExitCode> {
    // Read here and not by the argument parser, which takes an empty variable for a mistake.
    let named = cli.config.clone().or_else(|| std::env::var_os("MISFIT_CONFIG").filter(|file| !file.is_empty()).map(PathBuf::from));
    match &cli.command {
        // A configuration that cannot be used is what is asked about, or no matter.
        Some(Command::Config(args)) => return settings::run(args, named.as_deref()),
        Some(Command::Completions(args)) => return completions::run(args),
        Some(Command::Man(args)) => return man::run(args),
        _ => {}
    }
    let config = config::load(named.as_deref())?;
    match cli.command {
        None => explore::run(cli.explore, config),
        Some(Command::Groups(args)) => groups::run(args, &config),
        Some(Command::Overview(args)) => overview::run(args, &config),
        Some(Command::Cases(args)) => cases::run(args, &config),
        Some(Command::Judge(args)) => judge::run(args, &config),
        Some(Command::Row(args)) => row::run(args, &config),
        Some(Command::Tables(args)) => tables::run(args, &config),
        Some(Command::Table(args)) => table::run(args, &config),
        Some(Command::Compat(args)) => compat::run(args, &config),
        Some(Command::Explain(args)) => explain::run(args, &config),
        Some(Command::Example(args)) => example::run(args, &config),
        Some(Command::Export(args)) => export::run(args, &config),
        Some(Command::Bundle(args)) => bundle::run(args, &config),
        Some(Command::Notes(args)) => notes::run(args, &config),
        Some(Command::Demo(args)) => demo::run(args, config),
        Some(Command::Blame(args)) => blame::run(args, &config),
        Some(Command::Schemas(args)) => schemas::run(args, &config),
        Some(Command::Keys(args)) => keys::run(&args, &config),
        Some(Command::Themes) => themes::run(),
        Some(Command::Config(_) | Command::Completions(_) | Command::Man(_)) => Ok(ExitCode::SUCCESS),
    }
}

/// The error with its causes, outermost first.
pub(crate) fn told(error: &color_eyre::Report) -> String {
    error.chain().map(crate::tui::advice::told).collect::<Vec<_>>().join(": ")
}

/// A map to start from, where rows were of no known kind.
fn map_of(error: &color_eyre::Report) -> Option<&str> {
    error.chain().find_map(|error| match error.downcast_ref::<SourceError>() {
        Some(SourceError::Unmapped { map, .. } | SourceError::BigQuery(BigQueryError::Unmapped { map, .. })) => Some(map.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_source_may_be_named_like_a_command() {
        let cli = Cli::try_parse_from(["misfit", "./groups"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.explore.input.sources, ["./groups"]);
        assert!(matches!(Cli::try_parse_from(["misfit", "groups", "a"]).unwrap().command, Some(Command::Groups(_))));
    }

    #[test]
    fn the_configuration_is_named_anywhere() {
        for line in [["misfit", "--config", "c", "a"], ["misfit", "groups", "a", "--config=c"]] {
            let cli = Cli::try_parse_from(line.iter().filter(|part| !part.is_empty())).unwrap();
            assert_eq!(cli.config.as_deref(), Some(std::path::Path::new("c")), "{line:?}");
        }
    }
}
