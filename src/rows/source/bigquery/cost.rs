//! What a query costs, before it is asked.
//!
//! Owns: bytes as a price, the limit that asks, the limit that is given to BigQuery.
//! Refuses: asking the user (cli, tui).

use crate::ground::text;
use crate::rows::source::{Cost, Spent};

/// Bytes that may be read without asking: 100 GB.
pub const MOST_BYTES: u64 = 100_000_000_000;
/// Dollars for a TiB, on demand in the United States.
pub const PRICE_PER_TIB: f64 = 6.25;
/// What BigQuery may bill beyond a dry run's bytes: it rounds up to 10 MB for each table.
const ROUNDING: u64 = 100 << 20;

impl Cost {
    /// Of a query that reads so many bytes, or at most so many.
    pub(super) fn new(purpose: &'static str, (bytes, at_most): (u64, bool), limit: u64, price_per_tib: f64) -> Self {
        Cost { purpose, bytes, at_most, dollars: price(bytes, price_per_tib), limit }
    }

    /// Whether it has to be asked for.
    pub fn is_over(&self) -> bool {
        self.bytes > self.limit
    }

    /// What BigQuery is told to stop at: the limit, or what was agreed to.
    pub(super) fn most_billed(&self) -> u64 {
        self.limit.max(self.bytes.saturating_add(self.bytes / 20)).saturating_add(ROUNDING)
    }
}

impl std::fmt::Display for Cost {
    /// `counting reads 12.3 GiB, about $0.08`, or `reads at most 12.3 GiB`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let most = if self.at_most { "at most " } else { "" };
        write!(f, "{} reads {most}{}, {}", self.purpose, text::bytes(self.bytes), dollars(self.dollars))
    }
}

impl Spent {
    /// With one more query, which has read so many bytes.
    pub(super) fn and(self, bytes: u64, price_per_tib: f64) -> Self {
        let bytes_in_all = self.bytes.saturating_add(bytes);
        Spent { queries: self.queries + 1, bytes: bytes_in_all, dollars: price(bytes_in_all, price_per_tib) }
    }

    /// `read 12.3 GiB, about $0.08`
    pub fn short(self) -> String {
        format!("read {}, {}", text::bytes(self.bytes), dollars(self.dollars))
    }
}

impl std::fmt::Display for Spent {
    /// `BigQuery read 12.3 GiB in 4 queries, about $0.08`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let queries = text::plural(self.queries, "query", "queries");
        write!(f, "BigQuery read {} in {queries}, {}", text::bytes(self.bytes), dollars(self.dollars))
    }
}

fn price(bytes: u64, price_per_tib: f64) -> f64 {
    bytes as f64 / (1u64 << 40) as f64 * price_per_tib
}

fn dollars(dollars: f64) -> String {
    if dollars == 0.0 {
        "free".to_owned()
    } else if dollars < 0.01 {
        "less than $0.01".to_owned()
    } else {
        format!("about ${dollars:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_told_and_the_limit_asks() {
        let cost = Cost::new("counting", (3 << 40, false), MOST_BYTES, PRICE_PER_TIB);
        assert_eq!(cost.to_string(), "counting reads 3.0 TiB, about $18.75");
        assert!(cost.is_over() && cost.most_billed() > 3 << 40);
        let cheap = Cost::new("opening a row", (1000, true), MOST_BYTES, PRICE_PER_TIB);
        assert_eq!(cheap.to_string(), "opening a row reads at most 1000 B, less than $0.01");
        assert!(!cheap.is_over() && cheap.most_billed() >= MOST_BYTES);
        let spent = Spent::default().and(3 << 30, 6.25).and(0, 6.25);
        assert_eq!(spent.to_string(), "BigQuery read 3.0 GiB in 2 queries, about $0.02");
        assert!(Cost::new("x", (0, false), 0, 6.25).to_string().ends_with("free"));
    }
}
