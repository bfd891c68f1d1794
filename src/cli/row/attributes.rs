//! What came with a document: a JSON object of texts in a file.

use std::path::Path;

use color_eyre::Result;
use color_eyre::eyre::{Context, bail, eyre};

use crate::ground::text::visible;
use crate::pipeline::document::{Document, Kind};

/// Names and texts in the order of the file.
pub(super) fn read(path: &Path) -> Result<Vec<(String, String)>> {
    let shown = path.to_string_lossy();
    let text = std::fs::read(path).wrap_err_with(|| format!("cannot read {}", visible(&shown)))?;
    parse(text).wrap_err_with(|| visible(&shown).into_owned())
}

fn parse(text: Vec<u8>) -> Result<Vec<(String, String)>> {
    let document = Document::parse(text);
    if let Some(error) = document.error() {
        bail!("{error}");
    }
    let all = document.member(0, "attributeMap").unwrap_or(0);
    if document.kind(all) != Kind::Object {
        bail!("attributes are a JSON object of texts, as {{\"document_id\": \"...\"}}; this is {}", document.kind(all).name());
    }
    let attribute = |node| {
        let name = document.key(node).unwrap_or_default().into_owned();
        let text = document
            .string(node)
            .ok_or_else(|| eyre!("the attribute {} must be a string, is {}", visible(&name), document.kind(node).name()))?;
        Ok((name, text.into_owned()))
    };
    document.children(all).map(attribute).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_texts_in_their_order() {
        let pairs = vec![("b".to_owned(), "1".to_owned()), ("a".to_owned(), String::new())];
        assert_eq!(parse(br#"{"b": "1", "a": ""}"#.to_vec()).unwrap(), pairs);
        assert_eq!(parse(br#"{"attributeMap": {"b": "1", "a": ""}, "payload": ""}"#.to_vec()).unwrap(), pairs);
        for (wrong, told) in
            [("[]", "array"), (r#"{"a": 1}"#, "attribute a must be a string"), ("{", "byte 1"), (r#"{"attributeMap": 1}"#, "number")]
        {
            let error = parse(wrong.into()).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
