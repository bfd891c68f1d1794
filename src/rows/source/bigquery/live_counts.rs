//! Accepted documents by the rows of live tables: what BigQuery tells of a partition costs nothing.
//!
//! Owns: which partitions of which tables are asked for, what is not known.
//! Refuses: tables of counts (accepted), rates (group).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::Error;
use super::name::TableName;
use super::table;
use super::window::Window;
use super::wire::{Ask, Wire};
use crate::ground::text::{plural, visible};
use crate::ground::time::{self, DAY};
use crate::pipeline::destination;
use crate::rows::group::Groups;
use crate::rows::volume::Volume;

/// Most partitions that are asked for: each is a request.
const MOST: usize = 300;

/// What is asked of a partition.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldPartition {
    num_rows: Option<String>,
}

/// Namespace, doctype and version as rows spell them.
type Named = (String, String, Option<String>);

/// The doctypes of the groups, those with the most rows first.
fn doctypes(groups: &Groups) -> Vec<Named> {
    let mut rows: BTreeMap<Named, u64> = BTreeMap::new();
    for group in &groups.list {
        let names = &group.key.names;
        if let (Some(namespace), Some(doctype)) = (&names.namespace, &names.doctype) {
            let version = names.version.as_ref().map(ToString::to_string);
            *rows.entry((namespace.to_string(), doctype.to_string(), version)).or_default() += group.count;
        }
    }
    let mut all: Vec<(Named, u64)> = rows.into_iter().collect();
    all.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    all.into_iter().map(|(named, _)| named).collect()
}

/// Asks for as many as may be asked for; gives the counts and what is to be said of them.
///
/// # Errors
/// A request failed that may go well another time, or nothing may be seen of live tables.
pub(super) async fn volume(wire: &Wire, project: &str, groups: &Groups, window: Window) -> Result<(Volume, String), Error> {
    let mut volume = Volume::default();
    let mut known: BTreeMap<String, Vec<TableName>> = BTreeMap::new();
    let (mut left, mut cut) = (MOST, 0);
    let days: Vec<i64> = (window.since.div_euclid(DAY)..=window.until.saturating_sub(1).div_euclid(DAY)).collect();
    for (namespace, doctype, version) in doctypes(groups) {
        // What rows name may be no table's name at all.
        let live = destination::live(&namespace, &doctype, version.as_deref().unwrap_or("0"));
        let Some((dataset, name)) = live.split_once('.') else { continue };
        if !known.contains_key(dataset) {
            let tables = if TableName::parse(&format!("{project}.{dataset}.*"), None).is_ok() {
                seen(table::tables(wire, project, dataset).await)?.unwrap_or_default()
            } else {
                Vec::new()
            };
            known.insert(dataset.to_owned(), tables);
        }
        let stem = name.strip_suffix('0').filter(|_| version.is_none());
        let is_it = |table: &&TableName| match stem {
            // Of rows that tell no version all versions count.
            Some(stem) => {
                table.table.strip_prefix(stem).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
            }
            None => table.table == name,
        };
        for table in known.get(dataset).into_iter().flatten().filter(is_it) {
            let of = table.table.rsplit_once("_v").map(|(_, version)| version.to_owned());
            for day in &days {
                if left == 0 {
                    cut += 1;
                    continue;
                }
                left -= 1;
                // No rows is what BigQuery tells of a partition that is gone as well: nothing is known of it.
                if let Some(rows) = partition(wire, table, *day).await?.filter(|rows| *rows > 0)
                    && let Some(from) = day.checked_mul(DAY)
                {
                    volume.note((&namespace, &doctype), of.as_deref(), from, rows);
                }
            }
        }
    }
    let mut said = format!(
        "accepted documents are the rows of live tables in {project} by day, without those that have just come: {} asked for, which cost nothing",
        plural((MOST - left) as u64, "partition was", "partitions were")
    );
    if cut > 0 {
        said += &format!("; {} more were not, of the doctypes with the fewest rows", plural(cut, "partition", "partitions"));
    }
    Ok((volume, visible(&said).into_owned()))
}

/// The rows of a day of a table; `None` where nothing is told.
async fn partition(wire: &Wire, table: &TableName, day: i64) -> Result<Option<u64>, Error> {
    let name = format!("{}${}", table.table, time::day(day.saturating_mul(DAY)).replace('-', ""));
    let path = ["projects", &table.project, "datasets", &table.dataset, "tables", &name];
    let told = seen(wire.ask::<ToldPartition>(Ask::get(&path, &[("fields", "numRows".to_owned())])).await)?;
    Ok(told.and_then(|told| told.num_rows?.parse().ok()))
}

/// What is not there is not known.
fn seen<T>(told: Result<T, Error>) -> Result<Option<T>, Error> {
    match told {
        Ok(told) => Ok(Some(told)),
        Err(Error::Refused(refusal)) if refusal.status == 404 => Ok(None),
        Err(error) => Err(error),
    }
}
