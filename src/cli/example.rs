//! `misfit example`: a document that fits its schema.
//!
//! Owns: the question, what is said of a doctype that is not there.
//! Refuses: making the document (example).

use std::process::ExitCode;

use color_eyre::Result;
use color_eyre::eyre::{bail, eyre};

use super::{input, out, safe_json};
use crate::cli::config::Config;
use crate::ground::text::visible;
use crate::pipeline::example::{self, Wanted};
use crate::rows::samples::DoctypeName;
use crate::rows::schemas::Lookup;
use crate::tui::advice::GIVE_SCHEMAS;

const EXAMPLES: &str = "\
The document passes misfit judge. Its values are made up, and the same each time.

Examples:
  misfit example telemetry.crash.4 --schemas ~/schemas
      the smallest document that passes
  misfit example telemetry.crash.4 --schemas ~/schemas --full > crash.json
      a skeleton to fill in, with all that the schema knows
  misfit example telemetry.crash.4 | misfit judge - --doctype telemetry.crash.4
      which passes";

/// Which document is made.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct ExampleArgs {
    /// The doctype of the document
    #[arg(value_name = "NAMESPACE.DOCTYPE.VERSION")]
    doctype: DoctypeName,

    #[command(flatten)]
    schemas: input::SchemaArgs,

    /// Show all properties, an entry of each map and an element of each list, not only what is required
    #[arg(long)]
    full: bool,
}

/// Prints the document.
pub(super) fn run(args: ExampleArgs, config: &Config) -> Result<ExitCode> {
    let schemas = args.schemas.open(config, false)?;
    let schemas = schemas.ok_or_else(|| eyre!("no schemas to make an example from: {GIVE_SCHEMAS}"))?;
    let asked = &args.doctype;
    let at = match schemas.lookup(&asked.namespace, &asked.doctype, asked.version.as_deref()) {
        Lookup::Found(at) => at,
        lookup => bail!("{}", schemas.absence(&lookup, &asked.namespace, &asked.doctype, asked.version.as_deref())),
    };
    let judge = schemas.judge(at)?.ok_or_else(|| eyre!("{asked} has a table layout but no JSON schema, so nothing tells what fits"))?;
    let wanted = Wanted { namespace: &asked.namespace, version: asked.version.as_deref(), full: args.full };
    let made = example::document(&judge, wanted)?;
    let text = String::from_utf8(made.document.text().to_vec())?;
    if !made.left_out.is_empty() {
        let places: Vec<String> = made.left_out.iter().map(|place| format!("/{}", visible(&place.join("/")))).collect();
        out::tell(&format!("misfit: left out, because no value fits beside the rest: {}", places.join(", ")));
    }
    out::print(&format!("{}\n", safe_json::escape(text)))
}
