//! `misfit compat`: what a deploy of the later schemas would refuse.
//!
//! Owns: the question, what OLD and NEW may be, the exit code.
//! Refuses: comparing (triage), forms of output (below).

mod forms;
mod gate;
mod gate_json;
mod git_diff;
mod json;
mod judged;
mod layouts;
mod opened;
mod text;

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::{bail, ensure, eyre};

use super::{bigquery, out};
use crate::cli::config::Config;
use crate::triage::facts::deploy;
use crate::triage::gate::Accepted;
use gate::GateQuestion;
use judged::{Compared, code, judged, of_deployed, tell_standing};
pub(super) use opened::text_of;
use opened::{Opened, deployed_path, deployed_table, names_table, neighbours, open, shown};

/// Changes of JSON schemas that a document is looked for without being asked: a search takes a while.
const MOST_SOUGHT: usize = 20;

/// Exit code for what stops a deploy.
const FINDINGS: u8 = 1;

/// Exit code where a table could not be compared and nothing else stops the deploy.
const NOT_COMPARED: u8 = 2;

const EXAMPLES: &str = "\
OLD and NEW are two of the same kind:
  ~/schemas              a folder of generated schemas, with or without schemas/ on top
  ~/schemas@HEAD~1       a revision of a git repository: a commit, a branch, a tag, a date
  schemas.tar.gz         an archive of generated schemas
  main.5.bq              a table layout: a list of columns
  sources.yml#orders     the same, of a file of dbt or Terraform
  main.5.schema.json     a JSON schema: its keywords, and the layout made of it
  bigquery:P.D.T         a table that is deployed, as BigQuery tells it (no query),
                         beside a file, another such table, or the table of a
                         folder or revision that its name tells

Verdicts:
  BLOCK  the deploy stops, and no statement makes the change
  DDL    the deploy stops; a statement makes the change by hand
  WARN   goes through, and somebody should know
  OK     goes through
What the old side exceeds already is told as standing, and does not count.

Examples:
  misfit compat ~/schemas@HEAD~1 ~/schemas@HEAD
      what the next deploy would refuse, and the line that ends each cause
  misfit compat ~/deployed ~/schemas --allowlist incompatibility-allowlist
      what each line of the generator's allowlist covers
  misfit compat old.bq new.bq --format json
      each change of a column, for scripts
  misfit compat ~/schemas@HEAD~1 ~/schemas@HEAD --deployed 2026-06-26
      the same, and against what is deployed: a deploy that was stopped piles up

As git's own view of a difference:
  git config diff.schemas.command 'misfit compat --git-diff'
  printf '*.bq diff=schemas\\n*.schema.json diff=schemas\\n' >> .git/info/attributes

  misfit compat ~/schemas@main ~/schemas --rows errors.ndjson --samples validation \
    --accepted accepted.toml --format github
      the gate of a pull request: layouts, those that would be made of changed
      schemas, landings that move, rows and samples that newly fail

Exit codes: 1 where anything is BLOCK or DDL, or a row or sample newly fails, else 2
where something could not be compared or judged, else 0.";

/// What is compared and how it is told.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct CompatArgs {
    /// What is deployed: a folder of schemas, a .bq file or a JSON schema
    #[arg(value_name = "OLD", required_unless_present = "git_diff")]
    old: Option<PathBuf>,

    /// What is to be deployed
    #[arg(value_name = "NEW", required_unless_present = "git_diff")]
    new: Option<PathBuf>,

    /// The revision of NEW's repository that is deployed, a folder, or bigquery:P.D.T, whose label tells it: NEW is compared with that as well
    #[arg(long, value_name = "REV|FOLDER|TABLE")]
    deployed: Option<PathBuf>,

    /// The schema generator's list of tables that may be incompatible: a glob of NAMESPACE.DOCTYPE.VERSION a line
    #[arg(long, value_name = "FILE")]
    allowlist: Option<PathBuf>,

    /// List what goes through as well
    #[arg(long)]
    all: bool,

    /// Look for a document that shows it for every change of a JSON schema; without this for the first 20
    #[arg(long)]
    witness: bool,

    /// Error rows that are judged by both: files, folders, BigQuery tables; newly failing ones are findings. With any of --rows, --samples, --accepted,
    /// --gate or a format for pull requests the layouts that would be made of changed schemas count as well
    #[arg(long, value_name = "SOURCE", num_args = 1..)]
    rows: Vec<String>,

    /// Documents that are judged by both; what a name says in .pass or .fail has to hold for NEW
    #[arg(long, value_name = "DOC", num_args = 1..)]
    samples: Vec<String>,

    /// Findings that are known: a TOML file of [[accepted]] with fingerprint, reason, until
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,

    /// Everything that stands against the change as findings with fingerprints, without rows or samples too
    #[arg(long)]
    gate: bool,

    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    format: CompatFormat,

    #[command(flatten)]
    reach: bigquery::Reach,

    /// Show a file that differs as git asks for it: its arguments follow
    #[arg(long, value_name = "GIT", num_args = 0.., allow_hyphen_values = true, conflicts_with_all = ["old", "new", "deployed", "allowlist", "all", "format"])]
    git_diff: Option<Vec<PathBuf>>,
}

impl CompatArgs {
    /// Whether more is asked for than the comparison of layouts.
    fn is_gate(&self) -> bool {
        let is_form = !matches!(self.format, CompatFormat::Text | CompatFormat::Json | CompatFormat::Ndjson);
        self.gate || is_form || !self.rows.is_empty() || !self.samples.is_empty() || self.accepted.is_some()
    }
}

/// How a comparison is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum CompatFormat {
    /// The causes, what stops the deploy first
    #[default]
    Text,
    /// One object with causes and every changed column of every table
    Json,
    /// One table a line with its changed columns, then what stands against the change where that was asked for, one finding a line
    Ndjson,
    /// A comment for a pull request
    Markdown,
    /// Annotations of a GitHub workflow, at file and line
    Github,
    /// JUnit's XML
    Junit,
}

/// Compares, prints, and tells by the exit code.
pub(super) fn run(args: CompatArgs, config: &Config) -> Result<ExitCode> {
    if let Some(given) = &args.git_diff {
        return git_diff::run(given);
    }
    let is_gate = args.is_gate();
    let accepted =
        args.accepted.as_deref().map(|path| Ok::<_, color_eyre::Report>(Accepted::parse(&shown(path), &text_of(path)?)?)).transpose()?;
    let allowlist = args.allowlist.as_deref().map(text_of).transpose()?;
    let (Some(old_path), Some(new_path)) = (args.old, args.new) else { bail!("give OLD and NEW") };
    if ![Some(&old_path), Some(&new_path), args.deployed.as_ref()].into_iter().flatten().any(|path| names_table(path)) {
        args.reach.refuse()?;
    }
    let open = |path: &Path| if names_table(path) { deployed_table(path, &args.reach, config) } else { open(path) };
    let (old, new) = match neighbours(&old_path, &new_path)? {
        Some(both) => both,
        // Programs that git starts run at once.
        None => {
            let (old, new) = std::thread::scope(|scope| {
                let old = scope.spawn(|| open(&old_path));
                let new = open(&new_path);
                (old.join(), new)
            });
            (old.unwrap_or_else(|_| Err(eyre!("opening {} failed", shown(&old_path))))?, new?)
        }
    };
    let names = (shown(&old_path), shown(&new_path));
    let most = (!args.witness).then_some(MOST_SOUGHT);
    let found = judged(&old, &new, &names, allowlist.as_deref(), most)?;
    let deployed = match &args.deployed {
        Some(deployed) => {
            let path = deployed_path(deployed, &new_path);
            of_deployed(&open(&path)?, &path, (&new, &names.1), allowlist.as_deref())?
        }
        None => {
            tell_standing(&old, &new);
            Vec::new()
        }
    };
    let mut stdout = BufWriter::new(out::WhileRead::new(std::io::stdout()));
    let stores = match (&old, &new) {
        (Opened::Store(old), Opened::Store(new)) => Some((old, new)),
        _ => None,
    };
    ensure!(
        stores.is_some() || (args.rows.is_empty() && args.samples.is_empty()),
        "rows and samples are judged by folders of schemas: {} and {} are files",
        names.0,
        names.1
    );
    let question = GateQuestion { rows: args.rows, samples: args.samples, accepted, head: new_path };
    let report = if is_gate { Some(gate::report(&question, &found, stores, config)?) } else { None };
    let told = report.as_ref().map(|report| match args.format {
        CompatFormat::Text => layouts::text(report, &names.1) + &forms::text(report),
        CompatFormat::Json | CompatFormat::Ndjson => String::new(),
        CompatFormat::Markdown => forms::markdown(report) + &layouts::markdown(report, &names.1),
        CompatFormat::Github => forms::github(report) + &layouts::github(report, &question.head),
        CompatFormat::Junit => forms::junit(report, &deploy::summary(&found)),
    });
    match args.format {
        CompatFormat::Text => {
            text::write(&mut stdout, &found, args.all)?;
            for Compared { found, names } in &deployed {
                writeln!(stdout, "\nagainst what is deployed, {}:", names.0)?;
                text::write(&mut stdout, found, args.all)?;
            }
        }
        CompatFormat::Json => {
            let nested = deployed.iter().map(|one| json::text(&one.names, &one.found)).collect::<Result<Vec<_>>>()?;
            json::write(&mut stdout, &names, &found, &nested, report.as_ref())?;
        }
        CompatFormat::Ndjson => {
            for (found, names) in [(&found, &names)].into_iter().chain(deployed.iter().map(|one| (&one.found, &one.names))) {
                json::write_lines(&mut stdout, names, found)?;
                out::tell(&format!("misfit: against {}: {}", names.0, deploy::summary(found)));
            }
            report.iter().try_for_each(|report| gate_json::write_lines(&mut stdout, report))?;
        }
        CompatFormat::Markdown | CompatFormat::Github | CompatFormat::Junit => {}
    }
    if let Some(told) = told.filter(|told| !told.is_empty()) {
        if args.format == CompatFormat::Text {
            writeln!(stdout)?;
        }
        stdout.write_all(told.as_bytes())?;
    }
    stdout.flush()?;
    let of_gate = report.as_ref().map(gate::code);
    let codes: Vec<u8> = [of_gate.unwrap_or_else(|| code(&found))].into_iter().chain(deployed.iter().map(|one| code(&one.found))).collect();
    // What stops a deploy goes before what could not be compared.
    let worst = [FINDINGS, NOT_COMPARED].into_iter().find(|one| codes.contains(one));
    Ok(ExitCode::from(worst.unwrap_or(0)))
}
