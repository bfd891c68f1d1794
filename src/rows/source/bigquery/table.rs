//! Tables as they are deployed.
//!
//! Owns: what BigQuery tells of a table (columns, partitions, rows, bytes, labels), the tables of a dataset, the tables that a name stands for.
//! Refuses: what its columns mean (shape), what a layout is (layout).

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::AnswerSchema;
use super::error::Error;
use super::name::TableName;
use super::wire::{Ask, Wire};
use crate::pipeline::layout::Layout;

/// Most pages of lists that are read: 1,000 tables each.
const MOST_PAGES: usize = 100;

/// A table or view.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SourceTable {
    /// Its name.
    #[serde(serialize_with = "as_text")]
    pub name: Option<TableName>,
    /// `TABLE`, `VIEW`, `MATERIALIZED_VIEW`, `EXTERNAL` …
    pub kind: String,
    /// Rows, where BigQuery counts them; not of views.
    pub rows: Option<u64>,
    /// Logical bytes, likewise.
    pub bytes: Option<u64>,
    /// Column and span (`DAY`, `HOUR` …) of its partitions.
    pub partition: Option<Partition>,
    /// Whether a query has to name partitions.
    pub needs_filter: bool,
    /// Columns that it is clustered by.
    pub clustering: Vec<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Where it is.
    pub location: Option<String>,
    /// For people.
    pub description: Option<String>,
    #[serde(skip)]
    pub(super) schema: AnswerSchema,
    /// The schema as BigQuery wrote it.
    #[serde(skip)]
    pub(super) layout: String,
}

/// How a table is partitioned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// The column; absent where it is by the time of arrival.
    pub field: Option<String>,
    /// `DAY`, `HOUR`, `MONTH`, `YEAR`
    #[serde(rename(deserialize = "type"))]
    pub span: String,
}

/// What `schemas_build_id` says: the revision of the schemas that a table was deployed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Build {
    /// Commit of the generated schemas.
    pub revision: String,
    /// `2020-01-23 01:45`, UTC.
    pub date: String,
}

impl std::fmt::Display for Build {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the schemas of {} UTC, revision {}", self.date, crate::ground::text::visible(&self.revision))
    }
}

impl SourceTable {
    /// Its columns, as those of any other layout.
    ///
    /// # Errors
    /// BigQuery tells no columns, or columns that are none.
    pub fn layout(&self) -> Result<Layout, String> {
        Layout::parse(self.layout.as_bytes())
    }

    /// The columns as BigQuery wrote them: what [`SourceTable::layout`] reads.
    pub fn columns_text(&self) -> &str {
        &self.layout
    }

    /// The build that the labels name: `202001230145_be1f11e`.
    pub fn build(&self) -> Option<Build> {
        let (time, revision) = self.labels.get("schemas_build_id")?.split_once('_')?;
        let digits = time.len() == 12 && time.bytes().all(|byte| byte.is_ascii_digit());
        let part = |from: usize, to: usize| time.get(from..to).unwrap_or("");
        digits.then(|| Build {
            revision: revision.to_owned(),
            date: format!("{}-{}-{} {}:{}", part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12)),
        })
    }
}

/// A table as the API writes it; counts are texts there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldTable {
    table_reference: Reference,
    #[serde(default)]
    r#type: String,
    num_rows: Option<String>,
    num_bytes: Option<String>,
    time_partitioning: Option<Partition>,
    #[serde(default)]
    require_partition_filter: bool,
    clustering: Option<Clustering>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    location: Option<String>,
    description: Option<String>,
    schema: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    project_id: String,
    dataset_id: String,
    table_id: String,
}

#[derive(Deserialize)]
struct Clustering {
    #[serde(default)]
    fields: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tables {
    #[serde(default)]
    tables: Vec<Listed>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    table_reference: Reference,
}

/// Everything that BigQuery tells of a table, as it tells it. Costs nothing.
pub(super) async fn ask(wire: &Wire, name: &TableName) -> Result<Value, Error> {
    wire.ask(Ask::get(&["projects", &name.project, "datasets", &name.dataset, "tables", &name.table], &[])).await
}

/// The same, read.
pub(super) fn read(told: Value) -> Result<SourceTable, Error> {
    let wrong = |error: serde_json::Error| Error::Answer(format!("a table: {error}"));
    let told: ToldTable = serde_json::from_value(told).map_err(wrong)?;
    let layout = told.schema.as_ref().map(Value::to_string).unwrap_or_default();
    let schema = told.schema.map_or_else(|| Ok(AnswerSchema::default()), serde_json::from_value).map_err(wrong)?;
    let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
    Ok(SourceTable {
        name: Some(TableName {
            project: told.table_reference.project_id,
            dataset: told.table_reference.dataset_id,
            table: told.table_reference.table_id,
        }),
        // Views have rows and bytes in the answer, and they are always 0.
        rows: number(told.num_rows).filter(|_| told.r#type != "VIEW"),
        bytes: number(told.num_bytes).filter(|_| told.r#type != "VIEW"),
        kind: told.r#type,
        partition: told.time_partitioning,
        needs_filter: told.require_partition_filter,
        clustering: told.clustering.map(|clustering| clustering.fields).unwrap_or_default(),
        labels: told.labels,
        location: told.location,
        description: told.description,
        schema,
        layout,
    })
}

/// The names of all tables of a dataset.
pub(super) async fn tables(wire: &Wire, project: &str, dataset: &str) -> Result<Vec<TableName>, Error> {
    let named = |name: Reference| TableName { project: name.project_id, dataset: name.dataset_id, table: name.table_id };
    all(wire, &["projects", project, "datasets", dataset, "tables"], |page: Tables| {
        (page.tables.into_iter().map(|listed| named(listed.table_reference)).collect(), page.next_page_token)
    })
    .await
}

/// All pages of a list; `take` gives what a page names, and the token of the next.
async fn all<P: DeserializeOwned, T>(wire: &Wire, path: &[&str], take: impl Fn(P) -> (Vec<T>, Option<String>)) -> Result<Vec<T>, Error> {
    let mut names = Vec::new();
    let mut token: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let query: Vec<_> = [("maxResults", "1000".to_owned())].into_iter().chain(token.map(|token| ("pageToken", token))).collect();
        let (more, next) = take(wire.ask(Ask::get(path, &query)).await?);
        names.extend(more);
        token = next.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(names);
        }
    }
    Err(Error::Input(format!("{} is longer than can be listed: name what you look for", path.join("/"))))
}

/// A table, and whether only a pattern named it.
pub(super) struct NamedTable {
    pub(super) table: SourceTable,
    pub(super) by_pattern: bool,
}

/// The names that names and patterns stand for, each once, and whether only a pattern named it.
pub(super) async fn names(wire: &Wire, names: &[TableName]) -> Result<Vec<(TableName, bool)>, Error> {
    let mut found: Vec<(TableName, bool)> = Vec::new();
    for name in names {
        if !name.is_pattern() {
            found.push((name.clone(), false));
            continue;
        }
        let tables = tables(wire, &name.project, &name.dataset).await?;
        let taken: Vec<TableName> = tables.into_iter().filter(|table| name.takes(&table.table)).collect();
        if taken.is_empty() {
            return Err(Error::Input(format!("no table of {}.{} matches {}", name.project, name.dataset, name.table)));
        }
        found.extend(taken.into_iter().map(|name| (name, true)));
    }
    // A table that is named as well as taken in by a pattern is read once, as one that was named.
    found.sort_by_key(|(_, by_pattern)| *by_pattern);
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|(name, _)| seen.insert(name.clone()));
    Ok(found)
}

fn as_text<S: serde::Serializer>(name: &Option<TableName>, serializer: S) -> Result<S::Ok, S::Error> {
    match name {
        Some(name) => serializer.collect_str(name),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_is_read_from_its_label() {
        let table =
            |id: &str| SourceTable { labels: BTreeMap::from([("schemas_build_id".to_owned(), id.to_owned())]), ..SourceTable::default() };
        let build = table("202001230145_be1f11e").build().unwrap();
        assert_eq!((build.date.as_str(), build.revision.as_str()), ("2020-01-23 01:45", "be1f11e"));
        assert_eq!((table("be1f11e").build(), table("20200123é145_x").build(), SourceTable::default().build()), (None, None, None));
    }
}
