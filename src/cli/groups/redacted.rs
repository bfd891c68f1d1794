//! Groups without the data in them, for Markdown: it is made for pasting.
//!
//! Owns: groups, their causes and their changes as they may be told.
//! Refuses: what may be told of a group (hidden), the form (table).

use std::sync::Arc;

use crate::rows::group::{Group, GroupRecord};
use crate::rows::schemas::SchemaStore;
use crate::triage::baseline::{Comparison, Grown};
use crate::triage::export::hidden;
use crate::triage::redact::{Lists, Policy, Redactor};
use crate::triage::senders::SendersOf;

/// Takes the data out of groups.
pub(in crate::cli) struct ToldGroups {
    schemas: Option<Arc<SchemaStore>>,
    redactor: Redactor,
}

/// What has changed, without data.
pub(in crate::cli) struct ToldChanges {
    new: Vec<Group>,
    grown: Vec<(Group, GroupRecord, Grown)>,
    gone: Vec<GroupRecord>,
}

impl ToldGroups {
    pub(in crate::cli) fn new(policy: Policy, schemas: Option<Arc<SchemaStore>>) -> Self {
        ToldGroups { redactor: Redactor::new(policy.knowing(schemas.as_deref())), schemas }
    }

    /// The groups that are shown.
    pub(super) fn list(&mut self, shown: &[&Group]) -> Vec<Group> {
        shown.iter().map(|group| self.group(group)).collect()
    }

    /// A namespace or doctype.
    pub(in crate::cli) fn name(&self, name: &str) -> String {
        self.redactor.name(name).into_owned()
    }

    /// A stage.
    pub(in crate::cli) fn stage(&self, name: &str) -> String {
        self.redactor.stage(name).into_owned()
    }

    /// A version.
    pub(in crate::cli) fn version(&self, version: &str) -> String {
        self.redactor.version(version).into_owned()
    }

    /// The senders of the groups that are shown.
    pub(super) fn senders(&mut self, shown: &[&Group], of: &mut SendersOf) {
        for group in shown {
            let (schema, layout) = self.schemas.as_deref().map(|schemas| hidden::listed(&group.key, schemas)).unwrap_or_default();
            let lists = Lists { schema: schema.as_deref(), layouts: [layout.as_deref(), None] };
            if let Some(senders) = of.of.get_mut(&group.fingerprint) {
                *senders = senders.told(lists, &mut self.redactor);
            }
        }
    }

    pub(in crate::cli) fn changes(&mut self, comparison: &Comparison<'_>) -> ToldChanges {
        ToldChanges {
            new: self.list(&comparison.new),
            grown: comparison.grown.iter().map(|(group, known, grown)| (self.group(group), self.record(known), *grown)).collect(),
            gone: comparison.gone.iter().map(|known| self.record(known)).collect(),
        }
    }

    fn group(&mut self, group: &Group) -> Group {
        hidden::told(group, self.schemas.as_deref(), &mut self.redactor)
    }

    fn record(&mut self, known: &GroupRecord) -> GroupRecord {
        hidden::told_record(known, self.schemas.as_deref(), &mut self.redactor)
    }
}

impl ToldChanges {
    /// As a comparison with the counts of another.
    pub(in crate::cli) fn beside<'a>(&'a self, comparison: &Comparison<'_>) -> Comparison<'a> {
        Comparison {
            new: self.new.iter().collect(),
            grown: self.grown.iter().map(|(group, known, grown)| (group, known, *grown)).collect(),
            gone: self.gone.iter().collect(),
            same: comparison.same,
            is_strange: comparison.is_strange,
        }
    }
}
