use super::*;

fn column<'a>(error: &'a InsertError<'_>) -> (InsertReason, &'a str) {
    (error.reason, error.column.as_deref().unwrap_or("-"))
}

#[track_caller]
fn reads(text: &str, reason: InsertReason, name: &str) {
    let error = InsertError::read(text).unwrap_or_else(|| panic!("{text} is not read"));
    assert_eq!(column(&error), (reason, name), "{text}");
}

#[test]
fn a_sentence_tells_reason_and_column() {
    reads("no such field: a.b.", NoSuchField, "a.b");
    reads("JSON parsing error in row starting at position 4711: No such field: a.b.", NoSuchField, "a.b");
    reads("Error while reading data, error message: JSON parsing error in row starting at position 0: No such field: a.", NoSuchField, "a");
    reads("The source object has fields unknown to BigQuery: root.a.b.", NoSuchField, "a.b");
    reads("JSON object specified for non-record field: a.mapLike", NotRecord, "a.mapLike");
    reads("This field: a is not a record.", NotRecord, "a");
    reads("Array specified for non-repeated field: a.", NotRepeated, "a");
    reads("Repeated record added outside of an array.", Repeated, "-");
    reads("Missing required field: a.b.", Required, "a.b");
    reads("Only optional fields can be set to NULL. Field: a; Value: NULL", Required, "a");
    reads("Maximum allowed row size exceeded. Allowed: 10485760", TooLarge, "-");
    reads("stopped", Stopped, "-");
}

#[test]
fn positions_of_rows_and_elements_are_no_part_of_a_column() {
    reads("rows[3]: no such field: a[12].b.", NoSuchField, "a.b");
    reads("index: 3, no such field: a.", NoSuchField, "a");
    reads("no such field: a[x].", NoSuchField, "a[x]");
}

#[test]
fn a_value_of_another_type_is_told_with_its_type() {
    let error = InsertError::read("Cannot convert value to integer (bad value): twelve").unwrap();
    assert_eq!((error.reason, error.expected.as_deref(), error.found.as_deref()), (WrongType, Some("integer"), Some("twelve")));
    let error = InsertError::read("Could not convert value to integer. Field: qty[2].n; Value: twelve").unwrap();
    assert_eq!((column(&error), error.found.as_deref()), ((WrongType, "qty.n"), Some("twelve")));
}

const LISTED: &str = r#"[{"errors":[{"debugInfo":"","location":"a.b","message":"JSON object specified for non-record field: a.b.c","reason":"invalid"}],"index":7}]"#;

#[test]
fn lists_of_errors_are_read_in_any_writing() {
    reads(LISTED, NotRecord, "a.b.c");
    reads(
        r#"{"errors":[{"location":"a.b","message":"Repeated record added outside of an array.","reason":"invalid"}],"index":0}"#,
        Repeated,
        "a.b",
    );
    reads(
        "[{'index': 0, 'errors': [{'reason': 'invalid', 'location': 'b', 'debugInfo': '', 'message': 'no such field: b.'}]}]",
        NoSuchField,
        "b",
    );
    reads("[BigQueryError{reason=invalid, location=b, message=no such field: b.}]", NoSuchField, "b");
    reads("[BigQueryError{reason=stopped, location=, message=}]", Stopped, "-");
}

#[test]
fn a_list_that_was_cut_is_read_as_far_as_it_goes() {
    reads(&LISTED[..LISTED.len() - 30], NotRecord, "a.b.c");
}

#[test]
fn by_catch_is_told_from_the_row_at_fault() {
    let stopped = r#"{"errors":[{"debugInfo":"","location":"","message":"","reason":"stopped"}],"index":1}"#;
    let guilty = r#"{"errors":[{"location":"b","message":"no such field: b.","reason":"invalid"}],"index":2}"#;
    let error = InsertError::read(stopped).unwrap();
    assert!(error.is_by_catch());
    assert_eq!(error.sentence(), "not at fault: another row of the same request was refused");
    reads(&format!("[{stopped},{guilty}]"), NoSuchField, "b");
}

#[test]
fn text_and_location_make_one_column() {
    let told = |message: &'static str, location: &'static str| {
        let error = InsertError::told(message, Some(location.into()), Some("invalid".into()));
        error.column.map(Cow::into_owned).unwrap_or_default()
    };
    assert_eq!(told("no such field: b.", "a.b"), "a.b");
    assert_eq!(told("no such field: b.", "a"), "a.b");
    assert_eq!(told("no such field: b.", "b"), "b");
    assert_eq!(told("no such field: a.b.", "a"), "a.b");
    assert_eq!(told("Repeated record added outside of an array.", "a[3].b"), "a.b");
    assert_eq!(told("no such field: b.", ""), "b");
}

#[test]
fn what_is_not_known_is_one_failure_without_its_values() {
    let read = |value: &str| {
        let text = format!(r#"[{{"errors":[{{"location":"a","message":"Odd thing '{value}' at 12","reason":"invalid"}}],"index":3}}]"#);
        InsertError::read(&text).map(|error| (error.reason, error.general()))
    };
    assert_eq!(read("x"), Some((Other, "Odd thing '{value}' at {n}: a".to_owned())));
    assert_eq!(read("x"), read("y"));
    for other in ["", "Odd thing", "{}", "[]", r#"{"a": "b"}"#, "Stopped by a signal", "[x] is bad", "Bad"] {
        assert_eq!(InsertError::read(other), None, "{other}");
    }
}

#[test]
fn the_same_failure_is_the_same_text_wherever_its_row_was() {
    let general = |text: &str| InsertError::read(text).unwrap().general();
    assert_eq!(general("JSON parsing error in row starting at position 1: No such field: a.b."), "no such field: a.b");
    assert_eq!(general("rows[8]: no such field: a[4].b."), "no such field: a.b");
    assert_eq!(general("Cannot convert value to integer (bad value): x"), "not of type integer");
}

#[test]
fn what_was_read_can_be_written_and_read_again() {
    for text in [
        "no such field: a.b.",
        LISTED,
        "Array specified for non-repeated field: a.",
        "Required field a cannot be null",
        "Could not convert value to integer. Field: qty; Value: a \"b\"",
        "Row size too large: 12",
        "stopped",
        r#"{"errors":[{"location":"a","message":"Odd","reason":"invalid"}]}"#,
    ] {
        let error = InsertError::read(text).unwrap();
        let written = error.to_text();
        let again = InsertError::read(&written).unwrap();
        assert_eq!((again.general(), again.sentence()), (error.general(), error.sentence()), "{written}");
    }
}
