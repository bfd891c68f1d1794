//! The encodings that the parser recognises by a byte order mark or by the zeros beside the first characters.
//!
//! Owns: UTF-8, UTF-16 and UTF-32 of both byte orders, turned into UTF-8.
//! Refuses: bytes that are none of them: they are left as they are.

use std::borrow::Cow;

/// Size of a unit and whether its most significant byte comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Units {
    size: usize,
    big: bool,
    mark: usize,
}

/// The payload in UTF-8, without a byte order mark of another encoding; borrowed where it is so already.
pub fn to_utf8(payload: &[u8]) -> Cow<'_, [u8]> {
    let Some(units) = detect(payload) else { return Cow::Borrowed(payload) };
    Cow::Owned(characters(payload, units).map(|(_, c)| c).collect::<String>().into_bytes())
}

/// Bytes in a unit of the payload's encoding.
pub(super) fn unit(payload: &[u8]) -> usize {
    detect(payload).map_or(1, |units| units.size)
}

/// Where a byte of the UTF-8 text stands in the payload.
pub(super) fn offset(payload: &[u8], text: &[u8], at: usize) -> usize {
    let Some(units) = detect(payload) else { return at };
    let before = String::from_utf8_lossy(&text[..at.min(text.len())]).chars().count();
    characters(payload, units).nth(before).map_or(payload.len(), |(offset, _)| offset)
}

fn detect(payload: &[u8]) -> Option<Units> {
    let of = |size, big, mark| Some(Units { size, big, mark });
    match payload {
        [0, 0, 0xfe, 0xff, ..] => of(4, true, 4),
        [0xff, 0xfe, 0, 0, ..] => of(4, false, 4),
        [0xfe, 0xff, ..] => of(2, true, 2),
        [0xff, 0xfe, ..] => of(2, false, 2),
        [0, 0, 0, 1..=255, ..] => of(4, true, 0),
        [1..=255, 0, 0, 0, ..] => of(4, false, 0),
        [0, 1..=255, ..] => of(2, true, 0),
        [1..=255, 0, ..] => of(2, false, 0),
        _ => None,
    }
}

/// The characters with where each begins.
fn characters(payload: &[u8], units: Units) -> impl Iterator<Item = (usize, char)> {
    let chunks = payload[units.mark..].chunks(units.size).enumerate();
    let mut numbers = chunks
        .map(move |(i, chunk)| {
            let number = if units.big {
                chunk.iter().fold(0_u32, |sum, &byte| sum << 8 | u32::from(byte))
            } else {
                chunk.iter().rev().fold(0_u32, |sum, &byte| sum << 8 | u32::from(byte))
            };
            (units.mark + i * units.size, number)
        })
        .peekable();
    std::iter::from_fn(move || {
        let (offset, number) = numbers.next()?;
        let low = if (0xd800..0xdc00).contains(&number) { numbers.next_if(|(_, low)| (0xdc00..0xe000).contains(low)) } else { None };
        let code = low.map_or(number, |(_, low)| 0x10000 + ((number - 0xd800) << 10) + (low - 0xdc00));
        Some((offset, char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_by_their_zeros() {
        let text = "{\"é😀\":1";
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let wider: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        for bytes in [&wide, &marked, &wider] {
            assert_eq!(&*to_utf8(bytes), text.as_bytes());
        }
        assert_eq!(offset(&wide, text.as_bytes(), 8), 10);
        assert_eq!(offset(&marked, text.as_bytes(), 99), marked.len());
        assert!(matches!(to_utf8(b"{}"), Cow::Borrowed(_)));
    }
}
