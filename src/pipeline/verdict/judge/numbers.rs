//! Numbers as the pipeline's validator sees and prints them.
//!
//! Owns: the Java class of a JSON number, `BigDecimal.toString`, comparing by exact value.
//! Refuses: which bound a number is held against (rules), the text of doubles (java_double).
//!
//! A number with `.` or an exponent goes through a double first, so the pipeline compares and prints what the double holds, not what was
//! written; numbers in a schema keep all their digits.

use std::cmp::Ordering;

use crate::pipeline::java_double;

/// What org.json makes of a JSON number, by Java's simple class name.
pub(super) fn class(raw: &[u8]) -> &'static str {
    if !is_integer(raw) {
        return "BigDecimal";
    }
    match std::str::from_utf8(raw).ok().and_then(|text| text.parse::<i64>().ok()) {
        Some(value) if i32::try_from(value).is_ok() => "Integer",
        Some(_) => "Long",
        None => "BigInteger",
    }
}

/// Whether a number is written without fraction and exponent.
pub(super) fn is_integer(raw: &[u8]) -> bool {
    !raw.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
}

/// The value of a whole number of at most 18 digits.
pub(super) fn small(raw: &[u8]) -> Option<i64> {
    let (negative, digits) = raw.strip_prefix(b"-").map_or((false, raw), |digits| (true, digits));
    if digits.len() > 18 {
        return None;
    }
    let sum = digits.iter().try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))?;
    Some(if negative { -sum } else { sum })
}

/// A document's number as messages print it.
pub(super) fn printed(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    if is_integer(raw) {
        return if text == "-0" { "0".to_owned() } else { text.into_owned() };
    }
    let value = text.parse::<f64>().unwrap_or(f64::NAN);
    if value.is_infinite() { "Infinity".to_owned() } else { big_decimal(&java_double::text(value)) }
}

/// A schema's number as messages print it: all its digits kept.
pub(super) fn printed_bound(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    if is_integer(raw) { printed(raw) } else { big_decimal(&text) }
}

/// A document's number by value.
pub(super) fn value(raw: &[u8]) -> Decimal {
    if is_integer(raw) {
        return Decimal::read(&String::from_utf8_lossy(raw));
    }
    Decimal::read(&printed(raw))
}

/// `new BigDecimal(text).toString()`.
fn big_decimal(text: &str) -> String {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    let digits = if significant.is_empty() { "0" } else { significant };
    let sign = if significant.is_empty() { "" } else { sign };
    let scale = fraction.len() as i64 - exponent.parse::<i64>().unwrap_or(0).clamp(-1 << 40, 1 << 40);
    let adjusted = digits.len() as i64 - 1 - scale;
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    if scale > 0 && adjusted >= -6 {
        let point = digits.len() as i64 - scale;
        if point > 0 {
            let (whole, fraction) = digits.split_at(point as usize);
            return format!("{sign}{whole}.{fraction}");
        }
        return format!("{sign}0.{}{digits}", "0".repeat(point.unsigned_abs() as usize));
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let exponent = if adjusted == 0 { String::new() } else { format!("E{adjusted:+}") };
    format!("{sign}{first}{point}{rest}{exponent}")
}

/// A decimal number of any size: 0.`digits` times ten to the power of `exponent`, digits without zeros at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// Reads a JSON number's or `BigDecimal`'s text.
    pub(super) fn read(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let negative = mantissa.starts_with('-');
        let mantissa = mantissa.trim_start_matches('-');
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let leading = all.iter().take_while(|&&digit| digit == b'0').count();
        let trailing = all[leading..].iter().rev().take_while(|&&digit| digit == b'0').count();
        let digits = all[leading..all.len() - trailing].to_vec();
        if digits.is_empty() {
            return Decimal { negative: false, digits, exponent: 0 };
        }
        let written = exponent.parse::<i64>().unwrap_or(0).clamp(-1 << 40, 1 << 40);
        Decimal { negative, exponent: whole.len() as i64 - leading as i64 + written, digits }
    }

    /// The same value always gives the same text.
    pub(super) fn canonical(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}e{}", String::from_utf8_lossy(&self.digits), self.exponent)
    }

    /// The value where it is a whole number of at most 18 digits.
    pub(super) fn small(&self) -> Option<i64> {
        let zeros = usize::try_from(self.exponent).ok()?.checked_sub(self.digits.len())?;
        if self.exponent > 18 {
            return None;
        }
        let magnitude = self.digits.iter().copied().chain(std::iter::repeat_n(b'0', zeros));
        let magnitude = magnitude.fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        Some(if self.negative { -magnitude } else { magnitude })
    }

    fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

/// Whether `raw` is a multiple of `divisor`, both taken as doubles and these as the decimals that Java prints, as the validator does.
pub(super) fn is_multiple(raw: &[u8], divisor: &[u8]) -> bool {
    let double = |raw: &[u8]| Decimal::read(&java_double::text(String::from_utf8_lossy(raw).parse::<f64>().unwrap_or(f64::NAN)));
    let (value, divisor) = (double(raw), double(divisor));
    if value.is_zero() || divisor.is_zero() {
        return value.is_zero();
    }
    let integer = |decimal: &Decimal| decimal.digits.iter().fold(0_u128, |sum, digit| sum * 10 + u128::from(digit - b'0'));
    let power = |decimal: &Decimal| decimal.exponent - decimal.digits.len() as i64;
    let (mut dividend, divided_by) = (integer(&value), integer(&divisor));
    let shift = power(&value) - power(&divisor);
    if shift < 0 {
        // The divisor has more tens than the value, whose last digit is not 0: only a factor of 2 or 5 in it could make up for that.
        let Some(scaled) = 10_u128.checked_pow(shift.unsigned_abs() as u32).and_then(|tens| divided_by.checked_mul(tens)) else {
            return false;
        };
        return dividend % scaled == 0;
    }
    for _ in 0..shift {
        dividend = dividend % divided_by * 10;
        if dividend == 0 {
            break;
        }
    }
    dividend % divided_by == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_java_prints_them() {
        for (text, expected) in [
            ("1e30", "1.0E+30"),
            ("0.1234567890123456789", "0.12345678901234568"),
            ("1e2", "100.0"),
            ("1e16", "1.0E+16"),
            ("1E-7", "1.0E-7"),
            ("0.0001", "0.00010"),
            ("-0.0", "0.0"),
            ("-0", "0"),
            ("170192.0", "170192.0"),
            ("1.5e-7", "1.5E-7"),
            ("100000000000000000000000", "100000000000000000000000"),
            ("12345678.9", "12345678.9"),
        ] {
            assert_eq!(printed(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(printed_bound(b"1.0"), "1.0");
        assert_eq!(printed_bound(b"1e3"), "1E+3");
        assert_eq!(printed_bound(b"0.10"), "0.10");
    }

    #[test]
    fn classes_are_by_spelling_and_size() {
        for (text, expected) in [
            ("1", "Integer"),
            ("-2147483648", "Integer"),
            ("2147483648", "Long"),
            ("-9223372036854775808", "Long"),
            ("9223372036854775808", "BigInteger"),
            ("1.0", "BigDecimal"),
            ("1e3", "BigDecimal"),
        ] {
            assert_eq!(class(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn values_compare_exactly() {
        assert!(value(b"1.0000000001") > Decimal::read("1.0"));
        assert!(value(b"-0.5") < Decimal::read("0"));
        assert!(value(b"99999999999999999999") > Decimal::read("99999999999999999998"));
        assert_eq!(value(b"10"), Decimal::read("1.0E+1"));
        assert!(value(b"-11") < Decimal::read("-2"));
        assert!(value(b"0.0") == Decimal::read("-0"));
    }

    #[test]
    fn multiples_are_of_the_shortest_decimals() {
        assert!(is_multiple(b"0.3", b"0.1"));
        assert!(!is_multiple(b"0.3", b"0.5"));
        assert!(is_multiple(b"1e300", b"3e0") == is_multiple(b"1", b"3"));
        assert!(is_multiple(b"50", b"25.0") && !is_multiple(b"5", b"1e3") && is_multiple(b"-1000", b"1e3"));
        assert!(is_multiple(b"0", b"7"));
    }
}
