//! Which layouts stand beside each other in history.
//!
//! Owns: the tables of every revision by their files, what came, went and changed; pairs of versions, each once.
//! Refuses: reading layouts (read).

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{JudgedPair, PastChange, PastState, PastTable, RevisionPair};
use crate::pipeline::compat::{ColumnChange, DeployFinding, DeployVerdict};
use crate::rows::schemas::git::{LogEntry, ObjectId};
use crate::rows::schemas::{doctype_of, is_schema_file};
use crate::triage::compat::without_layout;

/// Two versions of a layout; before the first there is none.
pub(super) type BlobPair = (Option<ObjectId>, ObjectId);

/// Namespace, doctype, version.
type TableKey = (String, String, String);

/// What is to be told of a table.
enum PlannedTable {
    Pair(BlobPair),
    /// Whether its JSON schema stays.
    Gone {
        lacks: bool,
    },
    NoLayout,
}

/// What is to be told of a revision.
struct PlannedRevision {
    old: ObjectId,
    new: ObjectId,
    date: i64,
    tables: Vec<(TableKey, PlannedTable)>,
}

/// What is to be read, and what will be told.
pub(super) struct Plan {
    /// Oldest first.
    revisions: Vec<PlannedRevision>,
    without_layouts: usize,
    /// Each once, by the path of the file and its age: this way git reads them quickest.
    pub(super) to_read: Vec<BlobPair>,
}

/// What a revision did to a table's files.
#[derive(Default)]
struct Touched {
    before: Option<ObjectId>,
    after: Option<ObjectId>,
    schema: Option<bool>,
    layout: bool,
}

/// Goes through history, oldest first.
pub(super) fn plan(log: &[LogEntry], root: &str) -> Plan {
    let (mut schemas, mut layouts): (FxHashSet<TableKey>, FxHashSet<TableKey>) = Default::default();
    let mut plan = Plan { revisions: Vec::new(), without_layouts: 0, to_read: Vec::new() };
    let mut by_path: BTreeMap<TableKey, Vec<BlobPair>> = BTreeMap::new();
    let mut previous: Option<ObjectId> = None;
    let file = |(namespace, doctype, version): &TableKey| format!("{namespace}/{doctype}/{doctype}.{version}.bq");
    for entry in log.iter().rev() {
        let mut touched: BTreeMap<TableKey, Touched> = BTreeMap::new();
        for change in &entry.changes {
            let Some(path) = change.path.strip_prefix(root) else { continue };
            let Some(is_schema) = is_schema_file(path) else { continue };
            let Some((namespace, doctype, version)) = doctype_of(path) else { continue };
            let one = touched.entry((namespace.to_owned(), doctype.to_owned(), version)).or_default();
            if is_schema {
                // Of two files of one table, one that went and one that came, the table has the one that came.
                one.schema = Some(change.after.is_some() || one.schema == Some(true));
            } else {
                one.layout = true;
                one.before = change.before.or(one.before);
                one.after = change.after.or(one.after);
            }
        }
        let had_layouts = !layouts.is_empty();
        let mut tables = Vec::new();
        let mut lacking = Vec::new();
        for (key, one) in touched {
            let lacked = schemas.contains(&key) && !layouts.contains(&key);
            set(&mut schemas, &key, one.schema);
            set(&mut layouts, &key, one.layout.then_some(one.after.is_some()));
            let lacks = !lacked && schemas.contains(&key) && !layouts.contains(&key);
            match (one.before, one.after) {
                (before, Some(after)) if before != Some(after) => {
                    by_path.entry(key.clone()).or_default().push((before, after));
                    tables.push((key.clone(), PlannedTable::Pair((before, after))));
                }
                (Some(_), None) => {
                    let lacks = lacks && !without_layout(&file(&key));
                    tables.push((key, PlannedTable::Gone { lacks }));
                    continue;
                }
                _ => {}
            }
            if lacks {
                lacking.push(key);
            }
        }
        if layouts.is_empty() {
            // Where no table has a layout, none lacks one.
            tables.iter_mut().for_each(|(_, planned)| {
                if let PlannedTable::Gone { lacks } = planned {
                    *lacks = false;
                }
            });
        } else {
            let lacking = lacking.into_iter().filter(|key| !without_layout(&file(key)));
            tables.extend(lacking.map(|key| (key, PlannedTable::NoLayout)));
        }
        if let Some(old) = previous.replace(entry.commit.id) {
            if had_layouts || !layouts.is_empty() {
                plan.revisions.push(PlannedRevision { old, new: entry.commit.id, date: entry.commit.time, tables });
            } else {
                plan.without_layouts += 1;
            }
        }
    }
    let mut seen = FxHashSet::default();
    plan.to_read = by_path.into_values().flatten().filter(|pair| seen.insert(*pair)).collect();
    plan
}

fn set(all: &mut FxHashSet<TableKey>, key: &TableKey, is_there: Option<bool>) {
    match is_there {
        Some(true) => {
            all.insert(key.clone());
        }
        Some(false) => {
            all.remove(key);
        }
        None => {}
    }
}

impl Plan {
    /// What is told of every pair of revisions, newest first, and how many revisions have no layouts.
    pub(super) fn told(self, judged: &FxHashMap<BlobPair, Arc<JudgedPair>>) -> (Vec<RevisionPair>, usize) {
        let gone = Arc::new(JudgedPair::of_findings(&[DeployFinding::table_gone()]));
        let lacking = Arc::new(JudgedPair::of_findings(&[DeployFinding::no_layout()]));
        let both = Arc::new(JudgedPair::of_findings(&[DeployFinding::table_gone(), DeployFinding::no_layout()]));
        let unread = Arc::new(JudgedPair { fault: Some("it was not read".to_owned()), ..JudgedPair::default() });
        let pairs = self.revisions.into_iter().rev().map(|revision| {
            let tables = revision.tables.into_iter().filter_map(|((namespace, doctype, version), planned)| {
                let (state, judged) = match planned {
                    PlannedTable::Gone { lacks } => (PastState::Removed, Arc::clone(if lacks { &both } else { &gone })),
                    PlannedTable::NoLayout => (PastState::Changed, Arc::clone(&lacking)),
                    PlannedTable::Pair(pair) => {
                        let one = Arc::clone(judged.get(&pair).unwrap_or(&unread));
                        match (pair.0, &one.fault) {
                            (_, Some(_)) => (PastState::NotCompared, one),
                            (None, None) => (PastState::Added, one),
                            (Some(_), None) if one.changes.is_empty() => return None,
                            (Some(_), None) => (PastState::Changed, one),
                        }
                    }
                };
                Some(PastTable { namespace, doctype, version, state, judged })
            });
            let mut tables: Vec<PastTable> = tables.collect();
            tables.sort_by_key(PastTable::verdict);
            RevisionPair { old: revision.old.to_string(), new: revision.new.to_string(), date: revision.date, tables }
        });
        (pairs.collect(), self.without_layouts)
    }
}

impl JudgedPair {
    /// Findings of a table that need no layouts.
    pub fn of_findings(findings: &[DeployFinding]) -> Self {
        let change = |finding: &DeployFinding| PastChange {
            column: String::new(),
            kind: finding.kind.name().to_owned(),
            old: None,
            new: None,
            verdict: finding.verdict,
            rule: finding.rule,
            sentence: Some(finding.sentence("{}", false)),
        };
        JudgedPair { changes: findings.iter().map(change).collect(), ..JudgedPair::default() }
    }
}

/// The changes of a comparison, as they are kept.
pub(super) fn past(changes: &[ColumnChange], findings: &[DeployFinding]) -> Vec<PastChange> {
    let mut told = vec![false; findings.len()];
    let forms =
        |forms: &Option<crate::pipeline::compat::ColumnForms>| forms.as_ref().map(|forms| (forms.typed(), forms.mode.name().to_owned()));
    let mut change = |change: &ColumnChange| {
        let finding = findings.get(change.finding).filter(|finding| {
            let is_root = finding.column == change.column && finding.verdict != DeployVerdict::Ok;
            is_root && !std::mem::replace(&mut told[change.finding], true)
        });
        PastChange {
            column: change.column.clone(),
            kind: change.kind.name().to_owned(),
            old: forms(&change.old),
            new: forms(&change.new),
            verdict: change.verdict,
            rule: change.rule,
            sentence: finding.map(|finding| finding.sentence("{}", false)),
        }
    };
    changes.iter().map(&mut change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::schemas::git::{Commit, FileChange};

    #[test]
    fn a_table_whose_layout_went_and_whose_schema_stays_is_told_once() {
        let id = |n: u8| ObjectId::parse(&format!("{n:040x}"));
        let entry = |n: u8, changes: &[(&str, Option<u8>, Option<u8>)]| LogEntry {
            commit: Commit { id: id(n).unwrap(), time: i64::from(n) },
            changes: changes
                .iter()
                .map(|(path, before, after)| FileChange {
                    path: (*path).to_owned(),
                    before: before.and_then(id),
                    after: after.and_then(id),
                })
                .collect(),
        };
        let log = [
            entry(2, &[("acme/a/a.1.bq", Some(11), None)]),
            entry(1, &[("acme/a/a.1.bq", None, Some(11)), ("acme/a/a.1.schema.json", None, Some(12)), ("acme/b/b.1.bq", None, Some(13))]),
        ];
        let (pairs, _) = plan(&log, "").told(&FxHashMap::default());
        let told: Vec<_> = pairs[0].tables.iter().map(|table| (table.title(), table.state)).collect();
        assert_eq!(told, [("acme/a.1".to_owned(), PastState::Removed)]);
        let rules: Vec<_> = pairs[0].tables[0].judged.changes.iter().map(|change| change.rule.name()).collect();
        assert_eq!(rules, ["C24", "M3"]);
    }
}
