//! Exports of real error rows: the SQL of a group selects its rows, and the documents of groups fail as their rows did.

use crate::corpus;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use crate::corpus::Line;
use misfit::pipeline::document::Document;
use misfit::rows::group::Group;
use misfit::rows::row::{RowRef, SourceRow};
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use misfit::triage::export::hidden::ToldGroup;
use misfit::triage::export::predicate::{self, ValuesTold};
use misfit::triage::redact::Redactor;

/// Whether a text matches a LIKE pattern of BigQuery.
fn is_like(text: &str, pattern: &str) -> bool {
    // Literal pieces between the `%`s.
    let mut pieces = vec![String::new()];
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => pieces.push(String::new()),
            '\\' => pieces.last_mut().unwrap().extend(chars.next()),
            c => pieces.last_mut().unwrap().push(c),
        }
    }
    let (first, last) = (pieces.remove(0), pieces.pop());
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    let Some(last) = last else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(&piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(&last)
}

/// A string literal read back.
fn unquoted(literal: &str) -> String {
    let mut out = String::new();
    let mut chars = literal.strip_prefix('\'').unwrap().strip_suffix('\'').unwrap().chars();
    while let Some(c) = chars.next() {
        let escaped = if c == '\\' { chars.next() } else { None };
        let digits = match escaped {
            Some('u') => 4,
            Some('U') => 8,
            _ => 0,
        };
        let number: String = chars.by_ref().take(digits).collect();
        out.push(match escaped {
            None => c,
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u' | 'U') => char::from_u32(u32::from_str_radix(&number, 16).unwrap()).unwrap(),
            Some(other) => other,
        });
    }
    out
}

/// Rows of a group that its pattern does not fit, and rows of others that it does.
#[derive(Default)]
struct Score {
    missed: usize,
    others: usize,
}

impl Score {
    fn count(&mut self, group: &Group, conditions: &[String], rows: &HashMap<RowRef, SourceRow>) {
        let Some(pattern) = conditions.iter().find_map(|like| like.strip_prefix("error_message LIKE ")).map(unquoted) else { return };
        for (at, row) in rows {
            let is_of = row.column("document_namespace") == group.key.namespace.as_deref()
                && row.column("document_type") == group.key.doctype.as_deref()
                && row.column("error_type") == group.key.stage.as_deref()
                && row.column("document_version") == group.key.version.as_deref();
            let message = row.column("error_message").unwrap_or_default();
            match (group.rows.binary_search(at).is_ok(), is_like(message, &pattern)) {
                (true, false) => {
                    self.missed += 1;
                    println!("missed: {pattern}\n        {message}");
                }
                (false, true) if is_of => self.others += 1,
                _ => {}
            }
        }
    }
}

#[test]
fn the_pattern_of_a_group_selects_its_rows_and_hardly_any_other() {
    let Some(corpus) = corpus::folder() else { return };
    let schemas = Arc::new(corpus::schemas(&corpus));
    let path = corpus.join("errors-2k.ndjson").to_string_lossy().into_owned();
    let source = Files::open(&[path], ReadOptions { keep_rows: true }).unwrap();
    let groups = source.groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
    let mut rows = HashMap::new();
    let visit = &mut |_, at, row| {
        rows.insert(at, row);
        ControlFlow::Continue(())
    };
    source.rows(0..u64::MAX, &Unwatched, visit).unwrap();
    let (mut told, mut without_data) = (Score::default(), Score::default());
    let mut redactor = Redactor::default();
    for group in &groups.list {
        told.count(group, &predicate::conditions(group, ValuesTold::Told), &rows);
        without_data.count(group, &ToldGroup::new(group, Some(&schemas), &mut redactor).conditions, &rows);
    }
    for (name, score) in [("whole", &told), ("without data", &without_data)] {
        println!("{name}: {} rows in {} groups, {} missed, {} of other groups", groups.rows, groups.list.len(), score.missed, score.others);
    }
    assert_eq!((told.missed, without_data.missed), (0, 0));
    assert!(told.others * 100 < groups.rows as usize);
}

/// Keyword, schema node and exception class of a row.
type Verdict = (Option<String>, Option<String>, Option<String>);

/// The program, run with the corpus' schemas.
fn misfit(schemas: &str, arguments: &[&str]) -> Output {
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.args(arguments).args(["--schemas", schemas]);
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"));
    misfit.output().unwrap()
}

fn answers(output: &Output) -> impl Iterator<Item = Line> + '_ {
    output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).map(|line| Line(Document::parse(line)))
}

/// What the rows say, by the first digits of their groups.
fn truth(corpus: &Path, schemas: &str, rows: &str) -> HashMap<String, Vec<Verdict>> {
    let mut truth: HashMap<String, Vec<Verdict>> = HashMap::new();
    let cases = misfit(schemas, &["cases", rows, "--format", "ndjson"]);
    for (case, said) in answers(&cases).zip(corpus::lines(&corpus.join("errors-2k.truth.ndjson"))) {
        let verdict = (said.text("keyword"), said.text("schema_pointer"), said.text("exception_class"));
        truth.entry(case.text("group").unwrap()[..8].to_owned()).or_default().push(verdict);
    }
    truth
}

/// How many files of a folder fail as a row of their group does; all must.
fn judged(schemas: &str, folder: &str, truth: &HashMap<String, Vec<Verdict>>) -> usize {
    let output = misfit(schemas, &["judge", folder, "--format", "ndjson"]);
    let (mut right, mut wrong) = (0, Vec::new());
    for line in answers(&output) {
        let path = line.text("path").unwrap();
        // A second file of the same name has a number behind it.
        let print = path.strip_suffix(".fail.json").unwrap().rsplit('-').find(|part| part.len() == 8).unwrap();
        let verdict = line.0.member(0, "verdict").unwrap();
        let text = |name: &str| line.0.member(verdict, name).and_then(|node| line.0.string(node)).map(Cow::into_owned);
        let message = text("message").unwrap_or_default();
        let same = |(keyword, pointer, class): &Verdict| match keyword {
            Some(_) => (keyword, pointer) == (&text("keyword"), &text("schema_pointer")),
            None => class.as_deref().is_some_and(|class| message.starts_with(class)),
        };
        let rows = truth.get(print).map_or(&[][..], Vec::as_slice);
        if rows.iter().any(same) { right += 1 } else { wrong.push(format!("{path}: {message}, not {rows:?}")) }
    }
    println!("{right} of {} tests fail as their rows did", right + wrong.len());
    assert!(output.status.success() && wrong.is_empty(), "{wrong:#?}");
    right
}

#[test]
fn every_test_that_is_written_fails_as_its_row_does() {
    let Some(corpus) = corpus::folder() else { return };
    let schemas = corpus::schemas(&corpus).name();
    let out = tempfile::tempdir().unwrap();
    let rows = corpus.join("errors-2k.ndjson").to_string_lossy().into_owned();
    let truth = truth(&corpus, &schemas, &rows);
    // Small documents take their time: those of all groups where $MISFIT_ALL_ROWS is set, otherwise of two namespaces.
    let some: &[&str] = &["--namespace", "org-mozilla-ios-firefox", "--namespace", "org-mozilla-fenix"];
    let some = if std::env::var_os("MISFIT_ALL_ROWS").is_some() { &[] } else { some };
    for (name, more, least) in [("own", &["--raw"][..], 900), ("small", some, 40)] {
        let folder = out.path().join(name).to_string_lossy().into_owned();
        let export = misfit(&schemas, &[&["export", &rows, "--as", "tests", "--out", &folder], more].concat());
        println!("{}", String::from_utf8_lossy(&export.stderr));
        assert!(export.status.success());
        assert!(judged(&schemas, &folder, &truth) > least);
    }
}
