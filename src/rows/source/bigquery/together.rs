//! Tables that are read in one query.
//!
//! Owns: which of the tables that patterns and names stand for go together, the columns that all of their rows are given.
//! Refuses: what a table is (shape).

use std::collections::BTreeMap;

use super::answer::Field;
use super::error::Error;
use super::shape::TableShape;
use super::table::NamedTable;
use crate::ground::sql::identifier;
use crate::ground::text::{plural, visible};

/// Tables that are read together, and what is to be said of it.
#[derive(Debug)]
pub(super) struct TablesTogether {
    pub(super) shapes: Vec<TableShape>,
    pub(super) notes: Vec<String>,
}

/// Tables that can be read together; what none of them has is missing. What a pattern takes in that is of no use is left out.
///
/// # Errors
/// Tables of rows beside tables of counts; a named table that is neither; nothing is left.
pub(super) fn together(tables: Vec<NamedTable>, renamed: &BTreeMap<String, String>) -> Result<TablesTogether, Error> {
    let (mut shapes, mut left_out, mut first) = (Vec::new(), Vec::new(), None);
    for NamedTable { table, by_pattern } in tables {
        let name = table.name.as_ref().map(ToString::to_string).unwrap_or_default();
        match TableShape::of(table, renamed) {
            Ok(shape) => shapes.push((shape, by_pattern)),
            Err(error) if by_pattern => {
                first.get_or_insert(error);
                left_out.push(name);
            }
            Err(error) => return Err(error),
        }
    }
    if let (true, Some(error)) = (shapes.is_empty(), first) {
        return Err(error);
    }
    let mut notes = told_of("holds no error rows", "hold no error rows", &left_out);
    let is_counts = |(shape, _): &&(TableShape, bool)| shape.counts.is_some();
    let (counts, rows): (Vec<_>, Vec<_>) = shapes.iter().partition(is_counts);
    if let (Some(first), Some(row)) = (counts.first(), rows.first()) {
        // What was named goes before what a pattern takes in, rows before counts of them.
        let keeps_counts = match (counts.iter().all(|(_, by_pattern)| *by_pattern), rows.iter().all(|(_, by_pattern)| *by_pattern)) {
            (true, _) => false,
            (false, true) => true,
            (false, false) => {
                return Err(Error::Input(format!(
                    "{} holds error rows and {} holds counts of them: read them one after the other",
                    row.0.name(),
                    first.0.name()
                )));
            }
        };
        let left: Vec<String> = if keeps_counts { &rows } else { &counts }.iter().map(|(shape, _)| shape.name()).collect();
        notes.extend(if keeps_counts {
            told_of("holds rows, not counts,", "hold rows, not counts,", &left)
        } else {
            told_of("holds counts, not rows,", "hold counts, not rows,", &left)
        });
        shapes.retain(|(shape, _)| shape.counts.is_some() == keeps_counts);
    }
    if let Some((view, _)) = shapes.iter().find(|(shape, by_pattern)| *by_pattern && shapes.len() > 1 && shape.table.kind.ends_with("VIEW"))
    {
        let name = view.name();
        notes.push(format!("{name} is a view, which may show rows of the other tables once more: what is in both is counted twice"));
    }
    let mut shapes: Vec<TableShape> = shapes.into_iter().map(|(shape, _)| shape).collect();
    let all = columns_of_all(&shapes, &mut notes);
    shapes.iter_mut().for_each(|shape| shape.all = all.as_slice().into());
    Ok(TablesTogether { shapes, notes })
}

/// `2 tables hold no error rows and are left out: a.b.c, a.b.d`
fn told_of(one: &str, many: &str, names: &[String]) -> Vec<String> {
    /// Names that are told.
    const MOST: usize = 8;
    let more = if names.len() > MOST { " …" } else { "" };
    match names {
        [] => Vec::new(),
        [name] => vec![format!("{name} {one} and is left out")],
        _ => {
            let tables = plural(names.len() as u64, "table", "tables");
            vec![format!("{tables} {many} and are left out: {}{more}", names[..names.len().min(MOST)].join(", "))]
        }
    }
}

/// The columns of all tables, each once. Rows of a table that lacks one have NULL there; columns of the same name that are not the same are left out.
fn columns_of_all(shapes: &[TableShape], notes: &mut Vec<String>) -> Vec<Field> {
    let mut all: Vec<Field> = Vec::new();
    let mut differ = Vec::new();
    for field in shapes.iter().flat_map(|shape| &shape.table.schema.fields) {
        match all.iter_mut().find(|known| known.name.eq_ignore_ascii_case(&field.name)) {
            None => all.push(field.clone()),
            Some(known) if is_same(known, field) => {}
            // Most likely a version, which is a number here and a text there.
            Some(known) if [&*known, field].iter().all(|one| is_scalar(one)) => "STRING".clone_into(&mut known.r#type),
            Some(known) => differ.push(known.name.clone()),
        }
    }
    if let [_, _, ..] = shapes {
        let lacks = |field: &Field| shapes.iter().any(|shape| own(shape, field).is_none()) && sql_type(field).is_none();
        differ.extend(all.iter().filter(|field| lacks(field)).map(|field| field.name.clone()));
    }
    all.retain(|field| !differ.contains(&field.name));
    if !differ.is_empty() {
        differ.dedup();
        notes.push(format!("these columns differ from table to table and are not read: {}", visible(&differ.join(", "))));
    }
    all
}

/// The table's own column of that name.
fn own<'a>(shape: &'a TableShape, field: &Field) -> Option<&'a Field> {
    shape.table.schema.fields.iter().find(|own| own.name.eq_ignore_ascii_case(&field.name))
}

/// The expression for one of the columns of all tables in one of them.
pub(super) fn expression(shape: &TableShape, field: &Field) -> String {
    match own(shape, field) {
        Some(own) if own.r#type == field.r#type || sql_type(own) == sql_type(field) => identifier(&own.name),
        Some(own) => format!("CAST({} AS STRING)", identifier(&own.name)),
        None => format!("CAST(NULL AS {})", sql_type(field).unwrap_or_else(|| "STRING".to_owned())),
    }
}

fn is_same(one: &Field, other: &Field) -> bool {
    let fields = one.fields.len() == other.fields.len() && one.fields.iter().zip(&other.fields).all(|(one, other)| is_same(one, other));
    let kind = one.r#type == other.r#type || sql_type(one).is_some_and(|kind| sql_type(other) == Some(kind));
    kind && one.is_repeated() == other.is_repeated() && fields
}

/// Whether any value of it can be cast to a text.
fn is_scalar(field: &Field) -> bool {
    !field.is_repeated() && matches!(name_of(&field.r#type), Some(name) if !matches!(name, "BYTES" | "JSON" | "GEOGRAPHY"))
}

/// The type in SQL; `None` of one that is not known here.
fn sql_type(field: &Field) -> Option<String> {
    let one = match field.r#type.as_str() {
        "RECORD" | "STRUCT" => {
            let inner = |field: &Field| Some(format!("{} {}", identifier(&field.name), sql_type(field)?));
            format!("STRUCT<{}>", field.fields.iter().map(inner).collect::<Option<Vec<_>>>()?.join(", "))
        }
        other => name_of(other)?.to_owned(),
    };
    Some(if field.is_repeated() { format!("ARRAY<{one}>") } else { one })
}

/// The name of a simple type in SQL; the API has older names for some.
fn name_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "STRING" => "STRING",
        "BYTES" => "BYTES",
        "INTEGER" | "INT64" => "INT64",
        "FLOAT" | "FLOAT64" => "FLOAT64",
        "BOOLEAN" | "BOOL" => "BOOL",
        "TIMESTAMP" => "TIMESTAMP",
        "DATE" => "DATE",
        "TIME" => "TIME",
        "DATETIME" => "DATETIME",
        "NUMERIC" => "NUMERIC",
        "BIGNUMERIC" => "BIGNUMERIC",
        "JSON" => "JSON",
        "GEOGRAPHY" => "GEOGRAPHY",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::source::bigquery::answer::AnswerSchema;
    use crate::rows::source::bigquery::name::TableName;
    use crate::rows::source::bigquery::shape::WantedColumns;
    use crate::rows::source::bigquery::table::SourceTable;

    const ROWS: [(&str, &str); 2] = [("Error_Message", "STRING"), ("submission_timestamp", "TIMESTAMP")];
    const COUNTS: [(&str, &str); 3] = [("error_count", "INTEGER"), ("submission_date", "DATE"), ("sample_error_messages", "STRING")];

    fn table(name: &str, columns: &[(&str, &str)]) -> SourceTable {
        let field = |(name, kind): &(&str, &str)| Field { name: (*name).to_owned(), r#type: (*kind).to_owned(), ..Field::default() };
        let schema = AnswerSchema { fields: columns.iter().map(field).collect() };
        SourceTable { name: TableName::parse(name, None).ok(), kind: "TABLE".into(), schema, ..SourceTable::default() }
    }

    #[test]
    fn a_pattern_takes_what_goes_together() {
        let none = BTreeMap::new();
        type Given<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);
        let read = |tables: &[Given<'_>]| {
            let tables =
                tables.iter().map(|(name, columns, by_pattern)| NamedTable { table: table(name, columns), by_pattern: *by_pattern });
            let together = together(tables.collect(), &none).map_err(|error| error.to_string())?;
            Ok::<_, String>((together.shapes.iter().map(TableShape::name).collect::<Vec<_>>(), together.notes))
        };
        let other = &ROWS[1..];
        let (named, pattern) = (false, true);
        assert!(read(&[("a.b.c", &ROWS, named), ("a.b.d", &COUNTS, named)]).unwrap_err().contains("read them one after the other"));
        let (shapes, notes) =
            read(&[("a.b.c", &ROWS, pattern), ("a.b.d", &COUNTS, pattern), ("a.b.e", other, pattern), ("a.b.f", other, pattern)]).unwrap();
        assert_eq!(shapes, ["a.b.c"]);
        assert_eq!(notes, ["2 tables hold no error rows and are left out: a.b.e, a.b.f", "a.b.d holds counts, not rows, and is left out"]);
        assert_eq!(read(&[("a.b.c", &ROWS, pattern), ("a.b.d", &COUNTS, named)]).unwrap().0, ["a.b.d"]);
        assert!(read(&[("a.b.e", other, pattern)]).unwrap_err().contains("has no column error_message"));
        assert!(read(&[("a.b.e", other, named), ("a.b.c", &ROWS, pattern)]).unwrap_err().contains("has no column error_message"));
    }

    #[test]
    fn rows_of_all_tables_have_the_same_columns() {
        let more = |more: &[(&'static str, &'static str)]| [&ROWS[..], more].concat();
        let tables = [
            ("a.b.c", more(&[("version", "INTEGER"), ("flag", "BOOLEAN"), ("odd", "RANGE"), ("payload", "BYTES")])),
            ("a.b.d", more(&[("version", "STRING"), ("group", "INT64"), ("payload", "STRING")])),
        ];
        let named = tables.iter().map(|(name, columns)| NamedTable { table: table(name, columns), by_pattern: false });
        let TablesTogether { shapes, notes } = together(named.collect(), &BTreeMap::new()).unwrap();
        let columns = |shape: &TableShape| -> Vec<String> {
            shape.columns(WantedColumns::All).iter().map(|field| format!("{} AS {}", expression(shape, field), field.name)).collect()
        };
        assert_eq!(columns(&shapes[0])[2..], ["CAST(version AS STRING) AS version", "flag AS flag", "CAST(NULL AS INT64) AS group"]);
        assert_eq!(columns(&shapes[1])[2..], ["version AS version", "CAST(NULL AS BOOL) AS flag", "`group` AS group"]);
        assert_eq!(notes, ["these columns differ from table to table and are not read: payload, odd"]);
    }
}
