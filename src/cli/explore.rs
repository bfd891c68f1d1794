//! `misfit SOURCE`: the explorer.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use color_eyre::Result;
use color_eyre::eyre::{ensure, eyre};

use super::around::{self, Opener};
use super::input::{self, OpenedInput};
use super::notes::NotesArg;
use super::scope::Scope;
use super::volume::VolumeArgs;
use super::{bigquery, out};
use crate::cli::config::{self, Config};
use crate::rows::demo;
use crate::rows::group::Fingerprint;
use crate::rows::source::{ErrorSource, Request};
use crate::triage::blame::HistorySettings;
use crate::triage::export::patch::PatchSettings;
use crate::tui::keeper::Keeper;
use crate::tui::keymap::{Keymap, Mistake, parse_keys};
use crate::tui::lightness::{can_be_asked, is_light};
use crate::tui::message::Message;
use crate::tui::opened::SourceOpener;
use crate::tui::theme::{Depth, Theme, ThemeShelf, locale_is_ascii};
use crate::tui::work::ExportSettings;
use crate::tui::{self, Surroundings, frame};

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
    pub notes: NotesArg,

    #[command(flatten)]
    pub first: FirstArgs,

    #[command(flatten)]
    pub look: LookArgs,
}

/// What the explorer shows first.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
pub(super) struct FirstArgs {
    /// Begin at the group of this fingerprint
    #[arg(long, value_name = "FINGERPRINT")]
    pub group: Option<Fingerprint>,

    /// Open this document of the group, counted from 1
    #[arg(long, value_name = "N", requires = "group")]
    pub document: Option<usize>,

    /// Begin anew, not as this source was left last time
    #[arg(long)]
    pub fresh: bool,

    /// Begin with the namespaces of two sources side by side, stage beside production: this one, or several read as one, beside SOURCE
    #[arg(long, value_name = "SOURCE", num_args = 1..)]
    pub beside: Vec<String>,
}

/// What is explored, for what is kept of it. The default is the tables of the schemas.
#[derive(Default)]
pub(super) struct Shown {
    /// The name that its state is kept by.
    kept_as: Option<String>,
    /// Whether it is the sample, of which nothing is kept.
    is_demo: bool,
    /// What is shown first.
    first: FirstArgs,
    /// Who opens further sources.
    opener: Option<Arc<Opener>>,
    /// Where notes are.
    notes: NotesArg,
}

/// How the explorer looks, and how it is driven without a terminal.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct LookArgs {
    /// Theme of the explorer [env: MISFIT_THEME]
    #[arg(long, value_name = "NAME", env = "MISFIT_THEME", hide_env = true)]
    theme: Option<String>,

    /// Draw with ASCII alone
    #[arg(long)]
    ascii: bool,

    /// What is deployed: a revision of the schemas, a folder, or bigquery:P.D.T, whose label tells it; what a deploy would refuse is told against that first
    #[arg(long, value_name = "REV|FOLDER|TABLE")]
    deployed: Option<PathBuf>,

    /// The schema generator's list of tables that may be incompatible: told beside what a deploy would refuse
    #[arg(long, value_name = "FILE")]
    allowlist: Option<PathBuf>,

    /// Documents that pass, a file or folder as misfit judge takes it; what they lose is told on the screen of tables. May be given several times; without
    /// it those in a folder validation beside schemas
    #[arg(long, value_name = "DOC")]
    accepted: Vec<String>,

    /// Keys to press, as in `jj<enter>`
    #[arg(long, value_name = "KEYS", hide = true)]
    keys: Option<String>,

    /// Size of the screen in cells, as in 80x24
    #[arg(long, value_name = "WxH", value_parser = parse_size, hide = true)]
    size: Option<(u16, u16)>,

    /// Print the last screen as text and leave
    #[arg(long, hide = true)]
    print: bool,

    /// How a table is reached that `--deployed` names.
    #[arg(skip)]
    reach: Option<bigquery::Reach>,
}

impl LookArgs {
    /// Whether a screen is printed, which needs no terminal.
    pub(super) fn is_printed(&self) -> bool {
        self.print
    }
}

/// Opens the explorer on the sources that were named.
pub(super) fn run(mut args: ExploreArgs, config: Config) -> Result<ExitCode> {
    if args.input.bigquery.list {
        let sources = input::expand(args.input.sources, &config)?;
        return bigquery::list(args.input.bigquery, &sources, &config);
    }
    args.input.schemas.is_aged_elsewhere = true;
    args.look.reach = Some(args.input.bigquery.reach.clone());
    let volume = args.volume.open()?;
    let kept_as = around::kept_as(&args.input.sources, &config);
    let is_demo = args.input.sources.iter().any(|source| source == demo::NAME);
    let opener = Some(Arc::new(Opener::new(&config, &args.input, &args.scope)));
    let shown = Shown { kept_as, is_demo, first: args.first, opener, notes: args.notes };
    let OpenedInput { source, schemas } = args.input.open(&config, true, &args.scope)?;
    show(Some(source), Request { volume, ..args.scope.request(schemas) }, args.look, &config, shown)
}

/// Opens the explorer on a source, or without one on the tables of the schemas.
pub(super) fn show(
    source: Option<Arc<dyn ErrorSource>>,
    request: Request,
    look: LookArgs,
    config: &Config,
    shown: Shown,
) -> Result<ExitCode> {
    let LookArgs { theme, ascii, deployed, allowlist, accepted, keys, size, print, reach } = look;
    let allowlist = allowlist.as_deref().map(super::compat::text_of).transpose()?.map(Arc::from);
    // Last, because who has mistyped a name learns nothing from it.
    ensure!(
        print || std::io::stdout().is_terminal(),
        "the explorer needs a terminal, and standard output is not one: use misfit groups or misfit cases for text"
    );
    ensure!(
        print || std::env::var_os("TERM").is_none_or(|name| name != "dumb"),
        "the explorer draws on the whole terminal, and this one only writes lines (TERM=dumb): use misfit groups or misfit cases for text"
    );
    let depth = if print { Depth::None } else { Depth::detect() };
    let mut around = match print || keys.is_some() {
        // What is printed is the same on any machine.
        true => Surroundings::default(),
        false => around::of_terminal(!shown.is_demo, shown.first.fresh)?,
    };
    let is_named = theme.as_ref().is_some_and(|name| !name.is_empty());
    around.theme_is_set = is_named || config.theme.is_some();
    let remembered = around.keeper.as_ref().filter(|_| !around.theme_is_set && depth != Depth::None).and_then(Keeper::theme);
    let remembered = remembered.map(|name| open_theme(Some(name), config, depth, ascii));
    let is_remembered = matches!(remembered, Some(Ok(_)));
    let variable = |name: &str| std::env::var(name).ok();
    let is_asked = matches!(depth, Depth::True | Depth::Indexed)
        && !around.theme_is_set
        && !is_remembered
        && is_light(variable).is_none()
        && can_be_asked(&variable("TERM").unwrap_or_default());
    let theme = match remembered {
        Some(Ok(theme)) => theme,
        other => {
            around.complaint = other.and_then(Result::err).map(|mistake| format!("the theme of the last time is not used: {mistake}"));
            let theme = open_theme(theme, config, depth, ascii)?;
            // The answer comes after the first frame: until then it is taken for what it was last time.
            let before = around.keeper.as_ref().filter(|_| is_asked).and_then(Keeper::background);
            before.and_then(|is_light| theme.for_background(is_light, depth)).unwrap_or(theme)
        }
    };
    around.asks_background = is_asked && !print;
    around.first = shown.first.group.map(|group| (group.to_string(), shown.first.document));
    around.accepted = accepted;
    around.beside = (!shown.first.beside.is_empty()).then(|| around::typed(&shown.first.beside));
    around.notes = shown.notes.book(config, shown.is_demo || print || keys.is_some())?;
    around.kept_as = shown.kept_as;
    around.opener = shown.opener.map(|opener| opener as Arc<dyn SourceOpener>);
    let keymap = open_keymap(config)?;
    let keys = keys
        .filter(|keys| !keys.is_empty())
        .map(|keys| parse_keys(&keys))
        .transpose()
        .map_err(|mistake| eyre!("--keys {mistake}"))?
        .unwrap_or_default();
    let usual = super::blame::settings(config);
    let bigquery = reach.unwrap_or_default().settings(config);
    let history = HistorySettings { deployed: deployed.or(usual.deployed.clone()), bigquery, allowlist, ..usual };
    let patches = PatchSettings { never: config.never_patched.clone(), source_repo: history.source.clone(), told: None };
    let exports = ExportSettings { redaction: config.redaction.clone(), folder: ".".into(), patches };
    let paid = source.clone();
    let mouse = config.mouse.unwrap_or(true);
    let options = tui::ExplorerOptions { source, request, exports, history, theme, depth, keymap, mouse };
    if print {
        let size = size.unwrap_or(PRINTED);
        return out::print(&frame::to_text(&tui::feed_in(options, around, size, keys.iter().map(|key| Message::Key(key.to_event())))?));
    }
    let (ended, complaint) = tui::run(options, around)?;
    if let Some(complaint) = complaint {
        out::tell(&format!("misfit: {complaint}"));
    }
    if let Some(spent) = paid.and_then(|source| source.spent()).filter(|spent| spent.queries > 0) {
        out::tell(&format!("misfit: {spent}"));
    }
    Ok(ended)
}

/// The themes built in and those in the folder `themes` beside the configuration.
pub(super) fn shelf() -> Arc<ThemeShelf> {
    let folder = config::default_path().and_then(|path| Some(path.parent()?.join("themes")));
    Arc::new(folder.map(|folder| ThemeShelf::with_folder(&folder)).unwrap_or_default())
}

/// The flag or the environment, then the configuration, then what suits the terminal as far as its variables tell.
pub(super) fn open_theme(named: Option<String>, config: &Config, depth: Depth, ascii: bool) -> Result<Theme> {
    let variable = |name: &str| std::env::var(name).ok();
    let ascii = ascii || locale_is_ascii(variable);
    let shelf = shelf();
    let open = |name: &str| Theme::of(&shelf, name, depth, ascii);
    match (named.filter(|name| !name.is_empty()), &config.theme) {
        (Some(name), _) => open(&name).map_err(|mistake| eyre!(mistake)),
        (None, Some(setting)) => open(&setting.value).map_err(|mistake| eyre!("{}: {mistake}", setting.place)),
        (None, None) => {
            let usual = match depth {
                Depth::True | Depth::Indexed if is_light(variable) == Some(true) => "default-light",
                Depth::True | Depth::Indexed => "default-dark",
                Depth::Named => "ansi",
                Depth::None => "mono",
            };
            open(usual).map_err(|mistake| eyre!(mistake))
        }
    }
}

/// Keys as the configuration changes them; every mistake in it is told with its line.
pub(super) fn open_keymap(config: &Config) -> Result<Keymap> {
    Keymap::new(&config.keys).map_err(|mistakes| eyre!(lines_of(config, mistakes).join("; ")))
}

/// What is wrong with the keys of the configuration, each with its line.
pub(super) fn key_mistakes(config: &Config) -> Vec<String> {
    Keymap::new(&config.keys).err().map(|mistakes| lines_of(config, mistakes)).unwrap_or_default()
}

fn lines_of(config: &Config, mistakes: Vec<Mistake>) -> Vec<String> {
    let told = mistakes.into_iter().map(|mistake| match mistake.change.and_then(|change| config.keys.get(change)) {
        Some(binding) => format!("{}: {}", binding.place, mistake.text),
        None => mistake.text,
    });
    told.collect()
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
    fn a_size_is_two_numbers() {
        assert_eq!(parse_size("80x24"), Ok((80, 24)));
        for wrong in ["80", "80x", "0x24", "80x99999", "-1x2"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
