//! Credentials into a token.
//!
//! Owns: the request of each kind of credentials. Users' and the metadata server's go through the same HTTP client as everything else, so
//! that proxies hold for them; what has to be signed is left to the client's own library.
//! Refuses: finding credentials (find), keeping tokens.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use gcp_bigquery_client::yup_oauth2 as oauth;
use oauth::authenticator::DefaultAuthenticator;
use oauth::authorized_user::AuthorizedUserSecret;
use oauth::external_account::ExternalAccountSecret;
use serde::Deserialize;

use super::super::error::Error;
use super::{AccessToken, Credentials};
use crate::ground::text::visible;

/// What a token is for.
const SCOPE: &str = "https://www.googleapis.com/auth/bigquery";
/// Where a user's refresh token is turned in, unless the file says otherwise.
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
/// What mends credentials that have ended.
const LOG_IN: &str = "run `gcloud auth application-default login`";

/// A user's refresh token. Not printable.
#[derive(Clone, Deserialize)]
pub(in super::super) struct User {
    client_id: String,
    client_secret: String,
    refresh_token: String,
    token_uri: Option<String>,
}

/// Credentials that the client's library exchanges. Not printable.
#[derive(Clone)]
pub(in super::super) enum Library {
    ServiceAccount(Arc<oauth::ServiceAccountKey>),
    ExternalAccount(Arc<ExternalAccountSecret>),
    Impersonated { source: Arc<AuthorizedUserSecret>, account: String },
}

impl Library {
    pub(super) fn service_account(text: &[u8]) -> serde_json::Result<Self> {
        Ok(Library::ServiceAccount(Arc::new(serde_json::from_slice(text)?)))
    }

    pub(super) fn external_account(text: &[u8]) -> serde_json::Result<Self> {
        Ok(Library::ExternalAccount(Arc::new(serde_json::from_slice(text)?)))
    }

    pub(super) fn impersonated(source: &[u8], account: &str) -> serde_json::Result<Self> {
        Ok(Library::Impersonated { source: Arc::new(serde_json::from_slice(source)?), account: account.to_owned() })
    }

    async fn authenticator(&self) -> std::io::Result<DefaultAuthenticator> {
        match self.clone() {
            Library::ServiceAccount(key) => oauth::ServiceAccountAuthenticator::builder((*key).clone()).build().await,
            Library::ExternalAccount(secret) => oauth::ExternalAccountAuthenticator::builder((*secret).clone()).build().await,
            Library::Impersonated { source, account } => {
                oauth::ServiceAccountImpersonationAuthenticator::builder((*source).clone(), &account).build().await
            }
        }
    }
}

/// What token servers answer.
#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Option<String>,
    expires_in: Option<u64>,
    error: Option<String>,
    error_description: Option<String>,
}

/// A new token.
pub(super) async fn token(credentials: &Credentials, http: &reqwest::Client) -> Result<AccessToken, Error> {
    match credentials {
        Credentials::NotNeeded => Ok(AccessToken { text: String::new(), lasts: None }),
        Credentials::User(user) => of_user(user, http).await,
        Credentials::Library(library) => of_library(library).await,
        Credentials::Metadata(host) => of_metadata(host, http).await,
        Credentials::Gcloud => tokio::task::spawn_blocking(of_gcloud)
            .await
            .unwrap_or_else(|_| Err(Error::Credentials("gcloud could not be asked for a token".to_owned()))),
    }
}

async fn of_user(user: &User, http: &reqwest::Client) -> Result<AccessToken, Error> {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &user.client_id),
        ("client_secret", &user.client_secret),
        ("refresh_token", &user.refresh_token),
    ];
    let request = http.post(user.token_uri.as_deref().unwrap_or(TOKEN_URI)).form(&form);
    answer(request, "the token server").await
}

async fn of_metadata(host: &str, http: &reqwest::Client) -> Result<AccessToken, Error> {
    let url = format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/token");
    let request = http.get(url).header("Metadata-Flavor", "Google").query(&[("scopes", SCOPE)]);
    answer(request, "the metadata server of this machine").await
}

/// Sends a request for a token. Nothing of it but the server's own words gets into an error.
async fn answer(request: reqwest::RequestBuilder, who: &str) -> Result<AccessToken, Error> {
    let response =
        request.send().await.map_err(|_| Error::Credentials(format!("{who} cannot be reached: is there a network, a proxy?")))?;
    let status = response.status();
    let answer: TokenAnswer =
        response.json().await.map_err(|_| Error::Credentials(format!("{who} gave no token and no reason (status {})", status.as_u16())))?;
    match answer.access_token.filter(|_| status.is_success()) {
        Some(text) => Ok(AccessToken { text, lasts: answer.expires_in.map(Duration::from_secs) }),
        None => {
            let reason = answer.error_description.or(answer.error).unwrap_or_else(|| format!("status {}", status.as_u16()));
            Err(Error::Credentials(format!("{who} gave no token: {}; {LOG_IN}", visible(&reason))))
        }
    }
}

async fn of_library(library: &Library) -> Result<AccessToken, Error> {
    let failed = |reason: String| Error::Credentials(format!("the service account gave no token: {reason}"));
    // A key that is no key is told here; the library's words could quote it.
    let authenticator = library.authenticator().await.map_err(|_| failed("its private key cannot be used".to_owned()))?;
    let token = authenticator.token(&[SCOPE]).await.map_err(|error| match error {
        oauth::Error::AuthError(told) => failed(visible(&told.to_string()).into_owned()),
        oauth::Error::HttpError(_) | oauth::Error::HttpClientError(_) => {
            failed("the token server cannot be reached (a proxy is not used for it)".to_owned())
        }
        _ => failed("the token server's answer is not understood".to_owned()),
    })?;
    let lasts = token.expiration_time().map(|ends| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Duration::from_secs(u64::try_from(ends.unix_timestamp()).unwrap_or(0)).saturating_sub(now)
    });
    match token.token() {
        Some(text) => Ok(AccessToken { text: text.to_owned(), lasts }),
        None => Err(failed("the answer has no token".to_owned())),
    }
}

/// Blocks; gcloud takes about a second. How long its token lasts is not told; the server's 401 ends it.
fn of_gcloud() -> Result<AccessToken, Error> {
    let failed = |reason: &str| Error::Credentials(format!("gcloud gave no token: {}; run `gcloud auth login`", visible(reason.trim())));
    let output = Command::new("gcloud")
        .args(["auth", "print-access-token", "--quiet"])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(&error.to_string()))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(failed(told.lines().find(|line| !line.trim().is_empty()).unwrap_or("it failed")));
    }
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if text.is_empty() { Err(failed("it printed nothing")) } else { Ok(AccessToken { text, lasts: None }) }
}
