//! Error messages and pointers without the values in them.
//!
//! Owns: the message put together again from its parts, each of which is told or not.
//! Refuses: taking messages apart (fault). What the grammar does not know is told only as far as its words are the pipeline's own.

use std::borrow::Cow;

use super::trail::Trail;
use super::{Care, Lists, Redactor, looks, shape};
use crate::pipeline::fault::{Fault, InsertError, Keyword, MessageValue, Says};
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::{TokenMatch, walk};
use crate::pipeline::verdict::{Broken, locate_best};

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

/// Types as other validators and warehouses call them.
const OTHER_TYPES: [&str; 12] =
    ["string", "integer", "number", "boolean", "array", "object", "float", "int", "bigint", "datetime", "json", "unknown"];

/// Whether a text is a type, or a list of types as other validators write it.
fn is_type(text: &str) -> bool {
    let bare = |name: &str| name.trim_matches([' ', '\'', '"', '[', ']']).to_owned();
    let is_one = |name: &str| TYPES.contains(&name) || OTHER_TYPES.contains(&name);
    TYPES.contains(&text) || (text.len() < 200 && text.split([',', '|']).all(|name| is_one(&bare(name))))
}

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

/// Types of columns as BigQuery's texts call them.
const COLUMN_TYPES: [&str; 18] = [
    "integer",
    "int64",
    "float",
    "float64",
    "floating point",
    "double",
    "boolean",
    "bool",
    "string",
    "bytes",
    "timestamp",
    "date",
    "datetime",
    "time",
    "numeric",
    "bignumeric",
    "json",
    "record",
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

/// What scripts write where JSON has no word for it.
const NO_JSON: [&str; 10] = ["NaN", "nan", "Infinity", "-Infinity", "INF", "None", "True", "False", "undefined", "NULL"];

/// Longest number of a bug.
const LONGEST_BUG: usize = 8;

/// What a message is redacted with.
struct Context<'a> {
    lists: Lists<'a>,
    broken: Option<&'a Broken>,
    keyword: Option<Keyword>,
    tokens: &'a [String],
    /// What the lists of places say of the failing value.
    care: Option<Care>,
}

impl Redactor {
    /// The message with the values in it replaced, one line. It stays readable for [`Fault::parse`], so that its sentence can be had. The schema
    /// is the one that judged the document; without it keys and patterns are told only as far as they look like a program's.
    pub fn message<'a>(&mut self, message: &str, class: Option<&str>, lists: impl Into<Lists<'a>>) -> String {
        let lists = lists.into();
        if self.is_raw() {
            return message.to_owned();
        }
        let readings = Fault::readings(message, class);
        let located = lists.schema.and_then(|schema| locate_best(schema, &readings, None));
        let (at, broken) = located.map_or((0, None), |(at, broken)| (at, Some(broken)));
        let Some(fault) = readings.get(at) else { return String::new() };
        // Other validators tell values in more ways than are known: only what is known of them is told, in the pipeline's words.
        if let Some(own) = fault.restated() {
            let class = Some(fault.class).filter(|class| !class.is_empty() && message.starts_with(class));
            let told = self.message(&own, None, lists);
            let class = class.map(|class| self.class(class).into_owned());
            return class.map_or(told.clone(), |class| format!("{class}: {told}"));
        }
        let tokens = fault.tokens();
        let care = self.trails(&tokens, &lists).last().and_then(|(_, trail)| trail.care(&self.policy));
        let context = Context { lists, broken: broken.as_ref(), keyword: fault.keyword(), tokens: &tokens, care };
        let mut parts = Vec::new();
        if !fault.class.is_empty() && message.starts_with(fault.class) {
            parts.push(self.class(fault.class).into_owned());
        }
        if fault.pointer.is_some() {
            parts.push(format!("#{}", self.pointer(&tokens, lists)));
        }
        let text = match (fault.insert(), fault.values()) {
            (Some(error), _) => self.insert(error, &lists),
            (None, Some(values)) => self.with_values(fault, &values, &context),
            (None, None) => worded(fault.text),
        };
        if !text.is_empty() || fault.keyword() == Some("const") {
            parts.push(text);
        }
        let cut = if fault.cut { "..." } else { "" };
        crate::ground::text::visible(&format!("{}{cut}", parts.join(": "))).into_owned()
    }

    /// What BigQuery says of a row: the column told as keys are, no value.
    fn insert(&mut self, error: &InsertError<'_>, lists: &Lists<'_>) -> String {
        let column = error.column.as_deref().map(|path| {
            let names: Vec<&str> = path.split('.').collect();
            let trails = self.trails(&names, lists).into_iter().skip(1);
            // No column is called as a number, but an address is made of them.
            let is_told = |kind| if kind == TokenMatch::Unknown { TokenMatch::Key } else { kind };
            let told = names
                .iter()
                .zip(trails)
                .map(|(name, (kind, trail))| self.key_at(name, lists.token(name, is_told(kind)), trail.care(&self.policy)).into_owned());
            told.collect::<Vec<_>>().join(".")
        });
        let expected = error
            .expected
            .as_deref()
            .map(|kind| if COLUMN_TYPES.contains(&kind.to_ascii_lowercase().as_str()) { kind.to_owned() } else { shape::imitated(kind) });
        let told = InsertError {
            reason: error.reason,
            column: column.map(Cow::Owned),
            expected: expected.map(Cow::Owned),
            found: error.found.as_deref().map(|found| Cow::Owned(shape::imitated(found))),
            text: Cow::Owned(worded(&error.text)),
        };
        told.to_text()
    }

    /// An instance location as an RFC 6901 pointer, its tokens told as keys are.
    pub fn pointer<'a, S: AsRef<str>>(&mut self, tokens: &[S], lists: impl Into<Lists<'a>>) -> String {
        let lists = lists.into();
        let mut pointer = String::new();
        for (token, (kind, trail)) in tokens.iter().zip(self.trails(tokens, &lists).into_iter().skip(1)) {
            let told = self.key_at(token.as_ref(), lists.token(token.as_ref(), kind), trail.care(&self.policy));
            pointer.push('/');
            pointer.push_str(&told.replace('~', "~0").replace('/', "~1"));
        }
        pointer
    }

    /// A value that messages like this one tell, as the message itself is told; `path` is where, generalised.
    pub fn value_of(&mut self, value: &str, message: &str, class: Option<&str>, path: Option<&str>) -> String {
        if self.is_raw() {
            return value.to_owned();
        }
        let fault = Fault::parse(message, class);
        let tokens: Vec<String> =
            path.unwrap_or_default().split('/').skip(1).filter(|part| !part.starts_with(['[', '{'])).map(str::to_owned).collect();
        let care = path.and_then(|path| self.care_at(path));
        let context = Context { lists: Lists::default(), broken: None, keyword: fault.keyword(), tokens: &tokens, care };
        self.found(&fault, value, &context)
    }

    /// A limit or type that messages like this one tell.
    pub fn limit_of(&self, limit: &str, message: &str, class: Option<&str>) -> String {
        if self.is_raw() {
            return limit.to_owned();
        }
        let keyword = Fault::parse(message, class).keyword();
        self.expected(limit, &Context { lists: Lists::default(), broken: None, keyword, tokens: &[], care: None })
    }

    /// A generalised path as groups have it, its names told as keys are.
    pub fn path<'a>(&mut self, path: &str, lists: impl Into<Lists<'a>>) -> String {
        let lists = lists.into();
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        // Any element leads where the first one does.
        let tokens: Vec<&str> = parts.iter().map(|part| if *part == "[]" { "0" } else { part }).collect();
        let trails = self.trails(&tokens, &lists);
        let mut out = String::new();
        for (part, (kind, trail)) in parts.into_iter().zip(trails.into_iter().skip(1)) {
            out.push('/');
            match part {
                "[]" | "{key}" => out.push_str(part),
                name => out.push_str(&self.key_at(name, lists.token(name, kind), trail.care(&self.policy))),
            }
        }
        out
    }

    /// What the schema makes of each token, and how far the lists of places have been followed there; the root comes first.
    fn trails<S: AsRef<str>>(&self, tokens: &[S], lists: &Lists<'_>) -> Vec<(TokenMatch, Trail)> {
        let kinds = lists.schema.map(|schema| walk(schema, tokens).tokens).unwrap_or_default();
        let mut all = vec![(TokenMatch::Name, Trail::root(&self.policy))];
        for (i, token) in tokens.iter().enumerate() {
            let kind = kinds.get(i).copied().unwrap_or(TokenMatch::Unknown);
            let next = all.last().map(|(_, trail)| trail.step(&self.policy, token.as_ref(), kind));
            all.extend(next.map(|trail| (kind, trail)));
        }
        all
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
            Some("type") => is_type(expected),
            Some("format") => FORMATS.contains(&expected),
            _ if self.is_small(expected) => true,
            Some(keyword) if is_counted(keyword) => looks::is_count(expected),
            // A pattern or limit is told where the schema has it; the message alone may have been made to look like this.
            Some(keyword) => context.of_schema(keyword).is_some_and(|asked| asked == expected),
            None => false,
        };
        if is_told { expected.to_owned() } else { shape::imitated(expected) }
    }

    fn found(&mut self, fault: &Fault<'_>, found: &str, context: &Context<'_>) -> String {
        match (&fault.says, context.keyword, context.care) {
            (_, Some("type"), _) if is_type(found) => found.to_owned(),
            (Says::NoSuchDoctype { .. } | Says::NoSuchSchema { .. }, ..) => self.doctype(found),
            (Says::NotJson { .. }, ..) => self.quoted(found),
            (Says::Bug { .. }, ..) if found.len() <= LONGEST_BUG && looks::is_count(found) => found.to_owned(),
            // A length is a part of the shape, the number of branches that fit is the validator's.
            (_, Some(keyword), _) if is_counted(keyword) && looks::is_count(found) => found.to_owned(),
            (Says::Broken { .. }, None, _) if looks::is_count(found) => found.to_owned(),
            (_, _, Some(Care::Safe)) => crate::ground::text::visible(found).into_owned(),
            (_, _, Some(Care::Masked)) => "<string>".to_owned(),
            (_, Some(keyword), _) if is_of_number(keyword) && found.parse::<f64>().is_ok() => {
                let told = self.number(found, Care::Failing, context.name());
                if told.parse::<f64>().is_ok() { told } else { shape::imitated(found) }
            }
            _ => shape::imitated(found),
        }
    }

    fn told_key<'k>(&mut self, key: &'k str, context: &Context<'_>) -> Cow<'k, str> {
        let tokens: Vec<&str> = context.tokens.iter().map(String::as_str).chain([key]).collect();
        let kind = context.lists.schema.and_then(|schema| walk(schema, &tokens).tokens.last().copied());
        // A missing key is the schema's even where it says no more of it.
        let is_asked = context.lists.schema.is_some_and(|schema| asks_for(schema, context.tokens, key));
        let kind = if is_asked { TokenMatch::Name } else { kind.unwrap_or(TokenMatch::Unknown) };
        let care = self.trails(&tokens, &context.lists).last().and_then(|(_, trail)| trail.care(&self.policy));
        self.key_at(key, context.lists.token(key, kind), care)
    }

    /// The token that the JSON parser quotes; a single character tells nothing.
    fn quoted(&self, token: &str) -> String {
        let inner = token.trim_matches('\'');
        let is_told = inner.chars().count() <= 1 || NO_JSON.contains(&inner);
        if is_told { token.to_owned() } else { format!("'{}'", shape::imitated(inner)) }
    }
}

impl Context<'_> {
    /// What the failing value is called; an element as its list is.
    fn name(&self) -> Option<&str> {
        self.tokens.iter().rev().find(|token| !looks::is_short_number(token)).map(String::as_str)
    }

    /// What the broken node says under a keyword.
    fn of_schema(&self, keyword: Keyword) -> Option<String> {
        self.lists.schema?.keyword_text(self.broken?.node?, keyword)
    }
}

/// Whether the schema asks for this key at a place, in any of the forms that it allows there.
fn asks_for(schema: &Schema, tokens: &[String], key: &str) -> bool {
    let lists = walk(schema, tokens).nodes.into_iter().filter_map(|node| schema.keyword(node, "required"));
    lists.flat_map(|list| schema.document.children(list)).any(|name| schema.document.string(name).is_some_and(|name| name == key))
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

/// Whether a word is the pipeline's, a short number, a size or a byte.
fn is_known(word: &str) -> bool {
    let is_size = || word.strip_suffix("bytes").is_some_and(looks::is_count);
    let is_byte = || word.strip_prefix("0x").is_some_and(|byte| byte.len() <= 2 && byte.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let is_word = || PIPELINE_WORDS.split_whitespace().chain(PARSER_WORDS.split_whitespace()).any(|known| known.eq_ignore_ascii_case(word));
    looks::is_small_number(word.trim_start_matches('-')) || is_size() || is_byte() || is_word()
}

/// Whether the keyword's messages tell a length, of a text, a list or an object, or how many branches fit.
fn is_counted(keyword: Keyword) -> bool {
    matches!(
        keyword,
        "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties" | "items" | "anyOf" | "oneOf" | "allOf"
    )
}

/// Whether the keyword's messages tell a number that was found.
fn is_of_number(keyword: Keyword) -> bool {
    matches!(keyword, "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf")
}
