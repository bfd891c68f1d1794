//! Fields that are asked for alone say what they say among all.

use std::process::Command;

use serde_json::{Map, Value};

fn cases(only: Option<&str>) -> Vec<Map<String, Value>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
    command.args(["cases", "demo:", "--format", "ndjson", "--rows", "0..60"]).env_remove("MISFIT_CONFIG");
    if let Some(only) = only {
        command.args(["--only", only]);
    }
    let output = command.output().expect("misfit runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

#[test]
fn a_field_alone_is_the_field_among_all() {
    let whole = cases(None);
    assert_eq!(whole.len(), 60);
    let names: Vec<String> = whole[0].keys().cloned().collect();
    for name in &names {
        let alone = cases(Some(name));
        for (row, (alone, whole)) in alone.iter().zip(&whole).enumerate() {
            assert_eq!(alone.keys().collect::<Vec<_>>(), [name], "row {row}");
            assert_eq!(alone[name], whole[name], "row {row}: {name}");
        }
        assert_eq!(alone.len(), whole.len(), "{name}");
    }
    assert!(names.len() > 20, "{names:?}");
}
