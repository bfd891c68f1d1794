//! Namespaces at a glance, names that the schemas do not have, and what has changed since: in words.

use super::Facts;
use super::rate;
use crate::ground::text::{count, listed, percent, plural, visible};
use crate::ground::zone::Zone;
use crate::rows::group::{Group, Groups, NO_NAMESPACE};
use crate::triage::overview::{Changes, GoneGroup, Guess, NamespaceChanges, NamespaceLine, Overview, STAGES, StageLine, UnknownName};

/// Said of a comparison with rows of which not all were read.
pub const NOT_WHOLE: &str = "not all of the input could be read: what seems to be missing may be there";

/// Said of a comparison where no group is in both.
pub const STRANGE: &str = "no group is in both: were they counted with the same schemas?";

/// Stands for the stage of rows that tell none.
pub const NO_STAGE: &str = "(no stage)";

/// Said of a namespace that the schemas do not have, in a word.
pub const UNKNOWN: &str = "unknown";

/// Largest groups of a namespace that are told.
const MOST_GROUPS: usize = 20;

/// Doctypes that a guess names.
const MOST_DOCTYPES: usize = 4;

/// A namespace's name.
pub fn namespace(name: Option<&str>) -> String {
    name.map_or_else(|| NO_NAMESPACE.to_owned(), |name| visible(name).into_owned())
}

/// A stage's name.
pub fn stage(name: Option<&str>) -> String {
    name.map_or_else(|| NO_STAGE.to_owned(), |name| visible(name).into_owned())
}

/// `2,000 rows in 73 groups of 12 namespaces`, and how many of these the schemas do not have.
pub fn summary(overview: &Overview, groups: &Groups) -> String {
    let unknown = match overview.unknown_namespaces {
        Some(unknown @ 1..) => format!(", {} of them unknown to the schemas", count(unknown)),
        _ => String::new(),
    };
    let (rows, list) = (plural(groups.rows, "row", "rows"), plural(groups.list.len() as u64, "group", "groups"));
    format!("{rows} in {list} of {}{unknown}", plural(overview.namespaces.len() as u64, "namespace", "namespaces"))
}

/// `1,900 rows in 60 groups, 95 % of all`.
pub fn stage_words(line: &StageLine, groups: &Groups) -> String {
    let share = percent(line.rows, groups.rows);
    format!("{} in {}, {share} of all", plural(line.rows, "row", "rows"), plural(line.groups, "group", "groups"))
}

/// Where a stage stands in the pipeline: `the 3rd stage of the pipeline that can refuse a document, of 6`.
pub fn stage_place(stage: Option<&str>) -> String {
    match stage.map(|stage| STAGES.iter().position(|known| *known == stage)) {
        Some(Some(at)) => {
            format!(
                "the {} stage of the pipeline that can refuse a document, of {}",
                crate::ground::text::ordinal(at as u64 + 1),
                STAGES.len()
            )
        }
        Some(None) => "its place in the pipeline is not known".to_owned(),
        None => "the rows do not tell which stage refused them".to_owned(),
    }
}

/// What is unknown of a name, in a word.
pub fn unknown_kind(name: &UnknownName) -> &'static str {
    match (&name.doctype, &name.version) {
        (None, _) => "namespace",
        (Some(_), None) => "doctype",
        (Some(_), Some(_)) => "version",
    }
}

/// A name that the schemas do not have: `acme`, `acme/main`, `acme/main.4`.
pub fn unknown_title(name: &UnknownName) -> String {
    let doctype = name.doctype.as_deref().map(|doctype| format!("/{doctype}")).unwrap_or_default();
    let version = name.version.as_deref().map(|version| format!(".{version}")).unwrap_or_default();
    visible(&format!("{}{doctype}{version}", name.namespace)).into_owned()
}

/// The nearest known names in a line; `-` where there is none.
pub fn nearest(name: &UnknownName) -> String {
    match (&name.nearest[..], &name.version) {
        ([], _) => "-".to_owned(),
        (versions, Some(_)) => format!("version {}", visible(&versions.join(", "))),
        (names, None) => visible(&names.join(", ")).into_owned(),
    }
}

/// What it may be, in a word for scripts.
pub fn guess_word(guess: &Guess) -> &'static str {
    match guess {
        Guess::Spelling { .. } => "spelling",
        Guess::Typo { .. } => "typo",
        Guess::Unregistered { .. } => "not_registered",
        Guess::ForkOf { .. } | Guess::ForkByWord { .. } => "fork",
        Guess::KnownDoctypes { .. } => "fork_or_not_registered",
        Guess::OtherNamespace { .. } => "other_namespace",
        Guess::OtherVersion => "other_version",
    }
}

/// What an unknown name may be and what speaks for it, as a sentence without a full stop; that nothing does.
pub fn guess(name: &UnknownName) -> String {
    let what = unknown_kind(name);
    let and_more = |more: usize| if more > 0 { format!(" and {} more", count(more as u64)) } else { String::new() };
    let Some(guess) = &name.guess else { return "nothing tells what it may be".to_owned() };
    let words = match guess {
        Guess::Spelling { known } => format!("perhaps misspelled: these are the letters of {known}, parted otherwise"),
        Guess::Typo { known, letters } => {
            format!("perhaps a typo: {} away from {known}", plural(*letters as u64, "letter", "letters"))
        }
        Guess::Unregistered { begins, known } => {
            format!("perhaps not registered yet: {} known namespaces begin with {begins} as well", count(*known as u64))
        }
        Guess::ForkOf { known } => format!("perhaps a fork: it holds the whole name {known}"),
        Guess::ForkByWord { word, known, more } => format!("perhaps a fork: it shares the word {word} with {known}{}", and_more(*more)),
        Guess::KnownDoctypes { doctypes, known, more } => {
            let told = listed(doctypes.len(), MOST_DOCTYPES);
            let rest = and_more(doctypes.len() - told);
            let (noun, verb) = if doctypes.len() == 1 { ("doctype", "is") } else { ("doctypes", "are") };
            let names = doctypes.iter().take(told).map(String::as_str).collect::<Vec<_>>().join(", ");
            format!("perhaps a fork, or not registered yet: its {noun} {names}{rest} {verb} known of {known}{}", and_more(*more))
        }
        Guess::OtherNamespace { known, more } => {
            format!(
                "perhaps sent under the wrong namespace, or not registered there yet: the {what} is known of {known}{}",
                and_more(*more)
            )
        }
        Guess::OtherVersion => "the schemas have this doctype in other versions".to_owned(),
    };
    visible(&words).into_owned()
}

/// What has to be said of an overview beside its numbers: sentences without a full stop.
pub fn notes(overview: &Overview) -> Vec<String> {
    let more = overview.more_stages;
    let stages = (more > 0).then(|| format!("{} more are not told", plural(more, "stage", "stages")));
    let (left, rows) = overview.more_unknown;
    let names = (left > 0).then(|| {
        let names = plural(left, "more name that the schemas do not have is", "more names that the schemas do not have are");
        format!("{names} not told one by one, with {}", plural(rows, "row", "rows"))
    });
    stages.into_iter().chain(names).collect()
}

/// `1 new group, 2 grown, 0 gone, 27 about as before`.
pub fn changed(new: u64, grown: u64, gone: u64, same: u64) -> String {
    format!("{}, {} grown, {} gone, {} about as before", plural(new, "new group", "new groups"), count(grown), count(gone), count(same))
}

/// What has changed since the last visit, as a sentence without a full stop.
pub fn since_visit(changes: &Changes, zone: &Zone) -> String {
    let when = zone.moment(changes.then);
    let [new, grown, gone] = [changes.new.len(), changes.grown.len(), changes.gone.len()].map(|n| n as u64);
    let words = match (new, grown, gone) {
        (0, 0, 0) => format!("nothing new, grown or gone in {}", plural(changes.same, "group", "groups")),
        _ => changed(new, grown, gone, changes.same),
    };
    // Where the line is cut the doubts behind it are not seen.
    let doubt = if changes.is_partial || changes.is_strange { ", uncertain" } else { "" };
    format!("Since your last visit on {when}{doubt}: {words}")
}

/// What makes that uncertain: sentences without a full stop.
pub fn doubts(changes: &Changes) -> Vec<String> {
    let partial = changes.is_partial.then(|| NOT_WHOLE.to_owned());
    let strange = changes.is_strange.then(|| STRANGE.to_owned());
    let small = (changes.small > 0).then(|| {
        format!("of {} nothing is said: only the largest of then were kept", plural(changes.small, "small group", "small groups"))
    });
    let grown = changes.least.filter(|_| !changes.new.is_empty()).map(|least| {
        let rows = plural(least, "row", "rows");
        format!("groups that had no more than {rows} then were not kept: some that are called new may have been there")
    });
    partial.into_iter().chain(strange).chain(small).chain(grown).collect()
}

/// Of a group that is new since a visit. Of more groups than were kept nobody knows which of the small ones were there.
pub fn new_since(changes: Option<&Changes>) -> &'static str {
    match changes.and_then(|changes| changes.least) {
        Some(_) => "was not among the largest groups of your last visit",
        None => "was not there at your last visit",
    }
}

/// How a group grew: `comes 3.4 times as fast, had 12 rows`.
pub fn grew(before: u64, times: f64) -> String {
    format!("comes {times:.1} times as fast, had {} then", plural(before, "row", "rows"))
}

/// What a group that is gone was.
pub fn gone(gone: &GoneGroup) -> String {
    let name = crate::rows::group::doctype_name(gone.namespace.as_deref(), gone.doctype.as_deref(), gone.version.as_deref());
    format!("{}  {name}", gone.fingerprint)
}

/// What has changed in a namespace; nothing where nothing has.
fn namespace_changes(changes: NamespaceChanges) -> Option<String> {
    let parts = [(changes.new, "new"), (changes.grown, "grown"), (changes.gone, "gone")];
    let told: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", count(*n))).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// How many groups a namespace has: `13 groups, 2 muted`.
pub fn namespace_groups(line: &NamespaceLine) -> String {
    let groups = plural(line.groups(), "group", "groups");
    if line.muted == 0 { groups } else { format!("{groups}, {} muted", count(line.muted.into())) }
}

/// Everything known of a namespace, with times in a zone.
pub fn namespace_sheet(overview: &Overview, groups: &Groups, line: &NamespaceLine, zone: &Zone, changes: Option<&Changes>) -> Facts {
    let mut facts = Facts::default();
    let share = percent(line.rows, groups.rows);
    facts.named("rows", &format!("{}, {share} of all", count(line.rows)));
    facts.named("groups", &count(line.groups()));
    if line.muted > 0 {
        facts.named("muted", &plural(line.muted.into(), "group", "groups"));
    }
    if let Some(rates) = &groups.rates {
        facts.named("rate", &rate::namespace_words(rates.namespace(line.name.as_deref())));
    }
    match line.span {
        Some(span) => facts.named("seen", &format!("first {}", zone.span(span, ", last "))),
        None => facts.named("seen", "no row tells when it came"),
    }
    match (line.began, line.new) {
        _ if groups.deploys.is_empty() => {}
        (0, _) => facts.named("deploys", "began none of its groups"),
        (began, 0) => facts.named("deploys", &format!("began {}", plural(began.into(), "group", "groups"))),
        (began, new) => {
            facts.named("deploys", &format!("began {}, the newest {}", plural(began.into(), "group", "groups"), count(new.into())));
        }
    }
    if let Some(words) = changes.and_then(|changes| namespace_changes(changes.namespace(line.name.as_deref()))) {
        facts.named("since", &format!("your last visit: {words}"));
    }
    if line.is_known == Some(false) {
        facts.named("schemas", "do not have this namespace");
    }
    let names: Vec<&UnknownName> = overview.unknown_of(line).take(MOST_GROUPS).collect();
    if !names.is_empty() {
        facts.heading("Not in the schemas");
    }
    let told = names.len();
    names.into_iter().for_each(|name| unknown_lines(&mut facts, name));
    facts.more("", overview.unknown_of(line).count() as u64, told);
    facts.heading("Largest groups");
    group_lines(&mut facts, overview.groups_of(groups, line), line.groups());
    facts
}

fn group_lines<'a>(facts: &mut Facts, groups: impl Iterator<Item = &'a Group>, all: u64) {
    let told = listed(usize::try_from(all).unwrap_or(usize::MAX), MOST_GROUPS);
    groups.take(told).for_each(|group| facts.line(&format!("{:>9}  {}", count(group.count), group.sentence())));
    if all > told as u64 {
        facts.line(&format!("{:>9}  more groups", count(all - told as u64)));
    }
}

fn unknown_lines(facts: &mut Facts, name: &UnknownName) {
    facts.named(unknown_kind(name), &format!("{}  {}", unknown_title(name), plural(name.rows, "row", "rows")));
    facts.named("nearest", &nearest(name));
    facts.named("guess", &guess(name));
}

/// Everything known of a name that the schemas do not have.
pub fn unknown_sheet(name: &UnknownName, zone: &Zone) -> Facts {
    let mut facts = Facts::default();
    facts.line(&format!("The schemas do not have this {}", unknown_kind(name)));
    unknown_lines(&mut facts, name);
    facts.named("groups", &count(name.groups));
    if let Some(span) = name.span {
        facts.named("seen", &format!("first {}", zone.span(span, ", last ")));
    }
    facts.gap();
    facts.line("A guess is by the name alone: it is no more than likely.");
    facts
}

/// Everything known of a stage.
pub fn stage_sheet(line: &StageLine, groups: &Groups) -> Facts {
    let mut facts = Facts::default();
    facts.line(&stage_place(line.stage.as_deref()));
    facts.line(&stage_words(line, groups));
    if line.began > 0 {
        facts.line(&format!("deploys began {} of them", plural(line.began, "group", "groups")));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(guess: Option<Guess>, nearest: &[&str]) -> UnknownName {
        UnknownName {
            namespace: "com-acme\u{1b}".into(),
            doctype: None,
            version: None,
            rows: 3,
            groups: 1,
            span: None,
            nearest: nearest.iter().map(|name| (*name).to_owned()).collect(),
            guess,
        }
    }

    #[test]
    fn a_guess_says_what_speaks_for_it_and_never_more() {
        let told = |what| guess(&name(Some(what), &[]));
        let known = || "acme-reader".to_owned();
        assert_eq!(told(Guess::Typo { known: known(), letters: 1 }), "perhaps a typo: 1 letter away from acme-reader");
        assert_eq!(told(Guess::ForkOf { known: known() }), "perhaps a fork: it holds the whole name acme-reader");
        assert_eq!(
            told(Guess::KnownDoctypes { doctypes: vec!["events".into(), "session".into()], known: known(), more: 2 }),
            "perhaps a fork, or not registered yet: its doctypes events, session are known of acme-reader and 2 more"
        );
        assert_eq!(guess(&name(None, &[])), "nothing tells what it may be");
    }

    #[test]
    fn names_are_shown_and_not_obeyed() {
        assert_eq!(unknown_title(&name(None, &[])), "com-acme\\u{1b}");
        assert_eq!(nearest(&name(None, &["a", "b\u{202e}"])), "a, b\\u{202e}");
        assert_eq!((namespace(None), stage(Some("\n"))), (NO_NAMESPACE.to_owned(), "\\n".to_owned()));
    }

    #[test]
    fn what_has_changed_is_told_with_what_makes_it_uncertain() {
        let changes = Changes { same: 4, small: 2, is_partial: true, new: vec![0], ..Changes::default() };
        assert_eq!(
            since_visit(&changes, &Zone::UTC),
            "Since your last visit on 1970-01-01 00:00 UTC, uncertain: 1 new group, 0 grown, 0 gone, 4 about as before"
        );
        assert_eq!(doubts(&changes).len(), 2);
        let same = Changes { same: 4, ..Changes::default() };
        assert_eq!(since_visit(&same, &Zone::UTC), "Since your last visit on 1970-01-01 00:00 UTC: nothing new, grown or gone in 4 groups");
    }
}
