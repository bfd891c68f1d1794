mod copied;

use super::*;

/// Rule, tables, columns, mend of each cause.
fn told(text: &str) -> Vec<String> {
    let found = explain(text.as_bytes());
    let line = |cause: &ExplainedCause| {
        let under = cause.under.map(|rule| format!("/{}", rule.name())).unwrap_or_default();
        format!("{}{under} [{}] [{}] {}", cause.rule.name(), cause.tables.join(" "), cause.columns.join(" "), cause.mend)
    };
    found.causes.iter().map(line).collect()
}

const MISSING: &str = "Error: googleapi: Error 400: Provided Schema does not match Table moz:org_mozilla_fenix_live.metrics_v1. Field metrics.counter.events_total_uri_count is missing in new schema, invalid";

#[test]
fn a_missing_nested_column_is_put_back() {
    assert_eq!(
        told(MISSING),
        [
            "C11 [moz:org_mozilla_fenix_live.metrics_v1] [metrics.counter.events_total_uri_count] {\"name\": \"events_total_uri_count\", \"type\": \"INT64\", \"mode\": \"NULLABLE\"}"
        ]
    );
    assert_eq!(
        told("Provided Schema does not match Table a:telemetry_live.main_v4. Field payload.x is missing in new schema"),
        ["C11 [a:telemetry_live.main_v4] [payload.x] git checkout HEAD~1 -- schemas/telemetry/main/main.4.bq"]
    );
    assert_eq!(
        told("Provided Schema does not match Table a:b_live.c_v1. Field x is missing in new schema"),
        ["C10 [a:b_live.c_v1] [x] ALTER TABLE `a.b_live.c_v1` DROP COLUMN x;"]
    );
}

#[test]
fn the_same_column_of_many_tables_is_one_cause_with_its_lines() {
    let log: String = ["fenix", "fenix_nightly", "vrbrowser"]
        .iter()
        .map(|name| MISSING.replace("fenix", name) + "\n\n  on main.tf line 3, in resource \"google_bigquery_table\" \"t\":\n")
        .collect();
    let found = explain(log.as_bytes());
    assert_eq!((found.causes.len(), found.causes[0].tables.len(), &found.causes[0].lines[..]), (1, 3, &[1, 4, 7][..]));
    assert_eq!(found.causes[0].sentence, "metrics.counter.events_total_uri_count is gone from the schema");
}

#[test]
fn codes_prefixes_wraps_and_line_ends_change_nothing() {
    let plain = told(MISSING);
    let dressed = [
        MISSING.replace("Field", "\u{1b}[31mField\u{1b}[0m"),
        format!("╷\r\n│ {}\r\n│ \r\n╵\r\n", MISSING.replace(" Field", "\r\n│ Field")),
        format!("[2020-01-16 02:13:11,123] {{{{pod_launcher.py:122}}}} INFO - {MISSING}"),
        format!("2020-01-16T02:13:11.123Z stderr: {MISSING}\n"),
        MISSING.replace(' ', "\n"),
        // A terminal of 60 columns.
        MISSING.chars().collect::<Vec<_>>().chunks(60).map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join("\n"),
        MISSING
            .chars()
            .collect::<Vec<_>>()
            .chunks(60)
            .map(|line| format!("│ {}", line.iter().collect::<String>()))
            .collect::<Vec<_>>()
            .join("\n"),
    ];
    for text in dressed {
        assert_eq!(told(&text), plain, "{text:?}");
    }
}

#[test]
fn each_message_of_bigquery_has_its_rule() {
    let rules = [
        ("Cannot add required fields to an existing schema. (field: application), invalid", "C2"),
        ("Field x has changed mode from REPEATED to NULLABLE.", "C6"),
        ("Field x has changed mode from NULLABLE to REQUIRED.", "C5"),
        ("Field x has changed type from STRING to RECORD", "C7"),
        ("Field x has changed type from INTEGER to FLOAT", "C8"),
        ("BigQuery error in update operation: Precondition Failed", "C1"),
        ("The description for field f is too long. The maximum length is 1024 characters., invalid", "C13"),
        ("Invalid field name \"a-b\". Fields must contain only letters, numbers, and underscores", "C16"),
        ("Too many total leaf fields: 10001, max allowed field count: 10000", "C17"),
        ("Too many columns (10067) in schema. Only 10000 columns are allowed", "C17"),
        ("Too many fields: 10009", "C17"),
        ("Schema nested too deeply for field a.b.c, maximum allowed depth is 15.", "C18"),
        ("Cannot replace a table with a different partitioning spec. Instead, DROP the table, and then recreate it.", "C19"),
        ("Exceeded rate limits: too many table update operations for this table.", "C22"),
        ("Field a.b is type RECORD but has no schema", "C23"),
        ("Unknown metric types in Glean Schema: ['dual_labeled_counter']", "M1"),
    ];
    for (text, rule) in rules {
        let found = explain(text.as_bytes());
        let names: Vec<String> = found.causes.iter().map(|cause| cause.rule.name()).collect();
        assert_eq!(names, [rule], "{text}");
        assert!(!found.causes[0].mend.is_empty() && !found.causes[0].mend.contains('?'), "{text}");
    }
}

#[test]
fn a_required_column_and_its_table_further_away() {
    let text = "│ Error: googleapi: Error 400: Cannot add required fields to an existing schema. (field: application), invalid\n│ \n│   with google_bigquery_table.table[\"first_shutdown_v4\"],\n";
    assert_eq!(told(text), ["C2 [first_shutdown_v4] [application] {\"name\": \"application\", \"mode\": \"NULLABLE\"}"]);
    let text = text.replace(
        "Cannot add required fields to an existing schema. (field: application)",
        "Too many total leaf fields: 10001, max allowed field count: 10000",
    );
    assert_eq!(told(&text), ["C17 [first_shutdown_v4] [] git checkout HEAD~1 -- 'schemas/*/first-shutdown/first-shutdown.4.bq'"]);
}

#[test]
fn a_table_is_that_of_the_same_report_or_of_the_command_before() {
    let text = "$ bq update acme:acme_live.x_v1 x.json\nBigQuery error in update operation: Precondition Failed\n\
        Error: googleapi: Error 400: Too many fields: 10009\n  with google_bigquery_table.t[\"acme_live.y_v1\"]\n\
        Query error: Exceeded rate limits: too many table update operations for this table.\n\
        SchemaException: Schema must be smaller than max_size 12900\n";
    let tables: Vec<String> =
        explain(text.as_bytes()).causes.iter().map(|cause| format!("{} {:?}", cause.rule.name(), cause.tables)).collect();
    assert_eq!(tables, ["C1 [\"acme:acme_live.x_v1\"]", "C17 [\"acme_live.y_v1\"]", "C22 []", "M2 []"]);
}

#[test]
fn the_generators_lists_name_their_files() {
    let text = "Missing expected bq schema files:\nschemas/acme/a/a.1.bq\nschemas/acme/b/b.2.bq\n\nexit 1\n";
    let found = explain(text.as_bytes());
    assert_eq!(
        (found.causes[0].rule, &found.causes[0].tables[..]),
        (DeployRule::M(3), &["schemas/acme/a/a.1.bq".to_owned(), "schemas/acme/b/b.2.bq".to_owned()][..])
    );
    let text = "items removed from the base\n{'telemetry.main.4.txt', 'telemetry.saved-session.4.txt'}\nfound incompatible changes\n";
    assert_eq!(told(text), ["C24 [telemetry.main.4 telemetry.saved-session.4] [] telemetry.main.4\ntelemetry.saved-session.4"]);
}

#[test]
fn a_diff_of_compact_columns_tells_what_happened_to_each() {
    let text = "--- /base/telemetry.main.4.txt\n+++ /head/telemetry.main.4.txt\n@@ -1,5 +1,4 @@\nroot.a STRING\n-root.b.c INT64\n-root.b.d STRING\n-root.m.[].key STRING\n-root.m.[].value INT64\n+root.m.x INT64\n-root.t STRING\n+root.t INT64\n\
        --- /base/acme.x.1.txt\n+++ /head/acme.x.1.txt\n-root.gone STRING\nfound incompatible changes\n";
    assert_eq!(
        told(text).iter().map(|line| line.split(" {").next().unwrap()).collect::<Vec<_>>(),
        [
            "M4/C11 [telemetry.main.4] [b.c b.d]",
            "M4/C9 [telemetry.main.4] [m]",
            "M4/C7 [telemetry.main.4] [t]",
            "M4/C10 [acme.x.1] [gone] ALTER TABLE `acme.x.1` DROP COLUMN gone;",
        ]
    );
    let logged: String =
        text.lines().map(|line| format!("[2024-03-05 02:14:01,512] {{pod_manager.py:447}} INFO - [base] {line}\n")).collect();
    assert_eq!(told(&logged), told(text));
    assert_eq!(told("found incompatible changes\n").len(), 1);
    assert!(told("no incompatible changes detected\n").is_empty());
}

#[test]
fn faults_of_rows_stand_apart() {
    let quoted = explain(b"{\"errors\":[{\"message\":\"no such field: foo.\",\"reason\":\"invalid\"}]}");
    assert_eq!(quoted.row_faults[0].columns, ["foo"]);
    let text = "java.util.NoSuchElementException: null\n\tat com.mozilla.X\n{\"error\": \"no such field: foo.\"}\n\
        org.everit.json.schema.ValidationException: #/a: expected type: String, found: Integer\n\
        org.everit.json.schema.ValidationException: #/a: expected type: String, found: Integer\n";
    let found = explain(text.as_bytes());
    assert!(found.causes.is_empty(), "{:?}", found.causes);
    let told: Vec<(usize, &[usize])> = found.row_faults.iter().map(|fault| (fault.count, &fault.lines[..])).collect();
    assert_eq!(told, [(2, &[4, 5][..]), (1, &[1]), (1, &[3])], "{:?}", found.row_faults);
}

#[test]
fn a_text_with_nothing_known_tells_what_looks_like_an_error() {
    let found = explain(b"ok\nDisk failed: no space left\n");
    assert_eq!((found.unknown[0].line, found.unknown_count), (2, 1));
    assert!(explain(b"").unknown.is_empty() && explain(&[0, 159, 146, 150, 255]).causes.is_empty());
}

#[test]
fn the_commit_that_a_text_names_is_told() {
    let text = format!("HEAD is now at 19c97f5c Auto-push\n{MISSING}\n");
    assert_eq!(explain(text.as_bytes()).causes[0].revision.as_deref(), Some("19c97f5c"));
}

#[test]
fn unknown_metric_types_are_named_as_the_generator_prints_them() {
    let text = "Error: Unknown metric types in Glean Schema: dual_labeled_counter, object2. Please add them to /app/gen/glean.yaml";
    assert_eq!(told(text), ["M1 [] [] dual_labeled_counter: {type: string}, object2: {type: string}"]);
    // The next line is no part of a name.
    assert_eq!(told("Unknown metric types in Glean Schema: object2\nPlease add them\n"), ["M1 [] [] object2: {type: string}"]);
}

#[test]
fn the_list_of_what_is_gone_has_signs_and_ends_where_that_of_what_is_new_begins() {
    let text = "items removed from the base\n-telemetry.saved-session.4.txt\n-coverage.coverage.1.txt\n\
        items added to the base\n+acme.new.1.txt\n\n--- /b/acme.x.1.txt\n+++ /h/acme.x.1.txt\n@@ -1 +1 @@\n+root.b STRING\nfound incompatible changes\n";
    let names = ["C24 [telemetry.saved-session.4 coverage.coverage.1] [] telemetry.saved-session.4\ncoverage.coverage.1"];
    assert_eq!(told(text), names);
    assert_eq!(told(&text.replace("\nitems", "\n\nitems")), names);
    let prefixed: String = text.lines().map(|line| format!("[2024-03-05 02:14:01,512] {{pod.py:4}} INFO - [base] {line}\n")).collect();
    assert_eq!(told(&prefixed), names);
    let allowed = "--- /b/acme.y.1.txt\n-root.z STRING\n\nfound incompatible changes, but continuing\n";
    let mixed = text.replace("found inc", &format!("{allowed}found inc"));
    let rules: Vec<String> = told(&mixed).iter().map(|line| line.split(" [").next().unwrap().to_owned()).collect();
    assert_eq!(rules, ["C24", "M5/C10"]);
}

#[test]
fn what_is_allowed_is_told_table_by_table() {
    let allowed = "--- /b/acme.y.1.txt\n+++ /h/acme.y.1.txt\n-root.z STRING\n\nfound incompatible changes, but continuing\n";
    let other = "--- /b/acme.x.1.txt\n+++ /h/acme.x.1.txt\n-root.a STRING\n\n";
    let rules = |text: String| told(&text).iter().map(|line| line.split("] [").next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(rules(format!("{allowed}{other}found incompatible changes\n")), ["M5/C10 [acme.y.1", "M4/C10 [acme.x.1"]);
    assert_eq!(rules(format!("{other}{allowed}found incompatible changes\n")), ["M4/C10 [acme.x.1", "M5/C10 [acme.y.1"]);
    let clean = explain(format!("{allowed}no incompatible changes detected\n").as_bytes());
    assert!(clean.causes.is_empty() && clean.unknown.len() < 2, "{clean:?}");
    assert!(explain(b"no incompatible changes detected\n").unknown.is_empty());
    assert_eq!(explain(b"10 errors\n0 errors\n").unknown_count, 1);
}

#[test]
fn the_source_of_a_python_program_is_no_cause() {
    let text = "Traceback (most recent call last):\n  File \"/app/gen/main.py\", line 20, in run\n    raise ValueError(f\"Unknown metric types in Glean Schema: {', '.join(unknown)}\")\n\
        \x20   ^^^^^^^^^^^^^^^^\nValueError: Unknown metric types in Glean Schema: object2\n";
    assert_eq!(told(text), ["M1 [] [] object2: {type: string}"]);
    let flat: String = text.lines().map(|line| line.trim_start().to_owned() + "\n").collect();
    assert_eq!(told(&flat), told(text));
    let one = text.lines().nth(2).unwrap();
    assert!(told(one).is_empty(), "{:?}", told(one));
    let size = "  File \"/app/gen/schema.py\", line 7, in check\n    raise SchemaException(\n        f\"Schema must be smaller than max_size {max_size}\")\n\
        mozilla_schema_generator.schema.SchemaException: Schema must be smaller than max_size 12900\nSchemaException\n";
    assert_eq!(told(size).len(), 1, "{:?}", told(size));
    assert!(told("org.apache.kafka.connect.errors.SchemaException: bad").is_empty());
}

#[test]
fn dotted_columns_are_whole() {
    let columns = [
        ("Duplicate field name: payload.fooBar, invalid", "C16", "payload.fooBar"),
        ("Duplicate field names: 'a.b' in schema", "C16", "a.b"),
        (
            "Duplicate column names in the result are not supported when a destination table is present. Found duplicate(s): foo",
            "C16",
            "foo",
        ),
        ("Cannot drop nested field a.b.", "C11", "a.b"),
        ("Cannot set NOT NULL on column payload.a.b", "C5", "payload.a.b"),
        ("Field a.b is of type RECORD but has no subfields", "C23", "a.b"),
        ("ALTER TABLE DROP COLUMN for nested field payload.x is not supported", "C11", "payload.x"),
        ("The field specified for clustering cannot be repeated. Field: tags", "C20", "tags"),
        ("Field a has changed type from STRING(10) to STRING(5)", "C9", "a"),
        ("Field a has changed type from STRING(5) to STRING(10)", "C8", "a"),
        ("Field a has changed type from NUMERIC(7, 2) to NUMERIC(6, 2), invalid", "C9", "a"),
        ("Field a has changed type from ARRAY<STRING> to STRING", "C7", "a"),
        ("Field a has changed type from STRUCT<b ARRAY<INT64>, c STRING> to STRING.", "C7", "a"),
    ];
    for (text, rule, column) in columns {
        let found = explain(format!("{text}\nnext\n").as_bytes());
        let named: Vec<(String, &[String])> = found.causes.iter().map(|cause| (cause.rule.name(), &cause.columns[..])).collect();
        assert_eq!(named, [(rule.to_owned(), &[column.to_owned()][..])], "{text}");
    }
    let text = "Field x has changed type from STRING(10) to STRING(5)";
    assert_eq!(told(text), ["C9 [] [x] {\"name\": \"x\", \"type\": \"STRING\", \"maxLength\": \"10\", \"mode\": \"NULLABLE\"}"]);
}

#[test]
fn a_version_and_a_port_are_no_tables() {
    for noise in ["Mozilla/5.0 (X11; rv:152.0) Gecko", "dial tcp localhost:8080.5 failed", "at 12:30.5"] {
        let found = explain(format!("{noise}\nField a.b has changed type from STRING to RECORD\n").as_bytes());
        assert!(found.causes[0].tables.is_empty(), "{noise}: {:?}", found.causes[0].tables);
    }
    let found = explain(b"Table my-project:1st_live.2nd_v1: Field a.b has changed type from STRING to RECORD\n");
    assert_eq!(found.causes[0].tables, ["my-project:1st_live.2nd_v1"]);
}

#[test]
fn limits_and_permissions_have_their_rule() {
    let rules = [
        ("Job exceeded rate limits: Your table exceeded quota for table update operations", "C22"),
        ("Quota exceeded: Your project exceeded quota for table metadata update", "C22"),
        ("Table a:b.c_v1 will have 10001 partitions when the job finishes, exceeding limit 10000", "C22"),
        ("Number of partition modifications to a column partitioned table exceeded quota", "C22"),
        ("Access Denied: User does not have bigquery.tables.setCategory permission", "C15"),
        (
            "org-mozilla-fenix: baseline has blocked distribution metrics\nRuntimeError: Found blocked distribution metrics, see above logs for details.",
            "M9",
        ),
        ("Inserted row has wrong column count; Has 12, expected 13", "C21"),
        ("Clustering fields must be top-level", "C20"),
        ("Table partitioning specification cannot be changed", "C19"),
    ];
    for (text, rule) in rules {
        let names: Vec<String> = explain(text.as_bytes()).causes.iter().map(|cause| cause.rule.name()).collect();
        assert_eq!(names, [rule], "{text}");
    }
    for text in ["WARN Too many fields: 3 expected 2 in csv row", "Quota exceeded: Your project exceeded quota for concurrent queries"] {
        assert!(told(text).is_empty(), "{text}");
    }
}

#[test]
fn a_message_wrapped_at_any_width_is_one_cause() {
    let plain = told(MISSING);
    let wrapped = |text: &str, width: usize, front: &str| {
        let chars: Vec<char> = text.chars().collect();
        chars.chunks(width).map(|line| format!("{front}{}\n", line.iter().collect::<String>())).collect::<String>()
    };
    let long = format!("Reading the state of the tables {}\n", "of many projects ".repeat(12));
    for width in 60..=140 {
        for front in ["", "│ "] {
            let text = wrapped(MISSING, width, front);
            assert_eq!(told(&text), plain, "{text}");
            for text in [format!("{long}\n{text}\n{long}"), format!("{long}{text}\nexit 1\n")] {
                assert_eq!(told(&text), plain, "{text}");
            }
        }
    }
}

#[test]
fn tables_are_named_once_and_without_keys_and_partitions() {
    let text = "│ Error: Instance cannot be destroyed\n│ \n│ Resource google_bigquery_table.live[\"telemetry_live.saved_session_v4\"] has\n│ lifecycle.prevent_destroy set, but the plan calls for this resource to be\n│ destroyed.\n";
    assert_eq!(told(text), ["C24 [telemetry_live.saved_session_v4] [] telemetry.saved-session.4"]);
    let text = "Provided Schema does not match Table a:telemetry_live.main_v5$20240101. Field b.c is missing in new schema\n\
        Provided Schema does not match Table a:telemetry_stable.main_v5. Field b.c is missing in new schema\n";
    assert_eq!(
        told(text),
        ["C11 [a:telemetry_live.main_v5 a:telemetry_stable.main_v5] [b.c] git checkout HEAD~1 -- schemas/telemetry/main/main.5.bq"]
    );
    let name = "aB".repeat(160);
    let mend = &explain(format!("Invalid field name \"{name}\".").as_bytes()).causes[0].mend;
    assert!(mend.len() <= 300 + "\"name\": \"\"".len(), "{mend}");
}

#[test]
fn a_log_of_another_tool_a_program_and_wide_characters() {
    let other = explain(b"npm ERR! code ELIFECYCLE\nok\nthread 'main' panicked at x\n");
    assert_eq!(other.unknown.iter().map(|line| line.line).collect::<Vec<_>>(), [1, 3]);
    let program = explain(b"\x7fELF\0\0error while\0\n\0cannot\0");
    assert!(program.is_binary && program.unknown.is_empty() && program.causes.is_empty());
    assert!(crate::triage::facts::explain::summary(&program).contains("not like a log"));
    for (mark, unit) in [([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xfe, 0xff], u16::to_be_bytes)] {
        let lines = format!("one\r\n{MISSING}\r\n");
        let wide: Vec<u8> = mark.into_iter().chain(lines.encode_utf16().flat_map(unit)).collect();
        let found = explain(&wide);
        assert_eq!((found.causes.len(), &found.causes[0].lines[..], found.lines), (1, &[2][..], 2));
    }
}

#[test]
fn two_logs_at_once_tell_the_causes_of_both() {
    let one = MISSING.replace("fenix", "focus");
    let found = explain(
        format!(
            "{MISSING}\n\x1b[31m{}\x1b[0m\n\n--- /b/acme.x.1.txt\n+++ /h/acme.x.1.txt\n-root.gone STRING\nfound incompatible changes\n",
            one.replace("total_uri", "other_uri")
        )
        .as_bytes(),
    );
    let told: Vec<_> = found.causes.iter().map(|cause| (cause.rule.name(), cause.tables.len())).collect();
    assert_eq!(told, [("C11".to_owned(), 1), ("C11".to_owned(), 1), ("M4".to_owned(), 1)]);
}
