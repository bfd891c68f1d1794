//! The menu of exports: its lines and its box.
//!
//! Owns: what can be exported, under which action, where its line stands on the screen.
//! Refuses: exporting (update), drawing (view).

use ratatui::layout::Rect;

use super::action::Action;
use super::app::App;
use super::keymap::Key;
use super::panes;
use crate::ground::text;
use crate::triage::export::patch::PatchOf;
use crate::triage::export::single::SingleExport;

/// One line of the menu: the action, what it exports, whether to the clipboard.
pub struct MenuLine {
    /// The action; its help is what the line says.
    pub action: Action,
    /// What is exported.
    pub what: SingleExport,
    /// Whether it goes to the clipboard, not to a file.
    pub is_copied: bool,
}

const fn line(action: Action, what: SingleExport, is_copied: bool) -> MenuLine {
    MenuLine { action, what, is_copied }
}

/// The menu.
pub const MENU: [MenuLine; 10] = [
    line(Action::CopyReport, SingleExport::Report, true),
    line(Action::ExportReport, SingleExport::Report, false),
    line(Action::ExportPage, SingleExport::ReportPage, false),
    line(Action::ExportRows, SingleExport::Rows, false),
    line(Action::ExportDocument, SingleExport::Document, false),
    line(Action::ExportTest, SingleExport::Test, false),
    line(Action::ExportSmallest, SingleExport::Reproducer, false),
    line(Action::ExportPatch, SingleExport::Patch(PatchOf::Schemas), false),
    line(Action::ExportTemplatePatch, SingleExport::Patch(PatchOf::Templates), false),
    line(Action::ExportMyEdit, SingleExport::OwnEdit, false),
];

/// A line of the menu of exports.
pub struct ExportLine {
    /// Its key, as it is shown.
    pub key: String,
    /// What it makes.
    pub words: &'static str,
    /// What a click on it presses.
    pub presses: Vec<Key>,
}

/// The menu of exports: its lines, its box, the part of it that lists them, the line below that says how values leave.
pub struct ExportBox {
    /// All lines.
    pub lines: Vec<ExportLine>,
    /// The box.
    pub area: Rect,
    /// Where lines stand.
    pub list: Rect,
    /// Where the state stands.
    pub state: Rect,
}

/// The menu of exports on a screen of that size.
pub fn export_box(app: &App, raw: bool, size: (u16, u16)) -> ExportBox {
    let toggle = if raw { "shapes again" } else { "raw: values as they were sent" };
    let lines = MENU.iter().filter_map(|line| Some((line.action, line.action.entry()?.help))).chain([(Action::LiftRedaction, toggle)]);
    let of = |(action, words)| Some(ExportLine { key: app.keymap.key(action)?, words, presses: app.keymap.sequence(action)?.to_vec() });
    let lines: Vec<ExportLine> = lines.filter_map(of).collect();
    let area = panes::overlay(size, lines.len() + 2);
    let inside = panes::inside(area);
    // The blank line above the state goes first where lines have no room.
    let below = if usize::from(inside.height) >= lines.len() + 2 { 2 } else { 1 };
    let list = Rect { height: inside.height.saturating_sub(below), ..inside };
    ExportBox { lines, area, list, state: Rect { y: inside.bottom().saturating_sub(1), height: 1.min(inside.height), ..inside } }
}

impl ExportBox {
    /// Lines that the list may be scrolled by.
    pub fn most(&self) -> usize {
        self.lines.len().saturating_sub(usize::from(self.list.height))
    }

    /// Cells of the widest key.
    pub fn keys(&self) -> usize {
        self.lines.iter().map(|line| text::width(&line.key)).max().unwrap_or(0)
    }
}
