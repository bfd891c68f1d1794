//! A `java.util.regex` pattern in the words of our engine.
//!
//! Owns: what the same sign means in both (`.`, `$`, `\d`, `\w`, `\s`, quoting, set operators), what is no pattern to Java.
//! Refuses: constructs that our engine lacks or understands in another way: the reason is told.

mod properties;

/// Characters that Java holds to end a line.
const NOT_BREAK: &str = r"[^\n\r\u{85}\u{2028}\u{2029}]";
/// Java's `$`: the end, or before the line break that ends the text.
const END: &str = r"(?=(?:\r\n|(?<!\r)\n|[\r\u{85}\u{2028}\u{2029}])?\z)";
const SPACE: &str = r"\t\n\x0B\x0C\r ";
/// Letters that mean nothing behind a backslash: an error in Java.
const MEANINGLESS: &str = "CEFIJKLMOTUYgijlmoqy";
/// Flags that a group may set.
const FLAGS: &str = "idmsuxU-";

/// Why a pattern cannot be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PatternRefusal {
    /// It is no pattern to Java either.
    Wrong(String),
    /// Java would run it.
    Lacking(String),
}

impl PatternRefusal {
    /// In words.
    pub(super) fn reason(self) -> String {
        match self {
            PatternRefusal::Wrong(reason) | PatternRefusal::Lacking(reason) => reason,
        }
    }
}

type PatternText = Result<String, PatternRefusal>;

fn wrong<T>(reason: impl Into<String>) -> Result<T, PatternRefusal> {
    Err(PatternRefusal::Wrong(reason.into()))
}

fn lacking<T>(reason: impl Into<String>) -> Result<T, PatternRefusal> {
    Err(PatternRefusal::Lacking(reason.into()))
}

/// What stands before the next sign, outside of sets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing that could be repeated.
    Nothing,
    Atom,
    /// How often; a sign of greed may follow.
    Repeat,
    /// How often, and how greedily.
    Greed,
}

/// What is no pattern to Java, and why.
pub(super) fn fault(pattern: &str) -> Option<String> {
    match translate(pattern, false) {
        Err(PatternRefusal::Wrong(reason)) => Some(reason),
        _ => None,
    }
}

/// Translates a pattern; `before_break` where the text ends with a line break, before which `$` holds as well.
pub(super) fn translate(pattern: &str, before_break: bool) -> PatternText {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    let (mut sets, mut groups) = (0_usize, 0_usize);
    let mut before = Before::Nothing;
    // What our engine lacks is told only where Java finds nothing wrong further on.
    let mut first_lacking = None;
    while let Some(c) = rest.next() {
        let done = if sets > 0 {
            in_set(c, &mut sets, &mut rest, before_break, &mut out)
        } else {
            let mut outside = Outside { before, groups, sets, before_break };
            let done = outside.sign(c, &mut rest, &mut out);
            (before, groups, sets) = (outside.before, outside.groups, outside.sets);
            done
        };
        match done {
            Err(PatternRefusal::Lacking(reason)) => {
                first_lacking.get_or_insert(reason);
            }
            Err(wrong) => return Err(wrong),
            Ok(()) => {}
        }
    }
    match first_lacking {
        _ if sets > 0 => wrong("a character class is not closed"),
        _ if groups > 0 => wrong("a group is not closed"),
        Some(reason) => lacking(reason),
        None => Ok(out),
    }
}

type PatternRest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// The next sign inside of a set.
fn in_set(c: char, sets: &mut usize, rest: &mut PatternRest<'_>, before_break: bool, out: &mut String) -> Result<(), PatternRefusal> {
    match c {
        '\\' => escape(rest, true, before_break, out),
        '[' => {
            open_set(sets, rest, out);
            Ok(())
        }
        ']' => {
            *sets -= 1;
            out.push(']');
            Ok(())
        }
        '-' | '~' if rest.peek() == Some(&c) => {
            out.extend(['\\', c]);
            Ok(())
        }
        c => {
            out.push(c);
            Ok(())
        }
    }
}

fn open_set(sets: &mut usize, rest: &mut PatternRest<'_>, out: &mut String) {
    *sets += 1;
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    // A bracket that closes nothing yet is a character.
    if rest.next_if_eq(&']').is_some() {
        out.push_str("\\]");
    }
}

/// Where a sign stands that is in no set.
struct Outside {
    before: Before,
    groups: usize,
    sets: usize,
    before_break: bool,
}

impl Outside {
    fn sign(&mut self, c: char, rest: &mut PatternRest<'_>, out: &mut String) -> Result<(), PatternRefusal> {
        let before = std::mem::replace(&mut self.before, Before::Atom);
        match c {
            '\\' => return escape(rest, false, self.before_break, out),
            '[' => open_set(&mut self.sets, rest, out),
            '(' => {
                self.groups += 1;
                self.before = Before::Nothing;
                return group(rest, out);
            }
            ')' if self.groups == 0 => return wrong("a group is closed that was not opened"),
            ')' => {
                self.groups -= 1;
                out.push(')');
            }
            '|' => {
                self.before = Before::Nothing;
                out.push('|');
            }
            '*' | '+' | '?' => {
                self.before = match before {
                    Before::Atom => Before::Repeat,
                    Before::Repeat if c != '*' => Before::Greed,
                    _ => return wrong(format!("nothing to repeat before {c}")),
                };
                out.push(c);
            }
            '{' => {
                self.before = Before::Repeat;
                return counted(before, rest, out);
            }
            '.' => out.push_str(NOT_BREAK),
            '$' if self.before_break => out.push_str(END),
            '$' => out.push_str("\\z"),
            '^' => out.push_str("\\A"),
            '}' | ']' => out.extend(['\\', c]),
            c => out.push(c),
        }
        Ok(())
    }
}

/// What follows up to the closing brace; `None` where there is none.
fn braced(rest: &mut PatternRest<'_>) -> Option<String> {
    let mut text = String::new();
    loop {
        match rest.next()? {
            '}' => return Some(text),
            c => text.push(c),
        }
    }
}

/// `{2}`, `{2,}`, `{2,3}`, whose opening brace was read.
fn counted(before: Before, rest: &mut PatternRest<'_>, out: &mut String) -> Result<(), PatternRefusal> {
    let Some(text) = braced(rest) else { return wrong("a repetition is not closed") };
    let (least, most) = text.split_once(',').map_or((text.as_str(), None), |(least, most)| (least, Some(most)));
    let count = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
    let fits = match (count(least), most.filter(|most| !most.is_empty())) {
        (Some(_), None) => true,
        (Some(least), Some(most)) => count(most).is_some_and(|most| most >= least),
        (None, _) => false,
    };
    if before == Before::Nothing || !fits {
        return wrong(format!("{{{text}}} does not say how often"));
    }
    out.extend(["{", &text, "}"]);
    Ok(())
}

/// An opening bracket with what follows a question mark.
fn group(rest: &mut PatternRest<'_>, out: &mut String) -> Result<(), PatternRefusal> {
    out.push('(');
    if rest.next_if_eq(&'?').is_none() {
        return Ok(());
    }
    out.push('?');
    match rest.peek() {
        Some(':' | '=' | '!' | '>') => out.extend(rest.next()),
        Some('<') => {
            out.extend(rest.next());
            match rest.peek() {
                Some('=' | '!') => out.extend(rest.next()),
                Some(first) if first.is_ascii_alphabetic() => {
                    while let Some(c) = rest.next_if(char::is_ascii_alphanumeric) {
                        out.push(c);
                    }
                    if rest.next_if_eq(&'>').is_none() {
                        return wrong("the name of a group is not closed");
                    }
                    out.push('>');
                }
                _ => return wrong("the name of a group does not begin with a letter"),
            }
        }
        _ => {
            while rest.next_if(|&c| FLAGS.contains(c)).is_some() {}
            return match rest.peek() {
                Some(':' | ')') => lacking("inline flags mean other things in Java"),
                _ => wrong("an unknown kind of group"),
            };
        }
    }
    Ok(())
}

fn escape(rest: &mut PatternRest<'_>, in_class: bool, before_break: bool, out: &mut String) -> Result<(), PatternRefusal> {
    let Some(c) = rest.next() else { return wrong("a backslash at the end") };
    let bare = |set: &str, not: &str| if in_class { set.to_owned() } else { format!("[{not}{set}]") };
    match c {
        'd' => out.push_str(&bare("0-9", "")),
        'w' => out.push_str(&bare("a-zA-Z0-9_", "")),
        's' => out.push_str(&bare(SPACE, "")),
        'D' => out.push_str("[^0-9]"),
        'W' => out.push_str("[^a-zA-Z0-9_]"),
        'S' => out.push_str(&format!("[^{SPACE}]")),
        'Q' => quoted(rest, out),
        'z' if !in_class => out.push_str("\\z"),
        'Z' if !in_class => out.push_str(if before_break { END } else { "\\z" }),
        'A' | 'b' | 'B' if !in_class => out.extend(['\\', c]),
        'n' | 'r' | 't' | 'f' | 'a' => out.extend(['\\', c]),
        'e' => out.push_str("\\x1B"),
        'x' => hexadecimal(rest, 2, out)?,
        'u' => hexadecimal(rest, 4, out)?,
        'c' => control(rest, out)?,
        'p' | 'P' => properties::property(c == 'P', rest, out)?,
        '1'..='9' if !in_class => out.extend(['\\', c]),
        c if MEANINGLESS.contains(c) => return wrong(format!("\\{c} means nothing")),
        'A' | 'b' | 'B' | 'G' | 'R' | 'X' | 'Z' | 'z' | '1'..='9' if in_class => return wrong(format!("\\{c} in a character class")),
        c if c.is_ascii_alphanumeric() => return lacking(format!("\\{c} has no counterpart here")),
        c if c.is_ascii() => out.extend(['\\', c]),
        c => out.push(c),
    }
    Ok(())
}

/// `\cX`: the character whose code differs from that of `X` in the seventh bit; also for lower case, where that is no control character.
fn control(rest: &mut PatternRest<'_>, out: &mut String) -> Result<(), PatternRefusal> {
    let Some(c) = rest.next() else { return wrong("\\c without a character") };
    match char::from_u32(u32::from(c) ^ 64) {
        Some(meant) => out.push_str(&format!("\\x{{{:x}}}", u32::from(meant))),
        None => return lacking(format!("\\c{c} has no counterpart here")),
    }
    Ok(())
}

/// `\Q…\E`: every character stands for itself.
fn quoted(rest: &mut PatternRest<'_>, out: &mut String) {
    while let Some(c) = rest.next() {
        if c == '\\' && rest.peek() == Some(&'E') {
            rest.next();
            return;
        }
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
}

fn hexadecimal(rest: &mut PatternRest<'_>, digits: usize, out: &mut String) -> Result<(), PatternRefusal> {
    let text = if digits == 2 && rest.next_if_eq(&'{').is_some() {
        let Some(text) = braced(rest) else { return wrong("the number of a character is not closed") };
        text
    } else {
        let text: String = rest.by_ref().take(digits).collect();
        if text.len() < digits || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return wrong(format!("{text:?} is not {digits} hexadecimal digits"));
        }
        text
    };
    // Half of a surrogate pair is a character only to Java.
    match u32::from_str_radix(&text, 16).ok().and_then(char::from_u32) {
        Some(c) => out.push_str(&format!("\\x{{{:x}}}", u32::from(c))),
        None => return lacking(format!("{text:?} is not the number of a character")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_keep_their_java_meaning() {
        for (pattern, expected) in [
            (r"^[\w-]+\d$", r"\A[a-zA-Z0-9_-]+[0-9]\z"),
            ("^[a-z-_]*$", r"\A[a-z-_]*\z"),
            (r"\u00e9\x41\x{e9}", r"\x{e9}\x{41}\x{e9}"),
            ("[a--z]", r"[a\--z]"),
            (r"\cC\cc", r"\x{3}\x{23}"),
            ("[]a]", r"[\]a]"),
            ("x}]", r"x\}\]"),
            (r"\p{Alpha}[\p{Digit}_]\P{L}\pN", r"[a-zA-Z][[0-9]_]\P{L}\p{N}"),
            ("(?<n>a)(?<!b)c{2,}+", "(?<n>a)(?<!b)c{2,}+"),
        ] {
            assert_eq!(translate(pattern, false).as_deref(), Ok(expected), "{pattern}");
        }
    }

    #[test]
    fn what_java_refuses_is_told_from_what_is_lacking_here() {
        for pattern in [
            "[]",
            "[^]",
            "[a",
            "(",
            ")",
            "(?P<n>a)",
            "(?#c)a",
            r"\p{digit}",
            r"\p{Letter}",
            r"\p{}",
            r"\p{",
            r"\E",
            r"\i",
            r"[\b]",
            "*a",
            "a**",
            "a+*",
            "|*",
            "a{",
            "{a",
            "a{1",
            "a{,3}",
            "a{3,1}",
            r"\x4",
            r"\u12",
            "(?<1>a)",
            "(?<a",
            "a\\",
            r"\c",
            r"(?i)\y",
        ] {
            assert!(fault(pattern).is_some(), "{pattern}");
        }
        for pattern in [r"\p{javaLowerCase}", r"\p{InGreek}", "(?i)a", r"\R", r"\07", r"\p{L1}", r"\uD83D"] {
            assert!(matches!(translate(pattern, false), Err(PatternRefusal::Lacking(_))), "{pattern}");
        }
        for pattern in ["^*", "$*", "a{1}{2}", "a||b", r"\_", "(?=a)*", r"\b+", "a??"] {
            assert!(translate(pattern, false).is_ok(), "{pattern}");
        }
    }
}
