//! A folder as a source: the exports in it, as one.
//!
//! Owns: which of its files are meant. Refuses: what they are (input).

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::ground::text::visible;
use crate::rows::source::SourceError;

/// Endings of exports, below that of a compression.
const ENDINGS: [&str; 5] = ["ndjson", "jsonl", "json", "csv", PARQUET];

/// The one that is no text.
const PARQUET: &str = "parquet";

/// Endings of compressions.
const PACKED: [&str; 5] = ["gz", "gzip", "zst", "zstd", "snappy"];

/// Deepest folder that is looked into.
const DEEPEST: usize = 16;

/// Most entries that are looked at.
const MOST_ENTRIES: usize = 1 << 18;

/// What lies in a folder.
#[derive(Default)]
pub(super) struct FolderFiles {
    /// Files that are exports by their ending, in alphabetical order.
    pub(super) exports: Vec<PathBuf>,
    /// Names of the others, below the folder.
    pub(super) others: Vec<String>,
}

/// Looks through a folder and those in it. What is hidden is passed over, and so are links to folders, which may lead round in a circle.
///
/// # Errors
/// It cannot be read, or holds more than can be meant.
pub(super) fn look(folder: &Path) -> Result<FolderFiles, SourceError> {
    let mut found = FolderFiles::default();
    let (mut left, mut entries) = (vec![(folder.to_owned(), 0)], 0);
    while let Some((at, depth)) = left.pop() {
        let io = |error| SourceError::Io { path: at.clone(), error };
        for entry in fs::read_dir(&at).map_err(io)? {
            let entry = entry.map_err(io)?;
            entries += 1;
            let shown = || visible(&folder.to_string_lossy()).into_owned();
            if entries > MOST_ENTRIES {
                return Err(SourceError::Input(format!(
                    "{} holds more than {MOST_ENTRIES} files; give a folder in it, or a pattern",
                    shown()
                )));
            }
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let (path, kind) = (entry.path(), entry.file_type().map_err(io)?);
            match kind {
                _ if kind.is_dir() && depth < DEEPEST => left.push((path, depth + 1)),
                _ if kind.is_dir() => found.others.push(below(folder, &path)),
                // A link to a file is that file; a pipe or a device would be waited for.
                _ if !path.is_file() => {}
                _ if is_export(&path) => found.exports.push(path),
                _ => found.others.push(below(folder, &path)),
            }
        }
    }
    found.exports.sort_unstable();
    found.others.sort_unstable();
    Ok(found)
}

/// The path behind the folder's own.
pub(super) fn below(folder: &Path, path: &Path) -> String {
    visible(&path.strip_prefix(folder).unwrap_or(path).to_string_lossy()).into_owned()
}

fn is(ending: Option<&OsStr>, known: &[&str]) -> bool {
    ending.and_then(OsStr::to_str).is_some_and(|ending| known.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}

/// Whether a file is text as it is, by its ending.
pub(super) fn is_text(path: &Path) -> bool {
    !is(path.extension(), &PACKED) && !is(path.extension(), &[PARQUET])
}

fn is_export(path: &Path) -> bool {
    let stem = if is(path.extension(), &PACKED) { path.with_extension("") } else { path.to_owned() };
    is(stem.extension(), &ENDINGS)
}

/// Most names that are told.
const MOST_TOLD: usize = 3;

/// What is said of files that were left out; `None` where there are none.
pub(super) fn left_out(folder: &Path, others: &[String]) -> Option<String> {
    let first = others.iter().take(MOST_TOLD).cloned().collect::<Vec<_>>().join(", ");
    let more = if others.len() > MOST_TOLD { ", …" } else { "" };
    let (files, are) = match others.len() {
        0 => return None,
        1 => ("1 file".to_owned(), "is no export"),
        many => (format!("{} files", crate::ground::text::count(many as u64)), "are no exports"),
    };
    Some(format!("{files} in {} {are} by ending or content, so left out: {first}{more}", visible(&folder.to_string_lossy())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_known_by_their_endings() {
        for export in ["a.ndjson", "a.json", "a.NDJSON.gz", "a.b.jsonl.zst", "000000000000.json.gz", "a.parquet"] {
            assert!(is_export(Path::new(export)), "{export}");
        }
        for other in ["a.txt", "README.md", "a.gz", "ndjson", "a.json.bak", "a.tar.gz", "a"] {
            assert!(!is_export(Path::new(other)), "{other}");
        }
    }

    #[test]
    fn what_is_left_out_is_named() {
        let folder = Path::new("rows");
        let told = |names: &[&str]| left_out(folder, &names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(told(&[]), None);
        assert_eq!(told(&["a"]).unwrap(), "1 file in rows is no export by ending or content, so left out: a");
        assert_eq!(told(&["a", "b", "c", "d"]).unwrap(), "4 files in rows are no exports by ending or content, so left out: a, b, c, …");
    }
}
