//! What stands in the place of a value: its shape.
//!
//! Owns: descriptions (`36 hex and dashes`), imitations (`Aaaa-00`), numbers of the same size.
//! Refuses: deciding which values are replaced.

/// Longest imitation.
const LONGEST: usize = 80;

/// Number and kinds of a text's characters: `36 hex and dashes`.
pub(super) fn described(value: &str) -> String {
    let length = value.chars().count();
    let is_hex = value.bytes().any(|byte| byte.is_ascii_digit())
        && value.chars().filter(|c| c.is_ascii_alphanumeric()).all(|c| c.is_ascii_hexdigit());
    let mut kinds: Vec<&str> = Vec::new();
    for c in value.chars() {
        let kind = match c {
            c if is_hex && c.is_ascii_hexdigit() => "hex",
            '0'..='9' => "digits",
            'a'..='z' | 'A'..='Z' => "letters",
            '-' => "dashes",
            '.' => "dots",
            '_' => "underscores",
            '/' => "slashes",
            ':' => "colons",
            ' ' => "spaces",
            c if c.is_ascii_control() => "controls",
            c if c.is_ascii() => "signs",
            _ => "beyond ASCII",
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    match kinds.as_slice() {
        [] => length.to_string(),
        [one] => format!("{length} {one}"),
        [first @ .., last] => format!("{length} {} and {last}", first.join(", ")),
    }
}

/// The text with letters, digits and everything beyond ASCII replaced by one character of the kind, its signs kept: `<like "Aaaa-00">`.
pub(super) fn imitated(value: &str) -> String {
    if is_imitation(value) {
        return value.to_owned();
    }
    let imitation = plain(value);
    let rest = value.chars().skip(LONGEST).count();
    let more = if rest > 0 { format!("… {rest} more") } else { String::new() };
    format!("<like \"{}\"{more}>", crate::ground::text::visible(&imitation))
}

/// Whether a text is an imitation already, as redacted bundles have them: another of it would say less.
fn is_imitation(value: &str) -> bool {
    let inside = value.strip_prefix("<like \"").and_then(|rest| rest.strip_suffix("\">"));
    inside.is_some_and(|inside| !inside.contains(char::is_control) && plain(inside) == inside)
}

/// The imitation alone, for names that have to stay names.
pub(super) fn plain(value: &str) -> String {
    let plain = |c: char| match c {
        '0'..='9' => '0',
        'A'..='Z' => 'A',
        'a'..='z' => 'a',
        c if c.is_ascii() => c,
        _ => 'é',
    };
    value.chars().take(LONGEST).map(plain).collect()
}

/// A JSON number of the same size and type, made different by its number among the values.
pub(super) fn number(raw: &str, nth: u32) -> String {
    let (sign, digits) = raw.split_at(usize::from(raw.starts_with('-')));
    let (mantissa, exponent) = digits.split_at(digits.find(['e', 'E']).unwrap_or(digits.len()));
    match mantissa.split_once('.') {
        None => format!("{sign}{}{exponent}", overlaid(mantissa.len(), nth)),
        Some((whole, _)) => format!("{sign}{}.{nth:06}{exponent}", overlaid(whole.len(), 0)),
    }
}

/// A one and zeros, ending in the number where there is room.
fn overlaid(length: usize, nth: u32) -> String {
    let nth = nth.to_string();
    let zeros = length.saturating_sub(1);
    if nth.len() <= zeros && nth != "0" { format!("1{}{nth}", "0".repeat(zeros - nth.len())) } else { format!("1{}", "0".repeat(zeros)) }
}

/// The number with its first two digits kept: enough to see how it stands to a limit.
pub(super) fn rounded(raw: &str) -> String {
    let mut kept = 0;
    let round = |c: char| {
        kept += usize::from(c.is_ascii_digit());
        if c.is_ascii_digit() && kept > 2 { '0' } else { c }
    };
    let end = raw.find(['e', 'E']).unwrap_or(raw.len());
    let rounded: String = raw[..end].chars().map(round).collect();
    format!("{rounded}{}", &raw[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_tell_kinds_and_lengths() {
        assert_eq!(described("0a1b-2c"), "7 hex and dashes");
        assert_eq!(described("Jo Doe 7"), "8 letters, spaces and digits");
        assert_eq!(described("ü"), "1 beyond ASCII");
        assert_eq!(imitated("Jo-7 ü\n"), "<like \"Aa-0 é\\n\">");
        assert!(imitated(&"x".repeat(1000)).ends_with("… 920 more>"));
        let once = imitated("Jo-7 ü");
        assert_eq!(imitated(&once), once);
        assert_eq!(imitated("<like \"Jo\">"), "<like \"<aaaa \"Aa\">\">");
    }

    #[test]
    fn numbers_keep_their_size() {
        assert_eq!(number("-48213", 7), "-10007");
        assert_eq!(number("52.520008", 3), "10.000003");
        assert_eq!(number("6.02e23", 1), "1.000001e23");
        assert_eq!(number("7", 12), "1");
        assert_eq!(rounded("1656426661"), "1600000000");
        assert_eq!(rounded("-80.527"), "-80.000");
    }
}
