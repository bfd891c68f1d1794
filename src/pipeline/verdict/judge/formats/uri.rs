//! URIs as `java.net.URI` parses them (RFC 2396 with its deviations), and URI templates.
//!
//! Owns: which characters may stand where, schemes, hosts in brackets.
//! Refuses: telling what is wrong: the validator only says that something is.

/// Marks that may stand anywhere beside letters and digits.
const UNRESERVED: &str = "_-!.~'()*";

/// Whether the text is a URI or a reference, and then whether it has a scheme.
pub(super) fn read(text: &str) -> Option<bool> {
    let end_of_scheme = text.find(['/', '?', '#', ':']).filter(|&i| text.as_bytes()[i] == b':');
    let Some(colon) = end_of_scheme else { return is_hierarchical(text).then_some(false) };
    let (scheme, rest) = (&text[..colon], &text[colon + 1..]);
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(letters) {
        return None;
    }
    let (body, fragment) = rest.split_once('#').map_or((rest, None), |(body, fragment)| (body, Some(fragment)));
    let fits = if body.starts_with('/') {
        is_hierarchical(rest)
    } else {
        !body.is_empty() && made_of(body, ";/?:@&=+$,[]") && fragment.is_none_or(|fragment| made_of(fragment, ";/?:@&=+$,[]"))
    };
    fits.then_some(true)
}

/// `[//authority][path][?query][#fragment]`.
fn is_hierarchical(text: &str) -> bool {
    let (text, fragment) = text.split_once('#').map_or((text, None), |(text, fragment)| (text, Some(fragment)));
    let (text, query) = text.split_once('?').map_or((text, None), |(text, query)| (text, Some(query)));
    let tail = |part: Option<&str>| part.is_none_or(|part| made_of(part, ";/?:@&=+$,[]"));
    let (authority, path) = match text.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", text),
    };
    // An authority may only be missing where something follows.
    let named = !text.starts_with("//") || !authority.is_empty() || !path.is_empty() || query.is_some() || fragment.is_some();
    named && is_authority(authority) && made_of(path, ";/:@&=+$,") && tail(query) && tail(fragment)
}

/// A server, or whatever else a registry might know; brackets only around an IPv6 address.
fn is_authority(authority: &str) -> bool {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some(rest) = host.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return false };
        let port_fits = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
        return port_fits && super::net::is_ipv6(&without_zeros(address)) && !address.contains('/');
    }
    made_of(authority, "$,;:@&=+")
}

/// An address that ends in four numbers, these without zeros in front: in brackets they may have some.
fn without_zeros(address: &str) -> String {
    let Some((groups, numbers)) = address.rsplit_once(':').filter(|(_, numbers)| numbers.contains('.')) else { return address.to_owned() };
    let plain = |number: &str| match number.trim_start_matches('0') {
        "" if !number.is_empty() => "0".to_owned(),
        rest => rest.to_owned(),
    };
    format!("{groups}:{}", numbers.split('.').map(plain).collect::<Vec<_>>().join("."))
}

/// Whether a text holds only letters, digits, the usual marks, those given, escapes, and characters beyond ASCII that are visible.
fn made_of(text: &str, also: &str) -> bool {
    let bytes = text.as_bytes();
    text.char_indices().all(|(i, c)| match c {
        '%' => bytes.get(i + 1..i + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)),
        c if c.is_ascii() => c.is_ascii_alphanumeric() || UNRESERVED.contains(c) || also.contains(c),
        c => !c.is_control() && !c.is_whitespace(),
    })
}

/// A template: expressions in braces that are closed and name something.
pub(super) fn is_template(text: &str) -> bool {
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        let Some(inside) = rest[open..].strip_prefix('{') else { return false };
        let Some(close) = inside.find(['{', '}']).filter(|&i| inside.as_bytes()[i] == b'}') else { return false };
        let expression = &inside[..close];
        let names = expression.strip_prefix(['+', '#', '.', '/', ';', '?', '&', '!', '=', '@', '|']).unwrap_or(expression);
        // Commas at the end count as nothing.
        let names = names.trim_end_matches(',');
        if names.is_empty() || !names.split(',').all(is_variable) {
            return false;
        }
        rest = &inside[close + 1..];
    }
    true
}

fn is_variable(name: &str) -> bool {
    let name = name.strip_suffix('*').unwrap_or(name);
    let (name, prefix) = name.split_once(':').map_or((name, None), |(name, prefix)| (name, Some(prefix)));
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '%');
    let prefix_fits = prefix.is_none_or(|prefix| !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit()));
    !name.is_empty() && name.chars().all(letters) && prefix_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_and_references() {
        for text in [
            "http://a.b/c?d#e",
            "urn:x:y",
            "mailto:a@b",
            "http://[::1]:80/",
            "file:///x",
            "http://a_b/é%20",
            "//host/path",
            "http://[::ffff:01.2.3.4]",
        ] {
            assert_eq!(read(text), Some(!text.starts_with('/')), "{text}");
        }
        for text in ["", "a/b", "#x", "?q=1"] {
            assert_eq!(read(text), Some(false), "{text}");
        }
        for text in ["nope nope", ":x", "1a:b", "http:", "//", "a%2", "http://[x]/", "http://[::1.2.3.256]", "a\\b", "http://a/<b>"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn templates() {
        assert!(
            is_template("/a{?b,c*}/{d:3}")
                && is_template("x")
                && !is_template("{")
                && !is_template("{}")
                && !is_template("a}")
                && !is_template("{a b}")
                && is_template("{a,}")
                && !is_template("{,+a}")
                && !is_template("{a,,b}")
        );
    }
}
