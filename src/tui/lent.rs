//! Other programs while they have the terminal: a command of the shell, the pager, the editor on a copy.
//!
//! Owns: which pager it is, the data on their standard input, the private copy, the key that is waited for, what is told of their end.
//! Refuses: taking and giving the terminal (terminal), which editor it is (editor), what is handed over (handed).

use std::io::{self, Write, stdout};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempPath;

use super::handed::{HandOver, Handed, HandedTo};
use super::{editor, terminal};
use crate::ground::text::visible;

/// Where nothing is set.
const USUAL: &str = "less";

/// Whoever ends sooner has shown nothing that could be read: a pager that only prints.
const QUICK: Duration = Duration::from_millis(500);

/// What shells end with that have not found a command.
const NOT_FOUND: i32 = 127;

/// Runs a program until it ends: something to say, or why it failed. Copies that are open for longer are left in `left`.
pub(super) fn run(handed: &HandOver, left: &mut Vec<TempPath>) -> Result<Option<String>, String> {
    match &handed.to {
        HandedTo::Command(words) => command(words, handed.what.bytes()),
        HandedTo::Pager => pager(&chosen(|name| std::env::var(name).ok()), handed.what.shown().0.into_bytes()),
        HandedTo::Editor => edited(&editor::chosen(|name| std::env::var(name).ok()), &handed.what, left),
    }
}

fn chosen(get: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let set = get("PAGER").filter(|words| !words.trim().is_empty());
    set.unwrap_or_else(|| USUAL.to_owned()).split_whitespace().map(str::to_owned).collect()
}

fn command(words: &str, bytes: Vec<u8>) -> Result<Option<String>, String> {
    let mut shell = Command::new("sh");
    let status = fed(shell.arg("-c").arg(words), bytes).map_err(|error| format!("the shell sh cannot be started: {error}"))?;
    let told = match status.code() {
        Some(NOT_FOUND) => format!("{} ended with {status}: the shell finds no such command", visible(words)),
        _ => format!("{} ended with {status}", visible(words)),
    };
    wait_for_key(&told)?;
    if status.success() { Ok(None) } else { Err(told) }
}

fn pager(words: &[String], bytes: Vec<u8>) -> Result<Option<String>, String> {
    let Some((program, given)) = words.split_first() else { return Err("no pager is set: PAGER names one".to_owned()) };
    let begun = Instant::now();
    let status = fed(Command::new(program).args(given), bytes)
        .map_err(|error| format!("the pager {} cannot be started: {error}; PAGER names another", visible(program)))?;
    let told = format!("the pager {} ended with {status}", visible(program));
    if begun.elapsed() < QUICK {
        wait_for_key(&told)?;
    }
    if status.success() { Ok(None) } else { Err(told) }
}

fn edited(words: &[String], what: &Handed, left: &mut Vec<TempPath>) -> Result<Option<String>, String> {
    let (text, is_json) = what.shown();
    let copy = private(&text, is_json).map_err(|error| format!("no copy for the editor could be made: {error}"))?;
    if let Some((program, given)) = words.split_first().filter(|_| editor::is_windowed(words)) {
        let started = Command::new(program).args(given).arg(&copy).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = started.map_err(|error| editor::unstarted(program, &error))?;
        std::thread::spawn(move || child.wait());
        left.push(copy);
        return Ok(Some("a copy is open in the editor; it is removed when the explorer ends".to_owned()));
    }
    let status = editor::attend(words, &copy, 1)?;
    if !status.success() {
        return Err(format!("the editor ended with {status}"));
    }
    let is_changed = std::fs::read(&copy).is_ok_and(|now| now != text.as_bytes());
    Ok(is_changed.then(|| "what was changed in the editor is not kept: it had a copy only to be read".to_owned()))
}

/// A copy that its owner alone can read; gone when it is dropped.
fn private(text: &str, is_json: bool) -> io::Result<TempPath> {
    // Files of this crate are their owner's alone.
    let mut file = tempfile::Builder::new().prefix("misfit-").suffix(if is_json { ".json" } else { ".txt" }).tempfile()?;
    file.write_all(text.as_bytes())?;
    Ok(file.into_temp_path())
}

/// Runs a program on data. It may end before it has read all of that.
fn fed(command: &mut Command, bytes: Vec<u8>) -> io::Result<ExitStatus> {
    let mut child: Child = command.stdin(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        std::thread::spawn(move || {
            // Whoever does not read on has read enough.
            let _ = input.write_all(&bytes);
        });
    }
    terminal::wait(&mut child)
}

/// What was printed stays until a key is pressed.
fn wait_for_key(told: &str) -> Result<(), String> {
    let asked = writeln!(stdout(), "\n{told}; any key goes back").and_then(|()| stdout().flush());
    asked.and_then(|()| terminal::any_key()).map_err(|error| format!("{told}; the terminal cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pager_is_the_one_that_is_set() {
        assert_eq!(chosen(|_| Some("most -s".to_owned())), ["most", "-s"]);
        assert_eq!((chosen(|_| Some(" ".to_owned())), chosen(|_| None)), (vec!["less".to_owned()], vec!["less".to_owned()]));
    }

    #[test]
    fn a_pager_that_is_missing_says_which_and_what_to_do() {
        let reason = pager(&["no-such-pager-here".to_owned()], b"a".to_vec()).unwrap_err();
        assert!(reason.contains("no-such-pager-here cannot be started") && reason.contains("PAGER"), "{reason}");
    }

    #[cfg(unix)]
    #[test]
    fn a_copy_is_its_owners_and_goes_away() {
        use std::os::unix::fs::PermissionsExt;
        let copy = private("a\n", false).unwrap();
        assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        let path = copy.to_path_buf();
        drop(copy);
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_program_need_not_read_everything() {
        let status = fed(Command::new("sh").args(["-c", "read line; test \"$line\" = a"]), [b"a\n".to_vec(), vec![b'b'; 1 << 20]].concat());
        assert!(status.unwrap().success());
    }
}
