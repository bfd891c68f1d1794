//! The queries that fetch rows.
//!
//! Owns: a group's rows in an order, a part at a time; one row with its payload; all rows of a window, or the first of some groups.
//! Refuses: asking them.

use super::grouping::{Numbered, WantedRows, keyed};
use super::keys::RowKey;
use super::shape::WantedColumns;
use super::sql::{QueryValue, Sql};
use super::window::{Slice, Window, WindowPart};
use crate::rows::source::{Request, RowOrder};

/// A row's turn among those of the same table, time and coarse group: what tells it from them.
const NTH: &str = "ROW_NUMBER() OVER (PARTITION BY src, ts, id ORDER BY uri, message) - 1 AS nth";

/// Rows of some coarse groups in an order, whole, with their keys. But where rows are spread, no more of them are numbered than come.
pub(super) fn page(
    tables: &[Numbered<'_>],
    request: &Request,
    ids: &[u64],
    order: RowOrder,
    part: WindowPart,
    columns: WantedColumns,
) -> Sql {
    let WindowPart { window, slice } = part;
    let (turn, by) = match order {
        RowOrder::Newest => ("", "ts DESC"),
        RowOrder::Oldest => ("", "ts"),
        RowOrder::Spread => (", ROW_NUMBER() OVER (PARTITION BY job ORDER BY ts DESC, src, id, uri, message) AS turn", "turn, ts DESC"),
    };
    let sql = keyed(tables, window, request, WantedRows::Whole(columns))
        .text(&format!("\nSELECT src, UNIX_MICROS(ts) AS time_us, id, {NTH}, whole{turn}\nFROM (SELECT * FROM keyed WHERE id IN UNNEST("))
        .value("ids", texts(ids))
        .text(")");
    let sql = match order {
        RowOrder::Newest | RowOrder::Oldest => {
            sql.text(&format!("\n  ORDER BY {by}, src, id, uri, message\n  LIMIT ")).value("reach", int(slice.from + slice.most))
        }
        RowOrder::Spread => sql,
    };
    sliced(sql.text(&format!(")\nORDER BY {by}, src, id, nth\nLIMIT ")), slice)
}

/// One row, whole.
pub(super) fn one(table: Numbered<'_>, key: &RowKey, columns: WantedColumns) -> Sql {
    let moment = Window { since: key.time, until: key.time.saturating_add(1) };
    let sql =
        keyed(&[table], moment, &Request::default(), WantedRows::Whole(columns)).text("\nSELECT whole FROM keyed WHERE id IN UNNEST(");
    let sql = sql.value("ids", texts(&[key.group])).text(")\nORDER BY uri, message\nLIMIT ");
    sliced(sql, Slice { from: u64::from(key.nth), most: 1 })
}

/// All rows of a window, whole, in the order of time, with their keys.
pub(super) fn all(tables: &[Numbered<'_>], window: Window, request: &Request, slice: Slice) -> Sql {
    let sql = keyed(tables, window, request, WantedRows::Whole(WantedColumns::All));
    let sql =
        sql.text(&format!("\nSELECT src, UNIX_MICROS(ts) AS time_us, id, {NTH}, whole\nFROM keyed\nORDER BY ts, src, id, nth\nLIMIT "));
    sliced(sql, slice)
}

/// All rows of a window in any order, with their keys and no more columns than are needed.
pub(super) fn needed(tables: &[Numbered<'_>], window: Window, request: &Request) -> Sql {
    keyed(tables, window, request, WantedRows::Whole(WantedColumns::Needed))
        .text(&format!("\nSELECT src, UNIX_MICROS(ts) AS time_us, id, {NTH}, whole\nFROM keyed"))
}

/// The newest rows of each of some coarse groups, the newest of all first, with their keys and these columns; of one group so many in
/// all, which BigQuery finds without sorting the others.
pub(super) fn first(
    tables: &[Numbered<'_>],
    (window, columns): (Window, WantedColumns),
    request: &Request,
    ids: &[u64],
    most: Most,
) -> Sql {
    let (place, behind) = match most {
        Most::InAll(most) => ("", Sql::new("\nORDER BY ts DESC, src, id, nth\nLIMIT ").value("most", int(most))),
        Most::OfEach(most) => {
            let behind = Sql::new("\nWHERE place <= ").value("most", int(most)).text("\nORDER BY ts DESC, src, id, nth");
            (", ROW_NUMBER() OVER (PARTITION BY src, id ORDER BY ts DESC, uri, message) AS place", behind)
        }
    };
    keyed(tables, window, request, WantedRows::Whole(columns))
        .text(&format!(
            "\nSELECT src, UNIX_MICROS(ts) AS time_us, id, nth, whole\nFROM (SELECT *, {NTH}{place}\n  FROM keyed WHERE id IN UNNEST("
        ))
        .value("ids", texts(ids))
        .text("))")
        .then(behind)
}

/// How many rows are enough.
#[derive(Debug, Clone, Copy)]
pub(super) enum Most {
    /// Of all coarse groups together.
    InAll(u64),
    /// Of each.
    OfEach(u64),
}

/// All columns but the payload of a group's rows, newest first: for people, to be pasted into the console.
pub(super) fn for_people(tables: &[Numbered<'_>], window: Window, request: &Request, ids: &[u64]) -> Sql {
    let sql = keyed(tables, window, request, WantedRows::Keys).text("\nSELECT * FROM keyed WHERE id IN UNNEST(");
    sql.value("ids", texts(ids)).text(")\nORDER BY ts DESC\nLIMIT 100")
}

/// Numbers of coarse groups as the query writes them.
fn texts(ids: &[u64]) -> QueryValue {
    QueryValue::Texts(ids.iter().map(|id| format!("{id:016x}")).collect())
}

fn sliced(sql: Sql, slice: Slice) -> Sql {
    sql.value("most", int(slice.most)).text(" OFFSET ").value("from", int(slice.from))
}

fn int(number: u64) -> QueryValue {
    QueryValue::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
