//! The sources as a reader of imports sees them: code without comments and tests, the texts in it, the paths that it names.
//!
//! Owns: just enough of the language for that. Refuses: judging any of it (laws).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// One source file, but for its tests.
pub(crate) struct Source {
    /// Below `src`.
    pub(crate) file: PathBuf,
    /// The module that it is, from the root on.
    pub(crate) module: Vec<String>,
    /// Its string literals, as they are spelled.
    pub(crate) texts: Vec<String>,
    /// Every path that begins at the root, above, at a crate or at a name that was imported, spelled out from the root on.
    pub(crate) paths: BTreeSet<Vec<String>>,
    /// Its identifiers.
    pub(crate) words: BTreeSet<String>,
}

/// All sources of the library, tests left out.
pub(crate) fn read() -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    list(&top, &mut files);
    files.sort();
    let sources = files.iter().map(|file| {
        let below = file.strip_prefix(&top).unwrap();
        source(below, &fs::read_to_string(file).unwrap())
    });
    sources.collect()
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Below `tests.rs` stand more tests.
        if path.is_dir() && !path.ends_with("tests") {
            list(&path, files);
        } else if path.is_file() && path.extension().is_some_and(|ext| ext == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}

/// Reads one file.
pub(crate) fn source(file: &Path, text: &str) -> Source {
    let path = file.with_extension("");
    let module = path.iter().map(|part| part.to_string_lossy().into_owned()).filter(|part| part != "lib");
    let module: Vec<String> = module.collect();
    let tokens = without_tests(tokens(text));
    let mut paths = BTreeSet::new();
    let mut at = 0;
    while at < tokens.len() {
        match begins_path(&tokens, at) {
            true => tree(&tokens, &mut at, &mut Vec::new(), &mut |path| {
                paths.insert(resolved(&module, path));
            }),
            false => at += 1,
        }
    }
    let texts = tokens.iter().filter_map(|token| if let Token::Text(text) = token { Some(text.clone()) } else { None });
    let words = tokens.iter().filter_map(|token| if let Token::Word(word) = token { Some(word.clone()) } else { None });
    Source { file: file.to_owned(), texts: texts.collect(), words: words.collect(), paths, module }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    /// `::` is one.
    Colons,
    Sign(char),
}

fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        match c {
            '/' if next == Some('/') => at += chars[at..].iter().take_while(|&&c| c != '\n').count(),
            '/' if next == Some('*') => at = after_comment(&chars, at),
            '"' => tokens.push(Token::Text(quoted(&chars, &mut at))),
            // A character, not a lifetime.
            '\'' if next == Some('\\') => at += 3 + chars[at + 3..].iter().take_while(|&&c| c != '\'').count() + 1,
            '\'' if chars.get(at + 2) == Some(&'\'') => at += 3,
            ':' if next == Some(':') => {
                tokens.push(Token::Colons);
                at += 2;
            }
            c if c.is_alphanumeric() || c == '_' => {
                let word: String = chars[at..].iter().take_while(|&&c| c.is_alphanumeric() || c == '_').collect();
                at += word.chars().count();
                let raw = matches!(word.as_str(), "r" | "br") && raw_begins(&chars[at..]);
                match raw {
                    true => tokens.push(Token::Text(raw_quoted(&chars, &mut at))),
                    false => tokens.push(Token::Word(word)),
                }
            }
            c => {
                if !c.is_whitespace() {
                    tokens.push(Token::Sign(c));
                }
                at += 1;
            }
        }
    }
    tokens
}

fn after_comment(chars: &[char], begin: usize) -> usize {
    let (mut at, mut depth) = (begin + 2, 1);
    while depth > 0 && at < chars.len() {
        match chars[at..] {
            ['/', '*', ..] => (at, depth) = (at + 2, depth + 1),
            ['*', '/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
    }
    at
}

fn quoted(chars: &[char], at: &mut usize) -> String {
    let begin = *at + 1;
    *at = begin;
    while chars[*at] != '"' {
        *at += if chars[*at] == '\\' { 2 } else { 1 };
    }
    *at += 1;
    chars[begin..*at - 1].iter().collect()
}

fn raw_begins(rest: &[char]) -> bool {
    rest.iter().find(|&&c| c != '#') == Some(&'"')
}

fn raw_quoted(chars: &[char], at: &mut usize) -> String {
    let hashes = chars[*at..].iter().take_while(|&&c| c == '#').count();
    let begin = *at + hashes + 1;
    let ends = |end: usize| chars[end] == '"' && chars[end + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes;
    let end = (begin..chars.len()).find(|&end| ends(end)).unwrap();
    *at = end + 1 + hashes;
    chars[begin..end].iter().collect()
}

/// Leaves out what is compiled for tests alone.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let word = |text: &str| Token::Word(text.to_owned());
    let mark = [Token::Sign('#'), Token::Sign('['), word("cfg"), Token::Sign('('), word("test"), Token::Sign(')'), Token::Sign(']')];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at..].starts_with(&mark) {
            at = after_item(&tokens, at + mark.len());
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

fn after_item(tokens: &[Token], mut at: usize) -> usize {
    let mut depth = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            Token::Sign('{') => depth += 1,
            Token::Sign('}') if depth == 1 => return at,
            Token::Sign('}') => depth -= 1,
            Token::Sign(';') if depth == 0 => return at,
            _ => {}
        }
    }
    at
}

/// Whether a path begins there: a word with `::` behind it and none before it.
fn begins_path(tokens: &[Token], at: usize) -> bool {
    matches!(tokens[at], Token::Word(_)) && tokens.get(at + 1) == Some(&Token::Colons) && (at == 0 || tokens[at - 1] != Token::Colons)
}

/// Reads `a::b::{c, d::{e, f}}` and tells of every path in it.
fn tree(tokens: &[Token], at: &mut usize, before: &mut Vec<String>, tell: &mut dyn FnMut(&[String])) {
    let depth = before.len();
    loop {
        match tokens.get(*at) {
            Some(Token::Word(word)) => {
                before.push(word.clone());
                *at += 1;
            }
            Some(Token::Sign('{')) => {
                *at += 1;
                while !matches!(tokens.get(*at), None | Some(Token::Sign('}'))) {
                    let begin = *at;
                    tree(tokens, at, before, tell);
                    if tokens.get(*at) == Some(&Token::Word("as".to_owned())) {
                        *at += 2;
                    }
                    *at += usize::from(*at == begin);
                }
                *at += 1;
                before.truncate(depth);
                return;
            }
            // `*`, or a generic argument.
            _ => break,
        }
        match tokens.get(*at) {
            Some(Token::Colons) => *at += 1,
            _ => break,
        }
    }
    if before.len() > depth {
        tell(before);
    }
    before.truncate(depth);
}

/// The path from the root on; what begins with neither `crate`, `self` nor `super` stays as it is.
fn resolved(module: &[String], path: &[String]) -> Vec<String> {
    let mut base = module.to_vec();
    let mut rest = path;
    match rest.first().map(String::as_str) {
        Some("crate") => base.clear(),
        Some("self" | "super") => {}
        _ => return std::iter::once(String::from("::")).chain(path.iter().cloned()).collect(),
    }
    if rest[0] != "super" {
        rest = &rest[1..];
    }
    while rest.first().is_some_and(|word| word == "super") {
        base.pop();
        rest = &rest[1..];
    }
    base.extend(rest.iter().filter(|word| *word != "self").cloned());
    base
}
