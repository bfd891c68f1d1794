//! Tables in a properties file of dbt: the columns of its models, and of its sources' tables.
//!
//! Owns: where such a file keeps them, columns in RECORDs by their dotted names, which tests and constraints say that a column is never NULL.
//! Refuses: running templates, which stay as they are written; following aliases; what columns mean (read), to which they are given as JSON.

mod forest;

use serde_json::Value as Json;

use self::forest::Forest;
use super::Found;
use crate::ground::text::visible;
use crate::ground::yaml::tree::{self, Node, Value};

/// What the `meta` of a column calls its default value, for which dbt has no word.
pub const DEFAULT: &str = "default_value_expression";

/// Members of a file that list tables by themselves.
const LISTS: [&str; 3] = ["models", "seeds", "snapshots"];

/// Whether a text looks like YAML: its first line is a key, or the mark of a document.
pub(super) fn looks_so(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    let is_key = first.split_once(':').is_some_and(|(key, rest)| {
        let key = key.trim_matches(['"', '\'']);
        key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
            && (rest.is_empty() || rest.starts_with([' ', '\t', '\r']))
    });
    is_key || first.starts_with("---") || first.starts_with("%YAML")
}

/// The tables of such a file.
pub(super) fn tables(text: &str) -> Result<Vec<Found>, String> {
    let whole = tree::parse(text)?;
    let mut found = Vec::new();
    for source in list(&whole, "sources")? {
        let name = source.member("name").and_then(Node::text).unwrap_or_default();
        found.extend(list(source, "tables")?.iter().map(|table| table_of(table, Some(name))));
    }
    for models in LISTS {
        found.extend(list(&whole, models)?.iter().map(|model| table_of(model, None)));
    }
    if found.is_empty() {
        return Err("this YAML lists no tables: dbt keeps them under models, or under the tables of its sources".to_owned());
    }
    // A table that lists none is told where there is no other.
    if found.iter().any(|table| table.has_columns) {
        found.retain(|table| table.has_columns);
    }
    Ok(found)
}

fn table_of(node: &Node<'_>, source: Option<&str>) -> Found {
    let own = plain(node.member("name").and_then(Node::text).unwrap_or("a table without a name"));
    let name = source.map_or_else(|| own.clone(), |source| format!("{}.{own}", plain(source)));
    let listed = node.member("columns");
    let columns = match listed {
        _ if own_columns(node) => {
            Err(format!("{} has versions with columns of their own, which are not read, in line {}", visible(&name), node.line))
        }
        Some(Node { value: Value::List(items), .. }) if !items.is_empty() => columns(node, items),
        Some(Node { value: Value::Alias, line }) => Err(alias("columns", *line)),
        _ => Err(format!("{}, in line {}: lists no columns", visible(&name), node.line)),
    };
    let has_columns = own_columns(node) || listed.is_some_and(|list| list.value == Value::Alias || !list.items().is_empty());
    Found { names: vec![name, own], line: node.line, columns, has_columns }
}

fn own_columns(node: &Node<'_>) -> bool {
    node.member("versions").map(Node::items).unwrap_or_default().iter().any(|version| version.member("columns").is_some())
}

fn alias(what: &str, line: usize) -> String {
    format!("{} in line {line} stands elsewhere in the file (an alias), which is not followed: write it out", visible(what))
}

/// The columns of a table, as JSON.
fn columns(table: &Node<'_>, items: &[Node<'_>]) -> Result<String, String> {
    let mut forest = Forest::default();
    items.iter().try_for_each(|item| forest.column(item))?;
    // A constraint of the table names its columns.
    for constraint in list(table, "constraints")?.iter().filter(|one| is_not_null(one)) {
        list(constraint, "columns")?.iter().filter_map(Node::text).for_each(|name| forest.require(name));
    }
    Ok(Json::Array(forest.columns()).to_string())
}

/// What is in a member that is a list; nothing where there is no such list.
fn list<'n, 'a>(node: &'n Node<'a>, name: &str) -> Result<&'n [Node<'a>], String> {
    let Some(found) = node.member(name) else { return Ok(&[]) };
    let mut all = std::iter::once(found).chain(found.items());
    match all.find(|one| one.value == Value::Alias) {
        Some(one) => Err(alias(name, one.line)),
        None => Ok(found.items()),
    }
}

/// A member that is a text.
fn text(item: &Node<'_>, name: &str) -> Result<Option<String>, String> {
    match item.member(name) {
        Some(Node { value: Value::Alias, line }) => Err(alias(name, *line)),
        found => Ok(found.and_then(Node::text).map(plain)),
    }
}

/// Whether a test or constraint says that no value is NULL: not one that looks at some rows, or only warns.
fn is_not_null(one: &Node<'_>) -> bool {
    if one.text() == Some("not_null") || one.member("type").and_then(Node::text) == Some("not_null") {
        return true;
    }
    let Some(test) = one.member("not_null") else { return false };
    let limits = ["where", "limit", "severity", "error_if", "fail_calc", "enabled"];
    let is_limited = |node: &Node<'_>| limits.iter().any(|limit| node.member(limit).is_some());
    !is_limited(test) && !test.member("config").is_some_and(is_limited)
}

/// A text in which a template that is nothing but a text, `{{ '{' }}`, is that text. Others stay as they are written.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, template)) = rest.split_once("{{") {
        out.push_str(before);
        let literal = template.split_once("}}").and_then(|(inner, behind)| {
            let inner = inner.trim();
            let quote = inner.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
            let inner = inner.strip_prefix(quote)?.strip_suffix(quote)?;
            (!inner.contains([quote, '\\'])).then_some((inner, behind))
        });
        match literal {
            Some((literal, behind)) => {
                out.push_str(literal);
                rest = behind;
            }
            None => {
                out.push_str("{{");
                rest = template;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use crate::pipeline::layout::{Layout, Mode};

    fn told(text: &str, table: Option<&str>) -> Result<Vec<String>, String> {
        let layout = Layout::parse_table(text.as_bytes(), table)?;
        let column = |id: u32| {
            let column = &layout.columns[id as usize];
            format!("{} {}{}{}", layout.path(id), column.kind, column.bounds(), column.mode.behind(false))
        };
        Ok((0..layout.columns.len() as u32).map(column).collect())
    }

    const SOURCES: &str = r#"
version: 2
sources:
  - name: shop
    description: "{{ doc('shop') }}"
    tables:
      - name: orders
        meta: {owner: &owner "data"}
        columns:
          - {name: id, data_type: INT64, quote: true, data_tests: [unique, not_null]}
          - name: who.name      # before the RECORD that holds it
            data_type: string(20)
            policy_tags: ["{{ var('tag') }}", 'p/2']
            tests:
              - not_null: {config: {where: "id > 0"}}
          - name: who
            data_type: struct<name string, age numeric(38, 9)>
            constraints:
              - type: not_null
          - name: items
            data_type: array
            description: |
              what was {{ bought }}
          - name: items.price
            data_type: array<struct<amount bignumeric(40,2), "currency" string>>
          - name: items.tags
            data_type: array<string>
          - name: `span`
      - name: refunds
  - name: stock
    tables:
      - name: items
        columns: [{name: a, data_type: range<date>}]
"#;

    #[test]
    fn columns_of_a_source_are_a_layout() {
        let text = SOURCES.replace("\"currency\"", "currency").replace("`span`", "span\n            data_type: RANGE<DATETIME>");
        assert_eq!(
            told(&text, Some("shop.orders")).unwrap(),
            [
                "id INT64 REQUIRED",
                "who RECORD REQUIRED",
                "who.name STRING(20)",
                "who.age NUMERIC(38, 9)",
                "items RECORD REPEATED",
                "items.price RECORD REPEATED",
                "items.price.amount BIGNUMERIC(40, 2)",
                "items.price.currency STRING",
                "items.tags STRING REPEATED",
                "span RANGE<DATETIME>",
            ]
        );
        let layout = Layout::parse_table(text.as_bytes(), Some("orders")).unwrap();
        assert!(layout.oddities.is_empty(), "{:?}", layout.oddities);
        let column = |path: &str| &layout.columns[layout.find(path).unwrap() as usize];
        assert_eq!(column("items").description.as_deref(), Some("what was {{ bought }}\n"));
        assert_eq!(*column("who.name").policy_tags, ["{{ var('tag') }}".into(), "p/2".into()]);
        assert_eq!(column("who").mode, Mode::Required);
    }

    #[test]
    fn of_several_tables_one_is_named() {
        let text = SOURCES.replace("- name: `span`", "");
        assert_eq!(
            told(&text, None).unwrap_err(),
            "holds the columns of several tables (shop.orders, stock.items); name one of them behind the file: FILE#shop.orders"
        );
        assert_eq!(told(&text, Some("items")).unwrap(), ["a RANGE<DATE>"]);
        assert_eq!(told(&text, Some("nothing")).unwrap_err(), "has no table nothing: it has shop.orders, stock.items");
        let twice = format!("{text}\nmodels:\n  - name: items\n    columns: [{{name: b, data_type: json}}]\n");
        assert_eq!(told(&twice, Some("items")).unwrap(), ["b JSON"], "a whole name goes before a part of one");
        assert_eq!(told(&twice, Some("stock.items")).unwrap(), ["a RANGE<DATE>"]);
        let marked = "\u{feff}\"models\":\r\n- name: m\r\n  columns:\r\n  - {name: a, data_type: int64}\r\n";
        assert_eq!(told(marked, None).unwrap(), ["a INT64"], "as Windows writes it");
    }

    #[test]
    fn what_is_odd_or_cannot_be_read_is_told_with_its_line() {
        let model = |columns: &str| format!("models:\n- name: m\n  columns:\n{columns}");
        for (columns, words) in [
            ("  - *a\n", "not YAML: "),
            ("  - &a {name: x, data_type: string}\n  - *a\n", "a column in line 5 stands elsewhere in the file (an alias)"),
            ("  - name: &n x\n  - {name: y, description: *n}\n", "description in line 5 stands elsewhere"),
            ("  - &a {name: x}\n  - {<<: *a}\n", "<< in line 5 stands elsewhere"),
            ("  - {name: x, data_tests: &t [not_null]}\n  - {name: y, data_tests: *t}\n", "data_tests in line 5 stands elsewhere"),
            ("  - {name: x, policy_tags: [&t a]}\n  - {name: y, policy_tags: [*t]}\n", "policy_tags in line 5 stands elsewhere"),
        ] {
            assert!(told(&model(columns), None).unwrap_err().contains(words), "{columns}: {:?}", told(&model(columns), None));
        }
        assert_eq!(told("models:\n- name: m\n", None).unwrap_err(), "m, in line 2: lists no columns");
        assert!(told("version: 2\nexposures: []\n", None).unwrap_err().starts_with("this YAML lists no tables"));
        for (text, words) in [
            ("a: &a []\nmodels: *a\n", "models in line 2 stands elsewhere"),
            ("models:\n- name: m\n---\nmodels:\n- name: n\n", "a second document begins in line 4"),
        ] {
            assert!(told(text, None).unwrap_err().contains(words), "{:?}", told(text, None));
        }
        let versions = "models:\n- name: m\n  versions: [{v: 1, columns: [{name: a}]}]\n";
        assert!(told(versions, None).unwrap_err().contains("has versions with columns of their own"));
        let odd = model(
            "  - {name: a, data_type: number, type: x}\n  - {name: b}\n  - {data_type: string}\n  - {name: c, data_type: int64}\n  - {name: c, data_type: int64}\n",
        );
        let layout = Layout::parse(odd.as_bytes()).unwrap();
        assert_eq!(
            layout.oddities,
            [
                "\"a\" has the unknown type \"number\"",
                "\"a\" has the member \"type (dbt has data_type)\", which is ignored",
                "\"b\" has no type",
                "column 3 of the table has no name; it is left out",
                "column \"c\" is declared more than once; the last one counts",
            ]
        );
    }
}
