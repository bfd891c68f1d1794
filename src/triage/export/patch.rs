//! The smallest edit of the schemas that takes a group's rows, as a patch.
//!
//! Owns: one proposal for each schema file that they are of, the replay of all rows, what stands in the patch.
//! Refuses: reading the group's documents (documents), working out a proposal (mend), judging twice (recheck), what may be told of a value (redact).

mod documents;
mod json;
mod others;
mod templates;
mod text;
mod told;

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

use crate::pipeline::document::Document;
use crate::pipeline::fault::{BEYOND_SCHEMAS, Fault, NOT_FOUND, Says};
use crate::pipeline::schema::Schema;
use crate::rows::advice::Advised;
use crate::rows::group::Group;
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, Watch};
use crate::triage::mend::{MayTell, Mender, NodeEdit, PatchedColumns, Proposal, Share, columns};
use crate::triage::recheck::{Recheck, Turn, TurnCounts, recheck};
use crate::triage::redact::{Policy, Redactor};

pub(super) use documents::{NamedDocuments, named, read};
pub use others::OtherRows;
pub(super) use text::place;

/// Where schema files are in their repository.
pub(super) const FOLDER: &str = "schemas/";
/// Times that rows are added which the edit does not take yet.
const MOST_ROUNDS: usize = 4;

/// Which patch is meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PatchOf {
    /// Of the generated schemas.
    #[default]
    Schemas,
    /// Of the templates that they are made of.
    Templates,
}

/// What is known of how to patch.
#[derive(Debug, Clone, Default)]
pub struct PatchSettings {
    /// Keywords and keys that are never touched.
    pub never: Vec<String>,
    /// The repository that the schemas are generated from.
    pub source_repo: Option<PathBuf>,
    /// What may be told: the edit writes nothing else out of documents, and is wider where it would. Without it the smallest is made, and refused
    /// where it may not be told.
    pub told: Option<Policy>,
}

/// An edit of one schema file.
pub struct FilePatch {
    /// Position in [`SchemaStore::doctypes`].
    pub doctype: usize,
    /// The schema as it stands.
    pub schema: Arc<Schema>,
    /// What is done to it.
    pub proposal: Proposal,
    /// What becomes of its table.
    pub columns: PatchedColumns,
}

/// A schema file that judges rows of the group and is not edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UneditedFile {
    /// Its path, without the folder of schemas.
    pub path: String,
    /// Rows that the edit would have been worked out from.
    pub rows: usize,
    /// Why not, as a sentence without a full stop.
    pub reason: String,
}

/// All that takes a group's rows.
pub struct GroupPatch {
    /// One for each schema file that the rows are of.
    pub files: Vec<FilePatch>,
    /// Those of them that no edit could be worked out for.
    pub unedited: Vec<UneditedFile>,
    /// What becomes of the rows that were replayed.
    pub turns: TurnCounts,
    /// Rows that have no document or name no doctype.
    pub without: u64,
    /// Rows that the proposal was worked out from, where these are not all.
    pub worked_from: Option<usize>,
    /// What becomes of the rows of other groups; `None` until they are looked at.
    pub others: Option<OtherRows>,
}

/// Works out what takes a group's rows.
///
/// # Errors
/// The source cannot be read, or nothing that a schema says refuses the rows.
pub fn propose(
    source: &dyn ErrorSource,
    schemas: &SchemaStore,
    group: &Group,
    settings: &PatchSettings,
    share: Share,
    watch: &dyn Watch,
) -> Result<GroupPatch, Advised> {
    if let Some(reason) = beyond_schemas(group) {
        return Err(reason.into());
    }
    let mut documents = read(source, schemas, group, watch)?;
    if documents.of.is_empty() {
        return Err(match documents.unjudged.is_empty() {
            true => "the rows have no documents to work an edit out from".into(),
            false => Advised::from("none of these schemas judges the rows: either they are not JSON, or the schemas lack their doctype"),
        });
    }
    let mut rounds = MOST_ROUNDS;
    loop {
        let (files, unedited, edited) = of_files(schemas, &documents, group, settings, share)?;
        let replay = Recheck::new(Arc::new(schemas.fresh()), Arc::new(edited));
        let (without, worked_from) = (documents.without, documents.is_cut.then_some(documents.read));
        let mut patch = GroupPatch { files, unedited, turns: TurnCounts::default(), without, worked_from, others: None };
        if !documents.is_cut {
            for (document, names) in documents.of.values().flatten().chain(&documents.unjudged) {
                match names {
                    // As the rows are counted where all of them are read again.
                    [None, ..] | [_, None, _] => patch.without += 1,
                    _ => patch.turns.add(&replay.document(document, named(names))),
                }
            }
            return if watch.cancelled() { Err("the export was stopped".into()) } else { Ok(patch) };
        }
        let rows = recheck(source, &replay, &[group], None, &Through(watch)).map_err(|error| Advised::from(error.to_string()))?;
        (patch.turns, patch.without) = (rows.total(), rows.without + rows.beyond);
        let all = patch.turns.all() as usize;
        let is_met = patch.turns.of(Turn::Same) as usize <= all - share.of(all);
        rounds -= 1;
        if watch.cancelled() {
            return Err("the export was stopped".into());
        }
        // Rows that were not among those that it was worked out from ask for more.
        if is_met || rounds == 0 || source.is_remote() || !documents::more(source, schemas, group, &replay, &mut documents, watch)? {
            return Ok(patch);
        }
    }
}

/// A proposal for each schema file, and the schemas with all of them.
fn of_files(
    schemas: &SchemaStore,
    documents: &documents::GroupDocuments,
    group: &Group,
    settings: &PatchSettings,
    share: Share,
) -> Result<(Vec<FilePatch>, Vec<UneditedFile>, SchemaStore), Advised> {
    let (mut files, mut unedited, mut edited): (Vec<FilePatch>, Vec<UneditedFile>, Option<SchemaStore>) = Default::default();
    for (at, rows) in &documents.of {
        let texts: Vec<&Document> = rows.iter().map(|(document, _)| document).collect();
        match of_file(schemas, *at, &texts, group, settings, share) {
            Ok(patch) => {
                let store = edited.as_ref().unwrap_or(schemas);
                edited = Some(store.with_file(&patch.schema.path, patch.proposal.edited.clone()));
                files.push(patch);
            }
            Err(reason) => {
                let path = schemas.doctypes().get(*at).and_then(|doctype| doctype.schema.clone()).unwrap_or_default();
                unedited.push(UneditedFile { path, rows: rows.len(), reason });
            }
        }
    }
    let edited = edited.ok_or_else(|| Advised::from(unedited.first().map(|file| file.reason.clone()).unwrap_or_default()))?;
    Ok((files, unedited, edited))
}

/// Why no edit of a schema takes such rows.
fn beyond_schemas(group: &Group) -> Option<String> {
    let fault = Fault::parse(&group.sample, group.key.class.as_deref());
    if fault.is_by_catch() {
        return Some(format!("no schema refuses the rows: {}", fault.sentence()));
    }
    if fault.is_of_schemas() {
        let is_missing = matches!(fault.says, Says::NoSuchDoctype { .. } | Says::NoSuchSchema { .. }) || fault.class == NOT_FOUND;
        return is_missing.then(|| {
            "there is no schema of that name and version, so none to edit: the doctype has to be made, or its name is wrong".to_owned()
        });
    }
    let why = match fault.says {
        Says::Bug { .. } => "; on purpose, whatever their documents hold",
        Says::NotJson { .. } => "; their documents are wrong by any reading",
        _ => "",
    };
    Some(format!("no edit of a schema takes the rows: they are {BEYOND_SCHEMAS}{why}"))
}

fn of_file(
    schemas: &SchemaStore,
    at: usize,
    documents: &[&Document],
    group: &Group,
    settings: &PatchSettings,
    share: Share,
) -> Result<FilePatch, String> {
    let schema = schemas.schema(at).map_err(|error| error.to_string())?.ok_or("there is no schema")?;
    let namespace = schemas.doctypes().get(at).map_or("", |doctype| doctype.namespace.as_str());
    let redactor = settings.told.clone().filter(|policy| !policy.raw).map(|policy| RefCell::new(Redactor::new(policy)));
    let ask = |edit: &NodeEdit| redactor.as_ref().is_none_or(|redactor| told::is_told(edit, schemas, &mut redactor.borrow_mut()));
    let may_tell: Option<MayTell<'_>> = redactor.is_some().then_some(&ask);
    let mender = Mender { namespace, schema: &schema, keyword: group.keyword, never: &settings.never, share, may_tell };
    let proposal = mender.propose(documents).map_err(|refusal| refusal.to_string())?;
    let columns = columns(&schema, &proposal.edited);
    Ok(FilePatch { doctype: at, schema, proposal, columns })
}

/// A watch that may be sent to other threads.
struct Through<'a>(&'a dyn Watch);

impl Watch for Through<'_> {
    fn progress(&self, progress: crate::rows::source::Progress) {
        self.0.progress(progress);
    }

    fn snapshot(&self, _: crate::rows::group::Groups) {}

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }

    fn spend(&self, cost: &crate::rows::source::Cost) -> bool {
        self.0.spend(cost)
    }

    fn spent(&self, spent: crate::rows::source::Spent) {
        self.0.spent(spent);
    }
}

#[cfg(test)]
mod tests;
