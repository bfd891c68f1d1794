//! Copying: what the keys behind `y` put on the clipboard.

use super::super::action::Action;
use super::super::app::{App, CaseScreen};
use super::super::message::Effect;
use super::super::subject::Subject;
use crate::document::{Document, NodeId, PathStyle};
use crate::group::Group;

/// The effect that copies, or a notice why there is nothing to copy.
pub fn act(app: &mut App, action: Action) -> Vec<Effect> {
    if action == Action::CopySql && app.case.is_none() {
        let tree = app.groups.tree.clone();
        let leaf = app.groups.list.outline.item().filter(|&item| tree.is_leaf(item));
        let group = leaf.and_then(|item| tree.items[item].group);
        return vec![Effect::Sql { tree, group }];
    }
    let what = match action {
        Action::CopyValue => "value",
        Action::CopyPointer => "JSON pointer",
        Action::CopyJq => "jq path",
        Action::CopySql => "SQL expression",
        Action::CopyMessage => "error message",
        _ if app.case.is_none() => "fingerprint",
        _ => "key",
    };
    let text = match &app.case {
        Some(screen) => from_case(screen, action),
        None => group_under_cursor(app).and_then(|group| from_group(group, action)),
    };
    match text {
        Some(text) => vec![Effect::Copy { what, text }],
        None => {
            app.warn(format!("no {what} here"));
            Vec::new()
        }
    }
}

fn group_under_cursor(app: &App) -> Option<&Group> {
    let item = app.groups.list.outline.item()?;
    app.groups.tree.group(item).filter(|_| app.groups.tree.is_leaf(item))
}

fn from_group(group: &Group, action: Action) -> Option<String> {
    match action {
        Action::CopyValue => Some(group.says.to_string()),
        Action::CopyPointer => group.key.path.as_deref().map(str::to_owned),
        Action::CopyMessage => Some(group.sample.to_string()),
        Action::CopyKey => Some(group.fingerprint.to_string()),
        _ => None,
    }
}

fn from_case(screen: &CaseScreen, action: Action) -> Option<String> {
    match action {
        Action::CopyMessage => screen.case.row.column("error_message").map(str::to_owned),
        Action::CopySql => screen.tie.landing.as_ref()?.sql.clone(),
        _ => {
            let item = screen.item(screen.focus)? as NodeId;
            match screen.subject(screen.focus)? {
                Subject::Document(document) => from_document(&document, item, action),
                Subject::Schema(schema) => from_document(&schema.document, item, action),
                Subject::Layout(layout) => match action {
                    Action::CopyValue | Action::CopyPointer => Some(layout.path(item)),
                    Action::CopyKey => Some(layout.columns[item as usize].name.to_string()),
                    _ => None,
                },
                Subject::Groups(_) => None,
            }
        }
    }
}

fn from_document(document: &Document, item: NodeId, action: Action) -> Option<String> {
    match action {
        Action::CopyValue => Some(String::from_utf8_lossy(document.raw(item)).into_owned()),
        Action::CopyPointer => Some(document.path(item, PathStyle::Pointer)),
        Action::CopyJq => Some(document.path(item, PathStyle::Jq)),
        Action::CopyKey => document.key(item).map(|key| key.into_owned()),
        _ => None,
    }
}
