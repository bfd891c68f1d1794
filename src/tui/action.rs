//! The one table of what a key can do.
//!
//! Owns: every action with its name, default keys, help text and where it applies. Keys, footer hints, the help overlay, `misfit keys`,
//! the README's key list and the names in the configuration all come from it.
//! Refuses: reading keys (keymap), doing anything (update).

/// What a key can ask for.
#[allow(missing_docs, reason = "the variants' meanings are the table's help texts")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Down,
    Up,
    PageDown,
    PageUp,
    HalfDown,
    HalfUp,
    First,
    Last,
    NextSibling,
    PreviousSibling,
    Enter,
    Leave,
    Toggle,
    OpenBelow,
    OpenAll,
    CloseAll,
    /// All but the way to the failing value.
    FoldAround,
    Open,
    Tables,
    Follow,
    ShowFailing,
    Back,
    NextPane,
    PreviousPane,
    NextRow,
    PreviousRow,
    RowOrder,
    JumpToFault,
    NextViolation,
    PreviousViolation,
    ShowViolations,
    NextWarning,
    PreviousWarning,
    PreviewRow,
    OtherTable,
    ShowValue,
    FollowReference,
    ShowRow,
    ShowHistory,
    ShowLog,
    /// Which change made the group fail.
    ShowSuspect,
    /// What sets the group's rows apart from others.
    ShowSenders,
    /// Reading on what is new.
    FollowSource,
    EditSchema,
    /// What a deploy would refuse.
    Deploy,
    OlderPair,
    NewerPair,
    OlderStop,
    NewerStop,
    CompareWith,
    /// A document that shows a change of a JSON schema.
    ShowWitness,
    CountCauses,
    NoteText,
    NoteBug,
    NoteSeen,
    NoteMute,
    NoteMended,
    NoteOpen,
    NoteRemove,
    /// Namespaces at a glance.
    Overview,
    /// The groups that a line of the overview is about.
    ShowGroups,
    /// Another source beside this one.
    Beside,
    /// What documents that pass lose on their way into a table.
    ShowLosses,
    /// Documents whose losses are counted.
    LossDocuments,
    Search,
    NextMatch,
    PreviousMatch,
    Filter,
    SeekPayloads,
    /// What another state of the schemas would make of the documents.
    JudgeAgainst,
    Sort,
    /// Groups that one cause made as one line.
    ByIncident,
    ToggleNoise,
    NextDeployed,
    PreviousDeployed,
    CopyValue,
    CopyPointer,
    CopyJq,
    CopySql,
    CopyDdl,
    CopyRaw,
    CopyDecoded,
    CopyMessage,
    CopyKey,
    CopyList,
    CopyCommand,
    Export,
    CopyReport,
    ExportReport,
    ExportPage,
    ExportRows,
    ExportDocument,
    ExportTest,
    ExportSmallest,
    ExportPatch,
    ExportTemplatePatch,
    ExportMyEdit,
    LiftRedaction,
    /// What is under the cursor, to a command.
    Pipe,
    Page,
    OpenInEditor,
    Agree,
    Refuse,
    NextTheme,
    NextZone,
    OpenSource,
    NextTab,
    PreviousTab,
    CloseTab,
    Palette,
    ToggleMouse,
    Zoom,
    Larger,
    Smaller,
    Help,
    Suspend,
    Quit,
}

/// Where an action applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionPlace {
    /// On every screen and in all that lies over one.
    Always,
    /// On every screen.
    Everywhere,
    /// In the list of groups.
    Groups,
    /// In the list of groups and in an opened case, which are of a group.
    Grouped,
    /// In an opened case.
    Case,
    /// In an opened case, while the row that its document becomes is shown.
    Row,
    /// Among the tables.
    Tables,
    /// Among the causes for which a deploy stops.
    Deploy,
    /// In the columns of a table before and now.
    Sides,
    /// Among the namespaces at a glance.
    Overview,
    /// Among what documents that pass lose.
    Losses,
    /// Among groups and namespaces.
    Counts,
    /// Among tables, causes and columns.
    Schemas,
    /// Where a schema node or a column can be under the cursor: in a case, among tables, causes and columns.
    Nodes,
    /// Where there are panes beside each other: in a case, among the tables, in the columns of a table before and now.
    Panes,
    /// In the menu of exports.
    Export,
    /// While a question waits for an answer.
    Question,
}

/// One line of the table.
pub struct Entry {
    /// The action.
    pub action: Action,
    /// Its name in the configuration: kebab case.
    pub name: &'static str,
    /// Default keys, in the notation of the keymap.
    pub keys: &'static [&'static str],
    /// What it does, for help.
    pub help: &'static str,
    /// Where it applies.
    pub place: ActionPlace,
    /// A word for the footer, where it is worth a place there.
    pub hint: Option<&'static str>,
    /// The heading it stands under in help.
    pub heading: &'static str,
}

const MOVE: &str = "Move";
const FOLD: &str = "Fold";
const LOOK: &str = "Look";
const FIND: &str = "Find";
const NOTE: &str = "Note";
const COPY: &str = "Copy";
const EXPORT: &str = "Export";
const HAND: &str = "Hand to another program";
const ASKED: &str = "Asked before something costs";
const GENERAL: &str = "General";

const fn entry(
    action: Action,
    name: &'static str,
    keys: &'static [&'static str],
    help: &'static str,
    place: ActionPlace,
    hint: Option<&'static str>,
    heading: &'static str,
) -> Entry {
    Entry { action, name, keys, help, place, hint, heading }
}

use Action as A;
use ActionPlace::{Always, Case, Counts, Deploy, Everywhere, Export, Grouped, Groups, Nodes, Panes, Question, Schemas, Tables};

/// Every action, in the order of help.
#[rustfmt::skip]
pub const TABLE: &[Entry] = &[
    entry(A::Down, "down", &["j", "<down>"], "next line", Everywhere, None, MOVE),
    entry(A::Up, "up", &["k", "<up>"], "previous line", Everywhere, None, MOVE),
    entry(A::PageDown, "page-down", &["<pgdn>", "<c-f>"], "one page down", Everywhere, None, MOVE),
    entry(A::PageUp, "page-up", &["<pgup>", "<c-b>"], "one page up", Everywhere, None, MOVE),
    entry(A::HalfDown, "half-page-down", &["<c-d>"], "half a page down", Everywhere, None, MOVE),
    entry(A::HalfUp, "half-page-up", &["<c-u>"], "half a page up", Everywhere, None, MOVE),
    entry(A::First, "first", &["gg", "<home>"], "first line", Everywhere, None, MOVE),
    entry(A::Last, "last", &["G", "<end>"], "last line", Everywhere, None, MOVE),
    entry(A::NextSibling, "next-sibling", &["J"], "next line of the same level", Everywhere, None, MOVE),
    entry(A::PreviousSibling, "previous-sibling", &["K"], "previous line of the same level", Everywhere, None, MOVE),
    entry(A::Enter, "enter", &["l", "<right>"], "open, or step into", Everywhere, None, FOLD),
    entry(A::Leave, "leave", &["h", "<left>"], "close, or step out", Everywhere, None, FOLD),
    entry(A::Toggle, "toggle", &["<space>"], "open or close", Everywhere, Some("fold"), FOLD),
    entry(A::OpenBelow, "open-below", &["o"], "open everything below", Everywhere, None, FOLD),
    entry(A::OpenAll, "open-all", &["O"], "open everything", Everywhere, None, FOLD),
    entry(A::CloseAll, "close-all", &["C"], "close everything; 2C all below the second level", Everywhere, None, FOLD),
    entry(A::FoldAround, "fold-around", &["z"], "close everything but the way to the failing value", Case, None, FOLD),
    entry(A::Open, "open", &["<enter>"], "open a failing document of the group under the cursor", Groups, Some("open a document"), LOOK),
    entry(A::Follow, "follow", &["<enter>"], "open; from a column to its schema node and back, from a $ref to what it names; from a cause to its column", Schemas, Some("follow"), LOOK),
    entry(A::ShowFailing, "show-failing", &["x"], "the groups that fail under this line", Schemas, Some("what fails"), LOOK),
    entry(A::ShowLosses, "show-losses", &["w"], "what documents that pass lose on their way into the table: keys without a column, values in another form", Tables, Some("losses"), LOOK),
    entry(A::LossDocuments, "loss-documents", &["a"], "name the documents whose losses are counted: files, folders (empty: those beside the schemas)", ActionPlace::Losses, Some("documents"), LOOK),
    entry(A::NextPane, "next-pane", &["<tab>"], "next pane", Panes, Some("pane"), LOOK),
    entry(A::PreviousPane, "previous-pane", &["<s-tab>"], "previous pane", Panes, None, LOOK),
    entry(A::NextRow, "next-row", &["]", ">"], "next document of the group", Case, Some("next"), LOOK),
    entry(A::PreviousRow, "previous-row", &["[", "<lt>"], "previous document of the group", Case, Some("previous"), LOOK),
    entry(A::RowOrder, "row-order", &["s"], "documents newest first, oldest first, spread over the jobs (BigQuery)", Case, None, LOOK),
    entry(A::JumpToFault, "jump-to-fault", &["."], "back to the failing value", Case, Some("fault"), LOOK),
    entry(A::NextViolation, "next-violation", &["x"], "next violation: what else is broken", Case, Some("also broken"), LOOK),
    entry(A::PreviousViolation, "previous-violation", &["X"], "previous violation", Case, None, LOOK),
    entry(A::ShowViolations, "show-violations", &["b"], "all violations, with the branches behind anyOf, oneOf and allOf", Case, Some("behind"), LOOK),
    entry(A::NextWarning, "next-warning", &["w"], "next warning: what costs the row, or is silently lost", Case, None, LOOK),
    entry(A::PreviousWarning, "previous-warning", &["W"], "previous warning", Case, None, LOOK),
    entry(A::PreviewRow, "preview-row", &["r"], "the table row that the document becomes; and back", Case, Some("row"), LOOK),
    entry(A::OtherTable, "other-table", &["u"], "the other table of a document that is split", Case, None, LOOK),
    entry(A::ShowValue, "show-value", &["v"], "the whole value, wrapped", Case, Some("whole value"), LOOK),
    entry(A::FollowReference, "follow-reference", &["<enter>"], "the whole value; on a $ref the schema node that it names", Case, None, LOOK),
    entry(A::ShowRow, "show-row", &["i"], "everything about the row, the group or the column", Everywhere, Some("everything"), LOOK),
    entry(A::ShowHistory, "show-history", &["H"], "since when the schema node or column is so, and by whose change", Nodes, None, LOOK),
    entry(A::ShowSuspect, "show-suspect", &["H"], "which change made the group fail, and which takes it", Groups, None, LOOK),
    entry(A::ShowSenders, "show-senders", &["S"], "who sends the rows of the group: what sets them apart from the doctype's other failures", Groups, None, LOOK),
    entry(A::FollowSource, "follow-source", &["F"], "go on reading what is new, and mark the groups that begin; and back", Groups, None, LOOK),
    entry(A::EditSchema, "edit-schema", &["E"], "edit a copy of the schema that refuses the group's rows, and judge them again", Everywhere, None, LOOK),
    entry(A::Deploy, "deploy", &["c"], "what a deploy of the newest schemas would refuse; paste the log of a failed one there; and back", Everywhere, None, LOOK),
    entry(A::OlderPair, "older-pair", &["[", "<lt>"], "the revision before, beside the one before that", Deploy, Some("older"), LOOK),
    entry(A::NewerPair, "newer-pair", &["]", ">"], "the revision after", Deploy, Some("newer"), LOOK),
    entry(A::OlderStop, "older-stop", &["d"], "the nearest older revision that stops a deploy", Deploy, Some("stops before"), LOOK),
    entry(A::NewerStop, "newer-stop", &["D"], "the nearest newer revision that stops a deploy", Deploy, None, LOOK),
    entry(A::CompareWith, "compare-with", &["a"], "compare the schemas with another revision or folder: what is deployed", Deploy, Some("with another"), LOOK),
    entry(A::ShowWitness, "show-witness", &["w"], "the smallest document that shows the change of a JSON schema", Deploy, None, LOOK),
    entry(A::CountCauses, "count-causes", &["b"], "count what is really wrong in the rows of the group (BigQuery)", Groups, None, LOOK),
    entry(A::Overview, "overview", &["gn"], "all namespaces at a glance, stages, unknown names, what has changed since the last visit; and back", Everywhere, None, LOOK),
    entry(A::ShowGroups, "show-groups", &["<enter>"], "the groups of this namespace, name or stage", ActionPlace::Overview, Some("its groups"), LOOK),
    entry(A::Beside, "beside", &["a"], "hold another source beside this one, stage beside production: what only one of them has (empty: none)", ActionPlace::Overview, Some("beside"), LOOK),
    entry(A::Zoom, "zoom", &["Z"], "this pane over the whole screen; and back", Everywhere, None, LOOK),
    entry(A::Larger, "larger", &["+"], "this pane larger", Everywhere, None, LOOK),
    entry(A::Smaller, "smaller", &["-"], "this pane smaller", Everywhere, None, LOOK),
    entry(A::Search, "search", &["/"], "search; tables: all columns of all tables", Everywhere, Some("search"), FIND),
    entry(A::NextMatch, "next-match", &["n"], "next match", Everywhere, None, FIND),
    entry(A::PreviousMatch, "previous-match", &["N"], "previous match", Everywhere, None, FIND),
    entry(A::Filter, "filter", &["f"], "show only what matches (empty: everything)", Everywhere, Some("filter"), FIND),
    entry(A::SeekPayloads, "search-payloads", &["p"], "search the documents for a text, /pointer or /pointer=value", Groups, None, FIND),
    entry(A::JudgeAgainst, "judge-against", &["a"], "judge the documents below this line by other schemas, too: a folder, a revision, one schema file", Groups, None, FIND),
    entry(A::Tables, "tables", &["t"], "all tables, at the column under the cursor; and back", Everywhere, Some("tables"), FIND),
    entry(A::NextDeployed, "next-deployed", &["d"], "next group that a deploy began or ended", Groups, Some("deploys"), FIND),
    entry(A::PreviousDeployed, "previous-deployed", &["D"], "previous group that a deploy began or ended", Groups, None, FIND),
    entry(A::Sort, "sort", &["s"], "sort by deploy, rows, last seen, first seen, name, growth", Counts, Some("sort"), FIND),
    entry(A::ByIncident, "by-incident", &["I"], "put together what one cause made; and back to the namespaces", Groups, None, FIND),
    entry(A::ToggleNoise, "toggle-noise", &["z"], "open or close everything that is noise by design, by-catch or muted", Groups, None, FIND),
    entry(A::NoteText, "note-text", &["mn"], "write a note on the group or the incident", Grouped, None, NOTE),
    entry(A::NoteBug, "note-bug", &["mb"], "note the bug of the group: a number or an address", Grouped, None, NOTE),
    entry(A::NoteSeen, "note-seen", &["ms"], "the group was seen", Grouped, None, NOTE),
    entry(A::NoteMute, "note-mute", &["mu"], "mute the group until a day (2w), until it grows (3x), or for good", Grouped, None, NOTE),
    entry(A::NoteMended, "note-mended", &["md"], "the group was mended, on a day or by a revision; later rows mark it", Grouped, None, NOTE),
    entry(A::NoteOpen, "note-open", &["mo"], "the group is open again: neither seen, muted nor mended", Grouped, None, NOTE),
    entry(A::NoteRemove, "note-remove", &["mx"], "remove the note on the group", Grouped, None, NOTE),
    entry(A::CopyValue, "copy-value", &["yy"], "copy the value, as it is written", Everywhere, None, COPY),
    entry(A::CopyPointer, "copy-pointer", &["yp"], "copy the JSON pointer, or the column's path", Everywhere, None, COPY),
    entry(A::CopyJq, "copy-jq", &["yj"], "copy the jq path", Case, None, COPY),
    entry(A::CopySql, "copy-sql", &["ys"], "copy the SQL expression of the column, or the SQL behind the group", Everywhere, None, COPY),
    entry(A::CopyDdl, "copy-ddl", &["yd"], "copy the statement that makes the table", Tables, None, COPY),
    entry(A::CopyRaw, "copy-raw", &["yr"], "copy the query for the document as it arrived", Case, None, COPY),
    entry(A::CopyDecoded, "copy-decoded", &["yd"], "copy the query for the decoded document", Case, None, COPY),
    entry(A::CopyMessage, "copy-message", &["ym"], "copy the error message", Everywhere, None, COPY),
    entry(A::CopyKey, "copy-key", &["yk"], "copy the key, or the group's fingerprint", Everywhere, None, COPY),
    entry(A::CopyList, "copy-list", &["yl"], "copy this column of the list, a line each: what stands on all lines that are open", Everywhere, None, COPY),
    entry(A::CopyCommand, "copy-command", &["yc"], "copy the command that shows this group or document in another terminal", Everywhere, None, COPY),
    entry(A::Export, "export", &["e"], "export: report, rows, document, test, smallest document, patch", Everywhere, Some("export"), COPY),
    entry(A::CopyReport, "copy-report", &["c"], "report for a bug tracker, to the clipboard", Export, None, EXPORT),
    entry(A::ExportReport, "export-report", &["r"], "report, to a file", Export, None, EXPORT),
    entry(A::ExportPage, "export-page", &["h"], "report as a page for a browser, to a file", Export, None, EXPORT),
    entry(A::ExportRows, "export-rows", &["s"], "ten rows, to a file", Export, None, EXPORT),
    entry(A::ExportDocument, "export-document", &["d"], "the document, to a file", Export, None, EXPORT),
    entry(A::ExportTest, "export-test", &["t"], "test for the schema repository, to validation/", Export, None, EXPORT),
    entry(A::ExportSmallest, "export-smallest", &["m"], "smallest document with the same fault, to a file", Export, None, EXPORT),
    entry(A::ExportPatch, "export-patch", &["p"], "smallest edit that takes the rows, as a patch", Export, None, EXPORT),
    entry(A::ExportTemplatePatch, "export-template-patch", &["P"], "the same, of its template in the source repository", Export, None, EXPORT),
    entry(A::ExportMyEdit, "export-my-edit", &["e"], "what was edited by hand, as a patch", Export, None, EXPORT),
    entry(A::LiftRedaction, "lift-redaction", &["!"], "values as they were sent (raw), and back", Export, None, EXPORT),
    entry(A::Pipe, "pipe", &["!"], "pipe the value, or the groups as lines of JSON, to a command", Everywhere, None, HAND),
    entry(A::Page, "page", &["P"], "show the whole value or text in $PAGER", Everywhere, None, HAND),
    entry(A::OpenInEditor, "open-in-editor", &["V"], "open a copy of the whole value or text in $EDITOR", Everywhere, None, HAND),
    entry(A::Agree, "agree", &["y", "Y"], "go on", Question, Some("go on"), ASKED),
    entry(A::Refuse, "refuse", &["n", "N"], "cancel", Question, Some("cancel"), ASKED),
    entry(A::Palette, "palette", &[":"], "everything that can be done here, by name", Everywhere, None, GENERAL),
    entry(A::OpenSource, "open-source", &["<c-t>"], "open a further source in a tab; or :open SOURCE", Everywhere, None, GENERAL),
    entry(A::NextTab, "next-tab", &["gt"], "next tab", Everywhere, None, GENERAL),
    entry(A::PreviousTab, "previous-tab", &["gT"], "previous tab", Everywhere, None, GENERAL),
    entry(A::CloseTab, "close-tab", &["gx"], "close the tab", Everywhere, None, GENERAL),
    entry(A::ShowLog, "show-log", &["L"], "the log: what was read and skipped, what queries cost, what went wrong", Everywhere, None, GENERAL),
    entry(A::ToggleMouse, "toggle-mouse", &["M"], "leave the mouse to the terminal, to select text; and back (Shift selects anyway)", Everywhere, None, GENERAL),
    entry(A::NextZone, "next-zone", &["U"], "times in UTC, or in your own zone", Everywhere, None, GENERAL),
    entry(A::NextTheme, "next-theme", &["T"], "next theme", Everywhere, None, GENERAL),
    entry(A::Help, "help", &["?", "<f1>"], "all keys", Everywhere, None, GENERAL),
    entry(A::Suspend, "suspend", &["<c-z>"], "suspend; fg comes back", Always, None, GENERAL),
    entry(A::Back, "back", &["<esc>", "<bs>"], "back: close, clear the filter, stop reading, leave the case or the tables", Always, None, GENERAL),
    entry(A::Quit, "quit", &["q", "<c-c>"], "quit; from a case or the tables, back", Always, Some("quit"), GENERAL),
];

impl Action {
    /// Its line in the table.
    pub fn entry(self) -> Option<&'static Entry> {
        TABLE.iter().find(|entry| entry.action == self)
    }

    /// The action of that name.
    pub fn named(name: &str) -> Option<Action> {
        TABLE.iter().find(|entry| entry.name == name).map(|entry| entry.action)
    }

    /// Whether a number before its key says how often it is done.
    pub fn repeats(self) -> bool {
        use Action::*;
        let moves = matches!(self, Down | Up | PageDown | PageUp | HalfDown | HalfUp | NextSibling | PreviousSibling | Leave);
        let steps = matches!(
            self,
            NextMatch | PreviousMatch | NextViolation | PreviousViolation | NextWarning | PreviousWarning | NextDeployed | PreviousDeployed
        );
        moves || steps || matches!(self, Larger | Smaller)
    }

    /// Whether it puts something on the clipboard that is under the cursor.
    pub fn copies(self) -> bool {
        self.entry().is_some_and(|entry| entry.heading == COPY) && self != Action::Export
    }
}

impl ActionPlace {
    /// Where somebody can be: what the others are made of.
    pub const ALL: [ActionPlace; 10] = [
        ActionPlace::Groups,
        ActionPlace::Case,
        ActionPlace::Row,
        ActionPlace::Tables,
        ActionPlace::Deploy,
        ActionPlace::Sides,
        ActionPlace::Overview,
        ActionPlace::Losses,
        ActionPlace::Export,
        ActionPlace::Question,
    ];

    /// Whether an action of this place is to be had `here`, which is one of all.
    pub fn holds(self, here: ActionPlace) -> bool {
        match self {
            ActionPlace::Always => true,
            ActionPlace::Everywhere => !matches!(here, ActionPlace::Export | ActionPlace::Question),
            ActionPlace::Grouped => matches!(here, ActionPlace::Groups | ActionPlace::Case | ActionPlace::Row),
            ActionPlace::Case => matches!(here, ActionPlace::Case | ActionPlace::Row),
            ActionPlace::Counts => matches!(here, ActionPlace::Groups | ActionPlace::Overview),
            ActionPlace::Schemas => matches!(here, ActionPlace::Tables | ActionPlace::Deploy | ActionPlace::Sides),
            ActionPlace::Nodes => {
                matches!(here, ActionPlace::Case | ActionPlace::Tables | ActionPlace::Deploy | ActionPlace::Sides)
            }
            ActionPlace::Panes => matches!(here, ActionPlace::Case | ActionPlace::Tables | ActionPlace::Sides),
            _ => self == here,
        }
    }
}
