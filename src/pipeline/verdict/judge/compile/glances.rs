//! What can be told of values at a glance, for each compiled schema.
//!
//! Owns: reading it off the rules; of lists of types what their types say, of references what their targets say.
//! Refuses: looking at values (glance).

use super::super::glance::Glance;
use super::super::program::{
    ArrayRules, Bound, Combinator, FEW_REQUIRED, MemberAsks, NumberRules, ObjectRules, Program, Reading, Sub, SubBody, SubId, TextRules,
};
use crate::pipeline::document::Kind;

/// How many schemas one inside the other are told by one glance, at least.
const ROUNDS: usize = 4;

/// Fills in what is known of each compiled schema, and beside the names of members what their schemas ask.
pub(super) fn fill(program: &mut Program) {
    for at in 0..program.subs.len() {
        program.subs[at].glance = single(&program.subs[at].body);
    }
    // What is known of one is of use to those around it, which may come before or after it.
    for _ in 0..ROUNDS {
        for at in 0..program.subs.len() {
            program.subs[at].glance = nested(program, at);
        }
    }
    let glances: Vec<Glance> = program.subs.iter().map(|sub| sub.glance).collect();
    let asks = |sub: SubId| MemberAsks { sub, glance: glances.get(sub as usize).copied().unwrap_or(Glance::NOTHING) };
    for sub in &mut program.subs {
        match &mut sub.body {
            SubBody::Object(rules) => beside_names(rules, asks),
            SubBody::Array(rules) => {
                rules.each = rules.all.map(asks);
                rules.each_sorts = rules.each.map_or(0, |each| each.glance.sorts());
            }
            _ => {}
        }
    }
}

/// What is known of one by what is known of those that it is made of.
fn nested(program: &Program, at: usize) -> Glance {
    let Sub { glance, body, is_flat, .. } = &program.subs[at];
    let of = |sub: SubId| program.sub(sub).glance;
    match body {
        // What cannot be printed has to be come across.
        SubBody::Combined(Combinator::Any, branches) if !branches.is_empty() && (!program.may_break_off || *is_flat) => {
            Glance::any(&branches.iter().map(|&branch| of(branch)).collect::<Vec<_>>(), *is_flat)
        }
        SubBody::Reference(target) => of(*target),
        SubBody::Object(rules) => holding_members(program, rules, *glance),
        SubBody::Array(rules) => match rules.all {
            Some(all) if asks_only_elements(rules) => glance.holding(Kind::Array, &of(all)),
            _ => *glance,
        },
        _ => *glance,
    }
}

/// Objects that fit if their members do.
fn holding_members(program: &Program, rules: &ObjectRules, glance: Glance) -> Glance {
    let is_alike = rules.table.is_empty() && rules.patterns.is_empty() && rules.names.is_none();
    match rules.additional {
        _ if !is_alike || rules.asks_whole || rules.closed => glance,
        Some(sub) => glance.holding(Kind::Object, &program.sub(sub).glance),
        None => glance.holding(Kind::Object, &Glance::FITS),
    }
}

fn asks_only_elements(rules: &ArrayRules) -> bool {
    rules.least.is_none() && rules.most.is_none() && !rules.unique && rules.contains.is_none()
}

/// What an object's members are asked.
fn beside_names(rules: &mut ObjectRules, asks: impl Fn(SubId) -> MemberAsks) {
    rules.beside = match rules.additional {
        Some(sub) => asks(sub),
        None => MemberAsks { sub: 0, glance: if rules.closed { Glance::FAILS } else { Glance::FITS } },
    };
    let beside = rules.beside;
    for known in rules.table.values_mut() {
        known.asks = known.property().map_or(beside, |property| asks(rules.properties[property as usize]));
    }
    let names = rules.names.map_or(Glance::FITS, |names| asks(names).glance);
    rules.short_names = u8::try_from(names.short_texts()).unwrap_or(u8::MAX);
    rules.beside_sorts = rules.beside.glance.sorts();
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
