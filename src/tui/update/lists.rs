//! Moving and folding in the list that has the keys, and what follows its cursor.
//!
//! Owns: what every list does alike.
//! Refuses: what one screen does alone.

use super::super::action::Action;
use super::super::app::App;
use super::super::focus::Focus;
use super::{case, sides, tables};

/// Moves and folds in the list that has the keys; false where the action is none of these.
pub(super) fn move_list(app: &mut App, action: Action) -> bool {
    let page = page(app) as isize;
    let Some((list, tree)) = app.focused() else { return false };
    let outline = &mut list.outline;
    match action {
        Action::Down => outline.move_by(1),
        Action::Up => outline.move_by(-1),
        Action::PageDown => outline.move_by(page),
        Action::PageUp => outline.move_by(-page),
        Action::HalfDown => outline.move_by(page / 2),
        Action::HalfUp => outline.move_by(-page / 2),
        Action::First => outline.first(),
        Action::Last => outline.last(),
        Action::NextSibling => outline.sibling(&tree, true),
        Action::PreviousSibling => outline.sibling(&tree, false),
        Action::Enter => outline.enter(&tree),
        Action::Leave => outline.leave(&tree),
        Action::Toggle => {
            outline.toggle(&tree);
        }
        Action::OpenBelow => {
            let item = outline.item();
            outline.open_all(&tree, item);
        }
        Action::OpenAll => outline.open_all(&tree, None),
        Action::CloseAll => outline.close_all(&tree),
        _ => return false,
    }
    true
}

/// Lines in the list that has the keys.
pub(super) fn page(app: &App) -> u16 {
    app.height(app.focus()).unwrap_or(1).max(1)
}

/// What is tied to the cursor of the list that has the keys follows it.
pub(super) fn follow(app: &mut App) {
    match app.focus() {
        Focus::TableSchema => tables::follow_schema(app),
        Focus::Pane(_) => {
            if let Some(screen) = &mut app.case {
                case::follow(screen);
            }
        }
        Focus::Sides(_) => sides::follow(app),
        Focus::Groups | Focus::Row | Focus::Tables | Focus::Hits | Focus::Losses | Focus::Deploy | Focus::Overview => {}
    }
}

/// Lets go of the filter of the list that has the keys, else of its search; whether there was one.
pub(super) fn let_go(app: &mut App) -> bool {
    let Some((list, tree)) = app.focused() else { return false };
    if list.filter.take().is_some() {
        list.outline.clear_filter(&tree, None);
        return true;
    }
    list.search.take().is_some()
}
