//! The explorer: message -> update -> effects -> draw.
//!
//! Owns: the loop, where keys come from, starting and ending.
//! Refuses: everything else; see the modules.

pub mod action;
pub mod advice;
pub mod app;
pub mod beside_lines;
pub mod binding;
pub mod case_screen;
pub mod causes;
pub mod clipboard;
pub mod column_tree;
pub mod deploy;
pub mod deploy_tree;
mod editor;
pub mod effect;
pub mod focus;
pub mod following;
pub mod frame;
pub mod group_tree;
pub mod handed;
pub mod help;
pub mod hints;
pub mod hit_tree;
pub mod json_line;
pub mod keeper;
pub mod kept;
pub mod keymap;
mod lent;
pub mod lightness;
pub mod list;
mod listed;
pub mod log;
pub mod log_file;
pub mod look;
pub mod loss_tree;
pub mod matches;
pub mod menu;
pub mod message;
pub mod note_book;
pub mod opened;
pub mod outlet;
pub mod overview;
pub mod overview_tree;
pub mod palette;
pub mod panes;
pub mod row_place;
mod session;
pub mod shell_command;
pub mod sides;
pub mod sides_look;
pub mod spots;
pub mod subject;
pub mod tab_line;
pub mod table_tree;
pub mod tables;
mod terminal;
pub mod theme;
pub mod typed;
pub mod update;
pub mod view;
pub mod work;

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::rows::source::{ErrorSource, Request};
use crate::triage::blame::HistorySettings;
use clipboard::Copied;
use effect::Effect;
use keymap::{Key, Keymap};
use lightness::Heard;
use message::{Message, Pointed, PointerDoes};
use outlet::Outlet;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{self, Event, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;
use session::Session;
pub use session::Surroundings;
use theme::{Depth, Theme};
use work::ExportSettings;

/// What the explorer needs to begin.
pub struct ExplorerOptions {
    /// What is explored; without a source the explorer opens on the tables of the schemas.
    pub source: Option<Arc<dyn ErrorSource>>,
    /// Which of its rows, by which schemas.
    pub request: Request,
    /// What exports tell and where they go.
    pub exports: ExportSettings,
    /// Where histories are read from.
    pub history: HistorySettings,
    /// The theme.
    pub theme: Theme,
    /// Colours that the terminal can show.
    pub depth: Depth,
    /// Keys to actions.
    pub keymap: Keymap,
    /// Whether the mouse is read.
    pub mouse: bool,
}

/// Longest time that a printed frame waits for work to end.
const PATIENCE: Duration = Duration::from_secs(600);

/// Runs the explorer in the terminal until the user quits or a signal asks it to end. The status is the one to leave with, with what is to be said
/// once the terminal is given back.
pub fn run(options: ExplorerOptions, around: Surroundings) -> io::Result<(ExitCode, Option<String>)> {
    let (mouse, asks_background) = (options.mouse, around.asks_background);
    let (mut session, mut inbox) = Session::new(options, around, (0, 0))?;
    // Before the terminal is taken, so that nothing ends the process while it is.
    terminal::watch_signals(session.front())?;
    let mut screen = terminal::Screen::take(mouse)?;
    let size = screen.terminal.size()?;
    session.take_in((None, Message::Resize(size.width, size.height)))?;
    draw(&mut screen, &session)?;
    if asks_background {
        // The first frame does not wait for the answer.
        screen.send(lightness::QUESTION)?;
    }
    let keys = KeyReader::begin(session.front(), asks_background);
    // Copies that editors with a window of their own have open: gone at the end.
    let mut left = Vec::new();
    session.begin();
    while let Some(posted) = inbox.blocking_recv() {
        let mut next = Some(posted);
        // Everything that has come in is taken in before one frame is drawn: held keys never lag behind.
        while let Some(posted) = next {
            let redraw = matches!(posted.1, Message::Redraw);
            for effect in session.take_in(posted)? {
                match effect {
                    Effect::Quit => {
                        let complaint = session.keep().err();
                        session.shut_down();
                        return Ok((ExitCode::SUCCESS, complaint));
                    }
                    Effect::Terminate(signal) => {
                        session.shut_down();
                        return Ok((ExitCode::from(terminal::ended_by(signal)), None));
                    }
                    Effect::Fail(reason) => {
                        session.shut_down();
                        return Err(io::Error::other(reason));
                    }
                    Effect::Suspend => screen.suspend()?,
                    Effect::Mouse(reported) => screen.report_mouse(reported)?,
                    Effect::OpenEditor { job, copy } => {
                        let editor = editor::chosen(|name| std::env::var(name).ok());
                        let messages = session.outlet();
                        if editor::is_windowed(&editor) {
                            editor::start(&editor, job, &copy, &messages);
                            continue;
                        }
                        // The editor reads the keys meanwhile.
                        let outcome = keys.resting(|| screen.lend(|| editor::run(&editor, &copy.path, copy.subject.line)))?;
                        messages.send(Message::EditorClosed { job, outcome });
                    }
                    Effect::HandOver(handed) => {
                        let messages = session.outlet();
                        let outcome = keys.resting(|| screen.lend(|| lent::run(&handed, &mut left)))?;
                        // Who waited for a key was told of a new size as well.
                        let size = screen.terminal.size()?;
                        messages.send(Message::Resize(size.width, size.height));
                        messages.send(Message::HandedOver(outcome));
                    }
                    Effect::Send(sequence) => screen.send(&sequence)?,
                    other => session.start(other),
                }
            }
            if redraw {
                screen.forget()?;
            }
            next = inbox.try_recv().ok();
        }
        draw(&mut screen, &session)?;
    }
    Ok((ExitCode::SUCCESS, None))
}

/// Feeds keys without a terminal and returns the last frame: for tests, bug reports and documents.
/// Every piece of work ends before the next key, so that the same keys always give the same frame.
pub fn script(options: ExplorerOptions, size: (u16, u16), keys: &[Key]) -> io::Result<Buffer> {
    feed(options, size, keys.iter().map(|key| Message::Key(key.to_event())))
}

/// The same with whatever else happens.
pub fn feed(options: ExplorerOptions, size: (u16, u16), happens: impl IntoIterator<Item = Message>) -> io::Result<Buffer> {
    feed_in(options, Surroundings::default(), size, happens)
}

/// The same with what is kept and can be opened; what is to be kept is kept where the keys lead to the end.
pub fn feed_in(
    options: ExplorerOptions,
    around: Surroundings,
    size: (u16, u16),
    happens: impl IntoIterator<Item = Message>,
) -> io::Result<Buffer> {
    let (mut session, mut inbox) = Session::new(options, around, size)?;
    session.begin();
    session.settle(&mut inbox, PATIENCE, without_terminal)?;
    for message in happens {
        session.front().send(message);
        if session.settle(&mut inbox, PATIENCE, without_terminal)? {
            break;
        }
    }
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    if let Some(app) = session.app() {
        view::view(app, &mut buffer);
    }
    session.shut_down();
    Ok(buffer)
}

/// What needs a terminal, where there is none. True at the end.
fn without_terminal(session: &mut Session, effect: Effect) -> io::Result<bool> {
    let answer = match effect {
        Effect::Quit => return session.keep().map(|()| true).map_err(io::Error::other),
        Effect::Terminate(_) | Effect::Fail(_) => return Ok(true),
        Effect::OpenEditor { job, .. } => Message::EditorClosed { job, outcome: Err("there is no terminal for an editor".to_owned()) },
        Effect::Copy { what, .. } => Message::Copied { what, outcome: Ok(Copied::System) },
        Effect::HandOver(_) => Message::HandedOver(Err("there is no terminal for another program".to_owned())),
        // Without a terminal there is neither a shell to go to nor a clipboard to fill.
        _ => return Ok(false),
    };
    session.outlet().send(answer);
    Ok(false)
}

fn draw(screen: &mut terminal::Screen, session: &Session) -> io::Result<()> {
    let Some(app) = session.app() else { return Ok(()) };
    screen.terminal.draw(|frame| view::view(app, frame.buffer_mut()))?;
    Ok(())
}

/// Reads keys, pastes and resizes as messages, from a thread of its own.
struct KeyReader {
    /// Whether somebody else reads them.
    is_asked: Arc<AtomicBool>,
    /// Whether this reader leaves them alone.
    rests: Arc<AtomicBool>,
}

/// Longest time that the reader does not look whether it is to rest.
const GLANCE: Duration = Duration::from_millis(100);

impl KeyReader {
    /// `awaits`: the terminal was asked something, and may answer among the keys.
    fn begin(messages: Outlet, mut awaits: bool) -> Self {
        let reader = KeyReader { is_asked: Arc::default(), rests: Arc::default() };
        let (is_asked, rests) = (reader.is_asked.clone(), reader.rests.clone());
        std::thread::spawn(move || {
            let mut clicks = Clicks::default();
            loop {
                rests.store(is_asked.load(Ordering::Acquire), Ordering::Release);
                if rests.load(Ordering::Acquire) {
                    std::thread::sleep(GLANCE / 10);
                    continue;
                }
                let come = match read_within(GLANCE) {
                    Ok(Some(first)) if lightness::may_begin(&first, awaits) => {
                        match lightness::hear(first, || read_within(AT_ONCE).ok().flatten()) {
                            Heard::Keys(events) => events,
                            Heard::Answer(told) => {
                                awaits &= told.is_none();
                                if let Some(is_light) = told {
                                    messages.send(Message::Background(is_light));
                                }
                                continue;
                            }
                        }
                    }
                    Ok(come) => come.into_iter().collect(),
                    Err(error) => {
                        messages.send(Message::InputEnded(format!("the terminal sends no more keys: {error}")));
                        // Who waits for the reader to rest waits for nothing then.
                        rests.store(true, Ordering::Release);
                        return;
                    }
                };
                for message in come.into_iter().filter_map(|event| clicks.message(event)) {
                    if !messages.send(message) {
                        rests.store(true, Ordering::Release);
                        return;
                    }
                }
            }
        });
        reader
    }

    /// Does something while keys are left to others.
    fn resting<T>(&self, work: impl FnOnce() -> T) -> T {
        self.is_asked.store(true, Ordering::Release);
        let begun = Instant::now();
        while !self.rests.load(Ordering::Acquire) && begun.elapsed() < GLANCE * 10 {
            std::thread::sleep(GLANCE / 20);
        }
        let done = work();
        self.is_asked.store(false, Ordering::Release);
        done
    }
}

/// Longest time between two pieces of what a terminal sends as one.
const AT_ONCE: Duration = Duration::from_millis(30);

fn read_within(time: Duration) -> io::Result<Option<Event>> {
    if event::poll(time)? { event::read().map(Some) } else { Ok(None) }
}

/// Longest time between the two presses of a double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// The last press of the mouse, to know a double one by.
#[derive(Default)]
struct Clicks(Option<(Instant, u16, u16)>);

impl Clicks {
    /// What an event means, where that is anything.
    fn message(&mut self, event: Event) -> Option<Message> {
        Some(match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => Message::Key(key),
            Event::Paste(text) => Message::Paste(text),
            Event::Mouse(event) => Message::Pointer(self.pointed(event, Instant::now())?),
            Event::Resize(width, height) => Message::Resize(width, height),
            _ => return None,
        })
    }

    /// What the mouse did, where that is anything: moves and other buttons are nothing.
    fn pointed(&mut self, event: MouseEvent, now: Instant) -> Option<Pointed> {
        let (x, y) = (event.column, event.row);
        let does = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                let is_double = self.0.take().is_some_and(|(since, at, line)| now.duration_since(since) < DOUBLE && (at, line) == (x, y));
                if is_double {
                    PointerDoes::DoublePress
                } else {
                    self.0 = Some((now, x, y));
                    PointerDoes::Press
                }
            }
            MouseEventKind::Drag(MouseButton::Left) => PointerDoes::Drag,
            MouseEventKind::Up(MouseButton::Left) => PointerDoes::Release,
            MouseEventKind::ScrollDown => PointerDoes::WheelDown,
            MouseEventKind::ScrollUp => PointerDoes::WheelUp,
            _ => return None,
        };
        Some(Pointed { does, x, y })
    }
}
