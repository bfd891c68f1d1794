//! A bundle as a source of rows.
//!
//! Owns: answering what its counts can answer, and refusing what they cannot.
//! Refuses: reading the file (open).

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use super::record::BundledRow;
use crate::ground::text::{self, visible};
use crate::ground::time;
use crate::ground::time::Micros;
use crate::rows::advice::{Advice, Advised};
use crate::rows::group::{Fingerprint, Group, Groups};
use crate::rows::row::{ErrorRow, RowRef, SourceRow, Unreadable};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, Filter, Request, RowOrder, SourceError, Watch};

/// Characters of a commit that are enough to find it.
const SHORT: usize = 12;

/// An opened bundle.
pub struct Bundle {
    pub(super) name: String,
    pub(super) redacted: bool,
    pub(super) source: String,
    pub(super) revision: Option<String>,
    pub(super) window: Option<(Micros, Micros)>,
    pub(super) left_out: usize,
    pub(super) groups: Groups,
    pub(super) rows: Vec<BundledRow>,
    pub(super) group_of: Vec<Fingerprint>,
    pub(super) schemas: Option<Arc<SchemaStore>>,
}

impl Bundle {
    /// The schemas in it.
    pub fn schemas(&self) -> Option<Arc<SchemaStore>> {
        self.schemas.clone()
    }

    /// What it is, in one line that is safe for a terminal.
    pub fn about(&self) -> String {
        let mut parts = vec![format!(
            "{} is a bundle, {}: groups of {} of {}",
            self.name,
            if self.redacted { "redacted" } else { "raw, as people sent it" },
            text::plural(self.groups.rows, "row", "rows"),
            visible(&self.source),
        )];
        if let Some((first, last)) = self.window {
            parts.push(format!("{} to {} UTC", time::minute(first), time::minute(last)));
        }
        parts.push(format!("{} of them kept", text::count(self.rows.len() as u64)));
        if self.left_out > 0 {
            let count = text::count(self.left_out as u64);
            parts.push(format!("{count} more left out because redaction changes what is wrong with them"));
        }
        parts.push(match (&self.schemas, &self.revision) {
            (None, _) => "no schemas".to_owned(),
            (Some(_), None) => "schemas of an unknown revision".to_owned(),
            (Some(_), Some(revision)) => format!("schemas of {}", visible(revision).chars().take(SHORT).collect::<String>()),
        });
        parts.join(", ")
    }

    fn row(&self, at: RowRef) -> Result<SourceRow, SourceError> {
        let row = usize::try_from(at.place()).ok().and_then(|place| self.rows.get(place)).filter(|_| at.file() == 0);
        let row = row.ok_or_else(|| SourceError::Input(format!("{} has no such row", self.name)))?;
        row.row(&self.name, at.place()).map_err(SourceError::Input)
    }

    /// Counts can be cut neither at a time nor by job: rows that were counted are no longer there.
    fn check_window(&self, request: &Request) -> Result<(), SourceError> {
        if !request.jobs.is_empty() {
            let told = format!("{} holds the counts of all jobs together", self.name);
            return Err(SourceError::Advised(Advised::new(told, Advice::WholeJobs)));
        }
        let (Some((first, last)), true) = (self.window, request.since.is_some() || request.until.is_some()) else {
            return Ok(());
        };
        if request.since.is_none_or(|since| since <= first) && request.until.is_none_or(|until| until > last) {
            return Ok(());
        }
        let told = format!("{} holds the counts of {} to {} UTC as a whole", self.name, time::minute(first), time::minute(last));
        Err(SourceError::Advised(Advised::new(told, Advice::WholeWindow)))
    }
}

impl ErrorSource for Bundle {
    fn name(&self) -> String {
        format!("{} ({})", self.name, if self.redacted { "redacted" } else { "raw" })
    }

    /// As they were counted, whatever the schemas of the request say.
    fn groups(&self, request: &Request, _: &dyn Watch) -> Result<Groups, SourceError> {
        self.check_window(request)?;
        let mut groups = self.groups.clone();
        // The window is looked after already, and groups have no one time.
        let mut filter = Filter::new(&Request { since: None, until: None, ..request.clone() });
        groups.retain(|Group { key, .. }| {
            let (namespace, doctype, stage) = (key.namespace.as_deref(), key.doctype.as_deref(), key.stage.as_deref());
            filter.takes(&ErrorRow { namespace, doctype, stage, ..ErrorRow::default() })
        });
        Ok(groups)
    }

    fn fetch(&self, at: RowRef, _: &dyn Watch) -> Result<SourceRow, SourceError> {
        self.row(at)
    }

    fn rows(
        &self,
        range: Range<u64>,
        _: &dyn Watch,
        visit: &mut dyn FnMut(u64, RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<Unreadable, SourceError> {
        let end = range.end.min(self.rows.len() as u64);
        for number in range.start..end {
            let at = RowRef::new(0, number);
            if visit(number, at, self.row(at)?).is_break() {
                break;
            }
        }
        Ok(Unreadable::default())
    }

    /// All of a group's rows are named already; only in another order there are more.
    fn more_rows(&self, group: &Group, order: RowOrder, from: usize, _: &dyn Watch) -> Result<Vec<RowRef>, SourceError> {
        let mut rows: Vec<(Option<Micros>, RowRef)> = Vec::with_capacity(group.rows.len());
        for &at in &group.rows {
            rows.push((self.row(at)?.error_row().time, at));
        }
        match order {
            RowOrder::Newest => rows.sort_by_key(|(time, _)| std::cmp::Reverse(*time)),
            RowOrder::Oldest => rows.sort_by_key(|(time, _)| *time),
            // They were spread over all rows when they were chosen.
            RowOrder::Spread => {}
        }
        Ok(rows.into_iter().skip(from).map(|(_, at)| at).collect())
    }

    fn group_of(&self, at: RowRef) -> Option<Fingerprint> {
        self.group_of.get(usize::try_from(at.place()).ok()?).copied()
    }
}
