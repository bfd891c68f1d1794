//! Documents that were accepted, counted by doctype and hour: what failures stand beside.
//!
//! Owns: counts by namespace, doctype, version and hour or day; which of them are of a doctype in a window.
//! Refuses: where they come from (volume/read reads a file, sources of counts add their own), failures and rates (group/rates).

mod read;

use std::collections::{BTreeMap, HashMap};

use crate::ground::time::{DAY, Micros};
use crate::pipeline::names::snake_case;

pub use read::{MOST_COUNTS, VolumeError};

/// An hour.
pub const HOUR: Micros = 3_600_000_000;

/// Accepted documents.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Volume {
    doctypes: HashMap<(String, String), DoctypeVolume>,
    /// From the beginning of the first to the end of the last hour or day that is counted.
    span: Option<(Micros, Micros)>,
    /// Counts in all.
    counts: usize,
    /// Counts of an hour that was counted before, and that were added to it.
    pub repeated: u64,
}

/// Those of a doctype, by version; without one they are of all versions together.
type DoctypeVolume = BTreeMap<Option<String>, BTreeMap<(Micros, Micros), u64>>;

/// Whose documents: of one version, or of all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VolumeOf {
    namespace: String,
    doctype: String,
    /// `None`: of all versions together.
    pub version: Option<String>,
}

impl Volume {
    /// Adds so many documents from a time on, of an hour or a day. Names are compared as the decoder does.
    pub fn add(&mut self, (namespace, doctype): (&str, &str), version: Option<&str>, (from, width): (Micros, Micros), accepted: u64) {
        let (count, is_known) = self.count((namespace, doctype), version, (from, width));
        *count = count.saturating_add(accepted);
        self.repeated += u64::from(is_known);
    }

    /// Takes note of what a row of counts says beside its own count: many rows repeat the same number, which is counted once.
    pub(crate) fn note(&mut self, (namespace, doctype): (&str, &str), version: Option<&str>, day: Micros, accepted: u64) {
        let (count, _) = self.count((namespace, doctype), version, (day.div_euclid(DAY) * DAY, DAY));
        *count = (*count).max(accepted);
    }

    /// Takes in what another thread has noted.
    pub(crate) fn absorb(&mut self, other: Volume) {
        for ((namespace, doctype), versions) in other.doctypes {
            for (version, counts) in versions {
                for ((from, end), accepted) in counts {
                    let (count, _) = self.count((&namespace, &doctype), version.as_deref(), (from, end - from));
                    *count = (*count).max(accepted);
                }
            }
        }
    }

    /// The count of that hour or day, and whether there was one.
    fn count(&mut self, (namespace, doctype): (&str, &str), version: Option<&str>, (from, width): (Micros, Micros)) -> (&mut u64, bool) {
        let (from, end) = (from.div_euclid(width) * width, from.div_euclid(width) * width + width);
        self.span = Some(self.span.map_or((from, end), |(first, last)| (first.min(from), last.max(end))));
        let of = self.doctypes.entry((snake_case(namespace), snake_case(doctype))).or_default();
        let counts = of.entry(version.map(str::to_owned)).or_default();
        let is_known = counts.contains_key(&(from, end));
        self.counts += usize::from(!is_known);
        (counts.entry((from, end)).or_default(), is_known)
    }

    /// The first of the doctypes that are counted, by name: `acme_app/menu`, as the decoder writes it.
    pub fn first_name(&self) -> Option<String> {
        self.doctypes.keys().min().map(|(namespace, doctype)| format!("{namespace}/{doctype}"))
    }

    /// Whether nothing is counted.
    pub fn is_empty(&self) -> bool {
        self.counts == 0
    }

    /// From the beginning of the first to the end of the last hour or day.
    pub fn span(&self) -> Option<(Micros, Micros)> {
        self.span
    }

    /// Which counts failures of a doctype and version stand beside: those of the version, else those of all versions; `None` where nothing is
    /// counted of them.
    pub fn of(&self, namespace: &str, doctype: &str, version: Option<&str>) -> Option<VolumeOf> {
        let (namespace, doctype) = (snake_case(namespace), snake_case(doctype));
        let versions = self.doctypes.get(&(namespace.clone(), doctype.clone()))?;
        let own = version.map(str::to_owned).filter(|version| versions.contains_key(&Some(version.clone())));
        // A version that is not counted where others are has no documents that anybody knows of.
        let is_known = own.is_some() || version.is_none() || versions.contains_key(&None);
        is_known.then_some(VolumeOf { namespace, doctype, version: own })
    }

    /// The documents of them from a time on up to another; of an hour or day that is only touched as large a part as is touched. `None` where
    /// no hour in there is counted.
    pub fn accepted(&self, of: &VolumeOf, window: (Micros, Micros)) -> Option<u64> {
        let versions = self.doctypes.get(&(of.namespace.clone(), of.doctype.clone()))?;
        in_window(versions, &of.version, window)
    }

    /// All documents of a namespace in there, failing doctypes or not.
    pub fn accepted_of_namespace(&self, namespace: &str, window: (Micros, Micros)) -> Option<u64> {
        let namespace = snake_case(namespace);
        let doctypes = self.doctypes.iter().filter(|((known, _), _)| *known == namespace);
        let counts: Vec<u64> = doctypes.filter_map(|(_, versions)| in_window(versions, &None, window)).collect();
        (!counts.is_empty()).then(|| counts.into_iter().sum())
    }
}

/// The counts of a version, or of all: what is counted without a version is their sum.
fn in_window(versions: &DoctypeVolume, version: &Option<String>, window: (Micros, Micros)) -> Option<u64> {
    let known: Vec<u64> = match versions.get(version) {
        Some(counts) => vec![sum(counts, window)?],
        None if version.is_none() => versions.values().filter_map(|counts| sum(counts, window)).collect(),
        None => return None,
    };
    (!known.is_empty()).then(|| known.into_iter().sum())
}

fn sum(counts: &BTreeMap<(Micros, Micros), u64>, (from, to): (Micros, Micros)) -> Option<u64> {
    // What began a day before may reach into the window.
    let near = counts.range((from.saturating_sub(DAY), Micros::MIN)..(to, Micros::MIN));
    let mut touched = near.filter(|((begin, end), _)| *begin < to && *end > from).peekable();
    touched.peek()?;
    let part = |((begin, end), accepted): (&(Micros, Micros), &u64)| {
        let inside = i128::from((*end).min(to) - (*begin).max(from));
        (i128::from(*accepted) * inside / i128::from(end - begin)) as u64
    };
    Some(touched.map(part).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(counts: &[(&str, Option<&str>, i64, u64)]) -> Volume {
        let mut volume = Volume::default();
        for (doctype, version, hour, accepted) in counts {
            volume.add(("acme-app", doctype), *version, (hour * HOUR, HOUR), *accepted);
        }
        volume
    }

    fn accepted(volume: &Volume, doctype: &str, version: Option<&str>, hours: (i64, i64)) -> Option<u64> {
        volume.accepted(&volume.of("acme_app", doctype, version)?, (hours.0 * HOUR, hours.1 * HOUR))
    }

    #[test]
    fn what_has_no_version_is_the_sum_of_all() {
        let versions = volume(&[("events", Some("1"), 5, 10), ("events", Some("2"), 5, 20), ("events", Some("1"), 6, 1)]);
        assert_eq!(accepted(&versions, "events", Some("1"), (5, 6)), Some(10));
        assert_eq!(accepted(&versions, "events", None, (5, 7)), Some(31));
        assert_eq!(accepted(&versions, "events", Some("3"), (5, 7)), None);
        let both = volume(&[("events", Some("1"), 5, 10), ("events", None, 5, 25)]);
        assert_eq!((accepted(&both, "events", None, (5, 6)), accepted(&both, "events", Some("2"), (5, 6))), (Some(25), Some(25)));
        assert_eq!(both.accepted_of_namespace("acme-app", (0, 9 * HOUR)), Some(25));
    }

    #[test]
    fn what_is_not_counted_is_not_known() {
        let volume = volume(&[("events", None, 5, 10)]);
        assert_eq!((accepted(&volume, "crash", None, (5, 6)), accepted(&volume, "events", None, (6, 9))), (None, None));
        assert_eq!(volume.accepted_of_namespace("other", (0, 9 * HOUR)), None);
        assert_eq!(accepted(&volume, "events", None, (0, 9)), Some(10));
    }

    #[test]
    fn an_hour_that_is_touched_counts_for_its_part_and_one_that_is_told_again_is_added() {
        let mut volume = volume(&[("events", None, 5, 60), ("events", None, 5, 60)]);
        let of = volume.of("acme-app", "events", None).unwrap();
        assert_eq!(volume.accepted(&of, (5 * HOUR + HOUR / 4, 6 * HOUR)), Some(90));
        assert_eq!(volume.repeated, 1);
        volume.add(("acme-app", "events"), None, (DAY + 7 * HOUR, DAY), 2400);
        assert_eq!(volume.accepted(&of, (DAY + 12 * HOUR, DAY + 18 * HOUR)), Some(600));
        assert_eq!(volume.span(), Some((5 * HOUR, 2 * DAY)));
    }

    #[test]
    fn a_number_that_every_row_repeats_counts_once() {
        let mut one = Volume::default();
        for hour in [3, 9] {
            one.note(("telemetry", "main"), None, hour * HOUR, 500);
        }
        let mut other = Volume::default();
        other.note(("telemetry", "main"), None, 4 * HOUR, 500);
        one.absorb(other);
        let of = one.of("telemetry", "main", None).unwrap();
        assert_eq!((one.accepted(&of, (0, DAY)), one.repeated), (Some(500), 0));
    }
}
