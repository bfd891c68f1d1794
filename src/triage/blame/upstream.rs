//! The commits of the source repository that a generated commit took in.
//!
//! Owns: reading them from the generated commit or from a file that stands for it, the pull request and bug that a subject names.
//! Refuses: opening them (their repository is another one).

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;

use crate::ground::time::{Micros, parse_time};
use crate::rows::schemas::git::CommitText;

/// A commit of the source repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpstreamCommit {
    /// As it is told: often not whole.
    pub hash: String,
    /// Likewise.
    pub date: String,
    /// Its first line.
    pub subject: String,
    /// The number of the pull request that the subject names.
    pub pull_request: Option<u64>,
    /// The number of the bug in Bugzilla that it names.
    pub bug: Option<u64>,
}

impl UpstreamCommit {
    /// When it was made, where its date can be read: git puts a space before an offset, or does not.
    pub(in crate::triage) fn time(&self) -> Option<Micros> {
        let apart = || self.date.rsplit_once(' ').and_then(|(clock, offset)| parse_time(&format!("{clock}{offset}")));
        parse_time(&self.date).or_else(apart)
    }
}

/// What a file tells of generated commits whose own text does not: lines of `GENERATED DATE HASH DATE SUBJECT`, tabs between.
#[derive(Debug, Clone, Default)]
pub struct UpstreamBook {
    lines: Vec<(String, UpstreamCommit)>,
}

/// Fewest digits of a hash.
const LEAST: usize = 7;

impl UpstreamBook {
    /// Reads such a file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(path: &Path) -> io::Result<Self> {
        Ok(Self::parse(&fs::read_to_string(path)?))
    }

    fn parse(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| {
            let (generated, rest) = line.split_once('\t')?;
            is_hash(generated).then_some(())?;
            Some((generated.to_owned(), commit(rest.split_once('\t')?.1)?))
        });
        UpstreamBook { lines: lines.collect() }
    }

    /// What a generated commit took in: by its own text, and by the file where its hash, or the one that its subject ends in, stands there.
    pub(in crate::triage) fn of(&self, revision: &str, text: &CommitText) -> Vec<UpstreamCommit> {
        let mut found: Vec<UpstreamCommit> = text.body.lines().filter_map(|line| commit(line.trim())).collect();
        let original = text.subject.strip_suffix(')').and_then(|subject| subject.rsplit_once('(')).map(|(_, hash)| hash);
        let original = original.filter(|hash| is_hash(hash));
        for (generated, commit) in &self.lines {
            let is_it =
                revision.starts_with(generated) || original.is_some_and(|hash| hash.starts_with(generated) || generated.starts_with(hash));
            if is_it && !found.contains(commit) {
                found.push(commit.clone());
            }
        }
        found
    }
}

fn is_hash(text: &str) -> bool {
    (LEAST..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Reads `HASH TAB DATE TAB SUBJECT`.
fn commit(line: &str) -> Option<UpstreamCommit> {
    let mut parts = line.splitn(3, '\t');
    let (hash, date, subject) = (parts.next()?, parts.next()?, parts.next()?);
    is_hash(hash).then(|| UpstreamCommit {
        hash: hash.to_owned(),
        date: date.to_owned(),
        subject: subject.to_owned(),
        pull_request: pull_request(subject),
        bug: bug(subject),
    })
}

/// `(#875)` at the end, or `Merge pull request #875`.
fn pull_request(subject: &str) -> Option<u64> {
    let behind = |mark: &str| subject.rfind(mark).map(|at| &subject[at + mark.len()..]);
    let digits = behind("(#").or_else(|| behind("pull request #"))?;
    number(digits)
}

/// `Bug 2007406`, `bug-1604666`, `bug 1604666:`.
fn bug(subject: &str) -> Option<u64> {
    let lower = subject.to_ascii_lowercase();
    lower.match_indices("bug").find_map(|(at, word)| {
        let is_word = !lower[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let behind = lower[at + word.len()..].trim_start_matches([' ', '-', '_', '#']);
        number(behind).filter(|_| is_word)
    })
}

fn number(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_names_its_pull_request_and_bug() {
        let told = |subject: &str| (pull_request(subject), bug(subject));
        assert_eq!(told("Bug 2019207 - Record a metric (#866)"), (Some(866), Some(2_019_207)));
        assert_eq!(told("[DENG-11329] Migrate (#875)"), (Some(875), None));
        assert_eq!(told("Merge pull request #12 from a/bug-1604666"), (Some(12), Some(1_604_666)));
        assert_eq!(told("debug 5 things"), (None, None));
        assert_eq!(told("Fix (#a)"), (None, None));
    }

    #[test]
    fn commits_are_told_by_the_generated_one_or_by_a_file() {
        let text = |subject: &str, body: &str| CommitText { subject: subject.to_owned(), body: body.to_owned() };
        let book = UpstreamBook::parse(
            "generated\tgenerated_date\tupstream\tupstream_date\tsubject\n1298f1f57\t2026-06-26\t0e764d005\t2026-06-25\tAdd (#874)\n",
        );
        let hashes = |revision: &str, text: &CommitText| book.of(revision, text).into_iter().map(|commit| commit.hash).collect::<Vec<_>>();
        assert_eq!(hashes("1298f1f57aaa", &text("Auto-push", "")), ["0e764d005"]);
        assert_eq!(hashes("ffff", &text("Auto-push (1298f1f57)", "")), ["0e764d005"]);
        let body = "Interpolated\n\nabcdef0123\t2026-01-02 10:00:00 +0100\tBug 77 - x\nno\tcommit";
        let own = book.of("ffff", &text("Auto-push", body));
        assert_eq!((own.len(), own[0].bug, own[0].date.as_str()), (1, Some(77), "2026-01-02 10:00:00 +0100"));
    }
}
