//! `misfit blame`: since when a node of a schema or a column is as it is, and what every revision did to a deploy.
//!
//! Owns: the question, the form for scripts.
//! Refuses: finding changes out (triage/blame), their words (triage/facts).

mod history;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::eyre;
use serde::Serialize;
use serde_json::{Value, json};

use super::bigquery::Reach;
use super::{input, out, safe_json, when};
use crate::cli::config::{Config, Setting};
use crate::ground::text::visible_lines;
use crate::rows::samples::DoctypeName;
use crate::rows::schemas::git::Repository;
use crate::triage::blame::template::EditPlace;
use crate::triage::blame::upstream::UpstreamCommit;
use crate::triage::blame::{self, Blame, BlameChange, BlameQuestion, BlameTarget, HistorySettings};
use crate::triage::facts;
use crate::tui::advice::GIVE_SCHEMAS;

const EXAMPLES: &str = "\
A change is one of the value itself: the order of members and blanks are none. Of a column it is one of
its type, mode or policy tags. What is gone from the newest revision has a history as well.

Without a doctype every revision is judged beside the one before, as misfit compat judges two: which
ones stopped a deploy and by what, how tables grew and when they meet the limit of columns. What was
found is kept, so that only new revisions are read the next time.

Examples:
  misfit blame telemetry.crash.4 /properties/payload/required/0 --schemas ~/schemas
      since when the first of those members is required
  misfit blame firefox-desktop.metrics.1 metrics.counter.a --schemas ~/schemas
      when the column came, went or changed
  misfit blame telemetry.crash.4 '#/properties/payload' --schemas ~/schemas@2024-06-30 --format json
      the same for scripts, looking back from that day
  misfit blame telemetry.crash.4 /title --source-repo ~/mps --open 7eeb9ebc
      the change of templates that this upstream commit made
  misfit blame --schemas ~/schemas
      which revisions stopped a deploy, newest first";

/// What is asked of history.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct BlameArgs {
    /// The doctype of the schema
    #[arg(value_name = "NAMESPACE.DOCTYPE.VERSION", requires = "target")]
    doctype: Option<DoctypeName>,

    /// A pointer into the schema file (/properties/a, #/required/0), or a column (payload.a.b)
    #[arg(value_name = "POINTER|COLUMN", value_parser = BlameTarget::parse)]
    target: Option<BlameTarget>,

    #[command(flatten)]
    schemas: input::SchemaArgs,

    /// File that tells which commits of the source each revision took in, where the revisions do not: lines of GENERATED DATE HASH DATE SUBJECT, tabs between
    #[arg(long, value_name = "FILE")]
    upstream: Option<PathBuf>,

    /// Clone of the repository that the schemas are generated from: tells where to edit
    #[arg(long, value_name = "REPO")]
    source_repo: Option<PathBuf>,

    /// Print the change of templates that a commit of the source made, instead of the history
    #[arg(long, value_name = "HASH", conflicts_with = "format")]
    open: Option<String>,

    /// Without a doctype: list revisions that go through as well
    #[arg(long, conflicts_with = "doctype")]
    all: bool,

    /// How the answer is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: BlameFormat,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum BlameFormat {
    /// For people
    #[default]
    Text,
    /// One object with the changes
    Json,
    /// One change a line; without a doctype one revision a line
    Ndjson,
}

/// A change for scripts.
#[derive(Serialize)]
struct ChangeRecord<'a> {
    revision: &'a str,
    date: Option<String>,
    change: &'static str,
    before: &'a Option<Value>,
    after: &'a Option<Value>,
    upstream: &'a [UpstreamCommit],
    /// How many others the revision took in, which by the source repository did not make the change.
    upstream_others: usize,
}

/// Prints the history.
pub(super) fn run(args: BlameArgs, config: &Config) -> Result<ExitCode> {
    let usual = settings(config);
    let settings = HistorySettings { upstream: args.upstream.or(usual.upstream), source: args.source_repo.or(usual.source), ..usual };
    if let Some(hash) = &args.open {
        let source = settings
            .source
            .as_deref()
            .ok_or_else(|| eyre!("a commit of the source is opened in a clone of it: give --source-repo REPO"))?;
        let source = Repository::open(source)?;
        let patch = source.patch(&source.commit_like(hash)?, "templates")?;
        return out::print(&format!("{}\n", visible_lines(&patch).trim_end()));
    }
    let schemas = args.schemas.open(config, false)?.ok_or_else(|| eyre!("no schemas to look back from: {GIVE_SCHEMAS}"))?;
    let (Some(name), Some(target)) = (args.doctype, args.target) else {
        return history::run(&schemas, args.format, args.all);
    };
    let DoctypeName { namespace, doctype, version } = name;
    let version = version.ok_or_else(|| eyre!("{namespace}.{doctype} needs a version: NAMESPACE.DOCTYPE.VERSION"))?;
    let question = BlameQuestion { namespace, doctype, version, target };
    let (found, edit) = blame::with_settings(&schemas, &question, &settings)?;
    match args.format {
        BlameFormat::Text => out::print(&format!("{}\n", facts::blame::facts(&found, &question, edit.as_ref()).to_text())),
        BlameFormat::Json => {
            found.notes.iter().for_each(|note| out::tell(&format!("misfit: {note}")));
            json(&found, &question, edit.as_ref())
        }
        BlameFormat::Ndjson => {
            found.notes.iter().for_each(|note| out::tell(&format!("misfit: {note}")));
            safe_json::write_lines(&mut std::io::stdout().lock(), found.changes.iter().map(record))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Where histories are read from, by the configuration.
pub(super) fn settings(config: &Config) -> HistorySettings {
    let path = |setting: &Option<Setting<PathBuf>>| setting.as_ref().map(|setting| setting.value.clone());
    let deployed = config.deployed.as_ref().map(|setting| PathBuf::from(&setting.value));
    HistorySettings {
        upstream: path(&config.upstream),
        source: path(&config.source_repo),
        kept: blame::usual_folder(),
        deployed,
        bigquery: Reach::default().settings(config),
        allowlist: None,
    }
}

fn json(blame: &Blame, question: &BlameQuestion, edit: Option<&EditPlace>) -> Result<ExitCode> {
    let key = if matches!(question.target, BlameTarget::Node(_)) { "pointer" } else { "column" };
    let target = match &question.target {
        // The whole document is the empty pointer.
        BlameTarget::Node(tokens) if tokens.is_empty() => String::new(),
        target => target.to_string(),
    };
    let about = json!({
        "namespace": question.namespace,
        "doctype": question.doctype,
        "version": question.version,
        "file": blame.file,
        key: target,
        "notes": blame.notes,
        "edit": edit.map(|edit| match edit {
            EditPlace::Template { file, line } => json!({"file": file, "line": line}),
            EditPlace::Generator { .. } => json!({"generator": edit.to_string()}),
        }),
    });
    let about = safe_json::escape(about.to_string());
    let before = format!("{},\"changes\":", about.strip_suffix('}').unwrap_or(&about));
    let mut stdout = std::io::stdout().lock();
    safe_json::write_list(&mut stdout, &before, blame.changes.iter().map(record))?;
    Ok(ExitCode::SUCCESS)
}

fn record(change: &BlameChange) -> ChangeRecord<'_> {
    ChangeRecord {
        revision: &change.revision,
        date: when::rfc3339(change.date),
        change: facts::blame::word(change),
        before: &change.before,
        after: &change.after,
        upstream: &change.upstream,
        upstream_others: change.others,
    }
}
