//! Lines of a bundle into a file.
//!
//! Owns: compression, the last line, the bounds that readers insist on.
//! Refuses: what is in the lines (make).

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::BundleError;
use crate::ground::text;
use crate::rows::bundle::record::{BundleLine, End, Header};
use crate::rows::bundle::{MOST_LINE, MOST_LINES, MOST_TEXT};
use crate::triage::export::ExportError;
use crate::triage::export::files::DraftFile;

/// Strong enough that further levels save little, quick enough to wait for.
const LEVEL: i32 = 12;

/// A bundle being written. Nobody sees it before it is finished.
pub(super) struct BundleWriter {
    draft: DraftFile,
    /// Compresses into memory, which is emptied into the draft.
    encoder: zstd::stream::write::Encoder<'static, Vec<u8>>,
    text: u64,
    bytes: u64,
    end: End,
}

impl BundleWriter {
    /// Begins with the header.
    pub(super) fn begin(draft: DraftFile, header: &Header) -> Result<Self, BundleError> {
        let encoder = zstd::stream::write::Encoder::new(Vec::new(), LEVEL).and_then(|mut encoder| {
            encoder.include_checksum(true)?;
            Ok(encoder)
        });
        let encoder = encoder.map_err(|error| refused(&draft, error))?;
        let mut writer = BundleWriter { draft, encoder, text: 0, bytes: 0, end: End::default() };
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
        let BundleWriter { mut draft, encoder, bytes, end, .. } = self;
        let rest = encoder.finish().map_err(|error| refused(&draft, error))?;
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
        self.encoder.write_all(&json).map_err(|error| refused(&self.draft, error))?;
        let ready = std::mem::take(self.encoder.get_mut());
        self.bytes += ready.len() as u64;
        Ok(self.draft.put(&ready)?)
    }
}

fn refused(draft: &DraftFile, error: std::io::Error) -> BundleError {
    ExportError::Io { path: draft.path().to_owned(), error }.into()
}
