//! `misfit config`: the configuration as it could be, and whether it can be used as it is.

use std::path::Path;
use std::process::ExitCode;

use color_eyre::Result;
use color_eyre::eyre::eyre;

use super::config::{self, default_path, setting};
use super::explore::{key_mistakes, open_theme};
use super::out;
use crate::ground::text::{plural, visible};
use crate::tui::theme::Depth;

/// Exit code where something in the file leads nowhere.
const FINDINGS: u8 = 1;
/// Exit code where the file cannot be used.
const BAD: u8 = 2;

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
    let (config, mistakes) = config::load_all(named)?;
    let mut wrong: Vec<String> = mistakes.iter().map(|mistake| visible(&mistake.to_string()).into_owned()).collect();
    wrong.extend(key_mistakes(&config));
    wrong.extend(open_theme(None, &config, Depth::None, true).err().map(|mistake| mistake.to_string()));
    let missing = config.missing();
    if wrong.is_empty() && missing.is_empty() {
        let sources = match config.sources.len() {
            0 => String::new(),
            sources => format!(", {}", plural(sources as u64, "source", "sources")),
        };
        return out::print(&format!("{shown} can be used{sources}\n"));
    }
    let verdict = match wrong.len() {
        0 => format!("{shown} can be used, but leads nowhere in {}\n", plural(missing.len() as u64, "place", "places")),
        mistakes => format!("{shown} cannot be used: {}\n", plural(mistakes as u64, "mistake", "mistakes")),
    };
    let lines: String = wrong.iter().chain(&missing).map(|line| format!("{line}\n")).collect();
    out::print(&format!("{lines}{verdict}"))?;
    Ok(ExitCode::from(if wrong.is_empty() { FINDINGS } else { BAD }))
}
