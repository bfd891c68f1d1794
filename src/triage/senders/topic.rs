//! What is asked first of who sends failing documents, and where rows tell it.
//!
//! Owns: the topics, the columns and the usual places of a payload that are about each, what is made of a row's address, agent and times.
//! Refuses: counting (sampled), what of it may be told (redact).

use crate::ground::time::{Micros, parse_time};
use crate::pipeline::document::Document;
use crate::rows::column::ErrorColumn;
use crate::rows::row::SourceRow;
use crate::triage::redact::SenderFact;

/// A question that is asked of senders.
#[allow(missing_docs, reason = "the variants' meanings are their names")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    Country,
    Provider,
    Version,
    Build,
    Channel,
    Sdk,
    System,
    SystemVersion,
    Device,
    Architecture,
    Application,
    /// How long it took from the making of the document to its arrival.
    Delay,
    /// Why the ping was sent.
    Reason,
}

use ErrorColumn as C;

impl Topic {
    /// All of them, in the order in which they are told.
    pub const ALL: [Topic; 13] = [
        Topic::Country,
        Topic::Provider,
        Topic::Version,
        Topic::Build,
        Topic::Channel,
        Topic::Sdk,
        Topic::System,
        Topic::SystemVersion,
        Topic::Device,
        Topic::Architecture,
        Topic::Application,
        Topic::Delay,
        Topic::Reason,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Topic::Country => "country",
            Topic::Provider => "ISP",
            Topic::Version => "application version",
            Topic::Build => "application build",
            Topic::Channel => "channel",
            Topic::Sdk => "SDK version",
            Topic::System => "operating system",
            Topic::SystemVersion => "OS version",
            Topic::Device => "device",
            Topic::Architecture => "architecture",
            Topic::Application => "application",
            Topic::Delay => "delay until submission",
            Topic::Reason => "ping reason",
        }
    }

    /// By which a value of it may be told outside; `None` where only its shape may.
    pub fn fact(self) -> Option<SenderFact> {
        match self {
            Topic::Country => Some(SenderFact::Country),
            Topic::Version | Topic::Sdk | Topic::SystemVersion => Some(SenderFact::Version),
            Topic::Channel => Some(SenderFact::Channel),
            Topic::System => Some(SenderFact::System),
            Topic::Application => Some(SenderFact::Application),
            Topic::Provider | Topic::Build | Topic::Device | Topic::Architecture | Topic::Delay | Topic::Reason => None,
        }
    }

    /// Columns that tell it, the most telling first.
    pub fn columns(self) -> &'static [ErrorColumn] {
        match self {
            Topic::Country => &[C::GeoCountry, C::NormalizedCountry],
            Topic::Version => &[C::AppVersion],
            Topic::Build => &[C::AppBuild],
            Topic::Channel => &[C::NormalizedChannel, C::AppChannel],
            Topic::System => &[C::NormalizedOs, C::AgentOs, C::Os],
            Topic::SystemVersion => &[C::NormalizedOsVersion],
            Topic::Application => &[C::NormalizedAppName, C::AppName],
            Topic::Provider | Topic::Sdk | Topic::Device | Topic::Architecture | Topic::Delay | Topic::Reason => &[],
        }
    }

    /// Places of a payload that tell it, as JSON pointers, the most telling first.
    pub fn places(self) -> &'static [&'static str] {
        match self {
            Topic::Version => {
                &["/client_info/app_display_version", "/client_info/app_version", "/application/displayVersion", "/application/version"]
            }
            Topic::Build => &["/client_info/app_build", "/application/buildId", "/environment/build/buildId"],
            Topic::Channel => &["/client_info/app_channel", "/application/channel"],
            Topic::Sdk => &["/client_info/telemetry_sdk_build"],
            Topic::System => &["/client_info/os", "/environment/system/os/name", "/os"],
            Topic::SystemVersion => {
                &["/client_info/os_version", "/client_info/windows_build_number", "/environment/system/os/version", "/osversion"]
            }
            Topic::Device => &[
                "/client_info/device_manufacturer",
                "/client_info/device_model",
                "/environment/system/device/manufacturer",
                "/environment/system/device/model",
                "/device",
            ],
            Topic::Architecture => &["/client_info/architecture", "/application/architecture", "/arch"],
            Topic::Application => &["/application/name"],
            Topic::Reason => &["/ping_info/reason", "/payload/info/reason", "/payload/reason", "/reason"],
            Topic::Country | Topic::Provider | Topic::Delay => &[],
        }
    }

    /// What a column is about.
    pub(super) fn of_column(name: &str) -> Option<Topic> {
        match C::of(name) {
            Some(column) => Topic::ALL.into_iter().find(|topic| topic.columns().contains(&column)),
            None => name.starts_with("isp_").then_some(Topic::Provider),
        }
    }

    /// What a place of a payload is about.
    pub(super) fn of_place(path: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.places().contains(&path))
    }
}

/// The parts of `/submit/telemetry/ID/DOCTYPE/APPLICATION/VERSION/CHANNEL/BUILD` that say who sends: only telemetry's addresses do.
pub fn of_address(address: &str) -> impl Iterator<Item = (Topic, &str)> {
    let path = address.split(['?', '#', ';']).next().unwrap_or_default();
    let behind = path.strip_prefix("/submit/telemetry/").unwrap_or_default();
    let topics = [Topic::Application, Topic::Version, Topic::Channel, Topic::Build];
    topics.into_iter().zip(behind.split('/').skip(2)).filter(|(_, part)| !part.is_empty())
}

/// The SDK's version in what it says of itself: `Glean/60.3.0 (Rust on Windows)`.
pub fn sdk_of_agent(row: &SourceRow) -> Option<&str> {
    let version = |agent: &'static str| row.column(agent)?.strip_prefix("Glean/")?.split(' ').next();
    version("x_telemetry_agent").or_else(|| version("user_agent")).filter(|version| !version.is_empty())
}

const MINUTE: Micros = 60_000_000;
const HOUR: Micros = 60 * MINUTE;
const DAY: Micros = 24 * HOUR;

/// Where documents tell when they were made.
const CREATED: [&[&str]; 2] = [&["ping_info", "end_time"], &["creationDate"]];

/// How long a document was on its way, in steps: clocks of senders are wrong, and what is wrong is told as such.
pub(super) fn delay(document: &Document, came: Option<Micros>) -> Option<&'static str> {
    let made = CREATED.iter().find_map(|path| parse_time(&document.string(document.find(path).ok()?)?))?;
    let delay = came?.checked_sub(made)?;
    Some(match delay {
        _ if delay < -DAY => "made over a day after it came",
        _ if delay < -MINUTE => "made after it came",
        _ if delay < HOUR => "less than an hour",
        _ if delay < DAY => "less than a day",
        _ if delay < 7 * DAY => "less than a week",
        _ => "a week or more",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_telemetry_say_who_sends() {
        let told = |address: &str| of_address(address).map(|(topic, part)| format!("{topic:?} {part}")).collect::<Vec<_>>().join(", ");
        assert_eq!(told("/submit/telemetry/0a1b/main/Acme/9.0/beta/2026?v=4"), "Application Acme, Version 9.0, Channel beta, Build 2026");
        assert_eq!(told("/submit/telemetry/0a1b/main"), "");
        assert_eq!(told("/submit/acme/main/1/0a1b/x/y"), "");
    }

    #[test]
    fn an_sdk_says_its_version() {
        let row = |agent: &str| SourceRow { columns: vec![("user_agent".into(), Some(agent.to_owned()))], ..SourceRow::default() };
        assert_eq!(sdk_of_agent(&row("Glean/64.5.1 (Kotlin on Android)")), Some("64.5.1"));
        assert_eq!(sdk_of_agent(&row("Mozilla/5.0")), None);
    }

    #[test]
    fn delays_are_told_in_steps() {
        let came = parse_time("2026-03-02 08:00:00 UTC");
        let of = |made: &str| delay(&Document::parse(format!(r#"{{"ping_info":{{"end_time":"{made}"}}}}"#).into_bytes()), came);
        assert_eq!(of("2026-03-02T08:59:30+01:00"), Some("less than an hour"));
        assert_eq!(of("2026-03-02T02:00-05:00"), Some("less than a day"));
        assert_eq!(of("2026-02-27T00:00:00Z"), Some("less than a week"));
        assert_eq!(of("2025-02-27T00:00:00Z"), Some("a week or more"));
        assert_eq!(of("2026-03-02T09:00:00Z"), Some("made after it came"));
        assert_eq!(of("2027-03-02T09:00:00Z"), Some("made over a day after it came"));
        assert_eq!(of("soon"), None);
    }
}
