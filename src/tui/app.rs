//! The explorer's state.
//!
//! Owns: everything that is on the screen or decides what a key means. Only `update` writes it, `view` reads it.
//! Refuses: I/O, clocks, the terminal.

use std::collections::HashMap;
use std::sync::Arc;

use tui_input::Input;

use super::action::ActionPlace;
pub use super::case_screen::{CaseScreen, RowScreen, Tie};
use super::causes::CauseBook;
use super::deploy::DeployScreen;
use super::following::Following;
use super::group_tree::{GroupTree, ListedBy};
use super::kept::KeptView;
use super::keymap::{Key, Keymap};
pub use super::list::{List, ListFilter, Search};
use super::log::Log;
use super::message::EditCopy;
use super::message::JobId;
use super::overview::OverviewScreen;
use super::palette::Palette;
use super::panes::{self, Splits};
use super::row_place::{GroupPlace, NoteTarget, RowPlace};
use super::shell_command::ShellCommand;
pub use super::tab_line::TabLine;
use super::tables::TableScreen;
use super::theme::{Depth, Theme};
pub use super::typed::{CarriedAlong, PromptPurpose};
use crate::ground::zone::Zone;
use crate::rows::group::{Fingerprint, Group, Sort};
use crate::rows::payload::holding::{HeldCount, PayloadQuery};
use crate::rows::row::RowRef;
use crate::rows::source::{Progress, RowOrder, Spent};
use crate::triage::export::own_edit::EditVerdict;

/// All of it.
pub struct App {
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// What is explored: the source's name, and the schemas' where there are any.
    pub source: String,
    /// Whether the rows are somewhere else, where looking into payloads costs.
    pub is_remote: bool,
    /// Whether some rows of groups are drawn there.
    pub is_drawn: bool,
    /// What the queries of this session have cost, once there was one.
    pub spent: Option<Spent>,
    /// Name of the schema store.
    pub schemas: Option<String>,
    /// The screen of groups.
    pub groups: GroupScreen,
    /// The case on top of it.
    pub case: Option<CaseScreen>,
    /// The screen of tables, over the others where it is open.
    pub tables: TableScreen,
    /// Namespaces at a glance, over groups and case where it is open.
    pub overview: OverviewScreen,
    /// What a deploy would refuse, over all others where it is open.
    pub deploy: DeployScreen,
    /// The line being typed.
    pub prompt: Option<Prompt>,
    /// All that can be done here, while one of it is looked for.
    pub palette: Option<Palette>,
    /// What covers the screen.
    pub overlay: Option<Overlay>,
    /// The number typed before a key: how often, or which line.
    pub count: Option<usize>,
    /// The tabs that there are.
    pub tabs: TabLine,
    /// The source that is being opened for a tab of its own.
    pub opening_source: Option<JobId>,
    /// How the source was left last time, or what is to be shown first.
    pub last_time: Option<LastTime>,
    /// Whether a theme was chosen by key.
    pub theme_chosen: bool,
    /// Whether the terminal says that it is light.
    pub background: Option<bool>,
    /// Whether somebody has set a theme that goes before one chosen by key.
    pub theme_is_set: bool,
    /// The zone of whoever reads, where it is known and not UTC.
    pub own_zone: Option<Zone>,
    /// Whether times are told in UTC all the same.
    pub in_utc: bool,
    /// The command that opens this source: the folder that it is of, its words.
    pub command: Option<ShellCommand>,
    /// What went on.
    pub log: Log,
    /// What was typed into lines before, the latest last.
    pub typed: Vec<(PromptPurpose, String)>,
    /// Whether the terminal reports the mouse.
    pub mouse: bool,
    /// Whether a border is being dragged.
    pub dragging: bool,
    /// Whether the mouse pressed something else than a line last: the second press of a double one is for that, too.
    pub pressed_spot: bool,
    /// Whether the pane that has the keys has the whole screen.
    pub zoomed: bool,
    /// How screens are parted, where somebody has changed that.
    pub splits: Splits,
    /// Keys of an unfinished sequence.
    pub pending: Vec<Key>,
    /// News for the bottom line, until the next key.
    pub notice: Option<Notice>,
    /// What has to be answered before some work goes on.
    pub question: Option<Question>,
    /// Rows of groups beyond those that the groups name.
    pub more: MoreRows,
    /// What is really wrong in groups whose messages do not say it.
    pub causes: CauseBook,
    /// While the source is read.
    pub reading: Option<Progress>,
    /// What began since the source is followed, while it is.
    pub following: Option<Following>,
    /// The row that is being opened.
    pub opening: Option<Opening>,
    /// The payloads that are being looked into.
    pub seeking: Option<Seeking>,
    /// Documents that are judged by other schemas, too, how far that is.
    pub rechecking: Option<Rechecking>,
    /// The export that is being made.
    pub exporting: Option<JobId>,
    /// The history that is looked for.
    pub history: Option<JobId>,
    /// The rows that are looked at for their senders.
    pub senders: Option<Sought>,
    /// The group whose columns alone have told its senders: asked once more, its payloads are read.
    pub senders_by_columns: Option<Fingerprint>,
    /// The senders of a group that were found out after their sheet was closed.
    pub known_senders: Option<(Fingerprint, String)>,
    /// The schemas that are edited by hand, the latest last. Their copies stay until the end: an editor may have them open.
    pub my_edits: Vec<MyEdit>,
    /// The theme, and what the terminal can show of it.
    pub theme: Theme,
    /// Colours of the terminal.
    pub depth: Depth,
    /// Keys to actions.
    pub keymap: Keymap,
    /// Why reading ended before its end, if it did: stays in the title.
    pub incomplete: Option<String>,
    /// Why nothing could be read: stands where the rows would.
    pub failure: Option<String>,
    /// The file of notes, where there may be one.
    pub notes: Option<String>,
    /// The group or incident of which something is being noted.
    pub noting: Option<NoteTarget>,
    /// The latest note that is being written.
    pub noted: Option<JobId>,
    /// Number of the latest job.
    pub last_job: JobId,
}

/// How a source is shown before anybody has touched it.
pub struct LastTime {
    /// What is shown.
    pub view: KeptView,
    /// Whether its filter and its screen were begun.
    pub is_begun: bool,
    /// Whether it was asked for, which is not worth a word.
    pub is_asked: bool,
}

/// The list of groups.
#[derive(Default)]
pub struct GroupScreen {
    /// What is listed.
    pub tree: Arc<GroupTree>,
    /// The order that was asked for; the tree follows.
    pub sort: Sort,
    /// What the branches are to be; the tree follows.
    pub by: ListedBy,
    /// The list's state.
    pub list: List,
    /// Whether a key was pressed: until then the list opens itself where the most rows are.
    pub touched: bool,
    /// The latest job that arranges the groups.
    pub arranging: Option<JobId>,
}

impl GroupScreen {
    /// Whether it is known when rows came.
    pub fn has_times(&self) -> bool {
        self.tree.groups.span.is_some()
    }
}

/// A row that is being opened.
pub struct Opening {
    /// The work.
    pub job: JobId,
    /// The row.
    pub place: RowPlace,
    /// How far a query is that brings it.
    pub progress: Progress,
}

/// Payloads that are looked into.
pub struct Seeking {
    /// The work.
    pub job: JobId,
    /// What they are to hold.
    pub query: PayloadQuery,
    /// How many were looked into so far.
    pub count: HeldCount,
    /// How far a query is that brings them, until they come.
    pub progress: Progress,
}

/// Documents that are judged by other schemas, too.
pub struct Rechecking {
    /// The work.
    pub job: JobId,
    /// The other schemas, as they were typed.
    pub against: String,
    /// How far it is.
    pub progress: Progress,
}

/// Rows that are looked at.
pub struct Sought {
    /// The work.
    pub job: JobId,
    /// The group.
    pub of: Fingerprint,
    /// Whether its columns have told what they do, so that only payloads are left.
    pub by_payloads: bool,
    /// How far it is.
    pub progress: Progress,
}

/// A question that some work waits with.
pub struct Question {
    /// Names it.
    pub id: JobId,
    /// What is asked.
    pub text: String,
}

/// A schema that is edited by hand, for the rows of a group.
pub struct MyEdit {
    /// The latest editor.
    pub job: JobId,
    /// The group.
    pub of: GroupPlace,
    /// The copy in the editor, once it is there.
    pub copy: Option<Arc<EditCopy>>,
    /// What is going on: the editor that has the terminal, or a worker.
    pub work: Option<JobId>,
    /// Whether the copy was saved again while its rows were being judged.
    pub is_saved_again: bool,
    /// What the rows make of it, once they were judged.
    pub verdict: Option<Arc<EditVerdict>>,
}

impl MyEdit {
    /// Nothing is going on any more; which work that was.
    pub fn stop(&mut self) -> Option<JobId> {
        self.is_saved_again = false;
        self.work.take()
    }
}

/// Rows that a source names only when they are asked for.
#[derive(Default)]
pub struct MoreRows {
    /// The rows of a group as far as they are known, in the order that they were asked for last.
    pub lists: HashMap<Fingerprint, (RowOrder, Vec<RowRef>)>,
    /// Groups whose lists are those rows alone whose payloads hold what was looked for.
    pub held: Vec<Fingerprint>,
    /// The work that looks for more.
    pub asking: Option<Asking>,
}

/// Rows that are looked for; the first of them is opened then.
pub struct Asking {
    /// The work.
    pub job: JobId,
    /// The group.
    pub of: GroupPlace,
    /// In which order.
    pub order: RowOrder,
    /// Behind how many.
    pub from: usize,
}

impl MoreRows {
    /// The rows of a group that are known, and their order.
    pub fn of<'a>(&'a self, group: &'a Group) -> (RowOrder, &'a [RowRef]) {
        self.lists.get(&group.fingerprint).map_or((RowOrder::default(), &group.rows[..]), |(order, rows)| (*order, &rows[..]))
    }

    /// The row at a position, in the order of the group's rows.
    pub fn place(&self, of: GroupPlace, index: usize) -> Option<RowPlace> {
        let (order, rows) = self.of(of.group());
        let at = *rows.get(index)?;
        Some(RowPlace { of, order, index, at })
    }
}

/// A line being typed.
pub struct Prompt {
    /// What for.
    pub purpose: PromptPurpose,
    /// What stands there.
    pub input: Input,
    /// The latest job that looks for it.
    pub job: Option<JobId>,
    /// Where the cursor was before.
    pub from: Option<usize>,
    /// How far back in what was typed before this line is.
    pub back: usize,
}

/// What covers the screen.
pub enum Overlay {
    /// All keys.
    Help {
        /// Lines above the box.
        scroll: usize,
        /// What those that are shown have to do with.
        filter: Input,
        /// Whether that is being typed.
        is_typed: bool,
    },
    /// A whole value, broken into lines of the box's width.
    Value {
        /// What it is.
        title: String,
        /// All of it, as it is copied.
        text: Arc<str>,
        /// Whether these are facts of misfit's own, not what was sent.
        is_facts: bool,
        /// All of it, as it is shown.
        lines: Vec<String>,
        /// Lines above the box.
        scroll: usize,
    },
    /// What can be exported.
    Export {
        /// Whether values leave as they are.
        raw: bool,
        /// Lines above the box.
        scroll: usize,
    },
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
            is_remote: false,
            is_drawn: false,
            spent: None,
            schemas,
            groups: GroupScreen::default(),
            case: None,
            tables: TableScreen::default(),
            overview: OverviewScreen::default(),
            deploy: DeployScreen::default(),
            prompt: None,
            palette: None,
            overlay: None,
            tabs: TabLine::default(),
            opening_source: None,
            last_time: None,
            theme_chosen: false,
            background: None,
            theme_is_set: false,
            own_zone: None,
            in_utc: false,
            command: None,
            log: Log::default(),
            count: None,
            typed: Vec::new(),
            mouse: false,
            dragging: false,
            pressed_spot: false,
            zoomed: false,
            splits: Splits::default(),
            pending: Vec::new(),
            notice: None,
            question: None,
            more: MoreRows::default(),
            causes: CauseBook::default(),
            reading: Some(Progress::default()),
            following: None,
            opening: None,
            seeking: None,
            rechecking: None,
            senders: None,
            senders_by_columns: None,
            known_senders: None,
            exporting: None,
            history: None,
            my_edits: Vec::new(),
            theme,
            depth,
            keymap,
            incomplete: None,
            failure: None,
            notes: None,
            noting: None,
            noted: None,
            last_job: 0,
        }
    }

    /// The question that is on the screen. It waits while a line is typed, whose letters are no answer.
    pub fn asked(&self) -> Option<&Question> {
        self.question.as_ref().filter(|_| self.prompt.is_none())
    }

    /// What keys are for: a question or a menu over the screen, else the screen.
    pub fn place(&self) -> ActionPlace {
        match &self.overlay {
            _ if self.asked().is_some() => ActionPlace::Question,
            Some(Overlay::Export { .. }) => ActionPlace::Export,
            _ => self.screen(),
        }
    }

    /// A number for new work.
    pub fn next_job(&mut self) -> JobId {
        self.last_job += 1;
        self.last_job
    }

    /// Covers the screen with facts.
    pub fn show_text(&mut self, title: String, text: String) {
        self.cover(title, text, true);
    }

    /// Covers the screen with a value, as it is.
    pub fn show_value(&mut self, title: String, text: String) {
        self.cover(title, text, false);
    }

    fn cover(&mut self, title: String, text: String, is_facts: bool) {
        let lines = panes::overlay_lines(self.size, &text, is_facts);
        self.overlay = Some(Overlay::Value { title, text: text.into(), is_facts, lines, scroll: 0 });
    }

    /// The zone that times are told in.
    pub fn zone(&self) -> &Zone {
        self.own_zone.as_ref().filter(|_| !self.in_utc).unwrap_or(&Zone::UTC)
    }

    /// Tells something at the bottom.
    pub fn tell(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: false });
    }

    /// Tells something at the bottom that stands in the log as well: nothing of a document.
    pub fn report(&mut self, text: impl Into<String>, bad: bool) {
        let text = text.into();
        self.log.add(&text, bad);
        self.notice = Some(Notice { text, bad });
    }

    /// Tells something bad at the bottom.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: true });
    }
}
