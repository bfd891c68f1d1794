//! The `format`s that the pipeline's validator checks, with what it accepts and says.
//!
//! Owns: which draft knows which format, their messages.
//! Refuses: every other format: the validator does not look at those.

mod net;
mod temporal;
mod uri;

use super::java_regex;
use crate::pipeline::schema::Draft;

/// A format that is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    DateTime,
    /// Draft 04: a reference does as well.
    AnyUri,
    /// Draft 06: what begins with `//` does as well.
    NetworkUri,
    Uri,
    Email,
    Ipv4,
    Ipv6,
    Hostname,
    JsonPointer,
    UriReference,
    UriTemplate,
    Date,
    Time,
    RelativeJsonPointer,
    Regex,
}

impl Format {
    /// The format of that name in that draft.
    pub(super) fn named(name: &str, draft: Draft) -> Option<Self> {
        let (format, since) = match name {
            "date-time" => (Format::DateTime, Draft::Four),
            "uri" if draft == Draft::Four => (Format::AnyUri, Draft::Four),
            "uri" if draft == Draft::Six => (Format::NetworkUri, Draft::Six),
            "uri" => (Format::Uri, Draft::Seven),
            "email" => (Format::Email, Draft::Four),
            "ipv4" => (Format::Ipv4, Draft::Four),
            "ipv6" => (Format::Ipv6, Draft::Four),
            "hostname" => (Format::Hostname, Draft::Four),
            "json-pointer" => (Format::JsonPointer, Draft::Six),
            "uri-reference" => (Format::UriReference, Draft::Six),
            "uri-template" => (Format::UriTemplate, Draft::Six),
            "date" => (Format::Date, Draft::Seven),
            "time" => (Format::Time, Draft::Seven),
            "relative-json-pointer" => (Format::RelativeJsonPointer, Draft::Seven),
            "regex" => (Format::Regex, Draft::Seven),
            _ => return None,
        };
        (draft >= since).then_some(format)
    }

    /// Whether the validator accepts the text.
    pub(super) fn fits(self, text: &str) -> bool {
        match self {
            Format::DateTime => temporal::is_date_time(text),
            Format::Date => temporal::is_date(text),
            Format::Time => temporal::is_time(text),
            Format::AnyUri | Format::UriReference => uri::read(text).is_some(),
            Format::NetworkUri => uri::read(text).is_some_and(|has_scheme| has_scheme || text.starts_with("//")),
            Format::Uri => uri::read(text).is_some_and(|has_scheme| has_scheme),
            Format::UriTemplate => uri::is_template(text),
            Format::Email => net::is_email(text),
            Format::Ipv4 => net::is_ipv4(text),
            Format::Ipv6 => net::is_ipv6(text),
            Format::Hostname => net::is_hostname(text),
            Format::JsonPointer => is_pointer(text),
            Format::RelativeJsonPointer => is_relative_pointer(text),
            Format::Regex => java_regex::fault(text).is_none(),
        }
    }

    /// What a text that does not fit is said not to be.
    pub(super) fn wanted(self) -> &'static str {
        match self {
            Format::DateTime => {
                "date-time. Expected [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}Z, \
                 yyyy-MM-dd'T'HH:mm:ss[+-]HH:mm, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}[+-]HH:mm]"
            }
            Format::Date => "date. Expected [yyyy-MM-dd]",
            Format::Time => "time. Expected [HH:mm:ssZ, HH:mm:ss.[0-9]{1,9}Z, HH:mm:ss[+-]HH:mm, HH:mm:ss.[0-9]{1,9}[+-]HH:mm]",
            Format::AnyUri | Format::NetworkUri | Format::Uri => "URI",
            Format::UriReference => "URI reference",
            Format::UriTemplate => "URI template",
            Format::Email => "email address",
            Format::Ipv4 => "ipv4 address",
            Format::Ipv6 => "ipv6 address",
            Format::Hostname => "hostname",
            Format::JsonPointer => "JSON pointer",
            Format::RelativeJsonPointer => "relative JSON Pointer",
            Format::Regex => "regular expression",
        }
    }
}

/// A pointer as text: empty, or `/` with every `~` escaping something. A `#` begins the other notation.
fn is_pointer(text: &str) -> bool {
    let escapes = |(i, _)| matches!(text.as_bytes().get(i + 1), Some(b'0' | b'1'));
    text.is_empty() || (text.starts_with('/') && text.match_indices('~').all(escapes))
}

/// A pointer that begins with the number of steps up, and may end with `#`; what its `~` escape is not looked at.
fn is_relative_pointer(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (steps, rest) = text.split_at(digits);
    let counts = steps == "0" || !(steps.is_empty() || steps.starts_with('0'));
    let pointer = rest.strip_suffix('#').unwrap_or(rest);
    counts && (pointer.is_empty() || pointer.starts_with('/')) && !pointer.contains('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_draft_has_its_formats() {
        assert_eq!(Format::named("datetime", Draft::Seven), None);
        assert_eq!(Format::named("date", Draft::Six), None);
        assert_eq!(Format::named("date", Draft::Seven), Some(Format::Date));
        assert_eq!(Format::named("json-pointer", Draft::Four), None);
        assert_eq!(Format::named("uri", Draft::Four), Some(Format::AnyUri));
    }

    #[test]
    fn pointers_and_patterns() {
        assert!(
            is_pointer("") && is_pointer("/a~0b/") && !is_pointer("#/a") && !is_pointer("a") && !is_pointer("/~2") && !is_pointer("/~")
        );
        for text in ["0", "0#", "1/a", "12#", "3/a~1b", "1/~2"] {
            assert!(is_relative_pointer(text), "{text}");
        }
        for text in ["", "/a", "+1/a", "-1/a", "01", "0##", "1#/a", "1\n", "1a", "\u{661}/a"] {
            assert!(!is_relative_pointer(text), "{text}");
        }
        assert!(Format::Regex.fits("nope nope") && !Format::Regex.fits("(") && !Format::Regex.fits("[^]") && Format::Regex.fits("(?i)a"));
    }
}
