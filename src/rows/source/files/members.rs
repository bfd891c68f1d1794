//! Packed bytes that are several members after one another, unpacked side by side.
//!
//! Owns: where a member ends before it is unpacked, as many of them at a time as there are cores, their text in order. Refuses: members whose end only
//! unpacking tells (all of gzip but blocked gzip, and long ones): these are read one after the other.

use std::collections::VecDeque;
use std::io::{self, Cursor, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use zstd::zstd_safe;

use super::sniff::Packing;
use super::stream::{ByteReader, PIECE, Resumed, decoded, unpacked};

/// Packed bytes that one thread unpacks in one go, about.
const BATCH: usize = 1 << 20;
/// Packed bytes of a member that are waited for.
const LONGEST: usize = 8 << 20;
/// Unpacked pieces of a batch that may wait.
const WAITING: usize = 4;
/// Most batches that are unpacked at a time.
const MOST: usize = 8;

/// The text of all members in order.
pub(super) struct PackedMembers {
    /// Gone once the rest is read in one go.
    raw: Option<ByteReader>,
    packing: Packing,
    /// Read, and not handed out yet.
    held: Vec<u8>,
    /// Batches being unpacked, the first one first.
    running: VecDeque<Receiver<io::Result<Vec<u8>>>>,
    most: usize,
    piece: Cursor<Vec<u8>>,
    /// What is behind the batches.
    rest: Option<ByteReader>,
}

/// Where a member ends.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// So many bytes behind its beginning.
    At(usize),
    /// Behind the bytes at hand.
    Open,
    /// Only unpacking tells.
    Unknown,
}

impl PackedMembers {
    /// The text behind packed bytes that are read without waiting for anybody.
    pub(super) fn new(raw: ByteReader, packing: Packing) -> Self {
        let most = thread::available_parallelism().map_or(1, usize::from).min(MOST);
        PackedMembers { raw: Some(raw), packing, held: Vec::new(), running: VecDeque::new(), most, piece: Cursor::default(), rest: None }
    }

    /// Hands out the next members, or finds that the rest is to be read in one go.
    fn start(&mut self) -> io::Result<()> {
        let Some(raw) = &mut self.raw else { return Ok(()) };
        let (mut whole, mut failure) = (0, None);
        let is_last = loop {
            let open = &self.held[whole..];
            match end(open, self.packing) {
                End::At(length) => whole += length,
                End::Open if open.len() < LONGEST => {
                    let wanted = open.len().max(PIECE) as u64;
                    let before = self.held.len();
                    failure = raw.by_ref().take(wanted).read_to_end(&mut self.held).err();
                    if failure.is_some() || self.held.len() == before {
                        break true;
                    }
                }
                End::Open | End::Unknown => break true,
            }
            if whole >= BATCH {
                break false;
            }
        };
        let behind = self.held.split_off(whole);
        let batch = std::mem::replace(&mut self.held, behind);
        if !batch.is_empty() {
            let (send, pieces) = sync_channel(WAITING);
            let packing = self.packing;
            thread::Builder::new().spawn(move || unpack(&batch, packing, &send))?;
            self.running.push_back(pieces);
        }
        if is_last && let Some(raw) = self.raw.take() {
            let held = std::mem::take(&mut self.held);
            if !held.is_empty() || failure.is_some() {
                let rest = Resumed { head: Cursor::new(held), error: failure, rest: raw };
                self.rest = Some(decoded(Box::new(rest), self.packing)?);
            }
        }
        Ok(())
    }
}

impl Read for PackedMembers {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            while self.raw.is_some() && self.running.len() < self.most {
                self.start()?;
            }
            match self.running.front().map(Receiver::recv) {
                Some(Ok(Ok(piece))) => self.piece = Cursor::new(piece),
                // What stands behind is no part of the text that was broken off.
                Some(Ok(Err(error))) => {
                    (self.raw, self.rest) = (None, None);
                    self.running.clear();
                    return Err(error);
                }
                Some(Err(_)) => drop(self.running.pop_front()),
                None => return self.rest.as_mut().map_or(Ok(0), |rest| rest.read(into)),
            }
        }
    }
}

/// Unpacks whole members; what reads the pieces may be gone before the end.
fn unpack(batch: &[u8], packing: Packing, send: &SyncSender<io::Result<Vec<u8>>>) {
    let mut text = match unpacked(batch, packing) {
        Ok(text) => text,
        Err(error) => return drop(send.send(Err(error))),
    };
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        let read = text.by_ref().take(PIECE as u64).read_to_end(&mut piece);
        let is_last = read.is_err() || piece.is_empty();
        if !piece.is_empty() && send.send(Ok(piece)).is_err() {
            return;
        }
        if let Err(error) = read {
            return drop(send.send(Err(error)));
        }
        if is_last {
            return;
        }
    }
}

/// Where the member that the bytes begin with ends.
fn end(bytes: &[u8], packing: Packing) -> End {
    match packing {
        _ if bytes.is_empty() => End::Open,
        Packing::Plain => End::Unknown,
        Packing::Zstd => match zstd_safe::find_frame_compressed_size(bytes) {
            Ok(length) if length > 0 => End::At(length),
            Err(code) if zstd_safe::get_error_name(code) == SHORT => End::Open,
            _ => End::Unknown,
        },
        Packing::Gzip => blocked_end(bytes),
    }
}

/// What the library says of a frame that goes on behind its bytes.
const SHORT: &str = "Src size is incorrect";

/// The same of a member that tells its length, as blocked gzip does in a field of its own (SAM/BAM format specification, 4.1).
fn blocked_end(bytes: &[u8]) -> End {
    const HEAD: usize = 12;
    const HAS_FIELDS: u8 = 4;
    let Some(head) = bytes.first_chunk::<HEAD>() else { return End::Open };
    if !head.starts_with(b"\x1f\x8b\x08") || head[3] & HAS_FIELDS == 0 {
        return End::Unknown;
    }
    let size = usize::from(u16::from_le_bytes([head[10], head[11]]));
    let Some(mut fields) = bytes.get(HEAD..HEAD + size) else { return End::Open };
    while let Some((&[a, b, low, high], rest)) = fields.split_first_chunk::<4>() {
        let size = usize::from(u16::from_le_bytes([low, high]));
        let Some((field, rest)) = rest.split_at_checked(size) else { return End::Unknown };
        if let (b"BC", &[low, high]) = (&[a, b], field) {
            let length = usize::from(u16::from_le_bytes([low, high])) + 1;
            return if length <= HEAD {
                End::Unknown
            } else if length <= bytes.len() {
                End::At(length)
            } else {
                End::Open
            };
        }
        fields = rest;
    }
    End::Unknown
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// What a reader gives, and the error that it ends with.
    type Outcome = (Vec<u8>, Option<String>);

    fn read(mut reader: impl Read) -> Outcome {
        let mut text = Vec::new();
        let error = reader.read_to_end(&mut text).err();
        (text, error.map(|error| error.to_string()))
    }

    fn both(packed: &[u8], packing: Packing) -> (Outcome, Outcome) {
        let members = read(PackedMembers::new(Box::new(Cursor::new(packed.to_vec())), packing));
        (members, read(decoded(Box::new(Cursor::new(packed.to_vec())), packing).unwrap()))
    }

    fn parts() -> Vec<Vec<u8>> {
        let sizes = [0, 1, 70_000, 3, 40_000, 2_000_000, 12];
        sizes
            .iter()
            .enumerate()
            .map(|(i, size)| (0..*size).map(|at: u32| (at.wrapping_mul(2_654_435_761 + i as u32) >> 13) as u8).collect())
            .collect()
    }

    fn frames() -> Vec<u8> {
        parts().iter().flat_map(|part| zstd::encode_all(part.as_slice(), 1).unwrap()).collect()
    }

    fn gzip(part: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(part).unwrap();
        packed.finish().unwrap()
    }

    fn block(part: &[u8]) -> Vec<u8> {
        let mut field = flate2::GzBuilder::new().extra(*b"BC\x02\x00\x00\x00").write(Vec::new(), flate2::Compression::fast());
        field.write_all(part).unwrap();
        let mut packed = field.finish().unwrap();
        let length = u16::try_from(packed.len() - 1).unwrap().to_le_bytes();
        packed[16..18].copy_from_slice(&length);
        packed
    }

    fn blocks() -> Vec<u8> {
        parts().iter().flat_map(|part| part.chunks(30_000).flat_map(block).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn members_side_by_side_are_one_text() {
        let text = parts().concat();
        let mixed = [blocks(), gzip(b"no length"), blocks()].concat();
        for (packed, packing, text) in [
            (frames(), Packing::Zstd, text.clone()),
            (zstd::encode_all(text.as_slice(), 1).unwrap(), Packing::Zstd, text.clone()),
            (blocks(), Packing::Gzip, text.clone()),
            (gzip(&text), Packing::Gzip, text.clone()),
            (mixed, Packing::Gzip, [&text, b"no length".as_slice(), &text].concat()),
        ] {
            let (members, one) = both(&packed, packing);
            assert!(members == (text, None) && members == one, "{packing:?}");
        }
    }

    #[test]
    fn more_members_than_are_unpacked_at_a_time_come_in_order() {
        let part: Vec<u8> = (0..3_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 9) as u8).collect();
        let packed = zstd::encode_all(part.as_slice(), 1).unwrap().repeat(20);
        let (text, error) = read(PackedMembers::new(Box::new(Cursor::new(packed)), Packing::Zstd));
        assert!(text == part.repeat(20) && error.is_none());
    }

    #[test]
    fn a_damaged_end_is_told_behind_all_that_came_before() {
        let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        for (packed, packing) in [(frames(), Packing::Zstd), (blocks(), Packing::Gzip)] {
            for end in (1..packed.len()).step_by(packed.len() / 60).chain(packed.len() - 30..packed.len()) {
                let (members, one) = both(&packed[..end], packing);
                assert!(members == one, "{packing:?} up to {end}: {:?} {:?}", members.1, one.1);
            }
            for behind in [b"garbage and more of it".as_slice(), &skipped, &[0; 40], b"\x1f\x8b"] {
                let (members, one) = both(&[&packed, behind].concat(), packing);
                assert!(members == one, "{packing:?} before {behind:?}: {:?} {:?}", members.1, one.1);
            }
        }
    }

    #[test]
    fn one_flipped_bit_loses_nothing_unsaid() {
        for (packed, packing) in [(frames(), Packing::Zstd), (blocks(), Packing::Gzip)] {
            for at in (0..packed.len()).step_by(packed.len() / 100) {
                let mut damaged = packed.clone();
                damaged[at] ^= 1 << (at % 8);
                let (members, one) = both(&damaged, packing);
                assert!(members.1.is_some() || members == one, "{packing:?} at {at}");
            }
        }
    }

    #[test]
    fn a_member_that_tells_no_length_is_left_to_unpacking() {
        assert_eq!(end(&gzip(b"x"), Packing::Gzip), End::Unknown);
        assert_eq!(end(&block(b"x")[..15], Packing::Gzip), End::Open);
        let whole = block(b"some text");
        assert_eq!(end(&whole, Packing::Gzip), End::At(whole.len()));
        assert_eq!(end(b"\x1f\x8b\x08\x04\0\0\0\0\0\0\x06\0BC\x02\0\x03\0", Packing::Gzip), End::Unknown, "shorter than its head");
        assert_eq!(end(b"", Packing::Zstd), End::Open);
    }
}
