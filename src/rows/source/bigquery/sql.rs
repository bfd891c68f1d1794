//! SQL with its parameters.
//!
//! Owns: a text in which every value is a parameter; the same as a text that runs in the console, with literals in their place.
//! Refuses: what is asked (grouping, rows). Nothing that a user or a row says ever gets into the text that is sent.

use gcp_bigquery_client::model::query_parameter::QueryParameter;
use gcp_bigquery_client::model::query_parameter_type::QueryParameterType;
use gcp_bigquery_client::model::query_parameter_value::QueryParameterValue;

use super::name::TableName;
use crate::ground::sql;
use crate::ground::time::Micros;
use crate::ground::time::time_text;

/// A value in a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum QueryValue {
    Int(i64),
    Texts(Vec<String>),
    Time(Micros),
}

/// A query as it grows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sql {
    pieces: Vec<QueryPiece>,
    parameters: Vec<(&'static str, QueryValue)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum QueryPiece {
    Text(String),
    Parameter(usize),
}

impl Sql {
    /// Begins with text of our own.
    pub(super) fn new(text: &str) -> Self {
        Sql::default().text(text)
    }

    /// Adds text of our own, never of anybody else.
    pub(super) fn text(mut self, text: &str) -> Self {
        match self.pieces.last_mut() {
            Some(QueryPiece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(QueryPiece::Text(text.to_owned())),
        }
        self
    }

    /// Adds the name of a table, which cannot be a parameter: three parts in backticks, each checked when it was read.
    pub(super) fn table(self, name: &TableName) -> Self {
        self.text(&format!("`{}`.`{}`.`{}`", name.project, name.dataset, name.table))
    }

    /// Adds a column, quoted where it has to be.
    pub(super) fn column(self, name: &str) -> Self {
        self.text(&sql::identifier(name))
    }

    /// Adds a parameter. One of that name that is there already is used again; its value must be the same.
    pub(super) fn value(mut self, name: &'static str, value: QueryValue) -> Self {
        let at = self.parameters.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            self.parameters.push((name, value));
            self.parameters.len() - 1
        });
        self.pieces.push(QueryPiece::Parameter(at));
        self
    }

    /// Adds another query.
    pub(super) fn then(mut self, other: Sql) -> Self {
        for piece in other.pieces {
            self = match piece {
                QueryPiece::Text(text) => self.text(&text),
                QueryPiece::Parameter(at) => match other.parameters.get(at) {
                    Some((name, value)) => self.value(name, value.clone()),
                    None => self,
                },
            };
        }
        self
    }

    /// The text that is sent.
    pub(super) fn sent(&self) -> String {
        self.written(|name, _| format!("@{name}"))
    }

    /// The text with its values, to be pasted into the console.
    pub(super) fn console(&self) -> String {
        self.written(|_, value| literal(value))
    }

    fn written(&self, parameter: impl Fn(&str, &QueryValue) -> String) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            QueryPiece::Text(text) => text.clone(),
            QueryPiece::Parameter(at) => self.parameters.get(*at).map(|(name, value)| parameter(name, value)).unwrap_or_default(),
        });
        pieces.collect()
    }

    /// Its parameters but for some, as text that tells queries apart.
    pub(super) fn without(&self, names: &[&str]) -> String {
        let kept = self.parameters.iter().filter(|(name, _)| !names.contains(name));
        kept.map(|(name, value)| format!("{name} = {}\n", literal(value))).collect()
    }

    /// Its parameters as the API takes them.
    pub(super) fn parameters(&self) -> Vec<QueryParameter> {
        self.parameters.iter().map(|(name, value)| parameter(name, value)).collect()
    }
}

fn literal(value: &QueryValue) -> String {
    let list = |items: Vec<String>| format!("[{}]", items.join(", "));
    match value {
        QueryValue::Int(number) => number.to_string(),
        QueryValue::Texts(texts) => list(texts.iter().map(|text| sql::literal(text)).collect()),
        QueryValue::Time(time) => format!("TIMESTAMP {}", sql::literal(&time_text(*time))),
    }
}

fn parameter(name: &str, value: &QueryValue) -> QueryParameter {
    let scalar = |kind: &str| QueryParameterType { r#type: kind.to_owned(), ..QueryParameterType::default() };
    let list =
        |kind: &str| QueryParameterType { r#type: "ARRAY".to_owned(), array_type: Some(Box::new(scalar(kind))), ..Default::default() };
    let one = |text: String| QueryParameterValue { value: Some(text), ..QueryParameterValue::default() };
    let many = |texts: Vec<String>| QueryParameterValue { array_values: Some(texts.into_iter().map(one).collect()), ..Default::default() };
    let (kind, value) = match value {
        QueryValue::Int(number) => (scalar("INT64"), one(number.to_string())),
        QueryValue::Texts(texts) => (list("STRING"), many(texts.clone())),
        QueryValue::Time(time) => (scalar("TIMESTAMP"), one(time_text(*time))),
    };
    QueryParameter { name: Some(name.to_owned()), parameter_type: Some(kind), parameter_value: Some(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_parameters_when_sent_and_literals_for_the_console() {
        let name = TableName::parse("my-project.set.table", None).unwrap();
        let sql = Sql::new("SELECT * FROM ")
            .table(&name)
            .text(" WHERE a IN UNNEST(")
            .value("a", QueryValue::Texts(vec!["it's \"@b\"\n".into()]))
            .text(")");
        let sql = sql.text(" AND t >= ").value("t", QueryValue::Time(1_782_391_480_000_000)).text(" AND n IN UNNEST(");
        let sql = sql.then(
            Sql::default()
                .value("n", QueryValue::Texts(vec!["1".into(), "-2".into()]))
                .text(") OR b IN UNNEST(")
                .value("a", QueryValue::Texts(Vec::new()))
                .text(")"),
        );
        assert_eq!(
            sql.sent(),
            "SELECT * FROM `my-project`.`set`.`table` WHERE a IN UNNEST(@a) AND t >= @t AND n IN UNNEST(@n) OR b IN UNNEST(@a)"
        );
        let console = sql.console();
        assert!(console.contains("n IN UNNEST(['1', '-2'])") && console.contains("t >= TIMESTAMP '2026-06-25 12:44:40 UTC'"), "{console}");
        assert!(!console.contains('\n'), "{console}");
        let parameters = serde_json::to_value(sql.parameters()).unwrap();
        assert_eq!(parameters.as_array().unwrap().len(), 3);
        assert_eq!(parameters[2]["parameterType"]["arrayType"]["type"], "STRING");
    }
}
