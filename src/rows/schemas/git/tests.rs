use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::rows::schemas::{FileTree, SchemaStore};

/// git in a folder, with a clock and nobody's settings.
fn git(folder: &Path, date: &str, args: &[&str]) {
    let mut command = Command::new("git");
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_AUTHOR_DATE", "2020-01-01T00:00:00Z").env("GIT_COMMITTER_DATE", date);
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main", "-C"]).arg(folder).args(args);
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn write(root: &Path, path: &str, text: &str) {
    let full = root.join(path);
    fs::create_dir_all(full.parent().unwrap()).unwrap();
    fs::write(full, text).unwrap();
}

/// Three revisions: a schema is made, changed, joined by a layout. One a month from January 2024 on.
fn repository() -> (tempfile::TempDir, PathBuf) {
    let top = tempfile::tempdir().unwrap();
    let path = top.path().join("re@po");
    fs::create_dir(&path).unwrap();
    git(&path, "2024-01-10T02:00:00Z", &["init", "-q"]);
    for (month, file, text) in [(1, "a.1.schema.json", "{}"), (2, "a.1.schema.json", "{\"type\": \"object\"}"), (3, "a.1.bq", "[]")] {
        write(&path, &format!("schemas/ns/a/{file}"), text);
        write(&path, "schemas/README.md", &month.to_string());
        git(&path, "2024-01-10T02:00:00Z", &["add", "."]);
        let date = format!("2024-0{month}-10T02:00:00Z");
        git(&path, &date, &["commit", "-q", "-m", &format!("Revision {month}\n\nabc\t2024-01-01\tBug 1 - x")]);
    }
    (top, path)
}

fn opened(path: &Path, revision: Option<&str>) -> Result<RevisionTree, String> {
    let repository = Repository::open(path).map_err(|error| error.to_string())?;
    RevisionTree::open(&repository, revision).map_err(|error| error.to_string())
}

fn at(path: &Path, revision: &str) -> Result<String, String> {
    opened(path, Some(revision)).map(|tree| crate::ground::time::minute(tree.commit().time))
}

#[test]
fn a_revision_is_named_in_many_ways() {
    let (_top, path) = repository();
    git(&path, "2024-01-10T02:00:00Z", &["tag", "v1", "HEAD~2"]);
    let newest = opened(&path, None).unwrap();
    assert_eq!(newest.list().unwrap(), ["ns/a/a.1.bq", "ns/a/a.1.schema.json"]);
    let hash = newest.revision().unwrap();
    for (name, month) in [
        ("main", 3),
        ("HEAD", 3),
        (hash.as_str(), 3),
        (&hash[..8], 3),
        ("HEAD~1", 2),
        ("v1", 1),
        ("2024-02-10", 2),
        ("2024-02-10T01:59:59Z", 1),
        ("2024-02-10 02:00:00 UTC", 2),
        ("2029-01-01", 3),
    ] {
        assert_eq!(at(&path, name), Ok(format!("2024-0{month}-10 02:00")), "{name}");
    }
    assert_eq!(opened(&path, Some("v1")).unwrap().read("ns/a/a.1.schema.json").unwrap(), b"{}");
    assert_eq!(opened(&path, Some("HEAD~1")).unwrap().read("ns/a/a.1.schema.json").unwrap(), b"{\"type\": \"object\"}");
}

#[test]
fn what_is_no_revision_is_told_with_what_is_near() {
    let (_top, path) = repository();
    let said = |name: &str| at(&path, name).unwrap_err();
    assert!(said("mian").ends_with("has no revision mian; did you mean main?"), "{}", said("mian"));
    assert!(
        said("zzzzzzz").contains("its branches and tags are main; a date is written 2026-06-30 or 2026-06-30 04:00"),
        "{}",
        said("zzzzzzz")
    );
    assert!(said("HEAD~9").contains("does not go back so far"), "{}", said("HEAD~9"));
    assert!(said("2023-01-01").contains("its first is of 2024-01-10"), "{}", said("2023-01-01"));
    assert!(said("main@{yesterday}").contains("name a commit or a date"));
    // No name is an option, a range or a file.
    for name in ["--all", "-1", "main..HEAD", "^main", "HEAD:schemas", "--output=x", ""] {
        assert!(at(&path, name).is_err(), "{name}");
    }
    assert!(!path.join("x").exists());
    let nowhere = Repository::open(&path.join("nowhere")).unwrap_err().to_string();
    assert!(nowhere.ends_with("nowhere is not a git repository"), "{nowhere}");
}

#[test]
fn a_path_with_an_at_that_exists_goes_first() {
    let (_top, path) = repository();
    assert_eq!(split_revision(&path), None);
    let given = PathBuf::from(format!("{}@HEAD~1", path.display()));
    assert_eq!(split_revision(&given), Some((path.clone(), "HEAD~1".to_owned())));
    assert_eq!(split_revision(Path::new("/nowhere@x")), None);
}

#[test]
fn bare_repositories_and_clones_without_files_open_the_generated_branch() {
    let (top, path) = repository();
    git(&path, "2024-01-10T02:00:00Z", &["branch", "generated-schemas", "HEAD~1"]);
    for (name, option) in [("bare", "--bare"), ("clone", "--no-checkout")] {
        let to = top.path().join(name);
        git(top.path(), "2024-01-10T02:00:00Z", &["clone", "-q", option, path.to_str().unwrap(), to.to_str().unwrap()]);
        assert!(Repository::is_top(&to));
        assert_eq!(opened(&to, None).unwrap().commit().time, opened(&path, Some("HEAD~1")).unwrap().commit().time, "{name}");
        // A branch that only the place it was cloned from has.
        assert_eq!(at(&to, "generated-schemas"), Ok("2024-02-10 02:00".to_owned()));
    }
}

#[test]
fn history_and_contents_are_read_in_one_go() {
    let (_top, path) = repository();
    let repository = Repository::open(&path).unwrap();
    let tip = repository.resolve(None).unwrap();
    let log = repository.log(&tip, &["schemas/ns/a".to_owned()]).unwrap();
    let told: Vec<String> = log
        .iter()
        .flat_map(|entry| &entry.changes)
        .map(|change| format!("{} {} {}", change.path, change.before.is_some(), change.after.is_some()))
        .collect();
    assert_eq!(
        told,
        ["schemas/ns/a/a.1.bq false true", "schemas/ns/a/a.1.schema.json true true", "schemas/ns/a/a.1.schema.json false true"]
    );
    let ids: Vec<ObjectId> = log.iter().flat_map(|entry| &entry.changes).filter_map(|change| change.after).collect();
    let mut read = Vec::new();
    let keep = |at: usize, bytes: &[u8]| {
        read.push((at, String::from_utf8_lossy(bytes).into_owned()));
        ControlFlow::Continue(())
    };
    repository.each_blob(&ids, keep).unwrap();
    assert_eq!(read, [(0, "[]".to_owned()), (1, "{\"type\": \"object\"}".to_owned()), (2, "{}".to_owned())]);
    repository.each_blob(&ids, |_, _| ControlFlow::Break(())).unwrap();
    let texts = repository.texts(&log.iter().map(|entry| entry.commit.id).collect::<Vec<_>>()).unwrap();
    assert_eq!((texts[0].subject.as_str(), texts[2].subject.as_str()), ("Revision 3", "Revision 1"));
    assert_eq!(texts[1].body, "abc\t2024-01-01\tBug 1 - x");
    assert_eq!(repository.log(&tip, &[]).unwrap().len(), 3);
    let none = repository.log(&tip, &["no/such/path".to_owned()]).unwrap();
    assert!(none.is_empty());
}

#[test]
fn folders_keep_their_files_and_what_has_none_is_read_from_history() {
    let (top, path) = repository();
    write(&path, "schemas/ns/a/a.1.bq", "[{}]");
    let store = SchemaStore::open_named(&path).unwrap();
    assert_eq!(store.layout_bytes(0).unwrap().unwrap(), b"[{}]", "a file as it stands, though no revision has it");
    let lineage = store.lineage().unwrap().unwrap();
    assert_eq!((lineage.root.as_str(), Some(lineage.tip.id.to_string())), ("schemas/", store.revision()));
    let bare = top.path().join("bare");
    git(top.path(), "2024-01-10T02:00:00Z", &["clone", "-q", "--bare", path.to_str().unwrap(), bare.to_str().unwrap()]);
    let store = SchemaStore::open_named(&bare).unwrap();
    assert_eq!((store.layout_bytes(0).unwrap().unwrap(), store.lineage().unwrap().unwrap().root), (b"[]".to_vec(), "schemas/".to_owned()));
    let named = SchemaStore::open_named(&PathBuf::from(format!("{}@HEAD~1", path.display()))).unwrap();
    assert!(named.name().ends_with("re@po@HEAD~1") && named.layout(0).unwrap().is_none());
    let nowhere = SchemaStore::open_named(Path::new("/nowhere@HEAD")).err().unwrap().to_string();
    assert!(nowhere.contains("there is no folder"), "{nowhere}");
    let plain = tempfile::tempdir().unwrap();
    write(plain.path(), "ns/a/a.1.bq", "[]");
    assert!(SchemaStore::open_named(plain.path()).unwrap().lineage().unwrap().is_none());
}

#[test]
fn a_shallow_clone_says_so() {
    let (top, path) = repository();
    let to = top.path().join("shallow");
    let from = format!("file://{}", path.display());
    git(top.path(), "2024-01-10T02:00:00Z", &["clone", "-q", "--depth=1", &from, to.to_str().unwrap()]);
    assert!(at(&to, "HEAD").is_ok());
    assert!(at(&to, "HEAD~1").unwrap_err().contains("shallow clone"));
    assert!(at(&to, "2024-02-10").unwrap_err().contains("shallow clone"));
}

#[test]
fn a_missing_object_and_a_damaged_one_are_told_and_others_are_read() {
    let (_top, path) = repository();
    let tree = opened(&path, None).unwrap();
    let id = tree.blob("ns/a/a.1.schema.json").unwrap();
    let name = id.to_string();
    let file = path.join(".git/objects").join(&name[..2]).join(&name[2..]);
    fs::remove_file(&file).unwrap();
    let said = tree.read("ns/a/a.1.schema.json").unwrap_err().to_string();
    assert!(said.contains("damaged or not whole") && said.contains(&name), "{said}");
    assert_eq!(tree.read("ns/a/a.1.bq").unwrap(), b"[]");
    fs::write(&file, b"no object").unwrap();
    let said = tree.read("ns/a/a.1.schema.json").unwrap_err().to_string();
    assert!(said.contains("damaged or not whole"), "{said}");
    assert_eq!(tree.read("ns/a/a.1.bq").unwrap(), b"[]");
    let store = SchemaStore::open_revision(&path, None).unwrap();
    assert!(store.schema(0).is_err() && store.layout(0).unwrap().is_some());
}

/// Every program that a repository's settings can name, and every answer that they can change.
#[cfg(unix)]
#[test]
fn settings_of_a_foreign_repository_run_nothing_and_change_no_answer() {
    use std::os::unix::fs::PermissionsExt;
    let (top, path) = repository();
    let before = opened(&path, None).unwrap().list().unwrap();
    let ran = top.path().join("ran");
    let script = top.path().join("program");
    fs::write(&script, format!("#!/bin/sh\ntouch '{}'\ncat\n", ran.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.to_str().unwrap();
    for name in [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "diff.external",
        "diff.x.textconv",
        "gpg.program",
        "core.editor",
        "core.askPass",
    ] {
        git(&path, "2024-01-10T02:00:00Z", &["config", name, script]);
    }
    for (name, value) in [
        ("log.showSignature", "true"),
        ("log.showRoot", "false"),
        ("log.follow", "true"),
        ("log.diffMerges", "off"),
        ("diff.orderFile", "/nowhere"),
        ("diff.relative", "true"),
        ("color.ui", "always"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", &format!("ext::{script}")),
        ("protocol.ext.allow", "always"),
    ] {
        git(&path, "2024-01-10T02:00:00Z", &["config", name, value]);
    }
    fs::create_dir_all(path.join(".git/hooks")).unwrap();
    fs::copy(script, path.join(".git/hooks/post-index-change")).unwrap();
    write(&path, ".gitattributes", "*.json diff=x\n");
    let files = |folder: &Path| {
        let output = Command::new("find").arg(folder).args(["-type", "f", "-printf", "%p %s %T@\n"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let state = files(&path);
    let tree = opened(&path, None).unwrap();
    assert_eq!(tree.list().unwrap(), before);
    let repository = tree.lineage().unwrap().unwrap().repository;
    assert_eq!(repository.log(tree.commit(), &["schemas/ns/a/a.1.schema.json".to_owned()]).unwrap().len(), 2);
    assert_eq!(repository.texts(&[tree.commit().id]).unwrap()[0].subject, "Revision 3");
    // What is not here would be fetched by that program.
    let missing = ObjectId::parse(&"1".repeat(40)).unwrap();
    assert!(repository.blobs().unwrap().read(&missing).is_err());
    assert!(at(&path, &"1".repeat(40)).is_err());
    assert!(!ran.exists(), "a program of the repository ran");
    assert_eq!(files(&path), state, "something was written into the repository");
}

#[test]
fn a_damaged_pack_says_so_and_a_branch_of_it_is_none_that_is_missing() {
    let (top, path) = repository();
    git(&path, "2024-01-10T02:00:00Z", &["branch", "-m", BRANCH]);
    let to = top.path().join("bare");
    git(top.path(), "2024-01-10T02:00:00Z", &["clone", "-q", "--bare", path.to_str().unwrap(), to.to_str().unwrap()]);
    git(&to, "2024-01-10T02:00:00Z", &["repack", "-qad"]);
    let packs = fs::read_dir(to.join("objects/pack")).unwrap().flatten().map(|file| file.path());
    let pack = packs.into_iter().find(|file| file.extension().is_some_and(|ending| ending == "pack")).unwrap();
    let whole = fs::read(&pack).unwrap();
    fs::remove_file(&pack).unwrap();
    for text in [vec![0; whole.len()], Vec::new()] {
        fs::write(&pack, text).unwrap();
        for named in [None, Some(BRANCH)] {
            let said = opened(&to, named).err().unwrap();
            assert!(said.contains("is damaged or not whole") && said.contains("clone it anew"), "{said}");
        }
    }
}

#[test]
fn a_time_of_day_is_the_newest_commit_not_after_it() {
    let (_top, path) = repository();
    let named = |name: &str| opened(&path, Some(name)).map(|tree| tree.commit().id).unwrap();
    let commit = |date: &str| {
        git(&path, date, &["commit", "-q", "--allow-empty", "-m", "More"]);
        named("HEAD")
    };
    let early = commit("2024-06-01T03:59:30Z");
    let late = commit("2024-06-01T04:00:30Z");
    let later = commit("2024-06-01T06:00:00Z");
    for (asked, found) in [
        ("2024-06-01 03:59", early),
        ("2024-06-01 04:00", late),
        ("2024-06-01T04:00", late),
        ("2024-06-01 04:00Z", late),
        ("2024-06-01 04:00 UTC", late),
        ("2024-06-01 06:00+02:00", late),
        ("2024-06-01 06:00 +0200", late),
        ("2024-06-01 04:00:29", early),
        ("2024-06-01 04:00:30", late),
        ("2024-06-01T04:00:30Z", late),
        ("2024-06-01T06:00:29+02:00", early),
        ("2024-06-01 06:00", later),
        ("2024-06-01", later),
    ] {
        assert_eq!(named(asked), found, "{asked}");
    }
    for wrong in ["2024-06-01 25:00", "2024-06-01 04:00 CEST", "2024-06-31 04:00", "2024-06-01 4"] {
        assert!(at(&path, wrong).unwrap_err().contains("a date is written 2026-06-30 or 2026-06-30 04:00"), "{wrong}");
    }
}

#[test]
fn names_alike_are_told_whatever_their_case_and_strangers_are_not() {
    let (_top, path) = repository();
    git(&path, "2024-01-10T02:00:00Z", &["branch", "Release-Candidate"]);
    let said = |asked: &str| at(&path, asked).unwrap_err();
    assert!(said("release-candidat").ends_with("did you mean Release-Candidate?"), "{}", said("release-candidat"));
    assert!(said("MIAN").ends_with("did you mean main?"), "{}", said("MIAN"));
    assert!(!said("nightly").contains("did you mean"), "{}", said("nightly"));
}

#[test]
fn a_clone_that_grows_is_read_on() {
    let (_top, path) = repository();
    let tree = opened(&path, None).unwrap();
    assert_eq!(tree.read("ns/a/a.1.bq").unwrap(), b"[]");
    for month in [4, 5] {
        write(&path, "schemas/ns/a/a.1.schema.json", &format!("{{\"a\": {month}}}"));
        git(&path, "2024-04-10T02:00:00Z", &["commit", "-q", "-a", "-m", "More"]);
        git(&path, "2024-04-10T02:00:00Z", &["repack", "-qad"]);
        git(&path, "2024-04-10T02:00:00Z", &["prune-packed"]);
        assert_eq!(tree.read("ns/a/a.1.schema.json").unwrap(), b"{\"type\": \"object\"}");
    }
}

#[test]
fn the_branch_that_people_commit_to_is_what_was_fetched_of_it() {
    let (top, path) = repository();
    let opened = |path: &Path| Repository::open(path).unwrap();
    assert_eq!(
        opened(&path).main().unwrap(),
        opened(&path).resolve(Some("main")).unwrap(),
        "without one that was fetched it is this machine's"
    );
    let clone = top.path().join("clone");
    git(top.path(), "2024-01-10T02:00:00Z", &["clone", "-q", path.to_str().unwrap(), clone.to_str().unwrap()]);
    write(&path, "schemas/README.md", "newer");
    git(&path, "2024-05-10T02:00:00Z", &["commit", "-q", "-a", "-m", "Newer"]);
    git(&clone, "2024-05-10T02:00:00Z", &["fetch", "-q"]);
    let (behind, newest) = (opened(&clone).resolve(Some("main")).unwrap(), opened(&path).resolve(Some("main")).unwrap());
    assert_ne!(behind, newest);
    assert_eq!(opened(&clone).main().unwrap(), newest);
    let lacking: Vec<String> = opened(&clone).since(&behind.id).unwrap().into_iter().map(|commit| commit.subject).collect();
    assert_eq!(lacking, ["Newer"]);
    // Where neither is called so, the only branch is meant.
    let other = top.path().join("other.git");
    git(top.path(), "2024-01-10T02:00:00Z", &["clone", "-q", "--bare", path.to_str().unwrap(), other.to_str().unwrap()]);
    git(&other, "2024-01-10T02:00:00Z", &["branch", "-m", "main", "work"]);
    git(&other, "2024-01-10T02:00:00Z", &["symbolic-ref", "HEAD", "refs/heads/none"]);
    assert_eq!(opened(&other).main().unwrap(), newest);
}
