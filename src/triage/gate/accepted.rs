//! The list of findings that are accepted.
//!
//! Owns: its form, what is wrong with it and where, when an entry ends: by its date, or because the finding has grown.
//! Refuses: reading the file, the clock.

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{GateFinding, GateReport};

/// An entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedEntry {
    /// Of the finding.
    pub fingerprint: String,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is.
    pub until: Date,
    /// Line in the file.
    pub line: usize,
}

/// The list.
#[derive(Debug, Default)]
pub struct Accepted {
    /// Its file, for messages.
    pub name: String,
    /// In the order of the file.
    pub entries: Vec<AcceptedEntry>,
}

/// What is wrong with the file, with file and line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AcceptedError(String);

/// How an entry looks.
const FORM: &str = "write [[accepted]] with fingerprint = \"…\", reason = \"…\" and until = \"2026-12-31\"";

impl Accepted {
    /// Reads the list.
    ///
    /// # Errors
    /// It is no TOML, an entry lacks something, or a date is none: the message names the line.
    pub fn parse(name: &str, text: &str) -> Result<Self, AcceptedError> {
        let line = |at: usize| memchr::memchr_iter(b'\n', text.as_bytes().get(..at).unwrap_or_default()).count() + 1;
        let wrong = |at: usize, what: &str| AcceptedError(format!("{name} line {}: {what}", line(at)));
        let table = DeTable::parse(text).map_err(|error| wrong(error.span().map_or(0, |span| span.start), error.message()))?;
        let mut entries = Vec::new();
        for (key, value) in table.get_ref() {
            let DeValue::Array(list) = value.get_ref() else { return Err(wrong(key.span().start, FORM)) };
            if key.get_ref() != "accepted" {
                return Err(wrong(
                    key.span().start,
                    &format!("there is no setting {}: {FORM}", crate::ground::text::visible(key.get_ref())),
                ));
            }
            for item in list {
                entries.push(entry(item, &wrong, &line)?);
            }
        }
        entries.sort_by_key(|entry: &AcceptedEntry| entry.line);
        Ok(Accepted { name: name.to_owned(), entries })
    }

    /// Mutes what is accepted on a day, and notes which entries mute nothing, and why.
    pub fn apply(&self, report: &mut GateReport, today: Date) {
        for entry in &self.entries {
            let place = format!("{} line {}", self.name, entry.line);
            let (name, _) = entry.fingerprint.split_once(':').unwrap_or((&entry.fingerprint, ""));
            let of = |finding: &&mut GateFinding| finding.fingerprint.split(':').next() == Some(name);
            let note = match report.findings.iter_mut().find(of) {
                None => format!(
                    "{place}: no finding has the fingerprint {}: it is gone, or is another one now; take the entry out",
                    crate::ground::text::visible(&entry.fingerprint)
                ),
                Some(_) if entry.until < today => format!("{place}: accepted until {}, which is over", entry.until),
                Some(finding) if has_grown(entry, finding) => {
                    format!(
                        "{place}: it has grown to {} since it was accepted: its fingerprint is {} now",
                        finding.amount, finding.fingerprint
                    )
                }
                Some(finding) => {
                    finding.muted = Some(entry.clone());
                    continue;
                }
            };
            report.notes.push(note);
        }
    }
}

/// Whether a finding is of more than was accepted.
fn has_grown(entry: &AcceptedEntry, finding: &GateFinding) -> bool {
    let amount = entry.fingerprint.split_once(':').and_then(|(_, amount)| amount.parse::<u64>().ok());
    amount.is_none_or(|amount| finding.amount > amount)
}

fn entry(
    item: &Spanned<DeValue<'_>>,
    wrong: &dyn Fn(usize, &str) -> AcceptedError,
    line: &dyn Fn(usize) -> usize,
) -> Result<AcceptedEntry, AcceptedError> {
    let begin = item.span().start;
    let DeValue::Table(members) = item.get_ref() else { return Err(wrong(begin, FORM)) };
    let (mut fingerprint, mut reason, mut until) = (None, None, None);
    for (key, value) in members {
        let at = value.span().start;
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(time) => time.to_string(),
            _ => return Err(wrong(at, &format!("{} has to be a text in quotes", crate::ground::text::visible(key.get_ref())))),
        };
        match key.get_ref().as_ref() {
            "fingerprint" => {
                let is_one = text.split_once(':').is_some_and(|(name, amount)| {
                    name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) && amount.parse::<u64>().is_ok()
                });
                if !is_one {
                    return Err(wrong(at, "this is not a fingerprint: copy it from the finding, with the number behind the colon"));
                }
                fingerprint = Some(text);
            }
            "reason" if !text.trim().is_empty() => reason = Some(text),
            "reason" => return Err(wrong(at, "the reason is empty: say why it is accepted")),
            "until" => until = Some(text.parse::<Date>().map_err(|_| wrong(at, "until is not a date: write it as 2026-12-31"))?),
            other => {
                return Err(wrong(key.span().start, &format!("there is no {} of an entry: {FORM}", crate::ground::text::visible(other))));
            }
        }
    }
    match (fingerprint, reason, until) {
        (Some(fingerprint), Some(reason), Some(until)) => Ok(AcceptedEntry { fingerprint, reason, until, line: line(begin) }),
        _ => Err(wrong(begin, &format!("the entry is not whole: {FORM}"))),
    }
}
