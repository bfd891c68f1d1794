//! One JSON schema: nodes over its original text.
//!
//! Owns: reading keywords off a node, following `$ref` within the file, pointers and lines of nodes, compiled patterns.
//! Refuses: network references, judging documents (verdict).

pub(crate) mod applicators;
pub mod covered;
mod instance;
mod members;
mod patterns;
pub mod references;
pub mod walk;

use std::sync::OnceLock;

use crate::pipeline::document::{Document, Kind, NodeId, PathStyle, unescape_pointer};
use members::Members;
use patterns::Patterns;
use references::NamedNodes;
pub use references::Reference;

/// Most `$ref`s followed in a row: a loop ends here.
const MOST_REFERENCES: usize = 32;

/// The JSON Schema draft that a schema says it is written in; keywords of later drafts are not obeyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Draft {
    /// Also what the pipeline assumes where the schema says nothing.
    Four,
    /// Adds `propertyNames`, `const`, `contains` and boolean schemas.
    Six,
    /// Adds `if`, `then` and `else`.
    Seven,
}

/// A parsed schema file.
pub struct Schema {
    /// The file's path in its store.
    pub path: String,
    /// Its text as nodes.
    pub document: Document,
    draft: Draft,
    members: Members,
    patterns: Patterns,
    /// Nodes that are replaced by another through `$ref`, with that other, gathered when first asked for.
    references: OnceLock<Vec<(NodeId, NodeId)>>,
    named: OnceLock<NamedNodes>,
}

impl Schema {
    /// Reads a schema file. The reason names line and column of what is no JSON.
    pub fn parse(path: &str, text: Vec<u8>) -> Result<Self, String> {
        if text.starts_with(b"\xef\xbb\xbf") {
            return Err("begins with a byte order mark, which JSON files must not have".to_owned());
        }
        let mut document = Document::parse(text);
        if let Some(error) = document.error() {
            return Err(format!("not JSON: {error}"));
        }
        if let Some(offset) = document.trailing() {
            return Err(format!("not JSON: text follows the schema on line {}", line_of(&document, offset)));
        }
        if document.is_empty() || document.kind(0) != Kind::Object {
            return Err("not an object, so not a schema".to_owned());
        }
        let draft = draft_of(&document);
        // Schemas are kept by the thousand.
        document.shrink();
        let members = Members::default();
        let path = path.to_owned();
        let (references, named) = (OnceLock::new(), OnceLock::new());
        Ok(Schema { path, document, draft, members, patterns: Patterns::default(), references, named })
    }

    /// The value of a keyword on a node (`maxLength` of the node at `/properties/a`).
    pub fn keyword(&self, node: NodeId, name: &str) -> Option<NodeId> {
        self.members.find(&self.document, node, name)
    }

    /// A keyword's value as text: strings without quotes, everything else as it is written.
    pub fn keyword_text(&self, node: NodeId, name: &str) -> Option<String> {
        let value = self.keyword(node, name)?;
        let text = self.document.string(value);
        Some(text.map_or_else(|| String::from_utf8_lossy(self.document.raw(value)).into_owned(), std::borrow::Cow::into_owned))
    }

    /// Whether one of the nodes lists a document's value under `enum` or `const`, spelled alike.
    pub fn lists(&self, nodes: &[NodeId], document: &Document, value: NodeId) -> bool {
        let is_it = |listed: NodeId| match (self.document.string(listed), document.string(value)) {
            (Some(listed), Some(value)) => listed == value,
            (None, None) => self.document.raw(listed) == document.raw(value),
            _ => false,
        };
        nodes.iter().any(|&node| {
            let constant = self.keyword(node, "const");
            let all = self.keyword(node, "enum").filter(|&list| self.document.kind(list) == Kind::Array);
            constant.is_some_and(is_it) || all.is_some_and(|list| self.document.children(list).any(is_it))
        })
    }

    /// The draft that `$schema` names.
    pub fn draft(&self) -> Draft {
        self.draft
    }

    /// RFC 6901 pointer of a node; the root is the empty text.
    pub fn pointer(&self, node: NodeId) -> String {
        self.document.path(node, PathStyle::Pointer)
    }

    /// The node of an RFC 6901 pointer.
    pub fn node_at_pointer(&self, pointer: &str) -> Option<NodeId> {
        let whole = pointer.is_empty() || pointer.starts_with('/');
        let mut tokens = whole.then(|| unescape_pointer(pointer))?.into_iter();
        tokens.try_fold(0, |node, token| match self.document.kind(node) {
            Kind::Object => self.keyword(node, &token),
            _ => self.document.child(node, &token),
        })
    }

    /// The node itself, or where its `$ref` leads. A reference that leads nowhere, out of the file or in a circle stays where it is.
    pub fn resolve(&self, node: NodeId) -> NodeId {
        let mut at = node;
        for _ in 0..MOST_REFERENCES {
            match self.reference(at) {
                Some(Reference::Inside(target)) => at = target,
                _ => return at,
            }
        }
        node
    }

    /// Nodes that are replaced through `$ref`, with what replaces them.
    pub(super) fn references(&self) -> &[(NodeId, NodeId)] {
        self.references.get_or_init(|| {
            let nodes = 0..self.document.len() as NodeId;
            nodes
                .filter(|&node| self.document.raw_key(node) == Some(b"$ref"))
                .filter_map(|node| {
                    let owner = self.document.parent(node)?;
                    match self.reference(owner) {
                        Some(Reference::Inside(target)) => Some((owner, target)),
                        _ => None,
                    }
                })
                .collect()
        })
    }

    /// Line of a node in the file, from 1: of the member's name where it has one.
    pub fn line(&self, node: NodeId) -> usize {
        line_of(&self.document, self.document.span(node).start)
    }

    /// `description` of a node.
    pub fn description(&self, node: NodeId) -> Option<String> {
        self.text_keyword(node, "description")
    }

    /// `title` of a node.
    pub fn title(&self, node: NodeId) -> Option<String> {
        self.text_keyword(node, "title")
    }

    fn text_keyword(&self, node: NodeId, name: &str) -> Option<String> {
        Some(self.document.string(self.keyword(node, name)?)?.into_owned())
    }

    /// Whether a pattern is found anywhere in a text, as the pipeline searches.
    pub fn pattern_found(&self, pattern: &str, text: &str) -> bool {
        self.patterns.found(pattern, text)
    }

    /// Patterns that were needed and cannot be used, each with the reason: they count as not matching.
    pub fn unusable_patterns(&self) -> Vec<(String, String)> {
        self.patterns.unusable()
    }
}

fn line_of(document: &Document, offset: usize) -> usize {
    memchr::memchr_iter(b'\n', &document.text()[..offset.min(document.text().len())]).count() + 1
}

fn draft_of(document: &Document) -> Draft {
    let named = document.member(0, "$schema").and_then(|node| document.string(node));
    match named.as_deref() {
        Some(uri) if uri.contains("draft-06") => Draft::Six,
        Some(uri) if uri.contains("draft-07") => Draft::Seven,
        _ => Draft::Four,
    }
}

/// `%20` and the like resolved; `None` where there is none or the text is no UTF-8 afterwards.
fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut pieces = text.split('%');
    out.extend_from_slice(pieces.next()?.as_bytes());
    let mut any = false;
    for piece in pieces {
        let byte = u8::from_str_radix(piece.get(..2)?, 16).ok()?;
        out.push(byte);
        out.extend_from_slice(&piece.as_bytes()[2..]);
        any = true;
    }
    String::from_utf8(out).ok().filter(|_| any)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(text: &str) -> Schema {
        Schema::parse("ns/a/a.1.schema.json", text.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn references_are_followed_inside_the_file_and_never_in_circles() {
        let s = schema(
            r##"{"definitions":{"a/b c":{"type":"string"},"loop":{"$ref":"#/definitions/loop"}},
                "properties":{"x":{"$ref":"#/definitions/a~1b%20c"},"y":{"$ref":"#/definitions/loop"},"z":{"$ref":"http://x/y"}}}"##,
        );
        let at = |pointer: &str| s.node_at_pointer(pointer).unwrap();
        assert_eq!(s.pointer(s.resolve(at("/properties/x"))), "/definitions/a~1b c");
        assert_eq!(s.resolve(at("/properties/y")), at("/properties/y"));
        assert_eq!(s.resolve(at("/properties/z")), at("/properties/z"));
        assert_eq!(s.references().len(), 3);
    }

    #[test]
    fn what_a_node_lists_is_known() {
        let s = schema(r#"{"properties":{"e":{"enum":["a",1,null]},"c":{"const":"\u0062"}}}"#);
        let nodes = ["/properties/e", "/properties/c"].map(|pointer| s.node_at_pointer(pointer).unwrap());
        let document = Document::parse(r#"["a",1,"b",2,"c",null,"1"]"#.as_bytes());
        let listed: Vec<bool> = document.children(0).map(|value| s.lists(&nodes, &document, value)).collect();
        assert_eq!(listed, [true, true, true, false, false, true, false]);
    }

    #[test]
    fn a_big_object_answers_like_a_small_one() {
        let names: Vec<String> = (0..3000).map(|i| format!(r#""k\u002f{i}":{{"title":"{i}"}}"#)).collect();
        let s = schema(&format!(
            r#"{{"$schema":"http://json-schema.org/draft-06/schema#","properties":{{{},"k/7":{{"title":"last"}}}}}}"#,
            names.join(",")
        ));
        let properties = s.keyword(0, "properties").unwrap();
        assert_eq!(s.title(s.keyword(properties, "k/2999").unwrap()).as_deref(), Some("2999"));
        assert_eq!(s.title(s.keyword(properties, "k/7").unwrap()).as_deref(), Some("last"));
        assert_eq!(s.keyword(properties, "k/3000"), None);
        assert_eq!(s.draft(), Draft::Six);
    }

    #[test]
    fn what_is_no_schema_is_refused_with_its_place() {
        for (text, said) in
            [("\u{feff}{}", "byte order mark"), ("{\n,}", "line 2"), ("{}\n\n{}", "line 3"), ("[]", "not an object"), ("", "not JSON")]
        {
            let reason = Schema::parse("x", text.as_bytes().to_vec()).err().unwrap();
            assert!(reason.contains(said), "{reason}");
        }
    }

    #[test]
    fn nodes_tell_their_line_and_words() {
        let s = schema("{\n \"properties\": {\n  \"a\": {\"description\": \"what\", \"minimum\": 1.0}\n }\n}");
        let node = s.node_at_pointer("/properties/a").unwrap();
        assert_eq!((s.line(node), s.description(node).as_deref(), s.title(node)), (3, Some("what"), None));
        assert_eq!(s.keyword_text(node, "minimum").as_deref(), Some("1.0"));
        assert_eq!(s.node_at_pointer("properties"), None);
    }
}
