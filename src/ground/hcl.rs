//! HCL, the language of Terraform's files: blocks and the attributes in them, values that stand there as they are.
//!
//! Owns: which attributes stand in which blocks. Refuses: reading values (reader).

mod reader;

use serde_json::Value;

use self::reader::Reader;
use crate::ground::text::visible;

/// An attribute that was asked for, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Type and labels of the blocks around it, outermost first: `[["resource", "google_bigquery_table", "orders"]]`.
    pub blocks: Vec<Vec<String>>,
    /// Which block it is in, counted from the begin of the text.
    pub block: usize,
    /// What it is called.
    pub name: String,
    /// Line, from 1.
    pub line: usize,
    /// What it is set to. The error says what cannot be read and where.
    pub value: Result<Value, String>,
}

/// All attributes of these names, wherever they stand. The error says where the text is no HCL.
///
/// # Errors
/// A text, bracket or comment is left open.
pub fn attributes(text: &str, names: &[&str]) -> Result<Vec<Attribute>, String> {
    let mut reader = Reader::new(text);
    let (mut found, mut open, mut blocks) = (Vec::new(), Vec::<(usize, Vec<String>)>::new(), 0);
    loop {
        reader.space(true)?;
        let Some(next) = reader.peek() else { break };
        if next == '}' {
            reader.at += 1;
            if open.pop().is_none() {
                return Err(format!("a bracket in line {} closes nothing", reader.line()));
            }
            continue;
        }
        let Some(name) = reader.word() else { return Err(format!("not HCL in line {}: {}", reader.line(), reader.shown())) };
        reader.space(false)?;
        if reader.takes("=") {
            reader.space(false)?;
            let (begin, counted) = (reader.at, reader.counted.get());
            if names.contains(&&*name) {
                let line = reader.line();
                let value = reader.value(0, false).and_then(|value| reader.ends().map(|()| value));
                let around = open.iter().map(|(_, block)| block.clone()).collect();
                let block = open.last().map_or(0, |(number, _)| *number);
                found.push(Attribute { blocks: around, block, name, line, value });
                reader.at = begin;
                reader.counted.set(counted);
            }
            reader.skip()?;
            continue;
        }
        let mut block = vec![name];
        loop {
            reader.space(false)?;
            match reader.peek() {
                Some('"') => block.push(reader.quoted()?),
                Some('{') => break,
                _ => match reader.word() {
                    Some(word) => block.push(word),
                    None => return Err(format!("not HCL in line {}: {}", reader.line(), reader.shown())),
                },
            }
        }
        reader.at += 1;
        blocks += 1;
        open.push((blocks, block));
    }
    match open.last() {
        Some((_, block)) => Err(format!("the block {} is left open", visible(&block.join(" ")))),
        None => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(text: &str) -> Attribute {
        let mut found = attributes(text, &["schema"]).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(found.len(), 1, "{text}");
        found.remove(0)
    }

    #[test]
    fn values_are_read_whatever_stands_around_them() {
        let found = one(
            "/*/ a\n*/ variable \"x\" {\n  type = map(object({ schema = string }))\n  default = \"${join(\"}\", [\"{\"])}\"\n}\n\
             resource \"google_bigquery_table\" \"orders\" {\n  labels = { a = \"b\" } # schema = 1\n  text = <<-EOF\n    schema = {\n  EOF\n\
             \n  schema = jsonencode([\n    { name = \"a\\\"\\u00e9\", \"type\": \"STRING\", }, // one\n    {\n      name = \"b\"\n      n = -1.5\n      ok = true\n    },\n  ])\n}\n",
        );
        assert_eq!(found.blocks, [["resource", "google_bigquery_table", "orders"]]);
        assert_eq!(found.line, 12);
        assert_eq!(found.value, Ok(json!([{"name": "a\"é", "type": "STRING"}, {"name": "b", "n": -1.5, "ok": true}])));
        assert_eq!(one("schema = <<EOF\n[{\"a\": \"$${b}\"}]\nEOF\n").value, Ok(json!("[{\"a\": \"${b}\"}]\n")));
    }

    #[test]
    fn what_is_worked_out_is_refused_with_its_line() {
        let refused = |text: &str| one(text).value.unwrap_err();
        assert_eq!(refused("\nschema = local.orders\n"), "local.orders in line 2 is worked out by Terraform and is not read");
        assert_eq!(
            refused("schema = jsonencode([\n  { name = var.a, type = \"STRING\" }])"),
            "var.a in line 2 is worked out by Terraform and is not read"
        );
        for text in ["concat([], [])", "[for a in b : a]", "true ? 1 : 2", "jsonencode([\n{ name = \"${var.x}_a\" }\n])", "\"a\" + 1"] {
            assert!(refused(&format!("schema = {text}\n")).contains("is worked out by Terraform"), "{text}");
        }
    }

    #[test]
    fn what_tells_nothing_of_the_columns_may_stay_as_it_is_written() {
        let found = one(
            "schema = jsonencode([{ name = \"a\", description = \"of ${var.x}\", policyTags = { names = [tag.pii.name, f(\"]\")] } }])",
        );
        assert_eq!(
            found.value,
            Ok(json!([{"name": "a", "description": "of ${var.x}", "policyTags": {"names": ["tag.pii.name", "f(\"]\")"]}}]))
        );
    }

    #[test]
    fn what_is_left_open_is_told() {
        let error = |text: &str| attributes(text, &["schema"]).unwrap_err();
        assert_eq!(error("a {\n  b {\n"), "the block b is left open");
        assert_eq!(error("}"), "a bracket in line 1 closes nothing");
        assert_eq!(error("a = \"b\n"), "a text in line 1 is left open");
        assert_eq!(error("\na = <<EOF\nb\n"), "the text that begins with <<EOF in line 2 is left open");
        assert_eq!(error("/* a"), "a comment in line 1 is left open");
        assert!(error(&format!("a = {}", "[".repeat(100_000))).contains("left open"));
        let deep = format!("schema = {}1{}\n", "[".repeat(70), "]".repeat(70));
        assert!(one(&deep).value.unwrap_err().contains("goes deeper than 64"));
    }
}
