use super::super::Fault;
use super::*;

fn read_as(message: &str, class: Option<&str>) -> (String, Option<Keyword>, Option<String>, String) {
    let fault = Fault::parse(message, class);
    let key = match fault.says {
        Says::Broken { key, .. } => key.map(str::to_owned),
        _ => None,
    };
    (pointer(&fault.tokens()), fault.keyword(), key, fault.sentence())
}

#[test]
fn every_validator_says_the_same() {
    let same = ("/things/0/person".to_owned(), Some("type"));
    for message in [
        "com.networknt.schema.ValidationMessage: $.things[0].person: integer found, string expected",
        "$.things[0].person: integer found, string expected",
        "/things/0/person: integer found, string expected",
        "data/things/0/person must be string",
        "data.things[0].person should be string",
        "/things/0/person must be string",
        "things.0.person: Invalid type. Expected: string, given: integer",
        "$.things[0].person: 7 is not of type 'string'",
        "instance.things[0].person is not of a type(s) string",
        "Validation failed: #/things/0/person: expected type: String, found: Integer",
        "7 is not of type 'string'\n\nFailed validating 'type' in schema['properties']['things']['items']['properties']['person']:\n    {'type': 'string'}\n\nOn instance['things'][0]['person']:\n    7",
        "#/things/0/person: expected type: String, found: Integer",
        "#/things/0/person: breaks type: anything",
    ] {
        let (pointer, keyword, ..) = read_as(message, None);
        assert_eq!((pointer, keyword), same, "{message}");
    }
}

#[test]
fn a_missing_key_is_told_alike() {
    for message in [
        "$.a.sku: is missing but it is required",
        "$.a: required property 'sku' not found",
        "data/a must have required property 'sku'",
        "a: sku is required",
        "$.a: 'sku' is a required property",
    ] {
        let (pointer, keyword, key, sentence) = read_as(message, None);
        assert_eq!((&*pointer, keyword, key.as_deref()), ("/a", Some("required"), Some("sku")), "{message}");
        assert_eq!(sentence, "is missing the key sku", "{message}");
    }
    assert_eq!(read_as("(root): sku is required", None).0, "");
}

#[test]
fn words_of_other_validators_are_ours() {
    for (theirs, ours) in [
        ("$.a: integer found, [string, null] expected", "must be a string or null, found an integer"),
        ("/a must be string,null", "must be a string or null"),
        ("a: Invalid type. Expected: integer, given: string", "must be an integer, found a string"),
        ("/a must NOT have fewer than 3 characters", "has fewer than 3 characters"),
        ("a: Must be less than or equal to 4", "is greater than 4"),
        ("$.a: 5 is less than the minimum of 10", "is 5, must be at least 10"),
        ("$.a: 'x y' is not of type 'integer', 'null'", "must be an integer or null, found a string"),
        ("$.a: 1.5 is not of type 'integer'", "must be an integer, found a decimal number"),
        ("$.a: None is not of type 'string'", "must be a string, found null"),
        ("/a must be equal to one of the allowed values", "is not one of the listed values"),
    ] {
        assert_eq!(read_as(theirs, None).3, ours, "{theirs}");
    }
}

#[test]
fn failures_told_in_parts_are_one_message() {
    let networknt = ToldFailure {
        place: Some("$.sku"),
        keyword: Some("type"),
        text: Some("$.sku: integer found, string expected"),
        ..ToldFailure::default()
    };
    assert_eq!(networknt.message(), "$.sku: integer found, string expected", "its own words where they tell all");
    let go = ToldFailure {
        place: Some("targetUrl"),
        names_key: true,
        keyword: Some("required"),
        text: Some("targetUrl is required"),
        ..ToldFailure::default()
    };
    assert_eq!(go.message(), "#: targetUrl is required");
    assert_eq!(read_as(&go.message(), Some("invalidPayload")).2.as_deref(), Some("targetUrl"));
    let bare = ToldFailure { place: Some("/a~1b/0"), keyword: Some("minimum"), ..ToldFailure::default() };
    assert_eq!(bare.message(), "#/a~1b/0: breaks minimum");
    assert_eq!(read_as(&bare.message(), Some("X")).0, "/a~1b/0");
    let own = ToldFailure { place: Some("/a"), keyword: Some("is-even"), text: Some("zu ungerade: 3"), ..ToldFailure::default() };
    assert_eq!((read_as(&own.message(), None).0, read_as(&own.message(), None).1), ("/a".to_owned(), None));
    assert_eq!(ToldFailure::default().message(), "");
}

#[test]
fn hindsight_tells_the_node_too() {
    let message = "schema: untrustedModules version: 4 validation error: SchemaURI: #/properties/payload/properties/stacks/items/items/items/0 \
                   Keyword: minimum DocumentURI: #/payload/stacks/0/2/0";
    let fault = Fault::parse(message, None);
    assert_eq!((fault.pointer, fault.keyword()), (Some("#/payload/stacks/0/2/0"), Some("minimum")));
    assert_eq!(path_of_node(fault.node.unwrap_or_default(), &fault.tokens()).as_deref(), Some("/payload/stacks/[]/[]/0"));
    let json = r##"{"minimum": {"actual": -1, "expected": 0, "instanceRef": "#/a/3", "schemaRef": "#/properties/a/items"}}"##;
    let fault = Fault::parse(json, None);
    assert_eq!((fault.pointer, fault.keyword()), (Some("#/a/3"), Some("minimum")));
}

#[test]
fn a_node_that_does_not_lead_there_says_nothing() {
    let tokens = |path: &str| path.split('/').skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(path_of_node("#/properties/a/additionalProperties/type", &tokens("/a/x")).as_deref(), Some("/a/{key}"));
    assert_eq!(path_of_node("#/properties/a/required", &tokens("/a")).as_deref(), Some("/a"));
    assert_eq!(path_of_node("#/properties/a/anyOf/1/items", &tokens("/a/4")).as_deref(), Some("/a/[]"));
    assert_eq!(path_of_node("#/definitions/a", &tokens("/a")), None);
    assert_eq!(path_of_node("#/properties/b", &tokens("/a")), None);
    assert_eq!(path_of_node("#/properties/a/items", &tokens("/a/1/2")), None);
}

#[test]
fn the_pipelines_own_messages_stay_as_they_are() {
    for (message, class) in [
        ("com.mozilla.X: a is required", None),
        ("x is required", Some("com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException")),
        ("java.io.IOException: /a must be string", None),
        ("Message payload is too long", Some("com.mozilla.PayloadTooLargeException")),
    ] {
        assert_eq!(Fault::parse(message, class).judge, None, "{message}");
    }
}
