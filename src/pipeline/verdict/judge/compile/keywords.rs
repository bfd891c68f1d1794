//! The keywords of one type, read off a schema node.
//!
//! Owns: limits, bounds, names and subschemas, in the order that Java's maps give them.
//! Refuses: which types a node has (compile).

use rustc_hash::FxHashMap;

use super::super::formats::Format;
use super::super::names::NameTable;
use super::super::numbers::{self, Decimal};
use super::super::program::{ArrayRules, Bound, KnownName, NumberRules, ObjectRules, SubId, TextRules, length_bit};
use super::Compiler;
use super::words::Words;
use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::java_map;
use crate::pipeline::schema::Draft;

type KeywordResult<T> = Result<T, String>;

/// `minLength`, `maxLength`, `pattern`, `format`.
pub(super) fn text(compiler: &mut Compiler<'_>, node: NodeId, words: &Words, typed: bool) -> KeywordResult<TextRules> {
    let least = limit(compiler, words, "minLength")?;
    let most = limit(compiler, words, "maxLength")?;
    let pattern = string(compiler, words, "pattern")?.map(|text| compiler.pattern(node, &text)).transpose()?;
    let format = string(compiler, words, "format")?.and_then(|name| Format::named(&name, compiler.schema.draft()));
    let is_bare = least.is_none() && most.is_none() && pattern.is_none() && format.is_none();
    Ok(TextRules { typed, least, most, pattern, format, is_bare })
}

/// The bounds of numbers; draft 04 makes one exclusive by a flag, later drafts by a keyword of its own.
pub(super) fn number(compiler: &Compiler<'_>, node: NodeId, words: &Words, typed: bool, integer: bool) -> KeywordResult<NumberRules> {
    let mut rules = NumberRules { typed, integer, ..NumberRules::default() };
    rules.minimum = bound(compiler, words, "minimum")?;
    rules.maximum = bound(compiler, words, "maximum")?;
    rules.multiple_of = bound(compiler, words, "multipleOf")?;
    if let Some(zero) = rules.multiple_of.as_ref().filter(|bound| bound.value == Decimal::read("0")) {
        return Err(compiler.wrong(node, &format!("multipleOf should not be {}", zero.printed)));
    }
    if compiler.since(Draft::Six) {
        rules.above = bound(compiler, words, "exclusiveMinimum")?;
        rules.below = bound(compiler, words, "exclusiveMaximum")?;
    } else {
        rules.minimum_exclusive = flag(compiler, words, "exclusiveMinimum")?.unwrap_or(false);
        rules.maximum_exclusive = flag(compiler, words, "exclusiveMaximum")?.unwrap_or(false);
    }
    let is_small = |bound: &Option<Box<Bound>>| bound.as_ref().is_none_or(|bound| bound.small.is_some());
    rules.is_simple = is_small(&rules.minimum)
        && is_small(&rules.maximum)
        && !rules.minimum_exclusive
        && !rules.maximum_exclusive
        && rules.above.is_none()
        && rules.below.is_none()
        && rules.multiple_of.is_none();
    Ok(rules)
}

/// The keywords of arrays.
pub(super) fn array(compiler: &mut Compiler<'_>, words: &Words, typed: bool) -> KeywordResult<ArrayRules> {
    let document = compiler.document();
    let mut rules = ArrayRules { typed, ..ArrayRules::default() };
    rules.least = limit(compiler, words, "minItems")?;
    rules.most = limit(compiler, words, "maxItems")?;
    rules.unique = flag(compiler, words, "uniqueItems")?.unwrap_or(false);
    (rules.closed, rules.additional) = rest(compiler, words, "additionalItems")?;
    if let Some(items) = words.get("items") {
        if document.kind(items) == Kind::Array {
            rules.tuple = Some(document.children(items).map(|item| compiler.node(item)).collect::<KeywordResult<_>>()?);
        } else {
            rules.all = Some(compiler.node(items)?);
        }
    }
    if let Some(contains) = words.get("contains").filter(|_| compiler.since(Draft::Six)) {
        rules.contains = Some(compiler.node(contains)?);
    }
    Ok(rules)
}

/// The keywords of objects.
pub(super) fn object(compiler: &mut Compiler<'_>, node: NodeId, words: &Words, typed: bool) -> KeywordResult<ObjectRules> {
    let mut rules = ObjectRules { typed, ..ObjectRules::default() };
    rules.least = limit(compiler, words, "minProperties")?;
    rules.most = limit(compiler, words, "maxProperties")?;
    if let Some(required) = words.get("required") {
        rules.required = names(compiler, required)?;
    }
    (rules.closed, rules.additional) = rest(compiler, words, "additionalProperties")?;
    let mut properties = named_schemas(compiler, words, "properties")?;
    java_map::sort_by_bucket(&mut properties, java_map::capacity, |(name, _)| java_map::hash_code(name));
    let mut patterns = named_schemas(compiler, words, "patternProperties")?;
    copied(&mut patterns, java_map::hash_code);
    rules.patterns = patterns.into_iter().map(|(text, sub)| Ok((compiler.pattern(node, &text)?, sub))).collect::<KeywordResult<_>>()?;
    dependencies(compiler, words, &mut rules)?;
    if let Some(names) = words.get("propertyNames").filter(|_| compiler.since(Draft::Six)) {
        rules.names = Some(compiler.node(names)?);
    }
    index(&mut rules, &properties);
    Ok(rules)
}

/// Fills the table of known names.
fn index(rules: &mut ObjectRules, properties: &[(Box<str>, SubId)]) {
    rules.properties = properties.iter().map(|(_, sub)| *sub).collect();
    let known = |(i, (name, _)): (usize, &(Box<str>, SubId))| (name.as_bytes().into(), KnownName::of_property(i));
    let mut all: Vec<(Box<[u8]>, KnownName)> = properties.iter().enumerate().map(known).collect();
    if !rules.required.is_empty() {
        let mut places: FxHashMap<&[u8], usize> = properties.iter().enumerate().map(|(at, (name, _))| (name.as_bytes(), at)).collect();
        for name in &rules.required {
            let at = *places.entry(name.as_bytes()).or_insert_with(|| {
                all.push((name.as_bytes().into(), KnownName::default()));
                all.len() - 1
            });
            if all[at].1.required().is_none() {
                all[at].1.require(rules.required_count);
                rules.required_lengths |= length_bit(name.len() as u32);
                rules.required_count += 1;
            }
        }
    }
    rules.asks_whole =
        rules.least.is_some() || rules.most.is_some() || !rules.key_dependencies.is_empty() || !rules.schema_dependencies.is_empty();
    rules.table = NameTable::of(all.into_iter());
}

fn dependencies(compiler: &mut Compiler<'_>, words: &Words, rules: &mut ObjectRules) -> KeywordResult<()> {
    let Some(all) = words.get("dependencies") else { return Ok(()) };
    let document = compiler.document();
    for (name, member) in members(compiler, all)? {
        if document.kind(member) == Kind::Array {
            let mut needed = names(compiler, member)?;
            java_map::sort_by_bucket(&mut needed, java_map::small_set_capacity, |name| java_map::hash_code(name));
            rules.key_dependencies.push((name, needed));
        } else {
            rules.schema_dependencies.push((name, compiler.node(member)?));
        }
    }
    copied(&mut rules.key_dependencies, java_map::hash_code);
    copied(&mut rules.schema_dependencies, java_map::hash_code);
    Ok(())
}

/// Puts entries in the order of a map that was filled in file order and then copied.
fn copied<T>(entries: &mut [(Box<str>, T)], hash: impl Fn(&str) -> u32) {
    java_map::sort_by_bucket(entries, java_map::capacity, |(name, _)| hash(name));
    java_map::sort_by_bucket(entries, java_map::copied_capacity, |(name, _)| hash(name));
}

/// A keyword whose value is an object of schemas, in file order; of several members of one name the last.
fn named_schemas(compiler: &mut Compiler<'_>, words: &Words, keyword: &'static str) -> KeywordResult<Vec<(Box<str>, SubId)>> {
    let Some(all) = words.get(keyword) else { return Ok(Vec::new()) };
    members(compiler, all)?.into_iter().map(|(name, member)| Ok((name, compiler.node(member)?))).collect()
}

/// The members of an object, each name once at its first place with its last value, as a map keeps them.
fn members(compiler: &Compiler<'_>, object: NodeId) -> KeywordResult<Vec<(Box<str>, NodeId)>> {
    let document = compiler.document();
    if document.kind(object) != Kind::Object {
        return Err(compiler.expected(object, "JsonObject"));
    }
    let name = |member| -> Box<str> { document.key(member).unwrap_or_default().into() };
    if !document.may_have_twins(object) {
        return Ok(document.children(object).map(|member| (name(member), member)).collect());
    }
    let mut places: FxHashMap<Box<str>, usize> = FxHashMap::default();
    let mut members: Vec<(Box<str>, NodeId)> = Vec::with_capacity(document.count(object));
    for member in document.children(object) {
        let name = name(member);
        match places.get(&name) {
            Some(&place) => members[place].1 = member,
            None => {
                places.insert(name.clone(), members.len());
                members.push((name, member));
            }
        }
    }
    Ok(members)
}

fn names(compiler: &Compiler<'_>, list: NodeId) -> KeywordResult<Vec<Box<str>>> {
    let document = compiler.document();
    if document.kind(list) != Kind::Array {
        return Err(compiler.expected(list, "JsonArray"));
    }
    document.children(list).map(|name| document.string(name).map(Into::into).ok_or_else(|| compiler.expected(name, "String"))).collect()
}

/// `additionalProperties`, `additionalItems`: whether nothing more is allowed, or the schema of what is.
fn rest(compiler: &mut Compiler<'_>, words: &Words, keyword: &'static str) -> KeywordResult<(bool, Option<SubId>)> {
    let Some(rest) = words.get(keyword) else { return Ok((false, None)) };
    match compiler.document().kind(rest) {
        Kind::Boolean => Ok((compiler.document().raw(rest) == b"false", None)),
        _ => Ok((false, Some(compiler.node(rest)?))),
    }
}

fn string(compiler: &Compiler<'_>, words: &Words, keyword: &'static str) -> KeywordResult<Option<String>> {
    let Some(value) = words.get(keyword) else { return Ok(None) };
    let text = compiler.document().string(value).ok_or_else(|| compiler.expected(value, "String"))?;
    Ok(Some(text.into_owned()))
}

fn flag(compiler: &Compiler<'_>, words: &Words, keyword: &'static str) -> KeywordResult<Option<bool>> {
    let Some(value) = words.get(keyword) else { return Ok(None) };
    match compiler.document().kind(value) {
        Kind::Boolean => Ok(Some(compiler.document().raw(value) == b"true")),
        _ => Err(compiler.expected(value, "Boolean")),
    }
}

/// A whole number. A negative one never binds as a lower limit and always as an upper one, where 0 is as near as it gets.
fn limit(compiler: &Compiler<'_>, words: &Words, keyword: &'static str) -> KeywordResult<Option<u64>> {
    let Some(value) = words.get(keyword) else { return Ok(None) };
    let document = compiler.document();
    if document.kind(value) != Kind::Number || !numbers::is_integer(document.raw(value)) {
        return Err(compiler.expected(value, "Integer"));
    }
    let text = String::from_utf8_lossy(document.raw(value));
    text.parse::<i64>().map(|limit| Some(limit.max(0) as u64)).map_err(|_| compiler.expected(value, "Integer"))
}

fn bound(compiler: &Compiler<'_>, words: &Words, keyword: &'static str) -> KeywordResult<Option<Box<Bound>>> {
    let Some(value) = words.get(keyword) else { return Ok(None) };
    let document = compiler.document();
    if document.kind(value) != Kind::Number {
        return Err(compiler.expected(value, "Number"));
    }
    let raw = document.raw(value);
    let text = String::from_utf8_lossy(raw);
    let decimal = Decimal::read(&text);
    let small = decimal.small();
    Ok(Some(Box::new(Bound { printed: numbers::printed_bound(raw).into(), value: decimal, small, raw: raw.into() })))
}
