//! What can be told of values at a glance, for each compiled schema.
//!
//! Owns: reading it off the rules; of lists of types what their types say, of references what their targets say.
//! Refuses: looking at values (glance).

use super::super::glance::Glance;
use super::super::program::{Bound, Combinator, NumberRules, Program, SubBody, SubId};
use crate::pipeline::document::Kind;

/// References that are followed one after the other.
const MOST_REFERENCES: usize = 8;

/// Fills in what is known of each compiled schema.
pub(super) fn fill(program: &mut Program) {
    for at in 0..program.subs.len() {
        program.subs[at].glance = single(&program.subs[at].body);
    }
    for at in 0..program.subs.len() {
        if let SubBody::Combined(Combinator::Any, branches) = &program.subs[at].body {
            let all = || branches.iter().map(|&branch| program.sub(branch));
            if !branches.is_empty() && all().all(|sub| sub.body.is_single()) {
                program.subs[at].glance = Glance::any(all().map(|sub| sub.glance));
            }
        }
    }
    for at in 0..program.subs.len() {
        if let SubBody::Reference(target) = program.subs[at].body {
            program.subs[at].glance = program.sub(referred(program, target)).glance;
        }
    }
}

fn single(body: &SubBody) -> Glance {
    match body {
        SubBody::Anything => Glance::FITS,
        SubBody::Nothing => Glance::FAILS,
        SubBody::Boolean => Glance::only(Kind::Boolean, true, true),
        SubBody::Null => Glance::only(Kind::Null, true, true),
        SubBody::Text(rules) => Glance::only(Kind::String, rules.typed, rules.is_bare),
        SubBody::Number(rules) => number(rules),
        SubBody::Object(rules) => Glance::only(Kind::Object, rules.typed, false),
        SubBody::Array(rules) => Glance::only(Kind::Array, rules.typed, false),
        _ => Glance::NOTHING,
    }
}

/// Limits count where nothing but a minimum and a maximum is asked for.
fn number(rules: &NumberRules) -> Glance {
    let by_kind = Glance::only(Kind::Number, rules.typed, false);
    if !rules.is_simple {
        return by_kind;
    }
    let small = |bound: &Option<Box<Bound>>, otherwise| bound.as_ref().and_then(|bound| bound.small).unwrap_or(otherwise);
    by_kind.between(small(&rules.minimum, i64::MIN), small(&rules.maximum, i64::MAX))
}

/// Where references lead, or as far as they are followed.
fn referred(program: &Program, mut target: SubId) -> SubId {
    for _ in 0..MOST_REFERENCES {
        match program.sub(target).body {
            SubBody::Reference(next) => target = next,
            _ => break,
        }
    }
    target
}
