//! The screen of one case: its panes, what their cursors have in common, the row over them.
//!
//! Owns: what there is to know of that screen. Only `update` writes it, `view` reads it.
//! Refuses: what a case is (case), moving through it (update).

use std::sync::Arc;

use super::column_tree::ColumnTree;
use super::list::List;
use super::message::JobId;
use super::panes::Pane;
use super::row_place::{OpenedRow, RowPlace};
use super::subject::Subject;
use crate::pipeline::document::NodeId;
use crate::pipeline::layout::ColumnId;
use crate::pipeline::sink::Landing;
use crate::rows::group::Group;
use crate::triage::case::{Case, Preview};

/// One failing row beside its schema node and columns.
pub struct CaseScreen {
    /// Which row it is.
    pub place: RowPlace,
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

impl CaseScreen {
    /// The group that the row is of.
    pub fn group(&self) -> &Group {
        self.place.of.group()
    }

    /// The row as it is on screen, for whoever goes on with it elsewhere.
    pub fn opened(&self) -> OpenedRow {
        OpenedRow { place: self.place.clone(), case: self.case.clone() }
    }

    /// What a pane shows.
    pub fn subject(&self, pane: Pane) -> Option<Subject> {
        match pane {
            Pane::Document => self.case.document.clone().map(|document| Subject::Document(document, Some(self.case.clone()))),
            Pane::Schema => self.case.schema.clone().map(Subject::Schema),
            Pane::Columns => self.columns.get(self.table).cloned().map(Subject::Columns),
        }
    }

    /// What the row shows; `None` where it is not shown or there is none.
    pub fn row_subject(&self) -> Option<Subject> {
        let row = self.row.as_ref()?.preview.as_ref()?.row.as_ref().ok()?;
        Some(Subject::Document(row.clone(), None))
    }

    /// Lines above the panes: the sentence, the message, and one each for notes and warnings; the message has what they do not need of three.
    pub fn head_lines(&self) -> u16 {
        3 + u16::from(self.case.warnings.count > 0 && !self.case.notes.is_empty())
    }

    /// The item under the cursor of a pane.
    pub fn item(&self, pane: Pane) -> Option<usize> {
        self.lists[pane as usize].outline.item()
    }
}
