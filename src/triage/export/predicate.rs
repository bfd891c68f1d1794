//! SQL that selects the rows of a group in the error table.
//!
//! Owns: the conditions on columns, the LIKE pattern of a message.
//! Also owns: the statement that selects a group's rows by them, with a comment on top.
//! Refuses: quoting (sink).

use std::ops::Range;

use super::page::rows;
use crate::ground::sql::{identifier, literal};
use crate::ground::text::visible;
use crate::ground::time::Micros;
use crate::ground::time::timestamp;
use crate::pipeline::destination;
use crate::pipeline::fault::{Fault, Says};
use crate::rows::column::ErrorColumn;
use crate::rows::group::Group;

/// Names that stand for values in a generalised message.
const PLACEHOLDERS: [&str; 5] = ["{type}", "{n}", "{value}", "{key}", "{token}"];

/// Whether the message of a group still holds its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValuesTold {
    /// As they were.
    Told,
    /// Replaced by their shapes: `<string 36 hex>`.
    Hidden,
}

/// The root's pointer in front of a text that has a pointer already.
const DOUBLED: &str = "#: ";

/// Conditions that the rows of a group meet, to be joined by AND: the time that they span, names, stage, class, and the message as a pattern.
/// A pattern stands for a little more than the group where keys or values hold the words of another message.
pub fn conditions(group: &Group, values: ValuesTold) -> Vec<String> {
    let key = &group.key;
    let columns = [
        (ErrorColumn::Namespace, &key.namespace),
        (ErrorColumn::Doctype, &key.doctype),
        (ErrorColumn::Version, &key.version),
        (ErrorColumn::Stage, &key.stage),
        (ErrorColumn::Class, &key.class),
    ];
    let equal = columns.into_iter().map(|(column, value)| match value {
        // Rows spell names as their senders do.
        Some(value) if matches!(column, ErrorColumn::Namespace | ErrorColumn::Doctype) => {
            format!("REPLACE(LOWER({column}), '_', '-') = {}", literal(&value.to_lowercase().replace('_', "-")))
        }
        Some(value) => format!("{column} = {}", literal(value)),
        None => format!("{column} IS NULL"),
    });
    times(group.span).into_iter().chain(equal).chain([like(group, values)]).collect()
}

/// The partitions that are read: whole microseconds, the last one included.
fn times(span: Option<(Micros, Micros)>) -> Vec<String> {
    let Some((first, last)) = span else { return Vec::new() };
    let time = |time: Micros| literal(&timestamp(time).to_string());
    let (column, kind) = (ErrorColumn::Time, ErrorColumn::Time.kind());
    vec![format!("{column} >= {kind} {}", time(first)), format!("{column} <= {kind} {}", time(last))]
}

/// Whether a condition is on that column.
pub fn is_on(condition: &str, column: ErrorColumn) -> bool {
    let column = column.name();
    condition.starts_with(column) || condition.strip_prefix("REPLACE(LOWER(").is_some_and(|rest| rest.starts_with(column))
}

/// The condition on the message.
pub fn like(group: &Group, values: ValuesTold) -> String {
    if group.sample.is_empty() {
        return format!("{} IS NULL", ErrorColumn::Message);
    }
    format!("{} LIKE {}", ErrorColumn::Message, literal(&pattern(group, values)))
}

/// The message as a LIKE pattern: `%` for what is a value.
fn pattern(group: &Group, values: ValuesTold) -> String {
    let sample = &*group.sample;
    let fault = Fault::parse(sample, group.key.class.as_deref());
    let mut out = String::new();
    if !fault.class.is_empty() && sample.starts_with(fault.class) {
        out.push_str(&escaped(fault.class));
        out.push_str(if sample.len() > fault.class.len() { ": " } else { "" });
    }
    if let (Some(pointer), Some(path)) = (fault.pointer, &group.key.path) {
        out.push_str(&in_pattern(pointer, path));
        out.push_str(": ");
        // Of combinators the validator says twice where it is.
        let doubled = (fault.text.len() - fault.text.trim_start_matches(DOUBLED).len()) / DOUBLED.len();
        out.push_str(&DOUBLED.repeat(doubled));
    }
    out.push_str(&text_pattern(&fault, values));
    out
}

/// The pointer of a message with `%` where the path of its group is general.
fn in_pattern(pointer: &str, path: &str) -> String {
    let general = path.split('/').skip(1).map(|token| matches!(token, "[]" | "{key}"));
    // A key may hold what looks like a separator to neither side; then the rest of the pointer is left open.
    let same = pointer.matches('/').count() == path.matches('/').count();
    let mut tokens = pointer.split('/');
    let mut out = tokens.next().unwrap_or_default().to_owned();
    if !same {
        return format!("{out}%");
    }
    for (token, is_general) in tokens.zip(general) {
        out.push('/');
        out.push_str(&if is_general { "%".to_owned() } else { escaped(token) });
    }
    out
}

/// The text behind the pointer with `%` for its values, and for what a cut may have taken.
fn text_pattern(fault: &Fault<'_>, values: ValuesTold) -> String {
    let general = match fault.says {
        // What is missing is what the group is about.
        Says::Broken { keyword: Some("required" | "dependencies"), .. } if !fault.cut => fault.text.to_owned(),
        _ if fault.text.is_empty() => String::new(),
        _ => fault.general(),
    };
    let mut out = String::new();
    let mut rest = general.as_str();
    while let Some(open) = next_open(rest, values) {
        push(&mut out, &rest[..open.start]);
        rest = &rest[open.end..];
        if !out.ends_with('%') {
            out.push('%');
        }
    }
    push(&mut out, rest);
    // What stands behind a long value may have been cut off, and exceptions without a pointer say more behind their values.
    let is_open = if fault.pointer.is_some() { is_long(fault) && out.contains('%') } else { !out.is_empty() };
    if is_open {
        out.truncate(out.find('%').map_or(out.len(), |at| at + 1));
        out.push_str(if out.ends_with('%') { "" } else { "%" });
    }
    out
}

/// The next part of a text that stands for something else.
fn next_open(text: &str, values: ValuesTold) -> Option<Range<usize>> {
    let named = PLACEHOLDERS.iter().filter_map(|name| text.find(name).map(|at| at..at + name.len()));
    let hidden = || {
        let at = text.find('<')?;
        Some(at..text[at..].find('>').map_or(text.len(), |end| at + end + 1))
    };
    let hidden = if values == ValuesTold::Hidden { hidden() } else { None };
    named.chain(hidden).min_by_key(|range| range.start)
}

/// Whether the message tells a value of any length, behind which it may have been cut.
fn is_long(fault: &Fault<'_>) -> bool {
    matches!(fault.says, Says::Broken { keyword: Some("pattern" | "format" | "enum" | "additionalProperties") | None, .. })
}

fn push(out: &mut String, text: &str) {
    out.push_str(&escaped(text));
}

/// A text in a LIKE pattern.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// The project that has the pipeline's tables.
const PROJECT: &str = "moz-fx-data-shared-prod";

/// The error table that a group's rows are in, for SQL.
fn error_table(group: &Group) -> String {
    let name = |name: &Option<std::sync::Arc<str>>| name.as_deref().unwrap_or_default().to_owned();
    let family = destination::family(&name(&group.key.namespace), &name(&group.key.doctype));
    identifier(&format!("{PROJECT}.payload_bytes_error.{family}"))
}

/// A statement that selects the rows of a group by these conditions, with a sentence about it on top.
pub fn select(group: &Group, sentence: &str, conditions: &[String]) -> String {
    // A comment ends with its line.
    let about = visible(sentence);
    let about = format!("-- {}: {about} (group {})", rows(group.count), group.fingerprint);
    format!("{about}\nSELECT *\nFROM {}\nWHERE {};\n", error_table(group), conditions.join("\n  AND "))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rows::group::{Fingerprint, GroupKey, Trend};

    fn group(path: Option<&str>, class: &str, sample: &str) -> Group {
        let text = |text: &str| Some(Arc::from(text));
        Group {
            key: GroupKey {
                namespace: text("My_app"),
                doctype: text("main"),
                version: None,
                stage: text("ParsePayload"),
                class: text(class),
                path: path.map(Arc::from),
                fault: Arc::from("x"),
            },
            fingerprint: Fingerprint(1),
            keyword: None,
            count: 1,
            span: Some((0, 1_500_000)),
            trend: Trend::default(),
            jobs: Vec::new(),
            standing: Default::default(),
            noise: false,
            sample: Arc::from(sample),
            says: Arc::from(""),
            facets: Vec::new(),
            sampled: None,
            clients: None,
            folded: None,
            rows: Vec::new(),
        }
    }

    const CLASS: &str = "org.everit.json.schema.ValidationException";

    fn validation(path: &str, text: &str) -> String {
        pattern(&group(Some(path), CLASS, &format!("{CLASS}: {text}")), ValuesTold::Told).replace(CLASS, "C")
    }

    #[test]
    fn values_and_general_tokens_are_left_open() {
        assert_eq!(
            validation("/m/{key}/a_b", "#/m/x/a_b: expected maxLength: 61, actual: 75"),
            "C: #/m/%/a\\_b: expected maxLength: %, actual: %"
        );
        assert_eq!(validation("/c", "#/c: required key [app_build] not found"), "C: #/c: required key [app\\_build] not found");
        assert_eq!(validation("", "#: extraneous key [100%] is not permitted"), "C: #: extraneous key [%");
        assert_eq!(validation("/a", "#/a: #: only 1 subschema matches out of 2"), "C: #/a: #: only % subschema matches out of %");
    }

    #[test]
    fn exceptions_without_a_text_are_matched_whole() {
        let of = |sample: &str| pattern(&group(None, "a.b.DroppedException", sample), ValuesTold::Told);
        assert_eq!(of("a.b.DroppedException"), "a.b.DroppedException");
        assert_eq!(of("a.b.DroppedException: 1684980"), "a.b.DroppedException: %");
        assert_eq!(like(&group(None, "a.b.DroppedException", ""), ValuesTold::Told), "error_message IS NULL");
    }

    #[test]
    fn conditions_name_every_column_and_the_time() {
        let all = conditions(&group(None, "a.b.DroppedException", "a.b.DroppedException: it's"), ValuesTold::Told);
        assert_eq!(all[0], "submission_timestamp >= TIMESTAMP '1970-01-01T00:00:00Z'");
        assert_eq!(all[1], "submission_timestamp <= TIMESTAMP '1970-01-01T00:00:01.5Z'");
        assert_eq!(all[2], "REPLACE(LOWER(document_namespace), '_', '-') = 'my-app'");
        assert!(all.contains(&"document_version IS NULL".to_owned()));
        assert_eq!(all[7], r"error_message LIKE 'a.b.DroppedException: it\'s%'");
    }
}
