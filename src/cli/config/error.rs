//! What is wrong with a configuration, with file and line.
//!
//! Owns: the kinds of mistakes, several of them at once. Refuses: finding them (config and its parts).

use std::path::PathBuf;

use super::MOST_BYTES;
use crate::tui::binding::SettingPlace;

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
    /// Several things in the file are wrong.
    #[error("{}", .mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Several {
        /// Each of them, by line.
        mistakes: Vec<ConfigError>,
    },
}

impl ConfigError {
    /// Each mistake for itself.
    pub fn parted(self) -> Vec<ConfigError> {
        match self {
            ConfigError::Several { mistakes } => mistakes,
            one => vec![one],
        }
    }

    /// The line of one mistake; 0 where it is of the whole file.
    pub(super) fn line(&self) -> usize {
        if let ConfigError::Wrong { place, .. } = self { place.line } else { 0 }
    }
}
