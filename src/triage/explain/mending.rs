//! The line that ends a cause of which only a text is known: neither layout is at hand.
//!
//! Owns: what can be said with the names in a message; types that a Glean column has by its place.
//! Refuses: mends with both layouts at hand (pipeline).

use super::{Told, mentions};
use crate::ground::sql::identifier;
use crate::pipeline::compat::DeployRule;
use crate::pipeline::names::snake_case;

type Lines = (String, Vec<String>);

/// The line, and what else could be done.
pub(super) fn mend(all: &[Told], columns: &[String], tables: &[String]) -> Lines {
    let first = &all[0];
    // The live and the stable table of a ping have the same file.
    let files = each_once(tables.iter().filter_map(|table| mentions::file(table)));
    let file = files.first().map_or("the layout's file", String::as_str);
    let rule = first.under.unwrap_or(first.rule);
    let (line, mut notes) = match rule {
        DeployRule::C(1) if first.column.is_some() => {
            ("--schema_update_option=ALLOW_FIELD_ADDITION".to_owned(), vec!["for the load or the copy".to_owned()])
        }
        DeployRule::C(1) => (restored(&files), vec!["or put new columns behind those that the table has".to_owned()]),
        DeployRule::C(2) => (
            each(all, columns, |name, kind| member(name, kind, "NULLABLE")),
            vec![format!("write it so in {file}: a new column cannot be REQUIRED")],
        ),
        DeployRule::C(4) => ("--schema_update_option=ALLOW_FIELD_RELAXATION".to_owned(), vec!["for the load or the copy".to_owned()]),
        DeployRule::C(5 | 6) => {
            let mode = first.old.clone().unwrap_or_else(|| "NULLABLE".to_owned());
            (each(all, columns, |name, kind| member(name, kind, &mode)), vec![format!("write it so in {file}")])
        }
        DeployRule::C(8) if columns.iter().all(|column| !column.contains('.')) => {
            let kind = first.new.as_deref().map(super::retyped::canonical).unwrap_or_default();
            let of = |column: &String| format!("ALTER COLUMN {} SET DATA TYPE {kind}", identifier(column));
            (altered(tables, columns.iter().map(of)), vec![format!("or keep {} in {file}", first.old.as_deref().unwrap_or("the type"))])
        }
        DeployRule::C(7..=9) if first.column.is_some() => {
            let line = each(all, columns, |name, kind| old_member(first, name, kind));
            (line, vec![format!("put it back as it was in {file}")])
        }
        DeployRule::C(10) => {
            let line = altered(tables, columns.iter().map(|column| format!("DROP COLUMN {}", identifier(column))));
            (line, vec![format!("or put it back in {file}; what the column holds is lost by dropping it")])
        }
        DeployRule::C(11) => gone(all, columns, &files, file),
        DeployRule::C(13) => (cut(columns, file), vec!["cuts the description to 1,024 characters".to_owned()]),
        DeployRule::C(16) => {
            let of = |column: &String| format!("\"name\": \"{}\"", renamed(column.rsplit('.').next().unwrap_or_default()));
            (columns.iter().map(of).collect::<Vec<_>>().join(", "), vec![format!("another name in {file}, or leave the column out")])
        }
        DeployRule::C(18) => (
            each(all, columns, |name, _| member(name, Some("STRING"), "NULLABLE")),
            vec![format!("keeps it as text in {file}; or move it up")],
        ),
        DeployRule::C(19 | 20) => (shown(tables), vec!["what the table has: write the same".to_owned()]),
        DeployRule::C(21) => (
            "INSERT INTO target (columns) SELECT columns FROM source".to_owned(),
            vec!["name the columns on both sides instead of *".to_owned()],
        ),
        DeployRule::C(22) if first.detail.as_deref().is_some_and(is_of_partitions) => (
            "time_partitioning { type = \"MONTH\" }".to_owned(),
            vec!["fewer partitions: by month in a new table; or write fewer days at once".to_owned()],
        ),
        DeployRule::C(22) => ("terraform apply -parallelism=1".to_owned(), vec!["after a minute: it goes on where it stopped".to_owned()]),
        DeployRule::C(23) => (without(columns, file), vec!["leaves the column out; or give it columns".to_owned()]),
        DeployRule::C(24) => (
            doctypes(tables).join("\n"),
            vec![
                "a line for each on the generator's incompatibility-allowlist; the tables stay in BigQuery; or put the files back"
                    .to_owned(),
            ],
        ),
        DeployRule::M(1) => {
            let names = first.detail.as_deref().unwrap_or_default();
            let names: Vec<&str> = names.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|name| !name.is_empty()).collect();
            (
                names.iter().map(|name| format!("{name}: {{type: string}}")).collect::<Vec<_>>().join(", "),
                vec!["an entry for each in the generator's glean.yaml, with the shape that the type has".to_owned()],
            )
        }
        DeployRule::M(3) => layouts(tables),
        DeployRule::M(9) => (
            "send_in_pings: [metrics]".to_owned(),
            vec!["for each distribution metric in the app's metrics.yaml; the lines above this one name them".to_owned()],
        ),
        _ => (restored(&files), vec!["the revision before it is put back".to_owned()]),
    };
    if matches!(first.rule, DeployRule::M(4) | DeployRule::M(5)) {
        notes.push(format!(
            "{} on the generator's incompatibility-allowlist lets the generator go on; BigQuery refuses it all the same",
            doctypes(tables).join(" ")
        ));
    }
    if matches!(rule, DeployRule::C(5..=7 | 9 | 11))
        && let Some((namespace, doctype, version)) = tables.first().and_then(|table| mentions::doctype(table))
        && let Ok(next) = version.parse::<u64>()
    {
        notes.push(format!("or make it version {}: {namespace}.{doctype}.{}, and keep the files of {version}", next + 1, next + 1));
    }
    let line = if line.trim().is_empty() { restored(&files) } else { line };
    (line, notes)
}

/// Each once, in order.
fn each_once(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    all.filter(|one| seen.insert(one.clone())).collect()
}

/// The doctypes of tables, each once.
fn doctypes(tables: &[String]) -> Vec<String> {
    each_once(tables.iter().map(|table| doctype(table)))
}

/// A line for each column.
fn each(all: &[Told], columns: &[String], made: impl Fn(&str, Option<&str>) -> String) -> String {
    let line = |column: &String| {
        let told = all.iter().find(|one| one.column.as_ref() == Some(column)).and_then(|one| one.old.as_deref());
        let is_type = told.filter(|old| !matches!(*old, "NULLABLE" | "REQUIRED" | "REPEATED" | "map"));
        made(column.rsplit('.').next().unwrap_or_default(), is_type.or_else(|| by_place(column)))
    };
    columns.iter().map(line).collect::<Vec<_>>().join(", ")
}

/// A column as the layouts write it.
fn member(name: &str, kind: Option<&str>, mode: &str) -> String {
    // The layouts write lengths beside a type, and a list as a mode.
    let (kind, mode) = match kind.and_then(|kind| kind.strip_prefix("ARRAY<")?.strip_suffix('>')) {
        Some(of) => (Some(of), "REPEATED"),
        None => (kind, mode),
    };
    let kind = kind.map(|kind| {
        let (kind, sizes) = super::retyped::sized(kind);
        let kind = if kind.starts_with("STRUCT<") { "RECORD" } else { kind };
        let names = if matches!(kind, "STRING" | "BYTES") { ["maxLength", "scale"] } else { ["precision", "scale"] };
        let sizes = names.iter().zip(sizes.split(',').map(str::trim).filter(|size| !size.is_empty()));
        let sizes: String = sizes.map(|(name, size)| format!(", \"{name}\": \"{size}\"")).collect();
        format!(", \"type\": \"{kind}\"{sizes}")
    });
    let kind = kind.unwrap_or_default();
    format!("{{\"name\": \"{name}\"{kind}, \"mode\": \"{mode}\"}}")
}

/// A column as it was, of one with another type or shape.
fn old_member(told: &Told, name: &str, kind: Option<&str>) -> String {
    if told.old.as_deref() == Some("map") {
        let value = "{\"name\": \"key\", \"type\": \"STRING\", \"mode\": \"NULLABLE\"}, {\"name\": \"value\", \"mode\": \"NULLABLE\"}";
        return format!("{{\"name\": \"{name}\", \"type\": \"RECORD\", \"mode\": \"REPEATED\", \"fields\": [{value}]}}");
    }
    member(name, kind, "NULLABLE")
}

/// Nested columns that are gone: put back where their types are known, else with the whole file.
fn gone(all: &[Told], columns: &[String], files: &[String], file: &str) -> Lines {
    let known =
        |column: &String| all.iter().any(|one| one.column.as_ref() == Some(column) && one.old.is_some()) || by_place(column).is_some();
    if columns.iter().all(known) {
        let parent = columns.first().and_then(|column| column.rsplit_once('.')).map_or("the RECORD", |(parent, _)| parent);
        let line = each(all, columns, |name, kind| member(name, kind, "NULLABLE"));
        return (line, vec![format!("put it back in {parent} of {file}")]);
    }
    (restored(files), vec!["the files of the revision before; the column's type is not in the text".to_owned()])
}

/// The type that a Glean metric's column has by the RECORD that it stands in.
fn by_place(column: &str) -> Option<&'static str> {
    let mut parts = column.split('.');
    if parts.next() != Some("metrics") {
        return None;
    }
    let kind = parts.next()?;
    if parts.next().is_none() || parts.next().is_some() {
        return None;
    }
    match kind {
        "counter" | "quantity" => Some("INT64"),
        "boolean" => Some("BOOL"),
        "string" | "uuid" | "datetime" | "url2" | "text2" | "jwe2" => Some("STRING"),
        "object" => Some("JSON"),
        _ => None,
    }
}

/// Statements for all tables.
fn altered(tables: &[String], statements: impl Iterator<Item = String>) -> String {
    let statements: Vec<String> = statements.collect();
    let bare = ["dataset.table".to_owned()];
    let tables = if tables.is_empty() { &bare[..] } else { tables };
    let of = |table: &String| {
        let name = match mentions::parts(table) {
            Some((Some(project), dataset, table)) => format!("`{project}.{dataset}.{table}`"),
            Some((None, dataset, table)) => format!("`{dataset}.{table}`"),
            None => format!("`{table}`"),
        };
        format!("ALTER TABLE {name} {};", statements.join(", "))
    };
    tables.iter().map(of).collect::<Vec<_>>().join(" ")
}

/// The files of the revision before.
fn restored(files: &[String]) -> String {
    if files.is_empty() { ["git", "revert", "--no-edit", "HEAD"].join(" ") } else { format!("git checkout HEAD~1 -- {}", files.join(" ")) }
}

fn doctype(table: &str) -> String {
    mentions::doctype(table).map_or_else(|| table.to_owned(), |(namespace, doctype, version)| format!("{namespace}.{doctype}.{version}"))
}

fn shown(tables: &[String]) -> String {
    let name = tables.first().map(|table| match mentions::parts(table) {
        Some((Some(project), dataset, table)) => format!("{project}:{dataset}.{table}"),
        _ => table.clone(),
    });
    ["bq", "show", "--format=prettyjson", name.as_deref().unwrap_or("PROJECT:DATASET.TABLE")].join(" ")
}

/// The columns as `jq` names them.
fn chosen(columns: &[String]) -> String {
    let of = |column: &String| format!(".name == \"{}\"", column.rsplit('.').next().unwrap_or_default());
    columns.iter().map(of).collect::<Vec<_>>().join(" or ")
}

fn cut(columns: &[String], file: &str) -> String {
    format!("jq '(.. | objects | select({}) | .description) |= .[:1024]' {file} > cut.bq", chosen(columns))
}

fn without(columns: &[String], file: &str) -> String {
    format!("jq 'walk(if type == \"array\" then map(select(({}) | not)) else . end)' {file} > without.bq", chosen(columns))
}

/// Whether a limit is one on a table's partitions, not on how often it changes.
fn is_of_partitions(detail: &str) -> bool {
    let detail = detail.to_lowercase();
    detail.contains("partitions when the job") || detail.contains("too many partitions")
}

/// Most characters of a column's name.
const LONGEST: usize = 300;

/// A name that BigQuery takes.
fn renamed(name: &str) -> String {
    let mut made = snake_case(name);
    if name.chars().count() > LONGEST || made.chars().count() > LONGEST {
        if made.starts_with(|c: char| c.is_ascii_digit()) {
            made.insert(0, '_');
        }
        return made.chars().take(LONGEST).collect();
    }
    match made.is_empty() || made == name {
        true => format!("{}_2", name.trim_start_matches('_')),
        false if made.starts_with(|c: char| c.is_ascii_digit()) => format!("_{made}"),
        false => made,
    }
}

/// The layouts that are missing, made.
fn layouts(files: &[String]) -> Lines {
    let make = |file: &String| {
        let stem = file.strip_suffix(".bq").or_else(|| file.strip_suffix(".schema.json")).unwrap_or(file);
        let options = ["--resolve", "drop", "--type", "bigquery", "--normalize-case", "--force-nullable", "--tuple-struct"].join(" ");
        format!("jsonschema-transpiler {options} {stem}.schema.json > {stem}.bq")
    };
    let note = "makes the missing files; or add their paths to the generator's disallowlist".to_owned();
    (files.iter().map(make).collect::<Vec<_>>().join(" && "), vec![note])
}
