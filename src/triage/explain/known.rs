//! The messages that BigQuery and its tools give for a deploy.
//!
//! Owns: one expression for each, the rule that it speaks of.
//! Refuses: lists and diffs of the generator (lists, diff).

use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

use fancy_regex::{Captures, Regex};

use super::lines::{JoinedText, LogText};
use super::{Told, mentions};
use crate::pipeline::compat::DeployRule;

/// A message: rule, expression with the groups table, column, old, new, detail.
struct Form {
    rule: DeployRule,
    /// What every such message has, as it is spelled.
    hint: &'static str,
    text: &'static str,
}

const fn c(n: u8, hint: &'static str, text: &'static str) -> Form {
    Form { rule: DeployRule::C(n), hint, text }
}

const fn m(n: u8, hint: &'static str, text: &'static str) -> Form {
    Form { rule: DeployRule::M(n), hint, text }
}

/// What may name the table before a message.
const TABLE: &str = r"(?:Table (?P<table>[\w.:$-]+?)\.? )?";

/// What a column's name is made of.
const COLUMN: &str = r#"[`'"]?(?P<column>[^\s`'",;()]+?)[`'"]?"#;

/// The messages. `{T}` and `{C}` stand for the two above.
const FORMS: [Form; 38] = [
    c(2, "to an existing schema", r"{T}Cannot add required (?:fields|columns) to an existing schema\.?(?: \(field: {C}\))?(?=[\s,.;)]|$)"),
    c(1, "Cannot add fields", r"{T}Cannot add fields \(field: {C}\)"),
    c(10, "missing in", r"{T}(?:Field|Column) {C} is missing in (?:the )?new schema"),
    c(
        7,
        "has changed type from",
        r"{T}(?:Field|Column) {C} has changed type from (?P<old>[A-Z0-9<>]+) to (?P<new>STRING|BYTES|INTEGER|INT64|FLOAT64|FLOAT|NUMERIC|BIGNUMERIC|BOOLEAN|BOOL|TIMESTAMP|DATETIME|DATE|TIME|GEOGRAPHY|JSON|INTERVAL|RANGE|RECORD|STRUCT)",
    ),
    c(
        6,
        "has changed mode from",
        r"{T}(?:Field|Column) {C} has changed mode from (?P<old>NULLABLE|REQUIRED|REPEATED) to (?P<new>NULLABLE|REQUIRED|REPEATED)",
    ),
    c(
        9,
        "assignable to the new type",
        r"requires that the existing column type \((?P<old>[^)]+)\) is assignable to the new type \((?P<new>[^)]+)\)",
    ),
    c(11, " drop ", r"(?i:cannot|can't) (?i:drop) (?i:nested field|nested column|column|field)s? {C}(?=[\s.,:;]|$)"),
    c(5, "equired", r"(?i:cannot (?:set|add) not null|adding required constraint)[^.]{0,80}?(?i:column|field) {C}(?=[\s.,:;]|$)"),
    c(13, "is too long", r"[Tt]he description for (?:field|column) {C} is too long"),
    c(13, "escription", r"(?P<detail>[Tt]he (?:table )?description is too long|[Dd]escription (?:exceeds|is longer than)[^.]{0,60})"),
    c(15, "olicy tag", r"(?i:(?P<detail>(?:more than|at most|only) (?:one|1) policy tag[^.]{0,40}))"),
    c(15, "datacatalog.", r"(?P<detail>datacatalog\.taxonomies\.get|bigquery\.tables\.setCategory)"),
    c(16, "Invalid field name", r#"Invalid field name "(?P<column>[^"]+)""#),
    c(16, "is not supported", r"(?:Field name|Column name) {C} is not supported"),
    c(16, "uplicate ", r"(?i:duplicate (?:field|column) names?)[^:(`'\x22]{0,40}[:( ]+{C}(?=[\s.,:;)]|$)"),
    c(16, "already exists in schema", r"(?:Field|Column) {C} already exists in schema"),
    c(17, "Too many total leaf fields", r"Too many total leaf fields: (?P<detail>[\d,]+), max(?:imum)? allowed field count: [\d,]+"),
    c(17, "Too many columns", r"Too many columns \((?P<detail>[\d,]+)\) in schema"),
    c(17, "Too many fields", r"Too many fields: (?P<detail>[\d,]+)"),
    c(18, "nested too deeply", r"Schema nested too deeply for (?:field|column) {C}(?=, maximum|[\s,;]|$)"),
    c(19, "different partitioning spec", r"Cannot replace a table with a different partitioning spec"),
    c(19, "table partitioning spec", r"Incompatible table partitioning specification"),
    c(20, "different clustering spec", r"Cannot replace a table with a different clustering spec"),
    c(20, "lustering", r"Incompatible table clustering specification|(?i:clustering fields? (?:count )?exceeds?|too many clustering)"),
    c(20, "lustering", r"(?i:(?:field|column) {C} (?:is )?specified for clustering)|(?i:clustering field {C} )"),
    c(
        21,
        "cannot be inserted into column",
        r"Query column (?P<detail>\d+) has type .{1,400}? which cannot be inserted into column {C}, which has type",
    ),
    c(22, "Exceeded rate limits", r"(?P<detail>Exceeded rate limits: too many table update operations)"),
    c(22, "Quota exceeded", r"(?P<detail>Quota exceeded: Your table exceeded quota[^.]{0,120})"),
    c(22, "oo many partitions", r"(?i:(?P<detail>too many partitions[^.]{0,100}))"),
    c(23, "but has no", r"(?:Field|Column) {C} is (?:of )?type (?:RECORD|STRUCT) but has no (?:schema|fields)"),
    c(24, "annot destroy table", r"(?i:cannot destroy table) (?P<table>[\w./:$-]+?)(?= without|[\s,]|$)"),
    c(24, "prevent_destroy", r"Resource google_bigquery_table\.(?P<table>[^\s]+) has lifecycle\.prevent_destroy"),
    c(1, "Precondition Failed", r"(?P<detail>BigQuery error in update operation: Precondition Failed)"),
    c(7, "Invalid schema update", r"(?P<detail>Invalid schema update\. (?!Field|Cannot add)[^.]{0,120})"),
    m(
        1,
        "nknown metric type",
        r"Unknown metric types? in Glean [Ss]chema: ?(?P<detail>\[[^\]]*\]|\{[^}]*\}|[\w, '\x22-]{1,300}?(?=$| [A-Z]|  ))",
    ),
    m(2, "SchemaException", r"(?<!everit\.json\.schema\.)\bSchemaException:? ?(?P<detail>[^:.]{0,60})"),
    m(2, "max_size", r"(?P<detail>(?i:schema (?:size|must be smaller|is too large)[^.]{0,120}max_size[^.]{0,40}))"),
    m(8, "endered schema", r"(?i:(?P<detail>rendered schemas? (?:differ|do(?:es)? not match)[^.]{0,100}))"),
];

/// Most characters before a hint and behind it that a message has.
const REACH: usize = 800;

/// Most messages of a form.
const MOST: usize = 20_000;

struct MadeForm {
    rule: DeployRule,
    hint: memchr::memmem::Finder<'static>,
    expression: Regex,
}

fn forms() -> &'static [MadeForm] {
    static MADE: OnceLock<Vec<MadeForm>> = OnceLock::new();
    MADE.get_or_init(|| {
        let made = |form: &Form| {
            let text = form.text.replace("{T}", TABLE).replace("{C}", COLUMN);
            let hint = memchr::memmem::Finder::new(form.hint.as_bytes());
            Some(MadeForm { rule: form.rule, hint, expression: Regex::new(&text).ok()? })
        };
        FORMS.iter().filter_map(made).collect()
    })
}

/// All messages of a text.
pub(super) fn find(log: &LogText) -> Vec<Told> {
    let mut found = of(log, &log.words);
    if let Some(wrapped) = &log.wrapped {
        for one in of(log, wrapped) {
            // The same message read in both ways counts once: with its table, if one of them knows it.
            let same = |known: &&mut Told| known.rule == one.rule && known.lines.0 == one.lines.0 && known.column == one.column;
            match found.iter_mut().find(same) {
                Some(known) => known.table = known.table.take().or(one.table),
                None => found.push(one),
            }
        }
    }
    found
}

fn of(log: &LogText, joined: &JoinedText) -> Vec<Told> {
    let mut found: Vec<Told> = Vec::new();
    for form in forms() {
        let mut left = MOST;
        // A wider form says nothing of what a narrower one has told.
        let known: HashSet<(usize, usize)> = found.iter().filter(|known| known.rule == form.rule).map(|known| known.lines).collect();
        for window in windows(&form.hint, &joined.text) {
            let text = joined.text.get(window.clone()).unwrap_or_default();
            for captures in form.expression.captures_iter(text).filter_map(Result::ok).take(left) {
                left -= 1;
                let told = told(log, joined, form.rule, &captures, window.start);
                found.extend(told.filter(|told| told.column.is_some() || !known.contains(&told.lines)));
            }
        }
    }
    found
}

/// The parts of a text around each hint, where they overlap as one.
fn windows(hint: &memchr::memmem::Finder, text: &str) -> Vec<Range<usize>> {
    let mut windows: Vec<Range<usize>> = Vec::new();
    let whole = |mut at: usize, step: isize| {
        while !text.is_char_boundary(at) {
            at = at.saturating_add_signed(step);
        }
        at
    };
    for at in hint.find_iter(text.as_bytes()) {
        let (start, end) = (whole(at.saturating_sub(REACH), -1), whole((at + REACH).min(text.len()), 1));
        match windows.last_mut().filter(|last| last.end >= start) {
            Some(last) => last.end = end,
            None => windows.push(start..end),
        }
    }
    windows
}

fn told(log: &LogText, joined: &JoinedText, rule: DeployRule, captures: &Captures<'_, str>, from: usize) -> Option<Told> {
    let whole = captures.get(0)?;
    let range = whole.start() + from..whole.end() + from;
    let group = |name: &str| captures.name(name).map(|found| found.as_str().trim().to_owned()).filter(|text| !text.is_empty());
    let column = group("column").map(|column| column.trim_end_matches('.').to_owned());
    let (old, new) = (group("old"), group("new"));
    let rule = narrowed(rule, column.as_deref(), old.as_deref(), new.as_deref());
    let lines = (joined.line(range.start), joined.line(range.end.saturating_sub(1)));
    let is_generator = matches!(rule, DeployRule::M(_));
    // What the generator says is of a schema, and of one line.
    let lines = if is_generator { (lines.0, lines.0) } else { lines };
    let table = group("table").or_else(|| if is_generator { None } else { mentions::table_at(log, joined, range) });
    Some(Told { rule, under: None, table, column, old, new, detail: group("detail"), message: whole.as_str().trim().to_owned(), lines })
}

/// The rule that fits what the message tells.
fn narrowed(rule: DeployRule, column: Option<&str>, old: Option<&str>, new: Option<&str>) -> DeployRule {
    match (rule, old, new) {
        (DeployRule::C(10), ..) if column.is_some_and(|column| column.contains('.')) => DeployRule::C(11),
        (DeployRule::C(7), Some(old), Some(new)) => match crate::pipeline::compat::widens(canonical(old), canonical(new)) {
            true => DeployRule::C(8),
            false => DeployRule::C(7),
        },
        (DeployRule::C(6), Some("NULLABLE"), Some("REQUIRED")) => DeployRule::C(5),
        (DeployRule::C(6), Some("REQUIRED"), Some("NULLABLE")) => DeployRule::C(4),
        _ => rule,
    }
}

/// A type by its one name.
pub(super) fn canonical(kind: &str) -> &str {
    match kind {
        "INTEGER" => "INT64",
        "FLOAT" => "FLOAT64",
        "BOOLEAN" => "BOOL",
        "STRUCT" => "RECORD",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_form_is_an_expression() {
        assert_eq!(super::forms().len(), super::FORMS.len());
    }
}
