//! How the explorer behaves in a real terminal: the mouse, pastes, sizes, ^Z, editors that do nothing, a clipboard and a background that nobody tells.

use std::time::Duration;

use portable_pty::CommandBuilder;

use super::{Terminal, cells, modes, place_of, size};

fn demo() -> Terminal {
    let terminal = Terminal::run(&["demo"]);
    terminal.wait_for("216 rows · 32 groups");
    terminal
}

/// The program behind words of the shell.
fn shell(words: &str) -> Terminal {
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", &words.replace("PROGRAM", env!("CARGO_BIN_EXE_misfit"))]);
    Terminal::spawn(command)
}

fn leave(mut terminal: Terminal, keys: &str) {
    terminal.press(keys);
    assert_eq!(terminal.ends(), 0);
    terminal.wait("leaving the alternate screen", |terminal| !terminal.alternate());
    assert_eq!(modes(terminal.master.as_ref()), terminal.found, "the terminal stays raw");
}

fn resized(terminal: &Terminal, cols: u16, rows: u16) {
    terminal.seen.lock().expect("no panic").0.screen_mut().set_size(cells(rows), cells(cols));
    terminal.master.resize(size(cols, rows)).expect("a resize");
}

fn sent(terminal: &Terminal, bytes: &[u8]) -> bool {
    terminal.seen.lock().expect("no panic").1.windows(bytes.len()).any(|window| window == bytes)
}

#[test]
fn the_wheel_hints_and_borders_are_at_hand() {
    let mut terminal = demo();
    terminal.press("gg");
    terminal.wait_for("1/");
    terminal.press("\x1b[<65;10;5M");
    terminal.wait_for("4/");
    terminal.press("\x1b[<64;10;5M");
    terminal.wait_for("1/");
    terminal.wait_for("all keys");
    let (x, y) = place_of(&terminal.screen(), "all keys");
    terminal.press(&format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m"));
    terminal.wait_for("Keys in the groups");
    // A press beside the box closes it.
    terminal.press("\x1b[<0;1;15M\x1b[<0;1;15m");
    terminal.wait("closing the help", |terminal| !terminal.screen().contains("Keys in the groups"));
    // The border between the groups and the facts follows the pointer.
    let line = |terminal: &Terminal| terminal.screen().lines().position(|line| line.starts_with("─ Summary"));
    // A screen may be seen while it is drawn.
    terminal.wait("a border", |terminal| line(terminal).is_some());
    let before = line(&terminal).map_or(1, |line| line + 1);
    let to = before - 5;
    terminal.press(&format!("\x1b[<0;30;{before}M\x1b[<32;30;{to}M\x1b[<0;30;{to}m"));
    terminal.wait("the border at another line", |terminal| line(terminal).is_some_and(|line| line + 1 < before));
    leave(terminal, "q");
}

#[test]
fn a_mouse_that_is_left_to_the_terminal_is_never_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("config.toml"), "mouse = false\n").expect("a configuration");
    let terminal = shell(&format!("MISFIT_CONFIG='{}/config.toml' exec PROGRAM demo", folder.path().display()));
    terminal.wait_for("216 rows · 32 groups");
    assert!(!sent(&terminal, b"\x1b[?1000h") && !sent(&terminal, b"\x1b[?1003h"), "the mouse was asked for");
    leave(terminal, "q");
}

/// Sizes come faster than frames are drawn; the last one counts. `MISFIT_RESIZES=10000` for a long storm.
#[test]
fn a_storm_of_sizes_ends_in_the_last_one() {
    let mut terminal = demo();
    terminal.press("\r");
    terminal.wait_for("Document");
    let storm = std::env::var("MISFIT_RESIZES").ok().and_then(|number| number.parse().ok()).unwrap_or(400u32);
    for n in 0..storm {
        let (cols, rows) = (1 + (n * 37 % 200) as u16, 1 + (n * 23 % 60) as u16);
        terminal.master.resize(size(cols, rows)).expect("a resize");
    }
    resized(&terminal, 150, 30);
    // Drawn in the last size, and nothing more comes: a key on a screen that is too small for anything would mean something else.
    let received = |terminal: &Terminal| terminal.seen.lock().expect("no panic").1.len();
    terminal.wait("the last size", |terminal| {
        let before = received(terminal);
        std::thread::sleep(Duration::from_millis(300));
        let title = terminal.screen().lines().next().unwrap_or_default().trim_end().to_owned();
        received(terminal) == before && title.ends_with("document 1 of 30") && title.chars().count() == 149
    });
    terminal.press("q");
    terminal.wait_for("216 rows · 32 groups");
    leave(terminal, "q");
}

#[test]
fn one_column_harms_nobody() {
    let terminal = demo();
    for (cols, rows) in [(1, 30), (1, 1), (2, 2), (200, 1)] {
        resized(&terminal, cols, rows);
        std::thread::sleep(Duration::from_millis(30));
    }
    resized(&terminal, 100, 30);
    terminal.wait_for("216 rows · 32 groups");
    let mut narrow = demo();
    resized(&narrow, 1, 30);
    narrow.press("q");
    assert_eq!(narrow.ends(), 0);
    leave(terminal, "q");
}

#[test]
fn a_paste_of_a_megabyte_is_text_and_nothing_else() {
    let mut terminal = demo();
    // Were these keys, the explorer would be gone; a report of the mouse within is text too.
    let much = "q\x1b[<0;3;3Mq ".repeat(100_000);
    terminal.press(&format!("\x1b[200~{much}\x1b[201~"));
    terminal.press("/");
    terminal.wait_for("search");
    terminal.press(&format!("\x1b[200~{much}\x1b[201~"));
    terminal.press("\x1b");
    terminal.wait_for("all keys");
    terminal.press("/zoom\r");
    terminal.wait_for("/pages/[]/zoom");
    leave(terminal, "q");
}

#[test]
fn control_z_stops_and_comes_back() {
    let mut terminal = demo();
    let pid = terminal.child.process_id().expect("a process").to_string();
    terminal.press("\x1a");
    terminal.wait("giving the screen back", |terminal| !terminal.alternate());
    assert!(std::process::Command::new("kill").args(["-CONT", &pid]).status().expect("kill").success());
    terminal.wait("taking the screen again", Terminal::alternate);
    terminal.press("\r");
    terminal.wait_for("Document");
    leave(terminal, "qq");
}

#[test]
fn an_editor_that_fails_or_changes_nothing_is_told() {
    for (editor, told) in [("false", "nothing was judged"), ("true", "fail the same way"), ("no-such-editor-here", "no-such-editor-here")] {
        let mut terminal = shell(&format!("unset VISUAL; EDITOR={editor} exec PROGRAM demo"));
        terminal.wait_for("216 rows · 32 groups");
        terminal.press("E");
        terminal.wait(told, |terminal| terminal.alternate() && terminal.screen().contains(told));
        // Apart from the next key, or both are one with Alt.
        terminal.press("\x1b");
        std::thread::sleep(Duration::from_millis(200));
        leave(terminal, "q");
    }
}

#[test]
fn without_a_clipboard_a_copy_goes_to_the_terminal() {
    let mut terminal = shell("unset DISPLAY WAYLAND_DISPLAY; SSH_TTY=/dev/pts/9 exec PROGRAM demo");
    terminal.wait_for("216 rows · 32 groups");
    terminal.press("yk");
    terminal.wait_for("to the terminal's clipboard");
    // The fingerprint of the group, in base64.
    terminal.wait("the sequence", |terminal| sent(terminal, b"\x1b]52;c;NzMxNTJhOTMxMWZjMGZlMA=="));
    leave(terminal, "q");
}

/// Without colours the cursor is still seen: no sequence sets a colour, one reverses the line.
#[test]
fn no_color_is_kept_and_the_cursor_is_seen() {
    let terminal = shell("NO_COLOR=1 exec PROGRAM demo");
    terminal.wait_for("216 rows · 32 groups");
    for colour in ["\x1b[38;", "\x1b[48;", "\x1b[31m", "\x1b[44m"] {
        assert!(!sent(&terminal, colour.as_bytes()), "{colour:?} was sent");
    }
    let seen = terminal.seen.lock().expect("no panic");
    let screen = seen.0.screen();
    let reversed = (0..30).any(|row| screen.cell(row, 10).is_some_and(|cell| cell.inverse()));
    drop(seen);
    assert!(reversed, "the cursor's line is as the others");
    leave(terminal, "q");
}

/// This terminal answers no question about its colours.
#[test]
fn a_terminal_that_never_answers_is_not_waited_for() {
    let terminal = shell("unset COLORFGBG; exec PROGRAM demo");
    terminal.wait_for("216 rows · 32 groups");
    leave(terminal, "q");
}
