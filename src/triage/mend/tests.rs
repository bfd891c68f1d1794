//! Proposals on small schemas, held against the edited text.

use std::sync::Arc;

use super::*;
use crate::ground::patch;
use crate::pipeline::document::Document;
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::{Judge, Outcome, input};

/// A proposal with the lines that its diff takes and adds.
fn mend_with(schema: &str, documents: &[&str], never: &[String], share: Share) -> Result<(Proposal, String), MendRefusal> {
    let schema = Arc::new(Schema::parse("t/d/d.1.schema.json", schema.as_bytes().to_vec()).unwrap());
    let documents: Vec<Document> = documents.iter().map(|text| Document::parse(text.as_bytes())).collect();
    let mender = Mender { namespace: "t", schema: &schema, keyword: None, never, share, may_tell: None };
    let proposal = mender.propose(&documents.iter().collect::<Vec<_>>())?;
    let diff = patch::unified("f", schema.document.text(), &proposal.text_edits);
    let changed: Vec<&str> = diff.lines().skip(4).filter(|line| line.starts_with(['+', '-'])).collect();
    Ok((proposal, changed.join("\n")))
}

fn mend(schema: &str, documents: &[&str]) -> (Proposal, String) {
    mend_with(schema, documents, &[], Share::ALL).unwrap()
}

/// Documents that the edited schema takes.
fn taken(proposal: &Proposal, documents: &[&str]) -> usize {
    let edited = Schema::parse("t/d/d.1.schema.json", proposal.edited.clone()).unwrap();
    let judge = Judge::compile(Arc::new(edited)).unwrap();
    let documents = documents.iter().map(|text| Document::parse(text.as_bytes()));
    documents.filter(|document| judge.verdict(input("t", document)).outcome == Outcome::Pass).count()
}

fn changed(schema: &str, documents: &[&str]) -> String {
    let (proposal, changed) = mend(schema, documents);
    assert_eq!((taken(&proposal, documents), proposal.next.len()), (documents.len(), 0), "{changed}");
    changed
}

const FILE: &str = "{\n  \"properties\": {\n    \"a\": {\n      \"maxLength\": 2,\n      \"type\": \"string\"\n    },\n    \"k\": {\n      \"enum\": [\n        \"x\"\n      ]\n    },\n    \"n\": {\n      \"minimum\": 0,\n      \"type\": \"integer\"\n    },\n    \"o\": {\n      \"additionalProperties\": false,\n      \"properties\": {\n        \"p\": {},\n        \"q\": {}\n      },\n      \"required\": [\n        \"p\",\n        \"q\"\n      ]\n    }\n  }\n}\n";

#[test]
fn only_the_lines_of_the_node_change() {
    assert_eq!(changed(FILE, &[r#"{"a": "xxx"}"#, r#"{"a": "xxxxx"}"#]), "-      \"maxLength\": 2,\n+      \"maxLength\": 5,");
    assert_eq!(changed(FILE, &[r#"{"k": "y"}"#]), "-        \"x\"\n+        \"x\",\n+        \"y\"");
    assert_eq!(changed(FILE, &[r#"{"n": -4}"#]), "-      \"minimum\": 0,\n+      \"minimum\": -4,");
    assert_eq!(changed(FILE, &[r#"{"n": 1.5}"#]), "-      \"type\": \"integer\"\n+      \"type\": \"number\"");
    let null = "-      \"type\": \"string\"\n+      \"type\": [\n+        \"string\",\n+        \"null\"\n+      ]";
    assert_eq!(changed(FILE, &[r#"{"a": null}"#]), null);
    assert_eq!(changed(FILE, &[r#"{"o": {"p": 1}}"#]), "-        \"p\",\n-        \"q\"\n+        \"p\"");
    let key = "-        \"q\": {}\n+        \"q\": {},\n+        \"r\": {\n+          \"type\": [\n+            \"boolean\",\n+            \"null\"\n+          ]\n+        }";
    assert_eq!(changed(FILE, &[r#"{"o": {"p": 1, "q": 2, "r": null}}"#, r#"{"o": {"p": 1, "q": 2, "r": true}}"#]), key);
}

#[test]
fn what_refuses_the_same_value_as_well_is_loosened_too() {
    let schema = r#"{"properties": {"a": {"type": "string", "enum": ["x"]}, "b": {"type": "string"}}}"#;
    let (proposal, _) = mend(schema, &[r#"{"a": null}"#]);
    assert_eq!(
        String::from_utf8(proposal.edited).unwrap(),
        r#"{"properties": {"a": {"type": ["string", "null"], "enum": ["x", null]}, "b": {"type": "string"}}}"#
    );
    let documents = [r#"{"a": null, "b": 1}"#];
    let (proposal, _) = mend(schema, &documents);
    let [next] = &proposal.next[..] else { panic!("{:?}", proposal.next) };
    assert_eq!((taken(&proposal, &documents), next.pointer.as_str(), next.keyword, next.documents), (0, "/properties/b", "type", 1));
}

#[test]
fn names_of_keys_and_branches_are_loosened_where_they_stand() {
    let names = r#"{"$schema": "http://json-schema.org/draft-06/schema#", "properties": {"m": {"propertyNames": {"maxLength": 3}}}}"#;
    let (proposal, _) = mend(names, &[r#"{"m": {"abcd": 1, "abcdefg": 2}}"#]);
    assert_eq!(
        proposal.edits,
        [NodeEdit { pointer: "/properties/m/propertyNames".into(), loosening: Loosening::Limit { keyword: "maxLength", to: "7".into() } }]
    );
    let branches = r#"{"properties": {"a": {"anyOf": [{"type": "string", "maxLength": 1}, {"type": "null"}]}}}"#;
    let (proposal, _) = mend(branches, &[r#"{"a": "xx"}"#]);
    assert_eq!((taken(&proposal, &[r#"{"a": "xx"}"#]), proposal.edits[0].pointer.as_str()), (1, "/properties/a/anyOf/0"));
}

#[test]
fn limits_that_exclude_themselves_no_longer_do() {
    let four = r#"{"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"n": {"maximum": 5, "exclusiveMaximum": true}}}"#;
    let (proposal, _) = mend(four, &[r#"{"n": 5}"#]);
    assert!(String::from_utf8(proposal.edited).unwrap().contains(r#"{"maximum": 5, "exclusiveMaximum": false}"#));
    let six = r#"{"$schema": "http://json-schema.org/draft-06/schema#", "properties": {"n": {"exclusiveMaximum": 5}}}"#;
    let (proposal, _) = mend(six, &[r#"{"n": 7}"#]);
    assert!(String::from_utf8(proposal.edited).unwrap().contains(r#"{"maximum": 7}"#));
}

#[test]
fn a_share_leaves_the_farthest_out_and_some_things_are_never_touched() {
    let documents: Vec<String> = (3..=102).map(|n| format!("{{\"a\": \"{}\"}}", "x".repeat(n))).collect();
    let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
    let (proposal, _) = mend_with(FILE, &documents, &[], "99".parse().unwrap()).unwrap();
    assert_eq!((taken(&proposal, &documents), proposal.left_out), (99, 1));
    assert_eq!(proposal.edits[0].loosening, Loosening::Limit { keyword: "maxLength", to: "101".into() });
    for name in ["maxLength", "a"] {
        let refused = mend_with(FILE, &documents, &[name.to_owned()], Share::ALL).unwrap_err();
        assert!(refused.0.contains("never touched"), "{refused}");
    }
}

#[test]
fn a_proposal_says_what_it_does_and_lets_in() {
    let schema = Schema::parse("f", FILE.as_bytes().to_vec()).unwrap();
    for (document, does, lets) in [
        (r#"{"a": "xxxx"}"#, "maxLength from 2 to 4", "texts of 3 to 4 characters"),
        (r#"{"a": null}"#, "null besides string", "null"),
        (r#"{"n": -1}"#, "minimum from 0 to -1", "numbers below 0 down to -1"),
        (r#"{"o": {"p": 1}}"#, "q no longer required", "objects without q"),
        (r#"{"o": {"p": 1, "q": 2, "r": 1}}"#, "r made known", "objects with r with any integer"),
    ] {
        let (proposal, _) = mend(FILE, &[document]);
        let edit = &proposal.edits[0];
        assert_eq!((says(&schema, edit).as_str(), lets_in(&schema, edit).as_str()), (does, lets));
    }
}

#[test]
fn a_share_is_a_part_of_a_hundred() {
    let share = |text: &str| text.parse::<Share>().map(|share| (share.to_string(), share.of(1001)));
    assert_eq!(share("99.9"), Ok(("99.9 %".to_owned(), 1000)));
    assert_eq!(share("100%"), Ok(("100 %".to_owned(), 1001)));
    assert!(share("0").is_err() && share("101").is_err() && share("all").is_err());
}
