//! An incident, worded.

use crate::ground::text::{plural, visible};
use crate::rows::group::Group;
use crate::triage::incidents::{Incident, Shared};

/// What has to be known to put groups together.
pub const TOLD_BY_SCHEMAS: &str = "which groups are one incident is told by their schemas";

/// Stands in a path for a key.
const ANY_KEY: &str = "{key}";

/// Why groups are put together, as a sentence without a full stop; `None` of a single group. Safe for a terminal.
pub fn why(incident: &Incident, chosen: &[&Group]) -> Option<String> {
    incident.shared.as_ref().map(|shared| format!("{}: {}", extent(incident, chosen), reason(shared)))
}

/// The same without how many groups it is. Safe for a terminal.
pub fn reason(shared: &Shared) -> String {
    let key = shared.key.as_ref().map(|key| format!(" of {}", visible(key))).unwrap_or_default();
    let at = shared.tail.as_ref().map(|tail| format!(" at {}{key}", visible(tail))).unwrap_or(key);
    let same = match (&shared.source, shared.with_parent) {
        (Some(file), _) => format!("which all have from {}", visible(file)),
        (None, true) => "where their schemas say the same, there and around it".to_owned(),
        (None, false) => "where their schemas say the same".to_owned(),
    };
    let time = if shared.same_deploy { "began with the same deploy" } else { "began within a day" };
    format!("{}{at}, {same}; all {time}", visible(&shared.fault))
}

/// The place that its groups have in common, as a line begins with it: `…/os/distro`, with the key of its map; else the file that all have it from. Safe for a terminal.
pub fn place(shared: &Shared) -> String {
    match (&shared.tail, &shared.source) {
        (Some(tail), _) => {
            let named = shared.key.as_deref().filter(|_| tail.matches(ANY_KEY).count() == 1).map(|key| tail.replacen(ANY_KEY, key, 1));
            format!("…/{}", visible(named.as_ref().unwrap_or(tail)))
        }
        (None, Some(file)) => visible(file).into_owned(),
        (None, None) => String::new(),
    }
}

/// `9 groups of 9 doctypes`
pub fn extent(incident: &Incident, chosen: &[&Group]) -> String {
    let groups = plural(incident.groups.len() as u64, "group", "groups");
    format!("{groups} of {}", plural(incident.doctypes(chosen) as u64, "doctype", "doctypes"))
}

/// How many incidents groups make, for the closing line; `None` where each group stands by itself.
pub fn closing(incidents: &[Incident]) -> Option<String> {
    let several: Vec<&Incident> = incidents.iter().filter(|incident| incident.groups.len() > 1).collect();
    let groups: usize = several.iter().map(|incident| incident.groups.len()).sum();
    (!several.is_empty()).then(|| {
        let groups = plural(groups as u64, "group", "groups");
        format!("{groups} put together into {}", plural(several.len() as u64, "incident", "incidents"))
    })
}
