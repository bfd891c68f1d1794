//! Which messages a group has, as a condition of SQL.
//!
//! Owns: the message with its values, keys and positions left open, as an expression that BigQuery and we read alike.
//! Refuses: the other columns of a row.

use std::ops::Range;
use std::sync::OnceLock;

use super::ValuesTold;
use crate::ground::sql::{expression_literal, literal};
use crate::pipeline::fault::{Fault, InsertError, Says};
use crate::rows::group::Group;

/// Names that stand for values in a generalised message, and what they stand for.
const PLACEHOLDERS: [(&str, &str); 5] =
    [("{type}", "[A-Za-z]+"), ("{n}", r"[-+]?[0-9][-+.0-9E]*"), ("{value}", ".*"), ("{key}", ".*"), ("{token}", ".*")];

/// The root's pointer in front of a text that has a pointer already.
const DOUBLED: &str = "#: ";

/// What may follow the first line of a message of which nothing more is known.
const MORE_LINES: &str = r"(?:\s*(?:\(start marker)? at \[Source:.*|\n.*)?";

/// How a message that is cut ends.
const CUT: &str = "...";

/// Which messages a group has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageTest {
    /// None at all.
    Missing,
    /// One text.
    Text(String),
    /// All that an anchored expression of RE2 finds.
    Like(String),
}

impl MessageTest {
    /// The messages of a group.
    pub fn of(group: &Group, values: ValuesTold) -> Self {
        let sample = &*group.sample;
        if sample.is_empty() {
            return MessageTest::Missing;
        }
        let fault = Fault::parse(sample, group.key.class.as_deref());
        if let Some(error) = fault.insert() {
            let class = if sample.starts_with(fault.class) { fault.class } else { "" };
            return inserted(error, class, values);
        }
        let mut parts = Parts::default();
        if !fault.class.is_empty() && sample.starts_with(fault.class) {
            parts.text(fault.class);
            parts.text(if sample.len() > fault.class.len() { ": " } else { "" });
        }
        if let (Some(pointer), Some(path)) = (fault.pointer, &group.key.path) {
            place(&mut parts, pointer, path);
            if fault.text.is_empty() && fault.cut {
                // Nothing is left behind the place, and of that perhaps not all.
                parts.open(".*");
                return parts.done();
            }
            parts.text(": ");
            // Of combinators the validator says twice where it is.
            let doubled = (fault.text.len() - fault.text.trim_start_matches(DOUBLED).len()) / DOUBLED.len();
            parts.text(&DOUBLED.repeat(doubled));
        }
        text(&mut parts, &fault, is_one_limit(group, &fault), values);
        parts.done()
    }

    /// The condition on the column of messages.
    pub(super) fn condition(&self, column: &str) -> String {
        match self {
            MessageTest::Missing => format!("IFNULL({column}, '') = ''"),
            MessageTest::Text(text) => format!("{column} = {}", literal(text)),
            MessageTest::Like(expression) => format!("REGEXP_CONTAINS({column}, {})", expression_literal(expression)),
        }
    }

    /// The condition that leaves these messages out.
    pub(super) fn exclusion(&self, column: &str) -> String {
        match self {
            MessageTest::Missing => format!("IFNULL({column}, '') != ''"),
            MessageTest::Text(text) => format!("{column} != {}", literal(text)),
            MessageTest::Like(_) => format!("NOT {}", self.condition(column)),
        }
    }

    /// The text that all these messages begin with.
    pub(super) fn beginning(&self) -> String {
        let MessageTest::Like(expression) = self else {
            return if let MessageTest::Text(text) = self { text.clone() } else { String::new() };
        };
        let mut out = String::new();
        let mut chars = expression.strip_prefix(BEGIN).unwrap_or(expression).chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => out.extend(chars.next()),
                '[' | '(' | '.' | '$' => break,
                c => out.push(c),
            }
        }
        out
    }
}

/// Asks of a message here what a condition asks there; the expression is compiled when it is first needed.
pub(super) struct Asker {
    /// What is asked.
    pub test: MessageTest,
    expression: OnceLock<Option<fancy_regex::Regex>>,
}

impl Asker {
    pub(super) fn new(test: MessageTest) -> Self {
        Asker { test, expression: OnceLock::new() }
    }

    /// Whether the message is one of these; a row without a message has an empty one.
    pub(super) fn takes(&self, message: &str) -> bool {
        match &self.test {
            MessageTest::Missing => message.is_empty(),
            MessageTest::Text(text) => text == message,
            MessageTest::Like(text) => {
                let expression = self.expression.get_or_init(|| fancy_regex::Regex::new(text).ok());
                expression.as_ref().is_some_and(|expression| expression.is_match(message).unwrap_or(false))
            }
        }
    }
}

/// A dot stands for any character, and nothing stands in front.
const BEGIN: &str = "(?s)^";

/// An expression as it grows, and the text that it is while nothing of it is open.
#[derive(Default)]
struct Parts {
    text: String,
    expression: String,
    is_open: bool,
}

impl Parts {
    fn text(&mut self, text: &str) {
        self.text.push_str(text);
        for c in text.chars() {
            if r"\.+*?()|[]{}^$".contains(c) {
                self.expression.push('\\');
            }
            self.expression.push(c);
        }
    }

    fn open(&mut self, expression: &str) {
        // What follows anything is part of it.
        if !(expression == ".*" && self.expression.ends_with(".*")) {
            self.expression.push_str(expression);
        }
        self.is_open = true;
    }

    fn done(self) -> MessageTest {
        if self.is_open { MessageTest::Like(format!("{BEGIN}{}$", self.expression)) } else { MessageTest::Text(self.text) }
    }
}

/// Letters of either case.
const ANY_CASE: &str = "(?is)^";

/// A text of BigQuery, in whatever form it is wrapped and in whatever order its parts come: what is wrong, and the last name of the column.
fn inserted(error: &InsertError<'_>, class: &str, values: ValuesTold) -> MessageTest {
    let mut phrases: Vec<String> = error.phrases().into_iter().map(escaped).collect();
    if phrases.is_empty() {
        let text = escaped(&error.text);
        let digits = fancy_regex::Regex::new("[0-9]+").map(|digits| digits.replace_all(&text, "[0-9]+").into_owned());
        let is_told = values == ValuesTold::Told || !error.text.contains('<');
        phrases.extend(digits.ok().filter(|_| is_told));
    }
    let what = if phrases.is_empty() { ".*".to_owned() } else { format!("(?:{})", phrases.join("|")) };
    let name = error.column.as_deref().and_then(|column| column.rsplit('.').next());
    let name = name.filter(|name| values == ValuesTold::Told || !name.contains(['<', '>', ' ']));
    let both = name.map(escaped).map(|name| format!(r"(?:{what}.*\b{name}\b|\b{name}\b.*{what})"));
    MessageTest::Like(format!("{ANY_CASE}{}.*{}.*$", escaped(class), both.unwrap_or(what)))
}

fn escaped(text: &str) -> String {
    let mut parts = Parts::default();
    parts.text(text);
    parts.expression
}

/// Whether all rows tell the same of what the schema asks.
fn is_one_limit(group: &Group, fault: &Fault<'_>) -> bool {
    matches!(fault.says, Says::Broken { expected: Some(expected), .. } if group.limit() == Some(expected))
}

/// The pointer of a message, open where the path of its group is general.
fn place(parts: &mut Parts, pointer: &str, path: &str) {
    let mut tokens = pointer.split('/');
    parts.text(tokens.next().unwrap_or_default());
    // A key may hold what looks like a separator to neither side; then the rest of the pointer is left open.
    if pointer.matches('/').count() != path.matches('/').count() {
        return parts.open(".*");
    }
    for (token, general) in tokens.zip(path.split('/').skip(1)) {
        parts.text("/");
        match general {
            "[]" => parts.open("[0-9]+"),
            "{key}" => parts.open("[^/]*"),
            _ => parts.text(token),
        }
    }
}

/// The text behind the pointer, open for its values and for what a cut may have taken.
fn text(parts: &mut Parts, fault: &Fault<'_>, is_one_limit: bool, values: ValuesTold) {
    let general = match fault.says {
        // What is missing is what the group is about.
        Says::Broken { keyword: Some("required" | "dependencies"), .. } if !fault.cut => fault.text.to_owned(),
        _ if fault.text.is_empty() => String::new(),
        _ if is_one_limit && !fault.cut => fault.general_with_limit(),
        _ => fault.general(),
    };
    let general = if fault.cut { general.trim_end_matches(CUT) } else { &general };
    let (mut rest, mut is_first) = (general, true);
    while let Some((open, stands_for)) = next_open(rest, values) {
        parts.text(&rest[..open.start]);
        // Another row of the group may tell a value of another kind.
        let is_broken = matches!(fault.says, Says::Broken { keyword: Some(keyword), .. } if keyword != "type");
        parts.open(if is_broken { ".*" } else { stands_for });
        rest = &rest[open.end..];
        if is_first && fault.cut {
            return parts.open(".*");
        }
        is_first = false;
    }
    parts.text(rest);
    match fault.says {
        _ if fault.cut => parts.open(".*"),
        // The forms that are asked for follow.
        Says::Broken { keyword: Some("format"), .. } => parts.open(".*"),
        Says::NotJson { .. } | Says::Other | Says::Broken { keyword: None, found: None, .. } if !general.is_empty() => {
            parts.open(MORE_LINES)
        }
        _ => {}
    }
}

/// The next part of a text that stands for something else, and an expression for that.
fn next_open(text: &str, values: ValuesTold) -> Option<(Range<usize>, &'static str)> {
    let named = PLACEHOLDERS.iter().filter_map(|(name, what)| text.find(name).map(|at| (at..at + name.len(), *what)));
    let hidden = || {
        let at = text.find('<')?;
        Some((at..text[at..].find('>').map_or(text.len(), |end| at + end + 1), ".*"))
    };
    let hidden = if values == ValuesTold::Hidden { hidden() } else { None };
    named.chain(hidden).min_by_key(|(range, _)| range.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::export::predicate::tests::group;

    const CLASS: &str = "org.everit.json.schema.ValidationException";

    fn test(path: Option<&str>, class: &str, sample: &str) -> MessageTest {
        MessageTest::of(&group(path, class, sample), ValuesTold::Told)
    }

    fn accepts(test: &MessageTest, message: &str) -> bool {
        Asker::new(test.clone()).takes(message)
    }

    #[test]
    fn values_and_general_tokens_are_left_open() {
        let of = |path: &str, text: &str| test(Some(path), CLASS, &format!("{CLASS}: {text}"));
        let key = of("/m/{key}/a_b", "#/m/x/a_b: expected maxLength: 61, actual: 75");
        assert!(accepts(&key, &format!("{CLASS}: #/m/y: z/a_b: expected maxLength: 61, actual: 80")));
        assert!(!accepts(&key, &format!("{CLASS}: #/m/y/z/a_b: expected maxLength: 61, actual: 80")), "a key holds no separator");
        assert!(!accepts(&key, &format!("{CLASS}: #/m/y/aXb: expected maxLength: 61, actual: 80")));
        let element = of("/l/[]", "#/l/3: expected type: String, found: Null");
        assert!(accepts(&element, &format!("{CLASS}: #/l/14: expected type: String, found: Boolean")));
        assert!(!accepts(&element, &format!("{CLASS}: #/l/x: expected type: String, found: Boolean")));
        let extraneous = of("", "#: extraneous key [100%] is not permitted");
        assert!(accepts(&extraneous, &format!("{CLASS}: #: extraneous key [a\nb] is not permitted")));
        assert_eq!(
            of("/c", "#/c: required key [app_build] not found"),
            MessageTest::Text(format!("{CLASS}: #/c: required key [app_build] not found"))
        );
    }

    #[test]
    fn exceptions_without_a_text_are_matched_whole() {
        let of = |sample: &str| test(None, "a.b.DroppedException", sample);
        assert_eq!(of("a.b.DroppedException"), MessageTest::Text("a.b.DroppedException".to_owned()));
        assert!(accepts(&of("a.b.DroppedException: 1684980"), "a.b.DroppedException: 17"));
        assert_eq!(of("").condition("error_message"), "IFNULL(error_message, '') = ''");
    }

    #[test]
    fn texts_of_bigquery_are_found_in_every_form() {
        let of = |text: &str| test(None, "java.io.IOException", &format!("java.io.IOException: {text}"));
        let listed = |location: &str, message: &str, reason: &str| {
            format!(r#"[{{"errors":[{{"location":"{location}","message":"{message}","reason":"{reason}"}}],"index":7}}]"#)
        };
        let new = of(&listed("payload.metadata", "no such field: relation_x", "invalid"));
        let is = |test: &MessageTest, text: &str| accepts(test, &format!("java.io.IOException: {text}"));
        assert!(is(&new, &listed("payload.metadata", "No such field: relation_x.", "invalid")));
        assert!(is(&new, "No such field: payload.metadata.relation_x."));
        assert!(!is(&new, "No such field: payload.metadata.relation_xy."));
        let stopped = of(&listed("", "", "stopped"));
        assert!(is(&stopped, &listed("", "", "stopped")) && !is(&stopped, "No such field: a"));
    }

    #[test]
    fn numbers_and_words_are_not_mixed_up() {
        let found = test(None, "a.B", "a.B: Found 5 more");
        assert!(accepts(&found, "a.B: Found -3 more") && !accepts(&found, "a.B: Found many more"));
        assert_eq!(found.beginning(), "a.B: Found ");
    }
}
