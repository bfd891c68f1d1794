//! Causes behind groups whose messages name none.
//!
//! Owns: those that were counted, the group whose rows are looked at now.
//! Refuses: counting (triage/causes), when that is done (update).

use std::collections::HashMap;
use std::sync::Arc;

use super::message::JobId;
use crate::rows::group::Fingerprint;
use crate::triage::causes::Causes;

/// What is known of causes.
#[derive(Default)]
pub struct CauseBook {
    /// The causes of a group, or why they are not known.
    pub known: HashMap<Fingerprint, Result<Arc<Causes>, String>>,
    /// The work that looks at rows, and whose.
    pub counting: Option<(JobId, Fingerprint)>,
}

impl CauseBook {
    /// The causes of a group, where they were counted.
    pub fn of(&self, group: Fingerprint) -> Option<&Causes> {
        self.known.get(&group)?.as_ref().ok().map(Arc::as_ref)
    }

    /// Why a group has no causes yet, in a line.
    pub fn absence(&self, group: Fingerprint) -> Option<&str> {
        match self.known.get(&group) {
            Some(outcome) => outcome.as_ref().err().map(String::as_str),
            None => self.counting.filter(|(_, of)| *of == group).map(|_| "looking into the payloads …"),
        }
    }
}
