//! Pieces of the pipeline's messages.
//!
//! Owns: pointers as the validator writes them, what it says of each keyword.
//! Refuses: which failure is told (walk).

use std::borrow::Cow;

use super::program::{Bound, Combinator, NumberRules, SubBody};
use super::run::{JudgedSubject, Run};
use super::sink::{Leaf, LeafKey};
use super::{decode, numbers, spell};
use crate::pipeline::document::Kind;

/// The key that a failure is about.
pub(super) fn key<'a>(run: &Run<'a>, leaf: &Leaf<'a>) -> Option<Cow<'a, str>> {
    match leaf.key {
        LeafKey::None => None,
        LeafKey::Missing(name) => Some(Cow::Borrowed(name)),
        LeafKey::Extraneous(member) => Some(decode::name(run.document, member)),
    }
}

/// What the validator says of a failure, after its pointer.
pub(super) fn text(run: &Run<'_>, leaf: &Leaf<'_>) -> String {
    let key = || key(run, leaf).unwrap_or_default();
    let body = &run.program.sub(leaf.sub).body;
    match (leaf.keyword, body) {
        ("false", _) => "false schema always fails".to_owned(),
        ("type", body) => wrong_type(run, body, leaf.at),
        ("required", _) => format!("required key [{}] not found", key()),
        ("dependencies", _) => format!("property [{}] is required", key()),
        ("additionalProperties", _) => format!("extraneous key [{}] is not permitted", key()),
        ("uniqueItems", _) => "array items are not unique".to_owned(),
        ("contains", _) => "expected at least one array item to match 'contains' schema".to_owned(),
        ("then", _) => "input is invalid against the \"then\" schema".to_owned(),
        ("else", _) => "input is invalid against both the \"if\" and \"else\" schema".to_owned(),
        ("enum", _) => format!("{} is not a valid enum value", subject(run, leaf.at)),
        (_, SubBody::Not(refused)) => {
            let refused = run.program.refused(*refused).unwrap_or("that the validator cannot print");
            format!("subject must not be valid against schema {refused}")
        }
        (_, SubBody::Combined(combinator, branches)) => combined(*combinator, leaf.matched, branches.len()),
        (_, SubBody::Number(rules)) => number(rules, leaf.keyword, run.document.raw(leaf.at.node)),
        _ => sized(run, leaf).or_else(|| of_text(run, leaf)).unwrap_or_default(),
    }
}

/// The judged value as a message prints it.
fn subject(run: &Run<'_>, at: JudgedSubject) -> String {
    if at.is_name { run.text(at).into_owned() } else { spell::printed(run.document, at.node) }
}

fn wrong_type(run: &Run<'_>, body: &SubBody, at: JudgedSubject) -> String {
    let found = class(run, at);
    let expected = match body {
        SubBody::Null => return format!("expected: null, found: {found}"),
        SubBody::Boolean => "Boolean",
        SubBody::Object(_) => "JSONObject",
        SubBody::Array(_) => "JSONArray",
        SubBody::Number(rules) if rules.integer => "Integer",
        SubBody::Number(_) => "Number",
        _ => "String",
    };
    format!("expected type: {expected}, found: {found}")
}

/// The Java class of the subject.
fn class(run: &Run<'_>, at: JudgedSubject) -> &'static str {
    match run.kind(at) {
        Kind::Object => "JSONObject",
        Kind::Array => "JSONArray",
        Kind::String => "String",
        Kind::Number => numbers::class(run.document.raw(at.node)),
        Kind::Boolean => "Boolean",
        Kind::Null => "Null",
    }
}

/// How many branches matched.
fn combined(combinator: Combinator, matched: usize, total: usize) -> String {
    match combinator {
        Combinator::All => format!("#: only {matched} subschema matches out of {total}"),
        Combinator::Any => format!("#: no subschema matched out of the total {total} subschemas"),
        Combinator::One => format!("#: {matched} subschemas matched instead of one"),
    }
}

/// A number and the bound that it breaks.
fn number(rules: &NumberRules, keyword: &str, raw: &[u8]) -> String {
    let (bound, relation): (&Option<Box<Bound>>, _) = match keyword {
        "minimum" => (&rules.minimum, "greater or equal to"),
        "maximum" => (&rules.maximum, "less or equal to"),
        "exclusiveMinimum" if rules.minimum_exclusive => (&rules.minimum, "greater than"),
        "exclusiveMinimum" => (&rules.above, "greater than"),
        "exclusiveMaximum" if rules.maximum_exclusive => (&rules.maximum, "less than"),
        "exclusiveMaximum" => (&rules.below, "less than"),
        _ => (&rules.multiple_of, "a multiple of"),
    };
    format!("{} is not {relation} {}", numbers::printed(raw), bound.as_ref().map(|bound| &*bound.printed).unwrap_or_default())
}

/// How much there is, and how much there may be.
fn sized(run: &Run<'_>, leaf: &Leaf<'_>) -> Option<String> {
    let node = leaf.at.node;
    Some(match (leaf.keyword, &run.program.sub(leaf.sub).body) {
        ("minProperties", SubBody::Object(rules)) => format!("minimum size: [{}], found: [{}]", rules.least?, run.size(node)),
        ("maxProperties", SubBody::Object(rules)) => format!("maximum size: [{}], found: [{}]", rules.most?, run.size(node)),
        ("minItems", SubBody::Array(rules)) => {
            format!("expected minimum item count: {}, found: {}", rules.least?, run.document.count(node))
        }
        ("maxItems", SubBody::Array(rules)) => format!("expected maximum item count: {}, found: {}", rules.most?, run.document.count(node)),
        ("items", SubBody::Array(rules)) => {
            format!("expected: [{}] array items, found: [{}]", rules.tuple.as_ref()?.len(), run.document.count(node))
        }
        ("minLength", SubBody::Text(rules)) => format!("expected minLength: {}, actual: {}", rules.least?, run.length(leaf.at)),
        ("maxLength", SubBody::Text(rules)) => format!("expected maxLength: {}, actual: {}", rules.most?, run.length(leaf.at)),
        _ => return None,
    })
}

/// A text and what it does not look like.
fn of_text(run: &Run<'_>, leaf: &Leaf<'_>) -> Option<String> {
    let SubBody::Text(rules) = &run.program.sub(leaf.sub).body else { return None };
    let text = run.text(leaf.at);
    match leaf.keyword {
        "pattern" => Some(format!("string [{text}] does not match pattern {}", run.program.pattern(rules.pattern?).text)),
        _ => Some(format!("[{text}] is not a valid {}", rules.format?.wanted())),
    }
}

/// `#/a/b`. `again[i]` tells how many times more the i-th token from the end is escaped: the validator escapes the pointers of a failure's
/// causes once more at each level above.
pub(super) fn pointer(tokens: &[String], again: &[u32]) -> String {
    let mut out = String::from("#");
    for (i, token) in tokens.iter().enumerate() {
        let times = again.get(tokens.len() - 1 - i).copied().unwrap_or(0);
        out.push('/');
        out.push_str(&escaped(token, times));
    }
    out
}

fn escaped(token: &str, again: u32) -> String {
    let mut text = token.to_owned();
    if !token.contains(['~', '/', '\\', '"']) {
        return text;
    }
    // Each round makes the text longer; nothing that people read has more than a few.
    for _ in 0..=again.min(8) {
        text = text.replace('~', "~0").replace('/', "~1").replace('\\', "\\\\").replace('"', "\\\"");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_escaped_as_the_validator_does() {
        let tokens = ["a".to_owned(), "k/~%\"\\ é".to_owned(), String::new()];
        assert_eq!(pointer(&tokens, &[]), "#/a/k~1~0%\\\"\\\\ é/");
        assert_eq!(pointer(&["til~de".to_owned()], &[1]), "#/til~00de");
        assert_eq!(pointer(&[], &[]), "#");
    }
}
