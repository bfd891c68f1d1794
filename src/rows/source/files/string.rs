//! String bodies in JSON text, at memory speed.
//!
//! Owns: finding a string's end while checking every byte of it, resolving escapes. Refuses: everything outside of the quotes.

/// Bytes that are looked at together in long strings.
const WIDE: usize = 64;
const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = ONES * 0x80;

/// A checked string body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StringBody {
    /// Position of the closing quote.
    pub(super) end: usize,
    /// Whether there are escape sequences to resolve.
    pub(super) escaped: bool,
}

/// Reads the string body that begins at `start`. `None` where the text ends inside it, or holds a control character, a malformed
/// escape or invalid UTF-8. A `\u` escape is only checked for its four digits, like serde_json does where it skips a value.
pub(super) fn body(text: &[u8], start: usize) -> Option<StringBody> {
    let (mut at, mut escaped, mut ascii) = (start, false, true);
    loop {
        at = special(text, at)?;
        match text[at] {
            b'"' => break,
            b'\\' => {
                at += escape_length(&text[at..])?;
                escaped = true;
            }
            0x80.. => {
                ascii = false;
                at += text[at..].iter().take_while(|byte| **byte >= 0x80).count();
            }
            _ => return None,
        }
    }
    (ascii || std::str::from_utf8(&text[start..at]).is_ok()).then_some(StringBody { end: at, escaped })
}

/// Position of the first byte from `at` that is a quote, a backslash, a control character or not ASCII.
fn special(text: &[u8], mut at: usize) -> Option<usize> {
    // Most strings are short: eight bytes at a time find their end sooner than a wide look would.
    for _ in 0..4 {
        let Some(word) = word(text, at) else {
            return tail(text, at);
        };
        if let Some(offset) = special_in(word) {
            return Some(at + offset);
        }
        at += 8;
    }
    while let Some(chunk) = text.get(at..at + WIDE) {
        // As a signed byte, what is not ASCII is below the first printable character too; the compiler makes vectors of this loop.
        let found = chunk.iter().fold(false, |found, &byte| found | ((byte as i8) < 0x20) | (byte == b'"') | (byte == b'\\'));
        if found {
            break;
        }
        at += WIDE;
    }
    while let Some(word) = word(text, at) {
        if let Some(offset) = special_in(word) {
            return Some(at + offset);
        }
        at += 8;
    }
    tail(text, at)
}

fn word(text: &[u8], at: usize) -> Option<u64> {
    text.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes)
}

fn tail(text: &[u8], at: usize) -> Option<usize> {
    text.get(at..)?.iter().position(|&byte| (byte as i8) < 0x20 || byte == b'"' || byte == b'\\').map(|offset| at + offset)
}

/// Offset of the first special byte among eight. The borrow of a subtraction can mark bytes above a true hit wrongly, never below it.
fn special_in(word: u64) -> Option<usize> {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let quote = zero(word ^ (ONES * u64::from(b'"')));
    let backslash = zero(word ^ (ONES * u64::from(b'\\')));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let hits = (quote | backslash | control | word) & HIGH;
    (hits != 0).then(|| hits.trailing_zeros() as usize / 8)
}

/// Length of the escape sequence that the text begins with.
fn escape_length(text: &[u8]) -> Option<usize> {
    match text.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => text.get(2..6)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        _ => None,
    }
}

/// Appends a checked body with its escapes resolved. `None` where it is no text: a surrogate without its other half.
pub(super) fn unescape(body: &str, out: &mut String) -> Option<()> {
    let mut rest = body;
    while let Some(i) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..i]);
        let simple = match rest.as_bytes().get(i + 1)? {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let (c, length) = unicode(&rest[i..])?;
                out.push(c);
                rest = &rest[i + length..];
                continue;
            }
            other => char::from(*other),
        };
        out.push(simple);
        rest = &rest[i + 2..];
    }
    out.push_str(rest);
    Some(())
}

fn unicode(text: &str) -> Option<(char, usize)> {
    let unit = |from: usize| text.get(from..from + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let first = unit(2)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some((char::from_u32(first)?, 6));
    }
    let second = text.get(6..8).filter(|next| *next == "\\u").and_then(|_| unit(8)).filter(|unit| (0xdc00..0xe000).contains(unit))?;
    Some((char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))?, 12))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_body_ends_at_its_quote_wherever_it_falls() {
        for length in 0..300 {
            let text = "x".repeat(length) + "\", \"next";
            assert_eq!(body(text.as_bytes(), 0), Some(StringBody { end: length, escaped: false }));
            let control = "x".repeat(length) + "\u{1f}\"";
            assert_eq!(body(control.as_bytes(), 0), None);
        }
    }

    proptest! {
        #[test]
        fn bodies_agree_with_serde_json(mut text in prop::collection::vec(any::<u8>(), 0..200), quoted in any::<String>()) {
            let json = serde_json::to_string(&quoted).unwrap();
            let found = body(json.as_bytes(), 1).unwrap();
            prop_assert_eq!(found.end, json.len() - 1);
            let mut out = String::new();
            unescape(&json[1..found.end], &mut out).unwrap();
            prop_assert_eq!(out, quoted);

            text.insert(0, b'"');
            let ours = body(&text, 1);
            let theirs = ours.and_then(|found| serde_json::from_slice::<serde::de::IgnoredAny>(&text[..=found.end]).ok());
            prop_assert_eq!(ours.is_some(), theirs.is_some());
        }

        #[test]
        fn escapes_agree_with_serde_json(parts in prop::collection::vec("\\\\u[dD][89a-fA-F][0-9a-f]{2}|\\\\u00[0-9a-f]{2}|\\\\[nrtbf/]|[a-z]", 0..12)) {
            let json = format!("\"{}\"", parts.concat());
            let found = body(json.as_bytes(), 1).unwrap();
            let mut out = String::new();
            let ours = unescape(&json[1..found.end], &mut out).map(|()| out);
            prop_assert_eq!(ours, serde_json::from_str::<String>(&json).ok());
        }
    }
}
