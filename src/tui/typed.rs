//! Lines that are typed, by what they are for, and what goes along from one tab to the next.
//!
//! Owns: the purposes, the tabs by name.
//! Refuses: what a line does (update).

use serde::{Deserialize, Serialize};

use super::theme::Theme;

/// What a line is typed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromptPurpose {
    /// To go from one match to the next.
    Search,
    /// To show nothing but matches.
    Filter,
    /// To look into all payloads.
    Payloads,
    /// To judge by other schemas, too.
    Against,
    /// To compare the schemas with others.
    Compare,
    /// To hand what is under the cursor to a command.
    Pipe,
    /// To open a further source.
    Source,
    /// To name documents whose losses are counted.
    Accepted,
    /// To hold another source beside this one.
    Beside,
    /// What is noted of a group.
    Note,
    /// The bug of a group.
    Bug,
    /// Until when a group is muted.
    Mute,
    /// When a group was mended.
    Mended,
}

impl PromptPurpose {
    /// Whether such lines are kept from one time to the next; what is noted stands in a file of its own.
    pub fn is_kept(self) -> bool {
        !matches!(self, PromptPurpose::Note | PromptPurpose::Bug | PromptPurpose::Mute | PromptPurpose::Mended)
    }
}

/// What goes with whoever turns to another tab.
pub struct CarriedAlong {
    /// The theme.
    pub theme: Theme,
    /// Whether it was chosen by key.
    pub theme_chosen: bool,
    /// Whether times are told in UTC.
    pub in_utc: bool,
    /// Whether the mouse is read.
    pub mouse: bool,
    /// What was typed.
    pub typed: Vec<(PromptPurpose, String)>,
}
