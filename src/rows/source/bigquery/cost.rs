//! What a query costs, before it is asked.
//!
//! Owns: bytes as a price, the limit that asks, the limit that is given to BigQuery.
//! Refuses: asking the user (cli, tui).

use crate::ground::text;
use crate::rows::source::Cost;

/// Bytes that may be read without asking: 100 GB.
pub const MOST_BYTES: u64 = 100_000_000_000;
/// Dollars for a TiB, on demand in the United States.
pub const PRICE_PER_TIB: f64 = 6.25;
/// What BigQuery may bill beyond a dry run's bytes: it rounds up to 10 MB for each table.
const ROUNDING: u64 = 100 << 20;

impl Cost {
    /// Of a query that reads so many bytes.
    pub(super) fn new(purpose: &'static str, bytes: u64, limit: u64, price_per_tib: f64) -> Self {
        Cost { purpose, bytes, dollars: bytes as f64 / (1u64 << 40) as f64 * price_per_tib, limit }
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
    /// `counting reads 12.3 GiB, about $0.08`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} reads {}, {}", self.purpose, text::bytes(self.bytes), dollars(self.dollars))
    }
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
        let cost = Cost::new("counting", 3 << 40, MOST_BYTES, PRICE_PER_TIB);
        assert_eq!(cost.to_string(), "counting reads 3.0 TiB, about $18.75");
        assert!(cost.is_over() && cost.most_billed() > 3 << 40);
        let cheap = Cost::new("opening a row", 1000, MOST_BYTES, PRICE_PER_TIB);
        assert_eq!(cheap.to_string(), "opening a row reads 1000 B, less than $0.01");
        assert!(!cheap.is_over() && cheap.most_billed() >= MOST_BYTES);
        assert!(Cost::new("x", 0, 0, 6.25).to_string().ends_with("free"));
    }
}
