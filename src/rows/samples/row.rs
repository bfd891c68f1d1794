//! A row of the error table around a document.

use super::DoctypeName;
use crate::pipeline::document::{Document, Kind};
use crate::rows::column::ErrorColumn;
use crate::rows::payload::Payload;
use crate::rows::payload::{self, Decoded};
use crate::rows::source::files;

/// A document unpacked.
#[derive(Debug)]
pub struct Content {
    /// Its text and what is odd about its bytes.
    pub decoded: Decoded,
    /// Its doctype, where a row says it.
    pub doctype: Option<DoctypeName>,
    /// Whether a row of the error table was around it.
    pub in_row: bool,
}

impl Content {
    /// Unpacks a document: gzip, and a row of the error table (or of the decoder) with its payload.
    pub fn of(bytes: Vec<u8>) -> Self {
        if let Some(content) = from_row(&bytes) {
            return content;
        }
        Content { decoded: payload::decode(Payload::Bytes(bytes)), doctype: None, in_row: false }
    }
}

fn from_row(bytes: &[u8]) -> Option<Content> {
    // Cheaper than reading every document twice.
    memchr::memmem::find(bytes, format!("\"{}\"", ErrorColumn::Namespace).as_bytes())
        .or_else(|| memchr::memmem::find(bytes, b"\"attributeMap\""))?;
    let document = Document::parse(bytes);
    let has = |name: &str, kinds: &[Kind]| document.member(0, name).is_some_and(|node| kinds.contains(&document.kind(node)));
    // Requests for no doctype at all have rows as well, with NULL for its name.
    let column = [Kind::String, Kind::Null];
    let is_row = !document.is_empty() && (has(ErrorColumn::Namespace.name(), &column) || has("attributeMap", &[Kind::Object]));
    if !is_row || !has(ErrorColumn::Payload.name(), &column) {
        return None;
    }
    let mut row = files::read_row(bytes, String::new()).ok()?;
    let decoded = payload::decode(std::mem::take(&mut row.payload));
    let doctype = row.column(ErrorColumn::Namespace).zip(row.column(ErrorColumn::Doctype)).map(|(namespace, doctype)| DoctypeName {
        namespace: namespace.to_owned(),
        doctype: doctype.to_owned(),
        version: row.column(ErrorColumn::Version).map(str::to_owned),
    });
    Some(Content { decoded, doctype, in_row: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_gives_its_payload_and_its_doctype() {
        let rows = [
            r#"{"document_namespace":"a","document_type":"b","document_version":null,"payload":"e30="}"#,
            r#"{"attributeMap":{"document_namespace":"a","document_type":"b"},"payload":"e30="}"#,
        ];
        for row in rows {
            let content = Content::of(row.into());
            assert_eq!((&*content.decoded.text, content.in_row), (&b"{}"[..], true));
            assert_eq!(content.doctype.unwrap().to_string(), "a/b");
        }
    }

    #[test]
    fn a_document_that_only_looks_like_a_row_is_none() {
        for text in [r#"{"document_namespace":"a"}"#, r#"{"x":{"document_namespace":"a"},"payload":"e30="}"#, r#"{"payload":"e30="}"#] {
            let content = Content::of(text.into());
            assert_eq!((&*content.decoded.text, content.in_row, content.doctype), (text.as_bytes(), false, None));
        }
    }
}
