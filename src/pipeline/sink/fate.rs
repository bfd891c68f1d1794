//! What becomes of a value: the one list of fates.
//!
//! Owns: the name of each for scripts, its words for people, which is worse.
//! Refuses: finding out which it is (fates, told), the reason beside it (told), signs and colours.

use serde::{Serialize, Serializer};

/// What becomes of a value, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// There is no value to place, or no table.
    Unknown,
    /// There is nothing in it that a column could hold, so that nothing is lost.
    Empty,
    /// In its column as it is; a null is, because the column holds NULL.
    Stored,
    /// In a column of another name, or in another form.
    Changed,
    /// In the `additional_properties` column.
    Additional,
    /// Nowhere.
    Lost,
    /// The row cannot be written.
    Refused,
}

impl Fate {
    /// All of them, the worst first.
    pub const ALL: [Fate; 7] = [Fate::Refused, Fate::Lost, Fate::Additional, Fate::Changed, Fate::Stored, Fate::Empty, Fate::Unknown];

    /// One word for output: stable.
    pub fn name(self) -> &'static str {
        match self {
            Fate::Unknown => "unknown",
            Fate::Empty => "empty",
            Fate::Stored => "stored",
            Fate::Changed => "changed",
            Fate::Additional => "additional_properties",
            Fate::Lost => "lost",
            Fate::Refused => "refused",
        }
    }

    /// What it means to people.
    pub fn words(self) -> &'static str {
        match self {
            Fate::Unknown => "not in the document",
            Fate::Empty => "nothing to store",
            Fate::Stored => "stored",
            Fate::Changed => "stored, changed",
            Fate::Additional => "in additional_properties",
            Fate::Lost => "lost",
            Fate::Refused => "the row is refused",
        }
    }
}

impl Serialize for Fate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fate_has_a_name_and_words_of_its_own() {
        assert!(Fate::ALL.is_sorted_by(|a, b| a > b), "the worst first");
        for (i, fate) in Fate::ALL.into_iter().enumerate() {
            assert_eq!(serde_json::to_string(&fate).unwrap(), format!("\"{}\"", fate.name()));
            assert!(Fate::ALL[..i].iter().all(|other| other.name() != fate.name() && other.words() != fate.words()), "{fate:?}");
        }
    }
}
