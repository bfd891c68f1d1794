//! The column name of a property.

use crate::pipeline::names::snake_case;

/// What becomes of a property's name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// The column.
    Column(String),
    /// BigQuery has no such names: the property is left out.
    Illegal,
    /// Nothing is left of the name, which stops the transpiler.
    Empty,
}

/// `.` and `-` become `_`, then snake case; a digit in front gets a `_` before it. The rest must be ASCII letters, digits and `_`.
pub(super) fn column_name(key: &str) -> Name {
    let Some(plain) = not_numeric(key.replace(['.', '-'], "_")) else { return Name::Empty };
    if !plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Name::Illegal;
    }
    // Snake case takes `_` off the front, so a digit may be there again.
    not_numeric(snake_case(&plain)).map_or(Name::Empty, Name::Column)
}

/// The name with `_` before a leading digit; nothing of an empty one.
fn not_numeric(name: String) -> Option<String> {
    let first = name.chars().next()?;
    Some(if first.is_numeric() { format!("_{name}") } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_columns_are_left_out_or_stop_the_run() {
        let names =
            [("fooBar", "foo_bar"), ("64bit", "_64bit"), ("_64bit", "_64bit"), ("a.b-c", "a_b_c"), ("HTTPServer2Go", "http_server2_go")];
        names.into_iter().for_each(|(key, name)| assert_eq!(column_name(key), Name::Column(name.to_owned()), "{key}"));
        ["$schema", "a/b", "naïve", "²", "a b"].into_iter().for_each(|key| assert_eq!(column_name(key), Name::Illegal, "{key}"));
        ["", "_", "-", "._"].into_iter().for_each(|key| assert_eq!(column_name(key), Name::Empty, "{key}"));
    }
}
