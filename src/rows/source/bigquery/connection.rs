//! The way to BigQuery, opened.
//!
//! Owns: HTTP clients with proxies and private authorities, credentials, the project that pays where nobody names one.
//! Refuses: asking BigQuery anything (service). Only a machine's own metadata server is asked here, for its project.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::auth::{self, AccessTokens, Credentials, Environment, FoundCredentials, TokenWay, is_loopback};
use super::clock::ServerClock;
use super::error::Error;
use super::retries::Retries;
use super::settings::Settings;
use super::wire::Wire;
use crate::rows::advice::{Advice, Advised};

/// What is needed to ask anything.
pub(super) struct Connection {
    pub(super) runtime: Runtime,
    pub(super) wire: Wire,
    /// The project that pays.
    pub(super) project: String,
}

impl Connection {
    /// Finds the endpoint and the credentials. `project` is the one of the first table.
    ///
    /// # Errors
    /// No endpoint, no credentials: with what mends it.
    pub(super) fn open(settings: &Settings, project: Option<&str>) -> Result<Self, Error> {
        let base = settings.base()?;
        let loopback = is_loopback(&base);
        check_authorities()?;
        let client = |direct: bool| {
            let builder = reqwest::Client::builder().connect_timeout(Duration::from_secs(20)).read_timeout(Duration::from_secs(120));
            let builder = if direct { builder.no_proxy() } else { builder };
            builder.build().map_err(|error| Error::Input(format!("no connection can be made: {error}")))
        };
        let clock: Arc<ServerClock> = Arc::default();
        let way = TokenWay { outside: client(false)?, direct: client(true)?, clock: Arc::clone(&clock) };
        let found = if loopback && !settings.authenticate {
            FoundCredentials { credentials: Credentials::NotNeeded, project: None, quota_project: None }
        } else {
            auth::find(&Environment::own())?
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| Error::Input(format!("no thread can be started: {error}")))?;
        let of_machine = || match &found.credentials {
            Credentials::Metadata(host) => runtime.block_on(auth::project_of_machine(host, &way)),
            _ => None,
        };
        let payer = settings.project.clone().or_else(|| found.project.clone()).or_else(of_machine);
        let project = payer
            .or_else(|| project.map(str::to_owned))
            .ok_or_else(|| Error::Advised(Advised::new("no project is there to pay for the query", Advice::NameProject)))?;
        let wire = Wire {
            retries: Retries::default(),
            http: if loopback { way.direct.clone() } else { way.outside.clone() },
            tokens: AccessTokens::new(found.credentials, way),
            clock,
            base,
            quota_project: found.quota_project,
            patience: settings.patience,
        };
        Ok(Connection { runtime, wire, project })
    }
}

/// The project that pays where none is named: that of the credentials, of gcloud, or of this machine.
pub(super) fn own_project(settings: &Settings) -> Option<String> {
    if let Some(project) = &settings.project {
        return Some(project.clone());
    }
    let environment = Environment::own();
    let needs_none = settings.base().is_ok_and(|base| is_loopback(&base)) && !settings.authenticate;
    let found = if needs_none { None } else { auth::find(&environment).ok() };
    let Some(found) = found else { return auth::project_of(&environment) };
    found.project.or_else(|| {
        let Credentials::Metadata(host) = &found.credentials else { return None };
        let direct = reqwest::Client::builder().no_proxy().build().ok()?;
        let way = TokenWay { outside: direct.clone(), direct, clock: Arc::default() };
        tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?.block_on(auth::project_of_machine(host, &way))
    })
}

/// The file that names private authorities is read without a word where a connection is made; here its lack is told.
fn check_authorities() -> Result<(), Error> {
    let Some(file) = std::env::var_os("SSL_CERT_FILE").filter(|file| !file.is_empty()) else { return Ok(()) };
    let shown = crate::ground::text::visible(&file.to_string_lossy()).into_owned();
    let text = std::fs::read(&file).map_err(|error| Error::Input(format!("SSL_CERT_FILE names {shown}, which cannot be read: {error}")))?;
    if memchr::memmem::find(&text, b"BEGIN CERTIFICATE-").is_none() {
        return Err(Error::Input(format!("SSL_CERT_FILE names {shown}, which holds no certificate in the form of PEM")));
    }
    Ok(())
}
