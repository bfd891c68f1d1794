//! What a text looks like: a small number, a count, a name as the pipeline's own programs have them.
//!
//! Owns: the rules by which a number, or a name that the pipeline and not a sender gave, may be told. In doubt it looks like data.
//! Refuses: where the text stands, what is told instead.
//!
//! What a sender wrote is never told for how it looks: `alice` is spelled as `nightly` is. Of the pipeline's own names addresses, tokens,
//! identifiers and the like are not recognised one by one, for nobody knows all of their forms: only a text that is made of words as programs
//! have them, without long numbers, looks like none of them.

use crate::pipeline::names::snake_case;

/// Longest name or value of words.
const LONGEST: usize = 80;
/// Longest word; longest one in capitals, longest one of both cases.
const LONGEST_WORD: usize = 20;
const LONGEST_CAPITALS: usize = 14;
const LONGEST_MIXED: usize = 32;
/// Longest one of capitals and digits: `UTF8`, `WIN32`.
const LONGEST_NUMBERED_CAPITALS: usize = 5;
/// Most digits in a row, and in all.
const MOST_DIGITS_IN_ROW: usize = 3;
const MOST_DIGITS: usize = 5;
/// Longest small number.
const LONGEST_SMALL: usize = 3;
/// Longest count or limit.
const LONGEST_COUNT: usize = 7;
/// Shortest run of hexadecimal digits that is one rather than a word.
const SHORTEST_HEX: usize = 8;

/// Last parts of the names of hosts, as far as they are not words of programs, too.
const HOSTS: [&str; 40] = [
    "com",
    "net",
    "org",
    "edu",
    "gov",
    "mil",
    "int",
    "io",
    "dev",
    "app",
    "co",
    "de",
    "fr",
    "uk",
    "us",
    "ca",
    "au",
    "nl",
    "it",
    "es",
    "pl",
    "ru",
    "cn",
    "jp",
    "in",
    "br",
    "se",
    "ch",
    "at",
    "be",
    "eu",
    "local",
    "localdomain",
    "lan",
    "home",
    "internal",
    "intranet",
    "corp",
    "arpa",
    "test",
];

/// Words in names of numbers that are about a person, however small.
const PERSONAL_NUMBERS: [&str; 16] =
    ["age", "birth", "birthday", "geo", "id", "ip", "lat", "latitude", "lon", "longitude", "phone", "pin", "postal", "user", "year", "zip"];

/// Whether a text looks like the class of an exception.
pub(super) fn is_class(text: &str) -> bool {
    let is_part = |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic()) && !part.contains('-') && is_plain_name(part);
    text.ends_with("Exception") && text.split(['.', '$']).all(is_part)
}

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

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(['_', '.', '-', '+']).filter(|word| !word.is_empty())
}

/// Whether a text looks like a name that a programmer gave: `acme-reader`, `ParsePayload`.
pub(super) fn is_plain_name(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    !text.is_empty()
        && text.len() <= LONGEST
        && digits <= MOST_DIGITS
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-+".contains(&byte))
        && words(text).all(is_plain_part)
        && !is_host(text)
        && !is_hex(text)
}

/// Letters with a short number behind or around them: `win32`, `x86`, `h264`. What is longer may be the name of a machine or an account.
fn is_plain_part(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.len() - digits;
    let changes = word.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    let has_lower = word.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_numbered = match (letters, digits) {
        (_, 0) => true,
        (0 | 1, digits) => digits <= MOST_DIGITS_IN_ROW,
        (letters, digits) => digits < MOST_DIGITS_IN_ROW && changes <= 2 && (has_lower || letters + digits <= LONGEST_NUMBERED_CAPITALS),
    };
    is_numbered && is_plain_case(word)
}

/// Words of one case, or several of them written together; at most one abbreviation in capitals.
fn is_plain_case(word: &str) -> bool {
    let has_lower = word.bytes().any(|byte| byte.is_ascii_lowercase());
    let has_upper = word.bytes().any(|byte| byte.is_ascii_uppercase());
    let abbreviations = word.split(|c: char| !c.is_ascii_uppercase()).filter(|run| run.len() > 1).count();
    let humps = word.bytes().zip(word.bytes().skip(1)).filter(|(a, b)| !a.is_ascii_uppercase() && b.is_ascii_uppercase()).count();
    match (has_lower, has_upper) {
        (true, true) => word.len() <= LONGEST_MIXED && abbreviations <= 1 && humps * 3 <= word.len(),
        (false, true) => word.len() <= LONGEST_CAPITALS,
        _ => word.len() <= LONGEST_WORD,
    }
}

/// `www.example.com`, `10.0.0.1`
fn is_host(text: &str) -> bool {
    let mut parts = text.rsplit('.');
    let last = parts.next().unwrap_or("");
    let others = parts.count();
    let is_address = others == 3 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_address || (others > 0 && HOSTS.contains(&last.to_ascii_lowercase().as_str()))
}

/// Whether a text is lower-case hexadecimal and no word: it has digits.
pub(super) fn is_hex_with_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) && text.bytes().any(|byte| byte.is_ascii_digit())
}

/// `deadbee7`, `de-ad-be-ef-00-01`
fn is_hex(text: &str) -> bool {
    let letters: Vec<u8> = text.bytes().filter(u8::is_ascii_alphanumeric).collect();
    letters.len() >= SHORTEST_HEX && letters.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_programs_are_told() {
        for text in
            ["nightly", "windows_nt", "x86_64", "GC_MS", "browser.ui.mirror_for_toolbar_widgets", "slowSQL", "win32", "PluginVersion"]
        {
            assert!(is_plain_name(text), "{text}");
        }
    }

    #[test]
    fn what_looks_like_data_is_not() {
        for text in [
            "jo@example.com",
            "www.example.com",
            "host.local",
            "10.0.0.1",
            "fe80::1",
            "550e8400-e29b-41d4-a716-446655440000",
            "deadbeef",
            "0123456789",
            "+49 170 1234567",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "AKIAABCDEFGHIJKLMNOP",
            "QWxhZGRpbg",
            "/home/jo",
            "C:\\Users\\jo",
            "two words",
            "é",
            "",
        ] {
            assert!(!is_plain_name(text), "{text}");
        }
        assert!(is_personal_number("geo.lat") && !is_personal_number("count"));
    }

    #[test]
    fn small_numbers_are_spelled_as_numbers() {
        assert!(["0", "7", "999"].into_iter().all(is_small_number));
        assert!(!["", "007", "1000", "-1", "1.5", "a"].into_iter().any(is_small_number));
    }
}
