//! The validator's texts: what stands behind the pointer of a validation message.
//!
//! Owns: the table of texts, matched against a whole text or against the beginning of one that was cut.
//! Refuses: finding out where the pointer ends (fault), wording (words).

use memchr::memchr_iter;

use super::{Keyword, Says};

/// `<prefix>LIMIT<middle>COUNT<suffix>`
const SIZED: [(Keyword, &str, &str, &str); 7] = [
    ("maxLength", "expected maxLength: ", ", actual: ", ""),
    ("minLength", "expected minLength: ", ", actual: ", ""),
    ("maxItems", "expected maximum item count: ", ", found: ", ""),
    ("minItems", "expected minimum item count: ", ", found: ", ""),
    ("maxProperties", "maximum size: [", "], found: [", "]"),
    ("minProperties", "minimum size: [", "], found: [", "]"),
    ("items", "expected: [", "] array items, found: [", "]"),
];

/// `<prefix>KEY<suffix>`; the key is raw and may hold anything.
const KEYED: [(Keyword, &str, &str); 3] = [
    ("required", "required key [", "] not found"),
    ("additionalProperties", "extraneous key [", "] is not permitted"),
    ("dependencies", "property [", "] is required"),
];

/// `NUMBER<middle>LIMIT`
const COMPARED: [(Keyword, &str); 5] = [
    ("minimum", " is not greater or equal to "),
    ("maximum", " is not less or equal to "),
    ("exclusiveMinimum", " is not greater than "),
    ("exclusiveMaximum", " is not less than "),
    ("multipleOf", " is not a multiple of "),
];

/// Texts without values.
const FIXED: [(Keyword, &str); 8] = [
    ("const", ""),
    ("uniqueItems", "array items are not unique"),
    ("contains", "expected at least one array item to match 'contains' schema"),
    ("then", "input is invalid against the \"then\" schema"),
    ("else", "input is invalid against both the \"if\" and \"else\" schema"),
    ("false", "false schema always fails"),
    ("readOnly", "value is read-only"),
    ("writeOnly", "value is write-only"),
];

const NOT: &str = "subject must not be valid against schema ";
const NO_MATCH: &str = "] does not match pattern ";

/// Keywords whose texts no table can tell.
const OTHERS: [Keyword; 8] = ["type", "format", "pattern", "enum", "not", "anyOf", "oneOf", "allOf"];

/// The keyword of that name, if the validator has a text for it.
pub(super) fn keyword(name: &str) -> Option<Keyword> {
    let sized = SIZED.iter().map(|(keyword, ..)| *keyword);
    let keyed = KEYED.iter().map(|(keyword, ..)| *keyword);
    let others = COMPARED.iter().chain(&FIXED).map(|(keyword, _)| *keyword).chain(OTHERS);
    sized.chain(keyed).chain(others).find(|keyword| *keyword == name)
}

/// A failure of that keyword that tells no values.
pub(super) fn broken(keyword: Option<Keyword>) -> Says<'static> {
    Says::Broken { keyword, expected: None, found: None, key: None }
}

/// What a text says, if all of it is in the grammar.
pub(super) fn whole(text: &str) -> Option<Says<'_>> {
    let text = without_doubling(text);
    match text.bytes().next() {
        Some(b'e' | b'm') => typed(text).or_else(|| sized(text)).or_else(|| keyed(text)),
        Some(b'r' | b'p') => keyed(text),
        Some(b's') => matched(text).or_else(|| valued("not", text.strip_prefix(NOT)?, None)),
        Some(b'n' | b'o' | b'0'..=b'9' | b'-') => counted(text).or_else(|| compared(text)),
        Some(b'[') => formatted(text),
        Some(b'b') => bare(text),
        _ => None,
    }
    .or_else(|| FIXED.iter().find(|(_, fixed)| *fixed == text).map(|(keyword, _)| broken(Some(keyword))))
    .or_else(|| valued("enum", None, text.strip_suffix(" is not a valid enum value")))
}

/// Combinators put an extra `#: ` before their text, once for each level.
pub(super) fn without_doubling(mut text: &str) -> &str {
    while let Some(inner) = text.strip_prefix("#: ") {
        text = inner;
    }
    text
}

/// What is told of a failure of which only the keyword is: `breaks minimum`.
fn bare(text: &str) -> Option<Says<'_>> {
    Some(broken(Some(keyword(text.strip_prefix(BREAKS)?)?)))
}

/// What begins a failure of which hardly more than the keyword is known.
pub(super) const BREAKS: &str = "breaks ";

fn valued<'a>(keyword: Keyword, expected: impl Into<Option<&'a str>>, found: impl Into<Option<&'a str>>) -> Option<Says<'a>> {
    let (expected, found) = (expected.into(), found.into());
    (expected.is_some() || found.is_some()).then_some(Says::Broken { keyword: Some(keyword), expected, found, key: None })
}

/// Stands between types of which a value must be one. The validator names one type; causes name several.
pub(crate) const OR: &str = " or ";

fn typed(text: &str) -> Option<Says<'_>> {
    let rest = text.strip_prefix("expected")?;
    let (expected, found) = match rest.strip_prefix(" type: ") {
        Some(rest) => cut(rest, ", found: ")?,
        None => cut(rest.strip_prefix(": ")?, ", found: ").filter(|(expected, _)| *expected == "null")?,
    };
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic());
    if expected.split(OR).all(is_name) && is_name(found) { valued("type", expected, found) } else { None }
}

fn sized(text: &str) -> Option<Says<'_>> {
    SIZED.iter().find_map(|(keyword, prefix, middle, suffix)| {
        let (expected, found) = cut(between(text, prefix, suffix)?, middle)?;
        if is_number(expected) && is_number(found) { valued(keyword, expected, found) } else { None }
    })
}

fn keyed(text: &str) -> Option<Says<'_>> {
    KEYED.iter().find_map(|(keyword, prefix, suffix)| {
        let key = between(text, prefix, suffix)?;
        Some(Says::Broken { keyword: Some(keyword), expected: None, found: None, key: Some(key) })
    })
}

fn compared(text: &str) -> Option<Says<'_>> {
    COMPARED.iter().find_map(|(keyword, middle)| {
        let (found, expected) = cut(text, middle)?;
        if is_number(expected) && is_number(found) { valued(keyword, expected, found) } else { None }
    })
}

/// Texts of combinators: they only tell numbers of branches.
fn counted(text: &str) -> Option<Says<'_>> {
    if let Some(of) = between(text, "no subschema matched out of the total ", " subschemas") {
        return if is_number(of) { valued("anyOf", of, None) } else { None };
    }
    if let Some((matched, of)) = text.strip_prefix("only ").and_then(|rest| rest.split_once(" subschema matches out of ")) {
        return if is_number(matched) && is_number(of) { valued("allOf", of, matched) } else { None };
    }
    if let Some(matched) = text.strip_suffix(" subschemas matched instead of one") {
        return if is_number(matched) { valued("oneOf", None, matched) } else { None };
    }
    // The validator's summary of several violations; the pipeline stops at the first, other users of it do not.
    let number = text.strip_suffix(" schema violations found")?;
    is_number(number).then_some(Says::Broken { keyword: None, expected: None, found: Some(number), key: None })
}

/// The value may hold the words in the middle, a pattern hardly: the last ones count.
fn matched(text: &str) -> Option<Says<'_>> {
    let rest = text.strip_prefix("string [")?;
    let at = rest.rfind(NO_MATCH)?;
    valued("pattern", &rest[at + NO_MATCH.len()..], &rest[..at])
}

/// `[V] is not a valid NAME`, for some formats followed by `. Expected [forms]`. An enum's value may be an array.
fn formatted(text: &str) -> Option<Says<'_>> {
    let rest = text.strip_prefix('[')?;
    let at = rest.rfind("] is not a valid ")?;
    let name = &rest[at + "] is not a valid ".len()..];
    let name = match name.split_once(". Expected [") {
        Some((name, forms)) => forms.ends_with(']').then_some(name)?,
        None => name,
    };
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b' '));
    if is_name && name != "enum value" { valued("format", name, &rest[..at]) } else { None }
}

/// Like `split_once`, which prepares itself for texts far longer than these.
pub(super) fn cut<'a>(text: &'a str, middle: &str) -> Option<(&'a str, &'a str)> {
    let first = *middle.as_bytes().first()?;
    let mut places = memchr_iter(first, text.as_bytes());
    let at = places.find(|&at| text.as_bytes()[at..].starts_with(middle.as_bytes()))?;
    Some((text.get(..at)?, text.get(at + middle.len()..)?))
}

fn between<'a>(text: &'a str, prefix: &str, suffix: &str) -> Option<&'a str> {
    text.strip_prefix(prefix)?.strip_suffix(suffix)
}

/// As Java prints numbers: `-12`, `0.5`, `1.0E+30`.
fn is_number(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'E'))
}

/// What the beginning of a text says whose end was cut off; `None` where it is not the beginning of any.
pub(super) fn begun(text: &str) -> Option<Says<'_>> {
    let text = without_doubling(text);
    if let Some((keyword, key)) = KEYED.iter().find_map(|(keyword, prefix, _)| Some((*keyword, text.strip_prefix(prefix)?))) {
        return Some(Says::Broken { keyword: Some(keyword), expected: None, found: None, key: Some(key) });
    }
    if let Some(value) = text.strip_prefix("string [") {
        return valued("pattern", None, value);
    }
    if let Some(schema) = text.strip_prefix(NOT) {
        return valued("not", schema, None);
    }
    // An enum's value begins with a bracket as well when it is an array.
    if let Some(value) = text.strip_prefix('[') {
        return if value.starts_with(['[', '{', '"']) { Some(broken(None)) } else { valued("format", None, value) };
    }
    let sized = SIZED.iter().map(|(keyword, prefix, ..)| (*keyword, *prefix));
    if let Some((keyword, _)) = sized.clone().find(|(_, prefix)| text.starts_with(prefix)) {
        return Some(broken(Some(keyword)));
    }
    if text.starts_with("expected type: ") || text.starts_with("expected: null") {
        return Some(broken(Some("type")));
    }
    let beginnings = KEYED.iter().map(|(_, prefix, _)| *prefix).chain(FIXED.iter().map(|(_, fixed)| *fixed));
    let mut others =
        sized.map(|(_, prefix)| prefix).chain(beginnings).chain(["expected type: ", "string [", NOT, "no subschema matched ", "only "]);
    others.any(|beginning| beginning.starts_with(text)).then_some(broken(None))
}
