//! What OLD and NEW name, opened.
//!
//! Owns: telling folders, revisions, archives, files and tables that are deployed apart; a table's label.
//! Refuses: comparing (compat), forms of output.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use color_eyre::Result;
use color_eyre::eyre::{WrapErr, ensure};

use crate::cli::config::Config;
use crate::cli::{bigquery, input, layout, out};
use crate::ground::text::{bytes, visible};
use crate::pipeline::compat::KeptRows;
use crate::rows::advice::Advice;
use crate::rows::schemas::SchemaStore;
use crate::rows::schemas::git::split_revision;
use crate::rows::source::bigquery::SCHEME;
use crate::triage::compat::LooseFile;
use crate::triage::live::LiveTable;
use crate::triage::revisions::stands_alone;
use crate::tui::advice::words;

/// Largest file that is read, in bytes.
const MOST_BYTES: u64 = 64 << 20;

/// One of the two.
pub(super) enum Opened {
    Store(Arc<SchemaStore>),
    File(LooseFile),
    /// A table that is there, and what its label tells.
    Deployed(LooseFile, LiveTable),
}

/// Whether it is a table in BigQuery that is meant.
pub(super) fn names_table(path: &Path) -> bool {
    path.to_string_lossy().starts_with(SCHEME)
}

/// What is deployed: where it is no path, a revision of the repository that NEW is of.
pub(super) fn deployed_path(deployed: &Path, new: &Path) -> PathBuf {
    if stands_alone(deployed) || names_table(deployed) {
        return deployed.to_owned();
    }
    let repository = split_revision(new).map_or_else(|| new.to_owned(), |(repository, _)| repository);
    let mut path = repository.into_os_string();
    path.push("@");
    path.push(deployed);
    PathBuf::from(path)
}

pub(super) fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// Both sides by one git, where they are revisions of the same repository.
pub(super) fn neighbours(old: &Path, new: &Path) -> Result<Option<(Opened, Opened)>> {
    let (Some((repository, before)), Some((other, now))) = (split_revision(old), split_revision(new)) else { return Ok(None) };
    if repository != other {
        return Ok(None);
    }
    let [old, new] = SchemaStore::open_revisions(&repository, [&before, &now])?;
    [&old, &new].into_iter().for_each(input::tell_age);
    Ok(Some((Opened::Store(Arc::new(old)), Opened::Store(Arc::new(new)))))
}

pub(super) fn open(path: &Path) -> Result<Opened> {
    let whole_name = path.to_string_lossy();
    let (file, table) = layout::split_table(&whole_name);
    if table.is_some() && Path::new(file).is_file() {
        let mut loose = loose(Path::new(file), shown(path))?;
        loose.table = table.map(str::to_owned);
        return Ok(Opened::File(loose));
    }
    let is_file = path.is_file() && layout::FILES.iter().any(|ending| whole_name.ends_with(ending));
    if path.is_dir() || split_revision(path).is_some() || (path.is_file() && !is_file && is_packed(path)) {
        let store = SchemaStore::open_named(path)?;
        input::tell_age(&store);
        return Ok(Opened::Store(Arc::new(store)));
    }
    let name = shown(path);
    ensure!(
        path.exists(),
        "there is no {name}: give a folder of schemas, REPOSITORY@REVISION, a .bq file or a .schema.json file{}",
        words(Advice::GetSchemas)
    );
    Ok(Opened::File(loose(path, name)?))
}

/// A table that is there: asked for its columns, by no query.
pub(super) fn deployed_table(path: &Path, reach: &bigquery::Reach, config: &Config) -> Result<Opened> {
    let table = reach.clone().deployed(&path.to_string_lossy(), config)?;
    let live = LiveTable::of(&table);
    if let Some(build) = &live.build {
        out::tell(&format!("misfit: {} was deployed from {build}", visible(&live.name)));
    }
    let partition = table.partition.as_ref().map(|partition| (partition.field.clone(), partition.span.clone()));
    let kept = (table.kind == "TABLE").then(|| KeptRows { partition, clustering: Some(table.clustering.clone()) });
    let text = table.columns_text().as_bytes().to_vec();
    Ok(Opened::Deployed(LooseFile { name: shown(path), text, table: None, is_schema: false, kept }, live))
}

/// A file alone, called by a name.
pub(super) fn loose(path: &Path, name: String) -> Result<LooseFile> {
    let bytes = read(path)?;
    // A schema is an object; what `bq show` prints around a list of columns is one as well, but has no keywords.
    let is_schema = name.ends_with(".schema.json") || (!name.ends_with(".bq") && is_schema(&bytes));
    Ok(LooseFile { name, text: bytes, table: None, is_schema, kept: None })
}

/// Whether a file begins like an archive, packed or not, and not like JSON.
fn is_packed(path: &Path) -> bool {
    let mut begin = [0; 16];
    let read = File::open(path).and_then(|mut file| file.read(&mut begin)).unwrap_or(0);
    let text = begin[..read].trim_ascii_start();
    !text.is_empty() && !text.starts_with(b"[") && !text.starts_with(b"{")
}

/// Whether a text without a telling name is a JSON schema.
fn is_schema(text: &[u8]) -> bool {
    let document = crate::pipeline::document::Document::parse(text.to_vec());
    let has = |name: &str| !document.is_empty() && document.member(0, name).is_some();
    has("$schema") || has("properties") || (has("type") && !has("fields"))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let name = shown(path);
    let mut text = Vec::new();
    let file = File::open(path).wrap_err_with(|| format!("cannot read {name}"))?;
    file.take(MOST_BYTES + 1).read_to_end(&mut text).wrap_err_with(|| format!("cannot read {name}"))?;
    ensure!(text.len() as u64 <= MOST_BYTES, "{name} is larger than {}", bytes(MOST_BYTES));
    Ok(text)
}

/// A file as text, of no more than is reasonable.
///
/// # Errors
/// It cannot be read.
pub(in crate::cli) fn text_of(path: &Path) -> Result<String> {
    Ok(String::from_utf8_lossy(&read(path)?).into_owned())
}
