//! The user's editor: which it is, and how it is started on a line of a file.
//!
//! Owns: what $VISUAL and $EDITOR say, who knows `+LINE`, who has a window of its own and when a file was saved there, what an editor that fails is told as.
//! Refuses: the terminal (terminal), what is edited.

use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::message::{EditCopy, JobId, Message};
use super::outlet::Outlet;
use super::terminal;
use crate::ground::text::visible;

/// Where nothing is set.
const USUAL: &str = "vi";

/// Editors that take the line as `+LINE`.
const LINED: [&str; 9] = ["vi", "vim", "nvim", "nano", "emacs", "emacsclient", "kak", "ne", "micro"];

/// Editors that have a window of their own, and leave the terminal alone.
const WINDOWED: [&str; 16] = [
    "code",
    "code-insiders",
    "codium",
    "cursor",
    "gedit",
    "gnome-text-editor",
    "gvim",
    "idea",
    "kate",
    "kwrite",
    "mousepad",
    "mvim",
    "subl",
    "xed",
    "zed",
    "zeditor",
];

/// How often it is looked whether a file was saved there.
const GLANCE: Duration = Duration::from_millis(200);

/// Whether an editor has a window of its own.
pub(super) fn is_windowed(words: &[String]) -> bool {
    words.first().is_some_and(|program| WINDOWED.contains(&name(program).as_str()))
}

fn name(program: &str) -> String {
    Path::new(program).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Starts an editor with a window of its own, and sends word of each save for as long as somebody holds the copy and listens. Some of them end at
/// once and leave the file to one that runs already: their end says nothing.
pub(super) fn start(words: &[String], job: JobId, copy: &Arc<EditCopy>, messages: &Outlet) {
    let Some((program, given)) = words.split_first() else { return };
    let mut command = Command::new(program);
    command.args(given).arg(&copy.path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let before = stamp(&copy.path);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let _ = messages.send(Message::EditorClosed { job, outcome: Err(unstarted(program, &error)) });
            return;
        }
    };
    let _ = messages.send(Message::EditorStays { job });
    let (held, messages, program, path) = (Arc::downgrade(copy), messages.clone(), program.clone(), copy.path.clone());
    std::thread::spawn(move || {
        let (mut last, mut is_running) = (before, true);
        while held.strong_count() > 0 {
            let now = stamp(&path);
            if now != last && now.is_some() {
                last = now;
                if !messages.send(Message::EditSaved { job }) {
                    break;
                }
            }
            if let (true, Ok(Some(status))) = (is_running, child.try_wait()) {
                is_running = false;
                if !status.success() {
                    let _ = messages.send(Message::EditorFailed { job, reason: window_ended(&program, status) });
                }
            }
            std::thread::sleep(GLANCE);
        }
        if is_running {
            // Whoever was started is waited for.
            let _ = child.wait();
        }
    });
}

/// When a file was written and how long it is; `None` in the moment in which an editor replaces it.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let about = std::fs::metadata(path).ok()?;
    Some((about.modified().ok()?, about.len()))
}

fn ended(program: &str, status: ExitStatus) -> String {
    format!("the editor {} ended with {status}, so nothing was judged", visible(program))
}

fn window_ended(program: &str, status: ExitStatus) -> String {
    format!("the editor {} ended with {status}; each time the copy is saved, the rows are judged with it", visible(program))
}

pub(super) fn unstarted(program: &str, error: &io::Error) -> String {
    format!("the editor {} cannot be started: {error}; EDITOR names another", visible(program))
}

/// The editor's words, by the environment.
pub(super) fn chosen(get: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let set = ["VISUAL", "EDITOR"].into_iter().filter_map(get).find(|words| !words.trim().is_empty());
    set.unwrap_or_else(|| USUAL.to_owned()).split_whitespace().map(str::to_owned).collect()
}

/// Runs an editor until it ends. The reason of a failure is a sentence.
pub(super) fn run(words: &[String], file: &Path, line: usize) -> Result<(), String> {
    let status = attend(words, file, line)?;
    if status.success() { Ok(()) } else { Err(ended(words.first().map_or("", String::as_str), status)) }
}

/// The same where nothing follows on what the editor leaves.
pub(super) fn attend(words: &[String], file: &Path, line: usize) -> Result<ExitStatus, String> {
    let Some((program, given)) = words.split_first() else { return Err("no editor is set: EDITOR names one".to_owned()) };
    let mut command = Command::new(program);
    command.args(given);
    if line > 1 && LINED.contains(&name(program).as_str()) {
        command.arg(format!("+{line}"));
    }
    let ended = command.arg(file).spawn().and_then(|mut child| terminal::wait(&mut child));
    ended.map_err(|error| unstarted(program, &error))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::group::Group;
    use crate::rows::source::{Request, Unwatched};
    use crate::triage::export::own_edit::EditSubject;

    /// A copy for the first group of the demo that has a schema, and that group's position.
    pub(in crate::tui) fn copy() -> (usize, Arc<EditCopy>) {
        let (source, schemas) = (demo::source().unwrap(), demo::schemas().unwrap());
        let groups = source.groups(&Request::default(), &Unwatched).unwrap();
        let subject = |group: &Group| EditSubject::find(source.as_ref(), &schemas, group, &Unwatched).ok();
        let (at, subject) = groups.list.iter().enumerate().find_map(|(at, group)| Some((at, subject(group)?))).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        std::fs::write(&path, "{}").unwrap();
        (at, Arc::new(EditCopy { subject, path, folder }))
    }

    #[cfg(unix)]
    #[test]
    fn a_window_that_fails_takes_no_save_away() {
        let (_, copy) = copy();
        let (messages, mut inbox) = tokio::sync::mpsc::unbounded_channel();
        start(&["false".to_owned()], 7, &copy, &messages.into());
        assert!(matches!(inbox.blocking_recv(), Some(Message::EditorStays { job: 7 })));
        let Some(Message::EditorFailed { job: 7, reason }) = inbox.blocking_recv() else { panic!("it says that it failed") };
        assert!(reason.contains("each time the copy is saved") && !reason.contains("nothing was judged"), "{reason}");
        std::fs::write(&copy.path, "{\"a\": 1}").unwrap();
        assert!(matches!(inbox.blocking_recv(), Some(Message::EditSaved { job: 7 })));
    }

    #[test]
    fn the_editor_is_the_one_that_is_set() {
        let with = |visual: &str, editor: &str| {
            let (visual, editor) = (visual.to_owned(), editor.to_owned());
            chosen(move |name| Some(if name == "VISUAL" { visual.clone() } else { editor.clone() }))
        };
        assert_eq!((with("", "code --wait"), with("ed", "vim")), (vec!["code".to_owned(), "--wait".to_owned()], vec!["ed".to_owned()]));
        assert_eq!(chosen(|_| None), ["vi"]);
        let windowed = |words: &str| is_windowed(&words.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!([windowed("/usr/bin/code --wait"), windowed("vim"), windowed("gvim")], [true, false, true]);
    }

    #[cfg(unix)]
    #[test]
    fn an_editor_that_fails_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.json");
        std::fs::write(&file, "{}").unwrap();
        let run = |words: &str| run(&words.split(' ').map(str::to_owned).collect::<Vec<_>>(), &file, 3);
        assert_eq!(run("true"), Ok(()));
        assert!(run("false").unwrap_err().contains("nothing was judged"));
        assert!(run("no-such-editor-here").unwrap_err().contains("cannot be started"));
    }
}
