//! What a revision is called in a sentence.
//!
//! Owns: how much of its name is told, the words for when it was made.
//! Refuses: finding it; scripts, which get the whole name.

use crate::ground::time::{Micros, minute};

/// Digits that tell one revision from the others of a repository.
const DIGITS: usize = 8;

/// The beginning of a revision's name, enough to find it by.
pub fn short_revision(id: &str) -> &str {
    id.get(..DIGITS).unwrap_or(id)
}

/// `1a2b3c4d of 2024-01-04 02:00 UTC`
pub fn revision_at(id: &str, time: Micros) -> String {
    format!("{} of {} UTC", short_revision(id), minute(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_told_by_its_beginning_and_its_minute() {
        assert_eq!(revision_at("54678d2bf21e54678d2bf21e", 1_704_333_600_000_000), "54678d2b of 2024-01-04 02:00 UTC");
        assert_eq!((short_revision("abc"), short_revision("")), ("abc", ""), "what is shorter is told whole");
    }
}
