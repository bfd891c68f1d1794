//! Who sends failing documents, as far as that says nothing of a person: versions, channels, systems, countries, counted over some rows.
//!
//! Owns: the usual places of such facts in a row and in its payload.
//! Refuses: choosing the rows (choice). What is not spelled as such a fact is counted and not told: anything may stand in its place.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::pipeline::document::{Document, Kind};
use crate::rows::column::ErrorColumn;
use crate::triage::case::Case;

/// Values of a fact that are counted; of more the rest is counted together.
const MOST_VALUES: usize = 12;

/// Where a fact is told: members of the payload, then columns, then a part of a telemetry address; the first that tells it counts.
struct Fact {
    name: &'static str,
    members: &'static [&'static [&'static str]],
    columns: &'static [ErrorColumn],
    /// Position among the parts of `/submit/telemetry/ID/DOCTYPE/APPLICATION/VERSION/CHANNEL/BUILD`.
    part: Option<usize>,
    /// Whether a value is spelled as such a fact is.
    is_plain: fn(&str) -> bool,
}

const FACTS: [Fact; 5] = [
    Fact {
        name: "application version",
        members: &[
            &["client_info", "app_display_version"],
            &["client_info", "app_version"],
            &["application", "displayVersion"],
            &["application", "version"],
        ],
        columns: &[ErrorColumn::AppVersion],
        part: Some(6),
        is_plain: is_version,
    },
    Fact {
        name: "channel",
        members: &[&["client_info", "app_channel"], &["application", "channel"]],
        columns: &[ErrorColumn::NormalizedChannel, ErrorColumn::AppChannel],
        part: Some(7),
        is_plain: |value| CHANNELS.contains(&value),
    },
    Fact {
        name: "operating system",
        members: &[&["client_info", "os"], &["environment", "system", "os", "name"]],
        columns: &[ErrorColumn::NormalizedOs, ErrorColumn::AgentOs],
        part: None,
        is_plain: |value| SYSTEMS.contains(&value.to_ascii_lowercase().as_str()),
    },
    Fact { name: "SDK version", members: &[&["client_info", "telemetry_sdk_build"]], columns: &[], part: None, is_plain: is_version },
    Fact {
        name: "country",
        members: &[],
        columns: &[ErrorColumn::GeoCountry, ErrorColumn::NormalizedCountry],
        part: None,
        is_plain: is_country,
    },
];

/// Channels as builds name them.
const CHANNELS: [&str; 10] = ["release", "beta", "nightly", "aurora", "esr", "default", "developer", "dev", "debug", "canary"];

/// Systems as applications name them, in lower case.
const SYSTEMS: [&str; 10] = ["windows", "windows_nt", "winnt", "darwin", "macos", "mac os x", "linux", "android", "ios", "freebsd"];

/// Longest version, and longest number in one: longer ones are numbers of something else.
const LONGEST_VERSION: usize = 20;
const LONGEST_NUMBER: usize = 6;

/// What stands for values that are not told.
const OTHER: &str = "(other)";

/// Facts of some rows, counted.
#[derive(Debug, Default)]
pub struct Survey {
    /// Rows that were looked at.
    pub rows: u64,
    counts: [BTreeMap<String, u64>; FACTS.len()],
}

/// Values of one kind, as a report tells them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportFacet {
    /// `application version`, `channel`; of values inside the messages `key`, `found type`.
    pub name: &'static str,
    /// The most frequent values, each with its rows.
    pub values: Vec<(String, u64)>,
    /// Rows with other values.
    pub others: u64,
    /// The smallest and the largest, where they are numbers that measure something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
}

impl Survey {
    /// Looks at a row. Raw: values are told however they are spelled.
    pub fn add(&mut self, case: &Case, raw: bool) {
        self.rows += 1;
        for (fact, counts) in FACTS.iter().zip(&mut self.counts) {
            if let Some(value) = value(fact, case) {
                let told = if raw || (fact.is_plain)(&value) { value } else { OTHER.to_owned() };
                *counts.entry(told).or_default() += 1;
            }
        }
    }

    /// The facts that any row told.
    pub fn told(&self) -> Vec<ReportFacet> {
        let told = |(fact, counts): (&Fact, &BTreeMap<String, u64>)| {
            let mut values: Vec<(String, u64)> = counts.iter().map(|(value, rows)| (value.clone(), *rows)).collect();
            values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            let others = values.iter().skip(MOST_VALUES).map(|(_, rows)| rows).sum();
            values.truncate(MOST_VALUES);
            ReportFacet { name: fact.name, values, others, range: None }
        };
        FACTS.iter().zip(&self.counts).filter(|(_, counts)| !counts.is_empty()).map(told).collect()
    }
}

fn value(fact: &Fact, case: &Case) -> Option<String> {
    let member = |document: &Document| fact.members.iter().find_map(|path| text(document, path));
    let column = || fact.columns.iter().find_map(|column| case.row.column(column)).map(str::to_owned);
    let part = || {
        let mut parts = case.row.column(ErrorColumn::Uri)?.split('/');
        // The third part is the namespace; only telemetry's addresses tell more.
        (parts.nth(2)? == "telemetry").then(|| parts.nth(fact.part?.checked_sub(3)?)).flatten().map(str::to_owned)
    };
    case.document.as_deref().and_then(member).or_else(column).or_else(part).filter(|value| !value.is_empty())
}

fn text(document: &Document, path: &[&str]) -> Option<String> {
    let node = document.find(path).ok()?;
    (document.kind(node) == Kind::String).then(|| document.string(node)).flatten().map(std::borrow::Cow::into_owned)
}

/// `151.0a1`, `128.5.0esr`, `2026.1`; four numbers below 256 may be an address.
fn is_version(value: &str) -> bool {
    let numbers: Vec<&str> = value.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.len() <= LONGEST_NUMBER && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_last = |part: &str| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = part.split_at(digits);
        let marks = behind.strip_prefix(['a', 'b']).map(|more| more.bytes().all(|byte| byte.is_ascii_digit()));
        is_number(&number) && (behind.is_empty() || behind == "esr" || marks == Some(true))
    };
    let Some((last, before)) = numbers.split_last() else { return false };
    let is_address = numbers.len() == 4 && numbers.iter().all(|part| part.parse::<u8>().is_ok());
    value.len() <= LONGEST_VERSION && before.iter().all(is_number) && !before.is_empty() && is_last(last) && !is_address
}

fn is_country(value: &str) -> bool {
    value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::payload::Payload;
    use crate::rows::row::SourceRow;

    fn case(uri: &str, country: Option<&str>, payload: &str) -> Case {
        let column = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        let columns = vec![column("uri", Some(uri)), column("geo_country", country)];
        crate::triage::case::open(SourceRow { columns, payload: Payload::Bytes(payload.into()), origin: String::new() }, None)
    }

    #[test]
    fn the_payload_goes_before_the_address() {
        let mut survey = Survey::default();
        let address = "/submit/telemetry/id/main/Acme/9.0/beta/1";
        survey.add(&case(address, Some("IN"), "{}"), false);
        survey.add(&case(address, Some("IN"), r#"{"application":{"version":"9.1","channel":7}}"#), false);
        survey.add(&case("/submit/acme/main/1/id", None, r#"{"client_info":{"app_display_version":"9.1"}}"#), false);
        let told = survey.told();
        let of = |name: &str| told.iter().find(|told| told.name == name).map(|told| told.values.clone());
        assert_eq!(of("application version"), Some(vec![("9.1".into(), 2), ("9.0".into(), 1)]));
        assert_eq!((of("country"), of("channel"), of("SDK version")), (Some(vec![("IN".into(), 2)]), Some(vec![("beta".into(), 2)]), None));
    }

    #[test]
    fn what_is_no_version_is_counted_and_not_told() {
        for version in ["150.0", "151.0a1", "128.5.0esr", "115.0.5790.98", "0.72.1b"] {
            assert!(is_version(version), "{version}");
        }
        for other in ["", "jo", "10.0.0.1", "5551234567", "1.0-jo", "+49.170", "1.2.3.4.5.6.7.8.9.10.11", "é.1"] {
            assert!(!is_version(other), "{other}");
        }
        let case = case("", Some("Jo Smith"), "{}");
        let mut survey = Survey::default();
        survey.add(&case, false);
        assert_eq!(survey.told()[0].values, [(OTHER.to_owned(), 1)]);
        let mut raw = Survey::default();
        raw.add(&case, true);
        assert_eq!((raw.told()[0].values[0].0.as_str(), raw.told()[0].others, raw.rows), ("Jo Smith", 0, 1));
    }
}
