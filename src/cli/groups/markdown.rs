//! Groups as a Markdown table, to paste into a report.

use super::table::{place, state};
use crate::cli::when;
use crate::group::Group;
use crate::text::count;

/// One line per group.
pub(super) fn write(groups: &[&Group]) -> String {
    let mut out = String::from("| rows | status | doctype | where | fault | first | last | group |\n|---:|---|---|---|---|---|---|---|\n");
    for group in groups {
        let (first, last) = group.span.map_or_else(Default::default, |(first, last)| (when::minute(first), when::minute(last)));
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} | {first} | {last} | {} |\n",
            count(group.count),
            escape(&state(group)),
            code(&super::table::doctype(group)),
            code(&place(group)),
            code(&group.phrase()),
            code(&group.fingerprint.to_string()),
        ));
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A code span; longer fences than the text has let any text in. Pipes end a cell even in code, so they are escaped.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let room = if longest > 0 { " " } else { "" };
    format!("{fence}{room}{}{room}{fence}", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::groups::record::tests::group;

    #[test]
    fn a_group_is_one_line() {
        let text = write(&[&group()]);
        assert_eq!(
            text.lines().last().unwrap(),
            "| 1,234 | NEW? | `acme/session.1` | `/client_info` | `is missing the key app_build` | 2026-03-02 08:05 | 2026-03-02 08:06 | `00000000000000ab` |"
        );
    }

    #[test]
    fn pipes_and_backticks_stay_in_their_cell() {
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a``b"), "``` a``b ```");
    }
}
