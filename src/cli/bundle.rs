//! `misfit bundle`: groups, some of their rows and the schemas that they need in one file.
//!
//! Owns: the question, the closing lines.
//! Refuses: making the file (bundle), redaction (redact), opening it again (input).

use std::path::PathBuf;
use std::process::ExitCode;

use color_eyre::Result;
use color_eyre::eyre::{bail, ensure};

use super::export::stop::ExportStop;
use super::input::{self, Asked};
use super::scope::Scope;
use super::{out, unmet};
use crate::cli::config::Config;
use crate::ground::text::{self, visible};
use crate::rows::group::Fingerprint;
use crate::triage::bundle as making;
use crate::triage::bundle::MadeBundle;
use crate::triage::export::choice::Choice;
use crate::triage::export::files::{DraftFile, Readers, WriteOptions};
use crate::tui::advice::{self, GIVE_SCHEMAS};

/// Exit code where something that was asked for is not in the file.
const INCOMPLETE: u8 = 1;

/// Columns that are named; of more the number is told.
const MOST_NAMED: usize = 12;

const EXAMPLES: &str = "\
Examples:
  misfit bundle errors.ndjson --schemas ~/schemas --out week.misfit
      everything that fails, five rows of each group, redacted
  misfit week.misfit
      open it, on any machine, without schemas or a network
  misfit bundle errors.ndjson --schemas ~/schemas --out one.misfit --group 73152a9311fc0fe0
      one group

A redacted row keeps what is wrong with it: the same keyword, schema node and place.
Where its document cannot, a small document made for the fault stands for it, once in
a group; a row that has neither is left out and counted.";

/// What goes into a bundle, and where to.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct BundleQuestion {
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Only this group, as misfit groups prints it; may be given several times
    #[arg(long = "group", value_name = "FINGERPRINT")]
    groups: Vec<Fingerprint>,

    #[command(flatten)]
    scope: Scope,

    /// Rows of each group, spread over all of its rows; groups have their full counts whatever this is
    #[arg(long, value_name = "N", default_value_t = 5)]
    rows: usize,

    /// Values as they are, instead of their shapes: what people typed, identifiers, addresses. The file is then for its owner alone
    #[arg(long)]
    raw: bool,

    /// Replace a file that exists
    #[arg(long)]
    force: bool,
}

/// Reads, chooses, writes.
pub(super) fn run(asked: Asked<BundleQuestion>, config: &Config) -> Result<ExitCode> {
    let Asked { input, question } = asked;
    let readers = if question.raw { Readers::Owner } else { Readers::Usual };
    // First, because a name that cannot be written is known before hours of reading.
    let draft = DraftFile::begin(&question.out, WriteOptions { replace: question.force, readers })?;
    let input::OpenedInput { source, schemas } = input.open(config, true, &question.scope)?;
    if schemas.is_none() {
        out::tell(&format!("misfit: no schemas, so the bundle will not tell nodes and columns: {GIVE_SCHEMAS}"));
    }
    let request = question.scope.request(schemas);
    let stop = ExportStop::on_interrupt()?;
    let groups = source.groups(&request, &stop)?;
    ensure!(!groups.partial, "stopped; nothing was written");
    if let Some(told) = out::nothing_to_write(&groups) {
        out::tell(&told);
        return Ok(ExitCode::SUCCESS);
    }
    unmet::check(source.as_ref(), &request, &groups)?.iter().for_each(|note| out::tell(&format!("misfit: {note}")));
    let choice = Choice::of(&groups, &question.groups);
    if let Some(print) = choice.vanished.first() {
        bail!("group {print} has no rows; nothing was written: misfit groups prints the groups; are the schemas the same?");
    }
    ensure!(!choice.groups.is_empty(), "there is nothing to put into a bundle: no row matches what was asked for");
    let asked = making::BundleRequest {
        source: source.as_ref(),
        schemas: request.schemas.as_deref(),
        groups: &groups,
        choice: &choice,
        per_group: question.rows,
        policy: config.redaction.policy(question.raw),
    };
    let made = making::make(&asked, draft, &stop)?;
    tell(&made, question.raw);
    out::unreadable(&groups.unreadable).iter().chain(&stop.bill()).for_each(|told| out::tell(&format!("misfit: {told}")));
    match &made.missing {
        Some(error) => {
            let why = words_of(error);
            out::tell(&format!("misfit: the rows are missing in it, its groups and schema files are whole: {why}"));
            Ok(ExitCode::from(INCOMPLETE))
        }
        None => Ok(ExitCode::SUCCESS),
    }
}

/// The reason, with what can be done about it.
fn words_of(error: &making::BundleError) -> String {
    let advice = error.advice().map(advice::words).unwrap_or_default();
    visible(&format!("{error}{advice}")).into_owned()
}

fn tell(made: &MadeBundle, raw: bool) {
    let count = |n: usize, one: &str, many: &str| out::plural(n as u64, one, many);
    out::tell(&format!(
        "misfit: {}: {}, {}, {}, {}, {}",
        visible(&made.path.to_string_lossy()),
        count(made.groups, "group", "groups"),
        count(made.rows, "row", "rows"),
        count(made.files, "schema file", "schema files"),
        if raw { "raw: not for others" } else { "redacted" },
        text::bytes(made.bytes),
    ));
    if made.small > 0 {
        out::tell(&format!(
            "misfit: {} with a small document made for the fault, because shapes for values would change what is wrong",
            count(made.small, "row", "rows")
        ));
    }
    if made.left_out > 0 {
        out::tell(&format!("misfit: {} left out, because redaction changes what is wrong", count(made.left_out, "row", "rows")));
    }
    if !made.withheld.is_empty() {
        let named: Vec<_> = made.withheld.iter().take(text::listed(made.withheld.len(), MOST_NAMED)).map(|name| visible(name)).collect();
        let more = made.withheld.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        out::tell(&format!("misfit: columns that are not in it: {}{more}", named.join(", ")));
    }
}
