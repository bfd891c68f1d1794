//! Table schemas inside of other texts: Terraform's resources and what it prints, dbt's properties files.
//!
//! Owns: which kind a text is of, the one table of several that is meant. Refuses: reading columns (read), the forms themselves (below).

pub(super) mod dbt;
mod sql_type;
mod terraform;

use serde_json::Value;

use crate::ground::text::visible;

/// Most names that are listed.
const LISTED: usize = 8;

/// The columns of a table in another text.
pub(super) struct Inner {
    /// A JSON list of columns.
    pub text: String,
    /// Where it stands, for what is wrong in it; empty for a text that is of nothing else.
    pub place: String,
}

/// A table that a text holds.
struct Found {
    /// What it is called, the name that is told first; none where it has no name.
    names: Vec<String>,
    /// The line in which it begins; 0 where lines tell nothing.
    line: usize,
    /// A JSON list of columns, or why there is none.
    columns: Result<String, String>,
    /// Whether it lists columns at all.
    has_columns: bool,
}

impl Found {
    fn shown(&self) -> String {
        self.names.first().map_or_else(|| "the table".to_owned(), |name| visible(name).into_owned())
    }

    fn is(&self, wanted: &str) -> bool {
        self.names.iter().any(|name| name == wanted)
    }
}

/// The one table in another text, or the one of that name; `None` where the text is of no kind that is known. The error says what it is instead.
pub(super) fn schema_in(text: &[u8], table: Option<&str>) -> Result<Option<Inner>, String> {
    let Ok(plain) = std::str::from_utf8(text) else { return Ok(None) };
    let plain = plain.strip_prefix('\u{feff}').unwrap_or(plain);
    let found = match serde_json::from_str::<Value>(plain) {
        Ok(value) => terraform::in_json(&value),
        Err(_) if dbt::looks_so(plain) => dbt::tables(plain)?,
        Err(_) if terraform::looks_so(plain) => terraform::in_hcl(plain)?,
        Err(_) => return Ok(None),
    };
    if found.is_empty() {
        return Ok(None);
    }
    let one = pick(found, table)?;
    let place = if one.line == 0 { String::new() } else { format!("{}, in line {}: ", one.shown(), one.line) };
    Ok(Some(Inner { text: one.columns?, place }))
}

/// The table that is meant.
fn pick(mut found: Vec<Found>, wanted: Option<&str>) -> Result<Found, String> {
    let list = |found: &[&Found]| {
        let more = match found.len().saturating_sub(LISTED) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let names: Vec<String> = found.iter().take(LISTED).map(|one| one.shown()).collect();
        format!("{}{more}", names.join(", "))
    };
    // A whole name goes before a part of one.
    let whole = |at: &usize| found[*at].names.first().map(String::as_str) == wanted;
    let mut all: Vec<usize> = (0..found.len()).filter(|&at| wanted.is_none_or(|wanted| found[at].is(wanted))).collect();
    if wanted.is_some() && all.iter().any(whole) {
        all.retain(whole);
    }
    let shown = |places: &[usize]| list(&places.iter().map(|&at| &found[at]).collect::<Vec<_>>());
    match (all.as_slice(), wanted) {
        (&[one], _) => Ok(found.swap_remove(one)),
        ([], Some(wanted)) => Err(format!("has no table {}: it has {}", visible(wanted), list(&found.iter().collect::<Vec<_>>()))),
        (several, Some(wanted)) => Err(format!("has several tables {}: {}; give the whole name", visible(wanted), shown(several))),
        (several, None) => Err(format!(
            "holds the columns of several tables ({}); name one of them behind the file: FILE#{}",
            shown(several),
            found[0].shown()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Layout;

    fn paths(text: &str, table: Option<&str>) -> Result<Vec<String>, String> {
        let layout = Layout::parse_table(text.as_bytes(), table)?;
        Ok((0..layout.columns.len()).map(|at| layout.path(at as u32)).collect())
    }

    #[test]
    fn terraforms_schemas_are_layouts() {
        let list = r#"[{"name": "a", "type": "RECORD", "fields": [{"name": "b", "type": "STRING", "policyTags": {"names": ["x"]}}]}]"#;
        let json =
            serde_json::json!({"resource": {"google_bigquery_table": {"orders": {"table_id": "orders", "schema": list}}}}).to_string();
        let shown = serde_json::json!({"values": {"root_module": {"resources": [{"address": "t.orders", "values": {"schema": list}}]}}})
            .to_string();
        let resource = |schema: &str| {
            format!("# ours\nresource \"google_bigquery_table\" \"orders\" {{\n  table_id = \"orders_v1\"\n  schema = {schema}\n}}\n")
        };
        let hcl = resource(&format!("<<EOF\n{list}\nEOF"));
        let encoded = resource(
            "jsonencode([{\n    name = \"a\" # one\n    type : \"RECORD\"\n    fields = [\n      { name = \"b\", type = \"STRING\", policyTags = { names = [tag.x.name] } },\n    ]\n  }])",
        );
        for text in [json, shown, hcl, encoded.clone(), list.to_owned()] {
            assert_eq!(paths(&text, None).unwrap(), ["a", "a.b"], "{text}");
        }
        let layout = Layout::parse(encoded.as_bytes()).unwrap();
        assert_eq!((&*layout.columns[1].policy_tags, &layout.oddities[..]), (&["tag.x.name".into()][..], &[][..]));
        let two = format!("{encoded}{}", resource("local.columns").replace("orders", "items"));
        assert!(paths(&two, None).unwrap_err().contains("several tables (orders, items); name one of them behind the file: FILE#orders"));
        for name in ["orders", "orders_v1", "google_bigquery_table.orders"] {
            assert_eq!(paths(&two, Some(name)).unwrap(), ["a", "a.b"]);
        }
        assert_eq!(
            paths(&two, Some("items")).unwrap_err(),
            "the schema of items cannot be read: local.columns in line 15 is worked out by Terraform and is not read; give what terraform show -json prints"
        );
    }

    #[test]
    fn what_holds_no_schema_or_several_says_so() {
        let list = "[{\"name\": \"a\", \"type\": \"STRING\"}]";
        let two = serde_json::json!({"a": {"table_id": "one", "schema": list}, "b": {"table_id": "two", "schema": list}}).to_string();
        assert!(paths(&two, None).unwrap_err().contains("several tables (one, two)"));
        assert_eq!(paths(&two, Some("two")).unwrap(), ["a"]);
        let resource = |schema: &str| format!("resource \"google_bigquery_table\" \"x\" {{\n schema = {schema}\n}}");
        assert_eq!(
            paths(&resource("file(\"${path.module}/x.json\")"), None).unwrap_err(),
            "the schema of x is in a file of its own, by line 2: give that file, \"${path.module}/x.json\""
        );
        for (schema, template) in [
            ("<<EOF\n[{\"name\": \"a\", \"type\": \"RECORD\", \"fields\": [{\"name\": \"${var.x}_b\"}]}]\nEOF", "${var.x}_b"),
            ("<<EOF\n[\n  ${join(\",\", local.columns)}\n]\nEOF", "${join(\",\", local.columns)}"),
        ] {
            assert_eq!(
                paths(&resource(schema), None).unwrap_err(),
                format!(
                    "the schema of x cannot be read: {template} in the text of line 2 is worked out by Terraform and is not read; give what \
                     terraform show -json prints"
                )
            );
        }
        let json = |schema: &str| serde_json::json!({"resource": {"google_bigquery_table": {"x": {"schema": schema}}}}).to_string();
        for (schema, template) in
            [(r#"[{"name": "${var.x}_b", "type": "STRING"}]"#, "${var.x}_b"), ("${file(\"a.json\")}", "${file(\"a.json\")}")]
        {
            let told = paths(&json(schema), None).unwrap_err();
            assert!(told.contains(&format!("the schema of x cannot be read: {template} is worked out by Terraform")), "{told}");
        }
        let described = "<<EOF\n[{\"name\": \"a\", \"type\": \"STRING\", \"description\": \"of ${var.x}\"}]\nEOF";
        assert_eq!(paths(&resource(described), None).unwrap(), ["a"]);
        let broken = paths(&resource("<<EOF\n[{\nEOF"), None).unwrap_err();
        assert!(broken.starts_with("x, in line 2: not JSON: "), "{broken}");
        assert!(paths("{\"a\": 1}", None).unwrap_err().contains("expected a list of columns"));
        assert!(paths("x", None).unwrap_err().starts_with("not JSON"));
        let other = "resource \"google_storage_bucket\" \"x\" {\n  schema = \"a\"\n}\n";
        assert_eq!(paths(other, None).unwrap_err(), "this is of Terraform, and no google_bigquery_table in it has a schema");
        assert_eq!(paths(list, Some("a")).unwrap_err(), "is one table, which has no name: leave out #a");
    }
}
