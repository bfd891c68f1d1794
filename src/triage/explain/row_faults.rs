//! Faults of rows in a log: what the decoder, the sink or BigQuery has against single rows. No schema changed for them.
//!
//! Owns: which lines tell of a row, rows with the same fault counted, the column that is told beside a message.
//! Refuses: reading a message (fault).

use super::lines::LogText;
use super::{ExplainedCause, mentions};
use crate::pipeline::fault::{Fault, InsertError, InsertReason, Says};

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
const HINTS: [&str; 19] = [
    "Exception",
    "o such field",
    EXTRA,
    UNEXPECTED,
    CONVERTING,
    "row size exceeded",
    "ow size too large",
    "outside of an array",
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

/// Before the names of columns that a table does not have, in quotes or in brackets.
const EXTRA: &str = "extra fields: ";

/// Before one such name.
const UNEXPECTED: &str = "contained unexpected field with name ";

/// Before a column whose value has another type, and before that.
const CONVERTING: &str = "Problem converting field ";
const EXPECTED: &str = " expected type: ";

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
    let lines: Vec<&str> = log.lines().collect();
    for (at, line) in lines.iter().copied().enumerate() {
        if told.contains(&(at + 1)) || !hints.iter().any(|hint| hint.find(line.as_bytes()).is_some()) {
            continue;
        }
        let Some((sentence, class, columns, message)) = read(&lines, at) else { continue };
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
            for column in columns {
                if !fault.columns.contains(&column) {
                    fault.columns.push(column);
                }
            }
        }
    }
    found.sort_by_key(|fault| std::cmp::Reverse(fault.count));
    found
}

/// Sentence, class of the exception, columns, message.
type Read<'a> = (String, Option<String>, Vec<String>, &'a str);

/// What a line says of a row; `None` where it says nothing of one.
fn read<'a>(lines: &[&'a str], at: usize) -> Option<Read<'a>> {
    let line = *lines.get(at)?;
    if let Some(found) = stored(line) {
        return Some(found);
    }
    if let Some((class, at)) = exception(line) {
        let message = &line[at..];
        if let Some((_, sentence)) = SINK.iter().find(|(name, _)| class.ends_with(name)) {
            return Some(((*sentence).to_owned(), Some(class.to_owned()), Vec::new(), message));
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
            return Some((format!("{place}{}", fault.sentence_of_all()), Some(class.to_owned()), column.into_iter().collect(), message));
        }
    }
    inserted(lines, at)
}

/// What the writers of rows say by themselves, before BigQuery sees them.
fn stored(line: &str) -> Option<Read<'_>> {
    let is_name = |c: char| c.is_alphanumeric() || "_.-".contains(c);
    let clean = |name: &str| {
        let name = name.trim_matches(|c: char| !is_name(c)).trim_matches('.');
        name.strip_prefix("root.").unwrap_or(name).to_owned()
    };
    let behind = |lead: &str| line.find(lead).map(|at| &line[at + lead.len()..]);
    let class = line.split([' ', ':']).map(|word| word.trim_matches(':')).rfind(|word| word.ends_with("Exception")).map(str::to_owned);
    let says = |reason: InsertReason, column: &str, expected: Option<&str>| {
        let column = Some(column.to_owned().into()).filter(|_| !column.is_empty());
        InsertError { reason, column, expected: expected.map(Into::into), found: None, text: line.into() }.sentence()
    };
    if let Some(rest) = behind(CONVERTING) {
        let (column, kind) = rest.split_once(EXPECTED)?;
        let kind = kind.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().filter(|kind| !kind.is_empty());
        let column = clean(column);
        return Some((says(InsertReason::WrongType, &column, kind), class, vec![column], line));
    }
    if let Some(rest) = behind(UNEXPECTED) {
        let column = clean(rest.split_whitespace().next()?);
        return Some((says(InsertReason::NoSuchField, &column, None), class, vec![column], line));
    }
    let rest = behind(EXTRA).filter(|_| line.contains("schema"))?;
    let quote = rest.chars().next()?;
    let names = match quote {
        '\'' | '"' | '`' => rest.rfind(quote).and_then(|end| rest.get(1..end)).unwrap_or(rest),
        '[' => rest.split(']').next().unwrap_or(rest),
        _ => rest.split(['.', ';']).next().filter(|names| names.contains(',')).or_else(|| rest.split_whitespace().next())?,
    };
    let columns: Vec<String> = names.split([',', ' ']).map(clean).filter(|name| !name.is_empty()).collect();
    let first = columns.first()?;
    let sentence = match columns.len() {
        1 => says(InsertReason::NoSuchField, first, None),
        _ => says(InsertReason::NoSuchField, &columns.join(", "), None).replacen("no column ", "no columns ", 1),
    };
    Some((sentence, class, columns, line))
}

fn is_of_row(reason: InsertReason) -> bool {
    !matches!(reason, InsertReason::Other)
}

/// What BigQuery says of a row anywhere in a line.
fn inserted<'a>(lines: &[&'a str], at: usize) -> Option<Read<'a>> {
    let line = *lines.get(at)?;
    let told = |error: InsertError<'_>, at: usize| {
        let column = error.column.as_ref().map(|column| column.clone().into_owned());
        (error.sentence(), None, column.into_iter().collect::<Vec<String>>(), line.get(at..).unwrap_or(line))
    };
    // A whole error tells the column beside its text.
    let wholes = [line.find("BigQueryError{"), line.find("[{"), line.find('{')];
    for begin in wholes.into_iter().flatten() {
        let fault = line.get(begin..).and_then(InsertError::read);
        if let Some(error) = fault.filter(|error| is_of_row(error.reason) && error.column.is_some()) {
            return Some(told(error, begin));
        }
    }
    let lower = line.to_ascii_lowercase();
    let starts = HINTS.iter().skip(1).filter_map(|hint| lower.find(&hint.to_ascii_lowercase()));
    // A text begins with its first word, behind what quotes or names it.
    for start in starts {
        let head = line.get(..start)?;
        let from = head.rfind(['"', '\'', ':', '{', '[']).map_or(0, |at| at + 1);
        let behind = ['"', '\'', '}', ']'];
        for begin in [from, 0] {
            let text = line.get(begin..)?.trim_start();
            for text in [text.split(behind).next().unwrap_or(text).trim(), text] {
                let fault = InsertError::read(text);
                if let Some(error) = fault.filter(|error| is_of_row(error.reason)) {
                    let begin = line.len() - line.get(begin..)?.trim_start().len();
                    let error = match beside(lines, at) {
                        Some(place) => InsertError::told(error.text, Some(place.into()), None),
                        None => error,
                    };
                    return Some(told(error, begin));
                }
            }
        }
    }
    None
}

/// How many lines before and behind a message its column is looked for.
const NEAR: usize = 3;

/// The column that is told beside a message as JSON: `"location": "a.b"` in its line, else within the same object.
fn beside<'a>(lines: &[&'a str], at: usize) -> Option<&'a str> {
    let line = *lines.get(at)?;
    if !line.contains("\"message\"") && !line.contains("'message'") {
        return None;
    }
    let is_edge = |line: &&&str| !line.contains(['{', '}']);
    let before = lines[at.saturating_sub(NEAR)..at].iter().rev().take_while(is_edge);
    let after = lines[at + 1..].iter().take(NEAR).take_while(is_edge);
    std::iter::once(&line).chain(before.take(if line.contains('{') { 0 } else { NEAR })).chain(after).find_map(|line| location(line))
}

fn location(line: &str) -> Option<&str> {
    let at = line.find("\"location\"").or_else(|| line.find("'location'"))? + "'location'".len();
    let value = line.get(at..)?.trim_start().strip_prefix(':')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split(quote).next().filter(|name| !name.is_empty())
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

#[cfg(test)]
mod tests {
    fn told(text: &str) -> Vec<(String, Vec<String>)> {
        super::super::explain(text.as_bytes()).row_faults.into_iter().map(|fault| (fault.sentence, fault.columns)).collect()
    }

    #[test]
    fn texts_of_all_writers_of_rows_tell_their_column() {
        let all = [
            ("JSON parsing error in row starting at position 0: No such field: payload.foo.", "payload.foo", "no column payload.foo"),
            ("BigQueryError{reason=invalid, location=metrics.x, message=no such field: metrics.x.}", "metrics.x", "no column metrics.x"),
            (
                "Insert failed: [BigQueryError{reason=invalid, location=metrics.x, message=no such field: x.}]",
                "metrics.x",
                "no column metrics.x",
            ),
            ("INVALID_ARGUMENT: Input schema has more fields than BigQuery schema, extra fields: 'foo'", "foo", "no column foo"),
            (
                "org.apache.beam.X$SchemaDoesntMatchException: Problem converting field root.payload.foo expected type: INT64",
                "payload.foo",
                "is of type INT64",
            ),
            (
                "SchemaDoesntMatchException: Problem converting field root.payload.foo expected type: INT64",
                "payload.foo",
                "is of type INT64",
            ),
            ("{\"location\":\"a.b\",\"message\":\"Cannot convert value to integer (bad value): x\"}", "a.b", "a.b is of type integer"),
            ("\"location\":\"a.b\",\"message\":\"Cannot convert value to integer (bad value): x\"", "a.b", "a.b is of type integer"),
            (
                "{\n\"location\": \"a.b\",\n\"message\": \"Cannot convert value to integer (bad value): x\",\n\"reason\": \"invalid\"\n}",
                "a.b",
                "a.b is of type integer",
            ),
            (
                "{\"reason\":\"invalid\",\"location\":\"a.b\",\"message\":\"Cannot convert value to integer (bad value): x\"}",
                "a.b",
                "a.b is of type integer",
            ),
        ];
        for (text, column, part) in all {
            let found = told(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].1 == [column] && found[0].0.contains(part), "{text}: {found:?}");
        }
        let found = told("INVALID_ARGUMENT: Input schema has more fields than BigQuery schema, extra fields: 'foo,bar'");
        assert_eq!(found, [("the table has no columns foo, bar".to_owned(), vec!["foo".to_owned(), "bar".to_owned()])]);
    }
}
