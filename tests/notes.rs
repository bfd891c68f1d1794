//! Notes on groups, as they are made by keys and by commands, in files of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use misfit::rows::demo;
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::rows::source::{ErrorSource, Request};
use misfit::triage::notes::file::NotesFile;
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::message::Message;
use misfit::tui::note_book::NoteBook;
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::{ExplorerOptions, Surroundings, feed_in, frame};

fn press_on(source: Arc<dyn ErrorSource>, with_schemas: bool, notes: Option<&Path>, keys: &str) -> String {
    let options = ExplorerOptions {
        mouse: true,
        source: Some(source),
        request: Request { schemas: with_schemas.then(|| Arc::new(demo::schemas().unwrap())), ..Request::default() },
        exports: Default::default(),
        history: Default::default(),
        theme: Theme::named("mono", Depth::None, false).unwrap(),
        depth: Depth::None,
        keymap: Keymap::new(&[]).unwrap(),
    };
    let around = Surroundings { notes: notes.map(|path| NoteBook::new(NotesFile::at(path), true)), ..Surroundings::default() };
    let keys = if keys.is_empty() { Vec::new() } else { parse_keys(keys).unwrap() };
    let keys = keys.iter().map(|key| Message::Key(key.to_event()));
    frame::to_text(&feed_in(options, around, (120, 40), keys).unwrap())
}

fn press(notes: &Path, keys: &str) -> String {
    press_on(demo::source().unwrap(), true, Some(notes), keys)
}

fn notes() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("of us").join("notes.txt");
    (folder, path)
}

/// The line of the group under the cursor at the beginning.
fn line<'s>(screen: &'s str, holds: &str) -> &'s str {
    screen.lines().find(|line| line.contains(holds)).unwrap_or_else(|| panic!("{holds}\n{screen}"))
}

#[test]
fn a_note_that_is_typed_stands_in_the_file_and_beside_its_group() {
    let (_folder, path) = notes();
    let screen = press(&path, "mnwaiting for 5.1<enter>");
    assert!(line(&screen, "noted:").contains("noted: waiting for 5.1"), "{screen}");
    assert!(screen.contains("note: waiting for 5.1"), "in the pane beside: {screen}");
    let written = fs::read_to_string(&path).unwrap();
    assert!(written.starts_with("misfit notes 1\n\ngroup ") && written.contains("  note       waiting for 5.1\n"), "{written}");
    // Again, another time: beside what is there.
    let screen = press(&path, "mbbug 1684980<enter>");
    assert!(screen.contains("waiting for 5.1 (bug 1684980)"), "{screen}");
    let sheet = press(&path, "i");
    assert!(sheet.contains("note     waiting for 5.1") && sheet.contains("bug      1684980"), "{sheet}");
    // The line begins with what stands there.
    assert!(press(&path, "mn").contains("note waiting for 5.1"));
    let gone = press(&path, "mx");
    assert!(gone.contains("the note is gone") && !fs::read_to_string(&path).unwrap().contains("group"), "{gone}");
    assert!(press(&path, "mx").contains("there is no note on this group itself"));
}

#[test]
fn what_is_muted_goes_out_of_the_way_and_is_counted() {
    let (_folder, path) = notes();
    let before = press(&path, "");
    let rows = |screen: &str| line(screen, "misfit").split('·').next_back().map(str::to_owned);
    let muted = press(&path, "mu2999-12-31<enter>");
    assert!(muted.contains("noted: muted until 2999-12-31"), "{muted}");
    assert_eq!(rows(&before), rows(&muted), "no count is another");
    let open = press(&path, "OG");
    assert!(open.contains("▾ muted") && open.contains(" muted "), "a line of its own: {open}");
    let filtered = press(&path, "fmuted<enter>Glj");
    assert!(filtered.contains("2999-12-31"), "the cursor is on it: {filtered}");
    assert!(press(&path, "fmuted<enter>Gljmo<esc>").lines().all(|line| !line.contains("muted until")));
}

#[test]
fn rows_since_it_was_mended_bring_a_group_back() {
    let (_folder, path) = notes();
    let back = press(&path, "md2026-03-03<enter>");
    assert!(back.contains("came back") && back.contains("was mended on 2026-03-03"), "{back}");
    let mended = press(&path, "md2999-01-01<enter>");
    assert!(!mended.contains("came back") && mended.contains("mended on 2999-01-01"), "{mended}");
    let unknown = press(&path, "mdabc1234<enter>");
    assert!(unknown.contains("abc1234 2026-06-30"), "says what to type: {unknown}");
    assert!(fs::read_to_string(&path).unwrap().contains("mended on 2999-01-01"), "nothing was changed");
}

#[test]
fn a_case_notes_its_group_and_muting_tells_how_far_it_is() {
    let (_folder, path) = notes();
    let screen = press(&path, "<enter>ms");
    assert!(screen.contains("noted: seen"), "{screen}");
    let muted = press(&path, "mu3x<enter>i");
    let written = fs::read_to_string(&path).unwrap();
    assert!(written.contains("muted until 3x of ") && written.contains(" rows from 2026-03-"), "{written}");
    assert!(!muted.contains("cannot be told"), "{muted}");
}

#[test]
fn what_is_no_time_changes_nothing() {
    let (_folder, path) = notes();
    let screen = press(&path, "musoon<enter>");
    assert!(screen.contains("soon says no time: muted is until a day"), "{screen}");
    assert!(!path.exists());
}

#[test]
fn a_file_with_a_conflict_is_told_and_left_alone() {
    let (_folder, path) = notes();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let merged = include_str!("cmd/notes/merged.txt");
    fs::write(&path, merged).unwrap();
    let screen = press(&path, "");
    assert!(screen.contains("notes are left out until this is mended"), "{screen}");
    assert!(press(&path, "ms").contains("nothing was written, so that nothing is lost"), "{screen}");
    assert_eq!(fs::read_to_string(&path).unwrap(), merged);
}

#[test]
fn a_note_of_several_lines_stays_so_where_it_is_typed_anew() {
    let (_folder, path) = notes();
    press(&path, "mnone<enter>");
    let lines = fs::read_to_string(&path).unwrap().replace("one\n", r"one\ntwo \\ three") + "\n";
    fs::write(&path, &lines).unwrap();
    let typed = press(&path, "mn");
    assert!(typed.contains(r"note one\ntwo \\ three"), "{typed}");
    press(&path, "mn<enter>");
    assert_eq!(fs::read_to_string(&path).unwrap(), lines);
    press(&path, "mn!<enter>");
    assert_eq!(fs::read_to_string(&path).unwrap(), lines.replace("three", "three!"));
}

#[test]
fn without_a_file_nothing_is_read_or_written() {
    let screen = press_on(demo::source().unwrap(), true, None, "ms");
    assert!(screen.contains("notes are not read here: name their file with --notes FILE"), "{screen}");
}

#[test]
fn nothing_of_a_document_gets_into_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("rows.ndjson");
    let message = "org.everit.json.schema.ValidationException: #/hunter2/jo@example.com: expected type: String, found: Integer";
    let row = serde_json::json!({
        "submission_timestamp": "2026-03-02 10:00:00 UTC", "document_namespace": "hunter2-app", "document_type": "hunter2", "document_version": "1",
        "error_type": "ParsePayload", "exception_class": "org.everit.json.schema.ValidationException", "error_message": message,
        "uri": "/submit/hunter2-app/hunter2/1/hunter2", "job_name": "hunter2"
    });
    fs::write(&rows, format!("{row}\n")).unwrap();
    for with_schemas in [true, false] {
        let path = folder.path().join(format!("notes-{with_schemas}.txt"));
        let source = Arc::new(Files::open(&[rows.to_string_lossy().into_owned()], ReadOptions { keep_rows: true }).unwrap());
        press_on(source, with_schemas, Some(&path), "mnseen it<enter>mu2x<enter>");
        let written = fs::read_to_string(&path).unwrap();
        assert!(written.contains("seen it") && written.contains("muted until 2x of 1 row from"), "{written}");
        for secret in ["hunter2", "jo@", "example"] {
            assert!(!written.contains(secret), "{secret} in {written}");
        }
    }
}

fn misfit(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_misfit"))
        .args(args)
        .current_dir(folder)
        .env("MISFIT_CONFIG", folder.join("config.toml"))
        .env("MISFIT_NOTES", "")
        .env("MISFIT_SCHEMAS", "")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn commands_write_the_file_beside_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("config.toml"), "").unwrap();
    let rows: String = ["#/a/0: expected type: String, found: Null", "#/client_info: required key [build] not found"]
        .iter()
        .map(|message| {
            let message = format!("org.everit.json.schema.ValidationException: {message}");
            let class = "org.everit.json.schema.ValidationException";
            let row = serde_json::json!({"submission_timestamp": "2026-03-02 10:00:00 UTC", "document_namespace": "an_app", "document_type": "main",
                "error_message": message, "exception_class": class, "error_type": "ParsePayload"});
            format!("{row}\n")
        })
        .collect();
    fs::write(folder.join("rows.ndjson"), rows).unwrap();
    let (_, listed, _) = misfit(folder, &["groups", "rows.ndjson", "--format", "ndjson"]);
    assert!(!listed.contains("note_state"), "no notes, no members of them: {listed}");
    let print = |line: usize| {
        serde_json::from_str::<serde_json::Value>(listed.lines().nth(line).unwrap()).unwrap()["fingerprint"].as_str().unwrap().to_owned()
    };
    let (code, _, told) = misfit(folder, &["notes", "set", &print(0), "--note", "a, \"b\"", "--seen"]);
    assert!(code == 0 && told.contains("noted: seen: a, \"b\", in ") && told.contains("notes.txt"), "{told}");
    let (code, _, told) = misfit(folder, &["notes", "set", &print(1), "rows.ndjson", "--mute", "3x", "--bug", "#12"]);
    assert_eq!(code, 0, "{told}");
    // Named by their fingerprints, the groups of any rows have them.
    let (_, listed, told) = misfit(folder, &["groups", "rows.ndjson", "--format", "ndjson"]);
    assert!(
        listed.contains("\"note_state\":\"seen\"")
            && listed.contains("\"note_state\":\"muted\"")
            && told.contains("1 group with 1 row is muted"),
        "{listed}{told}"
    );
    let (_, one, _) = misfit(folder, &["groups", "rows.ndjson", "--state", "seen", "--format", "ndjson"]);
    assert!(one.lines().count() == 1 && one.contains(&print(0)), "{one}");
    // Out as the team's sheet, and in again elsewhere.
    let (code, sheet, told) = misfit(folder, &["notes", "export", "rows.ndjson"]);
    assert!(
        code == 0 && sheet.lines().count() == 1 && told.contains("2 notes are left out, for the schemas at hand do not list"),
        "{sheet}{told}"
    );
    let (code, sheet, told) = misfit(folder, &["notes", "export", "rows.ndjson", "--raw"]);
    assert!(code == 0 && sheet.contains("an\\_app,main,#/") && told.contains("2 notes without how it stands"), "{sheet}{told}");
    fs::write(folder.join("sheet.csv"), &sheet).unwrap();
    let (code, matched, told) = misfit(folder, &["notes", "import", "sheet.csv", "rows.ndjson", "--notes", "other.txt"]);
    assert!(
        code == 0 && matched.contains(&print(0)) && matched.contains(&print(1)) && told.contains("2 notes taken in, 2 of them new"),
        "{matched}{told}"
    );
    let (_, again, told) = misfit(folder, &["notes", "import", "sheet.csv", "--notes", "other.txt"]);
    assert!(again.is_empty() && told.contains("2 notes taken in, 0 of them new"), "{told}");
    let (_, out, _) = misfit(folder, &["notes", "export", "--notes", "other.txt"]);
    let sorted = |sheet: &str| {
        let mut lines: Vec<String> = sheet.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&out), sorted(&sheet), "in and out is the same");
    // What cannot be opened is told before anything is written.
    let (code, _, told) = misfit(folder, &["notes", "import", "sheet.csv", "nothere.ndjson", "--notes", "third.txt"]);
    assert!(code == 2 && told.contains("nothere.ndjson") && !folder.join("third.txt").exists(), "{told}");
    // Nor are schemas opened where nothing is looked up in them.
    let (code, _, told) = misfit(folder, &["notes", "set", &print(0), "--seen", "--schemas", "nothere", "--notes", "fourth.txt"]);
    assert_eq!(code, 0, "{told}");
    let (code, _, told) = misfit(folder, &["notes", "set", &print(0), "--mended", "abc", "--schemas", "nothere", "--notes", "fourth.txt"]);
    assert!(code == 2 && told.contains("nothere"), "{told}");
    let (code, _, _) = misfit(folder, &["notes", "remove", &print(0)]);
    assert_eq!(code, 0);
    let (code, _, told) = misfit(folder, &["notes", "remove", &print(0)]);
    assert!(code == 2 && told.contains("there is no note on"), "{told}");
    // The explorer that is printed reads no notes that nobody names.
    let (_, screen, _) = misfit(folder, &["rows.ndjson", "--print", "--keys", "ms"]);
    assert!(screen.contains("notes are not read here"), "{screen}");
    let (_, screen, _) = misfit(folder, &["rows.ndjson", "--notes", "notes.txt", "--print"]);
    assert!(screen.contains("muted"), "{screen}");
    let (_, report, _) = misfit(folder, &["export", "rows.ndjson", "--as", "report", "--group", &print(1)]);
    assert!(report.contains("**note**: ") && report.contains("bug"), "{report}");
}
