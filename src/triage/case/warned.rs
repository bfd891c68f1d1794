//! What a user must know first: values that cost the row or are silently lost, in all tables of a case.

use rustc_hash::FxHashSet;

use crate::pipeline::document::NodeId;
use crate::pipeline::sink::Severity;

use super::Case;
use super::table::CaseTable;

/// Warnings of one case that are kept in full.
const MOST: usize = 100;

/// One thing to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseWarning {
    /// How bad it is.
    pub severity: Severity,
    /// Position of the table that it is about, in the case's.
    pub table: usize,
    /// The value, in the whole document.
    pub node: NodeId,
    /// One sentence, safe for a terminal.
    pub sentence: String,
}

/// What is wrong with the row or the rows that the document becomes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseWarnings {
    /// The worst first, then in the order of the document; at most 100.
    pub list: Vec<CaseWarning>,
    /// All of them, exactly.
    pub count: u64,
}

/// The warnings of all tables. A value that both parts of a document get is told once.
pub(super) fn warnings(tables: &[CaseTable]) -> CaseWarnings {
    let (mut all, mut known) = (CaseWarnings::default(), FxHashSet::default());
    for (at, table) in tables.iter().enumerate() {
        let Some(landed) = table.landed() else { continue };
        let mut is_warned = false;
        landed.visit_warned(&mut |severity, node| {
            is_warned = true;
            known.insert((severity, table.outside(node)));
        });
        if !is_warned {
            continue;
        }
        for warning in landed.warnings(MOST).list {
            let node = table.outside(warning.node);
            if all.list.iter().any(|told| told.node == node && told.severity == warning.severity) {
                continue;
            }
            all.list.push(CaseWarning { severity: warning.severity, table: at, node, sentence: warning.sentence });
        }
    }
    all.list.sort_by_key(|warning| (warning.severity, warning.node));
    all.list.truncate(MOST);
    all.count = known.len() as u64;
    all
}

impl Case {
    /// Whether the document passes the pipeline's judgement with these schemas; `None` where that cannot be told.
    pub fn validates(&self) -> Option<bool> {
        self.replay.as_ref().map(|replay| replay.class.is_none())
    }

    /// What a warning means for this document, in words: for one that fits, what happens; for others, what would happen to the row that it
    /// would have become.
    pub fn meaning(&self, severity: Severity) -> &'static str {
        match (self.validates(), severity) {
            (Some(true), Severity::NoRow | Severity::Mismatch) => "it fits the schema, but the row is refused",
            (Some(true), Severity::Lost) => "it fits the schema, but a value is silently lost",
            (_, Severity::NoRow | Severity::Mismatch) => "even if it fitted, the row would be refused",
            (_, Severity::Lost) => "even if it fitted, a value would be silently lost",
        }
    }
}
