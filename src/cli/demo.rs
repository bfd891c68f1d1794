//! `misfit demo`: the built-in sample, in the explorer or as text.

use std::process::ExitCode;

use clap::Subcommand;
use color_eyre::Result;

use super::input::{self, Asked};
use super::scope::Scope;
use super::{cases, explore, groups};
use crate::cli::config::Config;

/// What to do with the sample.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    what: Option<What>,

    #[command(flatten)]
    look: explore::Look,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print the groups of the sample
    Groups(groups::Question),
    /// Print the rows of the sample with the schema node that each broke and its columns
    Cases(cases::Question),
}

/// Runs the command on the sample.
pub(super) fn run(args: Args, config: Config) -> Result<ExitCode> {
    let input = input::Args::demo(input::Schemas::default());
    match args.what {
        None => explore::run(explore::Args { input, scope: Scope::default(), look: args.look }, config),
        Some(What::Groups(question)) => groups::run(Asked { input, question }, &config),
        Some(What::Cases(question)) => cases::run(Asked { input, question }, &config),
    }
}
