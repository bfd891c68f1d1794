//! The screen of a case: what is wrong in a sentence, then document, schema and columns.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::action::Action;
use super::super::app::{App, CaseScreen};
use super::super::help::fate_mark;
use super::super::panes::{self, Pane};
use super::super::spots::tab_places;
use super::super::theme::Role;
use super::pen::{Pen, paint_line};
use super::{chrome, columns, json, row};
use crate::ground::text;
use crate::pipeline::document::PathStyle;
use crate::pipeline::sink::{Fate, Severity};
use crate::rows::column::ErrorColumn;
use crate::rows::group::{NO_DOCTYPE, doctype_name};
use crate::rows::schemas::WOULD_BE_SHORT;
use crate::rows::source::RowOrder;

/// Draws the screen.
pub(super) fn draw(app: &App, screen: &CaseScreen, buffer: &mut Buffer) {
    let size = (buffer.area.width, buffer.area.height);
    let areas = panes::case(app.frame(size), screen.focus, screen.head_lines());
    title(app, screen, buffer, areas.title);
    head(app, screen, buffer, areas.head);
    let last = areas.head.height.saturating_sub(1);
    warning(app, screen, buffer, Rect { y: areas.head.y + last, height: areas.head.height - last, ..areas.head });
    if let Some(shown) = &screen.row {
        row::draw(app, screen, shown, panes::row(size, screen.head_lines()).row, buffer);
        return chrome::footer(app, buffer, areas.footer);
    }
    if let Some(tabs) = areas.tabs {
        draw_tabs(app, screen, buffer, tabs);
    }
    if let Some(under) = areas.under {
        node_and_column(app, screen, under, buffer);
    }
    for pane in Pane::ALL {
        if let Some(area) = areas.panes[pane as usize] {
            draw_pane(app, screen, pane, area, buffer);
        }
    }
    chrome::footer(app, buffer, areas.footer);
}

fn title(app: &App, screen: &CaseScreen, buffer: &mut Buffer, area: Rect) {
    let dot = app.theme.glyphs.dot;
    let doctype = match &screen.case.doctype {
        Some(resolved) => {
            let version = resolved.version.as_deref().map(|version| format!(".{version}")).unwrap_or_default();
            format!("{} {}{version}", resolved.namespace, resolved.doctype)
        }
        // The schemas do not know doctypes of another pipeline.
        None if screen.case.row.judge.is_some() => {
            let row = screen.case.row.error_row();
            doctype_name(row.namespace, row.doctype, row.version)
        }
        None => NO_DOCTYPE.to_owned(),
    };
    let order = match screen.place.order {
        RowOrder::Newest => "",
        RowOrder::Oldest => ", oldest first",
        RowOrder::Spread => ", spread over the jobs",
    };
    let position = format!("document {} of {}{order}", text::count(screen.place.index as u64 + 1), text::count(screen.group().count));
    let right = match &app.opening {
        Some(_) => "opening …".to_owned(),
        None => match screen.case.row.error_row().time {
            Some(time) => format!("{} {dot} {position}", app.zone().moment(time)),
            None => position,
        },
    };
    chrome::title(app, buffer, area, &format!("misfit  {doctype}  {dot} {}", screen.case.row.origin), &right);
}

/// The sentence; where it is; what is missing or odd, else the message as it was recorded.
fn head(app: &App, screen: &CaseScreen, buffer: &mut Buffer, area: Rect) {
    let theme = &app.theme;
    let case = &screen.case;
    if let Some(mut pen) = Pen::new(buffer, area, 0, Style::new()) {
        pen.skip(1).put(theme.glyphs.fault, theme.style(Role::Fault)).put(" ", Style::new());
        let others = others(screen);
        if !others.is_empty() {
            pen.skip_right(1).put_right(&others, theme.style(Role::Hint)).skip_right(2);
        }
        let stepped = screen.violation.and_then(|at| case.replay.as_ref()?.violations.causes.get(at));
        let sentence = stepped.map_or_else(|| case.sentence(), |cause| cause.sentence.clone());
        pen.put(&text::visible(&sentence), theme.style(Role::Fault));
    }
    let message = case.row.column(ErrorColumn::Message).unwrap_or("no error message");
    let message = text::visible(message.rsplit_once("Exception: ").map_or(message, |(_, rest)| rest)).into_owned();
    // Without notes and warnings the message has their line as well.
    let lines = if case.notes.is_empty() && case.warnings.count == 0 { 3 } else { 2 };
    let indented = Rect { x: area.x + 3, width: area.width.saturating_sub(4), height: area.height.min(lines), ..area };
    super::pen::paragraph(buffer, indented, 1, &message, theme.style(Role::Dim));
    let Some((first, rest)) = case.notes.split_first() else { return };
    if let Some(mut pen) = Pen::new(buffer, area, 2, Style::new()) {
        pen.skip(3);
        if !rest.is_empty() {
            let key = app.keymap.words("", Action::ShowRow, ": ");
            let more = format!("{key}{}", text::plural(rest.len() as u64, "more note", "more notes"));
            pen.skip_right(1).put_right(&more, theme.style(Role::Hint)).skip_right(2);
        }
        pen.put(&text::visible(first), theme.style(Role::Constraint));
    }
}

/// What costs the row or is lost, and whose row it is about.
fn warning(app: &App, screen: &CaseScreen, buffer: &mut Buffer, area: Rect) {
    let warnings = &screen.case.warnings;
    let at = screen.warning.unwrap_or(0);
    let (Some(warning), Some(document)) = (warnings.list.get(at), &screen.case.document) else { return };
    let Some(mut pen) = Pen::new(buffer, area, 0, Style::new()) else { return };
    let theme = &app.theme;
    let mark = if warning.severity == Severity::Lost { fate_mark(app, Fate::Lost) } else { fate_mark(app, Fate::Refused) };
    pen.skip(1).put(mark.0, theme.style(mark.1)).put(" ", Style::new());
    let state = match (screen.warning, warnings.count) {
        (Some(at), count) => format!("warning {} of {}", text::count(at as u64 + 1), text::count(count)),
        (None, count) => {
            let key = app.keymap.words("", Action::NextWarning, ": ");
            format!("{key}{} {}", text::count(count), if count == 1 { "warning" } else { "warnings" })
        }
    };
    pen.skip_right(1).put_right(&state, theme.style(Role::Hint)).skip_right(2);
    let place = document.path(warning.node, PathStyle::Pointer);
    let meaning = screen.case.meaning(warning.severity);
    let place = text::clip_path(&text::visible(&place), pen.room() / 3).into_owned();
    let sentence = warning.sentence.trim_start_matches("The row cannot be written: ");
    pen.put(&format!("{meaning}: "), theme.style(mark.1)).put(&place, theme.style(Role::Key));
    pen.put(&format!("  {sentence}"), theme.style(Role::Text));
}

/// `also broken: 2 more` or, once stepped, `violation 2 of 3`.
fn others(screen: &CaseScreen) -> String {
    let count = screen.case.replay.as_ref().map_or(0, |replay| replay.violations.wrong());
    match (screen.violation, count) {
        (_, 0 | 1) => String::new(),
        (Some(at), count) => format!("violation {} of {}", text::count(at as u64 + 1), text::count(count)),
        (None, count) => format!("also broken: {} more", text::count(count - 1)),
    }
}

fn draw_tabs(app: &App, screen: &CaseScreen, buffer: &mut Buffer, area: Rect) {
    let theme = &app.theme;
    paint_line(buffer, area, 0, Style::new());
    let mut end = area.x;
    for (place, pane) in tab_places(area) {
        let style = theme.style(if pane == screen.focus { Role::Cursor } else { Role::Dim });
        if let Some(mut pen) = Pen::new(buffer, place, 0, Style::new()) {
            pen.put(&format!(" {} ", pane.title()), style);
        }
        end = place.right();
    }
    let rest = Rect { x: end, width: area.right().saturating_sub(end), ..area };
    let Some(mut pen) = Pen::new(buffer, rest, 0, Style::new()) else { return };
    pen.skip_right(1).put_right(&app.keymap.words("", Action::NextPane, ": next pane"), theme.style(Role::Dim));
}

/// Bytes of a schema node that are looked at for one line.
const NODE_SHOWN: usize = 400;

/// The schema node and the column of the document's cursor, a line each, where their panes have no place.
fn node_and_column(app: &App, screen: &CaseScreen, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let node = screen.tie.node.zip(screen.case.schema.as_ref());
    let node = node.map(|(node, schema)| {
        let asks = schema.document.raw(node);
        let asks = String::from_utf8_lossy(&asks[..asks.len().min(NODE_SHOWN)]).split_whitespace().collect::<Vec<_>>().join(" ");
        (schema.pointer(node), asks)
    });
    let tree = screen.columns.get(screen.tie.table);
    let column = screen.tie.column.zip(tree).map(|(column, tree)| {
        let layout = &tree.table().layout;
        (layout.path(column), layout.kind_and_mode(column))
    });
    let column = column.or_else(|| {
        let landing = screen.tie.landing.as_ref()?;
        Some((landing.fate.name().to_owned(), landing.reason.clone().unwrap_or_default()))
    });
    for (row, (name, told)) in [("schema", node), ("column", column)].into_iter().enumerate() {
        let Some(mut pen) = Pen::new(buffer, area, row as u16, Style::new()) else { return };
        pen.skip(1).put(name, theme.style(Role::Heading)).skip(2);
        match told {
            Some((place, about)) => {
                let place = text::clip_path(&text::visible(&place), pen.room() * 2 / 3).into_owned();
                pen.put(&place, theme.style(Role::Key)).skip(2).put(&text::visible(&about), theme.style(Role::Type))
            }
            None => pen.put("none", theme.style(Role::Dim)),
        };
    }
}

fn draw_pane(app: &App, screen: &CaseScreen, pane: Pane, area: Rect, buffer: &mut Buffer) {
    let focused = pane == screen.focus;
    let list = &screen.lists[pane as usize];
    let case = &screen.case;
    let about = match pane {
        Pane::Document => screen.tie.value.and_then(|value| Some(case.document.as_ref()?.path(value, PathStyle::Jq))),
        Pane::Schema => case.schema.as_ref().map(|schema| schema.path.clone()),
        Pane::Columns => case.tables.get(screen.table).map(|table| table_name(app, screen, &table.name)),
    };
    let state = format!("{}  {}", text::visible(&about.unwrap_or_default()), chrome::list_state(list));
    chrome::pane(app, buffer, area, pane.title(), focused, state.trim());
    match pane {
        Pane::Document => match &case.document {
            Some(document) => {
                let marks = json::Marks::of_document(screen);
                json::draw(app, document, list, focused, &marks, panes::lines(area), buffer);
            }
            None if !case.text.is_empty() => raw_text(app, &case.text, buffer, panes::lines(area)),
            None => empty(app, buffer, panes::lines(area), "There is no document to show."),
        },
        Pane::Schema => match &case.schema {
            Some(schema) => {
                let (lines, facts) = panes::lines_and_facts(area);
                json::draw(app, &schema.document, list, focused, &json::Marks::of_schema(screen), lines, buffer);
                json::schema_facts(app, screen, facts, buffer);
            }
            None => empty(app, buffer, panes::lines(area), "There is no schema to show."),
        },
        Pane::Columns => match screen.columns.get(screen.table) {
            Some(tree) => columns::draw(app, screen, tree, list, focused, area, buffer),
            None => empty(app, buffer, panes::lines(area), "There is no table layout to show."),
        },
    }
}

/// A table's name; of a document that is split, that there is another.
fn table_name(app: &App, screen: &CaseScreen, name: &str) -> String {
    let tables = screen.columns.len();
    let key = app.keymap.words(" (", Action::OtherTable, ")");
    let made = screen.case.tables.get(screen.table).is_some_and(|table| table.made);
    let made = if made { format!(", {WOULD_BE_SHORT}") } else { String::new() };
    if tables > 1 { format!("{name}{made}, {} of {tables}{key}", screen.table + 1) } else { format!("{name}{made}") }
}

/// A payload that is no document, as it stands.
fn raw_text(app: &App, payload: &[u8], buffer: &mut Buffer, area: Rect) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let row = super::pen::paragraph(buffer, area, 0, "This is not a document. It begins:", app.theme.style(Role::Dim));
    let shown = text::cut_bytes(payload, usize::from(area.width) * usize::from(area.height));
    let lines: Vec<_> = shown.split(|&byte| byte == b'\n').map(text::visible_bytes).collect();
    super::pen::paragraph(buffer, area, row + 1, &lines.join("\n"), app.theme.style(Role::Text));
}

/// Why a pane is empty, with the notes that tell the reason.
fn empty(app: &App, buffer: &mut Buffer, area: Rect, words: &str) {
    let notes = app.case.as_ref().map(|screen| screen.case.reasons().collect::<Vec<_>>().join("\n")).unwrap_or_default();
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let row = super::pen::paragraph(buffer, area, 1, words, app.theme.style(Role::Text));
    let notes: Vec<_> = notes.lines().map(text::visible).collect();
    super::pen::paragraph(buffer, area, row + 1, &notes.join("\n"), app.theme.style(Role::Dim));
}
