//! What would name a person or a machine, and so is no sender: whoever sends a row is asked for, not who they are.
//!
//! Owns: the words in names of columns and places, the looks of values.
//! Refuses: what of the rest may leave the machine (redact).

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::pipeline::names::snake_case;

/// Columns that repeat what is wrong, when it came, or which document it is of.
const NOT_OF_SENDERS: [&str; 12] = [
    "date",
    "error_count",
    "host",
    "input",
    "input_type",
    "path",
    "sample_error_messages",
    "schemas_build_id",
    "submission_date",
    "hour",
    "valid_ping_count",
    "x_pipeline_proxy",
];

/// Words that name somebody.
const PERSONAL: [&str; 27] = [
    "addr",
    "address",
    "birthday",
    "clientid",
    "cookie",
    "documentid",
    "email",
    "guid",
    "guids",
    "hostname",
    "id",
    "ids",
    "imei",
    "ip",
    "lat",
    "latitude",
    "login",
    "lon",
    "longitude",
    "mail",
    "password",
    "phone",
    "secret",
    "serial",
    "token",
    "username",
    "uuid",
];
/// Words beside which an id is one of many senders.
const SHARED: [&str; 10] =
    ["app", "application", "build", "debug", "distribution", "experiment", "partner", "platform", "variant", "vendor"];
/// People, of whom a name is told.
const PEOPLE: [&str; 11] = ["account", "author", "contact", "customer", "first", "last", "nick", "owner", "person", "recipient", "user"];

/// Whether a column of the error table says nothing of a sender, or too much.
pub(super) fn is_column_left_out(name: &str) -> bool {
    use crate::rows::column::ErrorColumn as C;
    let is_of_fault = matches!(
        C::of(name),
        Some(
            C::Namespace
                | C::Doctype
                | C::Version
                | C::Message
                | C::Stage
                | C::Class
                | C::Job
                | C::Payload
                | C::Time
                | C::Timestamp
                | C::Uri
                | C::Client
                | C::Id
        )
    );
    is_of_fault || NOT_OF_SENDERS.contains(&name) || name.starts_with("stack_trace") || is_address(name) || is_personal_name(&[name])
}

/// Whether a column holds addresses of machines.
fn is_address(name: &str) -> bool {
    matches!(name, "remote_addr" | "x_forwarded_for" | "x_real_ip")
}

/// Whether a place says by its name that it names somebody: the last token, or a name of people.
pub(super) fn is_personal_name(tokens: &[&str]) -> bool {
    let words = |token: &str| snake_case(token).split('_').map(str::to_owned).collect::<Vec<_>>();
    let Some((last, before)) = tokens.split_last() else { return false };
    let last = words(last);
    let has = |list: &[&str], words: &[String]| words.iter().any(|word| list.contains(&word.as_str()));
    let is_name =
        last.iter().any(|word| word == "name") && (has(&PEOPLE, &last) || before.last().is_some_and(|token| has(&PEOPLE, &words(token))));
    is_name || (has(&PERSONAL, &last) && !has(&SHARED, &last))
}

/// Whether a value looks like what names one person or machine: a UUID, a mail address, an IP address.
pub(super) fn is_personal_value(value: &str) -> bool {
    let value = value.trim_matches(['{', '}']);
    let digits = value.bytes().filter(u8::is_ascii_hexdigit).count();
    let is_uuid = (digits == 32 && value.len() == 32)
        || (value.len() == 36 && digits == 32 && value.bytes().filter(|byte| *byte == b'-').count() == 4);
    let is_mail = || value.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !value.contains(' '));
    let is_ip = || value.parse::<Ipv4Addr>().is_ok() || (value.contains(':') && value.parse::<Ipv6Addr>().is_ok());
    is_uuid || is_mail() || is_ip()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_it_is_is_no_sender() {
        for name in ["client_id", "remote_addr", "x_forwarded_for", "document_id", "sample_id", "uri", "stack_trace_cause_2"] {
            assert!(is_column_left_out(name), "{name}");
        }
        for name in ["geo_country", "isp_name", "user_agent", "x_debug_id", "app_build", "normalized_channel"] {
            assert!(!is_column_left_out(name), "{name}");
        }
        for place in
            [&["client_info", "client_id"][..], &["clientId"], &["sender", "mail"], &["user", "name"], &["lastName"], &["session_id"]]
        {
            assert!(is_personal_name(place), "{place:?}");
        }
        for place in [&["client_info", "app_build"][..], &["application", "buildId"], &["system", "os", "name"], &["distribution_id"]] {
            assert!(!is_personal_name(place), "{place:?}");
        }
    }

    #[test]
    fn values_are_known_by_their_looks() {
        for value in [
            "b6a03a3e-f5d2-41e9-b96e-dcbfeb6c387d",
            "{b6a03a3e-f5d2-41e9-b96e-dcbfeb6c387d}",
            "jo@mail.example",
            "192.0.2.1",
            "2001:db8::1",
        ] {
            assert!(is_personal_value(value), "{value}");
        }
        for value in ["128.0a1", "115.0.5790.98", "nightly", "@home", "20260302101112", "a:b"] {
            assert!(!is_personal_value(value), "{value}");
        }
    }
}
