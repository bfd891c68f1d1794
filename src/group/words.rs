//! Groups in plain words.
//!
//! Owns: the sentence about a group: the place, and what is wrong there as far as all its rows agree.
//! Refuses: the words of a keyword (fault).

use super::Group;
use crate::fault::{Fault, phrase};
use crate::text::visible;

impl Group {
    /// One sentence: `/client_info is missing the key app_build`. Values on which not all rows agree are left out, or said to be an example.
    /// Safe to show on a terminal.
    pub fn sentence(&self) -> String {
        match (self.keyword, &self.key.path) {
            (Some(keyword), Some(path)) => {
                let key = self.key.fault.strip_prefix(keyword).and_then(|rest| rest.strip_prefix(' ')).or_else(|| self.agreed("key"));
                let expected = self.agreed("expected type").or_else(|| self.agreed("limit"));
                let found = ["found type", "length", "value"].into_iter().find(|kind| self.has(kind)).and_then(|kind| self.agreed(kind));
                format!("{} {}", self.subject(path, keyword), phrase(keyword, expected, found, key))
            }
            (None, Some(path)) => format!("{}: {}", self.subject(path, ""), visible(&self.says)),
            _ => {
                let sentence = Fault::parse(&self.sample, self.key.class.as_deref()).sentence();
                if self.has("value") && self.agreed("value").is_none() { format!("{sentence} (for example)") } else { sentence }
            }
        }
    }

    fn subject(&self, path: &str, keyword: &str) -> String {
        let about_name = self.key.fault.strip_prefix("propertyNames ") == Some(keyword);
        match (path, about_name) {
            ("", _) => "the document".to_owned(),
            (path, false) => visible(path).into_owned(),
            (path, true) => {
                let object = path.rsplit_once('/').map_or("", |(object, _)| object);
                format!("a key of {}", if object.is_empty() { "the document".into() } else { visible(object) })
            }
        }
    }

    fn has(&self, kind: &str) -> bool {
        self.facets.iter().any(|facet| facet.name == kind)
    }

    /// The value of that kind, if all rows have the same.
    fn agreed(&self, kind: &str) -> Option<&str> {
        let facet = self.facets.iter().find(|facet| facet.name == kind)?;
        match facet.values.as_slice() {
            [(value, _)] if facet.others == 0 => Some(value),
            _ => None,
        }
    }
}
