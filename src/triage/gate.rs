//! What stands against a change of the schemas: columns, rows, samples, each found once, with a name that lasts.
//!
//! Owns: findings of all kinds in one form, their fingerprints, what of them stops the change, what a list of accepted ones mutes.
//! Refuses: comparing (compat), judging (recheck, judging), forms of output.

mod accepted;
mod deploy;
mod documents;
mod layouts;
mod places;

use std::sync::Arc;

use crate::pipeline::compat::DeployVerdict;
use crate::rows::group::{GroupKey, GroupNames, NamesWithin};
use crate::rows::schemas::SchemaStore;
use crate::triage::compat::{DeployComparison, would_be};

pub use accepted::{Accepted, AcceptedEntry, AcceptedError};
pub use documents::SampleFailure;
pub use layouts::{MadeColumn, MadeState, MadeTable};
pub use places::SourcePlaces;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GateKind {
    /// A cause of the comparison of layouts.
    Deploy,
    /// The same of layouts that would be made.
    WouldBe,
    /// Documents are refused that passed.
    Refused,
    /// A sample is not judged as its name says.
    Sample,
    /// Values land elsewhere.
    Moved,
    /// Documents pass that were refused.
    Taken,
    /// Something could not be judged.
    Unjudged,
}

impl GateKind {
    /// The word for scripts.
    pub fn name(self) -> &'static str {
        match self {
            GateKind::Deploy => "deploy",
            GateKind::WouldBe => "would_be",
            GateKind::Refused => "newly_failing",
            GateKind::Sample => "sample",
            GateKind::Moved => "landing_moved",
            GateKind::Taken => "now_passing",
            GateKind::Unjudged => "unjudged",
        }
    }
}

/// What a finding does to the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GateWeight {
    /// It stops it.
    Stops,
    /// Nobody knows.
    Unknown,
    /// Somebody should know of it.
    Notice,
}

impl GateWeight {
    /// The word for people and scripts.
    pub fn name(self) -> &'static str {
        match self {
            GateWeight::Stops => "finding",
            GateWeight::Unknown => "unknown",
            GateWeight::Notice => "notice",
        }
    }

    fn of(verdict: DeployVerdict) -> Self {
        if verdict.stops() { GateWeight::Stops } else { GateWeight::Notice }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateFinding {
    /// What it is about.
    pub kind: GateKind,
    /// What it does.
    pub weight: GateWeight,
    /// A few words: `BLOCK C11`, `newly fail`.
    pub title: String,
    /// What is the matter, without the place.
    pub sentence: String,
    /// What is known beside it: the rule, BigQuery's message.
    pub why: Vec<String>,
    /// The line that ends it.
    pub mend: Option<String>,
    /// Tables, or doctype versions.
    pub tables: Vec<String>,
    /// The file of the later schemas that it comes from, and the line there.
    pub place: Option<(String, usize)>,
    /// Name and amount: the same for the same, and another one where it has grown.
    pub fingerprint: String,
    /// How many it is of: tables, documents, values.
    pub amount: u64,
    /// Of values that land elsewhere: where they landed, and where they land now.
    pub moved: Option<(String, String)>,
    /// Why it is accepted, and until when.
    pub muted: Option<AcceptedEntry>,
}

/// All that was found, worst first.
#[derive(Debug, Default)]
pub struct GateReport {
    /// Findings, with those that are muted.
    pub findings: Vec<GateFinding>,
    /// Tables as they would be made of changed schemas, those that stop a deploy first.
    pub layouts: Vec<MadeTable>,
    /// What is wrong with the list of accepted ones, in sentences.
    pub notes: Vec<String>,
}

impl GateReport {
    /// Adds what an account of one kind found.
    pub fn add(&mut self, findings: impl IntoIterator<Item = GateFinding>) {
        self.findings.extend(findings);
        self.findings.sort_by_key(|finding| (finding.weight, finding.kind));
    }

    /// Adds the layouts that would be made of changed schemas, and what stands against them.
    pub fn layouts(&mut self, found: &DeployComparison, (old, new): (&SchemaStore, &SchemaStore), places: &SourcePlaces<'_>) {
        let would_be = would_be(found, old, new);
        self.deploy(&would_be, GateKind::WouldBe, places);
        self.layouts = layouts::tables(found, &would_be, old, new);
    }

    /// How many of a weight are not muted.
    pub fn count(&self, weight: GateWeight) -> usize {
        self.findings.iter().filter(|finding| finding.weight == weight && finding.muted.is_none()).count()
    }

    /// How many are muted.
    pub fn muted(&self) -> usize {
        self.findings.iter().filter(|finding| finding.muted.is_some()).count()
    }

    /// One sentence of all.
    pub fn summary(&self) -> String {
        use crate::ground::text::plural;
        let of = |weight| self.count(weight) as u64;
        let mut parts = vec![plural(of(GateWeight::Stops), "finding", "findings")];
        let unknown = of(GateWeight::Unknown);
        parts.extend((unknown > 0).then(|| format!("{unknown} that could not be judged")));
        parts.push(plural(of(GateWeight::Notice), "notice", "notices"));
        parts.extend((self.muted() > 0).then(|| format!("{} accepted", self.muted())));
        parts.join(", ")
    }
}

/// The name of a finding, made of what it is about and how much of it there is.
fn fingerprint(kind: GateKind, of: &str, where_: &str, what: &str, amount: u64) -> String {
    let key = GroupKey {
        names: Arc::new(GroupNames {
            namespace: Some(kind.name().into()),
            within: Arc::new(NamesWithin { doctype: Some(of.into()), ..NamesWithin::default() }),
        }),
        path: Some(where_.into()),
        fault: what.into(),
    };
    format!("{}:{amount}", key.fingerprint())
}

#[cfg(test)]
mod tests;
