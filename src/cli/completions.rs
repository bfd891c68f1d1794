//! `misfit completions SHELL`: what a shell completes.

use std::process::ExitCode;

use clap::{Command, CommandFactory};
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
    clap_complete::generate(args.shell, &mut offered(&super::Cli::command()), "misfit", &mut script);
    out::print(&String::from_utf8_lossy(&script))
}

/// The command without what its help does not tell either.
fn offered(command: &Command) -> Command {
    // A name lives as long as the program, which ends with the script.
    let kept = Command::new(&*command.get_name().to_owned().leak())
        .args(command.get_arguments().filter(|argument| !argument.is_hide_set()))
        .subcommands(command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(offered))
        .version(env!("CARGO_PKG_VERSION"));
    match command.get_about() {
        Some(about) => kept.about(about.clone()),
        None => kept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_help_does_not_tell_is_not_offered() {
        for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut offered(&crate::cli::Cli::command()), "misfit", &mut script);
            let script = String::from_utf8(script).unwrap();
            for name in ["list-format", "print", "size"] {
                let offers = [format!("--{name} "), format!("--{name}="), format!("-l {name} "), format!("--{name}'")];
                assert!(offers.iter().all(|offer| !script.contains(offer)), "{shell}: {name}");
            }
            for name in ["schemas", "theme", "baseline"] {
                assert!(script.contains(name), "{shell}: {name}");
            }
        }
    }
}
