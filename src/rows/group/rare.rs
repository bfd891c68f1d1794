//! What few groups have.
//!
//! Owns: facts that take no room in a group without them. Refuses: when a group has them (merge).

use super::Group;

/// Facts of a few groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RareFacts {
    /// See [`Group::sampled`].
    pub sampled: Option<u64>,
    /// See [`Group::folded`].
    pub folded: Option<u64>,
}

impl RareFacts {
    /// As a group has them: where there are any.
    pub fn some(self) -> Option<Box<Self>> {
        (self != RareFacts::default()).then(|| Box::new(self))
    }
}

impl Group {
    /// Rows whose messages the facets are counted from, where these are not all.
    pub fn sampled(&self) -> Option<u64> {
        self.rare.as_ref()?.sampled
    }

    /// Number of groups that this one stands for, where a source had too many to tell them apart; such a group is no single failure.
    pub fn folded(&self) -> Option<u64> {
        self.rare.as_ref()?.folded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_takes_little_room() {
        let rare = RareFacts { sampled: Some(3), folded: None };
        assert_eq!((rare.some().as_deref(), RareFacts::default().some()), (Some(&rare), None));
        assert!(size_of::<Group>() <= 240, "there may be a million: {} bytes", size_of::<Group>());
    }
}
