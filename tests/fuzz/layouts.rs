//! Layouts: made-up and changed `.bq` files are refused or are tables, and any document becomes a row or is refused.

use misfit::pipeline::document::Document;
use misfit::pipeline::layout::{Layout, Size, ddl};
use misfit::pipeline::sink::{Submission, landing, transform};
use misfit::rows::schemas::Doctype;
use misfit::triage::catalog::Catalog;

use super::dice::Dice;
use super::{fuzz, is_safe};

const KINDS: &[&str] =
    &["STRING", "INTEGER", "INT64", "FLOAT", "BOOLEAN", "TIMESTAMP", "DATE", "BYTES", "JSON", "NUMERIC", "GEOGRAPHY", "record", "X"];
const MODES: &[&str] = &["NULLABLE", "NULLABLE", "REPEATED", "REQUIRED", "nullable", "X"];

fn column(dice: &mut Dice, depth: usize) -> String {
    let name = match dice.below(4) {
        0 => dice.pick(&["submission_timestamp", "additional_properties", "metadata", "document_id", "key", "value"]).to_owned(),
        _ => dice.name(),
    };
    let mut members = vec![format!("\"name\":{}", dice.quoted(&name))];
    if depth > 0 && dice.once_in(3) {
        members.push("\"type\":\"RECORD\"".to_owned());
        members.push(format!("\"fields\":{}", if dice.once_in(4) { map(dice) } else { columns(dice, depth - 1) }));
    } else {
        members.push(format!("\"type\":\"{}\"", dice.pick(KINDS)));
    }
    if !dice.once_in(4) {
        members.push(format!("\"mode\":\"{}\"", dice.pick(MODES)));
    }
    if dice.once_in(4) {
        let text = dice.text();
        members.push(format!("\"description\":{}", dice.quoted(&text)));
    }
    if dice.once_in(12) {
        members.push("\"policyTags\":{\"names\":[\"a/b\"]}".to_owned());
    }
    format!("{{{}}}", members.join(","))
}

fn map(dice: &mut Dice) -> String {
    let value = column(dice, 1).replacen("\"name\":", "\"name\":\"value\",\"was\":", 1);
    format!("[{{\"name\":\"key\",\"type\":\"STRING\"}},{value}]")
}

fn columns(dice: &mut Dice, depth: usize) -> String {
    let all: Vec<String> = (0..1 + dice.below(5)).map(|_| column(dice, depth)).collect();
    format!("[{}]", all.join(","))
}

fn use_all_of(dice: &mut Dice, layout: &Layout) {
    layout.oddities.iter().chain(&layout.refusals).for_each(|oddity| is_safe(oddity));
    let _ = (Size::of(layout).gauges(), layout.oddity_count());
    match ddl::create(layout, "a.b", &ddl::TableOrder::pipeline(layout)) {
        Ok(sql) => is_safe(&sql),
        Err(reason) => is_safe(&reason),
    }
    for id in 0..layout.columns.len() as u32 {
        let path = layout.path(id);
        assert!(layout.find(&path).is_none_or(|found| layout.path(found) == path));
        let _ = (layout.badge(id), layout.kind_and_mode(id), layout.is_map(id));
    }
    for _ in 0..2 {
        let document = Document::parse(dice.json(3).into_bytes());
        if document.is_empty() {
            continue;
        }
        let submission = Submission::of(vec![("geo_country".to_owned(), dice.text())], dice.once_in(3));
        let made = transform(layout, &document, &submission);
        let landed = made.beside(layout, &document);
        match landed.row() {
            Ok(row) => assert!(serde_json::from_str::<&serde_json::value::RawValue>(&row).is_ok(), "{row}"),
            Err(refusal) => is_safe(&landed.why_refused(refusal)),
        }
        let warnings = landed.warnings(3);
        assert_eq!(warnings.list.len() as u64, warnings.count.min(3));
        warnings.list.iter().for_each(|warning| is_safe(&warning.sentence));
        for node in 0..document.len() as u32 {
            let found = landed.landing_of(node);
            found.reason.iter().chain(&found.sql).for_each(|text| is_safe(text));
            let _ = landing(layout, &document.tokens(node), None);
        }
        for id in 0..layout.columns.len() as u32 {
            let _ = landed.value_of(id);
        }
    }
}

#[test]
fn a_layout_takes_any_document() {
    fuzz("layouts", 800, |dice| {
        let mut text = columns(dice, 3).into_bytes();
        if dice.once_in(3) {
            dice.respell(&mut text);
        }
        match Layout::parse(&text) {
            Ok(layout) => {
                use_all_of(dice, &layout);
                if dice.once_in(4) {
                    let doctype =
                        Doctype { namespace: "a".to_owned(), doctype: "b".to_owned(), version: "1".to_owned(), schema: None, layout: None };
                    let catalog = Catalog::of(doctype, &layout);
                    let found = catalog.search(&dice.name(), &|| false).expect("not called off");
                    found.hits.iter().for_each(|hit| assert!(!found.places(hit).is_empty()));
                }
            }
            Err(reason) => is_safe(&reason),
        }
    });
}

/// Files of dbt and Terraform, and what is changed in them.
#[test]
fn files_that_hold_tables_are_read_or_refused() {
    const SOURCES: &str = include_str!("../cmd/table/sources.yml");
    const TABLES: &str = include_str!("../cmd/table/tables.tf");
    const SIGNS: &[&str] = &[
        "{", "}", "[", "]", "\"", "${", "%{", "<<EOF\n", "EOF\n", "\n", "  ", "- ", ": ", "&a ", "*a", "|\n", "#", "/*", "*/", "= ", "(",
        ")", "'", "array<", ">", "é", "\\", "? ", "!!x ", "---\n", "<<: ", "not_null", ".",
    ];
    fuzz("wrapped", 1_500, |dice| {
        let mut text = if dice.once_in(2) { SOURCES.to_owned() } else { TABLES.to_owned() };
        for _ in 0..dice.below(6) {
            let place = |dice: &mut Dice, text: &str| {
                let at = dice.below(text.len() + 1);
                (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
            };
            let at = place(dice, &text);
            match dice.below(8) {
                0 => text.truncate(at),
                1 | 2 if at < text.len() => drop(text.remove(at)),
                3 => {
                    let (from, to) = (dice.pick(SIGNS), dice.pick(SIGNS));
                    text = text.replacen(from, to, 1);
                }
                _ => text.insert_str(at, dice.pick(SIGNS)),
            }
        }
        for table in [None, Some("orders"), Some("items")] {
            match Layout::parse_table(text.as_bytes(), table) {
                Ok(layout) => use_all_of(dice, &layout),
                Err(reason) => is_safe(&reason),
            }
        }
    });
}
