//! What an input is, by its first bytes; names are not believed.
//!
//! Owns: telling compressions and table formats apart, what is wrong with input that is neither. Refuses: reading further.

/// How the text of every bundle begins.
pub(crate) const BUNDLE_MAGIC: &[u8] = b"{\"misfit_bundle\":";

/// Bytes of the text that are looked at.
pub(super) const HEAD: usize = 64 << 10;

/// How the bytes are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// As they are.
    Plain,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Packing {
    /// Its name in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Packing::Plain => "plain",
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
        }
    }
}

/// How the rows stand in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowsShape {
    /// One JSON object a line.
    Lines,
    /// JSON objects in an array or one after the other, over any number of lines.
    Values,
    /// Apache Parquet.
    Parquet,
}

/// Both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InputForm {
    /// How the bytes are stored.
    pub(super) packing: Packing,
    /// How the rows stand in the text.
    pub(super) shape: RowsShape,
    /// What divides the fields, where rows are CSV with a header; they are read as lines of JSON.
    pub(super) csv: Option<u8>,
}

/// Whether a text is nothing but space, so far.
pub(super) fn is_space(text: &[u8]) -> bool {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start().is_empty()
}

/// The compression that stored bytes begin with.
pub(super) fn packing(head: &[u8]) -> Packing {
    match head {
        [0x1f, 0x8b, ..] => Packing::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Packing::Zstd,
        _ => Packing::Plain,
    }
}

/// Most fields of a header.
const MOST_FIELDS: usize = 10_000;

/// What divides the fields of a text whose first line is a header; `None` where it is none.
pub(super) fn csv(head: &[u8]) -> Option<u8> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let line = text.split(|byte| *byte == b'\n').next().and_then(|line| std::str::from_utf8(line).ok())?.trim_end();
    b",\t;|".iter().copied().find(|&divider| {
        let names: Vec<&str> = line.split(divider as char).map(|name| name.trim().trim_matches('"')).collect();
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.len() <= 128
                && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ' ' | '[' | ']' | '$'))
        };
        let is_once = |at: usize| names.iter().skip(at + 1).all(|other| *other != names[at]);
        (2..=MOST_FIELDS).contains(&names.len())
            && names.iter().all(|name| is_name(name))
            && (names.len() > 200 || (0..names.len()).all(is_once))
    })
}

/// The shape of the table that a text begins with; otherwise what was found instead and what is expected.
pub(super) fn shape(head: &[u8]) -> Result<RowsShape, String> {
    const EXPECTED: &str = "expected rows of the error table as NDJSON, a JSON array, CSV with a header or Parquet, plain, gzip or zstd";
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let (line, rest) = text.split_at(memchr::memchr(b'\n', text).unwrap_or(text.len()));
    let found = match text {
        _ if text.starts_with(BUNDLE_MAGIC) => {
            return Err("a bundle that misfit made, which is opened from its file and alone: misfit FILE".to_owned());
        }
        // Nothing is no row, whatever it was meant to be.
        [] => return Ok(RowsShape::Lines),
        [b'P', b'A', b'R', b'1', ..] => return Ok(RowsShape::Parquet),
        [b'P', b'A', b'R', b'E', ..] => "an encrypted Parquet file, which cannot be read".to_owned(),
        [b'[', ..] => return Ok(RowsShape::Values),
        [b'{', ..] if line.trim_ascii() == b"{" && !rest.is_empty() => return Ok(RowsShape::Values),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16 text; convert it to UTF-8, for example with iconv".to_owned(),
        _ if text.split(|byte| *byte == b'\n').any(|line| line.trim_ascii_start().starts_with(b"{")) => return Ok(RowsShape::Lines),
        [b'B', b'Z', b'h', ..] => "bzip2 data; unpack it first".to_owned(),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => "xz data; unpack it first".to_owned(),
        [b'P', b'K', 3, 4, ..] => "a zip archive; unpack it first".to_owned(),
        [b'O', b'b', b'j', 1, ..] => "an Avro file; export as Parquet or JSON".to_owned(),
        _ => {
            let begin: String = String::from_utf8_lossy(&line[..line.len().min(160)]).chars().take(40).collect();
            format!("text that begins with `{}`", crate::ground::text::visible(&begin))
        }
    };
    Err(format!("not a table of error rows but {found}; {EXPECTED}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        assert_eq!(packing(&[0x1f, 0x8b, 8, 0]), Packing::Gzip);
        assert_eq!(packing(&[0x28, 0xb5, 0x2f, 0xfd]), Packing::Zstd);
        assert_eq!(packing(b"{}"), Packing::Plain);
        assert_eq!(shape(b"\xef\xbb\xbf \n{\"a\":1}\n{\"a\":2}"), Ok(RowsShape::Lines));
        assert_eq!(shape(b"not json\n{\"a\":1}\n"), Ok(RowsShape::Lines), "the rest of the rows is kept");
        assert_eq!(shape(b"[{\"a\":1}]"), Ok(RowsShape::Values));
        assert_eq!(shape(b"{\n  \"a\": 1\n}\n"), Ok(RowsShape::Values));
        assert_eq!(shape(b"PAR1\0\0"), Ok(RowsShape::Parquet));
        assert_eq!((shape(b""), shape(b" \r\n\n")), (Ok(RowsShape::Lines), Ok(RowsShape::Lines)), "nothing is no row");
    }

    #[test]
    fn a_header_makes_csv() {
        assert_eq!(csv(b"error,document\n\"x\",1\n"), Some(b','));
        assert_eq!(csv(b"\xef\xbb\xbf\"error\";\"the document\"\r\n"), Some(b';'));
        assert_eq!(csv(b"error\tdocument"), Some(b'\t'));
        for text in [&b"{\"a\": 1, \"b\": 2}\n"[..], b"error\nx\n", b"1,2\n", b"a,a\n", b"not json\n{}", b"", b"[1,2]\n", b"a,,b\n"] {
            assert_eq!(csv(text), None, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn what_is_no_table_is_named() {
        for (head, says) in [
            (&b"1,2,3\n4,5,6\n"[..], "text that begins with `1,2,3`"),
            (b"PK\x03\x04", "zip archive"),
            (b"\xff\xfe{\0", "UTF-16"),
            (b"\x1b[2J", "`\\u{1b}[2J`"),
        ] {
            let reason = shape(head).unwrap_err();
            assert!(reason.contains(says), "{reason}");
        }
    }
}
