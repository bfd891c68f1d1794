//! The documents in a file: one that fills it, or one a line. Plain, gzip or zstd, told by content.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;

use super::{Sample, SampleError, SampleFile};
use crate::ground::contained::ContainedReader;
use crate::pipeline::document::Document;
use crate::rows::payload::MOST_DECODED;

/// Bytes read at a time.
const PIECE: usize = 256 << 10;

/// Most bytes of a document. What is longer is cut there, as payloads are; decoding says so.
const LONGEST: u64 = MOST_DECODED as u64 + 1;

/// Passes the documents of a file to `visit` until it breaks; never holds more than one.
pub fn read(file: &Arc<SampleFile>, visit: &mut dyn FnMut(Sample) -> ControlFlow<()>) -> Result<ControlFlow<()>, SampleError> {
    let failed = |error| SampleError::Io { shown: file.shown.clone(), error };
    let raw: Box<dyn Read> = match &file.path {
        Some(path) => Box::new(File::open(path).map_err(failed)?),
        None => Box::new(io::stdin()),
    };
    let mut text = unpacked(raw).map_err(failed)?;
    let mut first = Vec::new();
    line(&mut text, &mut first).map_err(failed)?;
    let mut passed = 0;
    let is_lines = file.is_lines || (is_whole(&first) && next_is_object(&mut text, &mut passed).map_err(failed)?);
    if is_lines {
        return lines(file, first, passed, &mut text, visit).map_err(failed);
    }
    let room = LONGEST.saturating_sub(first.len() as u64);
    text.take(room).read_to_end(&mut first).map_err(failed)?;
    Ok(visit(Sample { file: Arc::clone(file), line: None, bytes: first }))
}

/// Passes the documents of files to `visit`, with the bytes of each, until it breaks.
pub fn read_all(files: &[Arc<SampleFile>], visit: &mut dyn FnMut(Sample, usize) -> ControlFlow<()>) -> Result<(), SampleError> {
    for file in files {
        let flow = read(file, &mut |sample| {
            let size = sample.bytes.len();
            visit(sample, size)
        })?;
        if flow.is_break() {
            break;
        }
    }
    Ok(())
}

/// A line a document; empty lines are none.
fn lines(
    file: &Arc<SampleFile>,
    first: Vec<u8>,
    passed: u64,
    text: &mut dyn BufRead,
    visit: &mut dyn FnMut(Sample) -> ControlFlow<()>,
) -> io::Result<ControlFlow<()>> {
    let mut bytes = first;
    let mut number = 1;
    while !bytes.is_empty() {
        if !bytes.trim_ascii().is_empty() {
            let sample = Sample { file: Arc::clone(file), line: Some(number), bytes: std::mem::take(&mut bytes) };
            if visit(sample).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        bytes.clear();
        line(text, &mut bytes)?;
        number += if number == 1 { 1 + passed } else { 1 };
    }
    Ok(ControlFlow::Continue(()))
}

/// The next line with its end; empty at the end of the text. Of a line that is too long the rest is read and left out.
fn line(text: &mut dyn BufRead, into: &mut Vec<u8>) -> io::Result<()> {
    (&mut *text).take(LONGEST).read_until(b'\n', into)?;
    if into.len() as u64 == LONGEST && into.last() != Some(&b'\n') {
        text.skip_until(b'\n')?;
    }
    Ok(())
}

/// Whether the first line is a whole document.
fn is_whole(line: &[u8]) -> bool {
    line.trim_ascii_start().starts_with(b"{") && Document::parse(line).error().is_none()
}

/// Whether another object follows, behind nothing but space; the lines passed over are counted.
fn next_is_object(text: &mut dyn BufRead, passed: &mut u64) -> io::Result<bool> {
    loop {
        let piece = text.fill_buf()?;
        let space = piece.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        match piece.get(space) {
            Some(byte) => return Ok(*byte == b'{'),
            None if piece.is_empty() => return Ok(false),
            None => {
                *passed += memchr::memchr_iter(b'\n', piece).count() as u64;
                text.consume(space);
            }
        }
    }
}

/// The text behind packed bytes.
fn unpacked(mut raw: Box<dyn Read>) -> io::Result<Box<dyn BufRead>> {
    let mut head = Vec::new();
    raw.as_mut().take(4).read_to_end(&mut head)?;
    let is_gzip = head.starts_with(&[0x1f, 0x8b]);
    let is_zstd = head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    let raw = BufReader::with_capacity(PIECE, Cursor::new(head).chain(raw));
    Ok(if is_gzip {
        Box::new(BufReader::with_capacity(PIECE, ContainedReader::new(MultiGzDecoder::new(raw))))
    } else if is_zstd {
        Box::new(BufReader::with_capacity(PIECE, ContainedReader::new(zstd::stream::read::Decoder::with_buffer(raw)?)))
    } else {
        Box::new(raw)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Line and text of each document in a file.
    fn documents(name: &str, content: &[u8]) -> Vec<(Option<u64>, String)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let mut all = Vec::new();
        let file = Arc::new(super::super::name::file(&path, name.to_owned()));
        let read = read(&file, &mut |sample| {
            all.push((sample.line, String::from_utf8_lossy(&sample.bytes).trim().to_owned()));
            ControlFlow::Continue(())
        });
        assert_eq!(read.unwrap(), ControlFlow::Continue(()));
        all
    }

    #[test]
    fn content_tells_lines_from_one_document() {
        let lines = [(Some(1), "{\"a\":1}".to_owned()), (Some(3), "{}".to_owned())];
        assert_eq!(documents("x", b"{\"a\":1}\n\n{}\n"), lines);
        assert_eq!(documents("x", b"{\n\"a\":1}\n{}")[0].0, None);
        assert_eq!(documents("x", b"{}\ntext that the pipeline does not read").len(), 1);
        assert_eq!(documents("x.ndjson", b"no document\n{}").len(), 2);
        assert_eq!(documents("x.ndjson", b"\n\n{}"), [(Some(3), "{}".to_owned())]);
        assert_eq!(documents("x", b""), [(None, String::new())]);
    }

    #[test]
    fn packed_files_are_unpacked() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"{}\n{}\n").unwrap();
        assert_eq!(documents("x", &gzip.finish().unwrap()).len(), 2);
        assert_eq!(documents("x", &zstd::encode_all(&b"{}\n{}\n"[..], 1).unwrap()).len(), 2);
    }
}
