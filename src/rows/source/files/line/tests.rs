//! Lines of exports read as rows, whatever they hold.

use proptest::prelude::*;

use super::*;
use crate::rows::column::ErrorColumn;

/// What serde_json alone says of a text.
fn judged<T>(text: &[u8], then: impl FnOnce(FoundRow<'_>) -> T) -> T {
    then(RowReader::default().slow(text))
}

fn fast(reader: &mut RowReader, text: &str) -> bool {
    reader.walk(text.as_bytes(), true).is_some()
}

#[test]
fn columns_are_read_in_any_order_and_spacing() {
    let mut reader = RowReader::default();
    for text in [
        r#"{"document_type": "main", "error_type": "x", "uri": "x", "document_version": 4, "payload": "QQ==", "job_name": null}"#,
        r#"{"job_name":null,"document_type":"main","error_type":"x","document_version":4,"payload":"QQ=="}"#,
        "{ \"document_type\" : \"\\u006dain\",\t\"document_version\":4 , \"error_type\":\"x\", \"payload\":null, \"job_name\":null }\r",
    ] {
        assert!(fast(&mut reader, text), "{text}");
        let (end, found) = reader.line(text.as_bytes());
        let FoundRow::Row(cells) = found else { panic!("{found:?}") };
        let row = cells.error_row();
        assert_eq!((end, row.doctype, row.version, row.job), (text.len(), Some("main"), Some("4"), None), "{text}");
        assert_eq!(cells.seen.missing().len(), 4);
    }
}

#[test]
fn a_line_ends_at_its_newline() {
    let mut reader = RowReader::default();
    let (end, found) = reader.line(b"{\"error_type\":\"a\"} \n{\"error_type\":\"b\"}");
    assert_eq!(end, 19);
    assert!(matches!(found, FoundRow::Row(_)));
    assert_eq!(reader.line(b" \r\n{}"), (2, FoundRow::Blank));
    let (end, found) = reader.line(b"{\"a\":\n1}");
    assert_eq!(end, 5);
    assert!(matches!(found, FoundRow::Bad(_)), "a row does not go on after a newline");
    assert!(matches!(reader.value(b"{\"error_type\":\n1}\n"), FoundRow::Row(_)), "unless its bounds are known");
    assert_eq!(reader.value(b"{\"a\":\n1}\n"), FoundRow::Foreign);
}

#[test]
fn the_last_of_equal_keys_counts() {
    let text = r#"{"document_type": "a", "document_type": "b", "job_name": "x", "job_name": null}"#;
    let mut reader = RowReader::default();
    assert!(fast(&mut reader, text));
    let (_, found) = reader.line(text.as_bytes());
    judged(text.as_bytes(), |slow| assert_eq!(found, slow));
}

#[test]
fn odd_forms_are_left_to_serde_json() {
    let mut reader = RowReader::default();
    for text in [
        r#"{"document_type": {"nested": 1}}"#,
        r#"{"document\u005ftype": "main"}"#,
        r#"{"attributeMap": {"document_type": "main"}}"#,
        r#"{"error_message": "\ud800"}"#,
        "{\"a\": 01}",
        "{\"a\": nul}",
        "{\"a\": 1} x",
        "{\"a\": 1,}",
        "{\"a\": \"\t\"}",
        "[]",
    ] {
        assert!(!fast(&mut reader, text), "{text}");
    }
}

/// A row as exports write it, with the oddities that they may have.
fn row() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        prop::sample::select(ErrorColumn::NEEDED.to_vec()).prop_map(|column| column.name().to_owned()),
        "[a-zé\"]{0,6}",
        Just("attributeMap".to_owned())
    ];
    let value = prop_oneof![
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        "[ -~]{0,80}".prop_map(|text| serde_json::to_string(&text).unwrap()),
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<f64>().prop_filter("JSON has no NaN", |value| value.is_finite()).prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        prop::sample::select(vec![
            "[]",
            "{\"document_type\": 1}",
            "\"\\ud83d\\ude00\"",
            "\"\\udc00\"",
            "-",
            "1e5",
            "1.e5",
            "\"2026-06-25 12:44:40 UTC\""
        ])
        .prop_map(str::to_owned),
    ];
    let space = prop::sample::select(vec!["", "", " ", "\t", "  "]);
    prop::collection::vec((key, space.clone(), value, space), 0..8).prop_map(|members| {
        let members: Vec<_> = members
            .iter()
            .map(|(key, before, value, after)| format!("{}{before}:{before}{value}{after}", serde_json::to_string(key).unwrap()))
            .collect();
        format!("{{{}}}", members.join(", "))
    })
}

/// Byte to replace, byte to put, whether to insert instead.
type Mutation = (prop::sample::Index, u8, bool);

fn mutate(text: &mut Vec<u8>, mutations: &[Mutation]) {
    for (index, byte, insert) in mutations {
        if *insert || text.is_empty() {
            text.insert(index.index(text.len() + 1), *byte);
        } else {
            let at = index.index(text.len());
            text[at] = *byte;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_fast_walk_never_differs_from_serde_json(
        rows in prop::collection::vec((row(), prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), prop::sample::select(b"\"\\{}[],: \n0u".to_vec())], any::<bool>()), 0..3)), 1..5)
    ) {
        let mut reader = RowReader::default();
        for (row, mutations) in rows {
            let mut text = row.into_bytes();
            mutate(&mut text, &mutations);
            judged(&text, |slow| {
                prop_assert_eq!(reader.value(&text), slow);
                Ok(())
            })?;
            let line = memchr::memchr(b'\n', &text).unwrap_or(text.len());
            let (end, found) = reader.line(&text);
            prop_assert_eq!(end, line);
            judged(&text[..line], |slow| {
                prop_assert_eq!(found, slow);
                Ok(())
            })?;
        }
    }
}
