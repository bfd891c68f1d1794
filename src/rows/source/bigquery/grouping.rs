//! The query that counts.
//!
//! Owns: the SQL that turns rows into coarse groups with their counts, how many of them come back, what becomes of the others.
//! Refuses: generalising by the schema: that is done on this side (group), by messages that come back with each coarse group.
//!
//! Every value is a parameter. Only columns that counting needs are named, never the payload, and the window is always a condition on
//! the column of the partitions. Nothing is joined, so every table is read once.

mod normal;

use heck::ToSnakeCase;

use super::answer::Field;
use super::shape::{CountColumns, TableShape, WantedColumns};
use super::sql::{QueryValue, Sql};
use super::together;
use super::window::Window;
use crate::rows::column::{self, CountColumn, ErrorColumn};
use crate::rows::source::Request;

/// Messages that come back with a coarse group, for the values in them.
pub(super) const MESSAGES: usize = 16;
/// Rows that come back with a coarse group: its newest.
pub(super) const NEWEST: usize = 5;
/// Smallest hashes of client ids that come back with a coarse group: what their number is estimated from.
pub(super) const CLIENTS: usize = 64;

/// Cells that come back with a coarse group: its rows by job and time, the most first. Most have less than a hundred; of the others all rows are in its
/// number.
const CELLS: usize = 512;

/// How many coarse groups come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Of one namespace; all others of it are one group.
    pub(super) of_namespace: usize,
    /// In all; the rest is counted.
    pub(super) in_all: usize,
}

/// The grouping query over tables of one kind.
///
/// Coarse groups are ranked by their sums alone, which stand beside their cells from the same reading of the rows: what a namespace has of cells, with
/// their messages and clients, is never sorted in one place.
pub(super) fn query(tables: &[Numbered<'_>], window: Window, request: &Request, bounds: Bounds) -> Sql {
    let counted = tables.iter().any(|(_, shape)| shape.counts.is_some());
    let (count, asked, messages) = match counted {
        true => ("SUM(weight)", "SUM(IF(asked, weight, 0))", format!("APPROX_TOP_SUM(message, weight, {MESSAGES})")),
        false => ("COUNT(*)", "COUNTIF(asked)", format!("APPROX_TOP_COUNT(message, {MESSAGES})")),
    };
    let newest = if counted {
        "CAST(NULL AS ARRAY<INT64>)".to_owned()
    } else {
        format!("IF(GROUPING(bin) = 1, NULL, ARRAY_AGG(UNIX_MICROS(ts) ORDER BY ts DESC LIMIT {NEWEST}))")
    };
    let weigh = if counted { "sum" } else { "count" };
    let bin = || QueryValue::Int(window.bin());
    keyed(tables, window, request, WantedRows::Counts)
        .text(",\nbinned AS (SELECT *, DIV(UNIX_SECONDS(ts), ")
        .value("bin", bin())
        .text(") AS bin FROM keyed),\ncell AS (\n  SELECT id, job, bin, GROUPING(bin) = 1 AS is_sum, ANY_VALUE(src) AS src,\n    ")
        .text("IF(id = '', NULL, ANY_VALUE(namespace)) AS namespace, ANY_VALUE(doctype) AS doctype,\n    ")
        .text("ANY_VALUE(version) AS version, ANY_VALUE(stage) AS stage, ANY_VALUE(class) AS class,\n    ")
        .text("LOGICAL_OR(asked) AS asked, BIT_OR(1 << LEAST(DIV(UNIX_SECONDS(ts), 3600) - DIV(DIV(UNIX_SECONDS(ts), ")
        .value("bin", bin())
        .text(") * ")
        .value("bin", bin())
        .text(", 3600), 62)) AS hours,\n    ")
        .text(&format!("{asked} AS total, {count} AS n, UNIX_MICROS(MIN(ts)) AS first_us, UNIX_MICROS(MAX(ts)) AS last_us,\n    "))
        .text(&format!("IF(GROUPING(bin) = 1, NULL, {messages}) AS messages, {newest} AS newest,\n    "))
        .text(&format!("IF(GROUPING(bin) = 1, NULL, ARRAY_AGG(DISTINCT client IGNORE NULLS ORDER BY client LIMIT {CLIENTS})) AS clients\n"))
        .text("  FROM binned GROUP BY GROUPING SETS ((id, job, bin), (id))\n),\n")
        .text("ranked AS (\n  SELECT *, ROW_NUMBER() OVER (PARTITION BY is_sum, namespace, IF(is_sum, '', id) ORDER BY total DESC, id) AS turn FROM cell\n),\n")
        .text("placed AS (SELECT *, MAX(IF(is_sum, turn, NULL)) OVER (PARTITION BY id) AS place FROM ranked),\n")
        .text("kept AS (\n  SELECT id, IF(id = '' OR place <= ")
        .value("most", QueryValue::Int(bounds.of_namespace as i64))
        .text(", id, NULL) AS kept_id, place, namespace, job, bin, src, doctype, version, stage, class, asked, hours, n, first_us, last_us, messages, newest, clients\n")
        .text("  FROM placed WHERE NOT is_sum\n),\n")
        .text(FOLDED)
        .text(&format!(
            "  ARRAY_AGG(STRUCT(bin AS bin, job AS job, n AS n, first_us AS first_us, last_us AS last_us, hours AS hours, asked AS asked)\n      \
             ORDER BY asked DESC, n DESC, bin, job LIMIT {CELLS}) AS cells,\n    \
             ARRAY_CONCAT_AGG(messages) AS messages, ARRAY_CONCAT_AGG(newest) AS newest, ARRAY_CONCAT_AGG(clients) AS clients\n  \
             FROM folded GROUP BY kept_id, namespace\n)\n"
        ))
        .text(&format!(
            "SELECT kept_id, src, namespace, doctype, version, stage, class, n, SUM(n) OVER () AS n_of_all, place, cells,\n  \
             ARRAY(SELECT AS STRUCT said.value AS message, SUM(said.{weigh}) AS n FROM UNNEST(messages) AS said GROUP BY said.value \
             ORDER BY SUM(said.{weigh}) DESC, said.value LIMIT {MESSAGES}) AS messages,\n  \
             ARRAY(SELECT at_us FROM UNNEST(newest) AS at_us ORDER BY at_us DESC LIMIT {NEWEST}) AS newest,\n  \
             ARRAY(SELECT DISTINCT client FROM UNNEST(clients) AS client WHERE client IS NOT NULL ORDER BY client LIMIT {CLIENTS}) AS clients\n\
             FROM grouped WHERE n > 0 OR kept_id = ''\nORDER BY IF(kept_id = '', 1, 0) DESC, n DESC, namespace, kept_id\nLIMIT "
        ))
        .value("most_in_all", QueryValue::Int(bounds.in_all as i64))
}

/// Coarse groups beyond the bound become one for each namespace, without messages.
const FOLDED: &str = "\
folded AS (
  SELECT kept_id, namespace, job, bin, ANY_VALUE(src) AS src, ANY_VALUE(doctype) AS doctype, ANY_VALUE(version) AS version,
    ANY_VALUE(stage) AS stage, ANY_VALUE(class) AS class, LOGICAL_OR(asked) AS asked, BIT_OR(hours) AS hours, SUM(n) AS n, MIN(first_us) AS first_us, MAX(last_us) AS last_us,
    MAX(place) AS place, ARRAY_CONCAT_AGG(IF(kept_id IS NULL OR NOT asked, NULL, messages)) AS messages,
    ARRAY_CONCAT_AGG(IF(kept_id IS NULL OR NOT asked, NULL, newest)) AS newest, ARRAY_CONCAT_AGG(IF(kept_id IS NULL OR NOT asked, NULL, clients)) AS clients
  FROM kept GROUP BY kept_id, namespace, job, bin
),
grouped AS (
  SELECT kept_id, namespace, ANY_VALUE(src) AS src, ANY_VALUE(doctype) AS doctype, ANY_VALUE(version) AS version,
    ANY_VALUE(stage) AS stage, ANY_VALUE(class) AS class, SUM(IF(asked, n, 0)) AS n, MAX(place) AS place,
  ";

/// A table with its position among all that are read, which is part of the number of its coarse groups.
pub(super) type Numbered<'a> = (usize, &'a TableShape);

/// What of the rows is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WantedRows {
    /// What counting needs.
    Counts,
    /// What puts rows in order.
    Keys,
    /// These columns, with the payload.
    Whole(WantedColumns),
}

/// `WITH source …, keyed …`: the rows of the window, each with the number (`id`) of its coarse group.
pub(super) fn keyed(tables: &[Numbered<'_>], window: Window, request: &Request, wanted: WantedRows) -> Sql {
    let mut sql = Sql::new("WITH source AS (\n");
    for (turn, (at, shape)) in tables.iter().enumerate() {
        if turn > 0 {
            sql = sql.text("  UNION ALL\n");
        }
        sql = sql.then(source(*at, shape, window, request, wanted));
    }
    let id = if wanted == WantedRows::Counts { format!("IF(related, {}, '')", normal::ID) } else { normal::ID.to_owned() };
    sql.text("),\n")
        .text(normal::PARSED)
        .text(normal::NORMAL)
        .text(&format!("keyed AS (\n  SELECT * EXCEPT (norm), {id} AS id\n  FROM normal\n)"))
}

/// The rows of one table. Only a table's own name and columns are ever written into the text.
fn source(at: usize, shape: &TableShape, window: Window, request: &Request, wanted: WantedRows) -> Sql {
    let mut sql = Sql::new(&format!("  SELECT {at} AS src, ")).then(time(shape)).text(" AS ts");
    for (column, alias) in [
        (ErrorColumn::Namespace, "namespace"),
        (ErrorColumn::Doctype, "doctype"),
        (ErrorColumn::Version, "version"),
        (ErrorColumn::Stage, "stage"),
        (ErrorColumn::Class, "class"),
        (ErrorColumn::Job, "job"),
    ] {
        sql = sql.text(", ").then(text_column(shape.field(column))).text(&format!(" AS {alias}"));
    }
    let (related, of_jobs) = (related(shape, request), of_jobs(shape, request));
    if wanted == WantedRows::Counts {
        // Rows that were not asked for tell of deploys, but not by their message where they are of another doctype.
        sql = match &related {
            Some(related) => sql.text(", IF(").then(related.clone()).text(", ").then(message(shape)).text(", NULL)"),
            None => sql.text(", ").then(message(shape)),
        };
        let all = |conditions: &[&Option<Sql>]| {
            conditions.iter().copied().flatten().fold(Sql::new("TRUE"), |all, one| all.text(" AND ").then(one.clone()))
        };
        sql = sql.text(" AS message, IFNULL(").then(all(&[&related])).text(", FALSE) AS related, IFNULL(");
        sql = sql.then(all(&[&related, &of_jobs])).text(", FALSE) AS asked");
    } else {
        sql = sql.text(", ").then(message(shape)).text(" AS message");
    }
    sql = match (wanted, shape.column(ErrorColumn::Client)) {
        (WantedRows::Counts, Some(client)) => sql.text(", SUBSTR(TO_HEX(MD5(").column(client).text(")), 1, 16) AS client"),
        (WantedRows::Counts, None) => sql.text(", CAST(NULL AS STRING) AS client"),
        (WantedRows::Keys | WantedRows::Whole(_), _) => sql.text(", ").then(text_column(shape.field(ErrorColumn::Uri))).text(" AS uri"),
    };
    if let WantedRows::Whole(columns) = wanted {
        sql = sql.text(", ").then(whole(shape, columns)).text(" AS whole");
    }
    if let Some(counts) = &shape.counts {
        sql = sql.text(", ").column(&counts.count).text(" AS weight");
    }
    if let Some(name) = &shape.table.name {
        sql = sql.text("\n  FROM ").table(name);
    }
    sql = within(sql, shape, window);
    if wanted != WantedRows::Counts {
        sql = [related, of_jobs].into_iter().flatten().fold(sql, |sql, condition| sql.text("\n    AND ").then(condition));
    }
    sql.text("\n")
}

/// Columns under their own names, which may be those that are used here; the same of all tables.
fn whole(shape: &TableShape, columns: WantedColumns) -> Sql {
    let mut sql = Sql::new("STRUCT(");
    for (at, column) in shape.columns(columns).into_iter().enumerate() {
        sql = sql.text(if at > 0 { ", " } else { "" }).text(&together::expression(shape, column)).text(" AS ").column(&column.name);
    }
    sql.text(")")
}

/// The window, on the column of the partitions.
pub(super) fn within(sql: Sql, shape: &TableShape, window: Window) -> Sql {
    let (since, until) = (QueryValue::Time(window.since), QueryValue::Time(window.until));
    let mut sql = sql.text("\n  WHERE ").then(time(shape)).text(" >= ").value("since", since.clone()).text(" AND ").then(time(shape));
    sql = sql.text(" < ").value("until", until.clone());
    if let Some(CountColumns { day: Some(day), .. }) = &shape.counts {
        sql =
            sql.text(" AND ").column(day).text(" BETWEEN DATE(").value("since", since).text(") AND DATE(").value("until", until).text(")");
    }
    sql
}

/// Whether a row is of a doctype and stage that was asked for; `None` where all are. Names are compared without regard to case and signs, which takes in
/// all spellings that are the same in snake case; this side takes the others out again.
fn related(shape: &TableShape, request: &Request) -> Option<Sql> {
    let mut conditions = Vec::new();
    for (column, name, wanted) in
        [(ErrorColumn::Namespace, "namespaces", &request.namespaces), (ErrorColumn::Doctype, "doctypes", &request.doctypes)]
    {
        if !wanted.is_empty() {
            let sql = Sql::new("LOWER(REGEXP_REPLACE(").then(text_column(shape.field(column))).text(", r'[^A-Za-z0-9]', '')) IN UNNEST(");
            conditions.push(sql.value(name, QueryValue::Texts(wanted.iter().map(|name| folded(name)).collect())).text(")"));
        }
    }
    conditions.extend(is_one_of(shape, ErrorColumn::Stage, "stages", &request.stages));
    conditions.into_iter().reduce(|all, one| all.text(" AND ").then(one))
}

/// Whether a row is of a job that was asked for; `None` where all are.
fn of_jobs(shape: &TableShape, request: &Request) -> Option<Sql> {
    is_one_of(shape, ErrorColumn::Job, "jobs", &request.jobs)
}

fn is_one_of(shape: &TableShape, column: ErrorColumn, name: &'static str, wanted: &[String]) -> Option<Sql> {
    let value = || QueryValue::Texts(wanted.to_vec());
    (!wanted.is_empty()).then(|| text_column(shape.field(column)).text(" IN UNNEST(").value(name, value()).text(")"))
}

fn folded(name: &str) -> String {
    name.to_snake_case().chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

pub(super) fn text_column(field: Option<&Field>) -> Sql {
    match field {
        None => Sql::new("CAST(NULL AS STRING)"),
        Some(field) if field.r#type == "STRING" => Sql::default().column(&field.name),
        Some(field) => Sql::new("CAST(").column(&field.name).text(" AS STRING)"),
    }
}

/// The message of a row; of counts as it was before it was counted, by the rule of [`column::counted_message`].
fn message(shape: &TableShape) -> Sql {
    let own = shape.field(ErrorColumn::Message);
    let Some(counts) = shape.counts.as_ref().filter(|_| own.is_none()) else { return text_column(own) };
    let first = || match &counts.sample {
        Some(sample) if sample.is_repeated() => Sql::new("NULLIF(").column(&sample.name).text("[SAFE_OFFSET(0)], '')"),
        Some(_) => {
            let split = format!(", '{}')[SAFE_OFFSET(0)], '')", CountColumn::SAMPLES);
            Sql::new("NULLIF(SPLIT(").then(text_column(counts.sample.as_ref())).text(&split)
        }
        None => text_column(None),
    };
    let path = || text_column(counts.path.as_ref());
    let place = || Sql::new("REGEXP_REPLACE(").then(path()).text(r", r'[/ ]?\[[^\[\]]+\]$', '')");
    let keyed = || Sql::new("REGEXP_EXTRACT(").then(path()).text(r", r'\[([^\[\]]+)\]$')");
    let is_said = Sql::new("STRPOS(").then(first()).text(", CONCAT('[', ").then(keyed()).text(", ']')) > 0");
    let told =
        Sql::new("CONCAT(IF(").then(is_said).text(", ").then(place()).text(", ").then(path()).text("), ': ', ").then(first()).text(")");
    let by_key = Sql::new("CONCAT(").then(place()).text(&format!(", ': {}', ", column::KEYED)).then(keyed()).text(")");
    let untold = Sql::new("CONCAT(").then(path()).text(&format!(", ': {}')", column::UNTOLD));
    Sql::new("COALESCE(").then(told).text(", ").then(by_key).text(", ").then(untold).text(", ").then(first()).text(")")
}

/// The time of a row; of counts the beginning of their hour or day.
pub(super) fn time(shape: &TableShape) -> Sql {
    let Some(counts) = &shape.counts else {
        return Sql::default().column(shape.column(ErrorColumn::Time).unwrap_or(ErrorColumn::Time.name()));
    };
    match (&counts.hour, &counts.day) {
        (Some(hour), _) if hour.r#type == "TIMESTAMP" => Sql::default().column(&hour.name),
        (Some(hour), Some(day)) if hour.r#type.starts_with("INT") => {
            Sql::new("TIMESTAMP_ADD(TIMESTAMP(").column(day).text("), INTERVAL ").column(&hour.name).text(" HOUR)")
        }
        (_, Some(day)) => Sql::new("TIMESTAMP(").column(day).text(")"),
        (Some(hour), None) => Sql::new("TIMESTAMP(").column(&hour.name).text(")"),
        (None, None) => Sql::new("CAST(NULL AS TIMESTAMP)"),
    }
}
