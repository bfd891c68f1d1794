//! A schema in the form that judges documents.
//!
//! Owns: the compiled schemas, each with the schema node that it came from, and their rules in the order the validator asks them.
//! Refuses: reading a schema file (compile), judging (valid, walk).

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::formats::Format;
use super::glance::Glance;
use super::names::NameTable;
use super::numbers::Decimal;
use super::pattern::Pattern;
use crate::pipeline::document::{NodeId, Sorts};
use crate::pipeline::schema::Draft;

/// Position of a compiled schema.
pub(super) type SubId = u32;

/// Position of a pattern.
pub(super) type PatternId = u32;

/// Keywords that make a schema of their own where no type reads them.
pub(super) const ARRAY: [&str; 5] = ["items", "additionalItems", "minItems", "maxItems", "uniqueItems"];
pub(super) const OBJECT: [&str; 7] =
    ["properties", "required", "minProperties", "maxProperties", "dependencies", "patternProperties", "additionalProperties"];
pub(super) const NUMBER: [&str; 5] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
pub(super) const TEXT: [&str; 4] = ["minLength", "maxLength", "pattern", "format"];

/// Whether a member of a schema says something about values, in that draft.
pub(super) fn is_keyword(name: &str, draft: Draft) -> bool {
    match name {
        "$ref" | "type" | "enum" | "allOf" | "anyOf" | "oneOf" | "not" => true,
        "const" | "contains" | "propertyNames" => draft >= Draft::Six,
        "if" | "then" | "else" => draft >= Draft::Seven,
        _ => ARRAY.contains(&name) || OBJECT.contains(&name) || NUMBER.contains(&name) || TEXT.contains(&name),
    }
}

/// One compiled schema.
#[derive(Debug)]
pub(super) struct Sub {
    /// The schema node that it was read from; several share one where the validator splits a node.
    pub(super) node: NodeId,
    /// Whether the validator knows its location: not of the parts of a split node, nor of `false`.
    pub(super) located: bool,
    /// Whether it is a combinator of nothing but single questions.
    pub(super) is_flat: bool,
    /// What can be told without the rules.
    pub(super) glance: Glance,
    pub(super) body: SubBody,
}

/// What a compiled schema asks.
#[derive(Debug)]
pub(super) enum SubBody {
    Anything,
    Nothing,
    Boolean,
    Null,
    Object(Box<ObjectRules>),
    Array(Box<ArrayRules>),
    Text(Arc<TextRules>),
    Number(Arc<NumberRules>),
    Enum(Box<EnumRules>),
    Const(Box<EnumRules>),
    Not(SubId),
    Combined(Combinator, Box<[SubId]>),
    Condition { test: SubId, then: Option<SubId>, otherwise: Option<SubId> },
    Reference(SubId),
}

impl SubBody {
    /// Whether it asks about a value itself, and nothing about what is in it.
    pub(super) fn is_single(&self) -> bool {
        matches!(self, SubBody::Anything | SubBody::Nothing | SubBody::Boolean | SubBody::Null | SubBody::Text(_) | SubBody::Number(_))
    }
}

/// How many branches must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Combinator {
    All,
    Any,
    One,
}

impl Combinator {
    /// Whether so many of so many are right.
    pub(super) fn holds(self, matched: usize, total: usize) -> bool {
        match self {
            Combinator::All => matched == total,
            Combinator::Any => matched > 0,
            Combinator::One => matched == 1,
        }
    }

    /// As JSON Schema calls it.
    pub(super) fn keyword(self) -> &'static str {
        match self {
            Combinator::All => "allOf",
            Combinator::Any => "anyOf",
            Combinator::One => "oneOf",
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct ObjectRules {
    /// Whether other kinds of values fail.
    pub(super) typed: bool,
    /// In the order of the file.
    pub(super) required: Vec<Box<str>>,
    pub(super) names: Option<SubId>,
    pub(super) least: Option<u64>,
    pub(super) most: Option<u64>,
    /// In the order of Java's map.
    pub(super) key_dependencies: Vec<(Box<str>, Vec<Box<str>>)>,
    pub(super) closed: bool,
    pub(super) additional: Option<SubId>,
    /// In the order of a map of their texts. The validator's own order hangs on where Java keeps them, and may differ with every start.
    pub(super) patterns: Vec<(PatternId, SubId)>,
    /// In the order of Java's map.
    pub(super) schema_dependencies: Vec<(Box<str>, SubId)>,
    /// In the order of Java's map. Their names are those of their nodes.
    pub(super) properties: Box<[SubId]>,
    /// What each known name means.
    pub(super) table: NameTable<KnownName>,
    /// Whether anything but the members and what is required is asked for: how many there are, what depends on what.
    pub(super) asks_whole: bool,
    /// How much of the members has to be looked at.
    pub(super) reading: Reading,
    /// What a member is asked that no property names, unless a pattern does.
    pub(super) beside: MemberAsks,
    /// Sorts of values that fit that whatever they are.
    pub(super) beside_sorts: Sorts,
    /// Names of fewer bytes need not be asked about.
    pub(super) short_names: u8,
    /// Number of different required names.
    pub(super) required_count: u32,
    /// Their lengths, as [`length_bit`] has them.
    pub(super) required_lengths: u64,
}

/// The bit of a length among those of names. Lengths that are far apart share one.
#[inline]
pub(super) fn length_bit(length: u32) -> u64 {
    1_u64.wrapping_shl(length)
}

/// How much of an object's members its rules have to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reading {
    /// They ask nothing of any member.
    #[default]
    Nothing,
    /// All values are asked the same.
    Values,
    /// Names are looked up.
    Names,
    /// Names are looked up, and patterns looked for in them.
    Patterns,
    /// The same, and very many of them are required.
    All,
}

/// What a member is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct MemberAsks {
    pub(super) sub: SubId,
    /// What can be told without the rules of `sub`; of a member that no schema is asked about everything.
    pub(super) glance: Glance,
}

impl Default for MemberAsks {
    fn default() -> Self {
        MemberAsks { sub: 0, glance: Glance::FITS }
    }
}

/// What an object's rules say about one name.
#[derive(Debug, Clone, Copy)]
pub(super) struct KnownName {
    /// Position in `properties`.
    property: u32,
    /// Number among the required names.
    required: u32,
    /// By that property, else as one that none names.
    pub(super) asks: MemberAsks,
}

/// No property, not required.
const NO_NUMBER: u32 = u32::MAX;

impl Default for KnownName {
    fn default() -> Self {
        KnownName { property: NO_NUMBER, required: NO_NUMBER, asks: MemberAsks::default() }
    }
}

impl KnownName {
    /// The name of the property at that position.
    pub(super) fn of_property(position: usize) -> Self {
        KnownName { property: position as u32, ..KnownName::default() }
    }

    /// Position among the properties.
    pub(super) fn property(&self) -> Option<u32> {
        (self.property != NO_NUMBER).then_some(self.property)
    }

    /// Number among the required names.
    pub(super) fn required(&self) -> Option<u32> {
        (self.required != NO_NUMBER).then_some(self.required)
    }

    /// Makes it a required name.
    pub(super) fn require(&mut self, number: u32) {
        self.required = number;
    }

    /// One bit for each required name of an object with at most [`FEW_REQUIRED`] of them, and one more for all other names.
    #[inline]
    pub(super) fn bit(&self) -> u64 {
        1_u64.wrapping_shl(self.required)
    }
}

/// Required names that have a bit each.
pub(super) const FEW_REQUIRED: u32 = 63;

/// What [`KnownName::bit`] is of a name that is not required.
pub(super) const NOT_REQUIRED: u64 = 1 << FEW_REQUIRED;

#[derive(Debug, Default)]
pub(super) struct ArrayRules {
    pub(super) typed: bool,
    pub(super) least: Option<u64>,
    pub(super) most: Option<u64>,
    pub(super) unique: bool,
    pub(super) all: Option<SubId>,
    /// The same with what can be told at a glance.
    pub(super) each: Option<MemberAsks>,
    /// Sorts of values that fit that whatever they are.
    pub(super) each_sorts: Sorts,
    pub(super) tuple: Option<Vec<SubId>>,
    /// `additionalItems: false`.
    pub(super) closed: bool,
    pub(super) additional: Option<SubId>,
    pub(super) contains: Option<SubId>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TextRules {
    pub(super) typed: bool,
    pub(super) least: Option<u64>,
    pub(super) most: Option<u64>,
    pub(super) pattern: Option<PatternId>,
    pub(super) format: Option<Format>,
    /// Whether there is none of these.
    pub(super) is_bare: bool,
}

/// A number in the schema.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bound {
    /// As messages print it.
    pub(super) printed: Box<str>,
    pub(super) value: Decimal,
    /// The value where it is a small whole number: most are, and most numbers held against them.
    pub(super) small: Option<i64>,
    /// As the file spells it.
    pub(super) raw: Box<[u8]>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct NumberRules {
    /// Whether values that are no numbers fail.
    pub(super) typed: bool,
    pub(super) integer: bool,
    /// Whether nothing but a minimum and a maximum is asked for, both small whole numbers that fit themselves.
    pub(super) is_simple: bool,
    pub(super) minimum: Option<Box<Bound>>,
    /// Draft 04: `minimum` itself does not fit.
    pub(super) minimum_exclusive: bool,
    pub(super) above: Option<Box<Bound>>,
    pub(super) maximum: Option<Box<Bound>>,
    pub(super) maximum_exclusive: bool,
    pub(super) below: Option<Box<Bound>>,
    pub(super) multiple_of: Option<Box<Bound>>,
}

/// Values of `enum` or `const`.
#[derive(Debug)]
pub(super) struct EnumRules {
    /// Texts among them, unescaped.
    pub(super) texts: NameTable<()>,
    /// Whether one of them holds a backslash.
    pub(super) has_backslash: bool,
    /// Everything else, spelled so that equal values are spelled alike.
    pub(super) others: Vec<Box<str>>,
}

/// A whole schema file, compiled.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) subs: Vec<Sub>,
    pub(super) patterns: Vec<Pattern>,
    pub(super) root: SubId,
    /// Schemas under `not` as messages print them; `None` where the validator breaks off instead.
    pub(super) refused: FxHashMap<SubId, Option<String>>,
    /// Whether some cannot be printed: then every branch has to be looked into.
    pub(super) may_break_off: bool,
    /// By which is known of which documents judging is sure to end.
    pub(super) effort: Effort,
}

/// How much judging by a program takes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Effort {
    /// Compiled schemas that hold others.
    pub(super) entered: u64,
    /// Most of them that ask one inside the other about the same value.
    pub(super) deepest: u64,
}

impl Effort {
    /// There is no telling.
    pub(super) const WITHOUT_END: Effort = Effort { entered: u64::MAX, deepest: u64::MAX };
}

impl Program {
    pub(super) fn sub(&self, id: SubId) -> &Sub {
        &self.subs[id as usize]
    }

    /// A schema under `not` as messages print it.
    pub(super) fn refused(&self, id: SubId) -> Option<&str> {
        self.refused.get(&id)?.as_deref()
    }

    pub(super) fn pattern(&self, id: PatternId) -> &Pattern {
        &self.patterns[id as usize]
    }
}
