//! Rows of groups that BigQuery draws by chance.
//!
//! Owns: the query, which row stands for which group.
//! Refuses: how many are drawn, what they tell (triage/senders).
//!
//! The chance of a row is a hash of it, so that the same rows come each time. Before rows are put in order, only so many are left by their chance as
//! could come with certainty enough: nobody sorts a day of rows.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use super::answer::AnswerCells;
use super::error::Error;
use super::grouping::{Numbered, WantedRows, keyed};
use super::shape::{self, TableShape, WantedColumns};
use super::sql::{QueryValue, Sql};
use super::window::Window;
use super::{BigQuery, parts, shaped};
use crate::rows::column::ErrorColumn;
use crate::rows::group::Group;
use crate::rows::source::drawn::{Draw, DrawRows, DrawnRow};
use crate::rows::source::{Request, SourceError, Watch};

/// What rows are drawn for.
const PURPOSE: &str = "looking who sends rows";
/// How many times as many rows as are wanted are left by their chance: fewer than are wanted would be a wonder.
const SPARE: u64 = 2;
/// Chances are 8 hexadecimal digits.
const CHANCES: u128 = 1 << 32;

impl DrawRows for BigQuery {
    fn draw(&self, draw: &Draw<'_>, watch: &dyn Watch, visit: &mut dyn FnMut(DrawnRow)) -> Result<(), SourceError> {
        let (request, window) = self.counted()?;
        let shapes = self.shapes(watch)?;
        if let Some(shape) = shapes.iter().find(|shape| shape.counts.is_some()) {
            return Err(Error::Input(format!("{}, so nothing tells who sends them", shape.has_no_rows())).into());
        }
        if (draw.wants)(ErrorColumn::Payload.name()) {
            shape::have_payloads(&shapes)?;
        }
        let shapes: Vec<TableShape> = shapes.iter().map(|shape| wanted(shape, draw.wants)).collect();
        let (mut places, mut lots, mut used, mut last) = (HashMap::new(), BTreeSet::new(), Vec::new(), window.since);
        for (at, pool) in draw.pools.iter().enumerate() {
            // Of what was not told apart no row can be asked for.
            let placed = |group: &Group| if self.keys.parts(group.fingerprint).is_empty() { 0 } else { group.count };
            let all: u64 = pool.groups.iter().map(|(group, _)| placed(group)).sum();
            let largest = pool.largest.and_then(|largest| pool.groups.get(largest)).map_or(0, |(group, _)| placed(group));
            for (number, &(group, is_chosen)) in pool.groups.iter().enumerate() {
                let is_apart = pool.largest.is_some_and(|largest| largest != number);
                let reach = [(is_chosen, draw.of_group, group.count), (true, draw.of_pool, all), (is_apart, draw.of_group, all - largest)]
                    .into_iter()
                    .filter(|(is_asked, ..)| *is_asked)
                    .map(|(_, most, of)| reach(most, of))
                    .max();
                last = last.max(group.span.map_or(window.until, |(_, last)| last));
                for part in self.keys.parts(group.fingerprint) {
                    let [is_chosen, is_apart] = [is_chosen, is_apart].map(u8::from);
                    lots.insert(format!("{:016x} {:08x} {at} {number} {is_chosen} {is_apart}", part.1, reach.unwrap_or(0)));
                    places.insert(part, (at, number));
                    used.push(part);
                }
            }
        }
        if lots.is_empty() {
            return Ok(());
        }
        // What came after the groups were counted is no part of them.
        let window = Window { until: window.until.min(last.saturating_add(1)), ..window };
        let (tables, _) = parts(&shapes, used);
        let sql = query(&tables, (window, &request), lots.into_iter().collect(), [draw.of_group, draw.of_pool]);
        self.service.visit(PURPOSE, &sql, watch, &mut |row| {
            let cells = AnswerCells::of(row);
            let table = cells.count(0) as u32;
            let place = cells.hash(2).and_then(|id| places.get(&(table, id)));
            if let (Some(&(pool, group)), Some(shape), Some(whole)) = (place, shapes.get(table as usize), cells.value(6)) {
                let is = |at: usize| cells.text(at) == Some("true");
                let row = shaped((shape, WantedColumns::All), whole, cells.int(1).unwrap_or(0));
                visit(DrawnRow { pool, group, own: is(3), pooled: is(4), apart: is(5), row });
            }
            if watch.cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(())
    }
}

/// The table with no more columns than are wanted.
fn wanted(shape: &TableShape, wants: fn(&str) -> bool) -> TableShape {
    let mut wanted = shape.clone();
    wanted.all = shape.all.iter().filter(|field| wants(&shape.standard_name(&field.name))).cloned().collect();
    wanted
}

/// The largest chance of the rows that are left, where so many of so many are wanted.
fn reach(most: u64, of: u64) -> u64 {
    let reach = (u128::from(most) * u128::from(SPARE) * CHANCES / u128::from(of.max(1))).min(CHANCES);
    u64::try_from(reach.saturating_sub(1)).unwrap_or(0)
}

/// The query. A lot is a coarse group: its number, the largest chance of its rows, its pool and its place there, whether rows of its own are drawn,
/// whether some are for the largest group of the pool.
fn query(tables: &[Numbered<'_>], (window, request): (Window, &Request), lots: Vec<String>, [of_group, of_pool]: [u64; 2]) -> Sql {
    let most = |most: u64| QueryValue::Int(i64::try_from(most).unwrap_or(i64::MAX));
    let (of_group, of_pool) = (|| most(of_group), || most(of_pool));
    keyed(tables, window, request, WantedRows::Whole(WantedColumns::All))
        .text(
            ",\nlots AS (\n  SELECT SPLIT(lot, ' ')[SAFE_OFFSET(0)] AS id, SPLIT(lot, ' ')[SAFE_OFFSET(1)] AS reach,\n    \
             SPLIT(lot, ' ')[SAFE_OFFSET(2)] AS pool, SPLIT(lot, ' ')[SAFE_OFFSET(3)] AS mates,\n    \
             SPLIT(lot, ' ')[SAFE_OFFSET(4)] = '1' AS is_chosen, SPLIT(lot, ' ')[SAFE_OFFSET(5)] = '1' AS is_apart\n  FROM UNNEST(",
        )
        .value("lots", QueryValue::Texts(lots))
        .text(
            ") AS lot\n),\nchanced AS (\n  SELECT *,\n    \
             SUBSTR(TO_HEX(MD5(CONCAT(CAST(UNIX_MICROS(ts) AS STRING), ' ', IFNULL(uri, ''), ' ', IFNULL(message, '')))), 1, 8) AS chance\n  \
             FROM keyed JOIN lots USING (id)\n),\nleft_over AS (SELECT *, TO_JSON_STRING(whole) AS said FROM chanced WHERE chance <= reach),\n\
             turned AS (\n  SELECT *,\n    \
             ROW_NUMBER() OVER (PARTITION BY pool, mates ORDER BY chance, ts, src, id, said) AS of_group,\n    \
             ROW_NUMBER() OVER (PARTITION BY pool ORDER BY chance, ts, src, id, said) AS of_pool,\n    \
             ROW_NUMBER() OVER (PARTITION BY pool, is_apart ORDER BY chance, ts, src, id, said) AS of_others\n  FROM left_over\n),\n\
             drawn AS (\n  SELECT *, is_chosen AND of_group <= ",
        )
        .value("of_group", of_group())
        .text(" AS own, of_pool <= ")
        .value("of_pool", of_pool())
        .text(" AS pooled, is_apart AND of_others <= ")
        .value("of_group", of_group())
        .text(
            " AS apart\n  FROM turned\n)\nSELECT src, UNIX_MICROS(ts) AS time_us, id, own, pooled, apart, whole\n\
             FROM drawn WHERE own OR pooled OR apart\nORDER BY ts, src, chance, id, said",
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rows_are_left_where_all_are_wanted_and_twice_as_many_elsewhere() {
        assert_eq!((reach(2000, 0), reach(2000, 4000)), (0xffff_ffff, 0xffff_ffff));
        assert_eq!(reach(2000, 16_000), 0x3fff_ffff);
        assert_eq!(reach(1, u64::MAX), 0);
    }
}
