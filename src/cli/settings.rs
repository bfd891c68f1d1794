//! `misfit config`: the configuration as it could be, and whether it can be used as it is.

use std::path::Path;
use std::process::ExitCode;

use color_eyre::Result;
use color_eyre::eyre::eyre;

use super::config::{self, default_path, setting};
use super::explore::{open_keymap, open_theme};
use super::out;
use crate::ground::text::{plural, visible};
use crate::tui::theme::Depth;

/// What of the configuration is asked for.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct ConfigArgs {
    /// Say whether the file can be used, with its mistakes by line
    #[arg(long, conflicts_with = "schema")]
    check: bool,

    /// Print the JSON schema of the file, for editors
    #[arg(long)]
    schema: bool,
}

/// Prints the file with all settings as comments, its schema, or what is wrong with the file that there is.
pub(super) fn run(args: &ConfigArgs, named: Option<&Path>) -> Result<ExitCode> {
    if args.schema {
        return out::print(&format!("{}\n", serde_json::to_string_pretty(&setting::schema())?));
    }
    if !args.check {
        return out::print(&setting::commented());
    }
    let path = named.map(Path::to_path_buf).or_else(default_path).ok_or_else(|| eyre!("there is no home folder, so no configuration"))?;
    let shown = visible(&path.to_string_lossy()).into_owned();
    if named.is_none() && !path.exists() {
        return out::print(&format!(
            "there is no configuration at {shown}: all is as usual; misfit config prints what could stand there\n"
        ));
    }
    let config = config::load(named)?;
    open_keymap(&config)?;
    open_theme(None, &config, Depth::None, true)?;
    let sources = match config.sources.len() {
        0 => String::new(),
        sources => format!(", {}", plural(sources as u64, "source", "sources")),
    };
    out::print(&format!("{shown} can be used{sources}\n"))
}
