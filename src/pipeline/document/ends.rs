//! Where names begin and end, for whoever compares them with many others at once.
//!
//! Owns: length, first and last bytes of a name, read off the text around it.
//! Refuses: names with escapes, which are resolved before.

/// Length, first and last bytes: all of a name of up to sixteen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NameEnds {
    /// The first eight; of a shorter name all, with zeros above.
    first: u64,
    /// What of up to sixteen follows them, with zeros above; of a longer name the last eight.
    last: u64,
    length: u32,
}

/// Bytes that are told.
const TOLD: usize = 16;

/// Which bits of sixteen bytes belong to a name that begins with them, by its length.
const KEPT: [u128; TOLD + 1] = {
    let mut kept = [0; TOLD + 1];
    let mut length = 1;
    while length <= TOLD {
        kept[length] = kept[length - 1] << 8 | 0xff;
        length += 1;
    }
    kept
};

impl NameEnds {
    /// Of no name.
    pub(crate) const NONE: NameEnds = NameEnds { first: 0, last: 0, length: u32::MAX };

    /// Of a name that stands alone.
    pub(crate) fn of(name: &[u8]) -> Self {
        NameEnds::within(name, 0, name.len())
    }

    /// The same of a name in a text: sixteen bytes are read at once, whatever stands around the name.
    #[inline]
    pub(super) fn within(text: &[u8], from: usize, length: usize) -> Self {
        let Some(rest) = text.get(from..) else { return NameEnds::NONE };
        let (first, last) = match KEPT.get(length) {
            Some(kept) => {
                let told = rest.first_chunk::<TOLD>().map_or_else(|| near_end(rest), |chunk| u128::from_le_bytes(*chunk)) & kept;
                (told as u64, (told >> 64) as u64)
            }
            None => {
                let eight =
                    |from: usize| rest.get(from..).and_then(|rest| rest.first_chunk::<8>()).map_or(0, |eight| u64::from_le_bytes(*eight));
                (eight(0), eight(length - 8))
            }
        };
        NameEnds { first, last, length: length as u32 }
    }

    /// Whether they tell the whole name.
    #[inline]
    pub(crate) fn is_whole(self) -> bool {
        self.length as usize <= TOLD
    }

    /// Whether what they tell is ASCII.
    #[inline]
    pub(crate) fn is_ascii(self) -> bool {
        const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
        (self.first | self.last) & HIGHS == 0
    }

    /// A number for the place in a table; its lower bits differ most.
    #[inline]
    pub(crate) fn hash(self) -> usize {
        const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
        let all = self.first ^ u64::from(self.length) ^ self.last.rotate_left(29);
        (all ^ all >> 32).wrapping_mul(MIX).rotate_left(24) as usize
    }
}

/// The same bytes where the text ends before there are sixteen.
#[inline(never)]
fn near_end(rest: &[u8]) -> u128 {
    match rest.first_chunk::<8>().zip(rest.last_chunk::<8>()) {
        // The last eight bytes begin within the first.
        Some((first, last)) => {
            let missing = 8 * (TOLD - rest.len().min(TOLD)) as u32;
            u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last).checked_shr(missing).unwrap_or(0)) << 64
        }
        None => u128::from(rest.iter().rev().fold(0_u64, |all, &byte| all << 8 | u64::from(byte))),
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
