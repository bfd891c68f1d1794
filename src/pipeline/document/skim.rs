//! One value of a JSON text, found without indexing the text: for who looks into many versions of a long file.
//!
//! Owns: stepping over values, members and elements by their brackets and quotes.
//! Refuses: telling whether what is stepped over is JSON.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr2;

/// The text ends too soon, or is no JSON where it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoJson;

/// The value at decoded tokens, as its place in the text; `None` where there is none. Of members of the same name the last is meant.
pub fn find<S: AsRef<str>>(text: &[u8], tokens: &[S]) -> Result<Option<Range<usize>>, NoJson> {
    let begin = blank(text, 0);
    let mut at = begin..skip(text, begin)?;
    for token in tokens {
        let found = match text.get(at.start) {
            Some(b'{') => member(text, at.start, token.as_ref())?,
            Some(b'[') => match index(token.as_ref()) {
                Some(index) => element(text, at.start, index)?,
                None => None,
            },
            _ => None,
        };
        match found {
            Some(found) => at = found,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

/// The index that a token of RFC 6901 names.
fn index(token: &str) -> Option<usize> {
    let is_plain = token == "0" || !token.starts_with(['0', '+']);
    is_plain.then(|| token.parse().ok()).flatten()
}

fn member(text: &[u8], object: usize, name: &str) -> Result<Option<Range<usize>>, NoJson> {
    let mut found = None;
    each_member(text, object, |key, value| {
        if key == name {
            found = Some(value);
        }
        true
    })?;
    Ok(found)
}

fn element(text: &[u8], array: usize, index: usize) -> Result<Option<Range<usize>>, NoJson> {
    let (mut found, mut left) = (None, index);
    each_element(text, array, |value| {
        found = (left == 0).then_some(value);
        left = left.wrapping_sub(1);
        found.is_none()
    })?;
    Ok(found)
}

/// The members of the object that begins there, until `each` wants no more of them.
pub fn each_member(text: &[u8], object: usize, mut each: impl FnMut(&str, Range<usize>) -> bool) -> Result<(), NoJson> {
    let mut at = object + 1;
    while let Some((key, begin)) = next_member(text, at)? {
        at = skip(text, begin)?;
        if !each(&key, begin..at) {
            return Ok(());
        }
    }
    Ok(())
}

/// The name of the next member of an object and where its value begins, from behind the opening bracket or the value before; `None` at the end.
pub fn next_member(text: &[u8], at: usize) -> Result<Option<(Cow<'_, str>, usize)>, NoJson> {
    let mut at = blank(text, at);
    if text.get(at) == Some(&b',') {
        at = blank(text, at + 1);
    }
    match text.get(at) {
        Some(b'"') => {
            let key = at + 1..string_end(text, at)? - 1;
            at = blank(text, key.end + 1);
            if text.get(at) != Some(&b':') {
                return Err(NoJson);
            }
            Ok(Some((decoded(&text[key])?, blank(text, at + 1))))
        }
        Some(b'}') => Ok(None),
        _ => Err(NoJson),
    }
}

/// The elements of the array that begins there, until `each` wants no more of them.
pub fn each_element(text: &[u8], array: usize, mut each: impl FnMut(Range<usize>) -> bool) -> Result<(), NoJson> {
    let mut at = blank(text, array + 1);
    while text.get(at).is_some_and(|&byte| byte != b']') {
        let value = at..skip(text, at)?;
        at = blank(text, value.end);
        if !each(value) {
            return Ok(());
        }
        if text.get(at) == Some(&b',') {
            at = blank(text, at + 1);
        }
    }
    if at < text.len() { Ok(()) } else { Err(NoJson) }
}

/// What is between the quotes.
pub fn decoded(key: &[u8]) -> Result<Cow<'_, str>, NoJson> {
    if !key.contains(&b'\\') {
        return std::str::from_utf8(key).map(Cow::Borrowed).map_err(|_| NoJson);
    }
    let quoted: Vec<u8> = [b"\"", key, b"\""].concat();
    serde_json::from_slice::<String>(&quoted).map(Cow::Owned).map_err(|_| NoJson)
}

/// One past the value that begins there.
pub fn skip(text: &[u8], begin: usize) -> Result<usize, NoJson> {
    match text.get(begin) {
        Some(b'"') => string_end(text, begin),
        Some(b'{' | b'[') => {
            let (mut at, mut depth) = (begin, 0_usize);
            loop {
                match text.get(at) {
                    Some(b'"') => {
                        at = string_end(text, at)?;
                        continue;
                    }
                    Some(b'{' | b'[') => depth += 1,
                    Some(b'}' | b']') if depth == 1 => return Ok(at + 1),
                    Some(b'}' | b']') => depth -= 1,
                    Some(_) => {}
                    None => return Err(NoJson),
                }
                at += 1;
            }
        }
        Some(byte) if byte.is_ascii_alphanumeric() || *byte == b'-' => {
            let length = text[begin..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
            Ok(begin + length)
        }
        _ => Err(NoJson),
    }
}

/// One past the text in quotes that begins there.
pub fn string_end(text: &[u8], begin: usize) -> Result<usize, NoJson> {
    let mut at = begin + 1;
    loop {
        let found = text.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)).ok_or(NoJson)?;
        match text[at + found] {
            b'"' => return Ok(at + found + 1),
            _ => at += found + 2,
        }
    }
}

fn blank(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_tokens() {
        let text = br#" {"a\"b": [1, {"x": "y\\"}, -2.5e+3], "k": {"]": "}"}, "k": {"\u0041": null}} "#;
        let at = |tokens: &[&str]| find(text, tokens).unwrap().map(|at| std::str::from_utf8(&text[at]).unwrap());
        assert_eq!(at(&["a\"b", "0"]), Some("1"));
        assert_eq!(at(&["a\"b", "1", "x"]), Some(r#""y\\""#));
        assert_eq!(at(&["a\"b", "2"]), Some("-2.5e+3"));
        assert_eq!(at(&["k"]), Some(r#"{"\u0041": null}"#), "the last of two");
        assert_eq!(at(&["k", "A"]), Some("null"));
        assert_eq!((at(&["k", "]"]), at(&["a\"b", "3"]), at(&["a\"b", "01"]), at(&["a\"b", "0", "x"])), (None, None, None, None));
        assert_eq!(at(&[]).map(str::len), Some(text.len() - 2));
    }

    #[test]
    fn what_is_no_json_is_told() {
        for text in [&b""[..], b"{", b"{\"a\": 1", b"{\"a\" 1}", b"[1, 2", b"\"a", b"{\"a\": }", b"{1: 2}"] {
            assert!(find(text, &["a"]).is_err(), "{}", String::from_utf8_lossy(text));
        }
    }
}
