//! A row or its document as it may be exported.
//!
//! Owns: raw bytes where everything may be told, otherwise the document and the columns without their data.
//! Refuses: what may be told (redact), files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::rows::advice::{Advice, Advised};
use crate::rows::column::ErrorColumn;
use crate::rows::payload::Payload;
use crate::rows::row::SourceRow;
use crate::triage::case::Case;
use crate::triage::redact::{FailingValue, Lists, Redactor, TextForm};

/// A payload as it may be exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleDocument {
    /// Its text; of what is no document its bytes.
    pub bytes: Vec<u8>,
    /// Why it is no document.
    pub reason: Option<String>,
}

/// The document of a row.
///
/// # Errors
/// There is none, or what there is could not be told without its data; the reason is a sentence.
pub fn document(case: &Case, redactor: &mut Redactor, form: TextForm) -> Result<SampleDocument, Advised> {
    if case.text.is_empty() {
        return Err("the row has no payload, or an empty one".into());
    }
    let readable = case.document.as_deref().filter(|document| document.error().is_none());
    if redactor.is_raw() {
        let reason = readable.is_none().then(|| why(case));
        return Ok(SampleDocument { bytes: case.text.to_vec(), reason });
    }
    let Some(document) = readable else {
        return Err(Advised::new("the payload is not a JSON document", Advice::ExportRaw));
    };
    let exact = case.broken.as_ref().and_then(|broken| document.find(&broken.tokens).ok().map(|node| (node, broken.keyword)));
    let failing = exact.map(|(node, keyword)| FailingValue { node, keyword });
    Ok(SampleDocument { bytes: redactor.document(document, Lists::of(case), failing, form).into_bytes(), reason: None })
}

/// The first sentence that says what is wrong with the bytes.
fn why(case: &Case) -> String {
    let is_about = |note: &&String| note.starts_with("The payload") || note.starts_with("The gzip");
    case.notes.iter().find(is_about).cloned().unwrap_or_else(|| "The payload is not a JSON document.".to_owned())
}

/// The row as one object, its payload as base64, as sources are read.
pub fn raw_row(row: &SourceRow) -> Value {
    let payload = match &row.payload {
        Payload::Absent => Value::Null,
        Payload::Bytes(bytes) => STANDARD.encode(bytes).into(),
        Payload::NotBase64(text) => text.as_str().into(),
    };
    let columns = row.columns.iter().map(|(name, value)| (name.to_string(), value.as_deref().map_or(Value::Null, Value::from)));
    Value::Object(columns.chain([(ErrorColumn::Payload.to_string(), payload)]).collect())
}

/// The same without its data; a payload that cannot be told is null.
pub fn row(case: &Case, redactor: &mut Redactor) -> Value {
    let columns = redactor.columns(&case.row, Lists::of(case));
    let payload = document(case, redactor, TextForm::Line).ok().map_or(Value::Null, |document| STANDARD.encode(document.bytes).into());
    let mut object: Map<String, Value> = columns.told.into_iter().map(|(name, value)| (name, value.into())).collect();
    object.insert(ErrorColumn::Payload.to_string(), payload);
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::redact::Policy;

    fn source_row(payload: Payload) -> SourceRow {
        let columns = vec![("error_type".into(), Some("ParsePayload".to_owned())), ("client_id".into(), Some("secret-id".to_owned()))];
        SourceRow { columns, payload, origin: String::new(), ..SourceRow::default() }
    }

    fn raw() -> Redactor {
        Redactor::new(Policy { raw: true, ..Policy::default() })
    }

    #[test]
    fn a_raw_row_is_read_back_as_it_was() {
        let row = source_row(Payload::Bytes(b"{\"a\":\"secret\"}".to_vec()));
        let text = raw_row(&row).to_string();
        let again = crate::rows::source::files::read_row(text.as_bytes(), String::new()).unwrap();
        assert_eq!((again.columns, again.payload), (row.columns, row.payload));
        assert_eq!(raw_row(&source_row(Payload::Absent))["payload"], Value::Null);
    }

    #[test]
    fn without_raw_no_value_leaves() {
        let case = crate::triage::case::open(source_row(Payload::Bytes(b"{\"a\":\"secret words of mine\"}".to_vec())), None);
        let told = row(&case, &mut Redactor::default());
        let payload = STANDARD.decode(told["payload"].as_str().unwrap()).unwrap();
        let text = format!("{told}{}", String::from_utf8(payload).unwrap());
        assert!(!text.contains("secret") && text.contains("ParsePayload"), "{text}");
    }

    #[test]
    fn bytes_that_are_no_document_leave_raw_and_with_a_reason() {
        let case = crate::triage::case::open(source_row(Payload::Bytes(b"\x1f\x8bnot gzip".to_vec())), None);
        assert_eq!(document(&case, &mut Redactor::default(), TextForm::Line).unwrap_err().advice, Some(Advice::ExportRaw));
        let bytes = document(&case, &mut raw(), TextForm::Line).unwrap();
        assert_eq!(bytes.bytes, b"\x1f\x8bnot gzip");
        assert!(bytes.reason.unwrap().contains("gzip"));
        let none = crate::triage::case::open(source_row(Payload::Absent), None);
        assert!(document(&none, &mut raw(), TextForm::Line).unwrap_err().text.contains("no payload"));
    }
}
