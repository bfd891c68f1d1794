//! `misfit judge bigquery:PROJECT.DATASET.TABLE --losses`: what rows of a live table hold beside their columns.
//!
//! Owns: the question, which doctype the table is of, the forms of output. Refuses: the query (bigquery), counting (losses), words (facts).

use std::io::Write;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;

use color_eyre::Result;
use color_eyre::eyre::{bail, ensure, eyre};
use serde::Serialize;

use super::losses::PlaceLossesAnswer;
use super::{FINDINGS, JudgeFormat, UNJUDGED};
use crate::cli::bigquery::BigQueryArgs;
use crate::cli::config::Config;
use crate::cli::{out, safe_json};
use crate::ground::text::visible;
use crate::ground::time::{Micros, day, rfc3339};
use crate::pipeline::destination;
use crate::pipeline::document::Document;
use crate::rows::schemas::SchemaStore;
use crate::triage::facts::losses::{self as words, DayLookedAt, RowsLookedAt};
use crate::triage::losses::{LossTally, Losses, LossyTable, PlaceHistories, is_loss};

/// What is asked of a live table.
pub(super) struct LiveQuestion {
    pub documents: Vec<String>,
    pub schemas: Arc<SchemaStore>,
    pub bigquery: BigQueryArgs,
    pub window: (Option<Micros>, Option<Micros>),
    pub rows_a_day: u32,
    pub format: JudgeFormat,
}

/// The losses of a live table. Names and meanings are stable.
#[derive(Serialize)]
struct LiveLossesAnswer<'a> {
    table: &'a str,
    namespace: &'a str,
    doctype: &'a str,
    version: &'a str,
    /// RFC 3339.
    since: String,
    until: String,
    /// The `sample_id` of the clients that were looked at, one of 100; null where all were.
    sample_id: Option<i64>,
    /// Days with rows that hold something in `additional_properties`.
    days: Vec<DayAnswer<'a>>,
    /// Rows whose texts were looked at.
    rows: u64,
    /// Texts that are too long to be looked at.
    too_long: u64,
    /// Texts that are no JSON.
    broken: u64,
    /// The worst first; `documents` are rows here.
    places: Vec<PlaceLossesAnswer<'a>>,
    not_looked_up: usize,
    others: u64,
    /// Why nobody knows since when the schema has the places; null where that is known, or there is no history.
    unknown_histories: Option<String>,
}

/// A day.
#[derive(Serialize)]
struct DayAnswer<'a> {
    day: &'a str,
    looked_at: u64,
    /// Rows that hold something.
    of: u64,
}

/// Asks, counts, prints.
pub(super) fn run(question: LiveQuestion, config: &Config) -> Result<ExitCode> {
    let LiveQuestion { documents, schemas, bigquery, window, rows_a_day, format } = question;
    ensure!(!matches!(format, JudgeFormat::Ndjson), "the losses of a table are one answer: --format json, or text");
    let [named] = &documents[..] else { bail!("the losses of one live table are told at a time, and {} are named", documents.len()) };
    let line = out::ProgressLine::over(true)?;
    let live = bigquery.live(named, config, &line)?;
    let name = live.table.name.as_ref().ok_or_else(|| eyre!("BigQuery does not tell the name of {}", visible(named)))?;
    let full = name.to_string();
    let at = doctype_of(&schemas, &format!("{}.{}", name.dataset, name.table)).ok_or_else(|| {
        eyre!("the schemas have no doctype whose live or stable table is {}.{}: misfit tables lists theirs", name.dataset, name.table)
    })?;
    let layout = Arc::new(live.layout().map_err(|reason| eyre!("{full}: {reason}"))?);
    let schema = schemas.schema(at)?;
    let (mut tally, mut rows) = (LossTally::default(), RowsLookedAt::default());
    let asked = live.rows(window, rows_a_day, &line, &mut |row| {
        let of = day(row.day);
        if rows.days.last().is_none_or(|last| last.day != of) {
            rows.days.push(DayLookedAt { day: of.clone(), looked_at: 0, of: row.of });
        }
        let document = row.text.map(|text| Document::parse(text.as_bytes().to_vec()));
        match document {
            None => rows.too_long += 1,
            Some(document) if document.error().is_some() => rows.broken += 1,
            Some(document) => {
                rows.days.iter_mut().last().into_iter().for_each(|day| day.looked_at += 1);
                tally.add(&Losses::of_additional(schema.as_deref(), &layout, &document), &of, None);
            }
        }
        ControlFlow::Continue(())
    })?;
    let spent = line.bill();
    drop(line);
    rows.sample = asked.sample;
    let mut histories = (tally.documents > 0).then(|| PlaceHistories::open(&schemas));
    let lossy = LossyTable::of_rows(&schemas, at, (full, layout), &tally, histories.as_mut())?;
    let lossy = lossy.ok_or_else(|| eyre!("the schemas have no doctype at {at}"))?;
    let fault = histories.as_ref().and_then(PlaceHistories::fault).map(words::unknown_histories);
    let text = match format {
        JudgeFormat::Json => {
            safe_json::escape(serde_json::to_string_pretty(&answer(&lossy, &rows, (asked.since, asked.until), fault.clone()))?) + "\n"
        }
        _ => words::of_table(&lossy),
    };
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    let left_out = words::not_looked_up(lossy.known.left_out);
    let told = words::looked_at(&rows).into_iter().chain(left_out).chain(fault).chain(spent);
    out::tell(&format!("misfit: {}", told.collect::<Vec<_>>().join("; ")));
    let is_lossy = tally.others > 0 || tally.places().iter().any(|place| is_loss(place.first.fate));
    Ok(match is_lossy {
        true => ExitCode::from(FINDINGS),
        // Nothing was found, but not everywhere was it looked for.
        false if rows.unknown() > 0 => ExitCode::from(UNJUDGED),
        false => ExitCode::SUCCESS,
    })
}

/// The doctype version whose live or stable table this is, by its position.
fn doctype_of(schemas: &SchemaStore, table: &str) -> Option<usize> {
    let table = table.replacen("_stable.", "_live.", 1);
    schemas.doctypes().iter().position(|of| destination::live(&of.namespace, &of.doctype, &of.version) == table)
}

fn answer<'a>(
    lossy: &'a LossyTable<'a, 'a>,
    rows: &'a RowsLookedAt,
    (since, until): (Micros, Micros),
    unknown_histories: Option<String>,
) -> LiveLossesAnswer<'a> {
    let RowsLookedAt { days, too_long, broken, sample } = rows;
    LiveLossesAnswer {
        table: &lossy.table,
        namespace: &lossy.doctype.namespace,
        doctype: &lossy.doctype.doctype,
        version: &lossy.doctype.version,
        since: rfc3339(since),
        until: rfc3339(until),
        sample_id: *sample,
        days: days.iter().map(|DayLookedAt { day, looked_at, of }| DayAnswer { day, looked_at: *looked_at, of: *of }).collect(),
        rows: lossy.tally.documents,
        too_long: *too_long,
        broken: *broken,
        places: PlaceLossesAnswer::list(lossy),
        not_looked_up: lossy.known.left_out,
        others: lossy.tally.others,
        unknown_histories,
    }
}
