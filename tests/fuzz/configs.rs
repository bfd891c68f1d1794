//! Configuration: whatever a file says, it is taken or refused with its line.

use std::path::Path;

use misfit::cli::config::{self, ConfigError};
use misfit::tui::action::TABLE;
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::theme::{Depth, Theme};

use super::fuzz;

const WHOLE: &str = r#"# what is set
schemas = "~/schemas"
theme = "mono"

[keys]
quit = ["q", "ctrl-c"]
help = "?"
open = '<enter>'

[sources]
week = ["/rows/*.gz", "demo:"]
"a b" = """-"""

[bigquery]
project = "p"
max_bytes = 1_000_000
price_per_tib = 6.25
keep_rows = true
columns = { error_message = "message" }

[redaction]
safe = ["/notes/**", "/a/*"]
masked = "/notes/secret"
"#;

#[test]
fn a_configuration_is_taken_or_refused_with_its_line() {
    fuzz("configuration", 2_000, |dice| {
        let mut text = WHOLE.as_bytes().to_vec();
        for _ in 0..=dice.below(3) {
            dice.respell(&mut text);
        }
        if dice.once_in(3) {
            let line = format!("{} = {}\n", dice.text(), dice.json(2));
            let at = text.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            text.splice(at..at, line.into_bytes());
        }
        let text = String::from_utf8_lossy(&text);
        match config::parse(&text, Path::new("/c.toml")) {
            Ok(config) => {
                if let Err(mistakes) = Keymap::new(&config.keys) {
                    assert!(mistakes.iter().all(|mistake| mistake.change.is_none_or(|change| change < config.keys.len())));
                }
                let _ = config.theme.map(|theme| Theme::named(&theme.value, Depth::None, false));
            }
            Err(error) => {
                let mistakes = match error {
                    ConfigError::Several { mistakes } => mistakes,
                    one => vec![one],
                };
                let lines = text.bytes().filter(|&byte| byte == b'\n').count() + 1;
                for mistake in mistakes {
                    let ConfigError::Wrong { place, reason } = mistake else { panic!("{mistake}") };
                    assert!(place.line >= 1 && place.line <= lines, "{place}: {reason}");
                }
            }
        }
    });
}

#[test]
fn keys_in_words_are_read_or_refused() {
    fuzz("keys, spelled", 5_000, |dice| {
        let text: String = (0..dice.below(4))
            .map(|_| match dice.below(3) {
                0 => dice.text(),
                1 => TABLE[dice.below(TABLE.len())].keys.concat(),
                _ => dice.pick(&["<enter>", "<esc>", "ctrl-", "<c-x>", "alt-", "shift-tab", "<f12>", "<", ">"]).to_owned(),
            })
            .collect();
        match parse_keys(&text) {
            Ok(keys) => assert!(keys.iter().all(|key| !key.to_string().is_empty())),
            Err(reason) => assert!(!reason.is_empty()),
        }
    });
}
