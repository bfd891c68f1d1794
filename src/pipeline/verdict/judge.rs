//! The pipeline's judgement replayed: its one error, byte for byte, and every violation behind it.
//!
//! Owns: compiling a schema once to judge many documents, verdicts, violations, what could not be judged.
//! Refuses: reading payloads (payload), finding a node from a message alone (the rest of verdict), network references.
//!
//! The pipeline validates with Everit json-schema 1.14.4, stopping at its first error, on org.json values read by Jackson 2.15.4. What it does
//! was observed by running it; the modules below name the rule that each follows.

mod breaches;
mod cause;
mod compile;
mod decode;
mod describe;
mod formats;
mod glance;
pub mod jackson;
mod java_regex;
mod members;
mod message;
mod names;
mod numbers;
mod pattern;
mod program;
mod rank;
mod report;
mod run;
mod runs;
mod sentence;
mod sink;
mod spell;
mod tree;
mod valid;
mod walk;

use std::sync::Arc;

use crate::pipeline::document::{Document, NodeId};
use crate::pipeline::fault::Keyword;
use crate::pipeline::names::snake_case;
use crate::pipeline::schema::Schema;
pub use breaches::Breaches;
use cause::Leaves;
use compile::{MOST_NESTED, NESTED_SHALLOW, SchemaRefusal};
use program::Program;
use run::{DEEPEST, JudgeStop, JudgedSubject, Run, SHALLOW};
pub use sentence::CausePhrase;
use sink::{Leaf, LeafWords, Sink};
use valid::first::{self, FirstLook, LeftValues};

/// Stack for documents or schemas that are nested deep.
const BIG_STACK: usize = 256 << 20;

/// Violations behind a combinator that are looked at to find its nearest branch.
const MOST_BEHIND: usize = 10_000;

/// Does work that needs more stack than threads usually have; `None` where the system has none to give.
fn on_big_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(BIG_STACK).spawn_scoped(scope, work);
        thread.ok().and_then(|thread| thread.join().ok())
    })
}

/// A schema ready to judge documents; threads may share it.
pub struct Judge {
    schema: Arc<Schema>,
    program: Program,
}

/// A document to be judged.
#[derive(Clone, Copy)]
pub struct JudgeInput<'a> {
    document: &'a Document,
    stripped: bool,
}

impl<'a> JudgeInput<'a> {
    /// A payload: the decoder takes `metadata`, `submission_timestamp`, `document_id`, `sample_id` and the `normalized_…` members off its top
    /// before validating.
    pub fn payload(document: &'a Document) -> Self {
        JudgeInput { document, stripped: true }
    }
}

/// The document exactly as it is.
impl<'a> From<&'a Document> for JudgeInput<'a> {
    fn from(document: &'a Document) -> Self {
        JudgeInput { document, stripped: false }
    }
}

/// Schemas of this namespace describe what the decoder makes of a payload's surroundings; no payload is of it.
const METADATA: &str = "metadata";

/// A document as the validator gets it: of payloads the decoder takes members away first.
pub fn input<'a>(namespace: &str, document: &'a Document) -> JudgeInput<'a> {
    if is_payload(namespace) { JudgeInput::payload(document) } else { JudgeInput::from(document) }
}

/// Whether documents of a namespace are payloads.
pub fn is_payload(namespace: &str) -> bool {
    snake_case(namespace) != METADATA
}

/// What the pipeline makes of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Passed or failed, as far as could be judged.
    pub outcome: Outcome,
    /// What could not be judged, and so counts as fulfilled. Empty for nearly every document: then the outcome is certain.
    pub doubts: Vec<Doubt>,
}

/// Passed or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The validator finds nothing wrong.
    Pass,
    /// The one error that it reports.
    Fail(Box<Violation>),
}

/// One broken keyword.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// In the validator's words, without the exception's class: `#/a: expected type: String, found: Null`.
    pub message: String,
    /// The keyword that broke, as JSON Schema calls it; `false` for the schema that nothing fits.
    pub keyword: Keyword,
    /// The instance location as the validator writes it. Among several violations of one value it escapes `~`, `/`, `\` and `"` in the tokens above
    /// once more, a slip of the validator that is kept; `tokens` are right.
    pub pointer: String,
    /// Decoded tokens of the instance location: of the object for a missing or extraneous key, down to the name for one that breaks `propertyNames`.
    pub tokens: Vec<String>,
    /// The value in the document (the member, where its name is at fault).
    pub instance: NodeId,
    /// Whether the member's name is at fault, not its value.
    pub about_name: bool,
    /// The key that is missing or too many.
    pub key: Option<String>,
    /// RFC 6901 pointer of the node in the schema file; the empty text is the root.
    pub schema_pointer: String,
    /// That node.
    pub node: NodeId,
    /// Whether the node holds the keyword; false for the unwritten `anyOf` of a list of types and the unwritten `allOf`.
    pub literal: bool,
    /// Whether the validator knows the node's location; it does not for the parts of a node that it splits.
    pub located: bool,
    /// The violation in plain words.
    pub sentence: String,
}

/// What could not be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The schema node that asked.
    pub schema_pointer: String,
    /// The pattern or limit, and the reason, in words.
    pub what: String,
}

/// What the pipeline reports of a document, without words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The keyword that broke.
    pub keyword: Keyword,
    /// The value in the document (the member, where its name is at fault).
    pub instance: NodeId,
    /// Whether the member's name is at fault, not its value.
    pub about_name: bool,
    /// The key that is missing or too many.
    pub key: Option<String>,
    /// The node in the schema file that asked.
    pub node: NodeId,
}

/// All violations of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations {
    /// The first of them, in the validator's order, up to the limit that was asked for.
    pub list: Vec<Violation>,
    /// How many there are, exactly.
    pub count: u64,
    /// The same with the combinators that they stand behind.
    pub tree: Vec<Refused>,
    /// What is really broken: of combinators what their nearest branches say. What the pipeline reports first.
    pub causes: Vec<Cause>,
    /// What could not be judged.
    pub doubts: Vec<Doubt>,
}

/// What is broken: one keyword, or a combinator with what its branches say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Position in [`Violations::list`].
    Leaf(usize),
    /// Written or unwritten `anyOf`, `oneOf`, `allOf`, or a condition.
    Branches(Box<Branches>),
}

/// A combinator that is not fulfilled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branches {
    /// The combinator's own failure: what the pipeline reports where it is the first.
    pub violation: Violation,
    /// Its branches, the nearest to the value first.
    pub branches: Vec<Branch>,
    /// Position in [`Violations::list`], where no branch is broken: too many fit.
    pub itself: Option<usize>,
}

/// One thing that is really wrong. Where the validator names a combinator, the innermost violation of the branch that comes nearest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What is broken. Of several violations of which mending one is enough: the one place that they have in common, else the combinator.
    pub violation: Violation,
    /// In plain words, without a full stop; where branches are equally near, each as an alternative.
    pub sentence: String,
    /// The sentence without its place, where it is about one value that has alternatives.
    pub phrase: Option<CausePhrase>,
    /// The violations of which mending one is enough; one where it is clear which branch is meant.
    pub ways: Vec<Violation>,
}

/// One branch of a combinator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// From 1, as the schema lists them.
    pub number: usize,
    /// RFC 6901 pointer of its schema node; parts of a node that the validator splits share that node.
    pub schema_pointer: String,
    /// That node.
    pub node: NodeId,
    /// What it is for: its title, or the kind of value.
    pub wanted: String,
    /// Whether the value fits it.
    pub valid: bool,
    /// Whether it is among those that the value does not fit and none is nearer.
    pub is_nearest: bool,
    /// Why it is as near as it is; empty where the value fits it.
    pub why: String,
    /// What the value breaks of it.
    pub broken: Vec<Refused>,
}

/// Whether a keyword's failure stands for what its branches say.
pub fn is_combinator(keyword: Keyword) -> bool {
    matches!(keyword, "anyOf" | "oneOf" | "allOf" | "then" | "else")
}

impl Outcome {
    fn of(first: Option<Violation>) -> Self {
        first.map_or(Outcome::Pass, |violation| Outcome::Fail(Box::new(violation)))
    }
}

impl Violation {
    /// The message as if nothing else were broken: its pointer escaped once.
    pub fn alone(&self) -> String {
        format!("{}{}", self.plain_pointer(), self.message.get(self.pointer.len()..).unwrap_or_default())
    }

    /// The instance location as the validator writes it where nothing else is broken.
    pub fn plain_pointer(&self) -> String {
        message::pointer(&self.tokens, &[])
    }
}

impl Violations {
    /// How many things are really wrong. Of what is not listed in full each counts.
    pub fn wrong(&self) -> u64 {
        self.causes.len() as u64 + self.count.saturating_sub(self.list.len() as u64)
    }
}

impl Judge {
    /// Compiles a schema. The reason for a refusal names place and fault as the validator's loader does.
    pub fn compile(schema: Arc<Schema>) -> Result<Self, String> {
        let program = match compile::compile(&schema, NESTED_SHALLOW) {
            Err(SchemaRefusal::TooDeep(reason)) => {
                on_big_stack(|| compile::compile(&schema, MOST_NESTED)).unwrap_or(Err(SchemaRefusal::TooDeep(reason)))
            }
            done => done,
        };
        match program {
            Ok(program) => Ok(Judge { schema, program }),
            Err(SchemaRefusal::TooDeep(reason) | SchemaRefusal::Wrong(reason)) => Err(reason),
        }
    }

    /// The schema that it judges by.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The pipeline's verdict.
    pub fn verdict<'a>(&'a self, input: impl Into<JudgeInput<'a>>) -> Verdict {
        self.reported(input.into(), report::violation)
    }

    /// The same without a plain sentence about what is broken.
    pub fn verdict_untold<'a>(&'a self, input: impl Into<JudgeInput<'a>>) -> Verdict {
        self.reported(input.into(), |run, schema, leaf, words| report::untold(run, schema, leaf, words))
    }

    fn reported<'a>(
        &'a self,
        input: JudgeInput<'a>,
        tell: impl Fn(&mut Run<'a>, &Schema, &Leaf<'a>, &LeafWords) -> Violation + Sync,
    ) -> Verdict {
        let Some((run, first)) = self.ask(input, |run| {
            let first = run.reported(self.program.root)?;
            let words = report::words(run, &first);
            Some(tell(run, &self.schema, &first, &words))
        }) else {
            return Verdict { outcome: Outcome::Pass, doubts: Vec::new() };
        };
        Verdict { outcome: Outcome::of(first), doubts: report::doubts(&run, &self.schema) }
    }

    /// Whether the document passes.
    pub fn passes<'a>(&'a self, input: impl Into<JudgeInput<'a>>) -> bool {
        let input = input.into();
        let JudgeInput { document, stripped } = input;
        if document.is_empty() {
            return true;
        }
        if let Some(passes) = self.passes_cheaply(input) {
            return passes;
        }
        let with_depth = |most_depth| {
            let mut run = Run::new(&self.program, document, stripped, most_depth);
            let passes = run.valid(self.program.root, JudgedSubject::value(0));
            (passes, run.stop)
        };
        match with_depth(SHALLOW) {
            (passes, Some(JudgeStop::TooDeep)) => on_big_stack(|| with_depth(DEEPEST)).map_or(passes, |(passes, _)| passes),
            (passes, _) => passes,
        }
    }

    /// Whether it passes, by what is cheapest first; `None` where judging it may be given up, for then the order tells where, or where one member may
    /// replace another.
    fn passes_cheaply(&self, JudgeInput { document, stripped }: JudgeInput<'_>) -> Option<bool> {
        if !run::is_judged_to_its_end(self.program.effort, document) {
            return None;
        }
        let mut left = LeftValues::new();
        match first::look(&self.program, document, stripped, &mut left) {
            FirstLook::Fails => return Some(false),
            FirstLook::Unknown => return None,
            FirstLook::Left => {}
        }
        let mut run = Run::new(&self.program, document, stripped, SHALLOW);
        match left.iter().find(|&&(sub, value)| !run.valid_by_rules(sub, JudgedSubject::value(value))) {
            Some(&(_, failed)) => first::is_fatal(document, failed).then_some(false),
            None => Some(true),
        }
    }

    /// Everything that the document breaks, without a word; `limit` violations are kept, all are counted.
    pub fn breaches<'a>(&'a self, input: impl Into<JudgeInput<'a>>, limit: usize) -> Breaches<'a> {
        let found = self.ask(input.into(), |run| {
            let mut sink = Sink::all(limit);
            if !run.valid(self.program.root, JudgedSubject::value(0)) {
                run.walk_all(self.program.root, &mut sink);
            }
            sink
        });
        Breaches::new(&self.schema, found)
    }

    /// Every violation, `limit` of them in full.
    pub fn violations<'a>(&'a self, input: impl Into<JudgeInput<'a>>, limit: usize) -> Violations {
        self.breaches(input, limit).told()
    }

    /// The pipeline's verdict with every violation, `limit` of them in full: both at the price of one look at a document that passes.
    pub fn examined<'a>(&'a self, input: impl Into<JudgeInput<'a>>, limit: usize) -> (Verdict, Violations) {
        let root = self.program.root;
        let asked = self.ask(input.into(), |run| {
            if run.valid(root, JudgedSubject::value(0)) {
                return (None, report::doubts(run, &self.schema), Violations::default());
            }
            let mut sink = Sink::all(limit);
            run.walk_all(root, &mut sink);
            let (all, first) = breaches::tell(run, &self.schema, &mut sink);
            if let (Some(first), true) = (first, run.is_certain()) {
                return (Some(first), Vec::new(), all);
            }
            // What could not be judged on the way to the first is less than what could not on the way to all.
            let mut run = run.anew();
            let first = run.reported(root).map(|leaf| {
                let words = report::words(&run, &leaf);
                report::violation(&mut run, &self.schema, &leaf, &words)
            });
            (first, report::doubts(&run, &self.schema), all)
        });
        let Some((run, (first, of_verdict, all))) = asked else {
            return (Verdict { outcome: Outcome::Pass, doubts: Vec::new() }, Violations::default());
        };
        let verdict = Verdict { outcome: Outcome::of(first), doubts: of_verdict };
        (verdict, Violations { doubts: report::doubts(&run, &self.schema), ..all })
    }

    /// What the pipeline reports, without a word: cheap where many documents are only counted. The flag tells whether all could be judged.
    pub fn breach<'a>(&'a self, input: impl Into<JudgeInput<'a>>) -> (Option<Breach>, bool) {
        let asked = self.ask(input.into(), |run| run.reported(self.program.root));
        let Some((run, first)) = asked else { return (None, true) };
        (first.map(|leaf| breaches::breach(&run, &leaf)), run.is_certain())
    }

    /// What is really wrong with what the pipeline reports; nothing where the document passes. Looks only at the value that the report is about.
    pub fn cause<'a>(&'a self, input: impl Into<JudgeInput<'a>>) -> Option<Cause> {
        self.explained(input, 1).and_then(|(_, causes)| causes.into_iter().next())
    }

    /// The message that the pipeline reports, and what is really wrong with what it is about: so many things at most, in the validator's order.
    pub fn explained<'a>(&'a self, input: impl Into<JudgeInput<'a>>, most: usize) -> Option<(String, Vec<Cause>)> {
        let asked = self.ask(input.into(), |run| {
            let reported = run.reported(self.program.root)?;
            let message = report::message(run, &reported);
            let mut sink = Sink::all(MOST_BEHIND);
            if is_combinator(reported.keyword) {
                let _ = run.walk(reported.sub, reported.at, &mut sink);
            } else {
                let _ = sink.add(reported);
            }
            report::word(run, &mut sink);
            let tree = tree::tree(run, &self.schema, &mut sink);
            let mut causes = cause::causes(run, &self.schema, Leaves { sink: &sink, told: &[] }, &tree);
            causes.truncate(most);
            (!causes.is_empty()).then_some((message, causes))
        });
        asked.and_then(|(_, causes)| causes)
    }

    /// Puts a question to a document; again on a big stack where the usual one is too small. The answer comes with what was learned on the way to it;
    /// none for a document without a value.
    fn ask<'a, T: Send>(&'a self, input: JudgeInput<'a>, question: impl Fn(&mut Run<'a>) -> T + Sync) -> Option<(Run<'a>, T)> {
        if input.document.is_empty() {
            return None;
        }
        let with_depth = |most_depth| {
            let mut run = Run::new(&self.program, input.document, input.stripped, most_depth);
            let answer = question(&mut run);
            (run, answer)
        };
        let asked = with_depth(SHALLOW);
        if asked.0.stop != Some(JudgeStop::TooDeep) {
            return Some(asked);
        }
        Some(on_big_stack(|| with_depth(DEEPEST)).unwrap_or(asked))
    }
}
