//! Names that were asked for and that no row has: misspelt, or only without rows.
//!
//! Owns: telling the two apart, the nearest names.
//! Refuses: which rows count (source), the flags themselves (scope).

use color_eyre::Result;
use color_eyre::eyre::{Report, eyre};

use crate::ground::text::{nearest, visible};
use crate::pipeline::names::snake_case;
use crate::rows::group::{Fingerprint, Group, Groups};
use crate::rows::source::{ErrorSource, Request, Unwatched};

/// Names that are listed where none is near.
const LISTED: usize = 6;

/// A kind of name that rows are asked for by.
struct AskedName<'a> {
    flag: &'static str,
    noun: &'static str,
    asked: &'a [String],
    /// Whether spellings are one where they are in snake case.
    is_folded: bool,
    of: fn(&Group) -> Option<&str>,
}

fn kinds(request: &Request) -> [AskedName<'_>; 3] {
    [
        AskedName {
            flag: "--namespace",
            noun: "namespace",
            asked: &request.namespaces,
            is_folded: true,
            of: |group| group.key.namespace.as_deref(),
        },
        AskedName {
            flag: "--doctype",
            noun: "doctype",
            asked: &request.doctypes,
            is_folded: true,
            of: |group| group.key.doctype.as_deref(),
        },
        AskedName { flag: "--stage", noun: "stage", asked: &request.stages, is_folded: false, of: |group| group.key.stage.as_deref() },
    ]
}

impl AskedName<'_> {
    fn folded(&self, name: &str) -> String {
        if self.is_folded { snake_case(name) } else { name.to_owned() }
    }

    fn names<'g>(&self, groups: &'g Groups) -> Vec<&'g str> {
        let mut names: Vec<&str> = groups.list.iter().filter_map(self.of).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn missing(&self, groups: &Groups) -> Vec<&str> {
        // There may be a million names, which most often nobody asks for.
        if self.asked.is_empty() {
            return Vec::new();
        }
        let there: Vec<String> = self.names(groups).iter().map(|name| self.folded(name)).collect();
        self.asked.iter().map(String::as_str).filter(|name| !there.contains(&self.folded(name))).collect()
    }

    /// What the schemas call them.
    fn of_schemas<'r>(&self, request: &'r Request) -> Vec<&'r str> {
        let doctypes = request.schemas.as_deref().map(|schemas| schemas.doctypes()).unwrap_or_default();
        let mut names: Vec<&str> = match self.noun {
            "namespace" => doctypes.iter().map(|doctype| &*doctype.namespace).collect(),
            "doctype" => doctypes.iter().map(|doctype| &*doctype.doctype).collect(),
            _ => Vec::new(),
        };
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Tells of names that were asked for and that none of the groups has: an error where a name is known nowhere, a note where it is known and
/// has no rows. A source of files is read once more for its names, which a misspelt name is worth; elsewhere that would cost.
pub(super) fn check(source: &dyn ErrorSource, request: &Request, groups: &Groups) -> Result<Vec<String>> {
    let missing: Vec<(AskedName<'_>, Vec<String>)> = kinds(request)
        .into_iter()
        .map(|kind| {
            let missing = kind.missing(groups).into_iter().map(str::to_owned).collect();
            (kind, missing)
        })
        .filter(|(_, missing): &(_, Vec<String>)| !missing.is_empty())
        .collect();
    if missing.is_empty() || groups.partial {
        return Ok(Vec::new());
    }
    let all = everything(source).unwrap_or_default();
    let mut notes = Vec::new();
    for (kind, names) in missing {
        let mut in_rows = kind.names(&all);
        in_rows.extend(kind.names(groups));
        in_rows.sort_unstable();
        in_rows.dedup();
        let in_schemas = kind.of_schemas(request);
        for name in names {
            let is_in = |names: &[&str]| names.iter().any(|known| kind.folded(known) == kind.folded(&name));
            let shown = visible(&name);
            if is_in(&in_rows) {
                notes.push(format!("no row that was asked for has the {} {shown}, though others have", kind.noun));
            } else if is_in(&in_schemas) {
                notes.push(format!("no row has the {} {shown}", kind.noun));
            } else if in_rows.is_empty() && in_schemas.is_empty() {
                notes.push(format!("no row has the {} {shown}, and no other name is known to compare it with", kind.noun));
            } else {
                return Err(unknown(&kind, &name, &in_rows, &in_schemas));
            }
        }
    }
    Ok(notes)
}

/// All rows of a source that costs nothing, counted; nothing of one that cannot be read again.
fn everything(source: &dyn ErrorSource) -> Option<Groups> {
    (!source.is_remote()).then(|| source.groups(&Request::default(), &Unwatched).ok()).flatten()
}

fn unknown(kind: &AskedName<'_>, name: &str, in_rows: &[&str], in_schemas: &[&str]) -> Report {
    let known: Vec<&str> = in_rows.iter().chain(in_schemas).copied().collect();
    let there = match nearest(name, &known) {
        Some(near) => format!("did you mean {}?", visible(near)),
        None if !in_rows.is_empty() => {
            let listed: Vec<_> = in_rows.iter().take(LISTED).map(|name| visible(name)).collect();
            let more = in_rows.len().saturating_sub(LISTED);
            format!("rows have {}{}", listed.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() })
        }
        None => "the schemas have no name like it either".to_owned(),
    };
    eyre!("{} {}: no row has that {}; {there}", kind.flag, visible(name), kind.noun)
}

/// A fingerprint that no row was found with: an error where no row of the source has it; a note where only those asked for have not.
pub(super) fn check_group(source: &dyn ErrorSource, request: &Request, group: Fingerprint) -> Result<String> {
    let all = Request { schemas: request.schemas.clone(), ..Request::default() };
    let groups = if source.is_remote() { None } else { source.groups(&all, &Unwatched).ok() };
    let prints: Vec<String> = groups.iter().flat_map(|groups| &groups.list).map(|group| group.fingerprint.to_string()).collect();
    let print = group.to_string();
    if prints.contains(&print) {
        return Ok(format!("no row that was asked for is in group {print}, though others are"));
    }
    let known: Vec<&str> = prints.iter().map(String::as_str).collect();
    let near = nearest(&print, &known).map(|near| format!("did you mean {near}? ")).unwrap_or_default();
    let told = format!("no row is in group {print}: {near}misfit groups prints the groups; are the schemas the same?");
    if prints.is_empty() { Ok(told) } else { Err(eyre!(told)) }
}
