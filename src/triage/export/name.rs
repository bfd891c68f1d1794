//! Names of files made of names in the data.
//!
//! Owns: one part of a path that is a plain name on every system, whatever it was made of.
//! Refuses: folders (files).

use flate2::Crc;

/// Most bytes of a part; systems take 255, and endings come behind it.
const LONGEST: usize = 180;

/// Names that are devices on Windows, with any ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The text as one part of a path. A text that is a plain name stays as it is; of any other the letters, digits, `.`, `-` and `_` are kept, and a
/// hash of the whole text is put behind, so that different texts have different names.
pub fn safe(text: &str) -> String {
    let plain: String = text.chars().map(|c| if is_plain(c) { c } else { '_' }).take(LONGEST).collect();
    let plain = plain.trim_start_matches(['.', '-']).trim_end_matches('.');
    if plain == text && !text.is_empty() && !is_device(text) {
        return text.to_owned();
    }
    let mut hash = Crc::new();
    hash.update(text.as_bytes());
    format!("{}_{:08x}", if is_device(plain) { "" } else { plain }, hash.sum())
}

/// The letters and digits of a text with `-` between its words: for a part of a name that people read. At most so many bytes.
pub fn words(text: &str, most: usize) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let mut out = String::new();
    for word in words {
        let gap = usize::from(!out.is_empty());
        if out.len() + gap + word.len() > most {
            break;
        }
        out.push_str(&"-"[..gap]);
        out.push_str(word);
    }
    out
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered =
        |device: &str| stem.strip_prefix(device).is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()));
    DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_names_stay() {
        for name in ["telemetry", "org-mozilla-fenix", "main.4", "a_b", "first-shutdown-use-counter"] {
            assert_eq!(safe(name), name);
        }
    }

    #[test]
    fn other_names_stay_apart() {
        let names =
            ["", ".", "..", "../x", "a/b", "a\\b", "a b", "a\u{0}", "é", "ê", ".git", "-rf", "a.", "CON", "nul.json", "lpt1", "com9.x"];
        let safe: Vec<String> = names.iter().map(|name| super::safe(name)).collect();
        let mut all = safe.clone();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), names.len(), "{safe:?}");
        assert_eq!((safe[3].as_str(), safe[4].as_str()), ("_x_1fb8ad98", "a_b_07f4401c"));
    }

    #[test]
    fn words_are_whole() {
        assert_eq!(words("/metrics/labeled_counter/{key}", 30), "metrics-labeled_counter-key");
        assert_eq!(words("/metrics/labeled_counter/{key}", 10), "metrics");
        assert_eq!(words("日本", 10), "");
    }

    proptest! {
        #[test]
        fn any_text_is_one_part(text in any::<String>()) {
            let name = safe(&text);
            prop_assert!(!name.is_empty() && name.len() < 200 && name.chars().all(is_plain), "{name}");
            prop_assert!(!name.starts_with(['.', '-']) && !name.ends_with('.') && !is_device(&name), "{name}");
        }
    }
}
