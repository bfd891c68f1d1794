//! The part of the configuration that is about BigQuery: `[bigquery]`.
//!
//! Owns: its settings and what each may be.
//! Refuses: what they do (source/bigquery).

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeValue;

use super::{ConfigError, ConfigReader, unknown_name};
use crate::rows::source::bigquery::renamable;

/// What can be set of BigQuery; what is not set is as usual.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BigQueryConfig {
    /// The project that pays.
    pub project: Option<String>,
    /// Where the data is.
    pub location: Option<String>,
    /// Another server.
    pub endpoint: Option<String>,
    /// Bytes that a query may read without asking.
    pub max_bytes: Option<u64>,
    /// Bytes that a session may read.
    pub max_session_bytes: Option<u64>,
    /// US dollars for 2^40 bytes.
    pub price_per_tib: Option<f64>,
    /// Most groups of one namespace that are told apart.
    pub groups_of_namespace: Option<usize>,
    /// Most groups in all.
    pub groups: Option<usize>,
    /// Whether rows with their payloads are kept on disk.
    pub keep_rows: bool,
    /// Whether rows that are opened are read with their stack traces.
    pub stack_traces: bool,
    /// Whether accepted documents are counted by the partitions of live tables.
    pub live_counts: bool,
    /// Whether a server on this machine wants credentials all the same.
    pub authenticate: bool,
    /// Names of columns that differ, by the error table's names.
    pub columns: BTreeMap<String, String>,
}

pub(super) const SETTINGS: &[&str] = &[
    "project",
    "location",
    "endpoint",
    "max_bytes",
    "max_session_bytes",
    "price_per_tib",
    "groups_of_namespace",
    "groups",
    "keep_rows",
    "stack_traces",
    "live_counts",
    "authenticate",
    "columns",
];

/// Reads the table.
pub(super) fn read(reader: &ConfigReader<'_>, value: &Spanned<DeValue<'_>>) -> Result<BigQueryConfig, ConfigError> {
    let mut set = BigQueryConfig::default();
    for (name, value) in reader.table("bigquery", value)? {
        let text = || reader.keep(reader.string(name.get_ref(), value).map(str::to_owned));
        let number = |name: &str| reader.keep(number(reader, name, value));
        let flag = |name: &str| reader.keep(reader.flag(name, value)).unwrap_or_default();
        match name.get_ref().as_ref() {
            "project" => set.project = text(),
            "location" => set.location = text(),
            "endpoint" => set.endpoint = text(),
            "max_bytes" => set.max_bytes = number("max_bytes").map(|number| number as u64),
            "max_session_bytes" => set.max_session_bytes = number("max_session_bytes").map(|number| number as u64),
            "price_per_tib" => set.price_per_tib = number("price_per_tib"),
            "groups_of_namespace" => set.groups_of_namespace = number("groups_of_namespace").map(|number| number.max(1.0) as usize),
            "groups" => set.groups = number("groups").map(|number| number.max(1.0) as usize),
            "keep_rows" => set.keep_rows = flag("keep_rows"),
            "live_counts" => set.live_counts = flag("live_counts"),
            "stack_traces" => set.stack_traces = flag("stack_traces"),
            "authenticate" => set.authenticate = flag("authenticate"),
            "columns" => {
                let known = renamable();
                for (column, value) in reader.table("bigquery.columns", value)? {
                    if !known.contains(&column.get_ref().as_ref()) {
                        reader.note(reader.wrong(column.span(), unknown_name("column of the error table", column.get_ref(), &known)));
                    } else if let Some(name) = reader.keep(reader.string(column.get_ref(), value)) {
                        set.columns.insert(column.get_ref().to_string(), name.to_owned());
                    }
                }
            }
            unknown => reader.note(reader.wrong(name.span(), unknown_name("setting of bigquery", unknown, SETTINGS))),
        }
    }
    Ok(set)
}

/// A number that is not negative.
fn number(reader: &ConfigReader<'_>, name: &str, value: &Spanned<DeValue<'_>>) -> Result<f64, ConfigError> {
    let told = match value.get_ref() {
        DeValue::Integer(number) => number.as_str().replace('_', "").parse().ok(),
        DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
        _ => None,
    };
    told.filter(|number: &f64| number.is_finite() && *number >= 0.0)
        .ok_or_else(|| reader.wrong(value.span(), format!("{name} has to be a number, not negative and without quotes")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::cli::config::parse;

    fn read(text: &str) -> Result<super::BigQueryConfig, String> {
        parse(text, Path::new("/c.toml")).map(|config| config.bigquery).map_err(|error| error.to_string())
    }

    #[test]
    fn everything_can_be_set() {
        let set = read(
            "[bigquery]\nproject = \"p\"\nlocation = \"EU\"\nendpoint = \"e\"\nmax_bytes = 5_000\nprice_per_tib = 7.5\ngroups = 9\n\
             groups_of_namespace = 3\nkeep_rows = true\nmax_session_bytes = 7\nstack_traces = true\n[bigquery.columns]\nerror_message = \"m\"\n",
        );
        let set = set.unwrap();
        assert_eq!((set.project.as_deref(), set.max_bytes, set.price_per_tib, set.groups), (Some("p"), Some(5000), Some(7.5), Some(9)));
        assert_eq!((set.max_session_bytes, set.stack_traces), (Some(7), true));
        assert_eq!((set.keep_rows, set.columns["error_message"].as_str()), (true, "m"));
    }

    #[test]
    fn mistakes_name_their_line_and_the_nearest() {
        assert!(
            read("[bigquery]\nprojekt = \"p\"")
                .unwrap_err()
                .starts_with("/c.toml line 2: unknown setting of bigquery \"projekt\"; did you mean \"project\"?")
        );
        assert!(read("[bigquery]\nmax_bytes = \"5\"").unwrap_err().contains("max_bytes has to be a number"));
        assert!(read("[bigquery]\nprice_per_tib = -1").unwrap_err().contains("not negative"));
        assert!(read("[bigquery.columns]\nerror_mesage = \"p\"").unwrap_err().contains("did you mean \"error_message\"?"));
    }
}
