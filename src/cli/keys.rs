//! `misfit keys`: every key of the explorer, from its action table.

use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::Result;

use super::explore::open_keymap;
use super::out;
use crate::cli::config::Config;
use crate::ground::text;
use crate::tui::action::{ActionPlace, TABLE};
use crate::tui::keymap::Keymap;

/// How the keys are printed.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct KeysArgs {
    /// Form of the output
    #[arg(long, value_enum, default_value_t = KeysFormat::Table)]
    format: KeysFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KeysFormat {
    /// Lines under headings
    Table,
    /// A Markdown table
    Md,
}

/// Prints the keys as the configuration leaves them.
pub(super) fn run(args: &KeysArgs, config: &Config) -> Result<ExitCode> {
    let keymap = open_keymap(config)?;
    let text = match args.format {
        KeysFormat::Table => table(&keymap),
        KeysFormat::Md => markdown(&keymap),
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

fn described(help: &str, place: ActionPlace) -> String {
    match place {
        ActionPlace::Always | ActionPlace::Everywhere => help.to_owned(),
        ActionPlace::Groups => format!("groups: {help}"),
        ActionPlace::Grouped => format!("groups, case: {help}"),
        ActionPlace::Case => format!("case: {help}"),
        ActionPlace::Row => format!("row: {help}"),
        ActionPlace::Tables => format!("tables: {help}"),
        ActionPlace::Deploy => format!("deploys: {help}"),
        ActionPlace::Sides => format!("columns of both sides: {help}"),
        ActionPlace::Overview => format!("overview: {help}"),
        ActionPlace::Losses => format!("losses: {help}"),
        ActionPlace::Counts => format!("groups, overview: {help}"),
        ActionPlace::Schemas => format!("tables, deploys: {help}"),
        ActionPlace::Nodes => format!("case, tables, deploys: {help}"),
        ActionPlace::Panes => format!("case, tables, columns of both sides: {help}"),
        ActionPlace::Export => format!("exports: {help}"),
        ActionPlace::Question => format!("questions: {help}"),
    }
}
