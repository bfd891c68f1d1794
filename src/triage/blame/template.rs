//! Where to edit: the template or include of the source repository that a node of a generated schema comes from.
//!
//! Owns: putting a template together with its includes, remembering which line each part comes from; what the generator changes by itself.
//! Refuses: any guess: a node that is not the same there has no place there.

mod includes;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::{BlameQuestion, BlameTarget};
use crate::ground::patch::TextEdit;
use crate::pipeline::document::skim;
use crate::rows::column::ErrorColumn;
use crate::rows::schemas::git::{Blobs, Commit, GitError, ObjectId, Repository};
use crate::rows::schemas::{Lookup, SchemaStore, file_of};
use crate::triage::origin;

pub use includes::{IncludedAt, Includes};

/// Where templates are in the source repository, and what several of them include.
const TEMPLATES: &str = "templates/";
const INCLUDES: &str = "templates/include/";
/// Includes in includes.
const DEEPEST: usize = 16;
/// Longest text that templates are put together to.
const LONGEST: usize = 64 << 20;
/// The templates of which the schemas of all Glean pings are copies.
pub(in crate::triage) const GLEAN: [&str; 4] = [
    "templates/glean/glean/glean.1.schema.json",
    "templates/glean/glean/glean.2.schema.json",
    "templates/glean/glean/glean-min.1.schema.json",
    "templates/glean/glean/glean-min.2.schema.json",
];

/// Where something is edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditPlace {
    /// In a file of the source repository.
    Template {
        /// From its top on.
        file: String,
        /// From 1 on.
        line: usize,
    },
    /// Nowhere in it.
    Generator {
        /// What the generator does, where that is known.
        does: Option<&'static str>,
    },
}

impl fmt::Display for EditPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditPlace::Template { file, line } => write!(f, "{file} line {line}"),
            EditPlace::Generator { does: Some(does) } => write!(f, "made by the generator: {does}"),
            EditPlace::Generator { does: None } => f.write_str("made by the generator: no template has it so"),
        }
    }
}

/// A template or include with what changes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedTemplate {
    /// From the top of the repository on.
    pub file: String,
    /// As it stands.
    pub text: Vec<u8>,
    /// What changes.
    pub edits: Vec<TextEdit>,
}

/// The templates of a source repository, as the branch that people work on has them.
pub struct Templates {
    blobs: Blobs,
    files: BTreeMap<String, ObjectId>,
    /// Files by the name that includes them: `TELEMETRY_ID_1_JSON`.
    includes: FxHashMap<String, String>,
}

/// A text put together, and where each part of it comes from.
#[derive(Default)]
struct Rendered {
    text: Vec<u8>,
    /// From which byte on, which file, its line there, and its byte there.
    parts: Vec<(usize, String, usize, usize)>,
}

impl Templates {
    /// Opens a clone of the source repository.
    ///
    /// # Errors
    /// It has no templates, or git does not read it.
    pub fn open(repository: &Repository) -> Result<Self, GitError> {
        let templates = Self::at(repository, &repository.main()?)?;
        if templates.files.is_empty() {
            return Err(GitError::Refused(format!("{} holds no templates: it is not the source of the schemas", repository.name())));
        }
        Ok(templates)
    }

    /// As a commit has them, if any.
    pub(super) fn at(repository: &Repository, commit: &Commit) -> Result<Self, GitError> {
        let all = repository.files(commit)?.into_iter().filter(|file| file.path.starts_with(TEMPLATES));
        let files: BTreeMap<String, ObjectId> = all.map(|file| (file.path, file.blob)).collect();
        let includes = files.keys().filter_map(|path| Some((include_name(path.strip_prefix(INCLUDES)?)?, path.clone()))).collect();
        Ok(Templates { blobs: repository.blobs()?, files, includes })
    }

    /// Where what is asked for is edited, as it is now; `None` where it is no more. A column is edited where the node is that it is made of.
    pub fn place(&mut self, store: &SchemaStore, question: &BlameQuestion, now: Option<&Value>) -> Result<Option<EditPlace>, GitError> {
        let Some(now) = now else { return Ok(None) };
        let names = match &question.target {
            BlameTarget::Node(tokens) => return self.node(question, tokens, now).map(Some),
            BlameTarget::Column(names) => names,
        };
        let does = does_to(question, names);
        let made = (does == TRANSPILED).then(|| node_of_column(store, question, names)).flatten();
        match made {
            Some((tokens, value)) => self.node(question, &tokens, &value).map(Some),
            None => Ok(Some(EditPlace::Generator { does: Some(does) })),
        }
    }

    fn node(&mut self, question: &BlameQuestion, tokens: &[String], now: &Value) -> Result<EditPlace, GitError> {
        for file in self.candidates(question) {
            let mut rendered = Rendered::default();
            self.render(&file, 0, &mut rendered)?;
            let Ok(Some(at)) = skim::find(&rendered.text, tokens) else { continue };
            if serde_json::from_slice::<Value>(&rendered.text[at.clone()]).is_ok_and(|value| value == *now)
                && let Some((file, line)) = rendered.line(at.start)
            {
                return Ok(EditPlace::Template { file, line });
            }
        }
        Ok(EditPlace::Generator { does: None })
    }

    /// What each template that a schema may come from has at a place, by the template's path.
    pub(super) fn values(&mut self, question: &BlameQuestion, tokens: &[String]) -> Result<BTreeMap<String, Value>, GitError> {
        let mut found = BTreeMap::new();
        for file in self.candidates(question) {
            let mut rendered = Rendered::default();
            self.render(&file, 0, &mut rendered)?;
            let Ok(Some(at)) = skim::find(&rendered.text, tokens) else { continue };
            if let Ok(value) = serde_json::from_slice(&rendered.text[at]) {
                found.insert(file, value);
            }
        }
        Ok(found)
    }

    /// The doctype's own template, what its namespace has in common, and where it has none of its own those of Glean.
    fn candidates(&self, question: &BlameQuestion) -> Vec<String> {
        let BlameQuestion { namespace, doctype, version, .. } = question;
        let below = |path: &String| path.strip_prefix(TEMPLATES).map(str::to_owned);
        let own =
            self.files.keys().filter(|path| below(path).is_some_and(|path| file_of(&path, namespace, doctype, version) == Some(true)));
        let mut found: Vec<String> = own.cloned().collect();
        if found.is_empty() {
            found.extend(GLEAN.iter().filter(|path| self.files.contains_key(**path)).map(|path| (*path).to_owned()));
        }
        let defaults = format!("{TEMPLATES}{}/defaults.schema.json", namespace.replace('_', "-"));
        found.extend(self.files.contains_key(&defaults).then_some(defaults));
        found
    }

    /// The file with which this is put together, its edits, and the file's own text: what an edit of the whole schema is in its sources. `make` is
    /// given each text that the schema may come from, and says which of its bytes change; `None` where none is the one.
    pub fn edited(
        &mut self,
        question: &BlameQuestion,
        make: &mut dyn FnMut(&[u8]) -> Option<Vec<TextEdit>>,
    ) -> Result<Option<Vec<EditedTemplate>>, GitError> {
        for candidate in self.candidates(question) {
            let mut rendered = Rendered::default();
            self.render(&candidate, 0, &mut rendered)?;
            let Some(edits) = make(&rendered.text).filter(|edits| !edits.is_empty()) else { continue };
            let mut files: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
            let all = edits.len();
            for edit in edits {
                if let Some((file, range)) = rendered.source(&edit.range) {
                    files.entry(file).or_default().push(TextEdit { range, with: edit.with });
                }
            }
            if files.values().map(Vec::len).sum::<usize>() < all {
                continue;
            }
            let mut made = Vec::with_capacity(files.len());
            for (file, edits) in files {
                let Some(id) = self.files.get(&file) else { continue };
                made.push(EditedTemplate { text: self.blobs.read(id)?.to_vec(), file, edits });
            }
            return Ok(Some(made));
        }
        Ok(None)
    }

    fn render(&mut self, file: &str, depth: usize, rendered: &mut Rendered) -> Result<(), GitError> {
        let Some(id) = self.files.get(file) else { return Ok(()) };
        let text = self.blobs.read(id)?;
        let (mut at, mut line) = (0, 1);
        while at < text.len() && rendered.text.len() < LONGEST {
            let mark = macro_at(&text, at);
            let end = mark.as_ref().map_or(text.len(), |(begin, _)| *begin);
            rendered.parts.push((rendered.text.len(), file.to_owned(), line, at));
            rendered.text.extend_from_slice(&text[at..end]);
            line += memchr::memchr_iter(b'\n', &text[at..end]).count();
            let Some((_, name)) = mark else { break };
            let included = self.includes.get(&name).cloned().filter(|_| depth < DEEPEST);
            match included {
                Some(included) => self.render(&included, depth + 1, rendered)?,
                None => rendered.text.extend_from_slice(format!("@{name}@").as_bytes()),
            }
            at = end + name.len() + 2;
        }
        Ok(())
    }
}

impl Rendered {
    fn part(&self, at: usize) -> Option<usize> {
        self.parts.partition_point(|(begin, ..)| *begin <= at).checked_sub(1)
    }

    /// The file that bytes come from, and which of its bytes they are; `None` where they come from several.
    fn source(&self, range: &Range<usize>) -> Option<(String, Range<usize>)> {
        let part = self.part(range.end.max(range.start + 1) - 1)?;
        let (begin, file, _, offset) = self.parts.get(part)?;
        let start = range.start.checked_sub(*begin)? + offset;
        Some((file.clone(), start..start + range.len()))
    }

    /// File and line of a byte.
    fn line(&self, at: usize) -> Option<(String, usize)> {
        let (begin, file, line, _) = self.parts.get(self.part(at)?)?;
        Some((file.clone(), line + memchr::memchr_iter(b'\n', &self.text[*begin..at]).count()))
    }
}

/// The node of the newest schema that fills a column, with what it says.
pub(super) fn node_of_column(store: &SchemaStore, question: &BlameQuestion, names: &[String]) -> Option<(Vec<String>, Value)> {
    let BlameQuestion { namespace, doctype, version, .. } = question;
    let Lookup::Found(at) = store.lookup(namespace, doctype, Some(version)) else { return None };
    let (schema, layout) = (store.schema(at).ok()??, store.layout(at).ok()??);
    let column = names.iter().try_fold(None, |parent, name| layout.child(parent, name).map(Some))??;
    let node = origin::node_of(&layout, &schema, column)?;
    Some((schema.document.tokens(node), serde_json::from_slice(schema.document.raw(node)).ok()?))
}

/// `telemetry/id.1.schema.json` is included as `TELEMETRY_ID_1_JSON`, a `.txt` as `…_TXT`.
fn include_name(path: &str) -> Option<String> {
    let (stem, ending) = match path.strip_suffix(".schema.json") {
        Some(stem) => (stem, "_JSON"),
        None => (path.strip_suffix(".txt")?, "_TXT"),
    };
    let name: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    Some(format!("{name}{ending}"))
}

/// The next `@NAME@` from there on: where it begins, and the name.
fn macro_at(text: &[u8], from: usize) -> Option<(usize, String)> {
    memchr::memchr_iter(b'@', &text[from..]).find_map(|found| {
        let begin = from + found;
        let length =
            text[begin + 1..].iter().take_while(|&&byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_').count();
        let is_closed = length > 0 && text.get(begin + 1 + length) == Some(&b'@');
        is_closed.then(|| (begin, String::from_utf8_lossy(&text[begin + 1..=begin + length]).into_owned()))
    })
}

/// Columns that the generator makes otherwise than their schema says: the end of a column's names, the doctypes, what it does.
const OVERRIDES: [(&str, &[&str], &str); 6] = [
    ("simple_measurements", &["main", "saved-session", "first-shutdown"], "it makes the members of simpleMeasurements INT64"),
    ("user_prefs", &[], "it makes userPrefs a map of STRING"),
    ("active_addons", &[], "it makes foreignInstall and userDisabled of activeAddons INT64 and version STRING"),
    ("theme", &[], "it makes foreignInstall of theme INT64"),
    ("active_gmp_plugins", &[], "it makes applyBackgroundUpdates of activeGMPlugins INT64"),
    ("stack", &["bhr"], "it makes stack STRING"),
];
/// What it does to columns of metrics and of probes.
const GLEAN_METRICS: &str = "it makes the columns of metrics of what the probe service lists";
const PROBES: &str = "it makes the columns of probes of what the probe service lists";
const METADATA: &str = "it merges the pipeline's own columns in";
const TRANSPILED: &str = "it makes the column of the JSON schema; ask for the node of the schema";

/// What the generator does to a column.
fn does_to(question: &BlameQuestion, names: &[String]) -> &'static str {
    let has = |name: &str| names.iter().any(|known| known == name);
    let doctype = question.doctype.replace('_', "-");
    let is_telemetry = question.namespace == "telemetry";
    let forced = OVERRIDES.iter().find(|(name, doctypes, _)| has(name) && (doctypes.is_empty() || doctypes.contains(&doctype.as_str())));
    match names.first().map(String::as_str) {
        Some("metadata" | "normalized_channel" | "sample_id" | "additional_properties") => METADATA,
        Some(name) if name == ErrorColumn::Time.name() => METADATA,
        _ if is_telemetry && forced.is_some() => forced.map_or(TRANSPILED, |(_, _, does)| does),
        Some("metrics") if !is_telemetry => GLEAN_METRICS,
        Some("payload") if is_telemetry && ["histograms", "keyed_histograms", "scalars", "keyed_scalars"].iter().any(|name| has(name)) => {
            PROBES
        }
        _ => TRANSPILED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_include_is_named_by_its_path() {
        assert_eq!(include_name("glean/client_info.1.schema.json").as_deref(), Some("GLEAN_CLIENT_INFO_1_JSON"));
        assert_eq!(include_name("telemetry/a-b.3.txt").as_deref(), Some("TELEMETRY_A_B_3_TXT"));
        assert_eq!(include_name("glean/CHANGELOG.md"), None);
        assert_eq!(macro_at(b"a@b.c @X_1@", 0), Some((6, "X_1".to_owned())));
        assert_eq!(macro_at(b"a@@ @x@ @", 0), None);
    }

    #[test]
    fn overrides_of_the_generator_are_named() {
        let does = |doctype: &str, column: &str| {
            let BlameTarget::Column(names) = BlameTarget::parse(column).unwrap() else { panic!("a node") };
            let question = BlameQuestion {
                namespace: "telemetry".to_owned(),
                doctype: doctype.to_owned(),
                version: "4".to_owned(),
                target: BlameTarget::Column(names.clone()),
            };
            does_to(&question, &names)
        };
        assert!(does("main", "payload.simple_measurements.a").contains("simpleMeasurements INT64"));
        assert!(does("bhr", "payload.hangs.stack").contains("stack STRING"));
        assert!(does("crash", "payload.hangs.stack").contains("ask for the node"));
        assert!(does("event", "environment.settings.user_prefs").contains("map of STRING"));
        assert!(does("main", "payload.processes.parent.scalars.x").contains("probe service"));
    }
}
