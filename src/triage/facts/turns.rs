//! What became of documents that were judged by two states of the schemas.

use crate::ground::aligned::Aligned;
use crate::ground::text::{self, count, percent, plural, visible};
use crate::pipeline::fault::BEYOND_SCHEMAS;
use crate::rows::group::Group;
use crate::triage::recheck::{NO_SCHEMA, Recheck, RefusingPlace, Turn, TurnCounts};

/// Why documents fail whose schema is not there.
pub const WITHOUT_SCHEMA: &str = "there is no schema of them";

/// Groups that are listed.
const MOST_LISTED: usize = 40;

/// Places that are listed below a group.
const MOST_PLACES: usize = 3;

/// Cells of a group's name.
const MOST_CELLS: usize = 90;

/// Documents judged twice, as they are told.
pub struct ToldTurns<'a> {
    /// The two states.
    pub recheck: &'a Recheck,
    /// Counts of each group or doctype with its name, which may hold anything.
    pub counts: Vec<(&'a TurnCounts, String)>,
    /// Rows of each group that were judged at most; `None` where all were.
    pub most: Option<usize>,
    /// Rows without a payload or a doctype that might be judged if they had one.
    pub without: u64,
    /// Rows that no schemas would take.
    pub beyond: u64,
    /// Whether reading ended early.
    pub is_partial: bool,
}

/// Rows that cannot be judged, without a full stop; `None` where there are none.
pub fn without(rows: u64) -> Option<String> {
    (rows > 0).then(|| format!("{} no payload or no doctype and cannot be judged by any schemas", plural(rows, "row has", "rows have")))
}

/// Rows for which schemas are no matter, without a full stop; `None` where there are none.
pub fn beyond(rows: u64) -> Option<String> {
    (rows > 0).then(|| format!("{} {BEYOND_SCHEMAS}, whatever the schemas say", plural(rows, "more row is", "more rows are")))
}

impl ToldTurns<'_> {
    /// Everything together.
    pub fn total(&self) -> TurnCounts {
        let mut total = TurnCounts::default();
        self.counts.iter().for_each(|(counts, _)| total.absorb(counts));
        total
    }

    /// Sums, the groups for which it makes a difference, and what has to be known beside them. Safe for a terminal.
    pub fn to_text(&self) -> String {
        let total = self.total();
        let (before, after) = (self.recheck.before().name(), self.recheck.after().name());
        let mut text = format!("judged by  {}\nagainst    {}\n\n", visible(&before), visible(&after));
        let mut sums = Aligned::bare(&[0, 1]);
        for turn in Turn::ALL.into_iter().filter(|turn| total.of(*turn) > 0) {
            sums.push([count(total.of(turn)), percent(total.of(turn), total.all()), turn.words().to_owned()]);
        }
        text.push_str(&sums.to_text());
        text.push_str(&self.table());
        self.notes().into_iter().for_each(|note| text.push_str(&format!("\n{note}")));
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }

    fn table(&self) -> String {
        let listed: Vec<&(&TurnCounts, String)> = self.counts.iter().filter(|(counts, _)| counts.is_changed()).collect();
        if listed.is_empty() {
            return String::new();
        }
        let mut table = Aligned::under(["newly fail", "same", "differently", "pass now", "pass", ""], &[0, 1, 2, 3, 4]);
        for (counts, name) in listed.iter().take(MOST_LISTED) {
            let of = |turn| if counts.of(turn) > 0 { count(counts.of(turn)) } else { "·".to_owned() };
            let name = text::clip_middle(&visible(name), MOST_CELLS).into_owned();
            table.push([of(Turn::Refused), of(Turn::Same), of(Turn::Different), of(Turn::Taken), of(Turn::Passes), name]);
            for (place, count_of) in counts.places().into_iter().take(MOST_PLACES) {
                let [a, b, c, d, e] = Default::default();
                table.push([a, b, c, d, e, format!("  {} × {}", count(count_of), self.place(place))]);
            }
        }
        let more = listed.len().saturating_sub(MOST_LISTED);
        let behind = if more > 0 { format!("and {} more\n", plural(more as u64, "group", "groups")) } else { String::new() };
        format!("\n{}{behind}", table.to_text())
    }

    fn place(&self, place: RefusingPlace) -> String {
        if place == NO_SCHEMA {
            return WITHOUT_SCHEMA.to_owned();
        }
        let (at, node, keyword) = place;
        let schema = self.recheck.after().schema(at).ok().flatten();
        let pointer = schema.map(|schema| schema.pointer(node)).unwrap_or_default();
        format!("{keyword} at #{}", visible(&pointer))
    }

    /// What has to be known beside the counts, in sentences.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.total().of(Turn::Unjudged) > 0 {
            let unread = self.recheck.unread();
            notes.extend(unread.iter().map(|reason| format!("Not judged, because a schema does not load: {}.", visible(reason))));
            if unread.is_empty() {
                notes.push("Not judged, because a schema cannot be asked to its end: misfit judge tells of each document why.".to_owned());
            }
        }
        if let Some(most) = self.most {
            notes.push(format!("Of each group at most {} were judged; shares are of those.", plural(most as u64, "row", "rows")));
        }
        notes.extend([without(self.without), beyond(self.beyond)].into_iter().flatten().map(|told| told + "."));
        if self.is_partial {
            notes.push("Reading ended early: there are more rows.".to_owned());
        }
        notes
    }
}

/// A group by name: doctype, path, fault.
pub fn group_name(group: &Group) -> String {
    let key = &group.key;
    format!("{}  {}  {}  {}", key.doctype_name(), key.path.as_deref().unwrap_or_default(), key.fault, group.fingerprint)
}
