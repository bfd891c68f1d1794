//! What can be told of values at a glance, for each compiled schema.
//!
//! Owns: reading it off the rules; of lists of types what their types say, of references what their targets say.
//! Refuses: looking at values (glance).

use super::super::glance::Glance;
use super::super::program::{
    Bound, Combinator, FEW_REQUIRED, MemberAsks, NumberRules, ObjectRules, Program, Reading, SubBody, SubId, TextRules,
};
use crate::pipeline::document::Kind;

/// References that are followed one after the other.
const MOST_REFERENCES: usize = 8;

/// Fills in what is known of each compiled schema, and beside the names of members what their schemas ask.
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
    let glances: Vec<Glance> = program.subs.iter().map(|sub| sub.glance).collect();
    let asks = |sub: SubId| MemberAsks { sub, glance: glances.get(sub as usize).copied().unwrap_or(Glance::NOTHING) };
    for sub in &mut program.subs {
        match &mut sub.body {
            SubBody::Object(rules) => beside_names(rules, asks),
            SubBody::Array(rules) => rules.each = rules.all.map(asks),
            _ => {}
        }
    }
}

/// What an object's members are asked.
fn beside_names(rules: &mut ObjectRules, asks: impl Fn(SubId) -> MemberAsks) {
    rules.beside = match rules.additional {
        Some(sub) => asks(sub),
        None => MemberAsks { sub: 0, glance: if rules.closed { Glance::FAILS } else { Glance::FITS } },
    };
    let beside = rules.beside;
    for known in rules.table.values_mut() {
        known.asks = known.property().map_or(beside, |property| asks(rules.properties[property as usize].1));
    }
    let names = rules.names.map_or(Glance::FITS, |names| asks(names).glance);
    rules.short_names = u8::try_from(names.short_texts()).unwrap_or(u8::MAX);
    let reads_values = rules.beside.glance != Glance::FITS;
    rules.reading = match () {
        () if rules.required_count > FEW_REQUIRED => Reading::All,
        () if !rules.patterns.is_empty() => Reading::Patterns,
        () if !rules.table.is_empty() => Reading::Names,
        () if reads_values || rules.names.is_some() => Reading::Values,
        () => Reading::Nothing,
    };
}

fn single(body: &SubBody) -> Glance {
    match body {
        SubBody::Anything => Glance::FITS,
        SubBody::Nothing => Glance::FAILS,
        SubBody::Boolean => Glance::only(Kind::Boolean, true, true),
        SubBody::Null => Glance::only(Kind::Null, true, true),
        SubBody::Text(rules) => text(rules),
        SubBody::Number(rules) => number(rules),
        SubBody::Object(rules) => Glance::only(Kind::Object, rules.typed, false),
        SubBody::Array(rules) => Glance::only(Kind::Array, rules.typed, false),
        _ => Glance::NOTHING,
    }
}

/// Short texts fit where nothing but a greatest length is asked for.
fn text(rules: &TextRules) -> Glance {
    let by_kind = Glance::only(Kind::String, rules.typed, rules.is_bare);
    match rules.most {
        Some(most) if rules.least.is_none() && rules.pattern.is_none() && rules.format.is_none() => by_kind.up_to(most),
        _ => by_kind,
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
