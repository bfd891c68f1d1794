//! Documents that show what changes of JSON schemas do, for all tables of a comparison.
//!
//! Owns: which changes are looked at, one search for the same change of many tables, how much work that may be.
//! Refuses: the search itself (witness).

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{DeployComparison, LooseFile};
use crate::pipeline::compat::schemas::SchemaChange;
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::Judge;
use crate::pipeline::witness::{self, Witness, WitnessDocument, WitnessSides};
use crate::rows::schemas::{Lookup, SchemaStore};

/// Witnesses by position of the table and of the change there.
pub type Witnesses = BTreeMap<(usize, usize), Vec<Witness>>;

/// What is said of a change that was not looked at.
const TOO_MANY: &str = "not looked for: there are many changes, and it was not asked for all";

/// The same of a large schema.
const TOO_LARGE: &str = "not looked for: the schema is large, which takes a while, and it was not asked for";

/// Bytes of a schema from which on a search takes more than a moment.
const LARGE: usize = 150_000;

/// Bytes of a table's JSON schema.
fn size(store: &SchemaStore, table: &super::ComparedTable) -> usize {
    match store.lookup(&table.namespace, &table.doctype, Some(&table.version)) {
        Lookup::Found(at) => store.schema(at).ok().flatten().map_or(0, |schema| schema.document.text().len()),
        _ => 0,
    }
}

/// What makes two changes the same but for the table.
#[derive(PartialEq, Eq, Hash, Clone)]
struct SameChange {
    pointer: String,
    keyword: String,
    old: Option<String>,
    new: Option<String>,
    words: String,
}

impl SameChange {
    fn of(change: &SchemaChange) -> Self {
        let SchemaChange { pointer, keyword, old, new, words, .. } = change.clone();
        SameChange { pointer, keyword, old, new, words }
    }
}

/// Looks for documents that show one change of a comparison, by the positions of the table and of the change there, however long that takes.
pub fn witness_of(found: &DeployComparison, (table, change): (usize, usize), old: &SchemaStore, new: &SchemaStore) -> Vec<Witness> {
    let Some((table, change)) = found.tables.get(table).and_then(|table| Some((table, table.schema.get(change)?))) else {
        return Vec::new();
    };
    let (Some(old), Some(new)) = (judge(old, table), judge(new, table)) else { return Vec::new() };
    let sides = WitnessSides { old: &old, new: &new, namespace: &table.namespace, version: Some(&table.version) };
    witness::search(sides, change)
}

/// Who judges the documents of a table.
fn judge(store: &SchemaStore, at: &super::ComparedTable) -> Option<Arc<Judge>> {
    match store.lookup(&at.namespace, &at.doctype, Some(&at.version)) {
        Lookup::Found(at) => store.judge(at).ok().flatten(),
        _ => None,
    }
}

/// Looks for documents that show the changes of a comparison of two stores: at most so many searches, unless all are asked for.
pub fn witnesses(found: &DeployComparison, old: &SchemaStore, new: &SchemaStore, most: Option<usize>) -> Witnesses {
    let mut seek = Seek { known: FxHashMap::default(), left: most, all: BTreeMap::new() };
    for (at, table) in found.tables.iter().enumerate().filter(|(_, table)| !table.schema.is_empty()) {
        let is_dear = most.is_some() && [old, new].into_iter().any(|store| size(store, table) > LARGE);
        if seek.left == Some(0) || is_dear {
            (0..table.schema.len()).for_each(|place| seek.skip((at, place), if is_dear { TOO_LARGE } else { TOO_MANY }));
            continue;
        }
        let (Some(old), Some(new)) = (judge(old, table), judge(new, table)) else { continue };
        let sides = WitnessSides { old: &old, new: &new, namespace: &table.namespace, version: Some(&table.version) };
        table.schema.iter().enumerate().for_each(|(place, change)| seek.change((at, place), sides, change));
    }
    seek.all
}

/// The same for two files.
pub fn witnesses_of_files(found: &DeployComparison, old: &LooseFile, new: &LooseFile, most: Option<usize>) -> Witnesses {
    let judge = |file: &LooseFile| {
        let schema = file.is_schema.then(|| Schema::parse(&file.name, file.text.clone()).ok()).flatten()?;
        Judge::compile(Arc::new(schema)).ok()
    };
    let (Some(table), Some(old), Some(new)) = (found.tables.first(), judge(old), judge(new)) else { return Witnesses::default() };
    let sides = WitnessSides { old: &old, new: &new, namespace: "", version: None };
    let mut seek = Seek { known: FxHashMap::default(), left: most, all: BTreeMap::new() };
    table.schema.iter().enumerate().for_each(|(place, change)| seek.change((0, place), sides, change));
    seek.all
}

struct Seek {
    /// What was found of a change in another table.
    known: FxHashMap<SameChange, Vec<Witness>>,
    /// Searches that are left.
    left: Option<usize>,
    all: Witnesses,
}

impl Seek {
    fn skip(&mut self, place: (usize, usize), why: &str) {
        self.all.insert(place, vec![Witness { refused_now: true, outcome: Err(why.to_owned()) }]);
    }

    fn change(&mut self, place: (usize, usize), sides: WitnessSides<'_>, change: &SchemaChange) {
        if self.left == Some(0) {
            return self.skip(place, TOO_MANY);
        }
        self.left = self.left.map(|left| left - 1);
        let same = SameChange::of(change);
        // What shows it in one table is a proof in another only where it is judged there.
        let again = self.known.get(&same).and_then(|known| known.iter().map(|witness| proved(sides, witness)).collect::<Option<Vec<_>>>());
        if let Some(again) = again {
            self.all.insert(place, again);
            return;
        }
        let found = witness::search(sides, change);
        self.known.insert(same, found.clone());
        self.all.insert(place, found);
    }
}

fn proved(sides: WitnessSides<'_>, witness: &Witness) -> Option<Witness> {
    let document = witness.outcome.as_ref().ok()?;
    let message = witness::proves(sides, witness.refused_now, &document.text, &document.message)?;
    Some(Witness { refused_now: witness.refused_now, outcome: Ok(WitnessDocument { text: document.text.clone(), message }) })
}
