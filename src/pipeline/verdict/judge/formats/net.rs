//! Addresses and names as Apache commons-validator and Guava read them.
//!
//! Owns: `ipv4`, `ipv6`, `hostname`, `email`.
//! Refuses: the list of top-level domains: an e-mail address or a host under one that does not exist is accepted here.

use std::net::Ipv6Addr;
use std::sync::OnceLock;

/// Four numbers up to 255 without leading zeros.
pub(super) fn is_ipv4(text: &str) -> bool {
    let part = |part: &str| {
        let digits = (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        digits && !(part.len() > 1 && part.starts_with('0')) && part.parse::<u8>().is_ok()
    };
    text.split('.').count() == 4 && text.split('.').all(part)
}

/// Eight groups with at most one gap; a prefix length and a zone may follow. Digits of any script do as digits.
pub(super) fn is_ipv6(text: &str) -> bool {
    let mut parts = text.split('/');
    let address = parts.next().unwrap_or_default();
    if let Some(bits) = parts.next() {
        let digits = (1..=3).contains(&bits.len()) && bits.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || bits.parse::<u16>().is_ok_and(|bits| bits > 128) || parts.next().is_some() {
            return false;
        }
    }
    let (address, zone) = address.split_once('%').map_or((address, None), |(address, zone)| (address, Some(zone)));
    let zone_fits = zone.is_none_or(|zone| !zone.is_empty() && !zone.contains([' ', '\t', '\n', '\r', '/', '%']));
    zone_fits && in_ascii_digits(address).parse::<Ipv6Addr>().is_ok()
}

/// The text with every digit of another script as a digit; groups of numbers with points, which the validator takes only in ASCII, as they are.
fn in_ascii_digits(address: &str) -> String {
    let group = |group: &str| {
        let plain = group.is_ascii() || group.contains('.');
        let digit = |c: char| if !c.is_ascii() && is_decimal(c) { '0' } else { c };
        if plain { group.to_owned() } else { group.chars().map(digit).collect() }
    };
    address.split(':').map(group).collect::<Vec<_>>().join(":")
}

/// Whether Unicode holds a character to be a decimal digit.
fn is_decimal(c: char) -> bool {
    static DECIMAL: OnceLock<Option<fancy_regex::Regex>> = OnceLock::new();
    let decimal = DECIMAL.get_or_init(|| fancy_regex::Regex::new(r"\p{Nd}").ok());
    decimal.as_ref().is_some_and(|decimal| decimal.is_match(c.encode_utf8(&mut [0; 4])).unwrap_or(false))
}

/// One label of letters, digits and inner hyphens; or several, of which the last does not begin with a digit and a dot may follow.
pub(super) fn is_hostname(text: &str) -> bool {
    let dotted = text.replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
    let labels: Vec<&str> = match dotted.strip_suffix('.') {
        Some(name) if name.contains('.') => name.split('.').collect(),
        _ => dotted.split('.').collect(),
    };
    let alone = labels.len() == 1;
    let last = labels.len() - 1;
    dotted.encode_utf16().count() <= 253 && labels.iter().enumerate().all(|(i, label)| is_label(label, i == last && !alone))
}

fn is_label(label: &str, last: bool) -> bool {
    let inner = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || c == '-';
    let begins_with_digit = label.starts_with(|c: char| c.is_ascii_digit());
    (1..=63).contains(&label.encode_utf16().count())
        && label.chars().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !(last && begins_with_digit)
}

/// A user of up to 64 characters, `@`, a domain or an address in brackets.
pub(super) fn is_email(text: &str) -> bool {
    let Some((user, domain)) = text.rsplit_once('@') else { return false };
    let in_brackets = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let domain_fits = in_brackets.map_or_else(|| is_domain(domain), |address| is_ipv4(address) || is_ipv6(address));
    !text.ends_with('.') && user.encode_utf16().count() <= 64 && is_user(user) && domain_fits
}

fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    let label = |label: &&str| is_label(label, false);
    let top = labels.last().is_some_and(|top| top.chars().count() > 1 && !top.bytes().all(|byte| byte.is_ascii_digit()));
    domain.len() <= 253 && top && labels.iter().all(label)
}

/// Words between dots, each of ordinary characters or quoted.
fn is_user(user: &str) -> bool {
    let mut rest = user;
    loop {
        let word = word_len(rest);
        if word == 0 {
            return false;
        }
        match rest[word..].strip_prefix('.') {
            Some(after) => rest = after,
            None => return rest.len() == word,
        }
    }
}

/// Length of the word that the text begins with; 0 where it begins with none.
fn word_len(text: &str) -> usize {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut escaped = false;
        let end = quoted.char_indices().find(|&(_, c)| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        return end.map_or(0, |(i, _)| i + 2);
    }
    let mut escaped = false;
    let special = |c: char| c.is_ascii_control() || c.is_whitespace() || "()<>@,;:\\\".[]".contains(c);
    let end = text.char_indices().find(|&(_, c)| {
        let ends = special(c) && !escaped && c != '\\';
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert!(is_ipv4("127.0.0.1") && !is_ipv4("256.0.0.1") && !is_ipv4("01.0.0.1") && !is_ipv4("1.2.3") && !is_ipv4("nope nope"));
        assert!(
            is_ipv6("::1") && is_ipv6("fe80::1%eth0") && is_ipv6("::/64") && !is_ipv6("::/129") && !is_ipv6(":1") && !is_ipv6("1.2.3.4")
        );
        assert!(is_ipv6("1:2:3:4:5:6:7:৪") && !is_ipv6("::১.2.3.4") && !is_ipv6("::é"));
    }

    #[test]
    fn names() {
        assert!(is_hostname("example.com") && is_hostname("a.b.") && is_hostname("xn--a") && is_hostname("é.example"));
        assert!(is_hostname("1") && is_hostname("1host") && is_hostname("a--b.com"));
        for text in ["", "a_b", "-a", "a-", "a..b", "a.", ".", ".a", "a\n", "nope nope", "1.2.3.4", &"a".repeat(64)] {
            assert!(!is_hostname(text), "{text}");
        }
    }

    #[test]
    fn mail() {
        assert!(is_email("a.b+c@example.com") && is_email("\"a b\"@example.com") && is_email("a@[127.0.0.1]"));
        for text in ["nope nope", "a@", "@b.cc", "a..b@example.com", "a@example.com.", "a b@example.com", "a@[1.2]"] {
            assert!(!is_email(text), "{text}");
        }
    }
}
