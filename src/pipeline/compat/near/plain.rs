//! A layout that is written as the generator writes it: checked and measured in one pass, without reading it as columns.
//!
//! Owns: what plain is: known members, types and modes, plain names in order, nothing that BigQuery or the reader of layouts would say a word about.
//! Refuses: everything else, which is read as a whole.

use crate::pipeline::layout::Size;
use crate::pipeline::layout::size::MOST_LEVELS;

/// Most characters of a description.
const LONGEST_DESCRIPTION: usize = 1024;

/// Bytes that are looked at before anything is decided.
const BLOCK: usize = 1024;

/// Most bytes of a name.
const LONGEST_NAME: usize = 300;

/// Types as files spell them.
const TYPES: [&[u8]; 15] = [
    b"STRING",
    b"INT64",
    b"RECORD",
    b"INTEGER",
    b"FLOAT64",
    b"FLOAT",
    b"BOOL",
    b"BOOLEAN",
    b"TIMESTAMP",
    b"DATE",
    b"DATETIME",
    b"TIME",
    b"BYTES",
    b"NUMERIC",
    b"JSON",
];

/// Brackets with those that end them, and the sizes.
#[derive(Default)]
pub(super) struct PlainText {
    pub marks: Vec<u32>,
    pub ends: Vec<u32>,
    pub size: Size,
}

/// Reads a text; `None` where it is not plain.
pub(super) fn read(bytes: &[u8]) -> Option<PlainText> {
    // Whole blocks at once: so it is done many bytes at a time.
    let is_printed = |block: &[u8]| block.iter().fold(true, |all, &byte| all & ((byte >= b' ') | (byte == b'\n')));
    let is_plain = bytes.len() < u32::MAX as usize && bytes.chunks(BLOCK).all(is_printed);
    if !is_plain || std::str::from_utf8(bytes).is_err() {
        return None;
    }
    let mut pass = Pass { bytes, at: 0, found: PlainText::default() };
    pass.blanks();
    let list = pass.list(0)?;
    pass.blanks();
    let Pass { at, mut found, .. } = pass;
    found.size = list.size;
    (at == bytes.len()).then_some(found)
}

struct Pass<'a> {
    bytes: &'a [u8],
    at: usize,
    found: PlainText,
}

/// A list of columns.
struct PlainList {
    size: Size,
    is_map: bool,
}

impl<'a> Pass<'a> {
    fn blanks(&mut self) {
        while self.bytes.get(self.at).is_some_and(|byte| matches!(byte, b' ' | b'\n')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.blanks();
        (self.bytes.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    fn next(&mut self) -> Option<u8> {
        self.blanks();
        self.at += 1;
        self.bytes.get(self.at - 1).copied()
    }

    fn open(&mut self, byte: u8) -> Option<usize> {
        self.take(byte)?;
        self.found.marks.push(self.at as u32 - 1);
        self.found.ends.push(0);
        Some(self.found.marks.len() - 1)
    }

    /// Behind the bracket that ends what was opened.
    fn close(&mut self, opened: usize) {
        self.found.ends[opened] = self.found.marks.len() as u32;
        self.found.marks.push(self.at as u32 - 1);
        self.found.ends.push(0);
    }

    fn list(&mut self, depth: usize) -> Option<PlainList> {
        let opened = self.open(b'[')?;
        let mut size = Size::default();
        let (mut last, mut count, mut is_map): (&[u8], usize, bool) = (b"", 0, true);
        loop {
            let (name, of) = self.column(depth)?;
            // In order: so none is there twice.
            if count > 0 && name <= last {
                return None;
            }
            is_map &= [&b"key"[..], b"value"].get(count) == Some(&name);
            (last, count) = (name, count + 1);
            size.columns += of.columns;
            size.leaves += of.leaves;
            size.generated += of.generated;
            size.levels = size.levels.max(of.levels);
            match self.next()? {
                b',' => {}
                b']' => break,
                _ => return None,
            }
        }
        self.close(opened);
        Some(PlainList { size, is_map })
    }

    fn column(&mut self, depth: usize) -> Option<(&'a [u8], Size)> {
        let opened = self.open(b'{')?;
        let (mut name, mut kind, mut mode, mut description, mut fields) = (None, None, None, false, None);
        loop {
            self.take(b'"')?;
            let key = self.word()?;
            self.take(b':')?;
            let is_new = match key {
                b"fields" if depth < MOST_LEVELS => fields.replace(self.list(depth + 1)?).is_none(),
                b"description" => {
                    self.take(b'"')?;
                    self.description()?;
                    !std::mem::replace(&mut description, true)
                }
                b"name" | b"type" | b"mode" => {
                    self.take(b'"')?;
                    let word = self.word()?;
                    let slot = match key {
                        b"name" => &mut name,
                        b"type" => &mut kind,
                        _ => &mut mode,
                    };
                    slot.replace(word).is_none()
                }
                _ => return None,
            };
            if !is_new {
                return None;
            }
            match self.next()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        self.close(opened);
        let (name, kind) = (name?, kind?);
        let is_name = name.first().is_some_and(u8::is_ascii_lowercase)
            && name.len() <= LONGEST_NAME
            && name.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_');
        let is_mode = mode.is_none_or(|mode| matches!(mode, b"NULLABLE" | b"REQUIRED" | b"REPEATED"));
        if !is_name || !is_mode || !TYPES.contains(&kind) || (kind == b"RECORD") != fields.is_some() {
            return None;
        }
        let Some(PlainList { mut size, is_map }) = fields else {
            return Some((name, Size { columns: 1, leaves: 1, levels: 0, generated: 1 }));
        };
        size.columns += 1;
        size.levels += 1;
        if is_map && mode == Some(b"REPEATED") {
            size.generated = 2;
        }
        Some((name, size))
    }

    /// The rest of a text without escapes, behind its first quote.
    fn word(&mut self) -> Option<&'a [u8]> {
        let rest = self.bytes.get(self.at..)?;
        let end = memchr::memchr3(b'"', b'\\', b'\n', rest).filter(|&end| rest[end] == b'"')?;
        self.at += end + 1;
        Some(&rest[..end])
    }

    fn description(&mut self) -> Option<()> {
        let (begin, mut escapes) = (self.at, 0);
        loop {
            let rest = self.bytes.get(self.at..)?;
            let end = memchr::memchr3(b'"', b'\\', b'\n', rest)?;
            self.at += end + 1;
            match rest[end] {
                b'"' => {
                    let told = self.bytes.get(begin..self.at - 1)?;
                    // Few are so long that their characters have to be counted.
                    let is_short = || told.iter().filter(|byte| (**byte as i8) >= -0x40).count() - escapes <= LONGEST_DESCRIPTION;
                    return (told.len() <= LONGEST_DESCRIPTION || is_short()).then_some(());
                }
                b'\\' if rest.get(end + 1).is_some_and(|byte| b"\"\\/bfnrt".contains(byte)) => {
                    self.at += 1;
                    escapes += 1;
                }
                _ => return None,
            }
        }
    }
}
