//! Made-up numbers, the plainest first.
//!
//! Owns: what is tried in the place of a number.
//! Refuses: deciding which of them will do (shrink).

/// Longest number that is imitated.
const LONGEST_IMITATED: usize = 40;
/// What stands behind the whole part of a made-up decimal number.
const FRACTION: &str = ".5";

/// Numbers to try in the place of one, in this order; none is longer than it. Where `same_type` is asked for, a whole number stays one and a
/// decimal number too.
pub(super) fn of(raw: &str, same_type: bool) -> Vec<String> {
    let (whole, rest) = raw.split_at(raw.find(['.', 'e', 'E']).unwrap_or(raw.len()));
    let decimal = |whole: String| format!("{whole}{FRACTION}");
    let mut all: Vec<String> = ["0", "1", "-1"].map(str::to_owned).to_vec();
    if raw.len() <= LONGEST_IMITATED {
        all.extend(powers(whole).chain(rounded(whole)));
    }
    match (rest.is_empty(), same_type) {
        (true, _) => {}
        (false, true) => all = all.into_iter().map(decimal).collect(),
        (false, false) => all.extend(["0", "1"].map(|whole| decimal(whole.to_owned()))),
    }
    // What is as plain already is left alone.
    all.truncate(all.iter().position(|candidate| candidate == raw).unwrap_or(all.len()));
    all.retain(|candidate| candidate.len() <= raw.len());
    all
}

fn signed(whole: &str) -> (&str, &str) {
    whole.split_at(whole.len() - whole.trim_start_matches('-').len())
}

/// Ten, a hundred and so on, with the number's sign.
fn powers(whole: &str) -> impl Iterator<Item = String> {
    let (sign, digits) = signed(whole);
    (1..digits.len()).map(move |zeros| format!("{sign}1{}", "0".repeat(zeros)))
}

/// The number with one digit kept and zeros behind, with two, and so on; each also one step further from zero.
fn rounded(whole: &str) -> impl Iterator<Item = String> {
    let (sign, digits) = signed(whole);
    (1..digits.len()).flat_map(move |kept| {
        let (head, tail) = digits.split_at(kept);
        let next = head.parse::<u128>().ok().map(|head| (head + 1).to_string());
        [Some(head.to_owned()), next].into_iter().flatten().map(move |head| format!("{sign}{head}{}", "0".repeat(tail.len())))
    })
}

/// Whether a number says nothing about the original: it is short, or all zeros behind its first digit.
pub(super) fn is_made_up(raw: &str) -> bool {
    let (_, digits) = signed(raw.strip_suffix(FRACTION).unwrap_or(raw));
    digits.len() < 4 || digits.bytes().skip(1).all(|byte| byte == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plainest_comes_first() {
        assert_eq!(of("1467", false), ["0", "1", "-1", "10", "100", "1000", "1000", "2000", "1400", "1500", "1460", "1470"]);
        assert_eq!(of("1", false), ["0"]);
        assert_eq!(of("80.25", true), ["0.5", "1.5", "-1.5", "10.5", "80.5", "90.5"]);
        assert_eq!(of("-37", true), ["0", "1", "-1", "-10", "-30", "-40"]);
        assert_eq!(of("2e30", true), ["0.5", "1.5", "-1.5"]);
        assert!(of("7", true).iter().all(|number| number.len() == 1));
    }

    #[test]
    fn what_was_made_up_is_known() {
        assert!(["0", "123", "-4000", "10000.5"].into_iter().all(is_made_up));
        assert!(!is_made_up("1467") && !is_made_up("52.520008"));
    }
}
