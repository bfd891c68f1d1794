//! What is broken: a violation in a line, all of them as a tree.

use super::Facts;
use crate::ground::text;
use crate::pipeline::verdict::judge::{Branch, Branches, Cause, Refused, Violation, Violations};

/// Deepest level that is still moved to the right.
const DEEPEST_INDENT: usize = 20;

/// A violation with the keyword and the node that broke.
pub fn described(violation: &Violation) -> String {
    format!("{}  ({} at #{})", violation.sentence, violation.keyword, violation.schema_pointer)
}

/// What is really wrong, with the keyword and the node that broke.
pub fn wrong(cause: &Cause) -> String {
    format!("{}  ({} at #{})", cause.sentence, cause.violation.keyword, cause.violation.schema_pointer)
}

/// How many there are, in words: of a combinator those of the branch that comes nearest, and how many there are over all branches.
pub fn counted(violations: &Violations) -> String {
    match (violations.wrong(), violations.count) {
        (0, _) => "Nothing is broken by these schemas".to_owned(),
        (wrong, count) if wrong == count => text::plural(count, "violation", "violations"),
        (wrong, count) => {
            format!("{}; {} over all forms and conditions", text::plural(wrong, "violation", "violations"), text::count(count))
        }
    }
}

/// Everything that is broken: what the row reports first, then all violations with the branches they stand behind.
pub fn tree(violations: &Violations) -> Facts {
    let mut facts = Facts::default();
    violations.tree.iter().for_each(|broken| push(&mut facts, violations, broken, 0));
    let more = violations.count.saturating_sub(violations.list.len() as u64);
    if more > 0 {
        facts.line(&super::and_more(more));
    }
    facts
}

/// The first things that are wrong as facts of that name, with the number of the others.
pub fn list(facts: &mut Facts, name: &'static str, violations: &Violations, most: usize) {
    violations.causes.iter().take(most).for_each(|cause| facts.named(name, &wrong(cause)));
    facts.more(name, violations.wrong(), violations.causes.len().min(most));
}

/// A violation, or a combinator with its branches below it.
fn push(facts: &mut Facts, all: &Violations, broken: &Refused, depth: usize) {
    let indent = "  ".repeat(depth.min(DEEPEST_INDENT));
    match broken {
        Refused::Leaf(at) => {
            if let Some(violation) = all.list.get(*at) {
                facts.line(&format!("{indent}{}", described(violation)));
            }
        }
        Refused::Branches(branches) => {
            facts.line(&format!("{indent}{}", described(&branches.violation)));
            for branch in &branches.branches {
                facts.line(&format!("{indent}  {}", labelled(branches, branch)));
                branch.broken.iter().for_each(|broken| push(facts, all, broken, depth + 2));
            }
        }
    }
}

/// `form 2 of 4: an object; does not fit, 1 violation`
fn labelled(of: &Branches, branch: &Branch) -> String {
    let (name, fits, does_not) = match of.violation.keyword {
        "anyOf" | "oneOf" => ("form", "fits", "does not fit"),
        _ => ("condition", "is met", "is not met"),
    };
    let state = if branch.valid { fits } else { does_not };
    let why = if branch.why.is_empty() { String::new() } else { format!(", {}", branch.why) };
    format!("{name} {} of {}: {}; {state}{why}", branch.number, of.branches.len(), branch.wanted)
}
