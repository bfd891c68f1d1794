//! Failures with their places in document and schema.
//!
//! Owns: turning what a run found into what people and programs are told.
//! Refuses: finding it (walk), the plain sentence's words (sentence).

use std::borrow::Cow;

use super::run::{DEEPEST, JudgeStop, Run};
use super::sink::{Leaf, LeafWords, Sink};
use super::{Doubt, Violation, decode, message, sentence};
use crate::ground::text::count;
use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::schema::Schema;

/// Words all leaves of a sink.
pub(super) fn word<'a>(run: &Run<'a>, sink: &mut Sink<'a>) {
    let worded = sink.leaves.iter().zip(sink.escapes()).map(|(leaf, again)| LeafWords { text: message::text(run, leaf), again });
    sink.words = worded.collect();
}

/// What the validator says of a failure where nothing else is broken.
pub(super) fn words(run: &Run<'_>, leaf: &Leaf<'_>) -> LeafWords {
    LeafWords { text: message::text(run, leaf), again: Vec::new() }
}

/// A failure, told in full.
pub(super) fn violation<'a>(run: &mut Run<'a>, schema: &Schema, leaf: &Leaf<'a>, words: &LeafWords) -> Violation {
    Violation { sentence: sentence::sentence(run, schema, leaf), ..untold(run, schema, leaf, words) }
}

/// One that was told before, as it is told where nothing else is broken.
pub(super) fn alone(told: &Violation) -> Violation {
    Violation { message: told.alone(), pointer: told.plain_pointer(), ..told.clone() }
}

/// A failure without its sentence.
pub(super) fn untold<'a>(run: &Run<'a>, schema: &Schema, leaf: &Leaf<'a>, words: &LeafWords) -> Violation {
    let sub = run.program.sub(leaf.sub);
    let tokens = tokens(run.document, leaf.at.node);
    let pointer = message::pointer(&tokens, &words.again);
    Violation {
        message: format!("{pointer}: {}", words.text),
        keyword: leaf.keyword,
        pointer,
        tokens,
        instance: leaf.at.node,
        about_name: leaf.at.is_name,
        key: message::key(run, leaf).map(Cow::into_owned),
        schema_pointer: schema.pointer(sub.node),
        node: sub.node,
        literal: schema.keyword(sub.node, leaf.keyword).is_some(),
        located: sub.located,
        sentence: String::new(),
    }
}

/// Its message alone.
pub(super) fn message(run: &Run<'_>, leaf: &Leaf<'_>) -> String {
    format!("{}: {}", message::pointer(&tokens(run.document, leaf.at.node), &[]), message::text(run, leaf))
}

/// Decoded keys and positions from the root to the node.
fn tokens(document: &Document, node: NodeId) -> Vec<String> {
    let chain = document.ancestors(node).filter(|&node| document.parent(node).is_some());
    let mut tokens: Vec<String> = chain
        .map(|node| match document.raw_key(node) {
            Some(_) => decode::name(document, node).into_owned(),
            None => document.index(node).to_string(),
        })
        .collect();
    tokens.reverse();
    tokens
}

/// What could not be judged.
pub(super) fn doubts(run: &Run<'_>, schema: &Schema) -> Vec<Doubt> {
    let patterns = run.unrunnable.iter().map(|(pattern, sub, reason)| Doubt {
        schema_pointer: schema.pointer(run.program.sub(*sub).node),
        what: format!("the pattern {} cannot be run: {reason}", run.program.pattern(*pattern).text),
    });
    let stopped = run.stop.map(|stop| Doubt {
        schema_pointer: String::new(),
        what: match stop {
            JudgeStop::TooDeep => {
                format!("more than {} schemas inside one another, too deep to be judged to the end", count(DEEPEST.into()))
            }
            JudgeStop::TooMuch => format!("takes more than {} steps, too many to be judged to the end", count(run.most_steps)),
        },
    });
    let unprinted = run.unprinted.iter().map(|&sub| Doubt {
        schema_pointer: schema.pointer(run.program.sub(sub).node),
        what: "the validator breaks off here: it cannot print a schema that would hold a keyword twice".to_owned(),
    });
    patterns.chain(unprinted).chain(stopped).collect()
}
