//! Columns of a table of dbt, put together of their dotted names and of the types that list others.
//!
//! Owns: what is in which RECORD, a column as JSON. Refuses: which tests say that a column is never NULL, templates and aliases (dbt).

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::{DEFAULT, alias, is_not_null, list, plain, text};
use crate::ground::yaml::tree::{Node, Value};
use crate::pipeline::layout::wrapped::sql_type::SqlType;

/// Most RECORDs that one name goes through.
const DEEPEST: usize = 64;
/// Members of a column that say nothing of its place in the table.
const BESIDE: [&str; 11] =
    ["meta", "tags", "config", "quote", "quoting", "docs", "granularity", "dimension", "entity", "freshness", "loaded_at_field"];

/// A column that is being put together.
#[derive(Default)]
struct Entry {
    name: String,
    kind: Option<SqlType>,
    is_required: bool,
    /// Members beside name, type, mode and fields.
    more: Map<String, Json>,
    fields: Vec<usize>,
    /// Whether it stands in the file by itself, not only as a part of another's name or type.
    is_declared: bool,
}

/// All columns.
pub(super) struct Forest {
    /// The first is the table itself.
    entries: Vec<Entry>,
    /// Columns by what is around them and their name.
    places: HashMap<(usize, String), usize>,
}

impl Default for Forest {
    fn default() -> Self {
        Forest { entries: vec![Entry::default()], places: HashMap::new() }
    }
}

impl Forest {
    /// Says of the column of a dotted name that it is never NULL.
    pub(super) fn require(&mut self, name: &str) {
        let at = name.split('.').try_fold(0, |at, part| self.places.get(&(at, part.to_owned())).copied());
        if let Some(entry) = at.and_then(|at| self.entries.get_mut(at)) {
            entry.is_required = true;
        }
    }

    /// The columns at the top, with those inside of them.
    pub(super) fn columns(&self) -> Vec<Json> {
        self.fields(0)
    }

    /// Adds a column as a file has it.
    pub(super) fn column(&mut self, item: &Node<'_>) -> Result<(), String> {
        if let Some((_, merged)) = item.members().find(|(key, _)| *key == "<<") {
            return Err(alias("<<", merged.line));
        }
        if item.value == Value::Alias {
            return Err(alias("a column", item.line));
        }
        let Some(name) = text(item, "name")? else {
            // Told by whoever reads the columns.
            let at = self.add(0, String::new());
            self.entries[at].is_declared = true;
            return Ok(());
        };
        let parts: Vec<&str> = name.split('.').map(|part| part.trim_matches('`')).collect();
        if parts.len() > DEEPEST {
            return Err(format!("a name in line {} goes through more than {DEEPEST} RECORDs", item.line));
        }
        let (own, around) = parts.split_last().map(|(own, around)| (*own, around)).unwrap_or_default();
        let parent = around.iter().fold(0, |at, part| self.place(at, part));
        let at = match self.places.get(&(parent, own.to_owned())) {
            Some(&at) if !self.entries[at].is_declared => at,
            _ => self.add(parent, own.to_owned()),
        };
        self.entries[at].is_declared = true;
        if let Some(kind) = text(item, "data_type")? {
            let kind = SqlType::read(&kind);
            self.nested(at, &kind.fields);
            self.entries[at].kind = Some(kind);
        }
        for tests in ["data_tests", "tests", "constraints"] {
            self.entries[at].is_required |= list(item, tests)?.iter().any(is_not_null);
        }
        self.entries[at].more.append(&mut members(item)?);
        Ok(())
    }

    /// The columns that a type lists, in the column that has it.
    fn nested(&mut self, at: usize, fields: &[(String, SqlType)]) {
        for (name, kind) in fields {
            let field = self.place(at, name);
            self.nested(field, &kind.fields);
            if self.entries[field].kind.is_none() {
                self.entries[field].kind = Some(kind.clone());
            }
        }
    }

    fn place(&mut self, parent: usize, name: &str) -> usize {
        match self.places.get(&(parent, name.to_owned())) {
            Some(&at) => at,
            None => self.add(parent, name.to_owned()),
        }
    }

    fn add(&mut self, parent: usize, name: String) -> usize {
        let at = self.entries.len();
        self.entries[parent].fields.push(at);
        self.places.insert((parent, name.clone()), at);
        self.entries.push(Entry { name, ..Entry::default() });
        at
    }

    /// The columns in a column, as the schemas keep them.
    fn fields(&self, at: usize) -> Vec<Json> {
        self.entries[at].fields.iter().map(|&field| self.json(field)).collect()
    }

    fn json(&self, at: usize) -> Json {
        let entry = &self.entries[at];
        let mut made = Map::new();
        if !entry.name.is_empty() {
            made.insert("name".to_owned(), json!(entry.name));
        }
        let record = SqlType { name: "RECORD".to_owned(), ..SqlType::default() };
        let kind = entry.kind.as_ref().or(if entry.fields.is_empty() { None } else { Some(&record) });
        if let Some(kind) = kind {
            let is_struct = kind.name.eq_ignore_ascii_case("struct");
            let mut name = if is_struct { "RECORD".to_owned() } else { kind.name.clone() };
            let is_number = ["NUMERIC", "BIGNUMERIC", "DECIMAL", "BIGDECIMAL"].iter().any(|known| name.eq_ignore_ascii_case(known));
            let is_text = ["STRING", "BYTES"].iter().any(|known| name.eq_ignore_ascii_case(known));
            match &kind.bounds[..] {
                [] => {}
                [longest] if is_text => drop(made.insert("maxLength".to_owned(), json!(longest))),
                [precision] if is_number => drop(made.insert("precision".to_owned(), json!(precision))),
                [precision, scale] if is_number => {
                    made.insert("precision".to_owned(), json!(precision));
                    made.insert("scale".to_owned(), json!(scale));
                }
                bounds => name = format!("{name}({})", bounds.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")),
            }
            made.insert("type".to_owned(), json!(name));
            if let Some(element) = &kind.element {
                made.insert("rangeElementType".to_owned(), json!({"type": element}));
            }
        }
        let is_required = entry.is_required || kind.is_some_and(|kind| kind.is_required);
        let mode = match kind {
            Some(kind) if kind.is_repeated => "REPEATED",
            _ if is_required => "REQUIRED",
            _ => "NULLABLE",
        };
        made.insert("mode".to_owned(), json!(mode));
        made.extend(entry.more.clone());
        if !entry.fields.is_empty() {
            made.insert("fields".to_owned(), Json::Array(self.fields(at)));
        }
        Json::Object(made)
    }
}

/// What a column has beside name and type; what is not known goes on as it is called, to be told.
fn members(item: &Node<'_>) -> Result<Map<String, Json>, String> {
    let mut more = Map::new();
    if let Some(description) = text(item, "description")? {
        more.insert("description".to_owned(), json!(description));
    }
    if let Some(tags) = item.member("policy_tags") {
        let listed = list(item, "policy_tags")?.iter().filter_map(Node::text);
        let names: Vec<String> = tags.text().into_iter().chain(listed).map(plain).collect();
        more.insert("policyTags".to_owned(), json!({"names": names}));
    }
    let meta = [item.member("meta"), item.member("config").and_then(|config| config.member("meta"))];
    if let Some(default) = meta.into_iter().flatten().find_map(|meta| meta.member(DEFAULT)?.text()) {
        more.insert("defaultValueExpression".to_owned(), json!(plain(default)));
    }
    let known = ["name", "data_type", "description", "policy_tags", "data_tests", "tests", "constraints"];
    if let Some((other, _)) = item.members().find(|(key, _)| !known.contains(key) && !BESIDE.contains(key)) {
        // Never taken for a member that means something in a list of columns.
        let taken =
            ["type", "mode", "fields", "policyTags", "maxLength", "precision", "scale", "rangeElementType", "defaultValueExpression"];
        let name = if taken.contains(&other) { format!("{other} (dbt has data_type)") } else { other.to_owned() };
        more.insert(name, Json::Null);
    }
    Ok(more)
}
