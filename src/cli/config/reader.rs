//! Values of a configuration file, each of its kind.
//!
//! Owns: texts, flags, tables and paths with their lines, all mistakes beside what is right. Refuses: which settings there are (config and its parts).

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ConfigError, Setting};
use crate::tui::binding::{Binding, SettingPlace};

/// Inputs by name, and where each name stands.
type ConfiguredSources = (BTreeMap<String, Vec<String>>, BTreeMap<String, SettingPlace>);

/// A file while it is read.
pub(super) struct ConfigReader<'a> {
    pub(super) text: &'a str,
    path: &'a Path,
    /// What is wrong so far: the rest is read all the same, so that all of it is told.
    mistakes: RefCell<Vec<ConfigError>>,
}

impl<'a> ConfigReader<'a> {
    /// A reader of that text; the path is for messages and for paths relative to it.
    pub(super) fn new(text: &'a str, path: &'a Path) -> Self {
        ConfigReader { text, path, mistakes: RefCell::default() }
    }

    /// All that is wrong, by line.
    pub(super) fn into_mistakes(self) -> Vec<ConfigError> {
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort_by_key(ConfigError::line);
        mistakes
    }

    pub(super) fn note(&self, mistake: ConfigError) {
        self.mistakes.borrow_mut().push(mistake);
    }

    /// What was read, or nothing and a mistake more.
    pub(super) fn keep<T>(&self, read: Result<T, ConfigError>) -> Option<T> {
        read.map_err(|mistake| self.note(mistake)).ok()
    }

    pub(super) fn place(&self, span: Range<usize>) -> SettingPlace {
        let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
        SettingPlace { path: self.path.to_path_buf(), line: memchr::memchr_iter(b'\n', before).count() + 1 }
    }

    pub(super) fn wrong(&self, span: Range<usize>, reason: String) -> ConfigError {
        ConfigError::Wrong { place: self.place(span), reason }
    }

    pub(super) fn string<'v>(&self, name: &str, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str, ConfigError> {
        value.get_ref().as_str().ok_or_else(|| {
            self.wrong(
                value.span(),
                format!("{} has to be a text in quotes, found {}", crate::ground::text::visible(name), value.get_ref().type_str()),
            )
        })
    }

    pub(super) fn flag(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Result<bool, ConfigError> {
        value.get_ref().as_bool().ok_or_else(|| self.wrong(value.span(), format!("{name} has to be true or false, without quotes")))
    }

    /// A text, or a list of texts.
    pub(super) fn strings(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, ConfigError> {
        match value.get_ref().as_array() {
            None => Ok(vec![self.string(name, value)?.to_owned()]),
            Some(list) => list.iter().map(|item| self.string(name, item).map(str::to_owned)).collect(),
        }
    }

    pub(super) fn table<'v, 'i>(&self, name: &str, value: &'v Spanned<DeValue<'i>>) -> Result<&'v DeTable<'i>, ConfigError> {
        value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.wrong(value.span(), format!("{name} has to be a table, [{name}], found {}", value.get_ref().type_str())))
    }

    pub(super) fn path(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Result<Setting<PathBuf>, ConfigError> {
        Ok(Setting { value: self.resolve(self.string(name, value)?), place: self.place(value.span()) })
    }

    pub(super) fn keys(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<Binding>, ConfigError> {
        let mut bindings = Vec::new();
        for (action, keys) in self.table("keys", value)? {
            let Some(keys) = self.keep(self.strings(action.get_ref(), keys)) else { continue };
            bindings.push(Binding { action: action.get_ref().to_string(), keys, place: self.place(action.span()) });
        }
        // The reader orders by name.
        bindings.sort_by_key(|binding| binding.place.line);
        Ok(bindings)
    }

    pub(super) fn sources(&self, value: &Spanned<DeValue<'_>>) -> Result<ConfiguredSources, ConfigError> {
        let (mut sources, mut places) = (BTreeMap::new(), BTreeMap::new());
        for (name, inputs) in self.table("sources", value)? {
            if let Err(error) = self.refuse_command("sources", name) {
                self.note(error);
                continue;
            }
            let Some(inputs) = self.keep(self.strings(name.get_ref(), inputs)) else { continue };
            let inputs = inputs.iter().map(|input| self.resolve(input).to_string_lossy().into_owned()).collect();
            places.insert(name.get_ref().to_string(), self.place(name.span()));
            sources.insert(name.get_ref().to_string(), inputs);
        }
        Ok((sources, places))
    }

    /// A source that is called like a command could not be named.
    pub(super) fn refuse_command(&self, table: &str, name: &Spanned<Cow<'_, str>>) -> Result<(), ConfigError> {
        if crate::cli::words::commands().iter().any(|command| *command == **name.get_ref()) {
            let told = format!("{table}.{0}: {0} is a command, and misfit {0} is that; another name is needed", name.get_ref());
            return Err(self.wrong(name.span(), told));
        }
        Ok(())
    }

    /// A path of the file: `~/` is the user's home, a relative one begins at the file's folder. No shell has seen it.
    pub(super) fn resolve(&self, path: &str) -> PathBuf {
        if path == crate::rows::demo::NAME || path == "-" || path.starts_with(crate::rows::source::bigquery::SCHEME) {
            return PathBuf::from(path);
        }
        if let (Some(rest), Ok(home)) = (path.strip_prefix("~/"), etcetera::home_dir()) {
            return home.join(rest);
        }
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }
}
