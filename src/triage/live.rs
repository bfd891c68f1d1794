//! What is deployed by the word of a live table: its label names the revision of the schemas that it was deployed from.
//!
//! Owns: asking for the table, finding the revision in a history, how far behind the newest it is.
//! Refuses: comparing (compat), what the schemas' source has (chain).

use crate::ground::text::{plural, visible};
use crate::rows::schemas::SchemaStore;
use crate::rows::schemas::git::{Commit, Lineage, revision_at};
use crate::rows::source::bigquery::{self, Build, Settings, SourceTable, TableName};
use crate::rows::source::{SourceError, Watch};
use crate::triage::revisions;

/// A table, and the label that tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveTable {
    /// `PROJECT.DATASET.TABLE`.
    pub name: String,
    /// What the label says; `None` where there is no such label.
    pub build: Option<Build>,
}

impl LiveTable {
    /// Of a table that BigQuery told of.
    pub fn of(table: &SourceTable) -> Self {
        LiveTable { name: table.name.as_ref().map(ToString::to_string).unwrap_or_default(), build: table.build() }
    }

    /// Asks BigQuery for it, by no query; `named` is `PROJECT.DATASET.TABLE`, as behind `bigquery:`.
    ///
    /// # Errors
    /// It names no table, or the table cannot be seen.
    pub fn ask(named: &str, settings: &Settings, watch: &dyn Watch) -> Result<Self, SourceError> {
        let name = match TableName::parse(named, settings.project.as_deref()) {
            Ok(name) => name,
            Err(_) => TableName::parse(named, bigquery::own_project(settings).as_deref()).map_err(SourceError::Input)?,
        };
        Ok(Self::of(&bigquery::deployed(&name, settings, watch)?))
    }

    /// The schemas that it was deployed from, and what they are called.
    ///
    /// # Errors
    /// The label is missing, or the history has no such revision.
    pub fn revision(&self, store: &SchemaStore) -> Result<(SchemaStore, String), String> {
        let (lineage, commit) = self.found(store)?;
        let id = commit.id.to_string();
        let opened = revisions::revision(&lineage, &id).map_err(|error| error.to_string())?;
        Ok((opened, format!("{} by the label of {}", revision_at(&id, commit.time), visible(&self.name))))
    }

    fn found(&self, store: &SchemaStore) -> Result<(Lineage, Commit), String> {
        let name = visible(&self.name);
        let Some(build) = &self.build else {
            return Err(format!(
                "{name} has no label schemas_build_id, so which revision of the schemas it was deployed from is not known"
            ));
        };
        let lineage = store.lineage().map_err(|error| error.to_string())?;
        let Some(lineage) = lineage else {
            return Err(format!("{name} was deployed from {build}, and {} stands in no history that has it", store.name()));
        };
        let found = lineage.repository.commit_like(&build.revision).and_then(|id| lineage.repository.commit(&id));
        let missing = |_| format!("{name} was deployed from {build}, and {} has no such revision yet", lineage.repository.name());
        let commit = found.map_err(missing)?;
        Ok((lineage, commit))
    }

    /// From which revision it was deployed, and how far that is from the newest; or why that is not known.
    pub fn standing(&self, store: &SchemaStore) -> String {
        let (lineage, commit) = match self.found(store) {
            Ok(found) => found,
            Err(why) => return why,
        };
        let commits = lineage.repository.commits(&lineage.tip).unwrap_or_default();
        let place = match commits.iter().position(|one| one.id == commit.id) {
            Some(0) => "the newest generated revision".to_owned(),
            Some(at) => format!("{} before the newest", plural(at as u64, "revision", "revisions")),
            None => format!("not among the revisions up to {}", revision_at(&lineage.tip.id.to_string(), lineage.tip.time)),
        };
        format!("{} was deployed from {}, {place}", visible(&self.name), revision_at(&commit.id.to_string(), commit.time))
    }
}
