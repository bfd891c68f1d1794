//! Which list has the keys.
//!
//! Owns: the lists of all screens by name, the one that has the keys, what each shows, how much of it is in sight.
//! Refuses: moving in them (update), drawing them (view).

use ratatui::layout::Rect;

use super::action::ActionPlace;
use super::app::{App, List, Prompt, PromptPurpose};
use super::panes::{self, Frame, Pane, Splits, TablePane};
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
    /// What documents that pass lose on their way into a table.
    Losses,
    /// What a deploy would refuse, or what its log says.
    Deploy,
    /// The columns of a table before, or now.
    Sides(Side),
    /// The overview.
    Overview,
}

impl Focus {
    /// All lists.
    pub const ALL: [Focus; 13] = [
        Focus::Groups,
        Focus::Pane(Pane::Document),
        Focus::Pane(Pane::Schema),
        Focus::Pane(Pane::Columns),
        Focus::Row,
        Focus::Tables,
        Focus::Hits,
        Focus::TableSchema,
        Focus::Losses,
        Focus::Deploy,
        Focus::Sides(Side::Old),
        Focus::Sides(Side::New),
        Focus::Overview,
    ];
}

impl Splits {
    /// That of the screen which a list is on.
    pub fn of(&self, focus: Focus) -> &Option<u16> {
        match focus {
            Focus::Groups => &self.groups,
            Focus::Pane(_) | Focus::Row => &self.case,
            Focus::Tables | Focus::Hits | Focus::TableSchema => &self.tables,
            Focus::Deploy => &self.deploy,
            Focus::Sides(_) => &self.sides,
            Focus::Overview | Focus::Losses => &self.overview,
        }
    }

    /// The same, to be changed.
    pub fn of_mut(&mut self, focus: Focus) -> &mut Option<u16> {
        match focus {
            Focus::Groups => &mut self.groups,
            Focus::Pane(_) | Focus::Row => &mut self.case,
            Focus::Tables | Focus::Hits | Focus::TableSchema => &mut self.tables,
            Focus::Deploy => &mut self.deploy,
            Focus::Sides(_) => &mut self.sides,
            Focus::Overview | Focus::Losses => &mut self.overview,
        }
    }
}

impl App {
    /// The list that has the keys.
    pub fn focus(&self) -> Focus {
        match &self.case {
            _ if self.deploy.open => self.deploy.sides.as_ref().map_or(Focus::Deploy, |sides| Focus::Sides(sides.focus)),
            _ if self.tables.open && self.tables.losses.is_some() => Focus::Losses,
            _ if self.tables.open => match self.tables.focus {
                TablePane::Schema => Focus::TableSchema,
                TablePane::Tree if self.tables.hits().is_some() => Focus::Hits,
                TablePane::Tree => Focus::Tables,
            },
            _ if self.overview.open => Focus::Overview,
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
            Focus::Overview => ActionPlace::Overview,
            Focus::Losses => ActionPlace::Losses,
        }
    }

    /// Whether what is typed is searched for in all columns of all tables.
    pub fn searches_tables(&self) -> bool {
        let is_search = |prompt: &Prompt| matches!(prompt.purpose, PromptPurpose::Search | PromptPurpose::Filter);
        matches!(self.focus(), Focus::Tables | Focus::Hits) && self.prompt.as_ref().is_none_or(is_search)
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
            Focus::Overview => Some(&self.overview.list),
            Focus::Losses => self.tables.losses.as_ref().map(|screen| &screen.list),
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
            Focus::Overview => Some(&mut self.overview.list),
            Focus::Losses => self.tables.losses.as_mut().map(|screen| &mut screen.list),
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
            Focus::Overview => self.overview.tree.clone().map(Subject::Overview),
            Focus::Losses => self.tables.losses.as_ref()?.tree.clone().map(Subject::Losses),
        }
    }

    /// The screen as it is parted now.
    pub fn frame(&self, size: (u16, u16)) -> Frame {
        Frame { size, split: *self.splits.of(self.focus()), zoomed: self.zoomed }
    }

    /// Where the lines of a list are; `None` where it is not on the screen.
    pub fn lines(&self, focus: Focus) -> Option<Rect> {
        let frame = Frame { split: *self.splits.of(focus), ..self.frame(self.size) };
        Some(match focus {
            Focus::Groups => panes::group_lines(panes::groups(frame).tree, self.groups.has_times()).1,
            Focus::Pane(pane) => {
                let screen = self.case.as_ref()?;
                panes::case_lines(pane, panes::case(frame, screen.focus, screen.head_lines()).panes[pane as usize]?)
            }
            Focus::Row => panes::lines_and_facts(panes::row(self.size, self.case.as_ref()?.head_lines()).row).0,
            Focus::Tables | Focus::Hits => panes::lines(panes::tables(frame, self.tables.focus).tree?),
            Focus::TableSchema => panes::lines(panes::tables(frame, self.tables.focus).schema?),
            Focus::Deploy => panes::lines(panes::deploy(frame).tree),
            Focus::Overview | Focus::Losses => panes::group_lines(panes::overview(frame).tree, self.groups.has_times()).1,
            Focus::Sides(side) => panes::lines(panes::sides(frame, self.deploy.sides.as_ref()?.focus as usize).sides[side as usize]),
        })
    }

    /// Lines of a list that are in sight; `None` where it is not on the screen.
    pub fn height(&self, focus: Focus) -> Option<u16> {
        self.lines(focus).map(|area| area.height)
    }

    /// The lists that are on the screen now.
    pub fn in_sight(&self) -> impl Iterator<Item = Focus> + '_ {
        let here = self.screen();
        Focus::ALL.into_iter().filter(move |&focus| match focus {
            Focus::Groups => here == ActionPlace::Groups,
            Focus::Pane(_) => here == ActionPlace::Case,
            Focus::Row => here == ActionPlace::Row,
            Focus::Tables => here == ActionPlace::Tables && self.tables.hits().is_none(),
            Focus::Hits => here == ActionPlace::Tables && self.tables.hits().is_some(),
            Focus::TableSchema => here == ActionPlace::Tables,
            Focus::Deploy => here == ActionPlace::Deploy,
            Focus::Sides(_) => here == ActionPlace::Sides,
            Focus::Overview => here == ActionPlace::Overview,
            Focus::Losses => here == ActionPlace::Losses,
        })
    }

    /// The first part of a screen that is parted, and all of it; `None` where one pane has it.
    pub fn parted(&self) -> Option<(Rect, Rect)> {
        if self.zoomed {
            return None;
        }
        let frame = self.frame(self.size);
        match self.focus() {
            Focus::Groups => {
                let panes = panes::groups(frame);
                Some((panes.tree, panes.tree.union(panes.detail)))
            }
            Focus::Pane(_) => {
                let screen = self.case.as_ref()?;
                let [document, schema, columns] = panes::case(frame, screen.focus, screen.head_lines()).panes;
                Some((document?, document?.union(schema?).union(columns?)))
            }
            Focus::Row => None,
            Focus::Tables | Focus::Hits | Focus::TableSchema => {
                let panes = panes::tables(frame, self.tables.focus);
                let first = panes.tree.or(panes.schema)?;
                let whole = first.union(panes.facts);
                Some((first, panes.schema.map_or(whole, |schema| whole.union(schema))))
            }
            Focus::Deploy => {
                let panes = panes::deploy(frame);
                Some((panes.tree, panes.tree.union(panes.detail)))
            }
            Focus::Overview | Focus::Losses => {
                let panes = panes::overview(frame);
                Some((panes.tree, panes.tree.union(panes.detail)))
            }
            Focus::Sides(side) => {
                let [old, new] = panes::sides(frame, side as usize).sides;
                Some((old, old.union(new)))
            }
        }
    }

    /// The line between the two parts of the screen.
    pub fn border(&self) -> Option<Rect> {
        let (first, whole) = self.parted()?;
        Some(if first.height == whole.height {
            Rect { x: first.right(), width: 1, ..whole }
        } else {
            Rect { y: first.bottom(), height: 1, ..whole }
        })
    }

    /// Parts the screen anew.
    pub fn set_split(&mut self, hundredths: u16) {
        let focus = self.focus();
        *self.splits.of_mut(focus) = Some(hundredths);
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
