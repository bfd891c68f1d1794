//! One group exported from the explorer: a text for the clipboard, or a file in a folder.
//!
//! Owns: what can be exported so, how the file is called.
//! Refuses: choosing (tui), everything that is in it (the rest of export).

use std::convert::Infallible;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::choice::Choice;
use super::files::{ExportFolder, Readers, WriteOptions};
use super::hidden;
use super::own_edit::EditVerdict;
use super::patch::{self, PatchOf, PatchSettings};
use super::report::{Report, ReportBuilder, SURVEYED};
use super::{ExportError, reproducer, rows, sample};
use crate::rows::advice::{Advice, Advised};
use crate::rows::group::{Fingerprint, Group, Groups};
use crate::rows::row::RowRef;
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, Watch};
use crate::triage::case::{self, Case};
use crate::triage::mend::Share;
use crate::triage::redact::{Policy, Redactor, TextForm};

/// Sample rows in a file.
const MOST_ROWS: usize = 10;

/// Files of one name that may be there before another name has to be found by hand.
const MOST_NAMESAKES: u32 = 99;

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingleExport {
    /// A report on the group, in Markdown.
    Report,
    /// The same as a page for a browser.
    ReportPage,
    /// Some of its rows, one a line.
    Rows,
    /// The document.
    Document,
    /// A test for a schema repository.
    Test,
    /// The smallest document with the same fault.
    Reproducer,
    /// The smallest edit of the schemas that takes the rows.
    Patch(PatchOf),
    /// The edit that was made by hand.
    OwnEdit,
}

impl SingleExport {
    /// What it is called on the screen.
    pub fn name(self) -> &'static str {
        match self {
            SingleExport::Report => "report",
            SingleExport::ReportPage => "report for a browser",
            SingleExport::Rows => "sample rows",
            SingleExport::Document => "document",
            SingleExport::Test => "test",
            SingleExport::Reproducer => "smallest document",
            SingleExport::OwnEdit => "edit",
            SingleExport::Patch(PatchOf::Schemas) => "patch of the schema",
            SingleExport::Patch(PatchOf::Templates) => "patch of the template",
        }
    }
}

/// What an export is made of.
pub struct ExportOrigin<'a> {
    /// Where the rows are.
    pub source: &'a dyn ErrorSource,
    /// What they are judged by.
    pub schemas: Option<&'a SchemaStore>,
    /// All groups.
    pub groups: &'a Groups,
    /// The one that is exported.
    pub group: Fingerprint,
    /// The row that is looked at; `None` takes the group's first.
    pub opened: Option<Opened>,
    /// What may be told.
    pub policy: Policy,
    /// What is known of patches.
    pub patches: PatchSettings,
    /// What was edited by hand, if anything was.
    pub own_edit: Option<&'a EditVerdict>,
}

/// A row that was opened: its source is not asked for it again.
#[derive(Clone)]
pub struct Opened {
    /// Where the source has it.
    pub at: RowRef,
    /// What was made of it.
    pub case: Arc<Case>,
}

/// A text with the name of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFile {
    folders: Vec<String>,
    stem: String,
    ending: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Makes an export. The reason of a refusal is a sentence.
pub fn make(what: SingleExport, origin: &ExportOrigin<'_>, watch: &dyn Watch) -> Result<MadeFile, Advised> {
    let choice = Choice::of(origin.groups, &[origin.group]);
    let group = *choice.groups.first().ok_or("the group is gone")?;
    let mut redactor = Redactor::new(origin.policy.clone().knowing(origin.schemas));
    let told = hidden::told(group, origin.schemas, &mut redactor);
    let title = reproducer::title(&told);
    let named = |stem: String, ending, bytes| MadeFile { folders: Vec::new(), stem, ending, bytes };
    let made = match what {
        SingleExport::Report => {
            let report = report(origin, &choice, redactor, watch)?;
            named(format!("report-{title}"), ".md", report.page(None).markdown().into_bytes())
        }
        SingleExport::ReportPage => {
            let mut page = Vec::new();
            let Ok(()) = report(origin, &choice, redactor, watch)?.html(None, &mut |part| {
                page.extend_from_slice(part.as_bytes());
                Ok::<(), Infallible>(())
            });
            named(format!("report-{title}"), ".html", page)
        }
        SingleExport::Rows => named(format!("rows-{title}"), ".ndjson", sample_rows(origin, &choice, &mut redactor, watch)?),
        SingleExport::Document => {
            let case = open(origin, group, watch)?;
            let document = sample::document(&case, &mut redactor, TextForm::Indented)?;
            named(format!("document-{title}"), if document.reason.is_some() { ".bin" } else { ".json" }, document.bytes)
        }
        SingleExport::OwnEdit => {
            let verdict = origin.own_edit.filter(|verdict| !verdict.diff.is_empty()).ok_or("no schema was edited by hand")?;
            named(format!("edit-{title}"), ".patch", verdict.patch().into_bytes())
        }
        SingleExport::Patch(of) => {
            let schemas = origin.schemas.ok_or_else(|| Advised::new("there are no schemas to edit", Advice::GiveSchemas))?;
            let settings = PatchSettings { told: Some(origin.policy.clone()), ..origin.patches.clone() };
            let mut made = patch::propose(origin.source, schemas, group, &settings, Share::ALL, watch)?;
            made.look_at_others(origin.source, schemas, origin.groups, group, watch)?;
            let text = made.text(schemas, &told, Share::ALL, of, &settings, &mut redactor)?;
            let name = if of == PatchOf::Schemas { "schemas" } else { "templates" };
            named(format!("{name}-{title}"), ".patch", text.into_bytes())
        }
        SingleExport::Test | SingleExport::Reproducer => {
            let case = open(origin, group, watch)?;
            let schemas = origin.schemas.ok_or_else(|| Advised::new("there are no schemas to judge it by", Advice::GiveSchemas))?;
            let is_own = what == SingleExport::Test && origin.policy.raw;
            let mut go_on = |_: &crate::pipeline::minimize::MinimizeProgress| {
                if watch.cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let failing = if is_own { reproducer::own(&case)? } else { reproducer::smallest(&case, schemas, &mut go_on)? };
            let failing = failing.if_told(&redactor)?;
            if what == SingleExport::Reproducer {
                named(format!("smallest-{title}"), ".json", failing.text)
            } else {
                let (folders, stem) = reproducer::test_path(&case, &told)?;
                MadeFile { folders: folders.to_vec(), ..named(stem, ".fail.json", failing.text) }
            }
        }
    };
    if watch.cancelled() { Err("the export was stopped".into()) } else { Ok(made) }
}

impl MadeFile {
    /// Writes it into a folder, under a name that is free. Where it is.
    pub fn write(&self, folder: &Path, readers: Readers) -> Result<PathBuf, ExportError> {
        let folder = ExportFolder::open(folder, WriteOptions { replace: false, readers })?;
        let folders: Vec<&str> = self.folders.iter().map(String::as_str).collect();
        let mut number = 1;
        loop {
            let stem = if number == 1 { self.stem.clone() } else { format!("{}-{number}", self.stem) };
            let written = folder.begin(&folders, &stem, self.ending).and_then(|mut draft| {
                draft.put(&self.bytes)?;
                draft.finish()
            });
            match written {
                Err(ExportError::Exists(_)) if number < MOST_NAMESAKES => number += 1,
                outcome => return outcome,
            }
        }
    }
}

/// The row that is looked at; of a group its first, which is read for this.
fn open(origin: &ExportOrigin<'_>, group: &Group, watch: &dyn Watch) -> Result<Arc<Case>, Advised> {
    if let Some(opened) = &origin.opened {
        return Ok(opened.case.clone());
    }
    let at = *group.rows.first().ok_or("this source cannot show single rows")?;
    let row = origin.source.fetch(at, watch)?;
    Ok(Arc::new(case::open(row, origin.schemas)))
}

/// The rows that stand for the group beside the one that is looked at, so many together with that.
fn others(origin: &ExportOrigin<'_>, choice: &Choice<'_>, most: usize) -> Vec<RowRef> {
    let mut places = choice.rows(most).places;
    if let Some(opened) = &origin.opened {
        places.retain(|at| *at != opened.at);
        places.truncate(most - 1);
    }
    places
}

fn report(origin: &ExportOrigin<'_>, choice: &Choice<'_>, redactor: Redactor, watch: &dyn Watch) -> Result<Report, Advised> {
    let mut builder =
        ReportBuilder::new(origin.groups, choice, redactor, (origin.source.name(), origin.source), origin.schemas).incidents(None);
    // The first row is the sample.
    if let Some(opened) = &origin.opened {
        builder.add(0, &opened.case);
    }
    let add = &mut |_, row| {
        builder.add(0, &case::open(row, origin.schemas));
        ControlFlow::Continue(())
    };
    rows::visit(origin.source, &others(origin, choice, SURVEYED), watch, add)?;
    Ok(builder.finish())
}

fn sample_rows(origin: &ExportOrigin<'_>, choice: &Choice<'_>, redactor: &mut Redactor, watch: &dyn Watch) -> Result<Vec<u8>, Advised> {
    let raw = origin.policy.raw;
    let mut lines = Vec::new();
    let mut push = |line: serde_json::Value| {
        lines.extend_from_slice(line.to_string().as_bytes());
        lines.push(b'\n');
    };
    if let Some(Opened { case, .. }) = &origin.opened {
        push(if raw { sample::raw_row(&case.row) } else { sample::row(case, redactor) });
    }
    let add = &mut |_, row| {
        push(if raw { sample::raw_row(&row) } else { sample::row(&case::open(row, origin.schemas), redactor) });
        ControlFlow::Continue(())
    };
    rows::visit(origin.source, &others(origin, choice, MOST_ROWS), watch, add)?;
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::rows::demo;
    use crate::rows::row::{SourceRow, Unreadable};
    use crate::rows::source::{Request, SourceError, Unwatched};

    #[test]
    fn everything_can_be_exported_and_nothing_is_replaced() {
        let (source, schemas) = (demo::source().unwrap(), Arc::new(demo::schemas().unwrap()));
        let groups = source.groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
        let group = groups.list[0].fingerprint;
        let origin = ExportOrigin {
            source: source.as_ref(),
            schemas: Some(&schemas),
            groups: &groups,
            group,
            opened: None,
            policy: Policy::default(),
            patches: PatchSettings::default(),
            own_edit: None,
        };
        let top = tempfile::tempdir().unwrap();
        let write = |what| make(what, &origin, &Unwatched).unwrap().write(top.path(), Readers::Usual).unwrap();
        let name = |path: PathBuf| path.strip_prefix(top.path()).unwrap().to_string_lossy().into_owned();
        let title = "propertyNames-maxLength-labeled_counter-73152a93";
        assert_eq!(name(write(SingleExport::Report)), format!("report-{title}.md"));
        assert_eq!(name(write(SingleExport::Report)), format!("report-{title}-2.md"));
        assert_eq!(name(write(SingleExport::ReportPage)), format!("report-{title}.html"));
        assert_eq!(name(write(SingleExport::Test)), format!("validation/acme-reader/session.1.{title}.fail.json"));
        for what in [SingleExport::Rows, SingleExport::Document, SingleExport::Reproducer, SingleExport::Patch(PatchOf::Schemas)] {
            assert!(std::fs::metadata(write(what)).unwrap().len() > 10, "{what:?}");
        }
        let gone = ExportOrigin { group: Fingerprint(1), ..origin };
        assert!(make(SingleExport::Report, &gone, &Unwatched).unwrap_err().text.contains("is gone"));
    }

    /// A source that was asked for a row already and is not to be asked for it again.
    struct Asked {
        source: Arc<dyn ErrorSource>,
        opened: RowRef,
        fetched: AtomicUsize,
    }

    impl ErrorSource for Asked {
        fn name(&self) -> String {
            self.source.name()
        }
        fn groups(&self, request: &Request, watch: &dyn Watch) -> Result<Groups, SourceError> {
            self.source.groups(request, watch)
        }
        fn fetch(&self, at: RowRef, watch: &dyn Watch) -> Result<SourceRow, SourceError> {
            assert_ne!(at, self.opened, "the row is there already");
            self.fetched.fetch_add(1, Ordering::Relaxed);
            self.source.fetch(at, watch)
        }
        fn rows(
            &self,
            range: Range<u64>,
            watch: &dyn Watch,
            visit: &mut dyn FnMut(u64, RowRef, SourceRow) -> ControlFlow<()>,
        ) -> Result<Unreadable, SourceError> {
            self.source.rows(range, watch, visit)
        }
    }

    #[test]
    fn a_row_that_is_looked_at_is_what_leaves_and_is_not_asked_for_again() {
        let (demo, schemas) = (demo::source().unwrap(), demo::schemas().unwrap());
        let groups = demo.groups(&Request { schemas: Some(Arc::new(demo::schemas().unwrap())), ..Request::default() }, &Unwatched).unwrap();
        let (group, at) = (groups.list[0].fingerprint, groups.list[0].rows[7]);
        let row = demo.fetch(at, &Unwatched).unwrap();
        let (whole, case) = (sample::raw_row(&row).to_string(), Arc::new(case::open(row, Some(&schemas))));
        let source = Asked { source: demo, opened: at, fetched: AtomicUsize::new(0) };
        let policy = Policy { raw: true, ..Policy::default() };
        let opened = Some(Opened { at, case: case.clone() });
        let origin = ExportOrigin {
            source: &source,
            schemas: Some(&schemas),
            groups: &groups,
            group,
            opened,
            policy,
            patches: PatchSettings::default(),
            own_edit: None,
        };
        let made = |what| make(what, &origin, &Unwatched).unwrap().bytes;
        for what in [SingleExport::Document, SingleExport::Test] {
            assert_eq!(made(what), case.text.to_vec(), "{what:?}");
        }
        assert!(made(SingleExport::Reproducer).len() < case.text.len());
        assert_eq!(source.fetched.load(Ordering::Relaxed), 0);
        let rows = String::from_utf8(made(SingleExport::Rows)).unwrap();
        assert_eq!((rows.lines().next(), rows.lines().count()), (Some(whole.as_str()), MOST_ROWS));
        assert!(made(SingleExport::Report).len() > 100);
        assert_eq!(source.fetched.load(Ordering::Relaxed), MOST_ROWS - 1 + SURVEYED - 1);
    }
}
