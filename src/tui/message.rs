//! What happens.
//!
//! Owns: the messages between the loop, `update` and the workers, and what they carry. Plain data, no closures.
//! Refuses: what is to be done about it (effect).

use std::path::PathBuf;
use std::sync::Arc;

use ratatui::crossterm::event::KeyEvent;

use super::beside_lines::OtherSource;
use super::deploy_tree::{DeployPlace, DeployTree};
use super::group_tree::GroupTree;
use super::hit_tree::HitTree;
use super::kept::{KeptLine, KeptView};
use super::look::Look;
use super::loss_tree::LossTree;
use super::matches::Matches;
use super::opened::OpenedSource;
use super::overview_tree::OverviewTree;
use super::row_place::{Exportable, OpenedRow};
use super::sides_look::SidesLook;
use super::tab_line::TabLine;
use super::table_tree::TableTree;
use super::typed::CarriedAlong;
use crate::pipeline::witness::Witness;
use crate::rows::group::{Fingerprint, Groups};
use crate::rows::payload::holding::HeldCount;
use crate::rows::row::RowRef;
use crate::rows::schemas::RevisionAge;
use crate::rows::source::{Progress, Spent};
use crate::triage::baseline::Visit;
use crate::triage::case::Preview;
use crate::triage::catalog;
use crate::triage::causes::Causes;
use crate::triage::export::own_edit::{EditSubject, EditVerdict};
use crate::triage::export::single::SingleExport;
use crate::triage::recheck::TurnCounts;
use crate::tui::clipboard::Copied;

/// Names one piece of work on a worker; later work has a higher number.
pub type JobId = u64;

/// What the mouse did, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pointed {
    /// What.
    pub does: PointerDoes,
    /// Column of the cell.
    pub x: u16,
    /// Its line.
    pub y: u16,
}

/// What the mouse can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointerDoes {
    /// The left button goes down.
    Press,
    /// It goes down a second time at once, at the same place.
    DoublePress,
    /// It is moved while down.
    Drag,
    /// It goes up.
    Release,
    /// The wheel turns up by a notch.
    WheelUp,
    /// It turns down by a notch.
    WheelDown,
}

/// What happens.
pub enum Message {
    /// What was kept of the last time.
    LastTime {
        /// What was typed then, the latest last.
        typed: Vec<KeptLine>,
        /// How the source was left, if it was here before.
        view: Option<Box<KeptView>>,
        /// The groups that it had then.
        visit: Option<Arc<Visit>>,
        /// Why what was kept cannot be used.
        complaint: Option<String>,
    },
    /// A further source was opened, or why not.
    SourceOpened {
        /// The work.
        job: JobId,
        /// The source.
        outcome: Result<OpenedSource, String>,
    },
    /// Which tabs there are, for all of them; with what goes along for the one that is turned to.
    Tabs(TabLine, Option<Box<CarriedAlong>>),
    /// A key was pressed.
    Key(KeyEvent),
    /// The terminal told whether its background is light.
    Background(bool),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something.
    Pointer(Pointed),
    /// The terminal has a new size.
    Resize(u16, u16),
    /// The process came back from the shell: draw everything.
    Redraw,
    /// How far reading has come.
    Progress(Progress),
    /// How far work is that was asked for beside reading.
    WorkProgress {
        /// The work.
        job: JobId,
        /// What is known.
        progress: Progress,
    },
    /// What work beside reading is about to spend, without asking.
    Spends(String),
    /// A request failed and is made again.
    Retried(String),
    /// What the session has cost so far.
    Spent(Spent),
    /// Groups, arranged; `done` once reading has ended.
    Groups {
        /// All groups read so far.
        tree: Arc<GroupTree>,
        /// Whether reading has ended.
        done: bool,
    },
    /// It is time to look what has come to the source.
    FollowDue,
    /// What has come was read, or why not.
    Followed {
        /// The work.
        job: JobId,
        /// All groups as they are now; none where nothing has come.
        outcome: Result<Option<Arc<GroupTree>>, String>,
    },
    /// The groups in another order.
    Arranged {
        /// The work.
        job: JobId,
        /// The same groups, in that order.
        tree: Arc<GroupTree>,
        /// What could not be done.
        note: Option<String>,
    },
    /// What was said of a group was written, or why not.
    Noted {
        /// The work.
        job: JobId,
        /// The groups that it was asked for.
        asked: Arc<Groups>,
        /// What came of it.
        outcome: Result<NotedGroups, String>,
    },
    /// The namespaces were counted.
    Overview {
        /// The work.
        job: JobId,
        /// The lines.
        tree: Arc<OverviewTree>,
    },
    /// Another source was read to stand beside this one, or why not.
    BesideRead {
        /// The work.
        job: JobId,
        /// What was read.
        outcome: Result<Arc<OtherSource>, String>,
    },
    /// The losses of a table were counted, or why not.
    Losses {
        /// The work.
        job: JobId,
        /// The lines.
        outcome: Result<Arc<LossTree>, String>,
    },
    /// Reading failed.
    ReadFailed(String),
    /// A row was opened, or why it was not.
    Case {
        /// The work.
        job: JobId,
        /// The row with everything known of it.
        outcome: Result<OpenedRow, String>,
    },
    /// The row that a document becomes.
    Row {
        /// The work.
        job: JobId,
        /// The row, or why there is none.
        preview: Preview,
    },
    /// Lines that match.
    Matched {
        /// The work.
        job: JobId,
        /// What was found.
        matches: Matches,
    },
    /// How many payloads were looked into so far.
    PayloadsProgress {
        /// The work.
        job: JobId,
        /// How many, and how many of them hold what is looked for.
        count: HeldCount,
    },
    /// All payloads were looked into, or why not.
    PayloadsFound {
        /// The work.
        job: JobId,
        /// What was found.
        outcome: Result<PayloadsFound, String>,
    },
    /// What other schemas make of documents, as a text, or why that cannot be told.
    Rechecked {
        /// The work.
        job: JobId,
        /// What came of it.
        outcome: Result<String, String>,
    },
    /// A copy of the schema that refuses a group's rows, or why there is none.
    SchemaCopied {
        /// The work.
        job: JobId,
        /// What came of it.
        outcome: Result<Arc<EditCopy>, String>,
    },
    /// The editor has ended, or why it did not edit.
    EditorClosed {
        /// The work.
        job: JobId,
        /// What came of it.
        outcome: Result<(), String>,
    },
    /// The editor has a window of its own and stays open, while the explorer goes on.
    EditorStays {
        /// The work.
        job: JobId,
    },
    /// It ended badly; the copy is watched all the same.
    EditorFailed {
        /// The work.
        job: JobId,
        /// What is told of it.
        reason: String,
    },
    /// The copy was saved in an editor that stays open.
    EditSaved {
        /// The work.
        job: JobId,
    },
    /// Another program had the terminal, and has ended or was not there: a failure, or something to say.
    HandedOver(Result<Option<String>, String>),
    /// Rows are judged with an edited schema: the counts so far.
    EditCounts {
        /// The work.
        job: JobId,
        /// What became of the rows.
        turns: Box<TurnCounts>,
    },
    /// All rows were judged with it, or why it is no schema.
    EditJudged {
        /// The work.
        job: JobId,
        /// What came of it.
        outcome: Result<Arc<EditVerdict>, String>,
    },
    /// The history of a schema node or a column, or the change that made a group fail: as a text, or why there is none.
    History {
        /// The work.
        job: JobId,
        /// What came of it.
        outcome: Result<String, String>,
    },
    /// Who sends the rows of a group: as a text, or why that is not known.
    Senders {
        /// The work.
        job: JobId,
        /// What came of it.
        outcome: Result<String, String>,
        /// Whether that is all: else payloads are still to be read.
        is_all: bool,
    },
    /// Which revision the schemas are of.
    SchemasAged(RevisionAge),
    /// How far reading the tables has come.
    TablesProgress(catalog::CatalogProgress),
    /// The tables; `done` once their columns are read as well.
    Tables {
        /// All tables known so far.
        tree: Arc<TableTree>,
        /// Whether reading has ended.
        done: bool,
    },
    /// What a search over all columns found.
    TablesFound {
        /// The work.
        job: JobId,
        /// The columns, by how well they match.
        hits: Arc<HitTree>,
    },
    /// What there is to know of a table and column, or why it cannot be known.
    Looked {
        /// The work.
        job: JobId,
        /// What is known.
        outcome: Result<Arc<Look>, String>,
    },
    /// A text that takes its time was written and is to be copied, or why it cannot be written.
    Written {
        /// What it is, for people.
        what: &'static str,
        /// The text.
        outcome: Result<String, String>,
    },
    /// Two states of the schemas were compared, or a log was read; or why not.
    Deploy {
        /// The work.
        job: JobId,
        /// What came of it.
        outcome: Result<Arc<DeployTree>, String>,
    },
    /// Documents that show a change of a JSON schema were looked for.
    Witness {
        /// The work.
        job: JobId,
        /// The table and the change there.
        place: (usize, usize),
        /// What came of it.
        found: Vec<Witness>,
    },
    /// The columns of a table on both sides, or why they cannot be shown.
    Sides {
        /// The work.
        job: JobId,
        /// The column that was meant.
        place: DeployPlace,
        /// What came of it.
        outcome: Result<Arc<SidesLook>, String>,
    },
    /// What became of a copy.
    Copied {
        /// What it is, for people.
        what: String,
        /// Where it went.
        outcome: Result<Copied, String>,
    },
    /// What became of an export.
    Exported {
        /// The work.
        job: JobId,
        /// What came out.
        outcome: Result<Exported, String>,
    },
    /// A query costs more than may be spent without asking: the work waits for an answer.
    Question {
        /// The work that waits.
        id: JobId,
        /// What is asked.
        text: String,
    },
    /// More rows of a group, or why there are none.
    MoreRows {
        /// The work.
        job: JobId,
        /// All rows of the group that are known now.
        rows: Result<Vec<RowRef>, String>,
    },
    /// The causes of a group were counted, or why not.
    Causes {
        /// The work.
        job: JobId,
        /// What was found.
        outcome: Result<Arc<Causes>, String>,
    },
    /// The SQL behind what is shown, where there is any.
    Sql(Option<String>),
    /// Work ended by a fault of the explorer itself.
    Broken(String),
    /// The terminal gives no keys any more.
    InputEnded(String),
    /// The process was asked to stop for a while.
    Stop,
    /// The process was asked to end, by this signal.
    Terminate(i32),
}

/// Groups with what is noted of them.
pub struct NotedGroups {
    /// What was written, in words.
    pub told: Option<String>,
    /// The groups.
    pub tree: Arc<GroupTree>,
}

/// Payloads that hold what was looked for.
pub struct PayloadsFound {
    /// How many were looked into.
    pub count: HeldCount,
    /// Their rows by groups.
    pub rows: Vec<(Fingerprint, Vec<RowRef>)>,
}

/// An export to be made.
pub struct Export {
    /// What is exported.
    pub subject: Exportable,
    /// What is made of it.
    pub what: SingleExport,
    /// Whether it goes to the clipboard, not to a file.
    pub is_copied: bool,
    /// Whether values leave as they are.
    pub raw: bool,
    /// The schema that was edited by hand, where that is exported.
    pub own_edit: Option<Arc<EditVerdict>>,
}

/// A copy of a schema file that is edited; gone with its last holder.
pub struct EditCopy {
    /// What it is a copy of.
    pub subject: EditSubject,
    /// The file.
    pub path: PathBuf,
    /// The folder that it is in.
    pub folder: tempfile::TempDir,
}

/// What was exported.
pub enum Exported {
    /// A text for the clipboard.
    Text {
        /// What it is, for people.
        what: &'static str,
        /// All of it.
        text: String,
    },
    /// A file, by its path.
    File(String),
}
