//! BigQuery on the command line: its flags, opening it, listing its error tables.
//!
//! Owns: flags before environment before configuration, what a source that begins with `bigquery:` names.
//! Refuses: asking anything (source/bigquery).

use std::io::Read;
use std::process::ExitCode;
use std::sync::Arc;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::{WrapErr, bail, ensure, eyre};

use super::out::{self, ProgressLine};
use crate::cli::config::Config;
use crate::ground::aligned::Aligned;
use crate::ground::text::{plural, visible};
use crate::rows::foreign::map::FieldMap;
use crate::rows::source::bigquery::{self, Adhoc, BigQuery, LiveTable, Mapped, SCHEME, Settings, SourceTable, TableName};
use crate::rows::source::{ErrorSource, Request};

/// Longest SQL that is read.
const LONGEST_SQL: u64 = 1 << 20;
/// Where error tables are, unless a project and dataset are named.
const USUAL_DATASETS: [&str; 2] = ["moz-fx-data-shared-prod.payload_bytes_error", "mozdata.monitoring"];

/// How BigQuery is reached.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
pub(super) struct Reach {
    /// The project that pays for queries [env: GOOGLE_CLOUD_PROJECT]
    #[arg(long, value_name = "PROJECT", help_heading = HEADING)]
    project: Option<String>,

    /// Where the data is, if not in the US or EU
    #[arg(long, value_name = "PLACE", help_heading = HEADING)]
    location: Option<String>,

    /// Another server, as in http://127.0.0.1:9050; one on this machine needs no credentials
    #[arg(long, value_name = "URL", help_heading = HEADING)]
    endpoint: Option<String>,
}

/// Flags of a source in BigQuery.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
pub(super) struct BigQueryArgs {
    #[command(flatten)]
    pub(super) reach: Reach,

    /// What a query may read without asking, as in 500GB [default: 100GB]
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes, help_heading = HEADING)]
    max_bytes: Option<u64>,

    /// What all queries of a session may read together, as in 2TB; nobody is asked beyond it
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes, help_heading = HEADING)]
    max_session_bytes: Option<u64>,

    /// Rates by the rows that live tables have a day, from what BigQuery tells of their partitions: free, a request for each
    #[arg(long, help_heading = HEADING)]
    live_counts: bool,

    /// Ask again, even where an answer is kept from before
    #[arg(long, help_heading = HEADING)]
    refresh: bool,

    /// Explore the rows of this query: a file with SQL, or - for standard input
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    sql: Option<String>,

    /// List the error tables with rows, bytes and labels, and exit
    #[arg(long, help_heading = HEADING)]
    pub list: bool,

    /// Form of the list
    #[arg(long = "list-format", value_enum, default_value_t, help_heading = HEADING, hide = true)]
    list_format: ListFormat,
}

const HEADING: &str = "BigQuery";

/// How tables are listed.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum ListFormat {
    /// For people
    #[default]
    Table,
    /// One table a line
    Ndjson,
}

impl BigQueryArgs {
    /// Opens the tables or the query that the inputs name. Rows of the tables are read by the map, if there is one.
    pub(super) fn open(self, inputs: &[String], config: &Config, scope: Request, map: Option<FieldMap>) -> Result<Arc<dyn ErrorSource>> {
        ensure!(!self.list, "--list prints the tables and explores nothing: misfit bigquery: --list");
        ensure!(
            inputs.iter().all(|input| input.starts_with(SCHEME)),
            "tables of BigQuery cannot be read together with files: name one or the other"
        );
        let sql = self.sql.clone();
        let settings = self.settings(config);
        if let Some(file) = sql {
            ensure!(inputs.iter().all(|input| input == SCHEME), "--sql takes the place of tables: give {SCHEME} alone with it");
            ensure!(map.is_none(), "--sql names its columns itself: SELECT them under the names of the error table, and leave the map out");
            let text = read_sql(&file)?;
            return Ok(Arc::new(Adhoc::open(
                if file == "-" { "the query".to_owned() } else { visible(&file).into_owned() },
                text,
                settings,
            )?));
        }
        let names = names(inputs, &settings)?;
        Ok(match map {
            Some(map) => Arc::new(Mapped::open(names, map, settings, scope)?),
            None => Arc::new(BigQuery::open(names, settings, scope)?),
        })
    }

    /// Opens a live table, which is named as `bigquery:PROJECT.DATASET.TABLE`.
    pub(super) fn live(self, named: &str, config: &Config, line: &ProgressLine) -> Result<LiveTable> {
        ensure!(self.sql.is_none() && !self.list, "--sql and --list are for error rows, and a live table is asked for here");
        ensure!(!self.live_counts, "--live-counts is for error rows, and a live table is asked for here");
        let settings = self.settings(config);
        let names = names(&[named.to_owned()], &settings)?;
        let [name] = names.as_slice() else { bail!("{named}: one table is asked for here") };
        Ok(LiveTable::open(name, &settings, line)?)
    }

    /// These flags mean nothing to files.
    pub(super) fn refuse(&self) -> Result<()> {
        self.reach.refuse()?;
        let given = [
            ("--max-bytes", self.max_bytes.is_some()),
            ("--max-session-bytes", self.max_session_bytes.is_some()),
            ("--refresh", self.refresh),
            ("--live-counts", self.live_counts),
            ("--sql", self.sql.is_some()),
            ("--list", self.list),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((flag, _)) => bail!("{flag} is for tables of BigQuery: name one as {SCHEME}PROJECT.DATASET.TABLE"),
            None => Ok(()),
        }
    }

    /// Flags over the configuration; the environment is part of the credentials.
    fn settings(self, config: &Config) -> Settings {
        let set = &config.bigquery;
        let usual = self.reach.settings(config);
        Settings {
            max_bytes: self.max_bytes.or(set.max_bytes).unwrap_or(usual.max_bytes),
            max_session_bytes: self.max_session_bytes.or(set.max_session_bytes),
            price_per_tib: set.price_per_tib.unwrap_or(usual.price_per_tib),
            refresh: self.refresh,
            columns: set.columns.clone(),
            groups_of_namespace: set.groups_of_namespace.unwrap_or(usual.groups_of_namespace),
            groups: set.groups.unwrap_or(usual.groups),
            keep_rows: set.keep_rows,
            stack_traces: set.stack_traces,
            live_counts: self.live_counts || set.live_counts,
            ..usual
        }
    }
}

impl Reach {
    /// These mean nothing to files.
    pub(super) fn refuse(&self) -> Result<()> {
        let given = [("--project", &self.project), ("--location", &self.location), ("--endpoint", &self.endpoint)];
        match given.iter().find(|(_, given)| given.is_some()) {
            Some((flag, _)) => bail!("{flag} is for tables of BigQuery: name one as {SCHEME}PROJECT.DATASET.TABLE"),
            None => Ok(()),
        }
    }

    /// What is needed to ask for anything.
    pub(super) fn settings(self, config: &Config) -> Settings {
        let set = &config.bigquery;
        Settings {
            project: self.project.or_else(|| set.project.clone()),
            location: self.location.or_else(|| set.location.clone()),
            endpoint: self.endpoint.or_else(|| set.endpoint.clone()),
            authenticate: set.authenticate,
            ..Settings::default()
        }
    }

    /// A deployed table, which is named as `bigquery:PROJECT.DATASET.TABLE`.
    pub(super) fn deployed(self, named: &str, config: &Config) -> Result<SourceTable> {
        let settings = self.settings(config);
        let names = names(&[named.to_owned()], &settings)?;
        let [name] = names.as_slice() else { bail!("{named}: one table is asked for here") };
        Ok(bigquery::deployed(name, &settings, &ProgressLine::over(true)?)?)
    }
}

/// `100GB`, `1.5 TiB`, `500000`: units of 1,000 and of 1,024 are told apart.
pub(crate) fn parse_bytes(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 9] = [
        ("TIB", 1 << 40),
        ("GIB", 1 << 30),
        ("MIB", 1 << 20),
        ("KIB", 1 << 10),
        ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("KB", 1000),
        ("B", 1),
    ];
    let wrong = || "a number of bytes is given as 100GB, 1.5TiB or 500000".to_owned();
    let upper = text.trim().to_ascii_uppercase();
    let (number, unit) = UNITS.iter().find_map(|(unit, bytes)| Some((upper.strip_suffix(unit)?.trim_end(), *bytes))).unwrap_or((&upper, 1));
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let bytes = number * unit as f64;
    if (0.0..1e19).contains(&bytes) { Ok(bytes as u64) } else { Err(wrong()) }
}

fn names(inputs: &[String], settings: &Settings) -> Result<Vec<TableName>> {
    let mut names = Vec::new();
    let mut own = settings.project.clone();
    for input in inputs {
        let list = input.strip_prefix(SCHEME).unwrap_or(input);
        ensure!(
            !list.is_empty(),
            "no table is named: {SCHEME}PROJECT.DATASET.TABLE, {SCHEME} --list shows the error tables, --sql FILE runs a query"
        );
        // Whose project it is, is looked for only where a name lacks one: it may have to be asked for.
        if own.is_none() && TableName::parse_list(list, None).is_err() && TableName::parse_list(list, Some("p")).is_ok() {
            own = bigquery::own_project(settings);
        }
        names.extend(TableName::parse_list(list, own.as_deref()).map_err(|mistake| eyre!(mistake))?);
    }
    Ok(names)
}

fn read_sql(file: &str) -> Result<String> {
    let shown = visible(file);
    let mut text = String::new();
    let read = match file {
        "-" => std::io::stdin().lock().take(LONGEST_SQL).read_to_string(&mut text),
        file => std::fs::File::open(file).and_then(|opened| opened.take(LONGEST_SQL).read_to_string(&mut text)),
    };
    read.wrap_err_with(|| format!("cannot read the SQL in {shown}"))?;
    ensure!(!text.trim().is_empty(), "there is no SQL in {shown}");
    Ok(text)
}

/// `misfit bigquery: --list`: the error tables of the usual datasets, or of those that the sources name as `bigquery:PROJECT.DATASET`.
pub(super) fn list(args: BigQueryArgs, sources: &[String], config: &Config) -> Result<ExitCode> {
    let named: Vec<&str> = sources.iter().filter_map(|source| source.strip_prefix(SCHEME)).filter(|name| !name.is_empty()).collect();
    let format = args.list_format;
    let settings = args.settings(config);
    let line = ProgressLine::over(true)?;
    let mut tables = Vec::new();
    let mut refused = Vec::new();
    for dataset in if named.is_empty() { USUAL_DATASETS.as_slice() } else { named.as_slice() } {
        match bigquery::error_tables(dataset, &settings, &line) {
            Ok(found) => tables.extend(found),
            Err(error) => refused.push(format!("{}: {}", visible(dataset), crate::tui::advice::told(&error))),
        }
    }
    drop(line);
    // Who may see one of them only is told of the other, but gets a list.
    if tables.is_empty() && !refused.is_empty() {
        bail!("{}", refused.join("; "));
    }
    refused.iter().for_each(|told| out::tell(&format!("misfit: {told}")));
    out::print(&match format {
        ListFormat::Table => as_text(&tables),
        ListFormat::Ndjson => as_lines(&tables)?,
    })
}

fn as_lines(tables: &[SourceTable]) -> Result<String> {
    tables.iter().map(|table| Ok(super::safe_json::escape(serde_json::to_string(table)?) + "\n")).collect()
}

/// A table a line: name, rows, bytes, partitions, labels.
fn as_text(tables: &[SourceTable]) -> String {
    let name = |table: &SourceTable| table.name.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut lines = Aligned::bare(&[1, 2]);
    for table in tables {
        let rows = table.rows.map_or_else(|| table.kind.to_ascii_lowercase(), |rows| plural(rows, "row", "rows"));
        let bytes = table.bytes.map(crate::ground::text::bytes).unwrap_or_default();
        let span = table.partition.as_ref().map(|partition| format!("by {}", partition.span.to_ascii_lowercase())).unwrap_or_default();
        let labels: Vec<String> = table.labels.iter().map(|(key, value)| format!("{key}:{value}")).collect();
        lines.push([name(table), rows, bytes, span, labels.join(" ")].map(|cell| visible(&cell).into_owned()));
    }
    lines.to_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_people_write_them() {
        for (text, bytes) in [("100GB", 100_000_000_000), ("1.5 TiB", 3 << 39), ("500000", 500_000), ("0", 0), ("2kb", 2000), ("7B", 7)] {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "GB", "-1", "1e30", "ten", "1PB", "NaN", "inf"] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn flags_of_bigquery_are_refused_for_files() {
        let args = BigQueryArgs { max_bytes: Some(1), ..BigQueryArgs::default() };
        assert!(args.refuse().unwrap_err().to_string().starts_with("--max-bytes is for tables of BigQuery"));
        assert!(BigQueryArgs::default().refuse().is_ok());
    }

    #[test]
    fn tables_and_files_do_not_mix() {
        let open = |inputs: &[&str], args: BigQueryArgs| {
            let inputs: Vec<String> = inputs.iter().map(|input| (*input).to_owned()).collect();
            let args = BigQueryArgs { reach: Reach { endpoint: Some("127.0.0.1:1".to_owned()), ..Reach::default() }, ..args };
            args.open(&inputs, &Config::default(), Request::default(), None).map(|source| source.name()).map_err(|error| error.to_string())
        };
        assert_eq!(open(&["bigquery:a.b.c,d"], BigQueryArgs::default()).unwrap(), "a.b.c,d");
        assert_eq!(open(&["bigquery:a.b.c", "bigquery:x.y.z"], BigQueryArgs::default()).unwrap(), "2 tables");
        assert!(open(&["bigquery:a.b.c", "f.ndjson"], BigQueryArgs::default()).unwrap_err().contains("together with files"));
        assert!(open(&["bigquery:"], BigQueryArgs::default()).unwrap_err().contains("no table is named"));
        assert!(open(&["bigquery:a.b.`c'"], BigQueryArgs::default()).unwrap_err().contains("is not a table of BigQuery"));
        assert!(
            open(&["bigquery:a.b.c"], BigQueryArgs { sql: Some("-".into()), ..BigQueryArgs::default() })
                .unwrap_err()
                .contains("takes the place")
        );
    }
}
