//! The keys that stand where a group's path says `{key}`: other keys are other columns with other owners.
//!
//! Owns: which keys a group is known to have, its path with keys in their places.
//! Refuses: counting them (facets); the group stays one, whatever its keys (fingerprint).

use std::borrow::Cow;

use super::{Facet, Group};

const ANY_KEY: &str = "{key}";

impl Group {
    /// The keys around its place with their rows, those of several maps joined by slashes; `None` where its path has no maps, or only one whose
    /// name is itself at fault.
    pub fn keys(&self) -> Option<&Facet> {
        keys(self.maps(), self.keyword, &self.facets, |facet| facet.name)
    }

    /// Its path for people: the key in its place where the group has one only, else `{key}`. Not safe for a terminal.
    pub fn shown_path(&self) -> Option<Cow<'_, str>> {
        let path = self.key.path.as_deref()?;
        if !path.contains('{') {
            return Some(path.into());
        }
        let all = self.keys().filter(|facet| facet.others == 0 && self.sampled().is_none());
        let values: Vec<&str> = all.iter().flat_map(|facet| &facet.values).map(|(value, _)| &**value).collect();
        let maps = self.maps();
        let split: Option<Vec<Vec<&str>>> = values.iter().map(|value| split(value, maps)).collect();
        let split = split.unwrap_or_default();
        // Of several maps one may have a single key where the others have many.
        let agreed = |map: usize| {
            split.first().and_then(|first| first.get(map).copied()).filter(|key| split.iter().all(|keys| keys.get(map) == Some(key)))
        };
        Some(filled(path, agreed))
    }

    /// Its path with those keys, as [`Group::keys`] tells them.
    pub fn path_with(&self, keys: &str) -> Option<Cow<'_, str>> {
        let (path, maps) = (self.key.path.as_deref()?, self.maps());
        let split = split(keys, maps).unwrap_or_default();
        Some(filled(path, |map| split.get(map).copied()))
    }

    /// Maps around its place.
    fn maps(&self) -> usize {
        maps(self.key.path.as_deref(), &self.key.fault)
    }
}

/// Maps around a place, but for the one whose name is at fault.
pub(super) fn maps(path: Option<&str>, fault: &str) -> usize {
    let path = path.unwrap_or_default();
    if !path.contains('{') {
        return 0;
    }
    let all = path.split('/').filter(|token| *token == ANY_KEY).count();
    all.saturating_sub(usize::from(fault.starts_with("propertyNames ")))
}

/// The facet of the keys. That of keys which are not allowed is about keys at the place, not around it.
pub(super) fn keys<'a, F>(maps: usize, keyword: Option<&str>, facets: &'a [F], name: impl Fn(&F) -> &str) -> Option<&'a F> {
    let has_keys = maps > 0 && keyword != Some("additionalProperties");
    facets.iter().find(|facet| has_keys && name(facet) == "key")
}

/// The keys of each map. A key may hold a slash itself: then nobody knows which is which.
fn split(keys: &str, maps: usize) -> Option<Vec<&str>> {
    // What is hidden from a report, or cut, is no key.
    let is_told = !keys.split('/').any(|key| key.starts_with('<') && key.ends_with('>')) && !keys.ends_with('…');
    let all: Vec<&str> = if maps == 1 { vec![keys] } else { keys.split('/').collect() };
    (is_told && all.len() == maps).then_some(all)
}

/// The path with keys in the places of maps, counted from the front; escaped as its names are.
fn filled<'a, 'k>(path: &'a str, key: impl Fn(usize) -> Option<&'k str>) -> Cow<'a, str> {
    if !path.contains(ANY_KEY) {
        return path.into();
    }
    let mut map = 0;
    let tokens: Vec<Cow<'_, str>> = path
        .split('/')
        .map(|token| {
            if token != ANY_KEY {
                return Cow::from(token);
            }
            map += 1;
            key(map - 1).map_or(Cow::from(token), |key| key.replace('~', "~0").replace('/', "~1").into())
        })
        .collect();
    tokens.join("/").into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rows::group::Grouper;
    use crate::rows::row::{ErrorRow, RowRef};

    /// The one group that messages of a doctype without a schema make, its path as one with a schema would have it.
    fn group(path: &str, fault: &str, messages: &[&str]) -> Group {
        let mut grouper = Grouper::new(None);
        for (i, message) in messages.iter().enumerate() {
            grouper.add(&ErrorRow { message: Some(message), ..ErrorRow::default() }, RowRef::new(0, i as u64));
        }
        let mut group = Grouper::merge(vec![grouper]).list.remove(0);
        group.key.path = Some(path.into());
        group.key.fault = fault.into();
        group
    }

    fn with_keys(path: &str, fault: &str, keys: &[(&str, u64)], others: u64) -> Group {
        let mut group = group(path, fault, &["#/a: expected maxLength: 5, actual: 9"]);
        let values = keys.iter().map(|(key, rows)| (Arc::from(*key), *rows)).collect();
        group.facets = vec![Facet { name: "key", values, others, exact: true }].into();
        group
    }

    fn shown(path: &str, fault: &str, keys: &[(&str, u64)], others: u64) -> String {
        with_keys(path, fault, keys, others).shown_path().map(Cow::into_owned).unwrap_or_default()
    }

    #[test]
    fn a_single_key_stands_in_the_path() {
        assert_eq!(shown("/m/{key}", "type", &[("ad.clicks", 3)], 0), "/m/ad.clicks");
        assert_eq!(shown("/m/{key}/{key}", "type", &[("a/b", 3)], 0), "/m/a/b");
        assert_eq!(shown("/m/{key}/{key}", "type", &[("a/b", 3), ("a/c", 1)], 0), "/m/a/{key}");
        assert_eq!(shown("/m/{key}/{key}", "propertyNames maxLength", &[("ad.clicks", 3)], 0), "/m/ad.clicks/{key}");
        assert_eq!(shown("/m/{key}", "type", &[("a/b~", 3)], 0), "/m/a~1b~0");
    }

    #[test]
    fn what_is_not_known_stays_open() {
        assert_eq!(shown("/m/{key}", "type", &[("a", 3), ("b", 1)], 0), "/m/{key}");
        assert_eq!(shown("/m/{key}", "type", &[("a", 3)], 1), "/m/{key}");
        assert_eq!(shown("/m/{key}/{key}", "type", &[("a/b/c", 3)], 0), "/m/{key}/{key}");
        assert_eq!(shown("/m/{key}", "type", &[("<9 letters>", 3)], 0), "/m/{key}");
        assert_eq!(shown("/m/{key}", "propertyNames pattern", &[("a", 3)], 0), "/m/{key}");
        let mut sampled = with_keys("/m/{key}", "type", &[("a", 3)], 0);
        sampled.rare = super::super::RareFacts { sampled: Some(3), folded: None }.some();
        assert_eq!(sampled.shown_path().as_deref(), Some("/m/{key}"));
        let mut extraneous = with_keys("/m/{key}", "additionalProperties", &[("a", 3)], 0);
        extraneous.keyword = Some("additionalProperties");
        assert_eq!((extraneous.shown_path().as_deref(), extraneous.keys().is_none()), (Some("/m/{key}"), true));
    }

    #[test]
    fn any_of_its_keys_leads_to_a_path() {
        let group = with_keys("/m/{key}/{key}", "type", &[("a/b", 3), ("c/d", 1)], 0);
        assert_eq!(group.path_with("c/d").as_deref(), Some("/m/c/d"));
        assert_eq!(group.path_with("a/b/c").as_deref(), Some("/m/{key}/{key}"));
    }
}
