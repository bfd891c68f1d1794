//! The known name that a wrong one was probably meant to be.

/// The nearest of the known names, or `None` where none is near: more than a third of the letters would have to change.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let (distance, near) = known.iter().map(|candidate| (distance(name, candidate), *candidate)).min()?;
    (distance * 3 <= name.chars().count().max(near.chars().count())).then_some(near)
}

/// Letters to insert, drop, replace or swap with the next one to get from one text to the other.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, &a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &b) in to.iter().enumerate() {
            let mut best = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a == to[j - 1] && from[i - 1] == b {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_are_near() {
        let known = ["schemas", "theme", "keys", "sources"];
        assert_eq!(nearest("shcemas", &known), Some("schemas"));
        assert_eq!(nearest("theme ", &known), Some("theme"));
        assert_eq!(nearest("source", &known), Some("sources"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!(nearest("x", &[]), None);
    }

    #[test]
    fn distances_are_counted_in_letters() {
        assert_eq!((distance("", "abc"), distance("abc", ""), distance("ab", "ba"), distance("für", "fur")), (3, 3, 1, 1));
    }
}
