//! All that a document breaks.
//!
//! Owns: what was found, without a word; telling it.
//! Refuses: finding it (walk), the words (report, cause).

use super::cause::{self, Leaves};
use super::run::Run;
use super::sink::{Leaf, Sink};
use super::{Breach, Violation, Violations, message, on_big_stack, report, tree};
use crate::pipeline::schema::Schema;

/// Everything that a document breaks, as it was found. Messages, places, sentences and causes cost far more than finding it, so they are made only
/// where somebody asks for them.
pub struct Breaches<'a> {
    schema: &'a Schema,
    /// `None` for a document without a value.
    found: Option<(Run<'a>, Sink<'a>)>,
}

impl<'a> Breaches<'a> {
    pub(super) fn new(schema: &'a Schema, found: Option<(Run<'a>, Sink<'a>)>) -> Self {
        Breaches { schema, found }
    }

    /// How many violations there are, exactly.
    pub fn count(&self) -> u64 {
        self.found.as_ref().map_or(0, |(_, sink)| sink.count)
    }

    /// The first of them, in the validator's order, up to the limit that was asked for.
    pub fn list(&self) -> impl Iterator<Item = Breach> {
        self.found.iter().flat_map(|(run, sink)| sink.leaves.iter().map(|leaf| breach(run, leaf)))
    }

    /// The same in words, with what they stand behind and what is really wrong.
    pub fn told(self) -> Violations {
        let Some((mut run, mut sink)) = self.found else { return Violations::default() };
        let deep = if run.is_deep() { on_big_stack(|| tell(&mut run, self.schema, &mut sink).0) } else { None };
        let all = deep.unwrap_or_else(|| {
            run.stay_shallow();
            tell(&mut run, self.schema, &mut sink).0
        });
        Violations { doubts: report::doubts(&run, self.schema), ..all }
    }
}

/// A failure without words.
pub(super) fn breach<'a>(run: &Run<'a>, leaf: &Leaf<'a>) -> Breach {
    Breach {
        keyword: leaf.keyword,
        instance: leaf.at.node,
        about_name: leaf.at.is_name,
        key: message::key(run, leaf).map(Into::into),
        node: run.program.sub(leaf.sub).node,
    }
}

/// All violations, and the one that is reported: the first, or the combinator that it stands behind. `None` where the validator names another node
/// as the first than among all.
pub(super) fn tell<'a>(run: &mut Run<'a>, schema: &Schema, sink: &mut Sink<'a>) -> (Violations, Option<Violation>) {
    report::word(run, sink);
    let first = sink.reported().filter(|leaf| leaf.keyword != "contains");
    let tree = tree::tree(run, schema, sink);
    let worded = sink.leaves.iter().zip(&sink.words);
    let list: Vec<Violation> = worded.map(|(leaf, words)| report::violation(run, schema, leaf, words)).collect();
    let causes = cause::causes(run, schema, Leaves { sink, told: &list }, &tree);
    let reported = first.map(|first| match sink.leaves.first().zip(list.first()) {
        Some((leaf, told)) if *leaf == first => report::alone(told),
        _ => {
            let words = report::words(run, &first);
            report::violation(run, schema, &first, &words)
        }
    });
    (Violations { list, count: sink.count, tree, causes, doubts: Vec::new() }, reported)
}
