//! Texts too long for a line, over the whole screen: a value, a row, a group, all violations.

use std::sync::Arc;

use super::super::action::Action;
use super::super::app::App;
use super::super::column_tree::Line;
use super::super::message::Effect;
use super::super::subject::Subject;
use super::about;
use crate::ground::text;
use crate::ground::time;
use crate::pipeline::destination::Stage;
use crate::pipeline::document::{NodeId, PathStyle};
use crate::pipeline::verdict::judge::{Broken, Violation, Violations};
use crate::rows::group::Group;
use crate::triage::case::Case;

/// Longest value that is shown, in bytes; copying takes all of it.
const MOST_SHOWN: usize = 256 << 10;

/// The value under the cursor.
pub fn value(app: &mut App) -> Vec<Effect> {
    if let Some((title, text)) = under_cursor(app) {
        app.show_text(title, text);
    }
    Vec::new()
}

fn under_cursor(app: &App) -> Option<(String, String)> {
    let (line, subject) = app.focused_item()?;
    let item = line as NodeId;
    let shown = |raw: &[u8]| shown(app, raw, Action::CopyValue);
    match subject {
        Subject::Document(document) => Some((document.path(item, PathStyle::Jq), shown(document.raw(item)))),
        Subject::Schema(schema) => Some((schema.document.path(item, PathStyle::Pointer), shown(schema.document.raw(item)))),
        Subject::Columns(tree) => match tree.line(line) {
            Line::Column(id) => {
                let layout = &tree.table().layout;
                let column = layout.get(id)?;
                let about = text::visible(column.description.as_deref().unwrap_or("no description"));
                Some((layout.path(id), format!("{} {}\n\n{about}", text::visible(&layout.badge(id)), column.mode.name())))
            }
            Line::Additional(value) => {
                let document = app.case.as_ref()?.case.document.as_ref()?;
                Some((document.path(value, PathStyle::Jq), shown(document.raw(value))))
            }
        },
        Subject::Groups(_) | Subject::Tables(_) | Subject::Hits(_) => None,
    }
}

/// The message, notes and columns of the row; in the groups, the message of the group under the cursor.
pub fn row(app: &mut App) -> Vec<Effect> {
    if app.tables.open {
        about::show(app);
        return Vec::new();
    }
    let words = match &app.case {
        Some(screen) => Some(("This row".to_owned(), row_text(app, &screen.case))),
        None => {
            let item = app.groups.list.outline.item();
            let group = item.and_then(|item| app.groups.tree.group(item));
            group.map(|group| (format!("Group {}", group.fingerprint), group_text(app, group)))
        }
    };
    if let Some((title, text)) = words {
        app.show_text(title, text);
    }
    Vec::new()
}

/// Everything that is broken, as a tree: what the row reports first, then all violations with the branches they stand behind.
pub fn violations(app: &mut App) -> Vec<Effect> {
    let Some(screen) = &app.case else { return Vec::new() };
    let Some(replay) = &screen.case.replay else {
        app.tell("no violations are known: there is no judgement to replay");
        return Vec::new();
    };
    let title = match replay.violations.count {
        0 => "Nothing is broken by these schemas".to_owned(),
        1 => "One violation".to_owned(),
        count => format!("{} violations", text::count(count)),
    };
    let mut lines = Vec::new();
    for broken in &replay.violations.tree {
        push_broken(&mut lines, &replay.violations, broken, 0);
    }
    let more = replay.violations.count.saturating_sub(replay.violations.list.len() as u64);
    if more > 0 {
        lines.push(format!("and {} more", text::count(more)));
    }
    app.show_text(title, lines.join("\n"));
    Vec::new()
}

/// A violation, or a combinator with its branches below it.
fn push_broken(lines: &mut Vec<String>, all: &Violations, broken: &Broken, depth: usize) {
    let indent = "  ".repeat(depth.min(20));
    match broken {
        Broken::Leaf(at) => {
            if let Some(violation) = all.list.get(*at) {
                lines.push(format!("{indent}{}", described(violation)));
            }
        }
        Broken::Branches(branches) => {
            lines.push(format!("{indent}{}", described(&branches.violation)));
            for branch in &branches.branches {
                let state = if branch.valid { "fits" } else { "does not fit" };
                let why = if branch.why.is_empty() { String::new() } else { format!(": {}", text::visible(&branch.why)) };
                lines.push(format!("{indent}  {} {state}{why}", text::visible(&branch.wanted)));
                branch.broken.iter().for_each(|broken| push_broken(lines, all, broken, depth + 2));
            }
        }
    }
}

fn described(violation: &Violation) -> String {
    format!("{}  ({} at #{})", text::visible(&violation.sentence), violation.keyword, text::visible(&violation.schema_pointer))
}

/// Everything known of a group: what the pane has no room for as well.
fn group_text(app: &App, group: &Group) -> String {
    let groups = &app.groups.tree.groups;
    let key = &group.key;
    let known = |text: &Option<Arc<str>>| text.as_deref().map_or("(none)".into(), text::visible).into_owned();
    let mut lines = vec![group.sentence(), String::new()];
    let names =
        [("namespace", &key.namespace), ("doctype", &key.doctype), ("version", &key.version), ("stage", &key.stage), ("class", &key.class)];
    lines.extend(names.iter().map(|(name, text)| format!("{name:<11}{}", known(text))));
    lines.push(format!("{:<11}{}", "rows", text::count(group.count)));
    lines.extend([String::new(), "Jobs".to_owned()]);
    for job in &group.jobs {
        let name = groups.jobs.get(job.job as usize).map_or("?".into(), |job| text::visible(&job.name));
        let span = job.span.map(|(first, last)| format!("{} to {}", time::minute(first), time::minute(last))).unwrap_or_default();
        lines.push(format!("{:>11}  {span}  {name}", text::count(job.rows)));
    }
    if let Some(clients) = group.clients {
        lines.push(format!("{:<11}{}{}", "clients", if clients.exact { "" } else { "about " }, text::count(clients.count)));
    }
    if let Some(sampled) = group.sampled {
        lines.push(format!("{:<11}of the most frequent messages, {} rows", "values", text::count(sampled)));
    }
    for facet in &group.facets {
        lines.extend([String::new(), facet.name.to_owned()]);
        lines.extend(facet.values.iter().map(|(value, rows)| format!("{:>11}  {}", text::count(*rows), text::visible(value))));
        if facet.others > 0 {
            lines.push(format!("{:>11}  (other values)", text::count(facet.others)));
        }
    }
    lines.extend([String::new(), "A message".to_owned(), shown(app, group.sample.as_bytes(), Action::CopyMessage)]);
    if !groups.notes.is_empty() {
        lines.extend([String::new(), "All groups".to_owned()]);
        lines.extend(groups.notes.iter().map(|note| text::visible(note).into_owned()));
    }
    lines.join("\n")
}

fn row_text(app: &App, case: &Case) -> String {
    let (row, notes) = (&case.row, &case.notes);
    let message = row.column("error_message").unwrap_or("no error message");
    let mut lines: Vec<String> = vec![shown(app, message.as_bytes(), Action::CopyMessage), String::new()];
    if !notes.is_empty() {
        lines.extend(notes.iter().map(|note| text::visible(note).into_owned()));
        lines.push(String::new());
    }
    push_warnings(&mut lines, case);
    push_tables(app, &mut lines, case);
    let width = row.columns.iter().map(|(name, _)| text::width(&text::visible(name))).max().unwrap_or(0);
    for (name, value) in row.columns.iter().filter(|(name, _)| name != "error_message") {
        let value = value.as_deref().map_or("NULL".into(), text::visible);
        let name = text::visible(name);
        lines.push(format!("{name}{}  {value}", " ".repeat(width - text::width(&name))));
    }
    lines.join("\n")
}

/// What costs the row or is lost.
fn push_warnings(lines: &mut Vec<String>, case: &Case) {
    let (warnings, Some(document)) = (&case.warnings, &case.document) else { return };
    for warning in &warnings.list {
        let place = document.path(warning.node, PathStyle::Pointer);
        lines.push(format!("{}: {}  {}", case.meaning(warning.severity), text::visible(&place), warning.sentence));
    }
    let more = warnings.count.saturating_sub(warnings.list.len() as u64);
    if more > 0 {
        lines.push(format!("and {} more", text::count(more)));
    }
    if warnings.count > 0 {
        lines.push(String::new());
    }
}

/// The tables of the document, and the query for its row as it arrived.
fn push_tables(app: &App, lines: &mut Vec<String>, case: &Case) {
    let tables = case.destinations();
    if tables.is_empty() {
        return;
    }
    for table in &tables {
        let part = table.part.map(|part| format!("  {}", part.name())).unwrap_or_default();
        lines.push(format!("{:<10}{}{part}", table.stage.name(), text::visible(&table.path())));
    }
    if let Some(sql) = case.query(Stage::Raw, case.home) {
        let keys = [
            app.keymap.words("", Action::CopyRaw, " copies"),
            app.keymap.words("", Action::CopyDecoded, " copies that for the decoded row"),
        ];
        let keys: Vec<&str> = keys.iter().map(String::as_str).filter(|words| !words.is_empty()).collect();
        let keys = if keys.is_empty() { String::new() } else { format!(" ({})", keys.join("; ")) };
        lines.extend([String::new(), format!("As it arrived{keys}")]);
        lines.extend(sql.lines().map(|line| text::visible(line).into_owned()));
    }
    lines.push(String::new());
}

/// Text with its own line breaks, safe for a terminal, cut where it is very long; what copies all of it then.
fn shown(app: &App, raw: &[u8], copies: Action) -> String {
    let part = text::cut_bytes(raw, MOST_SHOWN);
    let mut words = text::visible_lines(part);
    if part.len() < raw.len() {
        let (part, all) = (text::bytes(part.len() as u64), text::bytes(raw.len() as u64));
        let copies = app.keymap.words("; ", copies, " copies all of it");
        words.push_str(&format!("\n… the first {part} of {all}{copies}"));
    }
    words
}
