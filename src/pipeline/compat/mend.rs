//! The one line that ends what stops a deploy.
//!
//! Owns: for each finding the line to paste, and what else could be done.
//! Refuses: doing it, lines of text files (patch).

use super::change::{ChangeKind, DeployFinding};
use super::limits::LONGEST_DESCRIPTION;
use super::rule::{DeployRule, DeployVerdict};
use crate::ground::sql::identifier;
use crate::ground::text::count;
use crate::pipeline::layout::{Column, ColumnId, Layout, Mode, names};
use crate::pipeline::names::snake_case;

/// Most characters of a name that is made up, so that more may be added to it.
const LONGEST_NAME: usize = 290;

/// Most columns that a note names.
const MOST_NAMED: usize = 3;

/// How a finding is ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployMend {
    /// What to paste.
    pub line: String,
    /// Where it goes and what else could be done; sentences.
    pub notes: Vec<String>,
}

/// The table of a finding.
#[derive(Debug, Clone, Copy, Default)]
pub struct MendPlace<'a> {
    /// `namespace.doctype.version`; empty where it is not known.
    pub name: &'a str,
    /// The layout's file.
    pub file: &'a str,
    /// The tables in BigQuery, as SQL names them.
    pub tables: &'a [String],
    /// Columns before.
    pub old: Option<&'a Layout>,
    /// Columns now.
    pub new: Option<&'a Layout>,
}

/// The mend of a finding; `None` where nothing has to be done.
pub fn mend(finding: &DeployFinding, place: &MendPlace) -> Option<DeployMend> {
    if finding.verdict == DeployVerdict::Ok {
        return None;
    }
    let (line, notes) = match finding.kind {
        ChangeKind::TableGone => {
            let keep = format!("or put {} back", place.file);
            (
                place.name.to_owned(),
                vec!["a line for the generator's incompatibility-allowlist; the table stays in BigQuery".to_owned(), keep],
            )
        }
        ChangeKind::NoLayout => {
            let line = ["misfit", "table", place.name, "--format", "bq", ">", &format!("schemas/{}", place.file)].join(" ");
            (line, vec!["makes the missing file; or add its path to the disallowlist of the generator".to_owned()])
        }
        ChangeKind::Removed | ChangeKind::Moved | ChangeKind::Renamed => gone(finding, place)?,
        ChangeKind::Kind if finding.verdict == DeployVerdict::Ddl => widened(finding, place)?,
        ChangeKind::Kind | ChangeKind::Shape => restored(finding, place)?,
        ChangeKind::Mode | ChangeKind::Added => mode(finding, place)?,
        ChangeKind::Description => description(finding, place)?,
        ChangeKind::PolicyTags => (policy_tag(finding, place)?, vec![format!("put it to {} in {}", finding.column, place.file)]),
        ChangeKind::Default => default_value(finding, place)?,
        ChangeKind::Partition | ChangeKind::Clustering => kept(finding, place),
        ChangeKind::Order => order(finding, place)?,
        ChangeKind::Name => name(finding, place),
        ChangeKind::Refused => refused(finding, place),
        ChangeKind::Limit => limit(finding, place),
    };
    Some(DeployMend { line, notes })
}

type Lines = (String, Vec<String>);

/// Where a column stands in a file: `in metrics.counter of FILE`.
fn inside(column: &str, file: &str) -> String {
    match column.rsplit_once('.') {
        Some((parent, _)) => format!("in {parent} of {file}"),
        None => format!("at the top of {file}"),
    }
}

/// A column that is gone: dropped by a statement at the top, put back elsewhere.
fn gone(finding: &DeployFinding, place: &MendPlace) -> Option<Lines> {
    let old = place.old?;
    let id = old.find(&finding.column)?;
    let text = column_text(old, id, None, None);
    let back = format!("put it back {}: {text}", inside(&finding.column, place.file));
    let is_top = !finding.column.contains('.');
    let target = finding.other.as_deref().filter(|other| is_top && finding.kind == ChangeKind::Renamed && !other.contains('.'));
    if let Some(target) = target {
        let statement = format!("RENAME COLUMN {} TO {}", identifier(&finding.column), identifier(target));
        return Some((altered(place, &statement), vec![back]));
    }
    if finding.verdict == DeployVerdict::Ddl {
        let statement = format!("DROP COLUMN {}", identifier(&finding.column));
        return Some((altered(place, &statement), vec![back, "what the column holds is lost by dropping it".to_owned()]));
    }
    let mut notes = vec![format!("put it back {}", inside(&finding.column, place.file))];
    notes.extend(version(place));
    Some((text, notes))
}

/// A type that is widened by a statement: a nested one with the whole column at the top.
fn widened(finding: &DeployFinding, place: &MendPlace) -> Option<Lines> {
    let new = place.new?;
    let top = finding.column.split('.').next()?;
    let id = new.child(None, top)?;
    let statement = format!("ALTER COLUMN {} SET DATA TYPE {}", identifier(top), sql_type(new, id)?);
    let old = finding.old.as_ref().map(|forms| forms.typed()).unwrap_or_default();
    Some((altered(place, &statement), vec![format!("or keep {old} in {}", place.file)]))
}

/// A column that is put back as it was.
fn restored(finding: &DeployFinding, place: &MendPlace) -> Option<Lines> {
    let old = place.old?;
    let id = old.find(&finding.column)?;
    let mut notes = vec![format!("put it back as it was {}", inside(&finding.column, place.file))];
    notes.extend(version(place));
    notes.push("or leave the old column and add the new one under another name".to_owned());
    Some((column_text(old, id, None, None), notes))
}

fn mode(finding: &DeployFinding, place: &MendPlace) -> Option<Lines> {
    let new = place.new?;
    let id = new.find(&finding.column)?;
    let before = finding.old.as_ref().map_or(Mode::Nullable, |forms| forms.mode);
    let text = match place.old.and_then(|old| Some((old, old.find(&finding.column)?))) {
        Some((old, id)) if finding.kind == ChangeKind::Mode => column_text(old, id, Some(before), None),
        _ => column_text(new, id, Some(before), None),
    };
    let mut notes = vec![format!("write it so {}: {}", inside(&finding.column, place.file), before.name())];
    if finding.rule == DeployRule::C(6) {
        notes.extend(version(place));
    }
    Some((text, notes))
}

fn description(finding: &DeployFinding, place: &MendPlace) -> Option<Lines> {
    let new = place.new?;
    let column = new.get(new.find(&finding.column)?)?;
    let cut: String = column.description.as_deref()?.chars().take(LONGEST_DESCRIPTION).collect();
    Some((
        format!("\"description\": {}", quoted(&cut)),
        vec![format!("the first 1,024 characters, for {} in {}", finding.column, place.file)],
    ))
}

fn policy_tag(finding: &DeployFinding, place: &MendPlace) -> Option<String> {
    let tags = |layout: &Layout| -> Option<Vec<String>> {
        let column = layout.get(layout.find(&finding.column)?)?;
        Some(column.policy_tags.iter().map(|tag| quoted(tag)).collect())
    };
    let kept = place.old.and_then(tags).filter(|tags| !tags.is_empty()).or(place.new.and_then(tags))?;
    Some(format!("\"policyTags\": {{\"names\": [{}]}}", kept.first()?))
}

/// The names in the order of the old layout.
fn order(finding: &DeployFinding, place: &MendPlace) -> Option<Lines> {
    let (old, new) = (place.old?, place.new?);
    let names = |layout: &Layout, id: Option<ColumnId>| -> Vec<String> {
        let children = id.map_or_else(|| layout.top(), |id| layout.children(id));
        children.filter_map(|id| layout.get(id)).map(|column| column.name.to_string()).collect()
    };
    let parent = |layout: &Layout| if finding.column.is_empty() { None } else { layout.find(&finding.column) };
    let (before, now) = (names(old, parent(old)), names(new, parent(new)));
    let mut kept: Vec<String> = before.iter().filter(|name| now.contains(name)).cloned().collect();
    kept.extend(now.into_iter().filter(|name| !before.contains(name)));
    Some((kept.join(", "), vec!["the order to keep; name columns instead of * where rows are copied".to_owned()]))
}

/// A default value is set by a statement, that of a part of a column stays as it was.
fn default_value(finding: &DeployFinding, place: &MendPlace) -> Option<Lines> {
    if finding.verdict != DeployVerdict::Ddl {
        let old = place.old?;
        let text = column_text(old, old.find(&finding.column)?, None, None);
        return Some((
            text,
            vec![format!("write it so {}: a default value is of a column at the top", inside(&finding.column, place.file))],
        ));
    }
    let new = place.new?;
    let value = new.get(new.find(&finding.column)?)?.default_value();
    let does = value.map_or_else(|| "DROP DEFAULT".to_owned(), |value| format!("SET DEFAULT {value}"));
    let statement = format!("ALTER COLUMN {} {does}", identifier(&finding.column));
    Some((altered(place, &statement), vec!["it counts for rows that come from then on".to_owned()]))
}

/// Partitions and clusters as they were.
fn kept(finding: &DeployFinding, place: &MendPlace) -> Lines {
    let before = finding.other.clone().unwrap_or_default();
    let mut notes = vec!["keep it as the table has it".to_owned()];
    notes.extend(version(place).filter(|_| finding.kind == ChangeKind::Partition));
    (before, notes)
}

/// The same column under a name that BigQuery takes.
fn name(finding: &DeployFinding, place: &MendPlace) -> Lines {
    // A dot may stand in the name itself: the layout knows where it begins.
    let named = place.new.and_then(|new| new.get((0..new.columns.len() as ColumnId).find(|&id| new.path(id) == finding.column)?));
    let last = named.map_or_else(|| finding.column.rsplit('.').next().unwrap_or_default(), |column| &*column.name);
    let plain: String = snake_case(last).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(LONGEST_NAME).collect();
    let made = if plain.starts_with(|c: char| c.is_ascii_digit()) { format!("_{plain}") } else { plain };
    let is_other = made != last && names::fault(&made).is_none();
    let made = if is_other { made } else { format!("{}_2", made.trim_start_matches('_')) };
    (format!("\"name\": {}", quoted(&made)), vec!["another name, or leave the column out".to_owned()])
}

/// What a `.bq` file says of one column that no table has.
fn refused(finding: &DeployFinding, place: &MendPlace) -> Lines {
    let by_path = |layout: &Layout| layout.find(&finding.column);
    if let Some((old, id)) = place.old.and_then(|old| Some((old, by_path(old)?)))
        && old.get(id).is_some_and(|column| column.kind.is_known() && !(column.is_record() && old.is_leaf(id)))
    {
        return (column_text(old, id, None, None), vec![format!("put it back as it was {}", inside(&finding.column, place.file))]);
    }
    let Some((new, id)) = place.new.and_then(|new| Some((new, by_path(new)?))) else {
        return ("\"name\": \"column_name\"".to_owned(), vec![format!("give it a name of its own in {}", place.file)]);
    };
    let at = inside(&finding.column, place.file);
    if finding.rule == DeployRule::C(23) {
        return (json_text(new, id), vec![format!("keeps what comes as JSON {at}; or give it columns, or leave it out")]);
    }
    if finding.rule == DeployRule::C(16) {
        let name = new.get(id).map(|column| format!("{}_2", column.name)).unwrap_or_default();
        return (format!("\"name\": {}", quoted(&name)), vec![format!("another name for one of them {at}, or leave one out")]);
    }
    let kind = new.get(id).is_some_and(|column| !column.kind.is_known()).then_some("STRING");
    (column_text(new, id, None, kind), vec![format!("with a type and a mode that BigQuery has, {at}")])
}

/// A column, whatever is below it, as one of JSON.
fn json_text(layout: &Layout, id: ColumnId) -> String {
    layout.get(id).map(|column| members(column, None, Some("JSON")) + "}").unwrap_or_default()
}

/// A limit: what was added last stays out, or is kept as JSON.
fn limit(finding: &DeployFinding, place: &MendPlace) -> Lines {
    let Some(new) = place.new else { return (String::new(), Vec::new()) };
    let Some((used, most)) = finding.used else {
        let text = new.find(&finding.column).map(|id| json_text(new, id)).unwrap_or_default();
        return (text, vec![format!("keeps what is below it as JSON {}; or move it up", inside(&finding.column, place.file))]);
    };
    let many = used.saturating_sub(most);
    let all = 0..new.columns.len() as ColumnId;
    let fresh: Vec<ColumnId> = all.filter(|&id| place.old.is_none_or(|old| old.find(&new.path(id)).is_none())).collect();
    let below = |id: ColumnId| (id..new.get(id).map_or(id, |column| column.end)).filter(|&at| new.is_leaf(at)).count();
    let records = fresh.iter().copied().filter(|&id| new.get(id).is_some_and(Column::is_record));
    // The smallest new record that is large enough: as JSON it is one column.
    let enough = records.map(|id| (below(id), id)).filter(|(leaves, _)| *leaves > many).min();
    if let Some((leaves, id)) = enough {
        let path = new.path(id);
        let note = format!("{path} becomes one JSON column instead of {}; write it {}", count(leaves as u64), inside(&path, place.file));
        return (json_text(new, id), vec![note, format!("or leave {} of the new columns out", count(many as u64))]);
    }
    let names: Vec<String> = fresh.iter().filter(|&&id| new.is_leaf(id)).take(MOST_NAMED).map(|&id| new.path(id)).collect();
    let line = "{\"name\": \"more\", \"type\": \"JSON\", \"mode\": \"NULLABLE\"}".to_owned();
    let of = format!("in place of {} of the new columns in {}, for example {}", count(many as u64 + 1), place.file, names.join(", "));
    (line, vec![of, format!("or leave {} of them out", count(many as u64))])
}

/// That a new version of the table takes it, with the files that it needs.
fn version(place: &MendPlace) -> Option<String> {
    if place.name.is_empty() {
        return Some("or make it a new version of the table, and keep the files of this one".to_owned());
    }
    let (before, version) = place.name.rsplit_once('.')?;
    let next = version.parse::<u64>().ok()?.checked_add(1)?;
    let stem = place.file.strip_suffix(".bq").and_then(|stem| stem.strip_suffix(version))?;
    Some(format!(
        "or make it version {next}: {before}.{next}, with {stem}{next}.bq and {stem}{next}.schema.json, and keep those of {version}"
    ))
}

/// The statement for every table.
fn altered(place: &MendPlace, statement: &str) -> String {
    let bare = ["dataset.table".to_owned()];
    let tables = if place.tables.is_empty() { &bare } else { place.tables };
    tables.iter().map(|table| format!("ALTER TABLE {table} {statement};")).collect::<Vec<_>>().join(" ")
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// A column with all below it as JSON in one line; `mode` and `kind` may stand in for its own.
pub fn column_text(layout: &Layout, id: ColumnId, mode: Option<Mode>, kind: Option<&str>) -> String {
    let mut out = String::new();
    let mut open: Vec<ColumnId> = Vec::new();
    let end = layout.get(id).map_or(id, |column| column.end);
    for at in id..end {
        let Some(column) = layout.get(at) else { break };
        while open.last().is_some_and(|&end| at >= end) {
            open.pop();
            out.push_str("]}");
        }
        out.push_str(if out.ends_with('}') { ", " } else { "" });
        let root = (at == id).then_some(());
        out.push_str(&members(column, root.and(mode), root.and(kind)));
        if column.is_record() && !layout.is_leaf(at) {
            out.push_str(", \"fields\": [");
            open.push(column.end);
        } else {
            out.push('}');
        }
    }
    open.iter().for_each(|_| out.push_str("]}"));
    out
}

/// `{"name": …, "type": …, "mode": …`, not closed.
fn members(column: &Column, mode: Option<Mode>, kind: Option<&str>) -> String {
    let (mode, kind) = (mode.unwrap_or(column.mode), kind.unwrap_or(column.kind.spelling()));
    let mut out = format!("{{\"name\": {}, \"type\": {}, \"mode\": \"{}\"", quoted(&column.name), quoted(kind), mode.name());
    if let Some(description) = &column.description {
        out.push_str(&format!(", \"description\": {}", quoted(description)));
    }
    if let Some(extras) = &column.extras {
        let numbers = [("maxLength", extras.max_length), ("precision", extras.precision), ("scale", extras.scale)];
        out.extend(numbers.into_iter().filter_map(|(name, number)| Some(format!(", \"{name}\": \"{}\"", number?))));
        out.extend(extras.range_element.iter().map(|element| format!(", \"rangeElementType\": {{\"type\": {}}}", quoted(element))));
        out.extend(extras.default_value.iter().map(|value| format!(", \"defaultValueExpression\": {}", quoted(value))));
    }
    out
}

/// Most RECORDs inside each other that a type is written for.
const DEEPEST: u16 = 20;

/// A column's type in SQL; `None` where it cannot be said.
fn sql_type(layout: &Layout, id: ColumnId) -> Option<String> {
    let column = layout.get(id).filter(|column| column.depth <= DEEPEST)?;
    let inner = if &*column.kind == "RANGE" {
        format!("RANGE{}", Some(column.bounds()).filter(|bounds| !bounds.is_empty())?)
    } else if column.is_record() {
        let field = |id: ColumnId| Some(format!("{} {}", identifier(&layout.get(id)?.name), sql_type(layout, id)?));
        let fields: Option<Vec<String>> = layout.children(id).map(field).collect();
        format!("STRUCT<{}>", fields?.join(", "))
    } else {
        column.kind.sql()?.to_owned() + &column.bounds()
    };
    Some(if column.mode == Mode::Repeated { format!("ARRAY<{inner}>") } else { inner })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::compat::compare;

    fn mended(old: &str, new: &str) -> Vec<String> {
        let layout = |text: &str| Layout::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        let (old, new) = (layout(old), layout(new));
        let tables = ["a_live.b_v1".to_owned()];
        let place = MendPlace { name: "a.b.1", file: "a/b/b.1.bq", tables: &tables, old: Some(&old), new: Some(&new) };
        compare(&old, &new).findings.iter().filter_map(|finding| mend(finding, &place)).map(|mend| mend.line).collect()
    }

    const RECORD: &str = r#"[{"name":"r","type":"RECORD","fields":[{"name":"x","type":"INTEGER","description":"n"},{"name":"y","type":"STRING"}]},{"name":"t","type":"STRING"}]"#;

    #[test]
    fn what_is_gone_is_dropped_or_put_back() {
        let without = r#"[{"name":"r","type":"RECORD","fields":[{"name":"y","type":"STRING"}]}]"#;
        assert_eq!(
            mended(RECORD, without),
            ["ALTER TABLE a_live.b_v1 DROP COLUMN t;", r#"{"name": "x", "type": "INTEGER", "mode": "NULLABLE", "description": "n"}"#]
        );
        assert_eq!(mended(RECORD, RECORD), Vec::<String>::new());
    }

    #[test]
    fn types_are_widened_with_the_whole_column_or_put_back() {
        assert_eq!(
            mended(RECORD, &RECORD.replace("INTEGER", "NUMERIC")),
            ["ALTER TABLE a_live.b_v1 ALTER COLUMN r SET DATA TYPE STRUCT<x NUMERIC, y STRING>;"]
        );
        let text = r#"[{"name":"t","type":"STRING"}]"#;
        assert_eq!(mended(text, &text.replace("STRING", "INT64")), [r#"{"name": "t", "type": "STRING", "mode": "NULLABLE"}"#]);
        let required =
            r#"[{"name":"t","type":"STRING"},{"name":"n","type":"RECORD","mode":"REQUIRED","fields":[{"name":"k","type":"JSON"}]}]"#;
        assert_eq!(
            mended(text, required),
            [r#"{"name": "n", "type": "RECORD", "mode": "NULLABLE", "fields": [{"name": "k", "type": "JSON", "mode": "NULLABLE"}]}"#]
        );
    }

    #[test]
    fn lengths_and_default_values_are_set_by_a_statement_where_one_can() {
        let text = |more: &str| format!(r#"[{{"name":"t","type":"STRING"{more}}}]"#);
        assert_eq!(
            mended(&text(r#","maxLength":"10""#), &text(r#","maxLength":20"#)),
            ["ALTER TABLE a_live.b_v1 ALTER COLUMN t SET DATA TYPE STRING(20);"]
        );
        assert_eq!(
            mended(&text(r#","maxLength":20"#), &text(r#","maxLength":10"#)),
            [r#"{"name": "t", "type": "STRING", "mode": "NULLABLE", "maxLength": "20"}"#]
        );
        let value = r#","defaultValueExpression":"'x'""#;
        assert_eq!(mended(&text(""), &text(value)), ["ALTER TABLE a_live.b_v1 ALTER COLUMN t SET DEFAULT 'x';"]);
        assert_eq!(mended(&text(value), &text("")), ["ALTER TABLE a_live.b_v1 ALTER COLUMN t DROP DEFAULT;"]);
        let nested = |more: &str| format!(r#"[{{"name":"r","type":"RECORD","fields":{}}}]"#, text(more));
        assert_eq!(mended(&nested(""), &nested(value)), [r#"{"name": "t", "type": "STRING", "mode": "NULLABLE"}"#]);
    }

    #[test]
    fn a_renamed_column_is_renamed() {
        let named = |name: &str| format!(r#"[{{"name":"{name}","type":"STRING","description":"d"}}]"#);
        assert_eq!(mended(&named("a"), &named("b")), ["ALTER TABLE a_live.b_v1 RENAME COLUMN a TO b;"]);
    }

    #[test]
    fn what_bigquery_refuses_has_a_line_to_paste() {
        let column = |more: &str| format!(r#"[{{"name":"a","type":"STRING"}},{more}]"#);
        let old = column(r#"{"name":"z","type":"STRING"}"#);
        let with = |more: &str| mended(&old, &column(&format!(r#"{{"name":"z","type":"STRING"}},{more}"#)));
        assert_eq!(with(r#"{"name":"x","type":"POINT"}"#), [r#"{"name": "x", "type": "STRING", "mode": "NULLABLE"}"#]);
        assert_eq!(with(r#"{"name":"p","type":"RECORD","fields":[]}"#), [r#"{"name": "p", "type": "JSON", "mode": "NULLABLE"}"#]);
        let names = ["1x", "a-b", "é", "a b"].map(|name| with(&format!(r#"{{"name":"{name}","type":"STRING"}}"#)).join(" "));
        assert_eq!(names, [r#""name": "_1x""#, r#""name": "a_b""#, r#""name": "_2""#, r#""name": "a_b""#]);
        let deep = (0..16).rev().fold(r#"{"name":"leaf","type":"STRING"}"#.to_owned(), |inner, at| {
            format!(r#"{{"name":"r{at}","type":"RECORD","fields":[{inner}]}}"#)
        });
        assert_eq!(with(&deep), [r#"{"name": "r15", "type": "JSON", "mode": "NULLABLE"}"#]);
        let many = |n: usize| (0..n).map(|i| format!(r#"{{"name":"c{i}","type":"STRING"}}"#)).collect::<Vec<_>>().join(",");
        let wide = with(&format!(r#"{{"name":"w","type":"RECORD","fields":[{}]}}"#, many(13_000)));
        assert!(wide.iter().all(|line| line == r#"{"name": "w", "type": "JSON", "mode": "NULLABLE"}"#) && !wide.is_empty(), "{wide:?}");
        assert!(with(&many(13_000)).iter().all(|line| line.starts_with(r#"{"name": "more", "type": "JSON""#)));
    }

    #[test]
    fn the_ends_of_a_range_are_a_part_of_its_type() {
        let range = |of: &str| format!(r#"[{{"name":"r","type":"RANGE","rangeElementType":{{"type":"{of}"}}}}]"#);
        assert_eq!(
            mended(&range("DATE"), &range("TIMESTAMP")),
            [r#"{"name": "r", "type": "RANGE", "mode": "NULLABLE", "rangeElementType": {"type": "DATE"}}"#]
        );
        assert_eq!(mended(&range("DATE"), &range("date")), Vec::<String>::new());
    }
}
