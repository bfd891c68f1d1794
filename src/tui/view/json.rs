//! A JSON text as a tree: documents and schemas.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::app::{App, CaseScreen, List};
use super::super::theme::Role;
use super::pen::{Pen, paint_line, paragraph};
use crate::ground::text;
use crate::pipeline::document::{Document, Kind, NodeId};
use crate::triage::case::Case;

/// Bytes of a value that one line looks at.
const PREVIEW: usize = 400;

/// What is marked in a tree.
#[derive(Default)]
pub(super) struct Marks {
    /// Whether the cursor stands on what belongs to the cursor of the other panes.
    tied: bool,
    /// The failing value, or the node that broke.
    fault: Option<NodeId>,
    /// What stands behind it.
    note: String,
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
            note: constraint(case),
            keyword: None,
        }
    }

    /// The node that broke and its keyword.
    pub(super) fn of_schema(screen: &CaseScreen) -> Self {
        let case = &screen.case;
        let node = case.lead.as_ref().and_then(|broken| broken.node);
        Marks { tied: screen.tie.node.is_some(), fault: node, note: String::new(), keyword: keyword(case) }
    }
}

/// The keyword's place in the schema, where it stands there literally.
fn keyword(case: &Case) -> Option<NodeId> {
    let broken = case.lead.as_ref()?;
    let (schema, node) = (case.schema.as_ref()?, broken.node?);
    let keyword = broken.keyword?;
    schema.keyword(node, keyword).or_else(|| match keyword {
        "anyOf" => schema.keyword(node, "type"),
        "allOf" => ["enum", "const", "oneOf", "anyOf", "not"].iter().find_map(|name| schema.keyword(node, name)),
        _ => None,
    })
}

/// `maxLength 61`, `type ["string","null"]`: what the failing value had to be.
fn constraint(case: &Case) -> String {
    let Some(broken) = &case.lead else { return String::new() };
    if let Some(ways) = case.cause().map(|cause| cause.ways.as_slice()).filter(|ways| ways.len() > 1) {
        let keys: Option<Vec<&str>> = ways.iter().map(|way| way.key.as_deref().filter(|_| way.keyword == "required")).collect();
        return match keys {
            Some(keys) => format!("required: one of {}", text::visible(&keys.join(", "))),
            None => format!("one of {} ways to mend it", ways.len()),
        };
    }
    let name = broken.keyword.unwrap_or_default();
    let about = if broken.about_name { "key: " } else { "" };
    match (keyword(case), &case.schema) {
        (Some(keyword), Some(schema)) => {
            let own = schema.document.key(keyword).unwrap_or(Cow::Borrowed(name)).into_owned();
            let told = || case.fault.as_ref().and_then(|fault| fault.key.as_deref());
            match case.cause().map_or_else(told, |cause| cause.violation.key.as_deref()) {
                Some(key) if matches!(name, "required" | "dependencies" | "additionalProperties") => {
                    format!("{own}: {}", text::visible(key))
                }
                _ => format!("{about}{own} {}", one_line(schema.document.raw(keyword))),
            }
        }
        _ => format!("{about}{name}"),
    }
}

/// Draws the lines in sight.
pub(super) fn draw(app: &App, document: &Document, list: &List, focused: bool, marks: &Marks, area: Rect, buffer: &mut Buffer) {
    for (row, (item, here)) in list.outline.window(usize::from(area.height)).enumerate() {
        let painter = JsonPainter { app, document, list, marks, here, focused };
        painter.line(item, buffer, area, row as u16);
    }
}

struct JsonPainter<'a> {
    app: &'a App,
    document: &'a Document,
    list: &'a List,
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
        let broken = faulty || self.marks.keyword == Some(node);
        pen.put(if faulty { glyphs.fault } else { " " }, self.style(Role::Fault));
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
        // What is wrong is worth more than the middle of a long key.
        let room = pen.room().saturating_sub(text::width(note) + 16).clamp(12, 60);
        match document.raw_key(node) {
            Some(key) => {
                pen.put(&text::clip_middle(&text::visible_bytes(key), room), self.style(if broken { Role::Constraint } else { Role::Key }))
            }
            None if document.parent(node).is_some() => pen.put(&format!("[{}]", document.index(node)), self.style(Role::Dim)),
            None => &mut pen,
        };
        if document.parent(node).is_some() {
            pen.put(": ", self.style(Role::Dim));
        }
        self.value(node, open, broken, text::width(note), &mut pen);
        if !note.is_empty() {
            pen.skip(2).put(glyphs.fault, self.style(Role::Fault)).put(" ", Style::new()).put(note, self.style(Role::Fault));
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
        let words = match document.kind(node) {
            Kind::Object if open && count > 0 => format!("{{{count}}}"),
            Kind::Array if open && count > 0 => format!("[{count}]"),
            _ => one_line(document.raw(node)),
        };
        // A note about the value is worth more than the value's tail.
        let room = if note > 0 { pen.room().saturating_sub(note + 4).max(pen.room() / 3) } else { pen.room() };
        pen.put(&text::clip(&words, room), self.style(role));
    }
}

/// The beginning of a value on one line: runs of white space as one blank.
fn one_line(raw: &[u8]) -> String {
    let shown = text::cut_bytes(raw, PREVIEW);
    let mut words = text::visible_bytes(shown).into_owned();
    if memchr::memchr2(b'\n', b'\r', shown).is_some() {
        words = words.replace("\\r", "").split("\\n").map(str::trim).collect::<Vec<_>>().join(" ");
    }
    if shown.len() < raw.len() {
        words.push('…');
    }
    words
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
        row = paragraph(
            buffer,
            inner,
            row,
            &format!("broke {}{implied}{ambiguous}", constraint(&screen.case)),
            theme.style(Role::Constraint),
        );
    }
    if let Some(about) = schema.description(node) {
        paragraph(buffer, inner, row, &text::visible(about.trim()), theme.style(Role::Text));
    }
}
