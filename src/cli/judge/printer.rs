//! The forms of output, written document by document so that none are held.

use std::io::Write;

use color_eyre::Result;

use super::answer::{DoctypeAnswer, DocumentAnswer};
use super::tally::JudgeTally;
use super::{JudgeFormat, text};
use crate::cli::{out, safe_json};
use crate::triage::judging::Judged;

/// Writes judgements in one of the forms.
pub(super) struct JudgePrinter<W> {
    format: JudgeFormat,
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

impl<W: Write> JudgePrinter<W> {
    pub(super) fn new(format: JudgeFormat, out: W) -> Self {
        JudgePrinter { format, out, tally: JudgeTally::default() }
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
                let counts = text::counts(&self.tally);
                writeln!(self.out, "{doctypes}{counts}")?;
            }
            JudgeFormat::Json => {
                let doctypes: Vec<DoctypeAnswer<'_>> = self.tally.doctypes().collect();
                let lines: Vec<String> = doctypes.iter().map(json).collect::<Result<_>>()?;
                let JudgeTally { documents, findings, skipped, unjudged, behind, .. } = self.tally;
                let behind = behind.map(|behind| format!(",\"behind\":{behind}")).unwrap_or_default();
                let counts = format!(
                    "\"judged\":{},\"skipped\":{skipped},\"unjudged\":{unjudged},\"findings\":{findings}{behind}",
                    documents - skipped - unjudged
                );
                writeln!(self.out, "\n],\"doctypes\":[\n{}\n],{counts}}}", lines.join(",\n"))?;
            }
            JudgeFormat::Ndjson => out::tell(&format!("misfit: {}", text::counts(&self.tally))),
        }
        Ok((self.out, self.tally))
    }
}
