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
}

impl<'a> ViolationAnswer<'a> {
    /// The fields of a violation of the judgement.
    pub(super) fn new(violation: &'a judge::Violation) -> Self {
        let judge::Violation { pointer, keyword, schema_pointer, message, sentence, .. } = violation;
        ViolationAnswer { pointer, keyword, schema_pointer, message, sentence }
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
