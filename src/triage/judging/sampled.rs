//! What the sample documents of one doctype lose on their way into its table.
//!
//! Owns: which documents are taken, how many were looked at, where that ends.
//! Refuses: judging one (bench), counting losses (losses), words (facts).

use std::ops::ControlFlow;
use std::sync::Arc;

use super::{Bench, Ruling};
use crate::rows::samples::{SampleError, SampleFile, read};
use crate::rows::schemas::{Lookup, SchemaStore};
use crate::triage::losses::LossTally;

/// Most documents that are looked at.
pub const MOST_SAMPLED: u64 = 100_000;

/// The losses of sample documents of one doctype version.
#[derive(Debug, Default)]
pub struct SampledLosses {
    /// What those that pass lose.
    pub tally: LossTally,
    /// Documents that were looked at.
    pub looked_at: u64,
    /// Documents of the doctype that the pipeline refuses.
    pub failed: u64,
    /// Documents of the doctype that could not be judged, or whose losses are not known, and why not the first.
    pub unknown: (u64, Option<String>),
    /// Documents of other doctypes, or of which nobody can tell, that were read.
    pub others: u64,
    /// Files that are of other doctypes by their names.
    pub other_files: u64,
    /// Files that could not be read, and why not the first.
    pub unreadable: (u64, Option<String>),
    /// Whether there were more than [`MOST_SAMPLED`].
    pub is_cut: bool,
}

/// Judges the documents of files that may be of the doctype version at a position, and counts what those lose that pass. `watch` is told how many were
/// looked at, and ends it. `None` once it has.
pub fn sampled_losses(
    schemas: &Arc<SchemaStore>,
    at: usize,
    files: &[Arc<SampleFile>],
    watch: &dyn Fn(u64) -> ControlFlow<()>,
) -> Option<SampledLosses> {
    let mut found = SampledLosses::default();
    let bench = Bench::new(schemas.clone(), None, 0).telling_losses(true);
    for file in files {
        if is_other(schemas, at, file) {
            found.other_files += 1;
            continue;
        }
        let mut is_off = false;
        let read = read(file, &mut |sample| {
            if found.looked_at == MOST_SAMPLED {
                found.is_cut = true;
                return ControlFlow::Break(());
            }
            found.looked_at += 1;
            let line = sample.line;
            match bench.judge(sample) {
                Ok(judged) => found.take(schemas, at, &judged, line),
                Err(_) => found.others += 1,
            }
            is_off = watch(found.looked_at).is_break();
            if is_off { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if is_off {
            return None;
        }
        if let Err(error) = read {
            found.unread(&error);
        }
        if found.is_cut {
            break;
        }
    }
    Some(found)
}

/// Whether the name of a file says that it is of another doctype.
fn is_other(schemas: &SchemaStore, at: usize, file: &SampleFile) -> bool {
    let Some(name) = &file.doctype else { return false };
    match schemas.lookup(&name.namespace, &name.doctype, name.version.as_deref()) {
        Lookup::Found(found) => found != at,
        // The version may stand in the document.
        Lookup::NoVersion { known } => name.version.is_some() || !known.contains(&at),
        Lookup::NoDoctype => true,
    }
}

impl SampledLosses {
    fn take(&mut self, schemas: &SchemaStore, at: usize, judged: &super::Judged, line: Option<u64>) {
        let found = judged.doctype.as_ref().map(|name| schemas.lookup(&name.namespace, &name.doctype, name.version.as_deref()));
        if !matches!(found, Some(Lookup::Found(found)) if found == at) {
            self.others += 1;
            return;
        }
        match (&judged.lost, &judged.ruling) {
            (Some(lost), _) => match &lost.losses {
                Ok(losses) => self.tally.add(losses, &judged.shown, line),
                Err(why) => self.not_known(why),
            },
            (None, Ruling::Unjudged { reason }) => self.not_known(reason.as_deref().unwrap_or("some of its rules cannot be asked")),
            (None, Ruling::Skipped(_)) => self.others += 1,
            (None, _) => self.failed += 1,
        }
    }

    fn not_known(&mut self, why: &str) {
        self.unknown.0 += 1;
        self.unknown.1.get_or_insert_with(|| why.to_owned());
    }

    fn unread(&mut self, error: &SampleError) {
        self.unreadable.0 += 1;
        self.unreadable.1.get_or_insert_with(|| error.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::samples::find;

    #[test]
    fn only_documents_of_the_doctype_that_pass_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("schemas/a/x/x.1.schema.json", r#"{"type":"object","properties":{"n":{"type":"integer"}}}"#),
            ("schemas/a/x/x.1.bq", r#"[{"name":"n","type":"INT64"},{"name":"additional_properties","type":"STRING"}]"#),
            ("schemas/a/y/y.1.schema.json", "{}"),
            ("validation/a/x.1.good.pass.json", r#"{"n":1,"more":2}"#),
            ("validation/a/x.1.bad.fail.json", r#"{"n":"s"}"#),
            ("validation/a/y.1.good.pass.json", "{}"),
            ("validation/a/lines.ndjson", "{\"n\":1}\n"),
        ] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let schemas = Arc::new(SchemaStore::open_folder(folder.path()).unwrap());
        let samples = schemas.samples().unwrap();
        let files = find(&[samples.to_string_lossy().into_owned()]).unwrap().files;
        let Lookup::Found(at) = schemas.lookup("a", "x", Some("1")) else { panic!("no a/x.1") };
        let found = sampled_losses(&schemas, at, &files, &|_| ControlFlow::Continue(())).unwrap();
        assert_eq!((found.tally.documents, found.failed, found.others, found.other_files), (1, 1, 1, 1), "{found:?}");
        assert_eq!(found.tally.places()[0].first.place, "/more");
        assert!(sampled_losses(&schemas, at, &files, &|_| ControlFlow::Break(())).is_none(), "called off");
    }
}
