//! Fingerprints of groups.
//!
//! Owns: the hash over a group's key. It is part of the output: it must never change, or yesterday's notes lose their groups.
//! Refuses: what a key is made of (bucket).

use super::{Fingerprint, GroupKey};

impl GroupKey {
    /// FNV-1a over the parts in the order of the struct, each as one byte 0 (NULL) or as one byte 1, its length (8 bytes, little endian)
    /// and its bytes; then MurmurHash3's finaliser, since FNV alone mixes its last bytes badly.
    pub fn fingerprint(&self) -> Fingerprint {
        of_rest(of_names(self.names.parts()), self.path.as_deref(), &self.fault)
    }
}

/// The hash as far as the names go.
pub(super) fn of_names(names: [Option<&str>; 5]) -> u64 {
    names.into_iter().fold(0xcbf2_9ce4_8422_2325, add)
}

/// The fingerprint of a key whose names have that hash.
pub(super) fn of_rest(names: u64, path: Option<&str>, fault: &str) -> Fingerprint {
    Fingerprint(finish(add(add(names, path), Some(fault))))
}

impl GroupKey {
    /// The fingerprint of a cause within a group: FNV-1a over the 8 bytes (little endian) of the group's fingerprint, then path and fault of the cause
    /// as in [`fingerprint`](Self::fingerprint), then the same finaliser.
    pub fn cause_of(&self, group: Fingerprint) -> Fingerprint {
        let begun = bytes(0xcbf2_9ce4_8422_2325, &group.0.to_le_bytes());
        Fingerprint(finish(add(add(begun, self.path.as_deref()), Some(&self.fault))))
    }
}

fn add(hash: u64, part: Option<&str>) -> u64 {
    let Some(text) = part else {
        return bytes(hash, &[0]);
    };
    let length = bytes(bytes(hash, &[1]), &(text.len() as u64).to_le_bytes());
    bytes(length, text.as_bytes())
}

fn bytes(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn finish(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::super::GroupNames;
    use super::*;

    fn key(namespace: Option<&str>, path: Option<&str>, fault: &str) -> GroupKey {
        GroupKey {
            names: GroupNames { namespace: namespace.map(Into::into), ..GroupNames::default() }.into(),
            path: path.map(Into::into),
            fault: fault.into(),
        }
    }

    #[test]
    fn a_fingerprint_never_changes() {
        assert_eq!(key(Some("telemetry"), Some("/a"), "type").fingerprint().to_string(), "8ddb59c5d90d527d");
    }

    #[test]
    fn a_cause_is_told_from_its_group_and_from_that_of_another() {
        let cause = key(Some("telemetry"), Some("/a/b"), "minItems");
        let print = cause.cause_of(Fingerprint(7));
        assert_eq!(print.to_string(), "a423c2a9ae428e39");
        assert!(print != cause.cause_of(Fingerprint(8)) && print != key(None, Some("/a/c"), "minItems").cause_of(Fingerprint(7)));
        assert_eq!(print, key(None, Some("/a/b"), "minItems").cause_of(Fingerprint(7)), "the rest is in the group's");
    }

    #[test]
    fn a_group_is_named_as_it_is_printed() {
        let group = Fingerprint(0x0123_4567_89ab_cdef);
        assert_eq!(group.to_string().parse(), Ok(group));
        for wrong in ["", "12", "+123456789abcdef", "0123456789abcdeg", "0123456789abcdef0"] {
            assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn null_is_not_empty_and_parts_do_not_run_together() {
        let keys =
            [key(None, None, "a"), key(Some(""), None, "a"), key(None, Some(""), "a"), key(Some("a"), None, ""), key(None, Some("a"), "")];
        let mut prints: Vec<_> = keys.iter().map(GroupKey::fingerprint).collect();
        prints.sort();
        prints.dedup();
        assert_eq!(prints.len(), keys.len());
    }
}
