//! What is kept from one time to the next, further sources, a terminal that says nothing.

use std::path::Path;

use portable_pty::CommandBuilder;

use super::Terminal;

/// Rows of three groups, in a file.
fn rows(folder: &Path, name: &str, app: &str) -> String {
    let row = |path: &str| {
        format!(
            r##"{{"document_namespace":"{app}","document_type":"events","document_version":"1","error_type":"ParsePayload","exception_class":"org.everit.json.schema.ValidationException","error_message":"org.everit.json.schema.ValidationException: #/{path}: expected type: String, found: Null","payload":"{{\"{path}\":null}}"}}"##
        )
    };
    let lines: Vec<String> = ["alpha", "beta", "gamma"].map(row).into();
    std::fs::write(folder.join(name), lines.join("\n") + "\n").expect("rows");
    folder.join(name).to_string_lossy().into_owned()
}

fn explorer(folder: &Path, args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_misfit"));
    command.args(args);
    command.cwd(folder);
    command.env("XDG_STATE_HOME", folder.join("state"));
    command.env_remove("MISFIT_SCHEMAS");
    command.env("XDG_DATA_HOME", folder.join("data"));
    command
}

#[test]
fn a_source_comes_back_in_a_terminal_and_its_theme() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = rows(folder.path(), "rows.ndjson", "my-app");
    let mut terminal = Terminal::spawn(explorer(folder.path(), &[&source]));
    terminal.wait_for("3 rows");
    terminal.press("T");
    terminal.wait_for("theme default-light");
    terminal.press("fgamma\r");
    terminal.wait_for("filter gamma: 1 of 3");
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
    // By another name of the same file.
    let mut terminal = Terminal::spawn(explorer(folder.path(), &["./rows.ndjson"]));
    terminal.wait_for("filter gamma: 1 of 3");
    terminal.press("T");
    terminal.wait_for("theme high-contrast");
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
    let mut terminal = Terminal::spawn(explorer(folder.path(), &["--fresh", "rows.ndjson"]));
    terminal.wait_for("3 rows");
    terminal.wait_for("/alpha");
    assert!(!terminal.screen().contains("filter gamma"));
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
    let kept = std::fs::read_to_string(folder.path().join("state/misfit/state.json")).expect("it is kept");
    assert!(kept.contains("rows.ndjson") && !kept.contains("\"filter\":\"gamma\""), "as it was left last: {kept}");
}

/// Neither the sample nor a printed screen reads or leaves anything.
#[test]
fn the_sample_and_printed_screens_keep_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = rows(folder.path(), "rows.ndjson", "my-app");
    let mut terminal = Terminal::spawn(explorer(folder.path(), &["demo"]));
    terminal.wait_for("216 rows · 32 groups");
    terminal.press("Tq");
    assert_eq!(terminal.ends(), 0);
    let mut terminal = Terminal::spawn(explorer(folder.path(), &["--print", "--keys", "fgamma<enter>Tq", &source]));
    assert_eq!(terminal.ends(), 0);
    assert!(!folder.path().join("state").exists());
}

/// A further source is opened by name, its tab is closed by the key that quits, and the log tells of both.
#[test]
fn a_source_in_a_tab_and_a_log_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = rows(folder.path(), "rows.ndjson", "my-app");
    rows(folder.path(), "two words.ndjson", "your-app");
    let mut command = explorer(folder.path(), &[&source]);
    command.env("MISFIT_LOG", "1");
    let mut terminal = Terminal::spawn(command);
    terminal.wait_for("3 rows");
    terminal.press(":open two words.ndjson\r");
    terminal.wait_for("[2 two words.ndjson]");
    terminal.wait_for("your-app");
    // The mouse and the keys are for the tab that is shown, one line further down.
    terminal.press("\r");
    terminal.wait_for("Document");
    terminal.press("gt");
    terminal.wait_for("[1 rows.ndjson]");
    terminal.wait_for("my-app");
    terminal.press(":open missing.ndjson\r");
    terminal.wait_for("there is no file missing.ndjson");
    terminal.press("q");
    terminal.wait("closing a tab", |terminal| !terminal.screen().contains("[1 rows.ndjson]"));
    terminal.wait_for("Document");
    terminal.press("qq");
    assert_eq!(terminal.ends(), 0);
    let log = std::fs::read_to_string(folder.path().join("state/misfit/misfit.log")).expect("a log");
    assert!(log.contains("rows.ndjson: 3 rows read, 3 groups") && log.contains("! there is no file missing.ndjson"), "{log}");
}

/// The colour behind the first cell below the title.
fn background(terminal: &Terminal) -> String {
    let seen = terminal.seen.lock().expect("no panic");
    format!("{:?}", seen.0.screen().cell(1, 0).map(|cell| (cell.bgcolor(), cell.fgcolor())))
}

/// A terminal that is asked for its colours and never answers: the first frame comes, keys typed meanwhile are there, and an answer that
/// comes late is no key.
#[test]
fn a_terminal_that_never_answers_loses_no_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = rows(folder.path(), "rows.ndjson", "my-app");
    let mut command = explorer(folder.path(), &[&source]);
    // No variable tells the background, so the terminal is asked.
    command.env("COLORFGBG", "");
    let mut terminal = Terminal::spawn(command);
    terminal.wait("the question", |terminal| {
        let told = &terminal.seen.lock().expect("no panic").1;
        told.windows(5).any(|window| window == b"\x1b]11;")
    });
    // Typed while the question is open.
    terminal.press("fgamma\r");
    terminal.wait_for("What fails");
    // An answer in the midst of everything.
    terminal.wait_for("filter gamma: 1 of 3");
    let dark = background(&terminal);
    terminal.press("\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;22c");
    terminal.wait("the theme of a light terminal", |terminal| background(terminal) != dark);
    terminal.press("\x1b]11;rgb:ffff/ffff/ffff\x07");
    terminal.press("T");
    terminal.wait_for("theme high-contrast");
    assert!(terminal.screen().contains("filter gamma: 1 of 3"), "{}", terminal.screen());
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}

/// What the terminal said of its background is known at the next first frame, before it answers again; another answer then goes before it.
#[test]
fn a_light_terminal_begins_light_the_next_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = rows(folder.path(), "rows.ndjson", "my-app");
    let begin = || {
        let mut command = explorer(folder.path(), &[&source]);
        command.env("COLORFGBG", "");
        let terminal = Terminal::spawn(command);
        terminal.wait_for("What fails");
        terminal
    };
    let mut terminal = begin();
    let dark = background(&terminal);
    terminal.press("\x1b]11;rgb:ffff/ffff/ffff\x1b\\");
    terminal.wait("the theme of a light terminal", |terminal| background(terminal) != dark);
    let light = background(&terminal);
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
    let mut terminal = begin();
    assert_eq!(background(&terminal), light);
    terminal.press("\x1b]11;rgb:0000/0000/0000\x1b\\");
    terminal.wait("the theme of a dark terminal", |terminal| background(terminal) == dark);
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}

/// A note on the line of an incident is one on the incident: it stands on that line.
#[test]
fn an_incident_is_noted_on_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let notes = folder.path().join("notes.txt");
    std::fs::write(&notes, "misfit notes 1\n").expect("notes");
    let mut terminal = Terminal::spawn(explorer(folder.path(), &["demo", "--notes", "notes.txt"]));
    terminal.wait_for("216 rows · 32 groups");
    terminal.press("I");
    terminal.wait_for("1 incident of several groups");
    terminal.press("/2 groups of 2\r");
    terminal.wait_for("search 2 groups of 2: 1 of 1");
    terminal.press("mnknown for long\r");
    terminal.wait_for("noted: known for long");
    let line = |terminal: &Terminal| terminal.screen().lines().find(|line| line.contains("2 groups of 2 doctypes")).map(str::to_owned);
    terminal.wait("the note on its line", |terminal| line(terminal).is_some_and(|line| line.contains("note")));
    let written = std::fs::read_to_string(&notes).expect("notes");
    assert!(written.contains("incident dafe285ffbec732a") && written.contains("known for long"), "{written}");
    terminal.press("mu3x\r");
    terminal.wait_for("an incident is muted until a day");
    terminal.press("mx");
    terminal.wait_for("the note is gone");
    terminal.press("mx");
    terminal.wait_for("there is no note on this incident itself");
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}
