//! A group as it may be told: without the data in its names, path, fault, message and values.
//!
//! Owns: which parts of a group are data, SQL that tells none of it.
//! Refuses: deciding what may be told of a value (redact).

use std::sync::Arc;

use super::predicate::{self, ValuesTold};
use crate::pipeline::fault::{Fault, Says};
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::{TokenMatch, walk};
use crate::rows::column::ErrorColumn;
use crate::rows::group::{Deploy, Facet, Group, GroupKey, Groups, Job, JobName};
use crate::rows::row::SourceRow;
use crate::rows::schemas::{Lookup, SchemaStore};
use crate::triage::redact::Redactor;

/// Stands in a path for any key.
const ANY_KEY: &str = "{key}";

/// Longest number and longest name of a type that are told as they are.
const LONGEST_NUMBER: usize = 12;

/// Longest number of a bug.
const LONGEST_BUG: usize = 8;

/// A group that may be told, no shape of its own: the group with other texts, and what follows from its first ones.
#[derive(Debug, Clone)]
pub struct ToldGroup {
    /// The group without its data and its rows.
    pub group: Group,
    /// Conditions of SQL that select its rows, open where something may not be told.
    pub conditions: Vec<String>,
}

impl ToldGroup {
    /// The group by what the schemas know of it; raw: as it is.
    pub fn new(group: &Group, schemas: Option<&SchemaStore>, redactor: &mut Redactor) -> Self {
        if redactor.is_raw() {
            return ToldGroup {
                group: Group { rows: Vec::new(), ..group.clone() },
                conditions: predicate::conditions(group, ValuesTold::Told),
            };
        }
        let schema = schemas.and_then(|schemas| schema(group, schemas));
        let told = without_data(group, schema.as_deref(), redactor);
        let conditions = conditions(group, &told, schema.as_deref(), redactor);
        ToldGroup { group: told, conditions }
    }
}

/// A job's name as it may be told.
pub fn job(name: &str, redactor: &mut Redactor) -> String {
    let row = SourceRow { columns: vec![(ErrorColumn::Job.to_string(), Some(name.to_owned()))], ..SourceRow::default() };
    redactor.columns(&row, None).told.pop().map_or_else(|| "(a job)".to_owned(), |(_, name)| name)
}

/// Jobs and deploys, their names as they may be told.
pub fn jobs(groups: &Groups, redactor: &mut Redactor) -> (Vec<Job>, Vec<Deploy>) {
    let jobs: Vec<Job> = groups.jobs.iter().map(|known| Job { name: job(&known.name, redactor).into(), ..known.clone() }).collect();
    let deploys = groups.deploys.iter().map(|deploy| {
        let family = jobs.get(deploy.job as usize).map_or("", |job| JobName::parse(&job.name).family).into();
        Deploy { family, ..deploy.clone() }
    });
    let deploys = deploys.collect();
    (jobs, deploys)
}

/// The schema that a group's rows were judged by, the newest where they tell no version.
fn schema(group: &Group, schemas: &SchemaStore) -> Option<Arc<Schema>> {
    let key = &group.key;
    let at = match schemas.lookup(key.namespace.as_deref()?, key.doctype.as_deref()?, key.version.as_deref()) {
        Lookup::Found(at) => at,
        Lookup::NoVersion { known } => known.last().copied().filter(|_| key.version.is_none())?,
        Lookup::NoDoctype { .. } => return None,
    };
    schemas.schema(at).ok().flatten()
}

fn without_data(group: &Group, schema: Option<&Schema>, redactor: &mut Redactor) -> Group {
    let class = group.key.class.as_deref();
    let is_bug = matches!(Fault::parse(&group.sample, class).says, Says::Bug { number: Some(number) } if is_bug(number));
    let sample = if is_bug { group.sample.to_string() } else { redactor.message(&group.sample, class, schema) };
    let says = Fault::parse(&sample, class).general();
    let fault = match (group.keyword, group.key.fault.split_once(' ')) {
        (Some("required" | "dependencies"), Some((keyword, name))) => {
            format!("{keyword} {}", redactor.key(name, token_of(group, name, schema))).into()
        }
        (Some(_), _) => group.key.fault.clone(),
        (None, _) => says.as_str().into(),
    };
    let path = group.key.path.as_deref();
    let path = path.map(|path| each_token(path, schema, |token, kind| redactor.key(token, kind).into_owned()).into());
    // What the schema asks is told in the message where the schema at hand says so.
    let limit = expected(&group.sample, class).zip(expected(&sample, class));
    let without_data = |facet: &Facet| facet_without_data(facet, maps(&group.key), limit, redactor);
    let facets = if is_bug { group.facets.clone() } else { group.facets.iter().map(without_data).collect() };
    let key = GroupKey { path, fault, ..names(&group.key, schema.is_some(), redactor) };
    Group { key, sample: sample.into(), says: says.into(), facets, rows: Vec::new(), ..group.clone() }
}

/// Names come from the request; those that the schemas know are nobody's.
fn names(key: &GroupKey, are_known: bool, redactor: &mut Redactor) -> GroupKey {
    let mut name = |name: &Option<Arc<str>>| name.as_deref().map(|name| redactor.key(name, TokenMatch::Unknown).as_ref().into());
    let GroupKey { namespace, doctype, version, stage, .. } = key;
    let (stage, namespace, doctype, version) = match are_known {
        true => (name(stage), namespace.clone(), doctype.clone(), version.clone()),
        false => (name(stage), name(namespace), name(doctype), name(version)),
    };
    let class = key.class.as_deref().map(|class| {
        let is_plain = class.split(['.', '$']).all(|part| redactor.key(part, TokenMatch::Unknown) == part);
        if is_plain { class.into() } else { redactor.key(class, TokenMatch::Unknown).as_ref().into() }
    });
    GroupKey { namespace, doctype, version, stage, class, ..key.clone() }
}

/// Bugs are known to everybody by their numbers.
fn is_bug(number: &str) -> bool {
    number.len() <= LONGEST_BUG && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Conditions with `%` for what may not be told; a name that may not be told is no condition.
fn conditions(group: &Group, told: &Group, schema: Option<&Schema>, redactor: &mut Redactor) -> Vec<String> {
    let tell = |token: &str, kind: TokenMatch| if redactor.key(token, kind) == token { token.to_owned() } else { ANY_KEY.to_owned() };
    let path = group.key.path.as_deref().map(|path| each_token(path, schema, tell).into());
    let key = GroupKey { path, ..told.key.clone() };
    let mut all = predicate::conditions(&Group { key, ..told.clone() }, ValuesTold::Hidden);
    let (is, may) = (&group.key, &told.key);
    for (column, is_told) in [
        (ErrorColumn::Namespace, is.namespace == may.namespace),
        (ErrorColumn::Doctype, is.doctype == may.doctype),
        (ErrorColumn::Version, is.version == may.version),
        (ErrorColumn::Stage, is.stage == may.stage),
        (ErrorColumn::Class, is.class == may.class),
    ] {
        all.retain(|condition| is_told || !predicate::is_on(condition, column));
    }
    all
}

/// The generalised path with what becomes of its names.
fn each_token(path: &str, schema: Option<&Schema>, mut tell: impl FnMut(&str, TokenMatch) -> String) -> String {
    let tokens: Vec<&str> = path.split('/').skip(1).collect();
    let kinds = schema.map(|schema| walk(schema, &walked(&tokens)).tokens).unwrap_or_default();
    let mut out = String::new();
    for (i, token) in tokens.into_iter().enumerate() {
        out.push('/');
        match token {
            "[]" | ANY_KEY => out.push_str(token),
            name => out.push_str(&tell(name, kinds.get(i).copied().unwrap_or(TokenMatch::Unknown))),
        }
    }
    out
}

/// Any element leads where the first one does.
fn walked<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    tokens.iter().map(|token| if *token == "[]" { "0" } else { token }).collect()
}

/// What the schema makes of a key that is missing at the group's place.
fn token_of(group: &Group, name: &str, schema: Option<&Schema>) -> TokenMatch {
    let path = group.key.path.as_deref().unwrap_or_default();
    let tokens: Vec<&str> = path.split('/').skip(1).chain([name]).collect();
    schema.and_then(|schema| walk(schema, &walked(&tokens)).tokens.last().copied()).unwrap_or(TokenMatch::Unknown)
}

/// Maps around the group's place, whose keys a facet tells together.
fn maps(key: &GroupKey) -> usize {
    let keys = key.path.as_deref().unwrap_or_default().split('/').filter(|token| *token == ANY_KEY).count();
    keys.saturating_sub(usize::from(key.fault.starts_with("propertyNames ")))
}

/// Keys of several maps have slashes between them, as a single key may.
fn keys_without_data(value: &str, maps: usize, redactor: &mut Redactor) -> String {
    let keys: Vec<&str> = value.split('/').collect();
    let keys = if maps > 1 && keys.len() == maps { keys } else { vec![value] };
    keys.into_iter().map(|key| redactor.key(key, TokenMatch::Key).into_owned()).collect::<Vec<_>>().join("/")
}

/// What the schema asks, as a message tells it.
fn expected<'a>(message: &'a str, class: Option<&'a str>) -> Option<&'a str> {
    match Fault::parse(message, class).says {
        Says::Broken { expected, .. } => expected,
        _ => None,
    }
}

/// `limit` is what the schema asks, and what is told of it.
fn facet_without_data(facet: &Facet, maps: usize, limit: Option<(&str, &str)>, redactor: &mut Redactor) -> Facet {
    let is_short = |value: &str, is_it: fn(&u8) -> bool| value.len() <= LONGEST_NUMBER && value.bytes().all(|byte| is_it(&byte));
    let mut values: Vec<(Arc<str>, u64)> = Vec::new();
    for (value, rows) in &facet.values {
        let told = match (facet.name, limit) {
            ("limit", Some((asked, told))) if asked == &**value => told.to_owned(),
            ("key", _) => keys_without_data(value, maps, redactor),
            // The words of the grammar, unless somebody made the message up.
            ("expected type" | "found type", _) if is_short(value, u8::is_ascii_alphabetic) && type_names(value) => value.to_string(),
            ("limit" | "length", _) if is_short(value, u8::is_ascii_digit) => value.to_string(),
            _ => redactor.failing(value, None).into_owned(),
        };
        // Different values of one shape count together.
        match values.iter_mut().find(|(known, _)| **known == *told) {
            Some((_, all)) => *all += rows,
            None => values.push((told.into(), *rows)),
        }
    }
    Facet { name: facet.name, values, others: facet.others }
}

/// The validator's names of types.
fn type_names(value: &str) -> bool {
    const TYPES: [&str; 13] = [
        "String",
        "Integer",
        "Long",
        "Double",
        "Float",
        "Number",
        "BigDecimal",
        "BigInteger",
        "Boolean",
        "Null",
        "JSONObject",
        "JSONArray",
        "Object",
    ];
    TYPES.contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::source::{Request, Unwatched};

    #[test]
    fn what_the_schema_says_is_told() {
        let schemas = Arc::new(demo::schemas().unwrap());
        let groups = demo::source().unwrap().groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
        for group in groups.list.iter().filter(|group| group.keyword.is_some()) {
            let told = ToldGroup::new(group, Some(&schemas), &mut Redactor::default());
            assert_eq!((&told.group.key.path, &told.group.key.fault), (&group.key.path, &group.key.fault));
            assert_eq!(told.conditions.len(), 8);
        }
    }

    #[test]
    fn a_bug_keeps_its_number() {
        let groups = demo::source().unwrap().groups(&Request::default(), &Unwatched).unwrap();
        let noise = groups.list.iter().find(|group| group.noise).unwrap();
        let told = ToldGroup::new(noise, None, &mut Redactor::default());
        assert_eq!(told.group.sentence(), noise.sentence());
    }

    #[test]
    fn raw_tells_everything() {
        let groups = demo::source().unwrap().groups(&Request::default(), &Unwatched).unwrap();
        let policy = crate::triage::redact::Policy { raw: true, ..crate::triage::redact::Policy::default() };
        for group in &groups.list {
            let told = ToldGroup::new(group, None, &mut Redactor::new(policy.clone()));
            assert_eq!((told.group.sample, told.group.rows.len()), (group.sample.clone(), 0));
        }
    }
}
