//! Credentials into a token.
//!
//! Owns: the request of each kind of credentials, through the same HTTP client as everything else, so that proxies and private authorities hold for
//! them and a failure is told from a refusal. The client's own library does none of that.
//! Refuses: finding credentials (find), signing (signed), keeping tokens, trying again (wire).

use std::process::{Command, Stdio};
use std::time::Duration;

use reqwest::RequestBuilder;
use serde::Deserialize;

use super::super::clock::ServerClock;
use super::super::error::{Error, untrusted};
use super::kinds::{External, User};
use super::signed::ServiceKey;
use super::{AccessToken, Credentials, TokenFailure, TokenWay};
use crate::ground::text::visible;
use crate::ground::time::parse_time;

/// What a token is for.
const SCOPE: &str = "https://www.googleapis.com/auth/bigquery";
/// What a token has to be for that another account's is asked with.
const IMPERSONATING: &str = "https://www.googleapis.com/auth/cloud-platform";
/// Where a token is had, unless the file says otherwise.
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
/// What mends credentials of a user that have ended.
const LOG_IN: &str = "; run `gcloud auth application-default login`";
/// How a token server is called in a sentence.
const SERVER: &str = "the token server";

/// What token servers answer.
#[derive(Default, Deserialize)]
#[serde(default)]
struct TokenAnswer {
    #[serde(alias = "accessToken")]
    access_token: Option<String>,
    expires_in: Option<u64>,
    #[serde(rename = "expireTime")]
    expire_time: Option<String>,
    error: Option<Told>,
    error_description: Option<String>,
}

/// `"invalid_grant"`, or as of other APIs `{"message": …}`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    Word(String),
    Object { message: String },
}

/// A new token.
pub(super) async fn token(credentials: &Credentials, way: &TokenWay) -> Result<AccessToken, TokenFailure> {
    of_scope(credentials, way, SCOPE).await
}

async fn of_scope(credentials: &Credentials, way: &TokenWay, scope: &str) -> Result<AccessToken, TokenFailure> {
    match credentials {
        Credentials::NotNeeded => Ok(AccessToken { text: String::new(), lasts: None }),
        Credentials::User(user) => of_user(user, way).await,
        Credentials::Account(key) => of_account(key, way, scope).await,
        Credentials::External(external) => of_external(external, way, scope).await,
        Credentials::Impersonated { source, url, delegates } => {
            let own = Box::pin(of_scope(source, way, IMPERSONATING)).await?;
            let asked = serde_json::json!({"scope": [scope], "delegates": delegates, "lifetime": "3600s"});
            let request = way.client(url).post(url).bearer_auth(own.text).json(&asked);
            answer(request, ("the server that lets accounts be impersonated", ""), &way.clock).await
        }
        Credentials::Metadata(host) => of_metadata(host, way).await,
        Credentials::Gcloud { of_applications } => {
            let of_applications = *of_applications;
            tokio::task::spawn_blocking(move || of_gcloud(of_applications))
                .await
                .unwrap_or_else(|_| Err(TokenFailure::for_good("gcloud could not be asked for a token".to_owned())))
        }
    }
}

async fn of_user(user: &User, way: &TokenWay) -> Result<AccessToken, TokenFailure> {
    let url = user.token_uri.as_deref().unwrap_or(TOKEN_URI);
    let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", &user.refresh_token)];
    let mut request = way.client(url).post(url);
    if user.is_external {
        request = request.basic_auth(&user.client_id, Some(&user.client_secret));
    } else {
        form.extend([("client_id", user.client_id.as_str()), ("client_secret", &user.client_secret)]);
    }
    answer(request.form(&form), (SERVER, LOG_IN), &way.clock).await
}

async fn of_account(key: &ServiceKey, way: &TokenWay, scope: &str) -> Result<AccessToken, TokenFailure> {
    let url = key.token_uri.as_deref().unwrap_or(TOKEN_URI);
    let assertion = key.assertion(url, scope, way.clock.now());
    let assertion = assertion.map_err(|reason| TokenFailure::for_good(format!("the service account cannot ask for a token: {reason}")))?;
    let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion.as_str())];
    answer(way.client(url).post(url).form(&form), (SERVER, ""), &way.clock).await
}

async fn of_external(external: &External, way: &TokenWay, scope: &str) -> Result<AccessToken, TokenFailure> {
    let subject = subject_token(external, way).await?;
    let options = external.workforce_pool_user_project.as_ref().map(|project| serde_json::json!({"userProject": project}).to_string());
    let mut form = vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", &external.audience),
        ("subject_token_type", &external.subject_token_type),
        ("subject_token", &subject),
        ("scope", scope),
    ];
    form.extend(options.as_deref().filter(|_| external.client_id.is_none()).map(|options| ("options", options)));
    let mut request = way.client(&external.token_url).post(&external.token_url);
    if let Some(client) = &external.client_id {
        request = request.basic_auth(client, external.client_secret.as_ref());
    }
    answer(request.form(&form), (SERVER, ""), &way.clock).await
}

/// The token of somebody else, out of its file or from its address.
async fn subject_token(external: &External, way: &TokenWay) -> Result<String, TokenFailure> {
    let source = &external.credential_source;
    let failed = |reason: String| TokenFailure::for_good(format!("workload identity federation has no token of its own: {reason}"));
    let text = match (&source.file, &source.url) {
        (Some(file), _) => std::fs::read_to_string(file).map_err(|error| failed(format!("{}: {error}", visible(file))))?,
        (None, Some(url)) => {
            let request = source.headers.iter().fold(way.client(url).get(url), |request, (name, value)| request.header(name, value));
            let response = request.send().await.map_err(|error| unreachable(&error, "the server that has it"))?;
            let status = response.status();
            if !status.is_success() {
                let failure = failed(format!("its server answered with status {}", status.as_u16()));
                return Err(TokenFailure { passing: is_passing(status), ..failure });
            }
            response.text().await.map_err(|error| unreachable(&error, "the server that has it"))?
        }
        (None, None) => return Err(failed("no file or address is named".to_owned())),
    };
    let Some(name) = &source.format.subject_token_field_name else { return Ok(text.trim().to_owned()) };
    let value: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let token = value.as_ref().and_then(|value| value.get(name)?.as_str());
    token.map(str::to_owned).ok_or_else(|| failed(format!("there is no {} in it", visible(name))))
}

async fn of_metadata(host: &str, way: &TokenWay) -> Result<AccessToken, TokenFailure> {
    let url = format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/token");
    let request = way.direct.get(url).header("Metadata-Flavor", "Google").query(&[("scopes", SCOPE)]);
    answer(request, ("the metadata server of this machine", ""), &way.clock).await
}

/// The project of a machine in Google's cloud; nothing where its metadata server does not tell in time.
pub(in super::super) async fn project_of_machine(host: &str, way: &TokenWay) -> Option<String> {
    let url = format!("http://{host}/computeMetadata/v1/project/project-id");
    let request = way.direct.get(url).header("Metadata-Flavor", "Google").timeout(Duration::from_secs(3));
    let response = request.send().await.ok()?.error_for_status().ok()?;
    response.text().await.ok().map(|project| project.trim().to_owned()).filter(|project| !project.is_empty())
}

/// Sends a request for a token. Nothing of it but the server's own words gets into an error.
async fn answer(request: RequestBuilder, (who, mend): (&str, &str), clock: &ServerClock) -> Result<AccessToken, TokenFailure> {
    let response = request.send().await.map_err(|error| unreachable(&error, who))?;
    // A claim that is dated by a wrong clock is refused; the answer tells the right time, with which it is made once more.
    let is_dated_wrongly = clock.note(&response);
    let status = response.status();
    let Ok(answer) = response.json::<TokenAnswer>().await else {
        let told = format!("{who} gave no token and no reason (status {})", status.as_u16());
        return Err(TokenFailure { error: Error::Credentials(told), passing: is_passing(status) || status.is_success() });
    };
    let lasts = answer.expires_in.map(Duration::from_secs).or_else(|| {
        let left = parse_time(answer.expire_time.as_deref()?)?.saturating_sub(clock.now());
        Some(Duration::from_micros(u64::try_from(left).unwrap_or(0)))
    });
    match answer.access_token.filter(|_| status.is_success()) {
        Some(text) => Ok(AccessToken { text, lasts }),
        None => {
            let word = answer.error.map(|told| match told {
                Told::Word(word) | Told::Object { message: word } => word,
            });
            let reason = answer.error_description.or(word).unwrap_or_else(|| format!("status {}", status.as_u16()));
            let told = format!("{who} gave no token: {}{mend}", visible(&reason));
            Err(TokenFailure { error: Error::Credentials(told), passing: is_passing(status) || is_dated_wrongly })
        }
    }
}

fn unreachable(error: &reqwest::Error, who: &str) -> TokenFailure {
    match untrusted(error) {
        Some(reason) => TokenFailure { error: Error::Untrusted { server: who.to_owned(), reason }, passing: false },
        None => TokenFailure {
            error: Error::Credentials(format!("{who} cannot be reached: is there a network, and does HTTPS_PROXY name the right proxy?")),
            passing: true,
        },
    }
}

fn is_passing(status: reqwest::StatusCode) -> bool {
    status.is_server_error() || status.as_u16() == 429
}

/// Blocks; gcloud takes about a second. How long its token lasts is not told; the server's 401 ends it.
fn of_gcloud(of_applications: bool) -> Result<AccessToken, TokenFailure> {
    let (arguments, login) = if of_applications {
        (&["auth", "application-default", "print-access-token", "--quiet"][..], "gcloud auth application-default login")
    } else {
        (&["auth", "print-access-token", "--quiet"][..], "gcloud auth login")
    };
    let failed = |reason: &str| TokenFailure::for_good(format!("gcloud gave no token: {}; run `{login}`", visible(reason.trim())));
    let output = Command::new("gcloud").args(arguments).stdin(Stdio::null()).output().map_err(|error| failed(&error.to_string()))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(failed(told.lines().find(|line| !line.trim().is_empty()).unwrap_or("it failed")));
    }
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if text.is_empty() { Err(failed("it printed nothing")) } else { Ok(AccessToken { text, lasts: None }) }
}
