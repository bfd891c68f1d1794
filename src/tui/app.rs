//! The explorer's state.
//!
//! Owns: everything that is on the screen or decides what a key means. Only `update` writes it, `view` reads it.
//! Refuses: I/O, clocks, the terminal.

use std::collections::HashMap;
use std::sync::Arc;

use tui_input::Input;

use super::action::Place;
use super::column_tree::ColumnTree;
use super::group_tree::GroupTree;
use super::keymap::{Key, Keymap};
use super::message::JobId;
use super::panes::{self, Pane, TablePane};
use super::subject::{Comparison, Subject};
use super::tables::TableScreen;
use super::theme::{Depth, Theme};
use crate::case::{Case, Preview};
use crate::document::NodeId;
use crate::group::{Fingerprint, Group, Sort};
use crate::layout::ColumnId;
use crate::outline::Outline;
use crate::sink::Landing;
use crate::source::{Progress, RowOrder, RowRef};

/// All of it.
pub struct App {
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// What is explored: the source's name, and the schemas' where there are any.
    pub source: String,
    /// Name of the schema store.
    pub schemas: Option<String>,
    /// The screen of groups.
    pub groups: GroupScreen,
    /// The case on top of it.
    pub case: Option<CaseScreen>,
    /// The screen of tables, over the others where it is open.
    pub tables: TableScreen,
    /// The line being typed.
    pub prompt: Option<Prompt>,
    /// What covers the screen.
    pub overlay: Option<Overlay>,
    /// Keys of an unfinished sequence.
    pub pending: Vec<Key>,
    /// News for the bottom line, until the next key.
    pub notice: Option<Notice>,
    /// What has to be answered before some work goes on.
    pub question: Option<Question>,
    /// Rows of groups beyond those that the groups name.
    pub more: MoreRows,
    /// While the source is read.
    pub reading: Option<Progress>,
    /// The row that is being opened: its job and position in its group.
    pub opening: Option<Opening>,
    /// The export that is being made.
    pub exporting: Option<JobId>,
    /// The theme, and what the terminal can show of it.
    pub theme: Theme,
    /// Colours of the terminal.
    pub depth: Depth,
    /// Keys to actions.
    pub keymap: Keymap,
    /// Why reading ended before its end, if it did: stays in the title.
    pub incomplete: Option<String>,
    /// Number of the latest job.
    pub last_job: JobId,
}

/// The list of groups.
#[derive(Default)]
pub struct GroupScreen {
    /// What is listed.
    pub tree: Arc<GroupTree>,
    /// The order that was asked for; the tree follows.
    pub sort: Sort,
    /// The list's state.
    pub list: List,
    /// Whether a key was pressed: until then the list opens itself where the most rows are.
    pub touched: bool,
    /// The latest job that arranges the groups.
    pub arranging: Option<JobId>,
}

/// One list or tree with its search and filter.
#[derive(Default)]
pub struct List {
    /// Rows, cursor, expansion.
    pub outline: Outline,
    /// The last search.
    pub search: Option<Search>,
    /// The filter at work.
    pub filter: Option<String>,
    /// The latest job that looks for its matches.
    pub filter_job: Option<JobId>,
}

/// A search and what it found.
pub struct Search {
    /// What was typed.
    pub text: String,
    /// The latest job that looks for it.
    pub job: Option<JobId>,
    /// Where the cursor was when the search began.
    pub from: Option<usize>,
    /// Lines that match, ascending; `None` while the work goes on.
    pub found: Option<Vec<u32>>,
}

/// A row that is being opened.
pub struct Opening {
    /// The work.
    pub job: JobId,
    /// The tree that the group belongs to.
    pub tree: Arc<GroupTree>,
    /// Position of the group in it.
    pub group: u32,
    /// Position of the row in the group.
    pub index: usize,
}

/// One failing row beside its schema node and columns.
pub struct CaseScreen {
    /// The tree that the group belongs to, as it was when the case was opened.
    pub tree: Arc<GroupTree>,
    /// Position of the group in it.
    pub group: u32,
    /// Position of the row in the group.
    pub index: usize,
    /// The row with everything known of it.
    pub case: Arc<Case>,
    /// The pane that has the keys.
    pub focus: Pane,
    /// The lists of the panes.
    pub lists: [List; 3],
    /// What the cursors of the panes have in common.
    pub tie: Tie,
    /// The columns of each of its tables.
    pub columns: Vec<Arc<ColumnTree>>,
    /// Position of the table whose columns are shown.
    pub table: usize,
    /// Position of the warning that was stepped to.
    pub warning: Option<usize>,
    /// The row that the document becomes, over the panes while it is shown.
    pub row: Option<RowScreen>,
    /// Position of the violation that was stepped to in the replayed judgement's list; `None` at what the row reports.
    pub violation: Option<usize>,
}

/// The row that the document becomes.
pub struct RowScreen {
    /// The work that makes it.
    pub job: JobId,
    /// The row, once it is made.
    pub preview: Option<Arc<Preview>>,
    /// Its lines.
    pub list: List,
}

/// The place that the three cursors stand on.
#[derive(Debug, Clone, Default)]
pub struct Tie {
    /// The value; `None` where the document has none there.
    pub value: Option<NodeId>,
    /// The schema node that speaks about it.
    pub node: Option<NodeId>,
    /// Position of the table that it goes to.
    pub table: usize,
    /// The column it maps to.
    pub column: Option<ColumnId>,
    /// Where it lands.
    pub landing: Option<Landing>,
    /// What it is in the row, where it changes and is not too long to be looked at.
    pub becomes: Option<String>,
}

/// A question that some work waits with.
pub struct Question {
    /// Names it.
    pub id: JobId,
    /// What is asked.
    pub text: String,
}

/// Rows that a source names only when they are asked for.
#[derive(Default)]
pub struct MoreRows {
    /// Their order.
    pub order: RowOrder,
    /// The rows of a group in that order, as far as they are known.
    pub lists: HashMap<Fingerprint, Vec<RowRef>>,
    /// The work that looks for more, and the row to open then: tree, group, position.
    pub asking: Option<(JobId, Arc<GroupTree>, u32, usize)>,
}

impl MoreRows {
    /// The rows of a group that are known.
    pub fn of<'a>(&'a self, group: &'a Group) -> &'a [RowRef] {
        self.lists.get(&group.fingerprint).unwrap_or(&group.rows)
    }
}

/// A line being typed.
pub struct Prompt {
    /// What for.
    pub purpose: Comparison,
    /// What stands there.
    pub input: Input,
    /// The latest job that looks for it.
    pub job: Option<JobId>,
    /// Where the cursor was before.
    pub from: Option<usize>,
}

/// What covers the screen.
pub enum Overlay {
    /// All keys.
    Help { scroll: usize },
    /// A whole value, broken into lines of the box's width.
    Value { title: String, text: Arc<str>, lines: Vec<String>, scroll: usize },
    /// What can be exported; raw: with values as they are.
    Export { raw: bool },
}

/// News for the bottom line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub text: String,
    /// Whether it is bad.
    pub bad: bool,
}

impl App {
    /// An explorer that has read nothing yet.
    pub fn new(size: (u16, u16), source: String, schemas: Option<String>, theme: Theme, depth: Depth, keymap: Keymap) -> Self {
        App {
            size,
            source,
            schemas,
            groups: GroupScreen::default(),
            case: None,
            tables: TableScreen::default(),
            prompt: None,
            overlay: None,
            pending: Vec::new(),
            notice: None,
            question: None,
            more: MoreRows::default(),
            reading: Some(Progress::default()),
            opening: None,
            exporting: None,
            theme,
            depth,
            keymap,
            incomplete: None,
            last_job: 0,
        }
    }

    /// The screen that keys are for.
    pub fn place(&self) -> Place {
        match &self.case {
            _ if self.tables.open => Place::Tables,
            Some(_) => Place::Case,
            None => Place::Groups,
        }
    }

    /// A number for new work.
    pub fn next_job(&mut self) -> JobId {
        self.last_job += 1;
        self.last_job
    }

    /// The list that has the keys and what it shows; `None` where a pane has nothing to show.
    pub fn focused(&mut self) -> Option<(&mut List, Subject)> {
        match &mut self.case {
            _ if self.tables.open => self.tables.focused(),
            Some(screen) => {
                let subject = screen.focused_subject()?;
                Some((screen.focused_list(), subject))
            }
            None => Some((&mut self.groups.list, Subject::Groups(self.groups.tree.clone()))),
        }
    }

    /// The list of groups, those of the case and that of the tables, each with what it shows.
    pub fn lists(&mut self) -> impl Iterator<Item = (&mut List, Subject)> {
        let groups = Subject::Groups(self.groups.tree.clone());
        let subjects = self.case.as_ref().map(|screen| Pane::ALL.map(|pane| screen.subject(pane)));
        let row = self.case.as_ref().and_then(CaseScreen::row_subject);
        let subjects = subjects.into_iter().flatten().chain([row]);
        let lists = self.case.iter_mut().flat_map(|screen| {
            let CaseScreen { lists, row, .. } = screen;
            lists.iter_mut().chain(row.as_mut().map(|row| &mut row.list))
        });
        let case = lists.zip(subjects);
        let tables = self.tables.focused();
        std::iter::once((&mut self.groups.list, groups)).chain(tables).chain(case.filter_map(|(list, subject)| Some((list, subject?))))
    }

    /// Whether what is typed is searched for in all columns of all tables.
    pub fn searches_tables(&self) -> bool {
        self.tables.open && self.tables.focus == TablePane::Tree
    }

    /// Covers the screen with a text.
    pub fn show_text(&mut self, title: String, text: String) {
        let lines = panes::overlay_lines(self.size, &text);
        self.overlay = Some(Overlay::Value { title, text: text.into(), lines, scroll: 0 });
    }

    /// Tells something at the bottom.
    pub fn tell(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: false });
    }

    /// Tells something bad at the bottom.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: true });
    }
}

impl List {
    /// Whether the last search or the filter matches the item.
    pub fn is_hit(&self, item: usize) -> bool {
        let searched = self.search.as_ref().and_then(|search| search.found.as_ref());
        self.outline.is_match(item) || searched.is_some_and(|found| found.binary_search(&(item as u32)).is_ok())
    }
}

impl CaseScreen {
    /// The group that the row is of.
    pub fn group(&self) -> &Group {
        &self.tree.groups.list[self.group as usize]
    }

    /// What a pane shows.
    pub fn subject(&self, pane: Pane) -> Option<Subject> {
        match pane {
            Pane::Document => self.case.document.clone().map(Subject::Document),
            Pane::Schema => self.case.schema.clone().map(Subject::Schema),
            Pane::Columns => self.columns.get(self.table).cloned().map(Subject::Columns),
        }
    }

    /// What the row shows; `None` where it is not shown or there is none.
    pub fn row_subject(&self) -> Option<Subject> {
        let row = self.row.as_ref()?.preview.as_ref()?.row.as_ref().ok()?;
        Some(Subject::Document(row.clone()))
    }

    /// What has the keys: the row while it is shown, else a pane.
    pub fn focused_subject(&self) -> Option<Subject> {
        if self.row.is_some() { self.row_subject() } else { self.subject(self.focus) }
    }

    fn focused_list(&mut self) -> &mut List {
        match &mut self.row {
            Some(row) => &mut row.list,
            None => &mut self.lists[self.focus as usize],
        }
    }

    /// The item under the cursor of what has the keys.
    pub fn focused_item(&self) -> Option<usize> {
        match &self.row {
            Some(row) => row.list.outline.item(),
            None => self.item(self.focus),
        }
    }

    /// Whether a line above the panes tells warnings.
    pub fn is_warned(&self) -> bool {
        self.case.warnings.count > 0
    }

    /// The item under the cursor of a pane.
    pub fn item(&self, pane: Pane) -> Option<usize> {
        self.lists[pane as usize].outline.item()
    }
}
