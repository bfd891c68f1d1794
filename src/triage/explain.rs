//! The text of a deploy that failed: what it says in few causes, each with the line that ends it.
//!
//! Owns: causes, faults of rows, lines that look like errors and say nothing known.
//! Refuses: reading files, wording a list for a screen.

mod codes;
mod diff;
mod fold;
mod known;
mod lines;
mod lists;
mod mending;
mod mentions;
mod past;
mod prefixes;
mod retyped;
mod row_faults;
mod torn;
mod wraps;

use crate::pipeline::compat::{DeployRule, DeployVerdict};

pub use lines::LogText;
pub use past::with_history;
pub use row_faults::RowFault;

/// One thing that a text says of a deploy, before it is folded.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    /// The rule that speaks of it; of the generator's own comparison that of BigQuery, too.
    rule: DeployRule,
    under: Option<DeployRule>,
    table: Option<String>,
    column: Option<String>,
    old: Option<String>,
    new: Option<String>,
    /// A number, a limit, names: what is told beside.
    detail: Option<String>,
    /// The words of the text.
    message: String,
    /// Lines from 1, first and last.
    lines: (usize, usize),
}

/// A cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedCause {
    /// The rule: BigQuery's, or the generator's where it is the generator that stops.
    pub rule: DeployRule,
    /// Where the generator stops: BigQuery's rule for the same.
    pub under: Option<DeployRule>,
    /// What a deploy does.
    pub verdict: DeployVerdict,
    /// What happened, in words.
    pub sentence: String,
    /// As the text names them, each once, in the order of the text.
    pub tables: Vec<String>,
    /// Dotted paths, each once.
    pub columns: Vec<String>,
    /// Lines that tell it, from 1.
    pub lines: Vec<usize>,
    /// The commit that the text names for it, or the one that history leaves no doubt of.
    pub revision: Option<String>,
    /// The words of the text, of the first.
    pub message: String,
    /// The line that ends it.
    pub mend: String,
    /// What else could be done.
    pub notes: Vec<String>,
}

/// A line that looks like an error and says nothing known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLine {
    /// From 1.
    pub line: usize,
    /// Its text.
    pub text: String,
}

/// All that a text tells.
#[derive(Debug, Default)]
pub struct Explanation {
    /// Those of BigQuery and the generator, in the order of the text.
    pub causes: Vec<ExplainedCause>,
    /// Faults of rows: no change of a schema.
    pub row_faults: Vec<RowFault>,
    /// Where nothing is known: lines that look like errors, the first of them.
    pub unknown: Vec<UnknownLine>,
    /// How many such lines there are.
    pub unknown_count: usize,
    /// Lines of the text.
    pub lines: usize,
    /// Whether nothing is known because it is no text.
    pub is_binary: bool,
}

/// Most lines that look like errors.
const MOST_UNKNOWN: usize = 20;

/// What is looked for, in words.
pub const LOOKED_FOR: [&str; 9] = [
    "columns that are missing, new and REQUIRED, or of another type or mode",
    "names, descriptions, nesting and numbers of columns that BigQuery refuses",
    "another partitioning or clustering, tables that may not be destroyed",
    "limits on updates of tables",
    "the generator's unified diff of compact columns (-root...) and items removed from the base",
    "Missing expected bq schema files",
    "Unknown metric types in Glean Schema",
    "a schema larger than the generator takes",
    "rows that the decoder, the sink or BigQuery refused",
];

/// The doctype that a table's name in a text is of: namespace, doctype, version; names with `_` are guessed with `-`.
pub fn table_of(name: &str) -> Option<(String, String, String)> {
    mentions::doctype(name)
}

/// Reads a text.
pub fn explain(text: &[u8]) -> Explanation {
    let log = LogText::of(text);
    let mut told = known::find(&log);
    told.extend(torn(text, &told));
    told.extend(lists::find(&log));
    told.extend(diff::find(&log));
    told.sort_by_key(|one| one.lines);
    let causes = fold::fold(&log, told);
    let row_faults = row_faults::find(&log, &causes);
    let mut found = Explanation { causes, row_faults, lines: log.len(), ..Explanation::default() };
    if found.causes.is_empty() && found.row_faults.is_empty() {
        // A line may say only in front that it is one, where levels and times stand.
        let whole = lines::whole(text);
        if !lines::is_text(&whole) {
            found.is_binary = true;
            return found;
        }
        let looks = |(at, line): (usize, &str)| {
            lines::looks_like_error(line).then(|| UnknownLine { line: at + 1, text: codes::without_codes(line) })
        };
        let mut all = whole.lines().enumerate().filter_map(looks);
        found.unknown = all.by_ref().take(MOST_UNKNOWN).collect();
        found.unknown_count = found.unknown.len() + all.count();
    }
    found
}

/// Messages that were wrapped before a program put something in front of each line: in no other line stands what they say.
fn torn(text: &[u8], told: &[Told]) -> Vec<Told> {
    let Some(plain) = torn::without(&lines::whole(text)) else { return Vec::new() };
    let is_new =
        |one: &Told| one.lines.0 < one.lines.1 && !told.iter().any(|known| known.lines.0 <= one.lines.1 && one.lines.0 <= known.lines.1);
    known::find(&LogText::of(plain.as_bytes())).into_iter().filter(is_new).collect()
}

#[cfg(test)]
mod tests;
