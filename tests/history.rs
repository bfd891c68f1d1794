//! Schemas out of a repository: any revision of them, getting them, and since when something in them is as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use misfit::rows::schemas::SchemaStore;
use misfit::rows::source::Request;
use misfit::tui::keymap::{Keymap, parse_keys};
use misfit::tui::theme::{Depth, Theme};
use misfit::tui::{ExplorerOptions, frame, script};
use serde_json::Value;

fn git(folder: &Path, date: &str, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date);
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main", "-C"]).arg(folder).args(args);
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

const SCHEMA: &str = "schemas/my-app/ping/ping.1.schema.json";
const LAYOUT: &str = "schemas/my-app/ping/ping.1.bq";

/// Revisions of a schema and a layout, one a day, on the branch of generated schemas. With it lie templates.
fn repository(top: &Path) -> PathBuf {
    let folder = top.join("repository");
    fs::create_dir_all(&folder).unwrap();
    git(&folder, "2024-01-01T02:00:00Z", &["init", "-q", "-b", "generated-schemas"]);
    let schema = |limit: u32, more: &str| {
        format!("{{\n  \"properties\": {{\n    \"name\": {{\"type\": \"string\", \"maxLength\": {limit}}}{more}\n  }}\n}}\n")
    };
    let layout = |kind: &str| format!("[\n  {{\"name\": \"name\", \"type\": \"{kind}\"}}\n]\n");
    let days = [
        (schema(10, ""), layout("STRING")),
        (schema(10, ", \"other\": {}"), layout("STRING")),
        (schema(20, ", \"other\": {}"), layout("BYTES")),
        (schema(20, ""), layout("BYTES")),
    ];
    for (day, (schema, layout)) in (1..).zip(days) {
        for (file, text) in [(SCHEMA, schema), (LAYOUT, layout)] {
            fs::create_dir_all(folder.join(file).parent().unwrap()).unwrap();
            fs::write(folder.join(file), text).unwrap();
        }
        let date = format!("2024-01-0{day}T02:00:00Z");
        git(&folder, &date, &["add", "."]);
        let message = format!("Auto-push\n\nabcdef{day}\t2023-12-31 10:00:00 +0100\tBug 100{day} - Why (#7{day})");
        git(&folder, &date, &["commit", "-q", "-m", &message]);
    }
    folder
}

fn misfit(home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
    command.args(args).env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("MISFIT_SCHEMAS", "");
    command.env("XDG_DATA_HOME", home.join("data")).env("XDG_CACHE_HOME", home.join("cache")).env("HOME", home);
    command.output().expect("the program runs")
}

fn told(output: &Output) -> (String, String, Option<i32>) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[test]
fn schemas_of_a_revision_are_used_like_a_folder() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let shown = |revision: &str| {
        let schemas = format!("{}@{revision}", folder.display());
        told(&misfit(top.path(), &["table", "my-app.ping.1", "--schemas", &schemas, "--format", "csv"]))
    };
    assert!(shown("2024-01-02").0.contains("STRING"), "{:?}", shown("2024-01-02"));
    assert!(shown("HEAD").0.contains("BYTES"));
    let (out, said, code) = shown("generated-schema");
    assert_eq!((out.as_str(), code), ("", Some(2)));
    assert!(said.contains("has no revision generated-schema; did you mean generated-schemas?"), "{said}");
    fs::write(folder.join(SCHEMA), "{").unwrap();
    assert!(shown("HEAD").0.contains("BYTES"), "what is in the work tree is not looked at");
}

#[test]
fn without_git_folders_are_read_and_all_else_is_refused_in_words() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let without = |schemas: String| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
        command.args(["table", "my-app.ping.1", "--format", "csv", "--schemas", &schemas]);
        told(&command.env("PATH", top.path()).env("HOME", top.path()).output().unwrap())
    };
    let (out, said, code) = without(format!("{}@HEAD", folder.display()));
    assert_eq!((out.as_str(), code), ("", Some(2)));
    assert!(said.contains("there is no git on this machine") && said.contains("install git"), "{said}");
    let (out, said, _) = without(folder.display().to_string());
    assert!(out.contains("BYTES"), "{said}");
}

#[test]
fn schemas_are_got_and_updated_from_a_remote() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let missing = told(&misfit(top.path(), &["tables", "--format", "csv"]));
    assert!(missing.1.contains("or get them with misfit schemas get"), "{missing:?}");
    let before = told(&misfit(top.path(), &["schemas", "update"]));
    assert!(before.2 == Some(2) && before.1.contains("misfit schemas get clones them"), "{before:?}");
    let url = format!("file://{}", folder.display());
    let (_, said, code) = told(&misfit(top.path(), &["schemas", "get", &url]));
    assert_eq!(code, Some(0), "{said}");
    let first = said.lines().next().unwrap();
    assert!(first.starts_with(&format!("misfit: git clones {url} (all of its history) into ")), "where from is said first: {said}");
    assert!(said.contains("the newest schemas are") && said.contains("of 2024-01-04 02:00 UTC"), "{said}");
    let again = told(&misfit(top.path(), &["schemas", "get", &url]));
    assert!(again.2 == Some(2) && again.1.contains("misfit schemas update gets what is new"), "{again:?}");
    // They are what is used now.
    assert!(told(&misfit(top.path(), &["table", "my-app.ping.1", "--format", "csv"])).0.contains("BYTES"));
    fs::write(folder.join(LAYOUT), "[{\"name\": \"name\", \"type\": \"JSON\"}]").unwrap();
    git(&folder, "2024-01-05T02:00:00Z", &["commit", "-q", "-a", "-m", "Auto-push"]);
    let (_, said, code) = told(&misfit(top.path(), &["schemas", "update"]));
    assert!(code == Some(0) && said.contains("of 2024-01-05"), "{said}");
    assert!(told(&misfit(top.path(), &["table", "my-app.ping.1", "--format", "csv"])).0.contains("JSON"));
    assert!(told(&misfit(top.path(), &["schemas", "update"])).1.contains("nothing is new"));
    // A clone that fails leaves nothing.
    let other = tempfile::tempdir().unwrap();
    let (_, said, code) = told(&misfit(other.path(), &["schemas", "get", "file:///nowhere/at/all"]));
    assert!(code == Some(2) && said.contains("git did not get file:///nowhere/at/all"), "{said}");
    assert_eq!(fs::read_dir(other.path().join("data/misfit")).unwrap().count(), 0);
}

#[test]
fn a_history_names_its_changes_and_no_other_revision() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let schemas = folder.to_str().unwrap();
    let revisions: Vec<String> = git(&folder, "2024-01-01T02:00:00Z", &["log", "--format=%H"]).lines().map(str::to_owned).collect();
    let blame = |target: &str, more: &[&str]| {
        let args = [&["blame", "my-app.ping.1", target, "--schemas", schemas][..], more].concat();
        told(&misfit(top.path(), &args))
    };
    let changes = |target: &str| {
        let (out, said, code) = blame(target, &["--format", "json"]);
        assert_eq!((said.as_str(), code), ("", Some(0)));
        let answer: Value = serde_json::from_str(&out).unwrap();
        let changes: Vec<Value> = answer["changes"].as_array().unwrap().clone();
        let named: Vec<&str> = changes.iter().map(|change| change["revision"].as_str().unwrap()).collect();
        for revision in revisions.iter().filter(|revision| !named.contains(&revision.as_str())) {
            assert!(!out.contains(&revision[..7]), "{target}: a revision that changed nothing stands in the output");
        }
        changes
    };
    let limit = changes("/properties/name/maxLength");
    assert_eq!(limit.len(), 2);
    assert_eq!(limit[0]["revision"], revisions[1].as_str());
    assert_eq!((&limit[0]["date"], &limit[0]["before"], &limit[0]["after"]), (&"2024-01-03T02:00:00Z".into(), &10.into(), &20.into()));
    let upstream = &limit[0]["upstream"][0];
    assert_eq!((&upstream["hash"], &upstream["bug"], &upstream["pull_request"]), (&"abcdef3".into(), &1003.into(), &73.into()));
    let gone = changes("/properties/other");
    let kinds: Vec<&str> = gone.iter().map(|change| change["change"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["disappeared", "appeared"]);
    assert_eq!(changes("name").len(), 2);
    // The same again, out of what was kept.
    assert_eq!(changes("/properties/other"), gone);
    let (lines, said, code) = blame("/properties/name", &["--format", "ndjson"]);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines, said.as_str(), code), (changes("/properties/name"), "", Some(0)));
    let (text, _, _) = blame("#/properties/name", &[]);
    assert!(text.contains("2 changes of") && text.contains("-   \"maxLength\": 10,\n  +   \"maxLength\": 20,"), "{text}");
    assert!(text.contains("abcdef3  2023-12-31 10:00:00 +0100  Bug 1003 - Why (#73)  pull request 73"), "{text}");
    let (out, said, code) = blame("/properties/nothing", &["--format", "json"]);
    assert_eq!((out.as_str(), code), ("", Some(2)));
    assert!(
        said.contains("the pointer /properties/nothing leads to nothing in any revision of schemas/my-app/ping/ping.1.schema.json"),
        "{said}"
    );
    let plain = tempfile::tempdir().unwrap();
    fs::create_dir_all(plain.path().join("my-app/ping")).unwrap();
    fs::copy(folder.join(SCHEMA), plain.path().join("my-app/ping/ping.1.schema.json")).unwrap();
    let alone = misfit(top.path(), &["blame", "my-app.ping.1", "/properties", "--schemas", plain.path().to_str().unwrap()]);
    let said = told(&alone).1;
    assert!(said.contains("is not in a git repository, so nothing tells since when; misfit schemas get gets"), "{said}");
    // As it is shown everywhere, and a pointer that is none.
    let shown = misfit(top.path(), &["blame", "my-app/ping.1", "/properties/name", "--schemas", schemas]);
    assert_eq!(told(&shown), blame("/properties/name", &[]));
    let bad = misfit(top.path(), &["blame", "my-app.ping.1", "/properties/~2", "--schemas", schemas]);
    assert!(told(&bad).1.contains("/properties/~2 is a bad JSON pointer: ~2 means nothing in it"), "{:?}", told(&bad));
}

#[test]
fn a_node_is_edited_where_its_template_is() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let source = top.path().join("source");
    fs::create_dir_all(source.join("templates/include/common")).unwrap();
    fs::create_dir_all(source.join("templates/my-app/ping")).unwrap();
    git(&source, "2024-01-01T02:00:00Z", &["init", "-q"]);
    let commit = |limit: u32| {
        let included = format!("\n\"name\": {{\n  \"type\": \"string\",\n  \"maxLength\": {limit}\n}}\n");
        fs::write(source.join("templates/include/common/name.1.schema.json"), included).unwrap();
        fs::write(source.join("templates/my-app/ping/ping.1.schema.json"), "{\n  \"properties\": {\n    @COMMON_NAME_1_JSON@\n  }\n}\n")
            .unwrap();
        git(&source, "2024-01-01T02:00:00Z", &["add", "."]);
        git(&source, "2024-01-01T02:00:00Z", &["commit", "-q", "-m", "Raise the limit (abcdef3)"]);
    };
    commit(10);
    commit(20);
    let asked = |target: &str, more: &[&str]| {
        let given = ["blame", "my-app.ping.1", target, "--schemas", folder.to_str().unwrap(), "--source-repo", source.to_str().unwrap()];
        told(&misfit(top.path(), &[&given[..], more].concat())).0
    };
    assert!(asked("/properties/name/maxLength", &[]).contains("to edit: templates/include/common/name.1.schema.json line 4"));
    assert!(asked("/properties", &[]).contains("to edit: templates/my-app/ping/ping.1.schema.json line 2"));
    assert!(!asked("/properties/other", &[]).contains("to edit"), "what is no more is edited nowhere");
    let answer: Value = serde_json::from_str(&asked("/properties/name", &["--format", "json"])).unwrap();
    assert_eq!((&answer["edit"]["line"], &answer["edit"]["file"]), (&2.into(), &"templates/include/common/name.1.schema.json".into()));
    commit(30);
    assert!(asked("/properties/name", &[]).contains("made by the generator: no template has it so"));
    let opened = asked("/properties/name", &["--open", "abcdef3"]);
    assert!(opened.contains("-  \"maxLength\": 20\n+  \"maxLength\": 30"), "{opened}");
}

#[test]
fn the_explorer_shows_revision_and_history() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let screen = |keys: &str| {
        let schemas = Arc::new(SchemaStore::open_named(&folder).unwrap());
        let options = ExplorerOptions {
            mouse: true,
            source: None,
            request: Request { schemas: Some(schemas), ..Request::default() },
            exports: Default::default(),
            history: Default::default(),
            theme: Theme::named("mono", Depth::None, false).unwrap(),
            depth: Depth::None,
            keymap: Keymap::new(&[]).unwrap(),
        };
        let keys = if keys.is_empty() { Vec::new() } else { parse_keys(keys).unwrap() };
        frame::to_text(&script(options, (200, 40), &keys).unwrap())
    };
    let head = git(&folder, "2024-01-01T02:00:00Z", &["rev-parse", "HEAD"]);
    let first = screen("");
    assert!(first.contains(&format!("at {} of 2024-01-04, ", &head[..8])) && first.contains(" d old"), "{first}");
    assert!(first.contains("these schemas are old ("), "{first}");
    let column = screen("O<down><down>H");
    assert!(column.contains("my-app/ping.1  name") && column.contains("2024-01-03 02:00 UTC  changed"), "{column}");
    assert!(screen("H").contains("so no history either"), "{}", screen("H"));
}

#[test]
fn every_revision_is_judged_and_what_was_found_is_kept() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let schemas = folder.display().to_string();
    let more = |date: &str, change: &dyn Fn()| {
        change();
        git(&folder, date, &["add", "-A"]);
        git(&folder, date, &["commit", "-q", "-m", "Auto-push"]);
    };
    let other = folder.join("schemas/my-app/other/other.1.bq");
    more("2024-01-05T02:00:00Z", &|| {
        fs::create_dir_all(other.parent().unwrap()).unwrap();
        fs::write(&other, "[{\"name\": \"a\", \"type\": \"STRING\"}]").unwrap();
    });
    more("2024-01-06T02:00:00Z", &|| fs::write(&other, "[{\"name\": \"a\", ").unwrap());
    more("2024-01-07T02:00:00Z", &|| fs::remove_file(&other).unwrap());
    let (text, said, code) = told(&misfit(top.path(), &["blame", "--schemas", &schemas]));
    assert_eq!((said.as_str(), code), ("", Some(0)));
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("no {part} in {text}"));
    let gone = at("BLOCK C24 my-app/other.1: the table is gone from the schemas");
    let unread = at("NOT COMPARED my-app/other.1: the new layout cannot be read");
    let turned = at("BLOCK C9 my-app/ping.1: name has another type: STRING became BYTES");
    assert!(gone < unread && unread < turned, "newest first: {text}");
    assert!(
        text.contains("6 pairs of revisions, 4 with other tables: 2 stop a deploy (2 with a BLOCK, 0 with a DDL; in 1 a table is gone)"),
        "{text}"
    );
    let json = || told(&misfit(top.path(), &["blame", "--schemas", &schemas, "--format", "json"])).0;
    let lines = told(&misfit(top.path(), &["blame", "--schemas", &schemas, "--format", "ndjson"])).0;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(serde_json::from_str::<Value>(&json()).unwrap()["pairs"], Value::from(lines));
    let first = json();
    let found: Value = serde_json::from_str(&first).unwrap();
    let pairs = found["pairs"].as_array().unwrap();
    let turned = &pairs[4];
    let revisions = git(&folder, "2024-01-08T02:00:00Z", &["log", "--format=%H"]);
    let revisions: Vec<&str> = revisions.lines().collect();
    assert_eq!((turned["new"].as_str(), turned["old"].as_str()), (Some(revisions[4]), Some(revisions[5])));
    assert_eq!(turned["date"].as_str(), Some("2024-01-03T02:00:00Z"));
    let change = &turned["tables"][0]["changes"][0];
    let of = |name: &str| change[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(["column", "kind", "old_type", "new_type", "verdict", "rule"].map(of), ["name", "type", "STRING", "BYTES", "BLOCK", "C9"]);
    assert_eq!((found["counts"]["block"].as_u64(), found["counts"]["not_compared"].as_u64()), (Some(2), Some(1)));
    let kept = fs::read_dir(top.path().join("cache/misfit/history")).unwrap().next().unwrap().unwrap().path();
    let before = fs::read(&kept).unwrap();
    assert_eq!(json(), first);
    assert_eq!(fs::read(&kept).unwrap(), before, "nothing is judged again");
    // A file that was cut off is read as far as it goes, and what it lacks anew.
    fs::write(&kept, &before[..before.len() / 2]).unwrap();
    assert_eq!(json(), first);
}

#[test]
fn git_shows_differences_in_causes() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let command = format!("{} compat --git-diff", env!("CARGO_BIN_EXE_misfit"));
    git(&folder, "2024-01-05T02:00:00Z", &["config", "diff.schemas.command", &command]);
    fs::write(folder.join(".git/info/attributes"), "*.bq diff=schemas\n*.schema.json diff=schemas\n").unwrap();
    let shown = git(&folder, "2024-01-05T02:00:00Z", &["diff", "HEAD~2", "HEAD~1"]);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], format!("{LAYOUT}: BLOCK"));
    assert!(lines[1].contains("BLOCK C9 name has another type: STRING became BYTES"), "{shown}");
    assert!(shown.contains(&format!("{SCHEMA}: OK")) && shown.contains("loosened"), "{shown}");
    fs::remove_file(folder.join(LAYOUT)).unwrap();
    fs::write(folder.join("schemas/my-app/ping/ping.2.bq"), "[]").unwrap();
    git(&folder, "2024-01-05T02:00:00Z", &["add", "-A"]);
    let shown = git(&folder, "2024-01-05T02:00:00Z", &["diff", "--no-renames", "--cached"]);
    assert!(shown.contains("ping.1.bq: BLOCK\n  BLOCK C24 the table is gone") && shown.contains("ping.2.bq: new"), "{shown}");
    let (_, said, code) = told(&misfit(top.path(), &["compat", "--git-diff", "a", "b"]));
    assert!(code == Some(2) && said.contains("git gives 7 arguments"), "{said}");
}

#[test]
fn what_is_deployed_is_compared_as_well() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let revision = |name: &str| format!("{}@{name}", folder.display());
    let (text, said, code) = told(&misfit(top.path(), &["compat", &revision("HEAD~1"), &revision("HEAD")]));
    assert!(code == Some(0) && !text.contains("BLOCK"), "{text}{said}");
    let args = ["compat", &revision("HEAD~1"), &revision("HEAD"), "--deployed", "2024-01-02"];
    let (text, said, code) = told(&misfit(top.path(), &args));
    assert_eq!((said.as_str(), code), ("", Some(1)));
    let (_, deployed) = text.split_once("against what is deployed, ").unwrap();
    assert!(deployed.contains("@2024-01-02:") && deployed.contains("BLOCK") && deployed.contains("name has another type"), "{text}");
    let json = told(&misfit(top.path(), &[&args[..], &["--format", "json"]].concat())).0;
    let found: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((found["verdict"].as_str(), found["deployed"]["verdict"].as_str()), (Some("OK"), Some("BLOCK")));
}

#[test]
fn the_state_of_the_chain_tells_what_the_source_has_more() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let schemas = folder.display().to_string();
    let (text, _, code) = told(&misfit(top.path(), &["schemas", "state", "--schemas", &schemas]));
    assert!(code == Some(0) && text.contains("of 2024-01-04 02:00 UTC, ") && text.contains("business days old"), "{text}");
    assert!(text.contains("newest commit of the source in it: abcdef4 of 2023-12-31") && text.contains("is not known"), "{text}");
    let source = top.path().join("source");
    fs::create_dir_all(&source).unwrap();
    git(&source, "2023-12-31T02:00:00Z", &["init", "-q"]);
    for (day, subject) in [("2023-12-31T02:00:00Z", "Why (abcdef4)"), ("2024-01-05T02:00:00Z", "Newer"), ("2024-01-06T02:00:00Z", "Newest")]
    {
        git(&source, day, &["commit", "-q", "--allow-empty", "-m", subject]);
    }
    let args = ["schemas", "state", "--schemas", &schemas, "--source-repo", &source.display().to_string()];
    let (text, said, _) = told(&misfit(top.path(), &args));
    assert!(text.contains("the source has 2 commits more:\n") && text.find("Newest") < text.find("Newer\n"), "{text}{said}");
    // A source that does not have that commit leaves the rest as it is.
    let other = top.path().join("other");
    fs::create_dir_all(&other).unwrap();
    git(&other, "2023-12-31T02:00:00Z", &["init", "-q"]);
    git(&other, "2023-12-31T02:00:00Z", &["commit", "-q", "--allow-empty", "-m", "First"]);
    let args = ["schemas", "state", "--schemas", &schemas, "--source-repo", &other.display().to_string()];
    let (text, said, code) = told(&misfit(top.path(), &args));
    assert!(code == Some(0) && text.contains("newest generated revision: ") && text.contains("is not known: "), "{text}{said}");
    assert!(text.contains("has no commit abcdef4"), "{text}");
}

#[test]
fn a_log_without_a_commit_gets_the_one_that_history_is_sure_of() {
    let top = tempfile::tempdir().unwrap();
    let folder = repository(top.path());
    let log = top.path().join("deploy.log");
    let schemas = folder.display().to_string();
    let revision = |text: &str| {
        fs::write(&log, text).unwrap();
        let output = misfit(top.path(), &["explain", &log.display().to_string(), "--schemas", &schemas, "--format", "json"]);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        found["causes"][0]["revision"].as_str().map(str::to_owned)
    };
    let table = "Error: googleapi: Error 400: Provided Schema does not match Table p:my_app_live.ping_v1.";
    let turned = revision(&format!("{table} Field name has changed type from STRING to BYTES, invalid"));
    assert_eq!(turned, Some(git(&folder, "2024-01-05T02:00:00Z", &["rev-parse", "HEAD~1"])));
    assert_eq!(revision(&format!("{table} Field name is missing in new schema, invalid")), None, "it is there");
}

#[test]
fn losses_say_since_when_the_schema_knows_their_places() {
    let top = tempfile::tempdir().unwrap();
    let repository = repository(top.path());
    let documents = top.path().join("documents/my-app");
    fs::create_dir_all(&documents).unwrap();
    fs::write(documents.join("ping.1.sample.json"), r#"{"name":"x","other":1,"more":{"a":2}}"#).unwrap();
    let judge = |schemas: &str, more: &[&str]| {
        let documents = top.path().join("documents");
        let args = [&["judge", documents.to_str().unwrap(), "--schemas", schemas, "--losses"], more].concat();
        String::from_utf8(misfit(top.path(), &args).stdout).unwrap()
    };
    let text = judge(repository.to_str().unwrap(), &[]);
    assert!(text.contains("in the schema no more: gone with ") && text.contains(" of 2024-01-04 02:00 UTC\n"), "{text}");
    assert!(text.contains("never in the schema: no revision has #/properties/more\n"), "{text}");
    let second = git(&repository, "2024-01-05T02:00:00Z", &["rev-parse", "HEAD~2"]);
    let text = judge(&format!("{}@{second}", repository.display()), &["--format", "json"]);
    let told: Value = serde_json::from_str(&text).unwrap();
    let place = |name: &str| {
        told["losses"][0]["places"].as_array().unwrap().iter().find(|place| place["place"] == name).unwrap()["in_schema"].clone()
    };
    assert_eq!(
        place("/other"),
        serde_json::json!({"known": "since", "revision": second, "date": "2024-01-02T02:00:00Z", "or_before": false})
    );
    assert_eq!((place("/more/a")["known"].as_str(), told["losses"][0]["made"].as_bool()), (Some("never"), Some(false)));
}

#[test]
fn without_git_losses_are_told_all_the_same() {
    let top = tempfile::tempdir().unwrap();
    let repository = repository(top.path());
    let documents = top.path().join("documents/my-app");
    fs::create_dir_all(&documents).unwrap();
    fs::write(documents.join("ping.1.sample.json"), r#"{"name":"x","more":1}"#).unwrap();
    let judge = |schemas: &Path, format: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
        command.arg("judge").arg(top.path().join("documents")).arg("--schemas").arg(schemas).args(["--losses", "--format", format]);
        told(&command.env("PATH", top.path()).env("HOME", top.path()).output().unwrap())
    };
    let (text, said, code) = judge(&repository, "text");
    assert_eq!(code, Some(1), "{said}");
    let fault = "since when the schemas know what is lost was not looked up: there is no git on this machine";
    assert!(text.contains("/more") && text.matches(fault).count() == 1, "{text}");
    let (text, ..) = judge(&repository, "json");
    let told: Value = serde_json::from_str(&text).unwrap();
    assert!(told["unknown_histories"].as_str().unwrap().starts_with(fault) && told["findings"] == 1, "{text}");
    fs::rename(repository.join(".git"), top.path().join("gone")).unwrap();
    let (text, said, code) = judge(&repository, "text");
    assert!(code == Some(1) && !text.contains("git"), "where there is no repository, none is missed: {text}{said}");
}
