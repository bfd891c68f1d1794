//! Maps of rows of other pipelines, and such rows: whatever they say, each row is counted or told.

use std::path::Path;

use misfit::cli::config::{self, ConfigError};
use misfit::rows::foreign::map::MapField;
use misfit::rows::source::files::Files;
use misfit::rows::source::{ErrorSource, Request, Unwatched};

use super::fuzz;

const ROWS: &[&str] = &[
    r#"{"schema":"iglu:com.snowplowanalytics.snowplow.badrows/schema_violations/jsonschema/2-0-0","data":{"processor":{"artifact":"enrich","version":"1"},"failure":{"timestamp":"2025-01-01T00:00:00Z","messages":[{"schemaKey":"iglu:a/b/jsonschema/1-0-0","error":{"error":"ValidationError","dataReports":[{"message":"$.x: integer found, string expected","path":"$.x","keyword":"type","targets":["integer","string"]}]}}]},"payload":{"enriched":{"unstruct_event":"{\"schema\":\"iglu:a/b/jsonschema/1-0-0\",\"data\":{\"x\":1}}"}}}}"#,
    r#"{"buzVersion":"1","isValid":false,"schema":"a/b/v1.0.json","validationError":{"errorType":"invalidPayload","payloadValidationErrors":[{"field":"x","description":"x is required","errorType":"required"}]},"payload":{}}"#,
    r#"{"insertErrors":[{"index":0,"errors":[{"reason":"invalid","location":"x","message":"no such field: x."}]}]}"#,
    r#"{"payloadString":"{}","attributes":[{"key":"a","value":"b"}],"errorMessage":"broken","timestamp":"2025-01-01 00:00:00 UTC"}"#,
    r#"{"topic":"t","ts":1,"headers":["__connect.errors.topic","t","__connect.errors.exception.message","m"],"payload":"{}"}"#,
    r##"{"message":"schema: x version: 1 validation error: SchemaURI: #/properties/a/items Keyword: type DocumentURI: #/a/0"}"##,
    r#"{"column_name":"a","column_value":"1","table_name":"t","row_id":"r","reason":"incompatible schema conversion from int to float"}"#,
    r#"{"errors":[{"instancePath":"/a/0","keyword":"type","message":"must be string"}],"document":{"a":[1]}}"#,
    r#"{"who":{"app":"shop"},"bad":[{"where":"$.a[0].b","rule":"type","text":"nope"}],"blob":"e30=","at":"2025-01-01"}"#,
];

#[test]
fn rows_of_other_pipelines_are_counted_or_told() {
    fuzz("rows of other pipelines", 1_500, |dice| {
        let mut text = Vec::new();
        let lines = 1 + dice.below(4);
        for _ in 0..lines {
            let mut row = ROWS[dice.below(ROWS.len())].as_bytes().to_vec();
            if dice.once_in(2) {
                dice.respell(&mut row);
            }
            row.retain(|byte| !matches!(byte, b'\n' | b'\r'));
            text.extend(row);
            text.push(b'\n');
        }
        let Ok(mut files) = Files::from_memory("x", text.clone()) else { return };
        if dice.once_in(2) {
            let mut map = String::new();
            for field in MapField::ALL {
                if dice.once_in(2) {
                    let path = ["who.app", "bad", "text", "where", "rule", "blob", "at", "who", "bad.0.text", "", "x..y"][dice.below(11)];
                    map.push_str(&format!("{} = {}\n", field.name(), serde_json::Value::from(path)));
                }
            }
            if dice.once_in(4) {
                map.push_str(&format!("{} = {}\n", dice.text(), dice.json(2)));
            }
            match config::parse_map(&map, Path::new("/m.toml")) {
                Ok(map) => files = files.with_map(map),
                Err(ConfigError::Wrong { place, reason }) => assert!(place.line >= 1 && !reason.is_empty()),
                Err(error) => panic!("{error}"),
            }
        }
        let Ok(groups) = files.groups(&Request::default(), &Unwatched) else { return };
        let counted: u64 = groups.list.iter().map(|group| group.count).sum();
        assert_eq!(counted, groups.rows);
        let mut told = 0;
        let unreadable = files.rows(0..u64::MAX, &Unwatched, &mut |_, at, row| {
            let again = files.fetch(at, &Unwatched).unwrap();
            assert_eq!(again.columns, row.columns);
            told += row.error_row().rows;
            std::ops::ControlFlow::Continue(())
        });
        let Ok(unreadable) = unreadable else { return };
        assert_eq!((told, unreadable.count), (groups.rows, groups.unreadable.count), "{}", String::from_utf8_lossy(&text));
    });
}
