//! Every setting of the configuration: its name, what it may be, what it is for.
//!
//! Owns: the one list that the commented default and the JSON schema of the configuration are made of.
//! Refuses: reading a file (config).

use serde_json::{Map, Value, json};

use super::{BIGQUERY_SETTINGS, PATCH_SETTINGS, REDACTION_SETTINGS, SETTINGS};
use crate::rows::foreign::PayloadCoding;
use crate::rows::foreign::map::MapField;
use crate::rows::source::bigquery::renamable;
use crate::tui::action::TABLE;

/// What a setting may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SettingForm {
    /// A text.
    Text,
    /// A text, or a list of texts.
    Texts,
    /// Numbers that are not negative.
    Number,
    /// `true` or `false`.
    Flag,
    /// A table of names and what each stands for.
    Names,
}

/// One setting.
pub(super) struct SettingEntry {
    /// The table that it stands in; empty at the top.
    pub(super) table: &'static str,
    /// Its name there.
    pub(super) name: &'static str,
    /// What it may be.
    pub(super) form: SettingForm,
    /// A value as it is written.
    pub(super) example: &'static str,
    /// What it is for.
    pub(super) about: &'static str,
}

const fn set(table: &'static str, name: &'static str, form: SettingForm, example: &'static str, about: &'static str) -> SettingEntry {
    SettingEntry { table, name, form, example, about }
}

/// All of them, in the order of the file.
pub(super) const ENTRIES: &[SettingEntry] = &[
    set(
        "",
        "schemas",
        SettingForm::Text,
        "\"~/schemas\"",
        "generated schemas: a folder, a clone, or a revision as in \"~/schemas@2026-06-30\"; also MISFIT_SCHEMAS, --schemas",
    ),
    set("", "source_repo", SettingForm::Text, "\"~/mps\"", "clone of what the schemas are generated from; also --source-repo"),
    set(
        "",
        "upstream",
        SettingForm::Text,
        "\"~/upstream.tsv\"",
        "commits behind each revision, where it does not tell them; also --upstream",
    ),
    set(
        "",
        "deployed",
        SettingForm::Text,
        "\"2026-06-26\"",
        "what is deployed: a revision of the schemas, a folder, bigquery:P.D.T; also --deployed of the explorer",
    ),
    set(
        "",
        "notes",
        SettingForm::Text,
        "\"~/triage/notes.txt\"",
        "file of notes on groups; also MISFIT_NOTES, --notes; without it notes.txt beside this file",
    ),
    set("", "theme", SettingForm::Text, "\"default-dark\"", "theme of the explorer, misfit themes lists them; also MISFIT_THEME, --theme"),
    set("", "mouse", SettingForm::Flag, "true", "false leaves the mouse to the terminal, to select text"),
    set("keys", "quit", SettingForm::Names, "[\"q\"]", "keys by action, in place of the usual ones; misfit keys lists the actions"),
    set(
        "sources",
        "week",
        SettingForm::Names,
        "[\"rows/2026-06-2*.ndjson.gz\"]",
        "misfit week reads these; paths are relative to this file",
    ),
    set(
        "source",
        "shop",
        SettingForm::Names,
        "{ inputs = [\"rows/*.ndjson\"], message = \"error.text\", payload = \"body\" }",
        "misfit shop reads these rows of another pipeline; each field names the member that is it, misfit groups FILE prints a map to start from",
    ),
    set("bigquery", "project", SettingForm::Text, "\"my-project\"", "who pays; also --project"),
    set("bigquery", "location", SettingForm::Text, "\"US\"", "where queries run; also --location"),
    set("bigquery", "endpoint", SettingForm::Text, "\"http://localhost:9050\"", "another server; also --endpoint"),
    set("bigquery", "max_bytes", SettingForm::Number, "100_000_000_000", "what a query may read without asking; also --max-bytes"),
    set(
        "bigquery",
        "max_session_bytes",
        SettingForm::Number,
        "2_000_000_000_000",
        "what all queries of a session may read; also --max-session-bytes",
    ),
    set("bigquery", "price_per_tib", SettingForm::Number, "6.25", "US dollars for 2^40 bytes"),
    set("bigquery", "groups_of_namespace", SettingForm::Number, "5_000", "most groups of one namespace that are told apart"),
    set("bigquery", "groups", SettingForm::Number, "50_000", "most groups in all"),
    set("bigquery", "keep_rows", SettingForm::Flag, "false", "true keeps opened rows with their payloads on disk as well"),
    set("bigquery", "live_counts", SettingForm::Flag, "false", "true tells rates by the rows of live tables a day; also --live-counts"),
    set("bigquery", "stack_traces", SettingForm::Flag, "false", "true reads opened rows with their stack traces, which cost as much again"),
    set("bigquery", "authenticate", SettingForm::Flag, "false", "true gives credentials to a server on this machine too"),
    set(
        "bigquery",
        "columns",
        SettingForm::Names,
        "{ error_message = \"message\" }",
        "names of columns that differ from the error table's",
    ),
    set(
        "redaction",
        "safe",
        SettingForm::Texts,
        "[\"/metrics/**\"]",
        "places in documents that exports always tell; ** stands for any number of parts",
    ),
    set("redaction", "masked", SettingForm::Texts, "[\"/client_info/*\"]", "places that are never told but for their type; overrides safe"),
    set("patch", "never", SettingForm::Texts, "[\"pattern\"]", "keywords and keys of schemas that no patch touches"),
];

/// The file with every setting in it, each as a comment.
pub(in crate::cli) fn commented() -> String {
    let mut text = "# What misfit can be told once. Every line that begins with # is left out: take the mark away to set it.\n\
                    # Flags override the environment, the environment overrides this file.\n"
        .to_owned();
    let mut table = "";
    for entry in ENTRIES {
        if entry.table != table {
            table = entry.table;
            text.push_str(&format!("\n[{table}]\n"));
        } else if table.is_empty() && entry.name == ENTRIES[0].name {
            text.push('\n');
        }
        text.push_str(&format!("# {}\n# {} = {}\n", entry.about, entry.name, entry.example));
    }
    text
}

/// A JSON schema of the file, for editors that know TOML by one.
pub(in crate::cli) fn schema() -> Value {
    let mut top = Map::new();
    for name in SETTINGS {
        top.insert(name.to_owned(), of(name));
    }
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "misfit",
        "description": "Configuration of misfit, config.toml",
        "type": "object",
        "properties": top,
        "additionalProperties": false,
    })
}

fn of(name: &str) -> Value {
    let texts = json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] });
    match name {
        "keys" => {
            let actions = TABLE.iter().map(|entry| {
                let about = entry.help;
                (entry.name.to_owned(), json!({ "description": about, "anyOf": texts["anyOf"], "default": entry.keys }))
            });
            json!({ "type": "object", "description": about("keys", "quit"), "properties": actions.collect::<Map<_, _>>(), "additionalProperties": false })
        }
        "sources" => json!({ "type": "object", "description": about("sources", "week"), "additionalProperties": texts }),
        "source" => {
            let member = json!({ "anyOf": [{ "type": "string" }, { "type": "object", "properties": { "value": { "type": "string" } }, "additionalProperties": false }] });
            let mut fields: Map<String, Value> =
                MapField::ALL.into_iter().map(|field| (field.name().to_owned(), described(&member, field.about()))).collect();
            fields.insert("encoding".to_owned(), json!({ "enum": PayloadCoding::NAMES.map(|(name, _)| name) }));
            let map = json!({ "type": "object", "properties": fields.clone(), "additionalProperties": false });
            fields.insert("inputs".to_owned(), texts);
            fields.insert("map".to_owned(), map);
            let source = json!({ "type": "object", "properties": fields, "additionalProperties": false });
            json!({ "type": "object", "description": about("source", "shop"), "additionalProperties": source })
        }
        "bigquery" => table("bigquery", BIGQUERY_SETTINGS),
        "redaction" => table("redaction", REDACTION_SETTINGS),
        "patch" => table("patch", PATCH_SETTINGS),
        name => one("", name),
    }
}

fn described(schema: &Value, about: &str) -> Value {
    let mut schema = schema.clone();
    schema["description"] = about.into();
    schema
}

fn table(table: &str, names: &[&str]) -> Value {
    let settings = names.iter().map(|name| ((*name).to_owned(), one(table, name)));
    json!({ "type": "object", "properties": settings.collect::<Map<_, _>>(), "additionalProperties": false })
}

fn entry(table: &str, name: &str) -> Option<&'static SettingEntry> {
    ENTRIES.iter().find(|entry| (entry.table, entry.name) == (table, name))
}

fn about(table: &str, name: &str) -> &'static str {
    entry(table, name).map_or("", |entry| entry.about)
}

fn one(table: &str, name: &str) -> Value {
    let mut told = match entry(table, name).map(|entry| entry.form) {
        Some(SettingForm::Texts) => json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] }),
        Some(SettingForm::Number) => json!({ "type": "number", "minimum": 0 }),
        Some(SettingForm::Flag) => json!({ "type": "boolean" }),
        Some(SettingForm::Names) => {
            let columns = renamable().into_iter().map(|column| (column.to_owned(), json!({ "type": "string" })));
            json!({ "type": "object", "properties": columns.collect::<Map<_, _>>(), "additionalProperties": false })
        }
        Some(SettingForm::Text) | None => json!({ "type": "string" }),
    };
    told["description"] = about(table, name).into();
    told
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cli::config::parse;

    #[test]
    fn every_setting_is_told_once_and_no_other() {
        let tables: [(&str, &[&str]); 4] = [
            ("", &["schemas", "source_repo", "upstream", "deployed", "notes", "theme", "mouse"]),
            ("bigquery", BIGQUERY_SETTINGS),
            ("redaction", REDACTION_SETTINGS),
            ("patch", PATCH_SETTINGS),
        ];
        for (table, names) in tables {
            let told: Vec<_> = ENTRIES.iter().filter(|entry| entry.table == table).map(|entry| entry.name).collect();
            assert_eq!(told.len(), names.len(), "[{table}] {told:?}");
            assert!(names.iter().all(|name| told.contains(name)), "[{table}] {told:?}");
        }
        assert!(SETTINGS.iter().all(|name| ENTRIES.iter().any(|entry| entry.name == *name || entry.table == *name)));
    }

    #[test]
    fn the_default_is_a_configuration_with_and_without_its_marks() {
        let text = commented();
        assert_eq!(parse(&text, Path::new("/c.toml")).unwrap(), parse("", Path::new("/c.toml")).unwrap());
        let mut set = String::new();
        for line in text.lines() {
            match line.strip_prefix("# ").filter(|line| ENTRIES.iter().any(|entry| line.starts_with(&format!("{} = ", entry.name)))) {
                Some(setting) => set.push_str(setting),
                None => set.push_str(line),
            }
            set.push('\n');
        }
        let config = parse(&set, Path::new("/c.toml")).unwrap_or_else(|error| panic!("{error}\n{set}"));
        assert_eq!(config.bigquery.project.as_deref(), Some("my-project"));
        assert_eq!(config.keys.len(), 1);
    }

    #[test]
    fn the_schema_knows_what_the_file_knows() {
        let schema = schema();
        assert_eq!(schema["properties"].as_object().unwrap().len(), SETTINGS.len());
        assert_eq!(schema["properties"]["bigquery"]["properties"].as_object().unwrap().len(), BIGQUERY_SETTINGS.len());
        assert!(schema["properties"]["keys"]["properties"]["quit"]["description"].is_string());
    }
}
