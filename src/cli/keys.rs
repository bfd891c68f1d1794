//! `misfit keys`: every key of the explorer, from its action table.

use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::Result;

use super::explore::open_keymap;
use super::out;
use crate::cli::config::Config;
use crate::ground::text;
use crate::tui::action::{Place, TABLE};
use crate::tui::keymap::Keymap;

/// How the keys are printed.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines under headings
    Table,
    /// A Markdown table
    Md,
}

/// Prints the keys as the configuration leaves them.
pub(super) fn run(args: &Args, config: &Config) -> Result<ExitCode> {
    let keymap = open_keymap(config)?;
    let text = match args.format {
        Format::Table => table(&keymap),
        Format::Md => markdown(&keymap),
    };
    out::print(&text)
}

fn table(keymap: &Keymap) -> String {
    let mut lines = String::new();
    let mut heading = "";
    let width = TABLE.iter().map(|entry| text::width(&described(entry.help, entry.place))).max().unwrap_or(0);
    for entry in TABLE {
        if entry.heading != heading {
            heading = entry.heading;
            lines.push_str(&format!("{}{heading}\n", if lines.is_empty() { "" } else { "\n" }));
        }
        let keys = keymap.keys(entry.action).join("  ");
        lines.push_str(&format!("  {keys:<18}{:<width$}  {}\n", described(entry.help, entry.place), entry.name));
    }
    lines
}

fn markdown(keymap: &Keymap) -> String {
    let mut text = "| keys | what it does | name |\n|---|---|---|\n".to_owned();
    for entry in TABLE {
        let keys: Vec<String> = keymap.keys(entry.action).iter().map(|key| format!("`{key}`")).collect();
        text.push_str(&format!("| {} | {} | `{}` |\n", keys.join(" "), described(entry.help, entry.place), entry.name));
    }
    text
}

fn described(help: &str, place: Place) -> String {
    match place {
        Place::Always | Place::Everywhere => help.to_owned(),
        Place::Groups => format!("groups: {help}"),
        Place::Case => format!("case: {help}"),
        Place::Row => format!("row: {help}"),
        Place::Tables => format!("tables: {help}"),
        Place::Panes => format!("case, tables: {help}"),
        Place::Export => format!("exports: {help}"),
        Place::Question => format!("questions: {help}"),
    }
}
