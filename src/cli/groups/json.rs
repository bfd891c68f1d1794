//! Groups as JSON: one object, or one group a line.

use serde::Serialize;

use crate::cli::safe_json;
use crate::rows::column::ErrorColumn;
use crate::rows::group::Groups;
use crate::rows::row::BadRow;
use crate::tui::advice::advised;

#[derive(Serialize)]
struct GroupsAnswer<'a, G> {
    /// Rows counted in groups, also in those that a filter hides.
    rows: u64,
    outside: u64,
    unreadable: UnreadableRows<'a>,
    missing_columns: &'a [ErrorColumn],
    /// What the source has to say of the counts: their price, their age.
    notes: Vec<String>,
    groups: Vec<G>,
}

#[derive(Serialize)]
struct UnreadableRows<'a> {
    count: u64,
    first: Vec<UnreadableRow<'a>>,
}

#[derive(Serialize)]
struct UnreadableRow<'a> {
    origin: &'a str,
    reason: &'a str,
    quote: &'a str,
}

impl<'a> UnreadableRow<'a> {
    fn new(row: &'a BadRow) -> Self {
        UnreadableRow { origin: &row.origin, reason: &row.reason, quote: &row.quote }
    }
}

/// One object with everything.
pub(super) fn document(groups: &Groups, records: Vec<impl Serialize>) -> serde_json::Result<String> {
    let answer = GroupsAnswer {
        rows: groups.rows,
        outside: groups.outside,
        unreadable: UnreadableRows {
            count: groups.unreadable.count,
            first: groups.unreadable.first.iter().map(UnreadableRow::new).collect(),
        },
        missing_columns: &groups.missing_columns,
        notes: groups.unreadable.notes().into_iter().chain(groups.notes.iter().map(advised)).collect(),
        groups: records,
    };
    pretty(&answer)
}

/// An object over several lines.
pub(super) fn pretty(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(safe_json::escape(serde_json::to_string_pretty(value)?) + "\n")
}

/// One group a line.
pub(super) fn lines(records: impl Iterator<Item = impl Serialize>) -> serde_json::Result<String> {
    records.map(|record| Ok(safe_json::escape(serde_json::to_string(&record)?) + "\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::groups::example::groups;
    use crate::rows::group::GroupFields;

    #[test]
    fn nothing_in_it_is_obeyed_by_a_terminal_and_nothing_is_lost() {
        let groups = groups();
        let records = || groups.list.iter().map(|group| GroupFields::of(group, &groups));
        for text in [document(&groups, records().collect()).unwrap(), lines(records()).unwrap()] {
            assert!(!text.contains(|c: char| c != '\n' && crate::ground::text::is_unsafe(c)), "{text}");
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let group = if value["groups"].is_array() { &value["groups"][0] } else { &value };
            assert_eq!(group["sample"], &*groups.list[0].sample);
        }
    }
}
