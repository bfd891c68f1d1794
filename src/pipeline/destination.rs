//! Which tables the documents of a doctype go to.
//!
//! Owns: names of datasets and tables, documents that are split over several tables, schemas that are copies of others, SQL that finds a document's row.
//! Refuses: columns (layout, sink), looking schemas up (schemas), running SQL (source).

mod split;
mod sql;

use std::fmt;

use crate::pipeline::document::{Document, Kind};
use crate::pipeline::java_double;
use crate::pipeline::names::{is_named, snake_case};

pub use split::{Split, SplitPart, is_copied};
pub use sql::{DocumentLookup, document_id};

/// Telemetry doctypes whose schema is made as a copy of another's: a change belongs there.
const COPIES: [(SplitName, SplitName); 3] =
    [(("main", "5"), ("main", "4")), (("first-shutdown", "4"), ("main", "4")), (("first-shutdown", "5"), ("main", "4"))];

/// Kinds of requests, each with a table of its own before documents are told apart.
const FAMILIES: [&str; 3] = ["telemetry", "structured", "stub_installer"];

/// Doctype and version.
type SplitName = (&'static str, &'static str);

/// The project of the pipeline's tables.
pub const PROJECT: &str = "moz-fx-data-shared-prod";

/// What a table holds of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Requests as they arrived.
    Raw,
    /// Documents that were refused, with the reason.
    Error,
    /// Documents that passed, as text.
    Decoded,
    /// Rows of the last days, within minutes, with duplicates.
    Live,
    /// Rows of all days but today, without duplicates.
    Stable,
    /// The view for analysis over the stable tables of all versions.
    View,
}

impl Stage {
    /// The word in output.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Raw => "raw",
            Stage::Error => "error",
            Stage::Decoded => "decoded",
            Stage::Live => "live",
            Stage::Stable => "stable",
            Stage::View => "view",
        }
    }
}

/// A table that documents of a doctype go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationTable {
    /// What it holds.
    pub stage: Stage,
    /// The doctype and version that its rows are of; where documents are split, those of the part.
    pub doctype: String,
    /// See `doctype`.
    pub version: String,
    /// `telemetry_live`.
    pub dataset: String,
    /// `main_v5`.
    pub name: String,
    /// Which part of a document that is split; `None` where it is whole.
    pub part: Option<SplitPart>,
}

impl DestinationTable {
    /// `telemetry_live.main_v5`. Namespaces may hold anything: show it through [`crate::ground::text::visible`].
    pub fn path(&self) -> String {
        self.to_string()
    }

    /// The name for SQL, in backticks.
    pub fn quoted(&self, project: &str) -> String {
        sql::table(project, self)
    }
}

/// Its path.
impl fmt::Display for DestinationTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        [&self.dataset, ".", &self.name].into_iter().try_for_each(|piece| f.write_str(piece))
    }
}

/// What a schema of the pipeline's own namespace is of. No documents of these names are sent, so they have no live table, no stable one and no view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnSchema {
    /// The pipeline's tables of that stage, which documents of many doctypes share.
    Tables(Stage),
    /// A part of other schemas, or a rule for them.
    Part,
}

impl OwnSchema {
    /// What a doctype of the pipeline's own is; `None` for all doctypes whose documents are sent.
    pub fn of(namespace: &str, doctype: &str) -> Option<Self> {
        if !is_named(namespace, "metadata") {
            return None;
        }
        let stages = [Stage::Raw, Stage::Error, Stage::Decoded];
        let stage = stages.into_iter().find(|stage| is_named(doctype, stage.name()));
        Some(stage.map_or(OwnSchema::Part, OwnSchema::Tables))
    }

    /// The tables that are shared.
    fn tables(self, doctype: &str, version: &str) -> Vec<DestinationTable> {
        let OwnSchema::Tables(stage @ (Stage::Raw | Stage::Error)) = self else { return Vec::new() };
        let table = |family| {
            let (dataset, name) = named(stage, family, "", doctype, version);
            DestinationTable { stage, doctype: doctype.to_owned(), version: version.to_owned(), dataset, name, part: None }
        };
        FAMILIES.map(table).into()
    }
}

impl fmt::Display for OwnSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OwnSchema::Tables(Stage::Decoded) => f.write_str("the layout of the pipeline's own tables in payload_bytes_decoded")?,
            OwnSchema::Tables(stage) => {
                let names: Vec<String> = FAMILIES.iter().map(|family| format!("payload_bytes_{}.{family}", stage.name())).collect();
                write!(f, "the layout of the pipeline's own tables {}", names.join(", "))?;
            }
            OwnSchema::Part => f.write_str("a schema of the pipeline's own, of which no table is made")?,
        }
        f.write_str(": no documents of this name are sent, so there is no live table and no stable one")
    }
}

/// All tables that documents of a doctype version go to, from the request to the view. Names as the pipeline makes them: snake case of namespace and
/// doctype. Documents that are split have one decoded, live and stable table and one view for each part, the remainder first. Whether they are, the
/// schemas at hand tell.
pub fn tables(namespace: &str, doctype: &str, version: &str, split: Option<&Split>) -> Vec<DestinationTable> {
    if let Some(own) = OwnSchema::of(namespace, doctype) {
        return own.tables(doctype, version);
    }
    let family = family(namespace, doctype);
    let whole = |stage, dataset: &str| DestinationTable {
        stage,
        doctype: doctype.to_owned(),
        version: version.to_owned(),
        dataset: dataset.to_owned(),
        name: family.to_owned(),
        part: None,
    };
    let mut all = vec![whole(Stage::Raw, "payload_bytes_raw"), whole(Stage::Error, "payload_bytes_error")];
    let parts: Vec<(String, String, Option<SplitPart>)> = match split {
        Some(split) => {
            let named = |(doctype, version): SplitName, part| (doctype.to_owned(), version.to_owned(), Some(part));
            vec![named(split.remainder, SplitPart::Remainder), named(split.subset, SplitPart::Subset)]
        }
        None => vec![(doctype.to_owned(), version.to_owned(), None)],
    };
    for stage in [Stage::Decoded, Stage::Live, Stage::Stable, Stage::View] {
        all.extend(parts.iter().map(|(doctype, version, part)| {
            let (dataset, name) = named(stage, family, namespace, doctype, version);
            DestinationTable { stage, doctype: doctype.clone(), version: version.clone(), dataset, name, part: *part }
        }));
    }
    all
}

/// The live table among all; of a document that is split that of the remainder.
pub fn first_live(tables: &[DestinationTable]) -> Option<String> {
    tables.iter().find(|table| table.stage == Stage::Live).map(DestinationTable::path)
}

/// The name that the live table of a doctype version has where there is one: `telemetry_live.main_v5`.
pub fn live(namespace: &str, doctype: &str, version: &str) -> String {
    let (dataset, name) = named(Stage::Live, family(namespace, doctype), namespace, doctype, version);
    format!("{dataset}.{name}")
}

/// The doctype and version whose schema has to be changed, where this one's is a copy.
pub fn copied_from(namespace: &str, doctype: &str, version: &str) -> Option<(&'static str, &'static str)> {
    if !is_telemetry(namespace) {
        return None;
    }
    let asked = snake_case(doctype);
    let is_it = |(name, of): &SplitName| *of == version && is_named(name, &asked);
    COPIES.iter().find(|(copy, _)| is_it(copy)).map(|&(_, original)| original)
}

/// The tables of requests and of errors are shared by many doctypes: `telemetry`, `stub_installer`, or `structured` for all others.
pub fn family(namespace: &str, doctype: &str) -> &'static str {
    if is_telemetry(namespace) {
        "telemetry"
    } else if is_named(namespace, "firefox_installer") && is_named(doctype, "install") {
        "stub_installer"
    } else {
        "structured"
    }
}

/// Whether it is the namespace whose documents tell their version themselves.
pub fn is_telemetry(namespace: &str) -> bool {
    is_named(namespace, "telemetry")
}

/// Dataset and table of a doctype version.
fn named(stage: Stage, family: &str, namespace: &str, doctype: &str, version: &str) -> (String, String) {
    let (namespace, doctype) = (snake_case(namespace), snake_case(doctype));
    let versioned = format!("{doctype}_v{version}");
    match stage {
        Stage::Raw => ("payload_bytes_raw".to_owned(), family.to_owned()),
        Stage::Error => ("payload_bytes_error".to_owned(), family.to_owned()),
        Stage::Decoded => ("payload_bytes_decoded".to_owned(), format!("{family}_{namespace}__{versioned}")),
        Stage::Live => (format!("{namespace}_live"), versioned),
        Stage::Stable => (format!("{namespace}_stable"), versioned),
        Stage::View => (namespace, doctype),
    }
}

/// The version that a document is judged by: the one that its row or name tells, else for telemetry the one inside of it.
pub fn judged_version(namespace: &str, told: Option<&str>, document: Option<&Document>) -> Option<String> {
    let inside = || document.filter(|_| is_telemetry(namespace)).and_then(telemetry_version);
    told.map(str::to_owned).or_else(inside)
}

/// The version inside a telemetry document: `version`, else `v`, the first that is no object or array, as text.
fn telemetry_version(document: &Document) -> Option<String> {
    if document.is_empty() {
        return None;
    }
    let members = ["version", "v"].into_iter().filter_map(|name| document.member(0, name));
    let value = members.into_iter().find(|&id| !document.kind(id).is_container())?;
    Some(match document.string(value) {
        Some(text) => text.into_owned(),
        None => {
            let raw = String::from_utf8_lossy(document.raw(value)).into_owned();
            match document.kind(value) {
                // A number that is not whole by its spelling is told as the double that it was read to.
                Kind::Number if raw.contains(['.', 'e', 'E']) => raw.parse().map_or(raw, java_double::text),
                _ => raw,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(namespace: &str, doctype: &str, version: &str) -> Vec<String> {
        tables(namespace, doctype, version, Split::of(namespace, doctype, version).as_ref()).iter().map(DestinationTable::path).collect()
    }

    #[test]
    fn a_doctype_has_a_table_for_each_stage() {
        let expected = [
            "payload_bytes_raw.structured",
            "payload_bytes_error.structured",
            "payload_bytes_decoded.structured_org_acme__top_sites_v1",
            "org_acme_live.top_sites_v1",
            "org_acme_stable.top_sites_v1",
            "org_acme.top_sites",
        ];
        assert_eq!(paths("org-acme", "topSites", "1"), expected);
        assert_eq!(live("org-acme", "top-sites", "1"), "org_acme_live.top_sites_v1");
        assert_eq!(paths("firefox-installer", "install", "1")[1], "payload_bytes_error.stub_installer");
        assert_eq!(paths("telemetry", "crash", "4")[0], "payload_bytes_raw.telemetry");
    }

    #[test]
    fn documents_that_are_split_have_two_of_each() {
        let expected = [
            "payload_bytes_raw.telemetry",
            "payload_bytes_error.telemetry",
            "payload_bytes_decoded.telemetry_telemetry__main_v5",
            "payload_bytes_decoded.telemetry_telemetry__main_use_counter_v4",
            "telemetry_live.main_v5",
            "telemetry_live.main_use_counter_v4",
            "telemetry_stable.main_v5",
            "telemetry_stable.main_use_counter_v4",
            "telemetry.main",
            "telemetry.main_use_counter",
        ];
        assert_eq!(paths("telemetry", "main", "4"), expected);
        assert!(paths("telemetry", "first-shutdown", "4").contains(&"telemetry_live.first_shutdown_use_counter_v4".to_owned()));
        assert_eq!(paths("telemetry", "main", "5")[3], "telemetry_live.main_v5", "a version of its own is not split");
        assert_eq!(paths("other", "main", "4").len(), 6);
    }

    #[test]
    fn what_is_not_split_has_one_table_of_its_own_name() {
        let all = tables("telemetry", "main", "4", None);
        assert_eq!(first_live(&all).as_deref(), Some("telemetry_live.main_v4"));
        assert!(all.iter().all(|table| table.part.is_none()));
    }

    #[test]
    fn the_pipelines_own_schemas_have_no_live_table() {
        let shared = ["payload_bytes_error.telemetry", "payload_bytes_error.structured", "payload_bytes_error.stub_installer"];
        assert_eq!(paths("metadata", "error", "1"), shared);
        assert_eq!(paths("metadata", "decoded", "1"), Vec::<String>::new());
        assert_eq!(paths("metadata", "structured-ingestion", "1"), Vec::<String>::new());
        assert_eq!(OwnSchema::of("acme", "error"), None);
        let told = OwnSchema::of("metadata", "error").map(|own| own.to_string()).unwrap_or_default();
        assert!(
            told.starts_with("the layout of the pipeline's own tables payload_bytes_error.telemetry, ") && told.contains("no live table")
        );
    }

    #[test]
    fn copies_name_their_original() {
        assert_eq!(copied_from("telemetry", "first_shutdown", "5"), Some(("main", "4")));
        assert_eq!(copied_from("telemetry", "main", "4"), None);
        assert_eq!(copied_from("other", "main", "5"), None);
    }
}
