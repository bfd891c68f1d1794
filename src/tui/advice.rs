//! The words of an advice. Whoever reads it has started the program at a command line: there it can be followed.
//!
//! Owns: which flag does what is advised.
//! Refuses: when it is advised (rows/advice).

use std::error::Error;

use crate::rows::advice::{Advice, Advised};
use crate::rows::schemas::{RevisionAge, SchemaError};
use crate::rows::source::{SourceError, bigquery};
use crate::triage::blame::BlameError;
use crate::triage::bundle::BundleError;
use crate::triage::export::ExportError;
use crate::triage::judging::JudgingError;

/// How schemas are named, wherever they are missing.
pub const GIVE_SCHEMAS: &str = GIVE.split_at("; ".len()).1;
const GIVE: &str = "; give --schemas FOLDER, or get them with misfit schemas get";
/// What follows where those that were named are none, or have no history.
const GET: &str = "; misfit schemas get gets the published ones, with their history";

/// What follows where rows of BigQuery would have to be read one by one.
pub const EXPORT_TABLE: &str = ": bq query --format=json 'SELECT …' > rows.json writes them";

/// What is said of old schemas.
pub fn old_schemas(age: &RevisionAge) -> String {
    format!("these schemas are old ({age}): misfit schemas update, or git pull, gets newer ones")
}

/// What follows the message, with what divides the two.
pub fn words(advice: Advice) -> &'static str {
    match advice {
        Advice::WholeJobs => ": leave out --job, or make a bundle of that job",
        Advice::WholeWindow => ": leave out --since and --until, or make a bundle of the shorter time",
        Advice::FewerGroups => ": ask for a --namespace, or a shorter window",
        Advice::OrderedWindow => ": --since has to be before --until",
        Advice::AnotherWindow => ": --since and --until choose another window",
        Advice::CountAnew => ": --refresh counts again",
        Advice::NameProject => ": name one with --project",
        Advice::OtherAccess => "; ask for access, log in as somebody else, or name a project that you may bill with --project",
        Advice::OtherPayer => "; wait, or bill another --project",
        Advice::ListTables => "; misfit bigquery: --list shows the error tables",
        Advice::FilterTime => "; add one to the SQL, or read the table with --since and --until",
        Advice::RaiseSessionLimit => ": raise --max-session-bytes",
        Advice::RaiseLimit => ": raise --max-bytes, or narrow the window",
        Advice::NarrowQuery => "; narrow the window, or name --doctype",
        Advice::SmallerBundle => ": ask for fewer groups with --group or --namespace, or fewer --rows",
        Advice::PrintedGroups => ": give what misfit groups --format json printed",
        Advice::GiveSchemas => GIVE,
        Advice::GetSchemas => GET,
        Advice::ExportRaw => ", so it is exported only with --raw",
        Advice::Replace => "; name another, or give --force to replace it",
        Advice::NameDoctype => ": give it with --doctype NAMESPACE.DOCTYPE.VERSION, or name the file NAMESPACE/DOCTYPE.VERSION.NAME.json",
        Advice::ReadDocuments => "; documents are read by misfit judge and misfit row",
        Advice::MapRows => {
            "; documents are read by misfit judge and misfit row, rows of another pipeline with --map FILE; misfit groups FILE prints one to start from"
        }
        Advice::MapTable => "; rows of another pipeline are read with --map FILE, and misfit groups prints one to start from",
        Advice::UnpackLong => "; unpack it first: zstd -dc --long=31 FILE | misfit -",
        Advice::NamePing => ": give one with --doctype NAMESPACE.DOCTYPE.VERSION",
    }
}

/// A message with its advice.
pub fn advised(message: &Advised) -> String {
    with(&message.text, message.advice)
}

/// An error of the domain with its advice; any other as it is.
pub fn told(error: &(dyn Error + 'static)) -> String {
    let source = error.downcast_ref::<SourceError>().and_then(SourceError::advice);
    let bigquery = || error.downcast_ref::<bigquery::Error>().and_then(bigquery::Error::advice);
    let bundle = || error.downcast_ref::<BundleError>().and_then(BundleError::advice);
    let export = || error.downcast_ref::<ExportError>().and_then(ExportError::advice);
    let judging = || error.downcast_ref::<JudgingError>().and_then(JudgingError::advice);
    let schemas = || error.downcast_ref::<SchemaError>().and_then(SchemaError::advice);
    let history = || error.downcast_ref::<BlameError>().and_then(BlameError::advice);
    let source = source.or_else(schemas).or_else(history);
    with(&error.to_string(), source.or_else(bigquery).or_else(bundle).or_else(export).or_else(judging))
}

fn with(text: &str, advice: Option<Advice>) -> String {
    format!("{text}{}", advice.map_or("", words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::schemas::SchemaStore;

    #[test]
    fn an_advice_names_the_flags_that_follow_it() {
        for (advice, flags) in [
            (Advice::WholeJobs, "leave out --job"),
            (Advice::WholeWindow, "leave out --since and --until"),
            (Advice::OrderedWindow, "--since has to be before --until"),
            (Advice::ListTables, "--list shows"),
            (Advice::PrintedGroups, "give what misfit groups --format json printed"),
            (Advice::ExportRaw, "only with --raw"),
            (Advice::Replace, "give --force"),
            (Advice::NameDoctype, "--doctype NAMESPACE.DOCTYPE.VERSION"),
        ] {
            assert!(words(advice).contains(flags), "{advice:?}");
        }
    }

    #[test]
    fn whatever_misses_schemas_names_the_command_that_gets_them() {
        let command = "misfit schemas get";
        assert!([GIVE_SCHEMAS, words(Advice::GiveSchemas), words(Advice::GetSchemas)].iter().all(|words| words.contains(command)));
        let top = tempfile::tempdir().unwrap();
        std::fs::write(top.path().join("file"), "x").unwrap();
        for named in ["", "nowhere", "file", "file@main"] {
            let error = SchemaStore::open_named(&top.path().join(named)).err().unwrap();
            assert!(told(&error).contains(command), "{named}: {}", told(&error));
        }
        let error = SchemaStore::open_revision(top.path(), None).err().unwrap();
        assert!(error.to_string().contains("is not a git repository") && told(&error).contains(command));
        for error in [&BlameError::NoHistory("x".into()) as &dyn Error, &SchemaError::Missing("x".into())] {
            assert!(told(error).ends_with(words(Advice::GetSchemas)), "{}", told(error));
        }
        assert_eq!(told(&SchemaError::Empty("no older revision".into())), "no older revision");
    }

    #[test]
    fn every_error_with_an_advice_tells_it() {
        let advised = || Advised::new("no project pays", Advice::NameProject);
        let errors: [Box<dyn Error>; 5] = [
            Box::new(bigquery::Error::Advised(advised())),
            Box::new(SourceError::Advised(advised())),
            Box::new(SourceError::BigQuery(bigquery::Error::Advised(advised()))),
            Box::new(BundleError::Source(SourceError::Advised(advised()))),
            Box::new(BundleError::Source(SourceError::BigQuery(bigquery::Error::Advised(advised())))),
        ];
        for error in errors {
            assert_eq!(told(error.as_ref()), "no project pays: name one with --project");
        }
        let exists = || ExportError::Exists("a.md".into());
        for error in [Box::new(exists()) as Box<dyn Error>, Box::new(BundleError::Export(exists()))] {
            assert_eq!(told(error.as_ref()), "a.md already exists; name another, or give --force to replace it");
        }
        assert_eq!(told(&std::io::Error::other("it is full")), "it is full");
    }
}
