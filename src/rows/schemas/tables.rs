//! Which tables documents go to by the schemas at hand, and the columns of a doctype version's own table.
//!
//! Owns: whether documents are split (a fact of the schemas: earlier ones have one table), the layout that is published or would be made, why there is
//! none.
//! Refuses: names of tables (destination), making layouts (transpile).

use std::fmt;
use std::sync::Arc;

use super::{Doctype, Lookup, SchemaError, SchemaStore};
use crate::ground::text::visible;
use crate::pipeline::destination::{self, DestinationTable, OwnSchema, Split};
use crate::pipeline::layout::{Column, ColumnId, Layout, Mode};
use crate::pipeline::transpile::{Lint, Transpiled};

/// What is said of a layout that is not published.
pub const WOULD_BE: &str = "no layout is published: this one would be made of the JSON schema";

/// What is said where only the JSON schema tells the columns.
pub const BARE: &str = "the pipeline's own columns, such as submission_timestamp, are not among these";

/// The column of what has no column.
const ADDITIONAL: &str = "additional_properties";

/// The same where there is room for a few words.
pub const WOULD_BE_SHORT: &str = "would be made";

/// The columns of a doctype version's own table.
#[derive(Debug, Clone)]
pub enum TableColumns {
    /// Those of its `.bq` file.
    Published(Arc<Layout>),
    /// Those that would be made of its JSON schema.
    Made(Arc<MadeLayout>),
    /// There are none.
    Missing(NoLayout),
}

/// A layout that would be made.
#[derive(Debug)]
pub struct MadeLayout {
    /// The columns.
    pub layout: Arc<Layout>,
    /// What the author of the JSON schema should know.
    pub lints: Vec<Lint>,
    /// Whether the schemas at hand do not tell the pipeline's own columns. Every table of documents has the one for what has no column of its own, so
    /// that one is there all the same; the others are not.
    pub is_bare: bool,
}

impl MadeLayout {
    /// What is said of it.
    pub fn note(&self) -> String {
        if self.is_bare { format!("{WOULD_BE}; {BARE}") } else { WOULD_BE.to_owned() }
    }
}

impl From<Transpiled> for MadeLayout {
    fn from(made: Transpiled) -> Self {
        let Transpiled { mut layout, lints } = made;
        let is_bare = layout.child(None, ADDITIONAL).is_none();
        if is_bare {
            let end = layout.columns.len() as ColumnId + 1;
            let column = Column {
                name: ADDITIONAL.into(),
                kind: "STRING".into(),
                mode: Mode::Nullable,
                description: None,
                policy_tags: Box::default(),
                extras: None,
                parent: None,
                end,
                depth: 0,
            };
            layout.columns.push(column);
            layout = Layout::from_columns(layout.columns);
        }
        MadeLayout { layout: Arc::new(layout), lints, is_bare }
    }
}

impl TableColumns {
    /// The columns, if there are any.
    pub fn layout(&self) -> Option<&Arc<Layout>> {
        match self {
            TableColumns::Published(layout) => Some(layout),
            TableColumns::Made(made) => Some(&made.layout),
            TableColumns::Missing(_) => None,
        }
    }

    /// Whether they are not published.
    pub fn is_made(&self) -> bool {
        matches!(self, TableColumns::Made(_))
    }
}

/// Why a doctype version has no table of its own; reads as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoLayout {
    /// Its documents are split.
    Split,
    /// It is the pipeline's own.
    Own(OwnSchema),
    /// There is no schema to make one of either.
    NoSchema,
    /// The schema cannot be made into columns, for this reason.
    Stop(String),
}

impl fmt::Display for NoLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoLayout::Split => f.write_str("its documents are split over several tables, which have layouts of their own"),
            NoLayout::Own(own) => own.fmt(f),
            NoLayout::NoSchema => f.write_str("there is neither a table layout nor a JSON schema"),
            NoLayout::Stop(reason) => write!(f, "no layout is published, and none can be made of the JSON schema: {}", visible(reason)),
        }
    }
}

impl SchemaStore {
    /// The columns of a doctype version's own table: published, or those that would be made, once.
    pub fn columns(&self, doctype: usize) -> Result<TableColumns, SchemaError> {
        if let Some(layout) = self.layout(doctype)? {
            return Ok(TableColumns::Published(layout));
        }
        let (Some(found), Some(parsed)) = (self.doctypes.get(doctype), self.parsed.get(doctype)) else {
            return Ok(TableColumns::Missing(NoLayout::NoSchema));
        };
        if let Some(why) = self.no_layout(found) {
            return Ok(TableColumns::Missing(why));
        }
        let made = match parsed.made.get() {
            Some(made) => made,
            None => {
                let Some(made) = super::transpiled(self, doctype)? else { return Ok(TableColumns::Missing(NoLayout::NoSchema)) };
                parsed.made.get_or_init(|| made.map(|made| Arc::new(made.into())).map_err(|stop| stop.to_string()))
            }
        };
        Ok(match made {
            Ok(made) => TableColumns::Made(made.clone()),
            Err(stop) => TableColumns::Missing(NoLayout::Stop(stop.clone())),
        })
    }

    /// Why a doctype version has no layout, as far as that is known without reading a file; `None` where it has one or one would be made.
    pub fn no_layout(&self, found: &Doctype) -> Option<NoLayout> {
        let Doctype { namespace, doctype, version, schema, layout } = found;
        if layout.is_some() {
            return None;
        }
        let split = split_of(Some(self), namespace, doctype, version).map(|_| NoLayout::Split);
        let own = || OwnSchema::of(namespace, doctype).map(NoLayout::Own);
        split.or_else(own).or_else(|| schema.is_none().then_some(NoLayout::NoSchema))
    }
}

impl SchemaStore {
    /// All tables that documents of a doctype version go to; see [`tables_of`]. Put together once.
    pub fn tables(&self, doctype: usize) -> Option<Arc<[DestinationTable]>> {
        let (found, parsed) = self.doctypes.get(doctype).zip(self.parsed.get(doctype))?;
        let make = || made_tables(Some(self), &found.namespace, &found.doctype, &found.version);
        Some(Arc::clone(parsed.tables.get_or_init(make)))
    }
}

/// How documents of a doctype version are split by the schemas at hand: where those have tables for the parts and none for the whole. Where they do
/// not know the doctype version, or there are none, as the pipeline does it now.
pub fn split_of(schemas: Option<&SchemaStore>, namespace: &str, doctype: &str, version: &str) -> Option<Split> {
    let split = Split::of(namespace, doctype, version)?;
    let Some(store) = schemas else { return Some(split) };
    let find = |doctype: &str, version: &str| match store.lookup(namespace, doctype, Some(version)) {
        Lookup::Found(at) => store.doctypes().get(at),
        Lookup::NoDoctype | Lookup::NoVersion { .. } => None,
    };
    let Some(whole) = find(split.whole.0, split.whole.1) else { return Some(split) };
    let parts = [split.remainder, split.subset].into_iter().any(|(doctype, version)| find(doctype, version).is_some());
    (whole.layout.is_none() && parts).then_some(split)
}

/// All tables that documents of a doctype version go to, by the schemas at hand; see [`split_of`].
pub fn tables_of(schemas: Option<&SchemaStore>, namespace: &str, doctype: &str, version: &str) -> Arc<[DestinationTable]> {
    // Rows of one doctype come by the thousand; names are those of the store.
    let known = schemas.and_then(|store| match store.lookup(namespace, doctype, Some(version)) {
        Lookup::Found(at) => {
            store.doctypes.get(at).filter(|known| known.namespace == namespace && known.doctype == doctype).and_then(|_| store.tables(at))
        }
        Lookup::NoDoctype | Lookup::NoVersion { .. } => None,
    });
    known.unwrap_or_else(|| made_tables(schemas, namespace, doctype, version))
}

fn made_tables(schemas: Option<&SchemaStore>, namespace: &str, doctype: &str, version: &str) -> Arc<[DestinationTable]> {
    destination::tables(namespace, doctype, version, split_of(schemas, namespace, doctype, version).as_ref()).into()
}

#[cfg(test)]
mod tests {
    use super::super::memory::Memory;
    use super::*;

    const SCHEMA: &[u8] = br#"{"type": "object", "properties": {"a": {"type": "integer"}}}"#;

    fn store(files: &'static [(&'static str, &'static [u8])]) -> SchemaStore {
        SchemaStore::open(Box::new(Memory::new("test", files))).unwrap()
    }

    fn live(files: &'static [(&'static str, &'static [u8])]) -> Option<String> {
        destination::first_live(&tables_of(Some(&store(files)), "telemetry", "main", "4"))
    }

    #[test]
    fn documents_are_split_where_the_schemas_have_the_parts() {
        const SPLIT: &[(&str, &[u8])] = &[
            ("telemetry/main/main.4.schema.json", SCHEMA),
            ("telemetry/main/main.5.bq", b"[]"),
            ("telemetry/main-use-counter/main-use-counter.4.bq", b"[]"),
        ];
        const EARLIER: &[(&str, &[u8])] = &[("telemetry/main/main.4.schema.json", SCHEMA), ("telemetry/main/main.4.bq", b"[]")];
        const SOURCE: &[(&str, &[u8])] = &[("telemetry/main/main.4.schema.json", SCHEMA)];
        const OTHER: &[(&str, &[u8])] = &[("acme/a/a.1.schema.json", SCHEMA)];
        assert_eq!(live(SPLIT).as_deref(), Some("telemetry_live.main_v5"));
        assert_eq!(live(EARLIER).as_deref(), Some("telemetry_live.main_v4"));
        assert_eq!(live(SOURCE).as_deref(), Some("telemetry_live.main_v4"));
        assert_eq!(live(OTHER).as_deref(), Some("telemetry_live.main_v5"), "schemas that know nothing of it tell nothing");
        assert!(split_of(None, "telemetry", "main", "4").is_some());
        let split = store(SPLIT);
        let Lookup::Found(at) = split.lookup("telemetry", "main", Some("4")) else { panic!("no main.4") };
        assert!(matches!(split.columns(at).unwrap(), TableColumns::Missing(NoLayout::Split)));
    }

    #[test]
    fn columns_are_published_or_would_be_made() {
        const FILES: &[(&str, &[u8])] = &[
            ("acme/a/a.1.bq", br#"[{"name": "a", "type": "STRING"}]"#),
            ("acme/a/a.2.schema.json", SCHEMA),
            ("acme/a/a.3.schema.json", br#"{"type": "object"}"#),
            ("metadata/b/b.1.schema.json", SCHEMA),
        ];
        let store = store(FILES);
        let columns = |at| store.columns(at).unwrap();
        assert!(matches!(columns(0), TableColumns::Published(_)) && !columns(0).is_made());
        let made = columns(1);
        assert_eq!(made.layout().map(|layout| layout.columns.len()), Some(2), "what has no column of its own has a place");
        assert!(made.is_made() && made.layout().is_some_and(|layout| layout.find("a").is_some()));
        assert!(Arc::ptr_eq(made.layout().unwrap(), columns(1).layout().unwrap()), "it is made once");
        assert!(matches!(columns(2), TableColumns::Missing(NoLayout::Stop(_))));
        let TableColumns::Missing(why) = columns(3) else { panic!("a table") };
        assert!(why.to_string().contains("no live table"), "{why}");
    }
}
