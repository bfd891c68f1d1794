//! Which rows count: the flags that every command over rows takes.
//!
//! Owns: names, stages, jobs and the window of time.
//! Refuses: how a time is written (when), comparing (source).

use std::sync::Arc;

use color_eyre::Result;
use color_eyre::eyre::ensure;

use super::when;
use crate::ground::time::{self, Micros};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::Request;

/// Rows by their columns.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
pub(super) struct Scope {
    /// Only rows of this namespace; may be given several times
    #[arg(long = "namespace", value_name = "NAME")]
    namespaces: Vec<String>,

    /// Only rows of this doctype; may be given several times
    #[arg(long = "doctype", value_name = "NAME")]
    doctypes: Vec<String>,

    /// Only rows that this stage of the pipeline refused, as in ParsePayload; may be given several times
    #[arg(long = "stage", value_name = "NAME")]
    stages: Vec<String>,

    /// Only rows that this decoder job judged; may be given several times
    #[arg(long = "job", value_name = "NAME")]
    jobs: Vec<String>,

    /// Only rows from this time on: 2026-06-25, "2026-06-25 12:00", RFC 3339, or an age like 24h or 7d
    #[arg(long, value_name = "TIME", value_parser = when::parse)]
    since: Option<Micros>,

    /// Only rows before this time
    #[arg(long, value_name = "TIME", value_parser = when::parse)]
    until: Option<Micros>,
}

impl Scope {
    /// A window that ends before it begins holds nothing, whatever is read.
    pub(super) fn check(&self) -> Result<()> {
        if let (Some(since), Some(until)) = (self.since, self.until) {
            let (from, to) = (time::rfc3339(since), time::rfc3339(until));
            ensure!(since < until, "--since has to be before --until: a window from {from} to {to} ends before it begins");
        }
        Ok(())
    }

    /// All rows of a window of time.
    pub(super) fn window(since: Option<Micros>, until: Option<Micros>) -> Self {
        Scope { since, until, ..Scope::default() }
    }

    /// Whether a window of time is asked for.
    pub(super) fn has_window(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// The words of a command line that ask for the same, times in full.
    pub(super) fn words(&self) -> Vec<String> {
        let named = [("--namespace", &self.namespaces), ("--doctype", &self.doctypes), ("--stage", &self.stages), ("--job", &self.jobs)];
        let names = named.into_iter().flat_map(|(flag, names)| names.iter().map(move |name| (flag, name.clone())));
        let ends = [("--since", self.since), ("--until", self.until)];
        let times = ends.into_iter().filter_map(|(flag, time)| Some((flag, time::rfc3339(time?))));
        names.chain(times).flat_map(|(flag, value)| [flag.to_owned(), value]).collect()
    }

    /// The same as the domain knows it.
    pub(super) fn request(self, schemas: Option<Arc<SchemaStore>>) -> Request {
        Request {
            since: self.since,
            until: self.until,
            namespaces: self.namespaces,
            doctypes: self.doctypes,
            stages: self.stages,
            jobs: self.jobs,
            schemas,
            volume: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        scope: Scope,
    }

    #[test]
    fn its_words_ask_for_the_same() {
        let given =
            ["misfit", "--namespace", "acme", "--namespace", "b c", "--job", "-x", "--since", "2026-06-25", "--until", "2026-06-26 04:30"];
        let scope = Line::parse_from(given.map(|word| if word == "-x" { "x" } else { word })).scope;
        let again = Line::parse_from(std::iter::once("misfit".to_owned()).chain(scope.words())).scope;
        assert_eq!(format!("{again:?}"), format!("{scope:?}"));
        assert!(Scope::default().words().is_empty());
    }
}
