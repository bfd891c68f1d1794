//! Failures beside accepted documents, in words.

use crate::ground::text::{count, plural, visible};
use crate::ground::time::minute;
use crate::rows::group::{Group, Groups, Rate, RateTrend, Rates};

/// What stands where a rate is not known.
pub const UNKNOWN: &str = "-";

/// `2.4 %`, `0.003 %`; what is not known is `-`.
pub fn percent(rate: Option<f64>) -> String {
    let Some(share) = rate.map(|rate| rate * 100.0) else { return UNKNOWN.to_owned() };
    match share {
        0.0 => "0 %".to_owned(),
        99.95..100.0 => ">99.9 %".to_owned(),
        9.95.. => format!("{share:.0} %"),
        0.995.. => format!("{share:.1} %"),
        0.0995.. => format!("{share:.2} %"),
        0.0005.. => format!("{share:.3} %"),
        _ => "<0.001 %".to_owned(),
    }
}

/// The rate of a group, as in a cell; nothing where no rates are known at all.
pub fn of_group(groups: &Groups, group: &Group) -> Option<String> {
    groups.rates.as_ref().map(|rates| percent(rates.group(group).map(|rate| rate.share())))
}

/// `2.4 % of what came: 28 refused so beside 1,124 accepted`, or that it is not known.
pub fn words(rate: Option<Rate>) -> String {
    let Some(rate) = rate else { return "rate not known: nobody counted the accepted documents".to_owned() };
    let others = rate.all.saturating_sub(rate.accepted).saturating_sub(rate.failed);
    let others = if others > 0 { format!(" and {} refused otherwise", count(others)) } else { String::new() };
    let versions = if rate.all_versions { ", of all versions" } else { "" };
    format!(
        "{} of what came: {} beside {} accepted{others}{versions}",
        percent(Some(rate.share())),
        count(rate.failed),
        count(rate.accepted)
    )
}

/// The same of a group, with the ends of its rate over time.
pub fn group_words(rates: &Rates, group: &Group) -> String {
    let range = rates.over_time(group).filter(|trend| trend.points.len() > 1).and_then(|trend| range(&trend));
    format!("{}{}", words(rates.group(group)), range.map(|range| format!("; {range}")).unwrap_or_default())
}

/// The same of a namespace, with the rows that nothing is known of.
pub fn namespace_words((rate, unknown): (Option<Rate>, u64)) -> String {
    let rest = if rate.is_some() && unknown > 0 { format!("; not known of {}", plural(unknown, "row", "rows")) } else { String::new() };
    format!("{}{rest}", words(rate))
}

/// `at most 3.2 %, last 0.1 %`: the ends of a rate over time.
pub fn range(trend: &RateTrend) -> Option<String> {
    let known = || trend.points.iter().flatten().copied();
    let most = known().max_by(f64::total_cmp)?;
    Some(format!("at most {}, last {}", percent(Some(most)), percent(known().last())))
}

/// What is to be known of all rates: whole sentences without a full stop.
pub fn notes(groups: &Groups) -> Vec<String> {
    let Some(rates) = &groups.rates else { return Vec::new() };
    notes_of(rates, rates.unknown(groups))
}

fn notes_of(rates: &Rates, unknown: u64) -> Vec<String> {
    let mut notes = Vec::new();
    match (rates.window(), rates.is_whole()) {
        (None, _) => notes.push("accepted documents are counted of another time than these rows, so no rate is known".to_owned()),
        (Some((from, to)), false) => {
            notes.push(format!("rates are of {} to {} alone, for which accepted documents are counted", minute(from), minute(to)))
        }
        (Some(_), true) => {}
    }
    if let Some(other) = rates.other_doctype().filter(|_| rates.window().is_some()) {
        let other = visible(&other);
        notes.push(format!("accepted documents are counted of other doctypes than these rows', such as {other}, so no rate is known"));
    } else if unknown > 0 && rates.window().is_some() {
        notes.push(format!("no rate is known of {}", plural(unknown, "row", "rows")));
    }
    if rates.of_some() {
        notes.push("only some rows were asked for, so rates are of those alone".to_owned());
    }
    if rates.repeated() > 0 {
        let counts = plural(rates.repeated(), "count of accepted documents was", "counts of accepted documents were");
        notes.push(format!("{counts} added to others of the same hour or day"));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_rates_keep_their_digits_and_nothing_unknown_is_a_number() {
        let told = |rate| percent(Some(rate));
        assert_eq!(percent(None), "-");
        for (rate, words) in [
            (0.0, "0 %"),
            (0.024, "2.4 %"),
            (0.5, "50 %"),
            (1.0, "100 %"),
            (0.9999, ">99.9 %"),
            (0.00123, "0.12 %"),
            (0.00003, "0.003 %"),
            (1e-7, "<0.001 %"),
        ] {
            assert_eq!(told(rate), words);
        }
    }

    #[test]
    fn a_rate_is_told_with_both_of_its_sides() {
        let rate = Rate { failed: 28, accepted: 1124, all: 1160, all_versions: true };
        assert_eq!(words(Some(rate)), "2.4 % of what came: 28 beside 1,124 accepted and 8 refused otherwise, of all versions");
        assert_eq!(namespace_words((None, 3)), "rate not known: nobody counted the accepted documents");
        let trend = RateTrend { start: 0, width: 1, points: vec![Some(0.5), None, Some(0.01)] };
        assert_eq!(range(&trend).as_deref(), Some("at most 50 %, last 1.0 %"));
    }
}
