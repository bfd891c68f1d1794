//! Any bytes as a table layout, and a document in it: the bytes are parted at the first line break.
#![no_main]

use libfuzzer_sys::fuzz_target;
use misfit::pipeline::document::Document;
use misfit::pipeline::layout::Layout;
use misfit::pipeline::sink::{Submission, transform};
use misfit_guided::is_safe;

fuzz_target!(|bytes: &[u8]| {
    let at = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    match Layout::parse(&bytes[..at]) {
        Err(reason) => is_safe(&reason),
        Ok(layout) => {
            let document = Document::parse(bytes[at..].to_vec());
            if document.is_empty() {
                return;
            }
            let submission = Submission::of(Vec::new(), false);
            let made = transform(&layout, &document, &submission);
            let landed = made.beside(&layout, &document);
            if let Err(refusal) = landed.row() {
                is_safe(&landed.why_refused(refusal));
            }
            landed.warnings(3).list.iter().for_each(|warning| is_safe(&warning.sentence));
        }
    }
});
