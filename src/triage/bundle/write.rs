//! Lines of a bundle into a file.
//!
//! Owns: compression, the last line, the bounds that readers insist on.
//! Refuses: what is in the lines (make).

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;
use zstd::stream::write::Encoder;

use super::BundleError;
use crate::ground::text;
use crate::rows::bundle::record::{BundleLine, End, Header};
use crate::rows::bundle::{MOST_LINE, MOST_LINES, MOST_TEXT};
use crate::triage::export::ExportError;
use crate::triage::export::files::DraftFile;

/// Strong enough that further levels save little, quick enough to wait for.
const LEVEL: i32 = 12;

/// Up to so much text is compressed in one piece: the tables of a stream of unknown length take longer to make than a small bundle to write.
const AT_ONCE: usize = 1 << 20;

/// A bundle being written. Nobody sees it before it is finished.
pub(super) struct BundleWriter {
    draft: DraftFile,
    packed: Packed,
    text: u64,
    bytes: u64,
    end: End,
}

/// The text, as far as it is not in the draft.
enum Packed {
    /// All of it, as long as it is short.
    Short(Vec<u8>),
    /// Compresses into memory, which is emptied into the draft.
    Long(Encoder<'static, Vec<u8>>),
}

/// Compresses so much text, or text of unknown length.
fn encoder(length: Option<usize>) -> std::io::Result<Encoder<'static, Vec<u8>>> {
    let mut encoder = Encoder::new(Vec::new(), LEVEL)?;
    encoder.include_checksum(true)?;
    encoder.set_pledged_src_size(length.map(|length| length as u64))?;
    Ok(encoder)
}

impl Packed {
    fn write(&mut self, text: &[u8]) -> std::io::Result<()> {
        match self {
            Packed::Short(short) if short.len() + text.len() <= AT_ONCE => short.extend_from_slice(text),
            Packed::Short(short) => {
                let mut encoder = encoder(None)?;
                encoder.write_all(short)?;
                encoder.write_all(text)?;
                *self = Packed::Long(encoder);
            }
            Packed::Long(encoder) => encoder.write_all(text)?,
        }
        Ok(())
    }

    /// What is compressed and not taken yet.
    fn ready(&mut self) -> Vec<u8> {
        if let Packed::Long(encoder) = self { std::mem::take(encoder.get_mut()) } else { Vec::new() }
    }

    fn finish(self) -> std::io::Result<Vec<u8>> {
        match self {
            Packed::Short(short) => {
                let mut encoder = encoder(Some(short.len()))?;
                encoder.write_all(&short)?;
                encoder.finish()
            }
            Packed::Long(encoder) => encoder.finish(),
        }
    }
}

impl BundleWriter {
    /// Begins with the header.
    pub(super) fn begin(draft: DraftFile, header: &Header) -> Result<Self, BundleError> {
        let mut writer = BundleWriter { draft, packed: Packed::Short(Vec::new()), text: 0, bytes: 0, end: End::default() };
        writer.write(header)?;
        Ok(writer)
    }

    /// Adds a line.
    pub(super) fn put(&mut self, line: &BundleLine) -> Result<(), BundleError> {
        let end = &mut self.end;
        let (counted, most) = match line {
            BundleLine::Job(_) => (&mut end.jobs, MOST_LINES),
            BundleLine::Group(_) => (&mut end.groups, MOST_LINES),
            BundleLine::Row(_) => (&mut end.rows, MOST_LINES),
            BundleLine::File(_) => (&mut end.files, MOST_LINES),
            BundleLine::Absent(_) | BundleLine::End(_) => return self.write(line),
        };
        *counted += 1;
        if *counted > most {
            return Err(BundleError::TooLarge(format!("a bundle holds at most {} rows and as many groups", text::count(most as u64))));
        }
        self.write(line)
    }

    /// Counts a row that is not in it.
    pub(super) fn leave_out(&mut self) {
        self.end.left_out += 1;
    }

    /// Puts the file in its place. Its path, its size in bytes and what is in it.
    pub(super) fn finish(mut self) -> Result<(PathBuf, u64, End), BundleError> {
        self.write(&BundleLine::End(self.end))?;
        let BundleWriter { mut draft, packed, bytes, end, .. } = self;
        let rest = packed.finish().map_err(|error| refused(&draft, error))?;
        draft.put(&rest)?;
        Ok((draft.finish()?, bytes + rest.len() as u64, end))
    }

    fn write(&mut self, line: &impl Serialize) -> Result<(), BundleError> {
        let mut json = serde_json::to_vec(line).map_err(|error| refused(&self.draft, error.into()))?;
        json.push(b'\n');
        let length = json.len() as u64;
        self.text += length;
        if length > MOST_LINE || self.text > MOST_TEXT {
            return Err(BundleError::TooLarge(format!("the bundle would hold more than {}", text::bytes(MOST_TEXT))));
        }
        self.packed.write(&json).map_err(|error| refused(&self.draft, error))?;
        let ready = self.packed.ready();
        self.bytes += ready.len() as u64;
        Ok(self.draft.put(&ready)?)
    }
}

fn refused(draft: &DraftFile, error: std::io::Error) -> BundleError {
    ExportError::Io { path: draft.path().to_owned(), error }.into()
}
