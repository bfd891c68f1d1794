//! Exports of real error rows: the SQL of a group selects its rows, and the documents of groups fail as their rows did.

mod corpus;

use std::sync::Arc;

use misfit::export::predicate;
use misfit::source::files::{Files, Options};
use misfit::source::{ErrorSource, Request, Unwatched};

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

#[test]
fn the_pattern_of_a_group_selects_its_rows_and_hardly_any_other() {
    let Some(corpus) = corpus::folder() else { return };
    let schemas = Some(Arc::new(corpus::schemas(&corpus)));
    let path = corpus.join("errors-2k.ndjson").to_string_lossy().into_owned();
    let source = Files::open(&[path], Options { keep_rows: true }).unwrap();
    let groups = source.groups(&Request { schemas, ..Request::default() }, &Unwatched).unwrap();
    let mut rows = std::collections::HashMap::new();
    source
        .rows(0..u64::MAX, &mut |_, at, row| {
            rows.insert(at, row);
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    let (mut missed, mut others) = (0, 0);
    for group in &groups.list {
        let like = predicate::like(group);
        let Some(pattern) = like.strip_prefix("error_message LIKE ").map(unquoted) else { continue };
        for (at, row) in &rows {
            let message = row.column("error_message").unwrap_or_default();
            let fits = is_like(message, &pattern);
            let bucket = |name: &str| row.column(name);
            let same = group.rows.binary_search(at).is_ok();
            if same && !fits {
                missed += 1;
                println!("missed: {pattern}\n        {message}");
            }
            let is_of = bucket("document_namespace") == group.key.namespace.as_deref()
                && bucket("document_type") == group.key.doctype.as_deref()
                && bucket("error_type") == group.key.stage.as_deref()
                && bucket("document_version") == group.key.version.as_deref();
            if fits && !same && is_of {
                others += 1;
                println!("other:  {pattern}\n        {message}");
            }
        }
    }
    println!("{} rows in {} groups: {missed} missed, {others} of other groups", groups.rows, groups.list.len());
    assert_eq!(missed, 0);
}
