//! What applications say of themselves that is the same for many: version, channel, system, name, country.
//!
//! Owns: the lists and spellings by which such a fact is told.
//! Refuses: where it stands (columns; survey), everything else that a sender says.

use super::looks;

/// A kind of such facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SenderFact {
    /// `151.0a1`, `115.0.5790.98`
    Version,
    /// A channel of builds.
    Channel,
    /// An operating system.
    System,
    /// An application or a browser.
    Application,
    /// A country as the pipeline finds it.
    Country,
}

/// Channels as builds name them.
const CHANNELS: [&str; 12] =
    ["release", "beta", "nightly", "aurora", "esr", "default", "developer", "dev", "debug", "canary", "main", "other"];

/// Systems as applications name them, in lower case.
const SYSTEMS: [&str; 12] =
    ["windows", "windows_nt", "windows nt", "winnt", "darwin", "macos", "mac os x", "linux", "android", "ios", "freebsd", "other"];

/// Applications and browsers, in lower case.
const APPLICATIONS: [&str; 10] = ["firefox", "fennec", "fenix", "focus", "klar", "thunderbird", "chrome", "safari", "edge", "other"];

/// Longest version.
const LONGEST_VERSION: usize = 20;
/// Parts of a version, and which of them may be a longer number where there are so many.
const MOST_PARTS: usize = 4;
const LONG_PART: usize = 2;
const LONGEST_PART: usize = 5;

impl SenderFact {
    /// Whether a value is spelled as such a fact is.
    pub fn is_told(self, value: &str) -> bool {
        let is_listed = |list: &[&str]| list.contains(&value.to_ascii_lowercase().as_str());
        match self {
            SenderFact::Version => is_version(value),
            SenderFact::Channel => is_listed(&CHANNELS),
            SenderFact::System => is_listed(&SYSTEMS),
            SenderFact::Application => is_listed(&APPLICATIONS),
            SenderFact::Country => value == "??" || (value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase())),
        }
    }
}

/// Small numbers with dots between them, of four the third a longer one, and a mark of a build behind the last; no address, no date.
fn is_version(value: &str) -> bool {
    let parts: Vec<&str> = value.split('.').collect();
    let is_long = |at: usize, part: &str| {
        parts.len() == MOST_PARTS && at == LONG_PART && part.len() <= LONGEST_PART && looks::is_count(part) && !part.starts_with(['0', '-'])
    };
    let is_number = |at: usize, part: &str| looks::is_small_number(part) || is_long(at, part);
    let is_last = |at: usize, part: &str| {
        let (number, mark) = part.split_at(part.bytes().take_while(u8::is_ascii_digit).count());
        let build = mark.strip_prefix(['a', 'b']).map(|build| build.is_empty() || looks::is_small_number(build));
        is_number(at, number) && (mark.is_empty() || mark == "esr" || build == Some(true))
    };
    let Some((last, before)) = parts.split_last() else { return false };
    let is_address = parts.len() == MOST_PARTS && parts.iter().all(|part| part.parse::<u8>().is_ok());
    let is_spelled = before.iter().enumerate().all(|(at, part)| is_number(at, part)) && is_last(before.len(), last);
    value.len() <= LONGEST_VERSION && (1..MOST_PARTS).contains(&before.len()) && is_spelled && !is_address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_spelled_as_such_a_fact_is_told() {
        for version in ["150.0", "151.0a1", "128.5.0esr", "115.0.5790.98", "0.72.1b", "4.2.0"] {
            assert!(SenderFact::Version.is_told(version), "{version}");
        }
        for other in
            ["", "jo", "10.0.0.1", "5551234567", "1.0-jo", "+49.170", "1.2.3.4.5", "é.1", "52.520008", "1987.04.23", "555.123.4567", "7"]
        {
            assert!(!SenderFact::Version.is_told(other), "{other}");
        }
        assert!(SenderFact::Channel.is_told("nightly") && SenderFact::System.is_told("Windows_NT") && SenderFact::Country.is_told("IN"));
        for fact in [SenderFact::Channel, SenderFact::System, SenderFact::Application, SenderFact::Country] {
            assert!(!fact.is_told("alice") && !fact.is_told("Jo Smith"), "{fact:?}");
        }
    }
}
