//! Schemas: whatever they ask, they are refused or judge; the verdict is that of the list of violations, and what is made by a schema fits it.

use std::ops::ControlFlow;
use std::sync::Arc;

use misfit::pipeline::document::Document;
use misfit::pipeline::example::{self, Wanted};
use misfit::pipeline::fault::Fault;
use misfit::pipeline::minimize::{Target, minimize};
use misfit::pipeline::schema::Schema;
use misfit::pipeline::sink::{Submission, transform};
use misfit::pipeline::transpile;
use misfit::pipeline::verdict::judge::{Judge, JudgeInput, Outcome};
use misfit::pipeline::verdict::locate;
use misfit::triage::facts;

use super::dice::Dice;
use super::{fuzz, is_safe};

const TYPES: &[&str] = &["string", "integer", "number", "boolean", "null", "array", "object"];
const PATTERNS: &[&str] =
    &["^a", "b$", "^[a-z]+$", "^(?!ab)", "\\\\d{2}", ".", "", "(", "[^\\\\x00-\\\\x1f]", "(a+)+$", "\\\\p{L}", "^.{0,3}$"];
const FORMATS: &[&str] = &[
    "date-time",
    "date",
    "time",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "uri-template",
    "json-pointer",
    "regex",
    "uuid",
];
const REFERENCES: &[&str] =
    &["#", "#/definitions/a", "#/definitions/b", "#/properties/a", "#/nowhere", "#/definitions/a%25b", "http://example.com/x#"];

/// A schema, nested so deep at most.
fn schema(dice: &mut Dice, depth: usize) -> String {
    if dice.once_in(12) {
        return dice.pick(&["true", "false", "{}", "{}"]).to_owned();
    }
    let keywords: Vec<String> = (0..dice.below(4)).map(|_| keyword(dice, depth)).collect();
    let mut seen = Vec::new();
    let keywords = keywords.into_iter().filter(|keyword| {
        let name = keyword.split(':').next().unwrap_or_default().to_owned();
        let is_new = !seen.contains(&name);
        seen.push(name);
        is_new
    });
    format!("{{{}}}", keywords.collect::<Vec<_>>().join(","))
}

fn schemas(dice: &mut Dice, depth: usize) -> String {
    let all: Vec<String> = (0..1 + dice.below(3)).map(|_| schema(dice, depth)).collect();
    format!("[{}]", all.join(","))
}

fn members(dice: &mut Dice, names: &dyn Fn(&mut Dice) -> String, depth: usize) -> String {
    let all: Vec<String> = (0..1 + dice.below(3)).map(|_| format!("{}:{}", names(dice), schema(dice, depth))).collect();
    format!("{{{}}}", all.join(","))
}

fn named(dice: &mut Dice) -> String {
    let name = dice.name();
    dice.quoted(&name)
}

fn keyword(dice: &mut Dice, depth: usize) -> String {
    let simple = if depth == 0 { 12 } else { 27 };
    let below = depth.saturating_sub(1);
    match dice.below(simple) {
        0 | 1 => format!("\"type\":\"{}\"", dice.pick(TYPES)),
        2 => format!("\"type\":[\"{}\",\"{}\"]", dice.pick(TYPES), dice.pick(&["null", "null", "string", "array"])),
        3 => {
            let name = dice.pick(&["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"]);
            if dice.once_in(20) { format!("\"{name}\":{}", dice.number()) } else { format!("\"{name}\":{}", dice.below(4)) }
        }
        4 => format!("\"{}\":{}", dice.pick(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]), dice.number()),
        5 => format!("\"pattern\":\"{}\"", dice.pick(PATTERNS)),
        6 => format!("\"format\":\"{}\"", dice.pick(FORMATS)),
        7 => format!("\"required\":[{}]", named(dice)),
        8 => format!("\"enum\":[{},{}]", dice.json(1), dice.json(1)),
        9 => format!("\"const\":{}", dice.json(2)),
        10 => dice
            .pick(&["\"uniqueItems\":true", "\"additionalProperties\":false", "\"additionalItems\":false", "\"title\":\"t\""])
            .to_owned(),
        11 => format!("\"$ref\":\"{}\"", dice.pick(REFERENCES)),
        12..=15 => format!("\"properties\":{}", members(dice, &named, below)),
        16 => format!("\"patternProperties\":{}", members(dice, &|dice| format!("\"{}\"", dice.pick(PATTERNS)), below)),
        17 => format!("\"dependencies\":{}", members(dice, &named, below)),
        18 | 19 => format!("\"items\":{}", if dice.once_in(3) { schemas(dice, below) } else { schema(dice, below) }),
        20 => format!("\"additionalProperties\":{}", schema(dice, below)),
        21 => format!("\"propertyNames\":{}", schema(dice, below)),
        22 => format!("\"not\":{}", schema(dice, below)),
        23 => format!("\"contains\":{}", schema(dice, below)),
        24 => format!("\"if\":{},\"then\":{},\"else\":{}", schema(dice, below), schema(dice, below), schema(dice, below)),
        25 => format!("\"{}\":{}", dice.pick(&["anyOf", "oneOf", "allOf"]), schemas(dice, below)),
        _ => format!("\"{}\":{}", dice.pick(&["anyOf", "oneOf", "allOf"]), schemas(dice, below)),
    }
}

/// A whole schema of some draft.
pub(crate) fn root(dice: &mut Dice) -> String {
    let draft = dice.pick(&["draft-04", "draft-06", "draft-06", "draft-07"]);
    let kind = if dice.once_in(3) { "" } else { "\"type\":\"object\"," };
    format!(
        "{{\"$schema\":\"http://json-schema.org/{draft}/schema#\",{kind}\"definitions\":{{\"a\":{},\"b\":{}}},\"properties\":{},\"allOf\":[{}]}}",
        schema(dice, 1),
        schema(dice, 1),
        members(dice, &named, 3),
        schema(dice, 2),
    )
}

fn compiled(text: Vec<u8>) -> Option<(Arc<Schema>, Judge)> {
    let schema = match Schema::parse("x", text) {
        Ok(schema) => Arc::new(schema),
        Err(reason) => {
            is_safe(&reason);
            return None;
        }
    };
    match Judge::compile(schema.clone()) {
        Ok(judge) => Some((schema, judge)),
        Err(reason) => {
            is_safe(&misfit::ground::text::visible(&reason));
            None
        }
    }
}

#[test]
fn the_verdict_is_that_of_the_violations() {
    fuzz("schemas, verdicts", 600, |dice| {
        let text = root(dice);
        let Some((schema, judge)) = compiled(text.clone().into_bytes()) else { return };
        for _ in 0..3 {
            let document = Document::parse(dice.json(3).into_bytes());
            if document.is_empty() {
                continue;
            }
            let input = JudgeInput::payload(&document);
            let (verdict, all) = (judge.verdict(input), judge.violations(input, 5));
            facts::violations::tree(&all).indented("").lines().for_each(is_safe);
            // What is not judged to its end, as a schema that refers to itself without a step down, has no answers to agree.
            if !verdict.doubts.is_empty() || !all.doubts.is_empty() {
                continue;
            }
            let passes = verdict.outcome == Outcome::Pass;
            let told = || format!("{text}\n{}", String::from_utf8_lossy(document.text()));
            assert_eq!((passes, passes, passes), (judge.passes(input), all.count == 0, all.causes.is_empty()), "{}", told());
            assert_eq!(all.list.len() as u64, all.count.min(5), "{}", told());
            let Outcome::Fail(first) = verdict.outcome else { continue };
            assert!(judge.cause(input).is_some(), "no cause: {}", told());
            for violation in all.list.iter().chain([&*first]) {
                assert!(violation.message.starts_with(&violation.pointer), "{}", told());
                assert!(violation.node < schema.document.len() as u32, "{}", told());
                assert_eq!(schema.node_at_pointer(&violation.schema_pointer), Some(violation.node), "{}", told());
            }
            // What the pipeline would have written is read as what it was.
            let message = format!("org.everit.json.schema.ValidationException: {}", first.message);
            let readings = Fault::readings(&message, None);
            assert!(
                readings.iter().any(|fault| fault.tokens() == first.tokens || fault.keyword().is_none())
                    || first.about_name
                    || first.key.is_some(),
                "{message}: {readings:?}"
            );
            let _ = locate(&schema, &readings[0], Some(&document));
        }
    });
}

#[test]
fn what_is_made_by_a_schema_fits_it() {
    fuzz("schemas, examples", 200, |dice| {
        let text = root(dice);
        let Some((schema, judge)) = compiled(text.clone().into_bytes()) else { return };
        let wanted = Wanted { namespace: "acme", version: Some("1"), full: dice.once_in(2) };
        match example::document(&judge, wanted) {
            Ok(example) => assert_eq!(judge.verdict(JudgeInput::payload(&example.document)).outcome, Outcome::Pass, "{text}"),
            Err(error) => is_safe(&error.to_string()),
        }
        match transpile::layout(&schema) {
            Ok(made) => {
                let document = Document::parse(dice.json(3).into_bytes());
                if !document.is_empty() {
                    let row = transform(&made.layout, &document, &Submission::default());
                    if let Ok(row) = row.beside(&made.layout, &document).row() {
                        assert!(serde_json::from_str::<&serde_json::value::RawValue>(&row).is_ok(), "{row}");
                    }
                }
            }
            Err(stop) => is_safe(&stop.to_string()),
        }
    });
}

#[test]
fn a_smaller_document_breaks_the_same() {
    fuzz("schemas, minimized", 50, |dice| {
        let text = root(dice);
        let Some((_, judge)) = compiled(text.clone().into_bytes()) else { return };
        let document = Document::parse(dice.json(4).into_bytes());
        if document.is_empty() || document.error().is_some() || document.trailing().is_some() {
            return;
        }
        let Outcome::Fail(before) = judge.verdict(JudgeInput::payload(&document)).outcome else { return };
        let Ok(target) = Target::of(&judge, &document) else { return };
        let mut left = 100;
        let minimal = minimize(&judge, &document, &target, &mut |_| {
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let Ok(minimal) = minimal else { return };
        let smaller = Document::parse(minimal.text.clone());
        let Outcome::Fail(after) = judge.verdict(JudgeInput::payload(&smaller)).outcome else { panic!("it passes: {text}") };
        assert_eq!((before.keyword, &before.schema_pointer), (after.keyword, &after.schema_pointer), "{text}");
    });
}

#[test]
fn changed_schemas_are_refused_or_judge() {
    fuzz("schemas, changed", 1_500, |dice| {
        let mut text = root(dice).into_bytes();
        dice.respell(&mut text);
        let Some((schema, judge)) = compiled(text) else { return };
        let document = Document::parse(dice.json(3).into_bytes());
        if !document.is_empty() {
            let _ = judge.violations(&document, 3);
        }
        if let Err(stop) = transpile::layout(&schema) {
            is_safe(&stop.to_string());
        }
    });
}
