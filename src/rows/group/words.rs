//! Groups in plain words.
//!
//! Owns: the sentence about a group: the place, and what is wrong there as far as all its rows agree.
//! Refuses: the words of a keyword (fault).

use super::{Group, GroupKey, NOISE};
use crate::ground::text::visible;
use crate::pipeline::fault::{BY_CATCH, Fault, Keyword, phrase, summary};

impl GroupKey {
    /// `namespace/doctype.version` as far as it is known. Safe to show on a terminal.
    pub fn doctype_name(&self) -> String {
        doctype_name(self.namespace.as_deref(), self.doctype.as_deref(), self.version.as_deref())
    }
}

/// The place of a fault in a line: its path, `/` for the document itself; the stage for what has no place in a document. Safe to show on a terminal.
pub fn place_of(path: Option<&str>, stage: Option<&str>) -> String {
    match path {
        Some("") => "/".to_owned(),
        Some(path) => visible(path).into_owned(),
        None => visible(stage.unwrap_or("-")).into_owned(),
    }
}

/// Stands for the namespace of rows that tell none.
pub const NO_NAMESPACE: &str = "(no namespace)";

/// Stands for the doctype of rows that tell none.
pub const NO_DOCTYPE: &str = "(no doctype)";

/// The same of single names.
pub fn doctype_name(namespace: Option<&str>, doctype: Option<&str>, version: Option<&str>) -> String {
    let mut name = namespace.unwrap_or("-").to_owned();
    for (sign, part) in [('/', doctype), ('.', version)] {
        if let Some(part) = part {
            name.push(sign);
            name.push_str(part);
        }
    }
    visible(&name).into_owned()
}

impl Group {
    /// What a deploy did: `began` or `ended`; else `noise` or `by-catch` where it is that, else nothing.
    pub fn state(&self) -> &'static str {
        match self.standing.status.filter(|status| status.is_mark()) {
            Some(status) => status.word(),
            None if self.noise => "noise",
            None => self.aside().unwrap_or_default(),
        }
    }

    /// Its place in a line, see [`place_of`].
    pub fn place(&self) -> String {
        place_of(self.shown_path().as_deref(), self.key.stage.as_deref())
    }

    /// What its rows are where nobody has to look at them: noise by design, or by-catch of others that were at fault. Such groups are counted,
    /// and folded away by default.
    pub fn aside(&self) -> Option<&'static str> {
        match self.noise {
            true => Some(NOISE),
            false => self.by_catch.then_some(BY_CATCH),
        }
    }

    /// One sentence: `/client_info is missing the key app_build`. Values on which not all rows agree are left out, or said to be an example.
    /// Safe to show on a terminal.
    pub fn sentence(&self) -> String {
        match (self.keyword, &self.shown_path()) {
            (Some(keyword), Some(path)) => format!("{} {}", self.subject(path, keyword), self.broken(keyword)),
            (None, Some(path)) => match self.summary() {
                Some(summary) => format!("{} {summary}", self.subject(path, "")),
                None => format!("{}: {}", self.subject(path, ""), visible(&self.says)),
            },
            (_, None) => self.placeless(),
        }
    }

    /// The same without the place, for a line that shows the path already: `is missing the key app_build`.
    pub fn phrase(&self) -> String {
        match (self.keyword, &self.key.path) {
            (Some(keyword), Some(_)) if self.about_name(keyword) => format!("the key {}", self.broken(keyword)),
            (Some(keyword), Some(_)) => self.broken(keyword),
            (None, Some(_)) => self.summary().unwrap_or_else(|| visible(&self.says).into_owned()),
            (_, None) => self.placeless(),
        }
    }

    /// What the schema asks, where all rows agree on it.
    pub fn limit(&self) -> Option<&str> {
        self.agreed("expected type").or_else(|| self.agreed("limit"))
    }

    fn broken(&self, keyword: Keyword) -> String {
        let key = self.key.fault.strip_prefix(keyword).and_then(|rest| rest.strip_prefix(' ')).or_else(|| self.agreed("key"));
        let expected = self.limit();
        let found = ["found type", "length", "value"].into_iter().find(|kind| self.has(kind)).and_then(|kind| self.agreed(kind));
        phrase(keyword, expected, found, key)
    }

    /// What a message says that only counts violations.
    fn summary(&self) -> Option<String> {
        let fault = Fault::parse(&self.sample, self.key.class.as_deref());
        fault.is_summary().then(|| summary(self.agreed("value")))
    }

    fn placeless(&self) -> String {
        let sentence = Fault::parse(&self.sample, self.key.class.as_deref()).sentence();
        if self.has("value") && self.agreed("value").is_none() { format!("{sentence} (for example)") } else { sentence }
    }

    fn about_name(&self, keyword: Keyword) -> bool {
        self.key.fault.strip_prefix("propertyNames ") == Some(keyword)
    }

    fn subject(&self, path: &str, keyword: Keyword) -> String {
        match (path, self.about_name(keyword)) {
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
