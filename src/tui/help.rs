//! The list of all keys that do something here, and of the marks.
//!
//! Owns: its lines, made from the action table.
//! Refuses: drawing them.

use super::action::{ActionPlace, Entry, TABLE};
use super::app::{App, Overlay};
use super::palette::matching;
use super::theme::Role;
use crate::ground::sought::{Closeness, Sought};
use crate::pipeline::sink::Fate;
use crate::rows::group::Status;

/// One line of the help.
pub enum HelpLine {
    /// A group of keys.
    Heading(&'static str),
    /// Keys and what they do.
    Key(String, &'static str),
    /// A mark, its colour and what it means.
    Mark(&'static str, Role, &'static str),
    /// That nothing is left.
    Nothing(String),
}

/// The keys of this screen, then those of all, each by heading, then the marks; of all of them what the typed text means.
pub fn help_lines(app: &App) -> Vec<HelpLine> {
    let typed = match &app.overlay {
        Some(Overlay::Help { filter, .. }) => filter.value(),
        _ => "",
    };
    let screen = app.screen();
    let is_general = |entry: &Entry| matches!(entry.place, ActionPlace::Always | ActionPlace::Everywhere);
    let mut lines = Vec::new();
    for general in [false, true] {
        let here: Vec<&'static Entry> = TABLE.iter().filter(|entry| entry.place.holds(screen) && is_general(entry) == general).collect();
        let mut left = matching(&app.keymap, here, typed);
        left.sort_by_key(|entry| TABLE.iter().position(|other| other.action == entry.action));
        let mut heading = "";
        for entry in left {
            let over = if general { entry.heading } else { screen_heading(screen) };
            if over != heading {
                heading = over;
                lines.push(HelpLine::Heading(heading));
            }
            lines.push(HelpLine::Key(app.keymap.keys(entry.action).join("  "), entry.help));
        }
    }
    let sought = Sought::new(typed);
    let marks = marks(app)
        .into_iter()
        .filter(|(mark, _, words)| sought.is_empty() || sought.look(Closeness::Literal).see(words).see_word(mark).is_whole());
    let marks: Vec<HelpLine> = marks.map(|(mark, role, words)| HelpLine::Mark(mark, role, words)).collect();
    if !marks.is_empty() {
        lines.push(HelpLine::Heading("Marks"));
        lines.extend(marks);
    }
    if lines.is_empty() {
        lines.push(HelpLine::Nothing(crate::ground::sought::nothing_holds(typed)));
    }
    lines
}

/// What a screen is called; in a sentence in small letters.
pub fn screen_heading(screen: ActionPlace) -> &'static str {
    match screen {
        ActionPlace::Case => "In a case",
        ActionPlace::Row => "In a row",
        ActionPlace::Tables => "Among the tables",
        ActionPlace::Deploy => "Among the causes of a deploy",
        ActionPlace::Sides => "In the columns of both sides",
        _ => "In the groups",
    }
}

/// The sign of what becomes of a value, and its colour.
pub fn fate_mark(app: &App, fate: Fate) -> (&'static str, Role) {
    match fate {
        Fate::Stored => ("=", Role::Notice),
        Fate::Changed => ("~", Role::Notice),
        Fate::Additional => ("+", Role::Constraint),
        Fate::Lost => ("-", Role::Constraint),
        Fate::Refused => (app.theme.glyphs.fault, Role::Fault),
        Fate::Empty => (".", Role::Dim),
        Fate::Unknown => (" ", Role::Dim),
    }
}

/// What stands before lines, and what it means.
fn marks(app: &App) -> Vec<(&'static str, Role, &'static str)> {
    let glyphs = app.theme.glyphs;
    let fate = |fate: Fate, words: &'static str| {
        let (mark, role) = fate_mark(app, fate);
        (mark, role, words)
    };
    let mut marks = vec![
        fate(Fate::Refused, "what broke: the failing value, its schema node, a value that costs the row"),
        (glyphs.lands, Role::Notice, "the column that the value under the cursor goes to"),
        fate(Fate::Stored, "stands in the row as it is in the document"),
        fate(Fate::Changed, "in another form, or in a column of another name; beside another layout: changed"),
        fate(Fate::Additional, "in additional_properties, for want of a column; beside another layout: added"),
        fate(Fate::Lost, "lost: in no column; beside another layout: gone"),
        fate(Fate::Empty, "empty: nothing to store"),
        (glyphs.found, Role::Match, "what a search or a filter found"),
        (Status::Began.word(), Role::New, "a group that a deploy began; new counts those below a closed line"),
        (Status::Ended.word(), Role::Gone, "a group that a deploy ended"),
        (glyphs.job, Role::Dim, "where a deploy lies below a trend"),
    ];
    marks.dedup_by_key(|(mark, ..)| *mark);
    marks
}
