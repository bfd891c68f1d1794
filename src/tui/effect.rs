//! What is to be done about what happened.
//!
//! Owns: what `update` asks of the loop and the workers. Plain data, no closures.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::beside_lines::OtherSource;
use super::deploy_tree::{DeployPlace, DeployTree};
use super::group_tree::{GroupTree, ListedBy};
use super::handed::HandOver;
use super::message::{EditCopy, Export, JobId};
use super::opened::OpenedSource;
use super::overview_tree::OverviewTree;
use super::row_place::{GroupPlace, NoteTarget, RowPlace};
use super::subject::Subject;
use crate::ground::text::{plural, visible, width};
use crate::pipeline::document::NodeId;
use crate::pipeline::layout::Layout;
use crate::rows::group::{Groups, Sort};
use crate::rows::payload::holding::PayloadQuery;
use crate::rows::source::RowOrder;
use crate::triage::baseline::Visit;
use crate::triage::blame::BlameQuestion;
use crate::triage::case::Case;
use crate::triage::catalog::{Catalog, HitPlace};
use crate::triage::notes::said::NoteSaid;
use crate::triage::revisions::PairChoice;

/// What is to be done outside of `update`.
pub enum Effect {
    /// Read what was kept of the last time, for a source by its name or for none.
    ReadKept(Option<String>),
    /// Open a further source.
    OpenSource {
        /// The work.
        job: JobId,
        /// What was typed.
        named: String,
    },
    /// Show a source in a tab of its own.
    AddTab(Box<OpenedSource>),
    /// Turn to the tab so many behind this one, round the end.
    TurnTabs(isize),
    /// Close the tab; the last one ends the program.
    CloseTab,
    /// Ask the terminal to report the mouse, or no longer.
    Mouse(bool),
    /// Read the source.
    Read,
    /// Stop reading, keep what is there.
    StopReading,
    /// Read what has come to the source.
    Follow {
        /// The work.
        job: JobId,
        /// The groups so far.
        groups: Arc<Groups>,
        /// Their order.
        sort: Sort,
        /// What the branches are.
        by: ListedBy,
    },
    /// Say when it is time to look again.
    FollowLater {
        /// The work that it is called off with.
        job: JobId,
        /// How long it is until then.
        pause: Duration,
    },
    /// Arrange the groups anew.
    Arrange {
        /// The work.
        job: JobId,
        /// The groups.
        groups: Arc<Groups>,
        /// The order.
        sort: Sort,
        /// What the branches are.
        by: ListedBy,
    },
    /// Write what was said of a group.
    Note {
        /// The work.
        job: JobId,
        /// The group or incident.
        on: NoteTarget,
        /// What was typed.
        said: NoteSaid,
        /// All groups.
        groups: Arc<Groups>,
        /// Their order.
        sort: Sort,
    },
    /// Put what is noted beside the groups anew.
    Remark {
        /// The work.
        job: JobId,
        /// The groups.
        groups: Arc<Groups>,
        /// The order.
        sort: Sort,
    },
    /// Count the namespaces, and hold the groups against those of the last visit.
    Overview {
        /// The work.
        job: JobId,
        /// The groups.
        groups: Arc<Groups>,
        /// The order of the namespaces.
        sort: Sort,
        /// What is kept of the last visit.
        visit: Option<Arc<Visit>>,
        /// The source beside, with whether all of this one was read.
        beside: Option<(Arc<OtherSource>, bool)>,
    },
    /// Open another source, and count it as this one was counted.
    ReadBeside {
        /// The work.
        job: JobId,
        /// What was typed.
        named: String,
    },
    /// Put the counted namespaces in another order.
    SortOverview {
        /// The work.
        job: JobId,
        /// What was counted.
        tree: Arc<OverviewTree>,
        /// The order.
        sort: Sort,
    },
    /// Let go of groups that are shown no longer: to give back their memory takes time.
    LetGo(Arc<GroupTree>),
    /// Open a row.
    OpenCase {
        /// The work.
        job: JobId,
        /// Which row.
        place: RowPlace,
    },
    /// Make the row that a document becomes in one of its tables, and find a value of the document in it.
    PreviewRow {
        /// The work.
        job: JobId,
        /// The document with its tables.
        case: Arc<Case>,
        /// Position of the table.
        table: usize,
        /// The value to find.
        value: Option<NodeId>,
    },
    /// Find the lines that match.
    Match {
        /// The work.
        job: JobId,
        /// Whose lines.
        subject: Subject,
        /// What was typed.
        text: String,
    },
    /// Look into all payloads.
    SeekPayloads {
        /// The work.
        job: JobId,
        /// What they are to hold.
        query: PayloadQuery,
        /// The groups that their rows belong to.
        groups: Arc<Groups>,
    },
    /// Judge the rows of groups by other schemas, too.
    Recheck {
        /// The work.
        job: JobId,
        /// The other schemas: a folder, an archive, a revision of a repository.
        against: PathBuf,
        /// The lines of groups.
        tree: Arc<GroupTree>,
        /// The line whose groups are judged; `None` for all.
        below: Option<usize>,
    },
    /// List all tables by name.
    ListTables {
        /// The work.
        job: JobId,
    },
    /// Read the columns of all tables.
    ReadTables {
        /// The work.
        job: JobId,
    },
    /// Search all columns.
    FindTables {
        /// The work.
        job: JobId,
        /// The columns of all tables.
        catalog: Arc<Catalog>,
        /// What was typed.
        text: String,
    },
    /// Copy the schema that refuses a group's rows.
    CopySchema {
        /// The work.
        job: JobId,
        /// The group.
        of: GroupPlace,
    },
    /// Open a copy in the user's editor.
    OpenEditor {
        /// The work.
        job: JobId,
        /// The copy.
        copy: Arc<EditCopy>,
    },
    /// Hand a text, and the terminal, to another program.
    HandOver(HandOver),
    /// Judge the rows with what stands in a copy.
    JudgeEdit {
        /// The work.
        job: JobId,
        /// The copy.
        copy: Arc<EditCopy>,
    },
    /// Look for all changes of a schema node or a column.
    History {
        /// The work.
        job: JobId,
        /// Of which.
        question: BlameQuestion,
    },
    /// Look for the change that made a group fail.
    Suspect {
        /// The work.
        job: JobId,
        /// The group.
        of: GroupPlace,
    },
    /// Look for what sets the rows of a group apart.
    Senders {
        /// The work.
        job: JobId,
        /// The group.
        of: GroupPlace,
        /// Whether payloads are read where reading them costs.
        payloads: bool,
    },
    /// Compare two states of the schemas as a deploy does.
    CompareSchemas {
        /// The work.
        job: JobId,
        /// Which two.
        choice: PairChoice,
        /// The generator's list of tables that may be incompatible.
        allowlist: Option<Arc<str>>,
    },
    /// Look for a document that shows a change of a JSON schema.
    SeekWitness {
        /// The work.
        job: JobId,
        /// The comparison.
        of: Arc<DeployTree>,
        /// The table and the change there.
        place: (usize, usize),
    },
    /// Read the log of a deploy that failed.
    Explain {
        /// The work.
        job: JobId,
        /// The log.
        text: String,
    },
    /// Get the columns of a table on both sides.
    LookSides {
        /// The work.
        job: JobId,
        /// The column that is meant.
        place: DeployPlace,
        /// The comparison that it is of; without one the place tells the revision, or the newest is meant.
        of: Arc<DeployTree>,
        /// Groups that may fail there.
        groups: Arc<Groups>,
    },
    /// Count what documents that pass lose on their way into a table.
    Losses {
        /// The work.
        job: JobId,
        /// The doctype version, by its position.
        table: usize,
        /// The documents, as they were named; none: those beside the schemas.
        named: Vec<String>,
    },
    /// Find out about a table and column.
    Look {
        /// The work.
        job: JobId,
        /// The table and column.
        place: HitPlace,
        /// Groups that may fail there.
        groups: Arc<Groups>,
    },
    /// Write the statement that makes a table.
    WriteDdl {
        /// Its columns.
        layout: Arc<Layout>,
        /// Its name.
        table: String,
    },
    /// Call a job off.
    Cancel(JobId),
    /// Say yes or no to a question.
    Answer {
        /// The work that waits.
        id: JobId,
        /// Whether it may go on.
        yes: bool,
    },
    /// Count the causes of a group.
    Causes {
        /// The work.
        job: JobId,
        /// The group.
        of: GroupPlace,
    },
    /// Name more rows of a group, behind the first `from`.
    MoreRows {
        /// The work.
        job: JobId,
        /// The group.
        of: GroupPlace,
        /// The order of rows.
        order: RowOrder,
        /// How many are known.
        from: usize,
    },
    /// Get the SQL behind the counts, or behind the rows of a group.
    Sql(Option<GroupPlace>),
    /// Put text on the clipboard.
    Copy {
        /// What it is, for people.
        what: String,
        /// All of it.
        text: String,
    },
    /// Export a group, or a row of it.
    Export {
        /// The work.
        job: JobId,
        /// What, and where to.
        export: Export,
    },
    /// Send a sequence to the terminal.
    Send(String),
    /// Hand the terminal to the shell.
    Suspend,
    /// End with an error.
    Fail(String),
    /// End.
    Quit,
    /// End because of this signal.
    Terminate(i32),
}

/// Longest text that is told whole where it was copied, in cells.
const TOLD: usize = 60;

impl Effect {
    /// Copies a text; what was copied is told after.
    pub fn copy(what: &str, text: String) -> Self {
        let what = match visible(&text) {
            told if !text.contains('\n') && width(&told) <= TOLD => format!("{what} {told}"),
            _ => format!("{what}, {}", plural(text.chars().count() as u64, "character", "characters")),
        };
        Effect::Copy { what, text }
    }
}
