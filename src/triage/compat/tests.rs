use super::*;
use crate::rows::schemas::SchemaStore;
use crate::rows::schemas::memory::Memory;

type Files = &'static [(&'static str, &'static [u8])];

fn store(files: Files) -> SchemaStore {
    SchemaStore::open(Box::new(Memory::new("test", files))).unwrap()
}

fn compared(old: Files, new: Files, allowlist: Option<&str>) -> DeployComparison {
    let options = CompareOptions { allowlist: allowlist.map(str::to_owned), documents: true, stop: None };
    compare(&store(old), &store(new), &options)
}

const AB: &[u8] =
    br#"[{"name":"a","type":"STRING"},{"name":"r","type":"RECORD","fields":[{"name":"x","type":"INT64"},{"name":"y","type":"INT64"}]}]"#;
const LESS: &[u8] = br#"[{"name":"a","type":"STRING"},{"name":"r","type":"RECORD","fields":[{"name":"z","type":"INT64"}]}]"#;
const OLD: Files = &[("acme/a/a.1.bq", AB), ("acme/b/b.1.bq", AB), ("acme/c/c.1.bq", AB), ("acme/d/d.1.bq", b"7"), ("acme/e/e.1.bq", AB)];
const NEW: Files =
    &[("acme/a/a.1.bq", LESS), ("acme/b/b.1.bq", LESS), ("acme/d/d.1.bq", b"8"), ("acme/e/e.1.bq", b"7"), ("acme/f/f.1.bq", LESS)];

#[test]
fn the_same_change_over_several_tables_is_one_cause() {
    let found = compared(OLD, NEW, None);
    let told = |cause: &DeployCause| {
        format!("{} {} {} [{}]", cause.verdict.name(), cause.rule.name(), cause.sentence, cause.of_tables(&found.tables, 2))
    };
    assert_eq!(
        found.causes.iter().map(told).collect::<Vec<_>>(),
        [
            "BLOCK C24 the table is gone from the schemas [acme/c.1]",
            "BLOCK C11 2 columns of r (x, y) are gone [2 tables: acme/a.1, acme/b.1]",
            "OK C3 r.z is new [2 tables: acme/a.1, acme/b.1]",
        ]
    );
    let gone = &found.causes[1];
    assert_eq!(
        gone.mends[0].line,
        r#"{"name": "x", "type": "INT64", "mode": "NULLABLE"}, {"name": "y", "type": "INT64", "mode": "NULLABLE"}"#
    );
    assert_eq!((gone.mends.len(), gone.frees.len(), found.causes[0].mends[0].line.as_str()), (1, 2, "acme.c.1"));
    assert_eq!((found.unchanged, found.unusable, found.count_of(&TableState::Added)), (0, 1, 1), "what neither can use is no fault");
    let not: Vec<String> = found.not_compared().map(|(table, reason)| format!("{} {reason}", table.title())).collect();
    assert_eq!(not, ["acme/e.1 the new layout cannot be read: acme/e/e.1.bq: expected a list of columns, found a number at the top"]);
    assert_eq!(found.verdict(), DeployVerdict::Block);
    assert_eq!(found.tables[0].title(), "acme/e.1", "what could not be compared stands first");
}

#[test]
fn an_allowlist_covers_tables_that_are_gone_and_changes_that_bigquery_refuses_all_the_same() {
    let found = compared(OLD, NEW, Some("acme.c.*\nacme.b.1\nold.*\n"));
    let report = found.allowlist.as_ref().unwrap();
    let told: Vec<String> = report.globs.iter().map(|glob| format!("{} {:?}", glob.glob, glob.covers)).collect();
    assert_eq!(told, ["acme.c.* [\"acme.c.1\"]", "acme.b.1 [\"acme.b.1\"]", "old.* []"]);
    assert_eq!(report.uncovered, ["acme.a.1"]);
    let table = |title: &str| found.tables.iter().find(|table| table.title() == title).unwrap();
    assert_eq!((table("acme/c.1").verdict(), table("acme/b.1").verdict()), (DeployVerdict::Warn, DeployVerdict::Block));
}

#[test]
fn a_new_schema_has_to_have_a_layout() {
    const WITH: Files = &[("acme/a/a.1.bq", AB), ("acme/g/g.1.schema.json", b"{}"), ("glean/glean/glean.1.schema.json", b"{}")];
    const BEFORE: Files = &[("acme/a/a.1.bq", AB), ("acme/old/old.1.schema.json", b"{}")];
    const BOTH: Files = &[("acme/a/a.1.bq", AB), ("acme/old/old.1.schema.json", b"{\"a\":1}"), ("acme/g/g.1.schema.json", b"{}")];
    let rules = |found: &DeployComparison| found.causes.iter().map(|cause| cause.rule.name()).collect::<Vec<_>>();
    assert_eq!(rules(&compared(&WITH[..1], WITH, None)), ["M3"]);
    assert_eq!(rules(&compared(BEFORE, BOTH, None)), ["M3"], "what had none before stands");
}

#[test]
fn schemas_alone_are_compared_by_what_would_be_made_of_them() {
    const FIRST: Files = &[("acme/a/a.1.schema.json", br#"{"type":"object","properties":{"f":{"type":"integer"}}}"#)];
    const SECOND: Files = &[("acme/a/a.1.schema.json", br#"{"type":"object","properties":{"f":{"type":"string"}}}"#)];
    let found = compared(FIRST, SECOND, None);
    assert_eq!(found.causes[0].sentence, "f has another type: INT64 became STRING");
    assert!(found.causes[0].notes.iter().any(|note| note.contains("version 2: acme.a.2")), "{:?}", found.causes[0].notes);
    assert_eq!(found.tables[0].schema.len(), 1);
}

#[test]
fn files_alone_are_one_table() {
    let file = |name: &str, text: &[u8]| LooseFile {
        name: name.to_owned(),
        text: text.to_vec(),
        table: None,
        is_schema: name.ends_with(".json"),
        kept: None,
    };
    let found = compare_files(&file("old.bq", AB), &file("new.bq", LESS), None);
    assert_eq!((found.verdict(), found.tables[0].title().as_str()), (DeployVerdict::Block, "new.bq"));
    let (without, with) = (
        br#"{"type":"object","properties":{"n":{"type":"string"}}}"#,
        br#"{"type":"object","properties":{"n":{"type":"string"},"t":{"type":"number"}}}"#,
    );
    let found = compare_files(&file("a.json", without), &file("b.json", with), None);
    assert_eq!((found.verdict(), found.tables[0].schema[0].effect.name()), (DeployVerdict::Ok, "tightened"));
    assert_eq!(compare_files(&file("a.bq", AB), &file("b.bq", AB), None).unchanged, 1);
    assert_eq!(compare_files(&file("a.bq", b"7"), &file("b.bq", b"7"), None).not_compared().count(), 1);
}

#[test]
fn documents_are_compared_where_no_table_can_be_made() {
    const WIDE: &[u8] = br#"{"type":"object","properties":{"a":{"enum":["x","y"]}}}"#;
    const NARROW: &[u8] = br#"{"type":"object","properties":{"a":{"enum":["x"]}}}"#;
    const BEFORE: Files = &[("acme/a/a.1.schema.json", WIDE)];
    const NOW: Files = &[("acme/a/a.1.schema.json", NARROW)];
    let file = |name: &str, text: &[u8]| LooseFile { name: name.to_owned(), text: text.to_vec(), table: None, is_schema: true, kept: None };
    let told = |found: &DeployComparison| {
        let table = &found.tables[0];
        (found.not_compared().count(), table.schema.iter().map(|change| (change.keyword.clone(), change.effect.name())).collect::<Vec<_>>())
    };
    let enums = vec![("enum".to_owned(), "tightened")];
    assert_eq!(told(&compare_files(&file("a.json", WIDE), &file("b.json", NARROW), None)), (0, enums.clone()));
    assert_eq!(told(&compared(BEFORE, NOW, None)), (0, enums.clone()));
    assert_eq!(compare_files(&file("a.json", WIDE), &file("b.json", WIDE), None).unchanged, 1);
    let typed = br#"{"type":"object","properties":{"a":{"type":"string","enum":["x"]}}}"#;
    let found = compare_files(&file("a.json", WIDE), &file("b.json", typed), None);
    let (not, keywords) = told(&found);
    assert!(not == 1 && keywords.contains(&enums[0]), "one side has columns: {keywords:?}");
    assert_eq!(compare_files(&file("a.json", b"7"), &file("b.json", b"["), None).not_compared().count(), 1);
}

#[test]
fn a_table_whose_layout_went_and_whose_schema_stays_counts_once() {
    const BEFORE: Files = &[("acme/a/a.1.bq", AB), ("acme/b/b.1.bq", AB), ("acme/b/b.1.schema.json", b"{}")];
    const NOW: Files = &[("acme/a/a.1.bq", AB), ("acme/b/b.1.schema.json", b"{}")];
    let found = compared(BEFORE, NOW, None);
    assert_eq!(found.causes.iter().map(|cause| cause.rule.name()).collect::<Vec<_>>(), ["C24", "M3"]);
    assert_eq!((found.tables.len(), found.count(DeployVerdict::Block)), (1, 1));
}

#[test]
fn the_mend_of_a_layout_that_would_be_made_names_the_table() {
    const WITH: &[u8] = br#"{"type":"object","properties":{"f":{"type":"integer"},"g":{"type":"string"}}}"#;
    const WITHOUT: &[u8] = br#"{"type":"object","properties":{"f":{"type":"integer"}}}"#;
    const BEFORE: Files = &[("acme/a/a.1.bq", AB), ("acme/a/a.1.schema.json", WITH)];
    const NOW: Files = &[("acme/a/a.1.bq", AB), ("acme/a/a.1.schema.json", WITHOUT)];
    let found = would_be(&compared(BEFORE, NOW, None), &store(BEFORE), &store(NOW));
    let line = &found.causes[0].mends[0].line;
    assert!(line.contains("acme_live.a_v1") && line.contains("DROP COLUMN g") && !line.contains("dataset.table"), "{line}");
}

#[test]
fn layouts_that_neither_side_can_read_are_not_compared_where_documents_differ() {
    const WIDE: &[u8] = br#"{"type":"object","properties":{"a":{"type":"string"}}}"#;
    const NARROW: &[u8] = br#"{"type":"object","properties":{"a":{"type":"string","maxLength":3}}}"#;
    const BEFORE: Files = &[("acme/a/a.1.bq", b"7"), ("acme/a/a.1.schema.json", WIDE)];
    const NOW: Files = &[("acme/a/a.1.bq", b"8"), ("acme/a/a.1.schema.json", NARROW)];
    const BROKEN: Files = &[("acme/a/a.1.bq", b"8"), ("acme/a/a.1.schema.json", b"[")];
    const SAME: Files = &[("acme/a/a.1.bq", b"8"), ("acme/a/a.1.schema.json", WIDE)];
    let reason = |found: &DeployComparison| found.not_compared().map(|(_, reason)| reason.to_owned()).collect::<Vec<_>>();
    let found = compared(BEFORE, NOW, None);
    assert_eq!(
        reason(&found),
        ["neither layout can be read: acme/a/a.1.bq: expected a list of columns, found a number at the top"],
        "never clean"
    );
    assert_eq!((found.unusable, found.tables[0].schema[0].keyword.as_str()), (0, "maxLength"), "the documents are told all the same");
    let both = reason(&compared(BEFORE, BROKEN, None));
    assert!(both.len() == 1 && both[0].starts_with("neither layout") && both[0].contains("the new JSON schema cannot be read"), "{both:?}");
    let same = compared(BEFORE, SAME, None);
    assert_eq!((same.unusable, same.tables.len()), (1, 0), "of documents nothing differs");
}

#[test]
fn a_table_whose_files_stand_elsewhere_is_moved() {
    const BEFORE: Files = &[("acme/a/a.1.bq", AB), ("acme/a/a.1.schema.json", b"{}"), ("acme/c/c.1.bq", LESS), ("acme/d/d.1.bq", AB)];
    const NOW: Files = &[("acme/a/a.2.bq", AB), ("acme/a/a.2.schema.json", b"{}"), ("other/e/e.1.bq", LESS), ("acme/d/d.1.bq", AB)];
    let found = compared(BEFORE, NOW, None);
    let told: Vec<_> = found.causes.iter().map(|cause| format!("{} {}", cause.of_tables(&found.tables, 2), cause.sentence)).collect();
    assert_eq!(
        told,
        ["acme/a.1 the table is moved: acme/a.2 has the same files now", "acme/c.1 the table is gone from the schemas"],
        "a table of another doctype in another namespace is another one"
    );
    assert_eq!((found.moved(), found.verdict()), (1, DeployVerdict::Block), "the table in BigQuery stays where it is");
    let new = found.tables.iter().find(|table| table.title() == "acme/a.2").unwrap();
    assert_eq!((new.state.name(), new.moved.as_deref()), ("added", Some("acme/a.1")));
    let summary = crate::triage::facts::deploy::summary(&found);
    assert!(summary.starts_with("1 table unchanged, 1 new, 1 gone, 1 moved"), "{summary}");
}

#[test]
fn a_schema_that_comes_without_a_layout_is_a_new_table() {
    const BEFORE: Files = &[("acme/d/d.1.bq", AB)];
    const NOW: Files = &[("acme/d/d.1.bq", AB), ("acme/n/n.1.schema.json", br#"{"properties":{"x":{"type":"string"}}}"#)];
    let found = compared(BEFORE, NOW, None);
    assert_eq!((found.tables[0].state.name(), found.causes[0].rule.name()), ("added", "M3".to_owned()));
}
