//! Which part of a shared file of the source a node of a generated schema comes from.
//!
//! Owns: files that several templates include, and the templates of which the schemas of all Glean pings are copies.
//! Refuses: a node that the source has otherwise, which comes from nowhere.

use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::{GLEAN, INCLUDES, Rendered, Templates};
use crate::pipeline::document::skim;
use crate::rows::schemas::git::{GitError, Repository};
use crate::triage::blame::{BlameQuestion, BlameTarget};

/// A place in a shared file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncludedAt {
    /// From the top of the repository on.
    pub file: String,
    /// Its byte there: what tells two nodes of a file apart.
    byte: usize,
}

/// The shared files of a source repository. Each template is put together once.
pub struct Includes {
    templates: Templates,
    /// By file; `None` of those that cannot be put together, which are not tried again.
    rendered: FxHashMap<String, Option<Arc<Rendered>>>,
    /// Why some of it could not be read.
    pub fault: Option<String>,
}

impl Includes {
    /// Those of a clone of the repository that schemas are generated from.
    ///
    /// # Errors
    /// It is no repository, or its newest revision cannot be read.
    pub fn of(source: &Path) -> Result<Self, GitError> {
        Includes::open(&Repository::open(source)?)
    }

    /// Opens a clone of the source repository.
    ///
    /// # Errors
    /// It has no templates, or git does not read it.
    pub fn open(repository: &Repository) -> Result<Self, GitError> {
        Ok(Includes { templates: Templates::open(repository)?, rendered: FxHashMap::default(), fault: None })
    }

    /// Where a node of the schema of a doctype, with what it says now, comes from; `None` where that is no shared file, or cannot be read.
    pub fn at(&mut self, names: [&str; 3], tokens: &[String], now: &Value) -> Option<IncludedAt> {
        let [namespace, doctype, version] = names.map(str::to_owned);
        let question = BlameQuestion { namespace, doctype, version, target: BlameTarget::Node(tokens.to_vec()) };
        for candidate in self.templates.candidates(&question) {
            let Some(rendered) = self.rendered(&candidate) else { continue };
            let Ok(Some(at)) = skim::find(&rendered.text, tokens) else { continue };
            if serde_json::from_slice::<Value>(&rendered.text[at.clone()]).is_ok_and(|value| value == *now) {
                let (begin, file, _, offset) = rendered.parts.get(rendered.part(at.start)?)?;
                let is_shared = file.starts_with(INCLUDES) || GLEAN.contains(&file.as_str());
                return is_shared.then(|| IncludedAt { file: file.clone(), byte: at.start - begin + offset });
            }
        }
        None
    }

    fn rendered(&mut self, file: &str) -> Option<Arc<Rendered>> {
        if let Some(known) = self.rendered.get(file) {
            return known.clone();
        }
        let mut rendered = Rendered::default();
        let rendered = match self.templates.render(file, 0, &mut rendered) {
            Ok(_) => Some(Arc::new(rendered)),
            Err(error) => {
                self.fault.get_or_insert_with(|| format!("{file} of the source cannot be read: {error}"));
                None
            }
        };
        self.rendered.insert(file.to_owned(), rendered.clone());
        rendered
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::*;
    use crate::rows::schemas::git::ObjectId;

    fn git(folder: &Path, args: &[&str]) {
        let mut command = Command::new("git");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-C"]).arg(folder).args(args);
        assert!(command.output().unwrap().status.success(), "git {args:?}");
    }

    #[test]
    fn a_template_that_cannot_be_read_is_told_and_not_read_for_every_node() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let file = "templates/acme/ping/ping.1.schema.json";
        write("templates/include/common/os.1.schema.json", r#"{"type":"string"}"#);
        write(file, r#"{"properties":{"os":@COMMON_OS_1_JSON@,"own":{"type":"integer"}}}"#);
        git(folder.path(), &["init", "-q", "-b", "main"]);
        git(folder.path(), &["add", "."]);
        git(folder.path(), &["commit", "-q", "-m", "a"]);
        let tokens = ["properties".to_owned(), "os".to_owned()];
        let now = serde_json::json!({"type": "string"});
        let mut includes = Includes::open(&Repository::open(folder.path()).unwrap()).unwrap();
        let at = includes.at(["acme", "ping", "1"], &tokens, &now).unwrap();
        assert_eq!((at.file.as_str(), includes.fault), ("templates/include/common/os.1.schema.json", None));
        let mut includes = Includes::open(&Repository::open(folder.path()).unwrap()).unwrap();
        let lost = ObjectId::parse(&"1".repeat(40)).unwrap();
        let known = includes.templates.files.insert(file.to_owned(), lost).unwrap();
        assert_eq!(includes.at(["acme", "ping", "1"], &tokens, &now), None);
        assert!(includes.fault.as_ref().unwrap().starts_with("templates/acme/ping/ping.1.schema.json of the source cannot be read: "));
        // Whatever is there now is not looked at again.
        includes.templates.files.insert(file.to_owned(), known);
        assert_eq!(includes.at(["acme", "ping", "1"], &tokens, &now), None);
    }
}
