//! Values that are tried where no rule knows better.
//!
//! Owns: the values.
//! Refuses: where they are tried (narrow, values).

use serde_json::Value;

/// Values of every kind.
pub(super) fn probes() -> Vec<Value> {
    [
        "null",
        "\"\"",
        "0",
        "0.5",
        "-1",
        "true",
        "false",
        "{}",
        "[]",
        "\"x\"",
        "1",
        "{\"key\":0}",
        "[0]",
        "1000000000000",
        "{\"key\":\"\"}",
        "[null]",
        "[\"\"]",
    ]
    .iter()
    .filter_map(|text| serde_json::from_str(text).ok())
    .collect()
}

/// Texts that a limit, a pattern or a format is likely to refuse.
pub(super) fn texts(theirs: &Value) -> Vec<String> {
    let long = theirs.get("maxLength").and_then(Value::as_u64).filter(|&most| most < 100_000).map(|most| "x".repeat(most as usize + 1));
    let short = theirs
        .get("minLength")
        .and_then(Value::as_u64)
        .filter(|&least| least > 0 && least < 100_000)
        .map(|least| "x".repeat(least as usize - 1));
    let fixed = [
        "",
        "x",
        "X",
        "0",
        " ",
        "x y",
        "-",
        "_",
        "x.y",
        "é",
        "2020-01-01",
        "2020-01-01T00:00:00Z",
        "00000000-0000-0000-0000-000000000000",
        "x/y:z",
    ];
    long.into_iter().chain(short).chain(fixed.into_iter().map(str::to_owned)).collect()
}
