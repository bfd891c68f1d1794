//! What rows of a live table hold beside their columns: `additional_properties`.
//!
//! Owns: the query for some rows of each day, how many there are of each day, which of them are too long to be read.
//! Refuses: what stands in the texts (losses), the price and the job (service).

use std::ops::ControlFlow;

use super::answer::{AnswerCells, Field};
use super::error::Error;
use super::name::TableName;
use super::service::Service;
use super::settings::Settings;
use super::sql::{QueryValue, Sql};
use super::table::SourceTable;
use super::window::{Window, window};
use crate::ground::text::{plural, visible};
use crate::ground::time::{DAY, Micros};
use crate::pipeline::layout::Layout;
use crate::rows::column::ErrorColumn;
use crate::rows::source::{Request, SourceError, Spent, Watch};

/// The column with what no other column takes.
const ADDITIONAL: &str = crate::pipeline::sink::ADDITIONAL;
/// Days before the end of the window where nothing tells its beginning.
const USUAL_DAYS: i64 = 7;
/// Longest text that is brought, in characters.
const LONGEST: i64 = 200_000;
/// Rows of a table from which on only some clients are looked at: ordering all of them would cost more than it tells.
const MANY: u64 = 10_000_000;
/// The clients that are looked at then: one of 100.
const SAMPLE: i64 = 0;

/// A live table, reached.
pub struct LiveTable {
    service: Service,
    /// What BigQuery tells of it.
    pub table: SourceTable,
}

/// A row that holds something beside its columns.
#[derive(Debug, Clone, Copy)]
pub struct AdditionalRow<'a> {
    /// Its day, as the time at which that begins.
    pub day: Micros,
    /// The text; `None` where it is too long to be brought.
    pub text: Option<&'a str>,
    /// How many rows of its day hold something.
    pub of: u64,
}

/// Which rows were asked for.
#[derive(Debug, Clone, Copy)]
pub struct AdditionalAsked {
    /// From when on.
    pub since: Micros,
    /// Until when.
    pub until: Micros,
    /// The `sample_id` of the clients that were looked at, one of 100; `None` where all were.
    pub sample: Option<i64>,
}

impl LiveTable {
    /// Asks what the table is. That is free.
    ///
    /// # Errors
    /// No credentials, no such table, or no access to it.
    pub fn open(name: &TableName, settings: &Settings, watch: &dyn Watch) -> Result<Self, SourceError> {
        let service = Service::open(settings.clone(), Some(&name.project))?;
        let tables = service.tables(std::slice::from_ref(name), watch)?;
        let [named] = <[_; 1]>::try_from(tables).map_err(|tables| {
            Error::Input(format!("{name} stands for {}: name one of them", plural(tables.len() as u64, "table", "tables")))
        })?;
        Ok(LiveTable { service, table: named.table })
    }

    /// Its columns.
    ///
    /// # Errors
    /// BigQuery tells none.
    pub fn layout(&self) -> Result<Layout, String> {
        self.table.layout()
    }

    /// Some rows of each day of a window, the days in their order: at most so many of each, by chance. The price is told, or asked for, before.
    ///
    /// # Errors
    /// The table has no such column, the price is too high, or BigQuery refuses.
    pub fn rows(
        &self,
        (since, until): (Option<Micros>, Option<Micros>),
        most_of_day: u32,
        watch: &dyn Watch,
        take: &mut dyn FnMut(AdditionalRow<'_>) -> ControlFlow<()>,
    ) -> Result<AdditionalAsked, SourceError> {
        let now = self.service.clock().now();
        let usual = until.unwrap_or(now).saturating_sub(USUAL_DAYS * DAY);
        let window = window(&Request { since: Some(since.unwrap_or(usual)), until, ..Request::default() }, now)?;
        let (sql, sample) = query(&self.table, window, most_of_day)?;
        self.service.visit("reading additional_properties", &sql, watch, &mut |row| {
            let cells = AnswerCells::of(row);
            let Some(day) = cells.int(0).and_then(|seconds| seconds.checked_mul(1_000_000)) else { return ControlFlow::Continue(()) };
            take(AdditionalRow { day, text: cells.text(1), of: cells.count(2) })
        })?;
        Ok(AdditionalAsked { since: window.since, until: until.unwrap_or(now), sample })
    }

    /// What that has cost.
    pub fn spent(&self) -> Spent {
        self.service.spent()
    }
}

/// The query, and the `sample_id` that it asks for.
fn query(table: &SourceTable, window: Window, most_of_day: u32) -> Result<(Sql, Option<i64>), Error> {
    let field = |name: &str, kind: &str| {
        let is_it = |field: &&Field| field.name.eq_ignore_ascii_case(name) && field.r#type.starts_with(kind) && !is_list(field);
        table.schema.fields.iter().find(is_it)
    };
    let shown = table.name.as_ref().map(ToString::to_string).unwrap_or_default();
    let lacks = |name: &str, kind: &str| {
        let told = format!("{shown} has no {kind} column {name}, so it is not a live or stable table of the pipeline");
        Error::Input(visible(&told).into_owned())
    };
    // Live tables are parted by it, as the error table is.
    let parted_by = ErrorColumn::Time.name();
    let (Some(lost), Some(time)) = (field(ADDITIONAL, "STRING"), field(parted_by, "TIMESTAMP")) else {
        return Err(if field(parted_by, "TIMESTAMP").is_none() { lacks(parted_by, "TIMESTAMP") } else { lacks(ADDITIONAL, "STRING") });
    };
    let name = table.name.as_ref().ok_or_else(|| lacks(ADDITIONAL, "STRING"))?;
    // Document ids are made by chance, so that their order is none.
    let by_chance = field("document_id", "STRING").unwrap_or(time);
    let sampled = field("sample_id", "INT").filter(|_| table.rows.is_some_and(|rows| rows > MANY));
    let day = |sql: Sql| sql.text("TIMESTAMP_TRUNC(").column(&time.name).text(", DAY)");
    let mut sql = day(Sql::new("SELECT UNIX_SECONDS(")).text(") AS day,\n  IF(LENGTH(").column(&lost.name).text(") <= ");
    sql = sql.value("longest", QueryValue::Int(LONGEST)).text(", ").column(&lost.name).text(", NULL) AS lost,\n  ");
    sql = day(sql.text("COUNT(*) OVER (PARTITION BY ")).text(") AS held\n  FROM ").table(name);
    sql = sql.text("\n  WHERE ").column(&time.name).text(" >= ").value("since", QueryValue::Time(window.since));
    sql = sql.text(" AND ").column(&time.name).text(" < ").value("until", QueryValue::Time(window.until));
    sql = sql.text("\n  AND ").column(&lost.name).text(" IS NOT NULL AND ").column(&lost.name).text(" != '{}'");
    if let Some(sampled) = sampled {
        sql = sql.text("\n  AND ").column(&sampled.name).text(" = ").value("sample", QueryValue::Int(SAMPLE));
    }
    sql = day(sql.text("\n  QUALIFY ROW_NUMBER() OVER (PARTITION BY ")).text(" ORDER BY ").column(&by_chance.name);
    sql = sql.text(") <= ").value("most", QueryValue::Int(most_of_day.into())).text("\n  ORDER BY day");
    Ok((sql, sampled.map(|_| SAMPLE)))
}

fn is_list(field: &Field) -> bool {
    field.mode.as_deref().is_some_and(|mode| mode.eq_ignore_ascii_case("REPEATED"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::source::bigquery::answer::AnswerSchema;

    fn table(columns: &[(&str, &str)], rows: u64) -> SourceTable {
        let field = |(name, kind): &(&str, &str)| Field { name: (*name).to_owned(), r#type: (*kind).to_owned(), ..Field::default() };
        let schema = AnswerSchema { fields: columns.iter().map(field).collect() };
        SourceTable { name: TableName::parse("a.b_live.c_v1", None).ok(), schema, rows: Some(rows), ..SourceTable::default() }
    }

    const LIVE: [(&str, &str); 4] =
        [("submission_timestamp", "TIMESTAMP"), ("document_id", "STRING"), ("sample_id", "INTEGER"), ("additional_properties", "STRING")];

    #[test]
    fn some_rows_of_each_day_are_asked_for_by_partition() {
        let window = Window { since: 0, until: DAY };
        let (sql, sample) = query(&table(&LIVE, 5), window, 100).unwrap();
        assert_eq!(
            sql.sent(),
            "SELECT UNIX_SECONDS(TIMESTAMP_TRUNC(submission_timestamp, DAY)) AS day,\n  \
             IF(LENGTH(additional_properties) <= @longest, additional_properties, NULL) AS lost,\n  \
             COUNT(*) OVER (PARTITION BY TIMESTAMP_TRUNC(submission_timestamp, DAY)) AS held\n  FROM `a`.`b_live`.`c_v1`\n  \
             WHERE submission_timestamp >= @since AND submission_timestamp < @until\n  \
             AND additional_properties IS NOT NULL AND additional_properties != '{}'\n  \
             QUALIFY ROW_NUMBER() OVER (PARTITION BY TIMESTAMP_TRUNC(submission_timestamp, DAY) ORDER BY document_id) <= @most\n  ORDER BY day"
        );
        assert_eq!(sample, None);
        let (sql, sample) = query(&table(&LIVE, MANY + 1), window, 100).unwrap();
        assert!(sample == Some(0) && sql.sent().contains("AND sample_id = @sample"), "{}", sql.sent());
    }

    #[test]
    fn a_table_without_the_columns_is_none_of_the_pipeline() {
        let told = |columns: &[(&str, &str)]| query(&table(columns, 5), Window::NONE, 1).unwrap_err().to_string();
        assert!(told(&LIVE[..3]).contains("a.b_live.c_v1 has no STRING column additional_properties"), "{}", told(&LIVE[..3]));
        assert!(told(&LIVE[1..]).contains("no TIMESTAMP column submission_timestamp"), "{}", told(&LIVE[1..]));
    }
}
