//! Any bytes as a JSON schema, and a document judged by it: the bytes are parted at the first line break.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use misfit::pipeline::document::Document;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::transpile;
use misfit::pipeline::verdict::judge::{Judge, JudgeInput, Outcome};
use misfit_guided::is_safe;

fuzz_target!(|bytes: &[u8]| {
    let at = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let Ok(schema) = Schema::parse("a/b/b.1.schema.json", bytes[..at].to_vec()) else { return };
    let schema = Arc::new(schema);
    if let Err(stop) = transpile::layout(&schema) {
        is_safe(&stop.to_string());
    }
    let Ok(judge) = Judge::compile(schema) else { return };
    let document = Document::parse(bytes[at..].to_vec());
    if document.is_empty() {
        return;
    }
    let input = JudgeInput::payload(&document);
    let (verdict, all) = (judge.verdict(input), judge.violations(input, 3));
    // What is not judged to its end has no answers to agree.
    if verdict.doubts.is_empty() && all.doubts.is_empty() {
        assert_eq!((verdict.outcome == Outcome::Pass, judge.passes(input)), (all.count == 0, all.count == 0));
    }
});
