//! The configuration file: what a user sets once.
//!
//! Owns: where the file is, reading it, errors with file, line and the nearest known name.
//! Also owns: the parts that are about what exports tell and what patches never touch, `[redaction]` and `[patch]`.
//! Refuses: flags and environment variables (cli lays them over it), what the names of themes and actions are (tui).

mod bigquery;
pub(super) mod setting;
pub(super) mod source;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::ground::contained::contained;
use crate::triage::redact::{Paths, Redaction};
use crate::tui::binding::{Binding, SettingPlace};
pub use bigquery::BigQueryConfig;
use bigquery::SETTINGS as BIGQUERY_SETTINGS;
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
    /// Sources with a map of their rows, by name.
    pub mapped: BTreeMap<String, MappedSource>,
    /// How BigQuery is asked.
    pub bigquery: BigQueryConfig,
    /// What exports tell and what not.
    pub redaction: Redaction,
    /// Keywords and keys that no patch touches.
    pub never_patched: Vec<String>,
}

/// A value with the place that set it, for messages about the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// What was set.
    pub value: T,
    /// Where.
    pub place: SettingPlace,
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file system refused.
    #[error("cannot read the configuration {path}: {error}", path = crate::ground::text::visible(&.path.to_string_lossy()))]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// Nothing that anybody wrote.
    #[error("{path} is larger than {most}, too large for a configuration", path = crate::ground::text::visible(&.path.to_string_lossy()),
        most = crate::ground::text::bytes(MOST_BYTES))]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Something in the file is wrong.
    #[error("{place}: {reason}")]
    Wrong {
        /// Where.
        place: SettingPlace,
        /// What is wrong and what is right.
        reason: String,
    },
}

/// Most bytes of a configuration.
const MOST_BYTES: u64 = 1 << 20;
/// Most bytes of a map.
const MAP_BYTES: u64 = MOST_BYTES;

/// The settings at the top of the file.
const SETTINGS: [&str; 12] =
    ["schemas", "upstream", "source_repo", "deployed", "theme", "mouse", "keys", "sources", "source", "bigquery", "redaction", "patch"];

/// Where the file is looked for when none is named: `$XDG_CONFIG_HOME/misfit/config.toml`. `None` where the user has no home.
pub fn default_path() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.config_dir().join("misfit").join("config.toml"))
}

/// Reads the file that is named, which has to exist, or else the usual one, which need not.
pub fn load(named: Option<&Path>) -> Result<Config, ConfigError> {
    let Some(path) = named.map(Path::to_path_buf).or_else(default_path) else {
        return Ok(Config::default());
    };
    match read_text(&path, MOST_BYTES) {
        Ok(text) => parse(&text, &path),
        Err(ConfigError::Io { error, .. }) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => Ok(Config::default()),
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
    let reader = ConfigReader { text, path };
    let parsed = contained(|| DeTable::parse(text)).map_err(|reason| reader.wrong(Default::default(), reason))?;
    let table = parsed.map_err(|error| reader.wrong(error.span().unwrap_or_default(), error.message().to_owned()))?;
    let mut config = Config::default();
    for (name, value) in table.get_ref() {
        match name.get_ref().as_ref() {
            "schemas" => config.schemas = Some(reader.path("schemas", value)?),
            "upstream" => config.upstream = Some(reader.path("upstream", value)?),
            "source_repo" => config.source_repo = Some(reader.path("source_repo", value)?),
            "deployed" => {
                config.deployed = Some(Setting { value: reader.string("deployed", value)?.to_owned(), place: reader.place(value.span()) })
            }
            "theme" => config.theme = Some(Setting { value: reader.string("theme", value)?.to_owned(), place: reader.place(value.span()) }),
            "mouse" => config.mouse = Some(reader.flag("mouse", value)?),
            "keys" => config.keys = reader.keys(value)?,
            "sources" => config.sources = reader.sources(value)?,
            "source" => config.mapped = source::read(&reader, value)?,
            "bigquery" => config.bigquery = bigquery::read(&reader, value)?,
            "redaction" => config.redaction = read_redaction(&reader, value)?,
            "patch" => config.never_patched = read_patch(&reader, value)?,
            unknown => return Err(reader.wrong(name.span(), unknown_name("setting", unknown, &SETTINGS))),
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

/// A file while it is read.
struct ConfigReader<'a> {
    text: &'a str,
    path: &'a Path,
}

impl ConfigReader<'_> {
    fn place(&self, span: Range<usize>) -> SettingPlace {
        let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
        SettingPlace { path: self.path.to_path_buf(), line: memchr::memchr_iter(b'\n', before).count() + 1 }
    }

    fn wrong(&self, span: Range<usize>, reason: String) -> ConfigError {
        ConfigError::Wrong { place: self.place(span), reason }
    }

    fn string<'v>(&self, name: &str, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str, ConfigError> {
        value.get_ref().as_str().ok_or_else(|| {
            self.wrong(
                value.span(),
                format!("{} has to be a text in quotes, found {}", crate::ground::text::visible(name), value.get_ref().type_str()),
            )
        })
    }

    fn flag(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Result<bool, ConfigError> {
        value.get_ref().as_bool().ok_or_else(|| self.wrong(value.span(), format!("{name} has to be true or false, without quotes")))
    }

    /// A text, or a list of texts.
    fn strings(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, ConfigError> {
        match value.get_ref().as_array() {
            None => Ok(vec![self.string(name, value)?.to_owned()]),
            Some(list) => list.iter().map(|item| self.string(name, item).map(str::to_owned)).collect(),
        }
    }

    fn table<'v, 'i>(&self, name: &str, value: &'v Spanned<DeValue<'i>>) -> Result<&'v DeTable<'i>, ConfigError> {
        value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.wrong(value.span(), format!("{name} has to be a table, [{name}], found {}", value.get_ref().type_str())))
    }

    fn path(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Result<Setting<PathBuf>, ConfigError> {
        Ok(Setting { value: self.resolve(self.string(name, value)?), place: self.place(value.span()) })
    }

    fn keys(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<Binding>, ConfigError> {
        let mut bindings = Vec::new();
        for (action, keys) in self.table("keys", value)? {
            let keys = self.strings(action.get_ref(), keys)?;
            bindings.push(Binding { action: action.get_ref().to_string(), keys, place: self.place(action.span()) });
        }
        // The reader orders by name.
        bindings.sort_by_key(|binding| binding.place.line);
        Ok(bindings)
    }

    fn sources(&self, value: &Spanned<DeValue<'_>>) -> Result<BTreeMap<String, Vec<String>>, ConfigError> {
        let mut sources = BTreeMap::new();
        for (name, inputs) in self.table("sources", value)? {
            self.refuse_command("sources", name)?;
            let inputs = self.strings(name.get_ref(), inputs)?;
            let inputs = inputs.iter().map(|input| self.resolve(input).to_string_lossy().into_owned()).collect();
            sources.insert(name.get_ref().to_string(), inputs);
        }
        Ok(sources)
    }

    /// A source that is called like a command could not be named.
    fn refuse_command(&self, table: &str, name: &Spanned<std::borrow::Cow<'_, str>>) -> Result<(), ConfigError> {
        if super::words::commands().iter().any(|command| *command == **name.get_ref()) {
            let told = format!("{table}.{0}: {0} is a command, and misfit {0} is that; another name is needed", name.get_ref());
            return Err(self.wrong(name.span(), told));
        }
        Ok(())
    }

    /// A path of the file: `~/` is the user's home, a relative one begins at the file's folder. No shell has seen it.
    fn resolve(&self, path: &str) -> PathBuf {
        if path == crate::rows::demo::NAME || path == "-" || path.starts_with(crate::rows::source::bigquery::SCHEME) {
            return PathBuf::from(path);
        }
        if let (Some(rest), Ok(home)) = (path.strip_prefix("~/"), etcetera::home_dir()) {
            return home.join(rest);
        }
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }
}

const REDACTION_SETTINGS: &[&str] = &["safe", "masked"];
const PATCH_SETTINGS: &[&str] = &["never"];

/// Reads the table.
fn read_redaction(reader: &ConfigReader<'_>, value: &Spanned<DeValue<'_>>) -> Result<Redaction, ConfigError> {
    let mut set = Redaction::default();
    for (name, value) in reader.table("redaction", value)? {
        let paths = || Paths::parse(&reader.strings(name.get_ref(), value)?).map_err(|reason| reader.wrong(value.span(), reason));
        match name.get_ref().as_ref() {
            "safe" => set.safe = paths()?,
            "masked" => set.masked = paths()?,
            unknown => return Err(reader.wrong(name.span(), unknown_name("setting of redaction", unknown, REDACTION_SETTINGS))),
        }
    }
    Ok(set)
}

/// Reads the table.
fn read_patch(reader: &ConfigReader<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, ConfigError> {
    let mut never = Vec::new();
    for (name, value) in reader.table("patch", value)? {
        match name.get_ref().as_ref() {
            "never" => never = reader.strings("never", value)?,
            unknown => return Err(reader.wrong(name.span(), unknown_name("setting of patch", unknown, PATCH_SETTINGS))),
        }
    }
    Ok(never)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::document::Document;
    use crate::triage::redact::{Redactor, TextForm};

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
            "/etc/misfit/config.toml line 1: unknown setting \"colour\"; there are schemas, upstream, source_repo, deployed, theme, mouse, keys, sources, source, bigquery, redaction, patch"
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

    fn read_redaction(text: &str) -> Result<super::Redaction, String> {
        parse(text, Path::new("/c.toml")).map(|config| config.redaction).map_err(|error| error.to_string())
    }

    #[test]
    fn places_are_told_or_masked_as_set() {
        let set = read_redaction("[redaction]\nsafe = [\"/notes/**\"]\nmasked = \"/notes/secret\"\n").unwrap();
        let document = Document::parse(br#"{"notes":{"open":"a long note by somebody","secret":"another note by somebody"}}"#.to_vec());
        let told = Redactor::new(set.policy(false)).document(&document, None, None, TextForm::Line);
        assert!(told.contains("a long note by somebody") && !told.contains("another"), "{told}");
    }

    #[test]
    fn mistakes_name_their_line() {
        assert!(
            read_redaction("[redaction]\nsafe = \"notes\"").unwrap_err().contains("line 2: the path pattern notes does not begin with /")
        );
        assert!(read_redaction("[redaction]\nsave = []").unwrap_err().contains("did you mean \"safe\"?"));
    }
}
