//! Which list has the keys.
//!
//! Owns: the lists of all screens by name, the one that has the keys, what each shows, how much of it is in sight.
//! Refuses: moving in them (update), drawing them (view).

use super::action::ActionPlace;
use super::app::{App, List};
use super::panes::{self, Pane, TablePane};
use super::sides_look::Side;
use super::subject::Subject;

/// A list that can have the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The groups.
    Groups,
    /// A pane of a case.
    Pane(Pane),
    /// The row that the document of a case becomes.
    Row,
    /// All tables.
    Tables,
    /// What a search over all tables found.
    Hits,
    /// The schema beside the tables.
    TableSchema,
    /// What a deploy would refuse, or what its log says.
    Deploy,
    /// The columns of a table before, or now.
    Sides(Side),
}

impl Focus {
    /// All lists.
    pub const ALL: [Focus; 11] = [
        Focus::Groups,
        Focus::Pane(Pane::Document),
        Focus::Pane(Pane::Schema),
        Focus::Pane(Pane::Columns),
        Focus::Row,
        Focus::Tables,
        Focus::Hits,
        Focus::TableSchema,
        Focus::Deploy,
        Focus::Sides(Side::Old),
        Focus::Sides(Side::New),
    ];
}

impl App {
    /// The list that has the keys.
    pub fn focus(&self) -> Focus {
        match &self.case {
            _ if self.deploy.open => self.deploy.sides.as_ref().map_or(Focus::Deploy, |sides| Focus::Sides(sides.focus)),
            _ if self.tables.open => match self.tables.focus {
                TablePane::Schema => Focus::TableSchema,
                TablePane::Tree if self.tables.hits().is_some() => Focus::Hits,
                TablePane::Tree => Focus::Tables,
            },
            Some(screen) if screen.row.is_some() => Focus::Row,
            Some(screen) => Focus::Pane(screen.focus),
            None => Focus::Groups,
        }
    }

    /// The screen that the list is on.
    pub fn screen(&self) -> ActionPlace {
        match self.focus() {
            Focus::Groups => ActionPlace::Groups,
            Focus::Pane(_) => ActionPlace::Case,
            Focus::Row => ActionPlace::Row,
            Focus::Tables | Focus::Hits | Focus::TableSchema => ActionPlace::Tables,
            Focus::Deploy => ActionPlace::Deploy,
            Focus::Sides(_) => ActionPlace::Sides,
        }
    }

    /// Whether what is typed is searched for in all columns of all tables.
    pub fn searches_tables(&self) -> bool {
        matches!(self.focus(), Focus::Tables | Focus::Hits)
    }

    /// A list, where it is there.
    pub fn list(&self, focus: Focus) -> Option<&List> {
        match focus {
            Focus::Groups => Some(&self.groups.list),
            Focus::Pane(pane) => self.case.as_ref().map(|screen| &screen.lists[pane as usize]),
            Focus::Row => self.case.as_ref()?.row.as_ref().map(|row| &row.list),
            Focus::Tables => Some(&self.tables.list),
            Focus::Hits => self.tables.search.as_ref().map(|search| &search.list),
            Focus::TableSchema => Some(&self.tables.schema),
            Focus::Deploy => Some(&self.deploy.list),
            Focus::Sides(side) => self.deploy.sides.as_ref().map(|screen| &screen.lists[side as usize]),
        }
    }

    /// A list, to be changed.
    pub fn list_mut(&mut self, focus: Focus) -> Option<&mut List> {
        match focus {
            Focus::Groups => Some(&mut self.groups.list),
            Focus::Pane(pane) => self.case.as_mut().map(|screen| &mut screen.lists[pane as usize]),
            Focus::Row => self.case.as_mut()?.row.as_mut().map(|row| &mut row.list),
            Focus::Tables => Some(&mut self.tables.list),
            Focus::Hits => self.tables.search.as_mut().map(|search| &mut search.list),
            Focus::TableSchema => Some(&mut self.tables.schema),
            Focus::Deploy => Some(&mut self.deploy.list),
            Focus::Sides(side) => self.deploy.sides.as_mut().map(|screen| &mut screen.lists[side as usize]),
        }
    }

    /// What a list shows; `None` where there is nothing to show.
    pub fn subject(&self, focus: Focus) -> Option<Subject> {
        match focus {
            Focus::Groups => Some(Subject::Groups(self.groups.tree.clone())),
            Focus::Pane(pane) => self.case.as_ref()?.subject(pane),
            Focus::Row => self.case.as_ref()?.row_subject(),
            Focus::Tables => Some(Subject::Tables(self.tables.tree.clone())),
            Focus::Hits => self.tables.hits().map(|(_, hits)| Subject::Hits(hits.clone())),
            Focus::TableSchema => self.tables.look.as_ref()?.schema.clone().map(Subject::Schema),
            Focus::Deploy => self.deploy.tree.clone().map(Subject::Deploy),
            Focus::Sides(side) => self.deploy.sides.as_ref()?.look.layout(side).cloned().map(Subject::Layout),
        }
    }

    /// Lines of a list that are in sight; `None` where it is not on the screen.
    pub fn height(&self, focus: Focus) -> Option<u16> {
        let area = match focus {
            Focus::Groups => panes::lines(panes::groups(self.size).tree),
            Focus::Pane(pane) => {
                let screen = self.case.as_ref()?;
                panes::case_lines(pane, panes::case(self.size, screen.focus, screen.head_lines()).panes[pane as usize]?)
            }
            Focus::Row => panes::lines_and_facts(panes::row(self.size, self.case.as_ref()?.head_lines()).row).0,
            Focus::Tables | Focus::Hits => panes::lines(panes::tables(self.size, self.tables.focus).tree?),
            Focus::TableSchema => panes::lines(panes::tables(self.size, self.tables.focus).schema?),
            Focus::Deploy => panes::lines(panes::deploy(self.size).tree),
            Focus::Sides(side) => panes::lines(panes::sides(self.size).sides[side as usize]),
        };
        Some(area.height)
    }

    /// The list that has the keys and what it shows; `None` where there is nothing to show.
    pub fn focused(&mut self) -> Option<(&mut List, Subject)> {
        let focus = self.focus();
        let subject = self.subject(focus)?;
        Some((self.list_mut(focus)?, subject))
    }

    /// The line under the cursor of the list that has the keys, and what it is a line of.
    pub fn focused_item(&self) -> Option<(usize, Subject)> {
        let focus = self.focus();
        Some((self.list(focus)?.outline.item()?, self.subject(focus)?))
    }
}
