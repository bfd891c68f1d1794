//! Whole numbers of any size, as far as printing doubles needs them.
//!
//! Owns: products of powers of two and five, sums, comparison, division with a quotient of one digit.
//! Refuses: anything negative.

use std::cmp::Ordering;

/// A whole number; the lowest 32 bits come first, none of the highest are zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Big(Vec<u32>);

impl Big {
    /// `factor` times two and five to these powers. Negative powers count as zero.
    pub(super) fn new(factor: u64, (twos, fives): (i32, i32)) -> Self {
        let twos = twos.max(0) as usize;
        let mut words = vec![0; twos / 32];
        words.extend([factor as u32, (factor >> 32) as u32]);
        let mut big = Big(words);
        big.trim();
        big.multiply(1 << (twos % 32));
        (0..fives).for_each(|_| big.multiply(5));
        big
    }

    pub(super) fn times_ten(&self) -> Self {
        let mut big = self.clone();
        big.multiply(10);
        big
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        let (long, short) = if self.0.len() >= other.0.len() { (self, other) } else { (other, self) };
        let mut carry = 0;
        let mut words = Vec::with_capacity(long.0.len() + 1);
        for (i, &word) in long.0.iter().enumerate() {
            let sum = u64::from(word) + u64::from(short.0.get(i).copied().unwrap_or(0)) + carry;
            words.push(sum as u32);
            carry = sum >> 32;
        }
        words.push(carry as u32);
        let mut big = Big(words);
        big.trim();
        big
    }

    /// The quotient, which must be less than ten; leaves the remainder.
    pub(super) fn divide(&mut self, divisor: &Self) -> u8 {
        let mut quotient = 0;
        while quotient < 9 && *self >= *divisor {
            self.subtract(divisor);
            quotient += 1;
        }
        quotient
    }

    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for (i, word) in self.0.iter_mut().enumerate() {
            let (less, first) = word.overflowing_sub(other.0.get(i).copied().unwrap_or(0));
            let (less, second) = less.overflowing_sub(u32::from(borrow));
            (*word, borrow) = (less, first || second);
        }
        self.trim();
    }

    fn multiply(&mut self, factor: u32) {
        let mut carry = 0;
        for word in &mut self.0 {
            let product = u64::from(*word) * u64::from(factor) + carry;
            *word = product as u32;
            carry = product >> 32;
        }
        self.0.push(carry as u32);
        self.trim();
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}
