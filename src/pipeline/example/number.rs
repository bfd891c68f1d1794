//! Numbers between bounds.

use serde_json::{Number, Value};

use super::wants::Wants;
use crate::pipeline::schema::Schema;

/// Whole numbers that a floating point number holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number that fits, another for each turn; 0 where none can be told.
pub(super) fn number(wants: &Wants, schema: &Schema, integer: bool, turn: usize) -> Value {
    let exclusive = |name: &str| wants.all(schema, name).any(|node| schema.document.raw(node) == b"true");
    let numbers = |name: &'static str| wants.numbers(schema, name);
    let step = numbers("multipleOf").fold(if integer { 1.0 } else { 0.5 }, f64::max);
    let (above, below) = (numbers("exclusiveMinimum").reduce(f64::max), numbers("exclusiveMaximum").reduce(f64::min));
    let (least, most) = (numbers("minimum").reduce(f64::max), numbers("maximum").reduce(f64::min));
    let low = [above, least].into_iter().flatten().reduce(f64::max);
    let high = [below, most].into_iter().flatten().reduce(f64::min);
    let open = (above == low || exclusive("exclusiveMinimum"), below == high || exclusive("exclusiveMaximum"));
    let fits = |value: f64| {
        low.is_none_or(|low| value > low || (value == low && !open.0)) && high.is_none_or(|high| value < high || (value == high && !open.1))
    };
    let middle = low.zip(high).map(|(low, high)| low / 2.0 + high / 2.0);
    let plain = if integer { 1.0 } else { 1.5 };
    let is_stepped = integer || numbers("multipleOf").next().is_some();
    let rounded = |value: f64| if is_stepped { [(value / step).ceil() * step, (value / step).floor() * step] } else { [value; 2] };
    let mut found: Vec<f64> = Vec::new();
    for value in [Some(plain), low, Some(0.0), high, middle].into_iter().flatten().flat_map(rounded).filter(|&value| fits(value)) {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    let from = rounded(low.or(high).unwrap_or(0.0))[0];
    let steps = (1..turn + 3).flat_map(|steps| [from + step * steps as f64, from - step * steps as f64]);
    let further = steps.filter(|&value| fits(value) && !found.contains(&value));
    let wanted = found.iter().copied().chain(further).nth(turn);
    json(wanted.or_else(|| found.get(turn.checked_rem(found.len())?).copied()).unwrap_or(from))
}

/// Whole numbers are written without a fraction.
fn json(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() <= EXACT {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::example::wants::TakenBranches;

    #[test]
    fn numbers_keep_their_bounds() {
        let made = |text: &str, integer, turn| {
            let schema = Schema::parse("t", text.as_bytes().to_vec()).unwrap();
            number(&Wants::of(&schema, [0], &TakenBranches::default()), &schema, integer, turn).to_string()
        };
        for (text, integer, expected) in [
            ("{}", true, "1"),
            ("{}", false, "1.5"),
            (r#"{"minimum":4,"maximum":4}"#, false, "4"),
            (r#"{"minimum":4,"exclusiveMinimum":true}"#, true, "5"),
            (r#"{"exclusiveMinimum":4,"exclusiveMaximum":6}"#, true, "5"),
            (r#"{"exclusiveMinimum":0,"exclusiveMaximum":0.5}"#, false, "0.25"),
            (r#"{"maximum":-3}"#, true, "-3"),
            (r#"{"multipleOf":7,"minimum":15}"#, true, "21"),
            (r#"{"minimum":1e300}"#, false, "1e+300"),
        ] {
            assert_eq!(made(text, integer, 0), expected, "{text}");
        }
        let several: std::collections::BTreeSet<String> = (0..20).map(|turn| made(r#"{"minimum":3}"#, true, turn)).collect();
        assert_eq!(several.len(), 20);
    }
}
