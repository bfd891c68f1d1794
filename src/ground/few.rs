//! Lists of which most hold one thing.
//!
//! Owns: the name of a list that takes memory of its own from the second thing on only, a smaller one that gets no more. Refuses: what is in it.

use std::ops::Deref;

/// A list; read as a slice.
pub type Few<T> = smallvec::SmallVec<[T; 1]>;

/// A list that gets no more; read as a slice. It is as large as a reference to a slice where a thing is no larger than an address.
#[derive(Clone)]
pub enum Settled<T> {
    /// One thing.
    One(T),
    /// Several, or none.
    Several(Box<[T]>),
}

impl<T> Deref for Settled<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Settled::One(one) => std::slice::from_ref(one),
            Settled::Several(several) => several,
        }
    }
}

impl<T: PartialEq> PartialEq for Settled<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T> Default for Settled<T> {
    fn default() -> Self {
        Settled::Several(Box::default())
    }
}

impl<T> From<Few<T>> for Settled<T> {
    fn from(mut things: Few<T>) -> Self {
        let one = if things.len() == 1 { things.pop() } else { None };
        one.map_or_else(|| Settled::Several(things.into_boxed_slice()), Settled::One)
    }
}

impl<T> FromIterator<T> for Settled<T> {
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Self {
        Settled::from(things.into_iter().collect::<Few<T>>())
    }
}

impl<'a, T> IntoIterator for &'a Settled<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Settled<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settled_list_holds_what_it_was_made_of_in_little_room() {
        for things in [vec![], vec![7_u64], vec![7, 8], vec![7, 8, 9]] {
            let settled: Settled<u64> = things.iter().copied().collect();
            assert_eq!((&*settled, format!("{settled:?}")), (&*things, format!("{things:?}")));
        }
        assert_eq!(size_of::<Settled<u64>>(), size_of::<&[u64]>());
    }
}
