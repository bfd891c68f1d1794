//! Schemas that are named beside opened ones.
//!
//! Owns: what such a name may be: a path, a revision with its repository or of the opened schemas' own, one schema file that stands in the place of theirs.
//! Refuses: comparing the two.

use std::path::Path;

use crate::ground::text::visible;
use crate::pipeline::schema::Schema;
use crate::rows::demo;
use crate::rows::schemas::git::{GitError, split_revision};
use crate::rows::schemas::{Doctype, SCHEMA_ENDING, SchemaError, SchemaStore, file_of};

/// Most files that a message names.
const MOST: usize = 4;

/// Whether what was typed says all: a path, or a revision with its repository. Else it is a revision of the schemas that it stands beside.
pub fn stands_alone(given: &Path) -> bool {
    given.exists() || split_revision(given).is_some()
}

/// Opens what was typed beside opened schemas: a folder, an archive, `REPO@REVISION`, a revision of the repository that the schemas are of, or one
/// schema file: then all others are as they stand.
///
/// # Errors
/// There is no such thing, or it holds no schemas.
pub fn beside(store: &SchemaStore, given: &Path) -> Result<SchemaStore, SchemaError> {
    if given.as_os_str() == demo::NAME {
        return demo::schemas();
    }
    if given.is_file() && given.to_string_lossy().ends_with(".json") {
        return with_one(store, given);
    }
    if stands_alone(given) {
        return SchemaStore::open_named(given);
    }
    let shown = visible(&given.to_string_lossy()).into_owned();
    match (store.lineage()?, given.to_str()) {
        (Some(lineage), Some(name)) => super::revision(&lineage, name).map_err(|error| match error {
            // Of what is written like a path nobody wants to know which branches there are.
            SchemaError::Git(GitError::NoRevision(_)) if name.contains('/') => SchemaError::Missing(format!(
                "there is no file or folder {shown}, and {} has no revision of that name",
                lineage.repository.name()
            )),
            SchemaError::Git(GitError::NoRevision(text)) => SchemaError::Empty(format!("there is no file or folder {shown}, and {text}")),
            error => error,
        }),
        _ => SchemaStore::open_named(given).map_err(|error| match error {
            SchemaError::Missing(text) => {
                SchemaError::Missing(format!("{text}; nor is it a revision: {} stands in no git repository", store.name()))
            }
            error => error,
        }),
    }
}

/// The opened schemas with one file in the place of theirs: that of its name.
fn with_one(store: &SchemaStore, given: &Path) -> Result<SchemaStore, SchemaError> {
    let shown = visible(&given.to_string_lossy()).into_owned();
    let text = std::fs::read(given).map_err(|error| SchemaError::Io { path: given.to_owned(), error })?;
    let path = replaced(store, given)?;
    Schema::parse(&path, text.clone()).map_err(|reason| SchemaError::Broken { path: shown.clone(), reason })?;
    Ok(store.with_file_of(&path, text, &shown))
}

/// Which file of the schemas one stands for, by its name and the folders that it lies in, if those are a doctype's.
fn replaced(store: &SchemaStore, given: &Path) -> Result<String, SchemaError> {
    let whole = given.canonicalize().unwrap_or_else(|_| given.to_owned());
    let parts: Vec<String> = whole.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let below = parts.get(parts.len().saturating_sub(3)..).unwrap_or_default().join("/");
    let schema_of = |found: &Doctype, path: &str| file_of(path, &found.namespace, &found.doctype, &found.version) == Some(true);
    let all = || store.doctypes().iter().filter(|found| found.schema.is_some());
    if let Some(path) = all().find(|found| schema_of(found, &below)).and_then(|found| found.schema.clone()) {
        return Ok(path);
    }
    let name = parts.last().map_or("", String::as_str);
    let is_named = |found: &&Doctype| schema_of(found, &format!("{}/{}/{name}", found.namespace, found.doctype));
    let alike: Vec<&str> = all().filter(is_named).filter_map(|found| found.schema.as_deref()).collect();
    let shown = visible(&given.to_string_lossy()).into_owned();
    match alike.as_slice() {
        [only] => Ok((*only).to_owned()),
        [] => Err(SchemaError::Empty(format!(
            "{shown} stands for no schema of {}: a single schema is named DOCTYPE.VERSION{SCHEMA_ENDING}, as the one that it takes the place of",
            store.name()
        ))),
        several => {
            let more = if several.len() > MOST { format!(" or {} more", several.len() - MOST) } else { String::new() };
            let names = several[..several.len().min(MOST)].join(", ");
            Err(SchemaError::Empty(format!("{shown} may stand for {names}{more}: put it into folders NAMESPACE/DOCTYPE that tell which")))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::tests::git;
    use super::*;

    const LAX: &str = "{\"maxLength\": 9}";

    fn write(folder: &Path, path: &str, text: &str) {
        let full = folder.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, text).unwrap();
    }

    fn refused(store: &SchemaStore, given: &Path) -> String {
        beside(store, given).err().unwrap().to_string()
    }

    #[test]
    fn a_bare_revision_is_of_the_repository_that_the_schemas_are_of() {
        let top = tempfile::tempdir().unwrap();
        let folder = top.path();
        git(folder, &["init", "-q", "-b", "main"]);
        for text in ["{}", LAX] {
            write(folder, "schemas/t/d/d.1.schema.json", text);
            git(folder, &["add", "-A"]);
            git(folder, &["commit", "-q", "-m", "x"]);
        }
        write(folder, "schemas/t/d/d.1.schema.json", "{\"edited\": true}");
        let schema = |store: &SchemaStore| String::from_utf8(store.file("t/d/d.1.schema.json").unwrap()).unwrap();
        // Files of a folder, and a revision: both know their repository.
        for opened in [SchemaStore::open_named(folder).unwrap(), SchemaStore::open_revision(folder, Some("HEAD~1")).unwrap()] {
            assert_eq!(schema(&beside(&opened, Path::new("main")).unwrap()), LAX);
            assert_eq!(schema(&beside(&opened, Path::new("2999-01-01")).unwrap()), LAX);
        }
        let opened = SchemaStore::open_named(folder).unwrap();
        assert_eq!(schema(&beside(&opened, Path::new("HEAD~1")).unwrap()), "{}");
        let text = refused(&opened, Path::new("mian"));
        assert!(text.starts_with("there is no file or folder mian, and ") && text.ends_with("did you mean main?"), "{text}");
        let text = refused(&opened, Path::new("no/where"));
        assert!(text.starts_with("there is no file or folder no/where, and ") && text.ends_with(" has no revision of that name"), "{text}");
        let plain = demo::schemas().unwrap();
        let text = refused(&plain, Path::new("HEAD~1"));
        assert!(text.contains("there is no folder HEAD~1") && text.contains("nor is it a revision: demo stands in no git"), "{text}");
        assert!(beside(&opened, Path::new(demo::NAME)).is_ok());
    }

    #[test]
    fn one_schema_file_stands_in_the_place_of_its_own() {
        let top = tempfile::tempdir().unwrap();
        let folder = top.path();
        for path in ["t/d/d.1.schema.json", "u/d/d.1.schema.json", "t/e/e.1.schema.json"] {
            write(folder, &format!("schemas/{path}"), "{}");
        }
        let store = SchemaStore::open_named(&folder.join("schemas")).unwrap();
        write(folder, "mine/e.1.schema.json", LAX);
        let edited = beside(&store, &folder.join("mine/e.1.schema.json")).unwrap();
        assert_eq!(edited.file("t/e/e.1.schema.json").unwrap(), LAX.as_bytes());
        assert_eq!(edited.file("t/d/d.1.schema.json").unwrap(), b"{}");
        assert!(
            edited.name().contains("with t/e/e.1.schema.json of ") && edited.name().ends_with("mine/e.1.schema.json"),
            "{}",
            edited.name()
        );
        write(folder, "mine/d.1.schema.json", LAX);
        let text = refused(&store, &folder.join("mine/d.1.schema.json"));
        assert!(text.contains("may stand for t/d/d.1.schema.json, u/d/d.1.schema.json: put it into folders"), "{text}");
        write(folder, "mine/u/d/d.1.schema.json", LAX);
        let edited = beside(&store, &folder.join("mine/u/d/d.1.schema.json")).unwrap();
        assert_eq!(
            (edited.file("u/d/d.1.schema.json").unwrap(), edited.file("t/d/d.1.schema.json").unwrap()),
            (LAX.into(), b"{}".to_vec())
        );
        write(folder, "mine/f.1.schema.json", LAX);
        assert!(refused(&store, &folder.join("mine/f.1.schema.json")).contains("stands for no schema of "));
        write(folder, "mine/e.1.schema.json", "{\n\"a\": }");
        let text = refused(&store, &folder.join("mine/e.1.schema.json"));
        assert!(text.contains("mine/e.1.schema.json: ") && text.contains("line 2"), "{text}");
    }
}
