//! What is asked of tables that are read by a map.
//!
//! Owns: rows as JSON of no more columns than are needed, each with its time and the number that tells it from others; the window. Refuses: which columns (columns).

use std::collections::BTreeSet;

use super::columns::{MappedTable, ROW, TimeColumn, TimeKind};
use crate::rows::source::bigquery::sql::{QueryValue, Sql};
use crate::rows::source::bigquery::window::{Slice, Window};

/// How much of rows is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Much {
    /// What groups and documents are made of.
    Needed,
    /// All columns.
    Whole,
}

/// A row's number among others of the same time: of what groups are made of.
const ID: &str = "SUBSTR(TO_HEX(MD5(told)), 1, 16) AS id";

/// A row's turn among those of the same number and time.
const NTH: &str = "ROW_NUMBER() OVER (PARTITION BY src, time_us, id ORDER BY needed) - 1 AS nth";

/// All rows of a window, as far as groups are made of them.
pub(super) fn groups(tables: &[MappedTable], window: Window) -> Sql {
    Sql::new(&format!("SELECT src, time_us, {ID}, told\nFROM (\n")).then(sources(tables, None, window, None)).text(")")
}

/// Some rows, by their tables' positions and their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SomeRows {
    pub(super) tables: BTreeSet<u32>,
    pub(super) ids: BTreeSet<u64>,
}

/// Rows of a window with their documents, some or all; in order, or as they come.
pub(super) fn rows(tables: &[MappedTable], window: Window, much: Much, some: Option<&SomeRows>, slice: Option<Slice>) -> Sql {
    let read = if much == Much::Whole { "whole" } else { "needed" };
    let sql = Sql::new(&format!("SELECT src, time_us, id, {NTH}, {read} AS row_read\nFROM (SELECT *, {ID} FROM (\n"));
    let sql = sql.then(sources(tables, some.map(|some| &some.tables), window, Some(much))).text("))");
    let sql = match some {
        Some(some) => {
            let ids = some.ids.iter().map(|id| format!("{id:016x}")).collect();
            sql.text("\nWHERE id IN UNNEST(").value("ids", QueryValue::Texts(ids)).text(")")
        }
        None => sql,
    };
    match slice {
        Some(slice) => {
            let int = |number: u64| QueryValue::Int(i64::try_from(number).unwrap_or(i64::MAX));
            let sql = sql.text("\nORDER BY time_us, src, id, nth\nLIMIT ").value("most", int(slice.most));
            sql.text(" OFFSET ").value("from", int(slice.from))
        }
        None => sql,
    }
}

/// The rows of all tables, or of those at some positions, one after the other.
fn sources(tables: &[MappedTable], only: Option<&BTreeSet<u32>>, window: Window, much: Option<Much>) -> Sql {
    let read = (0..).zip(tables).filter(|(at, _)| only.is_none_or(|only| only.contains(at)));
    read.enumerate().fold(Sql::default(), |sql, (turn, (at, table))| {
        let sql = if turn > 0 { sql.text("  UNION ALL\n") } else { sql };
        sql.then(source(at, table, window, much))
    })
}

fn source(at: u32, table: &MappedTable, window: Window, much: Option<Much>) -> Sql {
    let time = table.time.as_ref().map_or_else(|| "CAST(NULL AS INT64)".to_owned(), |time| format!("UNIX_MICROS({})", moment(time)));
    let mut text = format!("  SELECT {at} AS src, {time} AS time_us, TO_JSON_STRING({}) AS told", table.told);
    if much.is_some() {
        text.push_str(&format!(",\n    TO_JSON_STRING({}) AS needed", table.needed));
    }
    if much == Some(Much::Whole) {
        text.push_str(&format!(",\n    TO_JSON_STRING({}) AS whole", table.whole));
    }
    let sql = Sql::new(&text).text("\n  FROM ");
    let sql = table.table.name.iter().fold(sql, |sql, name| sql.table(name)).text(&format!(" AS {ROW}"));
    match &table.time {
        Some(time) => within(sql, time, window).text("\n"),
        None => sql.text("\n"),
    }
}

/// A time as a TIMESTAMP.
fn moment(time: &TimeColumn) -> String {
    match time.kind {
        TimeKind::Timestamp => time.sql.clone(),
        TimeKind::Datetime | TimeKind::Date => format!("TIMESTAMP({})", time.sql),
        TimeKind::Text => format!("SAFE_CAST({} AS TIMESTAMP)", time.sql),
    }
}

/// The window, on the column as it is: so that no other partitions are read. What is no time to BigQuery may be one here.
fn within(sql: Sql, time: &TimeColumn, window: Window) -> Sql {
    let (since, until) = (|| QueryValue::Time(window.since), || QueryValue::Time(window.until));
    let of = &time.sql;
    match time.kind {
        TimeKind::Timestamp => {
            sql.text(&format!("\n  WHERE {of} >= ")).value("since", since()).text(&format!(" AND {of} < ")).value("until", until())
        }
        TimeKind::Datetime => sql
            .text(&format!("\n  WHERE {of} >= DATETIME("))
            .value("since", since())
            .text(&format!(") AND {of} < DATETIME("))
            .value("until", until())
            .text(")"),
        // The day at whose begin the window ends is not in it.
        TimeKind::Date => sql
            .text(&format!("\n  WHERE {of} BETWEEN DATE("))
            .value("since", since())
            .text(") AND DATE(")
            .value("last", QueryValue::Time(window.until.saturating_sub(1)))
            .text(")"),
        TimeKind::Text => {
            let of = moment(time);
            sql.text(&format!("\n  WHERE IFNULL({of} >= "))
                .value("since", since())
                .text(&format!(" AND {of} < "))
                .value("until", until())
                .text(", TRUE)")
        }
    }
}
