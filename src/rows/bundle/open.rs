//! A bundle opened: its lines put together again.
//!
//! Owns: telling a bundle from other files, what its parts have to agree on.
//! Refuses: bounds (read), answering as a source (source).

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use super::read::{self, BundleContents};
use super::source::Bundle;
use super::{MAGIC, OpenError, record};
use crate::ground::text::visible;
use crate::rows::column::ErrorColumn;
use crate::rows::group::{Fingerprint, GroupRecord, Groups};
use crate::rows::row::{BadRow, RowRef, Unreadable};
use crate::rows::schemas::SchemaStore;
use crate::rows::schemas::memory::Memory;

/// Whether the file is a bundle, by its content. Anything that is no file is none.
pub fn is_bundle(path: &Path) -> bool {
    // A pipe must not be read here.
    let file = File::open(path).ok().filter(|file| file.metadata().is_ok_and(|metadata| metadata.is_file()));
    let Some(Ok(mut decoder)) = file.map(zstd::stream::read::Decoder::new) else { return false };
    let mut begin = [0; MAGIC.len()];
    decoder.read_exact(&mut begin).is_ok() && begin == MAGIC
}

impl Bundle {
    /// Opens a bundle and reads it whole.
    pub fn open(path: &Path) -> Result<Bundle, OpenError> {
        let file = File::open(path).map_err(|error| OpenError::Io { path: path.to_owned(), error })?;
        let name = path.file_name().map_or_else(String::new, |name| visible(&name.to_string_lossy()).into_owned());
        let contents = read::contents(BufReader::new(file));
        contents.and_then(|contents| whole(name, contents)).map_err(|reason| OpenError::Broken { path: path.to_owned(), reason })
    }
}

pub(crate) fn whole(name: String, contents: BundleContents) -> Result<Bundle, String> {
    let BundleContents { header, jobs, groups, rows, files, absent, end } = contents;
    let mut counted: Vec<(GroupRecord, Vec<RowRef>)> = groups.into_iter().map(|group| (group, Vec::new())).collect();
    let mut group_of = Vec::with_capacity(rows.len());
    for (place, row) in (0..).zip(&rows) {
        let (group, rows) = counted.get_mut(row.group).ok_or("a row belongs to no group")?;
        rows.push(RowRef::new(0, place));
        group_of.push(group.fingerprint);
    }
    check_apart(&counted)?;
    let groups = Groups {
        outside: header.outside,
        unreadable: unreadable(header.unreadable),
        missing_columns: header
            .missing_columns
            .iter()
            .filter_map(|name| ErrorColumn::of(name).filter(|column| ErrorColumn::NEEDED.contains(column)))
            .collect(),
        partial: header.partial,
        // One without schemas may have been counted with some that none of its groups is of.
        by_schemas: (!files.is_empty()).then_some(true),
        notes: header.notes.iter().map(|note| visible(note).into_owned().into()).collect(),
        ..Groups::restored(counted, jobs, header.deploys)?
    };
    let revision = header.revision;
    let schemas = if files.is_empty() { None } else { Some(Arc::new(store(&name, files, absent, revision.clone())?)) };
    Ok(Bundle {
        name,
        redacted: header.redacted,
        source: header.source,
        revision,
        window: header.window,
        left_out: end.left_out,
        groups,
        rows,
        group_of,
        schemas,
    })
}

/// Two groups of one name could not be told apart anywhere.
fn check_apart(counted: &[(GroupRecord, Vec<RowRef>)]) -> Result<(), String> {
    let mut prints: Vec<Fingerprint> = counted.iter().map(|(group, _)| group.fingerprint).collect();
    prints.sort_unstable();
    match prints.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("two groups are called {}", pair[0])),
        None => Ok(()),
    }
}

/// Its schemas, as from a folder. Paths are names to look up; whatever they say, no file is touched.
fn store(name: &str, files: Vec<record::BundledFile>, absent: Vec<String>, revision: Option<String>) -> Result<SchemaStore, String> {
    let mut all = Vec::with_capacity(files.len());
    for file in files {
        let bytes = file.content.bytes()?.into_owned();
        all.push((Cow::Owned(file.path), Cow::Owned(bytes)));
    }
    let tree = Memory { name: name.to_owned(), files: all, absent, revision, ..Memory::default() };
    SchemaStore::open(Box::new(tree)).map_err(|error| error.to_string())
}

fn unreadable(told: record::BundledUnreadable) -> Unreadable {
    let first = told.first.into_iter().map(|(origin, reason, quote)| BadRow { origin, reason, quote });
    Unreadable { count: told.count, first: first.collect(), ..Unreadable::default() }
}
