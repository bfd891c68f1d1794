//! Pieces of text that threads work on: whole rows, none of them twice.
//!
//! Owns: the block, cutting a file of lines into blocks that threads read side by side. Refuses: streams (`frame`), JSON (`line`).

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::store::Store;

/// Bytes of a block: small enough to stay in a core's cache between reading and parsing.
pub(super) const SIZE: usize = 256 << 10;
/// Longest row that is held; longer ones are counted as unreadable.
pub(super) const LONGEST: usize = 64 << 20;
/// What is kept of a row that is too long, to quote it.
const KEPT: usize = 4 << 10;

/// Why a row longer than [`LONGEST`] is not read.
pub(super) fn too_long() -> String {
    format!("a row longer than {}", crate::ground::text::bytes(LONGEST as u64))
}

/// Whole rows, one after the other.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Position among the blocks of the input.
    pub(super) number: u32,
    /// Offset in the decoded text of `buffer`'s first byte.
    pub(super) at: u64,
    /// Longer than what is in it: a buffer that is used again is not cleared.
    pub(super) buffer: Vec<u8>,
    /// The part of `buffer` that counts.
    pub(super) begin: usize,
    /// Its end.
    pub(super) end: usize,
    /// Where in `buffer` the pieces are; `None` where each line is one.
    pub(super) spans: Option<Vec<(u32, u32)>>,
    /// Why the last piece is not whole.
    pub(super) broken: Option<String>,
}

impl Block {
    /// Makes room for bytes up to `length`.
    pub(super) fn reserve(&mut self, length: usize) {
        if self.buffer.is_empty() {
            // The system's own zeroes: small inputs touch few of them.
            self.buffer = vec![0; length];
        } else if self.buffer.len() < length {
            self.buffer.resize(length, 0);
        }
    }

    /// Begins anew.
    pub(super) fn reset(&mut self, number: u32, at: u64) {
        (self.number, self.at, self.begin, self.end) = (number, at, 0, 0);
        (self.spans, self.broken) = (None, None);
        if self.buffer.len() > 4 * SIZE {
            self.buffer = Vec::new();
        }
    }

    /// Skips a byte order mark at the beginning of the text.
    pub(super) fn skip_mark(&mut self) {
        if self.at == 0 && self.begin == 0 && self.buffer[..self.end].starts_with(b"\xef\xbb\xbf") {
            self.begin = 3;
        }
    }

    /// Gives up the piece from `start` on, which goes on behind the block.
    pub(super) fn break_off(&mut self, start: usize) {
        self.end = self.end.min(start + KEPT);
        self.broken = Some(too_long());
    }

    /// The lines up to the broken one, which follows; where lines are the pieces.
    pub(super) fn lines(&self) -> (&[u8], Option<&[u8]>) {
        let text = &self.buffer[self.begin..self.end];
        if self.broken.is_none() {
            return (text, None);
        }
        let (lines, last) = text.split_at(memchr::memrchr(b'\n', text).map_or(0, |at| at + 1));
        (lines, Some(last))
    }

    /// Every piece with its offset in the decoded text, and whether it is whole.
    pub(super) fn pieces(&self) -> Vec<(u64, &[u8], bool)> {
        let mut pieces: Vec<(u64, &[u8], bool)> = Vec::new();
        match &self.spans {
            Some(spans) => {
                pieces.extend(
                    spans.iter().map(|(start, end)| (self.at + u64::from(*start), &self.buffer[*start as usize..*end as usize], true)),
                );
            }
            None => {
                let (lines, last) = self.lines();
                let mut start = self.begin;
                let mut from = 0;
                for end in memchr::memchr_iter(b'\n', lines) {
                    pieces.push((self.at + (start + from) as u64, &lines[from..end], true));
                    from = end + 1;
                }
                if from < lines.len() {
                    pieces.push((self.at + (start + from) as u64, &lines[from..], true));
                }
                start += lines.len();
                pieces.extend(last.map(|last| (self.at + start as u64, last, true)));
            }
        }
        if let (Some(last), true) = (pieces.last_mut(), self.broken.is_some()) {
            last.2 = false;
        }
        pieces
    }
}

/// A file of lines in blocks of equal size. A line belongs to the block in which it begins.
pub(super) struct Ranges {
    store: Arc<Store>,
    /// Where the first line begins; the line that a byte before it belongs to is none of these.
    from: u64,
    length: u64,
    /// Blocks that were read of the file before.
    before: u32,
    next: AtomicU64,
}

impl Ranges {
    /// All of the store as it is now.
    pub(super) fn new(store: Arc<Store>) -> io::Result<Self> {
        Ok(Ranges { length: store.len()?, store, from: 0, before: 0, next: AtomicU64::new(0) })
    }

    /// The lines that begin between two places, of a store of which so many blocks were read before.
    pub(super) fn of_part(store: Arc<Store>, (from, to): (u64, u64), before: u32) -> Self {
        Ranges { store, from, length: to, before, next: AtomicU64::new(0) }
    }

    /// Reads the next block that no thread has. Gives its size in bytes; `None` at the end.
    pub(super) fn next(&self, block: &mut Block) -> io::Result<Option<u64>> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let start = number.saturating_mul(SIZE as u64).saturating_add(self.from);
        let Some(short) = u32::try_from(number).ok().and_then(|number| number.checked_add(self.before)) else { return Ok(None) };
        if start >= self.length {
            return Ok(None);
        }
        let stop = (start + SIZE as u64).min(self.length);
        // With the byte before, which tells whether a line begins here.
        let from = start.saturating_sub(1);
        block.reset(short, from);
        let wanted = (stop - from) as usize;
        block.reserve(wanted);
        block.end = self.store.read_at(&mut block.buffer[..wanted], from)?;
        block.skip_mark();
        if start > 0 {
            block.begin = memchr::memchr(b'\n', &block.buffer[..block.end]).map_or(block.end, |at| at + 1);
        }
        if block.begin < block.end {
            self.finish_line(block)?;
        }
        Ok(Some(stop - start))
    }

    /// Reads on to the end of the last line.
    fn finish_line(&self, block: &mut Block) -> io::Result<()> {
        let text = &block.buffer[block.begin..block.end];
        let start = block.begin + memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
        let mut step = 4 << 10;
        while start < block.end && block.at + (block.end as u64) < self.length {
            let end = block.end;
            let step_here = (step as u64).min(self.length - block.at - end as u64) as usize;
            block.reserve(end + step_here);
            let n = self.store.read_at(&mut block.buffer[end..end + step_here], block.at + end as u64)?;
            if let Some(at) = memchr::memchr(b'\n', &block.buffer[end..end + n]) {
                block.end = end + at + 1;
                break;
            }
            block.end = end + n;
            if n == 0 {
                break;
            }
            if block.end - start > LONGEST {
                block.break_off(start);
                break;
            }
            step = (step * 2).min(4 << 20);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines_of(text: &[u8]) -> Vec<(u64, Vec<u8>)> {
        let ranges = Ranges::new(Arc::new(Store::Memory(text.into()))).unwrap();
        let (mut block, mut lines) = (Block::default(), Vec::new());
        while ranges.next(&mut block).unwrap().is_some() {
            lines.extend(block.pieces().into_iter().map(|(at, line, _)| (at, line.to_vec())));
        }
        lines
    }

    #[test]
    fn a_line_longer_than_blocks_is_whole() {
        let text = ["a".repeat(3 * SIZE + 7), String::new(), "b".repeat(SIZE), "c".to_owned()].join("\n");
        let lines: Vec<_> = lines_of(text.as_bytes()).into_iter().map(|(_, line)| line.len()).collect();
        assert_eq!(lines, [3 * SIZE + 7, 0, SIZE, 1]);
    }

    #[test]
    fn a_line_without_end_is_not_held() {
        let mut text = b"first\n".to_vec();
        text.resize(LONGEST + 5 * SIZE, b'x');
        text.extend(b"\nlast\n");
        let ranges = Ranges::new(Arc::new(Store::Memory(text.into()))).unwrap();
        let (mut block, mut broken, mut whole) = (Block::default(), 0, Vec::new());
        while ranges.next(&mut block).unwrap().is_some() {
            for (_, piece, is_whole) in block.pieces() {
                if is_whole {
                    whole.push(piece.to_vec());
                } else {
                    broken += 1;
                    assert!(piece.len() <= KEPT);
                }
            }
        }
        assert_eq!((broken, whole), (1, vec![b"first".to_vec(), b"last".to_vec()]));
    }

    #[test]
    fn lines_in_parts_are_those_of_the_whole() {
        let text: Vec<u8> = (0..40_000).map(|n| format!("line {n}\n")).collect::<String>().into_bytes();
        let store = Arc::new(Store::Memory(text.as_slice().into()));
        let (mut block, mut lines, mut from) = (Block::default(), Vec::new(), 0);
        for cut in [7, 300_000, 300_008, text.len()] {
            let to = text[..cut].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at as u64 + 1);
            let ranges = Ranges::of_part(Arc::clone(&store), (from, to), 0);
            while ranges.next(&mut block).unwrap().is_some() {
                lines.extend(block.pieces().into_iter().map(|(at, line, _)| (at, line.to_vec())));
            }
            from = to;
        }
        assert_eq!(lines, lines_of(&text));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_line_is_lost_or_doubled(lengths in prop::collection::vec(prop_oneof![0..200_usize, SIZE - 3..SIZE + 3, Just(2 * SIZE)], 1..12), ends in any::<bool>()) {
            let mut text = lengths.iter().enumerate().map(|(i, length)| char::from(b'a' + i as u8).to_string().repeat(*length)).collect::<Vec<_>>().join("\n");
            if ends {
                text.push('\n');
            }
            let mut expected = Vec::new();
            let mut at = 0;
            for line in text.split_inclusive('\n') {
                expected.push((at, line.trim_end_matches('\n').as_bytes().to_vec()));
                at += line.len() as u64;
            }
            prop_assert_eq!(lines_of(text.as_bytes()), expected);
        }
    }
}
