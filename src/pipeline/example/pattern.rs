//! Texts that fit a regular expression.
//!
//! Knows the everyday part of the language: literals, classes, groups, alternatives, counts. What looks ahead or behind, or back at a group, counts as
//! nothing, so the text is only a proposal: whoever asks has to test it.

use std::iter::Peekable;
use std::str::Chars;

/// Groups inside each other that are followed.
const DEEPEST: usize = 32;
/// Most characters of a text, and steps to it.
const LONGEST: usize = 4096;
/// Characters that are taken where a class has them, the nicest first.
const NICE: &str = "a0bA1xe_-./: {}";

/// What fits in one place.
enum Piece {
    /// Characters by ranges, or all others.
    Class { ranges: Vec<(char, char)>, negated: bool },
    /// One of several sequences.
    Group(Vec<Vec<Item>>),
}

/// A piece and how often it stands.
struct Item {
    piece: Piece,
    least: usize,
    most: usize,
}

/// A text for a pattern; another `turn` may give another text. `None` where the pattern cannot be read, or its texts are too long.
pub(super) fn sample(pattern: &str, turn: usize) -> Option<String> {
    let mut reader = Reader { rest: pattern.chars().peekable(), depth: 0 };
    let alternatives = reader.alternatives()?;
    if reader.rest.next().is_some() {
        return None;
    }
    let (mut out, mut steps) = (String::new(), 0);
    write(&alternatives, turn, &mut out, &mut steps)?;
    Some(out)
}

/// Writes one of the alternatives.
fn write(alternatives: &[Vec<Item>], turn: usize, out: &mut String, steps: &mut usize) -> Option<()> {
    let chosen = alternatives.get(turn % alternatives.len().max(1))?;
    for item in chosen {
        let count = item.least.saturating_add(turn / 2).clamp(item.least, item.most);
        for _ in 0..count {
            match &item.piece {
                Piece::Class { ranges, negated } => out.push(member(ranges, *negated, turn / 2)?),
                Piece::Group(inner) => write(inner, turn, out, steps)?,
            }
            // Counted because a group may stand often and write nothing.
            *steps += 1;
            if *steps > LONGEST {
                return None;
            }
        }
    }
    Some(())
}

/// A character of a class, the nicest first.
fn member(ranges: &[(char, char)], negated: bool, turn: usize) -> Option<char> {
    let is_in = |c: &char| ranges.iter().any(|(from, to)| (from..=to).contains(&c)) != negated;
    let nice: Vec<char> = NICE.chars().filter(is_in).collect();
    let others = (' '..='~').filter(|c| is_in(c) && !nice.contains(c));
    let far = ranges.first().filter(|_| !negated).map(|&(from, _)| from).filter(|from| !from.is_ascii());
    let all: Vec<char> = nice.iter().copied().chain(others).chain(far).collect();
    all.get(turn.checked_rem(all.len())?).copied()
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    depth: usize,
}

impl Reader<'_> {
    fn alternatives(&mut self) -> Option<Vec<Vec<Item>>> {
        let mut all = vec![Vec::new()];
        while let Some(&c) = self.rest.peek() {
            match c {
                ')' => break,
                '|' => {
                    self.rest.next();
                    all.push(Vec::new());
                }
                _ => {
                    let item = self.item()?;
                    all.last_mut()?.extend(item);
                }
            }
        }
        Some(all)
    }

    /// One piece with its count; nothing for what takes no room.
    fn item(&mut self) -> Option<Option<Item>> {
        let piece = match self.rest.next()? {
            '^' | '$' => None,
            '.' => Some(Piece::Class { ranges: vec![('a', 'z')], negated: false }),
            '[' => Some(self.class()?),
            '(' => self.group()?,
            '\\' => self.escape()?,
            c => Some(one(c)),
        };
        let (least, most) = self.count()?;
        Some(piece.map(|piece| Item { piece, least, most }))
    }

    fn group(&mut self) -> Option<Option<Piece>> {
        let mut counts = true;
        if self.rest.next_if_eq(&'?').is_some() {
            match self.rest.next()? {
                ':' => {}
                '=' | '!' => counts = false,
                '<' => match self.rest.peek()? {
                    '=' | '!' => {
                        self.rest.next();
                        counts = false;
                    }
                    _ => while self.rest.next()? != '>' {},
                },
                _ => return None,
            }
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let inner = self.alternatives()?;
        self.depth -= 1;
        self.rest.next_if_eq(&')')?;
        Some(counts.then_some(Piece::Group(inner)))
    }

    /// Least and most of a count; once where there is none.
    fn count(&mut self) -> Option<(usize, usize)> {
        let bounds = match self.rest.peek() {
            Some('*') => (0, LONGEST),
            Some('+') => (1, LONGEST),
            Some('?') => (0, 1),
            Some('{') => {
                self.rest.next();
                return self.braces();
            }
            _ => return Some((1, 1)),
        };
        self.rest.next();
        self.lazy();
        Some(bounds)
    }

    fn braces(&mut self) -> Option<(usize, usize)> {
        let mut text = String::new();
        loop {
            match self.rest.next()? {
                '}' => break,
                c => text.push(c),
            }
        }
        self.lazy();
        let (least, most) = text.split_once(',').unwrap_or((&text, &text));
        let most = if most.is_empty() { LONGEST } else { most.parse().ok()? };
        Some((least.parse().ok()?, most))
    }

    /// How eager a count is makes no difference to what fits.
    fn lazy(&mut self) {
        self.rest.next_if(|c| matches!(c, '?' | '+'));
    }

    fn escape(&mut self) -> Option<Option<Piece>> {
        let c = self.rest.next()?;
        Some(match c {
            'b' | 'B' | 'A' | 'z' | 'Z' | 'G' | '1'..='9' => None,
            c => Some(self.escaped(c)?),
        })
    }

    /// What an escape stands for, in a class or out of it.
    fn escaped(&mut self, c: char) -> Option<Piece> {
        let (ranges, negated) = match c {
            'd' | 'D' => (vec![('0', '9')], c == 'D'),
            'w' | 'W' => (vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')], c == 'W'),
            's' | 'S' => (vec![(' ', ' '), ('\t', '\r')], c == 'S'),
            't' => return Some(one('\t')),
            'n' => return Some(one('\n')),
            'r' => return Some(one('\r')),
            'u' | 'x' => {
                let digits: String = self.rest.by_ref().take(if c == 'u' { 4 } else { 2 }).collect();
                return char::from_u32(u32::from_str_radix(&digits, 16).ok()?).map(one);
            }
            c if c.is_ascii_alphanumeric() => return None,
            c => return Some(one(c)),
        };
        Some(Piece::Class { ranges, negated })
    }

    /// The rest of a class behind its bracket.
    fn class(&mut self) -> Option<Piece> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut ranges: Vec<(char, char)> = Vec::new();
        loop {
            let from = match self.rest.next()? {
                ']' => break,
                '\\' => {
                    let c = self.rest.next()?;
                    match self.escaped(c)? {
                        Piece::Class { ranges: single, negated: false } if single.len() == 1 && single[0].0 == single[0].1 => single[0].0,
                        Piece::Class { ranges: several, negated: false } => {
                            ranges.extend(several);
                            continue;
                        }
                        _ => return None,
                    }
                }
                '[' | '&' => return None,
                c => c,
            };
            ranges.push((from, self.range_end(from)?));
        }
        Some(Piece::Class { ranges, negated })
    }

    /// The end of a range that begins with a character; that character where none does.
    fn range_end(&mut self, from: char) -> Option<char> {
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('-') || matches!(ahead.next(), None | Some(']' | '\\' | '[')) {
            return Some(from);
        }
        self.rest.next();
        self.rest.next()
    }
}

/// A character for itself.
fn one(c: char) -> Piece {
    Piece::Class { ranges: vec![(c, c)], negated: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_fits_its_pattern() {
        let patterns = [
            r"^[a-fA-F0-9]{8}-[a-fA-F0-9]{4}$",
            r"^[a-z-_][a-z0-9-_]*$",
            r"^((?!data)([a-zA-Z][a-zA-Z0-9-\+\.]*):(.*))$",
            r"^[0-9]{2,3}\.",
            r"^(0x[a-fA-F0-9]+|0)$",
            r"^\{[0-9a-f]{8}\}$|^n/a$",
            r"^[^@\s]+@(?<host>\w+)\.x$",
            r"[\d.]+\x41\u0042\/",
            "^é[à-ü]?$",
        ];
        for pattern in patterns {
            let regex = fancy_regex::Regex::new(&pattern.replace("\\u0042", "B")).unwrap();
            for turn in 0..4 {
                let text = sample(pattern, turn).unwrap();
                assert!(regex.is_match(&text).unwrap(), "{pattern}: {text}");
            }
        }
        assert_ne!(sample("^(a|b)$", 0), sample("^(a|b)$", 1));
    }

    #[test]
    fn what_cannot_be_read_or_is_endless_gives_nothing() {
        let deep = format!("{}a{}", "(".repeat(100_000), ")".repeat(100_000));
        for pattern in ["(", "a)", "[", "a{2", "a{99999}", "(a{999}){999}", "(((){4000}){4000}){4000}", r"\p{L}", "[a&&b]", r"\", &deep] {
            assert_eq!(sample(pattern, 0), None, "{}", pattern.get(..20).unwrap_or(pattern));
        }
    }
}
