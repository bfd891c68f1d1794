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
use misfit::rows::row::{RowRef, SourceRow};
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use misfit::triage::export::hidden::ToldGroup;
use misfit::triage::export::predicate::{self, Neighbours};
use misfit::triage::redact::{Policy, Redactor};

/// A string literal read back.
fn unquoted(literal: &str) -> String {
    if let Some(raw) = literal.strip_prefix("r'") {
        return raw.strip_suffix('\'').unwrap().to_owned();
    }
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

/// One condition on the message, done here.
enum Test {
    Missing(bool),
    Is(bool, String),
    Like(bool, fancy_regex::Regex),
}

impl Test {
    /// `None` for a condition on another column.
    fn read(condition: &str) -> Option<Test> {
        let (wanted, positive) = match condition.strip_prefix("NOT ") {
            Some(rest) => (false, rest),
            None => (true, condition),
        };
        if let Some(literal) = positive.strip_prefix("REGEXP_CONTAINS(error_message, ") {
            let expression = unquoted(literal.strip_suffix(')').unwrap());
            return Some(Test::Like(wanted, fancy_regex::Regex::new(&expression).unwrap()));
        }
        if let Some(rest) = condition.strip_prefix("IFNULL(error_message, '') ") {
            return Some(Test::Missing(rest == "= ''"));
        }
        let rest = condition.strip_prefix("error_message ")?;
        Some(match rest.strip_prefix("!= ") {
            Some(literal) => Test::Is(false, unquoted(literal)),
            None => Test::Is(true, unquoted(rest.strip_prefix("= ").unwrap())),
        })
    }

    fn holds(&self, message: Option<&str>) -> bool {
        match (self, message) {
            (Test::Missing(wanted), _) => message.is_none_or(str::is_empty) == *wanted,
            (_, None) => false,
            (Test::Is(wanted, text), Some(message)) => (text == message) == *wanted,
            (Test::Like(wanted, expression), Some(message)) => expression.is_match(message).unwrap() == *wanted,
        }
    }
}

/// What the conditions of groups select that they should not, and do not that they should.
#[derive(Default)]
struct Score {
    missed: usize,
    others: usize,
    alike: usize,
}

/// What stands beside a row's message.
type Columns = [Option<String>; 5];

#[test]
fn the_conditions_of_a_group_select_its_rows_and_no_others() {
    let Some(corpus) = corpus::folder() else { return };
    let schemas = Arc::new(corpus::schemas(&corpus));
    for (name, is_hidden) in
        [("errors-2k.ndjson", false), ("errors-30k.ndjson.gz", false), ("errors-2k.ndjson", true), ("errors-30k.ndjson.gz", true)]
    {
        let path = corpus.join(name).to_string_lossy().into_owned();
        let source = Files::open(&[path], ReadOptions { keep_rows: true }).unwrap();
        let groups = source.groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
        let mut rows: HashMap<Columns, Vec<(RowRef, Option<String>)>> = HashMap::new();
        let visit = &mut |_, at, row: SourceRow| {
            let column = |name| row.column(name).map(str::to_owned);
            let columns = [
                column("document_namespace"),
                column("document_type"),
                column("document_version"),
                column("error_type"),
                column("exception_class"),
            ];
            rows.entry(columns).or_default().push((at, column("error_message")));
            ControlFlow::Continue(())
        };
        source.rows(0..u64::MAX, &Unwatched, visit).unwrap();
        let mut group_of = HashMap::new();
        for group in &groups.list {
            group_of.extend(group.rows.iter().map(|&at| (at, group.fingerprint)));
        }
        let neighbours = Neighbours::new(&groups.list);
        let mut redactor = Redactor::new(Policy { raw: !is_hidden, ..Policy::default() });
        let mut score = Score::default();
        for group in &groups.list {
            let told = ToldGroup::new(group, &neighbours, Some(&schemas), &mut redactor);
            let conditions = predicate::standard(&told.conditions);
            let tests: Vec<Test> = conditions.iter().filter_map(|condition| Test::read(condition)).collect();
            assert!(!tests.is_empty(), "{:?}", conditions);
            let key = &group.key;
            let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
            let columns = [&key.namespace, &key.doctype, &key.version, &key.stage, &key.class].map(text);
            for (at, message) in &rows[&columns] {
                let is_selected = tests.iter().all(|test| test.holds(message.as_deref()));
                let of = group_of[at];
                match (of == group.fingerprint, is_selected) {
                    (true, false) => {
                        score.missed += 1;
                        println!("missed: {message:?}\n   by {:?}", conditions);
                    }
                    (false, true) if told.alike.first.contains(&of) => score.alike += 1,
                    (false, true) => {
                        score.others += 1;
                        if score.others < 20 {
                            println!("too many: {message:?}\n   by {:?}", conditions);
                        }
                    }
                    _ => {}
                }
            }
        }
        let how = if is_hidden { "without data" } else { "whole" };
        println!(
            "{name}, {how}: {} rows in {} groups, {} missed, {} of other groups, {} of groups that are named",
            groups.rows,
            groups.list.len(),
            score.missed,
            score.others,
            score.alike
        );
        assert_eq!((score.missed, score.others), (0, 0), "{name}, {how}");
    }
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
