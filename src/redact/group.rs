//! Groups without the data in their names, paths, messages and facets.
//!
//! Owns: which parts of a group hold data.
//! Refuses: counts, times and fingerprints, which tell nothing of anybody and stay.

use std::sync::Arc;

use super::message::TYPES;
use super::{Redactor, looks, shape};
use crate::fault::Fault;
use crate::group::{Facet, Group, GroupKey, Job, identity};
use crate::schemas::Schema;
use crate::schemas::walk::{Token, walk};
use crate::source::SourceRow;
use crate::verdict::locate_best;

impl Redactor {
    /// The group as it may be told. The schema is the one that judged its rows. Groups that differ only in what is not told keep their fingerprints.
    pub fn group(&mut self, group: &Group, schema: Option<&Schema>) -> Group {
        if self.is_raw() {
            return group.clone();
        }
        let key = &group.key;
        let columns = [
            ("document_namespace", key.namespace.as_deref()),
            ("document_type", key.doctype.as_deref()),
            ("document_version", key.version.as_deref()),
            ("error_type", key.stage.as_deref()),
            ("exception_class", key.class.as_deref()),
            ("error_message", Some(&*group.sample)),
        ];
        let row = self.told(&columns, schema);
        let told = |name: &str| row.column(name).map(Arc::from);
        let sample: Arc<str> = told("error_message").unwrap_or_default();
        let fault = Fault::parse(&sample, row.column("exception_class"));
        Group {
            key: GroupKey {
                namespace: told("document_namespace"),
                doctype: told("document_type"),
                version: told("document_version"),
                stage: told("error_type"),
                class: told("exception_class"),
                path: key.path.as_deref().map(|path| self.path(path, group, schema).into()),
                fault: identity(&fault, key.fault.starts_with("propertyNames ")).into(),
            },
            says: fault.general().into(),
            facets: group.facets.iter().map(|facet| self.facet(facet, group, fault_limit(group), &fault)).collect(),
            sample: Arc::clone(&sample),
            ..group.clone()
        }
    }

    /// The job with a name that may be told.
    pub fn job(&mut self, job: &Job) -> Job {
        let row = self.told(&[("job_name", Some(&*job.name))], None);
        Job { name: row.column("job_name").map_or_else(|| Arc::clone(&job.name), Arc::from), ..job.clone() }
    }

    /// Columns as those of a row are told.
    fn told(&mut self, columns: &[(&str, Option<&str>)], schema: Option<&Schema>) -> SourceRow {
        let owned = |&(name, value): &(&str, Option<&str>)| (name.to_owned(), value.map(str::to_owned));
        let row = SourceRow { columns: columns.iter().map(owned).collect(), ..SourceRow::default() };
        let told = self.columns(&row, schema).told;
        SourceRow { columns: told.into_iter().map(|(name, value)| (name, Some(value))).collect(), ..SourceRow::default() }
    }

    /// A generalised path: what stands for keys and positions tells nothing, names are told as keys are.
    fn path(&mut self, path: &str, group: &Group, schema: Option<&Schema>) -> String {
        let kinds = schema.map(|schema| kinds(group, schema)).unwrap_or_default();
        let parts = path.split('/').skip(1).enumerate();
        let told = parts.map(|(i, part)| match part {
            "[]" | "{key}" => format!("/{part}"),
            // Names are told as they are written, escapes and all.
            name => format!("/{}", self.key(name, kinds.get(i).copied().unwrap_or(Token::Unknown)).replace('/', "~1")),
        });
        told.collect()
    }

    fn facet(&mut self, facet: &Facet, group: &Group, limit: Option<&str>, redacted: &Fault<'_>) -> Facet {
        let name = group.key.path.as_deref().and_then(|path| path.rsplit('/').next());
        let mut values: Vec<(Arc<str>, u64)> = Vec::new();
        for (value, rows) in &facet.values {
            let told = match facet.name {
                "key" => value.split('/').map(|key| self.key(key, Token::Key)).collect::<Vec<_>>().join("/"),
                "expected type" | "found type" if TYPES.contains(&&**value) => value.to_string(),
                "limit" if limit == Some(&**value) => expected(redacted).unwrap_or_default().to_owned(),
                _ if looks::is_count(value) => value.to_string(),
                "length" | "value" if is_number(value) => shape::rounded_if_long(value),
                "value" => self.failing(value, name).into_owned(),
                _ => shape::imitated(value),
            };
            match values.iter_mut().find(|(known, _)| **known == *told) {
                Some((_, known)) => *known += rows,
                None => values.push((told.into(), *rows)),
            }
        }
        values.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        Facet { name: facet.name, values, others: facet.others }
    }
}

/// What the schema makes of the names in the group's path.
fn kinds(group: &Group, schema: &Schema) -> Vec<Token> {
    let readings = Fault::readings(&group.sample, group.key.class.as_deref());
    locate_best(schema, &readings, None).map(|(_, broken)| walk(schema, &broken.tokens).tokens).unwrap_or_default()
}

/// The limit that the group's sample tells.
fn fault_limit(group: &Group) -> Option<&str> {
    expected(&Fault::parse(&group.sample, group.key.class.as_deref()))
}

fn expected<'a>(fault: &Fault<'a>) -> Option<&'a str> {
    match fault.says {
        crate::fault::Says::Broken { expected, .. } => expected,
        _ => None,
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || b"-+.E".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo;
    use crate::group::Groups;
    use crate::redact::Policy;
    use crate::source::{Request, Unwatched};

    fn groups(schemas: bool) -> Groups {
        let schemas = schemas.then(|| Arc::new(demo::schemas().unwrap()));
        demo::source().unwrap().groups(&Request { schemas, ..Request::default() }, &Unwatched).unwrap()
    }

    fn schema() -> Schema {
        Schema::parse("t", br#"{"properties":{"Jo Doe":{"additionalProperties":{"type":"string","maxLength":5}}}}"#.to_vec()).unwrap()
    }

    #[test]
    fn what_the_schemas_say_stays() {
        let groups = groups(true);
        for group in groups.list.iter().filter(|group| group.keyword.is_some()) {
            let told = Redactor::default().group(group, None);
            assert_eq!(told.fingerprint, group.fingerprint);
            assert_eq!((told.count, &told.trend, told.jobs.len()), (group.count, &group.trend, group.jobs.len()));
            assert_eq!((&told.key.path, &told.key.namespace), (&group.key.path, &group.key.namespace));
            let rows = |facet: &Facet| facet.values.iter().map(|(_, rows)| rows).sum::<u64>() + facet.others;
            assert!(told.facets.iter().map(rows).eq(group.facets.iter().map(rows)), "{told:?}");
        }
        assert!(groups.jobs.iter().all(|job| Redactor::default().job(job).name == job.name));
    }

    #[test]
    fn data_in_messages_and_paths_goes() {
        let mut group = groups(false).list.remove(0);
        group.sample = "org.everit.json.schema.ValidationException: #/Jo Doe/jo@example.com: expected maxLength: 5, actual: 9".into();
        group.key.path = Some("/Jo Doe/{key}".into());
        group.key.fault = "maxLength".into();
        group.facets = vec![Facet { name: "key", values: vec![("jo@example.com".into(), 3), ("ed@example.com".into(), 2)], others: 1 }];
        let told = Redactor::default().group(&group, Some(&schema()));
        assert_eq!((told.key.path.as_deref(), &*told.key.fault), (Some("/Jo Doe/{key}"), "maxLength"));
        assert!(!format!("{told:?}").contains("example.com"), "{told:?}");
        let unknown = Redactor::default().group(&group, None);
        assert!(!format!("{unknown:?}").contains("Doe"), "{unknown:?}");
        let raw = Redactor::new(Policy { raw: true, ..Policy::default() }).group(&group, None);
        assert_eq!(format!("{raw:?}"), format!("{group:?}"));
    }
}
