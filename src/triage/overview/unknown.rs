//! Names that the schemas do not have: which known ones are near, and what they may be.
//!
//! Owns: which names are unknown, the known names to compare with, the signs that a guess rests on.
//! Refuses: judging certain what is a guess; words (facts).

use std::cmp::Reverse;
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

/// Unknown names that are compared with the known ones, those of the most rows; of the others only that they are unknown is told.
pub const MOST_COMPARED: usize = 2_000;

/// Most near names that are told.
const MOST_NEAREST: usize = 3;

/// Doctypes of an unknown namespace that are looked at.
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
    /// Whether it was compared with the known ones at all.
    pub is_compared: bool,
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
            by_snake: FxHashMap::default(),
            by_word: FxHashMap::default(),
            by_start: FxHashMap::default(),
            by_doctype: FxHashMap::default(),
        };
        for found in schemas.doctypes() {
            let snake = snake_case(&found.namespace);
            let at = *known.by_snake.entry(snake).or_insert_with_key(|snake| {
                let at = known.namespaces.len();
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
        // The longest known name that stands in it as whole words.
        let runs = (0..words.len()).flat_map(|from| (from + 1..=words.len()).map(move |to| (from, to)));
        let mut runs: Vec<(usize, usize)> = runs.filter(|(from, to)| to - from > 1 && to - from < words.len()).collect();
        runs.sort_by_key(|(from, to)| Reverse(to - from));
        let whole = runs.into_iter().find_map(|(from, to)| self.by_snake.get(&words[from..to].join("_")));
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

/// Everything unknown among the names of groups.
pub(super) fn find(groups: &Groups, schemas: &SchemaStore, known: &KnownNames) -> Vec<UnknownName> {
    let mut of_name: FxHashMap<Named<'_>, Option<Named<'_>>> = FxHashMap::default();
    let mut of_namespace: FxHashMap<&str, bool> = FxHashMap::default();
    let mut found: FxHashMap<Named<'_>, (UnknownName, Vec<Arc<str>>)> = FxHashMap::default();
    for group in &groups.list {
        let key = &group.key;
        let Some(namespace) = key.namespace.as_ref() else { continue };
        let name = (&**namespace, key.doctype.as_deref(), key.version.as_deref());
        let unknown = *of_name.entry(name).or_insert_with(|| {
            let has_namespace = *of_namespace.entry(name.0).or_insert_with(|| known.has_namespace(name.0));
            unknown_of(name, has_namespace, schemas)
        });
        let Some(unknown) = unknown else { continue };
        let (line, doctypes) = found.entry(unknown).or_insert_with(|| (begun(group, namespace, unknown), Vec::new()));
        line.rows += group.count;
        line.groups += 1;
        line.span = union(line.span, group.span);
        if let Some(doctype) = key.doctype.as_ref().filter(|name| doctypes.len() < MOST_DOCTYPES && !doctypes.contains(name)) {
            doctypes.push(doctype.clone());
        }
    }
    let mut found: Vec<(UnknownName, Vec<Arc<str>>)> = found.into_values().collect();
    found.sort_by(|(a, _), (b, _)| {
        b.rows.cmp(&a.rows).then_with(|| (&a.namespace, &a.doctype, &a.version).cmp(&(&b.namespace, &b.doctype, &b.version)))
    });
    found.iter_mut().take(MOST_COMPARED).for_each(|(line, doctypes)| compare(line, doctypes, schemas, known));
    found.into_iter().map(|(line, _)| line).collect()
}

fn begun(group: &Group, namespace: &Arc<str>, (_, doctype, version): Named<'_>) -> UnknownName {
    UnknownName {
        namespace: namespace.clone(),
        doctype: doctype.and(group.key.doctype.clone()),
        version: version.and(group.key.version.clone()),
        rows: 0,
        groups: 0,
        span: None,
        nearest: Vec::new(),
        guess: None,
        is_compared: false,
    }
}

/// What of a name the schemas do not have; `None` where they have all of it, or it says too little.
fn unknown_of<'a>((namespace, doctype, version): Named<'a>, has_namespace: bool, schemas: &SchemaStore) -> Option<Named<'a>> {
    if !has_namespace {
        return Some((namespace, None, None));
    }
    match schemas.lookup(namespace, doctype?, version) {
        Lookup::Found(_) => None,
        Lookup::NoDoctype => Some((namespace, doctype, None)),
        // A version that is not told is no unknown one.
        Lookup::NoVersion { .. } => version.map(|_| (namespace, doctype, version)),
    }
}

fn compare(line: &mut UnknownName, doctypes: &mut [Arc<str>], schemas: &SchemaStore, known: &KnownNames) {
    line.is_compared = true;
    match (&line.doctype, &line.version) {
        (None, _) => {
            doctypes.sort();
            line.guess = known.of_namespace(&line.namespace, doctypes);
            let names = known.namespaces.iter().map(|known| known.spelled.as_str());
            line.nearest = nearest_names(&line.namespace, names, MOST_NEAREST).into_iter().map(str::to_owned).collect();
        }
        (Some(doctype), None) => {
            line.guess = known.of_doctype(&line.namespace, doctype);
            line.nearest = schemas.nearest(&line.namespace, doctype);
            line.nearest.truncate(MOST_NEAREST);
        }
        (Some(doctype), Some(version)) => {
            line.guess = Some(Guess::OtherVersion);
            if let Lookup::NoVersion { known } = schemas.lookup(&line.namespace, doctype, Some(version)) {
                let versions = known.iter().rev().filter_map(|&at| schemas.doctypes().get(at));
                line.nearest = versions.take(MOST_NEAREST).map(|known| known.version.clone()).collect();
            }
        }
    }
}
