//! Which contents a doctype's schema file has had, in the order of the revisions.
//!
//! Owns: finding the file under all names that the decoder takes for the same, which of its contents was the newest at a time.
//! Refuses: reading contents (contents), judging by them.

use rustc_hash::FxHashMap;

use super::{SuspectError, SuspectWork};
use crate::ground::time::Micros;
use crate::pipeline::fault::{Fault, Says};
use crate::rows::group::Group;
use crate::rows::schemas::git::{Commit, GitError, Lineage, ObjectId};
use crate::rows::schemas::{Lookup, doctype_of, file_of};

/// A doctype version, as rows spell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimelineKey {
    pub(super) namespace: String,
    pub(super) doctype: String,
    pub(super) version: String,
}

impl TimelineKey {
    /// What the rows of a group are of, where that is told whole, be it by their message.
    pub(super) fn of_group(group: &Group) -> Option<Self> {
        let [namespace, doctype, version] =
            [&group.key.namespace, &group.key.doctype, &group.key.version].map(|name| name.as_deref().map(str::to_owned));
        let missing = MissingName::of(&Fault::parse(&group.sample, group.key.class.as_deref()));
        Self::told(namespace.zip(doctype), version, missing.as_ref())
    }

    /// What the columns of a row tell, or else the message of one for which there was no schema.
    pub(super) fn told(names: Option<(String, String)>, version: Option<String>, missing: Option<&MissingName>) -> Option<Self> {
        let (namespace, doctype) = names.or_else(|| missing.map(|missing| (missing.namespace.clone(), missing.doctype.clone())))?;
        let version = version.or_else(|| missing.and_then(|missing| missing.version.clone()))?;
        Some(TimelineKey { namespace, doctype, version })
    }
}

/// The schema that a message says there is none of.
pub(super) struct MissingName {
    namespace: String,
    doctype: String,
    /// `None` where no version of the doctype was known.
    version: Option<String>,
}

impl MissingName {
    /// `None` for every other message, and for one that was cut.
    pub(super) fn of(fault: &Fault<'_>) -> Option<Self> {
        let (namespace, doctype, version) = match fault.says {
            _ if fault.cut => return None,
            Says::NoSuchDoctype { name } => name.split_once('/').map(|(namespace, doctype)| (namespace, doctype, None))?,
            Says::NoSuchSchema { name } => doctype_of(name).map(|(namespace, doctype, version)| (namespace, doctype, Some(version)))?,
            _ => return None,
        };
        Some(MissingName { namespace: namespace.to_owned(), doctype: doctype.to_owned(), version })
    }
}

/// The history of one schema file.
#[derive(Default)]
pub(super) struct Timeline {
    /// The newest name of it, from the top of the repository on.
    pub(super) file: Option<String>,
    /// Oldest first, one for each revision that changed the file.
    pub(super) entries: Vec<TimelineEntry>,
    /// The contents, each once, in the order in which they came.
    pub(super) blobs: Vec<ObjectId>,
}

/// The file since a revision.
pub(super) struct TimelineEntry {
    pub(super) commit: Commit,
    /// Position of its content; `None` where the revision took the file away.
    pub(super) content: Option<usize>,
}

/// The history up to the newest revision, where what is looked back from is a part of it: what came later may mend.
pub(super) fn to_newest(mut lineage: Lineage) -> Result<Lineage, GitError> {
    if let Ok(newest) = lineage.repository.resolve(None)
        && newest.id != lineage.tip.id
        && lineage.repository.commits(&newest)?.iter().any(|commit| commit.id == lineage.tip.id)
    {
        lineage.tip = newest;
    }
    Ok(lineage)
}

/// The histories of all of them, by one look at all revisions.
pub(super) fn read(setting: &SuspectWork<'_>, keys: &[TimelineKey]) -> Result<Vec<Timeline>, SuspectError> {
    let mut all: Vec<Timeline> = keys.iter().map(|_| Timeline::default()).collect();
    let Some(lineage) = setting.lineage.as_ref().filter(|_| !keys.is_empty()) else { return Ok(all) };
    let mut of_path: FxHashMap<String, Option<usize>> = FxHashMap::default();
    // A schema may stand under two names at once: it is there as long as one of them is.
    let mut held: Vec<FxHashMap<String, ObjectId>> = keys.iter().map(|_| FxHashMap::default()).collect();
    for entry in lineage.repository.log(&lineage.tip, &[])?.into_iter().rev() {
        let mut changed: Vec<usize> = Vec::new();
        for change in entry.changes {
            let found = match of_path.get(&change.path) {
                Some(found) => *found,
                None => {
                    let found = position(lineage, keys, &change.path);
                    of_path.insert(change.path.clone(), found);
                    found
                }
            };
            let Some(at) = found else { continue };
            match change.after {
                Some(blob) => {
                    all[at].file = Some(change.path.clone());
                    held[at].insert(change.path, blob);
                }
                None => {
                    held[at].remove(&change.path);
                }
            }
            if !changed.contains(&at) {
                changed.push(at);
            }
        }
        for at in changed {
            let timeline = &mut all[at];
            // Of two names the one that the newest schemas know, as a store lists them.
            let blob = held[at].iter().min_by_key(|(path, _)| path.as_str()).map(|(_, blob)| *blob);
            let content = blob.map(|blob| {
                timeline.blobs.iter().position(|known| *known == blob).unwrap_or_else(|| {
                    timeline.blobs.push(blob);
                    timeline.blobs.len() - 1
                })
            });
            if timeline.entries.last().and_then(|last| last.content) != content {
                timeline.entries.push(TimelineEntry { commit: entry.commit.clone(), content });
            }
        }
    }
    Ok(all)
}

/// Whose schema a path is.
fn position(lineage: &Lineage, keys: &[TimelineKey], path: &str) -> Option<usize> {
    let below = path.strip_prefix(&lineage.root).or_else(|| path.strip_prefix("schemas/"))?;
    keys.iter()
        .position(|key| below.contains(key.version.as_str()) && file_of(below, &key.namespace, &key.doctype, &key.version) == Some(true))
}

impl Timeline {
    /// The entry that was the newest at a time; `None` before the first.
    pub(super) fn at(&self, time: Micros) -> Option<usize> {
        self.entries.iter().rposition(|entry| entry.commit.time <= time)
    }
}

/// Whether the schemas at hand have a schema of it.
pub(super) fn position_at_hand(setting: &SuspectWork<'_>, key: &TimelineKey) -> Option<usize> {
    match setting.question.schemas.lookup(&key.namespace, &key.doctype, Some(&key.version)) {
        Lookup::Found(at) => Some(at),
        _ => None,
    }
}
