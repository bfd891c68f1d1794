//! The columns of a table before and now.
//!
//! Owns: both lists, which of them has the keys.
//! Refuses: what is known of the columns (sides_look), moving (update), drawing.

use std::sync::Arc;

use super::deploy_tree::DeployPlace;
use super::list::List;
use super::sides_look::{Side, SidesLook};
use crate::ground::outline::Outline;
use crate::pipeline::layout::ColumnId;

/// The columns of a table on both sides, on the screen.
pub struct SidesScreen {
    /// What is known.
    pub look: Arc<SidesLook>,
    /// The lists: before, now.
    pub lists: [List; 2],
    /// The side that has the keys.
    pub focus: Side,
}

impl SidesScreen {
    /// With the cursors on a column.
    pub fn new(look: Arc<SidesLook>, place: &DeployPlace) -> Self {
        let list = |side: Side| {
            let outline = look.layout(side).map(|layout| Outline::with_levels(layout.as_ref(), 0)).unwrap_or_default();
            List { outline, ..List::default() }
        };
        let has = |side: Side| look.layout(side).is_some_and(|layout| place.column.is_empty() || layout.find(&place.column).is_some());
        let focus = if has(Side::New) || !has(Side::Old) && look.layout(Side::New).is_some() { Side::New } else { Side::Old };
        let mut screen = SidesScreen { lists: [list(Side::Old), list(Side::New)], focus, look };
        Side::ALL.into_iter().for_each(|side| screen.reveal(side, &place.column));
        screen
    }

    /// The column under the cursor of a side.
    pub fn column(&self, side: Side) -> Option<ColumnId> {
        self.lists[side as usize].outline.item().map(|item| item as ColumnId)
    }

    /// The path of the column under the cursor.
    pub fn path(&self) -> Option<String> {
        Some(self.look.layout(self.focus)?.path(self.column(self.focus)?))
    }

    /// Puts the cursor of a side on a column, or on the nearest one around it that it has.
    pub fn reveal(&mut self, side: Side, path: &str) {
        let Some(layout) = self.look.layout(side).cloned() else { return };
        let mut part = path;
        while !part.is_empty() {
            if let Some(column) = layout.find(part) {
                let outline = &mut self.lists[side as usize].outline;
                outline.reveal(layout.as_ref(), column as usize);
                if part != path {
                    outline.set_open(layout.as_ref(), &[column as usize], true);
                }
                return;
            }
            part = part.rsplit_once('.').map_or("", |(before, _)| before);
        }
    }

    /// The other side goes where the cursor is.
    pub fn follow(&mut self) {
        if let Some(path) = self.path() {
            self.reveal(self.focus.other(), &path);
        }
    }
}
