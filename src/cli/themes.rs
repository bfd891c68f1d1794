//! `misfit themes`: the themes built in.

use std::process::ExitCode;

use color_eyre::Result;

use super::out;
use crate::tui::theme::Theme;

/// Prints name and purpose of every theme.
pub(super) fn run() -> Result<ExitCode> {
    let lines: Vec<String> = Theme::list().map(|(name, about)| format!("{name:<16}{about}\n")).collect();
    out::print(&lines.concat())
}
