//! Getting a repository over the network, by the machine's git with the user's own settings for it.
//!
//! Owns: a clone that is whole or not there, what is new of it.
//! Refuses: choosing the place and the address, touching a repository that was not made here.

use std::path::Path;
use std::process::Command;

use super::{GitError, Repository};
use crate::ground::text::visible;

/// What would lead git to another repository than the one that is named.
const ELSEWHERE: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

/// git that may ask and show how far it has come: on the terminal that it is started from.
fn fetching() -> Command {
    let mut command = Command::new("git");
    for name in ELSEWHERE {
        command.env_remove(name);
    }
    command.args(["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0"]);
    command
}

fn done(command: &mut Command, url: &str) -> Result<(), GitError> {
    let status = command.stdout(std::process::Stdio::null()).status().map_err(|error| GitError::NoGit(error.to_string()))?;
    if status.success() {
        return Ok(());
    }
    Err(GitError::Refused(format!("git did not get {}: its own words stand above", shown(url))))
}

/// An address for people: safe on a terminal, and without the name and password that may stand in it.
pub fn shown(url: &str) -> String {
    let bare = url.split_once("://").map(|(scheme, rest)| {
        let end = rest.find('/').unwrap_or(rest.len());
        let host = rest.get(..end).and_then(|host| host.rsplit_once('@')).map_or(0, |(user, _)| user.len() + 1);
        format!("{scheme}://{}", rest.get(host..).unwrap_or(rest))
    });
    visible(bare.as_deref().unwrap_or(url)).into_owned()
}

impl Repository {
    /// Clones all branches from an address, without files, into a folder that does not exist yet.
    ///
    /// # Errors
    /// git fails; nothing is left then.
    pub fn clone_bare(url: &str, to: &Path) -> Result<Self, GitError> {
        let failed = |error: std::io::Error| GitError::Refused(format!("cannot write {}: {error}", visible(&to.to_string_lossy())));
        let above = to.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(above).map_err(failed)?;
        // Gone with what is in it where the clone fails or is called off.
        let partial = tempfile::Builder::new().prefix(".clone").tempdir_in(above).map_err(failed)?;
        let inside = partial.path().join("repository");
        done(fetching().args(["clone", "--bare", "--template=", "--"]).arg(url).arg(&inside), url)?;
        let cloned = Repository::open(&inside)?;
        let files = cloned.answer(&["ls-tree", "-r", "--name-only", "--full-tree", &cloned.resolve(None)?.id.to_string()])?;
        if !files.split(|byte| *byte == b'\n').any(|name| name.ends_with(b".schema.json")) {
            return Err(GitError::Refused(format!(
                "{} holds no schemas (files named *.schema.json), so nothing of it is kept",
                shown(url)
            )));
        }
        std::fs::rename(&inside, to).map_err(failed)?;
        Repository::open(to)
    }

    /// Fetches what is new from where it was cloned from.
    pub fn update(&self) -> Result<(), GitError> {
        let mut command = fetching();
        command.arg("--git-dir").arg(&self.git_dir);
        done(command.args(["fetch", "--prune", "origin", "+refs/heads/*:refs/heads/*"]), &self.origin()?)
    }

    /// Where it was cloned from.
    pub fn origin(&self) -> Result<String, GitError> {
        let said = self.ask(&["config", "--get", "remote.origin.url"])?;
        match String::from_utf8_lossy(&said.stdout).trim() {
            "" => Err(GitError::Refused(format!("{} was not cloned from anywhere", self.name()))),
            url => Ok(url.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn an_address_is_told_without_its_password() {
        assert_eq!(shown("https://user:secret@host.example/a/b@c.git"), "https://host.example/a/b@c.git");
        assert_eq!(shown("https://u:p@host.example"), "https://host.example");
        assert_eq!((shown("file:///a@b"), shown("git@host.example:a/b")), ("file:///a@b".to_owned(), "git@host.example:a/b".to_owned()));
    }
}
