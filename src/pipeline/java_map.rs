//! The order in which Java's `HashMap` gives its keys.
//!
//! Owns: `String.hashCode`, the table's capacity, the bucket of a key.
//! Refuses: bins that turn into trees (eight keys in one bucket of a table of 64 or more), which iterate in another order.

/// `String.hashCode` over UTF-16 units.
pub(crate) fn hash_code(text: &str) -> u32 {
    text.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

/// Capacity of a map that grew to `entries` one by one.
pub(crate) fn capacity(entries: usize) -> u32 {
    let mut capacity = 16_u32;
    while entries as u64 > u64::from(capacity) / 4 * 3 {
        match capacity.checked_mul(2) {
            Some(doubled) => capacity = doubled,
            None => return capacity,
        }
    }
    capacity
}

/// Capacity of `new HashMap<>(map)` with that many entries, as Java 17 computes it.
pub(crate) fn copied_capacity(entries: usize) -> u32 {
    let wanted = (entries as f32 / 0.75 + 1.0) as u32;
    wanted.max(1).checked_next_power_of_two().unwrap_or(1 << 30)
}

/// Capacity of `new HashSet<>(1)` that grew to `entries` one by one.
pub(crate) fn small_set_capacity(entries: usize) -> u32 {
    let mut capacity = 1_u32;
    while entries as u64 > u64::from(capacity) * 3 / 4 {
        match capacity.checked_mul(2) {
            Some(doubled) => capacity = doubled,
            None => return capacity,
        }
    }
    capacity
}

/// The bucket of a hash code.
pub(crate) fn bucket(hash: u32, capacity: u32) -> u32 {
    (hash ^ (hash >> 16)) & (capacity - 1)
}

/// Sorts by bucket; keys that share one keep their order. `capacity` is of a map with so many entries.
pub(crate) fn sort_by_bucket<T>(items: &mut [T], capacity: impl Fn(usize) -> u32, hash: impl Fn(&T) -> u32) {
    let capacity = capacity(items.len());
    items.sort_by_cached_key(|item| bucket(hash(item), capacity));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_and_capacities_are_javas() {
        assert_eq!(hash_code("hello"), 99_162_322);
        assert_eq!(hash_code("é😀"), (233_u32.wrapping_mul(31).wrapping_add(0xd83d)).wrapping_mul(31).wrapping_add(0xde00));
        assert_eq!([0, 12, 13, 24, 25].map(capacity), [16, 16, 32, 32, 64]);
        assert_eq!([1, 2, 3, 5, 6, 12, 13].map(copied_capacity), [2, 4, 8, 8, 16, 32, 32]);
        assert_eq!([1, 2, 3, 4, 6, 7].map(small_set_capacity), [2, 4, 4, 8, 8, 16]);
    }
}
