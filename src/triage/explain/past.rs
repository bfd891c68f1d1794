//! What the history of the schemas has to a log: which revision made the change that it complains of, and the column as it was before.
//!
//! Owns: when the revision is certain, when a column's own lines stand for a mend.
//! Refuses: reading history (blame), what the log itself names.

use std::path::Path;

use super::{ExplainedCause, Explanation, mentions};
use crate::pipeline::compat::{DeployRule, column_text};
use crate::pipeline::layout::Layout;
use crate::rows::schemas::SchemaStore;
use crate::rows::schemas::git::{Lineage, short_revision};
use crate::triage::blame::upstream::UpstreamBook;
use crate::triage::blame::{BlameChange, BlameQuestion, BlameTarget, HistorySettings, blame};

/// Most columns of a cause that are looked for, each in each table.
const MOST: usize = 12;

/// Names the revision of every cause whose log does not, where history leaves no doubt: the newest change of its kind of each of its columns, in all of
/// its tables, was made by one revision. A mend that puts columns back gets them as they were before.
pub fn with_history(found: &mut Explanation, store: &SchemaStore, kept: Option<&Path>) {
    let Ok(Some(lineage)) = store.lineage() else { return };
    for cause in &mut found.causes {
        let Some(past) = past(cause, store, kept) else { continue };
        if let Some(line) = as_it_was(cause, &lineage, &past) {
            let rest = std::mem::take(&mut cause.notes).into_iter().filter(|note| note.starts_with("or ") || note.contains("allowlist"));
            cause.notes = std::iter::once(format!("put it back as it was in {}", past.files.join(", "))).chain(rest).collect();
            cause.mend = line;
        } else if cause.mend.starts_with(HEAD) {
            cause.mend = cause.mend.replacen("HEAD~1", &format!("{}~1", short_revision(&past.revision)), 1);
        }
        if let Some(later) = &past.later
            && cause.revision.is_none()
        {
            let is_gone = matches!(cause.under.unwrap_or(cause.rule), DeployRule::C(10 | 11));
            let what = if is_gone { "came back" } else { "changed again" };
            cause.notes.push(format!("later it {what} in the schemas, by {}", short_revision(later)));
        }
        cause.revision.get_or_insert(past.revision);
    }
}

/// How a mend begins that takes whole files from the revision before the newest.
const HEAD: &str = "git checkout HEAD~1 ";

/// What history says of a cause.
struct CausePast {
    /// The revision that made the change.
    revision: String,
    /// The next one that changed the same column.
    later: Option<String>,
    /// The layouts' files, from the top of the repository on.
    files: Vec<String>,
}

fn past(cause: &ExplainedCause, store: &SchemaStore, kept: Option<&Path>) -> Option<CausePast> {
    let rule = cause.under.unwrap_or(cause.rule);
    if cause.columns.is_empty() || cause.tables.is_empty() || cause.columns.len() * cause.tables.len() > MOST {
        return None;
    }
    let mut found: Option<CausePast> = None;
    for table in &cause.tables {
        let (namespace, doctype, version) = mentions::doctype(table)?;
        for column in &cause.columns {
            let target = BlameTarget::Column(column.split('.').map(str::to_owned).collect());
            let question = BlameQuestion { namespace: namespace.clone(), doctype: doctype.clone(), version: version.clone(), target };
            let settings = HistorySettings { kept: kept.map(Path::to_owned), ..HistorySettings::default() };
            let told = blame(store, &question, &UpstreamBook::default(), &settings).ok().filter(|told| told.notes.is_empty())?;
            let at = told.changes.iter().position(|change| is_it(rule, change))?;
            let revision = told.changes[at].revision.clone();
            let later = told.changes[..at].last().map(|change| change.revision.clone());
            let past = found.get_or_insert_with(|| CausePast { revision: revision.clone(), later: None, files: Vec::new() });
            if past.revision != revision {
                return None;
            }
            past.later = past.later.take().or(later);
            if !past.files.contains(&told.file) {
                past.files.push(told.file);
            }
        }
    }
    found
}

/// The columns of a cause as they were before its revision, where putting them back ends it and all tables had the same.
fn as_it_was(cause: &ExplainedCause, lineage: &Lineage, past: &CausePast) -> Option<String> {
    let is_ended = match cause.under.unwrap_or(cause.rule) {
        DeployRule::C(5..=7 | 9 | 11) => true,
        DeployRule::C(8) => cause.columns.iter().any(|column| column.contains('.')),
        _ => false,
    };
    if !is_ended {
        return None;
    }
    let commit = lineage.repository.resolve(Some(&past.revision)).ok()?;
    let mut blobs = lineage.repository.blobs().ok()?;
    let mut line: Option<String> = None;
    for file in &past.files {
        let log = lineage.repository.log(&commit, std::slice::from_ref(file)).ok()?;
        let before = log.iter().find(|entry| entry.commit.id != commit.id)?;
        let blob = before.changes.iter().find(|change| change.path == *file)?.after?;
        let layout = Layout::parse(&blobs.read(&blob).ok()?).ok()?;
        let of = |column: &String| layout.find(column).map(|id| column_text(&layout, id, None, None));
        let texts: Option<Vec<String>> = cause.columns.iter().map(of).collect();
        let text = texts?.join(", ");
        if *line.get_or_insert_with(|| text.clone()) != text {
            return None;
        }
    }
    line
}

/// Whether a change is of the kind that a rule refuses.
fn is_it(rule: DeployRule, change: &BlameChange) -> bool {
    let part = |name: &str| {
        let of = |value: &Option<serde_json::Value>| value.as_ref().and_then(|value| value.get(name)).cloned();
        (of(&change.before), of(&change.after))
    };
    let (before, after) = (change.before.is_some(), change.after.is_some());
    match rule {
        DeployRule::C(10 | 11) => before && !after,
        DeployRule::C(2) => !before && after,
        DeployRule::C(5 | 6) => before && after && part("mode").0 != part("mode").1,
        DeployRule::C(7..=9) => before && after && (part("type").0 != part("type").1 || part("mode").0 != part("mode").1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn git(folder: &Path, args: &[&str]) {
        let mut command = Command::new("git");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-C"]).arg(folder).args(args);
        assert!(command.output().unwrap().status.success(), "git {args:?}");
    }

    /// The only cause, with a history of that layout.
    fn explained(layouts: &[&str], text: &str) -> ExplainedCause {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "-q"]);
        let files = folder.path().join("schemas/acme/shop");
        std::fs::create_dir_all(&files).unwrap();
        std::fs::write(files.join("shop.1.schema.json"), "{}").unwrap();
        for layout in layouts {
            std::fs::write(files.join("shop.1.bq"), layout).unwrap();
            git(folder.path(), &["add", "-A"]);
            git(folder.path(), &["commit", "-q", "-m", "Layout"]);
        }
        let store = SchemaStore::open_revision(folder.path(), None).unwrap();
        let mut found = super::super::explain(text.as_bytes());
        with_history(&mut found, &store, None);
        found.causes.remove(0)
    }

    const WITH: &str = r#"[{"name":"a","type":"RECORD","mode":"NULLABLE","fields":[{"name":"b","type":"INT64","mode":"REPEATED"},{"name":"c","type":"STRING","mode":"NULLABLE"}]}]"#;
    const WITHOUT: &str = r#"[{"name":"a","type":"RECORD","mode":"NULLABLE","fields":[{"name":"c","type":"STRING","mode":"NULLABLE"}]}]"#;
    const GONE: &str = "Provided Schema does not match Table p:acme_live.shop_v1. Field a.b is missing in new schema, invalid";

    #[test]
    fn a_column_that_is_gone_is_put_back_as_it_was() {
        let cause = explained(&[WITH, WITHOUT], GONE);
        assert_eq!(cause.mend, r#"{"name": "b", "type": "INT64", "mode": "REPEATED"}"#);
        assert!(cause.notes[0] == "put it back as it was in schemas/acme/shop/shop.1.bq", "{:?}", cause.notes);
        assert!(cause.revision.is_some() && !cause.notes.iter().any(|note| note.contains("later")), "{cause:?}");
    }

    #[test]
    fn a_column_that_came_back_has_the_revision_that_it_was_lost_by() {
        let cause = explained(&[WITH, WITHOUT, WITH], GONE);
        assert!(cause.revision.is_some() && cause.mend.contains("REPEATED"), "{cause:?}");
        let later = cause.notes.iter().find(|note| note.starts_with("later it came back in the schemas, by "));
        assert!(later.is_some_and(|note| !note.ends_with(short_revision(&cause.revision.unwrap()))), "{:?}", cause.notes);
        assert_eq!(explained(&[WITH], GONE).revision, None, "it was never gone");
    }
}
