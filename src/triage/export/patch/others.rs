//! What an edit does to rows that it is not made for: those of other groups that the same schemas refuse.
//!
//! Owns: judging those again, in words.
//! Refuses: fetching rows that cost.

use std::sync::Arc;

use super::{GroupPatch, Through};
use crate::ground::text::{count, plural};
use crate::pipeline::fault::VALIDATION;
use crate::rows::advice::Advised;
use crate::rows::group::{Group, Groups};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, Watch};
use crate::triage::recheck::{Recheck, Turn, TurnCounts, recheck};

/// The rows of other groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherRows {
    /// What becomes of them.
    Judged(TurnCounts),
    /// They were not judged: fetching them costs.
    TooDear,
}

impl GroupPatch {
    /// Judges the rows of all other groups of the same doctypes that a schema refused.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn look_at_others(
        &mut self,
        source: &dyn ErrorSource,
        schemas: &SchemaStore,
        groups: &Groups,
        group: &Group,
        watch: &dyn Watch,
    ) -> Result<(), Advised> {
        if source.is_remote() {
            self.others = Some(OtherRows::TooDear);
            return Ok(());
        }
        let mut edited = schemas.fresh();
        for file in &self.files {
            edited = edited.with_file(&file.schema.path, file.proposal.edited.clone());
        }
        let is_of = |other: &&Group| {
            let (one, another) = (&group.key, &other.key);
            other.fingerprint != group.fingerprint
                && other.key.class.as_deref() == Some(VALIDATION)
                && (&one.namespace, &one.doctype, &one.version) == (&another.namespace, &another.doctype, &another.version)
        };
        let others: Vec<&Group> = groups.list.iter().filter(is_of).collect();
        let mut counts = TurnCounts::default();
        if !others.is_empty() {
            let replay = Recheck::new(Arc::new(schemas.fresh()), Arc::new(edited));
            let judged = recheck(source, &replay, &others, None, &Through(watch)).map_err(|error| Advised::from(error.to_string()))?;
            counts = judged.total();
        }
        self.others = Some(OtherRows::Judged(counts));
        Ok(())
    }
}

impl OtherRows {
    /// In a line for people.
    pub fn line(&self) -> String {
        let OtherRows::Judged(counts) = self else {
            return "rows of other groups were not judged: fetching them costs".to_owned();
        };
        if counts.all() == 0 {
            return "no other group of the doctype has rows that a schema refused".to_owned();
        }
        let worse = counts.of(Turn::Refused);
        let rows = plural(counts.all(), "row", "rows");
        if let Some(only) = Turn::ALL.into_iter().find(|turn| *turn != Turn::Refused && counts.of(*turn) == counts.all()) {
            return format!("{rows} of other groups of the doctype {}: none is worse off", only.words());
        }
        let told = Turn::ALL.into_iter().filter(|turn| *turn != Turn::Refused && counts.of(*turn) > 0);
        let mut parts: Vec<String> = told.map(|turn| format!("{} {}", count(counts.of(turn)), turn.words())).collect();
        parts.push(match worse {
            0 => "none is worse off".to_owned(),
            worse => format!("{} {}", count(worse), Turn::Refused.words()),
        });
        format!("of {} of other groups of the doctype {}", rows, parts.join(", "))
    }
}
