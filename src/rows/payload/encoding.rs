//! The encoding of a payload's text. The pipeline's parser reads UTF-8, UTF-16 and UTF-32, told apart by the first four bytes.

use crate::ground::text;

/// What the first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8 { marked: bool },
    Utf16 { big: bool },
    Utf32 { big: bool },
}

/// The text as UTF-8, converted where it is in a wider encoding; invalid UTF-8 stays as it is. Both are said.
pub(super) fn to_utf8(bytes: Vec<u8>, problems: &mut Vec<String>) -> Vec<u8> {
    let (name, converted) = match detect(&bytes) {
        Encoding::Utf8 { marked } => {
            if marked {
                problems.push("The text begins with a byte order mark; the pipeline accepts it.".to_owned());
            }
            if let Err(error) = std::str::from_utf8(&bytes) {
                let at = text::count(error.valid_up_to() as u64);
                problems.push(format!("The text is not UTF-8 at byte {at}; such bytes are shown as \\xFF."));
            }
            return bytes;
        }
        Encoding::Utf16 { big } => ("UTF-16", utf16(&bytes, big)),
        Encoding::Utf32 { big } => ("UTF-32", utf32(&bytes, big)),
    };
    problems.push(format!("The text is {name}, which the pipeline accepts; it is shown as UTF-8."));
    converted.into_bytes()
}

fn detect(bytes: &[u8]) -> Encoding {
    match bytes {
        [0xef, 0xbb, 0xbf, ..] => Encoding::Utf8 { marked: true },
        [0, 0, 0xfe, 0xff, ..] => Encoding::Utf32 { big: true },
        [0xff, 0xfe, 0, 0, ..] => Encoding::Utf32 { big: false },
        [0xfe, 0xff, ..] => Encoding::Utf16 { big: true },
        [0xff, 0xfe, ..] => Encoding::Utf16 { big: false },
        [0, 0, 0, 1..=255, ..] => Encoding::Utf32 { big: true },
        [1..=255, 0, 0, 0, ..] => Encoding::Utf32 { big: false },
        [0, 1..=255, _, _, ..] => Encoding::Utf16 { big: true },
        [1..=255, 0, _, _, ..] => Encoding::Utf16 { big: false },
        _ => Encoding::Utf8 { marked: false },
    }
}

fn utf16(bytes: &[u8], big: bool) -> String {
    let unit = |pair: &[u8]| if big { u16::from_be_bytes([pair[0], pair[1]]) } else { u16::from_le_bytes([pair[0], pair[1]]) };
    let chars = char::decode_utf16(bytes.chunks_exact(2).map(unit)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
    chars.skip_while(|&c| c == '\u{feff}').collect()
}

fn utf32(bytes: &[u8], big: bool) -> String {
    let unit = |four: &[u8]| {
        let four = [four[0], four[1], four[2], four[3]];
        if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    };
    let chars = bytes.chunks_exact(4).map(|four| char::from_u32(unit(four)).unwrap_or(char::REPLACEMENT_CHARACTER));
    chars.skip_while(|&c| c == '\u{feff}').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, Vec<String>) {
        let mut problems = Vec::new();
        let text = to_utf8(bytes.to_vec(), &mut problems);
        (String::from_utf8_lossy(&text).into_owned(), problems)
    }

    #[test]
    fn wide_text_is_read_as_the_pipeline_does() {
        let wide = |big: bool, mark: &str| -> Vec<u8> {
            let units = format!("{mark}{{\"a\":\"é😀\"}}").encode_utf16().collect::<Vec<_>>();
            units.iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        for bytes in [wide(true, ""), wide(false, ""), wide(true, "\u{feff}"), wide(false, "\u{feff}")] {
            let (text, problems) = read(&bytes);
            assert_eq!(text, "{\"a\":\"é😀\"}");
            assert!(problems[0].contains("UTF-16"), "{problems:?}");
        }
        let wider: Vec<u8> = "{}".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        assert_eq!(read(&wider).0, "{}");
    }

    #[test]
    fn bytes_that_are_no_text_stay_and_are_said() {
        let (_, problems) = read(b"{\"a\":\"\xff\"}");
        assert!(problems[0].contains("not UTF-8 at byte 6"), "{problems:?}");
        assert_eq!(read(b"\xef\xbb\xbf{}").1.len(), 1);
        assert!(read(b"{}").1.is_empty() && read(b"").1.is_empty());
    }
}
