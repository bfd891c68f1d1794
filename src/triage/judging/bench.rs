//! Where samples are judged: a store of schemas, and what is asked of it.

use std::sync::Arc;

use crate::pipeline::destination::judged_version;
use crate::pipeline::document::Document;
use crate::pipeline::names::snake_case;
use crate::pipeline::verdict::judge::jackson::verdict_of;
use crate::pipeline::verdict::judge::{Judge, JudgeInput, Outcome};
use crate::rows::advice::{Advice, Advised};
use crate::rows::payload::PayloadForm;
use crate::rows::samples::{Content, DoctypeName, Sample};
use crate::rows::schemas::{Lookup, SchemaStore, TableColumns};

use super::{Judged, JudgingError, LostIn, Ruling, untold};
use crate::pipeline::sink::Submission;
use crate::pipeline::verdict::judge::input;
use crate::rows::schemas::missing;
use crate::triage::losses::Losses;

/// Samples of this namespace fit all Glean applications, and are of a doctype that most stores do not have.
const GLEAN: &str = "glean";

/// Why a document is not passed with what stands behind it.
const SEVERAL: &str = "it passes, but another document follows it, and only the first is read; put each on a line of its own";

/// Judges samples; threads may share it.
pub struct Bench {
    schemas: Arc<SchemaStore>,
    /// What every sample is of, whatever it says itself.
    doctype: Option<DoctypeName>,
    /// Violations of a document that are listed; 0 asks for none.
    most_violations: usize,
    /// Whether to tell what is lost of documents that pass.
    with_losses: bool,
}

impl Bench {
    /// A bench for the schemas. A `doctype` that is given goes before what rows and names say.
    pub fn new(schemas: Arc<SchemaStore>, doctype: Option<DoctypeName>, most_violations: usize) -> Self {
        Bench { schemas, doctype, most_violations, with_losses: false }
    }

    /// The same, which tells what is lost of documents that pass.
    pub fn telling_losses(self, with_losses: bool) -> Self {
        Bench { with_losses, ..self }
    }

    /// Whether it tells losses.
    pub fn tells_losses(&self) -> bool {
        self.with_losses
    }

    /// The schemas.
    pub fn schemas(&self) -> &Arc<SchemaStore> {
        &self.schemas
    }

    /// Judges a sample.
    ///
    /// # Errors
    /// Its doctype cannot be told.
    pub fn judge(&self, mut sample: Sample) -> Result<Judged, JudgingError> {
        let content = Content::of(std::mem::take(&mut sample.bytes));
        let mut judged = Judged {
            shown: sample.file.shown.clone(),
            line: sample.line,
            doctype: None,
            schema_path: None,
            expected: sample.file.expected,
            ruling: Ruling::Passed,
            cause: None,
            violations: None,
            doubts: Vec::new(),
            notes: content.decoded.problems,
            lost: None,
        };
        if content.in_row && content.decoded.form == PayloadForm::Absent {
            judged.ruling = Ruling::Skipped("the row has no payload".into());
            return Ok(judged);
        }
        let named = self.doctype.as_ref().or(content.doctype.as_ref()).or(sample.file.doctype.as_ref());
        let Some(mut doctype) = named.cloned() else {
            if !content.in_row && (sample.line.is_none() || Document::parse(content.decoded.text).error().is_none()) {
                return Err(untold(&sample));
            }
            // A torn line among others: those are judged all the same.
            if !content.in_row {
                judged.ruling = Ruling::Unjudged { reason: Some("it is not JSON, and nothing says of which doctype it is".to_owned()) };
                return Ok(judged);
            }
            // Nobody can name its doctype: the request did not.
            judged.ruling = Ruling::Skipped("the row names no namespace or doctype".into());
            return Ok(judged);
        };
        let document = Document::parse(content.decoded.text);
        doctype.version = judged_version(&doctype.namespace, doctype.version.as_deref(), Some(&document));
        let found = self.schemas.lookup(&doctype.namespace, &doctype.doctype, doctype.version.as_deref());
        let judge = match &found {
            Lookup::Found(at) => self.found(*at, &mut doctype, &mut judged),
            lookup => {
                judged.ruling = self.not_found(lookup, &doctype, content.in_row);
                None
            }
        };
        // The pipeline reads a document before it looks for the schema.
        match (verdict_of(&document), judge) {
            (Err(failure), _) if judged.passed().is_some() => {
                judged.ruling = Ruling::Unreadable { class: failure.class, message: failure.message, offset: failure.offset };
            }
            (Ok(()), Some(judge)) => {
                // Ours has a limit that the pipeline's has not: the number of values.
                judged.notes.extend(document.error().map(|error| format!("Only what comes before is judged: {error}.")));
                self.validate(&judge, input(&doctype.namespace, &document), &mut judged);
                // The pipeline reads no further, and neither does whoever counts one document here.
                if !content.in_row && matches!(judged.ruling, Ruling::Passed) && document.is_followed() {
                    judged.ruling = Ruling::Unjudged { reason: Some(SEVERAL.to_owned()) };
                }
            }
            _ => {}
        }
        if let (true, Lookup::Found(at), Ruling::Passed) = (self.with_losses, &found, &judged.ruling) {
            judged.lost = Some(LostIn { doctype: *at, losses: self.losses(*at, &document) });
        }
        judged.doctype = Some(doctype);
        Ok(judged)
    }

    /// The judge for a doctype of the store; one without a JSON schema has none.
    fn found(&self, at: usize, doctype: &mut DoctypeName, judged: &mut Judged) -> Option<Arc<Judge>> {
        if let Some(known) = self.schemas.doctypes().get(at) {
            doctype.namespace.clone_from(&known.namespace);
            doctype.doctype.clone_from(&known.doctype);
        }
        let judge = match self.schemas.judge(at) {
            Ok(judge) => judge,
            // The documents of other doctypes are judged all the same.
            Err(error) => {
                judged.ruling = Ruling::Unjudged { reason: Some(format!("its schema does not load: {error}")) };
                return None;
            }
        };
        match &judge {
            Some(judge) => judged.schema_path = Some(judge.schema().path.clone()),
            None => {
                let nothing = Lookup::NoVersion { known: vec![at] };
                let message = missing(&nothing, &doctype.namespace, &doctype.doctype, doctype.version.as_deref()).unwrap_or_default();
                judged.ruling = Ruling::NoSchema { message, instead: format!("{doctype} has a table layout but no JSON schema") };
            }
        }
        judge
    }

    fn validate(&self, judge: &Judge, input: JudgeInput<'_>, judged: &mut Judged) {
        let verdict = judge.verdict(input);
        judged.doubts = verdict.doubts;
        // What could not be asked counts as fulfilled, which no verdict may rest on.
        if matches!(verdict.outcome, Outcome::Pass) && !judged.doubts.is_empty() {
            judged.ruling = Ruling::Unjudged { reason: None };
        }
        if let Outcome::Fail(violation) = verdict.outcome {
            judged.cause = judge.cause(input);
            judged.ruling = Ruling::Invalid(violation);
            if self.most_violations > 0 {
                judged.violations = Some(judge.violations(input, self.most_violations));
            }
        }
    }

    fn losses(&self, at: usize, document: &Document) -> Result<Losses, String> {
        let columns = self.schemas.columns(at).map_err(|error| error.to_string())?;
        if let TableColumns::Missing(why) = &columns {
            return Err(why.to_string());
        }
        let layout = columns.layout().ok_or_else(|| "it has no columns".to_owned())?;
        let judge = self.schemas.judge(at).ok().flatten();
        Ok(Losses::of(judge.as_ref().map(|judge| &**judge.schema()), layout, document, &Submission::default()))
    }

    fn not_found(&self, lookup: &Lookup, asked: &DoctypeName, in_row: bool) -> Ruling {
        let is_generic = snake_case(&asked.namespace) == GLEAN && snake_case(&asked.doctype) == GLEAN;
        if is_generic && self.doctype.is_none() && !in_row {
            let told = format!("samples in glean/ fit the pings of every Glean application, and these schemas have no {asked}");
            return Ruling::Skipped(Advised::new(told, Advice::NamePing));
        }
        let message = missing(lookup, &asked.namespace, &asked.doctype, asked.version.as_deref()).unwrap_or_default();
        let instead = self.schemas.absence(lookup, &asked.namespace, &asked.doctype, asked.version.as_deref());
        Ruling::NoSchema { message, instead }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::fault::{NOT_FOUND, VALIDATION};
    use crate::rows::samples::{Expected, SampleFile};

    fn judged(doctype: Option<&str>, expected: Option<Expected>, text: &str) -> Result<Judged, JudgingError> {
        let bench = Bench::new(Arc::new(crate::rows::demo::schemas().unwrap()), None, 10);
        let doctype = doctype.map(|name| name.parse().unwrap());
        let file = Arc::new(SampleFile { path: None, shown: "x\x1b.json".into(), doctype, expected, is_lines: false });
        bench.judge(Sample { file, line: Some(3), bytes: text.into() })
    }

    #[test]
    fn a_finding_is_what_is_not_as_its_name_says() {
        let good = r#"{"client_info":{"app_build":"1","app_channel":"x","os":"y","client_id":"00000000-0000-0000-0000-000000000000"},"metrics":{}}"#;
        for (text, passes) in [(good, true), ("{}", false), ("{", false), ("[]", false)] {
            for expected in [None, Some(Expected::Pass), Some(Expected::Fail)] {
                let judged = judged(Some("acme-reader.session.1"), expected, text).unwrap();
                assert_eq!(judged.passed(), Some(passes), "{text}: {judged:?}");
                assert_eq!(judged.is_finding(), passes == (expected == Some(Expected::Fail)), "{text}: {expected:?}");
            }
        }
    }

    #[test]
    fn messages_are_the_pipelines() {
        let message = |doctype: &str, text: &str| judged(Some(doctype), None, text).unwrap().message().unwrap();
        assert_eq!(message("acme-reader.session.1", "{}"), format!("{VALIDATION}: #: required key [client_info] not found"));
        assert_eq!(message("acme-reader.session.1", ""), "java.io.IOException: json value is not an object");
        assert_eq!(
            message("acme-reader.session.7", "{}"),
            format!("{NOT_FOUND}: No schema with name: acme-reader/session/session.7.schema.json")
        );
        assert_eq!(message("acme.session.1", "{}"), format!("{NOT_FOUND}: No such docType: acme/session"));
    }

    #[test]
    fn a_schema_that_is_missing_is_a_finding_unless_it_fits_every_application() {
        assert!(judged(Some("acme.session.1"), Some(Expected::Fail), "{}").unwrap().is_finding());
        let skipped = judged(Some("glean.glean.1"), Some(Expected::Fail), "{}").unwrap();
        assert!(!skipped.is_finding() && skipped.passed().is_none());
    }

    #[test]
    fn telemetry_tells_its_version_itself() {
        let row = r#"{"document_namespace":"telemetry","document_type":"crash","document_version":null,"payload":"eyJ2ZXJzaW9uIjo0fQ=="}"#;
        let judged = judged(None, None, row).unwrap();
        assert_eq!(judged.doctype.unwrap().to_string(), "telemetry/crash.4");
        assert!(matches!(judged.ruling, Ruling::Invalid(_)));
    }

    #[test]
    fn rows_that_nobody_can_judge_are_skipped() {
        for row in [
            r#"{"document_namespace":null,"document_type":null,"payload":"e30="}"#,
            r#"{"document_namespace":"telemetry","document_type":"crash","payload":null}"#,
        ] {
            assert!(matches!(judged(None, None, row).unwrap().ruling, Ruling::Skipped(_)), "{row}");
        }
    }

    #[test]
    fn what_cannot_be_asked_is_no_verdict() {
        let judged = |node: &str, text: &str| {
            let folder = tempfile::tempdir().unwrap();
            let schema = format!(r#"{{"properties":{{"a":{node}}},"required":["b"]}}"#);
            std::fs::create_dir_all(folder.path().join("t/d")).unwrap();
            std::fs::write(folder.path().join("t/d/d.1.schema.json"), schema).unwrap();
            let bench = Bench::new(Arc::new(SchemaStore::open_folder(folder.path()).unwrap()), None, 0);
            let file = SampleFile { path: None, shown: "x".into(), doctype: "t.d.1".parse().ok(), expected: None, is_lines: false };
            bench.judge(Sample { file: Arc::new(file), line: None, bytes: text.into() }).unwrap()
        };
        for (node, text) in [(r#"{"pattern":"("}"#, r#"{"a":"x","b":1}"#), (r#"{"minLength":2.0}"#, r#"{"a":"x","b":1}"#)] {
            let told = judged(node, text);
            assert!(matches!(told.ruling, Ruling::Unjudged { .. }) && !told.is_finding() && told.passed().is_none(), "{told:?}");
        }
        assert!(judged(r#"{"minLength":2}"#, r#"{"a":"xyz"}"#).is_finding());
    }

    #[test]
    fn without_a_doctype_there_is_help() {
        let error = judged(None, None, "{}").unwrap_err();
        assert!(error.to_string().contains("x\\u{1b}.json line 3") && error.advice() == Some(Advice::NameDoctype), "{error}");
    }
}
