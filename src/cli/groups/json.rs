//! Groups as JSON: one object, or one group a line.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::cli::safe_json::SafeWriter;
use crate::rows::column::ErrorColumn;
use crate::rows::group::{Group, Groups, Rate, RateLine};
use crate::rows::row::BadRow;
use crate::triage::facts;
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
    /// Rates of namespaces and doctypes, where accepted documents are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    rates: Option<Vec<RateMember>>,
    groups: G,
}

/// A namespace, or one of its doctypes.
#[derive(Serialize)]
struct RateMember {
    namespace: Option<String>,
    /// Null for the whole namespace.
    doctype: Option<String>,
    version: Option<String>,
    /// Rows in the time that is known.
    rows: u64,
    accepted: Option<u64>,
    /// Which part of all that came was refused: 0 to 1; null where it is not known.
    rate: Option<f64>,
    /// Rows that no rate is known of.
    unknown_rows: u64,
}

impl RateMember {
    fn of(line: RateLine) -> Self {
        let text = |name: Option<Arc<str>>| name.as_deref().map(str::to_owned);
        RateMember {
            namespace: text(line.namespace),
            doctype: text(line.doctype),
            version: text(line.version),
            rows: line.failed,
            accepted: line.rate.map(|rate| rate.accepted),
            rate: line.rate.as_ref().map(Rate::share),
            unknown_rows: line.unknown,
        }
    }
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

/// One object with everything; rates of the namespaces and doctypes of these groups alone, where they are given: others may not be told.
pub(super) fn document(
    out: impl Write,
    groups: &Groups,
    of: Option<&[&Group]>,
    records: impl Iterator<Item = impl Serialize>,
) -> io::Result<()> {
    let answer = GroupsAnswer {
        rows: groups.rows,
        outside: groups.outside,
        unreadable: UnreadableRows {
            count: groups.unreadable.count,
            first: groups.unreadable.first.iter().map(UnreadableRow::new).collect(),
        },
        missing_columns: &groups.missing_columns,
        notes: groups.unreadable.notes().into_iter().chain(groups.notes.iter().map(advised)).chain(facts::rate::notes(groups)).collect(),
        rates: groups.rates.as_ref().map(|rates| rates.lines().into_iter().filter(|line| is_of(line, of)).map(RateMember::of).collect()),
        groups: Records(RefCell::new(Some(records))),
    };
    pretty(out, &answer)
}

/// Whether a line is of a namespace or doctype of these groups.
fn is_of(line: &RateLine, groups: Option<&[&Group]>) -> bool {
    let is_one = |group: &&Group| {
        let names = &group.key.names;
        line.namespace == names.namespace && (line.doctype.is_none() || (&line.doctype, &line.version) == (&names.doctype, &names.version))
    };
    groups.is_none_or(|groups| groups.iter().any(is_one))
}

/// An object over several lines.
pub(in crate::cli) fn pretty(out: impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut out = SafeWriter::new(out);
    serde_json::to_writer_pretty(&mut out, value)?;
    out.write_all(b"\n")?;
    out.finish()
}

/// One group a line.
pub(in crate::cli) fn lines(out: impl Write, mut records: impl Iterator<Item = impl Serialize>) -> io::Result<()> {
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
        document(&mut one, &groups, None, records()).unwrap();
        lines(&mut many, records()).unwrap();
        for text in [one, many].map(|text| String::from_utf8(text).unwrap()) {
            assert!(!text.contains(|c: char| c != '\n' && crate::ground::text::is_unsafe(c)), "{text}");
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let group = if value["groups"].is_array() { &value["groups"][0] } else { &value };
            assert_eq!(group["sample"], &*groups.list[0].sample);
        }
    }
}
