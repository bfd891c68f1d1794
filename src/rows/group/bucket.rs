//! Rows that differ in their message only: where their documents belong, and what a message of them is generalised to.
//!
//! Owns: the schemas that speak for such rows, the way from a message to the key of its group.
//! Refuses: reading messages (fault), finding nodes (verdict).

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::pipeline::fault::{Fault, Keyword, Says};
use crate::pipeline::names::snake_case;
use crate::pipeline::schema::walk::generalise;
use crate::pipeline::verdict;
use crate::rows::row::ErrorRow;
use crate::rows::schemas::{Lookup, SchemaStore};

/// The doctypes of a store as the decoder compares them. Namespaces and doctypes come from requests and may be anything; asking the store for
/// one that it does not have makes it look for names alike, which nobody needs here.
pub(super) struct DoctypeNames(FxHashSet<(String, String)>);

impl DoctypeNames {
    pub(super) fn of(store: &SchemaStore) -> Self {
        DoctypeNames(store.doctypes().iter().map(|known| (snake_case(&known.namespace), snake_case(&known.doctype))).collect())
    }

    fn has(&self, namespace: &str, doctype: &str) -> bool {
        self.0.contains(&(snake_case(namespace), snake_case(doctype)))
    }
}

/// Schemas to generalise by.
#[derive(Clone)]
pub(super) struct GroupSchemas {
    pub(super) store: Arc<SchemaStore>,
    pub(super) names: Arc<DoctypeNames>,
}

/// What rows of a bucket share.
#[derive(Clone)]
pub(super) struct Bucket {
    pub(super) namespace: Option<Arc<str>>,
    pub(super) doctype: Option<Arc<str>>,
    pub(super) version: Option<Arc<str>>,
    pub(super) stage: Option<Arc<str>>,
    /// The row's `exception_class`.
    pub(super) class: Option<Arc<str>>,
    /// Doctype versions of the store that may have judged the rows, the likeliest first.
    candidates: Vec<usize>,
}

/// A message generalised.
pub(super) struct GeneralPlace {
    /// Which of the fault's readings it is.
    pub(super) reading: usize,
    pub(super) path: Option<String>,
    pub(super) fault: String,
    pub(super) keyword: Option<Keyword>,
    pub(super) about_name: bool,
}

impl Bucket {
    /// Looks up where such rows belong; `intern` makes equal texts one.
    pub(super) fn new(row: &ErrorRow<'_>, schemas: Option<&GroupSchemas>, mut intern: impl FnMut(&str) -> Arc<str>) -> Self {
        let (name, candidates) = match (schemas, row.namespace, row.doctype) {
            (Some(schemas), Some(namespace), Some(doctype)) if schemas.names.has(namespace, doctype) => {
                candidates(&schemas.store, namespace, doctype, row.version)
            }
            _ => (None, Vec::new()),
        };
        let (namespace, doctype) = match &name {
            Some((namespace, doctype)) => (Some(namespace.as_str()), Some(doctype.as_str())),
            None => (row.namespace, row.doctype),
        };
        Bucket {
            namespace: namespace.map(&mut intern),
            doctype: doctype.map(&mut intern),
            version: row.version.map(&mut intern),
            stage: row.stage.map(&mut intern),
            class: row.class.filter(|class| !class.is_empty()).map(&mut intern),
            candidates,
        }
    }

    /// The readings of a message of this bucket.
    pub(super) fn readings<'a>(&'a self, message: &'a str) -> Vec<Fault<'a>> {
        Fault::readings(message, self.class.as_deref())
    }

    /// Generalises a fault by the first schema that knows its place, in any of its readings.
    pub(super) fn place(&self, readings: &[Fault<'_>], schemas: Option<&GroupSchemas>) -> GeneralPlace {
        let located = schemas.into_iter().flat_map(|schemas| {
            let schemas = self.candidates.iter().filter_map(|&at| schemas.store.schema(at).ok().flatten());
            schemas.filter_map(|schema| verdict::locate_best(&schema, readings, None))
        });
        let (reading, path, about_name) = match located.into_iter().find(|(_, broken)| broken.node.is_some()) {
            Some((reading, broken)) => (reading, Some(broken.path), broken.about_name),
            None => (0, None, false),
        };
        let fault = readings.get(reading);
        GeneralPlace {
            reading,
            path: path.or_else(|| fault.filter(|fault| fault.pointer.is_some()).map(|fault| generalise(&fault.tokens(), &[]))),
            fault: fault.map(|fault| identity(fault, about_name)).unwrap_or_default(),
            keyword: fault.and_then(Fault::keyword),
            about_name,
        }
    }
}

/// The name as the store spells it, and the versions in question: the row's own, or for rows without one all, newest first.
fn candidates(store: &SchemaStore, namespace: &str, doctype: &str, version: Option<&str>) -> (Option<(String, String)>, Vec<usize>) {
    let (any, candidates) = match store.lookup(namespace, doctype, version) {
        Lookup::Found(at) => (Some(at), vec![at]),
        Lookup::NoVersion { known } => {
            (known.last().copied(), if version.is_none() { known.into_iter().rev().collect() } else { Vec::new() })
        }
        Lookup::NoDoctype => (None, Vec::new()),
    };
    let name = any.and_then(|at| store.doctypes().get(at)).map(|known| (known.namespace.clone(), known.doctype.clone()));
    (name, candidates)
}

/// What the fault is, without its values but with the key where the key is what is wrong.
fn identity(fault: &Fault<'_>, about_name: bool) -> String {
    match fault.says {
        Says::Broken { keyword: Some(keyword @ ("required" | "dependencies")), key: Some(key), .. } => format!("{keyword} {key}"),
        Says::Broken { keyword: Some(keyword), .. } if about_name => format!("propertyNames {keyword}"),
        Says::Broken { keyword: Some(keyword), .. } => keyword.to_owned(),
        _ => fault.general(),
    }
}
