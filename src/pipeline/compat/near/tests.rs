use serde_json::{Value, json};

use super::*;

/// Small numbers by chance, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

fn column(chance: &mut Chance, depth: usize) -> Value {
    let name = format!("{}{}", ["a", "b", "key", "value", "list"][chance.below(5)], chance.below(40));
    let name = if chance.below(40) == 0 { name.to_uppercase() } else { name };
    let mode = ["NULLABLE", "REPEATED", "REQUIRED"][chance.below(3)];
    if depth < 3 && chance.below(3) == 0 {
        let mut fields: Vec<Value> = (0..chance.below(9)).map(|_| column(chance, depth + 1)).collect();
        if chance.below(4) == 0 {
            fields = vec![json!({"name": "key", "type": "STRING"}), json!({"name": "value", "type": "INT64"})];
        }
        return json!({"fields": fields, "mode": mode, "name": name, "type": "RECORD"});
    }
    let mut leaf = json!({"mode": mode, "name": name, "type": (["STRING", "INT64", "FLOAT64"][chance.below(3)])});
    if chance.below(3) == 0 {
        leaf["description"] = json!("says \"{[\" \\ and ]}");
    }
    if chance.below(12) == 0 {
        leaf["policyTags"] = json!({"names": ["x"]});
    }
    leaf
}

/// Changes one thing somewhere.
fn change(columns: &mut Vec<Value>, chance: &mut Chance) {
    let at = chance.below(columns.len() + 1);
    let inside = columns.get(at).is_some_and(|column| column.get("fields").is_some()) && chance.below(3) > 0;
    if let Some(Value::Array(fields)) = columns.get_mut(at).filter(|_| inside).and_then(|column| column.get_mut("fields")) {
        return change(fields, chance);
    }
    match chance.below(6) {
        0 | 1 => {
            let column = column(chance, 2);
            columns.insert(at, column);
        }
        2 if at < columns.len() => {
            columns.remove(at);
        }
        3 if at + 1 < columns.len() => columns.swap(at, at + 1),
        4 if at < columns.len() => columns[at]["mode"] = json!(["NULLABLE", "REPEATED", "REQUIRED"][chance.below(3)]),
        _ if at < columns.len() => columns[at]["type"] = json!(["STRING", "INT64", "RECORD"][chance.below(3)]),
        _ => {}
    }
}

fn told(found: &TableChanges) -> (Vec<String>, Vec<String>, [usize; 4]) {
    let mut changes: Vec<String> =
        found.changes.iter().map(|change| format!("{change:?}").split(", finding:").next().unwrap().to_owned()).collect();
    changes.sort();
    let mut findings: Vec<String> = found.findings.iter().map(|finding| format!("{finding:?}")).collect();
    findings.sort();
    (changes, findings, [found.old.leaves, found.old.generated, found.new.leaves, found.new.generated])
}

#[test]
fn what_differs_tells_the_same_as_the_whole() {
    let mut chance = Chance(5);
    let (mut near, mut all) = (0, 0);
    for _ in 0..60 {
        let mut columns: Vec<Value> = (0..chance.below(20)).map(|_| column(&mut chance, 0)).collect();
        let spelled = |columns: &[Value]| serde_json::to_vec_pretty(columns).unwrap();
        let (mut text, _) = LayoutText::whole(spelled(&columns));
        for _ in 0..8 {
            let old = text.bytes.clone();
            for _ in 0..=chance.below(2) {
                change(&mut columns, &mut chance);
            }
            let new = spelled(&columns);
            let whole = compare(&Layout::parse(&old).unwrap(), &Layout::parse(&new).unwrap());
            near += usize::from(!text.has_capitals && !text.ends.is_empty());
            let (next, found) = text.next(new.clone());
            assert_eq!(told(&found.unwrap()), told(&whole), "{} => {}", String::from_utf8_lossy(&old), String::from_utf8_lossy(&new));
            let (read, _) = LayoutText::whole(new);
            assert_eq!((&next.marks, &next.ends), (&read.marks, &read.ends));
            assert_eq!((next.size.leaves, next.size.generated), (read.size.leaves, read.size.generated));
            if let Ok(quick) = compare_texts(old, next.bytes.clone()) {
                assert_eq!(told(&quick), told(&whole), "{}", String::from_utf8_lossy(&next.bytes));
                assert!(quick.standing.is_empty() && whole.standing.is_empty());
            }
            text = next;
            all += 1;
        }
    }
    assert!(near * 4 > all, "{near} of {all}");
}

#[test]
fn what_is_broken_is_told() {
    let good = br#"[{"name":"a","type":"STRING"},{"name":"b","type":"STRING"}]"#.to_vec();
    let (text, _) = LayoutText::whole(good.clone());
    for broken in [
        &b"{}"[..],
        b"",
        b"[{\"name\":\"a\",\"type\":\"STRING\"}<<{\"name\":\"b\",\"type\":\"STRING\"}]",
        b"[{\"name\":\"a\"",
        b"\"",
        b"[\"\\",
    ] {
        let (next, changes) = text.next(broken.to_vec());
        assert!(next.fault().is_some() && changes.is_none(), "{}", String::from_utf8_lossy(broken));
        let (again, changes) = next.next(good.clone());
        assert!(again.fault().is_none() && changes.is_none());
    }
}

#[test]
fn what_the_generator_writes_is_measured_without_being_read() {
    let leaf =
        |name: &str, more: &str| format!(r#"{{"description":"says \"x\"","mode":"NULLABLE","name":"{name}","type":"STRING"{more}}}"#);
    let map = |name: &str, value: &str| {
        format!(r#"{{"fields":[{},{value}],"mode":"REPEATED","name":"{name}","type":"RECORD"}}"#, leaf("key", ""))
    };
    let record = |name: &str, fields: &str| format!(r#"{{"fields":[{fields}],"mode":"NULLABLE","name":"{name}","type":"RECORD"}}"#);
    let all = [
        leaf("a", ""),
        map("b", &leaf("value", "")),
        map("c", &record("value", &[leaf("x", ""), leaf("y", "")].join(","))),
        leaf("d_1", ""),
    ];
    let text = |columns: &[String]| format!("[\n  {}\n]\n", columns.join(",\n  ")).into_bytes();
    let told = LayoutText::plain(text(&all)).unwrap();
    let (read, _) = LayoutText::whole(text(&all));
    assert_eq!((told.size, &told.marks, &told.ends), (read.size, &read.marks, &read.ends));
    assert_eq!((told.size.leaves, told.size.generated, told.size.levels), (7, 6, 2));
    let more = [all.clone().to_vec(), vec![leaf("e", "").replace("says", &"\u{e9}".repeat(1015))]].concat();
    let found = compare_texts(text(&all), text(&more)).unwrap();
    assert_eq!((found.changes.len(), found.changes[0].column.as_str(), found.new.leaves), (1, "e", 8));
    assert!(found.standing.is_empty() && LayoutText::of_new(text(&all)).is_ok_and(|text| text.size.leaves == 7));
    // What something is to be said of is read as a whole.
    let columns = |one: &str| vec![leaf("a", ""), one.to_owned()];
    for odd in [
        leaf("B", ""),
        leaf("a", ""),
        leaf("b", r#","policyTags":{"names":["x"]}"#),
        record("b", ""),
        leaf("b", "").replace("STRING", "STRUCT"),
        leaf("b", "").replace("NULLABLE", "nullable"),
        leaf("b", "").replace("says", &"x".repeat(1025)),
        leaf("b", "").replace("says", "\u{1}"),
        leaf("b", "").replace("says", "\\q"),
        leaf("b", "").replace("\"type\"", "\"kind\""),
        format!("{},", leaf("b", "")),
        (0..16).fold(leaf("x", ""), |inner, _| record("b", &inner)),
    ] {
        assert!(LayoutText::plain(text(&columns(&odd))).is_err(), "{odd}");
    }
    assert!(compare_texts(text(&all), text(&all[..3])).is_err(), "a column that is gone");
}
