//! What programs that keep logs put before a line.
//!
//! Owns: prefixes that are known by their form, and those that are known by what they stand before.
//! Refuses: prefixes that only lines beside each other tell (torn).

/// Levels of logs that stand before what is said.
const LEVELS: [&str; 12] =
    ["INFO", "ERROR", "WARNING", "WARN", "DEBUG", "SEVERE", "CRITICAL", "NOTICE", "TRACE", "stdout", "stderr", "[base]"];

/// What is said in a line, without what a program that keeps logs puts before it.
pub(super) fn strip(line: &str) -> &str {
    let mut rest = line.trim();
    // Prefixes stand behind each other; each round takes one.
    for _ in 0..10 {
        let before = rest;
        rest = rest.trim_start_matches(['│', '╷', '╵', '┃', '║']).trim_start();
        rest = quoted(rest).unwrap_or(rest);
        rest = bracketed(rest).unwrap_or(rest);
        rest = stamped(rest).unwrap_or(rest);
        rest = levelled(rest).unwrap_or(rest);
        rest = piped(rest).unwrap_or(rest);
        if rest == before {
            break;
        }
    }
    rest.trim_end().trim_end_matches(['│', '┃', '║']).trim_end()
}

/// `> `, `##[error]`, `::error::`.
fn quoted(line: &str) -> Option<&str> {
    ["> ", "##[error]", "##[warning]", "::error::", "| "].iter().find_map(|mark| line.strip_prefix(mark)).map(str::trim_start)
}

/// `[2020-01-16 02:13:11,123] `, `{{pod_launcher.py:122}} `, `[base] `.
fn bracketed(line: &str) -> Option<&str> {
    let pairs = [("[", "]"), ("{{", "}}"), ("{", "}"), ("(", ")")];
    let (open, close) = pairs.into_iter().find(|(open, _)| line.starts_with(open))?;
    let end = line[open.len()..].find(close)? + open.len();
    let inner = &line[open.len()..end];
    let rest = &line[end + close.len()..];
    let is_stamp = inner.bytes().filter(u8::is_ascii_digit).count() >= 4 && inner.contains(':');
    let is_source = inner.rsplit_once(':').is_some_and(|(file, at)| file.contains('.') && at.bytes().all(|byte| byte.is_ascii_digit()));
    let is_name =
        open == "[" && !inner.is_empty() && inner.len() <= 40 && inner.chars().all(|c| c.is_alphanumeric() || "-_./ #".contains(c));
    let is_number = inner.bytes().all(|byte| byte.is_ascii_digit()) && !inner.is_empty();
    (rest.starts_with([' ', ':']) && (is_stamp || is_source || is_name || is_number)).then(|| rest.trim_start_matches([' ', ':']))
}

/// `2020-01-16T02:13:11.123Z `, `02:13:11 `, `Jan 16 02:13:11 host prog[12]: `.
fn stamped(line: &str) -> Option<&str> {
    let word = line.split(' ').next()?;
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let plain = word.chars().all(|c| c.is_ascii_digit() || "-:.,TZ+/".contains(c));
    let is_date = plain && digits >= 8 && word.matches('-').count() >= 2;
    let is_time = plain && digits >= 6 && word.matches(':').count() >= 2;
    if is_date || is_time {
        return Some(behind(&line[word.len()..]));
    }
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    if MONTHS.contains(&word) {
        let mut parts = line.splitn(2, ": ");
        let head = parts.next()?;
        let has_time = head.split_whitespace().nth(2).is_some_and(|time| time.matches(':').count() == 2);
        return has_time.then(|| parts.next()).flatten();
    }
    None
}

/// `INFO - `, `ERROR `, `stderr: `. A level is in capitals; `Error:` is what terraform says.
fn levelled(line: &str) -> Option<&str> {
    let level = LEVELS.iter().find(|level| line.starts_with(**level))?;
    let rest = &line[level.len()..];
    rest.starts_with([' ', ':']).then(|| behind(rest))
}

/// What stands behind a prefix: a mark between them is taken off once, for a diff begins with another.
fn behind(rest: &str) -> &str {
    let rest = rest.strip_prefix(':').unwrap_or(rest).trim_start();
    ["- ", ": ", "| ", "-- "].iter().find_map(|mark| rest.strip_prefix(mark)).unwrap_or(rest).trim_start()
}

/// `deploy_1  | `, `12 | `.
fn piped(line: &str) -> Option<&str> {
    let (name, rest) = line.split_once('|')?;
    let name = name.trim_end();
    let is_name = !name.is_empty() && name.len() <= 40 && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    (is_name && rest.starts_with(' ')).then(|| rest.trim_start())
}

/// What stands before a line that begins something which goes on in the next ones.
#[derive(Default)]
pub(super) struct Carried(Option<String>);

/// Longest such prefix, in bytes.
const LONGEST: usize = 120;

/// What begins lists and ends comparisons of the generator.
const BEGINS: [&str; 5] = [
    "items removed from the base",
    "items added to the base",
    "Missing expected bq schema files",
    "found incompatible changes",
    "no incompatible changes",
];

impl Carried {
    /// The next line without it.
    pub(super) fn take<'a>(&mut self, said: &'a str) -> &'a str {
        if let Some(at) = begins_at(said).filter(|&at| at <= LONGEST) {
            self.0 = said.get(..at).filter(|prefix| !prefix.trim().is_empty()).map(str::to_owned);
            return said.get(at..).unwrap_or(said);
        }
        let Some(prefix) = &self.0 else { return said };
        behind_shape(said, prefix).or_else(|| behind_shape(said, prefix.trim_end())).unwrap_or(said).trim_start()
    }
}

/// Where a line begins the two heads of a difference, a list, or what ends them.
fn begins_at(said: &str) -> Option<usize> {
    let head = |mark: &str| {
        said.rfind(mark).filter(|&at| {
            said.get(at + mark.len()..).and_then(|rest| rest.split_whitespace().next()).is_some_and(|file| file.contains(".txt"))
        })
    };
    let begin = BEGINS.iter().find_map(|begin| said.find(begin));
    begin.or_else(|| head("--- ")).or_else(|| head("+++ "))
}

/// What stands in a line behind a prefix with other digits.
fn behind_shape<'a>(line: &'a str, prefix: &str) -> Option<&'a str> {
    let (line_bytes, wanted) = (line.as_bytes(), prefix.as_bytes());
    let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (mut i, mut j) = (0, 0);
    while j < wanted.len() {
        let (here, there) = (digits(line_bytes.get(i..)?), digits(&wanted[j..]));
        if here > 0 && there > 0 {
            (i, j) = (i + here, j + there);
        } else if line_bytes.get(i) == Some(&wanted[j]) {
            (i, j) = (i + 1, j + 1);
        } else {
            return None;
        }
    }
    line.get(i..)
}
