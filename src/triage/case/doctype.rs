//! Which schema and table a row belongs to.

use std::sync::Arc;

use crate::ground::text;
use crate::pipeline::destination;
use crate::pipeline::destination::{is_telemetry, judged_version};
use crate::pipeline::document::{Document, Kind};
use crate::pipeline::layout::Layout;
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::{Judge, JudgeInput, Violation};
use crate::rows::column::ErrorColumn;
use crate::rows::row::SourceRow;
use crate::rows::schemas::{Doctype, LiveTable, Lookup, SchemaStore, TableColumns};

use super::parts::Splitting;
use super::{CaseParts, ResolvedDoctype};

/// Versions that are tried for whether a document can choose them.
const MOST_TRIED: usize = 3;
/// Violations of a document that has nothing but a version.
const MOST_VIOLATIONS: usize = 1000;

/// What the store has for a row.
#[derive(Default)]
pub(super) struct FoundDoctype {
    /// Names as the store spells them; `None` where the row names no doctype.
    pub doctype: Option<ResolvedDoctype>,
    /// The schema of that version, or of the newest where the version is not told.
    pub schema: Option<Arc<Schema>>,
    /// The layouts of its tables; several where documents are split, the remainder first.
    pub layouts: Vec<TableLayout>,
    /// How documents are split, if they are.
    pub splitting: Option<Splitting>,
    /// Whether the store has exactly this doctype and version.
    pub exact: bool,
    /// The schema compiled, where it is exactly the one that the decoder takes.
    pub judge: Option<Arc<Judge>>,
    /// Where the version is missing: those that there are, and which of them no document can use.
    pub shelved: Vec<String>,
}

/// A table that documents of the doctype go to.
pub(super) struct TableLayout {
    pub of: Arc<LiveTable>,
    pub layout: Arc<Layout>,
}

impl TableLayout {
    /// Whether the layout is not published but would be made.
    pub(super) fn is_made(&self) -> bool {
        self.of.columns.is_made()
    }
}

/// Looks the row's doctype up as the decoder does.
pub(super) fn resolve(
    row: &SourceRow,
    document: Option<&Document>,
    schemas: Option<&SchemaStore>,
    parts: CaseParts,
    notes: &mut Vec<String>,
) -> FoundDoctype {
    let CaseParts { columns, tables, .. } = parts;
    let (Some(namespace), Some(doctype)) = (row.column(ErrorColumn::Namespace), row.column(ErrorColumn::Doctype)) else {
        notes.push("The row names no namespace or doctype, so it has no schema and no table.".to_owned());
        return FoundDoctype::default();
    };
    let told = row.column(ErrorColumn::Version);
    let from_payload = told.is_none() && is_telemetry(namespace);
    let version = judged_version(namespace, told, document);
    let mut resolved = ResolvedDoctype {
        namespace: namespace.to_owned(),
        doctype: doctype.to_owned(),
        version,
        from_payload,
        table: None,
        tables: Arc::default(),
    };
    let Some(store) = schemas else {
        if columns || tables {
            resolved.settle(None, None);
            resolved.table = destination::first_live(&resolved.tables);
        }
        notes.push("There are no schemas to look at; give a folder of generated schemas, or get them with misfit schemas get.".to_owned());
        return FoundDoctype { doctype: Some(resolved), ..FoundDoctype::default() };
    };
    let mut shelved = Vec::new();
    let (at, exact) = match store.lookup(namespace, doctype, resolved.version.as_deref()) {
        Lookup::Found(at) => (Some(at), true),
        Lookup::NoDoctype => {
            if columns {
                notes.push(no_doctype(&resolved, &store.nearest(namespace, doctype)));
            }
            (None, false)
        }
        Lookup::NoVersion { known } if !columns => (known.last().copied().filter(|_| resolved.version.is_none()), false),
        Lookup::NoVersion { known } => {
            notes.push(no_version(store, &resolved, &known, document.is_some()));
            shelved.extend(known.first().and_then(|&at| store.doctypes().get(at)).map(|first| {
                let chosen = if from_payload { "; a document chooses one by its top-level version" } else { "" };
                let name = shown(&format!("{}/{}", first.namespace, first.doctype));
                format!("Of {name} the schemas have version {}{chosen}.", listed(&versions(store, &known)))
            }));
            if from_payload {
                let unusable: Vec<String> =
                    known.iter().rev().take(MOST_TRIED).filter_map(|&at| store.told_once(at, || unusable(store, at))).collect();
                notes.extend(unusable.iter().cloned());
                shelved.extend(unusable);
            }
            // A version that is not told is most likely the newest.
            (known.last().copied().filter(|_| resolved.version.is_none()), false)
        }
    };
    if let Some(known) = at.and_then(|at| store.doctypes().get(at)) {
        resolved.namespace.clone_from(&known.namespace);
        resolved.doctype.clone_from(&known.doctype);
    }
    let mut found = at.map(|at| stored(store, at, &resolved, columns, notes)).unwrap_or_default();
    if columns || tables {
        resolved.settle(Some(store), at.filter(|_| exact));
    }
    let first = found.layouts.first().map(|known| known.of.name.clone());
    resolved.table = first.or_else(|| destination::first_live(&resolved.tables));
    found.judge = at.filter(|_| exact).and_then(|at| take(store.judge(at), notes));
    (found.doctype, found.exact, found.shelved) = (Some(resolved), exact, shelved);
    found
}

/// Schema and layouts of a doctype of the store.
fn stored(store: &SchemaStore, at: usize, resolved: &ResolvedDoctype, columns: bool, notes: &mut Vec<String>) -> FoundDoctype {
    let schema = take(store.schema(at), notes);
    let (layouts, splitting) = if columns { layouts(store, at, notes) } else { Default::default() };
    // A file that is there and cannot be read has said so already.
    let missing = |file: fn(&Doctype) -> &Option<String>| store.doctypes().get(at).is_some_and(|known| file(known).is_none());
    if schema.is_none() && !layouts.is_empty() && missing(|known| &known.schema) {
        notes.push(format!("{} has a table layout but no JSON schema.", name(resolved)));
    }
    FoundDoctype { schema, layouts, splitting, ..FoundDoctype::default() }
}

fn layouts(store: &SchemaStore, at: usize, notes: &mut Vec<String>) -> (Vec<TableLayout>, Option<Splitting>) {
    let Some(found) = store.doctypes().get(at) else { return Default::default() };
    let Doctype { namespace, doctype, version, .. } = found;
    if let Some((original, of)) = destination::copied_from(namespace, doctype, version) {
        notes.push(format!("The schema of {doctype}.{version} is a copy of {original}.{of}; a change belongs there."));
    }
    let tables = match store.live_tables(at) {
        Ok(tables) => tables,
        Err(error) => {
            notes.push(format!("{error}."));
            return Default::default();
        }
    };
    let with_columns = |table: &Arc<LiveTable>| Some(TableLayout { layout: Arc::clone(table.columns.layout()?), of: Arc::clone(table) });
    let layouts: Vec<TableLayout> = tables.list.iter().filter_map(with_columns).collect();
    let Some(split) = tables.split else {
        match tables.list.first().map(|table| &table.columns) {
            Some(TableColumns::Made(made)) => notes.push(sentence(&made.note())),
            Some(TableColumns::Missing(why)) => notes.push(sentence(&why.to_string())),
            Some(TableColumns::Published(_)) | None => {}
        }
        return (layouts, None);
    };
    let names = [split.remainder, split.subset].map(|(doctype, version)| destination::live(namespace, doctype, version));
    notes.push(format!("Documents of {doctype}.{version} are split into {} and {}.", names[0], names[1]));
    let subset = match store.lookup(namespace, split.subset.0, Some(split.subset.1)) {
        Lookup::Found(at) => take(store.schema(at), &mut Vec::new()),
        _ => None,
    };
    (layouts, Some(Splitting { split, subset }))
}

/// What was read; a file that cannot be used is said.
fn take<T>(outcome: Result<Option<Arc<T>>, crate::rows::schemas::SchemaError>, notes: &mut Vec<String>) -> Option<Arc<T>> {
    outcome.unwrap_or_else(|error| {
        notes.push(format!("{error}."));
        None
    })
}

/// Words as a sentence.
fn sentence(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map(|first| format!("{}{}.", first.to_uppercase(), rest.as_str())).unwrap_or_default()
}

fn name(resolved: &ResolvedDoctype) -> String {
    let version = resolved.version.as_deref().map(|version| format!(".{version}")).unwrap_or_default();
    shown(&format!("{}/{}{version}", resolved.namespace, resolved.doctype))
}

fn shown(name: &str) -> String {
    text::clip_middle(&text::visible(name), 80).into_owned()
}

fn no_doctype(resolved: &ResolvedDoctype, nearest: &[String]) -> String {
    let asked = shown(&format!("{}/{}", resolved.namespace, resolved.doctype));
    match nearest {
        [] => format!("The schemas have no doctype {asked}, and none of a name like it."),
        names => format!("The schemas have no doctype {asked}; the nearest are {}.", listed(names)),
    }
}

/// A version that no document can choose: the schema on that shelf refuses the version that leads to it.
fn unusable(store: &SchemaStore, at: usize) -> Option<String> {
    let known = store.doctypes().get(at)?;
    let judge = store.judge(at).ok()??;
    let quoted = serde_json::to_string(&known.version).ok()?;
    let refusal = |text: String| {
        let all = judge.violations(JudgeInput::payload(&Document::parse(text.into_bytes())), MOST_VIOLATIONS).list;
        let about = |violation: &Violation| violation.tokens.first().or(violation.key.as_ref()).is_some_and(|token| token == "version");
        all.into_iter().find(about).map(|violation| violation.sentence)
    };
    let bare = known.version.bytes().all(|byte| byte.is_ascii_digit()).then_some(known.version.as_str());
    let spellings = bare.into_iter().chain([quoted.as_str()]);
    let documents =
        ["version", "v"].into_iter().flat_map(|name| spellings.clone().map(move |version| format!(r#"{{"{name}": {version}}}"#)));
    let refusals: Option<Vec<String>> = documents.map(refusal).collect();
    let why = refusals?.into_iter().next()?;
    let (name, version) = (shown(&format!("{}/{}", known.namespace, known.doctype)), shown(&known.version));
    Some(format!(
        "No document can use version {version} of {name}; a document chooses it by its top-level version {version}, which its schema refuses: {why}."
    ))
}

fn versions(store: &SchemaStore, known: &[usize]) -> Vec<String> {
    known.iter().filter_map(|&at| store.doctypes().get(at)).map(|known| known.version.clone()).collect()
}

fn no_version(store: &SchemaStore, resolved: &ResolvedDoctype, known: &[usize], has_document: bool) -> String {
    let doctype = shown(&format!("{}/{}", resolved.namespace, resolved.doctype));
    let versions = versions(store, known);
    match &resolved.version {
        Some(version) => {
            let origin = if resolved.from_payload { ", which the document chooses by its top-level version" } else { "" };
            format!("The schemas have no version {} of {doctype}{origin}; they have {}.", shown(version), listed(&versions))
        }
        None => {
            let why = match (resolved.from_payload, has_document) {
                (true, true) => "The payload has neither a version nor a v that is a single value",
                (true, false) => "The row has no version and there is no document to read it from",
                (false, _) => "The row has no version",
            };
            let newest = versions.last().map(String::as_str).unwrap_or_default();
            format!("{why}; of {doctype} the schemas have {}, and version {} is shown.", listed(&versions), shown(newest))
        }
    }
}

/// Names in a sentence, the first ten of many.
fn listed(names: &[String]) -> String {
    const MOST: usize = 10;
    let told = text::listed(names.len(), MOST);
    let mut out = names.iter().take(told).map(|name| shown(name)).collect::<Vec<_>>().join(", ");
    if names.len() > told {
        out.push_str(&format!(" and {} more", names.len() - told));
    }
    out
}

/// Whether the document is read to its end as an object: nothing else comes as far as a row.
pub(super) fn is_parsed(document: &Document) -> bool {
    document.error().is_none() && is_object(document)
}

/// Whether the document is an object, the only kind that the pipeline takes.
pub(super) fn is_object(document: &Document) -> bool {
    !document.is_empty() && document.kind(0) == Kind::Object
}
