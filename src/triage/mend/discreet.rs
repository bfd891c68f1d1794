//! A loosening that writes nothing out of documents into the schema, in the place of one that would.
//!
//! Owns: what stands for names, values and numbers that may not be told, and what is said of that.
//! Refuses: deciding what may be told (the caller).

use super::{Loosening, NodeEdit};
use crate::ground::text::plural;
use crate::pipeline::fault::Keyword;

/// Digits that a number keeps: so few are shared by many.
const KEPT_DIGITS: usize = 2;

/// Whether an edit may be told as it is.
pub type MayTell<'a> = &'a dyn Fn(&NodeEdit) -> bool;

/// The edit, or a wider one that tells nothing, with what that leaves out. `keyword` is the one that it loosens.
pub(super) fn discreet(edit: NodeEdit, keyword: Keyword, may_tell: MayTell<'_>) -> (NodeEdit, Option<String>) {
    if may_tell(&edit) {
        return (edit, None);
    }
    let NodeEdit { pointer, loosening } = edit;
    let place = if pointer.is_empty() { "the root".to_owned() } else { pointer.clone() };
    let (loosening, withheld) = match loosening {
        Loosening::Keys(keys) => {
            let named = plural(keys.len() as u64, "key", "keys");
            let types = keys.into_values().flatten().collect();
            (Loosening::AnyKey(types), format!("{named} out of the documents at {place}; any key is let in instead"))
        }
        Loosening::Values(values) => {
            let listed = plural(values.len() as u64, "value", "values");
            (Loosening::Without(keyword), format!("{listed} out of the documents at {place}; {keyword} is taken away instead"))
        }
        Loosening::Limit { keyword, to } => {
            let told = rounded(&to, keyword == "maximum" || keyword == "exclusiveMaximum").unwrap_or(to);
            (
                Loosening::Limit { keyword, to: told },
                format!("the exact {keyword} at {place}, a number out of the documents; it is rounded"),
            )
        }
        Loosening::Pattern { .. } => (
            Loosening::Without(keyword),
            format!("rare characters of values out of the documents at {place}; {keyword} is taken away instead"),
        ),
        other => (other, String::new()),
    };
    (NodeEdit { pointer, loosening }, Some(withheld).filter(|told| !told.is_empty()))
}

/// Whether a number has no more digits than many share.
pub fn is_round(text: &str) -> bool {
    digits(text).is_some_and(|(_, digits, _)| digits.len() <= KEPT_DIGITS)
}

/// A number of few digits that is the next beyond another: upwards, or else downwards. `None` of what is no number.
fn rounded(text: &str, upwards: bool) -> Option<String> {
    let (is_negative, digits, exponent) = digits(text)?;
    if digits.len() <= KEPT_DIGITS {
        return Some(text.to_owned());
    }
    let kept: u32 = digits.get(..KEPT_DIGITS)?.parse().ok()?;
    // What is cut off is never nothing: the last digit is none that says nothing.
    let kept = if upwards == is_negative { kept } else { kept + 1 };
    let exponent = exponent + i64::try_from(digits.len() - KEPT_DIGITS).ok()?;
    let sign = if is_negative { "-" } else { "" };
    Some(match exponent {
        0..=30 => format!("{sign}{kept}{}", "0".repeat(usize::try_from(exponent).ok()?)),
        -30..0 => {
            let places = usize::try_from(-exponent).ok()?;
            let padded = format!("{kept:0>width$}", width = places + 1);
            let (whole, part) = padded.split_at(padded.len() - places);
            let part = part.trim_end_matches('0');
            if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
        }
        _ => format!("{sign}{kept}e{exponent}"),
    })
}

/// Sign, digits without those that say nothing, and the power of ten that they are counted in.
fn digits(text: &str) -> Option<(bool, String, i64)> {
    let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{part}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let short = all.trim_end_matches('0');
    let exponent = exponent.checked_sub(i64::try_from(part.len()).ok()?)?.checked_add(i64::try_from(all.len() - short.len()).ok()?)?;
    Some((is_negative, short.trim_start_matches('0').to_owned(), exponent))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::super::choose::by_size;
    use super::*;

    #[test]
    fn numbers_are_rounded_beyond_what_asks_for_them() {
        for (text, up, down) in [
            ("1795057296", "1800000000", "1700000000"),
            ("-12345", "-12000", "-13000"),
            ("1000", "1000", "1000"),
            ("999.5", "1000", "990"),
            ("0.012345", "0.013", "0.012"),
            ("1.05", "1.1", "1"),
            ("1234e40", "13e42", "12e42"),
            ("0", "0", "0"),
        ] {
            assert_eq!((rounded(text, true).as_deref(), rounded(text, false).as_deref()), (Some(up), Some(down)), "{text}");
            assert!(is_round(up) && is_round(down), "{up} {down}");
        }
        assert_eq!((rounded("a", true), is_round("a"), is_round("123"), is_round("-1.2e9")), (None, false, false, true));
    }

    proptest! {
        #[test]
        fn a_rounded_number_is_never_short_of_the_number(number in proptest::num::f64::NORMAL, whole in any::<i64>()) {
            for text in [serde_json::json!(number).to_string(), whole.to_string()] {
                let (up, down) = (rounded(&text, true).unwrap(), rounded(&text, false).unwrap());
                prop_assert!(by_size(&up, &text).is_ge() && by_size(&down, &text).is_le(), "{} {} {}", text, up, down);
                prop_assert!(serde_json::from_str::<serde_json::Number>(&up).is_ok() || number.abs() > 1e300);
            }
        }
    }

    #[test]
    fn what_may_not_be_told_is_not_written() {
        let edit = |loosening| NodeEdit { pointer: "/a".to_owned(), loosening };
        let keys =
            Loosening::Keys(BTreeMap::from([("jane".to_owned(), BTreeSet::from(["string"])), ("x".to_owned(), BTreeSet::from(["null"]))]));
        let (made, told) = discreet(edit(keys.clone()), "additionalProperties", &|_| false);
        assert_eq!(made.loosening, Loosening::AnyKey(BTreeSet::from(["null", "string"])));
        assert_eq!(told.as_deref(), Some("2 keys out of the documents at /a; any key is let in instead"));
        assert_eq!(discreet(edit(keys.clone()), "additionalProperties", &|_| true), (edit(keys), None));
        let rare = Loosening::Pattern { form: "^[é]*$".to_owned(), words: String::new() };
        let (made, told) = discreet(edit(rare), "pattern", &|_| false);
        assert_eq!(made.loosening, Loosening::Without("pattern"));
        assert!(told.is_some_and(|told| !told.contains('é')));
        let (made, _) = discreet(edit(Loosening::Values(BTreeSet::from(["\"jane\"".to_owned()]))), "enum", &|_| false);
        assert_eq!(made.loosening, Loosening::Without("enum"));
    }
}
