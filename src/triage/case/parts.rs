//! The parts of a document that is split over two tables.
//!
//! Owns: cutting a document in two as the decoder does, which value of a part is which of the whole.
//! Refuses: deciding where a member goes (destination), the tables (table).

use std::sync::Arc;

use crate::pipeline::destination::{self, Split, SplitPart};
use crate::pipeline::document::{Document, Kind, NodeId};
use crate::pipeline::schema::Schema;

/// How documents of the case's doctype are split, with the subset's schema where it is at hand.
#[derive(Clone)]
pub struct Splitting {
    /// The rule.
    pub split: Split,
    /// What the decoder moves by.
    pub subset: Option<Arc<Schema>>,
}

impl Splitting {
    /// Which part the value at decoded tokens goes to.
    pub fn part<S: AsRef<str>>(&self, tokens: &[S]) -> SplitPart {
        self.split.part(tokens, self.subset.as_deref())
    }

    /// How a document is divided. A text that is no JSON to its end is not.
    pub(super) fn divide(&self, document: &Document) -> Division {
        let mut division = Division::default();
        if document.error().is_some() || document.is_empty() || document.kind(0) != Kind::Object {
            return division;
        }
        let Division { stay, moved } = &mut division;
        let mut node = 1;
        while node < document.len() as NodeId {
            let tokens = document.tokens(node);
            let is_object = document.kind(node) == Kind::Object && document.count(node) > 0;
            let part = self.part(&tokens);
            match part {
                SplitPart::Subset => moved.push(node),
                SplitPart::Both if tokens.first().is_some_and(|name| destination::is_copied(name)) => {}
                SplitPart::Both | SplitPart::Remainder if is_object && (part == SplitPart::Both || self.subset.is_none()) => {
                    node += 1;
                    continue;
                }
                SplitPart::Both | SplitPart::Remainder => stay.push(node),
            }
            node = document.end(node);
        }
        division
    }
}

/// The outermost members that only one of the parts of a document gets.
#[derive(Debug, Default)]
pub(super) struct Division {
    /// Those of the remainder.
    stay: Vec<NodeId>,
    /// Those of the subset.
    moved: Vec<NodeId>,
}

/// A document, or what one table gets of it.
#[derive(Debug, Clone)]
pub(super) struct Share {
    pub document: Arc<Document>,
    /// The value of the whole document by value of the part, ascending; `None` where the part is the whole.
    kept: Option<Vec<NodeId>>,
}

impl Share {
    /// The whole document.
    pub(super) fn whole(document: Arc<Document>) -> Self {
        Share { document, kept: None }
    }

    /// The part of a document that is divided so.
    pub(super) fn part(document: &Arc<Document>, division: &Division, part: SplitPart) -> Self {
        match part {
            SplitPart::Remainder => Share::without(document, &division.moved),
            SplitPart::Subset => Share::without(document, &division.stay),
            SplitPart::Both => Share::whole(document.clone()),
        }
    }

    /// The document without members, which come in its order and are not inside each other. They become blanks, so that bytes keep their places.
    fn without(document: &Arc<Document>, members: &[NodeId]) -> Self {
        if members.is_empty() {
            return Share::whole(document.clone());
        }
        let mut text = document.text().to_vec();
        let mut kept = Vec::with_capacity(document.len());
        let mut next = 0;
        for &member in members {
            blank(&mut text, document.member_span(member));
            kept.extend(next..member);
            next = document.end(member);
        }
        kept.extend(next..document.len() as NodeId);
        Share { document: Arc::new(Document::parse(text)), kept: Some(kept) }
    }

    /// The value of the whole document that a value of the part is.
    pub(super) fn outside(&self, node: NodeId) -> NodeId {
        self.kept.as_ref().map_or(node, |kept| kept.get(node as usize).copied().unwrap_or(0))
    }

    /// The value of the part that a value of the whole document is, where it has it.
    pub(super) fn inside(&self, node: NodeId) -> Option<NodeId> {
        match &self.kept {
            Some(kept) => kept.binary_search(&node).ok().map(|at| at as NodeId),
            None => Some(node),
        }
    }
}

/// Takes a member out of an object: its text and the comma behind it, or before it where it is the last.
fn blank(text: &mut [u8], member: std::ops::Range<usize>) {
    text[member.clone()].fill(b' ');
    let is_space = |byte: &u8| byte.is_ascii_whitespace();
    let behind = text[member.end..].iter().position(|byte| !is_space(byte)).map(|at| member.end + at);
    // Only of the last member: what stands before it may be long and blank by now.
    let before = || text[..member.start].iter().rposition(|byte| !is_space(byte));
    let comma = behind.filter(|&at| text[at] == b',').or_else(|| before().filter(|&at| text[at] == b','));
    if let Some(comma) = comma {
        text[comma] = b' ';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splitting(subset: Option<&str>) -> Splitting {
        let split = Split::of("telemetry", "main", "4").unwrap();
        Splitting { split, subset: subset.map(|text| Arc::new(Schema::parse("s", text.into()).unwrap())) }
    }

    const WHOLE: &str =
        r#"{"clientId": "c", "payload": {"USE_COUNTER2_A": {"sum": [1, {"x": 2}]}, "info": 1, "USE_COUNTER2_B" : 3 }, "v": 4}"#;

    fn texts(splitting: &Splitting, text: &str) -> [String; 2] {
        let document = Arc::new(Document::parse(text.as_bytes()));
        [SplitPart::Remainder, SplitPart::Subset].map(|part| {
            let share = Share::part(&document, &splitting.divide(&document), part);
            assert!(share.document.error().is_none());
            for node in 0..share.document.len() as NodeId {
                let outside = share.outside(node);
                assert_eq!(share.inside(outside), Some(node));
                assert_eq!(share.document.tokens(node), document.tokens(outside));
            }
            String::from_utf8(share.document.text().to_vec()).unwrap().replace(' ', "")
        })
    }

    #[test]
    fn a_document_is_cut_in_two() {
        let parts = [
            r#"{"clientId":"c","payload":{"info":1},"v":4}"#,
            r#"{"clientId":"c","payload":{"USE_COUNTER2_A":{"sum":[1,{"x":2}]},"USE_COUNTER2_B":3}}"#,
        ];
        assert_eq!(texts(&splitting(None), WHOLE), parts);
        let schema = r#"{"properties": {"payload": {"properties": {"USE_COUNTER2_A": {}, "USE_COUNTER2_B": {"type": "object"}}}}}"#;
        assert_eq!(texts(&splitting(Some(schema)), WHOLE), parts);
        let less = r#"{"properties": {"payload": {"properties": {"USE_COUNTER2_B": {}}}}}"#;
        assert_eq!(texts(&splitting(Some(less)), WHOLE)[1], r#"{"clientId":"c","payload":{"USE_COUNTER2_B":3}}"#);
    }

    #[test]
    fn what_has_no_member_for_a_part_leaves_it_empty() {
        assert_eq!(texts(&splitting(None), r#"{"a": {"USE_COUNTER2_A": 1}}"#), [r#"{"a":{}}"#, r#"{"a":{"USE_COUNTER2_A":1}}"#]);
        assert_eq!(texts(&splitting(None), r#"{"a": 1, "b": 2}"#)[1], "{}");
        let broken = Arc::new(Document::parse(&br#"{"a": {"USE_COUNTER2_A": 1}, "#[..]));
        assert_eq!(Share::part(&broken, &splitting(None).divide(&broken), SplitPart::Subset).inside(2), Some(2));
    }
}
