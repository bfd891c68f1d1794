//! Names of places in a document: JSON pointers, the pipeline's pointers, jq paths.

use std::borrow::Cow;

use super::{Document, Kind, NodeId};

/// How a path is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathStyle {
    /// RFC 6901: `/a~1b/0`; the root is the empty text.
    Pointer,
    /// jq: `.a["b c"][0]`; the root is `.`.
    Jq,
}

impl Document {
    /// Decoded keys and indexes from the root to the node.
    pub fn tokens(&self, id: NodeId) -> Vec<String> {
        let mut tokens: Vec<String> = self
            .ancestors(id)
            .filter_map(|node| match self.key(node) {
                Some(key) => Some(key.into_owned()),
                None => self.parent(node).map(|_| self.index(node).to_string()),
            })
            .collect();
        tokens.reverse();
        tokens
    }

    /// The node and its ancestors, innermost first.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(Some(id), |&node| self.parent(node))
    }

    /// The node at decoded tokens, or the deepest ancestor that exists with how many tokens led to it.
    pub fn find<S: AsRef<str>>(&self, tokens: &[S]) -> Result<NodeId, (NodeId, usize)> {
        let mut node = 0;
        for (i, token) in tokens.iter().enumerate() {
            match self.child(node, token.as_ref()) {
                Some(child) => node = child,
                None => return Err((node, i)),
            }
        }
        Ok(node)
    }

    /// The child that a pointer token names.
    pub fn child(&self, id: NodeId, token: &str) -> Option<NodeId> {
        match self.nodes.get(id as usize)?.kind {
            Kind::Object => self.member(id, token),
            // `01` and `+1` are no positions.
            Kind::Array if token == "0" || token.starts_with(|first: char| matches!(first, '1'..='9')) => {
                self.element(id, token.parse().ok()?)
            }
            _ => None,
        }
    }

    /// The node's path in that style.
    pub fn path(&self, id: NodeId, style: PathStyle) -> String {
        let mut chain: Vec<NodeId> = self.ancestors(id).collect();
        chain.pop();
        let mut out = String::new();
        for &node in chain.iter().rev() {
            let key = self.key(node);
            match (style, key) {
                (PathStyle::Pointer, key) => {
                    out.push('/');
                    let token = key.unwrap_or_else(|| Cow::Owned(self.index(node).to_string()));
                    match token.contains(['~', '/']) {
                        true => out.push_str(&token.replace('~', "~0").replace('/', "~1")),
                        false => out.push_str(&token),
                    }
                }
                (PathStyle::Jq, None) => {
                    out.push_str(&format!("{}[{}]", if out.is_empty() { "." } else { "" }, self.index(node)));
                }
                (PathStyle::Jq, Some(key)) if is_identifier(&key) => out.push_str(&format!(".{key}")),
                (PathStyle::Jq, Some(key)) => {
                    let quoted = serde_json::Value::from(&*key).to_string();
                    out.push_str(&format!("{}[{quoted}]", if out.is_empty() { "." } else { "" }));
                }
            }
        }
        if out.is_empty() && style == PathStyle::Jq {
            out.push('.');
        }
        out
    }
}

fn is_identifier(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The tokens of an RFC 6901 pointer (`~1` is `/`, `~0` is `~`).
pub fn unescape_pointer(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_what_the_tools_read() {
        let doc = Document::parse(r#"{"a":[{"b c":1,"x/~y":2}]}"#.as_bytes());
        assert_eq!(doc.path(3, PathStyle::Jq), r#".a[0]["b c"]"#);
        assert_eq!(doc.path(4, PathStyle::Pointer), "/a/0/x~1~0y");
        assert_eq!(doc.path(0, PathStyle::Jq), ".");
        assert_eq!(doc.tokens(4), ["a", "0", "x/~y"]);
        assert_eq!(doc.find(&["a", "0", "x/~y"]), Ok(4));
        assert_eq!(doc.find(&["a", "7"]), Err((1, 1)));
        assert_eq!(unescape_pointer("/a/x~1~0y"), ["a", "x/~y"]);
    }
}
