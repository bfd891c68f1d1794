//! Lists that the schema generator prints: files that are gone, files that are missing.
//!
//! Owns: where such a list begins and ends.
//! Refuses: its diffs (diff).

use super::Told;
use super::lines::LogText;
use crate::pipeline::compat::DeployRule;

/// Most lines of a list.
const MOST: usize = 20_000;

/// Lines without an item after which a list has ended.
const GAP: usize = 2;

/// What begins a list, its rule, the endings of its items.
const LISTS: [(&str, DeployRule, &[&str]); 2] = [
    ("items removed from the base", DeployRule::C(24), &[".txt"]),
    ("Missing expected bq schema files", DeployRule::M(3), &[".bq", ".schema.json"]),
];

/// All lists of a text.
pub(super) fn find(log: &LogText) -> Vec<Told> {
    let lines: Vec<&str> = log.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        for (begin, rule, endings) in LISTS {
            let Some(from) = line.find(begin) else { continue };
            let told = |table: Option<String>, line: usize| Told {
                rule,
                under: None,
                table,
                column: None,
                old: None,
                new: None,
                detail: None,
                message: begin.to_owned(),
                lines: (line + 1, line + 1),
            };
            let (here, mut ended) = until(&line[from + begin.len()..]);
            let mut names = vec![(at, items(here, endings, true))];
            let mut gap = 0;
            for (below, line) in lines.iter().enumerate().skip(at + 1).take(MOST) {
                let is_diff = line.starts_with("---") || line.starts_with("@@");
                if ended || is_diff {
                    break;
                }
                let part;
                (part, ended) = until(line);
                let here = items(part, endings, gap == 0);
                gap = if here.is_empty() { gap + 1 } else { 0 };
                if gap >= GAP {
                    break;
                }
                names.push((below, here));
            }
            let before = found.len();
            found.extend(
                names
                    .into_iter()
                    .flat_map(|(line, names)| names.into_iter().map(move |name| (line, name)))
                    .map(|(line, name)| told(Some(name), line)),
            );
            if found.len() == before {
                found.push(told(None, at));
            }
        }
    }
    found
}

/// What of a line stands before another list or the outcome, and whether there is one.
fn until(line: &str) -> (&str, bool) {
    const ENDS: [&str; 5] = [" added to the base", " removed from the base", "found incompatible", "no incompatible", " changes"];
    match ENDS.iter().filter_map(|end| line.find(end)).min() {
        Some(end) => (&line[..end], true),
        None => (line, false),
    }
}

/// Files named in a line: by their endings, or in a list of Python's; a name of a doctype version alone where `bare`.
fn items(line: &str, endings: &[&str], bare: bool) -> Vec<String> {
    let words = line.split(|c: char| c.is_whitespace() || "'\"[]{},`".contains(c)).map(|word| word.trim_matches([':', '*']));
    // The generator writes `-` before what is gone, `+` before what is new.
    let words = words.map(|word| word.strip_prefix('-').unwrap_or(word)).filter(|word| !word.starts_with('+'));
    let is_doctype = |word: &str| {
        let mut parts = word.rsplitn(2, '.');
        let version = parts.next().unwrap_or_default();
        let rest = parts.next().unwrap_or_default();
        !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()) && rest.contains('.')
    };
    let named =
        words.filter(|word| endings.iter().any(|ending| word.ends_with(ending) && word.len() > ending.len()) || (bare && is_doctype(word)));
    // What the generator compares are files of its own, called like the tables.
    named.map(|word| word.strip_suffix(".txt").map_or(word, |word| word.rsplit('/').next().unwrap_or(word)).to_owned()).collect()
}
