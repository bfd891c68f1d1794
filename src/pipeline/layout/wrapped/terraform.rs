//! Table schemas in what Terraform keeps and prints: its resources in HCL, their JSON.
//!
//! Owns: where they stand and what the tables are called. Refuses: the language (hcl), what columns mean (read).

use serde_json::Value;

use super::Found;
use crate::ground::hcl;
use crate::ground::text::{clip, visible};

/// Most levels that are looked through.
const DEEPEST: usize = 24;
/// Most cells of what cannot be read.
const LONGEST: usize = 60;
/// What a table is called by.
const RESOURCE: &str = "google_bigquery_table";

/// Members `schema` that are texts of JSON, with the names around them.
pub(super) fn in_json(value: &Value) -> Vec<Found> {
    let mut found = Vec::new();
    look(value, "", 0, &mut found);
    found
}

fn look(value: &Value, name: &str, depth: usize, found: &mut Vec<Found>) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Object(members) => {
            let known = ["address", "table_id", "name"].iter().filter_map(|known| members.get(*known)?.as_str());
            let own: Vec<String> = known.chain([name]).filter(|name| !name.is_empty()).map(str::to_owned).collect();
            for (member, inner) in members {
                match inner {
                    Value::String(text) if member == "schema" && (text.trim_start().starts_with(['[', '{']) || is_template(text)) => {
                        let name = own.first().map_or("the table", String::as_str);
                        let columns = template_in(text).map_or_else(|| Ok(text.clone()), |template| Err(worked_out(name, &template)));
                        found.push(Found { names: own.clone(), line: 0, columns, has_columns: true });
                    }
                    inner => look(inner, member, depth + 1, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| look(inner, name, depth + 1, found)),
        _ => {}
    }
}

/// Whether a text looks like HCL that may hold tables: it begins no JSON, and has a block or a text as Terraform's files have them.
pub(super) fn looks_so(text: &str) -> bool {
    const BLOCKS: [&str; 8] = ["resource \"", "module \"", "variable \"", "data \"", "provider \"", "output \"", "locals {", "terraform {"];
    let is_block = |line: &str| BLOCKS.iter().any(|block| line.starts_with(block));
    !text.trim_start().starts_with(['[', '{']) && (text.contains("jsonencode(") || text.contains("= <<") || text.lines().any(is_block))
}

/// What a `schema` is set to, in HCL.
pub(super) fn in_hcl(text: &str) -> Result<Vec<Found>, String> {
    let attributes = hcl::attributes(text, &["schema", "table_id"])?;
    let own = |attribute: &&hcl::Attribute| match attribute.blocks.as_slice() {
        // A part of a file.
        [] => true,
        [block] => block.len() == 3 && block[0] == "resource" && block[1] == RESOURCE,
        _ => false,
    };
    let found = attributes.iter().filter(own).filter(|attribute| attribute.name == "schema").map(|schema| {
        let mut names: Vec<String> = schema.blocks.first().and_then(|block| block.get(2)).cloned().into_iter().collect();
        names.extend(names.first().map(|name| format!("{RESOURCE}.{name}")));
        let id = attributes.iter().find(|other| other.block == schema.block && other.name == "table_id" && other.blocks == schema.blocks);
        names.extend(id.and_then(|id| id.value.as_ref().ok()?.as_str()).map(str::to_owned));
        let name = names.first().map_or_else(|| "the table".to_owned(), |name| visible(name).into_owned());
        let columns = match &schema.value {
            Ok(Value::String(text)) => match template_in(text) {
                Some(template) => Err(worked_out(&name, &format!("{template} in the text of line {}", schema.line))),
                None => Ok(text.clone()),
            },
            Ok(Value::Array(list)) => Ok(Value::Array(list.clone()).to_string()),
            Ok(_) => Err(format!("the schema of {name} in line {} has to be a list of columns", schema.line)),
            Err(reason) => Err(match file_of(reason) {
                Some(file) => format!("the schema of {name} is in a file of its own, by line {}: give that file, {file}", schema.line),
                None => format!("the schema of {name} cannot be read: {reason}; give what terraform show -json prints"),
            }),
        };
        Found { names, line: schema.line, columns, has_columns: true }
    });
    let found: Vec<Found> = found.collect();
    if found.is_empty() { Err(format!("this is of Terraform, and no {RESOURCE} in it has a schema")) } else { Ok(found) }
}

/// Why a text is no schema yet.
fn worked_out(name: &str, template: &str) -> String {
    let name = visible(name);
    format!(
        "the schema of {name} cannot be read: {template} is worked out by Terraform and is not read; give what terraform show -json prints"
    )
}

fn is_template(text: &str) -> bool {
    text.contains("${") || text.contains("%{")
}

/// What of a text of JSON Terraform works out before it is one, or before it tells names, types and modes.
fn template_in(text: &str) -> Option<String> {
    let found = match serde_json::from_str::<Value>(text) {
        Ok(value) => first_template(&value),
        Err(_) => text.lines().find(|line| is_template(line)).map(str::to_owned),
    };
    found.map(|found| clip(&visible(found.trim()), LONGEST).into_owned())
}

fn first_template(value: &Value) -> Option<String> {
    match value {
        Value::Array(list) => list.iter().find_map(first_template),
        Value::Object(members) => members.iter().find_map(|(name, inner)| match (name.as_str(), inner) {
            ("name" | "type" | "mode", Value::String(text)) if is_template(text) => Some(text.clone()),
            ("fields", inner) => first_template(inner),
            _ => None,
        }),
        _ => None,
    }
}

/// The file that `file("…")` names, in what is told of it.
fn file_of(reason: &str) -> Option<&str> {
    let call = reason.strip_prefix("file(")?;
    call.split_once(") in line").map(|(file, _)| file.trim())
}
