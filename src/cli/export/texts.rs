//! Exports that are one text.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use color_eyre::Result;
use color_eyre::eyre::ensure;
use serde::Serialize;

use super::{ExportFormat, Work, target};
use crate::cli::groups::{incidents, printed};
use crate::cli::{out, safe_json};
use crate::ground::time::Micros;
use crate::rows::group::{Group, Groups};
use crate::rows::row::SourceRow;
use crate::rows::schemas::SchemaStore;
use crate::rows::source::Watch;
use crate::triage::blame::HistorySettings;
use crate::triage::case;
use crate::triage::export::backfill::{Brief, BriefOrigin};
use crate::triage::export::hidden::{self, ToldGroup};
use crate::triage::export::page::Page;
use crate::triage::export::predicate::Neighbours;
use crate::triage::export::recovery;
use crate::triage::export::report::{LeftOut, ReportBuilder, SURVEYED};
use crate::triage::export::rows;
use crate::triage::export::statement;
use crate::triage::senders::{SendersQuestion, ToldBy, senders};
use crate::triage::suspect::{SuspectQuestion, suspects};

/// SQL for every group, each with a comment that says what it is about.
pub(super) fn sql(work: &Work<'_>) -> Result<()> {
    let statement =
        |(told, group): (&ToldGroup, &&Group)| statement::select(told, &work.source.tables(group), work.question.with_documents);
    let statements: Vec<String> = work.told.iter().zip(&work.choice.groups).map(statement).collect();
    target::whole(work, "rows.sql", &statements.join("\n"))
}

/// The groups themselves, without data.
pub(super) fn table(work: &Work<'_>) -> Result<()> {
    let (jobs, deploys) = hidden::jobs(work.groups, &work.redactor());
    // Not what is unreadable: it is quoted.
    let groups = Groups {
        jobs,
        deploys,
        rows: work.groups.rows,
        outside: work.groups.outside,
        rates: work.groups.rates.clone(),
        remarks: work.groups.remarks.clone(),
        ..Groups::default()
    };
    let told: Vec<&Group> = work.told.iter().map(|told| &told.group).collect();
    let (name, format) = match work.format() {
        ExportFormat::Md => ("groups.md", printed::ListFormat::Md),
        ExportFormat::Text => ("groups.txt", printed::ListFormat::Table),
        ExportFormat::Json => ("groups.json", printed::ListFormat::Json),
        ExportFormat::Ndjson => ("groups.ndjson", printed::ListFormat::Ndjson),
    };
    let mut text = Vec::new();
    printed::write(&mut text, &groups, &told, format)?;
    target::whole(work, name, &String::from_utf8(text)?)
}

/// What a report looks for beside the rows.
pub(super) struct Asking<'a> {
    /// Where histories are read from, if the change is asked for that made a group fail.
    pub(super) suspects: Option<&'a HistorySettings>,
    /// Clone of the source of the schemas.
    pub(super) source: Option<PathBuf>,
    /// From when on rows were asked for.
    pub(super) since: Option<Micros>,
}

/// A report on all groups.
pub(super) fn report(work: &Work<'_>, asking: &Asking<'_>) -> Result<()> {
    let mut builder = looked_at(work, asking)?;
    let all = &work.choice.groups;
    let overview = (all.len() > 1).then(|| builder.overview(all, LeftOut::default()));
    let report = builder.finish();
    write(work, "report", &report, &report.page(overview))
}

/// The same as a page for a browser, with more groups that are only listed.
pub(super) fn html(work: &Work<'_>, listed: &[&Group], left_out: LeftOut, asking: &Asking<'_>) -> Result<()> {
    let mut builder = looked_at(work, asking)?;
    let overview = (listed.len() > 1).then(|| builder.overview(listed, left_out));
    let report = builder.finish();
    let mut one = target::One::begin(work, "report.html")?;
    report.html(overview.as_ref(), &mut |part| one.put(part.as_bytes()))?;
    one.finish()?;
    let only_listed = LeftOut::behind(listed, report.groups.len());
    for (of, words) in [(only_listed, "only listed, the largest are told (--most)"), (left_out, "left out of the page")] {
        if of.groups > 0 {
            out::tell(&format!("misfit: {} {words}", of.told()));
        }
    }
    Ok(())
}

/// A report on all groups for which some rows of each were looked at.
fn looked_at<'a>(work: &'a Work<'_>, asking: &Asking<'_>) -> Result<ReportBuilder<'a>> {
    let mut builder = ReportBuilder::new(work.groups, &work.choice, work.redactor(), (work.label.clone(), work.source), work.schemas);
    builder = builder.incidents(incidents::includes(asking.source.as_deref())?.as_mut());
    look(work, SURVEYED, &mut |position, row| builder.add(position, &case::open(row, work.schemas)))?;
    if let Some((settings, schemas)) = asking.suspects.zip(work.schemas) {
        let chosen = &work.choice.groups;
        // A report tells senders where it is asked for them.
        let (source, groups, since) = (work.source, work.groups, asking.since);
        let asked = SuspectQuestion { source, groups, chosen, schemas, settings, since, tells_senders: false };
        let found = suspects(&asked, work.stop)?;
        ensure!(!work.stop.cancelled(), "stopped; nothing was written");
        builder = builder.suspects(found);
    }
    if work.question.senders {
        let asked = SendersQuestion {
            source: work.source,
            groups: work.groups,
            chosen: &work.choice.groups,
            accepted: &[],
            by: ToldBy::usual(work.source),
        };
        let found = senders(&asked, work.stop)?;
        ensure!(!work.stop.cancelled(), "stopped; nothing was written");
        builder = builder.senders(found.of);
    }
    Ok(builder)
}

/// A brief on all groups; telemetry's versions are read from a document of each.
pub(super) fn backfill(work: &Work<'_>, against: Option<&Arc<SchemaStore>>) -> Result<()> {
    let mut versions: Vec<Option<String>> = vec![None; work.choice.groups.len()];
    // Somewhere else a document costs, and the conditions do not need it.
    if !work.source.is_remote() {
        look(work, 1, &mut |position, row| {
            let version = case::open(row, work.schemas).doctype.and_then(|doctype| doctype.version);
            if let Some(known) = versions.get_mut(position) {
                *known = version;
            }
        })?;
    }
    let groups: Vec<(&Group, Option<String>)> = work.choice.groups.iter().copied().zip(versions).collect();
    let of = BriefOrigin { neighbours: Neighbours::new(&work.groups.list), source: work.source, schemas: work.schemas };
    let mut brief = Brief::new(&groups, &of, &mut work.redactor());
    if let Some(against) = against {
        let recovery = recovery::replay(work.source, against, &work.choice.groups, work.stop)?;
        ensure!(!work.stop.cancelled(), "stopped; nothing was written");
        let name = work.redactor().schemas(&against.name()).into_owned();
        brief.with_recovery(recovery, name);
    }
    write(work, "backfill", &brief, &brief.page())
}

/// Visits some rows of each group, with the position of the group.
fn look(work: &Work<'_>, per_group: usize, visit: &mut dyn FnMut(usize, SourceRow)) -> Result<()> {
    let picked = work.choice.rows(per_group);
    rows::visit(work.source, &picked.places, work.stop, &mut |at, row| {
        if let Some(position) = picked.group_of(at) {
            visit(position, row);
        }
        ControlFlow::Continue(())
    })?;
    ensure!(!work.stop.cancelled(), "stopped; nothing was written");
    Ok(())
}

fn write(work: &Work<'_>, name: &str, facts: &impl Serialize, page: &Page) -> Result<()> {
    let (ending, text) = match work.format() {
        ExportFormat::Md => ("md", page.markdown()),
        ExportFormat::Text => ("txt", page.text()),
        ExportFormat::Json => ("json", safe_json::escape(serde_json::to_string_pretty(facts)?) + "\n"),
        ExportFormat::Ndjson => ("ndjson", safe_json::line(facts)?),
    };
    target::whole(work, &format!("{name}.{ending}"), &text)
}
