//! The search over all columns of all tables.
//!
//! Owns: what a typed text means, matching each distinct name once, that loose matches count only where there are no others, the order
//! of what is found.
//! Refuses: comparing one word with one name (fuzzy).

use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;

use super::{Catalog, CatalogColumn, CatalogTable, FoundHits, Hit, HitKind, HitPlace, NONE, PathId, TableId};
use crate::ground::fuzzy::{Rank, Word};
use crate::pipeline::layout::{ColumnId, Mode};

/// Most words that count; more are nobody's search and have no room in a mask.
const MOST_WORDS: usize = 64;

/// Most readings of a word with dots.
const MOST_READINGS: usize = 16;

/// Names looked at between two questions whether the search is still wanted.
const STRIDE: usize = 512;

pub(super) fn search(catalog: &Catalog, text: &str, cancelled: &dyn Fn() -> bool) -> Option<FoundHits> {
    let words = words(catalog, text, cancelled)?;
    if words.is_empty() {
        return Some(FoundHits::default());
    }
    // Letters here and there count only where no name holds the words.
    let found = with(catalog, &words, Rank::Inside, cancelled)?;
    if !found.is_empty() {
        return Some(found);
    }
    let found = with(catalog, &words, Rank::Loose, cancelled)?;
    Some(FoundHits { loose: !found.is_empty(), ..found })
}

/// What matches no worse than `worst`.
fn with(catalog: &Catalog, words: &[SearchedWord], worst: Rank, cancelled: &dyn Fn() -> bool) -> Option<FoundHits> {
    let mut found = FoundHits::default();
    let all = u64::MAX >> (MOST_WORDS - words.len());
    let close = |rank: Option<Rank>| rank.filter(|&rank| rank <= worst);
    let tables: Vec<WordMatch> = catalog.tables.iter().map(|table| of_words(words, |word| close(word.table(table)))).collect();
    by_name(&tables, all, &mut found);
    let within_tables = tables.iter().fold(0, |union, table| union | table.mask);
    let looks = TypeWords::new(catalog, words);
    // How well each word matches one of the names on the way to a path, its own among them.
    let mut ways: Vec<Option<Rank>> = Vec::with_capacity(catalog.paths.len() * words.len());
    for (path, entry) in catalog.paths.iter().enumerate() {
        if path % STRIDE == 0 && cancelled() {
            return None;
        }
        let (mut own, mut way, mut rank) = (0, 0, Rank::Exact);
        for (at, word) in words.iter().enumerate() {
            let here = close(word.path(catalog, path as PathId));
            let around = if entry.parent == NONE { None } else { ways[entry.parent as usize * words.len() + at] };
            let best = here.into_iter().chain(around).min();
            own |= u64::from(here.is_some()) << at;
            way |= u64::from(best.is_some()) << at;
            rank = rank.max(best.unwrap_or(Rank::Exact));
            ways.push(best);
        }
        if (own | looks.any) != 0 && way | within_tables | looks.any == all {
            let wanted = |table: TableId, looks: u64| (own | looks) != 0 && all & !(way | tables[table as usize].mask | looks) == 0;
            let elsewhere = (all & !own).count_ones();
            columns(catalog, path as PathId, (rank, elsewhere), &|looks_of| looks.mask(looks_of), &wanted, &mut found);
        }
    }
    found.hits.sort_unstable_by_key(|hit| match hit.what {
        HitKind::Tables => (hit.rank, 0, None, Reverse(hit.to - hit.from)),
        HitKind::Column(path) => (hit.rank, hit.elsewhere, Some((Reverse(hit.to - hit.from), path, hit.from)), Reverse(0)),
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

/// Words that stand in types and modes. They have to be spelled as these are, for names have no capitals and `string` is a part of many.
struct TypeWords {
    /// For each type the words that stand in it.
    badges: Vec<u64>,
    /// For each mode that is told.
    modes: Vec<(&'static str, u64)>,
    /// Words that stand in any of them.
    any: u64,
}

impl TypeWords {
    fn new(catalog: &Catalog, words: &[SearchedWord]) -> Self {
        let stands_in = |text: &str| {
            let stands = |word: &SearchedWord| word.typed.contains(char::is_uppercase) && text.contains(&*word.typed);
            words.iter().enumerate().fold(0, |mask, (at, word)| mask | u64::from(stands(word)) << at)
        };
        let badges: Vec<u64> = catalog.badges.iter().map(stands_in).collect();
        let modes: Vec<(&str, u64)> =
            [Mode::Nullable, Mode::Required, Mode::Repeated].into_iter().map(|mode| (mode.name(), stands_in(mode.behind(false)))).collect();
        let any = badges.iter().chain(modes.iter().map(|(_, mask)| mask)).fold(0, |any, mask| any | mask);
        TypeWords { badges, modes, any }
    }

    fn mask(&self, (badge, mode): Looks) -> u64 {
        let mode = self.modes.iter().find(|(name, _)| *name == mode).map_or(0, |(_, mask)| *mask);
        self.badges.get(badge as usize).map_or(0, |badge| badge | mode)
    }
}

/// A word of the text in all its readings.
struct SearchedWord {
    /// As it was typed.
    typed: String,
    readings: Vec<Reading>,
}

/// A word in its parts between dots, each matched with every name there is.
struct Reading {
    parts: Vec<WordPart>,
}

struct WordPart {
    text: String,
    /// How well it matches each name.
    ranks: Rc<[Option<Rank>]>,
}

/// `None` where the search was called off.
fn words(catalog: &Catalog, text: &str, cancelled: &dyn Fn() -> bool) -> Option<Vec<SearchedWord>> {
    // Namespaces are written with a dash, datasets with an underscore, and people mean either.
    let text = text.replace('-', "_");
    let mut words = Vec::new();
    for word in text.split_whitespace().take(MOST_WORDS) {
        let mut known: HashMap<String, Rc<[Option<Rank>]>> = HashMap::new();
        let mut readings = Vec::new();
        for parts in readings_of(word) {
            let mut reading = Reading { parts: Vec::new() };
            for text in parts {
                let ranks = match known.get(&text) {
                    Some(ranks) => ranks.clone(),
                    None => known.entry(text.clone()).or_insert(ranks(catalog, &Word::new(&text, false), cancelled)?).clone(),
                };
                reading.parts.push(WordPart { text, ranks });
            }
            readings.push(reading);
        }
        if !readings.is_empty() {
            words.push(SearchedWord { typed: word.to_owned(), readings });
        }
    }
    Some(words)
}

/// What a word with dots can mean: neighbours on a path; or, from any of its parts on, a metric's name, whose dots are underscores in the
/// column. A table as SQL names it, `telemetry_stable.main_v5`, is its namespace, doctype and version.
fn readings_of(word: &str) -> Vec<Vec<String>> {
    let parts: Vec<&str> = word.split('.').filter(|part| !part.is_empty()).collect();
    if let [dataset, table] = parts[..] {
        let namespace = dataset.strip_suffix("_live").or_else(|| dataset.strip_suffix("_stable"));
        if let Some((namespace, (doctype, version))) = namespace.zip(table.rsplit_once("_v")) {
            return vec![[namespace, doctype, version].map(str::to_owned).to_vec()];
        }
    }
    let joined = |from: usize| parts[..from].iter().map(|&part| part.to_owned()).chain([parts[from..].join("_")]).collect();
    (0..parts.len()).rev().take(MOST_READINGS).map(joined).collect()
}

fn ranks(catalog: &Catalog, word: &Word, cancelled: &dyn Fn() -> bool) -> Option<Rc<[Option<Rank>]>> {
    let mut ranks = Vec::with_capacity(catalog.names.len());
    for (at, name) in catalog.names.iter().enumerate() {
        if at % STRIDE == 0 && cancelled() {
            return None;
        }
        ranks.push(word.rank(name));
    }
    Some(ranks.into())
}

impl SearchedWord {
    /// How well the word matches the end of a path.
    fn path(&self, catalog: &Catalog, path: PathId) -> Option<Rank> {
        self.readings.iter().filter_map(|reading| reading.path(catalog, path)).min()
    }

    /// How well it matches a table.
    fn table(&self, table: &CatalogTable) -> Option<Rank> {
        self.readings.iter().filter_map(|reading| reading.table(table)).min()
    }
}

impl Reading {
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

    /// Namespace, doctype and version: any neighbours of them.
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
    found.hits.push(Hit { what: HitKind::Tables, rank, elsewhere: 0, from: 0, to: found.places.len() as u32 });
}

/// The columns of a path in the tables that are wanted with such a type and mode: a hit for each type and mode that it has.
fn columns(
    catalog: &Catalog,
    path: PathId,
    (rank, elsewhere): (Rank, u32),
    typed: &dyn Fn(Looks) -> u64,
    wanted: &dyn Fn(TableId, u64) -> bool,
    found: &mut FoundHits,
) {
    let mut places: Vec<(Looks, TableId, ColumnId)> = Vec::new();
    for &(flat, id) in catalog.uses.get(path) {
        let looks = looks(&catalog.flats[flat as usize].columns[id as usize]);
        let mask = typed(looks);
        places.extend(catalog.users[flat as usize].iter().filter(|&&table| wanted(table, mask)).map(|&table| (looks, table, id)));
    }
    places.sort_unstable();
    for same in places.chunk_by(|a, b| a.0 == b.0) {
        let from = found.places.len() as u32;
        found.places.extend(same.iter().map(|&(_, table, column)| HitPlace { table, column: Some(column) }));
        found.hits.push(Hit { what: HitKind::Column(path), rank, elsewhere, from, to: found.places.len() as u32 });
    }
}

/// What columns of one hit have in common: type and mode.
type Looks = (u32, &'static str);

fn looks(column: &CatalogColumn) -> Looks {
    (column.badge, column.mode.name())
}
