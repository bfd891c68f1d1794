//! Two sources side by side, in words.

use super::Facts;
use super::overview::{NOT_WHOLE, STRANGE, namespace};
use crate::ground::text::{count, plural};
use crate::ground::zone::Zone;
use crate::rows::group::{Group, Groups};
use crate::triage::overview::{Beside, BesideCounts, BesideDoctype, BesideLine, BesidePlace};

/// Why two sources cannot be compared where only one of them was counted with schemas.
pub const UNLIKE: &str = "one of both was counted with schemas and the other without, so their groups have other names";

/// Why nothing can be compared with groups of no rows; `None` where something can. Where nothing was read all groups would be gone, and nobody knows
/// whether they are.
pub fn incomparable(groups: &Groups) -> Option<String> {
    match (groups.rows, groups.outside, groups.unreadable.emptiness()) {
        (0, 0, Some(told)) => Some(format!("{told}, so nothing can be compared")),
        _ => None,
    }
}

/// Where something is, in a word or two.
pub fn place(place: BesidePlace) -> &'static str {
    match place {
        BesidePlace::Both => "both",
        BesidePlace::Here => "only here",
        BesidePlace::MaybeHere => "maybe only here",
        BesidePlace::There => "only beside",
        BesidePlace::MaybeThere => "maybe only beside",
    }
}

/// How many groups both have: `7 groups only here, 1 only beside, 1 in both`.
pub fn summary(beside: &Beside) -> String {
    let [(groups, only), (_, only_there)] = beside.groups();
    let (here, there) = (place(beside.only(0)), place(beside.only(1)));
    format!("{} {here}, {} {there}, {} in both", plural(only, "group", "groups"), count(only_there), count(groups - only))
}

/// What makes that uncertain: sentences without a full stop.
pub fn doubts(beside: &Beside) -> Vec<String> {
    let whole = (beside.is_whole != [true, true]).then_some(NOT_WHOLE);
    whole.into_iter().chain(beside.is_strange().then_some(STRANGE)).map(str::to_owned).collect()
}

/// The groups of a namespace or doctype: `only here: 1 group`, `5 groups, beside 2: 4 only here, 1 only beside`.
pub fn groups(beside: &Beside, counts: &BesideCounts) -> String {
    let at = beside.place(counts);
    if at != BesidePlace::Both {
        return format!("{}: {}", place(at), plural(counts.groups.iter().sum(), "group", "groups"));
    }
    let only = |side: usize| (counts.only[side] > 0).then(|| format!("{} {}", count(counts.only[side]), place(beside.only(side))));
    let only: Vec<String> = [only(0), only(1)].into_iter().flatten().collect();
    let told = format!("{}, beside {}", plural(counts.groups[0], "group", "groups"), count(counts.groups[1]));
    if only.is_empty() { format!("{told}: the same") } else { format!("{told}: {}", only.join(", ")) }
}

/// A doctype's name below its namespace: `session.1`.
pub fn doctype(line: &BesideDoctype) -> String {
    let version = line.version.as_deref().map(|version| format!(".{version}")).unwrap_or_default();
    let name = line.name.as_deref().unwrap_or("(no doctype)");
    crate::ground::text::visible(&format!("{name}{version}")).into_owned()
}

/// Everything known of a namespace, or of a doctype of it, in both.
pub fn sheet(beside: &Beside, line: &BesideLine, of: Option<&BesideDoctype>, zone: &Zone) -> (String, Facts) {
    let mut facts = Facts::default();
    let counts = of.map_or(&line.counts, |doctype| &doctype.counts);
    facts.named("in", place(beside.place(counts)));
    let each = |of: &[u64; 2]| format!("{} here, {} beside", count(of[0]), count(of[1]));
    facts.named("rows", &each(&counts.rows));
    facts.named("groups", &each(&counts.groups));
    facts.named(
        "of these",
        &format!("{} {}, {} {}", count(counts.only[0]), place(beside.only(0)), count(counts.only[1]), place(beside.only(1))),
    );
    if let Some(span) = counts.span {
        facts.named("seen", &format!("first {}, in either", zone.span(span, ", last ")));
    }
    doubts(beside).iter().for_each(|doubt| facts.line(doubt));
    let title = namespace(line.name.as_deref());
    (of.map_or(title.clone(), |of| format!("{title}/{}", doctype(of))), facts)
}

/// Everything told of a group that only one of both has.
pub fn only_sheet(beside: &Beside, side: usize, group: &Group, zone: &Zone) -> (String, Facts) {
    let mut facts = Facts::default();
    facts.line(&group.sentence());
    facts.named("in", place(beside.only(side)));
    facts.named("rows", &count(group.count));
    if let Some(span) = group.span {
        facts.named("seen", &format!("first {}", zone.span(span, ", last ")));
    }
    facts.named("group", &group.fingerprint.to_string());
    doubts(beside).iter().for_each(|doubt| facts.line(doubt));
    (group.key.doctype_name(), facts)
}
