//! The row that the document of a case becomes, below the head of the case.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::action::Action;
use super::super::app::{App, CaseScreen, RowScreen};
use super::super::help::fate_mark;
use super::super::panes;
use super::super::theme::Role;
use super::pen::{Pen, paragraph};
use super::{chrome, columns, json};
use crate::ground::text;
use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::sink::Severity;
use crate::triage::case::{Case, NoRow, Preview};
use crate::triage::facts;

/// Draws the pane.
pub(super) fn draw(app: &App, screen: &CaseScreen, row: &RowScreen, area: Rect, buffer: &mut Buffer) {
    let has_row = row.preview.as_ref().is_none_or(|preview| preview.row.is_ok());
    let is_taken = !screen.case.warnings.list.iter().any(|warning| warning.severity < Severity::Lost);
    let name = match (screen.case.validates(), is_taken) {
        _ if !has_row => "No row",
        (Some(true), true) => "Row that is written",
        (Some(true), false) => "Row that BigQuery refuses",
        _ => "Row that it would have become",
    };
    let table = screen.case.tables.get(screen.table).map(|table| text::visible(&table.name).into_owned()).unwrap_or_default();
    let other = if screen.columns.len() > 1 { app.keymap.words("  ", Action::OtherTable, ": the other table") } else { String::new() };
    chrome::pane(app, buffer, area, name, true, format!("{table}{other}  {}", chrome::list_state(&row.list)).trim());
    let (lines, facts) = panes::lines_and_facts(area);
    let Some(preview) = &row.preview else {
        paragraph(buffer, inset(lines), 0, "making the row …", app.theme.style(Role::Dim));
        return;
    };
    match &preview.row {
        Ok(document) => {
            json::draw(app, document, &row.list, true, &json::Marks::default(), lines, buffer);
            draw_facts(app, screen, preview, document, row.list.outline.item(), facts, buffer);
        }
        Err(none) => no_row(app, none, inset(lines), buffer),
    }
}

fn inset(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
}

/// The exception, its place and reason.
fn no_row(app: &App, none: &NoRow, area: Rect, buffer: &mut Buffer) {
    let words = format!("There is no row: the pipeline's code fails with {}.", none.exception);
    let row = paragraph(buffer, area, 1, &words, app.theme.style(Role::Fault));
    let place = if none.pointer.is_empty() { "the whole document".into() } else { text::visible(&none.pointer) };
    let row = paragraph(buffer, area, row, &format!("At {place}: {}.", none.why), app.theme.style(Role::Text));
    let back: Vec<String> = [Action::PreviewRow, Action::Back].into_iter().filter_map(|action| app.keymap.key(action)).collect();
    let back = if back.is_empty() { String::new() } else { format!("{} back", back.join(" or ")) };
    let value = app.keymap.words("", Action::NextWarning, " leads to the value");
    let ways: Vec<String> = [value, back].into_iter().filter(|words| !words.is_empty()).collect();
    paragraph(buffer, area, row + 1, &ways.join("; "), app.theme.style(Role::Dim));
}

/// The column under the cursor.
fn draw_facts(
    app: &App,
    screen: &CaseScreen,
    preview: &Preview,
    document: &Document,
    item: Option<usize>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let inner = inset(area);
    if let Some(mut pen) = Pen::new(buffer, area, 0, Style::new()) {
        pen.put(&app.theme.glyphs.lines.0.repeat(usize::from(area.width)), app.theme.style(Role::Border));
    }
    let (Some(item), Some(table)) = (item, screen.case.tables.get(preview.table)) else { return };
    if item == 0 {
        let copies = app.keymap.words("; ", Action::CopyValue, " copies it as one line of JSON");
        paragraph(buffer, inner, 1, &format!("the whole row{copies}"), app.theme.style(Role::Dim));
        return;
    }
    let Some(column) = screen.case.column_of_row(preview.table, document, item as NodeId) else {
        paragraph(buffer, inner, 1, &Case::ignored_in_row(document, item as NodeId), app.theme.style(Role::Dim));
        return;
    };
    columns::name(app, &table.layout, column, inner, buffer);
    let mut line = 2;
    if let Some(landing) = screen.case.landing_of_row(preview.table, document, item as NodeId) {
        let (mark, role) = fate_mark(app, landing.fate);
        line = paragraph(buffer, inner, line, &format!("{mark} {}", facts::column::landing(&landing, None)), app.theme.style(role));
    }
    if let Some(description) = table.layout.get(column).and_then(facts::column::description) {
        paragraph(buffer, inner, line, &description, app.theme.style(Role::Text));
    }
}
