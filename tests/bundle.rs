//! Bundles as they are made and opened on a command line: files, permissions, schemas beside them, bad input.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs the program in a folder, where nothing but the bundle tells of schemas.
fn misfit(folder: &Path, args: &[&str]) -> Output {
    fs::write(folder.join("config.toml"), "").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
    command.current_dir(folder).env("MISFIT_CONFIG", "config.toml").env("MISFIT_SCHEMAS", "").env("MISFIT_THEME", "");
    command.args(args).stdin(Stdio::null()).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A folder with a bundle of the sample in it.
fn made(args: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let output = misfit(folder.path(), &[&["bundle", "demo:", "--out", "week"], args].concat());
    assert!(output.status.success(), "{}", told(&output));
    folder
}

#[test]
fn a_bundle_answers_as_its_source_did() {
    let folder = made(&["--raw"]);
    let answer = |args: &[&str]| out(&misfit(folder.path(), args));
    for format in ["table", "json", "csv"] {
        assert_eq!(answer(&["groups", "week", "--format", format]), answer(&["groups", "demo:", "--format", format]));
    }
    let group = ["--format", "ndjson", "--group", "73152a9311fc0fe0"];
    let facts = |text: String| -> Vec<String> {
        let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines.map(|line| format!("{} {} {} {}", line["group"], line["schema_pointer"], line["columns"], line["verdict"])).collect()
    };
    let (kept, all) =
        (facts(answer(&[&["cases", "week"], &group[..]].concat())), facts(answer(&[&["cases", "demo:"], &group[..]].concat())));
    assert_eq!((kept.len(), all.len()), (5, 30));
    assert!(kept.iter().all(|case| all.contains(case)), "{kept:?}");
    let screen = answer(&["week", "--print", "--size", "110x30"]);
    assert!(screen.contains("week (raw)"), "{screen}");
    let screen = answer(&["week", "--print", "--size", "110x30", "--keys", "<enter>"]);
    assert!(screen.contains("week row 97 (demo line 143)") && screen.contains("document 1 of 30"), "{screen}");
}

#[test]
fn a_redacted_bundle_opens_its_cases() {
    let folder = made(&["--rows", "2"]);
    let output = misfit(folder.path(), &["cases", "week", "--format", "ndjson"]);
    assert!(told(&output).contains("misfit: week is a bundle, redacted: groups of 216 rows of demo"), "{}", told(&output));
    let broken = out(&output).lines().filter(|line| line.contains("\"reproduced\":true") && line.contains("\"column\":\"")).count();
    assert!(broken > 20, "{}", out(&output));
    let report = misfit(folder.path(), &["export", "week", "--as", "report", "--group", "73152a9311fc0fe0"]);
    assert!(out(&report).contains("73152a9311fc0fe0"), "{}", told(&report));
}

#[test]
fn other_schemas_go_before_its_own_and_that_is_told() {
    let folder = made(&[]);
    let schema = folder.path().join("other/acme-reader/session/session.1.schema.json");
    fs::create_dir_all(schema.parent().unwrap()).unwrap();
    fs::write(schema, r#"{"title":"another"}"#).unwrap();
    let output = misfit(folder.path(), &["cases", "week", "--schemas", "other", "--group", "c5e78934e35c71c0"]);
    assert!(told(&output).contains("with the schemas of other, not the bundle's"), "{}", told(&output));
    assert!(out(&output).contains("fixed with these schemas"), "{}", out(&output));
    let groups = misfit(folder.path(), &["groups", "week", "--schemas", "other", "--format", "csv"]);
    assert_eq!(out(&groups), out(&misfit(folder.path(), &["groups", "week", "--format", "csv"])));
}

#[test]
fn files_are_replaced_when_asked_and_raw_ones_are_the_owners() {
    let folder = made(&[]);
    let again = |args: &[&str]| misfit(folder.path(), &[&["bundle", "demo:", "--out", "week"], args].concat());
    let refused = again(&[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(told(&refused).contains("already exists") && told(&refused).contains("--force"), "{}", told(&refused));
    assert!(again(&["--force", "--raw"]).status.success());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(folder.path().join("week")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn one_group_is_enough() {
    let folder = made(&["--group", "73152a9311fc0fe0", "--rows", "1"]);
    let output = misfit(folder.path(), &["groups", "week", "--format", "csv"]);
    assert_eq!(out(&output).lines().count(), 2);
    assert!(told(&output).contains("30 rows in 1 group; 186 rows outside"), "{}", told(&output));
}

#[test]
fn bad_use_is_told() {
    let folder = made(&[]);
    fs::write(folder.path().join("rows"), "{\"error_message\":\"x\"}\n").unwrap();
    let whole = fs::read(folder.path().join("week")).unwrap();
    fs::write(folder.path().join("cut"), &whole[..whole.len() - 10]).unwrap();
    for (args, said) in [
        (&["groups", "week", "rows"][..], "a bundle that misfit made, which is opened from its file and alone"),
        (&["groups", "cut"], "cut is not a usable bundle: it ends too early, so a part of it is missing; copy it again"),
        (&["groups", "week", "--since", "2026-03-10"], "leave out --since and --until"),
        (&["bundle", "demo:", "--out", "x", "--group", "0000000000000001"], "group 0000000000000001 has no rows; nothing was written"),
        (&["bundle", "demo:", "--out", "x", "--namespace", "none"], "--namespace none: no row has that namespace"),
        (&["bundle", "demo:", "--out", "none/x"], "cannot write none/x"),
        (&["bundle", "demo:"], "--out <FILE>"),
    ] {
        let output = misfit(folder.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(told(&output).contains(said), "{args:?}: {}", told(&output));
    }
    assert!(!folder.path().join("x").exists());
}

#[test]
fn a_pipe_of_a_bundle_is_named_as_one() {
    let folder = made(&[]);
    let bytes = fs::read(folder.path().join("week")).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_misfit"))
        .current_dir(folder.path())
        .env("MISFIT_CONFIG", "config.toml")
        .args(["groups", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may leave before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(&bytes);
    let output = child.wait_with_output().unwrap();
    assert!(told(&output).contains("opened from its file and alone"), "{}", told(&output));
}
