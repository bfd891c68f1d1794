//! The known name that a wrong one was probably meant to be.

use strsim::osa_distance;

/// The nearest of the known names, or `None` where none is near: more than a third of the letters would have to change. Letters that
/// changed places with the next one are one change.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let (distance, near) = known.iter().map(|candidate| (osa_distance(name, candidate), *candidate)).min()?;
    (distance * 3 <= name.chars().count().max(near.chars().count())).then_some(near)
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
        let distances = [("", "abc"), ("abc", ""), ("ab", "ba"), ("für", "fur")].map(|(from, to)| osa_distance(from, to));
        assert_eq!(distances, [3, 3, 1, 1]);
    }
}
