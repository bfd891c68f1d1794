//! What the columns of a table mean.
//!
//! Owns: the error table's columns under whatever names they have, tables that hold counts instead of rows, what is missing.
//! Refuses: SQL (grouping, rows).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::answer::Field;
use super::error::Error;
use super::table::SourceTable;
use crate::ground::sql::identifier;
use crate::rows::column::{self, CountColumn, ErrorColumn};
use crate::rows::foreign::starter;
use crate::rows::source::{RowTable, RowsFrom};

/// Columns of the error table that are used here, in the order in which they are told.
pub(super) const USED: [ErrorColumn; 11] = [
    ErrorColumn::Time,
    ErrorColumn::Namespace,
    ErrorColumn::Doctype,
    ErrorColumn::Version,
    ErrorColumn::Stage,
    ErrorColumn::Class,
    ErrorColumn::Message,
    ErrorColumn::Job,
    ErrorColumn::Client,
    ErrorColumn::Uri,
    ErrorColumn::Payload,
];

/// How the names of columns with stack traces begin.
const STACK_TRACE: &str = "stack_trace";

/// The columns that a table may have under other names.
pub fn renamable() -> Vec<&'static str> {
    USED.into_iter().map(ErrorColumn::name).chain(CountColumn::ALL.into_iter().map(CountColumn::name)).collect()
}

/// How much of rows is read, which is what costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WantedColumns {
    All,
    /// All but stack traces, which nothing shows.
    Shown,
    /// [`ErrorColumn::NEEDED`].
    Needed,
}

/// A table with the meaning of its columns.
#[derive(Debug, Clone)]
pub(super) struct TableShape {
    pub(super) table: SourceTable,
    /// What columns of these names are, in small letters.
    names: BTreeMap<String, ErrorColumn>,
    /// The column that holds each of [`USED`].
    columns: [Option<Field>; USED.len()],
    /// Columns of all tables that are read together, which rows of each have.
    pub(super) all: Arc<[Field]>,
    /// What each row counts for, where it is more than one.
    pub(super) counts: Option<CountColumns>,
}

/// Columns of a table of counts.
#[derive(Debug, Clone)]
pub(super) struct CountColumns {
    pub(super) count: String,
    pub(super) path: Option<Field>,
    pub(super) sample: Option<Field>,
    pub(super) day: Option<String>,
    pub(super) hour: Option<Field>,
}

impl TableShape {
    /// Finds out what a table holds. `renamed` gives the names of columns that differ from the error table's.
    ///
    /// # Errors
    /// It holds neither error rows nor counts of them.
    pub(super) fn of(table: SourceTable, renamed: &BTreeMap<String, String>) -> Result<Self, Error> {
        let find = |name: &str| {
            let name = renamed.get(name).map_or(name, String::as_str);
            table.schema.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).cloned()
        };
        let columns = USED.map(|column| find(column.name()));
        let counts = find(CountColumn::Count.name()).map(|count| CountColumns {
            count: count.name,
            path: find(CountColumn::Path.name()),
            sample: find(CountColumn::Sample.name()),
            day: find(CountColumn::Day.name()).map(|day| day.name),
            hour: find(CountColumn::Hour.name()),
        });
        // Rows have their own time and message.
        let has_rows = [ErrorColumn::Message, ErrorColumn::Time].into_iter().all(|column| find(column.name()).is_some());
        let name = |column: &ErrorColumn| renamed.get(column.name()).map_or(column.name(), String::as_str).to_ascii_lowercase();
        let names = USED.iter().map(|column| (name(column), *column)).collect();
        let all = table.schema.fields.clone().into();
        let shape = TableShape { names, columns, all, counts: counts.filter(|_| !has_rows), table };
        shape.check(renamed)?;
        Ok(shape)
    }

    fn check(&self, renamed: &BTreeMap<String, String>) -> Result<(), Error> {
        let name = self.name();
        let lacks = |column: &str| {
            let known = renamed.get(column).map_or(column, String::as_str);
            let kind = self.table.kind.to_ascii_lowercase();
            let told = format!(
                "the {kind} {name} has no column {known}, so it holds no error rows; if another column is meant, say so in the configuration: \
                 [bigquery.columns] {column} = \"its name\""
            );
            Err(Error::Unmapped { told, map: starter(example(&self.table.schema.fields).to_string().as_bytes()) })
        };
        if let Some(counts) = &self.counts {
            return if counts.day.is_some() || counts.hour.is_some() { Ok(()) } else { lacks(CountColumn::Day.name()) };
        }
        match (self.column(ErrorColumn::Message), self.field(ErrorColumn::Time)) {
            (None, _) => lacks(ErrorColumn::Message.name()),
            (_, None) => lacks(ErrorColumn::Time.name()),
            (_, Some(time)) if time.r#type != ErrorColumn::Time.kind() => Err(Error::Input(format!(
                "the column {} of {name} is a {}, not a TIMESTAMP, so no window of time can be read",
                time.name, time.r#type
            ))),
            _ => Ok(()),
        }
    }

    /// Its full name.
    pub(super) fn name(&self) -> String {
        self.table.name.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    pub(super) fn field(&self, column: ErrorColumn) -> Option<&Field> {
        USED.iter().position(|known| *known == column).and_then(|at| self.columns[at].as_ref())
    }

    /// The table's own name of a column of the error table.
    pub(super) fn column(&self, column: ErrorColumn) -> Option<&str> {
        self.field(column).map(|field| field.name.as_str())
    }

    /// The table as the source of rows for other statements.
    pub(super) fn row_table(&self) -> RowTable {
        let expression = |field: &Field| match (identifier(&field.name), field.r#type.as_str()) {
            (name, "STRING" | "TIMESTAMP" | "BYTES") => name,
            (name, _) => format!("CAST({name} AS STRING)"),
        };
        let columns = USED.into_iter().filter_map(|column| Some((column, expression(self.field(column)?))));
        RowTable { from: RowsFrom::Table(self.name()), columns: columns.collect() }
    }

    /// The error table's name of a column, which may be one of another table that is read with it.
    pub(super) fn standard_name(&self, column: &str) -> String {
        self.names.get(&column.to_ascii_lowercase()).map_or(column, |known| known.name()).to_owned()
    }

    /// Columns of its rows, or those of them that groups and documents are made of: the same of all tables that are read together.
    pub(super) fn columns(&self, wanted: WantedColumns) -> Vec<&Field> {
        let named = |column: ErrorColumn| self.all.iter().find(|field| self.standard_name(&field.name) == column.name());
        match wanted {
            WantedColumns::All => self.all.iter().collect(),
            WantedColumns::Shown => self.all.iter().filter(|field| !is_stack_trace(&field.name)).collect(),
            WantedColumns::Needed => ErrorColumn::NEEDED.into_iter().filter_map(named).collect(),
        }
    }

    /// What a table of counts cannot give.
    pub(super) fn has_no_rows(&self) -> String {
        let has_message = |counts: &CountColumns| counts.sample.is_some() || self.field(ErrorColumn::Message).is_some();
        let of = if self.counts.as_ref().is_some_and(has_message) { "counts with a sample of their messages" } else { "counts of places" };
        format!("{} holds {of}, but no single rows or documents", self.name())
    }

    /// Why its groups have other fingerprints than those of the same rows in an error table; nothing where they have the same.
    pub(super) fn has_own_fingerprints(&self) -> Option<String> {
        let counts = self.counts.as_ref()?;
        let lacks = |column: ErrorColumn| self.field(column).is_none().then(|| column.name());
        // Whole messages begin with the class.
        let message = lacks(ErrorColumn::Message).filter(|_| counts.path.is_some() || counts.sample.is_some());
        let lacking: Vec<&str> =
            [lacks(ErrorColumn::Stage), lacks(ErrorColumn::Class).filter(|_| message.is_some()), message].into_iter().flatten().collect();
        let lacking = (!lacking.is_empty()).then(|| lacking.join(", "))?;
        Some(format!("{} has no {lacking}, so its groups have other fingerprints than those of the error table", self.name()))
    }

    /// What it does not have of what is needed for groups and documents.
    pub(super) fn missing(&self) -> Vec<ErrorColumn> {
        let told = |column: &ErrorColumn| match (&self.counts, *column) {
            (Some(counts), ErrorColumn::Message) if self.field(*column).is_none() => counts.sample.is_none() && counts.path.is_none(),
            (Some(_), ErrorColumn::Time) => false,
            _ => self.field(*column).is_none(),
        };
        ErrorColumn::NEEDED.into_iter().filter(told).collect()
    }
}

/// A row that such columns may have, by which a map is begun: what is in JSON nobody knows.
fn example(fields: &[Field]) -> Value {
    let one = |field: &Field| {
        let value = match field.r#type.as_str() {
            "RECORD" | "STRUCT" => example(&field.fields),
            "TIMESTAMP" | "DATETIME" | "DATE" => "2000-01-01T00:00:00Z".into(),
            "BOOLEAN" | "BOOL" => true.into(),
            "JSON" => "{}".into(),
            "INTEGER" | "INT64" | "FLOAT" | "FLOAT64" | "NUMERIC" | "BIGNUMERIC" => 0.into(),
            _ => "".into(),
        };
        (field.name.clone(), if field.is_repeated() { Value::Array(vec![value]) } else { value })
    };
    Value::Object(fields.iter().map(one).collect())
}

/// `stack_trace`, `stack_trace_cause_1` …
fn is_stack_trace(column: &str) -> bool {
    column.get(..STACK_TRACE.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(STACK_TRACE))
}

/// Whether there is anything to look into, known before that costs.
///
/// # Errors
/// No table has payloads.
pub(super) fn have_payloads(shapes: &[TableShape]) -> Result<(), Error> {
    let lacks = |shape: &TableShape| match (&shape.counts, shape.column(ErrorColumn::Payload)) {
        (Some(_), _) => Some(shape.has_no_rows()),
        (None, None) => Some(format!("{} has no {}", shape.name(), column::lost(&[ErrorColumn::Payload]))),
        (None, Some(_)) => None,
    };
    let lacking: Option<Vec<String>> = shapes.iter().map(lacks).collect();
    lacking.and_then(|lacking| lacking.into_iter().next()).map_or(Ok(()), |told| Err(Error::Input(told)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::source::bigquery::answer::AnswerSchema;
    use crate::rows::source::bigquery::name::TableName;

    fn table(name: &str, columns: &[(&str, &str)]) -> SourceTable {
        let field = |(name, kind): &(&str, &str)| Field { name: (*name).to_owned(), r#type: (*kind).to_owned(), ..Field::default() };
        let schema = AnswerSchema { fields: columns.iter().map(field).collect() };
        SourceTable { name: TableName::parse(name, None).ok(), kind: "TABLE".into(), schema, ..SourceTable::default() }
    }

    const ROWS: [(&str, &str); 2] = [("Error_Message", "STRING"), ("submission_timestamp", "TIMESTAMP")];
    const COUNTS: [(&str, &str); 3] = [("error_count", "INTEGER"), ("submission_date", "DATE"), ("sample_error_messages", "STRING")];

    #[test]
    fn rows_counts_and_neither_are_told_apart() {
        let none = BTreeMap::new();
        let rows = TableShape::of(table("a.b.c", &ROWS), &none).unwrap();
        assert_eq!(
            (rows.column(ErrorColumn::Message), rows.standard_name("Error_Message")),
            (Some("Error_Message"), "error_message".to_owned())
        );
        assert!(rows.missing().contains(&ErrorColumn::Payload) && !rows.missing().contains(&ErrorColumn::Message));
        let counts = TableShape::of(table("a.b.d", &COUNTS), &none).unwrap();
        assert!(counts.counts.is_some() && !counts.missing().contains(&ErrorColumn::Time));
        let told = TableShape::of(table("a.b.e", &ROWS[1..]), &none).unwrap_err().to_string();
        assert!(told.starts_with("the table a.b.e has no column error_message, so it holds no error rows"), "{told}");
        let told = TableShape::of(table("a.b.e", &[ROWS[0], ("submission_timestamp", "DATE")]), &none).unwrap_err().to_string();
        assert!(told.contains("is a DATE, not a TIMESTAMP"), "{told}");
    }

    #[test]
    fn counts_with_whole_messages_and_stages_make_the_groups_of_the_rows() {
        let none = BTreeMap::new();
        let of = |columns: &[(&str, &str)]| TableShape::of(table("a.b.c", columns), &none).unwrap();
        let detailed = [("hour", "TIMESTAMP"), ("error_type", "STRING"), ("error_message", "STRING"), ("error_count", "INTEGER")];
        assert!(of(&detailed).counts.is_some() && of(&detailed).has_own_fingerprints().is_none());
        let told = of(&COUNTS).has_own_fingerprints().unwrap();
        assert!(
            told.starts_with("a.b.c has no error_type, exception_class, error_message, so its groups have other fingerprints"),
            "{told}"
        );
    }

    #[test]
    fn a_column_may_have_another_name() {
        let renamed = BTreeMap::from([("error_message".to_owned(), "message".to_owned())]);
        let shape = TableShape::of(table("a.b.c", &[("message", "STRING"), ROWS[1]]), &renamed).unwrap();
        assert_eq!(shape.standard_name("message"), "error_message");
    }
}
