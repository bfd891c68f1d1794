//! Whether the terminal is light or dark.
//!
//! Owns: what a variable says of it, the question to the terminal, its answer.
//! Refuses: what follows (update), reading the answer. It comes the way keys do, whenever the terminal likes or never: nothing waits for it, and
//! whoever reads keys sorts it out of them.

use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

/// Asks for the colour of the background.
pub(super) const QUESTION: &str = "\u{1b}]11;?\u{1b}\\";

/// Most characters of an answer.
const LONGEST: usize = 64;

/// Whether the background is light, by `COLORFGBG`; `None` where that does not tell.
pub fn is_light(variable: impl Fn(&str) -> Option<String>) -> Option<bool> {
    variable("COLORFGBG").as_deref().and_then(of_variable)
}

/// Whether a terminal of that name can be asked: some print what they do not understand.
pub fn can_be_asked(term: &str) -> bool {
    !term.is_empty() && !["dumb", "linux", "eterm", "emacs"].iter().any(|deaf| term.starts_with(deaf))
}

/// `15;0` or `0;default;15`: the last number is the background, one of sixteen.
fn of_variable(told: &str) -> Option<bool> {
    match told.rsplit(';').next()?.trim().parse::<u8>().ok()? {
        7 | 9..=15 => Some(true),
        0..=6 | 8 => Some(false),
        _ => None,
    }
}

/// `rgb:ffff/ffff/ffff`, with one to four digits each, or `rgba:` with a fourth part.
fn of_colour(told: &str) -> Option<bool> {
    let parts = told.strip_prefix("rgb:").or_else(|| told.strip_prefix("rgba:"))?.split('/');
    let share = |part: &str| {
        let most = 16u32.checked_pow(u32::try_from(part.len()).ok()?)?.checked_sub(1).filter(|most| *most > 0)?;
        Some(f64::from(u32::from_str_radix(part, 16).ok()?) / f64::from(most))
    };
    let parts: Option<Vec<f64>> = parts.map(share).collect();
    match parts?.as_slice() {
        [red, green, blue, ..] => Some(0.299 * red + 0.587 * green + 0.114 * blue > 0.5),
        _ => None,
    }
}

/// What is read where an answer may begin.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    /// An answer of the terminal, and what it tells.
    Answer(Option<bool>),
    /// Keys, in order.
    Keys(Vec<Event>),
}

/// Whether an answer may begin with this event: its first two bytes are a key to whoever reads keys. `awaited`: one may come in two pieces.
pub(super) fn may_begin(event: &Event, awaited: bool) -> bool {
    matches!(event, Event::Key(KeyEvent { code: KeyCode::Char(']'), modifiers, .. })
        if *modifiers == KeyModifiers::ALT || (awaited && modifiers.is_empty()))
}

/// Reads on behind such an event: an answer to its end, or what is none up to where that is seen. `next` gives what comes at once.
pub(super) fn hear(first: Event, mut next: impl FnMut() -> Option<Event>) -> Heard {
    let (mut events, mut text) = (vec![first], String::new());
    while let Some(event) = next() {
        let key = match &event {
            Event::Key(key) => Some((key.code, key.modifiers)),
            _ => None,
        };
        events.push(event);
        let is_begun = text.len() >= 3;
        match key {
            Some((KeyCode::Char('\\'), KeyModifiers::ALT)) | Some((KeyCode::Char('g'), KeyModifiers::CONTROL)) if is_begun => break,
            Some((KeyCode::Char(c), modifiers)) if modifiers.difference(KeyModifiers::SHIFT).is_empty() && text.len() < LONGEST => {
                text.push(c)
            }
            _ if is_begun => break,
            _ => return Heard::Keys(events),
        }
        let is_answer = [b"10;", b"11;"].iter().any(|begin| begin.starts_with(&text.as_bytes()[..text.len().min(3)]));
        if !is_answer {
            return Heard::Keys(events);
        }
    }
    match text.get(..3) {
        Some("11;") => Heard::Answer(of_colour(&text[3..])),
        Some(_) => Heard::Answer(None),
        None => Heard::Keys(events),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_tells_the_background() {
        assert_eq!(["15;0", "0;15", "0;default;15", "12;8"].map(of_variable), [Some(false), Some(true), Some(true), Some(false)]);
        assert_eq!(["", "default", "0;default", "1;99"].map(of_variable), [None; 4]);
        assert_eq!(is_light(|name| (name == "COLORFGBG").then(|| "0;15".to_owned())), Some(true));
    }

    #[test]
    fn a_colour_is_light_or_dark() {
        assert_eq!(["rgb:ffff/ffff/ffff", "rgb:f/f/e", "rgba:fd/f6/e3/ff"].map(of_colour), [Some(true); 3]);
        assert_eq!(["rgb:0000/0000/0000", "rgb:00/2b/36", "rgb:2222/2222/8888"].map(of_colour), [Some(false); 3]);
        assert_eq!(["", "rgb:", "rgb:ff/ff", "#ffffff", "rgb:zz/00/00", "rgb:1ffffffff/0/0"].map(of_colour), [None; 6]);
    }

    fn key(code: char, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(code), modifiers))
    }

    fn heard(text: &str, end: Option<Event>) -> Heard {
        let mut rest = text.chars().map(|c| key(c, KeyModifiers::NONE)).chain(end).collect::<Vec<_>>().into_iter();
        hear(key(']', KeyModifiers::ALT), || rest.next())
    }

    #[test]
    fn an_answer_is_told_from_keys() {
        let (ends, bell) = (key('\\', KeyModifiers::ALT), key('g', KeyModifiers::CONTROL));
        assert_eq!(heard("11;rgb:ffff/ffff/ffff", Some(ends.clone())), Heard::Answer(Some(true)));
        assert_eq!(heard("11;rgb:0/0/0", Some(bell)), Heard::Answer(Some(false)));
        assert_eq!(heard("10;rgb:0/0/0", Some(ends.clone())), Heard::Answer(None), "of another question");
        assert_eq!(heard("11;rgb:ff", None), Heard::Answer(None), "broken off");
        assert!(matches!(heard("11é", None), Heard::Keys(_)));
        for keys in ["", "j", "1", "12", "11", "1j", "é"] {
            let Heard::Keys(events) = heard(keys, None) else { panic!("{keys}") };
            assert_eq!(events.len(), keys.chars().count() + 1, "{keys}");
        }
        assert!(may_begin(&key(']', KeyModifiers::ALT), false) && may_begin(&key(']', KeyModifiers::NONE), true));
        assert!(!may_begin(&key(']', KeyModifiers::NONE), false) && !may_begin(&key('[', KeyModifiers::ALT), true));
    }
}
