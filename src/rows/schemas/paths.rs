//! What a file's path says: namespace, doctype, version, and whether it is a JSON schema or a table layout.
//!
//! Owns: the layout of folders as generated schemas and Iglu have it. Refuses: reading files.

use rustc_hash::FxHashMap;

use super::Doctype;
use crate::pipeline::names;

/// Ending of a JSON schema's file name.
pub(crate) const SCHEMA_ENDING: &str = ".schema.json";
/// Ending of a table layout's file name.
pub(super) const LAYOUT_ENDING: &str = ".bq";

/// Namespace and doctype as the decoder compares them.
pub(super) fn name_key(namespace: &str, doctype: &str) -> (String, String) {
    (names::comparable(namespace), names::comparable(doctype))
}

/// Sorts paths into doctype versions, and those whose name does not begin with its folder's. Of an absent file only the doctype version is kept.
pub(super) fn sort_files(paths: Vec<String>, absent: Vec<String>) -> (Vec<Doctype>, Vec<String>) {
    let mut found: FxHashMap<(String, String, String), Doctype> = FxHashMap::default();
    let mut strays = Vec::new();
    for (path, is_here) in paths.into_iter().map(|path| (path, true)).chain(absent.into_iter().map(|path| (path, false))) {
        let Some((namespace, doctype, version, is_schema)) = parts(&path) else {
            strays.push(path);
            continue;
        };
        let key = (namespace.to_owned(), doctype.to_owned(), version.clone());
        let (namespace, doctype) = (key.0.clone(), key.1.clone());
        let entry = found.entry(key).or_insert(Doctype { namespace, doctype, version, schema: None, layout: None });
        if !is_here {
            continue;
        }
        *if is_schema { &mut entry.schema } else { &mut entry.layout } = Some(path);
    }
    let mut doctypes: Vec<Doctype> = found.into_values().collect();
    doctypes.sort_by(|a, b| {
        (&a.namespace, &a.doctype).cmp(&(&b.namespace, &b.doctype)).then_with(|| names::version_order(&a.version, &b.version))
    });
    (doctypes, strays)
}

/// The folder of JSON schemas in one of Iglu's.
pub(super) const IGLU: &str = "jsonschema";

/// Vendor, name and version of a schema in Iglu's folders: `com.acme/cart/jsonschema/1-0-0`; `None` of any other path.
fn iglu_parts(path: &str) -> Option<(&str, &str, &str)> {
    let mut parts = path.split('/');
    let (vendor, name, format, file) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_it = parts.next().is_none()
        && format == IGLU
        && !vendor.is_empty()
        && !name.is_empty()
        && ![vendor, name].iter().any(|part| part.starts_with('.'));
    let version = iglu_version(file).filter(|_| is_it)?;
    Some((vendor, name, version))
}

/// The version that such a file is called by, with or without an ending: `1-0-0`.
pub(super) fn iglu_version(file: &str) -> Option<&str> {
    let version = file.strip_suffix(".json").unwrap_or(file);
    let is_number = |part: &str| !part.is_empty() && part.len() < 10 && part.bytes().all(|byte| byte.is_ascii_digit());
    (version.split('-').count() == 3 && version.split('-').all(is_number)).then_some(version)
}

/// Whether a path is a schema's in Iglu's folders, whatever is around them.
pub(super) fn is_iglu_path(path: &str) -> bool {
    let levels = path.match_indices('/').map(|(at, _)| at).rev().nth(3).map_or(path, |at| &path[at + 1..]);
    iglu_parts(levels).is_some()
}

/// Whether a path from the root on is a schema's or a layout's: three levels, no folder hidden.
pub(super) fn is_schema_path(path: &str) -> bool {
    let is_named = path.ends_with(SCHEMA_ENDING) || path.ends_with(LAYOUT_ENDING);
    iglu_parts(path).is_some() || is_named && path.split('/').count() == 3 && !path.split('/').any(|name| name.starts_with('.'))
}

/// Namespace, doctype and version of a file's path from the root on.
pub fn doctype_of(path: &str) -> Option<(&str, &str, String)> {
    let (namespace, doctype, version, _) = parts(path)?;
    Some((namespace, doctype, version))
}

/// Whether a path from the root on is that of a JSON schema (`true`) or a layout (`false`); `None` where it is neither.
pub fn is_schema_file(path: &str) -> Option<bool> {
    is_schema_path(path).then(|| path.ends_with(SCHEMA_ENDING) || iglu_parts(path).is_some())
}

/// What a path from the root on is to a doctype version: its JSON schema (`true`), its layout (`false`), or `None`.
pub fn file_of(path: &str, namespace: &str, doctype: &str, version: &str) -> Option<bool> {
    let (in_namespace, of_doctype, of_version, is_schema) = is_schema_path(path).then(|| parts(path))??;
    let is_it = name_key(in_namespace, of_doctype) == name_key(namespace, doctype) && of_version == version;
    is_it.then_some(is_schema)
}

/// Namespace, doctype, version of a path and whether it is a JSON schema; `None` where the file is not called like its folder.
fn parts(path: &str) -> Option<(&str, &str, String, bool)> {
    if let Some((vendor, name, version)) = iglu_parts(path) {
        return Some((vendor, name, version.to_owned(), true));
    }
    let mut parts = path.split('/');
    let (namespace, doctype, file) = (parts.next()?, parts.next()?, parts.next()?);
    let (stem, is_schema) = match file.strip_suffix(SCHEMA_ENDING) {
        Some(stem) => (stem, true),
        None => (file.strip_suffix(LAYOUT_ENDING)?, false),
    };
    let stem = names::comparable(stem);
    let version = stem.strip_prefix(&names::comparable(doctype))?.strip_prefix('.')?;
    Some((namespace, doctype, version.to_owned(), is_schema))
}
