//! How much judging by a program can take at most, whatever the document.
//!
//! Owns: counting the compiled schemas that are entered, and how many of them ask one about the same value inside the other.
//! Refuses: counting what a document does take (run).

use super::super::program::{Effort, Program, SubBody, SubId};

/// Schemas one inside the other that are followed; more are as good as without end.
const MOST_FOLLOWED: u32 = 16;

/// Of all schemas of a program.
pub(super) fn of(program: &Program) -> Effort {
    let mut inside: Vec<u32> = vec![0; program.subs.len()];
    for _ in 0..=MOST_FOLLOWED {
        let mut is_known = true;
        for at in 0..inside.len() {
            let depth = depth(program, at, |sub| inside.get(sub as usize).copied().unwrap_or(0));
            is_known &= depth == inside[at];
            inside[at] = depth;
        }
        if is_known {
            break;
        }
    }
    let deepest = inside.iter().copied().max().unwrap_or(0);
    let is_entered = |sub: SubId| inside.get(sub as usize).is_some_and(|&depth| depth > 0);
    // Answers about names are never remembered.
    let enters_names = program.subs.iter().any(|sub| matches!(&sub.body, SubBody::Object(rules) if rules.names.is_some_and(is_entered)));
    if enters_names || deepest > MOST_FOLLOWED {
        return Effort::WITHOUT_END;
    }
    Effort { entered: inside.iter().filter(|&&depth| depth > 0).count() as u64, deepest: deepest.into() }
}

/// Schemas that are entered one inside the other where one is asked about a value; what it asks about values inside counts there.
fn depth(program: &Program, at: usize, of: impl Fn(SubId) -> u32) -> u32 {
    let sub = &program.subs[at];
    let deepest = |subs: &mut dyn Iterator<Item = SubId>| 1 + subs.map(&of).max().unwrap_or(0);
    match &sub.body {
        body if body.is_single() || sub.is_flat => 0,
        SubBody::Enum(_) | SubBody::Const(_) => 0,
        SubBody::Not(refused) => deepest(&mut std::iter::once(*refused)),
        SubBody::Reference(target) => deepest(&mut std::iter::once(*target)),
        SubBody::Combined(_, branches) => deepest(&mut branches.iter().copied()),
        SubBody::Condition { test, then, otherwise } => deepest(&mut std::iter::once(*test).chain(*then).chain(*otherwise)),
        SubBody::Object(rules) => deepest(&mut rules.schema_dependencies.iter().map(|(_, sub)| *sub)),
        _ => 1,
    }
}
