//! The way of nearly all payloads: one gzip stream of text in UTF-8 that is what its end says.
//!
//! Owns: unpacking that in one go, into a room that each thread keeps.
//! Refuses: whatever is odd, by answering nothing.

use std::cell::RefCell;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::{Decoded, PayloadForm};
use crate::ground::contained::contained;

/// Bytes before the packed text: the head of a stream with neither name nor comment.
const HEAD: usize = 10;
/// Bytes behind it: checksum and length.
const FOOT: usize = 8;
/// Longest text that is unpacked this way, so that what is kept is small.
const LONGEST: usize = 1 << 20;
/// More room than the text needs: where that is short, unpacking is slow.
const BEHIND: usize = 300;

/// What a thread keeps.
struct Kept {
    unpacker: Decompress,
    room: Vec<u8>,
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::new(Kept { unpacker: Decompress::new(false), room: Vec::new() });
}

/// The text, where nothing is odd about the payload.
pub(super) fn decode(bytes: &[u8]) -> Option<Decoded> {
    let packed = bytes.strip_prefix(&[0x1f, 0x8b, 8, 0])?.get(HEAD - 4..)?;
    let (packed, foot) = packed.split_at_checked(packed.len().checked_sub(FOOT)?)?;
    let number = |at: usize| Some(u32::from_le_bytes(foot.get(at..at + 4)?.try_into().ok()?));
    let (sum, length) = (number(0)?, number(4)? as usize);
    if length == 0 || length > LONGEST {
        return None;
    }
    let text = KEPT.with_borrow_mut(|Kept { unpacker, room }| {
        if room.len() < length + BEHIND {
            room.resize(length + BEHIND, 0);
        }
        let room = &mut room[..length + BEHIND];
        unpacker.reset(false);
        // What has panicked is not used again.
        let Ok(outcome) = contained(|| unpacker.decompress(packed, room, FlushDecompress::Finish)) else {
            *unpacker = Decompress::new(false);
            return None;
        };
        let is_whole = matches!(outcome, Ok(Status::StreamEnd));
        if !is_whole || unpacker.total_in() != packed.len() as u64 || unpacker.total_out() != length as u64 {
            return None;
        }
        let text = &room[..length];
        let mut crc = Crc::new();
        crc.update(text);
        (crc.sum() == sum && is_usual(text)).then(|| text.into())
    })?;
    Some(Decoded { text, form: PayloadForm::Gzip, problems: Vec::new(), is_whole: true, stored: bytes.len() })
}

/// Whether it is UTF-8 for certain: wider encodings have a zero or a mark among the first bytes.
fn is_usual(text: &[u8]) -> bool {
    let is_plain = text.iter().take(4).all(|byte| (1..0x80).contains(byte));
    is_plain && std::str::from_utf8(text).is_ok()
}
