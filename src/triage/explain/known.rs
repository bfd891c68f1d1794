//! The messages that BigQuery and its tools give for a deploy.
//!
//! Owns: one expression for each, the rule that it speaks of.
//! Refuses: lists and diffs of the generator (lists, diff).

use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

use fancy_regex::{Captures, Regex};

use super::lines::{JoinedText, LogText};
use super::retyped::{altered, narrowed};
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

/// What stands behind a column's name: a full stop ends it only where nothing goes on.
const END: &str = r"(?=[\s,:;)`'\x22]|\.(?:\s|$)|$)";

/// A type, with its lengths or with what it is a list of.
const TYPE: &str = r"(?:STRING|BYTES|INTEGER|INT64|FLOAT64|FLOAT|NUMERIC|BIGNUMERIC|BOOLEAN|BOOL|TIMESTAMP|DATETIME|DATE|TIME|GEOGRAPHY|JSON|INTERVAL|RANGE|RECORD|STRUCT|ARRAY)(?:<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>)?(?:\([\d, ]{1,20}\))?";

/// The messages. `{T}`, `{C}`, `{E}` and `{K}` stand for the four above.
const FORMS: [Form; 53] = [
    c(2, "to an existing schema", r"{T}Cannot add required (?:fields|columns) to an existing schema\.?(?: \(field: {C}\))?(?=[\s,.;)]|$)"),
    c(1, "Cannot add fields", r"{T}Cannot add fields \(field: {C}\)"),
    c(10, "missing in", r"{T}(?:Field|Column) {C} is missing in (?:the )?new schema"),
    c(7, "has changed type from", r"{T}(?:Field|Column) {C} has changed type from (?P<old>{K}) to (?P<new>{K})"),
    c(
        6,
        "has changed mode from",
        r"{T}(?:Field|Column) {C} has changed mode from (?P<old>NULLABLE|REQUIRED|REPEATED) to (?P<new>NULLABLE|REQUIRED|REPEATED)",
    ),
    c(
        9,
        "assignable to the new type",
        r"requires that the existing column type \((?P<old>(?:[^()]|\([^()]*\))+)\) is assignable to the new type \((?P<new>(?:[^()]|\([^()]*\))+)\)",
    ),
    c(11, " drop ", r"(?i:cannot|can't) (?i:drop) (?i:nested field|nested column|column|field)s? {C}{E}"),
    c(11, "DROP COLUMN", r"DROP COLUMN (?:for|of|on) (?:a )?nested (?:field|column)s? {C}{E}"),
    c(5, "equired", r"(?i:adding required constraint)[^.]{0,80}?(?i:column|field) {C}{E}"),
    c(5, "NOT NULL", r"(?i:cannot (?:set|add)) NOT NULL[^.]{0,80}?(?i:column|field) {C}{E}"),
    c(5, "not null", r"(?i:cannot (?:set|add)) not null[^.]{0,80}?(?i:column|field) {C}{E}"),
    c(13, "is too long", r"[Tt]he description for (?:field|column) {C} is too long"),
    c(13, "escription", r"(?P<detail>[Tt]he (?:table )?description is too long|[Dd]escription (?:exceeds|is longer than)[^.]{0,60})"),
    c(15, "olicy tag", r"(?i:(?P<detail>(?:more than|at most|only) (?:one|1) policy tag[^.]{0,40}))"),
    c(15, "datacatalog.taxonomies", r"(?P<detail>datacatalog\.taxonomies\.get)"),
    c(15, "bigquery.tables.setCategory", r"(?P<detail>bigquery\.tables\.setCategory)"),
    c(16, "Invalid field name", r#"Invalid field name "(?P<column>[^"]+)""#),
    c(16, "is not supported", r"(?:Field name|Column name) {C} is not supported"),
    c(16, "uplicate ", r"(?i:duplicate (?:field|column) names?)(?: [^:(.`'\x22]{0,40})?(?:[:(] ?| (?=[`'\x22])){C}{E}"),
    c(16, "uplicate ", r"(?i:duplicate (?:field|column) name) (?!(?:in|is|are|was|found)\b){C}{E}"),
    c(16, "uplicate", r"(?i:found duplicates?(?:\(s\))?): ?{C}{E}"),
    c(16, "already exists in schema", r"(?:Field|Column) {C} already exists in schema"),
    c(17, "Too many total leaf fields", r"Too many total leaf fields: (?P<detail>[\d,]+), max(?:imum)? allowed field count: [\d,]+"),
    c(17, "Too many columns", r"Too many columns \((?P<detail>[\d,]+)\) in schema"),
    c(17, "Too many fields", r"Too many fields: (?P<detail>\d{5,}|\d{2,3}(?:,\d{3})+)\b"),
    c(18, "nested too deeply", r"Schema nested too deeply for (?:field|column) {C}(?=, maximum|[\s,;]|$)"),
    c(19, "different partitioning spec", r"Cannot replace a table with a different partitioning spec"),
    c(19, "table partitioning spec", r"Incompatible table partitioning specification"),
    c(19, "artitioning spec", r"(?:Table )?[Pp]artitioning spec(?:ification)? cannot be changed"),
    c(20, "different clustering spec", r"Cannot replace a table with a different clustering spec"),
    c(
        20,
        "lustering",
        r"Incompatible table clustering specification|(?i:clustering fields? (?:count )?exceeds?|clustering fields? must be top|too many clustering)",
    ),
    c(20, "lustering", r"(?i:fields? specified for clustering cannot be repeated)(?:\.? Field: {C}{E})?"),
    c(20, "lustering", r"(?i:(?:field|column) {C} (?:is )?specified for clustering)|(?i:clustering field {C} )"),
    c(
        21,
        "cannot be inserted into column",
        r"Query column (?P<detail>\d+) has type .{1,400}? which cannot be inserted into column {C}, which has type",
    ),
    c(21, "wrong column count", r"Inserted row has wrong column count; (?P<detail>Has \d+, expected \d+)"),
    c(22, "xceeded rate limits", r"(?P<detail>Exceeded rate limits: too many table update operations)"),
    c(22, "xceeded rate limits", r"(?P<detail>(?:Job )?[Ee]xceeded rate limits: Your (?:table|project) exceeded quota[^.]{0,120})"),
    c(22, "Quota exceeded", r"(?P<detail>Quota exceeded: Your table exceeded quota[^.]{0,120})"),
    c(22, "Quota exceeded", r"(?P<detail>Quota exceeded: Your project exceeded quota for (?=[^.]{0,60}(?:table|partition))[^.]{0,120})"),
    c(22, "artitions when the job", r"will have (?P<detail>[\d,]+ partitions when the job finishes, exceeding limit [\d,]+)"),
    c(22, "umber of partition modifications", r"(?P<detail>Number of partition modifications[^.]{0,160}? exceeded quota)"),
    c(22, "oo many partitions", r"(?i:(?P<detail>too many partitions[^.]{0,100}))"),
    c(23, "but has no", r"(?:Field|Column) {C} is (?:of )?type (?:RECORD|STRUCT) but has no (?:schema|(?:sub|nested )?fields)"),
    c(24, "annot destroy table", r"(?i:cannot destroy table) (?P<table>[\w./:$-]+?)(?= without|[\s,]|$)"),
    c(24, "prevent_destroy", r"Resource (?:[^\s]+\.)?google_bigquery_table\.(?P<table>[^\s]+) has lifecycle\.prevent_destroy"),
    c(1, "Precondition Failed", r"(?P<detail>BigQuery error in update operation: Precondition Failed)"),
    c(7, "Invalid schema update", r"(?P<detail>Invalid schema update\. (?!Field|Cannot add)[^.]{0,120})"),
    m(
        1,
        "nknown metric type",
        r"Unknown metric types? in Glean [Ss]chema: ?(?P<detail>\[ ?['\x22]?\w[^\]]*\]|\{ ?['\x22]\w[^}]*\}|['\x22]?\w[\w-]*['\x22]?(?:, ?['\x22]?\w[\w-]*['\x22]?){0,50})",
    ),
    m(2, "SchemaException", r"(?<![\w.$])(?:\w*schema_generator\.(?:\w+\.)*)?SchemaException(?!\():? ?(?P<detail>[^:.]{0,60})"),
    m(2, "max_size", r"(?P<detail>(?i:schema (?:size|must be smaller|is too large)[^.{]{0,120}max_size(?! ?\{)[^.]{0,40}))"),
    m(8, "endered schema", r"(?i:(?P<detail>rendered schemas? (?:differ|do(?:es)? not match)[^.]{0,100}))"),
    m(9, "blocked distribution", r"(?P<detail>[\w-]+: ?[\w-]+) has blocked distribution metrics"),
    m(9, "blocked distribution", r"Found blocked distribution metrics"),
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
            let text = form.text.replace("{T}", TABLE).replace("{C}", COLUMN).replace("{E}", END).replace("{K}", TYPE);
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
        let mut whole = of(log, wrapped);
        // The same message read in both ways counts once: a cut one is told better by the reading that joins its lines.
        found.retain_mut(|cut| {
            let meets = |one: &Told| is_alike(one.rule, cut.rule) && one.lines.0 <= cut.lines.1 && cut.lines.0 <= one.lines.1;
            let is_part = |one: &Told| match (&one.column, &cut.column) {
                (Some(column), Some(part)) => column.contains(part.as_str()),
                (_, part) => part.is_none(),
            };
            let holds = |one: &Told| one.lines.0 <= cut.lines.0 && cut.lines.1 <= one.lines.1 && one.lines.0 < one.lines.1;
            let better = whole.iter().position(|one| meets(one) && one.column == cut.column);
            let better = better.or_else(|| whole.iter().position(|one| meets(one) && holds(one) && is_part(one)));
            let Some(at) = better else { return true };
            // A name at the end of a line is whole where it is not sure that the line goes on.
            let differs = whole.get(at).is_some_and(|one| one.column != cut.column || one.detail != cut.detail);
            let named = cut.column.is_some() || cut.detail.is_some();
            if differs && named && cut.lines.0 == cut.lines.1 && !log.is_wrapped(cut.lines.1) {
                whole.remove(at);
                return true;
            }
            if let Some(one) = whole.get_mut(at) {
                one.table = one.table.take().or(cut.table.take());
                // What names the table in front is part of the message.
                if one.column == cut.column && cut.lines.0 < one.lines.0 && one.lines.1 <= cut.lines.1 {
                    one.lines = cut.lines;
                    one.message.clone_from(&cut.message);
                }
            }
            false
        });
        found.extend(whole);
    }
    for one in &mut found {
        if matches!(one.rule, DeployRule::M(_)) {
            // What the generator says is of a schema, and of one line.
            one.lines.1 = one.lines.0;
        }
    }
    united(&mut found);
    found
}

/// Whether two rules can be readings of the same message.
fn is_alike(one: DeployRule, other: DeployRule) -> bool {
    let nested = |rule: DeployRule| if rule == DeployRule::C(10) { DeployRule::C(11) } else { rule };
    nested(one) == nested(other)
}

/// A fault of the generator's that is told in several lines is one: all tell what one of them tells.
fn united(found: &mut [Told]) {
    for rule in [DeployRule::M(2), DeployRule::M(9)] {
        let all = || found.iter().filter(|one| one.rule == rule);
        let mut details: Vec<String> = all().filter_map(|one| one.detail.clone()).collect();
        if rule == DeployRule::M(2) {
            // The line that tells the size says most.
            let best = details.iter().position(|detail| detail.contains("max_size")).unwrap_or(0);
            details = details.into_iter().skip(best).take(1).collect();
        }
        let mut seen = HashSet::new();
        details.retain(|detail| seen.insert(detail.clone()));
        let detail = Some(details.join(", ")).filter(|detail| !detail.is_empty());
        for one in found.iter_mut().filter(|one| one.rule == rule) {
            one.detail.clone_from(&detail);
        }
    }
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
    let column = column.or_else(|| if rule == DeployRule::C(9) { altered(log, joined.line(range.start)) } else { None });
    let (old, new) = (group("old"), group("new"));
    let rule = narrowed(rule, column.as_deref(), old.as_deref(), new.as_deref());
    let lines = (joined.line(range.start), joined.line(range.end.saturating_sub(1)));
    let is_generator = matches!(rule, DeployRule::M(_));
    let table = group("table").or_else(|| if is_generator { None } else { mentions::table_at(log, joined, range) });
    let table = table.map(|table| plain(&table).to_owned());
    Some(Told { rule, under: None, table, column, old, new, detail: group("detail"), message: whole.as_str().trim().to_owned(), lines })
}

/// A table without its place in terraform and without a partition of it.
fn plain(table: &str) -> &str {
    let table = table.trim_end_matches(':');
    let key = table.split_once("[\"").and_then(|(_, key)| key.split_once("\"]")).map_or(table, |(key, _)| key);
    key.split_once('$').map_or(key, |(table, _)| table)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_form_is_an_expression() {
        assert_eq!(super::forms().len(), super::FORMS.len());
    }
}
