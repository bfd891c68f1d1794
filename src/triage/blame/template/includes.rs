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
    rendered: FxHashMap<String, Arc<Rendered>>,
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
            let rendered = match self.rendered(&candidate) {
                Ok(rendered) => rendered,
                Err(error) => {
                    self.fault.get_or_insert_with(|| format!("{candidate} of the source cannot be read: {error}"));
                    continue;
                }
            };
            let Ok(Some(at)) = skim::find(&rendered.text, tokens) else { continue };
            if serde_json::from_slice::<Value>(&rendered.text[at.clone()]).is_ok_and(|value| value == *now) {
                let (begin, file, _, offset) = rendered.parts.get(rendered.part(at.start)?)?;
                let is_shared = file.starts_with(INCLUDES) || GLEAN.contains(&file.as_str());
                return is_shared.then(|| IncludedAt { file: file.clone(), byte: at.start - begin + offset });
            }
        }
        None
    }

    fn rendered(&mut self, file: &str) -> Result<Arc<Rendered>, GitError> {
        if let Some(known) = self.rendered.get(file) {
            return Ok(Arc::clone(known));
        }
        let mut rendered = Rendered::default();
        self.templates.render(file, 0, &mut rendered)?;
        let rendered = Arc::new(rendered);
        self.rendered.insert(file.to_owned(), Arc::clone(&rendered));
        Ok(rendered)
    }
}
