//! Which credentials this machine has.
//!
//! Owns: the places that are looked at, in the order of Google's own tools, and the command that mends a lack.
//! Refuses: using them (exchange).

use std::path::{Path, PathBuf};

use super::super::error::Error;
use super::Credentials;
use super::kinds::{ReadFile, Useless, parse};
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
    /// The project that pays where nothing else names one.
    pub(in super::super) project: Option<String>,
    /// The project whose quotas requests count against, which is told to BigQuery with each.
    pub(in super::super) quota_project: Option<String>,
}

/// Application default credentials, then the metadata server, then gcloud.
///
/// # Errors
/// There are none, or a file that names them cannot be used: with the command that mends it.
pub(in super::super) fn find(environment: &Environment<'_>) -> Result<FoundCredentials, Error> {
    let variable = environment.variable;
    let project = own_project(variable);
    let quota = variable("GOOGLE_CLOUD_QUOTA_PROJECT");
    let with = |found: ReadFile| {
        let quota_project = quota.clone().or(found.quota_project);
        // A key file names the project of its account; of people gcloud knows what they work on.
        let own = project.clone().or(found.project).or_else(|| configured_project(variable)).or_else(|| quota_project.clone());
        FoundCredentials { credentials: found.credentials, project: own, quota_project }
    };
    // gcloud takes all kinds of files, where it is there.
    let foreign = |useless: Useless| match useless {
        Useless::Foreign(_) if on_path(variable, "gcloud") => {
            Ok(ReadFile { credentials: Credentials::Gcloud { of_applications: true }, project: None, quota_project: None })
        }
        Useless::Foreign(what) => Err(format!("{what}; misfit takes it only where gcloud is installed")),
        Useless::Broken(what) => Err(what),
    };
    if let Some(path) = variable("GOOGLE_APPLICATION_CREDENTIALS") {
        let path = PathBuf::from(path);
        let named = |reason: String| Error::Credentials(format!("GOOGLE_APPLICATION_CREDENTIALS names {}, {reason}", shown(&path)));
        let read = read(&path).map_err(|error| named(format!("which cannot be read: {error}")))?;
        return read.or_else(foreign).map(with).map_err(named);
    }
    if let Some(path) = usual_file(variable).filter(|path| path.is_file()) {
        let of = |reason: String| Error::Credentials(format!("there are credentials in {}, {reason}; {MEND}", shown(&path)));
        let read = read(&path).map_err(|error| of(format!("which cannot be read: {error}")))?;
        return read.or_else(foreign).map(with).map_err(of);
    }
    let bare = |credentials| {
        let project = project.clone().or_else(|| configured_project(variable));
        FoundCredentials { credentials, project, quota_project: quota.clone() }
    };
    if let Some(host) = metadata_host(environment) {
        return Ok(bare(Credentials::Metadata(host)));
    }
    if on_path(variable, "gcloud") {
        return Ok(bare(Credentials::Gcloud { of_applications: false }));
    }
    Err(Error::Credentials(format!("there are no credentials for BigQuery on this machine: {MEND}")))
}

/// The project that the environment or gcloud's configuration names.
pub(in super::super) fn project_of(environment: &Environment<'_>) -> Option<String> {
    own_project(environment.variable).or_else(|| configured_project(environment.variable))
}

/// The project that the environment names.
fn own_project(variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    variable("GOOGLE_CLOUD_PROJECT").or_else(|| variable("CLOUDSDK_CORE_PROJECT"))
}

/// The project of gcloud's active configuration: `[core]`, `project = …`.
fn configured_project(variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let folder = gcloud_folder(variable)?;
    let active = variable("CLOUDSDK_ACTIVE_CONFIG_NAME").or_else(|| std::fs::read_to_string(folder.join("active_config")).ok());
    let name = active.map_or_else(|| "default".to_owned(), |name| name.trim().to_owned());
    if name.contains(['/', '\\', '.']) {
        return None;
    }
    let text = std::fs::read_to_string(folder.join("configurations").join(format!("config_{name}"))).ok()?;
    let mut section = "";
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        } else if let Some((key, value)) = line.split_once('=')
            && (section, key.trim()) == ("[core]", "project")
        {
            return Some(value.trim().to_owned()).filter(|project| !project.is_empty());
        }
    }
    None
}

/// Where gcloud keeps what it knows.
fn gcloud_folder(variable: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = variable("CLOUDSDK_CONFIG").map(PathBuf::from);
    folder.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".config/gcloud")))
}

/// Where `gcloud auth application-default login` leaves its file.
fn usual_file(variable: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    Some(gcloud_folder(variable)?.join("application_default_credentials.json"))
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
fn read(path: &Path) -> std::io::Result<Result<ReadFile, Useless>> {
    if std::fs::metadata(path)?.len() > LONGEST {
        return Ok(Err(Useless::Broken("which is too long for credentials".to_owned())));
    }
    Ok(parse(&std::fs::read(path)?))
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
    fn a_kind_that_only_gcloud_takes_is_left_to_it_or_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.json");
        let text = r#"{"type":"external_account","audience":"a","subject_token_type":"t","token_url":"u","credential_source":{"environment_id":"aws1"}}"#;
        std::fs::write(&file, text).unwrap();
        let (home, key) = (folder.path().to_str().unwrap(), file.to_str().unwrap());
        let told = look(&[("GOOGLE_APPLICATION_CREDENTIALS", key), ("PATH", "/nowhere")]).err().unwrap();
        assert!(
            told.ends_with("which holds workload identity federation of AWS; misfit takes it only where gcloud is installed"),
            "{told}"
        );
        std::fs::write(folder.path().join("gcloud"), "").unwrap();
        let found = look(&[("GOOGLE_APPLICATION_CREDENTIALS", key), ("PATH", home)]).unwrap();
        assert!(matches!(found.credentials, Credentials::Gcloud { of_applications: true }));
    }

    #[test]
    fn the_project_that_pays_is_what_gcloud_works_on() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_str().unwrap();
        let user = r#"{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r","quota_project_id":"quota"}"#;
        std::fs::write(folder.path().join("application_default_credentials.json"), user).unwrap();
        let projects = |more: &[(&str, &str)]| {
            let found = look(&[&[("CLOUDSDK_CONFIG", home)], more].concat()).unwrap();
            (found.project.unwrap_or_default(), found.quota_project.unwrap_or_default())
        };
        assert_eq!(projects(&[]), ("quota".to_owned(), "quota".to_owned()));
        std::fs::create_dir(folder.path().join("configurations")).unwrap();
        std::fs::write(folder.path().join("active_config"), "work\n").unwrap();
        std::fs::write(folder.path().join("configurations/config_work"), "[compute]\nproject = no\n[core]\naccount = a\nproject = mine\n")
            .unwrap();
        assert_eq!(projects(&[]), ("mine".to_owned(), "quota".to_owned()));
        assert_eq!(projects(&[("GOOGLE_CLOUD_QUOTA_PROJECT", "other")]), ("mine".to_owned(), "other".to_owned()));
        assert_eq!(projects(&[("GOOGLE_CLOUD_PROJECT", "env")]), ("env".to_owned(), "quota".to_owned()));
    }

    #[test]
    fn a_machine_in_the_cloud_asks_its_metadata_server() {
        let found = look(&[("HOME", "/nowhere"), ("GCE_METADATA_HOST", "127.0.0.1:1"), ("GOOGLE_CLOUD_PROJECT", "p")]).unwrap();
        assert!(matches!(found.credentials, Credentials::Metadata(host) if host == "127.0.0.1:1"));
        assert_eq!(found.project.as_deref(), Some("p"));
    }
}
