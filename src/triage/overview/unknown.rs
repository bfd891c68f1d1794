//! Names that the schemas do not have: which known ones are near, and what they may be.
//!
//! Owns: which names are unknown, the known names to compare with, the signs that a guess rests on.
//! Refuses: judging certain what is a guess; words (facts).

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use strsim::osa_distance;

use super::union;
use crate::ground::text::Letters;
use crate::ground::time::Micros;
use crate::pipeline::names::{nearest_names, snake_case};
use crate::rows::group::{Group, Groups};
use crate::rows::schemas::{Lookup, SchemaStore};

/// Most unknown names that are told and compared with the known ones, those of the most rows; the others are counted.
const MOST_TOLD: usize = 2_000;

/// Most near names that are told.
const MOST_NEAREST: usize = 3;

/// Most doctypes of an unknown namespace: of one with more nobody looks for another that has all of them.
const MOST_DOCTYPES: usize = 20;

/// Letters of a name from which on one letter, or two, may be a slip.
const SLIPS: [usize; 2] = [5, 8];

/// A word that more known namespaces have than this tells nothing of an application.
const MOST_WITH_WORD: usize = 5;

/// Letters of a word that tells an application.
const LEAST_WORD: usize = 4;

/// Words that say what an application is for or which build it is, and nothing of which one it is.
const COMMON_WORDS: [&str; 14] = [
    "android",
    "application",
    "backend",
    "beta",
    "browser",
    "client",
    "daily",
    "debug",
    "desktop",
    "frontend",
    "mobile",
    "nightly",
    "release",
    "test",
];

/// Words at the beginning of a name that tell whose it is: `org-mozilla`.
const ORGANISATION: usize = 2;

/// A name that the schemas do not have.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownName {
    /// As rows spell it.
    pub namespace: Arc<str>,
    /// The doctype, where the namespace is known and it is not.
    pub doctype: Option<Arc<str>>,
    /// The version, where namespace and doctype are known and it is not.
    pub version: Option<Arc<str>>,
    /// Rows of that name.
    pub rows: u64,
    /// Their groups.
    pub groups: u64,
    /// First and last time; `None` where no row has one.
    pub span: Option<(Micros, Micros)>,
    /// The nearest known names, best first: namespaces of a namespace, `namespace/doctype` of a doctype, versions of a version (the newest ones).
    pub nearest: Vec<String>,
    /// What it may be, with the sign of it; `None` where there is no sign.
    pub guess: Option<Guess>,
}

/// What an unknown name may be, by what speaks for it. Never certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guess {
    /// The same letters as a known name, parted otherwise.
    Spelling {
        /// That name.
        known: String,
    },
    /// One or two letters away from a known name.
    Typo {
        /// That name.
        known: String,
        /// How many.
        letters: usize,
    },
    /// It begins as known namespaces of the same organisation do.
    Unregistered {
        /// What they begin with.
        begins: String,
        /// How many known namespaces do.
        known: usize,
    },
    /// It holds the whole name of a known namespace and does not begin as that does.
    ForkOf {
        /// That namespace.
        known: String,
    },
    /// It shares a word with few known namespaces.
    ForkByWord {
        /// The word.
        word: String,
        /// One of those namespaces.
        known: String,
        /// How many more have it.
        more: usize,
    },
    /// All of its doctypes are known in other namespaces.
    KnownDoctypes {
        /// They.
        doctypes: Vec<String>,
        /// A namespace that has all of them.
        known: String,
        /// How many more have.
        more: usize,
    },
    /// The doctype is known in other namespaces.
    OtherNamespace {
        /// One of those.
        known: String,
        /// How many more.
        more: usize,
    },
    /// The doctype is known in other versions; these are [`UnknownName::nearest`].
    OtherVersion,
}

/// The names of a store, ready to be compared with.
pub(super) struct KnownNames {
    namespaces: Vec<KnownName>,
    /// Most words that one of them has.
    most_words: usize,
    by_snake: FxHashMap<String, usize>,
    /// Namespaces by each word in their names.
    by_word: FxHashMap<String, Vec<usize>>,
    /// How many namespaces begin so, by their first words.
    by_start: FxHashMap<String, usize>,
    /// Namespaces by doctype, in snake case.
    by_doctype: FxHashMap<String, BTreeSet<usize>>,
}

struct KnownName {
    /// As the folder is called.
    spelled: String,
    snake: String,
    letters: Letters,
    /// Its doctypes as their folders are called.
    doctypes: Vec<String>,
}

impl KnownNames {
    pub(super) fn of(schemas: &SchemaStore) -> Self {
        let mut known = KnownNames {
            namespaces: Vec::new(),
            most_words: 0,
            by_snake: FxHashMap::default(),
            by_word: FxHashMap::default(),
            by_start: FxHashMap::default(),
            by_doctype: FxHashMap::default(),
        };
        for found in schemas.doctypes() {
            let snake = snake_case(&found.namespace);
            let at = *known.by_snake.entry(snake).or_insert_with_key(|snake| {
                let at = known.namespaces.len();
                known.most_words = known.most_words.max(snake.split('_').count());
                let words: FxHashSet<&str> = snake.split('_').collect();
                words.into_iter().for_each(|word| known.by_word.entry(word.to_owned()).or_default().push(at));
                if let Some(start) = start(snake) {
                    *known.by_start.entry(start).or_default() += 1;
                }
                known.namespaces.push(KnownName {
                    spelled: found.namespace.clone(),
                    snake: snake.clone(),
                    letters: Letters::of(snake),
                    doctypes: Vec::new(),
                });
                at
            });
            let doctypes = &mut known.namespaces[at].doctypes;
            if doctypes.last() != Some(&found.doctype) {
                doctypes.push(found.doctype.clone());
            }
            known.by_doctype.entry(snake_case(&found.doctype)).or_default().insert(at);
        }
        known
    }

    pub(super) fn has_namespace(&self, name: &str) -> bool {
        self.by_snake.contains_key(&snake_case(name))
    }

    fn spelled(&self, at: usize) -> String {
        self.namespaces.get(at).map(|known| known.spelled.clone()).unwrap_or_default()
    }

    /// What speaks for what an unknown namespace with these doctypes is, the strongest sign first.
    fn of_namespace(&self, name: &str, doctypes: &[Arc<str>]) -> Option<Guess> {
        let snake = snake_case(name);
        let names = || self.namespaces.iter().map(|known| (known.spelled.as_str(), known.snake.as_str(), &known.letters));
        self.slip(&snake, names()).or_else(|| self.unregistered(&snake)).or_else(|| self.fork(&snake)).or_else(|| self.alike(doctypes))
    }

    /// Another spelling of a known name, or one or two letters away.
    fn slip<'a>(&self, snake: &str, known: impl Iterator<Item = (&'a str, &'a str, &'a Letters)>) -> Option<Guess> {
        let (bare, letters) = (snake.replace('_', ""), Letters::of(snake));
        let most = SLIPS.iter().filter(|&&least| bare.len() >= least).count();
        let mut best: Option<(usize, &str)> = None;
        for (spelled, known, of_known) in known {
            if bare == known.replace('_', "") {
                return Some(Guess::Spelling { known: spelled.to_owned() });
            }
            if most == 0 || snake.len().abs_diff(known.len()) > most || letters.least_distance(of_known) > most {
                continue;
            }
            let distance = osa_distance(snake, known);
            if distance <= most && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, spelled));
            }
        }
        best.map(|(letters, known)| Guess::Typo { known: known.to_owned(), letters })
    }

    fn unregistered(&self, snake: &str) -> Option<Guess> {
        let start = start(snake)?;
        let known = *self.by_start.get(&start).filter(|&&known| known > 1)?;
        Some(Guess::Unregistered { begins: start.replace('_', "-"), known })
    }

    fn fork(&self, snake: &str) -> Option<Guess> {
        let words: Vec<&str> = snake.split('_').collect();
        // The longest known name that stands in it as whole words. Nobody knows how long an unknown one is: no longer runs than known names have.
        let longest = words.len().saturating_sub(1).min(self.most_words);
        let whole = (2..=longest).rev().find_map(|n| words.windows(n).find_map(|run| self.by_snake.get(&run.join("_"))));
        if let Some(&at) = whole {
            return Some(Guess::ForkOf { known: self.spelled(at) });
        }
        // The last words tell the application, the first ones whose it is.
        let tells =
            |word: &&&str| word.len() >= LEAST_WORD && !COMMON_WORDS.contains(word) && word.bytes().any(|byte| byte.is_ascii_alphabetic());
        let telling = words.iter().rev().filter(tells);
        let with = |word: &&str| self.by_word.get(*word).map(|with| ((*word).to_owned(), with));
        let (word, with) = telling.filter_map(with).find(|(_, with)| with.len() <= MOST_WITH_WORD)?;
        Some(Guess::ForkByWord { word, known: self.spelled(*with.first()?), more: with.len() - 1 })
    }

    /// Namespaces that have all of some doctypes.
    fn alike(&self, doctypes: &[Arc<str>]) -> Option<Guess> {
        let mut with: Option<BTreeSet<usize>> = None;
        for doctype in doctypes {
            let have = self.by_doctype.get(&snake_case(doctype))?;
            with = Some(with.map_or_else(|| have.clone(), |with| with.intersection(have).copied().collect()));
        }
        let with = with?;
        let known = self.spelled(*with.first()?);
        Some(Guess::KnownDoctypes { doctypes: doctypes.iter().map(|name| name.to_string()).collect(), known, more: with.len() - 1 })
    }

    /// Of an unknown doctype in a known namespace.
    fn of_doctype(&self, namespace: &str, doctype: &str) -> Option<Guess> {
        let snake = snake_case(doctype);
        let own = self.by_snake.get(&snake_case(namespace)).and_then(|&at| self.namespaces.get(at));
        let own: Vec<(&str, String, Letters)> = own
            .into_iter()
            .flat_map(|own| &own.doctypes)
            .map(|name| {
                let snake = snake_case(name);
                let letters = Letters::of(&snake);
                (name.as_str(), snake, letters)
            })
            .collect();
        if let Some(slip) = self.slip(&snake, own.iter().map(|(name, snake, letters)| (*name, snake.as_str(), letters))) {
            return Some(slip);
        }
        let with = self.by_doctype.get(&snake)?;
        Some(Guess::OtherNamespace { known: self.spelled(*with.first()?), more: with.len() - 1 })
    }
}

/// The first words of a name that has more of them.
fn start(snake: &str) -> Option<String> {
    let words: Vec<&str> = snake.split('_').collect();
    (words.len() > ORGANISATION).then(|| words[..ORGANISATION].join("_"))
}

/// What is unknown of a name.
type Named<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// Unknown names.
pub(super) struct FoundNames {
    /// Those of the most rows, the largest first.
    pub told: Vec<UnknownName>,
    /// How many more there are, and their rows.
    pub more: (u64, u64),
}

/// What is counted of an unknown name; there may be a million.
struct Counted<'a> {
    name: Named<'a>,
    rows: u64,
    groups: u64,
    span: Option<(Micros, Micros)>,
    /// One of its groups.
    group: &'a Group,
}

/// Tells what of a name is unknown, each name once.
struct Lookups<'a, 's> {
    schemas: &'s SchemaStore,
    known: &'s KnownNames,
    namespaces: FxHashMap<&'a str, bool>,
    names: FxHashMap<Named<'a>, Option<Named<'a>>>,
}

impl<'a> Lookups<'a, '_> {
    fn unknown(&mut self, group: &'a Group) -> Option<Named<'a>> {
        let key = &group.key;
        let name = (key.namespace.as_deref()?, key.doctype.as_deref(), key.version.as_deref());
        if !*self.namespaces.entry(name.0).or_insert_with(|| self.known.has_namespace(name.0)) {
            return Some((name.0, None, None));
        }
        *self.names.entry(name).or_insert_with(|| unknown_of(name, self.schemas))
    }
}

/// Everything unknown among the names of groups.
pub(super) fn find(groups: &Groups, schemas: &SchemaStore, known: &KnownNames) -> FoundNames {
    let mut lookups = Lookups { schemas, known, namespaces: FxHashMap::default(), names: FxHashMap::default() };
    let mut place_of: FxHashMap<Named<'_>, usize> = FxHashMap::default();
    let mut counted: Vec<Counted<'_>> = Vec::new();
    for group in &groups.list {
        let Some(name) = lookups.unknown(group) else { continue };
        let at = *place_of.entry(name).or_insert_with(|| {
            counted.push(Counted { name, rows: 0, groups: 0, span: None, group });
            counted.len() - 1
        });
        let line = &mut counted[at];
        line.rows += group.count;
        line.groups += 1;
        line.span = union(line.span, group.span);
    }
    drop(place_of);
    counted.sort_unstable_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.name.cmp(&b.name)));
    let rest = counted.get(MOST_TOLD..).unwrap_or_default();
    let more = (rest.len() as u64, rest.iter().map(|line| line.rows).sum());
    counted.truncate(MOST_TOLD);
    let place_of: FxHashMap<Named<'_>, usize> = counted.iter().map(|line| line.name).zip(0..).collect();
    let mut doctypes: Vec<Vec<Arc<str>>> = vec![Vec::new(); counted.len()];
    for group in &groups.list {
        let Some((at, doctype)) = lookups.unknown(group).and_then(|name| place_of.get(&name)).zip(group.key.doctype.as_ref()) else {
            continue;
        };
        let own = &mut doctypes[*at];
        if own.len() <= MOST_DOCTYPES && !own.contains(doctype) {
            own.push(doctype.clone());
        }
    }
    let told = counted.iter().zip(&mut doctypes).map(|(line, doctypes)| compared(line, doctypes, schemas, known)).collect();
    FoundNames { told, more }
}

/// What of a name in a known namespace the schemas do not have; `None` where they have all of it, or it says too little.
fn unknown_of<'a>((namespace, doctype, version): Named<'a>, schemas: &SchemaStore) -> Option<Named<'a>> {
    match schemas.lookup(namespace, doctype?, version) {
        Lookup::Found(_) => None,
        Lookup::NoDoctype => Some((namespace, doctype, None)),
        // A version that is not told is no unknown one.
        Lookup::NoVersion { .. } => version.map(|_| (namespace, doctype, version)),
    }
}

/// An unknown name beside the known ones.
fn compared(counted: &Counted<'_>, doctypes: &mut [Arc<str>], schemas: &SchemaStore, known: &KnownNames) -> UnknownName {
    let (namespace, doctype, version) = counted.name;
    let (guess, nearest) = match (doctype, version) {
        (None, _) => {
            doctypes.sort();
            let doctypes = if doctypes.len() > MOST_DOCTYPES { &[][..] } else { doctypes };
            let names = known.namespaces.iter().map(|known| known.spelled.as_str());
            let nearest = nearest_names(namespace, names, MOST_NEAREST).into_iter().map(str::to_owned);
            (known.of_namespace(namespace, doctypes), nearest.collect())
        }
        (Some(doctype), None) => {
            let mut nearest = schemas.nearest(namespace, doctype);
            nearest.truncate(MOST_NEAREST);
            (known.of_doctype(namespace, doctype), nearest)
        }
        (Some(doctype), Some(_)) => {
            let versions = match schemas.lookup(namespace, doctype, version) {
                Lookup::NoVersion { known } => known,
                _ => Vec::new(),
            };
            let versions = versions.iter().rev().filter_map(|&at| schemas.doctypes().get(at));
            (Some(Guess::OtherVersion), versions.take(MOST_NEAREST).map(|known| known.version.clone()).collect())
        }
    };
    let key = &counted.group.key;
    UnknownName {
        namespace: namespace.into(),
        doctype: doctype.and(key.doctype.clone()),
        version: version.and(key.version.clone()),
        rows: counted.rows,
        groups: counted.groups,
        span: counted.span,
        nearest,
        guess,
    }
}
