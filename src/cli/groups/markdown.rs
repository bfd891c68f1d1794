//! Groups as a Markdown table, to paste into a report.

use super::table::{Cells, place, state};
use crate::cli::when;
use crate::ground::markdown::{cell, cell_code};
use crate::ground::text::count;
use crate::rows::group::Group;

/// One line per group.
pub(super) fn write(groups: &[&Group]) -> String {
    let mut out = String::from("| rows | status | doctype | where | fault | first | last | group |\n|---:|---|---|---|---|---|---|---|\n");
    for group in groups {
        let (first, last) = group.span.map_or_else(Default::default, |(first, last)| (when::minute(first), when::minute(last)));
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} | {first} | {last} | {} |\n",
            count(group.count),
            state(group),
            cell_code(&group.key.doctype_name()),
            cell_code(&place(group)),
            cell_code(&group.phrase()),
            cell_code(&group.fingerprint.to_string()),
        ));
    }
    out
}

/// Lines of a table for people, the first two cells ours and the others from the data.
pub(super) fn lines(heads: [&str; 6], rows: &[Cells]) -> String {
    let heads = heads.map(str::to_lowercase).join(" | ");
    let mut out = format!("| {heads} |\n|---:|---|---|---|---|---|\n");
    for [rows, status, data @ ..] in rows {
        let data: Vec<String> = data.iter().map(|text| cell_code(text)).collect();
        out.push_str(&format!("| {} | {} | {} |\n", cell(rows), cell(status), data.join(" | ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::groups::example::group;

    #[test]
    fn a_group_is_one_line() {
        let text = write(&[&group()]);
        assert_eq!(
            text.lines().last().unwrap(),
            "| 1,234 | NEW? | `acme/session.1` | `/client_info` | `is missing the key app_build` | 2026-03-02 08:05 | 2026-03-02 08:06 | `00000000000000ab` |"
        );
    }
}
