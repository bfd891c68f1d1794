//! The program in a real pseudo-terminal: it begins, answers keys, resizes, ends, and gives the terminal back.

#![cfg(unix)]

mod answering;
mod handed;
mod kept;
mod manners;
mod zone;

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Longest time that anything may take before a test gives up; nothing asserts how long it took.
const PATIENCE: Duration = Duration::from_secs(30);

struct Terminal {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    seen: Arc<Mutex<(vt100::Parser, Vec<u8>)>>,
    /// The modes of the terminal before anything ran in it.
    found: Option<String>,
    /// Where it keeps what it keeps.
    _state: tempfile::TempDir,
}

/// Whether keys are echoed, lines are edited and so on.
fn modes(master: &dyn MasterPty) -> Option<String> {
    master.get_termios().map(|modes| format!("{:?}", modes.local_flags))
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn cells(n: u16) -> std::num::NonZero<u16> {
    std::num::NonZero::new(n).expect("a size")
}

impl Terminal {
    fn run(args: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_misfit"));
        command.args(args);
        Self::spawn(command)
    }

    fn spawn(mut command: CommandBuilder) -> Self {
        // Nothing is kept from one test to the next, but where a test asks for it.
        let state = tempfile::tempdir().expect("a folder");
        if command.get_env("XDG_STATE_HOME") == std::env::var_os("XDG_STATE_HOME").as_deref() {
            command.env("XDG_STATE_HOME", state.path());
        }
        if command.get_env("COLORFGBG") != Some("".as_ref()) {
            command.env("COLORFGBG", "15;0");
        }
        let pair = native_pty_system().openpty(size(100, 30)).expect("a pseudo-terminal");
        for (name, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8"), ("MISFIT_CONFIG", "/dev/null")] {
            command.env(name, value);
        }
        command.env_remove("NO_COLOR");
        let found = modes(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let seen = Arc::new(Mutex::new((vt100::Parser::new(cells(30), cells(100), 0), Vec::new())));
        let told = seen.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                let mut told = told.lock().expect("no panic");
                told.0.process(&buffer[..n]);
                told.1.extend_from_slice(&buffer[..n]);
            }
        });
        let writer = pair.master.take_writer().expect("a writer");
        Terminal { master: pair.master, child, writer, seen, found, _state: state }
    }

    fn screen(&self) -> String {
        self.seen.lock().expect("no panic").0.screen().contents()
    }

    fn alternate(&self) -> bool {
        self.seen.lock().expect("no panic").0.screen().alternate_screen()
    }

    fn wait(&self, what: &str, done: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !done(self) {
            assert!(begun.elapsed() < PATIENCE, "{what} did not happen; the screen:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn wait_for(&self, text: &str) {
        self.wait(text, |terminal| terminal.screen().contains(text));
    }

    fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).expect("keys");
        self.writer.flush().expect("keys");
    }

    fn ends(&mut self) -> u32 {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status.exit_code();
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn keys_lead_from_groups_to_a_case_and_out() {
    let mut terminal = Terminal::run(&["demo"]);
    terminal.wait_for("What fails");
    terminal.wait_for("groups");
    terminal.press("\r");
    terminal.wait_for("Document");
    terminal.press("q");
    terminal.wait_for("What fails");
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
    terminal.wait("leaving the alternate screen", |terminal| !terminal.alternate());
}

/// The editor has the keys and the terminal; what it leaves is judged, a broken schema is edited again, and the edit is kept as a patch.
#[test]
fn a_schema_is_edited_and_judged() {
    let folder = tempfile::tempdir().expect("a folder");
    let editor = folder.path().join("editor");
    // Types what it is given on its first line into the file, so that the test sees who reads the keys.
    let script = "#!/bin/sh\nfor file; do :; done\necho READY\nread words\nprintf '%s\\n' \"$words\" > \"$file\"\n";
    std::fs::write(&editor, script).expect("an editor");
    assert!(std::process::Command::new("chmod").arg("+x").arg(&editor).status().expect("chmod").success());
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_misfit"));
    command.arg("demo");
    command.cwd(folder.path());
    command.env_remove("VISUAL");
    command.env("EDITOR", &editor);
    let mut terminal = Terminal::spawn(command);
    terminal.wait_for("What fails");
    terminal.wait_for("groups");
    terminal.press("E");
    terminal.wait_for("READY");
    assert!(!terminal.alternate());
    terminal.press("{,}\n");
    terminal.wait_for("not JSON");
    terminal.press("E");
    terminal.wait("a second editor", |terminal| !terminal.alternate() && terminal.screen().contains("READY"));
    terminal.press("{}\n");
    terminal.wait_for("pass now");
    terminal.press("\x1b");
    terminal.wait("closing the text", |terminal| !terminal.screen().contains("pass now"));
    terminal.press("ee");
    terminal.wait_for("wrote ");
    let kept =
        std::fs::read_dir(folder.path()).expect("files").flatten().find(|file| file.file_name().to_string_lossy().ends_with(".patch"));
    let patch = std::fs::read_to_string(kept.expect("a patch").path()).expect("a patch");
    assert!(patch.contains("pass now") && patch.contains("--- a/schemas/") && patch.ends_with("+{}\n"), "{patch}");
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}

/// An editor with a window of its own stays open beside the explorer: each save is judged.
#[test]
fn an_editor_in_a_window_is_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let editor = folder.path().join("gedit");
    let go = folder.path().join("go");
    let script = format!(
        "#!/bin/sh\nfor file; do :; done\nprintf '{{,}}' > \"$file\"\nwhile ! [ -e '{0}' ]; do sleep 0.1; done\nprintf '{{}}\\n' > \"$file\"\n",
        go.display()
    );
    std::fs::write(&editor, script).expect("an editor");
    assert!(std::process::Command::new("chmod").arg("+x").arg(&editor).status().expect("chmod").success());
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_misfit"));
    command.arg("demo");
    command.env_remove("VISUAL");
    command.env("EDITOR", &editor);
    let mut terminal = Terminal::spawn(command);
    terminal.wait_for("What fails");
    terminal.wait_for("groups");
    terminal.press("E");
    terminal.wait_for("not JSON");
    assert!(terminal.alternate());
    std::fs::write(&go, "").expect("a word to the editor");
    terminal.wait_for("pass now");
    terminal.press("\x1b");
    terminal.wait("closing the text", |terminal| !terminal.screen().contains("pass now"));
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}

/// Which revision schemas are of, and how old that is, where people read; what is written for scripts has no such line.
#[test]
fn commands_say_how_old_their_schemas_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("schemas/my-app/ping/ping.1.schema.json");
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
    std::fs::write(&file, "{}").expect("a schema");
    let git = |args: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_AUTHOR_DATE", "2024-02-01T02:00:00Z").env("GIT_COMMITTER_DATE", "2024-02-01T02:00:00Z");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-C"]).arg(folder.path()).args(args);
        assert!(command.output().expect("git runs").status.success());
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "a"]);
    let path = folder.path().to_str().expect("a path");
    let mut terminal = Terminal::run(&["tables", "--format", "csv", "--schemas", path]);
    terminal.wait_for("these schemas are old (");
    terminal.wait_for(" of 2024-02-01, ");
    assert_eq!(terminal.ends(), 0);
    let mut terminal = Terminal::run(&["tables", "--format", "csv", "--schemas", &format!("{path}@HEAD")]);
    terminal.wait_for("these schemas are of ");
    assert_eq!(terminal.ends(), 0);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_misfit")).args(["tables", "--format", "csv", "--schemas", path]).output();
    assert!(!String::from_utf8(output.expect("the program runs").stderr).expect("text").contains("these schemas"));
}

#[test]
fn a_new_size_is_drawn() {
    let mut terminal = Terminal::run(&["demo"]);
    terminal.wait_for("What fails");
    terminal.seen.lock().expect("no panic").0.screen_mut().set_size(cells(12), cells(50));
    terminal.master.resize(size(50, 12)).expect("a resize");
    terminal.wait_for("misfit needs 60x10");
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn a_signal_gives_the_terminal_back() {
    let mut terminal = Terminal::run(&["demo"]);
    terminal.wait_for("What fails");
    assert!(terminal.alternate());
    let pid = terminal.child.process_id().expect("a process");
    assert!(std::process::Command::new("kill").arg(pid.to_string()).status().expect("kill").success());
    assert_eq!(terminal.ends(), 128 + 15);
    terminal.wait("leaving the alternate screen", |terminal| !terminal.alternate());
    let output = terminal.seen.lock().expect("no panic").1.clone();
    let shows_cursor = output.windows(6).any(|window| window == b"\x1b[?25h");
    assert!(shows_cursor, "the cursor is shown again");
}

/// Whatever ends it and whenever: the terminal is as it was found.
#[test]
fn a_signal_at_any_moment_leaves_the_terminal_as_it_was() {
    let signals = ["TERM", "INT", "HUP", "QUIT", "ABRT", "USR1", "USR2", "ALRM"];
    let rounds = std::env::var("MISFIT_SIGNALS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(24);
    for round in 0..rounds {
        let signal = signals[round % signals.len()];
        let mut terminal = Terminal::run(&["demo"]);
        // From before the first instruction to some time after the first frame, in steps that repeat in no round.
        std::thread::sleep(Duration::from_micros((round * 7919 % 100_000) as u64));
        let pid = terminal.child.process_id().expect("a process").to_string();
        assert!(std::process::Command::new("kill").args(["-s", signal, &pid]).status().expect("kill").success());
        terminal.ends();
        let is_as_it_was = |terminal: &Terminal| {
            let told = &terminal.seen.lock().expect("no panic").1;
            let last = |what: &[u8]| told.windows(what.len()).rposition(|window| window == what);
            let undone = [("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?25l", "\x1b[?25h"), ("\x1b[?2004h", "\x1b[?2004l")];
            undone.iter().all(|(done, undone)| last(done.as_bytes()) <= last(undone.as_bytes()))
        };
        terminal.wait(&format!("the terminal as it was, after {signal} in round {round},"), is_as_it_was);
        assert_eq!(modes(terminal.master.as_ref()), terminal.found, "{signal} in round {round}: the terminal stays raw");
    }
}

#[test]
fn a_stopped_explorer_comes_back_and_goes_on() {
    let mut terminal = Terminal::run(&["demo"]);
    terminal.wait_for("What fails");
    let pid = terminal.child.process_id().expect("a process").to_string();
    for signal in ["-TSTP", "-CONT"] {
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().expect("kill").success());
        std::thread::sleep(Duration::from_millis(100));
    }
    terminal.wait("taking the screen again", Terminal::alternate);
    terminal.press("\r");
    terminal.wait_for("Document");
    terminal.press("qq");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn keys_typed_in_one_burst_find_what_they_ask_for() {
    let mut terminal = Terminal::run(&["demo"]);
    terminal.wait_for("groups");
    terminal.press("/zoom\r");
    terminal.wait_for("/pages/[]/zoom is greater than 4");
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn a_case_that_arrives_while_a_search_is_typed_ends_the_search() {
    let mut terminal = Terminal::run(&["demo"]);
    // All of them: while they come in, the last line is another.
    terminal.wait_for("216 rows · 32 groups");
    terminal.press("G\r/s");
    terminal.wait_for("Document");
    // It depends on who was faster whether this ends a search of the document or leads back; the keys after it are keys in both.
    terminal.press("\x1b");
    terminal.press("qqq");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn piped_rows_leave_the_keyboard_to_the_explorer() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = folder.path().join("rows.ndjson");
    let row = r##"{"document_namespace":"acme-reader","document_type":"events","document_version":"1","error_type":"ParsePayload","exception_class":"org.everit.json.schema.ValidationException","error_message":"org.everit.json.schema.ValidationException: #/a: expected type: String, found: Null"}"##;
    std::fs::write(&rows, format!("{row}\n")).expect("rows");
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", &format!("cat '{}' | '{}' -", rows.display(), env!("CARGO_BIN_EXE_misfit"))]);
    let mut terminal = Terminal::spawn(command);
    terminal.wait_for("acme-reader");
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}

/// Where a text stands on the screen, as a terminal counts columns and lines.
fn place_of(screen: &str, text: &str) -> (usize, usize) {
    let (line, told) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).expect("it stands there");
    (told[..told.find(text).expect("there")].chars().count() + 1, line + 1)
}

#[test]
fn the_mouse_opens_a_document_and_can_be_left_to_the_terminal() {
    let reported =
        |terminal: &Terminal| terminal.seen.lock().expect("no panic").0.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None;
    let mut terminal = Terminal::run(&["demo"]);
    terminal.wait_for("216 rows · 32 groups");
    terminal.wait("asking for the mouse", reported);
    terminal.wait_for("is missing the key");
    let (x, y) = place_of(&terminal.screen(), "is missing the key");
    let click = format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m");
    terminal.press(&format!("{click}{click}"));
    terminal.wait_for("Document");
    terminal.press("M");
    terminal.wait("leaving the mouse to the terminal", |terminal| !reported(terminal));
    terminal.press("M");
    terminal.wait("asking for it again", reported);
    terminal.press("qq");
    assert_eq!(terminal.ends(), 0);
    terminal.wait("giving the mouse back", |terminal| !reported(terminal));
}

#[test]
fn the_palette_and_numbers_work_in_a_terminal() {
    let mut terminal = Terminal::run(&["demo"]);
    terminal.wait_for("216 rows · 32 groups");
    terminal.press(":sort");
    terminal.wait_for("What can be done in the groups");
    terminal.press("\r");
    terminal.wait("closing the palette", |terminal| !terminal.screen().contains("What can be done"));
    terminal.press("gg3j");
    terminal.wait_for("4/");
    // A paste into the palette is text, a mouse report inside of it is none.
    terminal.press(":\x1b[200~zo\x1b[<0;3;3Mom\x1b[201~");
    terminal.wait_for("What can be done");
    terminal.press("\x1b");
    terminal.wait("closing it again", |terminal| !terminal.screen().contains("What can be done"));
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}
