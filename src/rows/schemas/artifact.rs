//! Schemas in a packed archive (`.tar.gz`), as a pipeline's job loads them.
//!
//! Owns: the archive's form, where in it the schemas are (with any one folder on top), the revision that it says it is of.
//! Refuses: any other archive, unpacking to disk.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::memory::Memory;
use super::{EXPECTED, SchemaError, is_schema_path};
use crate::ground::text::visible;

/// A block of the archive; every part begins at one.
const BLOCK: usize = 512;
/// Longest file that is kept, and most of them together.
const LONGEST: u64 = 64 << 20;
const MOST: u64 = 2 << 30;

/// Whether a file is packed with gzip.
pub(super) fn is_packed(path: &Path) -> bool {
    let mut begin = [0; 2];
    File::open(path).and_then(|mut file| file.read_exact(&mut begin)).is_ok() && begin == [0x1f, 0x8b]
}

/// Reads the schemas of an archive, all of them.
pub(super) fn open(path: &Path) -> Result<Memory, SchemaError> {
    let failed = |error| SchemaError::Io { path: path.to_owned(), error };
    let packed = BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?);
    let name = visible(&path.to_string_lossy()).into_owned();
    let (files, comment) = read(&mut MultiGzDecoder::new(packed)).map_err(|reason| SchemaError::Broken { path: name.clone(), reason })?;
    let root = root(&files);
    let mut kept: Vec<(String, Vec<u8>)> = Vec::new();
    for (path, bytes) in files {
        if let Some(path) = path.strip_prefix(&root).filter(|path| is_schema_path(path)) {
            kept.push((path.to_owned(), bytes));
        }
    }
    // Where an archive holds a file twice, the later one stands.
    kept.reverse();
    kept.sort_by(|a, b| a.0.cmp(&b.0));
    kept.dedup_by(|a, b| a.0 == b.0);
    if kept.is_empty() {
        return Err(SchemaError::Missing(format!("{name} holds no schemas: {EXPECTED}")));
    }
    let files = kept.into_iter().map(|(path, bytes)| (Cow::Owned(path), Cow::Owned(bytes))).collect();
    Ok(Memory { name, files, revision: comment, ..Memory::default() })
}

/// What stands before the namespaces: nothing, one folder of any name, `schemas/`, or both.
fn root(files: &[(String, Vec<u8>)]) -> String {
    let top = files.first().and_then(|(path, _)| path.split_once('/')).map_or(String::new(), |(top, _)| format!("{top}/"));
    let is_shared = files.iter().all(|(path, _)| path.starts_with(&top));
    let roots = [format!("{top}schemas/"), "schemas/".to_owned(), String::new(), top.clone()];
    let fits = |root: &&String| (is_shared || !root.starts_with(&top) || top.is_empty() || *root == "schemas/") && has_schemas(files, root);
    roots.iter().find(fits).cloned().unwrap_or_default()
}

fn has_schemas(files: &[(String, Vec<u8>)], root: &str) -> bool {
    files.iter().any(|(path, _)| path.strip_prefix(root).is_some_and(is_schema_path))
}

/// Paths and bytes of the schemas and layouts, and the commit that `git archive` writes at the top.
type Contents = (Vec<(String, Vec<u8>)>, Option<String>);

fn read(archive: &mut impl Read) -> Result<Contents, String> {
    let (mut files, mut comment, mut long, mut room) = (Vec::new(), None, None, MOST);
    let mut head = [0; BLOCK];
    loop {
        match archive.read_exact(&mut head) {
            Ok(()) => {}
            Err(_) if files.is_empty() => return Err("is no archive of files (.tar.gz), or ends too soon".to_owned()),
            Err(error) => return Err(format!("ends too soon or is damaged: {error}")),
        }
        if head.iter().all(|&byte| byte == 0) {
            return Ok((files, comment));
        }
        if !is_head(&head) {
            return Err("is no archive of files (.tar.gz), or damaged".to_owned());
        }
        let length = octal(&head[124..136]).ok_or("holds a file without a length")?;
        let kind = head[156];
        let path = long.take().unwrap_or_else(|| short_path(&head));
        let is_kept = matches!(kind, b'0' | 0)
            && (path.ends_with(super::SCHEMA_ENDING) || path.ends_with(super::paths::LAYOUT_ENDING) || super::is_iglu_path(&path));
        let is_about = matches!(kind, b'L' | b'x' | b'g');
        let padded = length.div_ceil(BLOCK as u64) * BLOCK as u64;
        if !is_kept && !is_about {
            let skipped = std::io::copy(&mut archive.take(padded), &mut std::io::sink()).unwrap_or_default();
            if skipped < padded {
                return Err("ends too soon".to_owned());
            }
            long = None;
            continue;
        }
        if length > LONGEST || length > room {
            return Err(format!("holds more than can be schemas ({} is too long)", visible(&path)));
        }
        let mut bytes = Vec::new();
        let read = archive.take(padded).read_to_end(&mut bytes).map_err(|error| format!("is damaged: {error}"))?;
        if (read as u64) < padded {
            return Err("ends too soon".to_owned());
        }
        bytes.truncate(length as usize);
        match kind {
            b'L' => long = Some(text(&bytes)),
            b'x' => long = record(&bytes, "path"),
            b'g' => comment = record(&bytes, "comment").filter(|hash| is_hash(hash)),
            _ => {
                room -= length;
                files.push((path.trim_start_matches("./").to_owned(), bytes));
            }
        }
    }
}

fn is_hash(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether the sum in a head is that of its bytes, the sum itself counted as blanks.
fn is_head(head: &[u8; BLOCK]) -> bool {
    let sum: u64 = head.iter().enumerate().map(|(at, &byte)| if (148..156).contains(&at) { 32 } else { u64::from(byte) }).sum();
    octal(&head[148..156]) == Some(sum)
}

fn octal(field: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    u64::from_str_radix(digits, 8).ok()
}

/// Up to the first zero.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.split(|&byte| byte == 0).next().unwrap_or_default()).into_owned()
}

fn short_path(head: &[u8; BLOCK]) -> String {
    let (name, before) = (text(&head[..100]), text(&head[345..500]));
    let has_prefix = &head[257..262] == b"ustar" && !before.is_empty();
    if has_prefix { format!("{before}/{name}") } else { name }
}

/// A value of `LENGTH NAME=VALUE` lines.
fn record(bytes: &[u8], name: &str) -> Option<String> {
    let said = String::from_utf8_lossy(bytes);
    said.lines().find_map(|line| Some(line.split_once(' ')?.1.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::{Lookup, SchemaStore};
    use super::*;

    fn head(path: &str, kind: u8, length: usize) -> Vec<u8> {
        let mut head = vec![0; BLOCK];
        head[..path.len()].copy_from_slice(path.as_bytes());
        head[124..135].copy_from_slice(format!("{length:011o}").as_bytes());
        head[156] = kind;
        head[257..262].copy_from_slice(b"ustar");
        let sum: u32 = head.iter().map(|&byte| u32::from(byte)).sum::<u32>() + 8 * 32;
        head[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        head[155] = b' ';
        head
    }

    fn archive(files: &[(&str, u8, &str)]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut packed = flate2::write::GzEncoder::new(&file, flate2::Compression::fast());
        for (path, kind, text) in files {
            packed.write_all(&head(path, *kind, text.len())).unwrap();
            packed.write_all(text.as_bytes()).unwrap();
            packed.write_all(&vec![0; text.len().next_multiple_of(BLOCK) - text.len()]).unwrap();
        }
        packed.write_all(&[0; 2 * BLOCK]).unwrap();
        packed.finish().unwrap();
        file
    }

    #[test]
    fn schemas_are_found_below_any_one_folder() {
        for top in ["", "./", "schemas/", "pipeline-302c86e7/", "pipeline-302c86e7/schemas/"] {
            let path = format!("{top}ns/a/a.1.schema.json");
            let file = archive(&[(&path, b'0', "{}"), (&format!("{top}ns/a/README.md"), b'0', "x")]);
            let store = SchemaStore::open_named(file.path()).unwrap();
            assert_eq!(store.lookup("ns", "a", Some("1")), Lookup::Found(0), "{top}");
            assert!(store.schema(0).unwrap().is_some());
        }
    }

    #[test]
    fn long_names_and_the_commit_are_read() {
        let long = format!("{}/a/a.1.bq", "n".repeat(120));
        let commit = "0123456789".repeat(4);
        let global = format!("52 comment={commit}\n");
        let path = format!("{} path={long}\n", long.len() + 10);
        for kind in [(b'L', long.as_str()), (b'x', path.as_str())] {
            let file = archive(&[("pax", b'g', &global), ("long", kind.0, kind.1), ("nnn", b'0', "[]")]);
            let store = SchemaStore::open_named(file.path()).unwrap();
            assert_eq!(store.doctypes()[0].namespace.len(), 120);
            assert_eq!(store.revision().as_deref(), Some(commit.as_str()));
        }
    }

    #[test]
    fn what_is_no_archive_of_schemas_is_told() {
        let said = |path: &Path| SchemaStore::open_named(path).err().map(|error| error.to_string()).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut packed = flate2::write::GzEncoder::new(&file, flate2::Compression::fast());
        packed.write_all(b"no archive").unwrap();
        packed.finish().unwrap();
        assert!(said(file.path()).contains("is no archive"), "{}", said(file.path()));
        assert!(said(archive(&[("a/b", b'0', "x")]).path()).contains("holds no schemas"));
        let whole = archive(&[("ns/a/a.1.bq", b'0', "[]"), ("ns/a/a.2.bq", b'0', "[]")]);
        let bytes = std::fs::read(whole.path()).unwrap();
        std::fs::write(whole.path(), &bytes[..bytes.len() - 20]).unwrap();
        assert!(said(whole.path()).contains("too soon"), "{}", said(whole.path()));
    }
}
