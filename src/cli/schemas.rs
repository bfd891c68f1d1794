//! `misfit schemas`: getting the generated schemas with their history, and what is new of them.
//!
//! Owns: where they come from and where they are kept, what is said before anything is fetched.
//! Refuses: fetching (the git room), schemas that were put anywhere else.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use color_eyre::Result;
use color_eyre::eyre::{bail, ensure, eyre};

use super::{bigquery, blame, input, out};
use crate::cli::config::Config;
use crate::ground::text::visible;
use crate::rows::schemas::git::{Repository, address, revision_at};
use crate::rows::source::bigquery::SCHEME;
use crate::triage::blame::HistorySettings;
use crate::triage::chain;
use crate::triage::live::LiveTable;
use crate::tui::advice::GIVE_SCHEMAS;

/// Where the generated schemas are published.
const PUBLISHED: &str = "https://github.com/mozilla-services/mozilla-pipeline-schemas";
/// What cloning them moves, roughly: all revisions, packed.
const ROUGHLY: &str = "about 50 MB";

/// What is to be done with schemas.
#[derive(Debug, clap::Args)]
pub(super) struct SchemasArgs {
    #[command(subcommand)]
    command: SchemasCommand,
}

#[derive(Debug, clap::Subcommand)]
enum SchemasCommand {
    /// Clone the generated schemas with all of their history, with git; used wherever no others are named
    Get {
        /// Repository to clone, anything that git can clone [default: Mozilla's, on GitHub]
        #[arg(value_name = "URL")]
        url: Option<String>,
    },
    /// Fetch what is new, from where they were cloned from
    Update,
    /// How far the schemas' way has come: age of the newest generated revision, what the source has that it lacks
    State {
        #[command(flatten)]
        schemas: input::SchemaArgs,

        /// Clone of the repository that the schemas are generated from
        #[arg(long, value_name = "REPO")]
        source_repo: Option<PathBuf>,

        /// File that tells which commits of the source each revision took in, where the revisions do not
        #[arg(long, value_name = "FILE")]
        upstream: Option<PathBuf>,

        /// What is deployed: bigquery:P.D.T, a live table whose label tells the revision; how far that is behind is told
        #[arg(long, value_name = "TABLE")]
        deployed: Option<String>,

        #[command(flatten)]
        reach: bigquery::Reach,
    },
}

/// Says from where and how much, then does it.
pub(super) fn run(args: SchemasArgs, config: &Config) -> Result<ExitCode> {
    if let SchemasCommand::State { schemas, source_repo, upstream, deployed, reach } = args.command {
        ensure!(
            deployed.as_ref().is_none_or(|table| table.starts_with(SCHEME)),
            "--deployed wants a live table, whose label tells what it was deployed from: {SCHEME}PROJECT.DATASET.TABLE"
        );
        if deployed.is_none() {
            reach.refuse()?;
        }
        let schemas = input::SchemaArgs { is_aged_elsewhere: true, ..schemas }
            .open(config, false)?
            .ok_or_else(|| eyre!("no schemas to tell the state of: {GIVE_SCHEMAS}"))?;
        let usual = blame::settings(config);
        let settings = HistorySettings { upstream: upstream.or(usual.upstream), source: source_repo.or(usual.source), ..usual };
        let state = chain::state(&schemas, &settings, jiff::Timestamp::now().as_microsecond())?;
        let live = deployed.map(|table| reach.deployed(&table, config)).transpose()?;
        let live = live.map(|table| format!("{}\n", LiveTable::of(&table).standing(&schemas))).unwrap_or_default();
        return out::print(&format!("{state}\n{live}"));
    }
    let folder = input::fetched()
        .ok_or_else(|| eyre!("there is no home folder to keep schemas in: clone them with git, and give --schemas FOLDER"))?;
    let shown = visible(&folder.to_string_lossy()).into_owned();
    match args.command {
        SchemasCommand::Get { url } => {
            ensure!(!folder.exists(), "there are schemas in {shown} already: misfit schemas update gets what is new");
            let much = if url.is_none() { ROUGHLY } else { "all of its history" };
            let url = url.unwrap_or_else(|| PUBLISHED.to_owned());
            out::tell(&format!("misfit: git clones {} ({much}) into {shown}", address(&url)));
            let repository = Repository::clone_bare(&url, &folder)?;
            out::tell(&format!("misfit: {}; used wherever no schemas are named, and by --schemas {shown}@REVISION", newest(&repository)?));
        }
        SchemasCommand::State { .. } => {}
        SchemasCommand::Update => {
            let repository = opened(&folder, &shown)?;
            let before = newest(&repository)?;
            out::tell(&format!("misfit: git fetches what is new from {} into {shown}", address(&repository.origin()?)));
            repository.update()?;
            let after = newest(&repository)?;
            let told = if before == after { format!("nothing is new: {after}") } else { after };
            out::tell(&format!("misfit: {told}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn opened(folder: &Path, shown: &str) -> Result<Repository> {
    if !folder.is_dir() {
        bail!("there are no schemas in {shown} yet: misfit schemas get clones them");
    }
    Ok(Repository::open(folder)?)
}

fn newest(repository: &Repository) -> Result<String> {
    let commit = repository.resolve(None)?;
    Ok(format!("the newest schemas are {}", revision_at(&commit.id.to_string(), commit.time)))
}
