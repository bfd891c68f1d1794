//! What happens, and what is to be done about it.
//!
//! Owns: the enums between the loop, `update` and the workers. Plain data, no closures.

use std::sync::Arc;

use ratatui::crossterm::event::KeyEvent;

use super::group_tree::GroupTree;
use super::subject::{Comparison, Subject};
use crate::case::Case;
use crate::group::{Groups, Sort};
use crate::source::{Progress, RowOrder, RowRef};

/// Names one piece of work on a worker; later work has a higher number.
pub type JobId = u64;

/// What happens.
pub enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has a new size.
    Resize(u16, u16),
    /// The process came back from the shell: draw everything.
    Redraw,
    /// How far reading has come.
    Progress(Progress),
    /// Groups, arranged; `done` once reading has ended.
    Groups { tree: Arc<GroupTree>, done: bool },
    /// The groups in another order.
    Arranged { job: JobId, tree: Arc<GroupTree> },
    /// Reading failed.
    ReadFailed(String),
    /// A row was opened, or why it was not.
    Case { job: JobId, outcome: Result<Arc<Case>, String> },
    /// Lines that match.
    Matched { job: JobId, items: Vec<u32> },
    /// What became of a copy; the text comes back where the system has no clipboard.
    Copied { what: &'static str, outcome: Result<(), String> },
    /// A query costs more than may be spent without asking: the work waits for an answer.
    Question { id: JobId, text: String },
    /// More rows of a group, or why there are none.
    MoreRows { job: JobId, rows: Result<Vec<RowRef>, String> },
    /// The SQL behind what is shown, where there is any.
    Sql(Option<String>),
    /// Work ended by a fault of the explorer itself.
    Broken(String),
    /// The terminal gives no keys any more.
    InputEnded(String),
    /// The process was asked to stop for a while.
    Stop,
    /// The process was asked to end.
    Terminate,
}

/// What is to be done outside of `update`.
pub enum Effect {
    /// Read the source.
    Read,
    /// Stop reading, keep what is there.
    StopReading,
    /// Arrange the groups anew.
    Arrange { job: JobId, groups: Arc<Groups>, sort: Sort },
    /// Open a row.
    OpenCase { job: JobId, row: RowRef },
    /// Find the lines that match.
    Match { job: JobId, subject: Subject, text: String, comparison: Comparison },
    /// Call a job off.
    Cancel(JobId),
    /// Say yes or no to a question.
    Answer { id: JobId, yes: bool },
    /// Name more rows of a group, behind the first `from`.
    MoreRows { job: JobId, tree: Arc<GroupTree>, group: u32, order: RowOrder, from: usize },
    /// Get the SQL behind the counts, or behind the rows of a group.
    Sql { tree: Arc<GroupTree>, group: Option<u32> },
    /// Put text on the clipboard.
    Copy { what: &'static str, text: String },
    /// Hand the terminal to the shell.
    Suspend,
    /// End with an error.
    Fail(String),
    /// End.
    Quit,
}
