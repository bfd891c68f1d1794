//! Texts as programs, pages and editors hand them on.

use super::super::explain;

/// Prefixes of programs of which none is known by its form.
const UNKNOWN_PREFIXES: [&str; 9] = [
    "2026-05-11T02:00:00.000000Z 01O ",
    "E0511 02:41:09.004123       1 main.go:12] ",
    "2026-05-11 02:41:09,004 - root - ERROR - ",
    "ERROR:root:",
    "Step #3 - \"apply\": ",
    "2026-05-11 02:41:09.004  ERROR 1 --- [main] c.a.Deploy : ",
    "module.acme.null_resource.x (local-exec): ",
    "level=error msg=",
    "[0m[31m│[0m [0m",
];

fn prefixed(prefix: &str, lines: &str) -> String {
    format!("start\n{}", lines.lines().map(|line| format!("{prefix}{line}\n")).collect::<String>())
}

#[test]
fn a_message_that_an_unknown_prefix_tears_is_whole() {
    let lines = "apply\n\nError: googleapi: Error 400: Provided Schema does not match Table\nacme-prod:acme_live.order_v3. Field counts.cart is missing\n\
        in new schema, invalid\n\n  with google_bigquery_table.live[\"acme.order_v3\"],\ndone\n";
    for prefix in UNKNOWN_PREFIXES {
        let found = explain(prefixed(prefix, lines).as_bytes());
        assert_eq!(found.causes.len(), 1, "{prefix}: {found:?}");
        let cause = &found.causes[0];
        assert_eq!(
            (&cause.tables[..], &cause.columns[..]),
            (&["acme-prod:acme_live.order_v3".to_owned()][..], &["counts.cart".to_owned()][..]),
            "{prefix}"
        );
        assert_eq!(cause.lines, [4, 5, 6], "{prefix}");
    }
}

#[test]
fn the_generators_output_is_read_behind_an_unknown_prefix() {
    let diff = "--- /app/x/aaaaaaa1/acme.use.1.txt\n+++ /app/x/bbbbbbb2/acme.use.1.txt\n@@ -3,5 +3,4 @@\nroot.client_id STRING\n-root.rate.[].key STRING\n\
        -root.rate.[].value.numerator INT64\n+root.rate STRING\n-root.kind STRING\n+root.kind INT64\nfound incompatible changes\n";
    let list = "items removed from the base\nacme-old.heartbeat.1.txt\nacme-old.view.2.txt\nfound incompatible changes\n";
    let missing = "Missing expected bq schema files:\nschemas/acme/fresh/fresh.1.bq\nschemas/acme/newer/newer.2.bq\n";
    for prefix in UNKNOWN_PREFIXES {
        let found = explain(prefixed(prefix, diff).as_bytes());
        let columns: Vec<&[String]> = found.causes.iter().map(|cause| &cause.columns[..]).collect();
        assert_eq!(columns, [["rate".to_owned()], ["kind".to_owned()]], "{prefix}: {found:?}");
        assert!(found.causes.iter().all(|cause| cause.tables == ["acme.use.1"]), "{prefix}");
        let found = explain(prefixed(prefix, list).as_bytes());
        assert_eq!(
            (found.causes[0].tables.join(" "), found.causes[0].lines.len()),
            ("acme-old.heartbeat.1 acme-old.view.2".into(), 2),
            "{prefix}"
        );
        let found = explain(prefixed(prefix, missing).as_bytes());
        assert_eq!(found.causes[0].tables.len(), 2, "{prefix}");
        assert!(found.causes[0].tables[0].starts_with("schemas/acme/fresh"), "{prefix}: {found:?}");
    }
}

#[test]
fn what_pages_and_editors_make_of_a_message_changes_nothing() {
    let plain = "Error: googleapi: Error 400: Provided Schema does not match Table acme-prod:acme_live.a_v1. Field \"x.y\" is missing in new schema, invalid";
    let all = [
        plain.to_owned(),
        plain.replace(' ', "\u{a0}"),
        plain.replacen('"', "“", 1).replace('"', "”"),
        plain.replace('"', "&quot;"),
        format!("\\u001b[31m{plain}\\u001b[0m"),
        format!("^[[1m^[[31m{plain}^[[0m"),
        format!("{{\"msg\":\"{}\"}}", plain.replace('"', "\\\"")),
    ];
    for text in all {
        let found = explain(text.as_bytes());
        assert_eq!(found.causes.len(), 1, "{text}");
        assert_eq!((&found.causes[0].tables[0][..], &found.causes[0].columns[0][..]), ("acme-prod:acme_live.a_v1", "x.y"), "{text}");
    }
}

#[test]
fn a_statement_beside_the_message_names_the_column() {
    let message = "requires that the existing column type (STRING) is assignable to the new type (INT64) at [1:25]";
    let one = format!(
        "ALTER TABLE ALTER COLUMN SET DATA TYPE {message}\nALTER TABLE `acme-prod.acme_stable.e_v1` ALTER COLUMN `size` SET DATA TYPE INT64\n"
    );
    assert_eq!(explain(one.as_bytes()).causes[0].columns, ["size"]);
    let two = format!("{one}ALTER TABLE `acme-prod.acme_stable.e_v1` ALTER COLUMN other SET DATA TYPE INT64\n");
    assert!(explain(two.as_bytes()).causes[0].columns.is_empty(), "which one is not told");
}
