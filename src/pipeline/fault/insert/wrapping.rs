//! Lists of errors as BigQuery's services and clients write them: JSON, what Python prints of it, what Java prints of an error.
//!
//! Owns: the parts of each error in such a text, also where the text was cut.
//! Refuses: reading the parts.

use std::borrow::Cow;

/// One error, as far as it is told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ToldError<'a> {
    pub message: Cow<'a, str>,
    pub location: Option<Cow<'a, str>>,
    pub reason: Option<Cow<'a, str>>,
}

/// All errors of a text that is such a list; none where it is something else.
pub(super) fn errors(text: &str) -> Vec<ToldError<'_>> {
    match text.contains(JAVA) {
        true => java(text),
        false => listed(text),
    }
}

/// How Java begins an error.
const JAVA: &str = "BigQueryError{reason=";

/// `[BigQueryError{reason=invalid, location=step, message=no such field: step.}]`
fn java(text: &str) -> Vec<ToldError<'_>> {
    let told = |error: &'_ str| -> Option<(usize, usize, usize)> {
        let location = error.find(", location=")?;
        let message = location + error[location..].find(", message=")?;
        Some((location, message, error.rfind('}').filter(|&end| end > message).unwrap_or(error.len())))
    };
    let some = |text| Some(Cow::Borrowed(text)).filter(|text| text != "null");
    let errors = text.split(JAVA).skip(1).filter_map(|error| {
        let (location, message, end) = told(error)?;
        Some(ToldError {
            reason: some(&error[..location]),
            location: some(&error[location + ", location=".len()..message]),
            message: some(error.get(message + ", message=".len()..end).unwrap_or("")).unwrap_or_default(),
        })
    });
    errors.collect()
}

/// `[{"errors": [{"location": "step", "message": "no such field: step.", "reason": "invalid"}], "index": 0}]`, in quotes of either kind. Only
/// members that are texts are looked at, and an object is an error if it has a reason.
fn listed(text: &str) -> Vec<ToldError<'_>> {
    let bytes = text.as_bytes();
    let (mut errors, mut error, mut name) = (Vec::new(), ToldError::default(), None);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' | b'\'' => {
                let end = at + end_of(&bytes[at..], byte);
                let string = text.get(at..end).unwrap_or("");
                at = end + 1;
                let behind = text.get(at..).unwrap_or("").trim_start();
                match name.take() {
                    Some("message") => error.message = plain(string, byte),
                    Some("location") => error.location = Some(plain(string, byte)),
                    Some("reason") => error.reason = Some(plain(string, byte)),
                    Some(_) => {}
                    None => name = behind.strip_prefix(':').filter(|value| value.trim_start().starts_with(['"', '\''])).map(|_| string),
                }
            }
            b'}' => {
                let told = std::mem::take(&mut error);
                errors.extend(told.reason.is_some().then_some(told));
            }
            _ => {}
        }
    }
    // A text that was cut ends inside of its last error.
    let is_begun = error.reason.is_some() || !error.message.is_empty();
    errors.extend(
        (is_begun && errors.is_empty() && text.get(..50.min(text.len())).is_some_and(|head| head.contains("errors"))).then_some(error),
    );
    errors
}

/// Length of a string up to its closing quote, or to the end.
fn end_of(bytes: &[u8], quote: u8) -> usize {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            byte if byte == quote => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// A string without its escapes.
fn plain(string: &str, quote: u8) -> Cow<'_, str> {
    match (string.contains('\\'), quote) {
        (false, _) => Cow::Borrowed(string),
        (true, b'"') => serde_json::from_str(&format!("\"{string}\"")).map_or(Cow::Borrowed(string), Cow::Owned),
        (true, _) => Cow::Owned(string.replace("\\'", "'").replace("\\\\", "\\")),
    }
}
