//! Any bytes as a payload, and as a document.
#![no_main]

use libfuzzer_sys::fuzz_target;
use misfit::pipeline::document::{Document, PathStyle};
use misfit::pipeline::verdict::judge::jackson;
use misfit::rows::payload::{Payload, decode};
use misfit_guided::is_safe;

fuzz_target!(|bytes: &[u8]| {
    let decoded = decode(Payload::Bytes(bytes.to_vec()));
    decoded.problems.iter().for_each(|problem| is_safe(problem));
    for text in [decoded.text, bytes.into()] {
        let document = Document::parse(text);
        for node in 0..document.len() as u32 {
            assert!(document.span(node).end <= document.text().len() && document.end(node) > node);
            let _ = (document.path(node, PathStyle::Pointer), document.string(node));
        }
        let _ = jackson::parse_verdict(document.text());
    }
});
