//! `misfit SOURCE`: the explorer.

use std::io::IsTerminal;
use std::process::ExitCode;

use color_eyre::Result;
use color_eyre::eyre::ensure;

use super::input::{self, Input};
use crate::config::Config;
use crate::tui;

/// What the explorer is opened with.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    #[command(flatten)]
    pub input: input::Args,

    #[command(flatten)]
    pub look: Look,
}

/// How the explorer looks, and how it is driven without a terminal.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct Look {
    /// Theme of the explorer [env: MISFIT_THEME]
    #[arg(long, value_name = "NAME", env = "MISFIT_THEME", hide_env = true)]
    theme: Option<String>,

    /// Keys to press, as in `j j enter`
    #[arg(long, value_name = "KEYS", hide = true)]
    keys: Option<String>,

    /// Size of the screen in cells, as in 80x24
    #[arg(long, value_name = "WxH", value_parser = parse_size, hide = true)]
    size: Option<(u16, u16)>,

    /// Print the last screen as text and leave
    #[arg(long, hide = true)]
    print: bool,
}

/// Opens the explorer on the sources that were named.
pub(super) fn run(args: Args, config: Config) -> Result<ExitCode> {
    ensure!(
        args.look.print || std::io::stdout().is_terminal(),
        "the explorer needs a terminal and standard output is none: use misfit groups or misfit cases for text"
    );
    let Input { source, schemas } = args.input.open(&config, true)?;
    let Look { theme, keys, size, print } = args.look;
    tui::run(tui::Options { source, schemas, theme, keys, size, print, config })
}

fn parse_size(text: &str) -> Result<(u16, u16), String> {
    let parsed = text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    parsed.filter(|&(width, height)| width > 0 && height > 0).ok_or_else(|| "a size is WIDTHxHEIGHT, as in 80x24".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_two_numbers() {
        assert_eq!(parse_size("80x24"), Ok((80, 24)));
        for wrong in ["80", "80x", "0x24", "80x99999", "-1x2"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
