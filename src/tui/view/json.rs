//! A JSON text as a tree: documents and schemas.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::app::{App, CaseScreen, List};
use super::super::json_line::{constraint, keyword, note, one_line, readable, value_around};
use super::super::theme::Role;
use super::chrome;
use super::pen::{Pen, paint_line, paragraph};
use crate::ground::sought::Sought;
use crate::ground::text;
use crate::pipeline::document::{Document, Kind, NodeId};

/// Cells of a value that are worth more than the middle of a long key.
const FEW: usize = 14;

/// What is marked in a tree.
#[derive(Default)]
pub(super) struct Marks {
    /// Whether the cursor stands on what belongs to the cursor of the other panes.
    tied: bool,
    /// The failing value, or the node that broke.
    fault: Option<NodeId>,
    /// What stands behind it.
    note: String,
    /// Whether the fault is over: its place is told, but not as one that is broken.
    over: bool,
    /// The keyword that broke it.
    keyword: Option<NodeId>,
}

impl Marks {
    /// The node that fills a column of a table.
    pub(super) fn of_column(node: Option<NodeId>) -> Self {
        Marks { tied: node.is_some(), ..Marks::default() }
    }

    /// The failing value with the constraint it broke.
    pub(super) fn of_document(screen: &CaseScreen) -> Self {
        let case = &screen.case;
        let not_json = case.document.as_ref().is_some_and(|document| document.error().is_some());
        Marks {
            tied: screen.tie.value.is_some(),
            fault: case.value.filter(|_| case.lead.is_some() || not_json),
            note: note(case),
            over: case.outcome().is_some(),
            keyword: None,
        }
    }

    /// The node that broke and its keyword.
    pub(super) fn of_schema(screen: &CaseScreen) -> Self {
        let case = &screen.case;
        let node = case.asking().and_then(|broken| broken.node);
        Marks { tied: screen.tie.node.is_some(), fault: node, keyword: keyword(case).filter(|_| node.is_some()), ..Marks::default() }
    }
}

/// Draws the lines in sight.
pub(super) fn draw(app: &App, document: &Document, list: &List, focused: bool, marks: &Marks, area: Rect, buffer: &mut Buffer) {
    chrome::nothing_left(app, list, area, buffer);
    let sought = list.sought();
    for (row, (item, here)) in list.outline.window(usize::from(area.height)).enumerate() {
        let painter = JsonPainter { app, document, list, sought: sought.as_ref(), marks, here, focused };
        painter.line(item, buffer, area, row as u16);
    }
}

struct JsonPainter<'a> {
    app: &'a App,
    document: &'a Document,
    list: &'a List,
    sought: Option<&'a Sought>,
    marks: &'a Marks,
    here: bool,
    focused: bool,
}

impl JsonPainter<'_> {
    /// On the cursor's own line one style says it all; roles would be unreadable on it.
    fn style(&self, role: Role) -> Style {
        if self.here && self.focused { Style::new() } else { self.app.theme.style(role) }
    }

    fn line(&self, item: usize, buffer: &mut Buffer, area: Rect, row: u16) {
        let theme = &self.app.theme;
        let cursor = match (self.here, self.focused) {
            (true, true) => theme.style(Role::Cursor),
            (true, false) if self.marks.tied => theme.style(Role::TiedCursor),
            _ => Style::new(),
        };
        paint_line(buffer, area, row, cursor);
        let Some(mut pen) = Pen::new(buffer, area, row, cursor) else { return };
        let node = item as NodeId;
        let (document, glyphs) = (self.document, theme.glyphs);
        let faulty = self.marks.fault == Some(node);
        let broken = (faulty && !self.marks.over) || self.marks.keyword == Some(node);
        let role = if self.marks.over { Role::Dim } else { Role::Fault };
        pen.put(if faulty { glyphs.fault } else { " " }, self.style(role));
        let open = self.list.outline.is_open(document, item);
        let marker = match (document.kind(node).is_container() && document.count(node) > 0, open) {
            (true, true) => glyphs.open,
            (true, false) => glyphs.closed,
            _ => " ",
        };
        let indent = (2 * document.depth(node)).min(usize::from(area.width) / 2);
        pen.skip(indent).put(marker, self.style(Role::Dim)).put(" ", Style::new());
        if self.list.is_hit(item) {
            pen.put(glyphs.found, self.style(Role::Match));
        }
        let note = if faulty { self.marks.note.as_str() } else { "" };
        // What is wrong is worth more than the middle of a long key, and of a value its beginning.
        let value = if document.kind(node).is_container() { FEW } else { text::width(&one_line(document.raw(node))).min(FEW) };
        let behind = value + 2 + if note.is_empty() { 0 } else { text::width(note) + 4 };
        let room = pen.room().saturating_sub(behind).max(12);
        match document.raw_key(node) {
            Some(key) => pen.put(
                &text::clip_middle(&text::visible_bytes(&readable(key)), room),
                self.style(if broken { Role::Constraint } else { Role::Key }),
            ),
            None if document.parent(node).is_some() => pen.put(&format!("[{}]", document.index(node)), self.style(Role::Dim)),
            None => &mut pen,
        };
        if document.parent(node).is_some() {
            pen.put(": ", self.style(Role::Dim));
        }
        self.value(node, open, broken, text::width(note), &mut pen);
        if !note.is_empty() {
            pen.skip(2);
            if !self.marks.over {
                pen.put(glyphs.fault, self.style(role)).put(" ", Style::new());
            }
            pen.put(note, self.style(role));
        }
    }

    fn value(&self, node: NodeId, open: bool, broken: bool, note: usize, pen: &mut Pen<'_>) {
        let document = self.document;
        let role = match document.kind(node) {
            _ if broken => Role::Fault,
            Kind::Object | Kind::Array => Role::Dim,
            Kind::String => Role::String,
            Kind::Number => Role::Number,
            Kind::Boolean | Kind::Null => Role::Literal,
        };
        let count = document.count(node);
        // A note about the value is worth more than the value's tail.
        let room = if note > 0 { pen.room().saturating_sub(note + 4).max(pen.room() / 3) } else { pen.room() };
        let sought = self.sought.filter(|_| self.list.is_hit(node as usize));
        let words = match document.kind(node) {
            Kind::Object if open && count > 0 => format!("{{{count}}}"),
            Kind::Array if open && count > 0 => format!("[{count}]"),
            _ => match sought {
                Some(sought) => value_around(document.raw(node), sought, room),
                None => one_line(document.raw(node)),
            },
        };
        pen.put(&text::clip(&words, room), self.style(role));
    }
}

/// What the schema says at the cursor: where it stands, the keyword that broke, the description.
pub(super) fn schema_facts(app: &App, screen: &CaseScreen, area: Rect, buffer: &mut Buffer) {
    let theme = &app.theme;
    let Some(schema) = &screen.case.schema else { return };
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let (horizontal, _) = theme.glyphs.lines;
    if let Some(mut pen) = Pen::new(buffer, area, 0, Style::new()) {
        pen.put(&horizontal.repeat(usize::from(area.width)), theme.style(Role::Border));
    }
    let Some(node) = screen.tie.node else {
        paragraph(buffer, inner, 1, "nothing here belongs to the line under the cursor", theme.style(Role::Dim));
        return;
    };
    let broken = screen.case.lead.as_ref().filter(|broken| broken.node == Some(node));
    let pointer = schema.pointer(node);
    let place = format!("#{pointer}  line {}", schema.line(node));
    if let Some(mut pen) = Pen::new(buffer, inner, 1, Style::new()) {
        pen.put(&text::clip_middle(&text::visible(&place), usize::from(inner.width)), theme.style(Role::Dim));
    }
    let mut row = 2;
    if let Some(broken) = broken {
        let implied = if broken.literal { "" } else { " (implied: see its type)" };
        let ambiguous = if broken.ambiguous { "; other nodes would fit the message too" } else { "" };
        let (words, role) = match screen.case.outcome() {
            Some(outcome) => (outcome.to_owned(), Role::Text),
            None => (format!("broke {}{implied}{ambiguous}", constraint(&screen.case)), Role::Constraint),
        };
        row = paragraph(buffer, inner, row, &words, theme.style(role));
    }
    if let Some(about) = schema.description(node) {
        paragraph(buffer, inner, row, &text::visible(about.trim()), theme.style(Role::Text));
    }
}
