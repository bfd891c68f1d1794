//! What two texts do not have in common, line by line.
//!
//! Owns: the shortest list of lines taken and added, where it can be had soon.
//! Refuses: colours, what the lines are.

/// A line of the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffLine<'a> {
    /// In both, beside one that is not.
    Kept(&'a str),
    /// In the first only.
    Taken(&'a str),
    /// In the second only.
    Added(&'a str),
    /// So many lines that are in both.
    Between(usize),
}

/// Most pairs of lines that are compared; beyond that all that lies between the common beginning and end is taken and added.
const MOST_PAIRS: usize = 4_000_000;

/// The lines of the difference, with so many lines around each that are in both.
pub fn lines<'a>(first: &'a str, second: &'a str, around: usize) -> Vec<DiffLine<'a>> {
    let (a, b): (Vec<&str>, Vec<&str>) = (first.lines().collect(), second.lines().collect());
    let begin = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let end = a[begin..].iter().rev().zip(b[begin..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut all: Vec<DiffLine<'a>> = a[..begin].iter().map(|line| DiffLine::Kept(line)).collect();
    between(&a[begin..a.len() - end], &b[begin..b.len() - end], &mut all);
    all.extend(a[a.len() - end..].iter().map(|line| DiffLine::Kept(line)));
    near(&all, around)
}

fn between<'a>(a: &[&'a str], b: &[&'a str], all: &mut Vec<DiffLine<'a>>) {
    if a.len().saturating_mul(b.len()) > MOST_PAIRS {
        all.extend(a.iter().map(|line| DiffLine::Taken(line)));
        all.extend(b.iter().map(|line| DiffLine::Added(line)));
        return;
    }
    // Lines in common of what follows each pair.
    let width = b.len() + 1;
    let mut common = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let here = i * width + j;
            common[here] = if a[i] == b[j] { common[here + width + 1] + 1 } else { common[here + width].max(common[here + 1]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let here = i * width + j;
        if i < a.len() && j < b.len() && a[i] == b[j] {
            all.push(DiffLine::Kept(a[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < a.len() && (j == b.len() || common[here + width] >= common[here + 1]) {
            all.push(DiffLine::Taken(a[i]));
            i += 1;
        } else {
            all.push(DiffLine::Added(b[j]));
            j += 1;
        }
    }
}

/// Leaves out common lines that are not near others.
fn near<'a>(all: &[DiffLine<'a>], around: usize) -> Vec<DiffLine<'a>> {
    let mut is_shown = vec![false; all.len()];
    for (at, line) in all.iter().enumerate() {
        if !matches!(line, DiffLine::Kept(_)) {
            let last = all.len().min(at + around + 1);
            is_shown[at.saturating_sub(around)..last].fill(true);
        }
    }
    let mut shown = Vec::new();
    for (line, is_shown) in all.iter().zip(is_shown) {
        match (is_shown, shown.last_mut()) {
            (true, _) => shown.push(*line),
            (false, Some(DiffLine::Between(lines))) => *lines += 1,
            (false, _) => shown.push(DiffLine::Between(1)),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_taken_and_added_are_told_with_what_is_around() {
        use DiffLine::{Added, Between, Kept, Taken};
        let told = lines("a\nb\nc\nd\ne\nf", "a\nb\nx\nd\ne\nf\ng", 1);
        assert_eq!(told, [Between(1), Kept("b"), Taken("c"), Added("x"), Kept("d"), Between(1), Kept("f"), Added("g")]);
        assert!(lines("a\nb", "a\nb", 3).iter().all(|line| matches!(line, Between(2))));
        assert_eq!(lines("", "a", 0), [Added("a")]);
        assert_eq!(lines("a\nb\na\nb", "b\na", 0), [Taken("a"), Between(2), Taken("b")]);
    }

    #[test]
    fn long_texts_end_soon() {
        let (a, b): (String, String) = ((0..9000).map(|n| format!("{n}\n")).collect(), (0..9000).map(|n| format!("x{n}\n")).collect());
        assert_eq!(lines(&a, &b, 1).len(), 18_000);
    }
}
