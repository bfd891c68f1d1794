//! The index against another reader of JSON: both take the same texts, and find the same values in them.

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::*;

/// Any JSON value, with names and strings that need escapes.
fn value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![any::<i64>().prop_map(Value::from), any::<f64>().prop_map(Value::from), Just(Value::from(u64::MAX))];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number,
        "\\PC{0,6}|[\"\\\\\n\u{1}é😀]{0,4}".prop_map(Value::from)
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let name = "[a-c/~\"\\\\é]{0,2}";
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// Texts that are JSON or nearly so.
fn nearly_json() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        "[\\[\\]{}:,\" \t\n]",
        "\"(a|\\\\u[0-9a-fA-F]{3,4}|\\\\[\"/bfnrtx\\\\])*\"",
        "-?(0|[1-9][0-9]?|01)(\\.[0-9]?)?([eE][+-]?[0-9]?)?",
        "true|false|null|tru|nullx|NaN",
        "\u{1}|é|\u{feff}",
    ];
    let noise = proptest::collection::vec(token, 0..8).prop_map(|tokens| tokens.concat());
    // A valid text with one character changed finds more than noise does.
    let damaged = (value(), any::<prop::sample::Index>(), "[\\[\\]{}:,\"\\\\0a ]").prop_map(|(value, at, c)| {
        let mut chars: Vec<char> = value.to_string().chars().collect();
        let at = at.index(chars.len());
        chars[at] = c.chars().next().unwrap_or(' ');
        chars.into_iter().collect()
    });
    prop_oneof![noise, damaged]
}

/// The index read back into a value.
fn read_back(document: &Document, id: NodeId) -> Value {
    match document.kind(id) {
        Kind::Object => {
            document.children(id).map(|child| (document.key(child).unwrap_or_default().into_owned(), read_back(document, child))).collect()
        }
        Kind::Array => document.children(id).map(|child| read_back(document, child)).collect(),
        Kind::String => Value::from(document.string(id).unwrap_or_default().into_owned()),
        _ => serde_json::from_slice(document.raw(id)).unwrap_or_default(),
    }
}

#[test]
fn a_small_whole_number_is_read_with_the_text() {
    let numbers = [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("-1", Some(-1)),
        ("-7", Some(-7)),
        ("999999999", Some(999_999_999)),
        ("-999999999", Some(-999_999_999)),
        ("1000000000", None),
        ("4294967297", None),
        ("1.0", None),
        ("1e3", None),
        ("true", None),
        ("[3]", None),
    ];
    for (text, value) in numbers {
        let document = Document::parse(text.as_bytes());
        assert_eq!(document.node(0).small_number(), value, "{text}");
        assert_eq!(document.count(0), usize::from(text == "[3]"), "{text}");
    }
}

proptest! {
    #[test]
    fn the_same_texts_are_json(inside in nearly_json()) {
        // In a list, because readers differ in what may follow a bare number or word at the end of a text.
        let text = format!("[{inside}]");
        let document = Document::parse(text.as_bytes());
        // Text behind the document is taken as the pipeline's parser does; depth has no limit in either.
        let other = serde_json::Deserializer::from_str(&text).into_iter::<IgnoredAny>().next();
        prop_assert_eq!(document.error().is_none(), other.is_some_and(|outcome| outcome.is_ok()), "{:?} {:?}", document.error(), text);
    }

    #[test]
    fn nodes_hold_the_values(value in value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap_or_default();
        let document = Document::parse(text.as_bytes());
        prop_assert!(document.error().is_none() && document.trailing().is_none());
        // The other reader rounds some decimals, so that its own reading counts.
        prop_assert_eq!(read_back(&document, 0), serde_json::from_str::<Value>(&text).unwrap_or_default());
        for id in 0..document.len() as NodeId {
            prop_assert_eq!(document.find(&document.tokens(id)), Ok(id));
            prop_assert_eq!(document.node_at(document.span(id).start), Some(id));
            prop_assert_eq!(Document::parse(document.raw(id)).len(), (document.end(id) - id) as usize);
            prop_assert!(!document.display_value(id, 5).contains(crate::ground::text::is_unsafe));
        }
    }

    #[test]
    fn nothing_makes_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..60), offset in 0usize..70) {
        let document = Document::parse(bytes);
        if let Some(id) = document.node_at(offset) {
            prop_assert!(document.display_value(id, 5).chars().count() <= 6);
        }
    }
}

#[test]
fn a_container_knows_the_sorts_of_what_it_holds() {
    let all = [
        ("{}", Kind::Object.sort()),
        ("[7]", Kind::Array.sort()),
        ("\"x\"", Kind::String.sort()),
        ("0", Kind::Number.sort()),
        ("-0", Kind::Number.sort()),
        ("999999999", Kind::Number.sort()),
        ("-1", NEGATIVE),
        ("1000000000", ODD_NUMBER),
        ("1.0", ODD_NUMBER),
        ("true", Kind::Boolean.sort()),
        ("null", Kind::Null.sort()),
    ];
    for (text, sort) in all {
        for (whole, expected) in [(format!("[{text}]"), sort), (format!("{{\"a\":{text},\"b\":null}}"), sort | Kind::Null.sort())] {
            let document = Document::parse(whole.clone().into_bytes());
            assert_eq!(document.node(0).sorts(), expected, "{whole}");
        }
    }
    let many = Document::parse(format!("[{}0]", "1,".repeat(70_000)).into_bytes());
    assert_eq!((many.count(0), many.index(70_001), many.node(0).sorts()), (70_001, 70_000, Kind::Number.sort()));
}

proptest! {
    #[test]
    fn names_that_come_twice_are_noticed_among_few_and_many(
        count in prop_oneof![0..12_usize, 40..60_usize, 100..200_usize],
        twin in prop::option::of((any::<prop::sample::Index>(), any::<prop::sample::Index>())),
    ) {
        let mut names: Vec<String> = (0..count).map(|at| format!("name_{at}")).collect();
        let twin = twin.filter(|_| count > 1).map(|(one, other)| (one.index(count), other.index(count))).filter(|(one, other)| one != other);
        if let Some((one, other)) = twin {
            names[one] = names[other].clone();
        }
        let members: Vec<String> = names.iter().map(|name| format!("\"{name}\":{{}}")).collect();
        let document = Document::parse(format!("{{{}}}", members.join(",")).into_bytes());
        prop_assert_eq!(document.may_have_twins(0), twin.is_some());
    }
}
