//! Work that takes longer than a key press may: reading, arranging, opening, searching, copying.
//!
//! Owns: the threads, one flag to call off each job, messages back.
//! Refuses: the explorer's state; what an answer means (update drops stale ones by their job).

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::mpsc::UnboundedSender;

use super::group_tree::GroupTree;
use super::message::{Effect, JobId, Message};
use crate::case;
use crate::group::{Groups, Sort};
use crate::source::{Cost, ErrorSource, Progress, Request, RowOrder, RowRef, Watch};

/// How often somebody who waits for an answer looks whether it is still wanted.
const PAUSE: Duration = Duration::from_millis(50);
/// Longest time that leaving waits for queries to be called off.
const FAREWELL: Duration = Duration::from_secs(2);

/// Runs effects in the background.
pub struct Workers {
    runtime: Runtime,
    source: Arc<dyn ErrorSource>,
    request: Request,
    messages: UnboundedSender<Message>,
    flags: HashMap<JobId, Arc<AtomicBool>>,
    stop_reading: Arc<AtomicBool>,
    /// Jobs that have not answered yet, for those who wait for quiet.
    running: Arc<AtomicUsize>,
    /// Questions that work waits with.
    answers: Arc<Answers>,
    clipboard: Arc<Mutex<Option<arboard::Clipboard>>>,
}

impl Workers {
    /// Workers for one source. Answers come as messages.
    pub fn new(source: Arc<dyn ErrorSource>, request: Request, messages: UnboundedSender<Message>) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).max_blocking_threads(8).build()?;
        Ok(Workers {
            runtime,
            source,
            request,
            messages,
            flags: HashMap::new(),
            stop_reading: Arc::default(),
            running: Arc::default(),
            answers: Arc::default(),
            clipboard: Arc::default(),
        })
    }

    /// Whether every job has answered.
    pub fn idle(&self) -> bool {
        self.running.load(Ordering::Acquire) == 0
    }

    /// Starts what an effect asks for. Effects that need the terminal are not for workers and do nothing here.
    pub fn start(&mut self, effect: Effect) {
        match effect {
            Effect::Read => self.read(),
            Effect::StopReading => self.stop_reading.store(true, Ordering::Relaxed),
            Effect::Arrange { job, groups, sort } => {
                self.run(move |_| Some(Message::Arranged { job, tree: Arc::new(GroupTree::new(groups, sort)) }))
            }
            Effect::OpenCase { job, row } => self.open(job, row),
            Effect::Match { job, subject, text, comparison } => {
                let flag = self.flag(job);
                self.run(move |_| {
                    let items = subject.matches(&text, comparison, &|| flag.load(Ordering::Relaxed))?;
                    Some(Message::Matched { job, items })
                });
            }
            Effect::Answer { id, yes } => self.answers.give(id, yes, &self.running),
            Effect::MoreRows { job, tree, group, order, from } => self.more_rows(job, tree, group, order, from),
            Effect::Sql { tree, group } => {
                let (source, request) = (self.source.clone(), self.request.clone());
                self.run(move |_| Some(Message::Sql(source.sql(&request, group.and_then(|group| tree.groups.list.get(group as usize))))));
            }
            Effect::Cancel(job) => {
                if let Some(flag) = self.flags.remove(&job) {
                    flag.store(true, Ordering::Relaxed);
                }
            }
            Effect::Copy { what, text } => {
                let clipboard = self.clipboard.clone();
                self.run(move |_| Some(Message::Copied { what, outcome: copy(&clipboard, text) }));
            }
            Effect::Suspend | Effect::Fail(_) | Effect::Quit => {}
        }
    }

    /// Calls everything off; threads end by themselves soon after.
    pub fn shut_down(self) {
        self.stop_reading.store(true, Ordering::Relaxed);
        for flag in self.flags.values() {
            flag.store(true, Ordering::Relaxed);
        }
        if self.source.is_remote() {
            // A query that nobody waits for any more is called off where it runs; that takes a request or two.
            let begun = Instant::now();
            while !self.idle() && begun.elapsed() < FAREWELL {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        self.runtime.shutdown_background();
    }

    fn flag(&mut self, job: JobId) -> Arc<AtomicBool> {
        self.flags.retain(|_, flag| Arc::strong_count(flag) > 1);
        self.flags.entry(job).or_default().clone()
    }

    fn run(&self, work: impl FnOnce(&UnboundedSender<Message>) -> Option<Message> + Send + 'static) {
        let (messages, running) = (self.messages.clone(), Running::begin(&self.running));
        self.runtime.spawn_blocking(move || {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&messages)));
            let message = outcome.unwrap_or_else(|panic| Some(Message::Broken(broken(panic.as_ref()))));
            if let Some(message) = message {
                // The explorer is gone once nobody listens.
                let _ = messages.send(message);
            }
            drop(running);
        });
    }

    fn read(&self) {
        let (source, request, stop) = (self.source.clone(), self.request.clone(), self.stop_reading.clone());
        let (answers, running) = (self.answers.clone(), self.running.clone());
        self.run(move |messages| {
            let watch = Reader { messages: messages.clone(), stop, answers, running };
            Some(match source.groups(&request, &watch) {
                Ok(groups) => Message::Groups { tree: arranged(groups), done: true },
                Err(error) => Message::ReadFailed(error.to_string()),
            })
        });
    }

    fn more_rows(&mut self, job: JobId, tree: Arc<GroupTree>, group: u32, order: RowOrder, from: usize) {
        let (source, flag) = (self.source.clone(), self.flag(job));
        let (answers, running) = (self.answers.clone(), self.running.clone());
        self.run(move |messages| {
            let watch = Reader { messages: messages.clone(), stop: flag, answers, running };
            let group = tree.groups.list.get(group as usize)?;
            let rows = source.more_rows(group, order, from, &watch).map_err(|error| error.to_string());
            Some(Message::MoreRows { job, rows })
        });
    }

    fn open(&mut self, job: JobId, row: RowRef) {
        let (source, schemas, flag) = (self.source.clone(), self.request.schemas.clone(), self.flag(job));
        let (answers, running) = (self.answers.clone(), self.running.clone());
        self.run(move |messages| {
            let watch = Reader { messages: messages.clone(), stop: flag.clone(), answers, running };
            let outcome = match source.fetch(row, &watch) {
                Ok(row) => Ok(Arc::new(case::open(row, schemas.as_deref()))),
                Err(error) => Err(error.to_string()),
            };
            (!flag.load(Ordering::Relaxed)).then_some(Message::Case { job, outcome })
        });
    }
}

/// Questions that work waits with, by their number, and what was answered.
#[derive(Default)]
struct Answers {
    given: Mutex<HashMap<JobId, Option<bool>>>,
    news: Condvar,
    last: AtomicU64,
}

impl Answers {
    /// A number for a new question.
    fn open(&self) -> JobId {
        let id = self.last.fetch_add(1, Ordering::Relaxed);
        self.given.lock().unwrap_or_else(PoisonError::into_inner).insert(id, None);
        id
    }

    /// Answers a question. Who waits for it is at work again from here on, not only from when its thread wakes up.
    fn give(&self, id: JobId, yes: bool, running: &AtomicUsize) {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = given.get_mut(&id).filter(|answer| answer.is_none()) {
            *answer = Some(yes);
            running.fetch_add(1, Ordering::AcqRel);
            self.news.notify_all();
        }
    }

    /// Waits for an answer, at rest meanwhile: those who wait for quiet must not wait for it. None is needed any more once `stopped`.
    fn wait(&self, id: JobId, running: &AtomicUsize, stopped: &dyn Fn() -> bool) -> bool {
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

/// Counts a job for as long as it lives.
struct Running(Arc<AtomicUsize>);

impl Running {
    fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Running(count.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What a panic said, for the bottom line.
fn broken(panic: &(dyn std::any::Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("misfit itself failed at this: {}", said.unwrap_or("no reason given"))
}

fn arranged(groups: Groups) -> Arc<GroupTree> {
    Arc::new(GroupTree::new(Arc::new(groups), Sort::Count))
}

/// Tells the explorer how reading goes.
struct Reader {
    messages: UnboundedSender<Message>,
    stop: Arc<AtomicBool>,
    answers: Arc<Answers>,
    running: Arc<AtomicUsize>,
}

impl Watch for Reader {
    fn spend(&self, cost: &Cost) -> bool {
        if !cost.is_over() {
            return true;
        }
        let id = self.answers.open();
        let limit = crate::text::bytes(cost.limit);
        let text = format!("{cost}, more than the {limit} that may be read without asking (--max-bytes). Go on?");
        let _ = self.messages.send(Message::Question { id, text });
        self.answers.wait(id, &self.running, &|| self.cancelled())
    }
    fn progress(&self, progress: Progress) {
        let _ = self.messages.send(Message::Progress(progress));
    }
    fn snapshot(&self, groups: Groups) {
        let _ = self.messages.send(Message::Groups { tree: arranged(groups), done: false });
    }
    fn wants_snapshots(&self) -> bool {
        true
    }
    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// One clipboard for the whole session: on X11 its content lives as long as it does.
fn copy(clipboard: &Mutex<Option<arboard::Clipboard>>, text: String) -> Result<(), String> {
    let mut held = clipboard.lock().map_err(|_| "the clipboard is out of order".to_owned())?;
    if held.is_none() {
        *held = Some(arboard::Clipboard::new().map_err(no_clipboard)?);
    }
    held.as_mut().map_or(Ok(()), |clipboard| clipboard.set_text(text)).map_err(no_clipboard)
}

fn no_clipboard(error: arboard::Error) -> String {
    match error {
        arboard::Error::Unknown { .. } | arboard::Error::ClipboardNotSupported => {
            "this system has no clipboard, as over a remote shell".to_owned()
        }
        other => format!("the clipboard refused: {other}"),
    }
}
