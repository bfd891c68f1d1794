//! How values stand to a limit.
//!
//! Owns: the values of documents that break a limit, and all beside them, counted, and the smallest limits that take shares of the documents.
//! Refuses: limits that nothing breaks, finding the values (spread).

use std::cmp::Ordering;

use super::choose::{Asked, by_size, choose};
use super::needs::{Need, needs};
use super::{Loosening, Share, spread};
use crate::ground::text::plural;
use crate::pipeline::document::Document;
use crate::pipeline::fault::Keyword;
use crate::pipeline::verdict::judge::{Judge, Violation, input};

/// Violations of a document that are looked at.
const MOST_VIOLATIONS: usize = 1000;
/// Values that are told.
const MOST_TOLD: usize = 6;

/// A limit, and what breaks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitFacts {
    /// RFC 6901 pointer of its node.
    pub pointer: String,
    /// The limit's keyword.
    pub keyword: Keyword,
    /// All values at the node in these documents, each with how often it is there, from inside the limit outwards; empty where they are not known.
    pub all: Vec<(String, usize)>,
    /// The value of each document that is farthest beyond it, with how many documents; the nearest to the limit first.
    pub values: Vec<(String, usize)>,
    /// The smallest limits that take shares of the documents.
    pub takes: Vec<(Share, String)>,
}

/// What documents ask of a limit; `None` where the keyword is none.
pub(super) fn limits(pointer: &str, keyword: Keyword, asked: &[Asked], all: Vec<String>) -> Option<LimitFacts> {
    let order = |a: &String, b: &String| if is_most(keyword) { by_size(a, b) } else { by_size(b, a) };
    let farthest = |asked: &Asked| asked.needs.iter().filter_map(value).max_by(order);
    let counted = |mut values: Vec<String>| {
        values.sort_by(order);
        let mut counted: Vec<(String, usize)> = Vec::new();
        for value in values {
            match counted.last_mut() {
                Some((known, count)) if by_size(known, &value) == Ordering::Equal => *count += 1,
                _ => counted.push((value, 1)),
            }
        }
        counted
    };
    let values = counted(asked.iter().filter_map(farthest).collect());
    let limit = |share: Share| match choose(keyword, asked, asked.len() - share.of(asked.len())).ok()?.loosening {
        Loosening::Limit { to, .. } => Some((share, to)),
        _ => None,
    };
    let takes: Vec<(Share, String)> = Share::TOLD.into_iter().filter_map(limit).collect();
    (!takes.is_empty()).then(|| LimitFacts { pointer: pointer.to_owned(), keyword, all: counted(all), values, takes })
}

/// Whether a limit is one from above.
fn is_most(keyword: Keyword) -> bool {
    keyword.starts_with("max") || keyword == "exclusiveMaximum"
}

/// The same of a limit that is asked about, whatever else the documents break.
pub(super) fn of_documents(
    namespace: &str,
    judge: &Judge,
    (pointer, keyword): (&str, Keyword),
    documents: &[&Document],
) -> Option<LimitFacts> {
    let schema = judge.schema();
    let mut asked: Vec<Asked> = Vec::new();
    for (at, document) in documents.iter().enumerate() {
        let (_, violations) = judge.examined(input(namespace, document), MOST_VIOLATIONS);
        let is_it = |violation: &&Violation| violation.schema_pointer == pointer && violation.keyword == keyword;
        let wanted: Vec<Need> = violations.list.iter().filter(is_it).flat_map(|violation| needs(schema, violation, document)).collect();
        if !wanted.is_empty() {
            asked.push(Asked { document: at, needs: wanted });
        }
    }
    let all = spread::values(namespace, schema, pointer, keyword, documents);
    limits(pointer, keyword, &asked, all)
}

fn value(need: &Need) -> Option<String> {
    match need {
        Need::Count(count) => Some(count.to_string()),
        Need::Number(text) => Some(text.clone()),
        _ => None,
    }
}

impl LimitFacts {
    /// The value up to which so many thousandths of all values at the node go.
    pub fn up_to(&self, thousandths: usize) -> Option<&str> {
        let all: usize = self.all.iter().map(|(_, count)| count).sum();
        let wanted = (all * thousandths).div_ceil(1000).max(1);
        let mut seen = 0;
        let reached = |(_, count): &&(String, usize)| {
            seen += count;
            seen >= wanted
        };
        self.all.iter().find(reached).map(|(value, _)| value.as_str())
    }

    fn spread(&self) -> Option<String> {
        let ([first, .., last], all) = (&self.all[..], self.all.iter().map(|(_, count)| *count as u64).sum()) else {
            let (only, count) = self.all.first()?;
            return Some(format!("all {} at the node: {only}", plural(*count as u64, "value", "values")));
        };
        let (begin, way, end) = if is_most(self.keyword) { ("smallest", "up to", "largest") } else { ("largest", "down to", "smallest") };
        let shares = [("half", 500), ("90 %", 900), ("99 %", 990), ("99.9 %", 999)];
        let told = shares.iter().filter_map(|(share, thousandths)| Some(format!(", {share} {way} {}", self.up_to(*thousandths)?)));
        let told: String = told.collect();
        Some(format!("all {} at the node: the {begin} {}{told}, the {end} {}", plural(all, "value", "values"), first.0, last.0))
    }

    /// In lines for people: the values, and what limits would take.
    pub fn lines(&self) -> Vec<String> {
        let told = |(value, count): &(String, usize)| if *count == 1 { value.clone() } else { format!("{value} ({count} times)") };
        let mut values: Vec<String> = self.values.iter().take(MOST_TOLD).map(told).collect();
        let hidden = self.values.len().saturating_sub(MOST_TOLD);
        if let (Some(last), 1..) = (self.values.last(), hidden) {
            values.push(if hidden > 1 { format!("… {}", told(last)) } else { told(last) });
        }
        let takes: Vec<String> = self.takes.iter().map(|(share, limit)| format!("{limit} takes {share}")).collect();
        let beyond = [format!("values beyond {}: {}", self.keyword, values.join(", ")), format!("smallest limits: {}", takes.join(", "))];
        self.spread().into_iter().chain(beyond).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_and_shares_have_their_limits() {
        let mut counts = vec![70_u64; 980];
        counts.extend(71..=90);
        let asked: Vec<Asked> =
            counts.into_iter().enumerate().map(|(document, count)| Asked { document, needs: vec![Need::Count(count)] }).collect();
        let all = (1..=9_000).map(|n| (n % 10).to_string()).chain(asked.iter().flat_map(|asked| &asked.needs).filter_map(value));
        let facts = limits("/a", "maxLength", &asked, all.collect()).unwrap();
        assert_eq!(
            facts.lines(),
            [
                "all 10,000 values at the node: the smallest 0, half up to 5, 90 % up to 9, 99 % up to 70, 99.9 % up to 80, the largest 90",
                "values beyond maxLength: 70 (980 times), 71, 72, 73, 74, 75, … 90",
                "smallest limits: 80 takes 99 %, 89 takes 99.9 %, 90 takes 100 %"
            ]
        );
        assert_eq!(limits("/a", "type", &[Asked { document: 0, needs: vec![Need::Type("null")] }], Vec::new()), None);
    }
}
