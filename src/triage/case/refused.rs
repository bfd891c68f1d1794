//! The place of a failure that no schema speaks of: the column that BigQuery did not take, the part that makes a document too large.
//!
//! Owns: the way from such a message to the value and its column.
//! Refuses: reading messages (fault), what becomes of values (sink).

use crate::ground::text::{bytes, clip_middle, plural, visible};
use crate::pipeline::document::{Document, Kind, NodeId, PathStyle};
use crate::pipeline::fault::{Fault, InsertError, InsertReason};
use crate::pipeline::layout::{ColumnId, Layout};
use crate::pipeline::names::snake_case;
use crate::pipeline::sink::{self, Fate, Landing};

use super::CaseTable;
use super::sentence::capital_first;

/// Where the failure is.
#[derive(Debug, Default)]
pub(super) struct RefusedPlace {
    /// Position of the table.
    pub table: usize,
    pub landing: Option<Landing>,
    pub value: Option<NodeId>,
    pub note: Option<String>,
}

/// The place of a fault; `None` where it names none.
pub(super) fn place(fault: &Fault<'_>, tables: &[CaseTable], document: Option<&Document>) -> Option<RefusedPlace> {
    match fault.insert() {
        Some(error) => refused(error, tables, document),
        None if fault.is_too_large() => Some(largest(tables, document?)),
        None => None,
    }
}

/// The column that BigQuery names, or the innermost around it that the table has.
fn refused(error: &InsertError<'_>, tables: &[CaseTable], document: Option<&Document>) -> Option<RefusedPlace> {
    let names: Vec<&str> = error.column.as_deref()?.split('.').collect();
    let found = tables.iter().map(|table| column(&table.layout, &names));
    // Of two tables the one that has more of the path; of equals the first.
    let best = (0..).zip(found).reduce(|best, other| if other.1.1 > best.1.1 { other } else { best });
    let (table, column, met) = best.map_or((None, None, 0), |(table, (column, met))| (Some(table), column, met));
    let of_column = || {
        let column = column.filter(|_| met == names.len() && error.reason != InsertReason::NoSuchField)?;
        tables.get(table?)?.value_of(column)
    };
    let value = of_column().or_else(|| document.map(|document| nearest(document, &names)));
    let sql = table.and_then(|table| tables.get(table)).zip(column).map(|(table, column)| sink::select(&table.layout, column));
    let landing = table.map(|_| Landing {
        column,
        fate: Fate::Refused,
        reason: Some(format!("{}.", capital_first(&error.sentence()))),
        sql,
        additional_pointer: None,
        nearest: None,
    });
    let is_new = error.reason == InsertReason::NoSuchField && met == names.len();
    let note = is_new.then(|| "The layout at hand has the column; the table did not when the row came.".to_owned());
    Some(RefusedPlace { table: table.unwrap_or(0), landing, value, note })
}

/// The innermost column on the way, and how many names lead there. A name may be that of a column, in any case as BigQuery has it, or still the
/// document's.
fn column(layout: &Layout, names: &[&str]) -> (Option<ColumnId>, usize) {
    let mut at: Option<ColumnId> = None;
    for (met, name) in names.iter().enumerate() {
        let among = |name: &str| layout.child(at, name);
        match among(name).or_else(|| among(&name.to_ascii_lowercase())).or_else(|| among(&snake_case(name))) {
            Some(column) => at = Some(column),
            None => return (at, met),
        }
    }
    (at, names.len())
}

/// The innermost value on the way of names, which may be those of columns.
fn nearest(document: &Document, names: &[&str]) -> NodeId {
    let mut best = (0, 0);
    let mut ways = vec![(0, 0)];
    while let Some((node, met)) = ways.pop() {
        if met > best.1 {
            best = (node, met);
        }
        let Some(name) = names.get(met) else { break };
        match document.kind(node) {
            // The first element that has it; the last one pushed is looked at first.
            Kind::Array => {
                let elements: Vec<NodeId> = document.children(node).take(MOST_ELEMENTS).collect();
                ways.extend(elements.into_iter().rev().map(|element| (element, met)));
            }
            Kind::Object => {
                let folded = snake_case(name);
                let is_it = |child: &NodeId| document.key(*child).is_some_and(|key| key == *name || snake_case(&key) == folded);
                ways.extend(document.child(node, name).or_else(|| document.children(node).find(is_it)).map(|child| (child, met + 1)));
            }
            _ => {}
        }
    }
    best.0
}

/// Elements of a list that are looked at for a member.
const MOST_ELEMENTS: usize = 1000;

/// The innermost value that is most of the document.
fn largest(tables: &[CaseTable], document: &Document) -> RefusedPlace {
    if document.is_empty() {
        return RefusedPlace::default();
    }
    let size = |node: NodeId| document.raw(node).len();
    let mut at: NodeId = 0;
    while let Some(child) = document.children(at).max_by_key(|&child| size(child)).filter(|&child| size(child) * 2 > size(at)) {
        at = child;
    }
    let tokens = document.tokens(at);
    let place = match at {
        0 => "the document itself".to_owned(),
        _ => clip_middle(&visible(&document.path(at, PathStyle::Pointer)), 80).into_owned(),
    };
    let count = document.count(at) as u64;
    let holds = match document.kind(at) {
        Kind::Object => format!("{} in ", plural(count, "key", "keys")),
        Kind::Array => format!("{} in ", plural(count, "element", "elements")),
        _ => String::new(),
    };
    RefusedPlace {
        table: 0,
        landing: tables.first().filter(|_| at > 0).map(|table| table.landing(&tokens)),
        value: Some(at),
        note: Some(format!("What is large is {place}: {holds}{} of {}.", bytes(size(at) as u64), bytes(size(0) as u64))),
    }
}
