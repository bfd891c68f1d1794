//! Bytes that can be read at any place, by several threads at once.
//!
//! Owns: positioned reads over a file or memory. Refuses: mapping files into memory (no faster, and a file that shrinks kills the process).

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

/// A file or a piece of memory.
#[derive(Debug)]
pub(super) enum Store {
    /// Read with `pread`, so that threads share it.
    File(File),
    /// Already here.
    Memory(Arc<[u8]>),
}

impl Store {
    /// How many bytes there are now.
    pub(super) fn len(&self) -> io::Result<u64> {
        match self {
            Store::File(file) => Ok(file.metadata()?.len()),
            Store::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// Fills the buffer from `at` on; gives fewer bytes only at the end.
    pub(super) fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < into.len() {
            match self.read_some(&mut into[filled..], at + filled as u64) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn read_some(&self, into: &mut [u8], at: u64) -> io::Result<usize> {
        match self {
            #[cfg(unix)]
            Store::File(file) => std::os::unix::fs::FileExt::read_at(file, into, at),
            #[cfg(windows)]
            Store::File(file) => std::os::windows::fs::FileExt::seek_read(file, into, at),
            Store::Memory(bytes) => {
                let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
                let n = rest.len().min(into.len());
                into[..n].copy_from_slice(&rest[..n]);
                Ok(n)
            }
        }
    }
}

/// Reads a store to its end.
pub(super) struct StoreReader {
    store: Arc<Store>,
    at: u64,
}

impl StoreReader {
    /// From a place on.
    pub(super) fn new(store: Arc<Store>, at: u64) -> Self {
        StoreReader { store, at }
    }
}

impl Read for StoreReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.store.read_some(into, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}
