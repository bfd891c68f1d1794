//! The forms of output, written document by document so that none are held.

use std::io::Write;

use color_eyre::Result;

use super::answer::{Doctype, Document};
use super::tally::Tally;
use super::{Format, text};
use crate::cli::{out, safe_json};
use crate::triage::judging::Judged;

/// Writes judgements in one of the forms.
pub(super) struct Printer<W> {
    format: Format,
    out: W,
    tally: Tally,
}

/// A judged document in the form; empty where the form leaves it out.
pub(super) fn document(judged: &Judged, format: Format) -> Result<String> {
    match format {
        Format::Text => Ok(text::block(judged)),
        Format::Json | Format::Ndjson => json(&Document::new(judged)),
    }
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    Ok(safe_json::escape(serde_json::to_string(value)?))
}

impl<W: Write> Printer<W> {
    pub(super) fn new(format: Format, out: W) -> Self {
        Printer { format, out, tally: Tally::default() }
    }

    /// What stands before the first document.
    pub(super) fn begin(&mut self) -> Result<()> {
        if self.format == Format::Json {
            self.out.write_all(b"{\"documents\":[")?;
        }
        Ok(())
    }

    /// The next document.
    pub(super) fn add(&mut self, judged: &Judged, text: &str) -> Result<()> {
        if self.format == Format::Json {
            self.out.write_all(if self.tally.documents == 0 { b"\n" } else { b",\n" })?;
        }
        self.out.write_all(text.as_bytes())?;
        if self.format == Format::Ndjson {
            self.out.write_all(b"\n")?;
        }
        self.tally.add(judged);
        Ok(())
    }

    /// What stands behind the last document. Gives the output back, to be flushed, and the counts.
    pub(super) fn end(mut self) -> Result<(W, Tally)> {
        match self.format {
            Format::Text => {
                let doctypes = self.tally.doctypes().map(|doctype| text::doctype(&doctype)).collect::<String>();
                let counts = text::counts(&self.tally);
                writeln!(self.out, "{doctypes}{counts}")?;
            }
            Format::Json => {
                let doctypes: Vec<Doctype<'_>> = self.tally.doctypes().collect();
                let lines: Vec<String> = doctypes.iter().map(json).collect::<Result<_>>()?;
                let Tally { documents, findings, skipped, .. } = self.tally;
                let counts = format!("\"judged\":{},\"skipped\":{skipped},\"findings\":{findings}", documents - skipped);
                writeln!(self.out, "\n],\"doctypes\":[\n{}\n],{counts}}}", lines.join(",\n"))?;
            }
            Format::Ndjson => out::tell(&format!("misfit: {}", text::counts(&self.tally))),
        }
        Ok((self.out, self.tally))
    }
}
