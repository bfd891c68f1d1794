//! Exports that are made row by row: on all cores, in order, few at a time in memory.
//!
//! Owns: going through the rows, files or lines for documents.
//! Refuses: what a document becomes (export), counting (tally).

use color_eyre::Result;
use color_eyre::eyre::{bail, ensure, eyre};

use super::Work;
use super::tally::{ExportTally, MadeSample};
use super::target::{Many, One};
use crate::cli::{out, safe_json};
use crate::ground::in_order;
use crate::pipeline::minimize;
use crate::rows::group::Group;
use crate::rows::row::{RowRef, SourceRow};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::Watch;
use crate::triage::case;
use crate::triage::export::reproducer::{self, FailingDocument};
use crate::triage::export::{rows, sample};
use crate::triage::redact::TextForm;
use crate::tui::advice;
use crate::tui::advice::GIVE_SCHEMAS;

/// A document with its place.
struct DocumentFile {
    folders: Vec<String>,
    stem: String,
    ending: &'static str,
    bytes: Vec<u8>,
    /// What has to be said of it.
    remark: Option<String>,
}

impl DocumentFile {
    /// Called by what the row is of, and by its group.
    fn named(group: &Group, ending: &'static str, bytes: Vec<u8>, remark: Option<String>) -> Self {
        let name = |name: &Option<std::sync::Arc<str>>, none: &str| name.as_deref().unwrap_or(none).to_owned();
        let stem = format!("{}.{}", name(&group.key.doctype, "no-doctype"), reproducer::title(group));
        DocumentFile { folders: vec![name(&group.key.namespace, "no-namespace")], stem, ending, bytes, remark }
    }
}

/// Documents as tests of a schema repository.
pub(super) fn tests(work: &Work<'_>) -> Result<()> {
    let (Some(schemas), Some(path)) = (work.schemas, &work.question.out) else {
        bail!("tests are judged by schemas and are files: {GIVE_SCHEMAS}, and give --out FOLDER");
    };
    let make = |row: SourceRow, group: &Group| {
        let case = case::open(row, work.schemas);
        let (folders, stem) = reproducer::test_path(&case, group)?;
        let failing = if work.question.raw { reproducer::own(&case)? } else { smallest(work, schemas, &case)? };
        Ok(DocumentFile { folders: folders.to_vec(), stem, ending: ".fail.json", remark: remark(&failing), bytes: failing.text })
    };
    files(work, path, &make)
}

/// The smallest documents with the same faults: one as it is, several as lines or files.
pub(super) fn reproducers(work: &Work<'_>) -> Result<()> {
    let schemas = work.schemas.ok_or_else(|| eyre!("reproducers are judged by schemas: {GIVE_SCHEMAS}"))?;
    let make = |row: SourceRow, group: &Group| {
        let failing = smallest(work, schemas, &case::open(row, work.schemas))?;
        let remark = remark(&failing);
        Ok(DocumentFile::named(group, ".json", failing.text, remark))
    };
    documents_of(work, "reproducer.json", "reproducers.ndjson", &make)
}

/// Documents as they may be told: one as it is, several as lines or files.
pub(super) fn documents(work: &Work<'_>) -> Result<()> {
    let make = |row: SourceRow, group: &Group| {
        let case = case::open(row, work.schemas);
        let document = sample::document(&case, &mut work.redactor(), TextForm::Indented).map_err(|refusal| advice::advised(&refusal))?;
        let ending = if document.reason.is_some() { ".bin" } else { ".json" };
        let remark = document.reason.map(|reason| format!("written as bytes: {reason}"));
        Ok(DocumentFile::named(group, ending, document.bytes, remark))
    };
    documents_of(work, "document.json", "documents.ndjson", &make)
}

/// Rows, one a line, as sources are read.
pub(super) fn rows(work: &Work<'_>) -> Result<()> {
    let mut one = One::begin(work, "rows.ndjson")?;
    let mut tally = ExportTally::default();
    let make = |row: SourceRow, _: &Group| {
        let row = if work.question.raw { sample::raw_row(&row) } else { sample::row(&case::open(row, work.schemas), &mut work.redactor()) };
        Ok(safe_json::escape(row.to_string()) + "\n")
    };
    through(work, &make, &mut |made| match tally.count(made) {
        Some(line) => one.put(line.as_bytes()),
        None => Ok(()),
    })?;
    one.finish()
}

fn smallest(work: &Work<'_>, schemas: &SchemaStore, case: &case::Case) -> MadeSample<FailingDocument> {
    let smallest = reproducer::smallest(case, schemas, &mut |_: &minimize::MinimizeProgress| work.stop.flow())?;
    smallest.if_told(&work.redactor()).map_err(|refusal| advice::advised(&refusal))
}

fn remark(failing: &FailingDocument) -> Option<String> {
    let keeps = failing.kept.is_some_and(|kept| kept > 0);
    keeps.then(|| "holds words of the original, because the fault needs them: look before you publish it".to_owned())
}

/// One document as it is, several as lines on standard output or as files.
fn documents_of(work: &Work<'_>, one: &str, several: &str, make: &MakeSample<'_, DocumentFile>) -> Result<()> {
    let is_one = work.choice.groups.len() == 1 && work.question.per_group == 1;
    match &work.question.out {
        Some(path) if !is_one => files(work, path, make),
        _ => lines(work, if is_one { one } else { several }, is_one, make),
    }
}

/// Every document a file of its own.
fn files(work: &Work<'_>, path: &std::path::Path, make: &MakeSample<'_, DocumentFile>) -> Result<()> {
    let mut many = Many::begin(work, path)?;
    let mut tally = ExportTally::default();
    through(work, make, &mut |made| {
        if let Some(file) = counted(&mut tally, made) {
            let folders: Vec<&str> = file.folders.iter().map(String::as_str).collect();
            let stem = tally.numbered(&folders, &file.stem);
            many.put(&folders, &stem, file.ending, &file.bytes)?;
        }
        Ok(())
    })?;
    many.finish();
    tally.tell();
    Ok(())
}

/// Every document a line, or one as it is.
fn lines(work: &Work<'_>, name: &str, is_one: bool, make: &MakeSample<'_, DocumentFile>) -> Result<()> {
    let mut one = One::begin(work, name)?;
    let mut tally = ExportTally::default();
    through(work, make, &mut |made| {
        let made = made.and_then(|file| if is_one { Ok(file) } else { on_a_line(file) });
        match counted(&mut tally, made) {
            Some(file) => one.put_document(&file.bytes),
            None => Ok(()),
        }
    })?;
    tally.tell();
    ensure!(!tally.is_empty(), "nothing was exported");
    one.finish()
}

/// Counts a document, and what has to be said of it.
fn counted(tally: &mut ExportTally, made: MadeSample<DocumentFile>) -> Option<DocumentFile> {
    let file = tally.count(made)?;
    file.remark.iter().for_each(|remark| tally.remark(remark));
    Some(file)
}

/// In JSON line breaks stand only between values; what is no JSON may need them.
fn on_a_line(mut file: DocumentFile) -> MadeSample<DocumentFile> {
    let text = &mut file.bytes;
    if memchr::memchr2(b'\n', b'\r', text).is_some() {
        if crate::pipeline::document::Document::parse(text.as_slice()).error().is_some() {
            return Err("it is not JSON and has line breaks: --out FOLDER writes it to a file".to_owned());
        }
        text.iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
    }
    Ok(file)
}

/// Makes something of a row of a group.
type MakeSample<'a, T> = dyn Fn(SourceRow, &Group) -> MadeSample<T> + Sync + 'a;

/// Makes something of every row that was picked, and passes it on in order.
fn through<T: Send>(work: &Work<'_>, make: &MakeSample<'_, T>, take: &mut (dyn FnMut(MadeSample<T>) -> Result<()> + Send)) -> Result<()> {
    let picked = work.choice.rows(work.question.per_group);
    let feed = |hand: &mut in_order::Hand<'_, (RowRef, SourceRow)>| {
        let found = rows::visit(work.source, &picked.places, work.stop, &mut |at, row| {
            let size = row.payload.size();
            hand((at, row), size)
        })?;
        Ok(found)
    };
    let all = |batch: Vec<(RowRef, SourceRow)>| {
        let of =
            |(at, row): (RowRef, SourceRow)| picked.group_of(at).and_then(|group| work.told.get(group)).map(|told| make(row, &told.group));
        Ok(batch.into_iter().filter_map(of).collect())
    };
    let found = in_order::run(feed, &all, take)?;
    ensure!(!work.stop.cancelled(), "stopped; what was written to a folder until then is whole");
    let gone = picked.places.len() - found;
    if gone > 0 {
        out::tell(&format!("misfit: {} that were counted are gone", out::plural(gone as u64, "row", "rows")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_on_a_line_is_the_same_document() {
        let file = |text: &str| DocumentFile { folders: Vec::new(), stem: String::new(), ending: "", bytes: text.into(), remark: None };
        assert_eq!(on_a_line(file("{\r\n\"a\": \"b\\n\"\n}")).map(|file| file.bytes), Ok(b"{  \"a\": \"b\\n\" }".to_vec()));
        assert!(on_a_line(file("{\n")).is_err());
        assert!(on_a_line(file("{")).is_ok());
    }
}
