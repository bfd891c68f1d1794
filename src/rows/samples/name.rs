//! What the name of a sample says: `NAMESPACE/DOCTYPE.VERSION.WHAT.{pass,fail}.json`.

use std::path::Path;
use std::str::FromStr;

use super::SampleFile;

/// A doctype and its version, as they were spelled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DoctypeName {
    /// The part before the first dot, for example `telemetry`.
    pub namespace: String,
    /// The part behind it, for example `main`.
    pub doctype: String,
    /// `None` where the document tells it itself, as telemetry's do.
    pub version: Option<String>,
}

impl FromStr for DoctypeName {
    type Err = String;

    /// Reads `NAMESPACE.DOCTYPE.VERSION`, or `NAMESPACE/DOCTYPE.VERSION` as it is shown. A version may have dots in it.
    fn from_str(text: &str) -> Result<Self, String> {
        let whole = DoctypeName::with_or_without_version(text).filter(|name| name.version.is_some());
        whole.ok_or_else(|| "a doctype is NAMESPACE.DOCTYPE.VERSION, for example telemetry.main.4".to_owned())
    }
}

impl DoctypeName {
    /// The same, where the version may be left out; `None` where a part is empty.
    pub fn with_or_without_version(text: &str) -> Option<Self> {
        let (namespace, rest) = text.split_once(['/', '.'])?;
        let (doctype, version) = rest.split_once('.').map_or((rest, None), |(doctype, version)| (doctype, Some(version)));
        let is_whole = [Some(namespace), Some(doctype), version].iter().flatten().all(|part| !part.is_empty());
        is_whole.then(|| DoctypeName { namespace: namespace.into(), doctype: doctype.into(), version: version.map(str::to_owned) })
    }
}

impl std::fmt::Display for DoctypeName {
    /// `telemetry/main.4`, as everywhere on screen.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.doctype)?;
        self.version.iter().try_for_each(|version| write!(f, ".{version}"))
    }
}

/// The verdict that a sample is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It fits its schema.
    Pass,
    /// It does not.
    Fail,
}

impl Expected {
    /// The word in names and output.
    pub fn name(self) -> &'static str {
        match self {
            Expected::Pass => "pass",
            Expected::Fail => "fail",
        }
    }
}

/// Endings of files with one document a line.
const LINES: [&str; 2] = ["ndjson", "jsonl"];

/// Whether a file in a folder holds documents: schemas lie beside samples in some repositories.
pub(super) fn is_sample(name: &str) -> bool {
    let stem = unpacked(name);
    let is_json = stem.rsplit_once('.').is_some_and(|(_, ending)| ending == "json" || LINES.contains(&ending));
    is_json && !stem.ends_with(".schema.json") && !name.starts_with('.')
}

/// A file by its path. The doctype needs the folder, which is the namespace, and a version, which begins with a digit.
pub(super) fn file(path: &Path, shown: String) -> SampleFile {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let (stem, ending) = unpacked(&name).rsplit_once('.').unwrap_or_default();
    let mut parts = stem.split('.');
    let doctype = parts.next().filter(|doctype| !doctype.is_empty());
    let version = parts.next().filter(|version| version.starts_with(|c: char| c.is_ascii_digit()));
    // A relative path may begin inside of the namespace.
    let whole = std::path::absolute(path).ok();
    let folder = whole.as_deref().and_then(Path::parent).and_then(Path::file_name).map(|folder| folder.to_string_lossy().into_owned());
    let doctype = folder.zip(doctype.zip(version)).map(|(namespace, (doctype, version))| DoctypeName {
        namespace,
        doctype: doctype.to_owned(),
        version: Some(version.to_owned()),
    });
    let expected = match stem.rsplit_once('.').map(|(_, last)| last) {
        Some("pass") => Some(Expected::Pass),
        Some("fail") => Some(Expected::Fail),
        _ => None,
    };
    SampleFile { path: Some(path.to_owned()), shown, doctype, expected, is_lines: LINES.contains(&ending) }
}

/// The name without what only tells how it is packed.
fn unpacked(name: &str) -> &str {
    [".gz", ".zst"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str) -> (Option<String>, Option<&'static str>, bool) {
        let file = file(Path::new(path), path.to_owned());
        (file.doctype.map(|doctype| doctype.to_string()), file.expected.map(Expected::name), file.is_lines)
    }

    #[test]
    fn folder_and_name_tell_doctype_and_expectation() {
        assert_eq!(told("/d/telemetry/main.4.GMPlugins.fail.json"), (Some("telemetry/main.4".into()), Some("fail"), false));
        assert_eq!(told("acme/a-b.1.json"), (Some("acme/a-b.1".into()), None, false));
        assert_eq!(told("acme/a.12.x.pass.ndjson.gz"), (Some("acme/a.12".into()), Some("pass"), true));
        assert_eq!(told("acme/some.document.pass.json"), (None, Some("pass"), false));
        assert_eq!(told("acme/payload.json"), (None, None, false));
    }

    #[test]
    fn a_doctype_is_given_in_three_parts() {
        let name: DoctypeName = "org-acme.main-ping.4.1".parse().unwrap();
        assert_eq!((name.to_string(), name.version.as_deref()), ("org-acme/main-ping.4.1".to_owned(), Some("4.1")));
        let shown: DoctypeName = "org-acme/main-ping.4.1".parse().unwrap();
        assert_eq!(shown, name, "as it is shown");
        let bare = DoctypeName::with_or_without_version("telemetry/main").unwrap();
        assert_eq!((bare.to_string(), bare.version), ("telemetry/main".to_owned(), None));
        for wrong in ["", "a", "a.b", "a/b", "a..1", ".b.1", "a.b.", "/b.1", "a/.1", "a/b."] {
            assert!(wrong.parse::<DoctypeName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn schemas_and_notes_are_no_samples() {
        assert!(["a.1.json", "a.ndjson", "a.json.gz", "a.jsonl.zst"].iter().all(|name| is_sample(name)));
        assert!(!["a.1.schema.json", "README.md", ".a.json", "json", "a.1.bq"].iter().any(|name| is_sample(name)));
    }
}
