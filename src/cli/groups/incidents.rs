//! `misfit groups --by incident`: groups that one cause made, as one line that opens to its groups.
//!
//! Owns: its flags, the members that tell an incident to scripts, its lines for people. Refuses: putting groups together (triage/incidents), words
//! (triage/facts).

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::{bail, eyre};
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::printed::Listing;
use super::table::{self, GroupCells};
use crate::ground::text::visible;
use crate::ground::time::time_text;
use crate::rows::group::{Fingerprint, Group, GroupFields, Groups, place_of};
use crate::rows::schemas::SchemaStore;
use crate::triage::blame::template::Includes;
use crate::triage::facts::incident;
use crate::triage::incidents::{self, Incident};
use crate::triage::notes::StandingNow;
use crate::triage::notes::file::NotesFile;
use crate::tui::advice::{self, GIVE_SCHEMAS};
use crate::tui::note_book::now;

/// What a line stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum By {
    /// A group
    #[default]
    Group,
    /// An incident: groups with the same fault at the same schema node of several doctypes, which began together
    Incident,
}

/// The shared files of the source of the schemas.
pub(in crate::cli) fn includes(source: Option<&Path>) -> Result<Option<Includes>> {
    source.map(Includes::of).transpose().map_err(|error| eyre!(advice::told(&error)))
}

/// What tells which nodes are the same.
pub(super) struct SameBy {
    schemas: Arc<SchemaStore>,
    includes: Option<Includes>,
}

impl SameBy {
    /// Asked before anything is read.
    pub(super) fn open(schemas: Option<&Arc<SchemaStore>>, source: Option<&Path>) -> Result<Self> {
        let Some(schemas) = schemas else { bail!("{}: {GIVE_SCHEMAS}", incident::TOLD_BY_SCHEMAS) };
        Ok(SameBy { schemas: schemas.clone(), includes: includes(source)? })
    }

    /// The incidents of groups, and what is to be said of them.
    pub(super) fn of(&mut self, groups: &Groups, chosen: &[&Group]) -> Vec<Incident> {
        incidents::of(groups, chosen, &self.schemas, self.includes.as_mut())
    }

    /// What could not be read of the source.
    pub(super) fn fault(&self) -> Option<String> {
        self.includes.as_ref().and_then(|includes| includes.fault.as_deref()).map(|fault| visible(fault).into_owned())
    }
}

/// The groups put together.
pub(super) fn print(mut listing: Listing<'_>, mut same_by: SameBy, notes: Option<&NotesFile>) -> Result<()> {
    let (groups, shown) = (listing.groups, listing.shown);
    let mut of = same_by.of(groups, shown);
    if listing.told.is_some() {
        of.iter_mut().for_each(Incident::without_key);
    }
    let noted = IncidentNotes::of(notes, groups, shown, &of);
    let without_data = listing.without_data();
    let printed = listing.printed(without_data.as_deref());
    let closing = incident::closing(&of).into_iter().chain(same_by.fault());
    listing.print_with(|| lines(groups, &printed, &of, &noted), || members(groups, &printed, &of, &noted), closing)
}

/// What people noted of incidents, each in one line; `None` where no notes were read.
#[derive(Default)]
pub(super) struct IncidentNotes(Option<HashMap<Fingerprint, String>>);

impl IncidentNotes {
    /// What the notes say of them now.
    pub(super) fn of(file: Option<&NotesFile>, groups: &Groups, chosen: &[&Group], incidents: &[Incident]) -> Self {
        // What is wrong with the file is told with the groups.
        let Some(notes) = file.and_then(|file| file.read().ok()) else { return IncidentNotes(None) };
        let line = |incident: &Incident| {
            let note = notes.incident(incident.fingerprint)?;
            let of: Vec<&Group> = incident.groups.iter().map(|&at| chosen[at]).collect();
            let line = StandingNow { of: &of, is_whole: true, among: groups, now: now() }.remark(note).line();
            Some((incident.fingerprint, line))
        };
        IncidentNotes(Some(incidents.iter().filter_map(line).collect()))
    }

    fn behind(&self, incident: &Incident, why: String) -> String {
        match self.0.as_ref().and_then(|of| of.get(&incident.fingerprint)) {
            Some(noted) => format!("{why}  [{noted}]"),
            None => why,
        }
    }
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
    /// What people noted of it, in one line, where notes were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Option<String>>,
    /// The largest first.
    groups: Vec<GroupFields<'a>>,
}

/// All incidents.
pub(super) fn members<'a>(
    groups: &'a Groups,
    chosen: &[&'a Group],
    incidents: &'a [Incident],
    noted: &IncidentNotes,
) -> Vec<IncidentMember<'a>> {
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
            place: shared.map_or_else(|| first.and_then(|group| group.key.path.as_deref()), |shared| shared.tail.as_deref()),
            key: shared.and_then(|shared| shared.key.as_deref()),
            note: noted.0.as_ref().map(|of| of.get(&incident.fingerprint).cloned()),
            groups: incident.groups.iter().map(|&at| GroupFields::of(chosen[at], groups)).collect(),
        }
    };
    incidents.iter().map(member).collect()
}

/// Stands in the column of a group's status.
const INCIDENT: &str = "incident";

/// The lines of a table: each incident of several groups with these below it, and the other groups.
pub(super) fn lines(groups: &Groups, chosen: &[&Group], incidents: &[Incident], noted: &IncidentNotes) -> Vec<GroupCells> {
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
            place_of(Some(&incident::place(shared)), None),
            noted.behind(incident, incident::why(incident, chosen).unwrap_or_default()),
            incident.fingerprint.to_string(),
        ]);
        for &at in &incident.groups {
            let [rows, state, doctype, place, says, print] = table::cells(chosen[at], groups);
            all.push([rows, state, format!("  {doctype}"), place, says, print]);
        }
    }
    all
}

/// Which incident each group of several is of, and why; for lines that tell one group.
pub(super) struct IncidentsOf {
    of: FxHashMap<Fingerprint, Membership>,
}

/// What a group's line tells of its incident. Names and meanings are stable.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Membership {
    /// Fingerprint of the incident.
    pub(super) incident: Fingerprint,
    /// Why its groups are put together.
    pub(super) why: String,
}

impl IncidentsOf {
    pub(super) fn new(incidents: &[Incident], chosen: &[&Group]) -> Self {
        let mut of = FxHashMap::default();
        for found in incidents {
            let Some(why) = incident::why(found, chosen) else { continue };
            let members = found.groups.iter().map(|&at| chosen[at].fingerprint);
            of.extend(members.map(|group| (group, Membership { incident: found.fingerprint, why: why.clone() })));
        }
        IncidentsOf { of }
    }

    /// What is told of a group; `None` of one that stands by itself.
    pub(super) fn get(&self, group: Fingerprint) -> Option<&Membership> {
        self.of.get(&group)
    }
}
