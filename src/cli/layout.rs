//! The table layout that an argument names: a doctype version of the schemas, or a file.
//!
//! Owns: telling a file from a name, reading it within bounds, the layout that would be made where none is published.
//! Refuses: reading layouts and schemas themselves (layout, schemas, transpile), showing them.

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::sync::Arc;

use color_eyre::Result;
use color_eyre::eyre::{WrapErr, bail, ensure, eyre};

use super::{input, out};
use crate::cli::config::Config;
use crate::ground::text::{bytes, visible};
use crate::pipeline::destination::{self, DestinationTable, OwnSchema, Split, Stage};
use crate::pipeline::layout::Layout;
use crate::pipeline::schema::Schema;
use crate::pipeline::transpile::{self, Lint};
use crate::rows::samples::DoctypeName;
use crate::rows::schemas;
use crate::rows::schemas::{BARE, Doctype, Lookup, NoLayout, SchemaStore, TableColumns, WOULD_BE};
use crate::rows::source::bigquery::{SCHEME, SourceTable};
use crate::triage::facts::table;
use crate::tui::advice::GIVE_SCHEMAS;

/// Largest file that is read, in bytes. The largest of the pipeline's tables has 2.7 MB.
const MOST_BYTES: u64 = 64 << 20;

/// A layout and what it is of.
pub(super) struct NamedLayout {
    /// `telemetry/main.5`, or the file.
    pub title: String,
    /// Names, where it is of the schemas or of a file that is called like one of theirs.
    pub doctype: Option<DoctypeName>,
    /// The file that it was read from or made of.
    pub file: String,
    pub layout: Arc<Layout>,
    /// How it came to be.
    pub origin: LayoutOrigin,
    /// All tables of its documents by the schemas that it is of; none for a file whose name tells no doctype.
    pub destinations: Vec<DestinationTable>,
    /// Why it is the layout of no table, where it is not.
    pub none: Option<NoLayout>,
    /// What the author of the JSON schema should know, where it was made of one.
    pub lints: Vec<Lint>,
    /// What BigQuery tells of it, where it is a table that is there.
    pub deployed: Option<Box<SourceTable>>,
}

/// How a layout came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LayoutOrigin {
    /// Read from a `.bq` file.
    Published,
    /// Made of a JSON schema and the pipeline's own columns, as the schema transpiler makes it.
    Transpiled,
    /// The same where the schemas do not tell the pipeline's own columns.
    Partly,
    /// Made of a JSON schema alone: a file tells nothing of the pipeline's columns.
    Bare,
    /// What BigQuery tells of a table that is there.
    Deployed,
}

impl LayoutOrigin {
    /// A name for scripts.
    pub(super) fn name(self) -> &'static str {
        match self {
            LayoutOrigin::Published => "published",
            LayoutOrigin::Transpiled | LayoutOrigin::Partly | LayoutOrigin::Bare => "transpiled",
            LayoutOrigin::Deployed => "deployed",
        }
    }

    fn note(self) -> Option<String> {
        match self {
            LayoutOrigin::Published | LayoutOrigin::Deployed => None,
            LayoutOrigin::Transpiled => Some(WOULD_BE.to_owned()),
            LayoutOrigin::Partly => Some(format!("{WOULD_BE}; {BARE}")),
            LayoutOrigin::Bare => Some(format!("this layout would be made of the JSON schema; {BARE}")),
        }
    }
}

impl NamedLayout {
    /// The live tables of its documents and the stable ones, several where documents are split; empty for a file whose name tells no doctype.
    pub(super) fn tables(&self) -> Vec<String> {
        self.destinations.iter().filter(|table| matches!(table.stage, Stage::Live | Stage::Stable)).map(DestinationTable::path).collect()
    }

    /// The table that exactly this layout is of or would be of; `None` where its name is not known. The error says why there is no such table.
    pub(super) fn table(&self) -> Result<Option<String>> {
        if let Some(name) = self.deployed.as_ref().and_then(|table| table.name.as_ref()) {
            return Ok(Some(name.to_string()));
        }
        if let Some(why) = &self.none {
            let tables = self.tables();
            let instead = if tables.is_empty() { String::new() } else { format!(": {}", tables.join(", ")) };
            bail!("there is no table of {}: {why}{instead}", self.title);
        }
        // The layout of the pipeline's own tables is that of each of them.
        Ok(destination::first_live(&self.destinations).or_else(|| self.destinations.first().map(DestinationTable::path)))
    }

    /// What is noteworthy: how the layout came to be, which other tables or schemas are meant, lints with the worst first, oddities.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = match &self.none {
            Some(why) => vec![why.to_string()],
            None => self.origin.note().into_iter().collect(),
        };
        if let Some((name, version)) = self.doctype.as_ref().and_then(|name| Some((name, name.version.as_deref()?))) {
            if self.none.is_none() {
                notes.extend(OwnSchema::of(&name.namespace, &name.doctype).map(|own| own.to_string()));
            }
            notes.extend(table::copied(&name.namespace, &name.doctype, version));
        }
        let mut lints: Vec<&Lint> = self.lints.iter().collect();
        lints.sort_by_key(|lint| lint.kind);
        notes.extend(lints.iter().map(|lint| format!("{} at #{}: {}", lint.kind.name(), lint.pointer, lint.sentence)));
        notes.extend(self.deployed.as_deref().map(about).unwrap_or_default());
        notes.extend(table::oddities(&self.layout));
        notes
    }

    /// What it is of, as a store would list it.
    pub(super) fn listed(&self) -> Doctype {
        let name = self.doctype.clone();
        let (namespace, doctype, version) = name.map(|name| (name.namespace, name.doctype, name.version)).unwrap_or_default();
        Doctype { namespace, doctype, version: version.unwrap_or_default(), schema: None, layout: Some(self.file.clone()) }
    }
}

/// A table that is deployed.
pub(super) fn of_deployed(table: SourceTable) -> Result<NamedLayout> {
    let title = table.name.as_ref().map(ToString::to_string).unwrap_or_default();
    let layout = table.layout().map_err(|reason| eyre!("{title}: {reason}"))?;
    let (file, layout) = (format!("{SCHEME}{title}"), Arc::new(layout));
    Ok(NamedLayout {
        title,
        doctype: None,
        file,
        layout,
        origin: LayoutOrigin::Deployed,
        destinations: Vec::new(),
        none: None,
        lints: Vec::new(),
        deployed: Some(Box::new(table)),
    })
}

/// What BigQuery tells of a table beside its columns.
fn about(table: &SourceTable) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(build) = table.build() {
        notes.push(format!("deployed from {build}"));
    }
    if let Some(rows) = table.rows {
        let size = table.bytes.map(|size| format!(", {}", bytes(size))).unwrap_or_default();
        notes.push(format!("{}{size}", out::plural(rows, "row", "rows")));
    }
    if let Some(partition) = &table.partition {
        let by = partition.field.as_deref().unwrap_or("the time of arrival");
        let filter = if table.needs_filter { "; a query has to name partitions" } else { "" };
        notes.push(format!("partitioned by {by}, {}{filter}", partition.span));
    }
    notes.extend((!table.clustering.is_empty()).then(|| format!("clustered by {}", table.clustering.join(", "))));
    notes.extend(table.labels.iter().map(|(name, value)| format!("label {name}: {value}")));
    notes
}

/// Endings of files that hold tables' columns.
pub(super) const FILES: [&str; 5] = [".bq", ".json", ".yml", ".yaml", ".tf"];

/// A file, and which of its tables is meant, if that stands behind it: `sources.yml#shop.orders`. A file may have such a name itself.
pub(super) fn split_table(named: &str) -> (&str, Option<&str>) {
    match named.rsplit_once('#') {
        Some((file, table)) if !table.is_empty() && !Path::new(named).exists() => (file, Some(table)),
        _ => (named, None),
    }
}

/// Finds what is named: a file where it is one or is called like one, else a doctype version of the schemas.
pub(super) fn open(named: &str, schemas: input::SchemaArgs, config: &Config) -> Result<NamedLayout> {
    let (file, _) = split_table(named);
    let is_file = file == "-" || FILES.iter().any(|ending| file.ends_with(ending)) || Path::new(file).exists();
    if is_file {
        return read(named);
    }
    let store = schemas.open(config, false)?.ok_or_else(|| eyre!("no schemas to find {named} in: {GIVE_SCHEMAS}, or a .bq file"))?;
    let Some(DoctypeName { namespace, doctype, version }) = DoctypeName::with_or_without_version(named) else {
        bail!(
            "there is no file {named}, and a doctype is NAMESPACE.DOCTYPE.VERSION, for example telemetry.main.5; misfit tables lists them"
        );
    };
    match store.lookup(&namespace, &doctype, version.as_deref()) {
        Lookup::Found(at) => layout_of(&store, at),
        lookup => bail!("{}", store.absence(&lookup, &namespace, &doctype, version.as_deref())),
    }
}

/// The layout of a doctype version of the store: its own, or the one that would be made of its JSON schema.
pub(super) fn layout_of(store: &SchemaStore, at: usize) -> Result<NamedLayout> {
    let Some(found) = store.doctypes().get(at) else { bail!("the schemas have no doctype at {at}") };
    let doctype = DoctypeName { namespace: found.namespace.clone(), doctype: found.doctype.clone(), version: Some(found.version.clone()) };
    let columns = store.columns(at)?;
    let (layout, origin, lints, none) = match &columns {
        TableColumns::Published(layout) => (layout.clone(), LayoutOrigin::Published, Vec::new(), None),
        TableColumns::Made(made) => {
            let origin = if made.is_bare { LayoutOrigin::Partly } else { LayoutOrigin::Transpiled };
            (made.layout.clone(), origin, made.lints.clone(), None)
        }
        // What its columns would be is known all the same, if it has a schema.
        TableColumns::Missing(why) => match schemas::transpiled(store, at)? {
            Some(Ok(made)) => (Arc::new(made.layout), LayoutOrigin::Transpiled, made.lints, Some(why.clone())),
            Some(Err(_)) | None => bail!("{doctype} has no columns: {why}"),
        },
    };
    let destinations = schemas::tables_of(Some(store), &found.namespace, &found.doctype, &found.version);
    let file = found.layout.as_ref().or(found.schema.as_ref()).map(|path| format!("schemas/{path}")).unwrap_or_default();
    Ok(NamedLayout {
        title: doctype.to_string(),
        doctype: Some(doctype),
        file,
        layout,
        origin,
        destinations: destinations.to_vec(),
        none,
        lints,
        deployed: None,
    })
}

fn read(named: &str) -> Result<NamedLayout> {
    let (named, table) = split_table(named);
    let text = if named == "-" { read_input()? } else { read_file(named)? };
    let file = if named == "-" { "standard input".to_owned() } else { named.to_owned() };
    let is_schema = named.ends_with(".schema.json");
    let mut read = NamedLayout {
        title: table.map_or_else(|| file.clone(), |table| format!("{file}#{table}")),
        doctype: doctype_of(Path::new(named)),
        layout: Arc::default(),
        origin: LayoutOrigin::Published,
        destinations: Vec::new(),
        none: None,
        lints: Vec::new(),
        deployed: None,
        file,
    };
    if let Some((name, version)) = read.doctype.as_ref().and_then(|name| Some((name, name.version.as_deref()?))) {
        // A file with a layout is that of its own table; of a schema alone it is not known whether its documents are split.
        let split = Split::of(&name.namespace, &name.doctype, version).filter(|_| is_schema);
        read.destinations = destination::tables(&name.namespace, &name.doctype, version, split.as_ref());
        read.none = match OwnSchema::of(&name.namespace, &name.doctype) {
            Some(own @ OwnSchema::Part) => Some(NoLayout::Own(own)),
            _ => split.map(|_| NoLayout::Split),
        };
    }
    if is_schema {
        let schema = Schema::parse(named, text).map_err(|reason| eyre!("{named}: {reason}"))?;
        let made = transpile::layout(&schema).map_err(|stop| eyre!("the schema transpiler cannot make a table of {named}: {stop}"))?;
        (read.layout, read.lints, read.origin) = (Arc::new(made.layout), made.lints, LayoutOrigin::Bare);
    } else {
        read.layout = Arc::new(Layout::parse_table(&text, table).map_err(|reason| eyre!("{}: {reason}", read.file))?);
    }
    Ok(read)
}

fn read_input() -> Result<Vec<u8>> {
    ensure!(!std::io::stdin().is_terminal(), "standard input is a terminal: pipe a table layout into misfit, or name a file");
    bounded(std::io::stdin().lock(), "standard input")
}

fn read_file(named: &str) -> Result<Vec<u8>> {
    let path = Path::new(named);
    ensure!(path.exists(), "there is no file {named}: give a .bq file, or NAMESPACE.DOCTYPE.VERSION");
    ensure!(!path.is_dir(), "{named} is a folder: give a .bq file in it, or list its tables with misfit tables --schemas {named}");
    bounded(File::open(path).wrap_err_with(|| format!("cannot read {named}"))?, named)
}

fn bounded(from: impl Read, shown: &str) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    from.take(MOST_BYTES + 1).read_to_end(&mut text).wrap_err_with(|| format!("cannot read {shown}"))?;
    ensure!(text.len() as u64 <= MOST_BYTES, "{} is larger than {}, too large for a table layout", visible(shown), bytes(MOST_BYTES));
    Ok(text)
}

/// What a file is of by its path: `NAMESPACE/DOCTYPE/DOCTYPE.VERSION.bq`, as the schemas keep them.
fn doctype_of(path: &Path) -> Option<DoctypeName> {
    let whole = std::path::absolute(path).ok()?;
    let name = whole.file_name()?.to_str()?;
    let stem = name.strip_suffix(".bq").or(name.strip_suffix(".schema.json"))?;
    let folder = whole.parent()?;
    let doctype = folder.file_name()?.to_str()?;
    let version = stem.strip_prefix(doctype)?.strip_prefix('.')?;
    let namespace = folder.parent()?.file_name()?.to_str()?;
    Some(DoctypeName { namespace: namespace.to_owned(), doctype: doctype.to_owned(), version: Some(version.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_what_a_file_is_of() {
        let told = |path: &str| doctype_of(Path::new(path)).map(|name| name.to_string());
        assert_eq!(told("/s/telemetry/main/main.5.bq").as_deref(), Some("telemetry/main.5"));
        assert_eq!(told("acme/a-b/a-b.1.2.schema.json").as_deref(), Some("acme/a-b.1.2"));
        assert_eq!((told("/tmp/main.5.bq"), told("-"), told("/a/b/b.1.txt")), (None, None, None));
    }

    #[test]
    fn more_than_the_bound_is_refused() {
        let error = bounded(std::io::repeat(b' '), "x\u{1b}").err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("x\\u{1b} is larger than 64.0 MiB, too large for a table layout"));
    }
}
