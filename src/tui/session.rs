//! The tabs of one run: each a whole explorer of a source, with workers of its own.
//!
//! Owns: which is shown, adding and closing them, what is kept of them at the end, their log's file.
//! Refuses: what a message does to an explorer (update), the terminal (the loop).

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::ExplorerOptions;
use super::app::{App, CarriedAlong, LastTime, TabLine};
use super::effect::Effect;
use super::group_tree::ListedBy;
use super::keeper::Keeper;
use super::kept::{KeptLine, KeptScreen, KeptView, LONGEST, MOST_OPEN};
use super::log_file::LogFile;
use super::message::{Message, Pointed, PointerDoes};
use super::note_book::NoteBook;
use super::opened::{OpenedSource, SourceOpener};
use super::outlet::{Outlet, Posted, TabId};
use super::shell_command::ShellCommand;
use super::update::{begin, update};
use super::work::Workers;
use crate::ground::outline::Tree;
use crate::ground::text::visible;
use crate::ground::zone::Zone;
use crate::rows::demo;
use crate::rows::group::Sort;
use crate::rows::source::{ErrorSource, Request};
use crate::triage::baseline::{AskedRows, Visit};

/// What a run has around it: what is kept, what can be opened. All of it is nothing for a printed screen.
#[derive(Default)]
pub struct Surroundings {
    /// What is kept from one time to the next.
    pub keeper: Option<Keeper>,
    /// The name that the first source's state is kept by.
    pub kept_as: Option<String>,
    /// Who opens further sources.
    pub opener: Option<Arc<dyn SourceOpener>>,
    /// Where the log is written, too.
    pub log: Option<LogFile>,
    /// The command that began the run.
    pub command: Option<ShellCommand>,
    /// The group that is to be shown first, by its fingerprint, and which document of it.
    pub first: Option<(String, Option<usize>)>,
    /// Documents that pass, whose losses can be counted.
    pub accepted: Vec<String>,
    /// The source that is to stand beside the first one, as it would be typed.
    pub beside: Option<String>,
    /// Whether somebody has set a theme that goes before one chosen by key.
    pub theme_is_set: bool,
    /// Whether the terminal is asked for its background, by which the theme is chosen.
    pub asks_background: bool,
    /// The zone that times are told in, where it is not UTC.
    pub zone: Option<Zone>,
    /// What of the last time cannot be used.
    pub complaint: Option<String>,
    /// The notes on groups.
    pub notes: Option<NoteBook>,
}

/// One of them.
struct Tab {
    id: TabId,
    app: App,
    workers: Workers,
    kept_as: Option<String>,
    /// Which rows were asked for.
    asked: AskedRows,
}

/// All of them.
pub(super) struct Session {
    tabs: Vec<Tab>,
    /// The one that is shown.
    at: usize,
    last: TabId,
    options: ExplorerOptions,
    keeper: Option<Arc<Keeper>>,
    opener: Option<Arc<dyn SourceOpener>>,
    log: Option<LogFile>,
    notes: Option<Arc<NoteBook>>,
    accepted: Vec<String>,
    folder: Option<std::path::PathBuf>,
    size: (u16, u16),
    to: UnboundedSender<Posted>,
    /// How closed tabs were left.
    closed: Vec<KeptView>,
    /// Their groups.
    visits: Vec<Visit>,
}

impl Session {
    /// A run on one source, or on the tables alone; nothing is begun yet.
    pub(super) fn new(options: ExplorerOptions, around: Surroundings, size: (u16, u16)) -> io::Result<(Self, UnboundedReceiver<Posted>)> {
        let (to, inbox) = mpsc::unbounded_channel();
        let folder = around.command.as_ref().map(|command| command.folder.clone());
        let mut session = Session {
            tabs: Vec::new(),
            at: 0,
            last: 0,
            options,
            keeper: around.keeper.map(Arc::new),
            opener: around.opener,
            log: around.log,
            notes: around.notes.map(Arc::new),
            accepted: around.accepted,
            folder,
            size,
            to,
            closed: Vec::new(),
            visits: Vec::new(),
        };
        let (source, request) = (session.options.source.clone(), session.options.request.clone());
        let mut tab = session.tab(source, request, around.kept_as)?;
        tab.app.command = around.command;
        tab.app.theme_is_set = around.theme_is_set;
        tab.app.own_zone = around.zone;
        tab.app.overview.beside.wanted = around.beside;
        if let Some(complaint) = around.complaint {
            tab.app.report(complaint, true);
        }
        tab.app.last_time = around.first.map(|(group, document)| LastTime {
            view: KeptView {
                group: Some(group),
                screen: if document.is_some() { KeptScreen::Document } else { KeptScreen::Groups },
                document: document.map_or(0, |document| document.saturating_sub(1)),
                ..KeptView::default()
            },
            is_begun: false,
            is_asked: true,
        });
        session.tabs.push(tab);
        Ok((session, inbox))
    }

    fn tab(&mut self, source: Option<Arc<dyn ErrorSource>>, request: Request, kept_as: Option<String>) -> io::Result<Tab> {
        let options = &self.options;
        let schemas = request.schemas.as_ref().map(|schemas| schemas.name());
        let name = source.as_ref().map(|source| source.name()).unwrap_or_default();
        // Begun at its whole size; the line of the tabs is taken off once there is one.
        let mut app = App::new(self.size, name, schemas, options.theme.clone(), options.depth, options.keymap.clone());
        app.mouse = options.mouse;
        app.tables.alone = source.is_none();
        app.tables.accepted.clone_from(&self.accepted);
        app.deploy.deployed.clone_from(&options.history.deployed);
        app.deploy.allowlist.clone_from(&options.history.allowlist);
        app.is_remote = source.as_ref().is_some_and(|source| source.is_remote());
        app.is_drawn = source.as_ref().is_some_and(|source| source.drawer().is_some());
        self.last += 1;
        let id = self.last;
        let asked = AskedRows::of(&request, jiff::Timestamp::now().as_microsecond());
        let mut workers = Workers::new(source, request, options.exports.clone(), Outlet::of(Some(id), self.to.clone()))?;
        workers.history = options.history.clone();
        workers.asked = asked.clone();
        workers.opener.clone_from(&self.opener);
        workers.keeper.clone_from(&self.keeper);
        workers.notes.clone_from(&self.notes);
        app.notes = self.notes.as_ref().map(|notes| visible(&notes.path().to_string_lossy()).into_owned());
        Ok(Tab { id, app, workers, kept_as, asked })
    }

    /// Begins to read: what was kept beside the source.
    pub(super) fn begin(&mut self) {
        let at = self.at;
        if let Some(tab) = self.tabs.get_mut(at) {
            start(tab);
        }
    }

    /// The explorer that is shown.
    pub(super) fn app(&self) -> Option<&App> {
        self.tabs.get(self.at).map(|tab| &tab.app)
    }

    /// Where messages for the tab that is shown are sent.
    pub(super) fn outlet(&self) -> Outlet {
        Outlet::of(self.tabs.get(self.at).map(|tab| tab.id), self.to.clone())
    }

    /// Where messages for whichever tab is shown then are sent.
    pub(super) fn front(&self) -> Outlet {
        Outlet::of(None, self.to.clone())
    }

    /// Takes in what happened. What is left to be done needs the terminal, or is the end.
    pub(super) fn take_in(&mut self, (to, message): Posted) -> io::Result<Vec<Effect>> {
        let message = match message {
            Message::Resize(width, height) => {
                self.size = (width, height);
                for tab in 0..self.tabs.len() {
                    self.fit(tab);
                }
                return Ok(Vec::new());
            }
            // The line of the tabs is above all else.
            Message::Pointer(Pointed { does, x, y }) if self.tabs.len() > 1 => match y.checked_sub(1) {
                Some(y) => Message::Pointer(Pointed { does, x, y }),
                None => {
                    self.press_tab(does, x);
                    return Ok(Vec::new());
                }
            },
            message => message,
        };
        let at = match to {
            Some(id) => self.tabs.iter().position(|tab| tab.id == id),
            None => Some(self.at),
        };
        // Of a tab that was closed nothing is wanted any more.
        let Some(tab) = at.and_then(|at| self.tabs.get_mut(at)) else { return Ok(Vec::new()) };
        let effects = update(&mut tab.app, message);
        if let Some(log) = &mut self.log {
            log.write(&tab.app.log.take_new());
        }
        let mut left = Vec::new();
        for effect in effects {
            match effect {
                Effect::AddTab(opened) => self.add(*opened)?,
                Effect::TurnTabs(steps) => {
                    let all = self.tabs.len() as isize;
                    self.turn((self.at as isize + steps).rem_euclid(all.max(1)) as usize);
                }
                Effect::CloseTab if self.tabs.len() < 2 => left.push(Effect::Quit),
                Effect::CloseTab => self.close(),
                Effect::Quit
                | Effect::Terminate(_)
                | Effect::Fail(_)
                | Effect::Suspend
                | Effect::Send(_)
                | Effect::Copy { .. }
                | Effect::Mouse(_)
                | Effect::OpenEditor { .. }
                | Effect::HandOver(_) => left.push(effect),
                other => {
                    if let Some(tab) = at.and_then(|at| self.tabs.get_mut(at)) {
                        tab.workers.start(other);
                    }
                }
            }
        }
        Ok(left)
    }

    /// Shows the tab whose name is pressed.
    fn press_tab(&mut self, does: PointerDoes, x: u16) {
        let is_press = matches!(does, PointerDoes::Press | PointerDoes::DoublePress);
        let places = self.app().filter(|_| is_press).map(|app| app.tabs.places(self.size.0)).unwrap_or_default();
        if let Some(place) = places.into_iter().find(|place| place.cells.contains(&x)) {
            self.turn(place.tab);
        }
    }

    /// Something that a worker can do, for the tab that is shown.
    pub(super) fn start(&mut self, effect: Effect) {
        if let Some(tab) = self.tabs.get_mut(self.at) {
            tab.workers.start(effect);
        }
    }

    fn add(&mut self, opened: OpenedSource) -> io::Result<()> {
        let OpenedSource { source, request, kept_as, words } = opened;
        let mut tab = self.tab(Some(source), request, kept_as)?;
        if words.iter().any(|word| word == demo::NAME) {
            // The sample is nobody's.
            (tab.workers.notes, tab.app.notes) = (None, None);
        }
        tab.app.command = self.folder.clone().map(|folder| ShellCommand { folder, words });
        tab.app.theme_is_set = self.app().is_some_and(|app| app.theme_is_set);
        tab.app.own_zone = self.app().and_then(|app| app.own_zone.clone());
        let at = self.at + 1;
        self.tabs.insert(at, tab);
        self.turn(at);
        self.begin();
        Ok(())
    }

    fn close(&mut self) {
        if self.tabs.len() < 2 {
            return;
        }
        let next = if self.at == 0 { 1 } else { self.at - 1 };
        let closing = self.at;
        self.turn(next);
        let tab = self.tabs.remove(closing);
        self.closed.extend(left_as(&tab));
        self.visits.extend(visited(&tab));
        if self.at > closing {
            self.at -= 1;
        }
        self.tell_tabs(None);
        // Queries are called off where they run; that may take a moment.
        std::thread::spawn(move || tab.workers.shut_down());
    }

    /// Shows another tab.
    fn turn(&mut self, at: usize) {
        let carried = self.app().map(|app| {
            Box::new(CarriedAlong {
                theme: app.theme.clone(),
                theme_chosen: app.theme_chosen,
                in_utc: app.in_utc,
                mouse: app.mouse,
                typed: app.typed.clone(),
            })
        });
        self.at = at.min(self.tabs.len().saturating_sub(1));
        self.tell_tabs(carried);
    }

    fn tell_tabs(&mut self, mut carried: Option<Box<CarriedAlong>>) {
        let names: Vec<String> = self.tabs.iter().map(|tab| tab.app.source.clone()).collect();
        for tab in 0..self.tabs.len() {
            let line = TabLine { names: names.clone(), at: self.at };
            let carried = if tab == self.at { carried.take() } else { None };
            update(&mut self.tabs[tab].app, Message::Tabs(line, carried));
            self.fit(tab);
        }
    }

    /// Gives a tab the size that the line of the tabs leaves.
    fn fit(&mut self, tab: usize) {
        let (width, height) = self.size;
        let line = u16::from(self.tabs.len() > 1);
        update(&mut self.tabs[tab].app, Message::Resize(width, height.saturating_sub(line)));
    }

    /// Keeps how the sources are left.
    ///
    /// # Errors
    /// Why that was not possible, in words.
    pub(super) fn keep(&mut self) -> Result<(), String> {
        let Some(keeper) = &self.keeper else { return Ok(()) };
        let mut views = std::mem::take(&mut self.closed);
        views.extend(self.tabs.iter().filter_map(left_as));
        let app = self.tabs.get(self.at).map(|tab| &tab.app);
        let typed = app.map(|app| {
            app.typed
                .iter()
                .filter(|(purpose, _)| purpose.is_kept())
                .map(|(purpose, text)| KeptLine { purpose: *purpose, text: text.clone() })
                .collect()
        });
        let theme = app.filter(|app| app.theme_chosen && !app.theme_is_set).map(|app| app.theme.name.clone());
        let mut visits = std::mem::take(&mut self.visits);
        visits.extend(self.tabs.iter().filter_map(visited));
        let kept = keeper.keep(views, typed.unwrap_or_default()).and_then(|()| keeper.keep_visits(&visits));
        let kept = kept.and_then(|()| theme.map_or(Ok(()), |name| keeper.keep_theme(&name)));
        let background = self.tabs.iter().find_map(|tab| tab.app.background);
        let kept = kept.and_then(|()| background.map_or(Ok(()), |is_light| keeper.keep_background(is_light)));
        kept.map_err(|error| format!("how it was left could not be kept for the next time: {error}"))
    }

    /// Calls all work off.
    pub(super) fn shut_down(self) {
        self.tabs.into_iter().for_each(|tab| tab.workers.shut_down());
    }

    fn is_idle(&self) -> bool {
        self.tabs.iter().all(|tab| tab.workers.idle())
    }

    /// Takes messages in until all work has ended; `left` does what needs the terminal. True once it is the end.
    pub(super) fn settle(
        &mut self,
        inbox: &mut UnboundedReceiver<Posted>,
        patience: Duration,
        mut left: impl FnMut(&mut Self, Effect) -> io::Result<bool>,
    ) -> io::Result<bool> {
        let begun = Instant::now();
        loop {
            let idle = self.is_idle();
            let mut quiet = true;
            while let Ok(posted) = inbox.try_recv() {
                for effect in self.take_in(posted)? {
                    if left(self, effect)? {
                        return Ok(true);
                    }
                }
                quiet = false;
            }
            if (idle && quiet) || begun.elapsed() > patience {
                return Ok(false);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn start(tab: &mut Tab) {
    if tab.workers.keeper.is_some() {
        tab.workers.start(Effect::ReadKept(tab.kept_as.clone()));
    }
    for effect in begin(&mut tab.app) {
        tab.workers.start(effect);
    }
}

/// The groups of a source as they are left; `None` where not all of them were read.
fn visited(tab: &Tab) -> Option<Visit> {
    let (app, source) = (&tab.app, tab.kept_as.clone()?);
    let is_whole = app.reading.is_none() && app.incomplete.is_none() && !app.tables.alone;
    let now = jiff::Timestamp::now().as_microsecond();
    Visit::of(source, now, tab.asked.clone(), &app.groups.tree.groups).filter(|_| is_whole)
}

/// How a source is left; `None` where it was not read, so that nothing of the last time is lost.
fn left_as(tab: &Tab) -> Option<KeptView> {
    let (app, source) = (&tab.app, tab.kept_as.clone()?);
    let (tree, list) = (&app.groups.tree, &app.groups.list);
    if tree.is_empty() || app.tables.alone {
        return None;
    }
    let opened = app.case.as_ref().map(|screen| &screen.place);
    let below = || tree.group(list.outline.item()?);
    let group = opened.map(|place| place.of.group()).or_else(below).map(|group| group.fingerprint.to_string());
    let open = list.outline.expansion();
    Some(KeptView {
        source,
        screen: match opened {
            _ if app.deploy.open => KeptScreen::Deploy,
            _ if app.tables.open => KeptScreen::Tables,
            Some(_) => KeptScreen::Document,
            None => KeptScreen::Groups,
        },
        group,
        document: opened.map_or(0, |place| place.index),
        open: (open.len() <= MOST_OPEN).then(|| {
            let mut open: Vec<u64> = open.iter().copied().collect();
            open.sort_unstable();
            open
        }),
        filter: list.filter.as_ref().map(|filter| filter.text.clone()).filter(|text| text.len() <= LONGEST),
        sort: (app.groups.sort != Sort::default()).then(|| app.groups.sort.name().to_owned()),
        by_incident: app.groups.by == ListedBy::Incidents,
    })
}
