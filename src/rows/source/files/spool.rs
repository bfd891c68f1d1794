//! A private temporary copy of text that cannot be read at any place: compressed or piped input.
//!
//! Owns: a file without a name, so that it goes away with the process however that ends. Refuses: failing; where there is no room, the
//! copy is given up and says why.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::store::Store;

/// A copy that one thread writes and others read as far as it goes.
pub(super) struct Spool {
    store: Arc<Store>,
    written: AtomicU64,
    complete: AtomicBool,
    failed: OnceLock<String>,
}

impl Spool {
    /// An empty copy in the system's folder for temporary files.
    pub(super) fn new() -> Self {
        let failed = OnceLock::new();
        let store = tempfile::tempfile().map_or_else(
            |error| {
                let _ = failed.set(error.to_string());
                Store::Memory(Arc::new([]))
            },
            Store::File,
        );
        Spool { store: Arc::new(store), written: AtomicU64::new(0), complete: AtomicBool::new(false), failed }
    }

    /// Why the copy was given up.
    pub(super) fn failure(&self) -> Option<&str> {
        self.failed.get().map(String::as_str)
    }

    /// The copy, if it goes beyond `at`.
    pub(super) fn holding(&self, at: u64) -> Option<Arc<Store>> {
        (self.failure().is_none() && at < self.written.load(Ordering::Acquire)).then(|| Arc::clone(&self.store))
    }

    /// The copy, if it is whole.
    pub(super) fn whole(&self) -> Option<Arc<Store>> {
        (self.failure().is_none() && self.complete.load(Ordering::Acquire)).then(|| Arc::clone(&self.store))
    }

    /// The copy as a file, for readers that need one.
    pub(super) fn file(&self) -> Option<&File> {
        match &*self.store {
            Store::File(file) => Some(file),
            Store::Memory(_) => None,
        }
    }

    fn append(&self, bytes: &[u8]) {
        let Some(mut file) = self.file().filter(|_| self.failure().is_none()) else {
            return;
        };
        match file.write_all(bytes) {
            Ok(()) => {
                self.written.fetch_add(bytes.len() as u64, Ordering::AcqRel);
            }
            Err(error) => {
                // Gives the room back at once; whoever wrote before it was full may need it.
                let _ = file.set_len(0);
                let _ = self.failed.set(error.to_string());
            }
        }
    }
}

/// A reader that copies what passes through it.
pub(super) struct Tee<R> {
    inner: R,
    spool: Arc<Spool>,
}

impl<R> Tee<R> {
    /// Copies into an empty spool.
    pub(super) fn new(inner: R, spool: Arc<Spool>) -> Self {
        Tee { inner, spool }
    }
}

impl<R: Read> Read for Tee<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let outcome = self.inner.read(into);
        match &outcome {
            Ok(0) if !into.is_empty() => self.spool.complete.store(true, Ordering::Release),
            Ok(n) => self.spool.append(&into[..*n]),
            Err(_) => {}
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_can_be_read_while_it_grows() {
        let spool = Arc::new(Spool::new());
        let mut tee = Tee::new(&b"hello world"[..], Arc::clone(&spool));
        let mut first = [0; 5];
        tee.read_exact(&mut first).unwrap();
        assert!(spool.holding(4).is_some() && spool.holding(5).is_none() && spool.whole().is_none());
        io::copy(&mut tee, &mut io::sink()).unwrap();
        let mut all = [0; 20];
        assert_eq!(spool.whole().unwrap().read_at(&mut all, 6).unwrap(), 5);
        assert_eq!(&all[..5], b"world");
    }
}
