//! Why BigQuery gave no answer, in plain sentences.
//!
//! Owns: what each refusal means and what mends it, with BigQuery's own reason.
//! Refuses: whether to try again (wire). Texts of the server are made safe for a terminal here.

use serde::Deserialize;

use crate::ground::text::{clip, visible};
use crate::rows::advice::{Advice, Advised};

/// Longest text of a server that is told, in terminal cells.
const LONGEST: usize = 600;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No token can be had.
    #[error("{0}")]
    Credentials(String),
    /// BigQuery refused.
    #[error("{}", refused(.0))]
    Refused(Refusal),
    /// A page, or anything else that is no JSON, in the place of an answer.
    #[error("{}", no_json(*.status, .begins))]
    NoJson {
        /// HTTP status.
        status: u16,
        /// How it begins, or the title of the page.
        begins: String,
    },
    /// No connection, or it broke more than a few times.
    #[error("{server} cannot be reached: {reason}; is there a network, and does HTTPS_PROXY name the right proxy?")]
    Unreachable {
        /// Host and port.
        server: String,
        /// The system's reason.
        reason: String,
    },
    /// A certificate that nobody here vouches for.
    #[error("{}", distrusted(.server, .reason))]
    Untrusted {
        /// Who shows it.
        server: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An answer that is JSON but not what was asked for.
    #[error("BigQuery's answer is not understood: {0}")]
    Answer(String),
    /// The user, or the limit, said no before anything was spent.
    #[error("{0}")]
    TooExpensive(String),
    /// Something is missing or asked for in a way that cannot be.
    #[error("{0}")]
    Advised(Advised),
    /// Something the user gave cannot be used.
    #[error("{0}")]
    Input(String),
    /// A table holds something else.
    #[error("{told}")]
    Unmapped {
        /// What it lacks.
        told: String,
        /// A map to start from: lines that end in newlines.
        map: String,
    },
    /// The job was called off; whether BigQuery said that it has ended.
    #[error("{}", stopped(.job, *.proved))]
    Stopped {
        /// Its id, none where it had not begun.
        job: Option<String>,
        /// Whether BigQuery confirmed.
        proved: bool,
    },
}

/// What BigQuery says when it refuses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status; 0 for a job that began and failed.
    pub status: u16,
    /// BigQuery's word for it: `accessDenied`, `notFound`, `invalidQuery` …
    pub reason: String,
    /// Its sentence, safe for a terminal.
    pub message: String,
}

/// The body of a refusal.
#[derive(Deserialize)]
struct RefusalBody {
    error: Inner,
}

#[derive(Deserialize)]
struct Inner {
    #[serde(default)]
    message: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    errors: Vec<Proto>,
}

/// One error in a body or in a job's status.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Proto {
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    pub(super) message: String,
}

impl Error {
    /// What a body of that status says.
    pub(super) fn of_body(status: u16, body: &[u8]) -> Self {
        match serde_json::from_slice::<RefusalBody>(body) {
            Ok(RefusalBody { error }) => {
                let first = error.errors.into_iter().next().unwrap_or_default();
                let message = if error.message.is_empty() { first.message } else { error.message };
                let reason = if first.reason.is_empty() { error.status } else { first.reason };
                Error::Refused(Refusal { status, reason: told(&reason), message: told(&message) })
            }
            Err(_) => Error::NoJson { status, begins: beginning(body) },
        }
    }

    /// What the status of a failed job says.
    pub(super) fn of_job(proto: &Proto, job: &str) -> Self {
        if proto.reason == "stopped" {
            return Error::Stopped { job: Some(job.to_owned()), proved: true };
        }
        Error::Refused(Refusal { status: 0, reason: told(&proto.reason), message: told(&proto.message) })
    }

    /// What is wrong, without what can be done about it.
    pub(super) fn what(&self) -> String {
        match self {
            Error::Refused(refusal) => refusal.told(),
            other => other.to_string(),
        }
    }

    /// What can be done about it, beyond what the message says.
    pub fn advice(&self) -> Option<Advice> {
        match self {
            Error::TooExpensive(_) => Some(Advice::RaiseLimit),
            Error::Unmapped { .. } => Some(Advice::MapTable),
            Error::Advised(message) => message.advice,
            Error::Refused(refusal) => match meaning(refusal).1 {
                Mend::Advice(advice) => Some(advice),
                Mend::Words(_) | Mend::Nothing => None,
            },
            _ => None,
        }
    }

    /// Whether a job that ended so may go better under another id.
    pub(super) fn is_passing_job(&self) -> bool {
        match self {
            Error::Refused(Refusal { status: 0, reason, .. }) => is_passing(reason),
            Error::Refused(Refusal { reason, .. }) => ends_job(reason),
            _ => false,
        }
    }

    /// HTTP status of a refusal.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Error::Refused(refusal) => Some(refusal.status),
            Error::NoJson { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// What is wrong with the certificate of a server, where that is why there is no connection. No other attempt would go better.
pub(super) fn untrusted(error: &reqwest::Error) -> Option<String> {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(known) = cause {
        let text = known.to_string();
        if let Some((_, reason)) = text.split_once("invalid peer certificate: ") {
            return Some(told(reason));
        }
        cause = known.source();
    }
    None
}

fn distrusted(server: &str, reason: &str) -> String {
    if reason.starts_with("UnknownIssuer") {
        return format!(
            "{server} shows a certificate of an authority that this machine does not know ({reason}): a proxy that looks into connections, or a \
             private authority; name the file with that authority's certificate in SSL_CERT_FILE"
        );
    }
    format!(
        "{server} shows a certificate that is not valid for it ({reason}): is it the right server, and is the clock of this machine right?"
    )
}

fn told(text: &str) -> String {
    clip(&visible(text), LONGEST).into_owned()
}

/// The title of a page, else the first words.
fn beginning(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title>").zip(lower.find("</title>")).and_then(|(from, to)| text.get(from + "<title>".len()..to));
    clip(&visible(title.unwrap_or(&text).trim()), 120).into_owned()
}

fn no_json(status: u16, begins: &str) -> String {
    let begins = if begins.is_empty() { "nothing".to_owned() } else { format!("\"{begins}\"") };
    format!(
        "something between here and BigQuery answered with status {status} and {begins} instead of JSON: a proxy, a wrong endpoint, \
         or BigQuery itself has a problem; try again later"
    )
}

fn stopped(job: &Option<String>, proved: bool) -> String {
    match (job, proved) {
        (Some(job), true) => format!("called off; BigQuery confirms that job {job} has stopped"),
        (Some(job), false) => format!("called off, but BigQuery has not confirmed that job {job} has stopped"),
        (None, _) => "called off before anything was asked".to_owned(),
    }
}

impl Refusal {
    /// What it means, with BigQuery's own words.
    fn told(&self) -> String {
        let Refusal { status, reason, message } = self;
        let why = match (message.is_empty(), reason.is_empty()) {
            (false, false) => format!("{message} ({reason})"),
            (false, true) => message.clone(),
            (true, false) => reason.clone(),
            (true, true) => format!("status {status}, no reason given"),
        };
        format!("{}: {why}", meaning(self).0)
    }
}

fn refused(refusal: &Refusal) -> String {
    match meaning(refusal).1 {
        Mend::Words(words) => format!("{}; {words}", refusal.told()),
        _ => refusal.told(),
    }
}

/// What mends a refusal.
enum Mend {
    Words(&'static str),
    Advice(Advice),
    Nothing,
}

/// What a refusal means, and what mends it.
fn meaning(refusal: &Refusal) -> (&'static str, Mend) {
    let Refusal { status, reason, message } = refusal;
    match (reason.as_str(), status) {
        _ if is_partition_filter(message) => ("BigQuery wants a condition on the partitioning column", Mend::Advice(Advice::FilterTime)),
        ("accessDenied" | "PERMISSION_DENIED", _) | (_, 403) if !is_quota(reason) => {
            ("these credentials may not do that", Mend::Advice(Advice::OtherAccess))
        }
        ("notFound" | "NOT_FOUND", _) | (_, 404) => ("BigQuery cannot find it", Mend::Advice(Advice::ListTables)),
        ("authError" | "UNAUTHENTICATED", _) | (_, 401) => {
            ("BigQuery no longer accepts the credentials", Mend::Words("run `gcloud auth application-default login`"))
        }
        ("bytesBilledLimitExceeded", _) => ("the query would read more than its limit", Mend::Advice(Advice::RaiseLimit)),
        ("responseTooLarge", _) => ("the answer is larger than BigQuery gives back", Mend::Advice(Advice::NarrowQuery)),
        ("rateLimitExceeded" | "jobRateLimitExceeded", _) => ("the project asks BigQuery too often", Mend::Words("try again in a minute")),
        ("resourcesExceeded", _) => ("the query needs more memory than BigQuery gives it", Mend::Advice(Advice::NarrowQuery)),
        ("quotaExceeded", _) => ("a quota of the project is used up", Mend::Advice(Advice::OtherPayer)),
        ("backendError" | "internalError" | "jobBackendError" | "jobInternalError", _) | (_, 500..) => {
            ("BigQuery has a problem", Mend::Words("try again later"))
        }
        ("invalidQuery" | "invalid", _) | (_, 400) => ("BigQuery rejects the query", Mend::Nothing),
        _ => ("BigQuery refuses", Mend::Nothing),
    }
}

fn is_quota(reason: &str) -> bool {
    matches!(
        reason,
        "quotaExceeded"
            | "rateLimitExceeded"
            | "jobRateLimitExceeded"
            | "bytesBilledLimitExceeded"
            | "resourcesExceeded"
            | "responseTooLarge"
    )
}

/// Whether a refusal for this reason may pass: too much was asked in too little time, or something broke on the other side.
pub(super) fn is_passing(reason: &str) -> bool {
    matches!(reason, "rateLimitExceeded" | "backendError" | "internalError") || ends_job(reason)
}

/// Whether it is the job that has ended with it: it is of no use to ask for its answer again, but another job may go better.
pub(super) fn ends_job(reason: &str) -> bool {
    matches!(reason, "jobRateLimitExceeded" | "jobBackendError" | "jobInternalError")
}

/// `Cannot query over table 'x' without a filter over column(s) 'y' that can be used for partition elimination`
fn is_partition_filter(message: &str) -> bool {
    message.contains("partition elimination")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> String {
        Error::of_body(status, body.as_bytes()).to_string()
    }

    #[test]
    fn every_refusal_is_a_sentence_with_the_reason() {
        let denied =
            of(403, r#"{"error":{"code":403,"message":"Access Denied: Table a:b.c","errors":[{"reason":"accessDenied","message":"x"}]}}"#);
        assert!(denied.starts_with("these credentials may not do that: Access Denied: Table a:b.c (accessDenied)"));
        let missing = Error::of_body(404, br#"{"error":{"message":"Not found: Table a:b.c","errors":[{"reason":"notFound"}]}}"#);
        assert_eq!(missing.to_string(), "BigQuery cannot find it: Not found: Table a:b.c (notFound)");
        assert_eq!(missing.advice(), Some(Advice::ListTables));
        let filter = "Cannot query over table 'a.b' without a filter over column(s) 't' that can be used for partition elimination";
        assert!(of(400, &format!(r#"{{"error":{{"message":"{filter}"}}}}"#)).contains("wants a condition on the partitioning column"));
        assert!(of(401, r#"{"error":{"message":"m","status":"UNAUTHENTICATED"}}"#).contains("application-default login"));
        let quota = of(403, r#"{"error":{"message":"m","errors":[{"reason":"quotaExceeded"}]}}"#);
        assert!(quota.starts_with("a quota of the project is used up"), "{quota}");
    }

    #[test]
    fn a_page_is_told_by_its_title_and_obeyed_by_nobody() {
        let told = of(502, "<html><head><title>502 Bad\u{1b}[2J Gateway</title>");
        assert!(told.contains("status 502 and \"502 Bad\\u{1b}[2J Gateway\""), "{told}");
        assert!(of(503, "").contains("and nothing instead of JSON"));
        assert!(of(500, "{\"error\":3}").contains("status 500"));
    }
}
