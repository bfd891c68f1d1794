//! The user's own command, run for a group that began.
//!
//! Owns: how it is run: by `sh -c` as it was written, the group on its standard input and nowhere else, so that nothing in the data is a part of the command;
//! what it prints goes to standard error, for standard output holds groups.
//! Refuses: when to run it (follow).

use std::io::Write;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::ground::text::{clip, visible};

/// Longest time that it may take.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How often it is looked after.
const GLANCE: Duration = Duration::from_millis(20);
/// Cells of it that are quoted.
const QUOTED: usize = 60;

/// How many run at once: one that is slow does not keep the others waiting.
const AT_ONCE: usize = 4;

/// The command, run for one group after another beside what goes on.
pub(super) struct Hooks {
    lines: Sender<String>,
    runners: Vec<JoinHandle<()>>,
}

impl Hooks {
    /// Begins to wait for groups; `tell` gets the reason of each failure, safe to show on a terminal.
    pub(super) fn start(command: &str, stop: &Arc<AtomicBool>, tell: impl Fn(&str) + Clone + Send + 'static) -> Self {
        let (lines, waiting) = mpsc::channel::<String>();
        let waiting = Arc::new(Mutex::new(waiting));
        let runner = |_| {
            let (command, stop, waiting, tell) = (command.to_owned(), Arc::clone(stop), Arc::clone(&waiting), tell.clone());
            std::thread::spawn(move || {
                let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
                while let Ok(line) = next() {
                    if stop.load(Ordering::Relaxed) {
                        tell("a hook was not run for a group that began: it was ended before");
                    } else if let Err(reason) = run(&command, &line, &stop) {
                        tell(&reason);
                    }
                }
            })
        };
        Hooks { lines, runners: (0..AT_ONCE).map(runner).collect() }
    }

    /// Runs it for a group as soon as one of the others has ended; nothing waits for that.
    pub(super) fn run(&self, line: &str) {
        // Those that wait for it live as long as this.
        let _ = self.lines.send(line.to_owned());
    }

    /// Waits for all of them.
    pub(super) fn finish(self) {
        drop(self.lines);
        for runner in self.runners {
            let _ = runner.join();
        }
    }
}

/// Runs the command and waits for its end. The reason of a failure is safe to show on a terminal.
fn run(command: &str, line: &str, stop: &AtomicBool) -> Result<(), String> {
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
    fn a_slow_one_keeps_no_other_waiting_and_every_failure_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let shown = folder.path().display();
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = {
            let told = Arc::clone(&told);
            move |reason: &str| told.lock().unwrap().push(reason.to_owned())
        };
        // The first waits for what the last of them makes.
        let command =
            format!("read n; while [ \"$n\" = 0 ] && [ ! -e '{shown}/7' ]; do sleep 0.01; done; touch '{shown}/'$n; [ \"$n\" != 3 ]");
        let hooks = Hooks::start(&command, &Arc::default(), tell.clone());
        (0..8).for_each(|n| hooks.run(&format!("{n}\n")));
        hooks.finish();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 8);
        let failures = std::mem::take(&mut *told.lock().unwrap());
        assert!(failures.len() == 1 && failures[0].contains(" failed: "), "{failures:?}");
        // What a signal ended is said of each.
        let hooks = Hooks::start("sleep 60", &Arc::new(AtomicBool::new(true)), tell);
        (0..3).for_each(|n| hooks.run(&format!("{n}\n")));
        hooks.finish();
        assert_eq!(told.lock().unwrap().len(), 3);
    }

    #[test]
    fn a_command_that_fails_or_does_not_read_is_told() {
        let told = run("exit 3", &"x".repeat(1 << 20), &AtomicBool::new(false)).unwrap_err();
        assert!(told.starts_with("the hook `exit 3` failed: ") && told.contains('3'), "{told}");
        assert!(run("sleep 60", "", &AtomicBool::new(true)).unwrap_err().contains("was ended before its end"));
    }
}
