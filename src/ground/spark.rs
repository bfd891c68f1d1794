//! Counts as bars of a height each.
//!
//! Owns: how high a count stands beside the largest. Refuses: which signs are drawn where (theme).

/// Bars where nobody has chosen others.
pub const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Counts as bars; nothing at all is blank, the least count is still seen.
pub fn bars(counts: &[u64], glyphs: &[&'static str; 8]) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let glyph = |count: u64| match count {
        0 => " ",
        count => glyphs[((u128::from(count) * 8).div_ceil(u128::from(most)) as usize).clamp(1, 8) - 1],
    };
    counts.iter().map(|&count| glyph(count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_count_is_seen_and_nothing_is_blank() {
        assert_eq!(bars(&[0, 1, 4, 8, 800], &BARS), " ▁▁▁█");
        assert_eq!(bars(&[0, 1, 4, 8], &BARS), " ▁▄█");
        assert_eq!(bars(&[u64::MAX, 1], &BARS), "█▁");
        assert_eq!(bars(&[], &BARS), "");
    }
}
