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
    Man::new(command.clone()).source(concat!("misfit ", env!("CARGO_PKG_VERSION"))).render(&mut text)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let Some((head, rest)) = text.split_once(".SH SYNOPSIS\n") else { return Ok(text) };
    let behind = rest.find(".SH ").map_or("", |at| &rest[at..]);
    Ok(format!("{head}{}{behind}", synopsis(command)))
}

/// How the command is typed, as its help says it: the page's own way would name forty options without their values.
fn synopsis(command: &clap::Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let lines = usage.trim_start_matches("Usage:").lines().map(|line| line.trim().replace('\\', "\\\\").replace('-', "\\-"));
    let mut section = ".SH SYNOPSIS\n".to_owned();
    for line in lines.filter(|line| !line.is_empty()) {
        if !section.ends_with("SYNOPSIS\n") {
            section.push_str(".br\n");
        }
        section.push_str(&line);
        section.push('\n');
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_in_short_how_the_command_is_typed() {
        let mut command = crate::cli::Cli::command();
        command.build();
        let told = page(&command).unwrap();
        assert!(told.contains(".SH SYNOPSIS\nmisfit [OPTIONS] [SOURCE]...\n.br\nmisfit <COMMAND>\n.SH DESCRIPTION"), "{}", &told[..600]);
        let groups = page(command.find_subcommand("groups").unwrap()).unwrap();
        assert!(groups.contains(".SH SYNOPSIS\nmisfit groups [OPTIONS] [SOURCE]...\n"), "{}", &groups[..600]);
        assert!(!told.contains("\\-\\-list\\-format") && groups.contains("\\-\\-baseline"));
    }
}
