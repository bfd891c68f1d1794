//! The schema repository: (namespace, doctype, version) -> JSON schema and table layout.
//!
//! Owns: lookup as the decoder does it, what exists nearby when something is missing, parsed files kept for reuse.
//! Refuses: where files come from (a folder, a revision in git, the built-in sample: see [`FileTree`]), judging.

mod absence;
mod age;
mod alike;
mod artifact;
mod edited;
pub mod folder;
pub mod git;
mod live;
pub mod memory;
mod named;
mod paths;
mod revision;
mod tables;
mod transpiled;
mod tree;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use crate::ground::time::Micros;
use crate::pipeline::destination::DestinationTable;
use crate::pipeline::layout::Layout;
use crate::pipeline::names;
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::Judge;
pub use absence::missing;
pub use age::{RevisionAge, business_days};
use alike::AlikeLayouts;
pub use live::{LiveTable, LiveTables};
use named::NameIndex;
pub(crate) use paths::SCHEMA_ENDING;
pub use paths::{doctype_of, file_of, is_schema_file};
use paths::{is_iglu_path, is_schema_path, sort_files};
pub use tables::{BARE, MadeLayout, NoLayout, TableColumns, WOULD_BE, WOULD_BE_SHORT, split_of, tables_of};
pub use transpiled::transpiled;
pub use tree::{FileTree, SchemaError};

/// One doctype version: what exists of it. Paths are as [`FileTree::list`] gives them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doctype {
    /// As the folder is called.
    pub namespace: String,
    /// As the folder is called.
    pub doctype: String,
    /// Between the doctype's name and the ending; a text, as the decoder sees it.
    pub version: String,
    /// The JSON schema's path.
    pub schema: Option<String>,
    /// The table layout's path.
    pub layout: Option<String>,
}

impl Doctype {
    /// `telemetry/main.5`.
    pub fn title(&self) -> String {
        format!("{}/{}.{}", self.namespace, self.doctype, self.version)
    }
}

/// Answer of a lookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// Position in [`SchemaStore::doctypes`].
    Found(usize),
    /// No such namespace/doctype; [`SchemaStore::nearest`] has names alike.
    NoDoctype,
    /// The doctype is known, this version is not; no version at all lists as well.
    NoVersion {
        /// Positions of the versions that exist, ascending.
        known: Vec<usize>,
    },
}

/// A schema repository, opened. Files are parsed when first asked for, once, and kept; threads may share it.
pub struct SchemaStore {
    tree: Arc<dyn FileTree>,
    doctypes: Vec<Doctype>,
    /// What was parsed of each doctype version.
    parsed: Vec<Parsed>,
    /// Positions by comparable namespace and doctype, versions ascending.
    index: NameIndex,
    strays: Vec<String>,
    /// Layouts that several of them have.
    layouts: AlikeLayouts,
    /// Names alike by the unknown name that was asked for.
    nearest: Mutex<FxHashMap<(String, String), Vec<String>>>,
}

/// Unknown names whose likenesses are kept.
const MOST_ASKED: usize = 4096;

/// The parsed files of a doctype version, or why they cannot be parsed.
#[derive(Default)]
struct Parsed {
    schema: OnceLock<Result<Arc<Schema>, String>>,
    layout: OnceLock<Result<Arc<Layout>, String>>,
    /// The layout that would be made of the schema, or why none can be.
    made: OnceLock<Result<Arc<MadeLayout>, String>>,
    judge: OnceLock<Result<Arc<Judge>, String>>,
    /// The tables of its documents.
    tables: OnceLock<Arc<[DestinationTable]>>,
    /// Those of them that hold rows of documents, with their columns.
    live: OnceLock<Arc<LiveTables>>,
    /// What somebody had to say of it.
    said: OnceLock<Option<String>>,
    /// Whether its schema was asked for and could not be had.
    is_unread: AtomicBool,
}

/// What schemas should look like where they come from, for messages.
const EXPECTED: &str = "expected NAMESPACE/DOCTYPE/DOCTYPE.VERSION.schema.json in it, with or without schemas/ on top, as in a checkout of generated schemas, or VENDOR/NAME/jsonschema/1-0-0 as in Iglu";

impl SchemaStore {
    /// Opens a store over a tree: lists it, reads no file.
    pub fn open(tree: Box<dyn FileTree>) -> Result<Self, SchemaError> {
        let (doctypes, strays) = sort_files(tree.list()?, tree.absent());
        if doctypes.is_empty() {
            return Err(SchemaError::Missing(format!("{} holds no schemas named DOCTYPE.VERSION.schema.json", tree.name())));
        }
        Ok(Self::of(Arc::from(tree), doctypes, strays))
    }

    fn of(tree: Arc<dyn FileTree>, doctypes: Vec<Doctype>, strays: Vec<String>) -> Self {
        let index = NameIndex::of(&doctypes);
        let parsed = doctypes.iter().map(|_| Parsed::default()).collect();
        SchemaStore { tree, doctypes, parsed, index, strays, layouts: AlikeLayouts::default(), nearest: Mutex::default() }
    }

    /// Opens a store over a folder, with or without `schemas/` on top.
    pub fn open_folder(path: &Path) -> Result<Self, SchemaError> {
        Self::open(Box::new(folder::Folder::open(path)?))
    }

    /// Opens what is named: a folder with its files, a repository without any, `REPO@REVISION`, or a packed archive.
    pub fn open_named(path: &Path) -> Result<Self, SchemaError> {
        if path.is_file() && artifact::is_packed(path) {
            return Self::open(Box::new(artifact::open(path)?));
        }
        if let Some((repository, revision)) = git::split_revision(path) {
            return Self::open_revision(&repository, Some(&revision));
        }
        if git::Repository::is_bare(path) {
            return Self::open_revision(path, None);
        }
        match Self::open_folder(path) {
            Err(SchemaError::Missing(_)) if git::Repository::is_top(path) => Self::open_revision(path, None),
            opened => opened,
        }
    }

    /// Opens a store over a revision of a repository; without one over the branch of generated schemas, else what is checked out.
    pub fn open_revision(repository: &Path, revision: Option<&str>) -> Result<Self, SchemaError> {
        Self::open(Box::new(git::RevisionTree::open(&git::Repository::open(repository)?, revision)?))
    }

    /// Opens stores over two revisions of a repository, which share what git tells of both.
    ///
    /// # Errors
    /// One of them cannot be had.
    pub fn open_revisions(repository: &Path, revisions: [&str; 2]) -> Result<[Self; 2], SchemaError> {
        let [old, new] = git::RevisionTree::open_both(&git::Repository::open(repository)?, revisions)?;
        Ok([Self::open(Box::new(old))?, Self::open(Box::new(new))?])
    }

    /// The same files but for one, which has this text.
    pub fn with_file(&self, path: &str, text: Vec<u8>) -> Self {
        self.replacing(path, text, "edited".to_owned())
    }

    /// The same, where the text is that of another file, which is called so.
    pub fn with_file_of(&self, path: &str, text: Vec<u8>, from: &str) -> Self {
        self.replacing(path, text, format!("of {from}"))
    }

    fn replacing(&self, path: &str, text: Vec<u8>, how: String) -> Self {
        let edited = edited::Edited { tree: Arc::clone(&self.tree), path: path.to_owned(), text, how };
        Self::of(Arc::new(edited), self.doctypes.clone(), self.strays.clone())
    }

    /// The same files with nothing parsed yet: [`used`](Self::used) begins anew.
    pub fn fresh(&self) -> Self {
        Self::of(Arc::clone(&self.tree), self.doctypes.clone(), self.strays.clone())
    }

    /// What it is, for people.
    pub fn name(&self) -> String {
        self.tree.name()
    }

    /// The commit that the schemas are of, where that is known.
    pub fn revision(&self) -> Option<String> {
        self.tree.revision()
    }

    /// When that commit was made, where that is known.
    pub fn revision_time(&self) -> Option<Micros> {
        self.tree.revision_time()
    }

    /// The history that the schemas stand in; `None` where there is none.
    pub fn lineage(&self) -> Result<Option<git::Lineage>, git::GitError> {
        self.tree.lineage()
    }

    /// The folder of sample documents beside them, as schema repositories have one: `validation`. `None` where there is none.
    pub fn samples(&self) -> Option<std::path::PathBuf> {
        self.tree.samples()
    }

    /// See [`FileTree::before`].
    ///
    /// # Errors
    /// There is such a state, and it holds no schemas.
    pub fn before(&self) -> Result<Option<Self>, SchemaError> {
        self.tree.before().map(Self::open).transpose()
    }

    /// The commit that the schemas are of, of what day and how old it is: `54678d2b of 2026-07-02, 149 d old`; and whether newer ones should be
    /// looked for. `None` where they are of no known commit.
    pub fn age(&self, now: Micros) -> Option<RevisionAge> {
        let revision = self.revision()?;
        // Of a folder only git knows: where it does not say, the commit alone is told.
        let time = self.revision_time().or_else(|| self.lineage().ok().flatten().map(|lineage| lineage.tip.time));
        Some(RevisionAge { revision, time, now, is_chosen: self.tree.is_chosen() })
    }

    /// All doctype versions, ordered by namespace, doctype and version (numbers as numbers).
    pub fn doctypes(&self) -> &[Doctype] {
        &self.doctypes
    }

    /// Files that no lookup reaches, because their names do not begin with their folder's.
    pub fn strays(&self) -> &[String] {
        &self.strays
    }

    /// Positions in [`doctypes`](Self::doctypes) of those of which a file was asked for.
    pub fn used(&self) -> Vec<usize> {
        let is_used = |parsed: &Parsed| parsed.schema.get().is_some() || parsed.layout.get().is_some();
        (0..self.parsed.len()).filter(|&at| self.parsed.get(at).is_some_and(is_used)).collect()
    }

    /// Positions in [`doctypes`](Self::doctypes) of those whose schema was asked for and cannot be read.
    pub fn unread(&self) -> Vec<usize> {
        (0..self.parsed.len()).filter(|&at| self.parsed.get(at).is_some_and(|parsed| parsed.is_unread.load(Ordering::Relaxed))).collect()
    }

    /// A file as it is, by its path.
    pub fn file(&self, path: &str) -> Result<Vec<u8>, SchemaError> {
        self.tree.read(path)
    }

    /// See [`FileTree::content_id`].
    pub fn content_id(&self, path: &str) -> Option<String> {
        self.tree.content_id(path)
    }

    /// Whether each text, quoted as JSON has it, stands in some schema. Reads the schemas until all are found.
    pub fn have_texts(&self, mut quoted: BTreeSet<String>) -> bool {
        let mut paths = self.doctypes.iter().filter_map(|found| found.schema.as_deref());
        while !quoted.is_empty() {
            let Some(path) = paths.next() else { return false };
            if let Ok(text) = self.tree.read(path) {
                quoted.retain(|sought| memchr::memmem::find(&text, sought.as_bytes()).is_none());
            }
        }
        true
    }

    /// Finds a doctype version as the decoder does: snake case on both sides.
    pub fn lookup(&self, namespace: &str, doctype: &str, version: Option<&str>) -> Lookup {
        let Some(known) = self.index.find(&self.doctypes, namespace, doctype) else {
            return Lookup::NoDoctype;
        };
        match known.iter().find(|&&i| version == Some(self.doctypes[i].version.as_str())) {
            Some(&found) => Lookup::Found(found),
            None => Lookup::NoVersion { known: known.to_vec() },
        }
    }

    /// `namespace/doctype` names alike, best first. Found once for each name: rows of an unknown doctype come by the thousand.
    pub fn nearest(&self, namespace: &str, doctype: &str) -> Vec<String> {
        let asked = (namespace.to_owned(), doctype.to_owned());
        // A thread that panicked left the names whole: they are only ever added.
        let mut kept = self.nearest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(&asked) {
            return known.clone();
        }
        let names = self.doctypes.chunk_by(|a, b| (&a.namespace, &a.doctype) == (&b.namespace, &b.doctype));
        let names = names.filter_map(|same| same.first()).map(|found| (found.namespace.as_str(), found.doctype.as_str()));
        let found = names::nearest(namespace, doctype, names);
        if kept.len() < MOST_ASKED {
            kept.insert(asked, found.clone());
        }
        found
    }

    /// The parsed JSON schema of a doctype version; `None` where it has none. Parsed once.
    pub fn schema(&self, doctype: usize) -> Result<Option<Arc<Schema>>, SchemaError> {
        let Some((found, parsed)) = self.doctypes.get(doctype).zip(self.parsed.get(doctype)) else { return Ok(None) };
        let outcome = self.parsed(found.schema.as_deref(), &parsed.schema, |path, bytes| Schema::parse(path, bytes).map(Arc::new));
        parsed.is_unread.store(outcome.is_err(), Ordering::Relaxed);
        outcome
    }

    /// The parsed layout; `None` where it has none.
    pub fn layout(&self, doctype: usize) -> Result<Option<Arc<Layout>>, SchemaError> {
        let Some((found, parsed)) = self.doctypes.get(doctype).zip(self.parsed.get(doctype)) else { return Ok(None) };
        self.parsed(found.layout.as_deref(), &parsed.layout, |_, bytes| self.layouts.of(bytes))
    }

    /// The bytes of a layout's file, not kept; `None` where there is none. For who reads all of them.
    pub fn layout_bytes(&self, doctype: usize) -> Result<Option<Vec<u8>>, SchemaError> {
        let path = self.doctypes.get(doctype).and_then(|found| found.layout.as_deref());
        path.map(|path| self.tree.read(path)).transpose()
    }

    /// The JSON schema of a doctype version, compiled to judge documents; `None` where it has none. Compiled once.
    pub fn judge(&self, doctype: usize) -> Result<Option<Arc<Judge>>, SchemaError> {
        let (Some(schema), Some(parsed)) = (self.schema(doctype)?, self.parsed.get(doctype)) else { return Ok(None) };
        let path = schema.path.clone();
        let compiled = parsed.judge.get_or_init(|| Judge::compile(schema).map(Arc::new));
        compiled.clone().map(Some).map_err(|reason| SchemaError::Broken { path, reason })
    }

    /// What there is to say of a doctype version, worked out once; whoever asks later is told the same.
    pub fn told_once(&self, doctype: usize, say: impl FnOnce() -> Option<String>) -> Option<String> {
        match self.parsed.get(doctype) {
            Some(parsed) => parsed.said.get_or_init(say).clone(),
            None => say(),
        }
    }

    /// One file through its parser, kept with what came of it; a file that cannot be read is tried again next time.
    fn parsed<T>(
        &self,
        path: Option<&str>,
        kept: &OnceLock<Result<Arc<T>, String>>,
        parse: impl FnOnce(&str, Vec<u8>) -> Result<Arc<T>, String>,
    ) -> Result<Option<Arc<T>>, SchemaError> {
        let Some(path) = path else { return Ok(None) };
        let outcome = match kept.get() {
            Some(outcome) => outcome,
            None => {
                let bytes = self.tree.read(path)?;
                kept.get_or_init(|| parse(path, bytes))
            }
        };
        match outcome {
            Ok(value) => Ok(Some(Arc::clone(value))),
            Err(reason) => Err(SchemaError::Broken { path: path.to_owned(), reason: reason.clone() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::memory::Memory;
    use super::*;

    const FILES: &[(&str, &[u8])] = &[
        ("my-app/main-ping/main-ping.10.schema.json", b"{}"),
        ("my-app/main-ping/main_ping.2.schema.json", b"{\n\"a\": }"),
        ("my-app/main-ping/main-ping.2.bq", b"[]"),
        ("my-app/main-ping/other.1.bq", b"[]"),
        ("my-app/crash/crash.1.schema.json", b"[]"),
    ];

    fn store() -> SchemaStore {
        SchemaStore::open(Box::new(Memory::new("built-in", FILES))).unwrap()
    }

    #[test]
    fn folders_of_iglu_are_schemas_too() {
        static FILES: &[(&str, &[u8])] = &[
            ("com.acme/cart/jsonschema/1-0-0", br#"{"self": {"vendor": "com.acme"}, "type": "object"}"#),
            ("com.acme/cart/jsonschema/1-0-10", b"{}"),
            ("com.acme/cart/jsonschema/1-0-2", b"{}"),
        ];
        let store = SchemaStore::open(Box::new(Memory::new("test", FILES))).unwrap();
        let titles: Vec<String> = store.doctypes().iter().map(Doctype::title).collect();
        assert_eq!(titles, ["com.acme/cart.1-0-0", "com.acme/cart.1-0-2", "com.acme/cart.1-0-10"]);
        assert!(matches!(store.lookup("com.acme", "cart", Some("1-0-10")), Lookup::Found(2)));
        assert!(store.schema(0).unwrap().is_some() && store.judge(0).unwrap().is_some());
        assert!(is_iglu_path("repo/schemas/com.acme/cart/jsonschema/1-0-0") && !is_iglu_path("com.acme/cart/avro/1-0-0"));
        for path in ["a/b/jsonschema/1-0", "a/b/jsonschema/x-y-z", "a/.b/jsonschema/1-0-0", "a/jsonschema/1-0-0"] {
            assert!(!is_schema_path(path), "{path}");
        }
    }

    #[test]
    fn doctypes_are_in_order_and_strays_are_told() {
        let store = store();
        let names: Vec<String> = store.doctypes().iter().map(|d| format!("{}.{}", d.doctype, d.version)).collect();
        assert_eq!(names, ["crash.1", "main-ping.2", "main-ping.10"]);
        assert!(store.doctypes()[1].schema.is_some() && store.doctypes()[1].layout.is_some());
        assert_eq!(store.strays(), ["my-app/main-ping/other.1.bq"]);
    }

    #[test]
    fn lookup_is_by_snake_case_and_offers_what_is_near() {
        let store = store();
        assert_eq!(store.lookup("myApp", "mainPing", Some("10")), Lookup::Found(2));
        assert_eq!(store.lookup("my_app", "main-ping", Some("3")), Lookup::NoVersion { known: vec![1, 2] });
        assert_eq!(store.lookup("my-app", "Main-Ping", None), Lookup::NoVersion { known: vec![1, 2] });
        assert_eq!(store.lookup("my-app", "main-pong", Some("1")), Lookup::NoDoctype);
        assert_eq!(store.nearest("my-app", "main-pong"), ["my-app/main-ping", "my-app/crash"]);
    }

    #[test]
    fn files_are_parsed_once_and_a_broken_one_names_its_place() {
        let store = store();
        let (first, second) = (store.schema(2).unwrap().unwrap(), store.schema(2).unwrap().unwrap());
        assert!(Arc::ptr_eq(&first, &second));
        assert!(store.layout(2).unwrap().is_none());
        for _ in 0..2 {
            let error = store.schema(1).err().map(|error| error.to_string()).unwrap();
            assert!(error.starts_with("my-app/main-ping/main_ping.2.schema.json: ") && error.contains("line 2"), "{error}");
        }
        assert!(store.schema(0).err().unwrap().to_string().contains("not an object"));
        assert!(store.schema(99).unwrap().is_none());
    }

    #[test]
    fn threads_may_share_a_store() {
        let store = store();
        std::thread::scope(|scope| {
            let parsed: Vec<_> = (0..4).map(|_| scope.spawn(|| store.schema(2).unwrap().unwrap())).collect();
            let parsed: Vec<Arc<Schema>> = parsed.into_iter().map(|thread| thread.join().unwrap()).collect();
            assert!(parsed.windows(2).all(|pair| Arc::ptr_eq(&pair[0], &pair[1])));
        });
    }

    #[test]
    fn a_store_knows_what_was_asked_of_it() {
        let store = store();
        assert!(store.schema(2).is_ok() && store.layout(1).is_ok() && store.schema(1).is_err());
        assert_eq!((store.used(), store.fresh().used()), (vec![1, 2], vec![]));
        assert_eq!(store.file("my-app/main-ping/main-ping.2.bq").unwrap(), b"[]");
        assert_eq!(store.fresh().doctypes(), store.doctypes());
    }

    #[test]
    fn a_text_stands_in_some_schema_or_in_none() {
        static TEXTS: &[(&str, &[u8])] =
            &[("n/a/a.1.schema.json", b"{\"properties\": {\"foo\": {}}}"), ("n/b/b.1.schema.json", b"{\"enum\": [\"bar\"]}")];
        let store = SchemaStore::open(Box::new(Memory::new("made up", TEXTS))).unwrap();
        let has = |texts: &[&str]| store.have_texts(texts.iter().map(|text| (*text).to_owned()).collect());
        assert!(has(&["\"foo\"", "\"bar\""]) && has(&[]));
        assert!(!has(&["\"foo\"", "\"fo\""]));
    }

    #[test]
    fn absent_files_are_names_only() {
        let absent = vec!["my-app/event/event.1.schema.json".to_owned(), "my-app/event/event.1.bq".to_owned()];
        let store = SchemaStore::open(Box::new(Memory { absent, ..Memory::new("part", FILES) })).unwrap();
        let Lookup::Found(at) = store.lookup("my-app", "event", Some("1")) else { panic!("not found") };
        assert!(store.schema(at).unwrap().is_none() && store.layout(at).unwrap().is_none());
        assert_eq!(store.strays(), ["my-app/main-ping/other.1.bq"]);
    }

    #[test]
    fn a_tree_without_schemas_is_refused() {
        let error = SchemaStore::open(Box::new(Memory::new("nothing", &[]))).err().unwrap();
        assert!(error.to_string().contains("nothing holds no schemas"));
    }
}
