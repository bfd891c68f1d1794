//! Rows of a query of the user's own.
//!
//! Owns: any SQL as a source: its answer is read without payloads for grouping, and a row at a time for looking at.
//! Refuses: changing the SQL in any way.

use std::ops::{ControlFlow, Range};
use std::sync::Mutex;

use serde_json::value::RawValue;

use super::answer::{AnswerPage, AnswerSchema, source_row};
use super::cell::AnswerCell;
use super::error::Error;
use super::job::{Destination, JobQuestion};
use super::service::Service;
use super::settings::Settings;
use super::shape::USED;
use super::{locked, name::TableName};
use crate::rows::column::ErrorColumn;
use crate::rows::group::{Group, Grouper, Groups};
use crate::rows::row::{RowRef, SourceRow, Unreadable};
use crate::rows::source::{ErrorSource, Filter, Request, RowTable, RowsFrom, SourceError, Spent, Watch};

/// Rows of a page.
const PAGE: u64 = 20_000;

/// The answer of a query.
pub struct Adhoc {
    service: Service,
    name: String,
    sql: String,
    answer: Mutex<Option<StoredAnswer>>,
}

/// Where the answer stands, and what its columns are.
#[derive(Clone)]
struct StoredAnswer {
    at: Destination,
    schema: AnswerSchema,
    note: String,
}

impl Adhoc {
    /// Names a query. Finds the credentials, but sends nothing yet. `name` is for titles.
    ///
    /// # Errors
    /// No credentials, no project, no endpoint.
    pub fn open(name: String, sql: String, settings: Settings) -> Result<Self, SourceError> {
        let service = Service::open(settings, first_project(&sql).as_deref())?;
        Ok(Adhoc { service, name, sql, answer: Mutex::default() })
    }

    /// Runs the query once in a session.
    fn stored(&self, watch: &dyn Watch) -> Result<StoredAnswer, Error> {
        if let Some(stored) = locked(&self.answer).as_ref() {
            return Ok(stored.clone());
        }
        let question = JobQuestion { text: self.sql.clone(), parameters: Vec::new(), page: PAGE as usize };
        let (done, page, cost) = self.service.start("the query", &question, watch)?;
        let schema = page.schema.ok_or_else(|| Error::Input("the SQL gives no rows: a SELECT is needed".to_owned()))?;
        if !schema.fields.iter().any(|field| field.name == ErrorColumn::Message.name()) {
            let named: Vec<&str> = schema.fields.iter().map(|field| field.name.as_str()).take(20).collect();
            let named = crate::ground::text::visible(&named.join(", ")).into_owned();
            return Err(Error::Input(format!(
                "the query's answer has no column {}, only {named}: SELECT it, or name a column so with AS",
                ErrorColumn::Message
            )));
        }
        let stored = StoredAnswer { at: self.service.destination(&done, watch)?, schema, note: cost.to_string() };
        *locked(&self.answer) = Some(stored.clone());
        Ok(stored)
    }

    fn page(&self, stored: &StoredAnswer, from: u64, most: u64, columns: &[&str], watch: &dyn Watch) -> Result<AnswerPage, Error> {
        let mut query = vec![("startIndex", from.to_string()), ("maxResults", most.to_string())];
        if !columns.is_empty() {
            query.push(("selectedFields", columns.join(",")));
        }
        self.service.stored(&stored.at, &query, watch)
    }

    fn source_row(&self, schema: &AnswerSchema, row: &RawValue, number: u64) -> SourceRow {
        source_row(schema, &AnswerCell::of(row.get()), &str::to_owned, format!("{} row {}", self.name, number + 1))
    }
}

impl ErrorSource for Adhoc {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn tables(&self, _: &Group) -> Vec<RowTable> {
        let stored = locked(&self.answer).clone();
        let has = |column: &ErrorColumn| {
            stored.as_ref().is_some_and(|stored| stored.schema.fields.iter().any(|field| column.name() == field.name))
        };
        let columns = USED.into_iter().filter(has).map(|column| (column, column.name().to_owned())).collect();
        vec![RowTable { from: RowsFrom::Query(self.sql.trim_end().trim_end_matches(';').to_owned()), columns }]
    }

    fn groups(&self, request: &Request, watch: &dyn Watch) -> Result<Groups, SourceError> {
        let stored = self.stored(watch)?;
        let counted = |column: &ErrorColumn| !matches!(column, ErrorColumn::Uri | ErrorColumn::Client);
        let wanted = |name: &str| USED.iter().any(|column| column == &name && counted(column) && *column != ErrorColumn::Payload);
        // The server gives the columns in the order of the table.
        let schema = AnswerSchema { fields: stored.schema.fields.iter().filter(|field| wanted(&field.name)).cloned().collect() };
        let columns: Vec<&str> = schema.fields.iter().map(|field| field.name.as_str()).collect();
        let mut grouper = Grouper::new(request.schemas.clone());
        let mut filter = Filter::new(request);
        let (mut from, mut outside) = (0, 0);
        loop {
            let page = self.page(&stored, from, PAGE, &columns, watch)?;
            for row in &page.rows {
                let whole = self.source_row(&schema, row, from);
                let row = whole.error_row();
                if filter.takes(&row) {
                    grouper.add(&row, RowRef::new(0, from));
                } else {
                    outside += 1;
                }
                from += 1;
            }
            let total = page.rows_in_all().unwrap_or(from);
            if page.rows.is_empty() || from >= total {
                break;
            }
        }
        let mut groups = Grouper::merge(vec![grouper]);
        groups.outside = outside;
        let lacks = |column: &ErrorColumn| !stored.schema.fields.iter().any(|field| field.name == column.name());
        groups.missing_columns = USED.into_iter().filter(counted).filter(lacks).collect();
        groups.notes.push(stored.note.into());
        Ok(groups)
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn fetch(&self, at: RowRef, watch: &dyn Watch) -> Result<SourceRow, SourceError> {
        let stored = self.stored(watch)?;
        let page = self.page(&stored, at.place(), 1, &[], watch)?;
        let row = page.rows.first().ok_or_else(|| Error::Input("the query's answer has no such row".to_owned()))?;
        Ok(self.source_row(&stored.schema, row, at.place()))
    }

    fn rows(
        &self,
        range: Range<u64>,
        watch: &dyn Watch,
        visit: &mut dyn FnMut(u64, RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<Unreadable, SourceError> {
        let stored = self.stored(watch)?;
        let mut number = range.start;
        while number < range.end {
            let page = self.page(&stored, number, PAGE.min(range.end - number), &[], watch)?;
            if page.rows.is_empty() {
                break;
            }
            for row in &page.rows {
                if visit(number, RowRef::new(0, number), self.source_row(&stored.schema, row, number)).is_break() {
                    return Ok(Unreadable::default());
                }
                number += 1;
            }
        }
        Ok(Unreadable::default())
    }

    fn spent(&self) -> Option<Spent> {
        Some(self.service.spent())
    }

    fn sql(&self, _request: &Request, group: Option<&crate::rows::group::Group>) -> Option<String> {
        group.is_none().then(|| self.sql.clone())
    }
}

/// The project of the first table named in backticks, to be billed where nothing else names one.
fn first_project(sql: &str) -> Option<String> {
    let name = sql.split('`').nth(1)?;
    let project = name.split('.').next()?;
    TableName::parse(&format!("{project}.a.b"), None).ok().map(|name| name.project)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_read_off_the_first_table() {
        assert_eq!(first_project("SELECT 1 FROM `a-b`.c.d").as_deref(), Some("a-b"));
        assert_eq!(first_project("SELECT 1 FROM `a-b.c.d`").as_deref(), Some("a-b"));
        assert_eq!((first_project("SELECT 1"), first_project("SELECT '`;`'")), (None, None));
    }
}
