use super::super::explain;

/// Rule, column, what happened and mend of each cause of a diff.
fn causes(lines: &str) -> Vec<String> {
    let text = format!("--- a/acme.shop.1.txt\n+++ b/acme.shop.1.txt\n@@ -1,9 +1,9 @@\n{lines}\nfound incompatible changes\n");
    let found = explain(text.as_bytes());
    let line = |cause: &crate::triage::explain::ExplainedCause| {
        let under = cause.under.map(|rule| rule.name()).unwrap_or_default();
        format!("{under} {} | {}", cause.sentence, cause.mend)
    };
    found.causes.iter().map(line).collect()
}

#[test]
fn a_value_that_became_a_record_and_back() {
    assert_eq!(
        causes("-root.m.denominator STRING\n+root.m.denominator.a STRING"),
        [
            "C9 m.denominator has another shape: STRING became RECORD | {\"name\": \"denominator\", \"type\": \"STRING\", \"mode\": \"NULLABLE\"}"
        ]
    );
    assert_eq!(
        causes("-root.p.rec.a INT64\n-root.p.rec.b.[] STRING\n+root.p.rec STRING"),
        [
            "C9 p.rec has another shape: RECORD became STRING | {\"name\": \"rec\", \"type\": \"RECORD\", \"mode\": \"NULLABLE\", \"fields\": [{\"name\": \"a\", \"type\": \"INT64\", \"mode\": \"NULLABLE\"}, {\"name\": \"b\", \"type\": \"STRING\", \"mode\": \"REPEATED\"}]}"
        ]
    );
}

#[test]
fn a_list_that_is_none_any_more_is_told_at_the_list() {
    let found = causes("-root.p.[].a STRING\n-root.p.[].b STRING\n+root.p.a STRING\n+root.p.b STRING");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("C6 p has another mode: REPEATED became NULLABLE | {\"name\": \"p\", \"type\": \"RECORD\", \"mode\": \"REPEATED\", \"fields\": [{\"name\": \"a\""), "{found:?}");
    assert_eq!(
        causes("-root.p.[] STRING\n+root.p STRING"),
        ["C6 p has another mode: REPEATED became NULLABLE | {\"name\": \"p\", \"type\": \"STRING\", \"mode\": \"REPEATED\"}"]
    );
    assert_eq!(
        causes("-root.n.[] INT64\n+root.n STRING"),
        ["C9 n has another shape: REPEATED INT64 became STRING | {\"name\": \"n\", \"type\": \"INT64\", \"mode\": \"REPEATED\"}"]
    );
    assert_eq!(
        causes("-root.n INT64\n+root.n.[] INT64"),
        ["C6 n has another mode: NULLABLE became REPEATED | {\"name\": \"n\", \"type\": \"INT64\", \"mode\": \"NULLABLE\"}"]
    );
}

#[test]
fn a_map_that_became_something_else_is_one_cause() {
    let map = "{\"name\": \"search\", \"type\": \"RECORD\", \"mode\": \"REPEATED\", \"fields\": [{\"name\": \"key\", \"type\": \"STRING\", \"mode\": \"NULLABLE\"}, {\"name\": \"value\", \"type\": \"INT64\", \"mode\": \"NULLABLE\"}]}";
    assert_eq!(
        causes("-root.x.search.[].key STRING\n-root.x.search.[].value INT64\n+root.x.search STRING"),
        [format!("C9 x.search has another shape: map became STRING | {map}")]
    );
    assert_eq!(
        causes("-root.x.search.[].key STRING\n-root.x.search.[].value INT64\n+root.x.search.a INT64"),
        [format!("C9 x.search has another shape: map became RECORD | {map}")]
    );
    let found = causes("-root.m.[].key STRING\n-root.m.[].value.[].key STRING\n-root.m.[].value.[].value INT64\n+root.m.a.b INT64");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("C9 m has another shape: map became RECORD"), "{found:?}");
    let found = causes("root.m.[].key STRING\n-root.m.[].value.[].key STRING\n-root.m.[].value.[].value INT64\n+root.m.[].value.b INT64");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("C9 m.value has another shape: map became RECORD"), "{found:?}");
    let found = causes("-root.m.a INT64\n-root.m.b INT64\n+root.m.[].key STRING\n+root.m.[].value INT64");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("C9 m has another shape: RECORD became map"), "{found:?}");
}

#[test]
fn a_column_with_its_type_in_the_text_keeps_type_and_mode() {
    assert_eq!(
        causes("-root.a.list.[] STRING"),
        ["C11 a.list is gone from the schema | {\"name\": \"list\", \"type\": \"STRING\", \"mode\": \"REPEATED\"}"]
    );
    assert_eq!(
        causes("-root.a.list.[] STRING\n+root.a.list.[] INT64"),
        ["C7 a.list has another type: STRING became INT64 | {\"name\": \"list\", \"type\": \"STRING\", \"mode\": \"REPEATED\"}"]
    );
}
