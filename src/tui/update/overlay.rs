//! Keys while something covers the screen: scrolling, closing, handing on what it shows.
//!
//! Owns: help and whole values.
//! Refuses: questions and exports.

use super::super::action::Action;
use super::super::app::{App, Overlay};
use super::super::effect::Effect;
use super::super::help;
use super::super::panes;
use super::{copy, export, hand_over, my_edit};

/// Keys while something covers the screen: scrolling, closing.
pub(super) fn overlay(app: &mut App, action: Action) -> Vec<Effect> {
    let page = usize::from(panes::overlay(app.size, usize::MAX).height.saturating_sub(3));
    if let (Some(Overlay::Help { is_typed, .. }), Action::Search | Action::Filter) = (&mut app.overlay, action) {
        *is_typed = true;
        return Vec::new();
    }
    let Some(Overlay::Help { scroll, .. } | Overlay::Value { scroll, .. }) = &mut app.overlay else { return Vec::new() };
    match action {
        Action::Down => *scroll += 1,
        Action::Up => *scroll = scroll.saturating_sub(1),
        Action::PageDown | Action::Toggle => *scroll += page,
        Action::PageUp => *scroll = scroll.saturating_sub(page),
        Action::HalfDown => *scroll += page / 2,
        Action::HalfUp => *scroll = scroll.saturating_sub(page / 2),
        Action::First => *scroll = 0,
        Action::Last => *scroll = usize::MAX / 2,
        _ if action.copies() => return copy::act(app, action),
        Action::Pipe | Action::Page | Action::OpenInEditor => return hand_over::act(app, action),
        Action::EditSchema if my_edit::is_shown(app) => return my_edit::again(app),
        Action::Export if my_edit::is_shown(app) => return export::open(app),
        Action::Back
        | Action::Quit
        | Action::Help
        | Action::ShowLog
        | Action::ShowValue
        | Action::FollowReference
        | Action::ShowRow
        | Action::ShowViolations => {
            app.overlay = None;
            return Vec::new();
        }
        _ => {}
    }
    clamp(app);
    Vec::new()
}

/// Keeps the last page of an overlay in sight.
pub(super) fn clamp(app: &mut App) {
    let lines = match &app.overlay {
        Some(Overlay::Help { .. }) => help::help_lines(app).len(),
        Some(Overlay::Value { lines, .. }) => lines.len(),
        Some(Overlay::Export { .. }) | None => return,
    };
    let height = usize::from(panes::overlay(app.size, lines).height.saturating_sub(2));
    if let Some(Overlay::Help { scroll, .. } | Overlay::Value { scroll, .. }) = &mut app.overlay {
        *scroll = (*scroll).min(lines.saturating_sub(height));
    }
}
