//! Texts that fit a regular expression.
//!
//! Owns: the text. Reading the expression is the work of regex-syntax.
//! Refuses: promises: what looks ahead or behind, or back at a group, counts as nothing, so the text is only a proposal that has to be tested.

use std::iter::Peekable;
use std::str::Chars;

use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::ast::{Ast, RepetitionKind, RepetitionRange};
use regex_syntax::hir::translate::Translator;
use regex_syntax::hir::{Class, HirKind};

/// Parts inside each other that are followed.
const DEEPEST: u32 = 100;
/// Most bytes of a text.
const LONGEST: usize = 4096;
/// Most parts that are written, for a part may stand often and write nothing.
const MOST_STEPS: usize = 4 * LONGEST;
/// Characters that are taken where a class has them, the nicest first.
const NICE: &str = "a0bA1xe_-./: {}";

/// A text for a pattern; another `turn` may give another text. `None` where the pattern cannot be read, or its texts are too long.
pub(super) fn sample(pattern: &str, turn: usize) -> Option<String> {
    let ast = ParserBuilder::new().nest_limit(DEEPEST).build().parse(&readable(pattern)).ok()?;
    let (mut out, mut steps) = (String::new(), 0);
    write(&ast, turn, &mut out, &mut steps)?;
    Some(out)
}

/// Writes what fits a part of a pattern.
fn write(part: &Ast, turn: usize, out: &mut String, steps: &mut usize) -> Option<()> {
    let before = *steps;
    *steps += 1;
    match part {
        Ast::Empty(_) | Ast::Flags(_) | Ast::Assertion(_) => {}
        Ast::Concat(concat) => concat.asts.iter().try_for_each(|part| write(part, turn, out, steps))?,
        Ast::Alternation(either) => write(either.asts.get(turn.checked_rem(either.asts.len())?)?, turn, out, steps)?,
        Ast::Group(group) => write(&group.ast, turn, out, steps)?,
        Ast::Literal(literal) => out.push(literal.c),
        // Letters before anything else that would do.
        Ast::Dot(_) => out.push(member(&[('a', 'z')], turn / 2)?),
        Ast::ClassUnicode(_) | Ast::ClassPerl(_) | Ast::ClassBracketed(_) => out.push(member(&ranges(part)?, turn / 2)?),
        Ast::Repetition(repeated) => {
            let (begin, count) = (out.len(), times(&repeated.op.kind, turn / 2));
            if count > 0 {
                write(&repeated.ast, turn, out, steps)?;
                *steps = (*steps - before).saturating_mul(count).saturating_add(before);
            }
            if *steps <= MOST_STEPS {
                let more = out[begin..].repeat(count.saturating_sub(1));
                out.push_str(&more);
            }
        }
    }
    (*steps <= MOST_STEPS && out.len() <= LONGEST).then_some(())
}

/// How often a part stands: as seldom as may be, and once more for each turn as far as that is allowed.
fn times(kind: &RepetitionKind, turn: usize) -> usize {
    let (least, most) = match *kind {
        RepetitionKind::ZeroOrOne => (0, 1),
        RepetitionKind::ZeroOrMore => (0, LONGEST),
        RepetitionKind::OneOrMore => (1, LONGEST),
        RepetitionKind::Range(RepetitionRange::Exactly(count)) => (count as usize, count as usize),
        RepetitionKind::Range(RepetitionRange::AtLeast(least)) => (least as usize, LONGEST.max(least as usize)),
        RepetitionKind::Range(RepetitionRange::Bounded(least, most)) => (least as usize, most as usize),
    };
    least.saturating_add(turn).min(most)
}

/// The characters of a class.
fn ranges(class: &Ast) -> Option<Vec<(char, char)>> {
    match Translator::new().translate("", class).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class.iter().map(|range| (range.start(), range.end())).collect()),
        // A class of one.
        HirKind::Literal(one) => Some(std::str::from_utf8(&one.0).ok()?.chars().map(|c| (c, c)).collect()),
        _ => None,
    }
}

/// A character of a class, the nicest first.
fn member(ranges: &[(char, char)], turn: usize) -> Option<char> {
    let is_in = |c: &char| ranges.iter().any(|(from, to)| (from..=to).contains(&c));
    let nice: Vec<char> = NICE.chars().filter(is_in).collect();
    let others = (' '..='~').filter(|c| is_in(c) && !nice.contains(c));
    let far = ranges.first().map(|&(from, _)| from).filter(|from| !from.is_ascii());
    let all: Vec<char> = nice.iter().copied().chain(others).chain(far).collect();
    all.get(turn.checked_rem(all.len())?).copied()
}

/// The pattern in words that regex-syntax knows: what looks around stands no times, what looks back is empty.
fn readable(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern.chars().peekable();
    // Whether each open group looks around; how many classes are open.
    let (mut groups, mut classes) = (Vec::new(), 0_usize);
    while let Some(c) = rest.next() {
        match c {
            '\\' => escape(&mut rest, classes > 0, &mut out),
            '[' => {
                classes += 1;
                out.push(c);
            }
            ']' => {
                classes = classes.saturating_sub(1);
                out.push(c);
            }
            '(' if classes == 0 => {
                let ahead: String = rest.clone().take(3).collect();
                let opening = ["?=", "?!", "?<=", "?<!"].into_iter().find(|opening| ahead.starts_with(opening));
                groups.push(opening.is_some());
                out.push_str(if opening.is_some() { "(?:" } else { "(" });
                rest.by_ref().take(opening.map_or(0, str::len)).for_each(drop);
            }
            ')' if classes == 0 => out.push_str(if groups.pop() == Some(true) { "){0}" } else { ")" }),
            c => out.push(c),
        }
    }
    out
}

/// What stands behind a backslash.
fn escape(rest: &mut Peekable<Chars<'_>>, in_class: bool, out: &mut String) {
    match rest.next() {
        Some('1'..='9' | 'G' | 'Z') if !in_class => out.push_str("(?:)"),
        Some(c) if matches!(c, '<' | '>') || !c.is_ascii() => out.push(c),
        c => {
            out.push('\\');
            out.extend(c);
            // A set begins no range.
            if in_class && matches!(c, Some('d' | 'D' | 'w' | 'W' | 's' | 'S')) && rest.next_if_eq(&'-').is_some() {
                out.push_str("\\-");
            }
        }
    }
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
            r"^(a(?=b|[)(]|\))b)\x{41}(?<![(]a)[\w-.]\Z$",
            r"^\p{L}\<[^\x00-\x7f]é\é{2}$",
            "^é[à-ü]?$",
        ];
        for pattern in patterns {
            let regex =
                fancy_regex::Regex::new(&pattern.replace("\\u0042", "B").replace("-.]", r"\-.]").replace("\\<", "<").replace("\\é", "é"))
                    .unwrap();
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
        for pattern in ["(", "a)", "[", "a{2", "a{99999}", "(a{999}){999}", "(((){4000}){4000}){4000}", r"\p{Nope}", "[a&&b]", r"\", &deep]
        {
            assert_eq!(sample(pattern, 0), None, "{}", pattern.get(..20).unwrap_or(pattern));
        }
    }
}
