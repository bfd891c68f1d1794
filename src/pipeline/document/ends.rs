//! Where names begin and end, for whoever compares them with many others at once.
//!
//! Owns: length, first and last bytes of a name, read off the text around it.
//! Refuses: names with escapes, which are resolved before.

/// Length, first and last bytes: all of a name of up to sixteen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NameEnds {
    /// The first eight; of a shorter name all, with zeros above.
    first: u64,
    /// The last eight; of a shorter name the same as the first.
    last: u64,
    length: u32,
}

/// Bytes at each end.
const END: usize = 8;

impl NameEnds {
    /// Of a name that stands alone.
    pub(crate) fn of(name: &[u8]) -> Self {
        let ends = name.first_chunk::<END>().zip(name.last_chunk::<END>());
        let (first, last) = match ends {
            Some((first, last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            None => {
                let all = name.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte));
                (all, all)
            }
        };
        NameEnds { first, last, length: name.len() as u32 }
    }

    /// The same of a name in a text: eight bytes are read at once, whatever stands around the name.
    #[inline]
    pub(super) fn within(text: &[u8], from: usize, length: usize) -> Self {
        let ends = || {
            // The last eight bytes begin before a short name.
            let last = text.get((from + length).checked_sub(END)?..)?.first_chunk::<END>()?;
            let first = text.get(from..)?.first_chunk::<END>()?;
            Some((u64::from_le_bytes(*first), u64::from_le_bytes(*last)))
        };
        let Some((first, last)) = ends() else {
            return NameEnds::of(text.get(from..).and_then(|rest| rest.get(..length)).unwrap_or_default());
        };
        let before = 8 * END.saturating_sub(length) as u32;
        let last = last.checked_shr(before).unwrap_or(0);
        NameEnds { first: if length < END { last } else { first }, last, length: length as u32 }
    }

    /// Whether they tell the whole name.
    #[inline]
    pub(crate) fn is_whole(self) -> bool {
        self.length as usize <= 2 * END
    }

    /// A number for the place in a table; its lower bits differ most.
    #[inline]
    pub(crate) fn hash(self) -> usize {
        const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
        (self.first ^ u64::from(self.length) ^ self.last.rotate_left(29)).wrapping_mul(MIX).rotate_left(24) as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ends_within_a_text_are_those_of_the_name(before in "[a-z\"]{0,9}", name in "[ab\0]{0,20}", after in "[a-z\":]{0,9}") {
            let text = format!("{before}{name}{after}");
            prop_assert_eq!(NameEnds::within(text.as_bytes(), before.len(), name.len()), NameEnds::of(name.as_bytes()));
        }

        #[test]
        fn short_names_have_the_same_ends_only_where_they_are_the_same(one in "[ab\0]{0,16}", other in "[ab\0]{0,16}") {
            prop_assert_eq!(NameEnds::of(one.as_bytes()) == NameEnds::of(other.as_bytes()), one == other);
        }
    }
}
