//! Tables as they would be made of changed schemas, for people and for a pull request.
//!
//! Owns: how many tables and columns are listed, the command that shows the rest.
//! Refuses: what is said of a table (facts), findings (forms).

use std::fmt::Write as _;
use std::path::Path;

use super::forms::{data, property, told_file};
use super::gate::prefix;
use crate::ground::aligned::Aligned;
use crate::ground::markdown;
use crate::ground::text::count;
use crate::triage::facts::made;
use crate::triage::gate::{GateReport, MadeState, MadeTable};

/// Most tables that are listed; the JSON has all.
const MOST_TABLES: usize = 20;

/// Most columns of each.
const MOST_COLUMNS: usize = 20;

/// The command that shows the whole table; nothing where there is none.
fn command(table: &MadeTable, schemas: &str) -> Option<String> {
    let is_made = !matches!(table.state, MadeState::NotMade(_));
    is_made.then(|| format!("misfit table {} --schemas {} --format ddl", quoted(&table.dotted), quoted(schemas)))
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-@:~+=,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// The list for people; `schemas` is the later side as it was given.
pub(super) fn text(report: &GateReport, schemas: &str) -> String {
    if report.layouts.is_empty() {
        return String::new();
    }
    let mut out = format!("{}\n", made::title(&report.layouts));
    for table in report.layouts.iter().take(MOST_TABLES) {
        let _ = writeln!(out, "  {}", made::head(table));
        let (columns, more) = made::columns(table, MOST_COLUMNS);
        for line in rows(columns).lines() {
            let _ = writeln!(out, "    {line}");
        }
        if more > 0 {
            let _ = writeln!(out, "    and {} more", count(more as u64));
        }
        command(table, schemas).iter().for_each(|command| out.push_str(&format!("    all of it: {command}\n")));
    }
    if report.layouts.len() > MOST_TABLES {
        let _ = writeln!(out, "  and {} more tables in the JSON", count((report.layouts.len() - MOST_TABLES) as u64));
    }
    out.push('\n');
    out
}

/// Columns under each other, without a verdict where they have none.
fn rows(columns: Vec<[String; 3]>) -> String {
    if columns.iter().all(|[verdict, ..]| verdict.is_empty()) {
        let mut all = Aligned::bare(&[]);
        columns.into_iter().for_each(|[_, column, shape]| all.push([column, shape]));
        return all.to_text();
    }
    let mut all = Aligned::bare(&[]);
    columns.into_iter().for_each(|row| all.push(row));
    all.to_text()
}

/// A part of a pull request's comment, folded.
pub(super) fn markdown(report: &GateReport, schemas: &str) -> String {
    if report.layouts.is_empty() {
        return String::new();
    }
    let mut out = format!("\n<details>\n<summary>{}</summary>\n", made::title(&report.layouts));
    for table in report.layouts.iter().take(MOST_TABLES) {
        let _ = write!(out, "\n{}\n", markdown::prose(&made::head(table)));
        let (columns, more) = made::columns(table, MOST_COLUMNS);
        if !columns.is_empty() {
            let has_verdict = matches!(table.state, MadeState::Changed(_));
            out.push_str(if has_verdict { "\n| | column | |\n|---|---|---|\n" } else { "\n| column | |\n|---|---|\n" });
            for [verdict, column, shape] in columns {
                let first = if has_verdict { format!("| {verdict} ") } else { String::new() };
                let _ = writeln!(out, "{first}| {} | {} |", markdown::cell_code(&column), markdown::cell_code(&shape));
            }
        }
        if more > 0 {
            let _ = write!(out, "\nand {} more\n", count(more as u64));
        }
        command(table, told_file(schemas)).iter().for_each(|command| out.push_str(&format!("\n{}\n", markdown::code(command))));
    }
    if report.layouts.len() > MOST_TABLES {
        let _ = write!(out, "\nand {} more tables\n", count((report.layouts.len() - MOST_TABLES) as u64));
    }
    out.push_str("\n</details>\n");
    out
}

/// A notice at the schema of each table, with its columns.
pub(super) fn github(report: &GateReport, head: &Path) -> String {
    let before = prefix(head, true);
    let mut out = String::new();
    for table in report.layouts.iter().take(MOST_TABLES).filter(|table| !matches!(table.state, MadeState::NotMade(_))) {
        let (columns, more) = made::columns(table, MOST_COLUMNS);
        let mut told = vec![made::head(table)];
        told.extend(rows(columns).lines().map(str::to_owned));
        told.extend((more > 0).then(|| format!("and {} more", count(more as u64))));
        let file = property(&format!("{before}{}", table.file));
        let _ = writeln!(out, "::notice file={file},line=1,title=layout that would be made::{}", data(&told.join("\n")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_the_command_as_it_is_meant() {
        assert_eq!((quoted("acme.a.1").as_str(), quoted("a b").as_str(), quoted("it's").as_str()), ("acme.a.1", "'a b'", "'it'\\''s'"));
    }
}
