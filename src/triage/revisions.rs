//! Two states of the schemas that stand beside each other in time.
//!
//! Owns: which two are meant, opening them, what they are called, the layouts of a table in both.
//! Refuses: comparing them (compat), naming keys and flags.

mod beside;

use std::path::PathBuf;
use std::sync::Arc;

use crate::ground::text::visible;
use crate::pipeline::layout::Layout;
use crate::rows::schemas::git::{Commit, Lineage, RevisionTree, revision_at};
use crate::rows::schemas::{Doctype, Lookup, SchemaError, SchemaStore};
use crate::triage::history;
pub use beside::{beside, stands_alone};

/// Which two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairChoice {
    /// A revision beside the one before it, by how many newer ones there are: 0 is the newest.
    Revision(usize),
    /// The nearest revision that stops a deploy, or of which that is not known, before or after the one that has so many newer ones.
    Stopping {
        /// How many newer ones that has.
        from: usize,
        /// Whether it is to be an older one.
        is_older: bool,
    },
    /// The opened schemas beside these: a folder, an archive, a revision of a repository, or of their own.
    Against(PathBuf),
}

/// Both sides, opened.
pub struct SchemaPair {
    /// The earlier one.
    pub old: Arc<SchemaStore>,
    /// The later one.
    pub new: Arc<SchemaStore>,
    /// What the earlier one is called.
    pub old_name: String,
    /// What the later one is called.
    pub new_name: String,
    /// How many newer revisions there are, and how many there are with one before them.
    pub place: Option<(usize, usize)>,
}

/// A table on both sides.
pub struct TableSides {
    /// Namespace, doctype and version, as the schemas spell them.
    pub doctype: Doctype,
    /// Its columns before; `None` where there was no such table.
    pub old: Option<Arc<Layout>>,
    /// Its columns now.
    pub new: Option<Arc<Layout>>,
}

/// Opens two; `kept` is the folder in which what came of pairs of revisions is kept.
///
/// # Errors
/// There is no such revision, or nothing to compare with.
pub fn open(store: &Arc<SchemaStore>, choice: &PairChoice, kept: Option<PathBuf>) -> Result<SchemaPair, SchemaError> {
    match choice {
        PairChoice::Stopping { from, is_older } => open(store, &PairChoice::Revision(stopping(store, *from, *is_older, kept)?), None),
        PairChoice::Against(path) => {
            let old = beside(store, path)?;
            let (old_name, new_name) = (name(&old, &visible(&path.to_string_lossy())), store.name());
            Ok(SchemaPair { old: Arc::new(old), new: Arc::clone(store), old_name, new_name, place: None })
        }
        PairChoice::Revision(at) => {
            let Some(lineage) = store.lineage()? else { return if *at == 0 { before(store) } else { Err(no_history(store)) } };
            let commits = lineage.repository.commits(&lineage.tip)?;
            let Some([new, old]) = commits.get(*at..at + 2).and_then(|pair| pair.first_chunk::<2>()) else {
                return Err(SchemaError::Empty(format!("{} has no revision before that one", lineage.repository.name())));
            };
            let open = |commit: &Commit| revision(&lineage, &commit.id.to_string()).map(Arc::new);
            let place = Some((*at, commits.len() - 1));
            // git lists both at once.
            let (before, now) = std::thread::scope(|scope| {
                let before = scope.spawn(|| open(old));
                let now = open(new);
                (before.join(), now)
            });
            let before = before.unwrap_or_else(|_| Err(SchemaError::Empty("the earlier revision could not be opened".to_owned())))?;
            Ok(SchemaPair { old: before, new: now?, old_name: dated(old), new_name: dated(new), place })
        }
    }
}

/// The place of the nearest revision that stops a deploy, or with a table that could not be compared: it may stop one.
fn stopping(store: &SchemaStore, from: usize, is_older: bool, kept: Option<PathBuf>) -> Result<usize, SchemaError> {
    let found = history::judge_all(store, kept).map_err(|error| SchemaError::Empty(error.to_string()))?;
    let stops = |at: &usize| found.pairs.get(*at).is_some_and(|pair| pair.verdict().stops() || !pair.is_compared());
    let place = if is_older { (from + 1..found.pairs.len()).find(stops) } else { (0..from).rev().find(stops) };
    let word = if is_older { "older" } else { "newer" };
    let notes: String = found.notes.iter().map(|note| format!("; {note}")).collect();
    place.ok_or_else(|| SchemaError::Empty(format!("no {word} revision stops a deploy{notes}")))
}

/// How many newer revisions a revision of the schemas' repository has.
pub fn place_of(store: &SchemaStore, revision: &str) -> Option<usize> {
    let lineage = store.lineage().ok()??;
    let id = lineage.repository.commit_like(revision).ok()?;
    lineage.repository.commits(&lineage.tip).ok()?.iter().position(|commit| commit.id == id)
}

/// The state that comes with the schemas, where they stand in no history.
fn before(store: &Arc<SchemaStore>) -> Result<SchemaPair, SchemaError> {
    match store.before()? {
        Some(old) => {
            Ok(SchemaPair { old_name: old.name(), new_name: store.name(), old: Arc::new(old), new: Arc::clone(store), place: None })
        }
        None => Err(no_history(store)),
    }
}

fn no_history(store: &SchemaStore) -> SchemaError {
    SchemaError::Missing(format!("{} stands in no git repository, so there is no earlier revision to compare with", store.name()))
}

pub(in crate::triage) fn revision(lineage: &Lineage, name: &str) -> Result<SchemaStore, SchemaError> {
    SchemaStore::open(Box::new(RevisionTree::open(&lineage.repository, Some(name))?))
}

fn name(store: &SchemaStore, given: &str) -> String {
    match (store.revision(), store.revision_time()) {
        (Some(id), Some(time)) if !id.starts_with(given) => format!("{given} ({})", revision_at(&id, time)),
        (Some(id), Some(time)) => revision_at(&id, time),
        _ => store.name(),
    }
}

fn dated(commit: &Commit) -> String {
    revision_at(&commit.id.to_string(), commit.time)
}

impl SchemaPair {
    /// The columns of a table on both sides.
    ///
    /// # Errors
    /// Neither side has it, or its columns cannot be read.
    pub fn table(&self, namespace: &str, doctype: &str, version: &str) -> Result<TableSides, String> {
        let find = |store: &SchemaStore| match store.lookup(namespace, doctype, Some(version)) {
            Lookup::Found(at) => Some(at),
            Lookup::NoDoctype | Lookup::NoVersion { .. } => None,
        };
        let (old, new) = (find(&self.old), find(&self.new));
        let named = new.and_then(|at| self.new.doctypes().get(at)).or(old.and_then(|at| self.old.doctypes().get(at)));
        let Some(doctype) = named.cloned() else {
            return Err(format!("neither {} nor {} has a table {namespace}/{doctype}.{version}", self.old_name, self.new_name));
        };
        let columns = |store: &SchemaStore, at: Option<usize>| -> Result<Option<Arc<Layout>>, String> {
            let Some(at) = at else { return Ok(None) };
            Ok(store.columns(at).map_err(|error| error.to_string())?.layout().cloned())
        };
        Ok(TableSides { old: columns(&self.old, old)?, new: columns(&self.new, new)?, doctype })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::rows::demo;

    #[test]
    fn schemas_without_history_have_the_state_that_comes_with_them() {
        let store = Arc::new(demo::schemas().unwrap());
        let pair = open(&store, &PairChoice::Revision(0), None).unwrap();
        assert_eq!((pair.old_name.as_str(), pair.new_name.as_str(), pair.place), ("demo, the week before", "demo", None));
        let nothing = Arc::new(demo::before().unwrap());
        let refused = open(&nothing, &PairChoice::Revision(0), None).err().unwrap().to_string();
        assert!(refused.contains("stands in no git repository"), "{refused}");
        let nowhere = open(&store, &PairChoice::Against("nowhere".into()), None).err().unwrap().to_string();
        assert!(nowhere.contains("nowhere"), "{nowhere}");
    }

    pub(super) fn git(folder: &Path, args: &[&str]) {
        let mut command = std::process::Command::new("git");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-C"]).arg(folder).args(args);
        assert!(command.output().unwrap().status.success(), "git {args:?}");
    }

    #[test]
    fn a_revision_that_could_not_be_compared_is_not_stepped_over() {
        let top = tempfile::tempdir().unwrap();
        let folder = top.path().join("whole");
        let files = folder.join("schemas/acme/shop");
        std::fs::create_dir_all(&files).unwrap();
        git(&folder, &["init", "-q"]);
        let fine = r#"[{"name": "a", "type": "STRING"}]"#;
        for (day, layout) in [fine, fine, "7", "7", "7"].iter().enumerate() {
            std::fs::write(files.join("shop.1.bq"), layout).unwrap();
            std::fs::write(files.join("shop.1.schema.json"), format!("{{\"title\": \"{day}\"}}")).unwrap();
            git(&folder, &["add", "-A"]);
            git(&folder, &["commit", "-q", "-m", "Auto-push"]);
        }
        let nearest = |folder: &Path, from: usize, is_older: bool| {
            let store = Arc::new(SchemaStore::open_revision(folder, None).unwrap());
            let pair = open(&store, &PairChoice::Stopping { from, is_older }, None);
            pair.map(|pair| pair.place).map_err(|error| error.to_string())
        };
        assert_eq!(nearest(&folder, 0, true), Ok(Some((2, 4))));
        assert_eq!(nearest(&folder, 3, false), Ok(Some((2, 4))));
        assert_eq!(nearest(&folder, 2, true), Err("no older revision stops a deploy".to_owned()));
        let shallow = top.path().join("shallow");
        let url = format!("file://{}", folder.display());
        git(top.path(), &["clone", "-q", "--depth", "2", &url, shallow.to_str().unwrap()]);
        let refused = nearest(&shallow, 0, true).unwrap_err();
        assert!(refused.contains("no older revision stops a deploy; ") && refused.contains("is a shallow clone"), "{refused}");
    }

    #[test]
    fn a_table_is_found_on_both_sides_in_any_spelling() {
        let store = Arc::new(demo::schemas().unwrap());
        let pair = open(&store, &PairChoice::Revision(0), None).unwrap();
        let sides = pair.table("acme_desktop", "sync", "1").unwrap();
        assert_eq!(sides.doctype.namespace, "acme-desktop");
        assert!(sides.old.is_some() && sides.new.is_some());
        assert!(pair.table("acme-desktop", "sync", "7").err().unwrap().contains("neither"));
    }
}
