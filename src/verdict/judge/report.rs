//! Failures with their places in document and schema.
//!
//! Owns: turning what a run found into what people and programs are told.
//! Refuses: finding it (walk), the plain sentence's words (sentence).

use super::run::{Run, Stop};
use super::sink::Leaf;
use super::{Doubt, Violation, message};
use crate::schemas::Schema;

/// A failure, told in full.
pub(super) fn violation(run: &Run<'_>, schema: &Schema, leaf: &Leaf) -> Violation {
    let sub = run.program.sub(leaf.sub);
    let tokens = run.document.tokens(leaf.at.node);
    let pointer = message::pointer(&tokens, &leaf.again);
    Violation {
        message: format!("{pointer}: {}", leaf.text),
        keyword: leaf.keyword,
        pointer,
        tokens,
        instance: leaf.at.node,
        about_name: leaf.at.is_name,
        key: leaf.key.clone(),
        schema_pointer: schema.pointer(sub.node),
        node: sub.node,
        literal: schema.keyword(sub.node, leaf.keyword).is_some(),
        located: sub.located,
        sentence: String::new(),
    }
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
            Stop::TooDeep => "nested too deep to be judged to the end".to_owned(),
            Stop::TooMuch => "takes too long to be judged to the end".to_owned(),
        },
    });
    patterns.chain(stopped).collect()
}
