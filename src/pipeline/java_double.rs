//! Doubles as Java prints them.
//!
//! Owns: the text of `Double.toString` before JDK 19, which the pipeline runs on. It is not always the shortest text that reads back as the
//! same number: `2e23` is printed as `1.9999999999999998E23`.
//! Refuses: reading numbers, whole numbers that never were doubles.
//!
//! The digits come from the free-format algorithm of Steele and White with the habits of Java's version of it: at least two digits before an
//! exponent, whole numbers below 2^63 printed from their own digits, and a bound that counts as reached only where the numbers are large.

use std::f64::consts::LOG10_2;

use num_bigint::BigUint;

/// Bits behind the leading one of a double.
const FRACTION_BITS: i32 = 52;

/// Decimal digits of a positive number: 0.`digits` times ten to the power of `exponent`.
struct Digits {
    digits: Vec<u8>,
    exponent: i32,
}

/// `Double.toString`: plain between 10^-3 and 10^7, otherwise with an exponent, at least one digit after the point.
pub fn text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let value = value.abs();
    if value.is_infinite() {
        return format!("{sign}Infinity");
    }
    if value == 0.0 {
        return format!("{sign}0.0");
    }
    let Digits { digits, exponent } = digits(value);
    let digits: String = digits.iter().map(|&digit| char::from(b'0' + digit)).collect();
    match exponent {
        -2..=0 => format!("{sign}0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize)),
        1..=7 => {
            let whole = exponent as usize;
            let padded = format!("{digits:0<width$}", width = whole + 1);
            format!("{sign}{}.{}", &padded[..whole], &padded[whole..])
        }
        _ => {
            let padded = format!("{digits:0<2}");
            format!("{sign}{}.{}E{}", &padded[..1], &padded[1..], exponent - 1)
        }
    }
}

/// A double taken apart: `fraction` has its leading one at bit 52, the value is `fraction` times 2^(`exponent` - 52).
struct DoubleParts {
    fraction: u64,
    exponent: i32,
    /// Bits that the double really has: fewer than 53 near zero.
    significant: i32,
}

fn parts(value: f64) -> DoubleParts {
    let bits = value.to_bits();
    let (raw, fraction) = ((bits >> FRACTION_BITS) as i32, bits & ((1 << FRACTION_BITS) - 1));
    if raw > 0 {
        return DoubleParts { fraction: fraction | 1 << FRACTION_BITS, exponent: raw - 1023, significant: FRACTION_BITS + 1 };
    }
    let shift = fraction.leading_zeros() as i32 - (63 - FRACTION_BITS);
    DoubleParts { fraction: fraction << shift, exponent: -1022 - shift, significant: FRACTION_BITS + 1 - shift }
}

fn digits(value: f64) -> Digits {
    let parts = parts(value);
    let used = FRACTION_BITS + 1 - parts.fraction.trailing_zeros() as i32;
    let behind_point = (used - parts.exponent - 1).max(0);
    if behind_point == 0 && parts.exponent <= 62 {
        return whole_digits(&parts);
    }
    generate(&parts, used, behind_point)
}

/// A whole number below 2^63 by its own digits, those left out and rounded that its last bit cannot tell apart.
fn whole_digits(parts: &DoubleParts) -> Digits {
    let mut number = if parts.exponent >= FRACTION_BITS {
        parts.fraction << (parts.exponent - FRACTION_BITS)
    } else {
        parts.fraction >> (FRACTION_BITS - parts.exponent)
    };
    let spare = parts.exponent - parts.significant - 1;
    let mut dropped = 0;
    if spare > 1 {
        dropped = (1_u64 << spare).ilog10();
        let unit = 10_u64.pow(dropped);
        number = number / unit + u64::from(number % unit >= unit / 2 && unit > 1);
    }
    let text = number.to_string();
    let digits: Vec<u8> = text.trim_end_matches('0').bytes().map(|byte| byte - b'0').collect();
    Digits { digits, exponent: text.len() as i32 + dropped as i32 }
}

/// The decimal exponent, guessed from the logarithm: right or one too large.
fn guess_exponent(parts: &DoubleParts) -> i32 {
    let mantissa = parts.fraction as f64 / (1_u64 << FRACTION_BITS) as f64;
    ((mantissa - 1.5) * 0.289_529_654 + 0.176_091_259 + f64::from(parts.exponent) * LOG10_2).floor() as i32
}

/// Powers of two and five whose products are the number, the unit of its first digit and half the gap to its neighbours.
struct Scales {
    number: (i32, i32),
    unit: (i32, i32),
    gap: (i32, i32),
}

impl Scales {
    fn new(parts: &DoubleParts, used: i32, behind_point: i32, exponent: i32) -> Self {
        let fives = (-exponent).max(0);
        let unit_fives = exponent.max(0);
        let number = fives + behind_point + parts.exponent;
        let mut gap = number - parts.significant;
        let (mut number, mut unit) = (number - (used - 1), unit_fives + behind_point);
        let common = number.min(unit);
        (number, unit, gap) = (number - common, unit - common, gap - common);
        // The neighbour below a power of two is only half as far away as that above.
        gap -= i32::from(used == 1);
        if gap < 0 {
            (number, unit, gap) = (number - gap, unit - gap, 0);
        }
        Scales { number: (number, fives), unit: (unit, unit_fives), gap: (gap, fives) }
    }

    /// Whether Java computes with 64 bits, where a bound that is met exactly does not count as reached.
    fn is_small(&self, used: i32) -> bool {
        let fives = |power: i32| if power == 0 { 0 } else { (f64::from(power) * 5_f64.log2()).floor() as i32 + 1 };
        let number = used + self.number.0 + if self.number.1 < 27 { fives(self.number.1) } else { self.number.1 * 3 };
        let next = self.unit.1 + 1;
        let ten_units = self.unit.0 + 1 + if next < 27 { fives(next) } else { next * 3 };
        number < 64 && ten_units < 64
    }
}

/// `factor` times two and five to these powers, of which negative ones count as zero.
fn scaled(factor: u64, (twos, fives): (i32, i32)) -> BigUint {
    (BigUint::from(5_u32).pow(fives.max(0).unsigned_abs()) * factor) << twos.max(0)
}

/// The quotient, which is less than ten, so that taking away is quicker than long division; leaves the remainder.
fn divide(number: &mut BigUint, divisor: &BigUint) -> u8 {
    let mut quotient = 0;
    while quotient < 9 && *number >= *divisor {
        *number -= divisor;
        quotient += 1;
    }
    quotient
}

/// Digit after digit until what is left is within half the gap to a neighbour.
fn generate(parts: &DoubleParts, used: i32, behind_point: i32) -> Digits {
    let mut exponent = guess_exponent(parts);
    let scales = Scales::new(parts, used, behind_point, exponent);
    let strict = scales.is_small(used);
    let mut number = scaled(parts.fraction >> parts.fraction.trailing_zeros(), scales.number);
    let mut gap = scaled(1, scales.gap);
    let unit = scaled(1, scales.unit);
    let ten_units = &unit * 10_u32;
    let next = |number: &mut BigUint, gap: &mut BigUint| {
        let digit = divide(number, &unit);
        *number *= 10_u32;
        *gap *= 10_u32;
        let reached = (&*number + &*gap).cmp(&ten_units);
        (digit, *number < *gap, if strict { reached.is_gt() } else { reached.is_ge() })
    };
    let (first, mut low, mut high) = next(&mut number, &mut gap);
    let mut digits = Vec::with_capacity(18);
    if first == 0 && !high {
        exponent -= 1;
    } else {
        digits.push(first);
    }
    // Texts with an exponent have a digit behind the point, so that one is not enough.
    if !(-3..8).contains(&exponent) {
        (low, high) = (false, false);
    }
    while !low && !high {
        let digit;
        (digit, low, high) = next(&mut number, &mut gap);
        digits.push(digit);
    }
    let is_odd = digits.last().is_some_and(|digit| digit % 2 == 1);
    let half = (number << 1_u32).cmp(&ten_units);
    let up = high && (!low || half.is_gt() || (half.is_eq() && is_odd));
    if up && round_up(&mut digits) {
        exponent += 1;
    }
    Digits { digits, exponent: exponent + 1 }
}

/// Adds one to the last digit; tells whether that made the number one digit longer.
fn round_up(digits: &mut [u8]) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return false;
        }
        *digit = 0;
    }
    if let Some(first) = digits.first_mut() {
        *first = 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn doubles_are_printed_as_java_does() {
        for (value, printed) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (100.0, "100.0"),
            (1e7, "1.0E7"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (1_234_567.125, "1234567.125"),
            (123_456_789.0, "1.23456789E8"),
            (f64::MAX, "1.7976931348623157E308"),
            (5e-324, "4.9E-324"),
            (0.1 + 0.2, "0.30000000000000004"),
            (-1.5e300, "-1.5E300"),
            (f64::INFINITY, "Infinity"),
        ] {
            assert_eq!(text(value), printed);
        }
    }

    #[test]
    fn some_texts_are_longer_than_they_need_be() {
        assert_eq!(text(2e23), "1.9999999999999998E23");
        assert_eq!(text(1e23), "9.999999999999999E22");
        assert_eq!(text(2.0_f64.powi(62)), "4.6116860184273879E18");
    }

    #[test]
    fn every_text_reads_back() {
        let mut bits = 0x0123_4567_89ab_cdef_u64;
        for _ in 0..5000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = f64::from_bits(bits);
            if value.is_finite() {
                assert_eq!(text(value).parse(), Ok(value));
            }
        }
    }
}
