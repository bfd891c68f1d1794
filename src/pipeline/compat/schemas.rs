//! Two JSON schemas side by side: which keyword of which node takes fewer documents now, which takes more.
//!
//! Owns: the walk over both, the effect of each keyword, what a branch of `not` or `oneOf` does to it.
//! Refuses: documents that show it (example), the table layouts that both make (transpile).

mod held;
mod keywords;

use rustc_hash::FxHashSet;

use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::schema::Schema;

/// What a change does to the documents that pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SchemaEffect {
    /// Some that passed fail now.
    Tightened,
    /// Some pass now that failed, some fail that passed; or it cannot be told.
    Both,
    /// Some that failed pass now.
    Loosened,
}

impl SchemaEffect {
    /// The word for people and scripts.
    pub fn name(self) -> &'static str {
        match self {
            SchemaEffect::Tightened => "tightened",
            SchemaEffect::Both => "both",
            SchemaEffect::Loosened => "loosened",
        }
    }

    /// The effect of two together; `None` is no effect.
    fn and(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) if a == b => Some(a),
            (Some(_), Some(_)) => Some(SchemaEffect::Both),
            (one, other) => one.or(other),
        }
    }
}

/// How what a node takes counts for the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sense {
    /// What it refuses is refused.
    Same,
    /// What it refuses is taken: below `not`.
    Turned,
    /// Either: below `oneOf`, `if`.
    Either,
}

impl Sense {
    fn of(self, effect: SchemaEffect) -> SchemaEffect {
        match (self, effect) {
            (Sense::Either, _) => SchemaEffect::Both,
            (Sense::Turned, SchemaEffect::Tightened) => SchemaEffect::Loosened,
            (Sense::Turned, SchemaEffect::Loosened) => SchemaEffect::Tightened,
            (_, effect) => effect,
        }
    }

    fn turned(self) -> Self {
        match self {
            Sense::Same => Sense::Turned,
            Sense::Turned => Sense::Same,
            Sense::Either => Sense::Either,
        }
    }
}

/// A keyword that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaChange {
    /// RFC 6901 pointer of the node in the new schema; in the old one where it is gone.
    pub pointer: String,
    /// The keyword.
    pub keyword: String,
    /// What the change does.
    pub effect: SchemaEffect,
    /// What it said.
    pub old: Option<String>,
    /// What it says.
    pub new: Option<String>,
    /// The change in words, without the place.
    pub words: String,
}

/// Most pairs of nodes that are looked at: schemas with references in circles come to an end.
const MOST_PAIRS: usize = 400_000;

/// Most characters of a value that is quoted.
const LONGEST: usize = 80;

struct SchemaWalk<'a> {
    old: &'a Schema,
    new: &'a Schema,
    changes: Vec<SchemaChange>,
    open: Vec<SchemaPlace>,
    seen: FxHashSet<SchemaPlace>,
    /// The nodes at which all is obeyed that is obeyed here: those whose `allOf` leads here, or the nodes themselves.
    whole: (NodeId, NodeId),
}

/// Two nodes that stand for each other, and the whole that they are branches of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct SchemaPlace {
    nodes: (NodeId, NodeId),
    sense: Sense,
    whole: Option<(NodeId, NodeId)>,
}

/// All that is different for documents, what refuses more first, then by place.
pub fn compare(old: &Schema, new: &Schema) -> Vec<SchemaChange> {
    let mut walk = SchemaWalk { old, new, changes: Vec::new(), open: Vec::new(), seen: FxHashSet::default(), whole: (0, 0) };
    walk.later(0, 0, Sense::Same);
    if old.draft() != new.draft() {
        let name = |schema: &Schema| schema.keyword_text(0, "$schema");
        let words = "another draft of JSON Schema: other keywords are obeyed".to_owned();
        let (pointer, keyword, effect) = (String::new(), "$schema".to_owned(), SchemaEffect::Both);
        walk.changes.push(SchemaChange { pointer, keyword, effect, old: name(old), new: name(new), words });
    }
    while let Some(place) = walk.open.pop() {
        let (a, b) = (old.resolve(place.nodes.0), new.resolve(place.nodes.1));
        if walk.seen.len() < MOST_PAIRS && walk.seen.insert(SchemaPlace { nodes: (a, b), ..place }) && !walk.same_text(a, b) {
            walk.whole = place.whole.unwrap_or((a, b));
            walk.node(a, b, place.sense);
        }
    }
    let mut changes = walk.changes;
    changes.sort_by(|a, b| a.effect.cmp(&b.effect).then_with(|| (&a.pointer, &a.keyword).cmp(&(&b.pointer, &b.keyword))));
    changes.dedup();
    changes
}

impl SchemaWalk<'_> {
    /// Two nodes to look at.
    fn later(&mut self, a: NodeId, b: NodeId, sense: Sense) {
        self.open.push(SchemaPlace { nodes: (a, b), sense, whole: None });
    }

    /// Two branches of `allOf`.
    fn branch(&mut self, a: NodeId, b: NodeId, sense: Sense) {
        self.open.push(SchemaPlace { nodes: (a, b), sense, whole: Some(self.whole) });
    }

    /// Whether the other side demands the same elsewhere in the whole: what a keyword says now was demanded before, or is demanded still.
    fn is_held(&self, keyword: &str, effect: SchemaEffect, (old, new): (Option<NodeId>, Option<NodeId>)) -> bool {
        let before = || new.is_some_and(|value| held::holds(self.old, &held::demands(self.old, self.whole.0), keyword, (self.new, value)));
        let still = || old.is_some_and(|value| held::holds(self.new, &held::demands(self.new, self.whole.1), keyword, (self.old, value)));
        match effect {
            SchemaEffect::Tightened => before(),
            SchemaEffect::Loosened => still(),
            SchemaEffect::Both => before() && still(),
        }
    }

    /// Whether both nodes are written alike and name nothing elsewhere, so that they are the same.
    fn same_text(&self, a: NodeId, b: NodeId) -> bool {
        let (old, new) = (self.old.document.raw(a), self.new.document.raw(b));
        old == new && memchr::memmem::find(old, b"$ref").is_none()
    }

    /// The same of a property that stands in one node alone.
    fn is_held_property(&self, key: &str, (old, new): (Option<NodeId>, Option<NodeId>)) -> bool {
        let holds =
            |schema: &Schema, whole: NodeId, of: (&Schema, NodeId)| held::holds_property(schema, &held::demands(schema, whole), key, of);
        match (old, new) {
            (None, Some(value)) => holds(self.old, self.whole.0, (self.new, value)),
            (Some(value), None) => holds(self.new, self.whole.1, (self.old, value)),
            _ => false,
        }
    }

    /// Whether all that the branches of `allOf` demand is demanded on the other side, in whatever branches.
    fn is_same_whole(&self, olds: &[NodeId], news: &[NodeId]) -> bool {
        let (old, new) = (held::demands(self.old, self.whole.0), held::demands(self.new, self.whole.1));
        olds.iter().all(|&branch| held::holds_all(self.new, &new, (self.old, branch)))
            && news.iter().all(|&branch| held::holds_all(self.old, &old, (self.new, branch)))
    }

    fn node(&mut self, a: NodeId, b: NodeId, sense: Sense) {
        let (old, new) = (self.old, self.new);
        // A schema that is true or false takes all or nothing.
        let (a_kind, b_kind) = (old.document.kind(a), new.document.kind(b));
        if a_kind != Kind::Object || b_kind != Kind::Object {
            let takes = |schema: &Schema, node: NodeId, kind: Kind| match kind {
                Kind::Object => schema.document.count(node) == 0,
                _ => schema.document.raw(node) != b"false",
            };
            let effect = match (takes(old, a, a_kind), takes(new, b, b_kind)) {
                (true, true) => return,
                (true, false) => SchemaEffect::Tightened,
                (false, true) => SchemaEffect::Loosened,
                (false, false) if old.document.raw(a) == b"false" => SchemaEffect::Loosened,
                (false, false) => SchemaEffect::Tightened,
            };
            self.change(b, "", effect, sense, (Some(a), Some(b)), "the whole schema here".to_owned());
            return;
        }
        keywords::compare(self, a, b, sense);
    }

    /// Adds a change at a node of the new schema.
    fn change(
        &mut self,
        node: NodeId,
        keyword: &str,
        effect: SchemaEffect,
        sense: Sense,
        (old, new): (Option<NodeId>, Option<NodeId>),
        words: String,
    ) {
        // Of these the value is one member's, which was asked for where it was found alone.
        if !matches!(keyword, "properties" | "patternProperties") && self.is_held(keyword, effect, (old, new)) {
            return;
        }
        let old = old.map(|id| shown(self.old, id));
        let new = new.map(|id| shown(self.new, id));
        let (pointer, keyword) = (self.new.pointer(node), keyword.to_owned());
        self.changes.push(SchemaChange { pointer, keyword, effect: sense.of(effect), old, new, words });
    }
}

/// A value as it is written, cut.
fn shown(schema: &Schema, node: NodeId) -> String {
    schema.document.display_value(node, LONGEST).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &str, new: &str) -> Vec<String> {
        let schema = |text: &str| {
            let text = format!(r#"{{"$schema":"http://json-schema.org/draft-07/schema#",{text}}}"#);
            Schema::parse("t", text.into_bytes()).unwrap_or_else(|error| panic!("{error}"))
        };
        compare(&schema(old), &schema(new)).iter().map(|c| format!("{} #{} {}", c.effect.name(), c.pointer, c.keyword)).collect()
    }

    #[test]
    fn single_keywords_are_tightened_or_loosened() {
        let both = |old: &str, new: &str, keyword: &str| {
            assert_eq!(told(old, new), [format!("tightened # {keyword}")], "{old} -> {new}");
            assert_eq!(told(new, old), [format!("loosened # {keyword}")], "{new} -> {old}");
        };
        both(r#""type":["string","null"]"#, r#""type":"string""#, "type");
        both(r#""type":"number""#, r#""type":"integer""#, "type");
        both(r#""a":1"#, r#""type":"object""#, "type");
        both(r#""enum":[1,2]"#, r#""enum":[2]"#, "enum");
        both(r#""required":["a"]"#, r#""required":["a","b"]"#, "required");
        both(r#""maxLength":5"#, r#""maxLength":3"#, "maxLength");
        both(r#""minimum":1"#, r#""minimum":2.5"#, "minimum");
        both(r#""a":1"#, r#""pattern":"x""#, "pattern");
        both(r#""multipleOf":2"#, r#""multipleOf":4"#, "multipleOf");
        both(r#""a":1"#, r#""uniqueItems":true"#, "uniqueItems");
        both(r#""a":1"#, r#""additionalProperties":false"#, "additionalProperties");
        both(r#""a":1"#, r#""propertyNames":{"maxLength":3}"#, "propertyNames");
        both(r#""anyOf":[{"type":"string"},{"type":"null"}]"#, r#""anyOf":[{"type":"string"}]"#, "anyOf");
        both(r#""allOf":[]"#, r#""allOf":[{"type":"string"}]"#, "allOf");
        assert_eq!(told(r#""not":{"maxLength":5}"#, r#""not":{"maxLength":3}"#), ["loosened #/not maxLength"]);
    }

    #[test]
    fn what_cannot_be_told_is_both() {
        assert_eq!(told(r#""pattern":"a""#, r#""pattern":"b""#), ["both # pattern"]);
        assert_eq!(told(r#""type":"string""#, r#""type":"integer""#), ["both # type"]);
        assert_eq!(told(r#""multipleOf":2"#, r#""multipleOf":3"#), ["both # multipleOf"]);
        assert_eq!(told(r#""oneOf":[{"maxLength":3}]"#, r#""oneOf":[{"maxLength":4}]"#), ["both #/oneOf/0 maxLength"]);
    }

    #[test]
    fn a_new_property_refuses_what_was_open_before() {
        let (without, with) = (r#""properties":{"a":{}}"#, r#""properties":{"a":{},"tax":{"type":"number"}}"#);
        assert_eq!(told(without, with), ["tightened # properties"]);
        assert_eq!(told(with, without), ["loosened # properties"]);
        let closed = |properties: &str| format!(r#"{properties},"additionalProperties":false"#);
        assert_eq!(told(&closed(without), &closed(with)), ["loosened # properties"]);
        let typed = |properties: &str| format!(r#"{properties},"additionalProperties":{{"type":["number","null"]}}"#);
        assert_eq!(told(&typed(without), &typed(with)), ["tightened #/properties/tax type"]);
    }

    #[test]
    fn a_keyword_that_moved_is_demanded_as_before() {
        let definition = |text: &str| format!(r##""allOf":[{{"$ref":"#/definitions/d"}}],"definitions":{{"d":{{{text}}}}}"##);
        let inside = definition(r#""type":"string","maxLength":5,"required":["a"]"#);
        let outside = format!(r#"{},"maxLength": 5,"required":["a"]"#, definition(r#""type":"string""#));
        let inlined = r#""type":"string","maxLength":5,"required":["a"]"#.to_owned();
        let branches = r#""allOf":[{"maxLength":5},{"required":["a"],"type":"string"}]"#.to_owned();
        let all = [inside, outside, inlined, branches];
        for (at, old) in all.iter().enumerate() {
            for new in &all {
                assert!(told(old, new).is_empty(), "{old} -> {new}: {:?}", told(old, new));
            }
            let tighter = all[(at + 1) % 4].replace('5', "4");
            assert!(told(old, &tighter).iter().any(|change| change.starts_with("tightened")), "{old} -> {tighter}");
            let looser = all[(at + 2) % 4].replace(r#"["a"]"#, "[]");
            assert!(told(old, &looser).iter().any(|change| change.starts_with("loosened")), "{old} -> {looser}");
        }
        // What stands beside it is looked at by additionalProperties.
        let closed = r#""properties":{"a":{"type":"string"}},"additionalProperties":false"#;
        let moved = r#""allOf":[{"properties":{"a":{"type":"string"}}}],"additionalProperties":false"#;
        assert!(!told(closed, moved).is_empty());
        let open = r#""properties":{"a":{"type":"string"}}"#;
        assert!(told(open, r#""allOf":[{"properties":{"a":{"type":"string"}}}]"#).is_empty());
    }

    #[test]
    fn references_are_followed_and_circles_end() {
        let old = r##""properties":{"a":{"$ref":"#/definitions/d"}},"definitions":{"d":{"type":"string","maxLength":9,"items":{"$ref":"#/definitions/d"}}}"##;
        assert_eq!(told(old, &old.replace('9', "8")), ["tightened #/definitions/d maxLength"]);
        assert!(told(old, old).is_empty());
    }
}
