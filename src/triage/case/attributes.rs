//! What came with a document, as far as its error row tells it.
//!
//! Owns: which attributes the pipeline writes into the row of a document that it stores, read from the columns of the error table.
//! Refuses: where they land in a row (sink).

use std::borrow::Cow;

use crate::ground::time;
use crate::pipeline::destination;
use crate::pipeline::sink::Submission;
use crate::rows::column::ErrorColumn;
use crate::rows::row::SourceRow;

/// The row's columns as attributes of the names that they have. The doctype and version are those of the table: the decoder
/// reads telemetry's version from the payload, and gives the parts of a split document their own. The id is in the address where it
/// has no column; the time is written as the pipeline writes it, whatever the export made of it.
pub(super) fn submission<'a>(row: &'a SourceRow, doctype: &'a str, version: &'a str) -> Submission<'a> {
    let own = [(ErrorColumn::Doctype.name(), doctype), (ErrorColumn::Version.name(), version)];
    let time = || row.time().map(time::whole_rfc3339);
    let mut attributes: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::with_capacity(row.columns.len() + 2);
    for (name, value) in &row.columns {
        let own = own.iter().find(|(known, _)| known == name).map(|(_, value)| Cow::Borrowed(*value));
        let time = || if name == ErrorColumn::Time.name() { time().map(Cow::Owned) } else { None };
        if let Some(value) = own.or_else(time).or_else(|| value.as_deref().map(Cow::Borrowed)) {
            attributes.push((Cow::Borrowed(name), value));
        }
    }
    let mut add = |name: &'a str, value: &'a str| {
        if !attributes.iter().any(|(known, _)| known == name) {
            attributes.push((Cow::Borrowed(name), Cow::Borrowed(value)));
        }
    };
    own.into_iter().for_each(|(name, value)| add(name, value));
    if let Some(id) = row.column(ErrorColumn::Uri).and_then(destination::document_id) {
        add(ErrorColumn::Id.name(), id);
    }
    Submission { attributes, strict: false }
}

/// The document's id: of its own column, else of the address that it was sent to.
pub(super) fn document_id(row: &SourceRow) -> Option<&str> {
    row.column(ErrorColumn::Id).or_else(|| row.column(ErrorColumn::Uri).and_then(destination::document_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_the_error_row_are_attributes() {
        let told = [
            ("document_namespace", Some("shop")),
            ("document_version", None),
            ("geo_country", Some("NZ")),
            ("geo_city", None),
            ("submission_timestamp", Some("2026-03-02 08:05:11.5 UTC")),
            ("uri", Some("/submit/shop/order/1/0a1b")),
        ];
        let columns = told.map(|(name, value)| (name.into(), value.map(str::to_owned))).to_vec();
        let row = SourceRow { columns, ..SourceRow::default() };
        let attributes = submission(&row, "order", "1").attributes;
        let pairs: Vec<(&str, &str)> = attributes.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(
            pairs,
            [
                ("document_namespace", "shop"),
                ("document_version", "1"),
                ("geo_country", "NZ"),
                ("submission_timestamp", "2026-03-02T08:05:11.500000Z"),
                ("uri", "/submit/shop/order/1/0a1b"),
                ("document_type", "order"),
                ("document_id", "0a1b"),
            ]
        );
        assert_eq!(document_id(&row), Some("0a1b"));
    }
}
