//! The command that shows in another terminal what is shown here.
//!
//! Owns: its words, quoted for a shell.
//! Refuses: which group is shown (update).

use std::path::PathBuf;

/// How the explorer was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellCommand {
    /// The folder that its words are meant in.
    pub folder: PathBuf,
    /// Its words behind the program's name.
    pub words: Vec<String>,
}

impl ShellCommand {
    /// As a line for a shell, showing a group, or a document of it by its number from 1.
    pub fn line(&self, group: Option<&str>, document: Option<usize>) -> String {
        let mut line = format!("cd {} && misfit", quoted(&self.folder.to_string_lossy()));
        let more = group.map(|group| ["--group".to_owned(), group.to_owned()]);
        let nth = document.map(|document| ["--document".to_owned(), document.to_string()]);
        for word in self.words.iter().chain(more.iter().flatten()).chain(nth.iter().flatten()) {
            line.push(' ');
            line.push_str(&quoted(word));
        }
        line
    }
}

/// A word that a shell takes as it is; in single quotes where it would not.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    // A line break pasted into a terminal ends the line, quoted or not.
    if word.chars().any(char::is_control) {
        let escaped: String = word.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
        return format!("$'{escaped}'");
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_gets_every_word_back() {
        let words = ["a file.ndjson", "it's", "$(touch x)", "--schemas", "", "a\nb;ls", "\u{1b}[2J", "~", "*"];
        let command = ShellCommand { folder: "/tmp".into(), words: words.iter().map(|word| (*word).to_owned()).collect() };
        let line = command.line(Some("0123456789abcdef"), Some(3));
        assert!(line.starts_with("cd /tmp && misfit 'a file.ndjson' "), "{line}");
        assert!(line.ends_with(" --group 0123456789abcdef --document 3") && !line.contains(char::is_control), "{line}");
        let told = line.replace("&& misfit", "&& printf '%s\\0'");
        let output = std::process::Command::new("bash").args(["-c", &told]).output();
        let Ok(output) = output else { return };
        let got = String::from_utf8(output.stdout).unwrap();
        let got: Vec<&str> = got.trim_end_matches('\0').split('\0').collect();
        assert_eq!(got[..words.len()], words);
    }
}
