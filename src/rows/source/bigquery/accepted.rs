//! Accepted documents that tables of counts tell beside their own counts.
//!
//! Owns: the query for them, one small answer beside the groups'; what it means.
//! Refuses: rates (group).

use super::answer::{AnswerCells, Field};
use super::cell::AnswerCell;
use super::grouping::{text_column, time, within};
use super::shape::TableShape;
use super::sql::{QueryValue, Sql};
use super::window::Window;
use crate::ground::time::DAY;
use crate::rows::column::{CountColumn, ErrorColumn};
use crate::rows::volume::Volume;

/// Most counts that come back.
const MOST: i64 = 200_000;

/// Accepted documents by doctype and day; `None` where no table has them. Every row of a day repeats the same number.
pub(super) fn query(shapes: &[TableShape], window: Window) -> Option<Sql> {
    let mut sql: Option<Sql> = None;
    for (shape, valid) in shapes.iter().filter_map(|shape| Some((shape, column(shape)?))) {
        let mut one = match sql.take() {
            Some(before) => before.text("\nUNION ALL\n"),
            None => Sql::default(),
        };
        one = one.text("SELECT ");
        for name in [ErrorColumn::Namespace, ErrorColumn::Doctype, ErrorColumn::Version] {
            one = one.then(text_column(shape.field(name))).text(", ");
        }
        one = one.text("DIV(UNIX_SECONDS(").then(time(shape)).text("), 86400), MAX(").column(&valid.name).text(")\n  FROM ");
        one = one.table(shape.table.name.as_ref()?);
        sql = Some(within(one, shape, window).text("\n  GROUP BY 1, 2, 3, 4"));
    }
    sql.map(|sql| sql.text("\nLIMIT ").value("most", QueryValue::Int(MOST)))
}

fn column(shape: &TableShape) -> Option<&Field> {
    shape.counts.as_ref()?;
    let is_valid = |field: &&Field| field.name.eq_ignore_ascii_case(CountColumn::Valid.name()) && field.r#type.starts_with("INT");
    shape.table.schema.fields.iter().find(is_valid)
}

/// What the answer says.
pub(super) fn volume(rows: &[String]) -> Volume {
    let mut volume = Volume::default();
    for row in rows.iter().map(|row| AnswerCell::of(row)) {
        let cells = AnswerCells::of(&row);
        let day = cells.int(3).and_then(|day| day.checked_mul(DAY)).filter(|day| day.checked_add(2 * DAY).is_some());
        if let (Some(namespace), Some(doctype), Some(day), Some(_)) = (cells.text(0), cells.text(1), day, cells.int(4)) {
            volume.note((namespace, doctype), cells.text(2), day, cells.count(4));
        }
    }
    volume
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::rows::source::bigquery::answer::AnswerSchema;
    use crate::rows::source::bigquery::name::TableName;
    use crate::rows::source::bigquery::table::SourceTable;

    fn shape(columns: &[(&str, &str)]) -> TableShape {
        let field = |(name, kind): &(&str, &str)| Field { name: (*name).to_owned(), r#type: (*kind).to_owned(), ..Field::default() };
        let schema = AnswerSchema { fields: columns.iter().map(field).collect() };
        let table = SourceTable { name: TableName::parse("a.b.c", None).ok(), schema, ..SourceTable::default() };
        TableShape::of(table, &BTreeMap::new()).unwrap()
    }

    #[test]
    fn only_tables_that_count_accepted_documents_are_asked_for_them() {
        let window = Window { since: 0, until: DAY };
        let columns =
            [("document_namespace", "STRING"), ("document_type", "STRING"), ("submission_date", "DATE"), ("error_count", "INTEGER")];
        assert_eq!(query(&[shape(&columns)], window), None);
        let with = shape(&[&columns[..], &[("valid_ping_count", "INTEGER")]].concat());
        assert_eq!(
            query(&[with], window).unwrap().sent(),
            "SELECT document_namespace, document_type, CAST(NULL AS STRING), DIV(UNIX_SECONDS(TIMESTAMP(submission_date)), 86400), \
             MAX(valid_ping_count)\n  FROM `a`.`b`.`c`\n  WHERE TIMESTAMP(submission_date) >= @since AND TIMESTAMP(submission_date) < @until \
             AND submission_date BETWEEN DATE(@since) AND DATE(@until)\n  GROUP BY 1, 2, 3, 4\nLIMIT @most"
        );
    }

    #[test]
    fn the_answer_is_a_volume() {
        let row = |cells: [serde_json::Value; 5]| json!({ "f": cells.map(|cell| json!({ "v": cell })) }).to_string();
        let rows = [
            row([json!("telemetry"), json!("main"), json!(null), json!("20000"), json!("936")]),
            row([json!("telemetry"), json!("crash"), json!(null), json!("20000"), json!(null)]),
        ];
        let volume = volume(&rows);
        let of = volume.of("telemetry", "main", None).unwrap();
        assert_eq!(volume.accepted(&of, (20_000 * DAY, 20_001 * DAY)), Some(936));
        assert_eq!(volume.of("telemetry", "crash", None), None);
    }
}
