//! `misfit groups --by incident`: groups that one cause made, as one line that opens to its groups.
//!
//! Owns: the members that tell an incident to scripts, its lines for people. Refuses: putting groups together (triage/incidents), words (triage/facts).

use std::sync::Arc;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::bail;
use serde::Serialize;

use super::table::{self, GroupCells};
use crate::ground::time::time_text;
use crate::rows::group::{Fingerprint, Group, GroupFields, Groups, place_of};
use crate::rows::schemas::SchemaStore;
use crate::triage::facts::incident;
use crate::triage::incidents::Incident;
use crate::tui::advice::GIVE_SCHEMAS;

/// What a line stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum By {
    /// A group
    #[default]
    Group,
    /// An incident: groups with the same fault at the same schema node of several doctypes, which began together
    Incident,
}

/// The schemas that tell which nodes are the same. Asked before anything is read.
pub(super) fn schemas(schemas: Option<&Arc<SchemaStore>>) -> Result<Arc<SchemaStore>> {
    let Some(schemas) = schemas else { bail!("which groups are one incident is told by their schemas: {GIVE_SCHEMAS}") };
    Ok(schemas.clone())
}

/// An incident. Names and meanings are stable.
#[derive(Serialize)]
pub(super) struct IncidentMember<'a> {
    /// Fingerprint of the group that began first.
    incident: Fingerprint,
    /// Why its groups are put together; null of a single group.
    why: Option<String>,
    /// All rows.
    count: u64,
    first: Option<String>,
    last: Option<String>,
    /// How many doctypes its groups are of.
    doctypes: usize,
    /// As its groups have it.
    fault: &'a str,
    /// The end of the path that its groups have in common; of a single group its path.
    place: Option<&'a str>,
    /// The key of the maps around it.
    key: Option<&'a str>,
    /// The largest first.
    groups: Vec<GroupFields<'a>>,
}

/// All incidents.
pub(super) fn members<'a>(groups: &'a Groups, chosen: &[&'a Group], incidents: &'a [Incident]) -> Vec<IncidentMember<'a>> {
    let member = |incident: &'a Incident| {
        let span = incident.span(chosen);
        let first = incident.groups.first().map(|&at| chosen[at]);
        let shared = incident.shared.as_ref();
        IncidentMember {
            incident: incident.fingerprint,
            why: incident::why(incident, chosen),
            count: incident.count(chosen),
            first: span.map(|(first, _)| time_text(first)),
            last: span.map(|(_, last)| time_text(last)),
            doctypes: incident.doctypes(chosen),
            fault: first.map_or("", |group| &group.key.fault),
            place: shared.map(|shared| shared.tail.as_str()).or_else(|| first.and_then(|group| group.key.path.as_deref())),
            key: shared.and_then(|shared| shared.key.as_deref()),
            groups: incident.groups.iter().map(|&at| GroupFields::of(chosen[at], groups)).collect(),
        }
    };
    incidents.iter().map(member).collect()
}

/// Stands in the column of a group's status.
const INCIDENT: &str = "incident";

/// The lines of a table: each incident of several groups with these below it, and the other groups.
pub(super) fn lines(groups: &Groups, chosen: &[&Group], incidents: &[Incident]) -> Vec<GroupCells> {
    let mut all = Vec::with_capacity(chosen.len());
    for incident in incidents {
        let Some(shared) = &incident.shared else {
            all.extend(incident.groups.iter().map(|&at| table::cells(chosen[at], groups)));
            continue;
        };
        all.push([
            table::rows(incident.count(chosen), groups, ""),
            INCIDENT.to_owned(),
            incident::extent(incident, chosen),
            place_of(Some(&format!("…/{}", shared.tail)), None),
            incident::why(incident, chosen).unwrap_or_default(),
            incident.fingerprint.to_string(),
        ]);
        for &at in &incident.groups {
            let [rows, state, doctype, place, says, print] = table::cells(chosen[at], groups);
            all.push([rows, state, format!("  {doctype}"), place, says, print]);
        }
    }
    all
}
