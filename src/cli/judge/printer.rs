//! The forms of output, written document by document so that none are held.

use std::io::Write;

use color_eyre::Result;

use super::answer::{DoctypeAnswer, DocumentAnswer};
use super::losses::TableLossesAnswer;
use super::tally::JudgeTally;
use super::{JudgeFormat, text};
use crate::cli::{out, safe_json};
use crate::triage::facts::losses;
use crate::triage::judging::{Bench, Judged};
use crate::triage::losses::{LossyTable, PlaceHistories};

/// Writes judgements in one of the forms.
pub(super) struct JudgePrinter<'b, W> {
    format: JudgeFormat,
    bench: &'b Bench,
    out: W,
    tally: JudgeTally,
}

/// A judged document in the form; empty where the form leaves it out.
pub(super) fn document(judged: &Judged, format: JudgeFormat) -> Result<String> {
    match format {
        JudgeFormat::Text => Ok(text::block(judged)),
        JudgeFormat::Json | JudgeFormat::Ndjson => json(&DocumentAnswer::new(judged)),
    }
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    Ok(safe_json::escape(serde_json::to_string(value)?))
}

impl<'b, W: Write> JudgePrinter<'b, W> {
    pub(super) fn new(format: JudgeFormat, bench: &'b Bench, out: W) -> Self {
        JudgePrinter { format, bench, out, tally: JudgeTally::default() }
    }

    /// What stands before the first document.
    pub(super) fn begin(&mut self) -> Result<()> {
        if self.format == JudgeFormat::Json {
            self.out.write_all(b"{\"documents\":[")?;
        }
        Ok(())
    }

    /// The next document.
    pub(super) fn add(&mut self, judged: &Judged, text: &str) -> Result<()> {
        if self.format == JudgeFormat::Json {
            self.out.write_all(if self.tally.documents == 0 { b"\n" } else { b",\n" })?;
        }
        self.out.write_all(text.as_bytes())?;
        if self.format == JudgeFormat::Ndjson {
            self.out.write_all(b"\n")?;
        }
        self.tally.add(judged);
        Ok(())
    }

    /// What stands behind the last document. Gives the output back, to be flushed, and the counts.
    pub(super) fn end(mut self) -> Result<(W, JudgeTally)> {
        match self.format {
            JudgeFormat::Text => {
                let doctypes = self.tally.doctypes().map(|doctype| text::doctype(&doctype)).collect::<String>();
                let (tables, fault) = self.tables()?;
                let left_out = losses::not_looked_up(tables.iter().map(|table| table.known.left_out).sum());
                let unknown = left_out.into_iter().chain(fault).map(|told| format!("{told}\n"));
                let losses: String = tables.iter().map(losses::of_table).chain(unknown).collect();
                let counts = text::counts(&self.tally);
                let between = if losses.is_empty() { "" } else { "\n" };
                writeln!(self.out, "{doctypes}{between}{losses}{between}{counts}")?;
            }
            JudgeFormat::Json => {
                let doctypes: Vec<DoctypeAnswer<'_>> = self.tally.doctypes().collect();
                let lines: Vec<String> = doctypes.iter().map(json).collect::<Result<_>>()?;
                let losses = match self.bench.tells_losses() {
                    true => {
                        let (tables, fault) = self.tables()?;
                        let answers = tables.iter().map(TableLossesAnswer::new);
                        let lines: Vec<String> = answers.map(|answer| json(&answer)).collect::<Result<_>>()?;
                        let (lines, unknown) = (lines.join(",\n"), self.tally.unknown_losses.0);
                        format!(",\"losses\":[\n{lines}\n],\"unknown_losses\":{unknown},\"unknown_histories\":{}", json(&fault)?)
                    }
                    false => String::new(),
                };
                let JudgeTally { documents, findings, skipped, unjudged, behind, .. } = self.tally;
                let behind = behind.map(|behind| format!(",\"behind\":{behind}")).unwrap_or_default();
                let counts = format!(
                    "\"judged\":{},\"skipped\":{skipped},\"unjudged\":{unjudged},\"findings\":{findings}{behind}",
                    documents - skipped - unjudged
                );
                writeln!(self.out, "\n],\"doctypes\":[\n{}\n]{losses},{counts}}}", lines.join(",\n"))?;
            }
            JudgeFormat::Ndjson => out::tell(&format!("misfit: {}", text::counts(&self.tally))),
        }
        Ok((self.out, self.tally))
    }

    /// The doctype versions with documents that pass, their columns and losses; and why the histories of these are not known, where git does not tell them.
    fn tables(&self) -> Result<(Vec<LossyTable<'b, '_>>, Option<String>)> {
        let schemas = self.bench.schemas();
        let mut histories = (!self.tally.losses.is_empty()).then(|| PlaceHistories::open(schemas));
        let mut tables = Vec::new();
        for (&at, tally) in &self.tally.losses {
            tables.extend(LossyTable::of(schemas, at, tally, histories.as_mut())?);
        }
        let fault = histories.as_ref().and_then(PlaceHistories::fault).map(losses::unknown_histories);
        Ok((tables, fault))
    }
}
