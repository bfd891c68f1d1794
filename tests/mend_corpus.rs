//! Proposals for real groups: each takes its rows or names what refuses them next, makes nobody's verdict worse, and applies as a diff.

use crate::corpus;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use misfit::pipeline::compat::schemas::{SchemaEffect, compare};
use misfit::pipeline::document::Document;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::verdict::judge::{Judge, input};
use misfit::rows::group::Group;
use misfit::rows::schemas::{Lookup, SchemaStore};
use misfit::rows::source::files::{Files, ReadOptions};
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use misfit::triage::export::patch::{FilePatch, GroupPatch, PatchOf, PatchSettings, propose};
use misfit::triage::mend::Share;
use misfit::triage::recheck::Turn;
use misfit::triage::redact::{Policy, Redactor};

/// The keywords whose groups are to have a proposal.
const KEYWORDS: [&str; 9] =
    ["type", "maxLength", "pattern", "enum", "required", "additionalProperties", "minimum", "maximum", "propertyNames"];

/// Of so many groups one is looked at, unless all are asked for.
const STRIDE: usize = 12;

fn applies(repository: &Path, patch: &str) -> Result<(), String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(repository).args(["apply", "--check", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = git.spawn().unwrap();
    child.stdin.take().unwrap().write_all(patch.as_bytes()).unwrap();
    let said = child.wait_with_output().unwrap();
    if said.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&said.stderr).into_owned()) }
}

/// Documents that pass as things are: they are to pass with any edit.
fn passing(corpus: &Path, schemas: &SchemaStore) -> Vec<(usize, Document)> {
    let mut found = Vec::new();
    for namespace in std::fs::read_dir(corpus.join("documents")).unwrap().flatten() {
        for file in std::fs::read_dir(namespace.path()).unwrap().flatten() {
            let (folder, name) = (namespace.file_name(), file.file_name());
            let mut parts = name.to_str().unwrap().split('.');
            let (Some(doctype), Some(version)) = (parts.next(), parts.next()) else { continue };
            let known = schemas.lookup(folder.to_str().unwrap(), doctype, Some(version));
            if let (Lookup::Found(at), true) = (known, name.to_str().unwrap().ends_with(".pass.json")) {
                found.push((at, Document::parse(std::fs::read(file.path()).unwrap())));
            }
        }
    }
    found
}

/// Whether every document that passes still does.
fn passes_on(patch: &GroupPatch, schemas: &SchemaStore, passing: &[(usize, Document)]) -> Result<(), String> {
    for file in &patch.files {
        let documents: Vec<&Document> = passing.iter().filter(|(at, _)| *at == file.doctype).map(|(_, document)| document).collect();
        if documents.is_empty() {
            continue;
        }
        let namespace = &schemas.doctypes()[file.doctype].namespace;
        let schema = Schema::parse(&file.schema.path, file.proposal.edited.clone())?;
        let judge = Judge::compile(Arc::new(schema))?;
        if documents.into_iter().any(|document| !judge.passes(input(namespace, document))) {
            return Err(format!("{}: a document that passed is refused", file.schema.path));
        }
    }
    Ok(())
}

/// Whether the edit takes more and nothing less, by what both schemas say.
fn is_looser(patch: &GroupPatch) -> Result<(), String> {
    for file in &patch.files {
        let edited = Schema::parse(&file.schema.path, file.proposal.edited.clone())?;
        let changes = compare(&file.schema, &edited);
        if changes.is_empty() {
            return Err("nothing changes".to_owned());
        }
        if let Some(change) = changes.iter().find(|change| change.effect == SchemaEffect::Tightened) {
            return Err(format!("{} {}: {}", change.pointer, change.keyword, change.words));
        }
    }
    Ok(())
}

/// Whether the patch that tells nothing takes as much; whether it is as small as the one that may tell all.
fn of_discretion(
    source: &Files,
    schemas: &SchemaStore,
    group: &Group,
    settings: &PatchSettings,
    (taken, next): (u64, u64),
) -> Result<bool, String> {
    let patch = propose(source, schemas, group, settings, Share::ALL, &Unwatched).map_err(|reason| reason.text)?;
    let mut redactor = Redactor::new(Policy::default());
    patch.text(schemas, group, Share::ALL, PatchOf::Schemas, settings, &mut redactor).map_err(|reason| reason.text)?;
    is_looser(&patch)?;
    let of: u64 = patch.files.iter().flat_map(|file| &file.proposal.next).map(|next| next.documents as u64).sum();
    let now = patch.turns.of(Turn::Taken);
    // What is wider takes as many or more of those that something else refuses next.
    let is_met = patch.turns.of(Turn::Refused) == 0 && now >= taken && now + of == taken + next;
    if is_met { Ok(patch.withheld().next().is_none()) } else { Err(format!("{now} taken and {of} told, not {taken} and {next}")) }
}

#[test]
fn groups_of_the_corpus_are_mended() {
    let Some(corpus) = corpus::folder() else { return };
    let schemas: Arc<SchemaStore> = Arc::new(corpus::schemas(&corpus));
    let repository = corpus::cloned(&corpus);
    let source = Files::open(&[corpus.join("errors-2k.ndjson").to_string_lossy().into_owned()], ReadOptions { keep_rows: true }).unwrap();
    let groups = source.groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
    let all = std::env::var_os("MISFIT_ALL_PATCHES").is_some();
    let passing = passing(&corpus, &schemas);
    let settings = PatchSettings::default();
    // What may leave the machine: nothing out of documents that the schemas do not have.
    let discreet = PatchSettings { told: Some(Policy::default()), ..PatchSettings::default() };
    let mut without_data: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut shares: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut wrong: Vec<String> = Vec::new();
    let wanted = groups.list.iter().filter(|group| {
        let is_name = group.key.fault.starts_with("propertyNames");
        group.keyword.is_some_and(|keyword| KEYWORDS.contains(&keyword) || is_name)
    });
    for group in wanted.step_by(if all { 1 } else { STRIDE }) {
        let keyword = if group.key.fault.starts_with("propertyNames") { "propertyNames" } else { group.keyword.unwrap() };
        let (asked, given) = shares.entry(keyword).or_default();
        *asked += 1;
        let patch = match propose(&source, &schemas, group, &settings, Share::ALL, &Unwatched) {
            Ok(patch) => patch,
            Err(reason) => {
                println!("{} {}: {reason}", group.fingerprint, group.sample.get(..160).unwrap_or(&group.sample));
                continue;
            }
        };
        let text: String = patch.files.iter().map(FilePatch::diff).collect();
        let told: u64 = patch.files.iter().flat_map(|file| &file.proposal.next).map(|next| next.documents as u64).sum();
        let (taken, refused) = (patch.turns.of(Turn::Taken), patch.turns.of(Turn::Refused));
        let is_met = taken + told == group.count && refused == 0;
        let (exact, told_of) = without_data.entry(keyword).or_default();
        let may_be_told = {
            let mut redactor = Redactor::new(Policy::default());
            patch.text(&schemas, group, Share::ALL, PatchOf::Schemas, &settings, &mut redactor).is_ok()
        };
        let outcome = match may_be_told {
            true => Ok(true),
            false => of_discretion(&source, &schemas, group, &discreet, (taken, told)),
        };
        match outcome {
            Ok(is_exact) => (*exact, *told_of) = (*exact + usize::from(is_exact), *told_of + 1),
            Err(reason) => wrong.push(format!("{} without data: {reason}", group.fingerprint)),
        }
        let outcome = applies(&repository, &text).and_then(|()| is_looser(&patch)).and_then(|()| passes_on(&patch, &schemas, &passing));
        match outcome {
            Ok(()) if is_met => *given += 1,
            Ok(()) => wrong.push(format!("{}: {taken} taken and {told} told of {}", group.fingerprint, group.count)),
            Err(reason) => wrong.push(format!("{}: {reason}", group.fingerprint)),
        }
    }
    let (asked, given) = shares.values().fold((0, 0), |sum, (asked, given)| (sum.0 + asked, sum.1 + given));
    for (keyword, (asked, given)) in &shares {
        let (exact, told_of) = without_data.get(keyword).copied().unwrap_or_default();
        println!("{keyword}: {given} of {asked}; without data {told_of}, of them as small {exact}");
    }
    println!("all: {given} of {asked}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("documents that pass still do: {} looked at", passing.len());
    assert!(given * 100 >= asked * 95 && asked > 50, "{given} of {asked}");
}

#[test]
fn what_comes_from_a_template_is_edited_there() {
    let Some(corpus) = corpus::folder() else { return };
    let schemas: Arc<SchemaStore> = Arc::new(corpus::schemas(&corpus));
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("source");
    let git = Command::new("git").args(["clone", "-q", "-b", "main"]).arg(corpus.join("main.bundle")).arg(&clone).status().unwrap();
    assert!(git.success());
    let source = Files::open(&[corpus.join("errors-2k.ndjson").to_string_lossy().into_owned()], ReadOptions { keep_rows: true }).unwrap();
    let groups = source.groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
    let settings = PatchSettings { source_repo: Some(clone.clone()), ..PatchSettings::default() };
    let stride = if std::env::var_os("MISFIT_ALL_PATCHES").is_some() { 8 } else { 120 };
    let (mut edited, mut made) = (0, 0);
    for group in groups.list.iter().filter(|group| group.keyword.is_some()).step_by(stride) {
        let Ok(patch) = propose(&source, &schemas, group, &settings, Share::ALL, &Unwatched) else { continue };
        let mut redactor = Redactor::new(Policy { raw: true, ..Policy::default() });
        match patch.text(&schemas, group, Share::ALL, PatchOf::Templates, &settings, &mut redactor) {
            Ok(text) => {
                applies(&clone, &text).unwrap();
                assert!(text.contains("lets in: ") && text.contains("+++ b/templates/"), "{text}");
                edited += 1;
            }
            Err(reason) => {
                println!("{}: {reason}", group.fingerprint);
                made += 1;
            }
        }
    }
    println!("edited in templates: {edited}, made by the generator: {made}");
    assert!(edited > made, "{edited} of {}", edited + made);
}
