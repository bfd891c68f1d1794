//! The kinds of credentials files.
//!
//! Owns: which kind a file is of, what of it is used, what is said of kinds that are not taken.
//! Refuses: where files are (find), asking for tokens (exchange). Nothing of a file but names of kinds is ever part of an error.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Credentials;
use crate::ground::text::visible;

/// Impersonations behind one another; Google's own tools write one.
const DEEPEST: usize = 4;

/// A refresh token of a user, or of one of a workforce. Not printable.
#[derive(Clone, Deserialize)]
pub(in super::super) struct User {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) refresh_token: String,
    #[serde(alias = "token_url")]
    pub(super) token_uri: Option<String>,
    /// Whether the client is named in a header, as for users of a workforce.
    #[serde(skip)]
    pub(super) is_external: bool,
}

/// A token of somebody else that is exchanged: workload identity federation. Not printable.
#[derive(Clone, Deserialize)]
pub(in super::super) struct External {
    pub(super) audience: String,
    pub(super) subject_token_type: String,
    pub(super) token_url: String,
    pub(super) credential_source: TokenSource,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<String>,
    pub(super) workforce_pool_user_project: Option<String>,
}

/// Where the token of somebody else is.
#[derive(Clone, Deserialize)]
pub(super) struct TokenSource {
    pub(super) file: Option<String>,
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) format: TokenFormat,
    /// `aws1`
    environment_id: Option<String>,
    executable: Option<serde::de::IgnoredAny>,
    certificate: Option<serde::de::IgnoredAny>,
}

/// Where the token is in its file or answer.
#[derive(Clone, Default, Deserialize)]
pub(super) struct TokenFormat {
    pub(super) subject_token_field_name: Option<String>,
}

/// A file as far as it is the same for all kinds.
#[derive(Deserialize)]
struct CredentialsFile<'a> {
    r#type: Option<String>,
    project_id: Option<String>,
    quota_project_id: Option<String>,
    service_account_impersonation_url: Option<String>,
    #[serde(default)]
    delegates: Vec<String>,
    #[serde(borrow)]
    source_credentials: Option<&'a RawValue>,
}

/// What a file holds.
pub(super) struct ReadFile {
    pub(super) credentials: Credentials,
    pub(super) project: Option<String>,
    pub(super) quota_project: Option<String>,
}

/// Why a file is of no use.
#[derive(Debug)]
pub(super) enum Useless {
    /// It is no credentials file, or a broken one.
    Broken(String),
    /// It is of a kind that only Google's own tools take.
    Foreign(String),
}

/// Reads a file. The reasons go on behind its name.
pub(super) fn parse(text: &[u8]) -> Result<ReadFile, Useless> {
    parse_at(text, 0)
}

fn parse_at(text: &[u8], depth: usize) -> Result<ReadFile, Useless> {
    // What serde says of a mistake may quote a value.
    let wrong = |error: serde_json::Error| {
        Useless::Broken(format!("which is not a credentials file (line {} column {})", error.line(), error.column()))
    };
    let broken = |reason: &str| Err(Useless::Broken(reason.to_owned()));
    let file: CredentialsFile<'_> = serde_json::from_slice(text).map_err(wrong)?;
    let credentials = match file.r#type.as_deref() {
        Some("authorized_user") => Credentials::User(serde_json::from_slice(text).map_err(wrong)?),
        Some("external_account_authorized_user") => {
            let user: User = serde_json::from_slice(text).map_err(wrong)?;
            if user.token_uri.is_none() {
                return broken("which lacks the address of its token server");
            }
            Credentials::User(User { is_external: true, ..user })
        }
        Some("service_account") => Credentials::Account(serde_json::from_slice(text).map_err(wrong)?),
        Some("external_account") => {
            let external: External = serde_json::from_slice(text).map_err(wrong)?;
            if let Some(kind) = external.credential_source.foreign() {
                return Err(Useless::Foreign(format!("which holds workload identity federation {kind}")));
            }
            let source = Credentials::External(Box::new(external));
            match file.service_account_impersonation_url {
                Some(url) => Credentials::Impersonated { source: Box::new(source), url, delegates: Vec::new() },
                None => source,
            }
        }
        Some("impersonated_service_account") if depth < DEEPEST => {
            let (Some(source), Some(url)) = (file.source_credentials, file.service_account_impersonation_url) else {
                return broken("which lacks the account to impersonate");
            };
            let source = parse_at(source.get().as_bytes(), depth + 1)?.credentials;
            Credentials::Impersonated { source: Box::new(source), url, delegates: file.delegates }
        }
        Some("impersonated_service_account") => return broken("in which accounts impersonate each other without end"),
        Some(other) => return Err(Useless::Foreign(format!("which holds credentials of the kind {}", visible(other)))),
        None => return broken("which is not a credentials file: it has no type"),
    };
    Ok(ReadFile { credentials, project: file.project_id, quota_project: file.quota_project_id })
}

impl TokenSource {
    /// What its token is had by, where that is neither a file nor an address.
    fn foreign(&self) -> Option<&'static str> {
        if self.executable.is_some() {
            Some("by a program that is run (executable)")
        } else if self.environment_id.is_some() {
            Some("of AWS")
        } else if self.certificate.is_some() {
            Some("by a certificate (X.509)")
        } else if self.file.is_none() && self.url.is_none() {
            Some("without a file or address of its token")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str =
        r#"{"type":"authorized_user","client_id":"c","client_secret":"s3cret","refresh_token":"r3fresh","quota_project_id":"q"}"#;
    const ACCOUNT: &str =
        r#"{"type":"service_account","project_id":"p","private_key":"s3cret","client_email":"a@b","token_uri":"http://x"}"#;

    fn kind(text: &str) -> Result<ReadFile, String> {
        parse(text.as_bytes()).map_err(|useless| match useless {
            Useless::Broken(reason) | Useless::Foreign(reason) => reason,
        })
    }

    #[test]
    fn each_kind_of_file_is_known_and_none_is_quoted() {
        let user = kind(USER).unwrap();
        assert!(matches!(user.credentials, Credentials::User(_)) && user.quota_project.as_deref() == Some("q") && user.project.is_none());
        assert!(matches!(kind(ACCOUNT), Ok(ReadFile { credentials: Credentials::Account(_), project: Some(_), .. })));
        for source in [USER, ACCOUNT] {
            let chain = |inner: &str| {
                format!(
                    r#"{{"type":"impersonated_service_account","service_account_impersonation_url":"https://x","delegates":["d"],"source_credentials":{inner}}}"#
                )
            };
            let Ok(ReadFile { credentials: Credentials::Impersonated { source, delegates, .. }, .. }) = kind(&chain(&chain(source))) else {
                panic!()
            };
            assert!(matches!(*source, Credentials::Impersonated { .. }) && delegates == ["d"]);
            let endless = (0..9).fold(source_text(), |inner, _| chain(&inner));
            assert!(kind(&endless).err().unwrap().contains("without end"));
        }
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

    fn source_text() -> String {
        USER.to_owned()
    }

    #[test]
    fn federation_is_taken_from_files_and_addresses_and_named_otherwise() {
        let external = |source: &str| {
            format!(
                r#"{{"type":"external_account","audience":"a","subject_token_type":"t","token_url":"https://x","credential_source":{source}}}"#
            )
        };
        assert!(matches!(kind(&external(r#"{"file":"/token"}"#)).unwrap().credentials, Credentials::External(_)));
        assert!(matches!(kind(&external(r#"{"url":"http://x","headers":{"a":"b"}}"#)).unwrap().credentials, Credentials::External(_)));
        for (source, told) in [
            (r#"{"executable":{"command":"s3cret"}}"#, "by a program that is run (executable)"),
            (r#"{"environment_id":"aws1","url":"http://x"}"#, "of AWS"),
            (r#"{"certificate":{}}"#, "X.509"),
            ("{}", "without a file or address"),
        ] {
            let reason = kind(&external(source)).err().unwrap();
            assert!(reason.contains(told) && !reason.contains("s3cret"), "{reason}");
        }
        let workforce = r#"{"type":"external_account_authorized_user","client_id":"c","client_secret":"s","refresh_token":"r","token_url":"https://x"}"#;
        let Credentials::User(user) = kind(workforce).unwrap().credentials else { panic!() };
        assert!(user.is_external && user.token_uri.as_deref() == Some("https://x"));
    }
}
