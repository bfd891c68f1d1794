//! Groups on standard output, in every form, and the closing line on standard error.
//!
//! Owns: the forms, what stands beside each group in them, what the closing line counts.
//! Refuses: what a form looks like (table, json, csv, metrics), what is beside (causes, incidents, senders, suspect).

use std::io::{self, BufWriter, Write};

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::bail;
use serde::Serialize;

use super::redacted::ToldGroups;
use super::table::{self, GroupCells};
use super::{json, metrics};
use crate::cli::{csv, out};
use crate::ground::text::{count, visible};
use crate::rows::column;
use crate::rows::group::{Group, GroupFields, Groups};
use crate::triage::facts;
use crate::tui::advice;

/// Why something has no metrics.
const NO_METRICS: &str =
    "--format openmetrics is for groups alone: leave out --baseline, --causes, --suspect, --senders and --by, or choose another --format";

/// Bytes that are written at a time.
const BUFFERED: usize = 64 << 10;

/// How groups are printed.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(in crate::cli) enum GroupsFormat {
    /// For people, as wide as the terminal; where there is none, a line a group, with nothing cut
    #[default]
    Table,
    /// One object with rows, outside, unreadable, missing_columns, notes, groups
    Json,
    /// One group a line
    Ndjson,
    /// For spreadsheets; jobs and facets are JSON in their cells
    Csv,
    /// A Markdown table, to paste where others read it: values are told by their shapes, unless --raw is given
    #[value(alias = "markdown")]
    Md,
    /// OpenMetrics, which Prometheus reads too: rows of the largest groups, when they were last seen, their rates; names and paths are told as in Markdown
    #[value(name = "openmetrics", alias = "prometheus")]
    OpenMetrics,
}

/// The forms in which something may stand beside groups.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) enum ListFormat {
    Table,
    Json,
    Ndjson,
    Csv,
    Md,
}

impl GroupsFormat {
    /// As a form in which something may stand beside groups.
    ///
    /// # Errors
    /// It is one of groups alone.
    pub(super) fn list(self) -> Result<ListFormat> {
        Ok(match self {
            GroupsFormat::Table => ListFormat::Table,
            GroupsFormat::Json => ListFormat::Json,
            GroupsFormat::Ndjson => ListFormat::Ndjson,
            GroupsFormat::Csv => ListFormat::Csv,
            GroupsFormat::Md => ListFormat::Md,
            GroupsFormat::OpenMetrics => bail!(NO_METRICS),
        })
    }
}

/// Groups that are to be printed.
pub(super) struct Listing<'a> {
    pub(super) groups: &'a Groups,
    pub(super) shown: &'a [&'a Group],
    pub(super) format: GroupsFormat,
    /// Groups that have lines of their own in OpenMetrics.
    pub(super) most: usize,
    /// What tells values by their shapes, where that is asked for.
    pub(super) told: Option<ToldGroups>,
    /// What the closing line says besides what was counted.
    pub(super) more: Vec<String>,
}

impl Listing<'_> {
    /// The groups as they may be told, where that is not as they are.
    pub(super) fn without_data(&mut self) -> Option<Vec<Group>> {
        self.told.as_mut().map(|told| told.list(self.shown))
    }

    /// The groups alone.
    pub(super) fn print(mut self) -> Result<()> {
        let without_data = self.without_data();
        let printed = self.printed(without_data.as_deref());
        on_stdout(|out| match self.format.list() {
            Ok(format) => write(out, self.groups, &printed, format),
            Err(_) => metrics::write(out, self.groups, &printed, self.most),
        })?;
        self.close([]);
        Ok(())
    }

    /// The groups to be printed: those without data, where they are told so.
    pub(super) fn printed<'g>(&'g self, without_data: Option<&'g [Group]>) -> Vec<&'g Group> {
        without_data.map_or_else(|| self.shown.to_vec(), |list| list.iter().collect())
    }

    /// The groups with something beside each: as lines for people, as members for scripts.
    pub(super) fn print_with<M: Serialize>(
        &self,
        lines: impl FnOnce() -> Vec<GroupCells>,
        members: impl FnOnce() -> Vec<M>,
        closing: impl IntoIterator<Item = String>,
    ) -> Result<()> {
        let format = self.format.list()?;
        on_stdout(|out| write_with(out, self.groups, format, lines, members))?;
        self.close(closing);
        Ok(())
    }

    fn close(&self, more: impl IntoIterator<Item = String>) {
        let counted = closing(self.groups, self.shown.len(), self.more.clone());
        out::tell(&std::iter::once(counted).chain(more).collect::<Vec<_>>().join("; "));
    }
}

/// Writes on standard output, in large pieces.
pub(in crate::cli) fn on_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFERED, io::stdout().lock());
    write(&mut out)?;
    out.flush()
}

/// Writes the groups that are shown of all groups, in a form.
pub(in crate::cli) fn write(out: &mut dyn Write, groups: &Groups, shown: &[&Group], format: ListFormat) -> io::Result<()> {
    let records = shown.iter().map(|group| GroupFields::of(group, groups));
    match format {
        ListFormat::Table => out.write_all(table::write(shown, groups, out::room()).as_bytes()),
        ListFormat::Json => json::document(out, groups, Some(shown), records),
        ListFormat::Ndjson => json::lines(out, records),
        ListFormat::Csv => csv::write(out, records),
        ListFormat::Md => out.write_all(table::markdown(shown, groups).as_bytes()),
    }
}

/// The groups that are shown with something below each, in a form: as lines for people, as members for scripts.
fn write_with<M: Serialize>(
    out: &mut dyn Write,
    groups: &Groups,
    format: ListFormat,
    lines: impl FnOnce() -> Vec<GroupCells>,
    members: impl FnOnce() -> Vec<M>,
) -> io::Result<()> {
    match format {
        ListFormat::Table => out.write_all(table::lines(table::heads(groups), lines(), out::room()).as_bytes()),
        ListFormat::Md => out.write_all(table::markdown_lines(table::heads(groups), &lines()).as_bytes()),
        ListFormat::Json => json::document(out, groups, None, members().into_iter()),
        ListFormat::Ndjson => json::lines(out, members().into_iter()),
        ListFormat::Csv => csv::write(out, members().into_iter()),
    }
}

/// What was counted and what was left out.
pub(in crate::cli) fn closing(groups: &Groups, shown: usize, more: Vec<String>) -> String {
    let list = groups.list.len() as u64;
    let counted = match shown as u64 {
        n if n == list => format!("{} in {}", out::plural(groups.rows, "row", "rows"), out::plural(list, "group", "groups")),
        n => format!("{} in {}, {} shown", out::plural(groups.rows, "row", "rows"), out::plural(list, "group", "groups"), count(n)),
    };
    closing_behind(counted, groups, more)
}

/// The same behind other words for what was counted.
pub(in crate::cli) fn closing_behind(counted: String, groups: &Groups, more: Vec<String>) -> String {
    let mut parts = vec![counted];
    if groups.outside > 0 {
        parts.push(format!("{} outside of what was asked for", out::plural(groups.outside, "row", "rows")));
    }
    if groups.partial {
        parts.push("stopped before the end".to_owned());
    }
    if !groups.missing_columns.is_empty() {
        parts.push(format!("the source has no {}", column::lost(&groups.missing_columns)));
    }
    parts.extend(out::unreadable(&groups.unreadable));
    parts.extend(groups.notes.iter().map(|note| visible(&advice::advised(note)).into_owned()));
    parts.extend(facts::rate::notes(groups));
    parts.extend(more);
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::row::{BadRow, Unreadable};

    #[test]
    fn markdown_may_be_spelled_out() {
        for name in ["md", "markdown"] {
            assert!(matches!(GroupsFormat::from_str(name, false), Ok(GroupsFormat::Md)), "{name}");
        }
    }

    #[test]
    fn the_closing_line_hides_nothing() {
        let bad = BadRow { origin: "e.ndjson line 3".into(), reason: "not JSON".into(), quote: "\x1b[2J{".into() };
        let groups = Groups {
            rows: 1200,
            outside: 3,
            unreadable: Unreadable { count: 2, first: vec![bad], ..Unreadable::default() },
            missing_columns: vec![column::ErrorColumn::Job],
            partial: true,
            notes: vec!["counting reads 3 GiB".into()],
            ..Groups::default()
        };
        assert_eq!(
            closing(&groups, 0, vec!["1 schema file is a stray".to_owned()]),
            "1,200 rows in 0 groups; 3 rows outside of what was asked for; stopped before the end; the source has no job_name (which job refused a \
             document, and so what a deploy began or ended); \
             2 pieces of input are not rows; the first is e.ndjson line 3: not JSON: \\u{1b}[2J{; \
             counting reads 3 GiB; 1 schema file is a stray"
        );
    }
}
