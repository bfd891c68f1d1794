//! What a user can set of BigQuery.
//!
//! Owns: the settings with their usual values, what an endpoint may look like.
//! Refuses: where they are set (config, cli).

use std::collections::BTreeMap;
use std::path::PathBuf;

use reqwest::Url;

use super::error::Error;
use super::wire::Patience;
use super::{cache, cost};

/// Where BigQuery is.
const ENDPOINT: &str = "https://bigquery.googleapis.com/bigquery/v2";

/// What a user can set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The project that pays; else that of the credentials, else that of the first table.
    pub project: Option<String>,
    /// Where the data is, needed outside of the US and EU.
    pub location: Option<String>,
    /// Another server: `http://127.0.0.1:9050/bigquery/v2`. One on this machine needs no credentials.
    pub endpoint: Option<String>,
    /// Bytes that a query may read without asking.
    pub max_bytes: u64,
    /// Bytes that all queries of a session may read together; as many as they like without it.
    pub max_session_bytes: Option<u64>,
    /// US dollars for 2^40 bytes.
    pub price_per_tib: f64,
    /// Whether kept answers are passed by.
    pub refresh: bool,
    /// Names of columns that differ from the error table's, by the error table's name.
    pub columns: BTreeMap<String, String>,
    /// Most groups of one namespace before schemas merge them; the others are counted together.
    pub groups_of_namespace: usize,
    /// The same in all.
    pub groups: usize,
    /// Where answers are kept; nowhere without it.
    pub cache: Option<PathBuf>,
    /// Whether rows with their payloads are kept as well.
    pub keep_rows: bool,
    /// Whether rows that are opened are read with their stack traces, which nothing here shows and much is paid for.
    pub stack_traces: bool,
    /// Whether accepted documents are counted by the partitions of live tables, where no table of counts tells them.
    pub live_counts: bool,
    /// Whether a server on this machine wants credentials all the same, as a tunnel does.
    pub authenticate: bool,
    /// How often a request is tried.
    pub patience: Patience,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            project: None,
            location: None,
            endpoint: None,
            max_bytes: cost::MOST_BYTES,
            max_session_bytes: None,
            price_per_tib: cost::PRICE_PER_TIB,
            refresh: false,
            columns: BTreeMap::new(),
            groups_of_namespace: 5_000,
            groups: 50_000,
            cache: cache::usual_folder(),
            keep_rows: false,
            stack_traces: false,
            live_counts: false,
            authenticate: false,
            patience: Patience::default(),
        }
    }
}

impl Settings {
    /// The base of all addresses, up to and with `/bigquery/v2`.
    pub(super) fn base(&self) -> Result<Url, Error> {
        endpoint(self.endpoint.as_deref().unwrap_or(ENDPOINT))
    }
}

fn endpoint(text: &str) -> Result<Url, Error> {
    let wrong = || {
        let shown = crate::ground::text::visible(text);
        Error::Input(format!("{shown} is not an endpoint; one is like http://127.0.0.1:9050/bigquery/v2"))
    };
    let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let mut url = Url::parse(&text).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || url.cannot_be_a_base() {
        return Err(wrong());
    }
    if matches!(url.path(), "" | "/") {
        url.set_path("/bigquery/v2");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::super::auth::is_loopback;
    use super::*;

    #[test]
    fn an_endpoint_on_this_machine_is_known() {
        for (text, url, loopback) in [
            ("http://127.0.0.1:9050/bigquery/v2", "http://127.0.0.1:9050/bigquery/v2", true),
            ("localhost:9050", "http://localhost:9050/bigquery/v2", true),
            ("http://[::1]:1/", "http://[::1]:1/bigquery/v2", true),
            ("https://bigquery.example", "https://bigquery.example/bigquery/v2", false),
            ("http://127.0.0.1.example/x", "http://127.0.0.1.example/x", false),
        ] {
            let read = endpoint(text).unwrap();
            assert_eq!((read.as_str(), is_loopback(&read)), (url, loopback), "{text}");
        }
        for text in ["", "ftp://x", "http://", "a b"] {
            assert!(endpoint(text).is_err(), "{text}");
        }
    }
}
