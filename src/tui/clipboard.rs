//! The clipboard: the system's own, or the terminal's where the system has none or is far away.
//!
//! Owns: which of them is used, the sequence that asks a terminal (OSC 52), how much that can carry.
//! Refuses: writing to the terminal (whoever draws on it does), files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::ground::text;

/// Most bytes of text that terminals take by OSC 52: many cut the sequence at 100,000 bytes.
pub const MOST_SENT: usize = 74_994;

/// Longest piece of a sequence that `screen` passes on.
const SCREEN_PIECE: usize = 252;

/// What became of a text that was to be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copied {
    /// It is on the system's clipboard.
    System,
    /// The terminal has to be sent this. Whether it obeys, nobody tells.
    Terminal(String),
}

/// One clipboard for a whole session: on X11 its content lives as long as it does.
pub struct Clipboard {
    held: Option<arboard::Clipboard>,
    /// Whether the user sits at another machine, whose clipboard is meant.
    is_remote: bool,
    between: Between,
}

/// What stands between this program and the terminal, and has to be told to pass the sequence on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    Nothing,
    Tmux,
    Screen,
}

impl Clipboard {
    /// The clipboard of a session with these environment variables.
    pub fn new(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let between = match variable("TERM") {
            _ if is_set("TMUX") => Between::Tmux,
            Some(term) if is_set("STY") || term.starts_with("screen") => Between::Screen,
            _ => Between::Nothing,
        };
        Clipboard { held: None, is_remote: is_set("SSH_CONNECTION") || is_set("SSH_TTY"), between }
    }

    /// Copies a text. The reason of a refusal says what it takes instead; who knows the keys says how.
    pub fn copy(&mut self, text: &str) -> Result<Copied, String> {
        if self.is_remote {
            return self.sequence(text);
        }
        match self.system(text) {
            Ok(()) => Ok(Copied::System),
            // There is none: the terminal may have one.
            Err(arboard::Error::Unknown { .. } | arboard::Error::ClipboardNotSupported) => self.sequence(text),
            Err(error) => Err(format!("the clipboard refused: {error}; this needs a file")),
        }
    }

    fn system(&mut self, text: &str) -> Result<(), arboard::Error> {
        let held = match &mut self.held {
            Some(held) => held,
            empty => empty.insert(arboard::Clipboard::new()?),
        };
        held.set_text(text)
    }

    fn sequence(&self, text: &str) -> Result<Copied, String> {
        if text.len() > MOST_SENT {
            let (has, most) = (text::count(text.len() as u64), text::count(MOST_SENT as u64));
            return Err(format!("{has} bytes are more than the {most} that a terminal's clipboard takes; this needs a file"));
        }
        let sequence = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
        Ok(Copied::Terminal(match self.between {
            Between::Nothing => sequence,
            // tmux obeys the one or passes the other on, as it is set; where it does both, it does the same twice.
            Between::Tmux => format!("{sequence}\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")),
            Between::Screen => pieces(&sequence, SCREEN_PIECE).map(|piece| format!("\x1bP{piece}\x1b\\")).collect(),
        }))
    }
}

/// An ASCII text in pieces.
fn pieces(text: &str, most: usize) -> impl Iterator<Item = &str> {
    (0..text.len()).step_by(most).filter_map(move |from| text.get(from..(from + most).min(text.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a remote session sends to its terminal.
    fn sent(variables: &[(&str, &str)], text: &str) -> Result<Copied, String> {
        let all = [variables, &[("SSH_CONNECTION", "far")]].concat();
        Clipboard::new(|name| all.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())).copy(text)
    }

    #[test]
    fn a_remote_session_asks_its_terminal() {
        assert_eq!(sent(&[("TERM", "xterm")], "é\n"), Ok(Copied::Terminal("\x1b]52;c;w6kK\x07".into())));
        let Ok(Copied::Terminal(tmux)) = sent(&[("TERM", "screen-256color"), ("TMUX", "x")], "a") else { panic!("refused") };
        assert_eq!(tmux, "\x1b]52;c;YQ==\x07\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\");
    }

    #[test]
    fn screen_is_sent_pieces() {
        let text = "x".repeat(1000);
        let Ok(Copied::Terminal(screen)) = sent(&[("TERM", "screen")], &text) else { panic!("refused") };
        assert!(screen.split("\x1b\\").all(|piece| piece.len() <= SCREEN_PIECE + 2));
        let whole: String = screen.split("\x1b\\").map(|piece| piece.strip_prefix("\x1bP").unwrap_or(piece)).collect();
        assert_eq!(whole, format!("\x1b]52;c;{}\x07", STANDARD.encode(&text)));
    }

    #[test]
    fn what_no_terminal_takes_is_refused_with_the_limit() {
        assert!(sent(&[], &"x".repeat(MOST_SENT)).is_ok());
        let reason = sent(&[], &"x".repeat(MOST_SENT + 1)).unwrap_err();
        assert!(reason.contains("74,995") && reason.contains("74,994") && reason.contains("file"), "{reason}");
    }
}
