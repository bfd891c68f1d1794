//! Keys by name, and the way from keys to actions.
//!
//! Owns: the notation of keys (`j`, `gg`, `<c-d>`, `<a-x>`, `<down>`, `<lt>` for `<`), bindings from the table and the configuration,
//! sequences, conflicts, the key that always backs out.
//! Refuses: what an action does.

use std::cmp::Ordering;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{Action, ActionPlace, TABLE};
use super::binding::Binding;

/// One key press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    control: bool,
    /// Alt, or another modifier that no character carries.
    alt: bool,
}

/// Modifiers that make another key of a key and that no character carries, but for Control.
const ALT: KeyModifiers = KeyModifiers::ALT.union(KeyModifiers::SUPER).union(KeyModifiers::HYPER).union(KeyModifiers::META);

const NAMES: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("s-tab", KeyCode::BackTab),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("space", KeyCode::Char(' ')),
    ("bs", KeyCode::Backspace),
    ("del", KeyCode::Delete),
    ("lt", KeyCode::Char('<')),
];

impl Key {
    /// Ctrl-C: backs out of everything, whatever the configuration says.
    pub const INTERRUPT: Key = Key { code: KeyCode::Char('c'), control: true, alt: false };

    /// A plain character or named key.
    pub const fn plain(code: KeyCode) -> Self {
        Key { code, control: false, alt: false }
    }

    /// What crossterm reports, without the modifiers that the character already carries.
    pub fn from_event(event: KeyEvent) -> Self {
        let code = match event.code {
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        Key { code, control: event.modifiers.contains(KeyModifiers::CONTROL), alt: event.modifiers.intersects(ALT) }
    }

    /// As crossterm would report it.
    pub fn to_event(self) -> KeyEvent {
        let mut modifiers = KeyModifiers::NONE;
        modifiers.set(KeyModifiers::CONTROL, self.control);
        modifiers.set(KeyModifiers::ALT, self.alt);
        KeyEvent::new(self.code, modifiers)
    }

    /// The character, where the key types one.
    pub fn char(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if !self.control && !self.alt => Some(c),
            _ => None,
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = NAMES.iter().find(|(_, code)| *code == self.code).map(|(name, _)| *name);
        f.write_str(if self.control { "Ctrl-" } else { "" })?;
        f.write_str(if self.alt { "Alt-" } else { "" })?;
        match (self.control, self.code, name) {
            (_, KeyCode::Char('<'), _) => f.write_str("<"),
            (true, KeyCode::Char(c), None) => write!(f, "{}", c.to_ascii_uppercase()),
            (_, KeyCode::BackTab, _) => f.write_str("Shift-Tab"),
            (_, KeyCode::F(n), _) => write!(f, "F{n}"),
            (_, KeyCode::PageUp, _) => f.write_str("PgUp"),
            (_, KeyCode::PageDown, _) => f.write_str("PgDn"),
            (_, KeyCode::Backspace, _) => f.write_str("Backspace"),
            (_, _, Some(name)) => write!(f, "{}{}", name[..1].to_ascii_uppercase(), &name[1..]),
            (_, KeyCode::Char(c), None) => write!(f, "{c}"),
            _ => f.write_str("?"),
        }
    }
}

/// Reads `gg`, `<c-d>`, `yp`, `/text<enter>`.
pub fn parse_keys(text: &str) -> Result<Vec<Key>, String> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '<' {
            let end =
                rest.find('>').ok_or_else(|| format!("`{text}`: '<' begins a key name and has no '>'; write <lt> for the key itself"))?;
            keys.push(named(&rest[1..end]).ok_or_else(|| format!("`{text}`: no key is called <{}>", &rest[1..end]))?);
            rest = &rest[end + 1..];
        } else {
            keys.push(Key::plain(KeyCode::Char(c)));
            rest = &rest[c.len_utf8()..];
        }
    }
    if keys.is_empty() { Err("a key is missing".to_owned()) } else { Ok(keys) }
}

fn named(name: &str) -> Option<Key> {
    let lower = name.to_ascii_lowercase();
    if let Some((_, code)) = NAMES.iter().find(|(known, _)| *known == lower) {
        return Some(Key::plain(*code));
    }
    if let Some(number) = lower.strip_prefix('f').and_then(|digits| digits.parse().ok()).filter(|n| (1..=12).contains(n)) {
        return Some(Key::plain(KeyCode::F(number)));
    }
    let (control, rest) = (lower.starts_with("c-"), name.get(2..)?);
    if !control && !lower.starts_with("a-") {
        return None;
    }
    let mut chars = rest.chars();
    let key = match (chars.next(), chars.next()) {
        (Some(c), None) if control => Key::plain(KeyCode::Char(c.to_ascii_lowercase())),
        (Some(c), None) => Key::plain(KeyCode::Char(c)),
        _ => named(rest)?,
    };
    Some(if control { Key { control, ..key } } else { Key { alt: true, ..key } })
}

/// What is wrong with the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Position of the change to blame.
    pub change: Option<usize>,
    /// In words.
    pub text: String,
}

/// Which keys ask for which action.
#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: Vec<(Vec<Key>, Action, ActionPlace)>,
}

/// What the keys pressed so far mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyLookup {
    /// An action.
    Action(Action),
    /// The beginning of one or more.
    Prefix,
    /// Nothing.
    Nothing,
}

impl Keymap {
    /// The table's keys, with those of the configuration in their place. All mistakes are reported together.
    pub fn new(changes: &[Binding]) -> Result<Self, Vec<Mistake>> {
        let mut bindings = Vec::new();
        let unknown = changes.iter().enumerate().filter(|(_, change)| Action::named(&change.action).is_none());
        let mut mistakes: Vec<Mistake> =
            unknown.map(|(i, change)| Mistake { change: Some(i), text: unknown_action(&change.action) }).collect();
        for entry in TABLE {
            let change = changes.iter().rposition(|change| change.action == entry.name);
            let own: Vec<&str> = match change {
                Some(change) => changes[change].keys.iter().map(String::as_str).collect(),
                None => entry.keys.to_vec(),
            };
            for text in own {
                match parse_keys(text) {
                    Ok(keys) => bindings.push((keys, entry.action, entry.place)),
                    Err(mistake) => mistakes.push(Mistake { change, text: format!("keys.{}: {mistake}", entry.name) }),
                }
            }
        }
        // Nobody is ever locked in: what else the key is asked for is a conflict.
        if !bindings.iter().any(|(keys, action, _)| *action == Action::Quit && keys[..] == [Key::INTERRUPT]) {
            bindings.push((vec![Key::INTERRUPT], Action::Quit, ActionPlace::Always));
        }
        let keymap = Keymap { bindings };
        mistakes.extend(keymap.conflicts(changes));
        if mistakes.is_empty() { Ok(keymap) } else { Err(mistakes) }
    }

    /// Sequences that mean two things in one place, or that hide a longer one.
    fn conflicts(&self, changes: &[Binding]) -> Vec<Mistake> {
        let mut found = Vec::new();
        for (i, (keys, action, place)) in self.bindings.iter().enumerate() {
            for (other_keys, other, other_place) in &self.bindings[i + 1..] {
                let meet = ActionPlace::ALL.into_iter().any(|here| place.holds(here) && other_place.holds(here));
                let hides = keys.starts_with(other_keys) || other_keys.starts_with(keys);
                if meet && hides && action != other {
                    let name = |action: &Action| action.entry().map_or("?", |entry| entry.name);
                    let change = changes.iter().position(|change| change.action == name(action) || change.action == name(other));
                    let text = clash((keys, name(action)), (other_keys, name(other)));
                    found.push(Mistake { change, text });
                }
            }
        }
        found
    }

    /// What the keys mean in that place.
    pub fn lookup(&self, pressed: &[Key], here: ActionPlace) -> KeyLookup {
        let mut prefix = false;
        for (keys, action, _) in self.bindings.iter().filter(|(_, _, place)| place.holds(here)) {
            if keys == pressed {
                return KeyLookup::Action(*action);
            }
            prefix |= keys.starts_with(pressed);
        }
        if prefix { KeyLookup::Prefix } else { KeyLookup::Nothing }
    }

    /// What may follow the keys pressed so far, as people read it.
    pub fn continuations(&self, pressed: &[Key], here: ActionPlace) -> Vec<(String, Action)> {
        self.sequences(pressed, here).into_iter().map(|(keys, action)| (show(&keys), action)).collect()
    }

    /// What may follow the keys pressed so far.
    pub fn sequences(&self, pressed: &[Key], here: ActionPlace) -> Vec<(Vec<Key>, Action)> {
        let fits = |keys: &[Key], place: &ActionPlace| place.holds(here) && keys.len() > pressed.len() && keys.starts_with(pressed);
        self.bindings
            .iter()
            .filter(|(keys, _, place)| fits(keys, place))
            .map(|(keys, action, _)| (keys[pressed.len()..].to_vec(), *action))
            .collect()
    }

    /// The first keys of an action.
    pub fn sequence(&self, action: Action) -> Option<&[Key]> {
        self.bindings.iter().find(|(_, bound, _)| *bound == action).map(|(keys, ..)| &keys[..])
    }

    /// The keys of an action, as people read them.
    pub fn keys(&self, action: Action) -> Vec<String> {
        self.bindings.iter().filter(|(_, bound, _)| *bound == action).map(|(keys, _, _)| show(keys)).collect()
    }

    /// The first key of an action, for texts; `None` where it has none.
    pub fn key(&self, action: Action) -> Option<String> {
        self.sequence(action).map(show)
    }

    /// The first key of an action with words before and after it; nothing where it has no key.
    pub fn words(&self, before: &str, action: Action, after: &str) -> String {
        self.key(action).map(|key| format!("{before}{key}{after}")).unwrap_or_default()
    }
}

fn show(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect()
}

/// What is wrong with two keys of two actions, and what to do.
fn clash((keys, action): (&[Key], &str), (other_keys, other): (&[Key], &str)) -> String {
    let (shown, other_shown) = (show(keys), show(other_keys));
    match keys.len().cmp(&other_keys.len()) {
        Ordering::Equal => format!("{shown} is the key of {action} and of {other}: one of them needs another"),
        Ordering::Less => format!("{shown}, the key of {action}, begins {other_shown}, that of {other}: one of them needs another"),
        Ordering::Greater => format!("{other_shown}, the key of {other}, begins {shown}, that of {action}: one of them needs another"),
    }
}

fn unknown_action(name: &str) -> String {
    let names: Vec<&str> = TABLE.iter().map(|entry| entry.name).collect();
    match crate::ground::text::nearest(name, &names) {
        Some(near) => format!("keys.{name}: no such action; did you mean `{near}`?"),
        None => format!("keys.{name}: no such action; `misfit keys` lists them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(name: &str, keys: &[&str]) -> Result<Keymap, Vec<String>> {
        let place = crate::tui::binding::SettingPlace { path: "config.toml".into(), line: 1 };
        let change = Binding { action: name.to_owned(), keys: keys.iter().map(|key| (*key).to_owned()).collect(), place };
        Keymap::new(&[change]).map_err(|mistakes| mistakes.into_iter().map(|mistake| mistake.text).collect())
    }

    #[test]
    fn the_table_has_no_gap_and_no_conflict() {
        let keymap = Keymap::new(&[]).expect("defaults do not conflict");
        for entry in TABLE {
            assert!(!keymap.keys(entry.action).is_empty(), "{} has no key", entry.name);
            assert!(!entry.help.is_empty());
            assert_eq!(
                TABLE.iter().filter(|other| other.name == entry.name || other.action == entry.action).count(),
                1,
                "{} stands twice",
                entry.name
            );
        }
    }

    #[test]
    fn sequences_wait_for_their_end() {
        let keymap = Keymap::new(&[]).expect("defaults");
        let keys = parse_keys("yp").expect("keys");
        assert_eq!(keymap.lookup(&keys[..1], ActionPlace::Case), KeyLookup::Prefix);
        assert_eq!(keymap.lookup(&keys, ActionPlace::Case), KeyLookup::Action(Action::CopyPointer));
        assert_eq!(keymap.lookup(&parse_keys("yj").expect("keys"), ActionPlace::Groups), KeyLookup::Nothing);
    }

    #[test]
    fn mistakes_in_a_configuration_are_named_together() {
        let mistakes = changed("dwon", &["x"]).expect_err("no such action");
        assert_eq!(mistakes, ["keys.dwon: no such action; did you mean `down`?"]);
        assert!(changed("down", &["<nokey>"]).expect_err("no such key")[0].contains("no key is called <nokey>"));
        let taken = changed("down", &["k"]).expect_err("taken");
        assert_eq!(taken, ["k is the key of down and of up: one of them needs another"]);
        let hidden = changed("sort", &["y"]).expect_err("begins others");
        assert!(hidden.contains(&"y, the key of sort, begins yy, that of copy-value: one of them needs another".to_owned()), "{hidden:?}");
        assert!(changed("down", &["&"]).is_ok());
    }

    #[test]
    fn keys_are_read_as_written() {
        let keys = parse_keys("g<c-d><lt><F2>").expect("keys");
        assert_eq!(keys.iter().map(Key::to_string).collect::<Vec<_>>(), ["g", "Ctrl-D", "<", "F2"]);
        assert!(parse_keys("<c-").is_err());
        let keys = parse_keys("<a-x><a-X><c-a-d><c-left><c-space>").expect("keys");
        let names: Vec<String> = keys.iter().map(Key::to_string).collect();
        assert_eq!(names, ["Alt-x", "Alt-X", "Ctrl-Alt-D", "Ctrl-Left", "Ctrl-Space"]);
        assert!(keys.iter().all(|key| Key::from_event(key.to_event()) == *key));
        assert!(parse_keys("<a-é>").is_ok() && parse_keys("<é->").is_err() && parse_keys("<c-a->").is_err());
    }

    #[test]
    fn the_key_that_backs_out_can_be_given_to_nothing_else() {
        let quit = changed("quit", &["Q"]).expect("a free key");
        assert_eq!(quit.keys(Action::Quit), ["Q", "Ctrl-C"]);
        for here in ActionPlace::ALL {
            assert_eq!(quit.lookup(&[Key::INTERRUPT], here), KeyLookup::Action(Action::Quit));
        }
        let mistakes = changed("next-theme", &["<c-c>"]).expect_err("taken");
        assert!(mistakes[0].contains("Ctrl-C is the key of next-theme and of quit"), "{mistakes:?}");
    }

    #[test]
    fn keys_of_a_menu_and_a_screen_are_each_others_own() {
        assert!(changed("copy-report", &["j"]).is_ok(), "lines are no matter in the menu");
        assert!(changed("copy-report", &["r"]).expect_err("taken")[0].contains("export-report"));
        assert!(changed("agree", &["<esc>"]).expect_err("taken")[0].contains("back"));
        assert!(changed("next-pane", &["<s-tab>"]).expect_err("taken")[0].contains("previous-pane"));
    }
}
