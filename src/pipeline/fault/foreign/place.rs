//! Where validators say that something is wrong.
//!
//! Owns: `$.a[0].b`, `data/a/0/b`, `a.0.b`, `['a'][0]`, `(root)` -> tokens; finding such a place in a message.
//! Refuses: what is wrong there (prose).

use super::super::Says;
use super::super::unescape;
use super::{ForeignReading, keyword, prose};

/// Words that stand for the whole document.
const ROOTS: [&str; 8] = ["(root)", "$", "#", "data", "instance", "root", "<root>", "input"];

/// The tokens of a place.
pub(in super::super) fn tokens(place: &str) -> Vec<String> {
    let place = place.trim();
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[', '/']);
    let rest = ROOTS.iter().find_map(|root| place.strip_prefix(root).filter(|rest| is_end(rest))).unwrap_or(place);
    if let Some(pointer) = rest.strip_prefix('/') {
        return pointer.split('/').map(unescape).collect();
    }
    let mut found = Vec::new();
    let mut rest = rest;
    while let Some(first) = rest.chars().next() {
        if let Some((token, behind)) = bracketed(rest) {
            found.push(token.to_owned());
            rest = behind;
            continue;
        }
        let name = rest.strip_prefix('.').unwrap_or(rest);
        // A bracket that is none of a position belongs to the name.
        let skipped = usize::from(name.starts_with(['.', '[']));
        let end = name.get(skipped..).and_then(|behind| behind.find(['.', '['])).map_or(name.len(), |at| at + skipped);
        let (token, behind) = name.split_at_checked(end).unwrap_or((name, ""));
        if !token.is_empty() {
            found.push(token.to_owned());
        }
        rest = if behind.len() < rest.len() { behind } else { &rest[first.len_utf8()..] };
    }
    found
}

/// `[0]`, `['a']`, `["a"]`, and what is behind.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('[')?;
    if let Some(quote) = inside.chars().next().filter(|first| matches!(first, '\'' | '"')) {
        let end = inside.get(1..)?.find(&[quote, ']'].iter().collect::<String>())?;
        return Some((inside.get(1..=end)?, inside.get(end + 3..)?));
    }
    let (token, behind) = inside.split_once(']')?;
    (!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit())).then_some((token, behind))
}

/// A place without its last token, and that token; `None` at the root.
pub(super) fn last(place: &str) -> Option<(&str, &str)> {
    if let Some(inside) = place.strip_suffix(']') {
        let open = inside.rfind('[')?;
        return Some((&place[..open], inside[open + 1..].trim_matches(['\'', '"'])));
    }
    let at = place.rfind(['.', '/'])?;
    let key = &place[at + 1..];
    (!key.is_empty()).then_some((&place[..at], key))
}

/// Tokens as a pointer.
pub(in super::super) fn pointer(tokens: &[String]) -> String {
    tokens.iter().map(|token| format!("/{}", token.replace('~', "~0").replace('/', "~1"))).collect()
}

/// Whether a text may be a place and not a part of a sentence.
pub(super) fn is_place(text: &str) -> bool {
    let is_path = text.starts_with(['$', '#', '/', '[', '(']) || ROOTS.iter().any(|root| text.starts_with(root));
    let is_name = || !text.is_empty() && !text.contains(char::is_whitespace) && !text.contains(['"', '\'', '(', '{', '=']);
    (is_path && text.len() < 2000 && (!text.starts_with('(') || text.starts_with("(root)"))) || is_name()
}

/// ajv and Node's jsonschema put nothing but a blank between: `data/qty must be integer`, `instance.qty is not of a type(s) integer`.
pub(super) fn spaced(line: &str) -> Option<ForeignReading<'_>> {
    let words = [" must ", " should ", " property name ", " boolean schema ", " is not ", " requires ", " does not "].into_iter();
    let mut places: Vec<usize> = words.flat_map(|word| line.match_indices(word).map(|(at, _)| at)).collect();
    places.sort_unstable();
    places.into_iter().find_map(|at| {
        let (place, text) = (&line[..at], &line[at + 1..]);
        let is_it = place.starts_with('/')
            || place == "data"
            || place.starts_with("data/")
            || place.starts_with("data.")
            || place.starts_with("data[");
        let is_it = is_it || place == "instance" || place.starts_with("instance.") || place.starts_with("instance[");
        let (says, judge) = if is_it && !place.contains(char::is_whitespace) { prose::whole(text)? } else { return None };
        Some(ForeignReading { pointer: Some(place), node: None, text, says, judge })
    })
}

/// An error as Python prints it: what is wrong, then `Failed validating 'type' in schema['properties']['qty']:` and `On instance['qty']:`.
pub(super) fn python(text: &str) -> Option<ForeignReading<'_>> {
    let (head, rest) = text.split_once("Failed validating ")?;
    let name = rest.strip_prefix(['\'', '"'])?.split(['\'', '"']).next()?;
    let (_, on) = rest.split_once("On instance")?;
    let line = on.lines().next().unwrap_or_default();
    let place = line.strip_suffix(':').unwrap_or(line);
    let (head, known) = (head.trim(), keyword(name));
    let told = prose::whole(head).map(|(says, _)| says);
    let says = match told {
        Some(says @ Says::Broken { keyword, .. }) if keyword == known => says,
        _ => Says::Broken { keyword: Some(known?), expected: None, found: None, key: None },
    };
    Some(ForeignReading { pointer: Some(place), node: None, text: head, says, judge: prose::PYTHON })
}
