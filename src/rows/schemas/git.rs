//! Schemas at any revision of a git repository, through the machine's own git.
//!
//! Owns: opening a repository (work tree, bare, clone without files), what can be asked of it (rooms below), errors in plain words.
//! Refuses: checking out, writing into the repository, running anything that a repository's settings name (command), what the files mean.

mod command;
mod fetch;
mod history;
mod lineage;
mod object;
mod objects;
mod resolve;
mod revision_tree;
mod told;

use std::path::{Path, PathBuf};

use crate::ground::text::visible;

pub use fetch::shown as address;
pub use history::{CommitText, FileChange, LogEntry, SourceCommit};
pub use lineage::Lineage;
pub use object::{Blobs, ObjectId};
pub use resolve::{Commit, split_revision, time_of};
pub use revision_tree::{RevisionTree, TreeFile};
pub use told::{revision_at, short_revision};

/// The branch that generated schemas are pushed to.
pub const BRANCH: &str = "generated-schemas";

/// An opened repository. Asking it runs git; nothing is kept but where it is.
#[derive(Debug, Clone)]
pub struct Repository {
    /// As it was given.
    given: PathBuf,
    /// The repository itself, absolute.
    git_dir: PathBuf,
    /// The folder of the work tree that was given, from its top on: empty or with a slash at its end.
    prefix: String,
    is_shallow: bool,
}

/// Why git could not answer. Messages say what, where and what to do.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GitError {
    /// The program is not there.
    #[error("there is no git on this machine, or it cannot be run ({0}): install git, or name a folder of schemas")]
    NoGit(String),
    /// The path is none.
    #[error("{0} is not a git repository")]
    NoRepository(String),
    /// No revision of that name.
    #[error("{0}")]
    NoRevision(String),
    /// An object that should be there is not, or cannot be unpacked.
    #[error("{0}")]
    Damaged(String),
    /// Anything else that git refused.
    #[error("{0}")]
    Refused(String),
}

impl Repository {
    /// Opens the repository that a folder is or lies in. Reads no object.
    ///
    /// # Errors
    /// There is none, or git refuses it (it belongs to somebody else).
    pub fn open(path: &Path) -> Result<Self, GitError> {
        let shown = visible(&path.to_string_lossy()).into_owned();
        if !path.is_dir() {
            return Err(GitError::NoRepository(shown));
        }
        let asked = command::at(path).args(["rev-parse", "--git-dir", "--is-shallow-repository", "--show-prefix"]).output();
        let output = asked.map_err(|error| GitError::NoGit(error.to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(if said.contains("not a git repository") {
                GitError::NoRepository(shown)
            } else {
                command::refused(&shown, &said)
            });
        }
        let said = String::from_utf8_lossy(&output.stdout);
        let mut lines = said.lines();
        let git_dir = path.join(lines.next().unwrap_or(".git"));
        let git_dir = git_dir.canonicalize().unwrap_or(git_dir);
        let is_shallow = lines.next() == Some("true");
        Ok(Repository { given: path.to_owned(), git_dir, prefix: lines.next().unwrap_or_default().to_owned(), is_shallow })
    }

    /// Whether a folder is itself a repository: bare, or the top of a clone.
    pub fn is_top(path: &Path) -> bool {
        path.join(".git").exists() || Self::is_bare(path)
    }

    /// Whether a folder is a repository without files beside it.
    pub fn is_bare(path: &Path) -> bool {
        path.join("HEAD").is_file() && path.join("objects").is_dir() && path.join("refs").is_dir()
    }

    /// What it is, for people.
    pub fn name(&self) -> String {
        visible(&self.given.to_string_lossy()).into_owned()
    }

    /// Where the repository's own files are; tells one from another.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Whether older history was left out when it was cloned.
    pub fn is_shallow(&self) -> bool {
        self.is_shallow
    }
}

/// Whether a mode is a file's, not that of a link or of another repository.
fn is_file(mode: &str) -> bool {
    mode.starts_with("100")
}

#[cfg(test)]
mod tests;
