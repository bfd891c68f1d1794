//! Who watches a source for the explorer.
//!
//! Owns: what becomes of progress, groups so far and prices: messages.
//! Refuses: what they mean (update).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::super::group_tree::GroupTree;
use super::super::message::{JobId, Message};
use super::super::note_book::{NoteBook, now};
use super::super::outlet::Outlet;
use super::answers::Answers;
use crate::rows::group::{Groups, Sort};
use crate::rows::source::{Cost, Progress, Request, Spent, Watch};

/// Groups as they are first shown.
pub(super) fn arranged(groups: Groups, request: &Request, notes: Option<&NoteBook>) -> Arc<GroupTree> {
    Arc::new(GroupTree::new(Arc::new(completed(groups, request, notes)), Sort::Deploy))
}

/// Groups with their rates and what is noted of them.
pub(super) fn completed(mut groups: Groups, request: &Request, notes: Option<&NoteBook>) -> Groups {
    request.rate(&mut groups, false);
    if let Some(notes) = notes {
        notes.remark(&mut groups, now());
    }
    groups
}

/// Tells the explorer how reading goes.
pub(super) struct ReadWatch {
    pub(super) messages: Outlet,
    /// The work, where it is not reading.
    pub(super) job: Option<JobId>,
    /// What is read, which tells how groups so far are shown.
    pub(super) request: Request,
    /// What is noted of groups.
    pub(super) notes: Option<Arc<NoteBook>>,
    pub(super) stop: Arc<AtomicBool>,
    pub(super) answers: Arc<Answers>,
    pub(super) running: Arc<AtomicUsize>,
}

impl Watch for ReadWatch {
    fn spend(&self, cost: &Cost) -> bool {
        if !cost.is_over() {
            if self.job.is_some() {
                let _ = self.messages.send(Message::Spends(cost.to_string()));
            }
            return true;
        }
        let id = self.answers.open();
        let limit = crate::ground::text::bytes(cost.limit);
        let text = format!("{cost}, more than the {limit} that may be read without asking (--max-bytes). Go on?");
        let _ = self.messages.send(Message::Question { id, text });
        self.answers.wait(id, &self.running, &|| self.cancelled())
    }
    fn spent(&self, spent: Spent) {
        let _ = self.messages.send(Message::Spent(spent));
    }
    fn retried(&self, told: &str) {
        let _ = self.messages.send(Message::Retried(told.to_owned()));
    }
    fn progress(&self, progress: Progress) {
        let _ = self.messages.send(match self.job {
            Some(job) => Message::WorkProgress { job, progress },
            None => Message::Progress(progress),
        });
    }
    fn snapshot(&self, groups: Groups) {
        let _ = self.messages.send(Message::Groups { tree: arranged(groups, &self.request, self.notes.as_deref()), done: false });
    }
    fn wants_snapshots(&self) -> bool {
        self.job.is_none()
    }
    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A watch over what only can be called off.
pub(super) struct Stoppable<'a>(pub(super) &'a AtomicBool);

impl Watch for Stoppable<'_> {
    fn progress(&self, _: Progress) {}
    fn snapshot(&self, _: Groups) {}
    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
