//! What the line under the cursor of a deploy is: why it stops, BigQuery's words, the line that ends it, sizes beside limits.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::action::Action;
use super::super::app::App;
use super::super::deploy_tree::{DeployLine, DeployTree, listed};
use super::super::panes;
use super::super::theme::Role;
use super::chrome;
use super::sheet::Sheet;
use crate::ground::text;
use crate::pipeline::compat::DeployVerdict;
use crate::triage::compat::{ComparedTable, DeployComparison, TableState};
use crate::triage::facts::deploy::ToldParts;
use crate::triage::facts::{deploy, explain};

/// Lines that a line to paste gets at most; all of it is copied.
const MEND_LINES: usize = 4;

/// The colour of a verdict.
pub(super) fn role(verdict: DeployVerdict) -> Role {
    match verdict {
        DeployVerdict::Block => Role::Fault,
        DeployVerdict::Ddl => Role::Constraint,
        DeployVerdict::Warn => Role::Notice,
        DeployVerdict::Ok => Role::Dim,
    }
}

/// Draws the pane.
pub(super) fn draw(app: &App, tree: &DeployTree, area: Rect, buffer: &mut Buffer) {
    let Some(item) = app.deploy.list.outline.item() else {
        chrome::pane(app, buffer, area, "Facts", false, "");
        return;
    };
    let name = tree.table(item).map_or_else(|| "Facts".to_owned(), ComparedTable::title);
    let name = match tree.cause(item).filter(|(_, cause)| cause.tables.len() > 1) {
        Some((_, cause)) if matches!(tree.line(item), DeployLine::Cause(_)) => text::plural(cause.tables.len() as u64, "table", "tables"),
        _ => name,
    };
    let copies = app.keymap.words("", Action::CopyValue, " copies the line");
    let is_cause = tree.cause(item).is_some() || tree.log_cause(item).is_some();
    chrome::pane(app, buffer, area, &text::visible(&name), false, if is_cause { &copies } else { "" });
    let inner = panes::lines(area);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut sheet = Sheet::new(app, buffer, inner);
    match tree.compared() {
        Some(pair) => sheet.compared(tree, &pair.found, item),
        None => sheet.explained(tree, item),
    }
    sheet.cut("everything about this line");
}

impl Sheet<'_> {
    fn compared(&mut self, tree: &DeployTree, found: &DeployComparison, item: usize) {
        match tree.line(item) {
            DeployLine::Cause(_) | DeployLine::Table(..) | DeployLine::Column(..) => self.cause(tree, found, item),
            DeployLine::NotCompared(at) => {
                let reason = found.tables.get(at).map(|table| &table.state);
                if let Some(TableState::Unreadable(reason)) = reason {
                    self.words(&text::visible(reason), Role::Fault);
                    self.words(deploy::NOT_COMPARED_NOTE, Role::Text);
                }
            }
            DeployLine::Keyword(at, place) => {
                let Some((table, change)) = found.tables.get(at).and_then(|table| Some((table, table.schema.get(place)?))) else { return };
                self.words(&deploy::keyword_place(table, change), Role::Key);
                self.words(&text::visible(&change.words), Role::Text);
                self.parts(deploy::keyword_parts(change));
                match self.app.deploy.witnesses.get(&(at, place)) {
                    Some(found) => self.parts(deploy::witness_parts(found)),
                    None => {
                        let words = self.app.keymap.words("", Action::ShowWitness, " looks for the smallest document that shows it");
                        self.words(&words, Role::Dim);
                    }
                }
            }
            line @ (DeployLine::Glob(_) | DeployLine::Uncovered(_)) => self.words(&listed(found, line), Role::Text),
            DeployLine::Stands(at, place) => {
                self.words(&deploy::stands(found, (at, place)), Role::Text);
                self.words(deploy::STANDING_NOTE, Role::Dim);
            }
            _ => self.words(&deploy::summary(found), Role::Text),
        }
    }

    fn cause(&mut self, tree: &DeployTree, found: &DeployComparison, item: usize) {
        let Some((_, cause)) = tree.cause(item) else { return };
        let line = tree.line(item);
        if let (DeployLine::Column(..), Some(change)) = (line, tree.change(item)) {
            self.words(&text::visible(&change.column), Role::Key);
            self.words(&deploy::became(change), Role::Type);
        } else {
            self.words(&text::visible(&format!("{} {}", cause.verdict.name(), cause.sentence)), role(cause.verdict));
        }
        self.parts(deploy::cause_parts(found, cause));
        if let Some(others) = deploy::other_lines(cause) {
            let everything = self.app.keymap.words(" (", Action::ShowRow, ")");
            self.named("", &format!("{others}{everything}"), Role::Dim);
        }
        let Some(table) = tree.table(item).filter(|_| !matches!(line, DeployLine::Cause(_)) || cause.tables.len() == 1) else {
            self.named("tables", &text::visible(&cause.of_tables(&found.tables, usize::from(self.area.height))), Role::Text);
            return;
        };
        self.parts(deploy::table_parts(table));
    }

    fn parts(&mut self, parts: ToldParts) {
        for (name, words) in parts {
            let (words, role) = match name {
                "mend" => {
                    (text::clip_middle(&words, MEND_LINES * usize::from(self.area.width.saturating_sub(8))).into_owned(), Role::String)
                }
                "error" | "text" | "effect" => (words, Role::Constraint),
                "before" | "now" | "shows" => (words, Role::String),
                "" | "size" => (words, Role::Dim),
                _ => (words, Role::Text),
            };
            self.named(name, &words, role);
        }
    }

    fn explained(&mut self, tree: &DeployTree, item: usize) {
        let Some(log) = tree.explained() else { return };
        if let DeployLine::LogLine(at) = tree.line(item) {
            let Some((number, words)) = log.lines.get(at) else { return };
            self.named(&format!("line {number}"), &text::visible(words), Role::Text);
        }
        if let Some(cause) = tree.log_cause(item).and_then(|at| log.found.causes.get(at)) {
            self.words(&explain::cause_head(cause), role(cause.verdict));
            self.parts(explain::cause_parts(cause));
            return;
        }
        match tree.line(item) {
            DeployLine::RowFault(at) => {
                let Some(fault) = log.found.row_faults.get(at) else { return };
                self.words(&explain::row_fault_head(fault), Role::Fault);
                self.parts(explain::row_fault_parts(fault));
                self.words(explain::NO_CHANGE, Role::Dim);
            }
            _ if log.found.causes.is_empty() && log.found.row_faults.is_empty() => {
                self.words(&explain::summary(&log.found), Role::Fault);
                if let Some(more) = explain::more_unknown(&log.found) {
                    self.words(&more, Role::Dim);
                }
            }
            _ => {}
        }
    }
}
