//! What the columns of a table mean.
//!
//! Owns: the error table's columns under whatever names they have, tables that hold counts instead of rows, what is missing.
//! Refuses: SQL (grouping, rows).

use std::collections::BTreeMap;

use super::answer::Field;
use super::error::Error;
use super::table::{NamedTable, SourceTable};
use crate::ground::sql::identifier;
use crate::rows::column::{self, CountColumn, ErrorColumn};
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
    /// The column that holds each of [`USED`].
    columns: [Option<Field>; USED.len()],
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
        let shape = TableShape { columns, counts: counts.filter(|_| !has_rows), table };
        shape.check(renamed)?;
        Ok(shape)
    }

    fn check(&self, renamed: &BTreeMap<String, String>) -> Result<(), Error> {
        let name = self.name();
        let lacks = |column: &str| {
            let known = renamed.get(column).map_or(column, String::as_str);
            let kind = self.table.kind.to_ascii_lowercase();
            Err(Error::Input(format!(
                "the {kind} {name} has no column {known}, so it holds no error rows; if another column is meant, say so in the configuration: \
                 [bigquery.columns] {column} = \"its name\""
            )))
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

    /// The error table's name of a column.
    pub(super) fn standard_name(&self, column: &str) -> String {
        let known = USED.iter().zip(&self.columns).find(|(_, field)| field.as_ref().is_some_and(|field| field.name == column));
        known.map_or(column, |(known, _)| known.name()).to_owned()
    }

    /// Its columns, or those of them that groups and documents are made of.
    pub(super) fn columns(&self, wanted: WantedColumns) -> Vec<&Field> {
        match wanted {
            WantedColumns::All => self.table.schema.fields.iter().collect(),
            WantedColumns::Shown => self.table.schema.fields.iter().filter(|field| !is_stack_trace(&field.name)).collect(),
            WantedColumns::Needed => ErrorColumn::NEEDED.into_iter().filter_map(|column| self.field(column)).collect(),
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

/// `stack_trace`, `stack_trace_cause_1` …
fn is_stack_trace(column: &str) -> bool {
    column.get(..STACK_TRACE.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(STACK_TRACE))
}

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
    Ok(TablesTogether { shapes: shapes.into_iter().map(|(shape, _)| shape).collect(), notes })
}

/// `2 tables hold no error rows and are left out: a.b.c, a.b.d`
fn told_of(one: &str, many: &str, names: &[String]) -> Vec<String> {
    /// Names that are told.
    const MOST: usize = 8;
    let more = if names.len() > MOST { " …" } else { "" };
    match names {
        [] => Vec::new(),
        [name] => vec![format!("{name} {one} and is left out")],
        _ => vec![format!("{} tables {many} and are left out: {}{more}", names.len(), names[..names.len().min(MOST)].join(", "))],
    }
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
    fn a_pattern_takes_what_goes_together() {
        let none = BTreeMap::new();
        let read = |tables: &[(&str, &[(&str, &str)], bool)]| {
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
