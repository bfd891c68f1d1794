//! A row that was opened: in a few lines, or with everything that came with it.

use super::{Facts, column, table, violations};
use crate::pipeline::destination::Stage;
use crate::pipeline::document::PathStyle;
use crate::rows::column::ErrorColumn;
use crate::triage::case::Case;

/// Warnings of a case that are listed among a few lines.
const MOST_WARNINGS: usize = 10;

/// Violations of a case that are listed among a few lines.
const MOST_VIOLATIONS: usize = 10;

/// How to get at what a text has no room for, in words of who shows it.
#[derive(Debug, Clone, Copy)]
pub struct SheetHints<'a> {
    /// At all of a value that is cut.
    pub rest: &'a str,
    /// At the query for the row as it arrived.
    pub query: &'a str,
}

/// What is wrong with a row, in a few lines.
pub fn brief(case: &Case) -> Facts {
    let mut facts = Facts::default();
    let class = case.row.error_row().class;
    facts.named("message", case.row.column(ErrorColumn::Message).or(class).unwrap_or("no message"));
    if let Some(cause) = case.cause() {
        facts.named("cause", &cause.sentence);
    }
    if let Some(told) = &case.fault {
        facts.named("fault", &told.sentence);
    }
    schema(&mut facts, case);
    if let Some(replay) = &case.replay {
        facts.named("verdict", replay.agreement.words());
        violations::list(&mut facts, "broken", &replay.violations, MOST_VIOLATIONS);
    }
    let landings = case.landings();
    for (at, landing) in &landings {
        let table = case.tables.get(*at);
        let name = table.filter(|_| landings.len() > 1).map(|table| table.name.as_str());
        facts.named("column", &column::landing_in(table.map(|table| &*table.layout), landing, name));
        landing.sql.iter().for_each(|sql| facts.named(column::SQL, sql));
    }
    warnings(&mut facts, case, MOST_WARNINGS);
    // The tables of its row; the others follow from them.
    let stored = case.destinations().iter().filter(|table| matches!(table.stage, Stage::Live | Stage::Stable | Stage::View));
    let names: Vec<String> = stored.map(|table| table.path()).collect();
    if !names.is_empty() {
        facts.named("tables", &names.join(", "));
    }
    notes(&mut facts, case);
    facts
}

/// Everything that came with a row: its message, what is odd, its tables and all of its columns.
pub fn sheet(case: &Case, advice: SheetHints<'_>) -> Facts {
    let row = &case.row;
    let mut facts = Facts::default();
    facts.text(row.column(ErrorColumn::Message).unwrap_or("no message").as_bytes(), advice.rest);
    facts.gap();
    notes(&mut facts, case);
    warnings(&mut facts, case, usize::MAX);
    if !case.notes.is_empty() || case.warnings.count > 0 {
        facts.gap();
    }
    let tables = case.destinations();
    if !tables.is_empty() {
        table::destinations(&mut facts, tables);
        if let Some(sql) = case.query(Stage::Raw, case.home) {
            let how = if advice.query.is_empty() { String::new() } else { format!(" ({})", advice.query) };
            facts.heading(&format!("As it arrived{how}"));
            sql.lines().for_each(|line| facts.line(line));
        }
        facts.gap();
    }
    for (name, value) in row.columns.iter().filter(|(name, _)| name != ErrorColumn::Message.name()) {
        facts.named(crate::ground::text::visible(name).into_owned(), value.as_deref().unwrap_or("NULL"));
    }
    facts
}

/// The node of the schema that broke.
fn schema(facts: &mut Facts, case: &Case) {
    let Some(schema) = &case.schema else { return };
    let keyword = case.fault.as_ref().and_then(|told| told.keyword).unwrap_or_default();
    let name = if case.broken.as_ref().is_some_and(|broken| broken.about_name) { " (the name is at fault, not its value)" } else { "" };
    let pointer = case.broken.as_ref().and_then(|broken| broken.schema_pointer.as_deref());
    let node = pointer.map(|pointer| format!("#{pointer} {keyword}{name}")).unwrap_or_default();
    facts.named("schema", &format!("schemas/{}{node}", schema.path));
}

/// What costs the row or is lost.
fn warnings(facts: &mut Facts, case: &Case, most: usize) {
    let (warnings, Some(document)) = (&case.warnings, &case.document) else { return };
    for warning in warnings.list.iter().take(most) {
        let place = document.path(warning.node, PathStyle::Pointer);
        facts.named("warning", &format!("{}: {place}  {}", case.meaning(warning.severity), warning.sentence));
    }
    facts.more("warning", warnings.count, warnings.list.len().min(most));
}

fn notes(facts: &mut Facts, case: &Case) {
    case.notes.iter().for_each(|note| facts.named("note", note));
}
