//! Rows to texts: what every worker does with a batch.
//!
//! Owns: opening rows, leaving out those of other groups.
//! Refuses: the order of rows and threads (pipeline), the forms of output (answer, text).

use std::sync::Arc;

use color_eyre::Result;
use rustc_hash::FxHashMap;

use super::answer::Answer;
use super::pipeline::Row;
use super::{Format, text};
use crate::cli::safe_json;
use crate::rows::group::{Fingerprint, Grouper};
use crate::rows::row::RowRef;
use crate::rows::schemas::SchemaStore;
use crate::rows::source::ErrorSource;
use crate::triage::case;

/// What the workers share.
pub(super) struct Printer {
    source: Arc<dyn ErrorSource>,
    schemas: Option<Arc<SchemaStore>>,
    /// Has counted nothing; copies of it share what it has learnt of the schemas.
    grouper: Grouper,
    /// The only group that is printed, if there is one.
    group: Option<Fingerprint>,
    format: Format,
}

impl Printer {
    /// For rows of the source judged by these schemas, in one form; of one group where that is given.
    pub(super) fn new(source: Arc<dyn ErrorSource>, schemas: Option<Arc<SchemaStore>>, group: Option<Fingerprint>, format: Format) -> Self {
        Printer { source, grouper: Grouper::new(schemas.clone()), schemas, group, format }
    }

    /// The texts of the rows that are in the group asked for.
    pub(super) fn texts(&self, rows: Vec<Row>) -> Result<Vec<String>> {
        let groups = self.groups(&rows);
        let wanted = rows.into_iter().filter(|(_, at, _)| self.group.is_none() || groups.get(at) == self.group.as_ref());
        wanted.map(|row| self.text(row, &groups)).collect()
    }

    /// The group that each row counts to: what the source says, else found as all groups are, by grouping the rows. A batch at a time, because a grouper is made
    /// for many rows and costs more than one row does.
    fn groups(&self, rows: &[Row]) -> FxHashMap<RowRef, Fingerprint> {
        let mut group_of: FxHashMap<_, _> = rows.iter().filter_map(|(_, at, _)| Some((*at, self.source.group_of(*at)?))).collect();
        if group_of.len() < rows.len() {
            let mut grouper = self.grouper.clone();
            rows.iter().filter(|(_, at, _)| !group_of.contains_key(at)).for_each(|(_, at, row)| grouper.add(&row.error_row(), *at));
            let groups = Grouper::merge(vec![grouper]).list;
            group_of.extend(groups.iter().flat_map(|group| group.rows.iter().map(|&at| (at, group.fingerprint))));
        }
        group_of
    }

    fn text(&self, (number, at, row): Row, groups: &FxHashMap<RowRef, Fingerprint>) -> Result<String> {
        let case = case::open(row, self.schemas.as_deref());
        let answer = Answer::new(number, groups.get(&at).copied(), &case);
        Ok(match self.format {
            Format::Text => text::block(&answer, &case),
            Format::Ndjson => safe_json::escape(serde_json::to_string(&answer)?) + "\n",
        })
    }
}
