//! Groups as JSON: one object, or one group a line.

use std::cell::RefCell;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::cli::safe_json::SafeWriter;
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
    groups: G,
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

/// Records that are made one by one while they are written.
struct Records<I>(RefCell<Option<I>>);

impl<I: Iterator<Item: Serialize>> Serialize for Records<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.borrow_mut().take().into_iter().flatten())
    }
}

/// One object with everything.
pub(super) fn document(out: impl Write, groups: &Groups, records: impl Iterator<Item = impl Serialize>) -> io::Result<()> {
    let answer = GroupsAnswer {
        rows: groups.rows,
        outside: groups.outside,
        unreadable: UnreadableRows {
            count: groups.unreadable.count,
            first: groups.unreadable.first.iter().map(UnreadableRow::new).collect(),
        },
        missing_columns: &groups.missing_columns,
        notes: groups.unreadable.notes().into_iter().chain(groups.notes.iter().map(advised)).collect(),
        groups: Records(RefCell::new(Some(records))),
    };
    pretty(out, &answer)
}

/// An object over several lines.
pub(super) fn pretty(out: impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut out = SafeWriter::new(out);
    serde_json::to_writer_pretty(&mut out, value)?;
    out.write_all(b"\n")?;
    out.finish()
}

/// One group a line.
pub(super) fn lines(out: impl Write, mut records: impl Iterator<Item = impl Serialize>) -> io::Result<()> {
    let mut out = SafeWriter::new(out);
    records.try_for_each(|record| {
        serde_json::to_writer(&mut out, &record)?;
        out.write_all(b"\n")
    })?;
    out.finish()
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
        let (mut one, mut many) = (Vec::new(), Vec::new());
        document(&mut one, &groups, records()).unwrap();
        lines(&mut many, records()).unwrap();
        for text in [one, many].map(|text| String::from_utf8(text).unwrap()) {
            assert!(!text.contains(|c: char| c != '\n' && crate::ground::text::is_unsafe(c)), "{text}");
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let group = if value["groups"].is_array() { &value["groups"][0] } else { &value };
            assert_eq!(group["sample"], &*groups.list[0].sample);
        }
    }
}
