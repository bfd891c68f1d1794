//! From one time to the next, and several sources at once: a source comes back as it was left, tabs, the log, what is copied of lists.

use std::path::Path;
use std::sync::Arc;

use misfit::rows::source::Request;
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::tui::keeper::Keeper;
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::message::Message;
use misfit::tui::opened::{OpenedSource, SourceOpener};
use misfit::tui::shell_command::ShellCommand;
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::{ExplorerOptions, Surroundings, feed_in, frame};

/// A row of an app's doctype that fails at a path; the document has something that no log may tell.
fn row(app: &str, path: &str, found: &str) -> String {
    let payload = format!(r#"{{\"secret\":\"hunter2\",\"{path}\":1}}"#);
    format!(
        r##"{{"document_namespace":"{app}","document_type":"events","document_version":"1","error_type":"ParsePayload","exception_class":"org.everit.json.schema.ValidationException","error_message":"org.everit.json.schema.ValidationException: #/{path}: expected type: String, found: {found}","payload":"{payload}"}}"##
    )
}

fn rows(folder: &Path, name: &str, app: &str) -> Arc<Files> {
    let lines: Vec<String> = ["alpha", "beta", "gamma"].iter().flat_map(|path| vec![row(app, path, "Integer"); path.len()]).collect();
    let path = folder.join(name);
    std::fs::write(&path, lines.join("\n")).unwrap();
    Arc::new(Files::open(&[path.to_string_lossy().into_owned()], ReadOptions { keep_rows: true }).unwrap())
}

fn options(source: Arc<Files>) -> ExplorerOptions {
    ExplorerOptions {
        mouse: true,
        source: Some(source),
        request: Request::default(),
        exports: Default::default(),
        history: Default::default(),
        theme: Theme::named("mono", Depth::None, false).unwrap(),
        depth: Depth::None,
        keymap: Keymap::new(&[]).unwrap(),
    }
}

/// What stands there after the keys.
fn press(source: &Arc<Files>, around: Surroundings, keys: &str) -> String {
    let keys = if keys.is_empty() { Vec::new() } else { parse_keys(keys).unwrap() };
    let keys = keys.iter().map(|key| Message::Key(key.to_event()));
    frame::to_text(&feed_in(options(source.clone()), around, (100, 24), keys).unwrap())
}

fn kept(folder: &Path, fresh: bool) -> Surroundings {
    Surroundings { keeper: Some(Keeper::new(folder.join("state"), fresh)), kept_as: Some("the rows".to_owned()), ..Surroundings::default() }
}

/// The line under the cursor, by the position that the heading tells.
fn position(screen: &str) -> &str {
    let heading = screen.lines().find(|line| line.contains("What fails") || line.contains("filter ")).unwrap_or_default();
    heading.rsplit(' ').find(|word| !word.trim_matches('─').is_empty()).unwrap_or_default()
}

#[test]
fn a_source_comes_back_as_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let source = rows(folder.path(), "rows.ndjson", "my-app");
    let first = press(&source, kept(folder.path(), false), "");
    assert!(!first.contains("as it was left"), "{first}");
    // To another group, in another order, everything closed but that.
    press(&source, kept(folder.path(), false), "Gssssq");
    let again = press(&source, kept(folder.path(), false), "");
    assert!(again.contains("as it was left last time; --fresh begins anew"), "{again}");
    assert_ne!(position(&first), position(&again), "{again}");
    assert_eq!(position(&again), position(&press(&source, Surroundings::default(), "Gssss")));
    assert!(!press(&source, kept(folder.path(), true), "").contains("as it was left"), "fresh begins anew");
    // A name that nobody has left is as at first.
    let other = Surroundings { kept_as: Some("other rows".to_owned()), ..kept(folder.path(), false) };
    assert_eq!(press(&source, other, ""), first);
}

#[test]
fn a_filter_and_a_document_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let source = rows(folder.path(), "rows.ndjson", "my-app");
    press(&source, kept(folder.path(), false), "fgamma<enter>q");
    let again = press(&source, kept(folder.path(), false), "");
    assert!(again.contains("filter gamma: 1 of 3 groups") && !again.contains("/alpha"), "{again}");
    press(&source, kept(folder.path(), false), "<esc>gg/beta<enter><enter>]q<c-c>");
    // Left among the groups: that is where it begins.
    assert!(press(&source, kept(folder.path(), false), "").contains("What fails"));
    // Only the end of the program keeps; a document cannot be left otherwise than by going back, so it is asked for.
    let print = fingerprint(&press(&source, Surroundings::default(), "gg/beta<enter>i"));
    let first = Surroundings { first: Some((print, Some(2))), ..Surroundings::default() };
    let opened = press(&source, first, "");
    assert!(opened.contains("Document") && opened.contains("beta") && opened.contains("2 of 4"), "{opened}");
    let gone = Surroundings { first: Some(("0123456789abcdef".to_owned(), None)), ..Surroundings::default() };
    assert!(press(&source, gone, "").contains("there is no group 0123456789abcdef in these rows"));
}

/// The fingerprint that a text tells.
fn fingerprint(screen: &str) -> String {
    let is_print = |word: &&str| word.len() == 16 && word.chars().all(|c| c.is_ascii_hexdigit());
    screen.split(|c: char| !c.is_ascii_alphanumeric()).find(is_print).expect("a fingerprint").to_owned()
}

#[test]
fn a_broken_state_is_said_once_and_keys_go_before_what_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let source = rows(folder.path(), "rows.ndjson", "my-app");
    std::fs::create_dir(folder.path().join("state")).unwrap();
    std::fs::write(folder.path().join("state/state.json"), "{\"version\":77}").unwrap();
    let told = press(&source, kept(folder.path(), false), "L");
    let told: String = told.lines().map(|line| line.trim_matches(|c: char| c == '│' || c.is_whitespace())).collect::<Vec<_>>().join(" ");
    assert!(told.contains("was written by another version of misfit"), "{told}");
    press(&source, kept(folder.path(), false), "q");
    assert!(!press(&source, kept(folder.path(), false), "L").contains("another version"));
    press(&source, kept(folder.path(), false), "fzzz<enter><esc>:help<esc>q");
    // What was typed comes back, too.
    assert!(press(&source, kept(folder.path(), false), "f<up>").contains("zzz"));
}

#[test]
fn what_has_changed_since_the_last_visit_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let source = rows(folder.path(), "rows.ndjson", "my-app");
    assert!(!press(&source, kept(folder.path(), false), "gnq").contains("Since your last visit"), "there was none");
    press(&source, kept(folder.path(), false), "q");
    let same = press(&source, kept(folder.path(), false), "gn");
    assert!(same.contains("Since your last visit on") && same.contains("nothing new, grown or gone in 3 groups"), "{same}");
    let lines: Vec<String> =
        [("alpha", 40), ("beta", 4), ("delta", 2)].iter().flat_map(|(path, n)| vec![row("my-app", path, "Null"); *n]).collect();
    std::fs::write(folder.path().join("later.ndjson"), lines.join("\n")).unwrap();
    let later = [folder.path().join("later.ndjson").to_string_lossy().into_owned()];
    let later = Arc::new(Files::open(&later, ReadOptions { keep_rows: true }).unwrap());
    let told = press(&later, kept(folder.path(), false), "gn");
    assert!(told.contains("1 new group, 1 grown, 1 gone, 1 about as before"), "{told}");
    assert!(told.contains("new   my-app/events.1") && told.contains("x8.0  my-app/events.1") && told.contains("gone"), "{told}");
    assert!(!press(&later, kept(folder.path(), true), "gn").contains("Since your last visit"), "fresh begins anew");
    assert!(!press(&later, Surroundings::default(), "gn").contains("Since your last visit"), "nothing is kept here");
}

#[test]
fn a_visit_to_other_rows_is_not_compared_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let source = rows(folder.path(), "rows.ndjson", "my-app");
    press(&source, kept(folder.path(), false), "q");
    let mut options = options(source);
    options.request.namespaces = vec!["my-app".to_owned()];
    let keys = parse_keys("gn").unwrap();
    let keys = keys.iter().map(|key| Message::Key(key.to_event()));
    let told = frame::to_text(&feed_in(options, kept(folder.path(), false), (160, 24), keys).unwrap());
    assert!(told.contains("cannot be told: other rows were asked for then"), "{told}");
}

#[test]
fn nothing_is_written_where_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let source = rows(folder.path(), "rows.ndjson", "my-app");
    press(&source, Surroundings::default(), "fgamma<enter>Tq");
    assert!(!folder.path().join("state").exists());
}

/// Opens what it was given, by name.
struct Shelf(Vec<(&'static str, Arc<Files>)>);

impl SourceOpener for Shelf {
    fn open(&self, words: &str) -> Result<OpenedSource, String> {
        let found = self.0.iter().find(|(name, _)| *name == words);
        let (name, source) = found.ok_or_else(|| format!("there is no file {words}"))?;
        let words = vec![(*name).to_owned()];
        Ok(OpenedSource { source: source.clone(), request: Request::default(), kept_as: Some((*name).to_owned()), words })
    }
}

#[test]
fn a_further_source_is_a_tab() {
    let folder = tempfile::tempdir().unwrap();
    let source = rows(folder.path(), "one.ndjson", "my-app");
    let other = rows(folder.path(), "two.ndjson", "your-app");
    let around = || {
        let command = Some(ShellCommand { folder: "/tmp".into(), words: vec!["one.ndjson".to_owned()] });
        Surroundings { opener: Some(Arc::new(Shelf(vec![("two", other.clone())]))), command, ..kept(folder.path(), false) }
    };
    let alone = press(&source, Surroundings::default(), "");
    assert!(alone.lines().next().unwrap().contains("one.ndjson") && !alone.contains("1 one.ndjson"), "no line for one tab: {alone}");
    let two = press(&source, around(), ":open two<enter>");
    let first = two.lines().next().unwrap();
    assert!(first.contains(" 1 one.ndjson ") && first.contains("[2 two.ndjson]"), "{two}");
    assert!(two.contains("your-app") && !two.contains("my-app") && two.lines().count() == 24, "{two}");
    let back = press(&source, around(), "<c-t>two<enter>gt");
    assert!(back.contains("[1 one.ndjson]") && back.contains("my-app") && !back.contains("your-app"), "{back}");
    // Each has a state of its own.
    let apart = press(&source, around(), ":open two<enter>fgamma<enter>gT");
    assert!(apart.contains("/alpha"), "{apart}");
    let apart = press(&source, around(), ":open two<enter>fgamma<enter>gTgt");
    assert!(apart.contains("filter gamma: 1 of 3"), "{apart}");
    let closed = press(&source, around(), ":open two<enter>gx");
    assert_eq!(closed, alone, "as if it had never been there");
    let closed = press(&source, around(), ":open two<enter>q");
    assert_eq!(closed, alone);
    let refused = press(&source, around(), ":open three<enter>");
    assert!(refused.contains("there is no file three"), "{refused}");
    assert!(press(&source, around(), "gt").contains("there is only one tab"));
    // The theme and what was typed go along; what each was left like is kept.
    assert!(press(&source, around(), "fzoom<enter><esc>:open two<enter>f<up>").contains("zoom"));
    press(&source, around(), ":open two<enter>fbeta<enter>qq");
    let again = press(&source, around(), ":open two<enter>");
    assert!(again.contains("filter beta"), "{again}");
}

#[test]
fn the_log_tells_what_was_read_and_nothing_of_documents() {
    let folder = tempfile::tempdir().unwrap();
    rows(folder.path(), "rows.ndjson", "my-app");
    let path = folder.path().join("rows.ndjson");
    let text = std::fs::read_to_string(&path).unwrap() + "\nhunter3 is no row\n";
    std::fs::write(&path, text).unwrap();
    let source = Arc::new(Files::open(&[path.to_string_lossy().into_owned()], ReadOptions { keep_rows: true }).unwrap());
    let file = folder.path().join("logs/misfit.log");
    let log = misfit::tui::log_file::LogFile::create(&file).unwrap();
    let screen = press(&source, Surroundings { log: Some(log), ..Surroundings::default() }, "<enter>vyyqL");
    assert!(screen.contains("rows.ndjson: 14 rows read, 3 groups") && screen.contains("1 skipped as unreadable"), "{screen}");
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("Z   rows.ndjson: 14 rows read, 3 groups") && written.contains("Z ! 1 skipped as unreadable"), "{written}");
    assert!(!written.contains("hunter"), "{written}");
}

#[test]
fn a_list_is_copied_by_its_column_and_told_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let source = rows(folder.path(), "rows.ndjson", "my-app");
    let command = Some(ShellCommand { folder: "/a folder".into(), words: vec!["rows.ndjson".to_owned()] });
    let around = || Surroundings { command: command.clone(), ..Surroundings::default() };
    let copied = press(&source, around(), "yl");
    assert!(copied.contains("copied the list of paths, 3 values"), "{copied}");
    assert!(press(&source, around(), "Cyl").contains("no line of this list holds anything to copy"));
    assert!(press(&source, around(), "<enter>yl").contains("copied the list of values, 2 values"));
    let told = press(&source, around(), "yc");
    assert!(told.contains("copied the command"), "{told}");
    assert!(press(&source, Surroundings::default(), "yc").contains("the command that opens this source is not known here"));
}

#[test]
fn a_document_is_folded_to_a_depth_and_around_its_fault() {
    let folder = tempfile::tempdir().unwrap();
    let payload = r#"{\"a\":{\"b\":{\"c\":{\"d\":1}}},\"far\":{\"deep\":{\"x\":2}}}"#;
    let text = row("my-app", "a/b/c/d", "Integer").replace(r#"{\"secret\":\"hunter2\",\"a/b/c/d\":1}"#, payload);
    let path = folder.path().join("deep.ndjson");
    std::fs::write(&path, text).unwrap();
    let source = Arc::new(Files::open(&[path.to_string_lossy().into_owned()], ReadOptions { keep_rows: true }).unwrap());
    let document = |keys: &str| {
        let screen = press(&source, Surroundings::default(), &format!("<enter>{keys}"));
        let shows = |word: &str| screen.lines().any(|line| line.split('│').next().is_some_and(|line| line.contains(word)));
        (shows("deep:") || shows("\"deep\"") || shows("deep"), screen)
    };
    let (deep, screen) = document("O");
    assert!(deep && screen.contains('x'), "{screen}");
    let count = |keys: &str| document(keys).1.lines().filter(|line| line.contains('▾') || line.contains('▸')).count();
    assert!(count("O") > count("O2C") && count("O2C") > count("O1C"), "{}", document("O2C").1);
    let around = document("Oz").1;
    assert!(around.contains("d 1") || around.contains("d: 1") || around.contains("d  1"), "the way to the fault is open: {around}");
    assert!(count("Oz") < count("O"), "{around}");
}
