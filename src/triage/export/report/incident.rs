//! The incident that a group is of with others.
//!
//! Owns: which doctypes are named beside it, and how many are not. Refuses: putting groups together (incidents), words (facts).

use rustc_hash::FxHashMap;

use super::{ReportGroup, ReportIncidentWhy};
use crate::rows::group::{Fingerprint, Group};
use crate::triage::facts;
use crate::triage::incidents::Incident;

/// Doctypes of other groups that are listed.
const MOST_OTHERS: usize = 20;

/// Several groups that one cause made.
pub(super) struct ReportIncident {
    fingerprint: Fingerprint,
    why: ReportIncidentWhy,
    /// The doctypes of its groups, those of the largest groups first, each with how many there are.
    doctypes: Vec<(String, usize)>,
}

impl ReportIncident {
    /// With the names of doctypes as they may be told; `None` of a group that stands by itself.
    pub(super) fn of(incident: &Incident, chosen: &[&Group], name: &mut dyn FnMut(&Group) -> String) -> Option<Self> {
        let reason = facts::incident::reason(incident.shared.as_ref()?);
        let why = ReportIncidentWhy { extent: facts::incident::extent(incident, chosen), reason };
        let mut doctypes: Vec<(String, usize)> = Vec::new();
        let mut known: FxHashMap<String, usize> = FxHashMap::default();
        for &at in &incident.groups {
            let name = name(chosen[at]);
            match known.get(&name).and_then(|&place| doctypes.get_mut(place)) {
                Some((_, groups)) => *groups += 1,
                None => {
                    known.insert(name.clone(), doctypes.len());
                    doctypes.push((name, 1));
                }
            }
        }
        Some(ReportIncident { fingerprint: incident.fingerprint, why, doctypes })
    }

    /// Tells it of one of its groups.
    pub(super) fn tell(&self, told: &mut ReportGroup) {
        told.incident = Some(self.fingerprint.to_string());
        told.incident_why = Some(self.why.clone());
        // Who is the only group of its doctype has no other there.
        let others = || self.doctypes.iter().filter(|(doctype, groups)| *groups > 1 || *doctype != told.doctype);
        let more = others().count().saturating_sub(MOST_OTHERS);
        let others = others().take(MOST_OTHERS).map(|(doctype, _)| doctype.clone()).collect();
        (told.incident_others, told.incident_more) = (others, more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::group::{Group, Grouper};
    use crate::rows::row::{ErrorRow, RowRef};
    use crate::triage::export::page::Page;
    use crate::triage::export::report::Report;
    use crate::triage::incidents::Shared;

    /// What is told of the first of groups with these doctypes.
    fn told(doctypes: &[String]) -> ReportGroup {
        let mut grouper = Grouper::new(None);
        for (at, doctype) in doctypes.iter().enumerate() {
            let message = format!("#: required key [k{at}] not found");
            grouper.add(&ErrorRow { doctype: Some(doctype), message: Some(&message), ..ErrorRow::default() }, RowRef::new(0, at as u64));
        }
        let mut groups = Grouper::merge(vec![grouper]).list;
        groups.sort_by_key(|group| group.rows.iter().next().copied());
        let chosen: Vec<&Group> = groups.iter().collect();
        let shared = Shared {
            fault: "required".to_owned(),
            tail: Some("a".to_owned()),
            key: None,
            with_parent: false,
            source: None,
            same_deploy: true,
        };
        let all = (0..chosen.len()).collect();
        let incident = Incident { groups: all, fingerprint: chosen[0].fingerprint, shared: Some(shared) };
        let mut name = |group: &Group| group.key.doctype_name();
        let mut told = ReportGroup { doctype: chosen[0].key.doctype_name(), ..ReportGroup::default() };
        ReportIncident::of(&incident, &chosen, &mut name).unwrap().tell(&mut told);
        told
    }

    fn text(told: ReportGroup) -> String {
        let mut page = Page::default();
        let report = Report {
            raw: false,
            source: String::new(),
            schemas: None,
            schema_revision: None,
            first: None,
            last: None,
            rows: 0,
            rate_notes: Vec::new(),
            groups: Vec::new(),
        };
        report.group(&told, &mut page);
        page.text()
    }

    #[test]
    fn each_doctype_is_named_once_and_what_is_not_named_is_counted() {
        let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let others = |names: &[&str]| told(&of(names)).incident_others.iter().map(|name| name.replace("-/", "")).collect::<Vec<_>>();
        assert_eq!(others(&["a", "b", "c", "b", "c"]), ["b", "c"]);
        assert_eq!(others(&["a", "b", "a"]), ["a", "b"]);
        let many: Vec<String> = (0..26).map(|number| format!("own{number}")).collect();
        let told = told(&many);
        assert_eq!((told.incident_others.len(), told.incident_more), (20, 5));
        assert_eq!(
            serde_json::to_value(&told).unwrap()["incident_why"],
            "26 groups of 26 doctypes: required at a, where their schemas say the same; all began with the same deploy"
        );
        let text = text(told);
        assert!(text.contains("incident       26 groups of 26 doctypes: required at a, where") && text.contains(" and 5 more\n"), "{text}");
    }
}
