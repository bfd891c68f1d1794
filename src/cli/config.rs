//! The configuration file: what a user sets once.
//!
//! Owns: where the file is, what can be set, reading it, the nearest known name of an unknown one.
//! Refuses: flags and environment variables (cli lays them over it), what the names of themes and actions are (tui).

mod bigquery;
mod error;
mod exports;
mod reader;
pub(super) mod setting;
pub(super) mod source;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use toml::de::DeTable;

use crate::ground::contained::contained;
use crate::rows::schemas::git;
use crate::triage::redact::Redaction;
use crate::tui::binding::{Binding, SettingPlace};
pub use bigquery::BigQueryConfig;
use bigquery::SETTINGS as BIGQUERY_SETTINGS;
pub use error::ConfigError;
use exports::{PATCH_SETTINGS, REDACTION_SETTINGS};
use reader::ConfigReader;
pub use source::{MappedSource, load_map, parse_map};

/// Everything that can be set. The default is what no file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// Folder of schemas.
    pub schemas: Option<Setting<PathBuf>>,
    /// File that tells which commits of the source each revision of the schemas took in.
    pub upstream: Option<Setting<PathBuf>>,
    /// Repository that the schemas are generated from.
    pub source_repo: Option<Setting<PathBuf>>,
    /// What is deployed: a revision of the schemas, or a folder.
    pub deployed: Option<Setting<String>>,
    /// Name of a theme.
    pub theme: Option<Setting<String>>,
    /// Whether the explorer reads the mouse.
    pub mouse: Option<bool>,
    /// Keys by action, in the order of the file.
    pub keys: Vec<Binding>,
    /// Inputs by name: a source on the command line may be one of these names.
    pub sources: BTreeMap<String, Vec<String>>,
    /// Where each of these stands.
    pub source_places: BTreeMap<String, SettingPlace>,
    /// Sources with a map of their rows, by name.
    pub mapped: BTreeMap<String, MappedSource>,
    /// How BigQuery is asked.
    pub bigquery: BigQueryConfig,
    /// What exports tell and what not.
    pub redaction: Redaction,
    /// Keywords and keys that no patch touches.
    pub never_patched: Vec<String>,
    /// File of notes on groups.
    pub notes: Option<Setting<PathBuf>>,
    /// Folder of the configuration, whether it has a file or not.
    pub folder: Option<PathBuf>,
}

impl Config {
    /// The paths in it that lead nowhere, each with its line.
    pub fn missing(&self) -> Vec<String> {
        let paths = [("schemas", &self.schemas), ("source_repo", &self.source_repo), ("upstream", &self.upstream)];
        let is_there = |path: &Path| path.exists() || git::split_revision(path).is_some();
        let is_missing = |setting: &Setting<PathBuf>| {
            let is_sample = setting.value.as_os_str() == crate::rows::demo::NAME;
            !is_sample && !is_there(&setting.value)
        };
        let told = |name: &str, path: &Path, place: &SettingPlace| {
            format!("{place}: {name}: there is no {}", crate::ground::text::visible(&path.to_string_lossy()))
        };
        let paths = paths.into_iter().filter_map(|(name, setting)| setting.as_ref().map(|setting| (name, setting)));
        let mut missing: Vec<(usize, String)> = paths
            .filter(|(_, setting)| is_missing(setting))
            .map(|(name, setting)| (setting.place.line, told(name, &setting.value, &setting.place)))
            .collect();
        for (name, inputs) in &self.sources {
            let is_elsewhere =
                |input: &str| input == crate::rows::demo::NAME || input == "-" || input.starts_with(crate::rows::source::bigquery::SCHEME);
            let finds = |input: &str| Path::new(input).exists() || glob::glob(input).is_ok_and(|mut found| found.next().is_some());
            for input in inputs.iter().filter(|input| !is_elsewhere(input) && !finds(input)) {
                let place = self.source_places.get(name);
                let line = place.map_or(0, |place| place.line);
                let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
                missing.push((line, format!("{place}sources.{name}: there is no {}", crate::ground::text::visible(input))));
            }
        }
        missing.sort();
        missing.into_iter().map(|(_, told)| told).collect()
    }
}

/// A value with the place that set it, for messages about the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// What was set.
    pub value: T,
    /// Where.
    pub place: SettingPlace,
}

/// Most bytes of a configuration.
const MOST_BYTES: u64 = 1 << 20;
/// Most bytes of a map.
const MAP_BYTES: u64 = MOST_BYTES;

/// The settings at the top of the file.
const SETTINGS: [&str; 13] = [
    "schemas",
    "notes",
    "upstream",
    "source_repo",
    "deployed",
    "theme",
    "mouse",
    "keys",
    "sources",
    "source",
    "bigquery",
    "redaction",
    "patch",
];

/// Where the file is looked for when none is named: `$XDG_CONFIG_HOME/misfit/config.toml`. `None` where the user has no home.
pub fn default_path() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.config_dir().join("misfit").join("config.toml"))
}

/// Reads the file that is named, which has to exist, or else the usual one, which need not.
pub fn load(named: Option<&Path>) -> Result<Config, ConfigError> {
    let (config, mistakes) = load_all(named)?;
    together(config, mistakes)
}

/// The same with all that is wrong in it beside what is right.
pub fn load_all(named: Option<&Path>) -> Result<(Config, Vec<ConfigError>), ConfigError> {
    let Some(path) = named.map(Path::to_path_buf).or_else(default_path) else {
        return Ok(Default::default());
    };
    let without = || Config { folder: path.parent().map(Path::to_path_buf), ..Config::default() };
    match read_text(&path, MOST_BYTES) {
        Ok(text) => Ok(parse_all(&text, &path)),
        Err(ConfigError::Io { error, .. }) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
            Ok((without(), Vec::new()))
        }
        Err(error) => Err(error),
    }
}

/// The text of a file that is not larger than that.
fn read_text(path: &Path, most: u64) -> Result<String, ConfigError> {
    let read = |file: File| {
        let mut text = String::new();
        file.take(most + 1).read_to_string(&mut text).map(|_| text)
    };
    match File::open(path).and_then(read) {
        Ok(text) if text.len() as u64 > most => Err(ConfigError::TooLarge { path: path.to_path_buf() }),
        Ok(text) => Ok(text),
        Err(error) => Err(ConfigError::Io { path: path.to_path_buf(), error }),
    }
}

/// Reads the text of a configuration file; `path` is for messages and for paths relative to it.
pub fn parse(text: &str, path: &Path) -> Result<Config, ConfigError> {
    let (config, mistakes) = parse_all(text, path);
    together(config, mistakes)
}

fn together(config: Config, mut mistakes: Vec<ConfigError>) -> Result<Config, ConfigError> {
    match mistakes.len() {
        0 => Ok(config),
        1 => Err(mistakes.remove(0)),
        _ => Err(ConfigError::Several { mistakes }),
    }
}

/// What is right in the text, and all that is wrong, by line.
fn parse_all(text: &str, path: &Path) -> (Config, Vec<ConfigError>) {
    let reader = ConfigReader::new(text, path);
    let config = Config { folder: path.parent().map(Path::to_path_buf), ..reader.keep(read(&reader)).unwrap_or_default() };
    let mistakes = reader.into_mistakes();
    (config, mistakes)
}

fn read(reader: &ConfigReader<'_>) -> Result<Config, ConfigError> {
    let parsed = contained(|| DeTable::parse(reader.text)).map_err(|reason| reader.wrong(Default::default(), reason))?;
    let table = parsed.map_err(|error| reader.wrong(error.span().unwrap_or_default(), error.message().to_owned()))?;
    let mut config = Config::default();
    for (name, value) in table.get_ref() {
        let text =
            |name: &str| Some(Setting { value: reader.keep(reader.string(name, value))?.to_owned(), place: reader.place(value.span()) });
        match name.get_ref().as_ref() {
            "schemas" => config.schemas = reader.keep(reader.path("schemas", value)),
            "notes" => config.notes = reader.keep(reader.path("notes", value)),
            "upstream" => config.upstream = reader.keep(reader.path("upstream", value)),
            "source_repo" => config.source_repo = reader.keep(reader.path("source_repo", value)),
            "deployed" => config.deployed = text("deployed"),
            "theme" => config.theme = text("theme"),
            "mouse" => config.mouse = reader.keep(reader.flag("mouse", value)),
            "keys" => config.keys = reader.keep(reader.keys(value)).unwrap_or_default(),
            "sources" => (config.sources, config.source_places) = reader.keep(reader.sources(value)).unwrap_or_default(),
            "source" => config.mapped = reader.keep(source::read(reader, value)).unwrap_or_default(),
            "bigquery" => config.bigquery = reader.keep(bigquery::read(reader, value)).unwrap_or_default(),
            "redaction" => config.redaction = reader.keep(exports::redaction(reader, value)).unwrap_or_default(),
            "patch" => config.never_patched = reader.keep(exports::patch(reader, value)).unwrap_or_default(),
            unknown => reader.note(reader.wrong(name.span(), unknown_name("setting", unknown, &SETTINGS))),
        }
    }
    Ok(config)
}

/// `no theme "drak"; did you mean "dark"?`, or the list of what there is.
pub fn unknown_name(what: &str, name: &str, known: &[&str]) -> String {
    let name = crate::ground::text::visible(name);
    match crate::ground::text::nearest(&name, known) {
        Some(near) => format!("unknown {what} \"{name}\"; did you mean \"{near}\"?"),
        None => format!("unknown {what} \"{name}\"; there are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        parse(text, Path::new("/etc/misfit/config.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_sets_everything() {
        let config = read(
            "schemas = \"schemas\"\ntheme = \"ansi\"\n[keys]\nquit = [\"q\", \"ctrl-c\"]\nhelp = \"?\"\n[sources]\nweek = \"/rows/*.gz\"\n",
        )
        .unwrap();
        assert_eq!(config.schemas.unwrap().value, Path::new("/etc/misfit/schemas"));
        let theme = config.theme.unwrap();
        assert_eq!((theme.value.as_str(), theme.place.to_string().as_str()), ("ansi", "/etc/misfit/config.toml line 2"));
        let keys: Vec<_> =
            config.keys.iter().map(|binding| (binding.action.as_str(), binding.keys.join(" "), binding.place.line)).collect();
        assert_eq!(keys, [("quit", "q ctrl-c".to_owned(), 4), ("help", "?".to_owned(), 5)]);
        assert_eq!(config.sources["week"], ["/rows/*.gz"]);
        let never = read("[patch]\nnever = [\"pattern\", \"client_id\"]\n").unwrap().never_patched;
        assert_eq!(never, ["pattern", "client_id"]);
        assert!(read("[patch]\nnevr = \"a\"\n").unwrap_err().contains("did you mean \"never\"?"));
    }

    #[test]
    fn an_unknown_setting_names_its_line_and_the_nearest() {
        assert_eq!(
            read("\nshemas = \"x\"\n").unwrap_err(),
            "/etc/misfit/config.toml line 2: unknown setting \"shemas\"; did you mean \"schemas\"?"
        );
        assert_eq!(
            read("colour = 1").unwrap_err(),
            "/etc/misfit/config.toml line 1: unknown setting \"colour\"; there are schemas, notes, upstream, source_repo, deployed, theme, mouse, keys, sources, source, bigquery, redaction, patch"
        );
    }

    #[test]
    fn a_wrong_value_names_its_line() {
        assert_eq!(
            read("# x\ntheme = 3\n").unwrap_err(),
            "/etc/misfit/config.toml line 2: theme has to be a text in quotes, found integer"
        );
        assert_eq!(
            read("[keys]\nquit = [1]").unwrap_err(),
            "/etc/misfit/config.toml line 2: quit has to be a text in quotes, found integer"
        );
        assert!(read("keys = 3").unwrap_err().contains("keys has to be a table, [keys]"));
        assert!(read("theme = \"a\"\ntheme = \"b\"").unwrap_err().starts_with("/etc/misfit/config.toml line 2: duplicate key"));
    }

    #[test]
    fn all_mistakes_are_told_by_line() {
        let told =
            read("theem = \"x\"\nmouse = \"yes\"\n[sources]\ngroups = \"b\"\n[bigquery]\nmax_bytes = \"5\"\nprojekt = 1\n").unwrap_err();
        let lines: Vec<&str> = told
            .split("; /")
            .map(|line| line.trim_start_matches('/'))
            .map(|line| line.trim_start_matches("etc/misfit/config.toml line "))
            .collect();
        assert_eq!(lines.iter().map(|line| &line[..1]).collect::<Vec<_>>(), ["1", "2", "4", "6", "7"], "{told}");
        assert!(lines[1].contains("mouse has to be true or false") && lines[4].contains("did you mean \"project\"?"), "{told}");
    }

    #[test]
    fn no_source_is_named_like_a_command() {
        let told = read("[sources]\nweek = \"a\"\ngroups = \"b\"\n").unwrap_err();
        assert_eq!(
            told,
            "/etc/misfit/config.toml line 3: sources.groups: groups is a command, and misfit groups is that; another name is needed"
        );
    }

    #[test]
    fn a_named_file_has_to_exist() {
        assert!(
            load(Some(Path::new("/nowhere/config.toml"))).unwrap_err().to_string().starts_with("cannot read the configuration /nowhere")
        );
    }

    #[test]
    fn a_file_without_end_is_no_configuration() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(MOST_BYTES + 1).unwrap();
        assert!(load(Some(file.path())).unwrap_err().to_string().ends_with("is larger than 1.0 MiB, too large for a configuration"));
        assert_eq!(
            load(Some(Path::new("/dev/zero"))).unwrap_err().to_string(),
            "/dev/zero is larger than 1.0 MiB, too large for a configuration"
        );
    }
}
