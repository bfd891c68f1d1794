//! Whether the terminal is light or dark.
//!
//! Owns: asking it, within a time.
//! Refuses: what follows (cli chooses the theme). Asked before keys are read: the answer comes the way keys do.

use std::time::Duration;

use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

/// Longest time that a terminal has to answer; one that knows nothing of the question answers another that is asked with it at once.
const PATIENCE: Duration = Duration::from_millis(500);

/// Whether the background is light: by `COLORFGBG`, else by what the terminal answers; `None` where neither tells.
pub fn is_light(variable: impl Fn(&str) -> Option<String>) -> Option<bool> {
    if let Some(told) = variable("COLORFGBG").as_deref().and_then(of_variable) {
        return Some(told);
    }
    let mut options = QueryOptions::default();
    options.timeout = PATIENCE;
    theme_mode(options).ok().map(|mode| mode == ThemeMode::Light)
}

/// `15;0` or `0;default;15`: the last number is the background, one of sixteen.
fn of_variable(told: &str) -> Option<bool> {
    match told.rsplit(';').next()?.trim().parse::<u8>().ok()? {
        7 | 9..=15 => Some(true),
        0..=6 | 8 => Some(false),
        _ => None,
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
}
