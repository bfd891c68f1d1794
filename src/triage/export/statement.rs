//! SQL that selects the rows of a group.
//!
//! Owns: the statement for each table that the rows are in, with comments on top.
//! Refuses: the conditions (predicate), what may be told (hidden).

use super::hidden::ToldGroup;
use super::page::rows;
use super::predicate::{AlikeGroups, ValuesTold, in_table, standard};
use crate::ground::sql::identifier;
use crate::ground::text::{count, visible};
use crate::pipeline::destination::{self, PROJECT};
use crate::rows::column::ErrorColumn;
use crate::rows::group::GroupKey;
use crate::rows::source::{RowTable, RowsFrom};

/// The error table of the pipeline that a group's rows are in, for SQL.
fn error_table(key: &GroupKey) -> String {
    let name = |name: &Option<std::sync::Arc<str>>| name.as_deref().unwrap_or_default().to_owned();
    let family = destination::family(&name(&key.namespace), &name(&key.doctype));
    identifier(&format!("{PROJECT}.payload_bytes_error.{family}"))
}

/// What stands behind FROM; a query of the user's own may hold anything and is not told where values are hidden.
fn source(from: &RowsFrom, values: ValuesTold) -> String {
    match (from, values) {
        (RowsFrom::Table(name), _) => identifier(name),
        (RowsFrom::Query(text), ValuesTold::Told) => format!("(\n{text}\n)"),
        (RowsFrom::Elsewhere, _) => "(\n  -- here a query of the other pipeline's table that gives these columns\n)".to_owned(),
        (RowsFrom::Query(_), ValuesTold::Hidden) => "(\n  -- here the query that gave the rows\n)".to_owned(),
    }
}

/// The error tables that a group's rows are in, and the conditions in their names; without tables those of the pipeline.
pub fn tables_and_conditions(told: &ToldGroup, tables: &[RowTable]) -> (Vec<String>, Vec<String>) {
    match tables {
        [] => (vec![error_table(&told.group.key)], standard(&told.conditions)),
        [first, ..] => (tables.iter().map(|table| source(&table.from, told.values)).collect(), in_table(&told.conditions, first)),
    }
}

/// Statements that select the rows of a group, one for each table that they are in, with a sentence about it on top. Without tables the
/// pipeline's error table is named. Documents are most of what a query costs, so that they come only where they are wanted.
pub fn select(told: &ToldGroup, tables: &[RowTable], with_documents: bool) -> String {
    let group = &told.group;
    // A comment ends with its line.
    let about = format!("-- {}: {} (group {})\n", rows(group.count), visible(&group.sentence()), group.fingerprint);
    let statement = |from: &str, payload: Option<&str>, conditions: &[String]| {
        let columns = payload.filter(|_| !with_documents).map_or("*".to_owned(), |payload| format!("* EXCEPT ({payload})"));
        format!("SELECT {columns}\nFROM {from}\nWHERE {};\n", joined(conditions))
    };
    let statements = match tables {
        [] => statement(&error_table(&group.key), Some(ErrorColumn::Payload.name()), &standard(&told.conditions)),
        tables => {
            let of = |table: &RowTable| {
                let payload = table.columns.get(&ErrorColumn::Payload).map(String::as_str).filter(|name| !name.contains('('));
                statement(&source(&table.from, told.values), payload, &in_table(&told.conditions, table))
            };
            tables.iter().map(of).collect()
        }
    };
    format!("{about}{}{statements}", remark(&told.alike))
}

/// The conditions as one.
pub fn joined(conditions: &[String]) -> String {
    conditions.join("\n  AND ")
}

/// A comment where rows of other groups are selected as well.
pub fn remark(alike: &AlikeGroups) -> String {
    if alike.count == 0 {
        return String::new();
    }
    let named: Vec<String> = alike.first.iter().map(ToString::to_string).collect();
    let more = match (alike.count - named.len()) as u64 {
        0 => String::new(),
        more => format!(" and {} more", count(more)),
    };
    let of = if alike.count == 1 { "group" } else { "groups" };
    format!("-- selects the rows of {of} {}{more} as well: no column tells them apart\n", named.join(", "))
}
