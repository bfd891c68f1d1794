//! Other programs that get a text and the terminal: a command, the pager, the editor.

use std::path::{Path, PathBuf};

use portable_pty::CommandBuilder;

use super::{Terminal, modes};

/// A program of the shell in a folder.
fn program(folder: &Path, name: &str, script: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a program");
    assert!(std::process::Command::new("chmod").arg("+x").arg(&path).status().expect("chmod").success());
    path
}

fn demo(folder: &Path, env: &[(&str, &Path)]) -> Terminal {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_misfit"));
    command.arg("demo");
    command.cwd(folder);
    ["VISUAL", "EDITOR", "PAGER", "LESS"].iter().for_each(|name| command.env_remove(name));
    env.iter().for_each(|(name, value)| command.env(name, value));
    let terminal = Terminal::spawn(command);
    terminal.wait_for("216 rows · 32 groups");
    terminal
}

/// Waits until the explorer has its screen again and says so there.
fn told(terminal: &Terminal, words: &str) {
    terminal.wait(words, |terminal| terminal.alternate() && terminal.screen().contains(words));
}

fn leave(mut terminal: Terminal, keys: &str) {
    terminal.press(keys);
    assert_eq!(terminal.ends(), 0);
    terminal.wait("leaving the alternate screen", |terminal| !terminal.alternate());
    assert_eq!(modes(terminal.master.as_ref()), terminal.found, "the terminal stays raw");
}

#[test]
fn groups_and_values_are_handed_to_a_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut terminal = demo(folder.path(), &[]);
    // A branch: a line of JSON for each group in it.
    terminal.press("gg!cat > groups; wc -l < groups; echo DONE\r");
    terminal.wait_for("any key goes back");
    assert!(!terminal.alternate() && terminal.screen().contains("DONE"), "{}", terminal.screen());
    terminal.press(" ");
    terminal.wait("taking the screen again", Terminal::alternate);
    let groups = std::fs::read_to_string(folder.path().join("groups")).expect("groups");
    assert!(groups.lines().count() > 1);
    for line in groups.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).expect("JSON")["fingerprint"].is_string());
    }
    // The whole document, as it is written.
    terminal.press("G\r");
    terminal.wait_for("Document");
    terminal.press("gg!cat > document; exit 3\r");
    terminal.wait_for("any key goes back");
    terminal.press("x");
    told(&terminal, "exit status: 3");
    let document = std::fs::read(folder.path().join("document")).expect("a document");
    assert!(serde_json::from_slice::<serde_json::Value>(&document).expect("JSON").is_object());
    terminal.press("!no-such-command-here\r");
    terminal.wait_for("any key goes back");
    terminal.press("x");
    told(&terminal, "the shell finds no such command");
    leave(terminal, "qq");
}

/// Ctrl-C is for the command, not for the explorer; a signal for the explorer ends both.
#[test]
fn signals_while_a_command_runs_go_where_they_belong() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut terminal = demo(folder.path(), &[]);
    terminal.press("!echo RUNS; exec sleep 100\r");
    terminal.wait("the command", |terminal| !terminal.alternate() && terminal.screen().contains("RUNS"));
    terminal.press("\x03");
    terminal.wait_for("any key goes back");
    terminal.press("\r");
    terminal.wait("taking the screen again", Terminal::alternate);
    terminal.press("!echo AGAIN; exec sleep 100\r");
    terminal.wait("the command", |terminal| !terminal.alternate() && terminal.screen().contains("AGAIN"));
    let pid = terminal.child.process_id().expect("a process").to_string();
    assert!(std::process::Command::new("kill").arg(pid).status().expect("kill").success());
    assert_eq!(terminal.ends(), 128 + 15);
    terminal.wait("leaving the alternate screen", |terminal| !terminal.alternate());
    assert_eq!(modes(terminal.master.as_ref()), terminal.found, "the terminal stays raw");
}

#[test]
fn a_text_goes_to_the_pager_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    // Reads keys where pagers do.
    let pager = program(folder.path(), "pager", "cat > paged\necho READY\nread key < /dev/tty\nsleep 0.6");
    let mut terminal = demo(folder.path(), &[("PAGER", &pager)]);
    terminal.press("G\r");
    terminal.wait_for("Document");
    terminal.press("ggP");
    terminal.wait("the pager", |terminal| !terminal.alternate() && terminal.screen().contains("READY"));
    terminal.press("q\r");
    terminal.wait("taking the screen again", Terminal::alternate);
    terminal.wait_for("Document");
    let paged = std::fs::read_to_string(folder.path().join("paged")).expect("a text");
    assert!(paged.starts_with("{\n") && paged.ends_with("}\n"), "{paged}");
    // What lies over the screen.
    terminal.press("i");
    terminal.wait_for("This row");
    terminal.press("P");
    terminal.wait("the pager", |terminal| !terminal.alternate() && terminal.screen().contains("READY"));
    terminal.press("q\r");
    terminal.wait("taking the screen again", Terminal::alternate);
    terminal.wait_for("This row");
    assert!(!std::fs::read_to_string(folder.path().join("paged")).expect("a text").starts_with('{'));
    leave(terminal, "qqq");
}

#[test]
fn a_pager_that_is_missing_is_told_and_one_that_only_prints_is_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut terminal = demo(folder.path(), &[("PAGER", Path::new("no-such-pager-here"))]);
    terminal.press("P");
    told(&terminal, "the pager no-such-pager-here cannot be started");
    leave(terminal, "q");
    let mut terminal = demo(folder.path(), &[("PAGER", Path::new("cat"))]);
    terminal.press("P");
    terminal.wait_for("any key goes back");
    terminal.press("j");
    terminal.wait("taking the screen again", Terminal::alternate);
    leave(terminal, "q");
}

#[test]
fn a_copy_only_to_be_read_goes_to_the_editor() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "for file; do :; done\nls -l \"$file\" > listed\necho \"$file\" > named\ncp \"$file\" copied\necho more >> \"$file\"";
    let editor = program(folder.path(), "editor", script);
    let mut terminal = demo(folder.path(), &[("EDITOR", &editor)]);
    terminal.press("G\r");
    terminal.wait_for("Document");
    terminal.press("ggV");
    told(&terminal, "is not kept");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a text");
    assert!(read("listed").starts_with("-rw-------"), "{}", read("listed"));
    assert!(serde_json::from_str::<serde_json::Value>(&read("copied")).expect("JSON").is_object());
    assert!(read("named").trim_end().ends_with(".json") && !Path::new(read("named").trim_end()).exists());
    leave(terminal, "qq");
}

/// Ctrl-Z stops the command and the explorer together, `fg` brings both back.
#[test]
fn a_command_is_stopped_and_goes_on_with_the_explorer() {
    let mut shell = CommandBuilder::new("sh");
    shell.arg("-i");
    [("PS1", "SHELL> "), ("ENV", "/dev/null"), ("BASH_ENV", "/dev/null")].iter().for_each(|(name, value)| shell.env(name, value));
    let mut terminal = Terminal::spawn(shell);
    terminal.wait_for("SHELL> ");
    terminal.press(&format!("'{}' demo\r", env!("CARGO_BIN_EXE_misfit")));
    terminal.wait_for("216 rows · 32 groups");
    terminal.press("!trap 'echo WOKEN' CONT; echo RUNS; while :; do sleep 0.1; done\r");
    terminal.wait("the command", |terminal| !terminal.alternate() && terminal.screen().contains("RUNS"));
    terminal.press("\x1a");
    terminal.wait_for("Stopped");
    terminal.press("fg\r");
    terminal.wait_for("WOKEN");
    terminal.press("\x03");
    terminal.wait_for("any key goes back");
    terminal.press(" ");
    terminal.wait("taking the screen again", Terminal::alternate);
    terminal.wait_for("216 rows · 32 groups");
    terminal.press("q");
    terminal.wait("the shell", |terminal| !terminal.alternate());
    terminal.press("exit 0\r");
    assert_eq!(terminal.ends(), 0);
}
