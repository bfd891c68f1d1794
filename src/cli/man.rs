//! `misfit man`: the manual pages, made of the help.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::CommandFactory;
use clap_mangen::Man;
use color_eyre::Result;
use color_eyre::eyre::eyre;

use super::out;
use crate::ground::text::{plural, visible};

/// Where the pages go.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct ManArgs {
    /// Write misfit.1 and a page of every command into this folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Prints the page of the program, or writes all.
pub(super) fn run(args: &ManArgs) -> Result<ExitCode> {
    let mut command = super::Cli::command();
    command.build();
    let Some(folder) = &args.out else {
        return out::print(&page(&command)?);
    };
    let failed = |path: &Path, error: std::io::Error| eyre!("cannot write {}: {error}", visible(&path.to_string_lossy()));
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let mut pages = vec![(command.get_name().to_owned(), page(&command)?)];
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        pages.push((format!("{}-{}", command.get_name(), sub.get_name()), page(sub)?));
    }
    for (name, text) in &pages {
        let path = folder.join(format!("{name}.1"));
        fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    out::tell(&format!("misfit: {} in {}", plural(pages.len() as u64, "page", "pages"), visible(&folder.to_string_lossy())));
    Ok(ExitCode::SUCCESS)
}

fn page(command: &clap::Command) -> Result<String> {
    let mut text = Vec::new();
    Man::new(command.clone()).render(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
