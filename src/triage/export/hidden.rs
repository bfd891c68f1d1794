//! A group as it may be told: without the data in its names, path, fault, message and values.
//!
//! Owns: which parts of a group are data, SQL that tells none of it.
//! Refuses: deciding what may be told of a value (redact).

use std::sync::Arc;

use super::predicate::{self, AlikeGroups, ColumnTest, Condition, MessageTest, Neighbours, ValuesTold};
use crate::ground::few::Settled;
use crate::pipeline::fault::{self, Fault, Says, VALIDATION};
use crate::pipeline::layout::Layout;
use crate::pipeline::schema::Schema;
use crate::rows::column::ErrorColumn;
use crate::rows::group::{Deploy, Facet, Group, GroupKey, GroupNames, GroupRecord, Groups, Job, JobName, NamesWithin};
use crate::rows::schemas::{Lookup, SchemaStore};
use crate::triage::redact::{Lists, Redactor};

/// Stands in a path for any key.
const ANY_KEY: &str = "{key}";

/// A group that may be told, no shape of its own: the group with other texts, and what follows from its first ones.
#[derive(Debug, Clone)]
pub struct ToldGroup {
    /// The group without its data and its rows.
    pub group: Group,
    /// Conditions of SQL that select its rows, open where something may not be told.
    pub conditions: Vec<Condition>,
    /// Whether they name values.
    pub values: ValuesTold,
    /// Groups whose rows the conditions select as well.
    pub alike: AlikeGroups,
}

impl ToldGroup {
    /// The group, and what selects its rows among those of all groups.
    pub fn new(group: &Group, all: &Neighbours<'_>, schemas: Option<&SchemaStore>, redactor: &mut Redactor) -> Self {
        let told = told(group, schemas, redactor);
        let mut conditions = conditions(group, &told, redactor.is_raw());
        let mut test_of = |other: &Group| test(other, &self::told(other, schemas, redactor), redactor.is_raw());
        let apart = all.of(group, &mut test_of);
        conditions
            .extend(apart.narrower.into_iter().map(|test| Condition { column: ErrorColumn::Message, test: ColumnTest::NoMessage(test) }));
        let values = if redactor.is_raw() { ValuesTold::Told } else { ValuesTold::Hidden };
        ToldGroup { group: told, conditions, values, alike: apart.alike }
    }
}

/// The group by what the schemas know of it, without its rows; raw: as it is.
pub fn told(group: &Group, schemas: Option<&SchemaStore>, redactor: &mut Redactor) -> Group {
    if redactor.is_raw() {
        return Group { rows: Settled::default(), ..group.clone() };
    }
    let (schema, layout) = schemas.map(|schemas| listed(&group.key, schemas)).unwrap_or_default();
    let lists = Lists { schema: schema.as_deref(), layouts: [layout.as_deref(), None] };
    without_data(group, lists, redactor)
}

/// A group in words that may be told to anybody: its doctype and what is wrong where.
pub fn words(group: &Group, schemas: Option<&SchemaStore>, redactor: &mut Redactor) -> String {
    let told = told(group, schemas, redactor);
    format!("{} {}", told.key.doctype_name(), told.sentence())
}

/// A group of an earlier export, likewise: its names, place, fault, count and times.
pub fn told_record(known: &GroupRecord, schemas: Option<&SchemaStore>, redactor: &mut Redactor) -> GroupRecord {
    if redactor.is_raw() {
        return known.clone();
    }
    let text = |text: &Option<String>| text.as_deref().map(Arc::from);
    let key = GroupKey {
        names: Arc::new(GroupNames {
            namespace: text(&known.namespace),
            within: Arc::new(NamesWithin {
                doctype: text(&known.doctype),
                version: text(&known.version),
                stage: text(&known.stage),
                class: text(&known.exception_class),
            }),
        }),
        path: known.path.as_deref().map(Into::into),
        fault: known.fault.as_str().into(),
    };
    let (schema, layout) = schemas.map(|schemas| listed(&key, schemas)).unwrap_or_default();
    let lists = Lists { schema: schema.as_deref(), layouts: [layout.as_deref(), None] };
    let told = names(&key, redactor);
    let owned = |name: &Option<Arc<str>>| name.as_ref().map(|name| name.to_string());
    GroupRecord {
        fingerprint: known.fingerprint,
        namespace: owned(&told.namespace),
        doctype: owned(&told.doctype),
        version: owned(&told.version),
        stage: owned(&told.stage),
        exception_class: owned(&told.class),
        path: known.path.as_deref().map(|path| redactor.path(path, lists)),
        fault: fault(known, lists, redactor),
        count: known.count,
        span: known.span,
        ..GroupRecord::default()
    }
}

/// What an earlier export says is wrong: a keyword, one of names, one with the key that is asked for, or what a message says.
fn fault(known: &GroupRecord, lists: Lists<'_>, redactor: &mut Redactor) -> String {
    let is_keyword = |word: &str| fault::keyword(word).is_some();
    match known.fault.split_once(' ') {
        None if is_keyword(&known.fault) => known.fault.clone(),
        Some(("propertyNames", word)) if is_keyword(word) => known.fault.clone(),
        Some((word @ ("required" | "dependencies"), key)) => {
            // Any element leads where the first one does.
            let path = known.path.as_deref().unwrap_or_default().replace("/[]", "/0");
            let message = redactor.message(&format!("{VALIDATION}: #{path}: required key [{key}] not found"), Some(VALIDATION), lists);
            match Fault::parse(&message, Some(VALIDATION)).says {
                Says::Broken { key: Some(key), .. } => format!("{word} {key}"),
                _ => word.to_owned(),
            }
        }
        _ => redactor.message(&known.fault, known.exception_class.as_deref(), lists),
    }
}

/// Jobs and deploys, their names as they may be told.
pub fn jobs(groups: &Groups, redactor: &Redactor) -> (Vec<Job>, Vec<Deploy>) {
    let jobs: Vec<Job> = groups.jobs.iter().map(|known| Job { name: redactor.job(&known.name).as_ref().into(), ..known.clone() }).collect();
    let deploys = groups.deploys.iter().map(|deploy| {
        let family = jobs.get(deploy.job as usize).map_or("", |job| JobName::parse(&job.name).family).into();
        Deploy { family, ..deploy.clone() }
    });
    let deploys = deploys.collect();
    (jobs, deploys)
}

/// The schema that a group's rows were judged by and their table's layout, the newest where they tell no version.
pub fn listed(key: &GroupKey, schemas: &SchemaStore) -> (Option<Arc<Schema>>, Option<Arc<Layout>>) {
    let Some((namespace, doctype)) = key.namespace.as_deref().zip(key.doctype.as_deref()) else { return (None, None) };
    let at = match schemas.lookup(namespace, doctype, key.version.as_deref()) {
        Lookup::Found(at) => Some(at),
        Lookup::NoVersion { known } => known.last().copied().filter(|_| key.version.is_none()),
        Lookup::NoDoctype => None,
    };
    let Some(at) = at else { return (None, None) };
    (schemas.schema(at).ok().flatten(), schemas.layout(at).ok().flatten())
}

fn without_data(group: &Group, lists: Lists<'_>, redactor: &mut Redactor) -> Group {
    let class = group.key.class.as_deref();
    let sample = redactor.message(&group.sample, class, lists);
    let says = Fault::parse(&sample, class).general();
    let fault = match group.keyword {
        // The message tells it by what the schema has.
        Some(keyword @ ("required" | "dependencies")) => match Fault::parse(&sample, class).says {
            Says::Broken { key: Some(key), .. } => format!("{keyword} {key}").into(),
            _ => keyword.into(),
        },
        Some(_) => group.key.fault.clone(),
        None => says.as_str().into(),
    };
    let path = group.key.path.as_deref().map(|path| redactor.path(path, lists).into());
    // What the schema asks is told in the message where the schema at hand says so.
    let limit = expected(&group.sample, class).zip(expected(&sample, class));
    let facets: Vec<Facet> = group.facets.iter().map(|facet| facet_without_data(facet, group, limit, &lists, redactor)).collect();
    let key = GroupKey { path, fault, names: names(&group.key, redactor).into() };
    Group { key, sample: sample.into(), says: says.into(), facets: facets.into(), rows: Settled::default(), ..group.clone() }
}

/// Names come from the request; those that the schemas know are nobody's.
fn names(key: &GroupKey, redactor: &Redactor) -> GroupNames {
    let told = |name: &Option<Arc<str>>, tell: &dyn Fn(&str) -> Arc<str>| name.as_deref().map(tell);
    let name = |name: &str| Arc::from(redactor.name(name).as_ref());
    GroupNames {
        namespace: told(&key.namespace, &name),
        within: Arc::new(NamesWithin {
            doctype: told(&key.doctype, &name),
            version: told(&key.version, &|version| redactor.version(version).as_ref().into()),
            stage: told(&key.stage, &|stage| redactor.stage(stage).as_ref().into()),
            class: told(&key.class, &|class| redactor.class(class).as_ref().into()),
        }),
    }
}

/// Which messages a group has, as far as that may be told.
fn test(group: &Group, told: &Group, raw: bool) -> MessageTest {
    if raw {
        return MessageTest::of(group, ValuesTold::Told);
    }
    MessageTest::of(&opened(group, told), ValuesTold::Hidden)
}

/// The told group with a path that is open where a token may not be told.
fn opened(group: &Group, told: &Group) -> Group {
    let open = |(is, may): (&str, &str)| if is == may { is.to_owned() } else { ANY_KEY.to_owned() };
    let opened = |(is, may): (&str, &str)| is.split('/').zip(may.split('/')).map(open).collect::<Vec<_>>().join("/");
    let path = group.key.path.as_deref().zip(told.key.path.as_deref()).map(|paths| opened(paths).into());
    Group { key: GroupKey { path, ..told.key.clone() }, ..told.clone() }
}

/// Conditions that are open where something may not be told; a name that may not be told is no condition.
fn conditions(group: &Group, told: &Group, raw: bool) -> Vec<Condition> {
    if raw {
        return predicate::conditions(group, ValuesTold::Told);
    }
    let mut all = predicate::conditions(&opened(group, told), ValuesTold::Hidden);
    let (is, may) = (&group.key, &told.key);
    all.retain(|condition| match condition.column {
        ErrorColumn::Namespace => is.namespace == may.namespace,
        ErrorColumn::Doctype => is.doctype == may.doctype,
        ErrorColumn::Version => is.version == may.version,
        ErrorColumn::Stage => is.stage == may.stage,
        ErrorColumn::Class => is.class == may.class,
        _ => true,
    });
    all
}

/// Maps around the group's place, whose keys a facet tells together.
fn maps(key: &GroupKey) -> usize {
    let keys = key.path.as_deref().unwrap_or_default().split('/').filter(|token| *token == ANY_KEY).count();
    keys.saturating_sub(usize::from(key.fault.starts_with("propertyNames ")))
}

/// Keys of several maps have slashes between them, as a single key may.
fn keys_without_data(value: &str, group: &Group, lists: &Lists<'_>, redactor: &mut Redactor) -> String {
    let maps = maps(&group.key);
    let keys: Vec<&str> = value.split('/').collect();
    let keys = if maps > 1 && keys.len() == maps { keys } else { vec![value] };
    keys.into_iter().map(|key| redactor.map_key(key, group.key.path.as_deref(), lists).into_owned()).collect::<Vec<_>>().join("/")
}

/// What the schema asks, as a message tells it.
fn expected<'a>(message: &'a str, class: Option<&'a str>) -> Option<&'a str> {
    match Fault::parse(message, class).says {
        Says::Broken { expected, .. } => expected,
        _ => None,
    }
}

/// `limit` is what the schema asks, and what is told of it.
fn facet_without_data(facet: &Facet, group: &Group, limit: Option<(&str, &str)>, lists: &Lists<'_>, redactor: &mut Redactor) -> Facet {
    let (class, path) = (group.key.class.as_deref(), group.key.path.as_deref());
    let mut values: Vec<(Arc<str>, u64)> = Vec::new();
    for (value, rows) in &facet.values {
        let told = match (facet.name, limit) {
            ("limit", Some((asked, told))) if asked == &**value => told.to_owned(),
            ("limit" | "expected type", _) => redactor.limit_of(value, &group.sample, class),
            ("key", _) => keys_without_data(value, group, lists, redactor),
            // The name at fault, of which the rest of the message only tells the length.
            ("value", _) if is_name(group) => redactor.map_key(value, group.key.path.as_deref(), lists).into_owned(),
            _ => redactor.value_of(value, &group.sample, class, path),
        };
        // Different values of one shape count together.
        match values.iter_mut().find(|(known, _)| **known == *told) {
            Some((_, all)) => *all += rows,
            None => values.push((told.into(), *rows)),
        }
    }
    Facet { name: facet.name, values: values.into(), others: facet.others, exact: facet.exact }
}

/// Whether the group is about the name of a member.
fn is_name(group: &Group) -> bool {
    group.key.fault.starts_with("propertyNames ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::source::{Request, Unwatched};
    use crate::triage::redact::Policy;

    #[test]
    fn what_the_schema_says_is_told() {
        let schemas = Arc::new(demo::schemas().unwrap());
        let groups = demo::source().unwrap().groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
        for group in groups.list.iter().filter(|group| group.keyword.is_some()) {
            let mut redactor = Redactor::new(Policy::default().knowing(Some(&schemas)));
            let told = ToldGroup::new(group, &Neighbours::new(&groups.list), Some(&schemas), &mut redactor);
            assert_eq!((&told.group.key.path, &told.group.key.fault), (&group.key.path, &group.key.fault));
            assert_eq!(told.conditions.len(), 7);
        }
    }

    #[test]
    fn a_bug_keeps_its_number() {
        let groups = demo::source().unwrap().groups(&Request::default(), &Unwatched).unwrap();
        let noise = groups.list.iter().find(|group| group.noise).unwrap();
        let told = told(noise, None, &mut Redactor::default());
        assert_eq!(told.sentence(), noise.sentence());
    }

    #[test]
    fn raw_tells_everything() {
        let groups = demo::source().unwrap().groups(&Request::default(), &Unwatched).unwrap();
        let policy = Policy { raw: true, ..Policy::default() };
        for group in &groups.list {
            let told = told(group, None, &mut Redactor::new(policy.clone()));
            assert_eq!((told.sample, told.rows.len()), (group.sample.clone(), 0));
        }
    }
}
