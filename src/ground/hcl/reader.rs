//! Values in HCL as they stand there.
//!
//! Owns: comments, texts with their escapes, heredocs, lists, objects; a value as JSON. Refuses: working anything out: variables, functions, templates and
//! conditions are told with their line.

use std::cell::Cell;

use serde_json::{Map, Number, Value};

use crate::ground::text::{clip, visible};

/// Most lists and objects inside each other.
const DEEPEST: usize = 64;
/// Most cells of what cannot be read.
const LONGEST: usize = 60;

/// A text, and how far it is read.
pub(super) struct Reader<'a> {
    text: &'a str,
    pub(super) at: usize,
    /// A place and its line, from which lines are counted on.
    pub(super) counted: Cell<(usize, usize)>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Reader { text, at: 0, counted: Cell::new((0, 1)) }
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn line(&self) -> usize {
        let (from, line) = if self.counted.get().0 <= self.at { self.counted.get() } else { (0, 1) };
        let line = line + memchr::memchr_iter(b'\n', &self.text.as_bytes()[from..self.at]).count();
        self.counted.set((self.at, line));
        line
    }

    pub(super) fn takes(&mut self, sign: &str) -> bool {
        let is_next = self.rest().starts_with(sign);
        self.at += if is_next { sign.len() } else { 0 };
        is_next
    }

    /// What stands here, for a sentence.
    pub(super) fn shown(&self) -> String {
        let line = self.rest().lines().next().unwrap_or_default().trim();
        clip(&visible(line), LONGEST).into_owned()
    }

    /// Passes spaces and comments, and ends of lines where those mean nothing.
    pub(super) fn space(&mut self, lines: bool) -> Result<(), String> {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() && (lines || c != '\n') || c == '\u{feff}').len();
            self.at += blank;
            let rest = self.rest();
            if rest.starts_with('#') || rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let Some(end) = comment.find("*/") else { return Err(format!("a comment in line {} is left open", self.line())) };
                self.at += end + 4;
            } else if blank == 0 {
                return Ok(());
            }
        }
    }

    pub(super) fn word(&mut self) -> Option<String> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(rest.len());
        let word = rest[..end].to_owned();
        self.at += end;
        (end > 0).then_some(word)
    }

    /// A text in quotes, with its escapes taken as they are meant; templates in it as they are written.
    pub(super) fn quoted(&mut self) -> Result<String, String> {
        let open = self.line();
        let left_open = || format!("a text in line {open} is left open");
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else { return Err(left_open()) };
            if rest.starts_with("$${") || rest.starts_with("%%{") {
                out.push_str(&rest[1..3]);
                self.at += 3;
            } else if rest.starts_with("${") || rest.starts_with("%{") {
                let begin = self.at;
                self.at += 2;
                self.pass_to_close(1)?;
                out.push_str(&self.text[begin..self.at]);
            } else if c == '\\' {
                let (read, length) = escape(rest).ok_or_else(|| format!("an unknown escape in a text in line {}", self.line()))?;
                out.push(read);
                self.at += length;
            } else if c == '"' {
                self.at += 1;
                return Ok(out);
            } else if c == '\n' {
                return Err(left_open());
            } else {
                out.push(c);
                self.at += c.len_utf8();
            }
        }
    }

    /// Passes all up to the bracket that closes so many open ones.
    fn pass_to_close(&mut self, mut open: usize) -> Result<(), String> {
        let line = self.line();
        while open > 0 {
            self.space(true)?;
            match self.peek() {
                None => return Err(format!("a bracket in line {line} is left open")),
                Some('"') => self.text_passed()?,
                Some('<') if self.heredoc()?.is_some() => {}
                Some(c) => {
                    open += usize::from(matches!(c, '(' | '[' | '{'));
                    open -= usize::from(matches!(c, ')' | ']' | '}'));
                    self.at += c.len_utf8();
                }
            }
        }
        Ok(())
    }

    /// Passes a text in quotes, whatever is in its templates: without going into them by calls, for they may go as deep as they like.
    fn text_passed(&mut self) -> Result<(), String> {
        let line = self.line();
        // Texts are true, templates are false.
        let mut open = vec![true];
        self.at += 1;
        while let Some(&in_text) = open.last() {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else { return Err(format!("a text in line {line} is left open")) };
            let mut length = c.len_utf8();
            match (in_text, c) {
                (true, '\\') => length += rest[1..].chars().next().map_or(0, char::len_utf8),
                (true, '$' | '%') if rest[1..].starts_with('{') => {
                    // Doubled, it is no template.
                    let is_doubled = self.at > 0 && self.text.as_bytes()[self.at - 1] == rest.as_bytes()[0];
                    if !is_doubled {
                        open.push(false);
                    }
                    length = 2;
                }
                (true, '\n') => return Err(format!("a text in line {line} is left open")),
                (true, '"') | (false, '}') => drop(open.pop()),
                (false, '{') => open.push(false),
                (false, '"') => open.push(true),
                _ => {}
            }
            self.at += length;
        }
        Ok(())
    }

    /// The lines of a heredoc, where one begins here.
    fn heredoc(&mut self) -> Result<Option<String>, String> {
        let rest = self.rest();
        let Some(mark) = rest.strip_prefix("<<").map(|rest| rest.strip_prefix('-').unwrap_or(rest)) else { return Ok(None) };
        let head = mark.lines().next().unwrap_or_default();
        let mark = head.trim();
        if mark.is_empty() || !mark.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
            return Ok(None);
        }
        let line = self.line();
        let begin = self.at + rest.find('\n').map_or(rest.len(), |end| end + 1);
        let mut at = begin;
        for body in self.text[begin..].split_inclusive('\n') {
            if body.trim() == mark {
                let inner = self.text[begin..at].replace("$${", "${").replace("%%{", "%{");
                // The end of the line ends the attribute.
                self.at = at + body.trim_end().len();
                return Ok(Some(inner));
            }
            at += body.len();
        }
        Err(format!("the text that begins with <<{} in line {line} is left open", visible(mark)))
    }

    /// A value. Where its writing may stay, what has to be worked out is told as it is written.
    pub(super) fn value(&mut self, depth: usize, as_written: bool) -> Result<Value, String> {
        if depth > DEEPEST {
            return Err(format!("goes deeper than {DEEPEST} lists and objects in line {}", self.line()));
        }
        let begin = self.at;
        let found = match self.peek() {
            Some('"') => Some(Value::String(self.quoted()?)),
            Some('[') => Some(self.list(depth, as_written)?),
            Some('{') => Some(self.object(depth, as_written)?),
            Some('<') => self.heredoc()?.map(Value::String),
            Some('-' | '0'..='9') => self.number(),
            _ => match self.word().as_deref() {
                Some("true") => Some(Value::Bool(true)),
                Some("false") => Some(Value::Bool(false)),
                Some("null") => Some(Value::Null),
                Some("jsonencode") if self.rest().trim_start().starts_with('(') => Some(self.encoded(depth, as_written)?),
                _ => None,
            },
        };
        let is_whole = |reader: &mut Self| {
            reader.space(false)?;
            Ok::<bool, String>(reader.peek().is_none_or(|c| matches!(c, ',' | '\n' | ']' | '}' | ')')))
        };
        let written = |text: &str| text.contains("${") || text.contains("%{");
        match found {
            Some(Value::String(text)) if !as_written && begin < self.at && self.text[begin..].starts_with('"') && written(&text) => {
                Err(self.unread(begin))
            }
            Some(value) if is_whole(self)? => Ok(value),
            _ if as_written => {
                self.at = begin;
                self.pass_value()?;
                Ok(Value::String(self.text[begin..self.at].trim().to_owned()))
            }
            _ => Err(self.unread(begin)),
        }
    }

    /// That the value which begins there is not read.
    fn unread(&self, begin: usize) -> String {
        let mut value = Reader { text: self.text, at: begin, counted: self.counted.clone() };
        let (line, rest) = (value.line(), value.shown());
        // What is left open is told by its line.
        let end = value.pass_value().map_or(begin, |()| value.at);
        let first = self.text[begin..end].lines().next().unwrap_or_default().trim();
        let shown = if first.is_empty() { rest } else { clip(&visible(first), LONGEST).into_owned() };
        format!("{shown} in line {line} is worked out by Terraform and is not read")
    }

    /// `jsonencode(…)`: what is in it.
    fn encoded(&mut self, depth: usize, as_written: bool) -> Result<Value, String> {
        self.space(false)?;
        self.at += 1;
        self.space(true)?;
        let value = self.value(depth + 1, as_written)?;
        self.space(true)?;
        self.takes(",");
        self.space(true)?;
        if self.takes(")") { Ok(value) } else { Err(self.unread(self.at)) }
    }

    fn number(&mut self) -> Option<Value> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'))).unwrap_or(rest.len());
        let number = rest[..end].parse::<Number>().ok();
        self.at += end;
        number.map(Value::Number)
    }

    fn list(&mut self, depth: usize, as_written: bool) -> Result<Value, String> {
        self.at += 1;
        let mut list = Vec::new();
        loop {
            self.space(true)?;
            if self.takes("]") {
                return Ok(Value::Array(list));
            }
            list.push(self.value(depth + 1, as_written)?);
            self.space(true)?;
            if !self.takes(",") && self.peek() != Some(']') {
                return Err(self.unread(self.at));
            }
        }
    }

    fn object(&mut self, depth: usize, as_written: bool) -> Result<Value, String> {
        self.at += 1;
        let mut object = Map::new();
        loop {
            self.space(true)?;
            if self.takes("}") {
                return Ok(Value::Object(object));
            }
            let begin = self.at;
            let name = if self.peek() == Some('"') { Some(self.quoted()?) } else { self.word() };
            self.space(false)?;
            let (Some(name), true) = (name, self.takes("=") || self.takes(":")) else { return Err(self.unread(begin)) };
            self.space(true)?;
            // Only what tells the columns has to stand there as it is.
            let is_text = as_written || !["name", "type", "mode", "fields"].contains(&&*name);
            let value = self.value(depth + 1, is_text)?;
            object.insert(name, value);
            self.space(false)?;
            if !self.takes(",") && !matches!(self.peek(), Some('\n' | '}')) {
                return Err(self.unread(self.at));
            }
        }
    }

    /// Nothing more of a value in its line.
    pub(super) fn ends(&mut self) -> Result<(), String> {
        self.space(false)?;
        match self.peek() {
            None | Some('\n' | '}') => Ok(()),
            Some(_) => Err(self.unread(self.at)),
        }
    }

    /// Passes a value in a list or an object.
    fn pass_value(&mut self) -> Result<(), String> {
        self.pass(&[',', '\n', ']', '}', ')'])
    }

    /// Passes the value of an attribute.
    pub(super) fn skip(&mut self) -> Result<(), String> {
        self.pass(&['\n', '}'])
    }

    fn pass(&mut self, ends: &[char]) -> Result<(), String> {
        loop {
            self.space(false)?;
            match self.peek() {
                None => return Ok(()),
                Some(c) if ends.contains(&c) => return Ok(()),
                Some('"') => self.text_passed()?,
                Some('<') if self.heredoc()?.is_some() => {}
                Some(c) => {
                    self.at += c.len_utf8();
                    if matches!(c, '(' | '[' | '{') {
                        self.pass_to_close(1)?;
                    }
                }
            }
        }
    }
}

/// The character of an escape and how long it is written.
fn escape(text: &str) -> Option<(char, usize)> {
    let coded = |digits: usize| {
        let code = u32::from_str_radix(text.get(2..2 + digits)?, 16).ok()?;
        Some((char::from_u32(code)?, 2 + digits))
    };
    match text.as_bytes().get(1)? {
        b'n' => Some(('\n', 2)),
        b'r' => Some(('\r', 2)),
        b't' => Some(('\t', 2)),
        b'"' => Some(('"', 2)),
        b'\\' => Some(('\\', 2)),
        b'u' => coded(4),
        b'U' => coded(8),
        _ => None,
    }
}
