//! What was exported and what was not, for the end.

use std::collections::{BTreeMap, HashMap};

use crate::cli::out;
use crate::ground::text::visible;

/// What becomes of a row: something to write, or why there is nothing.
pub(super) type MadeSample<T> = Result<T, String>;

/// Counts over all rows.
#[derive(Debug, Default)]
pub(super) struct ExportTally {
    written: u64,
    /// Why rows were left out, with how many.
    left_out: BTreeMap<String, u64>,
    /// What has to be said of documents, with how many.
    remarks: BTreeMap<String, u64>,
    /// Files of the same name so far.
    names: HashMap<String, u64>,
}

impl ExportTally {
    /// Counts a row; gives what is to be written.
    pub(super) fn count<T>(&mut self, made: MadeSample<T>) -> Option<T> {
        match made {
            Ok(made) => {
                self.written += 1;
                Some(made)
            }
            Err(reason) => {
                *self.left_out.entry(reason).or_default() += 1;
                None
            }
        }
    }

    /// Whether nothing was exported.
    pub(super) fn is_empty(&self) -> bool {
        self.written == 0
    }

    /// Counts what has to be said of a document.
    pub(super) fn remark(&mut self, remark: &str) {
        *self.remarks.entry(remark.to_owned()).or_default() += 1;
    }

    /// The name, with a number behind it from the second on.
    pub(super) fn numbered(&mut self, folders: &[&str], stem: &str) -> String {
        let times = self.names.entry([folders, &[stem]].concat().join("/")).or_default();
        *times += 1;
        if *times == 1 { stem.to_owned() } else { format!("{stem}-{times}") }
    }

    /// Tells what was left out, and what has to be said of the rest.
    pub(super) fn tell(&self) {
        for (reason, rows) in &self.left_out {
            out::tell(&format!("misfit: {} not exported: {}", out::plural(*rows, "row", "rows"), visible(reason)));
        }
        for (remark, documents) in &self.remarks {
            out::tell(&format!("misfit: {}: {}", out::plural(*documents, "document", "documents"), visible(remark)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_name_are_numbered() {
        let mut tally = ExportTally::default();
        let names: Vec<String> =
            [("a", "x"), ("a", "x"), ("b", "x"), ("a", "x")].map(|(folder, stem)| tally.numbered(&[folder], stem)).to_vec();
        assert_eq!(names, ["x", "x-2", "x", "x-3"]);
        assert!(tally.is_empty() && tally.count(Ok(1)).is_some() && tally.count::<u8>(Err("why".into())).is_none() && !tally.is_empty());
    }
}
