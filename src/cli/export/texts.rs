//! Exports that are one text.

use std::ops::ControlFlow;

use color_eyre::Result;
use color_eyre::eyre::ensure;

use super::{Format, Work, target};
use crate::case;
use crate::cli::safe_json;
use crate::export::predicate::{self, Values};
use crate::export::report::{Builder, SURVEYED};
use crate::export::{query, rows};
use crate::group::Group;
use crate::source::Watch;

/// SQL for every group, each with a comment that says what it is about.
pub(super) fn sql(work: &Work<'_>) -> Result<()> {
    let statement = |group: &Group| query::select(group, &group.sentence(), &predicate::conditions(group, Values::Told));
    let statements: Vec<String> = work.choice.groups.iter().map(|group| statement(group)).collect();
    target::whole(work, "rows.sql", &statements.join("\n"))
}

/// A report on all groups.
pub(super) fn report(work: &Work<'_>) -> Result<()> {
    let mut builder = Builder::new(work.groups, &work.choice, work.redactor(), work.source.name(), work.schemas);
    let picked = work.choice.rows(SURVEYED);
    rows::visit(work.source, &picked.places, work.stop, &mut |at, row| {
        if let Some(position) = picked.group_of(at) {
            builder.add(position, &case::open(row, work.schemas));
        }
        ControlFlow::Continue(())
    })?;
    ensure!(!work.stop.cancelled(), "stopped; nothing was written");
    let report = builder.finish();
    let (name, text) = match work.question.format {
        Format::Md => ("report.md", report.page().markdown()),
        Format::Text => ("report.txt", report.page().text()),
        Format::Json => ("report.json", safe_json::escape(serde_json::to_string_pretty(&report)?) + "\n"),
    };
    target::whole(work, name, &text)
}
