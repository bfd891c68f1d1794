//! A column that a diff takes away, written as it was.
//!
//! Owns: a column as layouts write it, made of compact columns.
//! Refuses: which column is meant.

use super::TableDiff;

/// Most compact columns of a column that is written as it was.
const MOST_WRITTEN: usize = 60;

/// A column as it was, as layouts write it; `None` where its types are not told, or it is too long to be read.
pub(super) fn was(diff: &TableDiff, at: &str) -> Option<String> {
    let below = format!("{at}.");
    let all = diff.gone.range(at.to_owned()..).take_while(|(path, _)| path.starts_with(at));
    let own = |path: &str| path == at || path.starts_with(&below);
    let all: Vec<(&str, &str)> = all.map(|(path, (kind, _))| (path.as_str(), kind.as_str())).filter(|(path, _)| own(path)).collect();
    if all.is_empty() || all.len() > MOST_WRITTEN || all.iter().any(|(_, kind)| kind.is_empty()) {
        return None;
    }
    let name = at.trim_end_matches(".[]").rsplit('.').next().unwrap_or_default();
    let is_list = at.ends_with(".[]");
    let inside: Vec<(&str, &str)> = all.iter().map(|(path, kind)| (path.strip_prefix(&below).unwrap_or_default(), *kind)).collect();
    written(name, is_list, &inside)
}

/// A column as layouts write it: what it holds by the compact columns below, one that is empty for a value.
fn written(name: &str, is_list: bool, inside: &[(&str, &str)]) -> Option<String> {
    let mode = if is_list { "REPEATED" } else { "NULLABLE" };
    if let [("", kind)] = inside {
        return Some(format!("{{\"name\": \"{name}\", \"type\": \"{kind}\", \"mode\": \"{mode}\"}}"));
    }
    let mut names: Vec<&str> = Vec::new();
    for (path, _) in inside {
        let name = path.split('.').next().filter(|name| !name.is_empty() && *name != "[]")?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let field = |name: &&str| {
        let rest = |path: &'_ str| -> Option<(bool, usize)> {
            let rest = path.strip_prefix(*name).filter(|rest| rest.is_empty() || rest.starts_with('.'))?;
            let is_list = rest == ".[]" || rest.starts_with(".[].");
            let below = if is_list { &rest[3..] } else { rest };
            Some((is_list, path.len() - below.trim_start_matches('.').len()))
        };
        let own: Vec<(bool, (&str, &str))> =
            inside.iter().filter_map(|(path, kind)| rest(path).map(|(is_list, at)| (is_list, (&path[at..], *kind)))).collect();
        let below: Vec<(&str, &str)> = own.iter().map(|(_, below)| *below).collect();
        written(name, own.iter().any(|(is_list, _)| *is_list), &below)
    };
    let fields: Option<Vec<String>> = names.iter().map(field).collect();
    let fields = fields?.join(", ");
    Some(format!("{{\"name\": \"{name}\", \"type\": \"RECORD\", \"mode\": \"{mode}\", \"fields\": [{fields}]}}"))
}

/// A column that is gone, as its line in the diff tells it; `None` where that line has no type.
pub(in crate::triage::explain) fn of_message(message: &str) -> Option<String> {
    let (path, kind) = message.strip_prefix("-root.")?.split_once(' ').filter(|(_, kind)| !kind.is_empty())?;
    let name = path.trim_end_matches(".[]").rsplit('.').next()?;
    written(name, path.ends_with(".[]"), &[("", kind)])
}
