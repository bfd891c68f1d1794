//! Payloads and documents: whatever the bytes are, there is a text and an index over it; what serde_json reads is a document, and nothing else.

use std::io::Write;
use std::ops::ControlFlow;

use misfit::pipeline::document::{Document, PathStyle};
use misfit::pipeline::minimize::minimize_unreadable;
use misfit::pipeline::verdict::judge::jackson;
use misfit::rows::payload::{Payload, decode};

use super::dice::Dice;
use super::{fuzz, is_safe};

fn payload(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.json(4).into_bytes();
    if dice.once_in(4) {
        dice.respell(&mut bytes);
    }
    match dice.below(10) {
        0 => bytes = String::from_utf8_lossy(&bytes).encode_utf16().flat_map(u16::to_le_bytes).collect(),
        1 => bytes = String::from_utf8_lossy(&bytes).encode_utf16().flat_map(u16::to_be_bytes).collect(),
        2 => bytes = String::from_utf8_lossy(&bytes).chars().flat_map(|c| u32::from(c).to_be_bytes()).collect(),
        3 => bytes.splice(0..0, *b"\xef\xbb\xbf").for_each(drop),
        _ => {}
    }
    if dice.once_in(2) {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        bytes = packed.write_all(&bytes).and_then(|()| packed.finish()).expect("memory");
        if dice.once_in(2) {
            dice.mutate(&mut bytes);
        }
    }
    bytes
}

#[test]
fn a_payload_is_decoded_whatever_it_is() {
    fuzz("payloads", 4_000, |dice| {
        let bytes = payload(dice);
        let decoded = decode(Payload::Bytes(bytes.clone()));
        assert_eq!(decoded.stored, bytes.len());
        decoded.problems.iter().for_each(|problem| is_safe(problem));
        let document = Document::parse(decoded.text);
        for node in 0..document.len() as u32 {
            let (span, member) = (document.span(node), document.member_span(node));
            assert!(member.start <= span.start && span.end <= document.text().len() && document.end(node) > node);
            assert_eq!(document.node_at(span.start).map(|found| found >= node), Some(true));
        }
        if dice.once_in(8)
            && jackson::parse_verdict(document.text()).is_err()
            && let Ok(minimal) = minimize_unreadable(document.text(), &mut |_| ControlFlow::Continue(()))
        {
            assert!(jackson::parse_verdict(&minimal.text).is_err() && minimal.text.len() <= document.text().len());
        }
    });
}

#[test]
fn a_document_is_what_serde_json_reads() {
    fuzz("documents", 8_000, |dice| {
        let mut text = dice.json(4).into_bytes();
        if dice.once_in(2) {
            dice.respell(&mut text);
        }
        let document = Document::parse(text.clone());
        let read = serde_json::from_slice::<&serde_json::value::RawValue>(&text);
        let is_whole = document.error().is_none() && document.trailing().is_none() && !document.is_empty();
        // Bytes that are no text are kept as they stand.
        if std::str::from_utf8(&text).is_ok() {
            assert_eq!(is_whole, read.is_ok(), "{}: {:?} and {:?}", String::from_utf8_lossy(&text), document.error(), read.err());
        }
        for node in 0..document.len() as u32 {
            let tokens = document.tokens(node);
            // Of members with one name the last is found.
            if let Ok(found) = document.find(&tokens) {
                assert_eq!(document.tokens(found), tokens);
            }
            let _ = (document.path(node, PathStyle::Pointer), document.string(node), document.children(node).count());
        }
        if let Err(failure) = jackson::parse_verdict(&text) {
            assert!(failure.line > 0 && failure.column > 0);
        }
    });
}
