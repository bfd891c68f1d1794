//! Faults of rows in a log: what the decoder, the sink or BigQuery has against single rows. No schema changed for them.
//!
//! Owns: which lines tell of a row, rows with the same fault counted.
//! Refuses: reading a message (fault).

use super::lines::LogText;
use super::{ExplainedCause, mentions};
use crate::pipeline::fault::{Fault, InsertReason, Says};

/// One kind of fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// What is wrong, in words.
    pub sentence: String,
    /// The exception's class, where there is one.
    pub class: Option<String>,
    /// The first message.
    pub message: String,
    /// Tables, as the text names them.
    pub tables: Vec<String>,
    /// Columns, or places in the document.
    pub columns: Vec<String>,
    /// How many lines tell of it.
    pub count: usize,
    /// The first of those lines, from 1.
    pub lines: Vec<usize>,
}

/// Most kinds of faults.
const MOST: usize = 1_000;

/// Most lines that are listed of one.
const MOST_LINES: usize = 100;

/// What a line has that tells of a row: looked for before anything is read.
const HINTS: [&str; 13] = [
    "Exception",
    "no such field",
    "is not a record",
    "non-repeated field",
    "imported as a JSON array",
    "issing required field",
    "annot convert value to",
    "Could not parse",
    "Invalid value",
    "unknown to BigQuery",
    "annot be null",
    "non-record field",
    "set to NULL",
];

/// Exceptions of the sink for values that do not fit their column.
const SINK: [(&str, &str); 2] = [
    ("NoSuchElementException", "a list has an element that its column does not take: the sink loses the whole row"),
    ("ClassCastException", "a value has another shape than its column: the sink loses the whole row"),
];

/// All faults of rows, the most frequent first; not lines that a cause tells.
pub(super) fn find(log: &LogText, causes: &[ExplainedCause]) -> Vec<RowFault> {
    let told: std::collections::HashSet<usize> = causes.iter().flat_map(|cause| cause.lines.iter().copied()).collect();
    let mut found: Vec<RowFault> = Vec::new();
    let mut known: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    let hints = HINTS.map(|hint| memchr::memmem::Finder::new(hint.as_bytes()));
    for (at, line) in log.lines().enumerate() {
        if told.contains(&(at + 1)) || !hints.iter().any(|hint| hint.find(line.as_bytes()).is_some()) {
            continue;
        }
        let Some((sentence, class, column, message)) = read(line) else { continue };
        let place = match known.get(&sentence) {
            Some(&place) => place,
            None if found.len() == MOST => continue,
            None => {
                known.insert(sentence.clone(), found.len());
                let message = message.to_owned();
                found.push(RowFault { sentence, class, message, tables: Vec::new(), columns: Vec::new(), count: 0, lines: Vec::new() });
                found.len() - 1
            }
        };
        let fault = &mut found[place];
        fault.count += 1;
        if fault.lines.len() < MOST_LINES {
            fault.lines.push(at + 1);
            let span = log.words.span(at + 1, at + 1);
            let table = mentions::table_at(log, &log.words, span);
            fault.tables.extend(table.filter(|table| !fault.tables.contains(table)));
            fault.columns.extend(column.filter(|column| !fault.columns.contains(column)));
        }
    }
    found.sort_by_key(|fault| std::cmp::Reverse(fault.count));
    found
}

type Read<'a> = (String, Option<String>, Option<String>, &'a str);

/// What a line says of a row; `None` where it says nothing of one.
fn read(line: &str) -> Option<Read<'_>> {
    if let Some((class, at)) = exception(line) {
        let message = &line[at..];
        if let Some((_, sentence)) = SINK.iter().find(|(name, _)| class.ends_with(name)) {
            return Some(((*sentence).to_owned(), Some(class.to_owned()), None, message));
        }
        let fault = Fault::parse(message, None);
        let is_row = match &fault.says {
            Says::Broken { .. } | Says::NoSuchDoctype { .. } | Says::NoSuchSchema { .. } | Says::NotJson { .. } | Says::Bug { .. } => true,
            Says::Insert(error) => is_of_row(error.reason),
            Says::Other => class.starts_with("com.mozilla.telemetry"),
        };
        if is_row {
            let insert = fault.insert().and_then(|error| error.column.as_ref().map(|column| column.clone().into_owned()));
            let column = fault.pointer.map(str::to_owned).or(insert);
            let place = fault.pointer.map(|pointer| format!("{pointer}: ")).unwrap_or_default();
            return Some((format!("{place}{}", fault.sentence_of_all()), Some(class.to_owned()), column, message));
        }
    }
    inserted(line)
}

fn is_of_row(reason: InsertReason) -> bool {
    !matches!(reason, InsertReason::Other)
}

/// What BigQuery says of a row anywhere in a line.
fn inserted(line: &str) -> Option<Read<'_>> {
    let lower = line.to_ascii_lowercase();
    let starts = HINTS.iter().skip(1).filter_map(|hint| lower.find(&hint.to_ascii_lowercase()));
    // A text begins with its first word, behind what quotes or names it.
    for start in starts {
        let head = &line[..start];
        let from = head.rfind(['"', '\'', ':', '{', '[']).map_or(0, |at| at + 1);
        let behind = ['"', '\'', '}', ']'];
        for begin in [from, 0] {
            let text = line.get(begin..)?.trim_start();
            for text in [text.split(behind).next().unwrap_or(text).trim(), text] {
                let fault = crate::pipeline::fault::InsertError::read(text);
                if let Some(error) = fault.filter(|error| is_of_row(error.reason)) {
                    let column = error.column.as_ref().map(|column| column.clone().into_owned());
                    let sentence = error.sentence();
                    let at = line.len() - line.get(begin..)?.trim_start().len();
                    return Some((sentence, None, column, &line[at..]));
                }
            }
        }
    }
    None
}

/// The last exception that a line names with its package, and where its name begins: what it was caused by stands behind.
fn exception(line: &str) -> Option<(&str, usize)> {
    let is_name = |c: char| c.is_alphanumeric() || "._$".contains(c);
    let at = line.rfind("Exception")?;
    let end = at + "Exception".len();
    let start =
        line[..at].rfind(|c: char| !is_name(c)).map_or(0, |before| before + line[before..].chars().next().map_or(1, char::len_utf8));
    let class = &line[start..end];
    let is_class = class.contains('.') && class.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    (is_class && !line[end..].starts_with(is_name)).then_some((class, start))
}
