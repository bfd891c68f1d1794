//! The list of all keys that do something here, and of the marks.
//!
//! Owns: its lines, made from the action table.
//! Refuses: drawing them.

use super::action::{ActionPlace, Entry, TABLE};
use super::app::{App, Overlay};
use super::palette::matching;
use super::panes;
use super::theme::Role;
use crate::ground::sought::{Closeness, Sought};
use crate::ground::text;
use crate::pipeline::sink::Fate;
use crate::rows::group::{RemarkState, Status};

/// One line of the help.
pub enum HelpLine {
    /// A group of keys.
    Heading(&'static str),
    /// Keys and what they do; without keys what the line above does not hold.
    Key(String, String),
    /// A mark, its colour and what it means.
    Mark(&'static str, Role, String),
    /// That nothing is left.
    Nothing(String),
}

/// Cells between the keys and what they do.
pub const GAP: usize = 3;

/// Cells before both.
const INDENT: usize = 2;

impl HelpLine {
    /// Cells that its keys, or its mark, take.
    pub fn keys(&self) -> usize {
        match self {
            HelpLine::Key(keys, _) => text::width(keys),
            HelpLine::Mark(mark, ..) => text::width(mark),
            HelpLine::Heading(_) | HelpLine::Nothing(_) => 0,
        }
    }
}

/// The lines of the help, what is too long for its box on several.
pub fn help_lines(app: &App) -> Vec<HelpLine> {
    let lines = entries(app);
    let keys = lines.iter().map(HelpLine::keys).max().unwrap_or(0);
    let width = usize::from(panes::inside(panes::overlay(app.size, 0)).width);
    let room = width.saturating_sub(INDENT + keys + GAP).max(10);
    let parted = |words: &str| text::wrap(words, room).into_iter().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    let broken = |line: HelpLine| -> Vec<HelpLine> {
        let (first, rest) = match &line {
            HelpLine::Key(_, words) | HelpLine::Mark(_, _, words) if text::width(words) > room => {
                let mut parts = parted(words).into_iter();
                (parts.next().unwrap_or_default(), parts)
            }
            _ => return vec![line],
        };
        let first = match line {
            HelpLine::Key(keys, _) => HelpLine::Key(keys, first),
            HelpLine::Mark(mark, role, _) => HelpLine::Mark(mark, role, first),
            other => other,
        };
        std::iter::once(first).chain(rest.map(|words| HelpLine::Key(String::new(), words))).collect()
    };
    lines.into_iter().flat_map(broken).collect()
}

/// The keys of this screen, then those of all, each by heading, then the marks; of all of them what the typed text means.
fn entries(app: &App) -> Vec<HelpLine> {
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
            lines.push(HelpLine::Key(app.keymap.keys(entry.action).join("  "), entry.help.to_owned()));
        }
    }
    let sought = Sought::new(typed);
    let marks = marks(app)
        .into_iter()
        .filter(|(mark, _, words)| sought.is_empty() || sought.look(Closeness::Literal).see(words).see_word(mark).is_whole());
    let marks: Vec<HelpLine> = marks.map(|(mark, role, words)| HelpLine::Mark(mark, role, words.to_owned())).collect();
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
        ActionPlace::Overview => "In the overview",
        ActionPlace::Losses => "Among what is lost",
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
        (
            RemarkState::Muted.word(),
            Role::Dim,
            "a group that nobody has to look at for now, by the note on it; seen, mended and note likewise",
        ),
        (RemarkState::CameBack.word(), Role::New, "a group with rows since it was mended"),
        (glyphs.job, Role::Dim, "where a deploy lies below a trend"),
    ];
    marks.dedup_by_key(|(mark, ..)| *mark);
    marks
}
