//! A case as a block of text, for people.

use super::answer::{Answer, Column};
use crate::ground::text::visible;
use crate::pipeline::sink::{Fate, HOLDS_NULL};
use crate::rows::column::ErrorColumn;
use crate::triage::case::Case;

/// Cells of the names on the left.
const NAMES: usize = 9;

/// Warnings of a case that are listed.
const MOST_WARNINGS: usize = 10;

/// Violations of a case that are listed.
const MOST_VIOLATIONS: usize = 10;

/// The case in a few lines, with an empty line behind it.
pub(super) fn block(answer: &Answer<'_>, case: &Case) -> String {
    let mut block = Block(format!("row {}  {}\n", answer.row, visible(&title(answer, &case.row.origin))));
    let message = case.row.column(ErrorColumn::Message).or(answer.exception_class).unwrap_or("no message");
    block.line("message", message);
    if let Some(told) = &case.fault {
        block.line("fault", &told.sentence);
    }
    if let Some(file) = &answer.schema_file {
        let keyword = answer.fault.keyword.unwrap_or_default();
        let name = if case.broken.as_ref().is_some_and(|broken| broken.about_name) { " (the name is at fault, not its value)" } else { "" };
        match answer.schema_pointer {
            Some(pointer) => block.line("schema", &format!("{file}#{pointer} {keyword}{name}")),
            None => block.line("schema", file),
        }
    }
    if let Some(replay) = &case.replay {
        block.line("verdict", if replay.reproduced { "the same with these schemas" } else { "another with these schemas" });
        for violation in replay.violations.list.iter().take(MOST_VIOLATIONS) {
            block.line("broken", &format!("{}  ({} at #{})", violation.sentence, violation.keyword, violation.schema_pointer));
        }
        let more = replay.violations.count.saturating_sub(MOST_VIOLATIONS as u64);
        if more > 0 {
            block.line("broken", &format!("and {} more", crate::ground::text::count(more)));
        }
    }
    for column in &answer.columns {
        block.line("column", &describe(column));
        if let Some(sql) = column.sql {
            block.line("sql", sql);
        }
    }
    block.warnings(answer, case);
    block.tables(answer);
    for note in answer.notes {
        block.line("note", note);
    }
    if let Some(group) = &answer.group {
        block.line("group", group);
    }
    block.0.push('\n');
    block.0
}

struct Block(String);

impl Block {
    fn line(&mut self, name: &str, value: &str) {
        self.0.push_str(&format!("  {name:NAMES$}{}\n", visible(value)));
    }

    fn warnings(&mut self, answer: &Answer<'_>, case: &Case) {
        for (warning, known) in answer.warnings.iter().zip(&case.warnings.list).take(MOST_WARNINGS) {
            self.line("warning", &format!("{}: {}  {}", case.meaning(known.severity), warning.pointer, warning.sentence));
        }
        let more = answer.warning_count.saturating_sub(MOST_WARNINGS as u64);
        if more > 0 {
            self.line("warning", &format!("and {} more", crate::ground::text::count(more)));
        }
    }

    /// The tables of the rows; the others follow from them.
    fn tables(&mut self, answer: &Answer<'_>) {
        let stored = answer.tables.iter().filter(|table| matches!(table.stage, "live" | "stable" | "view"));
        let names: Vec<&str> = stored.map(|table| table.table.as_str()).collect();
        if !names.is_empty() {
            self.line("tables", &names.join(", "));
        }
    }
}

fn title(answer: &Answer<'_>, origin: &str) -> String {
    let mut name = answer.namespace.unwrap_or("no namespace").to_owned();
    for (sign, part) in [('/', answer.doctype), ('.', answer.version)] {
        if let Some(part) = part {
            name.push(sign);
            name.push_str(part);
        }
    }
    format!("{name}  {}  {origin}", answer.stage.unwrap_or("no stage"))
}

fn describe(column: &Column<'_>) -> String {
    let place = match (&column.column, column.kind, column.mode) {
        (Some(name), Some(kind), Some(mode)) => format!("{name} {kind} {mode}, "),
        _ => String::new(),
    };
    let reason = column.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    // Scripts read that nothing is written for a null; to people that is no loss.
    let fate = if column.reason == Some(HOLDS_NULL) { Fate::Stored.name().to_owned() } else { column.fate.replace('_', " ") };
    format!("{place}{fate}{reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_told_with_its_fate() {
        let column = Column {
            column: Some("a.b".into()),
            kind: Some("STRING"),
            mode: Some("NULLABLE"),
            fate: "stored",
            sql: None,
            reason: None,
            table: None,
            additional_pointer: None,
        };
        assert_eq!(describe(&column), "a.b STRING NULLABLE, stored");
        let nowhere =
            Column { column: None, kind: None, mode: None, fate: "additional_properties", reason: Some("no such column"), ..column };
        let null = Column { column: Some("a.b".into()), fate: "dropped", reason: Some(HOLDS_NULL), ..column };
        assert_eq!(describe(&null), "a.b STRING NULLABLE, stored: null: the column holds NULL.");
        assert_eq!(describe(&nowhere), "additional properties: no such column");
    }
}
