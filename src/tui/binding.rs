//! Keys as a user sets them, before anybody knows whether they exist.
//!
//! Owns: the action and keys as written, and where. Refuses: their meaning (keymap), the file's format (config).

use std::path::PathBuf;

/// The keys of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The action's name, not yet known to exist.
    pub action: String,
    /// Keys as written, each one a way to ask for the action.
    pub keys: Vec<String>,
    /// Where the action is named.
    pub place: SettingPlace,
}

/// A line of the configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingPlace {
    /// The file.
    pub path: PathBuf,
    /// From 1.
    pub line: usize,
}

impl std::fmt::Display for SettingPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} line {}", crate::ground::text::visible(&self.path.to_string_lossy()), self.line)
    }
}
