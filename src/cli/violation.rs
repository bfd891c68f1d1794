//! A broken keyword as scripts read it, the same in every command.

use serde::Serialize;

use crate::pipeline::verdict::judge;

/// One broken keyword.
#[derive(Debug, Serialize)]
pub(super) struct ViolationAnswer<'a> {
    /// Instance pointer as the pipeline writes it.
    pub pointer: &'a str,
    /// The keyword that broke.
    pub keyword: &'a str,
    /// RFC 6901, in `schema_file`.
    pub schema_pointer: &'a str,
    /// As the validator words it, without its class.
    pub message: &'a str,
    /// In plain words.
    pub sentence: &'a str,
    /// Whether it is what is really wrong with the first: the cause, or one of the ways to mend it.
    pub is_cause: bool,
}

impl<'a> ViolationAnswer<'a> {
    /// The violations of a judgement that are listed, in its order.
    pub(super) fn list(violations: &'a judge::Violations) -> Vec<Self> {
        let ways = violations.causes.first().map_or(&[][..], |cause| &cause.ways);
        let told = violations.list.iter().map(|violation| {
            let judge::Violation { pointer, keyword, schema_pointer, message, sentence, .. } = violation;
            ViolationAnswer { pointer, keyword, schema_pointer, message, sentence, is_cause: ways.contains(violation) }
        });
        told.collect()
    }
}

/// What is really wrong, the same in every command. Where several branches are equally near, the sentence tells each, and the place is what they
/// have in common, else the combinator's.
#[derive(Debug, Serialize)]
pub(super) struct CauseAnswer<'a> {
    /// RFC 6901, in the document.
    pub pointer: String,
    /// The keyword that broke.
    pub keyword: &'a str,
    /// RFC 6901, in `schema_file`.
    pub schema_pointer: &'a str,
    /// In plain words.
    pub sentence: &'a str,
}

impl<'a> CauseAnswer<'a> {
    /// The fields of a cause.
    pub(super) fn new(cause: &'a judge::Cause) -> Self {
        let judge::Cause { violation, sentence, .. } = cause;
        let pointer = violation.tokens.iter().map(|token| format!("/{}", token.replace('~', "~0").replace('/', "~1"))).collect();
        CauseAnswer { pointer, keyword: violation.keyword, schema_pointer: &violation.schema_pointer, sentence }
    }
}
