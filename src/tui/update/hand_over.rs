//! What is under the cursor, or the text that is shown, for another program: a command, the pager, the editor.
//!
//! Owns: which text it is.
//! Refuses: the programs (lent), the bytes (handed).

use super::super::action::Action;
use super::super::app::{App, Overlay, Prompt, PromptPurpose};
use super::super::column_tree::ColumnLine;
use super::super::effect::Effect;
use super::super::handed::{HandOver, Handed, HandedTo};
use super::super::subject::Subject;
use super::{copy, whole};
use crate::pipeline::document::NodeId;

/// Asks for the command, or hands the text to pager or editor.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    let (found, to) = match action {
        Action::Pipe => (under_cursor(app), None),
        Action::Page => (shown(app), Some(HandedTo::Pager)),
        _ => (shown(app), Some(HandedTo::Editor)),
    };
    match (found, to) {
        (None, _) => nothing(app),
        (Some(what), Some(to)) => vec![Effect::HandOver(HandOver { what, to })],
        (Some(_), None) => {
            app.prompt = Some(Prompt { purpose: PromptPurpose::Pipe, input: Default::default(), job: None, from: None, back: 0 });
            Vec::new()
        }
    }
}

fn nothing(app: &mut App) -> Vec<Effect> {
    app.warn("nothing is under the cursor that could be handed to another program");
    Vec::new()
}

/// The command was typed.
pub(super) fn pipe(app: &mut App, words: &str) -> Vec<Effect> {
    if words.trim().is_empty() {
        app.tell("no command was typed, so nothing was handed over");
        return Vec::new();
    }
    match under_cursor(app) {
        Some(what) => vec![Effect::HandOver(HandOver { what, to: HandedTo::Command(words.to_owned()) })],
        None => nothing(app),
    }
}

/// The program has ended, or was not there.
pub(super) fn ended(app: &mut App, outcome: Result<Option<String>, String>) -> Vec<Effect> {
    match outcome {
        Ok(Some(words)) => app.tell(words),
        Ok(None) => {}
        Err(reason) => app.warn(reason),
    }
    Vec::new()
}

/// What is under the cursor, as it is copied; groups whole.
fn under_cursor(app: &App) -> Option<Handed> {
    let (item, subject) = app.focused_item()?;
    match subject {
        Subject::Document(document, _) => Some(Handed::Value(document, item as NodeId)),
        Subject::Schema(schema) => Some(Handed::Node(schema, item as NodeId)),
        Subject::Groups(tree) => Some(Handed::Groups(tree, item)),
        Subject::Columns(tree) if matches!(tree.line(item), ColumnLine::Additional(_)) => {
            let ColumnLine::Additional(value) = tree.line(item) else { return None };
            Some(Handed::Value(app.case.as_ref()?.case.document.clone()?, value))
        }
        _ => copy::value(app).map(|text| Handed::Text(text.into())),
    }
}

/// The text over the screen; without one what would be shown of the line under the cursor.
fn shown(app: &App) -> Option<Handed> {
    let is_value = |handed: &Handed| matches!(handed, Handed::Value(..) | Handed::Node(..));
    let value = under_cursor(app).filter(is_value);
    match &app.overlay {
        // Of a value the pane has only the beginning where it is very long.
        Some(Overlay::Value { title, text, .. }) => {
            let is_whole = whole::under_cursor(app).is_some_and(|(of_value, _)| of_value == *title);
            value.filter(|_| is_whole).or_else(|| Some(Handed::Text(text.clone())))
        }
        Some(_) => None,
        None => value.or_else(|| whole::line(app).map(|(_, text)| Handed::Text(text.into()))),
    }
}
