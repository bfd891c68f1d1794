//! Input that is read once, from its beginning to its end.
//!
//! Owns: decompression, counting what was read, pipes that may have nothing to say for a while. Refuses: finding rows in the text.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::sniff::Packing;
use crate::ground::contained::ContainedReader;

/// Bytes read at a time from what is behind a decoder or a pipe.
pub(super) const PIECE: usize = 256 << 10;
/// Pieces of a pipe that may wait.
const WAITING: usize = 4;
/// How often a silent pipe looks whether it is still wanted.
const PATIENCE: Duration = Duration::from_millis(50);

/// What the threads that read and the one that watches them share.
#[derive(Debug, Default)]
pub(super) struct ReadGauge {
    /// Bytes of the inputs read so far, as they are stored.
    pub(super) bytes: AtomicU64,
    /// Rows read so far.
    pub(super) rows: AtomicU64,
    /// Whether to stop soon.
    pub(super) stop: AtomicBool,
}

impl ReadGauge {
    /// Whether reading should end.
    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A reader of text or bytes that can move between threads.
pub(super) type ByteReader = Box<dyn Read + Send>;

/// The text behind compressed bytes. Several gzip members or zstd frames after one another are one text.
pub(super) fn decoded(raw: ByteReader, packing: Packing) -> io::Result<ByteReader> {
    unpacked(BufReader::with_capacity(PIECE, raw), packing)
}

/// The same of bytes that are buffered as they are.
pub(super) fn unpacked<'b>(raw: impl BufRead + Send + 'b, packing: Packing) -> io::Result<Box<dyn Read + Send + 'b>> {
    Ok(match packing {
        Packing::Plain => Box::new(raw),
        Packing::Gzip => Box::new(ContainedReader::new(flate2::bufread::MultiGzDecoder::new(raw))),
        Packing::Zstd => Box::new(ContainedReader::new(zstd::stream::read::Decoder::with_buffer(raw)?)),
    })
}

/// A reader put back together with what was read of it.
pub(super) struct Resumed<R> {
    /// What was read.
    pub(super) head: Cursor<Vec<u8>>,
    /// What ended that, if anything did.
    pub(super) error: Option<io::Error>,
    /// The reader.
    pub(super) rest: R,
}

impl<R: Read> Read for Resumed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.head.read(into)? {
            0 => self.error.take().map_or_else(|| self.rest.read(into), Err),
            n => Ok(n),
        }
    }
}

/// Whether zstd data cannot be unpacked because that takes much memory, not because they are damaged.
pub(super) fn is_long_window(error: &io::Error) -> bool {
    error.to_string().contains("too much memory")
}

/// Counts what passes, and ends a read that is no longer wanted.
pub(super) struct CountedReader<R> {
    inner: R,
    gauge: Arc<ReadGauge>,
}

impl<R> CountedReader<R> {
    /// Counts into the gauge.
    pub(super) fn new(inner: R, gauge: Arc<ReadGauge>) -> Self {
        CountedReader { inner, gauge }
    }
}

impl<R: Read> Read for CountedReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.gauge.stopped() {
                return Err(io::Error::other("stopped"));
            }
            match self.inner.read(into) {
                // A silent pipe: whether to go on waiting is decided above.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(n) => {
                    self.gauge.bytes.fetch_add(n as u64, Ordering::Relaxed);
                    return Ok(n);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// A pipe, read by a thread of its own: a read that waits for a silent program could not be called off otherwise.
pub(super) struct Pipe {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    at: usize,
}

impl Pipe {
    /// Begins to read.
    pub(super) fn new(mut inner: ByteReader) -> Self {
        let (send, pieces) = sync_channel(WAITING);
        std::thread::spawn(move || {
            loop {
                let mut piece = vec![0; PIECE];
                let outcome = inner.read(&mut piece).map(|n| {
                    piece.truncate(n);
                    piece
                });
                let last =
                    outcome.as_ref().is_ok_and(Vec::is_empty) || outcome.as_ref().is_err_and(|e| e.kind() != io::ErrorKind::Interrupted);
                if send.send(outcome).is_err() || last {
                    return;
                }
            }
        });
        Pipe { pieces, piece: Vec::new(), at: 0 }
    }
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            match self.pieces.recv_timeout(PATIENCE) {
                Ok(piece) => (self.piece, self.at) = (piece?, 0),
                Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::WouldBlock.into()),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
        let n = (self.piece.len() - self.at).min(into.len());
        into[..n].copy_from_slice(&self.piece[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}
