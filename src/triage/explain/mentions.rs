//! Names of tables and commits in a text.
//!
//! Owns: the forms in which tools write them, which of several is meant by a message beside them.
//! Refuses: whether there is such a table.

use std::sync::OnceLock;

use fancy_regex::Regex;

use super::lines::{JoinedText, LogText};

/// Forms of a table's name, the surest first: with a project, in a path, by terraform's address, bare.
const FORMS: [&str; 8] = [
    // Both parts have a letter: a browser's version and the port of an address are no tables.
    r"\b([a-z][a-z0-9-]+:(?=\d*[A-Za-z_])[A-Za-z0-9_]+\.(?=\d*[A-Za-z_])[A-Za-z0-9_$]+)",
    r"projects/[\w.:-]+/datasets/\w+/tables/[\w$]+",
    r"`([a-z][a-z0-9-]+\.\w+\.\w+)`",
    r"[Tt]able[:= ]+[`'\x22]?([a-z][a-z0-9-]+[.:]\w+\.\w+|\w+\.\w+)\b",
    r"\b(\w+_(?:live|stable|derived)\.\w+_v\d+)\b",
    r"google_bigquery_table\.\w+\[\x22([^\x22]+)\x22\]",
    r"google_bigquery_table\.(\w+)",
    r"\b([a-z]\w*_v\d+)\b",
];

/// Most lines away from a message that a name is looked for.
const REACH: usize = 25;

fn forms() -> &'static [Regex] {
    static MADE: OnceLock<Vec<Regex>> = OnceLock::new();
    MADE.get_or_init(|| FORMS.iter().filter_map(|form| Regex::new(form).ok()).collect())
}

/// The names of one form in a text, with their places.
fn of_form<'a>(form: &'a Regex, text: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    form.captures_iter(text).filter_map(Result::ok).filter_map(|found| {
        let name = found.get(1).or_else(|| found.get(0))?;
        Some((name.start(), name.as_str().trim_end_matches('.')))
    })
}

/// The table that a message is about: named by the report around it, the nearest before it or else behind it.
pub(super) fn table_at(log: &LogText, joined: &JoinedText, message: std::ops::Range<usize>) -> Option<String> {
    let lines = (joined.line(message.start), joined.line(message.end.saturating_sub(1)));
    let (first, last) = log.report(lines, REACH);
    // The command that was typed stands before what it printed.
    let typed = |line: &usize| log.line(*line).starts_with(['$', '+', '#']) || log.line(*line).starts_with("bq ");
    let command = (first.saturating_sub(3).max(1)..first).rev().find(typed);
    let own = table_within(joined, message.clone(), joined.span(lines.0, lines.1));
    own.or_else(|| table_within(joined, message.clone(), joined.span(first, last)))
        .or_else(|| table_within(joined, message, joined.span(command?, command?)))
}

/// How many of the forms can be nothing but a table.
const SURE: usize = 5;

/// The same within a part of the text.
fn table_within(joined: &JoinedText, message: std::ops::Range<usize>, span: std::ops::Range<usize>) -> Option<String> {
    let text = joined.text.get(span.clone())?;
    let (start, end) = (message.start.saturating_sub(span.start), message.end.saturating_sub(span.start));
    for (at, form) in forms().iter().enumerate() {
        // A bare name within the message may be that of a column.
        let is_apart = |place: usize| at < SURE || !(start..end).contains(&place);
        let all: Vec<(usize, &str)> = of_form(form, text).filter(|(place, _)| is_apart(*place)).collect();
        let before = all.iter().rev().find(|(at, _)| *at < end);
        let near = before.filter(|(at, _)| start.saturating_sub(*at) < 2_000).or_else(|| all.iter().find(|(at, _)| *at >= end));
        if let Some((_, name)) = near {
            return Some((*name).to_owned());
        }
    }
    None
}

/// Most lines that are looked at for a commit.
const FAR: usize = 300;

/// Words before the name of a commit; then what git and diffs write: the later of two commits with a branch behind, the folder of the new side.
const REVISIONS: &str = concat!(
    r"(?:HEAD is now at|[Cc]ommit|[Rr]evision|[Gg]enerated from|schema generation)[\s:=(\x22'\[]*([0-9a-f]{7,40})\b",
    r"|\b[0-9a-f]{7,40}\.\.\.?([0-9a-f]{7,40})\s+\S+",
    r"|(?:^|\s)\+\+\+ \S*?/([0-9a-f]{40})(?=[_/])",
);

/// The commit that was named last before a line, else one that the text begins with.
pub(super) fn revision_at(log: &LogText, line: usize) -> Option<String> {
    static MADE: OnceLock<Option<Regex>> = OnceLock::new();
    let form = MADE.get_or_init(|| Regex::new(REVISIONS).ok()).as_ref()?;
    // Numbers and words are made of the same characters.
    let is_name = |name: &&str| name.bytes().any(|byte| byte.is_ascii_digit()) && name.bytes().any(|byte| byte.is_ascii_alphabetic());
    let in_lines = |from: usize, to: usize| {
        let text = log.words.text.get(log.words.span(from, to))?;
        let names = form.captures_iter(text).filter_map(Result::ok).filter_map(|found| (1..=3).find_map(|group| found.get(group)));
        names.map(|name| name.as_str()).filter(is_name).last().map(str::to_owned)
    };
    in_lines(line.saturating_sub(FAR).max(1), line).or_else(|| in_lines(1, FAR.min(log.len())))
}

/// A table's name in its parts: dataset and table, with the project where it is told.
pub(super) fn parts(name: &str) -> Option<(Option<&str>, &str, &str)> {
    if let Some(path) = name.strip_prefix("projects/") {
        let mut parts = path.split('/');
        let (project, dataset, table) = (parts.next()?, parts.nth(1)?, parts.nth(1)?);
        return Some((Some(project), dataset, table));
    }
    let (front, table) = name.rsplit_once('.')?;
    let (project, dataset) = match front.rsplit_once([':', '.']) {
        Some((project, dataset)) => (Some(project), dataset),
        None => (None, front),
    };
    Some((project, dataset, table))
}

/// The doctype that a table is of: namespace, doctype, version. Names with `_` are guessed with `-`, as they are kept.
pub(super) fn doctype(name: &str) -> Option<(String, String, String)> {
    // The generator names them so already.
    let pieces: Vec<&str> = name.trim_end_matches(".txt").split('.').collect();
    if let [namespace, doctype, version] = pieces[..]
        && !version.is_empty()
        && version.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some((namespace.to_owned(), doctype.to_owned(), version.to_owned()));
    }
    let (_, dataset, table) = parts(name)?;
    let (doctype, version) = table.rsplit_once("_v")?;
    let namespace = dataset.strip_suffix("_live").or_else(|| dataset.strip_suffix("_stable")).unwrap_or(dataset);
    version.bytes().all(|byte| byte.is_ascii_digit()).then(|| (namespace.replace('_', "-"), doctype.replace('_', "-"), version.to_owned()))
}

/// The layout's file in the schemas.
pub(super) fn file(name: &str) -> Option<String> {
    if let Some((doctype, version)) = name.rsplit_once("_v").filter(|(doctype, _)| !doctype.contains(['.', ':', '/'])) {
        // The namespace is not told: git finds the file in any.
        let doctype = doctype.replace('_', "-");
        let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        return is_version.then(|| format!("'schemas/*/{doctype}/{doctype}.{version}.bq'"));
    }
    let (namespace, doctype, version) = doctype(name)?;
    Some(format!("schemas/{namespace}/{doctype}/{doctype}.{version}.bq"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(text: &str) -> Option<String> {
        let log = LogText::of(text.as_bytes());
        revision_at(&log, log.len())
    }

    #[test]
    fn numbers_and_what_is_no_commit_are_no_revision() {
        let all = [
            "build_id: 20240305021401",
            "Job ref 1234567890",
            "provider: sha 0a1b2c3d4e5f (h1)",
            "commit 1234567890",
            "commit deadbeef",
            "a..b",
        ];
        for text in all {
            assert_eq!(revision(text), None, "{text}");
        }
        assert_eq!(revision("HEAD is now at 19c97f5c Auto-push").as_deref(), Some("19c97f5c"));
    }

    #[test]
    fn the_new_side_of_a_diff_and_what_git_pushed_are_revisions() {
        let (old, new) = ("0123456789abcdef0123456789abcdef01234567", "89abcdef0123456789abcdef0123456789abcdef");
        let head = format!(
            "--- /app/check/{old}/acme.shop.1.txt\n+++ /app/check/{new}_local-working-branch/acme.shop.1.txt\n@@ -1 +0,0 @@\n-root.a STRING"
        );
        assert_eq!(revision(&head).as_deref(), Some(new));
        let pushed = "To github.com:acme/schemas.git\n   8b081df1b..19c97f5cd  generated-schemas -> generated-schemas";
        assert_eq!(revision(pushed).as_deref(), Some("19c97f5cd"));
        let before = "--- a/0123456789abcdef0123456789abcdef01234567/x.txt";
        assert_eq!(revision(before), None);
    }
}
