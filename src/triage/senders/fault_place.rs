//! The place that a group's fault is about: rows of the group differ there from all others because they fail there, and that says nothing of their senders.
//!
//! Owns: which places a group's message is about.
//! Refuses: what the fault is (group).

use crate::pipeline::schema::applicators::position;
use crate::rows::group::Group;

/// Where a group fails.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FaultPlaces {
    /// With all that is below each.
    places: Vec<FaultPlace>,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FaultPlace {
    /// A generalised pointer.
    path: String,
    /// Whether a key of a map or a position stands in it.
    has_any: bool,
}

impl FaultPlaces {
    /// Of a group.
    pub(super) fn of(group: &Group) -> Self {
        let Some(path) = group.key.path.as_deref() else { return FaultPlaces::default() };
        let keys: Vec<String> = match group.keyword {
            Some("required" | "dependencies") => group.key.fault.split_once(' ').map(|(_, key)| key.to_owned()).into_iter().collect(),
            Some("additionalProperties") => {
                let facet = group.facets.iter().find(|facet| facet.name == "key");
                facet.into_iter().flat_map(|facet| facet.values.iter().map(|(key, _)| key.to_string())).collect()
            }
            // Of the root everything would be left out.
            _ if path.is_empty() => return FaultPlaces::default(),
            _ => return FaultPlaces { places: vec![FaultPlace::new(path.to_owned())] },
        };
        let below = |key: String| FaultPlace::new(format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")));
        FaultPlaces { places: keys.into_iter().map(below).collect() }
    }

    /// Whether a place is one of them, or below.
    pub(super) fn hold(&self, place: &str) -> bool {
        self.places.iter().any(|known| known.holds(place))
    }
}

impl FaultPlace {
    fn new(path: String) -> Self {
        FaultPlace { has_any: path.contains("{key}") || path.contains("[]"), path }
    }

    fn holds(&self, place: &str) -> bool {
        if !self.has_any {
            return place.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        }
        let mut parts = place.split('/');
        // What no schema says is a position wherever it is a number.
        let is = |token: &str, part: &str| part == token || token == "{key}" || (token == "[]" && position(part).is_some());
        self.path.split('/').all(|token| parts.next().is_some_and(|part| is(token, part)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::group::Grouper;
    use crate::rows::row::{ErrorRow, RowRef};

    fn places(message: &str) -> FaultPlaces {
        let mut grouper = Grouper::new(None);
        let message = format!("org.everit.json.schema.ValidationException: {message}");
        let class = Some("org.everit.json.schema.ValidationException");
        grouper.add(&ErrorRow { message: Some(&message), class, ..ErrorRow::default() }, RowRef::new(0, 0));
        FaultPlaces::of(&Grouper::merge(vec![grouper]).list[0])
    }

    #[test]
    fn a_fault_is_about_a_place_with_all_below_it_or_about_a_key() {
        let value = places("#/a/0/b: expected type: String, found: Null");
        assert!(value.hold("/a/[]/b") && value.hold("/a/[]/b/c") && !value.hold("/a/[]") && !value.hold("/a/[]/c"));
        let numbers = places("#/values/0/b: expected type: String, found: Null");
        assert!(
            numbers.hold("/values/0/b") && numbers.hold("/values/17/b") && !numbers.hold("/values/x/b") && !numbers.hold("/values/0/c")
        );
        let missing = places("#/client_info: required key [app_build] not found");
        assert!(missing.hold("/client_info/app_build") && !missing.hold("/client_info/os"));
        let more = places("#: extraneous key [x/y] is not permitted");
        assert!(more.hold("/x~1y") && !more.hold("/x"));
        assert_eq!(places("#: expected type: JSONObject, found: Null"), FaultPlaces::default());
    }
}
