//! Types and modes in a message: which rule their change falls under, which column a statement changes.
//!
//! Owns: types by their one name and with their lengths.
//! Refuses: finding messages (known).

use super::lines::LogText;
use crate::pipeline::compat::DeployRule;

/// Most lines away from a message that its statement is looked for.
const NEAR: usize = 6;

/// The column that a statement near a message alters, where all such statements name the same.
pub(super) fn altered(log: &LogText, line: usize) -> Option<String> {
    const BEFORE: &str = "ALTER COLUMN ";
    const BEHIND: &str = " SET DATA TYPE";
    let (first, last) = log.report((line, line), NEAR);
    let near = (first..=last).flat_map(|at| {
        let text = log.line(at);
        text.match_indices(BEFORE).filter_map(move |(at, _)| text.get(at + BEFORE.len()..)?.split_once(BEHIND).map(|(name, _)| name))
    });
    let mut names = near.map(|name| name.trim_start_matches("IF EXISTS ").trim_matches(['`', '"', ' '])).filter(|name| !name.contains(' '));
    let first = names.next()?;
    names.all(|name| name == first).then(|| first.to_owned())
}

/// The rule that fits what the message tells.
pub(super) fn narrowed(rule: DeployRule, column: Option<&str>, old: Option<&str>, new: Option<&str>) -> DeployRule {
    match (rule, old, new) {
        (DeployRule::C(10), ..) if column.is_some_and(|column| column.contains('.')) => DeployRule::C(11),
        (DeployRule::C(7), Some(old), Some(new)) => retyped(old, new),
        (DeployRule::C(6), Some("NULLABLE"), Some("REQUIRED")) => DeployRule::C(5),
        (DeployRule::C(6), Some("REQUIRED"), Some("NULLABLE")) => DeployRule::C(4),
        _ => rule,
    }
}

/// The rule of a type that became another, by their lengths where only these differ.
fn retyped(old: &str, new: &str) -> DeployRule {
    let ((old, was), (new, now)) = (sized(old), sized(new));
    let (old, new) = (canonical(old), canonical(new));
    if old != new {
        return if crate::pipeline::compat::widens(old, new) { DeployRule::C(8) } else { DeployRule::C(7) };
    }
    let numbers = |text: &str| -> Vec<u64> { text.split(',').filter_map(|number| number.trim().parse().ok()).collect() };
    let (was, now) = (numbers(was), numbers(now));
    let (scale, new_scale) = (was.get(1).copied().unwrap_or(0), now.get(1).copied().unwrap_or(0));
    let holds = match (was.first(), now.first()) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(was), Some(now)) => scale <= new_scale && was.saturating_sub(scale) <= now.saturating_sub(new_scale),
    };
    if holds { DeployRule::C(8) } else { DeployRule::C(9) }
}

/// A type and its lengths.
pub(super) fn sized(kind: &str) -> (&str, &str) {
    kind.strip_suffix(')').and_then(|kind| kind.split_once('(')).unwrap_or((kind, ""))
}

/// A type by its one name.
pub(super) fn canonical(kind: &str) -> &str {
    match kind {
        "INTEGER" => "INT64",
        "FLOAT" => "FLOAT64",
        "BOOLEAN" => "BOOL",
        "STRUCT" => "RECORD",
        other => other,
    }
}
