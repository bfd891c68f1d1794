//! Whether a document is valid, as the judge tells it by what it knows at a glance, beside a model that is small and slow.

use std::sync::Arc;

use misfit::pipeline::document::Document;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::verdict::judge::{Judge, JudgeInput, Outcome};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Names whose ends are alike, at all lengths at which a table of names reads them in another way.
const NAMES: [&str; 12] = [
    "",
    "a",
    "\0",
    "a\0",
    "abcdefg",
    "abcdefgh",
    "abcdefghi",
    "abcdefghijklmnop",
    "abcdefghXjklmnopq",
    "abcdefghYjklmnopq",
    "é",
    "metadata",
];

/// The last two differ in one letter, with more than a byte can count on either side.
fn name(at: usize) -> String {
    NAMES.get(at).map_or_else(|| format!("{0}{at}{0}", "n".repeat(150)), |name| (*name).to_owned())
}

/// A schema of few keywords.
#[derive(Debug, Clone)]
enum Rule {
    Anything,
    Nothing,
    Type(&'static str),
    Number {
        types: &'static [&'static str],
        least: Option<i64>,
        most: Option<i64>,
        is_exclusive: bool,
    },
    Among(Vec<&'static str>),
    Short(u64),
    Any(Vec<Rule>),
    All(Vec<Rule>),
    List(Box<Rule>),
    Named(Box<ObjectRule>),
    /// The whole schema, of a value inside.
    Again,
}

#[derive(Debug, Clone)]
struct ObjectRule {
    is_typed: bool,
    known: Vec<(usize, Rule)>,
    required: Vec<usize>,
    others: Rule,
    longest_name: Option<u64>,
    /// What names hold, and what their members must be.
    patterns: Vec<(usize, Rule)>,
    least: u64,
}

/// A pattern, and whether it is found in a name.
type NamePattern = (&'static str, fn(&str) -> bool);

const PATTERNS: [NamePattern; 4] = [
    ("^[a-z]+$", |name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase())),
    ("^a", |name| name.starts_with('a')),
    ("^[a-p]{8,16}$", |name| (8..=16).contains(&name.len()) && name.bytes().all(|byte| (b'a'..=b'p').contains(&byte))),
    ("é$|^m", |name| name.ends_with('é') || name.starts_with('m')),
];

/// A document.
#[derive(Debug, Clone)]
enum Doc {
    /// As it is written.
    Scalar(&'static str),
    List(Vec<Doc>),
    /// Each name, whether its first letter is written as an escape.
    Members(Vec<(usize, bool, Doc)>),
}

const SCALARS: [&str; 21] = [
    "null",
    "true",
    "false",
    "\"\"",
    "\"a\"",
    "\"abc\"",
    "\"\\u0061\"",
    "\"éé\"",
    "\"\\\\u0061\"",
    "0",
    "-0",
    "1",
    "5",
    "-5",
    "999999999",
    "-999999999",
    "1000000000",
    "2147483648",
    "-2147483648",
    "5.0",
    "4.5e0",
];

fn limit() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![
        Just(None),
        prop::sample::select(vec![0, 1, 5, -5, 999_999_999, -999_999_999, 1_000_000_000, 2_147_483_648, -2_147_483_648]).prop_map(Some)
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let types = prop::sample::select(vec!["null", "boolean", "integer", "number", "string", "array", "object"]);
    let of_numbers = prop::sample::select(vec![&[][..], &["integer"], &["number"], &["integer", "null"], &["number", "string"]]);
    let leaf = prop_oneof![
        Just(Rule::Anything),
        Just(Rule::Nothing),
        types.prop_map(Rule::Type),
        (of_numbers, limit(), limit(), any::<bool>()).prop_map(|(types, least, most, is_exclusive)| Rule::Number {
            types,
            least,
            most,
            is_exclusive
        }),
        prop::collection::vec(prop::sample::select(vec!["null", "true", "\"a\"", "\"abc\"", "\"\\\\u0061\"", "1", "5"]), 1..4)
            .prop_map(Rule::Among),
        (0..3u64).prop_map(Rule::Short),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let inside = prop_oneof![3 => inner.clone(), 1 => Just(Rule::Again)];
        let known = prop::collection::btree_map(0..14usize, inside.clone(), 0..5).prop_map(|known| known.into_iter().collect());
        let required = prop::collection::btree_set(0..14usize, 0..3).prop_map(|names| names.into_iter().collect());
        let of_names = (any::<bool>(), known, required, inside.clone(), prop::option::weighted(0.2, 0..20u64), 0..2u64);
        let patterns = prop::collection::btree_map(0..PATTERNS.len(), inside.clone(), 0..3);
        let patterns = prop_oneof![3 => Just(Vec::new()), 1 => patterns.prop_map(|patterns| patterns.into_iter().collect())];
        let named = (of_names, patterns).prop_map(|((is_typed, known, required, others, longest_name, least), patterns)| {
            Rule::Named(Box::new(ObjectRule { is_typed, known, required, others, longest_name, patterns, least }))
        });
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Rule::Any),
            prop::collection::vec(inner, 1..3).prop_map(Rule::All),
            inside.prop_map(|of| Rule::List(Box::new(of))),
            named.clone(),
            named,
        ]
    })
}

fn document() -> impl Strategy<Value = Doc> {
    prop::sample::select(SCALARS.to_vec()).prop_map(Doc::Scalar).prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Doc::List),
            prop::collection::vec((0..14usize, prop::bool::weighted(0.1), inner), 0..6).prop_map(Doc::Members),
        ]
    })
}

impl Rule {
    /// As a schema has it; draft 04 says by a flag that limits are exclusive.
    fn written(&self, is_old: bool) -> Value {
        let all = |rules: &[Rule]| rules.iter().map(|rule| rule.written(is_old)).collect::<Value>();
        match self {
            Rule::Anything => json!({}),
            Rule::Nothing => json!({"not": {}}),
            Rule::Type(name) => json!({"type": name}),
            Rule::Number { types, least, most, is_exclusive } => {
                let mut made = json!({});
                if !types.is_empty() {
                    made["type"] = if let [one] = types { json!(one) } else { json!(types) };
                }
                for (limit, plain, exclusive) in [(least, "minimum", "exclusiveMinimum"), (most, "maximum", "exclusiveMaximum")] {
                    match limit {
                        Some(limit) if *is_exclusive && is_old => (made[plain], made[exclusive]) = (json!(limit), json!(true)),
                        Some(limit) if *is_exclusive => made[exclusive] = json!(limit),
                        Some(limit) => made[plain] = json!(limit),
                        None => {}
                    }
                }
                made
            }
            Rule::Among(values) => json!({"enum": values.iter().map(|value| value.parse::<Value>().unwrap()).collect::<Value>()}),
            Rule::Short(most) => json!({"type": "string", "maxLength": most}),
            Rule::Any(rules) => json!({"anyOf": all(rules)}),
            Rule::All(rules) => json!({"allOf": all(rules)}),
            Rule::List(of) => json!({"type": "array", "items": of.written(is_old)}),
            Rule::Again => json!({"$ref": "#/definitions/whole"}),
            Rule::Named(of) => {
                let known: serde_json::Map<String, Value> = of.known.iter().map(|(at, rule)| (name(*at), rule.written(is_old))).collect();
                let mut made = json!({"additionalProperties": of.others.written(is_old)});
                if !known.is_empty() {
                    made["properties"] = Value::Object(known);
                }
                if of.least > 0 {
                    made["minProperties"] = json!(of.least);
                }
                if of.is_typed {
                    made["type"] = json!("object");
                }
                if !of.required.is_empty() {
                    made["required"] = of.required.iter().map(|at| name(*at)).collect();
                }
                if !of.patterns.is_empty() {
                    let patterns = of.patterns.iter().map(|(at, rule)| (PATTERNS[*at].0.to_owned(), rule.written(is_old)));
                    made["patternProperties"] = Value::Object(patterns.collect());
                }
                if let Some(longest) = of.longest_name.filter(|_| !is_old) {
                    made["propertyNames"] = json!({"maxLength": longest});
                }
                made
            }
        }
    }

    fn takes(&self, document: &Doc, whole: &Rule, is_old: bool) -> bool {
        let takes = |rule: &Rule, document: &Doc| rule.takes(document, whole, is_old);
        match self {
            Rule::Anything => true,
            Rule::Nothing => false,
            Rule::Type(name) => document.is(name),
            Rule::Number { types, least, most, is_exclusive } => {
                let fits = |value: f64| {
                    let of = |limit: &Option<i64>, sign: f64| {
                        limit.is_none_or(|limit| {
                            let above = (value - limit as f64) * sign;
                            above > 0.0 || (above == 0.0 && !is_exclusive)
                        })
                    };
                    of(least, 1.0) && of(most, -1.0)
                };
                let of_type = types.is_empty() || types.iter().any(|name| document.is(name));
                of_type && document.number().is_none_or(fits)
            }
            Rule::Among(values) => {
                // Numbers are equal by value, however they are written.
                let is_it = |value: &&str| match (document, document.number()) {
                    (_, Some(number)) => value.parse::<f64>().is_ok_and(|value| value == number),
                    (Doc::Scalar(written), None) if written.starts_with('"') => value.starts_with('"') && read(written) == read(value),
                    (Doc::Scalar(written), None) => written == value,
                    _ => false,
                };
                values.iter().any(is_it)
            }
            Rule::Short(most) => {
                matches!(document, Doc::Scalar(text) if text.starts_with('"') && read(text).chars().count() as u64 <= *most)
            }
            Rule::Any(rules) => rules.iter().any(|rule| takes(rule, document)),
            Rule::All(rules) => rules.iter().all(|rule| takes(rule, document)),
            Rule::List(of) => matches!(document, Doc::List(list) if list.iter().all(|one| takes(of, one))),
            Rule::Again => takes(whole, document),
            Rule::Named(of) => {
                let Some(members) = document.members() else { return !of.is_typed };
                let rules_of = |at: usize| -> Vec<&Rule> {
                    let known = of.known.iter().filter(|(known, _)| *known == at).map(|(_, rule)| rule);
                    let named = name(at);
                    let found = of.patterns.iter().filter(|(pattern, _)| PATTERNS[*pattern].1(&named)).map(|(_, rule)| rule);
                    let all: Vec<&Rule> = known.chain(found).collect();
                    if all.is_empty() { vec![&of.others] } else { all }
                };
                of.required.iter().all(|at| members.iter().any(|(name, _)| name == at))
                    && members.len() as u64 >= of.least
                    && members.iter().all(|(at, value)| rules_of(*at).into_iter().all(|rule| takes(rule, value)))
                    && of
                        .longest_name
                        .filter(|_| !is_old)
                        .is_none_or(|most| members.iter().all(|(at, _)| name(*at).chars().count() as u64 <= most))
            }
        }
    }
}

/// A text as it is read.
fn read(written: &str) -> String {
    serde_json::from_str(written).unwrap()
}

impl Doc {
    fn is(&self, name: &str) -> bool {
        match self {
            Doc::List(_) => name == "array",
            Doc::Members(_) => name == "object",
            Doc::Scalar("null") => name == "null",
            Doc::Scalar("true" | "false") => name == "boolean",
            Doc::Scalar(text) if text.starts_with('"') => name == "string",
            Doc::Scalar(number) => name == "number" || (name == "integer" && !number.contains(['.', 'e'])),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Doc::Scalar(text) if self.is("number") => text.parse().ok(),
            _ => None,
        }
    }

    /// Of members of one name the last.
    fn members(&self) -> Option<Vec<(usize, &Doc)>> {
        let Doc::Members(members) = self else { return None };
        let is_last = |at: usize, name: usize| members[at + 1..].iter().all(|(other, ..)| *other != name);
        Some(
            members.iter().enumerate().filter(|(at, (name, ..))| is_last(*at, *name)).map(|(_, (name, _, value))| (*name, value)).collect(),
        )
    }

    fn text(&self) -> String {
        match self {
            Doc::Scalar(text) => (*text).to_owned(),
            Doc::List(list) => format!("[{}]", list.iter().map(Doc::text).collect::<Vec<_>>().join(",")),
            Doc::Members(members) => {
                let one = |(at, is_escaped, value): &(usize, bool, Doc)| {
                    let name = name(*at);
                    let mut written = json!(name).to_string();
                    if let Some(first) = name.chars().next().filter(|first| *is_escaped && first.is_ascii_alphabetic()) {
                        written = format!("\"\\u{:04x}{}", u32::from(first), &written[2..]);
                    }
                    format!("{written}:{}", value.text())
                };
                format!("{{{}}}", members.iter().map(one).collect::<Vec<_>>().join(","))
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_is_told_at_a_glance_is_what_the_rules_say(rule in rule(), document in document(), is_old in any::<bool>()) {
        // Of itself a schema cannot say what it takes.
        let whole = Rule::List(Box::new(rule.clone()));
        let mut written = rule.written(is_old);
        written["$schema"] = json!(format!("http://json-schema.org/draft-0{}/schema#", if is_old { 4 } else { 6 }));
        written["definitions"] = json!({"whole": whole.written(is_old)});
        let schema = Schema::parse("x", written.to_string().into_bytes()).unwrap();
        let judge = Judge::compile(Arc::new(schema)).unwrap();
        let passes = judge.passes(&Document::parse(document.text().into_bytes()));
        prop_assert_eq!(passes, rule.takes(&document, &whole, is_old), "{} {}", written, document.text());
    }
}

/// An object of the names of a document's upper two levels, most of which are objects too.
fn upper_rule() -> impl Strategy<Value = Rule> {
    let object = |inside: BoxedStrategy<Rule>| {
        let known = prop::collection::btree_map(0..NAMES.len(), inside, 1..6).prop_map(|known| known.into_iter().collect());
        let required = prop::collection::btree_set(0..NAMES.len(), 0..4).prop_map(|names| names.into_iter().collect());
        let others = prop_oneof![3 => Just(Rule::Anything), 1 => Just(Rule::Nothing)];
        let longest_name = prop::option::weighted(0.2, 1..20u64);
        (any::<bool>(), known, required, others, longest_name, prop::bool::weighted(0.2)).prop_map(
            |(is_typed, known, required, others, longest_name, is_counted)| {
                let least = u64::from(is_counted);
                Rule::Named(Box::new(ObjectRule { is_typed, known, required, others, longest_name, patterns: Vec::new(), least }))
            },
        )
    };
    let inner = object(rule().boxed());
    object(prop_oneof![3 => inner, 1 => rule()].boxed())
}

/// Three levels; names come more than once, and with escapes.
fn upper_document() -> impl Strategy<Value = Doc> {
    let members = |inside: BoxedStrategy<Doc>| {
        prop::collection::vec((0..NAMES.len(), prop::bool::weighted(0.05), inside), 0..9).prop_map(Doc::Members)
    };
    members(prop_oneof![3 => members(document().boxed()), 1 => document()].boxed())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_is_told_at_a_first_look_is_what_the_whole_document_says(rule in upper_rule(), document in upper_document(), is_old in any::<bool>()) {
        let whole = Rule::List(Box::new(rule.clone()));
        let mut written = rule.written(is_old);
        written["$schema"] = json!(format!("http://json-schema.org/draft-0{}/schema#", if is_old { 4 } else { 6 }));
        written["definitions"] = json!({"whole": whole.written(is_old)});
        let judge = Judge::compile(Arc::new(Schema::parse("x", written.to_string().into_bytes()).unwrap())).unwrap();
        let text = Document::parse(document.text().into_bytes());
        prop_assert_eq!(judge.passes(&text), rule.takes(&document, &whole, is_old), "{} {}", written, document.text());
        // Of payloads the decoder takes members away.
        let payload = JudgeInput::payload(&text);
        prop_assert_eq!(judge.passes(payload), judge.verdict(payload).outcome == Outcome::Pass, "{} {}", written, document.text());
    }
}

#[test]
fn a_member_that_fails_is_no_fault_where_another_takes_its_place() {
    let object = json!({"type": "object", "required": ["b", "long_name"], "properties": {"b": {"type": "null"}}});
    let schema = json!({"required": ["a"], "properties": {"a": object, "c": {"type": "null"}}}).to_string();
    let judge = Judge::compile(Arc::new(Schema::parse("x", schema.into_bytes()).unwrap())).unwrap();
    for (document, passes) in [
        (r#"{"a": {"b": null, "long_name": 1}}"#, true),
        (r#"{"a": {"b": null}}"#, false),
        (r#"{"a": {"b": null, "othername": 1}}"#, false),
        (r#"{"a": {"b": null, "long\u005fname": 1}}"#, true),
        (r#"{"a": {"b": null}, "a": {"b": null, "long_name": 1}}"#, true),
        (r#"{"a": {"b": null}, "\u0061": {"b": null, "long_name": 1}}"#, true),
        (r#"{"a": {"b": null, "long_name": 1}, "a": {"b": null}}"#, false),
        (r#"{"a": {"b": 1, "long_name": 1, "b": null}}"#, true),
        (r#"{"a": {"b": 1, "long_name": 1, "\u0062": null}}"#, true),
        (r#"{"a": {"b": null, "long_name": 1, "b": 1}}"#, false),
        (r#"{"c": null}"#, false),
        (r#"{"c": null, "\u0061": {"b": null, "long_name": 1}}"#, true),
        (r#"{"c": 1, "a": {"b": null, "long_name": 1}}"#, false),
        (r#"{"c": 1, "a": {"b": null, "long_name": 1}, "c": null}"#, true),
        (r#"[]"#, true),
    ] {
        let parsed = Document::parse(document.as_bytes());
        assert_eq!((judge.passes(&parsed), judge.verdict(&parsed).outcome == Outcome::Pass), (passes, passes), "{document}");
    }
}

#[test]
fn what_cannot_be_judged_to_its_end_is_judged_in_order() {
    for (first, of) in [
        // Refers to itself without a step down.
        (json!({"$ref": "#/definitions/again"}), json!(1)),
        // Runs out of what a pattern may take.
        (json!({"pattern": "^(a|a)*(?=x)\\1$"}), json!("a".repeat(80))),
        (json!({"not": {"not": {"pattern": "^(a|a)*(?=x)\\1$"}}}), json!("a".repeat(80))),
    ] {
        let schema = json!({
            "properties": {"first": first, "then": {"required": ["c"], "properties": {"c": {"type": "null"}}}},
            "definitions": {"again": {"allOf": [{"$ref": "#/definitions/again"}]}},
        });
        let judge = Judge::compile(Arc::new(Schema::parse("x", schema.to_string().into_bytes()).unwrap())).unwrap();
        for then in [json!({"c": null}), json!({"c": 1}), json!({})] {
            let document = Document::parse(json!({"first": of, "then": then}).to_string().into_bytes());
            let verdict = judge.verdict(&document);
            assert!(!verdict.doubts.is_empty(), "{schema} {then}");
            assert_eq!(judge.passes(&document), verdict.outcome == Outcome::Pass, "{schema} {then}");
        }
    }
}

#[test]
fn very_many_names_may_be_required() {
    for count in [1_usize, 62, 63, 64, 65, 200] {
        let names: Vec<String> = (0..count).map(|at| format!("n{at}")).collect();
        let schema = json!({"required": names, "properties": {"n0": {"type": "null"}}, "minProperties": 1}).to_string();
        let judge = Judge::compile(Arc::new(Schema::parse("x", schema.into_bytes()).unwrap())).unwrap();
        let document = |without: Option<usize>, first: &str| {
            let members: Vec<String> =
                names.iter().enumerate().filter(|(at, _)| Some(*at) != without).map(|(_, name)| format!("\"{name}\":null")).collect();
            Document::parse(format!("{{{first}\"other\":1,{}}}", [members, vec!["\"last\":2".to_owned()]].concat().join(",")).into_bytes())
        };
        assert!(judge.passes(&document(None, "")), "{count}");
        assert!(judge.passes(&document(None, "\"n0\":5,")), "{count}: a later one of the same name counts");
        assert!(!judge.passes(&document(Some(0), "\"n0\":5,")), "{count}");
        assert!((0..count).all(|at| !judge.passes(&document(Some(at), ""))), "{count}");
    }
}
