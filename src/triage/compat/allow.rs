//! The generator's lists of exceptions: the allowlist of incompatible tables, and the files that may lack a layout.
//!
//! Owns: what each glob covers, which incompatible table none covers, what an allowed table means for the deploy.
//! Refuses: reading the file.

use super::{ComparedTable, is_gone};
use crate::pipeline::compat::DeployVerdict;
use crate::pipeline::compat::compact::AllowedGlob;

/// A glob and the incompatible tables that it covers.
#[derive(Debug, Clone)]
pub struct GlobUse {
    /// As it is written.
    pub glob: String,
    /// Line in the file.
    pub line: usize,
    /// Tables, as `namespace.doctype.version`.
    pub covers: Vec<String>,
    /// Why it is no glob, where it is none.
    pub fault: Option<String>,
}

/// How an allowlist was used.
#[derive(Debug, Clone, Default)]
pub struct AllowReport {
    /// Every line.
    pub globs: Vec<GlobUse>,
    /// Incompatible tables that no line covers.
    pub uncovered: Vec<String>,
}

/// Marks the tables that a list covers. BigQuery asks no allowlist: only a table that is gone is no fault any more.
pub(super) fn apply(text: &str, tables: &mut [ComparedTable]) -> AllowReport {
    let globs = AllowedGlob::list(text);
    let mut report = AllowReport::default();
    report.globs.extend(globs.iter().map(|glob| GlobUse {
        glob: glob.text.clone(),
        line: glob.line,
        covers: Vec::new(),
        fault: glob.fault().map(str::to_owned),
    }));
    for table in tables.iter_mut().filter(|table| table.is_incompatible()) {
        let name = table.dotted();
        let mut is_covered = false;
        for (glob, told) in globs.iter().zip(&mut report.globs).filter(|(glob, _)| glob.covers(&name)) {
            told.covers.push(name.clone());
            table.allowed.get_or_insert_with(|| glob.text.clone());
            is_covered = true;
        }
        if !is_covered {
            report.uncovered.push(name);
            continue;
        }
        for finding in table.changes.findings.iter_mut().filter(|finding| is_gone(finding)) {
            finding.verdict = DeployVerdict::Warn;
        }
        for change in table.changes.changes.iter_mut().filter(|change| change.column.is_empty()) {
            let finding = table.changes.findings.get(change.finding);
            change.verdict = finding.map_or(change.verdict, |finding| finding.verdict);
        }
    }
    // Tables come in the order in which they were compared.
    report.uncovered.sort_unstable();
    report.globs.iter_mut().for_each(|told| told.covers.sort_unstable());
    report
}

/// Files of JSON schemas for which the generator expects no layout: its expressions, found anywhere in a path.
const NO_LAYOUT: [&str; 12] = [
    "metadata/pioneer-ingestion",
    "metadata/structured-ingestion",
    "metadata/telemetry-ingestion",
    "metadata/credentials",
    "metadata/sources",
    "metadata/metaschema",
    "glean/",
    "disableSHA1rollout",
    "untrustedModules",
    "main.4.bq",
    "first-shutdown.4.bq",
    "saved-session.4.bq",
];

/// Whether the generator lets a schema be without a layout; `file` is the layout's from the schema root on.
pub fn without_layout(file: &str) -> bool {
    let path = format!("schemas/{file}");
    NO_LAYOUT.iter().any(|part| path.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_schemas_have_no_layout() {
        assert!(without_layout("telemetry/main/main.4.bq") && without_layout("glean/glean/glean.1.bq"));
        assert!(!without_layout("telemetry/main/main.5.bq") && !without_layout("acme/a/a.1.bq"));
    }
}
