//! Questions that work on a thread has for the user.
//!
//! Owns: which are open, what was answered, waiting for it.
//! Refuses: asking (the screen does), what to do with the answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::tui::message::JobId;

/// How often somebody who waits for an answer looks whether it is still wanted.
const PAUSE: Duration = Duration::from_millis(50);

/// Questions that work waits with, by their number, and what was answered.
#[derive(Default)]
pub(super) struct Answers {
    given: Mutex<HashMap<JobId, Option<bool>>>,
    news: Condvar,
    last: AtomicU64,
}

impl Answers {
    /// A number for a new question.
    pub(super) fn open(&self) -> JobId {
        let id = self.last.fetch_add(1, Ordering::Relaxed);
        self.given.lock().unwrap_or_else(PoisonError::into_inner).insert(id, None);
        id
    }

    /// Answers a question. Who waits for it is at work again from here on, not only from when its thread wakes up.
    pub(super) fn give(&self, id: JobId, yes: bool, running: &AtomicUsize) {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = given.get_mut(&id).filter(|answer| answer.is_none()) {
            *answer = Some(yes);
            running.fetch_add(1, Ordering::AcqRel);
            self.news.notify_all();
        }
    }

    /// Waits for an answer, at rest meanwhile: those who wait for quiet must not wait for it. None is needed any more once `stopped`.
    pub(super) fn wait(&self, id: JobId, running: &AtomicUsize, stopped: &dyn Fn() -> bool) -> bool {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        running.fetch_sub(1, Ordering::AcqRel);
        loop {
            if let Some(Some(yes)) = given.get(&id) {
                let yes = *yes;
                given.remove(&id);
                return yes;
            }
            if stopped() {
                given.remove(&id);
                running.fetch_add(1, Ordering::AcqRel);
                return false;
            }
            given = self.news.wait_timeout(given, PAUSE).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
