//! Violations in plain words.
//!
//! Owns: naming the place, what the schema asks and what is there instead.
//! Refuses: the pipeline's words (message), making them safe for a terminal (text).

use super::program::{Combinator, SubBody, SubId};
use super::run::{JudgedSubject, Run};
use super::sink::Leaf;
use super::{decode, message, spell};
use crate::ground::text;
use crate::pipeline::document::{Kind, PathStyle};
use crate::pipeline::fault::{Keyword, part_at_fault, phrase};
use crate::pipeline::schema::Schema;

/// Most cells of a value, key or pattern inside a sentence.
const MOST_CELLS: usize = 60;
/// Most values of an `enum` that are listed.
const MOST_VALUES: usize = 6;

/// The violation in one sentence without a full stop.
pub(super) fn sentence<'a>(run: &mut Run<'a>, schema: &Schema, leaf: &Leaf<'a>) -> String {
    let place = place(run, leaf.at);
    let node = run.program.sub(leaf.sub).node;
    let asked = |keyword| schema.keyword_text(node, keyword).map(|text| clipped(&text)).unwrap_or_default();
    let key = message::key(run, leaf).as_deref().map(clipped).unwrap_or_default();
    let is = found(run, leaf.at);
    match leaf.keyword {
        "type" => format!("{place} must be {}, is {is}", describe(run, leaf.sub)),
        "required" => format!("{place} is missing the key `{key}`"),
        "dependencies" => format!("{place} is missing the key `{key}`, which another of its keys asks for"),
        "additionalProperties" => format!("{place} must not have the key `{key}`"),
        "minProperties" => format!("{place} {}", size("minProperties", run.size(leaf.at.node), &asked("minProperties"))),
        "maxProperties" => format!("{place} {}", size("maxProperties", run.size(leaf.at.node), &asked("maxProperties"))),
        "minItems" => format!("{place} {}", size("minItems", run.document.count(leaf.at.node) as u64, &asked("minItems"))),
        "maxItems" => format!("{place} {}", size("maxItems", run.document.count(leaf.at.node) as u64, &asked("maxItems"))),
        "items" => format!(
            "{place} has {}, more than its schema lists",
            text::plural(run.document.count(leaf.at.node) as u64, "element", "elements")
        ),
        "uniqueItems" => format!("{place} has two equal elements"),
        "contains" => format!("{place} has no element of the kind that the schema asks for"),
        "minLength" => format!("{place} {}", size("minLength", run.length(leaf.at), &asked("minLength"))),
        "maxLength" => format!("{place} {}", size("maxLength", run.length(leaf.at), &asked("maxLength"))),
        "pattern" => {
            let pattern = schema.keyword_text(node, "pattern").unwrap_or_default();
            let part = part_at_fault(&pattern, &run.text(leaf.at)).map(|part| format!(" ({part})")).unwrap_or_default();
            format!("{place} does not match the pattern {}, is {is}{part}", clipped(&pattern))
        }
        "format" => format!("{place} is not a valid {}, is {is}", asked("format")),
        "minimum" => format!("{place} must be at least {}, is {is}", asked("minimum")),
        "maximum" => format!("{place} must be at most {}, is {is}", asked("maximum")),
        "exclusiveMinimum" => format!("{place} must be greater than {}, is {is}", bound(schema, node, "exclusiveMinimum", "minimum")),
        "exclusiveMaximum" => format!("{place} must be less than {}, is {is}", bound(schema, node, "exclusiveMaximum", "maximum")),
        "multipleOf" => format!("{place} must be a multiple of {}, is {is}", asked("multipleOf")),
        "enum" => format!("{place} must be {}, is {is}", one_of(schema, node)),
        "const" => format!("{place} must be {}, is {is}", asked("const")),
        "not" => format!("{place} must not be what its schema rules out, is {is}"),
        "false" => format!("{place} must not be there at all"),
        _ => combined(run, leaf, &place, &is),
    }
}

/// `has 43 characters, at most 40 are allowed`, as the message is told.
fn size(keyword: Keyword, found: u64, limit: &str) -> String {
    phrase(keyword, Some(limit), Some(&text::count(found)), None)
}

/// Combinators and conditions, as the message is told; of a list of types what it takes.
fn combined(run: &mut Run<'_>, leaf: &Leaf<'_>, place: &str, is: &str) -> String {
    let program = run.program;
    let branches: &[SubId] = match &program.sub(leaf.sub).body {
        SubBody::Combined(_, branches) => branches,
        _ => &[],
    };
    if let Some(types) = types(run, branches) {
        let taken = branches.iter().any(|&branch| takes(&program.sub(branch).body, run.kind(leaf.at)));
        if !taken {
            return format!("{place} must be {types}, is {is}");
        }
    }
    let matched = branches.iter().filter(|&&branch| run.valid(branch, leaf.at)).count();
    let told = |keyword| phrase(keyword, Some(&branches.len().to_string()), Some(&matched.to_string()), None);
    match &program.sub(leaf.sub).body {
        SubBody::Combined(Combinator::One, _) if matched > 0 => format!("{place} {}", told("oneOf")),
        SubBody::Combined(Combinator::One | Combinator::Any, _) => format!("{place} {}, is {is}", told("anyOf")),
        SubBody::Combined(Combinator::All, _) => format!("{place} {}", told("allOf")),
        _ => format!("{place} {}", told(leaf.keyword)),
    }
}

/// What is wrong with a value that fits none of several forms, without its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CausePhrase {
    /// What the forms ask for, in the schema's words: `must be an integer or null`.
    pub asked: String,
    /// Which kind of value there is, and the value: `a string`, `the string "x"`.
    pub found: Option<(&'static str, String)>,
}

impl CausePhrase {
    /// With the value: `must be an integer or null, is the string "x"`.
    pub fn whole(&self) -> String {
        match &self.found {
            Some((_, value)) => format!("{}, is {value}", self.asked),
            None => self.asked.clone(),
        }
    }

    /// Without it: `must be an integer or null, found a string`.
    pub fn without_value(&self) -> String {
        match &self.found {
            Some((kind, _)) => format!("{}, found {kind}", self.asked),
            None => self.asked.clone(),
        }
    }
}

/// Alternatives about one value in one sentence, its place apart: what it may be, or the keys of which it lacks all. `None` where they ask for different things.
pub(super) fn either<'a>(run: &Run<'a>, schema: &Schema, leaves: &[Option<&Leaf<'a>>]) -> Option<(String, CausePhrase)> {
    let leaves: Vec<&Leaf<'a>> = leaves.iter().copied().collect::<Option<_>>()?;
    let first = leaves.first().filter(|first| leaves.iter().all(|leaf| leaf.at == first.at))?;
    let place = place(run, first.at);
    let mut asked: Vec<String> = Vec::new();
    let mut add = |text: String| {
        if !asked.contains(&text) {
            asked.push(text);
        }
    };
    if leaves.iter().all(|leaf| leaf.keyword == "required") {
        leaves.iter().filter_map(|leaf| message::key(run, leaf)).for_each(|key| add(format!("`{}`", clipped(&key))));
        let asked = format!("has none of the keys {}; one is needed", listed(&asked, "and"));
        return Some((place, CausePhrase { asked, found: None }));
    }
    for leaf in &leaves {
        let node = run.program.sub(leaf.sub).node;
        match leaf.keyword {
            "type" => add(describe(run, leaf.sub)),
            "const" => add(schema.keyword(node, "const").map(|value| spelled(schema, value)).unwrap_or_default()),
            "enum" => {
                let values = schema.keyword(node, "enum").into_iter().flat_map(|list| schema.document.children(list));
                values.for_each(|value| add(spelled(schema, value)));
            }
            _ => return None,
        }
    }
    let kind = if first.at.is_name { "a string" } else { run.document.kind(first.at.node).with_article() };
    Some((place, CausePhrase { asked: format!("must be {}", listed(&asked, "or")), found: Some((kind, found(run, first.at))) }))
}

/// `a, b or c`; of many the first.
fn listed(texts: &[String], last: &str) -> String {
    match texts {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., end] if texts.len() <= MOST_VALUES + 1 => format!("{} {last} {end}", first.join(", ")),
        _ => format!("{} {last} {} more", texts[..MOST_VALUES].join(", "), texts.len() - MOST_VALUES),
    }
}

/// Where the subject is: `a.b[0]`, the key `x`, the document.
fn place(run: &Run<'_>, at: JudgedSubject) -> String {
    if at.is_name {
        return format!("the key `{}`", clipped(&decode::name(run.document, at.node)));
    }
    if at.node == 0 {
        return "the document".to_owned();
    }
    let path = run.document.path(at.node, PathStyle::Jq);
    format!("`{}`", text::clip_middle(path.strip_prefix('.').unwrap_or(&path), MOST_CELLS))
}

/// What the subject is, with its value where that is short.
fn found(run: &Run<'_>, at: JudgedSubject) -> String {
    match run.kind(at) {
        Kind::Object => "an object".to_owned(),
        Kind::Array => "an array".to_owned(),
        Kind::String => format!("the string \"{}\"", clipped(&run.text(at))),
        Kind::Number if super::numbers::is_integer(run.document.raw(at.node)) => format!("the integer {}", value(run, at)),
        Kind::Number => format!("the decimal number {}", value(run, at)),
        Kind::Boolean | Kind::Null => value(run, at),
    }
}

fn value(run: &Run<'_>, at: JudgedSubject) -> String {
    clipped(&String::from_utf8_lossy(run.document.raw(at.node)))
}

/// What a compiled schema asks for, as a kind of value.
pub(super) fn describe(run: &Run<'_>, sub: SubId) -> String {
    let kind = match &run.program.sub(sub).body {
        SubBody::Anything => "anything",
        SubBody::Nothing => "nothing",
        SubBody::Boolean => "true or false",
        SubBody::Null => "null",
        SubBody::Object(_) => "an object",
        SubBody::Array(_) => "an array",
        SubBody::Text(_) => "a string",
        SubBody::Number(rules) if rules.integer => "an integer",
        SubBody::Number(_) => "a number",
        SubBody::Enum(_) => "one of its listed values",
        SubBody::Const(_) => "its one value",
        SubBody::Not(_) => "not what is ruled out",
        SubBody::Combined(Combinator::All, branches) => return types(run, branches).unwrap_or_else(|| "several conditions".to_owned()),
        SubBody::Combined(_, branches) => return types(run, branches).unwrap_or_else(|| "one of several forms".to_owned()),
        SubBody::Condition { .. } => "what its condition asks",
        SubBody::Reference(target) => return describe(run, *target),
    };
    kind.to_owned()
}

/// `a string or null`, where every branch is the part of one type of a node.
fn types(run: &Run<'_>, branches: &[SubId]) -> Option<String> {
    let simple = |&branch: &SubId| {
        let sub = run.program.sub(branch);
        let typed = match &sub.body {
            SubBody::Boolean | SubBody::Null => true,
            SubBody::Object(rules) => rules.typed,
            SubBody::Array(rules) => rules.typed,
            SubBody::Text(rules) => rules.typed,
            SubBody::Number(rules) => rules.typed,
            _ => false,
        };
        typed && !sub.located
    };
    (!branches.is_empty() && branches.iter().all(simple)).then(|| {
        let names: Vec<String> = branches.iter().map(|&branch| describe(run, branch)).collect();
        names.join(" or ")
    })
}

/// Whether a typed schema is for that kind of value.
pub(super) fn takes(body: &SubBody, kind: Kind) -> bool {
    match body {
        SubBody::Boolean => kind == Kind::Boolean,
        SubBody::Null => kind == Kind::Null,
        SubBody::Object(rules) => kind == Kind::Object || !rules.typed,
        SubBody::Array(rules) => kind == Kind::Array || !rules.typed,
        SubBody::Text(rules) => kind == Kind::String || !rules.typed,
        SubBody::Number(rules) => kind == Kind::Number || !rules.typed,
        SubBody::Nothing => false,
        _ => true,
    }
}

/// The bound that later drafts write as a keyword and draft 04 as a flag.
fn bound(schema: &Schema, node: u32, keyword: &str, flagged: &str) -> String {
    let text = schema.keyword_text(node, keyword).filter(|text| text != "true");
    clipped(&text.or_else(|| schema.keyword_text(node, flagged)).unwrap_or_default())
}

fn one_of(schema: &Schema, node: u32) -> String {
    let document = &schema.document;
    let values: Vec<_> = schema.keyword(node, "enum").into_iter().flat_map(|list| document.children(list)).collect();
    let told = text::listed(values.len(), MOST_VALUES);
    let listed = values.iter().take(told).map(|&value| spelled(schema, value)).collect::<Vec<_>>().join(", ");
    match values.len() {
        0 => "one of no values at all".to_owned(),
        1 => listed,
        all if all > told => format!("one of {listed} and {} more", all - told),
        _ => format!("one of {listed}"),
    }
}

/// A value of the schema.
fn spelled(schema: &Schema, value: u32) -> String {
    let document = &schema.document;
    match document.kind(value) {
        Kind::String => format!("\"{}\"", clipped(&document.string(value).unwrap_or_default())),
        _ => clipped(&spell::printed(document, value)),
    }
}

fn clipped(value: &str) -> String {
    text::clip(value, MOST_CELLS).into_owned()
}
