//! `misfit SOURCE`: the explorer.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::CommandFactory;
use color_eyre::eyre::{ensure, eyre};
use color_eyre::{Report, Result};

use super::input::{self, OpenedInput};
use super::scope::Scope;
use super::volume::VolumeArgs;
use super::{bigquery, out};
use crate::cli::config::Config;
use crate::ground::text::{nearest, visible};
use crate::rows::source::{ErrorSource, Request};
use crate::triage::blame::HistorySettings;
use crate::triage::export::patch::PatchSettings;
use crate::tui::keymap::{Keymap, parse_keys};
use crate::tui::theme::{Depth, Theme, locale_is_ascii};
use crate::tui::work::ExportSettings;
use crate::tui::{self, frame};

/// Size of a printed screen where none is given.
const PRINTED: (u16, u16) = (80, 24);

/// What the explorer is opened with.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct ExploreArgs {
    #[command(flatten)]
    pub input: input::InputArgs,

    #[command(flatten)]
    pub scope: Scope,

    #[command(flatten)]
    pub volume: VolumeArgs,

    #[command(flatten)]
    pub look: LookArgs,
}

/// How the explorer looks, and how it is driven without a terminal.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct LookArgs {
    /// Theme of the explorer [env: MISFIT_THEME]
    #[arg(long, value_name = "NAME", env = "MISFIT_THEME", hide_env = true)]
    theme: Option<String>,

    /// What is deployed: a revision of the schemas, or a folder; what a deploy would refuse is told against that first
    #[arg(long, value_name = "REV|FOLDER")]
    deployed: Option<PathBuf>,

    /// Keys to press, as in `jj<enter>`
    #[arg(long, value_name = "KEYS", hide = true)]
    keys: Option<String>,

    /// Size of the screen in cells, as in 80x24
    #[arg(long, value_name = "WxH", value_parser = parse_size, hide = true)]
    size: Option<(u16, u16)>,

    /// Print the last screen as text and leave
    #[arg(long, hide = true)]
    print: bool,
}

impl LookArgs {
    /// Whether a screen is printed, which needs no terminal.
    pub(super) fn is_printed(&self) -> bool {
        self.print
    }
}

/// Opens the explorer on the sources that were named.
pub(super) fn run(mut args: ExploreArgs, config: Config) -> Result<ExitCode> {
    let named = args.input.sources.clone();
    if args.input.bigquery.list {
        let sources = input::expand(args.input.sources, &config)?;
        return bigquery::list(args.input.bigquery, &sources, &config);
    }
    args.input.schemas.is_aged_elsewhere = true;
    let volume = args.volume.open()?;
    let OpenedInput { source, schemas } = args.input.open(&config, true, &args.scope).map_err(|error| meant(&named).unwrap_or(error))?;
    show(Some(source), Request { volume, ..args.scope.request(schemas) }, args.look, &config)
}

/// Opens the explorer on a source, or without one on the tables of the schemas.
pub(super) fn show(source: Option<Arc<dyn ErrorSource>>, request: Request, look: LookArgs, config: &Config) -> Result<ExitCode> {
    let LookArgs { theme, deployed, keys, size, print } = look;
    // Last, because who has mistyped a name learns nothing from it.
    ensure!(
        print || std::io::stdout().is_terminal(),
        "the explorer needs a terminal, and standard output is not one: use misfit groups or misfit cases for text"
    );
    let depth = if print { Depth::None } else { Depth::detect() };
    let theme = open_theme(theme, config, depth)?;
    let keymap = open_keymap(config)?;
    let keys = keys
        .filter(|keys| !keys.is_empty())
        .map(|keys| parse_keys(&keys))
        .transpose()
        .map_err(|mistake| eyre!("--keys {mistake}"))?
        .unwrap_or_default();
    let usual = super::blame::settings(config);
    let history = HistorySettings { deployed: deployed.or(usual.deployed.clone()), ..usual };
    let patches = PatchSettings { never: config.never_patched.clone(), source_repo: history.source.clone() };
    let exports = ExportSettings { redaction: config.redaction.clone(), folder: ".".into(), patches };
    let paid = source.clone();
    let options = tui::ExplorerOptions { source, request, exports, history, theme, depth, keymap };
    if print {
        let size = size.unwrap_or(PRINTED);
        return out::print(&frame::to_text(&tui::script(options, size, &keys)?));
    }
    let ended = tui::run(options)?;
    if let Some(spent) = paid.and_then(|source| source.spent()).filter(|spent| spent.queries > 0) {
        out::tell(&format!("misfit: {spent}"));
    }
    Ok(ended)
}

/// Who gives nothing but the name of no file may have meant a command.
fn meant(sources: &[String]) -> Option<Report> {
    let [name] = sources else { return None };
    let cli = super::Cli::command();
    let commands: Vec<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
    let near = nearest(name, &commands).filter(|_| !Path::new(name).exists())?;
    Some(eyre!("there is no file or command {}: did you mean misfit {near}?", visible(name)))
}

/// The flag or the environment, then the configuration, then what suits the terminal.
fn open_theme(named: Option<String>, config: &Config, depth: Depth) -> Result<Theme> {
    let ascii = locale_is_ascii(|name| std::env::var(name).ok());
    let usual = match depth {
        Depth::True | Depth::Indexed => "default-dark",
        Depth::Named => "ansi",
        Depth::None => "mono",
    };
    match (named.filter(|name| !name.is_empty()), &config.theme) {
        (Some(name), _) => Theme::named(&name, depth, ascii).map_err(|mistake| eyre!(mistake)),
        (None, Some(setting)) => Theme::named(&setting.value, depth, ascii).map_err(|mistake| eyre!("{}: {mistake}", setting.place)),
        (None, None) => Theme::named(usual, depth, ascii).map_err(|mistake| eyre!(mistake)),
    }
}

/// Keys as the configuration changes them; every mistake in it is told with its line.
pub(super) fn open_keymap(config: &Config) -> Result<Keymap> {
    Keymap::new(&config.keys).map_err(|mistakes| {
        let told = mistakes.into_iter().map(|mistake| match mistake.change.and_then(|change| config.keys.get(change)) {
            Some(binding) => format!("{}: {}", binding.place, mistake.text),
            None => mistake.text,
        });
        eyre!(told.collect::<Vec<_>>().join("; "))
    })
}

fn parse_size(text: &str) -> Result<(u16, u16), String> {
    let parsed = text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    parsed
        .filter(|&(width, height)| (1..=1000).contains(&width) && (1..=1000).contains(&height))
        .ok_or_else(|| "a size is WIDTHxHEIGHT, as in 80x24, each from 1 to 1000".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_command_is_recognised() {
        let meant = |names: &[&str]| meant(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).map(|error| error.to_string());
        assert_eq!(meant(&["group"]).as_deref(), Some("there is no file or command group: did you mean misfit groups?"));
        assert!(meant(&["dmeo"]).is_some_and(|told| told.contains("misfit demo?")));
        assert_eq!((meant(&["nowhere.ndjson"]), meant(&["group", "a"]), meant(&[])), (None, None, None));
    }

    #[test]
    fn a_size_is_two_numbers() {
        assert_eq!(parse_size("80x24"), Ok((80, 24)));
        for wrong in ["80", "80x", "0x24", "80x99999", "-1x2"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
