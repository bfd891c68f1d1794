//! Groups, rows and schemas put into a bundle.
//!
//! Owns: what goes into it and in which order, which schema files its rows need.
//! Refuses: the form of lines (record), compression (write), choosing groups and rows (export).

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::BundleError;
use super::redacted::{self, RedactedOutcome};
use super::write::BundleWriter;
use crate::rows::advice::Advice;
use crate::rows::bundle::VERSION;
use crate::rows::bundle::record::{BundleLine, BundledFile, BundledRow, BundledUnreadable, Bytes, Header};
use crate::rows::group::{Deploy, GroupRecord, Groups, Job};
use crate::rows::row::SourceRow;
use crate::rows::schemas::{Doctype, SchemaStore};
use crate::rows::source::{ErrorSource, Watch};
use crate::triage::case;
use crate::triage::export::choice::Choice;
use crate::triage::export::files::DraftFile;
use crate::triage::export::hidden;
use crate::triage::export::rows;
use crate::triage::redact::{Policy, Redactor};

/// What is asked for.
pub struct BundleRequest<'a> {
    /// Where the rows are.
    pub source: &'a dyn ErrorSource,
    /// The schemas that the groups were made with.
    pub schemas: Option<&'a SchemaStore>,
    /// All groups.
    pub groups: &'a Groups,
    /// Those of them that go into the bundle.
    pub choice: &'a Choice<'a>,
    /// Rows of each group.
    pub per_group: usize,
    /// What may be told of values.
    pub policy: Policy,
}

/// What was made.
#[derive(Debug, Default)]
pub struct MadeBundle {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Groups in it.
    pub groups: usize,
    /// Rows in it.
    pub rows: usize,
    /// Of these, rows with a small document made for their fault in the place of their own.
    pub small: usize,
    /// Rows that were chosen and are not in it: redaction changes what is wrong with them.
    pub left_out: usize,
    /// Schemas and layouts in it.
    pub files: usize,
    /// Columns that are not told.
    pub withheld: BTreeSet<String>,
    /// Why no rows are in it, though groups are: the session may read no more.
    pub missing: Option<BundleError>,
}

/// Writes a bundle. Nothing is left behind where it fails or the watch calls it off.
pub fn make(asked: &BundleRequest<'_>, draft: DraftFile, watch: &dyn Watch) -> Result<MadeBundle, BundleError> {
    let redactor = Redactor::new(asked.policy.clone().knowing(asked.schemas));
    // What is asked of a fresh store is what readers of the bundle will ask of theirs.
    let schemas = asked.schemas.map(SchemaStore::fresh);
    let (jobs, deploys) = hidden::jobs(asked.groups, &redactor);
    let writer = BundleWriter::begin(draft, &header(asked, deploys, schemas.as_ref(), &redactor))?;
    let mut maker =
        BundleMaker { asked, redactor, schemas, jobs, writer, made: MadeBundle::default(), shrunk: vec![false; asked.choice.groups.len()] };
    maker.groups()?;
    match maker.rows(watch) {
        // What has been paid for stays of use: groups and schemas are whole without rows.
        Err(error) if error.advice() == Some(Advice::RaiseSessionLimit) => maker.made.missing = Some(error),
        other => other?,
    }
    maker.files()?;
    let BundleMaker { writer, made, .. } = maker;
    let (path, bytes, end) = writer.finish()?;
    Ok(MadeBundle { path, bytes, groups: end.groups, rows: end.rows, left_out: end.left_out, files: end.files, ..made })
}

fn header(asked: &BundleRequest<'_>, deploys: Vec<Deploy>, schemas: Option<&SchemaStore>, redactor: &Redactor) -> Header {
    let groups = asked.groups;
    let kept: u64 = asked.choice.groups.iter().map(|group| group.count).sum();
    let quoted = groups.unreadable.first.iter().map(|bad| match asked.policy.raw {
        true => (bad.origin.clone(), bad.reason.clone(), bad.quote.clone()),
        // Both quote the input.
        false => (redactor.origin(&bad.origin).into_owned(), "the reason is redacted".to_owned(), String::new()),
    });
    Header {
        misfit_bundle: VERSION,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        redacted: !asked.policy.raw,
        source: redactor.source(&asked.source.name()).into_owned(),
        revision: schemas.and_then(SchemaStore::revision),
        window: groups.span,
        outside: groups.outside + groups.rows.saturating_sub(kept),
        unreadable: BundledUnreadable { count: groups.unreadable.count, first: quoted.collect() },
        missing_columns: groups.missing_columns.iter().map(|column| column.name().to_owned()).collect(),
        partial: groups.partial,
        deploys,
        notes: {
            let told = groups.unreadable.judged_elsewhere().chain(groups.unreadable.odd_times());
            told.chain(groups.notes.iter().map(|note| note.text.clone())).collect()
        },
    }
}

struct BundleMaker<'a> {
    asked: &'a BundleRequest<'a>,
    redactor: Redactor,
    schemas: Option<SchemaStore>,
    jobs: Vec<Job>,
    writer: BundleWriter,
    made: MadeBundle,
    /// Groups that have a small document: a second one would say the same.
    shrunk: Vec<bool>,
}

impl BundleMaker<'_> {
    fn groups(&mut self) -> Result<(), BundleError> {
        for job in std::mem::take(&mut self.jobs) {
            self.writer.put(&BundleLine::Job(job))?;
        }
        for group in &self.asked.choice.groups {
            let told = hidden::told(group, self.schemas.as_ref(), &mut self.redactor);
            self.writer.put(&BundleLine::Group(Box::new(GroupRecord::of(&told))))?;
        }
        Ok(())
    }

    fn rows(&mut self, watch: &dyn Watch) -> Result<(), BundleError> {
        let picked = self.asked.choice.rows(self.asked.per_group);
        let mut failed = None;
        let found = rows::visit(self.asked.source, &picked.places, watch, &mut |at, row| {
            let outcome = picked.group_of(at).map_or(Ok(()), |group| self.row(group, row));
            match outcome {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        match failed {
            Some(error) => Err(error),
            None if watch.cancelled() => Err(BundleError::Stopped),
            None if found < picked.places.len() => Err(BundleError::Vanished(picked.places.len() - found)),
            None => Ok(()),
        }
    }

    fn row(&mut self, group: usize, row: SourceRow) -> Result<(), BundleError> {
        let schemas = self.schemas.as_ref();
        if self.redactor.is_raw() {
            // For the sake of the files that it asks for.
            case::open(row.clone(), schemas);
            return self.writer.put(&BundleLine::Row(BundledRow::of(group, row)));
        }
        self.made.withheld.extend(self.redactor.columns(&row, None).withheld);
        let may_shrink = !self.shrunk.get(group).copied().unwrap_or_default();
        match redacted::redact(row, schemas, &mut self.redactor, may_shrink) {
            RedactedOutcome::Whole(row) => self.writer.put(&BundleLine::Row(BundledRow::of(group, row)))?,
            RedactedOutcome::Small(row) => {
                self.made.small += 1;
                if let Some(shrunk) = self.shrunk.get_mut(group) {
                    *shrunk = true;
                }
                self.writer.put(&BundleLine::Row(BundledRow::of(group, row)))?;
            }
            RedactedOutcome::Lost => self.writer.leave_out(),
        }
        Ok(())
    }

    /// The files of every doctype version that was asked for; of all others the names, so that looking them up gives the same answers.
    fn files(&mut self) -> Result<(), BundleError> {
        let Some(store) = &self.schemas else { return Ok(()) };
        let used = store.used();
        let paths = |doctype: &Doctype| doctype.schema.iter().chain(&doctype.layout).cloned().collect::<Vec<String>>();
        let mut absent = Vec::new();
        for (at, doctype) in store.doctypes().iter().enumerate() {
            if used.binary_search(&at).is_err() {
                absent.extend(paths(doctype));
                continue;
            }
            for path in paths(doctype) {
                let content = Bytes::of(&store.file(&path)?);
                self.writer.put(&BundleLine::File(BundledFile { path, content }))?;
            }
        }
        self.writer.put(&BundleLine::Absent(absent))
    }
}
