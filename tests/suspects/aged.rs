//! Which revision schemas are of and how old that is, where people read commands.

use super::*;

#[test]
fn commands_say_how_old_their_schemas_are_beside_what_scripts_read() {
    let top = tempfile::tempdir().unwrap();
    let (folder, revisions) = repository(top.path(), &[("2024-01-01", "{}"), ("2024-02-01", r#"{"a": 1}"#)]);
    let run = |schemas: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
        command.args(["tables", "--format", "json", "--schemas", schemas]).env("MISFIT_SCHEMAS", "");
        command.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"));
        let output = command.output().expect("the program runs");
        assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok());
        String::from_utf8(output.stderr).unwrap()
    };
    let schemas = folder.to_str().unwrap();
    // Of a folder that is checked out, and of a revision that was asked for: nobody is told to get a newer one than that.
    let said = run(schemas);
    let begin = format!("misfit: schemas {schemas} at {} of 2024-02-01, ", &revisions[1][..8]);
    assert!(said.starts_with(&begin) && said.contains("business days); they are old: misfit schemas update, or git pull, gets"), "{said}");
    let said = run(&format!("{schemas}@HEAD~1"));
    assert!(said.contains(&format!("@HEAD~1 at {} of 2024-01-01, ", &revisions[0][..8])) && !said.contains("they are old"), "{said}");
    // Of no repository there is nothing to say.
    let plain = top.path().join("plain");
    fs::create_dir_all(plain.join("my-app/ping")).unwrap();
    fs::write(plain.join("my-app/ping/ping.1.schema.json"), "{}").unwrap();
    assert!(!run(plain.to_str().unwrap()).contains(" at "));
}
