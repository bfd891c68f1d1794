//! What a user must know first about a document's row.
//!
//! Owns: which values cost the row or are silently lost, how many there are, the order in which they are told.
//! Refuses: sentences about a single value (told).

use crate::pipeline::document::NodeId;

use super::standard;
use super::transform::{Intent, IntentWhy};
use super::{ADDITIONAL, Landed};

/// How bad it is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The pipeline's code fails, so that there is no row.
    NoRow,
    /// BigQuery refuses the row for the form of this value.
    Mismatch,
    /// The value is in no column and not in `additional_properties`, and nothing tells.
    Lost,
}

impl Severity {
    /// For output: stable.
    pub fn name(self) -> &'static str {
        match self {
            Severity::NoRow => "no_row",
            Severity::Mismatch => "mismatch",
            Severity::Lost => "lost",
        }
    }
}

/// One thing to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// How bad it is.
    pub severity: Severity,
    /// The value that it is about.
    pub node: NodeId,
    /// One sentence, safe for a terminal.
    pub sentence: String,
}

/// What is wrong with a document's row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warnings {
    /// The worst first, then in the order of the document; as many as were asked for.
    pub list: Vec<Warning>,
    /// All of them, exactly.
    pub count: u64,
}

impl Landed<'_> {
    /// What a user must know first, at most so many. Where there is no row at all, only that is told.
    pub fn warnings(&self, limit: usize) -> Warnings {
        let (mut mismatches, mut losses, mut count) = (Vec::new(), Vec::new(), 0);
        self.visit_warned(&mut |severity, node| {
            count += 1;
            let list = if severity == Severity::Lost { &mut losses } else { &mut mismatches };
            if list.len() < limit {
                list.push((severity, node));
            }
        });
        mismatches.append(&mut losses);
        mismatches.truncate(limit);
        let tell = |(severity, node)| Warning { severity, node, sentence: self.landing_of(node).reason.unwrap_or_default() };
        Warnings { list: mismatches.into_iter().map(tell).collect(), count }
    }

    /// Every value that there is a warning of: the one that ends the row, else what is lost or misshapen, the outermost of those inside each other.
    pub fn visit_warned(&self, found: &mut dyn FnMut(Severity, NodeId)) {
        if let Some(refusal) = self.transformed.refusal {
            return found(Severity::NoRow, refusal.node);
        }
        let mut next = 1;
        while next < self.document.len() as NodeId {
            let node = next;
            next += 1;
            let intent = self.transformed.intents[node as usize];
            if let Some(severity) = intent.and_then(|intent| self.severity(node, intent)) {
                found(severity, node);
                next = self.document.end(node);
            }
        }
    }

    fn severity(&self, node: NodeId, intent: Intent) -> Option<Severity> {
        let (kind, is_reached) = (self.document.kind(node), self.transformed.place(node).is_some());
        let is_nothing = self.is_nothing(node);
        let is_record = intent.column.and_then(|id| self.layout.get(id)).is_some_and(|column| column.is_record());
        let lost = |is_lost: bool| is_lost.then_some(Severity::Lost);
        match intent.why {
            _ if is_nothing => None,
            IntentWhy::MapNotObject if is_reached => Some(Severity::Mismatch),
            IntentWhy::Written if is_reached && is_record && !kind.is_container() => Some(Severity::Mismatch),
            IntentWhy::Written if is_reached && self.has_null_element(node, intent) => Some(Severity::Mismatch),
            IntentWhy::Stripped => lost(self.is_lost_metadata(node)),
            IntentWhy::Written | IntentWhy::Map | IntentWhy::Lost | IntentWhy::MapNotObject => lost(!is_reached),
            IntentWhy::Unknown | IntentWhy::NotCoercible | IntentWhy::NotARecord | IntentWhy::KeyOnly => {
                lost(self.transformed.strict || self.layout.child(None, ADDITIONAL).is_none())
            }
            IntentWhy::Null | IntentWhy::Empty | IntentWhy::Thrown => None,
        }
    }

    /// Whether something that the decoder takes out does not come back from an attribute.
    pub(super) fn is_lost_metadata(&self, node: NodeId) -> bool {
        let top = self.document.ancestors(node).find(|&node| self.document.parent(node) == Some(0));
        let is_metadata = top.is_some_and(|top| self.document.key(top).as_deref() == Some(standard::METADATA));
        if !is_metadata || !self.document.kind(node).is_container() {
            return self.transformed.place(node).is_none();
        }
        (node + 1..self.document.end(node)).any(|inner| !self.is_nothing(inner) && self.is_lost_leaf(inner))
    }

    fn is_lost_leaf(&self, node: NodeId) -> bool {
        !self.document.kind(node).is_container() && self.transformed.place(node).is_none()
    }
}
