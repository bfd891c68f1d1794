//! The user's editor: which it is, and how it is started on a line of a file.
//!
//! Owns: what $VISUAL and $EDITOR say, who knows `+LINE`, what an editor that fails is told as.
//! Refuses: the terminal (terminal), what is edited.

use std::path::Path;
use std::process::Command;

use crate::ground::text::visible;

/// Where nothing is set.
const USUAL: &str = "vi";

/// Editors that take the line as `+LINE`.
const LINED: [&str; 9] = ["vi", "vim", "nvim", "nano", "emacs", "emacsclient", "kak", "ne", "micro"];

/// The editor's words, by the environment.
pub(super) fn chosen(get: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let set = ["VISUAL", "EDITOR"].into_iter().filter_map(get).find(|words| !words.trim().is_empty());
    set.unwrap_or_else(|| USUAL.to_owned()).split_whitespace().map(str::to_owned).collect()
}

/// Runs an editor until it ends. The reason of a failure is a sentence.
pub(super) fn run(words: &[String], file: &Path, line: usize) -> Result<(), String> {
    let Some((program, given)) = words.split_first() else { return Err("no editor is set: EDITOR names one".to_owned()) };
    let mut command = Command::new(program);
    command.args(given);
    let name = Path::new(program).file_name().unwrap_or_default().to_string_lossy().into_owned();
    if line > 1 && LINED.contains(&name.as_str()) {
        command.arg(format!("+{line}"));
    }
    match command.arg(file).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the editor {} ended with {status}, so nothing was judged", visible(program))),
        Err(error) => Err(format!("the editor {} cannot be started: {error}; EDITOR names another", visible(program))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_editor_is_the_one_that_is_set() {
        let with = |visual: &str, editor: &str| {
            let (visual, editor) = (visual.to_owned(), editor.to_owned());
            chosen(move |name| Some(if name == "VISUAL" { visual.clone() } else { editor.clone() }))
        };
        assert_eq!((with("", "code --wait"), with("ed", "vim")), (vec!["code".to_owned(), "--wait".to_owned()], vec!["ed".to_owned()]));
        assert_eq!(chosen(|_| None), ["vi"]);
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
