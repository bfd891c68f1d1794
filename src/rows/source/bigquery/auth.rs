//! Who asks: an access token from whatever credentials this machine has.
//!
//! Owns: the order in which credentials are looked for, keeping a token until it ends, what is said when there is none.
//! Refuses: requests to BigQuery (wire). No secret is ever part of an error, and nothing here logs.

mod exchange;
mod find;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::error::Error;
pub(super) use find::{Environment, find};

/// A token is renewed this long before it ends, so that it does not end on its way.
const MARGIN: Duration = Duration::from_secs(60);

/// Where tokens come from.
#[derive(Clone)]
pub(super) enum Credentials {
    /// A server on this machine asks for none.
    NotNeeded,
    /// `gcloud auth application-default login`
    User(exchange::User),
    /// Service account, workload identity federation or impersonation: signed and exchanged by the client's own library.
    Library(exchange::Library),
    /// The metadata server of a machine in Google's cloud, by its host.
    Metadata(String),
    /// `gcloud auth print-access-token`
    Gcloud,
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
    http: reqwest::Client,
    held: Arc<Mutex<Option<Held>>>,
}

impl AccessTokens {
    pub(super) fn new(credentials: Credentials, http: reqwest::Client) -> Self {
        AccessTokens { credentials, http, held: Arc::default() }
    }

    /// A token that has not ended as far as is known; the empty text where none is needed.
    pub(super) async fn token(&self) -> Result<String, Error> {
        let mut held = self.held.lock().await;
        if let Some(known) = held.as_ref().filter(|known| known.ends.is_none_or(|ends| Instant::now() + MARGIN < ends)) {
            return Ok(known.text.clone());
        }
        let token = exchange::token(&self.credentials, &self.http).await?;
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
