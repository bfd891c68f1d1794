//! JSON that is safe on a terminal and still says the same.

use std::io::{self, Write};

use serde::Serialize;

use crate::ground::text::is_unsafe;

/// Writes records as the last member of an object, one a line and one by one, so that none are held. `before` is the object up to the list:
/// `{"count":2,"list":`.
pub(super) fn write_list(out: &mut impl Write, before: &str, records: impl Iterator<Item = impl Serialize>) -> color_eyre::Result<()> {
    write!(out, "{before}[")?;
    for (i, record) in records.enumerate() {
        let line = escape(serde_json::to_string(&record)?);
        write!(out, "{}\n{line}", if i > 0 { "," } else { "" })?;
    }
    Ok(out.write_all(b"\n]}\n")?)
}

/// Writes records a line each, one by one.
pub(super) fn write_lines(out: &mut impl Write, records: impl Iterator<Item = impl Serialize>) -> color_eyre::Result<()> {
    for record in records {
        out.write_all(line(&record)?.as_bytes())?;
    }
    Ok(())
}

/// About as long as most records.
const USUAL: usize = 4096;

/// A record on a line of its own.
pub(super) fn line(record: &impl Serialize) -> color_eyre::Result<String> {
    let mut out = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut out, record)?;
    out.push(b'\n');
    out.shrink_to_fit();
    Ok(escape(String::from_utf8(out)?))
}

/// Bytes that are looked at and handed on at once.
const PIECE: usize = 64 << 10;

/// Writes JSON on, every character that a terminal would obey as a JSON escape, many texts at a time. What is handed to it are whole characters, as
/// serde_json does it; what is left at the end is written by [`SafeWriter::finish`].
pub(super) struct SafeWriter<W> {
    out: W,
    waiting: Vec<u8>,
}

impl<W: Write> SafeWriter<W> {
    pub(super) fn new(out: W) -> Self {
        SafeWriter { out, waiting: Vec::with_capacity(PIECE + PIECE / 4) }
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.hand_on()
    }

    fn hand_on(&mut self) -> io::Result<()> {
        if is_plain(&self.waiting) {
            self.out.write_all(&self.waiting)?;
        } else {
            let text = String::from_utf8(std::mem::take(&mut self.waiting)).map_err(io::Error::other)?;
            self.waiting = escape(text).into_bytes();
            self.out.write_all(&self.waiting)?;
        }
        self.waiting.clear();
        Ok(())
    }
}

impl<W: Write> Write for SafeWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PIECE { self.hand_on() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()
    }
}

/// Whether all is of the signs that nearly every text is of. Looked at by the dozen.
fn is_plain(bytes: &[u8]) -> bool {
    let is_odd = |byte: &u8| !(0x20..0x7f).contains(byte) & (*byte != b'\n');
    bytes.chunks(64).all(|some| !some.iter().fold(false, |any, byte| any | is_odd(byte)))
}

/// Writes every character that a terminal would obey as a JSON escape. Such characters stand only inside of strings; the
/// line ends of pretty printing are the exception, and stay.
pub(super) fn escape(json: String) -> String {
    if is_plain(json.as_bytes()) || !json.contains(|c: char| c != '\n' && is_unsafe(c)) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if c != '\n' && is_unsafe(c) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_piece_by_piece_is_safe_too() {
        let value = serde_json::json!({"a": "x\u{1b}é\u{202e}", "b": ["y\n"]});
        for times in [1, 10_000] {
            let (mut out, mut expected) = (Vec::new(), String::new());
            let mut writer = SafeWriter::new(&mut out);
            for _ in 0..times {
                serde_json::to_writer_pretty(&mut writer, &value).unwrap();
                expected += &escape(serde_json::to_string_pretty(&value).unwrap());
            }
            writer.finish().unwrap();
            assert!(String::from_utf8(out).unwrap() == expected, "{times} times");
        }
    }

    #[test]
    fn a_list_is_whole_and_safe() {
        let mut out = Vec::new();
        write_list(&mut out, "{\"a\":1,\"list\":", ["x\u{1b}", "y"].iter()).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "{\"a\":1,\"list\":[\n\"x\\u001b\",\n\"y\"\n]}\n");
    }

    #[test]
    fn lines_are_whole_and_safe() {
        let mut out = Vec::new();
        write_lines(&mut out, ["x\u{1b}\n", "y"].iter()).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\"x\\u001b\\n\"\n\"y\"\n");
    }

    #[test]
    fn escapes_read_back_as_what_they_were() {
        let text = "a\u{9b}\u{202e}\u{7f}\u{e0041}é\n";
        let json = escape(serde_json::to_string(text).unwrap());
        assert_eq!(json, "\"a\\u009b\\u202e\\u007f\\udb40\\udc41é\\n\"");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
