//! The documents of a group that a patch is worked out from.
//!
//! Owns: reading them, by the schema that judges them; what of the rows no schema judges.
//! Refuses: judging them with an edit (patch, with recheck).

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rustc_hash::FxHashSet;

use crate::pipeline::document::Document;
use crate::rows::advice::Advised;
use crate::rows::group::Group;
use crate::rows::payload::{self, PayloadForm};
use crate::rows::row::{RowRef, SourceRow};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, ReadRows, Watch};
use crate::triage::export::rows;
use crate::triage::judging::bare::{Named, judged_by, unreadable};
use crate::triage::recheck::{Recheck, Turn};

/// Most rows that a proposal is worked out from; all rows are replayed.
pub(super) const MOST_DOCUMENTS: usize = 2000;
/// Most bytes of them.
const MOST_BYTES: usize = 64 << 20;

/// Namespace, doctype and version as a row has them.
pub(in crate::triage::export) type RowNames = [Option<String>; 3];

/// Documents with the names of their rows.
pub(in crate::triage::export) type NamedDocuments = Vec<(Document, RowNames)>;

/// Documents of a group, by the schema that judges them.
#[derive(Default)]
pub(in crate::triage::export) struct GroupDocuments {
    pub of: BTreeMap<usize, NamedDocuments>,
    /// Those that no schema of these judges, or that are no documents.
    pub unjudged: NamedDocuments,
    pub read: usize,
    /// Rows without a document.
    pub without: u64,
    bytes: usize,
    pub is_cut: bool,
}

/// Reads the group's documents, spread over all of its rows.
pub(in crate::triage::export) fn read(
    source: &dyn ErrorSource,
    schemas: &SchemaStore,
    group: &Group,
    watch: &dyn Watch,
) -> Result<GroupDocuments, Advised> {
    let mut found = GroupDocuments::default();
    let places: FxHashSet<RowRef> = group.rows.iter().copied().collect();
    let mut take = |at: RowRef, row: SourceRow| {
        if !places.contains(&at) && source.group_of(at) != Some(group.fingerprint) {
            return ControlFlow::Continue(());
        }
        found.read += 1;
        let Some((document, names)) = document_of(row) else {
            found.without += 1;
            return ControlFlow::Continue(());
        };
        found.bytes += document.text().len();
        match unreadable(&document).is_none().then(|| judged_by(schemas, named(&names), &document)).flatten() {
            Some(at) => found.of.entry(at).or_default().push((document, names)),
            None => found.unjudged.push((document, names)),
        }
        if watch.cancelled() || found.bytes > MOST_BYTES { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    if source.is_remote() {
        source.read(ReadRows::First(&[group], MOST_DOCUMENTS), watch, &mut take)?;
    } else {
        let places: Vec<RowRef> = rows::spread(&group.rows, MOST_DOCUMENTS).collect();
        rows::visit(source, &places, watch, &mut take)?;
    }
    found.is_cut = (found.read as u64) < group.count;
    Ok(found)
}

/// Adds rows that an edit does not take yet; false where there are none.
pub(super) fn more(
    source: &dyn ErrorSource,
    schemas: &SchemaStore,
    group: &Group,
    replay: &Recheck,
    documents: &mut GroupDocuments,
    watch: &dyn Watch,
) -> Result<bool, Advised> {
    let before = documents.read;
    let places: FxHashSet<RowRef> = group.rows.iter().copied().collect();
    source.read(ReadRows::All, watch, &mut |at, row| {
        if !places.contains(&at) && source.group_of(at) != Some(group.fingerprint) {
            return ControlFlow::Continue(());
        }
        if let Some((document, names)) = document_of(row)
            && unreadable(&document).is_none()
            && replay.document(&document, named(&names)).turn == Turn::Same
            && let Some(at) = judged_by(schemas, named(&names), &document)
        {
            documents.read += 1;
            documents.of.entry(at).or_default().push((document, names));
        }
        if watch.cancelled() || documents.read - before >= MOST_DOCUMENTS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(documents.read > before)
}

/// The document of a row, with what the row says that it is of.
fn document_of(mut row: SourceRow) -> Option<(Document, RowNames)> {
    let decoded = payload::decode(std::mem::take(&mut row.payload));
    if decoded.form == PayloadForm::Absent {
        return None;
    }
    let facts = row.error_row();
    Some((Document::parse(decoded.text), [facts.namespace, facts.doctype, facts.version].map(|name| name.map(str::to_owned))))
}

/// What a row is of; what it does not say is no schema's name.
pub(in crate::triage::export) fn named(names: &RowNames) -> Named<'_> {
    let [namespace, doctype, version] = names;
    Named {
        namespace: namespace.as_deref().unwrap_or_default(),
        doctype: doctype.as_deref().unwrap_or_default(),
        version: version.as_deref(),
    }
}
