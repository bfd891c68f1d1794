//! What breaks inside a library that reads data, as an error of that data.
//!
//! Owns: turning a panic into words, readers that fail instead of panicking, which panics are nobody's to report.
//! Refuses: bugs of our own: nothing but calls of libraries belongs in here.

use std::any::Any;
use std::cell::Cell;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// Calls that contain what panics below them.
    static CONTAINING: Cell<u32> = const { Cell::new(0) };
}

/// Leaves a containing call, however that ends.
struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        CONTAINING.set(CONTAINING.get() - 1);
    }
}

/// Whether a panic of this thread becomes an error, so that a hook has nothing to report.
pub fn is_contained() -> bool {
    CONTAINING.get() > 0
}

/// Does the work; where it panics, the answer is what it said. What the work has changed must not be used then.
pub fn contained<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    CONTAINING.set(CONTAINING.get() + 1);
    let _leave = Leave;
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| format!("its reader fails: {}", said(panic.as_ref())))
}

/// What a panic says.
pub fn said(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}

/// A reader whose panics are errors.
pub struct ContainedReader<R> {
    /// Gone once it has panicked.
    inner: Option<R>,
}

impl<R> ContainedReader<R> {
    /// Reads what the other reader reads.
    pub fn new(inner: R) -> Self {
        ContainedReader { inner: Some(inner) }
    }

    fn ask<T>(&mut self, ask: impl FnOnce(&mut R) -> io::Result<T>) -> io::Result<T> {
        let Some(inner) = &mut self.inner else { return Err(io::Error::other("its reader has failed")) };
        contained(|| ask(inner)).unwrap_or_else(|reason| {
            self.inner = None;
            Err(io::Error::new(io::ErrorKind::InvalidData, reason))
        })
    }
}

impl<R: Read> Read for ContainedReader<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.ask(|inner| inner.read(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Panics(u8);

    impl Read for Panics {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            assert!(self.0 < 2, "an offset of {}", self.0);
            bytes[0] = b'a';
            Ok(1)
        }
    }

    #[test]
    fn a_panic_is_an_error_and_everything_after_it_too() {
        let mut reader = ContainedReader::new(Panics(0));
        let mut text = Vec::new();
        let error = reader.read_to_end(&mut text).unwrap_err();
        assert_eq!((text.as_slice(), error.to_string().as_str()), (&b"a"[..], "its reader fails: an offset of 2"));
        assert!(reader.read(&mut [0]).is_err());
        assert!(!is_contained());
    }
}
