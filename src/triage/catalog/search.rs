//! The search over all columns of all tables.
//!
//! Owns: what a typed text means, matching each distinct name once, the order of what is found.
//! Refuses: comparing one word with one name (fuzzy).

use std::cmp::Reverse;

use super::{Catalog, CatalogColumn, CatalogTable, FoundHits, Hit, HitKind, HitPlace, NONE, PathId, TableId};
use crate::ground::fuzzy::{Rank, Word, is_sensitive};
use crate::pipeline::layout::ColumnId;

/// Most words that count; more are nobody's search and have no room in a mask.
const MOST_WORDS: usize = 64;

/// Names looked at between two questions whether the search is still wanted.
const STRIDE: usize = 512;

pub(super) fn search(catalog: &Catalog, text: &str, cancelled: &dyn Fn() -> bool) -> Option<FoundHits> {
    let words = words(catalog, text, cancelled)?;
    let mut found = FoundHits::default();
    if words.is_empty() {
        return Some(found);
    }
    let all = u64::MAX >> (64 - words.len());
    let tables: Vec<WordMatch> = catalog.tables.iter().map(|table| of_words(&words, |word| word.table(table))).collect();
    by_name(&tables, all, &mut found);
    let within_tables = tables.iter().fold(0, |union, table| union | table.mask);
    let mut above: Vec<u64> = Vec::with_capacity(catalog.paths.len());
    for (path, entry) in catalog.paths.iter().enumerate() {
        if path % STRIDE == 0 && cancelled() {
            return None;
        }
        let own = of_words(&words, |word| word.path(catalog, path as PathId));
        let around = if entry.parent == NONE { 0 } else { above[entry.parent as usize] };
        above.push(around | own.mask);
        if own.mask != 0 && around | own.mask | within_tables == all {
            let missing = all & !(around | own.mask);
            columns(catalog, path as PathId, own.rank, &|table| missing & !tables[table as usize].mask == 0, &mut found);
        }
    }
    found.hits.sort_unstable_by_key(|hit| match hit.what {
        HitKind::Tables => (hit.rank, None, Reverse(hit.to - hit.from)),
        HitKind::Column(path) => (hit.rank, Some((Reverse(hit.to - hit.from), path, hit.from)), Reverse(0)),
    });
    Some(found)
}

/// Which words match something, and how well the worst of them does.
struct WordMatch {
    mask: u64,
    rank: Rank,
}

fn of_words(words: &[SearchedWord], rank: impl Fn(&SearchedWord) -> Option<Rank>) -> WordMatch {
    let mut found = WordMatch { mask: 0, rank: Rank::Exact };
    for (at, word) in words.iter().enumerate() {
        if let Some(rank) = rank(word) {
            found.mask |= 1 << at;
            found.rank = found.rank.max(rank);
        }
    }
    found
}

/// A word of the text: its parts between dots, each matched with every name there is.
struct SearchedWord {
    parts: Vec<WordPart>,
}

struct WordPart {
    text: String,
    /// How well it matches each name.
    ranks: Vec<Option<Rank>>,
}

/// `None` where the search was called off.
fn words(catalog: &Catalog, text: &str, cancelled: &dyn Fn() -> bool) -> Option<Vec<SearchedWord>> {
    let sensitive = is_sensitive(text);
    // Namespaces are written with a dash, datasets with an underscore, and people mean either.
    let text = text.replace('-', "_");
    let mut words = Vec::new();
    for word in text.split_whitespace().take(MOST_WORDS) {
        let mut parts = Vec::new();
        for part in parts_of(word) {
            parts.push(WordPart { text: part.to_owned(), ranks: ranks(catalog, &Word::new(part, sensitive), cancelled)? });
        }
        if !parts.is_empty() {
            words.push(SearchedWord { parts });
        }
    }
    Some(words)
}

/// The parts of a word between dots. A table as SQL names it, `telemetry_stable.main_v5`, is taken as its namespace, doctype and version.
fn parts_of(word: &str) -> Vec<&str> {
    let parts: Vec<&str> = word.split('.').filter(|part| !part.is_empty()).collect();
    let [dataset, table] = parts[..] else { return parts };
    let namespace = dataset.strip_suffix("_live").or_else(|| dataset.strip_suffix("_stable"));
    match namespace.zip(table.rsplit_once("_v")) {
        Some((namespace, (doctype, version))) => vec![namespace, doctype, version],
        None => parts,
    }
}

fn ranks(catalog: &Catalog, word: &Word, cancelled: &dyn Fn() -> bool) -> Option<Vec<Option<Rank>>> {
    let mut ranks = Vec::with_capacity(catalog.names.len());
    for (at, name) in catalog.names.iter().enumerate() {
        if at % STRIDE == 0 && cancelled() {
            return None;
        }
        ranks.push(word.rank(name));
    }
    Some(ranks)
}

impl SearchedWord {
    /// How well the word matches the end of a path.
    fn path(&self, catalog: &Catalog, path: PathId) -> Option<Rank> {
        let mut at = path;
        let mut worst = Rank::Exact;
        for part in self.parts.iter().rev() {
            let entry = catalog.paths.get(at as usize)?;
            worst = worst.max(part.ranks[entry.name as usize]?);
            at = entry.parent;
        }
        Some(worst)
    }

    /// How well the word matches a table's namespace, doctype and version: any neighbours of them.
    fn table(&self, table: &CatalogTable) -> Option<Rank> {
        let [namespace, doctype] = table.names;
        let named = |part: &WordPart, name: u32| part.ranks[name as usize];
        let version = |part: &WordPart| (part.text == table.doctype.version).then_some(Rank::Exact);
        match &self.parts[..] {
            [one] => named(one, namespace).into_iter().chain(named(one, doctype)).min(),
            [one, two] => {
                let first = named(one, namespace).zip(named(two, doctype));
                first.into_iter().chain(named(one, doctype).zip(version(two))).map(|(a, b)| a.max(b)).min()
            }
            [one, two, three] => Some(named(one, namespace)?.max(named(two, doctype)?).max(version(three)?)),
            _ => None,
        }
    }
}

/// Tables that match by their names alone.
fn by_name(tables: &[WordMatch], all: u64, found: &mut FoundHits) {
    let mut matching: Vec<(Rank, TableId)> =
        tables.iter().zip(0..).filter(|(table, _)| table.mask == all).map(|(table, id)| (table.rank, id)).collect();
    matching.sort_unstable();
    let Some(&(rank, _)) = matching.first() else { return };
    found.places.extend(matching.iter().map(|&(_, table)| HitPlace { table, column: None }));
    found.hits.push(Hit { what: HitKind::Tables, rank, from: 0, to: found.places.len() as u32 });
}

/// The columns of a path in the tables that are wanted: a hit for each type and mode that it has.
fn columns(catalog: &Catalog, path: PathId, rank: Rank, wanted: &dyn Fn(TableId) -> bool, found: &mut FoundHits) {
    let mut places: Vec<(Looks, TableId, ColumnId)> = Vec::new();
    for &(flat, id) in catalog.uses.get(path) {
        let looks = looks(&catalog.flats[flat as usize].columns[id as usize]);
        places.extend(catalog.users[flat as usize].iter().filter(|&&table| wanted(table)).map(|&table| (looks, table, id)));
    }
    places.sort_unstable();
    for same in places.chunk_by(|a, b| a.0 == b.0) {
        let from = found.places.len() as u32;
        found.places.extend(same.iter().map(|&(_, table, column)| HitPlace { table, column: Some(column) }));
        found.hits.push(Hit { what: HitKind::Column(path), rank, from, to: found.places.len() as u32 });
    }
}

/// What columns of one hit have in common: type and mode.
type Looks = (u32, &'static str);

fn looks(column: &CatalogColumn) -> Looks {
    (column.badge, column.mode.name())
}
