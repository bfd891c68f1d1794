//! Rows that differ in their message only: where their documents belong, and what a message of them is generalised to.
//!
//! Owns: the schemas that speak for such rows, the way from a message to the key of its group.
//! Refuses: reading messages (fault), finding nodes (verdict).

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::names::NameTable;
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
    /// The number of its names.
    pub(super) names: u32,
    /// How the rows spell namespace and doctype, where that is not how the names do.
    spelled: Option<Box<[Option<Box<str>>; 2]>>,
    /// Doctype versions of the store that may have judged the rows, the likeliest first.
    candidates: Box<[usize]>,
}

/// A message generalised.
pub(super) struct GeneralPlace<'a> {
    /// Which of the fault's readings it is.
    pub(super) reading: usize,
    pub(super) path: Option<Cow<'a, str>>,
    pub(super) fault: Cow<'a, str>,
    pub(super) keyword: Option<Keyword>,
    pub(super) about_name: bool,
}

/// The columns that make a bucket, in the order of the names.
pub(super) fn columns<'a>(row: &ErrorRow<'a>) -> [Option<&'a str>; 5] {
    [row.namespace, row.doctype, row.version, row.stage, row.class.filter(|class| !class.is_empty())]
}

impl Bucket {
    /// Looks up where such rows belong.
    pub(super) fn new(row: &ErrorRow<'_>, schemas: Option<&GroupSchemas>, names: &mut NameTable) -> Self {
        let (name, candidates) = match (schemas, row.namespace, row.doctype) {
            (Some(schemas), Some(namespace), Some(doctype)) if schemas.names.has(namespace, doctype) => {
                candidates(&schemas.store, namespace, doctype, row.version)
            }
            _ => (None, Vec::new()),
        };
        let written = columns(row);
        let mut parts = written;
        if let Some((namespace, doctype)) = &name {
            (parts[0], parts[1]) = (Some(namespace.as_str()), Some(doctype.as_str()));
        }
        let spelled = (parts != written).then(|| Box::new([row.namespace.map(Into::into), row.doctype.map(Into::into)]));
        Bucket { names: names.number(parts), spelled, candidates: candidates.into() }
    }

    /// Whether rows with these columns are its own.
    pub(super) fn is(&self, columns: [Option<&str>; 5], names: &NameTable) -> bool {
        let mut own = names.get(self.names).0.parts();
        if let Some(spelled) = &self.spelled {
            (own[0], own[1]) = (spelled[0].as_deref(), spelled[1].as_deref());
        }
        own == columns
    }

    /// Generalises a fault by the first schema that knows its place, in any of its readings.
    pub(super) fn place<'a>(&self, readings: &'a [Fault<'a>], schemas: Option<&GroupSchemas>) -> GeneralPlace<'a> {
        let located = schemas.into_iter().flat_map(|schemas| {
            let schemas = self.candidates.iter().filter_map(|&at| schemas.store.schema(at).ok().flatten());
            schemas.filter_map(|schema| verdict::locate_best(&schema, readings, None))
        });
        let (reading, path, about_name) = match located.into_iter().find(|(_, broken)| broken.node.is_some()) {
            Some((reading, broken)) => (reading, Some(Cow::from(broken.path)), broken.about_name),
            None => (0, None, false),
        };
        let fault = readings.get(reading);
        GeneralPlace {
            reading,
            path: path.or_else(|| fault.and_then(unlocated)),
            fault: fault.map(|fault| identity(fault, about_name)).unwrap_or_default(),
            keyword: fault.and_then(Fault::keyword),
            about_name,
        }
    }
}

/// The place of a fault generalised by no schema; most often a part of the message.
fn unlocated<'a>(fault: &'a Fault<'a>) -> Option<Cow<'a, str>> {
    let pointer = fault.pointer?;
    if fault.judge.is_some() {
        return Some(fault.path_by_node().unwrap_or_else(|| generalise(&fault.tokens(), &[])).into());
    }
    let path = pointer.find('/').map_or("", |at| &pointer[at..]);
    if path.contains(['~', '\\']) {
        return Some(generalise(&fault.tokens(), &[]).into());
    }
    let tokens = || path.split('/').skip(1);
    if !tokens().any(|token| token.starts_with(|c: char| c.is_ascii_digit())) {
        return Some(path.into());
    }
    Some(generalise(&tokens().collect::<Vec<_>>(), &[]).into())
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
fn identity<'a>(fault: &Fault<'a>, about_name: bool) -> Cow<'a, str> {
    match fault.says {
        Says::Broken { keyword: Some(keyword @ ("required" | "dependencies")), key: Some(key), .. } => format!("{keyword} {key}").into(),
        Says::Broken { keyword: Some(keyword), .. } if about_name => format!("propertyNames {keyword}").into(),
        Says::Broken { keyword: Some(keyword), .. } => keyword.into(),
        _ => fault.general().into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_place_is_the_same_the_short_way(tokens in prop::collection::vec("[a0/~\\\\\"é1-]{0,4}", 0..4)) {
            let message = format!("#{}: expected type: String, found: Null", tokens.iter().map(|token| format!("/{token}")).collect::<String>());
            for fault in &Fault::readings(&message, None) {
                prop_assert_eq!(unlocated(fault).map(Cow::into_owned), fault.pointer.map(|_| generalise(&fault.tokens(), &[])));
            }
        }
    }
}
