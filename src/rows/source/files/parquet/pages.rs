//! The sizes that the pages of a column tell of themselves.
//!
//! Owns: refusing a page that claims more than its column holds, before room is made for it. Refuses: unpacking pages (the library).
//!
//! The library makes room for what a page says that it unpacks to, up to 2 GiB, and only then looks whether it does. One damaged byte in each of a few
//! pages takes half a minute.

use std::fs::File;
use std::os::unix::fs::FileExt;

use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;

/// Bytes that a page may always unpack to: not every writer tells sizes of columns right.
const ALWAYS: u64 = 64 << 20;
/// Longest header of a page that is looked at; statistics may stand in it.
const LONGEST: usize = 64 << 10;
/// Bytes that are read of a header at first.
const USUAL: usize = 256;
/// Structures inside each other.
const DEEPEST: usize = 8;

/// Looks at the headers of all pages of a column, without their contents. What is no header is left to the library.
pub(super) fn are_sound(file: &File, column: &ColumnChunkMetaData) -> Result<()> {
    let most = u64::try_from(column.uncompressed_size()).unwrap_or(0).max(ALWAYS);
    let begin = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
    let (Ok(mut at), Ok(size)) = (u64::try_from(begin), u64::try_from(column.compressed_size())) else { return Ok(()) };
    let end = at.saturating_add(size);
    while at < end {
        let Some(header) = header(file, at)? else { return Ok(()) };
        if header.unpacked > most {
            let (name, told) = (column.column_path().string(), crate::ground::text::bytes(header.unpacked));
            return Err(ParquetError::General(format!(
                "a page of column {name} tells that it unpacks to {told}, more than the column holds"
            )));
        }
        at += header.length as u64 + header.stored;
    }
    Ok(())
}

/// What the header of a page tells.
struct PageHeader {
    length: usize,
    unpacked: u64,
    stored: u64,
}

fn header(file: &File, at: u64) -> Result<Option<PageHeader>> {
    let mut bytes = vec![0; USUAL];
    loop {
        let read = read_at(file, &mut bytes, at)?;
        let found = read_header(&bytes[..read]);
        if found.is_some() || read < bytes.len() || bytes.len() >= LONGEST {
            return Ok(found);
        }
        bytes.resize(LONGEST, 0);
    }
}

fn read_at(file: &File, into: &mut [u8], at: u64) -> Result<usize> {
    let mut read = 0;
    while read < into.len() {
        match file.read_at(&mut into[read..], at + read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(read)
}

/// Its kind, its size unpacked, its size as stored; then what is passed over. `None` where it is something else, or goes on behind the bytes.
fn read_header(bytes: &[u8]) -> Option<PageHeader> {
    let mut compact = Compact { bytes, at: 0 };
    let (mut field, mut unpacked, mut stored) = (0, None, None);
    while let Some(kind) = compact.field(&mut field)? {
        match (field, kind) {
            (2, Compact::I32) => unpacked = Some(compact.zigzag()?),
            (3, Compact::I32) => stored = Some(compact.zigzag()?),
            _ => compact.skip(kind, DEEPEST)?,
        }
    }
    let size = |told: Option<i64>| u64::try_from(told?).ok();
    Some(PageHeader { length: compact.at, unpacked: size(unpacked)?, stored: size(stored)? })
}

/// Seven bits a byte, the lowest first.
pub(super) fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Thrift's compact protocol, as much of it as it takes to pass over a structure.
struct Compact<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Compact<'_> {
    const I32: u8 = 5;

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut rest = self.bytes.get(self.at..)?;
        let number = varint(&mut rest);
        self.at = self.bytes.len() - rest.len();
        number
    }

    fn zigzag(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// The kind of the next field, whose number is put into `field`; inside it is `None` at the end of the structure.
    fn field(&mut self, field: &mut i64) -> Option<Option<u8>> {
        let byte = self.byte()?;
        if byte == 0 {
            return Some(None);
        }
        *field = if byte >> 4 == 0 { self.zigzag()? } else { field.checked_add(i64::from(byte >> 4))? };
        Some(Some(byte & 0x0f))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            1 | 2 => {}
            3 => self.pass(1)?,
            4..=6 => drop(self.varint()?),
            7 => self.pass(8)?,
            8 => {
                let length = self.varint()?;
                self.pass(usize::try_from(length).ok()?)?;
            }
            12 if depth > 0 => {
                let mut field = 0;
                while let Some(kind) = self.field(&mut field)? {
                    self.skip(kind, depth - 1)?;
                }
            }
            // Lists, sets and maps stand in no header of a page.
            _ => return None,
        }
        Some(())
    }

    fn pass(&mut self, bytes: usize) -> Option<()> {
        self.at = self.at.checked_add(bytes).filter(|&at| at <= self.bytes.len())?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_off_a_header() {
        // A data page of 300 bytes unpacked and 150 stored, with a structure of its own behind.
        let bytes =
            [0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0xac, 0x02, 0x2c, 0x15, 0x06, 0x15, 0x00, 0x18, 0x01, b'x', 0x11, 0x00, 0x00, 0xff];
        let header = read_header(&bytes).unwrap();
        assert_eq!((header.length, header.unpacked, header.stored), (19, 300, 150));
        assert!((0..19).all(|end| read_header(&bytes[..end]).is_none()));
        assert!(read_header(&[0xff; 64]).is_none() && read_header(&[0x1c; 64]).is_none());
    }
}
