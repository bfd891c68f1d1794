//! How far values are beyond a limit.
//!
//! Owns: the values of documents that break a limit, counted, and the smallest limits that take shares of them.
//! Refuses: limits that nothing breaks.

use std::cmp::Ordering;

use super::choose::{Asked, by_size, choose};
use super::needs::Need;
use super::{Loosening, Share};
use crate::pipeline::fault::Keyword;

/// Values that are told.
const MOST_TOLD: usize = 6;

/// A limit, and what breaks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitFacts {
    /// RFC 6901 pointer of its node.
    pub pointer: String,
    /// The limit's keyword.
    pub keyword: Keyword,
    /// The value of each document that is farthest beyond it, with how many documents; the nearest to the limit first.
    pub values: Vec<(String, usize)>,
    /// The smallest limits that take shares of the documents.
    pub takes: Vec<(Share, String)>,
}

/// What documents ask of a limit; `None` where the keyword is none.
pub(super) fn limits(pointer: &str, keyword: Keyword, asked: &[Asked]) -> Option<LimitFacts> {
    let is_most = keyword.starts_with("max") || keyword == "exclusiveMaximum";
    let order = |a: &String, b: &String| if is_most { by_size(a, b) } else { by_size(b, a) };
    let farthest = |asked: &Asked| asked.needs.iter().filter_map(value).max_by(order);
    let mut values: Vec<String> = asked.iter().filter_map(farthest).collect();
    values.sort_by(order);
    let mut counted: Vec<(String, usize)> = Vec::new();
    for value in values {
        match counted.last_mut() {
            Some((known, count)) if by_size(known, &value) == Ordering::Equal => *count += 1,
            _ => counted.push((value, 1)),
        }
    }
    let limit = |share: Share| match choose(keyword, asked, asked.len() - share.of(asked.len())).ok()?.loosening {
        Loosening::Limit { to, .. } => Some((share, to)),
        _ => None,
    };
    let takes: Vec<(Share, String)> = Share::TOLD.into_iter().filter_map(limit).collect();
    (!takes.is_empty()).then(|| LimitFacts { pointer: pointer.to_owned(), keyword, values: counted, takes })
}

fn value(need: &Need) -> Option<String> {
    match need {
        Need::Count(count) => Some(count.to_string()),
        Need::Number(text) => Some(text.clone()),
        _ => None,
    }
}

impl LimitFacts {
    /// In lines for people: the values, and what limits would take.
    pub fn lines(&self) -> Vec<String> {
        let told = |(value, count): &(String, usize)| if *count == 1 { value.clone() } else { format!("{value} ({count} times)") };
        let mut values: Vec<String> = self.values.iter().take(MOST_TOLD).map(told).collect();
        let hidden = self.values.len().saturating_sub(MOST_TOLD);
        if let (Some(last), 1..) = (self.values.last(), hidden) {
            values.push(if hidden > 1 { format!("… {}", told(last)) } else { told(last) });
        }
        let takes: Vec<String> = self.takes.iter().map(|(share, limit)| format!("{limit} takes {share}")).collect();
        vec![format!("values beyond {}: {}", self.keyword, values.join(", ")), format!("smallest limits: {}", takes.join(", "))]
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
        let facts = limits("/a", "maxLength", &asked).unwrap();
        assert_eq!(
            facts.lines(),
            [
                "values beyond maxLength: 70 (980 times), 71, 72, 73, 74, 75, … 90",
                "smallest limits: 80 takes 99 %, 89 takes 99.9 %, 90 takes 100 %"
            ]
        );
        assert_eq!(limits("/a", "type", &[Asked { document: 0, needs: vec![Need::Type("null")] }]), None);
    }
}
