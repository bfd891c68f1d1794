//! Who asks: an access token from whatever credentials this machine has.
//!
//! Owns: the order in which credentials are looked for, keeping a token until it ends, what is said when there is none.
//! Refuses: requests to BigQuery (wire). No secret is ever part of an error, and nothing here logs.

mod exchange;
mod find;
mod kinds;
mod signed;

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Url;
use tokio::sync::Mutex;

use super::clock::ServerClock;
use super::error::Error;
pub(super) use exchange::project_of_machine;
pub(super) use find::{Environment, FoundCredentials, find, project_of};

/// A token is renewed this long before it ends, so that it does not end on its way.
const MARGIN: Duration = Duration::from_secs(60);

/// Where tokens come from.
#[derive(Clone)]
pub(super) enum Credentials {
    /// A server on this machine asks for none.
    NotNeeded,
    /// `gcloud auth application-default login`
    User(kinds::User),
    /// The key of a service account.
    Account(signed::ServiceKey),
    /// Workload identity federation.
    External(Box<kinds::External>),
    /// A service account that others may be, directly or by way of the delegates.
    Impersonated { source: Box<Credentials>, url: String, delegates: Vec<String> },
    /// The metadata server of a machine in Google's cloud, by its host.
    Metadata(String),
    /// `gcloud auth print-access-token`, or that of application default credentials.
    Gcloud { of_applications: bool },
}

/// How token servers are reached.
#[derive(Clone)]
pub(super) struct TokenWay {
    /// By way of proxies, where some are set.
    pub(super) outside: reqwest::Client,
    /// By way of none: servers on this machine, and the metadata server.
    pub(super) direct: reqwest::Client,
    pub(super) clock: Arc<ServerClock>,
}

impl TokenWay {
    fn client(&self, url: &str) -> &reqwest::Client {
        if Url::parse(url).is_ok_and(|url| is_loopback(&url)) { &self.direct } else { &self.outside }
    }
}

/// Why there is no token.
pub(super) struct TokenFailure {
    pub(super) error: Error,
    /// Whether it may go better next time.
    pub(super) passing: bool,
}

impl TokenFailure {
    fn for_good(told: String) -> Self {
        TokenFailure { error: Error::Credentials(told), passing: false }
    }
}

/// A token with its end, where that is known.
pub(super) struct AccessToken {
    pub(super) text: String,
    pub(super) lasts: Option<Duration>,
}

struct Held {
    text: String,
    ends: Option<Instant>,
}

/// Tokens, one at a time.
#[derive(Clone)]
pub(super) struct AccessTokens {
    credentials: Credentials,
    way: TokenWay,
    held: Arc<Mutex<Option<Held>>>,
}

impl AccessTokens {
    pub(super) fn new(credentials: Credentials, way: TokenWay) -> Self {
        AccessTokens { credentials, way, held: Arc::default() }
    }

    /// A token that has not ended as far as is known; the empty text where none is needed.
    pub(super) async fn token(&self) -> Result<String, TokenFailure> {
        let mut held = self.held.lock().await;
        if let Some(known) = held.as_ref().filter(|known| known.ends.is_none_or(|ends| Instant::now() + MARGIN < ends)) {
            return Ok(known.text.clone());
        }
        let token = exchange::token(&self.credentials, &self.way).await?;
        let ends = token.lasts.map(|lasts| Instant::now() + lasts);
        *held = Some(Held { text: token.text.clone(), ends });
        Ok(token.text)
    }

    /// Drops a token that the server has refused; gives whether another one can be had.
    pub(super) async fn forget(&self) -> bool {
        self.held.lock().await.take();
        !matches!(self.credentials, Credentials::NotNeeded)
    }
}

/// Whether the server is on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or("").trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
