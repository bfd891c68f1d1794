//! How surely a share here differs from a share there.
//!
//! Owns: Fisher's exact test in logarithms, Tarone's count of the values that could have told at all (so that the many that could not cost nothing),
//! bounds of a share that hold for every number of rows (Chernoff's, by the divergence of Kullback and Leibler).
//! Refuses: which values are compared (weighed).

/// How many of some rows here have a value, and how many of some rows there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Counts {
    /// Rows here with the value.
    pub having: u64,
    /// Rows here.
    pub of: u64,
    /// Rows there with it.
    pub elsewhere: u64,
    /// Rows there.
    pub elsewhere_of: u64,
}

/// How often a bound of a difference may be wrong, for one value by itself: a half on each side.
const DOUBT: f64 = 0.01;
/// Times that the room in which a bound lies is halved: beyond this it is as narrow as the number is exact.
const HALVINGS: usize = 60;
/// A term of this part of the sum so far changes it no more.
const NEGLIGIBLE: f64 = 1e-17;

impl Counts {
    /// Whether the share here is larger than there.
    pub fn is_commoner(&self) -> bool {
        self.having * self.elsewhere_of > self.elsewhere * self.of
    }

    /// The same seen from there.
    pub(super) fn turned(self) -> Self {
        Counts { having: self.elsewhere, of: self.elsewhere_of, elsewhere: self.having, elsewhere_of: self.of }
    }

    /// How much larger the share here is at least, with 99 % confidence for this value by itself; 0 or less where it may be no larger.
    pub fn least_difference(&self) -> f64 {
        let room = -(DOUBT / 2.0).ln();
        lower(self.having, self.of, room) - (1.0 - lower(self.elsewhere_of - self.elsewhere, self.elsewhere_of, room))
    }
}

/// The smallest share that so many of so many rows may come from, by Chernoff's bound: `room` is the logarithm of one in how many such bounds may be wrong.
fn lower(having: u64, of: u64, room: f64) -> f64 {
    if having == 0 || of == 0 {
        return 0.0;
    }
    let (rows, share) = (of as f64, having as f64 / of as f64);
    let part = |a: f64, b: f64| if a == 0.0 { 0.0 } else { a * (a / b).ln() };
    let (mut low, mut high) = (0.0, share);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        let divergence = part(share, middle) + part(1.0 - share, 1.0 - middle);
        if rows * divergence > room { low = middle } else { high = middle }
    }
    high
}

/// Logarithms of the factorials, which the test is made of.
pub(super) struct Exact(Vec<f64>);

impl Exact {
    /// For so many rows in all.
    pub(super) fn new(rows: u64) -> Self {
        let mut logarithms = vec![0.0];
        let mut sum = 0.0;
        for n in 1..=rows {
            sum += (n as f64).ln();
            logarithms.push(sum);
        }
        Exact(logarithms)
    }

    /// How likely it is, two-sided, that chance alone gives so many of the rows with the value to the rows here, or more; 1 where it is not commoner here.
    pub(super) fn chance(&self, counts: Counts) -> f64 {
        let Counts { having, of, elsewhere, elsewhere_of } = counts;
        if !counts.is_commoner() {
            return 1.0;
        }
        let (with, all) = (having + elsewhere, of + elsewhere_of);
        let mut term = (self.choose(with, having) + self.choose(all - with, of - having) - self.choose(all, of)).exp();
        let mut sum = term;
        for here in having..with.min(of) {
            // From one number here to the next.
            let left = (all - with) as f64 - (of - here) as f64 + 1.0;
            term *= (with - here) as f64 * (of - here) as f64 / ((here + 1) as f64 * left);
            sum += term;
            if term < sum * NEGLIGIBLE {
                break;
            }
        }
        (2.0 * sum).min(1.0)
    }

    /// The least that the same test can say of a value that so many rows have: where as many of these as can be are here.
    pub(super) fn least_chance(&self, counts: Counts) -> f64 {
        let with = counts.having + counts.elsewhere;
        let having = with.min(counts.of);
        self.chance(Counts { having, elsewhere: with - having, ..counts })
    }

    fn choose(&self, of: u64, some: u64) -> f64 {
        let at = |n: u64| self.0.get(n as usize).copied().unwrap_or(f64::INFINITY);
        at(of) - at(some) - at(of.saturating_sub(some))
    }
}

/// By how many values a doubt is shared: the smallest number that not more values than it could stand. `least` is the least chance of each value.
pub(super) fn shared_by(mut least: Vec<f64>, doubt: f64) -> usize {
    least.sort_unstable_by(f64::total_cmp);
    (1..=least.len()).find(|&by| least.partition_point(|chance| *chance <= doubt / by as f64) <= by).unwrap_or(least.len()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(having: u64, of: u64, elsewhere: u64, elsewhere_of: u64) -> Counts {
        Counts { having, of, elsewhere, elsewhere_of }
    }

    #[test]
    fn the_test_is_fishers() {
        let exact = Exact::new(100);
        // The lady who tastes tea: one of 70 ways.
        assert!((exact.chance(counts(4, 4, 0, 4)) - 2.0 / 70.0).abs() < 1e-12);
        assert!((exact.chance(counts(3, 4, 1, 4)) - 2.0 * 17.0 / 70.0).abs() < 1e-12);
        assert_eq!(exact.chance(counts(2, 4, 2, 4)), 1.0);
        assert_eq!(exact.chance(counts(0, 4, 3, 4)), 1.0);
        assert!(exact.chance(counts(50, 50, 0, 50)) < 1e-28);
        assert!((exact.least_chance(counts(2, 4, 2, 4)) - 2.0 / 70.0).abs() < 1e-12);
        assert_eq!(exact.least_chance(counts(4, 4, 4, 4)), 1.0);
    }

    #[test]
    fn a_doubt_is_shared_by_those_only_that_could_tell() {
        assert_eq!(shared_by(vec![1e-9, 0.5, 1.0, 0.2], 0.01), 1);
        assert_eq!(shared_by(vec![1e-9; 40], 0.01), 40);
        assert_eq!(shared_by([vec![1e-9; 3], vec![0.004; 5]].concat(), 0.01), 3);
        assert_eq!(shared_by(Vec::new(), 0.01), 1);
    }

    #[test]
    fn bounds_grow_closer_with_more_rows_and_are_never_beyond_what_was_seen() {
        let least = |rows: u64| counts(rows * 9 / 10, rows, rows / 10, rows).least_difference();
        assert!(least(10) < least(100) && least(100) < least(10_000) && least(10_000) < 0.8, "{} {}", least(100), least(10_000));
        assert!(least(10_000) > 0.75);
        assert!(counts(3, 10, 3, 10).least_difference() < 0.0);
        let all = counts(2000, 2000, 0, 2000).least_difference();
        assert!(all > 0.99 && all < 1.0, "{all}");
    }
}
