//! Error messages and pointers without the values in them.
//!
//! Owns: the message put together again from its parts, each of which is told or not.
//! Refuses: taking messages apart (fault). What the grammar does not know is told only as far as its words are the pipeline's own.

use std::borrow::Cow;

use super::{Redactor, looks, shape};
use crate::pipeline::fault::{Fault, Keyword, MessageValue, Says};
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::{TokenMatch, walk};
use crate::pipeline::verdict::{Broken, locate_best};
use crate::rows::schemas::SCHEMA_ENDING;

/// Types as the validator calls them.
const TYPES: [&str; 14] = [
    "String",
    "Integer",
    "Long",
    "BigInteger",
    "Number",
    "BigDecimal",
    "Double",
    "Float",
    "Boolean",
    "Null",
    "null",
    "JSONArray",
    "JSONObject",
    "Object",
];

/// Formats as the validator calls them.
const FORMATS: [&str; 14] = [
    "date-time",
    "date",
    "time",
    "URI",
    "URI reference",
    "URI template",
    "uri",
    "hostname",
    "email address",
    "ipv4 address",
    "ipv6 address",
    "JSON Pointer",
    "json-pointer",
    "regular expression",
];

/// Words of the pipeline's own texts.
const PIPELINE_WORDS: &str = "a an and any argument as assumed at attribute be because but byte bytes cannot cause configured contains could does element elements empty endpoint \
    entry error exception exceeds expected failed field for format found in include input integer invalid is it java json known larger length limit line logentry message missing more \
    name no not null number object of one or parse parsed path payload place prefix schema string telemetry than that the this to top-level type unable unexpected unknown uri use uuid \
    v valid value version was were with document document_id document_namespace document_type document_version submission_timestamp";

/// Words of the JSON parser's texts.
const PARSER_WORDS: &str = "allow allow_comments allow_non_numeric_numbers allowed array backslash between character close closing code colon comma comment control-char ctrl-char depth \
    digit double-quote enable enabled end-of-input entries escape escaped expecting false feature field_name float has have hexadecimal illegal included infinite int jsonreadfeature.allow_non_numeric_numbers \
    leading long marker maximum maybe middle minus nan nesting non-standard numeric only out parser quote range recognized regular separate since sign space start support supported token \
    tokens true unquoted unrecognized using utf-8 utf-16 utf-32 value_number value_string values white within within/between zeroes r n t";

/// Parts of a schema's path.
const MOST_PARTS: usize = 3;

/// What a message is redacted with.
struct Context<'a> {
    schema: Option<&'a Schema>,
    broken: Option<&'a Broken>,
    keyword: Option<Keyword>,
    tokens: &'a [String],
}

impl Redactor {
    /// The message with the values in it replaced, one line. It stays readable for [`Fault::parse`], so that its sentence can be had. The schema
    /// is the one that judged the document; without it keys and patterns are told only as far as they look like a program's.
    pub fn message(&mut self, message: &str, class: Option<&str>, schema: Option<&Schema>) -> String {
        if self.is_raw() {
            return message.to_owned();
        }
        let readings = Fault::readings(message, class);
        let located = schema.and_then(|schema| locate_best(schema, &readings, None));
        let (at, broken) = located.map_or((0, None), |(at, broken)| (at, Some(broken)));
        let Some(fault) = readings.get(at) else { return String::new() };
        let tokens = fault.tokens();
        let context = Context { schema, broken: broken.as_ref(), keyword: fault.keyword(), tokens: &tokens };
        let mut parts = Vec::new();
        if !fault.class.is_empty() && message.starts_with(fault.class) {
            parts.push(self.class(fault.class));
        }
        if fault.pointer.is_some() {
            parts.push(format!("#{}", self.pointer(&tokens, schema)));
        }
        let text = match fault.values() {
            Some(values) => self.with_values(fault, &values, &context),
            None => worded(fault.text),
        };
        if !text.is_empty() || fault.keyword() == Some("const") {
            parts.push(text);
        }
        let cut = if fault.cut { "..." } else { "" };
        crate::ground::text::visible(&format!("{}{cut}", parts.join(": "))).into_owned()
    }

    /// An instance location as an RFC 6901 pointer, its tokens told as keys are.
    pub fn pointer<S: AsRef<str>>(&mut self, tokens: &[S], schema: Option<&Schema>) -> String {
        let kinds = schema.map(|schema| walk(schema, tokens).tokens).unwrap_or_default();
        let mut pointer = String::new();
        for (i, token) in tokens.iter().enumerate() {
            let told = self.key(token.as_ref(), kinds.get(i).copied().unwrap_or(TokenMatch::Unknown));
            pointer.push('/');
            pointer.push_str(&told.replace('~', "~0").replace('/', "~1"));
        }
        pointer
    }

    /// An exception's class.
    pub(super) fn class(&self, class: &str) -> String {
        if looks::is_class(class) { class.to_owned() } else { shape::imitated(class) }
    }

    /// The text with its values told or replaced; what is between them is the pipeline's.
    fn with_values(&mut self, fault: &Fault<'_>, values: &[(MessageValue, std::ops::Range<usize>)], context: &Context<'_>) -> String {
        let text = fault.text;
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for (value, range) in values {
            out.push_str(&self.between(fault, text.get(done..range.start).unwrap_or_default()));
            let part = text.get(range.clone()).unwrap_or_default();
            match value {
                MessageValue::Expected => out.push_str(&self.expected(part, context)),
                MessageValue::Found => out.push_str(&self.found(fault, part, context)),
                MessageValue::Key => out.push_str(&self.told_key(part, context)),
                MessageValue::Source => out.push_str(&source(fault)),
            }
            done = range.end;
        }
        // Behind a format's name is a list of forms, which says nothing new.
        if context.keyword != Some("format") {
            out.push_str(&self.between(fault, text.get(done..).unwrap_or_default()));
        }
        out
    }

    /// The validator's words are fixed; the JSON parser's are not all known.
    fn between<'t>(&self, fault: &Fault<'_>, text: &'t str) -> Cow<'t, str> {
        match fault.says {
            Says::NotJson { .. } => Cow::Owned(worded(text)),
            _ => Cow::Borrowed(text),
        }
    }

    fn expected(&self, expected: &str, context: &Context<'_>) -> String {
        let is_told = match context.keyword {
            Some("type") => TYPES.contains(&expected),
            Some("format") => FORMATS.contains(&expected),
            _ if looks::is_count(expected) => true,
            // A pattern or limit is told where the schema has it; the message alone may have been made to look like this.
            Some(keyword) => context.of_schema(keyword).is_some_and(|asked| asked == expected),
            None => false,
        };
        if is_told { expected.to_owned() } else { shape::imitated(expected) }
    }

    fn found(&mut self, fault: &Fault<'_>, found: &str, context: &Context<'_>) -> String {
        match (&fault.says, context.keyword) {
            (_, Some("type")) if TYPES.contains(&found) => found.to_owned(),
            (Says::NoSuchDoctype { .. } | Says::NoSuchSchema { .. }, _) => doctype(found),
            (Says::NotJson { .. }, _) => self.quoted(found),
            _ if found.bytes().all(|byte| byte.is_ascii_digit() || b"-+.E".contains(&byte)) => shape::rounded_if_long(found),
            _ => self.failing_text(found, context.name()),
        }
    }

    fn told_key<'k>(&mut self, key: &'k str, context: &Context<'_>) -> Cow<'k, str> {
        let tokens: Vec<&str> = context.tokens.iter().map(String::as_str).chain([key]).collect();
        let kind = context.schema.and_then(|schema| walk(schema, &tokens).tokens.last().copied());
        // A missing key is the schema's even where it says no more of it.
        let is_asked = context.broken.zip(context.schema).is_some_and(|(broken, schema)| asks_for(schema, broken, key));
        self.key(key, if is_asked { TokenMatch::Name } else { kind.unwrap_or(TokenMatch::Unknown) })
    }

    /// The token that the JSON parser quotes; a single character tells nothing.
    fn quoted(&mut self, token: &str) -> String {
        let inner = token.trim_matches('\'');
        if inner.chars().count() <= 1 { token.to_owned() } else { format!("'{}'", self.failing_text(inner, None)) }
    }
}

impl Context<'_> {
    /// What the failing value is called; an element as its list is.
    fn name(&self) -> Option<&str> {
        self.tokens.iter().rev().find(|token| !looks::is_short_number(token)).map(String::as_str)
    }

    /// What the broken node says under a keyword.
    fn of_schema(&self, keyword: Keyword) -> Option<String> {
        self.schema?.keyword_text(self.broken?.node?, keyword)
    }
}

/// Whether the broken node's own lists of keys hold this one.
fn asks_for(schema: &Schema, broken: &Broken, key: &str) -> bool {
    let required = broken.node.and_then(|node| schema.keyword(node, "required"));
    required.is_some_and(|list| schema.document.children(list).any(|name| schema.document.string(name).is_some_and(|name| name == key)))
}

/// Where the JSON parser stopped, without what it repeats of the payload.
fn source(fault: &Fault<'_>) -> String {
    match fault.says {
        Says::NotJson { place: Some((line, column)) } => format!(" at [Source: <payload>; line: {line}, column: {column}]"),
        _ => " at [Source: <payload>]".to_owned(),
    }
}

/// A text word by word: the pipeline's own words, signs and short numbers are told.
fn worded(text: &str) -> String {
    let told = |piece: &str| {
        let word = piece.trim_matches(|c: char| c.is_ascii_punctuation() || c.is_whitespace());
        if word.is_empty() || is_known(word) { piece.to_owned() } else { piece.replace(word, &shape::imitated(word)) }
    };
    text.split_inclusive(char::is_whitespace).map(told).collect()
}

/// Most digits of a number in a text that is not the validator's: several longer ones together may be somebody's.
const MOST_DIGITS: usize = 4;

/// Whether a word is the pipeline's, a short number, a size or a byte.
fn is_known(word: &str) -> bool {
    let is_size = || word.strip_suffix("bytes").is_some_and(looks::is_count);
    let is_byte = || word.strip_prefix("0x").is_some_and(|byte| byte.len() <= 2 && byte.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let is_word = || PIPELINE_WORDS.split_whitespace().chain(PARSER_WORDS.split_whitespace()).any(|known| known.eq_ignore_ascii_case(word));
    (word.len() <= MOST_DIGITS && looks::is_count(word)) || is_size() || is_byte() || is_word()
}

/// `namespace/doctype` or the path of a schema, part by part.
fn doctype(name: &str) -> String {
    let (path, ending) = name.strip_suffix(SCHEMA_ENDING).map_or((name, ""), |path| (path, SCHEMA_ENDING));
    if path.split('/').count() > MOST_PARTS {
        return shape::imitated(name);
    }
    let told = |part: &str| if looks::is_plain_name(part) || looks::is_count(part) { part.to_owned() } else { shape::imitated(part) };
    format!("{}{ending}", path.split('/').map(told).collect::<Vec<_>>().join("/"))
}
