//! Whether a schema node can have said a message.
//!
//! Owns: comparing what a message tells (type, limit, pattern, format, key, number of branches) with what a node asks.
//! Refuses: finding nodes (reach).

use super::parts::NodeParts;
use super::reach::NodePlace;
use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::fault::{Fault, Keyword, Says};
use crate::pipeline::schema::applicators::Applicators;
use crate::pipeline::schema::{Draft, Schema};

/// Formats that the validator checks, since which draft, and what it calls them.
const FORMATS: [(&str, Draft, &str); 12] = [
    ("date-time", Draft::Four, "date-time"),
    ("uri", Draft::Four, "URI"),
    ("email", Draft::Four, "email address"),
    ("ipv4", Draft::Four, "ipv4 address"),
    ("ipv6", Draft::Four, "ipv6 address"),
    ("hostname", Draft::Four, "hostname"),
    ("json-pointer", Draft::Six, "JSON pointer"),
    ("uri-reference", Draft::Six, "URI reference"),
    ("uri-template", Draft::Six, "URI template"),
    ("date", Draft::Seven, "date"),
    ("time", Draft::Seven, "time"),
    ("regex", Draft::Seven, "regular expression"),
];

/// The parts of a validation message.
pub(super) struct ToldParts<'a> {
    pub(super) keyword: Keyword,
    expected: Option<&'a str>,
    found: Option<&'a str>,
    key: Option<&'a str>,
    text: &'a str,
    cut: bool,
}

impl<'a> ToldParts<'a> {
    /// `None` where the message names no keyword.
    pub(super) fn of(fault: &Fault<'a>) -> Option<Self> {
        match fault.says {
            Says::Broken { keyword: Some(keyword), expected, found, key } => {
                Some(ToldParts { keyword, expected, found, key, text: fault.text, cut: fault.cut })
            }
            _ => None,
        }
    }

    /// Whether the node can have said this. `name` is the last token, which `propertyNames` judges.
    pub(super) fn fits(&self, schema: &Schema, place: NodePlace, name: Option<&str>) -> bool {
        if schema.document.kind(place.node) != Kind::Object {
            return self.keyword == "false" && schema.document.raw(place.node) == b"false";
        }
        let parts = NodeParts::of(schema, place.node);
        if place.about_name && !name.is_some_and(|name| self.is_about(name)) {
            return false;
        }
        match self.keyword {
            "anyOf" | "oneOf" | "allOf" | "then" | "else" => self.fits_branches(&parts),
            _ if parts.hides() => false,
            _ => self.fits_keyword(schema, place.node),
        }
    }

    /// Whether the node holds the keyword, whatever it asks: what another version of the schema may have said.
    pub(super) fn resembles(&self, schema: &Schema, place: NodePlace, name: Option<&str>) -> bool {
        let about_it = !place.about_name || name.is_some_and(|name| self.is_about(name));
        about_it && schema.keyword(place.node, self.keyword).is_some()
    }

    /// Combinators, written and unwritten.
    fn fits_branches(&self, parts: &NodeParts) -> bool {
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<usize>().ok());
        let (of, matched) = (number(self.expected), number(self.found));
        let is_of = |branches: Option<usize>| branches.is_some_and(|branches| of.is_none_or(|of| of == branches));
        match self.keyword {
            "allOf" if parts.total > 1 => is_of(Some(parts.total)),
            _ if parts.total > 1 => false,
            "allOf" => is_of(parts.all_of),
            "anyOf" => is_of(parts.any_of.or(parts.types)),
            "oneOf" => parts.one_of.is_some_and(|branches| matched.is_none_or(|matched| matched <= branches)),
            _ => parts.condition,
        }
    }

    /// Keywords that a node holds itself.
    fn fits_keyword(&self, schema: &Schema, node: NodeId) -> bool {
        let holds = |keyword| schema.keyword(node, keyword).is_some();
        match self.keyword {
            "type" => self.fits_type(schema, node),
            "required" => schema.keyword(node, "required").is_some_and(|keys| self.names_one_of(schema, keys)),
            "dependencies" => {
                let dependencies = schema.keyword(node, "dependencies").into_iter().flat_map(|node| schema.document.children(node));
                dependencies.into_iter().any(|keys| self.names_one_of(schema, keys))
            }
            "additionalProperties" => self.fits_extraneous(schema, node),
            "items" => self.fits_tuple(schema, node),
            "pattern" => schema.keyword_text(node, "pattern").is_some_and(|pattern| self.names_pattern(&pattern)),
            "format" => schema.keyword_text(node, "format").is_some_and(|format| self.names_format(schema.draft(), &format)),
            "minimum" => self.fits_bound(schema, node, "minimum", "exclusiveMinimum", false),
            "maximum" => self.fits_bound(schema, node, "maximum", "exclusiveMaximum", false),
            "exclusiveMinimum" => self.fits_bound(schema, node, "minimum", "exclusiveMinimum", true),
            "exclusiveMaximum" => self.fits_bound(schema, node, "maximum", "exclusiveMaximum", true),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" | "multipleOf" => {
                self.limit_is(schema.keyword_text(node, self.keyword))
            }
            "const" | "contains" => schema.draft() >= Draft::Six && holds(self.keyword),
            "false" => false,
            other => holds(other),
        }
    }

    fn fits_type(&self, schema: &Schema, node: NodeId) -> bool {
        let Some(name) = schema.keyword_text(node, "type") else { return false };
        let printed = match name.as_str() {
            "string" => "String",
            "integer" => "Integer",
            "number" => "Number",
            "boolean" => "Boolean",
            "array" => "JSONArray",
            "object" => "JSONObject",
            other => other,
        };
        self.expected.is_none_or(|expected| expected == printed)
    }

    fn fits_extraneous(&self, schema: &Schema, node: NodeId) -> bool {
        let found = Applicators::of(schema, node);
        let forbidden = found.additional_properties.is_some_and(|rest| schema.document.raw(rest) == b"false");
        forbidden && (self.cut || self.key.is_none_or(|key| found.is_additional(schema, key)))
    }

    /// A tuple that allows no more elements.
    fn fits_tuple(&self, schema: &Schema, node: NodeId) -> bool {
        let found = Applicators::of(schema, node);
        let closed = found.additional_items.is_some_and(|rest| schema.document.raw(rest) == b"false");
        let length = found.items.filter(|&items| schema.document.kind(items) == Kind::Array).map(|items| schema.document.count(items));
        closed && self.limit_is(length.map(|length| length.to_string()))
    }

    /// Draft 04 makes a bound exclusive by a flag beside it, later drafts by a bound of its own.
    fn fits_bound(&self, schema: &Schema, node: NodeId, inclusive: &str, exclusive: &str, is_exclusive: bool) -> bool {
        let beside = schema.keyword_text(node, exclusive);
        let flag = beside.as_deref() == Some("true");
        match (is_exclusive, flag) {
            (true, false) => self.limit_is(beside),
            (true, true) | (false, false) => self.limit_is(schema.keyword_text(node, inclusive)),
            (false, true) => false,
        }
    }

    fn limit_is(&self, limit: Option<String>) -> bool {
        limit.is_some_and(|limit| self.expected.is_none_or(|expected| same_number(expected, &limit)))
    }

    /// Whether a list of keys has the message's.
    fn names_one_of(&self, schema: &Schema, keys: NodeId) -> bool {
        let mut keys = schema.document.children(keys).filter_map(|key| schema.document.string(key));
        // A message that was cut inside the key still holds the rest of the sentence, or a piece of the key.
        keys.any(|key| self.key.is_none_or(|told| told == key || (self.cut && (key.starts_with(told) || told.starts_with(&*key)))))
    }

    /// The value before the pattern may hold the same words, so the whole text is compared.
    fn names_pattern(&self, pattern: &str) -> bool {
        if !self.cut {
            return self.text.strip_suffix(pattern).is_some_and(|before| before.ends_with("] does not match pattern "));
        }
        self.expected.is_none_or(|begun| pattern.starts_with(begun))
    }

    fn names_format(&self, draft: Draft, format: &str) -> bool {
        let checked = FORMATS.iter().find(|(name, since, _)| *name == format && draft >= *since);
        checked.is_some_and(|(_, _, printed)| self.expected.is_none_or(|expected| expected.eq_ignore_ascii_case(printed)))
    }

    /// Whether the value in the message is that name; messages that tell no value may be.
    fn is_about(&self, name: &str) -> bool {
        match self.keyword {
            "minLength" | "maxLength" => self.found.is_none_or(|found| found == name.chars().count().to_string()),
            "pattern" | "format" | "enum" if self.cut => self.found.is_none_or(|found| name.starts_with(found) || found.starts_with(name)),
            "pattern" => {
                self.text.strip_prefix("string [").and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| rest.starts_with(']'))
            }
            "format" | "enum" => self.found == Some(name),
            "type" => self.found == Some("String"),
            "const" | "not" | "anyOf" | "oneOf" | "allOf" | "then" | "else" => true,
            _ => false,
        }
    }
}

/// Limits are numbers; how they are spelled is the printer's business.
fn same_number(a: &str, b: &str) -> bool {
    a == b || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}
