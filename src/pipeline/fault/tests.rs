//! Every text of the validator and the decoder, read and said again.

use super::*;

const CLASS: &str = "org.everit.json.schema.ValidationException";

fn parse(text: &str) -> Fault<'_> {
    Fault::parse(text, Some(CLASS))
}

/// `keyword expected found key` of the best reading.
fn parts(text: &str) -> (&str, Option<&str>, Option<&str>, Option<&str>, Option<&str>) {
    let fault = parse(text);
    let Says::Broken { keyword, expected, found, key } = fault.says else { panic!("{text} is read as {:?}", fault.says) };
    (fault.pointer.unwrap(), keyword, expected, found, key)
}

#[test]
fn every_text_of_the_validator_is_read() {
    for (text, keyword, expected, found, key, sentence) in [
        ("expected type: String, found: Integer", "type", Some("String"), Some("Integer"), None, "must be a string, found an integer"),
        ("expected: null, found: BigDecimal", "type", Some("null"), Some("BigDecimal"), None, "must be null, found a decimal number"),
        ("required key [app_build] not found", "required", None, None, Some("app_build"), "is missing the key app_build"),
        (
            "extraneous key [a]b: \n] is not permitted",
            "additionalProperties",
            None,
            None,
            Some("a]b: \n"),
            "has a key that the schema does not allow: a]b: \\n",
        ),
        ("property [y] is required", "dependencies", None, None, Some("y"), "is missing the key y, which another of its keys asks for"),
        ("minimum size: [1], found: [0]", "minProperties", Some("1"), Some("0"), None, "has 0 keys, at least 1 is needed"),
        ("maximum size: [2], found: [3]", "maxProperties", Some("2"), Some("3"), None, "has 3 keys, at most 2 are allowed"),
        ("expected minLength: 2, actual: 1", "minLength", Some("2"), Some("1"), None, "has 1 character, at least 2 are needed"),
        ("expected maxLength: 61, actual: 75", "maxLength", Some("61"), Some("75"), None, "has 75 characters, at most 61 are allowed"),
        (
            "string [a [x] : y\nz] does not match pattern ^a+$",
            "pattern",
            Some("^a+$"),
            Some("a [x] : y\nz"),
            None,
            "does not match the pattern ^a+$: is \"a [x] : y\\nz\"",
        ),
        (
            "[nope] is not a valid date-time. Expected [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}Z]",
            "format",
            Some("date-time"),
            Some("nope"),
            None,
            "is not a valid date-time: is \"nope\"",
        ),
        ("[nope nope] is not a valid URI", "format", Some("URI"), Some("nope nope"), None, "is not a valid URI: is \"nope nope\""),
        ("[] is not a valid email address", "format", Some("email address"), Some(""), None, "is not a valid email address: is empty"),
        ("-0.5 is not greater or equal to 0", "minimum", Some("0"), Some("-0.5"), None, "is -0.5, must be at least 0"),
        ("1.0E+30 is not less or equal to 10", "maximum", Some("10"), Some("1.0E+30"), None, "is 1.0E+30, must be at most 10"),
        ("0 is not greater than 0", "exclusiveMinimum", Some("0"), Some("0"), None, "is 0, must be greater than 0"),
        ("5 is not less than 5", "exclusiveMaximum", Some("5"), Some("5"), None, "is 5, must be less than 5"),
        ("0.3 is not a multiple of 0.5", "multipleOf", Some("0.5"), Some("0.3"), None, "is 0.3, must be a multiple of 0.5"),
        ("expected minimum item count: 2, found: 1", "minItems", Some("2"), Some("1"), None, "has 1 element, at least 2 are needed"),
        ("expected maximum item count: 3, found: 4", "maxItems", Some("3"), Some("4"), None, "has 4 elements, at most 3 are allowed"),
        ("array items are not unique", "uniqueItems", None, None, None, "has two equal elements"),
        ("expected: [2] array items, found: [3]", "items", Some("2"), Some("3"), None, "has 3 elements, at most 2 are allowed"),
        (
            "expected at least one array item to match 'contains' schema",
            "contains",
            None,
            None,
            None,
            "has no element of the kind that the schema asks for",
        ),
        ("z is not a valid enum value", "enum", None, Some("z"), None, "is not one of the listed values: z"),
        (
            "{\"q\":[1,null]} is not a valid enum value",
            "enum",
            None,
            Some("{\"q\":[1,null]}"),
            None,
            "is not one of the listed values: {\"q\":[1,null]}",
        ),
        ("[\"x\"] is not a valid enum value", "enum", None, Some("[\"x\"]"), None, "is not one of the listed values: [\"x\"]"),
        ("", "const", None, None, None, "is not the one value that is allowed"),
        (
            "#: no subschema matched out of the total 2 subschemas",
            "anyOf",
            Some("2"),
            None,
            None,
            "fits none of the 2 forms that are allowed",
        ),
        (
            "#: 0 subschemas matched instead of one",
            "oneOf",
            None,
            Some("0"),
            None,
            "fits none of the forms of which it must fit exactly one",
        ),
        ("#: 2 subschemas matched instead of one", "oneOf", None, Some("2"), None, "fits 2 forms where it must fit exactly one"),
        ("#: only 1 subschema matches out of 2", "allOf", Some("2"), Some("1"), None, "meets only 1 of 2 conditions"),
        ("#: #: only 0 subschema matches out of 2", "allOf", Some("2"), Some("0"), None, "meets only 0 of 2 conditions"),
        (
            "subject must not be valid against schema {\"type\":\"string\"}",
            "not",
            Some("{\"type\":\"string\"}"),
            None,
            None,
            "fits a schema that it must not fit",
        ),
        (
            "input is invalid against the \"then\" schema",
            "then",
            None,
            None,
            None,
            "meets a condition, but not what the schema then asks for",
        ),
        (
            "input is invalid against both the \"if\" and \"else\" schema",
            "else",
            None,
            None,
            None,
            "meets neither a condition nor what the schema asks for otherwise",
        ),
        ("false schema always fails", "false", None, None, None, "must not be there at all"),
    ] {
        for pointer in ["#", "#/a", "#/a/", "#/k~1~0%\\\"\\\\ é 😀\n/0", "#/a: b/c]: d"] {
            // An enum's value may hold `: ` as well as a key may; the other test about readings has that.
            if keyword == "enum" && pointer.contains(": ") {
                continue;
            }
            let message = format!("{CLASS}: {pointer}: {text}");
            assert_eq!(parts(&message), (pointer, Some(keyword), expected, found, key), "{message}");
            let bare = format!("{pointer}: {text}");
            assert_eq!(parts(&bare), (pointer, Some(keyword), expected, found, key), "{bare}");
            assert_eq!(parse(&message).sentence(), sentence);
        }
    }
}

#[test]
fn tokens_are_decoded_as_the_pipeline_encodes_them() {
    assert_eq!(
        parse("#/k~1~0%\\\"\\\\ é 😀\n//~01/~2/\\n: required key [x] not found").tokens(),
        ["k/~%\"\\ é 😀\n", "", "~1", "~2", "\\n"]
    );
    assert_eq!(parse("#/a/: required key [x] not found").tokens(), ["a", ""]);
    assert!(parse("#: required key [x] not found").tokens().is_empty());
    assert!(Fault::parse("Unknown URI prefix", None).tokens().is_empty());
}

#[test]
fn a_key_that_looks_like_a_text_is_not_taken_for_one() {
    let message = "#/x: expected type: String, found: Null: expected type: Integer, found: String";
    assert_eq!(parts(message), ("#/x: expected type: String, found: Null", Some("type"), Some("Integer"), Some("String"), None));
    let message = "#/m/a: b: string [a: b] does not match pattern ^[a-z]+$";
    assert_eq!(parts(message), ("#/m/a: b", Some("pattern"), Some("^[a-z]+$"), Some("a: b"), None));
}

#[test]
fn where_two_readings_fit_both_are_told() {
    let readings = Fault::readings("#/a: b: z is not a valid enum value", Some(CLASS));
    let pointers: Vec<_> = readings.iter().map(|fault| fault.pointer.unwrap()).collect();
    assert_eq!(pointers, ["#/a", "#/a: b"]);
    assert_eq!(Fault::readings("#/a: expected type: String, found: Null", None).len(), 1);
    assert_eq!(Fault::readings("#: : : required key [x] not found", None)[0].pointer, Some("#"));
}

#[test]
fn what_the_grammar_does_not_know_is_kept() {
    assert_eq!(parts("#/a: something new: 7"), ("#/a", None, None, None, None));
    assert_eq!(parse("#/a: something new: 7").general(), "something new: {n}");
    assert_eq!(parts("#: 3 schema violations found"), ("#", None, None, Some("3"), None));
    assert_eq!(parse("#: 3 schema violations found").general(), "{n} schema violations found");
    assert_eq!(parts("#/a:"), ("#/a", Some("const"), None, None, None));
    let fault = Fault::parse("org.example.StrangeException: took 12 ms for \"x\" of [a, b], not 0x1f", None);
    assert_eq!(
        (fault.class, fault.general().as_str()),
        ("org.example.StrangeException", "took {n} ms for \"{value}\" of [{value}], not {value}")
    );
    let nested = Fault::parse("org.everit.json.schema.SchemaException: #/properties/b: expected type: Boolean, found: Integer", None);
    assert_eq!((nested.pointer, &nested.says), (None, &Says::Other));
}

#[test]
fn a_class_may_stand_alone_or_be_missing() {
    let deprecated = "com.mozilla.telemetry.decoder.ParsePayload$DeprecatedMessageException";
    for fault in [Fault::parse(deprecated, None), Fault::parse(deprecated, Some(deprecated)), Fault::parse("", Some(deprecated))] {
        assert_eq!((fault.class, fault.text), (deprecated, ""));
        assert_eq!(fault.general(), "DeprecatedMessageException");
        assert_eq!(fault.sentence(), "the document is of a kind that is no longer accepted");
    }
    let nothing = Fault::parse("", None);
    assert_eq!((nothing.class, nothing.general().as_str(), nothing.sentence().as_str()), ("", "", "the row does not say what is wrong"));
}

#[test]
fn messages_cut_at_1024_bytes_are_read_as_far_as_they_go() {
    let cut = |whole: String| {
        let mut at = 1021;
        while !whole.is_char_boundary(at) {
            at -= 1;
        }
        format!("{}...", &whole[..at])
    };
    let long = "é: ".repeat(500);
    let message = cut(format!("{CLASS}: #/a/b: string [{long}] does not match pattern x"));
    assert_eq!((parts(&message).0, parts(&message).1, parse(&message).cut), ("#/a/b", Some("pattern"), true));
    let message = cut(format!("{CLASS}: #/a: extraneous key [{long}] is not permitted"));
    assert_eq!((parts(&message).0, parts(&message).1), ("#/a", Some("additionalProperties")));
    let message = cut(format!("{CLASS}: #/a: string [{}] does not match pattern {long}", "v".repeat(200)));
    assert_eq!((parts(&message).0, parts(&message).3.map(str::len)), ("#/a", Some(200)));
    let message = cut(format!("{CLASS}: #/a/{long}: expected type: String, found: Null"));
    let fault = parse(&message);
    assert_eq!((fault.tokens().len(), fault.text, fault.keyword()), (2, "", None));
    assert!(fault.tokens()[1].starts_with("é: é: "));
    // Without the class that the pipeline had counted.
    assert!(parse(&cut(format!("{CLASS}: #/a: [{long}"))[CLASS.len() + 2..]).cut);
    assert!(!parse("#/a: string [x] does not match pattern ...").cut);
}

#[test]
fn the_parsers_excerpt_of_the_payload_is_no_part_of_the_fault() {
    let eof = "com.fasterxml.jackson.core.io.JsonEOFException";
    let text = "Unexpected end-of-input: expected close marker for Object (start marker at [Source: (byte[])\"{\n\"a\":1; line: 7, column: 7]\n\"; line: 1, column: 1])\n at [Source: (byte[])\"{\"; line: 3, column: 12]";
    let fault = Fault::parse(text, Some(eof));
    assert_eq!(fault.says, Says::NotJson { place: Some((3, 12)) });
    assert_eq!(fault.general(), "Unexpected end-of-input: expected close marker for Object");
    assert_eq!(fault.sentence(), "the payload is not JSON: the text ends inside an object");
    for (text, general, sentence) in [
        (
            "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
            "Unexpected character ({token} (code {n})): was expecting double-quote to start field name",
            "the payload is not JSON: unexpected character '}'",
        ),
        (
            "Unrecognized token 'undefined': was expecting (JSON String, Number)",
            "Unrecognized token {token}: was expecting (JSON String, Number)",
            "the payload is not JSON: unknown word 'undefined'",
        ),
        ("Invalid UTF-8 middle byte 0x20", "Invalid UTF-8 middle byte {value}", "the payload is not JSON: the text is not UTF-8"),
        (
            "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped",
            "Illegal unquoted character ((CTRL-CHAR, code {n})): has to be escaped",
            "the payload is not JSON: a string holds a control character",
        ),
        (
            "Depth (1001) exceeds the maximum allowed nesting depth (1000)",
            "Depth ({n}) exceeds the maximum allowed nesting depth ({n})",
            "the payload is nested deeper than 1,000 levels",
        ),
    ] {
        let message = format!(
            "com.fasterxml.jackson.core.JsonParseException: {text}\n at [Source: (byte[])\"x\"[truncated 12 bytes]; line: 1, column: 9]"
        );
        let fault = Fault::parse(&message, None);
        assert_eq!((fault.general().as_str(), fault.sentence()), (general, sentence.to_owned()));
        assert_eq!(fault.says, Says::NotJson { place: Some((1, 9)) });
    }
    let fault = Fault::parse("java.io.IOException: json value is not an object", None);
    assert_eq!((fault.says.clone(), fault.sentence().as_str()), (Says::NotJson { place: None }, "the payload is not a JSON object"));
}

#[test]
fn the_pipelines_own_exceptions_are_put_in_words() {
    const DECODER: &str = "com.mozilla.telemetry.decoder.";
    for (class, text, general, sentence) in [
        ("MessageScrubber$UnwantedDataException", "1684980", "1684980", "the document is unwanted and dropped on purpose (bug 1684980)"),
        ("MessageScrubber$AffectedByBugException", "DENG-1", "DENG-1", "the document is affected by a known bug (bug DENG-1)"),
        ("ParseUri$InvalidUriException", "Unknown URI prefix", "Unknown URI prefix", "the address has an unknown prefix"),
        (
            "ParseUri$StubUri$InvalidIntegerException",
            "Path element #5: abc: d",
            "Path element #{n}: {value}",
            "part 5 of the address is not an integer: abc: d",
        ),
        (
            "ParseUri$StubUri$UnknownPingVersionException",
            "For input string: ",
            "For input string: {value}",
            "the ping version in the address is not known: \"\"",
        ),
        (
            "ParseUri$UnexpectedPathElementsException",
            "Found -1 more path elements in the URI than expected for this endpoint",
            "Found {n} more path elements in the URI than expected for this endpoint",
            "the address has 1 part too few",
        ),
        (
            "LimitPayloadSize$PayloadTooLargeException",
            "Message payload is 9000000bytes, larger than the configured limit of 8388608",
            "Message payload is {n}bytes, larger than the configured limit of {n}",
            "the payload has 9,000,000 bytes, at most 8,388,608 are allowed",
        ),
        ("core.schema.SchemaNotFoundException", "No such docType: a/b", "No such docType: {value}", "the schemas have no doctype a/b"),
        (
            "core.schema.SchemaNotFoundException",
            "No schema with name: a/b-c/b-c.4.0.schema.json",
            "No schema with name: {value}",
            "the schemas have no version 4.0 of a/b-c",
        ),
    ] {
        let message = format!("{DECODER}{class}: {text}");
        let fault = Fault::parse(&message, None);
        assert_eq!((fault.general().as_str(), fault.sentence().as_str()), (general, sentence));
    }
}

#[test]
fn values_leave_the_general_text() {
    for (text, general) in [
        ("#/a: expected: null, found: Integer", "expected: {type}, found: {type}"),
        ("#/a: string [x. 1] does not match pattern ^a$", "string [{value}] does not match pattern {value}"),
        ("#/a: string [7] does not match pattern ^a$", "string [{n}] does not match pattern {value}"),
        ("#/a: #: only 1 subschema matches out of 2", "only {n} subschema matches out of {n}"),
        ("#/a: [. Expected [] is not a valid date. Expected [yyyy-MM-dd]", "[{value}] is not a valid date"),
        ("#/a: extraneous key [7] is not permitted", "extraneous key [{key}] is not permitted"),
    ] {
        assert_eq!(parse(text).general(), general);
    }
}

mod invariants {
    use proptest::prelude::*;

    use super::*;

    fn key() -> impl Strategy<Value = String> {
        proptest::string::string_regex("([a-z0-9~/\\\\\" :#\\[\\]\n.é😀]|: |#: ){0,12}").unwrap()
    }

    proptest! {
        #[test]
        fn no_message_is_refused(message in "\\PC{0,80}", class in proptest::option::of("[a-zA-Z.$]{0,12}Exception")) {
            for fault in Fault::readings(&message, class.as_deref()) {
                let _ = (fault.general(), fault.sentence(), fault.tokens());
            }
        }

        #[test]
        fn the_true_pointer_is_among_the_readings(keys in proptest::collection::vec(key(), 0..4), missing in key()) {
            let pointer: String = keys.iter().map(|key| {
                format!("/{}", key.replace('~', "~0").replace('/', "~1").replace('\\', "\\\\").replace('"', "\\\""))
            }).collect();
            let message = format!("{CLASS}: #{pointer}: required key [{missing}] not found");
            let readings = Fault::readings(&message, None);
            let says = Says::Broken { keyword: Some("required"), expected: None, found: None, key: Some(&missing) };
            prop_assert!(readings.iter().any(|fault| fault.tokens() == keys && fault.says == says));
            prop_assert_eq!(&Fault::parse(&message, None), &readings[0]);
        }

        #[test]
        fn a_cut_loses_no_panic(value in "(: |é|\\]|x| does not match pattern ){300,600}", at in 0usize..1021) {
            let whole = format!("{CLASS}: #/a: string [{value}");
            let mut at = at;
            while !whole.is_char_boundary(at) { at -= 1; }
            let message = format!("{}...", &whole[..at]);
            let fault = Fault::parse(&message, None);
            let _ = (fault.general(), fault.sentence(), fault.tokens());
        }
    }
}
