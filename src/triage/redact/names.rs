//! Names that stand around a document: of namespaces, doctypes, versions, stages, exceptions, jobs and files.
//!
//! Owns: which of them are the schemas' or the pipeline's, and what is told of all others.
//! Refuses: names inside documents (redact, message), columns (columns), what applications say of themselves (sender).

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::{Policy, Redactor, classes, looks, shape};
use crate::ground::time::Micros;
use crate::pipeline::names::snake_case;
use crate::rows::demo;
use crate::rows::group::JobName;
use crate::rows::schemas::SchemaStore;

/// Words of the kinds of failed events that other pipelines have.
const OTHER_STAGES: [&str; 22] = [
    "adapter",
    "collector",
    "converter",
    "discards",
    "enrichment",
    "error",
    "event",
    "failure",
    "failures",
    "format",
    "iglu",
    "load",
    "loader",
    "parsing",
    "protocol",
    "recovery",
    "runtime",
    "schema",
    "size",
    "tracker",
    "violation",
    "violations",
];

/// Words that stages of pipelines are called by: `ParsePayload`, `failed_insert`.
const STAGE_WORDS: [&str; 33] = [
    "add",
    "attributes",
    "check",
    "clean",
    "decode",
    "decoder",
    "decompress",
    "deduplicate",
    "enrich",
    "failed",
    "filter",
    "geo",
    "insert",
    "limit",
    "live",
    "load",
    "lookup",
    "metadata",
    "normalize",
    "parse",
    "payload",
    "proxy",
    "schema",
    "scrub",
    "scrubber",
    "size",
    "sink",
    "transform",
    "uri",
    "user",
    "agent",
    "validate",
    "write",
];

/// Words in the names of jobs.
const JOB_WORDS: [&str; 17] = [
    "batch",
    "beam",
    "contextual",
    "decoder",
    "errors",
    "ingestion",
    "job",
    "live",
    "pipeline",
    "prod",
    "republisher",
    "services",
    "sink",
    "stage",
    "structured",
    "stub",
    "telemetry",
];

/// In a year that jobs may have begun in.
const SOME_TIME: Micros = 1_782_391_480_000_000;

/// Length of the random ending of a job's name.
const JOB_ENDING: usize = 8;

/// Endings of files with rows.
const FILE_ENDINGS: [&str; 9] = ["ndjson", "json", "jsonl", "parquet", "csv", "misfit", "gz", "zst", "txt"];

/// What stands for the name of a file.
const FILE: &str = "SOURCE";

/// What stands for the name of a folder of schemas.
const SCHEMAS: &str = "SCHEMAS";

/// Names of namespaces and doctypes that the schemas have.
#[derive(Debug, Clone, Default)]
pub struct KnownNames(Arc<HashSet<String>>);

impl Policy {
    /// Told are the namespaces and doctypes that these schemas have.
    pub fn knowing(self, schemas: Option<&SchemaStore>) -> Self {
        let doctypes = schemas.map(SchemaStore::doctypes).unwrap_or_default();
        let names = doctypes.iter().flat_map(|known| [snake_case(&known.namespace), snake_case(&known.doctype)]);
        Policy { names: KnownNames(Arc::new(names.collect())), ..self }
    }
}

impl Redactor {
    /// The name of a namespace or doctype: told where the schemas at hand have it. Without them nobody knows whether it is one or the name of a
    /// machine that was put into an address.
    pub fn name<'a>(&self, name: &'a str) -> Cow<'a, str> {
        // Snake case leaves out what is no letter or digit.
        let is_plain = || name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
        self.told_if(name, || is_plain() && self.policy.names.0.contains(&snake_case(name)))
    }

    /// A version.
    pub fn version<'a>(&self, version: &'a str) -> Cow<'a, str> {
        self.told_if(version, || looks::is_small_number(version) || is_of_iglu(version))
    }

    /// The stage of the pipeline that refused a document.
    pub fn stage<'a>(&self, stage: &'a str) -> Cow<'a, str> {
        self.told_if(stage, || snake_case(stage).split('_').all(|word| STAGE_WORDS.contains(&word) || OTHER_STAGES.contains(&word)))
    }

    /// An exception's class, its parts told that are Java's and the pipeline's.
    pub fn class<'a>(&self, class: &'a str) -> Cow<'a, str> {
        if self.is_raw() || classes::is_known(class) { Cow::Borrowed(class) } else { Cow::Owned(classes::told(class)) }
    }

    /// A job's name, its parts told that are the pipeline's: `decoder-0-0618083012-1f2ab9c4`.
    pub fn job<'a>(&self, name: &'a str) -> Cow<'a, str> {
        let family = JobName::parse(name).family;
        let start = name.get(family.len()..).unwrap_or_default();
        let is_ending = |ending: &str| ending.len() == JOB_ENDING && looks::is_hex_with_digits(ending);
        // Several numbers are an address or a date.
        let has_one = family.split('-').filter(|part| looks::is_small_number(part)).count() == 1;
        let is_told = |part: &str| JOB_WORDS.contains(&part) || (has_one && looks::is_small_number(part));
        // Ten digits are a time in any year, or somebody's number.
        let is_time = || JobName::parse(name).start(SOME_TIME).is_some();
        let is_start = || is_time() && start.rsplit('-').next().is_some_and(is_ending);
        let is_whole = family.split('-').all(is_told) && (start.is_empty() || is_start());
        if self.is_raw() || is_whole {
            return Cow::Borrowed(name);
        }
        let told = |part: &str| if is_told(part) { part.to_owned() } else { shape::plain(part) };
        let family: Vec<String> = family.split('-').map(told).collect();
        let ending = start.rsplit('-').next().unwrap_or_default();
        let start = if is_time() && is_ending(ending) { start.to_owned() } else { shape::plain(start) };
        Cow::Owned(format!("{}{start}", family.join("-")))
    }

    /// What rows were read from, as people call it: a file is named by its owner, so that only its endings are told.
    pub fn source<'a>(&self, name: &'a str) -> Cow<'a, str> {
        let is_files = || name.split_once(" files").is_some_and(|(count, rest)| rest.is_empty() && looks::is_count(count));
        if self.is_raw() || matches!(name, demo::NAME | demo::LABEL | FILE) || name.starts_with("bigquery:") || is_files() {
            return Cow::Borrowed(name);
        }
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let endings: Vec<&str> = name.rsplit('.').take_while(|part| FILE_ENDINGS.contains(part)).collect();
        Cow::Owned([FILE].into_iter().chain(endings.into_iter().rev()).collect::<Vec<_>>().join("."))
    }

    /// Where schemas are read from: a folder is named by its owner.
    pub fn schemas<'a>(&self, name: &'a str) -> Cow<'a, str> {
        if self.is_raw() || matches!(name, demo::NAME | demo::LABEL) { Cow::Borrowed(name) } else { Cow::Borrowed(SCHEMAS) }
    }

    /// Where a source had a row: `rows.ndjson line 12`.
    pub fn origin<'a>(&self, origin: &'a str) -> Cow<'a, str> {
        let is_place = |word: &&str| matches!(*word, "line" | "row");
        let words: Vec<&str> = origin.split(' ').collect();
        let place = match words.as_slice() {
            [.., place, number] if is_place(place) && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b',') => {
                format!(" {place} {number}")
            }
            _ => String::new(),
        };
        let name = &origin[..origin.len() - place.len()];
        if self.is_raw() || name == demo::LABEL { Cow::Borrowed(origin) } else { Cow::Owned(format!("{}{place}", self.source(name))) }
    }

    /// `namespace/doctype` or the path of a schema, part by part.
    pub(super) fn doctype(&self, name: &str) -> String {
        use crate::rows::schemas::SCHEMA_ENDING;
        let (path, ending) = name.strip_suffix(SCHEMA_ENDING).map_or((name, ""), |path| (path, SCHEMA_ENDING));
        let told = |part: &str| match part.rsplit_once('.').filter(|(_, version)| looks::is_small_number(version)) {
            Some((name, version)) => format!("{}.{version}", self.name(name)),
            None => self.name(part).into_owned(),
        };
        if path.split('/').count() > MOST_PARTS {
            return shape::imitated(name);
        }
        format!("{}{ending}", path.split('/').map(told).collect::<Vec<_>>().join("/"))
    }

    pub(super) fn told_if<'a>(&self, text: &'a str, is_told: impl Fn() -> bool) -> Cow<'a, str> {
        if self.is_raw() || is_told() { Cow::Borrowed(text) } else { Cow::Owned(shape::imitated(text)) }
    }
}

/// Whether a version is one of Iglu's: `1-0-0`.
fn is_of_iglu(version: &str) -> bool {
    let is_short = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    version.split('-').count() == 3 && version.split('-').all(is_short)
}

/// Parts of a schema's path.
const MOST_PARTS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_where_schemas_have_them() {
        let schemas = demo::schemas().unwrap();
        let redactor = Redactor::new(Policy::default().knowing(Some(&schemas)));
        assert_eq!(redactor.name("acme-reader"), "acme-reader");
        assert_eq!(redactor.name("alice"), "<like \"aaaaa\">");
        assert_eq!(redactor.doctype("acme-reader/alice"), "acme-reader/<like \"aaaaa\">");
        assert_eq!(redactor.doctype("acme-reader/session/session.7.schema.json"), "acme-reader/session/session.7.schema.json");
        let knowing_nothing = Redactor::default();
        assert_eq!(knowing_nothing.name("acme-reader"), "<like \"aaaa-aaaaaa\">");
        for name in ["CITCGD-PC63", "db.internal", "acme-reader é", "acme reader"] {
            assert_ne!(redactor.name(name), name);
        }
    }

    #[test]
    fn the_pipelines_own_names_are_told() {
        let redactor = Redactor::default();
        for stage in ["ParsePayload", "ParseUri", "LimitPayloadSize", "failed_insert"] {
            assert_eq!(redactor.stage(stage), stage);
        }
        assert_eq!(redactor.stage("alice"), "<like \"aaaaa\">");
        assert_eq!(redactor.job("decoder-0-0618083012-1f2ab9c4"), "decoder-0-0618083012-1f2ab9c4");
        assert_eq!(redactor.job("decoder-alice-0618083012-1f2ab9c4"), "decoder-aaaaa-0618083012-1f2ab9c4");
        assert_eq!(redactor.job("decoder-98-133-108-131"), "decoder-00-000-000-000");
        assert_eq!(redactor.job("decoder-0-2727765483-1f2ab9c4"), "decoder-0-0000000000-0a0aa0a0");
        assert_eq!((redactor.job("alice"), redactor.job("a b-5551234567-x")), ("aaaaa".into(), "a a-0000000000-a".into()));
    }

    #[test]
    fn files_are_told_by_their_endings() {
        let redactor = Redactor::default();
        for (name, told) in [
            ("/home/alice/alice.ndjson.gz", "SOURCE.ndjson.gz"),
            ("alice", "SOURCE"),
            ("demo:", "demo:"),
            ("bigquery:p.d.t", "bigquery:p.d.t"),
            ("2 files", "2 files"),
        ] {
            assert_eq!(redactor.source(name), told);
        }
        assert_eq!(redactor.origin("/home/alice.ndjson line 1,012"), "SOURCE.ndjson line 1,012");
        assert_eq!(redactor.origin("alice"), "SOURCE");
    }
}
