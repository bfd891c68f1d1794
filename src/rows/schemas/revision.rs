//! The revision that a folder of schemas is checked out at, read from the files that git keeps beside it.
//!
//! Owns: where those files are and what they say.
//! Refuses: running git, reading objects (a revision without a checkout is another tree's work).

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Most bytes of a file that names commits.
const LONGEST: u64 = 16 << 20;

/// Folders above the schemas that are looked at for a repository.
const MOST_ABOVE: usize = 3;

/// The commit that is checked out around a folder, in full; `None` where there is no repository, or it says nothing that is understood.
pub(super) fn of(folder: &Path) -> Option<String> {
    let git = folder.ancestors().take(MOST_ABOVE).map(|above| above.join(".git")).find(|git| git.exists())?;
    let git = if git.is_dir() { git } else { elsewhere(&git)? };
    let head = read(&git.join("HEAD"))?;
    let Some(name) = head.strip_prefix("ref: ") else { return commit(&head) };
    // A worktree shares branches with the repository that it belongs to.
    let shared = read(&git.join("commondir")).map(|path| git.join(path)).unwrap_or_else(|| git.clone());
    let loose = [&git, &shared].into_iter().find_map(|git| read(&inside(git, name)?));
    match loose {
        Some(loose) => commit(&loose),
        None => read(&shared.join("packed-refs"))?.lines().find_map(|line| commit(line.strip_suffix(name)?.strip_suffix(' ')?)),
    }
}

/// Where a file in the place of the folder says that the repository is.
fn elsewhere(file: &Path) -> Option<PathBuf> {
    let told = read(file)?;
    Some(file.parent()?.join(told.strip_prefix("gitdir: ")?))
}

/// A reference's file; a name that leads out of the folder is none.
fn inside(git: &Path, name: &str) -> Option<PathBuf> {
    let is_inside = Path::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    is_inside.then(|| git.join(name))
}

fn commit(text: &str) -> Option<String> {
    let is_hash = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| text.to_owned())
}

/// A small text file without the space around its content.
fn read(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
        let top = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = top.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::create_dir_all(top.path().join("schemas")).unwrap();
        top
    }

    #[test]
    fn the_commit_is_found_however_it_is_kept() {
        let hash = "0123456789abcdef0123456789abcdef01234567";
        let packed = format!("# pack-refs\n{} refs/heads/other\n{hash} refs/heads/main\n", "f".repeat(40));
        for files in [
            vec![(".git/HEAD", hash)],
            vec![(".git/HEAD", "ref: refs/heads/main\n"), (".git/refs/heads/main", hash)],
            vec![(".git/HEAD", "ref: refs/heads/main\n"), (".git/packed-refs", &packed)],
            vec![
                (".git", "gitdir: away/w\n"),
                ("away/w/HEAD", "ref: refs/heads/main"),
                ("away/w/commondir", ".."),
                ("away/refs/heads/main", hash),
            ],
        ] {
            let top = repository(&files);
            assert_eq!(of(&top.path().join("schemas")).as_deref(), Some(hash), "{files:?}");
        }
    }

    #[test]
    fn what_is_no_repository_has_no_revision() {
        for files in [vec![], vec![(".git/HEAD", "ref: ../../x")], vec![(".git/HEAD", "hello")], vec![(".git", "x")]] {
            assert_eq!(of(repository(&files).path()), None, "{files:?}");
        }
    }
}
