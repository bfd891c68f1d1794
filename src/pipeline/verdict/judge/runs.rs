//! The fast way for patterns that are runs of ASCII classes from the start of the text: `^[a-z_][a-z0-9_\.]+$`, `^[0-9a-f]{8}-…`.
//!
//! Owns: recognising such a pattern, finding it without a regex engine.
//! Refuses: everything else, by answering nothing.

/// Characters of one kind, so many times.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CharRun {
    /// Whether a byte belongs to it; never one beyond ASCII.
    class: Box<[bool; 256]>,
    least: u32,
    most: u32,
}

impl CharRun {
    /// `class` has one bit for each ASCII character.
    fn new(class: u128, least: u32, most: u32) -> Self {
        CharRun { class: Box::new(std::array::from_fn(|byte| byte < 128 && class >> byte & 1 == 1)), least, most }
    }

    fn holds_any_of(&self, class: u128) -> bool {
        (0..128).any(|byte| self.class[byte] && class >> byte & 1 == 1)
    }
}

/// An anchored sequence of runs, none of which could leave a character to the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Runs {
    runs: Vec<CharRun>,
    /// Whether the text must end after the last.
    whole: bool,
    /// Whether a backslash may belong to a match.
    knows_backslash: bool,
}

impl Runs {
    /// `None` where the pattern is anything more than runs.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let body = pattern.strip_prefix('^')?;
        let (body, whole) = match body.strip_suffix('$') {
            Some(inner) if !inner.ends_with('\\') => (inner, true),
            _ => (body, false),
        };
        let mut bytes = body.as_bytes();
        let mut runs: Vec<CharRun> = Vec::new();
        while !bytes.is_empty() {
            let class = class(&mut bytes)?;
            let (least, most) = times(&mut bytes)?;
            // Taking as much as there is must be right: what follows a run that may vary begins with another character.
            if let Some(before) = runs.last()
                && before.least != before.most
                && (least == 0 || before.holds_any_of(class))
            {
                return None;
            }
            runs.push(CharRun::new(class, least, most));
        }
        let knows_backslash = runs.iter().any(|run| run.class[usize::from(b'\\')]);
        Some(Runs { runs, whole, knows_backslash })
    }

    /// Whether a backslash may belong to a match.
    pub(super) fn knows_backslash(&self) -> bool {
        self.knows_backslash
    }

    /// Whether the text begins with the runs, and ends with them where it must.
    #[inline]
    pub(super) fn found(&self, text: &[u8]) -> bool {
        match &self.runs[..] {
            // Mostly of digits, for the names of many members.
            [run] if self.whole => {
                let is_as_long = run.least as usize <= text.len() && text.len() <= run.most as usize;
                is_as_long && text.iter().all(|&byte| run.class[usize::from(byte)])
            }
            _ => self.found_one_by_one(text),
        }
    }

    fn found_one_by_one(&self, text: &[u8]) -> bool {
        let mut at = 0_usize;
        for run in &self.runs {
            let rest = &text[at..text.len().min(at.saturating_add(run.most as usize))];
            let taken = rest.iter().position(|&byte| !run.class[usize::from(byte)]).unwrap_or(rest.len());
            if taken < run.least as usize {
                return false;
            }
            at += taken;
        }
        !self.whole || at == text.len()
    }
}

/// A character class, an escaped or a plain character.
fn class(bytes: &mut &[u8]) -> Option<u128> {
    let (&first, rest) = bytes.split_first()?;
    *bytes = rest;
    match first {
        b'[' => bracket(bytes),
        b'\\' => escaped(bytes).map(|byte| 1 << byte),
        b'^' | b'$' | b'.' | b'|' | b'?' | b'*' | b'+' | b'(' | b')' | b'{' | b'}' | b']' | 128.. => None,
        plain => Some(1 << plain),
    }
}

/// A punctuation mark after a backslash.
fn escaped(bytes: &mut &[u8]) -> Option<u8> {
    let (&byte, rest) = bytes.split_first()?;
    *bytes = rest;
    byte.is_ascii_punctuation().then_some(byte)
}

fn bracket(bytes: &mut &[u8]) -> Option<u128> {
    let mut class = 0;
    let mut from: Option<u8> = None;
    loop {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let literal = match byte {
            b']' if class != 0 => return Some(class),
            b'[' | b'^' | b'&' | b']' | 128.. => return None,
            b'\\' => escaped(bytes)?,
            b'-' if from.is_some() && !bytes.is_empty() => match range_end(bytes) {
                Some(to) => {
                    class |= range(from?, to)?;
                    from = None;
                    continue;
                }
                None => b'-',
            },
            plain => plain,
        };
        class |= 1 << literal;
        // A hyphen begins no range here: `[a-z-_]`.
        from = (literal != b'-').then_some(literal);
    }
}

/// The end of a range whose hyphen was just read; a hyphen before the bracket is one itself.
fn range_end(bytes: &mut &[u8]) -> Option<u8> {
    let (&byte, rest) = bytes.split_first()?;
    if !byte.is_ascii_alphanumeric() {
        return None;
    }
    *bytes = rest;
    Some(byte)
}

fn range(from: u8, to: u8) -> Option<u128> {
    (from <= to).then(|| (from..=to).fold(0, |class, byte| class | 1 << byte))
}

/// The quantifier that follows, if any.
fn times(bytes: &mut &[u8]) -> Option<(u32, u32)> {
    let (times, rest) = match bytes.split_first() {
        Some((b'+', rest)) => ((1, u32::MAX), rest),
        Some((b'*', rest)) => ((0, u32::MAX), rest),
        Some((b'?', rest)) => ((0, 1), rest),
        Some((b'{', rest)) => {
            let close = rest.iter().position(|&byte| byte == b'}')?;
            let counts = std::str::from_utf8(&rest[..close]).ok()?;
            let times = match counts.split_once(',') {
                None => (counts.parse().ok()?, counts.parse().ok()?),
                Some((least, "")) => (least.parse().ok()?, u32::MAX),
                Some((least, most)) => (least.parse().ok()?, most.parse().ok()?),
            };
            (times, &rest[close + 1..])
        }
        _ => ((1, 1), *bytes),
    };
    // Lazy and possessive quantifiers are left to the engine.
    let plain = rest.is_empty() || !matches!(rest[0], b'+' | b'*' | b'?' | b'{');
    *bytes = rest;
    (plain && times.0 <= times.1).then_some(times)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_plain_runs_are_taken() {
        for pattern in ["^[a-z_][a-z0-9_\\.]+$", "^[0-9]+$", "^[a-z-_][a-z0-9-_]*$", "^[0-9]{2,3}\\.", "^\\{[0-9a-f]{8}-x\\}$", "^/a"] {
            assert!(Runs::of(pattern).is_some(), "{pattern}");
        }
        for pattern in ["[a]+", "^a+a$", "^a|b$", "^(a)$", "^a+?$", "^a\\d$", "^[^a]$", "^a*b*$", "^.*$", "^[a&&b]$", "^a++$"] {
            assert_eq!(Runs::of(pattern), None, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn runs_find_what_the_engine_finds(
            pattern in prop::sample::select(vec![
                "^[a-c_][a-c0-9_\\.]+$", "^[0-9]+$", "^[a-z-_][a-z0-9-_]*$", "^[0-9]{2,3}\\.", "^a{2}b?c{1,}$", "^[0-9]+\\.", "^a$", "^[ab]{3}",
            ]),
            text in "[a-c0-3_.é-]{0,6}",
        ) {
            let runs = Runs::of(pattern).unwrap();
            prop_assert_eq!(runs.found(text.as_bytes()), fancy_regex::Regex::new(pattern).unwrap().is_match(&text).unwrap());
        }
    }
}
