//! What a comparison of two layouts tells: changes of single columns, and findings, each of which stands for the changes that it makes.
//!
//! Owns: their fields, kinds by name, BigQuery's own message for each, one sentence for people.
//! Refuses: finding them (columns, limits), what to do about them (mend).

use std::fmt;

use super::rule::{DeployRule, DeployVerdict, spelled};
use crate::ground::text::{count, plural};
use crate::pipeline::layout::{ColumnId, Layout, Mode, Type};

/// Type and mode of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnForms {
    /// Type.
    pub kind: Type,
    /// Its bounds as GoogleSQL writes them: `(10)`, `<DATE>`; mostly nothing.
    pub bounds: String,
    /// Mode.
    pub mode: Mode,
    /// With its shape: `map<INT64>`, `STRING REPEATED`.
    pub shape: String,
}

impl ColumnForms {
    /// Of a column of a layout.
    pub(super) fn of(layout: &Layout, id: ColumnId) -> Option<Self> {
        let column = layout.get(id)?;
        let bounds = column.bounds();
        Some(ColumnForms { kind: column.kind.clone(), mode: column.mode, shape: layout.kind(id) + &bounds, bounds })
    }

    /// The type with its bounds: `STRING(10)`.
    pub fn typed(&self) -> String {
        format!("{}{}", &*self.kind, self.bounds)
    }

    /// The shape with its mode, once: `INT64 NULLABLE`, `INT64 REPEATED`, `map<INT64> REPEATED`.
    pub fn told(&self) -> String {
        let mode = self.mode.name();
        if self.shape.ends_with(mode) { self.shape.clone() } else { format!("{} {mode}", self.shape) }
    }
}

/// What happened to a column or a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// The table is gone.
    TableGone,
    /// A map became a record, or a record a map.
    Shape,
    /// Another type.
    Kind,
    /// Another mode.
    Mode,
    /// Gone.
    Removed,
    /// New.
    Added,
    /// Gone, and the same column stands elsewhere.
    Moved,
    /// Gone, and the same column stands beside it under another name.
    Renamed,
    /// Another description.
    Description,
    /// Other policy tags.
    PolicyTags,
    /// Another default value.
    Default,
    /// Other partitions.
    Partition,
    /// Other clusters.
    Clustering,
    /// The columns stand in another order.
    Order,
    /// A name that BigQuery refuses.
    Name,
    /// Something of the column that BigQuery refuses.
    Refused,
    /// A limit of the table is passed.
    Limit,
    /// A JSON schema without a table layout.
    NoLayout,
}

impl ChangeKind {
    /// The word for scripts.
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::TableGone => "table_removed",
            ChangeKind::Shape => "shape",
            ChangeKind::Kind => "type",
            ChangeKind::Mode => "mode",
            ChangeKind::Removed => "removed",
            ChangeKind::Added => "added",
            ChangeKind::Moved => "moved",
            ChangeKind::Renamed => "renamed",
            ChangeKind::Description => "description",
            ChangeKind::PolicyTags => "policy_tags",
            ChangeKind::Default => "default",
            ChangeKind::Partition => "partitioning",
            ChangeKind::Clustering => "clustering",
            ChangeKind::Order => "order",
            ChangeKind::Name => "name",
            ChangeKind::Refused => "refused",
            ChangeKind::Limit => "limit",
            ChangeKind::NoLayout => "no_layout",
        }
    }
}

/// One column that is not what it was.
#[derive(Debug, Clone)]
pub struct ColumnChange {
    /// Dotted path; empty for the table.
    pub column: String,
    /// What happened to it by itself.
    pub kind: ChangeKind,
    /// What it was; `None` where it is new.
    pub old: Option<ColumnForms>,
    /// What it is; `None` where it is gone.
    pub new: Option<ColumnForms>,
    /// The rule that speaks of it.
    pub rule: DeployRule,
    /// What a deploy does with it.
    pub verdict: DeployVerdict,
    /// Position in [`super::TableChanges::findings`] of what it is a part of.
    pub finding: usize,
}

/// What one cause did to a table: the change at its root, and how many columns stand below.
#[derive(Debug, Clone)]
pub struct DeployFinding {
    /// What happened.
    pub kind: ChangeKind,
    /// Dotted path of the root; empty for the table.
    pub column: String,
    /// Where it stands now, of a column that was moved or renamed, or of a table that was moved.
    pub other: Option<String>,
    /// What the root was.
    pub old: Option<ColumnForms>,
    /// What the root is.
    pub new: Option<ColumnForms>,
    /// The rule.
    pub rule: DeployRule,
    /// The worst verdict of all its changes.
    pub verdict: DeployVerdict,
    /// Changes of columns below the root.
    pub below: usize,
    /// What is to be added: the fault of a name, the passed limit.
    pub detail: String,
    /// Of a limit: what is used of it, and the limit.
    pub used: Option<(usize, usize)>,
}

impl DeployFinding {
    pub(super) fn new(kind: ChangeKind, column: String, rule: DeployRule, verdict: DeployVerdict) -> Self {
        DeployFinding { kind, column, other: None, old: None, new: None, rule, verdict, below: 0, detail: String::new(), used: None }
    }

    /// The table is gone from the schemas.
    pub fn table_gone() -> Self {
        DeployFinding::new(ChangeKind::TableGone, String::new(), DeployRule::C(24), DeployVerdict::Block)
    }

    /// A JSON schema whose table layout was not made.
    pub fn no_layout() -> Self {
        DeployFinding::new(ChangeKind::NoLayout, String::new(), DeployRule::M(3), DeployVerdict::Block)
    }

    /// BigQuery's own words, or the generator's; `None` where neither says anything.
    pub fn message(&self) -> Option<String> {
        let column = &self.column;
        let (old, new) = (self.old.as_ref(), self.new.as_ref());
        let kinds = || Some((spelled(&old?.kind).to_owned(), spelled(&new?.kind).to_owned()));
        let modes = || Some((old?.mode.name(), new?.mode.name()));
        if !self.verdict.stops() {
            return None;
        }
        match self.kind {
            ChangeKind::TableGone => Some("items removed from the base".to_owned()),
            ChangeKind::NoLayout => Some("Missing expected bq schema files:".to_owned()),
            ChangeKind::Removed | ChangeKind::Moved | ChangeKind::Renamed => Some(format!("Field {column} is missing in new schema")),
            ChangeKind::Added => Some(format!("Cannot add required fields to an existing schema. (field: {column})")),
            // Of two lengths of one type nothing is known that BigQuery says.
            ChangeKind::Kind => {
                kinds().filter(|(old, new)| old != new).map(|(old, new)| format!("Field {column} has changed type from {old} to {new}"))
            }
            ChangeKind::Shape | ChangeKind::Mode => {
                modes().map(|(old, new)| format!("Field {column} has changed mode from {old} to {new}"))
            }
            ChangeKind::Description => {
                Some(format!("The description for field {column} is too long. The maximum length is 1024 characters."))
            }
            ChangeKind::Partition => {
                Some("Cannot replace a table with a different partitioning spec. Instead, DROP the table, and then recreate it.".to_owned())
            }
            ChangeKind::Limit if self.rule == DeployRule::C(17) => {
                self.used.map(|(used, most)| format!("Too many total leaf fields: {used}, max allowed field count: {most}"))
            }
            ChangeKind::Limit if self.rule == DeployRule::C(18) => {
                Some(format!("Schema nested too deeply for field {column}, maximum allowed depth is 15."))
            }
            _ => None,
        }
    }

    /// What it says of the columns it is told with, `who`: "`a.b`" or "`a.b` and 3 more".
    pub fn sentence(&self, who: &str, are_many: bool) -> String {
        let (is, has) = if are_many { ("are", "have") } else { ("is", "has") };
        let shapes = || {
            let of = |forms: &Option<ColumnForms>| forms.as_ref().map(|forms| forms.shape.clone()).unwrap_or_default();
            (of(&self.old), of(&self.new))
        };
        let below = match self.below {
            0 => String::new(),
            n => format!(", with {} below", plural(n as u64, "column", "columns")),
        };
        match self.kind {
            ChangeKind::TableGone => match &self.other {
                Some(other) => format!("{who} {is} moved: {other} has the same files now"),
                None => format!("{who} {is} gone from the schemas"),
            },
            ChangeKind::NoLayout => format!("{who} {has} a JSON schema and no table layout"),
            ChangeKind::Shape => {
                let (old, new) = shapes();
                format!("{who} {has} another shape: {old} became {new}")
            }
            ChangeKind::Kind => {
                let (old, new) = shapes();
                format!("{who} {has} another type: {old} became {new}{}", if self.below > 0 { &below } else { "" })
            }
            ChangeKind::Mode => {
                let mode = |forms: &Option<ColumnForms>| forms.as_ref().map_or("", |forms| forms.mode.name());
                format!("{who} {has} another mode: {} became {}", mode(&self.old), mode(&self.new))
            }
            ChangeKind::Removed => format!("{who} {is} gone{below}"),
            ChangeKind::Added => {
                let required = if self.verdict.stops() { " and REQUIRED" } else { "" };
                format!("{who} {is} new{required}{below}")
            }
            ChangeKind::Moved => format!("{who} {is} gone: moved to {}?", self.other.as_deref().unwrap_or_default()),
            ChangeKind::Renamed => format!("{who} {is} gone: renamed to {}?", self.other.as_deref().unwrap_or_default()),
            ChangeKind::Description if self.verdict.stops() => format!("{who} {has} a description of more than 1,024 characters"),
            ChangeKind::Description => format!("{who} {has} another description"),
            ChangeKind::PolicyTags if !self.detail.is_empty() => format!("{who} {has} {}", self.detail),
            ChangeKind::PolicyTags => format!("{who} {has} other policy tags"),
            ChangeKind::Default => format!("{who} {has} another default value: {}", self.detail),
            ChangeKind::Partition => format!("{who} {is} partitioned in another way: {}", self.detail),
            ChangeKind::Clustering => format!("{who} {is} clustered in another way: {}", self.detail),
            ChangeKind::Order if self.column.is_empty() => "the columns stand in another order".to_owned(),
            ChangeKind::Order => format!("the columns of {who} stand in another order"),
            ChangeKind::Name | ChangeKind::Refused => format!("{who} {}", self.detail),
            ChangeKind::Limit => match self.used {
                Some((used, most)) => {
                    format!("the table has {} of {} {}", count(used as u64), count(most as u64), self.detail)
                }
                None => format!("{who} {}", self.detail),
            },
        }
    }
}

impl fmt::Display for DeployFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(&self.column, false))
    }
}
