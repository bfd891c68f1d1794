//! Causes behind groups whose messages name none.
//!
//! Owns: those that were counted, the group whose rows are looked at now.
//! Refuses: counting (triage/causes), when that is done (update).

use std::collections::HashMap;
use std::sync::Arc;

use super::message::JobId;
use crate::rows::group::Fingerprint;
use crate::rows::source::Progress;
use crate::triage::causes::Causes;

/// What is known of causes.
#[derive(Default)]
pub struct CauseBook {
    /// The causes of a group, or why they are not known.
    pub known: HashMap<Fingerprint, Result<Arc<Causes>, String>>,
    /// The work that looks at rows.
    pub counting: Option<Counting>,
}

/// Rows of a group that are looked at.
pub struct Counting {
    /// The work.
    pub job: JobId,
    /// The group.
    pub of: Fingerprint,
    /// Whether somebody asked for it; else it is called off as soon as the cursor leaves the group.
    pub asked: bool,
    /// How far it is.
    pub progress: Progress,
}

impl CauseBook {
    /// The causes of a group, where they were counted.
    pub fn of(&self, group: Fingerprint) -> Option<&Causes> {
        self.known.get(&group)?.as_ref().ok().map(Arc::as_ref)
    }

    /// What somebody asked for, while it is at work.
    pub fn asked(&self) -> Option<&Counting> {
        self.counting.as_ref().filter(|counting| counting.asked)
    }

    /// Why a group has no causes yet, in a line.
    pub fn absence(&self, group: Fingerprint) -> Option<&str> {
        match self.known.get(&group) {
            Some(outcome) => outcome.as_ref().err().map(String::as_str),
            None => self.counting.as_ref().filter(|counting| counting.of == group).map(|_| "looking into the payloads …"),
        }
    }
}
