//! A text in YAML as a tree of texts, lists and mappings, each with its line.
//!
//! Owns: how deep a text may go, that it is one document. Refuses: what stands for something else (aliases, merge keys), which stays what it is: nothing is made longer than it
//! was written. What a plain scalar means (a number, a truth) is for whoever asks.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::ground::text::{clip, visible};

/// Most lists and mappings inside each other.
const DEEPEST: usize = 64;
/// Most characters of what is wrong with a text.
const LONGEST: usize = 120;

/// A value and the line that it begins in, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node<'a> {
    /// The line.
    pub line: usize,
    /// What stands there.
    pub value: Value<'a>,
}

/// What stands in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing, or `null`, or `~`.
    Null,
    /// A text, however it was written.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Node<'a>>),
    /// Keys with their values, in the order of the text; of equal keys each.
    Map(Vec<(Node<'a>, Node<'a>)>),
    /// What stands elsewhere in the text, under an anchor.
    Alias,
}

impl<'a> Node<'a> {
    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Members of a mapping that are called by a text; none of anything else.
    pub fn members(&self) -> impl Iterator<Item = (&str, &Node<'a>)> {
        let members = match &self.value {
            Value::Map(members) => &members[..],
            _ => &[],
        };
        members.iter().filter_map(|(key, value)| Some((key.text()?, value)))
    }

    /// The member of that name; of several the last.
    pub fn member(&self, name: &str) -> Option<&Node<'a>> {
        self.members().filter(|(key, _)| *key == name).last().map(|(_, value)| value)
    }

    /// What is in a list; nothing of anything else.
    pub fn items(&self) -> &[Node<'a>] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// What it is, for a sentence.
    pub fn with_article(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
            Value::Alias => "an alias",
        }
    }
}

/// The document of a text; documents in which nothing stands do not count. The error says what cannot be read and in which line.
///
/// # Errors
/// It is no YAML, goes too deep, or holds several documents.
pub fn parse(text: &str) -> Result<Node<'_>, String> {
    let mut made = Maker { open: Vec::new(), whole: None, second: None };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            // The reader of signs has looked ahead.
            if error.info().contains("recursion limit") {
                return too_deep(error.marker().line());
            }
            let what = visible(error.info()).into_owned();
            format!("not YAML: {} in line {}", clip(&what, LONGEST), error.marker().line())
        })?;
        let line = span.start.line();
        match event {
            Event::Scalar(text, style, ..) => {
                let is_plain = style == ScalarStyle::Plain;
                let value = if is_plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL") { Value::Null } else { Value::Text(text) };
                made.put(Node { line, value });
            }
            Event::Alias(_) => made.put(Node { line, value: Value::Alias }),
            Event::SequenceStart(..) => made.begin(line, Value::List(Vec::new()))?,
            Event::MappingStart(..) => made.begin(line, Value::Map(Vec::new()))?,
            Event::SequenceEnd | Event::MappingEnd => made.end(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
        }
    }
    if let Some(line) = made.second {
        return Err(format!("a second document begins in line {line}, and only files of one are read"));
    }
    Ok(made.whole.unwrap_or(Node { line: 1, value: Value::Null }))
}

fn too_deep(line: usize) -> String {
    format!("goes deeper than {DEEPEST} lists and mappings in line {line}")
}

/// A tree that is being made.
struct Maker<'a> {
    /// What is being read, outermost first, each with the key that waits for its value.
    open: Vec<(Node<'a>, Option<Node<'a>>)>,
    whole: Option<Node<'a>>,
    /// The line of another document.
    second: Option<usize>,
}

impl<'a> Maker<'a> {
    fn begin(&mut self, line: usize, value: Value<'a>) -> Result<(), String> {
        if self.open.len() == DEEPEST {
            return Err(too_deep(line));
        }
        self.open.push((Node { line, value }, None));
        Ok(())
    }

    fn end(&mut self) {
        if let Some((node, _)) = self.open.pop() {
            self.put(node);
        }
    }

    fn put(&mut self, node: Node<'a>) {
        match self.open.last_mut() {
            None if node.value == Value::Null => {}
            None if self.whole.is_some() => self.second = self.second.or(Some(node.line)),
            None => self.whole = Some(node),
            Some((Node { value: Value::Map(members), .. }, key)) => match key.take() {
                Some(key) => members.push((key, node)),
                None => *key = Some(node),
            },
            Some((Node { value: Value::List(items), .. }, _)) => items.push(node),
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lists_and_mappings_are_told_with_their_lines() {
        let tree = parse("a: [1, 'x', ~]\nb:\n  - c: \"{{ d }}\"\n    e: |\n      two\n      lines\n").unwrap();
        let items: Vec<Option<&str>> = tree.member("a").unwrap().items().iter().map(Node::text).collect();
        assert_eq!(items, [Some("1"), Some("x"), None]);
        let first = &tree.member("b").unwrap().items()[0];
        assert_eq!((first.line, first.member("c").unwrap().text()), (3, Some("{{ d }}")));
        assert_eq!(first.member("e").unwrap().text(), Some("two\nlines\n"));
    }

    #[test]
    fn what_stands_for_something_else_is_not_made_longer() {
        let mut bomb = "a: &a [x, x, x]\n".to_owned();
        for at in 0..40 {
            bomb.push_str(&format!("b{at}: &b{at} [*{0}, *{0}, *{0}]\n", if at == 0 { "a".to_owned() } else { format!("b{}", at - 1) }));
        }
        let tree = parse(&bomb).unwrap();
        assert_eq!(tree.members().count(), 41);
        assert_eq!(tree.member("b39").unwrap().items()[0].value, Value::Alias);
    }

    #[test]
    fn what_is_no_yaml_or_too_deep_is_refused_with_its_line() {
        assert!(parse("a: b\n c: d: e\n").unwrap_err().starts_with("not YAML: "), "{:?}", parse("a: b\n c: d: e\n"));
        assert_eq!(parse(&"[".repeat(100_000)).unwrap_err(), "goes deeper than 64 lists and mappings in line 1");
        let steps: String = (0..200).map(|at| format!("{}- a:\n", "  ".repeat(at))).collect();
        assert!(parse(&steps).unwrap_err().contains("goes deeper than 64"));
        assert_eq!(parse("").unwrap().value, Value::Null);
        assert_eq!(parse("a: 1\n---\nb: 2\n").unwrap_err(), "a second document begins in line 3, and only files of one are read");
        assert_eq!(parse("---\n---\na: 1\n---\n").unwrap().member("a").and_then(Node::text), Some("1"));
    }
}
