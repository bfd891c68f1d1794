//! Requests to BigQuery's REST API.
//!
//! Owns: one request with its token, trying again where that can help, telling refusals from broken connections.
//! Refuses: what is asked (job, table).
//!
//! The client library's own calls are not used for this: they lose the HTTP status of an answer that is no JSON, hide `Retry-After`, never try
//! again, and cannot read a table with a column type that they do not know. Its types, parameters and credentials are.
//!
//! Nor does a crate for trying again (backon) do the waiting: what is more than a few lines here is no part of it, the token that is renewed without
//! counting as an attempt and the wait that the server asks for.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::RETRY_AFTER;
use reqwest::{Method, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::auth::AccessTokens;
use super::clock::ServerClock;
use super::error::{self, Error, ends_job, untrusted};
use super::retries::Retries;

/// Longest answer that is read. BigQuery's own pages end at 10 to 20 MB.
const LONGEST: usize = 128 << 20;
/// Longest time that a server may ask us to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How often and how patiently a request is tried again.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Requests in all, the first included.
    pub attempts: u32,
    /// Longest wait before the second; it doubles with each.
    pub first: Duration,
    /// Longest of these waits.
    pub longest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience { attempts: 6, first: Duration::from_millis(500), longest: Duration::from_secs(16) }
    }
}

/// The way to BigQuery.
pub(super) struct Wire {
    pub(super) http: reqwest::Client,
    /// Up to and with `/bigquery/v2`.
    pub(super) base: Url,
    pub(super) tokens: AccessTokens,
    pub(super) clock: Arc<ServerClock>,
    /// The project whose quota user credentials count against.
    pub(super) quota_project: Option<String>,
    pub(super) patience: Patience,
    /// What is to be told of requests that are made again.
    pub(super) retries: Retries,
}

/// One request; made anew for each attempt.
pub(super) struct Ask<'a> {
    method: Method,
    path: &'a [&'a str],
    query: &'a [(&'a str, String)],
    body: Option<Vec<u8>>,
}

impl<'a> Ask<'a> {
    /// Path segments behind the base, not yet escaped.
    pub(super) fn get(path: &'a [&'a str], query: &'a [(&'a str, String)]) -> Self {
        Ask { method: Method::GET, path, query, body: None }
    }

    pub(super) fn post(path: &'a [&'a str], query: &'a [(&'a str, String)], body: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_vec(body).map_err(|error| Error::Input(format!("the request cannot be written: {error}")))?;
        Ok(Ask { method: Method::POST, path, query, body: Some(body) })
    }
}

/// What became of one attempt.
enum Attempt {
    Done(Vec<u8>),
    /// May go better next time; the server may have said when.
    Again(Error, Option<Duration>),
    Never(Error),
}

impl Wire {
    /// Sends a request until it is answered or nothing is to be hoped for. Only requests that may be repeated are made here: reads, dry runs,
    /// and jobs under an id of our own.
    pub(super) async fn ask<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, Error> {
        let bytes = self.bytes(&ask).await?;
        serde_json::from_slice(&bytes).map_err(|error| match serde_json::from_slice::<serde::de::IgnoredAny>(&bytes) {
            Ok(_) => Error::Answer(error.to_string()),
            Err(_) => Error::of_body(200, &bytes),
        })
    }

    /// The same without a look at the answer.
    pub(super) async fn bytes(&self, ask: &Ask<'_>) -> Result<Vec<u8>, Error> {
        let mut renewed = false;
        let mut attempt = 0;
        loop {
            let (error, wait) = match self.attempt(ask).await? {
                Attempt::Done(bytes) => return Ok(bytes),
                // A token that ended is replaced once; a fresh one that is refused as well is no use.
                Attempt::Never(error) if error.status() == Some(401) && !renewed && self.tokens.forget().await => {
                    renewed = true;
                    continue;
                }
                Attempt::Never(error) => return Err(error),
                Attempt::Again(error, wait) => (error, wait),
            };
            attempt += 1;
            if attempt >= self.patience.attempts {
                return Err(error);
            }
            self.retries.add(&error, attempt, self.patience.attempts - 1);
            tokio::time::sleep(self.wait(attempt, wait)).await;
        }
    }

    async fn attempt(&self, ask: &Ask<'_>) -> Result<Attempt, Error> {
        let token = match self.tokens.token().await {
            Ok(token) => token,
            Err(failure) if failure.passing => return Ok(Attempt::Again(failure.error, None)),
            Err(failure) => return Ok(Attempt::Never(failure.error)),
        };
        let mut request = self.http.request(ask.method.clone(), self.url(ask)?);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(project) = &self.quota_project {
            request = request.header("x-goog-user-project", project);
        }
        if let Some(body) = &ask.body {
            request = request.header("content-type", "application/json").body(body.clone());
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                return Ok(match untrusted(&error) {
                    Some(reason) => Attempt::Never(Error::Untrusted { server: self.server(), reason }),
                    None => Attempt::Again(self.unreachable(&error), None),
                });
            }
        };
        self.clock.note(&response);
        let (status, wait) = (response.status(), retry_after(&response));
        let body = match read(response).await {
            Ok(body) => body,
            Err(BrokenAnswer::Connection(error)) => return Ok(Attempt::Again(self.unreachable(&error), None)),
            Err(BrokenAnswer::TooLong) => return Ok(Attempt::Never(Error::Answer("it is too long".to_owned()))),
        };
        if status.is_success() {
            return Ok(Attempt::Done(body));
        }
        let error = Error::of_body(status.as_u16(), &body);
        let may_pass = is_passing(status)
            || match &error {
                // Of a job that has failed the answer stays what it is; whether another is worth it is not decided here.
                Error::Refused(refusal) if ends_job(&refusal.reason) => ask.method == Method::POST,
                Error::Refused(refusal) => error::is_passing(&refusal.reason),
                _ => false,
            };
        Ok(if may_pass { Attempt::Again(error, wait) } else { Attempt::Never(error) })
    }

    fn url(&self, ask: &Ask<'_>) -> Result<Url, Error> {
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| Error::Input("the endpoint is not a web address".to_owned()))?.pop_if_empty().extend(ask.path);
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(ask.query);
        }
        Ok(url)
    }

    /// What the server asked for, else a random part of a time that doubles: many who were refused at once must not come back at once.
    pub(super) fn wait(&self, attempt: u32, asked: Option<Duration>) -> Duration {
        if let Some(asked) = asked {
            return asked.min(LONGEST_WAIT);
        }
        let most = self.patience.first.saturating_mul(1 << (attempt - 1).min(16)).min(self.patience.longest);
        let share = (RandomState::new().hash_one(Instant::now()) % 1000) as u32;
        most / 2 + most / 2 * share / 1000
    }

    fn server(&self) -> String {
        let host = self.base.host_str().unwrap_or("BigQuery");
        self.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    fn unreachable(&self, error: &reqwest::Error) -> Error {
        let server = self.server();
        // The innermost cause; those around it repeat the address.
        let mut cause: &dyn std::error::Error = error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        let reason = if error.is_timeout() { "no answer in time".to_owned() } else { cause.to_string() };
        Error::Unreachable { server, reason: crate::ground::text::visible(&reason).into_owned() }
    }
}

/// Whether a refusal of this status may pass. A query that is refused with 400, 403 or 404 is refused for good, but for a few reasons.
fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
}

/// Seconds; the form with a date is not used by Google.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

enum BrokenAnswer {
    Connection(reqwest::Error),
    TooLong,
}

/// The whole body. One that ends before its length is a broken connection.
async fn read(mut response: Response) -> Result<Vec<u8>, BrokenAnswer> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BrokenAnswer::Connection)? {
        if body.len() + chunk.len() > LONGEST {
            return Err(BrokenAnswer::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
