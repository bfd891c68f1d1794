//! The lines of a bundle read back. A bundle may come from anybody.
//!
//! Owns: bounds on lines, text and numbers of things; telling a file that was cut or is of another version.
//! Refuses: what the lines mean together (open).

use std::io::{BufRead, BufReader, Read};

use serde::Deserialize;

use super::record::{BundleLine, BundledFile, BundledRow, End, Header};
use super::{MAGIC, MOST_LINE, MOST_LINES, MOST_TEXT, VERSION};
use crate::ground::contained::ContainedReader;
use crate::ground::text::{self, visible};
use crate::rows::group::{GroupRecord, Job};

/// Everything in a bundle, each within its bounds.
pub(crate) struct BundleContents {
    pub header: Header,
    pub jobs: Vec<Job>,
    pub groups: Vec<GroupRecord>,
    pub rows: Vec<BundledRow>,
    pub files: Vec<BundledFile>,
    pub absent: Vec<String>,
    pub end: End,
}

/// The only member of the header that all versions share.
#[derive(Deserialize)]
struct Version {
    misfit_bundle: u64,
}

/// Reads a bundle to its end; the reason where it is none, or not whole.
pub(crate) fn contents(packed: impl BufRead) -> Result<BundleContents, String> {
    let decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(|error| unpacking(&error))?;
    let mut lines = BoundedLines { reader: BufReader::new(ContainedReader::new(decoder)), line: Vec::new(), number: 0, left: MOST_TEXT };
    let header = header(lines.next()?.unwrap_or_default())?;
    let mut contents = BundleContents {
        header,
        jobs: Vec::new(),
        groups: Vec::new(),
        rows: Vec::new(),
        files: Vec::new(),
        absent: Vec::new(),
        end: End::default(),
    };
    while let Some(line) = lines.next()? {
        let line: BundleLine = serde_json::from_slice(line).map_err(|error| lines.at(&reason(&error)))?;
        if let BundleLine::End(end) = line {
            return if lines.next()?.is_some() { Err("it goes on after its end".to_owned()) } else { contents.whole(end) };
        }
        contents.add(line).map_err(|reason| lines.at(&reason))?;
    }
    Err(cut())
}

impl BundleContents {
    fn add(&mut self, line: BundleLine) -> Result<(), String> {
        let number = match line {
            BundleLine::Job(job) => push(&mut self.jobs, job),
            BundleLine::Group(group) => push(&mut self.groups, *group),
            BundleLine::Row(row) => {
                row.check(self.groups.len())?;
                push(&mut self.rows, row)
            }
            BundleLine::File(file) => push(&mut self.files, file),
            BundleLine::Absent(paths) => {
                self.absent.extend(paths);
                self.absent.len()
            }
            BundleLine::End(_) => 0,
        };
        if number > MOST_LINES { Err(format!("there are more than {} of its kind", text::count(MOST_LINES as u64))) } else { Ok(()) }
    }

    fn whole(mut self, end: End) -> Result<Self, String> {
        let BundleContents { jobs, groups, rows, files, .. } = &self;
        let found = End { jobs: jobs.len(), groups: groups.len(), rows: rows.len(), files: files.len(), left_out: end.left_out };
        if found != end {
            return Err("it does not hold what its first line says; ask for it again".to_owned());
        }
        self.end = end;
        Ok(self)
    }
}

fn push<T>(list: &mut Vec<T>, item: T) -> usize {
    list.push(item);
    list.len()
}

fn header(line: &[u8]) -> Result<Header, String> {
    let version = serde_json::from_slice::<Version>(line).ok().filter(|_| line.starts_with(MAGIC));
    match version.map(|version| version.misfit_bundle) {
        None => Err("its first line is not that of a bundle".to_owned()),
        Some(VERSION) => serde_json::from_slice(line).map_err(|error| format!("line 1: {}", reason(&error))),
        Some(other) => Err(format!("its format is {other}, and this version of misfit reads format {VERSION}; take the one that wrote it")),
    }
}

/// Text, line by line, never more of it than allowed.
struct BoundedLines<R> {
    reader: R,
    line: Vec<u8>,
    number: u64,
    /// Bytes that may still be read.
    left: u64,
}

impl<R: BufRead> BoundedLines<R> {
    fn next(&mut self) -> Result<Option<&[u8]>, String> {
        self.line.clear();
        self.number += 1;
        let most = MOST_LINE.min(self.left);
        let read = self.reader.by_ref().take(most + 1).read_until(b'\n', &mut self.line).map_err(|error| unpacking(&error))? as u64;
        if read > most {
            return Err(self.at(&format!("it is larger than {}, more than any bundle", text::bytes(most))));
        }
        self.left -= read;
        match self.line.last() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(&self.line)),
            Some(_) => Err(cut()),
        }
    }

    /// What is wrong with the line just read.
    fn at(&self, reason: &str) -> String {
        format!("line {}: {reason}", text::count(self.number))
    }
}

fn cut() -> String {
    "it ends too early, so a part of it is missing; copy it again".to_owned()
}

fn unpacking(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => cut(),
        _ => format!("it cannot be unpacked: {}; copy it again", visible(&error.to_string())),
    }
}

fn reason(error: &serde_json::Error) -> String {
    // Line 1 says nothing of a text that is one line; names in the text are not ours.
    visible(&error.to_string().replace(" at line 1 column ", " at column ")).into_owned()
}
