//! All that can be done here, by what is typed of it.
//!
//! Owns: which actions are offered, in which order, which of them is chosen.
//! Refuses: doing them (update), drawing them (view).

use tui_input::Input;

use super::action::{Action, ActionPlace, Entry, TABLE};
use super::keymap::Keymap;
use crate::ground::sought::{Closeness, Sought};

/// The line that is typed, and the action under the cursor.
#[derive(Default)]
pub struct Palette {
    /// What is typed.
    pub input: Input,
    /// Position among what is offered.
    pub chosen: usize,
}

/// The actions that are offered on a screen: its own first, the likeliest first where something is typed.
pub fn offers(keymap: &Keymap, screen: ActionPlace, text: &str) -> Vec<&'static Entry> {
    if let Some((action, _)) = source_typed(text) {
        return TABLE.iter().filter(|entry| entry.action == action).collect();
    }
    let here = TABLE.iter().filter(|entry| entry.place.holds(screen) && entry.action != Action::Palette);
    let mut offers: Vec<&Entry> = here.collect();
    offers.sort_by_key(|entry| matches!(entry.place, ActionPlace::Always | ActionPlace::Everywhere));
    matching(keymap, offers, text)
}

/// What stands behind the word with which a source is opened or held beside, and which of both: `open errors.ndjson`, `beside stage.ndjson`.
pub fn source_typed(text: &str) -> Option<(Action, &str)> {
    let words = [("open ", Action::OpenSource), ("beside ", Action::Beside)];
    words.into_iter().find_map(|(word, action)| Some((action, text.trim_start().strip_prefix(word)?.trim())))
}

/// Those of the entries that a typed text means: by what they do, by name or by key.
pub fn matching(keymap: &Keymap, entries: Vec<&'static Entry>, text: &str) -> Vec<&'static Entry> {
    let sought = Sought::new(text);
    if sought.is_empty() {
        return entries;
    }
    let found = |closeness: Closeness| -> Vec<&'static Entry> {
        let meant = |entry: &&&'static Entry| {
            let mut sighting = sought.look(closeness);
            sighting.see(entry.name).see(entry.help);
            if closeness == Closeness::Literal {
                keymap.keys(entry.action).iter().for_each(|key| {
                    sighting.see_word(key);
                });
            }
            sighting.is_whole()
        };
        entries.iter().filter(meant).copied().collect()
    };
    let mut literal = found(Closeness::Literal);
    // A name that begins so is what is meant more often than a word within.
    literal.sort_by_key(|entry| !entry.name.starts_with(text.trim()));
    if literal.is_empty() { found(Closeness::Loose) } else { literal }
}
