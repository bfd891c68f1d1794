//! A Parquet file as its library reads it, with an end that is felt.
//!
//! Owns: refusing to read on behind the end of a file. Refuses: Parquet itself.
//!
//! The library passes over what it does not know by reading, and takes no note where nothing is left: a damaged length of a list lets it ask two
//! thousand million times.

use std::fs::File;
use std::io::{self, BufReader, Read};

use bytes::Bytes;
use parquet::errors::Result;
use parquet::file::reader::{ChunkReader, Length};

/// Times that a reader may ask at the end.
const MOST_ASKED: u32 = 64;

/// A file.
pub(super) struct EndedFile(pub(super) File);

impl Length for EndedFile {
    fn len(&self) -> u64 {
        Length::len(&self.0)
    }
}

impl ChunkReader for EndedFile {
    type T = EndedReader<BufReader<File>>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(EndedReader { inner: self.0.get_read(start)?, asked: 0 })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.0.get_bytes(start, length)
    }
}

/// A reader that fails where it is asked on and on at its end.
pub(super) struct EndedReader<R> {
    inner: R,
    asked: u32,
}

impl<R: Read> Read for EndedReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        if n == 0 && !into.is_empty() {
            self.asked += 1;
            if self.asked > MOST_ASKED {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it tells of more than there is in the file"));
            }
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_is_asked_on_and_on_fails() {
        let mut reader = EndedReader { inner: &b"ab"[..], asked: 0 };
        let mut skip = || io::copy(&mut reader.by_ref().take(8), &mut io::sink());
        assert_eq!((skip().unwrap(), skip().unwrap()), (2, 0));
        assert!((0..=MOST_ASKED).any(|_| skip().is_err()));
    }
}
