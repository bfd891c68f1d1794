//! What a number looks like: small, a count, about a person.
//!
//! Owns: the rules by which a number may be told. In doubt it is data.
//! Refuses: where it stands, what is told instead. No text is told for how it looks: `alice` is spelled as `nightly` is.

use crate::pipeline::names::snake_case;

/// Longest name that is looked at.
const LONGEST: usize = 80;
/// Most digits of a number that nobody is known by.
const MOST_DIGITS: usize = 5;
/// Longest small number.
const LONGEST_SMALL: usize = 3;
/// Longest count or limit.
const LONGEST_COUNT: usize = 7;
/// Words in names of numbers that are about a person, however small.
const PERSONAL_NUMBERS: [&str; 16] =
    ["age", "birth", "birthday", "geo", "id", "ip", "lat", "latitude", "lon", "longitude", "phone", "pin", "postal", "user", "year", "zip"];

/// Whether a text is a number that nobody is known by.
pub(super) fn is_short_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= MOST_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a number below the bound, and of no other look.
pub(super) fn is_small_number(text: &str) -> bool {
    let is_plain = text == "0" || !text.starts_with('0');
    is_plain && !text.is_empty() && text.len() <= LONGEST_SMALL && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a count or a limit: a number too short to know anybody by.
pub(super) fn is_count(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.len() <= LONGEST_COUNT && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the name of a number says that it is about a person, however small it is.
pub(super) fn is_personal_number(name: &str) -> bool {
    snake_case(name.get(..LONGEST).unwrap_or(name)).split('_').any(|word| PERSONAL_NUMBERS.contains(&word))
}

/// Whether a text is lower-case hexadecimal and no word: it has digits.
pub(super) fn is_hex_with_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) && text.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_of_persons() {
        assert!(is_personal_number("geo.lat") && !is_personal_number("count"));
    }

    #[test]
    fn small_numbers_are_spelled_as_numbers() {
        assert!(["0", "7", "999"].into_iter().all(is_small_number));
        assert!(!["", "007", "1000", "-1", "1.5", "a"].into_iter().any(is_small_number));
    }
}
