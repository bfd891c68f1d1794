//! The payload column: bytes as the pipeline stored them -> document text.
//!
//! Owns: gzip or plain, bounded decoding, the text's encoding, what is wrong with the bytes in words.
//! Refuses: base64 (source), JSON (document).

mod encoding;
pub mod holding;
mod usual;
mod written;

use std::io::Read;
use std::sync::Arc;

use flate2::bufread::GzDecoder;

use crate::ground::contained::ContainedReader;
use crate::ground::text;
pub(crate) use written::of_base64;

/// Most bytes that a payload may have once decoded. What lies beyond is cut off and said.
pub const MOST_DECODED: usize = 64 << 20;

/// How every gzip stream begins.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// What a row holds as payload, before any decoding but base64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Payload {
    /// The source has no payload column (the monitoring views), or it is NULL.
    #[default]
    Absent,
    /// The column's bytes: gzip as the pipeline writes it, or plain.
    Bytes(Vec<u8>),
    /// The text is not base64; kept as it stands.
    NotBase64(String),
}

impl Payload {
    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        match self {
            Payload::Absent => 0,
            Payload::Bytes(bytes) => bytes.len(),
            Payload::NotBase64(text) => text.len(),
        }
    }
}

/// A payload, decoded as far as it can be.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The document's text; empty where there is none.
    pub text: Arc<[u8]>,
    /// How the payload was stored.
    pub form: PayloadForm,
    /// What is wrong: not base64, a truncated gzip stream, more than [`MOST_DECODED`] bytes, not UTF-8 …, one sentence each.
    pub problems: Vec<String>,
    /// Whether all of the text is there.
    pub is_whole: bool,
    /// Bytes before decoding.
    pub stored: usize,
}

/// How a payload was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadForm {
    /// No payload column, or NULL.
    Absent,
    /// gzip.
    Gzip,
    /// As it is.
    Plain,
    /// Begins like gzip and is not, or is not base64: shown as it is.
    Broken,
}

impl PayloadForm {
    /// One word for people and output.
    pub fn name(self) -> &'static str {
        match self {
            PayloadForm::Absent => "absent",
            PayloadForm::Gzip => "gzip",
            PayloadForm::Plain => "plain",
            PayloadForm::Broken => "broken",
        }
    }
}

/// Decodes a payload that is kept; never fails.
pub fn decode_kept(payload: &Payload) -> Decoded {
    match payload {
        Payload::Bytes(bytes) => usual::decode(bytes).unwrap_or_else(|| decode_any(payload.clone())),
        _ => decode_any(payload.clone()),
    }
}

/// Decodes a payload; never fails.
pub fn decode(payload: Payload) -> Decoded {
    match &payload {
        Payload::Bytes(bytes) => usual::decode(bytes).unwrap_or_else(|| decode_any(payload)),
        _ => decode_any(payload),
    }
}

/// The same of any payload, whatever is wrong with it.
fn decode_any(payload: Payload) -> Decoded {
    let mut problems = Vec::new();
    let mut ends = true;
    let (mut bytes, stored, form) = match payload {
        Payload::Absent => (Vec::new(), 0, PayloadForm::Absent),
        Payload::NotBase64(text) => {
            problems.push("The payload is not base64; it is shown as it is.".to_owned());
            let stored = text.len();
            (text.into_bytes(), stored, PayloadForm::Broken)
        }
        Payload::Bytes(bytes) if bytes.starts_with(GZIP) => {
            let stored = bytes.len();
            let (bytes, form, whole) = gunzip(bytes, &mut problems);
            ends = whole;
            (bytes, stored, form)
        }
        Payload::Bytes(bytes) => {
            let stored = bytes.len();
            (bytes, stored, PayloadForm::Plain)
        }
    };
    let is_whole = ends && form != PayloadForm::Broken && bytes.len() <= MOST_DECODED;
    if bytes.len() > MOST_DECODED {
        bytes.truncate(MOST_DECODED);
        problems.push(format!("The payload is larger than {}; it is cut there.", text::bytes(MOST_DECODED as u64)));
    }
    if form != PayloadForm::Absent && bytes.is_empty() {
        problems.push("The payload is empty.".to_owned());
    }
    // What is broken is no text: nothing to learn from its encoding.
    let bytes = if form == PayloadForm::Broken { bytes } else { encoding::to_utf8(bytes, &mut problems) };
    Decoded { text: bytes.into(), form, problems, is_whole, stored }
}

/// Unpacks all members of a gzip stream, and says whether that is all of it. What came out before an error is kept; where nothing did, the
/// bytes stay as they are.
fn gunzip(bytes: Vec<u8>, problems: &mut Vec<String>) -> (Vec<u8>, PayloadForm, bool) {
    let mut out = Vec::with_capacity(unpacked_length(&bytes));
    let mut rest = &bytes[..];
    while rest.starts_with(GZIP) {
        // One byte more than allowed tells that there is more.
        let room = (MOST_DECODED + 1 - out.len()) as u64;
        let outcome = ContainedReader::new(GzDecoder::new(&mut rest)).take(room).read_to_end(&mut out);
        if out.len() > MOST_DECODED {
            return (out, PayloadForm::Gzip, false);
        }
        if let Err(error) = outcome {
            let (after, why) = (text::count(out.len() as u64), reason(&error));
            if out.is_empty() {
                problems.push(format!("The payload begins like gzip and {why}; it is shown as it is."));
                return (bytes, PayloadForm::Broken, false);
            }
            problems.push(format!("The gzip stream {why} after {after} bytes of text; what came before is kept."));
            return (out, PayloadForm::Gzip, false);
        }
    }
    if !rest.is_empty() {
        problems.push(format!("{} bytes after the gzip stream are ignored.", text::count(rest.len() as u64)));
    }
    (out, PayloadForm::Gzip, true)
}

/// How long a gzip stream says it is unpacked; as far as any stream of its length can be so. It may say anything: a room that is too small grows.
fn unpacked_length(bytes: &[u8]) -> usize {
    // Deflate packs at most 1,032 bytes into one.
    const MOST_PACKED: usize = 1032;
    // A reader looks for more behind the end.
    const BEHIND: usize = 32;
    let said = bytes.last_chunk().map_or(0, |last| u32::from_le_bytes(*last) as usize);
    said.saturating_add(BEHIND).min(bytes.len().saturating_mul(MOST_PACKED)).min(MOST_DECODED)
}

fn reason(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "ends too early",
        _ => "is damaged",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).and_then(|()| encoder.finish()).unwrap_or_default()
    }

    fn bytes(bytes: impl Into<Vec<u8>>) -> Decoded {
        decode(Payload::Bytes(bytes.into()))
    }

    #[test]
    fn gzip_and_plain_payloads_are_not_odd() {
        for payload in [gzip(b"{\"a\":1}"), b"{\"a\":1}".to_vec(), [gzip(b"{\"a\""), gzip(b":1}")].concat()] {
            let decoded = bytes(payload.clone());
            assert_eq!((&*decoded.text, decoded.stored), (&b"{\"a\":1}"[..], payload.len()));
            assert!(decoded.problems.is_empty(), "{:?}", decoded.problems);
        }
        assert_eq!(decode(Payload::Absent).form, PayloadForm::Absent);
    }

    #[test]
    fn what_is_wrong_is_said_and_the_rest_is_kept() {
        let text = "{\"key\": \"value\"}".repeat(10_000);
        let whole = gzip(text.as_bytes());
        let cut = bytes(&whole[..whole.len() / 2]);
        assert!(cut.problems[0].contains("ends too early after"), "{:?}", cut.problems);
        assert!(!cut.text.is_empty() && text.as_bytes().starts_with(&cut.text));

        let broken = bytes(*b"\x1f\x8bnot gzip");
        assert_eq!((broken.form, &*broken.text), (PayloadForm::Broken, &b"\x1f\x8bnot gzip"[..]));
        assert!(broken.problems[0].contains("begins like gzip"), "{:?}", broken.problems);

        let trailing = bytes([gzip(b"{}"), b"tail".to_vec()].concat());
        assert_eq!((&*trailing.text, trailing.problems.len()), (&b"{}"[..], 1));
        assert!(bytes(Vec::new()).problems[0].contains("empty"));
        assert!(decode(Payload::NotBase64("?{".into())).problems[0].contains("not base64"));
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let decoded = bytes(gzip(&vec![b' '; MOST_DECODED + 10]));
        assert_eq!((decoded.text.len(), decoded.form), (MOST_DECODED, PayloadForm::Gzip));
        assert!(decoded.problems[0].contains("larger than 64.0 MiB"), "{:?}", decoded.problems);
    }

    proptest! {
        #[test]
        fn the_quick_way_tells_what_the_other_does(text in "[a-z{}\":é]{0,200}", cut in 0..40_usize, at in any::<prop::sample::Index>(), changed in any::<u8>()) {
            let whole = gzip(text.as_bytes());
            let mut damaged = whole.clone();
            damaged[at.index(whole.len())] = changed;
            let cut = whole[..whole.len().saturating_sub(cut)].to_vec();
            for payload in [whole.clone(), damaged, cut, [whole.clone(), whole.clone()].concat(), [whole, b"tail".to_vec()].concat()] {
                let (quick, plain) = (bytes(payload.clone()), decode_any(Payload::Bytes(payload)));
                prop_assert_eq!((quick.text, quick.form, quick.problems, quick.is_whole, quick.stored), (plain.text, plain.form, plain.problems, plain.is_whole, plain.stored));
            }
        }

        #[test]
        fn no_bytes_are_too_bad(tail in proptest::collection::vec(any::<u8>(), 0..200), magic in any::<bool>()) {
            let payload = if magic { [GZIP, &[8], &tail].concat() } else { tail };
            let decoded = bytes(payload.clone());
            prop_assert_eq!(decoded.stored, payload.len());
        }
    }
}
