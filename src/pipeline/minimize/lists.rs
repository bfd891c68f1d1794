//! Shrinking a sequence of characters or bytes.
//!
//! Owns: leaving out pieces, large ones first, and putting plain characters in the place of others, as long as somebody says yes.
//! Refuses: knowing what the sequence means.

/// Leaves out as much as `holds` allows: halves, quarters and so on down to single items. Asks at most `most` times.
pub(super) fn shorten<T: Copy>(items: &mut Vec<T>, most: usize, mut holds: impl FnMut(&[T]) -> bool) {
    let mut asked = 0;
    let mut piece = items.len();
    while piece > 0 {
        let mut at = 0;
        while at < items.len() && asked < most {
            let end = (at + piece).min(items.len());
            let shorter = [&items[..at], &items[end..]].concat();
            asked += 1;
            if holds(&shorter) {
                *items = shorter;
            } else {
                at = end;
            }
        }
        piece /= 2;
    }
}

/// Leaves out what pieces of halved sizes have missed: every piece of up to `longest` items, wherever it begins, until none can go.
pub(super) fn polish<T: Copy>(items: &mut Vec<T>, longest: usize, mut holds: impl FnMut(&[T]) -> bool) {
    let mut left = true;
    while std::mem::take(&mut left) {
        for piece in (1..=longest.min(items.len())).rev() {
            let mut at = 0;
            while at + piece <= items.len() {
                let shorter = [&items[..at], &items[at + piece..]].concat();
                if holds(&shorter) {
                    *items = shorter;
                    left = true;
                } else {
                    at += 1;
                }
            }
        }
    }
}

/// Makes as many items plain as `holds` allows: all at once, then halves. Asks at most `most` times.
pub(super) fn mask<T: Copy + PartialEq>(items: &mut [T], most: usize, plain: impl Fn(T) -> T, mut holds: impl FnMut(&[T]) -> bool) {
    let mut asked = 0;
    let mut ranges = vec![(0, items.len())];
    while let Some((start, end)) = ranges.pop() {
        let range = start..end;
        let before = items[range.clone()].to_vec();
        items[range.clone()].iter_mut().for_each(|item| *item = plain(*item));
        if items[range.clone()] == before[..] {
            continue;
        }
        asked += 1;
        if asked <= most && holds(items) {
            continue;
        }
        items[range.clone()].copy_from_slice(&before);
        if range.len() > 1 && asked < most {
            let middle = start + range.len() / 2;
            ranges.push((middle, end));
            ranges.push((start, middle));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_needed_is_left() {
        let mut items: Vec<u8> = (0..200).collect();
        shorten(&mut items, 2000, |left| left.contains(&3) && left.contains(&150));
        assert_eq!(items, [3, 150]);
        let mut same = vec![b'a'; 500];
        shorten(&mut same, 40, |left| left.len() > 61);
        assert_eq!(same.len(), 62);
        let mut text = b"ab12ab".to_vec();
        polish(&mut text, 4, |left| left.len() % 2 == 0 && left.starts_with(b"a"));
        assert_eq!(text, b"ab");
        let mut asked = 0;
        shorten(&mut (0..10_000).collect(), 50, |_: &[u32]| {
            asked += 1;
            false
        });
        assert_eq!(asked, 50);
    }

    #[test]
    fn only_what_is_needed_is_told() {
        let mut text = *b"secret-7-key";
        mask(&mut text, 100, |byte| if byte.is_ascii_alphabetic() { b'a' } else { byte }, |text| text.contains(&b'k'));
        assert_eq!(&text, b"aaaaaa-7-kaa");
    }
}
