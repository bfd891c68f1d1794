//! The user's own command, run for a group that began.
//!
//! Owns: how it is run: by `sh -c` as it was written, the group on its standard input and nowhere else, so that nothing in the data is a part of the command;
//! what it prints goes to standard error, for standard output holds groups.
//! Refuses: when to run it (follow).

use std::io::Write;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::ground::text::{clip, visible};

/// Longest time that it may take.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How often it is looked after.
const GLANCE: Duration = Duration::from_millis(20);
/// Cells of it that are quoted.
const QUOTED: usize = 60;

/// Runs the command and waits for its end. The reason of a failure is safe to show on a terminal.
pub(super) fn run(command: &str, line: &str, stop: &AtomicBool) -> Result<(), String> {
    let shown = || format!("the hook `{}`", clip(&visible(command), QUOTED));
    let begun = Command::new("sh").arg("-c").arg(command).stdin(Stdio::piped()).stdout(Stdio::from(std::io::stderr())).spawn();
    let mut child = begun.map_err(|error| format!("{} cannot be run: {error}", shown()))?;
    let mut stdin = child.stdin.take();
    let line = line.to_owned();
    // A command that does not read it must not be waited for.
    std::thread::spawn(move || stdin.as_mut().map(|stdin| stdin.write_all(line.as_bytes())));
    let since = Instant::now();
    let ended: ExitStatus = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if since.elapsed() > PATIENCE || stop.load(Ordering::Relaxed) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("{} was ended before its end", shown()));
            }
            Ok(None) => std::thread::sleep(GLANCE),
            Err(error) => return Err(format!("{} cannot be waited for: {error}", shown())),
        }
    };
    if ended.success() { Ok(()) } else { Err(format!("{} failed: {ended}", shown())) }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_group_is_on_its_standard_input_and_nothing_of_it_is_run() {
        let folder = tempfile::tempdir().unwrap();
        let (got, trap) = (folder.path().join("got"), folder.path().join("trap"));
        let line = format!("{{\"sample\":\"'; touch {}; $(touch {}) `touch {}`\"}}\n", trap.display(), trap.display(), trap.display());
        run(&format!("cat > '{}'", got.display()), &line, &AtomicBool::new(false)).unwrap();
        assert_eq!((std::fs::read_to_string(got).unwrap(), trap.exists()), (line, false));
    }

    #[test]
    fn a_command_that_fails_or_does_not_read_is_told() {
        let told = run("exit 3", &"x".repeat(1 << 20), &AtomicBool::new(false)).unwrap_err();
        assert!(told.starts_with("the hook `exit 3` failed: ") && told.contains('3'), "{told}");
        assert!(run("sleep 60", "", &AtomicBool::new(true)).unwrap_err().contains("was ended before its end"));
    }
}
