//! A report as people read it.

use super::{Behind, Report, ReportFacet, ReportGroup, ReportIncidentWhy, ReportSample, ReportTrend};
use crate::ground::text::count;
use crate::triage::case::Agreement;
use crate::triage::export::page::{LinePiece, Page, data, ours, rows, said};

/// Values of a facet that are told.
const MOST_VALUES: usize = 8;

/// Heights of a line of blocks.
const BLOCKS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Days or hours that are listed with their counts; a longer trend is drawn and told by its ends and its peak.
const MOST_LISTED: usize = 14;

impl Report {
    /// As a page, to be written in one of its forms; the table of all groups is for reports on more than one.
    pub fn page(&self, overview: Option<Page>) -> Page {
        let mut page = Page::default();
        self.warn(&mut page);
        overview.into_iter().for_each(|overview| page.append(overview));
        for told in &self.groups {
            self.group(told, &mut page);
        }
        self.about(&mut page);
        page
    }

    /// That it is raw, where it is.
    pub(super) fn warn(&self, page: &mut Page) {
        if self.raw {
            page.line([ours("This report is raw: it holds values as they were sent. Do not publish it.")]);
        }
    }

    /// One of its groups.
    pub(super) fn group(&self, told: &ReportGroup, page: &mut Page) {
        page.heading([data(&told.doctype), ours(": "), said(&told.fault)]);
        if let Some(cause) = &told.cause {
            page.line([ours("What is really wrong with the document below: ")].into_iter().chain(violation(cause)).collect::<Vec<_>>());
        }
        told.shelved.iter().for_each(|shelved| page.line([said(shelved)]));
        place(told, page);
        occurrence(told, page);
        facets("values in the messages", &told.facets, page);
        facets(if told.surveyed == told.count { "senders" } else { "senders, of some rows" }, &told.senders, page);
        behind(told, page);
        if !told.message.is_empty() {
            page.line([ours("A message:")]);
            page.code("", &told.message);
        }
        if let Some(sample) = &told.sample {
            self.sample(sample, page);
        }
        page.line([ours("To see the rows:")]);
        page.code("sh", &told.command);
        page.code("sql", &told.sql);
    }

    fn sample(&self, sample: &ReportSample, page: &mut Page) {
        let kind = match (self.raw, sample.is_json) {
            (true, true) => "A document, as it was sent:",
            (false, true) => "A document, its values replaced by their shapes:",
            (true, false) => "A payload that is not a document, as it was sent:",
            (false, false) => "The payload is not a document; its bytes are shown only in a raw report.",
        };
        page.line([ours(kind)].into_iter().chain(sample.reason.iter().flat_map(|reason| [ours(" "), said(reason)])).collect::<Vec<_>>());
        if !sample.text.is_empty() {
            page.code(if sample.is_json { "json" } else { "" }, &sample.text);
        }
        if sample.cut > 0 {
            page.line([ours(format!("{} bytes more are left out.", count(sample.cut as u64)))]);
        }
    }

    /// Of which rows and schemas it was made.
    pub(super) fn about(&self, page: &mut Page) {
        let read = format!(", {}", rows(self.rows));
        let span =
            self.first.as_deref().zip(self.last.as_deref()).map(|(first, last)| format!(" from {first} to {last}")).unwrap_or_default();
        page.line([ours("Made by misfit from "), data(&self.source), ours(read), ours(span), ours(".")]);
        if !self.rate_notes.is_empty() {
            page.line([ours(format!("Of rates: {}.", self.rate_notes.join("; ")))]);
        }
        let Some(schemas) = &self.schemas else { return };
        let revision = match &self.schema_revision {
            Some(revision) => vec![ours(", revision "), data(revision)],
            None => vec![ours(", of an unknown revision")],
        };
        page.line(
            [ours("Schemas: "), data(schemas.rsplit('/').next().unwrap_or(schemas))]
                .into_iter()
                .chain(revision)
                .chain([ours(".")])
                .collect::<Vec<_>>(),
        );
    }
}

/// Where it fails, and what the schema asks there.
fn place(told: &ReportGroup, page: &mut Page) {
    if let Some(path) = &told.path {
        page.fact("where", [if path.is_empty() { ours("the document itself") } else { data(path) }]);
    }
    if let Some(constraint) = &told.constraint {
        let at = format!("{}, line {}", constraint.file, constraint.line);
        page.fact("schema asks", [data(&constraint.text), ours(" at "), data(format!("#{}", constraint.schema_pointer))]);
        page.fact("schema file", [data(at)]);
    }
    let stage = told.stage.as_deref().unwrap_or("no stage");
    let class = told.exception_class.as_deref().unwrap_or("no exception class");
    page.fact("refused by", [data(stage), ours(", "), data(class)]);
    if let Some(table) = &told.table {
        page.fact("table", [data(table)]);
    }
    for column in &told.columns {
        let mut pieces = match (&column.column, &column.kind) {
            (Some(name), Some(kind)) => vec![data(name), ours(", "), data(kind), ours(format!(", {}", column.fate.words()))],
            _ => vec![ours(format!("none, {}", column.fate.words()))],
        };
        if let Some(table) = &column.table {
            pieces.extend([ours(" (of "), data(table), ours(")")]);
        }
        page.fact("column", pieces);
    }
}

/// How often and since when.
fn occurrence(told: &ReportGroup, page: &mut Page) {
    let share = match (told.noise, told.by_catch) {
        (true, _) => ", refused by design",
        (_, true) => ", by-catch of others",
        _ => "",
    };
    page.fact("rows", [ours(format!("{}{share}", count(told.count)))]);
    if let Some(rate) = &told.rate_words {
        page.fact("rate", [ours(rate)]);
    }
    if let Some((first, last)) = told.first.as_deref().zip(told.last.as_deref()) {
        page.fact("seen", [ours(format!("from {first} to {last}"))]);
    }
    if !told.trend.counts.is_empty() {
        page.fact("trend", trend(&told.trend));
    }
    if let Some(why) = told.status_why.as_deref().filter(|_| told.status.is_some()) {
        page.fact("status", [data(why)]);
    }
    if let Some(ReportIncidentWhy { extent, reason }) = &told.incident_why {
        page.fact("incident", [ours(format!("{extent}: ")), said(reason)]);
    }
    if !told.incident_others.is_empty() {
        let more = if told.incident_more > 0 { format!(" and {} more", count(told.incident_more as u64)) } else { String::new() };
        page.fact("also fails in", [data(told.incident_others.join(", ")), ours(more)]);
    }
    if let Some(note) = &told.note {
        page.fact("note", [said(&note.line)]);
    }
    if let Some(suspect) = &told.suspect {
        page.fact("suspect", [said(suspect)]);
    }
    if let Some(set_apart) = &told.set_apart {
        page.fact("set apart", [said(set_apart)]);
    }
    for job in &told.jobs {
        let newest = if job.newest { " (the newest)" } else { "" };
        page.fact("job", [data(&job.name), ours(format!(": {}{newest}", rows(job.rows)))]);
    }
}

/// Blocks for all counts, and the counts themselves where they are few.
fn trend(trend: &ReportTrend) -> Vec<LinePiece> {
    let most = trend.counts.iter().map(|(_, rows)| *rows).max().unwrap_or(0).max(1);
    let height = |rows: u64| if rows == 0 { " " } else { BLOCKS[(rows * 7 / most).min(7) as usize] };
    let drawn: String = trend.counts.iter().map(|(_, rows)| height(*rows)).collect();
    let listed = if trend.counts.len() <= MOST_LISTED {
        let some = trend.counts.iter().filter(|(_, rows)| *rows > 0);
        some.map(|(start, rows)| format!("{start}: {}", count(*rows))).collect::<Vec<_>>().join(", ")
    } else {
        let peak = trend.counts.iter().max_by_key(|(_, rows)| *rows);
        let peak = peak.map(|(start, rows)| format!(", most on {start}: {}", count(*rows))).unwrap_or_default();
        format!("{} {}s{peak}", trend.counts.len(), trend.unit)
    };
    vec![ours(format!("by {}: ", trend.unit)), LinePiece::Trend { drawn, counts: trend.counts.clone() }, ours(format!(" ({listed})"))]
}

fn facets(title: &'static str, facets: &[ReportFacet], page: &mut Page) {
    if facets.is_empty() {
        return;
    }
    page.line([ours(format!("{}{}:", title[..1].to_uppercase(), &title[1..]))]);
    for facet in facets {
        let mut pieces = vec![ours(facet.name)];
        if let Some(range) = &facet.range {
            pieces.extend([ours(", "), data(range)]);
        }
        pieces.push(ours(": "));
        for (i, (value, rows)) in facet.values.iter().take(MOST_VALUES).enumerate() {
            pieces.extend([ours(if i > 0 { ", " } else { "" }), data(value), ours(format!(" {}", count(*rows)))]);
        }
        let others = facet.others + facet.values.iter().skip(MOST_VALUES).map(|(_, rows)| rows).sum::<u64>();
        if others > 0 {
            pieces.push(ours(format!(", others {}", count(others))));
        }
        page.item(pieces);
    }
}

fn behind(told: &ReportGroup, page: &mut Page) {
    if let Some(statement) = told.agreement.and_then(Agreement::statement) {
        page.line([ours(format!("{statement}."))]);
    }
    if told.also_broken.is_empty() {
        return;
    }
    page.line([ours("Also broken in the document below, behind what was reported:")]);
    told.also_broken.iter().for_each(|also| page.item(violation(also)));
    let more = told.violation_count.unwrap_or(0).saturating_sub(told.also_broken.len() as u64 + 1);
    if more > 0 {
        page.item([ours(format!("and {} more", count(more)))]);
    }
}

/// A violation with the keyword and the node that broke.
fn violation(told: &Behind) -> Vec<LinePiece> {
    let at = if told.pointer.is_empty() { ours("the document") } else { data(&told.pointer) };
    let schema = data(format!("#{}", told.schema_pointer));
    vec![at, ours(" "), said(&told.sentence), ours(" ("), data(told.keyword), ours(" at "), schema, ours(")")]
}
