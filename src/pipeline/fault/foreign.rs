//! What other validators say of a document: networknt, ajv, Python's jsonschema, gojsonschema, Hindsight.
//!
//! Owns: their messages -> place, keyword and values, in the words of this grammar; making a message of a failure that is told in parts.
//! Refuses: the pipeline's own validator (grammar), rows and their members (rows/foreign).

mod hindsight;
mod node;
mod place;
mod prose;

use super::grammar::{self, BREAKS};
use super::{Keyword, Says};

pub(super) use node::path_of as path_of_node;
pub(super) use place::{pointer, tokens};

/// A message of another validator, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ForeignReading<'a> {
    /// Where, as the validator writes it; `None` where its message does not tell.
    pub pointer: Option<&'a str>,
    /// The node of the schema, where the message tells it.
    pub node: Option<&'a str>,
    /// What stands behind the place.
    pub text: &'a str,
    /// What it says.
    pub says: Says<'a>,
    /// Who judged.
    pub judge: &'static str,
}

/// Packages whose exceptions are never another validator's.
const OTHERS: [&str; 7] = ["com.mozilla.", "org.everit.", "java.", "javax.", "com.fasterxml.", "com.google.", "org.apache.beam."];

/// Who judged, where only the form of the message tells that it was somebody else.
pub(crate) const SOMEBODY: &str = "another validator";

/// Whether a message of an exception may be another validator's.
pub(super) fn may_judge(class: &str) -> bool {
    !OTHERS.iter().any(|package| class.starts_with(package))
}

/// Reads a message without its class. `None` where it is none of another validator's.
pub(super) fn read(text: &str) -> Option<ForeignReading<'_>> {
    if let Some(reading) = hindsight::read(text) {
        return Some(reading);
    }
    let line = text.trim();
    if let Some(reading) = place::python(line) {
        return Some(reading);
    }
    let colons = line.match_indices(": ").map(|(at, _)| (&line[..at], &line[at + 2..]));
    let place = colons.clone().find(|(place, _)| place.starts_with("#/") || *place == "#");
    let placed = colons.filter(|(place, _)| place::is_place(place)).find_map(|(place, text)| behind(place, text));
    let told = placed.or_else(|| place::spaced(line)).or_else(|| {
        let (says, judge) = prose::whole(line)?;
        Some(ForeignReading { pointer: None, node: None, text: line, says, judge })
    });
    // Behind words of whoever passes it on.
    let told = told.or_else(|| line.match_indices(" #/").find_map(|(at, _)| read(&line[at + 1..]).filter(|told| is_known(&told.says))));
    // A place with words that nobody knows is still one.
    told.or_else(|| {
        place.map(|(place, text)| ForeignReading { pointer: Some(place), node: None, text, says: grammar::broken(None), judge: SOMEBODY })
    })
}

fn is_known(says: &Says<'_>) -> bool {
    matches!(says, Says::Broken { keyword: Some(_), .. })
}

/// What stands behind a pointer of the pipeline's form, in words that are not its own.
pub(super) fn behind_pointer(text: &str) -> Option<(Says<'_>, &'static str)> {
    if let Some(says) = broken(text) {
        return Some((says, SOMEBODY));
    }
    prose::whole(text)
}

/// `breaks type`, `breaks type: its own words`
pub(super) fn broken(text: &str) -> Option<Says<'_>> {
    let rest = text.strip_prefix(BREAKS)?;
    let (name, own) = rest.split_once(": ").map_or((rest, None), |(name, own)| (name, Some(own)));
    let known = keyword(name)?;
    match own.and_then(prose::whole) {
        Some((says @ Says::Broken { keyword: Some(told), .. }, _)) if told == known => Some(says),
        _ => Some(Says::Broken { keyword: Some(known), expected: None, found: None, key: None }),
    }
}

/// A place and what is said of it.
fn behind<'a>(place: &'a str, text: &'a str) -> Option<ForeignReading<'a>> {
    let (says, judge) = match grammar::whole(text) {
        Some(says) if place.starts_with('#') => (says, SOMEBODY),
        _ => behind_pointer(text)?,
    };
    // Some say where the key is missing, others where it should be.
    if let Says::Broken { keyword: Some(keyword @ ("required" | "additionalProperties")), expected, found, key: None } = says
        && let Some((around, key)) = place::last(place)
        && prose::is_of_key(text)
    {
        let says = Says::Broken { keyword: Some(keyword), expected, found, key: Some(key) };
        return Some(ForeignReading { pointer: Some(around), node: None, text, says, judge });
    }
    Some(ForeignReading { pointer: Some(place), node: None, text, says, judge })
}

/// Keywords that the pipeline's validator has no text for.
const MORE: [Keyword; 5] = ["propertyNames", "dependentSchemas", "contentEncoding", "contentMediaType", "$ref"];

/// Other names of keywords: of later drafts, and gojsonschema's.
const NAMES: [(&str, Keyword); 38] = [
    ("additionalItems", "items"),
    ("unevaluatedItems", "items"),
    ("prefixItems", "items"),
    ("unevaluatedProperties", "additionalProperties"),
    ("dependentRequired", "dependencies"),
    ("minContains", "contains"),
    ("maxContains", "contains"),
    ("if", "then"),
    ("false schema", "false"),
    ("invalid_type", "type"),
    ("missing_dependency", "dependencies"),
    ("additional_property_not_allowed", "additionalProperties"),
    ("invalid_property_pattern", "propertyNames"),
    ("invalid_property_name", "propertyNames"),
    ("string_gte", "minLength"),
    ("string_lte", "maxLength"),
    ("number_gte", "minimum"),
    ("number_gt", "exclusiveMinimum"),
    ("number_lte", "maximum"),
    ("number_lt", "exclusiveMaximum"),
    ("multiple_of", "multipleOf"),
    ("array_min_items", "minItems"),
    ("array_max_items", "maxItems"),
    ("array_no_additional_items", "items"),
    ("array_min_properties", "minProperties"),
    ("array_max_properties", "maxProperties"),
    ("unique", "uniqueItems"),
    ("number_any_of", "anyOf"),
    ("number_one_of", "oneOf"),
    ("number_all_of", "allOf"),
    ("number_not", "not"),
    ("condition_then", "then"),
    ("condition_else", "else"),
    ("does_not_match_pattern", "pattern"),
    ("does_not_match_format", "format"),
    ("min_length", "minLength"),
    ("max_length", "maxLength"),
    ("const_mismatch", "const"),
];

/// The keyword of that name, in any validator's spelling.
pub(super) fn keyword(name: &str) -> Option<Keyword> {
    let renamed = NAMES.iter().find(|(known, _)| *known == name).map(|(_, keyword)| *keyword);
    let name = renamed.unwrap_or(name);
    grammar::keyword(name).or_else(|| MORE.into_iter().find(|known| *known == name)).or(renamed)
}

/// A failure that is told in parts: whatever of it is known.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ToldFailure<'a> {
    /// Where, in any validator's way to write it.
    pub place: Option<&'a str>,
    /// Whether the place of a key that is missing names the key, too.
    pub names_key: bool,
    /// The keyword, in any validator's spelling.
    pub keyword: Option<&'a str>,
    /// The key that is missing or extraneous.
    pub key: Option<&'a str>,
    /// What the schema asks.
    pub expected: Option<&'a str>,
    /// What the document has.
    pub found: Option<&'a str>,
    /// The validator's own words.
    pub text: Option<&'a str>,
}

impl ToldFailure<'_> {
    /// One message that is read as all of it: the validator's own words wherever they tell the same.
    pub(crate) fn message(&self) -> String {
        let text = self.text.map(str::trim).filter(|text| !text.is_empty());
        let known = self.keyword.and_then(keyword);
        let (own, mut read_key) = (text.and_then(read), None);
        if let Some(own) = &own
            && let Says::Broken { keyword: told, key, .. } = own.says
        {
            read_key = key;
            let is_same = told.is_some() && (known.is_none() || told == known);
            let there = own.pointer.map(tokens);
            let here = self.place.map(|place| self.tokens(place, key));
            if is_same && (here.is_none() || here == there) {
                return text.unwrap_or_default().to_owned();
            }
        }
        let key = self.key.or(read_key);
        let place = self.place.map(|place| pointer(&self.tokens(place, key)));
        let said = self.said(known, key, text);
        match place {
            Some(place) => format!("#{place}: {said}"),
            None => said,
        }
    }

    /// The place as tokens, without the key that it may name.
    fn tokens(&self, place: &str, key: Option<&str>) -> Vec<String> {
        let mut tokens = tokens(place);
        if self.names_key && key.is_some_and(|key| tokens.last().is_some_and(|last| last == key)) {
            tokens.pop();
        }
        tokens
    }

    /// What is wrong, in words that are read as it.
    fn said(&self, known: Option<Keyword>, key: Option<&str>, text: Option<&str>) -> String {
        let reads_as = |text: &str| {
            let says = grammar::whole(text).or_else(|| prose::whole(text).map(|(says, _)| says));
            matches!(says, Some(Says::Broken { keyword: Some(told), .. }) if Some(told) == known)
        };
        if let Some(text) = text.filter(|text| reads_as(text)) {
            return text.to_owned();
        }
        let made = match (known, key, self.expected, self.found) {
            (Some("type"), _, Some(expected), Some(found)) => Some(format!("expected type: {expected}, found: {found}")),
            (Some("required"), Some(key), ..) => Some(format!("required key [{key}] not found")),
            (Some("additionalProperties"), Some(key), ..) => Some(format!("extraneous key [{key}] is not permitted")),
            (Some("dependencies"), Some(key), ..) => Some(format!("property [{key}] is required")),
            _ => None,
        };
        if let Some(made) = made.filter(|made| reads_as(made)) {
            return made;
        }
        match (known.or(self.keyword.filter(|_| text.is_none())), text) {
            (Some(keyword), Some(text)) => format!("{BREAKS}{keyword}: {text}"),
            (Some(keyword), None) => format!("{BREAKS}{keyword}"),
            (None, Some(text)) => text.to_owned(),
            (None, None) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests;
