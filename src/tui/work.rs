//! Work that takes longer than a key press may: reading, arranging, opening, searching, copying.
//!
//! Owns: the threads, one flag to call off each job, messages back.
//! Refuses: the explorer's state; what an answer means (update drops stale ones by their job).

mod answers;
mod arrange;
mod causes;
mod deploy;
mod edit;
mod follow;
mod losses;
mod notes;
mod overview;
mod payloads;
mod recheck;
mod senders;
mod suspect;
mod tables;
mod watch;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use answers::Answers;
use arrange::Arrangement;
use watch::{ReadWatch, arranged};

use super::advice;
use super::effect::Effect;
use super::group_tree::ListedBy;
use super::hit_tree::HitTree;
use super::keeper::Keeper;
use super::message::{Export, Exported, JobId, Message};
use super::note_book::NoteBook;
use super::opened::SourceOpener;
use super::outlet::Outlet;
use super::row_place::{GroupPlace, OpenedRow, RowPlace};
use crate::ground::contained;
use crate::pipeline::layout::ddl;
use crate::rows::group::Sort;
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, Request, RowOrder, Watch};
use crate::triage::baseline::AskedRows;
use crate::triage::blame::{self, HistorySettings};
use crate::triage::case;
use crate::triage::compat::witness_of;
use crate::triage::export::files::Readers;
use crate::triage::export::patch::PatchSettings;
use crate::triage::export::single::{self, ExportOrigin, Opened};
use crate::triage::facts;
use crate::triage::redact::Policy;
use crate::triage::redact::Redaction;
use crate::tui::clipboard::Clipboard;

/// Longest time that leaving waits for queries to be called off.
const FAREWELL: Duration = Duration::from_secs(2);

/// How often work tells how far it is.
const EVERY: Duration = Duration::from_millis(200);

/// What the explorer's exports tell, and where they go.
#[derive(Debug, Clone, Default)]
pub struct ExportSettings {
    /// What is told and what not.
    pub redaction: Redaction,
    /// Folder of the files.
    pub folder: PathBuf,
    /// What is known of patches.
    pub patches: PatchSettings,
}

/// Runs effects in the background.
pub struct Workers {
    runtime: Runtime,
    /// `None` where only tables are explored.
    source: Option<Arc<dyn ErrorSource>>,
    request: Request,
    /// Which rows that asks for, as visits keep it.
    pub asked: AskedRows,
    exports: ExportSettings,
    /// Where histories are read from.
    pub history: HistorySettings,
    messages: Outlet,
    /// Who opens further sources.
    pub opener: Option<Arc<dyn SourceOpener>>,
    /// What is kept from one time to the next.
    pub keeper: Option<Arc<Keeper>>,
    /// The notes on groups.
    pub notes: Option<Arc<NoteBook>>,
    flags: HashMap<JobId, Arc<AtomicBool>>,
    stop_reading: Arc<AtomicBool>,
    /// Jobs that have not answered yet, for those who wait for quiet.
    running: Arc<AtomicUsize>,
    /// Questions that work waits with.
    answers: Arc<Answers>,
    clipboard: Arc<Mutex<Clipboard>>,
}

impl Workers {
    /// Workers for one source, or for schemas alone. Answers come as messages.
    pub fn new(
        source: Option<Arc<dyn ErrorSource>>,
        request: Request,
        exports: ExportSettings,
        messages: impl Into<Outlet>,
    ) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).max_blocking_threads(8).enable_time().build()?;
        Ok(Workers {
            runtime,
            source,
            request,
            asked: AskedRows::default(),
            exports,
            history: HistorySettings::default(),
            messages: messages.into(),
            opener: None,
            keeper: None,
            notes: None,
            flags: HashMap::new(),
            stop_reading: Arc::default(),
            running: Arc::default(),
            answers: Arc::default(),
            clipboard: Arc::new(Mutex::new(Clipboard::new(|name| std::env::var(name).ok()))),
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
            Effect::Follow { job, groups, sort, by } => {
                let Some(source) = self.source.clone() else { return };
                let (request, watch, notes) = (self.request.clone(), self.watch(job), self.notes.clone());
                let arrangement = self.arrangement(sort, by);
                self.run(move |_| {
                    let groups = follow::read(source.as_ref(), (&request, notes.as_deref()), &groups, &watch);
                    let outcome = groups.map(|groups| groups.map(|groups| arrangement.tree(Arc::new(groups)).0));
                    (!watch.cancelled()).then_some(Message::Followed { job, outcome })
                });
            }
            Effect::FollowLater { job, pause } => {
                // Not among the work that is waited for: it may be hours.
                let (messages, flag) = (self.messages.clone(), self.flag(job));
                self.runtime.spawn(async move {
                    tokio::time::sleep(pause).await;
                    if !flag.load(Ordering::Relaxed) {
                        let _ = messages.send(Message::FollowDue);
                    }
                });
            }
            Effect::StopReading => self.stop_reading.store(true, Ordering::Relaxed),
            Effect::Arrange { job, groups, sort, by } => {
                let arrangement = self.arrangement(sort, by);
                self.run(move |_| {
                    let (tree, note) = arrangement.tree(groups);
                    Some(Message::Arranged { job, tree, note })
                });
            }
            Effect::Note { job, on, said, groups, sort } => {
                let Some(book) = self.notes.clone() else { return };
                let (schemas, redaction) = (self.request.schemas.clone(), self.exports.redaction.clone());
                let (messages, shared) = (self.messages.clone(), book.clone());
                // Notes that are typed quickly are written, and told, in the order in which they were typed.
                book.ask(move || {
                    let outcome = notes::write(&shared, (&on, &said), (&groups, sort), schemas.as_deref(), &redaction);
                    let _ = messages.send(Message::Noted { job, asked: groups, outcome });
                });
                self.run(move |_| {
                    book.work();
                    None
                });
            }
            Effect::Remark { job, groups, sort } => {
                let Some(book) = self.notes.clone() else { return };
                self.run(move |_| {
                    let outcome = Ok(notes::remarked(&book, &groups, sort));
                    Some(Message::Noted { job, asked: groups, outcome })
                });
            }
            Effect::Overview { job, groups, sort, visit, beside } => {
                let (schemas, asked, flag) = (self.request.schemas.clone(), self.asked.clone(), self.flag(job));
                self.run(move |_| {
                    let is_off = || flag.load(Ordering::Relaxed);
                    let tree = overview::counted(groups, schemas.as_deref(), sort, (visit.as_deref(), &asked), beside, &is_off)?;
                    Some(Message::Overview { job, tree: Arc::new(tree) })
                });
            }
            Effect::SortOverview { job, tree, sort } => {
                self.run(move |_| Some(Message::Overview { job, tree: Arc::new(overview::sorted(&tree, sort)) }));
            }
            Effect::ReadBeside { job, named } => {
                let (opener, request, watch) = (self.opener.clone(), self.request.clone(), self.watch(job));
                self.run(move |_| {
                    let outcome = overview::read_beside(opener.as_deref(), &named, &request, &watch).map(Arc::new);
                    (!watch.cancelled()).then_some(Message::BesideRead { job, outcome })
                });
            }
            Effect::LetGo(tree) => self.run(move |_| {
                drop(tree);
                None
            }),
            Effect::OpenCase { job, place } => self.open(job, place),
            Effect::PreviewRow { job, case, table, value } => {
                self.run(move |_| Some(Message::Row { job, preview: case.preview(table, value)? }))
            }
            Effect::Match { job, subject, text } => {
                let flag = self.flag(job);
                self.run(move |_| {
                    let matches = subject.matches(&text, &|| flag.load(Ordering::Relaxed))?;
                    Some(Message::Matched { job, matches })
                });
            }
            Effect::SeekPayloads { job, query, groups } => {
                let Some(source) = self.source.clone() else { return };
                let (request, watch) = (self.request.clone(), self.watch(job));
                self.run(move |_| {
                    let outcome = payloads::seek(source.as_ref(), &request, &groups, &query, (job, &watch))?;
                    Some(Message::PayloadsFound { job, outcome })
                });
            }
            Effect::Recheck { job, against, tree, below } => {
                let (Some(source), Some(schemas)) = (self.source.clone(), self.request.schemas.clone()) else {
                    let outcome = Err(format!(
                        "documents are judged by two states of the schemas, and there are none here: {}",
                        advice::GIVE_SCHEMAS
                    ));
                    self.run(move |_| Some(Message::Rechecked { job, outcome }));
                    return;
                };
                let watch = self.watch(job);
                self.run(move |_| {
                    let outcome = recheck::told(source.as_ref(), &schemas, &against, (&tree, below), &watch)?;
                    Some(Message::Rechecked { job, outcome })
                });
            }
            Effect::ListTables { job } => self.with_schemas(job, |schemas, messages, _| {
                if let Some(age) = schemas.age(jiff::Timestamp::now().as_microsecond()) {
                    // The explorer is gone once nobody listens.
                    let _ = messages.send(Message::SchemasAged(age));
                }
                Some(tables::list(schemas))
            }),
            Effect::ReadTables { job } => self.with_schemas(job, tables::read),
            Effect::FindTables { job, catalog, text } => {
                let flag = self.flag(job);
                self.run(move |_| {
                    let found = catalog.search(&text, &|| flag.load(Ordering::Relaxed))?;
                    Some(Message::TablesFound { job, hits: Arc::new(HitTree::new(catalog, found)) })
                });
            }
            Effect::Look { job, place, groups } => self.with_schemas(job, move |schemas, _, flag| {
                let outcome = tables::look(schemas, place, groups).map(Arc::new).map_err(|error| error.to_string());
                (!flag.load(Ordering::Relaxed)).then_some(Message::Looked { job, outcome })
            }),
            Effect::Losses { job, table, named } => {
                let Some(schemas) = self.request.schemas.clone() else { return };
                let watch = self.watch(job);
                self.run(move |_| {
                    let outcome = losses::find(&schemas, table, &named, &watch)?;
                    Some(Message::Losses { job, outcome: outcome.map(Arc::new) })
                });
            }
            Effect::History { job, question } => {
                let settings = self.history.clone();
                self.with_schemas(job, move |schemas, _, flag| {
                    let outcome = blame::with_settings(schemas, &question, &settings);
                    let outcome = outcome.map(|(found, edit)| {
                        let told = facts::blame::facts(&found, &question, edit.as_ref()).to_text();
                        let patches = settings.source.as_deref().and_then(|source| blame::patches(source, &found).ok());
                        match patches.filter(|patches| !patches.is_empty()) {
                            Some(patches) => format!("{told}\n{}", facts::blame::diffs(&patches).to_text()),
                            None => told,
                        }
                    });
                    (!flag.load(Ordering::Relaxed))
                        .then_some(Message::History { job, outcome: outcome.map_err(|error| advice::told(&error)) })
                });
            }
            Effect::SeekWitness { job, of, place } => {
                let stop = self.flag(job);
                self.run(move |_| {
                    let found =
                        of.compared().map(|pair| witness_of(&pair.found, place, &pair.pair.old, &pair.pair.new)).unwrap_or_default();
                    (!stop.load(Ordering::Relaxed)).then_some(Message::Witness { job, place, found })
                });
            }
            Effect::CompareSchemas { job, choice, allowlist } => {
                let Some(schemas) = self.request.schemas.clone() else { return };
                let (settings, stop) = (self.history.clone(), self.flag(job));
                self.run(move |_| {
                    let outcome = deploy::compared(&schemas, &choice, allowlist.as_deref(), &settings, &stop)?;
                    Some(Message::Deploy { job, outcome: outcome.map(Arc::new) })
                });
            }
            Effect::Explain { job, text } => {
                let (schemas, kept, stop) = (self.request.schemas.clone(), self.history.kept.clone(), self.flag(job));
                self.run(move |_| {
                    let tree = deploy::explained(schemas.as_ref(), &text, kept.as_deref());
                    (!stop.load(Ordering::Relaxed)).then(|| Message::Deploy { job, outcome: Ok(Arc::new(tree)) })
                });
            }
            Effect::LookSides { job, place, of, groups } => {
                let Some(schemas) = self.request.schemas.clone() else { return };
                let stop = self.flag(job);
                self.run(move |_| {
                    let outcome = deploy::sides(&schemas, &of, &place, groups).map(Arc::new);
                    (!stop.load(Ordering::Relaxed)).then_some(Message::Sides { job, place, outcome })
                });
            }
            Effect::Suspect { job, of } => self.suspect(job, of),
            Effect::Senders { job, of, payloads } => {
                let Some(source) = self.source.clone() else { return };
                let watch = self.watch(job);
                self.run(move |messages| {
                    let tell = |text| {
                        // The explorer is gone once nobody listens.
                        let _ = messages.send(Message::Senders { job, outcome: Ok(text), is_all: false });
                    };
                    let outcome = senders::find(source.as_ref(), (&of, payloads), &watch, &tell)?;
                    Some(Message::Senders { job, outcome, is_all: true })
                });
            }
            Effect::CopySchema { job, of } => {
                let Some(source) = self.source.clone() else { return };
                let watch = self.watch(job);
                self.with_schemas(job, move |schemas, _, flag| {
                    let outcome = edit::copied(source.as_ref(), schemas, of.group(), &watch);
                    (!flag.load(Ordering::Relaxed)).then_some(Message::SchemaCopied { job, outcome: outcome.map(Arc::new) })
                });
            }
            Effect::JudgeEdit { job, copy } => self.with_schemas(job, move |schemas, messages, flag| {
                let outcome = edit::judged(&copy, schemas, job, messages, flag);
                (!flag.load(Ordering::Relaxed)).then_some(Message::EditJudged { job, outcome: outcome.map(Arc::new) })
            }),
            Effect::Answer { id, yes } => self.answers.give(id, yes, &self.running),
            Effect::MoreRows { job, of, order, from } => self.more_rows(job, of, order, from),
            Effect::Causes { job, of } => self.causes(job, of),
            Effect::Sql(of) => self.sql(of),
            Effect::WriteDdl { layout, table } => self.run(move |_| {
                let outcome = ddl::create(&layout, &table, &ddl::TableOrder::pipeline(&layout));
                let is_long = outcome.as_ref().is_ok_and(|sql| ddl::too_long(sql).is_some());
                let what = if is_long {
                    "CREATE TABLE statement; it is longer than the 1 MB that BigQuery takes"
                } else {
                    "CREATE TABLE statement"
                };
                Some(Message::Written { what, outcome })
            }),
            Effect::Cancel(job) => {
                if let Some(flag) = self.flags.remove(&job) {
                    flag.store(true, Ordering::Relaxed);
                }
            }
            Effect::Copy { what, text } => {
                let clipboard = self.clipboard.clone();
                self.run(move |_| {
                    let outcome = clipboard.lock().unwrap_or_else(PoisonError::into_inner).copy(&text);
                    Some(Message::Copied { what, outcome })
                });
            }
            Effect::Export { job, export } => self.export(job, export),
            Effect::ReadKept(source) => {
                let Some(keeper) = self.keeper.clone() else { return };
                self.run(move |_| Some(keeper.last_time(source.as_deref())));
            }
            Effect::OpenSource { job, named } => {
                let (opener, flag) = (self.opener.clone(), self.flag(job));
                self.run(move |_| {
                    let outcome = match opener {
                        Some(opener) => opener.open(&named),
                        None => Err("no further source can be opened here".to_owned()),
                    };
                    (!flag.load(Ordering::Relaxed)).then_some(Message::SourceOpened { job, outcome })
                });
            }
            Effect::OpenEditor { .. }
            | Effect::HandOver(_)
            | Effect::Send(_)
            | Effect::Mouse(_)
            | Effect::AddTab(_)
            | Effect::TurnTabs(_)
            | Effect::CloseTab
            | Effect::Suspend
            | Effect::Fail(_)
            | Effect::Quit
            | Effect::Terminate(_) => {}
        }
    }

    /// Calls everything off; threads end by themselves soon after.
    pub fn shut_down(self) {
        self.stop_reading.store(true, Ordering::Relaxed);
        for flag in self.flags.values() {
            flag.store(true, Ordering::Relaxed);
        }
        // What was noted is written before the end.
        self.notes.iter().for_each(|notes| notes.work());
        if self.source.as_ref().is_some_and(|source| source.is_remote()) {
            // A query that nobody waits for any more is called off where it runs; that takes a request or two.
            let begun = Instant::now();
            while !self.idle() && begun.elapsed() < FAREWELL {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        self.runtime.shutdown_background();
    }

    /// How groups are to be listed.
    fn arrangement(&self, sort: Sort, by: ListedBy) -> Arrangement {
        Arrangement { sort, by, schemas: self.request.schemas.clone(), source: self.history.source.clone() }
    }

    fn flag(&mut self, job: JobId) -> Arc<AtomicBool> {
        self.flags.retain(|_, flag| Arc::strong_count(flag) > 1);
        self.flags.entry(job).or_default().clone()
    }

    /// Who watches a source for the explorer.
    fn reader(&self, stop: Arc<AtomicBool>) -> ReadWatch {
        let (messages, request) = (self.messages.clone(), self.request.clone());
        let notes = self.notes.clone();
        ReadWatch { messages, job: None, request, notes, stop, answers: self.answers.clone(), running: self.running.clone() }
    }

    /// Who watches a source for work that is told of beside reading.
    fn watch(&mut self, job: JobId) -> ReadWatch {
        let flag = self.flag(job);
        ReadWatch { job: Some(job), ..self.reader(flag) }
    }

    fn run(&self, work: impl FnOnce(&Outlet) -> Option<Message> + Send + 'static) {
        self.run_or(work, Message::Broken);
    }

    /// The same for work whose failure has a place of its own.
    fn run_or(&self, work: impl FnOnce(&Outlet) -> Option<Message> + Send + 'static, failed: fn(String) -> Message) {
        let (messages, running) = (self.messages.clone(), Running::begin(&self.running));
        self.runtime.spawn_blocking(move || {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&messages)));
            let message = outcome.unwrap_or_else(|panic| Some(failed(broken(panic.as_ref()))));
            if let Some(message) = message {
                // The explorer is gone once nobody listens.
                let _ = messages.send(message);
            }
            drop(running);
        });
    }

    /// Work on the schemas; nothing where there are none.
    fn with_schemas(&mut self, job: JobId, work: impl FnOnce(&SchemaStore, &Outlet, &AtomicBool) -> Option<Message> + Send + 'static) {
        let Some(schemas) = self.request.schemas.clone() else { return };
        let flag = self.flag(job);
        self.run(move |messages| work(&schemas, messages, &flag));
    }

    fn read(&self) {
        let Some(source) = self.source.clone() else { return };
        let (request, stop, notes) = (self.request.clone(), self.stop_reading.clone(), self.notes.clone());
        let watch = self.reader(stop);
        let work = move |_: &Outlet| {
            Some(match source.groups(&request, &watch) {
                Ok(groups) => Message::Groups { tree: arranged(groups, &request, notes.as_deref()), done: true },
                Err(error) => Message::ReadFailed(advice::told(&error)),
            })
        };
        self.run_or(work, Message::ReadFailed);
    }

    fn export(&mut self, job: JobId, export: Export) {
        let Some(source) = self.source.clone() else { return };
        let (schemas, flag) = (self.request.schemas.clone(), self.flag(job));
        let (watch, policy) = (self.reader(flag.clone()), self.exports.redaction.policy(export.raw));
        let to = ExportSettings { folder: self.exports.folder.clone(), patches: self.exports.patches.clone(), ..ExportSettings::default() };
        self.run(move |_| {
            let outcome = exported(source.as_ref(), schemas.as_deref(), policy, &export, &to, &watch);
            (!flag.load(Ordering::Relaxed)).then_some(Message::Exported { job, outcome })
        });
    }

    fn sql(&self, of: Option<GroupPlace>) {
        let Some(source) = self.source.clone() else { return };
        let request = self.request.clone();
        self.run(move |_| Some(Message::Sql(source.sql(&request, of.as_ref().map(GroupPlace::group)))));
    }

    fn more_rows(&mut self, job: JobId, of: GroupPlace, order: RowOrder, from: usize) {
        let Some(source) = self.source.clone() else { return };
        let watch = self.watch(job);
        self.run(move |_| {
            let rows = source.more_rows(of.group(), order, from, &watch).map_err(|error| advice::told(&error));
            Some(Message::MoreRows { job, rows })
        });
    }

    fn causes(&mut self, job: JobId, of: GroupPlace) {
        let (Some(source), Some(schemas)) = (self.source.clone(), self.request.schemas.clone()) else { return };
        let watch = self.watch(job);
        self.run(move |_| {
            let outcome = causes::count(source.as_ref(), &schemas, &of, &watch)?;
            Some(Message::Causes { job, outcome })
        });
    }

    fn suspect(&mut self, job: JobId, of: GroupPlace) {
        let (Some(source), Some(schemas)) = (self.source.clone(), self.request.schemas.clone()) else { return };
        let (watch, settings, since) = (self.watch(job), self.history.clone(), self.request.since);
        self.run(move |_| {
            suspect::find(source.as_ref(), &schemas, &settings, &of, since, &watch).map(|outcome| Message::History { job, outcome })
        });
    }

    fn open(&mut self, job: JobId, place: RowPlace) {
        let Some(source) = self.source.clone() else { return };
        let (schemas, flag) = (self.request.schemas.clone(), self.flag(job));
        let watch = self.watch(job);
        self.run(move |_| {
            let outcome = match source.fetch(place.at, &watch) {
                Ok(row) => Ok(OpenedRow { place, case: Arc::new(case::open(row, schemas.as_deref())) }),
                Err(error) => Err(advice::told(&error)),
            };
            (!flag.load(Ordering::Relaxed)).then_some(Message::Case { job, outcome })
        });
    }
}

/// Makes an export; files go to the folder.
fn exported(
    source: &dyn ErrorSource,
    schemas: Option<&SchemaStore>,
    policy: Policy,
    export: &Export,
    to: &ExportSettings,
    watch: &dyn Watch,
) -> Result<Exported, String> {
    let of = export.subject.of();
    let opened = export.subject.row().map(|row| Opened { at: row.place.at, case: row.case.clone() });
    let origin = ExportOrigin {
        source,
        schemas,
        groups: of.groups(),
        group: of.group().fingerprint,
        opened,
        policy,
        patches: to.patches.clone(),
        own_edit: export.own_edit.as_deref(),
    };
    let made = single::make(export.what, &origin, watch).map_err(|refusal| advice::advised(&refusal))?;
    if export.is_copied {
        return Ok(Exported::Text { what: export.what.name(), text: String::from_utf8_lossy(&made.bytes).into_owned() });
    }
    let readers = if export.raw { Readers::Owner } else { Readers::Usual };
    let path = made.write(&to.folder, readers).map_err(|error| error.to_string())?;
    Ok(Exported::File(std::path::absolute(&path).unwrap_or(path).to_string_lossy().into_owned()))
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
    format!("misfit itself failed here: {}", contained::said(panic))
}
