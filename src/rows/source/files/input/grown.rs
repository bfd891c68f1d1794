//! A file that is written on while it is explored.
//!
//! Owns: what became of it since it was read, which of its lines have ended. Refuses: what is made of that (follow).

use std::fs::File;
use std::io;

use super::super::block::{LONGEST, Ranges};
use super::super::line::{FoundRow, RowReader};
use super::super::sniff::{Packing, RowsShape};
use super::super::store::Store;
use super::{Input, InputOrigin, InputReading, Stamp, locked};
use crate::rows::source::SourceError;

/// What became of a file since it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum InputChange {
    /// Nothing.
    Same,
    /// It is longer, and begins as it was.
    Grown,
    /// It is another file, or holds something else.
    Replaced,
    /// There is none.
    Gone,
}

impl Input {
    /// What became of it since it was read.
    pub(in super::super) fn change(&self) -> Result<InputChange, SourceError> {
        let InputOrigin::File(path, stamp) = &self.origin else { return Ok(InputChange::Same) };
        let known = *locked(stamp);
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(InputChange::Gone),
            file => file.map_err(|error| self.io(error))?,
        };
        let now = Stamp::of(&file.metadata().map_err(|error| self.io(error))?);
        if now.file != known.file || now.length < known.length {
            return Ok(InputChange::Replaced);
        }
        if now.length == known.length && now.modified == known.modified {
            return Ok(InputChange::Same);
        }
        let then = now.reading(&Store::File(file), known.length).map_err(|error| self.io(error))?;
        Ok(match (then.ends == known.ends, now.length == known.length) {
            (false, _) => InputChange::Replaced,
            (true, true) => InputChange::Same,
            (true, false) => InputChange::Grown,
        })
    }

    /// Whether rows are added at its end, each a line: then what was read of it need not be read again.
    pub(in super::super) fn is_appended(&self) -> bool {
        self.form.get().is_some_and(|form| form.packing == Packing::Plain && form.shape == RowsShape::Lines && form.csv.is_none())
            && matches!(self.origin, InputOrigin::File(..))
    }

    /// Whether it is read once.
    pub(in super::super) fn is_pipe(&self) -> bool {
        matches!(self.origin, InputOrigin::Pipe(_))
    }

    /// Opens the lines from a place on that have ended, for a scan. Gives where they end.
    pub(in super::super) fn reading_on(&self, from: u64, before: u32) -> Result<(InputReading, u64), SourceError> {
        let store = self.store(false)?.ok_or_else(|| self.read_before())?;
        let to = last_end(&store, from, self.length().unwrap_or(0)).map_err(|error| self.io(error))?;
        Ok((InputReading::Ranges(Ranges::of_part(store, (from, to), before)), to))
    }
}

/// Where the last line between two places ends. A line is whole when its newline is there, or when what stands there is a whole row: such a file ends
/// without one.
fn last_end(store: &Store, from: u64, length: u64) -> io::Result<u64> {
    let (mut end, mut bytes, mut step) = (length, Vec::new(), 64 << 10);
    while end > from {
        let start = end.saturating_sub(step).max(from);
        step *= 2;
        let mut piece = vec![0; (end - start) as usize];
        let n = store.read_at(&mut piece, start)?;
        piece.truncate(n);
        if let Some(at) = memchr::memrchr(b'\n', &piece) {
            bytes.splice(0..0, piece.drain(at + 1..));
            end = start + at as u64 + 1;
            break;
        }
        bytes.splice(0..0, piece);
        end = start;
        if bytes.len() > LONGEST {
            // No line: it is told as such.
            return Ok(length);
        }
    }
    let is_whole = matches!(RowReader::default().value(&bytes), FoundRow::Row(_) | FoundRow::Other(_) | FoundRow::Foreign);
    Ok(if is_whole { length } else { end })
}
