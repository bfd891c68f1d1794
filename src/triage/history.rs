//! The whole history of the schemas: every revision beside the one before, judged as a deploy judges it.
//!
//! Owns: what is told of a pair of revisions and of each table in it, counts, growth of tables towards their limit.
//! Refuses: judging a pair of layouts (pipeline), reading the repository (the git room), forms of output.

mod growth;
mod kept;
mod pairs;
mod read;

use std::path::PathBuf;
use std::sync::Arc;

use crate::ground::time::Micros;
use crate::pipeline::compat::{DeployRule, DeployVerdict};
use crate::rows::schemas::SchemaStore;
use crate::triage::blame::BlameError;

pub use growth::{TableGrowth, growth};
pub use kept::usual_folder;

/// A change of a column, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastChange {
    /// Dotted path; empty for the table.
    pub column: String,
    /// What happened, as [`crate::pipeline::compat::ChangeKind::name`] says it.
    pub kind: String,
    /// Type and mode before.
    pub old: Option<(String, String)>,
    /// Type and mode now.
    pub new: Option<(String, String)>,
    /// What a deploy does with it.
    pub verdict: DeployVerdict,
    /// The rule.
    pub rule: DeployRule,
    /// What is said of it, where it is the root of a finding that is more than OK: with `{}` where the column is named.
    pub sentence: Option<String>,
}

/// What came of two versions of a layout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JudgedPair {
    /// What stops a deploy first, then by path.
    pub changes: Vec<PastChange>,
    /// Leaf columns before and now; `None` where there is no layout.
    pub leaves: (Option<usize>, Option<usize>),
    /// Why it could not be compared.
    pub fault: Option<String>,
}

/// What became of a table between two revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastState {
    /// Both have it.
    Changed,
    /// It came.
    Added,
    /// It went.
    Removed,
    /// One of the layouts cannot be read.
    NotCompared,
}

impl PastState {
    /// The word for scripts, as a comparison of two revisions has it.
    pub fn name(self) -> &'static str {
        match self {
            PastState::Changed => "changed",
            PastState::Added => "added",
            PastState::Removed => "removed",
            PastState::NotCompared => "not_compared",
        }
    }
}

/// A table that is not what it was.
#[derive(Debug, Clone)]
pub struct PastTable {
    /// As the folder is called.
    pub namespace: String,
    /// As the folder is called.
    pub doctype: String,
    /// The version.
    pub version: String,
    /// What became of it.
    pub state: PastState,
    /// Its changes; those of equal versions of several tables are one.
    pub judged: Arc<JudgedPair>,
}

impl PastTable {
    /// `telemetry/main.5`.
    pub fn title(&self) -> String {
        format!("{}/{}.{}", self.namespace, self.doctype, self.version)
    }

    /// The worst of its changes.
    pub fn verdict(&self) -> DeployVerdict {
        self.judged.changes.iter().map(|change| change.verdict).min().unwrap_or(DeployVerdict::Ok)
    }
}

/// A revision beside the one before.
#[derive(Debug)]
pub struct RevisionPair {
    /// The one before, in full.
    pub old: String,
    /// The revision, in full.
    pub new: String,
    /// When it was made.
    pub date: Micros,
    /// Tables that are not what they were; the worst first, then by name.
    pub tables: Vec<PastTable>,
}

impl RevisionPair {
    /// The worst of its tables.
    pub fn verdict(&self) -> DeployVerdict {
        self.tables.iter().map(PastTable::verdict).min().unwrap_or(DeployVerdict::Ok)
    }

    /// Whether all of its tables could be compared.
    pub fn is_compared(&self) -> bool {
        self.tables.iter().all(|table| table.state != PastState::NotCompared)
    }

    /// What a deploy does with it; `None` where nothing stops it and a table could not be compared.
    pub fn known_verdict(&self) -> Option<DeployVerdict> {
        Some(self.verdict()).filter(|verdict| verdict.stops() || self.is_compared())
    }

    fn has(&self, verdict: DeployVerdict) -> bool {
        self.tables.iter().flat_map(|table| &table.judged.changes).any(|change| change.verdict == verdict)
    }
}

/// All of it.
#[derive(Debug, Default)]
pub struct DeployHistory {
    /// Newest first.
    pub pairs: Vec<RevisionPair>,
    /// Revisions before the first with a layout, which are not judged.
    pub without_layouts: usize,
    /// What could not be read or kept; sentences without a full stop.
    pub notes: Vec<String>,
}

/// How many pairs there are of a kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HistoryCounts {
    /// All of them.
    pub pairs: usize,
    /// Those in which a table is not what it was.
    pub changed: usize,
    /// Those in which a table went.
    pub removed_tables: usize,
    /// Those that a deploy stops at, with no statement that makes the change.
    pub block: usize,
    /// Those with a change that a statement makes.
    pub ddl: usize,
    /// Those with a change that somebody should know of.
    pub warn: usize,
    /// Those that a deploy stops at: with a BLOCK or a DDL.
    pub stopped: usize,
    /// Those in which a table could not be compared.
    pub not_compared: usize,
}

impl DeployHistory {
    /// The counts.
    pub fn counts(&self) -> HistoryCounts {
        let count = |is: &dyn Fn(&RevisionPair) -> bool| self.pairs.iter().filter(|pair| is(pair)).count();
        let has_state = |pair: &RevisionPair, state: PastState| pair.tables.iter().any(|table| table.state == state);
        HistoryCounts {
            pairs: self.pairs.len(),
            changed: count(&|pair| !pair.tables.is_empty()),
            removed_tables: count(&|pair| has_state(pair, PastState::Removed)),
            block: count(&|pair| pair.has(DeployVerdict::Block)),
            ddl: count(&|pair| pair.has(DeployVerdict::Ddl)),
            warn: count(&|pair| pair.has(DeployVerdict::Warn)),
            stopped: count(&|pair| pair.verdict().stops()),
            not_compared: count(&|pair| !pair.is_compared()),
        }
    }
}

/// Judges every revision that the schemas look back on. `kept` is the folder in which what came of pairs of layouts is kept.
///
/// # Errors
/// There is no history, or git fails.
pub fn judge_all(store: &SchemaStore, kept: Option<PathBuf>) -> Result<DeployHistory, BlameError> {
    let lineage = store.lineage()?.ok_or_else(|| BlameError::NoHistory(store.name()))?;
    let mut notes = Vec::new();
    let file = kept.map(|folder| kept::KeptPairs::new(&folder, &lineage.repository));
    // git takes as long for its list as the reading of what is kept.
    let (plan, judged) = std::thread::scope(|scope| {
        let reading = scope.spawn(|| file.as_ref().map(kept::KeptPairs::read).unwrap_or_default());
        let log = lineage.repository.log(&lineage.tip, &[]);
        (log.map(|log| pairs::plan(&log, &lineage.root)), reading.join().unwrap_or_default())
    });
    let (plan, mut judged) = (plan?, judged);
    let open: Vec<pairs::BlobPair> = plan.to_read.iter().filter(|pair| !judged.contains_key(pair)).copied().collect();
    if !open.is_empty() {
        let fresh = read::all(&lineage.repository, &open)?;
        if let Some(file) = &file
            && let Err(error) = file.add(&fresh)
        {
            notes.push(format!("what was found could not be kept, so the next run takes as long: {error}"));
        }
        judged.extend(fresh.into_iter().map(|(pair, one)| (pair, Arc::new(one))));
    }
    if lineage.repository.is_shallow() {
        notes.push(format!("{} is a shallow clone: what is older than its first revision is not known", lineage.repository.name()));
    }
    let (pairs, without_layouts) = plan.told(&judged);
    Ok(DeployHistory { pairs, without_layouts, notes })
}
