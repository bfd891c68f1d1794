//! Changes to a document, and the text that comes of them.
//!
//! Owns: leaving out, replacing and renaming members and elements without touching the bytes of their neighbours.
//! Refuses: which changes are made (shrink).

use rustc_hash::FxHashMap;

use crate::pipeline::document::{Document, Kind, NodeId};

/// What is done to a member or element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Edit {
    /// It is left out with all that is in it.
    Drop,
    /// Its value becomes this JSON text.
    Value(String),
    /// Its name becomes this one.
    Key(String),
}

/// At most one change of a node.
#[derive(Debug, Default)]
pub(crate) struct Edits(FxHashMap<NodeId, Edit>);

impl Edits {
    /// Changes nodes that have no change yet.
    pub(super) fn add(&mut self, changes: &[(NodeId, Edit)]) {
        self.0.extend(changes.iter().cloned());
    }

    /// Takes the changes of these nodes back.
    pub(super) fn remove(&mut self, changes: &[(NodeId, Edit)]) {
        for (node, _) in changes {
            self.0.remove(node);
        }
    }

    /// Puts a change, or none, in the place of a node's own; gives that back.
    pub(crate) fn put(&mut self, node: NodeId, edit: Option<Edit>) -> Option<Edit> {
        match edit {
            Some(edit) => self.0.insert(node, edit),
            None => self.0.remove(&node),
        }
    }

    /// The name that a member is given instead of its own.
    pub(super) fn new_key(&self, node: NodeId) -> Option<&str> {
        match self.0.get(&node) {
            Some(Edit::Key(name)) => Some(name),
            _ => None,
        }
    }
}

/// A text as JSON writes it.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The document with the changes, without white space between its values.
pub(crate) fn render(document: &Document, edits: &Edits) -> Vec<u8> {
    let mut out = Vec::with_capacity(document.text().len());
    // Containers that are open, with where each ends.
    let mut open: Vec<(NodeId, Kind)> = Vec::new();
    let mut node: NodeId = 0;
    while (node as usize) < document.len() {
        close(&mut out, &mut open, node);
        let edit = edits.0.get(&node);
        if edit == Some(&Edit::Drop) {
            node = document.end(node);
            continue;
        }
        if !matches!(out.last(), None | Some(b'{' | b'[')) {
            out.push(b',');
        }
        push_key(&mut out, document, node, edit);
        match (edit, document.kind(node)) {
            (Some(Edit::Value(text)), _) => {
                out.extend_from_slice(text.as_bytes());
                node = document.end(node);
            }
            (_, kind @ (Kind::Object | Kind::Array)) => {
                out.push(if kind == Kind::Object { b'{' } else { b'[' });
                open.push((document.end(node), kind));
                node += 1;
            }
            _ => {
                out.extend_from_slice(document.raw(node));
                node += 1;
            }
        }
    }
    close(&mut out, &mut open, node);
    out
}

/// Closes what ends before the node.
fn close(out: &mut Vec<u8>, open: &mut Vec<(NodeId, Kind)>, node: NodeId) {
    while let Some((_, kind)) = open.pop_if(|(end, _)| *end <= node) {
        out.push(if kind == Kind::Object { b'}' } else { b']' });
    }
}

fn push_key(out: &mut Vec<u8>, document: &Document, node: NodeId, edit: Option<&Edit>) {
    match (edit, document.raw_key(node)) {
        (_, None) => return,
        (Some(Edit::Key(name)), _) => out.extend_from_slice(quoted(name).as_bytes()),
        (_, Some(raw)) => {
            out.push(b'"');
            out.extend_from_slice(raw);
            out.push(b'"');
        }
    }
    out.push(b':');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_leave_their_neighbours_alone() {
        let document = Document::parse(" { \"a\\u0041\" : [ 1.0 , 2, {} ], \"b\":{\"c\":null}, \"d\": \"x\" } tail".as_bytes());
        let text = |changes: &[(NodeId, Edit)]| {
            let mut edits = Edits::default();
            edits.add(changes);
            String::from_utf8(render(&document, &edits)).unwrap()
        };
        assert_eq!(text(&[]), r#"{"a\u0041":[1.0,2,{}],"b":{"c":null},"d":"x"}"#);
        let changes = [(2, Edit::Drop), (5, Edit::Value("[]".into())), (7, Edit::Key("\"".into()))];
        assert_eq!(text(&changes), r#"{"a\u0041":[2,{}],"b":[],"\"":"x"}"#);
        assert_eq!(text(&[(1, Edit::Drop), (5, Edit::Drop), (7, Edit::Drop)]), "{}");
        assert_eq!(text(&[(2, Edit::Drop), (3, Edit::Drop), (4, Edit::Drop), (6, Edit::Drop)]), r#"{"a\u0041":[],"b":{},"d":"x"}"#);
    }
}
