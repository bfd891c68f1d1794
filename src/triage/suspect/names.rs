//! The doctypes of a whole history, and since when and until when each was there.
//!
//! Owns: one look at all revisions, names like one that is missing.
//! Refuses: what any of the schemas says.

use std::collections::BTreeMap;

use super::timeline::TimelineKey;
use crate::ground::time::Micros;
use crate::pipeline::names;
use crate::rows::schemas::git::{GitError, Lineage, ObjectId};
use crate::rows::schemas::{doctype_of, is_schema_file};
use crate::triage::blame::Presence;

/// Names and versions that are told.
const MOST_NAMES: usize = 5;

/// All doctype versions that any revision has or had.
#[derive(Debug, Clone)]
pub(super) struct NameBook {
    spans: BTreeMap<[String; 3], Presence>,
}

impl NameBook {
    /// Reads which files came and went.
    pub(super) fn read(lineage: &Lineage) -> Result<Self, GitError> {
        let mut steps: BTreeMap<[String; 3], Vec<(ObjectId, Micros, bool)>> = BTreeMap::new();
        let mut held: BTreeMap<[String; 3], usize> = BTreeMap::new();
        let oldest = lineage.repository.oldest_of_shallow(&lineage.tip)?.map(|commit| commit.id);
        for entry in lineage.repository.log(&lineage.tip, &[])?.into_iter().rev() {
            for change in entry.changes.iter().filter(|change| change.before.is_none() != change.after.is_none()) {
                let below = change.path.strip_prefix(&lineage.root).or_else(|| change.path.strip_prefix("schemas/"));
                let named = below.filter(|below| is_schema_file(below) == Some(true)).and_then(doctype_of);
                let Some((namespace, doctype, version)) = named else { continue };
                let key = [namespace.to_owned(), doctype.to_owned(), version];
                let files = held.entry(key.clone()).or_default();
                *files = if change.after.is_some() { *files + 1 } else { files.saturating_sub(1) };
                steps.entry(key).or_default().push((entry.commit.id, entry.commit.time, *files > 0));
            }
        }
        let whole = |(key, steps): (_, Vec<_>)| Some((key, Presence::whole(&Presence::stretches(steps, oldest))?));
        Ok(NameBook { spans: steps.into_iter().filter_map(whole).collect() })
    }

    /// Under what other version or name the schemas have or had a doctype, in words.
    pub(super) fn like(&self, asked: &TimelineKey) -> Option<String> {
        let same = |one: &str, other: &str| names::comparable(one) == names::comparable(other);
        let is_it = |[namespace, doctype, _]: &[String; 3]| same(namespace, &asked.namespace) && same(doctype, &asked.doctype);
        let versions = self.spans.iter().filter(|(key, _)| is_it(key) && key[2] != asked.version);
        let mut versions: Vec<(&str, Presence)> = versions.map(|(key, span)| (key[2].as_str(), *span)).collect();
        if !versions.is_empty() {
            versions.sort_by(|one, other| names::version_order(one.0, other.0));
            let told: Vec<String> =
                versions.iter().rev().take(MOST_NAMES).rev().map(|(version, span)| format!("{version} ({span})")).collect();
            return Some(format!("the schemas have it in other versions: {}", told.join(", ")));
        }
        let mut doctypes: BTreeMap<(&str, &str), Presence> = BTreeMap::new();
        for ([namespace, doctype, _], span) in self.spans.iter().filter(|(key, _)| !is_it(key)) {
            let known = doctypes.entry((namespace, doctype)).or_insert(*span);
            (known.since, known.or_before) = (known.since.min(span.since), known.or_before || span.or_before);
            known.until = known.until.zip(span.until).map(|(one, other)| one.max(other));
        }
        let alike = doctypes.keys().copied().filter(|name| names::is_alike((&asked.namespace, &asked.doctype), *name));
        let near = names::nearest(&asked.namespace, &asked.doctype, alike);
        let told = |name: &String| Some(format!("{name} ({})", doctypes.get(&name.split_once('/')?)?));
        let told: Vec<String> = near.iter().take(MOST_NAMES).filter_map(told).collect();
        (!told.is_empty()).then(|| format!("names like it in the schemas are {}", told.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doctype_is_not_like_itself() {
        let key = |doctype: &str| ["tele".to_owned(), doctype.to_owned(), "1".to_owned()];
        let span = Presence { since: 0, until: None, or_before: false };
        let book = NameBook { spans: [(key("coverage"), span), (key("coverages"), span)].into() };
        let asked = TimelineKey { namespace: "tele".to_owned(), doctype: "coverage".to_owned(), version: "1".to_owned() };
        let told = book.like(&asked).unwrap();
        assert!(told.contains("tele/coverages") && !told.contains("tele/coverage "), "{told}");
        let stranger = TimelineKey { doctype: "update".to_owned(), ..asked };
        assert_eq!(book.like(&stranger), None, "the namespace alone makes no likeness");
    }
}
