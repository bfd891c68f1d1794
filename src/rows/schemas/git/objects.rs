//! One git for everything that opening revisions asks: what a name means, folders, contents.
//!
//! Owns: one program for any number of revisions of a repository, folders that several of them share, which are read once.
//! Refuses: names that need more than one look (resolve), what files mean.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Blobs, Commit, GitError, ObjectId, Repository, TreeFile};

const SECOND: i64 = 1_000_000;

/// Something in a folder.
#[derive(Debug)]
struct FolderEntry {
    name: String,
    id: ObjectId,
    is_folder: bool,
}

/// A git that answers, and the folders that it told of.
pub(super) struct Objects {
    repository: Repository,
    /// Started when something is asked.
    blobs: Option<Blobs>,
    folders: FxHashMap<ObjectId, Arc<[FolderEntry]>>,
}

impl Objects {
    /// Of a repository; starts nothing.
    pub(super) fn new(repository: &Repository) -> Self {
        Objects { repository: repository.clone(), blobs: None, folders: FxHashMap::default() }
    }

    fn blobs(&mut self) -> Result<&mut Blobs, GitError> {
        Ok(match &mut self.blobs {
            Some(blobs) => blobs,
            none => none.insert(self.repository.blobs()?),
        })
    }

    /// Asks a new git from now on.
    pub(super) fn renew(&mut self) {
        self.blobs = None;
    }

    /// The contents of an object.
    pub(super) fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, GitError> {
        let read = self.blobs()?.read(id);
        if read.is_err() {
            // The next one may be whole: git ends at the first that is not.
            self.blobs = None;
        }
        read
    }

    /// See [`Repository::resolve`]: names that git knows are asked of the git that is there already.
    pub(super) fn resolve(&mut self, revision: Option<&str>) -> Result<(Commit, ObjectId), GitError> {
        let names = match revision {
            Some(revision) => vec![revision.to_owned(), format!("refs/remotes/origin/{revision}")],
            None => super::resolve::usual_names().to_vec(),
        };
        for name in names.iter().filter(|name| is_plain(name)) {
            if let Some(found) = self.commit(&format!("{name}^{{commit}}"))? {
                return Ok(found);
            }
        }
        let commit = self.repository.resolve(revision)?;
        let missing = || GitError::Damaged(format!("commit {} of {} cannot be read", commit.id, self.repository.name()));
        let lost = missing();
        self.commit(&commit.id.to_string())?.ok_or(lost)
    }

    /// A commit with its top folder; `None` where git knows none of the name, or several.
    fn commit(&mut self, name: &str) -> Result<Option<(Commit, ObjectId)>, GitError> {
        let Some((id, text)) = self.blobs()?.named(name)? else { return Ok(None) };
        let text = String::from_utf8_lossy(&text);
        let head = || text.lines().take_while(|line| !line.is_empty());
        let top = head().find_map(|line| ObjectId::parse(line.strip_prefix("tree ")?));
        let when = head().find_map(|line| line.strip_prefix("committer ")?.rsplit(' ').nth(1)?.parse::<i64>().ok());
        let damaged = || GitError::Damaged(format!("commit {id} of {} has no date", self.repository.name()));
        let (top, seconds) = top.zip(when).ok_or_else(damaged)?;
        Ok(Some((Commit { id, time: seconds.saturating_mul(SECOND) }, top)))
    }

    /// The folder of a path below another; `None` where there is none.
    pub(super) fn folder(&mut self, top: ObjectId, path: &str) -> Result<Option<ObjectId>, GitError> {
        let mut at = top;
        for part in path.split('/').filter(|part| !part.is_empty()) {
            self.load(&[at])?;
            let known = self.folders.get(&at);
            let next = known.and_then(|entries| entries.iter().find(|entry| entry.is_folder && entry.name == part));
            let Some(next) = next else { return Ok(None) };
            at = next.id;
        }
        Ok(Some(at))
    }

    /// All files below a folder, each with `prefix` before its path; without links and submodules.
    pub(super) fn files(&mut self, top: ObjectId, prefix: &str) -> Result<Vec<TreeFile>, GitError> {
        let mut found = Vec::new();
        let mut level = vec![(prefix.to_owned(), top)];
        while !level.is_empty() {
            let ids: Vec<ObjectId> = level.iter().map(|(_, id)| *id).collect();
            self.load(&ids)?;
            let mut below = Vec::new();
            for (path, id) in level {
                for entry in self.folders.get(&id).map(|entries| entries.iter()).into_iter().flatten() {
                    if entry.is_folder {
                        below.push((format!("{path}{}/", entry.name), entry.id));
                    } else {
                        found.push(TreeFile { path: format!("{path}{}", entry.name), blob: entry.id });
                    }
                }
            }
            level = below;
        }
        Ok(found)
    }

    /// Reads folders that are not known yet.
    fn load(&mut self, ids: &[ObjectId]) -> Result<(), GitError> {
        let mut wanted: Vec<ObjectId> = ids.iter().filter(|id| !self.folders.contains_key(id)).copied().collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut read = Vec::with_capacity(wanted.len());
        let told = self.blobs()?.each(&wanted, |bytes, id| read.push((*id, entries(bytes, id))));
        if told.is_err() {
            self.blobs = None;
        }
        told?;
        self.folders.extend(read);
        Ok(())
    }
}

/// Whether a name is one that git takes as it stands.
fn is_plain(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._/~-".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_part)
}

/// Reads `MODE NAME NUL ID` again and again. What is no file and no folder is left out.
fn entries(mut bytes: &[u8], of: &ObjectId) -> Arc<[FolderEntry]> {
    let mut found = Vec::new();
    while let Some(end) = memchr::memchr(0, bytes) {
        let (about, rest) = (&bytes[..end], &bytes[end + 1..]);
        let length = of.length();
        let Some(id) = rest.get(..length).and_then(ObjectId::of_bytes) else { break };
        bytes = &rest[length..];
        let Some((mode, name)) = std::str::from_utf8(about).ok().and_then(|about| about.split_once(' ')) else { continue };
        let is_folder = matches!(mode, "40000" | "040000");
        if is_folder || super::is_file(mode) {
            found.push(FolderEntry { name: name.to_owned(), id, is_folder });
        }
    }
    found.into()
}
