//! Which credentials this machine has.
//!
//! Owns: the places that are looked at, in the order of Google's own tools, and the command that mends a lack.
//! Refuses: using them (exchange).

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::super::error::Error;
use super::Credentials;
use super::exchange::{Library, User};
use crate::ground::text::visible;

/// What mends a lack of credentials.
const MEND: &str =
    "run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to the key file of a service account";
/// Where the system tells who built the machine.
const PRODUCT: &str = "/sys/class/dmi/id/product_name";
/// Longest credentials file that is read.
const LONGEST: u64 = 1 << 20;

/// What credentials are looked for in; tests have one of their own.
pub(in super::super) struct Environment<'a> {
    /// Environment variables.
    pub(in super::super) variable: &'a dyn Fn(&str) -> Option<String>,
    /// The file that tells who built the machine.
    pub(in super::super) product: &'a Path,
}

impl Environment<'static> {
    /// This process'.
    pub(in super::super) fn own() -> Self {
        Environment { variable: &|name| std::env::var(name).ok().filter(|value| !value.is_empty()), product: Path::new(PRODUCT) }
    }
}

/// What was found, and the project it bills where it tells one.
pub(in super::super) struct FoundCredentials {
    pub(in super::super) credentials: Credentials,
    pub(in super::super) project: Option<String>,
}

/// A credentials file as far as it matters here.
#[derive(Deserialize)]
struct CredentialsFile {
    r#type: Option<String>,
    project_id: Option<String>,
    quota_project_id: Option<String>,
    service_account_impersonation_url: Option<String>,
    source_credentials: Option<Box<serde_json::value::RawValue>>,
}

/// Application default credentials, then the metadata server, then gcloud.
///
/// # Errors
/// There are none, or a file that names them cannot be used: with the command that mends it.
pub(in super::super) fn find(environment: &Environment<'_>) -> Result<FoundCredentials, Error> {
    let variable = environment.variable;
    let project = variable("GOOGLE_CLOUD_PROJECT").or_else(|| variable("CLOUDSDK_CORE_PROJECT"));
    let with = |found: FoundCredentials| FoundCredentials { project: project.clone().or(found.project), ..found };
    if let Some(path) = variable("GOOGLE_APPLICATION_CREDENTIALS") {
        let path = PathBuf::from(path);
        let named = |reason: String| Error::Credentials(format!("GOOGLE_APPLICATION_CREDENTIALS names {}, {reason}", shown(&path)));
        return read(&path).map_err(|error| named(format!("which cannot be read: {error}")))?.map(with).map_err(named);
    }
    if let Some(path) = usual_file(variable).filter(|path| path.is_file()) {
        let of = |reason: String| Error::Credentials(format!("the credentials in {} cannot be used: {reason}; {MEND}", shown(&path)));
        return read(&path).map_err(|error| of(error.to_string()))?.map(with).map_err(of);
    }
    if let Some(host) = metadata_host(environment) {
        return Ok(FoundCredentials { credentials: Credentials::Metadata(host), project });
    }
    if on_path(variable, "gcloud") {
        return Ok(FoundCredentials { credentials: Credentials::Gcloud, project });
    }
    Err(Error::Credentials(format!("there are no credentials for BigQuery on this machine: {MEND}")))
}

/// Where `gcloud auth application-default login` leaves its file.
fn usual_file(variable: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = variable("CLOUDSDK_CONFIG").map(PathBuf::from);
    let folder = folder.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".config/gcloud")))?;
    Some(folder.join("application_default_credentials.json"))
}

/// Asking a metadata server that is not there takes seconds; the machine's name tells whether it is.
fn metadata_host(environment: &Environment<'_>) -> Option<String> {
    (environment.variable)("GCE_METADATA_HOST").or_else(|| {
        let product = std::fs::read_to_string(environment.product).ok()?;
        product.contains("Google").then(|| "metadata.google.internal".to_owned())
    })
}

fn on_path(variable: &dyn Fn(&str) -> Option<String>, program: &str) -> bool {
    variable("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// The inner reason is of a file that was read but is of no use. It never quotes the file.
fn read(path: &Path) -> std::io::Result<Result<FoundCredentials, String>> {
    if std::fs::metadata(path)?.len() > LONGEST {
        return Ok(Err("which is too long for credentials".to_owned()));
    }
    Ok(parse(&std::fs::read(path)?))
}

fn parse(text: &[u8]) -> Result<FoundCredentials, String> {
    // What serde says of a mistake may quote a value.
    let wrong = |error: serde_json::Error| format!("which is not a credentials file (line {} column {})", error.line(), error.column());
    let file: CredentialsFile = serde_json::from_slice(text).map_err(wrong)?;
    let credentials = match file.r#type.as_deref() {
        Some("authorized_user") => Credentials::User(serde_json::from_slice::<User>(text).map_err(wrong)?),
        Some("service_account") => Credentials::Library(Library::service_account(text).map_err(wrong)?),
        Some("external_account") => Credentials::Library(Library::external_account(text).map_err(wrong)?),
        Some("impersonated_service_account") => {
            let source = file.source_credentials.as_deref().map(|source| source.get().as_bytes());
            let url = file.service_account_impersonation_url.as_deref();
            let (Some(source), Some(account)) = (source, url.and_then(account_of)) else {
                return Err("which lacks the account to impersonate".to_owned());
            };
            Credentials::Library(Library::impersonated(source, account).map_err(wrong)?)
        }
        Some(other) => return Err(format!("which holds credentials of an unknown kind: {}", visible(other))),
        None => return Err("which is not a credentials file: it has no type".to_owned()),
    };
    Ok(FoundCredentials { credentials, project: file.quota_project_id.or(file.project_id) })
}

/// `…/serviceAccounts/NAME@PROJECT.iam.gserviceaccount.com:generateAccessToken`
fn account_of(url: &str) -> Option<&str> {
    url.rsplit('/').next()?.strip_suffix(":generateAccessToken")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(variables: &[(&str, &str)]) -> Result<FoundCredentials, String> {
        let get = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        find(&Environment { variable: &get, product: Path::new("/nowhere") }).map_err(|error| error.to_string())
    }

    #[test]
    fn without_credentials_the_command_that_mends_it_is_named() {
        let told = look(&[("HOME", "/nowhere"), ("PATH", "/nowhere")]).err().unwrap();
        assert!(told.contains("gcloud auth application-default login"), "{told}");
        let told = look(&[("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")]).err().unwrap();
        assert!(told.starts_with("GOOGLE_APPLICATION_CREDENTIALS names /nowhere/key.json, which cannot be read"), "{told}");
    }

    #[test]
    fn each_kind_of_file_is_known_and_none_is_quoted() {
        let kind = |text: &str| parse(text.as_bytes()).map(|found| (found.credentials, found.project));
        let user =
            r#"{"type":"authorized_user","client_id":"c","client_secret":"s3cret","refresh_token":"r3fresh","quota_project_id":"q"}"#;
        assert!(matches!(kind(user), Ok((Credentials::User(_), Some(project))) if project == "q"));
        let account = r#"{"type":"service_account","project_id":"p","private_key":"s3cret","client_email":"a@b","token_uri":"http://x"}"#;
        assert!(matches!(kind(account), Ok((Credentials::Library(_), Some(project))) if project == "p"));
        let impersonated = format!(
            r#"{{"type":"impersonated_service_account","service_account_impersonation_url":"https://x/a@b:generateAccessToken","source_credentials":{user}}}"#
        );
        assert!(matches!(kind(&impersonated), Ok((Credentials::Library(_), _))));
        for wrong in [
            r#"{"type":"authorized_user","client_id":"c","client_secret":"s3cret","refresh_token":3}"#,
            r#"{"type":"service_account","private_key":["s3cret"]}"#,
            r#"{"type":"other","key":"s3cret"}"#,
            r#"{"key":"s3cret"}"#,
            r#""s3cret"#,
            r#"{"type":"impersonated_service_account","x":"s3cret"}"#,
        ] {
            let told = kind(wrong).err().unwrap();
            assert!(!told.contains("s3cret"), "{told}");
        }
    }

    #[test]
    fn a_machine_in_the_cloud_asks_its_metadata_server() {
        let found = look(&[("HOME", "/nowhere"), ("GCE_METADATA_HOST", "127.0.0.1:1"), ("GOOGLE_CLOUD_PROJECT", "p")]).unwrap();
        assert!(matches!(found.credentials, Credentials::Metadata(host) if host == "127.0.0.1:1"));
        assert_eq!(found.project.as_deref(), Some("p"));
    }
}
