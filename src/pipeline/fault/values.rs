//! Where the values stand in a text.
//!
//! Owns: the parts of a text that come from the document or the schema, all others being the pipeline's own words.
//! Refuses: what is made of them (general, redact).

use std::ops::Range;

use super::exceptions::{ending_value, quoted, without_source};
use super::{Fault, Says};

/// What a part of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageValue {
    /// What the schema asks.
    Expected,
    /// What the document or the request has.
    Found,
    /// A key.
    Key,
    /// The payload as the JSON parser repeats it.
    Source,
}

impl Fault<'_> {
    /// The values in [`Fault::text`] in their order; `None` where the grammar does not know the text, so that anything in it may be one.
    pub(crate) fn values(&self) -> Option<Vec<(MessageValue, Range<usize>)>> {
        let mut values = match self.says {
            Says::Broken { keyword: None, found: None, .. } if !self.text.is_empty() => return None,
            Says::Broken { keyword: Some(_), expected: None, found: None, key: None } if self.cut => return None,
            Says::Broken { expected, found, key, .. } => {
                vec![(MessageValue::Expected, expected), (MessageValue::Found, found), (MessageValue::Key, key)]
            }
            Says::NoSuchDoctype { name } | Says::NoSuchSchema { name } => vec![(MessageValue::Found, Some(name))],
            Says::Bug { number } => vec![(MessageValue::Found, number)],
            Says::NotJson { .. } => {
                let line = without_source(self.text);
                let source = &self.text[line.len()..];
                vec![
                    (MessageValue::Found, quoted(line).map(|(_, token, _)| token)),
                    (MessageValue::Source, Some(source).filter(|text| !text.is_empty())),
                ]
            }
            // Put together anew where it has to be told without them (redact).
            Says::Insert(_) => return None,
            Says::Other if self.text.is_empty() => Vec::new(),
            Says::Other => vec![(MessageValue::Found, Some(ending_value(self.class, self.text)?.1))],
        };
        values.retain(|(_, text)| text.is_some());
        let mut places: Vec<(MessageValue, Range<usize>)> =
            values.into_iter().filter_map(|(value, text)| Some((value, place(self.text, text?)?))).collect();
        places.sort_by_key(|(_, range)| range.start);
        Some(places)
    }
}

/// Where a slice of the text stands in it; `None` where it is a slice of something else.
pub(super) fn place(text: &str, part: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    let end = start.checked_add(part.len())?;
    (end <= text.len()).then_some(start..end)
}
