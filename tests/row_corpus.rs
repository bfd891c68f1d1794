//! Rows against the pipeline's own answers: the text of numbers, whole rows, and which exception ends the others.

use crate::corpus;
use crate::sink;

use crate::corpus::Line;
use crate::sink::{Case, Files};
use misfit::pipeline::document::{Document, Kind};
use misfit::pipeline::java_double;
use misfit::pipeline::layout::{Layout, Mode};
use misfit::pipeline::sink::{Severity, Submission, transform};

#[test]
fn doubles_are_printed_as_the_pipeline_prints_them() {
    let Some(folder) = corpus::folder() else { return };
    let mut wrong = Vec::new();
    let mut pairs = 0;
    for line in corpus::lines(&folder.join("sink/double_text.ndjson.gz")) {
        let (number, text) = (line.text("in").unwrap_or_default(), line.text("out").unwrap_or_default());
        let found = number.parse().map(java_double::text).unwrap_or_default();
        pairs += 1;
        if found != text {
            wrong.push(format!("{number}: {found} instead of {text}"));
        }
    }
    println!("{pairs} numbers, {} wrong", wrong.len());
    assert!(pairs > 0 && wrong.is_empty(), "{wrong:#?}");
}

/// The pipeline's row or exception, where it is not ours.
fn difference(case: &Case) -> Option<String> {
    let Line(truth) = &case.truth;
    let found = case.transformed.beside(&case.layout, &case.document).row();
    let differs = match (&found, case.truth.text("error")) {
        (Ok(row), None) => {
            let row = Document::parse(row.as_bytes());
            !truth.member(0, "row").is_some_and(|truth_row| sink::equal(&row, truth, (0, truth_row)))
        }
        (Err(refusal), Some(error)) => refusal.exception.name() != error,
        _ => true,
    };
    let truth = || String::from_utf8_lossy(sink::raw(&case.truth, "row")).into_owned();
    differs.then(|| format!("{}\n  {found:?}\n  {} {:?}", sink::name(&case.truth), truth(), case.truth.text("error")))
}

/// A list with a null that BigQuery is said to take.
fn null_in_list(case: &Case) -> Option<String> {
    let landed = case.transformed.beside(&case.layout, &case.document);
    let row = Document::parse(landed.row().ok()?.into_bytes());
    let mut is_refused = false;
    landed.visit_warned(&mut |severity, _| is_refused |= severity < Severity::Lost);
    let mut open: Vec<_> = row.children(0).map(|member| (member, None)).collect();
    while let Some((member, parent)) = open.pop() {
        let Some(column) = row.key(member).and_then(|name| case.layout.child(parent, &name)) else { continue };
        let is_list = row.kind(member) == Kind::Array && case.layout.get(column).is_some_and(|column| column.mode == Mode::Repeated);
        for value in if is_list { row.children(member).collect() } else { vec![member] } {
            if is_list && row.kind(value) == Kind::Null && !is_refused {
                return Some(format!("{} has null in {}", sink::name(&case.truth), case.layout.path(column)));
            }
            let is_record = case.layout.get(column).is_some_and(|column| column.is_record()) && row.kind(value) == Kind::Object;
            open.extend(row.children(value).filter(|_| is_record).map(|member| (member, Some(column))));
        }
    }
    None
}

fn rows_are_equal(file: &str) {
    let Some(mut files) = Files::open() else { return };
    let cases = files.cases(file);
    let wrong: Vec<String> = cases.iter().filter_map(|case| difference(case).or_else(|| null_in_list(case))).collect();
    println!("{file}: {} rows, {} wrong", cases.len(), wrong.len());
    assert!(!cases.is_empty() && wrong.is_empty(), "{} wrong, the first are\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
}

#[test]
fn real_documents_become_the_pipelines_rows() {
    rows_are_equal("rows.ndjson.gz");
}

#[test]
fn hard_cases_become_the_pipelines_rows_or_fail_as_they_do_there() {
    rows_are_equal("rows.synthetic.ndjson.gz");
}

#[test]
fn every_rule_holds() {
    let Some(folder) = corpus::folder() else { return };
    let mut wrong = Vec::new();
    for truth in corpus::lines(&folder.join("sink/rules.ndjson")) {
        let layout = Layout::parse(sink::raw(&truth, "bq")).expect("a layout");
        let document = Document::parse(sink::raw(&truth, "doc").to_vec());
        let submission = Submission { strict: sink::raw(&truth, "strict") == b"true", ..Submission::default() };
        let transformed = transform(&layout, &document, &submission);
        let found = transformed.beside(&layout, &document).row();
        let right = match (&found, truth.text("throws")) {
            (Ok(row), None) => is_the_row(row, &truth.0),
            (Err(refusal), Some(error)) => refusal.exception.name() == error,
            _ => false,
        };
        if !right {
            wrong.push(format!("{}: {found:?}", truth.text("t").unwrap_or_default()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether a row is what a rule says, which leaves out the metadata and tells the additional properties apart.
fn is_the_row(row: &str, truth: &Document) -> bool {
    let row = Document::parse(row.as_bytes());
    let (expected, rest) = (truth.member(0, "row").expect("a row"), truth.member(0, "additional_properties").expect("a rest"));
    let own: Vec<_> = row.children(0).filter(|&id| !matches!(row.key(id).as_deref(), Some("metadata" | "additional_properties"))).collect();
    let expected: Vec<_> = truth.children(expected).filter(|&id| truth.key(id).as_deref() != Some("additional_properties")).collect();
    let same = own.len() == expected.len()
        && own.iter().zip(&expected).all(|(&a, &b)| row.key(a) == truth.key(b) && sink::equal(&row, truth, (a, b)));
    let additional = row.member(0, "additional_properties").and_then(|id| Some(Document::parse(row.string(id)?.into_owned().into_bytes())));
    same && additional.is_some_and(|additional| sink::equal(&additional, truth, (0, rest)))
}
