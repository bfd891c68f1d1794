//! Names and texts in GoogleSQL.
//!
//! Owns: quoting. Refuses: whole expressions (pipeline/sink), statements.

use crate::ground::text;

/// Words that BigQuery does not take as a name without backticks.
const RESERVED: &str = " ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE CROSS CUBE CURRENT DEFAULT \
    DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE FETCH FOLLOWING FOR FROM FULL GROUP GROUPING GROUPS HASH HAVING \
    IF IGNORE IN INNER INTERSECT INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT LOOKUP MERGE NATURAL NEW NO NOT NULL NULLS OF ON OR ORDER OUTER OVER \
    PARTITION PRECEDING PROTO QUALIFY RANGE RECURSIVE RESPECT RIGHT ROLLUP ROWS SELECT SET SOME STRUCT TABLESAMPLE THEN TO TREAT TRUE UNBOUNDED \
    UNION UNNEST USING WHEN WHERE WINDOW WITH WITHIN ";

/// A column name, in backticks where it would not be read as one.
pub fn identifier(name: &str) -> String {
    let is_reserved = || RESERVED.contains(&format!(" {} ", name.to_ascii_uppercase()));
    if is_plain(name) && !is_reserved() { name.to_owned() } else { quoted(&[name], '`') }
}

/// A path of several names in backticks, as its dots ask for.
pub(crate) fn push_path(out: &mut String, names: &[&str]) {
    out.push('`');
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            out.push('.');
        }
        push_escaped(out, name, '`');
    }
    out.push('`');
}

/// A text as a string literal: quotes, backslashes, control and bidirectional characters escaped.
pub fn literal(text: &str) -> String {
    quoted(&[text], '\'')
}

/// Pieces of one text between quotes.
pub(crate) fn quoted(pieces: &[&str], quote: char) -> String {
    let mut out = String::with_capacity(pieces.iter().map(|piece| piece.len()).sum::<usize>() + 2);
    out.push(quote);
    pieces.iter().for_each(|piece| push_escaped(&mut out, piece, quote));
    out.push(quote);
    out
}

/// A regular expression as a literal, raw where it can be, so that people can read it.
pub fn expression_literal(expression: &str) -> String {
    let is_readable = !expression.contains(|c: char| c == '\'' || text::is_unsafe(c)) && !expression.ends_with('\\');
    if is_readable { format!("r'{expression}'") } else { literal(expression) }
}

pub(crate) fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Writes a text with its quotes escaped.
fn push_escaped(out: &mut String, text: &str, quote: char) {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'\\' && char::from(byte) != quote) {
        return out.push_str(text);
    }
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if text::is_unsafe(c) && u32::from(c) <= 0xffff => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if text::is_unsafe(c) => out.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_text_cannot_leave_their_quotes() {
        assert_eq!(literal("a'b\\c\n\u{202e}x"), r"'a\'b\\c\n\u202ex'");
        assert_eq!(identifier("range"), "`range`");
        assert_eq!(identifier("a`b"), "`a\\`b`");
        assert_eq!(identifier("_64bit"), "_64bit");
        assert_eq!(quoted(&["/", "a'b"], '\''), literal("/a'b"));
        let mut path = String::new();
        push_path(&mut path, &["p-1", "d`", "range"]);
        assert_eq!(path, identifier("p-1.d`.range"));
    }
}
