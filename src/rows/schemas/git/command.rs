//! How git is run: reading only, with nothing of the environment or of a repository's settings that runs a program or changes an answer.
//!
//! Owns: the arguments that make it so, what git says on failure in plain words.
//! Refuses: what is asked.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::{GitError, Repository};
use crate::ground::text::visible;

/// Settings that a foreign repository could set to run programs, to fetch, or to change what an answer looks like.
const SETTINGS: [&str; 10] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "protocol.allow=never",
    "log.showSignature=false",
    "log.follow=false",
    "log.showRoot=true",
    "log.mailmap=false",
    "diff.orderFile=/dev/null",
    "core.pager=cat",
    // Reading all versions of a file in order unpacks each from the one before.
    "core.deltaBaseCacheLimit=128m",
];

/// git that reads, in a folder.
pub(super) fn at(folder: &Path) -> Command {
    let mut command = clean();
    command.arg("-C").arg(folder);
    command
}

/// git that reads, wherever it stands.
fn clean() -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1").env("GIT_NO_REPLACE_OBJECTS", "1");
    command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C").stdin(Stdio::null());
    command.args(["--no-pager", "--no-optional-locks", "--literal-pathspecs"]);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command
}

/// git's failure in plain words.
pub(super) fn refused(shown: &str, said: &str) -> GitError {
    let said = said.trim();
    let first = said.lines().find(|line| line.starts_with("fatal:") || line.starts_with("error:")).or(said.lines().next());
    let first = first.unwrap_or("it gave no reason");
    let first = visible(first.trim_start_matches("fatal: ").trim_start_matches("error: ")).into_owned();
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if has(&["dubious ownership"]) {
        let text = format!("git does not read {shown}, which belongs to somebody else: if you trust it, name it in git's safe.directory");
        return GitError::Refused(text);
    }
    let broken = [
        "missing",
        "corrupt",
        "unable to read",
        "could not read",
        "failed to read",
        "failed to validate",
        "inflate",
        "does not match",
        "bad object",
        "unable to unpack",
        "packfile",
        ".pack",
        ".idx",
    ];
    if has(&broken) {
        return GitError::Damaged(format!("the repository {shown} is damaged or not whole ({first}): fetch or clone it anew"));
    }
    GitError::Refused(format!("git does not read {shown}: {first}"))
}

impl Repository {
    /// git that reads this repository.
    pub(super) fn command(&self) -> Command {
        let mut command = clean();
        command.arg("--git-dir").arg(&self.git_dir);
        command
    }

    /// What git answers, whether it succeeded or not.
    pub(super) fn ask(&self, args: &[&str]) -> Result<Output, GitError> {
        self.command().args(args).output().map_err(|error| GitError::NoGit(error.to_string()))
    }

    /// What git answers.
    pub(super) fn answer(&self, args: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = self.ask(args)?;
        if output.status.success() { Ok(output.stdout) } else { Err(self.refused(&output.stderr)) }
    }

    pub(super) fn refused(&self, said: &[u8]) -> GitError {
        let said = String::from_utf8_lossy(said);
        match refused(&self.name(), &said) {
            GitError::Damaged(_) if self.is_shallow => GitError::Damaged(self.too_shallow()),
            error => error,
        }
    }

    /// What is said where history ends before what was asked.
    pub(super) fn too_shallow(&self) -> String {
        let shown = self.name();
        format!("{shown} is a shallow clone, without the older history that this needs: git fetch with its option unshallow gets it")
    }
}
