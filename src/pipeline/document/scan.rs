//! The reader behind [`Document`]: one pass over the bytes, an explicit stack, strict JSON.

use std::sync::Arc;

use super::node::{HELD, LONG, NEGATIVE, Node, ODD, ODD_NUMBER};
use super::{Document, Kind, NONE, NodeId, strings};

/// Most nodes that one document may have; past it the reader stops with an error, so that memory stays bounded (32 bytes a node).
/// A document of 8 MB has at most half as many.
const MOST_NODES: usize = 8_000_000;

/// Characters of a number without an exponent up to which it is finite as a double.
const USUAL_DIGITS: usize = 300;
/// Digits that surely fit half of a `u32`.
const SMALL_DIGITS: usize = 9;

/// Why and where a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {offset} (line {line}, column {column})")]
pub struct ParseError {
    /// What is wrong, in words.
    pub what: String,
    /// Byte offset in the text.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1.
    pub column: usize,
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    /// Open containers, outermost first.
    open: Vec<NodeId>,
    nesting: usize,
    has_odd_number: bool,
}

type ScanResult<T> = Result<T, (usize, &'static str)>;

pub(super) fn scan(text: Arc<[u8]>) -> Document {
    let start = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    if text.len() >= NONE as usize {
        let error = error_at(&[], 0, "larger than 4 GiB");
        return Document { text, nodes: Vec::new(), error: Some(error), trailing: None, nesting: 0, has_odd_number: false };
    }
    let nodes = Vec::with_capacity((text.len() / 16).min(1 << 20));
    let mut scanner = Scanner { text: &text, at: start, nodes, open: Vec::new(), nesting: 0, has_odd_number: false };
    let outcome = scanner.run();
    let stop = scanner.at;
    while let Some(id) = scanner.open.pop() {
        scanner.close(id, stop);
    }
    let Scanner { nodes, nesting, has_odd_number, .. } = scanner;
    let error = outcome.err().map(|(offset, what)| error_at(&text, offset, what));
    let trailing = if error.is_none() { (stop..text.len()).find(|&i| !is_space(text[i])) } else { None };
    Document { text, nodes, error, trailing, nesting, has_odd_number }
}

fn error_at(text: &[u8], offset: usize, what: &str) -> ParseError {
    let before = &text[..offset.min(text.len())];
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |i| i + 1);
    ParseError {
        what: what.to_owned(),
        offset,
        line: memchr::memchr_iter(b'\n', before).count() + 1,
        column: before.len() - line_start + 1,
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

impl Scanner<'_> {
    fn run(&mut self) -> ScanResult<()> {
        self.space();
        self.value((NONE, LONG))?;
        while let Some(&container) = self.open.last() {
            self.space();
            let object = self.nodes[container as usize].kind == Kind::Object;
            let closer = if object { b'}' } else { b']' };
            match self.peek() {
                Some(byte) if byte == closer => {
                    self.at += 1;
                    self.open.pop();
                    self.close(container, self.at);
                    continue;
                }
                Some(b',') if self.nodes[container as usize].count > 0 => {
                    self.at += 1;
                    self.space();
                }
                _ if self.nodes[container as usize].count > 0 => {
                    return Err((self.at, if object { "expected ',' or '}'" } else { "expected ',' or ']'" }));
                }
                _ => {}
            }
            let key = if object { self.name()? } else { (NONE, LONG) };
            self.value(key)?;
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// A member's name and its colon; returns where the name begins, and its length where that is short and nothing in it is escaped.
    fn name(&mut self) -> ScanResult<(u32, u8)> {
        let key = self.at;
        let is_plain = match self.peek() {
            Some(b'"') => self.string()?,
            None => return Err((self.at, "the text ends inside an object")),
            Some(_) => return Err((self.at, "expected a member name in double quotes")),
        };
        let length = self.at - key - 2;
        let length = u8::try_from(length).ok().filter(|_| is_plain).unwrap_or(LONG);
        self.space();
        if self.peek() != Some(b':') {
            return Err((self.at, "expected ':' after the member name"));
        }
        self.at += 1;
        self.space();
        Ok((key as u32, length))
    }

    /// One value; a container is only opened.
    fn value(&mut self, (key, name): (u32, u8)) -> ScanResult<()> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            None => return Err((start, "the text ends where a value is expected")),
            Some(_) => return Err((start, "expected a value")),
        };
        if self.nodes.len() >= MOST_NODES {
            return Err((start, "more than the 8,000,000 values that are indexed"));
        }
        let mut count = 0;
        match kind {
            Kind::Object | Kind::Array => self.at += 1,
            Kind::String => {
                self.string()?;
            }
            Kind::Number => count = self.number()?,
            Kind::Boolean if self.text[start] == b't' => self.literal(b"true")?,
            Kind::Boolean => self.literal(b"false")?,
            Kind::Null => self.literal(b"null")?,
        }
        let id = self.nodes.len() as NodeId;
        let parent = self.open.last().copied().unwrap_or(NONE);
        let sort = match kind {
            Kind::Number if count == ODD => ODD_NUMBER,
            Kind::Number if (count as i32) < 0 => NEGATIVE,
            kind => kind.sort(),
        };
        let index = match self.open.last() {
            Some(&parent) => {
                let held = &mut self.nodes[parent as usize].count;
                let index = *held & ((1 << HELD) - 1);
                *held = (*held + 1) | u32::from(sort) << HELD;
                index
            }
            None => 0,
        };
        let depth = self.open.len().min(u16::MAX as usize) as u16;
        self.nodes.push(Node { start: start as u32, stop: self.at as u32, key, parent, end: id + 1, index, count, depth, kind, name });
        if kind.is_container() {
            self.open.push(id);
            self.nesting = self.nesting.max(depth as usize + 1);
        }
        Ok(())
    }

    fn close(&mut self, id: NodeId, stop: usize) {
        let end = self.nodes.len() as NodeId;
        let node = &mut self.nodes[id as usize];
        node.stop = stop as u32;
        node.end = end;
    }

    /// A text in quotes; whether nothing in it is escaped.
    fn string(&mut self) -> ScanResult<bool> {
        let mut at = self.at + 1;
        let mut is_plain = true;
        loop {
            at += strings::plain_len(&self.text[at..]);
            match self.text.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    at += self.escape(at)?;
                    is_plain = false;
                }
                Some(_) => return Err((at, "a control character inside a string")),
                None => return Err((at, "the text ends inside a string")),
            }
        }
        self.at = at + 1;
        Ok(is_plain)
    }

    /// Length of the escape sequence at `at`.
    fn escape(&self, at: usize) -> ScanResult<usize> {
        match self.text.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
            Some(b'u') if self.text.get(at + 2..at + 6).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) => Ok(6),
            Some(b'u') => Err((at, "expected four hexadecimal digits after \\u")),
            Some(_) => Err((at, "an unknown escape sequence")),
            None => Err((self.text.len(), "the text ends inside a string")),
        }
    }

    /// A number; its value where that is whole and of few digits.
    fn number(&mut self) -> ScanResult<u32> {
        let start = self.at;
        let is_negative = self.peek() == Some(b'-');
        if is_negative {
            self.at += 1;
        }
        let first = self.at;
        let magnitude = match self.peek() {
            Some(b'0') => {
                self.at += 1;
                0
            }
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err((self.at, "expected a digit")),
        };
        let is_small = self.at - first <= SMALL_DIGITS;
        let mut value = if is_negative { magnitude.wrapping_neg() } else { magnitude };
        if !is_small {
            value = ODD;
        }
        if self.peek() == Some(b'.') {
            value = ODD;
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            value = ODD;
            self.has_odd_number = true;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        self.has_odd_number |= self.at - start > USUAL_DIGITS;
        match self.peek() {
            Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r') | None => Ok(value),
            Some(b'0'..=b'9') => Err((self.at, "a number must not begin with 0")),
            Some(_) => Err((self.at, "an unexpected character after a number")),
        }
    }

    /// Digits, as a number where they are few.
    fn digits(&mut self) -> u32 {
        let mut value = 0_u32;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value.wrapping_mul(10).wrapping_add(u32::from(digit - b'0'));
            self.at += 1;
        }
        value
    }

    fn some_digits(&mut self) -> ScanResult<()> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err((self.at, "expected a digit"));
        }
        self.digits();
        Ok(())
    }

    fn literal(&mut self, word: &[u8]) -> ScanResult<()> {
        if !self.text[self.at..].starts_with(word) {
            return Err((self.at, "an unknown word; only true, false and null may stand without quotes"));
        }
        self.at += word.len();
        match self.peek() {
            Some(byte) if byte.is_ascii_alphanumeric() => {
                Err((self.at, "an unknown word; only true, false and null may stand without quotes"))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Document {
        Document::parse(text.as_bytes())
    }

    #[test]
    fn nodes_keep_the_original_text() {
        let doc = parse("{\"b\": [1.0, 2e3], \"a\\u0062\":\"x\\n😀\", \"b\":null} tail");
        assert!(doc.error().is_none());
        assert_eq!(doc.trailing(), Some(49));
        assert_eq!(doc.raw(2), b"1.0");
        assert_eq!(doc.key(4).as_deref(), Some("ab"));
        assert_eq!(doc.string(4).as_deref(), Some("x\n😀"));
        assert_eq!(doc.member(0, "b"), Some(5), "of two members the last counts");
        assert_eq!(doc.raw(1), b"[1.0, 2e3]");
        assert_eq!(doc.children(0).collect::<Vec<_>>(), [1, 4, 5]);
    }

    #[test]
    fn errors_say_where_and_keep_what_was_read() {
        for (text, what, offset, nodes) in [
            ("", "the text ends where a value is expected", 0, 0),
            ("{\"a\":1,\n\"b\":tru}", "an unknown word; only true, false and null may stand without quotes", 12, 2),
            ("[1,2", "expected ',' or ']'", 4, 3),
            ("{\"a\":\"x", "the text ends inside a string", 7, 1),
            ("[01]", "a number must not begin with 0", 2, 1),
            ("[1,]", "expected a value", 3, 2),
            ("{\"a\" 1}", "expected ':' after the member name", 5, 1),
            ("[object Object]", "expected a value", 1, 1),
        ] {
            let doc = parse(text);
            let error = doc.error().unwrap_or_else(|| panic!("{text} is accepted"));
            assert_eq!((error.what.as_str(), error.offset, doc.len()), (what, offset, nodes), "{text}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let doc = parse(&("[".repeat(200_000) + &"]".repeat(200_000)));
        assert!(doc.error().is_none());
        assert_eq!(doc.len(), 200_000);
    }

    #[test]
    fn an_offset_finds_its_node() {
        let doc = parse("{\"a\": {\"b\": 1}, \"c\": 2}");
        assert_eq!(doc.node_at(12), Some(2));
        assert_eq!(doc.node_at(2), Some(1));
        assert_eq!(doc.node_at(15), Some(0));
        assert_eq!(doc.node_at(21), Some(3));
    }
}
