//! `misfit themes`: the themes built in, and the user's own.

use std::process::ExitCode;

use color_eyre::Result;

use super::explore::shelf;
use super::out;
use crate::ground::text::{visible, width};

/// Prints name and purpose of every theme.
pub(super) fn run() -> Result<ExitCode> {
    let themes = shelf().list();
    let widest = themes.iter().map(|theme| width(&theme.name)).max().unwrap_or(0).max(14);
    let line = |name: &str, about: &str| format!("{name}{}{about}\n", " ".repeat(widest + 2 - width(name)));
    let lines: Vec<String> = themes.iter().map(|theme| line(&visible(&theme.name), &theme.about)).collect();
    out::print(&lines.concat())
}
