//! An earlier export of groups held against the groups of now: which are new, gone or grown.
//!
//! Owns: what is kept of an earlier export, what growth means.
//! Refuses: the forms of such an export (read), printing (cli).

mod read;
mod visit;

use std::collections::HashMap;

use crate::ground::time::Micros;
use crate::pipeline::names::snake_case;
use crate::rows::advice::Advised;
use crate::rows::group::{Fingerprint, Group, GroupRecord, Groups};

pub use visit::{AskedRows, MOST_KEPT, Visit};

const HOUR: Micros = 3_600_000_000;

/// An earlier export.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Baseline {
    /// Its groups, in its order, untrusted: names, place, count and times; the rest is left at its default.
    pub groups: Vec<GroupRecord>,
    /// Whether schemas generalised its paths; `None` where it does not say, as exports before that mark, and nothing in it tells.
    pub by_schemas: Option<bool>,
}

/// What counts as growth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Growth {
    /// Rows come more than so many times as fast as they did.
    pub factor: f64,
    /// There are at least so many rows now.
    pub rows: u64,
}

impl Default for Growth {
    fn default() -> Self {
        Growth { factor: 2.0, rows: 10 }
    }
}

/// The groups of now beside those of then.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// Groups that the baseline does not have.
    pub new: Vec<&'a Group>,
    /// Groups that grew, with what they were.
    pub grown: Vec<(&'a Group, &'a GroupRecord, Grown)>,
    /// Groups that are no more.
    pub gone: Vec<&'a GroupRecord>,
    /// Groups that are about as they were.
    pub same: u64,
    /// Whether both sides have groups and share none: then they were most likely made with other schemas.
    pub is_strange: bool,
}

/// How much a group grew.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grown {
    /// How many times as fast its rows come now or, where both sides know rates, how many times as large its part of all that comes is.
    pub times: f64,
    /// The rates of then and now, where both sides know them.
    pub rates: Option<(f64, f64)>,
}

impl Baseline {
    /// Reads an export of groups as JSON, NDJSON or CSV, told by its content. The reason of a refusal says where and what to do.
    pub fn parse(text: &[u8]) -> Result<Self, Advised> {
        read::parse(text)
    }

    /// Leaves only groups of these namespaces and doctypes, compared after snake case; empty lists leave everything.
    pub fn retain(&mut self, namespaces: &[String], doctypes: &[String]) {
        let is_asked = |names: &[String], name: &Option<String>| {
            names.is_empty() || name.as_deref().is_some_and(|name| names.iter().any(|asked| snake_case(asked) == snake_case(name)))
        };
        self.groups.retain(|known| is_asked(namespaces, &known.namespace) && is_asked(doctypes, &known.doctype));
    }

    /// Whether its fingerprints cannot be those of now: one side was made with schemas, the other without. What is not known contradicts nothing.
    pub fn contradicts(&self, now: &Groups) -> bool {
        !self.groups.is_empty() && self.by_schemas.zip(now.by_schemas).is_some_and(|(then, now)| then != now)
    }

    /// The groups of now held against this. Where both sides know a group's rate, that is compared: more rows of more documents are no growth. Else
    /// rows are counted per hour of the time that each side spans; where a side has no times, whole counts are compared.
    pub fn compare<'a>(&'a self, now: &'a Groups, growth: Growth) -> Comparison<'a> {
        let by_print: HashMap<Fingerprint, &GroupRecord> = self.groups.iter().map(|known| (known.fingerprint, known)).collect();
        let faster = self.hours().zip(hours(now.span)).map_or(1.0, |(then, now)| then / now);
        let mut comparison = Comparison { new: Vec::new(), grown: Vec::new(), gone: Vec::new(), same: 0, is_strange: false };
        for group in &now.list {
            let Some(known) = by_print.get(&group.fingerprint) else {
                comparison.new.push(group);
                continue;
            };
            let rate = now.rates.as_ref().and_then(|rates| rates.group(group)).map(|rate| rate.share());
            let rates = known.rate.filter(|then| *then > 0.0).zip(rate);
            let times = match rates {
                Some((then, now)) => now / then,
                None => group.count as f64 / known.count.max(1) as f64 * faster,
            };
            if times > growth.factor && group.count >= growth.rows {
                comparison.grown.push((group, known, Grown { times, rates }));
            } else {
                comparison.same += 1;
            }
        }
        let is_there: std::collections::HashSet<Fingerprint> = now.list.iter().map(|group| group.fingerprint).collect();
        comparison.gone = self.groups.iter().filter(|known| !is_there.contains(&known.fingerprint)).collect();
        let shares = comparison.gone.len() < self.groups.len();
        comparison.is_strange = !shares && !self.groups.is_empty() && !now.list.is_empty();
        comparison
    }

    fn hours(&self) -> Option<f64> {
        let spans = self.groups.iter().filter_map(|known| known.span);
        hours(spans.reduce(|all, span| (all.0.min(span.0), all.1.max(span.1))))
    }
}

/// Hours of a span, an hour at least: few rows within minutes tell no rate.
pub(crate) fn hours(span: Option<(Micros, Micros)>) -> Option<f64> {
    span.map(|(first, last)| last.saturating_sub(first).max(HOUR) as f64 / HOUR as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::source::{ErrorSource, Request, Unwatched};

    fn now() -> Groups {
        let source: std::sync::Arc<dyn ErrorSource> = demo::source().unwrap();
        source.groups(&Request::default(), &Unwatched).unwrap()
    }

    fn known(group: &Group, count: u64) -> GroupRecord {
        GroupRecord { fingerprint: group.fingerprint, count, span: group.span, ..GroupRecord::default() }
    }

    #[test]
    fn what_is_new_gone_and_grown_is_told_apart() {
        let now = now();
        let mut then = Baseline { groups: now.list.iter().skip(1).map(|group| known(group, group.count)).collect(), by_schemas: None };
        then.groups.push(GroupRecord { fingerprint: Fingerprint(1), ..GroupRecord::default() });
        then.groups[0].count /= 4;
        let comparison = then.compare(&now, Growth::default());
        assert_eq!(comparison.new[0].fingerprint, now.list[0].fingerprint);
        assert_eq!((comparison.new.len(), comparison.grown.len(), comparison.gone.len()), (1, 1, 1));
        assert_eq!(comparison.same as usize, now.list.len() - 2);
        assert!(!comparison.is_strange);
    }

    #[test]
    fn growth_is_by_the_hour_and_of_enough_rows() {
        let now = now();
        let group = &now.list[0];
        let window = now.span.unwrap();
        // Then: the same rows over twice the time.
        let mut then = Baseline { groups: vec![known(group, group.count)], by_schemas: None };
        then.groups[0].span = Some((window.0 - 2 * (window.1 - window.0), window.0));
        let times = |growth| then.compare(&now, growth).grown.first().map(|(_, _, grown)| grown.times);
        assert!(times(Growth { factor: 1.9, rows: 10 }).is_some_and(|times| (times - 2.0).abs() < 0.01));
        assert_eq!(times(Growth { factor: 2.1, rows: 10 }), None);
        assert_eq!(times(Growth { factor: 1.9, rows: group.count + 1 }), None);
    }

    #[test]
    fn sides_that_share_nothing_are_strange() {
        let now = now();
        let then = Baseline { groups: vec![GroupRecord::default()], by_schemas: None };
        assert!(then.compare(&now, Growth::default()).is_strange);
        assert!(!Baseline::default().compare(&now, Growth::default()).is_strange);
    }

    #[test]
    fn only_what_is_known_of_schemas_can_contradict() {
        let then = |by_schemas| Baseline { groups: vec![GroupRecord::default()], by_schemas };
        let of = |by_schemas| Groups { by_schemas, ..Groups::default() };
        assert!(then(Some(true)).contradicts(&of(Some(false))) && then(Some(false)).contradicts(&of(Some(true))));
        for (one, other) in [(None, Some(true)), (None, Some(false)), (Some(true), None), (Some(true), Some(true))] {
            assert!(!then(one).contradicts(&of(other)), "{one:?} {other:?}");
        }
        assert!(!Baseline { by_schemas: Some(true), ..Baseline::default() }.contradicts(&of(Some(false))));
        assert_eq!(now().by_schemas, Some(false));
    }

    #[test]
    fn only_what_is_asked_for_is_compared() {
        let of =
            |namespace: &str| GroupRecord { namespace: Some(namespace.into()), doctype: Some("main".into()), ..GroupRecord::default() };
        let mut then = Baseline { groups: vec![of("my-app"), of("other"), GroupRecord::default()], by_schemas: None };
        then.retain(&["my_app".into()], &[]);
        assert_eq!(then.groups, [of("my-app")]);
        then.retain(&[], &["crash".into()]);
        assert_eq!(then.groups, []);
    }
}
