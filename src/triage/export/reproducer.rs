//! Documents that fail as a row did: the row's own, or the smallest one.
//!
//! Owns: when a document is worth keeping as a test, its place in a schema repository.
//! Refuses: shrinking (minimize), judging (verdict), writing files (files).

use std::ops::ControlFlow;

use super::name;
use crate::pipeline::document::Document;
use crate::pipeline::fault::NOT_FOUND;
use crate::pipeline::minimize::{self, Minimal, NotMinimized, Target};
use crate::pipeline::names::snake_case;
use crate::rows::advice::{Advice, Advised};
use crate::rows::group::Group;
use crate::rows::schemas::{Lookup, SchemaStore};
use crate::triage::case::Case;
use crate::triage::redact::Redactor;

/// Members that telemetry's version is read from.
const VERSIONS: [&str; 2] = ["version", "v"];

/// How gzip and zstd begin.
const PACKED: [&[u8]; 2] = [b"\x1f\x8b", b"\x28\xb5\x2f\xfd"];

/// Most bytes of the words in a file's name that tell what fails.
const LONGEST_WORDS: usize = 60;

/// A document that fails as its row did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingDocument {
    /// Its text.
    pub text: Vec<u8>,
    /// Texts of the original that are still in it because the fault seems to need them; of the row's own document everything is.
    pub kept: Option<usize>,
}

impl FailingDocument {
    /// The document, if it may leave: where the fault needs texts of the original, only raw.
    ///
    /// # Errors
    /// It may not; the reason is a sentence.
    pub fn if_told(self, redactor: &Redactor) -> Result<Self, Advised> {
        let keeps = self.kept.is_none_or(|kept| kept > 0);
        if keeps && !redactor.is_raw() {
            return Err(Advised::new("the fault needs words of the original document", Advice::ExportRaw));
        }
        Ok(self)
    }
}

/// The row's own document.
///
/// # Errors
/// It has none, or the schemas at hand do not refuse it as the row says; the reason is a sentence.
pub fn own(case: &Case) -> Result<FailingDocument, String> {
    is_reproduced(case)?;
    // In a file such bytes would be taken for what they only look like.
    if PACKED.iter().any(|magic| case.text.starts_with(magic)) {
        return Err("its bytes begin like those of a packed file".to_owned());
    }
    Ok(FailingDocument { text: case.text.to_vec(), kept: None })
}

/// The smallest document that fails as the row's own did.
///
/// # Errors
/// As [`own`]; or nothing smaller was looked for.
pub fn smallest(case: &Case, schemas: &SchemaStore, watch: &mut minimize::MinimizeWatch<'_>) -> Result<FailingDocument, String> {
    is_reproduced(case)?;
    let minimal = minimal(case, schemas, watch).map_err(|reason| reason.to_string())?;
    Ok(FailingDocument { text: minimal.text, kept: Some(minimal.kept) })
}

/// Where a document belongs in a schema repository: `validation/NAMESPACE`, and the name up to its ending.
///
/// # Errors
/// It has no schema, so there is nothing to test.
pub fn test_path(case: &Case, group: &Group) -> Result<([String; 2], String), String> {
    let doctype = case.doctype.as_ref().filter(|_| case.schema.is_some() && !is_not_found(case));
    let named = doctype.and_then(|doctype| Some((doctype, doctype.version.as_deref()?)));
    let (doctype, version) = named.ok_or("there is no such schema, so there is nothing to test")?;
    Ok((["validation".to_owned(), doctype.namespace.clone()], format!("{}.{version}.{}", doctype.doctype, title(group))))
}

/// What a group is called in the name of a file: `maxLength-labeled_counter-73152a93`.
pub fn title(group: &Group) -> String {
    let place =
        group.key.path.as_deref().and_then(|path| path.split('/').rfind(|token| !token.is_empty() && !token.starts_with(['[', '{'])));
    let words = name::words(&format!("{} {}", group.key.fault, place.unwrap_or_default()), LONGEST_WORDS);
    let print = group.fingerprint.to_string();
    let print = print.get(..8).unwrap_or_default();
    if words.is_empty() { print.to_owned() } else { format!("{words}-{print}") }
}

fn is_reproduced(case: &Case) -> Result<(), String> {
    match &case.replay {
        None => Err("it was not refused for what the document holds, or there is no payload or no schema to judge it by".to_owned()),
        Some(replay) if !replay.reproduced => Err(format!("the verdict is {}", replay.agreement.words())),
        Some(_) => Ok(()),
    }
}

fn is_not_found(case: &Case) -> bool {
    case.replay.as_ref().is_some_and(|replay| replay.class == Some(NOT_FOUND))
}

fn minimal(case: &Case, schemas: &SchemaStore, watch: &mut minimize::MinimizeWatch<'_>) -> Result<Minimal, NotMinimized> {
    let is_telemetry = case.doctype.as_ref().is_some_and(|doctype| snake_case(&doctype.namespace) == "telemetry");
    let pinned: &[&str] = if is_telemetry { &VERSIONS } else { &[] };
    let is_judged = case.replay.as_ref().is_some_and(|replay| replay.violation.is_some());
    let document = Document::parse(case.text.clone());
    if is_not_found(case) {
        return Ok(minimize::lookup_only(&document, pinned));
    }
    let found = case.doctype.as_ref().map(|doctype| schemas.lookup(&doctype.namespace, &doctype.doctype, doctype.version.as_deref()));
    match found {
        Some(Lookup::Found(at)) if is_judged => {
            let judge = schemas.judge(at).ok().flatten().ok_or_else(|| NotMinimized::OtherFault("the schema cannot be read".to_owned()))?;
            let target = Target::of(&judge, &document)?.pinning(pinned);
            minimize::minimize(&judge, &document, &target, watch)
        }
        _ => minimize::minimize_unreadable(&case.text, watch),
    }
}

/// A watch that lets the work go on to its end.
pub fn to_the_end(_: &minimize::MinimizeProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rows::demo;
    use crate::rows::source::{Request, Unwatched};

    /// The first case of every group of the sample.
    fn cases() -> Vec<(Group, Case, Arc<SchemaStore>)> {
        let (source, schemas) = (demo::source().unwrap(), Arc::new(demo::schemas().unwrap()));
        let groups = source.groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
        let open = |group: Group| {
            let row = source.fetch(group.rows[0], &Unwatched).unwrap();
            (group, crate::triage::case::open(row, Some(&schemas)), schemas.clone())
        };
        groups.list.into_iter().map(open).collect()
    }

    #[test]
    fn every_fault_of_the_sample_has_a_small_document() {
        let (mut made, mut tests) = (0, 0);
        for (group, case, schemas) in cases() {
            let Ok(own) = own(&case) else { continue };
            let small = smallest(&case, &schemas, &mut to_the_end).unwrap_or_else(|reason| panic!("{}: {reason}", group.sample));
            assert!(small.text.len() <= own.text.len() && own.kept.is_none(), "{}", group.sample);
            made += 1;
            tests += usize::from(test_path(&case, &group).is_ok());
        }
        assert!(made >= 25 && tests >= 20, "{made} made, {tests} tests");
    }

    #[test]
    fn bytes_that_look_packed_are_no_test() {
        let columns = vec![("error_type".to_owned(), Some("ParsePayload".to_owned()))];
        let columns = columns.into_iter().chain([
            ("exception_class".to_owned(), Some("com.fasterxml.jackson.core.JsonParseException".to_owned())),
            ("error_message".to_owned(), Some("com.fasterxml.jackson.core.JsonParseException: Illegal character ((CTRL-CHAR, code 31)): only regular white space (\\r, \\n, \\t) is allowed between tokens".to_owned())),
        ]);
        let payload = crate::rows::payload::Payload::Bytes(b"\x1f\x8bno gzip".to_vec());
        let case = crate::triage::case::open(
            crate::rows::row::SourceRow {
                columns: columns.map(|(name, value)| (name.into(), value)).collect(),
                payload,
                ..crate::rows::row::SourceRow::default()
            },
            None,
        );
        assert!(own(&case).unwrap_err().contains("packed"));
    }

    #[test]
    fn a_test_is_named_by_its_fault() {
        let (group, case, _) = cases().remove(0);
        let (folders, stem) = test_path(&case, &group).unwrap();
        assert_eq!(
            (folders.join("/"), stem.as_str()),
            ("validation/acme-reader".into(), "session.1.propertyNames-maxLength-labeled_counter-73152a93")
        );
    }
}
