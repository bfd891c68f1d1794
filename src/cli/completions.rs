//! `misfit completions SHELL`: what a shell completes.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;
use color_eyre::Result;

use super::out;

/// Which shell.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct CompletionsArgs {
    /// The shell; misfit completions bash > ~/.local/share/bash-completion/completions/misfit
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Prints the script.
pub(super) fn run(args: &CompletionsArgs) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "misfit", &mut script);
    out::print(&String::from_utf8_lossy(&script))
}
