//! The list of all keys.
//!
//! Owns: its lines, made from the action table.
//! Refuses: drawing them.

use super::action::TABLE;
use super::app::App;

/// One line of the help.
pub enum HelpLine {
    /// A group of keys.
    Heading(&'static str),
    /// Keys and what they do; whether they apply on this screen.
    Key(String, &'static str, bool),
}

/// All keys by heading, made from the action table.
pub fn help_lines(app: &App) -> Vec<HelpLine> {
    let mut lines = Vec::new();
    let mut heading = "";
    for entry in TABLE {
        if entry.heading != heading {
            heading = entry.heading;
            lines.push(HelpLine::Heading(heading));
        }
        let here = entry.place.holds(app.screen());
        lines.push(HelpLine::Key(app.keymap.keys(entry.action).join("  "), entry.help, here));
    }
    lines
}
