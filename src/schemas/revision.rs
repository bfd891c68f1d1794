//! The commit that a checkout is at, read from git's own files.
//!
//! Owns: finding the repository of a schema folder, following HEAD.
//! Refuses: running git, changes that are not committed, other revisions.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Most bytes of one of git's files that are read.
const MOST_READ: u64 = 16 << 20;
/// References that refer to others are followed so far, as git does.
const MOST_STEPS: usize = 5;

/// The commit of the checkout that has its top at the folder or right above it; `None` where there is none.
pub(super) fn of(folder: &Path) -> Option<String> {
    let tops = [Some(folder), folder.parent()];
    let repository = tops.into_iter().flatten().find_map(|top| repository(&top.join(".git")))?;
    // A further working tree has its own HEAD, and the references of the first.
    let common = text(&repository.join("commondir")).map_or_else(|| repository.clone(), |path| repository.join(path));
    let mut reference = text(&repository.join("HEAD"))?;
    for _ in 0..MOST_STEPS {
        let Some(name) = reference.strip_prefix("ref: ") else {
            return is_commit(&reference).then_some(reference);
        };
        if !name.starts_with("refs/") || name.split('/').any(|part| part == "..") {
            return None;
        }
        reference = text(&common.join(name)).or_else(|| packed(&text(&common.join("packed-refs"))?, name))?;
    }
    None
}

/// `.git` is a folder, or a file that names it.
fn repository(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        return Some(path.to_owned());
    }
    let named = text(path)?;
    Some(path.parent()?.join(named.strip_prefix("gitdir: ")?))
}

/// Lines are `COMMIT NAME`.
fn packed(references: &str, name: &str) -> Option<String> {
    let found = references.lines().filter_map(|line| line.split_once(' ')).find(|(_, known)| *known == name);
    found.map(|(commit, _)| commit.to_owned())
}

fn text(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(MOST_READ).read_to_string(&mut text).ok()?;
    Some(text.trim_end().to_owned())
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn write(root: &Path, path: &str, text: &str) {
        let full = root.join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, text).unwrap();
    }

    fn revision(files: &[(&str, &str)]) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        files.iter().for_each(|(path, text)| write(dir.path(), path, text));
        of(&dir.path().join("schemas"))
    }

    #[test]
    fn head_is_followed_wherever_git_keeps_it() {
        let line = format!("{COMMIT}\n");
        let packed = format!("# pack-refs with: peeled\n{COMMIT} refs/heads/main\n^{}\n", "f".repeat(40));
        for files in [
            [(".git/HEAD", line.as_str()), ("x", "")],
            [("schemas/.git/HEAD", &line), ("x", "")],
            [(".git/HEAD", "ref: refs/heads/main\n"), (".git/refs/heads/main", &line)],
            [(".git/HEAD", "ref: refs/heads/main\n"), (".git/packed-refs", &packed)],
        ] {
            assert_eq!(revision(&files).as_deref(), Some(COMMIT), "{files:?}");
        }
        let tree = [
            (".git", "gitdir: first/worktrees/second\n"),
            ("first/worktrees/second/HEAD", "ref: refs/heads/main\n"),
            ("first/worktrees/second/commondir", "../..\n"),
            ("first/refs/heads/main", &line),
        ];
        assert_eq!(revision(&tree).as_deref(), Some(COMMIT));
    }

    #[test]
    fn what_is_no_checkout_has_no_revision() {
        for files in [
            vec![],
            vec![(".git/HEAD", "ref: refs/heads/none")],
            vec![(".git/HEAD", "not a commit")],
            vec![(".git/HEAD", "ref: refs/../../x"), ("x", COMMIT)],
            vec![(".git/HEAD", "ref: refs/a"), (".git/refs/a", "ref: refs/a")],
        ] {
            assert_eq!(revision(&files), None, "{files:?}");
        }
    }
}
