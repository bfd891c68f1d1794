//! Table schemas inside of other texts: Terraform's resources and what it prints.
//!
//! Owns: finding the one schema in them. Refuses: reading columns (read), HCL beyond texts that hold JSON, YAML.

use serde_json::Value;

use crate::ground::text::visible;

/// Most levels that are looked through.
const DEEPEST: usize = 24;
/// Most names that are listed.
const LISTED: usize = 8;

/// The text of the one table schema in another text; `None` where that is of no kind that is known. The error says what it is instead.
pub(super) fn schema_in(text: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let Ok(plain) = std::str::from_utf8(text) else { return Ok(None) };
    let found = match serde_json::from_str::<Value>(plain) {
        Ok(value) => {
            let mut found = Vec::new();
            in_json(&value, "", 0, &mut found);
            found
        }
        Err(_) if plain.contains("google_bigquery_table") || plain.contains("<<") => in_hcl(plain)?,
        Err(_) if is_yaml(plain) => {
            return Err("this is YAML, as dbt keeps it, which is not read; give the table's schema as JSON, as bq shows it".to_owned());
        }
        Err(_) => return Ok(None),
    };
    match found.as_slice() {
        [] => Ok(None),
        [(_, schema)] => Ok(Some(schema.clone().into_bytes())),
        several => {
            let names: Vec<String> = several.iter().take(LISTED).map(|(name, _)| visible(name).into_owned()).collect();
            Err(format!("holds the schemas of several tables ({}); give a file with one of them", names.join(", ")))
        }
    }
}

/// Members `schema` that are texts of JSON, with the names around them.
fn in_json(value: &Value, name: &str, depth: usize, found: &mut Vec<(String, String)>) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Object(members) => {
            let own = ["address", "table_id", "name"].iter().find_map(|known| members.get(*known)?.as_str());
            for (member, inner) in members {
                match inner {
                    Value::String(text) if member == "schema" && text.trim_start().starts_with(['[', '{']) => {
                        found.push((own.unwrap_or(name).to_owned(), text.clone()));
                    }
                    inner => in_json(inner, own.unwrap_or(member), depth + 1, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| in_json(inner, name, depth + 1, found)),
        _ => {}
    }
}

/// Texts between `<<EOF` and `EOF` that a `schema` is set to.
fn in_hcl(text: &str) -> Result<Vec<(String, String)>, String> {
    let (mut found, mut name) = (Vec::new(), "the table");
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if let Some(resource) = line.strip_prefix("resource \"google_bigquery_table\"") {
            name = resource.trim().trim_end_matches('{').trim().trim_matches('"');
        }
        let Some(value) = line.strip_prefix("schema").and_then(|rest| rest.trim_start().strip_prefix('=')) else { continue };
        let value = value.trim();
        if value.starts_with("jsonencode") || value.starts_with("file") || value.starts_with("templatefile") {
            return Err(format!(
                "the schema of {} is made by Terraform ({}); give what Terraform shows of it as JSON, or the file that it names",
                visible(name),
                visible(value)
            ));
        }
        let Some(mark) = value.strip_prefix("<<-").or_else(|| value.strip_prefix("<<")) else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != mark.trim()).collect();
        found.push((name.to_owned(), body.join("\n")));
    }
    Ok(found)
}

fn is_yaml(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .next()
        .is_some_and(|line| line == "---" || line.starts_with("version:") || line.starts_with("models:") || line.starts_with("sources:"))
}

#[cfg(test)]
mod tests {
    use super::super::Layout;

    fn paths(text: &str) -> Result<Vec<String>, String> {
        let layout = Layout::parse(text.as_bytes())?;
        Ok((0..layout.columns.len()).map(|at| layout.path(at as u32)).collect())
    }

    #[test]
    fn terraforms_schemas_are_layouts() {
        let list = r#"[{"name": "a", "type": "RECORD", "fields": [{"name": "b", "type": "STRING", "policyTags": {"names": ["x"]}}]}]"#;
        let json =
            serde_json::json!({"resource": {"google_bigquery_table": {"orders": {"table_id": "orders", "schema": list}}}}).to_string();
        let shown = serde_json::json!({"values": {"root_module": {"resources": [{"address": "t.orders", "values": {"schema": list}}]}}})
            .to_string();
        let hcl = format!("resource \"google_bigquery_table\" \"orders\" {{\n  table_id = \"orders\"\n  schema = <<EOF\n{list}\nEOF\n}}\n");
        for text in [json, shown, hcl, list.to_owned()] {
            assert_eq!(paths(&text).unwrap(), ["a", "a.b"], "{text}");
        }
    }

    #[test]
    fn what_holds_no_schema_or_several_says_so() {
        let list = "[{\"name\": \"a\", \"type\": \"STRING\"}]";
        let two = serde_json::json!({"a": {"table_id": "one", "schema": list}, "b": {"table_id": "two", "schema": list}}).to_string();
        assert!(paths(&two).unwrap_err().contains("the schemas of several tables (one, two)"));
        assert!(
            paths("resource \"google_bigquery_table\" \"x\" {\n schema = jsonencode([])\n}").unwrap_err().contains("made by Terraform")
        );
        assert!(paths("version: 2\nmodels:\n  - name: orders\n").unwrap_err().contains("YAML"));
        assert!(paths("{\"a\": 1}").unwrap_err().contains("expected a list of columns"));
        assert!(paths("x").unwrap_err().starts_with("not JSON"));
    }
}
