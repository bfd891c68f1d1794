//! Who sends failing documents, as far as that says nothing of a person: versions, channels, systems, countries, counted over some rows.
//!
//! Owns: which facts are counted, which of several places goes first.
//! Refuses: choosing the rows (choice), where rows tell such facts (senders/topic). What is not spelled as such a fact is counted and not told: anything may stand in its place.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::pipeline::document::{Document, Kind};
use crate::rows::column::ErrorColumn;
use crate::triage::case::Case;
use crate::triage::redact::Redactor;
use crate::triage::senders::topic::{Topic, of_address, sdk_of_agent};

/// Values of a fact that are counted; of more the rest is counted together.
const MOST_VALUES: usize = 12;

/// What is counted, of all that may be asked of senders.
const FACTS: [Topic; 5] = [Topic::Version, Topic::Channel, Topic::System, Topic::Sdk, Topic::Country];

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
    /// Looks at a row.
    pub fn add(&mut self, case: &Case, redactor: &Redactor) {
        self.rows += 1;
        for (fact, counts) in FACTS.iter().zip(&mut self.counts) {
            if let Some(value) = value(*fact, case) {
                let told = fact.fact().and_then(|kind| redactor.sender(kind, &value)).unwrap_or(OTHER).to_owned();
                *counts.entry(told).or_default() += 1;
            }
        }
    }

    /// The facts that any row told.
    pub fn told(&self) -> Vec<ReportFacet> {
        let told = |(fact, counts): (&Topic, &BTreeMap<String, u64>)| {
            let mut values: Vec<(String, u64)> = counts.iter().map(|(value, rows)| (value.clone(), *rows)).collect();
            values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            let others = values.iter().skip(MOST_VALUES).map(|(_, rows)| rows).sum();
            values.truncate(MOST_VALUES);
            ReportFacet { name: fact.name(), values, others, range: None }
        };
        FACTS.iter().zip(&self.counts).filter(|(_, counts)| !counts.is_empty()).map(told).collect()
    }
}

/// What a row tells of it: its payload goes before its columns, and those before its address.
fn value(fact: Topic, case: &Case) -> Option<String> {
    let member = |document: &Document| fact.places().iter().find_map(|place| text(document, place));
    let column = || fact.columns().iter().find_map(|column| case.row.column(column)).map(str::to_owned);
    let agent = || sdk_of_agent(&case.row).filter(|_| fact == Topic::Sdk).map(str::to_owned);
    let part = || of_address(case.row.column(ErrorColumn::Uri)?).find(|(topic, _)| *topic == fact).map(|(_, part)| part.to_owned());
    case.document.as_deref().and_then(member).or_else(column).or_else(agent).or_else(part).filter(|value| !value.is_empty())
}

fn text(document: &Document, place: &str) -> Option<String> {
    let path: Vec<&str> = place.split('/').skip(1).collect();
    let node = document.find(&path).ok()?;
    (document.kind(node) == Kind::String).then(|| document.string(node)).flatten().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::payload::Payload;
    use crate::rows::row::SourceRow;
    use crate::triage::redact::Policy;

    fn case(uri: &str, country: Option<&str>, payload: &str) -> Case {
        let column = |name: &'static str, value: Option<&str>| (name.into(), value.map(str::to_owned));
        let columns = vec![column("uri", Some(uri)), column("geo_country", country)];
        crate::triage::case::open(
            SourceRow { columns, payload: Payload::Bytes(payload.into()), origin: String::new(), ..SourceRow::default() },
            None,
        )
    }

    #[test]
    fn the_payload_goes_before_the_address() {
        let mut survey = Survey::default();
        let address = "/submit/telemetry/id/main/Acme/9.0/beta/1";
        survey.add(&case(address, Some("IN"), "{}"), &Redactor::default());
        survey.add(&case(address, Some("IN"), r#"{"application":{"version":"9.1","channel":7}}"#), &Redactor::default());
        survey.add(&case("/submit/acme/main/1/id", None, r#"{"client_info":{"app_display_version":"9.1"}}"#), &Redactor::default());
        let told = survey.told();
        let of = |name: &str| told.iter().find(|told| told.name == name).map(|told| told.values.clone());
        assert_eq!(of("application version"), Some(vec![("9.1".into(), 2), ("9.0".into(), 1)]));
        assert_eq!((of("country"), of("channel"), of("SDK version")), (Some(vec![("IN".into(), 2)]), Some(vec![("beta".into(), 2)]), None));
    }

    #[test]
    fn what_may_not_be_told_is_counted() {
        let case = case("", Some("Jo Smith"), "{}");
        let mut survey = Survey::default();
        survey.add(&case, &Redactor::default());
        assert_eq!(survey.told()[0].values, [(OTHER.to_owned(), 1)]);
        let mut raw = Survey::default();
        raw.add(&case, &Redactor::new(Policy { raw: true, ..Policy::default() }));
        assert_eq!((raw.told()[0].values[0].0.as_str(), raw.told()[0].others, raw.rows), ("Jo Smith", 0, 1));
    }
}
