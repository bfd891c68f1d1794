//! A group as it may be told: without the data in its path, fault, message and values.
//!
//! Owns: which parts of a group are data, SQL that tells none of it.
//! Refuses: deciding what may be told of a value (redact).

use std::sync::Arc;

use crate::export::predicate::{self, Values};
use crate::fault::{Fault, Says};
use crate::group::{Facet, Group, GroupKey};
use crate::redact::Redactor;
use crate::schemas::walk::{Token, walk};
use crate::schemas::{Lookup, Schema, SchemaStore};

/// Stands in a path for any key.
const ANY_KEY: &str = "{key}";

/// Longest number and longest name of a type that are told as they are.
const LONGEST_NUMBER: usize = 12;

/// Longest number of a bug.
const LONGEST_BUG: usize = 8;

/// The schema that a group's rows were judged by, the newest where they tell no version.
pub fn schema(group: &Group, schemas: &SchemaStore) -> Option<Arc<Schema>> {
    let key = &group.key;
    let at = match schemas.lookup(key.namespace.as_deref()?, key.doctype.as_deref()?, key.version.as_deref()) {
        Lookup::Found(at) => at,
        Lookup::NoVersion { known } => known.last().copied().filter(|_| key.version.is_none())?,
        Lookup::NoDoctype { .. } => return None,
    };
    schemas.schema(at).ok().flatten()
}

/// The group without data; its rows are left out. The schema is the one that judged it.
pub fn group(group: &Group, schema: Option<&Schema>, redactor: &mut Redactor) -> Group {
    if redactor.is_raw() {
        return Group { rows: Vec::new(), ..group.clone() };
    }
    let class = group.key.class.as_deref();
    let is_bug = matches!(Fault::parse(&group.sample, class).says, Says::Bug { number: Some(number) } if is_bug(number));
    let sample = if is_bug { group.sample.to_string() } else { redactor.message(&group.sample, class, schema) };
    let says = Fault::parse(&sample, class).general();
    let mut key = group.key.clone();
    key.path = key.path.map(|path| hidden_path(&path, schema, redactor).into());
    key.fault = match (group.keyword, key.fault.split_once(' ')) {
        (Some("required" | "dependencies"), Some((keyword, name))) => {
            format!("{keyword} {}", redactor.key(name, token_of(group, name, schema))).into()
        }
        (Some(_), _) => key.fault,
        (None, _) => says.as_str().into(),
    };
    // What the schema asks is told in the message where the schema at hand says so.
    let limit = expected(&group.sample, class).zip(expected(&sample, class));
    let keys = match group.keyword {
        Some("additionalProperties") => 1,
        _ => group.key.path.as_deref().map_or(0, |path| path.split('/').filter(|token| *token == ANY_KEY).count()),
    };
    let hide = |facet: &Facet| hidden_facet(facet, limit, keys, redactor);
    let facets = if is_bug { group.facets.clone() } else { group.facets.iter().map(hide).collect() };
    Group { key, sample: sample.into(), says: says.into(), facets, rows: Vec::new(), ..group.clone() }
}

/// Bugs are known to everybody by their numbers.
fn is_bug(number: &str) -> bool {
    number.len() <= LONGEST_BUG && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Conditions of SQL that select the group's rows, with `%` for what may not be told; `told` is the group as [`group()`] makes it.
pub fn conditions(group: &Group, told: &Group, schema: Option<&Schema>, redactor: &mut Redactor) -> Vec<String> {
    if redactor.is_raw() {
        return predicate::conditions(group, Values::Told);
    }
    let tell = |token: &str, kind: Token| if redactor.key(token, kind) == token { token.to_owned() } else { ANY_KEY.to_owned() };
    let path = group.key.path.as_deref().map(|path| each_token(path, schema, tell).into());
    let key = GroupKey { path, ..told.key.clone() };
    predicate::conditions(&Group { key, ..told.clone() }, Values::Hidden)
}

fn hidden_path(path: &str, schema: Option<&Schema>, redactor: &mut Redactor) -> String {
    each_token(path, schema, |token, kind| redactor.key(token, kind).into_owned())
}

/// The generalised path with what becomes of its names.
fn each_token(path: &str, schema: Option<&Schema>, mut tell: impl FnMut(&str, Token) -> String) -> String {
    let tokens: Vec<&str> = path.split('/').skip(1).collect();
    // Any element and any key lead where these do.
    let walked: Vec<&str> = tokens.iter().map(|token| if *token == "[]" { "0" } else { token }).collect();
    let kinds = schema.map(|schema| walk(schema, &walked).tokens).unwrap_or_default();
    let mut out = String::new();
    for (i, token) in tokens.into_iter().enumerate() {
        out.push('/');
        match token {
            "[]" | ANY_KEY => out.push_str(token),
            name => out.push_str(&tell(name, kinds.get(i).copied().unwrap_or(Token::Unknown))),
        }
    }
    out
}

/// What the schema makes of a key that is missing at the group's place.
fn token_of(group: &Group, name: &str, schema: Option<&Schema>) -> Token {
    let path = group.key.path.as_deref().unwrap_or_default();
    let tokens: Vec<&str> = path.split('/').skip(1).map(|token| if token == "[]" { "0" } else { token }).chain([name]).collect();
    schema.and_then(|schema| walk(schema, &tokens).tokens.last().copied()).unwrap_or(Token::Unknown)
}

/// What the schema asks, as a message tells it.
fn expected<'a>(message: &'a str, class: Option<&'a str>) -> Option<&'a str> {
    match Fault::parse(message, class).says {
        Says::Broken { expected, .. } => expected,
        _ => None,
    }
}

/// `limit` is what the schema asks, and what is told of it; `keys` the number of keys in a value.
fn hidden_facet(facet: &Facet, limit: Option<(&str, &str)>, keys: usize, redactor: &mut Redactor) -> Facet {
    let hide = |value: &str, redactor: &mut Redactor| match facet.name {
        // With more slashes than that, one is in a key, and parts of a key are not told.
        "key" if value.split('/').count() != keys => redactor.key(value, Token::Key).into_owned(),
        "key" => value.split('/').map(|key| redactor.key(key, Token::Key).into_owned()).collect::<Vec<_>>().join("/"),
        "expected type" | "found type" if value.len() <= LONGEST_NUMBER && value.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            value.to_owned()
        }
        "limit" if limit.is_some_and(|(asked, _)| asked == value) => limit.map_or_else(String::new, |(_, told)| told.to_owned()),
        "limit" | "length" if value.len() <= LONGEST_NUMBER && value.bytes().all(|byte| byte.is_ascii_digit()) => value.to_owned(),
        _ => redactor.failing(value, None).into_owned(),
    };
    let mut values: Vec<(Arc<str>, u64)> = Vec::new();
    for (value, rows) in &facet.values {
        let told = hide(value, redactor);
        // Different values of one shape count together.
        match values.iter_mut().find(|(known, _)| **known == *told) {
            Some((_, all)) => *all += rows,
            None => values.push((told.into(), *rows)),
        }
    }
    Facet { name: facet.name, values, others: facet.others }
}
