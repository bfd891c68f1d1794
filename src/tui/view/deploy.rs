//! The screen of deploys: what is compared with what, causes with their tables and columns, facts about the line under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::action::Action;
use super::super::advice;
use super::super::app::App;
use super::super::deploy_tree::{DeployFound, DeployLine, DeployTree, listed};
use super::super::panes;
use super::super::theme::Role;
use super::chrome;
use super::deploy_facts::{self, role};
use super::pen::{Pen, paint_line, paragraph};
use crate::ground::outline::Tree;
use crate::ground::text;
use crate::pipeline::compat::DeployVerdict;
use crate::triage::compat::{ComparedTable, DeployComparison, TableState};
use crate::triage::explain::LOOKED_FOR;
use crate::triage::facts::{deploy, explain};

/// Cells of a verdict.
const VERDICT: usize = 6;

/// Cells of a rule.
const RULE: usize = 5;

/// Draws the screen.
pub(super) fn draw(app: &App, buffer: &mut Buffer) {
    let areas = panes::deploy(app.frame((buffer.area.width, buffer.area.height)));
    let schemas = app.schemas.as_deref().unwrap_or("schemas");
    let tree = app.deploy.tree.as_deref();
    let verdicts = tree.and_then(DeployTree::compared).map(|pair| verdicts(app, &pair.found)).unwrap_or_default();
    chrome::title(app, buffer, areas.title, &format!("misfit  deploy of {schemas}"), &verdicts);
    match (tree, &app.deploy.failure) {
        (_, Some(reason)) => nothing(app, reason, areas.head.union(areas.tree).union(areas.detail), buffer),
        (None, None) => {}
        (Some(tree), None) => {
            head(app, tree, areas.head, buffer);
            list(app, tree, areas.tree, buffer);
            if !areas.detail.is_empty() {
                deploy_facts::draw(app, tree, areas.detail, buffer);
            }
        }
    }
    chrome::footer(app, buffer, areas.footer);
}

/// `2 BLOCK · 1 DDL`: causes of each verdict.
fn verdicts(app: &App, found: &DeployComparison) -> String {
    let all = [DeployVerdict::Block, DeployVerdict::Ddl, DeployVerdict::Warn, DeployVerdict::Ok];
    let counted = all.map(|verdict| (verdict, found.causes.iter().filter(|cause| cause.verdict == verdict).count()));
    let told = counted.into_iter().filter(|(_, n)| *n > 0).map(|(verdict, n)| format!("{} {}", text::count(n as u64), verdict.name()));
    let told = told.collect::<Vec<_>>().join(&format!(" {} ", app.theme.glyphs.dot));
    if told.is_empty() { told } else { format!("causes: {told}") }
}

/// Why there is nothing, and what can be done here.
fn nothing(app: &App, reason: &str, area: Rect, buffer: &mut Buffer) {
    let inner = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
    let mut row = paragraph(buffer, inner, 1, &format!("{}.", text::visible(reason)), app.theme.style(Role::Fault)) + 1;
    let with = app.keymap.words(
        "",
        Action::CompareWith,
        " compares the schemas with another folder of schemas, an archive or REPOSITORY@REVISION.",
    );
    let lines = [
        format!(
            "Every change between two revisions is judged where the schemas are a clone of generated schemas: {}.",
            advice::GIVE_SCHEMAS
        ),
        if app.schemas.is_some() { with } else { String::new() },
        "The log of a failed deploy that is pasted here is told in its causes, each with the line that ends it.".to_owned(),
    ];
    for line in lines.iter().filter(|line| !line.is_empty()) {
        row = paragraph(buffer, inner, row, line, app.theme.style(Role::Text)) + 1;
    }
}

/// What is compared with what, what comes of it, how far the schemas' way has come.
fn head(app: &App, tree: &DeployTree, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let lines: [(String, Role); 3] = match &tree.of {
        DeployFound::Compared(compared) => {
            let (pair, found) = (&compared.pair, &compared.found);
            let place = pair.place.map(|(at, of)| match at {
                0 => format!(" {} the newest of {}", theme.glyphs.dot, text::count(of as u64)),
                at => format!(" {} {} before the newest, of {}", theme.glyphs.dot, text::count(at as u64), text::count(of as u64)),
            });
            let pair = format!("{} over {}{}", text::visible(&pair.new_name), text::visible(&pair.old_name), place.unwrap_or_default());
            let stops = if found.verdict().stops() || found.not_compared().next().is_some() {
                role(found.verdict().min(DeployVerdict::Ddl))
            } else {
                Role::Notice
            };
            let outcome = format!("{}. {}", deploy::outcome(found), deploy::summary(found));
            [(pair, Role::Heading), (outcome, stops), (compared.chain.clone().unwrap_or_default(), Role::Dim)]
        }
        DeployFound::Explained(log) => {
            let has_revisions = app.deploy.below.is_some() || app.schemas.is_some();
            let back = app.keymap.words("", Action::Back, if has_revisions { " shows the revisions again" } else { " leaves" });
            ["The log that was pasted".to_owned(), explain::summary(&log.found), back].map(|line| (line, Role::Text))
        }
    };
    for (row, (words, role)) in lines.iter().enumerate() {
        if let Some(mut pen) = Pen::new(buffer, area, row as u16, Style::new()) {
            pen.skip(1).skip_right(1).put(words, theme.style(*role));
        }
    }
}

fn list(app: &App, tree: &DeployTree, area: Rect, buffer: &mut Buffer) {
    let list = &app.deploy.list;
    let name = if tree.explained().is_some() { "What the log says" } else { "What a deploy does" };
    chrome::pane(app, buffer, area, name, true, &chrome::list_state(list));
    let lines = panes::lines(area);
    if tree.is_empty() {
        let words = "no table, column or keyword is another one";
        paragraph(buffer, Rect { x: lines.x + 1, width: lines.width.saturating_sub(2), ..lines }, 1, words, app.theme.style(Role::Dim));
    }
    chrome::nothing_left(app, list, lines, buffer);
    for (row, (item, here)) in list.outline.window(usize::from(lines.height)).enumerate() {
        let cursor = if here { app.theme.style(Role::Cursor) } else { Style::new() };
        paint_line(buffer, lines, row as u16, cursor);
        let Some(mut pen) = Pen::new(buffer, lines, row as u16, cursor) else { return };
        let marker = match (tree.is_branch(item), list.outline.is_open(tree, item)) {
            (true, true) => app.theme.glyphs.open,
            (true, false) => app.theme.glyphs.closed,
            _ => " ",
        };
        let mut painter = DeployPainter { app, here, pen: &mut pen };
        painter.put(" ", Role::Text);
        if list.is_hit(item) {
            painter.put(app.theme.glyphs.found, Role::Match);
        }
        painter.pen.skip_right(1).skip(2 * tree.depth(item));
        painter.put(marker, Role::Dim).put(" ", Role::Text);
        painter.line(tree, item);
    }
}

/// Draws what stands on one line.
struct DeployPainter<'a, 'b> {
    app: &'a App,
    here: bool,
    pen: &'a mut Pen<'b>,
}

impl DeployPainter<'_, '_> {
    /// On the cursor's own line one style says it all; roles would be unreadable on it.
    fn style(&self, role: Role) -> Style {
        if self.here { Style::new() } else { self.app.theme.style(role) }
    }

    fn put(&mut self, words: &str, role: Role) -> &mut Self {
        let style = self.style(role);
        self.pen.put(words, style);
        self
    }

    fn put_right(&mut self, words: &str, role: Role) {
        let style = self.style(role);
        self.pen.put_right(&text::clip_middle(words, self.pen.room() / 2), style).skip_right(2);
    }

    fn verdict(&mut self, verdict: DeployVerdict, rule: &str) {
        self.put(&format!("{:VERDICT$}", verdict.name()), role(verdict)).put(&format!("{rule:RULE$}"), Role::Dim);
    }

    fn line(&mut self, tree: &DeployTree, item: usize) {
        match &tree.of {
            DeployFound::Compared(pair) => self.compared(tree, &pair.found, item),
            DeployFound::Explained(log) => match tree.line(item) {
                DeployLine::LogCause(at) => {
                    let Some(cause) = log.found.causes.get(at) else { return };
                    self.put_right(&of(&cause.tables), Role::Dim);
                    self.verdict(cause.verdict, &cause.rule.name());
                    self.put(&text::visible(&cause.sentence), Role::Text);
                }
                DeployLine::RowFault(at) => {
                    let Some(fault) = log.found.row_faults.get(at) else { return };
                    self.put(&explain::row_fault_head(fault), Role::Text);
                }
                DeployLine::LogLine(at) => {
                    let Some((number, words)) = log.lines.get(at) else { return };
                    self.put(&format!("{number}: "), Role::Count).put(&text::visible(words), Role::Dim);
                }
                DeployLine::LookedFor(at) => {
                    let words = LOOKED_FOR.get(at).copied().unwrap_or_default();
                    self.put(&format!("looked for: {words}"), Role::Dim);
                }
                _ => {}
            },
        }
    }

    fn compared(&mut self, tree: &DeployTree, found: &DeployComparison, item: usize) {
        match tree.line(item) {
            DeployLine::Cause(at) => {
                let Some(cause) = found.causes.get(at) else { return };
                let titles: Vec<String> =
                    cause.tables.iter().take(2).filter_map(|&at| found.tables.get(at)).map(ComparedTable::title).collect();
                let tables = if cause.tables.len() > 1 { text::plural(cause.tables.len() as u64, "table", "tables") } else { of(&titles) };
                self.put_right(&tables, Role::Dim);
                self.verdict(cause.verdict, &cause.rule.name());
                self.put(&text::visible(&cause.sentence), if cause.verdict == DeployVerdict::Ok { Role::Dim } else { Role::Text });
            }
            DeployLine::Table(_, at) => self.put_table(found, at),
            DeployLine::Column(..) => {
                let Some(change) = tree.change(item) else { return };
                let name = if change.column.is_empty() { "the table".into() } else { text::visible(&change.column) };
                self.put(&text::clip_middle(&name, self.pen.room() * 2 / 3), Role::Key).put("  ", Role::Text);
                self.put(&deploy::became(change), Role::Type);
            }
            DeployLine::NotCompared(at) => {
                let Some(table) = found.tables.get(at) else { return };
                if let TableState::Unreadable(reason) = &table.state {
                    self.put(&deploy::not_compared(&table.title(), reason), Role::Fault);
                }
            }
            DeployLine::Through => {
                let through = found.causes.iter().filter(|cause| cause.verdict == DeployVerdict::Ok).count();
                self.put(&format!("{} through", text::plural(through as u64, "cause goes", "causes go")), Role::Heading);
            }
            DeployLine::Documents => {
                self.put(&deploy::documents(found).unwrap_or_default(), Role::Heading);
            }
            DeployLine::Keyword(at, place) => {
                let Some((table, change)) = found.tables.get(at).and_then(|table| Some((table, table.schema.get(place)?))) else { return };
                self.put(&format!("{:10}", change.effect.name()), Role::Constraint);
                let room = self.pen.room() / 2;
                self.put(&text::clip_middle(&deploy::keyword_place(table, change), room), Role::Key);
                self.put(": ", Role::Text).put(&text::visible(&change.words), Role::Text);
            }
            DeployLine::Allowlist => {
                self.put(&found.allowlist.as_ref().map(deploy::allowlist).unwrap_or_default(), Role::Heading);
            }
            line @ DeployLine::Glob(_) => {
                self.put(&listed(found, line), Role::Dim);
            }
            line @ DeployLine::Uncovered(_) => {
                self.put(&listed(found, line), Role::Constraint);
            }
            DeployLine::Standing => {
                let all = deploy::standing(found).count();
                let words = format!("standing: {} exceeded before already", text::plural(all as u64, "limit", "limits"));
                self.put(&words, Role::Heading);
            }
            DeployLine::Stands(at, place) => {
                self.put(&deploy::stands(found, (at, place)), Role::Dim);
            }
            _ => {}
        }
    }

    fn put_table(&mut self, found: &DeployComparison, at: usize) {
        let Some(table) = found.tables.get(at) else { return };
        self.put(&text::visible(&table.title()), Role::Heading);
    }
}

/// The only one by its name, more by their number.
fn of(tables: &[String]) -> String {
    match tables {
        [] => String::new(),
        [only] => text::visible(only).into_owned(),
        many => text::plural(many.len() as u64, "table", "tables"),
    }
}
