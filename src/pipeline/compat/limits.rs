//! Limits and names that BigQuery or the schema generator refuse: what the new layout exceeds and the old one did not.
//!
//! Owns: which of them the change brought, which were there before.
//! Refuses: columns that are gone or of another type (columns).

use rustc_hash::{FxHashMap, FxHashSet};

use super::change::{ChangeKind, DeployFinding};
use super::rule::{DeployRule, DeployVerdict};
use crate::ground::text::count;
use crate::pipeline::layout::size::{MOST_GENERATED, MOST_LEAVES, MOST_LEVELS};
use crate::pipeline::layout::{ColumnId, Layout, Size, names, quote};

/// Most characters of a description.
pub const LONGEST_DESCRIPTION: usize = 1024;

/// Words of what the reader of layouts refuses of columns as they are written.
const WRITTEN: [&str; 5] = ["unknown type", "unknown mode", "has no type", "has no name", "declared more than once"];

/// What is wrong now and was not before; `standing` takes what was wrong already.
pub(super) fn check(
    (old, old_size): (&Layout, &Size),
    (new, new_size): (&Layout, &Size),
    added: &[ColumnId],
    described: &[ColumnId],
    standing: &mut Vec<String>,
) -> Vec<DeployFinding> {
    let mut found = Vec::new();
    sizes(old_size, new_size, &mut found, standing);
    for &id in added {
        of_column(new, id, &mut found);
    }
    for id in described.iter().copied().chain(added.iter().copied()) {
        let length = new.get(id).and_then(|column| column.description.as_ref()).map_or(0, |text| text.chars().count());
        if length > LONGEST_DESCRIPTION && !had_long(old, new, id) {
            found.push(DeployFinding::new(ChangeKind::Description, new.path(id), DeployRule::C(13), DeployVerdict::Block));
        }
    }
    emptied(old, new, &mut found);
    alike(old, new, &mut found);
    let before: FxHashSet<&str> = old.refusals.iter().map(String::as_str).collect();
    for refusal in &new.refusals {
        if before.contains(refusal.as_str()) {
            // How many columns a table has is told by its size.
            standing.extend((!refusal.starts_with("the table has ")).then(|| refusal.clone()));
        } else if WRITTEN.iter().any(|words| refusal.contains(words)) {
            let rule = if refusal.contains("name") || refusal.contains("declared") { DeployRule::C(16) } else { DeployRule::C(7) };
            let mut finding = DeployFinding::new(ChangeKind::Refused, String::new(), rule, DeployVerdict::Block);
            (finding.column, finding.detail) = apart(new, refusal);
            found.push(finding);
        }
    }
    found
}

/// The column that a refusal begins with, and what is said of it; no column where none is named.
fn apart(new: &Layout, refusal: &str) -> (String, String) {
    let bare = refusal.strip_prefix("column ").unwrap_or(refusal);
    let all = 0..new.columns.len() as ColumnId;
    let named = all.map(|id| new.path(id)).find_map(|path| {
        let rest = bare.strip_prefix(&quote(&path))?.strip_prefix(' ')?;
        Some((path, rest.to_owned()))
    });
    named.unwrap_or_else(|| (String::new(), refusal.to_owned()))
}

/// What is wrong with a table that is new.
pub fn of_new(layout: &Layout) -> Vec<DeployFinding> {
    let all: Vec<ColumnId> = (0..layout.columns.len() as ColumnId).collect();
    let nothing = Layout::default();
    check((&nothing, &Size::default()), (layout, &Size::of(layout)), &all, &[], &mut Vec::new())
}

/// Limits of size that both sides exceed.
pub(super) fn standing(old: &Size, new: &Size) -> Vec<String> {
    let mut standing = Vec::new();
    sizes(old, new, &mut Vec::new(), &mut standing);
    standing
}

fn sizes(old: &Size, new: &Size, found: &mut Vec<DeployFinding>, standing: &mut Vec<String>) {
    let limits = [
        (old.leaves, new.leaves, MOST_LEAVES, DeployRule::C(17), "columns that BigQuery takes"),
        (old.generated, new.generated, MOST_GENERATED, DeployRule::M(2), "fields that the schema generator takes"),
    ];
    for (old, new, most, rule, words) in limits {
        if new > most && old > most {
            standing.push(format!(
                "the table has {} of {} {words}; it had {} before",
                count(new as u64),
                count(most as u64),
                count(old as u64)
            ));
        } else if new > most {
            let mut finding = DeployFinding::new(ChangeKind::Limit, String::new(), rule, DeployVerdict::Block);
            (finding.detail, finding.used) = (words.to_owned(), Some((new, most)));
            found.push(finding);
        }
    }
}

/// What is wrong with a column by itself.
fn of_column(new: &Layout, id: ColumnId, found: &mut Vec<DeployFinding>) {
    let Some(column) = new.get(id) else { return };
    if let Some(fault) = names::fault(&column.name) {
        // Flexible names go through, and not everything that reads the table takes them.
        let verdict = if fault.is_refused() { DeployVerdict::Block } else { DeployVerdict::Warn };
        let mut finding = DeployFinding::new(ChangeKind::Name, new.path(id), DeployRule::C(16), verdict);
        finding.detail = fault.to_string();
        found.push(finding);
    }
    if column.policy_tags.len() > 1 {
        let mut finding = DeployFinding::new(ChangeKind::PolicyTags, new.path(id), DeployRule::C(15), DeployVerdict::Block);
        finding.detail = "more than one policy tag".to_owned();
        found.push(finding);
    }
    // The outermost one that is too deep tells for all below it.
    if column.is_record() && usize::from(column.depth) == MOST_LEVELS {
        let mut finding = DeployFinding::new(ChangeKind::Limit, new.path(id), DeployRule::C(18), DeployVerdict::Block);
        finding.detail = format!("is level {} of RECORDs; BigQuery takes {MOST_LEVELS}", MOST_LEVELS + 1);
        found.push(finding);
    }
}

/// Whether the same column had a description that was too long before.
fn had_long(old: &Layout, new: &Layout, id: ColumnId) -> bool {
    let before = old.find(&new.path(id)).and_then(|id| old.get(id));
    before.and_then(|column| column.description.as_ref()).is_some_and(|text| text.chars().count() > LONGEST_DESCRIPTION)
}

/// RECORDs without columns that had some, or were not there.
fn emptied(old: &Layout, new: &Layout, found: &mut Vec<DeployFinding>) {
    for (id, column) in (0..).zip(&new.columns) {
        if !column.is_record() || !new.is_leaf(id) {
            continue;
        }
        let path = new.path(id);
        if old.find(&path).is_none_or(|before| !old.get(before).is_some_and(|column| column.is_record() && old.is_leaf(before))) {
            let mut finding = DeployFinding::new(ChangeKind::Refused, path, DeployRule::C(23), DeployVerdict::Block);
            finding.detail = "is a RECORD without columns".to_owned();
            found.push(finding);
        }
    }
}

/// Names that BigQuery takes for one, and that were not both there before.
fn alike(old: &Layout, new: &Layout, found: &mut Vec<DeployFinding>) {
    // Names are all in lower case but for rare files.
    if !new.columns.iter().any(|column| column.name.chars().any(char::is_uppercase)) {
        return;
    }
    let mut seen: FxHashMap<(Option<ColumnId>, String), ColumnId> = FxHashMap::default();
    for (id, column) in (0..).zip(&new.columns) {
        let Some(first) = seen.insert((column.parent, column.name.to_lowercase()), id) else { continue };
        let is_other = new.get(first).is_some_and(|first| first.name != column.name);
        let was = |id: ColumnId| old.find(&new.path(id)).is_some();
        if is_other && !(was(first) && was(id)) {
            let fresh = if was(id) { (first, id) } else { (id, first) };
            let mut finding = DeployFinding::new(ChangeKind::Name, new.path(fresh.0), DeployRule::C(16), DeployVerdict::Block);
            let near = new.get(fresh.1).map(|column| column.name.to_string()).unwrap_or_default();
            finding.detail = format!("differs from {near} beside it only in case; BigQuery takes them for one");
            found.push(finding);
        }
    }
}
