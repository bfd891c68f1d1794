//! The way back: from a column to the value that fills it.

use crate::pipeline::document::NodeId;
use crate::pipeline::layout::ColumnId;

use super::Landed;
use super::transform::{Intent, Why};

impl Landed<'_> {
    /// The first value, in document order, that fills the column; one that is lost to another only where no other is there.
    pub fn value_of(&self, column: ColumnId) -> Option<NodeId> {
        let asked = self.layout.get(column)?;
        let map = asked.parent.filter(|&map| self.layout.is_map(map) && &*asked.name == "key");
        let filled = |(node, intent): (usize, &Option<Intent>)| {
            let node = node as NodeId;
            let intent = (*intent)?;
            match map {
                Some(map) => (intent.column == Some(map) && intent.why == Why::Map).then(|| self.document.children(node).next()).flatten(),
                None => (intent.column == Some(column)).then_some(node),
            }
        };
        let mut lost = None;
        for node in self.transformed.intents.iter().enumerate().filter_map(filled) {
            let is_lost = self.transformed.place(node).is_none()
                && self.transformed.intents[node as usize].is_some_and(|intent| {
                    matches!(intent.why, Why::Written | Why::Map | Why::Lost) || (intent.why == Why::Null && intent.column == Some(column))
                });
            if !is_lost {
                return Some(node);
            }
            lost = lost.or(Some(node));
        }
        lost
    }
}
