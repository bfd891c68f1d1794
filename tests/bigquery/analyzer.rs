//! Google's analyzer of GoogleSQL: its environment is made once under target/, it is started for each list of statements.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What the analyzer has against each of the statements, as analyzer.py takes them; says in one line why there is none.
pub(crate) fn verdicts(statements: &[Value]) -> Option<Vec<Option<String>>> {
    let answers = analyze(statements).map_err(|reason| println!("skipped: {reason}")).ok()?;
    Some(answers.into_iter().map(|answer| serde_json::from_value(answer).unwrap()).collect())
}

/// The rows that the reference implementation answers a statement with.
pub(crate) fn executed(statement: &Value) -> Option<Vec<Value>> {
    let answers = analyze(std::slice::from_ref(statement)).map_err(|reason| println!("skipped: {reason}")).ok()?;
    Some(answers[0].as_array().unwrap_or_else(|| panic!("{}", answers[0])).clone())
}

fn analyze(statements: &[Value]) -> Result<Vec<Value>, String> {
    let python = super::environment("analyzer", "tests/bigquery/analyzer.requirements.txt")?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cache: PathBuf = root.join("target/analyzer/zetasql.module");
    let mut child = Command::new(python)
        .arg(root.join("tests/bigquery/analyzer.py"))
        .arg(cache)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("the analyzer does not start: {error}"))?;
    let mut input = child.stdin.take().ok_or("no input")?;
    let lines: String = statements.iter().map(|statement| format!("{statement}\n")).collect();
    // Its answers must not fill the pipe while it is still being asked.
    let asking = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let _ = asking.join();
    let answers: Vec<Value> = String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), statements.len(), "the analyzer ended early");
    Ok(answers)
}
