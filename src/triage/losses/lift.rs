//! SQL that brings a value out of `additional_properties` into the column that it was meant for.
//!
//! Owns: which columns a statement can fill, the expression, the statement.
//! Refuses: the expression of the value itself (sink).

use crate::ground::sql::identifier;
use crate::pipeline::layout::{ColumnId, Layout, Mode};
use crate::pipeline::sink::{self, Fate, Landing};

/// How the value is read and where it would be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiftSql {
    /// Selects the value, from its column too where there is one; `None` where nothing holds it.
    pub select: Option<String>,
    /// What to set in an UPDATE and where it is to be done; `None` where no column takes it so.
    set: Option<(String, String)>,
}

impl LiftSql {
    /// For a value that is in `additional_properties`; nothing else can be brought back.
    pub(super) fn of(layout: &Layout, landing: &Landing, tried: Option<ColumnId>) -> Self {
        let Some(inside) = landing.sql.clone().filter(|_| landing.fate == Fate::Additional) else { return LiftSql::default() };
        LiftSql::into_column(layout, inside, tried.or(landing.nearest))
    }

    /// For what an expression reads, into a column where it takes that.
    pub(super) fn into_column(layout: &Layout, inside: String, column: Option<ColumnId>) -> Self {
        let Some(column) = column.filter(|&column| is_plain(layout, column)) else {
            return LiftSql { select: Some(inside), set: None };
        };
        let (path, kind) = (sink::select(layout, column), layout.get(column).map_or("STRING", |column| &*column.kind));
        let value = if kind == "STRING" { inside.clone() } else { format!("SAFE_CAST({inside} AS {kind})") };
        LiftSql {
            select: Some(format!("COALESCE({path}, {value})")),
            set: Some((format!("{path} = {value}"), format!("{path} IS NULL AND {value} IS NOT NULL"))),
        }
    }

    /// A statement that fills the column in the rows of some days of a table, `dataset.table`.
    pub fn update(&self, table: &str) -> Option<String> {
        let (set, condition) = self.set.as_ref()?;
        let table: Vec<String> = table.split('.').map(identifier).collect();
        Some(format!(
            "UPDATE {} SET {set} WHERE DATE(submission_timestamp) BETWEEN @first_day AND @last_day AND {condition}",
            table.join(".")
        ))
    }
}

/// Whether a statement can set the column: one value a row, of a type that a text can be cast to.
fn is_plain(layout: &Layout, column: ColumnId) -> bool {
    const CAST: [&str; 8] = ["STRING", "INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "BOOL", "TIMESTAMP", "DATE"];
    layout.get(column).is_some_and(|column| CAST.contains(&&*column.kind))
        && layout.ancestors(column).all(|around| layout.get(around).is_some_and(|around| around.mode != Mode::Repeated))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::document::Document;
    use crate::pipeline::sink::{Submission, transform};

    fn lift(document: &str, pointer: &str) -> LiftSql {
        let layout = br#"[{"name":"count","type":"INT64"},{"name":"info","type":"RECORD","fields":[{"name":"app_name","type":"STRING"}]},
            {"name":"list","type":"RECORD","mode":"REPEATED","fields":[{"name":"x","type":"INT64"}]},{"name":"additional_properties","type":"STRING"}]"#;
        let (layout, document) = (Layout::parse(layout).unwrap(), Document::parse(document.as_bytes().to_vec()));
        let transformed = transform(&layout, &document, &Submission::default());
        let landed = transformed.beside(&layout, &document);
        let node = document.find(&crate::pipeline::document::unescape_pointer(pointer)).unwrap();
        LiftSql::of(&layout, &landed.landing_of(node), landed.line(node).target)
    }

    #[test]
    fn a_value_that_its_column_does_not_take_is_cast() {
        let lift = lift(r#"{"count":"many"}"#, "/count");
        assert_eq!(lift.select.as_deref(), Some("COALESCE(count, SAFE_CAST(JSON_VALUE(additional_properties, '$.count') AS INT64))"));
        let update = lift.update("acme_live.session_v1").unwrap();
        assert!(update.starts_with("UPDATE acme_live.session_v1 SET count = SAFE_CAST("), "{update}");
        assert!(update.contains("@first_day") && update.ends_with("IS NOT NULL"), "{update}");
    }

    #[test]
    fn a_key_that_was_meant_for_a_column_is_lifted_into_it() {
        let lift = lift(r#"{"info":{"appname":"x"}}"#, "/info/appname");
        assert_eq!(lift.select.as_deref(), Some("COALESCE(info.app_name, JSON_VALUE(additional_properties, '$.info.appname'))"));
    }

    #[test]
    fn what_no_statement_can_set_is_only_selected() {
        for (document, pointer) in [(r#"{"else":1}"#, "/else"), (r#"{"list":[{"y":1}]}"#, "/list/0/y")] {
            let lift = lift(document, pointer);
            assert!(lift.select.is_some() && lift.update("a.b").is_none(), "{lift:?}");
        }
        assert_eq!(lift(r#"{"count":1}"#, "/count"), LiftSql::default());
    }
}
