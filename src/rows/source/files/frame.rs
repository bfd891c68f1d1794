//! A stream of text in blocks: one thread at a time decodes and cuts, the others parse what was cut.
//!
//! Owns: whole lines or whole JSON values out of a reader, what a stream that breaks off leaves. Refuses: judging JSON (`line`).

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::block::{Block, LONGEST, SIZE};
use super::sniff::{InputForm, Packing, RowsShape};
use super::stream::{ByteReader, ReadGauge, is_long_window};
use super::values::ValueFramer;

/// A slow pipe's rows are handed on at least this often.
const PACE: Duration = Duration::from_millis(100);

/// A stream that threads take blocks from.
pub(super) struct Stream(Mutex<Framer>);

impl Stream {
    /// Blocks of the reader's text, which is already decoded.
    pub(super) fn new(reader: ByteReader, form: InputForm, gauge: Arc<ReadGauge>) -> Self {
        let cutter = if form.shape == RowsShape::Values { Cutter::Values(ValueFramer::default()) } else { Cutter::Lines(0) };
        Stream(Mutex::new(Framer { reader, form, gauge, cutter, carry: Vec::new(), at: 0, number: 0, ended: false }))
    }

    /// Reads the next block; false at the end.
    pub(super) fn next(&self, block: &mut Block) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next(block)
    }
}

/// What ends a piece.
enum Cutter {
    /// A newline; the place after the last one in the block.
    Lines(usize),
    /// The end of a JSON value.
    Values(ValueFramer),
}

struct Framer {
    reader: ByteReader,
    form: InputForm,
    gauge: Arc<ReadGauge>,
    cutter: Cutter,
    /// The beginning of the piece after the last block.
    carry: Vec<u8>,
    /// Offset in the decoded text of `carry`.
    at: u64,
    number: u32,
    ended: bool,
}

impl Framer {
    fn next(&mut self, block: &mut Block) -> bool {
        if self.ended {
            return false;
        }
        block.reset(self.number, self.at);
        self.number += 1;
        block.reserve(SIZE.max(self.carry.len() + SIZE / 2));
        block.end = self.carry.len();
        block.buffer[..block.end].copy_from_slice(&self.carry);
        self.carry.clear();
        let mut spans = Vec::new();
        match &mut self.cutter {
            Cutter::Lines(whole) => *whole = 0,
            Cutter::Values(values) => values.begin_block(),
        }
        self.feed(block, 0, &mut spans);
        self.fill(block, &mut spans);
        if !self.ended && block.broken.is_none() {
            let cut = self.cut(block);
            self.carry.extend_from_slice(&block.buffer[cut..block.end]);
            self.at += cut as u64;
            block.end = cut;
        }
        block.spans = matches!(self.cutter, Cutter::Values(_)).then_some(spans);
        true
    }

    /// Reads until the block has whole pieces and is full, or the stream ends.
    fn fill(&mut self, block: &mut Block, spans: &mut Vec<(u32, u32)>) {
        let since = Instant::now();
        loop {
            let whole = self.cut(block) > block.begin;
            if whole && (block.end >= SIZE || since.elapsed() >= PACE) {
                return;
            }
            if !whole && block.end > LONGEST {
                return self.give_up(block, spans);
            }
            if block.end == block.buffer.len() {
                block.reserve(block.end + block.end.min(8 << 20));
            }
            let end = block.end;
            match self.reader.read(&mut block.buffer[end..]) {
                Ok(0) => return self.finish(block, spans, None),
                Ok(n) => block.end += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return self.finish(block, spans, Some(&error)),
            }
            block.skip_mark();
            self.feed(block, end, spans);
        }
    }

    fn feed(&mut self, block: &Block, from: usize, spans: &mut Vec<(u32, u32)>) {
        let from = from.max(block.begin);
        match &mut self.cutter {
            Cutter::Lines(whole) => {
                if let Some(at) = memchr::memrchr(b'\n', &block.buffer[from..block.end]) {
                    *whole = from + at + 1;
                }
            }
            Cutter::Values(values) => values.feed(&block.buffer[..block.end], from, spans),
        }
    }

    /// Where the pieces that are whole end.
    fn cut(&self, block: &Block) -> usize {
        match &self.cutter {
            Cutter::Lines(whole) => *whole,
            Cutter::Values(values) => values.open().unwrap_or(block.end),
        }
    }

    /// The stream is at its end, or broken there.
    fn finish(&mut self, block: &mut Block, spans: &mut Vec<(u32, u32)>, error: Option<&io::Error>) {
        self.ended = true;
        if self.gauge.stopped() {
            block.end = self.cut(block);
            return;
        }
        block.broken = error.map(|error| self.breakage(block, error));
        if let Cutter::Values(values) = &self.cutter {
            if let Some(start) = values.open() {
                spans.push((start as u32, block.end as u32));
                if values.inside() {
                    block.broken.get_or_insert_with(|| "the text ends inside this row".to_owned());
                }
            } else if block.broken.is_some() || values.in_array() {
                spans.push((block.end as u32, block.end as u32));
                block.broken.get_or_insert_with(|| "the text ends before the array does: the file may be truncated".to_owned());
            }
        }
    }

    fn breakage(&self, block: &Block, error: &io::Error) -> String {
        let read = crate::ground::text::bytes(block.at + block.end as u64);
        let name = self.form.packing.name();
        match (self.form.packing, error.kind()) {
            (Packing::Plain, _) => format!("reading broke off after {read}: {error}"),
            (Packing::Zstd, _) if is_long_window(error) => {
                format!("the zstd data go on after {read} of text with a window of more than 128 MiB: unpack them with zstd first")
            }
            (_, io::ErrorKind::UnexpectedEof) => format!("the {name} data end too early, after {read} of text: the file is truncated"),
            _ => format!("the {name} data are damaged after {read} of text: {error}"),
        }
    }

    /// Passes over the rest of a piece that is too long to hold.
    fn give_up(&mut self, block: &mut Block, spans: &mut Vec<(u32, u32)>) {
        let start = self.cut(block);
        self.at += block.end as u64;
        block.break_off(start);
        spans.push((start as u32, block.end as u32));
        let mut rest = vec![0; SIZE];
        loop {
            let n = match self.reader.read(&mut rest) {
                Ok(n) if n > 0 => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                _ => {
                    self.ended = true;
                    return;
                }
            };
            let end = match &mut self.cutter {
                Cutter::Lines(_) => memchr::memchr(b'\n', &rest[..n]).map(|at| at + 1),
                Cutter::Values(values) => values.pass(&rest[..n]),
            };
            if let Some(end) = end {
                self.at += end as u64;
                self.carry.extend_from_slice(&rest[end..n]);
                return;
            }
            self.at += n as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    /// Gives a few bytes at a time, then perhaps an error.
    struct Drip(Vec<u8>, usize, usize, Option<io::ErrorKind>);

    impl Read for Drip {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let n = self.2.min(into.len()).min(self.0.len() - self.1);
            into[..n].copy_from_slice(&self.0[self.1..self.1 + n]);
            self.1 += n;
            if n == 0 { self.3.map_or(Ok(0), |kind| Err(kind.into())) } else { Ok(n) }
        }
    }

    /// Offset, text, and why it is not whole.
    type Piece = (u64, String, Option<String>);

    fn pieces(text: &[u8], shape: RowsShape, step: usize, error: Option<io::ErrorKind>) -> Vec<Piece> {
        let form = InputForm { packing: Packing::Gzip, shape, csv: None };
        let stream = Stream::new(Box::new(Drip(text.to_vec(), 0, step, error)), form, Arc::default());
        let (mut block, mut all) = (Block::default(), Vec::new());
        while stream.next(&mut block) {
            let broken = block.broken.clone();
            all.extend(
                block
                    .pieces()
                    .into_iter()
                    .map(|(at, piece, whole)| (at, String::from_utf8_lossy(piece).into_owned(), if whole { None } else { broken.clone() })),
            );
        }
        all
    }

    fn texts(text: &str, shape: RowsShape, step: usize) -> Vec<String> {
        pieces(text.as_bytes(), shape, step, None)
            .into_iter()
            .map(|(at, piece, _)| {
                assert_eq!(&text.as_bytes()[at as usize..at as usize + piece.len()], piece.as_bytes());
                piece
            })
            .collect()
    }

    #[test]
    fn values_are_cut_whatever_their_layout() {
        for step in [1, 3, 1000] {
            assert_eq!(texts("[{\"a\":\"}]\\\"\"},\n {\"b\":[{}]}]\n", RowsShape::Values, step), ["{\"a\":\"}]\\\"\"}", "{\"b\":[{}]}"]);
            assert_eq!(texts("{\n \"a\": 1\n}\n{\n}\n", RowsShape::Values, step), ["{\n \"a\": 1\n}", "{\n}"]);
            assert_eq!(texts("[1, \"x,y\" ,null]", RowsShape::Values, step), ["1", "\"x,y\"", "null"]);
            assert_eq!(texts("[]", RowsShape::Values, step), [""; 0]);
            assert_eq!(texts("\u{feff}{}\n{}", RowsShape::Lines, 1000), ["{}", "{}"]);
        }
    }

    #[test]
    fn what_breaks_off_keeps_the_rows_before_it() {
        let all = pieces(b"{\"a\":1}\n{\"b\":", RowsShape::Lines, 4, Some(io::ErrorKind::UnexpectedEof));
        assert_eq!(all[0], (0, "{\"a\":1}".to_owned(), None));
        assert_eq!(all[1].2.as_deref(), Some("the gzip data end too early, after 13 B of text: the file is truncated"));
        let all = pieces(b"[{\"a\":1},{\"b\":", RowsShape::Values, 4, None);
        assert_eq!(all[1], (9, "{\"b\":".to_owned(), Some("the text ends inside this row".to_owned())));
        let all = pieces(b"[{\"a\":1}", RowsShape::Values, 4, None);
        assert!(all[1].2.as_deref().is_some_and(|reason| reason.contains("before the array")));
    }

    #[test]
    fn a_piece_without_end_is_passed_over() {
        for (open, close, shape) in [("{\"x\":\"", "\"}", RowsShape::Values), ("", "", RowsShape::Lines)] {
            let text = format!("{open}{}{close}\n{{\"a\":1}}\n", "x".repeat(LONGEST + 64 * SIZE));
            let all = pieces(text.as_bytes(), shape, usize::MAX, None);
            assert_eq!(all.len(), 2);
            assert!(all[0].2.as_deref().is_some_and(|reason| reason.contains("longer than 64.0 MiB")));
            assert_eq!(all[1], (text.len() as u64 - 8, "{\"a\":1}".to_owned(), None));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn blocks_hold_every_value_once(lengths in prop::collection::vec(prop_oneof![0..100_usize, SIZE - 20..SIZE + 20, Just(3 * SIZE)], 1..8), step in prop_oneof![Just(7_000_usize), Just(usize::MAX)]) {
            let rows: Vec<_> = lengths.iter().map(|length| format!("{{\"a\":\"{}\"}}", "{".repeat(*length))).collect();
            prop_assert_eq!(&texts(&format!("[{}]", rows.join(",")), RowsShape::Values, step), &rows);
            prop_assert_eq!(&texts(&rows.join("\n"), RowsShape::Lines, step), &rows);
        }
    }
}
