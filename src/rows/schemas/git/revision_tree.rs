//! The files of one revision, as a tree of schemas.
//!
//! Owns: listing them with the objects that hold them, where in the repository the schemas are.
//! Refuses: choosing the revision (resolve), what the names mean (the store).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::objects::Objects;
use super::{Commit, GitError, Lineage, ObjectId, Repository};
use crate::ground::time::Micros;
use crate::rows::schemas::{FileTree, SchemaError};

/// A file of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// From the top of the repository on.
    pub path: String,
    /// What holds its contents: files with the same contents have the same.
    pub blob: ObjectId,
}

/// The schemas of one revision.
pub struct RevisionTree {
    repository: Repository,
    commit: Commit,
    /// As it was asked for.
    asked: Option<String>,
    /// Where the namespaces are, from the top of the repository on: empty or with a slash at its end.
    root: String,
    /// Schemas and layouts by their paths from the root on.
    files: FxHashMap<String, ObjectId>,
    /// The git that reads, which other revisions may ask as well.
    objects: SharedObjects,
}

/// One git for several revisions.
type SharedObjects = Arc<Mutex<Objects>>;

/// The folder of schemas in a repository that has other things beside them.
const FOLDER: &str = "schemas/";

impl Repository {
    /// All files of a revision in the order of their paths, without links and submodules.
    pub fn files(&self, commit: &Commit) -> Result<Vec<TreeFile>, GitError> {
        let said = self.answer(&["ls-tree", "-r", "-z", "--full-tree", &commit.id.to_string()])?;
        Ok(said.split(|&byte| byte == 0).filter_map(|line| file(std::str::from_utf8(line).ok()?)).collect())
    }
}

/// Reads `MODE blob HASH TAB PATH`.
fn file(line: &str) -> Option<TreeFile> {
    let (about, path) = line.split_once('\t')?;
    let mut words = about.split(' ');
    let (mode, _, id) = (words.next()?, words.next()?, words.next()?);
    super::is_file(mode).then_some(())?;
    Some(TreeFile { path: path.to_owned(), blob: ObjectId::parse(id)? })
}

impl RevisionTree {
    /// Lists the schemas of a revision; reads none of them.
    ///
    /// # Errors
    /// The revision has no schemas.
    pub fn open(repository: &Repository, revision: Option<&str>) -> Result<Self, SchemaError> {
        Self::open_by(&Arc::new(Mutex::new(Objects::new(repository))), repository, revision)
    }

    /// The schemas of two revisions of a repository, by one git.
    ///
    /// # Errors
    /// One of them has no schemas.
    pub fn open_both(repository: &Repository, revisions: [&str; 2]) -> Result<[Self; 2], SchemaError> {
        let objects = Arc::new(Mutex::new(Objects::new(repository)));
        let [old, new] = revisions.map(|revision| Self::open_by(&objects, repository, Some(revision)));
        Ok([old?, new?])
    }

    fn open_by(shared: &SharedObjects, repository: &Repository, revision: Option<&str>) -> Result<Self, SchemaError> {
        let mut objects = locked(shared);
        let (commit, top) = objects.resolve(revision)?;
        let mut root = repository.prefix.clone();
        let below = format!("{root}{FOLDER}");
        let mut all = match objects.folder(top, &below)? {
            Some(folder) => objects.files(folder, &below)?,
            None => Vec::new(),
        };
        if !all.is_empty() {
            root = below;
        } else if let Some(folder) = objects.folder(top, &root)? {
            all = objects.files(folder, &root)?;
        }
        drop(objects);
        let schemas = all.into_iter().filter_map(|file| {
            let path = file.path.strip_prefix(&root)?;
            super::super::is_schema_path(path).then(|| (path.to_owned(), file.blob))
        });
        let files: FxHashMap<String, ObjectId> = schemas.collect();
        let asked = revision.map(str::to_owned);
        let tree = RevisionTree { repository: repository.clone(), commit, asked, root, files, objects: Arc::clone(shared) };
        match tree.files.is_empty() {
            true => Err(SchemaError::Missing(format!("{} holds no schemas: {}", tree.name(), super::super::EXPECTED))),
            false => Ok(tree),
        }
    }

    /// The commit.
    pub fn commit(&self) -> &Commit {
        &self.commit
    }

    /// What holds a file of [`FileTree::list`].
    pub fn blob(&self, path: &str) -> Option<ObjectId> {
        self.files.get(path).copied()
    }
}

/// A thread that panicked while it read may have left half an answer: a new git is asked.
fn locked(objects: &SharedObjects) -> MutexGuard<'_, Objects> {
    objects.lock().unwrap_or_else(|poisoned: PoisonError<_>| {
        let mut objects = poisoned.into_inner();
        objects.renew();
        objects
    })
}

impl FileTree for RevisionTree {
    fn name(&self) -> String {
        let asked = self.asked.as_ref().map(|asked| format!("@{}", crate::ground::text::visible(asked)));
        format!("{}{}", self.repository.name(), asked.unwrap_or_default())
    }

    fn content_id(&self, path: &str) -> Option<String> {
        self.blob(path).map(|blob| blob.to_string())
    }

    fn list(&self) -> Result<Vec<String>, SchemaError> {
        let mut paths: Vec<String> = self.files.keys().cloned().collect();
        paths.sort();
        Ok(paths)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, SchemaError> {
        let missing = || SchemaError::Broken { path: path.to_owned(), reason: format!("not among the files of {}", self.name()) };
        let id = self.files.get(path).ok_or_else(missing)?;
        Ok(locked(&self.objects).read(id)?)
    }

    fn revision(&self) -> Option<String> {
        Some(self.commit.id.to_string())
    }

    fn revision_time(&self) -> Option<Micros> {
        Some(self.commit.time)
    }

    fn is_chosen(&self) -> bool {
        self.asked.is_some()
    }

    fn lineage(&self) -> Result<Option<Lineage>, GitError> {
        Ok(Some(Lineage { repository: self.repository.clone(), tip: self.commit.clone(), root: self.root.clone() }))
    }
}
