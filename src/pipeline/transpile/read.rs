//! Schema nodes as shapes.
//!
//! Also owns: the column name of a property.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ground::text::visible;
use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::schema::Schema;

use super::check::{count, present};
use super::shape::{Atom, OpaqueWhy, Shape, Tag};
use super::{Lint, LintKind, TranspileStop};
use crate::pipeline::names::snake_case;

/// Most characters of a description that BigQuery takes.
const LONGEST_DESCRIPTION: usize = 1024;

/// Most shapes that are made of a schema. A table has 10,000 columns at most, but long tuples and lists of types multiply without end.
const MOST_TAGS: usize = 200_000;

/// Types that the transpiler knows. The last two are its own: it takes them also where a schema should say `format`.
const TYPES: [&str; 9] = ["null", "boolean", "number", "integer", "string", "object", "array", "date-time", "bytes"];

/// The root's shape, and what is noteworthy about names.
pub(super) fn read(schema: &Schema) -> Result<(Tag, Vec<Lint>), TranspileStop> {
    let mut reader = SchemaReader { schema, lints: Vec::new(), tags: 0 };
    let root = reader.tag(0)?;
    Ok((root, reader.lints))
}

struct SchemaReader<'a> {
    schema: &'a Schema,
    lints: Vec<Lint>,
    /// Shapes made so far.
    tags: usize,
}

/// A property with its tag, before keys with the same column are one.
struct Property {
    key: String,
    /// Whether the column is called otherwise.
    renamed: bool,
    tag: Tag,
}

impl SchemaReader<'_> {
    fn tag(&mut self, node: NodeId) -> Result<Tag, TranspileStop> {
        let document = &self.schema.document;
        let kind = present(self.schema, node, "type");
        match kind.map(|kind| (kind, document.kind(kind))) {
            Some((kind, Kind::String)) => {
                let name = self.type_name(kind)?;
                // Only here: beside a list of types a format is not read.
                let name = match self.schema.keyword_text(node, "format").as_deref() {
                    Some(format @ ("date-time" | "bytes")) if name == "string" => format.to_owned(),
                    _ => name,
                };
                self.typed(node, &name)
            }
            Some((list, Kind::Array)) => {
                let mut items = Vec::new();
                for kind in document.children(list) {
                    let name = self.type_name(kind)?;
                    items.push(self.typed(node, &name)?);
                }
                self.union(node, list, items)
            }
            _ => self.typed(node, "object"),
        }
    }

    /// A type's name that the transpiler knows.
    fn type_name(&self, kind: NodeId) -> Result<String, TranspileStop> {
        let name = self.schema.document.string(kind).unwrap_or_default();
        if TYPES.contains(&&*name) {
            return Ok(name.into_owned());
        }
        let shown = self.schema.document.display_value(kind, 40);
        Err(TranspileStop::new(self.schema, kind, format!("the transpiler does not know the type {shown}")))
    }

    /// A node as one of its types.
    fn typed(&mut self, node: NodeId, name: &str) -> Result<Tag, TranspileStop> {
        self.tags += 1;
        if self.tags > MOST_TAGS {
            return Err(TranspileStop::new(self.schema, node, "the schema multiplies into more columns than a table may have"));
        }
        let shape = match name {
            "null" => Shape::Null,
            "boolean" => Shape::Atom(Atom::Boolean),
            "number" => Shape::Atom(Atom::Number),
            "integer" => Shape::Atom(Atom::Integer),
            "string" => Shape::Atom(Atom::String),
            "date-time" => Shape::Atom(Atom::DateTime),
            "bytes" => Shape::Atom(Atom::Bytes),
            "array" => self.array(node)?,
            _ => self.object(node)?,
        };
        Ok(Tag { shape, node, description: description(self.schema, node) })
    }

    /// Of `properties`, `additionalProperties` and `patternProperties`, and `oneOf` only the first counts.
    fn object(&mut self, node: NodeId) -> Result<Shape, TranspileStop> {
        if let Some(properties) = present(self.schema, node, "properties") {
            return self.properties(node, properties);
        }
        let document = &self.schema.document;
        let values = present(self.schema, node, "additionalProperties").filter(|&values| document.kind(values) == Kind::Object);
        let patterns = present(self.schema, node, "patternProperties");
        match (values, patterns) {
            (Some(values), None) => Ok(Shape::Map(Box::new(self.tag(values)?))),
            (_, Some(patterns)) => {
                let nodes = values.into_iter().chain(document.children(patterns));
                let items = nodes.map(|node| self.tag(node)).collect::<Result<Vec<_>, _>>()?;
                let union = self.union(node, patterns, items)?;
                Ok(Shape::Map(Box::new(Tag { description: None, ..union })))
            }
            (None, None) => match present(self.schema, node, "oneOf") {
                Some(list) => {
                    let items = document.children(list).map(|node| self.tag(node)).collect::<Result<Vec<_>, _>>()?;
                    Ok(self.union(node, list, items)?.shape)
                }
                None => Ok(Shape::Opaque(OpaqueWhy::Untyped)),
            },
        }
    }

    fn union(&self, node: NodeId, list: NodeId, items: Vec<Tag>) -> Result<Tag, TranspileStop> {
        if items.is_empty() {
            return Err(TranspileStop::new(self.schema, list, "the transpiler stops at an empty list of choices"));
        }
        Ok(Tag { shape: Shape::Union(items), node, description: description(self.schema, node) })
    }

    fn properties(&mut self, node: NodeId, properties: NodeId) -> Result<Shape, TranspileStop> {
        let document = &self.schema.document;
        let mut by_column: BTreeMap<String, Vec<Property>> = BTreeMap::new();
        for child in document.children(properties) {
            let Some(key) = document.key(child) else { continue };
            // Of equal keys only the last is read.
            if self.schema.keyword(properties, &key) != Some(child) {
                continue;
            }
            let tag = self.tag(child)?;
            match column_name(&key) {
                PropertyName::Column(name) => {
                    let renamed = name != key;
                    by_column.entry(name).or_default().push(Property { key: key.into_owned(), renamed, tag });
                }
                PropertyName::Illegal => {
                    let sentence = format!("no column, because BigQuery does not allow the name {}", quoted(&key));
                    self.lints.push(Lint::new(self.schema, LintKind::Dropped, child, sentence));
                }
                PropertyName::Empty => return Err(self.nameless(child, &key)),
            }
        }
        self.required(node)?;
        Ok(Shape::Object(by_column.into_iter().filter_map(|(name, same)| Some((name.clone(), self.survivor(&name, same)?))).collect()))
    }

    /// Names of required members are converted like those of properties, and can stop the run as well.
    fn required(&self, node: NodeId) -> Result<(), TranspileStop> {
        let list = present(self.schema, node, "required").into_iter().flat_map(|list| self.schema.document.children(list));
        for name in list {
            if let Some(key) = self.schema.document.string(name).filter(|key| column_name(key) == PropertyName::Empty) {
                return Err(self.nameless(name, &key));
            }
        }
        Ok(())
    }

    fn nameless(&self, node: NodeId, key: &str) -> TranspileStop {
        TranspileStop::new(
            self.schema,
            node,
            format!("the transpiler stops at the name {}: no letter or digit is left for a column", quoted(key)),
        )
    }

    /// Of keys with one column a renamed one beats the column's own name; among renamed ones the order of a hash map decides.
    fn survivor(&mut self, name: &str, mut same: Vec<Property>) -> Option<Tag> {
        if same.len() > 1 {
            self.shared(name, &same);
        }
        let last = same.iter().rposition(|property| property.renamed).unwrap_or(same.len().checked_sub(1)?);
        Some(same.swap_remove(last).tag)
    }

    fn shared(&mut self, name: &str, same: &[Property]) {
        let keys: Vec<String> = same.iter().map(|property| quoted(&property.key)).collect();
        let mut renamed = same.iter().filter(|property| property.renamed);
        let first = renamed.next();
        let differs = first.is_some_and(|first| renamed.any(|other| other.tag != first.tag));
        let (kind, what) = if differs {
            (LintKind::RandomType, "any of them may give it its type: that changes from run to run and blocks a deploy")
        } else {
            (LintKind::SharedColumn, "of a document that has several only one value is stored")
        };
        let sentence = format!("{} all become the column {name}; {what}", keys.join(", "));
        if let Some(property) = same.last() {
            self.lints.push(Lint::new(self.schema, kind, property.tag.node, sentence));
        }
    }

    fn array(&mut self, node: NodeId) -> Result<Shape, TranspileStop> {
        let document = &self.schema.document;
        let Some(items) = present(self.schema, node, "items") else {
            return Err(TranspileStop::new(self.schema, node, "the transpiler stops at an array without items"));
        };
        if document.kind(items) == Kind::Object {
            return Ok(Shape::Array(Box::new(self.tag(items)?)));
        }
        let mut tuple = document.children(items).map(|item| self.tag(item)).collect::<Result<Vec<_>, _>>()?;
        let most = count(self.schema, node, "maxItems").unwrap_or(0);
        let (length, more) = (tuple.len() as u64, present(self.schema, node, "additionalItems"));
        match more.map(|more| (more, document.kind(more))) {
            Some((_, Kind::Boolean)) if self.schema.keyword_text(node, "additionalItems").as_deref() == Some("false") => {}
            Some((more, Kind::Object)) if most >= length => {
                for _ in length..most {
                    tuple.push(self.tag(more)?);
                }
            }
            None if most == length => {}
            _ => {
                let sentence =
                    "the transpiler stops at a tuple that may grow: it needs additionalItems false, or a maxItems that says how far";
                return Err(TranspileStop::new(self.schema, node, sentence));
            }
        }
        Ok(Shape::Tuple(tuple))
    }
}

/// Title and description as one text.
fn description(schema: &Schema, node: NodeId) -> Option<Arc<str>> {
    let whole = match (schema.title(node), schema.description(node)) {
        (Some(title), Some(description)) => format!("{title} - {description}"),
        (title, description) => title.or(description)?,
    };
    Some(whole.chars().take(LONGEST_DESCRIPTION).collect::<String>().into())
}

fn quoted(key: &str) -> String {
    format!("\"{}\"", crate::ground::text::clip_middle(&visible(key), 60))
}

/// What becomes of a property's name.
#[derive(Debug, PartialEq, Eq)]
enum PropertyName {
    /// The column.
    Column(String),
    /// BigQuery has no such names: the property is left out.
    Illegal,
    /// Nothing is left of the name, which stops the transpiler.
    Empty,
}

/// `.` and `-` become `_`, then snake case; a digit in front gets a `_` before it. The rest must be ASCII letters, digits and `_`.
fn column_name(key: &str) -> PropertyName {
    let Some(plain) = not_numeric(key.replace(['.', '-'], "_")) else { return PropertyName::Empty };
    if !plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return PropertyName::Illegal;
    }
    // Snake case takes `_` off the front, so a digit may be there again.
    not_numeric(snake_case(&plain)).map_or(PropertyName::Empty, PropertyName::Column)
}

/// The name with `_` before a leading digit; nothing of an empty one.
fn not_numeric(name: String) -> Option<String> {
    let first = name.chars().next()?;
    Some(if first.is_numeric() { format!("_{name}") } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_columns_are_left_out_or_stop_the_run() {
        let names =
            [("fooBar", "foo_bar"), ("64bit", "_64bit"), ("_64bit", "_64bit"), ("a.b-c", "a_b_c"), ("HTTPServer2Go", "http_server2_go")];
        names.into_iter().for_each(|(key, name)| assert_eq!(column_name(key), PropertyName::Column(name.to_owned()), "{key}"));
        ["$schema", "a/b", "naïve", "²", "a b"].into_iter().for_each(|key| assert_eq!(column_name(key), PropertyName::Illegal, "{key}"));
        ["", "_", "-", "._"].into_iter().for_each(|key| assert_eq!(column_name(key), PropertyName::Empty, "{key}"));
    }
}
