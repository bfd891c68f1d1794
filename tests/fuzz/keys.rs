//! Keys pressed at random, on the sample and on hostile rows: every frame is drawn, safe, and says what commands say.

use std::sync::Arc;

use misfit::rows::demo;
use misfit::rows::schemas::SchemaStore;
use misfit::rows::source::files::Files;
use misfit::rows::source::{ErrorSource, Request};
use misfit::tui::action::TABLE;
use misfit::tui::app::App;
use misfit::tui::clipboard::Copied;
use misfit::tui::effect::Effect;
use misfit::tui::frame;
use misfit::tui::keymap::{Key, Keymap, parse_keys};
use misfit::tui::message::Message;
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::update::{begin, update};
use misfit::tui::view::view;
use misfit::tui::work::{ExportSettings, Workers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::sync::mpsc::UnboundedReceiver;

use super::dice::Dice;
use super::rows::{cells, object};
use super::{fuzz, is_safe};

/// Keys of one session.
const KEYS: usize = 60;

const SIZES: [(u16, u16); 8] = [(80, 24), (120, 40), (200, 60), (40, 10), (20, 5), (1, 1), (0, 0), (300, 8)];

/// An explorer without a terminal.
struct Session {
    app: App,
    workers: Workers,
    inbox: UnboundedReceiver<Message>,
    ended: bool,
}

impl Session {
    fn begin(source: Option<Arc<dyn ErrorSource>>, schemas: Arc<SchemaStore>, size: (u16, u16), folder: &std::path::Path) -> Self {
        let (sender, inbox) = tokio::sync::mpsc::unbounded_channel();
        let theme = Theme::named("mono", Depth::None, false).expect("a theme");
        let name = source.as_ref().map(|source| source.name()).unwrap_or_default();
        let mut app = App::new(size, name, Some(schemas.name()), theme, Depth::None, Keymap::new(&[]).expect("the keys"));
        app.tables.alone = source.is_none();
        let request = Request { schemas: Some(schemas), ..Request::default() };
        let exports = ExportSettings { folder: folder.to_owned(), ..ExportSettings::default() };
        let mut session = Session { workers: Workers::new(source, request, exports, sender).expect("workers"), app, inbox, ended: false };
        let effects = begin(&mut session.app);
        session.start(effects);
        session
    }

    fn start(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Quit | Effect::Terminate(_) | Effect::Fail(_) => self.ended = true,
                Effect::Suspend | Effect::Send(_) => {}
                Effect::Copy { what, .. } => self.take(Message::Copied { what, outcome: Ok(Copied::System) }),
                other => self.workers.start(other),
            }
        }
    }

    fn take(&mut self, message: Message) {
        let effects = update(&mut self.app, message);
        self.start(effects);
    }

    /// Takes in what has come; all of it that is still to come where that is asked for.
    fn settle(&mut self, all: bool) {
        loop {
            let idle = self.workers.idle();
            let mut quiet = true;
            while let Ok(message) = self.inbox.try_recv() {
                self.take(message);
                quiet = false;
            }
            if !all || (idle && quiet) {
                return;
            }
            std::thread::yield_now();
        }
    }

    fn drawn(&self) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.app.size.0, self.app.size.1));
        view(&self.app, &mut buffer);
        for cell in &buffer.content {
            is_safe(cell.symbol());
        }
        frame::to_text(&buffer)
    }
}

/// A key, most often one that does something.
fn key(dice: &mut Dice) -> Vec<Key> {
    match dice.below(10) {
        0 => parse_keys(dice.pick(&["<esc>", "<enter>", "<tab>", "<down>", "<up>", "<left>", "<right>", "<pgdn>", "<home>", "<end>"]))
            .unwrap_or_default(),
        1 => parse_keys(dice.pick(&["/os<enter>", "fa<enter>", "/\u{202e}<enter>", "<enter><enter>", "P\"a\"<enter>"])).unwrap_or_default(),
        2 => {
            let text = dice.text().replace('<', "<lt>");
            parse_keys(&text.chars().take(6).collect::<String>()).unwrap_or_default()
        }
        _ => {
            let entry = &TABLE[dice.below(TABLE.len())];
            // Quitting ends the session for nothing.
            if entry.name == "quit" || entry.keys.is_empty() {
                return Vec::new();
            }
            parse_keys(entry.keys[dice.below(entry.keys.len())]).unwrap_or_default()
        }
    }
}

fn hostile(dice: &mut Dice) -> Arc<dyn ErrorSource> {
    let lines: Vec<String> = (0..1 + dice.below(12))
        .map(|_| {
            let cells = cells(dice);
            object(dice, &cells)
        })
        .collect();
    Arc::new(Files::from_memory(dice.text(), lines.join("\n").into_bytes()).expect("rows").with_threads(1))
}

#[test]
fn keys_at_random_draw_safe_frames() {
    let folder = tempfile::tempdir().expect("a folder");
    let (sample, schemas) = (demo::source().expect("the sample"), Arc::new(demo::schemas().expect("schemas")));
    fuzz("keys", 600, |dice| {
        let source = match dice.below(5) {
            0 => None,
            1 | 2 => Some(sample.clone()),
            _ => Some(hostile(dice)),
        };
        let mut session = Session::begin(source, schemas.clone(), SIZES[dice.below(3)], folder.path());
        // Answers that come late are for another screen.
        let is_patient = dice.once_in(2);
        session.settle(is_patient);
        dice.inputs = 0;
        while dice.inputs < KEYS as u64 && !session.ended {
            match dice.below(40) {
                0 => {
                    let (width, height) = SIZES[dice.below(SIZES.len())];
                    session.take(Message::Resize(width, height));
                }
                1 => {
                    let text = dice.text();
                    session.take(Message::Paste(text));
                }
                _ => key(dice).into_iter().for_each(|key| session.take(Message::Key(key.to_event()))),
            }
            dice.inputs += 1;
            let all = is_patient || dice.once_in(10);
            session.settle(all);
            if dice.once_in(3) {
                session.drawn();
            }
        }
        session.settle(true);
        session.drawn();
        session.workers.shut_down();
    });
}

/// A text with one space between its words, and without the glyphs of frames and what takes no cell.
fn words(text: &str) -> String {
    let text: String = text.chars().filter(|&c| c.is_ascii() || misfit::ground::text::width(c.encode_utf8(&mut [0; 4])) > 0).collect();
    text.replace(['│', '─', '┌', '└', '┐', '┘', '╭', '╮', '╰', '╯'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_screen_says_what_commands_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let schemas = Arc::new(demo::schemas().expect("schemas"));
    fuzz("screens", 15, |dice| {
        let source = hostile(dice);
        let mut session = Session::begin(Some(source), schemas.clone(), (240, 70), folder.path());
        session.settle(true);
        let groups = session.app.groups.tree.groups.clone();
        let drawn = words(&session.drawn());
        assert!(drawn.contains(&format!("{} row", groups.rows)), "{drawn}");
        for _ in 0..dice.below(6) {
            session.take(Message::Key(parse_keys("<down>").expect("a key")[0].to_event()));
        }
        session.take(Message::Key(parse_keys("<enter>").expect("a key")[0].to_event()));
        session.settle(true);
        let drawn = session.drawn();
        if let Some(case) = &session.app.case {
            let sentence: String = words(&case.case.sentence()).chars().take(40).collect();
            assert!(words(&drawn).contains(&sentence), "{sentence}\n{drawn}");
        }
        session.workers.shut_down();
    });
}
