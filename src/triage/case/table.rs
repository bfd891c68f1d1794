//! A table that the document of a case goes to, whole or in part.
//!
//! Owns: the row that the document becomes there, and the words of the sink about values of the whole document.
//! Refuses: which tables there are (doctype, destination), what becomes of values (sink).

use std::sync::{Arc, OnceLock};

use crate::pipeline::destination::SplitPart;
use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::layout::{ColumnId, Layout};
use crate::pipeline::sink::{self, Fates, Landed, Landing, RowRefusal, Shown, Submission, Transformed};

use super::parts::Share;

/// One table of a case.
pub struct CaseTable {
    /// The live table: `telemetry_live.main_v5`.
    pub name: String,
    /// Which part of the document it gets; `None` where it gets the whole.
    pub part: Option<SplitPart>,
    /// Its columns.
    pub layout: Arc<Layout>,
    /// Whether the layout is not published but would be made of the JSON schema.
    pub made: bool,
    /// Once somebody asks.
    fates: OnceLock<Fates>,
    stored: Option<StoredDocument>,
}

/// The document on its way into the table.
struct StoredDocument {
    share: Share,
    transformed: Transformed,
}

/// What the table is given of a document.
pub(super) struct Given<'a> {
    pub share: Share,
    pub submission: &'a Submission<'a>,
}

impl CaseTable {
    pub(super) fn new(name: String, part: Option<SplitPart>, (layout, made): (Arc<Layout>, bool), given: Option<Given<'_>>) -> Self {
        let stored = given.map(|Given { share, submission }| {
            let transformed = sink::transform(&layout, &share.document, submission);
            StoredDocument { share, transformed }
        });
        CaseTable { name, part, layout, made, fates: OnceLock::new(), stored }
    }

    /// What becomes of the document, where there is one. Values are those of the whole document.
    pub fn fates(&self) -> &Fates {
        self.fates.get_or_init(|| {
            let mut fates = self.landed().map(|landed| landed.fates()).unwrap_or_default();
            fates.additional.iter_mut().for_each(|node| *node = self.outside(*node));
            fates
        })
    }

    /// What the document becomes here. Its values are those of the part that the table gets; see [`CaseTable::outside`].
    pub fn landed(&self) -> Option<Landed<'_>> {
        let stored = self.stored.as_ref()?;
        Some(stored.transformed.beside(&self.layout, &stored.share.document))
    }

    /// The part of the document that the table gets.
    pub fn document(&self) -> Option<&Document> {
        self.stored.as_ref().map(|stored| &*stored.share.document)
    }

    /// The value of the whole document that a value of the part is.
    pub fn outside(&self, node: NodeId) -> NodeId {
        self.stored.as_ref().map_or(node, |stored| stored.share.outside(node))
    }

    /// Where the value at decoded tokens lands.
    pub fn landing<S: AsRef<str>>(&self, tokens: &[S]) -> Landing {
        match self.landed() {
            Some(landed) => landed.landing(tokens),
            None => sink::landing(&self.layout, tokens, None),
        }
    }

    /// Where a value of the whole document lands; `None` where the table does not get it.
    pub fn landing_of(&self, node: NodeId) -> Option<Landing> {
        let inside = self.stored.as_ref()?.share.inside(node)?;
        Some(self.landed()?.landing_of(inside))
    }

    /// What a value of the whole document is in the row.
    pub fn becomes(&self, node: NodeId) -> Option<Shown> {
        let inside = self.stored.as_ref()?.share.inside(node)?;
        Some(self.landed()?.becomes(inside))
    }

    /// The place in the row of a value of the whole document, or of the first value in it that is there, as a JSON pointer.
    pub fn row_pointer(&self, node: NodeId) -> Option<String> {
        let stored = self.stored.as_ref()?;
        let (landed, inside) = (self.landed()?, stored.share.inside(node)?);
        (inside..stored.share.document.end(inside)).take(MOST_TRIED).find_map(|node| landed.line(node).row_pointer)
    }

    /// The first value of the whole document that fills a column.
    pub fn value_of(&self, column: ColumnId) -> Option<NodeId> {
        Some(self.outside(self.landed()?.value_of(column)?))
    }

    /// The exception that ends the row, if any; its value is that of the whole document.
    pub fn refusal(&self) -> Option<RowRefusal> {
        let stored = self.stored.as_ref()?;
        let refusal = stored.transformed.refusal()?;
        Some(RowRefusal { node: stored.share.outside(refusal.node), ..refusal })
    }
}

/// Values that are tried for one that is in the row.
const MOST_TRIED: usize = 200;
