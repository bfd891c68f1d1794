//! The mouse: the wheel, clicks on lines, borders that are dragged.
//!
//! Owns: what lies under the pointer, and what a click there does.
//! Refuses: telling two clicks from a double one, which takes a clock (the loop).

use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Position;

use super::super::action::Action;
use super::super::app::{App, Overlay};
use super::super::effect::Effect;
use super::super::focus::Focus;
use super::super::keymap::Key;
use super::super::message::{Pointed, PointerDoes};
use super::super::panes::{self, Pane, TablePane};
use super::super::spots::{self, Spot};
use super::{act, follow, key, overlay};

/// Lines that one notch of the wheel moves.
const NOTCH: isize = 3;

/// Does what the mouse asks for.
pub(super) fn act_on(app: &mut App, pointed: Pointed) -> Vec<Effect> {
    let at = Position::new(pointed.x, pointed.y);
    let is_press = matches!(pointed.does, PointerDoes::Press | PointerDoes::DoublePress);
    if is_press && !panes::too_small(app.size) {
        let spot = spots::under(app, at);
        // The second press of a double one is for what the first was for: a menu that has closed since has nothing below it.
        let is_same = pointed.does == PointerDoes::DoublePress && app.pressed_spot;
        app.pressed_spot = spot.is_some();
        if spot.is_none() && is_same {
            return Vec::new();
        }
        app.notice = None;
        if let Some(spot) = spot {
            return press_spot(app, spot);
        }
    }
    if app.palette.is_some() || app.prompt.is_some() || app.asked().is_some() {
        return Vec::new();
    }
    match pointed.does {
        PointerDoes::WheelDown | PointerDoes::WheelUp => wheel(app, at, pointed.does == PointerDoes::WheelDown),
        PointerDoes::Release => {
            app.dragging = false;
            Vec::new()
        }
        PointerDoes::Drag if app.dragging => {
            drag(app, at);
            Vec::new()
        }
        PointerDoes::Drag => Vec::new(),
        PointerDoes::Press => {
            app.dragging = app.border().is_some_and(|border| border.contains(at));
            if !app.dragging {
                press(app, at);
            }
            Vec::new()
        }
        PointerDoes::DoublePress => {
            if !press(app, at) {
                return Vec::new();
            }
            let action = match app.focus() {
                Focus::Groups => Action::Open,
                Focus::Pane(_) | Focus::Row => Action::FollowReference,
                Focus::Overview => Action::ShowGroups,
                Focus::Losses => Action::Toggle,
                Focus::Tables | Focus::Hits | Focus::TableSchema | Focus::Deploy | Focus::Sides(_) => Action::Follow,
            };
            // A branch that has nothing to open is opened or closed.
            let is_branch = app.focused_item().is_some_and(|(item, tree)| {
                let leaf = app.focus() == Focus::Groups && app.groups.tree.group_at(item).is_some();
                crate::ground::outline::Tree::is_branch(&tree, item) && !leaf
            });
            act(app, if is_branch { Action::Toggle } else { action })
        }
    }
}

/// Does what is pressed beside the lines of lists.
fn press_spot(app: &mut App, spot: Spot) -> Vec<Effect> {
    match spot {
        Spot::Keys(keys) => keys.into_iter().flat_map(|pressed| key(app, pressed.to_event())).collect(),
        Spot::Offer(at) => {
            if let Some(palette) = &mut app.palette {
                palette.chosen = at;
            }
            key(app, Key::plain(KeyCode::Enter).to_event())
        }
        Spot::Pane(pane) => {
            take_keys(app, Focus::Pane(pane));
            Vec::new()
        }
        Spot::Close => {
            app.palette = None;
            app.overlay = None;
            app.pending.clear();
            Vec::new()
        }
        Spot::Nothing => Vec::new(),
    }
}

fn wheel(app: &mut App, at: Position, down: bool) -> Vec<Effect> {
    app.notice = None;
    if let Some(Overlay::Help { .. } | Overlay::Value { .. }) = &app.overlay {
        let action = if down { Action::Down } else { Action::Up };
        return (0..NOTCH).flat_map(|_| overlay(app, action)).collect();
    }
    if let Some(Overlay::Export { .. }) = &app.overlay {
        super::export::scroll(app, if down { 1 } else { -1 });
        return Vec::new();
    }
    let Some(focus) = under(app, at) else { return Vec::new() };
    take_keys(app, focus);
    if let Some(list) = app.list_mut(focus) {
        list.outline.move_by(if down { NOTCH } else { -NOTCH });
    }
    follow(app);
    Vec::new()
}

/// Gives the keys to the list under the pointer, and its cursor the line; whether there is one.
fn press(app: &mut App, at: Position) -> bool {
    let Some(focus) = under(app, at) else { return false };
    take_keys(app, focus);
    let Some(area) = app.lines(focus) else { return false };
    let row = usize::from(at.y.saturating_sub(area.y));
    let Some(list) = app.list_mut(focus) else { return false };
    let is_line = list.outline.window(usize::from(area.height)).nth(row).is_some();
    if is_line {
        list.outline.point_at(row);
        follow(app);
    }
    is_line
}

/// The list under the pointer.
fn under(app: &App, at: Position) -> Option<Focus> {
    app.in_sight().find(|&focus| app.lines(focus).is_some_and(|area| area.contains(at)))
}

fn take_keys(app: &mut App, focus: Focus) {
    app.tables.goal = None;
    match focus {
        Focus::Pane(pane) => {
            if let Some(screen) = &mut app.case {
                screen.focus = pane;
            }
        }
        Focus::TableSchema => app.tables.focus = TablePane::Schema,
        Focus::Tables | Focus::Hits => app.tables.focus = TablePane::Tree,
        Focus::Sides(side) => {
            if let Some(screen) = &mut app.deploy.sides {
                screen.focus = side;
            }
        }
        Focus::Groups | Focus::Row | Focus::Deploy | Focus::Overview | Focus::Losses => {}
    }
}

/// Parts the screen where the pointer is.
fn drag(app: &mut App, at: Position) {
    let Some((first, whole)) = app.parted() else { return };
    let share = |from: u16, to: u16, all: u16| u32::from(to.saturating_sub(from)) * 100 / u32::from(all.max(1));
    let is_beside = first.height == whole.height;
    let share = if is_beside { share(whole.x, at.x, whole.width) } else { share(whole.y, at.y, whole.height) };
    app.set_split(share.clamp(1, 99) as u16);
}

/// Makes the pane that has the keys larger or smaller.
pub(super) fn resize(app: &mut App, larger: bool) {
    let Some((first, whole)) = app.parted() else {
        return app.tell("there is one pane here: no other to give it room");
    };
    let (part, all) = if first.height == whole.height { (first.width, whole.width) } else { (first.height, whole.height) };
    let now = (u32::from(part) * 100 / u32::from(all.max(1))) as u16;
    let is_second = match app.focus() {
        Focus::Pane(pane) => pane != Pane::Document,
        Focus::TableSchema => app.size.0 >= 110,
        Focus::Sides(side) => side as usize == 1,
        _ => false,
    };
    let step = 5;
    app.set_split(if larger == is_second { now.saturating_sub(step).max(20) } else { (now + step).min(80) });
}
