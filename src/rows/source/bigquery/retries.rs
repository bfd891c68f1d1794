//! What goes wrong on the way to BigQuery and is tried again, until somebody is told of it.

use std::sync::{Mutex, PoisonError};

use super::error::Error;
use crate::rows::source::Watch;

/// Sentences about requests that failed and are made again.
#[derive(Default)]
pub(super) struct Retries(Mutex<Vec<String>>);

impl Retries {
    /// Takes note of a failure after which so many of so many further attempts follow.
    pub(super) fn add(&self, error: &Error, attempt: u32, of: u32) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{}; trying again, {attempt} of {of}", error.what()));
    }

    /// Tells a watcher what has failed since somebody was told last.
    pub(super) fn tell(&self, watch: &dyn Watch) {
        let told = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        told.iter().for_each(|told| watch.retried(told));
    }
}
