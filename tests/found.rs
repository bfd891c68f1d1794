//! What is drawn is found: every word on a line of every list, typed into the search and the filter, finds that line.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use misfit::ground::outline::Tree;
use misfit::rows::demo;
use misfit::rows::source::{ErrorSource, Request};
use misfit::triage::catalog::{FoundHits, HitKind, HitPlace};
use misfit::tui::app::App;
use misfit::tui::effect::Effect;
use misfit::tui::focus::Focus;
use misfit::tui::hit_tree::{HitLine, HitTree};
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::message::Message;
use misfit::tui::panes::{self, Pane};
use misfit::tui::table_tree::TableLine;
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::work::Workers;
use misfit::tui::{update, view};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::sync::mpsc;

/// Wide enough that nothing on a line of the sample is cut.
const SIZE: (u16, u16) = (400, 100);

/// An explorer whose searches are done at once, and all other work by its workers.
struct Explorer {
    app: App,
    workers: Workers,
    inbox: mpsc::UnboundedReceiver<Message>,
    /// What the last search over all tables found.
    found: Option<Arc<HitTree>>,
}

impl Explorer {
    fn of(source: Arc<dyn ErrorSource>) -> Self {
        let (messages, inbox) = mpsc::unbounded_channel();
        let request = Request { schemas: Some(Arc::new(demo::schemas().unwrap())), ..Request::default() };
        let theme = Theme::named("default-dark", Depth::True, false).unwrap();
        let app = App::new(SIZE, "made up".into(), Some("schemas".into()), theme, Depth::True, Keymap::new(&[]).unwrap());
        let workers = Workers::new(Some(source), request, Default::default(), messages).unwrap();
        let mut explorer = Explorer { app, workers, inbox, found: None };
        let effects = update::begin(&mut explorer.app);
        explorer.carry_out(effects);
        explorer
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Match { job, subject, text } => {
                    let matches = subject.matches(&text, &|| false).unwrap();
                    self.take(Message::Matched { job, matches });
                }
                Effect::FindTables { job, catalog, text } => {
                    let found = catalog.search(&text, &|| false).unwrap();
                    let hits = Arc::new(HitTree::new(catalog, found));
                    self.found = Some(hits.clone());
                    self.take(Message::TablesFound { job, hits });
                }
                other => self.workers.start(other),
            }
        }
        loop {
            let is_idle = self.workers.idle();
            match self.inbox.try_recv() {
                Ok(message) => self.take(message),
                Err(_) if is_idle => return,
                Err(_) => std::thread::sleep(std::time::Duration::from_millis(1)),
            }
        }
    }

    fn take(&mut self, message: Message) {
        let effects = update::update(&mut self.app, message);
        self.carry_out(effects);
    }

    fn press(&mut self, keys: &str) {
        for key in parse_keys(keys).unwrap() {
            self.take(Message::Key(key.to_event()));
        }
    }

    /// The lines in sight of the list that has the keys, with what is drawn on them.
    fn lines(&self) -> Vec<(usize, String)> {
        let focus = self.app.focus();
        let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
        view::view(&self.app, &mut buffer);
        let area = area(&self.app, focus);
        let text = |row: u16| (area.x..area.right()).map(|x| buffer[(x, area.y + row)].symbol()).collect::<String>();
        let window = self.app.list(focus).unwrap().outline.window(usize::from(area.height));
        window.zip(0..).map(|((item, _), row)| (item, text(row))).collect()
    }

    /// Every word of the lines with the lines that it is drawn on.
    fn words(&self) -> BTreeMap<String, BTreeSet<usize>> {
        let mut words: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (item, line) in self.lines() {
            // How many tables there are is a count as well.
            for word in line.replace(" tables", "").replace(" table ", " ").split_whitespace().map(trimmed).filter(|word| is_a_word(word)) {
                words.entry(word.to_owned()).or_default().insert(item);
            }
        }
        words
    }

    /// Types every word that the list has in sight after `/` and after `f`; the answer is how many there are.
    fn finds_all_its_words(&mut self, whose: &str) -> usize {
        let words = self.words();
        let tree = self.app.subject(self.app.focus()).unwrap();
        for (word, lines) in &words {
            self.press("/");
            self.take(Message::Paste(word.clone()));
            let list = self.app.list(self.app.focus()).unwrap();
            let found = list.search.as_ref().unwrap().found.as_ref().unwrap();
            let missed = lines.iter().find(|&&line| found.count.loose || !is_among(&tree, &found.items, line));
            assert_eq!(missed, None, "{whose}: / finds no line of {word:?}");
            self.press("<esc>f");
            self.take(Message::Paste(word.clone()));
            let list = self.app.list(self.app.focus()).unwrap();
            let found = list.filter.as_ref().unwrap().found.unwrap();
            let kept: Vec<u32> = (0..tree.len()).filter(|&item| list.outline.is_match(item)).map(|item| item as u32).collect();
            let missed = lines.iter().find(|&&line| found.loose || !is_among(&tree, &kept, line));
            assert_eq!(missed, None, "{whose}: f hides the line of {word:?}");
            self.press("<esc>");
        }
        words.len()
    }

    /// The same for the search over all tables. Of a branch with places, one of them is enough; what is no place is a heading.
    fn finds_all_its_columns(&mut self, whose: &str, places: impl Fn(&App, usize) -> Vec<HitPlace>) -> usize {
        let words = self.words();
        assert!(!words.is_empty(), "{whose}: nothing is drawn");
        let expected: Vec<(String, Vec<Vec<HitPlace>>)> =
            words.into_iter().map(|(word, lines)| (word, lines.into_iter().map(|line| places(&self.app, line)).collect())).collect();
        for (word, lines) in &expected {
            // Each search begins where the explorer was.
            self.press(if self.app.tables.search.is_some() { "<esc>/" } else { "/" });
            self.take(Message::Paste(word.clone()));
            let found = self.found.clone().unwrap();
            for line in lines.iter().filter(|line| !line.is_empty()) {
                assert!(line.iter().any(|place| holds(&found.found, place)), "{whose}: / finds nothing of {word:?}: {line:?}");
            }
            self.press("<esc>");
        }
        expected.len()
    }
}

/// Whether a hit is the place, or its table.
fn holds(found: &FoundHits, place: &HitPlace) -> bool {
    let is_it = |found: &HitPlace| found.table == place.table && (found.column.is_none() || found.column == place.column);
    !found.loose && found.hits.iter().any(|hit| found.places(hit).iter().any(is_it))
}

/// Whether a line is among the found ones, or one of them is inside of it or around it.
fn is_among(tree: &impl Tree, found: &[u32], line: usize) -> bool {
    found
        .iter()
        .map(|&found| found as usize)
        .any(|found| (line..tree.end(line)).contains(&found) || (found..tree.end(found)).contains(&line))
}

/// Without the signs around it, which are of the drawing or of the JSON.
fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Whether it says something: numbers are counted and nothing is looked for by a count. What was cut is no whole word.
fn is_a_word(word: &str) -> bool {
    word.chars().any(char::is_alphabetic) && !word.contains('…')
}

fn area(app: &App, focus: Focus) -> Rect {
    match focus {
        Focus::Groups => panes::group_lines(panes::groups(SIZE).tree, app.groups.has_times()).1,
        Focus::Pane(pane) => {
            let screen = app.case.as_ref().unwrap();
            panes::case_lines(pane, panes::case(SIZE, screen.focus, screen.head_lines()).panes[pane as usize].unwrap())
        }
        Focus::Row => panes::lines_and_facts(panes::row(SIZE, app.case.as_ref().unwrap().head_lines()).row).0,
        Focus::Tables | Focus::Hits => panes::lines(panes::tables(SIZE, app.tables.focus).tree.unwrap()),
        Focus::TableSchema => panes::lines(panes::tables(SIZE, app.tables.focus).schema.unwrap()),
        Focus::Deploy => panes::lines(panes::deploy(SIZE).tree),
        Focus::Overview | Focus::Losses => panes::group_lines(panes::overview(SIZE).tree, app.groups.has_times()).1,
        Focus::Sides(side) => panes::lines(panes::sides(SIZE, side as usize).sides[side as usize]),
    }
}

#[test]
fn every_word_of_what_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let passes = r#"{"client_info":{"app_build":"1","app_channel":"x","os":"y","client_id":"00000000-0000-0000-0000-000000000000"},"metrics":{},"more":[1]}"#;
    std::fs::create_dir(folder.path().join("acme-reader")).unwrap();
    std::fs::write(folder.path().join("acme-reader/session.1.good.pass.json"), passes).unwrap();
    let mut explorer = Explorer::of(demo::source().unwrap());
    explorer.app.tables.accepted = vec![folder.path().to_string_lossy().into_owned()];
    explorer.press("gg<enter>tw");
    let told =
        explorer.app.tables.losses.as_ref().and_then(|screen| screen.tree.as_ref()).map(|tree| (tree.head.clone(), tree.notes.clone()));
    assert!(told.as_ref().is_some_and(|(head, _)| head.contains("value in no column")), "{told:?}");
    explorer.press("O");
    let words = explorer.finds_all_its_words("losses");
    assert!(words > 20, "{words}");
}

#[test]
fn every_word_of_the_groups() {
    let mut explorer = Explorer::of(demo::source().unwrap());
    explorer.press("O");
    assert!(explorer.finds_all_its_words("groups") > 30);
}

#[test]
fn every_word_of_the_overview() {
    let mut explorer = Explorer::of(demo::source().unwrap());
    explorer.press("gnO");
    assert!(explorer.finds_all_its_words("overview") > 20);
}

#[test]
fn every_word_of_cases_and_their_rows() {
    let mut explorer = Explorer::of(demo::source().unwrap());
    explorer.press("Ogg");
    let lines: Vec<usize> = explorer.lines().into_iter().map(|(item, _)| item).collect();
    let mut words = 0;
    for item in lines {
        if explorer.app.groups.tree.is_leaf(item) {
            explorer.press("<enter>");
            for _ in Pane::ALL {
                let Focus::Pane(pane) = explorer.app.focus() else { panic!("line {item} is no case") };
                if explorer.app.subject(explorer.app.focus()).is_some_and(|subject| !subject.is_empty()) {
                    explorer.press("O");
                    words += explorer.finds_all_its_words(&format!("{} of line {item}", pane.title()));
                    explorer.press("C");
                    words += explorer.finds_all_its_words(&format!("{} of line {item}, closed", pane.title()));
                }
                explorer.press("<tab>");
            }
            explorer.press("r");
            if explorer.app.focus() == Focus::Row && explorer.app.subject(Focus::Row).is_some() {
                explorer.press("O");
                words += explorer.finds_all_its_words(&format!("row of line {item}"));
            }
            while explorer.app.case.is_some() {
                explorer.press("<esc>");
            }
        }
        explorer.press("j");
    }
    assert!(words > 500, "{words}");
}

#[test]
fn every_word_of_the_tables_and_of_what_was_found_in_them() {
    let mut explorer = Explorer::of(demo::source().unwrap());
    explorer.press("tCOgg");
    let words = explorer.finds_all_its_columns("tables", |app, line| match app.tables.tree.line(line) {
        TableLine::Namespace(first, end) => (first..end).map(|table| HitPlace { table, column: None }).collect(),
        TableLine::Table(table) => vec![HitPlace { table, column: None }],
        TableLine::Column(table, column) => vec![HitPlace { table, column: Some(column) }],
    });
    assert!(words > 30, "{words}");
    explorer.press("/e<enter>O");
    explorer.finds_all_its_columns("what was found", |app, line| match app.tables.hits().unwrap().1.line(line) {
        HitLine::Hit(hit, _) if hit.what == HitKind::Tables => Vec::new(),
        HitLine::Hit(_, places) => places.to_vec(),
        HitLine::Place(place) => vec![place],
    });
}

#[test]
fn every_word_of_the_schema_beside_the_tables() {
    let mut explorer = Explorer::of(demo::source().unwrap());
    explorer.press("jt<tab>O");
    assert_eq!(explorer.app.focus(), Focus::TableSchema);
    assert!(explorer.finds_all_its_words("schema") > 10);
}
