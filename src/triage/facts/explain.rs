//! What the log of a failed deploy comes to, in lines.

use super::deploy::{ToldParts, rule, shortened};
use crate::ground::text::{count, plural, visible};
use crate::triage::explain::{ExplainedCause, Explanation, RowFault};

/// Most tables, columns or lines that a cause names.
const MOST_NAMED: usize = 6;

/// `BLOCK a.b is gone from the schema`.
pub fn cause_head(told: &ExplainedCause) -> String {
    format!("{} {}", told.verdict.name(), visible(&told.sentence))
}

/// Why, the words of the text, what it is about and where it stands there, the commit, the line that ends it.
pub fn cause_parts(told: &ExplainedCause) -> ToldParts {
    let why = rule(told.under.unwrap_or(told.rule));
    let why = if told.under.is_some() { format!("{}, {why}", told.rule.name()) } else { why };
    let mut parts = vec![("why", why), ("text", visible(&told.message).into_owned())];
    parts.extend(named("tables", &told.tables));
    if told.columns.len() > 1 {
        parts.extend(named("columns", &told.columns));
    }
    parts.extend(lines(&told.lines));
    parts.extend(told.revision.as_ref().map(|revision| ("commit", visible(revision).into_owned())));
    parts.extend(told.mend.lines().enumerate().map(|(at, line)| (if at == 0 { "mend" } else { "" }, shortened(line))));
    parts.extend(told.notes.iter().map(|note| ("", visible(note).into_owned())));
    parts
}

fn named(what: &'static str, all: &[String]) -> Option<(&'static str, String)> {
    if all.is_empty() {
        return None;
    }
    let more = all.len().saturating_sub(MOST_NAMED);
    let rest = if more > 0 { format!(" and {} more", count(more as u64)) } else { String::new() };
    let listed = all.iter().take(MOST_NAMED).map(|one| visible(one)).collect::<Vec<_>>().join(", ");
    Some((what, format!("{listed}{rest}")))
}

fn lines(all: &[usize]) -> Option<(&'static str, String)> {
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    named("lines", &all)
}

/// `ROWS 12 lines: …`.
pub fn row_fault_head(fault: &RowFault) -> String {
    format!("ROWS {}: {}", plural(fault.count as u64, "line", "lines"), visible(&fault.sentence))
}

/// What a fault of rows is about and where it stands in the text.
pub fn row_fault_parts(fault: &RowFault) -> ToldParts {
    named("tables", &fault.tables).into_iter().chain(lines(&fault.lines)).collect()
}

/// What a fault of rows is no matter of.
pub const NO_CHANGE: &str = "no schema changed for it: open the rows with misfit";

/// `200 lines read: 3 causes, 1 fault of rows`; that nothing is known in it.
pub fn summary(found: &Explanation) -> String {
    let lines = plural(found.lines as u64, "line", "lines");
    if found.is_binary {
        return format!(
            "nothing known in {lines}: it looks like a program or an archive, not like a log; unpack it, or give the log itself"
        );
    }
    if found.causes.is_empty() && found.row_faults.is_empty() {
        return format!("nothing known in {lines}");
    }
    let causes = plural(found.causes.len() as u64, "cause", "causes");
    let faults = plural(found.row_faults.len() as u64, "fault of rows", "faults of rows");
    format!("{lines} read: {causes}, {faults}")
}

/// `and 12 more that look like errors`, where not all of them are listed.
pub fn more_unknown(found: &Explanation) -> Option<String> {
    let more = found.unknown_count - found.unknown.len();
    (more > 0).then(|| format!("and {} more that look like errors", count(more as u64)))
}
