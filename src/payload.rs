//! The payload column: bytes as the pipeline stored them -> document text.
//!
//! Owns: gzip or plain, bounded decoding, what is wrong with the bytes in words.
//! Refuses: base64 (source), JSON (document).

use std::sync::Arc;

use crate::source::Payload;

/// Most bytes that a payload may have once decoded. What lies beyond is cut off and said.
pub const MOST_DECODED: usize = 64 << 20;

/// A payload, decoded as far as it can be.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The document's text; empty where there is none.
    pub text: Arc<[u8]>,
    /// How the payload was stored.
    pub form: Form,
    /// What is wrong: not base64, a truncated gzip stream, more than [`MOST_DECODED`] bytes, not UTF-8 …, one sentence each.
    pub problems: Vec<String>,
    /// Bytes before decoding.
    pub stored: usize,
}

/// How a payload was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// No payload column, or NULL.
    Absent,
    /// gzip.
    Gzip,
    /// As it is.
    Plain,
    /// Begins like gzip and is not, or is not base64: shown as it is.
    Broken,
}

/// Decodes a payload; never fails.
pub fn decode(_payload: Payload) -> Decoded {
    unimplemented!()
}
