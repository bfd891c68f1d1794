//! SQL that finds one document in its tables, ready to paste into BigQuery.
//!
//! Every query filters by the partition, which the tables ask for: by the day where it is known, else by the parameter `@submission_date`.

use super::{DestinationTable, Stage};
use crate::ground::sql::{literal, push_path, quoted};
use crate::ground::time;

/// A document to be found.
#[derive(Debug, Clone, Copy)]
pub struct DocumentLookup<'a> {
    /// The project of the tables: `moz-fx-data-shared-prod`.
    pub project: &'a str,
    /// The document's id, as its URI or row tells it.
    pub document_id: &'a str,
    /// When it arrived, in microseconds since 1970; `None` leaves the day to a parameter.
    pub submission_timestamp: Option<i64>,
}

impl DocumentLookup<'_> {
    /// The query for the document's rows in a table. Tables of requests have no document id but in the path that was requested.
    pub fn sql(&self, table: &DestinationTable) -> String {
        self.written().sql(table)
    }

    /// The queries for its rows in several tables.
    pub fn of_all<'t>(&self, tables: impl IntoIterator<Item = &'t DestinationTable>) -> Vec<String> {
        let written = self.written();
        tables.into_iter().map(|table| written.sql(table)).collect()
    }

    fn written(&self) -> WrittenLookup<'_> {
        let in_path = ["STRPOS(uri, ", &quoted(&["/", self.document_id], '\''), ") > 0"].concat();
        let of_column = ["document_id = ", &literal(self.document_id)].concat();
        WrittenLookup { project: self.project, day: self.day(), in_path, of_column }
    }

    /// The day that it arrived on, as a literal or parameter.
    fn day(&self) -> String {
        match self.submission_timestamp {
            Some(micros) => format!("'{}'", time::day(micros)),
            None => "@submission_date".to_owned(),
        }
    }
}

/// What the queries for one document have in common.
struct WrittenLookup<'a> {
    project: &'a str,
    day: String,
    /// The document by the path of its request.
    in_path: String,
    /// The document by the column of its id.
    of_column: String,
}

impl WrittenLookup<'_> {
    fn sql(&self, table: &DestinationTable) -> String {
        let asked = match table.stage {
            Stage::Raw | Stage::Error => &self.in_path,
            Stage::Decoded | Stage::Live | Stage::Stable | Stage::View => &self.of_column,
        };
        let names = [self.project, &table.dataset, &table.name];
        let length = names.iter().map(|name| name.len()).sum::<usize>() + self.day.len() + asked.len() + AROUND;
        let mut sql = String::with_capacity(length);
        sql.push_str("SELECT *\nFROM ");
        push_path(&mut sql, &names);
        for piece in ["\nWHERE DATE(submission_timestamp) = ", &self.day, "\n  AND ", asked] {
            sql.push_str(piece);
        }
        sql
    }
}

/// Bytes of a query beside its names and values.
const AROUND: usize = 64;

/// A table's full name. Its dots put it in backticks, and a backtick in it cannot end it.
pub(super) fn table(project: &str, DestinationTable { dataset, name, .. }: &DestinationTable) -> String {
    let mut out = String::with_capacity(project.len() + dataset.len() + name.len() + 4);
    push_path(&mut out, &[project, dataset, name]);
    out
}

/// The document id in the path of a request: `/submit/telemetry/ID/…` or `/submit/NAMESPACE/DOCTYPE/VERSION/ID`. Requests of the installer have none.
pub fn document_id(uri: &str) -> Option<&str> {
    let path = uri.split(['?', '#']).next()?;
    let mut parts = path.strip_prefix("/submit/")?.split('/');
    let id = if parts.next()? == "telemetry" { parts.next()? } else { parts.nth(2)? };
    Some(id).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::destination::tables;

    const ID: &str = "0a1b2c3d-0000-4000-8000-000000000001";

    #[test]
    fn a_document_is_found_in_every_table() {
        let lookup = DocumentLookup { project: "acme-prod", document_id: ID, submission_timestamp: Some(1_782_391_440_000_000) };
        let all: Vec<String> = tables("shop", "order", "1", None).iter().map(|table| lookup.sql(table)).collect();
        assert_eq!(
            all[3],
            format!(
                "SELECT *\nFROM `acme-prod.shop_live.order_v1`\nWHERE DATE(submission_timestamp) = '2026-06-25'\n  AND document_id = '{ID}'"
            )
        );
        assert!(
            all[0].ends_with(&format!("AND STRPOS(uri, '/{ID}') > 0")) && all[2].ends_with(&format!("document_id = '{ID}'")),
            "{all:?}"
        );
        let any_day = DocumentLookup { submission_timestamp: None, ..lookup };
        assert!(any_day.sql(&tables("shop", "order", "1", None)[4]).contains("= @submission_date\n"));
    }

    #[test]
    fn names_and_ids_cannot_leave_their_quotes() {
        let lookup = DocumentLookup { project: "p", document_id: "' OR ''='", submission_timestamp: Some(0) };
        let sql = lookup.sql(&tables("a", "b", "1` WHERE TRUE --\n\u{202e}", None)[3]);
        assert_eq!(
            sql,
            "SELECT *\nFROM `p.a_live.b_v1\\` WHERE TRUE --\\n\\u202e`\nWHERE DATE(submission_timestamp) = '1970-01-01'\n  AND document_id = '\\' OR \\'\\'=\\''"
        );
    }

    #[test]
    fn requests_tell_the_document_id() {
        assert_eq!(document_id("/submit/telemetry/abc/main/Firefox/1.0/release/2026"), Some("abc"));
        assert_eq!(document_id("/submit/org-acme/order/1/abc?v=1"), Some("abc"));
        assert_eq!([document_id("/stub/v6/a/b"), document_id("/submit/org-acme/order/1/"), document_id("")], [None; 3]);
    }
}
