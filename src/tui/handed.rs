//! What is handed to another program, and to which.
//!
//! Owns: the bytes of it, made only when they are handed over.
//! Refuses: starting programs (lent), what is under the cursor (update).

use std::sync::Arc;

use super::group_tree::GroupTree;
use crate::ground::text::visible_lines;
use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::schema::Schema;
use crate::rows::group::GroupFields;
use crate::triage::facts;

/// A text for another program.
pub struct HandOver {
    /// The text.
    pub what: Handed,
    /// The program.
    pub to: HandedTo,
}

/// A text that is handed over.
pub enum Handed {
    /// As it is.
    Text(Arc<str>),
    /// A value of a document.
    Value(Arc<Document>, NodeId),
    /// A node of a schema.
    Node(Arc<Schema>, NodeId),
    /// The groups of a line and of all below it.
    Groups(Arc<GroupTree>, usize),
}

/// Who gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandedTo {
    /// A command of the shell.
    Command(String),
    /// The user's pager.
    Pager,
    /// The user's editor, as a copy.
    Editor,
}

impl Handed {
    /// The text as programs read it: a value as it is written, a group as a line of JSON.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Handed::Text(text) => text.as_bytes().to_vec(),
            Handed::Value(document, node) => document.raw(*node).to_vec(),
            Handed::Node(schema, node) => schema.document.raw(*node).to_vec(),
            Handed::Groups(tree, item) => lines(tree, *item),
        }
    }

    /// The text as people read it, safe for a terminal; and whether it is JSON.
    pub fn shown(&self) -> (String, bool) {
        let (bytes, is_json) = match self {
            Handed::Text(text) => (text.as_bytes().to_vec(), false),
            Handed::Value(document, node) => facts::value::uncut(document, *node),
            Handed::Node(schema, node) => facts::value::uncut(&schema.document, *node),
            Handed::Groups(tree, item) => (lines(tree, *item), true),
        };
        let mut text = visible_lines(&bytes);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        (text, is_json)
    }
}

/// A line of JSON for each group of a line.
fn lines(tree: &GroupTree, item: usize) -> Vec<u8> {
    let own = tree.group_at(item).filter(|_| !tree.is_leaf(item));
    let groups = own.into_iter().chain(tree.leaves(item).filter_map(|leaf| tree.group(leaf)));
    let mut lines = Vec::new();
    for group in groups {
        // Writing into memory does not fail.
        if serde_json::to_writer(&mut lines, &GroupFields::of(group, &tree.groups)).is_ok() {
            lines.push(b'\n');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::source::{Request, Unwatched};

    #[test]
    fn programs_get_what_is_written_and_people_what_is_meant() {
        let document = Arc::new(Document::parse(br#"{"a":"x\ny\u001b","n":1.10}"#.to_vec()));
        let whole = Handed::Value(document.clone(), 0);
        assert_eq!(whole.bytes(), br#"{"a":"x\ny\u001b","n":1.10}"#);
        let (text, is_json) = whole.shown();
        assert!(is_json && text.lines().count() == 4 && text.contains("1.10"), "{text}");
        let (text, is_json) = Handed::Value(document, 1).shown();
        assert!(!is_json && text.starts_with("x\ny") && !text.contains('\x1b'), "{text:?}");
    }

    #[test]
    fn a_line_of_groups_is_a_line_of_json_for_each() {
        let groups = demo::source().unwrap().groups(&Request::default(), &Unwatched).unwrap();
        let tree = Arc::new(GroupTree::new(Arc::new(groups), Default::default()));
        let branch = (0..tree.items.len()).find(|&item| !tree.is_leaf(item) && tree.leaves(item).count() > 1).unwrap();
        let text = String::from_utf8(Handed::Groups(tree.clone(), branch).bytes()).unwrap();
        assert_eq!(text.lines().count(), tree.leaves(branch).count());
        for line in text.lines() {
            assert!(serde_json::from_str::<serde_json::Value>(line).unwrap()["fingerprint"].is_string());
        }
        let leaf = tree.leaves(branch).next().unwrap();
        assert_eq!(Handed::Groups(tree, leaf).bytes().iter().filter(|&&byte| byte == b'\n').count(), 1);
    }
}
