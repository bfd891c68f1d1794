//! Exports that are made row by row: on all cores, in order, few at a time in memory.
//!
//! Owns: going through the rows, files or lines for documents.
//! Refuses: what a document becomes (export), counting (tally).

use color_eyre::Result;
use color_eyre::eyre::{bail, ensure};

use super::Work;
use super::tally::Tally;
use super::target::{Many, One};
use crate::case;
use crate::cli::in_order;
use crate::export::reproducer::{self, Failing};
use crate::export::rows;
use crate::group::Group;
use crate::minimize;
use crate::source::{RowRef, SourceRow, Watch};

/// What becomes of a row: something to write, or why there is nothing.
pub(super) type Made<T> = Result<T, String>;

/// A document with its place.
struct File {
    folders: Vec<String>,
    stem: String,
    failing: Failing,
}

/// Documents as tests of a schema repository.
pub(super) fn tests(work: &Work<'_>) -> Result<()> {
    let (Some(_), Some(path)) = (work.schemas, &work.question.out) else {
        bail!("tests are judged by schemas and are files: give --schemas FOLDER and --out FOLDER");
    };
    let make = |row: SourceRow, group: &Group| {
        let case = case::open(row, work.schemas);
        let (folders, stem) = reproducer::test_path(&case, group)?;
        Ok(File { folders: folders.to_vec(), stem, failing: failing(work, &case)? })
    };
    files(work, path, ".fail.json", &make)
}

/// The smallest documents: one as it is, several as lines or files.
pub(super) fn reproducers(work: &Work<'_>) -> Result<()> {
    ensure!(work.schemas.is_some(), "reproducers are judged by schemas: give --schemas FOLDER");
    let make = |row: SourceRow, group: &Group| {
        let case = case::open(row, work.schemas);
        let folder = group.key.namespace.as_deref().unwrap_or("no-namespace").to_owned();
        let stem = format!("{}.{}", group.key.doctype.as_deref().unwrap_or("no-doctype"), reproducer::title(group));
        Ok(File { folders: vec![folder], stem, failing: failing(work, &case)? })
    };
    let is_one = work.choice.groups.len() == 1 && work.question.per_group == 1;
    match &work.question.out {
        Some(path) if !is_one => files(work, path, ".json", &make),
        _ => lines(work, is_one, &make),
    }
}

/// The row's own document where it may be told, otherwise the smallest one.
fn failing(work: &Work<'_>, case: &case::Case) -> Made<Failing> {
    let Some(schemas) = work.schemas.filter(|_| !work.question.raw || work.question.what == super::What::Reproducer) else {
        return reproducer::own(case);
    };
    reproducer::smallest(case, schemas, &mut |_: &minimize::Progress| work.stop.flow())
}

/// Every document a file of its own.
fn files(work: &Work<'_>, path: &std::path::Path, ending: &str, make: &Make<'_, File>) -> Result<()> {
    let mut many = Many::begin(work, path)?;
    let mut tally = Tally::default();
    through(work, make, &mut |made| {
        if let Some(file) = tally.count(made) {
            let folders: Vec<&str> = file.folders.iter().map(String::as_str).collect();
            tally.keeps(&file.failing);
            let stem = tally.numbered(&folders, &file.stem);
            many.put(&folders, &stem, ending, &file.failing.text)?;
        }
        Ok(())
    })?;
    many.finish();
    tally.tell();
    Ok(())
}

/// Every document a line, or one as it is.
fn lines(work: &Work<'_>, is_one: bool, make: &Make<'_, File>) -> Result<()> {
    let mut one = One::begin(work, if is_one { "reproducer.json" } else { "reproducers.ndjson" })?;
    let mut tally = Tally::default();
    through(work, make, &mut |made| {
        let made = made.and_then(|file| if is_one { Ok(file) } else { on_a_line(file) });
        if let Some(file) = tally.count(made) {
            tally.keeps(&file.failing);
            one.put_document(&file.failing.text)?;
        }
        Ok(())
    })?;
    if tally.is_empty() {
        tally.tell();
        bail!("nothing was exported");
    }
    one.finish()?;
    tally.tell();
    Ok(())
}

/// In JSON line breaks stand only between values; what is no JSON may need them.
fn on_a_line(mut file: File) -> Made<File> {
    let text = &mut file.failing.text;
    if memchr::memchr2(b'\n', b'\r', text).is_some() {
        if crate::document::Document::parse(text.as_slice()).error().is_some() {
            return Err("it is no JSON and has line breaks: --out FOLDER writes it to a file".to_owned());
        }
        text.iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
    }
    Ok(file)
}

/// Makes something of a row of a group.
type Make<'a, T> = dyn Fn(SourceRow, &Group) -> Made<T> + Sync + 'a;

/// Makes something of every row that was picked, and passes it on in order.
fn through<T: Send>(work: &Work<'_>, make: &Make<'_, T>, take: &mut (dyn FnMut(Made<T>) -> Result<()> + Send)) -> Result<()> {
    let picked = work.choice.rows(work.question.per_group);
    let feed = |hand: &mut in_order::Hand<'_, (RowRef, SourceRow)>| {
        let found = rows::visit(work.source, &picked.places, work.stop, &mut |at, row| {
            let size = row.payload.size();
            hand((at, row), size)
        })?;
        Ok(found)
    };
    let all = |batch: Vec<(RowRef, SourceRow)>| {
        let of = |(at, row): (RowRef, SourceRow)| {
            picked.group_of(at).and_then(|group| work.choice.groups.get(group)).map(|group| make(row, group))
        };
        Ok(batch.into_iter().filter_map(of).collect())
    };
    let found = in_order::run(feed, &all, take)?;
    ensure!(!work.stop.cancelled(), "stopped; what was written to a folder until then is whole");
    let gone = picked.places.len() - found;
    if gone > 0 {
        crate::cli::out::tell(&format!(
            "misfit: {} that were counted are not there any more",
            crate::cli::out::plural(gone as u64, "row", "rows")
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_on_a_line_is_the_same_document() {
        let file = |text: &str| File { folders: Vec::new(), stem: String::new(), failing: Failing { text: text.into(), kept: None } };
        assert_eq!(on_a_line(file("{\r\n\"a\": \"b\\n\"\n}")).map(|file| file.failing.text), Ok(b"{  \"a\": \"b\\n\" }".to_vec()));
        assert!(on_a_line(file("{\n")).is_err());
        assert!(on_a_line(file("{")).is_ok());
    }
}
