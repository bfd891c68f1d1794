use super::*;

fn layout(text: &str) -> Layout {
    Layout::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn told(old: &str, new: &str) -> Vec<String> {
    let compared = compare(&layout(old), &layout(new));
    let told = |finding: &DeployFinding| format!("{} {} {finding}", finding.verdict.name(), finding.rule.name());
    compared.findings.iter().map(told).collect()
}

fn column(name: &str, rest: &str) -> String {
    format!(r#"{{"name":"{name}",{rest}}}"#)
}

fn record(name: &str, mode: &str, fields: &[String]) -> String {
    column(name, &format!(r#""type":"RECORD","mode":"{mode}","fields":[{}]"#, fields.join(",")))
}

fn table(columns: &[String]) -> String {
    format!("[{}]", columns.join(","))
}

const TEXT: &str = r#""type":"STRING""#;
const INT: &str = r#""type":"INTEGER""#;

#[test]
fn each_change_of_a_column_has_its_rule() {
    let one = |old: &str, new: &str| told(&table(&[column("c", old)]), &table(&[column("c", new)])).join("; ");
    assert_eq!(one(TEXT, r#""type":"STRING","mode":"NULLABLE""#), "");
    assert_eq!(one(r#""type":"STRING","mode":"REQUIRED""#, TEXT), "OK C4 c has another mode: REQUIRED became NULLABLE");
    assert_eq!(one(TEXT, r#""type":"STRING","mode":"REQUIRED""#), "BLOCK C5 c has another mode: NULLABLE became REQUIRED");
    assert_eq!(one(r#""type":"STRING","mode":"REPEATED""#, TEXT), "BLOCK C6 c has another mode: REPEATED became NULLABLE");
    assert_eq!(one(r#""type":"TIMESTAMP""#, TEXT), "BLOCK C9 c has another type: TIMESTAMP became STRING");
    assert_eq!(one(INT, r#""type":"NUMERIC""#), "DDL C8 c has another type: INT64 became NUMERIC");
    assert_eq!(one(INT, r#""type":"INT64""#), "", "two spellings of one type");
    assert_eq!(one(TEXT, r#""type":"STRING","description":"a""#), "OK C13 c has another description");
    assert_eq!(one(r#""type":"STRING","policyTags":{"names":["p"]}"#, TEXT), "WARN C15 c has no policy tag now");
}

#[test]
fn what_is_new_and_what_is_gone_is_told_with_what_is_below() {
    let old = table(&[column("a", TEXT), record("r", "NULLABLE", &[column("x", TEXT), column("y", INT)])]);
    let new = table(&[record("r", "NULLABLE", &[column("x", TEXT)]), column("z", r#""type":"BOOL","mode":"REQUIRED""#)]);
    assert_eq!(told(&old, &new), ["DDL C10 a is gone", "BLOCK C2 z is new and REQUIRED", "BLOCK C11 r.y is gone"]);
    let grown = table(&[
        column("a", TEXT),
        record("r", "NULLABLE", &[column("x", TEXT), column("y", INT)]),
        record("s", "NULLABLE", &[column("k", r#""type":"STRING","mode":"REQUIRED""#)]),
    ]);
    assert_eq!(told(&old, &grown), ["OK C1 s is new, with 1 column below"], "REQUIRED is well inside of a new RECORD");
    assert_eq!(told(&grown, &old), ["DDL C10 s is gone, with 1 column below"]);
}

#[test]
fn a_map_that_becomes_a_record_is_one_finding() {
    let map = table(&[record("m", "REPEATED", &[column("key", TEXT), column("value", INT)])]);
    let plain = table(&[record("m", "NULLABLE", &[column("a", INT), column("b", INT)])]);
    assert_eq!(told(&map, &plain), ["BLOCK C9 m has another shape: map<INT64> became RECORD"]);
    assert_eq!(told(&plain, &map), ["BLOCK C9 m has another shape: RECORD became map<INT64>"]);
    let compared = compare(&layout(&map), &layout(&plain));
    assert_eq!(compared.changes.len(), 5);
    assert_eq!(compared.findings[0].message().as_deref(), Some("Field m has changed mode from REPEATED to NULLABLE"));
    assert_eq!(compared.missing, ["root.m.[].key STRING", "root.m.[].value INTEGER"]);
    assert_eq!(told(&map, &table(&[column("m", TEXT)])), ["BLOCK C9 m has another type: map<INT64> became STRING, with 2 columns below"]);
}

#[test]
fn a_widened_column_in_a_list_of_records_needs_another_table() {
    let inside = |kind: &str| table(&[record("l", "REPEATED", &[column("x", kind), column("y", TEXT)])]);
    assert_eq!(told(&inside(INT), &inside(r#""type":"FLOAT""#)), ["BLOCK C8 l.x has another type: INT64 became FLOAT64"]);
}

#[test]
fn moved_and_renamed_columns_are_one_finding() {
    let old = table(&[record("a", "NULLABLE", &[column("probe", INT), column("x", TEXT)]), record("b", "NULLABLE", &[column("y", TEXT)])]);
    let new = table(&[record("a", "NULLABLE", &[column("x", TEXT)]), record("b", "NULLABLE", &[column("probe", INT), column("y", TEXT)])]);
    assert_eq!(told(&old, &new), ["BLOCK C11 a.probe is gone: moved to b.probe?"]);
    let named = |name: &str| table(&[column(name, r#""type":"STRING","description":"when""#), column("b", TEXT)]);
    assert_eq!(told(&named("at"), &named("time")), ["DDL C10 at is gone: renamed to time?"]);
    assert_eq!(told(&table(&[column("Id", TEXT)]), &table(&[column("id", TEXT)])), ["DDL C10 Id is gone: renamed to id?"]);
    let other = |name: &str| table(&[column(name, TEXT), column("b", TEXT)]);
    assert_eq!(told(&other("at"), &other("time")), ["DDL C10 at is gone", "OK C1 time is new"], "no description, no guess");
}

#[test]
fn limits_that_were_passed_before_stand() {
    let many = |n: usize| table(&(0..n).map(|i| column(&format!("c{i:05}"), TEXT)).collect::<Vec<_>>());
    let passed = told(&many(9_999), &many(10_001));
    assert_eq!(passed[2], "BLOCK C17 the table has 10,001 of 10,000 columns that BigQuery takes");
    let compared = compare(&layout(&many(10_001)), &layout(&many(10_003)));
    assert_eq!((compared.verdict(), compared.findings.len()), (DeployVerdict::Ok, 2));
    assert_eq!(compared.standing, ["the table has 10,003 of 10,000 columns that BigQuery takes; it had 10,001 before"]);
}

#[test]
fn names_that_bigquery_refuses_are_told_where_they_are_new() {
    let base = column("a", TEXT);
    let new = table(&[base.clone(), column("_TABLE_x", TEXT), column("A", TEXT), record("e", "NULLABLE", &[])]);
    let told_new = told(&table(std::slice::from_ref(&base)), &new);
    assert!(
        told_new.contains(&"BLOCK C16 A differs from a beside it only in case; BigQuery takes them for one".to_owned()),
        "{told_new:?}"
    );
    assert!(told_new.iter().any(|line| line.starts_with("BLOCK C16 _TABLE_x has a name that begins with _TABLE_")), "{told_new:?}");
    assert!(told_new.contains(&"BLOCK C23 e is a RECORD without columns".to_owned()), "{told_new:?}");
    assert_eq!(told(&new, &new), Vec::<String>::new());
    let nested = |levels: usize| {
        let record = r#"[{"name":"r","type":"RECORD","fields":"#;
        record.repeat(levels) + r#"[{"name":"x","type":"INT64"}]"# + &"}]".repeat(levels)
    };
    assert!(
        told(&table(std::slice::from_ref(&base)), &nested(16)).iter().any(|line| line.contains("BLOCK C18") && line.contains("level 16"))
    );
    let long = "x".repeat(1025);
    let described = table(&[column("a", &format!(r#""type":"STRING","description":"{long}""#))]);
    assert!(told(&table(&[base]), &described).contains(&"BLOCK C13 a has a description of more than 1,024 characters".to_owned()));
}

#[test]
fn another_order_is_a_warning() {
    let (ab, ba) = (table(&[column("a", TEXT), column("b", TEXT)]), table(&[column("b", TEXT), column("a", TEXT)]));
    assert_eq!(told(&ab, &ba), ["WARN C21 the columns stand in another order"]);
}

#[test]
fn a_type_is_wider_where_all_its_values_fit() {
    let verdict = |old: &str, new: &str| {
        let layout = |text: &str| Layout::parse(format!(r#"[{{"name":"a",{text}}}]"#).as_bytes()).unwrap();
        let found = compare(&layout(old), &layout(new));
        found.findings.first().map(|finding| (finding.rule, finding.verdict))
    };
    let (ddl, block) = (Some((DeployRule::C(8), DeployVerdict::Ddl)), Some((DeployRule::C(9), DeployVerdict::Block)));
    let text = r#""type":"STRING""#;
    assert_eq!(verdict(&format!(r#"{text},"maxLength":5"#), text), ddl);
    assert_eq!(verdict(text, &format!(r#"{text},"maxLength":5"#)), block);
    assert_eq!(verdict(&format!(r#"{text},"maxLength":5"#), &format!(r#"{text},"maxLength":"5""#)), None);
    let number = |precision: u8, scale: u8| format!(r#""type":"NUMERIC","precision":{precision},"scale":{scale}"#);
    assert_eq!(verdict(&number(7, 2), &number(8, 2)), ddl);
    assert_eq!(verdict(&number(7, 2), &number(8, 4)), block);
    assert_eq!(verdict(&number(7, 2), r#""type":"BIGNUMERIC""#), ddl);
    assert_eq!(verdict(r#""type":"INTEGER""#, &number(10, 0)), block);
    assert_eq!(verdict(r#""type":"INTEGER""#, r#""type":"NUMERIC""#), ddl);
    let list = |length: u8| format!(r#"{text},"mode":"REPEATED","maxLength":{length}"#);
    assert_eq!(verdict(&list(5), &list(6)), Some((DeployRule::C(8), DeployVerdict::Block)));
}

#[test]
fn flexible_names_go_through_and_are_told() {
    let layout = |text: &str| Layout::parse(text.as_bytes()).unwrap();
    let of = |name: &str| layout(&format!(r#"[{{"name":"a","type":"STRING"}},{{"name":"{name}","type":"STRING"}}]"#));
    let told = |name: &str| {
        let changes = compare(&layout(r#"[{"name":"a","type":"STRING"}]"#), &of(name));
        let found = changes.findings.iter().find(|finding| finding.kind == ChangeKind::Name).unwrap();
        (found.rule.name(), found.verdict)
    };
    for name in ["1x", "a-b", "é", "a b"] {
        assert_eq!(told(name), ("C16".to_owned(), DeployVerdict::Warn), "{name}");
    }
    assert_eq!(told("a.b"), ("C16".to_owned(), DeployVerdict::Block));
}

#[test]
fn a_type_is_told_with_its_bounds() {
    let layout = |more: &str| Layout::parse(format!(r#"[{{"name":"r",{more}}}]"#).as_bytes()).unwrap();
    for (old, new, told) in [
        (
            r#""type":"RANGE","rangeElementType":{"type":"DATE"}"#,
            r#""type":"RANGE","rangeElementType":{"type":"TIMESTAMP"}"#,
            "RANGE<DATE> RANGE<TIMESTAMP>",
        ),
        (r#""type":"STRING","maxLength":"10""#, r#""type":"STRING","maxLength":"5""#, "STRING(10) STRING(5)"),
    ] {
        let changes = compare(&layout(old), &layout(new));
        let change = &changes.changes[0];
        let typed = |forms: &Option<ColumnForms>| forms.as_ref().unwrap().typed();
        assert_eq!(format!("{} {}", typed(&change.old), typed(&change.new)), told);
        assert_eq!((change.rule.name(), change.verdict), ("C9".to_owned(), DeployVerdict::Block));
    }
}
