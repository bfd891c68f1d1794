//! Lists of which most hold one thing.
//!
//! Owns: the name of a list that takes memory of its own from the second thing on only. Refuses: what is in it.

/// A list; read as a slice.
pub type Few<T> = smallvec::SmallVec<[T; 1]>;
