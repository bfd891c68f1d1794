//! `misfit demo`: the built-in sample, in the explorer or as text.

use std::process::ExitCode;

use clap::Subcommand;
use color_eyre::Result;

use super::input::{self, Asked};
use super::notes::NotesArg;
use super::scope::Scope;
use super::volume::VolumeArgs;
use super::{cases, explore, groups, overview};
use crate::cli::config::Config;

/// What to do with the sample.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct DemoArgs {
    #[command(subcommand)]
    what: Option<DemoCommand>,

    #[command(flatten)]
    volume: VolumeArgs,

    #[command(flatten)]
    notes: NotesArg,

    #[command(flatten)]
    look: explore::LookArgs,
}

#[derive(Debug, Subcommand)]
enum DemoCommand {
    /// Print the groups of the sample
    Groups(Box<groups::GroupsQuestion>),
    /// Print the namespaces of the sample at a glance
    Overview(overview::OverviewQuestion),
    /// Print the rows of the sample with the schema node that each broke and its columns
    Cases(cases::CasesQuestion),
}

/// Runs the command on the sample.
pub(super) fn run(args: DemoArgs, config: Config) -> Result<ExitCode> {
    let input = input::InputArgs::demo(input::SchemaArgs::default());
    match args.what {
        None => {
            let (scope, first) = (Scope::default(), explore::FirstArgs::default());
            explore::run(explore::ExploreArgs { input, scope, volume: args.volume, notes: args.notes, first, look: args.look }, config)
        }
        Some(DemoCommand::Groups(question)) => groups::run(Asked { input, question: *question }, &config),
        Some(DemoCommand::Overview(question)) => overview::run(Asked { input, question }, &config),
        Some(DemoCommand::Cases(question)) => cases::run(Asked { input, question }, &config),
    }
}
