//! The history that opened schemas stand in.

use std::path::Path;

use super::{Commit, GitError, Repository};

/// A repository, the commit that is looked back from, and where the namespaces are in it.
#[derive(Debug, Clone)]
pub struct Lineage {
    /// The repository.
    pub repository: Repository,
    /// The newest commit that is looked at.
    pub tip: Commit,
    /// From the top of the repository on: empty or with a slash at its end.
    pub root: String,
}

impl Lineage {
    /// The history of a folder of files: that of what is checked out around it. `None` where it lies in no repository.
    pub fn around(folder: &Path) -> Result<Option<Self>, GitError> {
        let repository = match Repository::open(folder) {
            Ok(repository) => repository,
            Err(GitError::NoRepository(_)) => return Ok(None),
            // Without git it is known all the same where there is none.
            Err(GitError::NoGit(_)) if !is_around(folder) => return Ok(None),
            Err(error) => return Err(error),
        };
        let tip = repository.resolve(Some("HEAD"))?;
        let root = repository.prefix.clone();
        Ok(Some(Lineage { repository, tip, root }))
    }
}

/// Whether a folder lies in a repository, by the names of files alone.
fn is_around(folder: &Path) -> bool {
    let folder = folder.canonicalize();
    folder.is_ok_and(|folder| folder.ancestors().any(Repository::is_top))
}
